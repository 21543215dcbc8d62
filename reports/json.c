/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.c - a run for programs: schema "pertinax.run/1", unrounded, times in seconds, rates per
 * second.  json is indented, jsonl the same document on one line.  What is not known is null; what
 * does not apply (averages of an unstable execution) is absent. */
#include "reports/report.h"
#include "reports/key.h"
#include "reports/layout.h"
#include "reports/sweep.h"
#include <math.h>

static void outcomes_write(struct json *j, struct arena *a, const struct class_result *c)
{
    json_key(j, "outcomes");
    json_obj(j);
    for (uint32_t i = 0; i < c->noutcome; i++)
        key_interval(j, outcome_name(a, c->outcome[i].status), c->outcome[i].share);
    json_end_obj(j);
    if (c->noutcome < 2)
        return;
    json_key(j, "latency_by_outcome");
    json_obj(j);
    for (uint32_t i = 0; i < c->noutcome; i++)
        key_latency(j, outcome_name(a, c->outcome[i].status), &c->outcome[i].latency);
    json_end_obj(j);
}

/* How a step matters to critical paths; a gain that could not be had is null. */
static void key_gain(struct json *j, const char *key, struct interval v, const char *by)
{
    json_key(j, key);
    if (!by || !isfinite(v.value)) {
        json_null(j);
        return;
    }
    json_obj(j);
    key_interval_members(j, v);
    key_str(j, "by", by);
    json_end_obj(j);
}

static void step_critical_write(struct json *j, const struct step_result *s)
{
    key_num(j, "critical_probability", s->critical_probability);
    key_num(j, "critical_share", s->critical_share);
    key_num(j, "critical_share_p99", s->critical_share_p99);
    key_gain(j, "gain", s->gain, s->gain_by);
    key_gain(j, "gain_p99", s->gain_p99, s->gain_by);
    if (isfinite(s->slack))
        key_num(j, "slack", s->slack);
}

static void steps_write(struct json *j, struct arena *a, const struct exec_result *e,
                        const struct diags *d)
{
    json_key(j, "steps");
    json_arr(j);
    for (uint32_t i = 0; i < e->nstep; i++) {
        const struct step_result *s = &e->step[i];
        json_obj(j);
        key_str(j, "step", s->path);
        key_str(j, "at", place_text(a, d, s->at));
        key_num(j, "count", s->count);
        key_num(j, "mean", s->mean);
        key_num(j, "p99", s->p99);
        key_num(j, "attempts", s->attempts);
        key_num(j, "failures", s->failures);
        if (e->walked > 0)
            step_critical_write(j, s);
        json_end_obj(j);
    }
    json_end_arr(j);
}

/* What takes time on critical paths and is no step. */
static void critical_write(struct json *j, const struct exec_result *e)
{
    if (e->walked == 0)
        return;
    key_count(j, "walked", e->walked);
    json_key(j, "critical");
    json_arr(j);
    for (uint32_t i = 0; i < e->ncritical; i++) {
        const struct critical_result *c = &e->critical[i];
        json_obj(j);
        key_str(j, "kind", critical_kind_name[c->kind]);
        key_str(j, "name", c->name);
        key_num(j, "critical_probability", c->probability);
        key_num(j, "critical_share", c->share);
        key_num(j, "critical_share_p99", c->share_p99);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void resources_write(struct json *j, const struct exec_result *e)
{
    json_key(j, "resources");
    json_arr(j);
    for (uint32_t i = 0; i < e->nresource; i++) {
        const struct resource_result *q = &e->resource[i];
        json_obj(j);
        key_str(j, "name", q->name);
        key_num(j, "utilisation", q->utilisation);
        key_num(j, "queue", q->queue);
        key_num(j, "wait", q->wait);
        key_num(j, "wait_p99", q->wait_p99);
        key_num(j, "rejected", q->rejected);
        key_num(j, "queue_timeouts", q->queue_timeouts);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void usage_write(struct json *j, const char *key, double mean, double peak)
{
    json_key(j, key);
    json_obj(j);
    key_num(j, "mean", mean);
    key_num(j, "peak", peak);
    json_end_obj(j);
}

static void classes_write(struct json *j, struct arena *a, const struct exec_result *e)
{
    json_key(j, "classes");
    json_arr(j);
    for (uint32_t i = 0; i < e->nclass; i++) {
        const struct class_result *c = &e->cls[i];
        json_obj(j);
        key_str(j, "name", c->name);
        key_latency(j, "latency", &c->latency);
        key_interval(j, "throughput", c->throughput);
        outcomes_write(j, a, c);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void deadlock_write(struct json *j, struct arena *a, const struct deadlock_result *k,
                           const struct diags *d)
{
    json_key(j, "deadlock");
    json_obj(j);
    key_num(j, "time", k->time);
    json_key(j, "tasks");
    json_arr(j);
    for (uint32_t i = 0; i < k->n; i++) {
        const struct deadlock_task *t = &k->task[i];
        json_obj(j);
        key_str(j, "task", t->task);
        key_str(j, "step", t->step);
        key_str(j, "at", place_text(a, d, t->at));
        key_str(j, "waits_for", t->waits_for);
        key_str(j, "held_by", t->held_by);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_end_obj(j);
}

static void unstable_write(struct json *j, const char *resource, double utilisation)
{
    json_key(j, "unstable");
    json_obj(j);
    key_str(j, "resource", resource);
    key_num(j, "utilisation", utilisation);
    json_end_obj(j);
}

static void exceed_write(struct json *j, const struct exec_result *e)
{
    if (e->nexceed == 0)
        return;
    json_key(j, "exceed");
    json_arr(j);
    for (uint32_t i = 0; i < e->nexceed; i++) {
        json_obj(j);
        key_num(j, "t", e->exceed[i].t);
        key_interval_members(j, e->exceed[i].share);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void halved_write(struct json *j, const struct exec_result *e)
{
    if (e->nhalved == 0)
        return;
    json_key(j, "halved");
    json_arr(j);
    for (uint32_t i = 0; i < e->nhalved; i++) {
        const struct halved_result *h = &e->halved[i];
        json_obj(j);
        key_str(j, "step", e->step[h->step].path);
        key_interval(j, "mean_change", h->mean_change);
        key_interval(j, "p50_change", h->p50_change);
        key_interval(j, "p99_change", h->p99_change);
        key_num(j, "critical_share", h->share);
        key_str(j, "takes_over", h->takes_over == UINT32_MAX ? NULL : e->step[h->takes_over].path);
        key_num(j, "takes_over_share", h->takes_share);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void averages_write(struct json *j, struct arena *a, const struct exec_result *e,
                           const struct diags *d)
{
    key_latency(j, "latency", &e->all.latency);
    json_key(j, "duration");
    json_obj(j);
    key_interval(j, "mean", e->all.duration);
    json_end_obj(j);
    key_interval(j, "throughput", e->all.throughput);
    outcomes_write(j, a, &e->all);
    exceed_write(j, e);
    key_value(j, "work", e->work);
    key_value(j, "span", e->span);
    if (isfinite(e->makespan))
        key_value(j, "makespan", e->makespan);
    steps_write(j, a, e, d);
    halved_write(j, e);
    critical_write(j, e);
    resources_write(j, e);
    usage_write(j, "threads", e->threads.mean, e->threads.peak);
    usage_write(j, "tasks", e->tasks.mean, e->tasks.peak);
    usage_write(j, "memory", e->memory.mean, e->memory.peak);
    classes_write(j, a, e);
}

static void exec_write(struct json *j, struct arena *a, const struct exec_result *e,
                       const struct diags *d)
{
    json_obj(j);
    key_str(j, "name", e->name);
    key_str(j, "kind", e->kind);
    key_str(j, "method", e->method);
    key_count(j, "requests", e->requests);
    json_key(j, "complete");
    json_bool(j, e->complete);
    key_str(j, "stopped", run_stop_name[e->stopped]);
    if (e->unstable) {
        unstable_write(j, e->unstable, e->unstable_utilisation);
    } else {
        averages_write(j, a, e, d);
    }
    if (e->deadlock)
        deadlock_write(j, a, e->deadlock, d);
    json_key(j, "warnings");
    json_arr(j);
    for (uint32_t i = 0; i < e->nwarning; i++) {
        json_obj(j);
        key_str(j, "id", e->warning[i].id);
        key_str(j, "text", e->warning[i].text);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_end_obj(j);
}

static void speedups_write(struct json *j, const struct run_result *r)
{
    json_key(j, "speedups");
    json_arr(j);
    for (uint32_t i = 0; i < r->nspeedup; i++) {
        const struct speedup_result *s = &r->speedup[i];
        json_obj(j);
        key_str(j, "of", r->exec[s->of].name);
        key_str(j, "over", r->exec[s->over].name);
        key_interval_members(j, s->ratio);
        json_key(j, "bound");
        json_obj(j);
        key_num(j, "amdahl", s->amdahl);
        key_num(j, "work_span", s->work_span);
        json_end_obj(j);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void what_ifs_write(struct json *j, const struct run_result *r)
{
    if (r->nwhat_if == 0)
        return;
    json_key(j, "what_if");
    json_arr(j);
    for (uint32_t i = 0; i < r->nwhat_if; i++) {
        const struct what_if_result *w = &r->what_if[i];
        json_obj(j);
        key_str(j, "set", w->set);
        key_str(j, "execution", r->exec[w->exec].name);
        json_key(j, "complete");
        json_bool(j, w->complete);
        if (w->unstable)
            unstable_write(j, w->unstable, w->unstable_utilisation);
        if (w->deadlock) {
            json_key(j, "deadlock");
            json_bool(j, true);
        }
        if (w->error)
            key_str(j, "error", w->error);
        key_interval(j, "mean_change", w->mean_change);
        key_interval(j, "p50_change", w->p50_change);
        key_interval(j, "p99_change", w->p99_change);
        if (isfinite(w->throughput_change.value))
            key_interval(j, "throughput_change", w->throughput_change);
        if (!w->unstable && !w->deadlock && !w->error)
            key_latency(j, "latency", &w->latency);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void document_write(const struct run_result *r, const struct diags *d, bool pretty,
                           struct buf *out)
{
    struct arena *a = arena_new(0);
    struct json j;
    json_begin(&j, out, pretty);
    json_obj(&j);
    key_head(&j, "pertinax.run/1", r->version, r->seed, r->command);
    json_key(&j, "model");
    json_obj(&j);
    key_str(&j, "name", r->model_name);
    key_str(&j, "file", r->model_file);
    key_str(&j, "digest", r->digest);
    json_end_obj(&j);
    json_key(&j, "executions");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nexec; i++)
        exec_write(&j, a, &r->exec[i], d);
    json_end_arr(&j);
    speedups_write(&j, r);
    what_ifs_write(&j, r);
    json_end_obj(&j);
    buf_putc(out, '\n');
    arena_drop(a);
}

static void json_run(const struct run_result *r, const struct diags *d,
                     const struct report_look *look, struct buf *out)
{
    (void)look;
    document_write(r, d, true, out);
}

static void jsonl_run(const struct run_result *r, const struct diags *d,
                      const struct report_look *look, struct buf *out)
{
    (void)look;
    document_write(r, d, false, out);
}

const struct report report_json = {"json", ".json", "everything, unrounded, for programs", json_run,
                                   sweep_json};
const struct report report_jsonl = {"jsonl", ".jsonl", "the same on one line", jsonl_run,
                                    sweep_jsonl};
