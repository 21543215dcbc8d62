/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_world.c - the simulator driven by a real clock; see sim_world.h. */
#include "run/sim_world.h"
#include "run/flow.h"
#include "run/path.h"
#include "run/sim_event.h"

void world_attach(struct sim *s, const struct world *w)
{
    s->world = w;
    s->o.ear = w->ear;
    flow_free(s->flow); /* that knows no time but its own */
    s->flow = NULL;
    s->granting = NONE;
    s->st.op_limit = UINT64_MAX; /* the ops of an instant are not counted: time goes on */
}

uint32_t world_loops(const struct sim *s)
{
    return s->p->has_loop ? s->p->workers : 0;
}

uint32_t world_cores(const struct sim *s)
{
    return s->p->cores;
}

bool world_runs(const struct sim *s, uint32_t task, uint32_t thread)
{
    const struct task *t = &s->st.task[task];
    return task < s->st.ntask && t->state != T_FREE && t->thread == thread &&
           (t->flags & TF_HAS_THREAD);
}

/* ---- what the simulator asks: called where effects are obeyed ---- */

/* These are called in the midst of a move, between which alone the state is whole. */
#define ASK(s, what) ((s)->asks = true, (s)->world->what, (s)->asks = false)
static void told(const struct sim *s)
{
    bug_if(s->asks);
}

void world_begin(struct sim *s, const struct fx *f)
{
    ASK(s, start(s->world->ctx, f->task, f->a, f->b != 0));
}

void world_loop(struct sim *s, uint32_t loop)
{
    ASK(s, turn(s->world->ctx, loop));
}

/* Who waits for the end of task's call or pause. */
static enum world_by who_waits(const struct task *t)
{
    if (t->mode == M_LIGHT || t->thread == NONE || t->state == T_GHOST)
        return BY_HELPER;
    return t->mode == M_LOOP && !(t->flags & TF_KEEPS_LOOP) ? BY_LOOP : BY_THREAD;
}

/* Its service takes the call out of its queue now. */
static bool taken_up(const struct sim *s, const struct op *o)
{
    return s->world->exact && o->code == OP_CALL && s->granting != NONE &&
           s->st.inst[s->granting].res == s->p->call[o->a].res;
}

static void unplan(struct sim *s, uint32_t task)
{
    struct side *d = &s->side[task];
    if (d->work != NONE)
        event_kill(s, d->work);
    d->work = NONE;
}

/* The task's call is to end then: its service is through with it, and can take up the next one. */
static int64_t plan(struct sim *s, uint32_t task, int64_t due)
{
    const struct task *t = &s->st.task[task]; /* which may be a ghost by now */
    const struct op *o = &s->p->op[t->pc];
    struct side *d = &s->side[task];
    d->due = due;
    if (s->world->exact && t->state == T_WORK && o->code == OP_CALL && s->p->call[o->a].res != NONE)
        d->work = sim_push(s, due, CL_COMPLETION, (struct slot){.kind = EV_SERVED, .a = task});
    return due;
}

/* Upon which loop or thread, or (BY_HELPER) for which thread. */
static uint32_t waits_on(const struct sim *s, const struct task *t, enum world_by by)
{
    if (by != BY_HELPER)
        return by == BY_LOOP ? t->worker : t->thread;
    const struct task *owner = t->mode == M_LIGHT ? &s->st.task[t->parent] : NULL;
    return owner && (owner->flags & TF_HAS_THREAD) ? owner->thread : NONE;
}

void world_work(struct sim *s, uint32_t task, uint32_t pc, int64_t ns, bool ok)
{
    const struct op *o = &s->p->op[pc];
    const struct task *t = &s->st.task[task];
    enum world_by by = who_waits(t);
    struct side *d = &s->side[task];
    if (by == BY_HELPER && o->code != OP_CALL) { /* nobody sleeps for it */
        d->work = sim_push(s, s->now + ns, CL_COMPLETION,
                           (struct slot){.kind = EV_WORK, .a = task, .b = ok});
        return;
    }
    const char *service = NULL;
    if (o->code == OP_CALL)
        service = s->p->model->service[s->p->call[o->a].service].name;
    d->outside = OUTSIDE_CALL;
    d->due = s->now + ns;
    d->begun = s->now;
    d->well = ok;
    int64_t due = taken_up(s, o) ? plan(s, task, d->due) : -1;
    struct world_call c = {.task = task,
                           .by = by,
                           .on = waits_on(s, t, by),
                           .service = service,
                           .ns = ns,
                           .due = due,
                           .ok = ok};
    ASK(s, work(s->world->ctx, &c));
}

void world_cpu(struct sim *s, const struct fx *f, int64_t ns)
{
    struct side *d = &s->side[f->task];
    bool releases = f->b != NONE && (s->p->op[f->b].flags & OPF_RELEASES_GIL);
    d->gil = s->world->gil && s->row_gil != NONE && f->a != NONE && !releases;
    d->waiting = s->now;
    d->due = s->now + ns;
    d->well = true;
    d->outside = f->a == NONE ? OUTSIDE_BURST : OUTSIDE_NOTHING; /* what may be taken back */
    ASK(s, cpu(s->world->ctx, f->task, f->a == NONE ? BY_HELPER : BY_THREAD, f->a, ns));
}

void world_unwork(struct sim *s, uint32_t task)
{
    unplan(s, task);
    s->side[task].outside = OUTSIDE_NOTHING;
    ASK(s, unwork(s->world->ctx, task));
}

/* The call's task is another now, of whom only the end matters: when it would have been. */
void world_ghost(struct sim *s, uint32_t task, uint32_t ghost)
{
    const struct side *d = &s->side[task];
    world_unwork(s, task);
    s->side[ghost].work = sim_push(s, d->due > s->now ? d->due : s->now, CL_COMPLETION,
                                   (struct slot){.kind = EV_WORK, .a = ghost, .b = d->well});
}

uint32_t world_answered(struct sim *s, uint32_t task, bool *ok)
{
    uint32_t waiter = step_waiter(&s->st, task);
    if (s->world->answered == NULL || waiter == NONE || s->side[waiter].outside != OUTSIDE_CALL)
        return NONE;
    return s->world->answered(s->world->ctx, waiter, s->now, ok) ? waiter : NONE;
}

/* ---- what the world says ---- */

static void reach(struct sim *s, int64_t at)
{
    if (at <= s->now)
        return;
    s->now = s->cpu.now = at;
    account_time(s);
}

static void take_event(struct sim *s)
{
    uint32_t i = event_slot(s->heap[0]);
    struct slot x = s->slot[i];
    if (x.kind == EV_DEAD)
        s->dead--;
    if (x.kind != EV_TIMER)
        slot_free(s, i);
    event_pop(s);
    if (x.kind == EV_TIMER)
        timer_due(s, i);
    else
        dispatch_event(s, x);
}

/* Clients that are refused, and ask again at once, would do so for ever at one instant. */
static bool goes_on(const struct sim *s)
{
    enum { SPINS = 1000 };
    bool all = !s->alone && s->started && s->finished >= s->goal;
    return s->end == SIM_MORE && (!all || sim_spin(s) < SPINS);
}

/* What has become possible at this instant.  A timeout that waits for a turn of its loop goes on
 * waiting: the world gives that turn. */
static void take_turns(struct sim *s)
{
    uint32_t waiting = 0;
    s->st.ops = 0;
    while (s->soon.n > waiting && goes_on(s)) {
        struct now x = ring_take(&s->soon);
        s->granting = x.kind == NOW_GRANT ? x.a : NONE;
        dispatch_now(s, x);
        s->granting = NONE;
        const struct slot *timer = x.kind == NOW_TIMER ? &s->slot[x.a] : NULL;
        bool waits = timer && timer->kind == EV_TIMER && timer->c == TIMER_DEFERRED;
        waiting = waits ? waiting + 1 : 0;
        s->acc.events++;
        sim_settle(s);
    }
}

static int64_t next_due(struct sim *s)
{
    while (s->nheap > 0 && s->slot[event_slot(s->heap[0])].kind == EV_DEAD)
        take_event(s);
    int64_t next = s->nheap > 0 ? s->heap[0].time : INT64_MAX;
    return s->due.time < next ? s->due.time : next;
}

void world_clock(struct sim *s, int64_t now)
{
    told(s);
    take_turns(s);
    for (int64_t at; (at = next_due(s)) <= now && goes_on(s);) {
        bool arrives = s->due.time == at && (s->nheap == 0 || event_before(s->due, s->heap[0]));
        reach(s, at);
        if (arrives)
            arrive_due(s);
        else
            take_event(s);
        s->acc.events++;
        sim_settle(s);
        if (next_due(s) > at)
            take_turns(s);
    }
    reach(s, now);
}

int64_t world_began(struct sim *s, uint32_t task, int64_t at)
{
    struct side *d = &s->side[task];
    int64_t ns = d->due - d->begun;
    d->begun = at;
    return plan(s, task, at + ns);
}

void world_start(struct sim *s, uint32_t task)
{
    told(s);
    if (s->st.task[task].state == T_START) {
        if (s->follow)
            path_paid(s->path, task, COST_SPAWN);
        move_start(s, task);
    }
    sim_settle(s);
}

void world_turn(struct sim *s, uint32_t loop)
{
    told(s);
    move_loop(s, loop);
    sim_settle(s);
}

void world_done(struct sim *s, uint32_t task, bool ok)
{
    told(s);
    s->side[task].outside = OUTSIDE_NOTHING;
    unplan(s, task);
    if (s->follow)
        path_done(s->path, task);
    move_done(s, task, ok);
    s->acc.events++;
    sim_settle(s);
}

static void busy_for(struct sim *s, uint32_t row, int64_t ns)
{
    if (row != NONE)
        s->row[row].acc.busy_area += (double)ns;
}

/* Computing takes what was asked for, and what it takes longer is waiting. */
static void account_burst(struct sim *s, uint32_t task)
{
    const struct side *d = &s->side[task];
    int64_t took = s->now - d->waiting, asked = d->due - d->waiting;
    int64_t busy = asked < took ? asked : took;
    uint32_t row = d->gil ? s->row_gil : s->row_cores;
    busy_for(s, s->row_cores, busy);
    if (d->gil)
        busy_for(s, s->row_gil, busy);
    if (row == NONE || asked == 0)
        return;
    account_wait(s, row, took - busy);
    s->row[row].acc.queue_area += (double)(took - busy);
}

void world_burst(struct sim *s, uint32_t task, int64_t begun)
{
    told(s);
    account_burst(s, task);
    if (s->follow) { /* it had waited for a core, or the interpreter, until then */
        int64_t now = s->now;
        s->now = begun;
        if (s->side[task].gil)
            path_gil(s->path, task, 0, s->side[task].waiting, 0);
        else
            path_core(s->path, task, NONE, s->side[task].waiting);
        path_run(s->path, task, 0);
        s->now = now;
        path_stop(s->path, task, 0);
    }
    s->side[task].outside = OUTSIDE_NOTHING;
    move_done(s, task, true);
    s->acc.events++;
    sim_settle(s);
}

int64_t world_pump(struct sim *s, enum sim_end *end)
{
    world_clock(s, s->now);
    *end = s->end;
    return next_due(s);
}

void world_load(struct sim *s, uint64_t requests)
{
    s->goal = requests;
    s->started = true;
    arrive_begin(s);
}

void world_request(struct sim *s, uint64_t ordinal)
{
    s->alone = true;
    s->alone_ordinal = ordinal;
    shared_start(&s->st);
    arrive_request(s, 0, 0, ordinal);
    sim_settle(s);
}

bool world_idle(const struct sim *s)
{
    return s->st.live == 0 && s->nheap == s->dead && s->soon.n == 0 && s->due.time == INT64_MAX;
}

uint64_t world_finished(const struct sim *s)
{
    return s->finished;
}

bool world_stuck(const struct sim *s)
{
    return s->st.live > 0 && deadlock_exists(s);
}

void world_end(struct sim *s, enum sim_end end)
{
    if (s->end == SIM_MORE)
        s->end = end;
}

void world_records(struct sim *s, const struct record *r, uint64_t n)
{
    sim_take(s);
    for (uint64_t i = 0; i < n; i++) {
        if (s->nrec == s->cap_rec)
            records_grow(s);
        s->rec[s->nrec++] = r[i];
    }
}

const struct prog *world_prog(const struct sim *s)
{
    return s->p;
}
