/* SPDX-License-Identifier: GPL-3.0-or-later */
/* md.h - Markdown, as all reports write it: what comes from the model is escaped. */
#ifndef REPORTS_MD_H
#define REPORTS_MD_H
#include "reports/layout.h"

void md_head(struct arena *a, const char *title, const char *setting, struct buf *out);
void md_para(struct arena *a, const char *text, struct buf *out);
void md_table(const struct table *t, struct buf *out); /* NULL: nothing */
void md_paras(const struct paras *p, struct buf *out);

#endif
