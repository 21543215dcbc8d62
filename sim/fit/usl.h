/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usl.h - Gunther's universal scalability law over measured levels of concurrency.
 *
 *   X(N) = gamma N / (1 + sigma (N - 1) + kappa N (N - 1))
 *
 * gamma is the throughput of one, sigma the part that is serial (contention; alone it is Amdahl's
 * law), kappa what it costs to keep N consistent; sigma and kappa are not negative.  Least squares
 * (Gauss, Newton; Marquardt 1963), intervals by the curvature and Student's t with n - 3 degrees.
 */
#ifndef FIT_USL_H
#define FIT_USL_H
#include "base/stats.h"
#include <stdbool.h>
#include <stdint.h>

struct usl_point {
    double n, x;
};
struct usl {
    struct interval gamma, sigma, kappa; /* 95 %; without ends where it is at its bound of 0 */
    double sd;                           /* of the measured points around the law */
    double peak_n, peak_x; /* INFINITY: it has none (kappa 0); then peak_x is gamma / sigma */
};
enum { USL_LEAST = 4 };
/* False: fewer than USL_LEAST points, or none above 1. */
bool usl_fit(const struct usl_point *p, uint32_t n, struct usl *out);
double usl_at(const struct usl *u, double n);

#endif
