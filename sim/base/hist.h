/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hist.h - a log-linear histogram of non-negative int64 (HdrHistogram's bucket rule, Tene): 2048
 * linear sub-buckets an octave, so a value is known to 1/2048 relative (3 significant digits);
 * merging is adding. */
#ifndef BASE_HIST_H
#define BASE_HIST_H
#include <stdint.h>

struct hist;
struct hist *hist_new(void);
void hist_free(struct hist *h);
void hist_add(struct hist *h, int64_t v, uint64_t times);
void hist_merge(struct hist *into, const struct hist *from);
uint64_t hist_count(const struct hist *h);
/* Value of the 1-based rank; the middle of its bucket, clamped to the least and the largest value,
 * which are exact. */
int64_t hist_at_rank(const struct hist *h, uint64_t rank);
uint64_t hist_count_above(const struct hist *h, int64_t v); /* values > v, bucket accuracy */

#endif
