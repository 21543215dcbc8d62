/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.c - latencies by class and outcome, and their estimates; see tally.h. */
#include "run/tally.h"
#include "base/order.h"
#include "base/hist.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- tallies ---- */

static struct cell *cell_of(struct tally *t, uint32_t cls, int32_t status)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (t->cell[i].cls == cls && t->cell[i].status == status)
            return &t->cell[i];
    t->cell = grow(t->cell, &t->cap, t->n + 1, sizeof *t->cell);
    t->cell[t->n] = (struct cell){.cls = cls, .status = status};
    if (t->binned)
        t->cell[t->n].hist = hist_new();
    return &t->cell[t->n++];
}

void tally_add(struct tally *t, uint32_t cls, int32_t status, int64_t latency, int64_t duration)
{
    struct cell *c = cell_of(t, cls, status);
    moments_add(&c->latency, (double)latency);
    moments_add(&c->duration, (double)duration);
    if (c->hist)
        hist_add(c->hist, latency, 1);
}

void tally_merge(struct tally *into, const struct tally *from)
{
    for (uint32_t i = 0; i < from->n; i++) {
        const struct cell *f = &from->cell[i];
        struct cell *c = cell_of(into, f->cls, f->status);
        moments_merge(&c->latency, &f->latency);
        moments_merge(&c->duration, &f->duration);
        if (c->hist && f->hist)
            hist_merge(c->hist, f->hist);
    }
}

void tally_free(struct tally *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        hist_free(t->cell[i].hist);
    free(t->cell);
    *t = (struct tally){0};
}

bool pick_fits(const struct pick *p, uint32_t cls, int32_t status)
{
    return (p->every_class || p->cls == cls) && (p->every_status || p->status == status);
}

struct moments tally_latency(const struct tally *t, const struct pick *p)
{
    struct moments m = {0};
    for (uint32_t i = 0; i < t->n; i++)
        if (pick_fits(p, t->cell[i].cls, t->cell[i].status))
            moments_merge(&m, &t->cell[i].latency);
    return m;
}

struct moments tally_duration(const struct tally *t, const struct pick *p)
{
    struct moments m = {0};
    for (uint32_t i = 0; i < t->n; i++)
        if (pick_fits(p, t->cell[i].cls, t->cell[i].status))
            moments_merge(&m, &t->cell[i].duration);
    return m;
}

uint64_t tally_responses(const struct tally *t, const struct pick *p)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->cell[i].status != 0 && pick_fits(p, t->cell[i].cls, t->cell[i].status))
            n += t->cell[i].latency.n;
    return n;
}

struct hist *tally_hist(const struct tally *t, const struct pick *p)
{
    struct hist *h = hist_new();
    for (uint32_t i = 0; i < t->n; i++)
        if (pick_fits(p, t->cell[i].cls, t->cell[i].status))
            hist_merge(h, t->cell[i].hist);
    return h;
}

uint32_t tally_outcomes(const struct tally *t, const struct pick *p, int32_t *status, uint32_t room)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        int32_t s = t->cell[i].status;
        uint32_t k = 0;
        if (!pick_fits(p, t->cell[i].cls, s))
            continue;
        /* Unanswered ones, 0, come last. */
        while (k < n && (uint32_t)status[k] - 1 < (uint32_t)s - 1)
            k++;
        if (n == room || (k < n && status[k] == s))
            continue;
        memmove(status + k + 1, status + k, (n - k) * sizeof *status);
        status[k] = s;
        n++;
    }
    return n;
}

/* ---- parts ---- */

void part_free(struct part *p)
{
    free(p->own);
    hist_free(p->hist);
    *p = (struct part){0};
}

struct pool pool_new(const struct part *p, uint32_t n)
{
    struct pool all = {0};
    bool binned = false;
    for (uint32_t i = 0; i < n; i++) {
        moments_merge(&all.m, &p[i].m);
        binned = binned || p[i].hist;
    }
    if (binned) {
        all.hist = hist_new();
        for (uint32_t i = 0; i < n; i++)
            hist_merge(all.hist, p[i].hist);
        return all;
    }
    struct series *v = xcalloc(n + 1u, sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        v[i] = (struct series){p[i].v, p[i].m.n};
    all.order = order_new(v, n);
    free(v);
    return all;
}

void pool_free(struct pool *p)
{
    order_free(p->order);
    hist_free(p->hist);
    *p = (struct pool){0};
}

int64_t pool_at_rank(const struct pool *p, uint64_t rank)
{
    return p->order ? order_at(p->order, rank) : hist_at_rank(p->hist, rank);
}

static struct interval nothing(void)
{
    return (struct interval){NAN, NAN, NAN};
}

static struct interval scaled(struct interval v)
{
    return (struct interval){v.value / SECOND, v.lo / SECOND, v.hi / SECOND};
}

/* What needs no interval; the rest is set to "not known". */
static void latency_plain(const struct pool *p, struct latency_result *l)
{
    l->n = p->m.n;
    l->mean = l->sd = l->min = l->max = nothing();
    for (int i = 0; i < QUANTILE_COUNT; i++)
        l->q[i] = nothing();
    if (p->m.n == 0)
        return;
    l->mean.value = p->m.mean / SECOND;
    l->sd.value = sqrt(moments_variance(&p->m)) / SECOND;
    l->min.value = (double)pool_at_rank(p, 1) / SECOND;
    l->max.value = (double)pool_at_rank(p, p->m.n) / SECOND;
    for (int i = 0; i < QUANTILE_COUNT; i++)
        l->q[i].value = (double)pool_at_rank(p, stats_rank(p->m.n, quantile_p[i])) / SECOND;
}

/* All values are one: its digits must not suffer from the mean's rounding. */
static void latency_constant(struct latency_result *l)
{
    l->sd.value = 0;
    l->mean.value = l->min.value;
    l->mean.lo = l->mean.hi = l->mean.value;
    for (int i = 0; i < QUANTILE_COUNT; i++)
        l->q[i].lo = l->q[i].hi = l->q[i].value;
}

static struct latency_result pool_independent(const struct pool *p)
{
    struct latency_result l;
    latency_plain(p, &l);
    uint64_t n = p->m.n;
    if (n > 1 && pool_at_rank(p, 1) == pool_at_rank(p, n)) {
        latency_constant(&l);
        return l;
    }
    if (n < 2)
        return l;
    l.mean = scaled(stats_mean_moments(&p->m, CONFIDENCE));
    for (int i = 0; i < QUANTILE_COUNT; i++) {
        uint64_t lo, hi;
        stats_quantile_ranks(n, quantile_p[i], CONFIDENCE, &lo, &hi);
        l.q[i].lo = lo < 1 ? NAN : (double)pool_at_rank(p, lo) / SECOND;
        l.q[i].hi = hi > n ? NAN : (double)pool_at_rank(p, hi) / SECOND;
    }
    return l;
}

struct latency_result latency_independent(const struct part *p)
{
    struct pool all = pool_new(p, 1);
    struct latency_result l = pool_independent(&all);
    pool_free(&all);
    return l;
}

uint64_t part_above(const struct part *p, int64_t v)
{
    uint64_t above = 0;
    if (p->hist)
        return p->m.n ? hist_count_above(p->hist, v) : 0;
    for (uint64_t i = 0; i < p->m.n; i++)
        above += p->v[i] > v;
    return above;
}

/* Each section says which share of it is above the quantile of all.  The spread of these shares is
 * an interval of probability, and the quantiles of all at its ends are the interval sought: in the
 * tail it is longer upwards, as it must be, and the sections' own quantiles, of few values and so
 * biased, are not needed. */
static struct interval section_quantile(const struct part *p, uint32_t n, double prob,
                                        const struct pool *all)
{
    struct moments share = {0};
    int64_t v = pool_at_rank(all, stats_rank(all->m.n, prob));
    for (uint32_t i = 0; i < n; i++)
        if (p[i].m.n)
            moments_add(&share, (double)part_above(&p[i], v) / (double)p[i].m.n);
    struct interval r = {(double)v / SECOND, NAN, NAN};
    if (share.n < 2)
        return r;
    double k = (double)share.n, above = 1 - prob;
    double error = stats_t(0.5 + CONFIDENCE / 2, k - 1) * sqrt(moments_variance(&share) / k);
    double less = above - error, more = above + error;
    double size = (double)all->m.n;
    if (size * less >= 1)
        r.hi = (double)pool_at_rank(all, stats_rank(all->m.n, 1 - less)) / SECOND;
    if (more < 1)
        r.lo = (double)pool_at_rank(all, stats_rank(all->m.n, 1 - more)) / SECOND;
    return r;
}

struct latency_result latency_sections(const struct part *p, uint32_t n, bool sure)
{
    struct latency_result l;
    struct pool all = pool_new(p, n);
    latency_plain(&all, &l);
    uint64_t size = all.m.n;
    bool constant = size > 1 && pool_at_rank(&all, 1) == pool_at_rank(&all, size);
    if (constant) {
        pool_free(&all);
        latency_constant(&l);
        return l;
    }
    double *mean = xcalloc(n + 1u, sizeof *mean);
    for (uint32_t i = 0; i < n; i++)
        mean[i] = p[i].m.n ? p[i].m.mean / SECOND : NAN;
    l.mean = interval_of(mean, n, sure);
    free(mean);
    for (int i = 0; i < QUANTILE_COUNT && size; i++) {
        double v = l.q[i].value;
        l.q[i] = sure ? (struct interval){v, v, v} : section_quantile(p, n, quantile_p[i], &all);
    }
    pool_free(&all);
    return l;
}

struct interval interval_of(const double *x, uint32_t n, bool sure)
{
    double *finite = xcalloc(n + 1u, sizeof *finite);
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            finite[k++] = x[i];
    /* Means of latencies under load are skewed: a busy period weighs more than an idle one. */
    struct interval v = stats_mean_skewed(finite, k, CONFIDENCE);
    free(finite);
    if (sure)
        v.lo = v.hi = v.value;
    return v;
}

double interval_relative(struct interval v)
{
    double half = fmax(v.hi - v.value, v.value - v.lo);
    if (!isfinite(v.lo) || !isfinite(v.hi) || !isfinite(v.value))
        return INFINITY;
    return half <= 0 ? 0 : half / fabs(v.value);
}
