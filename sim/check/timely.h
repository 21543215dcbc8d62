/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timely.h - a counterexample in an order that the model's latencies allow.
 *
 * The explorer knows no time: the shortest way it finds may let a call of 5 ms end while another
 * task, which could start at once, has not.  Often the same events in another order show the same.
 * So they are tried: what takes time (arrivals, ends of calls, timeouts) is as in the run given,
 * each with the same outcome; what takes none may come at any time that fits.  Nearest to the given
 * order first, and no further than a number of tries.  Where there is none, other places may be
 * asked for at which the same fault shows, up to TIMELY_MOST. */
#ifndef CHECK_TIMELY_H
#define CHECK_TIMELY_H
#include "check/play.h"

enum { TIMELY_MOST = 64 };
/* The way to a fault, or the claim of that bit: timely if one was found, else the explorer's.
 * *looked, or NULL: others are looked at as well, so many in all. */
struct play_way timely_fault(struct explore *e, const struct play_setting *set, enum fault f,
                             struct arena *a, uint32_t *looked);
struct play_way timely_claim(struct explore *e, const struct play_setting *set, uint32_t bit,
                             struct arena *a, uint32_t *looked);

#endif
