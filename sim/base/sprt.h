/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sprt.h - sequential tests of a probability: one trial after the other, until it is known.
 *
 * sprt is Wald's (1945): is p at least p0, or at most p1 < p0?  If p is p1 or less, it accepts p0
 * with a probability of at most beta / (1 - alpha); if p is p0 or more, it accepts p1 with one of
 * at most alpha / (1 - beta).
 *
 * zone is Sobel and Wald's (1949): above theta, below it, or too near to it to tell?  Two of Wald's
 * tests on the same trials, of theta + half against theta and of theta against theta - half.
 * Whatever p is, it says a wrong "above" or "below" with a probability of at most `error`. */
#ifndef BASE_SPRT_H
#define BASE_SPRT_H
#include <stdbool.h>
#include <stdint.h>

enum sprt_answer { SPRT_MORE, SPRT_HIGH, SPRT_LOW, SPRT_NEAR }; /* NEAR: of a zone alone */
struct sprt {
    double success, failure; /* what one adds to the logarithm of the likelihood ratio p1 / p0 */
    double low, high;        /* at low or less: p0 is accepted; at high or more: p1 */
    double ratio;
    uint64_t n; /* trials up to the answer */
    enum sprt_answer answer;
};
struct sprt sprt_new(double p0, double p1, double alpha, double beta); /* 0 < p1 < p0 < 1 */
/* The next trial; after the answer nothing changes. */
enum sprt_answer sprt_add(struct sprt *s, bool success);

struct zone {
    struct sprt above, below;
    uint64_t n, k; /* trials and successes up to the answer */
    enum sprt_answer answer;
};
/* theta - half and theta + half lie strictly between 0 and 1. */
struct zone zone_new(double theta, double half, double error);
enum sprt_answer zone_add(struct zone *z, bool success);

#endif
