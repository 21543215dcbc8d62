/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_kinds.c - the rows of dist_kinds[].
 *
 * The lognormal and the whole-numbered ones have their own files.  A kind is: its forms, make()
 * (the author's parameters into its own, or a reason), its quantile function and cdf with both
 * tails, mean, variance, support; and a row.  Reasons name the parameters and their values. */
#include "model/dist_impl.h"
#include <gsl/gsl_cdf.h>

#define UNUSED(x) ((void)(x))
static void support_positive(const double *p, double *lo, double *hi)
{
    UNUSED(p);
    *lo = 0;
    *hi = INFINITY;
}

/* ---- uniform: p = low, high, width, -width ---- */

static const struct dist_form uniform_forms[] = {FORM(V("low"), V("high")), FORM_END};

static bool uniform_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    p[1] = g->a[1];
    p[2] = p[1] - p[0];
    p[3] = -p[2];
    return given_order(g, 0, 1, false);
}

/* No branch: the sides come at random, and a wrong guess costs more than all the rest. */
static double uniform_quantile(const double *p, double v, bool upper)
{
    return p[upper] + v * p[2 + upper];
}

static double uniform_cdf(const double *p, double x, bool upper)
{
    double y = fmin(fmax(x, p[0]), p[1]);
    return (upper ? p[1] - y : y - p[0]) / (p[1] - p[0]);
}

static double uniform_mean(const double *p)
{
    return p[0] + (p[1] - p[0]) / 2;
}

static double uniform_variance(const double *p)
{
    return (p[1] - p[0]) * (p[1] - p[0]) / 12;
}

static void uniform_support(const double *p, double *lo, double *hi)
{
    *lo = p[0];
    *hi = p[1];
}

/* ---- triangular: p = low, high, mode ---- */

static const struct dist_form triangular_forms[] = {FORM(V("low"), V("mode"), V("high")), FORM_END};

static bool triangular_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    p[1] = g->a[2];
    p[2] = g->a[1];
    return given_order(g, 0, 1, false) && given_order(g, 1, 2, false);
}

static double triangular_quantile(const double *p, double v, bool upper)
{
    double w = p[1] - p[0], l = p[2] - p[0], h = p[1] - p[2];
    double below = math_flip(v, upper);
    if (below * w < l)
        return p[0] + sqrt(below * w * l);
    return p[1] - sqrt((upper ? v : 1 - v) * w * h);
}

static double triangular_cdf(const double *p, double x, bool upper)
{
    if (x <= p[0] || x >= p[1])
        return (x >= p[1]) != upper;
    double w = p[1] - p[0];
    if (x < p[2])
        return math_flip((x - p[0]) * (x - p[0]) / (w * (p[2] - p[0])), upper);
    return math_flip((p[1] - x) * (p[1] - x) / (w * (p[1] - p[2])), !upper);
}

static double triangular_mean(const double *p)
{
    return (p[0] + p[1] + p[2]) / 3;
}

static double triangular_variance(const double *p)
{
    double l = p[2] - p[0], w = p[1] - p[0];
    return (w * w - l * w + l * l) / 18;
}

/* ---- exponential: p = mean ---- */

static const struct dist_form exponential_forms[] = {
    FORM(V("mean")), FORM(R("rate")), FORM(V("p50")),  FORM(V("p90")),
    FORM(V("p95")),  FORM(V("p99")),  FORM(V("p999")), FORM_END};

static bool exponential_make(struct dist_given *g, double *p)
{
    double above = given_above(g, 0);
    p[0] = given_is(g, 0, "rate") ? (g->duration ? 1e9 : 1) / g->a[0]
           : above > 0            ? g->a[0] / -log(above)
                                  : g->a[0];
    return given_positive(g, 0);
}

static double exponential_quantile(const double *p, double v, bool upper)
{
    return p[0] * math_exponent_quantile(v, upper);
}

static double exponential_cdf(const double *p, double x, bool upper)
{
    return math_exponent_tail(fmax(x, 0) / p[0], upper);
}

static double exponential_mean(const double *p)
{
    return p[0];
}

static double exponential_variance(const double *p)
{
    return p[0] * p[0];
}

/* ---- gamma, erlang: p = shape, scale ---- */

static const struct dist_form erlang_forms[] = {FORM(N("k"), V("mean")), FORM_END};
static const struct dist_form gamma_forms[] = {FORM(V("mean"), N("cv")),
                                               FORM(N("shape"), V("scale")), FORM_END};

static bool erlang_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    p[1] = g->a[1] / g->a[0];
    return given_whole(g, 0, 1, 1e6) && given_positive(g, 1);
}

static bool gamma_make(struct dist_given *g, double *p)
{
    if (g->nform == 1) {
        p[0] = g->a[0];
        p[1] = g->a[1];
        return given_range(g, 0, 1e-4, 1e6) && given_positive(g, 1);
    }
    p[0] = 1 / (g->a[1] * g->a[1]);
    p[1] = g->a[0] / p[0];
    return given_positive(g, 0) && given_range(g, 1, 1e-3, 100);
}

static double gamma_quantile(const double *p, double v, bool upper)
{
    return p[1] * math_gamma_inverse(p[0], v, upper);
}

static double gamma_cdf(const double *p, double x, bool upper)
{
    return math_gamma_tail(p[0], x / p[1], upper);
}

static double gamma_mean(const double *p)
{
    return p[0] * p[1];
}

static double gamma_variance(const double *p)
{
    return p[0] * p[1] * p[1];
}

/* ---- normal: p = mean, sd (unconditioned), the bound 0 in sds, P(X > 0) ---- */

static const struct dist_form normal_forms[] = {FORM(V("mean"), V("sd")), FORM_END};

static bool normal_make(struct dist_given *g, double *p)
{
    if (!given_positive(g, 1))
        return false;
    p[0] = g->a[0];
    p[1] = g->a[1];
    p[2] = -p[0] / p[1];
    p[3] = gsl_cdf_ugaussian_Q(p[2]);
    if (p[3] >= 1e-9)
        return true;
    g->why = arena_printf(g->mem, "with mean %s and sd %s a positive value is too rare (%.3g)",
                          given_value(g, 0), given_value(g, 1), p[3]);
    return false;
}

/* Density at the bound 0, in sds. */
static double normal_hazard(const double *p)
{
    return exp(-p[2] * p[2] / 2) * 0.39894228040143267794 / p[3];
}

/* Near 0 the plain formula would cancel: there the inverse function's Taylor series. */
static double normal_quantile(const double *p, double v, bool upper)
{
    double a = p[2], density = exp(-a * a / 2) * 0.39894228040143267794;
    double r = upper ? 1 : v * p[3] / density;
    if (r * fmax(1, fabs(a)) < 1e-3) {
        double a2 = a * a;
        double c3 = (2 * a2 + 1) / 6, c4 = a * (6 * a2 + 7) / 24,
               c5 = (a2 * (24 * a2 + 46) + 7) / 120;
        return p[1] * r * (1 + r * (a / 2 + r * (c3 + r * (c4 + r * c5))));
    }
    double below = gsl_cdf_ugaussian_P(a) + v * p[3];
    if (!upper && below < 0.5)
        return p[0] + p[1] * math_normal_inverse(below, false);
    return p[0] + p[1] * math_normal_inverse(p[3] * (upper ? v : 1 - v), true);
}

static double normal_cdf(const double *p, double x, bool upper)
{
    if (!(x > 0))
        return upper ? 1 : 0;
    double z = (x - p[0]) / p[1];
    if (upper)
        return gsl_cdf_ugaussian_Q(z) / p[3];
    double a = p[2], d = x / p[1], a2 = a * a;
    if (d * fmax(1, fabs(a)) < 1e-2) { /* as in normal_quantile() */
        double c3 = (a2 - 1) / 6, c4 = a * (a2 - 3) / 24, c5 = (a2 * (a2 - 6) + 3) / 120;
        return normal_hazard(p) * d * (1 - d * (a / 2 - d * (c3 - d * (c4 - d * c5))));
    }
    if (z < 0)
        return (gsl_cdf_ugaussian_P(z) - gsl_cdf_ugaussian_P(p[2])) / p[3];
    return 1 - gsl_cdf_ugaussian_Q(z) / p[3];
}

static double normal_mean(const double *p)
{
    return p[0] + p[1] * normal_hazard(p);
}

static double normal_variance(const double *p)
{
    double h = normal_hazard(p);
    return p[1] * p[1] * (1 + p[2] * h - h * h);
}

/* ---- weibull: p = shape, scale ---- */

static const struct dist_form weibull_forms[] = {FORM(N("shape"), V("scale")),
                                                 FORM(N("shape"), V("mean")),
                                                 FORM(V("p50"), V("p90")),
                                                 FORM(V("p50"), V("p95")),
                                                 FORM(V("p50"), V("p99")),
                                                 FORM(V("p50"), V("p999")),
                                                 FORM(V("p90"), V("p95")),
                                                 FORM(V("p90"), V("p99")),
                                                 FORM(V("p90"), V("p999")),
                                                 FORM(V("p95"), V("p99")),
                                                 FORM(V("p95"), V("p999")),
                                                 FORM(V("p99"), V("p999")),
                                                 FORM_END};

static bool weibull_make(struct dist_given *g, double *p)
{
    if (!given_positive(g, 0) || !given_positive(g, 1))
        return false;
    if (g->nform < 2) {
        p[0] = g->a[0];
        p[1] = g->nform == 0 ? g->a[1] : g->a[1] / tgamma(1 + 1 / p[0]);
        return given_range(g, 0, 0.02, 1000);
    }
    if (!given_order(g, 0, 1, true))
        return false;
    double e0 = -log(given_above(g, 0)), e1 = -log(given_above(g, 1));
    p[0] = log(e1 / e0) / log(g->a[1] / g->a[0]);
    p[1] = g->a[0] / pow(e0, 1 / p[0]);
    if (p[0] >= 0.02 && p[0] <= 1000)
        return true;
    g->why = arena_printf(g->mem,
                          "%s (%s) and %s (%s) make a shape of %.4g, which must be from "
                          "0.02 to 1000",
                          g->form->param[0].name, given_value(g, 0), g->form->param[1].name,
                          given_value(g, 1), p[0]);
    return false;
}

static double weibull_quantile(const double *p, double v, bool upper)
{
    return p[1] * pow(math_exponent_quantile(v, upper), 1 / p[0]);
}

static double weibull_cdf(const double *p, double x, bool upper)
{
    return math_exponent_tail(pow(fmax(x, 0) / p[1], p[0]), upper);
}

static double weibull_mean(const double *p)
{
    return p[1] * tgamma(1 + 1 / p[0]);
}

/* For large shapes g2 - g1^2 would cancel; then the difference of logarithms still holds. */
static double weibull_variance(const double *p)
{
    double g1 = tgamma(1 + 1 / p[0]);
    if (p[0] < 20)
        return p[1] * p[1] * (tgamma(1 + 2 / p[0]) - g1 * g1);
    /* ln Gamma(1+2e) - 2 ln Gamma(1+e) by its Taylor series (zeta values) */
    static const double zeta[] = {1.6449340668482264, 1.2020569031595943, 1.0823232337111382,
                                  1.0369277551433699, 1.0173430619844491, 1.0083492773819228,
                                  1.0040773561979443, 1.0020083928260822, 1.0009945751278181};
    double e = 1 / p[0], sum = 0;
    for (int k = 2; k <= 10; k++)
        sum += (k % 2 ? -1 : 1) * zeta[k - 2] / k * (pow(2 * e, k) - 2 * pow(e, k));
    return p[1] * p[1] * g1 * g1 * expm1(sum);
}

/* ---- pareto: p = min, alpha;  lomax: p = scale, alpha ---- */

static const struct dist_form pareto_forms[] = {FORM(V("min"), N("alpha")), FORM_END};
static const struct dist_form lomax_forms[] = {FORM(V("scale"), N("alpha")), FORM_END};

static bool pareto_make(struct dist_given *g, double *p)
{
    p[0] = g->a[0];
    p[1] = g->a[1];
    return given_positive(g, 0) && given_range(g, 1, 0.05, 1e6);
}

static double pareto_quantile(const double *p, double v, bool upper)
{
    return p[0] * exp(math_exponent_quantile(v, upper) / p[1]);
}

static double pareto_cdf(const double *p, double x, bool upper)
{
    return math_exponent_tail(x > p[0] ? p[1] * log(x / p[0]) : 0, upper);
}

static double pareto_mean(const double *p)
{
    return p[1] > 1 ? p[0] * p[1] / (p[1] - 1) : INFINITY;
}

static double pareto_variance(const double *p)
{
    double m = p[1] - 1;
    return p[1] > 2 ? p[0] * p[0] * p[1] / (m * m * (p[1] - 2)) : INFINITY;
}

static void pareto_support(const double *p, double *lo, double *hi)
{
    *lo = p[0];
    *hi = INFINITY;
}

static double lomax_quantile(const double *p, double v, bool upper)
{
    return p[0] * expm1(math_exponent_quantile(v, upper) / p[1]);
}

static double lomax_cdf(const double *p, double x, bool upper)
{
    return math_exponent_tail(p[1] * log1p(fmax(x, 0) / p[0]), upper);
}

static double lomax_mean(const double *p)
{
    return p[1] > 1 ? p[0] / (p[1] - 1) : INFINITY;
}

static double lomax_variance(const double *p)
{
    return pareto_variance(p); /* lomax is pareto less its min */
}

const struct dist_kind dist_kinds[] = {
    {.name = "uniform",
     .summary = "between low and high, all alike",
     .forms = uniform_forms,
     .positional = true,
     .make = uniform_make,
     .quantile = uniform_quantile,
     .cdf = uniform_cdf,
     .mean = uniform_mean,
     .variance = uniform_variance,
     .support = uniform_support},
    {.name = "triangular",
     .summary = "between low and high, most often near mode",
     .forms = triangular_forms,
     .positional = true,
     .make = triangular_make,
     .quantile = triangular_quantile,
     .cdf = triangular_cdf,
     .mean = triangular_mean,
     .variance = triangular_variance,
     .support = uniform_support},
    {.name = "exponential",
     .summary = "memoryless; by its mean, its rate or any one quantile",
     .forms = exponential_forms,
     .positional = true,
     .smooth = true,
     .make = exponential_make,
     .quantile = exponential_quantile,
     .cdf = exponential_cdf,
     .mean = exponential_mean,
     .variance = exponential_variance,
     .support = support_positive},
    {.name = "erlang",
     .summary = "sum of k exponentials, with that mean in all",
     .forms = erlang_forms,
     .smooth = true,
     .make = erlang_make,
     .quantile = gamma_quantile,
     .cdf = gamma_cdf,
     .mean = gamma_mean,
     .variance = gamma_variance,
     .support = support_positive},
    {.name = "gamma",
     .summary = "by mean and coefficient of variation, or shape and scale",
     .forms = gamma_forms,
     .smooth = true,
     .make = gamma_make,
     .quantile = gamma_quantile,
     .cdf = gamma_cdf,
     .mean = gamma_mean,
     .variance = gamma_variance,
     .support = support_positive},
    {.name = "lognormal",
     .summary = "by any two of mean, cv, p50, p90, p95, p99, p999; or mu and sigma of the "
                "logarithm (of seconds)",
     .forms = lognormal_forms,
     .smooth = true,
     .make = lognormal_make,
     .quantile = lognormal_quantile,
     .cdf = lognormal_cdf,
     .mean = lognormal_mean,
     .variance = lognormal_variance,
     .support = support_positive},
    {.name = "normal",
     .summary = "mean and sd are those before it is conditioned to be positive",
     .forms = normal_forms,
     .smooth = true,
     .make = normal_make,
     .quantile = normal_quantile,
     .cdf = normal_cdf,
     .mean = normal_mean,
     .variance = normal_variance,
     .support = support_positive},
    {.name = "weibull",
     .summary = "by shape and scale, shape and mean, or two quantiles",
     .forms = weibull_forms,
     .smooth = true,
     .make = weibull_make,
     .quantile = weibull_quantile,
     .cdf = weibull_cdf,
     .mean = weibull_mean,
     .variance = weibull_variance,
     .support = support_positive},
    {.name = "pareto",
     .summary = "power law from min on: P(X > x) = (min / x)^alpha",
     .forms = pareto_forms,
     .smooth = true,
     .make = pareto_make,
     .quantile = pareto_quantile,
     .cdf = pareto_cdf,
     .mean = pareto_mean,
     .variance = pareto_variance,
     .support = pareto_support},
    {.name = "lomax",
     .summary = "power law from 0 on: P(X > x) = (1 + x / scale)^-alpha",
     .forms = lomax_forms,
     .smooth = true,
     .make = pareto_make,
     .quantile = lomax_quantile,
     .cdf = lomax_cdf,
     .mean = lomax_mean,
     .variance = lomax_variance,
     .support = support_positive},
    {.name = "poisson",
     .summary = "how many events, when they are independent",
     .forms = poisson_forms,
     .whole = true,
     .positional = true,
     .make = poisson_make,
     .quantile = poisson_quantile,
     .cdf = poisson_cdf,
     .mean = poisson_mean,
     .variance = poisson_variance,
     .support = poisson_support},
    {.name = "binomial",
     .summary = "how many of n succeed, each with probability p",
     .forms = binomial_forms,
     .whole = true,
     .positional = true,
     .make = binomial_make,
     .quantile = binomial_quantile,
     .cdf = binomial_cdf,
     .mean = binomial_mean,
     .variance = binomial_variance,
     .support = binomial_support},
    {.name = "geometric",
     .summary = "how many failures come before the first success: 0, 1, 2, ... with that mean",
     .forms = geometric_forms,
     .whole = true,
     .positional = true,
     .make = geometric_make,
     .quantile = geometric_quantile,
     .cdf = geometric_cdf,
     .mean = geometric_mean,
     .variance = geometric_variance,
     .support = geometric_support,
     .moment = geometric_moment},
    {.name = "zipf",
     .summary = "0 to n - 1, i with probability in proportion to 1 / (i + 1)^s",
     .forms = zipf_forms,
     .whole = true,
     .positional = true,
     .make = zipf_make,
     .quantile = zipf_quantile,
     .cdf = zipf_cdf,
     .mean = zipf_mean,
     .variance = zipf_variance,
     .support = zipf_support,
     .moment = zipf_moment},
    {.name = NULL},
};
