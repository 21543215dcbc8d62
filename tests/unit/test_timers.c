/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_timers.c - what is due comes out in order, whatever was set and unset, and not before. */
#include "live/timers.h"
#include "base/rng.h"
#include "tests/unit/test.h"
#include <poll.h>

enum { MANY = 500 };

static uint64_t draw(uint64_t i)
{
    return (uint64_t)(rng_unit((struct draw_key){.seed = 7, .path = i}) * 1e9);
}

/* A third of them is unset again, from anywhere in the heap. */
static void test_order(void **state)
{
    (void)state;
    struct timers t;
    struct timer x[MANY] = {{0}}, *first;
    assert_true(timers_open(&t));
    for (uint64_t i = 0; i < MANY; i++) {
        x[i].at = (int64_t)(draw(i) % 200); /* many at the same time */
        timer_set(&t, &x[i]);
    }
    for (uint64_t i = 0; i < MANY; i += 3)
        timer_unset(&t, &x[i]);
    int64_t last = -1;
    size_t n = 0;
    while ((first = timers_first(&t)) != NULL) {
        assert_true(first->at >= last);
        assert_true((first - x) % 3 != 0);
        last = first->at;
        timer_unset(&t, first);
        assert_int_equal(first->place, 0);
        n++;
    }
    assert_int_equal(n, MANY - (MANY + 2) / 3);
    timers_close(&t);
}

static bool rings_within(const struct timers *t, int ms)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};
    return poll(&p, 1, ms) == 1;
}

static void test_rings(void **state)
{
    (void)state;
    const int64_t ms = 1000000;
    struct timers t;
    struct timer soon = {0}, late = {0};
    assert_true(timers_open(&t));
    timers_arm(&t, 0);
    assert_false(rings_within(&t, 1)); /* of nothing */
    int64_t begin = timers_now();
    soon.at = begin + 3 * ms;
    late.at = begin + 3600000 * ms;
    timer_set(&t, &late);
    timer_set(&t, &soon);
    timers_arm(&t, 0);
    assert_true(rings_within(&t, 10000));
    assert_true(timers_now() >= soon.at);
    timers_rang(&t);
    timer_unset(&t, &soon);
    timers_arm(&t, 0);
    assert_false(rings_within(&t, 1)); /* the other is far */
    timers_arm(&t, 3600000 * ms);      /* an hour early is now */
    assert_true(rings_within(&t, 10000));
    timers_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_rings)};
    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
