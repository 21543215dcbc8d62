/* SPDX-License-Identifier: GPL-3.0-or-later */
/* section.h - an execution's estimates section by section, for comparisons with other runs on the
 * same draws (experiment_opt.sections).
 *
 * One by one, request i is of section i mod SECTIONS: sections of two runs pair up whatever numbers
 * of requests the runs took.  Under load a section is a replication. */
#ifndef RUN_SECTION_H
#define RUN_SECTION_H
#include "run/tally.h"

enum { SECTIONS = 32 };

/* Mean and quantiles of n parts; l is of all of them together. */
struct section_result *section_make(struct arena *a, const struct latency_result *l,
                                    const struct part *p, uint32_t n);
/* Into e, whose requests and latencies are there: n latencies by ordinal, sums of durations (ns).
 */
void section_alone(struct exec_result *e, struct arena *a, const int64_t *latency, uint64_t n,
                   const double *duration);

#endif
