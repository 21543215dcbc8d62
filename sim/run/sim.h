/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.h - the simulator: one replication of one program, driven by time.
 *
 * Owns what step.h leaves to a driver: the clock (integer ns), the draws (functions of their key),
 * the order (time, then completions, releases, timeouts, arrivals, starts and grants, then sequence
 * number), cores and GIL (cpu.h), arrivals, and the accounts.  One struct sim is one thread's; many
 * may share a prog.  Same prog, options and seed: same records, whoever runs it. */
#ifndef RUN_SIM_H
#define RUN_SIM_H
#include "core/prog.h"
#include <stdatomic.h>

/* Who says what is drawn, instead of the dice: for trying values one after the other. */
struct sim;
struct sim_oracle {
    void *ctx;
    /* A value of expression expr of prog.x; words: the task's variables. */
    double (*value)(void *ctx, const struct sim *s, uint32_t expr, const double *words);
    /* One of n, from 0; weight: what they are likely in proportion to (NULL: all alike). */
    uint32_t (*pick)(void *ctx, const double *weight, uint32_t n);
    /* NULL, or: what comes next of n things of the same instant, 0 being what the tie rule says.
     * What follows from one may be through before the next comes, as if that came later. */
    uint32_t (*order)(void *ctx, uint32_t n);
};
/* Who wants to hear what requests draw. */
struct sim_request { /* which one: the key of its draws */
    uint32_t cls, client;
    uint64_t ordinal;
};
struct sim_ear {
    void *ctx;
    void (*arrived)(void *ctx, struct sim_request r, int64_t now);
    /* A duration in ns, a count, a condition, an arm; well: of a call. */
    void (*drawn)(void *ctx, const struct sim *s, uint32_t task, uint32_t pc, double value,
                  bool well);
    /* One that may end what waits, ns from now (of a step, a queue, a batch); may be NULL. */
    void (*timeout)(void *ctx, int64_t ns);
};
struct sim_opt {
    uint64_t seed;
    uint32_t replication;    /* part of every draw's key */
    uint64_t max_events;     /* SIM_STOPPED after so many; 0: no such limit */
    uint32_t max_tasks;      /* of an open load: SIM_OVERLOAD beyond; 0: SIM_MAX_PRESENT */
    uint64_t trace_requests; /* step accounts, work and span: for the first so many requests */
    uint64_t trace_first;    /* from this one on, in the order of arrival */
    uint64_t account_after;  /* the laws of waits begin when so many requests have finished */
    bool trace_full;         /* all that they do (timeline.h) */
    const atomic_bool *stop; /* set from outside: give up soon; may be NULL */
    /* By mark: what the step's own durations (latency, cpu, host_cpu, a pause) are multiplied by
     * once drawn, all other draws being as they were.  NULL: nothing is. */
    const double *scale;
    bool stepwise;                   /* never by the faster way (flow.h): for comparisons */
    const struct sim_oracle *oracle; /* NULL: the dice */
    const struct sim_ear *ear;       /* may be NULL; only with stepwise */
    bool patient;                    /* no timeout ever comes; only with stepwise */
};
struct sim *sim_new(const struct prog *p, const struct sim_opt *o);
void sim_free(struct sim *s);

/* One finished request, in the order they finished. */
struct record {
    int64_t arrival;  /* ns since the start (one by one: 0) */
    int64_t latency;  /* arrival to respond; of an unanswered one to its end */
    int64_t duration; /* arrival to its end */
    int32_t status;   /* 0: unanswered */
    uint32_t cls;
    uint64_t ordinal; /* one by one: which request it was */
};
enum sim_end {
    SIM_MORE,     /* as many records as asked for; could go on */
    SIM_DRAINED,  /* nothing is left to happen: a backlog or a replay is through */
    SIM_DEADLOCK, /* some tasks can never move again: sim_deadlock() tells */
    SIM_ERROR,    /* sim_error() tells: an expression had no value */
    SIM_STOPPED,  /* opt.stop was set */
    SIM_OVERLOAD  /* more requests in the system than SIM_MAX_PRESENT, or tasks than max_tasks */
};
enum { SIM_MAX_PRESENT = 1000000 };
/* Without load: requests first .. first+n-1, each alone in an idle system, of every class (there is
 * one).  The clock starts at 0 for each; the order of calls does not matter to the records. */
enum sim_end sim_run_alone(struct sim *s, uint64_t first, uint64_t n);
/* The same of one class of a load (opt.stepwise): nobody else comes, nor does its client again. */
enum sim_end sim_run_class(struct sim *s, uint32_t cls, uint64_t first, uint64_t n);
/* Under load: go on until n more requests have finished. */
enum sim_end sim_run_load(struct sim *s, uint64_t n);

/* How many requests have ended at this very instant whose clients ask again at once. */
uint64_t sim_spin(const struct sim *s);
/* Times from now to the timeouts that are pending, into out: the first n of them. */
uint32_t sim_timeouts(const struct sim *s, int64_t *out, uint32_t n);
/* The records since the last sim_take(); the array is the sim's and good until the next run. */
const struct record *sim_records(const struct sim *s, uint64_t *n);
void sim_take(struct sim *s);

/* Accounts since the start; all grow with time, so that two snapshots differ by what was between
 * (but for the peaks).  Areas are integrals over time, in ns times units. */
struct sim_res_account {
    uint64_t acquisitions, rejected, queue_timeouts;
    double busy_area, queue_area, wait_sum; /* wait_sum: ns over all acquisitions */
};
struct sim_account {
    int64_t time; /* ns simulated (one by one: the sum of the runs) */
    uint64_t events, arrivals, finished, present;
    uint64_t tasks;      /* that exist now, of whatever request */
    double present_area; /* integral of the number of requests in the system */
    double thread_area, task_area, memory_area;
    double thread_peak, task_peak, memory_peak;
    uint32_t nrow;
    struct sim_res_account *row; /* by sim_row_name() */
};
/* Rows: services with a capacity, resources, pool, server, limit (prog.res), then cores, gil, loop.
 */
uint32_t sim_rows(const struct prog *p);
const char *sim_row_name(const struct prog *p, uint32_t row);
double sim_row_capacity(const struct prog *p, uint32_t row); /* over all workers; INFINITY: none */
/* out->row must have room for sim_rows(p). */
void sim_snapshot(const struct sim *s, struct sim_account *out);
const struct hist *sim_wait_hist(const struct sim *s, uint32_t row); /* of waits in ns */

/* Accounts of the traced requests. */
struct sim_step_account {
    uint64_t count, retries, failures;
    struct hist *duration; /* ns; NULL if it never ran */
    double sum;
};
uint64_t sim_traced(const struct sim *s); /* requests traced and finished */
const struct sim_step_account *sim_step(const struct sim *s, uint32_t mark); /* index: prog.mark */
struct path_account;
/* Critical paths of the traced requests that have responded (path.h); NULL: none are traced. */
const struct path_account *sim_paths(const struct sim *s);
void sim_work_span(const struct sim *s, double *work, double *span); /* sums, ns */

/* After SIM_DEADLOCK: filled into arena a. */
struct deadlock_result;
struct deadlock_result *sim_deadlock(const struct sim *s, struct arena *a, const struct diags *d);
/* After SIM_ERROR: where and why. */
const char *sim_error(const struct sim *s, struct loc *at);

#endif
