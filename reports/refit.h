/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit.h - which numbers of a model were estimated again, for people. */
#ifndef REPORTS_REFIT_H
#define REPORTS_REFIT_H
#include "core/refit_result.h"
#include "reports/layout.h"

void refit_text(const struct refit_result *r, const struct report_look *look, struct buf *out);

#endif
