/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_op.c - the instructions of ops.def: what each does to its task, and a task's run along them
 * until it waits.  See step.h for the contract. */
#include "core/step_impl.h"

static bool keeps_loop(const struct state *s, const struct op *o)
{
    return (o->flags & OPF_BLOCKING) && s->p->kind == EXEC_COROUTINE;
}

void task_launch(struct state *s, uint32_t child)
{
    struct task *t = &s->task[child];
    switch ((enum task_mode)t->mode) {
    case M_LOOP:
        loop_enqueue(s, child);
        break;
    case M_THREAD:
        thread_seek(s, child);
        break;
    case M_INPLACE:
    case M_LIGHT:
        run_push(s, child);
        break;
    }
}

static enum task_mode child_mode(struct state *s, uint32_t owner, const struct op *o)
{
    const struct task *t = &s->task[owner];
    if (o->flags & OPF_LIGHT)
        return t->mode == M_LOOP && !keeps_loop(s, o) ? M_LOOP : M_LIGHT;
    if (o->flags & OPF_INPLACE)
        return M_INPLACE;
    return s->p->has_loop ? M_LOOP : M_THREAD;
}

/* A parent that does not wait for its child may be in another round by the time it is told. */
void tell_rounds(struct state *s, uint32_t task, uint32_t child)
{
    const struct prog *p = s->p;
    const struct site *x = &p->site[p->site_of[s->task[task].pc]];
    const double *w = state_words(s, task);
    for (uint32_t k = 0; k < x->nloop; k++) {
        uint32_t n = (uint32_t)w[p->loop_word[x->loop + k]];
        if (n != 0)
            fx_emit(s, FX_ROUND, child, task, k, n);
    }
}

/* Returns true if the parent's own run ends here (the child runs in its place). */
static bool op_fork(struct state *s, uint32_t task, const struct op *o)
{
    const struct forksite *f = &s->p->fork[o->a];
    uint32_t g = NONE;
    if (f->kind != GROUP_DETACH) {
        g = group_of(s, task, o->a);
        if (g == NONE)
            g = group_new(s, o->a, task);
        if (s->group[g].state != G_OPEN) {
            s->task[task].pc++;
            return false;
        }
    }
    if (s->live >= STATE_MAX_TASKS) {
        s->crowded = true;
        s->stuck_pc = s->task[task].pc;
        return true;
    }
    uint32_t c = task_new(s, s->task[task].req, task, o->b);
    struct task *t = &s->task[c];
    t->mode = (uint8_t)child_mode(s, task, o);
    if (f->kind == GROUP_DETACH && !(t->flags & TF_DETACHED)) {
        task_uncount(s, c);
        t->flags |= TF_DETACHED;
    }
    if (g != NONE)
        group_add(s, g, c);
    if (s->p->site_of[s->task[task].pc] != NONE)
        tell_rounds(s, task, c);
    fx_emit(s, FX_BEGIN, c, task, s->task[task].pc, t->copy);
    if (t->mode == M_INPLACE) {
        t->thread = s->task[task].thread;
        s->task[task].state = T_INPLACE;
    } else if (t->mode == M_LIGHT && s->p->uses_cpu) {
        t->thread = thread_get(s, t->worker);
    }
    if (g != NONE && s->group[g].running >= s->group[g].limit) {
        t->state = T_PENDING;
        if (s->group[g].pending == NONE)
            s->group[g].pending = c;
    } else {
        if (g != NONE)
            s->group[g].running++;
        task_launch(s, c);
    }
    if (s->task[task].state == T_INPLACE)
        return true; /* FORK's pc is left behind when the child ends */
    s->task[task].pc++;
    return false;
}

static bool op_fail(struct state *s, uint32_t task, uint16_t code)
{
    struct task *t = &s->task[task];
    t->unwind = s->p->handler_of[t->pc];
    t->fail = code;
    return task_fail(s, task);
}

static bool op_wait(struct state *s, uint32_t task, const struct op *o)
{
    bool on;
    if (timeout_cuts_short(s, task, &on))
        return on;
    uint32_t pc = s->task[task].pc;
    if (o->code == OP_HOSTCPU) {
        task_block(s, task, T_CPU, keeps_loop(s, o));
        s->task[task].flags |= TF_HOST;
        fx_emit(s, FX_CPU, task, NONE, pc, 0);
    } else {
        task_block(s, task, T_WORK, keeps_loop(s, o));
        fx_emit(s, FX_WORK, task, 0, pc, 0);
    }
    return false;
}

static int16_t class_priority(const struct state *s, const struct task *t)
{
    return (int16_t)s->p->cls[s->req[t->req].cls].priority;
}

static bool op_acquire(struct state *s, uint32_t task, const struct op *o)
{
    struct task *t = &s->task[task];
    uint32_t units = state_op_units(s, task, o);
    uint32_t inst = state_op_instance(s, task, o);
    const struct res *r = &s->p->res[o->a];
    if (res_available(s, inst, units)) {
        res_take(s, inst, task, units, false);
        t->pc++;
        return true;
    }
    if (r->queue != NONE && s->inst[inst].nqueue >= r->queue) {
        fx_emit(s, FX_REJECT, task, inst, 0, 0);
        return op_fail(s, task, FAIL_REJECTED);
    }
    bool on;
    if (timeout_cuts_short(s, task, &on))
        return on;
    task_block(s, task, T_QUEUE, keeps_loop(s, o));
    t->priority = (o->flags & OPF_PRIORITY) ? (int16_t)o->depth : class_priority(s, t);
    res_enqueue(s, inst, task, units);
    return false;
}

static bool op_join(struct state *s, uint32_t task, const struct op *o)
{
    uint32_t gi = group_of(s, task, o->a);
    struct group *g = &s->group[gi];
    if (o->code == OP_NEXT && g->state != G_FAILED) {
        uint32_t c = group_take(s, gi);
        if (c != NONE) {
            const struct forksite *f = &s->p->fork[o->a];
            double *w = state_words(s, task);
            const double *cw = state_words(s, c);
            if (f->taken_word != NONE)
                w[f->taken_word] = s->task[c].copy;
            for (uint32_t k = 0; k < f->ncopyvar; k++)
                w[s->p->exports[f->copyvar + k].to] = cw[s->p->exports[f->copyvar + k].from];
            fx_emit(s, FX_JOIN, task, gi, c, 1);
            task_free(s, c);
            s->task[task].pc++;
            return true;
        }
    }
    if (g->state == G_OPEN) {
        bool on;
        if (timeout_cuts_short(s, task, &on))
            return on;
        task_block(s, task, T_JOIN, keeps_loop(s, o));
        return false;
    }
    if (s->req[s->task[task].req].traced)
        fx_emit(s, FX_JOIN, task, gi, NONE, g->state == G_WELL);
    bool well = g->state == G_WELL;
    uint16_t fail = g->fail;
    group_leave(s, task, o->a);
    if (!well)
        return op_fail(s, task, fail);
    s->task[task].pc = o->code == OP_NEXT ? o->c : s->task[task].pc + 1;
    return true;
}

static bool op_await(struct state *s, uint32_t task)
{
    uint16_t fail;
    bool on;
    switch (await_check(s, task, &fail)) {
    case AWAIT_WELL:
        await_tell(s, task);
        await_settle(s, task);
        s->task[task].pc++;
        return true;
    case AWAIT_FAILED:
        await_tell(s, task);
        return op_fail(s, task, fail);
    case AWAIT_WAIT:
        break;
    }
    if (timeout_cuts_short(s, task, &on))
        return on;
    task_block(s, task, T_AWAIT, false);
    await_enter(s, task);
    return false;
}

/* Compute: an op of the program (b NONE: none of it), or costs. */
void step_compute(struct state *s, uint32_t task, uint32_t pc, uint32_t mask)
{
    struct task *t = &s->task[task];
    t->state = T_CPU;
    fx_emit(s, FX_CPU, task, t->thread, pc, mask);
}

static bool op_hop_out(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (t->mode != M_LOOP) {
        t->pc++;
        return true;
    }
    if (s->p->cost_site[COST_HOP] != NONE) {
        step_compute(s, task, NONE, 1u << COST_HOP);
        return false;
    }
    return true;
}

bool step_hop_seek(struct state *s, uint32_t task)
{
    bool on;
    if (timeout_cuts_short(s, task, &on))
        return on;
    struct task *t = &s->task[task];
    uint32_t worker = t->thread;
    task_block(s, task, T_THREAD, false);
    t->flags |= TF_POOLED; /* so that its place is the pool's, also for a root */
    t->mode = M_THREAD;
    t->thread = worker;
    thread_seek(s, task);
    return false;
}

static bool op_hop_in(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    t->pc++;
    if (!(t->flags & TF_POOLED) || t->mode != M_THREAD)
        return true;
    thread_release(s, task);
    t->flags &= (uint16_t)~TF_POOLED;
    t->flags |= TF_HOPPED;
    t->mode = M_LOOP;
    loop_enqueue(s, task);
    return false;
}

/* The answer of a batch is that of each of its items' requests. */
static void op_respond(struct state *s, uint32_t task, int32_t status)
{
    const struct request *r = &s->req[s->task[task].req];
    if (!r->batch)
        request_answer(s, task, s->task[task].req, status, NONE);
    for (uint32_t k = r->batch ? r->first_item : NONE; k != NONE; k = s->task[k].q_next)
        request_answer(s, task, s->task[k].req, status, k);
}

/* The unfinished tasks of the request are cancelled, but for one (or NONE) and detached ones. */
static void request_cancel(struct state *s, uint32_t req, uint32_t but, uint32_t by_thread)
{
    for (uint32_t k = s->req[req].first_task; k != NONE;) {
        const struct task *t = &s->task[k];
        uint32_t next = t->req_next;
        if (k != but && !(t->flags & (TF_DETACHED | TF_CANCELLED)) && t->state != T_DONE) {
            task_cancel(s, k, by_thread);
            next = task_walk(s, req, next);
        }
        k = next;
    }
}

/* With a batch the requests of all its items end; a detached item only leaves the batch. */
static void batch_abort(struct state *s, uint32_t req, uint32_t by_thread)
{
    while (s->req[req].first_item != NONE) {
        uint32_t k = s->req[req].first_item;
        uint32_t of = s->task[k].req;
        if (s->task[k].flags & TF_DETACHED) {
            task_cancel(s, k, by_thread);
            continue;
        }
        request_cancel(s, of, NONE, by_thread);
        request_check_over(s, of); /* threads that still wait do not keep it */
    }
}

static void op_abort(struct state *s, uint32_t task, int32_t status)
{
    op_respond(s, task, status);
    uint32_t req = s->task[task].req, thread = s->task[task].thread;
    if (s->req[req].traced)
        fx_emit(s, FX_ABORT, task, req, 0, 0);
    struct task *self = &s->task[task];
    uint32_t handler = s->p->handler_of[self->pc];
    if (self->group != NONE)
        self->flags |= TF_KEEP; /* not freed while the others go */
    if (s->req[req].batch)
        batch_abort(s, req, thread);
    request_cancel(s, req, task, thread);
    self = &s->task[task];
    self->flags &= (uint16_t)~TF_KEEP;
    self->flags |= TF_CANCELLED; /* nothing catches it */
    self->unwind = handler;
    task_unwind(s, task);
    task_over(s, task, false);
}

static bool ask(struct state *s, uint32_t task, enum ask_kind kind)
{
    s->ask = kind;
    s->ask_task = task;
    s->task[task].state = T_ASK;
    return false;
}

static bool op_cost(struct state *s, uint32_t task, const struct op *o)
{
    struct task *t = &s->task[task];
    if (s->p->cost_site[o->a] == NONE) {
        t->pc++;
        return true;
    }
    step_compute(s, task, t->pc, 1u << o->a);
    return false;
}

/* A value that is known needs no driver. */
static bool op_value(struct state *s, uint32_t task, const struct op *o)
{
    const struct xexpr *x = &s->p->x.expr[o->b];
    struct task *t = &s->task[task];
    if (!x->constant)
        return ask(s, task, o->code == OP_ASK ? ASK_VALUE : ASK_BRANCH);
    if (o->code == OP_ASK)
        state_words(s, task)[o->a] = x->value;
    t->pc = o->code == OP_BRANCH && x->value == 0 ? o->c : t->pc + 1;
    return true;
}

/* Instructions of control that never wait. */
static bool op_control(struct state *s, uint32_t task, const struct op *o)
{
    struct task *t = &s->task[task];
    double *w = state_words(s, task);
    uint32_t next = t->pc + 1;
    switch (o->code) {
    case OP_TIMER:
        w[o->a] = 1;
        fx_emit(s, FX_TIMER, task, o->a, t->pc, 0);
        break;
    case OP_UNTIMER:
        task_untimer(s, task, o->a);
        break;
    case OP_GROUP:
        group_leave(s, task, o->a);
        group_new(s, o->a, task);
        break;
    case OP_KILL:
        group_leave(s, task, o->a);
        break;
    case OP_ZERO:
        w[o->a] = 0;
        break;
    case OP_LOOP:
        if (w[o->a] >= w[o->b])
            next = o->c;
        break;
    case OP_INC:
        w[o->a] += 1;
        next = o->c;
        break;
    default:
        break;
    }
    s->task[task].pc = next;
    return true;
}

static bool op_touch(struct state *s, uint32_t task, const struct op *o)
{
    if (o->c == 0 && thread_yields(s, task, s->fine))
        return false;
    if (s->req[s->task[task].req].traced)
        fx_emit(s, FX_TOUCH, task, o->a, o->b, o->c);
    s->task[task].pc++;
    return true;
}

/* One instruction.  True: the task goes on at its pc. */
/* NOLINTNEXTLINE(readability-function-size): a line an instruction */
static bool execute(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    const struct op *o = op_at(s, t);
    switch ((enum opcode)o->code) {
    case OP_CPU:
        step_compute(s, task, t->pc, 0);
        return false;
    case OP_COST:
        return op_cost(s, task, o);
    case OP_HOSTCPU:
    case OP_PAUSE:
    case OP_CALL:
    case OP_BACKOFF:
        return op_wait(s, task, o);
    case OP_ACQ:
        return !thread_yields(s, task, s->fine) && op_acquire(s, task, o);
    case OP_TOUCH:
        return op_touch(s, task, o);
    case OP_REL:
        t->pc++;
        res_release(s, state_op_instance(s, task, o), state_op_units(s, task, o));
        return true;
    case OP_HOPOUT:
        return op_hop_out(s, task) &&
               (s->task[task].mode == M_LOOP ? step_hop_seek(s, task) : true);
    case OP_HOPIN:
        return op_hop_in(s, task);
    case OP_FORK:
        return !op_fork(s, task, o);
    case OP_JOIN:
    case OP_NEXT:
        return op_join(s, task, o);
    case OP_AWAIT:
        return op_await(s, task);
    case OP_LOAD:
        return op_load(s, task, o);
    case OP_STORE:
        return op_store(s, task, o);
    case OP_UNTIL:
        return op_until(s, task);
    case OP_ASK:
    case OP_BRANCH:
        return op_value(s, task, o);
    case OP_CHOOSE:
        return ask(s, task, ASK_CHOOSE);
    case OP_RESPOND:
        op_respond(s, task, (int32_t)o->b);
        t->pc++;
        return true;
    case OP_ABORT:
        op_abort(s, task, (int32_t)o->b);
        return false;
    case OP_FAIL:
        return op_fail(s, task, (uint16_t)o->a);
    case OP_PUT:
        return op_put(s, task, o);
    case OP_TAKEN:
        op_taken(s, task);
        return true;
    case OP_END:
        task_over(s, task, true);
        return false;
    default:
        return op_control(s, task, o);
    }
}

/* Instructions that only move the task along, in one go; none of them can make a loop alone. */
static inline void glide(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    const struct op *code = s->p->op;
    const bool traced = s->req[t->req].traced;
    uint32_t pc = t->pc;
    for (;;) {
        if (!traced)
            pc = s->skip[pc];
        const struct op *o = &code[pc];
        switch ((enum opcode)o->code) {
        case OP_ENTER:
        case OP_LEAVE:
            fx_emit(s, o->code == OP_ENTER ? FX_ENTER : FX_LEAVE, task, o->a, o->b, 0);
            pc++;
            continue;
        case OP_TOUCH:
            if (s->fine) {
                t->pc = pc;
                return;
            }
            pc++;
            continue;
        case OP_MORE: {
            const struct group *g = &s->group[group_of(s, task, o->a)];
            pc = g->state != G_OPEN || g->made >= g->want ? o->c : pc + 1;
            continue;
        }
        case OP_JUMP:
            pc = o->c;
            continue;
        default:
            t->pc = pc;
            return;
        }
    }
}

/* A body may go round without end and without waiting: whoever runs it decides when it is enough.
 */
void step_go(struct state *s, uint32_t task)
{
    s->ops += 4; /* an event costs more than an instruction */
    for (;;) {
        if (++s->ops >= s->op_limit || s->fx_n >= STATE_MAX_FX) {
            s->stuck_pc = s->task[task].pc;
            return;
        }
        glide(s, task);
        if (!execute(s, task))
            return;
    }
}

void step_run(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    s->mover = task;
    t->state = T_RUN;
    t->flags &= (uint16_t)~TF_FRESH;
    if (t->flags & (TF_CANCELLED | TF_RAISE)) {
        t->unwind = task_handler(s, task);
        t->flags &= (uint16_t)~TF_RAISE;
        if (!task_fail(s, task))
            return;
    }
    step_go(s, task);
}

void step_drain(struct state *s)
{
    while (s->ask == ASK_NONE && s->run_first != NONE && s->stuck_pc == NONE) {
        uint32_t t = s->run_first;
        s->run_first = s->task[t].q_next;
        if (s->run_first == NONE)
            s->run_last = NONE;
        s->task[t].q_next = NONE;
        step_run(s, t);
    }
}
