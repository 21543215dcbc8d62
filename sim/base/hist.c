/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hist.c - see hist.h. */
#include "base/hist.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdlib.h>
#include <string.h>

/* Page 0 holds 0..2047 one by one, page k >= 1 the octave from 2048 * 2^(k-1) in 2048 steps of
 * 2^(k-1).  Pages come when needed: latencies touch a few octaves of the 53. */
enum { SUB_BITS = 11, SUB = 1 << SUB_BITS, PAGES = 63 - SUB_BITS + 1 };

struct hist {
    uint64_t *page[PAGES];
    uint64_t n;
    int64_t min, max;
};

struct hist *hist_new(void)
{
    return xcalloc(1, sizeof(struct hist));
}

void hist_free(struct hist *h)
{
    if (!h)
        return;
    for (int i = 0; i < PAGES; i++)
        free(h->page[i]);
    free(h);
}

static int hist_page(int64_t v)
{
    uint64_t x = (uint64_t)v >> SUB_BITS;
    return x ? 64 - __builtin_clzll(x) : 0;
}

static size_t hist_slot(int64_t v, int page)
{
    return (size_t)((uint64_t)v >> (page ? page - 1 : 0)) & (SUB - 1);
}

/* The middle of a bucket. */
static int64_t hist_value(int page, size_t slot)
{
    if (page == 0)
        return (int64_t)slot;
    uint64_t width = UINT64_C(1) << (page - 1);
    return (int64_t)((SUB + slot) * width + width / 2);
}

void hist_add(struct hist *h, int64_t v, uint64_t times)
{
    bug_if(v < 0);
    if (times == 0)
        return;
    int page = hist_page(v);
    if (!h->page[page])
        h->page[page] = xcalloc(SUB, sizeof *h->page[page]);
    h->page[page][hist_slot(v, page)] += times;
    if (h->n == 0 || v < h->min)
        h->min = v;
    if (h->n == 0 || v > h->max)
        h->max = v;
    h->n += times;
}

void hist_merge(struct hist *into, const struct hist *from)
{
    if (from->n == 0)
        return;
    for (int i = 0; i < PAGES; i++) {
        if (!from->page[i])
            continue;
        if (!into->page[i])
            into->page[i] = xcalloc(SUB, sizeof *into->page[i]);
        for (size_t k = 0; k < SUB; k++)
            into->page[i][k] += from->page[i][k];
    }
    if (into->n == 0 || from->min < into->min)
        into->min = from->min;
    if (into->n == 0 || from->max > into->max)
        into->max = from->max;
    into->n += from->n;
}

uint64_t hist_count(const struct hist *h)
{
    return h->n;
}

int64_t hist_at_rank(const struct hist *h, uint64_t rank)
{
    /* The ends are known exactly. */
    if (rank <= 1)
        return h->min;
    if (rank >= h->n)
        return h->max;
    uint64_t seen = 0;
    for (int i = 0; i < PAGES; i++) {
        for (size_t k = 0; h->page[i] && k < SUB; k++) {
            seen += h->page[i][k];
            if (seen >= rank) {
                int64_t v = hist_value(i, k);
                return v < h->min ? h->min : v > h->max ? h->max : v;
            }
        }
    }
    return h->max;
}

uint64_t hist_count_above(const struct hist *h, int64_t v)
{
    if (h->n == 0 || v < h->min)
        return h->n;
    uint64_t sum = 0;
    int page = hist_page(v);
    for (int i = page; i < PAGES; i++) {
        size_t k = i == page ? hist_slot(v, page) + 1 : 0;
        for (; h->page[i] && k < SUB; k++)
            sum += h->page[i][k];
    }
    return sum;
}
