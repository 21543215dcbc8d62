/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_compare.c - executions against each other, for the HTML report: latencies with their
 * intervals, speedups with their bounds, outcomes. */
#include "reports/page.h"
#include <math.h>

enum { P50 = 0, P99 = 3 }; /* ORDER quantile_p */

static const char *with_interval(struct arena *a, struct scale s, struct interval v)
{
    struct cell c = cell_interval(a, s, v);
    const char *value = *s.unit ? arena_printf(a, "%s %s", c.value, s.unit) : c.value;
    return c.interval ? arena_printf(a, "%s %s", value, c.interval) : value;
}

/* ---- latencies ---- */

struct compare {
    const struct run_result *r;
    struct winners v;
    struct scale scale;
    double lo, hi;
    bool log;
};
static const double decades = 40; /* a range as wide is shown logarithmically */

struct lane {
    double y, left;
    const struct axis *x;
};

static void draw_range(struct svg *s, const struct lane *l, struct interval v, double y)
{
    double lo = axis_at(l->x, v.lo), hi = axis_at(l->x, v.hi);
    if (isfinite(lo) && isfinite(hi) && hi - lo >= 0.8)
        svg_line(s, "ink", lo, y, hi, y);
}

static void draw_latency(struct svg *s, const struct compare *c, const struct lane *l,
                         const struct latency_result *q)
{
    enum { BAR = 15, DOWN = 27 };
    double zero = l->x->from, mean = axis_at(l->x, q->mean.value);
    double p50 = axis_at(l->x, q->q[P50].value), p99 = axis_at(l->x, q->q[P99].value);
    double y = l->y, low = l->y + DOWN;
    if (c->log) /* where there is no zero a length would mean nothing */
        svg_rect(s, "bar", (struct box){mean - 2, y, 4, BAR}, 0);
    else
        svg_rect(s, "bar", (struct box){zero, y, mean - zero, BAR}, 1.5);
    draw_range(s, l, q->mean, y + BAR / 2.0);
    double end = isfinite(q->mean.hi) ? axis_at(l->x, q->mean.hi) : mean;
    struct scale scale = c->log ? scale_time(s->mem, &q->mean.value, 1) : c->scale;
    const char *value = arena_printf(s->mem, "mean %s", with_interval(s->mem, scale, q->mean));
    bool right = end + 6 + svg_text_width(value, SVG_FONT) > s->w;
    svg_text(s, "halo", right ? ANCHOR_END : ANCHOR_START, right ? mean - 6 : end + 6,
             y + BAR / 2.0 + 4.2, value);
    svg_line(s, "reach", p50, low, p99, low);
    draw_range(s, l, q->q[P50], low);
    draw_range(s, l, q->q[P99], low);
    svg_circle(s, "dot full", p50, low, 3.6);
    svg_diamond(s, "dot full", p99, low, 4.8);
    double far = isfinite(q->q[P99].hi) ? fmax(p99, axis_at(l->x, q->q[P99].hi)) : p99;
    const char *text = arena_printf(s->mem, "p99 %s", number_time(s->mem, q->q[P99].value));
    double w = svg_text_width(text, SVG_SMALL);
    if (far + 9 + w <= s->w)
        svg_text(s, "small soft halo", ANCHOR_START, far + 9, low + 4, text);
    else if (p50 - 9 - w >= l->x->from)
        svg_text(s, "small soft halo", ANCHOR_END, p50 - 9, low + 4, text);
    else
        svg_text(s, "small soft halo", ANCHOR_END, s->w, low - 8, text);
}

static void compare_draw(struct svg *s, const void *ctx)
{
    enum { TOP = 8, ROW = 48, LABEL = 18, BELOW = 24, GUTTER = 120 };
    const struct compare *c = ctx;
    double left = s->narrow ? 0 : GUTTER, row = ROW + (s->narrow ? LABEL : 0);
    double h = TOP + row * c->r->nexec;
    struct axis x = axis_make(s->mem, AXIS_TIME, c->log, (struct range){c->lo, c->hi, left, s->w});
    svg_axis_x(s, &x, 0, h);
    for (uint32_t i = 0; i < c->r->nexec; i++) {
        const struct exec_result *e = &c->r->exec[i];
        struct lane l = {TOP + row * i + (s->narrow ? LABEL : 0), left, &x};
        const char *cls = c->v.among_best[i] && c->r->nexec > 1 ? "strong" : NULL;
        const char *name = svg_fit(s->mem, e->name, SVG_FONT, s->narrow ? s->w : left - 12, false);
        svg_open(s, series_class(s->mem, "", i), NULL);
        svg_text(s, cls, s->narrow ? ANCHOR_START : ANCHOR_END, s->narrow ? 4 : left - 12,
                 s->narrow ? l.y - 6 : l.y + 12, name);
        if (exec_has_result(e))
            draw_latency(s, c, &l, &e->all.latency);
        else
            svg_text(s, "bad", ANCHOR_START, left + 6, l.y + 12,
                     svg_fit(s->mem, exec_span(s->mem, e), SVG_FONT, s->w - left - 6, false));
        svg_close(s);
    }
    svg_line(s, "axis", left, 0, left, h);
    s->h = h + BELOW;
}

static const char reading[] =
    "Bars: mean. Below them from the median (circle) to the 99th percentile (diamond). Dark lines: "
    "95 % intervals, where they are wide enough to be seen.";
static const char reading_log[] =
    "On a logarithmic axis, since they are so far apart: the mean, and below it from the median "
    "(circle) to the 99th percentile (diamond). Dark lines: 95 % intervals, where they are wide "
    "enough to be seen.";

static const char *compare_desc(struct arena *a, const struct compare *c)
{
    const char *s = "";
    for (uint32_t i = 0; i < c->r->nexec; i++) {
        const struct exec_result *e = &c->r->exec[i];
        const struct latency_result *l = &e->all.latency;
        s = arena_printf(a, "%s%s%s: ", s, i ? "; " : "", e->name);
        if (!exec_has_result(e))
            s = arena_printf(a, "%s%s", s, exec_span(a, e));
        else
            s = arena_printf(a, "%smean %s, median %s, 99th percentile %s", s,
                             number_time(a, l->mean.value), number_time(a, l->q[P50].value),
                             number_time(a, l->q[P99].value));
    }
    return arena_printf(a, "%s.", s);
}

void chart_compare(struct page *p, const struct run_result *r)
{
    struct compare c = {.r = r, .v = verdict_make(p->mem, r)};
    double *v = NEW(p->mem, double, (size_t)r->nexec * 2 + 1), most = 0, least = INFINITY;
    size_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct latency_result *l = &r->exec[i].all.latency;
        if (!exec_has_result(&r->exec[i]))
            continue;
        v[n++] = l->mean.value;
        least = fmin(least, fmin(l->mean.value, l->q[P50].value));
        most = fmax(most, fmax(l->mean.value, isfinite(l->q[P99].value) ? l->q[P99].value : 0));
    }
    page_table(p, "Latency of a request, arrival to response", view_comparison(p->mem, r));
    if (n == 0)
        return;
    c.scale = scale_time(p->mem, v, n);
    c.log = least > 0 && most / least >= decades;
    c.lo = c.log ? least / 1.5 : 0;
    c.hi = c.log ? most * 2 : most > 0 ? axis_round_up(most * 1.08) : 1;
    page_figure(p, &(struct figure){.title = "Latency under each execution",
                                    .desc = compare_desc(p->mem, &c),
                                    .reading = c.log ? reading_log : reading,
                                    .draw = compare_draw,
                                    .ctx = &c});
}

/* ---- speedups ---- */

void chart_speedup(struct page *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    struct bars *b = bars_new(a, AXIS_RATIO, r->nspeedup, 1);
    const struct winners v = verdict_make(a, r);
    bool ws = false, amdahl = false;
    for (uint32_t i = 0; i < r->nspeedup; i++) {
        const struct speedup_result *s = &r->speedup[i];
        if (s->of == s->over || !isfinite(s->ratio.value))
            continue;
        struct bars_row *w = bars_row(a, b, r->exec[s->of].name);
        struct cell c = cell_interval(a, (struct scale){1, "", 2}, s->ratio);
        const char *text = arena_printf(a, "%s%s%s", number_ratio(a, s->ratio.value),
                                        c.interval ? " " : "", c.interval ? c.interval : "");
        struct bar *x = bars_add(b, w, series_class(a, "", s->of), s->ratio, text);
        w->best = v.among_best[s->of];
        x->mark[0] = s->work_span;
        x->mark[1] = s->amdahl;
        ws = ws || isfinite(s->work_span);
        amdahl = amdahl || isfinite(s->amdahl);
        x->tip =
            arena_printf(a, "%s over %s: %s%s%s%s%s", r->exec[s->of].name, r->exec[s->over].name,
                         text, isfinite(s->work_span) ? "; bound of work over span " : "",
                         isfinite(s->work_span) ? number_ratio(a, s->work_span) : "",
                         isfinite(s->amdahl) ? "; Amdahl's bound " : "",
                         isfinite(s->amdahl) ? number_ratio(a, s->amdahl) : "");
    }
    if (b->nrow == 0)
        return;
    struct legend legend[3] = {{NULL, NULL}};
    unsigned n = 0;
    if (ws)
        legend[n++] = (struct legend){"bound", "bound: work over span"};
    if (amdahl)
        legend[n++] = (struct legend){"bound two", "bound: Amdahl's law"};
    page_section(p, "speedup",
                 arena_printf(a, "Speedup over %s", r->exec[r->speedup[0].over].name));
    page_figure(p, &(struct figure){.title = "Speedup on the mean latency, and what bounds it",
                                    .desc = bars_desc(a, b),
                                    .reading = ws || amdahl
                                                   ? "No execution of this request alone can pass "
                                                     "a bound; under load it may, where less "
                                                     "waits in queues."
                                                   : NULL,
                                    .legend = n ? legend : NULL,
                                    .draw = bars_draw,
                                    .ctx = b});
    page_section_end(p);
}

/* ---- outcomes ---- */

static void outcomes_draw(struct svg *s, const void *ctx)
{
    enum { TOP = 2, ROW = 30, BAR = 18, LABEL = 18, GUTTER = 120, BELOW = 24 };
    static const char *const shade[] = {"bar", "bar pale", "queue", "cpu", "join"};
    const struct run_result *r = ctx;
    double left = s->narrow ? 0 : GUTTER, y = TOP;
    struct axis x = axis_make(s->mem, AXIS_PERCENT, false, (struct range){0, 1, left, s->w});
    double row = ROW + (s->narrow ? LABEL : 0);
    svg_axis_x(s, &x, 0, TOP + row * r->nexec);
    for (uint32_t i = 0; i < r->nexec; i++, y += row) {
        const struct exec_result *e = &r->exec[i];
        double at = left, top = y + (s->narrow ? LABEL : 0);
        svg_open(s, series_class(s->mem, "", i), NULL);
        svg_text(s, NULL, s->narrow ? ANCHOR_START : ANCHOR_END, s->narrow ? 0 : left - 12,
                 s->narrow ? top - 5 : top + 13,
                 svg_fit(s->mem, e->name, SVG_FONT, s->narrow ? s->w : left - 12, false));
        for (uint32_t k = 0; exec_has_result(e) && k < e->all.noutcome; k++) {
            const struct outcome_result *o = &e->all.outcome[k];
            double w = axis_at(&x, o->share.value) - left;
            const char *name = outcome_name(s->mem, o->status);
            const char *text = svg_fit(s->mem, name, SVG_FONT, w - 8, false);
            svg_open(s, NULL,
                     arena_printf(s->mem, "%s: %s", name, number_percent(s->mem, o->share.value)));
            svg_rect(s, shade[k % 5], (struct box){at, top, w, BAR}, 0);
            svg_text(s, k % 5 == 1 || k % 5 == 4 ? NULL : "inv", ANCHOR_MIDDLE, at + w / 2,
                     top + 13, text);
            svg_close(s);
            at += w;
        }
        svg_close(s);
    }
    s->h = y + BELOW;
}

void chart_outcomes(struct page *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    struct table *t = view_outcomes(a, r), *classes = view_classes(a, r);
    if (t) {
        page_section(p, "outcomes", "How requests end");
        page_figure(p, &(struct figure){.title = "Shares of the outcomes",
                                        .desc = "The numbers are in the table that follows.",
                                        .draw = outcomes_draw,
                                        .ctx = r});
        page_table(p, "Outcomes and their latencies", t);
        page_section_end(p);
    }
    if (classes) {
        page_section(p, "classes", "Classes of requests");
        page_table(p, "Latency and rate of each class", classes);
        page_section_end(p);
    }
}

/* ---- thresholds ---- */

void chart_exceed(struct page *p, const struct run_result *r)
{
    struct table *t = view_exceed(p->mem, r);
    if (!t || !t->first)
        return;
    page_section(p, "thresholds", "How many requests take too long");
    page_table(p, "Share of the requests that take longer, in percent", t);
    page_section_end(p);
}
