/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reduced_cases.h - a pipeline by hand, explored with reductions and without, that shows so many
 * faults and failing claims: in each, one order of things shows what no other does. */
#ifndef TESTS_REDUCED_CASES_H
#define TESTS_REDUCED_CASES_H
#include "tests/prop/reduced.h"

struct trial_case {
    const char *name, *text; /* behind what all begin with */
    const char *says;        /* its one claim, or NULL */
    const char *exec[4];
    uint32_t nreq, faults, broken;
};

static void test_case(void **state)
{
    const struct trial_case *c = *state;
    for (size_t i = 0; i < TEST_COUNT(c->exec) && c->exec[i]; i++) {
        struct arena *a = arena_new(0);
        struct tally n = {0};
        compare((struct trial){.a = a,
                               .text = arena_printf(
                                   a,
                                   "pertinax: 1\nname: m\nservices: {s: {latency: "
                                   "1ms}, t: {latency: 1ms, capacity: 1}, "
                                   "u: {latency: 1ms, capacity: 1, queue: 0}}\n"
                                   "executions: {serial: , threads: , pool2: {kind: threads, "
                                   "pool: 2}, pool3: {kind: threads, pool: 3}, "
                                   "costly: {kind: threads, costs: cpython-3.11}, "
                                   "costly2: {kind: threads, pool: 2, costs: cpython-3.11}, "
                                   "limited: {kind: coroutine, limit: 1, queue: 0}, "
                                   "coroutine: , hybrid: {kind: hybrid, pool: 2}, "
                                   "costly_hybrid: {kind: hybrid, switch: 1us}}\n%s",
                                   c->text),
                               .says = c->says,
                               .exec = c->exec[i],
                               .seed = 4, /* all races are looked for */
                               .nreq = c->nreq},
                &n);
        assert_int_equal(n.compared, 1);
        assert_int_equal(n.faults, c->faults);
        assert_int_equal(n.broken, c->broken);
        arena_drop(a);
    }
}

static int run_cases(const struct trial_case *c, size_t n)
{
    struct CMUnitTest *tests = xcalloc(n, sizeof *tests);
    for (size_t i = 0; i < n; i++)
        tests[i] = test_named(c[i].name, test_case, &c[i]);
    int failed = _cmocka_run_group_tests("reduced", tests, n, NULL, NULL);
    free(tests);
    return failed;
}

#endif
