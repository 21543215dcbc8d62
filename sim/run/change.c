/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.c - see change.h.
 *
 * Means: the t interval of the paired differences.
 *
 * Quantiles: a quantile's interval is [x(l), x(u)] at the ranks between which, with the confidence
 * asked for, the number of values below the true quantile lies.  That number is binomial; of two
 * paired samples, the two numbers are correlated as the events "below its own quantile" are (what
 * Bahadur's representation says of the quantiles themselves).  So the pair of ranks is spread over
 * a grid of a bivariate normal law with that correlation, each margin made binomial; the values at
 * these ranks are subtracted, and the interval holds the middle 95 % of the differences.  It is the
 * paired bootstrap without its dice: no density is estimated, a constant shift has an interval of
 * no width, a skewed tail a skewed interval.  Under load the spread and the correlation of the
 * shares of the replications take the place of the binomial law's. */
#include "run/change.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const double change_p[CHANGE_QUANTILES] = {0.5, 0.99};

static struct interval exactly(double x)
{
    return (struct interval){x, x, x};
}

static struct interval unknown(double x)
{
    return (struct interval){x, NAN, NAN};
}

/* ---- from a normal score to a value ---- */

/* A quantile as a function of the score of its rank: a parabola through its middle, fitted to
 * knots. From one order statistic to the next it would be rough, and the roughness of both samples
 * would count as error of their difference.  Where the parabola does not fit (atoms, gaps), the
 * values at the knots with straight lines between them. */
enum { KNOTS = 11, MIDDLE = 5 }; /* scores -3.75 to 3.75 */
static const double knot_step = 0.75;
struct margin {
    double value[KNOTS]; /* -INFINITY, INFINITY beyond the ends of the sample */
    bool smooth;
    double slope, bend;
};

static double knot_score(int i)
{
    return (i - MIDDLE) * knot_step;
}

/* With k values below it the quantile is between the k-th and the next: in the middle. */
static double value_after(const struct pool *all, double k)
{
    double rank = k + 0.5, n = (double)all->m.n;
    if (rank < 1)
        return -INFINITY;
    if (rank > n)
        return INFINITY;
    double low = floor(rank), part = rank - low;
    double a = (double)pool_at_rank(all, (uint64_t)low);
    if (part <= 0 || low >= n)
        return a;
    return a + part * ((double)pool_at_rank(all, (uint64_t)low + 1) - a);
}

/* Least squares through the middle knot, over those that are finite. */
static void margin_fit(struct margin *m)
{
    const double good = 0.1; /* of the spread, the root of the mean square of what is left */
    double middle = m->value[MIDDLE], z2 = 0, z3 = 0, z4 = 0, y1 = 0, y2 = 0, left = 0, n = 0;
    double lo = INFINITY, hi = -INFINITY;
    for (int i = 0; i < KNOTS; i++) {
        double z = knot_score(i), y = m->value[i] - middle;
        if (!isfinite(y))
            continue;
        z2 += z * z;
        z3 += z * z * z;
        z4 += z * z * z * z;
        y1 += z * y;
        y2 += z * z * y;
        lo = fmin(lo, y);
        hi = fmax(hi, y);
    }
    double det = z2 * z4 - z3 * z3;
    if (!(det > 0) || !(hi > lo))
        return;
    m->slope = (y1 * z4 - y2 * z3) / det;
    m->bend = (y2 * z2 - y1 * z3) / det;
    for (int i = 0; i < KNOTS; i++) {
        double z = knot_score(i), y = m->value[i] - middle - z * (m->slope + z * m->bend);
        n += isfinite(y);
        left += isfinite(y) ? y * y : 0;
    }
    m->smooth = sqrt(left / n) <= good * (hi - lo);
}

/* sd: of the number of values below the p-quantile. */
static struct margin margin_normal(const struct pool *all, double p, double sd)
{
    struct margin m = {.smooth = false};
    for (int i = 0; i < KNOTS; i++)
        m.value[i] = value_after(all, (double)all->m.n * p + knot_score(i) * sd);
    margin_fit(&m);
    return m;
}

/* The least k with P(number <= k) >= that of the score. */
static double binomial_at_score(double n, double p, double sd, double z)
{
    double want = gsl_cdf_ugaussian_P(z);
    double lo = fmax(-1, floor(n * p - 12 * sd - 3)), hi = fmin(n, ceil(n * p + 12 * sd + 3));
    while (hi - lo > 1) { /* P(number <= lo) < want */
        double mid = floor((lo + hi) / 2);
        if (gsl_cdf_binomial_P((unsigned)mid, p, (unsigned)n) < want)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

static struct margin margin_binomial(const struct pool *all, double p)
{
    const double normal = 60; /* standard deviation from which on the normal law will do */
    double n = (double)all->m.n, sd = sqrt(n * p * (1 - p));
    if (sd > normal)
        return margin_normal(all, p, sd);
    struct margin m = {.smooth = false};
    for (int i = 0; i < KNOTS; i++)
        m.value[i] = value_after(all, binomial_at_score(n, p, sd, knot_score(i)));
    margin_fit(&m);
    return m;
}

static double margin_value(const struct margin *m, double z)
{
    double at = z / knot_step + MIDDLE;
    int i = at <= 0 ? 0 : at >= KNOTS - 1 ? KNOTS - 2 : (int)at;
    double a = m->value[i], b = m->value[i + 1], part = fmin(1, fmax(0, at - i));
    if (!isfinite(a) || !isfinite(b))
        return isfinite(a) && part <= 0 ? a : a < 0 && !isfinite(a) ? a : b;
    if (m->smooth)
        return m->value[MIDDLE] + z * (m->slope + z * m->bend);
    return a + part * (b - a);
}

/* ---- the difference of two quantiles ---- */

static int compare_doubles(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* The q-quantile of n sorted, equally likely values. */
static double sorted_at(const double *v, uint32_t n, double q)
{
    double at = q * n - 0.5;
    uint32_t i = at <= 0 ? 0 : at >= n - 1 ? n - 2 : (uint32_t)at;
    double part = fmin(1, fmax(0, at - i));
    if (!isfinite(v[i]) || !isfinite(v[i + 1]))
        return NAN;
    return v[i] + part * (v[i + 1] - v[i]);
}

static struct interval margins_change(const struct margin *old, const struct margin *new,
                                      double correlation, double value)
{
    enum { SIDE = 81, CELLS = SIDE * SIDE };
    double *d = xcalloc(CELLS, sizeof *d), score[SIDE], base[SIDE];
    double rest = sqrt(fmax(0, 1 - correlation * correlation));
    uint32_t n = 0;
    for (int i = 0; i < SIDE; i++) {
        score[i] = stats_z((i + 0.5) / SIDE);
        base[i] = margin_value(old, score[i]);
    }
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++) {
            double x = base[i];
            double y = margin_value(new, correlation * score[i] + rest * score[k]);
            /* Both beyond the end: nothing is known of their difference. */
            d[n++] = isfinite(x) || isfinite(y) ? y - x : k % 2 ? INFINITY : -INFINITY;
        }
    qsort(d, n, sizeof *d, compare_doubles);
    double tail = (1 - CONFIDENCE) / 2;
    struct interval v = {value, sorted_at(d, n, tail) / SECOND, sorted_at(d, n, 1 - tail) / SECOND};
    free(d);
    v.lo = v.lo > value ? value : v.lo;
    v.hi = v.hi < value ? value : v.hi;
    return v;
}

static int64_t quantile(const struct pool *all, double p)
{
    return pool_at_rank(all, stats_rank(all->m.n, p));
}

/* Correlation of the events "at most its own quantile". */
static double agreement(const struct change_side *old, const struct change_side *new, uint64_t n,
                        int64_t x, int64_t y)
{
    double both = 0, a = 0, b = 0, size = (double)n;
    for (uint64_t i = 0; i < n; i++) {
        bool in_a = old->latency[i] <= x;
        bool in_b = new->latency[i] <= y;
        a += in_a;
        b += in_b;
        both += in_a && in_b;
    }
    double spread = a * (size - a) * b * (size - b);
    return spread > 0 ? (both * size - a * b) / sqrt(spread) : 0;
}

/* ---- one by one ---- */

static struct pool pool_of(const int64_t *v, uint64_t n)
{
    struct part part = {.v = v, .m = {.n = n}};
    return pool_new(&part, 1);
}

static struct change change_alone(const struct change_side *old, const struct change_side *new,
                                  bool sure)
{
    struct change c = {.rate = {NAN, NAN, NAN}};
    uint64_t n = old->n < new->n ? old->n : new->n;
    struct moments m = {0};
    bool constant = true;
    for (uint64_t i = 0; i < n; i++) {
        int64_t d = new->latency[i] - old->latency[i];
        constant = constant && d == new->latency[0] - old->latency[0];
        moments_add(&m, (double)d / SECOND);
    }
    if (n > 0 && constant && (n > 1 || sure)) {
        c.mean = c.q[0] = c.q[1] = exactly((double)(new->latency[0] - old->latency[0]) / SECOND);
        return c;
    }
    c.mean = stats_mean_moments(&m, CONFIDENCE);
    struct pool x = pool_of(old->latency, n), y = pool_of(new->latency, n);
    for (int k = 0; k < CHANGE_QUANTILES && n > 0; k++) {
        double p = change_p[k];
        int64_t from = quantile(&x, p), to = quantile(&y, p);
        struct margin a = margin_binomial(&x, p), b = margin_binomial(&y, p);
        c.q[k] =
            margins_change(&a, &b, agreement(old, new, n, from, to), (double)(to - from) / SECOND);
    }
    pool_free(&x);
    pool_free(&y);
    return c;
}

/* ---- by replication ---- */

static bool same_values(const double *x, const double *y, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (!(x[i] == y[i]))
            return false;
    return n > 0;
}

/* Is it the same run? */
static bool same_runs(const struct change_side *old, const struct change_side *new, uint64_t n)
{
    bool same = old->all->m.n == new->all->m.n &&same_values(old->mean, new->mean, n) &&
                same_values(old->rate, new->rate, n);
    for (int k = 0; k < CHANGE_QUANTILES; k++)
        same = same && same_values(old->above[k], new->above[k], n) &&
               quantile(old->all, change_p[k]) == quantile(new->all, change_p[k]);
    return same;
}

static struct interval sections_change(const struct change_side *old, const struct change_side *new,
                                       uint64_t n, int k)
{
    struct moments x = {0}, y = {0};
    double both = 0, p = change_p[k];
    for (uint64_t i = 0; i < n; i++) {
        if (!isfinite(old->above[k][i]) || !isfinite(new->above[k][i]))
            continue;
        moments_add(&x, old->above[k][i]);
        moments_add(&y, new->above[k][i]);
    }
    double value = (double)(quantile(new->all, p) - quantile(old->all, p)) / SECOND;
    if (x.n < 2)
        return unknown(value);
    for (uint64_t i = 0; i < n; i++)
        if (isfinite(old->above[k][i]) && isfinite(new->above[k][i]))
            both += (old->above[k][i] - x.mean) * (new->above[k][i] - y.mean);
    double spread = sqrt(x.m2 * y.m2), size = (double)x.n;
    double correlation = spread > 0 ? fmax(-1, fmin(1, both / spread)) : 0;
    /* The t law's longer tails, as a factor on all scores. */
    double longer = stats_t(0.5 + CONFIDENCE / 2, size - 1) / stats_z(0.5 + CONFIDENCE / 2);
    double sx = longer * sqrt(moments_variance(&x) / size) * (double)old->all->m.n;
    double sy = longer * sqrt(moments_variance(&y) / size) * (double)new->all->m.n;
    struct margin a = margin_normal(old->all, p, sx), b = margin_normal(new->all, p, sy);
    return margins_change(&a, &b, correlation, value);
}

static struct change change_sections(const struct change_side *old, const struct change_side *new,
                                     bool sure)
{
    struct change c;
    uint64_t n = old->n < new->n ? old->n : new->n;
    struct ratio_sums rate = {0};
    if (n > 0 && old->n == new->n && same_runs(old, new, n)) {
        c.mean = c.q[0] = c.q[1] = exactly(0);
        c.rate = exactly(0);
        return c;
    }
    double *mean = xcalloc(n + 1, sizeof *mean);
    for (uint64_t i = 0; i < n; i++) {
        mean[i] = new->mean[i] - old->mean[i];
        if (isfinite(new->rate[i]) && isfinite(old->rate[i]))
            ratio_add(&rate, new->rate[i], old->rate[i]);
    }
    c.mean = interval_of(mean, (uint32_t)n, sure);
    free(mean);
    c.rate = stats_ratio(&rate, CONFIDENCE);
    c.rate = (struct interval){c.rate.value - 1, c.rate.lo - 1, c.rate.hi - 1};
    for (int k = 0; k < CHANGE_QUANTILES; k++)
        c.q[k] = old->all->m.n && new->all->m.n ? sections_change(old, new, n, k) : unknown(NAN);
    if (sure) {
        c.rate = exactly(c.rate.value);
        c.q[0] = exactly(c.q[0].value);
        c.q[1] = exactly(c.q[1].value);
    }
    return c;
}

struct change change_of(const struct change_side *old, const struct change_side *new, bool sure)
{
    struct interval none = unknown(NAN);
    if (old->latency && new->latency)
        return change_alone(old, new, sure);
    if (old->mean && new->mean)
        return change_sections(old, new, sure);
    return (struct change){none, {none, none}, none};
}
