/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst.h - the longest time a request alone in an idle system can take to be answered.
 *
 * The simulator is run again and again, each time with other values for what is drawn (a
 * sim_oracle), until all have been tried: every branch, every failure, every whole number, and
 * these durations.
 *
 * Where nothing is contended: its bound, and whatever makes it end at the very instant of a pending
 * timeout.  Latency then is made of sums, greatest and least of durations, and grows with each of
 * them as long as no timeout changes what is done: no other value can make it longer.
 *
 * Where something is: every multiple of a step between its bounds, the step being the greatest
 * common divisor of all durations of the model, and an instant (1 ns) before each, for what would
 * come at once.  There a shorter call may make the whole longer (Graham 1969).
 *
 * A law without a bound has no worst case, unless a timeout cuts it. */
#ifndef CHECK_WORST_H
#define CHECK_WORST_H
#include "check/require.h"
#include "core/prog.h"

struct worst_opt {
    uint64_t max_runs;  /* 0: a million */
    uint32_t max_count; /* greatest drawn count that is tried; 0: 3 */
    const atomic_bool *stop;
};
/* item->limit is a worst_case.  False: errors in d. */
bool worst_judge(const struct prog *p, struct require_item *item, const struct worst_opt *o,
                 struct arena *a, struct diags *d);
/* Can anything but durations make a request wait, when it is alone? */
bool worst_contended(const struct prog *p);

#endif
