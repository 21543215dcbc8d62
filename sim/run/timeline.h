/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline.h - what single requests did, in full: their tasks, steps, waits and critical paths.
 *
 * Requests have numbers in the order of their arrival: one by one, the ordinal; under load, the
 * number within a replication, from 0, those that were refused included.  A timeline is made by
 * running the same draws again, so it costs what the request costs (under load: the replication up
 * to its end), and nothing is kept for it before. */
#ifndef RUN_TIMELINE_H
#define RUN_TIMELINE_H
#include "core/result.h"
#include "run/sim.h"

/* Requests first .. first + count - 1 into out[], in their order; returns how many there are (a
 * refused one has no timeline; a load may end before).  Times are seconds since the arrival; start,
 * if not NULL, is when each arrived, in ns. */
uint32_t timeline_of(const struct prog *p, uint64_t seed, uint32_t replication, uint64_t first,
                     uint32_t count, struct arena *a, struct timeline_result *out, int64_t *start);
/* Of a simulation whose requests were followed in full: the first `most` of those that are over. */
uint32_t timeline_kept(const struct prog *p, const struct sim *s, uint32_t most, struct arena *a,
                       struct timeline_result *out);

#endif
