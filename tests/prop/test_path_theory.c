/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_path_theory.c - critical probabilities, shares and gains against closed forms, and gains by
 * the walk against central differences on the same draws, request by request. */
#include "run/critical.h"
#include "run/experiment.h"
#include "run/sim_impl.h"
#include "run/path.h"
#include "tests/prop/random_model.h"
#include "tests/unit/model_text.h"
#include <math.h>
#include <string.h>

static const double errors_off = 4.5; /* standard errors that chance may be off by */

struct tested {
    struct arena *mem;
    struct diags *d;
    const struct model *m;
};

static struct tested world_read(struct arena *mem, const char *text)
{
    struct tested w = {.mem = mem};
    w.d = diags_new(w.mem);
    w.m = model_of(w.mem, text, w.d);
    return w;
}

static struct tested world_of(const char *body)
{
    struct arena *mem = arena_new(0);
    return world_read(mem, arena_printf(mem, "pertinax: 1\nname: t\n%s", body));
}

static const struct exec_result *run(struct tested *w, const char *body, const char *exec)
{
    *w = world_of(body);
    struct experiment_opt o = experiment_defaults();
    o.requests = o.trace_requests = test_samples(100000);
    const struct execution *x = model_exec(w->m, exec);
    struct run_result *r = experiment_run(w->m, &x, 1, &o, w->mem, w->d);
    assert_non_null(r);
    assert_int_equal(r->exec[0].walked, o.requests);
    return &r->exec[0];
}

static const struct step_result *step(const struct exec_result *e, const char *name)
{
    for (uint32_t i = 0; i < e->nstep; i++) {
        const char *slash = strrchr(e->step[i].path, '/');
        if (slash && strcmp(slash + 1, name) == 0 && e->step[i].critical_probability > 0)
            return &e->step[i];
    }
    fail_msg("no step %s on any path", name);
    return NULL;
}

static void near_by(double got, double want, double error, const char *what, const char *name)
{
    if (!(fabs(got - want) <= error))
        fail_msg("%s of %s: %.9g, not %.9g", what, name, got, want);
}

/* From the half width at 95 % to that of errors_off, and what rounding to ns adds. */
static void interval_near(struct interval v, double want, const char *what, const char *name)
{
    near_by(v.value, want, (v.hi - v.lo) / 2 / 1.96 * errors_off + 2e-9, what, name);
    assert_true(v.lo < v.hi);
}

struct known {
    const char *name;
    double probability, gain; /* gain in seconds */
};
static void check_known(const struct exec_result *e, const struct known *k, size_t n, double mean)
{
    double shares = 0;
    for (size_t i = 0; i < n; i++) {
        const struct step_result *s = step(e, k[i].name);
        double p = k[i].probability, sd = sqrt(p * (1 - p) / (double)e->walked);
        near_by(s->critical_probability, p, errors_off * sd + 1e-9, "probability", k[i].name);
        interval_near(s->gain, k[i].gain, "gain", k[i].name);
        assert_string_equal(s->gain_by, "walk");
        /* all of its time on the path is its own: the gain again, over the mean latency */
        near_by(s->critical_share, k[i].gain / mean, errors_off * (s->gain.hi - s->gain.lo) / mean,
                "share", k[i].name);
    }
    for (uint32_t i = 0; i < e->nstep; i++)
        shares += e->step[i].critical_share;
    for (uint32_t i = 0; i < e->ncritical; i++)
        shares += e->critical[i].share;
    near_by(shares, 1, 1e-12, "sum", "shares");
}

/* Exponentials of means 2 and 3 at once: a is last with probability (1/3) / (1/2 + 1/3); the mean
 * of the last is a + b - ab / (a + b), so d / d ln a = a (1 - (b / (a + b))^2). */
static void two_at_once(void **state)
{
    (void)state;
    struct tested w;
    static const struct known k[] = {{"a", 0.4, 1.28e-3}, {"b", 0.6, 2.52e-3}};
    const struct exec_result *e =
        run(&w,
            "request: {parallel: {a: {wait: exponential(mean=2ms), name: a}, b: {wait: "
            "exponential(mean=3ms), name: b}}}\n",
            "threads");
    check_known(e, k, 2, 3.8e-3);
    /* the shorter one could have taken the difference longer: E[(b - a)+] = P(a < b) E[b] */
    double error = errors_off * 3e-3 / sqrt((double)(e->walked < 25000 ? e->walked / 4 : 25000));
    near_by(step(e, "a")->slack, 0.6 * 3e-3, error, "slack", "a");
    near_by(step(e, "b")->slack, 0.4 * 2e-3, error, "slack", "b");
    /* F(t) = (1 - e^(-t/a)) (1 - e^(-t/b)); d q / d ln a = t e^(-t/a) / a (1 - e^(-t/b)) / f(t) */
    double lo = 0, hi = 100;
    for (int i = 0; i < 200; i++) {
        double t = (lo + hi) / 2;
        *((1 - exp(-t / 2)) * (1 - exp(-t / 3)) < 0.99 ? &lo : &hi) = t;
    }
    double fa = exp(-lo / 2) / 2 * (1 - exp(-lo / 3)), fb = exp(-lo / 3) / 3 * (1 - exp(-lo / 2));
    interval_near(step(e, "a")->gain_p99, lo * fa / (fa + fb) / 1e3, "gain at p99", "a");
    interval_near(step(e, "b")->gain_p99, lo * fb / (fa + fb) / 1e3, "gain at p99", "b");
    arena_drop(w.mem);
}

/* n alike: each is last in 1 of n; the mean of the last is m H_n, of which each has its part. */
static void alike(void **state)
{
    (void)state;
    struct tested w;
    double h5 = 1 + 1 / 2. + 1 / 3. + 1 / 4. + 1 / 5.;
    struct known k[5] = {{"a", 0, 0}, {"b", 0, 0}, {"c", 0, 0}, {"d", 0, 0}, {"e", 0, 0}};
    for (int i = 0; i < 5; i++) {
        k[i].probability = 0.2;
        k[i].gain = 2e-3 * h5 / 5;
    }
    const struct exec_result *e = run(
        &w,
        "params: {x: exponential(mean=2ms)}\nrequest: {parallel: {a: {wait: x, name: a}, b: {wait: "
        "x, name: b}, c: {wait: x, name: c}, d: {wait: x, name: d}, e: {wait: x, name: e}}}\n",
        "coroutine");
    check_known(e, k, 5, 2e-3 * h5);
    arena_drop(w.mem);
}

/* The same as one step in n copies: always critical, and all of it. */
static void copies(void **state)
{
    (void)state;
    struct tested w;
    double h10 = 0;
    for (int i = 1; i <= 10; i++)
        h10 += 1. / i;
    struct known k[] = {{"x", 1, 2e-3 * h10}};
    const struct exec_result *e =
        run(&w, "request: {each: 10, do: {wait: exponential(mean=2ms), name: x}}\n", "hybrid");
    check_known(e, k, 1, 2e-3 * h10);
    arena_drop(w.mem);
}

/* x, then y beside z, each of mean 1: y and z half and half, d / d ln y = 1 - 1/4. */
static void series_parallel(void **state)
{
    (void)state;
    struct tested w;
    static const struct known k[] = {{"x", 1, 1e-3}, {"y", 0.5, 0.75e-3}, {"z", 0.5, 0.75e-3}};
    const struct exec_result *e =
        run(&w,
            "params: {t: exponential(mean=1ms)}\nrequest: [{wait: t, name: x}, {parallel: {y: "
            "{wait: t, name: y}, z: {wait: t, name: z}}}]\n",
            "threads");
    check_known(e, k, 3, 2.5e-3);
    arena_drop(w.mem);
}

/* The bridge (models/bridge.yaml; Kulkarni and Adlakha 1986): paths a d 5/24, b e 5/24, a c e
 * 14/24; d / d ln a = 0.8958333 ms, the mean is 83/24 ms, and a and e, b and d are alike. */
static void bridge(void **state)
{
    (void)state;
    struct tested w;
    const struct exec_result *e = run(&w,
                                      "params: {t: exponential(mean=1ms)}\n"
                                      "request:\n"
                                      "  - spawn: {a: {wait: t, name: a}, b: {wait: t, name: b}}\n"
                                      "  - await: a\n"
                                      "  - spawn: {c: {wait: t, name: c}, d: {wait: t, name: d}}\n"
                                      "  - await: [b, c]\n"
                                      "  - {wait: t, name: e}\n"
                                      "  - await: d\n",
                                      "threads");
    static const struct {
        const char *name;
        double probability;
    } k[] = {{"a", 19 / 24.}, {"b", 5 / 24.}, {"c", 14 / 24.}, {"d", 5 / 24.}, {"e", 19 / 24.}};
    double sum = 0;
    for (size_t i = 0; i < 5; i++) {
        const struct step_result *s = step(e, k[i].name);
        double p = k[i].probability, sd = sqrt(p * (1 - p) / (double)e->walked);
        near_by(s->critical_probability, p, errors_off * sd, "probability", k[i].name);
        sum += s->gain.value;
    }
    interval_near(step(e, "a")->gain, 0.8958333e-3, "gain", "a");
    interval_near(step(e, "e")->gain, 0.8958333e-3, "gain", "e");
    near_by(sum, e->all.latency.mean.value, 1e-9, "sum", "gains"); /* of degree 1 */
    arena_drop(w.mem);
}

/* By hand, constants: x 0-1; then a 1-4 beside b 1-3, c 3-6; then y 6-8: only a can be later, by 2.
 * x and y overlap with nothing; a's window is 1-6: 3 of 11 are serial, the other 8 on two threads.
 */
static void slack_by_hand(void **state)
{
    (void)state;
    struct tested w = world_of(
        "executions: {small: {kind: threads, pool: 2}}\n"
        "request:\n  - {wait: 1ms, name: x}\n"
        "  - parallel: {p: {wait: 3ms, name: a}, q: [{wait: 2ms, name: b}, {wait: 3ms, name: c}]}\n"
        "  - {wait: 2ms, name: y}\n");
    struct experiment_opt o = experiment_defaults();
    o.requests = 100;
    const struct execution *x[] = {model_exec(w.m, "serial"), model_exec(w.m, "threads"),
                                   model_exec(w.m, "small")};
    struct run_result *r = experiment_run(w.m, x, 3, &o, w.mem, w.d);
    static const struct {
        const char *path;
        double slack;
    } want[] = {{"request/x", 0},   {"request/p/a", 2e-3}, {"request/q/b", 0},
                {"request/q/c", 0}, {"request/y", 0},      {"request/parallel", 0}};
    for (size_t k = 0; k < sizeof want / sizeof *want; k++)
        for (uint32_t i = 0; i < r->exec[1].nstep; i++)
            if (strcmp(r->exec[1].step[i].path, want[k].path) == 0)
                near_by(r->exec[1].step[i].slack, want[k].slack, 1e-12, "slack", want[k].path);
    assert_int_equal(r->nspeedup, 2);
    near_by(r->speedup[0].amdahl, 11 / (3 + 8 / 2.), 1e-9, "Amdahl", "threads");
    near_by(r->speedup[1].amdahl, 11 / (3 + 8 / 2.), 1e-9, "Amdahl", "small");
    near_by(r->speedup[0].work_span, 11 / 8., 1e-9, "work over span", "threads");
    arena_drop(w.mem);
}

/* ---- where the walk is no gradient ---- */

static void not_smooth(void **state)
{
    (void)state;
    static const char *const row[] = {
        "request: {parallel: {a: {wait: exponential(mean=1ms)}, b: {wait: 1ms}}, until: any}\n",
        "request: {wait: exponential(mean=1ms), timeout: 2ms, catch: {wait: 1ms}}\n",
        "services: {s: {latency: exponential(mean=1ms)}}\nrequest: {call: s, hedge: {after: "
        "1ms}}\n",
        "services: {s: {latency: exponential(mean=1ms), capacity: 1}}\n"
        "request: {each: 3, do: {call: s}}\n",
        "request: {each: 3, do: [{wait: exponential(mean=1ms)}, {cpu: 1ms}]}\n",
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tested w = world_of(row[i]);
        struct experiment_opt o = experiment_defaults();
        const struct execution *x = model_exec(w.m, "coroutine");
        o.requests = 2000;
        struct run_result *r = experiment_run(w.m, &x, 1, &o, w.mem, w.d);
        for (uint32_t k = 0; k < r->exec[0].nstep; k++)
            if (r->exec[0].step[k].gain_by != NULL || isfinite(r->exec[0].step[k].gain.value))
                fail_msg("row %d has a gain", (int)i);
        arena_drop(w.mem);
    }
}

/* ---- the walk against the difference ---- */

enum { PER_MODEL = 40 };

/* Latencies (and, if wanted, a step's own time on the path) of requests under these scales. */
static void measure(const struct prog *p, uint64_t seed, const double *scale, uint32_t mark,
                    double *latency, double *own)
{
    struct sim *s = sim_new(
        p, &(struct sim_opt){.seed = seed, .scale = scale, .trace_requests = own ? PER_MODEL : 0});
    uint64_t n;
    assert_int_equal(sim_run_alone(s, 0, PER_MODEL), SIM_MORE);
    const struct record *r = sim_records(s, &n);
    assert_int_equal(n, PER_MODEL);
    for (uint64_t i = 0; i < n; i++)
        latency[r[i].ordinal] = (double)r[i].latency;
    const struct path_account *a = own ? sim_paths(s) : NULL;
    for (uint64_t i = 0; a && i < a->nreq; i++) {
        own[a->id[i]] = 0;
        for (uint64_t k = a->first[i]; k < a->first[i + 1]; k++)
            if (a->entry_row[k] == path_row_own(p, mark))
                own[a->id[i]] += (double)a->entry_time[k];
    }
    sim_free(s);
}

struct tallied {
    uint64_t same, all, models;
    double sum, sq; /* of what differs, over the latency */
};

/* The derivative of each request's latency by a step's durations is its own time on the path, but
 * where another path is as long to within h. Steps get factors of their own, so that constants do
 * not tie, and large ones, so that a nanosecond is nothing. */
static void compare_model(struct tallied *c, uint64_t seed, const char *exec)
{
    static const double h = 1e-3;
    static double low[PER_MODEL], high[PER_MODEL], base[PER_MODEL], own[PER_MODEL];
    struct arena *mem = arena_new(0);
    const char *text = random_model(mem, seed, RANDOM_PLAIN | RANDOM_DRAWS, NULL).text;
    struct tested w = world_read(mem, text);
    struct prog *p = prog_compile(w.mem, w.m, model_exec(w.m, exec), w.d);
    assert_non_null(p);
    if (critical_smooth(p) && p->nmark > 0) {
        double *scale = xcalloc(p->nmark, sizeof *scale);
        for (uint32_t i = 0; i < p->nmark; i++)
            scale[i] = 5e4 + 1e5 * rng_unit((struct draw_key){.seed = seed, .path = i});
        uint32_t mark = (uint32_t)(seed % p->nmark);
        double at = scale[mark];
        measure(p, seed, scale, mark, base, own);
        scale[mark] = at * (1 - h);
        measure(p, seed, scale, mark, low, NULL);
        scale[mark] = at * (1 + h);
        measure(p, seed, scale, mark, high, NULL);
        for (int i = 0; i < PER_MODEL; i++) {
            double slope = (high[i] - low[i]) / (2 * h), room = 1e5 + 1e-5 * base[i];
            double off = base[i] > 0 ? (slope - own[i]) / base[i] : 0;
            c->same += fabs(slope - own[i]) <= room;
            c->all++;
            c->sum += off;
            c->sq += off * off;
        }
        c->models++;
        free(scale);
    }
    arena_drop(mem);
}

static void walk_is_derivative(void **state)
{
    (void)state;
    static const char *const exec[] = {"serial", "threads", "hybrid"};
    struct tallied c = {0};
    for (uint64_t seed = 1; seed <= test_samples(600); seed++)
        compare_model(&c, seed, exec[seed % 3]);
    assert_true(c.models > test_samples(600) / 4);
    double n = (double)c.all, mean = c.sum / n, error = sqrt(fmax(c.sq / n - mean * mean, 0) / n);
    if ((double)c.same < 0.97 * n || fabs(mean) > errors_off * error + 1e-4)
        fail_msg("%d of %d are alike; off by %.3g +- %.3g", (int)c.same, (int)c.all, mean, error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_at_once), cmocka_unit_test(alike),
        cmocka_unit_test(copies),      cmocka_unit_test(series_parallel),
        cmocka_unit_test(bridge),      cmocka_unit_test(slack_by_hand),
        cmocka_unit_test(not_smooth),  cmocka_unit_test(walk_is_derivative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
