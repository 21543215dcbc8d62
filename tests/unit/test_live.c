/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live runs: what can be said of them whatever the machine does besides.  A real run of a request
 * takes the times drawn for it and some more; so it is never faster than its simulation without
 * costs, where the simulated time can only grow with the durations.  And be the machine ever so
 * busy, some of the requests are not slowed down to a third. */
#include "live/live.h"
#include "live/server.h"
#include "tests/unit/own_service.h"
#include "tests/unit/schedule.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char *const kinds[] = {"serial", "threads", "coroutine", "hybrid"};

struct run {
    struct live_report report;
    enum sim_end end;
    uint64_t n;
    const struct record *rec;
};

static struct run run_live(struct rig *r, bool load, uint64_t n, struct live_opt o)
{
    struct run x = {.n = 0};
    x.end = live_run(r->sim, load, n, &o, &x.report);
    x.rec = sim_records(r->sim, &x.n);
    return x;
}

static struct live_opt by_timer(void)
{
    return (struct live_opt){.service = LIVE_TIMER, .most_ns = 60000 * MS};
}

static struct live_opt by_tcp(uint16_t port)
{
    return (struct live_opt){
        .service = LIVE_TCP, .host = "127.0.0.1", .port = port, .most_ns = 60000 * MS};
}

static unsigned entries_of(const char *folder)
{
    unsigned n = 0;
    DIR *d = opendir(folder);
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

/* ---- against the simulation of the same seed ---- */

static const char pipeline[] = "services:\n"
                               "  a: {latency: exponential(mean=2ms)}\n"
                               "  b: {latency: uniform(1ms 3ms), error: 20%}\n"
                               "  c: {latency: 1ms, capacity: 2}\n"
                               "resources: {lock: mutex}\n"
                               "request:\n"
                               "  - parallel:\n"
                               "      left: [{call: a}, {cpu: 300us}]\n"
                               "      right: [{call: b, catch: {any: [{call: a}]}}]\n"
                               "      third: [{wait: 1ms}]\n"
                               "  - {each: 5, do: [{call: c}]}\n"
                               "  - use: lock\n"
                               "    do: [{call: a}]\n"
                               "  - respond: 200\n";

struct kind_case {
    const char *name, *exec;
    bool tcp;
};

static void test_not_faster(void **state)
{
    const struct kind_case *k = *state;
    enum { REQUESTS = 20 };
    struct live_server server = {.hold = -1};
    if (k->tcp)
        assert_true(server_begin(&server));
    struct rig sim = rig_new(pipeline, k->exec), live = rig_new(pipeline, k->exec);
    uint64_t n;
    double slowed, least = INFINITY;
    assert_int_equal(sim_run_alone(sim.sim, 0, REQUESTS), SIM_MORE);
    const struct record *want = sim_records(sim.sim, &n);
    struct run got = run_live(&live, false, REQUESTS, k->tcp ? by_tcp(server.port) : by_timer());
    assert_int_equal(got.end, SIM_MORE);
    assert_int_equal(got.n, REQUESTS);
    assert_int_equal(got.report.broken, 0);
    assert_false(got.report.unable);
    assert_true(got.report.cores > 0 && got.report.cores < 1.5); /* of one core */
    assert_int_equal(got.report.loop > 0, world_loops(live.sim) > 0);
    for (uint64_t i = 0; i < REQUESTS; i++) {
        assert_int_equal(got.rec[i].ordinal, i);
        assert_int_equal(got.rec[i].status, want[i].status);
        if (got.rec[i].latency < want[i].latency)
            fail_msg("request %d: %lld ns for real, %lld ns simulated", (int)i,
                     (long long)got.rec[i].latency, (long long)want[i].latency);
        slowed = (double)got.rec[i].latency / (double)want[i].latency;
        least = slowed < least ? slowed : least;
    }
    assert_true(least < 3);
    rig_free(&sim);
    rig_free(&live);
    if (k->tcp)
        server_end(&server);
}

/* Ten waits of 20 ms at once: together below 100 ms in the best of five, one by one 200. */
static void test_at_once(void **state)
{
    const struct kind_case *k = *state;
    static const char text[] = "services: {s: {latency: 20ms}}\n"
                               "request: [{each: 10, do: [{call: s}]}, {respond: 200}]\n";
    struct live_server server = {.hold = -1};
    if (k->tcp)
        assert_true(server_begin(&server));
    struct rig r = rig_new(text, k->exec);
    bool serial = strcmp(k->exec, "serial") == 0;
    int64_t least = INT64_MAX;
    struct run got = run_live(&r, false, 5, k->tcp ? by_tcp(server.port) : by_timer());
    assert_int_equal(got.n, 5);
    for (uint64_t i = 0; i < got.n; i++)
        least = got.rec[i].latency < least ? got.rec[i].latency : least;
    if (serial)
        assert_true(least >= 200 * MS);
    else
        assert_in_range(least, 20 * MS, 100 * MS);
    rig_free(&r);
    if (k->tcp)
        server_end(&server);
}

/* ---- load, many at once, deadlocks ---- */

static void test_load(void **state)
{
    const struct kind_case *k = *state;
    struct rig r = rig_new("services: {s: {latency: 1ms, capacity: 2}}\n"
                           "request: [{call: s}, {respond: 200}]\n"
                           "load: {clients: 8}\n",
                           k->exec);
    struct run got = run_live(&r, true, 100, by_timer());
    assert_int_equal(got.end, SIM_MORE);
    assert_true(got.n >= 100);
    /* two at a time: the k-th to finish cannot have done so before k/2 ms */
    for (uint64_t i = 0; i < got.n; i++)
        assert_true(got.rec[i].arrival + got.rec[i].duration >= (int64_t)((i + 2) / 2) * MS);
    rig_free(&r);
}

/* Fewer come than were asked for. */
static void test_drained(void **state)
{
    const struct kind_case *k = *state;
    struct rig r = rig_new("request: [{wait: 1ms}, {respond: 200}]\n"
                           "load: {backlog: 5}\n",
                           k->exec);
    struct run got = run_live(&r, true, 10, by_timer());
    assert_int_equal(got.end, SIM_DRAINED);
    assert_int_equal(got.n, 5);
    rig_free(&r);
}

/* A copy that waits for its time takes no thread, and the first call that of its task. */
static void test_hedged(void **state)
{
    (void)state;
    struct rig r = rig_new("services: {s: {latency: 20ms, hedge: {after: 60s, max: 3}}}\n"
                           "request: [{each: 20, do: [{call: s}]}, {respond: 200}]\n",
                           "threads");
    struct run got = run_live(&r, false, 1, by_timer());
    assert_int_equal(got.end, SIM_MORE);
    assert_int_equal(got.n, 1);
    assert_int_equal(got.report.threads, 21);
    rig_free(&r);
}

/* Copies go out upon threads of their own while the first calls, 30 seconds long, are waited for;
 * the first answer takes the task on, and its thread out of its call. */
static void test_hedge_wins(void **state)
{
    (void)state;
    struct rig r = rig_new("services: {s: {latency: 'mix(50% of 1ms, 50% of 30s)',\n"
                           "               hedge: {after: 5ms, max: 16}}}\n"
                           "request: [{each: 10, do: [{call: s}]}, {respond: 200}]\n",
                           "threads");
    struct run got = run_live(&r, false, 1, by_timer());
    assert_int_equal(got.end, SIM_MORE);
    assert_int_equal(got.n, 1);
    assert_true(got.rec[0].latency < 30000 * MS);
    rig_free(&r);
}

static void test_thousands(void **state)
{
    const struct kind_case *k = *state;
    struct rig r = rig_new("services: {s: {latency: 30ms}}\n"
                           "request: [{each: 1000, do: [{call: s}]}, {respond: 200}]\n",
                           k->exec);
    struct run got = run_live(&r, false, 2, by_timer());
    assert_int_equal(got.end, SIM_MORE);
    assert_int_equal(got.n, 2);
    if (strcmp(k->exec, "threads") == 0)
        assert_true(got.report.threads >= 1000);
    else
        assert_true(got.report.threads < 10);
    rig_free(&r);
}

static void test_deadlock(void **state)
{
    (void)state;
    struct rig r = rig_new("request:\n"
                           "  - parallel: {a: [{parallel: {b: [{wait: 1ms}], c: [{wait: 1ms}]}}]}\n"
                           "  - respond: 200\n"
                           "executions: {small: {kind: threads, pool: 1}}\n",
                           "small");
    struct run got = run_live(&r, false, 1, by_timer());
    assert_int_equal(got.end, SIM_DEADLOCK);
    struct deadlock_result *d = sim_deadlock(r.sim, r.mem, r.diags);
    assert_true(d->n > 0);
    rig_free(&r);
}

/* Others come, and end, while some stand still: it is seen when as many have ended as were asked
 * for, as in a simulation. */
static void test_deadlock_of_some(void **state)
{
    const struct kind_case *k = *state;
    struct rig r = rig_new("resources: {a: mutex, b: mutex}\n"
                           "request:\n"
                           "  - if: chance(50%)\n"
                           "    then:\n"
                           "      parallel:\n"
                           "        x: {use: a, do: [{wait: 20ms}, {use: b, do: {wait: 1ms}}]}\n"
                           "        y: {use: b, do: [{wait: 20ms}, {use: a, do: {wait: 1ms}}]}\n"
                           "    else: {wait: 200ms}\n"
                           "  - respond: 200\n"
                           "load: {rate: 500/s}\n",
                           k->exec);
    struct run got = run_live(&r, true, 50, by_timer());
    assert_int_equal(got.end, SIM_DEADLOCK);
    rig_free(&r);
}

/* ---- the world fails ---- */

struct killer {
    pthread_t id;
    pid_t victim;
};
static void *kill_soon(void *arg)
{
    const struct killer *k = arg;
    struct timespec t = {.tv_nsec = 50000000};
    nanosleep(&t, NULL);
    kill(k->victim, SIGKILL);
    return NULL;
}

static void test_service_dies(void **state)
{
    const struct kind_case *k = *state;
    struct live_server server;
    assert_true(server_begin(&server));
    struct rig r = rig_new("services: {s: {latency: 5ms}}\n"
                           "request: [{call: s}, {respond: 200}]\n",
                           k->exec);
    struct killer killer = {.victim = server.pid};
    assert_int_equal(pthread_create(&killer.id, NULL, kill_soon, &killer), 0);
    struct run got = run_live(&r, false, 60, by_tcp(server.port));
    pthread_join(killer.id, NULL);
    assert_int_equal(got.end, SIM_MORE); /* calls fail, and requests with them */
    assert_int_equal(got.n, 60);
    assert_true(got.report.broken > 0);
    assert_true(strlen(got.report.broken_by) > 0);
    assert_int_equal(got.rec[59].status, 500);
    rig_free(&r);
    server_end(&server);
}

/* Each connection is closed when a second question comes. */
static void answer_once(struct own_service *s)
{
    const struct question *q = &s->asked[s->nasked - 1];
    for (uint32_t i = 0; i + 1 < s->nasked; i++)
        if (s->asked[i].fd == q->fd) {
            shutdown(q->fd, SHUT_RDWR);
            return;
        }
    service_answer(q);
}

/* One that was kept may have been closed meanwhile: it is asked once more, by another one. */
static void test_closed_meanwhile(void **state)
{
    enum { REQUESTS = 20 };
    const struct kind_case *k = *state;
    struct own_service s;
    service_begin(&s, answer_once, 0);
    struct rig r = rig_new("services: {s: {latency: 1ms}}\n"
                           "request: [{call: s}, {respond: 200}]\n",
                           k->exec);
    struct run got = run_live(&r, false, REQUESTS, by_tcp(s.port));
    service_end(&s);
    assert_int_equal(got.report.broken, 0);
    assert_int_equal(got.rec[REQUESTS - 1].status, 200);
    assert_true(s.nasked > REQUESTS); /* so they are kept, and taken over */
    rig_free(&r);
}

static void answer_word(struct own_service *s)
{
    send(s->asked[s->nasked - 1].fd, "MAYBE\n", 6, MSG_NOSIGNAL);
}

static void answer_at_length(struct own_service *s)
{
    char x[100];
    memset(x, 'x', sizeof x);
    send(s->asked[s->nasked - 1].fd, x, sizeof x, MSG_NOSIGNAL);
}

/* What makes no sense is no answer: a word that is none of two, a line without an end. */
static void test_garbage(void **state)
{
    static void (*const answers[])(struct own_service *) = {answer_word, answer_at_length};
    const struct kind_case *k = *state;
    for (size_t i = 0; i < TEST_COUNT(answers); i++) {
        struct own_service s;
        service_begin(&s, answers[i], 0);
        struct rig r = rig_new("services: {s: {latency: 1ms}}\n"
                               "request: [{call: s}, {respond: 200}]\n",
                               k->exec);
        struct run got = run_live(&r, false, 2, by_tcp(s.port));
        service_end(&s);
        assert_int_equal(got.n, 2);
        assert_int_equal(got.rec[1].status, 500);
        assert_int_equal(got.report.broken, 2);
        assert_string_equal(got.report.broken_by, "the service answered garbage");
        rig_free(&r);
    }
}

static void answer_none(struct own_service *s)
{
    (void)s;
}

/* Whoever waits for an answer that nobody wants any more is woken. */
static void test_given_up(void **state)
{
    const struct kind_case *k = *state;
    struct own_service s;
    service_begin(&s, answer_none, 0);
    struct rig r =
        rig_new("services: {s: {latency: 30s}}\n"
                "request: [{call: s, timeout: 20ms, catch: {timeout: {respond: 504}}}]\n",
                k->exec);
    struct run got = run_live(&r, false, 2, by_tcp(s.port));
    service_end(&s);
    assert_false(got.report.timed_out);
    assert_int_equal(got.n, 2);
    assert_int_equal(got.rec[1].status, 504);
    assert_int_equal(got.report.broken, 0);
    rig_free(&r);
}

static void test_stops(void **state)
{
    const struct kind_case *k = *state;
    atomic_bool stop = true;
    struct live_opt o = by_timer();
    struct rig r = rig_new("services: {s: {latency: 1h}}\n"
                           "request: [{call: s}, {respond: 200}]\n",
                           k->exec);
    o.stop = &stop;
    struct run got = run_live(&r, false, 1, o);
    assert_int_equal(got.end, SIM_STOPPED);
    assert_int_equal(got.n, 0);
    rig_free(&r);
    struct rig late = rig_new("services: {s: {latency: 1h}}\n"
                              "request: [{call: s}, {respond: 200}]\n",
                              k->exec);
    o.stop = NULL;
    o.most_ns = 100 * MS;
    got = run_live(&late, false, 1, o);
    assert_int_equal(got.end, SIM_STOPPED);
    assert_true(got.report.timed_out);
    rig_free(&late);
}

/* Steps that take next to no time, one after another, upon a thread: it hears that its time is
 * over. */
static void test_gives_way(void **state)
{
    static const char *const steps[] = {"wait: 0", "wait: 1ns", "call: s"};
    const struct kind_case *k = *state;
    struct live_opt o = by_timer();
    char text[256];
    o.most_ns = 50 * MS;
    for (size_t i = 0; i < TEST_COUNT(steps); i++) {
        snprintf(text, sizeof text,
                 "services: {s: {latency: 0}}\n"
                 "request: [{repeat: 5000000, do: [{%s}]}, {respond: 200}]\n",
                 steps[i]);
        struct rig r = rig_new(text, k->exec);
        struct run got = run_live(&r, false, 1, o);
        assert_int_equal(got.end, SIM_STOPPED);
        assert_true(got.report.timed_out && got.n == 0);
        rig_free(&r);
    }
}

static void run_each_kind(void)
{
    for (size_t i = 0; i < TEST_COUNT(kinds); i++) {
        struct live_server server;
        assert_true(server_begin(&server));
        struct rig r = rig_new(pipeline, kinds[i]);
        run_live(&r, false, 3, by_tcp(server.port));
        rig_free(&r);
        server_end(&server);
        assert_int_equal(kill(server.pid, 0), -1);
    }
}

/* Nothing is left behind: no thread, no descriptor, no process.  (libuv keeps two descriptors from
 * its first loop on.) */
static void test_leaves_nothing(void **state)
{
    (void)state;
    run_each_kind();
    unsigned files = entries_of("/proc/self/fd"), threads = entries_of("/proc/self/task");
    run_each_kind();
    assert_int_equal(entries_of("/proc/self/fd"), files);
    assert_int_equal(entries_of("/proc/self/task"), threads);
}

/* ---- the protocol ---- */

static int connect_to(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* What comes back for a text: "" if the connection is closed. */
static void say(int fd, const char *text, char *back, size_t room)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
    ssize_t n = recv(fd, back, room - 1, 0);
    back[n > 0 ? n : 0] = '\0';
}

static void test_protocol(void **state)
{
    static const char *const garbage[] = {
        "HELLO\n", "CALL x -1 OK\n", "CALL x 1e9 OK\n", "CALL x 1000 MAYBE\n", "CALL x\n", "\n"};
    char back[64], line[400];
    struct live_server server;
    (void)state;
    assert_true(server_begin(&server));
    int fd = connect_to(server.port);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    say(fd, "CALL db 20000000 OK\n", back, sizeof back);
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_string_equal(back, "OK\n");
    assert_true((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec >= 20000000);
    say(fd, "CALL db 0 FAIL\n", back, sizeof back);
    assert_string_equal(back, "FAIL\n");
    close(fd);
    for (size_t i = 0; i < TEST_COUNT(garbage); i++) {
        fd = connect_to(server.port);
        say(fd, garbage[i], back, sizeof back);
        assert_string_equal(back, "");
        close(fd);
    }
    fd = connect_to(server.port); /* who does not wait for the answer, at once and later */
    say(fd, "CALL x 0 OK\nCALL x 0 OK\n", back, sizeof back);
    assert_string_equal(back, "");
    close(fd);
    fd = connect_to(server.port);
    assert_int_equal(send(fd, "CALL x 60000000000 OK\n", 22, MSG_NOSIGNAL), 22);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    say(fd, "CALL x 0 OK\n", back, sizeof back);
    assert_string_equal(back, "");
    close(fd);
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    fd = connect_to(server.port);
    say(fd, line, back, sizeof back);
    assert_string_equal(back, "");
    close(fd);
    server_end(&server);
}

#define EACH_KIND(f, over_tcp)                                                                     \
    for (size_t i = 0; i < TEST_COUNT(kinds); i++) {                                               \
        rows[n] = (struct kind_case){.exec = kinds[i], .tcp = over_tcp};                           \
        snprintf(names[n], sizeof names[n], "%s, %s%s", #f, kinds[i], over_tcp ? ", tcp" : "");    \
        t[n] = test_named(names[n], f, &rows[n]);                                                  \
        n++;                                                                                       \
    }

int main(void)
{
    enum { MOST = 64 };
    struct CMUnitTest t[MOST] = {
        test_named("hedged", test_hedged, NULL),
        test_named("a hedge wins", test_hedge_wins, NULL),
        test_named("a deadlock", test_deadlock, NULL),
        test_named("nothing is left behind", test_leaves_nothing, NULL),
        test_named("the protocol", test_protocol, NULL),
    };
    struct kind_case rows[MOST];
    char names[MOST][64];
    size_t n = 5;
    EACH_KIND(test_not_faster, false)
    EACH_KIND(test_not_faster, true)
    EACH_KIND(test_at_once, false)
    EACH_KIND(test_at_once, true)
    EACH_KIND(test_load, false)
    EACH_KIND(test_drained, false)
    EACH_KIND(test_service_dies, true)
    EACH_KIND(test_closed_meanwhile, true)
    EACH_KIND(test_garbage, true)
    EACH_KIND(test_given_up, true)
    EACH_KIND(test_stops, false)
    EACH_KIND(test_gives_way, false)
    for (size_t i = 1; i < 3; i++) {
        rows[n] = (struct kind_case){.exec = kinds[i]};
        snprintf(names[n], sizeof names[n], "thousands, %s", kinds[i]);
        t[n] = test_named(names[n], test_thousands, &rows[n]);
        n++;
        rows[n] = rows[n - 1];
        snprintf(names[n], sizeof names[n], "a deadlock of some, %s", kinds[i]);
        t[n] = test_named(names[n], test_deadlock_of_some, &rows[n]);
        n++;
    }
    return _cmocka_run_group_tests("live", t, n, NULL, NULL);
}
