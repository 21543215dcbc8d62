/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_move.c - what a move does, up to the waits of all who go on by it: see local_impl.h. */
#include "base/arena.h"
#include "check/hedge.h"
#include "check/local_impl.h"
#include "core/step_impl.h"
#include <stdlib.h>
#include <string.h>

/* Nobody waits for what is detached or cut short; and the owner of what is only spawned, or of a
 * hedge's copies, may be over before they are. */
uint32_t local_below(const struct state *s, uint32_t t, uint32_t a)
{
    for (; t != NONE; t = s->task[t].parent) {
        const struct task *x = &s->task[t];
        if (x->group == NONE || (x->flags & TF_CANCELLED))
            return NONE;
        uint32_t fork = s->group[x->group].fork;
        enum group_kind kind = s->p->fork[fork].kind;
        if (x->parent == a)
            return fork;
        if (kind == GROUP_SPAWN || kind == GROUP_HEDGE)
            return NONE;
    }
    return NONE;
}

static bool is_under(const struct state *s, uint32_t t, uint32_t a)
{
    while (t != NONE && t != a)
        t = s->task[t].parent;
    return t != NONE;
}

/* The fork that a does not get past as long as t is there; NONE.  A hedge ends with any copy. */
static uint32_t held_by(const struct state *s, uint32_t t, uint32_t a)
{
    uint32_t fork = t == NONE ? NONE : local_below(s, t, a);
    return fork != NONE && s->p->fork[fork].kind == GROUP_HEDGE ? NONE : fork;
}

/* ---- along the program ---- */

struct walk { /* of a task, or of who waited for it */
    const struct local *l;
    const struct state *s;
    uint32_t other, task;
    bool turn;  /* upon a loop, where only what it readies can come at another time */
    bool rests; /* it may come to wait where it ends at once if it is cut short */
    uint32_t n; /* places that are yet to be looked at */
    struct doing *x;
};

static void visit(struct walk *w, uint32_t pc)
{
    if (w->l->is[pc])
        return;
    w->l->is[pc] = true;
    w->l->stack[w->n++] = pc;
}

static void walk_begin(struct walk *w, uint32_t task)
{
    w->task = task;
    w->n = 0;
    memset(w->l->is, 0, w->l->p->nop * sizeof *w->l->is);
}

/* The successors of a place, as far as they come before an await of fork. */
static void visit_on(struct walk *w, uint32_t pc, uint32_t fork)
{
    const struct op *o = &w->l->p->op[pc];
    uint32_t to[MOST_NEXT], k = local_successors(w->l->p, pc, to);
    bool stop = fork != NONE && local_awaits(w->l->p, o, fork);
    for (uint32_t i = 0; i < k; i++)
        if (!stop || (o->code == OP_NEXT && to[i] != o->c))
            visit(w, to[i]);
}

/* Tasks below `top` are cut short. */
static void cut_below(struct walk *w, uint32_t top)
{
    struct doing *x = w->x;
    if (!x->cuts || (x->top != NONE && is_under(w->s, x->top, top)))
        x->top = top;
    x->cuts = true;
}

/* Who is cut short by a task that only begins, or waited elsewhere, is not asked. */
static void does(struct walk *w, deeds d, bool late)
{
    w->x->all |= d;
    w->x->does |= w->turn && !late ? d & w->l->turn : d;
    if (d & (DO_CUT | DO_ABORT)) {
        w->x->cuts = true;
        w->x->later |= late;
        w->x->top = NONE;
    }
}

static void fail(struct walk *w, const struct failing *f)
{
    struct way_out u;
    local_unwind(w->l, f, &u);
    does(w, u.does, false);
    if (u.kills_any && w->s->task[w->task].groups != NONE)
        cut_below(w, w->task);
    for (uint32_t i = 0; i < u.n; i++)
        visit(w, u.to[i]);
    if (u.out)
        does(w, w->l->end[w->s->task[w->task].body], false);
    w->x->fails |= u.out;
}

/* All that is known of a task's failure: of its words, and what it is. */
static struct failing failing_now(const struct state *s, uint32_t task, uint32_t from,
                                  uint32_t scope, uint16_t code)
{
    return (struct failing){from, state_words(s, task), scope, code, NONE};
}

/* The outermost timeout round pc that has fired already, and ends a wait as it begins: its handler;
 * NONE. */
static uint32_t fired(const struct walk *w, uint32_t pc)
{
    const struct prog *p = w->l->p;
    const double *v = state_words(w->s, w->task);
    uint32_t found = NONE;
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_UNTIMER && v[p->handler[h].a] == 2)
            found = h;
    return found;
}

/* Is there a group of the fork, or may there be one by then? */
static bool has_group(const struct walk *w, const struct op *o)
{
    return o->code == OP_AWAIT || group_of(w->s, w->task, o->a) != NONE;
}

/* In this very move: as it ends before a wait can fail, but for what has failed already. */
static void fail_here(struct walk *w, uint32_t pc)
{
    const struct local *l = w->l;
    const struct prog *p = l->p;
    const struct op *o = &p->op[pc];
    uint32_t late = fired(w, pc);
    if (!local_fails(l, pc, false))
        return;
    if (o->code == OP_FAIL || (o->code == OP_ACQ && p->res[o->a].queue != NONE) ||
        (local_join_fails(l, o) && has_group(w, o)))
        fail(w, &(struct failing){.from = p->handler_of[pc], .fork = NONE});
    if (late != NONE) {
        struct failing f =
            failing_now(w->s, w->task, p->handler_of[pc], p->handler[late].a + 1, FAIL_TIMEOUT);
        fail(w, &f);
    }
}

/* Does the task wait here for children that have just begun? */
static bool joins(const struct walk *w, const struct op *o)
{
    const struct prog *p = w->l->p;
    if (o->code != OP_JOIN || p->fork[o->a].kind != GROUP_PARALLEL || p->fork[o->a].nbranch == 0)
        return false;
    return group_of(w->s, w->task, o->a) == NONE;
}

static void instruction(struct walk *w, uint32_t pc)
{
    const struct local *l = w->l;
    const struct op *o = &l->p->op[pc];
    deeds d = local_op_does(l, o);
    uint32_t g = o->code == OP_KILL || o->code == OP_GROUP ? group_of(w->s, w->task, o->a) : NONE;
    if (g != NONE && w->s->group[g].live > 0)
        cut_below(w, w->task);
    if (o->code == OP_END) {
        d |= l->end[prog_body_at(l->p, pc)];
        w->x->ends = true;
    }
    if (o->code == OP_ABORT)
        d |= l->clean[pc];
    does(w, d, false);
    if (local_readies(l, o))
        does(w, DO_BE | l->next[l->p->body[o->b].pc], true);
}

/* A task on a thread that calls or computes is over when it has done so, if it is cut short; all
 * others are at once. */
static bool rests_at(const struct walk *w, uint32_t pc)
{
    enum opcode code = (enum opcode)w->l->p->op[pc].code;
    return w->s->task[w->task].mode != M_THREAD || code == OP_JOIN || code == OP_NEXT ||
           code == OP_AWAIT;
}

static bool lingers(const struct task *t)
{
    if (t->flags & TF_FRESH)
        return false;
    if (t->mode == M_THREAD)
        return t->state != T_JOIN && t->state != T_AWAIT;
    return (t->state == T_CPU && !(t->flags & TF_HOST)) || (t->flags & TF_KEEPS_LOOP);
}

/* From the places visited to the next wait. */
static void walk_on(struct walk *w)
{
    const struct local *l = w->l;
    uint32_t fork = held_by(w->s, w->other, w->task);
    while (w->n > 0) {
        uint32_t pc = l->stack[--w->n];
        w->rests |= rests_at(w, pc);
        fail_here(w, pc);
        if (local_op_waits(l, &l->p->op[pc]) || joins(w, &l->p->op[pc]))
            continue;
        instruction(w, pc);
        visit_on(w, pc, fork);
    }
}

/* ---- who waited for the task ---- */

/* Where it goes on if it fails there. */
static void visit_caught(struct walk *w, uint32_t handler)
{
    struct way_out u;
    local_unwind(w->l, &(struct failing){.from = handler, .fork = NONE}, &u);
    for (uint32_t i = 0; i < u.n; i++)
        visit(w, u.to[i]);
}

/* Where a task may come to wait for children of a fork; how many places. */
static uint32_t find_waits(struct walk *w, uint32_t of, uint32_t *waits)
{
    const struct task *t = &w->s->task[w->task];
    uint32_t fork = held_by(w->s, w->other, w->task), n = 0;
    visit(w, t->pc);
    if (t->flags & TF_RAISE)
        visit_caught(w, t->unwind);
    while (w->n > 0) {
        uint32_t pc = w->l->stack[--w->n];
        if (local_fails(w->l, pc, true))
            visit_caught(w, w->l->p->handler_of[pc]);
        if (local_awaits(w->l->p, &w->l->p->op[pc], of))
            waits[n++] = pc;
        visit_on(w, pc, fork);
    }
    return n;
}

struct child_over {
    uint32_t fork;
    bool well, failed;
};

static void waited(struct walk *w, const struct child_over *c, uint32_t pc)
{
    const struct local *l = w->l;
    const struct op *o = &l->p->op[pc];
    uint32_t held = held_by(w->s, w->other, w->task);
    bool stop = held != NONE && local_awaits(l->p, o, held);
    does(w, local_op_does(l, o), false);
    if (c->well && !stop && o->code == OP_NEXT)
        visit(w, o->c);
    if (c->well && (!stop || o->code == OP_NEXT))
        visit(w, pc + 1);
    if (c->failed && w->s->task[w->task].pc == pc) {
        struct failing f = failing_now(w->s, w->task, l->p->handler_of[pc], 0, FAIL_NONE);
        fail(w, &f);
    } else if (c->failed) {
        fail(w, &(struct failing){.from = l->p->handler_of[pc], .fork = NONE});
    }
}

/* A child ran in the task's place, which begins the next one. */
static void leave_place(struct walk *w)
{
    const struct task *t = &w->s->task[w->task];
    if (t->state == T_INPLACE)
        visit(w, t->pc + 1);
}

/* What the owner of a task does because it has ended, from wherever it is by then. */
static void owner_goes_on(struct walk *w, const struct child_over *c)
{
    const struct prog *p = w->l->p;
    uint32_t *waits = xcalloc(p->nop + 1u, sizeof *waits), n;
    walk_begin(w, w->task);
    n = find_waits(w, c->fork, waits);
    walk_begin(w, w->task);
    for (uint32_t i = 0; i < n; i++)
        waited(w, c, waits[i]);
    leave_place(w);
    walk_on(w);
    free(waits);
}

/* A thread that waited computes before it goes on, and so does that in another move; one that had
 * lent its place has not waited. */
static bool goes_later(const struct local *l, const struct task *t)
{
    return l->defers && t->mode == M_THREAD && t->state != T_INPLACE && !(t->flags & TF_CANCELLED);
}

/* Its group is told: siblings may be cut short, another may begin, the owner may go on. */
static void tell_group(struct walk *w, uint32_t task, struct child_over *c)
{
    const struct local *l = w->l;
    const struct group *g = &w->s->group[w->s->task[task].group];
    const struct forksite *f = &l->p->fork[g->fork];
    bool decides = f->kind == GROUP_PARALLEL || f->kind == GROUP_EACH;
    c->fork = g->fork;
    if (c->failed && decides && f->siblings != SIBLINGS_WAIT)
        cut_below(w, g->owner);
    if (g->limit != NONE)
        does(w, DO_BE | l->next[l->p->body[w->s->task[task].body].pc], false);
    if (l->outer)
        does(w, local_waiters_do(l, w->s->task[task].body), false);
    does(w, DO_BE, false);
    if (c->well && local_fork_fails(l, g->fork) && (!decides || f->siblings != SIBLINGS_CANCEL))
        c->failed = true; /* others have */
}

static void tell(struct walk *w, uint32_t task)
{
    struct doing *x = w->x;
    w->turn = false;
    while ((x->ends || x->fails) && w->s->task[task].group != NONE) {
        struct child_over c = {.well = x->ends, .failed = x->fails};
        x->ends = x->fails = false;
        tell_group(w, task, &c);
        task = w->task = w->s->group[w->s->task[task].group].owner;
        if (task == w->other || w->other == NONE)
            x->all |= DO_STAY; /* it may go on, and its own timeout no longer comes */
        if (w->s->task[task].mode == M_THREAD) /* cut short now it would be over at once */
            x->all |= local_clean(w->l, &w->s->task[task]);
        if (task == w->other || goes_later(w->l, &w->s->task[task]))
            return; /* whatever it does, it does in its own order */
        owner_goes_on(w, &c);
    }
    const struct task *t = &w->s->task[task];
    if (x->fails && t->parent == NONE)
        does(w, DO_ANSWER | DO_SHOW, false);
    if ((x->ends || x->fails) && t->mode == M_INPLACE && t->parent != NONE) { /* detached */
        walk_begin(w, t->parent);
        leave_place(w);
        walk_on(w);
    }
}

/* ---- moves ---- */

bool local_told(const struct local *l, const struct state *s, const struct move *m)
{
    const struct task *t = &s->task[m->task];
    const struct op *o = &l->p->op[t->pc];
    switch ((enum move_kind)m->kind) {
    case MOVE_LOOP:
    case MOVE_YIELD:
    case MOVE_FAIL:
    case MOVE_TIMEOUT:
        return true;
    case MOVE_START:
        return !(t->flags & TF_POOLED);
    case MOVE_DONE:
        return t->state != T_CPU || (t->flags & (TF_DISPATCH | TF_HOST)) || o->code != OP_HOPOUT;
    default:
        return false;
    }
}

/* It goes on at pc, unless it fails then. */
static void goes_on(struct walk *w, uint32_t pc)
{
    const struct task *t = &w->s->task[w->task];
    if (t->flags & TF_RAISE) {
        struct failing f = failing_now(w->s, w->task, t->unwind, t->scope, t->fail);
        fail(w, &f);
    } else {
        visit(w, pc);
    }
}

/* Its place, with the use of what is shared that it has come to. */
static void goes_through(struct walk *w, uint32_t pc)
{
    fail_here(w, pc);
    instruction(w, pc);
    visit_on(w, pc, NONE);
}

static void done(struct walk *w, const struct move *m)
{
    const struct local *l = w->l;
    const struct task *t = &w->s->task[w->task];
    const struct op *o = &l->p->op[t->pc];
    if (t->state == T_CPU) {
        if (t->flags & TF_DISPATCH)
            goes_on(w, t->pc);
        else if (!(t->flags & TF_HOST))
            visit(w, t->pc + 1);
        return;
    }
    bool holds = o->code == OP_CALL && l->p->call[o->a].res != NONE && !l->p->call[o->a].ps;
    does(w, local_op_does(l, o), false);
    if (goes_later(l, t))
        return;
    if (m->kind == MOVE_DONE) {
        visit(w, t->pc + (holds ? 2 : 1));
    } else {
        struct failing f =
            failing_now(w->s, w->task, l->p->handler_of[t->pc], t->scope, FAIL_ERROR);
        fail(w, &f);
    }
}

/* One that fires while its task does not wait is only noted. */
static void timeout(struct walk *w, const struct move *m)
{
    const struct task *t = &w->s->task[w->task];
    if (!wait_interruptible(t) || goes_later(w->l, t))
        return;
    struct failing f =
        failing_now(w->s, w->task, w->l->p->handler_of[t->pc], m->arg + 1, FAIL_TIMEOUT);
    fail(w, &f);
}

static void begin(struct walk *w, const struct move *m)
{
    const struct task *t = &w->s->task[w->task];
    switch ((enum move_kind)m->kind) {
    case MOVE_YIELD:
        goes_through(w, t->pc);
        break;
    case MOVE_DONE:
    case MOVE_FAIL:
        done(w, m);
        break;
    case MOVE_TIMEOUT:
        timeout(w, m);
        break;
    case MOVE_START:
        if (!goes_later(w->l, t))
            goes_on(w, t->pc);
        break;
    default:
        goes_on(w, t->pc);
        break;
    }
}

/* Is the task on its loop, or has its turn, so that no other can go on there before?  Other
 * requests may have loops of their own. */
static bool has_turn(const struct local *l, const struct state *s, const struct move *m)
{
    return l->p->kind == EXEC_COROUTINE && !l->p->has_timers &&
           (l->p->workers == 1 || l->across == 0) &&
           (m->kind == MOVE_LOOP ||
            (m->kind == MOVE_DONE && s->loop[s->task[m->task].worker].running == m->task));
}

/* So do those in whose place it ran, if they are cut short as well. */
static void cancelled_ends(struct walk *w)
{
    for (uint32_t u = w->task; u != NONE; u = w->s->task[u].parent) {
        const struct task *t = &w->s->task[u];
        if (!(t->flags & TF_CANCELLED)) {
            walk_begin(w, u);
            leave_place(w);
            walk_on(w);
            return;
        }
        does(w, local_clean(w->l, t), false);
        if (t->mode != M_INPLACE || w->s->task[t->parent].state != T_INPLACE)
            return;
    }
}

void local_move(const struct local *l, const struct state *s, const struct move *m, uint32_t other,
                struct doing *x)
{
    const struct task *t = &s->task[m->task];
    struct walk w = {l, s, other, m->task, has_turn(l, s, m), false, 0, x};
    *x = (struct doing){.top = NONE};
    walk_begin(&w, m->task);
    if (t->flags & TF_CANCELLED) { /* whatever it goes on by, it ends, or is only marked */
        cancelled_ends(&w);
        return;
    }
    begin(&w, m);
    walk_on(&w);
    tell(&w, m->task);
    if (!w.turn || l->p->has_timers)
        x->does |= DO_BE;
    x->all |= DO_BE;
    if (w.rests && lingers(t)) /* what it gives back then comes later here, or at once */
        x->all |= l->clean[t->pc];
}
