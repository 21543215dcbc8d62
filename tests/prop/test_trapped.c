/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_trapped.c - whether an end, or an answer, can be reached from each state: what the explorer
 * says of random pipelines with attempts without a limit, against a graph that is made anew, move
 * by move, and gone through until nothing changes any more. */
#include "check/explore.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 1500, MOST_REQUESTS = 2, WIDTH = 1 + MOST_REQUESTS };

struct state_key { /* a state as it is stored by a pack of the test's own */
    uint32_t tuple[WIDTH], state;
};
struct edge {
    uint32_t from, to;
};
struct graph {
    struct arena *a;
    struct explore e;
    struct explore_opt o;
    struct pack *k;
    struct pack_run r;
    struct state_key *key;
    struct edge *edge;
    uint32_t n, nedge, cap_edge;
};
struct tally {
    uint32_t compared, trapped, starved, freed;
};

static int key_order(const void *x, const void *y)
{
    return memcmp(x, y, WIDTH * sizeof(uint32_t));
}

static void number_states(struct graph *g)
{
    g->key = NEW(g->a, struct state_key, g->n + 1u);
    for (uint32_t i = 0; i < g->n; i++) {
        explore_load(&g->e, i, &g->r);
        pack_store(g->k, &g->r, g->key[i].tuple);
        g->key[i].state = i;
    }
    qsort(g->key, g->n, sizeof *g->key, key_order);
}

static void add_edge(struct graph *g, uint32_t from)
{
    struct state_key key = {{0}, 0};
    pack_store(g->k, &g->r, key.tuple);
    const struct state_key *to = bsearch(&key, g->key, g->n, sizeof key, key_order);
    assert_non_null(to);
    g->edge = grow(g->edge, &g->cap_edge, g->nedge + 1, sizeof *g->edge);
    g->edge[g->nedge++] = (struct edge){from, to->state};
}

/* As deep as a move has questions. */
static void make(struct graph *g, uint32_t from, struct move m)
{
    struct move_limits limits = {.max_count = g->o.max_count, .cls = g->o.cls};
    double answer[MOVE_VALUES];
    struct signs s;
    bool cut;
    explore_load(&g->e, from, &g->r);
    if (explore_make(&g->e, &g->r, &m, &s)) {
        add_edge(g, from);
        return;
    }
    uint32_t n = move_answers(&g->r, &limits, answer, MOVE_VALUES, &cut);
    m.nanswer++;
    for (uint32_t i = 0; i < n; i++) {
        m.answer[m.nanswer - 1] = answer[i];
        make(g, from, m);
    }
}

static void make_edges(struct graph *g)
{
    struct moves m = {0};
    for (uint32_t i = 0; i < g->n; i++) {
        explore_load(&g->e, i, &g->r);
        moves_list(&g->r, g->o.nreq, NONE, &m);
        for (uint32_t k = 0; k < m.n; k++)
            make(g, i, m.v[k]);
    }
    moves_free(&m);
}

/* From which states does some way lead to one of those in `good`?  Those are added to it. */
static bool all_reach(const struct graph *g, bool *good)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t k = 0; k < g->nedge; k++)
            if (good[g->edge[k].to] && !good[g->edge[k].from])
                good[g->edge[k].from] = more = true;
    }
    for (uint32_t i = 0; i < g->n; i++)
        if (!good[i])
            return false;
    return true;
}

static void ends(const struct graph *g, bool *good)
{
    memset(good, true, g->n * sizeof *good);
    for (uint32_t k = 0; k < g->nedge; k++)
        good[g->edge[k].from] = false;
}

static void ends_or_answered(struct graph *g, bool *good)
{
    ends(g, good);
    for (uint32_t i = 0; i < g->n; i++) {
        bool all = true;
        explore_load(&g->e, i, &g->r);
        for (uint32_t j = 0; j < g->o.nreq; j++)
            all = all && (g->r.life[j] != PACK_ALIVE || g->r.extra[j] > 0);
        good[i] = good[i] || all;
    }
}

/* What the explorer says, and that its run goes round where nothing leads out. */
static bool same(struct graph *g, enum fault f, bool *good)
{
    bool holds = all_reach(g, good);
    if (holds != (g->e.found[f].state == NONE))
        return false;
    if (holds)
        return true;
    struct path way = explore_path_fault(&g->e, f, g->a);
    bool in = way.cycle < way.n && way.state[way.cycle] == way.state[way.n];
    for (uint32_t i = way.cycle; i < way.n; i++)
        in = in && !good[way.state[i]];
    return in;
}

static const char *unlimited(struct arena *a, const char *text)
{
    static const char some[] = "attempts: 2", all[] = "attempts: unlimited";
    struct buf b = {0};
    for (const char *at; (at = strstr(text, some)) != NULL; text = at + strlen(some)) {
        buf_put(&b, text, (size_t)(at - text));
        buf_puts(&b, all);
    }
    buf_puts(&b, text);
    const char *out = arena_strdup(a, b.s);
    buf_free(&b);
    return out;
}

static struct prog *build(struct arena *a, const char *text, const char *exec)
{
    struct diags *d = diags_new(a);
    struct yaml *root = yaml_parse(a, "random", text, strlen(text), d);
    const struct model *m = root ? model_build(a, root, "random", d) : NULL;
    struct prog *p = m && !diags_errors(d) ? prog_compile(a, m, model_exec(m, exec), d) : NULL;
    assert_non_null(p);
    return p;
}

static void compare(uint64_t seed, uint32_t features, const char *exec, uint32_t nreq,
                    struct tally *n)
{
    static const uint32_t cls[MOST_REQUESTS] = {0};
    struct graph g = {.a = arena_new(0)};
    const char *text = unlimited(g.a, random_model(g.a, seed, features, NULL).text);
    struct prog *p = build(g.a, text, exec);
    g.o = (struct explore_opt){
        .nreq = nreq, .cls = cls, .max_count = 2, .max_states = MOST_STATES, .endless = true};
    explore_run(p, &g.o, &g.e);
    if (g.e.end == EXPLORE_WHOLE) {
        g.n = (uint32_t)g.e.states;
        g.k = pack_new(p, nreq, false);
        pack_run_init(&g.r, p, nreq);
        bool *good = NEW(g.a, bool, g.n);
        number_states(&g);
        make_edges(&g);
        ends(&g, good);
        bool agreed = same(&g, FAULT_TRAPPED, good);
        ends_or_answered(&g, good);
        if (!agreed || !same(&g, FAULT_STARVED, good))
            fail_msg("seed %" PRIu64 ", execution %s, %u requests\n%s", seed, exec, nreq, text);
        n->compared++;
        n->trapped += g.e.found[FAULT_TRAPPED].state != NONE;
        n->starved += g.e.found[FAULT_STARVED].state != NONE;
        n->freed += g.e.found[FAULT_TRAPPED].state == NONE && strstr(text, "unlimited");
        pack_free(g.k);
        pack_run_free(&g.r);
        free(g.edge);
    }
    explore_free(&g.e);
    arena_drop(g.a);
}

static void test_random(void **state)
{
    static const char *const execs[] = {"serial", "threads", "coroutine", "hybrid"};
    const uint32_t features = RANDOM_RETRY | RANDOM_ERRORS | RANDOM_CATCH | RANDOM_CHOICE |
                              RANDOM_ANSWERS | RANDOM_TIMEOUT | RANDOM_FORKS | RANDOM_DETACH;
    struct tally n = {0};
    uint32_t seeds = test_quick() ? 10 : 60;
    (void)state;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        for (size_t x = 0; x < TEST_COUNT(execs); x++)
            for (uint32_t nreq = 1; nreq <= MOST_REQUESTS; nreq++) {
                compare(seed, features, execs[x], nreq, &n);
                compare(seed, RANDOM_ALL, execs[x], nreq, &n);
            }
    print_message("%u compared: %u trapped, %u of them without an answer, %u with a way out\n",
                  n.compared, n.trapped, n.starved, n.freed);
    assert_true(n.trapped > 0 && n.starved > 0 && n.freed > 0);
    assert_true(test_quick() || n.starved < n.trapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests_name("trapped", tests, NULL, NULL);
}
