/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_monitor.c - claims along explorations.
 *
 *   rows     claims whose verdicts follow from what the language says, under each execution
 *   bugs     the seeded faults of a search request (no abort after the 503, a task that is not
 *            awaited, an answer too early, a path without answer, a write that races), with the
 *            verdicts that SPIN gives of the same pipeline in Promela
 *   runs     random formulas: every run of small models gone through one by one, and the formula
 *            judged on each by its definition; the explorer, which merges states, must agree
 *   doubts   claims that could not have failed */
#include "check/monitor.h"
#include "base/rng.h"
#include "check/letter.h"
#include "tests/unit/ltl_truth.h"
#include "tests/unit/model_text.h"
#include <stdio.h>
#include <string.h>

struct world {
    struct arena *mem;
    struct diags *d;
    const struct model *m;
    struct prog *p;
};

static void world_open(struct world *w, const char *text, const char *exec)
{
    w->mem = arena_new(0);
    w->d = diags_new(w->mem);
    w->m = model_of(w->mem, text, w->d);
    w->p = prog_of(w->mem, w->m, exec, w->d);
}

static const struct ltl *formula(struct world *w, const char *text)
{
    uint32_t file = diag_file(w->d, "claim", text, strlen(text));
    struct spec_text t = {text, {.file = file, .line = 1, .col = 1}};
    const struct ltl *f = ltl_parse(w->mem, t, w->m, w->d);
    struct buf b = {0};
    diags_print(w->d, &b, false);
    if (!f)
        fail_msg("%s", b.s);
    buf_free(&b);
    return f;
}

enum { NOT_SEEN = 1000 };
enum symmetry { PLAIN, COPIES, REQUESTS };

/* Moves to the shortest run that violates the claim; NOT_SEEN: none does. */
static uint32_t explore(struct world *w, struct monitor *m, uint32_t bit, uint32_t nreq,
                        unsigned symmetric)
{
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    struct explore e;
    struct explore_opt o = {.nreq = nreq,
                            .cls = cls,
                            .max_count = 3,
                            .symmetric_copies = symmetric & COPIES,
                            .symmetric_requests = (symmetric & REQUESTS) != 0,
                            .watch = monitor_watch(m)};
    explore_run(w->p, &o, &e);
    assert_int_equal(e.end, EXPLORE_WHOLE);
    uint32_t n = NOT_SEEN;
    if (e.claim[bit].state != NONE)
        n = explore_path_claim(&e, bit, w->mem).n;
    explore_free(&e);
    return n;
}

static uint32_t judge(struct world *w, const char *text, uint32_t nreq, unsigned symmetric)
{
    struct monitor *m = monitor_new(w->p, nreq);
    uint32_t bit = monitor_formula(m, formula(w, text), w->d);
    assert_int_not_equal(bit, NONE);
    uint32_t n = explore(w, m, bit, nreq, symmetric);
    monitor_free(m);
    return n;
}

/* ---- rows ---- */

#define HEAD "pertinax: 1\nname: t\nservices: {a: {latency: 1ms}, b: {latency: 1ms, error: 0.5}}\n"
static const char two_steps[] = HEAD "request: [{call: a, name: x}, {call: a, name: y}]\n";
static const char branches[] = HEAD "request: {parallel: {x: {call: a}, y: {call: a}}}\n";
static const char may_fail[] =
    HEAD "request: [{call: b, name: x, catch: {cpu: 1ms, name: cure}}, {call: a, name: y}]\n";
static const char aborts[] =
    HEAD "shared: {s: request}\n"
         "request:\n"
         "  - spawn: {w: [{call: a, name: first}, {call: a, name: second, writes: [s]}]}\n"
         "  - {call: a, name: look}\n"
         "  - choose: [{p: 0.5, do: {abort: 503}}, {p: 0.5, do: []}]\n"
         "  - await: w\n";
static const char locks[] =
    HEAD "resources: {m: mutex}\n"
         "request: [{use: m, name: hold, do: {call: a, name: x}}, {call: a, name: y}]\n";
static const char counter[] = HEAD "shared: {n: 0..5, open: false}\n"
                                   "request:\n"
                                   "  - parallel:\n"
                                   "      p: [{call: a, name: x}, {set: {n: n + 1}}]\n"
                                   "      q: [{call: a, name: y}, {set: {n: n + 1}}]\n"
                                   "  - {set: {open: true}}\n";
static const char variable[] = HEAD "request:\n"
                                    "  - {call: a, name: x, sets: {hit: chance(0.5)}}\n"
                                    "  - if: hit\n"
                                    "    then: {call: a, name: y}\n"
                                    "    else: {call: a, name: z}\n";

static const struct row {
    const char *name, *text, *claim;
    uint32_t nreq;
    /* of serial, threads, coroutine: moves of the shortest counterexample, 0: it holds */
    uint32_t serial, threads, coroutine;
} rows[] = {
    {"in order", two_steps, "not started(y) U done(x)", 1, 0, 0, 0},
    {"in order, wrong way", two_steps, "not done(x) U started(y)", 1, 3, 3, 4},
    {"both at some time", two_steps, "F running(x) and F running(y)", 1, 0, 0, 0},
    {"never both", two_steps, "G not (running(x) and running(y))", 2, 0, 0, 0},
    {"never the second", two_steps, "G not running(y)", 1, 3, 3, 4},
    {"started is an event", two_steps, "G (started(y) -> running(y))", 1, 0, 0, 0},
    {"done lasts", two_steps, "G (done(x) -> G done(x))", 1, 0, 0, 0},
    {"answered", two_steps, "F responded(200)", 2, 0, 0, 0},
    {"answered last", two_steps, "G (responded -> done(y))", 2, 0, 0, 0},
    {"ends", two_steps, "F G ended", 2, 0, 0, 0},
    {"not at the start", two_steps, "G responded", 1, 1, 1, 1},
    {"branches meet", branches, "G not (running(x) and running(y))", 1, 0, 4, 4},
    {"x before y", branches, "not running(y) U done(x)", 1, 0, 3, 4},
    {"a branch is over", branches, "F (done(x) and done(y))", 1, 0, 0, 0},
    {"may fail", may_fail, "G not failed(x)", 1, 3, 3, 4},
    {"and is cured", may_fail, "G (failed(x) -> F started(cure))", 1, 0, 0, 0},
    {"done or failed", may_fail, "F (done(x) or failed(x))", 2, 0, 0, 0},
    {"never done after it failed", may_fail, "G (failed(x) -> G not done(x))", 1, 0, 0, 0},
    {"not both outcomes", may_fail, "G (failed(x) -> F started(y))", 1, 0, 0, 0},
    {"nothing after the abort", aborts, "G (aborted -> G not started(second))", 1, 0, 0, 0},
    {"the abort answers", aborts, "G (aborted -> responded(503))", 1, 0, 0, 0},
    {"503 is the abort's", aborts, "G (responded(5xx) -> aborted)", 1, 0, 0, 0},
    {"no abort", aborts, "G not aborted", 1, 5, 3, 5},
    {"threads run on", aborts, "G (ended -> not running(w))", 1, 0, 4, 0},
    {"held", locks, "G (running(x) -> holds(x, m))", 2, 0, 0, 0},
    {"held by the step round it", locks, "G (running(x) -> holds(hold, m))", 2, 0, 0, 0},
    {"not held after", locks, "G not holds(y, m)", 2, 0, 0, 0},
    {"somebody waits", locks, "G not waiting(m)", 2, 0, 6, 4},
    {"alone nobody waits", locks, "G not waiting(m)", 1, 0, 0, 0},
    {"an update is lost", counter, "G (open -> n == 2)", 1, 0, 11, 0},
    {"it only grows", counter, "G (n == 1 -> G n >= 1)", 1, 0, 0, 0},
    {"two requests", counter, "G n <= 2", 2, 7, 16, 14},
    {"hit", variable, "G (started(y) -> hit)", 1, 0, 0, 0},
    {"miss", variable, "G (started(z) -> not hit)", 1, 0, 0, 0},
    {"kept", variable, "G (started(y) -> G hit)", 2, 0, 0, 0},
    {"either", variable, "G not hit", 1, 3, 3, 4},
};

static void test_row(void **state)
{
    static const char *const exec[] = {"serial", "threads", "coroutine"};
    const struct row *r = *state;
    const uint32_t want[] = {r->serial, r->threads, r->coroutine};
    for (int x = 0; x < 3; x++)
        for (unsigned symmetric = 0; symmetric < 4; symmetric++) {
            struct world w;
            world_open(&w, r->text, exec[x]);
            uint32_t n = judge(&w, r->claim, r->nreq, symmetric);
            if (n != (want[x] ? want[x] : NOT_SEEN))
                fail_msg("%s under %s: %u moves", r->claim, exec[x], n);
            arena_drop(w.mem);
        }
}

/* ---- seeded faults ---- */

/* What SPIN finds in the same request with one fault each (one request, fan-out 3): a second
 * response, a task that runs on, no response, two writers of one key; and nothing without a fault.
 * %s: what is done once the limits are known; the parallel of the end; more of the session. */
static const char search[] =
    "pertinax: 1\nname: search\nparams: {n: %u}\n"
    "services: {geo: {latency: 1ms}, ip: {latency: 1ms}, mc: {latency: 1ms}, db: {latency: 1ms}}\n"
    "shared: {session: request}\n"
    "request:\n"
    "  - spawn:\n"
    "      g: {call: geo}\n"
    "      l: [{call: ip}, {each: n, name: shards, do: {call: mc, sets: {over: chance(0.5)}}},\n"
    "          {set: {limited: any(shards.over)}}]\n"
    "      s: [{call: mc, sets: {found: chance(0.5)}}, {if: not found, then: [%s]}]\n"
    "  - await: [g, s]\n"
    "  - {each: n, name: rank, do: {call: db}%s}\n"
    "  - await: l\n"
    "  - if: l.limited\n"
    "    then: %s\n"
    "  - parallel:\n"
    "      log: {call: mc}\n"
    "      save: {call: mc, name: update, writes: [session]}\n"
    "      answer: [{call: mc}, %s]\n";

static const char sound_session[] =
    "{parallel: {new: {call: mc, name: populate, writes: [session]}, mail: {call: mc}}}";
static const char racing_session[] =
    "{detach: {call: mc, name: populate, writes: [session]}}, {call: mc, name: mail}";

enum { TWICE, UNAWAITED, SILENT, RACE, BUGS };
static const struct bug {
    const char *name, *session, *completed, *limited, *answer;
    unsigned faults; /* bits: which of the four are found */
} bugs[] = {
    {"sound", sound_session, "", "{abort: 503}", "{respond: 200}", 0},
    {"fall through", sound_session, "", "{respond: 503}", "{respond: 200}", 1U << TWICE},
    {"early write", sound_session, "}\n  - {respond: 200", "{abort: 503}", "{call: ip}",
     1U << TWICE},
    {"lost", sound_session, "", "{abort: 503}",
     "{choose: [{p: 0.5, do: {respond: 200}}, {p: 0.5, do: []}]}", 1U << SILENT},
    {"no await", sound_session, "", "{abort: 503}", "{respond: 200}, {spawn: {late: {call: mc}}}",
     1U << UNAWAITED},
    {"race", racing_session, "", "{abort: 503}", "{respond: 200}", 1U << RACE},
};

static void test_bug(void **state)
{
    static const char *const exec[] = {"threads", "coroutine", "hybrid"};
    const struct bug *b = *state;
    for (int x = 0; x < 3; x++) {
        char text[2000];
        struct world w;
        struct explore e;
        snprintf(text, sizeof text, search, 2, b->session, b->completed, b->limited, b->answer);
        world_open(&w, text, exec[x]);
        struct monitor *m = monitor_new(w.p, 1);
        const struct step_names *names = step_names(w.mem, w.m);
        const struct step_name *writers[2] = {
            step_name_find(names, "populate", 8, (struct loc){0}, false, w.mem, w.d),
            step_name_find(names, "update", 6, (struct loc){0}, false, w.mem, w.d)};
        assert_true(writers[0] && writers[1]);
        uint32_t silent = monitor_formula(m, formula(&w, "F responded"), w.d);
        uint32_t race = monitor_exclusion(m, writers, 2);
        uint32_t clean = monitor_no_write(m);
        uint32_t order =
            monitor_formula(m, formula(&w, "G (aborted -> G not started(update))"), w.d);
        uint32_t both =
            monitor_formula(m, formula(&w, "G not (running(populate) and running(update))"), w.d);
        struct explore_opt o = {.nreq = 1,
                                .cls = (const uint32_t[1]){0},
                                .max_count = 3,
                                .symmetric_copies = x == 1,
                                .watch = monitor_watch(m)};
        explore_run(w.p, &o, &e);
        assert_int_equal(e.end, EXPLORE_WHOLE);
        unsigned seen = 0;
        seen |= (unsigned)(e.found[FAULT_TWICE].state != NONE) << TWICE;
        seen |= (unsigned)(e.found[FAULT_UNAWAITED].state != NONE) << UNAWAITED;
        seen |= (unsigned)(e.claim[silent].state != NONE) << SILENT;
        seen |= (unsigned)(e.claim[race].state != NONE) << RACE;
        if (seen != b->faults)
            fail_msg("%s under %s: faults %x", b->name, exec[x], seen);
        assert_int_equal(e.claim[both].state != NONE, (seen >> RACE) & 1);
        assert_int_equal(e.found[FAULT_UNANSWERED].state != NONE, (seen >> SILENT) & 1);
        assert_int_equal(e.claim[order].state, NONE);
        /* a detached write does not stop for the abort */
        assert_int_equal(e.claim[clean].state != NONE, b->session == racing_session);
        assert_int_equal(e.found[FAULT_DEADLOCK].state, NONE);
        explore_free(&e);
        monitor_free(m);
        arena_drop(w.mem);
    }
}

/* ---- every run, one by one ---- */

enum { RUN_MOST = 60000, RUN_PROPS = 6 };
static const char *const run_props[][RUN_PROPS] = {
    {"started(x)", "done(x)", "running(y)", "responded", "failed(x)", "ended"},
    {"started(x)", "done(y)", "running(y)", "responded", "aborted", "ended"},
    {"started(x)", "done(y)", "running(y)", "holds(x, m)", "waiting(m)", "ended"},
    {"started(x)", "done(y)", "n == 1", "open", "n == 2", "ended"},
};
static const struct run_model {
    const char *name, *text;
    uint32_t nreq, props;
} run_models[] = {
    {"two steps", two_steps, 2, 0},
    {"branches", branches, 1, 0},
    {"may fail", may_fail, 1, 0},
    {"aborts",
     HEAD "request: [{parallel: [{call: a, name: x}, {call: b, name: y, catch: {abort: 503}}]}]\n",
     1, 1},
    {"locks",
     HEAD "resources: {m: mutex}\n"
          "request: [{use: m, do: {call: a, name: x}}, {call: a, name: y}]\n",
     2, 2},
    {"counter", counter, 1, 3},
};

struct runs {
    struct world *w;
    struct letters l;
    const struct ltl *f;
    uint32_t prop[LTL_PROPS];
    bool coarse, all;
    uint32_t nreq, n;
    bool violated, full;
    struct pack *k;
    struct pack_run r;
    struct move_limits limits;
};
struct run_past { /* of one request */
    struct word w;
    bool kept[LTL_PROPS], answered;
};

static void run_letter(struct runs *u, uint32_t j, uint32_t instant, struct run_past *p)
{
    uint32_t letter = 0;
    for (uint32_t i = 0; i < u->f->nprop; i++) {
        struct letter_at at = {j, instant, p->kept[i], p->answered};
        bool on = letters_value(&u->l, &u->r, u->prop[i], at);
        p->kept[i] = on;
        letter |= (uint32_t)on << i;
    }
    if (p->w.n < WORD_MOST)
        p->w.at[p->w.n++] = letter;
}

/* The states of request j in the move just made: its instants, or the state after it alone. */
static void run_states(struct runs *u, uint32_t j, struct run_past *p)
{
    uint32_t seen = 0;
    for (uint32_t k = 0; k < u->l.ninstant && !u->coarse; k++)
        if (u->l.instant[k].requests >> j & 1) {
            run_letter(u, j, k, p);
            p->answered |= u->l.instant[k].kind == INSTANT_ANSWER;
            seen++;
        }
    if (seen == 0)
        run_letter(u, j, NONE, p);
}

static void run_on(struct runs *u, const uint32_t *tuple, const struct run_past *past);

static void run_move(struct runs *u, const uint32_t *tuple, struct move m,
                     const struct run_past *past)
{
    double answer[16];
    bool cut = false;
    uint32_t to[1 + PACK_MAX_REQUESTS];
    pack_load(u->k, tuple, &u->r);
    if (move_make(&u->r, &m, &u->limits)) {
        uint32_t n = move_answers(&u->r, &u->limits, answer, 16, &cut);
        m.nanswer++;
        for (uint32_t i = 0; i < n; i++) {
            m.answer[m.nanswer - 1] = answer[i];
            run_move(u, tuple, m, past);
        }
        return;
    }
    struct run_past *next = xcalloc(u->nreq, sizeof *next);
    memcpy(next, past, u->nreq * sizeof *next);
    pack_run_room(&u->r);
    letters_read(&u->l, &u->r, &m);
    for (uint32_t j = 0; j < u->nreq; j++)
        if (u->all || (u->l.moved >> j & 1))
            run_states(u, j, &next[j]);
    u->r.s.fx_n = 0;
    for (uint32_t j = 0; j < u->nreq; j++)
        if (u->r.life[j] == PACK_ALIVE && !u->r.s.req[u->r.slot[j]].used) {
            u->r.life[j] = PACK_GONE;
            u->r.slot[j] = NONE;
        }
    pack_store(u->k, &u->r, to);
    run_on(u, to, next);
    free(next);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a run is long */
static void run_on(struct runs *u, const uint32_t *tuple, const struct run_past *past)
{
    struct moves ms = {0};
    if (u->full)
        return;
    pack_load(u->k, tuple, &u->r);
    moves_list(&u->r, u->nreq, NONE, &ms);
    for (uint32_t i = 0; i < ms.n; i++)
        run_move(u, tuple, ms.v[i], past);
    if (ms.n == 0) {
        u->full = ++u->n >= RUN_MOST;
        for (uint32_t j = 0; j < u->nreq; j++) {
            assert_true(past[j].w.n < WORD_MOST);
            u->violated |= !holds(u->f->top, &past[j].w, 0);
        }
    }
    moves_free(&ms);
}

/* Does some run of the model violate the formula? */
static bool runs_violate(struct world *w, const struct ltl *f, uint32_t nreq, bool *full)
{
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    struct runs u = {.w = w, .f = f, .nreq = nreq, .limits = {.max_count = 3, .cls = cls}};
    uint32_t tuple[1 + PACK_MAX_REQUESTS];
    letters_init(&u.l, w->p, nreq);
    for (uint32_t i = 0; i < f->nprop; i++) {
        u.prop[i] = letters_prop(&u.l, &f->prop[i], w->d);
        u.coarse |= u.l.prop[u.prop[i]].coarse;
        u.all |= u.l.prop[u.prop[i]].all;
    }
    letters_ready(&u.l);
    u.k = pack_new(w->p, nreq, false);
    pack_run_init(&u.r, w->p, nreq);
    u.r.s.op_limit = 1000000;
    u.r.s.fine = true;
    pack_store(u.k, &u.r, tuple);
    struct run_past *past = xcalloc(nreq, sizeof *past);
    letters_read(&u.l, &u.r, NULL);
    for (uint32_t j = 0; j < nreq; j++)
        run_states(&u, j, &past[j]);
    run_on(&u, tuple, past);
    *full = u.full;
    free(past);
    pack_run_free(&u.r);
    pack_free(u.k);
    letters_free(&u.l);
    return u.violated;
}

static void random_text(struct buf *b, uint64_t seed, uint32_t *visit, uint32_t depth,
                        const char *const *props)
{
    struct draw_key k = {.seed = seed, .visit = ++*visit};
    uint32_t x = (uint32_t)(rng_unit(k) * 14);
    static const char *const one[] = {"G ", "F ", "not ", "not "};
    static const char *const two[] = {" U ", " W ", " R ", " and ", " or ", " -> "};
    if (depth == 0 || x < 3) {
        k.visit = ++*visit;
        buf_puts(b, props[(uint32_t)(rng_unit(k) * RUN_PROPS) % RUN_PROPS]);
    } else if (x < 7) {
        buf_puts(b, one[x - 3]);
        buf_puts(b, "(");
        random_text(b, seed, visit, depth - 1, props);
        buf_puts(b, ")");
    } else {
        buf_puts(b, "(");
        random_text(b, seed, visit, depth - 1, props);
        buf_puts(b, ")");
        buf_puts(b, two[(x - 7) % 6]);
        buf_puts(b, "(");
        random_text(b, seed, visit, depth - 1, props);
        buf_puts(b, ")");
    }
}

static void test_runs(void **state)
{
    static const char *const exec[] = {"serial", "threads", "coroutine", "hybrid"};
    const struct run_model *r = *state;
    uint32_t violated = 0, judged = 0;
    for (uint64_t seed = 1; seed <= (test_quick() ? 12 : 80); seed++) {
        struct world w;
        struct buf b = {0};
        uint32_t visit = 0;
        bool full = false;
        world_open(&w, r->text, exec[seed % 4]);
        random_text(&b, seed, &visit, 3, run_props[r->props]);
        bool want = runs_violate(&w, formula(&w, b.s), r->nreq, &full);
        bool got = judge(&w, b.s, r->nreq, seed / 4 % 4) != NOT_SEEN;
        if (!full && want != got)
            fail_msg("%s under %s: %s", b.s, exec[seed % 4], want ? "a run violates it" : "none");
        judged += !full;
        violated += want;
        buf_free(&b);
        arena_drop(w.mem);
    }
    assert_true(judged > 0 && violated > 0 && violated < judged);
}

/* ---- claims that could not have failed ---- */

static const struct doubt_row {
    const char *name, *text, *claim;
    enum monitor_doubt doubt;
    const char *why;
} doubt_rows[] = {
    {"fine", two_steps, "G (done(x) -> F done(y))", DOUBT_NONE, ""},
    {"never both", branches, "G not (failed(x) and failed(y))", DOUBT_NONE, ""},
    {"tautology", two_steps, "responded or not responded", DOUBT_NONE, ""},
    {"true", two_steps, "G true", DOUBT_ALWAYS, "the formula is true whatever happens"},
    {"unreached", HEAD "request: [{call: a, name: x}, {if: false, then: {call: a, name: y}}]\n",
     "G not started(y)", DOUBT_UNREACHED, "no run reaches request/y"},
    {"no antecedent", two_steps, "G (aborted -> G not started(y))", DOUBT_ANTECEDENT,
     "`aborted` never happens"},
    {"no antecedent 2", two_steps, "G (running(x) and done(y) -> F ended)", DOUBT_ANTECEDENT,
     "`running(x) and done(y)` never happens"},
    {"antecedent", aborts, "G (aborted -> G not started(second))", DOUBT_NONE, ""},
    {"unknown", HEAD "request: [{set: {t: uniform(1ms 2ms)}}, {call: a, name: x}]\n", "G t <= 2ms",
     DOUBT_UNKNOWN, "`t <= 2ms` compares a value that can be any"},
};

static void test_doubt(void **state)
{
    const struct doubt_row *r = *state;
    struct world w;
    const char *why;
    world_open(&w, r->text, "coroutine");
    struct monitor *m = monitor_new(w.p, 1);
    uint32_t bit = monitor_formula(m, formula(&w, r->claim), w.d);
    uint32_t n = explore(&w, m, bit, 1, 0);
    enum monitor_doubt d = monitor_doubt(m, bit, w.mem, &why);
    if (r->doubt != DOUBT_UNKNOWN)
        assert_int_equal(n, NOT_SEEN);
    assert_int_equal(d, r->doubt);
    assert_string_equal(why, r->why);
    monitor_free(m);
    arena_drop(w.mem);
}

int main(void)
{
    struct CMUnitTest
        t[TEST_COUNT(rows) + TEST_COUNT(bugs) + TEST_COUNT(run_models) + TEST_COUNT(doubt_rows)];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[n++] = test_named(rows[i].name, test_row, &rows[i]);
    for (size_t i = 0; i < TEST_COUNT(bugs); i++)
        t[n++] = test_named(bugs[i].name, test_bug, &bugs[i]);
    for (size_t i = 0; i < TEST_COUNT(run_models); i++)
        t[n++] = test_named(run_models[i].name, test_runs, &run_models[i]);
    for (size_t i = 0; i < TEST_COUNT(doubt_rows); i++)
        t[n++] = test_named(doubt_rows[i].name, test_doubt, &doubt_rows[i]);
    return cmocka_run_group_tests_name("monitor", t, NULL, NULL);
}
