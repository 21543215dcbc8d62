/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reduced.h - one pipeline explored with reductions and without: the same faults, the same claims
 * fail, the same steps are reached, the same things waited for.
 *
 * A trial is a text, an execution and a number of requests; its seed chooses claims about its steps
 * and what is looked at for races.  compare() fails the test where anything is not the same, and
 * adds what there was to a tally. */
#ifndef TESTS_REDUCED_H
#define TESTS_REDUCED_H
#include "base/arena.h"
#include "base/rng.h"
#include "check/monitor.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <string.h>

enum { MOST_STATES = 10000, CLAIMS = 6 };
struct trial {
    struct arena *a;
    uint64_t seed;
    const char *text, *exec, *says; /* says: its one claim; NULL: any, or none */
    struct diags *d;
    const struct model *m;
    const struct prog *p;
    uint32_t nreq, cls[2]; /* of each request, by the seed, if the model has two classes */
    const struct ltl *claim[CLAIMS];
    uint32_t nclaim;
    bool *races; /* of each of model.shared; or NULL */
};
struct tally {
    uint32_t compared, joined, fewer, faults, broken;
};

static _Noreturn void trial_fail(const struct trial *t, const char *why)
{
    fprintf(stderr, "%s\nseed %" PRIu64 ", execution %s, %u requests\n%s", why, t->seed, t->exec,
            t->nreq, t->text);
    fail();
    abort();
}

/* ---- claims about steps of the model ---- */

static const char *const form[] = {
    "G not responded(503) or F done(%s)",
    "G (responded -> not running(%s))",
    "G (aborted -> (running(%s) -> running(%s)))",
    "G not (failed(%s) and responded(200..299))",
    "F done(%s)",
    "G not (running(%s) and running(%s))",
    "G (done(%s) -> F started(%s))",
    "G (started(%s) -> G not started(%s))",
    "not running(%s) U done(%s)",
    "G (responded -> done(%s)) or F running(%s)",
    "F G running(%s) or not done(%s) W ended",
};

static const char *step_of(const struct trial *t, uint64_t draw)
{
    const struct prog *p = t->p;
    const char *path = p->mark[draw % p->nmark].path, *last = strrchr(path, '/');
    return last ? last + 1 : path;
}

/* If the language takes it: a step may stand in two places. */
static void add_claim(struct trial *t, const char *text)
{
    uint32_t file = diag_file(t->d, "claim", text, strlen(text));
    struct spec_text at = {text, {.file = file, .line = 1, .col = 1}};
    uint32_t before = diags_errors(t->d);
    t->claim[t->nclaim] = ltl_parse(t->a, at, t->m, t->d);
    t->nclaim += diags_errors(t->d) == before;
}

static void add_claims(struct trial *t)
{
    for (uint32_t i = 0; i < CLAIMS && t->p->nmark > 0; i++) {
        uint64_t r = rng_mix(t->seed, 100 + i);
        add_claim(t, arena_printf(t->a, form[r % TEST_COUNT(form)], step_of(t, r >> 8),
                                  step_of(t, r >> 24)));
    }
}

static void trial_build(struct trial *t)
{
    t->d = diags_new(t->a);
    struct yaml *root = yaml_parse(t->a, "random", t->text, strlen(t->text), t->d);
    t->m = root ? model_build(t->a, root, "random", t->d) : NULL;
    t->p = t->m && !diags_errors(t->d) ? prog_compile(t->a, t->m, model_exec(t->m, t->exec), t->d)
                                       : NULL;
    if (!t->p || diags_errors(t->d))
        trial_fail(t, "not a model");
    bool two = t->p->ncls > 1;
    t->cls[0] = two && t->seed / 3 % 3 == 2;
    t->cls[1] = two && t->seed / 3 % 3 > 0;
    t->races = t->seed % 3 == 0 ? NULL : NEW(t->a, bool, t->m->nshared + 1);
    for (uint32_t i = 0; i < t->m->nshared && t->races; i++)
        t->races[i] = t->seed % 3 == 1 || i == 0;
    if (t->says)
        add_claim(t, t->says);
    else if (t->seed % 2)
        add_claims(t);
}

/* ---- with and without ---- */

static struct monitor *run(const struct trial *t, struct explore_opt o, struct explore *e)
{
    struct monitor *m = monitor_new(t->p, t->nreq);
    for (uint32_t i = 0; i < t->nclaim; i++)
        if (monitor_formula(m, t->claim[i], t->d) != i)
            trial_fail(t, "no room for a claim");
    o.watch = t->nclaim ? monitor_watch(m) : NULL;
    explore_run(t->p, &o, e);
    return m;
}

static const char *claim_text(const struct trial *t, uint32_t c)
{
    struct buf b = {0};
    ltl_print(t->claim[c], &b);
    const char *text = arena_strdup(t->a, b.s);
    buf_free(&b);
    return text;
}

static void same(const struct trial *t, const struct explore *all, const struct explore *some)
{
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        if ((all->found[f].state == NONE) != (some->found[f].state == NONE))
            trial_fail(t, arena_printf(t->a, "fault %u: %s", f,
                                       all->found[f].state == NONE ? "only when reduced" : "lost"));
    for (uint32_t c = 0; c < t->nclaim; c++)
        if ((all->claim[c].state == NONE) != (some->claim[c].state == NONE))
            trial_fail(t, arena_printf(t->a, "claim %u (%s): %s", c, claim_text(t, c),
                                       all->claim[c].state == NONE ? "fails only when reduced"
                                                                   : "fails only unreduced"));
    for (uint32_t i = 0; i < t->p->nmark; i++)
        if (all->reached[i] != some->reached[i])
            trial_fail(t, arena_printf(t->a, "%s is not reached", t->p->mark[i].path));
    for (uint32_t i = 0; i < t->p->nres; i++)
        if (all->waited[i] != some->waited[i] || all->peak[i] != some->peak[i])
            trial_fail(t, arena_printf(t->a, "%s: not the same waits", t->p->res[i].name));
}

static bool same_sight(struct sight a, struct sight b)
{
    return a.state == b.state && a.from == b.from;
}

/* Neither moves that sleep, nor the memo, nor threads change anything at all: states have the same
 * numbers, and are first reached from the same, and each sight is the same move. */
static void awake(const struct trial *t, struct explore_opt o, struct explore *some)
{
    struct explore all;
    o.every = true;
    o.jobs = 3;
    struct monitor *m = run(t, o, &all);
    bool good = all.end == some->end && all.states == some->states && all.depth == some->depth &&
                all.transitions == some->transitions && all.last == some->last;
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        good = good && same_sight(all.found[f], some->found[f]);
    for (uint32_t c = 0; c < t->nclaim; c++)
        good = good && same_sight(all.claim[c], some->claim[c]);
    for (uint32_t k = 1; good && k <= 16; k++) {
        uint32_t i = (uint32_t)((all.states - 1) * k / 16);
        struct path a = explore_path(&all, i, t->a), b = explore_path(some, i, t->a);
        good = a.n == b.n && memcmp(a.state, b.state, (a.n + 1) * sizeof *a.state) == 0;
    }
    if (!good)
        trial_fail(t, "moves that sleep, the memo, or threads change what is explored");
    monitor_free(m);
    explore_free(&all);
}

/* A hunt finds a race or a lost update where there is one, and as short a way to it. */
static void hunts(const struct trial *t, struct explore_opt o, struct explore *all)
{
    struct explore some;
    bool any = false, found = false;
    o.hunt = true;
    o.endless = false;
    explore_run(t->p, &o, &some);
    for (uint32_t f = FAULT_RACE; f <= FAULT_LOST; f++) {
        any |= all->found[f].state != NONE;
        found |= some.found[f].state != NONE;
        if (some.found[f].state != NONE &&
            (all->found[f].state == NONE ||
             explore_path_fault(&some, f, t->a).n != explore_path_fault(all, f, t->a).n))
            trial_fail(t, arena_printf(t->a, "hunted fault %u is not the shortest", f));
    }
    if (any != found || some.end > (found ? EXPLORE_FOUND : EXPLORE_WHOLE))
        trial_fail(t, arena_printf(t->a, "the hunt ends with %d", (int)some.end));
    explore_free(&some);
}

/* The same with fewer states, one way or another, to *some. */
static void run_fewer(const struct trial *t, struct explore_opt o, const struct explore *all,
                      struct explore *some)
{
    struct monitor *m = run(t, o, some);
    if (some->end != EXPLORE_WHOLE)
        trial_fail(t, arena_printf(t->a, "end %d, %" PRIu64 " states, not %" PRIu64, (int)some->end,
                                   some->states, all->states));
    same(t, all, some);
    monitor_free(m);
}

/* Every way to fewer states, alone and together: begins joined to the move before, reductions.  (A
 * search among all moves for shorter ways would find what has been lost.) */
static void compare_fewer(const struct trial *t, struct explore_opt o, const struct explore *all,
                          struct tally *n)
{
    struct explore some;
    o.any_way = true;
    for (uint32_t with = 1; with < 5; with++) { /* 4: what is not proven to lose nothing */
        o.begins_along = with != 2;
        o.symmetric_copies = o.symmetric_requests = o.local_alone = o.live_words = with > 1;
        o.coarse = with == 4;
        run_fewer(t, o, all, &some);
        n->joined += with == 1 && some.states < all->states;
        n->fewer += with == 2 && some.states * 2 < all->states;
        explore_free(&some);
    }
}

static void compare(struct trial t, struct tally *n)
{
    struct explore all;
    trial_build(&t);
    struct explore_opt o = {.nreq = t.nreq,
                            .cls = t.cls,
                            .max_count = 2,
                            .max_states = MOST_STATES,
                            .endless = true,
                            .races = t.races};
    struct monitor *m = run(&t, o, &all);
    if (all.end == EXPLORE_WHOLE) {
        awake(&t, o, &all);
        compare_fewer(&t, o, &all, n);
        o.symmetric_copies = o.symmetric_requests = true;
        hunts(&t, o, &all);
        o.local_alone = true;
        hunts(&t, o, &all);
        n->compared++;
        for (uint32_t f = 0; f < FAULT_COUNT; f++)
            n->faults += all.found[f].state != NONE;
        for (uint32_t c = 0; c < t.nclaim; c++)
            n->broken += all.claim[c].state != NONE;
    }
    monitor_free(m);
    explore_free(&all);
}

#endif
