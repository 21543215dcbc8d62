/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local moves: which formulas do not notice what shows nothing; n tasks that have nothing to do
 * with each other are one after the other then, not in n! orders; and a spawn that is not awaited
 * is seen however many others there are. */
#include "base/arena.h"
#include "check/explore.h"
#include "check/steady.h"
#include "tests/unit/model_text.h"
#include <string.h>

struct world {
    struct arena *mem;
    struct diags *d;
    const struct model *m;
};

static struct world world_of(const char *text)
{
    struct world w = {.mem = arena_new(0)};
    w.d = diags_new(w.mem);
    w.m = model_of(w.mem, text, w.d);
    return w;
}

/* ---- formulas ---- */

static const struct formula {
    const char *text;
    bool steady;
} formulas[] = {
    {"F started(x)", true},
    {"G not (started(x) and running(y))", true},
    {"G (started(x) -> F done(y))", true},
    {"G (aborted -> G not started(x))", true},
    {"not done(x) U running(y)", true}, /* nothing in it is an instant */
    {"F G (done(x) or running(y))", true},
    {"F not started(x)", false},
    {"G started(x)", false},
    {"G not (running(y) and not started(x))", false},
    {"started(x) -> (started(x) U started(y))", false},
    {"G (started(x) -> (started(x) U started(y)))", false},
    {"F (failed(x) <-> done(y))", false},
};

static void test_formula(void **state)
{
    const struct formula *f = *state;
    struct world w = world_of("pertinax: 1\nname: m\nservices: {a: {latency: 1ms}}\n"
                              "request: [{call: a, name: x}, {call: a, name: y}]\n");
    uint32_t file = diag_file(w.d, "claim", f->text, strlen(f->text));
    struct spec_text at = {f->text, {.file = file, .line = 1, .col = 1}};
    const struct ltl *ltl = ltl_parse(w.mem, at, w.m, w.d);
    assert_non_null(ltl);
    assert_int_equal(steady(ltl), f->steady);
    arena_drop(w.mem);
}

/* ---- explorations ---- */

static void explore(struct world *w, const char *exec, bool local, struct explore *e)
{
    static const uint32_t cls[1] = {0};
    const struct prog *p = prog_compile(w->mem, w->m, model_exec(w->m, exec), w->d);
    struct explore_opt o = {.nreq = 1, .cls = cls, .max_count = 3, .local_alone = local};
    explore_run(p, &o, e);
}

/* In all orders, and with local moves, which are as long a way, to one end. */
static void in_orders(const char *text, uint64_t all_states, uint64_t states, uint64_t transitions)
{
    struct world w = world_of(text);
    struct explore all, some;
    explore(&w, "threads", false, &all);
    explore(&w, "threads", true, &some);
    assert_int_equal(all.states, all_states);
    assert_int_equal(some.states, states);
    assert_int_equal(some.transitions, transitions);
    assert_int_equal(some.depth, all.depth);
    assert_int_equal(some.last, 1);
    explore_free(&all);
    explore_free(&some);
    arena_drop(w.mem);
}

/* Three branches of two calls, each of them not begun, in one of its calls, or over: 4^3 states in
 * all orders, before them one and behind them one. Local moves: one after the other. */
static void test_branches(void **state)
{
    (void)state;
    in_orders("pertinax: 1\nname: m\nservices: {a: {latency: 1ms}}\n"
              "request: {parallel: {x: [{call: a}, {call: a}], y: [{call: a}, {call: a}],\n"
              "                     z: [{call: a}, {call: a}]}}\n",
              2 + 4 * 4 * 4, 2 + 1 + 3 * 3, 1 + 1 + 3 * 3);
}

/* Three branches of a hedged call each: not begun, the first copy alone in its call, both, or over:
 * 4^3 states in all orders.  Local moves: one after the other, but both copies' at once. */
static void test_hedges(void **state)
{
    (void)state;
    in_orders("pertinax: 1\nname: m\n"
              "services: {a: {latency: 1ms, hedge: {after: 2ms, max: 2}}}\n"
              "request: {parallel: {x: {call: a}, y: {call: a}, z: {call: a}}}\n",
              2 + 4 * 4 * 4, 2 + 1 + 3 * 3, 2 + 3 * (1 + 2 + 2));
}

/* Its end ends a step that touches: two requests see each other, whichever copy it was. */
static void test_hedged_writes(void **state)
{
    static const char *const execs[] = {"threads", "coroutine"};
    static const uint32_t cls[2] = {0};
    const bool races[] = {true};
    struct world w = world_of("pertinax: 1\nname: m\nservices: {a: {latency: 1ms}}\n"
                              "shared: {key: all}\nrequest:\n"
                              "  - {call: a, hedge: {after: 1ms, max: 2}, writes: [key]}\n");
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(execs); i++) {
        struct explore e;
        struct explore_opt o = {
            .nreq = 2, .cls = cls, .max_count = 3, .races = races, .local_alone = true};
        explore_run(prog_compile(w.mem, w.m, model_exec(w.m, execs[i]), w.d), &o, &e);
        assert_int_not_equal(e.found[FAULT_RACE].state, NONE);
        explore_free(&e);
    }
    arena_drop(w.mem);
}

/* A spawn that is never awaited, forks of other kinds, and a spawn that is: whatever their numbers,
 * the one does not stand for the other. */
static void test_spawns(void **state)
{
    (void)state;
    for (uint32_t between = 55; between < 70; between++) {
        struct buf b = {0};
        struct explore e;
        buf_puts(&b, "pertinax: 1\nname: m\nservices: {a: {latency: 1ms}}\nrequest:\n"
                     "  - spawn: {s: {call: a}}\n");
        for (uint32_t i = 0; i < between; i++)
            buf_puts(&b, "  - parallel: {x: {cpu: 1ms}}\n");
        buf_puts(&b, "  - spawn: {t: {call: a}}\n  - await: t\n");
        struct world w = world_of(b.s);
        explore(&w, "threads", true, &e);
        assert_int_equal(e.end, EXPLORE_WHOLE);
        assert_int_not_equal(e.found[FAULT_UNAWAITED].state, NONE);
        explore_free(&e);
        arena_drop(w.mem);
        buf_free(&b);
    }
}

int main(void)
{
    enum { MORE = 4 };
    struct CMUnitTest t[TEST_COUNT(formulas) + MORE];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(formulas); i++)
        t[n++] = test_named(formulas[i].text, test_formula, &formulas[i]);
    t[n++] = test_named("branches", test_branches, NULL);
    t[n++] = test_named("spawns", test_spawns, NULL);
    t[n++] = test_named("hedges", test_hedges, NULL);
    t[n++] = test_named("hedged writes", test_hedged_writes, NULL);
    return cmocka_run_group_tests_name("local", t, NULL, NULL);
}
