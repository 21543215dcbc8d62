/* SPDX-License-Identifier: GPL-3.0-or-later */
/* svg.h - drawing for the HTML report: shapes, text that is measured and escaped, axes with ticks.
 *
 * Inside reports/ only.  A picture is drawn into `body` and its height found on the way; svg_put()
 * writes the element round it.  Looks are classes of the page's style sheet; only geometry is
 * here.  Units are CSS pixels, y grows downwards.  A shape with a coordinate that is not finite is
 * not drawn, so no NaN can reach the output.  Numbers have two decimals: equal results, equal
 * bytes. */
#ifndef REPORTS_SVG_H
#define REPORTS_SVG_H
#include "base/arena.h"
#include "base/buf.h"
#include <stdbool.h>

struct svg {
    struct arena *mem; /* strings live here */
    struct buf body;
    double w, h;    /* of the whole picture; h may be set last */
    bool narrow;    /* for a small screen: w is small, too */
    const char *id; /* unique in the page; ids of what is inside begin with it */
};
struct box {
    double x, y, w, h;
};
enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
enum { SVG_FONT = 12, SVG_SMALL = 11 }; /* sizes, in px, of texts with and without class "small" */

/* The element: role img, its title and description as text for those who cannot see it.  Frees
 * the body. */
void svg_put(struct svg *s, const char *cls, const char *title, const char *desc, struct buf *out);
void svg_rect(struct svg *s, const char *cls, struct box b, double radius);
void svg_line(struct svg *s, const char *cls, double x1, double y1, double x2, double y2);
void svg_circle(struct svg *s, const char *cls, double x, double y, double r);
void svg_diamond(struct svg *s, const char *cls, double x, double y, double r);
/* Hatching for boxes: first the pattern, once, then any number of boxes that have it. */
void svg_hatch_begin(struct svg *s);
void svg_hatch(struct svg *s, struct box b);
/* A line through points: begin, at least two points, end.  Points that are not finite are left
 * out. */
void svg_path_begin(struct svg *s, const char *cls);
void svg_path_to(struct svg *s, double x, double y);
void svg_path_end(struct svg *s);
/* y is the baseline. */
void svg_text(struct svg *s, const char *cls, enum anchor a, double x, double y, const char *text);
/* What is drawn until svg_close() shows this text when pointed at; NULL: none. */
void svg_open(struct svg *s, const char *cls, const char *tip);
void svg_close(struct svg *s);

/* ---- text ---- */
/* For element content and quoted attributes; what has no place there becomes U+FFFD or '?'. */
void svg_escape(struct arena *a, struct buf *out, const char *s);
double svg_text_width(const char *s, double size); /* an upper estimate for common sans fonts */
/* s, or as much of it as fits into the width with an ellipsis; NULL if not even three letters do.
 * keep_end: of a path the end matters. */
const char *svg_fit(struct arena *a, const char *s, double size, double width, bool keep_end);

/* ---- axes ---- */
enum { AXIS_TICKS = 24 };
struct range {
    double lo, hi;   /* values */
    double from, to; /* pixels */
};
struct axis {
    double lo, hi;   /* values at its ends */
    double from, to; /* their pixels */
    bool log;
    uint32_t n;
    struct tick {
        double v;
        const char *label; /* "" of a minor tick */
    } tick[AXIS_TICKS];
};
enum axis_unit { AXIS_TIME, AXIS_PLAIN, AXIS_PERCENT, AXIS_RATIO };
/* Ticks at round numbers within [lo, hi], as many as have room.  A log axis needs lo > 0 and is
 * linear otherwise.  Ends that are not finite or the wrong way round become [0, 1]. */
struct axis axis_make(struct arena *a, enum axis_unit u, bool log, struct range range);
double axis_at(const struct axis *x, double v); /* clamped to the ends; NAN for NAN */
/* The end of a linear axis: the next round number not below v (v > 0). */
double axis_round_up(double v);
/* Grid lines from y1 to y2 and labels below y2 (of a horizontal axis). */
void svg_axis_x(struct svg *s, const struct axis *x, double y1, double y2);
/* Grid lines from x1 to x2 and labels left of x1. */
void svg_axis_y(struct svg *s, const struct axis *y, double x1, double x2);

#endif
