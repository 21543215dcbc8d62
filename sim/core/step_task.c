/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_task.c - tasks: how they begin, end and are cancelled.  See step.h for the rules of
 * cancelling. */
#include "core/step_impl.h"
#include <string.h>

/* ---- slots ---- */

static uint32_t task_slot(struct state *s)
{
    uint32_t i = s->free_task;
    if (i != NONE) {
        s->free_task = s->task[i].q_next;
        return i;
    }
    if (s->ntask == s->cap_task) {
        uint32_t old = s->cap_task;
        s->task = grow(s->task, &s->cap_task, s->ntask + 1, sizeof *s->task);
        s->word = xrealloc(s->word, (size_t)s->cap_task * s->p->nword, sizeof *s->word);
        bug_if(s->cap_task <= old);
    }
    return s->ntask++;
}

static void request_link(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    t->req_prev = NONE;
    t->req_next = r->first_task;
    if (r->first_task != NONE)
        s->task[r->first_task].req_prev = task;
    r->first_task = task;
    r->tasks++;
}

static void request_unlink(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    if (t->req_prev == NONE)
        r->first_task = t->req_next;
    else
        s->task[t->req_prev].req_next = t->req_next;
    if (t->req_next != NONE)
        s->task[t->req_next].req_prev = t->req_prev;
    r->tasks--;
}

uint32_t task_new(struct state *s, uint32_t req, uint32_t parent, uint32_t body)
{
    const struct prog *p = s->p;
    const struct task_body *b = &p->body[body];
    uint32_t i = task_slot(s);
    struct task *t = &s->task[i];
    double *w = state_words(s, i);
    *t = (struct task){.pc = b->pc,
                       .state = T_RUN,
                       .flags = TF_FRESH,
                       .req = req,
                       .worker = s->req[req].worker,
                       .parent = parent,
                       .group = NONE,
                       .body = body,
                       .sib_prev = NONE,
                       .sib_next = NONE,
                       .q_prev = NONE,
                       .q_next = NONE,
                       .res = NONE,
                       .thread = NONE,
                       .unwind = NONE,
                       .groups = NONE,
                       .priority = (int16_t)p->cls[s->req[req].cls].priority};
    for (uint32_t k = 0; k < p->nword; k++)
        w[k] = 0;
    if (parent != NONE) {
        const double *pw = state_words(s, parent);
        for (uint32_t k = 0; k < b->ncapture; k++)
            w[p->capture[b->capture + k].to] = pw[p->capture[b->capture + k].from];
        s->task[parent].kids++;
        t->flags |= s->task[parent].flags & TF_DETACHED;
        t->worker = s->task[parent].worker;
        t->priority = s->task[parent].priority;
    }
    request_link(s, i);
    if (!(t->flags & TF_DETACHED)) {
        t->flags |= TF_ACTIVE;
        s->req[req].active++;
    }
    s->live++;
    return i;
}

void task_uncount(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (t->flags & TF_ACTIVE) {
        t->flags &= (uint16_t)~TF_ACTIVE;
        s->req[t->req].active--;
    }
}

/* Free the slot of a task that is over, has no kids and is not kept; then perhaps its parent's. */
void task_free(struct state *s, uint32_t task)
{
    while (task != NONE) {
        struct task *t = &s->task[task];
        if (t->state != T_DONE || t->kids > 0 || (t->flags & TF_KEEP))
            return;
        while (t->groups != NONE)
            group_free(s, t->groups);
        uint32_t parent = t->parent, req = t->req;
        request_unlink(s, task);
        t->state = T_FREE;
        t->q_next = s->free_task;
        s->free_task = task;
        s->live--;
        if (s->req[req].tasks == 0 && s->req[req].over) {
            s->req[req].used = 0;
            s->req[req].first_task = s->free_req;
            s->free_req = req;
        }
        if (parent != NONE)
            s->task[parent].kids--;
        task = parent;
    }
}

/* ---- ends ---- */

static void request_over(struct state *s, uint32_t req)
{
    struct request *r = &s->req[req];
    if (r->batch) {
        batch_over(s, req);
        return;
    }
    r->over = 1;
    s->present[r->worker]--;
    fx_emit(s, FX_OVER, NONE, req, 0, 0);
    if (r->has_limit) {
        r->has_limit = 0;
        res_release(s, state_instance(s, s->p->limit, r->worker), 1);
    }
}

void request_check_over(struct state *s, uint32_t req)
{
    if (s->req[req].active == 0 && !s->req[req].over)
        request_over(s, req);
}

void request_answer(struct state *s, uint32_t task, uint32_t req, int32_t status, uint32_t item)
{
    struct request *r = &s->req[req];
    if (r->status == 0)
        r->status = status;
    fx_emit(s, FX_RESPOND, task, req, (uint32_t)status, item == NONE ? 0 : item + 1);
}

/* A failure that leaves a stage's body has reached the request, or those of the batch's items; one
 * of a detached item is nobody's. */
static void item_failed(struct state *s, uint32_t task)
{
    const struct request *r = &s->req[s->task[task].req];
    if (s->p->uncaught == UNCAUGHT_NONE)
        return;
    uint32_t k = r->batch ? r->first_item : task;
    for (; k != NONE; k = r->batch ? s->task[k].q_next : NONE) {
        uint32_t req = s->task[k].req;
        if (s->req[req].status == 0 && !(s->task[k].flags & TF_DETACHED))
            request_answer(s, task, req, s->p->uncaught, r->batch ? k : NONE);
    }
}

static void root_over(struct state *s, uint32_t task, bool well)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    if (t->flags & TF_CANCELLED)
        return;
    if (t->flags & TF_ITEM) {
        if (!well)
            item_failed(s, task);
        return;
    }
    int32_t status = well ? (s->p->cls[r->cls].answers ? 0 : 200) : s->p->uncaught;
    if (r->status == 0 && status != 0)
        request_answer(s, task, t->req, status, NONE);
}

/* The task has come to its end, well or failed (or cancelled: then its group no longer counts it).
 */
void task_over(struct state *s, uint32_t task, bool well)
{
    struct task *t = &s->task[task];
    uint32_t req = t->req, worker = t->worker;
    bool on_loop = t->mode == M_LOOP && s->loop[worker].running == task;
    place_leave(s, task);
    on_loop = !stage_leave(s, task) && on_loop;
    t = &s->task[task];
    t->state = T_DONE;
    if (s->req[req].traced)
        fx_emit(s, FX_OVERTASK, task, well, t->group,
                t->parent == NONE || (t->flags & TF_ITEM) ? req + 1 : 0);
    if (t->parent == NONE || (t->flags & TF_ITEM))
        root_over(s, task, well);
    if (t->mode == M_THREAD)
        thread_release(s, task);
    else if (t->mode == M_LIGHT && t->thread != NONE) {
        fx_emit(s, FX_IDLE, task, t->thread, 0, 0);
        thread_put(s, t->thread);
    }
    task_uncount(s, task);
    if (t->group != NONE)
        group_child_over(s, t->group, task, well);
    t = &s->task[task];
    if (t->mode == M_INPLACE && s->task[t->parent].state == T_INPLACE) {
        s->task[t->parent].pc++;
        if (s->req[req].traced)
            fx_emit(s, FX_WAKE, t->parent, task, 0, 0);
        run_push(s, t->parent);
    }
    if (on_loop)
        loop_leave(s, worker);
    request_check_over(s, req);
    task_free(s, task);
}

void task_detach(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (t->flags & TF_DETACHED)
        return;
    t->flags |= TF_DETACHED;
    task_uncount(s, task);
    if (t->kids > 0)
        for (uint32_t k = s->req[t->req].first_task; k != NONE; k = s->task[k].req_next)
            if (s->task[k].parent == task)
                task_detach(s, k);
}

/* ---- waits ---- */

bool wait_interruptible(const struct task *t)
{
    switch ((enum task_state)t->state) {
    case T_WORK:
    case T_QUEUE:
    case T_JOIN:
    case T_AWAIT:
    case T_UNTIL:
        return true;
    case T_THREAD:
    case T_START:
        return !(t->flags & TF_FRESH);
    case T_CPU:
        return (t->flags & TF_HOST) != 0;
    default:
        return false;
    }
}

/* The caller gives a call up; the service, knowing nothing, goes on with it to its end. */
static void call_abandon(struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    uint32_t pc = s->task[task].pc;
    while (p->op[pc].code == OP_HOSTCPU)
        pc++;
    const struct callsite *c = p->op[pc].code == OP_CALL ? &p->call[p->op[pc].a] : NULL;
    bool host = (s->task[task].flags & TF_HOST) != 0;
    if (c == NULL || c->abandoned_stop || (c->res == NONE && !c->ps && !host)) {
        fx_emit(s, FX_UNWORK, task, 0, 0, 0);
        return;
    }
    uint32_t g = task_slot(s);
    struct task *t = &s->task[task];
    s->task[g] =
        (struct task){.pc = t->pc,
                      .state = T_GHOST,
                      .req = NONE,
                      .parent = NONE,
                      .group = NONE,
                      .res = c->res == NONE || c->ps ? NONE : state_instance(s, c->res, t->worker)};
    if (p->nword > 0)
        memcpy(state_words(s, g), state_words(s, task), p->nword * sizeof(double));
    fx_emit(s, FX_GHOST, task, g, 0, 0);
}

/* The region round a call holds its service's capacity: a call that was given up (its ghost has the
 * unit) or has ended (it was given back at once) leaves it without releasing. */
static uint32_t handler_beyond_service(const struct prog *p, uint32_t pc, bool stop)
{
    uint32_t h = p->handler_of[pc];
    if (stop || h == NONE || p->handler[h].kind != H_RELEASE)
        return h;
    return (p->op[p->handler[h].a].flags & OPF_SERVICE) ? p->handler[h].outer : h;
}

uint32_t task_handler(const struct state *s, uint32_t task)
{
    const struct task *t = &s->task[task];
    const struct prog *p = s->p;
    if (t->flags & TF_RAISE)
        return t->unwind;
    uint32_t pc = t->pc;
    if (t->state == T_WORK || (t->state == T_CPU && (t->flags & TF_HOST))) {
        while (p->op[pc].code == OP_HOSTCPU)
            pc++;
        if (p->op[pc].code == OP_CALL)
            return handler_beyond_service(p, t->pc, p->call[p->op[pc].a].abandoned_stop);
        if (p->op[pc].code == OP_REL) /* which the service has done: step_served() */
            return handler_beyond_service(p, pc, false);
    }
    return p->handler_of[t->pc];
}

void wait_end(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    switch ((enum task_state)t->state) {
    case T_WORK:
        call_abandon(s, task);
        break;
    case T_CPU:
        if (t->flags & TF_HOST)
            call_abandon(s, task);
        s->task[task].flags &= (uint16_t)~TF_HOST;
        break;
    case T_QUEUE:
    case T_THREAD:
        res_leave_queue(s, task);
        break;
    case T_START:
        thread_release(s, task);
        break;
    case T_READY:
        loop_remove(s, task);
        if (s->loop_tells)
            fx_emit(s, FX_UNREADY, task, t->thread, 0, 0);
        break;
    case T_AWAIT:
        await_leave(s, task);
        break;
    case T_UNTIL:
        until_leave(s, task);
        break;
    case T_ITEM:
        s->items--;
        res_leave_queue(s, task);
        break;
    case T_BATCHED:
        batch_drop(s, task);
        break;
    default:
        break;
    }
}

/* ---- cancelling ---- */

/* A detached task runs in its place, to its end. */
static bool lends_place(const struct state *s, const struct task *t)
{
    uint32_t task = (uint32_t)(t - s->task);
    if (t->state != T_INPLACE)
        return false;
    for (uint32_t k = s->req[t->req].first_task; k != NONE; k = s->task[k].req_next)
        if (s->task[k].parent == task && s->task[k].mode == M_INPLACE && s->task[k].state != T_DONE)
            return s->task[k].group == NONE;
    return false;
}

static bool cancel_at_once(const struct state *s, const struct task *t, uint32_t by_thread)
{
    if (t->flags & TF_FRESH)
        return t->state == T_PENDING || t->state == T_THREAD || t->state == T_START ||
               t->state == T_READY || t->state == T_ITEM || t->state == T_BATCHED;
    if (t->state == T_RUN || t->state == T_ASK || t->state == T_YIELD ||
        (t->state == T_CPU && !(t->flags & TF_HOST)))
        return false;
    if (lends_place(s, t))
        return false;
    switch ((enum task_mode)t->mode) {
    case M_LOOP:
        return !(t->flags & TF_KEEPS_LOOP) && s->loop[t->worker].running != (uint32_t)(t - s->task);
    case M_LIGHT:
        return true;
    case M_INPLACE:
        return t->thread == by_thread;
    case M_THREAD:
        return t->state == T_JOIN || t->state == T_AWAIT ||
               (t->state == T_INPLACE && t->thread == by_thread) ||
               ((t->flags & TF_POOLED) && (t->state == T_THREAD || t->state == T_START));
    }
    return false;
}

/* Cancelling a task may free any number of others, but makes none: the next one of a walk along the
 * request's tasks is good unless it was freed itself; then the walk begins anew. */
uint32_t task_walk(const struct state *s, uint32_t req, uint32_t next)
{
    return next != NONE && s->task[next].state == T_FREE ? s->req[req].first_task : next;
}

/* A detached task goes on; what such a task itself waits for has its flag, but is in a group. */
static bool goes_with_parent(const struct task *t)
{
    return (t->group != NONE || !(t->flags & TF_DETACHED)) && !(t->flags & TF_CANCELLED) &&
           t->state != T_DONE;
}

static void cancel_kids(struct state *s, uint32_t task, uint32_t by_thread)
{
    uint32_t req = s->task[task].req;
    if (s->task[task].kids == 0)
        return;
    for (uint32_t k = s->req[req].first_task; k != NONE;) {
        const struct task *t = &s->task[k];
        uint32_t next = t->req_next;
        if (t->parent == task && goes_with_parent(t)) {
            task_cancel(s, k, by_thread);
            next = task_walk(s, req, next);
        }
        k = next;
    }
}

/* by_thread: the thread of whoever cancels (tasks in place upon it end at once); NONE: another. */
void task_cancel(struct state *s, uint32_t task, uint32_t by_thread)
{
    struct task *t = &s->task[task];
    if (t->state == T_FREE || t->state == T_DONE || t->state == T_GHOST)
        return;
    if (t->group != NONE) {
        uint32_t g = t->group;
        group_unlink(s, task);
        bug_if(s->group[g].owner == NONE);
    }
    if (t->flags & TF_CANCELLED)
        return;
    task_uncount(s, task);
    bool now = cancel_at_once(s, t, by_thread);
    uint32_t handler = now && !(t->flags & TF_FRESH) ? task_handler(s, task) : NONE;
    t->flags |= TF_CANCELLED;
    if (now && t->state == T_INPLACE)
        t->state = T_JOIN; /* so that the child's end does not send it on */
    cancel_kids(s, task, by_thread);
    if (!now)
        return;
    if (s->req[s->task[task].req].traced)
        fx_emit(s, FX_WAKE, task, s->mover, 0, 0);
    wait_end(s, task);
    t = &s->task[task];
    t->unwind = handler;
    t->flags |= TF_RAISE;
    task_unwind(s, task);
    task_over(s, task, false);
}
