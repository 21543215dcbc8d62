/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.h - numbers about numbers: moments, quantiles, intervals, warm-up.  GSL is used for
 * special functions and inverse distribution functions.  Nothing here draws.  Values that are kept
 * are in order.h (all of them) or hist.h (to three digits). */
#ifndef BASE_STATS_H
#define BASE_STATS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
    double value, lo, hi; /* lo/hi NAN: no bound could be had (too few samples) */
};

/* Student's t quantile: P(T <= x) = p with df degrees of freedom. */
double stats_t(double p, double df);
double stats_z(double p);

/* Moments that merge exactly enough and in any grouping fixed by the caller (Chan et al. 1979). */
struct moments {
    uint64_t n;
    double mean, m2;
};
void moments_add(struct moments *m, double x);
void moments_merge(struct moments *into, const struct moments *from);
double moments_variance(const struct moments *m); /* unbiased; 0 for n < 2 */

/* Mean with a t interval, from n independent values. */
struct interval stats_mean(const double *x, size_t n, double confidence);
/* The same, its ends moved as the values' skewness asks for (Hall 1992, "On the removal of skewness
 * by transformation": the monotone cubic); of fewer than 10 values the t interval. */
struct interval stats_mean_skewed(const double *x, size_t n, double confidence);
/* From moments of n independent values. */
struct interval stats_mean_moments(const struct moments *m, double confidence);
/* Exact binomial (Clopper and Pearson 1934): k successes in n. */
struct interval stats_proportion(uint64_t k, uint64_t n, double confidence);
/* The same where n is an effective number of independent trials, and no whole number (Korn and
 * Graubard 1998). */
struct interval stats_proportion_effective(double k, double n, double confidence);
/* Ratio of means of n pairs (x_i, y_i), x over y: Fieller's interval. */
struct ratio_sums {
    uint64_t n;
    double sx, sy, sxx, syy, sxy; /* of values shifted by the caller if it likes */
};
void ratio_add(struct ratio_sums *r, double x, double y);
struct interval stats_ratio(const struct ratio_sums *r, double confidence);

/* The smallest x with F(x) >= p is the order statistic of rank ceil(n p), 1-based (guarded against
 * n p being a hair above an integer). */
uint64_t stats_rank(uint64_t n, double p);
/* 1-based ranks l <= u such that [x(l), x(u)] holds the p-quantile with at least the confidence,
 * equal tails, exact binomial (n=1000 p=.99 95%: 983, 997; n=1000 p=.5: 469, 532;
 * n=500 p=.95: 465, 485; n=10000 p=.99: 9880, 9920; n=100 p=.9: 84, 96).
 * l = 0: no lower bound exists; u = n + 1: no upper bound. */
void stats_quantile_ranks(uint64_t n, double p, double confidence, uint64_t *l, uint64_t *u);

/* MSER-5 (White, Cobb, Spratt 2000): how many of the n observations to delete at the start; batches
 * of 5, d* minimises sum (z_i - zbar)^2 / (k - d)^2 over the first half. *short_run is set if the
 * minimum is at the end of the allowed range (the run is too short to judge). */
size_t stats_mser5(const double *x, size_t n, bool *short_run);
/* Lag-1 autocorrelation. */
double stats_lag1(const double *x, size_t n);

#endif
