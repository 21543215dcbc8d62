/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment_impl.h - what the parts of an experiment share: experiment.c (the whole, comparisons,
 * warnings), alone.c (requests one by one), steady.c and steady_result.c (under load), assume.c
 * (phrases).  Nobody else's. */
#ifndef RUN_EXPERIMENT_IMPL_H
#define RUN_EXPERIMENT_IMPL_H
#include "run/change.h"
#include "run/critical.h"
#include "run/experiment.h"
#include "run/jobs.h"
#include "run/tally.h"

enum { KEEP = 1000000 }; /* exact values up to so many requests */

/* One execution's run. */
struct trial {
    const struct prog *p;
    const struct experiment_opt *o;
    struct arena *mem;
    struct diags *d;
    struct exec_result *e;
    /* For comparisons: one by one, latencies by ordinal; under load, means by replication. */
    uint64_t npair;
    int64_t *latency;
    double *mean;
    double *rate;                    /* under load: responses a second, by replication */
    double *above[CHANGE_QUANTILES]; /* ... and what else change.h wants to know */
    struct pool all;
    bool keep;           /* these are wanted */
    const double *scale; /* of the steps' durations, by mark; NULL: as they are */
    struct amdahl amdahl;
    uint64_t typical[2]; /* the median and the p99 request: replication, number in it */
    bool sure;           /* nothing is drawn */
    struct lock *lock;   /* of what follows, and of sums that do not mind the order */
    struct experiment_progress progress;
};
void trial_progress(struct trial *t, uint64_t more); /* the caller holds no lock */
void trial_looked(struct trial *t, uint64_t target); /* e->all.latency is of now */
bool trial_precise(const struct trial *t);
/* How many requests it may take, n having been looked at; at least 1.5 n. */
uint64_t trial_need(const struct trial *t, uint64_t n);
bool trial_stopped(const struct trial *t);
/* s ended with a deadlock or an error: into the result. */
void trial_failed(struct trial *t, const struct sim *s, enum sim_end end);
/* warn.c */
void trial_warn(struct trial *t, const char *id, const char *text); /* the same twice: once */
void warn_all(struct trial *t); /* after its run, but for what only a steady run knows */
struct interval interval_none(void);

/* What was asked for, of a program that compiled; then its warnings. */
void trial_run(struct trial *t);
void trial_free(struct trial *t);
struct change_side trial_side(const struct trial *t); /* a view: the trial's own arrays */

/* shape.c: into the result what the options ask for; p: of all requests, by replication. */
void shape_cdf(struct trial *t, const struct pool *all);
void shape_exceed(struct trial *t, const struct part *p, uint32_t n, const struct pool *all);
enum { TYPICAL_BITS = 40 }; /* of a number in trial.typical; above them, the replication */
/* timeline.c: the median and the p99 request into the result. */
void timeline_typical(struct trial *t);
void timeline_first(struct trial *t); /* opt.traced of them */
/* halve.c: into the result.  False: stopped from outside before it was done. */
bool halve_run(struct trial *t);
/* what_if.c: compiled with the rest, run after it; the trials of the base are in order of r->exec.
 * False: some changed model does not compile (errors in the diags). */
struct what_if;
struct what_if *what_if_new(const struct trial *base, uint32_t nexec);
bool what_if_ok(const struct what_if *w);
void what_if_run(struct what_if *w, struct run_result *r);
void what_if_free(struct what_if *w);

void alone_run(struct trial *t);
void steady_run(struct trial *t);
void measured_run(struct trial *t); /* opt.world's, or opt.once */

/* assume.c: phrases about a program, in arena a. */
const char *assume_summary(struct arena *a, const struct prog *p);
const char *assume_load(struct arena *a, const struct prog *p);
const char *assume_cores(struct arena *a, const struct prog *p);
const char *assume_gil(struct arena *a, const struct prog *p);
const char *assume_costs(struct arena *a, const struct prog *p);
bool assume_sure(const struct prog *p); /* nothing is drawn: any two runs are one */

#endif
