/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counterexamples as people read them, for the classic faults: expected texts are written by hand.
 * Each is given back by its id, to the same end. */
#include "check/story.h"
#include "base/arena.h"
#include "base/rng.h"
#include "check/story_id.h"
#include "check/timing.h"
#include "reports/story.h"
#include "tests/unit/model_text.h"
#include <string.h>

struct world {
    struct arena *mem;
    struct diags *d;
    struct prog *p;
    struct explore e;
    struct play_setting set;
    struct play_way way;
};
static const uint32_t cls[PACK_MAX_REQUESTS] = {0};

static struct world world_of(const char *text, const char *exec, uint32_t nreq)
{
    struct world w = {.mem = arena_new(0)};
    w.d = diags_new(w.mem);
    w.p = prog_of(w.mem, model_of(w.mem, text, w.d), exec, w.d);
    w.set = (struct play_setting){.p = w.p, .nreq = nreq, .max_count = 3, .cls = cls};
    return w;
}

static void explore(struct world *w, enum fault f)
{
    struct explore_opt o = {.nreq = w->set.nreq,
                            .cls = cls,
                            .max_count = 3,
                            .symmetric_copies = true,
                            .symmetric_requests = true};
    explore_run(w->p, &o, &w->e);
    assert_int_equal(w->e.end, EXPLORE_WHOLE);
    assert_int_not_equal(w->e.found[f].state, NONE);
    w->way = play_fault(&w->e, &w->set, f, w->mem);
}

static void drop(struct world *w)
{
    explore_free(&w->e);
    arena_drop(w->mem);
}

static bool same_moves(const struct story_opt *o, const struct play_way *w)
{
    bool same = o->n == w->n;
    for (uint32_t i = 0; same && i < w->n; i++) {
        const struct move *a = &o->move[i], *b = &w->move[i];
        same = a->kind == b->kind && a->req == b->req && a->task == b->task && a->arg == b->arg &&
               a->pick == b->pick && a->nanswer == b->nanswer;
        for (uint32_t k = 0; same && k < a->nanswer; k++)
            same = memcmp(&a->answer[k], &b->answer[k], sizeof a->answer[k]) == 0;
    }
    return same;
}

/* The id gives the same moves back; one that is mistyped is refused, or is another run. */
static void round_trip(struct world *w, const char *id, enum story_fault kind)
{
    struct story_ref ref;
    struct story_opt again = {.set = w->set};
    const char *why;
    assert_true(story_id_parse(w->mem, id, &ref, &why));
    assert_string_equal(ref.execution, w->p->exec->name);
    assert_int_equal(ref.nreq, w->set.nreq);
    assert_true(story_id_moves(w->mem, &ref, &again, &why));
    assert_true(same_moves(&again, &w->way));
    assert_int_equal(again.fault, kind);
    size_t n = strlen(ref.digits);
    for (size_t i = 0; i < n; i++) {
        struct story_ref bad = ref;
        char *other = arena_strdup(w->mem, ref.digits);
        other[i] = other[i] == '0' ? '1' : '0';
        bad.digits = other;
        bool other_run = story_id_moves(w->mem, &bad, &again, &why) &&
                         same_moves(&again, &w->way) && again.fault == kind;
        assert_false(other_run);
    }
    ref.check = "zzzz";
    assert_false(story_id_moves(w->mem, &ref, &again, &why));
}

/* An event a line: its number, its line in the model, who, what; then how it ends. */
static void put(const struct story_result *r, struct buf *b)
{
    for (uint32_t i = 0; i < r->nevent; i++) {
        const struct story_event *e = &r->event[i];
        buf_printf(b, "%u :%u %s: %s%s\n", e->number, e->at.line, r->lane[e->lane].name, e->text,
                   e->mark == STORY_BAD     ? " !!"
                   : e->mark == STORY_CAUSE ? " !"
                                            : "");
    }
    for (uint32_t i = 0; r->deadlock && i < r->deadlock->n; i++) {
        const struct deadlock_task *k = &r->deadlock->task[i];
        buf_printf(b, "%s waits for %s%s%s%s\n", k->task, k->waits_for, *k->held_by ? " of " : "",
                   k->held_by, i + 1 == r->deadlock->ncycle ? " (circle)" : "");
    }
    for (uint32_t i = 0; i < r->nnote; i++)
        buf_printf(b, "%s :%u\n", r->note[i].text, r->note[i].at.line);
}

static void tells(const char *model, const char *exec, uint32_t nreq, enum story_fault kind,
                  const char *want)
{
    static const enum fault fault[] = {FAULT_DEADLOCK,  FAULT_UNANSWERED, FAULT_TWICE,
                                       FAULT_UNAWAITED, FAULT_UNANSWERED, FAULT_UNANSWERED};
    struct world w = world_of(model, exec, nreq);
    explore(&w, fault[kind]);
    struct story_opt o = {
        .set = w.set, .move = w.way.move, .n = w.way.n, .cycle = NONE, .fault = kind, .key = NONE};
    struct story_result *r = story_make(w.mem, &o);
    assert_non_null(r);
    round_trip(&w, r->trace, kind);
    struct buf b = {0};
    put(r, &b);
    assert_string_equal(b.s, want);
    buf_free(&b);
    drop(&w);
}

#define HEAD "pertinax: 1\nname: m\nservices: {a: {latency: 1ms}, b: {latency: 2ms}}\n"

static void test_pool(void **state)
{
    (void)state;
    tells(HEAD "request:\n  parallel:\n    x: {call: a}\n    y: {call: b}\n"
               "executions: {threads: {pool: 2}}\n",
          "threads", 2, STORY_DEADLOCK,
          "1 :5 request 1: arrives, gets a thread of `pool`\n"
          "2 :5 request 2: arrives, gets a thread of `pool`\n"
          "3 :5 request 1: starts `x` and `y` and waits for them; both wait for a thread of "
          "`pool`\n"
          "4 :5 request 2: starts `x` and `y` and waits for them; both wait for a thread of "
          "`pool`\n"
          "request 1 waits for its branches\n"
          "request 1: x waits for a thread of `pool` of request 1, request 2 (circle)\n"
          "request 2 waits for its branches\n"
          "request 1: y waits for a thread of `pool` of request 1, request 2\n"
          "request 2: x waits for a thread of `pool` of request 1, request 2\n");
}

#define LOCKS                                                                                      \
    HEAD "resources: {left: mutex, right: mutex}\nrequest:\n  parallel:\n"                         \
         "    p: {use: left, do: [{call: a}, {use: right, do: {call: b}}]}\n"                      \
         "    q: {use: right, do: [{call: a}, {use: left, do: {call: b}}]}\n"
#define LOCKED                                                                                     \
    "p waits for `right` of q\n"                                                                   \
    "q waits for `left` of p (circle)\n"                                                           \
    "request waits for its branches\n"

static void test_locks(void **state)
{
    (void)state;
    tells(LOCKS, "threads", 1, STORY_DEADLOCK,
          "1 :6 request: arrives, starts `p` and `q` and waits for them\n"
          "2 :7 p: takes `left`, calls `a`\n"
          "3 :8 q: takes `right`, calls `a`\n"
          "4 :7 p: `a` answers, waits for `right`, held by q\n"
          "5 :8 q: `a` answers, waits for `left`, held by p\n" LOCKED);
    tells(LOCKS, "coroutine", 1, STORY_DEADLOCK,
          "1 :6 request: arrives, starts `p` and `q` and waits for them\n"
          "2 :7 p: takes `left`, calls `a`\n"
          "3 :8 q: takes `right`, calls `a`\n"
          "4 :7 p: `a` answers, waits for `right`, held by q\n"
          "5 :8 q: `a` answers, waits for `left`, held by p\n" LOCKED);
}

static void test_lost_update(void **state)
{
    (void)state;
    tells(HEAD "shared: {n: 0..5}\nrequest:\n  - parallel:\n"
               "      x: [{call: a}, {set: {n: n + 1}}]\n"
               "      y: [{call: a}, {set: {n: n + 1}}]\n"
               "  - if: n == 2\n    then: {respond: 200}\n",
          "threads", 1, STORY_LOST_UPDATE,
          "1 :6 request: arrives, starts `x` and `y` and waits for them\n"
          "2 :7 x: calls `a`\n"
          "3 :7 x: `a` answers, reads `n` = 0\n"
          "4 :8 y: calls `a`\n"
          "5 :8 y: `a` answers, reads `n` = 0 !\n"
          "6 :7 x: sets `n` = 1, ends !\n"
          "7 :8 y: sets `n` = 1, ends !!\n"
          "8 :9 request: reads `n` = 1, `n == 2` does not hold, the request ends without a "
          "response\n"
          "the update of x is lost, for y goes by the `n` that it read before; `atomic: true`, or "
          "a lock round read and write, keeps it :0\n");
}

static void test_twice(void **state)
{
    (void)state;
    tells(HEAD "request:\n  - choose: [{p: 2%, do: {respond: 503}}, {p: 98%, do: {call: a}}]\n"
               "  - call: b\n  - respond: 200\n",
          "coroutine", 1, STORY_TWICE,
          "1 :6 request: arrives, chooses branch 1 of 2 (2%), responds 503, calls `b` !\n"
          "2 :7 request: `b` answers, responds 200, though there is a response already, the "
          "request ends !!\n");
}

static void test_unawaited(void **state)
{
    (void)state;
    tells(HEAD "request:\n  - spawn: {audit: {call: a}}\n  - call: b\n  - respond: 200\n",
          "coroutine", 1, STORY_UNAWAITED,
          "1 :6 request: arrives, spawns `audit`, calls `b`\n"
          "2 :5 audit: calls `a`\n"
          "3 :7 request: `b` answers, responds 200, ends !!\n"
          "`audit` is never awaited, and still runs :5\n");
}

/* ---- times ---- */

enum { MOVES = 4, TIMES = 7 };

static bool fits(const int64_t *time, const struct gap *g, uint32_t n)
{
    for (uint32_t i = 1; i < MOVES; i++)
        if (time[i] < time[i - 1])
            return false;
    for (uint32_t i = 0; i < n; i++) {
        int64_t x = time[g[i].to] - time[g[i].from];
        if (x < g[i].lo || x > g[i].hi)
            return false;
    }
    return true;
}

/* All times up to a bound that the gaps, each at most 3, cannot force beyond. */
static bool any_fits(const struct gap *g, uint32_t n)
{
    int64_t t[MOVES] = {0};
    for (t[1] = 0; t[1] < TIMES; t[1]++)
        for (t[2] = t[1]; t[2] < 2 * TIMES; t[2]++)
            for (t[3] = t[2]; t[3] < 3 * TIMES; t[3]++)
                if (fits(t, g, n))
                    return true;
    return false;
}

static void test_gaps(void **state)
{
    uint32_t found = 0, none = 0;
    (void)state;
    for (uint32_t round = 0; round < 3000; round++) {
        struct arena *a = arena_new(0);
        struct gap g[5], again[5];
        int64_t circle[MOVES + 1], wish[5];
        uint32_t n = 1 + round % 5, ncircle = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint64_t x = rng_mix(round, i);
            uint32_t from = (uint32_t)(x % (MOVES - 1));
            int64_t lo = (int64_t)(x >> 8 & 3), span = (int64_t)(x >> 16 & 3);
            g[i] = (struct gap){from, from + 1 + (uint32_t)((x >> 24) % (MOVES - 1 - from)), lo,
                                lo + (span & 1)};
            wish[i] = x >> 32 & 1 ? lo + 1 : INT64_MIN;
        }
        memcpy(again, g, sizeof g);
        const int64_t *time = gaps_solve(a, MOVES, g, n, circle, &ncircle);
        assert_int_equal(time != NULL, any_fits(g, n));
        found += time != NULL;
        none += time == NULL;
        if (time != NULL) {
            assert_true(fits(time, g, n));
            assert_true(fits(gaps_wish(a, MOVES, again, n, wish), g, n));
        } else {
            assert_true(ncircle > 0);
        }
        arena_drop(a);
    }
    assert_true(found > 300 && none > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool),        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_lost_update), cmocka_unit_test(test_twice),
        cmocka_unit_test(test_unawaited),   cmocka_unit_test(test_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
