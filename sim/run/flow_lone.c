/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_lone.c - a request that meets no other, told at once: it arrives in an idle system, and is
 * over before the next one comes.  See flow.h.
 *
 * If it queues for nothing, when it is where follows from its durations alone: a call ends after
 * its latency, a join with the last of its children.  So there is no clock, and no events are put
 * in order.  That is sure as long as no two calls end at one instant, and as the sums over time,
 * which are whole numbers, are represented exactly; if not, it goes the way of flow.c. */
#include "run/flow_impl.h"
#include "run/path_impl.h"
#include <string.h>

enum { CALLS = 32, MARKS = 128, DEPTH = 8 };

/* When a task is somewhere: by the clock, and by the longest chain of calls up to there. */
struct place {
    int64_t now, path;
};
struct lone {
    const struct flow *f;
    const int64_t *ns;
    bool traced, well;
    int64_t end[CALLS]; /* of calls */
    int64_t work, tasks;
    uint32_t nend, forks, nleft, nchain;
    struct path_part chain[CALLS]; /* what the task that is looked at waited for */
    struct {                       /* steps that ended, and their durations */
        uint32_t mark;
        int64_t ns;
    } left[MARKS];
};

/* ---- the plan ---- */

/* How many tasks a body is at most at once, with its children; 0: one of them can queue. */
static uint32_t body_crowd(const struct flow *f, uint32_t pc)
{
    const struct prog *p = f->p;
    uint32_t most = 0, group = 0;
    for (; p->op[pc].code != OP_END; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code == OP_ACQ || (o->code == OP_ENTER && o->b >= DEPTH))
            return 0;
        if (o->code == OP_GROUP)
            group = 0;
        if (o->code != OP_FORK)
            continue;
        uint32_t child = body_crowd(f, p->body[o->b].pc);
        uint32_t copies = p->fork[o->a].kind == GROUP_EACH ? f->want[o->a] : 1;
        if (child == 0)
            return 0;
        if (p->in_place)
            group = child > group ? child : group;
        else
            group += copies * child;
        most = group > most ? group : most;
    }
    return 1 + most;
}

uint32_t lone_crowd(const struct flow *f, uint32_t cls)
{
    return f->cls[cls].nleaf > CALLS ? 0 : body_crowd(f, f->p->body[f->p->cls[cls].body].pc);
}

/* ---- the request ---- */

static void lone_init(struct lone *l, const struct flow *f, const int64_t *ns, bool traced)
{
    l->f = f;
    l->ns = ns;
    l->traced = traced;
    l->well = true;
    l->work = l->tasks = 0;
    l->nend = l->forks = l->nleft = l->nchain = 0;
}

static inline struct place work_over(struct lone *l, uint32_t pc, uint32_t leaf, struct place at)
{
    int64_t ns = l->ns[leaf];
    l->well = l->well && ns > 0;
    at.now += ns;
    at.path += ns;
    l->work += ns;
    l->end[l->nend++] = at.now;
    if (l->traced)
        l->chain[l->nchain++] =
            (struct path_part){path_row_work(l->f->p, l->f->p->mark_of[pc]), ns};
    return at;
}

static void step_over(struct lone *l, uint32_t mark, int64_t ns)
{
    if (l->nleft == MARKS)
        l->well = false;
    else {
        l->left[l->nleft].mark = mark;
        l->left[l->nleft++].ns = ns;
    }
}

static struct place body_over(struct lone *l, uint32_t pc, uint32_t base, struct place at);

static inline struct place child_over(struct lone *l, const struct op *fork, uint32_t leaf,
                                      struct place from)
{
    uint32_t pc = l->f->p->body[fork->b].pc;
    if (l->traced || !l->f->leaves[fork->a])
        return body_over(l, pc, leaf, from);
    struct place to = work_over(l, pc, leaf, from);
    l->tasks += to.now - from.now;
    return to;
}

/* A group, from its OP_GROUP up to its OP_JOIN, whose pc is returned. */
static uint32_t group_over(struct lone *l, uint32_t pc, uint32_t base, struct place *at)
{
    const struct flow *f = l->f;
    const struct prog *p = f->p;
    struct place last = *at;
    uint32_t first = l->nchain, best = first;
    for (pc++; p->op[pc].code != OP_JOIN; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code != OP_FORK)
            continue;
        uint32_t n = p->fork[o->a].kind == GROUP_EACH ? f->want[o->a] : 1;
        for (uint32_t i = 0; i < n; i++) {
            struct place from = {p->in_place ? last.now : at->now, at->path};
            uint32_t leaf = base + f->leaf_of[pc] + i * f->stride[pc];
            struct place to = child_over(l, o, leaf, from);
            last.path = to.path > last.path ? to.path : last.path;
            l->well = l->well && to.now != last.now;
            if (!p->in_place && to.now > last.now) { /* its chain takes the place of the others' */
                memmove(l->chain + first, l->chain + best, (l->nchain - best) * sizeof *l->chain);
                best = first + (l->nchain - best);
            }
            l->nchain = best = p->in_place ? l->nchain : best;
            last.now = to.now > last.now ? to.now : last.now;
        }
        l->forks += n;
    }
    *at = last;
    return pc;
}

/* A task, from its beginning to its end. */
static struct place body_over(struct lone *l, uint32_t pc, uint32_t base, struct place at)
{
    const struct flow *f = l->f;
    const struct op *op = f->p->op;
    int64_t begun = at.now, enter[DEPTH];
    for (;; pc++) {
        if (!l->traced)
            pc = f->skip[pc];
        switch ((enum opcode)op[pc].code) {
        case OP_ENTER:
            enter[op[pc].b] = at.now;
            break;
        case OP_LEAVE:
            step_over(l, op[pc].a, at.now - enter[op[pc].b]);
            break;
        case OP_CALL:
        case OP_PAUSE:
            at = work_over(l, pc, base + f->leaf_of[pc], at);
            break;
        case OP_GROUP:
            pc = group_over(l, pc, base, &at);
            break;
        case OP_END:
            l->tasks += at.now - begun;
            return at;
        default:
            break;
        }
    }
}

/* Upon a loop, what happens at one instant is one move. */
static bool ends_differ(const struct lone *l)
{
    unsigned same = 0;
    for (uint32_t i = 1; i < l->nend; i++)
        for (uint32_t k = 0; k < i; k++)
            same |= l->end[i] == l->end[k];
    return same == 0;
}

/* All that happened to it, moves and sums over time included. */
static void account_lone(struct sim *s, const struct lone *l, int64_t end)
{
    const struct prog *p = s->p;
    double present = (double)(end - s->now), tasks = (double)l->tasks;
    s->acc.events += 1 + l->nend * (p->has_loop ? 2u : 1u);
    if (!p->has_loop && !p->in_place)
        s->acc.events += l->forks;
    s->acc.present_area += present;
    s->acc.thread_area += p->has_loop ? 0 : p->in_place ? present : tasks;
    s->acc.task_area += tasks;
    if (p->server != NONE) {
        account_wait(s, p->server, 0);
        account_row(s, p->server, 1, 0);
    }
    s->now = s->acc_last = end;
    if (p->server != NONE)
        account_row(s, p->server, -1, 0);
    for (uint32_t i = 0; i < l->nleft; i++)
        account_left(s, l->left[i].mark, l->left[i].ns);
}

bool lone_arrive(struct sim *s, uint32_t cls, const struct flow_req *r, const int64_t *ns)
{
    struct flow *f = s->flow;
    uint32_t crowd = f->cls[cls].crowd, threads = s->p->has_loop ? 0 : s->p->in_place ? 1 : crowd;
    bool idle = s->st.live == 0 && s->soon.n == 0 && s->nheap == 0;
    if (crowd == 0 || !idle || crowd > f->live_peak || threads > s->thread_peak ||
        (r->traced && path_slacks(s->path)))
        return false;
    struct lone l;
    lone_init(&l, f, ns, r->traced);
    uint32_t pc = s->p->body[s->p->cls[cls].body].pc;
    struct place to = body_over(&l, pc, 0, (struct place){s->now, 0});
    if (!l.well || to.now >= s->due.time || to.now > SIM_TIME_MAX ||
        s->acc.task_area + (double)l.tasks > FLOW_EXACT || (s->p->has_loop && !ends_differ(&l)))
        return false;
    account_lone(s, &l, to.now);
    if (r->traced)
        path_whole(s->path, s->alone ? s->alone_ordinal : s->acc.arrivals - 1, l.chain, l.nchain);
    record_add(s, (struct record){.arrival = r->arrival,
                                  .latency = to.now - r->arrival,
                                  .duration = to.now - r->arrival,
                                  .status = 200,
                                  .cls = cls,
                                  .ordinal = r->ordinal});
    s->traced += r->traced;
    if (r->traced)
        account_traced(s, l.work, to.path);
    return true;
}
