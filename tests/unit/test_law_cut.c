/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_law_cut.c - laws from values of which some were cut off: closed forms, another algorithm for
 * the same estimate, the coverage of intervals, and laws that are known found back. */
#include "test.h"
#include "base/rng.h"
#include "fit/law.h"
#include <math.h>
#include <string.h>

static void near(double x, double want, double tol)
{
    if (!(fabs(x - want) <= tol))
        fail_msg("%.10g is not %.10g +- %g", x, want, tol);
}

static const struct law truth[] = {
    {.kind = LAW_EXPONENTIAL, .p = {3e6}},
    {.kind = LAW_GAMMA, .p = {4, 300e3}},
    {.kind = LAW_LOGNORMAL, .p = {17.03439, 0.6743}}, /* p50 25 ms, p99 120 ms */
    {.kind = LAW_WEIBULL, .p = {0.7, 3e6}},
};

/* n draws, those beyond the quantile p left out: *m are below. */
static double sample(const struct law *l, double p, uint64_t seed, double *x, size_t n, size_t *m)
{
    struct arena *a = arena_new(0);
    const struct dist *d = law_dist(a, l);
    double cut = dist_draw(d, p);
    *m = 0;
    for (size_t i = 0; i < n; i++) {
        x[*m] = dist_draw(d, rng_unit((struct draw_key){.seed = seed, .path = i, .site = 77}));
        *m += x[*m] < cut;
    }
    arena_drop(a);
    return cut;
}

/* Time on test over failures (Epstein and Sobel 1953): 1 + 2 + 3 + 2 * 5 over 3. */
static void test_closed_forms(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3};
    struct law l;
    assert_true(law_estimate_cut(LAW_EXPONENTIAL, x, 3, 5, 2, &l));
    near(l.p[0], 16.0 / 3, 1e-12);
    near(l.loglik, -3 * log(16.0 / 3) - 3, 1e-12); /* of densities, and twice exp(-5 / mean) */
    assert_int_equal(l.n, 5);
    assert_true(law_estimate_cut(LAW_SHIFTED, x, 3, 5, 2, &l));
    near(l.p[1], 16.0 / 3 - 5.0 / 3, 1e-12);
    const double y[] = {1, 2, 3, 4};
    assert_true(law_estimate_cut(LAW_PARETO, y, 4, 8, 1, &l));
    near(l.p[1], 4 / (log(2) + log(3) + log(4) + log(8)), 1e-12);
}

/* Expectation and maximization (Dempster, Laird and Rubin 1977): what is beyond is replaced by its
 * moments given that it is. */
static void lognormal_em(const double *x, size_t n, double cut, size_t ncut, double *mu, double *sd)
{
    *mu = log(cut) - 1;
    *sd = 1;
    for (int i = 0; i < 20000; i++) {
        double z = (log(cut) - *mu) / *sd, tail = 0.5 * erfc(z / sqrt(2));
        double h = exp(-z * z / 2) / sqrt(2 * 3.14159265358979323846) / tail;
        double one = *mu + *sd * h, two = *mu * *mu + *sd * *sd + *sd * (log(cut) + *mu) * h;
        double s = (double)ncut * one, q = (double)ncut * two, all = (double)(n + ncut);
        for (size_t k = 0; k < n; k++) {
            s += log(x[k]);
            q += log(x[k]) * log(x[k]);
        }
        *mu = s / all;
        *sd = sqrt(q / all - *mu * *mu);
    }
}

static void test_another_way(void **state)
{
    (void)state;
    double x[100], mu, sd;
    size_t m;
    double cut = sample(&truth[2], 0.7, 9, x, 100, &m);
    struct law l;
    assert_true(m > 50 && m < 90);
    assert_true(law_estimate_cut(LAW_LOGNORMAL, x, m, cut, 100 - m, &l));
    lognormal_em(x, m, cut, 100 - m, &mu, &sd);
    near(l.p[0], mu, 1e-6);
    near(l.p[1], sd, 1e-6);
}

/* Both parameters within their intervals as often as they should be, with 15 % cut off. */
static void test_coverage(void **state)
{
    (void)state;
    size_t seeds = test_samples(400), n = 300, m;
    double x[300];
    for (size_t k = 0; k < TEST_COUNT(truth); k++) {
        size_t in[2] = {0, 0};
        for (size_t s = 0; s < seeds; s++) {
            struct law l;
            double cut = sample(&truth[k], 0.85, 1000 * k + s, x, n, &m);
            assert_true(law_estimate_cut(truth[k].kind, x, m, cut, n - m, &l));
            for (int i = 0; i < 2; i++)
                in[i] += fabs(l.p[i] - truth[k].p[i]) <= 1.959964 * l.se[i];
        }
        /* 0.95 less what n = 300 costs, 4.5 standard errors of the binomial */
        double least = 0.94 - 4.5 * sqrt(0.95 * 0.05 / (double)seeds);
        for (int i = 0; i < (truth[k].kind == LAW_EXPONENTIAL ? 1 : 2); i++)
            if ((double)in[i] / (double)seeds < least || in[i] == seeds)
                fail_msg("%s, parameter %d: covered %zu of %zu", law_name[truth[k].kind], i, in[i],
                         seeds);
    }
}

/* The family is found as well, and fits; without the cut values it would be another law. */
static void test_pick(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    double *x = NEW(a, double, 3000);
    size_t m;
    for (size_t k = 0; k < TEST_COUNT(truth); k++) {
        double cut = sample(&truth[k], 0.9, 42 + k, x, 3000, &m);
        const struct law *l = law_pick_cut(a, x, m, cut, 3000 - m, 1);
        assert_int_equal(l->kind, truth[k].kind);
        assert_int_equal(l->n, 3000);
        assert_false(l->q < 0.0055);
        for (int i = 0; i < 2; i++)
            near(l->p[i], truth[k].p[i], 4.5 * l->se[i] + 0.002 * truth[k].p[i]);
        struct law blind;
        assert_true(law_estimate(truth[k].kind, x, NULL, m, &blind));
        assert_true(fabs(blind.p[0] - truth[k].p[0]) > 4.5 * l->se[0]);
    }
    /* Nothing that has a name: below the cut as seen, beyond it the share that was beyond. */
    for (int i = 0; i < 2000; i++)
        x[i] = 1e6 * (1 + i % 4) + 250.0 * (i - i % 4) + i;
    const struct law *l = law_pick_cut(a, x, 2000, 9e6, 500, 1);
    assert_int_equal(l->kind, LAW_MIX);
    assert_int_equal(l->of[0]->kind, LAW_QUANTILES);
    near(l->share[1], 0.2, 1e-12);
    assert_true(l->of[1]->p[0] > 9e6);
    /* So many beyond the cut that the likeliest tail is heavier than a model's may be. */
    for (int i = 0; i < 17; i++)
        x[i] = 87115 * pow(11, i / 17.0);
    assert_non_null(law_dist(a, law_pick_cut(a, x, 17, 1e6, 376, 1)));
    struct buf b = {0};
    law_put_verdict(l, &b);
    assert_string_equal(b.s, "n 2500, 500 cut off at 9ms, no family fits: as seen");
    buf_free(&b);
    arena_drop(a);
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* p is uniform if the law is right. */
static void test_judge(void **state)
{
    (void)state;
    size_t samples = test_samples(150), small = 0, m;
    double x[80];
    for (size_t s = 0; s < samples; s++) {
        struct law l;
        double cut = sample(&truth[2], 0.8, s, x, 80, &m);
        assert_true(law_estimate_cut(LAW_LOGNORMAL, x, m, cut, 80 - m, &l));
        qsort(x, m, sizeof *x, by_value);
        law_judge(&l, x, m, s);
        small += l.q <= 0.1;
    }
    near((double)small / (double)samples, 0.1, 0.015 + 4.5 * sqrt(0.09 / (double)samples));
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_another_way),
        cmocka_unit_test(test_coverage),     cmocka_unit_test(test_pick),
        cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests_name("law_cut", t, NULL, NULL);
}
