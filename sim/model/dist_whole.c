/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_whole.c - the kinds of whole numbers; their rows are in dist_kinds.c.
 *
 * Contract: as there.  A quantile is the smallest k that reaches the probability, exactly. */
#include "model/dist_impl.h"

/* ---- poisson: p = mean ---- */

const struct dist_form poisson_forms[] = {FORM(N("mean")), FORM_END};

bool poisson_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    return given_range(g, 0, 0, 1e8);
}

double poisson_cdf(const double *p, double x, bool upper)
{
    double k = floor(x);
    return k < 0 ? upper ? 1 : 0 : math_gamma_tail(k + 1, p[0], !upper);
}

double poisson_quantile(const double *p, double v, bool upper)
{
    double z = math_normal_inverse(v, upper);
    struct math_search s = {.cdf = poisson_cdf,
                            .p = p,
                            .lo = 0,
                            .hi = INFINITY,
                            .guess = p[0] + sqrt(p[0]) * z + (z * z - 1) / 6};
    return math_search_whole(&s, v, upper);
}

double poisson_mean(const double *p)
{
    return p[0];
}

double poisson_variance(const double *p)
{
    return p[0];
}

void poisson_support(const double *p, double *lo, double *hi)
{
    *lo = 0;
    *hi = p[0] > 0 ? INFINITY : 0;
}

/* ---- binomial: p = n, p ---- */

const struct dist_form binomial_forms[] = {FORM(N("n"), N("p")), FORM_END};

bool binomial_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    p[1] = g->a[1];
    return given_whole(g, 0, 0, 1e8) && given_range(g, 1, 0, 1);
}

double binomial_cdf(const double *p, double x, bool upper)
{
    return math_binomial_tail(p[0], p[1], floor(x), upper);
}

double binomial_quantile(const double *p, double v, bool upper)
{
    double z = math_normal_inverse(v, upper), q = 1 - p[1];
    struct math_search s = {.cdf = binomial_cdf,
                            .p = p,
                            .lo = 0,
                            .hi = p[0],
                            .guess = p[0] * p[1] + sqrt(p[0] * p[1] * q) * z +
                                     (q - p[1]) * (z * z - 1) / 6};
    return math_search_whole(&s, v, upper);
}

double binomial_mean(const double *p)
{
    return p[0] * p[1];
}

double binomial_variance(const double *p)
{
    return p[0] * p[1] * (1 - p[1]);
}

void binomial_support(const double *p, double *lo, double *hi)
{
    *lo = p[1] >= 1 ? p[0] : 0;
    *hi = p[1] > 0 ? p[0] : 0;
}

/* ---- geometric: p = mean, -ln of the ratio ---- */

const struct dist_form geometric_forms[] = {FORM(N("mean")), FORM_END};

bool geometric_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    p[1] = log1p(1 / p[0]);
    return given_range(g, 0, 0, 1e7);
}

double geometric_cdf(const double *p, double x, bool upper)
{
    return math_exponent_tail((floor(fmax(x, -1)) + 1) * p[1], upper);
}

double geometric_quantile(const double *p, double v, bool upper)
{
    return fmax(ceil(math_exponent_quantile(v, upper) / p[1]) - 1, 0);
}

double geometric_mean(const double *p)
{
    return p[0];
}

void geometric_support(const double *p, double *lo, double *hi)
{
    poisson_support(p, lo, hi);
}

double geometric_variance(const double *p)
{
    return p[0] * (p[0] + 1);
}

/* Above any a the law is itself again, moved by a. */
static double geometric_beyond(const double *p, double a, double c, int power)
{
    if (isinf(a))
        return 0;
    double far = a + p[0] - c;
    return geometric_cdf(p, a - 1, true) * (power == 1 ? far : far * far + geometric_variance(p));
}

double geometric_moment(const double *p, double lo, double hi, double c, int power)
{
    return geometric_beyond(p, lo, c, power) - geometric_beyond(p, hi + 1, c, power);
}

/* ---- zipf: p = n, s, constant of the tail's sum, whole sum ---- */

const struct dist_form zipf_forms[] = {FORM(N("n"), N("s")), FORM_END};

bool zipf_make(struct dist_given *g, double *p)
{
    if (!given_whole(g, 0, 1, 1e7) || !given_range(g, 1, 0, 100))
        return false;
    p[0] = g->a[0];
    p[1] = g->a[1];
    p[2] = math_power_sum(MATH_HEAD, p[1]) - math_power_tail(MATH_HEAD, p[1]);
    p[3] = math_power_sum(p[0], p[1]);
    return true;
}

static double zipf_sum(const double *p, double i)
{
    return i <= MATH_HEAD ? math_power_sum(i, p[1]) : p[2] + math_power_tail(i, p[1]);
}

double zipf_cdf(const double *p, double x, bool upper)
{
    double i = floor(x) + 1;
    if (i < 1 || i >= p[0])
        return (i >= p[0]) != upper;
    double sum = zipf_sum(p, i);
    return fmax((upper ? p[3] - sum : sum) / p[3], 0);
}

/* The sum up to i is nearly the integral up to i + 1/2. */
double zipf_quantile(const double *p, double v, bool upper)
{
    double t = math_flip(v, upper) * p[3] - p[2], e = 1 - p[1];
    double l = e == 0 ? t : log1p(e * t) / e;
    struct math_search s = {
        .cdf = zipf_cdf, .p = p, .lo = 0, .hi = p[0] - 1, .guess = ceil(exp(l) - 0.5) - 1};
    if (!(s.guess >= 0))
        s.guess = e * t <= -1 ? s.hi : 0;
    return math_search_whole(&s, v, upper);
}

double zipf_moment(const double *p, double lo, double hi, double c, int power)
{
    double s[3] = {0, 0, 0};
    for (int j = 0; j <= power; j++)
        s[j] =
            (math_power_sum(hi + 1, p[1] - j) - (lo > 0 ? math_power_sum(lo, p[1] - j) : 0)) / p[3];
    double m = c + 1;
    return power == 1 ? s[1] - m * s[0] : s[2] - 2 * m * s[1] + m * m * s[0];
}

double zipf_mean(const double *p)
{
    return zipf_moment(p, 0, p[0] - 1, 0, 1);
}

double zipf_variance(const double *p)
{
    return zipf_moment(p, 0, p[0] - 1, zipf_mean(p), 2);
}

void zipf_support(const double *p, double *lo, double *hi)
{
    *lo = 0;
    *hi = p[0] - 1;
}
