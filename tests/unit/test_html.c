/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_html.c - the HTML report, over results made by hand: well-formed whatever the names are,
 * nothing fetched, no section without data, pictures that show the numbers. */
#include "test.h"
#include "markup.h"
#include "html_sample.h"
#include "reports/report.h"

/* ---- helpers ---- */

static const struct report_look look = {.width = 80, .unicode = true};

static char *page_of(const struct sample *s, struct buf *out)
{
    report_find("html")->run(&s->r, s->d, &look, out);
    return out->s;
}

static void assert_markup(const char *text)
{
    struct markup m;
    const char *wrong = markup_wrong(text, &m);
    if (wrong)
        fail_msg("%s near: %.120s", wrong, text + m.at);
    assert_false(markup_fetches(text));
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *s = text; (s = strstr(s, what)); s++)
        n++;
    return n;
}

/* ---- whole pages ---- */

struct variant {
    const char *name;
    void (*change)(struct sample *s);
};
static void change_none(struct sample *s)
{
    (void)s;
}
static const struct variant variants[] = {
    {"plain", change_none},
    {"full", sample_full},
    {"hostile names", sample_hostile},
    {"deadlock", sample_deadlock},
    {"unstable", sample_unstable},
    {"nothing known", sample_bare},
    {"no execution", sample_empty},
};

static void test_variant(void **state)
{
    const struct variant *v = *state;
    struct sample s;
    struct buf out = {0}, again = {0};
    sample_make(&s);
    v->change(&s);
    assert_markup(page_of(&s, &out));
    page_of(&s, &again);
    assert_string_equal(out.s, again.s);
    buf_free(&out);
    buf_free(&again);
    sample_free(&s);
}

/* What the model says is text, never markup. */
static void test_hostile(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0};
    sample_make(&s);
    sample_full(&s);
    sample_hostile(&s);
    const char *text = page_of(&s, &out);
    assert_markup(text);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_non_null(strstr(text, "&lt;script&gt;"));
    buf_free(&out);
    sample_free(&s);
}

/* ---- sections ---- */

struct section {
    const char *id;
    bool plain; /* there in a result with nothing but latencies and steps */
};
static const struct section sections[] = {
    {"speedup", true},   {"distribution", false}, {"critical", false}, {"gain", false},
    {"what-if", false},  {"graph", false},        {"timeline", false}, {"resources", true},
    {"outcomes", false}, {"thresholds", false},   {"tables", true},    {"assumed", true},
};

static void test_sections(void **state)
{
    (void)state;
    for (unsigned full = 0; full < 2; full++) {
        struct sample s;
        struct buf out = {0};
        sample_make(&s);
        if (full)
            sample_full(&s);
        const char *text = page_of(&s, &out);
        for (size_t i = 0; i < TEST_COUNT(sections); i++) {
            char id[64];
            snprintf(id, sizeof id, "<h2 id=\"%s\">", sections[i].id);
            if ((strstr(text, id) != NULL) != (full || sections[i].plain))
                fail_msg("section %s, full %u", sections[i].id, full);
        }
        /* Each has its line at the top, and no section is empty. */
        assert_int_equal(count(text, "<li><a href=\"#"), count(text, "<section "));
        assert_null(strstr(text, "</h2>\n</section>"));
        buf_free(&out);
        sample_free(&s);
    }
}

/* Each picture stands there for wide and for narrow screens, and tells its name. */
static void test_figures(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0};
    sample_make(&s);
    sample_full(&s);
    const char *text = page_of(&s, &out);
    unsigned figures = count(text, "<figure>");
    assert_true(figures >= 9);
    assert_int_equal(count(text, "role=\"img\" class=\"wide\""), figures);
    assert_int_equal(count(text, "role=\"img\" class=\"narrow\""), figures);
    assert_int_equal(count(text, "<desc id="), 2 * figures);
    buf_free(&out);
    sample_free(&s);
}

/* ---- several models in one page ---- */

static void test_many(void **state)
{
    (void)state;
    struct sample s, t;
    struct buf out = {0};
    sample_make(&s);
    sample_make(&t);
    sample_full(&t);
    const struct run_result *r[] = {&s.r, &t.r};
    report_write(report_find("html"), r, 2, s.d, &look, &out);
    assert_markup(out.s);
    assert_int_equal(count(out.s, "<!DOCTYPE"), 1);
    assert_int_equal(count(out.s, "<h1>"), 2);
    assert_int_equal(count(out.s, "id=\"m1-tables\""), 1);
    assert_int_equal(count(out.s, "id=\"m2-tables\""), 1);
    buf_free(&out);
    sample_free(&s);
    sample_free(&t);
}

/* ---- pictures against their numbers ---- */

/* The first number after `what`, in the first wide picture that has this title. */
static double number_after(const char *text, const char *title, const char *what)
{
    const char *s = strstr(text, title);
    assert_non_null(s);
    s = strstr(s, what);
    assert_non_null(s);
    return strtod(s + strlen(what), NULL);
}

/* Bars of mean latency are as long as the means are: 101.7, 53.4 and 51.9 ms. */
static void test_lengths(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0};
    sample_make(&s);
    const char *text = strstr(page_of(&s, &out), "Latency under each execution</title>");
    assert_non_null(text);
    double serial = number_after(text, "class=\"s0\"", "width=\"");
    double threads = number_after(text, "class=\"s1\"", "width=\"");
    double coroutine = number_after(text, "class=\"s2\"", "width=\"");
    assert_true(fabs(threads / serial - 0.0534 / 0.1017) < 1e-3);
    assert_true(fabs(coroutine / serial - 0.0519 / 0.1017) < 1e-3);
    buf_free(&out);
    sample_free(&s);
}

/* The reader of markup finds what is wrong; else the tests above would hold of anything. */
static void test_reader(void **state)
{
    (void)state;
    static const char *const wrong[] = {"<p>a",
                                        "<p>a</q>",
                                        "<p a=b/>",
                                        "<p>a & b</p>",
                                        "</p>",
                                        "<p a=\"<\"/>",
                                        "<a id=\"x\"/><b id=\"x\"/>",
                                        "<p>\x01</p>",
                                        "<a x=\"nan\"/>",
                                        "<a href=\"#y\"/>",
                                        "<p>&nbsp;</p>"};
    struct markup m;
    for (size_t i = 0; i < TEST_COUNT(wrong); i++)
        if (!markup_wrong(wrong[i], &m))
            fail_msg("not found wrong: %s", wrong[i]);
    assert_null(markup_wrong("<p id=\"y\">a &amp; <a href=\"#y\">b</a><br/></p>", &m));
    assert_true(markup_fetches("<a href=\"https://x\"/>") && markup_fetches("<img src=\"x\"/>"));
}

/* With a file as its argument the program leaves the full page in it, to be looked at. */
static void leave(const char *path)
{
    struct sample s;
    struct buf out = {0};
    sample_make(&s);
    sample_full(&s);
    FILE *f = fopen(path, "wb");
    if (f) {
        fputs(page_of(&s, &out), f);
        fclose(f);
    }
    buf_free(&out);
    sample_free(&s);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        leave(argv[1]);
    struct CMUnitTest t[TEST_COUNT(variants) + 6] = {
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_sections),
        cmocka_unit_test(test_figures), cmocka_unit_test(test_many),
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_reader),
    };
    for (size_t i = 0; i < TEST_COUNT(variants); i++)
        t[6 + i] = test_named(variants[i].name, test_variant, &variants[i]);
    return cmocka_run_group_tests_name("html", t, NULL, NULL);
}
