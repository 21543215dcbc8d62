/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_csv.c - a comparison as a table for programs: a row for each value of an execution, each
 * speedup, each step.  Fields as in csv.c; seconds. */
#include "reports/compare.h"
#include "reports/csv.h"
#include <math.h>

static void row_begin(struct buf *out, const char *execution, const char *kind, const char *name)
{
    csv_field(out, execution);
    buf_printf(out, ",%s,", kind);
    csv_field(out, name);
}

static void interval_put(struct buf *out, double value, double lo, double hi)
{
    csv_number(out, value);
    csv_number(out, lo);
    csv_number(out, hi);
}

static void value_put(struct buf *out, const char *execution, const char *kind, const char *name,
                      const struct compare_value *v)
{
    row_begin(out, execution, kind, name);
    interval_put(out, v->measured.value, v->measured.lo, v->measured.hi);
    interval_put(out, v->predicted.value, v->predicted.lo, v->predicted.hi);
    interval_put(out, v->ratio, v->lo, v->hi);
    csv_number(out, v->margin);
    buf_printf(out, ",%s\n", agreement_name[v->verdict]);
}

static void step_put(struct buf *out, const char *execution, const struct compare_step *s)
{
    row_begin(out, execution, "step", s->name);
    interval_put(out, s->measured.value, s->measured.lo, s->measured.hi);
    interval_put(out, s->predicted, NAN, NAN);
    interval_put(out, s->ratio, s->lo, s->hi);
    csv_number(out, NAN);
    buf_printf(out, ",%s\n", agreement_name[s->verdict]);
}

void compare_csv(const struct compare_result *r, const struct report_look *look, struct buf *out)
{
    (void)look;
    buf_puts(out, "execution,kind,name,measured,measured_lo,measured_hi,model,model_lo,model_hi,"
                  "ratio,ratio_lo,ratio_hi,margin,verdict\n");
    for (uint32_t i = 0; i < r->npart; i++) {
        const struct compare_part *p = &r->part[i];
        for (uint32_t k = 0; k < p->nvalue; k++)
            value_put(out, p->execution, p->value[k].rate ? "rate" : "time", p->value[k].name,
                      &p->value[k]);
        for (uint32_t k = 0; k < p->nstep; k++)
            step_put(out, p->execution, &p->step[k]);
    }
    for (uint32_t i = 0; i < r->nspeedup; i++)
        value_put(out, r->part[r->speedup[i].of].execution, "speedup",
                  r->part[r->speedup[i].over].execution, &r->speedup[i].value);
}
