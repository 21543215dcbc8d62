/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live.c - the conductor of a live run: the lock, the clock, events that are due, the end. */
#include "live/live.h"
#include "live/live_impl.h"
#include "live/machine.h"
#include "live/stalls.h"
#include "live/timers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t live_clock(const struct live *l)
{
    return timers_now() - l->base;
}

void live_pump(struct live *l)
{
    enum sim_end end;
    if (l->quit) /* those that would be given something may be gone */
        return;
    int64_t next = world_pump(l->s, &end);
    if (end != SIM_MORE && l->end == SIM_MORE)
        l->end = end;
    l->quit = l->quit || (l->goal > 0 && world_finished(l->s) >= l->goal);
    if (next < l->next || l->quit || l->end != SIM_MORE || world_idle(l->s) || l->out == 0)
        pthread_cond_signal(&l->turn);
    l->next = next;
}

void live_enter(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    if (!l->quit)
        world_clock(l->s, live_clock(l));
}

void live_leave(struct live *l)
{
    live_pump(l);
    carriers_make(l);
    pthread_mutex_unlock(&l->lock);
}

void live_trouble(struct live *l, const char *what, int error)
{
    if (!l->r->unable)
        snprintf(l->r->trouble, sizeof l->r->trouble, "%s: %s", what, strerror(error));
    l->r->unable = true;
    l->end = SIM_STOPPED;
    world_end(l->s, SIM_STOPPED);
    pthread_cond_signal(&l->turn);
}

void live_broken(struct live *l, const char *why)
{
    if (l->r->broken++ == 0)
        snprintf(l->r->broken_by, sizeof l->r->broken_by, "%s", why);
}

/* ---- jobs ---- */

struct job *job_new(struct live *l, struct job what)
{
    struct job *j = xcalloc(1, sizeof *j);
    *j = what;
    l->out++;
    if (what.kind == JOB_CALL || what.kind == JOB_CPU) {
        if (what.task >= l->njob_of) {
            uint32_t n = what.task + 64;
            l->job_of = xrealloc(l->job_of, n, sizeof *l->job_of);
            memset(l->job_of + l->njob_of, 0, (n - l->njob_of) * sizeof *l->job_of);
            l->njob_of = n;
        }
        l->job_of[what.task] = j;
    }
    return j;
}

void job_free(struct live *l, struct job *j)
{
    if (j->task < l->njob_of && l->job_of[j->task] == j)
        l->job_of[j->task] = NULL;
    l->out--;
    free(j);
}

void jobs_put(struct jobs *q, struct job *j)
{
    j->next = NULL;
    if (q->first == NULL)
        q->first = j;
    else
        q->last->next = j;
    q->last = j;
}

struct job *jobs_take(struct jobs *q)
{
    struct job *j = q->first;
    if (j != NULL)
        q->first = j->next;
    return j;
}

void job_over(struct live *l, struct job *j, bool ok)
{
    if (!l->quit && l->end == SIM_MORE)
        world_clock(l->s, live_clock(l)); /* which may take it back */
    struct job was = *j;
    job_free(l, j);
    if (was.dead || l->quit || l->end != SIM_MORE)
        return;
    switch (was.kind) {
    case JOB_START:
        world_start(l->s, was.task);
        break;
    case JOB_TURN:
        world_turn(l->s, was.task);
        break;
    case JOB_CPU:
        world_burst(l->s, was.task, was.begun);
        break;
    case JOB_CALL:
        world_done(l->s, was.task, ok);
        break;
    }
    live_pump(l);
}

void job_begin(struct live *l, struct job *j)
{
    j->begun = live_clock(l);
    if (j->kind == JOB_CALL && j->due < 0 && !j->dead)
        j->due = world_began(l->s, j->task, j->begun);
}

int64_t job_asks(const struct live *l, const struct job *j)
{
    int64_t now = live_clock(l);
    if (!l->world.exact)
        return j->ns;
    return j->due > now ? j->due - now : 0;
}

/* ---- what the simulator asks ---- */

static void on_start(void *ctx, uint32_t task, uint32_t thread, bool fresh)
{
    struct live *l = ctx;
    carrier_give(l, thread, job_new(l, (struct job){.kind = JOB_START, .task = task}), fresh);
}

static void on_turn(void *ctx, uint32_t loop)
{
    struct live *l = ctx;
    loop_give(l, loop, job_new(l, (struct job){.kind = JOB_TURN, .task = loop}));
}

static void give(struct live *l, enum world_by by, uint32_t on, struct job *j)
{
    if (by == BY_HELPER)
        carrier_help(l, on, j);
    else if (on < l->nloop)
        loop_give(l, on, j);
    else
        carrier_give(l, on, j, false);
}

static void on_work(void *ctx, const struct world_call *c)
{
    struct live *l = ctx;
    l->r->calls += c->service != NULL;
    give(l, c->by, c->on,
         job_new(l, (struct job){.kind = JOB_CALL,
                                 .task = c->task,
                                 .ns = c->ns,
                                 .due = c->due,
                                 .ok = c->ok,
                                 .service = c->service,
                                 .blocks = c->by == BY_THREAD}));
}

static void on_unwork(void *ctx, uint32_t task)
{
    struct live *l = ctx;
    struct job *j = task < l->njob_of ? l->job_of[task] : NULL;
    if (j == NULL)
        return;
    l->job_of[task] = NULL;
    j->dead = true;
    if (j->call != NULL)
        loop_unwork(j);
    else if (j->by != NULL)
        carrier_interrupt(j->by);
}

static bool on_answered(void *ctx, uint32_t task, int64_t now, bool *ok)
{
    struct live *l = ctx;
    struct job *j = task < l->njob_of ? l->job_of[task] : NULL;
    if (j == NULL || j->call == NULL || !loop_answered(j, now, ok))
        return false;
    l->job_of[task] = NULL;
    j->dead = true; /* when its loop looks, all has been told */
    return true;
}

static void on_cpu(void *ctx, uint32_t task, enum world_by by, uint32_t on, int64_t ns)
{
    struct live *l = ctx;
    give(l, by, on, job_new(l, (struct job){.kind = JOB_CPU, .task = task, .ns = ns}));
}

/* ---- the conductor ---- */

static struct timespec at_time(const struct live *l, int64_t ns)
{
    const int64_t far = INT64_C(3600000000000);
    int64_t now = live_clock(l);
    return timers_spec(l->base + (ns > now + far ? now + far : ns));
}

/* Nothing is out, nothing will come, and tasks are there. */
static bool stands_still(const struct live *l)
{
    return l->out == 0 && l->next == INT64_MAX && !world_idle(l->s);
}

/* Wait for whatever comes first; a look now and then for what nobody tells. */
static void wait_some(struct live *l)
{
    const int64_t look = INT64_C(50000000);
    int64_t soon = live_clock(l) + look;
    struct timespec t = at_time(l, l->next < soon ? l->next : soon);
    if (l->new_first != NULL)
        carriers_make(l);
    else
        pthread_cond_timedwait(&l->turn, &l->lock, &t);
    world_clock(l->s, live_clock(l));
    live_pump(l);
}

struct progress { /* when something last finished */
    uint64_t finished;
    int64_t at, patience;
};

static void look_for_trouble(struct live *l, struct progress *p)
{
    int64_t now = live_clock(l);
    if (world_finished(l->s) != p->finished)
        *p = (struct progress){world_finished(l->s), now, INT64_C(500000000)};
    if (stands_still(l)) {
        l->end = SIM_DEADLOCK;
    } else if (now - p->at > p->patience) {
        p->patience *= 2;
        if (world_stuck(l->s))
            l->end = SIM_DEADLOCK;
    }
    if (l->o.stop != NULL && atomic_load(l->o.stop))
        l->end = SIM_STOPPED;
    if (l->o.most_ns > 0 && now > l->o.most_ns && l->end == SIM_MORE) {
        l->end = SIM_STOPPED;
        l->r->timed_out = true;
    }
}

/* As many as were asked for, or all that come. */
static bool is_over(const struct live *l, bool load, uint64_t n, uint64_t asked)
{
    bool nothing = world_idle(l->s) && l->out == 0;
    return load ? nothing || world_finished(l->s) >= n : nothing && asked == n;
}

static void conduct(struct live *l, bool load, uint64_t n)
{
    struct progress p = {.patience = INT64_C(500000000)};
    uint64_t asked = 0;
    if (load) {
        l->goal = n;
        world_load(l->s, n);
    }
    live_pump(l);
    while (l->end == SIM_MORE && !is_over(l, load, n, asked)) {
        if (!load && world_idle(l->s) && l->out == 0) {
            world_clock(l->s, live_clock(l));
            world_request(l->s, asked++);
            live_pump(l);
            continue;
        }
        wait_some(l);
        if (!is_over(l, load, n, asked)) /* what is left then is not gone through */
            look_for_trouble(l, &p);
    }
    if (l->end == SIM_MORE && load && world_stuck(l->s)) /* some, while others went on */
        l->end = SIM_DEADLOCK;
    if (l->end == SIM_MORE && load && world_finished(l->s) < n)
        l->end = SIM_DRAINED;
}

static struct live *live_new(struct sim *s, const struct live_opt *o, struct live_report *r)
{
    struct live *l = xcalloc(1, sizeof *l);
    *l = (struct live){.s = s, .o = *o, .r = r, .next = INT64_MAX, .end = SIM_MORE};
    l->base = timers_now();
    l->world = (struct world){.ctx = l,
                              .exact = o->service != LIVE_FOREIGN,
                              .start = on_start,
                              .turn = on_turn,
                              .work = on_work,
                              .unwork = on_unwork,
                              .cpu = on_cpu,
                              .answered = on_answered};
    pthread_mutex_init(&l->lock, NULL);
    timers_cond(&l->turn);
    timers_cond(&l->gone);
    world_attach(s, &l->world);
    return l;
}

static void live_free(struct live *l)
{
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->turn);
    pthread_cond_destroy(&l->gone);
    free(l->job_of);
    free(l->carrier);
    free(l);
}

/* Upon so many cores; returns how long it took. */
static double execute(struct live *l, bool load, uint64_t n)
{
    struct cores cores = cores_limit(world_cores(l->s));
    if (loops_begin(l)) {
        pthread_mutex_lock(&l->lock);
        l->base = timers_now(); /* only now: who comes at 0 finds all of it there */
        conduct(l, load, n);
        l->quit = true;
        carriers_end(l);
        pthread_mutex_unlock(&l->lock);
    }
    double time = (double)live_clock(l);
    loops_end(l);
    cores_restore(&cores);
    return time;
}

enum sim_end live_run(struct sim *s, bool load, uint64_t n, const struct live_opt *o,
                      struct live_report *r)
{
    struct live *l = live_new(s, o, r);
    struct stalls still;
    uint64_t nrec;
    int64_t burnt = burnt_by_all();
    timers_exact();
    stalls_begin(&still);
    double time = execute(l, load, n);
    stalls_end(&still);
    const struct record *rec = sim_records(s, &nrec);
    r->stalls = stalls_sum(&still, rec, nrec, l->base);
    stalls_free(&still);
    if (l->nloop > 0)
        r->loop = (double)l->loops_burnt / time / l->nloop;
    r->cores = (double)(burnt_by_all() - burnt) / time / world_cores(s);
    enum sim_end end = l->end;
    world_end(s, end);
    live_free(l);
    return end;
}
