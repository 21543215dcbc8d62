/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exact.h - the law of latency and outcome of one request alone in an idle system, by going through
 * all that can be drawn: each run of the simulator with the probability of its draws.
 *
 * That is possible where all draws have a few values: choices, errors, conditions, counts, mixes of
 * constants.  Runs that are all but impossible (loops that go on and on) are left over, and their
 * probability is told.  (Of the outcome alone chances.h may know more.) */
#ifndef CHECK_EXACT_H
#define CHECK_EXACT_H
#include "core/prog.h"
#include "model/limit.h"
#include <stdatomic.h>

struct exact_case {
    int64_t latency; /* ns */
    int32_t status;  /* 0: never answered */
    double p;
};
struct exact {
    uint32_t n;
    struct exact_case *of; /* by latency; those that were never answered come last */
    double left;           /* probability of what was left over */
    uint64_t runs;
};
struct exact_opt {
    uint64_t max_runs; /* 0: 100,000 */
    const atomic_bool *stop;
};
/* False: it cannot be had, or takes too many runs. */
bool exact_run(const struct prog *p, const struct exact_opt *o, struct exact *e);
void exact_free(struct exact *e);
/* The values of an expression, and their probabilities.  False: it has too many. */
bool exact_values(const struct xprog *x, uint32_t expr, const double *words,
                  struct dist_atoms *out);
/* Does the outcome of a request count for the quantity (of the outcome alone)? */
bool exact_counts(const struct limit_node *n, int32_t status);
/* Can a quantity be had of latency and outcome alone; of the outcome alone? */
bool exact_metric(const struct limit_node *n);
bool exact_of_outcome(const struct limit_node *n);
/* A quantity: [lo, hi] for what was left over.  False: it has no value, or the rest may be
 * anything. */
bool exact_value(const struct exact *e, const struct limit_node *n, double *lo, double *hi);

#endif
