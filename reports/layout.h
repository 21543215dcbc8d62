/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.h - what the reports for people share: numbers as text, tables, paragraphs.
 *
 * Inside reports/ only.  Views (views.c) and sentences (prose.c) are made once from a result, in
 * UTF-8 and without any width; text.c and md.c lay them out.  Strings live in the arena given.
 * ASCII fallback and protection against control characters happen in one place, text_clean(). */
#ifndef REPORTS_LAYOUT_H
#define REPORTS_LAYOUT_H
#include "reports/report.h"

extern const struct report report_text, report_json, report_jsonl, report_csv, report_md,
    report_html;

void html_many(const struct run_result *const *r, uint32_t n, const struct diags *d,
               const struct report_look *look, struct buf *out);

/* ---- numbers ---- */
/* Fixed decimals, thousands separated from 10,000 on; "-" if not finite. */
const char *number_fixed(struct arena *a, double x, int decimals);
const char *number_count(struct arena *a, uint64_t n); /* 120,000 */
const char *number_short(struct arena *a, double x);   /* 3 or 4 significant digits */
const char *number_percent(struct arena *a, double share);
const char *number_time(struct arena *a, double seconds); /* "101.7 ms", for sentences */
const char *number_ratio(struct arena *a, double x);      /* "1.96x" */

/* One unit for a whole column: value / per is shown with this many decimals. */
struct scale {
    double per;
    const char *unit; /* "ms"; "" for plain numbers */
    int decimals;
};
struct scale scale_time(struct arena *a, const double *v, size_t n); /* by the median */
struct scale scale_size(struct arena *a, const double *v, size_t n);
struct scale scale_plain(struct arena *a, const double *v, size_t n);
/* The same unit, decimals by these values. */
struct scale scale_again(struct arena *a, struct scale s, const double *v, size_t n);

/* ---- tables ---- */
enum style { STYLE_PLAIN, STYLE_HEAD, STYLE_GOOD, STYLE_BAD, STYLE_DIM };
struct cell {
    const char *value;    /* NULL: blank */
    const char *interval; /* shown after it, dim; may be NULL */
};
struct cell cell_bare(struct arena *a, struct scale s, double value);
struct cell cell_interval(struct arena *a, struct scale s, struct interval v);
struct cell cell_text(const char *s);

enum { TABLE_MAXCOL = 12 };
struct column {
    const char *heading;
    bool left;             /* left-aligned words, else right-aligned numbers */
    bool keep_end;         /* a path: if it must be cut, its end stays */
    uint8_t drop;          /* where it is narrow, the highest number goes first; 0: stays */
    uint8_t drop_interval; /* the same for the intervals alone */
};
struct row {
    struct row *next;
    enum style style;
    const char *span; /* words in place of all cells but the first; or NULL */
    const char *mark; /* after the last cell, or NULL */
    struct cell cell[TABLE_MAXCOL];
};
struct table {
    struct arena *mem;
    const char *title; /* NULL: none */
    uint32_t ncol;
    struct column col[TABLE_MAXCOL];
    struct row *first, *last;
};
struct table *table_new(struct arena *a, const char *title);
uint32_t table_column(struct table *t, struct column c); /* its index */
struct row *table_row(struct table *t);
/* With no trailing blanks, never wider than look->width where that is possible at all. */
void table_text(struct table *t, const struct report_look *look, struct buf *out);

/* ---- words ---- */
/* What may be shown: no control characters, valid UTF-8; where !unicode, ASCII. */
const char *text_clean(struct arena *a, const struct report_look *look, const char *s);
size_t text_width(const char *clean); /* columns */
int look_width(const struct report_look *look);
void style_begin(const struct report_look *look, enum style s, struct buf *out);
void style_end(const struct report_look *look, enum style s, struct buf *out);

struct para {
    struct para *next;
    enum style style;
    const char *lead; /* "1." or NULL */
    bool close;       /* no blank line before it */
    const char *text;
};
struct paras {
    struct arena *mem;
    struct para *first, *last;
};
struct para *para_add(struct paras *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void para_text(struct arena *a, const struct para *p, const struct report_look *look, int indent,
               struct buf *out);

/* ---- what is said (views.c, prose.c) ---- */
/* Which executions have numbers to compare, and which of them are best. */
struct winners {
    uint32_t base;  /* what speedups are over; nexec if nobody has a result */
    uint32_t best;  /* least mean; nexec if none */
    uint32_t nbest; /* it and those that cannot be told from it */
    bool *among_best;
};
bool exec_has_result(const struct exec_result *e);
const struct speedup_result *speedup_of(const struct run_result *r, uint32_t exec);
struct winners verdict_make(struct arena *a, const struct run_result *r);
/* "search.yaml:41:12"; "" for no place. */
const char *place_text(struct arena *a, const struct diags *d, struct loc at);
const char *outcome_name(struct arena *a, int32_t status);
const char *exec_span(struct arena *a, const struct exec_result *e); /* why it has no result */

/* Each returns NULL if there is nothing to show. */
struct table *view_comparison(struct arena *a, const struct run_result *r);
struct table *view_outcomes(struct arena *a, const struct run_result *r);
struct table *view_classes(struct arena *a, const struct run_result *r);
struct table *view_resources(struct arena *a, const struct run_result *r);
struct table *view_usage(struct arena *a, const struct run_result *r);
struct table *view_spread(struct arena *a, const struct run_result *r);
struct table *view_steps(struct arena *a, const struct run_result *r, uint32_t exec);
/* What matters on the critical path (critical.c); not all: the few that matter most. */
struct table *view_critical(struct arena *a, const struct run_result *r, uint32_t exec, bool all);
extern const char *const critical_kind_name[]; /* by enum critical_kind */

/* Asked for (view_ask.c): --threshold; --what-if, for the n results of one change. */
struct table *view_exceed(struct arena *a, const struct run_result *r);
uint32_t what_if_group(const struct run_result *r, uint32_t first); /* n, from the first on */
struct table *view_what_if(struct arena *a, const struct run_result *r, uint32_t first, uint32_t n);
void prose_what_if(struct paras *p, const struct run_result *r, uint32_t first, uint32_t n);
/* --gain (view_gain.c), of one execution; all: rows beyond the first ten, too. */
struct table *view_gain(struct arena *a, const struct run_result *r, uint32_t exec, bool all);
void prose_gain(struct paras *p, const struct run_result *r, uint32_t exec);
/* A difference: "+7.10 ±0.2", "0", or "none seen" where the interval holds 0. */
struct cell cell_change(struct arena *a, struct scale s, struct interval v);

void prose_reasons(struct paras *p, const struct run_result *r);
/* What keeps executions above their longest chain (critical.c). */
void prose_below(struct paras *p, const struct run_result *r);
void prose_trouble(struct paras *p, const struct run_result *r, const struct diags *d);
void prose_warnings(struct paras *p, const struct run_result *r);
void prose_assumptions(struct paras *p, const struct run_result *r, int verbosity);
/* "seed 1 · open 20/s · 1 core · no GIL · no costs" */
const char *prose_setting(struct arena *a, const struct run_result *r);
const char *prose_title(struct arena *a, const struct run_result *r); /* the doc's first line */

#endif
