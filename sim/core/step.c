/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step.c - the moves.  The meaning of a pipeline is here, in the other step_*.c (step_impl.h), and
 * nowhere else; see step.h for the contract. */
#include "core/step.h"
#include "core/step_impl.h"

static bool must_wait(const struct state *s, uint32_t worker)
{
    const struct prog *p = s->p;
    uint32_t thread = p->has_loop ? NONE : (p->server != NONE ? p->server : p->pool);
    return (p->limit != NONE && !res_available(s, state_instance(s, p->limit, worker), 1)) ||
           (thread != NONE && !res_available(s, state_instance(s, thread, worker), 1));
}

void task_admit(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    if (s->p->limit != NONE)
        r->has_limit = 1;
    if (!s->p->has_loop) {
        t->mode = M_THREAD;
        thread_seek(s, task);
        return;
    }
    if (r->waiting) {
        r->waiting = 0;
        s->waiting[r->worker]--;
    }
    t->mode = M_LOOP;
    loop_enqueue(s, task);
}

uint32_t request_slot(struct state *s)
{
    uint32_t i = s->free_req;
    if (i != NONE) {
        s->free_req = s->req[i].first_task;
        return i;
    }
    if (s->nreq == s->cap_req)
        s->req = grow(s->req, &s->cap_req, s->nreq + 1, sizeof *s->req);
    return s->nreq++;
}

uint32_t step_arrive(struct state *s, uint32_t cls, uint32_t worker, bool traced)
{
    const struct prog *p = s->p;
    bool waits = (p->limit != NONE || !p->has_loop) && must_wait(s, worker);
    if (waits && p->queue_limit != NONE && s->waiting[worker] >= p->queue_limit)
        return NONE;
    uint32_t i = request_slot(s);
    s->req[i] = (struct request){.first_task = NONE,
                                 .first_await = NONE,
                                 .cls = cls,
                                 .worker = worker,
                                 .used = 1,
                                 .traced = traced,
                                 .waiting = waits};
    s->present[worker]++;
    s->waiting[worker] += waits;
    uint32_t root = task_new(s, i, NONE, p->cls[cls].body);
    s->req[i].root = root;
    fx_emit(s, FX_BEGIN, root, NONE, i, 0);
    if (p->limit == NONE) {
        task_admit(s, root);
        return i;
    }
    uint32_t inst = state_instance(s, p->limit, worker);
    if (res_available(s, inst, 1)) {
        res_take(s, inst, root, 1, false);
        task_admit(s, root);
    } else {
        s->task[root].state = T_THREAD;
        s->task[root].mode = p->has_loop ? M_LOOP : M_THREAD;
        res_enqueue(s, inst, root, 1);
    }
    return i;
}

void step_start(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    bug_if(t->state != T_START);
    if (t->flags & TF_POOLED)
        t->pc++; /* the hop is made */
    go_on(s, task);
    step_drain(s);
}

static void loop_turn(struct state *s, uint32_t worker)
{
    const struct prog *p = s->p;
    struct loopst *l = &s->loop[worker];
    uint32_t task = l->first;
    struct task *t = &s->task[task];
    loop_remove(s, task);
    l->running = task;
    if (s->loop_tells)
        fx_emit(s, FX_TURN, task, worker, 0, 0);
    uint32_t mask = 0;
    if (!(t->flags & TF_FRESH) || (t->flags & TF_ITEM)) { /* a stage's worker had waited */
        enum cost c = (t->flags & TF_HOPPED) ? COST_HOP : COST_RESUME;
        if (p->cost_site[c] != NONE)
            mask |= 1u << c;
    }
    if (l->idle && p->cost_site[COST_WAKE] != NONE)
        mask |= 1u << COST_WAKE;
    l->idle = 0;
    t->flags &= (uint16_t)~TF_HOPPED;
    if (mask || p->gil_contended) {
        t->flags |= TF_DISPATCH;
        step_compute(s, task, NONE, mask);
        return;
    }
    step_run(s, task);
    step_drain(s);
}

static void loop_turns(struct state *s, uint32_t worker, bool one)
{
    struct loopst *l = &s->loop[worker];
    bool more = true;
    while (more && l->running == NONE && l->first != NONE && s->ask == ASK_NONE &&
           s->stuck_pc == NONE) {
        l->posted = 1; /* so that nobody asks for the turn that comes anyway */
        loop_turn(s, worker);
        more = !one;
    }
    l->posted = 0;
    if (l->running == NONE)
        loop_rest(s, worker);
}

/* The loop runs its queue dry, or until a task computes, waits upon the loop, or asks. */
void step_loop(struct state *s, uint32_t worker)
{
    loop_turns(s, worker, false);
}

void step_turn(struct state *s, uint32_t worker)
{
    loop_turns(s, worker, true);
}

void step_grant(struct state *s, uint32_t instance, uint32_t pick)
{
    step_grant_move(s, instance, pick);
    step_drain(s);
}

static void done_cpu(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (t->flags & TF_HOST) {
        if (t->flags & TF_CANCELLED) {
            t->flags &= (uint16_t)~TF_HOST;
            go_on(s, task);
        } else {
            step_hostcpu_done(s, task);
        }
        return;
    }
    if (t->flags & TF_DISPATCH) {
        t->flags &= (uint16_t)~TF_DISPATCH;
        t->flags &= (uint16_t)~TF_KEEPS_LOOP;
    } else if (op_at(s, t)->code == OP_HOPOUT) {
        if (!(t->flags & TF_CANCELLED)) {
            t->state = T_RUN;
            if (step_hop_seek(s, task))
                step_run(s, task);
            return;
        }
    } else {
        t->pc++;
    }
    step_run(s, task);
}

static void done_work(struct state *s, uint32_t task, bool ok)
{
    const struct prog *p = s->p;
    struct task *t = &s->task[task];
    const struct op *o = op_at(s, t);
    uint32_t res = o->code == OP_CALL && !p->call[o->a].ps ? p->call[o->a].res : NONE;
    if (ok) {
        t->pc += res == NONE ? 1 : 2; /* the service gives its unit back itself: not REL */
    } else {
        t->unwind = task_handler(s, task);
        if (res != NONE && p->call[o->a].abandoned_stop)
            t->unwind = p->handler[t->unwind].outer;
        t->fail = FAIL_ERROR;
        t->flags |= TF_RAISE;
    }
    if (res != NONE)
        res_release(s, state_instance(s, res, t->worker), 1);
    go_on(s, task);
}

/* An abandoned call whose service has computed on our cores is worked on for its latency yet. */
static bool ghost_goes_on(struct state *s, uint32_t ghost)
{
    struct task *t = &s->task[ghost];
    if (op_at(s, t)->code != OP_HOSTCPU)
        return false;
    while (op_at(s, t)->code == OP_HOSTCPU)
        t->pc++;
    const struct callsite *c = &s->p->call[op_at(s, t)->a];
    if (c->res == NONE && !c->ps) /* which nobody would notice */
        return false;
    fx_emit(s, FX_WORK, ghost, 0, t->pc, 0);
    return true;
}

void step_done(struct state *s, uint32_t task, bool ok)
{
    struct task *t = &s->task[task];
    s->mover = task;
    switch ((enum task_state)t->state) {
    case T_GHOST:
        if (ghost_goes_on(s, task))
            break;
        if (t->res != NONE)
            res_release(s, t->res, 1);
        t->state = T_FREE;
        t->q_next = s->free_task;
        s->free_task = task;
        break;
    case T_CPU:
        done_cpu(s, task);
        break;
    case T_WORK:
        done_work(s, task, ok);
        break;
    default:
        bug_if(true);
    }
    step_drain(s);
}

void step_served(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    const struct op *o = op_at(s, t);
    bug_if(t->state != T_WORK || o->code != OP_CALL || s->p->call[o->a].ps);
    s->mover = task;
    res_release(s, state_instance(s, s->p->call[o->a].res, t->worker), 1);
    t->pc++; /* to the REL: it is given back */
    step_drain(s);
}

void step_answer(struct state *s, double value)
{
    uint32_t task = s->ask_task;
    struct task *t = &s->task[task];
    const struct op *o = op_at(s, t);
    switch (s->ask) {
    case ASK_VALUE:
        state_words(s, task)[o->a] = value;
        t->pc++;
        break;
    case ASK_BRANCH:
        t->pc = value != 0 ? t->pc + 1 : o->c;
        break;
    case ASK_CHOOSE: {
        const struct choice *c = &s->p->choice[o->a];
        t->pc = s->p->arm[c->first + (uint32_t)value].target;
        break;
    }
    case ASK_NONE:
        bug_if(true);
    }
    s->ask = ASK_NONE;
    t->state = T_RUN;
    step_go(s, task);
    step_drain(s);
}
