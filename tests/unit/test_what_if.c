/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_what_if.c - paired differences against closed forms: the value, how often the intervals hold
 * the truth, exactly nothing where nothing changes; shares above thresholds; points of the
 * distribution function; what-ifs that cannot be carried, that deadlock, that cure a deadlock. */
#include "run/experiment.h"
#include "run/tally.h"
#include "tests/unit/test.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* ---- models ---- */

struct world {
    struct arena *mem;
    struct diags *d;
    const struct model *m;
    struct experiment_change change[2];
    struct experiment_opt o;
};

static const struct model *model_of(struct world *w, const char *text, const char *change)
{
    struct yaml *root = yaml_parse(w->mem, "test.yaml", text, strlen(text), w->d);
    assert_non_null(root);
    if (change)
        yaml_change(w->mem, root, "--what-if", change, w->d);
    const struct model *m = model_build(w->mem, root, "test.yaml", w->d);
    if (diags_errors(w->d)) {
        struct buf b = {0};
        diags_print(w->d, &b, false);
        fail_msg("%s", b.s);
    }
    return m;
}

static struct world world_of(const char *text, const char *change)
{
    struct world w = {.mem = arena_new(0), .o = experiment_defaults()};
    w.d = diags_new(w.mem);
    w.m = model_of(&w, text, NULL);
    if (change) {
        w.change[0] = (struct experiment_change){change, model_of(&w, text, change)};
        w.o.nchange = 1;
    }
    return w;
}

/* Into an arena of its own, so that a thousand runs do not pile up. */
static struct run_result *run(struct world *w, const char *name, struct arena *mem)
{
    const struct execution *x[] = {model_exec(w->m, name)};
    w->o.change = w->change;
    struct run_result *r = experiment_run(w->m, x, 1, &w->o, mem, w->d);
    assert_non_null(r);
    return r;
}

static struct what_if_result one_run(struct world *w, const char *name)
{
    struct run_result *r = run(w, name, w->mem);
    assert_int_equal(r->nwhat_if, 1);
    return r->what_if[0];
}

/* ---- coverage ---- */

struct count {
    const char *what;
    double truth;
    uint32_t in, of;
};

static void count(struct count *c, struct interval v)
{
    c->of++;
    c->in += !(c->truth < v.lo) && !(c->truth > v.hi); /* NAN: no bound */
}

/* Between low and 1: an exact interval for a discrete law may hold the truth more often. */
static void judge(const struct count *c, bool exact)
{
    double share = (double)c->in / c->of, slack = fmax(0.02, 4 * sqrt(0.95 * 0.05 / c->of));
    print_message("%s: %.1f %% of %u\n", c->what, 100 * share, (unsigned)c->of);
    if (share < 0.95 - slack || (exact && share > 0.95 + slack))
        fail_msg("%s: the intervals hold the truth in %.1f %% of %u", c->what, 100 * share,
                 (unsigned)c->of);
}

/* One run a seed; what is counted of it. */
enum { MOST = 4 };
static void cover(struct world *w, const char *name, uint32_t seeds, struct count c[MOST],
                  struct interval (*of)(const struct run_result *r, int k))
{
    for (w->o.seed = 1; w->o.seed <= seeds; w->o.seed++) {
        struct arena *mem = arena_new(0);
        struct run_result *r = run(w, name, mem);
        for (int k = 0; k < MOST && c[k].what; k++)
            count(&c[k], of(r, k));
        arena_drop(mem);
    }
    for (int k = 0; k < MOST && c[k].what; k++)
        judge(&c[k], true);
}

static struct interval change_nth(const struct run_result *r, int k)
{
    const struct what_if_result *w = &r->what_if[0];
    const struct interval v[] = {w->mean_change, w->p50_change, w->p99_change,
                                 w->throughput_change};
    return v[k];
}

/* ---- one by one ---- */

static const char sum_model[] = "pertinax: 1\nname: sum\nservices:\n"
                                "  a: {latency: exponential(mean=10ms)}\n"
                                "  b: {latency: exponential(mean=4ms)}\n"
                                "request: [{call: a}, {call: b}]\n";

/* P(A + B <= t), A and B exponential with means a and b. */
static double sum_cdf(double t, double a, double b)
{
    return 1 - (a * exp(-t / a) - b * exp(-t / b)) / (a - b);
}

static double sum_quantile(double p, double a, double b)
{
    double lo = 0, hi = 1000;
    for (int i = 0; i < 200; i++) {
        double mid = (lo + hi) / 2;
        if (sum_cdf(mid, a, b) < p)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static void test_cover_sum(void **state)
{
    (void)state;
    struct world w = world_of(sum_model, "b.latency*=0.5");
    struct count c[MOST] = {
        {.what = "sum, mean", .truth = -2e-3},
        {.what = "sum, p50", .truth = 1e-3 * (sum_quantile(.5, 10, 2) - sum_quantile(.5, 10, 4))},
        {.what = "sum, p99",
         .truth = 1e-3 * (sum_quantile(.99, 10, 2) - sum_quantile(.99, 10, 4))}};
    w.o.requests = 2000;
    cover(&w, "serial", test_quick() ? 100 : 500, c, change_nth);
    arena_drop(w.mem);
}

/* A change that reverses a bias: other draws decide, the pairs are less alike. */
static void test_cover_less_alike(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: either\nparams: {hit: 0.9}\nservices:\n"
                              "  a: {latency: exponential(mean=1ms)}\n"
                              "  b: {latency: exponential(mean=20ms)}\n"
                              "request: [{choose: [{p: hit, do: {call: a}}, "
                              "{p: 1 - hit, do: {call: b}}]}]\n",
                              "hit=0.5");
    /* 0.9 e^-t + 0.1 e^(-t/20) = 1 - p, by bisection */
    double q[2][2];
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            double hit = i ? 0.5 : 0.9, above = k ? 0.01 : 0.5, lo = 0, hi = 1000;
            for (int n = 0; n < 200; n++) {
                double t = (lo + hi) / 2;
                if (hit * exp(-t) + (1 - hit) * exp(-t / 20) > above)
                    lo = t;
                else
                    hi = t;
            }
            q[i][k] = lo * 1e-3;
        }
    struct count c[MOST] = {{.what = "either, mean", .truth = 0.4 * 19e-3},
                            {.what = "either, p50", .truth = q[1][0] - q[0][0]},
                            {.what = "either, p99", .truth = q[1][1] - q[0][1]}};
    w.o.requests = 2000;
    cover(&w, "coroutine", test_quick() ? 100 : 500, c, change_nth);
    arena_drop(w.mem);
}

static void same_as(struct interval v, double x)
{
    if (!(fabs(v.value - x) <= 1e-12 * fabs(x) + 1e-18) || v.lo != v.value || v.hi != v.value)
        fail_msg("%.17g [%.17g, %.17g], not exactly %.17g", v.value, v.lo, v.hi, x);
}

/* The same value, said again: exactly nothing, in every execution, idle and under load. */
static void test_identity(void **state)
{
    (void)state;
    static const char *const name[] = {"serial", "threads", "coroutine", "hybrid"};
    static const char *const load[] = {"", "load: {rate: 20/s}\n", "load: {clients: 5, think: 0}\n",
                                       "load: {backlog: 300}\n"};
    for (size_t i = 0; i < TEST_COUNT(name); i++)
        for (size_t k = 0; k < TEST_COUNT(load); k++) {
            char text[600];
            snprintf(text, sizeof text, "%s%s", sum_model, load[k]);
            struct world w = world_of(text, "a.latency=exponential(mean=10ms)");
            w.o.requests = 3000;
            struct what_if_result r = one_run(&w, name[i]);
            same_as(r.mean_change, 0);
            same_as(r.p50_change, 0);
            same_as(r.p99_change, 0);
            if (k)
                same_as(r.throughput_change, 0);
            else
                assert_true(isnan(r.throughput_change.value));
            arena_drop(w.mem);
        }
}

/* 3 ms more for everybody: no width, though the latencies vary. */
static void test_shift(void **state)
{
    (void)state;
    struct world w = world_of(sum_model, "b.latency+=3ms");
    w.o.requests = 5000;
    struct what_if_result r = one_run(&w, "threads");
    same_as(r.mean_change, 3e-3);
    same_as(r.p50_change, 3e-3);
    same_as(r.p99_change, 3e-3);
    arena_drop(w.mem);
}

/* Nothing is drawn: one run tells all. */
static void test_sure(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: sure\nservices:\n"
                              "  a: {latency: 10ms, capacity: 1}\n"
                              "request: {call: a}\nload: {clients: 2, think: 30ms}\n",
                              "a.latency=25ms");
    w.o.requests = 200;
    w.o.warmup = 10;
    struct what_if_result r = one_run(&w, "coroutine");
    /* By turns: both sleep 30 ms and never meet; with 25 ms they still do not. */
    same_as(r.mean_change, 15e-3);
    assert_true(r.throughput_change.lo == r.throughput_change.hi);
    assert_true(fabs(r.throughput_change.value - (40. / 55 - 1)) < 1e-2);
    arena_drop(w.mem);
}

/* ---- under load ---- */

static const char mm1[] = "pertinax: 1\nname: mm1\n"
                          "services: {db: {latency: exponential(mean=5ms), capacity: 1}}\n"
                          "request: {call: db}\n"
                          "load: {rate: 100/s}\n";

/* The time in the system is exponential with rate mu - lambda: 1/100 s, then 1/150. */
static void test_cover_mm1(void **state)
{
    (void)state;
    struct world w = world_of(mm1, "load.rate=50/s");
    double d = 1. / 150 - 1. / 100;
    struct count c[MOST] = {{.what = "M/M/1, mean", .truth = d},
                            {.what = "M/M/1, p50", .truth = d * log(2)},
                            {.what = "M/M/1, p99", .truth = d * log(100)},
                            {.what = "M/M/1, throughput", .truth = -0.5}};
    w.o.requests = 10000;
    w.o.warmup = 200;
    w.o.jobs = 2;
    cover(&w, "threads", test_quick() ? 40 : 200, c, change_nth);
    arena_drop(w.mem);
}

/* The pairs must be worth it: an unpaired interval would be wider by far. */
static void test_paired_is_narrower(void **state)
{
    (void)state;
    struct world w = world_of(mm1, "db.latency*=0.98");
    w.o.requests = 40000;
    struct run_result *r = run(&w, "threads", w.mem);
    const struct what_if_result *x = &r->what_if[0];
    struct interval was = r->exec[0].all.latency.mean, now = x->latency.mean;
    double unpaired = hypot(was.hi - was.lo, now.hi - now.lo),
           paired = x->mean_change.hi - x->mean_change.lo;
    assert_true(paired < unpaired / 4);
    assert_true(x->mean_change.hi < 0);
    arena_drop(w.mem);
}

/* ---- no averages ---- */

static void test_unstable(void **state)
{
    (void)state;
    struct world w = world_of(mm1, "db.latency=20ms");
    w.o.requests = 20000;
    struct what_if_result r = one_run(&w, "threads");
    assert_string_equal(r.unstable, "db");
    assert_true(r.unstable_utilisation > 1.8 && r.unstable_utilisation < 2.2);
    assert_true(isnan(r.mean_change.value));
    arena_drop(w.mem);
    /* and the other way round: a change that makes the load bearable */
    char text[300];
    snprintf(text, sizeof text, "%s", mm1);
    memcpy(strstr(text, "5ms"), "9s ", 3);
    w = world_of(text, "db.latency=exponential(mean=5ms)");
    w.o.requests = 20000;
    struct run_result *q = run(&w, "threads", w.mem);
    assert_non_null(q->exec[0].unstable);
    assert_null(q->what_if[0].unstable);
    assert_true(isnan(q->what_if[0].mean_change.value));
    assert_true(fabs(q->what_if[0].latency.mean.value - 0.01) < 0.002);
    arena_drop(w.mem);
}

static void test_busier(void **state)
{
    (void)state;
    struct world w = world_of(mm1, "db.latency=exponential(mean=9ms)");
    w.o.requests = 20000;
    struct what_if_result r = one_run(&w, "threads");
    assert_string_equal(r.resource, "db");
    assert_true(fabs(r.utilisation_was - 0.5) < 0.03 && fabs(r.utilisation - 0.9) < 0.03);
    arena_drop(w.mem);
}

static void test_deadlock(void **state)
{
    (void)state;
    static const char nested[] = "pertinax: 1\nname: nested\nservices: {a: {latency: 1ms}}\n"
                                 "request: {parallel: [{call: a}, {call: a}]}\n"
                                 "executions: {threads: {pool: 8, server: 4}}\n"
                                 "load: {clients: 4, think: 0}\n";
    struct world w = world_of(nested, "executions.threads={pool: 4}");
    w.o.requests = 2000;
    struct what_if_result r = one_run(&w, "threads");
    assert_true(r.deadlock);
    assert_true(isnan(r.mean_change.value));
    arena_drop(w.mem);
}

/* ---- steps halved ---- */

static const struct halved_result *halved(const struct exec_result *e, const char *path)
{
    for (uint32_t i = 0; i < e->nhalved; i++)
        if (strcmp(e->step[e->halved[i].step].path, path) == 0)
            return &e->halved[i];
    fail_msg("%s was not halved", path);
    return NULL;
}

static void holds(struct interval v, double truth)
{
    /* 4.5 standard errors, so that a fixed seed's accident is none */
    double wider = 4.5 / 1.96;
    if (!(v.value - wider * (v.value - v.lo) <= truth &&
          truth <= v.value + wider * (v.hi - v.value)))
        fail_msg("%.6g [%.6g, %.6g], not %.6g", v.value, v.lo, v.hi, truth);
}

/* The later of two exponential calls: 1/a + 1/b - 1/(a + b), halved by doubling a rate. */
static void test_halved(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: two\nservices:\n"
                              "  a: {latency: exponential(mean=10ms)}\n"
                              "  b: {latency: exponential(mean=4ms)}\n"
                              "request:\n"
                              "  - parallel: {a: {call: a}, b: {call: b}}\n"
                              "  - {cpu: 3ms, name: render}\n",
                              NULL);
    w.o.requests = 60000;
    w.o.halve = true;
    struct run_result *r = run(&w, "threads", w.mem);
    const struct exec_result *e = &r->exec[0];
    assert_int_equal(e->nhalved, 3);
    holds(halved(e, "request/a/a")->mean_change,
          (5 - 1 / (1 / 5. + 1 / 4.) - 10 + 1 / (1 / 10. + 1 / 4.)) * 1e-3);
    holds(halved(e, "request/b/b")->mean_change,
          (2 - 1 / (1 / 10. + 1 / 2.) - 4 + 1 / (1 / 10. + 1 / 4.)) * 1e-3);
    same_as(halved(e, "request/render")->mean_change, -1.5e-3);
    same_as(halved(e, "request/render")->p99_change, -1.5e-3);
    /* sorted by what they are worth */
    assert_true(e->halved[0].mean_change.value <= e->halved[1].mean_change.value &&
                e->halved[1].mean_change.value <= e->halved[2].mean_change.value);
    /* serially each is worth half its mean */
    r = run(&w, "serial", w.mem);
    holds(halved(&r->exec[0], "request/a/a")->mean_change, -5e-3);
    holds(halved(&r->exec[0], "request/b/b")->mean_change, -2e-3);
    arena_drop(w.mem);
}

/* M/M/1: 1/(200 - 100) s becomes 1/(400 - 100). */
static void test_halved_load(void **state)
{
    (void)state;
    struct world w = world_of(mm1, NULL);
    w.o.requests = 40000;
    w.o.halve = true;
    struct run_result *r = run(&w, "threads", w.mem);
    assert_int_equal(r->exec[0].nhalved, 1);
    double d = 1. / 300 - 1. / 100;
    holds(r->exec[0].halved[0].mean_change, d);
    holds(r->exec[0].halved[0].p50_change, d * log(2));
    holds(r->exec[0].halved[0].p99_change, d * log(100));
    arena_drop(w.mem);
}

/* ---- thresholds and points ---- */

static struct interval exceed_nth(const struct run_result *r, int k)
{
    return r->exec[0].exceed[k].share;
}

static void test_exceed(void **state)
{
    (void)state;
    /* Of an exponential law: e^-1, e^-3, e^-5; exact intervals may hold it a little more often. */
    struct world w = world_of("pertinax: 1\nname: one\n"
                              "services: {a: {latency: exponential(mean=10ms)}}\n"
                              "request: {call: a}\n",
                              NULL);
    const double t[] = {0.01, 0.03, 0.05};
    struct count c[MOST] = {{.what = "above 1 mean", .truth = exp(-1)},
                            {.what = "above 3 means", .truth = exp(-3)},
                            {.what = "above 5 means", .truth = exp(-5)}};
    w.o.requests = 2000;
    w.o.threshold = t;
    w.o.nthreshold = 3;
    uint32_t seeds = test_quick() ? 100 : 500;
    for (w.o.seed = 1; w.o.seed <= seeds; w.o.seed++) {
        struct arena *mem = arena_new(0);
        struct run_result *r = run(&w, "serial", mem);
        assert_int_equal(r->exec[0].nexceed, 3);
        for (int k = 0; k < 3; k++)
            count(&c[k], exceed_nth(r, k));
        arena_drop(mem);
    }
    for (int k = 0; k < 3; k++)
        judge(&c[k], false);
    arena_drop(w.mem);
}

/* M/M/1: e^(-(mu - lambda) t), of requests that are not independent at all. */
static void test_exceed_load(void **state)
{
    (void)state;
    struct world w = world_of(mm1, NULL);
    const double t[] = {0.01, 0.03, 0.08};
    struct count c[MOST] = {{.what = "load, above 1 mean", .truth = exp(-1)},
                            {.what = "load, above 3 means", .truth = exp(-3)},
                            {.what = "load, above 8 means", .truth = exp(-8)}};
    w.o.requests = 10000;
    w.o.warmup = 200;
    w.o.jobs = 2;
    w.o.threshold = t;
    w.o.nthreshold = 3;
    uint32_t seeds = test_quick() ? 40 : 200;
    for (w.o.seed = 1; w.o.seed <= seeds; w.o.seed++) {
        struct arena *mem = arena_new(0);
        struct run_result *r = run(&w, "threads", mem);
        for (int k = 0; k < 3; k++) {
            struct interval v = exceed_nth(r, k);
            assert_true(v.lo >= 0 && v.hi <= 1 && v.hi > v.lo);
            count(&c[k], v);
        }
        arena_drop(mem);
    }
    for (int k = 0; k < 3; k++)
        judge(&c[k], false);
    arena_drop(w.mem);
}

static void test_cdf(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: one\n"
                              "services: {a: {latency: exponential(mean=10ms)}}\n"
                              "request: {call: a}\n",
                              NULL);
    w.o.requests = 100000;
    w.o.cdf = true;
    struct run_result *r = run(&w, "serial", w.mem);
    const struct exec_result *e = &r->exec[0];
    assert_true(e->ncdf > 150 && e->ncdf < 260);
    assert_true(e->cdf[0].p == 0 && e->cdf[0].t == e->all.latency.min.value);
    assert_true(e->cdf[e->ncdf - 1].p == 1 && e->cdf[e->ncdf - 1].t == e->all.latency.max.value);
    bool tail = false;
    for (uint32_t i = 1; i < e->ncdf; i++) {
        double p = e->cdf[i].p, t = e->cdf[i].t;
        assert_true(p > e->cdf[i - 1].p && t >= e->cdf[i - 1].t);
        tail = tail || (p > 0.9995 && p < 1);
        /* Kolmogorov's distance at 1 - 1e-5 */
        double f = 1 - exp(-t / 0.01);
        assert_true(fabs(f - p) < 2.5 / sqrt(100000));
    }
    assert_true(tail);
    arena_drop(w.mem);
}

/* ---- the number of jobs ---- */

static void test_jobs(void **state)
{
    (void)state;
    static const char *const load[] = {"", "load: {rate: 40/s}\n"};
    for (size_t k = 0; k < TEST_COUNT(load); k++) {
        char text[600];
        struct what_if_result r[2];
        snprintf(text, sizeof text, "%s%s", sum_model, load[k]);
        struct world w = world_of(text, "a.latency*=1.1");
        for (uint32_t i = 0; i < 2; i++) {
            w.o.requests = 6000;
            w.o.jobs = i ? 3 : 1;
            r[i] = one_run(&w, "coroutine");
        }
        const struct interval *x = &r[0].mean_change, *y = &r[1].mean_change;
        assert_true(x->value == y->value && x->lo == y->lo && x->hi == y->hi);
        x = &r[0].p99_change, y = &r[1].p99_change;
        assert_true(x->value == y->value && x->lo == y->lo && x->hi == y->hi);
        arena_drop(w.mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cover_sum),
        cmocka_unit_test(test_cover_less_alike),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_shift),
        cmocka_unit_test(test_sure),
        cmocka_unit_test(test_cover_mm1),
        cmocka_unit_test(test_paired_is_narrower),
        cmocka_unit_test(test_unstable),
        cmocka_unit_test(test_busier),
        cmocka_unit_test(test_deadlock),
        cmocka_unit_test(test_halved),
        cmocka_unit_test(test_halved_load),
        cmocka_unit_test(test_exceed),
        cmocka_unit_test(test_exceed_load),
        cmocka_unit_test(test_cdf),
        cmocka_unit_test(test_jobs),
    };
    return cmocka_run_group_tests_name("what-if", tests, NULL, NULL);
}
