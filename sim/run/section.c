/* SPDX-License-Identifier: GPL-3.0-or-later */
/* section.c - an execution's estimates section by section, for comparisons with other runs on the
 * same draws; see section.h. */
#include "run/section.h"
#include "base/hist.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double share_above(const struct part *p, int64_t v)
{
    uint64_t above = 0;
    if (p->m.n == 0)
        return NAN;
    if (p->hist)
        return (double)hist_count_above(p->hist, v) / (double)p->m.n;
    for (uint64_t i = 0; i < p->m.n; i++)
        above += p->v[i] > v;
    return (double)above / (double)p->m.n;
}

/* What a section says of a quantile is how much of it lies above that of all; times the slope of
 * the quantile function there, which is the one that makes the sections' spread the interval
 * reported.  The sections' own quantiles, of few values, would be biased. */
static void section_quantile(const struct part *p, uint32_t n, struct interval q,
                             struct section_result *s, int k)
{
    struct moments m = {0};
    int64_t v = (int64_t)llround(q.value * SECOND);
    for (uint32_t i = 0; i < n; i++) {
        s[i].q[k] = share_above(&p[i], v);
        if (isfinite(s[i].q[k]))
            moments_add(&m, s[i].q[k]);
    }
    double error = m.n < 2 ? NAN
                           : stats_t(0.5 + CONFIDENCE / 2, (double)m.n - 1) *
                                 sqrt(moments_variance(&m) / (double)m.n);
    double slope = error > 0 ? (q.hi - q.lo) / (2 * error) : q.hi - q.lo;
    for (uint32_t i = 0; i < n; i++) /* NAN where there is no interval */
        s[i].q[k] = q.value + (s[i].q[k] - m.mean) * slope;
}

struct section_result *section_make(struct arena *a, const struct latency_result *l,
                                    const struct part *p, uint32_t n)
{
    struct section_result *s = NEW(a, struct section_result, n);
    for (uint32_t i = 0; i < n; i++) {
        s[i].mean = p[i].m.n ? p[i].m.mean / SECOND : NAN;
        s[i].throughput = s[i].makespan = NAN;
    }
    for (int k = 0; k < QUANTILE_COUNT; k++)
        section_quantile(p, n, l->q[k], s, k);
    return s;
}

void section_alone(struct exec_result *e, struct arena *a, const int64_t *latency, uint64_t n,
                   const double *duration)
{
    struct part part[SECTIONS] = {{.v = NULL}};
    for (uint32_t i = 0; i < SECTIONS; i++) {
        uint64_t room = n / SECTIONS + 1;
        part[i].own = xcalloc(room, sizeof *part[i].own);
        part[i].v = part[i].own;
    }
    for (uint64_t i = 0; i < n; i++) {
        struct part *p = &part[i % SECTIONS];
        p->own[p->m.n] = latency[i];
        moments_add(&p->m, (double)latency[i]);
    }
    e->nsection = SECTIONS;
    e->section = section_make(a, &e->all.latency, part, SECTIONS);
    for (uint32_t i = 0; i < SECTIONS; i++) {
        /* as many requests of each section as ran, kept or not */
        uint64_t of = e->requests / SECTIONS + (i < e->requests % SECTIONS);
        if (duration[i] > 0 && of > 0)
            e->section[i].throughput = (double)of / (duration[i] / SECOND);
        part_free(&part[i]);
    }
}
