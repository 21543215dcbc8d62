/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure.c - quantities on samples; see measure.h. */
#include "check/measure.h"
#include "base/order.h"
#include "base/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double second = 1e9;

/* ---- what a limit needs ---- */

static bool add_exec(struct measure *m, const struct execution *x)
{
    for (uint32_t i = 0; i < m->nexec; i++)
        if (m->exec[i] == x)
            return true;
    if (m->nexec == MEASURE_EXECS)
        return false;
    m->exec[m->nexec++] = x;
    return true;
}

static uint32_t exec_of(const struct measure *m, const char *name)
{
    uint32_t i = 0;
    while (i < m->nexec && strcmp(m->exec[i]->name, name) != 0)
        i++;
    bug_if(i == m->nexec);
    return i;
}

bool measure_traces(const struct limit_node *n)
{
    if (!n)
        return false;
    return (n->op == LIMIT_METRIC &&
            (n->metric == METRIC_CRITICAL_SHARE || n->metric == METRIC_GAIN)) ||
           measure_traces(n->arg[0]) || measure_traces(n->arg[1]);
}

bool measure_constant(const struct limit_node *n)
{
    if (n->op == LIMIT_METRIC)
        return n->baseline;
    return (!n->arg[0] || measure_constant(n->arg[0])) &&
           (!n->arg[1] || measure_constant(n->arg[1]));
}

/* ---- the baseline ---- */

static double baseline_at(const struct measure *m, const struct limit_node *n, const char *path)
{
    if (n->filter.has_cls) {
        const struct sample *s = sampler_get(m->sampler, 0);
        path = arena_printf(m->a, "classes.%s.%s", s->p->cls[n->filter.cls].name, path);
    }
    return baseline_number(m->baseline, m->exec[0]->name, path);
}

static const char *outcome_path(const struct measure *m, const struct limit_node *n)
{
    return n->filter.outcome.low ? arena_printf(m->a, "outcomes.%d", (int)n->filter.outcome.low)
                                 : "outcomes.unanswered";
}

/* A run in which all came out alike tells their latencies once. */
static const char *latency_path(const struct measure *m, const struct limit_node *n)
{
    if (!n->filter.outcome.given || baseline_at(m, n, outcome_path(m, n)) >= 1)
        return "latency";
    return arena_printf(m->a, "latency_by_outcome.%d", (int)n->filter.outcome.low);
}

static const char *baseline_path(const struct measure *m, const struct limit_node *n)
{
    struct arena *a = m->a;
    const char *part = latency_path(m, n);
    switch (n->metric) {
    case METRIC_MEAN:
        return arena_printf(a, "%s.mean", part);
    case METRIC_SD:
        return arena_printf(a, "%s.sd", part);
    case METRIC_MAX:
        return arena_printf(a, "%s.max", part);
    case METRIC_QUANTILE:
        return arena_printf(a, "%s.p%s", part,
                            n->q > 0.995  ? "999"
                            : n->q > 0.97 ? "99"
                            : n->q > 0.92 ? "95"
                            : n->q > 0.7  ? "90"
                                          : "50");
    case METRIC_OUTCOME:
        return outcome_path(m, n);
    case METRIC_THROUGHPUT:
        return "throughput";
    case METRIC_MAKESPAN:
        return "makespan";
    case METRIC_UTILISATION:
        return arena_printf(a, "resources.%s.utilisation", n->name);
    case METRIC_QUEUE:
        return arena_printf(a, "resources.%s.queue", n->name);
    case METRIC_THREADS:
        return "threads.mean";
    case METRIC_TASKS:
        return "tasks.mean";
    case METRIC_MEMORY:
        return "memory.mean";
    case METRIC_PEAK_THREADS:
        return "threads.peak";
    case METRIC_PEAK_TASKS:
        return "tasks.peak";
    case METRIC_PEAK_MEMORY:
        return "memory.peak";
    default:
        return "";
    }
}

/* In base units. */
static double baseline_value(const struct measure *m, const struct limit_node *n)
{
    double v = baseline_at(m, n, baseline_path(m, n));
    if (isnan(v) && n->metric == METRIC_OUTCOME && !n->filter.has_cls)
        return baseline_number(m->baseline, m->exec[0]->name, "requests") > 0 ? 0 : (double)NAN;
    return n->unit == UNIT_DURATION ? v * second : v;
}

static bool baseline_check(const struct measure *m, const struct limit_node *n)
{
    if (!m->baseline) {
        diag_error(m->d, n->at, "E-baseline", "baseline: main.json",
                   "the claim does not say which run to compare with");
        return false;
    }
    if (n->filter.outcome.given && n->filter.outcome.low != n->filter.outcome.high) {
        diag_error(m->d, n->at, "E-baseline", "name one status", "`%s` is not in a recorded run",
                   n->text);
        return false;
    }
    if (isfinite(baseline_value(m, n)))
        return true;
    diag_error(m->d, n->at, "E-baseline", NULL, "`%s` has no `%s` under %s", m->baseline->file,
               baseline_path(m, n), m->exec[0]->name);
    return false;
}

bool measure_needs(struct measure *m, const struct limit_node *n)
{
    if (!n)
        return true;
    if (n->op == LIMIT_METRIC && n->metric == METRIC_SPEEDUP)
        return add_exec(m, model_exec(m->model, n->name)) &&
               add_exec(m, model_exec(m->model, n->over));
    return measure_needs(m, n->arg[0]) && measure_needs(m, n->arg[1]);
}

bool measure_check(const struct measure *m, const struct limit_node *n)
{
    if (!n)
        return true;
    if (n->op == LIMIT_METRIC && n->baseline)
        return baseline_check(m, n);
    bool left = measure_check(m, n->arg[0]);
    return measure_check(m, n->arg[1]) && left;
}

/* ---- values ---- */

static bool fits(const struct limit_filter *f, const struct sample_part *p, uint64_t i)
{
    return limit_filter_fits(f, p->status[i], p->cls ? p->cls[i] : 0);
}

int64_t *measure_latencies(const struct sample_part *p, const struct limit_filter *f, uint64_t *n)
{
    int64_t *v = xcalloc(p->n + 1, sizeof *v);
    *n = 0;
    for (uint64_t i = 0; i < p->n; i++)
        if (fits(f, p, i))
            v[(*n)++] = p->status[i] ? p->latency[i] : INT64_MAX;
    order_sort(v, *n, NULL);
    return v;
}

static double quantile(const struct limit_node *n, const struct sample_part *p)
{
    uint64_t k;
    int64_t *v = measure_latencies(p, &n->filter, &k);
    int64_t x = k ? v[stats_rank(k, n->q) - 1] : 0;
    free(v);
    return k == 0 ? (double)NAN : x == INT64_MAX ? (double)INFINITY : (double)x;
}

static double moment(const struct limit_node *n, const struct sample_part *p)
{
    struct moments m = {0};
    double most = 0;
    for (uint64_t i = 0; i < p->n; i++)
        if (p->status[i] && fits(&n->filter, p, i)) {
            moments_add(&m, (double)p->latency[i]);
            most = fmax(most, (double)p->latency[i]);
        }
    if (m.n == 0)
        return NAN;
    return n->metric == METRIC_MEAN ? m.mean
           : n->metric == METRIC_SD ? sqrt(moments_variance(&m))
                                    : most;
}

bool measure_trial(const struct limit_node *n, int64_t latency, int32_t status, uint32_t cls)
{
    if (n->metric == METRIC_P)
        return limit_cond_holds(n->cond, latency, status, cls);
    return status >= n->filter.outcome.low && status <= n->filter.outcome.high;
}

void measure_share(const struct limit_node *n, const struct sample_part *p, uint64_t *k,
                   uint64_t *of)
{
    *k = *of = 0;
    for (uint64_t i = 0; i < p->n; i++) {
        uint32_t cls = p->cls ? p->cls[i] : 0;
        if (n->filter.has_cls && cls != n->filter.cls)
            continue;
        ++*of;
        *k += measure_trial(n, p->latency[i], p->status[i], cls);
    }
}

static double share(const struct limit_node *n, const struct sample_part *p)
{
    uint64_t k, of;
    measure_share(n, p, &k, &of);
    return of ? (double)k / (double)of : (double)NAN;
}

static double rate(const struct limit_node *n, const struct sample_part *p)
{
    uint64_t k = 0;
    for (uint64_t i = 0; i < p->n; i++)
        k += p->status[i] && fits(&n->filter, p, i);
    return p->seconds > 0 ? (double)k / p->seconds : (double)NAN;
}

static double resource(const struct limit_node *n, const struct exec_result *e)
{
    for (uint32_t i = 0; i < e->nresource; i++)
        if (strcmp(e->resource[i].name, n->name) == 0)
            return n->metric == METRIC_QUEUE ? e->resource[i].queue : e->resource[i].utilisation;
    return NAN;
}

static double step(const struct limit_node *n, const struct exec_result *e)
{
    for (uint32_t i = 0; i < e->nstep; i++)
        if (strcmp(e->step[i].path, n->name) == 0)
            return n->metric == METRIC_GAIN ? e->step[i].gain.value * second
                                            : e->step[i].critical_share;
    return NAN;
}

static const struct sample_part *part_of(const struct measure *m, uint32_t exec, int part)
{
    const struct sample *s = sampler_get(m->sampler, exec);
    return part == MEASURE_ALL ? &s->all : &s->part[part];
}

/* The ratio of mean latencies. */
static double speedup(const struct measure *m, const struct limit_node *n, int part)
{
    static const struct limit_node mean = {.op = LIMIT_METRIC, .metric = METRIC_MEAN};
    double of = moment(&mean, part_of(m, exec_of(m, n->name), part));
    return moment(&mean, part_of(m, exec_of(m, n->over), part)) / of;
}

static double metric(const struct measure *m, const struct limit_node *n, int part)
{
    const struct sample_part *p = part_of(m, 0, part);
    const struct exec_result *e = p->accounts;
    switch (n->metric) {
    case METRIC_MEAN:
    case METRIC_SD:
    case METRIC_MAX:
        return moment(n, p);
    case METRIC_QUANTILE:
        return quantile(n, p);
    case METRIC_P:
    case METRIC_OUTCOME:
        return share(n, p);
    case METRIC_THROUGHPUT:
        return rate(n, p);
    case METRIC_MAKESPAN:
        return p->makespan * second;
    case METRIC_SPEEDUP:
        return speedup(m, n, part);
    case METRIC_UTILISATION:
    case METRIC_QUEUE:
        return resource(n, e);
    case METRIC_CRITICAL_SHARE:
    case METRIC_GAIN:
        return step(n, e);
    case METRIC_THREADS:
        return e->threads.mean;
    case METRIC_TASKS:
        return e->tasks.mean;
    case METRIC_MEMORY:
        return e->memory.mean;
    case METRIC_PEAK_THREADS:
        return e->threads.peak;
    case METRIC_PEAK_TASKS:
        return e->tasks.peak;
    case METRIC_PEAK_MEMORY:
        return e->memory.peak;
    case METRIC_WORST:
    case METRIC_COUNT:
        break;
    }
    return NAN;
}

double measure_value(const struct measure *m, const struct limit_node *n, int part)
{
    if (n->op == LIMIT_NUMBER)
        return n->num;
    if (n->op == LIMIT_METRIC)
        return n->baseline ? baseline_value(m, n) : metric(m, n, part);
    /* as high as limit_parse() lets it be */
    double a = measure_value(m, n->arg[0], part);
    return limit_apply(n, a, n->arg[1] ? measure_value(m, n->arg[1], part) : 0);
}
