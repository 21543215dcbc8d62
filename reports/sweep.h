/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.h - the reports of a sweep: writers for the rows of report.c, and what they share.
 *
 *   sweep_json.c  sweep_csv.c  for programs     sweep_text.c  sweep_md.c  for people
 *   sweep_view.c  tables and grids of values    sweep_prose.c  sentences
 *   sweep_read.c  a sweep from its JSON */
#ifndef REPORTS_SWEEP_H
#define REPORTS_SWEEP_H
#include "reports/layout.h"

typedef void sweep_writer(const struct sweep_result *r, const struct diags *d,
                          const struct report_look *look, struct buf *out);
sweep_writer sweep_text, sweep_json, sweep_jsonl, sweep_csv, sweep_md;

/* A value of the metric as cells show it, with its mark: "51.9*", "52.3~", "51.9 ". */
struct scale sweep_scale(struct arena *a, const struct sweep_result *r);
const char *sweep_value(struct arena *a, const struct sweep_result *r, struct scale s,
                        const struct sweep_exec *e);
/* "deadlock", "unstable", "error", "-": why there is no value. */
const char *sweep_no_value(const struct sweep_result *r, uint32_t cell, const struct sweep_exec *e);
/* Rows are cells (or values of the one axis), columns executions; NULL where sweep_is_map(). */
struct table *sweep_table(struct arena *a, const struct sweep_result *r, int verbosity);
/* Two axes are drawn as grids: of an execution, or (nexec) of the winners. */
bool sweep_is_map(const struct sweep_result *r);

void sweep_sentences(struct paras *p, const struct sweep_result *r);
const char *sweep_title(struct arena *a, const struct sweep_result *r);
const char *sweep_setting(struct arena *a, const struct sweep_result *r);

#endif
