/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bars.c - horizontal bars with intervals, for the HTML report; see page.h.  Labels stand left of
 * the bars, on a narrow screen above them; values stand where the bar ends, outside of its
 * interval. */
#include "reports/page.h"
#include <math.h>

struct bars *bars_new(struct arena *a, enum axis_unit u, uint32_t rows, uint32_t most)
{
    struct bars *b = NEW(a, struct bars, 1);
    *b = (struct bars){.unit = u, .most = most, .row = NEW(a, struct bars_row, rows + 1u)};
    return b;
}

struct bars_row *bars_row(struct arena *a, struct bars *b, const char *label)
{
    struct bars_row *r = &b->row[b->nrow++];
    *r = (struct bars_row){.label = label, .bar = NEW(a, struct bar, b->most + 1u)};
    return r;
}

struct bar *bars_add(struct bars *b, struct bars_row *r, const char *cls, struct interval v,
                     const char *text)
{
    struct bar *x = &r->bar[r->n < b->most ? r->n++ : b->most];
    *x = (struct bar){.cls = cls, .text = text, .v = v, .mark = {NAN, NAN}};
    return x;
}

const char *bars_desc(struct arena *a, const struct bars *b)
{
    enum { TOLD = 40 };
    const char *s = "";
    for (uint32_t i = 0; i < b->nrow && i < TOLD; i++) {
        const struct bars_row *r = &b->row[i];
        s = arena_printf(a, "%s%s%s: %s", s, i ? "; " : "", r->label, r->note ? r->note : "");
        for (uint32_t k = 0; k < r->n; k++)
            s = arena_printf(a, "%s%s%s", s, k ? ", " : "", r->bar[k].text);
    }
    return arena_printf(a, "%s%s.", s, b->nrow > TOLD ? "; and more" : "");
}

/* ---- geometry ---- */

struct plan {
    double left, right; /* of the plot */
    double thick, gap;  /* of a bar, between bars */
    double above;       /* room for a label above the bars */
    struct axis x;
};

static double least_of(const struct interval *v)
{
    double x = isfinite(v->value) ? v->value : 0;
    return isfinite(v->lo) ? fmin(x, v->lo) : x;
}

static double most_of(const struct interval *v)
{
    double x = isfinite(v->value) ? v->value : 0;
    return isfinite(v->hi) ? fmax(x, v->hi) : x;
}

/* An interval may be so wide that it would leave nothing to see of the bars: it is cut. */
static void span_of(const struct bars *b, double *lo, double *hi)
{
    double far = 0;
    for (uint32_t i = 0; i < b->nrow; i++)
        for (uint32_t k = 0; k < b->row[i].n; k++)
            if (isfinite(b->row[i].bar[k].v.value))
                far = fmax(far, fabs(b->row[i].bar[k].v.value));
    *lo = 0;
    *hi = b->least;
    for (uint32_t i = 0; i < b->nrow; i++)
        for (uint32_t k = 0; k < b->row[i].n; k++) {
            const struct bar *x = &b->row[i].bar[k];
            *lo = fmin(*lo, fmax(least_of(&x->v), far > 0 ? -2 * far : -1));
            *hi = fmax(*hi, fmin(most_of(&x->v), far > 0 ? 2 * far : 1));
            for (unsigned m = 0; m < 2; m++)
                if (isfinite(x->mark[m]))
                    *hi = fmax(*hi, fmin(x->mark[m], far > 0 ? 4 * far : 1));
        }
    if (*hi <= *lo)
        *hi = *lo + 1;
}

static double text_room(const struct bars *b)
{
    double w = 0;
    for (uint32_t i = 0; i < b->nrow; i++)
        for (uint32_t k = 0; k < b->row[i].n; k++)
            w = fmax(w, svg_text_width(b->row[i].bar[k].text, SVG_FONT));
    return fmin(w, 190) + 8;
}

static struct plan plan_make(const struct svg *s, const struct bars *b)
{
    enum { LEFT_LEAST = 60, LEFT_MOST = 270, BAR = 14, THIN = 11 };
    static const double bold = 1.1;
    struct plan p = {.thick = b->most > 1 ? THIN : BAR, .gap = 3};
    double label = LEFT_LEAST, lo, hi;
    for (uint32_t i = 0; i < b->nrow; i++)
        label = fmax(label,
                     svg_text_width(b->row[i].label, SVG_FONT) * (b->row[i].best ? bold : 1) + 14);
    p.left = s->narrow ? 0 : fmin(label, LEFT_MOST);
    p.above = s->narrow ? 17 : 0;
    span_of(b, &lo, &hi);
    /* Room beyond the bars for the values, on the sides that have bars. */
    double width = s->w - p.left, room = fmin(text_room(b), width * 0.4);
    bool left = false, right = b->nrow == 0;
    for (uint32_t i = 0; i < b->nrow; i++)
        for (uint32_t k = 0; k < b->row[i].n; k++) {
            left = left || b->row[i].bar[k].v.value < 0;
            right = right || !(b->row[i].bar[k].v.value < 0);
        }
    double bars = width - room * (left && right ? 2 : 1);
    p.right = s->w;
    double per = (hi - lo) / fmax(bars, 40);
    struct range r = {left ? lo - room * per : lo, right ? hi + room * per : hi, p.left, p.right};
    p.x = axis_make(s->mem, b->unit, false, r);
    return p;
}

/* ---- drawing ---- */

static void draw_interval(struct svg *s, const struct plan *p, const struct interval *v, double y)
{
    double lo = axis_at(&p->x, v->lo), hi = axis_at(&p->x, v->hi), end = 3;
    if (!isfinite(lo) || !isfinite(hi) || hi - lo < 0.8)
        return;
    svg_line(s, "ink", lo, y, hi, y);
    svg_line(s, "ink", lo, y - end, lo, y + end);
    svg_line(s, "ink", hi, y - end, hi, y + end);
}

static void draw_bar(struct svg *s, const struct plan *p, const struct bar *b, double y)
{
    double zero = axis_at(&p->x, 0), to = axis_at(&p->x, b->v.value), middle = y + p->thick / 2;
    svg_open(s, b->cls, b->tip);
    struct box at = {fmin(zero, to), y, fabs(to - zero), p->thick};
    svg_rect(s, "bar", at, 1.5);
    draw_interval(s, p, &b->v, middle);
    for (unsigned m = 0; m < 2; m++) {
        double x = axis_at(&p->x, b->mark[m]);
        svg_line(s, m ? "bound two" : "bound", x, y - 4, x, y + p->thick + 4);
    }
    bool left = b->v.value < 0;
    double far = axis_at(&p->x, left ? least_of(&b->v) : most_of(&b->v));
    for (unsigned m = 0; m < 2 && !left; m++)
        if (isfinite(b->mark[m]))
            far = fmax(far, axis_at(&p->x, b->mark[m]));
    if (!isfinite(b->v.value))
        far = zero;
    svg_text(s, "halo", left ? ANCHOR_END : ANCHOR_START, left ? far - 6 : far + 6, middle + 4.2,
             b->text);
    svg_close(s);
}

static void draw_label(struct svg *s, const struct plan *p, const struct bars_row *r, double y,
                       double height)
{
    double room = s->narrow ? s->w : p->left - 10;
    const char *text = svg_fit(s->mem, r->label, SVG_FONT, room, r->keep_end);
    svg_open(s, NULL, r->label);
    if (s->narrow)
        svg_text(s, r->best ? "strong halo" : "halo", ANCHOR_START, 4, y + 12, text);
    else
        svg_text(s, r->best ? "strong" : NULL, ANCHOR_END, p->left - 10, y + height / 2 + 4.2,
                 text);
    svg_close(s);
}

void bars_draw(struct svg *s, const void *bars)
{
    enum { TOP = 4, APART = 10, BELOW = 24 };
    const struct bars *b = bars;
    struct plan p = plan_make(s, b);
    double h = TOP;
    for (uint32_t i = 0; i < b->nrow; i++)
        h += p.above + fmax(b->row[i].n, 1) * (p.thick + p.gap) - p.gap + APART;
    svg_axis_x(s, &p.x, 0, h);
    double y = TOP + APART / 2.0;
    for (uint32_t i = 0; i < b->nrow; i++) {
        const struct bars_row *r = &b->row[i];
        double height = fmax(r->n, 1) * (p.thick + p.gap) - p.gap;
        draw_label(s, &p, r, y, height);
        y += p.above;
        if (r->note)
            svg_text(s, "bad", ANCHOR_START, axis_at(&p.x, 0) + 6, y + p.thick / 2 + 4.2, r->note);
        for (uint32_t k = 0; k < r->n; k++)
            draw_bar(s, &p, &r->bar[k], y + k * (p.thick + p.gap));
        y += height + APART;
    }
    double zero = axis_at(&p.x, 0);
    svg_line(s, "axis", zero, 0, zero, h);
    s->h = h + BELOW;
}
