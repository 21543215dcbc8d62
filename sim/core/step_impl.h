/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_impl.h - what the parts of step share, and nobody else's:
 *
 *   step.c         the moves
 *   step_state.c   the life of a state, and its invariants
 *   step_op.c      the instructions, and a task's run along them
 *   step_task.c    tasks: how they begin, end and are cancelled
 *   step_group.c   groups of tasks, awaiting
 *   step_unwind.c  the way out of a failure or a cancellation
 *   step_timer.c   timeouts
 *   step_shared.c  shared variables, and who waits for their change
 *   step_channel.c channels and stages
 *   step_queue.c   resources, threads, loops: who waits, and whose turn it is */
#ifndef CORE_STEP_IMPL_H
#define CORE_STEP_IMPL_H
#include "core/step.h"

/* An effect is listed; or, in a driver that includes these sources and says STEP_OBEYS, obeyed at
 * once by its own fx_emit(), in the same order. */
#ifndef STEP_OBEYS
void fx_grow(struct state *s);
static inline void fx_emit(struct state *s, uint32_t kind, uint32_t task, uint32_t a, uint32_t b,
                           uint32_t c)
{
    if (s->fx_n == s->fx_cap)
        fx_grow(s);
    s->fx[s->fx_n++] = (struct fx){kind, task, a, b, c};
}
#endif
static inline const struct op *op_at(const struct state *s, const struct task *t)
{
    return &s->p->op[t->pc];
}
/* The task goes on later in this same move. */
static inline void run_push(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    t->state = T_RUN;
    t->q_next = NONE;
    if (s->run_last == NONE)
        s->run_first = task;
    else
        s->task[s->run_last].q_next = task;
    s->run_last = task;
}

/* step_queue.c */
static inline bool res_available(const struct state *s, uint32_t inst, uint32_t units)
{
    return s->inst[inst].nqueue == 0 && s->inst[inst].free >= units;
}
STEP_FN void res_take(struct state *s, uint32_t inst, uint32_t task, uint32_t units, bool queued);
STEP_FN void res_enqueue(struct state *s, uint32_t inst, uint32_t task, uint32_t units);
STEP_FN void res_leave_queue(struct state *s, uint32_t task); /* without getting it */
STEP_FN void res_release(struct state *s, uint32_t inst, uint32_t units);
STEP_FN uint32_t thread_get(struct state *s, uint32_t worker);
STEP_FN void thread_put(struct state *s, uint32_t thread);
STEP_FN void thread_release(struct state *s, uint32_t task); /* and its place in pool or server */
STEP_FN void thread_assign(struct state *s, uint32_t task);  /* it has its place: FX_START */
STEP_FN void thread_seek(struct state *s, uint32_t task); /* a place in the pool, or queue for it */
STEP_FN void loop_enqueue(struct state *s, uint32_t task);
STEP_FN void loop_remove(struct state *s, uint32_t task);
STEP_FN void loop_leave(struct state *s, uint32_t worker);
STEP_FN void loop_rest(struct state *s, uint32_t worker);
STEP_FN void loop_post(struct state *s,
                       uint32_t worker);            /* FX_LOOP, if it can turn and none is out */
STEP_FN void go_on(struct state *s, uint32_t task); /* its wait is over */
/* The task gives up loop or core, for it waits now. */
STEP_FN void task_block(struct state *s, uint32_t task, enum task_state state, bool keeps_loop);

STEP_FN void queue_remove(struct state *s, uint32_t task);
STEP_FN void res_post(struct state *s, uint32_t inst); /* FX_GRANT, if somebody can be granted */
STEP_FN void step_hostcpu_done(struct state *s, uint32_t task);
STEP_FN void step_grant_move(struct state *s, uint32_t inst, uint32_t pick);

/* step_task.c */
STEP_FN uint32_t task_new(struct state *s, uint32_t req, uint32_t parent, uint32_t body);
STEP_FN void task_uncount(struct state *s, uint32_t task);
STEP_FN void task_over(struct state *s, uint32_t task, bool well);
STEP_FN void task_cancel(struct state *s, uint32_t task, uint32_t by_thread);
STEP_FN void task_detach(struct state *s, uint32_t task);
STEP_FN uint32_t task_walk(const struct state *s, uint32_t req, uint32_t next);
STEP_FN void task_free(struct state *s, uint32_t task);
/* Take back what the task waits for, as if it had never asked; its state is left to the caller. */
STEP_FN void wait_end(struct state *s, uint32_t task);
STEP_FN bool wait_interruptible(const struct task *t); /* by its own timeout */
/* The handler a failure or a cancellation of a waiting task begins at. */
STEP_FN uint32_t task_handler(const struct state *s, uint32_t task);
/* item: of a batch that answers it; else NONE. */
STEP_FN void request_answer(struct state *s, uint32_t task, uint32_t req, int32_t status,
                            uint32_t item);
STEP_FN void request_check_over(struct state *s, uint32_t req);
STEP_FN void task_admit(struct state *s,
                        uint32_t task); /* a root that has its limit: seek a thread */

/* step_channel.c */
STEP_FN bool op_put(struct state *s, uint32_t task, const struct op *o); /* true: the run goes on */
STEP_FN void op_taken(struct state *s, uint32_t task);
STEP_FN bool stage_ready(const struct state *s, uint32_t inst); /* for who is first in its queue */
STEP_FN void stage_head_changed(struct state *s, uint32_t inst);
STEP_FN void stage_grant(struct state *s, uint32_t inst);
/* The task gives its worker up, if it has one.  True: the worker goes on with another task, upon
 * the same thread or loop. */
STEP_FN bool stage_leave(struct state *s, uint32_t task);
STEP_FN void place_leave(struct state *s,
                         uint32_t task); /* its place in the channel, if it has one */
STEP_FN void batch_drop(struct state *s, uint32_t item);
STEP_FN void batch_over(struct state *s, uint32_t req);
STEP_FN bool channels_ok(const struct state *s);

/* step_group.c */
STEP_FN uint32_t group_new(struct state *s, uint32_t fork, uint32_t owner);
STEP_FN void group_leave(struct state *s, uint32_t owner,
                         uint32_t fork); /* cancel children, free */
STEP_FN void group_free(struct state *s, uint32_t group);
STEP_FN void group_unlink(struct state *s, uint32_t child);
STEP_FN void group_child_over(struct state *s, uint32_t group, uint32_t child, bool well);
STEP_FN void group_add(struct state *s, uint32_t group, uint32_t child);
STEP_FN void group_cancel(struct state *s, uint32_t group, uint32_t by_thread);
STEP_FN void group_decide(struct state *s, uint32_t group);
STEP_FN uint32_t group_take(struct state *s, uint32_t group); /* next ended child, or NONE */
static inline uint32_t group_of(const struct state *s, uint32_t owner, uint32_t fork)
{
    double w = state_words(s, owner)[s->p->fork[fork].word];
    return w == 0 ? NONE : (uint32_t)w - 1;
}
enum await_verdict { AWAIT_WAIT, AWAIT_WELL, AWAIT_FAILED };
STEP_FN enum await_verdict await_check(const struct state *s, uint32_t task, uint16_t *fail);
STEP_FN void await_enter(struct state *s,
                         uint32_t task); /* it waits: its groups know, its request lists it */
STEP_FN void await_leave(struct state *s, uint32_t task);
STEP_FN void await_tell(struct state *s, uint32_t task);   /* FX_AWAITED */
STEP_FN void await_settle(struct state *s, uint32_t task); /* the rest, imports, FX_JOIN */

/* step_unwind.c */
/* The task's failure (or end, if cancelled) on its way out. */
enum unwound { UNWOUND_RUN, UNWOUND_OVER, UNWOUND_WAITS };
STEP_FN enum unwound task_unwind(struct state *s, uint32_t task);
STEP_FN bool task_fail(struct state *s, uint32_t task); /* unwinds; true: the run goes on at pc */
STEP_FN void task_untimer(struct state *s, uint32_t task, uint32_t word);

/* step_timer.c */
/* Before a wait: has a timeout fired while the task did not wait?  *on: whether the run goes on. */
STEP_FN bool timeout_cuts_short(struct state *s, uint32_t task, bool *on);

/* step_shared.c */
STEP_FN bool thread_yields(struct state *s, uint32_t task, bool ends);
STEP_FN bool op_load(struct state *s, uint32_t task, const struct op *o);
STEP_FN bool op_store(struct state *s, uint32_t task, const struct op *o);
STEP_FN bool op_until(struct state *s, uint32_t task);
STEP_FN void until_count(struct state *s,
                         uint32_t task); /* it stands in the list: variables know */
STEP_FN void until_leave(struct state *s, uint32_t task);

/* step.c */
STEP_FN uint32_t request_slot(struct state *s);

/* step_op.c */
/* FX_ROUND, before the child's FX_BEGIN: where its parent's loops are. */
STEP_FN void tell_rounds(struct state *s, uint32_t task, uint32_t child);
STEP_FN void task_launch(struct state *s, uint32_t child); /* a new child begins, by its mode */
STEP_FN void step_go(struct state *s, uint32_t task);      /* on from its pc, until it waits */
STEP_FN void step_run(struct state *s, uint32_t task);     /* the same, after a failure's way out */
STEP_FN void step_drain(struct state *s);                  /* all that go on in this move */
/* Compute: an op of the program (pc NONE: none of it), or costs. */
STEP_FN void step_compute(struct state *s, uint32_t task, uint32_t pc, uint32_t mask);
STEP_FN bool step_hop_seek(struct state *s,
                           uint32_t task); /* off the loop; true: the run goes on */

#endif
