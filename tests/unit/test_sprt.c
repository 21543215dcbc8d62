/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sprt.c - sequential tests against published and computed numbers: how many successes (or
 * failures) in a row decide, how often they are wrong, how many trials they take. */
#include "tests/unit/test.h"

#include "base/rng.h"
#include "base/sprt.h"
#include "base/stats.h"
#include <math.h>

/* theta, half-width, alpha = beta: thresholds, steps, n if all succeed, failures in a row to
 * reject, E[n] at p0 and p1 (Wald's approximation). */
static const struct row {
    const char *name;
    double theta, half, error, high, success, failure;
    uint64_t all, fails;
    double mean_high, mean_low;
} rows[] = {
    {"99 +- 0.5 %, 5 %", .99, .005, .05, 2.944439, -0.01010110, 1.09861229, 292, 3, 581.5, 405.8},
    {"99 +- 0.5 %, 1 %", .99, .005, .01, 4.595120, -0.01010110, 1.09861229, 455, 5, 988.1, 689.7},
    {"99 +- 0.1 %, 5 %", .99, .001, .05, 2.944439, -0.00202020, 0.20067070, 1458, 15, 13521, 12655},
    {"95 +- 1 %, 5 %", .95, .01, .05, 2.944439, -0.02105341, 0.40546511, 140, 8, 663.7, 584.0},
    {"90 +- 2 %, 5 %", .90, .02, .05, 2.944439, -0.04445176, 0.40546511, 67, 8, 313.3, 277.8},
    {"50 +- 5 %, 5 %", .50, .05, .05, 2.944439, -0.20067070, 0.20067070, 15, 15, 132.1, 132.1},
};

static struct sprt of_row(const struct row *r)
{
    return sprt_new(r->theta + r->half, r->theta - r->half, r->error, r->error);
}

static void test_steps(void **state)
{
    const struct row *r = *state;
    struct sprt s = of_row(r);
    assert_true(fabs(s.high - r->high) < 1e-6);
    assert_true(fabs(s.low + r->high) < 1e-6);
    assert_true(fabs(s.success - r->success) < 5e-9);
    assert_true(fabs(s.failure - r->failure) < 5e-9);
    while (sprt_add(&s, true) == SPRT_MORE)
        continue;
    assert_int_equal(s.answer, SPRT_HIGH);
    assert_int_equal(s.n, r->all);
    s = of_row(r);
    while (sprt_add(&s, false) == SPRT_MORE)
        continue;
    assert_int_equal(s.answer, SPRT_LOW);
    assert_int_equal(s.n, r->fails);
    assert_int_equal(sprt_add(&s, true), SPRT_LOW);
    assert_int_equal(s.n, r->fails);
}

static bool trial(uint64_t seed, uint64_t path, uint64_t i, double p)
{
    struct draw_key k = {.seed = seed, .path = rng_mix(path, i), .site = 7};
    return rng_unit(k) < p;
}

/* An error rate above its bound by more than chance (99.99 %) is a fault. */
static void at_most(uint64_t wrong, uint64_t runs, double bound, const char *what)
{
    if (stats_proportion(wrong, runs, 0.9998).lo > bound)
        fail_msg("%s: wrong %llu times of %llu", what, (unsigned long long)wrong,
                 (unsigned long long)runs);
}

static void test_errors(void **state)
{
    const struct row *r = *state;
    size_t runs = test_samples(2000);
    double ends[2] = {r->theta + r->half, r->theta - r->half};
    double want[2] = {r->mean_high, r->mean_low};
    if (r->mean_high > 5000)
        runs = runs / 10;
    for (int k = 0; k < 2; k++) {
        uint64_t wrong = 0;
        struct moments n = {0};
        for (size_t run = 0; run < runs; run++) {
            struct sprt s = of_row(r);
            for (uint64_t i = 0; s.answer == SPRT_MORE; i++)
                sprt_add(&s, trial((uint64_t)k + 1, run, i, ends[k]));
            wrong += s.answer == (k == 0 ? SPRT_LOW : SPRT_HIGH);
            moments_add(&n, (double)s.n);
        }
        at_most(wrong, runs, r->error / (1 - r->error), r->name);
        /* Wald's mean leaves out the overshoot: up to a tenth more, or a step more where few
         * failures decide. */
        double chance = 4 * sqrt(moments_variance(&n) / (double)runs);
        assert_true(n.mean > 0.9 * want[k] - chance);
        assert_true(n.mean < 1.25 * want[k] + chance);
    }
}

/* Whatever p is, a wrong "above" or "below" is as rare as was asked for; far from theta an answer
 * is had, and in the middle of the zone it is mostly "near". */
static void test_zone(void **state)
{
    (void)state;
    static const struct {
        double p;
        enum sprt_answer never, mostly;
    } cases[] = {
        {.9999, SPRT_LOW, SPRT_HIGH}, {.995, SPRT_LOW, SPRT_HIGH},   {.9901, SPRT_LOW, SPRT_NEAR},
        {.99, SPRT_LOW, SPRT_NEAR},   {.9899, SPRT_HIGH, SPRT_NEAR}, {.98933, SPRT_HIGH, SPRT_NEAR},
        {.985, SPRT_HIGH, SPRT_LOW},  {.95, SPRT_HIGH, SPRT_LOW},
    };
    size_t runs = test_samples(2000);
    for (size_t c = 0; c < TEST_COUNT(cases); c++) {
        uint64_t wrong = 0, mostly = 0;
        for (size_t run = 0; run < runs; run++) {
            struct zone z = zone_new(.99, .005, .05);
            for (uint64_t i = 0; z.answer == SPRT_MORE; i++)
                zone_add(&z, trial(100 + c, run, i, cases[c].p));
            wrong += z.answer == cases[c].never;
            mostly += z.answer == cases[c].mostly;
        }
        at_most(wrong, runs, .05, "zone");
        if (mostly * 10 < runs * 8)
            fail_msg("p = %g: the expected answer only %llu times of %zu", cases[c].p,
                     (unsigned long long)mostly, runs);
    }
}

int main(void)
{
    struct CMUnitTest t[2 * TEST_COUNT(rows) + 1];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_steps, &rows[i]);
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_errors, &rows[i]);
    t[n++] = test_named("zone", test_zone, NULL);
    return cmocka_run_group_tests_name("sprt", t, NULL, NULL);
}
