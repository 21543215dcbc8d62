/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_timer.c - timeouts: of steps, and of queues.  See step.h for what each may end. */
#include "core/step_impl.h"

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
 * when it goes on.  by: NONE, or the task that had to notice it, for it was in its place. */
static void interrupt(struct state *s, uint32_t task, uint32_t word, uint32_t by)
{
    struct task *t = &s->task[task];
    s->mover = task;
    if (s->req[t->req].traced)
        fx_emit(s, FX_WAKE, task, by, word, 0);
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
    interrupt(s, top, word, task);
    *gone = true;
    return true;
}

bool timeout_cuts_short(struct state *s, uint32_t task, bool *on)
{
    bool gone;
    if (!s->p->has_timers || !late_timeout(s, task, &gone))
        return false;
    *on = gone ? false : task_fail(s, task);
    return true;
}

void step_timeout(struct state *s, uint32_t task, uint32_t word)
{
    struct task *t = &s->task[task];
    double *w = state_words(s, task);
    if (w[word] != 1)
        return;
    uint32_t deepest = step_waiter(s, task);
    if (deepest == NONE || !wait_interruptible(&s->task[deepest]) || (t->flags & TF_CANCELLED)) {
        w[word] = 2;
        return;
    }
    interrupt(s, task, word, NONE);
    step_drain(s);
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
    step_drain(s);
}
