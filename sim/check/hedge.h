/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hedge.h - copies of a hedged call, of which the first to end ends the others.
 *
 * Where all that a copy does is to wait and to call, nobody but the other copies can notice what
 * it does before it ends.  So their moves are no move each of which can be made alone, but as a set
 * they can (local.h). */
#ifndef CHECK_HEDGE_H
#define CHECK_HEDGE_H
#include "check/moves.h"

/* Do copies of the hedge only wait, and call what has no capacity, no failure and no processor? */
bool hedge_plain(const struct prog *p, uint32_t fork);
/* The group of the hedge that the task is a copy of; NONE. */
uint32_t hedge_of(const struct state *s, uint32_t task);
/* Do both moves go on with copies of one hedge, so that the first decides who counts? */
bool hedge_compete(const struct state *s, const struct move *m, const struct move *n);
/* Has a copy of the task's hedge its turn to come?  That turn may be another request's move. */
bool hedge_turn_to_come(const struct state *s, uint32_t task);

#endif
