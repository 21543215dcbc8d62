/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jobs.c - what a second job costs.  Efficiency is the CPU time of a run with one job over the CPU
 * time, of all threads, of the same run with two: work that only two jobs have, and caches and
 * locks they contend for, lower it.  Wall time is told for information: on a busy machine, or on
 * one core, it says little.  One and two take turns, so that a slow minute meets both. */
#include "tests/bench/bench.h"

static void jobs_compare(const char *what, struct bench_run b)
{
    double efficiency[BENCH_TIMES], speedup[BENCH_TIMES];
    b.jobs = 2;
    (void)bench_run(&b);
    for (int i = 0; i < BENCH_TIMES; i++) {
        b.jobs = 1;
        struct bench_cost one = bench_run(&b);
        b.jobs = 2;
        struct bench_cost two = bench_run(&b);
        efficiency[i] = 100 * one.cpu / two.cpu;
        speedup[i] = one.wall / two.wall;
    }
    bench_line(what, "2 jobs, efficiency", bench_median(efficiency, BENCH_TIMES), "% of CPU time");
    bench_line(what, "2 jobs, speedup", bench_median(speedup, BENCH_TIMES), "times in wall time");
}

int main(void)
{
    jobs_compare(
        "mm1",
        (struct bench_run){.model = "models/mm1.yaml", .execution = "threads", .requests = 900000});
    jobs_compare("fork_join", (struct bench_run){.model = "models/fork_join.yaml",
                                                 .execution = "coroutine",
                                                 .requests = 200000});
    jobs_compare("search", (struct bench_run){.model = "models/search.yaml",
                                              .execution = "coroutine",
                                              .requests = 50000});
    return 0;
}
