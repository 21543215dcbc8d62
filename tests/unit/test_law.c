/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_law.c - laws by maximum likelihood, against published examples, closed forms, tables of
 * Anderson-Darling's statistic, and the coverage of intervals. */
#include "test.h"
#include "base/rng.h"
#include "base/stats.h"
#include "fit/law.h"
#include <math.h>
#include <string.h>

static void near(double x, double want, double tol)
{
    if (!(fabs(x - want) <= tol))
        fail_msg("%.10g is not %.10g +- %g", x, want, tol);
}

/* ---- published ---- */

/* Lieblein and Zelen (1956): millions of revolutions before 23 ball bearings failed. */
static const double bearings[] = {17.88, 28.92, 33.00,  41.52,  42.12,  45.60,  48.48, 51.84,
                                  51.96, 54.12, 55.56,  67.80,  68.64,  68.64,  68.88, 84.12,
                                  93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40};

static void test_bearings(void **state)
{
    (void)state;
    struct law l;
    size_t n = TEST_COUNT(bearings);
    assert_true(law_estimate(LAW_WEIBULL, bearings, NULL, n, &l));
    near(l.p[0], 2.1020589, 1e-6);
    near(l.p[1], 81.878333, 1e-5);
    near(l.loglik, -113.69129, 1e-4);
    assert_true(law_estimate(LAW_GAMMA, bearings, NULL, n, &l));
    near(l.p[0], 4.0254145, 1e-6);
    near(l.p[1], 17.942090, 1e-5);
    near(l.aic, 230.06, 0.005);
    assert_true(law_estimate(LAW_LOGNORMAL, bearings, NULL, n, &l));
    near(l.p[0], 4.1504545, 1e-6);
    near(l.p[1], 0.5216493, 1e-6);
    near(l.aic, 230.26, 0.005);
}

static void test_closed_forms(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 10};
    struct law l;
    assert_true(law_estimate(LAW_EXPONENTIAL, x, NULL, 5, &l));
    near(l.p[0], 4, 1e-12); /* the mean */
    near(l.loglik, -5 * log(4) - 5, 1e-12);
    assert_true(law_estimate(LAW_SHIFTED, x, NULL, 5, &l));
    near(l.p[0], 1 - 3.0 / 4, 1e-12); /* x1 - (mean - x1) / (n - 1) */
    near(l.p[0] + l.p[1], 4, 1e-12);
    assert_true(law_estimate(LAW_PARETO, x, NULL, 5, &l));
    double d = log(2) + log(3) + log(4) + log(10);
    near(l.p[1], 3 / d, 1e-12); /* (n - 2) / sum ln(x / x1) */
    /* Weights are as good as repetitions. */
    const double w[] = {2, 1, 1}, once[] = {3, 5, 8}, often[] = {3, 3, 5, 8};
    for (int k = LAW_EXPONENTIAL; k <= LAW_WEIBULL; k++) {
        struct law a, b;
        if (k == LAW_SHIFTED)
            continue;
        assert_true(law_estimate((enum law_kind)k, once, w, 3, &a));
        assert_true(law_estimate((enum law_kind)k, often, NULL, 4, &b));
        near(a.p[0], b.p[0], 1e-9);
        near(a.p[1], b.p[1], 1e-9);
        near(a.loglik, b.loglik, 1e-9);
    }
    const double zero[] = {0, 1, 2, 3};
    assert_false(law_estimate(LAW_GAMMA, zero, NULL, 4, &l));
    assert_true(law_estimate(LAW_EXPONENTIAL, zero, NULL, 4, &l));
}

/* ---- samples ---- */

static const struct law truth[] = {
    {.kind = LAW_EXPONENTIAL, .p = {3e6}},
    {.kind = LAW_GAMMA, .p = {4, 300e3}},
    {.kind = LAW_LOGNORMAL, .p = {17.03439, 0.6743}}, /* p50 25 ms, p99 120 ms */
    {.kind = LAW_WEIBULL, .p = {0.7, 3e6}},
    {.kind = LAW_PARETO, .p = {1e6, 2.5}},
};

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void draw(const struct law *l, uint64_t seed, double *x, size_t n)
{
    struct arena *a = arena_new(0);
    const struct dist *d = law_dist(a, l);
    for (size_t i = 0; i < n; i++)
        x[i] = dist_draw(d, rng_unit((struct draw_key){.seed = seed, .path = i, .site = 77}));
    qsort(x, n, sizeof *x, value_order);
    arena_drop(a);
}

/* What law_precision() speaks of. */
static double told_of(const struct law *l)
{
    return l->kind == LAW_EXPONENTIAL ? l->p[0]
           : l->kind == LAW_GAMMA     ? l->p[0] * l->p[1]
           : l->kind == LAW_LOGNORMAL ? exp(l->p[0])
                                      : l->p[1];
}

/* Both parameters within two standard errors as often as they should be. */
static void test_coverage(void **state)
{
    (void)state;
    size_t seeds = test_samples(500), n = 200;
    double x[200];
    for (size_t k = 0; k < TEST_COUNT(truth) - 1; k++) {
        size_t in[2] = {0, 0}, told = 0;
        const char *of = "";
        for (size_t s = 0; s < seeds; s++) {
            struct law l;
            draw(&truth[k], 1000 * k + s, x, n);
            assert_true(law_estimate(truth[k].kind, x, NULL, n, &l));
            for (int i = 0; i < 2; i++)
                in[i] += fabs(l.p[i] - truth[k].p[i]) <= 1.959964 * l.se[i];
            told += fabs(told_of(&l) / told_of(&truth[k]) - 1) <= law_precision(&l, &of);
        }
        /* 0.95 less what n = 200 costs, 4.5 standard errors of the binomial */
        double least = 0.94 - 4.5 * sqrt(0.95 * 0.05 / (double)seeds);
        if ((double)told / (double)seeds < least || told == seeds)
            fail_msg("%s: the %s that is told: covered %zu of %zu", law_name[truth[k].kind], of,
                     told, seeds);
        for (int i = 0; i < (truth[k].kind == LAW_EXPONENTIAL ? 1 : 2); i++)
            if ((double)in[i] / (double)seeds < least || in[i] == seeds)
                fail_msg("%s, parameter %d: covered %zu of %zu", law_name[truth[k].kind], i, in[i],
                         seeds);
    }
}

/* Upper points of A^2 where parameters were estimated: D'Agostino and Stephens (1986), tables 4.11
 * (exponential, modified by 1 + 0.6 / n) and 4.7 (normal, by 1 + 0.75 / n + 2.25 / n^2). */
static void test_anderson_darling(void **state)
{
    (void)state;
    static const struct {
        size_t law;
        double modify, alpha[2], point[2];
    } row[] = {{0, 1 + 0.6 / 100, {0.10, 0.05}, {1.062, 1.321}},
               {2, 1 + 0.75 / 100 + 2.25 / 1e4, {0.10, 0.05}, {0.631, 0.752}}};
    size_t samples = test_samples(6000), n = 100;
    double x[100];
    for (size_t r = 0; r < TEST_COUNT(row); r++) {
        size_t over[2] = {0, 0};
        for (size_t s = 0; s < samples; s++) {
            struct law l;
            draw(&truth[row[r].law], s, x, n);
            assert_true(law_estimate(truth[row[r].law].kind, x, NULL, n, &l));
            double a2 = law_anderson_darling(&l, x, n) * row[r].modify;
            for (int i = 0; i < 2; i++)
                over[i] += a2 > row[r].point[i];
        }
        for (int i = 0; i < 2; i++) {
            double p = row[r].alpha[i];
            near((double)over[i] / (double)samples, p,
                 0.03 * p + 4.5 * sqrt(p * (1 - p) / (double)samples));
        }
    }
    /* By hand: two values at the quartiles of an exponential law. */
    struct law e = {.kind = LAW_EXPONENTIAL, .p = {1}};
    const double q[] = {-log(0.75), -log(0.25)};
    near(law_anderson_darling(&e, q, 2), -2 - (log(0.25) + 3 * log(0.75)), 1e-12);
}

/* p is uniform if the law is right; wrong laws are found out. */
static void test_judge(void **state)
{
    (void)state;
    size_t samples = test_samples(200), small = 0;
    double x[300];
    for (size_t s = 0; s < samples; s++) {
        struct law l;
        draw(&truth[1], s, x, 60);
        assert_true(law_estimate(LAW_GAMMA, x, NULL, 60, &l));
        law_judge(&l, x, 60, s);
        small += l.q <= 0.1;
    }
    near((double)small / (double)samples, 0.1, 0.015 + 4.5 * sqrt(0.09 / (double)samples));
    struct law wrong;
    draw(&truth[2], 5, x, 300);
    assert_true(law_estimate(LAW_EXPONENTIAL, x, NULL, 300, &wrong));
    law_judge(&wrong, x, 300, 1);
    assert_true(wrong.q < 0.0055);
}

/* ---- choosing ---- */

static void test_pick(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    double *x = NEW(a, double, 2000);
    for (size_t k = 0; k < TEST_COUNT(truth); k++) {
        draw(&truth[k], 42 + k, x, 2000);
        const struct law *l = law_pick(a, x, 2000, 1);
        assert_int_equal(l->kind, truth[k].kind);
        assert_false(l->q < 0.0055);
        for (int i = 0; i < 2; i++)
            near(l->p[i], truth[k].p[i], 4.5 * l->se[i] + 0.002 * truth[k].p[i]);
    }
    for (size_t i = 0; i < 100; i++)
        x[i] = 2e6;
    assert_int_equal(law_pick(a, x, 100, 1)->kind, LAW_CONST);
    for (size_t i = 0; i < 100; i++) /* nearly: less than a model writes down */
        x[i] = 1e6 + 2 * (double)i;
    assert_int_equal(law_pick(a, x, 100, 1)->kind, LAW_CONST);
    arena_drop(a);
}

static void test_pick_mixtures(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    double *x = NEW(a, double, 3000);
    /* Two modes far apart: 2900 around 10 ms, 100 from one second on. */
    draw(&(struct law){.kind = LAW_GAMMA, .p = {11.1, 900e3}}, 1, x, 2900);
    draw(&(struct law){.kind = LAW_EXPONENTIAL, .p = {200e6}}, 2, x + 2900, 100);
    for (int i = 2900; i < 3000; i++)
        x[i] += 1e9;
    const struct law *l = law_pick(a, x, 3000, 1);
    assert_int_equal(l->kind, LAW_MIX);
    assert_int_equal(l->of[0]->kind, LAW_GAMMA);
    assert_int_equal(l->of[1]->kind, LAW_SHIFTED);
    near(l->share[0], 2900.0 / 3000, 1e-12);
    near(l->of[1]->p[0], 1e9, 5 * 200e6 / 100);
    /* A value that comes again and again beside others. */
    draw(&truth[0], 3, x, 700);
    for (int i = 700; i < 1000; i++)
        x[i] = 5e5;
    l = law_pick(a, x, 1000, 1);
    assert_int_equal(l->kind, LAW_MIX);
    assert_int_equal(l->of[0]->kind, LAW_CONST);
    near(l->share[0], 0.3, 1e-12);
    assert_int_equal(l->of[1]->kind, LAW_EXPONENTIAL);
    /* Two that overlap, by EM. */
    draw(&(struct law){.kind = LAW_LOGNORMAL, .p = {13.8, 0.3}}, 4, x, 1400);
    draw(&(struct law){.kind = LAW_LOGNORMAL, .p = {15.4, 0.4}}, 5, x + 1400, 600);
    l = law_pick(a, x, 2000, 1);
    assert_int_equal(l->kind, LAW_MIX);
    uint32_t fast = l->of[0]->mean < l->of[1]->mean ? 0 : 1;
    near(l->share[fast], 0.7, 0.05);
    assert_false(l->q < 0.0055);
    /* Nothing that has a name: a saw. */
    for (int i = 0; i < 2000; i++)
        x[i] = 1e6 * (1 + i % 4) + 1e3 * (i / 4) + i;
    l = law_pick(a, x, 2000, 1);
    assert_int_equal(l->kind, LAW_QUANTILES);
    assert_true(l->refused);
    near(l->x[0], 1e6, 1);
    arena_drop(a);
}

static void test_text(void **state)
{
    (void)state;
    struct buf b = {0};
    law_put(&truth[0], &b);
    assert_string_equal(b.s, "exponential(mean=3ms)");
    buf_clear(&b);
    law_put(&truth[2], &b);
    assert_string_equal(b.s, "lognormal(p50=25ms, p99=120ms)");
    buf_clear(&b);
    law_put(&truth[1], &b);
    assert_string_equal(b.s, "gamma(mean=1.2ms, cv=0.5)");
    buf_clear(&b);
    law_put(&truth[4], &b);
    assert_string_equal(b.s, "pareto(min=1ms, alpha=2.5)");
    buf_clear(&b);
    law_put_time(123456, 4, &b);
    assert_string_equal(b.s, "123.5us");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_bearings),      cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_coverage),      cmocka_unit_test(test_anderson_darling),
        cmocka_unit_test(test_judge),         cmocka_unit_test(test_pick),
        cmocka_unit_test(test_pick_mixtures), cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests_name("law", t, NULL, NULL);
}
