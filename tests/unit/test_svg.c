/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_svg.c - drawing: escaping, measuring, ticks at round numbers, nothing that is no number. */
#include "test.h"
#include "markup.h"
#include "reports/svg.h"
#include <math.h>
#include <string.h>

struct fixture {
    struct arena *mem;
    struct svg s;
    struct buf out;
};
static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->mem = arena_new(0);
    f->s = (struct svg){.mem = f->mem, .w = 400, .h = 100, .id = "f1"};
    *state = f;
    return 0;
}
static int teardown(void **state)
{
    struct fixture *f = *state;
    buf_free(&f->s.body);
    buf_free(&f->out);
    arena_drop(f->mem);
    free(f);
    return 0;
}

static void test_escape(void **state)
{
    struct fixture *f = *state;
    svg_escape(f->mem, &f->out, "a<b>&\"c'\x01\xff\xe2\x80\xae");
    assert_string_equal(f->out.s, "a&lt;b&gt;&amp;&quot;c&#39;?\xef\xbf\xbd?");
}

/* Helvetica's own metrics: "Tick" is 611 + 222 + 500 + 500 thousandths; the estimate is a little
 * larger, and proportional to the size. */
static void test_width(void **state)
{
    (void)state;
    double w = svg_text_width("Tick", 1000);
    assert_true(w >= 1833 && w < 1833 * 1.2);
    assert_true(fabs(svg_text_width("Tick", 500) - w / 2) < 1e-9);
    assert_true(svg_text_width("iii", 12) < svg_text_width("mmm", 12) / 3);
    assert_true(svg_text_width("\xe6\x97\xa5", 10) > svg_text_width("a", 10) * 1.5);
    assert_true(svg_text_width("", 10) == 0);
}

static void test_fit(void **state)
{
    struct fixture *f = *state;
    const char *path = "request/limit/lookups/memcache";
    double whole = svg_text_width(path, 12);
    assert_string_equal(svg_fit(f->mem, path, 12, whole, false), path);
    const char *head = svg_fit(f->mem, path, 12, whole / 2, false);
    const char *tail = svg_fit(f->mem, path, 12, whole / 2, true);
    assert_true(strncmp(head, "request/", 8) == 0 && strstr(head, "…"));
    assert_true(strncmp(tail, "…", 3) == 0 && strstr(tail, "memcache"));
    assert_true(svg_text_width(head, 12) <= whole / 2);
    assert_true(svg_text_width(tail, 12) <= whole / 2);
    assert_null(svg_fit(f->mem, path, 12, 20, false));
    assert_null(svg_fit(f->mem, path, 12, -3, true));
}

static void test_not_finite(void **state)
{
    struct fixture *f = *state;
    svg_rect(&f->s, "a", (struct box){0, NAN, 1, 1}, 0);
    svg_rect(&f->s, "a", (struct box){0, 0, -1, 1}, 0);
    svg_line(&f->s, "a", 0, 0, INFINITY, 1);
    svg_circle(&f->s, "a", 1, 1, NAN);
    svg_diamond(&f->s, "a", NAN, 1, 3);
    svg_text(&f->s, "a", ANCHOR_START, NAN, 0, "x");
    assert_int_equal(f->s.body.n, 0);
    svg_path_begin(&f->s, "a");
    svg_path_to(&f->s, 1, 2);
    svg_path_to(&f->s, NAN, 2);
    svg_path_to(&f->s, 2.5, -0.001);
    svg_path_end(&f->s);
    assert_string_equal(f->s.body.s, "<polyline class=\"a\" points=\"1,2 2.5,0\"/>\n");
}

static void test_numbers(void **state)
{
    struct fixture *f = *state;
    svg_line(&f->s, NULL, 1.005, 100, 33.333333, -0.5);
    assert_string_equal(f->s.body.s, "<line x1=\"1\" y1=\"100\" x2=\"33.33\" y2=\"-0.5\"/>\n");
}

static void test_put(void **state)
{
    struct fixture *f = *state;
    struct markup m;
    svg_open(&f->s, "g", "tip & <more>");
    svg_text(&f->s, "t", ANCHOR_END, 3, 4, "\"<&>'\"");
    svg_close(&f->s);
    svg_put(&f->s, "wide", "T<", "D&", &f->out);
    assert_null(markup_wrong(f->out.s, &m));
    assert_int_equal(m.nid, 2);
    assert_non_null(strstr(f->out.s, "role=\"img\""));
    assert_non_null(strstr(f->out.s, "<title id=\"f1-t\">T&lt;</title>"));
    assert_non_null(strstr(f->out.s, "viewBox=\"0 0 400 100\""));
}

/* ---- axes ---- */

struct axis_row {
    const char *name;
    enum axis_unit unit;
    bool log;
    struct range r;
    const char *labels; /* those that are not empty */
};
static const struct axis_row axis_rows[] = {
    {"linear time", AXIS_TIME, false, {0, 0.25, 0, 500}, "0|50 ms|100 ms|150 ms|200 ms|250 ms"},
    {"little room", AXIS_TIME, false, {0, 0.25, 0, 160}, "0|100 ms|200 ms"},
    {"from below zero", AXIS_TIME, false, {-0.03, 0.01, 0, 400}, "-30 ms|-20 ms|-10 ms|0|10 ms"},
    {"decades", AXIS_TIME, true, {1e-3, 1, 0, 240}, "1 ms|10 ms|100 ms|1 s"},
    {"within a decade", AXIS_TIME, true, {1e-3, 1e-2, 0, 600}, "1 ms|2 ms|5 ms|10 ms"},
    {"many decades", AXIS_TIME, true, {1e-9, 1e3, 0, 300}, "1 ns|1 us|1 ms|1 s|1000 s"},
    {"percent", AXIS_PERCENT, false, {0, 1, 200, 0}, "0 %|20 %|40 %|60 %|80 %|100 %"},
    {"tail", AXIS_PERCENT, true, {1e-4, 1, 200, 0}, "0.01 %|0.1 %|1 %|10 %|100 %"},
    {"ratio", AXIS_RATIO, false, {0, 2, 0, 300}, "0x|0.5x|1x|1.5x|2x"},
    {"log of zero", AXIS_PLAIN, true, {0, 2, 0, 90}, "0|1|2"},
    {"nothing", AXIS_PLAIN, false, {3, 3, 0, 90}, "0|0.5|1"},
    {"no numbers", AXIS_PLAIN, true, {NAN, INFINITY, 0, 90}, "0|0.5|1"},
};

static void test_axis(void **state)
{
    const struct axis_row *r = *state;
    struct arena *a = arena_new(0);
    struct axis x = axis_make(a, r->unit, r->log, r->r);
    const char *labels = "";
    for (uint32_t i = 0; i < x.n; i++) {
        if (*x.tick[i].label)
            labels = arena_printf(a, "%s%s%s", labels, *labels ? "|" : "", x.tick[i].label);
        double at = axis_at(&x, x.tick[i].v);
        assert_true(at >= fmin(x.from, x.to) - 1e-6 && at <= fmax(x.from, x.to) + 1e-6);
    }
    assert_string_equal(labels, r->labels);
    arena_drop(a);
}

static void test_axis_at(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct axis lin = axis_make(a, AXIS_PLAIN, false, (struct range){0, 10, 100, 200});
    struct axis log = axis_make(a, AXIS_PLAIN, true, (struct range){1, 100, 0, 50});
    assert_true(fabs(axis_at(&lin, 5) - 150) < 1e-9);
    assert_true(axis_at(&lin, 99) == 200 && axis_at(&lin, -INFINITY) == 100);
    assert_true(isnan(axis_at(&lin, NAN)));
    assert_true(fabs(axis_at(&log, 10) - 25) < 1e-9);
    assert_true(axis_at(&log, 0) == 0);
    assert_true(fabs(axis_round_up(0.0221) - 0.025) < 1e-12);
    assert_true(fabs(axis_round_up(1) - 1) < 1e-12);
    assert_true(axis_round_up(NAN) == 1 && axis_round_up(0) == 1);
    arena_drop(a);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(axis_rows) + 7] = {
        cmocka_unit_test_setup_teardown(test_escape, setup, teardown),
        cmocka_unit_test(test_width),
        cmocka_unit_test_setup_teardown(test_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_finite, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_put, setup, teardown),
        cmocka_unit_test(test_axis_at),
    };
    for (size_t i = 0; i < TEST_COUNT(axis_rows); i++)
        t[7 + i] = test_named(axis_rows[i].name, test_axis, &axis_rows[i]);
    return cmocka_run_group_tests_name("svg", t, NULL, NULL);
}
