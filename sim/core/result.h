/* SPDX-License-Identifier: GPL-3.0-or-later */
/* result.h - all that a report may know of a run.  Plain data, in one arena; times in seconds,
 * rates per second, sizes in bytes.  A value that could not be had is NAN; an interval without a
 * bound has NAN there.  Reports see this and nothing of the drivers. */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H
#include "base/diag.h"
#include "base/stats.h"

enum { QUANTILE_COUNT = 5 };
extern const double quantile_p[QUANTILE_COUNT];          /* .5 .9 .95 .99 .999 */
extern const char *const quantile_name[QUANTILE_COUNT];  /* "p50" "p90" "p95" "p99" "p999" */
extern const char *const quantile_title[QUANTILE_COUNT]; /* "p50" ... "p99.9" */

struct latency_result {
    uint64_t n;
    struct interval mean, sd, min, max; /* sd, min, max: lo = hi = NAN */
    struct interval q[QUANTILE_COUNT];
};
struct outcome_result {
    int32_t status; /* 0: unanswered */
    struct interval share;
    struct latency_result latency; /* of the requests with this outcome */
};
struct class_result {
    const char *name;
    uint64_t requests;
    struct latency_result latency;
    struct interval duration;   /* mean time to the request's end */
    struct interval throughput; /* responses per second; one by one: as the mean duration allows */
    uint32_t noutcome;
    struct outcome_result *outcome; /* by status, unanswered last */
};
struct step_result {
    const char *path; /* request/limit/lookups/memcache */
    struct loc at;
    double count;     /* executions a request, mean */
    double mean, p99; /* of one execution, seconds; NAN if it never ran */
    double attempts;  /* tries an execution (1 without retry) */
    double failures;  /* failed executions a request */
};
struct resource_result {
    const char *name;
    double utilisation; /* NAN where there is no limit */
    double queue;       /* mean number waiting */
    double wait, wait_p99;
    double rejected, queue_timeouts; /* counts over the whole measured run */
    double acquisitions;
};
struct deadlock_task {
    const char *task; /* path of the task, with its request's number: "request 2: left" */
    const char *step;
    struct loc at;
    const char *waits_for; /* "a thread of `pool`", "`lock`", "its branches" */
    const char *held_by;   /* "request 1: right" or a list; "" if nobody holds it */
};
struct deadlock_result {
    double time;
    uint32_t n;     /* tasks told (a cycle first); at most 12 */
    uint32_t total; /* tasks that can never move again */
    struct deadlock_task *task;
    uint32_t ncycle;    /* the first ncycle tasks form a wait-for cycle */
    const char *advice; /* one sentence, or NULL */
};
struct warning_result {
    const char *id, *text;
};
enum run_stop {
    STOP_REQUESTS,
    STOP_PRECISION,
    STOP_MAX,
    STOP_DEADLOCK,
    STOP_UNSTABLE,
    STOP_INTERRUPT,
    STOP_ERROR
};
extern const char *const run_stop_name[]; /* "requests" "precision" "max-requests" ... */

struct exec_result {
    const char *name, *kind; /* kind: serial threads coroutine hybrid */
    const char *summary;     /* "pool 16, spawn 60us": the row's numbers, "" if none */
    const char *method;      /* "simulated" */
    bool complete;           /* false: interrupted or stopped by an error */
    enum run_stop stopped;
    uint64_t requests;       /* measured */
    uint64_t warmup;         /* deleted at the start, over all replications */
    uint32_t replications;   /* 0: independent requests */
    struct class_result all; /* name "all" */
    uint32_t nclass;
    struct class_result *cls;
    double work, span; /* per request: sum of all durations; longest path without contention */
    double makespan;   /* of a backlog; else NAN */
    uint32_t nstep;
    struct step_result *step;
    uint32_t nresource;
    struct resource_result *resource;
    struct {
        double mean, peak;
    } threads, tasks, memory;
    const char *unstable; /* the resource that saturates, or NULL */
    double unstable_utilisation;
    struct deadlock_result *deadlock; /* or NULL */
    const char *error;                /* a run-time error of the model (E-run), already in diags */
    uint32_t nwarning;
    struct warning_result *warning;
    uint64_t events; /* moves made, for benchmarks */
};
struct speedup_result {
    uint32_t of, over;        /* indices of executions */
    struct interval ratio;    /* mean(over) / mean(of) on the same draws */
    double work_span, amdahl; /* bounds on it; NAN if not known */
    double faster;            /* share of requests in which `of` was faster; NAN if not paired */
};
struct run_result {
    struct arena *mem;
    const char *version, *command; /* command line less --jobs and -o */
    uint64_t seed;
    const char *model_name, *model_doc, *model_file, *digest;
    const char *assumed_load, *assumed_cores, *assumed_gil; /* phrases for the header and footer */
    const char *assumed_costs;
    double precision_mean, precision_p99; /* asked for; 0 if a number of requests was asked for */
    uint64_t max_requests;
    uint32_t nexec;
    struct exec_result *exec;
    uint32_t nspeedup;
    struct speedup_result *speedup; /* every execution over the first one that has a result */
    bool no_load;                   /* requests one by one in an idle system */
};

#endif
