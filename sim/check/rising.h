/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rising.h - numbers none of which is below the one before, in a bit or two each: of each number,
 * as many zeros as it is above the one before, and a one (Elias 1974, Fano 1971).
 *
 * In a search breadth first states are met in the order of those that lead to them, so a state's
 * parent takes no more. */
#ifndef CHECK_RISING_H
#define CHECK_RISING_H
#include <stddef.h>
#include <stdint.h>

struct rising {
    uint64_t *bits;
    uint32_t words, cap; /* of bits */
    uint64_t at;         /* the next bit */
    uint32_t n, last;
    uint64_t *sample; /* of some numbers: where their one is */
    uint32_t cap_sample;
};
void rising_put(struct rising *r, uint32_t x);
uint32_t rising_get(const struct rising *r, uint32_t i);
size_t rising_bytes(const struct rising *r);
void rising_free(struct rising *r);

#endif
