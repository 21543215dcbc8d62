/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_gantt.c - one request in time, for the HTML report: a lane for each task, in it the steps,
 * the outer above the inner, and within the innermost what the time went to.  A line follows the
 * critical path. */
#include "reports/page.h"
#include <math.h>
#include <string.h>

enum {
    LANES = 28,  /* drawn at most: those of the critical path first */
    DEEP = 6,    /* rows of a lane: steps nested deeper share the last */
    ROW = 17,    /* height */
    GUTTER = 170 /* for the names of lanes */
};
static const uint32_t nobody = UINT32_MAX;

struct gantt {
    const struct exec_result *e;
    const struct timeline_result *t;
    double end;
    uint32_t *row;     /* of each span, within its lane */
    uint32_t *rows;    /* of each lane */
    uint32_t *longest; /* of each step: its longest part, or itself */
    bool *shown;       /* lanes */
    uint32_t hidden;
};

/* ---- rows and lanes ---- */

/* How many steps of its own lane a span stands in; a leaf has the row of its step.  Parents come
 * before their children. */
static void rows_make(struct arena *a, struct gantt *g)
{
    const struct timeline_result *t = g->t;
    g->row = NEW(a, uint32_t, t->nspan + 1u);
    g->rows = NEW(a, uint32_t, t->nlane + 1u);
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct timeline_span *s = &t->span[i];
        bool inside = s->parent < i && t->span[s->parent].lane == s->lane;
        uint32_t row = inside ? g->row[s->parent] : 0;
        if (inside && s->kind == TIMELINE_STEP && t->span[s->parent].kind == TIMELINE_STEP)
            row++;
        g->row[i] = row < DEEP ? row : DEEP - 1;
        if (s->lane < t->nlane && g->row[i] + 1 > g->rows[s->lane])
            g->rows[s->lane] = g->row[i] + 1;
    }
}

static void lanes_choose(struct arena *a, struct gantt *g)
{
    const struct timeline_result *t = g->t;
    uint32_t n = 0;
    g->shown = NEW(a, bool, t->nlane + 1u);
    for (uint32_t i = 0; i < t->nsegment && n < LANES; i++) {
        uint32_t k = t->segment[i].span;
        uint32_t lane = k < t->nspan ? t->span[k].lane : nobody;
        if (lane < t->nlane && !g->shown[lane]) {
            g->shown[lane] = true;
            n++;
        }
    }
    for (uint32_t i = 0; i < t->nlane && n < LANES; i++)
        if (!g->shown[i] && g->rows[i]) {
            g->shown[i] = true;
            n++;
        }
    for (uint32_t i = 0; i < t->nlane; i++)
        g->hidden += !g->shown[i] && g->rows[i];
}

/* ---- spans ---- */

static const char *const leaf_class[] = {"span", "work", "cpu", "queue", "join"};
static const char *const leaf_verb[] = {"", "waits for", "computes", "queues for", "waits for"};

static const char *span_tip(struct svg *s, const struct gantt *g, const struct timeline_span *x)
{
    struct arena *a = s->mem;
    const char *path = x->step < g->e->nstep ? g->e->step[x->step].path : x->name;
    const char *what = x->kind == TIMELINE_STEP ? path
                       : x->kind == TIMELINE_JOIN
                           ? arena_printf(a, "%s: waits for its tasks", path)
                           : arena_printf(a, "%s: %s %s", path, leaf_verb[x->kind], x->name);
    return arena_printf(a, "%s, %s, from %s to %s%s%s", what, number_time(a, x->end - x->start),
                        number_time(a, x->start), number_time(a, x->end),
                        x->failed ? ", failed" : "", x->cancelled ? ", cancelled" : "");
}

/* The longest of what each step itself does: there stands its name. */
static void longest_make(struct arena *a, struct gantt *g)
{
    const struct timeline_result *t = g->t;
    g->longest = NEW(a, uint32_t, t->nspan + 1u);
    for (uint32_t i = 0; i < t->nspan; i++)
        g->longest[i] = i;
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct timeline_span *x = &t->span[i];
        if (x->parent >= i || x->kind == TIMELINE_STEP)
            continue;
        const struct timeline_span *most = &t->span[g->longest[x->parent]];
        if (most->kind == TIMELINE_STEP || x->end - x->start > most->end - most->start)
            g->longest[x->parent] = i;
    }
}

static struct box span_box(const struct gantt *g, const struct axis *x, uint32_t i, double top)
{
    enum { AIR = 3 };
    const struct timeline_span *s = &g->t->span[i];
    double from = axis_at(x, s->start), to = axis_at(x, s->end);
    return (struct box){from, top + ROW * g->row[i] + 1, fmax(to - from, 0.7), ROW - AIR};
}

static void draw_span(struct svg *s, const struct gantt *g, const struct axis *x, uint32_t i,
                      double top)
{
    const struct timeline_span *v = &g->t->span[i];
    struct box b = span_box(g, x, i, top);
    svg_open(s, NULL, span_tip(s, g, v));
    svg_rect(s, leaf_class[v->kind], b, v->kind == TIMELINE_STEP ? 2 : 1);
    if (v->kind == TIMELINE_QUEUE)
        svg_hatch(s, b);
    svg_close(s);
}

/* Names last, above all fills, where they fit. */
static void draw_name(struct svg *s, const struct gantt *g, const struct axis *x, uint32_t i,
                      double top)
{
    const struct timeline_span *v = &g->t->span[i];
    struct box b = span_box(g, x, i, top);
    if (v->failed || v->cancelled)
        svg_rect(s, "failed", b, 2);
    if (v->cancelled)
        svg_line(s, "failed", b.x + b.w - 5, b.y, b.x + b.w, b.y + b.h);
    uint32_t k = g->longest[i];
    struct box part = span_box(g, x, k, top);
    const char *name = svg_fit(s->mem, v->name, SVG_SMALL, part.w - 7, false);
    bool dark = g->t->span[k].kind == TIMELINE_CPU || g->t->span[k].kind == TIMELINE_QUEUE;
    if (name)
        svg_text(s, dark ? "small inv" : "small", ANCHOR_START, part.x + 4, b.y + 11, name);
}

/* Spans that end where one of their row already did cannot be seen. */
static void draw_spans(struct svg *s, const struct gantt *g, const struct axis *x, uint32_t lane,
                       double top, bool leaves)
{
    static const double least = 0.3; /* px */
    double end[DEEP];
    for (unsigned k = 0; k < DEEP; k++)
        end[k] = -1;
    for (uint32_t i = 0; i < g->t->nspan; i++) {
        const struct timeline_span *v = &g->t->span[i];
        struct box b = span_box(g, x, i, top);
        if (v->lane != lane || (v->kind != TIMELINE_STEP) != leaves ||
            !(b.x + b.w > end[g->row[i]] + least))
            continue;
        end[g->row[i]] = b.x + b.w;
        draw_span(s, g, x, i, top);
    }
}

static void draw_lane(struct svg *s, const struct gantt *g, const struct axis *x, uint32_t lane,
                      double top)
{
    const struct timeline_result *t = g->t;
    draw_spans(s, g, x, lane, top, false);
    draw_spans(s, g, x, lane, top, true);
    for (uint32_t i = 0; i < t->nspan; i++)
        if (t->span[i].lane == lane && t->span[i].kind == TIMELINE_STEP)
            draw_name(s, g, x, i, top);
}

/* ---- the critical path ---- */

static void draw_critical(struct svg *s, const struct gantt *g, const struct axis *x,
                          const double *top)
{
    const struct timeline_result *t = g->t;
    double last = NAN;
    for (uint32_t i = 0; i < t->nsegment; i++) {
        const struct timeline_segment *q = &t->segment[i];
        double from = axis_at(x, q->start), to = axis_at(x, q->end), y = last;
        uint32_t lane = q->span < t->nspan ? t->span[q->span].lane : nobody;
        if (lane < t->nlane && g->shown[lane])
            y = top[lane] + ROW * (g->row[q->span] + 1.0) - 1;
        if (isfinite(last) && y != last)
            svg_line(s, "critjump", from, fmin(last, y) - 1.5, from, fmax(last, y) + 1.5);
        svg_open(s, NULL,
                 arena_printf(s->mem, "critical path: %s, %s", q->name ? q->name : "",
                              number_time(s->mem, q->end - q->start)));
        svg_line(s, "crit", from, y, to, y);
        svg_close(s);
        last = y;
    }
}

/* ---- the picture ---- */

static void draw_response(struct svg *s, const struct gantt *g, const struct axis *x, double h)
{
    double at = axis_at(x, g->t->latency);
    const char *text =
        arena_printf(s->mem, "response after %s", number_time(s->mem, g->t->latency));
    double w = svg_text_width(text, SVG_SMALL);
    svg_line(s, "drop", at, 15, at, h);
    svg_text(s, "small strong", at - x->from > w ? ANCHOR_END : ANCHOR_START, at, 11, text);
}

static void gantt_draw(struct svg *s, const void *ctx)
{
    enum { TOP = 20, APART = 7, LABEL = 16, BELOW = 24 };
    const struct gantt *g = ctx;
    const struct timeline_result *t = g->t;
    double left = s->narrow ? 0 : GUTTER, y = TOP;
    double *top = NEW(s->mem, double, t->nlane + 1u);
    struct axis x = axis_make(s->mem, AXIS_TIME, false, (struct range){0, g->end, left, s->w - 1});
    for (uint32_t i = 0; i < t->nlane; i++) {
        if (!g->shown[i])
            continue;
        top[i] = y + (s->narrow ? LABEL : 0);
        y = top[i] + ROW * g->rows[i] + APART;
    }
    svg_hatch_begin(s);
    svg_axis_x(s, &x, TOP - 4, y);
    for (uint32_t i = 0; i < t->nlane; i++) {
        if (!g->shown[i])
            continue;
        double room = s->narrow ? s->w : left - 12;
        const char *name = svg_fit(s->mem, t->lane[i], SVG_SMALL, room, true);
        svg_line(s, "lane", 0, top[i] - (s->narrow ? LABEL : 0) - APART / 2.0, s->w,
                 top[i] - (s->narrow ? LABEL : 0) - APART / 2.0);
        svg_open(s, NULL, t->lane[i]);
        svg_text(s, "small", s->narrow ? ANCHOR_START : ANCHOR_END, s->narrow ? 0 : left - 12,
                 s->narrow ? top[i] - 4 : top[i] + 12, name);
        svg_close(s);
        draw_lane(s, g, &x, i, top[i]);
    }
    draw_response(s, g, &x, y);
    draw_critical(s, g, &x, top);
    if (g->hidden) {
        y += LABEL;
        svg_text(s, "small soft", ANCHOR_START, left, y + BELOW - 6,
                 arena_printf(s->mem, "and %u more tasks, none of them on the critical path",
                              (unsigned)g->hidden));
    }
    s->h = y + BELOW;
}

/* ---- words and numbers ---- */

static const char *gantt_desc(struct arena *a, const struct gantt *g)
{
    enum { TOLD = 24 };
    const struct timeline_result *t = g->t;
    const char *s = arena_printf(a, "The critical path of %s: ", number_time(a, t->latency));
    for (uint32_t i = 0; i < t->nsegment && i < TOLD; i++)
        s = arena_printf(a, "%s%s%s %s", s, i ? ", " : "", t->segment[i].name,
                         number_time(a, t->segment[i].end - t->segment[i].start));
    return arena_printf(a, "%s%s.", s, t->nsegment > TOLD ? ", and more" : "");
}

static struct table *segments_table(struct arena *a, const struct gantt *g)
{
    enum { ROWS = 300 };
    const struct timeline_result *t = g->t;
    struct table *w = table_new(a, NULL);
    double *v = NEW(a, double, t->nsegment + 1u);
    for (uint32_t i = 0; i < t->nsegment; i++)
        v[i] = t->segment[i].end - t->segment[i].start;
    struct scale scale = scale_time(a, v, t->nsegment);
    struct scale from = {scale.per, scale.unit, 2};
    table_column(w, (struct column){.heading = "critical path", .left = true});
    table_column(w, (struct column){.heading = arena_printf(a, "from %s", scale.unit)});
    table_column(w, (struct column){.heading = arena_printf(a, "for %s", scale.unit)});
    table_column(w, (struct column){.heading = "in", .left = true});
    for (uint32_t i = 0; i < t->nsegment && i < ROWS; i++) {
        const struct timeline_segment *q = &t->segment[i];
        uint32_t lane = q->span < t->nspan ? t->span[q->span].lane : nobody;
        struct row *r = table_row(w);
        r->cell[0] = cell_text(q->name);
        r->cell[1] = cell_bare(a, from, q->start);
        r->cell[2] = cell_bare(a, scale, v[i]);
        r->cell[3] = cell_text(lane < t->nlane ? t->lane[lane] : "-");
    }
    return w;
}

static bool drawable(const struct timeline_result *t)
{
    return t->nspan > 0 && t->nlane > 0 && fmax(t->latency, t->duration) > 0;
}

static void gantt_one(struct page *p, const struct exec_result *e, const struct timeline_result *t)
{
    struct arena *a = p->mem;
    struct gantt g = {.e = e, .t = t};
    static const struct legend legend[] = {{"work", "waits for a call or a pause"},
                                           {"cpu", "computes"},
                                           {"queue", "queues"},
                                           {"join", "waits for tasks"},
                                           {"crit", "critical path"},
                                           {NULL, NULL}};
    if (!drawable(t))
        return;
    g.end = fmax(t->latency, isfinite(t->duration) ? t->duration : 0);
    rows_make(a, &g);
    longest_make(a, &g);
    lanes_choose(a, &g);
    const char *name = strcmp(t->which, "median") == 0 ? "The median request"
                       : strcmp(t->which, "p99") == 0  ? "The request at the 99th percentile"
                                                       : t->which;
    const char *status =
        t->status ? arena_printf(a, ", answered %d", (int)t->status) : ", unanswered";
    page_text(p, "h3", NULL, arena_printf(a, "%s: %s%s", name, number_time(a, t->latency), status));
    page_figure(p, &(struct figure){.title = arena_printf(a, "%s under %s", name, e->name),
                                    .desc = gantt_desc(a, &g),
                                    .legend = legend,
                                    .draw = gantt_draw,
                                    .ctx = &g});
    if (t->nsegment == 0)
        return;
    page_details(p, "The critical path in numbers");
    page_table(p, arena_printf(a, "%s under %s: %s", name, e->name, "what its answer waited for"),
               segments_table(a, &g));
    page_details_end(p);
}

static bool has_timeline(const struct exec_result *e)
{
    for (uint32_t i = 0; i < e->ntimeline; i++)
        if (drawable(&e->timeline[i]))
            return true;
    return false;
}

void chart_gantt(struct page *p, const struct run_result *r)
{
    uint32_t first = r->nexec, best = verdict_make(p->mem, r).best;
    if (best < r->nexec && has_timeline(&r->exec[best]))
        first = best;
    for (uint32_t i = 0; i < r->nexec && first == r->nexec; i++)
        if (has_timeline(&r->exec[i]))
            first = i;
    if (first == r->nexec)
        return;
    page_section(p, "timeline", "One request in time");
    page_text(p, "p", NULL,
              arena_printf(p->mem,
                           "Under %s. A lane is a task; the step that began first is on "
                           "top, what it consists of below it.",
                           r->exec[first].name));
    for (uint32_t k = 0; k < r->exec[first].ntimeline && k < 2; k++)
        gantt_one(p, &r->exec[first], &r->exec[first].timeline[k]);
    for (uint32_t i = 0; i < r->nexec; i++) {
        if (i == first || !has_timeline(&r->exec[i]))
            continue;
        page_details(p, arena_printf(p->mem, "The same under %s", r->exec[i].name));
        for (uint32_t k = 0; k < r->exec[i].ntimeline && k < 2; k++)
            gantt_one(p, &r->exec[i], &r->exec[i].timeline[k]);
        page_details_end(p);
    }
    page_section_end(p);
}
