/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_sample.h - results made by hand for the tests of the HTML report. */
#ifndef UNIT_HTML_SAMPLE_H
#define UNIT_HTML_SAMPLE_H
#include "core/result.h"
#include <math.h>
#include <string.h>

struct sample {
    struct arena *mem;
    struct diags *d;
    struct run_result r;
};
enum { SAMPLE_STEPS = 5, SAMPLE_NONE = UINT32_MAX };

static inline struct interval around(double value, double half)
{
    return (struct interval){value, value - half, value + half};
}
static inline struct interval lonely(double value)
{
    return (struct interval){value, NAN, NAN};
}

static inline struct latency_result sample_latency(double mean)
{
    struct latency_result l = {.n = 120000,
                               .mean = around(mean, mean * 0.004),
                               .sd = lonely(mean * 0.6),
                               .min = lonely(mean * 0.1),
                               .max = lonely(mean * 12)};
    static const double part[] = {0.88, 1.7, 2.3, 4.1, 7.5};
    for (unsigned i = 0; i < QUANTILE_COUNT; i++)
        l.q[i] = around(mean * part[i], mean * part[i] * 0.01 * (i + 1));
    l.q[4].hi = NAN;
    return l;
}

static inline void sample_make(struct sample *s)
{
    static const char *const name[] = {"serial", "threads", "coroutine"};
    static const double mean[] = {0.1017, 0.0534, 0.0519};
    static const char *const path[SAMPLE_STEPS] = {"request/all", "request/geo/geocoder",
                                                   "request/page/found", "request/page/found/db",
                                                   "request/done"};
    s->mem = arena_new(0);
    s->d = diags_new(s->mem);
    uint32_t file = diag_file(s->d, "search.yaml", "pertinax: 1\n", 12);
    s->r = (struct run_result){.mem = s->mem,
                               .version = "0.1.0",
                               .command = "pertinax run search.yaml",
                               .seed = 1,
                               .model_name = "search",
                               .model_doc = "Four look-ups, each cached.\nMore of it.",
                               .model_file = "search.yaml",
                               .digest = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f",
                               .assumed_load = "requests one by one",
                               .assumed_cores = "1 core",
                               .assumed_gil = "no GIL",
                               .assumed_costs = "no costs",
                               .precision_mean = 0.01,
                               .precision_p99 = 0.02,
                               .max_requests = 1000000,
                               .nexec = 3,
                               .exec = NEW(s->mem, struct exec_result, 3),
                               .nspeedup = 2,
                               .speedup = NEW(s->mem, struct speedup_result, 2),
                               .no_load = true};
    for (uint32_t i = 0; i < 3; i++) {
        struct exec_result *e = &s->r.exec[i];
        *e = (struct exec_result){.name = name[i],
                                  .kind = name[i],
                                  .summary = "",
                                  .method = "simulated",
                                  .complete = true,
                                  .stopped = STOP_PRECISION,
                                  .requests = 120000,
                                  .all = {.name = "all",
                                          .requests = 120000,
                                          .latency = sample_latency(mean[i]),
                                          .throughput = lonely(NAN)},
                                  .work = 0.1017,
                                  .span = 0.0515,
                                  .makespan = NAN,
                                  .nstep = SAMPLE_STEPS,
                                  .step = NEW(s->mem, struct step_result, SAMPLE_STEPS),
                                  .threads = {1 + i, 3},
                                  .tasks = {3.1, 9},
                                  .memory = {12400, 36864},
                                  .nresource = 2,
                                  .resource = NEW(s->mem, struct resource_result, 2)};
        for (uint32_t k = 0; k < SAMPLE_STEPS; k++)
            e->step[k] = (struct step_result){.path = path[k],
                                              .at = {file, 40 + k, 12, 1},
                                              .count = 1,
                                              .mean = 0.01 * (k + 1),
                                              .p99 = 0.05 * (k + 1),
                                              .attempts = 1,
                                              .critical_probability = NAN,
                                              .critical_share = NAN,
                                              .critical_share_p99 = NAN,
                                              .gain = lonely(NAN),
                                              .gain_p99 = lonely(NAN),
                                              .slack = NAN};
        e->resource[0] = (struct resource_result){"db", 0.41, 0.1, 0.0004, 0.004, 0, 0, 1000};
        e->resource[1] = (struct resource_result){"cores", 0.1, 0, 0, 0, 0, 0, 1000};
    }
    s->r.speedup[0] = (struct speedup_result){1, 0, around(1.904, 0.005), 1.975, NAN, 0.981};
    s->r.speedup[1] = (struct speedup_result){2, 0, around(1.960, 0.01), 1.975, 2.1, 0.992};
}

static inline void sample_free(struct sample *s)
{
    arena_drop(s->mem);
}

/* ---- all there can be ---- */

static inline void sample_outline(struct sample *s)
{
    static const struct outline_node tree[] = {
        {OUTLINE_CLASS, SAMPLE_NONE, SAMPLE_NONE, "request", NULL, NULL},
        {OUTLINE_STEP, 0, 0, "all", "parallel", NULL},
        {OUTLINE_BRANCH, 1, SAMPLE_NONE, "geo", NULL, NULL},
        {OUTLINE_STEP, 2, 1, "geocoder", "call", NULL},
        {OUTLINE_BRANCH, 1, SAMPLE_NONE, "page", NULL, NULL},
        {OUTLINE_STEP, 4, 2, "found", "if", "not found"},
        {OUTLINE_CHOICE, 5, SAMPLE_NONE, "then", NULL, NULL},
        {OUTLINE_STEP, 6, 3, "db", "call", NULL},
        {OUTLINE_CATCH, 1, SAMPLE_NONE, "catch timeout", NULL, NULL},
        {OUTLINE_STEP, 0, 4, "done", "respond", "200"},
    };
    s->r.noutline = sizeof tree / sizeof *tree;
    s->r.outline = NEW(s->mem, struct outline_node, s->r.noutline);
    memcpy(s->r.outline, tree, sizeof tree);
}

/* A request of 50 ms: two tasks beside the root, the geocoder on the critical path, then a
 * computation that waited for a core. */
static inline struct timeline_result sample_timeline(struct sample *s, const char *which)
{
    static const char *const lane[] = {"request", "request/geo", "request/page"};
    static const struct timeline_span span[] = {
        {TIMELINE_STEP, 0, SAMPLE_NONE, 0, "all", 0, 0.04, false, false},
        {TIMELINE_JOIN, 0, 0, 0, "all", 0.0001, 0.04, false, false},
        {TIMELINE_STEP, 1, 0, 1, "geocoder", 0.0001, 0.04, false, false},
        {TIMELINE_WORK, 1, 2, 1, "geocoder", 0.001, 0.04, false, false},
        {TIMELINE_QUEUE, 1, 2, 1, "db", 0.0001, 0.001, false, false},
        {TIMELINE_STEP, 2, 0, 2, "found", 0.0001, 0.02, true, false},
        {TIMELINE_STEP, 2, 5, 3, "db", 0.0002, 0.02, false, true},
        {TIMELINE_WORK, 2, 6, 3, "db", 0.0002, 0.02, false, true},
        {TIMELINE_STEP, 0, SAMPLE_NONE, 4, "done", 0.04, 0.05, false, false},
        {TIMELINE_QUEUE, 0, 8, 4, "core", 0.04, 0.043, false, false},
        {TIMELINE_CPU, 0, 8, 4, "done", 0.043, 0.05, false, false},
    };
    static const struct timeline_segment segment[] = {{0, 0.0001, 0, "all"},
                                                      {0.0001, 0.001, 4, "db"},
                                                      {0.001, 0.04, 3, "geocoder"},
                                                      {0.04, 0.043, 9, "core"},
                                                      {0.043, 0.05, 10, "done"}};
    struct timeline_result t = {.which = which,
                                .ordinal = 17,
                                .cls = "request",
                                .status = 200,
                                .latency = 0.05,
                                .duration = 0.051,
                                .nlane = 3,
                                .nspan = sizeof span / sizeof *span,
                                .nsegment = sizeof segment / sizeof *segment};
    t.lane = NEW(s->mem, const char *, t.nlane);
    memcpy(t.lane, lane, sizeof lane);
    t.span = NEW(s->mem, struct timeline_span, t.nspan);
    memcpy(t.span, span, sizeof span);
    t.segment = NEW(s->mem, struct timeline_segment, t.nsegment);
    memcpy(t.segment, segment, sizeof segment);
    return t;
}

static inline void sample_critical(struct sample *s, struct exec_result *e)
{
    static const double share[SAMPLE_STEPS] = {0, 0.44, 0, 0.21, 0.2};
    e->walked = 100000;
    for (uint32_t i = 0; i < SAMPLE_STEPS; i++) {
        e->step[i].critical_share = share[i];
        e->step[i].critical_share_p99 = share[i] * 1.2;
        e->step[i].critical_probability = share[i] > 0 ? 0.6 : 0;
        e->step[i].gain = around(share[i] * 0.05, 0.0002);
        e->step[i].gain_by = "walk";
    }
    e->ncritical = 2;
    e->critical = NEW(s->mem, struct critical_result, 2);
    e->critical[0] = (struct critical_result){CRITICAL_QUEUE, "db", 0.2, 0.1, 0.2};
    e->critical[1] = (struct critical_result){CRITICAL_LOOP, NULL, 0.1, 0.05, 0.01};
    e->nhalved = 3;
    e->halved = NEW(s->mem, struct halved_result, 3);
    for (uint32_t i = 0; i < 3; i++)
        e->halved[i] = (struct halved_result){.step = i + 1,
                                              .mean_change = around(-0.01 / (i + 1), 0.0004),
                                              .p50_change = around(-0.009 / (i + 1), 0.0005),
                                              .p99_change = around(-0.03 / (i + 1), 0.02),
                                              .takes_over = i == 2 ? SAMPLE_NONE : 3,
                                              .share = 0.2,
                                              .takes_share = 0.4};
    e->ntimeline = 2;
    e->timeline = NEW(s->mem, struct timeline_result, 2);
    e->timeline[0] = sample_timeline(s, "median");
    e->timeline[1] = sample_timeline(s, "p99");
}

static inline void sample_distribution(struct sample *s, struct exec_result *e)
{
    enum { POINTS = 400 };
    e->ncdf = POINTS;
    e->cdf = NEW(s->mem, struct cdf_point, POINTS);
    for (uint32_t i = 0; i < POINTS; i++) { /* a law with F(t) = 1 - (1 + t / m)^-3 */
        double p = 1 - pow(10, -5.0 * (i + 1) / POINTS);
        e->cdf[i].p = p;
        e->cdf[i].t = e->all.latency.mean.value * (0.3 + pow(1 - p, -1.0 / 3) - 1);
    }
    e->nexceed = 2;
    e->exceed = NEW(s->mem, struct exceed_result, 2);
    e->exceed[0] = (struct exceed_result){0.25, around(0.0107, 0.0004)};
    e->exceed[1] = (struct exceed_result){1, {0, 0, 0.00003}};
    e->all.noutcome = 2;
    e->all.outcome = NEW(s->mem, struct outcome_result, 2);
    e->all.outcome[0] = (struct outcome_result){200, around(0.94, 0.002), e->all.latency};
    e->all.outcome[1] = (struct outcome_result){503, around(0.06, 0.002), e->all.latency};
}

static inline void sample_full(struct sample *s)
{
    for (uint32_t i = 0; i < s->r.nexec; i++) {
        sample_critical(s, &s->r.exec[i]);
        sample_distribution(s, &s->r.exec[i]);
        s->r.exec[i].nwarning = 1;
        s->r.exec[i].warning = NEW(s->mem, struct warning_result, 1);
        s->r.exec[i].warning[0] = (struct warning_result){"heavy-tail", "the latency of `db` has"};
    }
    sample_outline(s);
    s->r.nwhat_if = 4;
    s->r.what_if = NEW(s->mem, struct what_if_result, 4);
    for (uint32_t i = 0; i < 4; i++)
        s->r.what_if[i] = (struct what_if_result){.set = i < 3 ? "hit=0.5" : "pool=1",
                                                  .exec = i % 3,
                                                  .mean_change = around(0.003 * i, 0.001),
                                                  .p50_change = around(0.002 * i, 0.001),
                                                  .p99_change = around(-0.004 * i, 0.001),
                                                  .throughput_change = lonely(NAN),
                                                  .latency = sample_latency(0.06)};
    s->r.what_if[3].unstable = "db";
}

/* ---- results that lack something ---- */

static inline void sample_deadlock(struct sample *s)
{
    struct exec_result *e = &s->r.exec[1];
    struct deadlock_task *t = NEW(s->mem, struct deadlock_task, 2);
    t[0] = (struct deadlock_task){
        "request 1: left", "request/left/b", {1, 9, 5, 1}, "`b`", "request 1: right"};
    t[1] = (struct deadlock_task){
        "request 1: right", "request/right/a", {1, 14, 7, 1}, "`a`", "request 1: left"};
    e->deadlock = NEW(s->mem, struct deadlock_result, 1);
    *e->deadlock = (struct deadlock_result){0.012, 2, 3, t, 2, "Take `a` and `b` in one order."};
    e->stopped = STOP_DEADLOCK;
    e->complete = false;
    s->r.nspeedup = 0;
}

static inline void sample_unstable(struct sample *s)
{
    for (uint32_t i = 0; i < s->r.nexec; i++) {
        s->r.exec[i].unstable = "db";
        s->r.exec[i].unstable_utilisation = 1.18;
        s->r.exec[i].stopped = STOP_UNSTABLE;
        s->r.exec[i].all.latency.mean = lonely(NAN);
    }
    s->r.nspeedup = 0;
}

/* Nothing but zeros and NANs: a run that was interrupted at once. */
static inline void sample_bare(struct sample *s)
{
    for (uint32_t i = 0; i < s->r.nexec; i++) {
        s->r.exec[i] = (struct exec_result){.name = "", .kind = "serial", .makespan = NAN};
        struct latency_result *l = &s->r.exec[i].all.latency;
        l->mean = l->sd = l->min = l->max = lonely(i == 1 ? 0 : NAN);
        for (unsigned k = 0; k < QUANTILE_COUNT; k++)
            l->q[k] = l->mean;
    }
    s->r.speedup[0].ratio = lonely(NAN);
    s->r.speedup[1].ratio = lonely(INFINITY);
    s->r.model_name = s->r.model_doc = s->r.command = s->r.digest = s->r.version = NULL;
}

static inline void sample_empty(struct sample *s)
{
    s->r.nexec = s->r.nspeedup = 0;
}

/* Names that would be markup, or are no text at all, wherever a name can be. */
static inline void sample_hostile(struct sample *s)
{
    static const char *const bad = "<script>\"'&</title>]]>--> \xff\x01\xe2\x80\xae `x`";
    static const char *const img = "\"><img src=x onerror=alert(1)>/<a href='http://x'>";
    s->r.model_name = s->r.model_doc = s->r.model_file = s->r.command = bad;
    s->r.assumed_load = s->r.assumed_costs = bad;
    for (uint32_t i = 0; i < s->r.nexec; i++) {
        struct exec_result *e = &s->r.exec[i];
        e->name = i ? bad : img;
        e->resource[0].name = bad;
        for (uint32_t k = 0; k < e->nstep; k++)
            e->step[k].path = k % 2 ? bad : img;
        for (uint32_t k = 0; k < e->ncritical; k++)
            e->critical[k].name = bad;
        for (uint32_t k = 0; k < e->nwarning; k++)
            e->warning[k].text = img;
        for (uint32_t k = 0; k < e->ntimeline; k++) {
            e->timeline[k].lane[1] = bad;
            for (uint32_t j = 0; j < e->timeline[k].nspan; j++)
                e->timeline[k].span[j].name = j % 2 ? bad : img;
        }
    }
    for (uint32_t i = 0; i < s->r.noutline; i++)
        s->r.outline[i].name = s->r.outline[i].text = bad;
    for (uint32_t i = 0; i < s->r.nwhat_if; i++)
        s->r.what_if[i].set = bad;
}

#endif
