/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loader.h - binomial, Poisson and gamma probabilities to fourteen digits (Loader 2000, "Fast and
 * accurate computation of binomial probabilities"): the large terms are cancelled by algebra before
 * they are computed. */
#ifndef BASE_LOADER_H
#define BASE_LOADER_H

#define LOADER_LN_SQRT_2PI 0.91893853320467274178

/* ln n! less Stirling's formula without its series; n > 0, not only whole. */
double loader_stirling_error(double n);
/* x ln(x / m) + m - x without cancellation near x = m; x, m > 0. */
double loader_deviance(double x, double m);
/* P(X = k) for X binomial (n, p): k and n whole, 0 <= k <= n, 0 < p < 1, q = 1 - p. */
double loader_binomial(double k, double n, double p, double q);

#endif
