/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_share.c - where the time goes and what is busy, for the HTML report: critical shares and
 * resources, as bars (bars.c) with a table. */
#include "reports/page.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 12 }; /* bars beyond the greatest say little; the table has all */
static const double least_share = 0.005;

static struct interval just(double v)
{
    return (struct interval){v, NAN, NAN};
}

static struct legend *legend_of(struct arena *a, const struct run_result *r, const bool *shown)
{
    struct legend *l = NEW(a, struct legend, r->nexec + 1u);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        if (shown[i])
            l[n++] = (struct legend){series_class(a, "bar", i), r->exec[i].name};
    return l;
}

/* ---- critical shares ---- */

struct share_row {
    const char *name;
    double *share, *p99; /* by execution; NAN: not walked */
    double most;
    uint32_t order;
};
struct shares {
    uint32_t n, cap;
    struct share_row *v;
    bool *walked;
};

static struct share_row *share_find(struct arena *a, struct shares *s, const char *name,
                                    uint32_t nexec)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i].name, name) == 0)
            return &s->v[i];
    if (s->n == s->cap)
        return NULL;
    struct share_row *w = &s->v[s->n];
    *w = (struct share_row){.name = name,
                            .share = NEW(a, double, nexec),
                            .p99 = NEW(a, double, nexec),
                            .order = s->n++};
    return w;
}

static const char *critical_name(struct arena *a, const struct critical_result *c)
{
    static const char *const format[] = {"waiting for %s",
                                         "waiting for a thread of %s",
                                         "waiting for a core",
                                         "waiting for the GIL",
                                         "waiting for the loop",
                                         "cost: %s",
                                         "other"};
    const char *f = format[c->kind], *at = strstr(f, "%s");
    return at ? arena_printf(a, "%.*s%s%s", (int)(at - f), f, c->name ? c->name : "", at + 2) : f;
}

static int share_compare(const void *x, const void *y)
{
    const struct share_row *a = x, *b = y;
    if (a->most != b->most)
        return a->most < b->most ? 1 : -1;
    return a->order < b->order ? -1 : 1;
}

static void share_add(struct share_row *w, uint32_t exec, double share, double p99)
{
    if (!w || !isfinite(share))
        return;
    w->share[exec] += share;
    w->p99[exec] += isfinite(p99) ? p99 : 0;
    w->most = fmax(w->most, w->share[exec]);
}

static struct shares shares_make(struct arena *a, const struct run_result *r)
{
    struct shares s = {.walked = NEW(a, bool, r->nexec + 1u)};
    for (uint32_t i = 0; i < r->nexec; i++)
        s.cap += r->exec[i].nstep + r->exec[i].ncritical;
    s.cap = s.cap < 4096 ? s.cap : 4096;
    s.v = NEW(a, struct share_row, s.cap + 1u);
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        if (!exec_has_result(e) || e->walked == 0)
            continue;
        s.walked[i] = true;
        for (uint32_t k = 0; k < e->nstep; k++)
            if (e->step[k].critical_share > 0)
                share_add(share_find(a, &s, path_short(e->step[k].path), r->nexec), i,
                          e->step[k].critical_share, e->step[k].critical_share_p99);
        for (uint32_t k = 0; k < e->ncritical; k++)
            if (e->critical[k].share > 0)
                share_add(share_find(a, &s, critical_name(a, &e->critical[k]), r->nexec), i,
                          e->critical[k].share, e->critical[k].share_p99);
    }
    qsort(s.v, s.n, sizeof *s.v, share_compare);
    return s;
}

static struct table *shares_table(struct arena *a, const struct run_result *r,
                                  const struct shares *s)
{
    enum { MOST = TABLE_MAXCOL / 2 };
    struct table *t = table_new(a, NULL);
    table_column(t, (struct column){.heading = "step or wait", .left = true});
    uint32_t shown = 0;
    for (uint32_t i = 0; i < r->nexec && shown < MOST - 1; i++)
        if (s->walked[i]) {
            table_column(t, (struct column){.heading = r->exec[i].name});
            table_column(t, (struct column){.heading = "near p99"});
            shown++;
        }
    for (uint32_t k = 0; k < s->n && k < 200; k++) {
        struct row *w = table_row(t);
        uint32_t c = 1;
        w->cell[0] = cell_text(s->v[k].name);
        for (uint32_t i = 0; i < r->nexec && c + 1 < t->ncol; i++)
            if (s->walked[i]) {
                w->cell[c++] = cell_text(number_percent(a, s->v[k].share[i]));
                w->cell[c++] = cell_text(number_percent(a, s->v[k].p99[i]));
            }
    }
    return t;
}

void chart_critical(struct page *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    struct shares s = shares_make(a, r);
    uint32_t shown = 0;
    if (s.n == 0)
        return;
    for (uint32_t i = 0; i < r->nexec; i++)
        shown += s.walked[i];
    struct bars *b = bars_new(a, AXIS_PERCENT, s.n < ROWS ? s.n : ROWS, shown);
    for (uint32_t k = 0; k < s.n && k < ROWS && (k == 0 || s.v[k].most >= least_share); k++) {
        struct bars_row *w = bars_row(a, b, s.v[k].name);
        w->keep_end = true;
        for (uint32_t i = 0; i < r->nexec; i++)
            if (s.walked[i])
                bars_add(b, w, series_class(a, "", i), just(s.v[k].share[i]),
                         number_percent(a, s.v[k].share[i]));
    }
    page_section(p, "critical", "Where the time goes");
    page_figure(
        p, &(struct figure){.title = "Share of the critical path",
                            .desc = bars_desc(a, b),
                            .reading = "The critical path of a request is the chain of steps and "
                                       "waits that its answer waited for; all shares sum to 100 %.",
                            .legend = legend_of(a, r, s.walked),
                            .draw = bars_draw,
                            .ctx = b});
    page_table(p, "Share of the time on critical paths: of all requests, and of those near p99",
               shares_table(a, r, &s));
    page_section_end(p);
}

/* ---- resources ---- */

void chart_resources(struct page *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    struct table *t = view_resources(a, r), *usage = view_usage(a, r);
    bool *shown = NEW(a, bool, r->nexec + 1u);
    uint32_t rows = 0;
    if (!t && !usage)
        return;
    for (uint32_t i = 0; i < r->nexec; i++)
        rows += r->exec[i].nresource;
    struct bars *b = bars_new(a, AXIS_PERCENT, rows, r->nexec);
    b->least = 1;
    for (uint32_t i = 0; i < r->nexec; i++)
        for (uint32_t k = 0; exec_has_result(&r->exec[i]) && k < r->exec[i].nresource; k++) {
            const struct resource_result *q = &r->exec[i].resource[k];
            struct bars_row *w = NULL;
            if (!isfinite(q->utilisation))
                continue;
            for (uint32_t j = 0; j < b->nrow && !w; j++)
                if (strcmp(b->row[j].label, q->name) == 0)
                    w = &b->row[j];
            w = w ? w : bars_row(a, b, q->name);
            shown[i] = true;
            bars_add(b, w, series_class(a, "", i), just(q->utilisation),
                     arena_printf(a, "%s, wait %s", number_percent(a, q->utilisation),
                                  number_time(a, q->wait)));
        }
    page_section(p, "resources", "Resources");
    if (b->nrow)
        page_figure(p, &(struct figure){.title = "How busy each resource is",
                                        .desc = bars_desc(a, b),
                                        .reading = "Share of its capacity in use, and the mean "
                                                   "wait for it, waits of none included.",
                                        .legend = legend_of(a, r, shown),
                                        .draw = bars_draw,
                                        .ctx = b});
    page_table(p, "Use of what is limited", t);
    page_table(p, "In use: mean (peak)", usage);
    page_section_end(p);
}
