/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tries.h - every combination of choices, depth first: a run is made again and again, and asks the
 * same questions as long as it is given the same answers.
 *
 *     do {
 *         ... tries_take(&t, n) ...    whenever the run has a choice of n
 *     } while (tries_next(&t)); */
#ifndef CHECK_TRIES_H
#define CHECK_TRIES_H
#include <stdbool.h>
#include <stdint.h>

enum { TRIES_DEPTH = 4096 };
struct try_turn {
    uint32_t now, of;
};
struct tries {
    struct try_turn *turn; /* TRIES_DEPTH of them */
    uint32_t n, at;        /* choices that are made; of them met in this run */
    bool too_long;         /* a run had more of them than are kept */
};
void tries_init(struct tries *t);
void tries_free(struct tries *t);
void tries_again(struct tries *t); /* from the beginning */
/* Which of `of` things this run takes: as was decided, else the first. */
uint32_t tries_take(struct tries *t, uint32_t of);
/* On to the next run: the last choice that has another thing left takes it.  False: that was all.
 */
bool tries_next(struct tries *t);

#endif
