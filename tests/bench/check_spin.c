/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_spin.c - exploring: states, states a second, bytes a state, seconds; beside SPIN in the
 * same run (its CPU time), where it is installed, on the same pool (check_pool.pml) and
 * search request (check_search.pml).  Steps are cut nearly alike (specs/README.md, limits of a
 * search).  With an argument, two search requests at once as well, which takes SPIN gigabytes. */
#include "check/explore.h"
#include "tests/bench/bench.h"
#include <string.h>

enum { JOBS = 2 };
static void explore(const char *which, const char *text, const char *exec, uint32_t nreq,
                    bool reduced, uint32_t jobs)
{
    static const uint32_t cls[PACK_MAX_REQUESTS] = {0};
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    struct explore e;
    struct yaml *root = yaml_parse(a, "bench", text, strlen(text), d);
    const struct model *m = root ? model_build(a, root, "", d) : NULL;
    const struct prog *p = m ? prog_compile(a, m, model_exec(m, exec), d) : NULL;
    if (!p)
        die("the benchmark's model is wrong");
    struct explore_opt o = {.nreq = nreq,
                            .cls = cls,
                            .max_count = 3,
                            .jobs = jobs,
                            .begins_along = true,
                            .symmetric_copies = reduced,
                            .symmetric_requests = reduced,
                            .local_alone = reduced};
    double from = jobs > 1 ? bench_wall() : bench_cpu();
    explore_run(p, &o, &e);
    double s = (jobs > 1 ? bench_wall() : bench_cpu()) - from;
    bench_line("check", which, (double)e.states, "states");
    bench_line("check", which, (double)e.states / s, "states/s");
    bench_line("check", which, (double)(e.bytes + e.part_bytes) / (double)e.states, "bytes/state");
    bench_line("check", which, s, jobs > 1 ? "s by the clock" : "s");
    explore_free(&e);
    arena_drop(a);
}

static void spin(const char *which, const char *model, uint32_t k, uint32_t threads)
{
    char command[100];
    double states, s, mb;
    snprintf(command, sizeof command, "tests/bench/check_spin.sh %s %u %u", model, k, threads);
    FILE *f = popen(command, "r");
    bool told = f && fscanf(f, "%lf %lf %lf", &states, &s, &mb) == 3;
    if (f)
        pclose(f);
    if (!told) {
        printf("check        no SPIN, or no compiler\n");
        return;
    }
    bench_line("spin", which, states, "states");
    bench_line("spin", which, states / (s > 0 ? s : 0.01), "states/s");
    bench_line("spin", which, mb * 1e6 / states, "bytes/state");
    bench_line("spin", which, s, "s");
}

int main(int argc, char **argv)
{
    static const char pool[] = "pertinax: 1\nname: pool\nservices: {a: {latency: 1ms}}\n"
                               "request: {parallel: {x: {call: a}, y: {call: a}}}\n"
                               "executions: {threads: {pool: 6}}\n";
    /* Three shards, three queries; what a call is for is left out. */
    static const char search[] =
        "pertinax: 1\nname: search\nservices: {a: {latency: 1ms}}\n"
        "request:\n"
        "  - spawn:\n"
        "      geo: {call: a}\n"
        "      limit: [{call: a}, {each: 3, name: shards, do: {call: a, sets: {over: "
        "chance(0.1)}}},\n"
        "              {set: {limited: any(shards.over)}}]\n"
        "      session: [{call: a, sets: {hit: chance(0.5)}},\n"
        "                {if: not hit, then: {parallel: {x: {call: a}, y: {call: a}, z: {call: "
        "a}}}}]\n"
        "  - await: [geo, session]\n"
        "  - each: 3\n"
        "    name: queries\n"
        "    do: [{call: a, sets: {hit: chance(0.5)}}, {if: not hit, then: {call: a}}, {call: a}]\n"
        "    as_completed: {cpu: 1ms, name: rank}\n"
        "  - await: limit\n"
        "  - {if: limit.limited, then: {abort: 503}}\n"
        "  - parallel: {p: {call: a}, q: {call: a}, r: {call: a}, s: {call: a},\n"
        "               write: [{call: a}, {respond: 200}]}\n";
    (void)argv;
    explore("pool 5 on 6", pool, "threads", 5, false, 1);
    explore("pool 5 on 6, 2 jobs", pool, "threads", 5, false, JOBS);
    spin("pool 5 on 6", "check_pool.pml", 5, 6);
    explore("pool 5 on 6, reduced", pool, "threads", 5, true, 1);
    explore("search", search, "threads", 1, false, 1);
    spin("search", "check_search.pml", 1, 0);
    explore("search, reduced", search, "threads", 1, true, 1);
    explore("search upon a loop, reduced", search, "coroutine", 1, true, 1);
    explore("2 searches, reduced", search, "threads", 2, true, 1);
    explore("2 searches upon a loop, reduced", search, "coroutine", 2, true, 1);
    if (argc > 1) {
        explore("2 searches, 2 jobs", search, "threads", 2, false, JOBS);
        spin("2 searches", "check_search.pml", 2, 0);
    }
    return 0;
}
