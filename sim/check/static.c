/* SPDX-License-Identifier: GPL-3.0-or-later */
/* static.c - see static.h. */
#include "check/static.h"
#include "check/static_impl.h"
#include <stdlib.h>
#include <string.h>

const char *const static_id[STATIC_COUNT] = {
    [STATIC_LOCK_ORDER] = "lock-order",         [STATIC_NESTED_HOLD] = "nested-hold",
    [STATIC_NESTED_POOL] = "nested-pool",       [STATIC_NEVER_AWAITED] = "never-awaited",
    [STATIC_UNREACHABLE] = "unreachable",       [STATIC_TIMEOUT_IDLE] = "timeout-idle",
    [STATIC_TIMEOUT_ALWAYS] = "timeout-always", [STATIC_CHANNEL_CIRCLE] = "channel-circle"};

void static_add(struct analysis *x, struct static_finding f)
{
    for (uint32_t i = 0; i < x->nfound; i++) {
        const struct static_finding *o = &x->found[i];
        if (o->kind == f.kind && o->at.line == f.at.line && o->at.col == f.at.col &&
            o->at.file == f.at.file && strcmp(o->text, f.text) == 0)
            return; /* of a body that is run in several places */
    }
    x->found = grow(x->found, &x->cap_found, x->nfound + 1, sizeof *x->found);
    x->found[x->nfound++] = f;
}

uint32_t static_body_end(const struct prog *p, uint32_t body)
{
    return body + 1 < p->nbody ? p->body[body + 1].pc : p->nop;
}

/* The value that the word was last asked for with in this body, if it is known. */
static bool static_word(const struct prog *p, uint32_t pc, uint32_t word, double *value)
{
    uint32_t from = p->body[prog_body_at(p, pc)].pc;
    while (pc-- > from) {
        const struct op *o = &p->op[pc];
        if (o->code != OP_ASK || o->a != word)
            continue;
        *value = p->x.expr[o->b].value;
        return p->x.expr[o->b].constant;
    }
    return false;
}

uint32_t static_copies(const struct prog *p, uint32_t fork_pc)
{
    const struct forksite *f = &p->fork[p->op[fork_pc].a];
    double n, most;
    if (f->kind != GROUP_EACH)
        return 1;
    if (!static_word(p, fork_pc, f->count_word, &n) || !(n < 1e9))
        return 0;
    if (f->limit != NONE && (!static_word(p, fork_pc, f->limit, &most) || !(most < 1e9)))
        return 0;
    return (uint32_t)(f->limit != NONE && most < n ? most : n);
}

/* ---- ways ---- */

struct ways {
    const struct prog *p;
    bool *live;
    uint32_t *todo, n;
};

static void lead(struct ways *w, uint32_t pc)
{
    if (pc >= w->p->nop || w->live[pc])
        return;
    w->live[pc] = true;
    w->todo[w->n++] = pc;
}

/* A failure leads to every handler on its way that may take it; which failures there are is not
 * asked. */
static void lead_out(struct ways *w, uint32_t pc)
{
    const struct prog *p = w->p;
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_CATCH || p->handler[h].kind == H_RETRY)
            lead(w, p->handler[h].target);
}

static void lead_on(struct ways *w, uint32_t pc)
{
    const struct prog *p = w->p;
    const struct op *o = &p->op[pc];
    const struct choice *c;
    double lo, hi;
    switch ((enum opcode)o->code) {
    case OP_BRANCH:
        if (p->x.expr[o->b].constant) {
            lead(w, p->x.expr[o->b].value != 0 ? pc + 1 : o->c);
            return;
        }
        lead(w, o->c);
        break;
    case OP_CHOOSE:
        c = &p->choice[o->a];
        for (uint32_t i = 0; i < c->n; i++) {
            expr_bounds(&p->x, p->arm[c->first + i].expr, &lo, &hi);
            if (hi > 0)
                lead(w, p->arm[c->first + i].target);
        }
        return;
    case OP_JUMP:
    case OP_INC:
        lead(w, o->c);
        return;
    case OP_MORE:
    case OP_LOOP:
    case OP_NEXT:
        lead(w, o->c);
        break;
    case OP_FORK:
        lead(w, p->body[o->b].pc);
        break;
    case OP_PUT:
        lead(w, p->body[p->stage[p->put[o->a].stage].body].pc);
        break;
    case OP_FAIL:
    case OP_ABORT:
    case OP_END:
        return;
    default:
        break;
    }
    lead(w, pc + 1);
}

static void find_ways(struct analysis *x)
{
    const struct prog *p = x->p;
    struct ways w = {p, x->live, xcalloc(p->nop + 1u, sizeof(uint32_t)), 0};
    for (uint32_t i = 0; i < p->ncls; i++)
        lead(&w, p->body[p->cls[i].body].pc);
    while (w.n > 0) {
        uint32_t pc = w.todo[--w.n];
        lead_out(&w, pc);
        lead_on(&w, pc);
    }
    free(w.todo);
}

bool static_leads(const struct analysis *x, uint32_t from, uint32_t to, uint32_t without)
{
    const struct prog *p = x->p;
    struct ways w = {p, xcalloc(p->nop + 1u, sizeof(bool)), xcalloc(p->nop + 1u, sizeof(uint32_t)),
                     0};
    w.live[without] = true; /* as if it had been gone on from */
    lead(&w, from);
    while (w.n > 0 && !w.live[to]) {
        uint32_t pc = w.todo[--w.n];
        lead_out(&w, pc);
        lead_on(&w, pc);
    }
    bool leads = w.live[to];
    free(w.live);
    free(w.todo);
    return leads;
}

/* ---- all ---- */

static int by_place(const void *a, const void *b)
{
    const struct static_finding *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    return (x->at.col > y->at.col) - (x->at.col < y->at.col);
}

struct static_findings static_check(struct arena *a, const struct prog *p)
{
    struct analysis x = {.a = a,
                         .p = p,
                         .live = xcalloc(p->nop + 1u, sizeof(bool)),
                         .parent = xcalloc(p->nbody + 1u, sizeof(uint32_t))};
    for (uint32_t b = 0; b < p->nbody; b++)
        x.parent[b] = NONE;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_FORK)
            x.parent[p->op[pc].b] = pc;
    find_ways(&x);
    static_holds(&x);
    static_steps(&x);
    struct static_findings f = {.n = x.nfound, .v = NEW(a, struct static_finding, x.nfound + 1u)};
    if (x.nfound > 1)
        qsort(x.found, x.nfound, sizeof *x.found, by_place);
    if (x.nfound > 0)
        memcpy(f.v, x.found, x.nfound * sizeof *f.v);
    free(x.found);
    free(x.live);
    free(x.parent);
    return f;
}
