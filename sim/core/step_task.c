/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_task.c - tasks and groups of tasks: how they begin, end, are cancelled, and how a failure
 * finds its way out.  See step.h for the rules of cancelling. */
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

static void group_free(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    struct task *o = &s->task[g->owner];
    uint32_t *link = &o->groups;
    while (*link != group)
        link = &s->group[*link].next;
    *link = g->next;
    state_words(s, g->owner)[s->p->fork[g->fork].word] = 0;
    g->next = s->free_group;
    g->owner = NONE;
    s->free_group = group;
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

/* ---- groups ---- */

uint32_t group_new(struct state *s, uint32_t fork, uint32_t owner)
{
    const struct forksite *f = &s->p->fork[fork];
    double *w = state_words(s, owner);
    uint32_t i = s->free_group;
    if (i != NONE) {
        s->free_group = s->group[i].next;
    } else {
        if (s->ngroup == s->cap_group)
            s->group = grow(s->group, &s->cap_group, s->ngroup + 1, sizeof *s->group);
        i = s->ngroup++;
    }
    s->group[i] = (struct group){
        .fork = fork,
        .owner = owner,
        .next = s->task[owner].groups,
        .first = NONE,
        .last = NONE,
        .pending = NONE,
        .want = f->kind == GROUP_EACH ? (uint32_t)w[f->count_word]
                                      : (f->kind == GROUP_SPAWN ? 0 : f->nbranch),
        .limit = f->limit == NONE ? UINT32_MAX : (uint32_t)w[f->limit],
        .until = f->until == NONE ? NONE : (uint32_t)w[f->until],
        .done_first = NONE,
        .done_last = NONE,
    };
    s->task[owner].groups = i;
    w[f->word] = (double)i + 1;
    for (uint32_t k = 0; k < f->nexport; k++) {
        const struct export_var *e = &s->p->exports[f->exports + k];
        w[e->to] = 0;
        if (e->total != NONE)
            w[e->total] = 0;
    }
    if (s->req[s->task[owner].req].traced)
        fx_emit(s, FX_GROUP, owner, i, 0, 0);
    if (f->kind != GROUP_SPAWN)
        group_decide(s, i);
    return i;
}

void group_add(struct state *s, uint32_t group, uint32_t child)
{
    struct group *g = &s->group[group];
    struct task *c = &s->task[child];
    c->group = group;
    c->copy = g->made++;
    c->sib_prev = g->last;
    if (g->last == NONE)
        g->first = child;
    else
        s->task[g->last].sib_next = child;
    g->last = child;
    g->live++;
    if (s->p->fork[g->fork].kind == GROUP_SPAWN)
        g->want++;
}

static void group_unlink(struct state *s, uint32_t child)
{
    struct task *c = &s->task[child];
    struct group *g = &s->group[c->group];
    if (g->pending == child)
        g->pending = c->sib_next;
    if (c->sib_prev == NONE)
        g->first = c->sib_next;
    else
        s->task[c->sib_prev].sib_next = c->sib_next;
    if (c->sib_next == NONE)
        g->last = c->sib_prev;
    else
        s->task[c->sib_next].sib_prev = c->sib_prev;
    c->sib_prev = c->sib_next = NONE;
    c->group = NONE;
    g->live--;
    if (c->state != T_PENDING)
        g->running--;
}

void group_cancel(struct state *s, uint32_t group, uint32_t by_thread)
{
    while (s->group[group].first != NONE)
        task_cancel(s, s->group[group].first, by_thread);
}

/* The rest runs on: nobody's any more, but still the request's unless detached. */
static void group_orphan(struct state *s, uint32_t group, bool detach)
{
    while (s->group[group].first != NONE) {
        uint32_t c = s->group[group].first;
        if (s->task[c].state == T_PENDING) { /* nobody would let it begin */
            task_cancel(s, c, NONE);
            continue;
        }
        group_unlink(s, c);
        if (detach)
            task_detach(s, c);
    }
}

static void group_rest(struct state *s, uint32_t group, bool failed)
{
    const struct forksite *f = &s->p->fork[s->group[group].fork];
    if (failed && f->siblings == SIBLINGS_IGNORE)
        group_orphan(s, group, false);
    else if (!failed && f->detach_rest)
        group_orphan(s, group, true);
    else
        group_cancel(s, group, s->task[s->group[group].owner].thread);
}

/* Has enough of it ended?  Sets the state and deals with the rest. */
void group_decide(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    const struct forksite *f = &s->p->fork[g->fork];
    if (g->state != G_OPEN || f->kind == GROUP_SPAWN)
        return;
    bool well = g->until == NONE ? g->ok == g->want : g->ok >= g->until;
    bool lost = g->until == NONE ? g->failed > 0 : g->want < g->until + g->failed;
    if (well) {
        g->state = G_WELL;
    } else if (lost) {
        bool all_over = g->live == 0 && g->made == g->want;
        if (f->siblings == SIBLINGS_WAIT && g->want > 0 && !all_over)
            return;
        g->state = G_FAILED;
        if (g->fail == FAIL_NONE)
            g->fail = FAIL_ERROR;
    } else {
        return;
    }
    group_rest(s, group, !well);
}

static void group_drop_done(struct state *s, uint32_t group)
{
    for (uint32_t c; (c = group_take(s, group)) != NONE;)
        task_free(s, c);
}

uint32_t group_take(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    uint32_t c = g->done_first;
    if (c == NONE)
        return NONE;
    g->done_first = s->task[c].q_next;
    if (g->done_first == NONE)
        g->done_last = NONE;
    s->task[c].flags &= (uint16_t)~TF_KEEP;
    return c;
}

void group_leave(struct state *s, uint32_t owner, uint32_t fork)
{
    uint32_t g = group_of(s, owner, fork);
    if (g == NONE)
        return;
    group_cancel(s, g, s->task[owner].thread);
    group_drop_done(s, g);
    group_free(s, g);
}

/* What a child that ended well leaves in its owner's words. */
static void group_export(struct state *s, const struct group *g, uint32_t child)
{
    const struct forksite *f = &s->p->fork[g->fork];
    double *to = state_words(s, g->owner);
    const double *from = state_words(s, child);
    for (uint32_t k = 0; k < f->nexport; k++) {
        const struct export_var *e = &s->p->exports[f->exports + k];
        if (e->branch != NONE && e->branch != s->task[child].copy)
            continue;
        if (e->total == NONE) {
            to[e->to] = from[e->from];
        } else {
            to[e->to] += from[e->from] != 0;
            to[e->total] += 1;
        }
    }
}

static void group_begin_pending(struct state *s, uint32_t group)
{
    while (s->group[group].pending != NONE && s->group[group].running < s->group[group].limit) {
        uint32_t c = s->group[group].pending;
        s->group[group].pending = s->task[c].sib_next;
        s->group[group].running++;
        task_launch(s, c);
    }
}

static void awaiters_wake(struct state *s, uint32_t req)
{
    for (uint32_t t = s->req[req].first_await, next; t != NONE; t = next) {
        uint16_t fail;
        next = s->task[t].q_next;
        if (await_check(s, t, &fail) != AWAIT_WAIT) {
            await_leave(s, t);
            go_on(s, t);
        }
    }
}

static void owner_wake(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    uint32_t o = g->owner;
    struct task *t = &s->task[o];
    if (t->state != T_JOIN || op_at(s, t)->a != g->fork)
        return;
    if (g->state != G_OPEN || (g->done_first != NONE && op_at(s, t)->code == OP_NEXT))
        go_on(s, o);
}

static void child_over(struct state *s, uint32_t group, uint32_t child, bool well)
{
    struct group *g = &s->group[group];
    struct task *c = &s->task[child];
    group_unlink(s, child);
    if (well) {
        g->ok++;
        group_export(s, g, child);
        if (s->p->fork[g->fork].consumed) {
            c->flags |= TF_KEEP;
            c->q_next = NONE;
            if (g->done_last == NONE)
                g->done_first = child;
            else
                s->task[g->done_last].q_next = child;
            g->done_last = child;
        }
    } else {
        g->failed++;
        g->fail = c->fail;
    }
    group_decide(s, group);
    group_begin_pending(s, group);
    if (s->group[group].awaiters > 0)
        awaiters_wake(s, c->req);
    owner_wake(s, group);
}

/* ---- ends ---- */

static void request_over(struct state *s, uint32_t req)
{
    struct request *r = &s->req[req];
    r->over = 1;
    s->present[r->worker]--;
    fx_emit(s, FX_OVER, NONE, req, 0, 0);
    if (r->has_limit) {
        r->has_limit = 0;
        res_release(s, instance_of(s, s->p->limit, r->worker), 1);
    }
}

void request_check_over(struct state *s, uint32_t req)
{
    if (s->req[req].active == 0 && !s->req[req].over)
        request_over(s, req);
}

static void root_over(struct state *s, uint32_t task, bool well)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    if (r->status != 0 || (t->flags & TF_CANCELLED))
        return;
    if (well && !s->p->cls[r->cls].answers)
        r->status = 200;
    else if (!well)
        r->status = s->p->uncaught;
    if (r->status != 0)
        fx_emit(s, FX_RESPOND, task, t->req, (uint32_t)r->status, 0);
}

/* The task has come to its end, well or failed (or cancelled: then its group no longer counts it).
 */
void task_over(struct state *s, uint32_t task, bool well)
{
    struct task *t = &s->task[task];
    uint32_t req = t->req, worker = s->req[req].worker;
    bool on_loop = t->mode == M_LOOP && s->loop[worker].running == task;
    t->state = T_DONE;
    if (s->req[req].traced)
        fx_emit(s, FX_OVERTASK, task, well, t->group, 0);
    if (t->parent == NONE)
        root_over(s, task, well);
    if (t->mode == M_THREAD)
        thread_release(s, task);
    else if (t->mode == M_LIGHT && t->thread != NONE) {
        fx_emit(s, FX_IDLE, task, t->thread, 0, 0);
        thread_put(s, t->thread);
    }
    task_uncount(s, task);
    if (t->group != NONE)
        child_over(s, t->group, task, well);
    t = &s->task[task];
    if (t->mode == M_INPLACE && s->task[t->parent].state == T_INPLACE) {
        s->task[t->parent].pc++;
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
    s->task[g] = (struct task){
        .pc = t->pc,
        .state = T_GHOST,
        .req = NONE,
        .parent = NONE,
        .group = NONE,
        .res = c->res == NONE || c->ps ? NONE : instance_of(s, c->res, s->req[t->req].worker)};
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
               t->state == T_READY;
    if (t->state == T_RUN || t->state == T_ASK || (t->state == T_CPU && !(t->flags & TF_HOST)))
        return false;
    if (lends_place(s, t))
        return false;
    switch ((enum task_mode)t->mode) {
    case M_LOOP:
        return !(t->flags & TF_KEEPS_LOOP) &&
               s->loop[s->req[t->req].worker].running != (uint32_t)(t - s->task);
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

static void cancel_kids(struct state *s, uint32_t task, uint32_t by_thread)
{
    uint32_t req = s->task[task].req;
    if (s->task[task].kids == 0)
        return;
    for (uint32_t k = s->req[req].first_task; k != NONE;) {
        const struct task *t = &s->task[k];
        uint32_t next = t->req_next;
        if (t->parent == task && !(t->flags & (TF_DETACHED | TF_CANCELLED)) && t->state != T_DONE) {
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
    wait_end(s, task);
    t = &s->task[task];
    t->unwind = handler;
    t->flags |= TF_RAISE;
    task_unwind(s, task);
    task_over(s, task, false);
}

/* ---- failing ---- */

static bool handler_matches(const struct prog *p, const struct unwinder *u, uint16_t fail)
{
    for (uint32_t k = 0; k < u->nmatch; k++)
        if (p->match_code[u->match + k] == fail)
            return true;
    return u->nmatch == 0;
}

static void unwind_release(struct state *s, uint32_t task, uint32_t acq_pc)
{
    const struct op *o = &s->p->op[acq_pc];
    uint32_t units = (o->flags & OPF_WORD) ? (uint32_t)state_words(s, task)[o->c] : o->b;
    res_release(s, instance_of(s, o->a, s->req[s->task[task].req].worker), units);
}

void task_untimer(struct state *s, uint32_t task, uint32_t word)
{
    double *w = state_words(s, task);
    if (w[word] == 1)
        fx_emit(s, FX_UNTIMER, task, word, 0, 0);
    w[word] = 0;
    if (s->task[task].scope == word + 1)
        s->task[task].scope = 0;
}

/* May RETRY try again?  Counts the failed attempt. */
static bool retry_again(struct state *s, uint32_t task, const struct unwinder *u)
{
    double *w = state_words(s, task);
    w[u->word] += 1;
    return u->limit == NONE || w[u->word] < w[u->limit];
}

enum unwound task_unwind(struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    uint32_t h = s->task[task].unwind;
    s->task[task].flags &= (uint16_t)~TF_RAISE;
    while (h != NONE) {
        const struct unwinder *u = &p->handler[h];
        struct task *t = &s->task[task];
        bool dying = (t->flags & TF_CANCELLED) != 0, passing = dying || t->scope != 0;
        h = u->outer;
        switch (u->kind) {
        case H_RELEASE:
            unwind_release(s, task, u->a);
            break;
        case H_UNTIMER:
            task_untimer(s, task, u->a);
            break;
        case H_KILL:
            group_leave(s, task, u->a);
            break;
        case H_LEAVE:
            if (s->req[t->req].traced)
                fx_emit(s, FX_LEAVE, task, u->a, u->depth, dying ? 2 : 1);
            break;
        case H_HOP:
            if (!(t->flags & TF_POOLED))
                break;
            thread_release(s, task);
            t->flags &= (uint16_t)~TF_POOLED;
            t->mode = M_LOOP;
            if (dying)
                break;
            t->flags |= TF_RAISE | TF_HOPPED;
            t->unwind = h;
            loop_enqueue(s, task);
            return UNWOUND_WAITS;
        case H_CATCH:
            if (passing || !handler_matches(p, u, t->fail))
                break;
            t->pc = u->target;
            t->fail = FAIL_NONE;
            return UNWOUND_RUN;
        case H_RETRY:
            if (passing || !handler_matches(p, u, t->fail) || !retry_again(s, task, u))
                break;
            t->pc = u->target;
            if (s->req[t->req].traced)
                fx_emit(s, FX_RETRY, task, p->mark_of[u->target], 0, 0);
            return UNWOUND_RUN;
        }
    }
    return UNWOUND_OVER;
}

/* ---- awaiting ---- */

static uint32_t ancestor(const struct state *s, uint32_t task, uint32_t up)
{
    while (up-- > 0)
        task = s->task[task].parent;
    return task;
}

static uint32_t await_group(const struct state *s, uint32_t task, const struct await_ref *r)
{
    return group_of(s, ancestor(s, task, r->up), r->fork);
}

enum await_verdict await_check(const struct state *s, uint32_t task, uint16_t *fail)
{
    const struct prog *p = s->p;
    const struct awaitsite *a = &p->await[op_at(s, &s->task[task])->a];
    uint32_t ok = 0, failed = 0;
    *fail = FAIL_ERROR;
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t g = await_group(s, task, &p->await_ref[a->first + k]);
        if (g != NONE && s->group[g].failed > 0) {
            failed++;
            *fail = s->group[g].fail;
        } else if (g == NONE || s->group[g].live == 0) {
            ok++;
        }
    }
    uint32_t need = a->until == NONE ? a->n : (uint32_t)state_words(s, task)[a->until];
    if (ok >= need)
        return AWAIT_WELL;
    return failed > 0 && a->n < need + failed ? AWAIT_FAILED : AWAIT_WAIT;
}

static void await_count(struct state *s, uint32_t task, int by)
{
    const struct awaitsite *a = &s->p->await[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t g = await_group(s, task, &s->p->await_ref[a->first + k]);
        if (g != NONE)
            s->group[g].awaiters += (uint32_t)by;
    }
}

void await_enter(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    await_count(s, task, +1);
    t->q_prev = NONE;
    t->q_next = r->first_await;
    if (t->q_next != NONE)
        s->task[t->q_next].q_prev = task;
    r->first_await = task;
}

void await_leave(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    await_count(s, task, -1);
    if (t->q_prev == NONE)
        s->req[t->req].first_await = t->q_next;
    else
        s->task[t->q_prev].q_next = t->q_next;
    if (t->q_next != NONE)
        s->task[t->q_next].q_prev = t->q_prev;
    t->q_prev = t->q_next = NONE;
}

void await_settle(struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    const struct awaitsite *a = &p->await[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t g = await_group(s, task, &p->await_ref[a->first + k]);
        if (g == NONE)
            continue;
        if (s->group[g].live == 0 && s->group[g].failed == 0)
            fx_emit(s, FX_JOIN, task, g, NONE, 1);
        if (a->until != NONE && a->detach_rest)
            group_orphan(s, g, true);
        else if (a->until != NONE)
            group_cancel(s, g, s->task[task].thread);
    }
    double *w = state_words(s, task);
    for (uint32_t k = 0; k < a->nimport; k++) {
        const struct import_var *v = &p->import[a->import + k];
        w[v->to] = state_words(s, ancestor(s, task, v->up))[v->from];
    }
}
