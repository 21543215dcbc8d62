/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h - which words of a task can still matter to what is done, from each place on.
 *
 * A word is dead where nobody reads it before it is set again: states that differ only in dead
 * words become the same.  How long something takes is no matter here: a word that only a latency,
 * a pause or the length of a timeout reads is dead as well. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H
#include "core/prog.h"

/* Of each pc and word (pc * p->nword + word): whether a task that stands there needs it.  The
 * caller frees. */
bool *words_live(const struct prog *p);

#endif
