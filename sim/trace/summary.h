/* SPDX-License-Identifier: GPL-3.0-or-later */
/* summary.h - recorded traces in numbers: per kind of request and per operation, and one in full.
 *
 * Percentiles are exact: the smallest recorded value that the share does not exceed; for that 8
 * bytes a span are kept. */
#ifndef TRACE_SUMMARY_H
#define TRACE_SUMMARY_H
#include "core/recorded_result.h"
#include "trace/store.h"

struct summary_opt {
    struct store_filter filter;
    enum critical_rule rule;
    const char *service; /* operations of this service alone; NULL: of all */
    bool one;            /* also the (first) trace in full */
};
/* Fills in what is recorded. */
void summary_make(struct store *s, const struct summary_opt *o, struct arena *mem,
                  struct recorded_result *out);

#endif
