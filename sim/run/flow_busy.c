/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_busy.c - a busy period of one server, told at once: from the request that finds the system
 * idle to the one that leaves it so.  See flow.h.
 *
 * Requests make one call each and are served as they come, so one begins when it arrives or when
 * the one before it ends (Lindley 1952).  It is given up, and goes the way of flow.c, if one of
 * them is traced, two things happen at one instant, more are present than ever before, or more
 * would end than were asked for; until then nothing is changed but the arrivals, which are taken
 * back. */
#include "run/flow_impl.h"
#include "run/sim_event.h"

enum { REQUESTS = 1024 }; /* of a busy period */

/* ---- the plan ---- */

/* The resource of the program's one call, or NONE; false: it does more. */
static bool only_call(const struct flow *f, uint32_t *res)
{
    const struct prog *p = f->p;
    uint32_t pc = f->skip[p->body[p->cls[0].body].pc];
    pc += p->op[pc].code == OP_ACQ;
    if (p->op[pc].code != OP_CALL)
        return false;
    *res = p->call[p->op[pc].a].res;
    return p->op[f->skip[pc + (*res == NONE ? 1 : 2)]].code == OP_END;
}

void busy_plan(struct flow *f)
{
    const struct prog *p = f->p;
    if (p->ncls != 1 || p->cls[0].load == NULL || !only_call(f, &f->busy_service))
        return;
    uint32_t first = p->server != NONE ? p->server : f->busy_service;
    if (first != NONE && p->res[first].size == 1)
        f->busy = xcalloc(REQUESTS, sizeof *f->busy);
}

/* ---- the period ---- */

struct period {
    uint64_t first; /* number of its first request */
    uint32_t n, crowd, gone;
    int64_t end, served, present;
};

static bool is_traced(const struct sim *s, uint64_t number)
{
    return number >= s->o.trace_first && number - s->o.trace_first < s->o.trace_requests;
}

/* One more request; false: not in this way. */
static inline bool request_next(struct sim *s, struct period *b, struct record r, int64_t ns)
{
    struct record *v = s->flow->busy;
    if (b->n == REQUESTS || s->finished + b->n >= s->goal || is_traced(s, b->first + b->n) ||
        ns <= 0 || b->end > SIM_TIME_MAX - ns)
        return false;
    b->end = (b->end > r.arrival ? b->end : r.arrival) + ns;
    b->served += ns;
    b->present += r.latency = r.duration = b->end - r.arrival;
    v[b->n++] = r;
    while (v[b->gone].arrival + v[b->gone].latency < r.arrival)
        b->gone++;
    b->crowd = b->n - b->gone > b->crowd ? b->n - b->gone : b->crowd;
    return v[b->gone].arrival + v[b->gone].latency != r.arrival;
}

static bool period_follow(struct sim *s, struct period *b, uint64_t ordinal, int64_t ns)
{
    struct record r = {.arrival = s->now, .status = 200, .ordinal = ordinal};
    while (request_next(s, b, r, ns)) {
        if (s->due.time > b->end)
            return true;
        if (s->due.time == r.arrival)
            return false;
        r.arrival = s->due.time;
        r.ordinal = arrive_next(s);
        flow_draw(s, 0, r.ordinal, &ns);
    }
    return false;
}

/* Acquisitions, waits and ends, in their order. */
static void period_records(struct sim *s, const struct period *b, uint32_t row, uint32_t other)
{
    int64_t before = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        const struct record *r = &s->flow->busy[i];
        account_wait(s, row, before > r->arrival ? before - r->arrival : 0);
        if (other != NONE)
            account_wait(s, other, 0);
        record_add(s, *r);
        before = r->arrival + r->latency;
    }
}

static void row_served(struct sim *s, const struct period *b, uint32_t row, int64_t queued)
{
    struct row_state *r = &s->row[row];
    r->acc.busy_area += (double)b->served;
    r->acc.queue_area += (double)queued;
    r->last = b->end;
}

/* All that happened, but the move that is the first arrival. */
static void account_period(struct sim *s, const struct period *b)
{
    const struct prog *p = s->p;
    bool server = p->server != NONE;
    uint32_t row = server ? p->server : s->flow->busy_service;
    uint32_t other = server ? s->flow->busy_service : NONE;
    double present = (double)b->present;
    s->acc.arrivals += b->n - 1;
    s->acc.events += b->n * (p->has_loop ? 3u : 2u) + 2 * (b->n - 1);
    s->acc.present_area += present;
    s->acc.task_area += present;
    s->acc.thread_area += p->has_loop ? 0 : server ? (double)b->served : present;
    row_served(s, b, row, b->present - b->served);
    if (other != NONE)
        row_served(s, b, other, 0);
    s->now = s->acc_last = b->end;
    period_records(s, b, row, other);
}

bool busy_arrive(struct sim *s, uint64_t ordinal, int64_t ns)
{
    struct flow *f = s->flow;
    if (f->busy == NULL || s->alone || s->st.live > 0 || s->soon.n > 0 || s->nheap > 0)
        return false;
    struct period b = {.first = s->acc.arrivals - 1};
    struct class_state arrivals = s->cls[0];
    struct ev due = s->due;
    uint64_t seq = s->seq;
    bool well = period_follow(s, &b, ordinal, ns);
    uint32_t threads = s->p->has_loop ? 0 : s->p->server != NONE ? 1 : b.crowd;
    if (!well || b.crowd > f->live_peak || threads > s->thread_peak ||
        s->acc.task_area + (double)b.present > FLOW_EXACT) {
        s->cls[0] = arrivals;
        s->due = due;
        s->seq = seq;
        return false;
    }
    account_period(s, &b);
    return true;
}
