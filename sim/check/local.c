/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local.c - whose moves it is enough to make in a state: see local.h. */
#include "check/local.h"
#include "base/arena.h"
#include "check/hedge.h"
#include "check/local_impl.h"
#include <stdlib.h>

struct set { /* all moves of one task, one after the other in a list */
    const struct local *l;
    const struct state *s;
    const struct moves *m;
    uint32_t task;
    bool turn; /* its own upon a loop: who is ready has its turn later */
};

static bool of_set(const struct set *q, const struct move *m)
{
    return m->kind != MOVE_ARRIVE && m->task == q->task;
}

/* ---- what the other task may do ---- */

/* A task that has been cut short, and queues no more. */
static deeds ends_only(const struct local *l, const struct state *s, const struct task *x)
{
    return local_clean(l, x) | (x->res != NONE ? local_res_bit(s->inst[x->res].res) : 0);
}

/* A failure is on its way. */
static deeds raised_does(const struct local *l, const struct task *x, const deeds *at,
                         uint32_t fork)
{
    struct way_out w;
    local_unwind(l, &(struct failing){.from = x->unwind, .fork = fork}, &w);
    deeds d = w.does | (w.kills ? DO_CUT : 0);
    for (uint32_t i = 0; i < w.n; i++)
        d |= at[w.to[i]];
    return d | (w.out ? DO_CUT | l->clean[x->pc] | l->end[x->body] : 0) |
           (w.out && x->parent == NONE ? DO_ANSWER | DO_SHOW : 0);
}

/* The fork of a that t is cut short with, if a kills it, though a may get past its join as t is
 * there: spawned by a child, or one of its hedges; NONE. */
static uint32_t cut_with(const struct state *s, uint32_t t, uint32_t a)
{
    for (; t != NONE; t = s->task[t].parent) {
        const struct task *x = &s->task[t];
        if (x->group == NONE && (x->parent == a || (x->flags & TF_DETACHED)))
            return NONE;
        if (x->parent == a)
            return s->group[x->group].fork;
    }
    return NONE;
}

/* All that the other may do now or later, as long as it does not get past the task. */
static deeds may_do(const struct set *q, uint32_t other)
{
    const struct local *l = q->l;
    const struct task *x = &q->s->task[other];
    uint32_t fork = local_below(q->s, q->task, other), nop = l->p->nop;
    uint32_t with = fork != NONE ? fork : cut_with(q->s, q->task, other);
    const deeds *at = fork == NONE ? l->ever : l->before + (size_t)fork * nop;
    if (x->flags & TF_CANCELLED)
        return ends_only(l, q->s, x);
    deeds d = at[x->pc] | (with != NONE ? l->before[(size_t)with * nop + x->pc] & DO_CUT : 0);
    if (x->flags & TF_RAISE)
        d |= raised_does(l, x, at, with);
    bool alone = x->group == NONE && (x->flags & TF_DETACHED) && with == NONE;
    return alone && !(d & DO_ABORT) ? d & ~(deeds)DO_CUT : d;
}

/* ---- whose move it is enough to make ---- */

/* Is the other cut short by what a task of the set does below top, or the owner of who is? */
static bool in_scope(const struct set *q, const struct doing *x, uint32_t other)
{
    const struct state *s = q->s;
    if (!x->cuts)
        return false;
    if (x->top == NONE)
        return !(s->task[other].flags & TF_DETACHED) || (s->task[q->task].flags & TF_DETACHED);
    for (uint32_t t = other; t != NONE; t = s->task[t].parent) {
        if (t == x->top)
            return true;
        if (s->task[t].group == NONE && (s->task[t].flags & TF_DETACHED))
            return false;
    }
    return false;
}

/* What the other gives back if a move cuts it short. */
static deeds given_back_by(const struct set *q, uint32_t other)
{
    for (uint32_t i = 0; i < q->m->n; i++) {
        struct doing x;
        if (!of_set(q, &q->m->v[i]))
            continue;
        local_move(q->l, q->s, &q->m->v[i], other, &x);
        if (in_scope(q, &x, other))
            return ends_only(q->l, q->s, &q->s->task[other]);
    }
    return 0;
}

static deeds given_back(const struct set *q)
{
    const struct state *s = q->s;
    deeds d = 0;
    for (uint32_t u = s->req[s->task[q->task].req].first_task; u != NONE; u = s->task[u].req_next)
        if (u != q->task && s->task[u].state != T_DONE)
            d |= given_back_by(q, u);
    return d;
}

/* Could it matter whether the task moves before or after what the other does?
 *
 * That it is cut short before need not: after its moves, if each is nothing but to be there, it is
 * cut short as well, and the same is left. */
static bool clash(const struct set *q, uint32_t other, deeds back)
{
    deeds there = may_do(q, other), here = 0;
    bool pure = true, cuts = false;
    for (uint32_t i = 0; i < q->m->n; i++) {
        struct doing x;
        if (!of_set(q, &q->m->v[i]))
            continue;
        local_move(q->l, q->s, &q->m->v[i], other, &x);
        here |= x.does | (x.cuts ? back : 0);
        pure = pure && local_pure(&x);
        cuts |= in_scope(q, &x, other);
    }
    if (here & there & ~(deeds)(DO_BE | DO_CUT | DO_ABORT | DO_STAY))
        return true;
    return cuts || ((there & DO_CUT) && (here & DO_BE) && !(q->l->covers && pure));
}

/* Could a move of the task matter to another request?  Not what waits for a task to end that is
 * there yet, and that does nothing itself that could.  But if it makes ready who cuts it short,
 * that gives back what it has taken until then: before or after who else has his turn. */
static bool move_felt_across(const struct set *q, const struct move *m)
{
    const struct local *l = q->l;
    const struct state *s = q->s;
    struct doing x;
    local_move(l, s, m, NONE, &x);
    if (x.later)
        return true;
    deeds d = l->across & x.does;
    for (uint32_t u = s->req[s->task[q->task].req].first_task; d != 0 && u != NONE;
         u = s->task[u].req_next) {
        if (u == q->task || s->task[u].state == T_DONE || local_below(s, q->task, u) != NONE ||
            (l->ever[s->task[u].pc] & l->across))
            continue;
        local_move(l, s, m, u, &x);
        d &= x.does;
    }
    return d != 0;
}

static bool felt_across(const struct set *q, deeds back)
{
    if (q->l->across & back)
        return true;
    for (uint32_t i = 0; i < q->m->n && q->l->across != 0; i++)
        if (of_set(q, &q->m->v[i]) && move_felt_across(q, &q->m->v[i]))
            return true;
    return false;
}

/* Abandoned calls give capacity back. */
static bool ghosts_clash(const struct set *q)
{
    const struct local *l = q->l;
    deeds here = 0, there = 0;
    for (uint32_t t = 0; t < q->s->ntask; t++)
        if (q->s->task[t].state == T_GHOST && q->s->task[t].res != NONE)
            there |= local_res_bit(q->s->inst[q->s->task[t].res].res);
    for (uint32_t i = 0; i < q->m->n && there != 0; i++) {
        struct doing x;
        if (!of_set(q, &q->m->v[i]))
            continue;
        local_move(l, q->s, &q->m->v[i], NONE, &x);
        here |= x.does;
    }
    return (here & there) != 0;
}

/* Are the moves all that the task may do next, and can it be told what they do?  *pure: they are
 * nothing but to be there. */
static bool whole(struct set *q, bool *pure)
{
    bool goes = false;
    uint32_t n = 0;
    *pure = q->l->covers;
    for (uint32_t i = 0; i < q->m->n; i++) {
        const struct move *m = &q->m->v[i];
        struct doing x;
        if (!of_set(q, m))
            continue;
        if (!local_told(q->l, q->s, m))
            return false;
        n++;
        goes |= m->kind != MOVE_TIMEOUT;
        q->turn |= m->kind == MOVE_LOOP;
        if (*pure) {
            local_move(q->l, q->s, m, NONE, &x);
            *pure = local_pure(&x);
        }
    }
    return goes && (q->l->covers || n == 1);
}

/* Nobody but other copies of its hedge, if it is one: their moves are made as well. */
static bool task_local(const struct local *l, const struct state *s, const struct moves *m,
                       uint32_t task)
{
    struct set q = {l, s, m, task, false};
    uint32_t hedge = hedge_of(s, task);
    bool pure;
    if (!whole(&q, &pure))
        return false;
    if (pure)
        return true;
    deeds back = given_back(&q);
    if ((l->across != 0 && felt_across(&q, back)) || ghosts_clash(&q))
        return false;
    for (uint32_t u = s->req[s->task[task].req].first_task; u != NONE; u = s->task[u].req_next) {
        const struct task *x = &s->task[u];
        if (!l->covers && (x->flags & (TF_CANCELLED | TF_RAISE)))
            return false;
        if (u == task || x->state == T_DONE || (q.turn && x->state == T_READY && !l->p->has_timers))
            continue; /* who is over, or has its turn later, and is not timed out before */
        if (hedge != NONE && hedge_of(s, u) == hedge)
            continue;
        if (clash(&q, u, back))
            return false;
    }
    return true;
}

static bool arrival_local(const struct local *l)
{
    const struct prog *p = l->p;
    return p->limit == NONE && p->server == NONE && (p->has_loop || p->pool == NONE) &&
           (!p->has_loop || l->across == 0) && (p->workers == 1 || l->across == 0);
}

static bool move_local(const struct local *l, const struct state *s, const struct moves *m,
                       uint32_t i)
{
    if (m->v[i].kind == MOVE_ARRIVE)
        return arrival_local(l);
    return m->v[i].task != NONE && task_local(l, s, m, m->v[i].task);
}

/* Do the moves go together: of one task, or of those that compete with it? */
static bool together(const struct state *s, const struct move *by, const struct move *m)
{
    return (by->task != NONE && m->task == by->task) || hedge_compete(s, by, m);
}

/* Are all of the moves local that compete with move i?  Then they alone stay. */
static bool choose(const struct local *l, const struct state *s, uint32_t i, struct moves *m)
{
    const struct move by = m->v[i];
    uint32_t n = 0;
    if (by.kind != MOVE_LOOP && hedge_turn_to_come(s, by.task))
        return false;
    for (uint32_t k = 0; k < m->n; k++)
        if (m->v[k].task != by.task && hedge_compete(s, &by, &m->v[k]) && !move_local(l, s, m, k))
            return false;
    for (uint32_t k = 0; k < m->n; k++)
        if (k == i || together(s, &by, &m->v[k]))
            m->v[n++] = m->v[k];
    m->n = n;
    return true;
}

/* The loop's turn, which stands first, and then the youngest task's moves: so one fan-out's copies
 * are done with before the next one's begin to differ. */
static bool choose_any(const struct local *l, const struct pack_run *r, uint32_t j, struct moves *m)
{
    uint32_t turns = m->n > 0 && m->v[0].kind == MOVE_LOOP, before = NONE;
    for (uint32_t k = 0; k < m->n; k++) {
        uint32_t i = k < turns ? k : m->n - 1 - (k - turns);
        bool again = before != NONE && m->v[i].task == before;
        before = m->v[i].task;
        if (!again && m->v[i].req == j && move_local(l, &r->s, m, i) && choose(l, &r->s, i, m))
            return true;
    }
    return false;
}

/* Many threads ask at once: each has scratch of its own. */
bool local_choose(const struct local *l, const struct pack_run *r, uint32_t j, struct moves *m)
{
    struct local own = *l;
    own.is = xcalloc(l->p->nop + 1u, sizeof *own.is);
    own.stack = xcalloc(l->p->nop + 1u, sizeof *own.stack);
    bool local = choose_any(&own, r, j, m);
    free(own.is);
    free(own.stack);
    return local;
}
