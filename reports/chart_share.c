/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_share.c - where the time goes and what it is worth, for the HTML report: critical shares,
 * gains, what-ifs, resources; all of them bars (bars.c) with a table. */
#include "reports/page.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 16 }; /* bars beyond the greatest sixteen say little */

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

/* A path without the class's own name in front. */
static const char *path_short(const char *path)
{
    return strncmp(path, "request/", 8) == 0 ? path + 8 : path;
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
    for (uint32_t k = 0; k < s.n && k < ROWS; k++) {
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

/* ---- what each step is worth ---- */

static const char *change_text(struct arena *a, struct interval v)
{
    if (!isfinite(v.value))
        return "-";
    if (isfinite(v.lo) && isfinite(v.hi) && v.lo <= 0 && v.hi >= 0 && v.hi > v.lo)
        return arena_printf(a, "no difference seen");
    const char *sign = v.value > 0 ? "+" : v.value < 0 ? "−" : "";
    return arena_printf(a, "%s%s", sign, number_time(a, fabs(v.value)));
}

static struct cell change_cell(struct arena *a, struct scale s, struct interval v)
{
    struct cell c = cell_interval(a, s, v);
    if (v.value > 0)
        c.value = arena_printf(a, "+%s", c.value);
    else if (c.value[0] == '-' && c.value[1])
        c.value = arena_printf(a, "−%s", c.value + 1);
    return c;
}

/* A unit for changes: that of those that matter, not of the many that are next to nothing. */
static struct scale change_scale(struct arena *a, const double *v, size_t n)
{
    double *w = NEW(a, double, n + 1), most = 0;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, isfinite(v[i]) ? fabs(v[i]) : 0);
    for (size_t i = 0; i < n; i++)
        if (fabs(v[i]) > most / 20)
            w[m++] = v[i];
    return scale_time(a, w, m);
}

static const struct legend change_legend[] = {
    {"s0 bar", "median"}, {"s1 bar", "99th percentile"}, {NULL, NULL}};

static struct table *gain_table(struct arena *a, const struct exec_result *e)
{
    struct table *t = table_new(a, NULL);
    double *v = NEW(a, double, (size_t)e->nhalved * 3 + 1);
    bool walked = false;
    for (uint32_t i = 0; i < e->nhalved; i++) {
        v[i * 3] = e->halved[i].mean_change.value;
        v[i * 3 + 1] = e->halved[i].p50_change.value;
        v[i * 3 + 2] = e->halved[i].p99_change.value;
        walked = walked || isfinite(e->halved[i].share);
    }
    struct scale s = change_scale(a, v, (size_t)e->nhalved * 3);
    table_column(t, (struct column){.heading = "step halved", .left = true});
    static const char *const what[] = {"mean", "p50", "p99"};
    for (unsigned k = 0; k < 3; k++)
        table_column(t, (struct column){.heading = arena_printf(a, "%s %s", what[k], s.unit)});
    if (walked) {
        table_column(t, (struct column){.heading = "then critical"});
        table_column(t, (struct column){.heading = "takes over", .left = true});
    }
    for (uint32_t i = 0; i < e->nhalved; i++) {
        const struct halved_result *h = &e->halved[i];
        struct row *w = table_row(t);
        w->cell[0] = cell_text(h->step < e->nstep ? path_short(e->step[h->step].path) : "-");
        w->cell[1] = change_cell(a, s, h->mean_change);
        w->cell[2] = change_cell(a, s, h->p50_change);
        w->cell[3] = change_cell(a, s, h->p99_change);
        if (!walked)
            continue;
        w->cell[4] = cell_text(number_percent(a, h->share));
        w->cell[5] =
            cell_text(h->takes_over < e->nstep ? path_short(e->step[h->takes_over].path) : "-");
    }
    return t;
}

static double change_size(const struct halved_result *h)
{
    const double v[] = {h->mean_change.value, h->p50_change.value, h->p99_change.value};
    double most = 0;
    for (size_t i = 0; i < 3; i++)
        most = fmax(most, isfinite(v[i]) ? fabs(v[i]) : 0);
    return most;
}

/* Steps whose change could not be seen beside the greatest are left to the table. */
static struct bars *gain_bars(struct arena *a, const struct exec_result *e)
{
    struct bars *b = bars_new(a, AXIS_TIME, ROWS, 2);
    double most = 0;
    for (uint32_t i = 0; i < e->nhalved; i++)
        most = fmax(most, change_size(&e->halved[i]));
    for (uint32_t i = 0; i < e->nhalved && b->nrow < ROWS; i++) {
        const struct halved_result *h = &e->halved[i];
        if (h->step >= e->nstep || change_size(h) < most / 500)
            continue;
        struct bars_row *w = bars_row(a, b, path_short(e->step[h->step].path));
        w->keep_end = true;
        bars_add(b, w, "s0", h->p50_change, change_text(a, h->p50_change));
        bars_add(b, w, "s1", h->p99_change, change_text(a, h->p99_change));
    }
    return b;
}

static void gain_one(struct page *p, const struct exec_result *e)
{
    struct arena *a = p->mem;
    struct bars *b = gain_bars(a, e);
    struct legend legend[] = {change_legend[0], change_legend[1], change_legend[2]};
    if (b->nrow)
        page_figure(p, &(struct figure){.title = arena_printf(a,
                                                              "Change of latency under %s when "
                                                              "one step takes half its time",
                                                              e->name),
                                        .desc = bars_desc(a, b),
                                        .reading = "Left is faster. Steps that change next to "
                                                   "nothing are in the table only.",
                                        .legend = legend,
                                        .draw = bars_draw,
                                        .ctx = b});
    page_table(p, arena_printf(a, "Change under %s when a step takes half its time", e->name),
               gain_table(a, e));
}

void chart_gain(struct page *p, const struct run_result *r)
{
    uint32_t first = r->nexec, best = verdict_make(p->mem, r).best;
    if (best < r->nexec && r->exec[best].nhalved)
        first = best;
    for (uint32_t i = 0; i < r->nexec && first == r->nexec; i++)
        if (r->exec[i].nhalved)
            first = i;
    if (first == r->nexec)
        return;
    page_section(p, "gain", "What is worth optimising");
    page_text(p, "p", NULL,
              arena_printf(p->mem,
                           "Each step's own durations halved, everything else and all "
                           "draws as they were, under %s.",
                           r->exec[first].name));
    gain_one(p, &r->exec[first]);
    for (uint32_t i = 0; i < r->nexec; i++) {
        if (i == first || !r->exec[i].nhalved)
            continue;
        page_details(p, arena_printf(p->mem, "The same under %s", r->exec[i].name));
        gain_one(p, &r->exec[i]);
        page_details_end(p);
    }
    page_section_end(p);
}

/* ---- what if ---- */

static struct table *what_if_table(struct arena *a, const struct run_result *r)
{
    struct table *t = table_new(a, NULL);
    double *v = NEW(a, double, (size_t)r->nwhat_if * 3 + 1);
    bool rate = false;
    for (uint32_t i = 0; i < r->nwhat_if; i++) {
        const struct what_if_result *w = &r->what_if[i];
        v[i * 3] = w->mean_change.value;
        v[i * 3 + 1] = w->p50_change.value;
        v[i * 3 + 2] = w->p99_change.value;
        rate = rate || isfinite(w->throughput_change.value);
    }
    struct scale s = change_scale(a, v, (size_t)r->nwhat_if * 3);
    table_column(t, (struct column){.heading = "change", .left = true});
    table_column(t, (struct column){.heading = "execution", .left = true});
    static const char *const what[] = {"mean", "p50", "p99"};
    for (unsigned k = 0; k < 3; k++)
        table_column(t, (struct column){.heading = arena_printf(a, "%s %s", what[k], s.unit)});
    uint32_t rc = rate ? table_column(t, (struct column){.heading = "per second %"}) : 0;
    table_column(t, (struct column){.heading = "mean then"});
    for (uint32_t i = 0; i < r->nwhat_if; i++) {
        const struct what_if_result *w = &r->what_if[i];
        struct row *row = table_row(t);
        row->cell[0] = cell_text(w->set);
        row->cell[1] = cell_text(w->exec < r->nexec ? r->exec[w->exec].name : "-");
        row->cell[2] = change_cell(a, s, w->mean_change);
        row->cell[3] = change_cell(a, s, w->p50_change);
        row->cell[4] = change_cell(a, s, w->p99_change);
        if (rate)
            row->cell[rc] = change_cell(a, (struct scale){0.01, "", 1}, w->throughput_change);
        row->cell[t->ncol - 1] =
            cell_text(w->unstable ? arena_printf(a, "cannot carry the load: %s", w->unstable)
                                  : number_time(a, w->latency.mean.value));
    }
    return t;
}

static void what_if_one(struct page *p, const struct run_result *r, const char *set)
{
    struct arena *a = p->mem;
    struct bars *b = bars_new(a, AXIS_TIME, r->nexec, 2);
    for (uint32_t i = 0; i < r->nwhat_if && b->nrow < r->nexec; i++) {
        const struct what_if_result *w = &r->what_if[i];
        if (strcmp(w->set, set) != 0 || w->exec >= r->nexec)
            continue;
        if (w->unstable) {
            page_text(p, "p", "bad",
                      arena_printf(a, "%s cannot carry the load then: %s saturates.",
                                   r->exec[w->exec].name, w->unstable));
            continue;
        }
        struct bars_row *row = bars_row(a, b, r->exec[w->exec].name);
        bars_add(b, row, "s0", w->mean_change, change_text(a, w->mean_change));
        bars_add(b, row, "s1", w->p99_change, change_text(a, w->p99_change));
    }
    if (b->nrow == 0)
        return;
    struct legend legend[] = {{"s0 bar", "mean"}, {"s1 bar", "99th percentile"}, {NULL, NULL}};
    page_figure(p, &(struct figure){.title = arena_printf(a, "Change of latency with %s", set),
                                    .desc = bars_desc(a, b),
                                    .legend = legend,
                                    .draw = bars_draw,
                                    .ctx = b});
}

void chart_what_if(struct page *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    if (r->nwhat_if == 0)
        return;
    page_section(p, "what-if", "What if");
    page_text(p, "p", NULL,
              "Each change against the run above on the same draws. Left is faster, right is "
              "slower; where the 95 % interval holds zero, no difference is claimed.");
    for (uint32_t i = 0; i < r->nwhat_if; i++) {
        bool earlier = false;
        for (uint32_t k = 0; k < i; k++)
            earlier = earlier || strcmp(r->what_if[k].set, r->what_if[i].set) == 0;
        if (earlier)
            continue;
        page_text(p, "h3", NULL, r->what_if[i].set);
        what_if_one(p, r, r->what_if[i].set);
    }
    page_table(p, "Changes, new less old, with 95 % intervals", what_if_table(a, r));
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
