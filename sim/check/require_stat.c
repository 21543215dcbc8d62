/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require_stat.c - intervals of what a limit speaks of, and what they decide; see require.h. */
#include "base/stats.h"
#include "check/require_impl.h"
#include <math.h>
#include <stdlib.h>

bool stat_compare(double a, enum limit_cmp cmp, double b)
{
    return cmp == LIMIT_LT ? a < b : cmp == LIMIT_LE ? a <= b : cmp == LIMIT_GT ? a > b : a >= b;
}

enum verdict stat_verdict(struct interval v, enum limit_cmp cmp, double limit)
{
    bool upper = cmp == LIMIT_LT || cmp == LIMIT_LE;
    double good = upper ? v.hi : v.lo, bad = upper ? v.lo : v.hi;
    if (!isnan(good) && stat_compare(good, cmp, limit))
        return VERDICT_PASS;
    if (!isnan(bad) && !stat_compare(bad, cmp, limit))
        return VERDICT_FAIL;
    return VERDICT_UNDECIDED;
}

/* ---- of independent requests ---- */

static double rank_value(const int64_t *v, uint64_t n, uint64_t rank)
{
    if (rank < 1 || rank > n)
        return NAN;
    return v[rank - 1] == INT64_MAX ? (double)INFINITY : (double)v[rank - 1];
}

/* p99 <= T says that at least 99 % are at most T: a share, which has an exact interval. */
static enum verdict quantile_alone(struct judged *j, const struct sample_part *p, double confidence)
{
    uint64_t n, low, high, k = 0, rank;
    int64_t *v = measure_latencies(p, &j->left->filter, &n);
    bool upper = j->cmp == LIMIT_LT || j->cmp == LIMIT_LE;
    bool with = j->cmp == LIMIT_LE || j->cmp == LIMIT_GT; /* those at the limit are below it */
    j->method = "order statistics";
    j->n = n;
    if (n == 0) {
        free(v);
        return VERDICT_UNDECIDED;
    }
    while (k < n && (with ? (double)v[k] <= j->limit : (double)v[k] < j->limit))
        k++;
    rank = stats_rank(n, j->left->q);
    stats_quantile_ranks(n, j->left->q, confidence, &low, &high);
    j->seen =
        (struct interval){rank_value(v, n, rank), rank_value(v, n, low), rank_value(v, n, high)};
    struct interval share = stats_proportion(k, n, confidence);
    free(v);
    if (share.lo >= j->left->q)
        return upper ? VERDICT_PASS : VERDICT_FAIL;
    if (share.hi < j->left->q)
        return upper ? VERDICT_FAIL : VERDICT_PASS;
    return VERDICT_UNDECIDED;
}

static enum verdict mean_alone(struct judged *j, const struct sample_part *p, double confidence)
{
    double *x = xcalloc(p->n + 1, sizeof *x);
    size_t n = 0;
    for (uint64_t i = 0; i < p->n; i++)
        if (p->status[i] && limit_filter_fits(&j->left->filter, p->status[i], 0))
            x[n++] = (double)p->latency[i];
    j->method = "t interval, skewness corrected";
    j->n = n;
    if (n >= 2)
        j->seen = stats_mean_skewed(x, n, confidence);
    free(x);
    return stat_verdict(j->seen, j->cmp, j->limit);
}

/* The interval is shown; a share between 0 and 1 is decided by the sequential test. */
static enum verdict share_alone(struct judged *j, const struct sample_part *p, double confidence)
{
    measure_share(j->left, p, &j->hits, &j->n);
    j->method = "exact binomial";
    if (j->n == 0)
        return VERDICT_UNDECIDED;
    j->seen = stats_proportion(j->hits, j->n, confidence);
    return stat_verdict(j->seen, j->cmp, j->limit);
}

static enum verdict speedup_alone(struct judged *j, const struct measure *m, double confidence)
{
    const struct sample_part *p[2] = {NULL, NULL};
    const char *name[2] = {j->left->over, j->left->name};
    struct ratio_sums sums = {0};
    for (uint32_t i = 0; i < m->nexec; i++)
        for (int k = 0; k < 2; k++)
            if (m->exec[i] == model_exec(m->model, name[k]))
                p[k] = &sampler_get(m->sampler, i)->all;
    bug_if(!p[0] || !p[1]); /* measure_needs() has put them there */
    j->method = "paired requests, Fieller";
    bool constant = true;
    for (uint64_t i = 0; i < p[0]->n && i < p[1]->n; i++) {
        if (!p[0]->status[i] || !p[1]->status[i])
            continue;
        constant = constant && p[0]->latency[i] == p[0]->latency[0] &&
                   p[1]->latency[i] == p[1]->latency[0];
        ratio_add(&sums, (double)p[0]->latency[i], (double)p[1]->latency[i]);
    }
    j->n = sums.n;
    if (sums.n >= 2)
        j->seen = stats_ratio(&sums, confidence);
    if (constant)
        j->seen.lo = j->seen.hi = j->seen.value;
    return stat_verdict(j->seen, j->cmp, j->limit);
}

/* ---- of parts ---- */

/* Values of n on the parts; returns how many there are. */
static uint32_t part_values(const struct measure *m, const struct limit_node *n, uint32_t parts,
                            double *x)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < parts; i++) {
        double v = measure_value(m, n, (int)i);
        if (isfinite(v))
            x[k++] = v;
    }
    return k;
}

/* Shares of parts under load.  All may be 0 where what is rare was not met, and would then agree
 * perfectly: the interval is never shorter than that of as many independent requests. */
static struct interval share_interval(const double *x, uint32_t parts, uint64_t k, uint64_t n,
                                      double confidence)
{
    struct interval v = stats_mean(x, parts, confidence);
    struct interval least = stats_proportion(k, n, confidence);
    v.value = least.value;
    v.lo = fmax(0, fmin(v.lo, least.lo));
    v.hi = fmin(1, fmax(v.hi, least.hi));
    return v;
}

static enum verdict share_parts(struct judged *j, const struct measure *m, double confidence)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    double *x = xcalloc(s->npart + 1, sizeof *x);
    uint32_t parts = part_values(m, j->left, s->npart, x);
    measure_share(j->left, &s->all, &j->hits, &j->n);
    j->method = "replications";
    if (parts >= PART_LEAST && j->n)
        j->seen = share_interval(x, parts, j->hits, j->n, confidence);
    free(x);
    return stat_verdict(j->seen, j->cmp, j->limit);
}

/* How many of a part that fits are at most v (with) or below it. */
static uint64_t below(const struct sample_part *p, const struct limit_filter *f, double v,
                      bool with, uint64_t *of)
{
    uint64_t k = 0;
    *of = 0;
    for (uint64_t i = 0; i < p->n; i++) {
        if (!limit_filter_fits(f, p->status[i], p->cls ? p->cls[i] : 0))
            continue;
        ++*of;
        double x = p->status[i] ? (double)p->latency[i] : (double)INFINITY;
        k += with ? x <= v : x < v;
    }
    return k;
}

static struct interval below_interval(const struct judged *j, const struct sample *s, double v,
                                      bool with, double confidence)
{
    double *x = xcalloc(s->npart + 1, sizeof *x);
    uint32_t parts = 0;
    uint64_t k = 0, n = 0, of;
    for (uint32_t i = 0; i < s->npart; i++) {
        uint64_t b = below(&s->part[i], &j->left->filter, v, with, &of);
        if (of == 0)
            continue;
        x[parts++] = (double)b / (double)of;
        k += b;
        n += of;
    }
    struct interval r = {NAN, NAN, NAN};
    if (parts >= PART_LEAST)
        r = share_interval(x, parts, k, n, confidence);
    free(x);
    return r;
}

static enum verdict quantile_parts(struct judged *j, const struct measure *m, double confidence)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    bool upper = j->cmp == LIMIT_LT || j->cmp == LIMIT_LE;
    bool with = j->cmp == LIMIT_LE || j->cmp == LIMIT_GT;
    uint64_t n;
    int64_t *v = measure_latencies(&s->all, &j->left->filter, &n);
    j->method = "replications";
    j->n = n;
    if (n == 0) {
        free(v);
        return VERDICT_UNDECIDED;
    }
    double q = j->left->q, value = rank_value(v, n, stats_rank(n, q));
    struct interval at = below_interval(j, s, value, true, confidence);
    double down = q - (at.value - at.lo), up = q + (at.hi - at.value); /* NAN: none */
    j->seen = (struct interval){value, NAN, NAN};
    if (down > 0)
        j->seen.lo = rank_value(v, n, stats_rank(n, down));
    if (up < 1)
        j->seen.hi = rank_value(v, n, stats_rank(n, up));
    free(v);
    struct interval share = below_interval(j, s, j->limit, with, confidence);
    if (share.lo >= q)
        return upper ? VERDICT_PASS : VERDICT_FAIL;
    if (share.hi < q)
        return upper ? VERDICT_FAIL : VERDICT_PASS;
    return VERDICT_UNDECIDED;
}

/* Anything else: its value on all parts together, the spread of its values on each. */
static struct interval parts_interval(const struct measure *m, const struct limit_node *n,
                                      const struct limit_node *less, double confidence)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    double *x = xcalloc(s->npart + 1, sizeof *x);
    uint32_t parts = 0;
    for (uint32_t i = 0; i < s->npart; i++) {
        double v = measure_value(m, n, (int)i) - (less ? measure_value(m, less, (int)i) : 0);
        if (isfinite(v))
            x[parts++] = v;
    }
    struct interval r = {measure_value(m, n, MEASURE_ALL), NAN, NAN};
    if (less)
        r.value -= measure_value(m, less, MEASURE_ALL);
    if (parts >= PART_LEAST) {
        struct interval v = stats_mean_skewed(x, parts, confidence);
        r.lo = r.value - (v.value - v.lo);
        r.hi = r.value + (v.hi - v.value);
    }
    free(x);
    return r;
}

static enum verdict parts_judge(struct judged *j, const struct measure *m, double confidence)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    j->method = s->alone ? "parts of the sample" : "replications";
    j->seen = parts_interval(m, j->left, NULL, confidence);
    j->n = s->all.n;
    if (!isnan(j->limit))
        return stat_verdict(j->seen, j->cmp, j->limit);
    struct interval by = parts_interval(m, j->left, j->right, confidence);
    return stat_verdict(by, j->cmp, 0);
}

static enum verdict greatest(struct judged *j, const struct measure *m)
{
    double v = measure_value(m, j->left, MEASURE_ALL);
    bool upper = j->cmp == LIMIT_LT || j->cmp == LIMIT_LE;
    j->method = "the greatest seen";
    j->seen = (struct interval){v, v, NAN}; /* it is at least that */
    if (isnan(v) || stat_compare(v, j->cmp, j->limit) == upper)
        return VERDICT_UNDECIDED;
    return upper ? VERDICT_FAIL : VERDICT_PASS;
}

enum verdict stat_judge(struct judged *j, const struct measure *m, double confidence)
{
    const struct sample *s = sampler_get(m->sampler, 0);
    enum limit_metric what = j->left->metric;
    j->confidence = confidence;
    if (j->one_sided)
        return greatest(j, m);
    if (!j->plain)
        return parts_judge(j, m, confidence);
    if (what == METRIC_QUANTILE)
        return s->alone ? quantile_alone(j, &s->all, confidence) : quantile_parts(j, m, confidence);
    if (what == METRIC_P || what == METRIC_OUTCOME)
        return s->alone ? share_alone(j, &s->all, confidence) : share_parts(j, m, confidence);
    if (what == METRIC_MEAN && s->alone)
        return mean_alone(j, &s->all, confidence);
    if (what == METRIC_SPEEDUP && s->alone)
        return speedup_alone(j, m, confidence);
    return parts_judge(j, m, confidence);
}

enum verdict stat_exact(struct judged *j, const struct measure *m)
{
    double left = measure_value(m, j->left, MEASURE_ALL);
    double right = measure_value(m, j->right, MEASURE_ALL);
    j->method = "exact: nothing is drawn";
    j->seen = (struct interval){left, left, left};
    j->limit = right;
    j->n = sampler_get(m->sampler, 0)->all.n;
    if (isnan(left) || isnan(right))
        return VERDICT_UNDECIDED;
    if (fabs(left - right) <= 1e-12 * fabs(right)) /* sums of doubles are not that exact */
        left = right;
    return stat_compare(left, j->cmp, right) ? VERDICT_PASS : VERDICT_FAIL;
}
