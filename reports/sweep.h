/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.h - the reports of a sweep: writers for the rows of report.c, and what they share.
 *
 *   sweep_json.c  sweep_csv.c  for programs     sweep_text.c  for people: text and Markdown
 *   sweep_view.c  tables                        sweep_map.c   grids of two axes, for the terminal
 *   sweep_prose.c sentences                     sweep_read.c  a sweep from its JSON
 *   html_sweep.c  a page, its pictures drawn by chart_sweep.c */
#ifndef REPORTS_SWEEP_H
#define REPORTS_SWEEP_H
#include "reports/layout.h"

typedef void sweep_writer(const struct sweep_result *r, const struct diags *d,
                          const struct report_look *look, struct buf *out);
sweep_writer sweep_text, sweep_json, sweep_jsonl, sweep_csv, sweep_md, sweep_html;

/* One unit for all values of the metric. */
struct scale sweep_scale(struct arena *a, const struct sweep_result *r);
bool sweep_has(const struct sweep_exec *e);
/* "51.9*" (the best), "52.3~" (perhaps), "51.9 ". */
const char *sweep_value(struct arena *a, const struct sweep_result *r, struct scale s,
                        const struct sweep_exec *e);
/* Why there is no value: "deadlock", "unstable", "error", "-". */
const char *sweep_no_value(const struct sweep_exec *e);
const char *sweep_amount(struct arena *a, const struct sweep_result *r, double value);
/* Two axes, which run apart: drawn as grids. */
bool sweep_is_map(const struct sweep_result *r);
/* A row for each cell; at most so many, the best ones then (*left are not shown). */
struct table *sweep_table(struct arena *a, const struct sweep_result *r, uint32_t most,
                          uint32_t *left);
/* Two axes: a row for each value of the first, of execution exec; NULL: too wide for a table. */
struct table *sweep_grid(struct arena *a, const struct sweep_result *r, uint32_t exec);
/* Grids of all executions, then of the winners. */
void sweep_maps(struct arena *a, const struct sweep_result *r, const struct report_look *look,
                struct buf *out);

const char *sweep_size(struct arena *a, const struct sweep_result *r); /* "12 cells: ..." */
void sweep_sentences(struct paras *p, const struct sweep_result *r);
void sweep_warnings(struct paras *p, const struct sweep_result *r);
void sweep_assumptions(struct paras *p, const struct sweep_result *r);

#endif
