/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_usl.c - the universal scalability law: on points that obey it, and on published data with
 * the coefficients that R's package usl has for them. */
#include "test.h"
#include "base/rng.h"
#include "fit/usl.h"
#include <math.h>

static void near(double x, double want, double tol)
{
    if (!(fabs(x - want) <= tol))
        fail_msg("%.10g is not %.10g +- %g", x, want, tol);
}

static void test_exact(void **state)
{
    (void)state;
    static const double laws[][3] = {{100, 0.02, 0.0005}, {7.5, 0.3, 0.01}, {1, 0.001, 1e-5}};
    for (size_t k = 0; k < TEST_COUNT(laws); k++) {
        struct usl_point p[8];
        const struct usl truth = {
            {laws[k][0], 0, 0}, {laws[k][1], 0, 0}, {laws[k][2], 0, 0}, 0, 0, 0};
        for (int i = 0; i < 8; i++) {
            p[i].n = 1 << i;
            p[i].x = usl_at(&truth, p[i].n);
        }
        struct usl u;
        assert_true(usl_fit(p, 8, &u));
        near(u.gamma.value, laws[k][0], 1e-6 * laws[k][0]);
        near(u.sigma.value, laws[k][1], 1e-6);
        near(u.kappa.value, laws[k][2], 1e-8);
        near(u.sd, 0, 1e-6 * laws[k][0]);
        near(u.peak_n, sqrt((1 - laws[k][1]) / laws[k][2]), 1e-3 * u.peak_n);
    }
}

/* Gunther, Guerrilla Capacity Planning (2007): SPEC SDM91 on a Sun; scripts per hour. */
static void test_sdm91(void **state)
{
    (void)state;
    static const struct usl_point p[] = {{1, 64.9},     {18, 995.9},   {36, 1652.4}, {72, 1853.2},
                                         {108, 1828.9}, {144, 1775.0}, {216, 1702.2}};
    struct usl u;
    assert_true(usl_fit(p, TEST_COUNT(p), &u));
    near(u.sigma.value, 0.0277285, 5e-6);
    near(u.kappa.value, 0.0001044, 5e-8);
    near(u.gamma.value, 89.995, 5e-3);
    near(u.peak_n, 96.52, 0.005);
    near(u.peak_x, 1883.9, 0.1);
    /* Standard errors 0.0091217, 0.0000199, 14.213; 4 degrees of freedom: t = 2.776445. */
    near((u.sigma.hi - u.sigma.value) / 2.776445, 0.0091217, 5e-6);
    near((u.kappa.hi - u.kappa.value) / 2.776445, 0.0000199, 1e-7);
    near((u.gamma.hi - u.gamma.value) / 2.776445, 14.213, 5e-3);
    near(u.sd, 82.846, 0.01);
}

/* The same book: a ray tracer on an SGI Origin, rays a second; the first six levels. */
static void test_raytracer(void **state)
{
    (void)state;
    static const struct usl_point p[] = {{1, 20},   {4, 78},   {8, 130},  {12, 170},
                                         {16, 190}, {20, 200}, {24, 210}, {28, 230},
                                         {32, 260}, {48, 280}, {64, 310}};
    struct usl u;
    assert_true(usl_fit(p, 6, &u));
    near(u.sigma.value, 0.02444, 1e-5);
    near(u.kappa.value, 0.00163, 5e-6);
    near(u.gamma.value, 20.856, 1e-3);
    /* Of all points kappa would be -2.01e-4: it is 0, and there is no peak but a limit. */
    assert_true(usl_fit(p, TEST_COUNT(p), &u));
    assert_true(!(u.kappa.value > 0) && isnan(u.kappa.lo));
    assert_true(isinf(u.peak_n));
    near(u.peak_x, u.gamma.value / u.sigma.value, 1e-9);
    assert_false(usl_fit(p, 3, &u));
}

/* The true values lie within their intervals as often as they should. */
static void test_intervals(void **state)
{
    (void)state;
    static const double n[] = {1, 2, 4, 8, 16, 24, 32, 48};
    const struct usl truth = {{50, 0, 0}, {0.03, 0, 0}, {0.0008, 0, 0}, 0, 0, 0};
    size_t times = test_samples(1000), in[3] = {0, 0, 0};
    for (size_t s = 0; s < times; s++) {
        struct usl_point p[TEST_COUNT(n)];
        struct usl u;
        for (size_t i = 0; i < TEST_COUNT(n); i++) {
            double z = stats_z(rng_unit((struct draw_key){.seed = s, .path = i, .site = 4}));
            p[i] = (struct usl_point){n[i], usl_at(&truth, n[i]) + 5 * z};
        }
        assert_true(usl_fit(p, TEST_COUNT(n), &u));
        in[0] += u.gamma.lo <= 50 && u.gamma.hi >= 50;
        in[1] += u.sigma.lo <= 0.03 && u.sigma.hi >= 0.03;
        in[2] += u.kappa.lo <= 0.0008 && u.kappa.hi >= 0.0008;
    }
    double sd = sqrt(0.05 * 0.95 / (double)times);
    for (int i = 0; i < 3; i++)
        near((double)in[i] / (double)times, 0.95, 0.01 + 4.5 * sd);
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_exact), cmocka_unit_test(test_sdm91),
                                   cmocka_unit_test(test_raytracer),
                                   cmocka_unit_test(test_intervals)};
    return cmocka_run_group_tests_name("usl", t, NULL, NULL);
}
