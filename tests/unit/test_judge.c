/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts of claims against known results, and what is shared, expected, vacuous or given up:
 *
 *   grid      T requests that take D connections each, one after the other, deadlock on C of them
 * iff T (D - 1) >= C; below that, where nobody can even wait (T D <= C), nothing was shown classes
 * two classes of requests deadlock only together groups    claims that share settings are decided
 * in one exploration cover     what is never reached, and what is */
#include "check/judge.h"
#include "core/story_result.h"
#include "base/arena.h"
#include "tests/unit/test.h"
#include <string.h>

struct world {
    struct arena *mem;
    struct diags *d;
    struct check_result *r;
};

static struct world judged(const char *model, const char *checks, const struct judge_opt *o)
{
    struct world w = {.mem = arena_new(0)};
    w.d = diags_new(w.mem);
    struct plan_subject s = {.path = "m.yaml", .digest = ""};
    const char *spec = arena_printf(w.mem, "spec: 1\nmodel: m.yaml\n%s", checks);
    struct yaml *root = yaml_parse(w.mem, "s.yaml", spec, strlen(spec), w.d);
    s.tree = yaml_parse(w.mem, "m.yaml", model, strlen(model), w.d);
    assert_true(root && s.tree);
    s.spec = spec_build(w.mem, root, "s.yaml", w.d);
    const struct plan *p = s.spec ? plan_make(w.mem, &s, 1, NULL, w.d) : NULL;
    const struct judge_opt usual = judge_defaults();
    w.r = p ? judge_run(p, o ? o : &usual, w.mem, w.d) : NULL;
    if (diags_errors(w.d)) {
        struct buf b = {0};
        diags_print(w.d, &b, false);
        fail_msg("%s", b.s);
    }
    assert_non_null(w.r);
    return w;
}

/* ---- connections ---- */

static enum verdict connections(uint32_t t, uint32_t depth, uint32_t c)
{
    struct buf b = {0};
    buf_printf(&b,
               "pertinax: 1\nname: nested\nservices: {db: {latency: 1ms}}\n"
               "resources: {c: {kind: pool, size: %u}}\nrequest:\n",
               c);
    for (uint32_t i = 0; i < depth; i++)
        buf_printf(&b, "%*suse: c\n%*sdo:\n", 2 + 2 * (int)i, "", 2 + 2 * (int)i, "");
    buf_printf(&b, "%*scall: db\n", 2 + 2 * (int)depth, "");
    char checks[100];
    snprintf(checks, sizeof checks, "under: threads\nconcurrent: %u\nchecks: [deadlock_free]\n", t);
    struct world w = judged(b.s, checks, NULL);
    enum verdict v = w.r->claim[0].found;
    if (v == VERDICT_FAIL)
        assert_non_null(w.r->claim[0].story);
    if (v == VERDICT_VACUOUS)
        assert_non_null(w.r->claim[0].hint);
    arena_drop(w.mem);
    buf_free(&b);
    return v;
}

static void test_grid(void **state)
{
    (void)state;
    for (uint32_t t = 1; t <= 3; t++)
        for (uint32_t depth = 1; depth <= 3; depth++)
            for (uint32_t c = depth; c <= t * depth + 1; c++) {
                bool dead = t * (depth - 1) >= c;
                /* Who holds none while it waits cannot be part of a circle: nothing is in doubt. */
                bool vacuous = depth > 1 && t * depth <= c;
                enum verdict want = dead ? VERDICT_FAIL : vacuous ? VERDICT_VACUOUS : VERDICT_PASS;
                enum verdict v = connections(t, depth, c);
                if (v != want)
                    fail_msg("T=%u D=%u C=%u: %s, not %s", t, depth, c, verdict_name[v],
                             verdict_name[want]);
            }
}

/* What a vacuous verdict tells to try is not vacuous. */
static void test_hint(void **state)
{
    (void)state;
    for (uint32_t size = 4; size <= 6; size++) {
        assert_int_equal(connections(2, 2, size), VERDICT_VACUOUS);
        assert_int_not_equal(connections(2, 2, 3), VERDICT_VACUOUS); /* "of size 3" */
        assert_int_not_equal(connections(size / 2 + 1, 2, size), VERDICT_VACUOUS);
    }
}

/* Opposite order behind a lock of its own is safe, and shown to be: requests meet at that lock. */
static void test_guarded(void **state)
{
    (void)state;
    static const char model[] = "pertinax: 1\nname: gate\nservices: {s: {latency: 1ms}}\n"
                                "resources: {g: mutex, a: mutex, b: mutex}\nrequest:\n  parallel:\n"
                                "    x: {use: g, do: {use: a, do: {use: b, do: {call: s}}}}\n"
                                "    y: {use: g, do: {use: b, do: {use: a, do: {call: s}}}}\n";
    for (int n = 1; n <= 2; n++) {
        char checks[80];
        snprintf(checks, sizeof checks, "under: threads\nconcurrent: %d\nchecks: [deadlock_free]\n",
                 n);
        struct world w = judged(model, checks, NULL);
        assert_int_equal(w.r->claim[0].found, VERDICT_PASS);
        arena_drop(w.mem);
    }
    struct world w = judged("pertinax: 1\nname: one\nservices: {s: {latency: 1ms}}\n"
                            "resources: {a: mutex, b: mutex}\n"
                            "request: {use: a, do: {use: b, do: {call: s}}}\n",
                            "under: threads\nconcurrent: 1\nchecks: [deadlock_free]\n", NULL);
    assert_int_equal(w.r->claim[0].found, VERDICT_VACUOUS);
    arena_drop(w.mem);
}

/* ---- classes ---- */

static void test_classes(void **state)
{
    static const char model[] =
        "pertinax: 1\nname: locks\nservices: {a: {latency: 1ms}}\nresources: {x: mutex, y: mutex}\n"
        "pipelines:\n  one: {use: x, do: [{call: a}, {use: y, do: {call: a, name: b}}]}\n"
        "  two: {use: y, do: [{call: a}, {use: x, do: {call: a, name: b}}]}\n"
        "request: {run: one}\nload: [{rate: 1/s}, {rate: 1/s, pipeline: two}]\n";
    (void)state;
    struct world w = judged(model, "under: threads\nchecks: [deadlock_free, responds]\n", NULL);
    assert_int_equal(w.r->nexploration, 3);
    assert_string_equal(w.r->exploration[1].classes, "request, two");
    assert_int_equal(w.r->claim[0].found, VERDICT_FAIL);
    assert_int_equal(w.r->claim[0].exploration, 1);
    assert_int_equal(w.r->claim[1].found, VERDICT_FAIL); /* who is stuck does not answer */
    arena_drop(w.mem);
    w = judged(model, "under: threads\nconcurrent: 1\nchecks: [deadlock_free]\n", NULL);
    assert_int_equal(w.r->nexploration, 2);
    assert_int_not_equal(w.r->claim[0].found, VERDICT_FAIL);
    arena_drop(w.mem);
}

/* Two requests of the first class never wait for y, two of the second do: something was shown. */
static void test_classes_meet(void **state)
{
    static const char model[] =
        "pertinax: 1\nname: units\nservices: {a: {latency: 1ms}}\nparams: {size: 3}\n"
        "resources: {y: {kind: semaphore, size: size}, z: mutex}\npipelines:\n"
        "  two: {use: y, n: 2, do: {use: z, do: {call: a}}}\n"
        "request: {use: y, do: {use: z, do: {call: a}}}\n"
        "load: [{rate: 1/s}, {rate: 1/s, pipeline: two}]\n";
    (void)state;
    struct world w = judged(model, "under: threads\nchecks: [deadlock_free]\n", NULL);
    assert_int_equal(w.r->nexploration, 3);
    assert_int_equal(w.r->claim[0].found, VERDICT_PASS);
    assert_null(w.r->claim[0].hint);
    arena_drop(w.mem);
    w = judged(model, "under: threads\nset: {size: 4}\nchecks: [deadlock_free]\n", NULL);
    assert_int_equal(w.r->claim[0].found, VERDICT_VACUOUS);
    assert_non_null(w.r->claim[0].hint);
    arena_drop(w.mem);
}

/* ---- groups ---- */

static const char plain[] = "pertinax: 1\nname: plain\nparams: {n: 1}\nservices: {a: {latency: "
                            "1ms}}\nshared: {k: all, l: all}\n"
                            "request: [{call: a}, {write: k}, {respond: 200}]\nexecutions: {own: "
                            "{kind: threads, pool: 3}}\n";

static void test_groups(void **state)
{
    static const struct {
        const char *checks;
        uint32_t explorations;
    } rows[] = {
        {"under: threads\nchecks: [deadlock_free, responds, always_awaited]\n", 1},
        {"checks: [deadlock_free]\n", 4}, /* serial, threads, coroutine, own */
        {"under: threads\nchecks: [deadlock_free, {responds: {}, concurrent: 1}]\n", 2},
        {"under: threads\nchecks: [deadlock_free, {responds: {}, set: {n: 1}}]\n", 2},
        {"under: threads\nchecks: [{deadlock_free: {}, set: {n: 2}}, {responds: {set: {n: 2}}}]\n",
         1},
        {"under: threads\nchecks: [deadlock_free, {no_race: [l]}, responds]\n", 1},
        {"under: threads\nchecks: [{no_race: [k]}, {no_race: [l]}]\n", 2},
        {"under: threads\nchecks: [{responds: {}, for: {n: [1, 2, 3]}}]\n", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = judged(plain, rows[i].checks, NULL);
        if (w.r->nexploration != rows[i].explorations)
            fail_msg("%u explorations, not %u: %s", w.r->nexploration, rows[i].explorations,
                     rows[i].checks);
        arena_drop(w.mem);
    }
}

/* ---- what counts ---- */

static void test_expected(void **state)
{
    (void)state;
    struct world w =
        judged(plain,
               "under: threads\nchecks:\n  - no_race\n  - {no_race: {}, expect: fail}\n"
               "  - responds\n  - {responds: {}, expect: fail}\n",
               NULL);
    static const enum verdict found[] = {VERDICT_FAIL, VERDICT_FAIL, VERDICT_PASS, VERDICT_PASS};
    static const enum verdict counts[] = {VERDICT_FAIL, VERDICT_PASS, VERDICT_PASS, VERDICT_FAIL};
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(w.r->claim[i].found, found[i]);
        assert_int_equal(w.r->claim[i].verdict, counts[i]);
    }
    arena_drop(w.mem);
}

static void test_budget(void **state)
{
    (void)state;
    struct judge_opt o = judge_defaults();
    atomic_bool stop;
    atomic_init(&stop, true);
    o.max_states = 3;
    struct world w = judged(plain, "under: threads\nchecks: [responds]\n", &o);
    assert_int_equal(w.r->claim[0].found, VERDICT_UNDECIDED);
    assert_int_equal(w.r->exploration[0].end, CHECK_STATES);
    assert_int_equal(w.r->nunreached, 0); /* nobody knows */
    arena_drop(w.mem);
    o = judge_defaults();
    o.stop = &stop;
    w = judged(plain, "under: threads\nchecks: [responds]\n", &o);
    assert_int_equal(w.r->claim[0].found, VERDICT_UNDECIDED);
    assert_int_equal(w.r->exploration[0].end, CHECK_STOPPED);
    arena_drop(w.mem);
}

/* Four tasks that read, and one that reads or writes at last: with all orders of the reads there
 * are too many states to look at all claims together. */
static void test_parts(void **state)
{
    static const char model[] =
        "pertinax: 1\nname: parts\nservices: {db: {latency: 1ms}}\nshared: {key: all}\n"
        "request:\n"
        "  - parallel:\n"
        "      a: [{call: db, reads: [key]}, {call: db}, {call: db, reads: [key]}]\n"
        "      b: [{call: db}, {call: db, reads: [key]}, {call: db, reads: [key]}]\n"
        "      c: [{call: db, reads: [key]}, {call: db, reads: [key]}, {call: db}]\n"
        "      d: [{call: db}, {call: db, reads: [key]}, {call: db}]\n"
        "  - {call: db, WRITES}\n"
        "  - respond: 200\n";
    static const char checks[] =
        "under: threads\nconcurrent: 2\nchecks: [deadlock_free, responds, no_race]\n";
    (void)state;
    for (int writes = 0; writes < 2; writes++) {
        char text[sizeof model + 20];
        const char *at = strstr(model, "WRITES");
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - model), model,
                 writes ? "writes: [key]" : "reads: [key]", at + strlen("WRITES"));
        struct world w = judged(text, checks, NULL);
        assert_int_equal(w.r->nexploration, 2);
        assert_int_equal(w.r->exploration[0].end, CHECK_WHOLE);
        assert_int_equal(w.r->exploration[1].end, writes ? CHECK_FOUND : CHECK_WHOLE);
        assert_int_equal(w.r->claim[0].found, VERDICT_PASS);
        assert_int_equal(w.r->claim[1].found, VERDICT_PASS);
        assert_int_equal(w.r->claim[2].found, writes ? VERDICT_FAIL : VERDICT_PASS);
        assert_int_equal(w.r->claim[2].exploration, 1);
        assert_int_equal(w.r->claim[2].story != NULL, writes);
        assert_int_equal(w.r->nunreached, 0);
        arena_drop(w.mem);
    }
}

/* What one request shows alone is not all that a claim can tell of two: two can be in the same
 * steps, and while another has its turn upon the loop, a call can end before one's own next turn.
 */
static void test_requests_meet(void **state)
{
    static const char steps[] = "pertinax: 1\nname: two\nservices: {s: {latency: 1ms}}\n"
                                "request: [{call: s, name: a}, {call: s, name: b}]\n";
    static const char abort[] = "pertinax: 1\nname: abort\nservices: {s: {latency: 1ms}}\n"
                                "request:\n  - spawn: {x: {parallel: {y: {abort: 503}}}}\n"
                                "  - {call: s, name: a}\n  - {call: s, name: b}\n";
    struct judge_opt all = judge_defaults();
    (void)state;
    all.no_reductions = true;
    for (int i = 0; i < 2; i++) {
        const struct judge_opt *o = i ? &all : NULL;
        struct world w =
            judged(steps, "under: [threads, coroutine]\nchecks: [mutual_exclusion: [a, b]]\n", o);
        assert_int_equal(w.r->claim[0].found, VERDICT_FAIL);
        assert_int_equal(w.r->claim[1].found, VERDICT_FAIL);
        arena_drop(w.mem);
        w = judged(abort, "under: coroutine\nchecks: [never: started(b)]\n", o);
        assert_int_equal(w.r->claim[0].found, VERDICT_FAIL);
        arena_drop(w.mem);
    }
}

static void test_turns(void **state)
{
    static const struct {
        const char *values, *text;
    } rows[] = {
        {"[2, 3, 4, 5]", "holds from threads.pool=3 on"},
        {"[5, 4, 3, 2, 1]", "holds up to threads.pool=3"},
        {"[3, 4]", "holds for all of the values"},
        {"[1, 2]", "holds for none of the values"},
        {"[3, 2, 4]", "does not hold for threads.pool=2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char checks[200];
        snprintf(checks, sizeof checks,
                 "under: threads\nchecks: [{deadlock_free: {}, for: {threads.pool: %s}}]\n",
                 rows[i].values);
        struct world w = judged("pertinax: 1\nname: f\nservices: {a: {latency: 1ms}}\n"
                                "request: {parallel: {x: {call: a}, y: {call: a}}}\n",
                                checks, NULL);
        assert_int_equal(w.r->nturn, 1);
        assert_string_equal(w.r->turn[0].text, rows[i].text);
        arena_drop(w.mem);
    }
}

/* ---- counterexamples ---- */

static void requests_told(const char *body, const char *checks, uint32_t want, const char *why)
{
    struct arena *mem = arena_new(0);
    const char *model = arena_printf(mem,
                                     "pertinax: 1\nname: c\nservices: {a: {latency: 1ms}}\n"
                                     "resources: {l: mutex, m: mutex}\nrequest:\n%s",
                                     body);
    struct world w = judged(model, checks, NULL);
    assert_int_equal(w.r->claim[0].found, VERDICT_FAIL);
    assert_int_equal(w.r->claim[0].story->requests, want);
    assert_string_equal(w.r->claim[0].why, why);
    arena_drop(w.mem);
    arena_drop(mem);
}

/* Opposite order within a request, pools of two and of three that so many requests fill. */
static void test_fewest(void **state)
{
    (void)state;
    const char *cross = "  parallel:\n    x: {use: l, do: {use: m, do: {call: a}}}\n"
                        "    y: {use: m, do: {use: l, do: {call: a}}}\n";
    const char *fork = "  parallel: {x: {call: a}, y: {call: a}}\n";
    requests_told(cross, "under: threads\nconcurrent: 1\nchecks: [deadlock_free]\n", 1,
                  "3 tasks can never move again");
    requests_told(cross, "under: threads\nconcurrent: 3\nchecks: [deadlock_free]\n", 1,
                  "3 tasks of one request can never move again");
    requests_told(fork,
                  "under: threads\nconcurrent: 3\nset: {threads.pool: 2}\n"
                  "checks: [deadlock_free]\n",
                  2, "6 tasks of 2 requests can never move again");
    requests_told(fork,
                  "under: threads\nconcurrent: 3\nset: {threads.pool: 3}\n"
                  "checks: [{responds: exactly_once}]\n",
                  3, "a request is never answered");
}

/* ---- cover ---- */

static void unreached(const char *body, const char *want)
{
    struct arena *mem = arena_new(0);
    const char *model = arena_printf(mem,
                                     "pertinax: 1\nname: c\nservices: {a: {latency: 1ms},"
                                     " e: {latency: 1ms, error: 1%%}}\nrequest:\n%s",
                                     body);
    struct world w = judged(model, "concurrent: 1\nchecks: [deadlock_free]\n", NULL);
    const char *got = "";
    for (uint32_t i = 0; i < w.r->nunreached; i++)
        got = arena_printf(mem, "%s%s%s", got, *got ? "; " : "", w.r->unreached[i].what);
    assert_string_equal(got, want);
    arena_drop(w.mem);
    arena_drop(mem);
}

static void test_cover(void **state)
{
    (void)state;
    unreached("  - {call: a, sets: {x: chance(0.5)}}\n  - {if: x, then: {call: e, catch: []}}\n",
              "");
    unreached("  - {call: a, sets: {x: chance(0)}}\n  - {if: x, then: [{call: e}, {cpu: 1ms}]}\n",
              "`then` of request/if is never taken");
    unreached("  - {call: a, catch: {cpu: 1ms}}\n",
              "the handler `catch any` of request/a is never run");
    unreached("  - {call: e, catch: {cpu: 1ms}}\n", "");
    unreached("  - {abort: 503}\n  - {call: a}\n",
              "request/a is never reached: the request is aborted in line 5");
    unreached("  - choose: [{p: 1, do: {call: a}}, {p: 0, do: {call: e}}]\n",
              "branch 2 of 2 (0) of request/choose is never taken: its probability is 0");
    unreached("  - {each: 0, do: {if: true, then: {call: a}}}\n",
              "`each copy` of request/each never begins");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),          cmocka_unit_test(test_hint),
        cmocka_unit_test(test_classes),       cmocka_unit_test(test_classes_meet),
        cmocka_unit_test(test_groups),        cmocka_unit_test(test_expected),
        cmocka_unit_test(test_budget),        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_requests_meet), cmocka_unit_test(test_turns),
        cmocka_unit_test(test_cover),         cmocka_unit_test(test_fewest),
        cmocka_unit_test(test_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
