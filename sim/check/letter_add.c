/* SPDX-License-Identifier: GPL-3.0-or-later */
/* letter_add.c - propositions, before there is a state: what their names mean in the program; see
 * letter.h. */
#include "check/letter.h"
#include <stdlib.h>
#include <string.h>

/* ---- what names mean in the program ---- */

/* The first step of a body: where it is entered, a task of it has begun. */
static uint32_t body_mark(const struct prog *p, uint32_t body)
{
    for (uint32_t pc = p->body[body].pc; pc < p->nop; pc++) {
        if (p->op[pc].code == OP_ENTER)
            return p->op[pc].a;
        if (p->op[pc].code == OP_END)
            break;
    }
    return NONE;
}

static void find_step(const struct letters *l, const struct step_name *s, uint32_t *mark,
                      uint32_t *body)
{
    const struct prog *p = l->p;
    *mark = *body = NONE;
    for (uint32_t i = 0; i < p->nmark && !s->task; i++)
        if (strcmp(p->mark[i].path, s->path) == 0)
            *mark = i;
    for (uint32_t i = 0; i < p->nbody && s->task; i++)
        if (strcmp(p->body[i].path, s->path) == 0 && p->body[i].at.line == s->at.line &&
            p->body[i].at.col == s->at.col) {
            *body = i;
            *mark = body_mark(p, i);
        }
}

uint32_t letters_mark(const struct letters *l, const struct step_name *s)
{
    uint32_t mark, body;
    find_step(l, s, &mark, &body);
    return mark;
}

static uint32_t find_resource(const struct letters *l, const struct ltl_prop *q)
{
    static const enum res_kind kind[] = {
        [LTL_SERVICE] = RES_SERVICE, [LTL_RESOURCE] = RES_RESOURCE, [LTL_CHANNEL] = RES_CHANNEL};
    if (q->kind == LTL_POOL)
        return l->p->pool;
    if (q->kind == LTL_SERVER)
        return l->p->server;
    for (uint32_t i = 0; i < l->p->nres; i++)
        if (l->p->res[i].kind == kind[q->kind] && strcmp(l->p->res[i].name, q->resource) == 0)
            return i;
    return NONE;
}
static struct binding bind_name(void *ctx, const struct expr *name, uint32_t shared)
{
    struct letters *l = ctx;
    struct var_of v = {.name = name->name, .var = NONE};
    bool found = false;
    for (uint32_t i = 0; i < l->p->nvar && shared != UINT32_MAX; i++)
        if (l->p->var[i].shared == shared) {
            v.var = i;
            v.unit = l->p->var[i].truth ? UNIT_BOOL : UNIT_NUMBER;
            found = true;
        }
    for (uint32_t i = 0; i < l->p->nnamed && shared == UINT32_MAX && !found; i++)
        if (strcmp(l->p->named[i].name, name->name) == 0) {
            v.unit = l->p->named[i].unit;
            found = true;
        }
    if (!found) /* of a body that is never run: nobody has it */
        return (struct binding){.kind = BIND_ERROR};
    uint32_t i = 0;
    while (i < l->nvar && (l->var[i].var != v.var || strcmp(l->var[i].name, v.name) != 0))
        i++;
    if (i == l->nvar) {
        l->var = grow(l->var, &l->cap_var, l->nvar + 1, sizeof *l->var);
        l->var[l->nvar++] = v;
    }
    return (struct binding){.kind = BIND_VAR, .unit = v.unit, .slot = i};
}

static bool add_compare(struct letters *l, struct letter_prop *q, struct diags *d)
{
    struct ltl_scope s = {l->p->model, l, bind_name};
    uint32_t before = diags_errors(d);
    q->compare = ltl_compile(&l->x, q->of.compare, &s, d);
    q->all = q->of.shared;
    q->keeps = true;
    return diags_errors(d) == before;
}

/* ---- adding ---- */

void letters_init(struct letters *l, const struct prog *p, uint32_t nreq)
{
    *l = (struct letters){.p = p, .nreq = nreq, .mem = arena_new(0)};
    l->entered = xcalloc(p->nmark + 1u, 1);
    l->inside = xcalloc(p->nhandler + 1u, sizeof *l->inside);
    l->held = xcalloc(p->nhandler + 1u, sizeof *l->held);
    l->whole = xcalloc(p->nbody + 1u, sizeof *l->whole);
    l->writer = xcalloc(p->nhandler + 1u, sizeof *l->writer);
    xprog_init(&l->x, l->mem);
}

void letters_free(struct letters *l)
{
    free(l->entered);
    free(l->inside);
    free(l->held);
    free(l->whole);
    free(l->writer);
    free(l->var);
    free(l->value);
    free(l->instant);
    arena_drop(l->mem);
}

static bool same(const struct ltl_prop *x, const struct ltl_prop *y)
{
    if (x->what != y->what || x->from != y->from || x->to != y->to)
        return false;
    if (x->what == LTL_COMPARE)
        return strcmp(x->text, y->text) == 0;
    if ((x->step == NULL) != (y->step == NULL) || (x->resource == NULL) != (y->resource == NULL))
        return false;
    if (x->step &&
        (strcmp(x->step->path, y->step->path) != 0 || x->step->at.line != y->step->at.line ||
         x->step->at.col != y->step->at.col || x->step->task != y->step->task))
        return false;
    return !x->resource || (x->kind == y->kind && strcmp(x->resource, y->resource) == 0);
}

/* The step's bit stands at every handler inside it, the resource's at every one inside a hold. */
static void mark_inside(struct letters *l, uint32_t mark, uint32_t body, uint64_t bit)
{
    const struct prog *p = l->p;
    for (uint32_t h = 0; h < p->nhandler && body == NONE && mark != NONE; h++)
        for (uint32_t o = h; o != NONE; o = p->handler[o].outer)
            if (p->handler[o].kind == H_LEAVE && p->handler[o].a == mark)
                l->inside[h] |= bit;
    if (body != NONE)
        l->whole[body] |= bit;
}

static void mark_held(struct letters *l, uint32_t res, uint64_t bit)
{
    const struct prog *p = l->p;
    for (uint32_t h = 0; h < p->nhandler && res != NONE; h++)
        for (uint32_t o = h; o != NONE; o = p->handler[o].outer)
            if (p->handler[o].kind == H_RELEASE && p->op[p->handler[o].a].a == res)
                l->held[h] |= bit;
}

uint32_t letters_prop(struct letters *l, const struct ltl_prop *of, struct diags *d)
{
    for (uint32_t i = 0; i < l->nprop; i++)
        if (same(&l->prop[i].of, of))
            return i;
    struct letter_prop q = {.of = *of, .mark = NONE, .body = NONE, .res = NONE};
    bool needs_bit = of->what == LTL_RUNNING || of->what == LTL_HOLDS;
    if (l->nprop == LETTER_MOST || (needs_bit && l->nbit == LETTER_BITS))
        return NONE;
    if (of->step)
        find_step(l, of->step, &q.mark, &q.body);
    if (of->resource)
        q.res = find_resource(l, of);
    q.all = of->what == LTL_HOLDS || of->what == LTL_WAITING;
    q.coarse = q.all || of->what == LTL_COMPARE;
    q.lasts = of->what == LTL_DONE || of->what == LTL_RESPONDED || of->what == LTL_ABORTED ||
              of->what == LTL_ENDED;
    if (of->what == LTL_COMPARE && !add_compare(l, &q, d))
        return NONE;
    if (needs_bit) {
        q.bit = l->nbit++;
        mark_inside(l, q.mark, q.body, (uint64_t)1 << q.bit);
        if (of->what == LTL_HOLDS)
            mark_held(l, q.res, (uint64_t)1 << q.bit);
    }
    l->prop[l->nprop] = q;
    return l->nprop++;
}

uint64_t letters_group(struct letters *l, const struct step_name *const *step, uint32_t n)
{
    if (l->nbit == LETTER_BITS)
        return 0;
    uint64_t bit = (uint64_t)1 << l->nbit++;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t mark, body;
        find_step(l, step[i], &mark, &body);
        mark_inside(l, mark, body, bit);
    }
    return bit;
}

void letters_ready(struct letters *l)
{
    const struct prog *p = l->p;
    uint64_t holds = 0;
    for (uint32_t i = 0; i < l->nprop; i++)
        if (l->prop[i].of.what == LTL_HOLDS)
            holds |= (uint64_t)1 << l->prop[i].bit;
    for (uint32_t h = 0; h < p->nhandler; h++)
        l->held[h] |= ~holds; /* other bits ask for no resource */
    for (uint32_t pc = 0; pc < p->nop; pc++)
        for (uint32_t h = 0; h < p->nhandler && p->op[pc].code == OP_TOUCH && p->op[pc].b; h++)
            for (uint32_t o = h; o != NONE && p->op[pc].c == 1; o = p->handler[o].outer)
                l->writer[h] |= p->handler[o].kind == H_LEAVE && p->handler[o].a == p->mark_of[pc];
    l->value = xcalloc(l->nvar + 1u, sizeof *l->value);
}
