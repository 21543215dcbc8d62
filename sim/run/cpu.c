/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cpu.c - see cpu.h. */
#include "run/cpu.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdlib.h>
#include <string.h>

#define CPU_NONE     UINT32_MAX
#define CPU_REST_MAX INT64_C(5000000000000000000)

void cpu_init(struct cpu *c, uint32_t ncore, uint32_t nworker)
{
    *c = (struct cpu){.ncore = ncore, .nworker = nworker};
    c->core = xcalloc(ncore, sizeof *c->core);
    c->lock = xcalloc(nworker, sizeof *c->lock);
    ps_init(&c->share, ncore);
    cpu_reset(c);
}

void cpu_free(struct cpu *c)
{
    free(c->core);
    free(c->lock);
    free(c->e);
    ps_free(&c->share);
}

void cpu_reset(struct cpu *c)
{
    bug_if(c->nbusy > 0 || c->share.n > 0);
    for (uint32_t i = 0; i < c->ncore; i++)
        c->core[i] = (struct cpu_core){.entity = CPU_NONE, .alarm = c->core[i].alarm + 1};
    for (uint32_t i = 0; i < c->nworker; i++)
        c->lock[i] = (struct cpu_gil){.holder = CPU_NONE,
                                      .last_serial = CPU_NONE,
                                      .first = CPU_NONE,
                                      .last = CPU_NONE,
                                      .alarm = c->lock[i].alarm + 1};
    c->first = c->last = CPU_NONE;
    c->nqueue = 0;
    c->posted = false;
}

void cpu_thread(struct cpu *c, uint32_t entity, uint32_t worker, bool fresh)
{
    uint32_t old = c->ne;
    if (entity >= c->cap)
        c->e = grow(c->e, &c->cap, entity + 1, sizeof *c->e);
    if (entity >= c->ne) {
        c->ne = entity + 1;
        memset(c->e + old, 0, (c->ne - old) * sizeof *c->e);
        for (uint32_t i = old; i < c->ne; i++)
            c->e[i].serial = CPU_NONE;
    }
    c->e[entity].worker = worker;
    if (fresh || c->e[entity].serial == CPU_NONE)
        c->e[entity].serial = c->serial++;
}

/* ---- queues: of the cores (gil NULL) and of a GIL ---- */

static void queue_link(struct cpu *c, struct cpu_gil *g, uint32_t entity)
{
    uint32_t *first = g ? &g->first : &c->first, *last = g ? &g->last : &c->last;
    c->e[entity].prev = *last;
    c->e[entity].next = CPU_NONE;
    *(*last == CPU_NONE ? first : &c->e[*last].next) = entity;
    *last = entity;
    *(g ? &g->n : &c->nqueue) += 1;
}

static void queue_unlink(struct cpu *c, struct cpu_gil *g, uint32_t entity)
{
    uint32_t *first = g ? &g->first : &c->first, *last = g ? &g->last : &c->last;
    const struct cpu_entity *e = &c->e[entity];
    *(e->prev == CPU_NONE ? first : &c->e[e->prev].next) = e->next;
    *(e->next == CPU_NONE ? last : &c->e[e->next].prev) = e->prev;
    *(g ? &g->n : &c->nqueue) -= 1;
}

static void queue_append(struct cpu *c, struct cpu_gil *g, uint32_t entity)
{
    c->d.change(c->d.ctx);
    c->e[entity].where = g ? CPU_GIL : CPU_QUEUE;
    c->e[entity].since = c->now;
    queue_link(c, g, entity);
}

static uint32_t queue_pop(struct cpu *c, struct cpu_gil *g)
{
    uint32_t entity = g ? g->first : c->first;
    c->d.change(c->d.ctx);
    queue_unlink(c, g, entity);
    c->d.wait(c->d.ctx, g != NULL, c->now - c->e[entity].since);
    return entity;
}

/* For whoever keeps book of what each task does; which is a core, or a worker's GIL. */
static inline void watch(struct cpu *c, enum cpu_watch what, const struct cpu_entity *e,
                         uint32_t which, int64_t at)
{
    if (c->d.watch)
        c->d.watch(c->d.ctx, what, e->task, which, at, 0);
}

/* ---- cores ---- */

static void slice_arm(struct cpu *c, uint32_t core)
{
    struct cpu_core *k = &c->core[core];
    if (c->policy != CPU_RR || k->slicing || c->nqueue == 0)
        return;
    int64_t gone = c->now - k->slice;
    int64_t n = gone / c->quantum + (gone % c->quantum != 0 || c->late || gone == 0);
    k->slicing = 1;
    c->d.alarm(c->d.ctx, k->slice + n * c->quantum, CPU_EV_SLICE, core, k->alarm);
}

static void burst_begin(struct cpu *c, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    e->busy = 1;
    watch(c, CPU_WATCH_RUN, e, 0, e->rest);
    if (c->policy == CPU_PS) {
        ps_add(&c->share, c->now, entity, e->rest);
        c->d.alarm(c->d.ctx, ps_next(&c->share, c->now), CPU_EV_SHARE, 0, ++c->share_alarm);
        return;
    }
    struct cpu_core *k = &c->core[e->core];
    k->start = c->now;
    k->alarm++;
    k->slicing = 0;
    c->d.alarm(c->d.ctx, c->now + e->rest, CPU_EV_DONE, e->core, k->alarm);
    slice_arm(c, e->core);
}

static uint32_t core_free(const struct cpu *c)
{
    for (uint32_t i = 0; i < c->ncore; i++)
        if (c->core[i].entity == CPU_NONE)
            return i;
    return CPU_NONE;
}

static void core_post(struct cpu *c)
{
    if (!c->posted && c->nqueue > 0 && c->nbusy < c->ncore) {
        c->posted = true;
        c->d.turn(c->d.ctx, false, 0);
    }
}

static void core_take(struct cpu *c, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    int64_t since = e->where == CPU_QUEUE ? e->since : c->now;
    c->d.change(c->d.ctx);
    e->where = CPU_ON;
    c->nbusy++;
    if (c->policy != CPU_PS) {
        e->core = core_free(c);
        c->core[e->core].entity = entity;
        c->core[e->core].slice = c->now;
        watch(c, CPU_WATCH_CORE, e, e->core, since);
    }
    burst_begin(c, entity);
}

static void core_seek(struct cpu *c, uint32_t entity)
{
    if (c->policy == CPU_PS || (c->nqueue == 0 && c->nbusy < c->ncore)) {
        c->d.wait(c->d.ctx, false, 0);
        core_take(c, entity);
        return;
    }
    queue_append(c, NULL, entity);
    for (uint32_t i = 0; i < c->ncore; i++)
        if (c->core[i].entity != CPU_NONE && c->e[c->core[i].entity].busy)
            slice_arm(c, i);
    core_post(c);
}

static void core_leave(struct cpu *c, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    if (e->where != CPU_ON)
        return;
    c->d.change(c->d.ctx);
    if (c->policy != CPU_PS) {
        watch(c, CPU_WATCH_CORE_LEFT, e, e->core, 0);
        c->core[e->core].entity = CPU_NONE;
        c->core[e->core].alarm++;
        c->core[e->core].slicing = 0;
    }
    e->where = CPU_OFF;
    e->busy = 0;
    c->nbusy--;
    core_post(c);
}

/* ---- GIL ---- */

static void gil_arm(struct cpu *c, struct cpu_gil *g)
{
    g->alarm++;
    if (g->holder == CPU_NONE || g->n == 0)
        return;
    int64_t since = c->e[g->first].since > g->taken ? c->e[g->first].since : g->taken;
    c->d.alarm(c->d.ctx, since + c->interval, CPU_EV_GIL, (uint32_t)(g - c->lock), g->alarm);
}

/* The entity has the GIL now; if it is to compute, it seeks a core, else it is done. */
static void gil_take(struct cpu *c, struct cpu_gil *g, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    int64_t since = e->where == CPU_GIL ? e->since : c->now, handoff = 0;
    c->d.change(c->d.ctx);
    if (g->last_serial != CPU_NONE && g->last_serial != e->serial)
        handoff = c->handoff(c->d.ctx);
    if (c->d.watch)
        c->d.watch(c->d.ctx, CPU_WATCH_GIL, e->task, e->worker, since, handoff);
    e->rest += handoff;
    if (e->rest > CPU_REST_MAX) /* it has been handed over more often than it got on */
        e->rest = CPU_REST_MAX;
    g->last_serial = e->serial;
    g->holder = entity;
    g->taken = c->now;
    e->has_gil = 1;
    e->where = CPU_OFF;
    c->nheld++;
    gil_arm(c, g);
    if (e->rest > 0) {
        core_seek(c, entity);
    } else {
        e->busy = 0;
        c->d.done(c->d.ctx, e->task);
    }
}

static void gil_release(struct cpu *c, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    struct cpu_gil *g = &c->lock[e->worker];
    if (!e->has_gil)
        return;
    c->d.change(c->d.ctx);
    watch(c, CPU_WATCH_GIL_LEFT, e, e->worker, 0);
    e->has_gil = 0;
    e->drop = 0;
    g->holder = CPU_NONE;
    g->alarm++;
    c->nheld--;
    if (g->n > 0 && !g->posted) {
        g->posted = 1;
        c->d.turn(c->d.ctx, true, e->worker);
    }
}

static void gil_seek(struct cpu *c, uint32_t entity)
{
    struct cpu_gil *g = &c->lock[c->e[entity].worker];
    if (g->holder == CPU_NONE && g->n == 0) {
        c->d.wait(c->d.ctx, true, 0);
        gil_take(c, g, entity);
        return;
    }
    queue_append(c, g, entity);
    if (g->n == 1)
        gil_arm(c, g);
}

/* The holder, on its core, gives the GIL up in the middle of its burst and queues for it anew. */
static void gil_drop(struct cpu *c, uint32_t entity)
{
    if (c->policy == CPU_PS) {
        bug_if(!ps_remove(&c->share, c->now, entity));
        c->d.alarm(c->d.ctx, ps_next(&c->share, c->now), CPU_EV_SHARE, 0, ++c->share_alarm);
    }
    watch(c, CPU_WATCH_STOP, &c->e[entity], 0, c->e[entity].rest);
    core_leave(c, entity);
    gil_release(c, entity);
    gil_seek(c, entity);
}

/* ---- what the driver calls ---- */

void cpu_compute(struct cpu *c, uint32_t entity, uint32_t task, int64_t ns, bool needs_gil,
                 int64_t wake)
{
    struct cpu_entity *e = &c->e[entity];
    needs_gil = needs_gil && c->gil;
    e->task = task;
    e->rest = ns;
    e->no_gil = !needs_gil;
    bug_if(e->busy);
    if (c->gil && !needs_gil && e->has_gil)
        gil_release(c, entity);
    if (ns == 0 && wake == 0 && (!needs_gil || e->has_gil)) {
        c->d.done(c->d.ctx, task);
        return;
    }
    if (e->where == CPU_ON) {
        if (needs_gil && !e->has_gil) {
            core_leave(c, entity);
        } else if (ns == 0) {
            c->d.done(c->d.ctx, task);
            return;
        } else {
            burst_begin(c, entity);
            return;
        }
    }
    if (wake > 0 && c->nqueue == 0 && c->nbusy < c->ncore)
        e->rest += wake;
    if (needs_gil && !e->has_gil)
        gil_seek(c, entity);
    else if (e->rest > 0)
        core_seek(c, entity);
    else
        c->d.done(c->d.ctx, task);
}

void cpu_idle(struct cpu *c, uint32_t entity)
{
    if (entity >= c->ne)
        return;
    core_leave(c, entity);
    gil_release(c, entity);
}

void cpu_barge(struct cpu *c, uint32_t entity)
{
    if (entity >= c->ne)
        return;
    struct cpu_gil *g = &c->lock[c->e[entity].worker];
    if (g->holder != CPU_NONE || g->last_serial != c->e[entity].serial || g->n < 2)
        return;
    uint32_t late = c->e[g->first].next;
    queue_unlink(c, g, late);
    queue_link(c, g, late);
}

void cpu_stop(struct cpu *c, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    bug_if(e->where == CPU_GIL);
    if (e->where == CPU_QUEUE) {
        c->d.change(c->d.ctx);
        queue_unlink(c, NULL, entity);
        e->where = CPU_OFF;
    } else if (e->where == CPU_ON && c->policy == CPU_PS && ps_remove(&c->share, c->now, entity)) {
        c->d.alarm(c->d.ctx, ps_next(&c->share, c->now), CPU_EV_SHARE, 0, ++c->share_alarm);
    }
    e->busy = 0;
    core_leave(c, entity);
}

/* A burst is over.  One that ran without the GIL, of a thread that needs it, takes it first. */
static void burst_over(struct cpu *c, uint32_t entity)
{
    struct cpu_entity *e = &c->e[entity];
    e->busy = 0;
    e->rest = 0;
    watch(c, CPU_WATCH_STOP, e, 0, 0);
    if (c->gil && e->no_gil == 1 && e->worker != CPU_NONE) {
        core_leave(c, entity);
        e->no_gil = 2; /* once */
        gil_seek(c, entity);
        return;
    }
    c->d.done(c->d.ctx, e->task);
}

static void slice_over(struct cpu *c, uint32_t core)
{
    struct cpu_core *k = &c->core[core];
    uint32_t entity = k->entity;
    struct cpu_entity *e = &c->e[entity];
    k->slicing = 0;
    if (c->nqueue == 0 || !e->busy)
        return;
    e->rest -= c->now - k->start;
    if (e->rest <= 0)
        return; /* it ends at this instant */
    watch(c, CPU_WATCH_STOP, e, 0, e->rest);
    core_leave(c, entity);
    queue_append(c, NULL, entity);
    core_post(c);
}

static void gil_due(struct cpu *c, uint32_t worker)
{
    struct cpu_gil *g = &c->lock[worker];
    struct cpu_entity *e = &c->e[g->holder];
    if (e->where != CPU_ON || !e->busy) {
        e->drop = 1; /* it cannot notice before it runs again */
        return;
    }
    if (c->policy != CPU_PS) {
        struct cpu_core *k = &c->core[e->core];
        e->rest -= c->now - k->start;
    } else {
        e->rest = ps_rest(&c->share, c->now, g->holder);
    }
    gil_drop(c, g->holder);
}

void cpu_alarm(struct cpu *c, enum cpu_event ev, uint32_t which, uint32_t generation)
{
    uint32_t entity;
    switch (ev) {
    case CPU_EV_DONE:
        if (c->core[which].alarm == generation)
            burst_over(c, c->core[which].entity);
        break;
    case CPU_EV_SLICE:
        if (c->core[which].alarm == generation)
            slice_over(c, which);
        break;
    case CPU_EV_SHARE:
        if (c->share_alarm != generation)
            break;
        if (ps_take(&c->share, c->now, &entity))
            burst_over(c, entity);
        if (c->share_alarm == generation)
            c->d.alarm(c->d.ctx, ps_next(&c->share, c->now), CPU_EV_SHARE, 0, ++c->share_alarm);
        break;
    case CPU_EV_GIL:
        if (c->lock[which].alarm == generation && c->lock[which].holder != CPU_NONE)
            gil_due(c, which);
        break;
    }
}

void cpu_turn(struct cpu *c, bool gil, uint32_t which)
{
    if (gil) {
        struct cpu_gil *g = &c->lock[which];
        g->posted = 0;
        if (g->holder == CPU_NONE && g->n > 0)
            gil_take(c, g, queue_pop(c, g));
        return;
    }
    c->posted = false;
    if (c->nqueue == 0 || c->nbusy == c->ncore)
        return;
    uint32_t entity = queue_pop(c, NULL);
    core_take(c, entity);
    if (c->e[entity].drop)
        gil_due(c, c->e[entity].worker);
    core_post(c);
}

void cpu_retarget(struct cpu *c, uint32_t entity, uint32_t task)
{
    c->e[entity].task = task;
}
