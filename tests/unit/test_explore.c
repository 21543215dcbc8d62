/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The explorer against known results: nested fork-join on one pool deadlocks iff there are as many
 * requests as threads, in K! last states (SPIN and TLC say the same of the same model); D nested
 * connections of C for T tasks deadlock iff T (D - 1) >= C; a ring of N locks has one deadlock, N
 * acquires away. */
#include "check/explore_impl.h"
#include "base/arena.h"
#include "tests/unit/model_text.h"
#include <string.h>

struct world {
    struct arena *mem;
    struct prog *p;
    struct explore e;
};

static struct world world_of(const char *text, const char *exec)
{
    struct world w = {.mem = arena_new(0)};
    struct diags *d = diags_new(w.mem);
    w.p = prog_of(w.mem, model_of(w.mem, text, d), exec, d);
    return w;
}

enum { SYMMETRIC_COPIES = 1, SYMMETRIC_REQUESTS = 2 };

static void explore(struct world *w, uint32_t nreq, unsigned symmetric)
{
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    struct explore_opt o = {.nreq = nreq,
                            .cls = cls,
                            .max_count = 3,
                            .symmetric_copies = (symmetric & SYMMETRIC_COPIES) != 0,
                            .symmetric_requests = (symmetric & SYMMETRIC_REQUESTS) != 0};
    explore_run(w->p, &o, &w->e);
    assert_int_equal(w->e.end, EXPLORE_WHOLE);
}

static void drop(struct world *w)
{
    explore_free(&w->e);
    arena_drop(w->mem);
}

static uint64_t factorial(uint32_t n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* ---- states as they are kept ---- */

/* A task with more groups than a fresh run has room for: all hang on it when the state is loaded.
 */
static void test_groups(void **state)
{
    enum { SPAWNS = 50 };
    struct buf b = {0};
    uint32_t most = 0;
    (void)state;
    buf_puts(&b, "pertinax: 1\nname: m\nservices: {a: {latency: 1ms}}\nrequest:\n");
    for (int i = 0; i < SPAWNS; i++)
        buf_printf(&b, "  - spawn: {s%d: {call: a}}\n", i);
    struct world w = world_of(b.s, "threads");
    static const uint32_t cls[1] = {0};
    struct explore_opt o = {.nreq = 1, .cls = cls, .max_count = 3, .local_alone = true};
    explore_run(w.p, &o, &w.e);
    for (uint32_t i = 0; i < w.e.states; i++) {
        struct pack_run r;
        uint32_t n = 0;
        pack_run_init(&r, w.p, 1);
        explore_load(&w.e, i, &r);
        for (uint32_t g = r.s.ntask ? r.s.task[0].groups : NONE; g != NONE; g = r.s.group[g].next)
            n++;
        assert_int_equal(n, r.s.ngroup);
        most = n > most ? n : most;
        pack_run_free(&r);
    }
    assert_int_equal(most, SPAWNS);
    drop(&w);
    buf_free(&b);
}

/* ---- nested fork-join ---- */

static void fork_join(uint32_t k, uint32_t threads, unsigned symmetric)
{
    char text[400];
    snprintf(text, sizeof text,
             "pertinax: 1\nname: pool\nservices: {a: {latency: 1ms}}\n"
             "request: {parallel: {x: {call: a}, y: {call: a}}}\n"
             "executions: {threads: {pool: %u}}\n",
             threads);
    struct world w = world_of(text, "threads");
    explore(&w, k, symmetric);
    bool dead = w.e.found[FAULT_DEADLOCK].state != NONE;
    if (dead != (k >= threads))
        fail_msg("%u requests on %u threads: %s", k, threads, dead ? "deadlock" : "none");
    if (k == threads)
        assert_int_equal(w.e.last, (k > 1) + ((symmetric & SYMMETRIC_REQUESTS) ? 1 : factorial(k)));
    if (k < threads)
        assert_int_equal(w.e.last, 1);
    if (k == threads) { /* each arrives and begins, and nothing else: no shorter way */
        struct path way = explore_path_fault(&w.e, FAULT_DEADLOCK, w.mem);
        assert_int_equal(way.n, 2 * threads);
    }
    assert_int_equal(w.e.found[FAULT_TWICE].state, NONE);
    assert_true(dead || w.e.found[FAULT_UNANSWERED].state == NONE);
    drop(&w);
}

static void test_fork_join(void **state)
{
    (void)state;
    for (uint32_t k = 1; k <= 4; k++)
        for (uint32_t threads = 1; threads <= k + 1; threads++)
            for (unsigned symmetric = 0; symmetric < 4; symmetric++)
                fork_join(k, threads, symmetric);
}

/* ---- nested connections ---- */

static void test_connections(void **state)
{
    static const struct {
        uint32_t tasks, depth, size;
    } rows[] = {{2, 2, 2}, {2, 2, 3}, {3, 2, 3}, {3, 2, 4}, {2, 3, 4}, {2, 3, 5},
                {3, 3, 6}, {3, 3, 7}, {4, 2, 4}, {4, 2, 5}, {1, 2, 1}, {1, 3, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[600];
        int n = snprintf(text, sizeof text,
                         "pertinax: 1\nname: nested\nservices: {db: {latency: 1ms}}\n"
                         "resources: {c: {kind: pool, size: %u}}\nrequest:\n",
                         rows[i].size);
        for (uint32_t d = 0; d < rows[i].depth; d++)
            n += snprintf(text + n, sizeof text - (size_t)n, "%*suse: c\n%*sdo:\n", 2 + 2 * (int)d,
                          "", 2 + 2 * (int)d, "");
        snprintf(text + n, sizeof text - (size_t)n, "%*scall: db\n", 2 + 2 * (int)rows[i].depth,
                 "");
        for (unsigned symmetric = 0; symmetric < 4; symmetric += 2) {
            struct world w = world_of(text, "threads");
            explore(&w, rows[i].tasks, symmetric);
            bool dead = w.e.found[FAULT_DEADLOCK].state != NONE;
            bool want = rows[i].tasks * (rows[i].depth - 1) >= rows[i].size;
            if (dead != want)
                fail_msg("%u tasks, %u each, %u connections: %s", rows[i].tasks, rows[i].depth,
                         rows[i].size, dead ? "deadlock" : "none");
            drop(&w);
        }
    }
}

/* On a loop taking a free resource is no wait, so two tasks take both in one go, one after the
 * other: no deadlock, where threads have one.  A third has company in the queue: each gets one of
 * the two that come free. */
static void test_loop_takes_in_one_go(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: n\nservices: {db: {latency: 1ms}}\n"
                              "resources: {c: {kind: pool, size: 2}}\n"
                              "request: {use: c, do: {use: c, name: inner, do: {call: db}}}\n",
                              "coroutine");
    explore(&w, 2, 0);
    assert_int_equal(w.e.found[FAULT_DEADLOCK].state, NONE);
    explore_free(&w.e);
    explore(&w, 3, 0);
    assert_int_not_equal(w.e.found[FAULT_DEADLOCK].state, NONE);
    drop(&w);
}

/* ---- locks ---- */

static void ring(uint32_t n, bool ordered)
{
    struct buf b = {0};
    buf_printf(&b, "pertinax: 1\nname: ring\nservices: {a: {latency: 1ms}}\nresources:\n");
    for (uint32_t i = 0; i < n; i++)
        buf_printf(&b, "  l%u: mutex\n", i);
    buf_printf(&b, "request:\n  parallel:\n");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t one = i, two = (i + 1) % n;
        if (ordered && one > two) {
            one = 0;
            two = i;
        }
        buf_printf(&b,
                   "    p%u: {use: l%u, name: outer, do: [{call: a}, {use: l%u, name: inner, do: "
                   "{call: a, name: b}}]}\n",
                   i, one, two);
    }
    struct world w = world_of(b.s, "threads");
    explore(&w, 1, 0);
    assert_int_equal(w.e.found[FAULT_DEADLOCK].state != NONE, !ordered);
    assert_int_equal(w.e.last, ordered ? 1 : 2);
    drop(&w);
    buf_free(&b);
}

static void test_locks(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= 4; n++) {
        ring(n, false);
        ring(n, true);
    }
}

/* ---- responses and awaits ---- */

static void sees(const char *body, const char *exec, enum fault f, bool want)
{
    char text[800];
    snprintf(text, sizeof text, "pertinax: 1\nname: f\nservices: {a: {latency: 1ms}}\n%s", body);
    struct world w = world_of(text, exec);
    explore(&w, 1, 0);
    if ((w.e.found[f].state != NONE) != want)
        fail_msg("fault %d %s under %s: %s", (int)f, want ? "not found" : "found", exec, body);
    drop(&w);
}

static void test_faults(void **state)
{
    static const char *const execs[] = {"serial", "threads", "coroutine", "hybrid"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const char *x = execs[i];
        sees("request: [{call: a}, {respond: 200}, {respond: 200}]\n", x, FAULT_TWICE, true);
        sees("request: [{call: a}, {respond: 200}]\n", x, FAULT_TWICE, false);
        sees("request: [{choose: [{p: 0.5, do: {respond: 200}}, {p: 0.5, do: {call: a}}]}]\n", x,
             FAULT_UNANSWERED, true);
        sees("request: [{choose: [{p: 1, do: {respond: 200}}, {p: 0, do: {call: a}}]}]\n", x,
             FAULT_UNANSWERED, false);
        sees("request: [{spawn: {t: {call: a}}}, {call: a, name: b}]\n", x, FAULT_UNAWAITED, true);
        sees("request: [{spawn: {t: {call: a}}}, {await: t}]\n", x, FAULT_UNAWAITED, false);
        sees("request: [{detach: {call: a}}, {call: a, name: b}]\n", x, FAULT_UNAWAITED, false);
    }
}

/* ---- shared variables ---- */

/* Two add one to n, each with a call before: threads can lose one, a loop cannot, nor can `atomic`.
 * The loss is told by the request that finds n == 1 at its end when both are through. */
static void lost(const char *exec, const char *attribute, bool want)
{
    char text[600];
    snprintf(text, sizeof text,
             "pertinax: 1\nname: n\nservices: {a: {latency: 1ms}}\nshared: {n: 0..5}\n"
             "request:\n  - parallel:\n      x: [{call: a}, {set: {n: n + 1}%s}]\n"
             "      y: [{call: a}, {set: {n: n + 1}%s}]\n"
             "  - if: n == 2\n    then: {respond: 200}\n",
             attribute, attribute);
    struct world w = world_of(text, exec);
    explore(&w, 1, 0);
    if ((w.e.found[FAULT_UNANSWERED].state != NONE) != want)
        fail_msg("an update is %slost under %s%s", want ? "not " : "", exec, attribute);
    drop(&w);
}

static void test_lost_update(void **state)
{
    (void)state;
    lost("threads", "", true);
    lost("threads", ", atomic: true", false);
    lost("coroutine", "", false);
    lost("hybrid", "", false);
    lost("serial", "", false);
}

static void test_wait_until(void **state)
{
    (void)state;
    for (int sets = 0; sets < 2; sets++) {
        char text[500];
        snprintf(text, sizeof text,
                 "pertinax: 1\nname: n\nservices: {a: {latency: 1ms}}\nshared: {open: false}\n"
                 "request:\n  - parallel:\n      x: {wait_until: open}\n"
                 "      y: [{call: a}%s]\n",
                 sets ? ", {set: {open: true}}" : "");
        for (int exec = 0; exec < 2; exec++) {
            struct world w = world_of(text, exec ? "coroutine" : "threads");
            explore(&w, 2, exec ? SYMMETRIC_REQUESTS : 0);
            assert_int_equal(w.e.found[FAULT_DEADLOCK].state == NONE, sets);
            drop(&w);
        }
    }
}

/* ---- races ---- */

static void races(const char *shared, const char *body, const char *exec, uint32_t nreq, bool race,
                  bool lost)
{
    static const bool wanted[1] = {true};
    static const uint32_t cls[2] = {0};
    char text[900];
    snprintf(text, sizeof text,
             "pertinax: 1\nname: r\nservices: {a: {latency: 1ms}}\nshared: {%s}\n"
             "resources: {m: mutex}\nrequest: %s\n",
             shared, body);
    struct world w = world_of(text, exec);
    struct explore_opt o = {.nreq = nreq, .cls = cls, .max_count = 3, .races = wanted};
    explore_run(w.p, &o, &w.e);
    assert_int_equal(w.e.end, EXPLORE_WHOLE);
    if ((w.e.found[FAULT_RACE].state != NONE) != race)
        fail_msg("%s race under %s, %u requests: %s", race ? "no" : "a", exec, nreq, body);
    if ((w.e.found[FAULT_LOST].state != NONE) != lost)
        fail_msg("%s lost update under %s, %u requests: %s", lost ? "no" : "a", exec, nreq, body);
    for (uint32_t f = FAULT_RACE; f <= FAULT_LOST; f++)
        if (w.e.found[f].state != NONE) {
            struct path way = explore_path_fault(&w.e, (enum fault)f, w.mem);
            assert_int_equal(way.state[0], 0);
        }
    drop(&w);
}

static void test_races(void **state)
{
    (void)state;
    const char *instants = "{parallel: {x: {write: k}, y: {write: k}}}";
    races("k: all", instants, "threads", 1, true, false);
    races("k: all", instants, "coroutine", 1, false, false);
    races("k: all", instants, "serial", 1, false, false);
    races("k: all", "{parallel: {x: {read: k}, y: {write: k}}}", "threads", 1, true, false);
    races("k: all", "{parallel: {x: {read: k}, y: {read: k}}}", "threads", 1, false, false);
    const char *spans =
        "{parallel: {x: {call: a, writes: [k]}, y: {call: a, name: b, reads: [k]}}}";
    races("k: all", spans, "threads", 1, true, false);
    races("k: all", spans, "coroutine", 1, true, false);
    races("k: all", spans, "serial", 1, false, false);
    races("k: all", "{parallel: {x: {call: a, reads: [k]}, y: {call: a, name: b, reads: [k]}}}",
          "threads", 1, false, false);
    races("k: all",
          "{parallel: {x: {use: m, do: {call: a, writes: [k]}}, y: {use: m, name: u, do: {call: a, "
          "name: b, writes: [k]}}}}",
          "threads", 1, false, false);
    races("k: all", "{parallel: {x: {call: a, writes: [k]}, y: [{call: a, name: b}, {read: k}]}}",
          "coroutine", 1, true, false);
    /* what a step that has failed touched, it touches no more */
    races("k: all",
          "[{call: a, error: 0.5, writes: [k], catch: {any: []}}, {parallel: {x: {read: k}}}]",
          "threads", 1, false, false);
    races("k: request", "{call: a, writes: [k]}", "threads", 2, false, false);
    races("k: all", "{call: a, writes: [k]}", "threads", 2, true, false);
    races("k: all", "{call: a, writes: [k]}", "coroutine", 2, true, false);
    races("k: all", "{call: a, writes: [k]}", "serial", 2, false, false);
}

static void test_lost_updates(void **state)
{
    (void)state;
    const char *add = "{parallel: {x: {set: {n: n + 1}}, y: {set: {n: n + 1}}}}";
    races("n: 0..5", add, "threads", 1, false, true);
    races("n: 0..5", add, "coroutine", 1, false, false);
    races("n: 0..5",
          "{parallel: {x: {set: {n: n + 1}, atomic: true}, y: {set: {n: n + 1}, atomic: true}}}",
          "threads", 1, false, false);
    const char *between = "[{read: k}, {call: a}, {write: k}]";
    races("k: all", between, "coroutine", 1, false, false);
    races("k: all", between, "coroutine", 2, false, true);
    races("k: request", between, "coroutine", 2, false, false);
    races("k: all", between, "serial", 2, false, false);
    races("k: all", "[{use: m, do: [{read: k}, {call: a}, {write: k}]}]", "threads", 2, false,
          false);
    /* one that was awaited between is known of */
    races("k: all", "[{read: k}, {parallel: {x: [{call: a}, {write: k}]}}, {write: k}]",
          "coroutine", 1, false, false);
    races("k: all", "[{read: k}, {spawn: {t: [{call: a}, {write: k}]}}, {await: t}, {write: k}]",
          "coroutine", 1, false, false);
    races("k: all",
          "[{read: k}, {spawn: {t: [{call: a}, {write: k}]}}, {call: a, name: b}, {write: k}, "
          "{await: t}]",
          "coroutine", 1, false, true);
}

/* ---- endless runs ---- */

static void endless(const char *body, const char *exec, uint32_t nreq, bool want)
{
    static const uint32_t cls[2] = {0};
    char text[900];
    snprintf(text, sizeof text,
             "pertinax: 1\nname: e\nservices: {a: {latency: 1ms}}\nshared: {n: 0..1, m: 0..1}\n"
             "%s\n",
             body);
    struct world w = world_of(text, exec);
    struct explore_opt o = {.nreq = nreq, .cls = cls, .max_count = 3, .endless = true};
    explore_run(w.p, &o, &w.e);
    assert_int_equal(w.e.end, EXPLORE_WHOLE);
    if ((w.e.found[FAULT_ENDLESS].state != NONE) != want)
        fail_msg("%s endless run under %s: %s", want ? "no" : "an", exec, body);
    if (want) {
        struct path way = explore_path_fault(&w.e, FAULT_ENDLESS, w.mem);
        assert_true(way.cycle < way.n);
        assert_int_equal(way.state[way.cycle], way.state[way.n]);
        for (uint32_t i = way.cycle + 1; i < way.n; i++) /* once round, no more */
            assert_int_not_equal(way.state[i], way.state[way.cycle]);
    }
    drop(&w);
}

static void test_endless(void **state)
{
    (void)state;
    /* a step that may fail is tried for ever, but succeeds in the end */
    endless("request: {call: a, error: 0.5, retry: {attempts: unlimited}}", "threads", 1, false);
    endless("request: {call: a, error: 0.5, retry: {attempts: 3}}", "threads", 1, false);
    endless("request: {call: a, error: 0.5, retry: {attempts: unlimited, backoff: 1ms}}",
            "coroutine", 2, false);
    /* two who wake each other up for ever */
    const char *ping =
        "channels: {c: 1, d: 1}\nstages: {s: {from: c, do: [{call: a}, {put: d}]}, t: {from: d, "
        "do: {put: c}}}\n"
        "request: {put: c}";
    endless(ping, "threads", 1, true);
    endless(ping, "coroutine", 1, true);
    endless("request: {repeat: 3, do: {call: a}}", "threads", 2, false);
}

/* ---- watching ---- */

struct reads { /* claim 3: nobody reads; claim 5: no run ends */
    uint32_t moves;
};

static void reads_begin(void *self, struct pack_run *r)
{
    (void)self;
    r->watch[0] = 7;
}

static uint64_t reads_step(void *self, struct pack_run *r, const struct move *m)
{
    struct reads *h = self;
    h->moves++;
    assert_int_equal(m->req, 0);
    assert_int_equal(r->watch[0], 7);
    for (uint32_t i = 0; i < r->s.fx_n; i++)
        if (r->s.fx[i].kind == FX_TOUCH && r->s.fx[i].b == 0)
            return UINT64_C(1) << 3;
    return 0;
}

static uint64_t reads_last(void *self, struct pack_run *r)
{
    (void)self;
    assert_int_equal(r->life[0], PACK_GONE);
    return UINT64_C(1) << 5;
}

/* Both arms lead to one state, so that only the move into it, when it is known already, shows the
 * read. */
static void test_watch(void **state)
{
    (void)state;
    struct reads h = {0};
    const struct watch watch = {
        .self = &h, .begin = reads_begin, .step = reads_step, .last = reads_last};
    static const uint32_t cls[1] = {0};
    struct world w = world_of("pertinax: 1\nname: w\nservices: {a: {latency: 1ms}}\nshared: [k]\n"
                              "request: [{call: a}, {choose: [{p: 0.5, do: {write: k}}, {p: 0.5, "
                              "do: {read: k}}]}, {call: a, name: b}]\n",
                              "coroutine");
    struct explore_opt o = {.nreq = 1, .cls = cls, .max_count = 3, .watch = &watch};
    explore_run(w.p, &o, &w.e);
    assert_int_equal(w.e.end, EXPLORE_WHOLE);
    assert_int_equal(w.e.claim[4].state, NONE);
    struct path way = explore_path_claim(&w.e, 3, w.mem);
    assert_int_equal(way.n, 4); /* arrives; its turn; the call ends; its turn, which reads */
    assert_int_equal(way.move[way.n - 1].answer[0], 1);
    way = explore_path_claim(&w.e, 5, w.mem);
    assert_int_equal(way.state[way.n], w.e.claim[5].state);
    assert_true(h.moves >= w.e.states - 1);
    drop(&w);
}

/* Every state is the same parts, by their numbers. */
static void same_states(const struct explore *a, const struct explore *b)
{
    uint32_t v[2][TUPLE_MAX];
    for (uint32_t i = 0; i < a->states; i++) {
        tuples_get(&a->x->t, i, v[0]);
        tuples_get(&b->x->t, i, v[1]);
        assert_memory_equal(v[0], v[1], a->x->width * sizeof **v);
    }
}

/* Any number of threads finds the same, by the same ways, whatever is left out. */
static void test_jobs(void **state)
{
    static const char pool[] = "pertinax: 1\nname: pool\nservices: {a: {latency: 1ms}}\n"
                               "request: {parallel: {x: {call: a}, y: {call: a}}}\n"
                               "executions: {threads: {pool: 5}}\n";
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    (void)state;
    for (unsigned reduced = 0; reduced < 2; reduced++) {
        struct world w[2];
        for (uint32_t j = 0; j < 2; j++) {
            w[j] = world_of(pool, "threads");
            struct explore_opt o = {.nreq = 5,
                                    .cls = cls,
                                    .max_count = 3,
                                    .jobs = 1 + 2 * j,
                                    .symmetric_requests = reduced};
            explore_run(w[j].p, &o, &w[j].e);
        }
        struct path way = explore_path_fault(&w[0].e, FAULT_DEADLOCK, w[0].mem);
        assert_true(w[0].e.states > (reduced ? 500 : 50000));
        assert_int_equal(w[1].e.states, w[0].e.states);
        assert_int_equal(w[1].e.transitions, w[0].e.transitions);
        assert_int_equal(w[1].e.last, w[0].e.last);
        same_states(&w[0].e, &w[1].e);
        struct path other = explore_path_fault(&w[1].e, FAULT_DEADLOCK, w[1].mem);
        assert_int_equal(other.n, way.n);
        assert_memory_equal(other.state, way.state, (way.n + 1) * sizeof *way.state);
        for (uint32_t j = 0; j < 2; j++)
            drop(&w[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),      cmocka_unit_test(test_fork_join),
        cmocka_unit_test(test_connections), cmocka_unit_test(test_loop_takes_in_one_go),
        cmocka_unit_test(test_locks),       cmocka_unit_test(test_faults),
        cmocka_unit_test(test_lost_update), cmocka_unit_test(test_wait_until),
        cmocka_unit_test(test_races),       cmocka_unit_test(test_lost_updates),
        cmocka_unit_test(test_endless),     cmocka_unit_test(test_watch),
        cmocka_unit_test(test_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
