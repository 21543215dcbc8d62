/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst.c - worst cases against schedules computed by hand, against every corner of random
 * task graphs, and against Graham's anomaly. */
#include "tests/unit/model_text.h"

#include "base/rng.h"
#include "check/worst.h"
#include "run/sim.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct world {
    struct arena *a;
    struct diags *d;
    const struct model *m;
    struct prog *p;
};

static struct world world_of(const char *body, const char *exec)
{
    struct world w = {.a = arena_new(0)};
    w.d = diags_new(w.a);
    const char *text = arena_printf(w.a, "pertinax: 1\nname: t\n%s", body);
    w.m = model_of(w.a, text, w.d);
    w.p = prog_of(w.a, w.m, exec, w.d);
    return w;
}

static struct require_item judge(struct world *w, const char *limit, struct worst_opt o)
{
    struct loc at = {.line = 1, .col = 1};
    struct require_item x = {.limit = limit_parse_worst(limit, at, w->m, w->d, w->a)};
    assert_non_null(x.limit);
    assert_true(worst_judge(w->p, &x, &o, w->a, w->d));
    return x;
}

#define AB  "services: {a: {latency: uniform(1ms 10ms)}, b: {latency: uniform(2ms 20ms)}}\n"
#define ANY AB "request: {parallel: [{call: a}, {call: b}], until: any}\n"

#define LOCK                                                                                       \
    "services: {a: {latency: uniform(1ms 3ms)}}\nresources: {l: mutex}\n"                          \
    "request: {use: l, do: {call: a}}\n"

static const struct row {
    const char *name, *yaml, *exec;
    double worst;     /* ms; INFINITY: none */
    const char *says; /* part of the method or of the reason */
} rows[] = {
    {"a sum", AB "request: [{call: a}, {call: b}]\n", "serial", 30, "longest path"},
    {"the greater", AB "request: {parallel: [{call: a}, {call: b}]}\n", "threads", 20, "path"},
    {"one after the other", AB "request: {parallel: [{call: a}, {call: b}]}\n", "serial", 30,
     "path"},
    {"the first", ANY, "coroutine", 10, "path"},
    {"the first in order", ANY, "serial", 10, "path"},
    {"a branch", AB "request: {if: chance(0.1), then: {call: a}, else: {call: b}}\n", "serial", 20,
     "2 runs"},
    {"an impossible branch", AB "request: {if: chance(0), then: {call: b}, else: {call: a}}\n",
     "serial", 10, "1 run"},
    {"a choice",
     AB "request: {choose: [{p: 0.5, do: {call: a}}, {p: 0.5, do: [{call: a}, {call: b}]},"
        " {p: 0, do: {wait: 1s}}]}\n",
     "serial", 30, "2 runs"},
    {"copies", AB "request: {each: 3, do: {call: a}}\n", "threads", 10, "path"},
    {"copies, two at a time", AB "request: {each: 3, limit: 2, do: {call: a}}\n", "threads", 20,
     "path"},
    {"rounds", AB "request: {repeat: 3, do: {call: a}}\n", "threads", 30, "path"},
    {"a drawn count", AB "request: {repeat: 'binomial(n=2, p=0.5)', do: {call: a}}\n", "serial", 20,
     "3 runs"},
    {"a spawned task", AB "request: [{spawn: {x: {call: b}}}, {call: a}, {await: x}, {call: a}]\n",
     "coroutine", 30, "path"},
    {"not awaited", AB "request: [{spawn: {x: {call: b}}}, {call: a}]\n", "coroutine", 10, "path"},
    {"an early answer", AB "request: [{call: a}, {respond: 200}, {call: b}]\n", "serial", 10,
     "path"},
    /* succeeds at the very instant of its timeout, or fails there and then calls b */
    {"a timeout", AB "request: [{call: a, timeout: 4ms}, {call: b}]\n", "serial", 24, "path"},
    {"a timeout, caught", AB "request: [{call: a, timeout: 4ms, catch: {timeout: {call: b}}}]\n",
     "serial", 24, "path"},
    {"a timeout over two",
     AB "request: [{seq: [{call: a}, {call: b}], timeout: 15ms}, {wait: 7ms}]\n", "serial", 22,
     "all orders"},
    /* the first one must be shorter than it could be, for the second to end in time */
    {"in time only if neither is at its bound",
     "request: [{seq: [{wait: uniform(1ms 10ms)}, {wait: uniform(4ms 10ms)}], timeout: 12ms,"
     " catch: []}, {wait: 1ms}]\n",
     "serial", 13, "all orders"},
    {"goes on only if neither is at its bound",
     "request: [{seq: [{wait: uniform(1ms 10ms)}, {wait: uniform(4ms 6ms)}], timeout: 12ms,"
     " catch: {abort: 504}}, {wait: 100ms}, {respond: 200}]\n",
     "serial", 112, "all orders"},
    {"no bound, but a timeout over two",
     "services: {e: {latency: exponential(mean=1ms)}}\n"
     "request: [{seq: [{call: e}, {call: e}], timeout: 9ms, catch: []}, {wait: 3ms}]\n",
     "serial", 12, "all orders"},
    /* the first to fail says which handler is run: the one that could last longer */
    {"who fails first",
     "request: {parallel: [[{wait: 'uniform(1ms, 10ms)'}, {fail: x}], [{wait: 'uniform(1ms, 5ms)'},"
     " {fail: y}]], catch: {x: {wait: 100ms}, y: []}}\n",
     "threads", 105, "all orders"},
    {"who fails first, one handler for both",
     "request: {parallel: [[{wait: 'uniform(1ms, 10ms)'}, {fail: x}], [{wait: 'uniform(1ms, 5ms)'},"
     " {fail: y}]], catch: {wait: 100ms}}\n",
     "threads", 105, "path"},
    {"an answer that is cut off",
     "request: [{parallel: [{wait: 'uniform(1ms, 10ms)'}, [{wait: 'uniform(1ms, 5ms)'},"
     " {respond: 200}]], until: any}, {wait: 100ms}, {respond: 200}]\n",
     "threads", 105, "all orders"},
    {"a duration that is kept",
     "request: [{set: {d: 'uniform(1ms, 5ms)'}}, {wait: 2 * d}, {wait: d + 1ms}]\n", "serial", 16,
     "path"},
    {"a retry",
     "services: {c: {latency: uniform(1ms 10ms), error: 1%}}\n"
     "request: {call: c, retry: {attempts: 3, backoff: 5ms, factor: 2}}\n",
     "serial", 45, "path"},
    {"a retry after timeouts",
     AB "request: {call: a, timeout: 4ms, retry: {attempts: 3, backoff: 1ms}}\n", "serial", 14,
     "path"},
    {"a hedge", AB "request: {call: b, hedge: {after: 5ms}}\n", "coroutine", 20, "path"},
    {"a hedge where one may be slow",
     "services: {c: {latency: 'mix(0.9 of 2ms, 0.1 of 50ms)'}}\n"
     "request: {call: c, hedge: {after: 5ms}}\n",
     "coroutine", 50, "path"},
    {"no bound", "services: {e: {latency: exponential(mean=1ms)}}\nrequest: {call: e}\n", "serial",
     INFINITY, "`request/e` has no bound"},
    {"no bound, but a timeout",
     "services: {e: {latency: exponential(mean=1ms)}}\nrequest: {call: e, timeout: 9ms}\n",
     "serial", 9, "path"},
    {"cut",
     "services: {e: {latency: 'truncate(exponential(mean=1ms), 0, 8ms)'}}\nrequest: {call: e}\n",
     "serial", 8, "path"},
    {"never answered", AB "request: [{if: chance(0.5), then: {respond: 200}}]\n", "serial",
     INFINITY, "never be answered"},
    {"a deadlock",
     AB "executions: {threads: {pool: 1}}\n"
        "request: {parallel: [{call: a}, {call: b}]}\n",
     "threads", INFINITY, "deadlock"},
    /* a lock: who comes second waits for the first */
    {"a lock",
     "services: {a: {latency: uniform(1ms 3ms)}}\nresources: {l: mutex}\n"
     "request: {each: 2, do: {use: l, do: {call: a}}}\n",
     "threads", 6, "steps of 1ms, and all orders, 9 runs"},
    {"one core", "request: {parallel: [{cpu: 'uniform(1ms 2ms)'}, {cpu: 'uniform(2ms 4ms)'}]}\n",
     "threads", 6, "steps of 1ms, and all orders, 8 runs"},
    {"one core, serial",
     "request: {parallel: [{cpu: 'uniform(1ms 2ms)'}, {cpu: 'uniform(2ms 4ms)'}]}\n", "serial", 6,
     "longest path, 1 run"},
    /* a quantum of half a millisecond makes finer steps */
    {"one core, short quanta",
     "host: {schedule: rr(500us)}\n"
     "request: {parallel: [{cpu: 'uniform(1ms 2ms)'}, {cpu: 'uniform(2ms 3ms)'}]}\n",
     "threads", 5, "steps of 500us"},
    /* bounds that are known in the run alone */
    {"a drawn number of parts",
     "resources: {l: mutex}\n"
     "request: [{set: {n: 'binomial(n=1, p=0.5)'}},\n"
     "  {each: 2, do: {use: l, do: {wait: 'uniform(1ms 2ms) + n * 500us'}}}]\n",
     "threads", 5, "steps of 500us"},
    /* several requests that come at once */
    {"two for a lock", LOCK "load: {backlog: 2}\n", "threads", 6, "9 runs"},
    {"three for a connection",
     "services: {db: {latency: uniform(2ms 4ms), capacity: 1}}\nrequest: {call: db}\n"
     "load: {backlog: 3}\n",
     "coroutine", 12, "steps of 2ms"},
    {"three on two threads",
     AB "executions: {threads: {pool: 2}}\nrequest: {wait: 'uniform(2ms 3ms)'}\n"
        "load: {backlog: 3}\n",
     "threads", 6, "steps of 1ms"},
    {"two on one core", "request: {cpu: 'uniform(1ms 2ms)'}\nload: {backlog: 2}\n", "threads", 4,
     "steps of 1ms"},
    {"two on one loop", "request: {cpu: 'uniform(1ms 2ms)'}\nload: {backlog: 2}\n", "coroutine", 4,
     "steps of 1ms"},
    {"three, one after the other", LOCK "load: {backlog: 3}\n", "serial", 9, "steps of 1ms"},
    {"two in each other's way",
     "services: {a: {latency: uniform(1ms 2ms)}}\nresources: {l: mutex, m: mutex}\n"
     "request: {choose: [{p: 0.5, do: {use: l, do: {use: m, do: {call: a}}}},"
     " {p: 0.5, do: {use: m, do: [{call: a}, {use: l, do: {call: a}}]}}]}\n"
     "load: {backlog: 2}\n",
     "threads", INFINITY, "a request may deadlock"},
    {"two with nothing between them", AB "request: [{call: a}, {call: b}]\nload: {backlog: 2}\n",
     "threads", 30, "longest path"},
    {"no bound behind a lock",
     "services: {e: {latency: exponential(mean=1ms)}}\nresources: {l: mutex}\n"
     "request: {each: 2, do: {use: l, do: {call: e}}}\n",
     "threads", INFINITY, "e` has no bound"},
    /* an item waits 5 ms for company, and its batch takes 2 ms */
    {"a batch",
     "channels: {q: 4}\nrequest: {put: q}\nstages:\n"
     "  s: {from: q, batch: {max: 2, wait: 5ms}, do: [{wait: 'uniform(1ms 2ms)'}, {respond: "
     "200}]}\n",
     "threads", 7, "steps of 1ms"},
    /* nothing is contended, but a shorter one makes it longer: both at 5 ms, a being told of first
     */
    {"which failure is the first",
     "request: {parallel: [[{wait: 'uniform(1ms, 10ms)'}, {fail: a}],"
     " [{wait: 'uniform(1ms, 5ms)'}, {fail: b}]], catch: {a: {wait: 100ms}, b: []}}\n",
     "threads", 105, "steps of 1ms, and all orders"},
    {"whether who answers is the first",
     "request: [{parallel: {a: {wait: 'uniform(1ms, 10ms)'}, b: [{wait: 'uniform(1ms, 5ms)'},"
     " {respond: 200}]}, until: any}, {wait: 100ms}, {respond: 200}]\n",
     "coroutine", 105, "steps of 1ms, and all orders"},
    /* in time at 12 ms, if the first takes 8 ms at most; at 50 ms, with 5 ms */
    {"a timeout that something shorter is in time for",
     "request: [{seq: [{wait: 'uniform(1ms, 10ms)'}, {wait: 'uniform(4ms, 10ms)'}], timeout: 12ms,"
     " catch: {abort: 504}}, {wait: 100ms}, {respond: 200}]\n",
     "serial", 112, "steps of 1ms"},
    {"a timeout in what takes as long whatever is drawn",
     "request: [{seq: [{wait: 'uniform(1ms, 10ms)'}, {wait: 45ms}], timeout: 50ms,"
     " catch: {abort: 504}}, {wait: 100ms}, {respond: 200}]\n",
     "coroutine", 150, "steps of 1ms"},
    {"a stalled loop",
     "services: {a: {latency: uniform(1ms 2ms), blocking: true}}\n"
     "request: {each: 2, do: {call: a}}\n",
     "coroutine", 4, "steps"},
};

/* What is known without trying all latencies. */
static const struct row in_row[] = {
    {"eight on a lock",
     "services: {a: {latency: uniform(1ms 100ms)}}\nresources: {l: mutex}\n"
     "request: {each: 8, do: {use: l, do: {call: a}}}\n",
     "threads", 800, "in a row, 1 run"},
    {"steps of a nanosecond",
     "resources: {l: mutex}\nrequest: {each: 2, do: {use: l, do: {wait: 'uniform(1ns, 10ms)'}}}\n",
     "threads", 20, "in a row, 1 run"},
    {"a service that shares itself",
     "services: {a: {latency: uniform(1ms 3ms), capacity: 1, discipline: ps}}\n"
     "request: {call: a}\nload: {backlog: 4}\n",
     "threads", 12, "in a row, 1 run"},
    /* three times 4 + 2 ms */
    {"failures on one connection",
     "services: {a: {latency: uniform(1ms 4ms), error: 1%}}\nresources: {l: mutex}\n"
     "request: {use: l, do: {call: a, catch: {wait: 2ms}}}\nload: {backlog: 3}\n",
     "coroutine", 18, "in a row, 8 runs"},
    {"one core and a GIL",
     "host: {gil: true}\nrequest: {cpu: uniform(1ms 2ms)}\nload: {backlog: 5}\n", "threads", 10,
     "in a row"},
};

static void row_holds(const struct row *r, struct worst_opt o)
{
    struct world w = world_of(r->yaml, r->exec);
    if (isinf(r->worst)) {
        struct require_item x = judge(&w, "latency <= 1h", o);
        assert_int_equal(x.verdict, VERDICT_FAIL);
        if (!strstr(x.why, r->says))
            fail_msg("%s: %s", r->name, x.why);
        arena_drop(w.a);
        return;
    }
    struct require_item at = judge(&w, arena_printf(w.a, "latency <= %.9gms", r->worst), o);
    if (at.verdict != VERDICT_PASS)
        fail_msg("%s: %s (%s) %s", r->name, at.result.seen_text, at.result.method, at.why);
    if (fabs(at.result.seen.value - r->worst / 1e3) > 1e-12)
        fail_msg("%s: %s", r->name, at.result.seen_text);
    if (!strstr(at.result.method, r->says) &&
        (o.no_reductions || !strstr(at.result.method, "in a row")))
        fail_msg("%s: %s", r->name, at.result.method);
    struct require_item below = judge(&w, arena_printf(w.a, "latency < %.9gms", r->worst), o);
    assert_int_equal(below.verdict, VERDICT_FAIL);
    arena_drop(w.a);
}

static void test_row(void **state)
{
    row_holds(*state, (struct worst_opt){.no_reductions = true});
    row_holds(*state, (struct worst_opt){.no_reductions = false});
}

static void test_in_row(void **state)
{
    row_holds(*state, (struct worst_opt){.no_reductions = false});
}

/* Two at a time, and each 1 to 2 ms: shares leave open what is between 2 and 4 ms. */
static void test_looser(void **state)
{
    (void)state;
    struct world w = world_of("services: {a: {latency: uniform(1ms 2ms), capacity: 2,"
                              " discipline: ps}}\n"
                              "request: {call: a}\nload: {backlog: 2}\n",
                              "threads");
    struct worst_opt o = {.max_runs = 0};
    struct require_item x = judge(&w, "latency <= 4ms", o);
    assert_int_equal(x.verdict, VERDICT_PASS);
    assert_string_equal(x.result.seen_text, "at most 4 ms, all work in a row");
    x = judge(&w, "latency <= 3ms", o);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    x = judge(&w, "latency < 2ms", o);
    assert_int_equal(x.verdict, VERDICT_FAIL);
    o.no_reductions = true;
    x = judge(&w, "latency <= 4ms", o);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    arena_drop(w.a);
}

/* ---- what is not proven ---- */

/* A run of so many ms is found, and no longer one is known of; that does not say that there is
 * none. */
static const struct row unproven[] = {
    {"a drawn number", "request: [{set: {x: 'uniform(1, 3)'}}, {wait: x * 1ms}]\n", "serial", 3,
     "only the bounds were tried"},
    {"a drawn number without a bound",
     "request: [{set: {x: 'exponential(mean=1)'}}, {wait: 'min(x, 2) * 1ms + 1ms'}]\n", "serial", 1,
     "counts were tried up to 3 only"},
    /* a shorter one may lead to longer work */
    {"a duration that decides",
     "request: [{set: {d: 'uniform(1ms, 5ms)'}}, {if: d < 2ms, then: {wait: 100ms}},"
     " {wait: 10ms - d}]\n",
     "serial", 109, "only the bounds were tried"},
    {"a timeout that is drawn",
     "request: {wait: 7ms, timeout: 'uniform(5ms, 10ms)', catch: {wait: 100ms}}\n", "serial", 105,
     "only the bounds were tried"},
    {"a timeout that was drawn before",
     "request: [{set: {t: 'uniform(5ms, 10ms)'}}, {wait: 7ms, timeout: t, catch: {wait: 100ms}}]\n",
     "serial", 105, "only the bounds were tried"},
    /* held twice for 3 + 2 + 3 ms */
    {"a lock, tried again with growing backoff",
     "services: {a: {latency: 3ms, error: 1%}}\nresources: {l: mutex}\nrequest: {each: 2, do: "
     "{use: l,"
     " do: {call: a, retry: {attempts: 2, backoff: 2ms, factor: 2}}}}\n",
     "threads", 16, "a backoff grows"},
    {"more steps than can be tried",
     "resources: {l: mutex}\nrequest: {each: 2, do: {use: l, do: {wait: 'uniform(1ns, 10ms)'}}}\n",
     "threads", 20, "only the bounds were tried"},
};

static void test_unproven(void **state)
{
    const struct row *r = *state;
    struct world w = world_of(r->yaml, r->exec);
    struct worst_opt o = {.no_reductions = true};
    struct require_item at = judge(&w, arena_printf(w.a, "latency <= %.9gms", r->worst), o);
    if (at.verdict != VERDICT_UNDECIDED || !strstr(at.why, r->says))
        fail_msg("%s: %s (%s) %s", r->name, at.result.seen_text, at.result.method, at.why);
    if (fabs(at.result.seen.lo - r->worst / 1e3) > 1e-12)
        fail_msg("%s: %s", r->name, at.result.seen_text);
    struct require_item below = judge(&w, arena_printf(w.a, "latency < %.9gms", r->worst), o);
    assert_int_equal(below.verdict, VERDICT_FAIL);
    arena_drop(w.a);
}

/* ---- Graham (1969) ---- */

/* Nine tasks on three processors, in the order of their list; 9 after 1, 5 to 8 after 4. */
static const int graham[9] = {3, 2, 2, 2, 4, 4, 4, 4, 9};

static int list_schedule(const int *time)
{
    int end[9], free_at[3] = {0};
    bool done[9] = {false};
    for (int k = 0; k < 9; k++) {
        int best = 0, start = 1 << 30, pick = -1;
        bool late = false;
        for (int m = 1; m < 3; m++)
            best = free_at[m] < free_at[best] ? m : best;
        for (int i = 0; i < 9; i++) { /* the first of those that can start first; who waits already
                                         goes before who comes at that very instant */
            int after = i == 8 ? 0 : i >= 4 ? 3 : -1;
            if (done[i] || (after >= 0 && !done[after]))
                continue;
            int ready = after >= 0 ? end[after] : 0;
            int from = ready > free_at[best] ? ready : free_at[best];
            if (from < start || (from == start && late && ready < from)) {
                start = from;
                pick = i;
                late = ready == from;
            }
        }
        done[pick] = true;
        end[pick] = start + time[pick];
        free_at[best] = end[pick];
    }
    int last = 0;
    for (int i = 0; i < 9; i++)
        last = end[i] > last ? end[i] : last;
    return last;
}

static void graham_yaml(struct buf *b)
{
    buf_puts(b, "resources: {cpu: {kind: semaphore, size: 3, discipline: priority}}\nrequest:\n  - "
                "spawn:\n");
    for (int i = 0; i < 9; i++) {
        buf_printf(b, "      t%d: [", i + 1);
        if (i >= 4)
            buf_printf(b, "{await: %s}, ", i == 8 ? "t1" : "t4");
        buf_printf(b, "{use: cpu, priority: %d, do: {wait: 'uniform(%dms %dms)'}}]\n", i,
                   graham[i] - 1, graham[i]);
    }
    buf_puts(b, "  - await: [t1, t2, t3, t4, t5, t6, t7, t8, t9]\n");
}

static void test_graham(void **state)
{
    (void)state;
    int shorter[9], worst = 0;
    for (int i = 0; i < 9; i++)
        shorter[i] = graham[i] - 1;
    assert_int_equal(list_schedule(graham), 12); /* as published */
    assert_int_equal(list_schedule(shorter), 13);
    for (int set = 0; set < 512; set++) {
        int time[9];
        for (int i = 0; i < 9; i++)
            time[i] = graham[i] - (set >> i & 1);
        worst = list_schedule(time) > worst ? list_schedule(time) : worst;
    }
    struct buf b = {0};
    graham_yaml(&b);
    struct world w = world_of(b.s, "coroutine");
    struct worst_opt o = {.max_runs = 0};
    assert_true(worst_contended(w.p));
    struct require_item x = judge(&w, "latency <= 12ms", o); /* all at their bounds: 12 */
    assert_int_equal(x.verdict, VERDICT_FAIL);
    /* where two end at once, the list says who is first; here the other orders are tried as well,
     * and calls that end an instant sooner bring them about */
    assert_int_equal(worst, 16);
    x = judge(&w, arena_printf(w.a, "latency <= %dms", worst), o);
    if (x.verdict != VERDICT_PASS || fabs(x.result.seen.value - worst / 1e3) > 1e-12)
        fail_msg("%s, not %d ms (%s)", x.result.seen_text, worst, x.result.method);
    assert_true(x.result.seen.lo > 15.99e-3 && x.result.seen.lo < 16e-3);
    arena_drop(w.a);
    buf_free(&b);
}

/* ---- random graphs, every corner ---- */

struct graph {
    int n, low[6], high[6], kind[6]; /* kind: what node i does with the two before it */
};

/* A chain of three groups, each a sequence, the greater or the lesser of two. */
static int graph_time(const struct graph *g, const int *t)
{
    int sum = 0;
    for (int i = 0; i + 1 < g->n; i += 2) {
        int a = t[i], b = t[i + 1];
        sum += g->kind[i] == 0 ? a + b : g->kind[i] == 1 ? (a > b ? a : b) : (a < b ? a : b);
    }
    return sum;
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < test_samples(200); seed++) {
        struct graph g = {.n = 6};
        struct buf b = {0};
        buf_puts(&b, "request:\n");
        for (int i = 0; i < 6; i++) {
            struct draw_key k = {.seed = seed, .path = (uint64_t)i, .site = 1};
            g.low[i] = 1 + (int)(rng_unit(k) * 5);
            k.site = 2;
            g.high[i] = g.low[i] + (int)(rng_unit(k) * 5);
            k.site = 3;
            g.kind[i] = (int)(rng_unit(k) * 3);
        }
        for (int i = 0; i < 6; i += 2) {
            char x[2][64];
            for (int m = 0; m < 2; m++)
                snprintf(x[m], sizeof x[m], "{wait: 'uniform(%dms %dms)'}", g.low[i + m],
                         g.high[i + m]);
            buf_puts(&b, g.kind[i] == 0 ? "  - seq: [" : "  - parallel: [");
            buf_printf(&b, "%s, %s]\n", x[0], x[1]);
            if (g.kind[i] == 2)
                buf_puts(&b, "    until: any\n");
        }
        int worst = 0;
        for (int set = 0; set < 64; set++) {
            int t[6];
            for (int i = 0; i < 6; i++)
                t[i] = set >> i & 1 ? g.high[i] : g.low[i];
            worst = graph_time(&g, t) > worst ? graph_time(&g, t) : worst;
        }
        struct world w = world_of(b.s, "coroutine");
        struct worst_opt o = {.max_runs = 0};
        struct require_item x = judge(&w, "latency <= 1s", o);
        assert_int_equal(x.verdict, VERDICT_PASS);
        if (fabs(x.result.seen.value - worst / 1e3) > 1e-12)
            fail_msg("seed %llu: %s, not %d ms", (unsigned long long)seed, x.result.seen_text,
                     worst);
        arena_drop(w.a);
        buf_free(&b);
    }
}

/* ---- random pipelines with a semaphore ---- */

struct crowd {
    int n, low[4], high[4], units, requests;
    bool priority;
};

static int pick(struct draw_key *k, int n)
{
    k->site++;
    return (int)(rng_unit(*k) * n);
}

static struct crowd crowd_of(uint64_t seed)
{
    struct draw_key k = {.seed = seed};
    struct crowd c = {.n = 2 + pick(&k, 2), .units = 1 + pick(&k, 2)};
    c.requests = 1 + pick(&k, 2);
    c.priority = pick(&k, 2);
    for (int i = 0; i < 4; i++) {
        c.low[i] = 1 + pick(&k, 3);
        c.high[i] = c.low[i] + (c.requests == 1 || i == 0) * pick(&k, 3);
    }
    return c;
}

/* Tasks that wait, and then hold the semaphore while they wait; t: the four waits, or NULL: laws.
 */
static void crowd_yaml(const struct crowd *c, const double *t, struct buf *b)
{
    char wait[4][48];
    for (int i = 0; i < 4; i++)
        if (t)
            snprintf(wait[i], sizeof wait[i], "%.6fms", t[i]);
        else
            snprintf(wait[i], sizeof wait[i], "'uniform(%dms %dms)'", c->low[i], c->high[i]);
    buf_printf(b, "resources: {r: {kind: semaphore, size: %d, discipline: %s}}\n", c->units,
               c->priority ? "priority" : "fifo");
    buf_puts(b, "request: {parallel: [");
    for (int i = 0; i < c->n; i++)
        buf_printf(b, "%s[{wait: %s}, {use: r, priority: %d, do: {wait: %s}}]", i ? ", " : "",
                   wait[i], i, wait[(i + 1) % 4]);
    buf_puts(b, "]}\n");
    if (c->requests > 1)
        buf_printf(b, "load: {backlog: %d}\n", c->requests);
}

/* The longest of `runs` simulated runs, in ms. */
static double longest_run(const struct crowd *c, const double *t, uint64_t seed, uint32_t runs)
{
    struct buf b = {0};
    double longest = 0;
    crowd_yaml(c, t, &b);
    struct world w = world_of(b.s, "threads");
    for (uint32_t i = 0; i < runs; i++) {
        struct sim_opt so = {.seed = seed + i};
        struct sim *s = sim_new(w.p, &so);
        uint64_t n;
        if (c->requests > 1)
            sim_run_load(s, (uint64_t)c->requests);
        else
            sim_run_alone(s, 0, 1);
        const struct record *r = sim_records(s, &n);
        assert_int_equal(n, c->requests);
        for (uint64_t k = 0; k < n; k++)
            longest = fmax(longest, (double)r[k].latency / 1e6);
        sim_free(s);
    }
    arena_drop(w.a);
    buf_free(&b);
    return longest;
}

/* No run with constants on a grid of halves is longer than the bound, nor one with drawn times; and
 * what is told to be the longest is made by some run: an instant short of it at most. */
static void test_crowds(void **state)
{
    (void)state;
    uint32_t exact = 0, all = 0;
    for (uint64_t seed = 0; seed < test_samples(40); seed++) {
        struct crowd c = crowd_of(seed);
        struct buf b = {0};
        crowd_yaml(&c, NULL, &b);
        struct world w = world_of(b.s, "threads");
        struct worst_opt o = {.max_runs = 0};
        struct require_item x = judge(&w, "latency <= 1s", o);
        if (x.verdict != VERDICT_PASS)
            fail_msg("seed %llu: %s", (unsigned long long)seed, x.why);
        double most = x.result.seen.hi * 1e3, brute = longest_run(&c, NULL, seed, 200), t[4];
        int half[4];
        for (half[0] = 2 * c.low[0]; half[0] <= 2 * c.high[0]; half[0]++)
            for (half[1] = 2 * c.low[1]; half[1] <= 2 * c.high[1]; half[1]++)
                for (half[2] = 2 * c.low[2]; half[2] <= 2 * c.high[2]; half[2]++)
                    for (half[3] = 2 * c.low[3]; half[3] <= 2 * c.high[3]; half[3]++) {
                        for (int i = 0; i < 4; i++)
                            t[i] = half[i] / 2.0;
                        brute = fmax(brute, longest_run(&c, t, seed, 1));
                    }
        if (brute > most + 1e-9 || x.result.seen.lo * 1e3 > most + 1e-9)
            fail_msg("seed %llu: %g ms, said to take %g at most", (unsigned long long)seed, brute,
                     most);
        exact += x.result.seen.lo * 1e3 > most - 0.001;
        all++;
        arena_drop(w.a);
        buf_free(&b);
    }
    print_message("%u of %u bounds are attained\n", exact, all);
    assert_true(10 * exact >= 8 * all);
}

/* ---- what stays open ---- */

/* B is first at the lock because it is made first; were A first, B would end later.  Both come at
 * 5 ms exactly, so only a law elsewhere lets that order be thought of. */
static void test_between(void **state)
{
    (void)state;
    static const char *const text = "resources: {l: mutex}\nrequest: {parallel: [\n"
                                    "  {wait: '%s'},\n"
                                    "  [{wait: 5ms}, {use: l, do: {wait: 1ms}}, {wait: 10ms}],\n"
                                    "  [{wait: 5ms}, {use: l, do: {wait: 10ms}}]]}\n";
    struct worst_opt o = {.no_reductions = true};
    struct world w = world_of("request: {wait: 1ms}\n", "threads");
    const char *sure = arena_printf(w.a, text, "2ms"),
               *drawn = arena_printf(w.a, text, "uniform(1ms 2ms)");
    struct world u = world_of(sure, "threads"), v = world_of(drawn, "threads");
    struct require_item x = judge(&u, "latency <= 16ms", o);
    assert_int_equal(x.verdict, VERDICT_PASS);
    assert_non_null(strstr(x.result.method, "1 run"));
    x = judge(&v, "latency <= 16ms", o);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    assert_string_equal(x.result.seen_text, "at most 26 ms, all latencies tried");
    assert_non_null(strstr(x.why, "what was met takes 16 ms"));
    x = judge(&v, "latency <= 15ms", o);
    assert_int_equal(x.verdict, VERDICT_FAIL);
    x = judge(&v, "latency <= 26ms", o);
    assert_int_equal(x.verdict, VERDICT_PASS);
    arena_drop(u.a);
    arena_drop(v.a);
    arena_drop(w.a);
}

static void test_open(void **state)
{
    (void)state;
    struct world w =
        world_of("services: {a: {latency: uniform(1ms 100ms)}}\nresources: {l: mutex}\n"
                 "request: {each: 8, do: {use: l, do: {call: a}}}\n",
                 "threads");
    struct worst_opt few = {.max_runs = 1000, .no_reductions = true};
    struct require_item x = judge(&w, "latency <= 1s", few);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    assert_non_null(strstr(x.why, "1251 runs")); /* in all orders, and by instants */
    x = judge(&w, "latency <= 700ms", few);      /* found all the same */
    assert_int_equal(x.verdict, VERDICT_FAIL);
    arena_drop(w.a);
    w = world_of("request: {repeat: poisson(2), do: {wait: 1ms}}\n", "serial");
    x = judge(&w, "latency <= 1s", few);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    assert_non_null(strstr(x.why, "counts were tried up to 3"));
    arena_drop(w.a);
    w = world_of("request: {wait: 1ms}\nload: {rate: 1/s}\n", "serial");
    x = judge(&w, "latency <= 1s", few);
    assert_int_equal(x.verdict, VERDICT_UNDECIDED);
    arena_drop(w.a);
}

int main(void)
{
    enum { MORE = 6 };
    struct CMUnitTest t[TEST_COUNT(rows) + TEST_COUNT(in_row) + TEST_COUNT(unproven) + MORE];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_row, &rows[i]);
    for (size_t i = 0; i < TEST_COUNT(in_row); i++)
        t[n++] = test_named(in_row[i].name, test_in_row, &in_row[i]);
    t[n++] = test_named("looser than the worst", test_looser, NULL);
    for (size_t i = 0; i < TEST_COUNT(unproven); i++)
        t[n++] = test_named(unproven[i].name, test_unproven, &unproven[i]);
    t[n++] = test_named("Graham's anomaly", test_graham, NULL);
    t[n++] = test_named("random graphs", test_random, NULL);
    t[n++] = test_named("crowds", test_crowds, NULL);
    t[n++] = test_named("between", test_between, NULL);
    t[n++] = test_named("open", test_open, NULL);
    return cmocka_run_group_tests_name("worst", t, NULL, NULL);
}
