/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h - a model held against recorded traces, for people and for programs. */
#ifndef REPORTS_COMPARE_H
#define REPORTS_COMPARE_H
#include "base/json.h"
#include "core/compare_result.h"
#include "reports/layout.h"

typedef void compare_writer(const struct compare_result *r, const struct report_look *look,
                            struct buf *out);
compare_writer compare_text, compare_md, compare_json, compare_csv;
compare_writer *compare_writer_of(const char *name); /* NULL: no such format */

/* ---- between its files: compare_view.c, compare_scaling.c (levels of concurrency) ---- */
struct table *compare_values(struct arena *a, const struct compare_result *r, uint32_t part);
struct table *compare_steps(struct arena *a, const struct compare_result *r, uint32_t part);
struct table *compare_speedups(struct arena *a, const struct compare_result *r);
struct table *compare_levels(struct arena *a, const struct compare_result *r);
const char *compare_setting(struct arena *a, const struct compare_result *r);
const char *compare_title(struct arena *a, const struct compare_result *r);
/* How many requests would decide what is open, and which step is why; NULL: nothing to say. */
const char *compare_needed(struct arena *a, const struct compare_result *r);
const char *compare_why(struct arena *a, const struct compare_part *q);
void compare_say_reason(struct paras *p, const char *execution, double ratio,
                        const struct compare_reason *w); /* compare_reason.c */
void compare_sentences(struct paras *p, const struct compare_result *r);
void compare_say_scaling(struct paras *p, const struct compare_scaling *s);

/* ---- compare_json.c ---- */
/* The members of an object that is open. */
void compare_part_members(struct json *j, const struct compare_part *p);

#endif
