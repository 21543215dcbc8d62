/* SPDX-License-Identifier: GPL-3.0-or-later */
/* axis.c - axes of the HTML report's pictures: where values stand, round ticks; see svg.h. */
#include "reports/layout.h"
#include "reports/svg.h"
#include <math.h>
#include <string.h>

double axis_at(const struct axis *x, double v)
{
    if (isnan(v))
        return NAN;
    v = v < x->lo ? x->lo : v > x->hi ? x->hi : v;
    double part = x->log ? log(v / x->lo) / log(x->hi / x->lo) : (v - x->lo) / (x->hi - x->lo);
    return x->from + part * (x->to - x->from);
}

/* The least of 1, 2, 5 times a power of ten that is not below v. */
static double round_step(double v)
{
    double power = pow(10, floor(log10(v)));
    static const double nice[] = {1, 2, 5, 10};
    for (size_t i = 0; i < 4; i++)
        if (nice[i] * power >= v * (1 - 1e-9))
            return nice[i] * power;
    return 10 * power;
}

double axis_round_up(double v)
{
    if (!(v > 0) || !isfinite(v))
        return 1;
    double step = round_step(v / 8);
    return ceil(v / step * (1 - 1e-9)) * step;
}

/* ---- labels ---- */

static const struct time_unit {
    double per;
    const char *name;
} time_units[] = {{1e-9, "ns"}, {1e-6, "us"}, {1e-3, "ms"}, {1, "s"}};

static const struct time_unit *unit_for(double v)
{
    size_t u = 0;
    while (u < 3 && fabs(v) >= time_units[u + 1].per * (1 - 1e-9))
        u++;
    return &time_units[u];
}

/* As few digits as the number has; at most nine. */
static const char *digits(struct arena *a, double v)
{
    if (fabs(v) >= 1e6)
        return arena_printf(a, "%.3g", v);
    for (int d = 0; d < 9; d++) {
        double scale = pow(10, d), back = floor(v * scale + 0.5) / scale;
        if (fabs(back - v) <= 1e-9 * fabs(v))
            return number_fixed(a, v, d);
    }
    return arena_printf(a, "%.3g", v);
}

/* On a linear axis all times have the unit of its end. */
static const char *label_of(struct arena *a, enum axis_unit u, const struct axis *x, double v)
{
    switch (u) {
    case AXIS_TIME: {
        if (v == 0)
            return "0";
        const struct time_unit *t = unit_for(x->log ? v : fmax(fabs(x->lo), fabs(x->hi)) / 2);
        return arena_printf(a, "%s %s", digits(a, v / t->per), t->name);
    }
    case AXIS_PERCENT:
        return arena_printf(a, "%s %%", digits(a, v * 100));
    case AXIS_RATIO:
        return arena_printf(a, "%sx", digits(a, v));
    case AXIS_PLAIN:
        break;
    }
    return digits(a, v);
}

/* ---- ticks ---- */

static void tick_add(struct axis *x, double v, const char *label)
{
    if (x->n < AXIS_TICKS)
        x->tick[x->n++] = (struct tick){v, label};
}

/* Room for one label and some air. */
static double label_room(struct arena *a, enum axis_unit u, const struct axis *x, bool vertical)
{
    enum { LINE = 34, AIR = 14 };
    if (vertical)
        return LINE;
    double lo = svg_text_width(label_of(a, u, x, x->lo + (x->hi - x->lo) / 10), SVG_SMALL);
    double hi = svg_text_width(label_of(a, u, x, x->hi), SVG_SMALL);
    double most = svg_text_width("888 ms", SVG_SMALL); /* of a round number */
    return fmin(fmax(lo, hi), most) + AIR;
}

static void ticks_linear(struct arena *a, enum axis_unit u, struct axis *x)
{
    double length = fabs(x->to - x->from), room = label_room(a, u, x, x->to < x->from);
    double most = fmin(fmax(length / room, 1), AXIS_TICKS - 4);
    double step = round_step((x->hi - x->lo) / most);
    double first = ceil(x->lo / step - 1e-9);
    double end = u == AXIS_PERCENT && x->hi > 1 ? 1 : x->hi; /* beyond all there is only air */
    for (double k = first; k * step <= end + step * 1e-9 && x->n < AXIS_TICKS; k++)
        tick_add(x, k * step, label_of(a, u, x, k * step));
}

/* Decades; 2 and 5 between them where there is room; every other decade where there is little. */
static void ticks_log(struct arena *a, enum axis_unit u, struct axis *x)
{
    double decades = log10(x->hi / x->lo), length = fabs(x->to - x->from);
    double room = label_room(a, u, x, x->to < x->from), each = length / decades;
    static const double part[] = {1, 2, 5};
    double low = floor(log10(x->lo) + 1e-9), high = ceil(log10(x->hi) - 1e-9);
    int skip = (int)fmax(1, ceil(room / each));
    for (double d = low; d <= high; d++) {
        for (size_t i = 0; i < 3; i++) {
            double v = part[i] * pow(10, d);
            if (v < x->lo * (1 - 1e-9) || v > x->hi * (1 + 1e-9))
                continue;
            bool shown = i == 0 ? (int)(d - low) % skip == 0 : each * 0.3 >= room;
            if (i && each * 0.3 < 12)
                continue;
            tick_add(x, v, shown ? label_of(a, u, x, v) : "");
        }
    }
}

struct axis axis_make(struct arena *a, enum axis_unit u, bool log, struct range r)
{
    struct axis x = {.lo = r.lo, .hi = r.hi, .from = r.from, .to = r.to, .log = log && r.lo > 0};
    if (!isfinite(x.lo) || !isfinite(x.hi) || !(x.hi > x.lo)) {
        x.lo = 0;
        x.hi = 1;
        x.log = false;
    }
    if (x.log)
        ticks_log(a, u, &x);
    else
        ticks_linear(a, u, &x);
    return x;
}

void svg_axis_x(struct svg *s, const struct axis *x, double y1, double y2)
{
    enum { BELOW = 16, AIR = 5 };
    double end = -INFINITY;
    for (uint32_t i = 0; i < x->n; i++) {
        double at = axis_at(x, x->tick[i].v);
        const char *label = x->tick[i].label;
        svg_line(s, *label ? "grid" : "grid minor", at, y1, at, y2);
        double w = svg_text_width(label, SVG_SMALL);
        double from = fmin(at - w / 2, s->w - w); /* at the very edge it stands inside */
        if (!*label || from < end + AIR)
            continue;
        if (from < at - w / 2)
            svg_text(s, "tick small", ANCHOR_END, s->w, y2 + BELOW, label);
        else
            svg_text(s, "tick small", ANCHOR_MIDDLE, at, y2 + BELOW, label);
        end = from + w;
    }
}

void svg_axis_y(struct svg *s, const struct axis *y, double x1, double x2)
{
    enum { LEFT = 7, DOWN = 4 };
    for (uint32_t i = 0; i < y->n; i++) {
        double at = axis_at(y, y->tick[i].v);
        const char *label = y->tick[i].label;
        svg_line(s, *label ? "grid" : "grid minor", x1, at, x2, at);
        svg_text(s, "tick small", ANCHOR_END, x1 - LEFT, at + DOWN, label);
    }
}
