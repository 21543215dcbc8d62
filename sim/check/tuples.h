/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples.h - the states of an exploration in the order met: each a few numbers (of parts), kept
 * once, with the state it was first reached from.
 *
 * Numbers are kept in as many bits as the greatest of their kind so far needs: one width for the
 * first (of the shared part), one for all others (of requests).  When one needs more, all are
 * written anew. */
#ifndef CHECK_TUPLES_H
#define CHECK_TUPLES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tuples {
    uint32_t width;       /* numbers of each */
    uint32_t first, rest; /* bits of the first number, of each other one */
    uint32_t row;         /* words of a tuple, packed */
    uint32_t *v, *parent, *index;
    uint32_t n, cap, slots;
};

uint64_t tuple_hash(const uint32_t *t, uint32_t width);
/* The tuple's number; *fresh if it was not there. */
uint32_t tuples_put(struct tuples *t, const uint32_t *v, uint32_t parent, bool *fresh);
uint32_t tuples_find(const struct tuples *t, const uint32_t *v); /* UINT32_MAX: not there */
void tuples_get(const struct tuples *t, uint32_t i, uint32_t *out);
size_t tuples_bytes(const struct tuples *t);
void tuples_free(struct tuples *t);

#endif
