/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_queue.c - tokens and turns: resources with their queues, threads, event loops.
 *
 * Releasing only frees; a grant is a move of its own (step_grant), and nobody overtakes a waiter:
 * who comes while somebody queues, queues too.  See step.h. */
#include "core/step_impl.h"

void res_take(struct state *s, uint32_t inst, uint32_t task, uint32_t units, bool queued)
{
    bug_if(s->inst[inst].free < units);
    s->inst[inst].free -= units;
    fx_emit(s, FX_TAKE, task, inst, units, queued);
}

static void queue_insert_after(struct state *s, struct resst *q, uint32_t task, uint32_t prev)
{
    struct task *t = &s->task[task];
    t->q_prev = prev;
    t->q_next = prev == NONE ? q->first : s->task[prev].q_next;
    if (t->q_next == NONE)
        q->last = task;
    else
        s->task[t->q_next].q_prev = task;
    if (prev == NONE)
        q->first = task;
    else
        s->task[prev].q_next = task;
}

void res_post(struct state *s, uint32_t inst)
{
    struct resst *q = &s->inst[inst];
    if (q->nqueue > 0 && q->free > 0 && !q->posted &&
        (s->p->res[q->res].kind != RES_STAGE || stage_ready(s, inst))) {
        q->posted = 1;
        fx_emit(s, FX_GRANT, NONE, inst, 0, 0);
    }
}

void res_enqueue(struct state *s, uint32_t inst, uint32_t task, uint32_t units)
{
    struct resst *q = &s->inst[inst];
    const struct res *r = &s->p->res[q->res];
    struct task *t = &s->task[task];
    uint32_t prev = q->last;
    if (r->discipline == DISC_LIFO)
        prev = NONE;
    else if (r->discipline == DISC_PRIORITY)
        while (prev != NONE && s->task[prev].priority > t->priority)
            prev = s->task[prev].q_prev;
    queue_insert_after(s, q, task, prev);
    q->nqueue++;
    t->res = inst;
    t->units = units;
    fx_emit(s, FX_QUEUE, task, inst, units, 0);
    if (r->queue_timeout != NONE)
        fx_emit(s, FX_QTIMER, task, inst, 0, 0);
    /* It may have come to stand before those that want more than there is. */
    bool next = q->first == task || r->discipline == DISC_RANDOM;
    if (next && units <= q->free && r->kind != RES_STAGE)
        res_post(s, inst);
}

void queue_remove(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct resst *q = &s->inst[t->res];
    if (t->q_prev == NONE)
        q->first = t->q_next;
    else
        s->task[t->q_prev].q_next = t->q_next;
    if (t->q_next == NONE)
        q->last = t->q_prev;
    else
        s->task[t->q_next].q_prev = t->q_prev;
    t->q_prev = t->q_next = NONE;
    q->nqueue--;
    if (s->p->res[q->res].queue_timeout != NONE)
        fx_emit(s, FX_UNQTIMER, task, t->res, 0, 0);
}

void res_leave_queue(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    uint32_t inst = t->res;
    bool head = s->inst[inst].first == task;
    queue_remove(s, task);
    fx_emit(s, FX_UNQUEUE, task, inst, t->units, 0);
    t->res = NONE;
    if (head && s->p->res[s->inst[inst].res].kind == RES_STAGE)
        stage_head_changed(s, inst);
    /* it may have held back smaller demands behind it */
    res_post(s, inst);
}

void res_release(struct state *s, uint32_t inst, uint32_t units)
{
    struct resst *q = &s->inst[inst];
    q->free += units;
    check_that(q->free <= s->p->res[q->res].size);
    fx_emit(s, FX_FREE, s->mover, inst, units, 0);
    res_post(s, inst);
}

static uint32_t queue_pick(const struct state *s, const struct resst *q, uint32_t pick)
{
    uint32_t task = q->first;
    if (s->p->res[q->res].discipline == DISC_RANDOM)
        while (pick-- > 0 && s->task[task].q_next != NONE)
            task = s->task[task].q_next;
    return task;
}

/* A call whose service has taken it up goes on without its caller: no turn of the loop, no thread's
 * dispatch lies between the queue and the work. */
static void call_go_on(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    t->pc++;
    const struct op *o = op_at(s, t);
    if (o->code == OP_HOSTCPU) {
        t->state = T_CPU;
        t->flags |= TF_HOST;
        fx_emit(s, FX_CPU, task, NONE, t->pc, 0);
    } else {
        bug_if(o->code != OP_CALL);
        t->state = T_WORK;
        fx_emit(s, FX_WORK, task, 0, t->pc, 0);
    }
}

void step_hostcpu_done(struct state *s, uint32_t task)
{
    s->task[task].flags &= (uint16_t)~TF_HOST;
    call_go_on(s, task);
}

void step_grant_move(struct state *s, uint32_t inst, uint32_t pick)
{
    struct resst *q = &s->inst[inst];
    q->posted = 0;
    if (s->p->res[q->res].kind == RES_STAGE) {
        stage_grant(s, inst);
        return;
    }
    if (q->nqueue == 0)
        return;
    uint32_t task = queue_pick(s, q, pick);
    struct task *t = &s->task[task];
    if (q->free < t->units)
        return;
    queue_remove(s, task);
    res_take(s, inst, task, t->units, true);
    t->res = NONE;
    if (t->state == T_THREAD) {
        if (s->p->res[q->res].kind == RES_LIMIT)
            task_admit(s, task);
        else
            thread_assign(s, task);
    } else if ((op_at(s, t)->flags & OPF_SERVICE) && !(t->flags & TF_CANCELLED)) {
        call_go_on(s, task);
    } else {
        t->pc++;
        go_on(s, task);
    }
    res_post(s, inst);
}

/* ---- threads ---- */

uint32_t thread_get(struct state *s, uint32_t worker)
{
    uint32_t t = s->thread_free[worker];
    if (t != NONE) {
        s->thread_free[worker] = s->thread_next[t];
        return t;
    }
    uint32_t cap = s->cap_thread;
    s->thread_next = grow(s->thread_next, &cap, s->nthread + 1, sizeof *s->thread_next);
    s->thread_worker =
        grow(s->thread_worker, &s->cap_thread, s->nthread + 1, sizeof *s->thread_worker);
    s->thread_worker[s->nthread] = worker;
    return s->nthread++;
}

void thread_put(struct state *s, uint32_t thread)
{
    uint32_t w = s->thread_worker[thread];
    s->thread_next[thread] = s->thread_free[w];
    s->thread_free[w] = thread;
}

/* Which resource a task's thread is a unit of; NONE: threads without number. */
static uint32_t thread_res(const struct state *s, const struct task *t)
{
    if ((t->flags & TF_WORKER) && !(t->flags & TF_POOLED))
        return s->p->stage[s->p->body[t->body].stage].workers;
    if (t->parent == NONE && !(t->flags & TF_POOLED) && s->p->server != NONE)
        return s->p->server;
    return s->p->pool;
}

void thread_assign(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    uint32_t worker = t->worker;
    struct request *r = &s->req[t->req];
    if (r->waiting && t->parent == NONE) {
        r->waiting = 0;
        s->waiting[worker]--;
    }
    t->state = T_START;
    t->thread = thread_get(s, worker);
    t->flags |= TF_HAS_THREAD;
    s->threads++;
    fx_emit(s, FX_START, task, t->thread, thread_res(s, t) == NONE, 0);
}

void thread_seek(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    uint32_t res = thread_res(s, t);
    if (res == NONE) {
        thread_assign(s, task);
        return;
    }
    uint32_t inst = state_instance(s, res, t->worker);
    if (res_available(s, inst, 1)) {
        res_take(s, inst, task, 1, false);
        thread_assign(s, task);
    } else {
        t->state = T_THREAD;
        t->priority = (int16_t)s->p->cls[s->req[t->req].cls].priority;
        res_enqueue(s, inst, task, 1);
    }
}

void thread_release(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (!(t->flags & TF_HAS_THREAD))
        return;
    uint32_t res = thread_res(s, t);
    if (s->p->uses_cpu)
        fx_emit(s, FX_IDLE, task, t->thread, 0, 0);
    t->flags &= (uint16_t)~TF_HAS_THREAD;
    s->threads--;
    thread_put(s, t->thread);
    if (res != NONE)
        res_release(s, state_instance(s, res, t->worker), 1);
}

/* ---- loops ---- */

void loop_post(struct state *s, uint32_t worker)
{
    struct loopst *l = &s->loop[worker];
    if (!l->posted && l->running == NONE && l->first != NONE) {
        l->posted = 1;
        fx_emit(s, FX_LOOP, NONE, worker, 0, 0);
    }
}

void loop_enqueue(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    uint32_t worker = t->worker;
    struct loopst *l = &s->loop[worker];
    t->state = T_READY;
    t->thread = worker;
    t->q_prev = l->last;
    t->q_next = NONE;
    if (l->last == NONE)
        l->first = task;
    else
        s->task[l->last].q_next = task;
    l->last = task;
    if (s->loop_tells)
        fx_emit(s, FX_READY, task, worker, 0, 0);
    loop_post(s, worker);
}

void loop_remove(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct loopst *l = &s->loop[t->worker];
    if (t->q_prev == NONE)
        l->first = t->q_next;
    else
        s->task[t->q_prev].q_next = t->q_next;
    if (t->q_next == NONE)
        l->last = t->q_prev;
    else
        s->task[t->q_next].q_prev = t->q_prev;
    t->q_prev = t->q_next = NONE;
}

/* Nobody has the loop: whose turn is it?  It is idle if all that were ready have been cancelled. */
void loop_rest(struct state *s, uint32_t worker)
{
    struct loopst *l = &s->loop[worker];
    if (l->first != NONE) {
        loop_post(s, worker);
    } else if (!l->idle) {
        l->idle = 1;
        if (s->p->uses_cpu)
            fx_emit(s, FX_IDLE, NONE, worker, 0, 0);
    }
}

void loop_leave(struct state *s, uint32_t worker)
{
    struct loopst *l = &s->loop[worker];
    l->running = NONE;
    if (s->loop_tells)
        fx_emit(s, FX_LEFT, NONE, worker, 0, 0);
    loop_rest(s, worker);
}

/* The task gives up loop or core, for it waits now. */
void task_block(struct state *s, uint32_t task, enum task_state state, bool keeps_loop)
{
    struct task *t = &s->task[task];
    t->state = (uint8_t)state;
    switch ((enum task_mode)t->mode) {
    case M_LOOP:
        if (keeps_loop) {
            t->flags |= TF_KEEPS_LOOP;
            if (s->p->uses_cpu)
                fx_emit(s, FX_IDLE, task, t->thread, 0, 0);
        } else {
            loop_leave(s, t->thread);
        }
        break;
    case M_THREAD:
    case M_INPLACE:
    case M_LIGHT:
        if (s->p->uses_cpu && t->thread != NONE)
            fx_emit(s, FX_IDLE, task, t->thread, 0, 0);
        break;
    }
}

void go_on(struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    struct task *t = &s->task[task];
    if (t->mode == M_LOOP && !(t->flags & TF_KEEPS_LOOP)) {
        loop_enqueue(s, task);
        return;
    }
    uint32_t mask = 0;
    if (t->mode == M_THREAD || t->mode == M_INPLACE) {
        if (p->cost_site[COST_SWITCH] != NONE)
            mask |= 1u << COST_SWITCH;
        if (p->cost_site[COST_WAKE] != NONE)
            mask |= FX_WAKE_IF_IDLE;
        if ((mask || p->gil_contended) && !(t->flags & TF_CANCELLED)) {
            t->state = T_CPU;
            t->flags |= TF_DISPATCH;
            fx_emit(s, FX_CPU, task, t->thread, NONE, mask);
            return;
        }
    }
    t->flags &= (uint16_t)~TF_KEEPS_LOOP;
    run_push(s, task);
}
