/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_csv.c - a sweep as a table for programs: a row for each cell and execution; first the axes,
 * then the metric and what else is worth plotting, with intervals.  Fields as in csv.c. */
#include "reports/sweep.h"
#include "reports/csv.h"
#include <math.h>

static void head_put(const struct sweep_result *r, struct buf *out)
{
    for (uint32_t i = 0; i < r->naxis; i++) {
        csv_field(out, r->axis[i].name);
        buf_putc(out, ',');
    }
    buf_puts(out, "execution,requests,status,mark,metric,value,lo,hi,mean,mean_lo,mean_hi");
    for (int i = 0; i < QUANTILE_COUNT; i++)
        buf_printf(out, ",%s,%s_lo,%s_hi", quantile_name[i], quantile_name[i], quantile_name[i]);
    buf_puts(out, ",throughput,throughput_lo,throughput_hi,speedup,speedup_lo,speedup_hi,"
                  "makespan\n");
}

static void interval_put(struct buf *out, struct interval v)
{
    csv_number(out, v.value);
    csv_number(out, v.lo);
    csv_number(out, v.hi);
}

static void row_put(const struct sweep_result *r, uint32_t cell, uint32_t exec, struct buf *out)
{
    static const char *const mark[] = {"", "near", "best"}; /* ORDER sweep_mark */
    const struct sweep_cell *c = &r->cell[cell];
    const struct sweep_exec *e = &c->exec[exec];
    for (uint32_t i = 0; i < r->naxis; i++) {
        csv_field(out, r->axis[i].value[c->at[i]]);
        buf_putc(out, ',');
    }
    csv_field(out, r->exec_name[exec]);
    buf_printf(out, ",%llu,", (unsigned long long)e->requests);
    csv_field(out, run_stop_name[e->stopped]);
    buf_printf(out, ",%s,%s", mark[e->mark], sweep_metric_row[r->metric].name);
    interval_put(out, e->value);
    interval_put(out, e->latency.mean);
    for (int i = 0; i < QUANTILE_COUNT; i++)
        interval_put(out, e->latency.q[i]);
    interval_put(out, e->throughput);
    interval_put(out, e->speedup);
    csv_number(out, e->makespan);
    buf_putc(out, '\n');
}

void sweep_csv(const struct sweep_result *r, const struct diags *d, const struct report_look *look,
               struct buf *out)
{
    (void)d;
    (void)look;
    head_put(r, out);
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++)
            row_put(r, i, k, out);
}
