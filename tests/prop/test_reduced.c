/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reduced.c - reductions change no verdict, nor does it that begins are joined to the move
 * before: random pipelines, explored so and with neither, show the same faults, reach the same
 * steps, and wait for the same things. */
#include "base/arena.h"
#include "check/monitor.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <string.h>

enum { MOST_STATES = 10000, CLAIMS = 6 };
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
        buf_printf(&m->b, "{if: chance(0.5), name: n%u, then: ", m->names++);
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

static const char *ordered_model(struct arena *a, uint64_t seed, bool hasty)
{
    struct maker m = {.seed = seed, .hasty = hasty};
    buf_printf(&m.b, "pertinax: 1\nname: ordered\n%s", hasty && seed % 2 ? "uncaught: none\n" : "");
    buf_puts(&m.b, "services: {s: {latency: 1ms}, t: {latency: 1ms, capacity: 1}}\n"
                   "resources: {lock: {kind: mutex, scope: all}, brief: {kind: mutex, "
                   "scope: worker, queue_timeout: 1ms}}\n"
                   "shared: {key: all, g: {range: 0..2, scope: all}}\nrequest: ");
    put_body(&m, 2, 3);
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

struct trial {
    struct arena *a;
    uint64_t seed;
    const char *text, *exec, *says; /* says: its one claim; NULL: any, or none */
    struct diags *d;
    const struct model *m;
    const struct prog *p;
    uint32_t nreq;
    const struct ltl *claim[CLAIMS];
    uint32_t nclaim;
    bool *races; /* of each of model.shared; or NULL */
};
struct tally {
    uint32_t compared, joined, fewer, faults, broken;
};

static _Noreturn void trial_fail(const struct trial *t, const char *why)
{
    fprintf(stderr, "%s\nseed %" PRIu64 ", execution %s, %u requests\n%s", why, t->seed, t->exec,
            t->nreq, t->text);
    fail();
    abort();
}

/* ---- claims about steps of the model ---- */

static const char *const form[] = {
    "F done(%s)",
    "G not (running(%s) and running(%s))",
    "G (done(%s) -> F started(%s))",
    "G (started(%s) -> G not started(%s))",
    "not running(%s) U done(%s)",
    "G (responded -> done(%s)) or F running(%s)",
    "F G running(%s) or not done(%s) W ended",
};

static const char *step_of(const struct trial *t, uint64_t draw)
{
    const struct prog *p = t->p;
    const char *path = p->mark[draw % p->nmark].path, *last = strrchr(path, '/');
    return last ? last + 1 : path;
}

/* If the language takes it: a step may stand in two places. */
static void add_claim(struct trial *t, const char *text)
{
    uint32_t file = diag_file(t->d, "claim", text, strlen(text));
    struct spec_text at = {text, {.file = file, .line = 1, .col = 1}};
    uint32_t before = diags_errors(t->d);
    t->claim[t->nclaim] = ltl_parse(t->a, at, t->m, t->d);
    t->nclaim += diags_errors(t->d) == before;
}

static void add_claims(struct trial *t)
{
    for (uint32_t i = 0; i < CLAIMS && t->p->nmark > 0; i++) {
        uint64_t r = rng_mix(t->seed, 100 + i);
        add_claim(t, arena_printf(t->a, form[r % TEST_COUNT(form)], step_of(t, r >> 8),
                                  step_of(t, r >> 24)));
    }
}

static void trial_build(struct trial *t)
{
    t->d = diags_new(t->a);
    struct yaml *root = yaml_parse(t->a, "random", t->text, strlen(t->text), t->d);
    t->m = root ? model_build(t->a, root, "random", t->d) : NULL;
    t->p = t->m && !diags_errors(t->d) ? prog_compile(t->a, t->m, model_exec(t->m, t->exec), t->d)
                                       : NULL;
    if (!t->p || diags_errors(t->d))
        trial_fail(t, "not a model");
    t->races = t->seed % 3 == 0 ? NULL : NEW(t->a, bool, t->m->nshared + 1);
    for (uint32_t i = 0; i < t->m->nshared && t->races; i++)
        t->races[i] = t->seed % 3 == 1 || i == 0;
    if (t->says)
        add_claim(t, t->says);
    else if (t->seed % 2)
        add_claims(t);
}

/* ---- with and without ---- */

static struct monitor *run(const struct trial *t, struct explore_opt o, struct explore *e)
{
    struct monitor *m = monitor_new(t->p, t->nreq);
    for (uint32_t i = 0; i < t->nclaim; i++)
        if (monitor_formula(m, t->claim[i], t->d) != i)
            trial_fail(t, "no room for a claim");
    o.watch = t->nclaim ? monitor_watch(m) : NULL;
    explore_run(t->p, &o, e);
    return m;
}

static const char *claim_text(const struct trial *t, uint32_t c)
{
    struct buf b = {0};
    ltl_print(t->claim[c], &b);
    const char *text = arena_strdup(t->a, b.s);
    buf_free(&b);
    return text;
}

static void same(const struct trial *t, const struct explore *all, const struct explore *some)
{
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        if ((all->found[f].state == NONE) != (some->found[f].state == NONE))
            trial_fail(t, arena_printf(t->a, "fault %u: %s", f,
                                       all->found[f].state == NONE ? "only when reduced" : "lost"));
    for (uint32_t c = 0; c < t->nclaim; c++)
        if ((all->claim[c].state == NONE) != (some->claim[c].state == NONE))
            trial_fail(t, arena_printf(t->a, "claim %u (%s): %s", c, claim_text(t, c),
                                       all->claim[c].state == NONE ? "fails only when reduced"
                                                                   : "fails only unreduced"));
    for (uint32_t i = 0; i < t->p->nmark; i++)
        if (all->reached[i] != some->reached[i])
            trial_fail(t, arena_printf(t->a, "%s is not reached", t->p->mark[i].path));
    for (uint32_t i = 0; i < t->p->nres; i++)
        if (all->waited[i] != some->waited[i] || all->peak[i] != some->peak[i])
            trial_fail(t, arena_printf(t->a, "%s: not the same waits", t->p->res[i].name));
}

static bool same_sight(struct sight a, struct sight b)
{
    return a.state == b.state && a.from == b.from;
}

/* Neither moves that sleep nor threads change anything at all: states have the same numbers, and
 * are first reached from the same, and each sight is the same move. */
static void awake(const struct trial *t, struct explore_opt o, struct explore *some)
{
    struct explore all;
    o.every = true;
    o.jobs = 3;
    struct monitor *m = run(t, o, &all);
    bool good = all.end == some->end && all.states == some->states && all.depth == some->depth &&
                all.transitions == some->transitions && all.last == some->last;
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        good = good && same_sight(all.found[f], some->found[f]);
    for (uint32_t c = 0; c < t->nclaim; c++)
        good = good && same_sight(all.claim[c], some->claim[c]);
    for (uint32_t k = 1; good && k <= 16; k++) {
        uint32_t i = (uint32_t)((all.states - 1) * k / 16);
        struct path a = explore_path(&all, i, t->a), b = explore_path(some, i, t->a);
        good = a.n == b.n && memcmp(a.state, b.state, (a.n + 1) * sizeof *a.state) == 0;
    }
    if (!good)
        trial_fail(t, "moves that sleep, or threads, change what is explored");
    monitor_free(m);
    explore_free(&all);
}

/* A hunt finds a race or a lost update where there is one, and as short a way to it. */
static void hunts(const struct trial *t, struct explore_opt o, struct explore *all)
{
    struct explore some;
    bool any = false, found = false;
    o.hunt = true;
    o.endless = false;
    explore_run(t->p, &o, &some);
    for (uint32_t f = FAULT_RACE; f <= FAULT_LOST; f++) {
        any |= all->found[f].state != NONE;
        found |= some.found[f].state != NONE;
        if (some.found[f].state != NONE &&
            (all->found[f].state == NONE ||
             explore_path_fault(&some, f, t->a).n != explore_path_fault(all, f, t->a).n))
            trial_fail(t, arena_printf(t->a, "hunted fault %u is not the shortest", f));
    }
    if (any != found || some.end > (found ? EXPLORE_FOUND : EXPLORE_WHOLE))
        trial_fail(t, arena_printf(t->a, "the hunt ends with %d", (int)some.end));
    explore_free(&some);
}

/* The same with fewer states, one way or another, to *some. */
static void run_fewer(const struct trial *t, struct explore_opt o, const struct explore *all,
                      struct explore *some)
{
    struct monitor *m = run(t, o, some);
    if (some->end != EXPLORE_WHOLE)
        trial_fail(t, arena_printf(t->a, "end %d, %" PRIu64 " states, not %" PRIu64, (int)some->end,
                                   some->states, all->states));
    same(t, all, some);
    monitor_free(m);
}

/* Every way to fewer states, alone and together: begins joined to the move before, reductions.  (A
 * search among all moves for shorter ways would find what has been lost.) */
static void compare_fewer(const struct trial *t, struct explore_opt o, const struct explore *all,
                          struct tally *n)
{
    struct explore some;
    o.any_way = true;
    for (uint32_t with = 1; with < 4; with++) {
        o.begins_along = with & 1U;
        o.symmetric_copies = o.symmetric_requests = o.local_alone = o.live_words = with & 2U;
        run_fewer(t, o, all, &some);
        n->joined += with == 1 && some.states < all->states;
        n->fewer += with == 2 && some.states * 2 < all->states;
        explore_free(&some);
    }
}

static void compare(struct trial t, struct tally *n)
{
    static const uint32_t cls[2] = {0};
    struct explore all;
    trial_build(&t);
    struct explore_opt o = {.nreq = t.nreq,
                            .cls = cls,
                            .max_count = 2,
                            .max_states = MOST_STATES,
                            .endless = true,
                            .races = t.races};
    struct monitor *m = run(&t, o, &all);
    if (all.end == EXPLORE_WHOLE) {
        awake(&t, o, &all);
        compare_fewer(&t, o, &all, n);
        o.symmetric_copies = o.symmetric_requests = true;
        hunts(&t, o, &all);
        o.local_alone = true;
        hunts(&t, o, &all);
        n->compared++;
        for (uint32_t f = 0; f < FAULT_COUNT; f++)
            n->faults += all.found[f].state != NONE;
        for (uint32_t c = 0; c < t.nclaim; c++)
            n->broken += all.claim[c].state != NONE;
    }
    monitor_free(m);
    explore_free(&all);
}

enum { HASTY = 1 << 30 }; /* no feature of random_model.h */
static void try(uint64_t seed, uint32_t features, const char *exec, uint32_t nreq, struct tally *n)
{
    struct trial t = {.a = arena_new(0), .seed = seed, .exec = exec, .nreq = nreq};
    bool ordered = (features & ~(uint32_t)HASTY) == 0;
    t.text = ordered ? ordered_model(t.a, seed, features == HASTY)
                     : random_model(t.a, seed, features, NULL).text;
    compare(t, n);
    arena_drop(t.a);
}

/* ---- by hand ---- */

/* One text, whose one claim is `says` (NULL: none), under each of some executions: *n each. */
static void compare_each(const char *text, const char *says, uint32_t nreq, const char *const *exec,
                         size_t nexec, struct tally n)
{
    for (size_t i = 0; i < nexec; i++) {
        struct trial t = {
            .a = arena_new(0), .text = text, .says = says, .exec = exec[i], .nreq = nreq};
        struct tally is = {0};
        compare(t, &is);
        assert_int_equal(is.compared, 1);
        assert_int_equal(is.faults, n.faults);
        assert_int_equal(is.broken, n.broken);
        arena_drop(t.a);
    }
}

/* The call `one` can end between a0's turn and a1's, whose abort then comes too late to keep `two`
 * from being begun: with two requests as well, and when another's turn stands between. */
static void test_between_turns(void **state)
{
    static const char text[] = "pertinax: 1\nname: between\nservices: {s: {latency: 1ms}}\n"
                               "request:\n"
                               "  - spawn: {a0: {parallel: {a1: [{abort: 503}]}}}\n"
                               "  - {call: s, name: one}\n"
                               "  - {call: s, name: two}\n"
                               "executions: {coroutine: }\n";
    static const char *const exec[] = {"coroutine"};
    (void)state;
    for (uint32_t nreq = 1; nreq <= 2; nreq++)
        compare_each(text, NULL, nreq, exec, TEST_COUNT(exec), (struct tally){0});
}

/* The last branch to end lets its parent go on, whose timeout could have come before. */
static void test_timeout_round(void **state)
{
    static const char text[] =
        "pertinax: 1\nname: round\nuncaught: none\nservices: {a: {latency: 1ms}}\n"
        "request: [{timeout: 1ms, seq: {parallel: {x: {call: a}, y: {call: a}}}}, {respond: 200}]\n"
        "executions: {threads: , costly: {kind: threads, costs: cpython-3.11}, coroutine: }\n";
    static const char *const exec[] = {"threads", "costly", "coroutine"};
    (void)state;
    /* a request that is never answered */
    compare_each(text, NULL, 1, exec, TEST_COUNT(exec), (struct tally){.faults = 1});
}

/* Who has started a detached task does not wait for it, nor does who waits for that one. */
static void test_detached_below(void **state)
{
    static const char text[] =
        "pertinax: 1\nname: below\nservices: {s: {latency: 1ms, capacity: 1}}\n"
        "request: [{parallel: {a: [{detach: {call: s}}, {wait: 3ms}]}}, {call: s}]\n"
        "executions: {threads: , coroutine: }\n";
    static const char *const exec[] = {"threads", "coroutine"};
    (void)state;
    compare_each(text, NULL, 1, exec, TEST_COUNT(exec), (struct tally){0});
}

/* A thread whose call has ended pays for going on before it leaves the step: it may be cut short in
 * between, and is in the step until then. */
static void test_cut_between(void **state)
{
    static const char text[] = "pertinax: 1\nname: between\nservices: {s: {latency: 1ms}}\n"
                               "request: {parallel: {a: {call: s, name: one},\n"
                               "                     b: {abort: 503, name: two}}}\n"
                               "executions: {costly: {kind: threads, costs: cpython-3.11}}\n";
    static const char *const exec[] = {"costly"};
    (void)state;
    compare_each(text, "G not (running(one) and running(two))", 1, exec, TEST_COUNT(exec),
                 (struct tally){.broken = 1});
}

/* Either task may be the first to begin its call.  A claim that looks at these keeps their begins
 * from being joined, or the one written first would always be. */
static void test_begins_seen(void **state)
{
    static const char text[] = "pertinax: 1\nname: begins\nservices: {s: {latency: 1ms}}\n"
                               "request: {parallel: {a: {call: s, name: one},\n"
                               "                     b: {call: s, name: two}}}\n"
                               "executions: {threads: , threads2: {kind: threads, pool: 3}}\n";
    static const char *const exec[] = {"threads", "threads2"};
    (void)state;
    compare_each(text, "not running(two) W running(one)", 1, exec, TEST_COUNT(exec),
                 (struct tally){.broken = 1});
}

/* ---- at random ---- */

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
            try(seed, r->features, (r->features == HASTY ? hasty : execs)[x], r->nreq, &n);
    print_message(
        "%u compared, %u with fewer states by begins joined, %u with less than half of them "
        "reduced; %u faults, %u claims that fail\n",
        n.compared, n.joined, n.fewer, n.faults, n.broken);
    assert_true(test_quick() ? n.compared > 0 : n.compared >= r->least);
}

int main(void)
{
    struct CMUnitTest tests[TEST_COUNT(table) + 5];
    for (size_t i = 0; i < TEST_COUNT(table); i++)
        tests[i] = test_named(table[i].name, test_row, &table[i]);
    tests[TEST_COUNT(table)] = (struct CMUnitTest)cmocka_unit_test(test_between_turns);
    tests[TEST_COUNT(table) + 2] = (struct CMUnitTest)cmocka_unit_test(test_timeout_round);
    tests[TEST_COUNT(table) + 1] = (struct CMUnitTest)cmocka_unit_test(test_begins_seen);
    tests[TEST_COUNT(table) + 3] = (struct CMUnitTest)cmocka_unit_test(test_detached_below);
    tests[TEST_COUNT(table) + 4] = (struct CMUnitTest)cmocka_unit_test(test_cut_between);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
