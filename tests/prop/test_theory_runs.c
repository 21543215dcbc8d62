/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory_runs.c - what holds for each request and each run, to the nanosecond, whatever the
 * laws: serial is the sum and coroutine the longest path of the very times drawn; Lindley's and
 * Kiefer and Wolfowitz' recursions; Little's law and the conservation of work; one thread without
 * branches is serial; the number of jobs changes no byte.
 *
 * Draws are functions of the request and the place, so one run tells what another one had to do:
 * the time of a step is seen by switching all others off, that of a request by a system in which
 * nobody waits. */
#include "reports/report.h"
#include "run/experiment.h"
#include "tests/prop/theory.h"

/* ---- serial is the sum, coroutine the longest path ---- */

enum { LETTERS = 12 };
/* Each step's time has a switch of its own: a, b, ... */
static const char steps[] =
    "services: {s: {latency: 'j * lognormal(p50=2ms p99=9ms)', error: 0.3}}\n"
    "pipelines: {named: [{wait: k * exponential(mean=2ms)}, {cpu: l * 3us}]}\n"
    "request:\n"
    "  - wait: a * exponential(mean=3ms)\n"
    "  - parallel:\n"
    "      p: [{wait: b * gamma(mean=4ms cv=2)}, {wait: c * exponential(mean=1ms), name: c}]\n"
    "      q:\n"
    "        - wait: d * uniform(0ms 4ms)\n"
    "        - parallel: {r: {wait: e * exponential(mean=3ms)}, t: {wait: f * 2500001ns}}\n"
    "  - if: chance(0.5)\n"
    "    then: {wait: g * exponential(mean=5ms)}\n"
    "    else: {repeat: 2, do: {wait: g * exponential(mean=1ms)}}\n"
    "  - spawn: {u: {wait: h * exponential(mean=4ms)}}\n"
    "  - wait: i * exponential(mean=4ms)\n"
    "    name: i\n"
    "  - await: u\n"
    "  - {call: s, retry: {attempts: 3, backoff: j * exponential(mean=1ms), factor: 2}, catch: "
    "[]}\n"
    "  - run: named\n";

/* only: the one letter that is on, or -1 for all. */
static struct theory letters_new(const char *exec, int only, uint64_t n)
{
    char text[2000] = "params: {";
    size_t at = strlen(text);
    for (int i = 0; i < LETTERS; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%c: %d", i ? ", " : "", 'a' + i,
                               only < 0 || only == i);
    snprintf(text + at, sizeof text - at, "}\n%s", steps);
    struct theory t = theory_new(text, exec);
    theory_alone(&t, n);
    return t;
}

static int64_t longest(int64_t x, int64_t y)
{
    return x > y ? x : y;
}

static void paths(void **state)
{
    static const char *const exec[] = {"serial", "coroutine", "threads", "hybrid"};
    struct theory one[LETTERS], all[4];
    (void)state;
    for (int i = 0; i < LETTERS; i++)
        one[i] = letters_new("serial", i, 6000);
    for (size_t k = 0; k < 4; k++)
        all[k] = letters_new(exec[k], -1, 6000);
    uint64_t n = all[0].part[0].n;
    assert_true(n > 10);
    for (uint64_t i = 0; i < THEORY_REPS * n; i++) {
        int64_t x[LETTERS], sum = 0;
        for (int k = 0; k < LETTERS; k++)
            sum += x[k] = one[k].part[i / n].rec[i % n].latency;
        int64_t span = x[0] + longest(x[1] + x[2], x[3] + longest(x[4], x[5])) + x[6] +
                       longest(x[7], x[8]) + x[9] + x[10] + x[11];
        for (size_t k = 0; k < 4; k++)
            assert_true(all[k].part[i / n].rec[i % n].latency == (k == 0 ? sum : span));
    }
    for (int i = 0; i < LETTERS; i++)
        theory_drop(&one[i]);
    for (size_t k = 0; k < 4; k++)
        theory_drop(&all[k]);
}

/* ---- recursions of queues ---- */

#define HEAVY "lognormal(p50=1ms p99=9ms)"
struct queue {
    const char *name, *exec, *yaml, *row;
    const char *free; /* the execution in which nobody waits, of the same model less its limit */
    const char *free_yaml;
    uint32_t servers;
};
static const struct queue queues[] = {
    {"Lindley, serial", "serial", "request: [{wait: " HEAVY "}, {cpu: uniform(0ms 1ms)}]\n",
     "worker", "threads",
     "request: [{wait: " HEAVY "}, {cpu: uniform(0ms 1ms)}]\nhost: {cores: 2000}\n", 1},
    {"Lindley, a loop", "coroutine", "request: {cpu: " HEAVY "}\n", "loop", "threads",
     "request: {cpu: " HEAVY "}\nhost: {cores: 2000}\n", 1},
    {"Lindley, a mutex", "hybrid",
     "resources: {m: mutex}\nrequest: {use: m, do: [{wait: " HEAVY "}]}\n", "m", "threads",
     "resources: {m: semaphore(2000)}\nrequest: {use: m, do: [{wait: " HEAVY "}]}\n", 1},
    {"3 threads", "three",
     "executions: {three: {kind: threads, pool: 3}}\nrequest: {wait: " HEAVY "}\n", "pool",
     "threads", NULL, 3},
    {"5 connections", "coroutine",
     "services: {s: {latency: '" HEAVY "', capacity: 5}}\nrequest: {call: s}\n", "s", "threads",
     "services: {s: {latency: '" HEAVY "'}}\nrequest: {call: s}\n", 5},
    {"2 cores", "threads", "request: {cpu: " HEAVY "}\nhost: {cores: 2, schedule: fifo}\n", "cores",
     "threads", "request: {cpu: " HEAVY "}\nhost: {cores: 2000}\n", 2},
};

static int by_ordinal(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* n: see theory_whole(). */
static struct theory queue_run(const char *yaml, const char *exec, const char *load, uint64_t n)
{
    char text[700];
    snprintf(text, sizeof text, "%s%s", yaml, load);
    struct theory t = theory_new(text, exec);
    theory_whole(&t, &t.part[0], n);
    qsort(t.part[0].rec, t.part[0].n, sizeof *t.part[0].rec, by_ordinal);
    return t;
}

/* The server that is free first takes the next request (Kiefer and Wolfowitz 1955; with one server
 * Lindley 1952), and has work for as long as that request takes where nobody waits.  Returns when
 * the last one ends. */
static int64_t recursion(const struct theory_part *p, const struct theory_part *q, uint64_t n,
                         uint32_t servers)
{
    int64_t idle[8] = {0}, end = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t first = 0;
        assert_true(p->rec[i].ordinal == i && q->rec[i].ordinal == i);
        assert_true(p->rec[i].arrival == q->rec[i].arrival);
        for (uint32_t k = 1; k < servers; k++)
            first = idle[k] < idle[first] ? k : first;
        idle[first] = longest(idle[first], p->rec[i].arrival) + q->rec[i].duration;
        assert_true(idle[first] - p->rec[i].arrival == p->rec[i].duration);
        end = longest(end, idle[first]);
    }
    return end;
}

static void queue_open(void **state)
{
    const struct queue *q = *state;
    char load[64];
    uint64_t n = test_samples(6000);
    snprintf(load, sizeof load, "load: {rate: %.2f/1ms}\n", 0.35 * q->servers);
    struct theory t = queue_run(q->yaml, q->exec, load, n);
    struct theory u = queue_run(q->free_yaml ? q->free_yaml : q->yaml, q->free, load, n);
    recursion(&t.part[0], &u.part[0], n - 150, q->servers); /* the last may be overtaken */
    theory_drop(&t);
    theory_drop(&u);
}

/* All at once, to the end: then the accounts are exact, too. */
static void queue_backlog(void **state)
{
    const struct queue *q = *state;
    char load[64];
    uint64_t n = test_samples(2000);
    snprintf(load, sizeof load, "load: {backlog: %d}\n", (int)n);
    struct theory t = queue_run(q->yaml, q->exec, load, 0);
    struct theory u = queue_run(q->free_yaml ? q->free_yaml : q->yaml, q->free, load, 0);
    const struct theory_part *p = &t.part[0], *v = &u.part[0];
    const struct sim_res_account *a = &p->to.row[theory_row(&t, q->row)];
    double work = 0, present = 0;
    assert_true(p->n == n && p->to.finished == n && p->to.present == 0);
    assert_true(recursion(p, v, p->n, q->servers) == p->to.time);
    for (uint64_t i = 0; i < p->n; i++) {
        work += (double)v->rec[i].duration;
        present += (double)p->rec[i].duration;
    }
    assert_true(p->to.present_area == present); /* Little, of a run that starts and ends empty */
    assert_true(a->busy_area == work);
    assert_true(a->queue_area == present - work && a->wait_sum == present - work);
    theory_drop(&t);
    theory_drop(&u);
}

/* ---- Little's law on open and closed runs ---- */

/* The area under the number present up to now is the sum of the times that all who came have been
 * there until now; how long the last of them stay is seen by going on. */
static void little(void **state)
{
    const struct queue *q = *state;
    struct theory t = theory_new(q->yaml, q->exec);
    uint64_t n, known = 0;
    for (uint32_t rep = 0; rep < 5; rep++) {
        struct sim *s = sim_new(t.prog, &(struct sim_opt){.seed = THEORY_SEED, .replication = rep});
        struct sim_account a;
        double area = 0;
        theory_ended(s, sim_run_load(s, test_samples(3000)), SIM_MORE);
        theory_account(&t, s, &a);
        theory_ended(s, sim_run_load(s, test_samples(3000)), SIM_MORE);
        const struct record *r = sim_records(s, &n);
        known = 0;
        for (uint64_t i = 0; i < n; i++)
            if (r[i].arrival < a.time) {
                int64_t end = r[i].arrival + r[i].duration;
                area += (double)((end < a.time ? end : a.time) - r[i].arrival);
                known++;
            }
        sim_free(s);
        /* in a closed system some come at this very instant */
        assert_in_range(known, a.finished, a.arrivals);
        assert_true(fabs(a.present_area - area) <= 1e-12 * area);
    }
    theory_end(&t);
}

#define SEARCH                                                                                     \
    "services: {m: {latency: exponential(mean=2ms), capacity: 3, error: 0.1}}\n"                   \
    "request:\n"                                                                                   \
    "  - spawn: {a: {call: m, retry: {attempts: 2}, catch: []}, b: {wait: 3ms}}\n"                 \
    "  - {each: 3, limit: 2, until: 2, do: {call: m}, catch: []}\n"                                \
    "  - await: [a, b]\n"                                                                          \
    "  - {cpu: uniform(0ms 1ms), timeout: 2ms, catch: {abort: 503}}\n"                             \
    "  - respond: 200\n"                                                                           \
    "  - detach: {wait: 5ms}\n"                                                                    \
    "  - {call: m, hedge: {after: 1ms}, catch: []}\n"
static const struct queue runs[] = {
    {"Little, M/M/1", "serial", "request: {wait: exponential(mean=1ms)}\nload: {rate: 0.8/1ms}\n",
     NULL, NULL, NULL, 1},
    {"Little, M/M/1 on a loop", "coroutine",
     "request: {cpu: exponential(mean=1ms)}\nload: {rate: 0.8/1ms}\n", NULL, NULL, NULL, 1},
    {"Little, a request with everything, serial", "serial", SEARCH "load: {rate: 0.05/1ms}\n", NULL,
     NULL, NULL, 1},
    {"Little, a request with everything, threads", "threads", SEARCH "load: {rate: 0.2/1ms}\n",
     NULL, NULL, NULL, 1},
    {"Little, a request with everything, coroutine", "coroutine", SEARCH "load: {rate: 0.2/1ms}\n",
     NULL, NULL, NULL, 1},
    {"Little, a request with everything, hybrid", "hybrid",
     SEARCH "load: {clients: 9, think: exponential(mean=20ms)}\nhost: {gil: true}\n", NULL, NULL,
     NULL, 1},
};

/* ---- one thread without branches is serial ---- */

#define CHAIN                                                                                      \
    "services: {s: {latency: exponential(mean=2ms), error: 0.2, cpu: 100us}}\n"                    \
    "request:\n"                                                                                   \
    "  - {call: s, retry: {attempts: 3, backoff: exponential(mean=1ms)}, timeout: 4ms, catch: "    \
    "[]}\n"                                                                                        \
    "  - {if: chance(0.3), then: {cpu: exponential(mean=1ms)}, else: {wait: 2ms}}\n"               \
    "  - {repeat: poisson(1.5), do: {call: s, catch: {wait: 1ms}}}\n"                              \
    "executions:\n"                                                                                \
    "  one: {kind: threads, pool: 1}\n"                                                            \
    "  server: {kind: threads, pool: 5, server: 1}\n"                                              \
    "  loop: {kind: coroutine, limit: 1}\n"                                                        \
    "  both: {kind: hybrid, limit: 1, pool: 1}\n"
static void one_thread(void **state)
{
    static const char *const load[] = {"load: {rate: 0.1/1ms}\n",
                                       "load: {clients: 7, think: exponential(mean=30ms)}\n",
                                       "load: {backlog: 400}\n"};
    char text[1200];
    for (size_t i = 0; i < TEST_COUNT(load); i++) {
        snprintf(text, sizeof text, "%s%s", CHAIN, load[i]);
        struct theory x = theory_new(text, "serial"), y = theory_new(text, *state);
        uint64_t n = i == 2 ? 400 : test_samples(4000);
        theory_whole(&x, &x.part[0], n);
        theory_whole(&y, &y.part[0], n);
        for (uint64_t k = 0; k < n; k++)
            assert_true(theory_equal(&x.part[0].rec[k], &y.part[0].rec[k]));
        assert_true(x.part[0].to.present_area == y.part[0].to.present_area);
        theory_drop(&x);
        theory_drop(&y);
    }
}

/* ---- jobs ---- */

static const char *const shared_out[][2] = {
    {"a request with everything", SEARCH},
    {"M/M/3", "services: {s: {latency: exponential(mean=1ms), capacity: 3}}\nrequest: {call: s}\n"
              "load: {rate: 2.1/1ms}\n"},
    {"a request with everything, loaded", SEARCH "load: {rate: 0.1/1ms}\n"},
    {"closed, with costs",
     SEARCH "load: [{clients: 5, think: exponential(mean=20ms)}, {rate: 0.02/1ms, name: x}]\n"
            "host: {cores: 2, gil: true}\n"
            "executions: {t: {kind: threads, spawn: 60us, switch: 5us},"
            " h: {kind: hybrid, task: 12us, hop: exponential(mean=40us), workers: 2}}\n"},
    {"backlog", CHAIN "load: {backlog: 1000}\n"},
};

static void report_all(const char *yaml, uint64_t requests, uint32_t jobs, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const char *text = arena_printf(a, "pertinax: 1\nname: jobs\n%s", yaml);
    struct yaml *root = yaml_parse(a, "jobs", text, strlen(text), d);
    const struct model *m = root ? model_build(a, root, "jobs", d) : NULL;
    const struct execution *exec[8];
    struct experiment_opt o = experiment_defaults();
    if (!m || diags_errors(d) > 0)
        theory_fail(d, "all");
    assert_in_range(m->nexec, 1, TEST_COUNT(exec));
    for (uint32_t i = 0; i < m->nexec; i++)
        exec[i] = &m->exec[i];
    o.jobs = jobs;
    o.requests = requests;
    o.max_requests = test_samples(8000);
    struct run_result *r = experiment_run(m, exec, m->nexec, &o, a, d);
    assert_non_null(r);
    assert_true(r->nexec == m->nexec && r->exec[0].requests > 0);
    r->version = r->command = r->digest = "";
    for (size_t i = 0; reports[i]; i++)
        reports[i]->run(r, d, &(struct report_look){.width = 80, .verbosity = 1}, out);
    arena_drop(a);
}

static void jobs(void **state)
{
    const char *const *row = *state;
    /* 0: until it is precise or there are too many */
    for (uint64_t requests = test_quick() ? 300 : 0; requests <= 3000; requests += 3000) {
        struct buf one = {0}, more = {0};
        report_all(row[1], requests, 1, &one);
        assert_true(one.n > 1000);
        for (uint32_t n = 2; n <= 3; n++) {
            buf_clear(&more);
            report_all(row[1], requests, n, &more);
            assert_true(one.n == more.n && memcmp(one.s, more.s, one.n) == 0);
        }
        buf_free(&one);
        buf_free(&more);
    }
}

int main(void)
{
    static const char *const like_serial[] = {"one", "server", "loop", "both"};
    struct theory_suite u = {.n = 0};
    theory_add(&u, "sums and longest paths", paths, NULL);
    for (size_t i = 0; i < TEST_COUNT(queues); i++) {
        theory_add(&u, queues[i].name, queue_open, &queues[i]);
        theory_add(&u, "to the end", queue_backlog, &queues[i]);
    }
    for (size_t i = 0; i < TEST_COUNT(runs); i++)
        theory_add(&u, runs[i].name, little, &runs[i]);
    for (size_t i = 0; i < TEST_COUNT(like_serial); i++)
        theory_add(&u, "as serial", one_thread, like_serial[i]);
    for (size_t i = 0; i < TEST_COUNT(shared_out); i++)
        theory_add(&u, shared_out[i][0], jobs, shared_out[i]);
    return theory_run(&u, "theory of single runs");
}
