/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_json.c - a comparison for programs.  Seconds; what is not known is null. */
#include "reports/compare.h"
#include "reports/key.h"

static void put_value(struct json *j, const struct compare_value *v)
{
    key_str(j, "name", v->name);
    key_interval(j, "measured", v->measured);
    key_interval(j, "model", v->predicted);
    key_interval(j, "ratio", (struct interval){v->ratio, v->lo, v->hi});
    key_num(j, "margin", v->margin);
    key_str(j, "verdict", agreement_name[v->verdict]);
    key_num(j, "needed", v->needed);
}

static void put_step(struct json *j, const struct compare_step *s)
{
    json_obj(j);
    key_str(j, "step", s->name);
    key_num(j, "measured_count", s->measured_count);
    key_num(j, "model_count", s->predicted_count);
    key_interval(j, "measured", s->measured);
    key_num(j, "model", s->predicted);
    key_interval(j, "ratio", (struct interval){s->ratio, s->lo, s->hi});
    key_num(j, "measured_critical_share", s->measured_share);
    key_num(j, "model_critical_share", s->predicted_share);
    key_str(j, "verdict", agreement_name[s->verdict]);
    json_end_obj(j);
}

static void put_reason(struct json *j, const struct compare_reason *w)
{
    json_obj(j);
    key_num(j, "longer", w->longer);
    key_num(j, "within_steps", w->within);
    key_str(j, "step", w->step);
    key_num(j, "step_longer", w->step_longer);
    key_num(j, "one_longer", w->one_longer);
    key_str(j, "waits_for", w->waits_for);
    key_num(j, "wait", w->wait);
    key_num(j, "model_wait", w->wait_model);
    key_str(j, "cost", w->cost);
    key_num(j, "cost_paid", w->cost_paid);
    key_num(j, "model_cost_paid", w->cost_paid_model);
    key_str(j, "busy", w->busy);
    key_num(j, "busy_share", w->busy_share);
    key_num(j, "model_busy_share", w->busy_model);
    json_end_obj(j);
}

void compare_part_members(struct json *j, const struct compare_part *p)
{
    key_str(j, "execution", p->execution);
    key_str(j, "label", p->label);
    key_count(j, "requests", p->requests);
    if (p->stalls)
        key_str(j, "stalls", p->stalls);
    key_str(j, "trouble", p->trouble);
    key_num(j, "lag1", p->lag1);
    json_key(j, "dependent");
    json_bool(j, p->dependent);
    json_key(j, "paired");
    json_bool(j, p->paired);
    json_key(j, "reason");
    if (p->reason)
        put_reason(j, p->reason);
    else
        json_null(j);
    key_num(j, "at_once", p->at_once);
    key_num(j, "model_at_once", p->at_once_predicted);
    json_key(j, "values");
    json_arr(j);
    for (uint32_t i = 0; i < p->nvalue; i++) {
        json_obj(j);
        put_value(j, &p->value[i]);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_key(j, "steps");
    json_arr(j);
    for (uint32_t i = 0; i < p->nstep; i++)
        put_step(j, &p->step[i]);
    json_end_arr(j);
    json_key(j, "unknown");
    json_arr(j);
    for (uint32_t i = 0; i < p->nunknown; i++)
        json_str(j, p->unknown[i]);
    json_end_arr(j);
}

static void put_scaling(struct json *j, const struct compare_scaling *s)
{
    json_key(j, "scaling");
    json_obj(j);
    key_interval(j, "gamma", s->gamma);
    key_interval(j, "sigma", s->sigma);
    key_interval(j, "kappa", s->kappa);
    key_num(j, "alone", s->alone);
    key_num(j, "sd", s->sd);
    key_num(j, "peak_at_once", s->peak_n);
    key_num(j, "peak_throughput", s->peak_x);
    json_key(j, "levels");
    json_arr(j);
    for (uint32_t i = 0; i < s->nlevel; i++) {
        json_obj(j);
        key_str(j, "label", s->level[i].label);
        key_count(j, "requests", s->level[i].requests);
        key_num(j, "at_once", s->level[i].n);
        key_num(j, "throughput", s->level[i].x);
        key_num(j, "law", s->level[i].law);
        key_num(j, "speedup", s->level[i].speedup);
        key_num(j, "serial_fraction", s->level[i].serial);
        json_end_obj(j);
    }
    json_end_arr(j);
    json_end_obj(j);
}

void compare_json(const struct compare_result *r, const struct report_look *look, struct buf *out)
{
    struct json j;
    (void)look;
    json_begin(&j, out, true);
    json_obj(&j);
    key_head(&j, "pertinax.compare/1", r->version, r->seed, r->command);
    key_str(&j, "model", r->model_name);
    key_str(&j, "digest", r->digest);
    key_str(&j, "store", r->store);
    key_str(&j, "root", r->root);
    if (r->costs)
        key_str(&j, "costs", r->costs);
    key_str(&j, "verdict", agreement_name[r->verdict]);
    json_key(&j, "executions");
    json_arr(&j);
    for (uint32_t i = 0; i < r->npart; i++) {
        json_obj(&j);
        compare_part_members(&j, &r->part[i]);
        json_end_obj(&j);
    }
    json_end_arr(&j);
    json_key(&j, "speedups");
    json_arr(&j);
    for (uint32_t i = 0; i < r->nspeedup; i++) {
        const struct compare_speedup *s = &r->speedup[i];
        json_obj(&j);
        key_str(&j, "of", r->part[s->of].execution);
        key_str(&j, "over", r->part[s->over].execution);
        put_value(&j, &s->value);
        key_num(&j, "amdahl", s->amdahl);
        key_num(&j, "work_span", s->work_span);
        key_num(&j, "at_once_most", s->width);
        key_interval(&j, "serial_fraction", s->serial);
        json_end_obj(&j);
    }
    json_end_arr(&j);
    if (r->scaling)
        put_scaling(&j, r->scaling);
    json_end_obj(&j);
    buf_putc(out, '\n');
}
