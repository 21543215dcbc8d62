/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples.c - rows of bits, the table, and one tuple: see tuples.h. */
#include "check/tuples.h"
#include "base/arena.h"
#include "check/tuples_impl.h"
#include "run/jobs.h"
#include <stdlib.h>

enum { BYTE = 8, MOST_BITS = 31, MOST_WIDTH = 17 };

/* ---- rows of bits ---- */

void tuples_pack(const struct tuples *t, const uint32_t *v, uint8_t *row)
{
    uint64_t bits = 0;
    uint32_t have = 0;
    for (uint32_t i = 0; i < t->width; i++) {
        bits |= (uint64_t)v[i] << have;
        have += i == 0 ? t->first : t->rest;
        for (; have >= BYTE; have -= BYTE, bits >>= BYTE)
            *row++ = (uint8_t)bits;
    }
    if (have > 0)
        *row = (uint8_t)bits;
}

void tuples_get(const struct tuples *t, uint32_t i, uint32_t *out)
{
    const uint8_t *row = tuples_row(t, i);
    uint64_t bits = 0;
    uint32_t have = 0;
    for (uint32_t k = 0; k < t->width; k++) {
        uint32_t n = k == 0 ? t->first : t->rest;
        for (; have < n; have += BYTE)
            bits |= (uint64_t)*row++ << have;
        out[k] = (uint32_t)(bits & ((UINT64_C(1) << n) - 1));
        bits >>= n;
        have -= n;
    }
}

static bool fits(const struct tuples *t, const uint32_t max[2])
{
    return t->row != 0 && ((uint64_t)max[0] - 1) >> t->first == 0 &&
           ((uint64_t)max[1] - 1) >> t->rest == 0;
}

/* So many bits, or as many more as numbers below max take. */
static uint32_t bits_for(uint32_t have, uint64_t max)
{
    while ((max - 1) >> have != 0)
        have++;
    return have;
}

void tuples_widen(struct tuples *t, const uint32_t max[2], uint32_t jobs)
{
    struct tuples old = *t;
    uint32_t out[MOST_WIDTH];
    if (fits(t, max))
        return;
    t->first = bits_for(t->first == 0 ? 1 : t->first, max[0]); /* no row is empty */
    t->rest = bits_for(t->rest, max[1]);
    t->row = (t->first + (t->width - 1) * t->rest + BYTE - 1) / BYTE;
    t->row_mask = 0;
    memset(&t->row_mask, 0xff, t->row < sizeof t->row_mask ? t->row : sizeof t->row_mask);
    t->v = xcalloc((size_t)t->cap * t->row + ROW_PAD, 1);
    for (uint32_t i = 0; i < t->n; i++) {
        tuples_get(&old, i, out);
        tuples_pack(t, out, t->v + (size_t)i * t->row);
    }
    free(old.v);
    if (t->slot != NULL)
        tuples_index(t, false, jobs);
}

/* ---- the table ---- */

static bool enter(struct tuples *t, uint64_t h, uint32_t i)
{
    uint32_t at = tuples_first(t, h), *used = &t->used[tuples_shard(t, h)];
    if (*used == tuples_fill(t))
        return false;
    while (t->slot[at] != 0)
        at = tuples_next(t, h, at);
    t->slot[at] = tuples_slot(t, h, i);
    ++*used;
    return true;
}

/* ---- all rows into the table: some at a time, by shard, so that a shard's slots are near ---- */

enum { ENTER_AT_ONCE = 1 << 19, ENTER_PIECES = 8, AHEAD = 8 };
struct entering {
    struct tuples *t;
    uint32_t first, n; /* of the rows that are entered now */
    uint64_t *hash, *sorted;
    uint32_t *order, *off; /* off: of each piece, by shard */
    uint8_t full[TUPLES_SHARDS];
};

static void sort_rows(void *ctx, uint64_t piece)
{
    struct entering *e = ctx;
    struct tuples *t = e->t;
    uint32_t from = (uint32_t)(e->n * piece / ENTER_PIECES);
    uint32_t to = (uint32_t)(e->n * (piece + 1) / ENTER_PIECES);
    for (uint32_t i = from; i < to; i++)
        e->hash[i] = tuples_hash(tuples_row(t, e->first + i), t->row);
    struct tuples_sort s = {e->hash, e->order, e->sorted, e->off + piece * (t->shards + 1u)};
    tuples_sort(t, &s, from, to);
}

static void enter_shard(void *ctx, uint64_t shard)
{
    struct entering *e = ctx;
    struct tuples *t = e->t;
    bool full = false;
    for (uint32_t piece = 0; piece < ENTER_PIECES; piece++) {
        const uint32_t *off = e->off + piece * (t->shards + 1u) + shard;
        for (uint32_t k = off[0]; k < off[1] && !full; k++) {
            if (k + AHEAD < off[1])
                __builtin_prefetch(&t->slot[tuples_first(t, e->sorted[k + AHEAD])], 1);
            full = !enter(t, e->sorted[k], e->first + e->order[k]);
        }
    }
    e->full[shard] |= full;
}

/* False: there are too few slots. */
static bool enter_all(struct tuples *t, uint32_t jobs)
{
    struct entering e = {.t = t};
    uint32_t most = t->n < ENTER_AT_ONCE ? t->n : ENTER_AT_ONCE;
    bool full = false;
    e.hash = xcalloc(most + 1u, sizeof *e.hash);
    e.sorted = xcalloc(most + 1u, sizeof *e.sorted);
    e.order = xcalloc(most + 1u, sizeof *e.order);
    e.off = xcalloc(ENTER_PIECES * (t->shards + 1u), sizeof *e.off);
    for (; e.first < t->n && !full; e.first += e.n) {
        e.n = t->n - e.first < most ? t->n - e.first : most;
        jobs_run(jobs, ENTER_PIECES, sort_rows, &e);
        jobs_run(jobs, t->shards, enter_shard, &e);
        for (uint32_t i = 0; i < t->shards; i++)
            full |= e.full[i] != 0;
    }
    free(e.hash);
    free(e.sorted);
    free(e.order);
    free(e.off);
    return !full;
}

/* Counting sort. */
void tuples_sort(const struct tuples *t, const struct tuples_sort *s, uint32_t from, uint32_t to)
{
    uint32_t *off = s->off;
    memset(off, 0, (t->shards + 1u) * sizeof *off);
    for (uint32_t i = from; i < to; i++)
        off[tuples_shard(t, s->hash[i])]++;
    for (uint32_t k = 0, at = from; k <= t->shards; k++) {
        uint32_t n = off[k];
        off[k] = at;
        at += n;
    }
    for (uint32_t i = from; i < to; i++) {
        uint32_t at = off[tuples_shard(t, s->hash[i])]++;
        s->order[at] = i;
        s->sorted[at] = s->hash[i];
    }
    for (uint32_t k = t->shards; k > 0; k--) /* back from the end of each to its begin */
        off[k] = off[k - 1];
    off[0] = from;
}

enum { FIRST_SLOTS = 1024, SHARDED_SLOTS = 1 << 14 };
void tuples_index(struct tuples *t, bool more, uint32_t jobs)
{
    uint64_t all = t->slot == NULL ? FIRST_SLOTS : (uint64_t)t->shards * t->slots;
    bool entered = false;
    for (; !entered; more = true) {
        if (more)
            all += all / 2;
        t->shards = all < SHARDED_SLOTS ? 1 : TUPLES_SHARDS;
        t->slots = (uint32_t)(all / t->shards);
        t->place_bits = bits_for(1, (uint64_t)all + t->most + 2);
        free(t->slot);
        free(t->used);
        t->slot = xcalloc((size_t)t->shards * t->slots, sizeof *t->slot);
        t->used = xcalloc(t->shards, sizeof *t->used);
        entered = enter_all(t, jobs);
    }
}

void tuples_room(struct tuples *t, uint32_t n)
{
    if (n <= t->cap)
        return;
    t->cap = t->cap == 0 ? 1024 : t->cap + t->cap / 8;
    t->cap = t->cap < n ? n : t->cap;
    t->v = xrealloc(t->v, (size_t)t->cap * t->row + ROW_PAD, 1);
}

/* The slot of a row: that of its place, or an empty one. */
static uint32_t slot_of(const struct tuples *t, uint64_t h, const uint8_t *row)
{
    uint32_t at = tuples_first(t, h);
    for (uint32_t s; (s = t->slot[at]) != 0; at = tuples_next(t, h, at))
        if (tuples_may(t, s, h) && tuples_same(t, tuples_row(t, tuples_place(t, s)), row))
            break;
    return at;
}

static uint32_t greatest(const struct tuples *t, const uint32_t *v)
{
    uint32_t most = 0;
    for (uint32_t i = 1; i < t->width; i++)
        most = v[i] > most ? v[i] : most;
    return most;
}

uint32_t tuples_put(struct tuples *t, const uint32_t *v, bool *fresh)
{
    uint8_t row[MOST_ROW] = {0};
    tuples_widen(t, (uint32_t[2]){v[0] + 1, greatest(t, v) + 1}, 1);
    tuples_pack(t, v, row);
    uint64_t h = tuples_hash(row, t->row);
    if (t->slot == NULL || t->used[tuples_shard(t, h)] == tuples_fill(t))
        tuples_index(t, t->slot != NULL, 1);
    uint32_t at = slot_of(t, h, row);
    *fresh = t->slot[at] == 0;
    if (!*fresh)
        return tuples_place(t, t->slot[at]);
    tuples_room(t, t->n + 1);
    memcpy(t->v + (size_t)t->n * t->row, row, t->row);
    t->slot[at] = tuples_slot(t, h, t->n);
    t->used[tuples_shard(t, h)]++;
    return t->n++;
}

uint32_t tuples_find(const struct tuples *t, const uint32_t *v)
{
    uint8_t row[MOST_ROW] = {0};
    if (!fits(t, (uint32_t[2]){v[0] + 1, greatest(t, v) + 1}))
        return UINT32_MAX;
    tuples_pack(t, v, row);
    uint32_t s = t->slot[slot_of(t, tuples_hash(row, t->row), row)];
    return s == 0 ? UINT32_MAX : tuples_place(t, s);
}

size_t tuples_bytes(const struct tuples *t)
{
    return (size_t)t->cap * t->row + (size_t)t->shards * t->slots * sizeof *t->slot;
}

void tuples_free(struct tuples *t)
{
    free(t->v);
    free(t->slot);
    free(t->used);
}
