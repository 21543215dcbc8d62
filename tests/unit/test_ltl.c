/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ltl.c - formulas: how they are understood (operators in parentheses), and what is said of
 * wrong ones, where, and with which cure. */
#include "model/ltl.h"
#include "tests/unit/model_text.h"
#include <stdio.h>
#include <string.h>

static const char model_text[] =
    "pertinax: 1\nname: t\nparams: {most: 3}\n"
    "services: {db: {latency: 1ms, capacity: 2}}\n"
    "resources: {lock: mutex}\n"
    "shared: {n: 0..5, open: false, session: request}\n"
    "request:\n"
    "  - {use: lock, name: held, do: {call: db, name: a, sets: {hit: chance(0.5)}}}\n"
    "  - {call: db, name: b}\n"
    "  - parallel: {c: [{call: db, name: one}, {call: db, name: two}], d: {set: {n: n + 1}}}\n"
    "  - {respond: 200}\n";

static const struct good {
    const char *text, *shown;
} goods[] = {
    {"responded", "responded"},
    {"G responded", "G responded"},
    {"not responded or aborted and ended", "not responded or (aborted and ended)"},
    {"not responded U aborted and ended", "(not responded U aborted) and ended"},
    {"responded U aborted U ended", "responded U (aborted U ended)"},
    {"responded R aborted W ended", "responded R (aborted W ended)"},
    {"responded -> aborted -> ended", "responded -> (aborted -> ended)"},
    {"responded <-> aborted <-> ended", "(responded <-> aborted) <-> ended"},
    {"responded -> aborted <-> ended or aborted", "(responded -> aborted) <-> (ended or aborted)"},
    {"G (aborted -> G not started(c))", "G (aborted -> G not started(c))"},
    {"G F running( a )", "G F running( a )"},
    {"holds(b, lock) -> waiting(db)", "holds(b, lock) -> waiting(db)"},
    {"waiting(pool)", "waiting(pool)"},
    {"responded(5xx) or responded(404)", "responded(5xx) or responded(404)"},
    {"n + 1 >= most", "n + 1 >= most"},
    {"G (n > 0 -> F n == 0)", "G ((n > 0) -> F (n == 0))"},
    {"(n + 1) * 2 > most and open", "((n + 1) * 2 > most) and (open)"},
    {"not n == 1", "not (n == 1)"},
    {"open -> n > 1", "(open) -> (n > 1)"},
    {"open <-> hit", "(open) <-> (hit)"},
    {"(open) -> ended", "(open) -> ended"},
    {"true U false", "true U false"},
    {"-1 < n", "-1 < n"},
    {"started(request/b) and done(c)", "started(request/b) and done(c)"},
};

static struct spec_text text_of(struct diags *d, const char *text)
{
    uint32_t file = diag_file(d, "spec.yaml", text, strlen(text));
    return (struct spec_text){text, {.file = file, .line = 1, .col = 1}};
}

static void test_good(void **state)
{
    const struct good *r = *state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct buf b = {0};
    const struct ltl *f = ltl_parse(a, text_of(d, r->text), model_of(a, model_text, d), d);
    diags_print(d, &b, false);
    if (!f)
        fail_msg("%s", b.s);
    buf_clear(&b);
    ltl_print(f, &b);
    assert_string_equal(b.s, r->shown);
    buf_free(&b);
    arena_drop(a);
}

static const struct bad {
    const char *text, *id;
    uint32_t col;
    const char *message, *hint;
} bads[] = {
    {"", "E-ltl-syntax", 1, "the formula is empty", NULL},
    {"G", "E-ltl-syntax", 2, "the formula ends where a proposition is expected", NULL},
    {"responded and", "E-ltl-syntax", 14, "the formula ends where a proposition is expected", NULL},
    {"X responded", "E-ltl-syntax", 1,
     "there is no X: steps are not a unit of time, so which state comes next depends on what else "
     "happens to run",
     "say what is to come first: `not P U Q`, or that it comes at all: `F P`"},
    {"[] responded", "E-ltl-syntax", 1, "a proposition is expected here, not `[]`",
     "always is written G"},
    {"responded && ended", "E-ltl-syntax", 11, "`&&` is not expected here", "it is written `and`"},
    {"!responded", "E-ltl-syntax", 1, "a proposition is expected here, not `!`",
     "it is written `not`"},
    {"(responded", "E-ltl-syntax", 1, "this `(` is never closed", NULL},
    {"responded)", "E-ltl-syntax", 10, "`)` is not expected here", "it has no `(`"},
    {"(responded ended)", "E-ltl-syntax", 12, "`)` is expected here", NULL},
    {"started", "E-ltl-syntax", 1, "it is written started(STEP)", NULL},
    {"holds(a)", "E-ltl-syntax", 1, "it is written holds(STEP, RESOURCE)", NULL},
    {"ended(a)", "E-ltl-syntax", 1, "it is written ended", NULL},
    {"started(aa)", "E-step-unknown", 9, "the model has no step `aa`", "did you mean `a`?"},
    {"holds(a, lok)", "E-ltl-resource", 10,
     "there is nothing called `lok` that could be held or waited for", "did you mean `lock`?"},
    {"responded(20)", "E-status", 11, "`20` is no status",
     "write a status such as 503, or 5xx for the hundred"},
    {"G strated(a)", "E-expr-name", 3, NULL, NULL},
    {"G respnded", "E-ltl-name", 3, "there is no proposition, variable or shared state `respnded`",
     "did you mean responded, responded(503) or responded(5xx)?"},
    {"session > 1", "E-ltl-name", 1, "`session` is shared data without a value",
     "give it a range or `false` under `shared:`, or claim `no_race`"},
    {"n + 1", "E-ltl-syntax", 1, "a condition is expected here, not a value",
     "compare it: `n >= 3`"},
    {"chance(0.5)", "E-ltl-name", 1, "a claim draws nothing", NULL},
    {"c.hit", "E-ltl-name", 1, "a claim means a variable wherever some task of the request has it",
     "write `hit`"},
    {"open > 1", "E-expr-unit", 1, NULL, NULL},
    {"n", "E-expr-unit", 1, NULL, NULL},
};

static void test_bad(void **state)
{
    const struct bad *r = *state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct buf b = {0};
    const struct ltl *f = ltl_parse(a, text_of(d, r->text), model_of(a, model_text, d), d);
    diags_print(d, &b, false);
    if (f || diags_count(d) == 0)
        fail_msg("it was taken: %s", r->text);
    const struct diag *x = diags_get(d, 0);
    if (strcmp(x->id, r->id) != 0 || x->at.col != r->col ||
        (r->message && strcmp(x->text, r->message) != 0) ||
        (r->message && (x->hint == NULL) != (r->hint == NULL)) ||
        (r->hint && strcmp(x->hint, r->hint) != 0))
        fail_msg("%s", b.s);
    buf_free(&b);
    arena_drop(a);
}

/* All that is wrong is said at once, as far as it can be read. */
static void test_several(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const char *text = "G (started(x) -> F holds(y, z)) and responded(777)";
    assert_null(ltl_parse(a, text_of(d, text), model_of(a, model_text, d), d));
    assert_int_equal(diags_count(d), 4);
    arena_drop(a);
}

static void test_patterns(void **state)
{
    static const struct {
        enum ltl_pattern k;
        const char *shown;
    } rows[] = {{LTL_NEVER, "G not (aborted and ended)"},
                {LTL_ALWAYS, "G (aborted and ended)"},
                {LTL_EVENTUALLY, "F (aborted and ended)"},
                {LTL_AFTER_NEVER, "G ((aborted and ended) -> G not started(a))"},
                {LTL_AFTER_EVENTUALLY, "G ((aborted and ended) -> F started(a))"},
                {LTL_LEADS_TO, "G ((aborted and ended) -> F started(a))"}};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(rows); i++) {
        struct arena *a = arena_new(0);
        struct diags *d = diags_new(a);
        struct buf b = {0};
        const struct ltl *f = ltl_pattern(a, rows[i].k, text_of(d, "aborted and ended"),
                                          text_of(d, "started(a)"), model_of(a, model_text, d), d);
        assert_non_null(f);
        ltl_print(f, &b);
        assert_string_equal(b.s, rows[i].shown);
        buf_free(&b);
        arena_drop(a);
    }
}

/* Nothing that can be written makes it deep, long or slow without end. */
static void test_bounds(void **state)
{
    static const char *const piece[] = {
        "(", "not ", "G ", "responded U ", "responded -> ", "responded and ", "F ended or "};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(piece); i++) {
        struct arena *a = arena_new(0);
        struct diags *d = diags_new(a);
        const struct model *m = model_of(a, model_text, d);
        struct buf b = {0};
        while (b.n < 12000)
            buf_puts(&b, piece[i]);
        buf_puts(&b, "responded");
        assert_null(ltl_parse(a, text_of(d, b.s), m, d));
        assert_int_equal(diags_count(d), 1);
        assert_string_equal(diags_get(d, 0)->id, "E-ltl-syntax");
        buf_fill(&b, ' ', LTL_BYTES);
        assert_null(ltl_parse(a, text_of(d, b.s), m, d));
        buf_free(&b);
        arena_drop(a);
    }
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(goods) + TEST_COUNT(bads) + 3];
    size_t n = 0;
    for (size_t i = 0; i < TEST_COUNT(goods); i++)
        t[n++] = test_named(goods[i].text, test_good, &goods[i]);
    for (size_t i = 0; i < TEST_COUNT(bads); i++)
        t[n++] = test_named(bads[i].text, test_bad, &bads[i]);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_several);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_patterns);
    t[n++] = (struct CMUnitTest)cmocka_unit_test(test_bounds);
    return cmocka_run_group_tests_name("ltl", t, NULL, NULL);
}
