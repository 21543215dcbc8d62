/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_judge.h - what the cells of a sweep say together: which may be the best, where a knee is,
 * where another execution begins to win.
 *
 * All comparisons are of pairs on the same draws, section by section, one-sided t tests.  Marks:
 * with K candidates each is compared with the best one seen at 1 - 5 %/(K - 1) (Bonferroni), so
 * with 95 % confidence the truly best one is among those marked SWEEP_BEST or SWEEP_NEAR.  Knees:
 * the same within a line.  Winners of cells (sweep_cell.sure, crossings): jointly over all cells.
 */
#ifndef CORE_SWEEP_JUDGE_H
#define CORE_SWEEP_JUDGE_H
#include "core/sweep_result.h"

/* Fills what is said to be judged; values of executions in any case, the rest if r is the whole. */
void sweep_judge(struct sweep_result *r);

/* The next cell of the line along an axis, SWEEP_NONE after its last. */
uint32_t sweep_next(const struct sweep_result *r, uint32_t axis, uint32_t cell);
/* How many axes there are to go along: a zip is one. */
uint32_t sweep_ways(const struct sweep_result *r);
/* "pool=3, hit=0.5" */
const char *sweep_cell_text(struct arena *a, const struct sweep_result *r, uint32_t cell);

#endif
