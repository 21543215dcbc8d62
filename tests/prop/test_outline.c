/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_outline.c - the tree of steps: of a model of all verbs, compared with what stands in it, and
 * of random ones, where each step of the program must stand in the tree once, in order, below the
 * step that its path says. */
#include "core/outline.h"
#include "tests/prop/random_model.h"
#include "tests/unit/model_text.h"
#include <stdio.h>
#include <string.h>

struct world {
    struct arena *a;
    struct prog *p;
    struct outline_node *v;
    uint32_t n;
};

static void world_open(struct world *w, const char *text, const char *exec)
{
    w->a = arena_new(0);
    struct diags *d = diags_new(w->a);
    w->p = prog_of(w->a, model_of(w->a, text, d), exec, d);
    w->v = outline_make(w->a, w->p, &w->n);
}

/* "call db" indented by its depth, a line each. */
static void put_tree(const struct world *w, struct buf *b)
{
    static const char *const kind[] = {"class",  "",     "inside", "branch",
                                       "choice", "task", "later",  "catch"};
    for (uint32_t i = 0; i < w->n; i++) {
        const struct outline_node *n = &w->v[i];
        for (uint32_t k = n->parent; k != NONE; k = w->v[k].parent)
            buf_puts(b, " ");
        buf_printf(b, "%s%s%s", n->kind == OUTLINE_STEP ? n->verb : kind[n->kind],
                   *n->name ? " " : "", n->name);
        if (n->text)
            buf_printf(b, " (%s)", n->text);
        buf_putc(b, '\n');
    }
}

static const char all_verbs[] =
    "pertinax: 1\n"
    "name: t\n"
    "services: {db: {latency: 2ms}}\n"
    "resources: {lock: mutex}\n"
    "pipelines:\n"
    "  inner: [{call: db, name: ask}, {set: {x: 1}}]\n"
    "  other: [{respond: 204}]\n"
    "request:\n"
    "  - {run: inner}\n"
    "  - {run: inner, name: again}\n"
    "  - parallel: {a: {call: db}, b: [{cpu: 2 * 1ms}, {wait: 3ms, name: rest}]}\n"
    "    catch: {timeout: {fail: oops}, any: []}\n"
    "  - {parallel: [{call: db}, {call: db}]}\n"
    "  - {each: 1 + 2, do: {call: db}, as_completed: {cpu: 1ms}}\n"
    "  - spawn: {s: {wait: 1ms}}\n"
    "  - {await: s}\n"
    "  - {detach: {wait: 1ms}}\n"
    "  - {if: x > 0, then: {wait: 1ms}, else: {seq: [{wait: 2ms}]}}\n"
    "  - choose: [{p: 0.25, do: {wait: 1ms}}, {p: 0.75, do: []}]\n"
    "  - {repeat: 2, do: {wait: 1ms}}\n"
    "  - {use: lock, do: {offload: {cpu: 1ms}}}\n"
    "  - {respond: 200}\n"
    "load:\n"
    "  - {name: l1, pipeline: request, clients: 1}\n"
    "  - {name: l2, pipeline: other, clients: 1}\n"
    "  - {name: l3, pipeline: other, clients: 1}\n";

static const char all_tree[] = "class request\n"
                               " run inner\n"
                               "  inside\n"
                               "   call ask (db)\n"
                               "   set set (x)\n"
                               " run again (inner)\n"
                               "  inside\n"
                               "   call ask (db)\n"
                               "   set set (x)\n"
                               " parallel parallel\n"
                               "  branch a\n"
                               "   call db\n"
                               "  branch b\n"
                               "   cpu cpu (2 * 1ms)\n"
                               "   wait rest (3ms)\n"
                               "  catch catch timeout\n"
                               "   fail fail (oops)\n"
                               "  catch catch any\n"
                               " parallel parallel\n"
                               "  branch\n"
                               "   call db\n"
                               "  branch\n"
                               "   call db\n"
                               " each each (1 + 2)\n"
                               "  branch each copy\n"
                               "   call db\n"
                               "  later as completed\n"
                               "   cpu cpu (1ms)\n"
                               " spawn spawn\n"
                               "  task s\n"
                               "   wait wait (1ms)\n"
                               " await await (s)\n"
                               " detach detach\n"
                               "  task\n"
                               "   wait wait (1ms)\n"
                               " if if (x > 0)\n"
                               "  choice then\n"
                               "   wait wait (1ms)\n"
                               "  choice else\n"
                               "   seq seq\n"
                               "    inside\n"
                               "     wait wait (2ms)\n"
                               " choose choose\n"
                               "  choice 0.25\n"
                               "   wait wait (1ms)\n"
                               "  choice 0.75\n"
                               " repeat repeat (2)\n"
                               "  inside\n"
                               "   wait wait (1ms)\n"
                               " use lock\n"
                               "  inside\n"
                               "   offload offload\n"
                               "    inside\n"
                               "     cpu cpu (1ms)\n"
                               " respond respond (200)\n"
                               "class other\n"
                               " respond respond (204)\n";

static void test_all_verbs(void **state)
{
    (void)state;
    struct world w;
    struct buf b = {0};
    world_open(&w, all_verbs, "hybrid");
    put_tree(&w, &b);
    assert_string_equal(b.s, all_tree);
    buf_free(&b);
    arena_drop(w.a);
}

/* Every mark once and in order; a step's path begins with that of some step or class above it. */
static void check_marks(const struct world *w, const char *text)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->v[i].kind != OUTLINE_STEP)
            continue;
        if (w->v[i].step != next)
            fail_msg("step %u has mark %u in\n%s", next, w->v[i].step, text);
        const char *path = w->p->mark[next++].path, *tail = strrchr(path, '/');
        size_t n = strlen(w->v[i].name);
        if (!tail || strncmp(tail + 1, w->v[i].name, n) != 0 || (tail[1 + n] && tail[1 + n] != '#'))
            fail_msg("%s is not %s in\n%s", path, w->v[i].name, text);
    }
    if (next != w->p->nmark)
        fail_msg("%u of %u marks in\n%s", next, w->p->nmark, text);
}

static void test_random(void **state)
{
    static const char *const exec[] = {"serial", "threads", "coroutine", "hybrid"};
    (void)state;
    struct arena *a = arena_new(0);
    for (uint64_t seed = 1; seed <= test_samples(400); seed++) {
        struct world w;
        struct random_made made = random_model(a, seed, RANDOM_ALL, NULL);
        world_open(&w, made.text, exec[seed % 4]);
        if (w.n)
            check_marks(&w, made.text);
        else
            assert_true(w.p->nmark > OUTLINE_MOST / 4);
        arena_drop(w.a);
        arena_reset(a);
    }
    arena_drop(a);
}

/* A pipeline that runs one twice, nine levels deep, has more steps than anybody can look at. */
static void test_large(void **state)
{
    (void)state;
    struct world w;
    struct buf b = {0};
    buf_puts(&b, "pertinax: 1\nname: t\npipelines:\n  p0: [{wait: 1ms}, {wait: 1ms}]\n");
    for (int i = 1; i <= 11; i++)
        buf_printf(&b, "  p%d: [{run: p%d}, {run: p%d}]\n", i, i - 1, i - 1);
    buf_puts(&b, "request: [{run: p11}]\n");
    world_open(&w, b.s, "serial");
    assert_int_equal(w.n, 0);
    buf_free(&b);
    arena_drop(w.a);
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_all_verbs), cmocka_unit_test(test_random),
                                   cmocka_unit_test(test_large)};
    return cmocka_run_group_tests_name("outline", t, NULL, NULL);
}
