/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outline.h - the steps of a program as their author wrote them, as a tree, for a report to draw.
 */
#ifndef CORE_OUTLINE_H
#define CORE_OUTLINE_H
#include "core/prog.h"
#include "core/result.h"

enum { OUTLINE_MOST = 2000 };
/* The bodies of all classes and stages, named pipelines expanded where they are run; steps have the
 * numbers of prog.mark.  *n is 0 where there would be more than OUTLINE_MOST nodes. */
struct outline_node *outline_make(struct arena *a, const struct prog *p, uint32_t *n);

#endif
