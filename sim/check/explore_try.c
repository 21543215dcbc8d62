/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_try.c - one move made, with all its answers, and what its effects show: see explore.h. */
#include "check/explore_impl.h"
#include "run/jobs.h"
#include <stdlib.h>
#include <string.h>

/* ---- faults ---- */

/* A bit for each spawn of one body; false: there are more than bits. */
bool explore_spawns(struct explorer *x)
{
    const struct prog *p = x->p;
    x->spawn = xcalloc(p->nfork + 1u, sizeof *x->spawn);
    uint32_t n = 0;
    for (uint32_t pc = 0; pc < p->nop; pc++) { /* bodies lie one after the other */
        for (uint32_t b = 0; b < p->nbody; b++)
            n = p->body[b].pc == pc ? 0 : n;
        const struct op *o = &p->op[pc];
        if (o->code != OP_FORK || p->fork[o->a].kind != GROUP_SPAWN || x->spawn[o->a] != 0)
            continue;
        if (n == EXPLORE_SPAWNS)
            return false;
        x->spawn[o->a] = UINT64_C(1) << n++;
    }
    return true;
}

static uint32_t request_slot(const struct pack_run *r, uint32_t nreq, uint32_t slot)
{
    for (uint32_t j = 0; j < nreq; j++)
        if (r->slot[j] == slot)
            return j;
    bug(__FILE__, __LINE__, "an effect of a request that is not there");
}

static uint32_t see_respond(struct explorer *x, const struct fx *f)
{
    uint32_t j = request_slot(&x->r, x->nreq, f->a);
    if (x->r.extra[j] == 0)
        x->r.status[j] = (int32_t)f->b;
    if (x->r.extra[j] < 2)
        x->r.extra[j]++;
    return x->r.extra[j] == 2 ? 1U << FAULT_TWICE : 0;
}

static void see_begin(struct explorer *x, const struct fx *f)
{
    x->r.task_extra[f->task] = 0;
    if (f->a == NONE || x->p->op[f->b].code != OP_FORK)
        return;
    x->r.task_extra[f->a] |= x->spawn[x->p->op[f->b].a];
}

/* How many units are taken with effect i; the move may have given some back behind it. */
static void see_taken(struct explorer *x, uint32_t i)
{
    const struct state *s = &x->r.s;
    uint32_t inst = s->fx[i].a;
    const struct resst *q = &s->inst[inst];
    uint32_t taken = x->p->res[q->res].size - q->free;
    while (++i < s->fx_n) {
        const struct fx *f = &s->fx[i];
        if (f->kind == FX_TAKE && f->a == inst)
            taken -= f->b;
        else if (f->kind == FX_FREE && f->a == inst)
            taken += f->b;
    }
    if (taken > x->e->peak[q->res])
        x->e->peak[q->res] = taken;
}

/* Is the step tried again without a limit? */
static bool unlimited(const struct prog *p, uint32_t mark)
{
    for (uint32_t h = 0; h < p->nhandler; h++)
        if (p->handler[h].kind == H_RETRY && p->handler[h].limit == NONE &&
            p->mark_of[p->handler[h].target] == mark)
            return true;
    return false;
}

/* The effects of the move just made: faults as bits. */
static uint32_t see(struct explorer *x)
{
    struct state *s = &x->r.s;
    uint32_t faults = 0;
    pack_run_room(&x->r);
    for (uint32_t i = 0; i < s->fx_n; i++) {
        const struct fx *f = &s->fx[i];
        switch ((enum fx_kind)f->kind) {
        case FX_BEGIN:
            see_begin(x, f);
            break;
        case FX_BATCH:
            if (f->c == 0)
                x->r.task_extra[f->task] = 0;
            break;
        case FX_AWAITED:
            x->r.task_extra[f->a] &= ~x->spawn[f->b];
            break;
        case FX_OVERTASK:
            if (f->a && x->r.task_extra[f->task] != 0)
                faults |= 1U << FAULT_UNAWAITED;
            break;
        case FX_RESPOND:
            faults |= see_respond(x, f);
            break;
        case FX_OVER:
            if (x->r.extra[request_slot(&x->r, x->nreq, f->a)] == 0)
                faults |= 1U << FAULT_UNANSWERED;
            break;
        case FX_RETRY:
            faults |= unlimited(x->p, f->a) ? SIGN_RETRY : 0;
            break;
        case FX_ENTER:
            x->e->reached[f->a] = 1;
            break;
        case FX_TAKE:
            see_taken(x, i);
            break;
        case FX_QUEUE:
        case FX_REJECT:
            x->e->waited[s->inst[f->a].res] = 1;
            break;
        default:
            break;
        }
    }
    return faults;
}

/* Requests whose last task is gone give their slots back. */
static void settle(struct explorer *x)
{
    for (uint32_t j = 0; j < x->nreq; j++) {
        const struct request *q = x->r.life[j] == PACK_ALIVE ? &x->r.s.req[x->r.slot[j]] : NULL;
        if (q == NULL || (q->used && !q->batch)) /* a batch may have its slot already */
            continue;
        x->r.life[j] = PACK_GONE;
        x->r.slot[j] = NONE;
    }
}

/* ---- one move ---- */

static void see_races(struct explorer *x, const struct move *m, struct signs *s)
{
    uint32_t race, lost;
    races_after(x->races, &x->r, m, &race, &lost);
    if (race != NONE) {
        s->faults |= 1U << FAULT_RACE;
        s->race = race;
    }
    if (lost != NONE) {
        s->faults |= 1U << FAULT_LOST;
        s->lost = lost;
    }
}

static uint64_t ask_watch(struct explorer *x, const struct move *m)
{
    if (x->watching)
        lock_take(x->watching);
    uint64_t claims = x->o.watch->step(x->o.watch->self, &x->r, m);
    if (x->watching)
        lock_give(x->watching);
    return claims;
}

struct signs explore_after(struct explorer *x, const struct move *m)
{
    struct signs s = {.faults = see(x)};
    if (x->races)
        see_races(x, m, &s);
    if (x->o.watch)
        s.claims = ask_watch(x, m);
    x->r.s.fx_n = 0;
    settle(x);
    return s;
}

static void broken(struct explorer *x, uint32_t pc)
{
    x->e->end = EXPLORE_BROKEN;
    x->e->stuck_pc = pc;
}

/* TASKS: in a state; so deep, too, are their trees at most. */
enum { TASKS = 1024 };
void explore_try(struct explorer *x, const uint32_t *tuple, struct move m, found *f, void *ctx)
{
    uint32_t to[TUPLE_MAX];
    pack_load(x->k, tuple, &x->r);
    if (x->races)
        races_before(x->races, &x->r);
    bool asked = move_make(&x->r, &m, &x->limits);
    if (x->e->end == EXPLORE_BROKEN)
        return;
    if (x->r.s.stuck_pc != NONE) {
        broken(x, x->r.s.stuck_pc);
        return;
    }
    if (x->r.s.live > TASKS) {
        broken(x, NONE);
        return;
    }
    if (asked) {
        double answer[MOVE_VALUES];
        uint32_t pc = x->r.s.task[x->r.s.ask_task].pc;
        uint32_t n = move_answers(&x->r, &x->limits, answer, MOVE_VALUES, &x->e->cut);
        if (m.nanswer == MOVE_ANSWERS || n == 0) {
            broken(x, pc);
            return;
        }
        m.nanswer++;
        for (uint32_t i = 0; i < n; i++) {
            m.answer[m.nanswer - 1] = answer[i];
            explore_try(x, tuple, m, f, ctx);
        }
        return;
    }
    if (x->begins)
        begins_make(x->begins, &x->r, x->nreq, NULL);
    struct signs s = explore_after(x, &m);
    pack_store(x->k, &x->r, to);
    f(ctx, to, s, &m);
}

static void try_listed(struct explorer *x, const uint32_t *tuple, found *f, void *ctx)
{
    uint32_t n = x->each.n;
    struct move *v = xcalloc(n + 1, sizeof *v);
    if (n)
        memcpy(v, x->each.v, n * sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        explore_try(x, tuple, v[i], f, ctx);
    free(v);
}

void explore_try_each(struct explorer *x, const uint32_t *tuple, uint32_t j, found *f, void *ctx)
{
    pack_load(x->k, tuple, &x->r);
    moves_list(&x->r, x->nreq, j, &x->each);
    try_listed(x, tuple, f, ctx);
}

bool explore_try_local(struct explorer *x, const uint32_t *tuple, uint32_t j, found *f, void *ctx)
{
    pack_load(x->k, tuple, &x->r);
    moves_list(&x->r, x->nreq, j, &x->each);
    bool local = x->local && j < x->nreq && local_choose(x->local, &x->r, j, &x->each);
    try_listed(x, tuple, f, ctx);
    return local;
}

/* A state without moves: fine if all requests are gone.  One whose move broke off has some. */
struct signs explore_last(struct explorer *x, const uint32_t *tuple)
{
    struct signs s = {0};
    if (x->e->end == EXPLORE_BROKEN)
        return s;
    pack_load(x->k, tuple, &x->r);
    for (uint32_t j = 0; j < x->nreq; j++) {
        if (x->r.life[j] != PACK_ALIVE)
            continue;
        s.faults |= 1U << FAULT_DEADLOCK;
        if (x->r.extra[j] == 0)
            s.faults |= 1U << FAULT_UNANSWERED;
    }
    if (x->o.watch)
        s.claims = x->o.watch->last(x->o.watch->self, &x->r);
    return s;
}
