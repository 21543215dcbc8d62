/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.c - see stats.h for what; here is how.
 *
 * Binomial tails are our own: GSL's incomplete beta stops after 512 terms (NAN for n of a few
 * millions) and takes its prefactor from differences of lgamma, which near 1e9 leaves six digits.
 * Loader's saddle-point form of the binomial probability keeps fourteen, and the continued fraction
 * needs about sqrt(n) terms.  GSL is asked for normal and t quantiles only, and only for arguments
 * inside their domains, so its error handler is never called. */
#include "base/stats.h"
#include "base/loader.h"
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* ---- quantiles of laws ---- */

double stats_z(double p)
{
    if (isnan(p) || p < 0 || p > 1)
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    return gsl_cdf_ugaussian_Pinv(p);
}

double stats_t(double p, double df)
{
    if (isnan(p) || p < 0 || p > 1 || isnan(df) || df <= 0)
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    if (df < 1e6)
        return gsl_cdf_tdist_Pinv(p, df);
    /* Fisher and Cornish's expansion; what is left out is of order df^-3. */
    double z = stats_z(p), z3 = z * z * z;
    return z + (z3 + z) / (4 * df) + (5 * z3 * z * z + 16 * z3 + 3 * z) / (96 * df * df);
}

/* ---- the binomial law ---- */

/* The incomplete beta function's continued fraction by Lentz's method; wants x < a / (a + b). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (double m = 1; m < 1e6; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        if (fabs(d * c - 1) < 4 * DBL_EPSILON)
            break;
    }
    return h;
}

/* P(X >= k) = I_p(k, n - k + 1). */
static double binomial_tail(double k, double n, double p, double q)
{
    if (k <= 0)
        return 1;
    if (k > n)
        return 0;
    double a = k, b = n - k + 1, front = loader_binomial(k, n, p, q) * q;
    if (p < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, p);
    return 1 - front * (a / b) * beta_fraction(b, a, q);
}

/* The p at which P(X >= k) = tail, 1 <= k <= n: Newton's steps kept inside a shrinking bracket. */
static double binomial_solve(double k, double n, double tail)
{
    double lo = 0, hi = 1, p = k / (n + 1);
    for (int i = 0; i < 200; i++) {
        double f = binomial_tail(k, n, p, 1 - p) - tail;
        if (f == 0)
            return p;
        if (f < 0)
            lo = p;
        else
            hi = p;
        double slope = loader_binomial(k, n, p, 1 - p) * k / p, next = p - f / slope;
        if (!(next > lo && next < hi))
            next = lo + (hi - lo) / 2;
        if (fabs(next - p) <= 2 * DBL_EPSILON * p)
            return next;
        p = next;
    }
    return p;
}

struct interval stats_proportion_effective(double k, double n, double confidence)
{
    if (!(n > 0) || !(k >= 0) || k > n)
        return (struct interval){NAN, NAN, NAN};
    double tail = (1 - confidence) / 2;
    struct interval r = {k / n, 0, 1};
    if (k > 0)
        r.lo = binomial_solve(k, n, tail);
    /* P(X <= k) = tail is the same question about the failures; with no success at all, the
     * closed form keeps the digits of a small bound. */
    if (k <= 0)
        r.hi = -expm1(log(tail) / n);
    else if (k < n)
        r.hi = 1 - binomial_solve(n - k, n, tail);
    return r;
}

struct interval stats_proportion(uint64_t k, uint64_t n, double confidence)
{
    return stats_proportion_effective((double)k, (double)n, confidence);
}

/* The largest j in [0, n] with P(X >= j) > tail: a guess with the skewness in it, then steps. */
static uint64_t binomial_upper(uint64_t n, double p, double q, double tail)
{
    double nn = (double)n, z = -stats_z(tail);
    double guess = nn * p + z * sqrt(nn * p * q) + (q - p) * (z * z - 1) / 6 + 0.5;
    uint64_t j = guess <= 0 ? 0 : guess >= nn ? n : (uint64_t)guess;
    while (j > 0 && binomial_tail((double)j, nn, p, q) <= tail)
        j--;
    while (j < n && binomial_tail((double)(j + 1), nn, p, q) > tail)
        j++;
    return j;
}

uint64_t stats_rank(uint64_t n, double p)
{
    double r = (double)n * p;
    r = ceil(r - 4 * DBL_EPSILON * r);
    if (!(r > 1))
        return n ? 1 : 0;
    return r >= (double)n ? n : (uint64_t)r;
}

void stats_quantile_ranks(uint64_t n, double p, double confidence, uint64_t *l, uint64_t *u)
{
    *l = 0;
    *u = n + 1;
    if (n == 0 || !(p > 0 && p < 1) || !(confidence > 0 && confidence < 1))
        return;
    /* X observations are at or below the quantile.  x(l) is above it if X < l, x(u) below it if
     * X >= u: each shall happen with at most half of what the confidence leaves. */
    double tail = (1 - confidence) / 2;
    *l = n - binomial_upper(n, 1 - p, p, tail);
    *u = binomial_upper(n, p, 1 - p, tail) + 1;
}

/* ---- moments and means ---- */

void moments_add(struct moments *m, double x)
{
    m->n++;
    double d = x - m->mean;
    m->mean += d / (double)m->n;
    m->m2 += d * (x - m->mean);
}

void moments_merge(struct moments *into, const struct moments *from)
{
    if (from->n == 0)
        return;
    if (into->n == 0) {
        *into = *from;
        return;
    }
    double a = (double)into->n, b = (double)from->n, d = from->mean - into->mean;
    into->n += from->n;
    into->mean += d * (b / (a + b));
    into->m2 += from->m2 + d * d * (a * (b / (a + b)));
}

double moments_variance(const struct moments *m)
{
    return m->n < 2 ? 0 : m->m2 / (double)(m->n - 1);
}

struct interval stats_mean_moments(const struct moments *m, double confidence)
{
    if (m->n == 0)
        return (struct interval){NAN, NAN, NAN};
    if (m->n == 1)
        return (struct interval){m->mean, NAN, NAN};
    double n = (double)m->n;
    double half = stats_t(0.5 + confidence / 2, n - 1) * sqrt(moments_variance(m) / n);
    return (struct interval){m->mean, m->mean - half, m->mean + half};
}

struct interval stats_mean(const double *x, size_t n, double confidence)
{
    struct moments m = {0};
    for (size_t i = 0; i < n; i++)
        moments_add(&m, x[i]);
    return stats_mean_moments(&m, confidence);
}

/* Hall's cubic g(T) = T + G T^2 / 3 + G^2 T^3 / 27 + G / (6 n), solved for T. */
static double hall_inverse(double y, double skewness, double n)
{
    return 3 / skewness * (cbrt(1 + skewness * (y - skewness / (6 * n))) - 1);
}

struct interval stats_mean_skewed(const double *x, size_t n, double confidence)
{
    enum { FEWEST = 10 };
    struct interval v = stats_mean(x, n, confidence);
    double m2 = 0, m3 = 0, k = (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - v.value;
        m2 += d * d / k;
        m3 += d * d * d / k;
    }
    double skewness = m3 / pow(m2, 1.5), least = 1e-6; /* below it the cubic is the identity */
    if (n < FEWEST || !(fabs(skewness) > least))
        return v;
    double sd = sqrt(m2 * k / (k - 1)), t = stats_t(0.5 + confidence / 2, k - 1) / sqrt(k);
    v.lo = v.value - sd * hall_inverse(t, skewness, k);
    v.hi = v.value - sd * hall_inverse(-t, skewness, k);
    return v;
}

void ratio_add(struct ratio_sums *r, double x, double y)
{
    r->n++;
    r->sx += x;
    r->sy += y;
    r->sxx += x * x;
    r->syy += y * y;
    r->sxy += x * y;
}

struct interval stats_ratio(const struct ratio_sums *r, double confidence)
{
    if (r->n == 0 || r->sy == 0)
        return (struct interval){NAN, NAN, NAN};
    double n = (double)r->n, a = r->sx / n, b = r->sy / n;
    struct interval none = {a / b, NAN, NAN};
    if (r->n < 2)
        return none;
    /* Variances of the two means and their covariance; rounding must not make them negative. */
    double scale = 1 / (n * (n - 1));
    double vxx = fmax(0, (r->sxx - r->sx * a) * scale), vyy = fmax(0, (r->syy - r->sy * b) * scale);
    double vxy = (r->sxy - r->sx * b) * scale, most = sqrt(vxx * vyy);
    vxy = fmin(most, fmax(-most, vxy));
    /* The bounds are the roots of (a - v b)^2 = t^2 Var(A - v B).  If b itself is not clearly
     * different from 0, the set of such v is not an interval. */
    double t = stats_t(0.5 + confidence / 2, n - 1), t2 = t * t;
    double lead = b * b - t2 * vyy;
    if (!(lead > 0))
        return none;
    double spread = b * b * vxx - 2 * a * b * vxy + a * a * vyy - t2 * (vxx * vyy - vxy * vxy);
    double middle = (a * b - t2 * vxy) / lead, half = t * sqrt(fmax(0, spread)) / lead;
    return (struct interval){a / b, middle - half, middle + half};
}

/* ---- series ---- */

size_t stats_mser5(const double *x, size_t n, bool *short_run)
{
    size_t k = n / 5, last = k / 2, best = 0;
    double least = INFINITY;
    struct moments m = {0};
    /* From the end, so that one pass knows the moments of every tail; ties go to fewer deleted. */
    for (size_t i = k; i-- > 0;) {
        const double *b = x + 5 * i;
        moments_add(&m, (b[0] + b[1] + b[2] + b[3] + b[4]) / 5);
        double error = m.m2 / ((double)m.n * (double)m.n);
        if (i <= last && error <= least) {
            least = error;
            best = i;
        }
    }
    *short_run = best == last;
    return 5 * best;
}

double stats_lag1(const double *x, size_t n)
{
    struct moments m = {0};
    for (size_t i = 0; i < n; i++)
        moments_add(&m, x[i]);
    if (n < 2 || m.m2 <= 0)
        return 0;
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
        sum += (x[i] - m.mean) * (x[i + 1] - m.mean);
    return sum / m.m2;
}
