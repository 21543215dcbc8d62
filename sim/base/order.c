/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order.c - see order.h. */
#include "base/order.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, RADIX_PASSES = 6, SORT_SMALL = 256 };

static void sort_insert(int64_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        int64_t x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

/* The digit of a pass; the sign bit is flipped, so that negatives come first. */
static size_t sort_digit(int64_t x, int pass)
{
    uint64_t key = (uint64_t)x ^ (UINT64_C(1) << 63);
    return (size_t)(key >> (pass * RADIX_BITS)) & (RADIX - 1);
}

static void sort_radix(int64_t *v, size_t n, int64_t *tmp)
{
    size_t(*count)[RADIX] = xcalloc(RADIX_PASSES, sizeof *count);
    for (size_t i = 0; i < n; i++)
        for (int pass = 0; pass < RADIX_PASSES; pass++)
            count[pass][sort_digit(v[i], pass)]++;
    int64_t *from = v, *to = tmp;
    for (int pass = 0; pass < RADIX_PASSES; pass++) {
        size_t *at = count[pass], sum = 0;
        if (at[sort_digit(v[0], pass)] == n)
            continue; /* all agree in this digit: the order stays */
        for (size_t k = 0; k < RADIX; k++) {
            size_t here = at[k];
            at[k] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            to[at[sort_digit(from[i], pass)]++] = from[i];
        int64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != v)
        memcpy(v, from, n * sizeof *v);
    free(count);
}

void order_sort(int64_t *v, size_t n, int64_t *tmp)
{
    if (n <= SORT_SMALL) {
        sort_insert(v, n);
        return;
    }
    int64_t *own = tmp ? NULL : xrealloc(NULL, n, sizeof *own);
    sort_radix(v, n, tmp ? tmp : own);
    free(own);
}

/* ---- order statistics ---- */

/* Ranges are numbered as floating-point numbers are: by the octave of the distance to the least
 * value and the next bits.  So the tails of a heavy law do not all fall into a few of them. */
enum { RANGE_BITS = 6, RANGES = (65 - RANGE_BITS) << RANGE_BITS };

struct order {
    int64_t *v;
    uint64_t least;
    size_t end[RANGES]; /* of each range in v */
    bool sorted[RANGES];
};

static size_t order_range(uint64_t least, int64_t value)
{
    uint64_t x = (uint64_t)value - least;
    int shift = 63 - RANGE_BITS - __builtin_clzll(x | (UINT64_C(1) << RANGE_BITS));
    return ((size_t)shift << RANGE_BITS) + (size_t)(x >> shift);
}

struct order *order_new(const struct series *part, size_t parts)
{
    struct order *o = xcalloc(1, sizeof *o);
    int64_t least = INT64_MAX;
    size_t n = 0, sum = 0;
    for (size_t k = 0; k < parts; k++)
        for (size_t i = 0; i < part[k].n; i++, n++)
            least = part[k].v[i] < least ? part[k].v[i] : least;
    o->least = (uint64_t)least;
    o->v = xrealloc(NULL, n + 1, sizeof *o->v);
    for (size_t k = 0; k < parts; k++)
        for (size_t i = 0; i < part[k].n; i++)
            o->end[order_range(o->least, part[k].v[i])]++;
    for (size_t i = 0; i < RANGES; i++) {
        size_t here = o->end[i];
        o->end[i] = sum;
        sum += here;
    }
    for (size_t k = 0; k < parts; k++)
        for (size_t i = 0; i < part[k].n; i++)
            o->v[o->end[order_range(o->least, part[k].v[i])]++] = part[k].v[i];
    return o;
}

void order_free(struct order *o)
{
    if (!o)
        return;
    free(o->v);
    free(o);
}

int64_t order_at(struct order *o, uint64_t rank)
{
    size_t lo = 0, hi = RANGES - 1;
    bug_if(rank < 1 || rank > o->end[hi]);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (o->end[mid] < rank)
            lo = mid + 1;
        else
            hi = mid;
    }
    size_t begin = lo ? o->end[lo - 1] : 0;
    if (!o->sorted[lo])
        order_sort(o->v + begin, o->end[lo] - begin, NULL);
    o->sorted[lo] = true;
    return o->v[rank - 1];
}
