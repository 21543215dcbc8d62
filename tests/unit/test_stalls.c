/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the machine stood still: as seen by a process that is stopped for a while, and what requests
 * have to do with it, by hand. */
#include "live/stalls.h"
#include "live/timers.h"
#include "tests/unit/test.h"
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static void pause_ms(long ms)
{
    struct timespec t = {.tv_nsec = ms * 1000000};
    nanosleep(&t, NULL);
}

/* The child: it has seen one of this length at least.  It says when it watches. */
static _Noreturn void watch_self(int ready, int64_t least)
{
    struct stalls s;
    int64_t begun = timers_now();
    stalls_begin(&s);
    bool ok = write(ready, "", 1) == 1;
    while (timers_now() < begun + 300 * MS)
        pause_ms(5);
    stalls_end(&s);
    struct live_stalls x = stalls_sum(&s, NULL, 0, 0);
    stalls_free(&s);
    _exit(ok && x.n > 0 && x.longest >= least && x.sum >= x.longest ? 0 : 1);
}

static void test_stopped(void **state)
{
    (void)state;
    int ready[2], status;
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0)
        watch_self(ready[1], 70 * MS);
    assert_int_equal(read(ready[0], &c, 1), 1);
    pause_ms(20);
    kill(pid, SIGSTOP);
    pause_ms(100);
    kill(pid, SIGCONT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(ready[0]);
    close(ready[1]);
}

/* Two, 10-14 and 30-40 ms after the base.  Of four requests two meet one of them: 5-11 and 12-35;
 * what only touches it (14-30) has none of it. */
static void test_sum(void **state)
{
    (void)state;
    enum { BASE = 1000 };
    struct stall v[] = {{BASE + 10 * MS, BASE + 14 * MS}, {BASE + 30 * MS, BASE + 40 * MS}};
    const struct stalls s = {.v = v, .n = 2};
    const struct record r[] = {{.arrival = 5 * MS, .latency = 6 * MS},
                               {.arrival = 12 * MS, .latency = 23 * MS},
                               {.arrival = 14 * MS, .latency = 16 * MS},
                               {.arrival = 40 * MS, .latency = 3 * MS}};
    struct live_stalls x = stalls_sum(&s, r, 4, BASE);
    assert_int_equal(x.n, 2);
    assert_int_equal(x.sum, 14 * MS);
    assert_int_equal(x.longest, 10 * MS);
    assert_int_equal(x.requests, 2);
    assert_true(x.mean == 12.0 * (double)MS && x.mean_without == 9.5 * (double)MS);
    x = stalls_sum(&s, r, 2, BASE); /* none is without */
    assert_int_equal(x.requests, 2);
    assert_true(isnan(x.mean) && isnan(x.mean_without));
    x = stalls_sum(&(struct stalls){.n = 0}, r, 4, BASE);
    assert_int_equal(x.n + x.requests, 0);
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_stopped), cmocka_unit_test(test_sum)};
    return cmocka_run_group_tests_name("stalls", t, NULL, NULL);
}
