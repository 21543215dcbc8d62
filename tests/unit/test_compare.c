/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_compare.c - verdicts by equivalence: on values by hand, how often they err, and intervals of
 * measured values, also of dependent ones. */
#include "test.h"
#include "base/rng.h"
#include "fit/compare.h"
#include <math.h>
#include <string.h>

static void near(double x, double want, double tol)
{
    if (!(fabs(x - want) <= tol))
        fail_msg("%.10g is not %.10g +- %g", x, want, tol);
}

/* An interval of so many per cent either way, on the scale of logarithms. */
static struct interval about(double value, double percent)
{
    double f = 1 + percent / 100;
    return (struct interval){value, value / f, value * f};
}

static void test_verdicts(void **state)
{
    (void)state;
    static const struct {
        double measured, wide, predicted, margin;
        enum agreement verdict;
    } row[] = {
        {100, 2, 103, 0.10, AGREES},     {100, 2, 97, 0.10, AGREES},
        {100, 2, 120, 0.10, DISAGREES},  {100, 2, 80, 0.10, DISAGREES},
        {100, 2, 110, 0.10, UNDECIDED},  {100, 30, 100, 0.10, UNDECIDED},
        {100, 2, 110.5, 0.15, AGREES},   {100, 0.1, 110.2, 0.10, DISAGREES},
        {100, 0.1, 109.7, 0.10, AGREES},
    };
    for (size_t i = 0; i < TEST_COUNT(row); i++) {
        struct compare_value v =
            compare_ratio("mean", about(row[i].measured, row[i].wide),
                          (struct interval){row[i].predicted, NAN, NAN}, row[i].margin, 1000);
        if (v.verdict != row[i].verdict)
            fail_msg("row %zu: %s", i, agreement_name[v.verdict]);
    }
    /* By hand: L = 0, 95 % half width ln 1.3, at 90 % 1.6449 / 1.9600 of it: 0.220187; to be within
     * ln 1.1 = 0.0953102 it takes (0.220187 / 0.0953102)^2 = 5.337 times as many. */
    struct compare_value v = compare_ratio("mean", about(100, 30), about(100, 0), 0.10, 1000);
    near(v.needed, 5338, 1);
    near(log(v.hi), 0.220187, 1e-5);
    /* Both sides count: hypot. */
    v = compare_ratio("mean", about(100, 3), about(100, 4), 0.10, 1000);
    near(log(v.hi), 0.8392340 * hypot(log(1.03), log(1.04)), 1e-6);
    /* No bound, no verdict. */
    v = compare_ratio("p99", (struct interval){100, 90, NAN}, about(100, 1), 0.2, 50);
    assert_int_equal(v.verdict, UNDECIDED);
    /* Karp and Flatt: S = 1 / (f + (1 - f) / N) has f; Amdahl's 5.263 with 5 % and 10 processors at
     * 6.897. */
    near(karp_flatt(1 / (0.05 + 0.95 / 10), 10), 0.05, 1e-12);
    near(karp_flatt(4, 4), 0, 1e-12);
}

static double normal(uint64_t seed, uint64_t i)
{
    return stats_z(rng_unit((struct draw_key){.seed = seed, .path = i, .site = 5}));
}

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* n latencies, lognormal with sigma; rho: correlation of one with the one before. */
static struct measured sample(double *x, double *sorted, uint32_t n, double mu, double sigma,
                              double rho, uint64_t seed)
{
    double z = normal(seed, UINT64_MAX);
    for (uint32_t i = 0; i < n; i++) {
        z = rho * z + sqrt(1 - rho * rho) * normal(seed, i);
        x[i] = sorted[i] = exp(mu + sigma * z);
    }
    qsort(sorted, n, sizeof *sorted, value_order);
    struct measured m = {.n = n, .x = x, .sorted = sorted, .lag1 = stats_lag1(x, n)};
    m.dependent = m.lag1 > 0.1;
    return m;
}

/* If the truth is at the margin, "agrees" and "disagrees" are said in 5 % of the cases at most. */
static void test_errors(void **state)
{
    (void)state;
    static double x[400], sorted[400];
    size_t times = test_samples(2000), said[3] = {0, 0, 0};
    for (size_t s = 0; s < times; s++) {
        struct measured m = sample(x, sorted, 400, 0, 0.5, 0, s);
        double truth = exp(0.125); /* the mean */
        struct compare_value v =
            compare_ratio("mean", measured_value(&m, NAN, 0.95),
                          (struct interval){truth * 1.10, NAN, NAN}, 0.10, m.n);
        said[v.verdict]++;
    }
    double bound = 0.05 + 0.01 + 4.5 * sqrt(0.05 * 0.95 / (double)times);
    assert_true((double)said[AGREES] / (double)times < bound);
    assert_true((double)said[DISAGREES] / (double)times < bound);
    assert_true(said[AGREES] > 0 && said[DISAGREES] > 0);
}

/* The truth is within the interval as often as it says, also where values hang together. */
static void test_intervals(void **state)
{
    (void)state;
    static double x[1200], sorted[1200];
    size_t times = test_samples(1000);
    for (int kind = 0; kind < 2; kind++) {
        size_t in[2] = {0, 0};
        for (size_t s = 0; s < times; s++) {
            struct measured m = sample(x, sorted, 1200, 0, 0.5, kind ? 0.6 : 0, 7000 + s);
            assert_true(kind == 0 || m.dependent);
            struct interval mean = measured_value(&m, NAN, 0.95);
            struct interval p95 = measured_value(&m, 0.95, 0.95);
            double q = exp(0.5 * 1.6448536);
            in[0] += mean.lo <= exp(0.125) && mean.hi >= exp(0.125);
            in[1] += p95.lo <= q && p95.hi >= q;
        }
        for (int i = 0; i < 2; i++) {
            double share = (double)in[i] / (double)times;
            if (share < 0.93 - 4.5 * sqrt(0.05 * 0.95 / (double)times) || share == 1)
                fail_msg("%s, %s: %.3f", kind ? "dependent" : "independent", i ? "p95" : "mean",
                         share);
        }
    }
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_verdicts), cmocka_unit_test(test_errors),
                                   cmocka_unit_test(test_intervals)};
    return cmocka_run_group_tests_name("compare", t, NULL, NULL);
}
