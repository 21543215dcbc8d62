/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dispatch.c - what the live executors themselves take: a step whose call has no length, in CPU
 * time and as it passes; and threads and tasks that are there at once, up to ten thousand of
 * either. Calls are timers: no sockets, no service. */
#include "tests/bench/bench.h"
#include "core/prog.h"
#include "live/live.h"
#include <string.h>

enum { STEPS = 1000, REQUESTS = 20 };

struct took {
    double cpu, wall;
    struct live_report report;
    bool whole;
};

static struct took run(const char *execution, const char *request, uint64_t requests)
{
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    const char *text = arena_printf(mem,
                                    "pertinax: 1\nname: dispatch\nservices: {s: {latency: 0}}\n"
                                    "host: {cores: 2}\nrequest: %s\n",
                                    request);
    struct yaml *root = yaml_parse(mem, "dispatch", text, strlen(text), d);
    const struct model *m = root ? model_build(mem, root, "dispatch", d) : NULL;
    const struct execution *x = m ? model_exec(m, execution) : NULL;
    const struct prog *p = x ? prog_compile(mem, m, x, d) : NULL;
    if (!p || diags_errors(d))
        die("the model of %s cannot be read", execution);
    struct sim *s = sim_new(p, &(struct sim_opt){.seed = 1, .stepwise = true});
    const struct live_opt o = {.service = LIVE_TIMER, .most_ns = INT64_C(60000000000)};
    struct took t = {.cpu = bench_cpu(), .wall = bench_wall()};
    t.whole = live_run(s, false, requests, &o, &t.report) == SIM_MORE;
    t.cpu = bench_cpu() - t.cpu;
    t.wall = bench_wall() - t.wall;
    sim_free(s);
    arena_drop(mem);
    return t;
}

static void steps(const char *execution)
{
    double cpu[BENCH_TIMES], wall[BENCH_TIMES];
    for (int i = -1; i < BENCH_TIMES; i++) {
        struct took t = run(execution, "{repeat: 1000, do: {call: s}}", REQUESTS);
        if (i < 0)
            continue;
        cpu[i] = 1e9 * t.cpu / (STEPS * REQUESTS);
        wall[i] = 1e9 * t.wall / (STEPS * REQUESTS);
    }
    bench_line("dispatch", execution, bench_median(cpu, BENCH_TIMES), "ns of CPU a step");
    bench_line("dispatch", execution, bench_median(wall, BENCH_TIMES), "ns a step");
}

static void at_once(const char *execution, unsigned n)
{
    char request[64], which[32];
    snprintf(request, sizeof request, "{each: %u, do: {wait: 1s}}", n);
    snprintf(which, sizeof which, "%s, %u at once", execution, n);
    struct took t = run(execution, request, 1);
    if (!t.whole) {
        printf("%-12s %-26s not to be had: %s\n", "dispatch", which, t.report.trouble);
        return;
    }
    bench_line("dispatch", which, 1e6 * t.cpu / n, "us of CPU each, of a wait of 1 s");
    bench_line("dispatch", which, t.wall, "s in all");
    if (t.report.peak)
        bench_line("dispatch", which, t.report.peak, "threads at most");
}

int main(void)
{
    static const char *const kind[] = {"serial", "threads", "coroutine", "hybrid"};
    for (int i = 0; i < 4; i++)
        steps(kind[i]);
    for (unsigned n = 100; n <= 10000; n *= 10) {
        at_once("threads", n);
        at_once("coroutine", n);
    }
    return 0;
}
