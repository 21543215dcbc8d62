/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_shared.c - shared variables: LOAD, STORE and UNTIL, and who waits for a change.
 *
 * Tasks in T_UNTIL are one FIFO (task.q_prev, q_next).  A STORE that changes a variable only marks
 * those who read it (TF_WOKEN, FX_WOKEN); going on is a move of its own, step_woken(), in which, or
 * at its turn of the loop, the task looks at its condition anew.
 *
 * A thread's move ends before a STORE of what it has read (OPF_APART), so that another thread may
 * come between; for a driver that explores (state.fine) before every use of shared state.  A task
 * upon a loop and the one task of a serial worker keep going: nobody can come between. */
#include "core/step_impl.h"

static uint32_t value_of(const struct state *s, uint32_t task, uint32_t var)
{
    const struct shared_var *v = &s->p->var[var];
    return v->base + (v->per_worker ? s->task[task].worker : 0);
}

/* If the move `ends` before what the task is about to do, where another thread may come between:
 * FX_YIELD is out, and it stops here. */
bool thread_yields(struct state *s, uint32_t task, bool ends)
{
    struct task *t = &s->task[task];
    bool threads = s->p->kind == EXEC_THREADS || s->p->kind == EXEC_HYBRID;
    bool through = s->goes == task;
    s->goes = NONE;
    if (through || !ends || !threads || (t->mode != M_THREAD && t->mode != M_INPLACE))
        return false;
    t->state = T_YIELD;
    fx_emit(s, FX_YIELD, task, 0, 0, 0);
    return true;
}

static bool yields(struct state *s, uint32_t task, const struct op *o)
{
    return thread_yields(s, task, (o->flags & OPF_APART) || (s->fine && !(o->flags & OPF_WITH)));
}

void step_yield(struct state *s, uint32_t task)
{
    bug_if(s->task[task].state != T_YIELD);
    s->goes = task;
    step_run(s, task);
    s->goes = NONE;
    step_drain(s);
}

static void tell_touch(struct state *s, uint32_t task, uint32_t var, uint32_t write)
{
    if (s->req[s->task[task].req].traced)
        fx_emit(s, FX_TOUCH, task, s->p->var[var].shared, write, 0);
}

bool op_load(struct state *s, uint32_t task, const struct op *o)
{
    if (yields(s, task, o))
        return false;
    tell_touch(s, task, o->b, 0);
    state_words(s, task)[o->a] = s->value[value_of(s, task, o->b)];
    s->task[task].pc++;
    return true;
}

static bool until_reads(const struct state *s, uint32_t task, uint32_t var)
{
    const struct waitsite *w = &s->p->wait[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < w->n; k++)
        if (s->p->wait_var[w->first + k] == var)
            return true;
    return false;
}

static void wake(struct state *s, uint32_t var, uint32_t value, uint32_t by)
{
    if (s->awaited[value] == 0)
        return;
    for (uint32_t t = s->until_first; t != NONE; t = s->task[t].q_next) {
        struct task *w = &s->task[t];
        if ((w->flags & TF_WOKEN) || !until_reads(s, t, var) || value_of(s, t, var) != value)
            continue;
        w->flags |= TF_WOKEN;
        if (s->req[w->req].traced)
            fx_emit(s, FX_WAKE, t, by, 0, 0);
        fx_emit(s, FX_WOKEN, t, 0, 0, 0);
    }
}

bool op_store(struct state *s, uint32_t task, const struct op *o)
{
    if (yields(s, task, o))
        return false;
    const struct shared_var *v = &s->p->var[o->b];
    double x = state_words(s, task)[o->a];
    int32_t to = x <= v->lo ? v->lo : x >= v->hi ? v->hi : (int32_t)x;
    uint32_t i = value_of(s, task, o->b);
    s->task[task].pc++;
    tell_touch(s, task, o->b, 1);
    if (s->value[i] == to)
        return true;
    s->value[i] = to;
    wake(s, o->b, i, task);
    return true;
}

static void await_values(struct state *s, uint32_t task, int by)
{
    const struct waitsite *w = &s->p->wait[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < w->n; k++)
        s->awaited[value_of(s, task, s->p->wait_var[w->first + k])] += (uint32_t)by;
}

void until_count(struct state *s, uint32_t task)
{
    await_values(s, task, +1);
}

bool op_until(struct state *s, uint32_t task)
{
    bool on;
    if (timeout_cuts_short(s, task, &on))
        return on;
    task_block(s, task, T_UNTIL, false);
    struct task *t = &s->task[task];
    t->q_prev = s->until_last;
    t->q_next = NONE;
    if (s->until_last == NONE)
        s->until_first = task;
    else
        s->task[s->until_last].q_next = task;
    s->until_last = task;
    await_values(s, task, +1);
    fx_emit(s, FX_UNTIL, task, 0, t->pc, 0);
    return false;
}

void until_leave(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (t->q_prev == NONE)
        s->until_first = t->q_next;
    else
        s->task[t->q_prev].q_next = t->q_next;
    if (t->q_next == NONE)
        s->until_last = t->q_prev;
    else
        s->task[t->q_next].q_prev = t->q_prev;
    t->q_prev = t->q_next = NONE;
    t->flags &= (uint16_t)~TF_WOKEN;
    await_values(s, task, -1);
}

void step_woken(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    if (t->state != T_UNTIL || !(t->flags & TF_WOKEN))
        return; /* it has given up meanwhile */
    until_leave(s, task);
    t->pc++;
    s->goes = task;
    go_on(s, task);
    step_drain(s);
    s->goes = NONE;
}
