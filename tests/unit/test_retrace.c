/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings gone through by the simulator: waits, bursts and starts that follow from recorded
 * times, computed by hand.  In ms; the recording's clock is somewhere else. */
#include "live/retrace.h"
#include "tests/unit/schedule.h"
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static const long long epoch = 1790000000000000000;

/* ---- lines of OTLP ---- */

struct line {
    FILE *f;
    int n;
};

static void span(struct line *l, const char *name, int kind, int64_t begin, int64_t end,
                 const char *more)
{
    const char *comma = l->n++ ? ", " : "";
    fprintf(l->f,
            "%s{\"name\": \"%s\", \"spanId\": \"%x\", \"kind\": %d, \"startTimeUnixNano\": "
            "\"%lld\", \"endTimeUnixNano\": \"%lld\", %s}",
            comma, name, (unsigned)l->n, kind, (long long)(epoch + begin * MS),
            (long long)(epoch + end * MS), more);
}

/* The request's own span; others are below it. */
static void root(struct line *l, int client, int64_t begin, int64_t end, const char *how)
{
    char more[256];
    snprintf(more, sizeof more,
             "\"attributes\": [{\"key\": \"pertinax.client\", \"value\": {\"intValue\": \"%d\"}}, "
             "{\"key\": \"pertinax.ordinal\", \"value\": {\"intValue\": \"0\"}}, %s]",
             client, how);
    fprintf(l->f, "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [");
    l->n = 0;
    span(l, "request", 2, begin, end, more);
}

#define STATUS_200    "{\"key\": \"http.response.status_code\", \"value\": {\"intValue\": \"200\"}}"
#define SECOND_WORKER "{\"key\": \"pertinax.worker\", \"value\": {\"intValue\": \"1\"}}"
#define OPEN          "{\"key\": \"pertinax.open\", \"value\": {\"intValue\": \"1\"}}"

static void request(struct line *l, int client, int64_t begin, int64_t end)
{
    root(l, client, begin, end, STATUS_200);
}

static void done(struct line *l)
{
    fprintf(l->f, "]}]}]}\n");
}

#define BELOW           "\"parentSpanId\": \"1\""
#define IN_TASK(t)      BELOW ", \"attributes\": [" TASK(t) "]"
#define OPEN_IN_TASK(t) BELOW ", \"attributes\": [" TASK(t) ", " OPEN "]"
#define TASK(t)         "{\"key\": \"pertinax.task\", \"value\": {\"stringValue\": \"" t "\"}}"

/* ---- one recording, gone through ---- */

struct retraced {
    struct rig rig;
    struct live_report report;
    struct sim_account account;
};

static struct recording *recorded(const struct prog *p, void (*write)(struct line *l),
                                  void (*write_open)(struct line *l))
{
    char path[] = "/tmp/test-retrace-XXXXXX", open[64];
    struct line l = {.f = fdopen(mkstemp(path), "w")};
    snprintf(open, sizeof open, "%s.unfinished", path);
    write(&l);
    fclose(l.f);
    if (write_open) {
        l.f = fopen(open, "w");
        write_open(&l);
        fclose(l.f);
    }
    struct recording *rec = recording_read(path, p);
    unlink(path);
    unlink(open);
    return rec;
}

static struct retraced retraced_open(const char *yaml, const char *exec, bool load,
                                     void (*write)(struct line *l),
                                     void (*write_open)(struct line *l), enum sim_end as)
{
    struct retraced x = {.rig = rig_new(yaml, exec)};
    struct recording *rec = recorded(x.rig.prog, write, write_open);
    uint64_t n = write_open ? 100 : rec->nended;
    assert_int_equal(retrace(x.rig.sim, load, n, rec, NULL, &x.report), as);
    recording_free(rec);
    x.account.row = NEW(x.rig.mem, struct sim_res_account, sim_rows(x.rig.prog) + 1);
    sim_snapshot(x.rig.sim, &x.account);
    return x;
}

static struct retraced retraced(const char *yaml, const char *exec, bool load,
                                void (*write)(struct line *l))
{
    return retraced_open(yaml, exec, load, write, NULL, SIM_MORE);
}

static const struct sim_res_account *row_of(const struct retraced *x, const char *name)
{
    for (uint32_t i = 0; i < sim_rows(x->rig.prog); i++)
        if (strcmp(sim_row_name(x->rig.prog, i), name) == 0)
            return &x->account.row[i];
    fail_msg("no row %s", name);
    return NULL;
}

/* So much of the first request's critical path. */
static double on_path(const struct retraced *x, enum path_kind kind, uint32_t id)
{
    const struct path_account *a = sim_paths(x->rig.sim);
    const struct path_segment s = {.mark = NONE, .kind = kind, .id = id & 0xffffff};
    double ns = 0;
    for (uint64_t i = a->first[0]; i < a->first[1]; i++)
        if (a->entry_row[i] == path_row_of(x->rig.prog, &s))
            ns += (double)a->entry_time[i];
    return ns;
}

static void assert_ms(double ns, double ms)
{
    if (fabs(ns / 1e6 - ms) > 1e-6)
        fail_msg("%g ms, by hand %g", ns / 1e6, ms);
}

/* ---- by hand ---- */

/* Two clients from 0 on; the call of the first, with the lock, is over at 30 though it was to take
 * 10, that of the other one at 70.  The first one's next request waits from 30 to 70. */
static void write_lock(struct line *l)
{
    request(l, 0, 0, 30);
    span(l, "lock", 1, 0, 30, BELOW);
    span(l, "a", 3, 1, 30, BELOW);
    done(l);
    request(l, 1, 0, 70);
    span(l, "lock", 1, 0, 70, BELOW);
    span(l, "a", 3, 31, 70, BELOW);
    done(l);
}

static void test_waits(void **state)
{
    (void)state;
    struct retraced x = retraced("services: {a: {latency: 10ms}}\n"
                                 "resources: {lock: mutex}\n"
                                 "request: [{use: lock, do: [{call: a}]}, {respond: 200}]\n"
                                 "load: {clients: 2}\n",
                                 "threads", true, write_lock);
    uint64_t n;
    const struct record *r = sim_records(x.rig.sim, &n);
    assert_int_equal(n, 2);
    assert_true(r[0].latency == 30 * MS && r[1].latency == 70 * MS && r[1].status == 200);
    assert_int_equal(x.report.strayed, 0);
    assert_ms(row_of(&x, "lock")->wait_sum, 30 + 40);
    assert_ms(row_of(&x, "lock")->busy_area, 70);
    rig_free(&x.rig);
}

/* Both were handed to the second of two workers, of whose lock one has to wait. */
static void write_worker(struct line *l)
{
    for (int client = 0; client < 2; client++) {
        root(l, client, 0, 10 + 10 * client, STATUS_200 ", " SECOND_WORKER);
        span(l, "lock", 1, 0, 10 + 10 * client, BELOW);
        span(l, "a", 3, 10 * client, 10 + 10 * client, BELOW);
        done(l);
    }
}

static void test_worker(void **state)
{
    (void)state;
    struct retraced x = retraced("services: {a: {latency: 10ms}}\n"
                                 "host: {workers: 2}\n"
                                 "resources: {lock: {kind: mutex, scope: worker}}\n"
                                 "request: [{use: lock, do: [{call: a}]}, {respond: 200}]\n"
                                 "load: {clients: 2}\n",
                                 "threads", true, write_worker);
    assert_ms(row_of(&x, "lock")->wait_sum, 10);
    rig_free(&x.rig);
}

/* 10 ms of computing were over after 25; then a call that computes 2 before it, from 25 on, is sent
 * at 31 and answered at 50, and computes until 52 + 1. */
static void write_burst(struct line *l)
{
    char more[256];
    snprintf(more, sizeof more,
             BELOW ", \"events\": [{\"name\": \"sent\", \"timeUnixNano\": \"%lld\"}, "
                   "{\"name\": \"answered\", \"timeUnixNano\": \"%lld\"}]",
             epoch + 31 * MS, epoch + 50 * MS);
    request(l, 0, 0, 53);
    span(l, "cpu", 1, 0, 25, BELOW);
    span(l, "a", 3, 25, 53, more);
    done(l);
}

static const char *const bursts = "services: {a: {latency: 10ms}}\n"
                                  "request: [{cpu: 10ms}, {call: a, cpu: {send: 2ms, receive: "
                                  "2ms}}, {respond: 200}]\n"
                                  "executions: {threads: {gil: true}}\n";

static void test_bursts(void **state)
{
    (void)state;
    struct retraced x = retraced(bursts, "threads", false, write_burst);
    assert_int_equal(x.report.strayed, 0);
    assert_ms(row_of(&x, "cores")->busy_area, 14);
    assert_ms(row_of(&x, "gil")->wait_sum, 15 + 4 + 1);
    assert_ms((double)x.account.time, 53);
    rig_free(&x.rig);
}

/* The copy of a hedged call that has won computes from its answer, at 14, until the call is over.
 */
static void write_copy(struct line *l)
{
    char more[256];
    snprintf(more, sizeof more,
             BELOW ", \"events\": [{\"name\": \"sent[0]\", \"timeUnixNano\": \"%lld\"}, "
                   "{\"name\": \"answered[0]\", \"timeUnixNano\": \"%lld\"}]",
             epoch + 3 * MS, epoch + 14 * MS);
    request(l, 0, 0, 16);
    span(l, "a", 3, 0, 16, more);
    done(l);
}

static void test_copy(void **state)
{
    (void)state;
    struct retraced x =
        retraced("services: {a: {latency: 10ms}}\n"
                 "request: {call: a, cpu: {send: 2ms, receive: 2ms}, hedge: {after: "
                 "50ms, max: 2}}\n",
                 "serial", false, write_copy);
    assert_int_equal(x.report.strayed, 0);
    assert_ms(row_of(&x, "cores")->busy_area, 4);
    assert_ms((double)x.account.time, 16);
    rig_free(&x.rig);
}

/* The first request has given up its call after 5, which its service goes on with until 10; the
 * second one came at 6, all the same, and took 3. */
static void write_abandoned(struct line *l)
{
    request(l, 0, 0, 5);
    span(l, "a", 3, 0, 5, BELOW);
    done(l);
    fprintf(l->f, "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [");
    l->n = 0;
    span(l, "request", 2, 6, 9,
         "\"attributes\": [{\"key\": \"pertinax.ordinal\", \"value\": {\"intValue\": \"1\"}}]");
    span(l, "a", 3, 6, 9, BELOW);
    done(l);
}

static void test_abandoned(void **state)
{
    (void)state;
    struct retraced x =
        retraced("services: {a: {latency: 10ms, timeout: 5ms, capacity: 1, abandoned: keep}}\n"
                 "request: {call: a, catch: []}\n",
                 "coroutine", false, write_abandoned);
    const struct path_account *a = sim_paths(x.rig.sim);
    int64_t ns = 0;
    for (uint64_t i = a->first[1]; i < a->first[2]; i++)
        ns += a->entry_time[i];
    assert_ms((double)ns, 3);
    rig_free(&x.rig);
}

/* The threads of two branches do their first steps at 5 and at 8; the answer waits for the first.
 * Nothing is recorded of y's second step, which takes the 10 that it was to take. */
static void write_starts(struct line *l)
{
    request(l, 0, 0, 40);
    span(l, "parallel", 1, 0, 40, BELOW);
    span(l, "a", 3, 5, 40, IN_TASK("/x"));
    span(l, "a", 3, 8, 20, IN_TASK("/y"));
    done(l);
}

static void test_starts(void **state)
{
    (void)state;
    struct retraced x = retraced("services: {a: {latency: 10ms}}\n"
                                 "request: [{parallel: {x: [{call: a}], y: [{call: a}, {wait: "
                                 "10ms}]}}, {respond: 200}]\n",
                                 "threads", false, write_starts);
    assert_int_equal(x.report.steps, 3);
    assert_int_equal(x.report.strayed, 1);
    assert_ms(on_path(&x, PATH_COST, COST_SPAWN), 5);
    rig_free(&x.rig);
}

/* A line that was half written is not a request. */
static void write_half(struct line *l)
{
    request(l, 0, 0, 10);
    span(l, "a", 3, 0, 10, BELOW);
    done(l);
    request(l, 1, 0, 12);
    fprintf(l->f, ", {\"name\": \"a");
}

static void test_half(void **state)
{
    (void)state;
    struct retraced x = retraced("services: {a: {latency: 1ms}}\n"
                                 "request: [{call: a}, {respond: 200}]\n"
                                 "load: {clients: 2}\n",
                                 "coroutine", true, write_half);
    uint64_t n;
    const struct record *r = sim_records(x.rig.sim, &n);
    assert_int_equal(n, 1);
    assert_true(r->latency == 10 * MS);
    rig_free(&x.rig);
}

/* y's wait is to take 20, when x is over; but it was over after 5, while x was in its first call,
 * with a.  When the program was stopped, each was waiting for what the other one had. */
static const char *const opposite =
    "services: {s: {latency: 10ms}}\n"
    "resources: {a: mutex, b: mutex}\n"
    "request:\n"
    "  parallel:\n"
    "    x: {use: a, do: [{call: s}, {use: b, do: {call: s}}]}\n"
    "    y: [{wait: 20ms}, {use: b, do: [{call: s}, {use: a, do: {call: s}}]}]\n"
    "load: {clients: 1}\n";

static void write_nothing(struct line *l)
{
    (void)l;
}

static void write_opposite(struct line *l, int wait)
{
    root(l, 0, 0, 100, OPEN);
    span(l, "parallel", 1, 0, 100, BELOW ", \"attributes\": [" OPEN "]");
    span(l, "a", 1, 0, 100, OPEN_IN_TASK("/x"));
    span(l, "s", 3, 0, 10, IN_TASK("/x"));
    span(l, "b", 1, 10, 100, OPEN_IN_TASK("/x"));
    span(l, "wait", 1, 0, wait, IN_TASK("/y"));
    span(l, "b", 1, wait, 100, OPEN_IN_TASK("/y"));
    if (wait == 5)
        span(l, "s", 3, 5, 15, IN_TASK("/y"));
    done(l);
}

static void write_circle(struct line *l)
{
    write_opposite(l, 5);
}

/* x was in the midst of its second call: nobody knows what would have come of it. */
static void write_calls(struct line *l)
{
    write_opposite(l, 15);
}

static void test_open(void **state)
{
    (void)state;
    struct retraced x =
        retraced_open(opposite, "threads", true, write_nothing, write_circle, SIM_DEADLOCK);
    uint64_t n;
    sim_records(x.rig.sim, &n);
    assert_int_equal(n, 0);
    struct deadlock_result *dead = sim_deadlock(x.rig.sim, x.rig.mem, NULL);
    assert_int_equal(dead->ncycle, 2);
    assert_ms(dead->time * 1e9, 15);
    rig_free(&x.rig);
    x = retraced_open(opposite, "threads", true, write_nothing, write_calls, SIM_MORE);
    assert_int_equal(x.report.strayed, 0);
    assert_ms((double)x.account.time, 15);
    rig_free(&x.rig);
}

/* What did not come until the program was stopped never came: the first client's next request, and
 * without a load that after one whose only call had ended. */
static void write_one(struct line *l)
{
    request(l, 0, 0, 10);
    span(l, "s", 3, 0, 10, BELOW);
    done(l);
}

static void write_in_call(struct line *l)
{
    root(l, 1, 0, 100, OPEN);
    done(l);
}

static void write_just_over(struct line *l)
{
    root(l, 0, 0, 100, OPEN);
    span(l, "s", 3, 0, 10, BELOW);
    done(l);
}

static void test_never_came(void **state)
{
    static const char one[] = "services: {s: {latency: 10ms}}\nrequest: {call: s}\n";
    static const char two[] = "services: {s: {latency: 10ms}}\nrequest: {call: s}\n"
                              "load: {clients: 2}\n";
    (void)state;
    struct retraced x = retraced_open(two, "threads", true, write_one, write_in_call, SIM_MORE);
    assert_int_equal(x.report.calls, 2);
    rig_free(&x.rig);
    x = retraced_open(one, "threads", false, write_nothing, write_just_over, SIM_MORE);
    assert_int_equal(x.report.calls, 1);
    rig_free(&x.rig);
}

/* ---- being asked to stop ---- */

static const char *const stopped = "services: {a: {latency: 10ms}}\n"
                                   "resources: {lock: mutex}\n"
                                   "request: [{use: lock, do: [{call: a}]}, {respond: 200}]\n"
                                   "load: {clients: 2}\n";

static enum sim_end go_through(uint64_t n, const atomic_bool *stop)
{
    struct rig rig = rig_new(stopped, "threads");
    struct recording *rec = recorded(rig.prog, write_lock, NULL);
    struct live_report report = {.calls = 0};
    enum sim_end end = retrace(rig.sim, true, n, rec, stop, &report);
    recording_free(rec);
    rig_free(&rig);
    return end;
}

static void *ask(void *stop)
{
    const struct timespec soon = {.tv_nsec = 50000000};
    nanosleep(&soon, NULL);
    atomic_store((atomic_bool *)stop, true);
    return NULL;
}

/* Asked before, what was recorded until then is wanted, all of it; asked meanwhile, it gives up
 * what would otherwise go on for ever. */
static void test_stop(void **state)
{
    (void)state;
    atomic_bool stop = true;
    pthread_t id;
    assert_int_equal(go_through(2, &stop), SIM_MORE);
    stop = false;
    assert_int_equal(pthread_create(&id, NULL, ask, &stop), 0);
    assert_int_equal(go_through(UINT64_MAX, &stop), SIM_STOPPED);
    assert_int_equal(pthread_join(id, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        test_named("who waits for a lock", test_waits, NULL),
        test_named("whose worker it is", test_worker, NULL),
        test_named("computing, and waiting to compute", test_bursts, NULL),
        test_named("the copy that has won", test_copy, NULL),
        test_named("a call that was given up", test_abandoned, NULL),
        test_named("threads begin with their first step", test_starts, NULL),
        test_named("a line that is cut off", test_half, NULL),
        test_named("a circle of requests that are open", test_open, NULL),
        test_named("requests that never came", test_never_came, NULL),
        test_named("asked to stop", test_stop, NULL),
    };
    return cmocka_run_group_tests_name("retrace", t, NULL, NULL);
}
