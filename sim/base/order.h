/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order.h - values in their order. */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H
#include <stddef.h>
#include <stdint.h>

/* Sort int64 ascending in place (radix for large n, needs tmp of n; tmp may be NULL: allocates). */
void order_sort(int64_t *v, size_t n, int64_t *tmp);

/* Order statistics of all the values of some arrays without sorting them all: values are spread
 * over ranges, finer towards the least, and a range is sorted when it is first looked into.  The
 * arrays are copied. */
struct series {
    const int64_t *v;
    size_t n;
};
struct order;
struct order *order_new(const struct series *part, size_t parts);
void order_free(struct order *o);
int64_t order_at(struct order *o, uint64_t rank); /* 1-based; there is such a value */

#endif
