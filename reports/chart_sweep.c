/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_sweep.c - a sweep as pictures, for the HTML report: along one axis a line for each
 * execution with its intervals, over two axes a map for each execution and one of the winners. */
#include "reports/chart_sweep.h"
#include "core/sweep_judge.h"
#include <math.h>
#include <string.h>

static const double decades = 20; /* a range as wide is shown logarithmically */
enum { MAP_CELLS = 3000, LINE_POINTS = 400, MARKS = 48 };

static enum axis_unit sweep_unit(const struct sweep_result *r)
{
    if (r->metric == SWEEP_SPEEDUP)
        return AXIS_RATIO;
    return sweep_metric_row[r->metric].time ? AXIS_TIME : AXIS_PLAIN;
}

/* A value of the metric with its unit; "-" for none. */
static const char *sweep_number(struct arena *a, const struct sweep_result *r, double v)
{
    if (!isfinite(v))
        return "-";
    if (r->metric == SWEEP_SPEEDUP)
        return number_ratio(a, v);
    return sweep_metric_row[r->metric].time ? number_time(a, v) : number_short(a, v);
}

static const char *sweep_why_none(const struct sweep_result *r, uint32_t cell, uint32_t exec)
{
    const struct sweep_cell *c = &r->cell[cell];
    const struct sweep_exec *e = &c->exec[exec];
    return !c->have      ? "not run"
           : e->deadlock ? "deadlock"
           : e->unstable ? "unstable"
           : e->error    ? "error"
                         : "no value";
}

static const char *cell_tip(struct arena *a, const struct sweep_result *r, uint32_t cell,
                            uint32_t exec)
{
    const struct sweep_exec *e = &r->cell[cell].exec[exec];
    const char *where = sweep_cell_text(a, r, cell);
    if (!isfinite(e->value.value))
        return arena_printf(a, "%s, %s: %s", where, r->exec_name[exec],
                            sweep_why_none(r, cell, exec));
    const char *mark = !r->judged              ? ""
                       : e->mark == SWEEP_BEST ? ", the best"
                       : e->mark == SWEEP_NEAR ? ", may be the best"
                                               : "";
    const char *range = isfinite(e->value.lo) && isfinite(e->value.hi)
                            ? arena_printf(a, " [%s, %s]", sweep_number(a, r, e->value.lo),
                                           sweep_number(a, r, e->value.hi))
                            : "";
    return arena_printf(a, "%s, %s: %s%s%s", where, r->exec_name[exec],
                        sweep_number(a, r, e->value.value), range, mark);
}

/* ---- lines ---- */

struct lines {
    const struct sweep_result *r;
    double lo, hi;
    bool log_y, log_x, numbers; /* numbers: x is a number, else the place in the list */
};

static double line_x(const struct lines *l, uint32_t cell)
{
    uint32_t i = l->r->cell[cell].at[0];
    return l->numbers ? l->r->axis[0].number[i] : i;
}

static struct axis lines_axis_x(struct svg *s, const struct lines *l, double left, double right)
{
    const struct sweep_axis *v = &l->r->axis[0];
    uint32_t last = v->n - 1;
    struct range r = {l->numbers ? v->number[0] : 0, l->numbers ? v->number[last] : last, left,
                      right};
    if (last == 0) { /* one value: in the middle */
        r.lo -= 1;
        r.hi += 1;
    }
    struct axis x = axis_make(s->mem, AXIS_PLAIN, l->log_x, r);
    x.n = 0;
    return x;
}

static const char *x_label(struct arena *a, const struct sweep_result *r, uint32_t cell)
{
    const struct sweep_cell *c = &r->cell[cell];
    const char *s = r->axis[0].value[c->at[0]];
    for (uint32_t i = 1; r->zip && i < r->naxis; i++)
        s = arena_printf(a, "%s, %s", s, r->axis[i].value[c->at[i]]);
    return s;
}

/* Each value as it was written, as far as they do not touch. */
static void draw_x_labels(struct svg *s, const struct lines *l, const struct axis *x, double y1,
                          double y2)
{
    double end = -1;
    for (uint32_t i = 0; i < l->r->ncell; i++) {
        double at = axis_at(x, line_x(l, i));
        const char *text = svg_fit(s->mem, x_label(s->mem, l->r, i), SVG_SMALL, 140, false);
        double half = svg_text_width(text ? text : "", SVG_SMALL) / 2;
        double from = fmin(fmax(at - half, 0), fmax(s->w - 2 * half, 0));
        svg_line(s, "grid", at, y1, at, y2);
        if (from < end + 6)
            continue;
        svg_text(s, "tick small", ANCHOR_START, from, y2 + 16, text);
        end = from + 2 * half;
    }
    const char *name = l->r->axis[0].name;
    for (uint32_t i = 1; l->r->zip && i < l->r->naxis; i++)
        name = arena_printf(s->mem, "%s, %s", name, l->r->axis[i].name);
    svg_text(s, "small", ANCHOR_MIDDLE, (x->from + x->to) / 2, y2 + 34,
             svg_fit(s->mem, name, SVG_SMALL, s->w - x->from, false));
}

/* The interval as a band; a break where a cell has no value. */
static void draw_band(struct svg *s, const struct lines *l, uint32_t exec, const struct axis *x,
                      const struct axis *y)
{
    uint32_t n = l->r->ncell, from = 0;
    while (from < n) {
        uint32_t to = from;
        while (to < n && isfinite(l->r->cell[to].exec[exec].value.lo) &&
               isfinite(l->r->cell[to].exec[exec].value.hi))
            to++;
        if (to - from > 1) {
            svg_path_begin(s, "band");
            for (uint32_t i = from; i < to; i++)
                svg_path_to(s, axis_at(x, line_x(l, i)),
                            axis_at(y, l->r->cell[i].exec[exec].value.hi));
            for (uint32_t i = to; i-- > from;)
                svg_path_to(s, axis_at(x, line_x(l, i)),
                            axis_at(y, l->r->cell[i].exec[exec].value.lo));
            svg_path_end(s);
        }
        from = to + 1;
    }
}

static void draw_curve(struct svg *s, const struct lines *l, uint32_t exec, const struct axis *x,
                       const struct axis *y)
{
    uint32_t n = l->r->ncell, from = 0;
    while (from < n) {
        uint32_t to = from;
        while (to < n && isfinite(l->r->cell[to].exec[exec].value.value))
            to++;
        if (to - from > 1) {
            svg_path_begin(s, "curve");
            for (uint32_t i = from; i < to; i++)
                svg_path_to(s, axis_at(x, line_x(l, i)),
                            axis_at(y, l->r->cell[i].exec[exec].value.value));
            svg_path_end(s);
        }
        from = to + 1;
    }
}

static void draw_points(struct svg *s, const struct lines *l, uint32_t exec, const struct axis *x,
                        const struct axis *y)
{
    const struct sweep_result *r = l->r;
    for (uint32_t i = 0; i < r->ncell; i++) {
        const struct sweep_exec *e = &r->cell[i].exec[exec];
        double at = axis_at(x, line_x(l, i)), level = axis_at(y, e->value.value);
        bool best = r->judged && e->mark != SWEEP_WORSE;
        if (!r->cell[i].have)
            continue;
        svg_open(s, NULL, cell_tip(s->mem, r, i, exec));
        if (isfinite(e->value.value)) {
            svg_line(s, "ink", at, axis_at(y, e->value.lo), at, axis_at(y, e->value.hi));
            if (r->ncell <= MARKS || best)
                svg_circle(s, best ? "dot full" : "dot", at, level, best ? 4.5 : 3);
        } else { /* a cross at the top: no value there */
            double top = y->to + 6 + 10.0 * exec;
            svg_line(s, "cross", at - 4, top - 4, at + 4, top + 4);
            svg_line(s, "cross", at - 4, top + 4, at + 4, top - 4);
        }
        svg_close(s);
    }
}

static void lines_draw(struct svg *s, const void *ctx)
{
    enum { TOP = 28, HEIGHT = 300, LEFT = 62, RIGHT = 8, BELOW = 42 };
    const struct lines *l = ctx;
    double bottom = TOP + HEIGHT;
    struct axis x = lines_axis_x(s, l, LEFT, s->w - RIGHT);
    struct axis y =
        axis_make(s->mem, sweep_unit(l->r), l->log_y, (struct range){l->lo, l->hi, bottom, TOP});
    svg_axis_y(s, &y, LEFT, s->w - RIGHT);
    svg_text(s, "strong", ANCHOR_START, LEFT, 14, sweep_metric_row[l->r->metric].title);
    draw_x_labels(s, l, &x, TOP, bottom);
    svg_line(s, "axis", LEFT, bottom, s->w - RIGHT, bottom);
    for (unsigned layer = 0; layer < 3; layer++)
        for (uint32_t k = 0; k < l->r->nexec; k++) {
            svg_open(s, series_class(s->mem, "", k), NULL);
            if (layer == 0)
                draw_band(s, l, k, &x, &y);
            else if (layer == 1)
                draw_curve(s, l, k, &x, &y);
            else
                draw_points(s, l, k, &x, &y);
            svg_close(s);
        }
    s->h = bottom + BELOW;
}

/* The range of all values, and of their intervals unless they are far wider. */
static bool values_range(const struct sweep_result *r, double *lo, double *hi)
{
    double least = INFINITY, most = 0;
    *hi = 0;
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++)
            if (isfinite(r->cell[i].exec[k].value.value)) {
                least = fmin(least, r->cell[i].exec[k].value.value);
                most = fmax(most, r->cell[i].exec[k].value.value);
            }
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++)
            if (isfinite(r->cell[i].exec[k].value.hi))
                *hi = fmax(*hi, fmin(r->cell[i].exec[k].value.hi, 1.5 * most));
    *hi = fmax(*hi, most);
    *lo = least;
    return isfinite(least) && most > 0;
}

static struct legend *legend_make(struct arena *a, const struct sweep_result *r, const char *cls)
{
    struct legend *v = NEW(a, struct legend, r->nexec + 1u);
    for (uint32_t k = 0; k < r->nexec; k++)
        v[k] = (struct legend){series_class(a, cls, k), r->exec_name[k]};
    return v;
}

static void lines_put(struct page *p, const struct sweep_result *r)
{
    struct lines l = {.r = r, .numbers = !r->zip && r->axis[0].rising};
    if (!values_range(r, &l.lo, &l.hi))
        return;
    const struct sweep_axis *v = &r->axis[0];
    l.log_y = l.lo > 0 && l.hi / l.lo >= decades;
    l.lo = l.log_y ? l.lo / 1.3 : 0;
    l.hi = l.log_y ? l.hi * 1.3 : axis_round_up(l.hi);
    l.log_x = l.numbers && v->number[0] > 0 && v->number[v->n - 1] / v->number[0] >= decades;
    const char *title = sweep_metric_row[r->metric].title;
    page_figure(
        p, &(struct figure){
               .title = arena_printf(p->mem, "%s along %s", title, v->name),
               .desc = "All values are in the table that follows.",
               .reading = r->judged ? "Filled dots are the best of all or cannot be told from it. "
                                      "Bands and vertical lines: 95 % intervals. A cross at the "
                                      "top: no value there (it cannot carry the load, deadlocks)."
                                    : "Bands and vertical lines: 95 % intervals. A cross at the "
                                      "top: no value there (it cannot carry the load, deadlocks).",
               .legend = legend_make(p->mem, r, "curve"),
               .draw = lines_draw,
               .ctx = &l});
}

/* ---- maps ---- */

struct map {
    const struct sweep_result *r;
    uint32_t exec; /* nexec: of the winners */
    double lo, hi;
    bool log;
};

static const char *map_class(struct arena *a, const struct map *m, uint32_t cell)
{
    static const char *const heat[] = {"tile h0", "tile h1", "tile h2", "tile h3",
                                       "tile h4", "tile h5", "tile h6"};
    const struct sweep_result *r = m->r;
    const struct sweep_cell *c = &r->cell[cell];
    if (m->exec == r->nexec)
        return !c->have || c->best == SWEEP_NONE
                   ? "rail"
                   : series_class(a, c->sure ? "win" : "win unsure", c->best);
    double v = c->exec[m->exec].value.value;
    if (!c->have || !isfinite(v))
        return "rail";
    double part = m->log ? log(v / m->lo) / log(m->hi / m->lo) : (v - m->lo) / (m->hi - m->lo);
    part = sweep_metric_row[r->metric].more ? 1 - part : part;
    int k = isfinite(part) ? (int)floor(part * 7) : 0;
    return heat[k < 0 ? 0 : k > 6 ? 6 : k];
}

static const char *map_text(struct arena *a, const struct map *m, uint32_t cell)
{
    const struct sweep_result *r = m->r;
    const struct sweep_cell *c = &r->cell[cell];
    if (!c->have)
        return "";
    if (m->exec == r->nexec)
        return c->best == SWEEP_NONE ? "-" : r->exec_name[c->best];
    const struct sweep_exec *e = &c->exec[m->exec];
    return isfinite(e->value.value) ? sweep_number(a, r, e->value.value)
                                    : sweep_why_none(r, cell, m->exec);
}

static const char *winner_tip(struct arena *a, const struct sweep_result *r, uint32_t cell)
{
    const struct sweep_cell *c = &r->cell[cell];
    if (!c->have || c->best == SWEEP_NONE)
        return sweep_cell_text(a, r, cell);
    return arena_printf(a, "%s: %s%s, %s", sweep_cell_text(a, r, cell), r->exec_name[c->best],
                        c->sure ? "" : " (not beyond doubt)",
                        sweep_number(a, r, c->exec[c->best].value.value));
}

static void draw_cell(struct svg *s, const struct map *m, uint32_t cell, struct box b)
{
    const struct sweep_result *r = m->r;
    bool winners = m->exec == r->nexec;
    svg_open(s, NULL, winners ? winner_tip(s->mem, r, cell) : cell_tip(s->mem, r, cell, m->exec));
    svg_rect(s, map_class(s->mem, m, cell), b, 0);
    if (!winners && r->cell[cell].have && r->judged &&
        r->cell[cell].exec[m->exec].mark != SWEEP_WORSE)
        svg_rect(s, r->cell[cell].exec[m->exec].mark == SWEEP_BEST ? "best" : "best near",
                 (struct box){b.x + 1.5, b.y + 1.5, b.w - 3, b.h - 3}, 0);
    const char *text = map_text(s->mem, m, cell);
    if (svg_text_width(text, SVG_SMALL) <= b.w - 4 && b.h >= 14)
        svg_text(s, "small", ANCHOR_MIDDLE, b.x + b.w / 2, b.y + b.h / 2 + 4, text);
    svg_close(s);
}

static void map_draw(struct svg *s, const void *ctx)
{
    enum { TOP = 40, LEFT_MOST = 150, ROW = 26, SMALL = 9, ROWS = 40 };
    const struct map *m = ctx;
    const struct sweep_result *r = m->r;
    const struct sweep_axis *down = &r->axis[0], *across = &r->axis[1];
    double left = 20, end = -1;
    for (uint32_t i = 0; i < down->n; i++)
        left = fmax(left, svg_text_width(down->value[i], SVG_SMALL) + 12);
    left = fmin(left, s->narrow ? LEFT_MOST / 2.0 : LEFT_MOST);
    double w = fmin((s->w - left) / across->n, 120), h = down->n > ROWS ? SMALL : ROW;
    svg_text(s, "small strong", ANCHOR_START, left, 12,
             svg_fit(s->mem, arena_printf(s->mem, "%s →", across->name), SVG_SMALL * 1.1,
                     s->w - left, false));
    for (uint32_t j = 0; j < across->n; j++) {
        double middle = left + w * (j + 0.5),
               half = svg_text_width(across->value[j], SVG_SMALL) / 2;
        if (middle - half < end + 4 && j)
            continue;
        svg_text(s, "tick small", ANCHOR_MIDDLE, middle, TOP - 7, across->value[j]);
        end = middle + half;
    }
    for (uint32_t i = 0; i < down->n; i++) {
        double y = TOP + h * i;
        if (h >= 14 || i % 2 == 0)
            svg_text(s, "tick small", ANCHOR_END, left - 6, y + h / 2 + 4,
                     svg_fit(s->mem, down->value[i], SVG_SMALL, left - 8, false));
        for (uint32_t j = 0; j < across->n; j++)
            draw_cell(s, m, i * across->n + j, (struct box){left + w * j, y, w, h});
    }
    double bottom = TOP + h * down->n;
    svg_text(s, "small strong", ANCHOR_START, left, bottom + 16,
             svg_fit(s->mem, arena_printf(s->mem, "↓ %s", down->name), SVG_SMALL * 1.1, s->w - left,
                     false));
    s->h = bottom + 22;
}

static void maps_put(struct page *p, const struct sweep_result *r)
{
    struct arena *a = p->mem;
    struct map m = {.r = r};
    if (!values_range(r, &m.lo, &m.hi))
        return;
    m.log = m.lo > 0 && m.hi / m.lo >= decades;
    const char *title = sweep_metric_row[r->metric].title;
    if (r->nexec > 1) {
        m.exec = r->nexec;
        page_text(p, "h3", NULL, "Which execution is best");
        page_figure(p, &(struct figure){.title = "The best execution of each cell",
                                        .desc = "All values are in the table that follows.",
                                        .reading = "Faint: the best seen, but not beyond doubt.",
                                        .legend = legend_make(a, r, "win"),
                                        .draw = map_draw,
                                        .ctx = &m});
    }
    for (m.exec = 0; m.exec < r->nexec; m.exec++) {
        page_text(p, "h3", NULL, arena_printf(a, "%s, %s", r->exec_name[m.exec], title));
        page_figure(
            p, &(struct figure){
                   .title = arena_printf(a, "%s under %s", title, r->exec_name[m.exec]),
                   .desc = "All values are in the table that follows.",
                   .reading = r->judged ? "The stronger the colour, the worse. Framed: the best of "
                                          "all, thinly what cannot be told from it."
                                        : "The stronger the colour, the worse.",
                   .draw = map_draw,
                   .ctx = &m});
    }
}

void chart_sweep(struct page *p, const struct sweep_result *r)
{
    uint32_t ways = sweep_ways(r);
    if (r->ncell == 0 || r->nexec == 0)
        return;
    if (ways == 1 && r->ncell <= LINE_POINTS)
        lines_put(p, r);
    else if (ways == 2 && r->ncell <= MAP_CELLS)
        maps_put(p, r);
}
