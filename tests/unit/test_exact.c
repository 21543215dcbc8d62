/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_exact.c - laws by going through all that can be drawn, against closed forms and published
 * examples: what is said to be exact agrees to eleven digits, or to what was left over. */
#include "tests/unit/require_world.h"

#include "check/chances.h"
#include "check/exact.h"
#include "core/prog.h"
#include <math.h>

/* k of n calls that fail with probability 1/5 each. */
#define QUORUM(k, n)                                                                               \
    "services: {s: {latency: 1ms, error: 20%}}\n"                                                  \
    "request: {each: " #n ", until: " #k ", do: {call: s}}\n"
#define RETRY(attempts, latency)                                                                   \
    "services: {s: {latency: " latency ", error: 20%}}\n"                                          \
    "request: [{call: s, retry: {attempts: " attempts "}, catch: {error: {abort: 503}}},"          \
    " {respond: 200}]\n"
#define FLIP(heads, tails)                                                                         \
    "[{wait: 1ms}, {choose: [{p: 0.5, do: " heads "}, {p: 0.5, do: " tails "}]}]"
/* Knuth and Yao (1976): a die of fair coins; the side is the status, 201 to 206. */
#define HALF(a, b, c)                                                                              \
    "{seq: " FLIP(FLIP("{fail: again}", "{abort: " #a "}"),                                        \
                  FLIP("{abort: " #b "}", "{abort: " #c "}")) ", retry: {attempts: unlimited}}"
#define DIE "request: " FLIP(HALF(201, 202, 203), HALF(206, 205, 204)) "\n"
/* Zeroconf (Bohnenkamp, van der Stok, Hermanns, Vaandrager, 2003), times left out: an address is
 * taken with probability 1/2; four probes ask, and each is lost, or its answer, with 1/10. */
#define PROBE "{choose: [{p: 0.1, do: {wait: 1ms}}, {p: 0.9, do: {fail: taken}}]}"
#define ZEROCONF                                                                                   \
    "request: [{choose: [{p: 0.5, do: {wait: 4ms}}, {p: 0.5, do: [" PROBE ", " PROBE ", " PROBE    \
    ", " PROBE ", {abort: 503}]}], retry: {attempts: unlimited}}, {respond: 200}]\n"
#define SLOW "services: {s: {latency: exponential(mean=9ms), error: 2%}}\n"

static const struct row {
    const char *name, *yaml, *exec, *limit; /* the limit's number is just beyond the value */
    double value;
} rows[] = {
    {"3 of 5", QUORUM(3, 5), "threads", "P(outcome == 200) >= 94.2%", 0.94208},
    {"3 of 5, one after the other", QUORUM(3, 5), "serial", "P(outcome == 200) >= 94.2%", 0.94208},
    {"9 of 10", QUORUM(9, 10), "coroutine", "P(outcome == 200) <= 37.6%", 0.3758096384},
    {"three attempts", RETRY("3", "2ms"), "serial", "outcome(503) <= 0.8%", 0.008},
    {"three attempts, in time", RETRY("3", "2ms"), "coroutine",
     "P(latency <= 4ms and outcome == 200) <= 96%", 0.96},
    {"a mean", RETRY("3", "2ms"), "threads", "mean <= 2.48ms", 2.48e-3},
    {"a deviation", RETRY("2", "2ms"), "serial", "sd <= 0.81ms", 0.8e-3},
    {"a percentile", RETRY("3", "2ms"), "serial", "p99 <= 6ms", 6e-3},
    {"a percentile at its step", RETRY("3", "2ms"), "serial", "p95 <= 4ms", 4e-3},
    {"the greatest", RETRY("3", "2ms"), "serial", "max <= 6ms", 6e-3},
    {"of the refused", RETRY("3", "2ms"), "serial", "mean(outcome=503) <= 6ms", 6e-3},
    {"attempts without end", RETRY("unlimited", "2ms"), "serial", "P(latency <= 6ms) >= 99.19%",
     0.992},
    {"a percentile without end", RETRY("unlimited", "2ms"), "serial", "p999 <= 10ms", 10e-3},
    /* any latency, where nothing is timed */
    {"refusals of slow calls", RETRY("3", "'lognormal(p50=2ms, p99=9ms)'"), "threads",
     "outcome(503) <= 0.8%", 0.008},
    {"branches of slow calls", SLOW "request: {each: 3, do: {call: s}}\n", "serial",
     "outcome(500) <= 5.89%", 0.058808},
    {"branches at once", SLOW "request: {each: 3, do: {call: s}}\n", "threads",
     "outcome(500) <= 5.89%", 0.058808},
    {"branches on a loop", SLOW "request: {each: 3, do: {call: s}}\n", "coroutine",
     "outcome(500) <= 5.89%", 0.058808},
    {"the first two answers", SLOW "request: {each: 3, until: 2, do: {call: s}}\n", "threads",
     "outcome(200) >= 99.88%", 0.98 * 0.98 * (1 + 2 * 0.02)},
    {"a task that may be late",
     SLOW "request: [{spawn: {x: {call: s}}}, {call: s}, {await: x, catch: {any: {abort: 503}}}]\n",
     "threads", "outcome(503) <= 2%", 0.0196},
    {"a mixture", "services: {s: {latency: 'mix(0.9 of 2ms, 0.1 of 50ms)'}}\nrequest: {call: s}\n",
     "serial", "mean <= 6.8ms", 6.8e-3},
    {"the slower of two",
     "services: {s: {latency: 'mix(0.9 of 2ms, 0.1 of 50ms)'}}\n"
     "request: {parallel: [{call: s}, {call: s}]}\n",
     "threads", "P(latency < 50ms) <= 81%", 0.81},
    {"the second waits",
     "services: {s: {latency: 'mix(0.9 of 2ms, 0.1 of 50ms)', capacity: 1}}\n"
     "request: {parallel: [{call: s}, {call: s}]}\n",
     "threads", "P(latency <= 52ms) <= 99%", 0.99},
    {"a hedge",
     "services: {s: {latency: 'mix(0.9 of 2ms, 0.1 of 50ms)'}}\n"
     "request: {call: s, hedge: {after: 5ms}}\n",
     "coroutine", "P(latency <= 7ms) <= 99%", 0.99},
    {"a timeout",
     "services: {s: {latency: 'mix(0.9 of 2ms, 0.1 of 50ms)'}}\n"
     "request: {call: s, timeout: 10ms}\n",
     "serial", "outcome(5xx) <= 10%", 0.1},
    {"rounds", "request: {repeat: 'binomial(n=4, p=0.5)', do: {wait: 1ms}}\n", "serial",
     "P(latency <= 1ms) <= 31.25%", 0.3125},
    {"rounds that are cut",
     "request: {repeat: 'truncate(binomial(n=4, p=0.5), 1, 2)', do: {wait: 1ms}}\n", "serial",
     "P(latency <= 1ms) <= 40%", 0.4},
    {"a mixture of mixtures",
     "services: {s: {latency: 'mix(0.5 of mix(0.5 of 1ms, 0.5 of 2ms), 0.5 of 2ms)'}}\n"
     "request: {call: s}\n",
     "serial", "P(latency <= 1ms) <= 25%", 0.25},
    {"rounds without end", "request: {repeat: poisson(2), do: {wait: 1ms}}\n", "serial",
     "P(latency <= 2ms) >= 67.6%", 0.67667641618306351},
    {"conditions",
     "request: {if: chance(0.3) or chance(0.5), then: {respond: 201}, else: {respond: 202}}\n",
     "serial", "outcome(201) <= 65%", 0.65},
    {"a die", DIE, "serial", "outcome(204) >= 16.6%", 1. / 6},
    {"a die, other side", DIE, "serial", "outcome(201) <= 16.7%", 1. / 6},
    {"three flips", DIE, "serial", "P(latency <= 3ms) >= 74.9%", 0.75},
    {"five flips", DIE, "serial", "P(latency <= 5ms) <= 93.8%", 0.9375},
    {"an address taken twice", ZEROCONF, "serial", "outcome(503) <= 0.01%", 5e-5 / 0.50005},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct world w = world_of(r->yaml);
    struct require_item x = judge(&w, r->exec, r->limit, (struct require_opt){.seed = 1});
    if (x.verdict != VERDICT_PASS || !strstr(x.result.method, "exact"))
        fail_msg("%s: %s, %s, by %s", r->name, verdict_name[x.verdict], x.result.seen_text,
                 x.result.method);
    if (!(fabs(x.result.seen.value - r->value) <= 1e-11 * r->value + 5e-12))
        fail_msg("%s: %.15g, not %.15g", r->name, x.result.seen.value, r->value);
    assert_int_equal(x.result.requests, 0);
    arena_drop(w.a);
}

/* ---- what cannot be gone through ---- */

static const char *const sampled[] = {
    "services: {s: {latency: exponential(mean=2ms), error: 20%}}\n"
    "request: {call: s, timeout: 1ms, catch: {any: {abort: 503}}}\n",
    "request: [{set: {t: exponential(mean=1ms)}}, {if: t > 1ms, then: {abort: 503}}]\n",
    "request: {repeat: 40, do: {if: chance(0.5), then: {wait: 1ms}}}\n",
    "request: {if: 'truncate(binomial(n=9, p=0.5) + binomial(n=9, p=0.5), 3, 9) > 4',"
    " then: {wait: 1ms}}\n",
};

static void test_sampled(void **state)
{
    const char *const *yaml = *state;
    struct world w = world_of(*yaml);
    struct prog *p = prog_compile(w.a, w.m, model_exec(w.m, "threads"), w.d);
    struct exact e;
    assert_non_null(p);
    assert_false(exact_run(p, &(struct exact_opt){.max_runs = 0}, &e));
    exact_free(&e);
    arena_drop(w.a);
}

/* The probabilities of all cases, and of what was left over, sum to 1. */
static void test_whole(void **state)
{
    (void)state;
    uint32_t known = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++) {
        struct world w = world_of(rows[i].yaml);
        struct prog *p = prog_compile(w.a, w.m, model_exec(w.m, rows[i].exec), w.d);
        struct exact e;
        double sum = 0;
        bool all = exact_run(p, &(struct exact_opt){.max_runs = 0}, &e);
        for (uint32_t k = 0; k < e.n; k++)
            sum += e.of[k].p;
        if (all && (fabs(sum + e.left - 1) > 1e-11 || e.left > 1e-8))
            fail_msg("%s: %.15g and %g left over", rows[i].name, sum, e.left);
        known += all;
        exact_free(&e);
        arena_drop(w.a);
    }
    assert_true(known > 20);
}

/* ---- whatever the latencies ---- */

static bool is_503(const void *ctx, int32_t status)
{
    (void)ctx;
    return status == 503;
}

/* Who fails first says whether it is a 501 or a 503.  Each fails with 1/5: a 503 comes for sure if
 * only the second fails, and may come if both do. */
static void test_between(void **state)
{
    (void)state;
    struct world w = world_of("services: {s: {latency: exponential(mean=2ms), error: 20%}}\n"
                              "request: {parallel: [{call: s, catch: {error: {abort: 501}}},"
                              " {call: s, catch: {error: {abort: 503}}}]}\n");
    for (int reduce = 0; reduce < 2; reduce++) {
        double lo, hi;
        struct prog *p = prog_compile(w.a, w.m, model_exec(w.m, "threads"), w.d);
        struct chances *c = chances_new(p, 1000, reduce, NULL);
        assert_non_null(c);
        chances_of(c, is_503, NULL, &lo, &hi);
        assert_true(fabs(lo - 0.16) < 1e-12 && fabs(hi - 0.2) < 1e-12);
        chances_free(c);
    }
    struct require_opt o = {.seed = 1};
    struct require_item x = judge(&w, "threads", "outcome(503) <= 20%", o);
    assert_int_equal(x.verdict, VERDICT_PASS);
    assert_string_equal(x.result.seen_text, "16 % to 20 %");
    x = judge(&w, "threads", "outcome(503) <= 15%", o);
    assert_int_equal(x.verdict, VERDICT_FAIL);
    x = judge(&w, "threads", "outcome(503) <= 19%", o); /* 18 %, says the sample */
    assert_true(x.result.requests > 0);
    arena_drop(w.a);
}

/* A timeout may come or not. */
static void test_timeout(void **state)
{
    (void)state;
    struct world w = world_of(sampled[0]);
    struct prog *p = prog_compile(w.a, w.m, model_exec(w.m, "threads"), w.d);
    double lo, hi;
    struct chances *c = chances_new(p, 1000, true, NULL);
    chances_of(c, is_503, NULL, &lo, &hi);
    assert_true(fabs(lo - 0.2) < 1e-12 && hi == 1);
    chances_free(c);
    assert_null(chances_new(p, 2, true, NULL)); /* too many states */
    arena_drop(w.a);
}

/* Moves that nobody notices make no difference when they are tried alone. */
static void test_reduced(void **state)
{
    (void)state;
    static const char *const exec[] = {"serial", "threads", "coroutine"};
    for (size_t i = 0; i < TEST_COUNT(rows) * TEST_COUNT(exec); i++) {
        struct world w = world_of(rows[i / TEST_COUNT(exec)].yaml);
        struct prog *p = prog_compile(w.a, w.m, model_exec(w.m, exec[i % TEST_COUNT(exec)]), w.d);
        struct chances *c[2];
        double lo[2] = {0}, hi[2] = {0};
        for (int k = 0; k < 2; k++) {
            c[k] = chances_new(p, 100000, k, NULL);
            if (c[k])
                chances_of(c[k], is_503, NULL, &lo[k], &hi[k]);
        }
        if (c[0] && (!c[1] || fabs(lo[0] - lo[1]) > 1e-12 || fabs(hi[0] - hi[1]) > 1e-12))
            fail_msg("%s under %s: [%.12g, %.12g], reduced [%.12g, %.12g]",
                     rows[i / TEST_COUNT(exec)].name, exec[i % TEST_COUNT(exec)], lo[0], hi[0],
                     lo[1], hi[1]);
        chances_free(c[0]);
        chances_free(c[1]);
        arena_drop(w.a);
    }
}

int main(void)
{
    enum { MORE = 4 };
    struct CMUnitTest t[TEST_COUNT(rows) + TEST_COUNT(sampled) + MORE];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_row, &rows[i]);
    for (size_t i = 0; i < TEST_COUNT(sampled); i++)
        t[n++] = test_named(sampled[i], test_sampled, &sampled[i]);
    t[n++] = test_named("whole", test_whole, NULL);
    t[n++] = test_named("between", test_between, NULL);
    t[n++] = test_named("a timeout may come", test_timeout, NULL);
    t[n++] = test_named("reduced", test_reduced, NULL);
    return cmocka_run_group_tests_name("exact", t, NULL, NULL);
}
