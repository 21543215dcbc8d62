/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live runs: what is late here must not be late there.  A service with a queue takes up its next
 * call when the last one is over, however long it takes until somebody here has heard of that; and
 * a request has come when it was to come.  Judged by what the service was asked and by the plan,
 * never by how fast this machine is. */
#include "live/live.h"
#include "tests/unit/own_service.h"
#include "tests/unit/schedule.h"
#include <time.h>

enum { CALLS = 60 };

/* Nobody is answered until so many have asked. */
static void answer_late(struct own_service *s)
{
    while (s->nasked >= s->hold && s->answered < s->nasked)
        service_answer(&s->asked[s->answered++]);
}

/* ---- its queue ---- */

static const char burst[] = "services: {s: {latency: 1ms, capacity: 1}}\n"
                            "request: [{call: s}, {respond: 200}]\n"
                            "load: {backlog: 60}\n";

static void run_burst(const char *exec, enum live_service service, struct own_service *s)
{
    struct live_report report = {.calls = 0};
    uint64_t n;
    struct rig r = rig_new(burst, exec);
    const struct live_opt o = {
        .service = service, .host = "127.0.0.1", .port = s->port, .most_ns = 60000 * MS};
    assert_int_equal(live_run(r.sim, true, CALLS, &o, &report), SIM_MORE);
    const struct record *rec = sim_records(r.sim, &n);
    assert_int_equal(n, CALLS);
    for (uint64_t i = 0; i < n; i++) {
        assert_int_equal(rec[i].arrival, 0);
        assert_true(rec[i].latency >= (s->hold - 1) * MS);
    }
    rig_free(&r);
    service_end(s);
    assert_int_equal(report.broken, 0);
    assert_int_equal(s->nasked, CALLS);
}

/* Each call is taken up when the last one is over by the plan, though nobody has had an answer: all
 * of them are asked for.  What is left of it, a whole one at most. */
static void test_queue(void **state)
{
    struct own_service s;
    service_begin(&s, answer_late, CALLS);
    run_burst(*state, LIVE_TCP, &s);
    for (uint32_t i = 0; i < CALLS; i++)
        assert_in_range(s.asked[i].ns, 0, MS);
}

/* Of a stranger's service nobody knows when it is through: it is asked for all of the next call
 * when the answer is there. */
static void test_foreign(void **state)
{
    struct own_service s;
    service_begin(&s, answer_late, 1);
    run_burst(*state, LIVE_FOREIGN, &s);
    for (uint32_t i = 0; i < CALLS; i++)
        assert_int_equal(s.asked[i].ns, MS);
}

/* A call that is given up keeps its unit to its end, 200 ms, and nobody has to wake up for that:
 * the next one is asked to take what is left of its own 200 ms from then. */
static void test_given_up(void **state)
{
    struct own_service s;
    struct live_report report = {.calls = 0};
    service_begin(&s, answer_late, 2);
    struct rig r = rig_new("services: {s: {latency: 200ms, capacity: 1}}\n"
                           "request:\n"
                           "  - parallel:\n"
                           "      a: [{call: s, timeout: 100ms, catch: []}]\n"
                           "      b: [{wait: 20ms}, {call: s}]\n"
                           "  - respond: 200\n",
                           *state);
    const struct live_opt o = {
        .service = LIVE_TCP, .host = "127.0.0.1", .port = s.port, .most_ns = 60000 * MS};
    assert_int_equal(live_run(r.sim, false, 1, &o, &report), SIM_MORE);
    service_end(&s);
    assert_int_equal(s.nasked, 2);
    assert_in_range(s.asked[0].ns, 1, 200 * MS);
    assert_in_range(s.asked[1].ns, 0, 200 * MS - 1);
    rig_free(&r);
}

/* A call that fails has given its unit back when it was over, and not once more: 5 ms each. */
static void test_fails(void **state)
{
    enum { REQUESTS = 20 };
    struct live_report report = {.calls = 0};
    uint64_t n;
    int64_t longest = 0;
    struct rig r = rig_new("services: {s: {latency: 5ms, capacity: 1, error: 1}}\n"
                           "request: [{call: s, catch: []}, {respond: 200}]\n"
                           "load: {backlog: 20}\n",
                           *state);
    const struct live_opt o = {.service = LIVE_TIMER, .most_ns = 60000 * MS};
    assert_int_equal(live_run(r.sim, true, REQUESTS, &o, &report), SIM_MORE);
    const struct record *rec = sim_records(r.sim, &n);
    assert_int_equal(n, REQUESTS);
    for (uint64_t i = 0; i < n; i++)
        longest = rec[i].latency > longest ? rec[i].latency : longest;
    assert_true(longest >= REQUESTS * 5 * MS);
    rig_free(&r);
}

/* ---- the order of what is ready ---- */

/* A loop is held up by a call that blocks it while five answers come, in the order in which they
 * were asked for; it serves them in the order in which they were to come, as calls that block it
 * again show. */
static const char held_up[] =
    "services: {s: {latency: 1s}}\n"
    "request:\n"
    "  - parallel:\n"
    "      a: [{call: s, latency: 30s}, {call: s, latency: 3s, blocking: true}]\n"
    "      b: [{call: s, latency: 10s}, {call: s, latency: 1s, blocking: true}]\n"
    "      c: [{call: s, latency: 50s}, {call: s, latency: 5s, blocking: true}]\n"
    "      d: [{call: s, latency: 20s}, {call: s, latency: 2s, blocking: true}]\n"
    "      e: [{call: s, latency: 40s}, {call: s, latency: 4s, blocking: true}]\n"
    "      f: [{call: s, latency: 60s}, {call: s, blocking: true}]\n"
    "  - respond: 200\n";

/* The six of the beginning: f is answered.  It blocks: all are.  Then each at once. */
static void answer_held_up(struct own_service *s)
{
    enum { FIRST = 6, BLOCKS = 7 };
    uint32_t f = 0;
    if (s->nasked == FIRST) {
        while (s->asked[f].ns < 55 * 1000 * MS)
            f++;
        service_answer(&s->asked[f]);
    }
    if (s->nasked == BLOCKS)
        for (uint32_t i = 0; i < FIRST; i++)
            if (s->asked[i].ns < 55 * 1000 * MS)
                service_answer(&s->asked[i]);
    if (s->nasked >= BLOCKS)
        service_answer(&s->asked[s->nasked - 1]);
}

static void test_held_up(void **state)
{
    struct own_service s;
    struct live_report report = {.calls = 0};
    service_begin(&s, answer_held_up, 0);
    struct rig r = rig_new(held_up, *state);
    const struct live_opt o = {
        .service = LIVE_TCP, .host = "127.0.0.1", .port = s.port, .most_ns = 60000 * MS};
    assert_int_equal(live_run(r.sim, false, 1, &o, &report), SIM_MORE);
    service_end(&s);
    assert_int_equal(s.nasked, 12);
    for (uint32_t i = 0; i < 5; i++)
        assert_in_range(s.asked[7 + i].ns, i * 1000 * MS + 1, (i + 1) * 1000 * MS);
    rig_free(&r);
}

/* ---- timeouts of a loop that is held up ---- */

/* A call of a timeout of 200 ms is out when its loop is held up for 400 ms. */
static const char late_look[] =
    "services: {s: {latency: 50ms}}\n"
    "request:\n"
    "  - parallel:\n"
    "      a: [{call: s, timeout: 200ms}]\n"
    "      b: [{wait: 20ms}, {call: s, latency: 400ms, blocking: true}]\n"
    "  - respond: 200\n";

static void answer_both(struct own_service *s, bool first)
{
    const struct timespec pause = {.tv_nsec = 400 * (long)MS};
    if (s->nasked < 2)
        return;
    if (first)
        service_answer(&s->asked[0]);
    nanosleep(&pause, NULL);
    if (!first)
        service_answer(&s->asked[0]);
    service_answer(&s->asked[1]);
}

static void answer_in_time(struct own_service *s)
{
    answer_both(s, true);
}

static void answer_too_late(struct own_service *s)
{
    answer_both(s, false);
}

static int64_t status_of(const char *exec, struct live_opt o)
{
    struct live_report report = {.calls = 0};
    uint64_t n;
    struct rig r = rig_new(late_look, exec);
    o.most_ns = 60000 * MS;
    assert_int_equal(live_run(r.sim, false, 1, &o, &report), SIM_MORE);
    const struct record *rec = sim_records(r.sim, &n);
    assert_int_equal(n, 1);
    int64_t status = rec->status;
    rig_free(&r);
    return status;
}

static int64_t status_by(const char *exec, enum live_service service,
                         void (*answer)(struct own_service *))
{
    struct own_service s;
    service_begin(&s, answer, 0);
    int64_t status =
        status_of(exec, (struct live_opt){.service = service, .host = "127.0.0.1", .port = s.port});
    service_end(&s);
    return status;
}

/* Its answer has come in time, and nobody has looked: it has succeeded, as in a simulation.  What
 * has not come is too late, whenever it was to come. */
static void test_late_look(void **state)
{
    assert_int_equal(status_by(*state, LIVE_TCP, answer_in_time), 200);
    assert_int_equal(status_by(*state, LIVE_FOREIGN, answer_in_time), 200);
    assert_int_equal(status_of(*state, (struct live_opt){.service = LIVE_TIMER}), 200);
    assert_int_equal(status_by(*state, LIVE_TCP, answer_too_late), 500);
    assert_int_equal(status_by(*state, LIVE_FOREIGN, answer_too_late), 500);
}

/* ---- arrivals ---- */

/* Open: at the instants of the simulation, to the nanosecond. */
static void test_arrivals(void **state)
{
    static const char text[] = "services: {s: {latency: exponential(mean=1ms), capacity: 1}}\n"
                               "request: [{call: s}, {respond: 200}]\n"
                               "load: {rate: 500/s}\n";
    enum { REQUESTS = 100 };
    int64_t came[REQUESTS] = {0};
    struct live_report report = {.calls = 0};
    struct rig sim = rig_new(text, *state), live = rig_new(text, *state);
    const struct live_opt o = {.service = LIVE_TIMER, .most_ns = 60000 * MS};
    uint64_t n, m, same = 0;
    sim_run_load(sim.sim, REQUESTS);
    const struct record *want = sim_records(sim.sim, &n);
    assert_int_equal(live_run(live.sim, true, REQUESTS, &o, &report), SIM_MORE);
    const struct record *got = sim_records(live.sim, &m);
    for (uint64_t i = 0; i < n; i++)
        if (want[i].ordinal < REQUESTS)
            came[want[i].ordinal] = want[i].arrival;
    for (uint64_t i = 0; i < m; i++)
        if (got[i].ordinal < REQUESTS && came[got[i].ordinal] > 0) {
            assert_int_equal(got[i].arrival, came[got[i].ordinal]);
            same++;
        }
    assert_in_range(same, REQUESTS / 2, REQUESTS);
    rig_free(&sim);
    rig_free(&live);
}

int main(void)
{
    static char threads[] = "threads", coroutine[] = "coroutine", hybrid[] = "hybrid";
    const struct CMUnitTest t[] = {
        test_named("a queue, threads", test_queue, threads),
        test_named("a queue, coroutine", test_queue, coroutine),
        test_named("a queue, hybrid", test_queue, hybrid),
        test_named("a stranger's service, threads", test_foreign, threads),
        test_named("a stranger's service, coroutine", test_foreign, coroutine),
        test_named("given up, threads", test_given_up, threads),
        test_named("given up, coroutine", test_given_up, coroutine),
        test_named("fails, threads", test_fails, threads),
        test_named("fails, coroutine", test_fails, coroutine),
        test_named("held up", test_held_up, coroutine),
        test_named("looks late, coroutine", test_late_look, coroutine),
        test_named("looks late, hybrid", test_late_look, hybrid),
        test_named("arrivals, threads", test_arrivals, threads),
        test_named("arrivals, coroutine", test_arrivals, coroutine),
    };
    return cmocka_run_group_tests_name("live time", t, NULL, NULL);
}
