/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_shared.c - shared variables: read by expressions, set, waited for.
 *
 * An expression sees words of its task alone; so a shared variable that it names is first loaded
 * into a word of its own, just before the instruction that evaluates it:
 *
 *   set: {n: n + 1}      LOAD w1 n; ASK w2 = w1 + 1; STORE n w2
 *   wait_until: n > m    again: LOAD w1 n; LOAD w2 m; BRANCH w1 > w2 else wait; JUMP end;
 *                        wait: UNTIL n m; JUMP again; end:
 *
 * Between the last look at a condition and the wait nobody may come, or a wake-up would be lost:
 * OPF_WITH makes them one move. */
#include "core/compile_impl.h"
#include <math.h>
#include <string.h>

enum { SHARED_MOST = 1000000000 };

/* A whole number, known when the model is loaded. */
static int32_t shared_number(struct compiler *c, const struct expr *e, const char *what,
                             const char *name)
{
    double v = 0;
    uint32_t id = expr_compile(&c->p->x, e, WANT_NUMBER, true, &c->param_scope, c->d);
    if (id == XEXPR_NONE)
        return 0;
    if (!scope_const(c, id, &v) || v != floor(v) || fabs(v) > SHARED_MOST) {
        diag_error(c->d, e->at, "E-const", NULL,
                   "%s of `%s` is %.6g and must be a whole number from -%d to %d", what, name, v,
                   SHARED_MOST, SHARED_MOST);
        return 0;
    }
    return (int32_t)v;
}

static struct shared_var shared_var(struct compiler *c, const struct shared *s)
{
    struct shared_var v = {.name = s->name,
                           .at = s->at,
                           .lo = shared_number(c, s->lo, "the low end", s->name),
                           .hi = shared_number(c, s->hi, "the high end", s->name),
                           .truth = s->truth,
                           .per_worker = s->scope == SCOPE_WORKER && c->p->workers > 1,
                           .base = c->p->nvalue};
    if (v.hi < v.lo)
        diag_error(c->d, s->hi->at, "E-const", "write the low end first",
                   "the range of `%s` goes from %d down to %d", s->name, (int)v.lo, (int)v.hi);
    v.start = s->start ? shared_number(c, s->start, "the start", s->name) : v.lo;
    if (s->start && (v.start < v.lo || v.start > v.hi) && v.lo <= v.hi)
        diag_error(c->d, s->start->at, "E-const", NULL,
                   "`%s` starts at %d, outside of its range %d..%d", s->name, (int)v.start,
                   (int)v.lo, (int)v.hi);
    return v;
}

void compile_shared(struct compiler *c)
{
    const struct model *m = c->m;
    struct prog *p = c->p;
    uint32_t cap = 0;
    c->var_of_shared = NEW(c->tmp, uint32_t, m->nshared ? m->nshared : 1);
    for (uint32_t i = 0; i < m->nshared; i++) {
        c->var_of_shared[i] = NONE;
        if (!m->shared[i].variable)
            continue;
        struct shared_var v = shared_var(c, &m->shared[i]);
        v.shared = i;
        c->var_of_shared[i] = p->nvar;
        *ADD(c, p->var, p->nvar, cap) = v;
        p->nvalue += v.per_worker ? p->workers : 1;
    }
}

/* The word into which the expression at hand has loaded the variable; it is loaded once. */
static uint32_t shared_load(struct compiler *c, uint32_t var, struct loc at)
{
    struct ctask *t = c->t;
    for (uint32_t i = c->reads; i < t->nline; i++)
        if (t->line[i].op.code == OP_LOAD && t->line[i].op.b == var)
            return t->line[i].op.a;
    uint32_t word = word_new(c);
    emit3(c, OP_LOAD, at, word, var, 0)->op.flags = c->reads_with ? OPF_WITH : 0;
    return word;
}

bool shared_bind(struct compiler *c, const struct expr *name, struct binding *b)
{
    for (uint32_t i = 0; i < c->m->nshared; i++) {
        if (strcmp(c->m->shared[i].name, name->name) != 0)
            continue;
        uint32_t var = c->var_of_shared[i];
        *b = (struct binding){.kind = BIND_ERROR};
        if (var == NONE) {
            diag_error(
                c->d, name->at, "E-shared",
                arena_printf(c->a, "give it a range, as in `shared: {%s: 0..5}`", name->name),
                "`%s` is shared data without a value", name->name);
            return true;
        }
        *b = (struct binding){.kind = BIND_VAR,
                              .unit = c->p->var[var].truth ? UNIT_BOOL : UNIT_NUMBER,
                              .slot = shared_load(c, var, name->at)};
        return true;
    }
    return false;
}

static bool shared_fits(struct compiler *c, const struct assign *a, const struct shared_var *v,
                        uint32_t expr)
{
    if (expr == NONE)
        return false;
    const struct xexpr *x = &c->p->x.expr[expr];
    bool number = x->unit == UNIT_NUMBER || x->unit == UNIT_ZERO;
    if (v->truth ? x->unit != UNIT_BOOL : !number)
        diag_error(c->d, a->value->at, "E-var-unit", NULL, "`%s` is %s and cannot be set to %s",
                   a->var, v->truth ? "true or false" : "a number", unit_name(x->unit));
    else if (x->constant && x->value != floor(x->value))
        diag_error(c->d, a->value->at, "E-expr-range", "write round(...), ceil(...) or floor(...)",
                   "`%s` is a whole number, this is %g", a->var, x->value);
    else
        return true;
    return false;
}

void shared_set(struct compiler *c, const struct assign *a, bool atomic)
{
    uint32_t var = c->var_of_shared[a->shared], first = c->t->nline;
    uint32_t id = scope_expr(c, a->value, WANT_ANYTHING, false);
    if (var == NONE || !shared_fits(c, a, &c->p->var[var], id))
        return;
    bool reads = c->t->nline > first;
    uint32_t word = emit_ask(c, arena_printf(c->tmp, "set %s", a->var), id, NONE, a->at);
    if (!c->full)
        c->t->line[c->t->nline - 1].op.flags = c->p->var[var].truth ? 0 : OPF_WHOLE;
    uint8_t flags = 0;
    if (atomic)
        flags = reads || c->reads_with ? OPF_WITH : 0;
    else if (reads)
        flags = OPF_APART;
    emit3(c, OP_STORE, a->at, word, var, 0)->op.flags = flags;
}

/* The variables that the lines from first on load are those of the condition. */
static uint32_t wait_new(struct compiler *c, const struct expr *e, uint32_t first)
{
    struct prog *p = c->p;
    struct waitsite w = {.written = e, .first = p->nwait_var};
    for (uint32_t i = first; i < c->t->nline; i++) {
        if (c->t->line[i].op.code != OP_LOAD)
            continue;
        *ADD(c, p->wait_var, p->nwait_var, c->cap_wait_var) = c->t->line[i].op.b;
        w.n++;
    }
    *ADD(c, p->wait, p->nwait, c->cap_wait) = w;
    return p->nwait - 1;
}

void compile_wait_until(struct compiler *c, const struct step *s)
{
    uint32_t again = label_new(c), wait = label_new(c), end = label_new(c);
    label_here(c, again);
    uint32_t first = c->t->nline;
    uint32_t id = scope_expr(c, s->expr, WANT_BOOL, true);
    uint32_t site = wait_new(c, s->expr, first);
    for (uint32_t i = first + 1; i < c->t->nline && !c->full; i++)
        c->t->line[i].op.flags |= OPF_WITH;
    if (c->p->wait[site].n == 0 && id != NONE)
        diag_error(c->d, s->expr->at, "E-wait", "name a variable of `shared:` that a `set` changes",
                   "nothing can change this condition while it is waited for");
    emit3(c, OP_BRANCH, s->at, 0, id, wait)->site = site_new(c, mark_path(c), "until", id);
    emit3(c, OP_JUMP, s->at, 0, 0, end);
    label_here(c, wait);
    emit3(c, OP_UNTIL, s->at, site, 0, 0);
    emit3(c, OP_JUMP, s->at, 0, 0, again);
    label_here(c, end);
}
