/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stats.c - against published values, closed forms, and GSL where it can follow. */
#include "base/order.h"
#include "base/hist.h"
#include "base/stats.h"
#include "base/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void near_by(double got, double want, double error, const char *what)
{
    if (!(fabs(got - want) <= error))
        fail_msg("%s: %.17g, not %.17g", what, got, want);
}

static double unit(uint32_t site, uint32_t visit)
{
    return rng_unit((struct draw_key){.seed = 1, .path = 2, .site = site, .visit = visit});
}

static void test_t_and_z(void **state)
{
    (void)state;
    near_by(stats_t(0.975, 9), 2.262157, 5e-7, "t .975, 9");
    near_by(stats_t(0.975, 1), 12.7062047362, 1e-9, "t .975, 1");
    near_by(stats_t(0.95, 30), 1.697260887, 1e-8, "t .95, 30");
    near_by(stats_t(0.9, 2), 1.8856180832, 1e-9, "t .9, 2"); /* 0.8 sqrt(2 / 0.36) */
    near_by(stats_z(0.975), 1.959963984540054, 1e-14, "z .975");
    /* The expansion goes on where GSL leaves off. */
    near_by(stats_t(0.975, 1e6), stats_t(0.975, 999999), 1e-9, "t at the seam");
    near_by(stats_t(0.999, 1e6), gsl_cdf_tdist_Pinv(0.999, 1e6), 1e-9, "t .999, 1e6");
    near_by(stats_t(0.975, 1e18), stats_z(0.975), 1e-12, "t .975, 1e18");
    for (double df = 0.5; df < 1e6; df *= 3)
        for (int i = 1; i < 100; i++)
            near_by(gsl_cdf_tdist_P(stats_t(i / 100.0, df), df), i / 100.0, 1e-9, "P(t)");
    assert_true(isinf(stats_t(1, 5)) && stats_t(0, 5) < -1e300);
    assert_true(isnan(stats_t(1.5, 5)) && isnan(stats_t(0.5, 0)) && isnan(stats_z(NAN)));
    assert_true(isinf(stats_z(0)) && isinf(stats_z(1)));
}

static void test_proportion(void **state)
{
    (void)state;
    static const struct {
        uint64_t k, n;
        double lo, hi;
    } row[] = {
        {0, 30, 0, 0.11570331},
        {30, 30, 1 - 0.11570331, 1},
        {5, 10, 0.18708603, 0.81291397},
        {1, 100, 0.00025315, 0.05445939},
        {990, 1000, 0.98168676, 0.99519449},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct interval r = stats_proportion(row[i].k, row[i].n, 0.95);
        near_by(r.lo, row[i].lo, 6e-9, "lower");
        near_by(r.hi, row[i].hi, 6e-9, "upper");
        near_by(r.value, (double)row[i].k / (double)row[i].n, 0, "value");
    }
    assert_true(isnan(stats_proportion(0, 0, 0.95).value));
}

/* The bounds are where GSL's beta distribution has the tails. */
static void test_proportion_against_gsl(void **state)
{
    (void)state;
    static const uint64_t size[] = {1, 2, 3, 10, 17, 100, 1000, 12345, 100000};
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        uint64_t n = size[i];
        for (uint64_t k = 0; k <= n; k += 1 + n / 13) {
            double a = (double)k, b = (double)(n - k);
            struct interval r = stats_proportion(k, n, 0.99);
            assert_true(r.lo <= r.value && r.value <= r.hi);
            if (k > 0)
                near_by(gsl_cdf_beta_P(r.lo, a, b + 1), 0.005, 1e-9, "lower tail");
            if (k < n)
                near_by(gsl_cdf_beta_Q(r.hi, a + 1, b), 0.005, 1e-9, "upper tail");
        }
    }
    /* Large n: the normal law with Blyth's next term is close; no failures at all is exact. */
    struct interval r = stats_proportion(500000000, 1000000000, 0.95);
    near_by(r.hi - 0.5, 1.959963984540054 * 0.5 / sqrt(1e9), 2e-9, "half width");
    near_by(stats_proportion(0, 1000000000, 0.95).hi, -expm1(log(0.025) / 1e9), 1e-22, "rare");
}

static void test_rank(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        double p;
        uint64_t rank;
    } row[] = {
        {100, 0.07, 7}, /* 100 * 0.07 is 7.000000000000001 */
        {1000, 0.99, 990},
        {1000, 0.999, 999},
        {10, 0.95, 10},
        {4, 0.5, 2},
        {5, 0.5, 3},
        {10, 0, 1},
        {10, 1, 10},
        {1, 0.5, 1},
        {0, 0.5, 0},
        {100, 0.29, 29},
        {1000000000, 0.999, 999000000},
        {3, 0.34, 2},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_int_equal(stats_rank(row[i].n, row[i].p), row[i].rank);
    /* All percentiles of all sizes, against whole numbers. */
    for (uint64_t n = 1; n < 3000; n += 7)
        for (uint64_t c = 1; c <= 100; c++)
            assert_int_equal(stats_rank(n, (double)c / 100), (n * c + 99) / 100);
}

static void test_quantile_ranks(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        double p;
        uint64_t l, u;
    } row[] = {
        {1000, 0.99, 983, 997},
        {1000, 0.5, 469, 532},
        {500, 0.95, 465, 485},
        {10000, 0.99, 9880, 9920},
        {100, 0.9, 84, 96},
        {100, 0.99, 97, 101}, /* .99^100 > .025: nothing bounds it from above */
        {5, 0.5, 0, 6},
        {6, 0.5, 1, 6},
    };
    uint64_t l, u;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        stats_quantile_ranks(row[i].n, row[i].p, 0.95, &l, &u);
        if (l != row[i].l || u != row[i].u)
            fail_msg("row %zu: %llu, %llu", i, (unsigned long long)l, (unsigned long long)u);
    }
}

/* By definition, with GSL's tails: each rank is good and the next one would not be. */
static void test_quantile_ranks_against_gsl(void **state)
{
    (void)state;
    static const double ps[] = {0.001, 0.01, 0.1, 0.37, 0.5, 0.9, 0.95, 0.99, 0.999};
    for (unsigned n = 1; n < 60000; n += 1 + n / 3) {
        for (size_t i = 0; i < sizeof ps / sizeof ps[0]; i++) {
            uint64_t l, u;
            double p = ps[i], t = 0.005;
            stats_quantile_ranks(n, p, 0.99, &l, &u);
            assert_true(l <= u && u <= n + 1);
            if (l > 0)
                assert_true(gsl_cdf_binomial_P((unsigned)l - 1, p, n) <= t);
            assert_true(gsl_cdf_binomial_P((unsigned)l, p, n) > t);
            if (u <= n)
                assert_true(gsl_cdf_binomial_Q((unsigned)u - 1, p, n) <= t);
            if (u > 1)
                assert_true(u == 1 || gsl_cdf_binomial_Q((unsigned)u - 2, p, n) > t);
        }
    }
}

/* For n beyond GSL: near the normal law's ranks, with the continuity and skewness terms. */
static void test_quantile_ranks_large(void **state)
{
    (void)state;
    static const double ps[] = {0.5, 0.9, 0.99, 0.999, 0.99999};
    for (double n = 1e6; n <= 1e9; n *= 10) {
        for (size_t i = 0; i < sizeof ps / sizeof ps[0]; i++) {
            double p = ps[i], q = 1 - p, s = sqrt(n * p * q), z = 1.959963984540054;
            double skew = (q - p) * (z * z - 1) / 6;
            uint64_t l, u;
            stats_quantile_ranks((uint64_t)n, p, 0.95, &l, &u);
            near_by((double)l, n * p - z * s + skew + 0.5, 1.0 + 2 / s, "l");
            near_by((double)u, n * p + z * s + skew + 0.5, 1.0 + 2 / s, "u");
        }
    }
    /* Exact symmetry of the median's ranks. */
    uint64_t l, u;
    stats_quantile_ranks(1000000000, 0.5, 0.95, &l, &u);
    assert_int_equal(l + u, 1000000001);
}

static void test_moments(void **state)
{
    (void)state;
    struct moments one = {0}, all = {0};
    double x[1000], sum = 0, m2 = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        x[i] = 1e9 + unit(1, i);
        moments_add(&one, x[i]);
        sum += x[i] - 1e9;
    }
    for (size_t i = 0; i < 1000; i++)
        m2 += (x[i] - 1e9 - sum / 1000) * (x[i] - 1e9 - sum / 1000);
    near_by(one.mean - 1e9, sum / 1000, 1e-6, "mean");
    near_by(moments_variance(&one), m2 / 999, 1e-7, "variance");
    for (size_t start = 0, len = 0; start < 1000; start += len, len = len * 2 + 1) {
        struct moments part = {0};
        for (size_t i = start; i < start + len && i < 1000; i++)
            moments_add(&part, x[i]);
        moments_merge(&all, &part);
    }
    assert_int_equal(all.n, 1000);
    near_by(all.mean, one.mean, 1e-6, "merged mean");
    near_by(moments_variance(&all), moments_variance(&one), 1e-7, "merged variance");
    assert_true(moments_variance(&(struct moments){1, 5, 0}) == 0);
}

static void test_mean(void **state)
{
    (void)state;
    /* 1..10: mean 5.5, s^2 = 55/6, half width 2.262157 sqrt(55/60). */
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct interval r = stats_mean(x, 10, 0.95);
    near_by(r.value, 5.5, 1e-14, "mean");
    near_by(r.hi - 5.5, 2.2621571627 * sqrt(55.0 / 60), 1e-9, "half width");
    near_by(5.5 - r.lo, r.hi - 5.5, 1e-14, "symmetry");
    assert_true(stats_mean(x, 1, 0.95).value == 1 && isnan(stats_mean(x, 1, 0.95).lo));
    assert_true(isnan(stats_mean(x, 0, 0.95).value));
}

/* The ends by bisection on Hall's cubic itself, in Python. */
static void test_mean_skewed(void **state)
{
    (void)state;
    const double x[] = {1, 2, 2, 3, 3, 4, 5, 8, 13, 29};
    struct interval r = stats_mean_skewed(x, 10, 0.95);
    near_by(r.value, 7, 1e-14, "mean");
    near_by(r.lo, 2.72765843907359, 1e-9, "lower end");
    near_by(r.hi, 30.22567333398247, 1e-8, "upper end");
    const double level[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct interval t = stats_mean(level, 10, 0.95), s = stats_mean_skewed(level, 10, 0.95);
    assert_true(s.lo == t.lo && s.hi == t.hi);
    assert_true(isnan(stats_mean_skewed(x, 1, 0.95).lo));
    const double same[12] = {0};
    assert_true(stats_mean_skewed(same, 12, 0.95).hi == 0);
}

/* 20 exponentials: the t interval holds their mean in some 92 % of the samples, and misses above
 * ten times as often as below. */
static void test_mean_skewed_covers(void **state)
{
    enum { SAMPLES = 4000, SIZE = 20 };
    (void)state;
    uint32_t plain = 0, low = 0, high = 0;
    for (uint32_t k = 0; k < SAMPLES; k++) {
        double x[SIZE];
        for (uint32_t i = 0; i < SIZE; i++)
            x[i] = -log(unit(77, k * SIZE + i));
        struct interval t = stats_mean(x, SIZE, 0.95), v = stats_mean_skewed(x, SIZE, 0.95);
        plain += t.lo <= 1 && 1 <= t.hi;
        low += 1 < v.lo;
        high += v.hi < 1;
    }
    double error = 4 * sqrt(0.05 * 0.95 / SAMPLES), covered = 1 - (double)(low + high) / SAMPLES;
    assert_true(plain < 0.93 * SAMPLES);
    assert_true(covered > 0.94 - error && covered < 0.95 + error);
    assert_true(low < 4 * high && high < 4 * low);
}

static struct ratio_sums sums_of(const double *x, const double *y, size_t n)
{
    struct ratio_sums r = {0};
    for (size_t i = 0; i < n; i++)
        ratio_add(&r, x[i], y[i]);
    return r;
}

/* A bound v is, by definition, where the t test of mean(x - v y) = 0 just rejects. */
static void test_ratio(void **state)
{
    (void)state;
    double x[40], y[40], t = stats_t(0.975, 39);
    for (uint32_t i = 0; i < 40; i++) {
        y[i] = 10 + unit(2, i);
        x[i] = 30 + 2 * unit(3, i) + unit(2, i);
    }
    struct ratio_sums s = sums_of(x, y, 40);
    struct interval r = stats_ratio(&s, 0.95);
    assert_true(r.lo < r.value && r.value < r.hi);
    near_by(r.value, s.sx / s.sy, 1e-15, "ratio");
    for (int side = 0; side < 2; side++) {
        struct moments m = {0};
        for (size_t i = 0; i < 40; i++)
            moments_add(&m, x[i] - (side ? r.hi : r.lo) * y[i]);
        near_by(m.mean / sqrt(moments_variance(&m) / 40), side ? -t : t, 1e-8, "t at the bound");
    }
}

static void test_ratio_corners(void **state)
{
    (void)state;
    /* A constant denominator: the t interval of the mean, divided. */
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const double two[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    const double zero[] = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1.1};
    struct ratio_sums s = sums_of(x, two, 10);
    struct interval r = stats_ratio(&s, 0.95), m = stats_mean(x, 10, 0.95);
    near_by(r.lo, m.lo / 2, 1e-12, "lower");
    near_by(r.hi, m.hi / 2, 1e-12, "upper");
    s = sums_of(x, x, 10);
    r = stats_ratio(&s, 0.95);
    near_by(r.lo, 1, 1e-7, "x / x");
    near_by(r.hi, 1, 1e-7, "x / x");
    s = sums_of(x, zero, 10);
    assert_true(isnan(stats_ratio(&s, 0.95).lo) && isnan(stats_ratio(&s, 0.95).hi));
    s = sums_of(x, two, 1);
    assert_true(stats_ratio(&s, 0.95).value == 0.5 && isnan(stats_ratio(&s, 0.95).hi));
    s = (struct ratio_sums){0};
    assert_true(isnan(stats_ratio(&s, 0.95).value));
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_sort(void **state)
{
    (void)state;
    static const size_t size[] = {0, 1, 2, 3, 100, 255, 256, 257, 258, 1000, 50000};
    static const uint64_t mask[] = {0, 1, 0x7ff, 0x800, 0xfff00000, INT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        size_t n = size[i], bytes = n * sizeof(int64_t);
        int64_t *v = malloc(bytes + 1), *w = malloc(bytes + 1), *tmp = malloc(bytes + 1);
        assert_true(v && w && tmp);
        for (size_t k = 0; k < sizeof mask / sizeof mask[0]; k++) {
            for (size_t j = 0; j < n; j++)
                v[j] = (int64_t)(rng_mix(k, j) & mask[k]) - (k == 3 ? 0x400 : 0);
            if (n > 300 && k == 6) {
                v[7] = INT64_MIN;
                v[9] = INT64_MAX;
            }
            memcpy(w, v, bytes);
            qsort(w, n, sizeof *w, by_value);
            order_sort(v, n, k % 2 ? tmp : NULL);
            assert_memory_equal(v, w, bytes);
        }
        free(v);
        free(w);
        free(tmp);
    }
}

/* Whatever is asked for and in whatever order, it is what a sort of all parts has there. */
static void test_order(void **state)
{
    (void)state;
    enum { N = 30000, A = 11000, B = 11001 };
    static const uint64_t mask[] = {0, 1, 0x3f, 0xfff0000, INT64_MAX, UINT64_MAX};
    int64_t *v = malloc(N * sizeof *v);
    assert_non_null(v);
    for (size_t k = 0; k < sizeof mask / sizeof mask[0]; k++) {
        for (size_t j = 0; j < N; j++)
            v[j] = (int64_t)((rng_mix(k, j) & mask[k]) >> rng_mix(9, j) % 30);
        v[A + 5] = k == 5 ? INT64_MIN : v[A + 5];
        v[N - 1] = k == 5 ? INT64_MAX : v[N - 1];
        /* The part in the middle has one value, the second none. */
        const struct series part[] = {{v, A}, {v + A, 0}, {v + A, B - A}, {v + B, N - B}};
        struct order *o = order_new(part, sizeof part / sizeof part[0]);
        order_sort(v, N, NULL);
        for (size_t j = 0; j < N; j += j < 100 ? 1 : 97) {
            assert_int_equal(order_at(o, N - j), v[N - 1 - j]);
            assert_int_equal(order_at(o, j + 1), v[j]);
        }
        order_free(o);
    }
    free(v);
    struct order *none = order_new(NULL, 0);
    order_free(none);
}

/* A level of 10 for the first cut batches, then noise around 0: the cut is found. */
static void test_mser5(void **state)
{
    (void)state;
    enum { N = 2003 };
    double x[N];
    bool short_run;
    for (size_t cut = 0; cut <= 800; cut += 200) {
        for (uint32_t i = 0; i < N; i++)
            x[i] = (i < cut ? 10 : 0) + unit(4, i);
        size_t d = stats_mser5(x, N, &short_run);
        assert_int_equal(d % 5, 0);
        assert_true(d >= cut && d <= cut + 100);
        assert_false(short_run);
    }
    for (uint32_t i = 0; i < N; i++) /* it never settles */
        x[i] = N - i;
    assert_int_equal(stats_mser5(x, N, &short_run), 1000);
    assert_true(short_run);
    for (uint32_t i = 0; i < N; i++)
        x[i] = 3;
    assert_int_equal(stats_mser5(x, N, &short_run), 0);
    assert_false(short_run);
    assert_int_equal(stats_mser5(x, 4, &short_run), 0);
    assert_true(short_run);
}

/* By hand: batch means 9 1 2 1 2 1; sums of squares over (k - d)^2 for d = 0..3 are
 * 47.333/36, 1.2/25, 1/16, 0.667/9. */
static void test_mser5_by_hand(void **state)
{
    (void)state;
    static const double mean[] = {9, 1, 2, 1, 2, 1};
    double x[30];
    bool short_run;
    for (size_t i = 0; i < 30; i++)
        x[i] = mean[i / 5] + ((double)(i % 5) - 2);
    assert_int_equal(stats_mser5(x, 30, &short_run), 5);
    assert_false(short_run);
}

static void test_lag1(void **state)
{
    (void)state;
    const double up[] = {1, 2, 3, 4, 5}, flat[] = {4, 4, 4};
    near_by(stats_lag1(up, 5), 0.4, 1e-15, "1..5"); /* (2 + 0 + 0 + 2) / 10 */
    assert_true(stats_lag1(flat, 3) == 0 && stats_lag1(up, 1) == 0 && stats_lag1(up, 0) == 0);
    enum { N = 20000 };
    double *x = malloc(N * sizeof *x), last = 0;
    assert_non_null(x);
    for (uint32_t i = 0; i < N; i++)
        x[i] = last = 0.7 * last + stats_z(unit(5, i));
    near_by(stats_lag1(x, N), 0.7, 0.02, "AR(1)"); /* deviation sqrt(.51 / N) = 0.005 */
    free(x);
}

static void test_hist_ranks(void **state)
{
    (void)state;
    enum { N = 20000 };
    int64_t *v = malloc(N * sizeof *v);
    assert_non_null(v);
    struct hist *h = hist_new(), *parts[3] = {hist_new(), hist_new(), hist_new()};
    assert_int_equal(hist_count(h), 0);
    assert_int_equal(hist_at_rank(h, 1), 0);
    assert_int_equal(hist_count_above(h, 0), 0);
    for (uint32_t i = 0; i < N; i++) {
        v[i] = (int64_t)exp(43 * unit(6, i)); /* every octave up to 2^62 */
        hist_add(h, v[i], 1);
        hist_add(parts[i % 3], v[i], 1);
    }
    order_sort(v, N, NULL);
    struct hist *sum = hist_new();
    for (int i = 0; i < 3; i++)
        hist_merge(sum, parts[i]);
    assert_true(hist_at_rank(sum, 1) == v[0] && hist_at_rank(sum, N) == v[N - 1]);
    assert_int_equal(hist_count(sum), N);
    for (uint64_t r = 1; r <= N; r++) {
        int64_t got = hist_at_rank(h, r), want = v[r - 1];
        if (fabs((double)got - (double)want) > (double)want / 2048)
            fail_msg("rank %d: %lld, not %lld", (int)r, (long long)got, (long long)want);
        if (want < 4096)
            assert_int_equal(got, want);
        if (r % 97 == 0)
            assert_int_equal(hist_at_rank(sum, r), got);
    }
    assert_true(hist_at_rank(h, 1) == v[0] && hist_at_rank(h, N) == v[N - 1]);
    for (int i = 0; i < 3; i++)
        hist_free(parts[i]);
    hist_free(sum);
    hist_free(h);
    free(v);
}

static void test_hist_edges(void **state)
{
    (void)state;
    struct hist *h = hist_new(), *empty = hist_new();
    hist_add(h, 5, 0);
    assert_int_equal(hist_count(h), 0);
    hist_add(h, INT64_MAX, 2);
    hist_add(h, 0, 3);
    hist_add(h, 4095, 1);
    hist_merge(h, empty);
    assert_int_equal(hist_count(h), 6);
    assert_true(hist_at_rank(h, 3) == 0 && hist_at_rank(h, 4) == 4095);
    assert_true(hist_at_rank(h, 6) == INT64_MAX && hist_at_rank(h, 1) == 0);
    assert_int_equal(hist_count_above(h, -1), 6);
    assert_int_equal(hist_count_above(h, 0), 3);
    assert_int_equal(hist_count_above(h, 4094), 3);
    assert_int_equal(hist_count_above(h, 4095), 2);
    assert_int_equal(hist_count_above(h, INT64_MAX), 0);
    hist_free(h);
    h = hist_new();
    hist_add(h, 123456789, UINT64_C(1) << 40);
    assert_true(hist_at_rank(h, 77) == 123456789); /* clamped to [min, max] */
    hist_merge(empty, h);
    assert_true(hist_at_rank(empty, 1) == 123456789 && hist_count(empty) == UINT64_C(1) << 40);
    hist_free(h);
    hist_free(empty);
    hist_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t_and_z),
        cmocka_unit_test(test_proportion),
        cmocka_unit_test(test_proportion_against_gsl),
        cmocka_unit_test(test_rank),
        cmocka_unit_test(test_quantile_ranks),
        cmocka_unit_test(test_quantile_ranks_against_gsl),
        cmocka_unit_test(test_quantile_ranks_large),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_mean_skewed),
        cmocka_unit_test(test_mean_skewed_covers),
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_ratio_corners),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_mser5),
        cmocka_unit_test(test_mser5_by_hand),
        cmocka_unit_test(test_lag1),
        cmocka_unit_test(test_hist_ranks),
        cmocka_unit_test(test_hist_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
