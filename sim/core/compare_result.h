/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_result.h - all that a report may know of a model held against recorded traces.  Plain
 * data; times in seconds; what is not known is NAN. */
#ifndef CORE_COMPARE_RESULT_H
#define CORE_COMPARE_RESULT_H
#include "core/result.h"

/* By equivalence: the 90 % interval of model / measured lies within the margin (two one-sided tests
 * at 5 %), or all of it beyond (Holm over what is compared), or it straddles the margin. */
enum agreement { AGREES, DISAGREES, UNDECIDED };
extern const char *const agreement_name[]; /* "agree" "disagree" "undecided" */

struct compare_value {
    const char *name;                    /* "mean", "p95", "throughput" */
    struct interval measured, predicted; /* 95 % */
    double ratio, lo, hi, margin;        /* model / measured, at 90 % */
    enum agreement verdict;
    double needed; /* requests that would decide; NAN: not by more of them, or decided */
    bool rate;     /* measured in 1/s; else in seconds, or a plain ratio in speedups */
};
struct compare_step { /* steps of one name together */
    const char *name;
    double measured_count, predicted_count; /* a request */
    struct interval measured;               /* mean of one */
    double predicted, ratio, lo, hi;        /* at 90 % */
    double measured_share, predicted_share; /* of the time on critical paths */
    enum agreement verdict;                 /* of its mean; does not count in the end */
};
/* Why executed requests took longer (below 0: shorter) than predicted; seconds a request. */
struct compare_reason {
    double longer, within; /* within: of it in steps on critical paths, the rest between them */
    const char *step;      /* NULL: no step was seen; that with the most of it */
    double step_longer, one_longer; /* on critical paths; each time that it is done */
    const char *waits_for;          /* a resource, whose queue accounts for a tenth or more */
    double wait, wait_model;
    const char *cost;                  /* spawn, switch, ...: accounts for a tenth or more */
    double cost_paid, cost_paid_model; /* on critical paths; measured 0: it is not told apart */
    const char *busy; /* "loop" or "cores": computes more of the time than predicted */
    double busy_share, busy_model;
    bool costless; /* the model has no costs of this execution */
};
struct compare_part {
    const char *execution, *label; /* label NULL: all */
    uint64_t requests;
    double lag1;      /* autocorrelation of latencies, in the order of arrival */
    bool dependent;   /* intervals are those of batches */
    bool paired;      /* predicted are the very requests that were measured */
    uint32_t busiest; /* requests at once */
    double at_once;   /* mean of the time of the steps below over the latency */
    double at_once_predicted;
    uint32_t nvalue, nstep;
    struct compare_value *value;
    struct compare_step *step;
    uint32_t nunknown; /* operations that no step has the name of, with time of their own */
    const char **unknown;
    const char *trouble;                 /* the model has no result under it: why; or NULL */
    const char *stalls;                  /* NULL, or in words: what slowed the machine down */
    const struct compare_reason *reason; /* NULL: as predicted, or not executed for this */
};
struct compare_speedup {
    uint32_t of, over; /* parts */
    struct compare_value value;
    double amdahl, work_span; /* the model's bounds on it */
    double width;             /* the most steps at once in a measured request: N */
    struct interval serial;   /* Karp-Flatt: the serial fraction with N, measured */
};
/* Recordings at several levels of concurrency, and Gunther's universal scalability law through
 * them: X(N) = gamma N / (1 + sigma (N - 1) + kappa N (N - 1)). */
struct compare_level {
    const char *label;
    uint64_t requests;
    double n, x, law; /* in progress; answers a second, measured and by the law */
    double speedup;   /* over one alone */
    double serial;    /* Karp-Flatt; NAN: N is too near 1 */
};
struct compare_scaling {
    uint32_t nlevel;
    struct compare_level *level; /* by n */
    struct interval gamma, sigma, kappa;
    double alone; /* answers a second of one alone: measured where a level is, else gamma */
    double sd;    /* of the levels around the law */
    double peak_n, peak_x; /* INFINITY: there is none, and peak_x is what is never passed */
};
struct compare_result {
    const char *version, *command;
    uint64_t seed;
    const char *model_name, *model_doc, *digest, *store, *root;
    const char *costs; /* measured here, with which it was predicted: in words; NULL: the model's */
    uint32_t npart, nspeedup;
    struct compare_part *part;
    struct compare_speedup *speedup;
    const struct compare_scaling *scaling; /* NULL: no several levels were recorded */
    enum agreement verdict;                /* of all */
};

#endif
