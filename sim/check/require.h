/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require.h - claims in numbers, judged on the interval and not on the point.
 *
 * Several limits that share a model and an execution are judged on one sample of requests.  A limit
 * holds if the whole interval of what it estimates is on the right side of it, and fails if the
 * whole is on the wrong side; else the sample is doubled, up to max_requests, and then the limit is
 * undecided.  `error` (5 %) bounds the probability that any of the verdicts of one call is wrong:
 * it is divided evenly among the limits, and each limit's part among the looks, half of it evenly
 * over all of them and half for the last.
 *
 *   P(...), outcome(...)     alone: Sobel and Wald's sequential test (base/sprt.h), with an
 *                            indifference zone of half_width on either side; or the exact binomial
 *                            interval, if that says more; else too near, and undecided
 *   percentiles              alone: the exact binomial interval of the share of requests below the
 *                            limit, which is the order statistics' (no law is assumed)
 *   speedup                  alone: Fieller's interval of paired requests
 *   all under load           replications' values, with their spread
 *   arithmetic, resources,   the same, of independent parts of the sample
 *   critical shares, gains
 *   max, peak_...            what was seen can only refute
 *
 * Where nothing is drawn there is one run, and the verdict is exact.  So it is of latency and
 * outcome alone where all that can be drawn are a few things (exact.h), and of the outcome where it
 * does not hang on who is quicker (chances.h): that takes no sample and no part of the error. */
#ifndef CHECK_REQUIRE_H
#define CHECK_REQUIRE_H
#include "check/baseline.h"
#include "core/check_result.h"
#include "model/limit.h"
#include <stdatomic.h>

struct require_opt {
    uint64_t seed;
    uint32_t jobs;
    uint64_t max_requests;   /* 0: a million */
    double half_width;       /* of the zone of indifference; 0: min(p, 1 - p) / 2 */
    double error;            /* 0: 5 % */
    const atomic_bool *stop; /* may be NULL */
};
struct require_item {
    const struct limit *limit;
    const struct baseline *baseline; /* may be NULL */
    /* out */
    enum verdict verdict; /* VACUOUS: no request was what the limit speaks of */
    struct limit_result result;
    const char *why;  /* one clause; "" if all is said */
    const char *hint; /* or NULL */
};
/* Judges n limits (none of them a worst_case) of the model under x.  False: errors in d.  What is
 * told of the items is in arena a. */
bool require_judge(const struct model *m, const struct execution *x, struct require_item *item,
                   uint32_t n, const struct require_opt *o, struct arena *a, struct diags *d);

#endif
