/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.c - the clock: events in their order, moves of step.h, life.  See sim.h. */
#include "run/sim.h"
#include "run/flow.h"
#include "run/path.h"
#include "run/sim_event.h"
#include <stdlib.h>
#include <string.h>

/* Beyond these a run is an error: no model makes the simulator go on for ever. */
static const uint64_t ops_max = UINT64_C(1) << 28;           /* instructions at one instant */
static const uint64_t unfinished_max = UINT64_C(1000000000); /* events, no request finished */

void sim_fail(struct sim *s, struct loc at, const char *why)
{
    if (s->error != NULL)
        return;
    s->error = why;
    s->error_at = at;
    s->end = SIM_ERROR;
}

void sim_fail_crowd(struct sim *s, struct loc at)
{
    sim_fail(s, at, "there are more than 4 million tasks at once");
}

/* ---- timeouts ---- */

/* A step that ends at the very instant of its own timeout has succeeded.  Upon a loop the end of
 * the tasks it waits for is only noticed in their turn, and the parent's in its own: so a timeout
 * of such a step waits until the turns of this instant are through (a busy loop gives none). */
static bool timer_defers(const struct sim *s, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    if (!s->p->has_loop || (t->state != T_JOIN && t->state != T_AWAIT && t->state != T_READY))
        return false;
    const struct loopst *l = &s->st.loop[t->worker];
    return l->running == NONE && l->first != NONE;
}

/* It waits for what is still to happen at this instant. */
static void timer_defer(struct sim *s, uint32_t slot)
{
    s->slot[slot].c = TIMER_DEFERRED;
    ring_put(&s->soon, (struct now){NOW_TIMER, slot, 0});
}

void timer_due(struct sim *s, uint32_t slot)
{
    struct slot x = s->slot[slot];
    bool timer = x.kind == EV_TIMER, ok;
    uint32_t answered = timer && s->world ? world_answered(s, x.a, &ok) : NONE;
    if (answered != NONE) {
        timer_defer(s, slot);
        world_done(s, answered, ok);
        return;
    }
    if (timer && timer_defers(s, x.a)) {
        timer_defer(s, slot);
        return;
    }
    if (timer)
        timer_unlink(s, x.a, x.b);
    slot_free(s, slot);
    if (timer)
        move_timeout(s, x.a, x.b);
}

/* ---- the main loop ---- */

void dispatch_now(struct sim *s, struct now x)
{
    struct state *st = &s->st;
    switch ((enum now_kind)x.kind) {
    case NOW_START:
        if (s->side[x.a].birth != x.b || st->task[x.a].state != T_START)
            return;
        move_start(s, x.a);
        break;
    case NOW_LOOP:
        move_loop(s, x.a);
        break;
    case NOW_WOKEN:
        if (s->side[x.a].birth == x.b)
            move_woken(s, x.a);
        break;
    case NOW_YIELD:
        move_yield(s, x.a);
        break;
    case NOW_GRANT: {
        const struct resst *q = &st->inst[x.a];
        uint32_t pick = 0;
        if (s->p->res[q->res].discipline == DISC_RANDOM && q->nqueue > 1 && s->o.oracle) {
            pick = s->o.oracle->pick(s->o.oracle->ctx, NULL, q->nqueue);
        } else if (s->p->res[q->res].discipline == DISC_RANDOM && q->nqueue > 1) {
            struct draw_key k = {.seed = s->o.seed,
                                 .path = rng_mix(s->o.replication, ++s->grants),
                                 .site = 0x67726e74 ^ x.a};
            if (s->alone)
                k.path = rng_mix(k.path, s->alone_ordinal);
            pick = (uint32_t)(rng_unit(k) * q->nqueue);
        }
        move_grant(s, x.a, pick);
        break;
    }
    case NOW_CPU:
        cpu_turn(&s->cpu, x.b != 0, x.a);
        break;
    case NOW_TIMER:
        timer_due(s, x.a);
        break;
    }
}

void dispatch_event(struct sim *s, struct slot x)
{
    switch ((enum ev_kind)x.kind) {
    case EV_WORK:
        s->side[x.a].work = NONE;
        if (s->follow)
            path_done(s->path, x.a);
        move_done(s, x.a, x.b != 0);
        break;
    case EV_SERVED:
        s->side[x.a].work = NONE;
        move_served(s, x.a);
        break;
    case EV_TIMER: /* timer_due() */
        break;
    case EV_BATCH:
        move_batch_due(s, x.a);
        break;
    case EV_QTIMER:
        s->side[x.a].qtimer = NONE;
        move_queue_timeout(s, x.a);
        break;
    case EV_CPU:
        cpu_alarm(&s->cpu, (enum cpu_event)x.c, x.a, x.b);
        break;
    case EV_SHARE:
        share_event(s, x.a, x.b);
        break;
    case EV_ARRIVE:
        arrive_event(s, x.a, x.b);
        break;
    case EV_DEAD:
        break;
    }
}

static void cpu_account(struct sim *s)
{
    if (s->cpu_changed) {
        account_cpu(s);
        s->cpu_changed = false;
    }
}

/* Where the first task stands that is not held up by others. */
static struct loc some_place(const struct sim *s)
{
    const struct loc *at = s->flow ? flow_place(s) : NULL;
    if (at != NULL)
        return *at;
    for (uint32_t t = 0; t < s->st.ntask; t++) {
        uint8_t k = s->st.task[t].state;
        if (k == T_WORK || k == T_CPU || k == T_RUN || k == T_ASK)
            return state_where(&s->st, t);
    }
    return s->p->model->at;
}

void sim_fail_time(struct sim *s)
{
    sim_fail(s, some_place(s), "this would last for more than 60 years");
}

/* The clock goes on to the event's time. */
static bool reach(struct sim *s, struct ev e)
{
    if (e.time > SIM_TIME_MAX) {
        sim_fail_time(s);
        return false;
    }
    s->cpu.late = (e.key >> EV_CLASS_SHIFT) >= CL_ARRIVAL;
    if (e.time == s->now)
        return true;
    s->now = e.time;
    s->cpu.now = e.time;
    s->st.ops = 0;
    account_time(s);
    return true;
}

/* The first event of the heap. */
static bool take_event(struct sim *s)
{
    struct ev e = s->heap[0];
    uint32_t i = event_slot(e);
    struct slot x = s->slot[i];
    if (x.kind != EV_TIMER)
        slot_free(s, i);
    event_pop(s);
    if (!reach(s, e))
        return false;
    if (x.kind == EV_TIMER)
        timer_due(s, i);
    else
        dispatch_event(s, x);
    return true;
}

/* What the tie rule says. */
static enum next next_of(const struct sim *s)
{
    bool due = s->due.time != INT64_MAX && (s->nheap == 0 || event_before(s->due, s->heap[0]));
    if (due && (s->soon.n == 0 || s->due.time == s->now))
        return NEXT_ARRIVAL;
    if (!due && s->nheap > 0 && (s->soon.n == 0 || s->heap[0].time == s->now))
        return NEXT_EVENT;
    return s->soon.n > 0 ? NEXT_TURN : NEXT_NOTHING;
}

/* One event or one turn of this instant.  False: nothing is left. */
static bool advance(struct sim *s)
{
    while (s->nheap > 0 && s->slot[event_slot(s->heap[0])].kind == EV_DEAD) {
        slot_free(s, event_slot(s->heap[0]));
        event_pop(s);
        s->dead--;
    }
    enum next next = next_of(s);
    if (s->o.oracle && s->o.oracle->order)
        next = order_pick(s, next);
    if (next == NEXT_NOTHING)
        return false;
    if (next == NEXT_ARRIVAL) {
        if (!reach(s, s->due))
            return true;
        arrive_due(s);
    } else if (next == NEXT_EVENT) {
        if (!take_event(s))
            return true;
    } else {
        s->cpu.late = true;
        dispatch_now(s, ring_take(&s->soon));
    }
    s->acc.events++;
    sim_settle(s);
    cpu_account(s);
    return true;
}

/* Look whether some tasks can never move again: when nothing has finished for a while, each time
 * for twice as long; and ever more rarely when many are present.  A request that finishes only puts
 * that off, so the next look may come too early, and is then put off. */
static void watch(struct sim *s)
{
    bool idle = s->acc.events - s->last_finish > s->patience;
    bool crowd = s->acc.events >= s->check_at && s->acc.present > 4096;
    if (s->acc.events >= s->check_at)
        s->check_at = s->acc.events + (s->acc.events < 100000 ? 20000 : s->acc.events / 4);
    if (idle)
        s->patience *= 2;
    if (s->end == SIM_MORE && (idle || crowd) && deadlock_exists(s))
        s->end = SIM_DEADLOCK;
    uint64_t idle_at = s->last_finish + s->patience + 1;
    s->watch_at = idle_at < s->check_at ? idle_at : s->check_at;
}

/* Now and then: is there a reason not to go on? */
static void look(struct sim *s)
{
    s->look_at = s->acc.events + 1024;
    if (s->o.max_events != 0) {
        if (s->acc.events >= s->o.max_events)
            s->end = SIM_STOPPED;
        else if (s->look_at > s->o.max_events)
            s->look_at = s->o.max_events;
    }
    if (s->acc.events - s->last_finish > unfinished_max)
        sim_fail(s, some_place(s), "no request has finished in the last billion events");
    if (s->o.stop != NULL && atomic_load_explicit(s->o.stop, memory_order_relaxed))
        s->end = SIM_STOPPED;
}

enum sim_end sim_run_load(struct sim *s, uint64_t n)
{
    if (s->end != SIM_MORE)
        return s->end;
    if (!s->started) {
        s->started = true;
        arrive_begin(s);
    }
    s->goal = s->finished + n;
    while (s->end == SIM_MORE && s->finished < s->goal) {
        if (s->flow ? !flow_advance(s, s->goal) : !advance(s)) {
            s->end = s->st.live > 0 ? SIM_DEADLOCK : SIM_DRAINED;
            break;
        }
        if (s->acc.events >= s->watch_at && !s->flow)
            watch(s);
        if (s->acc.events >= s->look_at)
            look(s);
    }
    if (s->end == SIM_MORE && s->st.live > 0 && !s->flow && deadlock_exists(s))
        s->end = SIM_DEADLOCK;
    return s->end;
}

static void clock_reset(struct sim *s)
{
    s->base += s->now;
    account_time(s);
    for (uint32_t i = 0; i < s->nrow; i++) {
        account_row(s, i, 0, 0);
        s->row[i].last = 0;
    }
    s->acc_last = 0;
    s->now = s->cpu.now = 0;
    shared_start(&s->st); /* each request begins in an idle system */
    s->st.ops = 0;
    s->seq = 0;
    s->grants = s->handoffs = 0;
    for (uint32_t k = 0; k < s->nshare; k++)
        s->share[k].ps.last = 0;
    cpu_reset(&s->cpu);
}

enum sim_end sim_run_alone(struct sim *s, uint64_t first, uint64_t n)
{
    return sim_run_class(s, 0, first, n);
}

enum sim_end sim_run_class(struct sim *s, uint32_t cls, uint64_t first, uint64_t n)
{
    s->alone = true;
    for (uint64_t i = first; i < first + n && s->end == SIM_MORE; i++) {
        if ((i & 255) == 0)
            look(s);
        if (s->end != SIM_MORE)
            break;
        s->alone_ordinal = i;
        arrive_request(s, cls, 0, i);
        if (s->flow)
            flow_settle(s);
        else
            sim_settle(s);
        while (s->end == SIM_MORE && (s->flow ? flow_advance(s, UINT64_MAX) : advance(s)))
            if (s->acc.events >= s->look_at)
                look(s);
        if (s->end == SIM_MORE && s->st.live > 0)
            s->end = SIM_DEADLOCK;
        if (s->end == SIM_MORE)
            clock_reset(s);
    }
    return s->end;
}

/* ---- life ---- */

static void costs_init(struct sim *s)
{
    for (unsigned c = 0; c < COST_COUNT; c++) {
        uint32_t site = s->p->cost_site[c];
        s->cost_ns[c] = 0;
        if (site == NONE)
            continue;
        const struct xexpr *x = &s->p->x.expr[s->p->site[site].expr];
        if (x->constant)
            s->cost_ns[c] = x->value < 1e18 ? (int64_t)(x->value + 0.5) : (int64_t)1e18;
        else
            s->cost_ns[c] = -1;
    }
}

static void shares_init(struct sim *s)
{
    s->nshare = s->p->nres;
    s->share = xcalloc(s->nshare + 1, sizeof *s->share);
    for (uint32_t i = 0; i < s->nshare; i++)
        ps_init(&s->share[i].ps, s->p->res[i].size);
}

struct sim *sim_new(const struct prog *p, const struct sim_opt *o)
{
    struct sim *s = xcalloc(1, sizeof *s);
    s->p = p;
    s->o = *o;
    s->free_slot = NONE;
    s->check_at = 20000;
    s->patience = 1000;
    state_init(&s->st, p);
    s->st.op_limit = o->max_events ? o->max_events : ops_max;
    cpu_init(&s->cpu, p->cores, p->workers);
    s->cpu.policy =
        p->schedule == SCHEDULE_FIFO ? CPU_FIFO : (p->schedule == SCHEDULE_RR ? CPU_RR : CPU_PS);
    s->cpu.gil = p->gil_contended;
    s->cpu.quantum = p->quantum;
    s->cpu.interval = p->interval;
    if (o->trace_requests > 0)
        s->path = path_new(p, &s->now, o->trace_full);
    s->follow = s->path;
    cores_connect(s);
    s->cls = xcalloc(p->ncls + 1, sizeof *s->cls);
    arrive_init(s);
    ahead_init(s);
    costs_init(s);
    shares_init(s);
    s->batch_slot = xcalloc(p->ninstance + 1, sizeof *s->batch_slot);
    account_init(s);
    s->flow = flow_new(p, o);
    return s;
}

void sim_free(struct sim *s)
{
    if (s == NULL)
        return;
    account_free(s);
    flow_free(s->flow);
    path_free(s->path);
    state_free(&s->st);
    cpu_free(&s->cpu);
    for (uint32_t k = 0; k < s->nshare; k++)
        ps_free(&s->share[k].ps);
    for (uint32_t k = 0; k < s->p->ncls; k++)
        free(s->cls[k].client);
    free(s->cls);
    free(s->ahead);
    free(s->share);
    free(s->batch_slot);
    free(s->heap);
    free(s->slot);
    free(s->soon.v);
    free(s->done.v);
    free(s->side);
    free(s->rside);
    free(s->enter);
    free(s->group_path);
    free(s->host_free);
    free(s->rec);
    free(s);
}
