/* SPDX-License-Identifier: GPL-3.0-or-later */
/* svg.c - shapes and text of the HTML report's pictures; see svg.h.  Axes are in axis.c. */
#include "reports/svg.h"
#include "reports/layout.h"
#include <math.h>
#include <string.h>

static const struct report_look svg_look = {.width = 1 << 20, .unicode = true};

/* ---- text ---- */

void svg_escape(struct arena *a, struct buf *out, const char *s)
{
    for (s = text_clean(a, &svg_look, s); *s; s++) {
        if (*s == '&')
            buf_puts(out, "&amp;");
        else if (*s == '<')
            buf_puts(out, "&lt;");
        else if (*s == '>')
            buf_puts(out, "&gt;");
        else if (*s == '"')
            buf_puts(out, "&quot;");
        else if (*s == '\'')
            buf_puts(out, "&#39;");
        else
            buf_putc(out, *s);
    }
}

/* Advance widths of Helvetica, in thousandths, from ' ' to '~' (Adobe's metrics). */
static const uint16_t advance[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

static double char_width(const char *s, size_t n)
{
    enum { FIRST = ' ', LAST = '~', NARROW = 600, WIDE = 1000 };
    unsigned char c = (unsigned char)*s;
    if (n == 1)
        return c >= FIRST && c <= LAST ? advance[c - FIRST] : NARROW;
    char one[5] = {0};
    memcpy(one, s, n < 4 ? n : 4);
    size_t columns = text_width(one);
    return columns == 0 ? 0 : columns == 1 ? NARROW : WIDE;
}

static size_t char_bytes(const char *s)
{
    uint32_t code;
    size_t n = buf_utf8(s, strnlen(s, 4), &code);
    return n ? n : 1;
}

double svg_text_width(const char *s, double size)
{
    static const double wider = 1.14; /* than Helvetica: DejaVu and others that stand in for it */
    double w = 0;
    while (*s) {
        size_t n = char_bytes(s);
        w += char_width(s, n);
        s += n;
    }
    return w * size * wider / 1000;
}

const char *svg_fit(struct arena *a, const char *s, double size, double width, bool keep_end)
{
    enum { LEAST = 3 };
    s = text_clean(a, &svg_look, s);
    if (svg_text_width(s, size) <= width)
        return s;
    double dots = svg_text_width("…", size);
    size_t chars = 0, cut = 0;
    if (keep_end) {
        const char *t = s;
        while (*t && svg_text_width(t, size) > width - dots)
            t += char_bytes(t);
        return strlen(t) >= LEAST ? arena_printf(a, "…%s", t) : NULL;
    }
    for (double w = dots; s[cut]; chars++) {
        size_t n = char_bytes(s + cut);
        char one[5] = {0};
        memcpy(one, s + cut, n < 4 ? n : 4);
        w += svg_text_width(one, size);
        if (w > width)
            break;
        cut += n;
    }
    return chars >= LEAST ? arena_printf(a, "%.*s…", (int)cut, s) : NULL;
}

/* ---- shapes ---- */

/* Two decimals at most, no trailing zeros, no "-0". */
static void put_number(struct buf *b, double x)
{
    double r = floor(x * 100 + 0.5) / 100;
    buf_printf(b, "%.2f", r == 0 ? 0.0 : r);
    while (b->s[b->n - 1] == '0')
        b->s[--b->n] = '\0';
    if (b->s[b->n - 1] == '.')
        b->s[--b->n] = '\0';
}

static void put_attr(struct buf *b, const char *name, double x)
{
    buf_printf(b, " %s=\"", name);
    put_number(b, x);
    buf_putc(b, '"');
}

static void put_class(struct buf *b, const char *cls)
{
    if (cls && *cls)
        buf_printf(b, " class=\"%s\"", cls);
}

static bool drawable(const double *x, size_t n)
{
    static const double far = 1e6; /* px: no picture is as large */
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]) || fabs(x[i]) > far)
            return false;
    return true;
}

void svg_rect(struct svg *s, const char *cls, struct box b, double radius)
{
    const double v[] = {b.x, b.y, b.w, b.h, radius};
    if (!drawable(v, 5) || b.w < 0 || b.h < 0)
        return;
    buf_puts(&s->body, "<rect");
    put_class(&s->body, cls);
    put_attr(&s->body, "x", b.x);
    put_attr(&s->body, "y", b.y);
    put_attr(&s->body, "width", b.w);
    put_attr(&s->body, "height", b.h);
    if (radius > 0)
        put_attr(&s->body, "rx", radius);
    buf_puts(&s->body, "/>\n");
}

void svg_line(struct svg *s, const char *cls, double x1, double y1, double x2, double y2)
{
    const double v[] = {x1, y1, x2, y2};
    if (!drawable(v, 4))
        return;
    buf_puts(&s->body, "<line");
    put_class(&s->body, cls);
    put_attr(&s->body, "x1", x1);
    put_attr(&s->body, "y1", y1);
    put_attr(&s->body, "x2", x2);
    put_attr(&s->body, "y2", y2);
    buf_puts(&s->body, "/>\n");
}

void svg_circle(struct svg *s, const char *cls, double x, double y, double r)
{
    const double v[] = {x, y, r};
    if (!drawable(v, 3))
        return;
    buf_puts(&s->body, "<circle");
    put_class(&s->body, cls);
    put_attr(&s->body, "cx", x);
    put_attr(&s->body, "cy", y);
    put_attr(&s->body, "r", r);
    buf_puts(&s->body, "/>\n");
}

void svg_diamond(struct svg *s, const char *cls, double x, double y, double r)
{
    const double v[] = {x, y, r};
    if (!drawable(v, 3))
        return;
    svg_path_begin(s, cls);
    svg_path_to(s, x, y - r);
    svg_path_to(s, x + r, y);
    svg_path_to(s, x, y + r);
    svg_path_to(s, x - r, y);
    svg_path_to(s, x, y - r);
    svg_path_end(s);
}

void svg_hatch_begin(struct svg *s)
{
    buf_printf(&s->body,
               "<defs><pattern id=\"%s-h\" patternUnits=\"userSpaceOnUse\" width=\"5\" "
               "height=\"5\" patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"1\" "
               "y1=\"0\" x2=\"1\" y2=\"5\"/></pattern></defs>\n",
               s->id);
}

void svg_hatch(struct svg *s, struct box b)
{
    const double v[] = {b.x, b.y, b.w, b.h};
    if (!drawable(v, 4) || b.w < 0 || b.h < 0)
        return;
    buf_puts(&s->body, "<rect");
    put_attr(&s->body, "x", b.x);
    put_attr(&s->body, "y", b.y);
    put_attr(&s->body, "width", b.w);
    put_attr(&s->body, "height", b.h);
    buf_printf(&s->body, " fill=\"url(#%s-h)\"/>\n", s->id);
}

void svg_path_begin(struct svg *s, const char *cls)
{
    buf_puts(&s->body, "<polyline");
    put_class(&s->body, cls);
    buf_puts(&s->body, " points=\"");
}

void svg_path_to(struct svg *s, double x, double y)
{
    const double v[] = {x, y};
    if (!drawable(v, 2))
        return;
    if (s->body.s[s->body.n - 1] != '"')
        buf_putc(&s->body, ' ');
    put_number(&s->body, x);
    buf_putc(&s->body, ',');
    put_number(&s->body, y);
}

void svg_path_end(struct svg *s)
{
    buf_puts(&s->body, "\"/>\n");
}

void svg_text(struct svg *s, const char *cls, enum anchor a, double x, double y, const char *text)
{
    static const char *const name[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    const double v[] = {x, y};
    if (!drawable(v, 2) || !text || !*text)
        return;
    buf_puts(&s->body, "<text");
    put_class(&s->body, cls);
    put_attr(&s->body, "x", x);
    put_attr(&s->body, "y", y);
    buf_printf(&s->body, "%s>", name[a]);
    svg_escape(s->mem, &s->body, text);
    buf_puts(&s->body, "</text>\n");
}

void svg_open(struct svg *s, const char *cls, const char *tip)
{
    buf_puts(&s->body, "<g");
    put_class(&s->body, cls);
    buf_puts(&s->body, ">");
    if (tip) {
        buf_puts(&s->body, "<title>");
        svg_escape(s->mem, &s->body, tip);
        buf_puts(&s->body, "</title>");
    }
    buf_putc(&s->body, '\n');
}

void svg_close(struct svg *s)
{
    buf_puts(&s->body, "</g>\n");
}

void svg_put(struct svg *s, const char *cls, const char *title, const char *desc, struct buf *out)
{
    double h = ceil(s->h);
    buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"%s\"", cls);
    buf_printf(out, " aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 ", s->id, s->id);
    put_number(out, s->w);
    buf_putc(out, ' ');
    put_number(out, h);
    buf_putc(out, '"');
    put_attr(out, "width", s->w);
    put_attr(out, "height", h);
    buf_printf(out, ">\n<title id=\"%s-t\">", s->id);
    svg_escape(s->mem, out, title);
    buf_printf(out, "</title>\n<desc id=\"%s-d\">", s->id);
    svg_escape(s->mem, out, desc);
    buf_puts(out, "</desc>\n");
    if (s->body.n)
        buf_put(out, s->body.s, s->body.n);
    buf_puts(out, "</svg>\n");
    buf_free(&s->body);
}
