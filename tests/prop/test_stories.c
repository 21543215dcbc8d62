/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stories.c - of random pipelines, each fault that the explorer finds is a run that shows it:
 * the moves are as many as the explorer says, can be made one after the other, end in the fault
 * (told here from the effects alone, not by the explorer's rules), come back from their id, and are
 * told in as many columns as there are.  The same of the order that fits the model's latencies. */
#include "base/arena.h"
#include "check/story.h"
#include "check/story_id.h"
#include "check/timely.h"
#include "check/timing.h"
#include "reports/story.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 3000, WIDTH = 80 };

struct trial {
    struct arena *a;
    uint64_t seed;
    const char *text, *exec;
    struct prog *p;
    struct diags *d;
    struct play_setting set;
};
struct tally {
    uint32_t told, timely, unusual, moved;
};

static _Noreturn void trial_fail(const struct trial *t, const char *why)
{
    fprintf(stderr, "%s\nseed %" PRIu64 ", execution %s, %u requests\n%s", why, t->seed, t->exec,
            t->set.nreq, t->text);
    fail();
    abort();
}

static void trial_build(struct trial *t)
{
    t->d = diags_new(t->a);
    struct yaml *root = yaml_parse(t->a, "random", t->text, strlen(t->text), t->d);
    const struct model *m = root ? model_build(t->a, root, "random", t->d) : NULL;
    t->p = m && !diags_errors(t->d) ? prog_compile(t->a, m, model_exec(m, t->exec), t->d) : NULL;
    if (!t->p)
        trial_fail(t, "not a model");
}

/* ---- what a run shows, by its effects ---- */

struct seen {
    uint32_t responses[PACK_MAX_REQUESTS];
    bool twice, unanswered, stuck, silent;
    uint32_t *request_of, cap; /* by slot */
};

static void see(struct seen *s, const struct play *y, const struct move *m)
{
    for (uint32_t i = 0; i < y->r.s.fx_n; i++) {
        const struct fx *f = &y->r.s.fx[i];
        if (f->kind == FX_BEGIN && f->a == NONE) {
            s->request_of = grow(s->request_of, &s->cap, f->b + 1, sizeof *s->request_of);
            s->request_of[f->b] = m->kind == MOVE_ARRIVE ? m->req : NONE;
        }
        if (f->kind == FX_RESPOND)
            s->twice |= ++s->responses[s->request_of[f->a]] > 1;
        if (f->kind == FX_OVER && s->request_of[f->a] != NONE)
            s->unanswered |= s->responses[s->request_of[f->a]] == 0;
    }
}

static bool shows(const struct trial *t, const struct play_way *w, enum fault f)
{
    struct seen s = {0};
    struct play y;
    struct moves all = {0};
    play_init(&y, &t->set);
    for (uint32_t i = 0; i < w->n; i++) {
        if (!play_move(&y, &w->move[i]))
            trial_fail(t, arena_printf(t->a, "move %u cannot be made", i));
        if (!state_ok(&y.r.s))
            trial_fail(t, "a state is not sound");
        see(&s, &y, &w->move[i]);
    }
    moves_list(&y.r, t->set.nreq, NONE, &all);
    for (uint32_t j = 0; j < t->set.nreq && all.n == 0; j++) {
        s.stuck |= y.r.life[j] == PACK_ALIVE;
        s.silent |= y.r.life[j] == PACK_ALIVE && s.responses[j] == 0;
    }
    moves_free(&all);
    play_free(&y);
    free(s.request_of);
    switch (f) {
    case FAULT_DEADLOCK:
        return s.stuck;
    case FAULT_UNANSWERED:
        return s.unanswered || s.silent;
    case FAULT_TWICE:
        return s.twice;
    default:
        return true; /* not told by effects alone */
    }
}

/* ---- telling it ---- */

static void same_moves(const struct trial *t, const struct play_way *w, const struct story_opt *o)
{
    bool same = w->n == o->n;
    for (uint32_t i = 0; same && i < w->n; i++)
        same =
            w->move[i].kind == o->move[i].kind && w->move[i].task == o->move[i].task &&
            w->move[i].arg == o->move[i].arg && w->move[i].nanswer == o->move[i].nanswer &&
            memcmp(w->move[i].answer, o->move[i].answer, w->move[i].nanswer * sizeof(double)) == 0;
    if (!same)
        trial_fail(t, "an id gives other moves back");
}

static void look_at_text(const struct trial *t, const struct story_result *r)
{
    struct report_look look = {.width = WIDTH};
    struct buf b = {0};
    story_text(r, t->d, &look, 2, &b);
    const char *end = strstr(b.s, "  To replay it");
    size_t line = 0;
    for (const char *s = b.s; s != end && *s; s++) {
        line = *s == '\n' ? 0 : line + 1;
        if (line > WIDTH || (unsigned char)*s >= 0x80)
            trial_fail(t, arena_printf(t->a, "too wide, or not ASCII:\n%s", b.s));
    }
    buf_clear(&b);
    story_mermaid(r, t->d, &b);
    if (strncmp(b.s, "sequenceDiagram\n", 16) != 0)
        trial_fail(t, "no diagram");
    buf_free(&b);
}

static void tell(const struct trial *t, const struct play_way *w, enum fault f)
{
    static const enum story_fault kind[FAULT_COUNT] = {
        [FAULT_DEADLOCK] = STORY_DEADLOCK, [FAULT_UNANSWERED] = STORY_UNANSWERED,
        [FAULT_TWICE] = STORY_TWICE,       [FAULT_UNAWAITED] = STORY_UNAWAITED,
        [FAULT_RACE] = STORY_RACE,         [FAULT_LOST] = STORY_LOST_UPDATE};
    struct story_opt o = {.set = t->set,
                          .move = w->move,
                          .n = w->n,
                          .cycle = NONE,
                          .fault = kind[f],
                          .key = NONE,
                          .timing = true};
    struct story_opt back = {.set = t->set};
    struct story_ref ref;
    const char *why;
    const struct story_result *r = story_make(t->a, &o);
    if (r == NULL || r->nevent == 0)
        trial_fail(t, "there is nothing to tell");
    if (r->trace == NULL || !story_id_parse(t->a, r->trace, &ref, &why) ||
        !story_id_moves(t->a, &ref, &back, &why))
        trial_fail(t, "an id that is none");
    same_moves(t, w, &back);
    for (uint32_t i = 1; i < r->nevent; i++)
        if (r->event[i].number < r->event[i - 1].number || r->event[i].time < r->event[i - 1].time)
            trial_fail(t, "events out of order");
    look_at_text(t, r);
}

static void trial_fault(const struct trial *t, struct explore *e, enum fault f, struct tally *n)
{
    struct play_way w = play_fault(e, &t->set, f, t->a);
    if (w.n != explore_path_fault(e, f, t->a).n || !shows(t, &w, f))
        trial_fail(t, arena_printf(t->a, "fault %d is not shown", (int)f));
    tell(t, &w, f);
    n->told++;
    struct play_way in_time = timely_fault(e, &t->set, f, t->a, NULL);
    bool fits = timing_fits(&t->set, in_time.move, in_time.n);
    n->timely += fits;
    n->unusual += !fits;
    n->moved += in_time.move != w.move && fits && !timing_fits(&t->set, w.move, w.n);
    if (!shows(t, &in_time, f))
        trial_fail(t, arena_printf(t->a, "fault %d is not shown in time", (int)f));
    tell(t, &in_time, f);
}

static void try(uint64_t seed, uint32_t features, const char *exec, struct tally *n)
{
    static const uint32_t cls[2] = {0};
    struct trial t = {.a = arena_new(0), .seed = seed, .exec = exec};
    struct explore e;
    t.text = random_model(t.a, seed, features, NULL).text;
    trial_build(&t);
    t.set = (struct play_setting){.p = t.p, .nreq = 1 + seed % 2, .max_count = 3, .cls = cls};
    bool *races = NEW(t.a, bool, t.p->model->nshared + 1);
    for (uint32_t i = 0; i < t.p->model->nshared; i++)
        races[i] = true;
    struct explore_opt o = {.nreq = t.set.nreq,
                            .cls = cls,
                            .max_count = 3,
                            .max_states = MOST_STATES,
                            .symmetric_copies = seed % 3 != 0,
                            .symmetric_requests = seed % 3 != 0,
                            .races = races};
    explore_run(t.p, &o, &e);
    for (uint32_t f = 0; f < FAULT_COUNT && e.end != EXPLORE_BROKEN; f++)
        if (e.found[f].state != NONE && !fault_loops(f))
            trial_fault(&t, &e, (enum fault)f, n);
    explore_free(&e);
    arena_drop(t.a);
}

struct row {
    const char *name;
    uint32_t features, seeds;
};
static const struct row table[] = {
    {"plain", RANDOM_PLAIN | RANDOM_ANSWERS | RANDOM_CHOICE, 40},
    {"locks", RANDOM_USE | RANDOM_FORKS | RANDOM_BOUNDS | RANDOM_ANSWERS | RANDOM_SPAWN, 40},
    {"shared", RANDOM_SHARED | RANDOM_FORKS | RANDOM_SPAWN, 40},
    {"timeouts", RANDOM_PLAIN | RANDOM_TIMEOUT | RANDOM_RETRY | RANDOM_CATCH | RANDOM_ERRORS, 40},
    {"stages", RANDOM_STAGES | RANDOM_FORKS | RANDOM_ANSWERS | RANDOM_SPAWN, 30},
    {"all", RANDOM_ALL, 60},
};

static void test_row(void **state)
{
    static const char *const execs[] = {"serial", "threads", "coroutine", "hybrid"};
    const struct row *r = *state;
    struct tally n = {0};
    uint32_t seeds = test_quick() ? r->seeds / 10 : r->seeds;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++)
            try(seed, r->features, execs[x], &n);
    print_message("%u told, %u in time (%u in another order), %u unusual\n", n.told, n.timely,
                  n.moved, n.unusual);
    assert_true(n.told > 0 || test_quick());
}

int main(void)
{
    struct CMUnitTest tests[TEST_COUNT(table)];
    for (size_t i = 0; i < TEST_COUNT(table); i++)
        tests[i] = test_named(table[i].name, test_row, &table[i]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
