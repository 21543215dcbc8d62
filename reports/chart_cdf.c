/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_cdf.c - distributions of latency, for the HTML report: what share of requests is answered
 * within a time, and, on a logarithmic axis, what share is not. */
#include "reports/page.h"
#include <math.h>

enum { P50 = 0, P99 = 3 };             /* ORDER quantile_p */
static const double decades = 20;      /* a range as wide is shown logarithmically */
static const double tail_least = 1e-5; /* share */

struct cdf {
    const struct run_result *r;
    double lo, hi, tail; /* times; the least share above 0 that is known */
    bool log;
};

struct panel {
    double left, right, top, bottom;
};

static bool has_cdf(const struct exec_result *e)
{
    return exec_has_result(e) && e->ncdf > 1;
}

/* A step function: level to the next time, then up. */
static void draw_curve(struct svg *s, const struct exec_result *e, const struct axis *x,
                       const struct axis *y, bool tail)
{
    svg_path_begin(s, "curve");
    double last = tail ? 1 : 0;
    bool sparse = e->ncdf < 64; /* of few points the steps can be seen, and are meant */
    svg_path_to(s, x->from, axis_at(y, last));
    for (uint32_t i = 0; i < e->ncdf; i++) {
        double v = tail ? 1 - e->cdf[i].p : e->cdf[i].p;
        if (tail && v < y->lo)
            break; /* beyond what is known */
        if (sparse || i == 0)
            svg_path_to(s, axis_at(x, e->cdf[i].t), axis_at(y, last));
        svg_path_to(s, axis_at(x, e->cdf[i].t), axis_at(y, v));
        last = v;
    }
    if (!tail)
        svg_path_to(s, x->to, axis_at(y, last));
    svg_path_end(s);
}

static void draw_mark(struct svg *s, const struct interval *q, double p, bool diamond,
                      const struct axis *x, const struct axis *y)
{
    double at = axis_at(x, q->value), level = axis_at(y, p);
    double lo = axis_at(x, q->lo), hi = axis_at(x, q->hi);
    if (!isfinite(at))
        return;
    if (isfinite(lo) && isfinite(hi) && hi - lo > 1)
        svg_line(s, "ink", lo, level, hi, level);
    if (diamond)
        svg_diamond(s, "dot full", at, level, 4.8);
    else
        svg_circle(s, "dot full", at, level, 3.6);
}

static void draw_panel(struct svg *s, const struct cdf *c, struct panel at, bool tail)
{
    struct arena *a = s->mem;
    struct axis x =
        axis_make(a, AXIS_TIME, c->log, (struct range){c->lo, c->hi, at.left, at.right});
    struct axis y =
        axis_make(a, AXIS_PERCENT, tail, (struct range){tail ? c->tail : 0, 1, at.bottom, at.top});
    svg_text(s, "strong", ANCHOR_START, at.left, at.top - 10,
             tail ? "Requests that take longer" : "Requests answered within");
    svg_axis_x(s, &x, at.top, at.bottom);
    svg_axis_y(s, &y, at.left, at.right);
    svg_line(s, "axis", at.left, at.bottom, at.right, at.bottom);
    for (uint32_t i = c->r->nexec; i-- > 0;) {
        const struct exec_result *e = &c->r->exec[i];
        if (!has_cdf(e))
            continue;
        const struct interval *q = e->all.latency.q;
        svg_open(s, series_class(a, "", i),
                 arena_printf(a, "%s: median %s, p99 %s", e->name, number_time(a, q[P50].value),
                              number_time(a, q[P99].value)));
        draw_curve(s, e, &x, &y, tail);
        draw_mark(s, &q[P50], 0.5, false, &x, &y);
        draw_mark(s, &q[P99], tail ? 0.01 : 0.99, true, &x, &y);
        svg_close(s);
    }
}

static void cdf_draw(struct svg *s, const void *ctx)
{
    enum { TOP = 24, HEIGHT = 230, LEFT = 48, APART = 36, BELOW = 26 };
    const struct cdf *c = ctx;
    double half = (s->w - APART) / 2;
    struct panel first = {LEFT, s->narrow ? s->w : half, TOP, TOP + HEIGHT}, second = first;
    if (s->narrow) {
        second.top = first.bottom + BELOW + APART;
        second.bottom = second.top + HEIGHT;
    } else {
        second.left = half + APART + LEFT;
        second.right = s->w;
    }
    draw_panel(s, c, first, false);
    draw_panel(s, c, second, true);
    s->h = second.bottom + BELOW;
}

/* The range of times, rounded outwards; how far into the tail it is known. */
static bool cdf_range(struct cdf *c)
{
    double lo = INFINITY, hi = 0, most = 1;
    for (uint32_t i = 0; i < c->r->nexec; i++) {
        const struct exec_result *e = &c->r->exec[i];
        if (!has_cdf(e))
            continue;
        uint32_t first = 0; /* the earliest of all would make the axis long for nothing */
        while (first + 1 < e->ncdf && e->cdf[first].p < 0.001)
            first++;
        lo = fmin(lo, e->cdf[first].t);
        most = fmin(most, fmax(1.0 / fmax((double)e->all.latency.n, 2), tail_least));
        for (uint32_t k = 0; k < e->ncdf; k++)
            if (1 - e->cdf[k].p >= tail_least || k == 0)
                hi = fmax(hi, e->cdf[k].t);
    }
    if (!(hi > 0) || !isfinite(lo))
        return false;
    c->log = lo > 0 && hi / lo >= decades;
    c->lo = c->log ? lo : 0;
    c->hi = c->log ? hi * 1.05 : axis_round_up(hi);
    c->tail = pow(10, floor(log10(most) + 1e-9));
    return true;
}

void chart_cdf(struct page *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    struct cdf c = {.r = r};
    if (!cdf_range(&c))
        return;
    struct legend *l = NEW(a, struct legend, r->nexec + 1u);
    const char *desc = "";
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct latency_result *q = &r->exec[i].all.latency;
        if (!has_cdf(&r->exec[i]))
            continue;
        l[n++] = (struct legend){series_class(a, "curve", i), r->exec[i].name};
        desc = arena_printf(a, "%s%s: median %s, 99th percentile %s, 99.9th %s. ", desc,
                            r->exec[i].name, number_time(a, q->q[P50].value),
                            number_time(a, q->q[P99].value), number_time(a, q->q[4].value));
    }
    page_section(p, "distribution", "How latency is distributed");
    page_figure(p, &(struct figure){.title = "Distribution functions of latency",
                                    .desc = desc,
                                    .reading =
                                        "Circle: median. Diamond: 99th percentile, with its 95 % "
                                        "interval. On the right each gridline down is ten times "
                                        "fewer requests.",
                                    .legend = l,
                                    .draw = cdf_draw,
                                    .ctx = &c});
    page_section_end(p);
}
