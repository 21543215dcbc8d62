/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limit.h - what `require:` and `worst_case:` say: a comparison of numbers about a model's runs.
 *
 *   p99(outcome=200) <= 250ms        P(latency <= 200ms and outcome == 200) >= 95%
 *   speedup(coroutine, serial) >= 1.8        p99 <= 1.05 * baseline(p99)        latency <= 2s
 *
 * limit_parse() checks it whole: grammar, units, names of parameters (whose values are put in
 * their place), classes, executions, resources, steps (whose paths are put in their place).
 * Values are in the base units of expr.h: ns, 1/s, bytes, plain.  Who measures is the caller.
 * To add a quantity: a row in limit_metrics[], and its value in check/require. */
#ifndef MODEL_LIMIT_H
#define MODEL_LIMIT_H
#include "model/model.h"

enum limit_metric {
    METRIC_MEAN, /* of latency, as all down to QUANTILE */
    METRIC_SD,
    METRIC_MAX,
    METRIC_QUANTILE,
    METRIC_P,       /* share of requests for which a condition holds */
    METRIC_OUTCOME, /* share of requests with an outcome */
    METRIC_THROUGHPUT,
    METRIC_MAKESPAN,
    METRIC_SPEEDUP, /* of the execution `name` over the execution `over` */
    METRIC_UTILISATION,
    METRIC_QUEUE,
    METRIC_CRITICAL_SHARE,
    METRIC_GAIN,
    METRIC_THREADS, /* means over time */
    METRIC_TASKS,
    METRIC_MEMORY,
    METRIC_PEAK_THREADS, /* the greatest that was seen */
    METRIC_PEAK_TASKS,
    METRIC_PEAK_MEMORY,
    METRIC_WORST, /* `latency` in a worst_case */
    METRIC_COUNT
};
/* Statuses from low to high; 0 to 0: never answered. */
struct limit_status {
    bool given;
    int32_t low, high;
};
struct limit_filter {
    struct limit_status outcome;
    bool has_cls;
    uint32_t cls; /* index into model.load; 0 where there is no load */
};
enum limit_cmp { LIMIT_LT, LIMIT_LE, LIMIT_GT, LIMIT_GE, LIMIT_EQ, LIMIT_NE };
extern const char *const limit_cmp_text[]; /* "<" ... */
enum limit_cond_op { COND_AND, COND_OR, COND_NOT, COND_LATENCY, COND_OUTCOME, COND_CLASS };
struct limit_cond {
    enum limit_cond_op op;
    enum limit_cmp cmp; /* LATENCY: any; OUTCOME, CLASS: EQ, NE */
    int64_t ns;
    struct limit_status outcome;
    uint32_t cls;
    const struct limit_cond *arg[2];
};
/* Does it hold of a request?  One that was never answered (status 0) has no latency. */
bool limit_cond_holds(const struct limit_cond *c, int64_t latency, int32_t status, uint32_t cls);
bool limit_filter_fits(const struct limit_filter *f, int32_t status, uint32_t cls);

enum limit_op {
    LIMIT_NUMBER,
    LIMIT_METRIC,
    LIMIT_NEG,
    LIMIT_ADD,
    LIMIT_SUB,
    LIMIT_MUL,
    LIMIT_DIV,
    LIMIT_MIN,
    LIMIT_MAX
};
struct limit_node {
    enum limit_op op;
    enum unit unit; /* never BOOL */
    struct loc at;
    const char *text; /* as written */
    double num;       /* NUMBER */
    enum limit_metric metric;
    bool baseline; /* METRIC: of the earlier run */
    bool share;    /* METRIC: lies between 0 and 1 */
    double q;      /* QUANTILE: 0.99 */
    struct limit_filter filter;
    const struct limit_cond *cond; /* P */
    const char *name, *over;       /* a resource, a step's path, executions; else NULL */
    struct loc name_at, over_at;
    const struct limit_node *arg[2];
    uint32_t height;
};
struct limit {
    const char *text; /* as written */
    struct loc at;
    bool worst;         /* of a worst_case */
    bool uses_baseline; /* some part of it is of an earlier run */
    const struct limit_node *left, *right;
    enum limit_cmp cmp; /* LT, LE, GT or GE */
};
/* What an operator makes of its arguments' values. */
double limit_apply(const struct limit_node *n, double a, double b);
/* NULL: errors in d.  The text of a `require:`, at its place. */
const struct limit *limit_parse(const char *text, struct loc at, const struct model *m,
                                struct diags *d, struct arena *a);
/* Of a `worst_case:`, `latency <= 2s`: an upper limit of one duration. */
const struct limit *limit_parse_worst(const char *text, struct loc at, const struct model *m,
                                      struct diags *d, struct arena *a);
/* What quantity the words of a metric mean, for other files that name one: "p99", "outcome"; its
 * name as documented. */
extern const struct limit_metric_row {
    const char *name;
    enum limit_metric metric;
    enum unit unit;
    double q;
} limit_metrics[]; /* ends with a NULL name */

#endif
