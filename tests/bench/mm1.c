/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mm1.c - M/M/1 at a load of 0.9 under each execution: the benchmark every simulator publishes.
 * A customer is two events of a textbook's simulator, an arrival and a departure.  There are as
 * many as let every latency be kept, as `run` does by default. */
#include "tests/bench/bench.h"

int main(void)
{
    static const char *const execution[] = {"serial", "threads", "coroutine"};
    for (size_t i = 0; i < sizeof execution / sizeof *execution; i++)
        bench_rates("mm1", "customers",
                    (struct bench_run){
                        .model = "models/mm1.yaml", .execution = execution[i], .requests = 900000});
    return 0;
}
