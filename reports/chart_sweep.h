/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_sweep.h - pictures of a sweep for its HTML page (html_sweep.c). */
#ifndef REPORTS_CHART_SWEEP_H
#define REPORTS_CHART_SWEEP_H
#include "core/sweep_result.h"
#include "reports/page.h"

/* Nothing where there are more than two axes, or too many cells to be seen. */
void chart_sweep(struct page *p, const struct sweep_result *r);
/* A value of the metric with its unit; "-" for none. */
const char *sweep_number(struct arena *a, const struct sweep_result *r, double v);
const char *sweep_why_none(const struct sweep_result *r, uint32_t cell, uint32_t exec);
enum axis_unit sweep_unit(const struct sweep_result *r);

#endif
