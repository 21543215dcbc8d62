/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step.c - the instructions and the moves.  The meaning of a pipeline is here, in step_task.c and
 * in step_queue.c, and nowhere else; see step.h for the contract, ops.def for the instructions. */
#include "core/step.h"
#include "core/step_impl.h"
#include <stdlib.h>
#include <string.h>

void fx_grow(struct state *s)
{
    s->fx = grow(s->fx, &s->fx_cap, s->fx_n + 1, sizeof *s->fx);
}

static uint32_t *skip_new(const struct prog *p)
{
    uint32_t *skip = xcalloc(p->nop + 1, sizeof *skip);
    for (uint32_t i = 0; i < p->nop; i++) {
        uint32_t pc = i;
        for (uint32_t n = 0; n < p->nop; n++) {
            const struct op *o = &p->op[pc];
            if (o->code == OP_JUMP)
                pc = o->c;
            else if (o->code == OP_ENTER || o->code == OP_LEAVE || o->code == OP_TOUCH)
                pc++;
            else
                break;
        }
        skip[i] = pc;
    }
    return skip;
}

void state_init(struct state *s, const struct prog *p)
{
    *s = (struct state){.p = p,
                        .free_task = NONE,
                        .free_group = NONE,
                        .free_req = NONE,
                        .op_limit = UINT64_MAX,
                        .stuck_pc = NONE,
                        .run_first = NONE,
                        .run_last = NONE};
    s->inst = xcalloc(p->ninstance + 1, sizeof *s->inst);
    for (uint32_t r = 0; r < p->nres; r++)
        for (uint32_t k = 0; k < (p->res[r].per_worker ? p->workers : 1); k++)
            s->inst[p->res[r].base + k] =
                (struct resst){.free = p->res[r].size, .first = NONE, .last = NONE, .res = r};
    s->loop_tells = p->uses_cpu;
    for (uint32_t c = 0; c < p->ncall; c++)
        s->loop_tells |= p->call[c].blocking;
    s->skip = skip_new(p);
    s->present = xcalloc(p->workers, sizeof *s->present);
    s->waiting = xcalloc(p->workers, sizeof *s->waiting);
    s->thread_free = xcalloc(p->workers, sizeof *s->thread_free);
    s->loop = xcalloc(p->workers, sizeof *s->loop);
    for (uint32_t w = 0; w < p->workers; w++) {
        s->thread_free[w] = NONE;
        s->loop[w] = (struct loopst){.first = NONE, .last = NONE, .running = NONE, .idle = 1};
        if (p->has_loop)
            thread_get(s, w); /* threads 0 .. workers-1 are the loops */
    }
}

void state_free(struct state *s)
{
    free(s->task);
    free(s->word);
    free(s->group);
    free(s->req);
    free(s->inst);
    free(s->loop);
    free(s->skip);
    free(s->present);
    free(s->waiting);
    free(s->thread_next);
    free(s->thread_free);
    free(s->thread_worker);
    free(s->fx);
}

/* ---- waiting ---- */

/* The outermost timeout round the task's pc that has fired while it did not wait: its handler. */
static uint32_t fired_timer(const struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    const double *w = state_words(s, task);
    uint32_t found = NONE;
    for (uint32_t h = p->handler_of[s->task[task].pc]; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_UNTIMER && w[p->handler[h].a] == 2)
            found = h;
    return found;
}

static void raise_timeout(struct state *s, uint32_t task, uint32_t word)
{
    struct task *t = &s->task[task];
    t->unwind = task_handler(s, task);
    t->scope = word + 1;
    t->fail = FAIL_TIMEOUT;
    t->flags |= TF_RAISE;
}

/* A timeout ends the task's wait: the children it waits for are cancelled at once, and it fails
 * when it goes on. */
static void interrupt(struct state *s, uint32_t task, uint32_t word)
{
    struct task *t = &s->task[task];
    state_words(s, task)[word] = 0;
    raise_timeout(s, task, word);
    if (t->state == T_INPLACE)
        t->state = T_JOIN; /* so that the child's end does not send it on */
    if (t->state == T_JOIN) {
        uint32_t pc = t->pc;
        uint32_t g = group_of(s, task, s->p->op[pc].a);
        if (g != NONE)
            group_cancel(s, g, t->thread);
    }
    wait_end(s, task);
    t = &s->task[task];
    if ((t->flags & TF_POOLED) && !(t->flags & TF_HAS_THREAD)) { /* it never left for the pool */
        t->flags &= (uint16_t)~TF_POOLED;
        t->mode = M_LOOP;
    }
    go_on(s, task);
}

/* A timeout that fired while the task computed takes effect now that it (or a task in whose place
 * it runs, but for a detached one: that runs to its end) would wait.  True: the task itself fails
 * now, or is gone. */
static bool late_timeout(struct state *s, uint32_t task, bool *gone)
{
    uint32_t top = NONE, word = 0;
    for (uint32_t t = task;; t = s->task[t].parent) {
        uint32_t h = fired_timer(s, t);
        if (h != NONE) {
            top = t;
            word = s->p->handler[h].a;
        }
        if (s->task[t].mode != M_INPLACE || s->task[t].group == NONE)
            break;
    }
    *gone = false;
    if (top == NONE)
        return false;
    if (top == task) {
        state_words(s, task)[word] = 0;
        raise_timeout(s, task, word);
        return true;
    }
    s->task[task].state = T_JOIN; /* it stands at a wait: it can be cancelled at once */
    interrupt(s, top, word);
    *gone = true;
    return true;
}

/* The task gives up loop or core, for it waits now. */
static void block(struct state *s, uint32_t task, enum task_state state, bool keeps_loop)
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

static bool keeps_loop(const struct state *s, const struct op *o)
{
    return (o->flags & OPF_BLOCKING) && s->p->kind == EXEC_COROUTINE;
}

/* ---- children ---- */

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
static void tell_rounds(struct state *s, uint32_t task, uint32_t child)
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
        t->thread = thread_get(s, s->req[t->req].worker);
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

/* ---- the instructions that may wait: true if the run goes on at pc ---- */

static bool fail_now(struct state *s, uint32_t task)
{
    switch (task_unwind(s, task)) {
    case UNWOUND_RUN:
        return true;
    case UNWOUND_OVER:
        task_over(s, task, false);
        return false;
    case UNWOUND_WAITS: {
        return false;
    }
    }
    return false;
}

static bool op_fail(struct state *s, uint32_t task, uint16_t code)
{
    struct task *t = &s->task[task];
    t->unwind = s->p->handler_of[t->pc];
    t->fail = code;
    return fail_now(s, task);
}

/* Before a wait: a late timeout?  *on: whether the run goes on. */
static bool cut_short(struct state *s, uint32_t task, bool *on)
{
    bool gone;
    if (!s->p->has_timers || !late_timeout(s, task, &gone))
        return false;
    *on = gone ? false : fail_now(s, task);
    return true;
}

static bool op_wait(struct state *s, uint32_t task, const struct op *o)
{
    bool on;
    if (cut_short(s, task, &on))
        return on;
    uint32_t pc = s->task[task].pc;
    if (o->code == OP_HOSTCPU) {
        block(s, task, T_CPU, keeps_loop(s, o));
        s->task[task].flags |= TF_HOST;
        fx_emit(s, FX_CPU, task, NONE, pc, 0);
    } else {
        block(s, task, T_WORK, keeps_loop(s, o));
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
    uint32_t units = (o->flags & OPF_WORD) ? (uint32_t)state_words(s, task)[o->c] : o->b;
    uint32_t inst = instance_of(s, o->a, s->req[t->req].worker);
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
    if (cut_short(s, task, &on))
        return on;
    block(s, task, T_QUEUE, keeps_loop(s, o));
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
        if (cut_short(s, task, &on))
            return on;
        block(s, task, T_JOIN, keeps_loop(s, o));
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
        await_settle(s, task);
        s->task[task].pc++;
        return true;
    case AWAIT_FAILED:
        return op_fail(s, task, fail);
    case AWAIT_WAIT:
        break;
    }
    if (cut_short(s, task, &on))
        return on;
    block(s, task, T_AWAIT, false);
    await_enter(s, task);
    return false;
}

/* Compute: an op of the program (b NONE: none of it), or costs. */
static void compute(struct state *s, uint32_t task, uint32_t pc, uint32_t mask)
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
        compute(s, task, NONE, 1u << COST_HOP);
        return false;
    }
    return true;
}

static bool hop_seek(struct state *s, uint32_t task)
{
    bool on;
    if (cut_short(s, task, &on))
        return on;
    struct task *t = &s->task[task];
    uint32_t worker = t->thread;
    block(s, task, T_THREAD, false);
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

static void op_respond(struct state *s, uint32_t task, int32_t status)
{
    struct request *r = &s->req[s->task[task].req];
    if (r->status == 0)
        r->status = status;
    fx_emit(s, FX_RESPOND, task, s->task[task].req, (uint32_t)status, 0);
}

static void op_abort(struct state *s, uint32_t task, int32_t status)
{
    op_respond(s, task, status);
    uint32_t req = s->task[task].req, thread = s->task[task].thread;
    struct task *self = &s->task[task];
    uint32_t handler = s->p->handler_of[self->pc];
    if (self->group != NONE)
        self->flags |= TF_KEEP; /* not freed while the others go */
    for (uint32_t k = s->req[req].first_task; k != NONE;) {
        const struct task *t = &s->task[k];
        uint32_t next = t->req_next;
        if (k != task && !(t->flags & (TF_DETACHED | TF_CANCELLED)) && t->state != T_DONE) {
            task_cancel(s, k, thread);
            next = task_walk(s, req, next);
        }
        k = next;
    }
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
    compute(s, task, t->pc, 1u << o->a);
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

/* One instruction.  True: the task goes on at its pc. */
static bool execute(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    const struct op *o = op_at(s, t);
    switch ((enum opcode)o->code) {
    case OP_CPU:
        compute(s, task, t->pc, 0);
        return false;
    case OP_COST:
        return op_cost(s, task, o);
    case OP_HOSTCPU:
    case OP_PAUSE:
    case OP_CALL:
    case OP_BACKOFF:
        return op_wait(s, task, o);
    case OP_ACQ:
        return op_acquire(s, task, o);
    case OP_REL:
        t->pc++;
        res_release(s, instance_of(s, o->a, s->req[t->req].worker),
                    (o->flags & OPF_WORD) ? (uint32_t)state_words(s, task)[o->c] : o->b);
        return true;
    case OP_HOPOUT:
        return op_hop_out(s, task) && (s->task[task].mode == M_LOOP ? hop_seek(s, task) : true);
    case OP_HOPIN:
        return op_hop_in(s, task);
    case OP_FORK:
        return !op_fork(s, task, o);
    case OP_JOIN:
    case OP_NEXT:
        return op_join(s, task, o);
    case OP_AWAIT:
        return op_await(s, task);
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
static void go(struct state *s, uint32_t task)
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

static void run(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    t->state = T_RUN;
    t->flags &= (uint16_t)~TF_FRESH;
    if (t->flags & (TF_CANCELLED | TF_RAISE)) {
        t->unwind = task_handler(s, task);
        t->flags &= (uint16_t)~TF_RAISE;
        if (!fail_now(s, task))
            return;
    }
    go(s, task);
}

static void drain(struct state *s)
{
    while (s->ask == ASK_NONE && s->run_first != NONE && s->stuck_pc == NONE) {
        uint32_t t = s->run_first;
        s->run_first = s->task[t].q_next;
        if (s->run_first == NONE)
            s->run_last = NONE;
        s->task[t].q_next = NONE;
        run(s, t);
    }
}

/* ---- moves ---- */

uint32_t step_worker(const struct state *s)
{
    uint32_t best = 0;
    for (uint32_t w = 1; w < s->p->workers; w++)
        if (s->present[w] < s->present[best])
            best = w;
    return best;
}

static bool must_wait(const struct state *s, uint32_t worker)
{
    const struct prog *p = s->p;
    uint32_t thread = p->has_loop ? NONE : (p->server != NONE ? p->server : p->pool);
    return (p->limit != NONE && !res_available(s, instance_of(s, p->limit, worker), 1)) ||
           (thread != NONE && !res_available(s, instance_of(s, thread, worker), 1));
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

static uint32_t request_slot(struct state *s)
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
    uint32_t inst = instance_of(s, p->limit, worker);
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
    drain(s);
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
    if (!(t->flags & TF_FRESH)) {
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
        compute(s, task, NONE, mask);
        return;
    }
    run(s, task);
    drain(s);
}

/* The loop runs its queue dry, or until a task computes, waits upon the loop, or asks. */
void step_loop(struct state *s, uint32_t worker)
{
    struct loopst *l = &s->loop[worker];
    while (l->running == NONE && l->first != NONE && s->ask == ASK_NONE && s->stuck_pc == NONE) {
        l->posted = 1; /* so that nobody asks for the turn that comes anyway */
        loop_turn(s, worker);
    }
    l->posted = 0;
    if (l->running == NONE && l->first != NONE)
        loop_post(s, worker);
}

void step_grant(struct state *s, uint32_t instance, uint32_t pick)
{
    step_grant_move(s, instance, pick);
    drain(s);
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
            if (hop_seek(s, task))
                run(s, task);
            return;
        }
    } else {
        t->pc++;
    }
    run(s, task);
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
        res_release(s, instance_of(s, res, s->req[t->req].worker), 1);
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
    drain(s);
}

static uint32_t in_place_child(const struct state *s, uint32_t task)
{
    for (uint32_t k = s->req[s->task[task].req].first_task; k != NONE; k = s->task[k].req_next)
        if (s->task[k].parent == task && s->task[k].mode == M_INPLACE && s->task[k].state != T_DONE)
            return k;
    return NONE;
}

void step_timeout(struct state *s, uint32_t task, uint32_t word)
{
    struct task *t = &s->task[task];
    double *w = state_words(s, task);
    if (w[word] != 1)
        return;
    uint32_t deepest = task;
    while (deepest != NONE && s->task[deepest].state == T_INPLACE) {
        deepest = in_place_child(s, deepest);
        if (deepest != NONE && s->task[deepest].group == NONE)
            deepest = NONE; /* detached */
    }
    if (deepest == NONE || !wait_interruptible(&s->task[deepest]) || (t->flags & TF_CANCELLED)) {
        w[word] = 2;
        return;
    }
    interrupt(s, task, word);
    drain(s);
}

void step_queue_timeout(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    uint32_t inst = t->res;
    t->unwind = s->p->handler_of[t->pc];
    t->fail = FAIL_QUEUE_TIMEOUT;
    t->flags |= TF_RAISE;
    fx_emit(s, FX_EXPIRE, task, inst, 0, 0);
    res_leave_queue(s, task);
    go_on(s, task);
    drain(s);
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
    go(s, task);
    drain(s);
}

/* ---- invariants ---- */

static bool queue_ok(const struct state *s, const struct resst *q)
{
    uint32_t n = 0, prev = NONE;
    for (uint32_t t = q->first; t != NONE; t = s->task[t].q_next, n++) {
        if (s->task[t].q_prev != prev || &s->inst[s->task[t].res] != q)
            return false;
        prev = t;
    }
    return n == q->nqueue && prev == q->last && q->free <= s->p->res[q->res].size;
}

static bool request_ok(const struct state *s, const struct request *r)
{
    uint32_t n = 0, active = 0;
    for (uint32_t t = r->first_task; t != NONE; t = s->task[t].req_next) {
        n++;
        active += (s->task[t].flags & TF_ACTIVE) != 0;
    }
    return n == r->tasks && active == r->active;
}

static bool group_ok(const struct state *s, uint32_t i)
{
    const struct group *g = &s->group[i];
    uint32_t live = 0, held = 0;
    if (g->owner == NONE)
        return true;
    for (uint32_t c = g->first; c != NONE; c = s->task[c].sib_next) {
        if (s->task[c].group != i)
            return false;
        live++;
        held += s->task[c].state == T_PENDING;
    }
    return live == g->live && g->running == live - held;
}

bool state_ok(const struct state *s)
{
    for (uint32_t i = 0; i < s->p->ninstance; i++)
        if (!queue_ok(s, &s->inst[i]))
            return false;
    for (uint32_t i = 0; i < s->nreq; i++)
        if (s->req[i].used && !request_ok(s, &s->req[i]))
            return false;
    for (uint32_t i = 0; i < s->ngroup; i++)
        if (!group_ok(s, i))
            return false;
    return true;
}
