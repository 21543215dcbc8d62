/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vectors.c - see vectors.h. */
#include "core/vectors.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

static uint64_t vector_hash(const uint32_t *v, uint32_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15U ^ n;
    for (uint32_t i = 0; i < n; i++) {
        h = (h ^ v[i]) * 0xff51afd7ed558ccdU;
        h ^= h >> 32;
    }
    return h;
}

static void vectors_reindex(struct vectors *t, uint32_t size)
{
    free(t->index);
    t->index = xcalloc(size, sizeof *t->index);
    t->mask = size - 1;
    for (uint32_t i = 0; i < t->n; i++) {
        uint64_t h = vector_hash(t->v + t->at[i], t->at[i + 1] - t->at[i]);
        while (t->index[h & t->mask] != 0)
            h++;
        t->index[h & t->mask] = i + 1;
    }
}

/* Its slot of the index, or an empty one. */
static uint32_t *slot_of(const struct vectors *t, const uint32_t *v, uint32_t n)
{
    uint64_t h = vector_hash(v, n);
    for (uint32_t i; (i = t->index[h & t->mask]) != 0; h++)
        if (t->at[i] - t->at[i - 1] == n && memcmp(t->v + t->at[i - 1], v, n * sizeof *v) == 0)
            break;
    return &t->index[h & t->mask];
}

uint32_t vectors_find(const struct vectors *t, const uint32_t *v, uint32_t n)
{
    uint32_t i = t->index == NULL ? 0 : *slot_of(t, v, n);
    return i == 0 ? VECTORS_NONE : i - 1;
}

uint32_t vectors_put(struct vectors *t, const uint32_t *v, uint32_t n)
{
    if (t->index == NULL || t->n >= t->mask / 2)
        vectors_reindex(t, t->index == NULL ? 1024 : 2 * (t->mask + 1));
    uint32_t *slot = slot_of(t, v, n);
    if (*slot != 0)
        return *slot - 1;
    t->v = grow(t->v, &t->cap_v, t->nv + n + 1, sizeof *t->v);
    t->at = grow(t->at, &t->cap_at, t->n + 2, sizeof *t->at);
    t->at[0] = 0;
    if (n > 0)
        memcpy(t->v + t->nv, v, n * sizeof *v);
    t->nv += n;
    t->at[t->n + 1] = t->nv;
    *slot = t->n + 1;
    return t->n++;
}

void vectors_clear(struct vectors *t)
{
    if (t->n > 0)
        memset(t->index, 0, (t->mask + 1u) * sizeof *t->index);
    t->n = t->nv = 0;
}

void vectors_free(struct vectors *t)
{
    free(t->v);
    free(t->at);
    free(t->index);
}

size_t vectors_bytes(const struct vectors *t)
{
    return ((size_t)t->cap_v + t->cap_at + t->mask + 1) * sizeof(uint32_t);
}
