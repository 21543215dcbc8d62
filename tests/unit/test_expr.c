/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_expr.c - expressions against closed forms: values and units, errors and their places, the
 * laws of the language's table, draws as functions of their keys, bounds. */
#include "tests/unit/test.h"

#include "model/expr.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct fixture {
    struct arena *a;
    struct diags *d;
    struct xprog x;
    struct scope scope;
    const struct expr *law; /* what the parameter `law` stands for */
};

/* rtt = 1ms, half = 0.5; variables: n (slot 0), t (slot 1, a duration), flag (slot 2), law: an
 * expression; checks.over: slots 3 and 4. */
static struct binding find(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d)
{
    struct fixture *f = ctx;
    const char *s = name->name;
    if (name->field != NULL && strcmp(name->field, "over") == 0 && agg != X_NAME)
        return (struct binding){.kind = BIND_VAR, .unit = UNIT_NUMBER, .slot = 3, .total = 4};
    if (strcmp(s, "rtt") == 0)
        return (struct binding){.kind = BIND_CONST, .unit = UNIT_DURATION, .value = 1e6};
    if (strcmp(s, "half") == 0)
        return (struct binding){.kind = BIND_CONST, .unit = UNIT_NUMBER, .value = 0.5};
    if (strcmp(s, "law") == 0 && f->law != NULL)
        return (struct binding){.kind = BIND_EXPR, .expr = f->law};
    if (strcmp(s, "n") == 0)
        return (struct binding){.kind = BIND_VAR, .unit = UNIT_NUMBER, .slot = 0};
    if (strcmp(s, "t") == 0)
        return (struct binding){.kind = BIND_VAR, .unit = UNIT_DURATION, .slot = 1};
    if (strcmp(s, "flag") == 0)
        return (struct binding){.kind = BIND_VAR, .unit = UNIT_BOOL, .slot = 2};
    diag_error(d, name->at, "E-expr-name", NULL, "unknown name `%s`", s);
    return (struct binding){.kind = BIND_ERROR};
}
static const double vars[] = {3, 2e6, 1, 2, 5};

static void open_fixture(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->a = arena_new(0);
    f->d = diags_new(f->a);
    xprog_init(&f->x, f->a);
    f->scope = (struct scope){.ctx = f, .find = find};
}

static uint32_t build_in(struct fixture *f, const char *text, enum want want, const char *dir)
{
    struct loc at = {.file = 0, .line = 1, .col = 1, .len = (uint32_t)strlen(text)};
    const struct expr *e = expr_parse(f->a, text, at, dir, f->d);
    return e != NULL ? expr_compile(&f->x, e, want, false, &f->scope, f->d) : XEXPR_NONE;
}

static uint32_t build(struct fixture *f, const char *text, enum want want)
{
    uint32_t id = build_in(f, text, want, "");
    for (uint32_t i = 0; id == XEXPR_NONE && i < diags_count(f->d); i++)
        print_message("%s: %s\n", text, diags_get(f->d, i)->text);
    return id;
}

static double value_at(const struct fixture *f, uint32_t id, uint64_t path)
{
    const char *bad = NULL;
    struct draw_key key = {.seed = 7, .path = path, .site = 3};
    double v = expr_eval(&f->x, id, vars, key, &bad);
    if (bad != NULL)
        fail_msg("cannot be had: %s", bad);
    return v;
}

/* ---- values ---- */

static const struct value_row {
    const char *text;
    double value;
    enum unit unit;
} value_rows[] = {
    {"0", 0, UNIT_ZERO},
    {"(0) * 0.5", 0, UNIT_ZERO}, /* as s.latency*=0.5 makes of `latency: 0` */
    {"2 * 0 + 5ms", 5e6, UNIT_DURATION},
    {"5ms", 5e6, UNIT_DURATION},
    {"1.5us", 1500, UNIT_DURATION},
    {"2\xc2\xb5s", 2000, UNIT_DURATION},
    {"1e3ns", 1000, UNIT_DURATION},
    {".5s", 5e8, UNIT_DURATION},
    {"2min", 120e9, UNIT_DURATION},
    {"1h", 3600e9, UNIT_DURATION},
    {"200/s", 200, UNIT_RATE},
    {"12/min", 0.2, UNIT_RATE},
    {"5/ms", 5000, UNIT_RATE},
    {"3600/h", 1, UNIT_RATE},
    {"64KB", 64000, UNIT_SIZE},
    {"64kB", 64000, UNIT_SIZE},
    {"1MiB", 1048576, UNIT_SIZE},
    {"0.3%", 0.003, UNIT_NUMBER},
    {"true", 1, UNIT_BOOL},
    {"1 + 2 * 3", 7, UNIT_NUMBER},
    {"(1 + 2) * 3", 9, UNIT_NUMBER},
    {"7 - 2 - 1", 4, UNIT_NUMBER},
    {"8 / 4 / 2", 1, UNIT_NUMBER},
    {"-2 * -3", 6, UNIT_NUMBER},
    {"2 * rtt + 1ms", 3e6, UNIT_DURATION},
    {"rtt / 2", 5e5, UNIT_DURATION},
    {"10ms / rtt", 10, UNIT_NUMBER},
    {"200/s * 5ms", 1, UNIT_NUMBER},
    {"1 / rtt", 1000, UNIT_RATE},
    {"4 / (200/s)", 2e7, UNIT_DURATION},
    {"(200/s) / (50/s)", 4, UNIT_NUMBER},
    {"64KB / 1KB * 30us", 64 * 3e4, UNIT_DURATION},
    {"min(3ms, rtt, 2ms)", 1e6, UNIT_DURATION},
    {"max(3ms rtt 0)", 3e6, UNIT_DURATION},
    {"max(1 -2, -5)", -1, UNIT_NUMBER},
    {"ceil(2.1) + floor(2.9) + round(2.5)", 8, UNIT_NUMBER},
    {"1ms < 2ms and not (2 > 3)", 1, UNIT_BOOL},
    {"not 1 == 2", 1, UNIT_BOOL},
    {"true or false and false", 1, UNIT_BOOL},
    {"rtt >= 0", 1, UNIT_BOOL},
    {"true != false", 1, UNIT_BOOL},
    {"n * rtt", 3e6, UNIT_DURATION},
    {"t + rtt", 3e6, UNIT_DURATION},
    {"flag and n <= 3", 1, UNIT_BOOL},
    {"count(checks.over)", 2, UNIT_NUMBER},
    {"any(checks.over)", 1, UNIT_BOOL},
    {"all(checks.over)", 0, UNIT_BOOL},
    {"t / rtt * half", 1, UNIT_NUMBER},
    {"truncate(n * 1ms, 1ms, 5ms)", 3e6, UNIT_DURATION},
};

static void test_value(void **state)
{
    const struct value_row *r = *state;
    struct fixture f;
    open_fixture(&f);
    uint32_t id = build(&f, r->text, WANT_ANYTHING);
    assert_int_not_equal(id, XEXPR_NONE);
    double v = value_at(&f, id, 1), lo, hi;
    if (fabs(v - r->value) > 1e-12 * fabs(r->value))
        fail_msg("%s is %.17g, not %.17g", r->text, v, r->value);
    assert_int_equal(f.x.expr[id].unit, r->unit);
    expr_bounds(&f.x, id, &lo, &hi);
    assert_true(lo <= v && v <= hi);
    if (f.x.expr[id].constant)
        assert_true(lo == v && hi == v && expr_mean(&f.x, id) == v);
    arena_drop(f.a);
}

/* ---- errors ---- */

static const struct error_row {
    const char *text;
    enum want want;
    const char *id;
    uint32_t col;
    const char *says; /* in its text or its hint */
} error_rows[] = {
    {"1ms + 3", WANT_DURATION, "E-expr-unit", 1, "`1ms` is a duration and `3` is a number"},
    {"35", WANT_DURATION, "E-expr-unit", 1, "write 35ms, 35us or 35s"},
    {"5ms", WANT_NUMBER, "E-expr-unit", 1, "a number is expected"},
    {"1ms < 3", WANT_BOOL, "E-expr-unit", 1, NULL},
    {"64KB * 3us", WANT_DURATION, "E-expr-unit", 1, "divide a size by a size"},
    {"1ms * 1ms", WANT_DURATION, "E-expr-unit", 1, NULL},
    {"true + 1", WANT_NUMBER, "E-expr-unit", 1, NULL},
    {"1 and true", WANT_BOOL, "E-expr-unit", 1, NULL},
    {"2 * min(1ms, 3)", WANT_ANYTHING, "E-expr-unit", 14, NULL},
    {"5sec", WANT_DURATION, "E-expr-unit", 1, "`sec` is no unit"},
    {"1 +", WANT_NUMBER, "E-expr-syntax", 4, NULL},
    {"", WANT_NUMBER, "E-expr-syntax", 1, "empty"},
    {"(1 + 2", WANT_NUMBER, "E-expr-syntax", 1, "never closed"},
    {"lognormal(p50=25ms", WANT_DURATION, "E-expr-syntax", 10, "YAML takes the comma"},
    {"p99=120ms)", WANT_DURATION, "E-expr-syntax", 4, NULL},
    {"25 ms", WANT_DURATION, "E-expr-syntax", 4, "without a blank"},
    {"1 < 2 < 3", WANT_BOOL, "E-expr-syntax", 7, "a < b and b < c"},
    {"a = 3", WANT_BOOL, "E-expr-syntax", 3, "a == b"},
    {"\xc2\xb5 + 1", WANT_NUMBER, "E-expr-syntax", 1, NULL},
    {"2\xc2\xb5s + nope", WANT_ANYTHING, "E-expr-name", 7, NULL},
    {"1 + sqrt(2)", WANT_NUMBER, "E-expr-name", 5, NULL},
    {"lognromal(p50=1ms p99=2ms)", WANT_DURATION, "E-dist-unknown", 1, "lognormal"},
    {"lognormal(p50=1ms p98=2ms)", WANT_DURATION, "E-dist-param", 19, NULL},
    {"lognormal(p50=1ms)", WANT_DURATION, "E-dist-param", 1, "any two of mean, cv, p50"},
    {"lognormal(1ms, 2ms)", WANT_DURATION, "E-dist-param", 1, "needs names"},
    {"lognormal(p50=9ms p50=9ms)", WANT_DURATION, "E-dist-param", 19, "twice"},
    {"lognormal(p50=20ms p99=5ms)", WANT_DURATION, "E-dist-param", 1, "p99"},
    {"uniform(1ms, 3)", WANT_DURATION, "E-expr-unit", 14, NULL},
    {"poisson(4ms)", WANT_ANYTHING, "E-expr-unit", 9, NULL},
    {"mix(0.5 of 1ms, 0.4 of 2ms)", WANT_DURATION, "E-dist-param", 1, "sum"},
    {"mix(0.5 of 1ms, 0.5 of 2)", WANT_DURATION, "E-expr-unit", 24, NULL},
    {"mix(1ms, 2ms)", WANT_DURATION, "E-dist-param", 1, NULL},
    {"quantiles(p50=1ms, p100=2ms)", WANT_DURATION, "E-dist-param", 1, "p0"},
    {"quantiles(p0=1ms, p50=2ms)", WANT_DURATION, "E-dist-param", 1, "p100"},
    {"quantiles(p0=3ms, p100=2ms)", WANT_DURATION, "E-dist-param", 1, NULL},
    {"truncate(uniform(1ms, 3ms), 5ms, 9ms)", WANT_DURATION, "E-dist-param", 1, NULL},
    {"truncate(exponential(mean=1ms), 2ms)", WANT_DURATION, "E-dist-param", 1, NULL},
    {"recorded(\"a.db\", \"b\")", WANT_DURATION, "E-store", 1, "cannot be opened"},
    {"samples(\"/nonexistent/x.csv\")", WANT_DURATION, "E-file", 9, NULL},
    {"chance(80)", WANT_BOOL, "E-expr-range", 8, "between 0 and 1"},
    {"chance(1, 2)", WANT_BOOL, "E-expr-args", 1, NULL},
    {"min(1)", WANT_NUMBER, "E-expr-args", 1, NULL},
    {"any(x)", WANT_BOOL, "E-expr-args", 1, NULL},
    {"1.5", WANT_PROBABILITY, "E-expr-range", 1, NULL},
    {"2.5", WANT_COUNT, "E-expr-range", 1, "whole"},
    {"1 - 3", WANT_COUNT, "E-expr-range", 1, "negative"},
    {"uniform(1, 3)", WANT_COUNT, "E-expr-range", 1, "fractions"},
    {"1ms - 2ms", WANT_DURATION, "E-expr-range", 1, "-1ms"},
    {"1 / (half - 0.5)", WANT_NUMBER, "E-expr-zero", 6, NULL},
    {"n / 0", WANT_NUMBER, "E-expr-zero", 5, NULL},
    {"1e999", WANT_NUMBER, "E-expr-range", 1, NULL},
    {"ceil(1.5ms)", WANT_ANYTHING, "E-expr-unit", 6, "divide by a unit"},
};

static void test_error(void **state)
{
    const struct error_row *r = *state;
    struct fixture f;
    open_fixture(&f);
    assert_int_equal(build_in(&f, r->text, r->want, ""), XEXPR_NONE);
    assert_int_equal(diags_count(f.d), 1);
    const struct diag *g = diags_get(f.d, 0);
    if (strcmp(g->id, r->id) != 0 || g->at.col != r->col)
        fail_msg("%s: [%s] at %u: %s", r->text, g->id, g->at.col, g->text);
    if (r->says != NULL && strstr(g->text, r->says) == NULL &&
        (g->hint == NULL || strstr(g->hint, r->says) == NULL))
        fail_msg("%s: \"%s\" (%s) says nothing of \"%s\"", r->text, g->text,
                 g->hint != NULL ? g->hint : "", r->says);
    arena_drop(f.a);
}

static void test_independent_errors(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    assert_int_equal(
        build_in(&f, "max(1ms + 3, nope) + 2 * gamma(mean=1ms cv=-1)", WANT_DURATION, ""),
        XEXPR_NONE);
    assert_int_equal(diags_count(f.d), 3);
    arena_drop(f.a);
}

static void test_bounded(void **state)
{
    struct fixture f;
    char text[9000];
    (void)state;
    open_fixture(&f);
    memset(text, '(', 4000);
    text[4000] = '\0';
    assert_int_equal(build_in(&f, text, WANT_NUMBER, ""), XEXPR_NONE);
    memset(text, '-', 4000);
    assert_int_equal(build_in(&f, text, WANT_NUMBER, ""), XEXPR_NONE);
    for (size_t i = 0; i < 8000; i++)
        text[i] = i % 2 ? '+' : '1';
    text[7999] = '\0';
    assert_int_equal(build_in(&f, text, WANT_NUMBER, ""), XEXPR_NONE);
    assert_int_equal(diags_count(f.d), 2); /* the first two are the same, at the same place */
    for (uint32_t i = 0; i < 2; i++)
        assert_string_equal(diags_get(f.d, i)->id, "E-expr-depth");
    /* A law put in place of its own name: refused, not followed for ever. */
    struct loc at = {.line = 1, .col = 1};
    f.law = expr_parse(f.a, "law + law", at, "", f.d);
    assert_non_null(f.law);
    assert_int_equal(build_in(&f, "law", WANT_DURATION, ""), XEXPR_NONE);
    arena_drop(f.a);
}

static void test_nodraw(void **state)
{
    struct fixture f;
    struct loc at = {.line = 1, .col = 1};
    (void)state;
    open_fixture(&f);
    const struct expr *e = expr_parse(f.a, "1ms + exponential(mean=1ms)", at, "", f.d);
    assert_int_equal(expr_compile(&f.x, e, WANT_DURATION, true, &f.scope, f.d), XEXPR_NONE);
    assert_string_equal(diags_get(f.d, 0)->id, "E-expr-draw");
    enum unit u;
    assert_true(expr_unit(e, &f.scope, &u, f.d));
    assert_int_equal(u, UNIT_DURATION);
    arena_drop(f.a);
}

/* ---- laws: mean and standard deviation by textbook formulas ---- */

static const struct law_row {
    const char *text;
    enum unit unit;
    double mean, sd; /* sd negative: not compared */
    bool one;        /* exactly one draw of one distribution */
} law_rows[] = {
    {"uniform(1ms, 3ms)", UNIT_DURATION, 2e6, 577350.2691896, true},
    {"uniform(1ms 3ms)", UNIT_DURATION, 2e6, 577350.2691896, true},
    {"triangular(1ms, 2ms, 9ms)", UNIT_DURATION, 4e6, 1779513.0420052, true},
    {"exponential(mean=3ms)", UNIT_DURATION, 3e6, 3e6, true},
    {"exponential(rate=200/s)", UNIT_DURATION, 5e6, 5e6, true},
    {"exponential(rate=2)", UNIT_NUMBER, 0.5, 0.5, true},
    {"erlang(k=4, mean=3ms)", UNIT_DURATION, 3e6, 1.5e6, true},
    {"gamma(mean=3ms, cv=0.5)", UNIT_DURATION, 3e6, 1.5e6, true},
    {"gamma(shape=4 scale=1ms)", UNIT_DURATION, 4e6, 2e6, true},
    {"lognormal(mean=3ms, cv=0.5)", UNIT_DURATION, 3e6, 1.5e6, true},
    {"lognormal(mu=0 sigma=0.5)", UNIT_DURATION, 1.1331484530668e9, 0.60390096e9, true},
    {"weibull(shape=1, scale=3ms)", UNIT_DURATION, 3e6, 3e6, true},
    {"weibull(shape=2, scale=1)", UNIT_NUMBER, 0.8862269254528, 0.4632513750, true},
    {"pareto(min=1ms, alpha=5)", UNIT_DURATION, 1.25e6, -1, true},
    {"lomax(scale=4ms, alpha=5)", UNIT_DURATION, 1e6, -1, true},
    {"hyperexponential(0.9 of 1ms, 0.1 of 20ms)", UNIT_DURATION, 2.9e6, 8560957.8904, true},
    {"mix(0.99 of gamma(mean=1ms, cv=0.5), 0.01 of 1s)", UNIT_DURATION, 10.99e6, -1, true},
    {"quantiles(p0=1ms, p50=3ms, p100=5ms)", UNIT_DURATION, 3e6, 1154700.5383793, true},
    {"quantiles(p0=0, p90=9, p99.9=9.99, p100=10)", UNIT_NUMBER, 5, 2.8867513459481, true},
    {"poisson(4)", UNIT_NUMBER, 4, 2, true},
    {"binomial(n=10, p=0.3)", UNIT_NUMBER, 3, 1.4491376746189, true},
    {"geometric(mean=2)", UNIT_NUMBER, 2, -1, true},
    {"zipf(3 s=1)", UNIT_NUMBER, 0.6363636363636, 0.7714101, true},
    {"exponential(mean=3ms) + exponential(mean=3ms)", UNIT_DURATION, 6e6, 4242640.6871193, false},
    {"2 * exponential(mean=3ms)", UNIT_DURATION, 6e6, 6e6, false},
    {"min(exponential(mean=2ms), exponential(mean=2ms))", UNIT_DURATION, 1e6, 1e6, false},
    {"truncate(uniform(0, 8ms), 2ms, 4ms)", UNIT_DURATION, 3e6, 577350.2691896, true},
    {"truncate(uniform(0, 2ms * n), 2ms, 4ms)", UNIT_DURATION, 3e6, 577350.2691896, false},
    {"truncate(2 * uniform(0, 4ms), 2ms, 4ms)", UNIT_DURATION, 3e6, 577350.2691896, false},
    {"truncate(truncate(2 * uniform(0, 4ms), 1ms, 5ms) + 0 * law, 2ms, 4ms)", UNIT_DURATION, 3e6,
     577350.2691896, false},
    {"exponential(mean=t)", UNIT_DURATION, 2e6, 2e6, false},
    {"lognormal(p50=t, p99=5 * t)", UNIT_DURATION, 2540748.97, -1, false},
    {"mix(half of t, half of 1ms + 3ms)", UNIT_DURATION, 3e6, 1e6, false},
    {"hyperexponential(half of t half of 2ms)", UNIT_DURATION, 2e6, 2e6, false},
    {"quantiles(p0=t/2, p100=3ms)", UNIT_DURATION, 2e6, 577350.2691896, false},
    {"law + law", UNIT_DURATION, 2e6, 1414213.5623731, false},
    {"truncate(poisson(n), 0, 0)", UNIT_NUMBER, 0, 0, false},
    {"exponential(mean=uniform(1ms 3ms))", UNIT_DURATION, 2e6, 2160246.8994693, false},
};

static void test_law(void **state)
{
    const struct law_row *r = *state;
    struct fixture f;
    struct loc at = {.line = 1, .col = 1};
    size_t n = test_samples(100000);
    double sum = 0, square = 0, lo, hi;
    open_fixture(&f);
    f.law = expr_parse(f.a, "exponential(mean=1ms)", at, "", f.d);
    uint32_t id = build(&f, r->text, WANT_ANYTHING);
    assert_int_not_equal(id, XEXPR_NONE);
    assert_int_equal(f.x.expr[id].unit, r->unit);
    assert_true((f.x.expr[id].dist != NULL) == r->one);
    expr_bounds(&f.x, id, &lo, &hi);
    for (uint64_t i = 0; i < n; i++) {
        double v = value_at(&f, id, i) - r->mean;
        assert_true(v + r->mean >= lo * (1 - 1e-9) && v + r->mean <= hi * (1 + 1e-9));
        sum += v;
        square += v * v;
    }
    double mean = sum / (double)n, sd = sqrt(square / (double)n - mean * mean);
    double known = expr_mean(&f.x, id);
    /* five standard errors; the sd's is larger by the tail's weight, 20 covers those here */
    if (fabs(mean) > 5 * sd / sqrt((double)n) + 1e-9 * r->mean)
        fail_msg("%s: mean %.8g, not %.8g", r->text, mean + r->mean, r->mean);
    if (r->sd >= 0 && fabs(sd - r->sd) > 20 * r->sd / sqrt((double)n))
        fail_msg("%s: sd %.8g, not %.8g", r->text, sd, r->sd);
    if (!isnan(known) && fabs(known - r->mean) > 1e-6 * r->mean)
        fail_msg("%s: mean said %.12g, not %.12g", r->text, known, r->mean);
    arena_drop(f.a);
}

/* ---- keys ---- */

static void test_keys(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    uint32_t sum = build(&f, "exponential(mean=1ms) + exponential(mean=2ms)", WANT_DURATION);
    uint32_t first = build(&f, "exponential(mean=1ms)", WANT_DURATION);
    uint32_t second = build(&f, "exponential(mean=2ms)", WANT_DURATION);
    for (uint64_t i = 0; i < 100; i++) {
        struct draw_key k = {.seed = 1, .path = i, .site = 2, .visit = 40}, next = k;
        next.visit++;
        double v = expr_eval(&f.x, sum, NULL, k, NULL);
        assert_true(v == expr_eval(&f.x, sum, NULL, k, NULL));
        assert_true(v == expr_eval(&f.x, first, NULL, k, NULL) +
                             expr_eval(&f.x, second, NULL, next, NULL));
        assert_true(dist_draw(f.x.expr[first].dist, rng_unit(k)) ==
                    expr_eval(&f.x, first, NULL, k, NULL));
    }
    arena_drop(f.a);
}

static void test_bad_at_run_time(void **state)
{
    static const char *const texts[] = {
        "1 / (n - 3)",
        "exponential(mean=-t) / 1ms",
        "truncate(2 * uniform(0, 1), n, n + 1)",
        "mix(n of 1, n of 2)",
        "quantiles(p0=n, p100=1)",
    };
    struct fixture f;
    (void)state;
    open_fixture(&f);
    for (size_t i = 0; i < TEST_COUNT(texts); i++) {
        const char *bad = NULL;
        struct draw_key k = {.seed = 1};
        uint32_t id = build(&f, texts[i], WANT_NUMBER);
        assert_int_not_equal(id, XEXPR_NONE);
        assert_true(expr_eval(&f.x, id, vars, k, &bad) == 0);
        assert_non_null(bad);
    }
    arena_drop(f.a);
}

static void test_bounds(void **state)
{
    static const struct {
        const char *text;
        double lo, hi;
    } rows[] = {
        {"1ms + uniform(1ms, 3ms)", 2e6, 4e6},
        {"min(exponential(mean=1ms), 5ms)", 0, 5e6},
        {"uniform(1, 2) * uniform(3, 5)", 3, 10},
        {"8 / uniform(2, 4)", 2, 4},
        {"t", 0, INFINITY},
        {"n", -INFINITY, INFINITY},
        {"truncate(t + exponential(mean=1ms), 1ms, 2ms)", 1e6, 2e6},
        {"round(uniform(1, 3)) - 2", -1, 1},
        {"uniform(1, 2) < 3", 1, 1},
        {"chance(0.5)", 0, 1},
    };
    struct fixture f;
    (void)state;
    open_fixture(&f);
    for (size_t i = 0; i < TEST_COUNT(rows); i++) {
        double lo, hi;
        uint32_t id = build(&f, rows[i].text, WANT_ANYTHING);
        assert_int_not_equal(id, XEXPR_NONE);
        expr_bounds(&f.x, id, &lo, &hi);
        if ((lo != rows[i].lo && !(fabs(lo - rows[i].lo) < 1e-9)) ||
            (hi != rows[i].hi && !(fabs(hi - rows[i].hi) < 1e-9)))
            fail_msg("%s lies in [%g, %g]", rows[i].text, lo, hi);
    }
    arena_drop(f.a);
}

/* ---- files ---- */

static void write_file(const char *name, const char *text)
{
    FILE *out = fopen(name, "wb");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void test_samples_files(void **state)
{
    struct fixture f;
    char dir[] = "/tmp/test_expr_XXXXXX", path[64];
    (void)state;
    assert_non_null(mkdtemp(dir));
    open_fixture(&f);
    snprintf(path, sizeof path, "%s/a.csv", dir);
    write_file(path, "# measured\n1ms\n\n3ms\r\n  5ms  \n");
    uint32_t id = build_in(&f, "samples(\"a.csv\")", WANT_DURATION, dir);
    assert_int_not_equal(id, XEXPR_NONE);
    assert_true(fabs(dist_mean(f.x.expr[id].dist) - 3e6) < 1e-6);
    write_file(path, "name,\"the \"\"x\"\"\",y\n\"a,\nb\",1ms,7\nc,2ms,8\n");
    id = build_in(&f, "samples('a.csv#y')", WANT_NUMBER, dir);
    assert_int_not_equal(id, XEXPR_NONE);
    assert_true(fabs(dist_mean(f.x.expr[id].dist) - 7.5) < 1e-9);
    id = build_in(&f, "samples('a.csv#the \"x\"')", WANT_DURATION, dir);
    assert_int_not_equal(id, XEXPR_NONE);
    assert_int_equal(diags_count(f.d), 0);
    assert_int_equal(build_in(&f, "samples(\"a.csv#yy\")", WANT_NUMBER, dir), XEXPR_NONE);
    assert_int_equal(diags_count(f.d), 1);
    write_file(path, "1ms\n7\nwhat\n");
    assert_int_equal(build_in(&f, "samples(\"a.csv\")", WANT_DURATION, dir), XEXPR_NONE);
    assert_int_equal(diags_count(f.d), 3);
    const struct diag *g = diags_get(f.d, 2);
    assert_string_equal(diag_file_name(f.d, g->at.file), path);
    assert_int_equal(g->at.line, 3);
    remove(path);
    remove(dir);
    arena_drop(f.a);
}

static void test_duration_text(void **state)
{
    char b[32];
    (void)state;
    assert_string_equal(duration_text(25e6, b), "25ms");
    assert_string_equal(duration_text(1.25e9, b), "1.25s");
    assert_string_equal(duration_text(0, b), "0");
    assert_string_equal(duration_text(1500, b), "1.5us");
    assert_string_equal(duration_text(-1e6, b), "-1ms");
    assert_string_equal(duration_text(3600e9, b), "60min");
}

/* Token soup: nothing crashes, a refusal has an error, and what compiles evaluates. */
static void test_soup(void **state)
{
    static const char *const tokens[] = {
        "1",     "2.5",  "5ms",   "0",          "200/s",   "3%",    "64KB",      "+",
        "-",     "*",    "/",     "(",          ")",       ",",     " ",         " ",
        "and ",  "or ",  "not ",  "<",          "==",      "n",     "t",         "rtt",
        "flag",  "min(", "max(",  "uniform(",   "mix(",    "of ",   "truncate(", "exponential(",
        "mean=", "p0=",  "p100=", "quantiles(", "chance(", "ceil(", "true",
    };
    size_t rounds = test_samples(20000);
    (void)state;
    for (uint32_t i = 0; i < rounds; i++) {
        struct fixture f;
        char text[256] = "";
        size_t used = 0;
        open_fixture(&f);
        for (uint32_t j = 0; j < 1 + i % 16; j++) {
            double u = rng_unit((struct draw_key){.seed = 5, .path = i, .visit = j});
            const char *token = tokens[(size_t)(u * TEST_COUNT(tokens))];
            memcpy(text + used, token, strlen(token) + 1);
            used += strlen(token);
        }
        uint32_t id = build_in(&f, text, WANT_ANYTHING, "");
        assert_true((id == XEXPR_NONE) == (diags_errors(f.d) > 0));
        if (id != XEXPR_NONE) {
            const char *bad = NULL;
            double lo, hi;
            double v = expr_eval(&f.x, id, vars, (struct draw_key){.seed = i}, &bad);
            expr_bounds(&f.x, id, &lo, &hi);
            if (!isfinite(v) || (bad == NULL && (v < lo || v > hi)))
                fail_msg("%s is %g, said to be in [%g, %g]", text, v, lo, hi);
        }
        arena_drop(f.a);
    }
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(value_rows) + TEST_COUNT(error_rows) + TEST_COUNT(law_rows)];
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(test_independent_errors),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_nodraw),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_bad_at_run_time),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_samples_files),
        cmocka_unit_test(test_duration_text),
        cmocka_unit_test(test_soup),
    };
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(value_rows); i++)
        t[n++] = test_named(value_rows[i].text, test_value, &value_rows[i]);
    for (size_t i = 0; i < TEST_COUNT(error_rows); i++)
        t[n++] = test_named(error_rows[i].text, test_error, &error_rows[i]);
    for (size_t i = 0; i < TEST_COUNT(law_rows); i++)
        t[n++] = test_named(law_rows[i].text, test_law, &law_rows[i]);
    int failed = cmocka_run_group_tests_name("expr tables", t, NULL, NULL);
    return failed + cmocka_run_group_tests_name("expr", more, NULL, NULL);
}
