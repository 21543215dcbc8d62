/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live runs: what is late here must not be late there.  A service with a queue takes up its next
 * call when the last one is over, however long it takes until somebody here has heard of that; and
 * a request has come when it was to come.  Judged by what the service was asked and by the plan,
 * never by how fast this machine is. */
#include "live/live.h"
#include "tests/unit/schedule.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- a service that answers nobody until so many have asked ---- */

enum { CALLS = 60 };
struct late {
    pthread_t id;
    int listen, stop[2]; /* stop: a pipe */
    uint16_t port;
    struct pollfd fd[2 * CALLS + 2];
    nfds_t nfd;
    int64_t asked[2 * CALLS];
    int waits[2 * CALLS]; /* for an answer */
    uint32_t nasked, nwaits, hold;
};

static void take(struct late *s, int fd)
{
    static const char call[] = "CALL s ";
    char line[256], *end;
    ssize_t n = recv(fd, line, sizeof line - 1, 0);
    if (n <= 0)
        return;
    line[n] = '\0';
    assert_int_equal(strncmp(line, call, sizeof call - 1), 0);
    long long ns = strtoll(line + sizeof call - 1, &end, 10);
    assert_string_equal(end, " OK\n");
    assert_true(s->nasked < 2 * CALLS);
    s->asked[s->nasked++] = ns;
    s->waits[s->nwaits++] = fd;
    while (s->nasked >= s->hold && s->nwaits > 0)
        send(s->waits[--s->nwaits], "OK\n", 3, MSG_NOSIGNAL); /* which may have been given up */
}

static void *be_late(void *arg)
{
    struct late *s = arg;
    while (poll(s->fd, s->nfd, -1) > 0 && !s->fd[0].revents) {
        for (nfds_t i = 2; i < s->nfd; i++)
            if (s->fd[i].revents)
                take(s, s->fd[i].fd);
        if (s->fd[1].revents)
            s->fd[s->nfd++] =
                (struct pollfd){.fd = accept(s->listen, NULL, NULL), .events = POLLIN};
    }
    for (nfds_t i = 2; i < s->nfd; i++)
        close(s->fd[i].fd);
    return NULL;
}

static void late_begin(struct late *s, uint32_t hold)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *s = (struct late){.listen = socket(AF_INET, SOCK_STREAM, 0), .nfd = 2, .hold = hold};
    assert_int_equal(bind(s->listen, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->listen, 2 * CALLS), 0);
    assert_int_equal(getsockname(s->listen, (struct sockaddr *)&at, &n), 0);
    assert_int_equal(pipe(s->stop), 0);
    s->port = ntohs(at.sin_port);
    s->fd[0] = (struct pollfd){.fd = s->stop[0], .events = POLLIN};
    s->fd[1] = (struct pollfd){.fd = s->listen, .events = POLLIN};
    assert_int_equal(pthread_create(&s->id, NULL, be_late, s), 0);
}

static void late_end(struct late *s)
{
    assert_int_equal(write(s->stop[1], "", 1), 1);
    pthread_join(s->id, NULL);
    close(s->listen);
    close(s->stop[0]);
    close(s->stop[1]);
}

/* ---- its queue ---- */

static const char burst[] = "services: {s: {latency: 1ms, capacity: 1}}\n"
                            "request: [{call: s}, {respond: 200}]\n"
                            "load: {backlog: 60}\n";

static void run_burst(const char *exec, enum live_service service, struct late *s)
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
    late_end(s);
    assert_int_equal(report.broken, 0);
    assert_int_equal(s->nasked, CALLS);
}

/* Each call is taken up when the last one is over by the plan, though nobody has had an answer: all
 * of them are asked for.  What is left of it, a whole one at most. */
static void test_queue(void **state)
{
    struct late s;
    late_begin(&s, CALLS);
    run_burst(*state, LIVE_TCP, &s);
    for (uint32_t i = 0; i < CALLS; i++)
        assert_in_range(s.asked[i], 0, MS);
}

/* Of a stranger's service nobody knows when it is through: it is asked for all of the next call
 * when the answer is there. */
static void test_foreign(void **state)
{
    struct late s;
    late_begin(&s, 1);
    run_burst(*state, LIVE_FOREIGN, &s);
    for (uint32_t i = 0; i < CALLS; i++)
        assert_int_equal(s.asked[i], MS);
}

/* A call that is given up keeps its unit to its end, 200 ms, and nobody has to wake up for that:
 * the next one is asked to take what is left of its own 200 ms from then. */
static void test_given_up(void **state)
{
    struct late s;
    struct live_report report = {.calls = 0};
    late_begin(&s, 2);
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
    late_end(&s);
    assert_int_equal(s.nasked, 2);
    assert_in_range(s.asked[0], 1, 200 * MS);
    assert_in_range(s.asked[1], 0, 200 * MS - 1);
    rig_free(&r);
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
        test_named("arrivals, threads", test_arrivals, threads),
        test_named("arrivals, coroutine", test_arrivals, coroutine),
    };
    return cmocka_run_group_tests_name("live time", t, NULL, NULL);
}
