/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_live_alike.c - random models, executed for real by both runtimes, request by request against
 * the simulation: the same answers; never sooner, and of some tries one that is hardly later.
 *
 * The draws are the same, so that nothing is left to chance but which of two comes first where they
 * are close.  An idle machine needs one try or two, a busy one some more; what is put in order
 * wrongly is wrong each time.  PERTINAX_TEST_SEED=N and PERTINAX_TEST_SEEDS=N as in
 * test_live_random.c. */
#include "live/live.h"
#include "live/retrace.h"
#include "tests/prop/trial.h"
#include "tests/unit/python_program.h"
#include <stdlib.h>

#define US     INT64_C(1000)
#define SECOND INT64_C(1000000000)
enum { REQUESTS = 4, TRIES = 40 };

/* An execution of t's program: its records by ordinal, `latency` and `status` at least. */
typedef void execute_fn(const struct trial *t, void *ctx, struct record *got);

struct expected;
struct runtime {
    const char *name;
    uint32_t features;
    uint32_t jitter_us; /* what is closer than that is a race */
    int64_t slack;      /* ns: what a request may take longer, if it does so in each try */
    bool (*can)(const struct trial *t);
    void (*execute)(const struct trial *t, const struct expected *want);
};

/* ---- are they alike? ---- */

struct expected {
    int64_t latency;
    int32_t status;
    int64_t least, most; /* that are as good */
    bool sure;           /* it does not hang on which of two comes first where they are close */
};
struct seen {
    bool answered; /* with the same status */
    int64_t most, least;
};

/* Slices of the machine's own clocks may be missing, but no more than that. */
static int64_t no_sooner(int64_t latency)
{
    return latency - latency / 50 - 50 * US;
}

static int64_t hardly_later(int64_t latency, int64_t slack)
{
    return latency + latency / 4 + slack;
}

static struct expected expect(const struct record *r, int64_t slack)
{
    return (struct expected){.latency = r->latency,
                             .status = r->status,
                             .least = no_sooner(r->latency),
                             .most = hardly_later(r->latency, slack),
                             .sure = true};
}

static void look(struct seen *x, const struct expected *want, const struct record *got)
{
    for (uint32_t i = 0; i < REQUESTS; i++) {
        int64_t is = got[i].latency;
        if (got[i].status != want[i].status)
            continue;
        x[i].most = is > x[i].most ? is : x[i].most;
        x[i].least = !x[i].answered || is < x[i].least ? is : x[i].least;
        x[i].answered = true;
    }
}

static bool is_alike(const struct seen *x, const struct expected *want)
{
    return x->answered && x->most >= want->least && x->least <= want->most;
}

static bool are_alike(const struct seen *x, const struct expected *want)
{
    for (uint32_t i = 0; i < REQUESTS; i++)
        if (want[i].sure && !is_alike(&x[i], &want[i]))
            return false;
    return true;
}

static void compare(const struct trial *t, const struct expected *want, execute_fn *execute,
                    void *ctx)
{
    struct seen x[REQUESTS] = {{.most = 0}};
    struct record got[REQUESTS] = {{.latency = 0}};
    for (int i = 0; i < TRIES && !are_alike(x, want); i++) {
        execute(t, ctx, got);
        look(x, want, got);
    }
    for (uint32_t i = 0; i < REQUESTS; i++)
        if (want[i].sure && !is_alike(&x[i], &want[i]))
            fprintf(stderr,
                    "request %u: simulated %" PRId64 " us, status %d; executed %" PRId64
                    " to %" PRId64 " us, %s\n",
                    i, want[i].latency / US, (int)want[i].status, x[i].least / US, x[i].most / US,
                    x[i].answered ? "the same status" : "another status");
    trial_need(t, are_alike(x, want), "executed otherwise than simulated");
}

/* ---- runtimes ---- */

static void execute_native(const struct trial *t, void *ctx, struct record *got)
{
    (void)ctx;
    const struct live_opt o = {.service = LIVE_TIMER, .most_ns = 60 * SECOND};
    struct live_report report = {.calls = 0};
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed});
    uint64_t n;
    trial_need(t, live_run(s, false, REQUESTS, &o, &report) == SIM_MORE, report.trouble);
    const struct record *r = sim_records(s, &n);
    for (uint64_t i = 0; i < n; i++)
        got[r[i].ordinal] = r[i];
    sim_free(s);
}

static bool native_can(const struct trial *t)
{
    (void)t;
    return true;
}

static void native(const struct trial *t, const struct expected *want)
{
    compare(t, want, execute_native, NULL);
}

static void execute_python(const struct trial *t, void *ctx, struct record *got)
{
    const struct program *program = ctx;
    struct answered x[REQUESTS];
    if (program_run(program, REQUESTS, 60 * SECOND) != CHILD_WELL) {
        program_show(program->said);
        trial_fail(t, "the program did not end well");
    }
    trial_need(t, read_otlp(program->otlp, x, REQUESTS) == REQUESTS, "requests are missing");
    for (uint32_t i = 0; i < REQUESTS; i++) {
        trial_need(t, x[i].ordinal >= 0 && x[i].ordinal < REQUESTS, "no such request");
        got[x[i].ordinal] = (struct record){.latency = x[i].latency, .status = x[i].status};
    }
}

static bool python_can(const struct trial *t)
{
    struct buf b = {0};
    bool can = emit_python(t->p, &b, t->d);
    buf_free(&b);
    return can;
}

static void python(const struct trial *t, const struct expected *want)
{
    struct program program = program_write(t->p, t->seed, REQUESTS, t->d);
    compare(t, want, execute_python, &program);
    program_remove(&program);
}

/* ---- models ---- */

/* Puts another value of a key into b. */
typedef void put_fn(struct buf *b, const char *value, size_t n, uint32_t *ctx);

#define DURATIONS "{wait: ", "{cpu: ", "latency: ", " cpu: "
#define PATIENCE  "timeout: ", "{after: "
static const char *const durations[] = {DURATIONS, NULL}, *const patience[] = {PATIENCE, NULL};
static const char *const times[] = {DURATIONS, PATIENCE, NULL};

/* Where the next value of one of the keys begins; NULL: there is none. */
static const char *next_value(const char *text, const char *const *key)
{
    const char *first = NULL;
    for (; *key; key++) {
        const char *at = strstr(text, *key);
        if (at && (!first || at < first))
            first = at;
    }
    return first ? strchr(first, ':') + 2 : NULL;
}

static const char *rewrite(struct arena *a, const char *text, const char *const *keys, put_fn *put,
                           uint32_t *ctx)
{
    struct buf b = {0};
    for (const char *at; (at = next_value(text, keys)); text = at) {
        size_t n = strcspn(at, ",}{[");
        buf_put(&b, text, (size_t)(at - text));
        if (at[n] == '{' || at[n] == '[') /* cpu: {send: 1ms}; the catch of a timeout */
            continue;
        put(&b, at, n, ctx);
        at += n;
    }
    buf_puts(&b, text);
    const char *all = arena_strndup(a, b.s, b.n);
    buf_free(&b);
    return all;
}

static const char *without(struct arena *a, const char *text, const char *what, const char *but)
{
    const char *at = strstr(text, what);
    if (!at)
        return text;
    const char *rest = without(a, at + strlen(what), what, but);
    return arena_printf(a, "%.*s%s%s", (int)(at - text), text, but, rest);
}

static void put_known(struct buf *b, const char *value, size_t n, uint32_t *letters)
{
    const char *at = memchr(value, (int)*letters, n);
    buf_put(b, at ? "2ms" : value, at ? 3 : n);
}

/* A real machine shares its cores as it likes; it has two at least. */
static const char *const unlike[][2] = {{", gil: true", ""},
                                        {"schedule: fifo", "schedule: ps"},
                                        {"schedule: rr(5ms)", "schedule: ps"},
                                        {"cores: 3", "cores: 2"},
                                        {"schedule: rr(500us)", "schedule: ps"}};

/* Without costs, which are the machine's affair, and without what Python has no program for: of a
 * timeout that is drawn, and a duration of shared variables (g0, g1). */
static const char *model_text(struct arena *a, uint64_t seed, uint32_t features)
{
    const char *text = random_model(a, seed, features, NULL).text;
    text = without(a, text, ", host_cpu: 1ms", "");
    text = without(a, text, "discipline: ps", "discipline: fifo");
    text = without(a, text, ", workers: 2", "");
    for (size_t i = 0; i < TEST_COUNT(unlike); i++)
        text = without(a, text, unlike[i][0], unlike[i][1]);
    text = rewrite(a, text, patience, put_known, &(uint32_t){'('});
    text = rewrite(a, text, patience, put_known, &(uint32_t){'g'});
    return rewrite(a, text, durations, put_known, &(uint32_t){'g'});
}

static struct trial trial_of(const char *text, uint64_t seed, const char *exec)
{
    struct trial t = {.a = arena_new(0), .seed = seed};
    trial_build(&t, text);
    trial_compile(&t, exec);
    return t;
}

/* False: not all of them come to their end. */
static bool simulate(const struct trial *t, struct record *out)
{
    uint64_t n;
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed, .max_events = 100000});
    bool ends = sim_run_alone(s, 0, REQUESTS) == SIM_MORE;
    const struct record *r = sim_records(s, &n);
    for (uint64_t i = 0; ends && i < n; i++)
        out[r[i].ordinal] = r[i];
    sim_free(s);
    return ends;
}

/* All takes some us more, up to so many, and tasks begin later: what then has another status, or
 * takes another time, hangs on which of two comes first where they are close. */
static const char *const costs[][2] = {
    {"kind: threads", "kind: threads, spawn: uniform(0us 90us), wake: uniform(0us 60us)"},
    {"kind: coroutine", "kind: coroutine, task: uniform(5us 50us), resume: uniform(5us 50us)"},
    {"kind: hybrid",
     "kind: hybrid, task: uniform(5us 50us), resume: uniform(5us 50us), wake: uniform(0us 60us),"
     " hop: uniform(5us 90us)"}};

static void put_longer(struct buf *b, const char *value, size_t n, uint32_t *ctx)
{
    uint32_t *seed = ctx, most_us = ctx[1];
    *seed = *seed * 1664525u + 1013904223u;
    if (strncmp(value, "0", n) != 0)
        buf_printf(b, "%.*s + ", (int)n, value);
    buf_printf(b, "%uus", 1 + (*seed >> 16) % most_us);
}

static const char *jitter(struct arena *a, const char *text, uint32_t seed, uint32_t most_us)
{
    for (size_t i = 0; seed % 2 && i < TEST_COUNT(costs); i++)
        text = without(a, text, costs[i][0], costs[i][1]);
    return rewrite(a, text, times, put_longer, (uint32_t[]){seed, most_us});
}

static void find_sure(const char *text, const struct trial *of, uint32_t jitter_us,
                      struct expected *want)
{
    enum { TIMES = 16 };
    for (uint32_t k = 0; k < TIMES; k++) {
        struct trial t = trial_of(jitter(of->a, text, k, jitter_us), of->seed, of->x->name);
        struct record r[REQUESTS] = {{.latency = 0}};
        bool ends = simulate(&t, r);
        for (uint32_t i = 0; i < REQUESTS; i++)
            want[i].sure = want[i].sure && ends && r[i].status == want[i].status &&
                           r[i].latency >= want[i].least && r[i].latency <= want[i].most;
        arena_drop(t.a);
    }
}

struct tally {
    uint32_t all, sure;
};

/* What computes at the same time is served by real cores in another order than in the model, and so
 * is, by real loops, what came while one was held. */
static uint32_t left_out(const char *exec)
{
    uint32_t held = strcmp(exec, "coroutine") == 0 ? RANDOM_OFFLOAD : 0; /* blocking calls */
    return strcmp(exec, "serial") == 0 ? 0 : RANDOM_CPU | held;
}

/* One execution of the model of a seed. */
static void try_one(const struct runtime *q, uint64_t seed, const char *exec, struct tally *count)
{
    struct arena *a = arena_new(0);
    const char *text = model_text(a, seed, q->features & ~left_out(exec));
    struct trial t = trial_of(text, seed, exec);
    struct record r[REQUESTS] = {{.latency = 0}};
    struct expected want[REQUESTS];
    if (q->can(&t) && simulate(&t, r)) {
        for (uint32_t i = 0; i < REQUESTS; i++)
            want[i] = expect(&r[i], q->slack);
        find_sure(text, &t, q->jitter_us, want);
        for (uint32_t i = 0; i < REQUESTS; i++)
            count->sure += want[i].sure;
        count->all += REQUESTS;
        q->execute(&t, want);
    }
    arena_drop(t.a);
    arena_drop(a);
}

static void test_runtime(void **state)
{
    const struct runtime *q = *state;
    uint64_t first = trial_setting("PERTINAX_TEST_SEED", 1);
    uint64_t seeds = trial_setting("PERTINAX_TEST_SEEDS", test_samples(15));
    struct tally count = {0};
    for (uint64_t seed = first; seed < first + seeds; seed++)
        for (uint32_t e = 0; e < NEXEC; e++)
            try_one(q, seed, execs[e], &count);
    print_message("%u of %u requests do not hang on a race\n", count.sure, count.all);
    assert_true(count.sure > count.all / 2);
}

static const struct runtime runtimes[] = {
    {"native", RANDOM_ALL & ~(uint32_t)RANDOM_COSTS, 60, 2000 * US, native_can, native},
    {"python3", RANDOM_ALL & ~(uint32_t)(RANDOM_COSTS | RANDOM_BOUNDS), 500,
     25000 * US /* threads begin, and one interpreter is for all */, python_can, python}};

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(runtimes)];
    for (size_t i = 0; i < TEST_COUNT(runtimes); i++)
        t[i] = test_named(runtimes[i].name, test_runtime, &runtimes[i]);
    return _cmocka_run_group_tests("live alike", t, TEST_COUNT(runtimes), NULL, NULL);
}
