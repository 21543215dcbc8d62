/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_experiment.c - do intervals hold the truth as often as they say, do results depend on the
 * number of jobs, and what becomes of loads that cannot be carried, deadlocks, determinism.  Truth
 * is from closed forms: M/M/1, sums of lognormals, mixtures, Little's law. */
#include "run/experiment.h"
#include "run/tally.h"
#include "tests/unit/model_text.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <string.h>

/* ---- models ---- */

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

static struct run_result *run(struct world *w, const struct experiment_opt *o, const char *name,
                              const char *other)
{
    const struct execution *x[] = {model_exec(w->m, name), other ? model_exec(w->m, other) : NULL};
    return experiment_run(w->m, x, other ? 2 : 1, o, w->mem, w->d);
}

static void near_by(double got, double want, double error, const char *what)
{
    if (!(fabs(got - want) <= error))
        fail_msg("%s: %.12g, not %.12g", what, got, want);
}

/* ---- coverage ---- */

struct count {
    uint32_t in, of;
    const char *what;
};
static void count(struct count *c, struct interval v, double truth)
{
    c->of++;
    c->in += !(truth < v.lo) && !(truth > v.hi); /* NAN: no bound */
}

/* 93 to 97 % of 1,000; of fewer, the binomial's own spread at 95 % decides. */
static void judge(const struct count *c)
{
    double share = (double)c->in / c->of;
    double slack = fmax(0.02, 4 * sqrt(0.95 * 0.05 / c->of));
    if (fabs(share - 0.95) > slack)
        fail_msg("%s: the intervals hold the truth in %.1f %% of %u", c->what, 100 * share,
                 (unsigned)c->of);
}

static uint32_t seeds(void)
{
    return test_quick() ? 60 : 1000;
}

/* The p-quantile of an increasing distribution function. */
static double solve(double (*cdf)(double), double p, double lo, double hi)
{
    for (int i = 0; i < 200; i++) {
        double mid = (lo + hi) / 2;
        if (cdf(mid) < p)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* X + Y, ln X and ln Y normal with mean ln 1 and sigma 1/2, in ms. */
static double sum_integrand(double x, void *at)
{
    double t = *(const double *)at;
    return gsl_cdf_lognormal_P(t - x, 0, 0.5) * exp(-log(x) * log(x) / 0.5) /
           (x * 0.5 * sqrt(2 * 3.14159265358979323846));
}

static double sum_cdf(double t)
{
    double r, error;
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(1000);
    gsl_function f = {sum_integrand, &t};
    gsl_integration_qag(&f, 1e-9, t, 1e-11, 1e-10, 1000, GSL_INTEG_GAUSS61, w, &r, &error);
    gsl_integration_workspace_free(w);
    return r;
}

static void test_coverage_lognormal_sum(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: sum\nservices:\n"
                              "  a: {latency: lognormal(mu=-6.907755278982137 sigma=0.5)}\n"
                              "request: [{call: a}, {call: a, name: again}]\n");
    struct count mean = {.what = "lognormal sum, mean"}, p99 = {.what = "lognormal sum, p99"};
    struct experiment_opt o = experiment_defaults();
    double truth = 2e-3 * exp(0.125), truth99 = 1e-3 * solve(sum_cdf, 0.99, 1, 30);
    o.requests = 2000;
    for (o.seed = 1; o.seed <= seeds(); o.seed++) {
        struct run_result *r = run(&w, &o, "serial", NULL);
        assert_int_equal(r->exec[0].requests, 2000);
        count(&mean, r->exec[0].all.latency.mean, truth);
        count(&p99, r->exec[0].all.latency.q[3], truth99);
    }
    judge(&mean);
    judge(&p99);
    arena_drop(w.mem);
}

/* 1.5 % of exactly 1 s: p99 is in the atom, whatever the rest. */
static void test_coverage_atom(void **state)
{
    (void)state;
    struct world w =
        world_of("pertinax: 1\nname: atom\nservices:\n"
                 "  a: {latency: 'mix(0.985 of exponential(mean=10ms), 0.015 of 1s)'}\n"
                 "  b: {latency: 'mix(0.005 of 1s, 0.995 of exponential(mean=10ms))'}\n"
                 "request: {call: a}\n");
    struct experiment_opt o = experiment_defaults();
    /* p98 would be smooth; p99 lies on the atom, and an interval that ends there holds it. */
    uint32_t in = 0;
    o.requests = 2000;
    for (o.seed = 1; o.seed <= seeds(); o.seed++) {
        struct run_result *r = run(&w, &o, "serial", NULL);
        struct interval v = r->exec[0].all.latency.q[3];
        in += v.lo <= 1 && 1 <= v.hi;
    }
    assert_true(in >= 0.95 * seeds());
    arena_drop(w.mem);
    /* An atom beside the quantile: F jumps at 20 ms, below p99, which is in the tail after it. */
    w = world_of("pertinax: 1\nname: beside\nservices:\n"
                 "  a: {latency: 'mix(0.5 of exponential(mean=10ms), 0.5 of 20ms)'}\n"
                 "request: {call: a}\n");
    struct count c = {.what = "mixture with an atom, p99"};
    for (o.seed = 1; o.seed <= seeds(); o.seed++) {
        struct run_result *r = run(&w, &o, "serial", NULL);
        count(&c, r->exec[0].all.latency.q[3], 0.01 * log(50)); /* .5 e^-x = .01 */
    }
    judge(&c);
    arena_drop(w.mem);
}

static const char mm1[] = "pertinax: 1\nname: mm1\n"
                          "services: {db: {latency: exponential(mean=7ms), capacity: 1}}\n"
                          "request: {call: db}\n"
                          "load: {rate: 100/s}\n";

/* Time in the system is exponential with mean 7 ms / 0.3. */
static void coverage_mm1(int64_t warmup, uint32_t n)
{
    struct world w = world_of(mm1);
    struct count mean = {.what = "M/M/1, mean"}, p50 = {.what = "M/M/1, p50"},
                 p99 = {.what = "M/M/1, p99"}, rate = {.what = "M/M/1, throughput"};
    struct experiment_opt o = experiment_defaults();
    double truth = 0.007 / 0.3;
    o.warmup = warmup;
    o.requests = 40000;
    o.jobs = 2;
    for (o.seed = 1; o.seed <= n; o.seed++) {
        struct arena *mem = w.mem;
        w.mem = arena_new(0);
        struct run_result *r = run(&w, &o, "threads", NULL);
        assert_int_equal(r->exec[0].requests, 40000);
        count(&mean, r->exec[0].all.latency.mean, truth);
        count(&p50, r->exec[0].all.latency.q[0], truth * log(2));
        count(&p99, r->exec[0].all.latency.q[3], truth * log(100));
        count(&rate, r->exec[0].all.throughput, 100);
        arena_drop(w.mem);
        w.mem = mem;
    }
    print_message("M/M/1: mean %u, p50 %u, p99 %u, throughput %u of %u\n", (unsigned)mean.in,
                  (unsigned)p50.in, (unsigned)p99.in, (unsigned)rate.in, (unsigned)mean.of);
    judge(&mean);
    judge(&p50);
    judge(&p99);
    judge(&rate);
    arena_drop(w.mem);
}

static void test_coverage_mm1(void **state)
{
    (void)state;
    coverage_mm1(300, seeds() / 4);
}

static void test_coverage_mm1_auto(void **state)
{
    (void)state;
    coverage_mm1(WARMUP_AUTO, seeds());
}

/* ---- the number of jobs ---- */

static void same_interval(struct interval a, struct interval b)
{
    assert_memory_equal(&a.value, &b.value, sizeof a.value);
    assert_true(isnan(a.lo) ? isnan(b.lo) : a.lo == b.lo);
    assert_true(isnan(a.hi) ? isnan(b.hi) : a.hi == b.hi);
}

static void same_number(double a, double b)
{
    assert_true(isnan(a) ? isnan(b) : a == b);
}

static void same_class(const struct class_result *a, const struct class_result *b)
{
    assert_int_equal(a->requests, b->requests);
    same_interval(a->latency.mean, b->latency.mean);
    same_interval(a->latency.sd, b->latency.sd);
    same_interval(a->latency.max, b->latency.max);
    for (int i = 0; i < QUANTILE_COUNT; i++)
        same_interval(a->latency.q[i], b->latency.q[i]);
    same_interval(a->duration, b->duration);
    same_interval(a->throughput, b->throughput);
    assert_int_equal(a->noutcome, b->noutcome);
    for (uint32_t i = 0; i < a->noutcome; i++) {
        assert_int_equal(a->outcome[i].status, b->outcome[i].status);
        same_interval(a->outcome[i].share, b->outcome[i].share);
        same_interval(a->outcome[i].latency.mean, b->outcome[i].latency.mean);
    }
}

static void same_exec(const struct exec_result *a, const struct exec_result *b)
{
    assert_int_equal(a->requests, b->requests);
    assert_int_equal(a->stopped, b->stopped);
    assert_int_equal(a->warmup, b->warmup);
    assert_int_equal(a->events, b->events);
    same_class(&a->all, &b->all);
    same_number(a->work, b->work);
    same_number(a->span, b->span);
    same_number(a->memory.mean, b->memory.mean);
    same_number(a->threads.mean, b->threads.mean);
    same_number(a->tasks.peak, b->tasks.peak);
    assert_int_equal(a->nstep, b->nstep);
    for (uint32_t i = 0; i < a->nstep; i++) {
        same_number(a->step[i].count, b->step[i].count);
        same_number(a->step[i].mean, b->step[i].mean);
        same_number(a->step[i].p99, b->step[i].p99);
    }
    assert_int_equal(a->nresource, b->nresource);
    for (uint32_t i = 0; i < a->nresource; i++) {
        same_number(a->resource[i].utilisation, b->resource[i].utilisation);
        same_number(a->resource[i].wait_p99, b->resource[i].wait_p99);
    }
    assert_int_equal(!a->deadlock, !b->deadlock);
    if (a->deadlock)
        same_number(a->deadlock->time, b->deadlock->time);
}

/* Deadlocks in one request of about a thousand: which one is met first must not be chance. */
static const char rare[] =
    "pertinax: 1\nname: rare\nservices: {a: {latency: exponential(mean=1ms)}}\n"
    "request:\n  - call: a\n  - if: chance(0.0005)\n"
    "    then: {parallel: [{parallel: [{call: a}, {call: a}]}]}\n"
    "executions: {threads: {pool: 2}}\n";
static const char fork_join[] =
    "pertinax: 1\nname: fork\nservices:\n"
    "  a: {latency: lognormal(p50=5ms p99=50ms), error: 3%}\n"
    "  b: {latency: exponential(mean=7ms), capacity: 3}\n"
    "request: {parallel: [{call: a}, {call: b}, {seq: [{cpu: 1ms}, {call: a}]}]}\n"
    "executions: {threads: {server: 30, pool: 12, spawn: 60us, switch: 5us, stack: 64KB}}\n";

static void test_jobs(void **state)
{
    (void)state;
    static const char *const load[] = {"", "load: {rate: 60/s}\n", "load: {clients: 3}\n",
                                       "load: {backlog: 200}\n", "load: {rate: 4000/s}\n"};
    for (size_t i = 0; i <= TEST_COUNT(load); i++) {
        char text[1024];
        strcpy(text, i == TEST_COUNT(load) ? rare : fork_join);
        if (i < TEST_COUNT(load))
            memcpy(text + strlen(text), load[i], strlen(load[i]) + 1);
        struct world w = world_of(text);
        struct experiment_opt o = experiment_defaults();
        bool rare_one = i == TEST_COUNT(load);
        o.max_requests = !test_quick() ? 60000 : rare_one ? 10000 : 1500;
        o.trace_requests = 5000;
        struct run_result *one = NULL;
        for (o.jobs = 1; o.jobs <= 3; o.jobs++) {
            struct run_result *r = run(&w, &o, "threads", "coroutine");
            assert_non_null(r);
            one = one ? one : r;
            for (uint32_t k = 0; k < 2; k++)
                same_exec(&one->exec[k], &r->exec[k]);
            assert_int_equal(one->nspeedup, r->nspeedup);
            for (uint32_t k = 0; k < r->nspeedup; k++)
                same_interval(one->speedup[k].ratio, r->speedup[k].ratio);
        }
        assert_int_equal(!!one->exec[0].deadlock, rare_one);
        assert_null(one->exec[1].deadlock); /* the others go on */
        arena_drop(w.mem);
    }
}

/* ---- loads ---- */

static void test_unstable(void **state)
{
    (void)state;
    static const struct {
        const char *rate;
        double utilisation;
        bool counted;
    } row[] = {{"160/s", 1.12, false}, {"160/s", 1.12, true}, {"14285.714285714286/s", 100, false}};
    for (size_t i = 0; i < TEST_COUNT(row); i++) {
        char text[256];
        snprintf(text, sizeof text, "%.*s%s}\n", (int)(strlen(mm1) - strlen("100/s}\n")), mm1,
                 row[i].rate);
        struct world w = world_of(text);
        struct experiment_opt o = experiment_defaults();
        o.requests = row[i].counted ? 30000 : 0;
        struct run_result *r = run(&w, &o, "threads", NULL);
        const struct exec_result *e = &r->exec[0];
        assert_int_equal(e->stopped, STOP_UNSTABLE);
        assert_string_equal(e->unstable, "db");
        near_by(e->unstable_utilisation, row[i].utilisation, 0.1 * row[i].utilisation, "offered");
        assert_true(isnan(e->all.latency.mean.value));
        arena_drop(w.mem);
    }
}

/* Stable, though nearly not: never to be called unstable. */
static void test_nearly_unstable(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: near\n"
                              "services: {db: {latency: exponential(mean=7ms), capacity: 1}}\n"
                              "request: {call: db}\nload: {rate: 137/s}\n");
    struct experiment_opt o = experiment_defaults();
    o.max_requests = 100000;
    for (o.seed = 1; o.seed <= (test_quick() ? 3 : 20); o.seed++) {
        struct run_result *r = run(&w, &o, "threads", NULL);
        assert_null(r->exec[0].unstable);
        assert_int_equal(r->exec[0].stopped, STOP_MAX);
    }
    arena_drop(w.mem);
}

/* Ten clients in a deterministic loop of 7 ms each: 70 ms, nothing else, and no doubt. */
static void test_deterministic(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: det\n"
                              "services: {db: {latency: 7ms, capacity: 1}}\n"
                              "request: {call: db}\nload: {clients: 10}\n");
    struct experiment_opt o = experiment_defaults();
    struct run_result *r = run(&w, &o, "threads", "serial");
    const struct exec_result *e = &r->exec[0];
    assert_int_equal(e->stopped, STOP_PRECISION);
    near_by(e->all.latency.mean.value, 0.07, 1e-12, "mean");
    near_by(e->all.latency.mean.lo, 0.07, 1e-12, "mean, lower");
    near_by(e->all.latency.q[3].hi, 0.07, 1e-12, "p99, upper");
    near_by(e->all.throughput.value, 1000 / 7.0, 0.2, "throughput");
    assert_int_equal(r->nspeedup, 1);
    near_by(r->speedup[0].ratio.value, 1, 1e-12, "speedup");
    near_by(r->speedup[0].ratio.hi, 1, 1e-12, "speedup, upper");
    arena_drop(w.mem);
    w = world_of("pertinax: 1\nname: det\nservices: {db: {latency: 7ms}}\n"
                 "request: {parallel: [{call: db}, {call: db}]}\n");
    r = run(&w, &o, "serial", "threads");
    assert_int_equal(r->exec[0].requests, 2048); /* the first look */
    near_by(r->exec[0].all.latency.mean.value, 0.014, 0, "alone, mean");
    near_by(r->exec[0].all.latency.mean.hi, 0.014, 0, "alone, upper");
    near_by(r->speedup[0].ratio.lo, 2, 1e-12, "alone, speedup");
    near_by(r->speedup[0].faster, 1, 0, "faster");
    near_by(r->speedup[0].work_span, 2, 1e-12, "work over span");
    arena_drop(w.mem);
}

/* A backlog of n exponential calls, one at a time: the last is answered after n means. */
static void test_backlog(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: backlog\n"
                              "services: {db: {latency: exponential(mean=7ms), capacity: 1}}\n"
                              "request: {call: db}\nload: {backlog: 400}\n");
    struct experiment_opt o = experiment_defaults();
    struct run_result *r = run(&w, &o, "threads", NULL);
    assert_int_equal(r->exec[0].requests, 20 * 400);
    assert_int_equal(r->exec[0].warmup, 0);
    near_by(r->exec[0].makespan, 2.8, 5 * 0.007 * sqrt(400 / 20.0), "makespan");
    near_by(r->exec[0].resource[0].utilisation, 1, 1e-9, "utilisation");
    o.max_requests = 1000;
    r = run(&w, &o, "threads", NULL);
    assert_int_equal(r->exec[0].replications, 2);
    arena_drop(w.mem);
}

/* M/M/1 again: what the accounts say, the warm-up left out. */
static void test_accounts(void **state)
{
    (void)state;
    struct world w = world_of(mm1);
    struct experiment_opt o = experiment_defaults();
    o.requests = test_quick() ? 40000 : 400000;
    o.warmup = 500;
    double slack = test_quick() ? 4 : 1;
    struct run_result *r = run(&w, &o, "threads", NULL);
    const struct exec_result *e = &r->exec[0];
    assert_int_equal(e->warmup, 500 * 20);
    assert_int_equal(e->requests, o.requests);
    assert_string_equal(e->resource[0].name, "db");
    near_by(e->resource[0].utilisation, 0.7, 0.01 * slack, "utilisation");
    near_by(e->resource[0].queue, 0.49 / 0.3, 0.1 * slack, "queue");
    near_by(e->resource[0].wait, 0.0163333, 0.001 * slack, "wait");
    near_by(e->tasks.mean, 0.7 / 0.3, 0.1 * slack, "tasks");
    assert_string_equal(r->assumed_load, "open load, 100/s Poisson");
    arena_drop(w.mem);
}

/* Beyond a million requests values are binned to 1/2048. */
static void test_beyond(void **state)
{
    (void)state;
    if (test_quick())
        skip();
    struct world w = world_of("pertinax: 1\nname: many\n"
                              "services: {db: {latency: exponential(mean=7ms)}}\n"
                              "request: {call: db}\n");
    struct experiment_opt o = experiment_defaults();
    o.requests = 1000000;
    struct run_result *kept = run(&w, &o, "serial", NULL);
    o.requests = 1000500;
    o.jobs = 2;
    struct run_result *r = run(&w, &o, "serial", NULL);
    const struct latency_result *a = &kept->exec[0].all.latency, *b = &r->exec[0].all.latency;
    assert_int_equal(b->n, 1000500);
    near_by(b->mean.value, a->mean.value, 1e-6, "mean");
    for (int i = 0; i < 4; i++) {
        near_by(b->q[i].value, a->q[i].value, 2e-3 * a->q[i].value, quantile_name[i]);
        near_by(a->q[i].value, -0.007 * log(1 - quantile_p[i]), 0.01 * a->q[i].value, "truth");
    }
    arena_drop(w.mem);
}

/* Of a run as a live one is (one, without replications), however short: requests over time. */
static void test_short_rate(void **state)
{
    static const uint64_t n[] = {5, 9, 10, 18, 39, 40, 44, 200};
    (void)state;
    struct world w = world_of("pertinax: 1\nname: even\nrequest: {wait: 1ms}\n"
                              "load: {rate: 6/s, arrivals: deterministic}\n");
    struct experiment_opt o = experiment_defaults();
    o.once = true;
    for (size_t i = 0; i < TEST_COUNT(n); i++) {
        o.requests = n[i];
        const struct class_result *all = &run(&w, &o, "threads", NULL)->exec[0].all;
        /* the first of all arrives after a sixth of a second, and takes a thousandth */
        near_by(all->throughput.value, n[i] < 10 ? (double)n[i] / ((double)n[i] / 6 + 1e-3) : 6,
                1e-6, "a second");
        near_by(all->latency.mean.value, 1e-3, 1e-12, "mean");
    }
    arena_drop(w.mem);
}

/* Poisson arrivals: the mean of 1/time of some few is far above the rate. */
static void test_short_rate_random(void **state)
{
    enum { SEEDS = 200, N = 100 };
    (void)state;
    struct world w = world_of("pertinax: 1\nname: poisson\nrequest: {wait: 1us}\n"
                              "load: {rate: 100/s}\n");
    struct experiment_opt o = experiment_defaults();
    double sum = 0;
    o.once = true;
    o.requests = N;
    for (o.seed = 1; o.seed <= SEEDS; o.seed++)
        sum += run(&w, &o, "threads", NULL)->exec[0].all.throughput.value;
    /* n/T of Gamma(n): 100 n/(n-1), sd 100/sqrt(n-2), n = 90 */
    near_by(sum / SEEDS, 100. * 90 / 89, 4 * 100 / sqrt(88. * SEEDS), "a second");
    arena_drop(w.mem);
}

/* And a backlog as by `run`: all of it, and when all was done; of a part of it this is not known.
 */
static void test_backlog_once(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: backlog\nrequest: {wait: 1ms}\n"
                              "load: {backlog: 100}\nexecutions: {threads: {pool: 10}}\n");
    struct experiment_opt o = experiment_defaults();
    o.once = true;
    for (o.requests = 50; o.requests <= 200; o.requests *= 2) {
        const struct exec_result *e = &run(&w, &o, "threads", NULL)->exec[0];
        assert_int_equal(e->requests, o.requests < 100 ? 50 : 100);
        assert_int_equal(e->warmup, 0);
        assert_true(o.requests < 100 ? isnan(e->makespan) : fabs(e->makespan - 0.01) < 1e-12);
    }
    arena_drop(w.mem);
}

/* Of those that a batch ends at once it is as many as were asked for. */
static void test_batch_once(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: batch\nchannels: {c: 50}\n"
                              "stages: {s: {from: c, batch: {max: 18, wait: 1s},"
                              " do: [{wait: 1ms}, {respond: 200}]}}\n"
                              "request: {put: c}\n"
                              "load: {rate: 100/s, arrivals: deterministic}\n");
    struct experiment_opt o = experiment_defaults();
    o.once = true;
    o.requests = 20;
    const struct exec_result *e = &run(&w, &o, "threads", NULL)->exec[0];
    assert_int_equal(e->requests, 18);
    assert_int_equal(e->warmup, 2);
    arena_drop(w.mem);
}

/* Of nobody there is no mean, and too many at once are no result (but each move of a CHECKED build
 * looks at all of them). */
static void test_nobody_once(void **state)
{
#ifdef CHECKED
    enum { CASES = 1 };
#else
    enum { CASES = 2 };
#endif
    static const char *const text[] = {"request: {use: a, do: {use: a, do: {wait: "
                                       "1ms}}}\nresources: {a: mutex}\nload: {rate: 9/s}\n",
                                       "request: {wait: 1ms}\nload: {backlog: 1000001}\n"};
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char model[200];
        snprintf(model, sizeof model, "pertinax: 1\nname: nobody\n%s", text[i]);
        struct world w = world_of(model);
        struct experiment_opt o = experiment_defaults();
        o.once = true;
        o.requests = 5;
        const struct exec_result *e = &run(&w, &o, "threads", NULL)->exec[0];
        assert_int_equal(e->requests, 0);
        assert_true(isnan(e->all.latency.mean.value) && isnan(e->all.throughput.value));
        assert_true((e->deadlock != NULL) == (i == 0) && (e->unstable != NULL) == (i == 1));
        arena_drop(w.mem);
    }
}

static void test_warnings(void **state)
{
    (void)state;
    struct world w = world_of("pertinax: 1\nname: heavy\n"
                              "services: {a: {latency: pareto(min=1ms alpha=1.5)}}\n"
                              "request: {call: a}\n");
    struct experiment_opt o = experiment_defaults();
    o.requests = 1000;
    const struct exec_result *e = &run(&w, &o, "serial", NULL)->exec[0];
    assert_int_equal(e->nwarning, 2);
    assert_string_equal(e->warning[0].id, "few-tail-samples");
    assert_string_equal(e->warning[1].id, "heavy-tail");
    arena_drop(w.mem);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_coverage_lognormal_sum),
        cmocka_unit_test(test_coverage_atom),
        cmocka_unit_test(test_coverage_mm1),
        cmocka_unit_test(test_coverage_mm1_auto),
        cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_unstable),
        cmocka_unit_test(test_nearly_unstable),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_backlog),
        cmocka_unit_test(test_accounts),
        cmocka_unit_test(test_beyond),
        cmocka_unit_test(test_short_rate),
        cmocka_unit_test(test_short_rate_random),
        cmocka_unit_test(test_backlog_once),
        cmocka_unit_test(test_batch_once),
        cmocka_unit_test(test_nobody_once),
        cmocka_unit_test(test_warnings),
    };
    return cmocka_run_group_tests_name("experiment", t, NULL, NULL);
}
