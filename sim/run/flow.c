/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.c - arrivals and the clock of programs that only flow, and their life; see flow.h. */
#include "run/flow.h"
#include "run/flow_impl.h"
#include "run/path.h"
#include "run/path_impl.h"
#include <string.h>

/* ---- life ---- */

struct flow *flow_new(const struct prog *p, const struct sim_opt *o)
{
    struct flow *f = xcalloc(1, sizeof *f);
    f->p = p;
    f->free_task = f->free_req = NONE;
    f->run = f->loop = (struct flow_line){NONE, NONE};
    if (!flow_plan(f, o)) {
        flow_free(f);
        return NULL;
    }
    f->queue = xcalloc(p->ninstance + 1u, sizeof *f->queue);
    for (uint32_t i = 0; i < p->nres; i++)
        f->queue[p->res[i].base] =
            (struct flow_queue){.free = p->res[i].size, .line = {NONE, NONE}, .res = i};
    return f;
}

void flow_free(struct flow *f)
{
    if (f == NULL)
        return;
    flow_plan_free(f);
    free(f->task);
    free(f->req);
    free(f->draw);
    free(f->queue);
    free(f->enter);
    free(f->lone);
    free(f->lone_ns);
    busy_free(f->busy);
    free(f);
}

const struct loc *flow_place(const struct sim *s)
{
    const struct flow *f = s->flow;
    for (uint32_t i = 0; i < f->ntask; i++)
        if (f->task[i].state == FLOW_WORK)
            return &f->p->where[f->task[i].pc];
    return NULL;
}

/* ---- arrivals ---- */

/* A root's first move, right after its arrival. */
static inline void begin_at_once(struct sim *s, uint32_t task)
{
    bool thread = s->flow->task[task].mode == FLOW_THREAD;
    s->st.threads += thread;
    flow_settle(s);
    s->acc.events++;
    if (thread) {
        flow_go_on(s, task);
    } else {
        line_put(s->flow, &s->flow->loop, task);
        flow_turns(s);
    }
}

uint32_t flow_root(struct sim *s, uint32_t req, uint64_t number)
{
    struct flow *f = s->flow;
    const struct prog *p = f->p;
    const struct flow_req *r = &f->req[req];
    uint32_t task = flow_task_slot(f), body = p->cls[r->cls].body;
    f->task[task] = (struct flow_task){.pc = p->body[body].pc,
                                       .parent = NONE,
                                       .req = req,
                                       .mode = p->has_loop ? FLOW_LOOP : FLOW_THREAD,
                                       .traced = r->traced};
    if (s->follow && r->traced)
        path_request(s->path, task, req,
                     (struct path_root){.id = number, .cls = r->cls, .body = body});
    else if (s->follow)
        path_untraced(s->path, task);
    return task;
}

/* step_arrive() */
void flow_arrive(struct sim *s, uint32_t cls, uint64_t ordinal)
{
    struct flow *f = s->flow;
    const struct prog *p = f->p;
    bool traced = account_arrival(s, ordinal);
    uint32_t i = flow_req_slot(f);
    struct flow_req *r = &f->req[i];
    int64_t *ns = f->draw + (size_t)i * f->most;
    *r = (struct flow_req){.arrival = s->now, .ordinal = ordinal, .cls = cls, .traced = traced};
    flow_draw(s, cls, ordinal, ns);
    if (lone_arrive(s, r, ns) || busy_arrive(s, ordinal, ns[0])) {
        r->next = f->free_req;
        f->free_req = i;
        return;
    }
    uint32_t task = flow_root(s, i, s->alone ? s->alone_ordinal : s->acc.arrivals - 1);
    s->st.live++;
    s->traced += traced;
    s->acc.present++;
    arrive_crowd(s, cls);
    if (!p->has_loop && p->server != NONE && !flow_seek(s, p->res[p->server].base, task))
        return;
    if (s->end == SIM_MORE && quiet(s))
        begin_at_once(s, task);
    else if (p->has_loop)
        flow_loop_put(s, task);
    else
        flow_thread_start(s, task);
}

void flow_settle(struct sim *s)
{
    if (s->st.live <= s->flow->live_peak && s->st.threads <= s->thread_peak)
        return;
    if (s->end == SIM_MORE) {
        s->flow->live_peak = s->st.live;
        account_peaks(s);
    }
}

/* ---- the clock ---- */

static inline void turn(struct sim *s, struct now x)
{
    switch ((enum now_kind)x.kind) {
    case NOW_START:
        flow_go_on(s, x.a);
        break;
    case NOW_LOOP:
        flow_turns(s);
        break;
    default:
        flow_granted(s, x.a);
        break;
    }
}

bool flow_reach(struct sim *s, int64_t at)
{
    if (at > SIM_TIME_MAX) {
        sim_fail_time(s);
        return false;
    }
    if (at != s->now) {
        s->now = at;
        account_time(s);
    }
    return true;
}

static inline bool advance(struct sim *s, uint64_t goal)
{
    int64_t first = s->nheap > 0 ? s->heap[0].time : INT64_MAX;
    int64_t at = s->due.time < first ? s->due.time : first;
    bool due = s->due.time < first || (s->nheap > 0 && event_before(s->due, s->heap[0]));
    if (s->soon.n > 0 && at != s->now) {
        turn(s, ring_take(&s->soon));
    } else if (at == INT64_MAX) {
        return false;
    } else if (!flow_reach(s, at)) {
        return true;
    } else if (due) {
        arrive_due(s);
    } else {
        uint32_t task = event_slot(s->heap[0]);
        event_pop(s);
        flow_work_done(s, task);
    }
    s->acc.events++;
    flow_settle(s);
    while (s->soon.n > 0 && events_over(s) && s->end == SIM_MORE && s->finished < goal) {
        turn(s, ring_take(&s->soon));
        s->acc.events++;
        flow_settle(s);
    }
    return true;
}

bool flow_advance(struct sim *s, uint64_t goal)
{
    do {
        if (!(busy_on(s->flow) ? busy_advance(s, goal) : advance(s, goal)))
            return false;
    } while (s->end == SIM_MORE && s->finished < goal && s->acc.events < s->look_at);
    return true;
}
