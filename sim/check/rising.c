/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rising.c - see rising.h. */
#include "check/rising.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdlib.h>

enum { WORD = 64, SAMPLE = 256 };

void rising_put(struct rising *r, uint32_t x)
{
    bug_if(x < r->last);
    r->at += x - r->last;
    uint32_t word = (uint32_t)(r->at / WORD);
    if (word >= r->cap)
        r->bits = grow(r->bits, &r->cap, word + 1, sizeof *r->bits);
    while (r->words <= word)
        r->bits[r->words++] = 0;
    if (r->n % SAMPLE == 0) {
        r->sample = grow(r->sample, &r->cap_sample, r->n / SAMPLE + 1, sizeof *r->sample);
        r->sample[r->n / SAMPLE] = r->at;
    }
    r->bits[word] |= UINT64_C(1) << r->at++ % WORD;
    r->last = x;
    r->n++;
}

static uint32_t ones(uint64_t w)
{
    return (uint32_t)__builtin_popcountll(w);
}

uint32_t rising_get(const struct rising *r, uint32_t i)
{
    uint64_t at = r->sample[i / SAMPLE];
    uint32_t skip = i % SAMPLE, word = (uint32_t)(at / WORD);
    uint64_t w = r->bits[word] >> at % WORD << at % WORD;
    for (; ones(w) <= skip; w = r->bits[++word])
        skip -= ones(w);
    for (; skip > 0; skip--)
        w &= w - 1;
    return (uint32_t)((uint64_t)word * WORD + (uint32_t)__builtin_ctzll(w) - i);
}

size_t rising_bytes(const struct rising *r)
{
    return r->cap * sizeof *r->bits + r->cap_sample * sizeof *r->sample;
}

void rising_free(struct rising *r)
{
    free(r->bits);
    free(r->sample);
}
