/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stuck.c - see stuck.h.
 *
 * A task can move if something of the world will end its wait (a call, a burst, a timeout), or if
 * what it waits for can come from a task that can move: one holder of the resource, as many of its
 * children as its join needs.  The least fixed point of that rule are the tasks that can move; the
 * others are deadlocked, also while the rest of the system goes on (Coffman, Elphick, Shoshani
 * 1971: a cycle in the wait-for graph is among them). */
#include "core/stuck.h"
#include "core/stuck_impl.h"
#include <stdlib.h>

bool stuck_is_task(const struct task *t)
{
    return t->state != T_FREE && t->state != T_GHOST && t->state != T_DONE;
}

/* Will a timeout end its wait?  The driver's, or where it has no clock: as its handlers tell. */
static bool has_timer(const struct stuck_view *s, uint32_t task)
{
    const struct prog *p = s->p;
    const struct task *t = &s->st->task[task];
    if (s->timer != NULL)
        return s->timer(s->ctx, task);
    if ((t->state == T_QUEUE || t->state == T_THREAD) && t->res != NONE &&
        p->res[s->st->inst[t->res].res].queue_timeout != NONE)
        return true;
    const double *w = state_words(s->st, task);
    for (uint32_t h = p->has_timers ? p->handler_of[t->pc] : NONE; h != NONE;
         h = p->handler[h].outer)
        if (p->handler[h].kind == H_UNTIMER && w[p->handler[h].a] == 1)
            return true;
    return false;
}

/* Moves by itself, or by an end that is sure to come. */
static bool moves_anyway(const struct stuck_view *s, uint32_t task)
{
    switch ((enum task_state)s->st->task[task].state) {
    case T_QUEUE:
    case T_THREAD:
    case T_JOIN:
    case T_AWAIT:
    case T_INPLACE:
    case T_PENDING:
    case T_ITEM:
    case T_BATCHED:
        return has_timer(s, task);
    case T_UNTIL:
        return has_timer(s, task) || (s->st->task[task].flags & TF_WOKEN);
    case T_READY: {
        uint32_t r = s->st->loop[s->st->task[task].worker].running;
        return r == NONE;
    }
    default:
        return true;
    }
}

static uint32_t thread_instance(const struct stuck_view *s, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    const struct prog *p = s->p;
    if ((t->flags & TF_WORKER) && !(t->flags & TF_POOLED))
        return NONE; /* stage_worker_held() */
    uint32_t res =
        t->parent == NONE && !(t->flags & TF_POOLED) && p->server != NONE ? p->server : p->pool;
    if (res == NONE || !(t->flags & TF_HAS_THREAD))
        return NONE;
    return state_instance(s->st, res, t->worker);
}

/* Does the task hold a unit of the instance?  Its handlers tell what it would give back. */
bool stuck_holds(const struct stuck_view *s, uint32_t task, uint32_t inst)
{
    const struct prog *p = s->p;
    const struct task *t = &s->st->task[task];
    if (t->state == T_GHOST)
        return t->res == inst;
    if (!stuck_is_task(t))
        return false;
    if (thread_instance(s, task) == inst || stage_worker_held(s, task) == inst ||
        stage_place_held(s, task) == inst)
        return true;
    uint32_t res = s->st->inst[inst].res;
    if (p->res[res].kind == RES_LIMIT) {
        const struct request *r = &s->st->req[t->req];
        return r->has_limit && state_instance(s->st, res, r->worker) == inst;
    }
    uint32_t h = (t->flags & TF_RAISE) ? t->unwind : p->handler_of[t->pc];
    for (; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_RELEASE && p->op[p->handler[h].a].a == res &&
            state_op_instance(s->st, task, &p->op[p->handler[h].a]) == inst)
            return true;
    return false;
}

/* Of which instances does this task hold units?  Marks them. */
void stuck_held(const struct stuck_view *s, uint32_t task, bool *inst)
{
    const struct prog *p = s->p;
    const struct task *t = &s->st->task[task];
    if (t->state == T_GHOST) {
        if (t->res != NONE)
            inst[t->res] = true;
        return;
    }
    const uint32_t own[] = {thread_instance(s, task), stage_worker_held(s, task),
                            stage_place_held(s, task)};
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        if (own[k] != NONE)
            inst[own[k]] = true;
    if (p->limit != NONE && s->st->req[t->req].has_limit)
        inst[p->res[p->limit].base + s->st->req[t->req].worker] = true; /* one a worker */
    uint32_t h = (t->flags & TF_RAISE) ? t->unwind : p->handler_of[t->pc];
    for (; h != NONE; h = p->handler[h].outer) {
        if (p->handler[h].kind != H_RELEASE)
            continue;
        inst[state_op_instance(s->st, task, &p->op[p->handler[h].a])] = true;
    }
}

static bool children_suffice(const struct stuck_view *s, const bool *moves, uint32_t task)
{
    const struct op *o = &s->p->op[s->st->task[task].pc];
    uint32_t gi = (uint32_t)state_words(s->st, task)[s->p->fork[o->a].word];
    if (gi == 0)
        return true;
    const struct group *g = &s->st->group[gi - 1];
    uint32_t can = 0, cannot = 0;
    for (uint32_t c = g->first; c != NONE; c = s->st->task[c].sib_next) {
        can += moves[c];
        cannot += !moves[c];
    }
    if (o->code == OP_NEXT)
        return can > 0 || g->live == 0;
    return g->until == NONE ? cannot == 0 : g->ok + can >= g->until;
}

static bool awaited_suffice(const struct stuck_view *s, const bool *moves, uint32_t task)
{
    const struct awaitsite *a = &s->p->await[s->p->op[s->st->task[task].pc].a];
    uint32_t good = 0;
    for (uint32_t k = 0; k < a->n; k++) {
        const struct await_ref *r = &s->p->await_ref[a->first + k];
        uint32_t owner = task;
        for (uint32_t u = 0; u < r->up; u++)
            owner = s->st->task[owner].parent;
        uint32_t gi = (uint32_t)state_words(s->st, owner)[s->p->fork[r->fork].word];
        bool ok = true;
        if (gi != 0)
            for (uint32_t c = s->st->group[gi - 1].first; c != NONE; c = s->st->task[c].sib_next)
                ok = ok && moves[c];
        good += ok;
    }
    uint32_t need = a->until == NONE ? a->n : (uint32_t)state_words(s->st, task)[a->until];
    return good >= need;
}

static bool can_move(const struct stuck_view *s, const bool *moves, const bool *inst,
                     const struct setters *q, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    switch ((enum task_state)t->state) {
    case T_QUEUE:
    case T_THREAD:
        return s->st->inst[t->res].posted || inst[t->res];
    case T_JOIN:
        return children_suffice(s, moves, task);
    case T_AWAIT:
        return awaited_suffice(s, moves, task);
    case T_UNTIL:
        return setters_suffice(q, s, task);
    case T_ITEM:
    case T_BATCHED:
        return item_can_move(s, moves, inst, task);
    case T_INPLACE:
        for (uint32_t k = s->st->req[t->req].first_task; k != NONE; k = s->st->task[k].req_next)
            if (s->st->task[k].parent == task && s->st->task[k].mode == M_INPLACE && moves[k])
                return true;
        return false;
    case T_PENDING:
        for (uint32_t k = s->st->group[t->group].first; k != NONE; k = s->st->task[k].sib_next)
            if (s->st->task[k].state != T_PENDING && moves[k])
                return true;
        return false;
    case T_READY:
        return moves[s->st->loop[t->worker].running];
    default:
        return false;
    }
}

/* The moving tasks, by index; the caller frees. *n: how many tasks cannot move. */
bool *stuck_moving(const struct stuck_view *s, uint32_t *n)
{
    const struct state *st = s->st;
    bool *m = xcalloc(st->ntask + 1, sizeof *m);
    bool *inst =
        xcalloc(s->p->ninstance + 1, sizeof *inst); /* a task that moves holds some of it */
    struct setters q;
    setters_init(&q, s);
    bool waits = st->until_first != NONE;
    if (waits)
        setters_arrivals(&q, s);
    for (uint32_t t = 0; t < st->ntask; t++) {
        m[t] = stuck_is_task(&st->task[t]) && moves_anyway(s, t);
        if (m[t] || st->task[t].state == T_GHOST)
            stuck_held(s, t, inst);
        if (m[t] && waits)
            setters_add(&q, s, t);
    }
    for (bool more = true; more;) {
        more = false;
        for (uint32_t t = 0; t < st->ntask; t++) {
            if (!stuck_is_task(&st->task[t]) || m[t] || !can_move(s, m, inst, &q, t))
                continue;
            m[t] = more = true;
            stuck_held(s, t, inst);
            if (waits)
                setters_add(&q, s, t);
        }
    }
    *n = 0;
    for (uint32_t t = 0; t < st->ntask; t++)
        *n += stuck_is_task(&st->task[t]) && !m[t];
    free(inst);
    setters_free(&q);
    return m;
}

bool stuck_exists(const struct stuck_view *s)
{
    uint32_t n;
    free(stuck_moving(s, &n));
    return n > 0;
}
