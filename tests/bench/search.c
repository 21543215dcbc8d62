/* SPDX-License-Identifier: GPL-3.0-or-later */
/* search.c - the search request, one at a time in an idle system, under each execution: branches,
 * pipelines in pipelines, conditions, an abort. */
#include "tests/bench/bench.h"

int main(void)
{
    static const char *const execution[] = {"serial", "threads", "coroutine", "hybrid"};
    for (size_t i = 0; i < sizeof execution / sizeof *execution; i++)
        bench_rates("search", "requests",
                    (struct bench_run){.model = "models/search.yaml",
                                       .execution = execution[i],
                                       .requests = 100000});
    return 0;
}
