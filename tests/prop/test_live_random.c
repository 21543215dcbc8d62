/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_live_random.c - random models, executed for real: each run comes to an end, in time, and
 * nothing is lost or left of it.  What it takes is the machine's affair.
 *
 * PERTINAX_TEST_SEED=N begins with another seed, and PERTINAX_TEST_SEEDS=N tries so many: for
 * soaks. */
#include "live/live.h"
#include "tests/prop/trial.h"
#include <stdlib.h>

#define SECOND INT64_C(1000000000)
enum { REQUESTS = 3 };

struct row {
    const char *name, *load;
};

/* Some loads are more than the model can carry, or block it. */
static bool comes_to_an_end(const struct trial *t)
{
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed, .max_events = 100000});
    bool ends = trial_run(t, s, REQUESTS) == SIM_MORE;
    sim_free(s);
    return ends;
}

static void execute(const struct trial *t)
{
    const int64_t most = (comes_to_an_end(t) ? 60 : 1) * SECOND;
    const struct live_opt o = {.service = LIVE_TIMER, .most_ns = most};
    struct live_report report = {.calls = 0};
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed, .trace_requests = REQUESTS});
    enum sim_end end = live_run(s, is_loaded(t), REQUESTS, &o, &report);
    uint64_t n;
    sim_records(s, &n);
    check_records(t, s);
    trial_need(t, !report.unable, report.trouble);
    trial_need(t, !report.timed_out || most == SECOND, "it has not come to an end");
    trial_need(t, end != SIM_MORE || n >= REQUESTS, "a request is lost");
    if (end == SIM_MORE && !is_loaded(t))
        check_empty(t, s);
    sim_free(s);
}

static void test_row(void **state)
{
    const struct row *q = *state;
    uint64_t first = trial_setting("PERTINAX_TEST_SEED", 1);
    uint64_t seeds = trial_setting("PERTINAX_TEST_SEEDS", test_samples(20));
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        struct trial t = trial_new(seed, RANDOM_ALL, q->load);
        for (uint32_t i = 0; i < NEXEC; i++) {
            trial_compile(&t, execs[i]);
            execute(&t);
        }
        arena_drop(t.a);
    }
}

static const struct row rows[] = {
    {"one by one", NULL}, {"clients", "{clients: 3}"}, {"open", "{rate: 200/s}"}};

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows)];
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i] = test_named(rows[i].name, test_row, &rows[i]);
    return _cmocka_run_group_tests("live random", t, TEST_COUNT(rows), NULL, NULL);
}
