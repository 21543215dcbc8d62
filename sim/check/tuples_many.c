/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples_many.c - many tuples at once, by several threads: see tuples.h.
 *
 * Pieces are packed, and sorted by shard, apart from each other; then each shard is looked after
 * apart from the others: a tuple that it does not know enters it as place n + its number here.
 * Last, those get their places, in their order. */
#include "base/arena.h"
#include "check/tuples_impl.h"
#include "run/jobs.h"
#include <stdlib.h>

enum { AHEAD = 8, OLD = UINT32_MAX };

static void room(struct tuples_many *m)
{
    uint32_t n = m->start[m->npiece];
    size_t bytes = (size_t)n * m->t->row + ROW_PAD, off = (size_t)m->npiece * (m->t->shards + 1u);
    if (n > m->cap) {
        m->cap = n + n / 4;
        m->hash = xrealloc(m->hash, m->cap, sizeof *m->hash);
        m->sorted = xrealloc(m->sorted, m->cap, sizeof *m->sorted);
        m->to = xrealloc(m->to, m->cap, sizeof *m->to);
        m->slot = xrealloc(m->slot, m->cap, sizeof *m->slot);
        m->order = xrealloc(m->order, m->cap, sizeof *m->order);
    }
    if (bytes > m->cap_row) {
        m->cap_row = bytes + bytes / 4;
        m->row = xrealloc(m->row, m->cap_row, 1);
    }
    if (off > m->cap_off) {
        m->cap_off = off;
        m->off = xrealloc(m->off, off, sizeof *m->off);
    }
}

static const uint8_t *row_of(const struct tuples_many *m, uint32_t i)
{
    return m->row + (size_t)i * m->t->row;
}

static void pack_piece(void *ctx, uint64_t p)
{
    struct tuples_many *m = ctx;
    const struct tuples *t = m->t;
    const uint32_t *v = m->piece[p].v;
    for (uint32_t i = m->start[p]; i < m->start[p + 1]; i++, v += t->width) {
        uint8_t *row = m->row + (size_t)i * t->row;
        tuples_pack(t, v, row);
        m->hash[i] = tuples_hash(row, t->row);
    }
}

static void sort_piece(void *ctx, uint64_t p)
{
    struct tuples_many *m = ctx;
    struct tuples_sort s = {m->hash, m->order, m->sorted, m->off + p * (m->t->shards + 1u)};
    tuples_sort(m->t, &s, m->start[p], m->start[p + 1]);
}

/* The row of a place, which may be one of those that are being put. */
static const uint8_t *row_at(const struct tuples_many *m, uint32_t place)
{
    return place < m->t->n ? tuples_row(m->t, place) : row_of(m, place - m->t->n);
}

/* Put the k-th by shard, from slot `at` on: none before it can be of the tuple. */
static bool put_one(struct tuples_many *m, uint32_t k, uint32_t at)
{
    struct tuples *t = m->t;
    uint64_t h = m->sorted[k];
    uint32_t i = m->order[k], s, *used = &t->used[tuples_shard(t, h)];
    m->slot[i] = OLD;
    for (; (s = t->slot[at]) != 0; at = tuples_next(t, h, at))
        if (tuples_may(t, s, h) && tuples_same(t, row_at(m, tuples_place(t, s)), row_of(m, i))) {
            m->to[i] = tuples_place(t, s);
            return true;
        }
    if (*used == tuples_fill(t))
        return false;
    ++*used;
    m->slot[i] = at;
    m->to[i] = t->n + i;
    t->slot[at] = tuples_slot(t, h, t->n + i);
    return true;
}

/* The first slot that may be of the tuple, or is empty; the rows to compare are then on their way
 * from memory. */
static uint32_t fetch(const struct tuples_many *m, uint32_t k)
{
    const struct tuples *t = m->t;
    uint64_t h = m->sorted[k];
    uint32_t at = tuples_first(t, h), s;
    while ((s = t->slot[at]) != 0 && !tuples_may(t, s, h))
        at = tuples_next(t, h, at);
    __builtin_prefetch(row_of(m, m->order[k]));
    if (s != 0)
        __builtin_prefetch(row_at(m, tuples_place(t, s)));
    return at;
}

/* Those of one shard and piece: while one is put, later ones are fetched.  False: it is full. */
static bool put_run(struct tuples_many *m, uint32_t from, uint32_t end)
{
    uint32_t at[AHEAD];
    for (uint32_t k = from; k < end + AHEAD; k++) {
        if (k + AHEAD < end)
            __builtin_prefetch(&m->t->slot[tuples_first(m->t, m->sorted[k + AHEAD])]);
        if (k - from >= AHEAD && !put_one(m, k - AHEAD, at[k % AHEAD]))
            return false;
        if (k < end)
            at[k % AHEAD] = fetch(m, k);
    }
    return true;
}

static void put_shard(void *ctx, uint64_t shard)
{
    struct tuples_many *m = ctx;
    m->full[shard] = 0;
    for (uint32_t p = 0; p < m->npiece; p++) {
        const uint32_t *off = m->off + p * (m->t->shards + 1u) + shard;
        if (put_run(m, off[0], off[1]))
            continue;
        m->full[shard] = 1;
        return;
    }
}

static bool any_full(const struct tuples_many *m)
{
    bool full = false;
    for (uint32_t s = 0; s < m->t->shards; s++)
        full |= m->full[s] != 0;
    return full;
}

/* How many new tuples are in the piece. */
static void count_piece(void *ctx, uint64_t p)
{
    struct tuples_many *m = ctx;
    uint32_t n = 0;
    for (uint32_t i = m->start[p]; i < m->start[p + 1]; i++)
        n += m->slot[i] != OLD;
    m->fresh[p] = n;
}

static void place_piece(void *ctx, uint64_t p)
{
    struct tuples_many *m = ctx;
    struct tuples *t = m->t;
    uint32_t place = m->fresh[p];
    for (uint32_t i = m->start[p]; i < m->start[p + 1]; i++) {
        if (m->slot[i] == OLD)
            continue;
        memcpy(t->v + (size_t)place * t->row, row_of(m, i), t->row);
        t->slot[m->slot[i]] = tuples_slot(t, m->hash[i], place);
        m->slot[i] = place++;
    }
}

/* Those that are like one of the others: its place. */
static void like_piece(void *ctx, uint64_t p)
{
    struct tuples_many *m = ctx;
    uint32_t n = m->old;
    for (uint32_t i = m->start[p]; i < m->start[p + 1]; i++)
        if (m->to[i] >= n)
            m->to[i] = m->slot[m->to[i] - n];
}

static void number(struct tuples_many *m, uint32_t jobs)
{
    struct tuples *t = m->t;
    uint32_t n = t->n;
    m->old = n;
    jobs_run(jobs, m->npiece, count_piece, m);
    for (uint32_t p = 0; p < m->npiece; p++) {
        uint32_t fresh = m->fresh[p];
        m->fresh[p] = n;
        n += fresh;
    }
    tuples_room(t, n);
    jobs_run(jobs, m->npiece, place_piece, m);
    t->n = n;
    jobs_run(jobs, m->npiece, like_piece, m);
}

void tuples_put_all(struct tuples *t, struct tuples_many *m, const uint32_t max[2], uint32_t jobs)
{
    m->t = t;
    if (m->npiece + 1 > m->cap_start) {
        m->cap_start = m->npiece + 1;
        m->start = xrealloc(m->start, m->cap_start, sizeof *m->start);
        m->fresh = xrealloc(m->fresh, m->cap_start, sizeof *m->fresh);
    }
    m->start[0] = 0;
    for (uint32_t p = 0; p < m->npiece; p++)
        m->start[p + 1] = m->start[p] + m->piece[p].n;
    tuples_widen(t, max, jobs);
    if (m->start[m->npiece] > t->most) {
        t->most = 2 * m->start[m->npiece];
        tuples_index(t, false, jobs);
    }
    room(m);
    jobs_run(jobs, m->npiece, pack_piece, m);
    for (bool full = true; full;) {
        room(m);
        jobs_run(jobs, m->npiece, sort_piece, m);
        jobs_run(jobs, t->shards, put_shard, m);
        full = any_full(m);
        if (full)
            tuples_index(t, true, jobs);
    }
    number(m, jobs);
}

void tuples_many_free(struct tuples_many *m)
{
    free(m->start);
    free(m->row);
    free(m->hash);
    free(m->sorted);
    free(m->to);
    free(m->slot);
    free(m->order);
    free(m->off);
    free(m->fresh);
}
