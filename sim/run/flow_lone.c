/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_lone.c - a request that shares nothing with others, told at once: it arrives in an idle
 * system, and whoever arrives before that is idle again queues for nothing either.  See flow.h.
 *
 * When such a request is where follows from its durations alone: a call ends after its latency, a
 * join with the last of its children.  So there is no clock, and no events are put in order.  That
 * is sure as long as no two things happen at one instant, there are no more tasks than ever before,
 * and the sums over time, which are whole numbers, are represented exactly; if not, it goes the way
 * of flow.c, and until then nothing is changed but the arrivals, which are taken back. */
#include "run/flow_impl.h"
#include "run/path_impl.h"
#include <string.h>

enum { CALLS = 32, MARKS = 128, DEPTH = 8, LONES = 16 };

/* When a task is somewhere: by the clock, and by the longest chain of calls up to there. */
struct place {
    int64_t now, path;
};
struct lone {
    const struct flow *f;
    const int64_t *ns;
    struct flow_req req;
    bool well;
    struct place over;
    int64_t end[CALLS]; /* of calls */
    int64_t work;
    double tasks;
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

void lone_plan(struct flow *f)
{
    for (uint32_t i = 0; i < f->p->ncls; i++)
        f->cls[i].crowd =
            f->cls[i].nleaf > CALLS ? 0 : body_crowd(f, f->p->body[f->p->cls[i].body].pc);
    f->lone = xcalloc(LONES, sizeof *f->lone);
    f->lone_ns = xcalloc(f->most + 1u, sizeof *f->lone_ns);
}

/* ---- the request ---- */

static void lone_init(struct lone *l, const struct flow *f, const struct flow_req *r,
                      const int64_t *ns)
{
    l->f = f;
    l->ns = ns;
    l->req = *r;
    l->well = true;
    l->work = 0;
    l->tasks = 0;
    l->nend = l->forks = l->nleft = l->nchain = 0;
}

static inline struct place work_over(struct lone *l, uint32_t pc, uint32_t leaf, struct place at)
{
    int64_t ns = l->ns[leaf];
    if (ns <= 0 || at.now > SIM_TIME_MAX || l->work > SIM_TIME_MAX) {
        l->well = false;
        return at;
    }
    at.now += ns;
    at.path += ns;
    l->work += ns;
    l->end[l->nend++] = at.now;
    if (l->req.traced)
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

/* A group's: when it begins; when the last child up to now ends; where in l->chain theirs begin,
 * and that of the next one. */
struct lone_group {
    struct place from, last;
    uint32_t first, best;
};

/* A child ends, whose chain is the last one. */
static inline void child_ended(struct lone *l, struct lone_group *g, struct place to)
{
    bool in_place = l->f->p->in_place;
    l->well = l->well && to.now != g->last.now;
    if (!in_place && to.now > g->last.now) { /* its chain takes the place of the others' */
        memmove(l->chain + g->first, l->chain + g->best, (l->nchain - g->best) * sizeof *l->chain);
        g->best = g->first + (l->nchain - g->best);
    }
    l->nchain = g->best = in_place ? l->nchain : g->best;
    g->last.path = to.path > g->last.path ? to.path : g->last.path;
    g->last.now = to.now > g->last.now ? to.now : g->last.now;
}

/* Copies of one call, all at once. */
static void leaves_over(struct lone *l, uint32_t pc, const int64_t *ns, uint32_t n,
                        struct lone_group *g)
{
    const struct op *op = l->f->p->op;
    const int64_t limit = SIM_TIME_MAX / CALLS;
    uint64_t sum = 0;
    int64_t most = 0;
    unsigned bad = g->from.now > SIM_TIME_MAX || l->work > SIM_TIME_MAX;
    for (uint32_t i = 0; i < n && !bad; i++) {
        bad |= ns[i] <= 0 || ns[i] > limit || ns[i] == most;
        most = ns[i] > most ? ns[i] : most;
        sum += (uint64_t)ns[i];
        l->end[l->nend++] = g->from.now + ns[i];
    }
    l->well = l->well && !bad;
    if (bad)
        return;
    l->work += (int64_t)sum;
    l->tasks += (double)sum;
    if (l->req.traced) {
        uint32_t row = path_row_work(l->f->p, l->f->p->mark_of[l->f->skip[pc]]);
        l->chain[l->nchain++] = (struct path_part){row, most};
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = pc; op[k].code != OP_END; k++)
                if (op[k].code == OP_LEAVE)
                    step_over(l, op[k].a, ns[i]);
    }
    child_ended(l, g, (struct place){g->from.now + most, g->from.path + most});
}

/* A group, from its OP_GROUP up to its OP_JOIN, whose pc is returned. */
static uint32_t group_over(struct lone *l, uint32_t pc, uint32_t base, struct place *at)
{
    const struct flow *f = l->f;
    const struct prog *p = f->p;
    struct lone_group g = {.from = *at, .last = *at, .first = l->nchain, .best = l->nchain};
    for (pc++; p->op[pc].code != OP_JOIN; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code != OP_FORK)
            continue;
        uint32_t n = p->fork[o->a].kind == GROUP_EACH ? f->want[o->a] : 1;
        uint32_t leaf = base + f->leaf_of[pc], body = p->body[o->b].pc;
        l->forks += n;
        if (f->leaves[o->a] && !p->in_place) {
            leaves_over(l, body, l->ns + leaf, n, &g);
            continue;
        }
        for (uint32_t i = 0; i < n; i++) {
            g.from.now = p->in_place ? g.last.now : at->now;
            child_ended(l, &g, body_over(l, body, leaf + i * f->stride[pc], g.from));
        }
    }
    *at = g.last;
    return pc;
}

/* A task, from its beginning to its end. */
static struct place body_over(struct lone *l, uint32_t pc, uint32_t base, struct place at)
{
    const struct flow *f = l->f;
    const struct op *op = f->p->op;
    int64_t begun = at.now, enter[DEPTH];
    for (;; pc++) {
        if (!l->req.traced)
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
            l->tasks += (double)(at.now - begun);
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

static struct lone *lone_told(struct sim *s, struct lone *l, const struct flow_req *r,
                              const int64_t *ns)
{
    lone_init(l, s->flow, r, ns);
    l->over = body_over(l, s->p->body[s->p->cls[r->cls].body].pc, 0, (struct place){r->arrival, 0});
    l->well = l->well && (!s->p->has_loop || ends_differ(l));
    return l;
}

/* ---- requests that meet others, but share nothing with them ---- */

/* Does one of the first n do something when the next one does? */
static bool instants_meet(const struct lone *l, uint32_t n)
{
    const struct lone *last = &l[n];
    unsigned same = 0;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < l[k].nend; i++) {
            same |= l[k].end[i] == last->req.arrival;
            for (uint32_t j = 0; j < last->nend; j++)
                same |= l[k].end[i] == last->end[j];
        }
    return same != 0 || l[n - 1].req.arrival == last->req.arrival;
}

/* There may be as many tasks as if all that are present when this one arrives had all of theirs. */
static bool crowd_fits(const struct sim *s, const struct lone *l, uint32_t n)
{
    uint32_t crowd = s->flow->cls[0].crowd, all = crowd;
    for (uint32_t k = 0; k < n; k++)
        all += l[k].over.now > l[n].req.arrival ? crowd : 0;
    return all <= s->flow->live_peak && (s->p->has_loop || all <= s->thread_peak);
}

/* Whoever arrives until the system is idle again, after the first; how many there are then, or 0:
 * not in this way, and nothing has happened. */
static uint32_t others_join(struct sim *s, struct lone *l)
{
    struct class_state arrivals = s->cls[0];
    struct ev due = s->due;
    uint64_t seq = s->seq, first = s->acc.arrivals - 1;
    int64_t end = l->over.now;
    uint32_t n = 1;
    for (bool well = true; s->due.time <= end; n++) {
        struct flow_req r = {.arrival = s->due.time, .traced = account_traces(s, first + n)};
        well = well && n < LONES && s->finished + n < s->goal;
        if (well) {
            r.ordinal = arrive_next(s);
            flow_draw(s, 0, r.ordinal, s->flow->lone_ns);
            well = lone_told(s, &l[n], &r, s->flow->lone_ns)->well && !instants_meet(l, n) &&
                   crowd_fits(s, l, n);
        }
        if (!well) {
            s->cls[0] = arrivals;
            s->due = due;
            s->seq = seq;
            return 0;
        }
        end = l[n].over.now > end ? l[n].over.now : end;
    }
    return n;
}

/* ---- what it leaves behind ---- */

/* Moves and sums over time; the arrival's own move is counted elsewhere. */
static void account_lone(struct sim *s, const struct lone *l)
{
    const struct prog *p = s->p;
    double present = (double)(l->over.now - l->req.arrival);
    s->acc.events += 1 + l->nend * (p->has_loop ? 2u : 1u);
    if (!p->has_loop && !p->in_place)
        s->acc.events += l->forks;
    s->acc.present_area += present;
    s->acc.thread_area += p->has_loop ? 0 : p->in_place ? present : l->tasks;
    s->acc.task_area += l->tasks;
    if (p->server != NONE) {
        account_wait(s, p->server, 0);
        account_row(s, p->server, 1, 0);
    }
    s->now = s->acc_last = l->over.now;
    if (p->server != NONE)
        account_row(s, p->server, -1, 0);
    for (uint32_t i = 0; i < l->nleft; i++)
        account_left(s, l->left[i].mark, l->left[i].ns);
}

static void lone_over(struct sim *s, const struct lone *l, uint64_t number)
{
    int64_t latency = l->over.now - l->req.arrival;
    account_lone(s, l);
    if (l->req.traced)
        path_whole(s->path, number, l->chain, l->nchain);
    record_add(s, (struct record){.arrival = l->req.arrival,
                                  .latency = latency,
                                  .duration = latency,
                                  .status = 200,
                                  .cls = l->req.cls,
                                  .ordinal = l->req.ordinal});
    s->traced += l->req.traced;
    if (l->req.traced)
        account_traced(s, l->work, l->over.path);
}

/* Of n requests, in the order of their ends. */
static void lones_over(struct sim *s, const struct lone *l, uint32_t n)
{
    uint64_t first = s->alone ? s->alone_ordinal : s->acc.arrivals - 1;
    uint32_t order[LONES];
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        for (; k > 0 && l[order[k - 1]].over.now > l[i].over.now; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    s->acc.arrivals += n - 1;
    s->acc.events += n - 1;
    for (uint32_t i = 0; i < n; i++)
        lone_over(s, &l[order[i]], first + order[i]);
}

bool lone_arrive(struct sim *s, const struct flow_req *r, const int64_t *ns)
{
    struct flow *f = s->flow;
    uint32_t crowd = f->cls[r->cls].crowd;
    uint32_t threads = s->p->has_loop ? 0 : s->p->in_place ? 1 : crowd;
    bool idle = s->st.live == 0 && s->soon.n == 0 && s->nheap == 0;
    if (crowd == 0 || !idle || crowd > f->live_peak || threads > s->thread_peak ||
        (r->traced && path_slacks(s->path)))
        return false;
    struct lone *l = lone_told(s, f->lone, r, ns);
    uint32_t n = 1;
    if (l->well && l->over.now >= s->due.time) {
        bool apart = s->p->server == NONE && s->p->ncls == 1;
        n = apart ? others_join(s, l) : 0;
    }
    double tasks = s->acc.task_area;
    int64_t end = 0;
    for (uint32_t i = 0; i < n; i++) {
        tasks += l[i].tasks;
        end = l[i].over.now > end ? l[i].over.now : end;
    }
    if (!l->well || n == 0 || end > SIM_TIME_MAX || tasks > FLOW_EXACT)
        return false;
    lones_over(s, l, n);
    return true;
}
