/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_json.c - a sweep for programs: schema "pertinax.sweep/1", unrounded.  It holds all that the
 * other formats show, so that shards can be put together from it (sweep_read.c, ORDER sweep json:
 * axes and executions come before cells).  What is judged (marks, knees, crossings) stands only in
 * the document of a whole sweep, and is made anew by a merge. */
#include "reports/sweep.h"
#include "core/sweep_judge.h"
#include "reports/key.h"
#include <math.h>

static const char *const mark_name[] = {"worse", "near", "best"}; /* ORDER sweep_mark */

static void strings_write(struct json *j, const char *key, const char *const *s, uint32_t n)
{
    json_key(j, key);
    json_arr(j);
    for (uint32_t i = 0; i < n; i++)
        json_str(j, s[i]);
    json_end_arr(j);
}

static void head_write(struct json *j, const struct sweep_result *r)
{
    const struct run_result *b = &r->base;
    key_head(j, "pertinax.sweep/1", b->version, b->seed, b->command);
    json_key(j, "model");
    json_obj(j);
    key_str(j, "name", b->model_name);
    key_str(j, "doc", b->model_doc);
    key_str(j, "file", b->model_file);
    key_str(j, "digest", b->digest);
    json_end_obj(j);
    json_key(j, "assumed");
    json_obj(j);
    key_str(j, "load", b->assumed_load);
    key_str(j, "cores", b->assumed_cores);
    key_str(j, "gil", b->assumed_gil);
    key_str(j, "costs", b->assumed_costs);
    json_key(j, "no_load");
    json_bool(j, b->no_load);
    json_end_obj(j);
    json_key(j, "precision");
    json_obj(j);
    key_num(j, "mean", b->precision_mean);
    key_num(j, "p99", b->precision_p99);
    key_count(j, "max_requests", b->max_requests);
    json_end_obj(j);
    key_str(j, "metric", sweep_metric_row[r->metric].name);
    json_key(j, "zip");
    json_bool(j, r->zip);
    json_key(j, "shard");
    json_obj(j);
    key_count(j, "index", r->shard);
    key_count(j, "of", r->shards);
    json_end_obj(j);
    json_key(j, "complete");
    json_bool(j, r->complete);
}

static void axes_write(struct json *j, const struct sweep_result *r)
{
    json_key(j, "axes");
    json_arr(j);
    for (uint32_t i = 0; i < r->naxis; i++) {
        const struct sweep_axis *x = &r->axis[i];
        json_obj(j);
        key_str(j, "name", x->name);
        strings_write(j, "values", x->value, x->n);
        json_key(j, "numbers");
        json_arr(j);
        for (uint32_t k = 0; k < x->n; k++)
            json_num(j, x->number[k]);
        json_end_arr(j);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_key(j, "executions");
    json_arr(j);
    for (uint32_t i = 0; i < r->nexec; i++) {
        json_obj(j);
        key_str(j, "name", r->exec_name[i]);
        key_str(j, "kind", r->exec_kind[i]);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void trouble_write(struct json *j, const struct sweep_exec *e)
{
    if (e->unstable) {
        json_key(j, "unstable");
        json_obj(j);
        key_str(j, "resource", e->unstable);
        key_num(j, "utilisation", e->unstable_utilisation);
        json_end_obj(j);
    }
    if (e->deadlock) {
        json_key(j, "deadlock");
        json_obj(j);
        key_num(j, "time", e->deadlock_time);
        json_end_obj(j);
    }
    if (e->error)
        key_str(j, "error", e->error);
}

static void outcomes_write(struct json *j, const struct sweep_exec *e)
{
    json_key(j, "outcomes");
    json_arr(j);
    for (uint32_t i = 0; i < e->noutcome; i++) {
        json_obj(j);
        json_key(j, "status"); /* 0: unanswered */
        json_int(j, e->outcome[i].status);
        key_interval_members(j, e->outcome[i].share);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void exec_write(struct json *j, const struct sweep_result *r, const struct sweep_exec *e,
                       uint32_t exec)
{
    json_obj(j);
    key_str(j, "name", r->exec_name[exec]);
    key_count(j, "requests", e->requests);
    json_key(j, "complete");
    json_bool(j, e->complete);
    key_str(j, "stopped", run_stop_name[e->stopped]);
    trouble_write(j, e);
    key_latency(j, "latency", &e->latency);
    key_interval(j, "throughput", e->throughput);
    key_interval(j, "speedup", e->speedup);
    if (isfinite(e->makespan))
        key_num(j, "makespan", e->makespan);
    outcomes_write(j, e);
    json_key(j, "warnings");
    json_arr(j);
    for (uint32_t i = 0; i < e->nwarning; i++) {
        json_obj(j);
        key_str(j, "id", e->warning[i].id);
        key_str(j, "text", e->warning[i].text);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_key(j, "sections"); /* of the metric, for comparisons */
    json_arr(j);
    for (uint32_t i = 0; i < e->nsection; i++)
        json_num(j, e->section[i]);
    json_end_arr(j);
    if (r->judged)
        key_str(j, "mark", mark_name[e->mark]);
    json_end_obj(j);
}

static void cells_write(struct json *j, const struct sweep_result *r)
{
    json_key(j, "cells");
    json_arr(j);
    for (uint32_t i = 0; i < r->ncell; i++) {
        const struct sweep_cell *c = &r->cell[i];
        if (!c->have)
            continue;
        json_obj(j);
        key_count(j, "cell", i);
        json_key(j, "set");
        json_obj(j);
        for (uint32_t k = 0; k < r->naxis; k++)
            key_str(j, r->axis[k].name, r->axis[k].value[c->at[k]]);
        json_end_obj(j);
        json_key(j, "executions");
        json_arr(j);
        for (uint32_t k = 0; k < r->nexec; k++)
            exec_write(j, r, &c->exec[k], k);
        json_end_arr(j);
        if (r->judged) {
            key_str(j, "best", c->best == SWEEP_NONE ? NULL : r->exec_name[c->best]);
            json_key(j, "beyond_doubt");
            json_bool(j, c->sure);
        }
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void judged_write(struct json *j, const struct sweep_result *r)
{
    json_key(j, "best");
    if (r->best_cell == SWEEP_NONE) {
        json_null(j);
    } else {
        json_obj(j);
        key_count(j, "cell", r->best_cell);
        key_str(j, "execution", r->exec_name[r->best_exec]);
        json_end_obj(j);
    }
    json_key(j, "knees");
    json_arr(j);
    for (uint32_t i = 0; i < r->nknee; i++) {
        const struct sweep_knee *k = &r->knee[i];
        json_obj(j);
        key_str(j, "kind", k->kind == SWEEP_KNEE_FROM ? "from" : "up to");
        key_str(j, "axis", r->axis[k->axis].name);
        key_str(j, "execution", r->exec_name[k->exec]);
        key_count(j, "cell", k->cell);
        key_str(j, "value", r->axis[k->axis].value[r->cell[k->cell].at[k->axis]]);
        key_count(j, "best_cell", k->best);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_key(j, "crossings");
    json_arr(j);
    for (uint32_t i = 0; i < r->ncross; i++) {
        const struct sweep_cross *k = &r->cross[i];
        json_obj(j);
        key_str(j, "axis", r->axis[k->axis].name);
        key_str(j, "from", r->exec_name[k->from]);
        key_str(j, "to", r->exec_name[k->to]);
        key_count(j, "last_cell", k->last);
        key_count(j, "cell", k->cell);
        json_end_obj(j);
    }
    json_end_arr(j);
}

static void document_write(const struct sweep_result *r, bool pretty, struct buf *out)
{
    struct json j;
    json_begin(&j, out, pretty);
    json_obj(&j);
    head_write(&j, r);
    axes_write(&j, r);
    cells_write(&j, r);
    if (r->judged)
        judged_write(&j, r);
    json_end_obj(&j);
    buf_putc(out, '\n');
}

void sweep_json(const struct sweep_result *r, const struct diags *d, const struct report_look *look,
                struct buf *out)
{
    (void)d;
    (void)look;
    document_write(r, true, out);
}

void sweep_jsonl(const struct sweep_result *r, const struct diags *d,
                 const struct report_look *look, struct buf *out)
{
    (void)d;
    (void)look;
    document_write(r, false, out);
}
