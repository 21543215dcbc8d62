/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_step_name.c - the names of steps: told by the model alone, they must be those that the
 * compiler gives, in order, whatever the execution; each is found by its shortest end, and that end
 * by no shorter one. */
#include "model/step_name.h"
#include "core/prog.h"
#include "tests/prop/random_model.h"
#include "tests/unit/test.h"
#include <stdio.h>
#include <string.h>

static const struct model *model_of(struct arena *a, const char *text, struct diags *d)
{
    struct yaml *y = yaml_parse(a, "t.yaml", text, strlen(text), d);
    assert_non_null(y);
    const struct model *m = model_build(a, y, "t.yaml", d);
    assert_non_null(m);
    assert_int_equal(diags_errors(d), 0);
    return m;
}

/* The body of a stage that nothing which can be reached puts into is not compiled. */
static bool of_stage(const struct prog *p, const char *path)
{
    for (uint32_t i = 0; i < p->nstage; i++) {
        size_t n = strlen(p->stage[i].of->name);
        if (strncmp(path, p->stage[i].of->name, n) == 0 && path[n] == '/')
            return true;
    }
    return false;
}

static void check_paths(const struct step_names *s, const struct prog *p, const char *text)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        bool same = k < p->nmark && strcmp(p->mark[k].path, s->v[i].path) == 0;
        if (s->v[i].task || (!same && of_stage(p, s->v[i].path)))
            continue;
        if (!same || p->mark[k].at.line != s->v[i].at.line || p->mark[k].at.col != s->v[i].at.col)
            fail_msg("step %u is %s, not %s in\n%s", k, k < p->nmark ? p->mark[k].path : "none",
                     s->v[i].path, text);
        k++;
    }
    if (k != p->nmark)
        fail_msg("%u of %u steps in\n%s", k, p->nmark, text);
}

static void check_short(struct arena *a, const struct step_names *s, const char *text)
{
    for (uint32_t i = 0; i < s->n && i < 40; i++) {
        struct diags *d = diags_new(a);
        const struct step_name *k = &s->v[i];
        const char *end = step_name_short(s, k);
        if (k->task)
            continue;
        if (step_name_find(s, end, strlen(end), (struct loc){0}, true, a, d) != k)
            fail_msg("`%s` does not find %s in\n%s", end, k->path, text);
        const char *less = strchr(end, '/');
        if (less &&
            step_name_find(s, less + 1, strlen(less + 1), (struct loc){0}, false, a, d) == k)
            fail_msg("`%s` is not the shortest end of %s in\n%s", end, k->path, text);
    }
}

static void test_random(void **state)
{
    (void)state;
    static const char *const exec[] = {"serial", "threads", "coroutine", "hybrid"};
    struct arena *a = arena_new(0);
    for (uint64_t seed = 1; seed <= test_samples(400); seed++) {
        struct diags *d = diags_new(a);
        struct random_made made = random_model(a, seed, RANDOM_ALL, NULL);
        const struct model *m = model_of(a, made.text, d);
        const struct step_names *s = step_names(a, m);
        assert_true(s->whole);
        const struct prog *p = prog_compile(a, m, model_exec(m, exec[seed % 4]), d);
        assert_non_null(p);
        check_paths(s, p, made.text);
        check_short(a, s, made.text);
        arena_reset(a);
    }
    arena_drop(a);
}

static const char search[] =
    "pertinax: 1\nname: t\nservices: {db: {latency: 1ms}, q: {latency: 1ms}}\n"
    "pipelines: {look: [{call: db}, {call: q}]}\n"
    "request:\n"
    "  - spawn: {geo: {call: q}, read: {run: look}}\n"
    "  - await: [geo, read]\n"
    "  - each: 2\n"
    "    name: rank\n"
    "    do: {run: look}\n"
    "  - parallel:\n"
    "      write: [{call: db, name: store}, {respond: 200}]\n"
    "      read: {call: db, name: again}\n";

/* name; the path found, or a word of the message and of its cure */
static const struct row {
    const char *name, *path, *text, *hint;
} rows[] = {
    {"store", "request/write/store", NULL, NULL},
    {"rank", "request/rank", NULL, NULL},
    {"write", "request/write", NULL, NULL},
    {"geo", "request/geo", NULL, NULL},
    {"rank/db", "request/rank/db", NULL, NULL},
    {"request/read/db", "request/read/db", NULL, NULL},
    {"respond", "request/write/respond", NULL, NULL},
    {"db", NULL, "`db` could be any of 2 steps",
     "write one of `read/db` (line 4), `rank/db` (line 4)"},
    {"read", NULL, "`read` could be any of 2 tasks",
     "write one of `request/read` (line 6), `request/read` (line 13)"},
    {"stor", NULL, "the model has no step `stor`", "did you mean `store`?"},
    {"tore", NULL, "the model has no step `tore`", "did you mean `store`?"},
    {"", NULL, "the model has no step ``", NULL},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const struct model *m = model_of(a, search, d);
    const struct step_names *s = step_names(a, m);
    const struct step_name *k =
        step_name_find(s, r->name, strlen(r->name), (struct loc){0}, true, a, d);
    if (r->path) {
        assert_non_null(k);
        assert_string_equal(k->path, r->path);
        assert_int_equal(diags_count(d), 0);
    } else {
        assert_null(k);
        assert_int_equal(diags_count(d), 1);
        assert_string_equal(diags_get(d, 0)->text, r->text);
        if (r->hint)
            assert_string_equal(diags_get(d, 0)->hint, r->hint);
    }
    arena_drop(a);
}

/* A pipeline that runs another twice, ...: bounded. */
static void test_large(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct buf b = {0};
    buf_puts(&b, "pertinax: 1\nname: t\npipelines:\n  p0: [{wait: 1ms}, {wait: 1ms}]\n");
    for (int i = 1; i <= 20; i++)
        buf_printf(&b, "  p%d: [{run: p%d}, {run: p%d}]\n", i, i - 1, i - 1);
    buf_puts(&b, "request: [{run: p20}]\n");
    const struct step_names *s = step_names(a, model_of(a, b.s, d));
    assert_false(s->whole);
    assert_int_equal(s->n, STEP_NAMES_MOST);
    buf_free(&b);
    arena_drop(a);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(rows) + 2];
    for (size_t i = 0; i < TEST_COUNT(rows); i++)
        t[i] = test_named(rows[i].name, test_row, &rows[i]);
    t[TEST_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(test_random);
    t[TEST_COUNT(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(test_large);
    return cmocka_run_group_tests_name("step_name", t, NULL, NULL);
}
