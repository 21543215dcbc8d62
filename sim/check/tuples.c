/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples.c - see tuples.h. */
#include "check/tuples.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

enum { WORD = 32, MOST_ROW = 64 };

uint64_t tuple_hash(const uint32_t *t, uint32_t width)
{
    uint64_t h = 0x9e3779b97f4a7c15U;
    for (uint32_t i = 0; i < width; i++) {
        h = (h ^ t[i]) * 0xff51afd7ed558ccdU;
        h ^= h >> 29;
    }
    return h ^ h >> 32;
}

/* ---- rows of bits ---- */

static void pack(const struct tuples *t, const uint32_t *v, uint32_t *row)
{
    uint64_t bits = 0;
    uint32_t have = 0;
    for (uint32_t i = 0; i < t->width; i++) {
        bits |= (uint64_t)v[i] << have;
        have += i == 0 ? t->first : t->rest;
        for (; have >= WORD; have -= WORD, bits >>= WORD)
            *row++ = (uint32_t)bits;
    }
    if (have > 0)
        *row = (uint32_t)bits;
}

void tuples_get(const struct tuples *t, uint32_t i, uint32_t *out)
{
    const uint32_t *row = t->v + (size_t)i * t->row;
    uint64_t bits = 0;
    uint32_t have = 0;
    for (uint32_t k = 0; k < t->width; k++) {
        uint32_t n = k == 0 ? t->first : t->rest;
        if (have < n) {
            bits |= (uint64_t)*row++ << have;
            have += WORD;
        }
        out[k] = (uint32_t)(bits & ((UINT64_C(1) << n) - 1));
        bits >>= n;
        have -= n;
    }
}

static bool fits(const struct tuples *t, const uint32_t *v)
{
    uint64_t most = 0;
    for (uint32_t i = 1; i < t->width; i++)
        most |= v[i];
    return (uint64_t)v[0] >> t->first == 0 && most >> t->rest == 0;
}

/* Widths with which v fits, and a bit more; what is there is written anew. */
static void widen(struct tuples *t, const uint32_t *v)
{
    struct tuples old = *t;
    uint32_t out[MOST_ROW];
    if (t->row == 0)
        t->first = t->rest = 4;
    while (!fits(t, v)) {
        if (v[0] >> t->first != 0)
            t->first = t->first + 2 < WORD ? t->first + 2 : WORD - 1;
        else
            t->rest = t->rest + 2 < WORD ? t->rest + 2 : WORD - 1;
    }
    t->row = (t->first + (t->width - 1) * t->rest + WORD - 1) / WORD;
    t->v = xrealloc(NULL, (size_t)t->cap * t->row + 1, sizeof *t->v);
    for (uint32_t i = 0; i < t->n; i++) {
        tuples_get(&old, i, out);
        pack(t, out, t->v + (size_t)i * t->row);
    }
    free(old.v);
}

/* ---- the table ---- */

/* Slots are any number: a half empty table of as many as a power of two would be dear. */
static uint32_t first_slot(const struct tuples *t, const uint32_t *v)
{
    return (uint32_t)((tuple_hash(v, t->width) >> 32) * t->slots >> 32);
}

static uint32_t next_slot(const struct tuples *t, uint32_t at)
{
    return at + 1 < t->slots ? at + 1 : 0;
}

static void tuples_index(struct tuples *t, uint32_t size)
{
    uint32_t v[MOST_ROW];
    free(t->index);
    t->index = xcalloc(size, sizeof *t->index);
    t->slots = size;
    for (uint32_t i = 0; i < t->n; i++) {
        tuples_get(t, i, v);
        uint32_t at = first_slot(t, v);
        while (t->index[at] != 0)
            at = next_slot(t, at);
        t->index[at] = i + 1;
    }
}

static void tuples_room(struct tuples *t)
{
    if (t->index == NULL || t->n >= t->slots - t->slots / 5)
        tuples_index(t, t->index == NULL ? 4096 : t->slots + t->slots / 4);
    if (t->n < t->cap)
        return;
    t->cap = t->cap == 0 ? 4096 : t->cap + t->cap / 8;
    t->v = xrealloc(t->v, t->cap, t->row * sizeof *t->v);
    t->parent = xrealloc(t->parent, t->cap, sizeof *t->parent);
}

/* Its slot in the index: that of its number + 1, or an empty one. */
static uint32_t *slot_of(const struct tuples *t, const uint32_t *v, const uint32_t *row)
{
    uint32_t at = first_slot(t, v);
    for (uint32_t i; (i = t->index[at]) != 0; at = next_slot(t, at))
        if (memcmp(t->v + (size_t)(i - 1) * t->row, row, t->row * sizeof *row) == 0)
            break;
    return &t->index[at];
}

uint32_t tuples_put(struct tuples *t, const uint32_t *v, uint32_t parent, bool *fresh)
{
    uint32_t row[MOST_ROW];
    if (t->row == 0 || !fits(t, v))
        widen(t, v);
    tuples_room(t);
    pack(t, v, row);
    uint32_t *slot = slot_of(t, v, row);
    *fresh = *slot == 0;
    if (!*fresh)
        return *slot - 1;
    memcpy(t->v + (size_t)t->n * t->row, row, t->row * sizeof *row);
    t->parent[t->n] = parent;
    *slot = t->n + 1;
    return t->n++;
}

uint32_t tuples_find(const struct tuples *t, const uint32_t *v)
{
    uint32_t row[MOST_ROW];
    if (!fits(t, v))
        return UINT32_MAX;
    pack(t, v, row);
    return *slot_of(t, v, row) - 1; /* of an empty one: UINT32_MAX */
}

size_t tuples_bytes(const struct tuples *t)
{
    return (size_t)t->cap * (t->row + 1) * sizeof(uint32_t) + (size_t)t->slots * sizeof(uint32_t);
}

void tuples_free(struct tuples *t)
{
    free(t->v);
    free(t->parent);
    free(t->index);
}
