/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dist.c - distributions against what others say of them: GSL's distribution functions,
 * closed forms, sums written out; and the refusals, word by word. */
#include "model/dist.h"
#include "tests/unit/test.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

static const struct dist *make_unit(struct arena *m, const char *kind, unsigned form, double a,
                                    double b, double c, bool duration, const char **why)
{
    double p[3] = {a, b, c};
    return dist_make(m, dist_kind_find(kind), form, p, duration, why);
}

static const struct dist *make(struct arena *m, const char *kind, unsigned form, double a, double b)
{
    const char *why = "";
    const struct dist *d = make_unit(m, kind, form, a, b, 0, false, &why);
    if (!d)
        fail_msg("%s: %s", kind, why);
    return d;
}

/* The form of a kind whose first two parameters have these names. */
static unsigned form(const char *kind, const char *a, const char *b)
{
    const struct dist_kind *k = dist_kind_find(kind);
    for (unsigned i = 0; k->forms[i].param[0].name; i++) {
        const struct dist_param *p = k->forms[i].param;
        if (strcmp(p[0].name, a) == 0 && (b ? p[1].name && strcmp(p[1].name, b) == 0 : !p[1].name))
            return i;
    }
    fail_msg("no form %s %s of %s", a, b ? b : "", kind);
    return 0;
}

static void near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("%.17g, not %.17g", got, want);
}

/* ---- cdf of each kind against GSL's ---- */

struct second {
    const char *name, *kind;
    unsigned form;
    double a, b;
    double (*lower)(double x, double a, double b);
    double (*upper)(double x, double a, double b);
    double relative;
};
static double poisson_lower(double x, double a, double b)
{
    (void)b;
    return gsl_cdf_poisson_P((unsigned)x, a);
}
static double poisson_upper(double x, double a, double b)
{
    (void)b;
    return gsl_cdf_poisson_Q((unsigned)x, a);
}
static double binomial_lower(double x, double a, double b)
{
    return gsl_cdf_binomial_P((unsigned)x, b, (unsigned)a);
}
static double binomial_upper(double x, double a, double b)
{
    return gsl_cdf_binomial_Q((unsigned)x, b, (unsigned)a);
}
static double weibull_lower(double x, double a, double b)
{
    return gsl_cdf_weibull_P(x, b, a);
}
static double weibull_upper(double x, double a, double b)
{
    return gsl_cdf_weibull_Q(x, b, a);
}
static double pareto_lower(double x, double a, double b)
{
    return gsl_cdf_pareto_P(x, b, a);
}
static double pareto_upper(double x, double a, double b)
{
    return gsl_cdf_pareto_Q(x, b, a);
}
/* GSL itself is off by 3e-7 at shape 1e5: gamma_large() has the sum that settles it. */
static const struct second seconds[] = {
    {"gamma .04", "gamma", 1, 0.04, 3, gsl_cdf_gamma_P, gsl_cdf_gamma_Q, 1e-9},
    {"gamma .9", "gamma", 1, 0.9, 3, gsl_cdf_gamma_P, gsl_cdf_gamma_Q, 1e-10},
    {"gamma 4", "gamma", 1, 4, 3, gsl_cdf_gamma_P, gsl_cdf_gamma_Q, 1e-11},
    {"gamma 199", "gamma", 1, 199, 3, gsl_cdf_gamma_P, gsl_cdf_gamma_Q, 1e-10},
    {"gamma 400", "gamma", 1, 400, 3, gsl_cdf_gamma_P, gsl_cdf_gamma_Q, 1e-10},
    {"gamma 1e5", "gamma", 1, 1e5, 3, gsl_cdf_gamma_P, gsl_cdf_gamma_Q, 1e-5},
    {"lognormal 1", "lognormal", 21, 0, 1, gsl_cdf_lognormal_P, gsl_cdf_lognormal_Q, 1e-12},
    {"lognormal 3", "lognormal", 21, 2, 3, gsl_cdf_lognormal_P, gsl_cdf_lognormal_Q, 1e-12},
    {"weibull .3", "weibull", 0, 0.3, 2, weibull_lower, weibull_upper, 1e-12},
    {"weibull 8", "weibull", 0, 8, 2, weibull_lower, weibull_upper, 1e-11},
    {"pareto", "pareto", 0, 2, 1.5, pareto_lower, pareto_upper, 1e-10},
    {"poisson 4", "poisson", 0, 4, 0, poisson_lower, poisson_upper, 1e-11},
    {"poisson 900", "poisson", 0, 900, 0, poisson_lower, poisson_upper, 1e-9},
    {"binomial 10", "binomial", 0, 10, 0.3, binomial_lower, binomial_upper, 1e-11},
    {"binomial 1e4", "binomial", 0, 1e4, 0.9, binomial_lower, binomial_upper, 1e-9},
};

static void second_opinion(void **state)
{
    const struct second *s = *state;
    struct arena *m = arena_new(0);
    const struct dist *d = make(m, s->kind, s->form, s->a, s->b);
    for (int i = 1; i < 200; i++) {
        double u = i / 200.0, x = dist_draw(d, u);
        near(dist_cdf(d, x), s->lower(x, s->a, s->b), s->relative);
        near(d->kind->cdf(d->p, x, true), s->upper(x, s->a, s->b), s->relative);
    }
    for (double v = 1e-3; v > 1e-12; v /= 3) {
        double x = d->kind->quantile(d->p, v, true), want = s->upper(x, s->a, s->b);
        near(d->kind->cdf(d->p, x, true), want, s->relative * 10);
    }
    arena_drop(m);
}

/* ---- values from outside ---- */

static void published(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    /* chi-square with 10 degrees of freedom: 18.307 is the 95% point (any table) */
    const struct dist *d = make(m, "gamma", form("gamma", "shape", "scale"), 5, 2);
    near(dist_draw(d, 0.95), 18.307038053275146, 1e-9);
    near(dist_draw(d, 0.99), 23.209251158954356, 1e-9);
    d = make(m, "lognormal", form("lognormal", "mu", "sigma"), 0, 1);
    near(dist_draw(d, 0.975), exp(1.959963984540054), 1e-9);
    near(dist_mean(d), exp(0.5), 1e-14);
    near(dist_variance(d), (exp(1) - 1) * exp(1), 1e-14);
    d = make(m, "normal", 0, 0, 1); /* the half-normal */
    near(dist_mean(d), sqrt(2 / 3.14159265358979323846), 1e-13);
    near(dist_variance(d), 1 - 2 / 3.14159265358979323846, 1e-13);
    d = make(m, "poisson", 0, 4, 0);
    near(dist_cdf(d, 2), 13 * exp(-4), 1e-14);
    near(dist_cdf(d, 2.9), 13 * exp(-4), 1e-14);
    d = make(m, "geometric", 0, 2, 0); /* success 1/3 */
    near(dist_cdf(d, 0), 1 / 3.0, 1e-14);
    near(dist_cdf(d, 1), 5 / 9.0, 1e-14);
    d = make(m, "weibull", 0, 30, 1); /* series and plain formula meet */
    near(dist_variance(d), tgamma(1 + 2 / 30.0) - pow(tgamma(1 + 1 / 30.0), 2), 1e-11);
    arena_drop(m);
}

/* A gamma of whole shape is the time of the shape-th event of a Poisson process. */
static void gamma_large(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    const double shape = 1e5;
    const struct dist *d = make(m, "gamma", form("gamma", "shape", "scale"), shape, 1);
    for (double z = -5; z <= 5; z += 0.37) {
        double x = shape + z * sqrt(shape), sum = 0;
        bool upper = z > 0; /* the tail away from the middle, smallest terms first */
        for (int i = 5000; i > 0; i--) {
            double k = upper ? shape - i : shape + i - 1;
            sum += exp(k * log(x) - x - lgamma(k + 1));
        }
        near(d->kind->cdf(d->p, x, upper), sum, 2e-9);
    }
    arena_drop(m);
}

static void zipf(void **state)
{
    (void)state;
    static const double exponents[] = {0, 0.5, 0.9, 1, 1.0000001, 1.2, 2, 7, 60};
    struct arena *m = arena_new(0);
    for (size_t j = 0; j < TEST_COUNT(exponents); j++) {
        double s = exponents[j], sum = 0, part = 0, first = 0;
        enum { MANY = 20000 };
        const struct dist *d = make(m, "zipf", 0, MANY, s);
        for (int i = MANY; i >= 1; i--)
            sum += pow(i, -s);
        for (int i = 1; i <= MANY; i++) {
            part += pow(i, -s);
            first += (i - 1) * pow(i, -s);
            if (i % 97 == 0 || i < 100)
                near(dist_cdf(d, i - 1), part / sum, 1e-12);
        }
        assert_true(fabs(dist_mean(d) - first / sum) <= 1e-10 * first / sum + 1e-15);
        assert_true(dist_draw(d, 1 - 0x1p-53) <= MANY - 1);
        assert_true(dist_draw(d, 0x1p-54) == 0);
    }
    near(dist_cdf(make(m, "zipf", 0, 1e7, 1), 0), 1 / 16.695311365859852, 1e-13); /* H(10^7) */
    arena_drop(m);
}

static void forms_agree(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    const struct dist *a = make(m, "gamma", form("gamma", "mean", "cv"), 3, 0.5);
    const struct dist *b = make(m, "gamma", form("gamma", "shape", "scale"), 4, 0.75);
    const struct dist *c = make(m, "erlang", 0, 4, 3);
    const struct dist *l = make(m, "lognormal", form("lognormal", "p50", "p99"), 20e6, 120e6);
    const char *why = "";
    double mean = dist_mean(l), cv = sqrt(dist_variance(l)) / mean;
    const struct dist *l2 = make(m, "lognormal", form("lognormal", "mean", "cv"), mean, cv);
    const struct dist *l3 = make(m, "lognormal", form("lognormal", "mean", "p99"), mean, 120e6);
    const struct dist *l4 = make_unit(m, "lognormal", form("lognormal", "mu", "sigma"), log(0.020),
                                      l->p[1], 0, true, &why);
    assert_non_null(l4);
    const struct dist *w = make(m, "weibull", form("weibull", "shape", "mean"), 0.5, 2);
    const struct dist *w2 = make(m, "weibull", form("weibull", "shape", "scale"), 0.5, 1);
    const struct dist *e =
        make_unit(m, "exponential", form("exponential", "rate", NULL), 200, 0, 0, true, &why);
    near(dist_mean(e), 5e6, 1e-15);
    for (double u = 0.001; u < 1; u += 0.001) {
        near(dist_draw(a, u), dist_draw(b, u), 1e-9);
        near(dist_draw(a, u), dist_draw(c, u), 1e-9);
        near(dist_draw(l, u), dist_draw(l2, u), 1e-9);
        near(dist_draw(l, u), dist_draw(l3, u), 1e-9);
        near(dist_draw(l, u), dist_draw(l4, u), 1e-9);
        near(dist_draw(w, u), dist_draw(w2, u), 1e-9);
    }
    arena_drop(m);
}

/* ---- laws made of laws ---- */

static void mixes(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    const char *why = "";
    const struct dist *of[3] = {make(m, "exponential", 0, 1, 0), make(m, "exponential", 0, 20, 0),
                                dist_const(m, 7)};
    static const double p[3] = {0.85, 0.1, 0.05};
    const struct dist *d = dist_mix(m, 3, p, of, &why);
    near(dist_mean(d), 0.85 + 2 + 0.35, 1e-14);
    near(dist_variance(d), 2 * (0.85 + 0.1 * 400) + 0.05 * 49 - 3.2 * 3.2, 1e-13);
    near(dist_cdf(d, 7), 1 - 0.85 * exp(-7) - 0.1 * exp(-0.35), 1e-14);
    enum { MANY = 100000 };
    unsigned at_7 = 0, below_3 = 0;
    for (unsigned i = 0; i < MANY; i++) {
        double x = dist_draw(d, (i + 0.5) / MANY);
        at_7 += x == 7;
        below_3 += x < 3;
    }
    assert_int_equal(at_7, MANY / 20);
    near(below_3, MANY * dist_cdf(d, 3), 1e-4);
    assert_true(isfinite(dist_draw(d, 0x1p-54)) && isfinite(dist_draw(d, 1 - 0x1p-53)));
    assert_true(dist_draw(d, 0.85) >= 0 && dist_draw(d, 0.95) == 7);

    const struct dist *t = dist_truncate(m, d, 2, 9, &why);
    double mass = dist_cdf(d, 9) - dist_cdf(d, 2), sum = 0;
    for (unsigned i = 0; i < MANY; i++) {
        double x = dist_draw(t, (i + 0.5) / MANY);
        assert_true(x >= 2 && x <= 9);
        sum += x;
    }
    near(dist_cdf(t, 5), (dist_cdf(d, 5) - dist_cdf(d, 2)) / mass, 1e-13);
    near(dist_mean(t), sum / MANY, 1e-4);
    assert_ptr_equal(dist_truncate(m, d, 0, INFINITY, &why), d);
    arena_drop(m);
}

static void quantiles(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    const char *why = "";
    static const double p[] = {0, 0.5, 0.6, 1}, x[] = {1, 3, 3, 8};
    const struct dist *d = dist_quantiles(m, 4, p, x, &why);
    near(dist_draw(d, 0.25), 2, 1e-15);
    near(dist_draw(d, 0.55), 3, 1e-15);
    near(dist_draw(d, 0.8), 5.5, 1e-14);
    near(dist_cdf(d, 2), 0.25, 1e-15);
    near(dist_cdf(d, 3), 0.6, 1e-15); /* the atom counts */
    near(dist_mean(d), 0.5 * 2 + 0.1 * 3 + 0.4 * 5.5, 1e-14);
    const struct dist *t = dist_truncate(m, d, 3, 5.5, &why);
    near(dist_cdf(t, 3), 0.1 / 0.3, 1e-13);
    near(dist_draw(t, 0.2), 3, 1e-15);
    near(dist_draw(t, 1 - 1e-12), 5.5, 1e-9);
    near(dist_mean(t), (0.1 * 3 + 0.2 * 4.25) / 0.3, 1e-13);
    static const double bad[] = {1, 3, 2, 8}, late[] = {0.1, 0.5, 0.6, 1}, back[] = {0, .5, .5, 1};
    assert_null(dist_quantiles(m, 4, p, bad, &why));
    assert_string_equal(why, "the value at p60 is below the value at p50");
    assert_null(dist_quantiles(m, 4, late, x, &why));
    assert_string_equal(why, "quantiles must begin with p0 and end with p100");
    assert_null(dist_quantiles(m, 4, back, x, &why));
    arena_drop(m);
}

static void samples(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    const char *why = "";
    static const double x[] = {5, 1, 3, 3, 9}, one[] = {4, NAN};
    double c;
    const struct dist *d = dist_samples(m, 5, x, &why);
    near(dist_mean(d), 4.2, 1e-15);
    near(dist_variance(d), 25 - 4.2 * 4.2, 1e-13);
    near(dist_cdf(d, 3), 0.6, 1e-15);
    assert_true(dist_draw(d, 0.1) == 1 && dist_draw(d, 0.5) == 3 && dist_draw(d, 0.99) == 9);
    const struct dist *t = dist_truncate(m, d, 3, 6, &why);
    near(dist_mean(t), 11 / 3.0, 1e-15);
    assert_true(dist_is_const(dist_samples(m, 1, one, &why), &c) && c == 4);
    assert_null(dist_samples(m, 2, one, &why));
    assert_string_equal(why, "value 2 is not a finite number");
    assert_null(dist_samples(m, 0, one, &why));
    assert_string_equal(why, "there are no values");
    arena_drop(m);
}

static void truncation(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    const char *why = "";
    double c, lo, hi;
    const struct dist *e = make(m, "exponential", 0, 1, 0);
    /* memoryless: above 15 it is itself again */
    const struct dist *t = dist_truncate(m, e, 15, INFINITY, &why);
    near(dist_mean(t), 16, 1e-9);
    near(dist_variance(t), 1, 1e-7);
    near(dist_draw(t, 0.5), 15 + log(2), 1e-9);
    near(dist_draw(t, 1e-12) - 15, 1e-12, 1e-2);
    t = dist_truncate(m, e, 1, 2, &why);
    near(dist_mean(t), 1 + 1 - 1 / (exp(1) - 1), 1e-9);
    t = dist_truncate(m, t, 1.5, 9, &why); /* of a truncated one */
    dist_support(t, &lo, &hi);
    assert_true(lo == 1.5 && hi == 2);
    near(dist_mean(t), 1.5 + 1 - 0.5 / (exp(0.5) - 1), 1e-9);
    const struct dist *h = make(m, "pareto", 0, 1, 1.1);
    near(dist_mean(dist_truncate(m, h, 4, INFINITY, &why)), 44, 1e-6);
    assert_true(isinf(dist_variance(dist_truncate(m, h, 4, INFINITY, &why))));
    near(dist_mean(dist_truncate(m, make(m, "pareto", 0, 1, 1), 1, 1e6, &why)),
         log(1e6) / (1 - 1e-6), 1e-6);
    const struct dist *g = make(m, "geometric", 0, 3, 0);
    near(dist_mean(dist_truncate(m, g, 4.5, INFINITY, &why)), 8, 1e-9);
    near(dist_mean(dist_truncate(m, make(m, "geometric", 0, 1e6, 0), 1000, INFINITY, &why)),
         1001000, 1e-9);
    assert_true(dist_is_const(dist_truncate(m, g, 4.5, 5.5, &why), &c) && c == 5);
    assert_null(dist_truncate(m, e, 2, 1, &why));
    assert_string_equal(why, "low (2) is above high (1)");
    assert_null(dist_truncate(m, e, 30, 40, &why));
    assert_string_equal(why, "the probability between 30 and 40 is 9.36e-14, less than 1e-9");
    assert_null(dist_truncate(m, dist_const(m, 3), 4, 5, &why));
    assert_true(dist_is_const(dist_truncate(m, dist_const(m, 3), 3, 5, &why), &c) && c == 3);
    arena_drop(m);
}

/* ---- refusals ---- */

struct refusal {
    const char *kind, *p, *q;
    double a, b;
    bool duration;
    const char *why;
};
static const struct refusal refusals[] = {
    {"lognormal", "p50", "p99", 20e6, 5e6, true, "p99 (5ms) is below p50 (20ms)"},
    {"lognormal", "p50", "p99", 20, 20, false, "p99 (20) equals p50 (20)"},
    {"lognormal", "p50", "p99", 0, 20, false, "p50 (0) must be more than 0"},
    {"lognormal", "mean", "p99", 1e6, 1e9, true,
     "p99 (1s) is too far above the mean (1ms): of a lognormal it is at most 14.97 times the mean"},
    {"lognormal", "mean", "p50", 1500, 2e3, true, "p50 (2us) must be below the mean (1.5us)"},
    {"lognormal", "mean", "cv", 1500, -1, true, "cv (-1) must be more than 0"},
    {"lognormal", "mu", "sigma", 0, 11, true,
     "mu (0) and sigma (11) make a sigma of 11, which must be from 1e-06 to 10"},
    {"uniform", "low", "high", 3e6, 1e6, true, "high (1ms) is below low (3ms)"},
    {"exponential", "mean", NULL, -1e6, 0, true, "mean (-1ms) must be more than 0"},
    {"exponential", "rate", NULL, 0, 0, true, "rate (0) must be more than 0"},
    {"erlang", "k", "mean", 2.5, 1, false, "k (2.5) must be a whole number"},
    {"erlang", "k", "mean", 0, 1, false, "k (0) must be from 1 to 1e+06"},
    {"gamma", "mean", "cv", 1, 0, false, "cv (0) must be from 0.001 to 100"},
    {"gamma", "shape", "scale", 1, NAN, false, "scale is not a finite number"},
    {"normal", "mean", "sd", -9, 1, false,
     "with mean -9 and sd 1 a positive value is too rare (1.13e-19)"},
    {"normal", "mean", "sd", 1, 0, false, "sd (0) must be more than 0"},
    {"weibull", "p50", "p90", 90, 50, false, "p90 (50) is below p50 (90)"},
    {"pareto", "min", "alpha", 0, 2, true, "min (0) must be more than 0"},
    {"lomax", "scale", "alpha", 1, 0, false, "alpha (0) must be from 0.05 to 1e+06"},
    {"poisson", "mean", NULL, -1, 0, false, "mean (-1) must be from 0 to 1e+08"},
    {"binomial", "n", "p", 10, 1.5, false, "p (1.5) must be from 0 to 1"},
    {"geometric", "mean", NULL, -1, 0, false, "mean (-1) must be from 0 to 1e+07"},
    {"zipf", "n", "s", 0, 1, false, "n (0) must be from 1 to 1e+07"},
    {"zipf", "n", "s", 10, -1, false, "s (-1) must be from 0 to 100"},
};

static void refused(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    for (size_t i = 0; i < TEST_COUNT(refusals); i++) {
        const struct refusal *r = &refusals[i];
        const char *why = "accepted";
        assert_null(
            make_unit(m, r->kind, form(r->kind, r->p, r->q), r->a, r->b, 0, r->duration, &why));
        assert_string_equal(why, r->why);
    }
    const char *why;
    assert_null(make_unit(m, "triangular", 0, 1, 5, 4, false, &why));
    assert_string_equal(why, "high (4) is below mode (5)");
    static const double p[] = {0.5, 0.45}, q[] = {1.5, -0.5};
    const struct dist *of[2] = {dist_const(m, 1), dist_const(m, 2)};
    assert_null(dist_mix(m, 2, p, of, &why));
    assert_string_equal(why, "the probabilities add up to 0.95, not to 1");
    assert_null(dist_mix(m, 2, q, of, &why));
    assert_string_equal(why, "1.5 is not a probability");
    assert_null(dist_mix(m, 0, p, of, &why));
    assert_null(dist_kind_find("lognorm"));
    arena_drop(m);
}

static void degenerate(void **state)
{
    (void)state;
    struct arena *m = arena_new(0);
    double c;
    assert_true(dist_is_const(make(m, "uniform", 0, 3, 3), &c) && c == 3);
    assert_true(dist_is_const(make(m, "poisson", 0, 0, 0), &c) && c == 0);
    assert_true(dist_is_const(make(m, "geometric", 0, 0, 0), &c) && c == 0);
    assert_true(dist_is_const(make(m, "binomial", 0, 5, 1), &c) && c == 5);
    assert_true(dist_is_const(make(m, "binomial", 0, 0, 0.5), &c) && c == 0);
    assert_true(dist_is_const(make(m, "zipf", 0, 1, 1), &c) && c == 0);
    assert_false(dist_is_const(make(m, "exponential", 0, 1, 0), &c));
    const struct dist *k = dist_const(m, 5);
    assert_true(dist_draw(k, 0.3) == 5 && dist_mean(k) == 5 && dist_variance(k) == 0);
    assert_true(dist_cdf(k, 4.9) == 0 && dist_cdf(k, 5) == 1);
    assert_true(isinf(dist_mean(make(m, "pareto", 0, 1, 1))));
    assert_true(isinf(dist_variance(make(m, "lomax", 0, 1, 2))));
    /* a mix in a mix in a mix has a bound */
    const struct dist *d = make(m, "exponential", 0, 1, 0);
    static const double half[] = {0.5, 0.5};
    const char *why = "";
    int depth = 0;
    for (; d && depth < 100; depth++)
        d = dist_mix(m, 2, half, (const struct dist *[]){d, k}, &why);
    assert_int_equal(depth, 33);
    assert_string_equal(why, "mixes are nested more than 32 deep");
    arena_drop(m);
}

int main(void)
{
    gsl_set_error_handler_off();
    struct CMUnitTest t[TEST_COUNT(seconds) + 10] = {
        cmocka_unit_test(published),  cmocka_unit_test(zipf),      cmocka_unit_test(forms_agree),
        cmocka_unit_test(mixes),      cmocka_unit_test(quantiles), cmocka_unit_test(samples),
        cmocka_unit_test(truncation), cmocka_unit_test(refused),   cmocka_unit_test(degenerate),
        cmocka_unit_test(gamma_large)};
    for (size_t i = 0; i < TEST_COUNT(seconds); i++)
        t[10 + i] = test_named(seconds[i].name, second_opinion, &seconds[i]);
    return cmocka_run_group_tests_name("dist", t, NULL, NULL);
}
