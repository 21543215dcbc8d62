/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reduced.c - reductions change no verdict, nor does it that begins are joined to the move
 * before: random pipelines, explored so and with neither, show the same faults, reach the same
 * steps, and wait for the same things. */
#include "tests/prop/random_model.h"
#include "tests/prop/reduced.h"

/* ---- small pipelines in which the order of things is most of what there is ---- */

struct maker {
    struct buf b;
    uint64_t seed;
    uint32_t draws, steps, names;
    bool hasty; /* with timeouts, attempts, and what outlives its request */
};

static uint32_t draw(struct maker *m, uint32_t n)
{
    return (uint32_t)(rng_mix(m->seed, 1000 + m->draws++) >> 20) % n;
}

static void put_body(struct maker *m, uint32_t depth, uint32_t most);
static void put_step(struct maker *m, uint32_t depth);

static const char *const hastes[] = {"",
                                     ", timeout: 2ms",
                                     ", timeout: 2ms, catch: [{call: s}]",
                                     ", catch: [{abort: 503}]",
                                     ", siblings: wait",
                                     ", siblings: ignore",
                                     ", timeout: 2ms, retry: {attempts: 2}"};
static const char *const hasty_leaf[] = {"call: s, timeout: 1ms",
                                         "call: s, error: 0.5, retry: {attempts: 2, backoff: 1ms}",
                                         "call: s, timeout: 1ms, retry: {attempts: 2}",
                                         "call: s, timeout: 1ms, catch: [{set: {g: g + 1}}]",
                                         "detach: [{call: s}, {set: {g: 0}}]",
                                         "detach: [{call: s, error: 0.5}]",
                                         "use: brief, do: {call: s}, catch: []",
                                         "use: brief, do: {call: s, timeout: 1ms}",
                                         "call: t, timeout: 1ms, catch: [{respond: 500}]",
                                         "cpu: 1ms, timeout: 1ms",
                                         "abort: 503",
                                         "respond: 200",
                                         "set: {g: 2}",
                                         "call: s"};

/* Several tasks, and what is done meanwhile. */
static void put_tasks(struct maker *m, uint32_t depth)
{
    uint32_t kind = draw(m, 4), id = m->names++;
    const char *more = m->hasty ? hastes[draw(m, TEST_COUNT(hastes))] : "";
    if (kind == 0) {
        buf_printf(&m->b, "{each: 2, name: n%u, do: ", id);
        put_body(m, depth - 1, 2);
        if (draw(m, 2)) {
            buf_puts(&m->b, ", as_completed: ");
            put_body(m, 0, 1);
        }
        buf_printf(&m->b, "%s}", more);
        return;
    }
    buf_printf(&m->b, "{%s: {a%u: ", kind == 1 ? "parallel" : "spawn", id);
    put_body(m, depth - 1, 2);
    buf_printf(&m->b, ", b%u: ", id);
    put_body(m, depth - 1, 2);
    buf_printf(&m->b, "}, name: n%u%s}", id, kind == 1 ? more : "");
    if (kind == 1)
        return;
    buf_puts(&m->b, ", ");
    put_step(m, 0);
    if (kind == 2)
        buf_printf(&m->b, ", {await: a%u}, {call: s, name: n%u}", id, m->names++);
    buf_printf(&m->b, ", {await: %s%u}", kind == 2 ? "b" : "a", id);
}

static void put_step(struct maker *m, uint32_t depth)
{
    static const char *const leaf[] = {"call: s",
                                       "call: s",
                                       "call: s",
                                       "call: s, writes: [key]",
                                       "cpu: 1ms",
                                       "respond: 200",
                                       "abort: 503",
                                       "call: s, reads: [key]",
                                       "write: key",
                                       "set: {g: g + 1}",
                                       "call: t",
                                       "fail: oops, catch: [{call: s}]",
                                       "use: lock, do: {call: s}",
                                       "call: s, error: 0.5",
                                       "call: s, hedge: {after: 1ms, max: 2}",
                                       "call: s, hedge: {after: 1ms, max: 3}, writes: [key]",
                                       "respond: 500"};
    m->steps++;
    if (depth > 0 && m->steps < 7 && draw(m, 2)) {
        put_tasks(m, depth);
    } else if (draw(m, 6) == 0) {
        const char *if_what = rng_mix(m->seed, 5000 + m->names) % 2 ? "chance(0.5)" : "g > 0";
        buf_printf(&m->b, "{if: %s, name: n%u, then: ", if_what, m->names++);
        put_body(m, 0, 1);
        buf_puts(&m->b, "}");
    } else {
        bool hasty = m->hasty && draw(m, 3) > 0;
        const char *of =
            hasty ? hasty_leaf[draw(m, TEST_COUNT(hasty_leaf))] : leaf[draw(m, TEST_COUNT(leaf))];
        buf_printf(&m->b, "{%s, name: n%u}", of, m->names);
        m->names++;
    }
}

static void put_body(struct maker *m, uint32_t depth, uint32_t most)
{
    uint32_t n = 1 + draw(m, most);
    buf_puts(&m->b, "[");
    for (uint32_t i = 0; i < n; i++) {
        buf_puts(&m->b, i ? ", " : "");
        put_step(m, depth);
    }
    buf_puts(&m->b, "]");
}

/* Requests of two classes: the second one's pipeline has other steps. */
static void put_classes(struct maker *m)
{
    m->steps = 3; /* small ones */
    buf_puts(&m->b, "\npipelines: {other: ");
    put_body(m, 1, 2);
    buf_puts(&m->b, "}\nload: [{clients: 1}, {clients: 1, pipeline: other, name: other}]");
}

enum { HASTY = 1 << 30, CLASSES = 1 << 29 }; /* no features of random_model.h */
static const char *ordered_model(struct arena *a, uint64_t seed, uint32_t features)
{
    bool hasty = features & HASTY;
    struct maker m = {.seed = seed, .hasty = hasty};
    buf_printf(&m.b, "pertinax: 1\nname: ordered\n%s", hasty && seed % 2 ? "uncaught: none\n" : "");
    buf_puts(&m.b, "services: {s: {latency: 1ms}, t: {latency: 1ms, capacity: 1}}\n"
                   "resources: {lock: {kind: mutex, scope: all}, brief: {kind: mutex, "
                   "scope: worker, queue_timeout: 1ms}}\n"
                   "shared: {key: all, g: {range: 0..2, scope: all}}\nrequest: ");
    put_body(&m, 2, 3);
    if (features & CLASSES)
        put_classes(&m);
    buf_puts(&m.b, !hasty ? "\n" : seed % 3 ? "\nhost: {gil: true}\n" : "\nhost: {workers: 2}\n");
    buf_puts(&m.b, "executions: {threads: {kind: threads}, threads2: {kind: threads, pool: 3}, "
                   "hybrid: {kind: hybrid, pool: 2}");
    buf_puts(&m.b, hasty ? ", coroutine: {costs: cpython-3.11}, costly: {kind: threads, costs: "
                           "cpython-3.11}}\n"
                         : "}\n");
    const char *text = arena_strdup(a, m.b.s);
    buf_free(&m.b);
    return text;
}

static void try(uint64_t seed, uint32_t features, const char *exec, uint32_t nreq, struct tally *n)
{
    struct trial t = {.a = arena_new(0), .seed = seed, .exec = exec, .nreq = nreq};
    bool ordered = (features & ~(uint32_t)(HASTY | CLASSES)) == 0;
    t.text =
        ordered ? ordered_model(t.a, seed, features) : random_model(t.a, seed, features, NULL).text;
    compare(t, n);
    arena_drop(t.a);
}

enum {
    SIMPLE = RANDOM_PLAIN | RANDOM_CPU | RANDOM_VARS | RANDOM_CHOICE | RANDOM_ANSWERS |
             RANDOM_RETURN | RANDOM_COSTS,
    FAILING = RANDOM_ERRORS | RANDOM_CATCH | RANDOM_RETRY,
    SHARING = RANDOM_SHARED | RANDOM_USE,
    PATIENCE = RANDOM_FORKS | RANDOM_TIMEOUT | RANDOM_RETRY | RANDOM_CATCH | RANDOM_ERRORS |
               RANDOM_DETACH | RANDOM_CAPACITY | SHARING | RANDOM_ANSWERS | RANDOM_CPU |
               RANDOM_COSTS
};
static const struct row {
    const char *name;
    uint32_t features, nreq, seeds, least;
} table[] = {
    {"tasks in order, one request", 0, 1, 70, 180},
    {"tasks in order, two requests", 0, 2, 50, 100},
    {"in haste, one request", HASTY, 1, 30, 80},
    {"in haste, two requests", HASTY, 2, 30, 40},
    {"two classes in order", CLASSES, 2, 30, 60},
    {"two classes in haste", HASTY | CLASSES, 2, 30, 40},
    {"forks, one request", SIMPLE, 1, 20, 75},
    {"forks, two requests", SIMPLE & ~(uint32_t)RANDOM_COSTS, 2, 10, 25},
    {"shared data, one request", SIMPLE | SHARING, 1, 20, 75},
    {"shared data, two requests", RANDOM_FORKS | RANDOM_SPAWN | SHARING, 2, 15, 30},
    {"failures, one request", SIMPLE | FAILING, 1, 15, 50},
    {"failures and shared data", (SIMPLE | FAILING | SHARING) & ~(uint32_t)RANDOM_COSTS, 1, 15, 50},
    {"bounds", RANDOM_FORKS | RANDOM_SPAWN | RANDOM_BOUNDS | RANDOM_USE | RANDOM_CAPACITY, 2, 10,
     20},
    {"timeouts, one request", PATIENCE, 1, 15, 50},
    {"timeouts, two requests", PATIENCE & ~(uint32_t)(RANDOM_COSTS | RANDOM_CPU), 2, 15, 40},
    {"all", RANDOM_ALL, 1, 10, 15},
};

static void test_row(void **state)
{
    static const char *const execs[] = {"serial", "threads", "threads2", "coroutine", "hybrid"};
    static const char *const hasty[] = {"costly", "threads", "threads2", "coroutine", "hybrid"};
    const struct row *r = *state;
    struct tally n = {0};
    uint32_t seeds = test_quick() ? r->seeds / 10 : r->seeds;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++)
            try(seed, r->features, (r->features & HASTY ? hasty : execs)[x], r->nreq, &n);
    print_message(
        "%u compared, %u with fewer states by begins joined, %u with less than half of them "
        "reduced; %u faults, %u claims that fail\n",
        n.compared, n.joined, n.fewer, n.faults, n.broken);
    assert_true(test_quick() ? n.compared > 0 : n.compared >= r->least);
}

int main(void)
{
    struct CMUnitTest tests[TEST_COUNT(table)];
    for (size_t i = 0; i < TEST_COUNT(table); i++)
        tests[i] = test_named(table[i].name, test_row, &table[i]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
