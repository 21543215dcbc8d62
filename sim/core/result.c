/* SPDX-License-Identifier: GPL-3.0-or-later */
/* result.c - the names in result.h. */
#include "core/result.h"
#include <string.h>

const double quantile_p[QUANTILE_COUNT] = {.5, .9, .95, .99, .999};
const char *const quantile_name[QUANTILE_COUNT] = {"p50", "p90", "p95", "p99", "p999"};
const char *const quantile_title[QUANTILE_COUNT] = {"p50", "p90", "p95", "p99", "p99.9"};
const char *const run_stop_name[] = {"requests", "precision",   "max-requests", "deadlock",
                                     "unstable", "interrupted", "error"};

bool result_is_live(const struct run_result *r)
{
    return r->nexec > 0 && r->exec[0].method && strcmp(r->exec[0].method, "live") == 0;
}

bool result_crowd(const char *unstable)
{
    return unstable && strcmp(unstable, UNSTABLE_CROWD) == 0;
}
