/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_channel.c - channels and stages: items are put, taken, worked on alone or in batches.
 *
 * A channel is a resource, its places are the units; a put acquires one and makes an *item*: a task
 * at the begin of the stage's body, that keeps the place until the body begins (TAKEN).  A stage is
 * another resource, its workers are the units, and its queue is what stands in the channel.  So
 * backpressure, rejection, waiting and deadlock are those of resources.
 *
 *   An item goes to a free worker at once, else it waits (T_ITEM).  Who has ended an item goes on
 *   with the next in the same run, as one who takes from a queue that is not empty does not wait.
 *   A batch begins when a worker is free and `max` items wait, or the first has waited for `wait`
 *   (FX_BATCH_TIMER; step_batch_due).  It is the task of a pseudo-request; its items (T_BATCHED)
 * are over when that is.  A cancelled item leaves its queue or its batch.
 *
 * Under serial there are no channels: the stage's body runs in its putter's place. */
#include "core/step_impl.h"
#include <stdlib.h>

static const struct stage_site *stage_of(const struct state *s, uint32_t task)
{
    return &s->p->stage[s->p->body[s->task[task].body].stage];
}

static const struct stage_site *stage_at(const struct state *s, uint32_t inst)
{
    return &s->p->stage[s->p->res[s->inst[inst].res].stage];
}

static uint32_t *busy_of(struct state *s, uint32_t inst, uint32_t worker)
{
    return &s->stage_busy[s->p->res[s->inst[inst].res].stage * s->p->workers + worker];
}

/* ---- batches wait for company ---- */

bool stage_ready(const struct state *s, uint32_t inst)
{
    const struct stage_site *g = stage_at(s, inst);
    return g->max == 0 || s->inst[inst].due || s->inst[inst].nqueue >= g->max;
}

/* Another item is first in the queue now, or none. */
void stage_head_changed(struct state *s, uint32_t inst)
{
    struct resst *q = &s->inst[inst];
    if (stage_at(s, inst)->max == 0)
        return;
    if (q->timing)
        fx_emit(s, FX_UNBATCH_TIMER, NONE, inst, 0, 0);
    q->due = 0;
    q->timing = q->nqueue > 0;
    if (q->timing)
        fx_emit(s, FX_BATCH_TIMER, q->first, inst, 0, 0);
}

void step_batch_due(struct state *s, uint32_t inst)
{
    s->inst[inst].timing = 0;
    s->inst[inst].due = 1;
    res_post(s, inst);
    step_drain(s);
}

/* ---- workers ---- */

/* The worker process with the fewest of the stage's workers busy, the lowest number first. */
static uint32_t least_busy(struct state *s, uint32_t inst)
{
    uint32_t best = 0;
    for (uint32_t w = 1; w < s->p->workers; w++)
        if (*busy_of(s, inst, w) < *busy_of(s, inst, best))
            best = w;
    return best;
}

/* The task has a worker of its stage in this worker process. */
static void worker_begin(struct state *s, uint32_t task, uint32_t inst, uint32_t worker)
{
    struct task *t = &s->task[task];
    t->flags |= TF_WORKER;
    t->worker = worker;
    t->res = NONE;
    ++*busy_of(s, inst, worker);
}

static void worker_wake(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (s->p->has_loop) {
        t->mode = M_LOOP;
        loop_enqueue(s, task);
    } else {
        t->mode = M_THREAD;
        thread_assign(s, task);
    }
}

static uint32_t batch_begin(struct state *s, uint32_t inst, uint32_t worker);

/* Take what is next, for a worker that is free. The unit is taken; the task does not go on yet. */
static uint32_t stage_take(struct state *s, uint32_t inst, uint32_t worker)
{
    uint32_t task = s->inst[inst].first;
    bool alone = stage_at(s, inst)->max == 0;
    if (alone) {
        queue_remove(s, task);
        s->items--;
        res_take(s, inst, task, 1, true);
    } else {
        task = batch_begin(s, inst, worker);
    }
    worker_begin(s, task, inst, worker);
    return task;
}

void stage_grant(struct state *s, uint32_t inst)
{
    const struct resst *q = &s->inst[inst];
    if (q->nqueue == 0 || q->free == 0 || !stage_ready(s, inst))
        return;
    bool each = s->p->res[q->res].per_worker || s->p->workers == 1;
    uint32_t worker = each ? s->task[q->first].worker : least_busy(s, inst);
    worker_wake(s, stage_take(s, inst, worker));
    res_post(s, inst);
}

/* The worker's task is ending, in its own run: with the next item the worker goes on in its place,
 * upon the same thread or loop. */
static bool worker_goes_on(struct state *s, uint32_t task, uint32_t inst)
{
    struct task *t = &s->task[task];
    struct resst *q = &s->inst[inst];
    if (t->state != T_RUN || (t->flags & TF_POOLED) || q->nqueue == 0 || !stage_ready(s, inst))
        return false;
    if (t->mode == M_LOOP ? s->loop[t->worker].running != task : !(t->flags & TF_HAS_THREAD))
        return false;
    uint16_t has = t->flags & TF_HAS_THREAD;
    uint8_t mode = t->mode;
    uint32_t thread = t->thread, worker = t->worker;
    t->flags &= (uint16_t)~TF_HAS_THREAD;
    q->free++;
    fx_emit(s, FX_FREE, s->mover, inst, 1, 0);
    uint32_t next = stage_take(s, inst, worker);
    t = &s->task[next];
    t->mode = mode;
    t->thread = thread;
    t->flags |= has;
    if (mode == M_LOOP)
        s->loop[worker].running = next;
    run_push(s, next);
    return true;
}

bool stage_leave(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (!(t->flags & TF_WORKER))
        return false;
    uint32_t inst = state_instance(s, stage_of(s, task)->workers, t->worker);
    --*busy_of(s, inst, t->worker);
    bool goes_on = worker_goes_on(s, task, inst);
    if (!goes_on && s->p->has_loop)
        res_release(s, inst, 1); /* it may be on a thread of the pool, which is another matter */
    else if (!goes_on)
        thread_release(s, task); /* and the unit, unless it was taken back before it began */
    s->task[task].flags &= (uint16_t)~TF_WORKER;
    return goes_on;
}

/* ---- places ---- */

void place_leave(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (!(t->flags & TF_PLACE))
        return;
    t->flags &= (uint16_t)~TF_PLACE;
    res_release(s, state_instance(s, stage_of(s, task)->channel, t->worker), 1);
}

void op_taken(struct state *s, uint32_t task)
{
    s->task[task].pc++;
    place_leave(s, task);
    const struct request *r = &s->req[s->task[task].req];
    for (uint32_t k = r->batch ? r->first_item : NONE; k != NONE; k = s->task[k].q_next)
        place_leave(s, k);
}

/* ---- putting ---- */

static uint32_t item_new(struct state *s, uint32_t task, const struct op *o)
{
    const struct put_site *u = &s->p->put[o->a];
    bool in_place = (o->flags & OPF_INPLACE) != 0;
    uint32_t i = task_new(s, s->task[task].req, in_place ? task : NONE, s->p->stage[u->stage].body);
    struct task *t = &s->task[i];
    const struct task *from = &s->task[task];
    const double *fw = state_words(s, task);
    double *w = state_words(s, i);
    t->flags |= TF_ITEM;
    t->worker = from->worker;
    for (uint32_t k = 0; k < u->ncapture; k++)
        w[s->p->capture[u->capture + k].to] = fw[s->p->capture[u->capture + k].from];
    if (from->flags & TF_DETACHED) {
        task_uncount(s, i);
        t->flags |= TF_DETACHED;
    }
    if (s->p->site_of[from->pc] != NONE)
        tell_rounds(s, task, i);
    fx_emit(s, FX_BEGIN, i, task, from->pc, 0);
    return i;
}

bool op_put(struct state *s, uint32_t task, const struct op *o)
{
    if (s->live >= STATE_MAX_TASKS) {
        s->crowded = true;
        s->stuck_pc = s->task[task].pc;
        return false;
    }
    uint32_t i = item_new(s, task, o);
    if (o->flags & OPF_INPLACE) {
        s->task[i].mode = M_INPLACE;
        s->task[i].thread = s->task[task].thread;
        s->task[task].state = T_INPLACE; /* PUT's pc is left behind when the item ends */
        run_push(s, i);
        return false;
    }
    s->task[task].pc++;
    s->task[i].flags |= TF_PLACE;
    const struct stage_site *g = stage_of(s, i);
    uint32_t inst = state_instance(s, g->workers, s->task[i].worker);
    if (g->max == 0 && res_available(s, inst, 1)) {
        bool each = s->p->res[g->workers].per_worker || s->p->workers == 1;
        uint32_t worker = each ? s->task[i].worker : least_busy(s, inst);
        res_take(s, inst, i, 1, false);
        worker_begin(s, i, inst, worker);
        worker_wake(s, i);
        return true;
    }
    s->task[i].state = T_ITEM;
    s->items++;
    res_enqueue(s, inst, i, 1);
    if (s->inst[inst].nqueue == 1)
        stage_head_changed(s, inst);
    res_post(s, inst);
    return true;
}

/* ---- batches ---- */

static void batch_add(struct state *s, uint32_t req, uint32_t item)
{
    struct request *r = &s->req[req];
    struct task *t = &s->task[item];
    t->state = T_BATCHED;
    t->units = req;
    t->res = NONE;
    t->q_prev = r->last_item;
    t->q_next = NONE;
    if (r->last_item == NONE)
        r->first_item = item;
    else
        s->task[r->last_item].q_next = item;
    r->last_item = item;
}

/* The item's batch goes on without it. */
void batch_drop(struct state *s, uint32_t item)
{
    struct task *t = &s->task[item];
    struct request *r = &s->req[t->units];
    if (t->q_prev == NONE)
        r->first_item = t->q_next;
    else
        s->task[t->q_prev].q_next = t->q_next;
    if (t->q_next == NONE)
        r->last_item = t->q_prev;
    else
        s->task[t->q_next].q_prev = t->q_prev;
    t->q_prev = t->q_next = NONE;
    s->items--;
}

static bool some_traced(const struct state *s, uint32_t item, uint32_t most)
{
    bool traced = false;
    for (; item != NONE && most-- > 0 && !traced; item = s->task[item].q_next)
        traced = s->req[s->task[item].req].traced;
    return traced;
}

/* The first items of the queue become a batch: its task, which does not go on yet. */
static uint32_t batch_begin(struct state *s, uint32_t inst, uint32_t worker)
{
    const struct stage_site *g = stage_at(s, inst);
    uint32_t req = request_slot(s), first = s->inst[inst].first;
    const struct request *of = &s->req[s->task[first].req];
    s->req[req] = (struct request){.first_task = NONE,
                                   .first_await = NONE,
                                   .cls = of->cls,
                                   .worker = worker,
                                   .first_item = NONE,
                                   .last_item = NONE,
                                   .used = 1,
                                   .traced = some_traced(s, first, g->max),
                                   .batch = 1};
    uint32_t task = task_new(s, req, NONE, g->body), n = 0;
    s->task[task].flags |= TF_ITEM;
    s->req[req].root = task;
    for (; n < g->max && s->inst[inst].nqueue > 0; n++) {
        uint32_t item = s->inst[inst].first;
        queue_remove(s, item);
        res_take(s, inst, item, n == 0, true); /* one worker for all */
        batch_add(s, req, item);
        fx_emit(s, FX_BATCH, task, item, req, n);
    }
    state_words(s, task)[g->size_word] = n;
    stage_head_changed(s, inst);
    return task;
}

/* The pseudo-request is over, and with it the batch's items. */
void batch_over(struct state *s, uint32_t req)
{
    s->req[req].over = 1;
    while (s->req[req].first_item != NONE) {
        uint32_t item = s->req[req].first_item;
        batch_drop(s, item);
        if (s->req[req].traced)
            fx_emit(s, FX_UNBATCH, item, req, s->task[item].req, 0);
        task_over(s, item, true);
    }
    if (s->req[req].traced)
        fx_emit(s, FX_UNBATCH, NONE, req, 0, 0);
}

/* ---- invariants ---- */

/* Between ACQ and PUT, while its putter has not had its turn. */
static bool holds_place_to_put(const struct state *s, const struct task *t)
{
    const struct op *o = op_at(s, t);
    return t->state != T_DONE && o->code == OP_PUT && !(o->flags & OPF_INPLACE) &&
           (!(t->flags & TF_RAISE) || t->unwind == s->p->handler_of[t->pc]);
}

/* Each worker and each place that is not free is some task's. */
bool channels_ok(const struct state *s)
{
    const struct prog *p = s->p;
    uint32_t items = 0;
    bool good = true;
    uint32_t *held = xcalloc(p->ninstance + 1, sizeof *held);
    for (uint32_t i = 0; i < s->ntask; i++) {
        const struct task *t = &s->task[i];
        if (t->state == T_FREE || t->state == T_GHOST)
            continue;
        items += t->state == T_ITEM || t->state == T_BATCHED;
        if (t->flags & TF_WORKER)
            held[state_instance(s, stage_of(s, i)->workers, t->worker)]++;
        if (t->flags & TF_PLACE)
            held[state_instance(s, stage_of(s, i)->channel, t->worker)]++;
        if (t->state == T_BATCHED && !s->req[t->units].batch)
            good = false;
        if (holds_place_to_put(s, t))
            held[state_instance(s, p->stage[p->put[p->op[t->pc].a].stage].channel, t->worker)]++;
    }
    for (uint32_t i = 0; i < p->ninstance; i++) {
        const struct res *r = &p->res[s->inst[i].res];
        if (r->kind == RES_CHANNEL || r->kind == RES_STAGE)
            good = good && held[i] + s->inst[i].free == r->size;
    }
    free(held);
    return good && items == s->items;
}
