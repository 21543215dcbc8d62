/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.h - a counterexample for people: a table with one column a task, and a sequence diagram.
 * Inside reports/ and for cli/; see core/story_result.h for what it holds. */
#ifndef REPORTS_STORY_H
#define REPORTS_STORY_H
#include "core/story_result.h"
#include "reports/report.h"

/* Indented by so many columns, and no wider than look says.  The title is left to the caller. */
void story_text(const struct story_result *s, const struct diags *d, const struct report_look *look,
                int indent, struct buf *out);
/* A sequence diagram in Mermaid's language, without the fence round it. */
void story_mermaid(const struct story_result *s, const struct diags *d, struct buf *out);

#endif
