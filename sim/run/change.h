/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.h - by how much a change changes things: differences of two runs on the same draws, with
 * the intervals of the differences, which are far narrower than those of either run.
 *
 * Without load the i-th requests are a pair; under load the i-th replications are.  Two runs that
 * are alike throughout differ by exactly 0. */
#ifndef RUN_CHANGE_H
#define RUN_CHANGE_H
#include "run/tally.h"

enum { CHANGE_QUANTILES = 2 }; /* p50, p99 */
extern const double change_p[CHANGE_QUANTILES];

/* What is known of a run for this; somebody else's arrays. */
struct change_side {
    uint64_t n;             /* pairs there could be: requests, or replications */
    const int64_t *latency; /* one by one: ns, by ordinal; or NULL, and by replication: */
    const double *mean;     /* s; NAN: no request finished */
    const double *rate;     /* responses a second */
    const double *above[CHANGE_QUANTILES]; /* share of its requests above the quantile of all */
    const struct pool *all;                /* all latencies measured */
};

struct change {
    struct interval mean, q[CHANGE_QUANTILES]; /* s, new less old */
    struct interval rate;                      /* relative; NAN one by one */
};
/* sure: nothing is drawn in either, so there is no error of sampling. */
struct change change_of(const struct change_side *old, const struct change_side *new, bool sure);

#endif
