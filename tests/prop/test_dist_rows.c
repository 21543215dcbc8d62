/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dist_rows.c - what holds for every row of dist_kinds[], over a grid of parameters.
 *
 * Quantile and cdf invert each other in both tails; the drawn value is the exact one; draws are
 * monotone in u; mean and variance are the integrals of the quantile function (by GSL) or sums
 * over the cdf; sample means are near the mean; and every kind has a case, at every form. */
#include "base/rng.h"
#include "model/dist.h"
#include "tests/unit/test.h"
#include <stdio.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

struct row {
    const char *kind, *names; /* names of the form's parameters */
    double a[3];
};
static const struct row rows[] = {
    {"uniform", "low high", {1, 3}},
    {"uniform", "low high", {-2, 5}},
    {"triangular", "low mode high", {1, 2, 9}},
    {"triangular", "low mode high", {1, 1, 9}},
    {"triangular", "low mode high", {1, 9, 9}},
    {"exponential", "mean", {3e6}},
    {"exponential", "rate", {200}},
    {"exponential", "p50", {2}},
    {"exponential", "p90", {2}},
    {"exponential", "p95", {2}},
    {"exponential", "p99", {2}},
    {"exponential", "p999", {2}},
    {"erlang", "k mean", {1, 3}},
    {"erlang", "k mean", {4, 3e6}},
    {"erlang", "k mean", {1000, 3}},
    {"gamma", "mean cv", {3e6, 0.05}},
    {"gamma", "mean cv", {3, 0.5}},
    {"gamma", "mean cv", {3, 1.2}},
    {"gamma", "mean cv", {3, 5}},
    {"gamma", "mean cv", {3, 0.001}},
    {"gamma", "mean cv", {3, 60}},
    {"gamma", "shape scale", {200, 2}},
    {"gamma", "shape scale", {201, 2}},
    {"gamma", "shape scale", {0.7, 2}},
    {"lognormal", "mu sigma", {0, 0.01}},
    {"lognormal", "mu sigma", {-4, 1}},
    {"lognormal", "mu sigma", {1, 3}},
    {"lognormal", "mean cv", {5, 0.7}},
    {"lognormal", "mean p50", {5, 4}},
    {"lognormal", "mean p90", {5, 9}},
    {"lognormal", "mean p95", {5, 9}},
    {"lognormal", "mean p99", {5, 20}},
    {"lognormal", "mean p999", {5, 20}},
    {"lognormal", "cv p50", {0.5, 20}},
    {"lognormal", "cv p90", {0.5, 20}},
    {"lognormal", "cv p95", {0.5, 20}},
    {"lognormal", "cv p99", {0.5, 20}},
    {"lognormal", "cv p999", {0.5, 20}},
    {"lognormal", "p50 p90", {20, 50}},
    {"lognormal", "p50 p95", {20, 50}},
    {"lognormal", "p50 p99", {20e6, 120e6}},
    {"lognormal", "p50 p999", {20, 120}},
    {"lognormal", "p90 p95", {20, 50}},
    {"lognormal", "p90 p99", {20, 50}},
    {"lognormal", "p90 p999", {20, 50}},
    {"lognormal", "p95 p99", {20, 50}},
    {"lognormal", "p95 p999", {20, 50}},
    {"lognormal", "p99 p999", {20, 50}},
    {"normal", "mean sd", {3, 1}},
    {"normal", "mean sd", {100, 1}},
    {"normal", "mean sd", {0, 1}},
    {"normal", "mean sd", {-4, 1}},
    {"weibull", "shape scale", {0.3, 3}},
    {"weibull", "shape scale", {8, 3}},
    {"weibull", "shape scale", {50, 3}},
    {"weibull", "shape scale", {1, 3}},
    {"weibull", "shape mean", {0.7, 3e6}},
    {"weibull", "p50 p90", {20, 50}},
    {"weibull", "p50 p95", {20, 50}},
    {"weibull", "p50 p99", {20, 90}},
    {"weibull", "p50 p999", {20, 90}},
    {"weibull", "p90 p95", {20, 30}},
    {"weibull", "p90 p99", {20, 50}},
    {"weibull", "p90 p999", {20, 50}},
    {"weibull", "p95 p99", {20, 50}},
    {"weibull", "p95 p999", {20, 50}},
    {"weibull", "p99 p999", {20, 50}},
    {"pareto", "min alpha", {1, 1.5}},
    {"pareto", "min alpha", {1, 0.3}},
    {"pareto", "min alpha", {1e6, 2.5}},
    {"pareto", "min alpha", {1, 40}},
    {"lomax", "scale alpha", {1, 1.5}},
    {"lomax", "scale alpha", {1e6, 5}},
    {"poisson", "mean", {0.01}},
    {"poisson", "mean", {4}},
    {"poisson", "mean", {1000}},
    {"poisson", "mean", {1e7}},
    {"binomial", "n p", {10, 0.3}},
    {"binomial", "n p", {1000, 0.999}},
    {"binomial", "n p", {100000, 0.001}},
    {"geometric", "mean", {2}},
    {"geometric", "mean", {0.01}},
    {"geometric", "mean", {5000}},
    {"zipf", "n s", {2000, 0.9}},
    {"zipf", "n s", {2000, 1}},
    {"zipf", "n s", {7, 0}},
    {"zipf", "n s", {1e6, 1.2}},
    {"zipf", "n s", {1e7, 0.5}},
    {"zipf", "n s", {1e6, 30}},
};
enum { ROWS = sizeof rows / sizeof *rows };

static const char *form_names(const struct dist_form *f, char *s, size_t n)
{
    size_t at = 0;
    for (int i = 0; f->param[i].name; i++)
        at += (size_t)snprintf(s + at, n - at, i ? " %s" : "%s", f->param[i].name);
    return s;
}

static unsigned form_find(const struct dist_kind *k, const char *names)
{
    char s[64];
    for (unsigned i = 0; k->forms[i].param[0].name; i++)
        if (strcmp(form_names(&k->forms[i], s, sizeof s), names) == 0)
            return i;
    fail_msg("%s has no form %s", k->name, names);
    return 0;
}

struct made {
    struct arena *mem;
    const struct dist *d;
    bool whole;
};

static struct made make(const struct row *r)
{
    struct made m = {.mem = arena_new(0)};
    const struct dist_kind *k = dist_kind_find(r->kind);
    const char *why = "";
    assert_non_null(k);
    m.whole = k->whole;
    m.d = dist_make(m.mem, k, form_find(k, r->names), r->a, false, &why);
    if (!m.d)
        fail_msg("%s(%s): %s", r->kind, r->names, why);
    return m;
}

static double at(const struct dist *d, double v, bool upper)
{
    return d->kind->quantile(d->p, v, upper);
}

/* Fails with the place, which assert_float_equal() would not tell. */
static void near(double got, double want, double relative, const char *what, double where)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("%s at %.17g: %.17g, not %.17g", what, where, got, want);
}

static void inverse(void **state)
{
    struct made m = make(*state);
    for (double v = 0.5; v > 1e-12; v *= 0.83) {
        for (int upper = 0; upper < 2; upper++) {
            double x = at(m.d, v, upper), t = m.d->kind->cdf(m.d->p, x, upper);
            double before = m.d->kind->cdf(m.d->p, x - 1, upper);
            if (!m.whole) {
                /* one ulp of x can be more than v shows */
                double ulp = fabs(m.d->kind->cdf(m.d->p, x * (1 + 1e-15), upper) - t);
                if (x > 1e-280)
                    near(t, v, 1e-10 + 4 * ulp / v, upper ? "upper cdf" : "lower cdf", v);
            } else if (upper ? !(t <= v && (x == 0 || before > v))
                             : !(t >= v && (x == 0 || before < v))) {
                fail_msg("%s tail: quantile %.17g at %.17g", upper ? "upper" : "lower", x, v);
            }
        }
    }
    arena_drop(m.mem);
}

static void table(void **state)
{
    struct made m = make(*state);
    double p999 = at(m.d, 0.001, true);
    for (uint32_t i = 0; i < (uint32_t)test_samples(100000); i++) {
        double u = rng_unit((struct draw_key){.seed = 7, .path = i});
        if (i % 2) /* into the tails */
            u = i % 4 == 1 ? exp(-40 * u) / 2 : 1 - exp(-36 * u) / 2;
        u = fmin(u, 1 - 0x1p-53);
        double want = u < 0.5 ? at(m.d, u, false) : at(m.d, 1 - u, true);
        double got = dist_draw(m.d, u);
        if (m.whole ? got != want : !(fabs(got - want) <= 1e-9 * fabs(want) + 1e-19 * fabs(p999)))
            fail_msg("u %.17g: %.17g, not %.17g", u, got, want);
    }
    if (m.d->kind->smooth)
        assert_non_null(m.d->cell);
    arena_drop(m.mem);
}

static void monotone(void **state)
{
    struct made m = make(*state);
    double before = -INFINITY, lo, hi;
    dist_support(m.d, &lo, &hi);
    for (int i = -1600; i < 1600; i++) {
        double v = exp2(-1 - (i < 0 ? -i - 1 : i) / 44.0), u = i < 0 ? v : 1 - v;
        if (!(u > 0 && u < 1))
            continue;
        double x = dist_draw(m.d, u);
        if (x < before - 1e-13 * fabs(before) - 1e-19 * fabs(at(m.d, 0.001, true)))
            fail_msg("u %.17g: %.17g after %.17g", u, x, before);
        assert_true(x >= lo && x <= hi);
        before = x;
    }
    /* and across the borders of cells */
    for (double b = 0x1p-29; b < 0.5; b *= 1.0625) {
        double l = dist_draw(m.d, nextafter(b, 0)), r = dist_draw(m.d, b);
        assert_true(l <= r + 1e-13 * fabs(r));
    }
    arena_drop(m.mem);
}

/* Many at once and in place, tails and borders of the table among them: the bits of one by one. */
static void many(void **state)
{
    struct made m = make(*state);
    double u[67], x[67];
    for (unsigned i = 0; i < TEST_COUNT(u); i++) {
        double v = exp2(-(double)i - 1);
        u[i] = i % 3 == 0   ? rng_unit((struct draw_key){.seed = 12, .path = i})
               : i % 3 == 1 ? v
                            : fmin(1 - v, 1 - 0x1p-53);
        x[i] = u[i];
    }
    dist_draws(m.d, x, x, TEST_COUNT(x));
    for (unsigned i = 0; i < TEST_COUNT(u); i++) {
        double one = dist_draw(m.d, u[i]);
        assert_memory_equal(&x[i], &one, sizeof one);
    }
    arena_drop(m.mem);
}

struct integrand {
    const struct dist *d;
    double c;
    int power;
    bool upper;
};

static double integrand(double t, void *arg)
{
    const struct integrand *f = arg;
    double x = at(f->d, exp(-t), f->upper) - f->c;
    return exp(-t) * (f->power == 2 ? x * x : x);
}

static double integral(const struct dist *d, double c, int power)
{
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(2000);
    double sum = 0;
    for (int side = 0; side < 2; side++) {
        struct integrand f = {.d = d, .c = c, .power = power, .upper = side};
        gsl_function g = {.function = integrand, .params = &f};
        double part, error;
        gsl_integration_qag(&g, log(2), 650, 0, 1e-9, 2000, GSL_INTEG_GAUSS21, w, &part, &error);
        sum += part;
    }
    gsl_integration_workspace_free(w);
    return sum;
}

static double total(const struct dist *d, double c, int power)
{
    double sum = 0, from = at(d, 1e-17, false), to = at(d, 1e-17, true);
    for (double k = from; k <= to; k++) {
        bool upper = d->kind->cdf(d->p, k, false) > 0.5;
        double mass = fabs(d->kind->cdf(d->p, k, upper) - d->kind->cdf(d->p, k - 1, upper));
        sum += mass * (power == 2 ? (k - c) * (k - c) : k);
    }
    return sum;
}

static void moments(void **state)
{
    struct made m = make(*state);
    double mean = dist_mean(m.d), variance = dist_variance(m.d);
    double wide = m.whole ? at(m.d, 1e-17, true) - at(m.d, 1e-17, false) : 0;
    if (wide < 1e6 && isfinite(mean)) {
        double got = m.whole ? total(m.d, 0, 1) : integral(m.d, 0, 1);
        assert_true(fabs(got - mean) <= 1e-8 * (fabs(mean) + sqrt(fmin(variance, 1e300))));
    }
    if (wide < 1e6 && isfinite(variance))
        near(m.whole ? total(m.d, mean, 2) : integral(m.d, mean, 2), variance, 1e-6, "variance", 0);
    arena_drop(m.mem);
}

static void sample_mean(void **state)
{
    struct made m = make(*state);
    double mean = dist_mean(m.d), variance = dist_variance(m.d), sum = 0;
    enum { MANY = 200000 };
    for (uint32_t i = 0; i < MANY; i++)
        sum += dist_draw(m.d, rng_unit((struct draw_key){.seed = 11, .path = i}));
    if (isfinite(variance) && fabs(sum / MANY - mean) > 4 * sqrt(variance / MANY))
        fail_msg("mean of draws %.10g, not %.10g", sum / MANY, mean);
    arena_drop(m.mem);
}

/* What the author gave must come back. */
static void given_back(void **state)
{
    const struct row *r = *state;
    struct made m = make(r);
    const struct dist_form *f = &m.d->kind->forms[form_find(m.d->kind, r->names)];
    for (int i = 0; f->param[i].name; i++) {
        const char *n = f->param[i].name;
        if (n[0] == 'p' && n[1] >= '0' && n[1] <= '9') {
            double p = strtod(n + 1, NULL) / (strlen(n) == 4 ? 1000 : 100);
            near(dist_cdf(m.d, r->a[i]), p, 1e-12, n, p);
        } else if (strcmp(n, "mean") == 0 && strcmp(r->kind, "normal") != 0) {
            near(dist_mean(m.d), r->a[i], 1e-12, n, 0);
        } else if (strcmp(n, "cv") == 0) {
            near(sqrt(dist_variance(m.d)) / dist_mean(m.d), r->a[i], 1e-12, n, 0);
        } else if (strcmp(n, "rate") == 0) {
            near(1 / dist_mean(m.d), r->a[i], 1e-12, n, 0);
        }
    }
    arena_drop(m.mem);
}

/* Truncated to the middle: the conditioned law, by every question. */
static void truncated(void **state)
{
    struct made m = make(*state);
    double lo = at(m.d, 0.1, false), hi = at(m.d, 0.05, true), sum = 0, squares = 0;
    const char *why;
    const struct dist *t = dist_truncate(m.mem, m.d, lo, hi, &why);
    assert_non_null(t);
    double below = dist_cdf(m.d, m.whole ? lo - 1 : nextafter(lo, -INFINITY));
    double mass = dist_cdf(m.d, hi) - below;
    enum { MANY = 20000 };
    for (uint32_t i = 0; i < MANY; i++) {
        double u = (i + 0.5) / MANY, x = dist_draw(t, u);
        assert_true(x >= lo && x <= hi);
        if (!m.whole) /* lognormal of small sigma and so on: the slope of F magnifies an ulp */
            near(dist_cdf(m.d, x), below + u * mass, 1e-6, "cdf of draw", u);
        near(dist_cdf(t, x), (dist_cdf(m.d, x) - below) / mass, 1e-9, "own cdf", u);
        sum += x;
        squares += x * x;
    }
    double mean = sum / MANY, variance = squares / MANY - mean * mean, sd = sqrt(variance);
    assert_true(fabs(dist_mean(t) - mean) <= 1e-3 * sd);
    if (mean < 1e4 * sd)
        near(dist_variance(t), variance, 2e-3, "variance", 0);
    arena_drop(m.mem);
}

static void all_forms(void **state)
{
    (void)state;
    for (const struct dist_kind *k = dist_kinds; k->name; k++) {
        assert_true(k->summary && k->make && k->cdf && k->mean && k->variance && k->support);
        for (unsigned i = 0; k->forms[i].param[0].name; i++) {
            bool seen = false;
            assert_true(i < DIST_MAXFORM);
            char s[64];
            form_names(&k->forms[i], s, sizeof s);
            for (unsigned j = 0; j < ROWS; j++)
                seen |= strcmp(rows[j].kind, k->name) == 0 && strcmp(rows[j].names, s) == 0;
            if (!seen)
                fail_msg("no case for %s(%s)", k->name, s);
        }
    }
}

int main(void)
{
    static const struct {
        const char *name;
        CMUnitTestFunction f;
    } laws[] = {{"inverse", inverse},
                {"table", table},
                {"monotone", monotone},
                {"many at once", many},
                {"many", many},
                {"moments", moments},
                {"sample mean", sample_mean},
                {"given back", given_back},
                {"truncated", truncated}};
    enum { LAWS = sizeof laws / sizeof *laws };
    struct CMUnitTest tests[ROWS * LAWS + 1];
    char name[ROWS * LAWS][96];
    gsl_set_error_handler_off();
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < LAWS; j++) {
            size_t k = i * LAWS + j;
            snprintf(name[k], sizeof name[k], "%s(%s: %g %g %g) %s", rows[i].kind, rows[i].names,
                     rows[i].a[0], rows[i].a[1], rows[i].a[2], laws[j].name);
            tests[k] = test_named(name[k], laws[j].f, &rows[i]);
        }
    }
    tests[ROWS * LAWS] = (struct CMUnitTest)cmocka_unit_test(all_forms);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
