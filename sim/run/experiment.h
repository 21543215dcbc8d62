/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment.h - a model, simulated under some executions until its results are known well enough.
 *
 * Without load, requests are independent: fixed chunks of them, in rounds.  Under load, independent
 * replications, each run further in every round, their warm-up deleted.  What stops a run is looked
 * at between rounds alone, and nothing depends on the number of jobs: the same model, options and
 * seed give the same result, field by field. */
#ifndef RUN_EXPERIMENT_H
#define RUN_EXPERIMENT_H
#include "core/result.h"
#include "model/model.h"
#include <stdatomic.h>

enum { WARMUP_AUTO = -1 };
struct experiment_progress {
    const char *execution;
    uint32_t index, of;        /* of the executions */
    uint64_t done, target;     /* requests so far, and to the next look */
    struct interval mean, p99; /* as of the last look; NAN before it; seconds */
};
struct experiment_change { /* --what-if: the model as it would be, compared with the model */
    const char *set;
    const struct model *model;
};
struct sim;
/* Who runs an execution for real, in place of simulated time (sim_world.h): requests one after
 * another (load false), or the program's load until n have finished.  Returns how it ended. */
struct experiment_world {
    void *ctx;
    int (*run)(void *ctx, const char *execution, struct sim *s, bool load, uint64_t n);
    const char *runtime; /* whose threads; NULL: native ones */
};
struct experiment_opt {
    uint64_t seed;
    uint32_t jobs;
    uint64_t requests;                    /* measured ones; 0: until precise */
    double precision_mean, precision_p99; /* relative half widths at 95 % */
    uint64_t max_requests;
    uint32_t replications;   /* 0: default */
    int64_t warmup;          /* requests deleted in each replication, or WARMUP_AUTO */
    uint64_t trace_requests; /* step accounts come from so many */
    bool sections;           /* exec_result.section is wanted */
    uint32_t nchange;
    const struct experiment_change *change;
    uint32_t nthreshold; /* shares of requests above these, in seconds */
    const double *threshold;
    bool halve;      /* each step's durations halved in turn: what it is worth */
    bool timelines;  /* of the median and the p99 request of each execution */
    uint32_t traced; /* timelines of so many, the first ones measured */
    bool cdf;        /* points of the distribution function, for charts */
    const struct experiment_world *world; /* NULL: simulated */
    bool once; /* as a world would run it: the first `requests`, from an empty system on */
    const atomic_bool *stop; /* may be NULL */
    /* Called now and then, by any thread but never by two at once.  May be NULL. */
    void (*progress)(void *ctx, const struct experiment_progress *p);
    void *ctx;
};
/* 1 % and 2 %, a million requests, 100,000 traced, one job, seed 1. */
struct experiment_opt experiment_defaults(void);

/* What is wrong with the model under these executions, and in words what is taken for granted of it
 * (r->assumed_..., no_load; in arena a).  Nothing is run.  False: errors in d. */
bool experiment_check(const struct model *m, const struct execution *const *exec, uint32_t nexec,
                      struct run_result *r, struct arena *a, struct diags *d);
/* The executions are compared with the first one.  NULL if the model cannot be compiled (errors in
 * d).  Errors that a model shows only when it runs are in d and in the result.  version, command
 * and digest are left to the caller. */
struct run_result *experiment_run(const struct model *m, const struct execution *const *exec,
                                  uint32_t nexec, const struct experiment_opt *o, struct arena *a,
                                  struct diags *d);

#endif
