/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.h - a faster way for programs that only flow: calls, waits, forks that are joined, services
 * with a capacity and one queue each.  In them nothing computes, fails, is cancelled, times out or
 * chooses, so which instruction comes next is known before anything is run, and so is what is
 * drawn: all draws of many requests are made at once, and a task is a line of 64 bytes.
 *
 * It is no second meaning: flow_new() reads the same program, and takes it only if every
 * instruction is among the few it knows (flow_plan.c); what it then does is what core/step does
 * with these, move by move and in the same order, with the same clock, heap, accounts and recorder
 * of paths as the simulator's (sim_impl.h).  Every number that a simulator can be asked for is the
 * same to the bit, and tests hold the two against each other.
 *
 * Requests that share nothing with others need not even that (flow_lone.c), nor do those that queue
 * for one server (flow_busy.c): these are told without events.
 *
 * The state of core/step is not used; of it, only the numbers of tasks and threads are kept. */
#ifndef RUN_FLOW_H
#define RUN_FLOW_H
#include "run/sim_impl.h"

struct flow;
/* NULL: the program, or what is asked, is more than this. */
struct flow *flow_new(const struct prog *p, const struct sim_opt *o);
void flow_free(struct flow *f);
/* A request arrives; as arrive_request(). */
void flow_arrive(struct sim *s, uint32_t cls, uint64_t ordinal);
/* Events and turns of this instant, until so many requests have finished or it is time to look
 * whether to go on.  False: nothing is left. */
bool flow_advance(struct sim *s, uint64_t goal);
/* After a move. */
void flow_settle(struct sim *s);
/* Where the first task stands that is in a call; NULL: none is. */
const struct loc *flow_place(const struct sim *s);

#endif
