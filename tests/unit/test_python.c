/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emitted Python programs, run: what they answer and when, against the simulator's schedules (which
 * test_schedule_* hold against the hand).  Durations are tens of ms apart, so that a wrong order
 * shows however busy the machine is; a program is never faster than the schedule, and of its
 * requests the fastest is hardly slower. */
#include "live/retrace.h"
#include "tests/unit/python_program.h"
#include "tests/unit/schedule.h"
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS = 2 };
#define SLACK (30 * MS) /* python starts threads, and others are at work */

/* ---- schedules ---- */

struct text {
    const char *name, *yaml;
};
static const struct text pipelines[] = {
    {"in order", "services: {a: {latency: 20ms}}\n"
                 "request: [{call: a}, {wait: 10ms}, {cpu: 10ms}, {repeat: 2, do: [{call: a}]}]\n"},
    {"at once", "services: {a: {latency: 30ms}, b: {latency: 60ms}}\n"
                "request: [{parallel: {x: [{call: a}], y: [{call: b}]}}, {respond: 201}]\n"},
    {"the first",
     "services: {a: {latency: 30ms}, b: {latency: 90ms}}\n"
     "request: [{parallel: {x: [{call: b}], y: [{call: a}]}, until: any}, {respond: 200}]\n"},
    {"copies, some at a time", "services: {a: {latency: 30ms}}\n"
                               "request: [{each: 5, limit: 2, do: [{call: a}]}]\n"},
    {"as they end", "request:\n"
                    "  - each: 3\n"
                    "    as: i\n"
                    "    name: copies\n"
                    "    do: [{wait: 60ms - i * 20ms}, {set: {late: i < 2}}]\n"
                    "    as_completed: [{if: copies.late, then: [{wait: 30ms}]}]\n"
                    "  - if: any(copies.late)\n"
                    "    then: [{respond: 202}]\n"},
    {"spawned", "services: {a: {latency: 60ms}}\n"
                "request:\n"
                "  - spawn: {t: [{call: a}, {set: {x: 3}}]}\n"
                "  - wait: 30ms\n"
                "  - await: t\n"
                "  - {if: t.x == 3, then: [{respond: 203}], else: [{respond: 500}]}\n"},
    {"a failure caught", "services: {a: {latency: 20ms, error: 100%}}\n"
                         "request: [{call: a, retry: {attempts: 3, backoff: 10ms, factor: 2},\n"
                         "          catch: {timeout: [{abort: 504}], error: [{abort: 502}]}}]\n"},
    {"a failure uncaught",
     "uncaught: 599\n"
     "services: {a: {latency: 20ms, error: 100%}}\n"
     "request: [{parallel: {x: [{call: a}], y: [{wait: 60ms}]}}, {respond: 200}]\n"},
    {"timeouts",
     "services: {a: {latency: 90ms}}\n"
     "request:\n"
     "  - {call: a, timeout: 20ms, catch: {timeout: []}}\n"
     "  - {seq: [{wait: 20ms}, {call: a}], timeout: 50ms, catch: {any: [{abort: 504}]}}\n"},
    {"sent again", "services: {a: {latency: 40ms, hedge: {after: 10ms}}}\n"
                   "request: [{call: a}, {respond: 200}]\n"},
    /* One of twelve is slow at first, and its second copy is not. */
    {"the second is faster",
     "services: {a: {latency: 'mix(60% of 20ms, 40% of 150ms)', hedge: {after: 10ms, max: 4}}}\n"
     "request: [{each: 12, do: [{call: a}]}, {respond: 200}]\n"},
    {"the second is faster, with a queue",
     "services: {a: {latency: 'mix(60% of 20ms, 40% of 150ms)', capacity: 48,"
     " hedge: {after: 10ms, max: 4}}}\n"
     "request: [{each: 12, do: [{call: a}]}, {respond: 200}]\n"},
    {"a lock", "services: {a: {latency: 20ms, capacity: 1}}\n"
               "resources: {lock: mutex}\n"
               "request:\n"
               "  - each: 2\n"
               "    do: [{use: lock, do: [{wait: 20ms}]}, {call: a}]\n"},
    {"aborted from within", "request:\n"
                            "  - parallel: {x: [{wait: 30ms}, {abort: 503}], y: [{wait: 40ms}]}\n"
                            "  - respond: 200\n"},
    {"answered early",
     "request: [{wait: 20ms}, {respond: 202}, {detach: [{wait: 40ms}]}, {wait: 20ms}]\n"},
    {"chosen", "request:\n"
               "  - choose: [{p: 0, do: [{abort: 500}]}, {p: 1, do: [{wait: 30ms}]}]\n"
               "  - set: {x: 1 + binomial(n=3 p=1)}\n"
               "  - {if: x > 3, then: [{respond: 201}], else: [{respond: 500}]}\n"},
    {"a pipeline", "params: {n: 1}\n"
                   "pipelines:\n"
                   "  twice: [{repeat: n, do: [{wait: 20ms}]}, {if: n > 1, then: [{return: "
                   "true}]}, {wait: 10ms}]\n"
                   "request: [{run: twice, with: {n: 2}}, {run: twice}, {respond: 200}]\n"},
    {"handed over",
     "services: {a: {latency: 30ms, blocking: true}}\n"
     "request: [{parallel: {x: [{call: a}], y: [{call: a}], z: [{offload: [{wait: 40ms}]}]}}]\n"},
    {"shared", "shared: {n: 0..3}\n"
               "request:\n"
               "  - detach: [{wait: 30ms}, {set: {n: n + 1}, atomic: true}]\n"
               "  - {if: n == 0, then: [{wait_until: n > 0}], else: []}\n"
               "  - {respond: 200}\n"},
    {"a stage", "services: {a: {latency: 20ms}}\n"
                "channels: {c: 1, d: 4}\n"
                "request: [{set: {n: 3}}, {each: 3, do: [{put: c}]}]\n"
                "stages:\n"
                "  one: {from: c, do: [{call: a}, {put: d}]}\n"
                "  two: {from: d, workers: 2, do: [{wait: n * 10ms}, {respond: 200}]}\n"},
    {"a full channel", "services: {a: {latency: 30ms}}\n"
                       "channels: {c: 1}\n"
                       "request: [{put: c}, {put: c}, {put: c}, {respond: 200}]\n"
                       "stages: {one: {from: c, do: [{call: a}]}}\n"},
    {"a channel that rejects", "channels: {c: {size: 1, full: reject}}\n"
                               "request: [{put: c}, {wait: 20ms}, {put: c}, {put: c}]\n"
                               "stages: {one: {from: c, do: [{wait: 60ms}, {respond: 200}]}}\n"},
    {"batches", "channels: {c: 4}\n"
                "request: [{put: c}, {put: c}, {put: c}]\n"
                "stages:\n"
                "  one:\n"
                "    from: c\n"
                "    batch: {max: 2, wait: 40ms}\n"
                "    do: [{wait: 30ms}, {if: batch_size == 1, then: [{respond: 200}]}]\n"},
    {"a stage that fails", "services: {a: {latency: 20ms, error: 100%}}\n"
                           "channels: {c: 1}\n"
                           "request: [{put: c}, {wait: 40ms}]\n"
                           "stages: {one: {from: c, do: [{call: a}, {respond: 200}]}}\n"},
    {"workers", "services: {a: {latency: 20ms}}\n"
                "host: {workers: 2}\n"
                "request: [{call: a}, {respond: 200}]\n"},
    /* Two wait for the lock from 10 and from 20 ms on, until 40: who comes later goes first. */
    {"by priority", "resources: {lock: {kind: mutex, discipline: priority}}\n"
                    "request:\n"
                    "  - parallel:\n"
                    "      a: [{use: lock, do: [{wait: 40ms}]}]\n"
                    "      b: [{wait: 10ms}, {use: lock, priority: 2, do: [{wait: 40ms}]}]\n"
                    "      c: [{wait: 20ms}, {priority: 1, use: lock, do: [{wait: 20ms}]},\n"
                    "          {respond: 201}]\n"},
    {"the last first", "services: {a: {latency: 40ms, capacity: 1, discipline: lifo}}\n"
                       "request:\n"
                       "  - parallel:\n"
                       "      a: [{call: a}]\n"
                       "      b: [{wait: 10ms}, {call: a}]\n"
                       "      c: [{wait: 20ms}, {call: a}, {respond: 201}]\n"},
    {"in any order", "services: {a: {latency: 20ms, capacity: 1, discipline: random}}\n"
                     "request: [{each: 4, do: [{call: a}]}, {respond: 201}]\n"},
    {"a pool, the last first", "request: [{parallel: {a: [{wait: 20ms}], b: [{wait: 40ms}],"
                               " c: [{wait: 20ms}, {respond: 201}]}}]\n"
                               "executions: {threads: {server: 1, pool: 1, discipline: lifo}}\n"},
};

struct row {
    const struct text *pipeline;
    const char *exec;
};

/* Answers are as simulated, and no earlier; how late the one is that is least so. */
static int64_t least_late(const struct program *p, const struct record *want)
{
    struct answered got[REQUESTS];
    int64_t least = INT64_MAX;
    if (program_run(p, 2, 60000 * MS) != CHILD_WELL) {
        program_show(p->said);
        fail();
    }
    assert_int_equal(read_otlp(p->otlp, got, REQUESTS), REQUESTS);
    for (uint32_t i = 0; i < REQUESTS; i++) {
        assert_int_equal(got[i].status, want[i].status);
        if (got[i].latency < want[i].latency)
            fail_msg("%lld ns, and by the schedule %lld", (long long)got[i].latency,
                     (long long)want[i].latency);
        int64_t late = got[i].latency - want[i].latency;
        least = late < least ? late : least;
    }
    return least;
}

/* May a task be at work, detached or cut short upon its thread, when the request is over? */
static bool leaves_one(const struct row *q)
{
    static const char *const how[] = {"detach", "until: any", "uncaught: 599", "{abort: 503}], y"};
    for (size_t i = 0; i < TEST_COUNT(how); i++)
        if (strstr(q->pipeline->yaml, how[i]))
            return true;
    return false;
}

/* How many steps of the model are not found in what the program has recorded. */
static uint64_t strayed(const struct rig *r, const struct program *p)
{
    struct sim *s = sim_new(r->prog, &(struct sim_opt){.seed = 1, .trace_requests = UINT64_MAX});
    struct recording *rec = recording_read(p->otlp, r->prog);
    struct live_report report = {.steps = 0};
    assert_int_equal(retrace(s, false, REQUESTS, rec, NULL, &report), SIM_MORE);
    assert_true(report.steps > 0);
    recording_free(rec);
    sim_free(s);
    return report.strayed;
}

static void test_schedule(void **state)
{
    const struct row *q = *state;
    struct rig r = rig_new(q->pipeline->yaml, q->exec);
    struct program p = program_write(r.prog, 1, REQUESTS, r.diags);
    uint64_t n;
    assert_int_equal(sim_run_alone(r.sim, 0, REQUESTS), SIM_MORE);
    const struct record *want = sim_records(r.sim, &n);
    /* On a busy machine nearly all are late; what is put in order wrongly always is. */
    int64_t late = least_late(&p, want);
    for (int again = 0; again < 40 && late > SLACK; again++)
        late = least_late(&p, want);
    if (late > SLACK)
        fail_msg("at least %lld ns later than by the schedule", (long long)late);
    /* All are found, but for what the last request has left behind when the program ended.  On a
     * busy machine an answer and the next copy may be heard of in another order. */
    for (int again = 0; again < 4 && strayed(&r, &p) > leaves_one(q); again++)
        least_late(&p, want);
    assert_true(strayed(&r, &p) <= leaves_one(q));
    program_remove(&p);
    rig_free(&r);
}

/* ---- draws, load ---- */

/* What is written for a request is what the simulator has drawn for it: one by one, and without
 * costs, they sum to its latency. */
static void test_rehearse(void **state)
{
    (void)state;
    struct rig r =
        rig_new("services: {a: {latency: exponential(mean=2ms)}}\n"
                "request: [{call: a}, {each: 2, do: [{call: a}, {wait: uniform(1ms 2ms)}]},"
                " {cpu: exponential(mean=1ms)}]\n",
                "serial");
    struct buf b = {0};
    uint64_t n;
    rehearse(r.prog, 1, 20, &b);
    assert_int_equal(sim_run_alone(r.sim, 0, 20), SIM_MORE);
    const struct record *want = sim_records(r.sim, &n);
    const char *line = strchr(b.s, '\n') + 1;
    for (uint32_t i = 0; i < n; i++, line = strchr(line, '\n') + 1) {
        static const char *const key[] = {
            "\"/a\",",         "\"/each[0]/a\",",    "\"/each[0]/wait\",",
            "\"/each[1]/a\",", "\"/each[1]/wait\",", "\"/cpu\","};
        double sum = 0;
        for (size_t k = 0; k < TEST_COUNT(key); k++)
            sum += strtod(strstr(line, key[k]) + strlen(key[k]), NULL);
        assert_true(fabs(sum * 1e9 - (double)want[i].latency) < 10);
    }
    for (; *line; line = strchr(line, '\n') + 1)
        assert_true(strstr(line, "\"spare\":true") < strchr(line, '\n'));
    buf_free(&b);
    rig_free(&r);
}

static void assert_longest(const char *yaml, const char *exec, double seconds)
{
    static const char key[] = "\"longest\":";
    struct rig r = rig_new(yaml, exec);
    struct buf b = {0};
    rehearse(r.prog, 1, 20, &b);
    const char *at = strstr(b.s, key);
    assert_non_null(at);
    assert_float_equal(strtod(at + sizeof key - 1, NULL), seconds, 1e-9);
    buf_free(&b);
    rig_free(&r);
}

/* The longest that anything takes by itself, whatever else there is. */
static void test_longest(void **state)
{
    (void)state;
    assert_longest("services: {a: {latency: 2ms}}\n"
                   "request: [{call: a}, {wait: 5ms}, {cpu: 3ms}, {respond: 200}]\n",
                   "serial", 0.005);
    assert_longest("services: {a: {latency: 2ms}}\n"
                   "request: [{call: a, timeout: 80ms}, {respond: 200}]\n",
                   "serial", 0.080);
    assert_longest("services: {a: {latency: 9ms, error: 1}}\n"
                   "request: [{call: a, retry: {attempts: 2, backoff: 70ms}, catch: []}]\n",
                   "serial", 0.070);
    assert_longest("resources: {m: {kind: mutex, queue_timeout: 60ms}}\n"
                   "request: [{parallel: [{use: m, do: [{wait: 1ms}]}, {use: m, do: []}]}]\n",
                   "threads", 0.060);
    assert_longest("request: [{wait: 1ms}]\nload: {clients: 1, think: 90ms}\n", "threads", 0.090);
    assert_longest("request: [{wait: 1ms}]\nload: {rate: 20/s, arrivals: deterministic}\n",
                   "threads", 0.050);
}

/* A load that never gets going: those who came until then, and draws for who gets further: two sets
 * that stop there as well, and twice 16 of what is done one after the other. */
static void test_stands_still(void **state)
{
    (void)state;
    struct rig r = rig_new("resources: {a: mutex, b: mutex}\n"
                           "request:\n"
                           "  - parallel:\n"
                           "      x: [{use: a, do: [{wait: 1ms}, {use: b, do: [{wait: 1ms}]}]}]\n"
                           "      y: [{use: b, do: [{wait: 1ms}, {use: a, do: [{wait: 1ms}]}]}]\n"
                           "load: {clients: 3}\n",
                           "threads");
    struct buf b = {0};
    uint32_t spare = 0, all = 0;
    rehearse(r.prog, 1, 20, &b);
    for (const char *p = b.s; (p = strstr(p, "\"draws\":")); p++)
        all++;
    for (const char *p = b.s; (p = strstr(p, "\"spare\":true")); p++)
        spare++;
    assert_int_equal(all, 3 + 2 + 16); /* 16 for the pauses within both locks */
    assert_int_equal(spare, 2 + 16);
    buf_free(&b);
    rig_free(&r);
}

/* No request of the simulation is rejected, or fails otherwise: but the program's may. */
static void test_never_drawn(void **state)
{
    static const char *const key[] = {"[\"/f\",",        "[\"/f+\",",   "[\"/wait\",0.007]",
                                      "[\"/f~\",0.003]", "[\"/x?\",1]", "[\"/if?\",",
                                      "[\"/choose?\","};
    (void)state;
    struct rig r = rig_new("services:\n"
                           "  s: {latency: 5ms, capacity: 1, queue: 0}\n"
                           "  f: {latency: uniform(1ms 2ms), cpu: 1ms, error: 0.5}\n"
                           "request:\n"
                           "  - call: s\n"
                           "    catch:\n"
                           "      rejected:\n"
                           "        - {call: f, retry: {attempts: 2, backoff: 3ms}}\n"
                           "        - {wait: 7ms}\n"
                           "        - {set: {x: chance(1)}}\n"
                           "        - {if: chance(0.5), then: {respond: 500}}\n"
                           "        - {choose: [{p: 0.5, do: []}, {p: 0.5, do: {respond: 501}}]}\n",
                           "threads");
    struct buf b = {0};
    rehearse(r.prog, 1, 20, &b);
    for (size_t i = 0; i < TEST_COUNT(key); i++)
        if (strstr(b.s, key[i]) == NULL)
            fail_msg("no %s", key[i]);
    for (const char *at = b.s; (at = strstr(at, key[0])) != NULL; at++) {
        double s = strtod(at + strlen(key[0]) + (at[strlen(key[0])] == '['), NULL);
        assert_true(s >= 0.001 && s <= 0.002);
    }
    assert_longest("services: {s: {latency: 5ms, capacity: 1, queue: 0}}\n"
                   "request: {call: s, catch: {rejected: {wait: 7s}}}\n",
                   "threads", 7);
    buf_free(&b);
    rig_free(&r);
}

/* A closed load of 8 upon a service that takes two at a time, 10 ms each (or of 4 upon two
 * workers): the last of 40 cannot be over before 200 ms. */
static void test_load(void **state)
{
    const struct row *q = *state;
    struct rig r = rig_new(q->pipeline->yaml, q->exec);
    struct program p = program_write(r.prog, 1, 40, r.diags);
    struct answered got[40];
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    assert_int_equal(program_run(&p, 40, 60000 * MS), CHILD_WELL);
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_true((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 >= 200);
    assert_int_equal(read_otlp(p.otlp, got, 40), 40);
    for (uint32_t i = 0; i < 40; i++)
        assert_true(got[i].status == 200 && got[i].latency >= 10 * MS);
    program_remove(&p);
    rig_free(&r);
}

/* How many connections a program has opened for which its requests have no use yet. */
static uint32_t connections_of(const struct program *p, int64_t most_ns)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    uint32_t n = 0;
    char service[32];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(service, sizeof service, "127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    const char *const argv[] = {"python3",   p->program, "--draws", p->draws,
                                "--service", service,    NULL};
    assert_int_equal(child_run(&(struct child_opt){
                         .argv = argv, .said = p->said, .cores = 1, .most_ns = most_ns}),
                     CHILD_LATE);
    for (int one; (one = accept(fd, NULL, NULL)) >= 0; n++)
        close(one);
    close(fd);
    return n;
}

/* Clients that begin together find a connection each on the loop. */
static void test_connections(void **state)
{
    (void)state;
    struct rig r = rig_new("services: {s: {latency: 1ms}}\n"
                           "request: [{wait: 100s}, {call: s}]\n"
                           "load: {clients: 5}\n",
                           "coroutine");
    struct program p = program_write(r.prog, 1, 5, r.diags);
    int64_t most = 500 * MS; /* until it has begun */
    uint32_t n;
    while ((n = connections_of(&p, most)) == 0)
        assert_true((most *= 2) < 20000 * MS);
    assert_int_equal(n, 5);
    program_remove(&p);
    rig_free(&r);
}

/* ---- requests that others hold up, or that are refused ---- */

static const struct text crowds[] = {
    /* From 20 ms on one every 20 ms, of 45 ms each: the third, the fifth ... find one in progress
     * and one that waits. */
    {"refused", "request: [{wait: 45ms}, {respond: 200}]\n"
                "load: {rate: 50/s, arrivals: deterministic}\n"
                "executions: {threads: {limit: 1, queue: 1}, coroutine: {limit: 1, queue: 1}}\n"},
    {"refused by a pool", "request: [{wait: 90ms}, {respond: 200}]\n"
                          "load: {rate: 25/s, arrivals: deterministic}\n"
                          "executions: {threads: {pool: 1, queue: 1}, coroutine: {limit: 1}}\n"},
    {"balanced at random", "request: [{wait: 90ms}, {respond: 200}]\n"
                           "load: {rate: 25/s, arrivals: deterministic}\n"
                           "host: {workers: 3, balance: random}\n"
                           "executions: {threads: {pool: 1}, coroutine: {limit: 1}}\n"},
};
enum { CROWD = 8 };

/* True: all of them went as simulated. */
static bool as_simulated(const struct program *p, const struct record *want, uint64_t n)
{
    struct answered got[CROWD];
    if (program_run(p, 8, 60000 * MS) != CHILD_WELL) {
        program_show(p->said);
        fail();
    }
    assert_int_equal(read_otlp(p->otlp, got, CROWD), CROWD);
    for (uint32_t i = 0; i < CROWD; i++) {
        const struct record *w = NULL;
        for (uint64_t k = 0; k < n; k++)
            w = (int64_t)want[k].ordinal == got[i].ordinal ? &want[k] : w;
        if (!w || w->status != got[i].status || got[i].latency < w->latency ||
            got[i].latency > w->latency + 12 * MS)
            return false;
    }
    return true;
}

static void test_crowd(void **state)
{
    const struct row *q = *state;
    struct rig r = rig_new(q->pipeline->yaml, q->exec);
    struct program p = program_write(r.prog, 1, 2 * CROWD, r.diags);
    uint64_t n;
    assert_int_equal(sim_run_load(r.sim, 2 * CROWD), SIM_MORE);
    const struct record *want = sim_records(r.sim, &n);
    int tries = 0; /* whoever is late by chance is so once, what is wrong is so always */
    while (!as_simulated(&p, want, n))
        assert_true(++tries < 30);
    program_remove(&p);
    rig_free(&r);
}

static const struct text loaded = {"load", "services: {s: {latency: 10ms, capacity: 2}}\n"
                                           "request: [{call: s}, {respond: 200}]\n"
                                           "load: {clients: 8, think: 1ms}\n"};

/* ---- what cannot be ---- */

static const struct text worked = {"workers", "services: {s: {latency: 10ms}}\n"
                                              "request: [{call: s}, {respond: 200}]\n"
                                              "host: {workers: 2}\n"
                                              "load: {clients: 4}\n"};
static const struct row workers_serial = {&worked, "serial"};

static void test_refused(void **state)
{
    (void)state;
    struct rig r = rig_new("services: {s: {latency: 1ms, capacity: 2, discipline: ps},\n"
                           "           t: {latency: 1ms, host_cpu: 1ms}}\n"
                           "channels: {c: {size: 5, scope: all}}\n"
                           "request: [{put: c}, {call: s}, {call: t}]\n"
                           "stages: {t: {from: c, do: [{call: s}]}}\n"
                           "host: {workers: 2}\n",
                           "threads");
    struct buf b = {0};
    uint32_t n = 0;
    assert_false(emit_python(r.prog, &b, r.diags));
    for (uint32_t i = 0; i < diags_count(r.diags); i++)
        n += strcmp(diags_get(r.diags, i)->id, "E-python") == 0;
    assert_int_equal(n, 4); /* ps, host_cpu, what workers would share twice: all at once */
    buf_free(&b);
    rig_free(&r);
}

/* ---- programs that do not end well ---- */

static enum child_end run_shell(const char *text, int64_t most_ns, const atomic_bool *stop)
{
    const char *const argv[] = {"sh", "-c", text, NULL};
    return child_run(&(struct child_opt){
        .argv = argv, .said = "/dev/null", .cores = 1, .most_ns = most_ns, .stop = stop});
}

static void test_child(void **state)
{
    (void)state;
    atomic_bool stop = true;
    const char *const nothing[] = {"/no/such/program", NULL};
    assert_int_equal(run_shell("exit 0", 0, NULL), CHILD_WELL);
    assert_int_equal(run_shell("exit 3", 0, NULL), CHILD_BADLY);
    assert_int_equal(run_shell("kill -9 $$", 0, NULL), CHILD_BADLY);
    assert_int_equal(run_shell("sleep 100", 50 * MS, NULL), CHILD_LATE);
    assert_int_equal(run_shell("sleep 100", 0, &stop), CHILD_STOPPED);
    errno = 0;
    assert_int_equal(child_run(&(struct child_opt){.argv = nothing, .said = "/dev/null"}),
                     CHILD_UNABLE);
    assert_int_equal(errno, ENOENT);
}

/* One that does not listen is killed, and its children with it. */
static void test_child_stubborn(void **state)
{
    (void)state;
    char file[] = "/tmp/test-child-XXXXXX";
    int fd = mkstemp(file), pid = 0;
    char text[128];
    snprintf(text, sizeof text, "trap '' TERM; sleep 100 & echo $! >%s; wait; wait; sleep 99",
             file);
    assert_int_equal(run_shell(text, 200 * MS, NULL), CHILD_LATE);
    FILE *f = fdopen(fd, "r");
    assert_int_equal(fscanf(f, "%d", &pid), 1);
    fclose(f);
    unlink(file);
    struct timespec soon = {.tv_nsec = 100000000};
    nanosleep(&soon, NULL); /* whoever inherits it takes it away */
    char state_of[64], letter = 'Z';
    snprintf(state_of, sizeof state_of, "/proc/%d/stat", pid);
    f = fopen(state_of, "r");
    if (f) {
        assert_int_equal(fscanf(f, "%*d %*s %c", &letter), 1);
        fclose(f);
    }
    assert_int_equal(letter, 'Z');
}

int main(void)
{
    static const char *const kinds[] = {"serial", "threads", "coroutine", "hybrid"};
    static const size_t in_order[] = {0, 4, 8, 17}; /* under serial as well */
    enum { MOST = 6 + 4 * TEST_COUNT(pipelines) };
    struct CMUnitTest t[MOST] = {
        test_named("what is drawn", test_rehearse, NULL),
        test_named("what nobody has come to", test_never_drawn, NULL),
        test_named("the longest of all", test_longest, NULL),
        test_named("a load that stands still", test_stands_still, NULL),
        test_named("what is refused", test_refused, NULL),
        test_named("programs that do not end well", test_child, NULL),
        test_named("a program that does not listen", test_child_stubborn, NULL),
        test_named("connections for those who begin", test_connections, NULL),
    };
    struct row rows[MOST];
    char names[MOST][64];
    size_t n = 5;
    for (size_t i = 0; i < TEST_COUNT(pipelines); i++)
        for (size_t k = 1; k < 3 + (i == 15); k++) { /* hybrid: what is handed over */
            rows[n] = (struct row){&pipelines[i], kinds[k]};
            snprintf(names[n], sizeof names[n], "%s, %s", pipelines[i].name, kinds[k]);
            t[n] = test_named(names[n], test_schedule, &rows[n]);
            n++;
        }
    for (size_t k = 0; k < TEST_COUNT(in_order); k++) {
        rows[n] = (struct row){&pipelines[in_order[k]], kinds[0]};
        snprintf(names[n], sizeof names[n], "%s, serial", pipelines[in_order[k]].name);
        t[n] = test_named(names[n], test_schedule, &rows[n]);
        n++;
    }
    for (size_t k = 1; k < 3; k++) {
        rows[n] = (struct row){&loaded, kinds[k]};
        snprintf(names[n], sizeof names[n], "load, %s", kinds[k]);
        t[n] = test_named(names[n], test_load, &rows[n]);
        n++;
    }
    for (size_t i = 0; i < 2 * TEST_COUNT(crowds); i++) {
        rows[n] = (struct row){&crowds[i / 2], kinds[1 + i % 2]};
        snprintf(names[n], sizeof names[n], "%s, %s", crowds[i / 2].name, kinds[1 + i % 2]);
        t[n] = test_named(names[n], test_crowd, &rows[n]);
        n++;
    }
    t[n++] = test_named("load, two workers", test_load, &workers_serial);
    return _cmocka_run_group_tests("python", t, n, NULL, NULL);
}
