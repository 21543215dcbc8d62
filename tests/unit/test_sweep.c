/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sweep.c - sweeps of queues that are known in closed form, how often marks are right, and
 * what must not change a byte: jobs, shards, a way through JSON, an interrupt. */
#include "run/sweep.h"
#include "core/sweep_judge.h"
#include "reports/report.h"
#include "reports/sweep_read.h"
#include "run/sweep_axis.h"
#include "tests/unit/test.h"
#include <math.h>
#include <string.h>

static const char mmc[] = "pertinax: 1\n"
                          "name: mmc\n"
                          "params: {rate: 1, servers: 1}\n" /* of requests in a millisecond */
                          "services: {db: {latency: exponential(mean=1ms), capacity: servers}}\n"
                          "request: {call: db}\n"
                          "load: {rate: rate / 1ms}\n";
static const char alone[] = "pertinax: 1\n"
                            "name: alone\n"
                            "services: {a: {latency: 1ms}}\n"
                            "request: {call: a}\n";

struct world {
    struct arena *mem;
    struct diags *d;
    struct sweep_opt o;
    struct sweep_result *r;
};
enum { SETS = 3 };

static struct world world_of(const char *text, const char *const *set, uint64_t requests)
{
    struct world w = {.mem = arena_new(0)};
    struct sweep_axis *axis = NEW(w.mem, struct sweep_axis, SETS);
    static const char *const threads[] = {"threads"};
    w.d = diags_new(w.mem);
    w.o = (struct sweep_opt){.e = experiment_defaults(),
                             .name = "test.yaml",
                             .path = "test.yaml",
                             .text = text,
                             .size = strlen(text),
                             .set = axis,
                             .shard = 1,
                             .shards = 1,
                             .exec = threads,
                             .nexec = 1};
    w.o.e.requests = requests;
    w.o.e.jobs = 2;
    while (w.o.nset < SETS && set[w.o.nset]) {
        assert_true(sweep_axis_read(w.mem, set[w.o.nset], &axis[w.o.nset], w.d));
        w.o.nset++;
    }
    return w;
}

static void world_run(struct world *w)
{
    uint32_t good;
    struct sweep_result *r = w->r = NEW(w->mem, struct sweep_result, 1);
    r->base.mem = w->mem;
    r->base.version = r->base.command = r->base.digest = "test";
    r->base.model_name = "test";
    r->base.model_file = "test.yaml";
    r->exec_name = NEW(w->mem, const char *, w->o.nexec);
    r->exec_kind = r->exec_name;
    for (uint32_t i = 0; i < w->o.nexec; i++)
        r->exec_name[i] = w->o.exec[i];
    assert_true(sweep_plan(r, &w->o, w->d));
    assert_true(sweep_check(r, &w->o, &good, w->d));
    sweep_run(r, &w->o, w->d);
    sweep_judge(r);
    assert_int_equal(diags_errors(w->d), 0);
}

static const char *json_of(struct world *w, const struct sweep_result *r)
{
    struct buf b = {0};
    const struct report_look look = {.width = 80};
    report_find("json")->sweep(r, w->d, &look, &b);
    const char *s = arena_strndup(w->mem, b.s, b.n);
    buf_free(&b);
    return s;
}

/* ---- closed forms ---- */

/* Mean time in M/M/c (Erlang 1917), in ms; service takes 1 ms. */
static double mmc_mean(double load, int servers)
{
    double b = 1; /* Erlang B, by its recursion */
    for (int c = 1; c <= servers; c++)
        b = load * b / (c + load * b);
    double wait = b / (1 - load / servers * (1 - b)); /* Erlang C */
    return 1 + wait / (servers - load);
}

/* M/M/1 from 0.2 to 0.8: 1 / (1 - rho) in each cell's interval, drawn out to 2.5 half widths: a
 * t interval of 20 replications that wide is wrong once in 10,000. */
static void test_mm1(void **state)
{
    (void)state;
    const char *const set[] = {"rate=0.2:0.1:0.8", NULL, NULL};
    struct world w = world_of(mmc, set, test_samples(100000));
    world_run(&w);
    assert_int_equal(w.r->ncell, 7);
    for (uint32_t i = 0; i < w.r->ncell; i++) {
        struct interval v = w.r->cell[i].exec[0].value;
        double exact = 1e-3 / (1 - w.r->axis[0].number[i]), half = (v.hi - v.lo) / 2;
        assert_true(fabs(v.value - exact) <= 2.5 * half);
        assert_true(test_quick() || half < 0.1 * exact);
    }
    assert_int_equal(w.r->best_cell, 0);
    arena_drop(w.mem);
}

/* M/M/c at 2 Erlang: 1.444, 1.087, 1.020, 1.005, ... ms with 3, 4, 5, 6, ... servers.  The knee at
 * 5 %: 5 servers. */
static void test_knee(void **state)
{
    (void)state;
    const char *const set[] = {"servers=3:1:9", "rate=2", NULL};
    struct world w = world_of(mmc, set, test_samples(100000));
    world_run(&w);
    double best = mmc_mean(2, 9);
    uint32_t exact = 0;
    while (mmc_mean(2, 3 + (int)exact) > 1.05 * best)
        exact++;
    assert_int_equal(exact, 2);
    assert_int_equal(w.r->nknee, 1);
    assert_int_equal(w.r->knee[0].kind, SWEEP_KNEE_FROM);
    assert_int_equal(w.r->knee[0].cell, exact);
    arena_drop(w.mem);
}

/* ---- marks ---- */

/* Three laws with means 1, 1.005 and 1.2 ms, hard to tell with 1000 requests: over 100 seeds the
 * first must be marked in 95; fewer than 87 have a chance of 1e-3 (binomial).  That the third is
 * not, shows that marks are worth something. */
static void test_marks(void **state)
{
    (void)state;
    const char *const set[] = {
        "a.latency=exponential(mean=1ms),uniform(0ms, 2.01ms),gamma(mean=1.2ms cv=0.5)", NULL,
        NULL};
    uint32_t right = 0, third = 0, seeds = 100;
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        struct world w = world_of(alone, set, 1000);
        w.o.e.seed = seed;
        world_run(&w);
        right += w.r->cell[0].exec[0].mark != SWEEP_WORSE;
        third += w.r->cell[2].exec[0].mark == SWEEP_WORSE;
        arena_drop(w.mem);
    }
    if (right < 87 || third < 87)
        fail_msg("the best was marked %u times of %u, the worst not %u times", right, seeds, third);
}

/* The same for medians, through the slope of the quantile function: ln 2 = 0.693 and 0.7 ms; 0.85.
 */
static void test_quantile_marks(void **state)
{
    (void)state;
    const char *const set[] = {
        "a.latency=exponential(mean=1ms),uniform(0ms, 1.4ms),uniform(0ms, 1.7ms)", NULL, NULL};
    uint32_t right = 0, third = 0, seeds = 100;
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        struct world w = world_of(alone, set, 1000);
        w.o.e.seed = seed;
        uint32_t good;
        struct sweep_result r = {.base = {.mem = w.mem}, .metric = SWEEP_P50, .nexec = 1};
        assert_true(sweep_plan(&r, &w.o, w.d));
        assert_true(sweep_check(&r, &w.o, &good, w.d));
        sweep_run(&r, &w.o, w.d);
        sweep_judge(&r);
        right += r.cell[0].exec[0].mark != SWEEP_WORSE;
        third += r.cell[2].exec[0].mark == SWEEP_WORSE;
        arena_drop(w.mem);
    }
    if (right < 87 || third < 87)
        fail_msg("the best was marked %u times of %u, the worst not %u times", right, seeds, third);
}

/* The same draws: of laws 1 % apart every section says so, with 10 requests each. */
static void test_paired(void **state)
{
    (void)state;
    const char *const set[] = {"a.latency=exponential(mean=1ms),exponential(mean=1.01ms)", NULL,
                               NULL};
    struct world w = world_of(alone, set, 320);
    world_run(&w);
    const struct sweep_exec *x = &w.r->cell[0].exec[0], *y = &w.r->cell[1].exec[0];
    assert_int_equal(x->nsection, y->nsection);
    for (uint32_t i = 0; i < x->nsection; i++)
        assert_true(fabs(y->section[i] / x->section[i] - 1.01) < 1e-6);
    assert_int_equal(y->mark, SWEEP_WORSE);
    arena_drop(w.mem);
}

/* ---- the same bytes ---- */

static void test_jobs(void **state)
{
    (void)state;
    const char *const set[] = {"rate=0.5,0.9,1.8", "servers=1,2", NULL}, *first = NULL;
    struct world one = world_of(mmc, set, 2000);
    for (uint32_t jobs = 1; jobs <= 5; jobs++) {
        struct world w = world_of(mmc, set, 2000);
        w.o.e.jobs = jobs;
        world_run(&w);
        const char *s = arena_strdup(one.mem, json_of(&w, w.r));
        if (first)
            assert_string_equal(s, first);
        first = s;
        arena_drop(w.mem);
    }
    struct sweep_result again;
    assert_true(sweep_read(&again, "a.json", first, strlen(first), one.mem, one.d));
    sweep_judge(&again);
    assert_string_equal(json_of(&one, &again), first);
    arena_drop(one.mem);
}

/* JSON torn anywhere is an error, never more. */
static void test_torn(void **state)
{
    (void)state;
    const char *const set[] = {"rate=0.5,1.8", NULL, NULL};
    struct world w = world_of(mmc, set, 200);
    world_run(&w);
    const char *s = json_of(&w, w.r);
    size_t n = strlen(s), step = test_quick() ? 97 : 7;
    for (size_t i = 0; i + 2 < n; i += step) {
        struct arena *a = arena_new(0);
        struct diags *d = diags_new(a);
        struct sweep_result r;
        assert_false(sweep_read(&r, "torn.json", s, i, a, d));
        assert_int_equal(diags_errors(d), 1);
        char *changed = arena_strdup(a, s);
        changed[i] = '7'; /* may be right or wrong */
        sweep_read(&r, "changed.json", changed, n, a, d);
        arena_drop(a);
    }
    arena_drop(w.mem);
}

/* ---- an interrupt ---- */

static void stop_after_two(void *ctx, uint32_t done, uint32_t of)
{
    assert_int_equal(of, 6);
    if (done == 2)
        atomic_store((atomic_bool *)ctx, true);
}

static void test_interrupted(void **state)
{
    (void)state;
    const char *const set[] = {"rate=0.1:0.1:0.6", NULL, NULL};
    struct world w = world_of(mmc, set, 2000), all = world_of(mmc, set, 2000);
    atomic_bool stop;
    atomic_init(&stop, false);
    w.o.e.jobs = 1;
    w.o.e.stop = &stop;
    w.o.progress = stop_after_two;
    w.o.ctx = &stop;
    world_run(&w);
    assert_false(w.r->complete);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w.r->ncell; i++)
        n += w.r->cell[i].have;
    assert_int_equal(n, 2);
    /* What is there is as if it had not been interrupted. */
    world_run(&all);
    assert_true(all.r->complete);
    assert_true(w.r->cell[1].exec[0].value.value == all.r->cell[1].exec[0].value.value);
    const char *s = json_of(&w, w.r);
    assert_non_null(strstr(s, "\"complete\": false"));
    struct sweep_result again;
    assert_true(sweep_read(&again, "a.json", s, strlen(s), w.mem, w.d));
    assert_true(again.cell[1].have && !again.cell[2].have);
    arena_drop(w.mem);
    arena_drop(all.mem);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_mm1),    cmocka_unit_test(test_knee),
        cmocka_unit_test(test_marks),  cmocka_unit_test(test_quantile_marks),
        cmocka_unit_test(test_paired), cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_torn),   cmocka_unit_test(test_interrupted),
    };
    return cmocka_run_group_tests_name("sweep", t, NULL, NULL);
}
