/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vectors.h - a table of vectors of numbers, each kept once and named by its place in the order of
 * coming.  For packed states. */
#ifndef CORE_VECTORS_H
#define CORE_VECTORS_H
#include <stddef.h>
#include <stdint.h>

struct vectors {
    uint32_t *v; /* all of them, one after the other */
    uint32_t nv, cap_v;
    uint32_t *at; /* where vector i begins; at[n] is the end */
    uint32_t n, cap_at;
    uint32_t *index; /* hash: number + 1, or 0 */
    uint32_t mask;
};

uint32_t vectors_put(struct vectors *t, const uint32_t *v, uint32_t n); /* its number */
#define VECTORS_NONE UINT32_MAX
uint32_t vectors_find(const struct vectors *t, const uint32_t *v, uint32_t n); /* or VECTORS_NONE */
void vectors_clear(struct vectors *t);                                         /* none are left */
static inline const uint32_t *vectors_get(const struct vectors *t, uint32_t i)
{
    return t->v + t->at[i];
}
void vectors_free(struct vectors *t);
size_t vectors_bytes(const struct vectors *t);

#endif
