/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.c - see plan.h. */
#include "check/plan.h"
#include "check/plan_impl.h"
#include <string.h>

enum { PLAN_MAX_UNITS = 20000 };
struct planner {
    struct arena *a;
    struct diags *d;
    struct plan *p;
    const struct plan_pick *pick;
    uint32_t cap_model, cap_unit;
};

/* ---- settings as text ---- */

/* As deep as the tree, which its reader has bounded. */
static void node_text(struct buf *b, const struct yaml *v)
{
    switch (v->kind) {
    case YAML_NULL:
        buf_puts(b, "~");
        break;
    case YAML_SCALAR:
        buf_puts(b, v->s);
        break;
    case YAML_LIST:
        for (uint32_t i = 0; i < v->n; i++) {
            buf_puts(b, i ? ", " : "[");
            node_text(b, v->item[i]);
        }
        buf_puts(b, v->n ? "]" : "[]");
        break;
    case YAML_MAP:
        for (uint32_t i = 0; i < v->n; i++) {
            buf_printf(b, "%s%s: ", i ? ", " : "{", v->pair[i].key);
            node_text(b, v->pair[i].value);
        }
        buf_puts(b, v->n ? "}" : "{}");
        break;
    }
}

static void set_text(struct buf *b, const struct spec_set *set)
{
    buf_printf(b, "%s=", set->path);
    node_text(b, set->value);
}

/* The value of each axis at a point; the last axis runs fastest. */
static void point_sets(const struct claim *c, uint32_t point, struct spec_set *set)
{
    for (uint32_t i = c->naxis; i-- > 0;) {
        const struct spec_axis *x = &c->axis[i];
        set[i] = (struct spec_set){x->path, x->at, x->value[point % x->n], NULL};
        point /= x->n;
    }
}

static uint32_t points_of(const struct claim *c)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < c->naxis; i++)
        n *= c->axis[i].n;
    return n;
}

static const char *buf_kept(struct arena *a, struct buf *b)
{
    const char *s = arena_strndup(a, b->n ? b->s : "", b->n);
    buf_free(b);
    return s;
}

/* For people. */
static const char *sets_text(struct arena *a, const struct spec_set *set, uint32_t n,
                             const struct spec_set *axis, uint32_t naxis)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < n + naxis; i++) {
        const struct spec_set *s = i < n ? &set[i] : &axis[i - n];
        buf_puts(&b, i ? ", " : "");
        if (s->said)
            buf_puts(&b, s->said);
        else
            set_text(&b, s);
    }
    return buf_kept(a, &b);
}

/* As --set takes it. */
static const char *set_given(struct arena *a, const struct spec_set *set)
{
    struct buf b = {0};
    set_text(&b, set);
    return buf_kept(a, &b);
}

/* All that makes this model of the file, for who makes it again. */
static const char *const *sets_listed(struct planner *q, const struct plan_subject *s,
                                      const struct claim *c, const struct spec_set *axis,
                                      uint32_t *n)
{
    const char **v = NEW(q->a, const char *, (size_t)s->nset + c->nset + c->naxis + 1);
    *n = 0;
    for (uint32_t i = 0; i < s->nset; i++)
        v[(*n)++] = s->set[i];
    for (uint32_t i = 0; i < c->nset; i++)
        v[(*n)++] = set_given(q->a, &c->set[i]);
    for (uint32_t i = 0; i < c->naxis; i++)
        v[(*n)++] = set_given(q->a, &axis[i]);
    return v;
}

/* ---- models ---- */

static uint32_t model_add(struct planner *q, uint32_t subject, const struct claim *c,
                          const struct spec_set *axis)
{
    struct plan *p = q->p;
    const struct plan_subject *s = &p->subject[subject];
    const char *settings = sets_text(q->a, c->set, c->nset, axis, c->naxis);
    for (uint32_t i = 0; i < p->nmodel; i++)
        if (p->model[i].subject == subject && strcmp(p->model[i].settings, settings) == 0)
            return i;
    struct yaml *tree = yaml_fork(q->a, s->tree);
    for (uint32_t i = 0; i < c->nset; i++)
        yaml_put(q->a, tree, c->set[i].path, c->set[i].at, c->set[i].value, q->d);
    for (uint32_t i = 0; i < c->naxis; i++)
        yaml_put(q->a, tree, axis[i].path, axis[i].at, axis[i].value, q->d);
    const struct model *m = model_build(q->a, tree, s->path, q->d);
    if (p->nmodel == q->cap_model) {
        struct plan_model *v = NEW(q->a, struct plan_model, 2 * (size_t)q->cap_model + 4);
        if (p->nmodel)
            memcpy(v, p->model, p->nmodel * sizeof *v);
        p->model = v;
        q->cap_model = 2 * q->cap_model + 4;
    }
    struct plan_model *to = &p->model[p->nmodel];
    *to = (struct plan_model){.subject = subject, .settings = settings, .m = m};
    to->prog = m ? NEW(q->a, struct prog *, m->nexec + 1u) : NULL;
    to->set = sets_listed(q, s, c, axis, &to->nset);
    to->own = sets_text(q->a, c->set + (c->nset - c->nown), c->nown, axis, c->naxis);
    return p->nmodel++;
}

/* ---- executions ---- */

static void exec_unknown(struct planner *q, const struct model *m, const struct spec_text *t)
{
    const char **names = NEW(q->a, const char *, m->nexec + 1u), *list = "";
    for (uint32_t i = 0; i < m->nexec; i++) {
        names[i] = m->exec[i].name;
        list = arena_printf(q->a, "%s%s%s", list, i ? ", " : "", names[i]);
    }
    const char *near = nearest(t->text, names, m->nexec);
    diag_error(q->d, t->at, "E-under",
               near ? arena_printf(q->a, "did you mean `%s`?", near)
                    : arena_printf(q->a, "there are %s", list),
               "no execution `%s`", t->text);
}

static bool picked(const struct plan_pick *k, const char *execution)
{
    for (uint32_t i = 0; i < k->nunder; i++)
        if (strcmp(k->under[i], execution) == 0)
            return true;
    return k->nunder == 0;
}

bool plan_usual(const struct model *m, uint32_t exec)
{
    static const char *const always[] = {"serial", "threads", "coroutine"};
    bool usual = m->exec_named[exec];
    for (size_t k = 0; k < sizeof always / sizeof *always; k++)
        usual = usual || strcmp(m->exec[exec].name, always[k]) == 0;
    return usual;
}

/* Those that the claim names, else the usual ones: flags by index. */
static bool *execs_of(struct planner *q, const struct model *m, const struct claim *c)
{
    bool *in = NEW(q->a, bool, m->nexec + 1u);
    for (uint32_t i = 0; i < c->nunder; i++) {
        const struct execution *x = model_exec(m, c->under[i].text);
        if (x)
            in[x - m->exec] = true;
        else
            exec_unknown(q, m, &c->under[i]);
    }
    for (uint32_t i = 0; i < m->nexec; i++) {
        if (c->nunder == 0)
            in[i] = q->pick->nunder > 0 || plan_usual(m, i);
        in[i] = in[i] && picked(q->pick, m->exec[i].name);
    }
    return in;
}

static bool unit_add(struct planner *q, struct plan_unit u)
{
    struct plan *p = q->p;
    if (p->nunit == PLAN_MAX_UNITS) {
        diag_error(q->d, u.of->at, "E-limit", "judge some of them with --only",
                   "more than %d verdicts: claims, times executions, times values of `for`",
                   (int)PLAN_MAX_UNITS);
        return false;
    }
    if (p->nunit == q->cap_unit) {
        struct plan_unit *v = NEW(q->a, struct plan_unit, 2 * (size_t)q->cap_unit + 64);
        if (p->nunit)
            memcpy(v, p->unit, p->nunit * sizeof *v);
        p->unit = v;
        q->cap_unit = 2 * q->cap_unit + 64;
    }
    struct plan_model *m = &p->model[u.model];
    if (!m->prog[u.exec])
        m->prog[u.exec] = prog_compile(q->a, m->m, &m->m->exec[u.exec], q->d);
    p->unit[p->nunit++] = u;
    return true;
}

/* ---- the plan ---- */

/* Under one execution all points, then the next execution: so they are told. */
static bool claim_plan(struct planner *q, uint32_t subject, uint32_t index)
{
    const struct claim *c = &q->p->subject[subject].spec->claim[index];
    uint32_t n = points_of(c);
    struct spec_set *axis = NEW(q->a, struct spec_set, c->naxis + 1u);
    struct plan_unit *u = NEW(q->a, struct plan_unit, n);
    bool **in = NEW(q->a, bool *, n);
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        point_sets(c, i, axis);
        u[i] = (struct plan_unit){
            .subject = subject,
            .claim = index,
            .of = c,
            .point = i,
            .settings = sets_text(q->a, c->set + (c->nset - c->nown), c->nown, axis, c->naxis),
            .at = sets_text(q->a, NULL, 0, axis, c->naxis),
            .model = model_add(q, subject, c, axis)};
        const struct model *m = q->p->model[u[i].model].m;
        if (!m)
            return true;
        plan_words(&u[i], m, q->a, q->d);
        in[i] = execs_of(q, m, c);
        const char *own = plan_own_execution(&u[i]);
        for (uint32_t k = 0; own && k < m->nexec; k++)
            in[i][k] = strcmp(m->exec[k].name, own) == 0 && picked(q->pick, own);
        most = m->nexec > most ? m->nexec : most;
    }
    for (uint32_t x = 0; x < most; x++)
        for (uint32_t i = 0; i < n; i++) {
            u[i].exec = x;
            if (x < q->p->model[u[i].model].m->nexec && in[i][x] && !unit_add(q, u[i]))
                return false;
        }
    return true;
}

static void only_unknown(struct planner *q)
{
    enum { MOST = 200 };
    const char *names[MOST];
    uint32_t n = 0;
    for (uint32_t s = 0; s < q->p->nsubject; s++)
        for (uint32_t i = 0; i < q->p->subject[s].spec->nclaim && n < MOST; i++)
            names[n++] = q->p->subject[s].spec->claim[i].name;
    const char *near = nearest(q->pick->only, names, n);
    diag_error(q->d, (struct loc){0}, "E-option-value",
               near ? arena_printf(q->a, "did you mean '%s'?", near)
                    : "a claim is called what its `name` says, else what it claims",
               "--only: no claim is called '%s'", q->pick->only);
}

/* A name that no model has, or under which nothing is claimed: never a silent pass. */
static void under_check(struct planner *q)
{
    const struct plan *p = q->p;
    for (uint32_t i = 0; i < q->pick->nunder; i++) {
        const char *name = q->pick->under[i], *list = "";
        bool any = false;
        for (uint32_t k = 0; k < p->nunit && !any; k++)
            any = strcmp(plan_exec(p, &p->unit[k])->name, name) == 0;
        const struct model *m = p->nmodel ? p->model[0].m : NULL;
        for (uint32_t k = 0; m && k < m->nexec; k++)
            list = arena_printf(q->a, "%s%s%s", list, k ? ", " : "", m->exec[k].name);
        if (!any)
            diag_error(q->d, (struct loc){0}, "E-under",
                       *list ? arena_printf(q->a, "there are %s", list) : NULL,
                       "--under: nothing is claimed under '%s'", name);
    }
}

const char *plan_set_for_all(struct arena *a, const struct plan_subject *s)
{
    const struct claim *c = s->spec->claim;
    return s->spec->nclaim ? sets_text(a, c->set, c->nset - c->nown, NULL, 0) : "";
}

struct plan *plan_make(struct arena *a, const struct plan_subject *s, uint32_t n,
                       const struct plan_pick *pick, struct diags *d)
{
    static const struct plan_pick all = {NULL, 0, NULL};
    struct planner q = {.a = a, .d = d, .p = NEW(a, struct plan, 1), .pick = pick ? pick : &all};
    const char *only = q.pick->only;
    bool any = false, full = false;
    q.p->subject = s;
    q.p->nsubject = n;
    for (uint32_t i = 0; i < n; i++) {
        if (s[i].spec->nclaim == 0 && !diags_errors(d))
            diag_error(d, (struct loc){0}, "E-claim", "claim something under `checks:`",
                       "%s: there is nothing to check", s[i].spec->file);
        for (uint32_t k = 0; k < s[i].spec->nclaim && !full; k++) {
            const struct claim *c = &s[i].spec->claim[k];
            if (only && strcmp(only, c->name) != 0 && strcmp(only, claim_key[c->kind]) != 0)
                continue;
            any = true;
            full = !claim_plan(&q, i, k);
        }
    }
    if (only && !any)
        only_unknown(&q);
    else if (!diags_errors(d))
        under_check(&q);
    return diags_errors(d) ? NULL : q.p;
}
