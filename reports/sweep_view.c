/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_view.c - which numbers of a sweep stand in which table; see sweep.h. */
#include "reports/sweep.h"
#include <math.h>
#include <stdlib.h>

bool sweep_has(const struct sweep_exec *e)
{
    return isfinite(e->value.value);
}

struct scale sweep_scale(struct arena *a, const struct sweep_result *r)
{
    size_t n = 0;
    double *v = NEW(a, double, (size_t)r->ncell * r->nexec + 1);
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++)
            if (sweep_has(&r->cell[i].exec[k]))
                v[n++] = r->cell[i].exec[k].value.value;
    return sweep_metric_row[r->metric].time ? scale_time(a, v, n) : scale_plain(a, v, n);
}

static const char *mark_of(const struct sweep_result *r, const struct sweep_exec *e)
{
    return !r->judged ? "" : e->mark == SWEEP_BEST ? "*" : e->mark == SWEEP_NEAR ? "~" : " ";
}

const char *sweep_value(struct arena *a, const struct sweep_result *r, struct scale s,
                        const struct sweep_exec *e)
{
    return arena_printf(a, "%s%s", cell_bare(a, s, e->value.value).value, mark_of(r, e));
}

const char *sweep_no_value(const struct sweep_exec *e)
{
    return e->deadlock ? "deadlock" : e->unstable ? "unstable" : e->error ? "error" : "-";
}

const char *sweep_amount(struct arena *a, const struct sweep_result *r, double value)
{
    if (r->metric == SWEEP_SPEEDUP)
        return number_ratio(a, value);
    return sweep_metric_row[r->metric].time ? number_time(a, value)
                                            : arena_printf(a, "%s/s", number_short(a, value));
}

bool sweep_is_map(const struct sweep_result *r)
{
    return r->naxis == 2 && !r->zip;
}

/* ---- a row for each cell ---- */

struct ranked {
    double badness;
    uint32_t cell;
};
static int by_badness(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->badness != b->badness)
        return a->badness < b->badness ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

/* The cells to show: all there are, or the best ones. */
static uint32_t choose(struct arena *a, const struct sweep_result *r, uint32_t most,
                       uint32_t *chosen, uint32_t *left)
{
    uint32_t n = 0;
    struct ranked *v = NEW(a, struct ranked, r->ncell + 1u);
    for (uint32_t i = 0; i < r->ncell; i++) {
        const struct sweep_cell *c = &r->cell[i];
        if (!c->have)
            continue;
        double value = c->best == SWEEP_NONE ? INFINITY : c->exec[c->best].value.value;
        v[n++] = (struct ranked){sweep_metric_row[r->metric].more ? -value : value, i};
        if (c->best == SWEEP_NONE)
            v[n - 1].badness = INFINITY;
    }
    if (n > most)
        qsort(v, n, sizeof *v, by_badness);
    *left = n > most ? n - most : 0;
    n -= *left;
    for (uint32_t i = 0; i < n; i++)
        chosen[i] = v[i].cell;
    return n;
}

static struct cell value_cell(struct arena *a, const struct sweep_result *r, struct scale s,
                              const struct sweep_exec *e)
{
    if (!sweep_has(e))
        return cell_text(sweep_no_value(e));
    struct cell c = cell_interval(a, s, e->value);
    c.value = sweep_value(a, r, s, e);
    return c;
}

static void axis_cells(const struct sweep_result *r, struct row *w, uint32_t cell,
                       const uint32_t *before)
{
    bool same = before != NULL;
    for (uint32_t i = 0; i < r->naxis; i++) {
        /* What the row before says, too, is left out, from the left. */
        same = same && i + 1 < r->naxis && !r->zip && before[i] == r->cell[cell].at[i];
        w->cell[i] = cell_text(same ? NULL : r->axis[i].value[r->cell[cell].at[i]]);
    }
}

static void wide_rows(struct table *t, const struct sweep_result *r, struct scale s,
                      const uint32_t *cell, uint32_t n, bool sorted)
{
    for (uint32_t k = 0; k < r->nexec; k++)
        table_column(
            t, (struct column){.heading = r->exec_name[k], .drop_interval = (uint8_t)(k + 1)});
    for (uint32_t i = 0; i < n; i++) {
        struct row *w = table_row(t);
        axis_cells(r, w, cell[i], i && !sorted ? r->cell[cell[i - 1]].at : NULL);
        for (uint32_t k = 0; k < r->nexec; k++)
            w->cell[r->naxis + k] = value_cell(t->mem, r, s, &r->cell[cell[i]].exec[k]);
    }
}

static void long_rows(struct table *t, const struct sweep_result *r, struct scale s,
                      const uint32_t *cell, uint32_t n, bool sorted)
{
    table_column(t, (struct column){.heading = "execution", .left = true});
    table_column(t, (struct column){.heading = "value"});
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < r->nexec; k++) {
            struct row *w = table_row(t);
            if (k == 0)
                axis_cells(r, w, cell[i], i && !sorted ? r->cell[cell[i - 1]].at : NULL);
            w->cell[r->naxis] = cell_text(r->exec_name[k]);
            w->cell[r->naxis + 1] = value_cell(t->mem, r, s, &r->cell[cell[i]].exec[k]);
        }
}

struct table *sweep_table(struct arena *a, const struct sweep_result *r, uint32_t most,
                          uint32_t *left)
{
    struct table *t = table_new(a, NULL);
    struct scale s = sweep_scale(a, r);
    uint32_t *cell = NEW(a, uint32_t, r->ncell + 1u);
    uint32_t n = choose(a, r, most, cell, left);
    for (uint32_t i = 0; i < r->naxis; i++)
        table_column(t, (struct column){.heading = r->axis[i].name, .left = true});
    if (r->naxis + r->nexec <= TABLE_MAXCOL)
        wide_rows(t, r, s, cell, n, *left > 0);
    else
        long_rows(t, r, s, cell, n, *left > 0);
    return t;
}

/* ---- two axes ---- */

struct table *sweep_grid(struct arena *a, const struct sweep_result *r, uint32_t exec)
{
    const struct sweep_axis *x = &r->axis[1];
    if (x->n + 1 > TABLE_MAXCOL)
        return NULL;
    struct scale s = sweep_scale(a, r);
    struct table *t = table_new(a, r->exec_name[exec]);
    table_column(t, (struct column){.heading = arena_printf(a, "%s, %s", r->axis[0].name, x->name),
                                    .left = true});
    for (uint32_t k = 0; k < x->n; k++)
        table_column(t, (struct column){.heading = x->value[k]});
    for (uint32_t i = 0; i < r->ncell; i++) {
        struct row *w = r->cell[i].at[1] == 0 ? table_row(t) : t->last;
        w->cell[0] = cell_text(r->axis[0].value[r->cell[i].at[0]]);
        w->cell[1 + r->cell[i].at[1]] =
            r->cell[i].have ? value_cell(a, r, s, &r->cell[i].exec[exec]) : cell_text("-");
    }
    return t;
}
