/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial.h - a random model (random_model.h), compiled, and what holds of every run of it, simulated
 * or real.  A failure prints the seed and the model. */
#ifndef TESTS_TRIAL_H
#define TESTS_TRIAL_H
#include "model/model.h"
#include "run/sim_impl.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct trial {
    struct arena *a;
    uint64_t seed;
    struct random_made made;
    struct diags *d;
    const struct model *m;
    const struct execution *x;
    struct prog *p;
};

static inline _Noreturn void trial_fail(const struct trial *t, const char *why)
{
    fprintf(stderr, "%s\nseed %" PRIu64 ", execution %s\n%s", why, t->seed, t->x ? t->x->name : "-",
            t->made.text); /* print_error() cuts long texts off */
    fail();
    abort();
}

static inline void trial_need(const struct trial *t, bool holds, const char *what)
{
    if (!holds)
        trial_fail(t, what);
}

static inline void trial_build(struct trial *t, const char *text)
{
    t->made.text = text;
    t->d = diags_new(t->a);
    struct yaml *root = yaml_parse(t->a, "random", text, strlen(text), t->d);
    t->m = root ? model_build(t->a, root, "random", t->d) : NULL;
    if (t->m && diags_errors(t->d) == 0)
        return;
    struct buf out = {0};
    diags_print(t->d, &out, false);
    trial_fail(t, out.s);
}

static inline struct trial trial_new(uint64_t seed, uint32_t features, const char *load)
{
    struct trial t = {.a = arena_new(0), .seed = seed};
    t.made = random_model(t.a, seed, features, load);
    trial_build(&t, t.made.text);
    return t;
}

static inline void trial_compile(struct trial *t, const char *exec)
{
    t->x = model_exec(t->m, exec);
    t->p = prog_compile(t->a, t->m, t->x, t->d);
    if (t->p && diags_errors(t->d) == 0)
        return;
    struct buf out = {0};
    diags_print(t->d, &out, false);
    trial_fail(t, out.s);
}

static inline bool is_loaded(const struct trial *t)
{
    return t->m->nload > 0;
}

/* Requests one by one, or of its load. */
static inline enum sim_end trial_run(const struct trial *t, struct sim *s, uint64_t n)
{
    return is_loaded(t) ? sim_run_load(s, n) : sim_run_alone(s, 0, n);
}

/* Of the environment, for soaks. */
static inline uint64_t trial_setting(const char *variable, uint64_t otherwise)
{
    const char *s = getenv(variable);
    return s ? strtoull(s, NULL, 10) : otherwise;
}

static const char *const execs[] = {"serial", "threads", "threads2", "coroutine", "hybrid"};
enum { NEXEC = TEST_COUNT(execs) };

static inline void check_records(const struct trial *t, const struct sim *s)
{
    uint64_t n;
    const struct record *r = sim_records(s, &n);
    for (uint64_t i = 0; i < n; i++) {
        trial_need(t, r[i].arrival >= 0 && r[i].latency >= 0 && r[i].duration >= 0,
                   "a time is negative");
        trial_need(t, r[i].latency <= r[i].duration, "answered after its end");
        trial_need(t, r[i].status == 0 || (r[i].status >= 100 && r[i].status <= 599),
                   "no such status");
    }
}

/* Nothing is left of requests that are through. */
static inline void check_empty(const struct trial *t, const struct sim *s)
{
    const struct state *st = &s->st;
    const struct prog *p = t->p;
    trial_need(t, st->live == 0 && st->threads == 0, "tasks or threads are left");
    for (uint32_t i = 0; i < st->ntask; i++)
        trial_need(t, st->task[i].state == T_FREE, "a task is left");
    for (uint32_t i = 0; i < st->ngroup; i++)
        trial_need(t, st->group[i].owner == NONE, "a group is left");
    for (uint32_t i = 0; i < st->nreq; i++)
        trial_need(t, !st->req[i].used, "a request is left");
    for (uint32_t i = 0; i < p->ninstance; i++)
        trial_need(t, st->inst[i].free == p->res[st->inst[i].res].size && !st->inst[i].nqueue,
                   "a unit of a resource is lost");
    for (uint32_t w = 0; w < p->workers; w++) {
        trial_need(t, st->present[w] == 0 && st->waiting[w] == 0, "a worker counts wrongly");
        if (p->has_loop)
            trial_need(t, st->loop[w].running == NONE && st->loop[w].first == NONE,
                       "a loop is busy");
    }
    trial_need(t, s->cpu.nbusy == 0 && s->cpu.nheld == 0 && s->cpu.nqueue == 0,
               "a core or a GIL is held");
    for (uint32_t i = 0; i < s->nheap; i++)
        trial_need(t, s->slot[s->heap[i].key & (EV_MAX_SLOTS - 1)].kind == EV_DEAD,
                   "an event is left");
    for (uint32_t i = 0; i < s->nrow; i++)
        if (s->row[i].busy != 0 || s->row[i].queue != 0)
            trial_fail(t, arena_printf(t->a, "the account of %s is not closed: %g busy, %g wait",
                                       sim_row_name(t->p, i), s->row[i].busy, s->row[i].queue));
}

#endif
