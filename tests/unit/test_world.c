/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world that is scripted, by hand: threads and loops do at once what they are asked to do, and of
 * calls the script says when they begin and when their answers are heard.  What is planned happens
 * at its instant, however late the script is. */
#include "run/sim_world.h"
#include "tests/unit/schedule.h"

enum { MOST = 16 };
struct job {
    char kind; /* s: start, t: turn, c: compute */
    uint32_t task;
};
struct script {
    struct rig rig;
    struct world world;
    struct job job[MOST];
    uint32_t njob;
    struct world_call call[MOST]; /* all that were ever asked for */
    uint32_t ncall, nunwork;
};

static void note(struct script *x, char kind, uint32_t task)
{
    assert_true(x->njob < MOST);
    x->job[x->njob++] = (struct job){kind, task};
}

static void on_start(void *ctx, uint32_t task, uint32_t thread, bool fresh)
{
    (void)thread;
    (void)fresh;
    note(ctx, 's', task);
}

static void on_turn(void *ctx, uint32_t loop)
{
    note(ctx, 't', loop);
}

static void on_cpu(void *ctx, uint32_t task, enum world_by by, uint32_t on, int64_t ns)
{
    (void)by;
    (void)on;
    assert_int_equal(ns, 0);
    note(ctx, 'c', task);
}

static void on_work(void *ctx, const struct world_call *c)
{
    struct script *x = ctx;
    assert_true(x->ncall < MOST);
    x->call[x->ncall++] = *c;
}

static void on_unwork(void *ctx, uint32_t task)
{
    struct script *x = ctx;
    (void)task;
    x->nunwork++;
}

/* It is t now, and all but calls is done at once. */
static void at(struct script *x, int64_t t)
{
    enum sim_end end;
    world_clock(x->rig.sim, t);
    for (world_pump(x->rig.sim, &end); x->njob > 0; world_pump(x->rig.sim, &end)) {
        struct job j = x->job[0];
        memmove(x->job, x->job + 1, --x->njob * sizeof *x->job);
        if (j.kind == 's')
            world_start(x->rig.sim, j.task);
        else if (j.kind == 't')
            world_turn(x->rig.sim, j.task);
        else
            world_burst(x->rig.sim, j.task, t);
    }
    assert_int_equal(end, SIM_MORE);
}

/* The answer of call i is heard at t. */
static void heard(struct script *x, uint32_t i, int64_t t, bool ok)
{
    at(x, t);
    world_done(x->rig.sim, x->call[i].task, ok);
    at(x, t);
}

static void begin(struct script *x, const char *yaml, const char *exec, bool exact)
{
    *x = (struct script){.rig = rig_new(yaml, exec)};
    x->world = (struct world){.ctx = x,
                              .exact = exact,
                              .start = on_start,
                              .turn = on_turn,
                              .work = on_work,
                              .unwork = on_unwork,
                              .cpu = on_cpu};
    world_attach(x->rig.sim, &x->world);
}

/* Requests are over in this order, after these times. */
static void end(struct script *x, const int64_t *latency, uint64_t n)
{
    uint64_t got;
    const struct record *r = sim_records(x->rig.sim, &got);
    assert_int_equal(got, n);
    for (uint64_t i = 0; i < n; i++)
        assert_int_equal(r[i].latency, latency[i]);
    check_paths(&x->rig, r, n, "world");
    rig_free(&x->rig);
}

/* One unit, three requests at 0, calls of 10.  The first goes out at 2: the service has it until
 * 12, the second until 22, the third until 32, though nobody here has heard of an answer by 50.
 * Then they are heard of in some other order. */
static const char queue[] = "services: {s: {latency: 10ms, capacity: 1}}\n"
                            "request: [{call: s}, {respond: 200}]\n"
                            "load: {backlog: 3}\n";

static void test_queue(void **state)
{
    struct script x;
    struct sim_res_account row[8];
    struct sim_account account = {.row = row};
    begin(&x, queue, *state, true);
    world_load(x.rig.sim, 3);
    at(&x, 0);
    assert_int_equal(x.ncall, 1);
    assert_int_equal(x.call[0].due, -1);
    assert_int_equal(world_began(x.rig.sim, x.call[0].task, 2 * MS), 12 * MS);
    at(&x, 50 * MS);
    assert_int_equal(x.ncall, 3);
    assert_int_equal(x.call[1].due, 22 * MS);
    assert_int_equal(x.call[2].due, 32 * MS);
    heard(&x, 2, 51 * MS, true);
    heard(&x, 0, 52 * MS, true);
    heard(&x, 1, 53 * MS, true);
    assert_true(sim_rows(x.rig.prog) <= 8);
    sim_snapshot(x.rig.sim, &account);
    assert_string_equal(sim_row_name(x.rig.prog, 0), "s");
    assert_true(row[0].busy_area == 32.0 * (double)MS); /* the unit is the first one's from 0 on */
    assert_true(row[0].wait_sum == (12.0 + 22.0) * (double)MS);
    end(&x, (int64_t[]){51 * MS, 52 * MS, 53 * MS}, 3);
}

/* An answer that is there too early, or a call that has failed before its end: the unit is free
 * from then on, once. */
static void test_early(void **state)
{
    struct script x;
    begin(&x, queue, *state, true);
    world_load(x.rig.sim, 3);
    at(&x, 0);
    world_began(x.rig.sim, x.call[0].task, 0);
    heard(&x, 0, 4 * MS, true);
    assert_int_equal(x.ncall, 2);
    assert_int_equal(x.call[1].due, 14 * MS);
    heard(&x, 1, 5 * MS, false);
    assert_int_equal(x.ncall, 3);
    assert_int_equal(x.call[2].due, 15 * MS);
    heard(&x, 2, 40 * MS, true);
    end(&x, (int64_t[]){4 * MS, 5 * MS, 40 * MS}, 3);
}

/* A stranger's service is through when that is heard, and nobody knows when it took up the next. */
static void test_foreign(void **state)
{
    struct script x;
    begin(&x, queue, *state, false);
    world_load(x.rig.sim, 3);
    at(&x, 0);
    world_began(x.rig.sim, x.call[0].task, 0);
    at(&x, 30 * MS);
    assert_int_equal(x.ncall, 1);
    heard(&x, 0, 31 * MS, true);
    assert_int_equal(x.ncall, 2);
    assert_int_equal(x.call[1].due, -1);
    rig_free(&x.rig);
}

/* Given up at 15 while another waits for the unit.  Of a call of 10 whose answer nobody has heard
 * by then nothing is left to give up but the answer; one of 20 keeps the unit to its end. */
#define GIVEN_UP(latency)                                                                          \
    "services: {s: {latency: " latency ", capacity: 1}}\n"                                         \
    "request:\n"                                                                                   \
    "  - parallel:\n"                                                                              \
    "      a: [{call: s, timeout: 15ms, catch: []}]\n"                                             \
    "      b: [{call: s}]\n"                                                                       \
    "  - respond: 200\n"                                                                           \
    "load: {backlog: 1}\n"

static void run_given_up(const char *yaml, const char *exec, int64_t latency)
{
    struct script x;
    begin(&x, yaml, exec, true);
    world_load(x.rig.sim, 1);
    at(&x, 0);
    world_began(x.rig.sim, x.call[0].task, 0);
    at(&x, 15 * MS - 1);
    assert_int_equal(x.nunwork, 0);
    at(&x, 15 * MS);
    assert_int_equal(x.nunwork, 1);
    at(&x, latency);
    assert_int_equal(x.ncall, 2);
    assert_int_equal(x.call[1].due, 2 * latency);
    heard(&x, 1, 100 * MS, true);
    end(&x, (int64_t[]){100 * MS}, 1);
}

static void test_given_up(void **state)
{
    run_given_up(GIVEN_UP("10ms"), *state, 10 * MS);
    run_given_up(GIVEN_UP("20ms"), *state, 20 * MS);
}

int main(void)
{
    static char threads[] = "threads", coroutine[] = "coroutine", hybrid[] = "hybrid";
    const struct CMUnitTest t[] = {
        test_named("its queue, threads", test_queue, threads),
        test_named("its queue, coroutine", test_queue, coroutine),
        test_named("its queue, hybrid", test_queue, hybrid),
        test_named("too early, threads", test_early, threads),
        test_named("too early, coroutine", test_early, coroutine),
        test_named("a stranger's, threads", test_foreign, threads),
        test_named("a stranger's, coroutine", test_foreign, coroutine),
        test_named("given up, threads", test_given_up, threads),
        test_named("given up, coroutine", test_given_up, coroutine),
    };
    return cmocka_run_group_tests_name("world", t, NULL, NULL);
}
