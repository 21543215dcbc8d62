/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.h - what the benchmarks share: CPU time, medians, lines, and one run of a shipped model.
 *
 * Each tests/bench/X.c is a program of its own; `make bench` runs them one after another from the
 * top of the tree.  A line is a number and its unit.  Rates are a CPU second (user and system time
 * of the process, all its threads), so that a busy neighbour shows little; a rate is the median of
 * BENCH_TIMES runs, after one that is not counted.  Nothing is asserted about any time.
 *
 *   request, customer   one that was simulated, those of the warm-up included
 *   move                one step of the machine (exec_result.events): a request has several */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H
#include "base/diag.h"
#include "model/model.h"
#include "run/experiment.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { BENCH_TIMES = 5 };

static inline double bench_seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static inline double bench_cpu(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0)
        die("getrusage failed");
    return bench_seconds(u.ru_utime) + bench_seconds(u.ru_stime);
}

static inline double bench_wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The most memory that the process has had, in MiB. */
static inline double bench_peak(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0)
        die("getrusage failed");
    return (double)u.ru_maxrss / 1024;
}

static inline int bench_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Sorts v. */
static inline double bench_median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, bench_order);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static inline void bench_line(const char *what, const char *which, double value, const char *unit)
{
    printf("%-12s %-26s %12.4g %s\n", what, which, value, unit);
    fflush(stdout);
}

/* One execution of a model, everything measured that `run` measures by default. */
struct bench_run {
    const char *model, *execution;
    uint64_t requests;
    uint32_t jobs;
    bool all_measured; /* no warm-up: the number of moves is that of all requests */
};
struct bench_cost {
    double cpu, wall; /* seconds; reading the model is not in them */
    double requests, moves;
};

static inline struct bench_cost bench_run(const struct bench_run *b)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const struct model *m = model_read(a, b->model, NULL, 0, d);
    const struct execution *x = m && !diags_errors(d) ? model_exec(m, b->execution) : NULL;
    if (!x)
        die("%s: cannot be read, or has no execution `%s`", b->model, b->execution);
    struct experiment_opt o = experiment_defaults();
    o.requests = b->requests;
    o.jobs = b->jobs;
    o.warmup = b->all_measured ? 0 : o.warmup;
    double cpu = bench_cpu(), wall = bench_wall();
    const struct run_result *r = experiment_run(m, &x, 1, &o, a, d);
    cpu = bench_cpu() - cpu;
    wall = bench_wall() - wall;
    if (!r || !r->exec[0].complete || r->exec[0].stopped != STOP_REQUESTS)
        die("%s: the run under %s did not come to its end", b->model, b->execution);
    const struct exec_result *e = &r->exec[0];
    struct bench_cost c = {.cpu = cpu,
                           .wall = wall,
                           .requests = (double)(e->requests + e->warmup),
                           .moves = (double)e->events};
    arena_drop(a);
    return c;
}

/* Two lines an execution: requests and moves.  what: "mm1"; unit: "customers". */
static inline void bench_rates(const char *what, const char *unit, struct bench_run b)
{
    double rate[BENCH_TIMES];
    char each[64];
    b.jobs = 1;
    b.all_measured = true;
    struct bench_cost first = bench_run(&b);
    b.all_measured = false;
    for (int i = 0; i < BENCH_TIMES; i++) {
        struct bench_cost c = bench_run(&b);
        rate[i] = c.requests / c.cpu;
    }
    double middle = bench_median(rate, BENCH_TIMES);
    snprintf(each, sizeof each, "%s a CPU second", unit);
    bench_line(what, b.execution, middle, each);
    bench_line(what, b.execution, middle * first.moves / first.requests, "moves a CPU second");
}

#endif
