/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_warn.c - each warning, once where it has to be and once, in a model that differs as little
 * as may be, where it must not. */
#include "run/experiment.h"
#include "tests/unit/model_text.h"
#include <stdio.h>
#include <string.h>

struct row {
    const char *name, *id, *exec;
    const char *text;  /* of the warning, a part; NULL: there is none of this id */
    uint64_t requests; /* 0: 2000 */
    int64_t warmup;    /* 0: auto; -2: none is left out */
    const char *model; /* after "pertinax: 1\nname: warn\n" */
};

#define ONE(latency) "services: {a: {latency: " latency "}}\nrequest: {call: a}\n"
#define MM1(rate)                                                                                  \
    "services: {a: {latency: exponential(mean=10ms), capacity: 1}}\nrequest: {call: a}\n"          \
    "load: {rate: " rate "}\n"
#define FORKS "services: {a: {latency: 1ms}}\nrequest:\n  - parallel: [{call: a}, {call: a}]\n"
#define GIL(handoff)                                                                               \
    "request: {cpu: 1ms}\nhost: {gil: {handoff: " handoff ", interval: 5ms}}\n"                    \
    "load: {clients: 3, think: 0}\n"

static const struct row rows[] = {
    {"pareto without variance", "heavy-tail", "serial",
     "the latency of a has no finite variance: means", 0, 0, ONE("pareto(min=1ms alpha=1.5)")},
    {"pareto without mean", "heavy-tail", "serial", "the latency of a has no finite mean", 0, 0,
     ONE("pareto(min=1ms alpha=1)")},
    {"pareto with variance", "heavy-tail", "serial", NULL, 0, 0, ONE("pareto(min=1ms alpha=2.5)")},
    {"lomax", "heavy-tail", "coroutine", "no finite variance", 0, 0,
     ONE("lomax(scale=1ms alpha=2)")},
    {"in a sum", "heavy-tail", "serial", "no finite variance", 0, 0,
     ONE("1ms + 2 * pareto(min=1ms alpha=1.5)")},
    {"capped", "heavy-tail", "serial", NULL, 0, 0, ONE("min(pareto(min=1ms alpha=1.5) 1s)")},
    {"truncated", "heavy-tail", "serial", NULL, 0, 0,
     ONE("truncate(pareto(min=1ms alpha=1.5) 0 1s)")},
    /* Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1 at k = 1/4: 8!/(4!)^2 - 1 = 69, and at 1/5: 251 */
    {"weibull, 16 times", "heavy-tail", "serial", "a standard deviation of 16 times its mean", 0, 0,
     ONE("weibull(shape=0.2 scale=1ms)")},
    {"weibull, 8 times", "heavy-tail", "serial", NULL, 0, 0, ONE("weibull(shape=0.25 scale=1ms)")},
    {"of a cpu step", "heavy-tail", "serial", "the law of request/cpu has no finite variance", 0, 0,
     "request: [{cpu: pareto(min=1ms alpha=1.5)}]\n"},

    {"beyond p99.9", "few-tail-samples", "serial", "only 20 requests are beyond p99.9", 20000, 0,
     ONE("exponential(mean=1ms)")},
    {"beyond p99", "few-tail-samples", "serial",
     "only 20 requests are beyond p99 and 2 beyond p99.9", 2000, 0, ONE("exponential(mean=1ms)")},
    {"enough", "few-tail-samples", "serial", NULL, 100000, 0, ONE("exponential(mean=1ms)")},
    {"nothing drawn", "few-tail-samples", "serial", NULL, 0, 0, ONE("1ms")},

    {"busy", "near-saturation", "threads", "a is 9", 20000, 100, MM1("94/s")},
    {"busy and wide", "near-saturation", "threads", "(the mean is known to ", 4000, 100,
     MM1("95/s")},
    {"not busy", "near-saturation", "threads", NULL, 20000, 100, MM1("80/s")},
    {"closed", "near-saturation", "threads", NULL, 2000, 100,
     "services: {a: {latency: exponential(mean=10ms), capacity: 1}}\nrequest: {call: a}\n"
     "load: {clients: 9, think: 0}\n"},

    {"all at once at first", "warm-up", "threads", "the second half of what was measured is", 8000,
     -2,
     "services: {a: {latency: 1ms, capacity: 1}}\nrequest: {call: a}\n"
     "load: {clients: 200, think: exponential(mean=1s)}\n"},
    {"from empty, light", "warm-up", "threads", NULL, 20000, -2, MM1("30/s")},
    {"warm", "warm-up", "threads", NULL, 20000, 300, MM1("70/s")},

    {"forks in a bounded pool", "nested-pool", "threads",
     "waits for its branches (m.yaml:5): when 6 of them hold all threads of `pool`", 0, 0,
     FORKS "executions: {threads: {pool: 6}}\n"},
    {"with threads of its own", "nested-pool", "threads", NULL, 0, 0,
     FORKS "executions: {threads: {pool: 6, server: 2}}\n"},
    {"unbounded", "nested-pool", "threads", NULL, 0, 0, FORKS},
    {"no threads", "nested-pool", "hybrid", NULL, 0, 0, FORKS "executions: {hybrid: {pool: 6}}\n"},
    {"nothing forks", "nested-pool", "threads", NULL, 0, 0,
     ONE("1ms") "executions: {threads: {pool: 6}}\n"},
    {"nobody waits", "nested-pool", "threads", NULL, 0, 0,
     "services: {a: {latency: 1ms}}\nrequest: [{detach: {call: a}}]\n"
     "executions: {threads: {pool: 6}}\n"},
    {"a hedge is no task", "nested-pool", "threads", NULL, 0, 0,
     "services: {a: {latency: 1ms, hedge: {after: 2ms}}}\nrequest: [{call: a}]\n"
     "executions: {threads: {pool: 6}}\n"},

    {"dear handoff", "gil-handoff", "threads",
     "passing the GIL on costs 2ms, and it is asked for every 5ms", 0, 0, GIL("2ms")},
    {"cheap handoff", "gil-handoff", "threads", NULL, 0, 0, GIL("20us")},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    const char *text = arena_printf(mem, "pertinax: 1\nname: warn\n%s", r->model);
    const struct model *m = model_of(mem, text, d);
    struct experiment_opt o = experiment_defaults();
    const struct execution *x = model_exec(m, r->exec);
    o.requests = r->requests ? r->requests : 2000;
    o.warmup = r->warmup == 0 ? WARMUP_AUTO : r->warmup == -2 ? 0 : r->warmup;
    o.jobs = 2;
    struct run_result *q = experiment_run(m, &x, 1, &o, mem, d);
    assert_non_null(q);
    const struct exec_result *e = &q->exec[0];
    const char *found = NULL;
    for (uint32_t i = 0; i < e->nwarning; i++)
        if (strcmp(e->warning[i].id, r->id) == 0)
            found = e->warning[i].text;
    if (!r->text && found)
        fail_msg("warned: %s", found);
    if (r->text && (!found || !strstr(found, r->text)))
        fail_msg("%s", found ? found : "no warning");
    arena_drop(mem);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows)];
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i] = test_named(rows[i].name, test_row, &rows[i]);
    return cmocka_run_group_tests_name("warn", t, NULL, NULL);
}
