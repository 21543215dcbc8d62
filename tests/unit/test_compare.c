/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_compare.c - verdicts by equivalence: on values by hand, how often they err, intervals of
 * measured values, also of dependent ones, and of pairs. */
#include "test.h"
#include "base/rng.h"
#include "fit/paired.h"
#include <math.h>
#include <stdlib.h>
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

/* ---- pairs ---- */

enum { PAIRS = 200 };
struct lab { /* two executions, each predicted and measured; the second twice as fast */
    struct arena *a;
    double model[2][PAIRS], x[2][PAIRS], sorted[2][PAIRS];
    struct measured m[2];
    struct compare_side predicted[2];
    struct compare_opt o;
    struct compare_result r;
};

/* Request i takes X_i by the model and X_i 1.04 exp(0.05 Z - 0.00125) for real, whose mean is 1.04
 * E X and whose median 1.04 exp(-0.00125); X lognormal with sigma 0.5. */
static void lab_make(struct lab *l, uint64_t seed)
{
    static const char *const name[] = {"mean", "p50", "p95", "p99"};
    l->a = arena_new(0);
    l->o = compare_defaults();
    l->r = (struct compare_result){.npart = 2, .nspeedup = 1};
    l->r.part = NEW(l->a, struct compare_part, 2);
    l->r.speedup = NEW(l->a, struct compare_speedup, 1);
    l->r.speedup[0] = (struct compare_speedup){
        .of = 1, .over = 0, .value = {.name = "speedup", .margin = l->o.margin[0]}};
    for (int p = 0; p < 2; p++) {
        for (uint32_t i = 0; i < PAIRS; i++) {
            l->model[p][i] = exp(0.5 * normal(seed, i)) / (1 + p);
            l->x[p][i] = l->sorted[p][i] =
                l->model[p][i] * 1.04 *
                exp(0.05 * normal(seed, 1000u * ((uint64_t)p + 1) + i) - 0.00125);
        }
        qsort(l->sorted[p], PAIRS, sizeof(double), value_order);
        l->m[p] = (struct measured){.n = PAIRS, .x = l->x[p], .sorted = l->sorted[p]};
        l->predicted[p] = (struct compare_side){l->model[p], PAIRS, NAN};
        l->r.part[p].nvalue = 4;
        l->r.part[p].value = NEW(l->a, struct compare_value, 4);
        for (int k = 0; k < 4; k++) {
            struct interval v = measured_value(&l->m[p], compare_point[k], 0.95);
            l->r.part[p].value[k] =
                compare_ratio(name[k], v, about(v.value, 1), l->o.margin[k], PAIRS);
        }
    }
    l->o.predicted = l->predicted;
}

static void lab_judge(struct lab *l)
{
    struct measured *ms[] = {&l->m[0], &l->m[1]};
    paired_judge(&l->r, ms, &l->o, l->a);
}

/* Half the interval's width, as a share. */
static double half_of(const struct compare_value *v)
{
    return log(v->hi / v->lo) / 2;
}

/* The noise of pairs alone is left: 1.645 * 0.05 * exp(0.125) / sqrt(200) = 0.0066; of two samples
 * it would be 1.645 * 0.533 * sqrt(2 / 200) = 0.088. */
static void test_pairs(void **state)
{
    (void)state;
    struct lab *l = xcalloc(1, sizeof *l);
    lab_make(l, 1);
    lab_judge(l);
    const struct compare_value *v = l->r.part[0].value;
    assert_true(l->r.part[0].paired && l->r.part[1].paired);
    near(half_of(&v[0]), 0.0066, 0.0015);
    near(v[0].ratio, 1 / 1.04, 0.015);
    assert_int_equal(v[0].verdict, AGREES);
    assert_true(half_of(&v[1]) < 0.04);
    assert_int_equal(l->r.speedup[0].value.verdict, AGREES);
    near(l->r.speedup[0].value.ratio, 1, 0.015);
    near(l->r.speedup[0].value.measured.value, 2, 0.03);
    /* Two requests beyond p99 make no interval: the measured one stays, and what it takes; what is
     * predicted is of the same requests. */
    double sorted[PAIRS];
    memcpy(sorted, l->model[0], sizeof sorted);
    qsort(sorted, PAIRS, sizeof *sorted, value_order);
    near(v[3].predicted.value, sorted[198 - 1], 0);
    assert_int_equal(v[3].verdict, UNDECIDED);
    near(v[3].needed, 1000, 1e-9);
    arena_drop(l->a);
    /* Pairs that are none. */
    lab_make(l, 1);
    for (uint32_t i = 0; i < PAIRS / 2; i++) {
        double t = l->model[0][i];
        l->model[0][i] = l->model[0][PAIRS - 1 - i];
        l->model[0][PAIRS - 1 - i] = t;
    }
    lab_judge(l);
    assert_true(half_of(&l->r.part[0].value[0]) > 0.05);
    arena_drop(l->a);
    free(l);
}

/* The truth is within 90 % intervals nine times out of ten. */
static void test_pairs_cover(void **state)
{
    (void)state;
    size_t times = test_samples(100), in[3] = {0, 0, 0};
    struct lab *l = xcalloc(1, sizeof *l);
    for (size_t s = 0; s < times; s++) {
        lab_make(l, 500 + s);
        lab_judge(l);
        const struct compare_value *v = l->r.part[0].value, *q = &l->r.speedup[0].value;
        in[0] += v[0].lo <= 1 / 1.04 && v[0].hi >= 1 / 1.04;
        in[1] += v[1].lo <= exp(0.00125) / 1.04 && v[1].hi >= exp(0.00125) / 1.04;
        in[2] += q->lo <= 1 && q->hi >= 1;
        arena_drop(l->a);
    }
    free(l);
    for (int i = 0; i < 3; i++) {
        double share = (double)in[i] / (double)times;
        if (fabs(share - 0.9) > 0.03 + 4.5 * sqrt(0.09 / (double)times) || share == 1)
            fail_msg("%d: %.3f", i, share);
    }
}

/* Under load: X_i goes with X_(i-1), and so does what is measured beyond it (correlation 0.9 in
 * logarithms of both; 0.05 of the latter).  Taken one by one, the intervals would be a fourth as
 * wide as they are to be, and hold the truth in a third of the runs. */
enum { IN_TURN = 900 };

static void test_in_turn(void **state)
{
    (void)state;
    size_t times = test_samples(100), in = 0;
    double *x = xcalloc(2 * IN_TURN, sizeof *x), *model = x + IN_TURN;
    for (size_t s = 0; s < times; s++) {
        struct arena *mem = arena_new(0);
        double a = normal(7000 + s, 0), b = normal(9000 + s, 0), step = sqrt(1 - 0.81);
        for (uint32_t i = 0; i < IN_TURN; i++) {
            model[i] = exp(0.5 * a);
            if (i < IN_TURN)
                x[i] = model[i] * 1.04 * exp(0.05 * b - 0.00125);
            a = 0.9 * a + step * normal(7000 + s, i + 1);
            b = 0.9 * b + step * normal(9000 + s, i + 1);
        }
        struct measured m = {.n = IN_TURN, .x = x}, *ms[] = {&m};
        struct compare_value v = {.name = "mean", .margin = 0.1};
        struct compare_part part = {.nvalue = 1, .value = &v};
        struct compare_result r = {.npart = 1, .part = &part};
        const struct compare_side side = {model, IN_TURN, NAN};
        struct compare_opt o = {.predicted = &side, .in_turn = true};
        paired_judge(&r, ms, &o, mem);
        assert_true(part.paired);
        in += v.lo <= 1 / 1.04 && v.hi >= 1 / 1.04;
        arena_drop(mem);
    }
    free(x);
    double share = (double)in / (double)times;
    if (fabs(share - 0.88) > 0.04 + 4.5 * sqrt(0.1 / (double)times) || share == 1)
        fail_msg("%.3f", share);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_in_turn), cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_errors),  cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_pairs),   cmocka_unit_test(test_pairs_cover)};
    return cmocka_run_group_tests_name("compare", t, NULL, NULL);
}
