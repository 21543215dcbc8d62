/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_work.c - no request is there for longer than all work in a row takes: simulated runs
 * of random pipelines against the bound, and equal requests taken in any order against one order.
 */
#include "check/worst_impl.h"
#include "run/sim.h"
#include "tests/prop/random_model.h"
#include "tests/unit/model_text.h"

/* ---- no run takes longer ---- */

static double longest(const struct prog *p, uint32_t nreq, uint32_t runs)
{
    double most = 0;
    for (uint32_t i = 0; i < runs; i++) {
        struct sim_opt so = {.seed = 1000 + i, .max_events = 100000};
        struct sim *s = sim_new(p, &so);
        uint64_t n;
        sim_run_load(s, nreq);
        const struct record *r = sim_records(s, &n);
        for (uint64_t k = 0; k < n; k++)
            most = (double)r[k].latency > most ? (double)r[k].latency : most;
        sim_free(s);
    }
    return most;
}

/* The same with bounds. */
static const char *bounded(struct arena *a, const char *text)
{
    static const char law[] = "exponential(mean=2ms)";
    const char *at;
    while ((at = strstr(text, law)))
        text = arena_printf(a, "%.*suniform(0ms 6ms)%s", (int)(at - text), text, at + strlen(law));
    return text;
}

struct tally {
    uint32_t known, attained;
};

static void try(uint64_t seed, uint32_t features, const char *exec, struct tally *t)
{
    enum { REQUESTS = 3, RUNS = 30 };
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct worst_opt o = {.max_runs = 0};
    struct worst x;
    const char *text = bounded(a, random_model(a, seed, features, "{backlog: 3}").text);
    const struct prog *p = prog_of(a, model_of(a, text, d), exec, d);
    worst_init(&x, p, &o);
    x.way = WORST_ORDERS;
    if (worst_work(&x, d) && isfinite(x.total)) {
        double most = longest(p, REQUESTS, RUNS);
        if (most > x.total + 1)
            fail_msg("seed %llu, %s: %g ns, said to take %g at most\n%s", (unsigned long long)seed,
                     exec, most, x.total, text);
        t->known++;
        t->attained += x.longest >= x.total;
    }
    worst_free(&x);
    arena_drop(a);
}

static const struct row {
    const char *name;
    uint32_t features, seeds, known;
} rows[] = {
    {"in order", RANDOM_DRAWS | RANDOM_CPU | RANDOM_CHOICE | RANDOM_IF | RANDOM_REPEAT, 60, 150},
    {"forks", RANDOM_DRAWS | RANDOM_CPU | RANDOM_FORKS | RANDOM_SPAWN | RANDOM_USE | RANDOM_BOUNDS,
     100, 60},
    {"failures", RANDOM_DRAWS | RANDOM_ERRORS | RANDOM_CATCH | RANDOM_RETRY | RANDOM_ANSWERS, 60,
     60},
    {"failures beside others", RANDOM_DRAWS | RANDOM_FORKS | RANDOM_ERRORS | RANDOM_CATCH, 100, 20},
    {"the first of several", RANDOM_DRAWS | RANDOM_FORKS | RANDOM_UNTIL, 100, 20},
    {"timeouts and full queues", RANDOM_DRAWS | RANDOM_TIMEOUT | RANDOM_CAPACITY | RANDOM_CATCH,
     100, 1},
    {"on their own", RANDOM_DRAWS | RANDOM_DETACH | RANDOM_USE | RANDOM_COMPLETED, 100, 20},
};

static void test_row(void **state)
{
    static const char *const execs[] = {"serial", "threads", "coroutine", "hybrid"};
    const struct row *r = *state;
    struct tally t = {0};
    uint32_t seeds = test_quick() ? r->seeds / 10 : r->seeds;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++)
            try(seed, r->features, execs[x], &t);
    print_message("%u bounds, %u of them attained\n", t.known, t.attained);
    assert_true(test_quick() || t.known >= r->known);
}

/* ---- where timing decides what is done ---- */

#define A "services: {a: {latency: uniform(1ms 5ms)}}\n"
#define L "resources: {l: mutex}\n"
static const struct timed {
    const char *name, *yaml, *exec;
} timed[] = {
    /* the loser may have the lock by then */
    {"the first of two",
     A L "request: [{parallel: {x: {wait: 3ms}, y: [{call: a}, {use: l, do: {wait: "
         "1s}}]}, until: any, rest: detach}, {use: l, do: {wait: 1ms}}]\n",
     "threads"},
    {"the first that is awaited",
     A "request: [{spawn: {x: {wait: 3ms}, y: [{call: a}, {wait: 1s}]}}, {await: [x, y], until: "
       "any}]\n",
     "threads"},
    {"a failure beside another",
     A
     "request: {parallel: {x: [{wait: 3ms}, {fail: f}], y: [{call: a}, {wait: 1s}]}, catch: []}\n",
     "threads"},
    {"an abort", A "request: [{spawn: {y: [{call: a}, {wait: 1s}]}}, {wait: 3ms}, {abort: 503}]\n",
     "threads"},
    {"a call that fails",
     "services: {a: {latency: uniform(1ms 5ms), error: 1%}}\n"
     "request: {parallel: {x: {call: a}, y: [{call: a}, {wait: 1s}]}, catch: []}\n",
     "threads"},
    {"a timeout", A "request: {call: a, timeout: 5ms, catch: {timeout: {wait: 1s}}}\n", "threads"},
    {"a full queue",
     "services: {a: {latency: uniform(1ms 5ms), capacity: 1, queue: 0}}\n"
     "request: [{call: a, catch: {rejected: {wait: 1s}}}]\nload: {backlog: 2}\n",
     "threads"},
    {"a hedge", A "request: {call: a, hedge: {after: 2ms}}\n", "threads"},
    {"on its own",
     A L
     "request: [{detach: [{call: a}, {use: l, do: {wait: 1s}}]}, {wait: 3ms}, {use: l, do: []}]\n",
     "threads"},
    {"in the order of completion",
     A "request: {each: 2, as: i, do: {call: a}, as_completed: {wait: 1ms}}\n", "threads"},
    {"a shared variable",
     A "shared: {n: 0..1}\nrequest: [{call: a}, {if: n > 0, then: {wait: 1s}}, {set: {n: 1}}]\n"
       "load: {backlog: 2}\n",
     "threads"},
    {"a stage",
     "channels: {q: 4}\nrequest: {put: q}\n"
     "stages: {s: {from: q, batch: {max: 2, wait: 5ms}, do: [{wait: 1ms}, {respond: 200}]}}\n",
     "threads"},
    {"costs", A "executions: {threads: {switch: 1ms}}\nrequest: {call: a}\n", "threads"},
    {"no room for more",
     A "executions: {threads: {limit: 1, queue: 0}}\nrequest: {call: a}\nload: {backlog: 2}\n",
     "threads"},
};

static void test_timed(void **state)
{
    const struct timed *r = *state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct worst_opt o = {.max_runs = 0};
    struct worst x;
    const char *text = arena_printf(a, "pertinax: 1\nname: t\n%s", r->yaml);
    worst_init(&x, prog_of(a, model_of(a, text, d), r->exec, d), &o);
    x.way = WORST_ORDERS;
    assert_true(worst_work(&x, d));
    assert_true(isinf(x.total));
    worst_free(&x);
    arena_drop(a);
}

/* ---- equal requests ---- */

static double bound_of(const char *text, const char *exec, bool alike, uint64_t *runs)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct worst_opt o = {.no_reductions = !alike};
    struct worst x;
    const struct prog *p = prog_of(a, model_of(a, text, d), exec, d);
    worst_init(&x, p, &o);
    assert_int_equal(x.way, WORST_ORDERS);
    assert_true((x.alike != NONE) == alike);
    assert_true(worst_try(&x, 1e12, LIMIT_LE, d));
    assert_true(x.whole);
    *runs = x.runs;
    double bound = x.bound;
    worst_free(&x);
    arena_drop(a);
    return bound;
}

/* Two or three that wait, and then hold one of the units, with the same bound for any order. */
static void test_alike(void **state)
{
    (void)state;
    static const char *const execs[] = {"threads", "coroutine"};
    uint64_t sorted = 0, any = 0;
    for (uint64_t seed = 0; seed < test_samples(40); seed++) {
        struct draw_key k = {.seed = seed};
        int v[6];
        for (int i = 0; i < 6; i++, k.site++)
            v[i] = (int)(rng_unit(k) * 3);
        struct arena *a = arena_new(0);
        int low = 1 + v[0], hold = 1 + v[2], nreq = 2 + v[4] / 2;
        const char *text = arena_printf(
            a,
            "pertinax: 1\nname: t\nresources: {r: {kind: semaphore, size: %d, discipline: %s}}\n"
            "request: [{wait: 'uniform(%dms %dms)'}, {use: r, do: {wait: 'uniform(%dms %dms)'}},"
            " {wait: %dms}]\nload: {backlog: %d}\n",
            1 + v[3] / 2, v[5] ? "fifo" : "lifo", low, low + v[1], hold, hold + v[1] / 2, 1 + v[5],
            nreq);
        for (size_t x = 0; x < TEST_COUNT(execs); x++) {
            uint64_t few, many;
            double bound = bound_of(text, execs[x], true, &few);
            if (bound != bound_of(text, execs[x], false, &many))
                fail_msg("seed %llu, %s: %g\n%s", (unsigned long long)seed, execs[x], bound, text);
            sorted += few;
            any += many;
        }
        arena_drop(a);
    }
    print_message("%llu runs instead of %llu\n", (unsigned long long)sorted,
                  (unsigned long long)any);
    assert_true(test_quick() || 3 * sorted < 2 * any);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + TEST_COUNT(timed) + 1];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_row, &rows[i]);
    for (size_t i = 0; i < TEST_COUNT(timed); i++)
        t[n++] = test_named(timed[i].name, test_timed, &timed[i]);
    t[n++] = test_named("equal requests", test_alike, NULL);
    return cmocka_run_group_tests_name("worst_work", t, NULL, NULL);
}
