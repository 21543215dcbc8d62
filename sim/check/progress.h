/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.h - a formula read along a run, state by state.
 *
 * What remains to be shown after some states is again a formula: a choice among sets of
 * sub-formulas that begin with an operator over time (an alternating automaton, its runs kept
 * together).  Such remainders are finitely many; each is a number, equal remainders have equal
 * numbers, and a set that holds more than another is dropped.  Runs are maximal and finite: where
 * one ends, what was still to come does not, and what was to hold for ever has.
 *
 * (Bacchus and Kabanza, "Using temporal logics to express search control knowledge", 2000; De
 * Giacomo and Vardi, "Linear temporal logic on finite traces", 2013.) */
#ifndef CHECK_PROGRESS_H
#define CHECK_PROGRESS_H
#include "model/ltl.h"

enum { PROGRESS_FAILED = 0, PROGRESS_HOLDS = 1 }; /* whatever comes */
struct progress;
struct progress *progress_new(const struct ltl *f);
void progress_free(struct progress *p);
/* letter: bit i is proposition i of the formula.  The remainder after the first state of a run, and
 * after one more.  PROGRESS_LOST (the remainder has too many sets) is never left. */
#define PROGRESS_LOST UINT32_MAX
uint32_t progress_first(struct progress *p, uint32_t letter);
uint32_t progress_next(struct progress *p, uint32_t from, uint32_t letter);
/* Does the formula hold, if the run ends here? */
bool progress_end(const struct progress *p, uint32_t at);
/* Is there no run that it could fail on (as far as is seen without looking at runs)? */
bool progress_trivial(const struct progress *p);
/* Does it ask for something that has to come? */
bool progress_waits(const struct progress *p);
uint32_t progress_size(const struct progress *p); /* remainders met so far */

/* The value of a formula without operators over time; *plain false: it has some. */
bool progress_plain(const struct ltl_node *n, uint32_t letter, bool *plain);

#endif
