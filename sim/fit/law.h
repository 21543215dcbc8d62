/* SPDX-License-Identifier: GPL-3.0-or-later */
/* law.h - laws of durations by maximum likelihood, chosen by AIC, judged by Anderson and Darling.
 *
 * law_fit.c estimates a family (law_cut.c from values of which some were cut off), law_test.c says
 * how well a law fits, law_pick.c chooses one and law_text.c writes it as a model has it.  Values
 * are durations in ns, not negative.  The test is a parametric bootstrap (the same estimation on
 * samples of the fitted law, so parameters that were estimated do not make it lenient), on at most
 * LAW_TESTED values, and A^2 of all must be one that a law without estimated parameters could have;
 * its draws have a fixed seed. A law that no family fits is given by quantiles of what was seen. */
#ifndef FIT_LAW_H
#define FIT_LAW_H
#include "base/arena.h"
#include "base/buf.h"
#include "model/dist.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum law_kind {
    LAW_CONST,       /* p: value */
    LAW_EXPONENTIAL, /* mean */
    LAW_SHIFTED,     /* low, mean above it: low + exponential */
    LAW_GAMMA,       /* shape, scale */
    LAW_LOGNORMAL,   /* mu, sigma of ln ns */
    LAW_WEIBULL,     /* shape, scale */
    LAW_PARETO,      /* min, alpha */
    LAW_FAMILIES,    /* above: of these one is chosen */
    LAW_MIX,         /* share[i] of of[i] */
    LAW_QUANTILES    /* p[i], x[i] */
};
enum { LAW_TESTED = 3000, LAW_PARTS = 3, LAW_POINTS = 14 };
struct law {
    enum law_kind kind;
    double p[2], se[2]; /* standard errors by the Fisher information; 0: none */
    double loglik, aic;
    size_t n;    /* values that it was estimated from, */
    size_t ncut; /* so many of which are known only to lie beyond `cut` */
    double cut;
    double ad, q; /* Anderson-Darling's statistic, and P(a greater one) if the law is right; NAN */
    uint32_t nof; /* MIX: parts, QUANTILES: points */
    const struct law *of[LAW_PARTS];
    double share[LAW_PARTS];
    double prob[LAW_POINTS], x[LAW_POINTS];
    double mean;         /* of the values */
    double step;         /* of the clock, where it is so coarse that values were spread */
    enum law_kind other; /* a family that does as well (AIC within 2), or LAW_FAMILIES */
    bool refused; /* quantiles, or one of its parts is, because no family fits, not for want of
                     values */
};

/* ---- law_fit.c ---- */
/* Maximum likelihood of n values with weights w (NULL: all 1); false: the family cannot have these
 * values (zeros), or there are too few. */
bool law_estimate(enum law_kind k, const double *x, const double *w, size_t n, struct law *out);
double law_log_density(const struct law *l, double x);
/* P(X <= x), or P(X > x); not of LAW_QUANTILES. */
double law_cdf(const struct law *l, double x, bool upper);
uint32_t law_parameters(const struct law *l);

/* ---- law_cut.c ---- */
/* The same of n values below `cut` and ncut others beyond it. */
bool law_estimate_cut(enum law_kind k, const double *x, size_t n, double cut, size_t ncut,
                      struct law *out);

/* ---- law_test.c ---- */
/* A^2 of n ascending values; where some were cut off, of the law below that point. */
double law_anderson_darling(const struct law *l, const double *sorted, size_t n);
/* Sets l->ad and l->q, of ascending values. */
void law_judge(struct law *l, const double *x, size_t n, uint64_t seed);

/* ---- law_pick.c ---- */
/* x is sorted.  n > 0. */
const struct law *law_pick(struct arena *a, double *x, size_t n, uint64_t seed);
/* And ncut others that are known to lie beyond `cut`.  What no family fits is by quantiles below
 * it, by twice as much above: Kaplan and Meier's estimate, which ends there. */
const struct law *law_pick_cut(struct arena *a, double *x, size_t n, double cut, size_t ncut,
                               uint64_t seed);

/* ---- law_text.c ---- */
extern const char *const law_name[]; /* by kind */
/* "lognormal(p50=25ms, p99=120ms)". */
void law_put(const struct law *l, struct buf *b);
/* Half of the 95 % interval of the mean, or of what *of says, as a share of it; NAN. */
double law_precision(const struct law *l, const char **of);
/* "n 2000, mean +-1.1 %, fits (A2 0.41, p 0.62)". */
void law_put_verdict(const struct law *l, struct buf *b);
/* NULL: its parameters are beyond what the distribution may have (of values almost all alike). */
const struct dist *law_dist(struct arena *a, const struct law *l);
bool law_possible(const struct law *l); /* law_estimate() gives no other */
/* A duration of so many digits, as in "25.03ms". */
void law_put_time(double ns, int digits, struct buf *b);

#endif
