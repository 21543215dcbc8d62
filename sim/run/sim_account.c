/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_account.c - what the simulator counts: areas under numbers over time, waits, steps. */
#include "run/sim_impl.h"
#include "base/hist.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows: one for each resource of the program, then cores, gil, loop. */
uint32_t sim_rows(const struct prog *p)
{
    return p->nres + p->uses_cpu + p->gil_contended + p->has_loop;
}

const char *sim_row_name(const struct prog *p, uint32_t row)
{
    if (row < p->nres)
        return p->res[row].name;
    row -= p->nres;
    if (p->uses_cpu && row-- == 0)
        return "cores";
    if (p->gil_contended && row-- == 0)
        return "gil";
    return "loop";
}

double sim_row_capacity(const struct prog *p, uint32_t row)
{
    if (row < p->nres)
        return (double)p->res[row].size * res_instances(p, row);
    row -= p->nres;
    if (p->uses_cpu && row-- == 0)
        return p->cores;
    return p->workers;
}

void account_init(struct sim *s)
{
    const struct prog *p = s->p;
    s->nrow = sim_rows(p);
    s->row = xcalloc(s->nrow + 1, sizeof *s->row);
    for (uint32_t i = 0; i < s->nrow; i++)
        s->row[i].wait = hist_new();
    uint32_t at = p->nres;
    s->row_cores = p->uses_cpu ? at++ : NONE;
    s->row_gil = p->gil_contended ? at++ : NONE;
    s->row_loop = p->has_loop ? at : NONE;
    s->step = xcalloc(p->nmark + 1, sizeof *s->step);
}

void account_free(struct sim *s)
{
    for (uint32_t i = 0; i < s->nrow; i++)
        hist_free(s->row[i].wait);
    for (uint32_t i = 0; i < s->p->nmark; i++)
        if (s->step[i].duration != NULL)
            hist_free(s->step[i].duration);
    free(s->row);
    free(s->step);
}

static double threads_now(const struct sim *s)
{
    return s->st.threads + (s->p->has_loop ? s->p->workers : 0);
}

/* An item that nobody works on is data. */
static double tasks_now(const struct sim *s)
{
    return (double)s->st.live - s->st.items;
}

static double memory_now(const struct sim *s)
{
    double frames = s->p->has_loop ? tasks_now(s) : 0;
    return threads_now(s) * s->p->stack + frames * s->p->frame;
}

void account_peaks(struct sim *s)
{
    s->acc.task_peak = fmax(s->acc.task_peak, tasks_now(s));
    s->thread_peak = s->st.threads > s->thread_peak ? s->st.threads : s->thread_peak;
    s->acc.thread_peak = fmax(s->acc.thread_peak, threads_now(s));
    s->acc.memory_peak = fmax(s->acc.memory_peak, memory_now(s));
}

void account_traced(struct sim *s, int64_t work, int64_t span)
{
    s->traced_done++;
    if (!s->alone && s->traced >= s->o.trace_requests && s->traced_done == s->traced) {
        s->follow = NULL; /* nobody asks any more */
        s->cpu.d.watch = NULL;
    }
    s->work_sum += (double)work;
    s->span_sum += (double)span;
}

void account_cpu(struct sim *s)
{
    struct row_state *r;
    if (s->row_cores != NONE) {
        r = &s->row[s->row_cores];
        double busy = s->cpu.nbusy < s->cpu.ncore ? s->cpu.nbusy : s->cpu.ncore;
        account_row(s, s->row_cores, busy - r->busy, s->cpu.nqueue - r->queue);
    }
    if (s->row_gil != NONE) {
        double n = 0;
        for (uint32_t w = 0; w < s->cpu.nworker; w++)
            n += s->cpu.lock[w].n;
        r = &s->row[s->row_gil];
        account_row(s, s->row_gil, s->cpu.nheld - r->busy, n - r->queue);
    }
}

/* ---- steps of traced requests ---- */

void account_enter(struct sim *s, uint32_t task, uint32_t mark, uint32_t depth)
{
    (void)mark;
    s->enter[(size_t)task * s->p->ndepth + depth] = s->now;
}

void account_left(struct sim *s, uint32_t mark, int64_t ns)
{
    struct sim_step_account *a = &s->step[mark];
    if (a->duration == NULL)
        a->duration = hist_new();
    hist_add(a->duration, ns, 1);
    a->count++;
    a->sum += (double)ns;
}

void account_leave(struct sim *s, uint32_t task, uint32_t mark, uint32_t depth, uint32_t how)
{
    if (how == 2)
        return; /* cancelled: neither a duration nor a failure of its own */
    account_left(s, mark, s->now - s->enter[(size_t)task * s->p->ndepth + depth]);
    s->step[mark].failures += how == 1;
}

/* ---- what the caller sees ---- */

void sim_snapshot(const struct sim *s, struct sim_account *out)
{
    struct sim_res_account *row = out->row;
    *out = s->acc;
    out->row = row;
    out->nrow = s->nrow;
    out->time = s->base + s->now;
    out->tasks = s->st.live;
    double dt = (double)(s->now - s->acc_last);
    out->present_area += dt * (double)s->acc.present;
    out->thread_area += dt * s->st.threads;
    out->task_area += dt * tasks_now(s);
    if (s->p->has_loop)
        out->thread_area += (double)out->time * s->p->workers;
    out->memory_area =
        out->thread_area * s->p->stack + (s->p->has_loop ? out->task_area * s->p->frame : 0);
    for (uint32_t i = 0; i < s->nrow; i++) {
        const struct row_state *r = &s->row[i];
        out->row[i] = r->acc;
        out->row[i].busy_area += (double)(s->now - r->last) * r->busy;
        out->row[i].queue_area += (double)(s->now - r->last) * r->queue;
    }
}

/* Waits of no time are counted by acquisitions but not kept one by one: put them back. */
const struct hist *sim_wait_hist(const struct sim *s, uint32_t row)
{
    struct row_state *r = &s->row[row];
    uint64_t n = hist_count(r->wait);
    if (n < r->acc.acquisitions - r->early)
        hist_add(r->wait, 0, r->acc.acquisitions - r->early - n);
    return r->wait;
}

uint64_t sim_traced(const struct sim *s)
{
    return s->traced_done;
}

const struct sim_step_account *sim_step(const struct sim *s, uint32_t mark)
{
    return &s->step[mark];
}

void sim_work_span(const struct sim *s, double *work, double *span)
{
    *work = s->work_sum;
    *span = s->span_sum;
}

const char *sim_error(const struct sim *s, struct loc *at)
{
    *at = s->error_at;
    return s->error;
}

const struct record *sim_records(const struct sim *s, uint64_t *n)
{
    *n = s->nrec;
    return s->rec;
}

void sim_take(struct sim *s)
{
    s->nrec = 0;
}
