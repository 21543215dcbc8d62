/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure.h - the quantities of a limit, measured on samples of requests.
 *
 * A limit may speak of several executions (speedup); their samples are in one sampler, the first
 * of them being the one that the claim is judged under.  Values are in base units: ns, 1/s, bytes.
 * A request that was never answered has no latency: it is no part of mean, sd and max, and longer
 * than any other in percentiles. */
#ifndef CHECK_MEASURE_H
#define CHECK_MEASURE_H
#include "check/baseline.h"
#include "model/limit.h"
#include "run/sample.h"

enum { MEASURE_EXECS = 64 };
struct measure {
    const struct model *model;
    const struct sampler *sampler;
    uint32_t nexec;
    const struct execution *exec[MEASURE_EXECS];
    const struct baseline *baseline; /* or NULL */
    struct arena *a;
    struct diags *d;
};
/* Adds the executions that n names, after the claim's own; false: too many. */
bool measure_needs(struct measure *m, const struct limit_node *n);
/* Is what n asks of the baseline there?  False: errors in d. */
bool measure_check(const struct measure *m, const struct limit_node *n);
/* Does n speak of critical paths, for which requests have to be traced? */
bool measure_traces(const struct limit_node *n);
/* Is its value known without measuring?  (The baseline's numbers are.) */
bool measure_constant(const struct limit_node *n);
enum { MEASURE_ALL = -1 };
/* Its value on one part, or on all; NAN: there is none (no such request; no gain). */
double measure_value(const struct measure *m, const struct limit_node *n, int part);
/* The latencies of those of a part that fit (and the place of the first of those unanswered, which
 * come last, as INT64_MAX): sorted, malloc'ed. */
int64_t *measure_latencies(const struct sample_part *p, const struct limit_filter *f, uint64_t *n);
/* Of how many (that fit) does a share speak, and for how many is it so? */
void measure_share(const struct limit_node *n, const struct sample_part *p, uint64_t *k,
                   uint64_t *of);
bool measure_trial(const struct limit_node *n, int64_t latency, int32_t status, uint32_t cls);

#endif
