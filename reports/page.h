/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.h - the HTML report from within: a page of sections, and the charts that fill them.
 *
 * Inside reports/ only.  page.c knows HTML and no results, html.c the order of the sections, each
 * chart_*.c one kind of picture.  A section without data is not opened, so none is empty.
 *
 * A figure is drawn twice, for a wide and for a narrow screen; the style sheet shows one.  Text
 * in a picture so keeps its size, and no script is needed.  Everything a picture shows stands in a
 * table beside it as well. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H
#include "reports/layout.h"
#include "reports/svg.h"

struct page {
    struct arena *mem;
    const struct diags *d;
    struct buf body, nav;
    const char *prefix; /* of ids: "" or "m2-" */
    uint32_t nfigure;
};
/* From the doctype to the end; title and what page->body and page->nav hold. */
void page_put(struct page *p, const char *title, struct buf *out);

void page_raw(struct page *p, const char *html);
void page_text(struct page *p, const char *tag, const char *cls, const char *text);
void page_section(struct page *p, const char *id, const char *title);
void page_section_end(struct page *p);
void page_details(struct page *p, const char *summary); /* closed until it is asked for */
void page_details_end(struct page *p);
void page_table(struct page *p, const char *caption, const struct table *t);
/* Sentences; back-quoted names become code.  Those of style BAD stand out. */
void page_paras(struct page *p, const char *cls, const struct para *first, const struct para *end);

/* The last section: assumptions, if there are any, and what it takes to run it again. */
void page_origin(struct page *p, const struct run_result *r, const struct para *assumed);

struct figure {
    const char *title;   /* short: the name of the picture */
    const char *desc;    /* what it shows, in words, for those who cannot see it */
    const char *reading; /* how to read it: stands below it; may be NULL */
    void (*draw)(struct svg *s, const void *ctx);
    const void *ctx;
    const struct legend { /* ends with a NULL text; may be NULL */
        const char *cls, *text;
    } * legend;
};
void page_figure(struct page *p, const struct figure *f);

/* Horizontal bars from zero, grouped in rows under one label, with intervals and marks. */
struct bars {
    enum axis_unit unit;
    double least;        /* the axis reaches at least to it; 0: as far as the bars need */
    uint32_t nrow, most; /* most: bars of a row, at most */
    struct bars_row {
        const char *label;
        const char *note; /* in the place of bars; or NULL */
        bool keep_end;    /* the label is a path */
        bool best;
        uint32_t n;
        struct bar {
            const char *cls, *text, *tip; /* text stands beside it; tip may be NULL */
            struct interval v;
            double mark[2]; /* bounds; NAN: none */
        } * bar;
    } * row;
};
struct bars *bars_new(struct arena *a, enum axis_unit u, uint32_t rows, uint32_t most);
struct bars_row *bars_row(struct arena *a, struct bars *b, const char *label);
struct bar *bars_add(struct bars *b, struct bars_row *r, const char *cls, struct interval v,
                     const char *text);
const char *path_short(const char *path);        /* without "request/" in front */
void bars_draw(struct svg *s, const void *bars); /* for struct figure */
const char *bars_desc(struct arena *a, const struct bars *b);

const char *path_short(const char *path); /* without "request/" in front */
/* The class that colours an execution's marks, by its index: "s0"... */
const char *series_class(struct arena *a, const char *more, uint32_t exec);

/* ---- what is drawn; each puts a whole section, or nothing where there is no data ---- */
void chart_compare(struct page *p, const struct run_result *r);
void chart_speedup(struct page *p, const struct run_result *r);
void chart_cdf(struct page *p, const struct run_result *r);
void chart_exceed(struct page *p, const struct run_result *r);
void chart_critical(struct page *p, const struct run_result *r);
void chart_gain(struct page *p, const struct run_result *r);
void chart_what_if(struct page *p, const struct run_result *r);
void chart_graph(struct page *p, const struct run_result *r);
void chart_gantt(struct page *p, const struct run_result *r);
void chart_resources(struct page *p, const struct run_result *r);
void chart_outcomes(struct page *p, const struct run_result *r);

extern const char *const page_style[]; /* the style sheet, in parts; ends with NULL */

#endif
