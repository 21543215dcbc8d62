/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tuples.c - see tuples.h. */
#include "check/tuples.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

uint64_t tuple_hash(const uint32_t *t, uint32_t width)
{
    uint64_t h = 0x9e3779b97f4a7c15U;
    for (uint32_t i = 0; i < width; i++) {
        h = (h ^ t[i]) * 0xff51afd7ed558ccdU;
        h ^= h >> 29;
    }
    return h ^ h >> 32;
}

static void tuples_index(struct tuples *t, uint32_t size)
{
    free(t->index);
    t->index = xcalloc(size, sizeof *t->index);
    t->mask = size - 1;
    for (uint32_t i = 0; i < t->n; i++) {
        uint64_t h = tuple_hash(tuples_get(t, i), t->width);
        while (t->index[h & t->mask] != 0)
            h++;
        t->index[h & t->mask] = i + 1;
    }
}

uint32_t tuples_put(struct tuples *t, const uint32_t *v, uint32_t parent, bool *fresh)
{
    size_t bytes = t->width * sizeof *v;
    if (t->index == NULL || t->n >= t->mask - t->mask / 4)
        tuples_index(t, t->index == NULL ? 4096 : 2 * (t->mask + 1));
    uint64_t h = tuple_hash(v, t->width);
    for (uint32_t i; (i = t->index[h & t->mask]) != 0; h++)
        if (memcmp(tuples_get(t, i - 1), v, bytes) == 0) {
            *fresh = false;
            return i - 1;
        }
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 4096 : t->cap + t->cap / 2;
        t->v = xrealloc(t->v, t->cap, bytes);
        t->parent = xrealloc(t->parent, t->cap, sizeof *t->parent);
    }
    memcpy(t->v + (size_t)t->n * t->width, v, bytes);
    t->parent[t->n] = parent;
    t->index[h & t->mask] = t->n + 1;
    *fresh = true;
    return t->n++;
}

uint32_t tuples_find(const struct tuples *t, const uint32_t *v)
{
    uint64_t h = tuple_hash(v, t->width);
    for (uint32_t i; (i = t->index[h & t->mask]) != 0; h++)
        if (memcmp(tuples_get(t, i - 1), v, t->width * sizeof *v) == 0)
            return i - 1;
    return UINT32_MAX;
}

size_t tuples_bytes(const struct tuples *t)
{
    return (size_t)t->cap * (t->width + 1) * sizeof(uint32_t) +
           ((size_t)t->mask + 1) * sizeof(uint32_t);
}

void tuples_free(struct tuples *t)
{
    free(t->v);
    free(t->parent);
    free(t->index);
}
