/* SPDX-License-Identifier: GPL-3.0-or-later */
/* races.h - who touches shared data while another does, and updates that are lost.
 *
 * A race: two tasks can touch a key at once, one of them writing.  A step with `reads:` or
 * `writes:` touches throughout, a `read:` or `write:` step at one instant, which two threads can
 * share and two tasks on a loop cannot.  A lost update: a task reads, another writes, the first
 * writes, without having awaited the other between; of what has a value in `shared:` only that is
 * looked for.
 *
 * What a task has touched is kept in its notes (core/pack.h), and what requests have to know of
 * each other in the shared ones: so moves of a request depend on its part and the shared part
 * alone. */
#ifndef CHECK_RACES_H
#define CHECK_RACES_H
#include "check/moves.h"

struct races;
/* wanted: of each of model.shared. */
struct races *races_new(const struct prog *p, uint32_t nreq, const bool *wanted);
void races_free(struct races *h);
uint32_t races_notes(const struct races *h);                  /* how many notes it needs */
void races_before(struct races *h, const struct pack_run *r); /* a move */
/* After the move, before its requests are settled.  The keys on which it shows a race, or loses an
 * update; NONE: none. */
void races_after(struct races *h, struct pack_run *r, const struct move *m, uint32_t *race,
                 uint32_t *lost);

#endif
