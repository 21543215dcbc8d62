/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sweep_axis.c - values of sweeps: what is counted is what a person would write, to the last
 * digit; mistakes are in tests/golden/errors/sweep.t. */
#include "run/sweep_axis.h"
#include "tests/unit/test.h"
#include <math.h>
#include <string.h>

static const struct row {
    const char *name, *arg, *axis, *values; /* values parted by '|' */
    double first, last;
    bool rising;
} rows[] = {
    {"list", "hit=0.3,0.5,0.9", "hit", "0.3|0.5|0.9", 0.3, 0.9, true},
    {"blanks", " hit = 0.3 , 0.5", "hit", "0.3|0.5", 0.3, 0.5, true},
    {"constant", "pool=5", "pool", "5", 5, 5, false},
    {"sum", "pool=1:1:4", "pool", "1|2|3|4", 1, 4, true},
    {"end not met", "pool=1:2:6", "pool", "1|3|5", 1, 5, true},
    {"tenths do not drift", "x=0.1:0.1:0.8", "x", "0.1|0.2|0.3|0.4|0.5|0.6|0.7|0.8", 0.1, 0.8,
     true},
    {"hundredths", "x=0.98:0.01:1.02", "x", "0.98|0.99|1|1.01|1.02", 0.98, 1.02, true},
    {"downwards", "x=3:-1:1", "x", "3|2|1", 3, 1, false},
    {"from a negative", "x=-1:0.5:0.5", "x", "-1|-0.5|0|0.5", -1, 0.5, true},
    {"units", "db.latency=1ms:1ms:3ms", "db.latency", "1ms|2ms|3ms", 1e-3, 3e-3, true},
    {"the finest unit", "t=500us:1ms:3ms", "t", "500us|1500us|2500us", 5e-4, 2.5e-3, true},
    {"zero fits any unit", "t=0:5ms:10ms", "t", "0ms|5ms|10ms", 0, 1e-2, true},
    {"rates", "load.rate=10/s:5/s:20/s", "load.rate", "10/s|15/s|20/s", 10, 20, true},
    {"rates of minutes", "r=60/min:1/s:3/s", "r", "60/min|120/min|180/min", 1, 3, true},
    {"sizes", "s=1KiB:1KiB:3KiB", "s", "1KiB|2KiB|3KiB", 1024, 3072, true},
    {"KiB and kB", "s=1KiB:1kB:3kB", "s", "1024B|2024B", 1024, 2024, true},
    {"percent", "p=10%:20%:50%", "p", "10%|30%|50%", 0.1, 0.5, true},
    {"exponents", "x=1e3:5e2:2e3", "x", "1000|1500|2000", 1000, 2000, true},
    {"doubling", "n=1:*2:64", "n", "1|2|4|8|16|32|64", 1, 64, true},
    {"doubling times", "t=1ms:*2:9ms", "t", "1ms|2ms|4ms|8ms", 1e-3, 8e-3, true},
    {"halving", "x=1:*0.5:0.1", "x", "1|0.5|0.25|0.125", 1, 0.125, false},
    {"tenfold", "x=0.001:*10:1", "x", "0.001|0.01|0.1|1", 0.001, 1, true},
    {"a factor with digits", "x=1:*1.5:8", "x", "1|1.5|2.25|3.375|5.0625|7.59375", 1, 7.59375,
     true},
    {"pieces", "n=1:1:3,8,16:16:48", "n", "1|2|3|8|16|32|48", 1, 48, true},
    {"laws", "db.latency=lognormal(p50=1ms,p99=9ms),exponential(mean=2ms)", "db.latency",
     "lognormal(p50=1ms,p99=9ms)|exponential(mean=2ms)", NAN, NAN, false},
    {"quotes and braces", "x='a,b',{k: 1, l: 2},\"c,d\"", "x", "'a,b'|{k: 1, l: 2}|\"c,d\"", NAN,
     NAN, false},
    {"multiplied", "db.latency*=0.5,2", "db.latency*", "0.5|2", 0.5, 2, true},
    {"no rise", "n=8,4,2", "n", "8|4|2", 8, 2, false},
    {"words", "mode=a:b", "mode", "a:b", NAN, NAN, false},
};

static void check_number(double is, double want)
{
    if (isnan(want))
        assert_true(isnan(is));
    else
        assert_true(fabs(is - want) <= 1e-15 * fabs(want));
}

static void test_row(void **state)
{
    const struct row *r = *state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct sweep_axis x;
    assert_true(sweep_axis_read(a, r->arg, &x, d));
    assert_int_equal(diags_count(d), 0);
    const char *all = "";
    for (uint32_t i = 0; i < x.n; i++)
        all = arena_printf(a, "%s%s%s", all, i ? "|" : "", x.value[i]);
    assert_string_equal(x.name, r->axis);
    assert_string_equal(all, r->values);
    check_number(x.number[0], r->first);
    check_number(x.number[x.n - 1], r->last);
    assert_int_equal(x.rising, r->rising);
    arena_drop(a);
}

/* Texts of all kinds, cut off anywhere: an answer or an error, and never more than the limit. */
static void test_torn(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        for (size_t n = 0; n <= strlen(rows[i].arg); n++) {
            struct arena *a = arena_new(0);
            struct diags *d = diags_new(a);
            struct sweep_axis x;
            bool ok = sweep_axis_read(a, arena_strndup(a, rows[i].arg, n), &x, d);
            assert_int_equal(ok, diags_errors(d) == 0);
            assert_true(!ok || (x.n >= 1 && x.n <= SWEEP_MAX_CELLS));
            arena_drop(a);
        }
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 1];
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i] = test_named(rows[i].name, test_row, &rows[i]);
    t[TEST_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(test_torn);
    return cmocka_run_group_tests_name("sweep_axis", t, NULL, NULL);
}
