/* SPDX-License-Identifier: GPL-3.0-or-later */
/* baseline.h - the numbers of an earlier run, from what `run --format json` wrote. */
#ifndef CHECK_BASELINE_H
#define CHECK_BASELINE_H
#include "base/diag.h"

struct baseline_number {
    const char
        *path; /* "latency.p99", "outcomes.503", "resources.db.queue", "classes.loris.throughput" */
    double value; /* as in the file: seconds, per second */
};
struct baseline_exec {
    const char *name;
    uint32_t n, cap;
    struct baseline_number *number;
};
struct baseline {
    const char *file, *digest; /* of the model it was; "" if it is not said */
    uint32_t nexec, cap;
    struct baseline_exec *exec;
};
/* NULL: errors in d, at the place that names the file. */
const struct baseline *baseline_read(struct arena *a, const char *path, struct loc at,
                                     struct diags *d);
const struct baseline *baseline_parse(struct arena *a, const char *name, const char *text, size_t n,
                                      struct loc at, struct diags *d);
/* NAN: there is no such number. */
double baseline_number(const struct baseline *b, const char *exec, const char *path);

#endif
