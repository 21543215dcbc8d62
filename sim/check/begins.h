/* SPDX-License-Identifier: GPL-3.0-or-later */
/* begins.h - threads whose begin nobody can notice.
 *
 * A thread that has its place begins at any time, and another task may move before.  Where all that
 * it does up to its first wait is to begin that wait - a call, a burst, a pause - its begin makes
 * no difference to anybody: a wait takes any time, and so does a wait that began later.  Then it is
 * part of the move that has given the thread its place, which is a matter of how steps are cut, and
 * loses no order of what can be seen. */
#ifndef CHECK_BEGINS_H
#define CHECK_BEGINS_H
#include "check/explore.h"

/* Of each body: whether its begin is so; w: who looks, or NULL. */
bool *begins_new(const struct prog *p, const struct watch *w);
/* Such threads that have their place begin; also (may be NULL): the moves that this takes. */
void begins_make(const bool *begins, struct pack_run *r, uint32_t nreq, struct moves *also);

#endif
