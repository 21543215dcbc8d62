/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rng.c - Random123's published vectors, and that neighbouring keys give what looks
 * independent.  All keys are fixed, so a failure is never bad luck. */
#include "base/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static void test_known_answers(void **state)
{
    (void)state;
    /* kat_vectors of Random123: philox4x32, 10 rounds. */
    static const struct {
        uint32_t c[4], k[2], r[4];
    } row[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const uint32_t *c = row[i].c, *r = row[i].r;
        philox4x32_ctr_t ctr = {{c[0], c[1], c[2], c[3]}};
        philox4x32_key_t key = {{row[i].k[0], row[i].k[1]}};
        philox4x32_ctr_t got = philox4x32(ctr, key);
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(got.v[k], r[k]);
        /* The same through draw_key: which word of the counter is which field. */
        struct draw_key d = {.seed = (uint64_t)row[i].k[1] << 32 | row[i].k[0],
                             .path = (uint64_t)c[1] << 32 | c[0],
                             .site = c[2],
                             .visit = c[3]};
        double u, v;
        rng_unit2(d, &u, &v);
        assert_true(u == rng_unit53(r[0], r[1]) && v == rng_unit53(r[2], r[3]));
        assert_true(u == rng_unit(d));
    }
}

static void test_open_interval(void **state)
{
    (void)state;
    assert_true(rng_unit53(0, 0) > 0);
    assert_true(rng_unit53(0, 0) == 0x1p-53);
    assert_true(rng_unit53(UINT32_MAX, UINT32_MAX) == 1 - 0x1p-53);
    assert_true(rng_unit53(0x80000000, 0) > 0.5);
    assert_true(rng_unit53(0x7fffffff, UINT32_MAX) < 0.5);
}

enum field { FIELD_SEED, FIELD_PATH, FIELD_SITE, FIELD_VISIT, FIELDS };

static struct draw_key key_at(enum field f, uint32_t i)
{
    struct draw_key k = {.seed = 7, .path = 11, .site = 13, .visit = 17};
    if (f == FIELD_SEED)
        k.seed += i;
    else if (f == FIELD_PATH)
        k.path = rng_mix(k.path, i);
    else if (f == FIELD_SITE)
        k.site += i;
    else
        k.visit += i;
    return k;
}

/* Both tails: too even is as suspicious as too uneven. */
static void check_chi_square(double x, double df, const char *what, int which)
{
    double p = gsl_cdf_chisq_Q(x, df);
    if (p < 1e-4 || p > 1 - 1e-4)
        fail_msg("%s %d: chi-square %g with %g degrees, p = %g", what, which, x, df, p);
}

static void test_uniform(void **state)
{
    (void)state;
    enum { N = 200000, CELLS = 1000 };
    for (int f = 0; f < FIELDS; f++) {
        double a[CELLS] = {0}, b[CELLS] = {0}, xa = 0, xb = 0;
        for (uint32_t i = 0; i < N; i++) {
            double u, v;
            rng_unit2(key_at((enum field)f, i), &u, &v);
            assert_true(u > 0 && u < 1 && v > 0 && v < 1);
            a[(int)(u * CELLS)]++;
            b[(int)(v * CELLS)]++;
        }
        for (int i = 0; i < CELLS; i++) {
            const double e = (double)N / CELLS;
            xa += (a[i] - e) * (a[i] - e) / e;
            xb += (b[i] - e) * (b[i] - e) / e;
        }
        check_chi_square(xa, CELLS - 1, "first uniform, field", f);
        check_chi_square(xb, CELLS - 1, "second uniform, field", f);
    }
}

static void test_neighbours_independent(void **state)
{
    (void)state;
    enum { N = 200000, SIDE = 32 };
    for (int f = 0; f < FIELDS; f++) {
        static const double e = (double)N / (SIDE * SIDE);
        double cell[SIDE][SIDE] = {{0}}, x = 0, sum = 0, inner = 0;
        double last = rng_unit(key_at((enum field)f, 0));
        for (uint32_t i = 1; i <= N; i++) {
            double u, v;
            rng_unit2(key_at((enum field)f, i), &u, &v);
            cell[(int)(last * SIDE)][(int)(u * SIDE)]++;
            sum += (last - 0.5) * (u - 0.5);
            inner += (u - 0.5) * (v - 0.5);
            last = u;
        }
        for (int i = 0; i < SIDE * SIDE; i++) {
            double d = cell[i / SIDE][i % SIDE] - e;
            x += d * d / e;
        }
        check_chi_square(x, SIDE * SIDE - 1, "pairs, field", f);
        /* 12 * mean is the correlation; its deviation is 1/sqrt(N). */
        assert_true(fabs(12 * sum / N) * sqrt(N) < 4);
        assert_true(fabs(12 * inner / N) * sqrt(N) < 4);
    }
}

static void test_mix(void **state)
{
    (void)state;
    /* splitmix64 seeded with 0 first yields 0xe220a8397b1dcdaf: mix(0, 1) is that step. */
    assert_true(rng_mix(0, 1) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(rng_mix(rng_mix(1, 2), 3) != rng_mix(rng_mix(1, 3), 2));
    double flips = 0;
    for (uint64_t x = 0; x < 1000; x++)
        for (int bit = 0; bit < 64; bit++)
            flips += __builtin_popcountll(rng_mix(5, x) ^ rng_mix(5, x ^ UINT64_C(1) << bit));
    /* One bit in, half the bits out: 64000 pairs of mean 32, deviation of the mean 0.016. */
    assert_true(fabs(flips / 64000 - 32) < 0.2);
}

/* Many at once are the same ones, whatever their number. */
static void test_units(void **state)
{
    (void)state;
    enum { MOST = 67 };
    uint64_t path[MOST];
    double u[MOST + 1];
    for (uint64_t i = 0; i < MOST; i++)
        path[i] = rng_mix(7, i) ^ (i % 3 ? 0 : UINT64_MAX >> (i % 64));
    for (size_t n = 0; n <= MOST; n++) {
        struct draw_key k = {.seed = rng_mix(1, n), .site = (uint32_t)(n * 0x9e3779b9), .visit = 3};
        u[n] = -1;
        rng_units(k, path, u, n);
        for (size_t i = 0; i < n; i++) {
            k.path = path[i];
            assert_true(u[i] == rng_unit(k));
        }
        assert_true(u[n] == -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers), cmocka_unit_test(test_open_interval),
        cmocka_unit_test(test_uniform),       cmocka_unit_test(test_mix),
        cmocka_unit_test(test_units),         cmocka_unit_test(test_neighbours_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
