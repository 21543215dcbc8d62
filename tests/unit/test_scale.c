/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_scale.c - sim_opt.scale: the durations of one step multiplied, all else as it was. */
#include "tests/unit/schedule.h"

/* Latencies of n requests with the step's own durations times `by`; by 0: as they are. */
static void run_scaled(const char *yaml, const char *exec, const char *step, double by,
                       int64_t *latency, uint64_t n)
{
    struct rig r = rig_new(yaml, exec);
    double *scale = xcalloc(r.prog->nmark + 1, sizeof *scale);
    bool found = false;
    for (uint32_t i = 0; i < r.prog->nmark; i++) {
        bool hit = strcmp(r.prog->mark[i].path, step) == 0;
        scale[i] = hit ? by : 1;
        found = found || hit;
    }
    assert_true(found);
    struct sim *s = sim_new(r.prog, &(struct sim_opt){.seed = 1, .scale = by > 0 ? scale : NULL});
    uint64_t got;
    assert_int_equal(sim_run_alone(s, 0, n), SIM_MORE);
    const struct record *rec = sim_records(s, &got);
    assert_int_equal(got, n);
    for (uint64_t i = 0; i < n; i++)
        latency[rec[i].ordinal] = rec[i].latency;
    sim_free(s);
    free(scale);
    rig_free(&r);
}

/* By hand, in ms. */
static void whole_durations(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *step;
        double by;
        int64_t want;
    } row[] = {
        /* send 1, service's cpu 4, latency 10, receive 2: all of them are the step's */
        {"services: {s: {latency: 10ms, host_cpu: 4ms, cpu: {send: 1ms, receive: 2ms}}}\n"
         "request: [{call: s, name: a}, {call: s, name: b}]",
         "request/a", 0.5, 17 * MS + 17 * MS / 2},
        {"request: [{wait: 3ms, name: a}, {cpu: 5ms, name: b}]", "request/a", 2, 11 * MS},
        {"request: [{wait: 3ms, name: a}, {cpu: 5ms, name: b}]", "request/b", 2, 13 * MS},
        /* the second copy still goes out at 4; the first ends at 20 * 1.5, the second at 34 */
        {"services: {s: {latency: 20ms}}\nrequest: {call: s, hedge: {after: 4ms}}", "request/s",
         1.5, 30 * MS},
        /* timeouts and backoffs are not the call's: 5 + 2 + 5 */
        {"services: {s: {latency: 20ms}}\n"
         "request: {call: s, timeout: 5ms, retry: {attempts: 2, backoff: 2ms}, catch: {set: "
         "{x: 1}}}",
         "request/s", 0.5, 12 * MS},
        {"services: {s: {latency: 20ms}}\n"
         "request: {call: s, timeout: 5ms, retry: {attempts: 2, backoff: 2ms}}",
         "request/s", 0.2, 4 * MS},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        int64_t got;
        run_scaled(row[i].yaml, "threads", row[i].step, row[i].by, &got, 1);
        if (got != row[i].want)
            fail_msg("row %d: %lld, by hand %lld", (int)i, (long long)got, (long long)row[i].want);
    }
}

/* The other step's draws are as they were, and its own ones are multiplied one by one. */
static void drawn_durations(void **state)
{
    (void)state;
    enum { N = 500 };
    static const char *const alone =
        "services: {s: {latency: exponential(mean=5ms)}}\nrequest: {call: s, name: a}";
    static const char *const two = "services: {s: {latency: exponential(mean=5ms)}}\n"
                                   "request: [{call: s, name: a}, {call: s, name: b}]";
    static int64_t a[N], both[N], more[N];
    run_scaled(alone, "serial", "request/a", 0, a, N);
    run_scaled(two, "serial", "request/a", 0, both, N);
    run_scaled(two, "serial", "request/a", 1.25, more, N);
    for (int i = 0; i < N; i++)
        assert_int_equal(more[i] - both[i], llround(1.25 * (double)a[i]) - a[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_durations),
        cmocka_unit_test(drawn_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
