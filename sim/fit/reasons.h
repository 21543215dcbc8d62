/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reasons.h - why requests that were executed for real took longer, or shorter, than predicted.
 *
 * Both sides had the same draws, so the difference of their means is no chance but costs and
 * queues: it is split into what happened within the steps of the critical paths and what between
 * them, with the step, the queue and the processor that moved most. */
#ifndef FIT_REASONS_H
#define FIT_REASONS_H
#include "fit/compare.h"

/* Fills p->reason if the mean is off by more than its interval and a fiftieth: e is the simulation
 * of the very requests, live the execution (NULL: not known). */
void reasons_find(struct compare_part *p, const struct exec_result *e,
                  const struct exec_result *live, const struct compare_busy *busy,
                  struct arena *mem);

#endif
