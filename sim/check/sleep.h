/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sleep.h - moves that a search breadth first need not make, as an earlier state has led, or leads,
 * to the same (after the sleep sets of Godefroid 1990, which keep all states).
 *
 * A state x was first reached from y by a move e.  Where a move f of x could have been made in y,
 * too, to z, and e leads from there to where f leads from x, then z leads to the same state as x.
 * If z was met before x, f sleeps in x.  Two such squares are seen without looking at z:
 *
 *   f is of a request before that of e, and neither changes the shared part: what the memo has of
 *   f and of e holds in all four corners, and y leads to z before it leads to x;
 *   f and e are of one request: then the square is one of its rows in the memo, found out once for
 *   each e.
 *
 * The first state that leads to another is never one in which that move sleeps, so states, their
 * numbers and from where each was first met are as they are without; so is what is seen first, as
 * a sleeping move shows nothing, or what the same move has shown in y. */
#ifndef CHECK_SLEEP_H
#define CHECK_SLEEP_H
#include "check/memo.h"

#define SLEEP_NONE UINT32_MAX
struct sleep {
    uint32_t *by; /* of each state from `first` on: the entry of the memo that led to it first, or
                     SLEEP_NONE */
    uint32_t first, n, cap;
    uint64_t *square; /* of entries: bits of moves of the same request that sleep after it */
    uint32_t cap_square;
};
/* The state that comes next was first reached by this entry. */
void sleep_put(struct sleep *s, uint32_t by);
/* States before i are not asked about any more. */
void sleep_from(struct sleep *s, uint32_t i);
static inline uint32_t sleep_by(const struct sleep *s, uint32_t i)
{
    return s->by[i - s->first];
}
/* Is it found out which moves sleep after this entry?  Then find out. */
bool sleep_known(const struct sleep *s, uint32_t by);
void sleep_find(struct sleep *s, const struct memo *m, uint32_t by);
/* Bits of those entries of a row (its first 64) that sleep in a state reached by `by`. */
uint64_t sleep_in(const struct sleep *s, const struct memo *m, const struct memo_row *row,
                  uint32_t by);
void sleep_free(struct sleep *s);

#endif
