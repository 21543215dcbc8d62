/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.h - from a plan to verdicts.
 *
 * Claims that share model, execution and number of requests are decided in one exploration: the
 * explorer looks for its faults in any case, claims in logic watch it together.  Claims in numbers
 * that share model and execution are judged on one simulation (check/require), and so are those
 * that hold it against recorded traces, by who can read them (struct judge_traces).
 *
 * Where a load has several classes of requests, every combination of them is explored. */
#ifndef CHECK_JUDGE_H
#define CHECK_JUDGE_H
#include "check/plan.h"
#include "core/check_result.h"
#include <stdatomic.h>

struct compare_result;
struct measured;
struct run_result;
/* `agrees`, which takes a floor that this one does not see. */
struct judge_traces {
    /* The requests recorded under an execution, in numbers; NULL: errors in d.  store: the path of
     * what the claim names. */
    struct measured *(*measure)(const struct spec_agrees *s, const char *store,
                                const char *execution, struct arena *a, struct diags *d);
    /* A run of one execution against them: one part. */
    struct compare_result *(*compare)(const struct run_result *r, struct measured *m,
                                      const struct spec_agrees *s, struct arena *a);
};
/* Greatest max_count: counts from 0 on are answers, of which moves.h has room for MOVE_VALUES. */
enum { JUDGE_MAX_COUNT = 60 };
struct judge_opt {
    uint64_t seed;
    uint32_t jobs;
    uint32_t max_count;
    uint64_t max_states; /* of one exploration; 0: no limit but memory */
    size_t max_bytes;
    bool no_reductions;
    uint64_t max_requests; /* simulated for one claim in numbers */
    double half_width;     /* of the indifference zone of `P(...) >= p`; 0: by default */
    bool strict;           /* vacuous claims fail */
    const struct judge_traces *traces; /* needed where a claim says `agrees` */
    const atomic_bool *stop;           /* may be NULL: give up, and say what is not known */
    /* Called now and then: the unit being decided, of how many.  May be NULL. */
    void (*progress)(void *ctx, uint32_t unit, uint32_t of);
    void *ctx;
};
struct judge_opt judge_defaults(void);
/* NULL: errors in d.  version and command are left to the caller. */
struct check_result *judge_run(const struct plan *p, const struct judge_opt *o, struct arena *a,
                               struct diags *d);

#endif
