/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv.c - a run as a tidy table: a row for each execution, class and metric; columns
 * execution,kind,class,metric,value,lo,hi,unit.  Fields quoted as in RFC 4180, lines end in LF,
 * what is not known is an empty field, numbers are unrounded. */
#include "reports/csv.h"
#include "base/json.h"
#include "reports/layout.h"
#include "reports/sweep.h"
#include <math.h>
#include <string.h>

struct csv {
    struct buf *out;
    struct arena *mem;
    const struct exec_result *exec;
    const char *cls;
};

void csv_field(struct buf *out, const char *s)
{
    if (!s[strcspn(s, ",\"\r\n")]) {
        buf_puts(out, s);
        return;
    }
    buf_putc(out, '"');
    for (; *s; s++) {
        if (*s == '"')
            buf_putc(out, '"');
        buf_putc(out, *s);
    }
    buf_putc(out, '"');
}

void csv_number(struct buf *out, double x)
{
    char text[32];
    buf_putc(out, ',');
    if (isfinite(x))
        buf_puts(out, json_number(x, text));
}

static void row_put(const struct csv *c, const char *metric, struct interval v, const char *unit)
{
    const char *const words[] = {c->exec->name, c->exec->kind, c->cls, metric};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (i)
            buf_putc(c->out, ',');
        csv_field(c->out, words[i]);
    }
    csv_number(c->out, v.value);
    csv_number(c->out, v.lo);
    csv_number(c->out, v.hi);
    buf_putc(c->out, ',');
    csv_field(c->out, unit);
    buf_putc(c->out, '\n');
}

static void value_put(const struct csv *c, const char *metric, double x, const char *unit)
{
    row_put(c, metric, (struct interval){x, NAN, NAN}, unit);
}

static void part_put(const struct csv *c, const char *of, const char *name, const char *what,
                     double x, const char *unit)
{
    value_put(c, arena_printf(c->mem, "%s %s %s", of, name, what), x, unit);
}

static void latency_put(const struct csv *c, const char *prefix, const struct latency_result *l)
{
    row_put(c, arena_printf(c->mem, "%smean", prefix), l->mean, "s");
    value_put(c, arena_printf(c->mem, "%ssd", prefix), l->sd.value, "s");
    value_put(c, arena_printf(c->mem, "%smin", prefix), l->min.value, "s");
    value_put(c, arena_printf(c->mem, "%smax", prefix), l->max.value, "s");
    for (int i = 0; i < QUANTILE_COUNT; i++)
        row_put(c, arena_printf(c->mem, "%s%s", prefix, quantile_name[i]), l->q[i], "s");
}

static void class_put(struct csv *c, const struct class_result *k)
{
    c->cls = k->name ? k->name : "all";
    value_put(c, "requests", (double)k->requests, "");
    latency_put(c, "latency ", &k->latency);
    row_put(c, "duration mean", k->duration, "s");
    if (isfinite(k->throughput.value))
        row_put(c, "throughput", k->throughput, "1/s");
    for (uint32_t i = 0; i < k->noutcome; i++) {
        const char *name = outcome_name(c->mem, k->outcome[i].status);
        row_put(c, arena_printf(c->mem, "outcome %s share", name), k->outcome[i].share, "");
        if (k->noutcome > 1)
            latency_put(c, arena_printf(c->mem, "outcome %s latency ", name),
                        &k->outcome[i].latency);
    }
}

static void step_critical_put(const struct csv *c, const struct step_result *s)
{
    part_put(c, "step", s->path, "critical_probability", s->critical_probability, "");
    part_put(c, "step", s->path, "critical_share", s->critical_share, "");
    part_put(c, "step", s->path, "critical_share_p99", s->critical_share_p99, "");
    if (s->gain_by) {
        row_put(c, arena_printf(c->mem, "step %s gain", s->path), s->gain, "s");
        row_put(c, arena_printf(c->mem, "step %s gain_p99", s->path), s->gain_p99, "s");
    }
    if (isfinite(s->slack))
        part_put(c, "step", s->path, "slack", s->slack, "s");
}

static void parts_put(const struct csv *c)
{
    const struct exec_result *e = c->exec;
    for (uint32_t i = 0; i < e->nstep; i++) {
        const struct step_result *s = &e->step[i];
        part_put(c, "step", s->path, "count", s->count, "");
        part_put(c, "step", s->path, "mean", s->mean, "s");
        part_put(c, "step", s->path, "p99", s->p99, "s");
        part_put(c, "step", s->path, "attempts", s->attempts, "");
        part_put(c, "step", s->path, "failures", s->failures, "");
        if (e->walked > 0)
            step_critical_put(c, s);
    }
    for (uint32_t i = 0; i < e->ncritical; i++) {
        const struct critical_result *k = &e->critical[i];
        const char *of = arena_printf(c->mem, "critical %s", critical_kind_name[k->kind]);
        part_put(c, of, k->name, "critical_probability", k->probability, "");
        part_put(c, of, k->name, "critical_share", k->share, "");
        part_put(c, of, k->name, "critical_share_p99", k->share_p99, "");
    }
    for (uint32_t i = 0; i < e->nresource; i++) {
        const struct resource_result *q = &e->resource[i];
        part_put(c, "resource", q->name, "utilisation", q->utilisation, "");
        part_put(c, "resource", q->name, "queue", q->queue, "");
        part_put(c, "resource", q->name, "wait", q->wait, "s");
        part_put(c, "resource", q->name, "wait_p99", q->wait_p99, "s");
        part_put(c, "resource", q->name, "rejected", q->rejected, "");
        part_put(c, "resource", q->name, "queue_timeouts", q->queue_timeouts, "");
    }
    value_put(c, "threads mean", e->threads.mean, "");
    value_put(c, "threads peak", e->threads.peak, "");
    value_put(c, "tasks mean", e->tasks.mean, "");
    value_put(c, "tasks peak", e->tasks.peak, "");
    value_put(c, "memory mean", e->memory.mean, "B");
    value_put(c, "memory peak", e->memory.peak, "B");
}

static void halved_put(const struct csv *c, const struct halved_result *h)
{
    const char *of = arena_printf(c->mem, "halved %s", c->exec->step[h->step].path);
    row_put(c, arena_printf(c->mem, "%s mean change", of), h->mean_change, "s");
    row_put(c, arena_printf(c->mem, "%s p50 change", of), h->p50_change, "s");
    row_put(c, arena_printf(c->mem, "%s p99 change", of), h->p99_change, "s");
}

static void what_if_put(const struct csv *c, const struct what_if_result *w)
{
    const struct {
        const char *what, *unit;
        struct interval v;
    } row[] = {{"mean", "s", w->mean_change},
               {"p50", "s", w->p50_change},
               {"p99", "s", w->p99_change},
               {"throughput", "", w->throughput_change}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (isfinite(row[i].v.value))
            row_put(c, arena_printf(c->mem, "what-if %s %s change", w->set, row[i].what), row[i].v,
                    row[i].unit);
}

static void exec_put(struct csv *c, const struct run_result *r, uint32_t i)
{
    const struct exec_result *e = c->exec = &r->exec[i];
    c->cls = "all";
    if (e->unstable) {
        part_put(c, "unstable", e->unstable, "utilisation", e->unstable_utilisation, "");
        return;
    }
    if (e->deadlock)
        value_put(c, "deadlock time", e->deadlock->time, "s");
    class_put(c, &e->all);
    value_put(c, "work", e->work, "s");
    value_put(c, "span", e->span, "s");
    if (isfinite(e->makespan))
        value_put(c, "makespan", e->makespan, "s");
    const struct speedup_result *s = speedup_of(r, i);
    if (s) {
        row_put(c, arena_printf(c->mem, "speedup over %s", r->exec[s->over].name), s->ratio, "");
        if (isfinite(s->faster))
            value_put(c, arena_printf(c->mem, "faster than %s share", r->exec[s->over].name),
                      s->faster, "");
    }
    parts_put(c);
    for (uint32_t k = 0; k < e->nhalved; k++)
        halved_put(c, &e->halved[k]);
    for (uint32_t k = 0; k < e->nexceed; k++) {
        char text[32];
        row_put(c, arena_printf(c->mem, "above %s s share", json_number(e->exceed[k].t, text)),
                e->exceed[k].share, "");
    }
    for (uint32_t k = 0; k < r->nwhat_if; k++)
        if (r->what_if[k].exec == i)
            what_if_put(c, &r->what_if[k]);
    for (uint32_t k = 0; k < e->nclass; k++)
        class_put(c, &e->cls[k]);
}

static void csv_run(const struct run_result *r, const struct diags *d,
                    const struct report_look *look, struct buf *out)
{
    (void)d;
    (void)look;
    struct csv c = {.out = out, .mem = arena_new(0)};
    buf_puts(out, "execution,kind,class,metric,value,lo,hi,unit\n");
    for (uint32_t i = 0; i < r->nexec; i++)
        exec_put(&c, r, i);
    arena_drop(c.mem);
}

const struct report report_csv = {"csv", ".csv", "a row for each execution, class and metric",
                                  csv_run, sweep_csv};
