/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_lognormal.c - by any two of mean, cv and quantiles.  Its own parameters are p = mu, sigma of
 * the logarithm in base units. */
#include "model/dist_impl.h"
#include <gsl/gsl_cdf.h>

const struct dist_form lognormal_forms[] = {FORM(V("mean"), N("cv")),
                                            FORM(V("mean"), V("p50")),
                                            FORM(V("mean"), V("p90")),
                                            FORM(V("mean"), V("p95")),
                                            FORM(V("mean"), V("p99")),
                                            FORM(V("mean"), V("p999")),
                                            FORM(N("cv"), V("p50")),
                                            FORM(N("cv"), V("p90")),
                                            FORM(N("cv"), V("p95")),
                                            FORM(N("cv"), V("p99")),
                                            FORM(N("cv"), V("p999")),
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
                                            FORM(N("mu"), N("sigma")),
                                            FORM_END};

/* With r = ln(quantile / mean): sigma^2/2 - z sigma + r = 0; of two solutions the smaller. */
static bool lognormal_mean_quantile(struct dist_given *g, double *p)
{
    double z = math_normal_inverse(given_above(g, 1), true), r = log(g->a[1] / g->a[0]);
    const char *mean = given_value(g, 0), *q = given_value(g, 1), *name = g->form->param[1].name;
    z = given_is(g, 1, "p50") ? 0 : z;
    double root = z * z - 2 * r;
    if (z == 0 && !(r < 0))
        g->why = arena_printf(g->mem, "p50 (%s) must be below the mean (%s)", q, mean);
    else if (root < 0)
        g->why = arena_printf(g->mem,
                              "%s (%s) is too far above the mean (%s): of a lognormal it "
                              "is at most %.4g times the mean",
                              name, q, mean, exp(z * z / 2));
    if (g->why)
        return false;
    p[1] = r > 0 ? 2 * r / (z + sqrt(root)) : z + sqrt(root);
    p[0] = log(g->a[0]) - p[1] * p[1] / 2;
    return true;
}

static bool lognormal_quantiles(struct dist_given *g, double *p)
{
    if (!given_order(g, 0, 1, true))
        return false;
    double z0 = given_is(g, 0, "p50") ? 0 : math_normal_inverse(given_above(g, 0), true);
    double z1 = math_normal_inverse(given_above(g, 1), true);
    p[1] = log(g->a[1] / g->a[0]) / (z1 - z0);
    p[0] = log(g->a[0]) - p[1] * z0;
    return true;
}

static bool lognormal_fill(struct dist_given *g, double *p)
{
    if (given_is(g, 0, "mu")) {
        p[0] = g->a[0] + (g->duration ? log(1e9) : 0);
        p[1] = g->a[1];
        return given_range(g, 0, -400, 400) && given_positive(g, 1);
    }
    if (!given_positive(g, 0) || !given_positive(g, 1))
        return false;
    if (given_is(g, 1, "cv")) {
        p[1] = sqrt(log1p(g->a[1] * g->a[1]));
        p[0] = log(g->a[0]) - p[1] * p[1] / 2;
        return true;
    }
    if (given_is(g, 0, "cv")) {
        double above = given_above(g, 1);
        p[1] = sqrt(log1p(g->a[0] * g->a[0]));
        p[0] = log(g->a[1]) - (above < 0.5 ? p[1] * math_normal_inverse(above, true) : 0);
        return true;
    }
    return given_is(g, 0, "mean") ? lognormal_mean_quantile(g, p) : lognormal_quantiles(g, p);
}

bool lognormal_make(struct dist_given *g, double *p)
{
    if (!lognormal_fill(g, p))
        return false;
    if (p[1] >= 1e-6 && p[1] <= 10)
        return true;
    g->why = arena_printf(g->mem,
                          "%s (%s) and %s (%s) make a sigma of %.4g, which must be from "
                          "1e-06 to 10",
                          g->form->param[0].name, given_value(g, 0), g->form->param[1].name,
                          given_value(g, 1), p[1]);
    return false;
}

double lognormal_quantile(const double *p, double v, bool upper)
{
    return exp(p[0] + p[1] * math_normal_inverse(v, upper));
}

double lognormal_cdf(const double *p, double x, bool upper)
{
    if (!(x > 0))
        return upper ? 1 : 0;
    double z = (log(x) - p[0]) / p[1];
    return upper ? gsl_cdf_ugaussian_Q(z) : gsl_cdf_ugaussian_P(z);
}

double lognormal_mean(const double *p)
{
    return exp(p[0] + p[1] * p[1] / 2);
}

double lognormal_variance(const double *p)
{
    return expm1(p[1] * p[1]) * exp(2 * p[0] + p[1] * p[1]);
}
