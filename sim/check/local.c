/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local.c - whose move is local in a state: see local.h. */
#include "check/local.h"
#include "check/hedge.h"
#include "check/local_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- what a move may do as long as another task is there ---- */

/* The fork by which t is below the task a; NONE: it is not. */
static uint32_t below(const struct state *s, uint32_t t, uint32_t a)
{
    for (; t != NONE; t = s->task[t].parent)
        if (s->task[t].parent == a)
            return s->task[t].group == NONE ? NONE : s->group[s->task[t].group].fork;
    return NONE;
}

/* The fork that a does not get past as long as t is there; NONE.  A hedge ends with any copy. */
static uint32_t held_by(const struct state *s, uint32_t t, uint32_t a)
{
    uint32_t fork = t == NONE ? NONE : below(s, t, a);
    return fork != NONE && s->p->fork[fork].kind == GROUP_HEDGE ? NONE : fork;
}

/* Put the successors of a place on the stack, as far as they come before an await of fork. */
static uint32_t push(const struct local *l, uint32_t pc, uint32_t fork, uint32_t n)
{
    const struct op *o = &l->p->op[pc];
    uint32_t to[MOST_NEXT], k = local_successors(l->p, pc, to);
    bool stop = fork != NONE && local_awaits(l->p, o, fork);
    for (uint32_t i = 0; i < k; i++) {
        if (l->is[to[i]] || (stop && (o->code != OP_NEXT || to[i] == o->c)))
            continue;
        l->is[to[i]] = true;
        l->stack[n++] = to[i];
    }
    return n;
}

struct asked { /* of whom, and as long as which other task is there */
    const struct state *s;
    uint32_t other; /* NONE: nobody in particular */
    bool turn;      /* upon a loop, where only what it readies can come at another time */
};

/* What the task does from pc to its next wait; *ends: it may end. */
static deeds segment(const struct local *l, const struct asked *q, uint32_t fork, uint32_t pc,
                     bool *ends)
{
    const struct prog *p = l->p;
    uint32_t n = 0;
    deeds d = 0;
    memset(l->is, 0, p->nop * sizeof *l->is);
    l->stack[n++] = pc;
    l->is[pc] = true;
    while (n > 0) {
        pc = l->stack[--n];
        const struct op *o = &p->op[pc];
        if (local_op_waits(l, o))
            continue;
        deeds own = local_op_does(l, o);
        if (o->code == OP_END) {
            own |= l->end[local_body_at(p, pc)];
            *ends = true;
        }
        d |= q->turn ? own & DO_CUT : own;
        if (local_readies(l, o))
            d |= DO_BE | l->next[p->body[o->b].pc];
        n = push(l, pc, fork, n);
    }
    return d;
}

/* What the owner of a task does because it has ended, from wherever it is by then. */
static deeds owner_does(const struct local *l, const struct asked *q, uint32_t owner, uint32_t of,
                        bool *ends)
{
    const struct prog *p = l->p;
    uint32_t fork = held_by(q->s, q->other, owner), n = 0, nw = 0;
    uint32_t *waits = xcalloc(p->nop + 1u, sizeof *waits);
    deeds d = DO_BE;
    memset(l->is, 0, p->nop * sizeof *l->is);
    l->stack[n++] = q->s->task[owner].pc;
    l->is[q->s->task[owner].pc] = true;
    while (n > 0) {
        uint32_t pc = l->stack[--n];
        if (local_awaits(p, &p->op[pc], of))
            waits[nw++] = pc;
        n = push(l, pc, fork, n);
    }
    for (uint32_t i = 0; i < nw; i++) {
        const struct op *o = &p->op[waits[i]];
        bool stop = fork != NONE && local_awaits(p, o, fork);
        d |= local_op_does(l, o);
        if (!stop && o->code == OP_NEXT)
            d |= segment(l, q, fork, o->c, ends);
        if (!stop || o->code == OP_NEXT)
            d |= segment(l, q, fork, waits[i] + 1, ends);
    }
    free(waits);
    return d;
}

/* What the move does with which the task goes on at pc. */
static deeds move_does(const struct local *l, struct asked q, uint32_t task, uint32_t pc)
{
    const struct state *s = q.s;
    uint32_t fork = held_by(s, q.other, task);
    bool ends = false;
    deeds d = segment(l, &q, fork, pc, &ends);
    q.turn = false;
    while (ends && s->task[task].group != NONE) {
        const struct group *g = &s->group[s->task[task].group];
        ends = false;
        if (g->limit != NONE)
            d |= DO_BE | l->next[l->p->body[s->task[task].body].pc];
        if (l->outer)
            d |= local_waiters_do(l, s->task[task].body);
        task = g->owner;
        if (task == q.other)
            break; /* whatever it does, it does in its own order */
        d |= owner_does(l, &q, task, g->fork, &ends);
    }
    return d;
}

/* ---- whose move it is enough to make ---- */

/* Could it matter whether the task moves before or after what the other does? */
static bool clash(const struct local *l, const struct state *s, uint32_t task, uint32_t pc,
                  bool turn, uint32_t other)
{
    const struct task *x = &s->task[other];
    uint32_t fork = below(s, task, other);
    deeds there = fork == NONE ? l->ever[x->pc] : l->before[(size_t)fork * l->p->nop + x->pc];
    deeds here = move_does(l, (struct asked){s, other, turn}, task, pc) | (turn ? 0 : DO_BE);
    if ((there & DO_CUT) && (here & DO_BE))
        return true;
    return (here & DO_CUT) || (here & there & ~(deeds)(DO_BE | DO_CUT)) != 0;
}

/* Could it matter to another request?  Not what waits for a task to end that is there yet, and that
 * does nothing itself that could. */
static bool felt_across(const struct local *l, const struct state *s, uint32_t task, uint32_t pc,
                        bool turn)
{
    deeds d = l->across & move_does(l, (struct asked){s, NONE, turn}, task, pc);
    uint32_t u = s->req[s->task[task].req].first_task;
    for (; d != 0 && u != NONE; u = s->task[u].req_next)
        if (u != task && s->task[u].state != T_DONE && below(s, task, u) == NONE &&
            !(l->ever[s->task[u].pc] & l->across))
            d &= move_does(l, (struct asked){s, u, turn}, task, pc);
    return d != 0;
}

/* Nobody but other copies of its hedge, if it is one: their moves are made as well. */
static bool goes_local(const struct local *l, const struct state *s, uint32_t task, uint32_t pc,
                       bool turn)
{
    bool upon_loop = s->task[task].state == T_READY;
    uint32_t hedge = hedge_of(s, task);
    if (l->across != 0 && felt_across(l, s, task, pc, turn))
        return false;
    for (uint32_t u = s->req[s->task[task].req].first_task; u != NONE; u = s->task[u].req_next) {
        const struct task *x = &s->task[u];
        if (x->flags & (TF_CANCELLED | TF_RAISE))
            return false;
        if (u == task || x->state == T_DONE || (upon_loop && x->state == T_READY))
            continue; /* who is over, or has its turn later */
        if (hedge != NONE && hedge_of(s, u) == hedge)
            continue;
        if (clash(l, s, task, pc, turn, u))
            return false;
    }
    return true;
}

/* The instruction at which the task goes on by m; NONE: this is not said of such a move. */
static uint32_t goes_on(const struct local *l, const struct state *s, const struct move *m)
{
    const struct task *t = &s->task[m->task];
    const struct op *o = &l->p->op[t->pc];
    switch ((enum move_kind)m->kind) {
    case MOVE_START:
        return (t->flags & TF_POOLED) ? NONE : t->pc;
    case MOVE_YIELD:
        return local_op_does(l, o) != 0 ? NONE : t->pc + 1;
    case MOVE_DONE:
        if (t->state == T_CPU && (t->flags & TF_DISPATCH))
            return t->pc;
        if (o->code == OP_HOPOUT || o->code == OP_HOSTCPU ||
            (o->code == OP_CALL && local_call_does(&l->p->call[o->a]) != 0))
            return NONE;
        return t->pc + 1;
    default:
        return NONE;
    }
}

static bool arrival_local(const struct local *l)
{
    const struct prog *p = l->p;
    return p->limit == NONE && p->server == NONE && (p->has_loop || p->pool == NONE) &&
           (!p->has_loop || l->across == 0);
}

static bool move_local(const struct local *l, const struct state *s, const struct move *m)
{
    if (m->kind == MOVE_LOOP)
        return goes_local(l, s, m->task, s->task[m->task].pc, l->p->kind == EXEC_COROUTINE);
    if (m->kind == MOVE_ARRIVE)
        return arrival_local(l);
    uint32_t pc = m->task == NONE ? NONE : goes_on(l, s, m);
    bool turn = l->p->kind == EXEC_COROUTINE && s->loop[0].running == m->task;
    return pc != NONE && goes_local(l, s, m->task, pc, turn);
}

/* Are all of the moves local that compete with move i?  Then they alone stay. */
static bool choose(const struct local *l, const struct state *s, uint32_t i, struct moves *m)
{
    const struct move by = m->v[i];
    uint32_t n = 0;
    if (by.kind != MOVE_LOOP && hedge_turn_to_come(s, by.task))
        return false;
    for (uint32_t k = 0; k < m->n; k++)
        if (k != i && hedge_compete(s, &by, &m->v[k]) && !move_local(l, s, &m->v[k]))
            return false;
    for (uint32_t k = 0; k < m->n; k++)
        if (k == i || hedge_compete(s, &by, &m->v[k]))
            m->v[n++] = m->v[k];
    m->n = n;
    return true;
}

/* The loop's turn, which stands first, and then the youngest task's move: so one fan-out's copies
 * are done with before the next one's begin to differ. */
bool local_choose(const struct local *l, const struct pack_run *r, uint32_t j, struct moves *m)
{
    uint32_t turns = m->n > 0 && m->v[0].kind == MOVE_LOOP;
    for (uint32_t k = 0; k < m->n; k++) {
        uint32_t i = k < turns ? k : m->n - 1 - (k - turns);
        if (m->v[i].req == j && move_local(l, &r->s, &m->v[i]) && choose(l, &r->s, i, m))
            return true;
    }
    return false;
}
