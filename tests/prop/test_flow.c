/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_flow.c - the faster way (flow.h) against the machine of core/step, which alone knows what a
 * pipeline does: everything that a simulator can be asked for, to the bit, at many places of a run.
 *
 * Models are random.  Those of flow_model() are all of the kind that is taken, most of their times
 * are whole milliseconds, and so are arrivals, so that things happen at one instant; those of
 * random_model.h are of every kind, and what is taken of them is compared.  The shipped ones, too.
 */
#include "model/model.h"
#include "base/hist.h"
#include "run/flow.h"
#include "run/path.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <string.h>

static const char *const execs[] = {"serial", "threads", "coroutine", "hybrid"};

/* ---- models ---- */

/* Steps at one level, as a sequence in brackets. */
static void flow_body(struct random_maker *m, struct buf *b)
{
    uint32_t n = 1 + random_below(m, 2);
    m->depth++;
    buf_puts(b, "[");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t kind = m->depth > 2 ? random_below(m, 3) : random_below(m, 6);
        buf_printf(b, "%s{name: n%u, ", i ? ", " : "", m->next_id++);
        if (kind < 2) {
            buf_printf(b, "call: s%u}", random_below(m, 4));
        } else if (kind == 2) {
            buf_printf(b, "wait: %s}", random_duration(m));
        } else if (kind == 3) {
            uint32_t copies = 1 + random_below(m, 4);
            buf_printf(b, "each: %u, %s", copies, random_below(m, 4) ? "" : "limit: 9, ");
            if (random_below(m, 4) == 0)
                buf_printf(b, "until: %u, ", copies);
            buf_puts(b, "do: ");
            flow_body(m, b);
            buf_puts(b, "}");
        } else {
            uint32_t branches = 1 + random_below(m, 3);
            buf_puts(b, "parallel: {");
            for (uint32_t k = 0; k < branches; k++) {
                buf_printf(b, "%sb%u: ", k ? ", " : "", k);
                flow_body(m, b);
            }
            buf_puts(b, "}}");
        }
    }
    buf_puts(b, "]");
    m->depth--;
}

/* One call, with or without a capacity, under loads that meet its ends. */
static const char *single_model(struct arena *a, uint64_t seed)
{
    static const char *const law[] = {"exponential(mean=1ms)",
                                      "1ms",
                                      "2ms",
                                      "0",
                                      "uniform(0ms 3ms)",
                                      "1500us",
                                      "mix(0.8 of 1ms 0.1 of 2ms 0.1 of 5ms)",
                                      "mix(0.8 of exponential(mean=500us) 0.2 of 3ms)"};
    static const char *const load[] = {"{rate: 500/s}", "{rate: 500/s, arrivals: deterministic}",
                                       "{rate: 1000/s, arrivals: deterministic}", "{rate: 900/s}"};
    struct random_maker m = {.a = a, .seed = seed};
    const char *latency = law[random_below(&m, 8)], *how = load[random_below(&m, 4)];
    const char *most =
        random_below(&m, 3) ? arena_printf(a, ", capacity: %u", 1 + random_below(&m, 3)) : "";
    return arena_printf(a,
                        "pertinax: 1\nname: flow\nservices: {s: {latency: %s%s}}\n"
                        "request: {name: a, call: s}\nload: %s\n"
                        "executions: {threads: {server: %u}}\n",
                        latency, most, how, 1 + random_below(&m, 3));
}

static const char *flow_model(struct arena *a, uint64_t seed)
{
    static const char *const load[] = {"{rate: 30/s}", "{rate: 20/s, arrivals: deterministic}",
                                       "{rate: 100/s, arrivals: deterministic}",
                                       "[{rate: 20/s}, {rate: 50/s, arrivals: deterministic, "
                                       "name: other, pipeline: short}]",
                                       ""};
    struct random_maker m = {.a = a, .seed = seed, .features = RANDOM_DRAWS};
    struct buf b = {0};
    buf_puts(&b, "pertinax: 1\nname: flow\nservices:\n");
    for (uint32_t i = 0; i < 4; i++) {
        const char *law = random_below(&m, 3) ? random_duration(&m) : "exponential(mean=2ms)";
        if (strstr(law, " + "))
            law = "lognormal(p50=1ms p99=5ms)";
        buf_printf(&b, "  s%u: {latency: %s", i, law);
        if (random_below(&m, 2))
            buf_printf(&b, ", capacity: %u", 1 + random_below(&m, 3));
        buf_puts(&b, "}\n");
    }
    m.features = 0;
    buf_puts(&b, "pipelines:\n  short: {call: s0}\nrequest: ");
    flow_body(&m, &b);
    const char *l = load[random_below(&m, 5)];
    buf_printf(&b, "\n%s%s\n", *l ? "load: " : "", l);
    const char *text = arena_printf(a, "%s", b.s);
    buf_free(&b);
    return text;
}

/* ---- comparing ---- */

struct pair {
    const char *text, *exec;
    uint64_t seed;
    const struct prog *p;
    struct sim *flow, *step;
};

static void same(const struct pair *q, bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s differs: seed %" PRIu64 ", execution %s\n%s\n", what, q->seed, q->exec,
            q->text);
    fail();
}

static void same_hist(const struct pair *q, const struct hist *a, const struct hist *b)
{
    uint64_t n = a ? hist_count(a) : 0;
    same(q, n == (b ? hist_count(b) : 0), "a histogram's size");
    for (uint64_t k = 1; k <= n; k += 1 + n / 200)
        if (hist_at_rank(a, k) != hist_at_rank(b, k))
            same(q, false, "a histogram");
}

static void same_account(const struct pair *q)
{
    uint32_t n = sim_rows(q->p);
    struct sim_account a = {.row = xcalloc(n + 1u, sizeof *a.row)};
    struct sim_account b = {.row = xcalloc(n + 1u, sizeof *b.row)};
    sim_snapshot(q->flow, &a);
    sim_snapshot(q->step, &b);
    same(q, memcmp(a.row, b.row, n * sizeof *a.row) == 0, "a row");
    free(a.row);
    free(b.row);
    a.row = b.row = NULL;
    same(q, a.events == b.events, "the number of events");
    same(q, a.time == b.time, "the time");
    same(q, memcmp(&a, &b, sizeof a) == 0, "an account");
}

static void same_steps(const struct pair *q)
{
    double work[2], span[2];
    same(q, sim_traced(q->flow) == sim_traced(q->step), "the number of traced");
    sim_work_span(q->flow, &work[0], &span[0]);
    sim_work_span(q->step, &work[1], &span[1]);
    same(q, work[0] == work[1] && span[0] == span[1], "work or span");
    for (uint32_t i = 0; i < q->p->nmark; i++) {
        const struct sim_step_account *a = sim_step(q->flow, i), *b = sim_step(q->step, i);
        same(q, a->count == b->count && a->sum == b->sum, "a step");
        same(q, a->retries + a->failures + b->retries + b->failures == 0, "a failure");
        same_hist(q, a->duration, b->duration);
    }
}

static void same_paths(const struct pair *q)
{
    const struct path_account *a = sim_paths(q->flow), *b = sim_paths(q->step);
    if (a == NULL || b == NULL) {
        same(q, a == b, "what is traced");
        return;
    }
    same(q, a->nreq == b->nreq && a->nentry == b->nentry, "the number of paths");
    if (a->nreq > 0)
        same(q,
             memcmp(a->id, b->id, a->nreq * sizeof *a->id) == 0 &&
                 memcmp(a->latency, b->latency, a->nreq * sizeof *a->latency) == 0 &&
                 memcmp(a->first, b->first, (a->nreq + 1) * sizeof *a->first) == 0,
             "a path's request");
    if (a->nentry > 0)
        same(q,
             memcmp(a->entry_row, b->entry_row, a->nentry * sizeof *a->entry_row) == 0 &&
                 memcmp(a->entry_time, b->entry_time, a->nentry * sizeof *a->entry_time) == 0,
             "a path");
    same(q,
         a->slacked == b->slacked && a->needed == b->needed && a->serial == b->serial &&
             a->wide == b->wide,
         "slack");
    for (uint32_t i = 0; a->slack && i < q->p->nmark; i++)
        same(q, a->slack[i].sum == b->slack[i].sum && a->slack[i].n == b->slack[i].n, "slack");
}

static void same_all(const struct pair *q)
{
    uint64_t n, m;
    const struct record *a = sim_records(q->flow, &n), *b = sim_records(q->step, &m);
    same(q, n == m, "the number of records");
    for (uint64_t i = 0; i < n; i++)
        same(q,
             a[i].arrival == b[i].arrival && a[i].latency == b[i].latency &&
                 a[i].duration == b[i].duration && a[i].status == b[i].status &&
                 a[i].cls == b[i].cls && a[i].ordinal == b[i].ordinal,
             "a record");
    same_account(q);
    same_steps(q);
    same_paths(q);
    sim_take(q->flow);
    sim_take(q->step);
}

/* Both, some requests at a time; some of them are traced. */
static bool compare(struct pair *q, uint64_t requests)
{
    struct sim_opt o = {.seed = q->seed + 1,
                        .trace_requests = requests / (2 + q->seed % 4),
                        .trace_first = 3 + q->seed % 20,
                        .account_after = 5};
    bool alone = q->p->cls[0].load == NULL;
    q->flow = sim_new(q->p, &o);
    o.stepwise = true;
    q->step = sim_new(q->p, &o);
    bool taken = q->flow->flow != NULL;
    same(q, q->step->flow == NULL, "what was asked for");
    uint64_t done = 0;
    for (uint64_t n = 1; taken && done < requests; n = n * 2 + 1) {
        enum sim_end a, b;
        a = alone ? sim_run_alone(q->flow, done, n) : sim_run_load(q->flow, n);
        b = alone ? sim_run_alone(q->step, done, n) : sim_run_load(q->step, n);
        same(q, a == b, "the end");
        same_all(q);
        done += n;
        if (a != SIM_MORE)
            break;
    }
    for (uint32_t i = 0; taken && i < sim_rows(q->p); i++)
        same_hist(q, sim_wait_hist(q->flow, i), sim_wait_hist(q->step, i));
    sim_free(q->flow);
    sim_free(q->step);
    return taken;
}

/* Under each execution; returns how many were taken. */
static unsigned compare_execs(const struct model *m, const char *text, uint64_t seed,
                              uint64_t requests, struct arena *a, struct diags *d)
{
    unsigned taken = 0;
    for (size_t i = 0; i < TEST_COUNT(execs); i++) {
        struct pair q = {.text = text, .exec = execs[i], .seed = seed};
        const struct execution *x = model_exec(m, execs[i]);
        q.p = x ? prog_compile(a, m, x, d) : NULL;
        same(&q, x == NULL || q.p != NULL, "that it compiles");
        taken += q.p && compare(&q, requests);
    }
    return taken;
}

static unsigned compare_text(const char *text, uint64_t seed, uint64_t requests, struct arena *a)
{
    struct diags *d = diags_new(a);
    struct yaml *root = yaml_parse(a, "flow", text, strlen(text), d);
    const struct model *m = root ? model_build(a, root, "flow", d) : NULL;
    if (!m || diags_errors(d)) {
        struct buf out = {0};
        diags_print(d, &out, false);
        fprintf(stderr, "%s\n%s", text, out.s);
        fail();
    }
    return compare_execs(m, text, seed, requests, a, d);
}

/* ---- tests ---- */

/* All of them are taken, under all executions. */
static void test_flows(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < test_samples(200); seed++) {
        struct arena *a = arena_new(0);
        assert_int_equal(compare_text(flow_model(a, seed), seed, 60, a), TEST_COUNT(execs));
        arena_drop(a);
    }
    for (uint64_t seed = 0; seed < test_samples(150); seed++) {
        struct arena *a = arena_new(0);
        assert_int_equal(compare_text(single_model(a, seed), seed, 200, a), TEST_COUNT(execs));
        arena_drop(a);
    }
}

/* Whatever is taken: a share of the simple ones, and of those with everything next to none. */
static void test_others(void **state)
{
    (void)state;
    static const struct {
        uint32_t features;
        const char *load;
    } row[] = {{RANDOM_DRAWS | RANDOM_FORKS | RANDOM_PIPELINES, NULL},
               {RANDOM_DRAWS | RANDOM_FORKS | RANDOM_CAPACITY, "{rate: 200/s}"},
               {RANDOM_DRAWS | RANDOM_FORKS | RANDOM_BOUNDS, "{rate: 200/s}"},
               {RANDOM_CAPACITY | RANDOM_UNTIL | RANDOM_FORKS | RANDOM_HEDGE, "{rate: 200/s}"},
               {RANDOM_FORKS | RANDOM_ERRORS | RANDOM_TIMEOUT, "{rate: 200/s}"},
               {RANDOM_ALL, "{rate: 200/s}"}};
    for (size_t i = 0; i < TEST_COUNT(row); i++) {
        unsigned taken = 0;
        for (uint64_t seed = 0; seed < test_samples(60); seed++) {
            struct arena *a = arena_new(0);
            struct random_made made = random_model(a, seed, row[i].features, row[i].load);
            taken += compare_text(made.text, seed, 12, a);
            arena_drop(a);
        }
        print_message("row %zu: %u taken\n", i, taken);
        assert_true(taken > 0 || row[i].features == RANDOM_ALL);
    }
}

/* Those that the benchmarks run, and their relatives, must not fall out of it unseen. */
static void test_shipped(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned taken;
    } row[] = {{"models/mm1.yaml", 4},
               {"models/mmc.yaml", 4},
               {"models/fork_join.yaml", 4},
               {"models/search.yaml", 0},
               {"models/db_pool.yaml", 0}};
    for (size_t i = 0; i < TEST_COUNT(row); i++) {
        struct arena *a = arena_new(0);
        struct diags *d = diags_new(a);
        const struct model *m = model_read(a, row[i].path, NULL, 0, d);
        assert_true(m && diags_errors(d) == 0);
        assert_int_equal(compare_execs(m, row[i].path, i, test_samples(6000), a, d), row[i].taken);
        arena_drop(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flows),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_shipped),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
