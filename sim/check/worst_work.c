/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_work.c - what is known of the longest time without trying all; see worst.h. */
#include "check/worst_impl.h"
#include "run/sim.h"
#include <math.h>

/* ---- all work in a row ---- */

static bool can_fail(const struct prog *p)
{
    for (uint32_t i = 0; i < p->ncall; i++)
        if (p->call[i].error != NONE)
            return true;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_FAIL || p->op[pc].code == OP_ABORT)
            return true;
    return false;
}

static bool costs(const struct prog *p)
{
    for (size_t k = 0; k < COST_COUNT; k++)
        if (p->cost_site[k] != NONE)
            return true;
    return false;
}

/* Does what is done, and how much of it, go by what is drawn, whenever it is done?  Timeouts, full
 * queues, the first of several, conditions on shared variables and what cancels others do not. */
static bool timeless(const struct prog *p)
{
    if (p->has_timers || p->nvar > 0 || p->nstage > 0 || p->queue_limit != NONE || costs(p) ||
        (p->nfork > 0 && can_fail(p)))
        return false;
    for (uint32_t i = 0; i < p->nres; i++)
        if (p->res[i].queue != NONE || p->res[i].queue_timeout != NONE)
            return false;
    for (uint32_t i = 0; i < p->nfork; i++) {
        const struct forksite *f = &p->fork[i];
        if (f->until != NONE || f->consumed || f->kind == GROUP_HEDGE || f->kind == GROUP_DETACH)
            return false;
    }
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_AWAIT && p->await[p->op[pc].a].until != NONE)
            return false;
    return true;
}

bool worst_work(struct worst *x, struct diags *d)
{
    enum { RUNS = 2000 };
    const struct worst w = *x;
    if (x->way != WORST_ORDERS || x->o->no_reductions || !timeless(x->p))
        return true;
    x->way = WORST_WORK;
    bool ok = worst_all(x, RUNS, d);
    bool known = x->whole && x->cut_count == NONE && !x->ends_only && isfinite(x->longest);
    double total = known ? x->total : INFINITY, longest = known ? x->longest : 0;
    uint64_t runs = x->runs;
    struct tries tries = x->tries;
    *x = w;
    x->tries = tries;
    x->runs = longest >= total ? runs : w.runs;
    x->total = total;
    x->longest = x->bound = longest;
    return ok;
}

void worst_by_work(struct worst *x)
{
    x->way = WORST_WORK;
    x->bound = x->total;
    x->whole = true;
    x->cut_count = NONE;
    x->ends_only = false;
}

/* ---- equal requests ---- */

/* The first thing of the body that takes time, if nothing that others have or see comes before it
 * nor with it; else NONE. */
static uint32_t first_alone(const struct prog *p, uint32_t pc)
{
    while (p->op[pc].code == OP_ENTER)
        pc++;
    if (p->op[pc].code == OP_PAUSE)
        return p->site[p->site_of[pc]].expr;
    if (p->op[pc].code != OP_CALL)
        return NONE;
    const struct callsite *c = &p->call[p->op[pc].a];
    return c->res == NONE && !c->ps && !c->blocking ? p->site[c->latency].expr : NONE;
}

uint32_t worst_alike(const struct prog *p)
{
    double lo, hi;
    if (p->ncls != 1 || !p->cls[0].load || p->cls[0].load->kind != LOAD_BACKLOG ||
        p->kind == EXEC_SERIAL || p->workers > 1 || p->pool != NONE || p->server != NONE ||
        p->limit != NONE || costs(p))
        return NONE;
    uint32_t expr = first_alone(p, p->body[p->cls[0].body].pc);
    if (expr == NONE)
        return NONE;
    expr_bounds(&p->x, expr, &lo, &hi);
    return lo > 0 ? expr : NONE;
}
