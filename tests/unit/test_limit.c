/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_limit.c - limits on numbers: what is read, with its units; what is refused, at which place
 * and with which cure; conditions and filters on requests. */
#include "tests/unit/model_text.h"

#include "model/limit.h"
#include <math.h>
#include <string.h>

static const char *const text =
    "pertinax: 1\nname: t\nparams: {sla: 250ms, twice: 2 * sla, share: 95%, law: "
    "exponential(mean=1ms)}\n"
    "services: {db: {latency: 1ms, capacity: 2}, geo: {latency: 2ms}}\nresources: {lock: mutex}\n"
    "executions: {big: {kind: threads, pool: 4}}\n"
    "request: [{call: db}, {call: geo}]\n"
    "load: [{clients: 3}, {clients: 2, name: loris}]\n";

struct fixture {
    struct arena *a;
    struct diags *d;
    const struct model *m;
};

static struct fixture open_fixture(void)
{
    struct fixture f = {.a = arena_new(0)};
    f.d = diags_new(f.a);
    f.m = model_of(f.a, text, f.d);
    return f;
}

static const struct limit *read_limit(struct fixture *f, const char *s)
{
    struct loc at = {.file = 0, .line = 1, .col = 1, .len = (uint32_t)strlen(s)};
    return limit_parse(s, at, f->m, f->d, f->a);
}

/* ---- what is read ---- */

static const struct good_row {
    const char *text;
    enum limit_metric metric; /* of the left side, if that is one */
    enum limit_cmp cmp;
    double right;
    enum unit unit;
} good[] = {
    {"p99 <= 250ms", METRIC_QUANTILE, LIMIT_LE, 250e6, UNIT_DURATION},
    {"mean<1s", METRIC_MEAN, LIMIT_LT, 1e9, UNIT_DURATION},
    {"p999 <= sla", METRIC_QUANTILE, LIMIT_LE, 250e6, UNIT_DURATION},
    {"p50 <= twice / 4 + 1ms", METRIC_QUANTILE, LIMIT_LE, 126e6, UNIT_DURATION},
    {"max <= 2s", METRIC_MAX, LIMIT_LE, 2e9, UNIT_DURATION},
    {"max(outcome=200) <= 2s", METRIC_MAX, LIMIT_LE, 2e9, UNIT_DURATION},
    {"sd <= max(1ms, 2ms)", METRIC_SD, LIMIT_LE, 2e6, UNIT_DURATION},
    {"P(latency <= 200ms and outcome == 200) >= 95%", METRIC_P, LIMIT_GE, 0.95, UNIT_NUMBER},
    {"P(latency <= sla) >= share", METRIC_P, LIMIT_GE, 0.95, UNIT_NUMBER},
    {"outcome(503) <= 6%", METRIC_OUTCOME, LIMIT_LE, 0.06, UNIT_NUMBER},
    {"outcome(5xx class=loris) <= 0", METRIC_OUTCOME, LIMIT_LE, 0, UNIT_ZERO},
    {"throughput >= 100/s", METRIC_THROUGHPUT, LIMIT_GE, 100, UNIT_RATE},
    {"throughput >= 1 / 10ms", METRIC_THROUGHPUT, LIMIT_GE, 100, UNIT_RATE},
    {"makespan <= 10 / (5/s)", METRIC_MAKESPAN, LIMIT_LE, 2e9, UNIT_DURATION},
    {"speedup(coroutine, serial) >= 1.8", METRIC_SPEEDUP, LIMIT_GE, 1.8, UNIT_NUMBER},
    {"speedup(big, serial) >= 100/s * 20ms", METRIC_SPEEDUP, LIMIT_GE, 2, UNIT_NUMBER},
    {"utilization(db) < 80%", METRIC_UTILISATION, LIMIT_LT, 0.8, UNIT_NUMBER},
    {"queue(lock) <= 2", METRIC_QUEUE, LIMIT_LE, 2, UNIT_NUMBER},
    {"critical_share(request/db) <= 60%", METRIC_CRITICAL_SHARE, LIMIT_LE, 0.6, UNIT_NUMBER},
    {"gain(geo) > 1ms", METRIC_GAIN, LIMIT_GT, 1e6, UNIT_DURATION},
    {"peak_memory <= 64MiB", METRIC_PEAK_MEMORY, LIMIT_LE, 67108864, UNIT_SIZE},
    {"threads <= -(-3)", METRIC_THREADS, LIMIT_LE, 3, UNIT_NUMBER},
};

static void test_good(void **state)
{
    const struct good_row *r = *state;
    struct fixture f = open_fixture();
    const struct limit *l = read_limit(&f, r->text);
    if (!l)
        fail_msg("%s: %s", r->text, diags_get(f.d, 0)->text);
    assert_int_equal(l->left->op, LIMIT_METRIC);
    assert_int_equal(l->left->metric, r->metric);
    assert_int_equal(l->cmp, r->cmp);
    assert_int_equal(l->right->op, LIMIT_NUMBER);
    assert_true(fabs(l->right->num - r->right) <= 1e-9 * fabs(r->right));
    assert_int_equal(l->right->unit, r->unit);
    arena_drop(f.a);
}

static void test_tree(void **state)
{
    (void)state;
    struct fixture f = open_fixture();
    const struct limit *l = read_limit(&f, "p99(outcome=5xx, class=loris) <= 1.05 * baseline(p99)");
    assert_non_null(l);
    assert_true(l->uses_baseline);
    assert_true(l->left->filter.outcome.given && l->left->filter.has_cls);
    assert_int_equal(l->left->filter.outcome.low, 500);
    assert_int_equal(l->left->filter.outcome.high, 599);
    assert_int_equal(l->left->filter.cls, 1);
    assert_int_equal(l->right->op, LIMIT_MUL);
    assert_true(l->right->arg[1]->baseline);
    assert_string_equal(l->right->arg[1]->text, "baseline(p99)");
    l = read_limit(&f, "speedup(coroutine, big) >= 1");
    assert_string_equal(l->left->name, "coroutine");
    assert_string_equal(l->left->over, "big");
    struct loc at = {.line = 1, .col = 1};
    l = limit_parse_worst("latency <= 2 * sla", at, f.m, f.d, f.a);
    assert_non_null(l);
    assert_true(l->worst);
    assert_int_equal(l->left->metric, METRIC_WORST);
    assert_true(l->right->num == 500e6);
    arena_drop(f.a);
}

/* ---- what is refused ---- */

static const struct bad_row {
    const char *text, *id, *says, *hint; /* hint NULL: whatever */
    uint32_t col, len;
} bad[] = {
    {"p99 <= 250", "E-expr-unit", "cannot be compared", "write 250ms or 250s", 1, 10},
    {"p98 <= 250ms", "E-expr-syntax", "`p98` is no quantity", "did you mean `p", 1, 3},
    {"p99", "E-expr-syntax", "compares nothing", "250ms", 4, 0},
    {"P(latency <= 1ms)", "E-expr-syntax", "compares nothing", ">= 95%", 18, 0},
    {"p99 == 250ms", "E-expr-syntax", "no equation", "<= or >=", 1, 12},
    {"1ms <= p99 <= 2ms", "E-expr-syntax", "do not chain", "another", 12, 2},
    {"p99 <= 1ms and p50 <= 1ms", "E-expr-syntax", "`and`", "another `require`", 12, 3},
    {"P(latency <= 200ms) >= 95", "E-expr-range", "between 0 and 1", "95%", 24, 2},
    {"P(latency <= 200) >= 95%", "E-expr-unit", "compared with a duration", "200ms", 14, 3},
    {"P(latency <= 200ms and outcome >= 500) >= 95%", "E-expr-syntax", "only == or !=", "5xx", 32,
     2},
    {"P(status == 200) >= 95%", "E-expr-syntax", "not `status`", NULL, 3, 6},
    {"outcome(700) <= 1%", "E-expr-syntax", "no outcome", "5xx", 9, 3},
    {"p99(class=lori) <= 1s", "E-name-unknown", "no class `lori`", "`loris`", 11, 4},
    {"p99(status=200) <= 1s", "E-expr-syntax", "no filter", NULL, 5, 6},
    {"speedup(coroutin, serial) >= 1", "E-name-unknown", "no execution `coroutin`", "`coroutine`",
     9, 8},
    {"speedup(coroutine) >= 1", "E-expr-syntax", "one execution over another", NULL, 18, 1},
    {"utilisation(geo) <= 1", "E-name-unknown", "no limit", "capacity", 13, 3},
    {"utilisation(dbs) <= 1", "E-name-unknown", "no resource `dbs`", "`db`", 13, 3},
    {"utilisation <= 1", "E-expr-syntax", "of what", NULL, 13, 1},
    {"throughput >= 100", "E-expr-unit", "cannot be compared", "100/s", 1, 17},
    {"p99 + throughput <= 1s", "E-expr-unit", "cannot be combined", NULL, 1, 16},
    {"p99 * p99 <= 1s", "E-expr-unit", "times", NULL, 1, 9},
    {"critical_share(dbs) <= 1", "E-step-unknown", "", NULL, 16, 3},
    {"p99 / 0 <= 1s", "E-expr-zero", "division by zero", NULL, 7, 1},
    {"1s <= 2s", "E-expr-syntax", "nothing in this limit", NULL, 1, 8},
    {"p99 <= law", "E-expr-draw", "", NULL, 0, 0},
    {"baseline(baseline(p99)) <= 1s", "E-expr-syntax", "of a quantity", NULL, 10, 8},
    {"p99 <= baseline(P(latency <= 1s))", "E-expr-name", "does not say", NULL, 17, 16},
    {"", "E-expr-syntax", "ends where", NULL, 1, 0},
    {"p99 <=", "E-expr-syntax", "ends where", NULL, 7, 0},
    {"(p99 <= 1s", "E-expr-syntax", "never closed", NULL, 1, 1},
    {"p99 <= 1parsec", "E-expr-unit", "no unit", NULL, 8, 7},
};

static void test_bad(void **state)
{
    const struct bad_row *r = *state;
    struct fixture f = open_fixture();
    assert_null(read_limit(&f, r->text));
    assert_int_equal(diags_errors(f.d), 1);
    const struct diag *x = diags_get(f.d, 0);
    assert_string_equal(x->id, r->id);
    if (!strstr(x->text, r->says))
        fail_msg("%s: says: %s", r->text, x->text);
    if (r->hint && (!x->hint || !strstr(x->hint, r->hint)))
        fail_msg("%s: hint: %s", r->text, x->hint ? x->hint : "none");
    if (r->col) {
        assert_int_equal(x->at.col, r->col);
        assert_int_equal(x->at.len, r->len);
    }
    arena_drop(f.a);
}

static void test_worst_bad(void **state)
{
    (void)state;
    static const char *const rows[] = {"latency >= 2s", "p99 <= 2s", "2s >= latency + 1s",
                                       "latency <= 2"};
    for (size_t i = 0; i < TEST_COUNT(rows); i++) {
        struct fixture f = open_fixture();
        assert_null(limit_parse_worst(rows[i], (struct loc){.line = 1, .col = 1}, f.m, f.d, f.a));
        assert_true(diags_errors(f.d) > 0);
        arena_drop(f.a);
    }
}

/* A tower of parentheses, minus signs or operators ends in an error, not in the stack's. */
static void test_deep(void **state)
{
    (void)state;
    static const char *const units[] = {"(",    "-",      "max(", "1+",
                                        "p99+", "P(not ", "P((",  "baseline("};
    for (size_t k = 0; k < TEST_COUNT(units); k++) {
        struct fixture f = open_fixture();
        struct buf b = {0};
        while (b.n + 10 < 16000)
            buf_puts(&b, k == 5 && b.n ? "not " : k == 6 && b.n ? "(" : units[k]);
        buf_puts(&b, "p99 <= 1s");
        assert_null(read_limit(&f, b.s));
        assert_true(diags_errors(f.d) > 0);
        buf_free(&b);
        arena_drop(f.a);
    }
}

/* ---- of requests ---- */

static void test_cond(void **state)
{
    (void)state;
    static const struct {
        const char *cond;
        int64_t latency;
        int32_t status;
        uint32_t cls;
        bool holds;
    } rows[] = {
        {"latency <= 200ms", 200000000, 200, 0, true},
        {"latency <= 200ms", 200000001, 200, 0, false},
        {"latency < 200ms", 200000000, 200, 0, false},
        {"latency <= 200ms", 1, 0, 0, false}, /* never answered */
        {"latency > 200ms", 300000000, 0, 0, false},
        {"not latency <= 200ms", 1, 0, 0, true},
        {"outcome == unanswered", 1, 0, 0, true},
        {"outcome == 5xx", 1, 599, 0, true},
        {"outcome == 5xx", 1, 499, 0, false},
        {"outcome != 200", 1, 0, 0, true},
        {"class == loris", 1, 200, 1, true},
        {"class != loris", 1, 200, 1, false},
        {"latency <= 1ms or outcome == 503 and class == loris", 1000001, 503, 1, true},
        {"latency <= 1ms or outcome == 503 and class == loris", 1000001, 503, 0, false},
        {"(latency <= 1ms or outcome == 503) and class == loris", 1, 503, 0, false},
    };
    struct fixture f = open_fixture();
    for (size_t i = 0; i < TEST_COUNT(rows); i++) {
        const struct limit *l = read_limit(&f, arena_printf(f.a, "P(%s) >= 50%%", rows[i].cond));
        assert_non_null(l);
        bool holds = limit_cond_holds(l->left->cond, rows[i].latency, rows[i].status, rows[i].cls);
        if (holds != rows[i].holds)
            fail_msg("%s, row %zu", rows[i].cond, i);
    }
    const struct limit *l = read_limit(&f, "p99(outcome=2xx class=loris) <= 1s");
    assert_true(limit_filter_fits(&l->left->filter, 204, 1));
    assert_false(limit_filter_fits(&l->left->filter, 204, 0));
    assert_false(limit_filter_fits(&l->left->filter, 304, 1));
    arena_drop(f.a);
}

int main(void)
{
    enum { MORE = 4 };
    struct CMUnitTest t[TEST_COUNT(good) + TEST_COUNT(bad) + MORE];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(good); i++)
        t[n++] = test_named(good[i].text, test_good, &good[i]);
    for (size_t i = 0; i < TEST_COUNT(bad); i++)
        t[n++] = test_named(bad[i].text, test_bad, &bad[i]);
    t[n++] = test_named("tree", test_tree, NULL);
    t[n++] = test_named("worst case", test_worst_bad, NULL);
    t[n++] = test_named("deep", test_deep, NULL);
    t[n++] = test_named("conditions", test_cond, NULL);
    return cmocka_run_group_tests_name("limit", t, NULL, NULL);
}
