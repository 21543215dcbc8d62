/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded.h - the reports of recorded traces (core/recorded_result.h).
 *
 *   recorded_view.c  tables and sentences     recorded_text.c  for people: text and Markdown
 *   recorded_gantt.c one trace, drawn         recorded_json.c  for programs: JSON and CSV
 *   recorded_chrome.c  one trace for tools that show traces */
#ifndef REPORTS_RECORDED_H
#define REPORTS_RECORDED_H
#include "core/recorded_result.h"
#include "reports/report.h"

typedef void recorded_writer(const struct recorded_result *r, const struct report_look *look,
                             struct buf *out);
recorded_writer recorded_text, recorded_md, recorded_json, recorded_csv, recorded_chrome;

/* Rows of a statement's answer, as they are shown: a table of words. */
struct recorded_rows {
    uint32_t ncol, nrow;
    const char *const *name;
    const char *const *cell; /* row by row; NULL: NULL */
    const bool *number;      /* by column: all of them are numbers */
};
void recorded_rows_text(const struct recorded_rows *t, const struct report_look *look,
                        struct buf *out);
void recorded_rows_md(const struct recorded_rows *t, struct buf *out);

/* ---- inside reports/ ---- */
struct table;
struct paras;
struct table *recorded_requests(struct arena *a, const struct recorded_result *r);
/* At most r->limit rows; *left are not shown. */
struct table *recorded_ops(struct arena *a, const struct recorded_result *r, uint32_t *left);
struct table *recorded_path(struct arena *a, const struct recorded_result *r);
void recorded_sentences(struct paras *p, const struct recorded_result *r, uint32_t left);
const char *recorded_setting(struct arena *a, const struct recorded_result *r);
/* The spans of r->one as bars. */
void recorded_gantt(struct arena *a, const struct recorded_result *r,
                    const struct report_look *look, struct buf *out);

#endif
