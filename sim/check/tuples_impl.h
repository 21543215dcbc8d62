/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples_impl.h - what tuples.c (one tuple) and tuples_many.c (many at once) share. */
#ifndef CHECK_TUPLES_IMPL_H
#define CHECK_TUPLES_IMPL_H
#include "check/tuples.h"
#include <string.h>

enum { MOST_ROW = 72 }; /* bytes: 17 numbers of 31 bits, and a word more */

/* Widths with which numbers below these fit; what is there is written anew. */
void tuples_widen(struct tuples *t, const uint32_t max[2], uint32_t jobs);
void tuples_pack(const struct tuples *t, const uint32_t *v, uint8_t *row);
/* The table anew, with more slots if asked for; jobs: threads, for any number of which it is the
 * same. */
void tuples_index(struct tuples *t, bool more, uint32_t jobs);
/* Numbers from .. to, in the order of the shards of their hashes. */
struct tuples_sort {
    const uint64_t *hash;
    uint32_t *order;
    uint64_t *sorted; /* their hashes, in this order */
    uint32_t *off;    /* of each shard, where it begins; and the end */
};
void tuples_sort(const struct tuples *t, const struct tuples_sort *s, uint32_t from, uint32_t to);
/* Room for n rows. */
void tuples_room(struct tuples *t, uint32_t n);

static inline uint64_t tuples_hash(const uint8_t *row, uint32_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15U, w;
    for (; n >= sizeof w; n -= (uint32_t)sizeof w, row += sizeof w) {
        memcpy(&w, row, sizeof w);
        h = (h ^ w) * 0xff51afd7ed558ccdU;
        h ^= h >> 32;
    }
    w = 0;
    memcpy(&w, row, n);
    h = (h ^ w) * 0xff51afd7ed558ccdU;
    h = (h ^ h >> 32) * 0xc4ceb9fe1a85ec53U;
    return h ^ h >> 29;
}

static inline uint32_t tuples_shard(const struct tuples *t, uint64_t h)
{
    return (uint32_t)((h >> 32) * t->shards >> 32);
}

/* Where its tuple is looked for first. */
static inline uint32_t tuples_first(const struct tuples *t, uint64_t h)
{
    return tuples_shard(t, h) * t->slots + (uint32_t)((h & UINT32_MAX) * t->slots >> 32);
}

static inline uint32_t tuples_next(const struct tuples *t, uint64_t h, uint32_t at)
{
    uint32_t from = tuples_shard(t, h) * t->slots;
    return at + 1 < from + t->slots ? at + 1 : from;
}

/* What a slot says of a place. */
static inline uint32_t tuples_slot(const struct tuples *t, uint64_t h, uint32_t place)
{
    return (place + 1) | (uint32_t)((h >> 32 << t->place_bits) & UINT32_MAX);
}

static inline uint32_t tuples_place(const struct tuples *t, uint32_t slot)
{
    return (uint32_t)(slot & ((UINT64_C(1) << t->place_bits) - 1)) - 1;
}

/* May a slot that is in use be of a tuple with that hash? */
static inline bool tuples_may(const struct tuples *t, uint32_t slot, uint64_t h)
{
    return (uint64_t)(slot ^ tuples_slot(t, h, UINT32_MAX)) >> t->place_bits == 0;
}

static inline const uint8_t *tuples_row(const struct tuples *t, uint32_t i)
{
    return t->v + (size_t)i * t->row;
}

/* Are two rows the same?  Behind each there are ROW_PAD bytes that may be read. */
enum { ROW_PAD = 8 };
static inline bool tuples_same(const struct tuples *t, const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    if (t->row > sizeof x)
        return memcmp(a, b, t->row) == 0;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return ((x ^ y) & t->row_mask) == 0;
}

/* The most that a shard may hold. */
static inline uint32_t tuples_fill(const struct tuples *t)
{
    return t->slots - t->slots / 8;
}

#endif
