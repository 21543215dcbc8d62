/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_explored.c - every simulated run is a path of the explorer: of random pipelines, each state
 * of the simulator after each of its events is among the states that the explorer has reached.
 * (Drawn durations that words hold are unknown to the explorer, and left out.) */
#include "check/explore.h"
#include "run/sim_impl.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 6000, MOST_EVENTS = 400 };

struct trial {
    struct arena *a;
    uint64_t seed;
    const char *text, *exec;
    struct prog *p;
    uint32_t nreq;
};

static _Noreturn void trial_fail(const struct trial *t, const char *why)
{
    fprintf(stderr, "%s\nseed %" PRIu64 ", execution %s, %u requests\n%s", why, t->seed, t->exec,
            t->nreq, t->text);
    fail();
    abort();
}

static void trial_build(struct trial *t)
{
    struct diags *d = diags_new(t->a);
    struct yaml *root = yaml_parse(t->a, "random", t->text, strlen(t->text), d);
    const struct model *m = root ? model_build(t->a, root, "random", d) : NULL;
    t->p = m && !diags_errors(d) ? prog_compile(t->a, m, model_exec(m, t->exec), d) : NULL;
    if (t->p && !diags_errors(d))
        return;
    struct buf out = {0};
    diags_print(d, &out, false);
    trial_fail(t, out.s);
}

/* ---- sets of states ---- */

struct set {
    struct pack *k;
    const bool *drawn; /* of each word: may hold what the explorer does not know */
    uint32_t width, *v, n, cap;
};

/* Values that are not drawn one by one, and what is made of them. */
static const bool *words_drawn(const struct trial *t)
{
    const struct prog *p = t->p;
    bool *drawn = NEW(t->a, bool, p->nword + 1), more = true;
    for (uint32_t i = 0; i < p->nop; i++)
        if (p->op[i].code == OP_ASK) {
            const struct xexpr *x = &p->x.expr[p->op[i].b];
            drawn[p->op[i].a] |= !x->constant && x->unit != UNIT_BOOL;
        }
    while (more) {
        more = false;
        for (uint32_t i = 0; i < p->ncapture; i++)
            if (drawn[p->capture[i].from] && !drawn[p->capture[i].to])
                more = drawn[p->capture[i].to] = true;
        for (uint32_t i = 0; i < p->nexport; i++)
            if (drawn[p->exports[i].from] && !drawn[p->exports[i].to])
                more = drawn[p->exports[i].to] = true;
        for (uint32_t i = 0; i < p->nimport; i++)
            if (drawn[p->import[i].from] && !drawn[p->import[i].to])
                more = drawn[p->import[i].to] = true;
    }
    return drawn;
}

/* What both drivers know of a state, and nothing else. */
static void put(struct set *s, struct pack_run *r, uint32_t *tuple)
{
    struct state *st = &r->s;
    for (uint32_t j = 0; j + 1 < s->width; j++) {
        r->extra[j] = r->watch[j] = 0;
        r->status[j] = 0;
    }
    for (uint32_t t = 0; t < st->ntask; t++) {
        double *w = state_words(st, t);
        for (uint32_t i = 0; i < st->p->nword; i++)
            if (s->drawn[i] || isnan(w[i]))
                w[i] = 0;
        if (r->task_extra)
            r->task_extra[t] = 0;
    }
    pack_store(s->k, r, tuple);
}

static int tuple_order(const void *x, const void *y)
{
    return memcmp(x, y, 4 * sizeof(uint32_t));
}

static struct set reached(const struct trial *t, const struct explore *e)
{
    struct set s = {
        .k = pack_new(t->p, t->nreq, false), .drawn = words_drawn(t), .width = t->nreq + 1};
    struct pack_run r;
    pack_run_init(&r, t->p, t->nreq);
    s.v = calloc(e->states * 4, sizeof *s.v);
    for (uint32_t i = 0; i < e->states; i++) {
        uint32_t again[4] = {0}, *tuple = s.v + (size_t)i * 4;
        explore_load(e, i, &r);
        if (!state_ok(&r.s))
            trial_fail(t, "a loaded state is not sound");
        put(&s, &r, tuple);
        pack_load(s.k, tuple, &r);
        pack_store(s.k, &r, again);
        if (memcmp(tuple, again, sizeof again) != 0)
            trial_fail(t, "a state, loaded, is stored as another one");
    }
    s.n = (uint32_t)e->states;
    qsort(s.v, s.n, 4 * sizeof *s.v, tuple_order);
    pack_run_free(&r);
    return s;
}

/* ---- the simulator, event by event ---- */

static struct pack_run seen(const struct trial *t, struct sim *s)
{
    struct pack_run r = {.s = s->st};
    for (uint32_t j = 0; j < t->nreq; j++) {
        r.life[j] = j < s->acc.arrivals ? PACK_GONE : PACK_UNBORN;
        r.slot[j] = NONE;
    }
    for (uint32_t i = 0; i < s->st.nreq; i++) {
        const struct request *q = &s->st.req[i];
        if (!q->used || q->batch)
            continue;
        uint64_t j = s->rside[i].ordinal;
        if (j >= t->nreq)
            trial_fail(t, "a request too many");
        r.life[j] = PACK_ALIVE;
        r.slot[j] = i;
    }
    return r;
}

/* The state after n events; false: the run has fewer. */
static bool simulate(const struct trial *t, uint64_t n, struct set *all)
{
    struct sim *s = sim_new(t->p, &(struct sim_opt){.seed = t->seed,
                                                    .max_events = n,
                                                    .trace_requests = t->seed % 2 ? ~0ULL : 0});
    uint32_t tuple[4] = {0};
    s->st.op_limit = 1 << 20;
    enum sim_end end = t->nreq == 1 ? sim_run_alone(s, 0, 1) : sim_run_load(s, t->nreq);
    bool more = end == SIM_STOPPED;
    if (more) {
        struct pack_run r = seen(t, s);
        put(all, &r, tuple);
        free(r.batch);
        if (!bsearch(tuple, all->v, all->n, sizeof tuple, tuple_order)) {
            fprintf(stderr, "after %" PRIu64 " events\n", n);
            for (uint32_t i = 0; i < s->st.ntask; i++)
                if (s->st.task[i].state != T_FREE)
                    fprintf(stderr, "task %u: pc %u state %u flags %x req %u parent %u\n", i,
                            s->st.task[i].pc, s->st.task[i].state, s->st.task[i].flags,
                            s->st.task[i].req, s->st.task[i].parent);
            trial_fail(t, "the explorer has not been here");
        }
    }
    sim_free(s);
    return more;
}

static const char *const execs[] = {"serial", "threads", "threads2", "coroutine", "hybrid"};

struct tally {
    uint32_t whole, large, events;
};

static void try(uint64_t seed, uint32_t features, const char *exec, uint32_t nreq, struct tally *n)
{
    static const uint32_t cls[2] = {0};
    struct trial t = {.a = arena_new(0), .seed = seed, .exec = exec, .nreq = nreq};
    struct explore e;
    t.text = random_model(t.a, seed, features, nreq > 1 ? "{backlog: 2}" : NULL).text;
    trial_build(&t);
    struct explore_opt o = {.nreq = nreq, .cls = cls, .max_count = 3, .max_states = MOST_STATES};
    explore_run(t.p, &o, &e);
    if (e.end == EXPLORE_BROKEN)
        trial_fail(&t, "broken");
    if (e.end == EXPLORE_WHOLE) {
        struct set s = reached(&t, &e);
        uint64_t i = 1;
        while (i < MOST_EVENTS && simulate(&t, i, &s))
            i++;
        n->events += (uint32_t)i;
        n->whole++;
        pack_free(s.k);
        free(s.v);
    } else {
        n->large++;
    }
    explore_free(&e);
    arena_drop(t.a);
}

static const struct row {
    const char *name;
    uint32_t features, nreq, seeds;
} table[] = {
    {"no waiting for others", RANDOM_PLAIN, 1, 15},
    {"no waiting for others, two requests", RANDOM_PLAIN, 2, 10},
    {"failures, timeouts, retries, hedges",
     RANDOM_PLAIN | RANDOM_TIMEOUT | RANDOM_RETRY | RANDOM_CATCH | RANDOM_ERRORS | RANDOM_HEDGE, 1,
     15},
    {"shared variables and resources", RANDOM_SHARED | RANDOM_USE | RANDOM_CAPACITY | RANDOM_FORKS,
     2, 30},
    {"stages and batches", RANDOM_STAGES, 1, 15},
    {"stages and batches, two requests", RANDOM_STAGES | RANDOM_FORKS, 2, 15},
    {"stages and bounds", RANDOM_ALL & ~(uint32_t)RANDOM_SHARED, 2, 15},
    {"all", RANDOM_ALL, 1, 20},
    {"all, two requests", RANDOM_ALL, 2, 15},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct tally n = {0};
    uint32_t seeds = test_quick() ? 2 : r->seeds;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++)
            try(seed, r->features, execs[x], r->nreq, &n);
    print_message("%u explored, %u too large, %u events\n", n.whole, n.large, n.events);
    assert_true(test_quick() ? n.whole > 0 : n.whole > n.large);
}

/* ---- the memo ---- */

static void nothing(void *self, struct pack_run *r)
{
    (void)self;
    (void)r;
}

static uint64_t no_step(void *self, struct pack_run *r, const struct move *m)
{
    (void)self;
    (void)r;
    (void)m;
    return 0;
}

static uint64_t no_last(void *self, struct pack_run *r)
{
    (void)self;
    (void)r;
    return 0;
}

/* Whoever looks at everything is never told from memory; all must be the same. */
static void compare(uint64_t seed, uint32_t features, const char *exec)
{
    static const uint32_t cls[2] = {0};
    static const struct watch all = {
        .global = true, .begin = nothing, .step = no_step, .last = no_last};
    struct trial t = {.a = arena_new(0), .seed = seed, .exec = exec, .nreq = 2};
    struct explore e, f;
    t.text = random_model(t.a, seed, features, NULL).text;
    trial_build(&t);
    bool *races = NEW(t.a, bool, t.p->model->nshared + 1);
    for (uint32_t i = 0; i < t.p->model->nshared; i++)
        races[i] = true;
    struct explore_opt o = {
        .nreq = 2, .cls = cls, .max_count = 3, .max_states = MOST_STATES / 2, .races = races};
    explore_run(t.p, &o, &e);
    o.watch = &all;
    explore_run(t.p, &o, &f);
    if (e.states != f.states || e.transitions != f.transitions || e.last != f.last)
        trial_fail(&t, arena_printf(t.a,
                                    "%" PRIu64 " states and %" PRIu64 " moves, but %" PRIu64
                                    " and %" PRIu64 " without memory",
                                    e.states, e.transitions, f.states, f.transitions));
    for (uint32_t i = 0; i < FAULT_COUNT; i++)
        if (e.found[i].state != f.found[i].state || e.found[i].from != f.found[i].from)
            trial_fail(&t, arena_printf(t.a, "fault %u: not the same without memory", i));
    explore_free(&e);
    explore_free(&f);
    arena_drop(t.a);
}

static void test_memo(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= (test_quick() ? 3 : 10); seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++) {
            compare(seed, RANDOM_ALL, execs[x]);
            compare(seed, RANDOM_SHARED | RANDOM_FORKS | RANDOM_SPAWN, execs[x]);
        }
}

/* ---- requests that have nothing to do with each other ---- */

/* True if they have not: then one shows what two show. */
static bool compare_apart(uint64_t seed, uint32_t features, const char *exec)
{
    static const uint32_t cls[2] = {0};
    struct trial t = {.a = arena_new(0), .seed = seed, .exec = exec, .nreq = 2};
    struct explore e, f;
    t.text = random_model(t.a, seed, features, NULL).text;
    trial_build(&t);
    bool *races = NEW(t.a, bool, t.p->model->nshared + 1);
    struct explore_opt o = {.nreq = 2,
                            .cls = cls,
                            .max_count = 3,
                            .max_states = MOST_STATES,
                            .endless = true,
                            .races = races};
    bool apart = explore_apart(t.p, &o);
    if (apart) {
        explore_run(t.p, &o, &f);
        o.nreq = 1;
        explore_run(t.p, &o, &e);
        apart = e.end == EXPLORE_WHOLE && f.end == EXPLORE_WHOLE;
        for (uint32_t i = 0; i < FAULT_COUNT && apart; i++)
            if ((e.found[i].state != NONE) != (f.found[i].state != NONE))
                trial_fail(&t, arena_printf(t.a, "fault %u: not the same with one request", i));
        explore_free(&e);
        explore_free(&f);
    }
    arena_drop(t.a);
    return apart;
}

static void test_apart(void **state)
{
    const uint32_t not = RANDOM_SHARED | RANDOM_USE | RANDOM_CAPACITY | RANDOM_STAGES;
    uint32_t compared = 0, n = test_quick() ? 10 : 60;
    (void)state;
    for (uint64_t seed = 1; seed <= n; seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++)
            compared += compare_apart(seed, RANDOM_ALL & ~not, execs[x]);
    print_message("%u compared\n", compared);
    assert_true(compared > n / 4);
}

int main(void)
{
    struct CMUnitTest tests[TEST_COUNT(table) + 2];
    tests[TEST_COUNT(table)] = (struct CMUnitTest)cmocka_unit_test(test_memo);
    tests[TEST_COUNT(table) + 1] = (struct CMUnitTest)cmocka_unit_test(test_apart);
    for (size_t i = 0; i < TEST_COUNT(table); i++)
        tests[i] = test_named(table[i].name, test_row, &table[i]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
