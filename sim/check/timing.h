/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timing.h - could a run of moves have these latencies?
 *
 * Each move gets a time, not before the move that came before it.  What takes time (a call, a
 * burst, a timeout) begins with one move and ends with another: the time between lies in its law's
 * support.  What takes none (a grant, a start, a turn of the loop) happens as soon as it can. These
 * are difference constraints: they have a solution unless they run in a circle that gains time
 * (Bellman 1958, Ford 1956), and the circle tells which latencies are in each other's way.
 *
 * Taken for granted: requests arrive at any time; moves of one instant come in any order; bursts
 * that want more cores (or the GIL) than there are take turns in slices of any length (bursts.h);
 * calls of a service that shares itself may take any time above their shortest; a duration kept in
 * a variable may be any. */
#ifndef CHECK_TIMING_H
#define CHECK_TIMING_H
#include "check/play.h"

/* lo <= time[to] - time[from] <= hi; hi INT64_MAX: no bound, lo INT64_MIN: none. */
struct gap {
    uint32_t from, to;
    int64_t lo, hi;
};
/* Times from 0 on, the earliest, for n moves in order; NULL: there are none, and circle[0 ..
 * *ncircle) are the gaps in each other's way: g + 1 where its lo, -(g + 1) where its hi is. */
int64_t *gaps_solve(struct arena *a, uint32_t n, const struct gap *gap, uint32_t ngap,
                    int64_t *circle, uint32_t *ncircle);
/* The same, but with each gap that has a wish as near to it as the others (in order) allow;
 * wish INT64_MIN: none. */
int64_t *gaps_wish(struct arena *a, uint32_t n, struct gap *gap, uint32_t ngap,
                   const int64_t *wish);

struct timing {
    int64_t *time;   /* of each move, ns; NULL: none fit */
    const char *why; /* then: what is in the way; a clause */
};
bool timing_fits(const struct play_setting *set, const struct move *move, uint32_t n);
struct timing timing_find(struct arena *a, const struct play_setting *set, const struct move *move,
                          uint32_t n);

#endif
