/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_require.c - limits judged on samples: against closed forms, against exact answers where
 * nothing is drawn, at equality (where no verdict may be had) and far from it. */
#include "tests/unit/require_world.h"
#include <math.h>
#include <string.h>

/* ---- one limit, one answer ---- */

#define EXPONENTIAL "services: {s: {latency: exponential(mean=10ms)}}\nrequest: {call: s}\n"
#define FIXED                                                                                      \
    "services: {a: {latency: 10ms}, b: {latency: 20ms}}\n"                                         \
    "request: {parallel: [{call: a}, {call: b}]}\n"
#define LATE                                                                                       \
    "services: {s: {latency: exponential(mean=10ms)}}\n"                                           \
    "request: {call: s, timeout: 10ms, catch: []}\n"
#define QUEUE                                                                                      \
    "services: {s: {latency: exponential(mean=10ms), capacity: 1}}\nrequest: {call: s}\n"          \
    "load: {rate: 50/s}\n"
#define MIXED                                                                                      \
    "services: {s: {latency: exponential(mean=10ms)}}\n"                                           \
    "request: [{choose: [{p: 0.9, do: [{call: s}, {respond: 200}]}, {p: 0.08, do: {abort: 503}}, " \
    "{p: 0.02, do: {fail: x}}]}]\nuncaught: none\n"

static const struct row {
    const char *yaml, *exec, *limit;
    enum verdict verdict;
    double value, within; /* relative; 0: not looked at */
    uint64_t most;        /* requests; 0: a million */
} rows[] = {
    /* exponential: p99 = 46.0517 ms, P(<= 30 ms) = 0.950213, mean 10 ms, sd 10 ms */
    {EXPONENTIAL, "serial", "p99 <= 60ms", VERDICT_PASS, 0.0460517, 0.2, 0},
    {EXPONENTIAL, "serial", "60ms >= p99", VERDICT_PASS, 0.0460517, 0.2, 0},
    {EXPONENTIAL, "serial", "p99 <= 40ms", VERDICT_FAIL, 0.0460517, 0.1, 0},
    {EXPONENTIAL, "serial", "p99 >= 40ms", VERDICT_PASS, 0.0460517, 0.1, 0},
    {EXPONENTIAL, "serial", "p50 <= 6.8ms", VERDICT_FAIL, 0.00693147, 0.02, 0},
    {EXPONENTIAL, "serial", "mean <= 10.3ms", VERDICT_PASS, 0.01, 0.03, 0},
    {EXPONENTIAL, "serial", "mean >= 10.3ms", VERDICT_FAIL, 0.01, 0.03, 0},
    {EXPONENTIAL, "serial", "sd <= 10.5ms", VERDICT_PASS, 0.01, 0.08, 0},
    {EXPONENTIAL, "serial", "P(latency <= 30ms) >= 90%", VERDICT_PASS, 0.950213, 0.03, 0},
    {EXPONENTIAL, "serial", "P(latency > 30ms) <= 3%", VERDICT_FAIL, 0.049787, 0.3, 0},
    {EXPONENTIAL, "serial", "P(latency <= 30ms) >= 95.02%", VERDICT_UNDECIDED, 0.950213, 0.03, 0},
    {EXPONENTIAL, "serial", "P(latency > 1s) <= 1%", VERDICT_PASS, 0, 0, 0},
    {EXPONENTIAL, "serial", "P(latency > 1s) <= 0.0001%", VERDICT_UNDECIDED, 0, 0, 20000},
    {EXPONENTIAL, "serial", "p99 / p50 <= 6.8", VERDICT_PASS, 6.643856, 0.05, 0},
    {EXPONENTIAL, "serial", "p99 - p50 <= 38ms", VERDICT_FAIL, 0.0391202, 0.05, 0},
    {EXPONENTIAL, "serial", "max <= 20ms", VERDICT_FAIL, 0, 0, 0},
    {EXPONENTIAL, "serial", "max <= 20s", VERDICT_UNDECIDED, 0, 0, 4096},
    {EXPONENTIAL, "serial", "throughput >= 95/s", VERDICT_PASS, 100, 0.05, 0},
    {EXPONENTIAL, "serial", "p99 <= 46.0517ms", VERDICT_UNDECIDED, 0.0460517, 0.02, 0},
    /* nothing is drawn: exact, also at equality */
    {FIXED, "serial", "p99 <= 30ms", VERDICT_PASS, 0.03, 1e-12, 0},
    {FIXED, "serial", "p99 < 30ms", VERDICT_FAIL, 0.03, 1e-12, 0},
    {FIXED, "threads", "max <= 20ms", VERDICT_PASS, 0.02, 1e-12, 0},
    {FIXED, "threads", "max < 20ms", VERDICT_FAIL, 0.02, 1e-12, 0},
    {FIXED, "coroutine", "speedup(threads, serial) >= 1.5", VERDICT_PASS, 1.5, 1e-12, 0},
    {FIXED, "coroutine", "speedup(threads, serial) > 1.5", VERDICT_FAIL, 1.5, 1e-12, 0},
    {FIXED, "threads", "P(latency <= 20ms) >= 100%", VERDICT_PASS, 1, 1e-12, 0},
    {FIXED, "threads", "critical_share(b) >= 100%", VERDICT_PASS, 1, 1e-12, 0},
    {FIXED, "serial", "critical_share(b) <= 66.67%", VERDICT_PASS, 2. / 3, 1e-12, 0},
    {FIXED, "serial", "gain(b) <= 20ms", VERDICT_PASS, 0.02, 1e-9, 0},
    {FIXED, "threads", "peak_threads <= 3", VERDICT_PASS, 3, 1e-12, 0},
    {FIXED, "serial", "makespan <= 1s", VERDICT_UNDECIDED, 0, 0, 0},
    {FIXED, "serial", "p99(outcome=503) <= 1s", VERDICT_VACUOUS, 0, 0, 0},
    /* what has no value: a pool where there is none, a derivative where latency jumps */
    {FIXED, "coroutine", "utilisation(pool) <= 100%", VERDICT_UNDECIDED, 0, 0, 0},
    {LATE, "serial", "gain(s) <= 1s", VERDICT_UNDECIDED, 0, 0, 4096},
    /* outcomes; the unanswered ones come last, so that p99 is never */
    {MIXED, "serial", "outcome(503) <= 14%", VERDICT_PASS, 0.08, 0.3, 0},
    {MIXED, "serial", "outcome(5xx) >= 14%", VERDICT_FAIL, 0.08, 0.3, 0},
    {MIXED, "serial", "outcome(unanswered) >= 1%", VERDICT_PASS, 0.02, 0.6, 0},
    {MIXED, "serial", "p99 <= 1h", VERDICT_FAIL, INFINITY, 0, 0},
    {MIXED, "serial", "p99(outcome=200) <= 50ms", VERDICT_PASS, 0.0460517, 0.1, 0},
    {MIXED, "serial", "P(latency <= 1h) >= 99%", VERDICT_FAIL, 0.98, 0.02, 0},
    {MIXED, "serial", "P(outcome == 200 and latency <= 30ms) >= 70%", VERDICT_PASS, 0.8552, 0.1, 0},
    /* M/M/1 at 50 %: latency is exponential with mean 20 ms, utilisation 1/2, queue 1/2 */
    {QUEUE, "threads", "mean <= 22ms", VERDICT_PASS, 0.02, 0.05, 0},
    {QUEUE, "threads", "p99 <= 85ms", VERDICT_FAIL, 0.0921034, 0.1, 0},
    {QUEUE, "threads", "P(latency <= 100ms) >= 98.5%", VERDICT_PASS, 0.993262, 0.01, 0},
    {QUEUE, "threads", "utilisation(s) <= 53%", VERDICT_PASS, 0.5, 0.03, 0},
    {QUEUE, "threads", "queue(s) >= 0.6", VERDICT_FAIL, 0.5, 0.1, 0},
    {QUEUE, "threads", "throughput >= 48/s", VERDICT_PASS, 50, 0.02, 0},
    {QUEUE, "threads", "speedup(threads, coroutine) <= 1.1", VERDICT_PASS, 1, 0.05, 0},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct world w = world_of(r->yaml);
    struct require_item x =
        judge(&w, r->exec, r->limit, (struct require_opt){.seed = 1, .max_requests = r->most});
    if (x.verdict != r->verdict)
        fail_msg("%s: %s, seen %s after %llu requests (%s)", r->limit, verdict_name[x.verdict],
                 x.result.seen_text, (unsigned long long)x.result.requests, x.why);
    if (isinf(r->value))
        assert_true(isinf(x.result.seen.value));
    if (r->within > 0 && !(fabs(x.result.seen.value - r->value) <= r->within * fabs(r->value)))
        fail_msg("%s: seen %s", r->limit, x.result.seen_text);
    if (x.verdict == VERDICT_UNDECIDED || x.verdict == VERDICT_VACUOUS)
        assert_true(*x.why != '\0');
    arena_drop(w.a);
}

/* ---- an earlier run ---- */

static const char *const run_json =
    "{\"schema\": \"pertinax.run/1\", \"version\": \"0.1.0\", \"list\": [1, [2, {\"a\": 3}]], "
    "\"model\": {\"name\": \"t\", \"digest\": \"abc\"}, \"executions\": [{\"name\": \"serial\", "
    "\"requests\": 100, \"latency\": {\"mean\": {\"value\": 0.01, \"lo\": 0.009, \"hi\": 0.011}, "
    "\"p99\": {\"value\": 0.05, \"lo\": null}}, \"outcomes\": {\"200\": {\"value\": 1}}, "
    "\"throughput\": {\"value\": 100}, \"cdf\": [[0, 1], [1, 2]], "
    "\"resources\": [{\"name\": \"db\", \"utilisation\": 0.25, \"queue\": 1.5}], "
    "\"classes\": [{\"name\": \"request\", \"latency\": {\"p99\": {\"value\": 0.06}}}]}, "
    "{\"name\": \"threads\", \"latency\": {\"p99\": {\"value\": 0.07}}}]}";

static void test_baseline_read(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct loc at = {.line = 1, .col = 1};
    const struct baseline *b = baseline_parse(a, "main.json", run_json, strlen(run_json), at, d);
    assert_non_null(b);
    assert_string_equal(b->digest, "abc");
    static const struct {
        const char *exec, *path;
        double value;
    } numbers[] = {
        {"serial", "latency.mean", 0.01},      {"serial", "latency.mean.hi", 0.011},
        {"serial", "latency.p99", 0.05},       {"threads", "latency.p99", 0.07},
        {"serial", "throughput", 100},         {"serial", "outcomes.200", 1},
        {"serial", "resources.db.queue", 1.5}, {"serial", "classes.request.latency.p99", 0.06}};
    for (size_t i = 0; i < TEST_COUNT(numbers); i++)
        assert_true(baseline_number(b, numbers[i].exec, numbers[i].path) == numbers[i].value);
    assert_true(isnan(baseline_number(b, "serial", "latency.p98")));
    assert_true(isnan(baseline_number(b, "hybrid", "latency.p99")));
    static const char *const bad[] = {"",
                                      "{}",
                                      "[]",
                                      "{\"schema\": \"pertinax.run/1\"}",
                                      "{\"schema\": \"x/1\", \"executions\": [{}]}",
                                      "{\"schema\": \"pertinax.run/1\", \"executions\": [{\"a\": "};
    for (size_t i = 0; i < TEST_COUNT(bad); i++) {
        struct diags *e = diags_new(a);
        assert_null(baseline_parse(a, "bad.json", bad[i], strlen(bad[i]), at, e));
        assert_string_equal(diags_get(e, 0)->id, "E-baseline");
    }
    arena_drop(a);
}

/* Exponential of 10 ms: p99 is 46.05 ms, and was 50 ms. */
static void test_baseline_limit(void **state)
{
    (void)state;
    static const struct {
        const char *limit;
        enum verdict verdict;
    } limits[] = {{"p99 <= baseline(p99)", VERDICT_PASS},
                  {"p99 <= 0.8 * baseline(p99)", VERDICT_FAIL},
                  {"p99 / baseline(p99) <= 105%", VERDICT_PASS},
                  {"p99 - baseline(p99) <= -10ms", VERDICT_FAIL},
                  {"p99(class=request) <= 0.9 * baseline(p99(class=request))", VERDICT_PASS},
                  {"outcome(503) <= baseline(outcome(503)) + 1%", VERDICT_PASS},
                  {"throughput >= 0.9 * baseline(throughput)", VERDICT_PASS}};
    for (size_t i = 0; i < TEST_COUNT(limits); i++) {
        struct world w = world_of(EXPONENTIAL);
        struct loc at = {.line = 1, .col = 1};
        struct require_item x = {.limit = limit_parse(limits[i].limit, at, w.m, w.d, w.a),
                                 .baseline =
                                     baseline_parse(w.a, "b", run_json, strlen(run_json), at, w.d)};
        assert_non_null(x.limit);
        struct require_opt o = {.seed = 3, .jobs = 2};
        assert_true(require_judge(w.m, model_exec(w.m, "serial"), &x, 1, &o, w.a, w.d));
        if (x.verdict != limits[i].verdict)
            fail_msg("%s: %s, %s", limits[i].limit, verdict_name[x.verdict], x.result.seen_text);
        arena_drop(w.a);
    }
}

static void test_baseline_missing(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world w = world_of(EXPONENTIAL);
        struct loc at = {.line = 1, .col = 1};
        struct require_item x = {.limit = limit_parse("p99 <= baseline(p95)", at, w.m, w.d, w.a)};
        if (i % 2)
            x.baseline = baseline_parse(w.a, "b", run_json, strlen(run_json), at, w.d);
        struct require_opt o = {.seed = 3, .jobs = 1};
        assert_false(require_judge(w.m, model_exec(w.m, "serial"), &x, 1, &o, w.a, w.d));
        assert_int_equal(diags_errors(w.d), 1);
        assert_string_equal(diags_get(w.d, 0)->id, "E-baseline");
        arena_drop(w.a);
    }
}

/* ---- a load that cannot be carried, a deadlock ---- */

static void test_bad_ends(void **state)
{
    (void)state;
    static const char *const over =
        "services: {s: {latency: exponential(mean=10ms), capacity: 1}}\n"
        "request: {call: s}\nload: {rate: 150/s}\n";
    static const char *const stuck =
        "services: {s: {latency: 1ms}}\nexecutions: {threads: {pool: 1}}\n"
        "request: {parallel: [{call: s}, {call: s}]}\n";
    struct world w = world_of(over);
    struct require_opt o = {.seed = 1};
    struct require_item x = judge(&w, "threads", "p99 <= 1s", o);
    assert_int_equal(x.verdict, VERDICT_FAIL);
    assert_non_null(strstr(x.why, "`s`"));
    x = judge(&w, "threads", "throughput >= 1/s", o);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    arena_drop(w.a);
    w = world_of(stuck);
    x = judge(&w, "threads", "p99 <= 1s", o);
    assert_int_equal(x.verdict, VERDICT_FAIL);
    assert_non_null(strstr(x.why, "deadlock"));
    arena_drop(w.a);
}

/* The same on any number of jobs, and whatever else is judged along with it shares the sample. */
static void test_jobs(void **state)
{
    (void)state;
    static const char *const limits[] = {"p99 <= 85ms", "mean <= 20.5ms", "utilisation(s) <= 51%",
                                         "P(latency <= 100ms) >= 99.3%"};
    struct limit_result first[TEST_COUNT(limits)];
    for (uint32_t jobs = 1; jobs <= 3; jobs += 2) {
        struct world w = world_of(QUEUE);
        struct require_item x[TEST_COUNT(limits)] = {{.limit = NULL}};
        for (size_t i = 0; i < TEST_COUNT(limits); i++)
            x[i].limit = limit_parse(limits[i], (struct loc){.line = 1, .col = 1}, w.m, w.d, w.a);
        struct require_opt o = {.seed = 5, .jobs = jobs, .max_requests = 200000};
        assert_true(
            require_judge(w.m, model_exec(w.m, "threads"), x, TEST_COUNT(limits), &o, w.a, w.d));
        for (size_t i = 0; i < TEST_COUNT(limits); i++) {
            if (jobs == 1)
                first[i] = x[i].result;
            assert_memory_equal(&first[i].seen, &x[i].result.seen, sizeof first[i].seen);
            assert_int_equal(first[i].requests, x[i].result.requests);
        }
        arena_drop(w.a);
    }
}

int main(void)
{
    enum { MORE = 5 };
    struct CMUnitTest t[TEST_COUNT(rows) + MORE];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].limit, test_row, &rows[i]);
    t[n++] = test_named("baseline: read", test_baseline_read, NULL);
    t[n++] = test_named("baseline: limits", test_baseline_limit, NULL);
    t[n++] = test_named("baseline: what is not there", test_baseline_missing, NULL);
    t[n++] = test_named("bad ends", test_bad_ends, NULL);
    t[n++] = test_named("jobs", test_jobs, NULL);
    return cmocka_run_group_tests_name("require", t, NULL, NULL);
}
