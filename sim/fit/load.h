/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.h - does something take longer the more of it is under way?  Then it contains waiting. */
#ifndef FIT_LOAD_H
#define FIT_LOAD_H
#include <stdint.h>

/* Durations against how many were under way when each began: Spearman's coefficient where it is
 * above 0.1 and 4 standard errors from 0, else 0. */
double load_of(const int64_t *start, const int64_t *end, uint32_t n);

#endif
