/* SPDX-License-Identifier: GPL-3.0-or-later */
/* total.c - accounts of many simulations as one; see tally.h. */
#include "run/tally.h"
#include "base/hist.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void total_init(struct total *t, const struct prog *p, bool with_hists)
{
    *t = (struct total){.nrow = sim_rows(p), .nmark = p->nmark};
    t->row = xcalloc(t->nrow + 1u, sizeof *t->row);
    t->step = xcalloc(t->nmark + 1u, sizeof *t->step);
    if (with_hists) {
        t->wait = xcalloc(t->nrow + 1u, sizeof *t->wait);
        t->duration = xcalloc(t->nmark + 1u, sizeof *t->duration);
    }
}

void total_free(struct total *t)
{
    for (uint32_t i = 0; t->wait && i < t->nrow; i++)
        hist_free(t->wait[i]);
    for (uint32_t i = 0; t->duration && i < t->nmark; i++)
        hist_free(t->duration[i]);
    free(t->wait);
    free(t->duration);
    free(t->row);
    free(t->step);
    *t = (struct total){0};
}

static void res_add(struct sim_res_account *r, const struct sim_res_account *f)
{
    r->acquisitions += f->acquisitions;
    r->rejected += f->rejected;
    r->queue_timeouts += f->queue_timeouts;
    r->busy_area += f->busy_area;
    r->queue_area += f->queue_area;
    r->wait_sum += f->wait_sum;
}

static void hist_into(struct hist **into, const struct hist *from)
{
    if (!from || hist_count(from) == 0)
        return;
    if (!*into)
        *into = hist_new();
    hist_merge(*into, from);
}

void total_merge(struct total *into, const struct total *from)
{
    into->time += from->time;
    into->present_area += from->present_area;
    into->thread_area += from->thread_area;
    into->task_area += from->task_area;
    into->memory_area += from->memory_area;
    into->thread_peak = fmax(into->thread_peak, from->thread_peak);
    into->task_peak = fmax(into->task_peak, from->task_peak);
    into->memory_peak = fmax(into->memory_peak, from->memory_peak);
    into->events += from->events;
    into->arrivals += from->arrivals;
    into->finished += from->finished;
    into->traced += from->traced;
    into->work += from->work;
    into->span += from->span;
    for (uint32_t i = 0; i < into->nrow; i++)
        res_add(&into->row[i], &from->row[i]);
    for (uint32_t i = 0; i < into->nmark; i++) {
        into->step[i].count += from->step[i].count;
        into->step[i].retries += from->step[i].retries;
        into->step[i].failures += from->step[i].failures;
        into->step[i].sum += from->step[i].sum;
    }
    for (uint32_t i = 0; into->wait && from->wait && i < into->nrow; i++)
        hist_into(&into->wait[i], from->wait[i]);
    for (uint32_t i = 0; into->duration && from->duration && i < into->nmark; i++)
        hist_into(&into->duration[i], from->duration[i]);
}

void total_account(struct total *t, const struct sim_account *from, const struct sim_account *to)
{
    static const struct sim_account start;
    const struct sim_account *f = from ? from : &start;
    t->time += (double)(to->time - f->time);
    t->present_area += to->present_area - f->present_area;
    t->thread_area += to->thread_area - f->thread_area;
    t->task_area += to->task_area - f->task_area;
    t->memory_area += to->memory_area - f->memory_area;
    t->thread_peak = fmax(t->thread_peak, to->thread_peak);
    t->task_peak = fmax(t->task_peak, to->task_peak);
    t->memory_peak = fmax(t->memory_peak, to->memory_peak);
    t->events += to->events - f->events;
    t->arrivals += to->arrivals - f->arrivals;
    t->finished += to->finished - f->finished;
    for (uint32_t i = 0; i < t->nrow; i++) {
        struct sim_res_account d = to->row[i];
        if (from) {
            d.acquisitions -= f->row[i].acquisitions;
            d.rejected -= f->row[i].rejected;
            d.queue_timeouts -= f->row[i].queue_timeouts;
            d.busy_area -= f->row[i].busy_area;
            d.queue_area -= f->row[i].queue_area;
            d.wait_sum -= f->row[i].wait_sum;
        }
        res_add(&t->row[i], &d);
    }
}

void total_steps(struct total *t, const struct sim *s)
{
    double work = 0, span = 0;
    t->traced += sim_traced(s);
    sim_work_span(s, &work, &span);
    t->work += work;
    t->span += span;
    for (uint32_t i = 0; i < t->nmark; i++) {
        const struct sim_step_account *a = sim_step(s, i);
        t->step[i].count += a->count;
        t->step[i].retries += a->retries;
        t->step[i].failures += a->failures;
        t->step[i].sum += a->sum;
    }
}

void total_hists(struct total *t, const struct sim *s)
{
    for (uint32_t i = 0; i < t->nrow; i++)
        hist_into(&t->wait[i], sim_wait_hist(s, i));
    for (uint32_t i = 0; i < t->nmark && sim_traced(s); i++)
        hist_into(&t->duration[i], sim_step(s, i)->duration);
}

static double hist_p99(const struct hist *h, double none)
{
    uint64_t n = h ? hist_count(h) : 0;
    return n ? (double)hist_at_rank(h, stats_rank(n, 0.99)) / SECOND : none;
}

static void report_resources(const struct total *t, const struct prog *p, struct arena *a,
                             struct exec_result *e)
{
    e->resource = NEW(a, struct resource_result, t->nrow);
    for (uint32_t i = 0; i < t->nrow; i++) {
        const struct sim_res_account *r = &t->row[i];
        double capacity = sim_row_capacity(p, i), n = (double)r->acquisitions;
        if (!isfinite(capacity) && r->acquisitions == 0 && r->busy_area <= 0)
            continue;
        bool limited = isfinite(capacity) && capacity > 0 && t->time > 0;
        e->resource[e->nresource++] = (struct resource_result){
            .name = sim_row_name(p, i),
            .utilisation = limited ? r->busy_area / (capacity * t->time) : NAN,
            .queue = t->time > 0 ? r->queue_area / t->time : NAN,
            .wait = n > 0 ? r->wait_sum / n / SECOND : 0,
            .wait_p99 = hist_p99(t->wait[i], 0),
            .rejected = (double)r->rejected,
            .queue_timeouts = (double)r->queue_timeouts,
            .acquisitions = n};
    }
}

void total_report(const struct total *t, const struct prog *p, struct arena *a,
                  struct exec_result *e)
{
    double traced = (double)t->traced;
    report_resources(t, p, a, e);
    e->nstep = t->nmark;
    e->step = NEW(a, struct step_result, t->nmark);
    for (uint32_t i = 0; i < t->nmark; i++) {
        const struct step_sum *s = &t->step[i];
        double n = (double)s->count;
        uint64_t ended = t->duration[i] ? hist_count(t->duration[i]) : 0;
        e->step[i] =
            (struct step_result){.path = p->mark[i].path,
                                 .at = p->mark[i].at,
                                 .count = traced > 0 ? n / traced : NAN,
                                 .mean = ended ? s->sum / (double)ended / SECOND : NAN,
                                 .p99 = hist_p99(t->duration[i], NAN),
                                 .attempts = n > 0 ? 1 + (double)s->retries / n : NAN,
                                 .failures = traced > 0 ? (double)s->failures / traced : NAN,
                                 .critical_probability = NAN,
                                 .critical_share = NAN,
                                 .critical_share_p99 = NAN,
                                 .gain = {NAN, NAN, NAN},
                                 .gain_p99 = {NAN, NAN, NAN},
                                 .slack = NAN};
    }
    e->work = traced > 0 ? t->work / traced / SECOND : NAN;
    e->span = traced > 0 ? t->span / traced / SECOND : NAN;
    e->threads.mean = t->time > 0 ? t->thread_area / t->time : NAN;
    e->threads.peak = t->thread_peak;
    e->tasks.mean = t->time > 0 ? t->task_area / t->time : NAN;
    e->tasks.peak = t->task_peak;
    e->memory.mean = t->time > 0 ? t->memory_area / t->time : NAN;
    e->memory.peak = t->memory_peak;
    e->events = t->events;
}
