/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical.h - from walked paths (path.h) to results: how often a step is on the critical path, how
 * much of it is the step's, and what the step is worth.
 *
 * The *gain* of a step is d mean latency / d ln(its own durations): the mean of its own time on the
 * path (infinitesimal perturbation analysis, Ho and Cao 1991).  That holds where latency follows
 * the durations without a jump; a timeout, the first of several, or two that wait for one thing
 * make it jump, and then there is no gain by the walk.  The p99's is the mean of the same over
 * requests near the p99 (Hong 2009), which here are those between the 98.5th and the 99.5th
 * percentile. */
#ifndef RUN_CRITICAL_H
#define RUN_CRITICAL_H
#include "core/result.h"
#include "run/path.h"
#include "run/tally.h"

/* Does latency follow the durations without a jump, as far as the program alone can say?  What it
 * cannot say is whether anything ever had to wait: see critical_uncontended(). */
bool critical_smooth(const struct prog *p);
/* Nothing waited for anything but durations, in all that was simulated. */
bool critical_uncontended(const struct prog *p, const struct total *t);
/* The rows of e's steps, and e->critical; smooth: with gains.  sure: nothing was drawn.  typical:
 * the numbers of the median and of the p99 request, if any was walked. */
void critical_report(const struct path_account *a, const struct prog *p, bool smooth, bool sure,
                     struct arena *mem, struct exec_result *e, uint64_t typical[2]);

/* For Amdahl's law, of one request in an idle system where nothing waits: the work that its
 * response needs (mean, seconds), the part that can overlap with nothing else (all else comes
 * before it or after it, however it is run), and how much goes on at once at most.  needed 0: not
 * known. */
struct amdahl {
    double needed, serial;
    uint32_t wide;
};
struct amdahl critical_amdahl(const struct path_account *a, const struct prog *p, bool smooth);

#endif
