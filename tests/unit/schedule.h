/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule.h - schedules computed by hand, for the tests test_schedule_*.c.
 *
 * A schedule is a model's text and what its request must do under each execution, in whole
 * nanoseconds.  The request runs twice, each time alone in an idle system: both must agree with the
 * hand, so what the first leaves behind is seen.  A loaded schedule is the same for many requests.
 * Each row (a schedule under one execution) is a test of its own name.
 *
 * In the comments times are in ms unless said otherwise, "a 0-10" means that a runs from 0 to 10.
 * A `respond` in a branch is a probe: the latency is the instant at which the branch got there. */
#ifndef TESTS_SCHEDULE_H
#define TESTS_SCHEDULE_H
#include "base/diag.h"
#include "core/result.h"
#include "model/model.h"
#include "run/path.h"
#include "run/sim.h"
#include "tests/unit/test.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS INT64_C(1)
#define US INT64_C(1000)
#define MS INT64_C(1000000)

struct answer {
    const char *exec; /* NULL ends a list */
    int64_t latency, duration;
    int32_t status; /* 0: unanswered */
    enum sim_end end;
};
enum { MAX_ANSWERS = 10, MAX_DONE = 10 };
struct schedule {
    const char *name, *yaml; /* the yaml's first lines, version and name, are put before it */
    struct answer want[MAX_ANSWERS];
};
/* What an execution answers: the latency, the duration (where they differ) and the status. */
#define GETS(x, latency, duration, status)                                                         \
    {                                                                                              \
        x, latency, duration, status, SIM_MORE                                                     \
    }
#define ENDS(x, t) GETS(x, t, t, 200)
/* Nothing can move any more, from the instant t on. */
#define STUCK(x, t)                                                                                \
    {                                                                                              \
        x, t, 0, 0, SIM_DEADLOCK                                                                   \
    }
#define CONCURRENT_GET(l, d, s)                                                                    \
    GETS("threads", l, d, s), GETS("coroutine", l, d, s), GETS("hybrid", l, d, s)
#define ALL_GET(l, d, s)  GETS("serial", l, d, s), CONCURRENT_GET(l, d, s)
#define CONCURRENT_END(t) CONCURRENT_GET(t, t, 200)
#define ALL_END(t)        ALL_GET(t, t, 200)

struct done { /* one request of a loaded schedule; see struct record */
    int64_t arrival, latency, duration;
    int32_t status;
    uint32_t cls;
};
struct loaded_answer {
    const char *exec;
    struct done done[MAX_DONE]; /* in any order */
};
struct loaded_schedule {
    const char *name, *yaml;
    uint32_t n;   /* requests to wait for */
    bool backlog; /* all of the load: afterwards nothing is left */
    bool open;    /* arrivals count from the first one */
    struct loaded_answer want[6];
};

/* ---- one model, compiled for one execution ---- */

struct rig {
    struct arena *mem;
    struct diags *diags;
    struct prog *prog;
    struct sim *sim;
};

static inline void rig_fail(struct diags *d, const char *exec)
{
    struct buf out = {0};
    diags_print(d, &out, false);
    print_error("%s: %s\n", exec, out.n ? out.s : "no such execution");
    buf_free(&out);
    fail();
}

static inline struct rig rig_new(const char *yaml, const char *exec)
{
    struct rig r = {.mem = arena_new(0)};
    struct diags *d = r.diags = diags_new(r.mem);
    const char *text = arena_printf(r.mem, "pertinax: 1\nname: schedule\n%s", yaml);
    struct yaml *root = yaml_parse(r.mem, "schedule", text, strlen(text), d);
    const struct model *m = root ? model_build(r.mem, root, "schedule", d) : NULL;
    const struct execution *x = m && diags_errors(d) == 0 ? model_exec(m, exec) : NULL;
    r.prog = x ? prog_compile(r.mem, m, x, d) : NULL;
    if (!r.prog || diags_errors(d) > 0)
        rig_fail(d, exec);
    r.sim = sim_new(r.prog, &(struct sim_opt){.seed = 1, .trace_requests = UINT64_MAX});
    return r;
}

static inline void rig_free(struct rig *r)
{
    sim_free(r->sim);
    arena_drop(r->mem);
}

/* Each request has its critical path, of known parts alone, and it is as long as the latency
 * (CHECKED builds look at each segment). */
static inline void check_paths(const struct rig *r, const struct record *rec, uint64_t n,
                               const char *name)
{
    const struct path_account *a = sim_paths(r->sim);
    int64_t want = 0, paths = 0;
    uint64_t admitted = 0;
    for (uint64_t i = 0; i < n; i++) {
        want += rec[i].latency;
        admitted += rec[i].duration > 0 || rec[i].status != 503;
    }
    for (uint64_t i = 0; i < a->nreq; i++)
        paths += a->latency[i];
    if (a->nreq < admitted || (a->nreq == n && paths != want))
        fail_msg("%s: %d paths of %d requests, %lld ns, latencies of %lld ns", name, (int)a->nreq,
                 (int)admitted, (long long)paths, (long long)want);
    for (uint64_t i = 0; i < a->nentry; i++)
        if (a->entry_row[i] == path_rows(r->prog) - 1)
            fail_msg("%s: a task went on, and no effect says why (see FX_WAKE)", name);
}

/* ---- one request at a time ---- */

struct alone_case {
    const struct schedule *s;
    const struct answer *want;
};

/* It is told who waits, and since when. */
static inline void check_deadlock(const struct rig *r, int64_t since)
{
    const struct deadlock_result *dead = sim_deadlock(r->sim, r->mem, r->diags);
    assert_non_null(dead);
    assert_true(dead->n > 0 && dead->total >= dead->n && dead->ncycle <= dead->n);
    assert_int_equal(llround(dead->time * 1e9), since);
}

static inline void run_alone(void **state)
{
    const struct alone_case *c = *state;
    const struct answer *w = c->want;
    struct rig r = rig_new(c->s->yaml, w->exec);
    enum sim_end end = sim_run_alone(r.sim, 0, 2);
    struct loc at;
    if (end == SIM_ERROR)
        print_error("%s\n", sim_error(r.sim, &at));
    assert_int_equal(end, w->end);
    uint64_t n = 0;
    const struct record *got = sim_records(r.sim, &n);
    if (end == SIM_DEADLOCK) {
        assert_int_equal(n, 0);
        check_deadlock(&r, w->latency);
        rig_free(&r);
        return;
    }
    assert_int_equal(n, 2);
    for (uint64_t i = 0; i < n; i++)
        if (got[i].latency != w->latency || got[i].duration != w->duration ||
            got[i].status != w->status || got[i].arrival != 0)
            fail_msg("%s / %s, request %d:\n  latency %lld duration %lld status %d, by hand "
                     "%lld %lld %d",
                     c->s->name, w->exec, (int)i, (long long)got[i].latency,
                     (long long)got[i].duration, (int)got[i].status, (long long)w->latency,
                     (long long)w->duration, (int)w->status);
    check_paths(&r, got, n, c->s->name);
    rig_free(&r);
}

/* ---- many requests ---- */

struct loaded_case {
    const struct loaded_schedule *s;
    const struct loaded_answer *want;
};

static inline int done_compare(const void *a, const void *b)
{
    const struct done *x = a, *y = b;
    int64_t p[] = {x->arrival, x->cls, x->latency, x->duration, x->status};
    int64_t q[] = {y->arrival, y->cls, y->latency, y->duration, y->status};
    for (size_t i = 0; i < sizeof p / sizeof *p; i++)
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    return 0;
}

static inline void done_print(const char *who, const struct done *v, uint64_t n)
{
    print_error("  %s:", who);
    for (uint64_t i = 0; i < n; i++)
        print_error(" [%lld: %lld %lld %d class %u]", (long long)v[i].arrival,
                    (long long)v[i].latency, (long long)v[i].duration, (int)v[i].status,
                    (unsigned)v[i].cls);
    print_error("\n");
}

/* The records as struct done, in their order of arrival. */
static inline void done_take(const struct loaded_schedule *s, const struct record *rec, uint64_t n,
                             struct done *got)
{
    int64_t first = s->open ? INT64_MAX : 0;
    for (uint64_t i = 0; s->open && i < n; i++)
        first = rec[i].arrival < first ? rec[i].arrival : first;
    for (uint64_t i = 0; i < n; i++)
        got[i] = (struct done){rec[i].arrival - first, rec[i].latency, rec[i].duration,
                               rec[i].status, rec[i].cls};
    qsort(got, n, sizeof *got, done_compare);
}

static inline void run_loaded(void **state)
{
    const struct loaded_case *c = *state;
    const struct loaded_schedule *s = c->s;
    struct rig r = rig_new(s->yaml, c->want->exec);
    uint64_t n = 0;
    enum sim_end end = sim_run_load(r.sim, s->backlog ? s->n + 1 : s->n);
    const struct record *rec = sim_records(r.sim, &n);
    assert_int_equal(end, s->backlog ? SIM_DRAINED : SIM_MORE);
    assert_int_equal(n, s->n);
    assert_true(n <= MAX_DONE);
    check_paths(&r, rec, n, s->name);
    struct done got[MAX_DONE], want[MAX_DONE];
    done_take(s, rec, n, got);
    memcpy(want, c->want->done, sizeof want);
    qsort(want, n, sizeof *want, done_compare);
    for (uint64_t i = 0; i < n; i++) {
        if (done_compare(&got[i], &want[i]) == 0)
            continue;
        print_error("%s / %s, [arrival: latency duration status]\n", s->name, c->want->exec);
        done_print("is     ", got, n);
        done_print("by hand", want, n);
        fail();
    }
    rig_free(&r);
}

/* ---- rows as tests ---- */

struct suite {
    uint32_t n, cap;
    struct CMUnitTest *test;
};

static inline void suite_add(struct suite *u, const char *name, const char *exec,
                             CMUnitTestFunction f, const void *row)
{
    u->test = grow(u->test, &u->cap, u->n + 1, sizeof *u->test);
    size_t size = strlen(name) + strlen(exec) + 4;
    char *full = xcalloc(size, 1);
    snprintf(full, size, "%s / %s", name, exec);
    u->test[u->n++] = test_named(full, f, row);
}

static inline void suite_add_alone(struct suite *u, const struct schedule *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < MAX_ANSWERS && s[i].want[k].exec; k++) {
            struct alone_case *c = xcalloc(1, sizeof *c);
            *c = (struct alone_case){&s[i], &s[i].want[k]};
            suite_add(u, s[i].name, c->want->exec, run_alone, c);
        }
}

static inline void suite_add_loaded(struct suite *u, const struct loaded_schedule *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 6 && s[i].want[k].exec; k++) {
            struct loaded_case *c = xcalloc(1, sizeof *c);
            *c = (struct loaded_case){&s[i], &s[i].want[k]};
            suite_add(u, s[i].name, c->want->exec, run_loaded, c);
        }
}

static inline int suite_run(struct suite *u)
{
    int failed = _cmocka_run_group_tests("schedule", u->test, u->n, NULL, NULL);
    for (uint32_t i = 0; i < u->n; i++) {
        union { /* ours, from xcalloc; cmocka only knows them as const */
            const char *name;
            void *p;
        } name = {u->test[i].name};
        free(name.p);
        free(u->test[i].initial_state);
    }
    free(u->test);
    return failed;
}

#endif
