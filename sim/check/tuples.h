/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples.h - the states of an exploration in the order met: each a few numbers (of parts), kept
 * once.
 *
 * Numbers are kept in as many bits as the greatest of their kind so far needs: one width for the
 * first (of the shared part), one for all others (of requests).  When one needs more, all are
 * written anew.  A hash table finds a tuple's place in the order: slots of 4 bytes, of which what
 * the place does not need keeps bits of the hash.
 *
 * The table consists of equal shards, so that many tuples can be put at once by several threads
 * (tuples_put_all): each looks after shards of its own, and new tuples are numbered afterwards, in
 * their order.  So the numbers are those that one after the other would get. */
#ifndef CHECK_TUPLES_H
#define CHECK_TUPLES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tuples {
    uint32_t width;       /* numbers of each */
    uint32_t first, rest; /* bits of the first number, of each other one */
    uint32_t row;         /* bytes of a tuple, packed */
    uint64_t row_mask;    /* of those of 8 bytes that it has, if it has no more */
    uint8_t *v;
    uint32_t n, cap;
    uint32_t *slot; /* place + 1 in the low bits, 0: none; of the hash in the others */
    uint32_t shards, slots, place_bits; /* slots: of a shard */
    uint32_t *used;                     /* slots of each shard */
    uint32_t most;                      /* places beyond n that slots may speak of */
};
/* The tuple's place; *fresh if it was not there. */
uint32_t tuples_put(struct tuples *t, const uint32_t *v, bool *fresh);
uint32_t tuples_find(const struct tuples *t, const uint32_t *v); /* UINT32_MAX: not there */
void tuples_get(const struct tuples *t, uint32_t i, uint32_t *out);
size_t tuples_bytes(const struct tuples *t);
void tuples_free(struct tuples *t);

enum { TUPLES_SHARDS = 64 };
struct tuples_piece { /* n tuples, one after the other */
    const uint32_t *v;
    uint32_t n;
};
struct tuples_many {
    const struct tuples_piece *piece; /* what is to be put */
    uint32_t npiece;
    uint32_t *start; /* of each piece: the number of its first tuple; and the end */
    uint32_t *to;    /* of each tuple: its place */
    uint32_t *slot;  /* of each tuple: its place if it is new, and the first of its like; else
                        UINT32_MAX */
    /* What it takes, again and again. */
    struct tuples *t;
    uint32_t old; /* places that there were */
    uint8_t *row;
    uint64_t *hash;
    uint32_t *order;  /* of each piece its tuples, by shard */
    uint64_t *sorted; /* their hashes, in this order */
    uint32_t *off;    /* of each piece and shard, where they begin */
    uint32_t *fresh;  /* of each piece, the place of its first new tuple */
    uint8_t full[TUPLES_SHARDS];
    uint32_t cap, cap_start;
    size_t cap_row, cap_off;
};
/* Put all tuples of the pieces, in their order.  Numbers are below max[0] (the first), max[1] (each
 * other). */
void tuples_put_all(struct tuples *t, struct tuples_many *m, const uint32_t max[2], uint32_t jobs);
void tuples_many_free(struct tuples_many *m);

#endif
