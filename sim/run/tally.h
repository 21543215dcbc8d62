/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.h - from records and accounts to estimates: what experiments are made of.
 *
 *   tally   moments (and, beyond what is kept, a histogram) by class and outcome
 *   part    the latencies of some requests, one by one or binned
 *   total   accounts of resources, threads and steps, added up over simulations
 *
 * Nothing here runs a simulation, and all sums are made in the order of the calls. */
#ifndef RUN_TALLY_H
#define RUN_TALLY_H
#include "core/result.h"
#include "run/sim.h"

#define CONFIDENCE 0.95
#define SECOND     1e9

struct cell {
    uint32_t cls;
    int32_t status;
    struct moments latency, duration; /* ns */
    struct hist *hist;                /* of latencies; NULL if not binned */
};
struct tally {
    struct cell *cell; /* in the order met */
    uint32_t n, cap;
    bool binned;
};
void tally_add(struct tally *t, uint32_t cls, int32_t status, int64_t latency, int64_t duration);
void tally_merge(struct tally *into, const struct tally *from);
void tally_free(struct tally *t);

/* Which requests are meant. */
struct pick {
    bool every_class, every_status;
    uint32_t cls;
    int32_t status;
};
bool pick_fits(const struct pick *p, uint32_t cls, int32_t status);
struct moments tally_latency(const struct tally *t, const struct pick *p);
struct moments tally_duration(const struct tally *t, const struct pick *p);
uint64_t tally_responses(const struct tally *t, const struct pick *p); /* answered ones */
struct hist *tally_hist(const struct tally *t, const struct pick *p);  /* new; of a binned tally */
/* The outcomes of class cls (or of all) in the order results list them; returns how many. */
uint32_t tally_outcomes(const struct tally *t, const struct pick *p, int32_t *status,
                        uint32_t room);

struct part {
    struct moments m;
    const int64_t *v; /* m.n of them, in any order; or */
    struct hist *hist;
    int64_t *own; /* what is freed with it: v, or NULL if v is somebody else's */
};
void part_free(struct part *p);
/* All of some parts together: their order statistics. */
struct pool {
    struct moments m;
    struct order *order; /* or */
    struct hist *hist;
};
struct pool pool_new(const struct part *p, uint32_t n); /* hist: if any part has one, all must */
void pool_free(struct pool *p);
int64_t pool_at_rank(const struct pool *p, uint64_t rank); /* 1-based; there is such a value */
uint64_t part_above(const struct part *p, int64_t v);      /* how many values are above v */
/* Of independent requests: t interval, order statistics. */
struct latency_result latency_independent(const struct part *p);
/* Of n independent replications of dependent requests: means weigh equally, quantiles are those of
 * all together with the spread of the single ones (sectioning).  sure: nothing was drawn, so there
 * is no error of sampling. */
struct latency_result latency_sections(const struct part *p, uint32_t n, bool sure);
/* stats_mean_skewed() over n values, NAN among them left out. */
struct interval interval_of(const double *x, uint32_t n, bool sure);
double interval_relative(struct interval v); /* half width over value; INFINITY if unknown */

struct step_sum {
    uint64_t count, retries, failures;
    double sum;
};
struct total {
    double time, present_area, thread_area, task_area, memory_area;
    double thread_peak, task_peak, memory_peak;
    uint64_t events, arrivals, finished, traced;
    double work, span;
    uint32_t nrow, nmark;
    struct sim_res_account *row;
    struct step_sum *step;
    struct hist **wait, **duration; /* by row, by mark; NULL where nothing was counted */
};
void total_init(struct total *t, const struct prog *p, bool with_hists);
void total_free(struct total *t);
void total_merge(struct total *into,
                 const struct total *from); /* histograms, where both have them */
/* What happened between two snapshots (from NULL: since the start). */
void total_account(struct total *t, const struct sim_account *from, const struct sim_account *to);
void total_steps(struct total *t, const struct sim *s);
void total_hists(struct total *t, const struct sim *s);
/* Into the result: resources, steps, threads, tasks, memory, work, span. */
void total_report(const struct total *t, const struct prog *p, struct arena *a,
                  struct exec_result *e);

#endif
