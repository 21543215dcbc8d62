/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst.h - the longest time a request can take to be answered: alone in an idle system, or one of
 * several that a load without draws brings (a backlog, a replay).
 *
 * The simulator is run again and again, each time with other values for what is drawn (a
 * sim_oracle), until all have been tried: every branch, every failure, every whole number, and
 * these durations.
 *
 * Where nothing is contended: its bound, and whatever makes it end at the very instant of a pending
 * timeout.  Latency then is made of sums, greatest and least of durations, and grows with each of
 * them as long as none changes what is done: no other value can make it longer.
 *
 * Where something is, or where it makes a difference which task comes first, or a timeout is over
 * several things (worst_grows), a shorter call may make the whole longer (Graham 1969).  Then every
 * multiple of a step between its bounds is tried, the step being the greatest common divisor of all
 * durations of the model, and what comes at the same instant in every order.  That leaves out
 * nothing: events are bound to each other by differences of times that lie between whole numbers of
 * steps, so the times of any run can be rounded to steps that bring the same events in the same
 * order, and the last of them up (Henzinger, Manna, Pnueli, "What good are digital clocks?", 1992).
 * The greatest latency of these runs is a bound.  It is attained if it comes with the simulator's
 * own order, or all but attained by calls that end an instant (1 ns) before a step, which is tried
 * next.
 *
 * Much of that need not be tried.  As long as a request is there, something is being done, or all
 * is stuck; so no request is there for longer than all that is done takes, one thing after the
 * other. Where what is done goes by what is drawn alone, and not by when, the runs with every
 * duration at its bound show how much that is at most: a bound, whatever the order, shares of a
 * processor among it.  It is the worst case if one of these runs takes as long.  And of requests
 * that come at once and are equal, the first thing they wait for may be taken to last the longer
 * the earlier the request: others are that with names exchanged, the order of what comes at once
 * being tried anyway.
 *
 * A duration that is kept in a variable may decide what is done, and be compared with anything: of
 * one that does only the bounds are tried, which proves nothing.
 *
 * A law without a bound has no worst case, unless a timeout cuts it. */
#ifndef CHECK_WORST_H
#define CHECK_WORST_H
#include "check/require.h"
#include "core/prog.h"

struct worst_opt {
    uint64_t max_runs;  /* 0: a million */
    uint32_t max_count; /* greatest drawn count that is tried; 0: 3 */
    bool no_reductions; /* all is tried */
    const atomic_bool *stop;
};
/* item->limit is a worst_case.  False: errors in d. */
bool worst_judge(const struct prog *p, struct require_item *item, const struct worst_opt *o,
                 struct arena *a, struct diags *d);
/* Can anything but durations make a request wait? */
bool worst_contended(const struct prog *p);

#endif
