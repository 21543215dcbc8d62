/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bursts.h - what bursts that share cores ask of the times of a run.
 *
 * A core gives its time to one burst at a time, in slices as it likes.  So bursts that begin at
 * move i or later, and have ended by move j, take at least the sum of what they compute between i
 * and j: on one core that is also enough (by earliest deadline first; Horn 1974).  On c cores a
 * c-th of it is necessary; it is enough to give each burst to one of the cores, and to ask it of
 * each.  No more bursts end at one instant than there are cores. */
#ifndef CHECK_BURSTS_H
#define CHECK_BURSTS_H
#include "check/timing.h"

struct burst { /* from move to move */
    uint32_t from, to;
    int64_t ns; /* that it computes: some */
};
enum bursts_ask { BURSTS_NECESSARY, BURSTS_ENOUGH };
/* Add gaps for bursts of which more are at once than there are cores; those of one alone too. */
struct gap *bursts_gaps(struct arena *a, const struct burst *v, uint32_t n, uint32_t cores,
                        enum bursts_ask ask, uint32_t *ngap);

#endif
