/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fork_join.c - requests of ten lognormal calls at once, under Poisson arrivals.  Short-lived
 * branches are what costs most in simulators that make a process of each. */
#include "tests/bench/bench.h"

int main(void)
{
    static const char *const execution[] = {"serial", "threads", "coroutine"};
    for (size_t i = 0; i < sizeof execution / sizeof *execution; i++)
        bench_rates("fork_join", "requests",
                    (struct bench_run){.model = "models/fork_join.yaml",
                                       .execution = execution[i],
                                       .requests = 200000});
    return 0;
}
