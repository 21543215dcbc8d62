/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h - measured against simulated.
 *
 * compare_measure.c makes numbers of recorded requests, compare.c judges a run against them.  A
 * request's latency is the time to its span `respond`, where it has one, else to its end.  Where
 * latencies depend on those before (lag-1 correlation above 0.1), intervals come from batches. */
#ifndef FIT_COMPARE_H
#define FIT_COMPARE_H
#include "core/compare_result.h"
#include "fit/forest.h"
#include "model/spec.h"

/* Which span has a step's time, where the names differ. */
struct compare_name {
    const char *step, *span;
};
struct measured_step {
    const char *name;
    uint64_t n;
    struct interval mean, mean90; /* seconds */
    double per_request, share;
};
struct measured {
    const char *label;
    uint32_t n, busiest;
    double *x; /* latencies in the order of arrival, seconds */
    double *sorted;
    double lag1;
    bool dependent;
    double rate;        /* answers a second; NAN */
    double width, work; /* the most steps at once in a request; their time a request */
    uint32_t nstep;
    struct measured_step *step; /* operations with spans of no parts */
};
struct measured *compare_measure(struct forest *f, const struct compare_name *names, uint32_t nname,
                                 struct arena *mem);
/* A confidence interval of the mean (p NAN) or of the quantile p. */
struct interval measured_value(const struct measured *m, double p, double confidence);

#define COMPARE_Z95 1.9599639845400545
extern const double compare_point[4]; /* what values are of: NAN, the mean; 0.5, 0.95, 0.99 */

struct compare_busy {
    double loop, cores; /* shares of the time that they computed; NAN: not known */
    const char *stalls; /* when the machine stood still meanwhile, in words; or NULL */
};
struct compare_side { /* latencies in the order of arrival, seconds; x NULL: none */
    const double *x;
    uint32_t n;
    double rate; /* answers a second; NAN */
};
struct compare_opt {
    double margin[WITHIN_COUNT];
    const char
        *root; /* the span of the requests; if a class is called so, it is compared; or NULL */
    /* Of each part, what a simulation says of the very requests that were measured, or NULL.  One
     * by one (in_turn false) both sides have equally many, in each part; under load a run may end
     * with a few others. */
    const struct compare_side *predicted;
    bool in_turn;                    /* requests meet each other */
    const struct run_result *pairs;  /* that simulation; executions as in the one that is judged */
    const struct run_result *live;   /* what executed them; executions by name; or NULL */
    const struct compare_busy *busy; /* of each part, or NULL */
};
struct compare_opt compare_defaults(void);
/* ms[i] against r's execution exec[i]. */
struct compare_result *compare_judge(const struct run_result *r, const uint32_t *exec,
                                     struct measured *const *ms, uint32_t n,
                                     const struct compare_opt *o, struct arena *mem);
/* ---- for tests ---- */
/* Judges model against measured; both intervals at 95 %, n requests were measured. */
struct compare_value compare_ratio(const char *name, struct interval measured,
                                   struct interval predicted, double margin, uint64_t n);
/* Karp and Flatt (1990): e = (1/S - 1/N) / (1 - 1/N). */
double karp_flatt(double speedup, double n);

#endif
