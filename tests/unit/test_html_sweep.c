/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_html_sweep.c - the page of a sweep, over grids made by hand: well-formed whatever the names
 * are, a picture for one and for two axes, none for three, what is best and what is missing told.
 */
#include "test.h"
#include "markup.h"
#include "core/sweep_judge.h"
#include "reports/report.h"
#include <math.h>

static const char *const bad = "<script>&\"'\xff\x01";

struct grid {
    const char *name;
    uint32_t naxis, nexec, figures; /* figures: that are expected */
    enum sweep_metric metric;
    bool hostile, none; /* none: no cell has a value */
};
static const struct grid grids[] = {
    {"one axis", 1, 3, 1, SWEEP_P99, false, false},
    {"two axes", 2, 3, 4, SWEEP_MEAN, false, false}, /* one of the winners */
    {"two axes, one execution", 2, 1, 1, SWEEP_THROUGHPUT, false, false},
    {"three axes", 3, 2, 0, SWEEP_MEAN, false, false},
    {"hostile names", 2, 2, 3, SWEEP_MEAN, true, false},
    {"hostile names in lines", 1, 2, 1, SWEEP_SPEEDUP, true, false},
    {"no values", 1, 2, 0, SWEEP_MEAN, false, true},
};
enum { VALUES = 4 };

/* Execution k takes 10 (k + 1) ms plus what the axes add; at the first cell the second one is
 * unstable, and the last cell was not run. */
static void fill(struct arena *a, struct sweep_result *r, const struct grid *g)
{
    for (uint32_t i = 0; i < r->ncell; i++) {
        struct sweep_cell *c = &r->cell[i];
        uint32_t rest = i;
        c->at = NEW(a, uint32_t, r->naxis);
        c->exec = NEW(a, struct sweep_exec, r->nexec);
        for (uint32_t x = r->naxis; x-- > 0; rest /= VALUES)
            c->at[x] = rest % VALUES;
        c->have = i + 1 < r->ncell;
        for (uint32_t k = 0; k < r->nexec && c->have; k++) {
            struct sweep_exec *e = &c->exec[k];
            double v = 0.01 * (k + 1) + 0.001 * i;
            e->complete = true;
            e->requests = 1000;
            e->value = (struct interval){v, v * 0.9, v * 1.2};
            if (g->none || (i == 0 && k == 1)) {
                e->unstable = "db";
                e->value = (struct interval){NAN, NAN, NAN};
            }
            e->latency.mean = e->throughput = e->speedup = e->value;
            e->latency.q[3] = e->value;
            e->mark = i == 0 && k == 0 ? SWEEP_BEST : i == 1 ? SWEEP_NEAR : SWEEP_WORSE;
        }
        c->best = g->none ? SWEEP_NONE : 0;
        c->sure = i % 2;
    }
}

static struct sweep_result grid_make(struct arena *a, const struct grid *g)
{
    static const char *value[VALUES] = {"5ms", "10ms", "20ms", "50ms"};
    static double number[VALUES] = {0.005, 0.01, 0.02, 0.05};
    static const char *const name[] = {"serial", "threads", "coroutine"};
    struct sweep_result r = {.base = {.mem = a,
                                      .version = "0.1.0",
                                      .command = "pertinax sweep t.yaml",
                                      .seed = 1,
                                      .model_name = g->hostile ? bad : "t",
                                      .model_file = "t.yaml",
                                      .digest = "1a2b3c4d5e6f7081",
                                      .assumed_load = "open 1/s",
                                      .assumed_cores = "1 core",
                                      .assumed_gil = "no GIL",
                                      .assumed_costs = "no costs"},
                             .metric = g->metric,
                             .shard = 1,
                             .shards = 1,
                             .complete = true,
                             .judged = true,
                             .naxis = g->naxis,
                             .nexec = g->nexec,
                             .ncell = 1,
                             .best_cell = g->none ? SWEEP_NONE : 0,
                             .best_exec = g->none ? SWEEP_NONE : 0};
    r.axis = NEW(a, struct sweep_axis, r.naxis);
    r.exec_name = NEW(a, const char *, r.nexec);
    r.exec_kind = NEW(a, const char *, r.nexec);
    for (uint32_t x = 0; x < r.naxis; x++, r.ncell *= VALUES)
        r.axis[x] = (struct sweep_axis){g->hostile ? bad : arena_printf(a, "axis%u", (unsigned)x),
                                        VALUES, value, number, true};
    for (uint32_t k = 0; k < r.nexec; k++)
        r.exec_name[k] = r.exec_kind[k] = g->hostile ? bad : name[k];
    r.cell = NEW(a, struct sweep_cell, r.ncell);
    fill(a, &r, g);
    return r;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *s = text; (s = strstr(s, what)); s++)
        n++;
    return n;
}

static void test_grid(void **state)
{
    const struct grid *g = *state;
    const struct report_look look = {.width = 80, .unicode = true};
    struct arena *a = arena_new(0);
    struct sweep_result r = grid_make(a, g);
    struct buf out = {0};
    struct markup m;
    report_find("html")->sweep(&r, diags_new(a), &look, &out);
    const char *wrong = markup_wrong(out.s, &m);
    if (wrong)
        fail_msg("%s near: %.120s", wrong, out.s + m.at);
    assert_false(markup_fetches(out.s));
    assert_int_equal(count(out.s, "<figure>"), g->figures);
    assert_int_equal(count(out.s, "<h2 id=\"tables\">"), 1);
    if (!g->none)
        assert_non_null(strstr(out.s, g->nexec > 1 ? "unstable" : "axis0"));
    buf_free(&out);
    arena_drop(a);
}

int main(void)
{
    struct CMUnitTest t[TEST_COUNT(grids)];
    for (size_t i = 0; i < TEST_COUNT(grids); i++)
        t[i] = test_named(grids[i].name, test_grid, &grids[i]);
    return cmocka_run_group_tests_name("html_sweep", t, NULL, NULL);
}
