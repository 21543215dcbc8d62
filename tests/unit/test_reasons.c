/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reasons.c - where an executed request lost its time, of numbers that are made up: 100 ms
 * predicted, of which 40 are in `a` and 40 in `b`. */
#include "fit/reasons.h"
#include "tests/unit/test.h"
#include <math.h>

struct lab {
    struct arena *a;
    struct compare_value mean;
    struct compare_step step[2];
    struct resource_result predicted[2], measured[1];
    struct exec_result e, live;
    struct compare_part p;
};

static void lab_make(struct lab *l, double took, double a_share, double b_share)
{
    *l = (struct lab){.a = arena_new(0)};
    l->mean = (struct compare_value){.measured = {took, NAN, NAN},
                                     .predicted = {0.1, NAN, NAN},
                                     .ratio = 0.1 / took,
                                     .lo = 0.1 / took - 0.001,
                                     .hi = 0.1 / took + 0.001};
    l->step[0] = (struct compare_step){.name = "a",
                                       .measured = {0.0215, NAN, NAN},
                                       .predicted = 0.02,
                                       .measured_share = a_share,
                                       .predicted_share = 0.4};
    l->step[1] = (struct compare_step){.name = "b",
                                       .measured = {0.045, NAN, NAN},
                                       .predicted = 0.04,
                                       .measured_share = b_share,
                                       .predicted_share = 0.4};
    l->predicted[0] = (struct resource_result){.name = "pool", .wait = 0.001, .acquisitions = 200};
    l->predicted[1] = (struct resource_result){.name = "loop", .utilisation = 0.2};
    l->measured[0] = (struct resource_result){.name = "pool", .wait = 0.003, .acquisitions = 200};
    l->e = (struct exec_result){
        .summary = "", .requests = 100, .nresource = 2, .resource = l->predicted};
    l->live = (struct exec_result){.requests = 100, .nresource = 1, .resource = l->measured};
    l->p = (struct compare_part){.nvalue = 1, .value = &l->mean, .nstep = 2, .step = l->step};
}

/* 110 ms: a has 43 of them, b 45, so 8 of the 10 are in steps; 4 are waited for the pool. */
static void test_split(void **state)
{
    (void)state;
    struct lab l;
    lab_make(&l, 0.11, 0.043 / 0.11, 0.045 / 0.11);
    struct compare_busy busy = {.loop = 0.31, .cores = 0.9};
    reasons_find(&l.p, &l.e, &l.live, &busy, l.a);
    const struct compare_reason *w = l.p.reason;
    if (w == NULL) {
        fail_msg("no reason");
        return;
    }
    assert_true(fabs(w->longer - 0.01) < 1e-12);
    assert_true(fabs(w->within - 0.008) < 1e-12);
    assert_string_equal(w->step, "b");
    assert_true(fabs(w->step_longer - 0.005) < 1e-12);
    assert_true(fabs(w->one_longer - 0.005) < 1e-12);
    assert_string_equal(w->waits_for, "pool");
    assert_true(fabs(w->wait - 0.006) < 1e-12 && fabs(w->wait_model - 0.002) < 1e-12);
    assert_string_equal(w->busy, "loop");
    assert_true(w->busy_share == 0.31 && w->busy_model == 0.2);
    assert_true(w->costless);
    arena_drop(l.a);
}

/* A cost is named that moved as the mean did, and by a tenth of that: of 100 ms predicted 30 are
 * resume and 1 is task; of 70 measured 7 are spawn, and what a loop costs is not told apart. */
static void test_cost(void **state)
{
    (void)state;
    struct critical_result costs[] = {{.kind = CRITICAL_QUEUE, .name = "pool", .share = 0.5},
                                      {.kind = CRITICAL_COST, .name = "task", .share = 0.01},
                                      {.kind = CRITICAL_COST, .name = "resume", .share = 0.3}};
    struct critical_result spawn = {.kind = CRITICAL_COST, .name = "spawn", .share = 0.1};
    struct lab l;
    for (int longer = 0; longer < 2; longer++) {
        lab_make(&l, longer ? 0.15 : 0.07, 0.4, 0.4);
        l.e.critical = costs;
        l.e.ncritical = TEST_COUNT(costs);
        l.e.all.latency.mean.value = 0.1;
        l.live.critical = &spawn;
        l.live.ncritical = 1;
        l.live.all.latency.mean.value = longer ? 0.15 : 0.07;
        reasons_find(&l.p, &l.e, &l.live, NULL, l.a);
        const struct compare_reason *w = l.p.reason;
        if (w == NULL || w->cost == NULL) {
            fail_msg("no cost");
            return;
        }
        assert_string_equal(w->cost, longer ? "spawn" : "resume");
        assert_true(fabs(w->cost_paid - (longer ? 0.015 : 0)) < 1e-12);
        assert_true(fabs(w->cost_paid_model - (longer ? 0 : 0.03)) < 1e-12);
        arena_drop(l.a);
    }
}

/* Nothing is known but the traces. */
static void test_traces_only(void **state)
{
    (void)state;
    struct lab l;
    lab_make(&l, 0.11, 0.4 * 0.1 / 0.11, 0.4 * 0.1 / 0.11);
    struct compare_busy busy = {.loop = NAN, .cores = NAN};
    l.e.summary = "spawn 5us";
    reasons_find(&l.p, &l.e, NULL, &busy, l.a);
    const struct compare_reason *w = l.p.reason;
    if (w == NULL) {
        fail_msg("no reason");
        return;
    }
    assert_true(fabs(w->within) < 1e-12);
    assert_null(w->waits_for);
    assert_null(w->cost);
    assert_null(w->busy);
    assert_false(w->costless);
    arena_drop(l.a);
}

/* Within a fiftieth, or within the interval, there is nothing to explain. */
static void test_as_predicted(void **state)
{
    (void)state;
    struct lab l;
    lab_make(&l, 0.1015, 0.4, 0.4);
    reasons_find(&l.p, &l.e, &l.live, NULL, l.a);
    assert_null(l.p.reason);
    arena_drop(l.a);
    lab_make(&l, 0.11, 0.4, 0.4);
    l.mean.lo = 0.8;
    l.mean.hi = 1.01;
    reasons_find(&l.p, &l.e, &l.live, NULL, l.a);
    assert_null(l.p.reason);
    arena_drop(l.a);
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_split), cmocka_unit_test(test_cost),
                                   cmocka_unit_test(test_traces_only),
                                   cmocka_unit_test(test_as_predicted)};
    return cmocka_run_group_tests_name("reasons", t, NULL, NULL);
}
