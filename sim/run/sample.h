/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.h - requests of a model, as many as asked for and then more: for who decides while
 * looking.
 *
 * Request i is the same whatever number of them is asked for, so a longer sample begins with the
 * shorter one; of several executions the i-th requests share their draws.  Without load, requests
 * are independent, and kept in their order.  Under load, independent replications, what comes
 * before their warm-up left out.  In both cases a sample consists of parts, independent of each
 * other, that estimate whatever can be said of a run. */
#ifndef RUN_SAMPLE_H
#define RUN_SAMPLE_H
#include "run/experiment.h"
#include "core/prog.h"

struct sample_part {
    uint64_t n;
    const int64_t *latency; /* ns, by request */
    const int32_t *status;  /* 0: never answered */
    const uint32_t *cls;    /* NULL: all of class 0 */
    uint64_t answered;
    double seconds;  /* in which so many were answered */
    double makespan; /* seconds; NAN if the load has no end */
    /* Only the accounts in it: resources, steps, threads, tasks, memory. */
    const struct exec_result *accounts;
};
enum sample_end {
    SAMPLE_WELL,
    SAMPLE_UNSTABLE, /* the load cannot be carried */
    SAMPLE_FAILED,   /* result->deadlock or result->error */
    SAMPLE_STOPPED   /* from outside */
};
struct sample {
    const struct prog *p;
    bool alone; /* one request at a time: those of `all` are independent */
    bool sure;  /* nothing is drawn: all requests are known */
    enum sample_end end;
    const struct exec_result *result; /* of a bad end */
    struct sample_part all;
    uint32_t npart;
    struct sample_part *part;
};
struct sampler;
/* Of o: seed, jobs, trace_requests (so many have critical paths), stop, progress.  NULL: errors in
 * d. */
struct sampler *sampler_new(const struct model *m, const struct execution *const *exec,
                            uint32_t nexec, const struct experiment_opt *o, struct arena *a,
                            struct diags *d);
void sampler_free(struct sampler *s);
/* All executions on to `total` requests (or a few more).  False: some came to a bad end. */
bool sampler_run(struct sampler *s, uint64_t total);
/* Critical paths are not needed of those to come. */
void sampler_untrace(struct sampler *s);
/* Good until the next run. */
const struct sample *sampler_get(const struct sampler *s, uint32_t exec);

#endif
