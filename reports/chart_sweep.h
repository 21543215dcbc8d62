/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_sweep.h - pictures of a sweep for its HTML page (html_sweep.c). */
#ifndef REPORTS_CHART_SWEEP_H
#define REPORTS_CHART_SWEEP_H
#include "core/sweep_result.h"
#include "reports/page.h"

/* Nothing where there are more than two axes, or too many cells to be seen. */
void chart_sweep(struct page *p, const struct sweep_result *r);

#endif
