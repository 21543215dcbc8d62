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
    /* Of the requests whose critical path was walked (exec_result.walked); NAN: not walked. */
    double critical_probability, critical_share;
    double critical_share_p99; /* share of the critical time of the requests near p99 */
    struct interval gain;      /* d mean latency / d ln(the step's own durations), seconds */
    struct interval gain_p99;  /* d p99 / d ln(...) */
    const char *gain_by;       /* "walk" or "rerun"; NULL if there is none */
    double slack;              /* mean, seconds, where nothing is contended; else NAN */
};
/* What takes time on critical paths and is no step: a queue, the pool, the loop, a cost. */
enum critical_kind {
    CRITICAL_QUEUE,  /* waits for a resource or a service's capacity: name is its name */
    CRITICAL_THREAD, /* waits for a thread: name is the pool */
    CRITICAL_CORE,   /* waits for a core */
    CRITICAL_GIL,
    CRITICAL_LOOP, /* ready, and the loop is busy with others */
    CRITICAL_COST, /* spawn, switch, task, resume, wake, hop, handoff: name says which */
    CRITICAL_OTHER
};
struct critical_result {
    enum critical_kind kind;
    const char *name;
    double probability, share, share_p99; /* as of steps; all shares sum to 1 */
};
/* A step's durations halved, everything else as it was, on the same draws. */
struct halved_result {
    uint32_t step;                                       /* index of exec_result.step */
    struct interval mean_change, p50_change, p99_change; /* seconds, new less old */
    uint32_t takes_over;       /* the step whose critical share grows most; NONE (UINT32_MAX) */
    double share, takes_share; /* its own critical share then; that of the one that takes over */
};
/* A request in detail: what its tasks did.  For the Gantt chart and for traces. */
enum timeline_kind {
    TIMELINE_STEP,  /* a step from enter to leave: what other spans are parts of */
    TIMELINE_WORK,  /* waits for a call's latency, or a pause */
    TIMELINE_CPU,   /* computes, for the step or for a cost (name says which) */
    TIMELINE_QUEUE, /* waits for a resource, a thread, a core, the GIL, the loop: name */
    TIMELINE_JOIN   /* waits for tasks */
};
struct timeline_span {
    enum timeline_kind kind;
    uint32_t lane;   /* which task of the request, from 0 (the root), in order of their begin */
    uint32_t parent; /* index of the span it is a part of, or that began its task; NONE */
    uint32_t step;   /* index of exec_result.step, or NONE */
    const char *name;
    double start, end; /* seconds since the arrival; end may lie after the response */
    bool failed, cancelled;
};
struct timeline_segment { /* of the critical path, in order of time, without gaps */
    double start, end;
    uint32_t span; /* index of the span whose time it is, or NONE */
    const char *name;
};
struct timeline_result {
    const char *which; /* "median", "p99", or "request 17" */
    uint64_t ordinal;
    const char *cls;
    int32_t status;
    double arrival; /* seconds since the run began; one by one: 0 */
    double latency, duration;
    uint32_t nlane, nspan, nsegment;
    const char **lane; /* path of each task */
    struct timeline_span *span;
    struct timeline_segment *segment;
};
struct exceed_result { /* --threshold */
    double t;
    struct interval share; /* of requests with a latency above t */
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
/* The steps as their author wrote them, as a tree for drawing: a body holds steps in order, a step
 * the bodies that belong to it.  Parents come before their children. */
enum outline_kind {
    OUTLINE_CLASS,  /* the body of a class of requests; no parent */
    OUTLINE_STEP,   /* in a body */
    OUTLINE_INSIDE, /* a body that its step runs in place: seq, use, run, repeat, offload */
    OUTLINE_BRANCH, /* at once with its siblings, and waited for: parallel, each */
    OUTLINE_CHOICE, /* one of these: if, choose */
    OUTLINE_TASK,   /* goes on by itself: spawn, detach */
    OUTLINE_LATER,  /* as_completed */
    OUTLINE_CATCH   /* if the step fails */
};
struct outline_node {
    enum outline_kind kind;
    uint32_t parent;  /* index; NONE (UINT32_MAX) of a class */
    uint32_t step;    /* of a step: index of exec_result.step of each execution; else NONE */
    const char *name; /* of a step its own; of a body "then", "geo", "catch timeout"; "" if none */
    const char *verb; /* of a step: "call" */
    const char *text; /* of a step: its condition, count or duration as written; or NULL */
};
/* The same estimates of a part of the requests, for paired comparisons with other runs on the same
 * draws; NAN where there is none. */
struct section_result {
    double mean, q[QUANTILE_COUNT], throughput, makespan;
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

/* In the place of a resource that saturates: more requests are present than there is room for, and
 * none is seen to saturate.  Their number grows, or so many belong there: that is not known. */
#define UNSTABLE_CROWD "requests present"
bool result_crowd(const char *unstable); /* NULL: no */
struct exec_result {
    const char *name, *kind; /* kind: serial threads coroutine hybrid */
    const char *summary;     /* "pool 16, spawn 60us": the row's numbers, "" if none */
    const char *method;      /* "simulated"; "live": executed for real */
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
    const char *unstable; /* the resource that saturates, or UNSTABLE_CROWD; or NULL */
    double unstable_utilisation;
    uint64_t unstable_present;        /* requests in the end, of a replication */
    struct deadlock_result *deadlock; /* or NULL */
    const char *error;                /* a run-time error of the model (E-run), already in diags */
    uint32_t nwarning;
    struct warning_result *warning;
    uint64_t events; /* moves made, for benchmarks */
    uint64_t walked; /* requests whose critical path was walked */
    uint32_t ncritical;
    struct critical_result *critical;
    uint32_t nhalved; /* --gain: by the fall of the mean, greatest first */
    struct halved_result *halved;
    uint32_t nexceed;
    struct exceed_result *exceed;
    uint32_t nsection; /* where they were asked for */
    struct section_result *section;
    uint32_t ntimeline; /* of a report that draws them, and --trace */
    struct timeline_result *timeline;
    uint32_t ntraced; /* --trace-requests: the first ones measured */
    struct timeline_result *traced;
    uint32_t ncdf; /* points of the distribution function of latency, for charts */
    struct cdf_point {
        double p, t;
    } * cdf;
};
struct speedup_result {
    uint32_t of, over;        /* indices of executions */
    struct interval ratio;    /* mean(over) / mean(of) on the same draws */
    double work_span, amdahl; /* bounds on it; NAN if not known */
    double faster;            /* share of requests in which `of` was faster; NAN if not paired */
};
struct what_if_result {
    const char *set; /* "cache_hit=0.3" */
    uint32_t exec;
    struct interval mean_change, p50_change, p99_change; /* seconds, new less old, same draws */
    struct interval throughput_change;                   /* relative; NAN where it is not one */
    struct latency_result latency;                       /* with the change */
    const char *unstable; /* the resource that saturates then, or NULL */
    double unstable_utilisation;
    bool deadlock, complete;
    const char *error; /* a run-time error of the changed model, or NULL */
    /* The resource that is busiest then, if it is a bottleneck that it was not before; or NULL. */
    const char *resource;
    double utilisation_was, utilisation, wait; /* wait: mean, over all acquisitions */
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
    uint32_t noutline;
    struct outline_node *outline;
    uint32_t nwhat_if;
    struct what_if_result *what_if; /* by change, then by execution */
    bool interrupted;               /* what-ifs or gains are missing that were asked for */
};

/* Was it executed for real? */
bool result_is_live(const struct run_result *r);

#endif
