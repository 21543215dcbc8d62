/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spec files: what is read, and what is wrong with a file, at which place. */
#include "model/spec.h"
#include "base/arena.h"
#include "tests/unit/test.h"
#include <string.h>

static struct spec *spec_of(struct arena *mem, const char *text, struct diags *d)
{
    struct yaml *root = yaml_parse(mem, "t.yaml", text, strlen(text), d);
    return root ? spec_build(mem, root, "specs/t.yaml", d) : NULL;
}

/* ---- what is wrong ---- */

struct wrong {
    const char *text, *id;
    uint32_t line, col;
    const char *says; /* in text or hint */
};
#define HEAD       "spec: 1\nmodel: m.yaml\n"
#define ONE(claim) HEAD "checks:\n  - " claim "\n"

static const struct wrong wrongs[] = {
    {"model: m.yaml\nchecks: [terminates]\n", "E-missing-key", 1, 1, "a spec needs `spec`"},
    {"spec: 1\nchecks: [terminates]\n", "E-missing-key", 1, 1, "a spec needs `model`"},
    {HEAD, "E-missing-key", 1, 1, "a spec needs `checks`"},
    {HEAD "check: [terminates]\n", "E-unknown-key", 3, 1, "did you mean `checks`"},
    {"spec: 2\nmodel: m.yaml\nchecks: [terminates]\n", "E-version", 1, 7, "write `spec: 1`"},
    {"spec: 1\nmodel: [m]\nchecks: []\n", "E-kind", 2, 8, "the path of a model"},
    {HEAD "checks: {never: ended}\n", "E-kind", 3, 9, "a list of claims"},
    {HEAD "set: [3]\nchecks: []\n", "E-kind", 3, 6, "{shards: 3"},
    {HEAD "under: []\nchecks: []\n", "E-kind", 3, 8, "leave `under` out"},
    {HEAD "under: [[a]]\nchecks: []\n", "E-kind", 3, 9, "the name of an execution"},
    {HEAD "concurrent: 0\nchecks: []\n", "E-value", 3, 13, "from 1 to 16"},
    {HEAD "concurrent: two\nchecks: []\n", "E-number", 3, 13, "a whole number"},
    {ONE("deadlockfree"), "E-claim", 4, 5, "did you mean `deadlock_free`"},
    {ONE("everything_fine"), "E-claim", 4, 5, "the claims: deadlock_free"},
    {ONE("never"), "E-claim", 4, 5, "never: running(rank)"},
    {ONE("[never]"), "E-kind", 4, 5, "`- deadlock_free`"},
    {ONE("nevr: ended"), "E-claim", 4, 5, "did you mean `never`"},
    {ONE("under: threads"), "E-claim", 4, 5, "nothing is claimed"},
    {ONE("{never: ended, require: p99 <= 1s}"), "E-claim", 4, 20, "`never` and `require` are two"},
    {ONE("{after: aborted, never: ended, eventually: ended}"), "E-claim", 4, 36, "two claims"},
    {ONE("after: aborted"), "E-claim", 4, 5, "{after: aborted, never: started(write)}"},
    {ONE("{after: aborted, never: }"), "E-claim", 4, 29, "does not say"},
    {ONE("never: [a]"), "E-claim", 4, 12, "does not say what is claimed"},
    {ONE("leads_to: [a]"), "E-claim", 4, 15, "[started(a), done(b)]"},
    {ONE("mutual_exclusion: [a]"), "E-claim", 4, 23, "[read, write]"},
    {ONE("responds: twice"), "E-value", 4, 15, "exactly_once, at_least_once"},
    {ONE("terminates: soon"), "E-kind", 4, 17, "a map of settings"},
    {ONE("{terminates: {}, expect: no}"), "E-value", 4, 30, "pass, fail"},
    {ONE("{terminates: {}, timing: all}"), "E-value", 4, 30, "any, model"},
    {ONE("{terminates: {}, baseline: a.json}"), "E-claim", 4, 22, "means nothing for `terminates`"},
    {ONE("{require: p99 <= 1s, concurrent: 3}"), "E-claim", 4, 26, "as `load` says"},
    {ONE("{require: p99 <= 1s, for: {pool: 3}}"), "E-kind", 4, 38, "{pool: [16, 32, 64]}"},
    {ONE("{require: p99 <= 1s, fro: {pool: [3]}}"), "E-unknown-key", 4, 26, "did you mean `for`"},
    {ONE("terminates: {expct: fail}"), "E-unknown-key", 4, 18, "did you mean `expect`"},
    {ONE("agrees"), "E-claim", 4, 5, "agrees: {traces: prod.db}"},
    {ONE("agrees: prod.db"), "E-claim", 4, 13, "agrees: {traces: prod.db}"},
    {ONE("agrees: {root: request}"), "E-missing-key", 4, 13, "`agrees` needs `traces`"},
    {ONE("agrees: {traces: a.db, within: {p98: 3%}}"), "E-unknown-key", 4, 37, "mean, p50"},
    {ONE("agrees: {traces: a.db, within: {p99: 0%}}"), "E-value", 4, 42, "above 0 %"},
    {ONE("agrees: {traces: a.db, within: {p99: 1x}}"), "E-value", 4, 42, "10%"},
    {ONE("agrees: {traces: a.db, spans: {a: {}}}"), "E-kind", 4, 39, "a text"},
    {ONE("{agrees: {traces: a.db}, concurrent: 3}"), "E-claim", 4, 30, "as `load` says"},
    {ONE("{agrees: {traces: a.db}, require: p99 <= 1s}"), "E-claim", 4, 30, "are two"},
};

static void test_wrong(void **state)
{
    const struct wrong *w = *state;
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    spec_of(mem, w->text, d);
    assert_int_equal(diags_count(d), 1);
    const struct diag *g = diags_get(d, 0);
    if (strcmp(g->id, w->id) != 0 || g->at.line != w->line || g->at.col != w->col ||
        (!strstr(g->text, w->says) && !(g->hint && strstr(g->hint, w->says))))
        fail_msg("%u:%u %s: %s (%s), not %u:%u %s: %s", g->at.line, g->at.col, g->id, g->text,
                 g->hint ? g->hint : "", w->line, w->col, w->id, w->says);
    arena_drop(mem);
}

/* Each mistake is told, not the first alone. */
static void test_all_at_once(void **state)
{
    (void)state;
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    struct spec *s = spec_of(mem,
                             "spec: 1\nmodel: m.yaml\nconcurrent: x\nchecks:\n  - nevr: a\n"
                             "  - terminates\n  - responds: x\n  - leads_to: a\n",
                             d);
    assert_int_equal(diags_errors(d), 4);
    assert_int_equal(s->nclaim, 1);
    arena_drop(mem);
}

/* ---- what is read ---- */

static void test_names(void **state)
{
    static const struct {
        const char *claim, *name;
        enum claim_kind kind;
    } rows[] = {
        {"deadlock_free", "deadlock_free", CLAIM_DEADLOCK_FREE},
        {"deadlock_free: {}", "deadlock_free", CLAIM_DEADLOCK_FREE},
        {"deadlock_free:", "deadlock_free", CLAIM_DEADLOCK_FREE},
        {"responds", "responds: exactly_once", CLAIM_RESPONDS},
        {"responds: at_most_once", "responds: at_most_once", CLAIM_RESPONDS},
        {"no_race", "no_race", CLAIM_NO_RACE},
        {"no_race: session", "no_race: session", CLAIM_NO_RACE},
        {"no_race: [a, b]", "no_race: a, b", CLAIM_NO_RACE},
        {"mutual_exclusion: [a, b]", "mutual_exclusion: a, b", CLAIM_MUTUAL_EXCLUSION},
        {"never: \"running(a)\"", "never: running(a)", CLAIM_NEVER},
        {"{after: aborted, never: started(w)}", "after: aborted, never: started(w)",
         CLAIM_AFTER_NEVER},
        {"{eventually: ended, after: aborted}", "after: aborted, eventually: ended",
         CLAIM_AFTER_EVENTUALLY},
        {"leads_to: [a, b]", "leads_to: a, b", CLAIM_LEADS_TO},
        {"require: p99 <= 250ms", "p99 <= 250ms", CLAIM_REQUIRE},
        {"worst_case: latency <= 2s", "worst_case: latency <= 2s", CLAIM_WORST_CASE},
        {"{name: mine, terminates: {}}", "mine", CLAIM_TERMINATES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *mem = arena_new(0);
        struct diags *d = diags_new(mem);
        struct spec *s =
            spec_of(mem, arena_printf(mem, HEAD "checks:\n  - %s\n", rows[i].claim), d);
        assert_int_equal(diags_count(d), 0);
        assert_int_equal(s->nclaim, 1);
        assert_int_equal(s->claim->kind, rows[i].kind);
        assert_string_equal(s->claim->name, rows[i].name);
        arena_drop(mem);
    }
}

static void test_settings(void **state)
{
    (void)state;
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    struct spec *s = spec_of(mem,
                             HEAD "set: {a: 1, b: 2}\nunder: threads\nconcurrent: 3\nchecks:\n"
                                  "  - deadlock_free: {concurrent: 1, set: {a: 7}}\n"
                                  "    under: [serial, coroutine]\n    expect: fail\n"
                                  "  - require: p99 <= 1s\n    load: {rate: 20/s}\n"
                                  "    for: {a: [1, 2], b: [x]}\n    baseline: old.json\n"
                                  "  - {never: ended, timing: model}\n",
                             d);
    assert_int_equal(diags_count(d), 0);
    const struct claim *c = s->claim;
    assert_int_equal(c->nset, 3);
    assert_int_equal(c->nown, 1);
    assert_string_equal(c->set[0].path, "a");
    assert_string_equal(c->set[2].path, "a");
    assert_string_equal(c->set[2].value->s, "7");
    assert_int_equal(c->set[2].at.line, 7);
    assert_int_equal(c->nunder, 2);
    assert_string_equal(c->under[1].text, "coroutine");
    assert_int_equal(c->concurrent, 1);
    assert_true(c->expect_fail && !c->timing_model);
    c++;
    assert_string_equal(c->set[2].path, "load");
    assert_string_equal(yaml_get(c->set[2].value, "rate")->s, "20/s");
    assert_int_equal(c->naxis, 2);
    assert_int_equal(c->axis[0].n, 2);
    assert_string_equal(c->axis[1].value[0]->s, "x");
    assert_string_equal(c->under[0].text, "threads");
    assert_string_equal(c->baseline.text, "old.json");
    assert_int_equal(c->operand[0].at.col, 14);
    c++;
    assert_true(c->timing_model && !c->expect_fail);
    assert_int_equal(c->concurrent, 3);
    arena_drop(mem);
}

/* A value put into a tree by its path leaves the tree it was forked from as it was, and what does
 * not fit is told where the path stands. */
static void test_put(void **state)
{
    (void)state;
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    static const char model[] = "params: {n: 3}\nexecutions: {threads: {pool: 8}}\n";
    struct yaml *root = yaml_parse(mem, "m.yaml", model, strlen(model), d);
    struct spec *s = spec_of(mem, HEAD "set: {threads.pool: 2, n: 4, nn: 5}\nchecks: []\n", d);
    struct yaml *t = yaml_fork(mem, root);
    const struct loc at = {.file = 2, .line = 3, .col = 7, .len = 12};
    struct yaml two = *yaml_get(yaml_get(root, "params"), "n");
    two.s = "2";
    yaml_put(mem, t, "threads.pool", at, &two, d);
    yaml_put(mem, t, "n", at, &two, d);
    assert_int_equal(diags_count(d), 0);
    assert_string_equal(yaml_get(yaml_get(yaml_get(t, "executions"), "threads"), "pool")->s, "2");
    assert_string_equal(yaml_get(yaml_get(t, "params"), "n")->s, "2");
    assert_string_equal(yaml_get(yaml_get(root, "params"), "n")->s, "3");
    assert_string_equal(yaml_get(yaml_get(yaml_get(root, "executions"), "threads"), "pool")->s,
                        "8");
    yaml_put(mem, t, "threads.pool.x", at, &two, d);
    assert_int_equal(diags_count(d), 1);
    assert_string_equal(diags_get(d, 0)->id, "E-set");
    assert_int_equal(diags_get(d, 0)->at.line, 3);
    assert_int_equal(diags_get(d, 0)->at.col, 20);
    assert_int_equal(s->nclaim, 0);
    arena_drop(mem);
}

static void test_paths(void **state)
{
    static const char *const rows[][3] = {
        {"specs/a.yaml", "../models/m.yaml", "models/m.yaml"},
        {"a.yaml", "../m.yaml", "../m.yaml"},
        {"a.yaml", "m.yaml", "m.yaml"},
        {"specs/a.yaml", "m.yaml", "specs/m.yaml"},
        {"x/specs/a.yaml", "../m.yaml", "x/m.yaml"},
        {"x/specs/a.yaml", "../../m.yaml", "m.yaml"},
        {"../a.yaml", "../m.yaml", "../../m.yaml"},
        {"./a.yaml", "../m.yaml", "./../m.yaml"},
        {"/x/a.yaml", "../m.yaml", "/m.yaml"},
        {"/a.yaml", "../m.yaml", "/../m.yaml"},
        {"specs/a.yaml", "/m.yaml", "/m.yaml"},
        {"..x/a.yaml", "../m.yaml", "m.yaml"},
    };
    struct arena *mem = arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(spec_path(mem, rows[i][0], rows[i][1]), rows[i][2]);
    arena_drop(mem);
}

int main(void)
{
    struct CMUnitTest wrong[TEST_COUNT(wrongs)];
    for (size_t i = 0; i < TEST_COUNT(wrongs); i++)
        wrong[i] = test_named(wrongs[i].says, test_wrong, &wrongs[i]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_names),
        cmocka_unit_test(test_settings),    cmocka_unit_test(test_put),
        cmocka_unit_test(test_paths),
    };
    int failed = cmocka_run_group_tests_name("what is wrong", wrong, NULL, NULL);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
