/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bursts.c - see bursts.h. */
#include "check/bursts.h"
#include <string.h>

/* Bursts that follow each other without a moment in which none is there; in the order of v. */
static uint32_t *runs_of(struct arena *a, const struct burst *v, uint32_t n)
{
    uint32_t *run = NEW(a, uint32_t, n + 1u), until = 0, now = 0;
    for (uint32_t i = 0; i < n; i++) {
        now += i > 0 && v[i].from >= until;
        until = v[i].to > until ? v[i].to : until;
        run[i] = now;
    }
    return run;
}

/* The core of each burst: one that is free, else the one that is free first.  In the order in which
 * they begin, which is that of v. */
static uint32_t *cores_of(struct arena *a, const struct burst *v, uint32_t n, uint32_t cores)
{
    uint32_t *core = NEW(a, uint32_t, n + 1u), most = cores < n ? cores : n;
    uint32_t *until = NEW(a, uint32_t, most + 1u);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t best = 0;
        for (uint32_t k = 1; k < most && until[best] > v[i].from; k++)
            best = until[k] < until[best] ? k : best;
        core[i] = best;
        until[best] = v[i].to > until[best] ? v[i].to : until[best];
    }
    return core;
}

/* What is computed by those on the core (core NULL: on all) that are within these moves. */
static int64_t computed(const struct burst *v, uint32_t n, const uint32_t *core, uint32_t on,
                        struct burst within)
{
    int64_t sum = 0;
    for (uint32_t k = 0; k < n; k++)
        if ((core == NULL || core[k] == on) && v[k].from >= within.from && v[k].to <= within.to)
            sum += v[k].ns < INT64_MAX / 4 - sum ? v[k].ns : INT64_MAX / 4 - sum;
    return sum;
}

/* Between where burst i begins and where j ends. */
static int64_t least(const struct burst *v, uint32_t n, const uint32_t *core, uint32_t cores,
                     uint32_t i, uint32_t j)
{
    struct burst within = {v[i].from, v[j].to, 0};
    if (core != NULL)
        return computed(v, n, core, core[i], within);
    int64_t lo = (computed(v, n, NULL, NONE, within) + cores - 1) / cores;
    return i == j && lo < v[i].ns ? v[i].ns : lo;
}

struct gaps {
    struct arena *a;
    struct gap *v;
    uint32_t n, cap;
};

static void gaps_add(struct gaps *g, uint32_t from, uint32_t to, int64_t lo)
{
    if (g->n == g->cap) {
        struct gap *more = NEW(g->a, struct gap, 2 * (size_t)g->cap + 16);
        if (g->n)
            memcpy(more, g->v, g->n * sizeof *more);
        g->v = more;
        g->cap = 2 * g->cap + 16;
    }
    g->v[g->n++] = (struct gap){from, to, lo, INT64_MAX};
}

/* So many bursts as there are cores can end at one instant, and no more: the next one ends later.
 */
static void add_ends(struct gaps *g, const struct burst *v, uint32_t n, const uint32_t *core,
                     uint32_t cores)
{
    uint32_t *by_end = NEW(g->a, uint32_t, n + 1u), together = core ? 1 : cores;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        for (; k > 0 && v[by_end[k - 1]].to > v[i].to; k--)
            by_end[k] = by_end[k - 1];
        by_end[k] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t left = together, k = i + 1;
        for (; k < n && left > 0; k++)
            left -= core == NULL || core[by_end[k]] == core[by_end[i]];
        if (left == 0)
            gaps_add(g, v[by_end[i]].to, v[by_end[k - 1]].to, 1);
    }
}

struct gap *bursts_gaps(struct arena *a, const struct burst *v, uint32_t n, uint32_t cores,
                        enum bursts_ask ask, uint32_t *ngap)
{
    const uint32_t *run = runs_of(a, v, n);
    const uint32_t *core = ask == BURSTS_ENOUGH ? cores_of(a, v, n, cores) : NULL;
    struct gaps g = {.a = a};
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i; j < n && run[j] == run[i]; j++)
            if (v[i].to <= v[j].to && (!core || core[i] == core[j]))
                gaps_add(&g, v[i].from, v[j].to, least(v, n, core, cores, i, j));
    add_ends(&g, v, n, core, cores);
    *ngap = g.n;
    return g.v;
}
