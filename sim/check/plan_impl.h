/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_impl.h - shared by plan.c (which verdicts) and plan_words.c (what is claimed). */
#ifndef CHECK_PLAN_IMPL_H
#define CHECK_PLAN_IMPL_H
#include "check/plan.h"

/* Read the claim's words for a model; false: errors in d. */
bool plan_words(struct plan_unit *u, const struct model *m, struct arena *a, struct diags *d);
/* The execution under which alone a claim is to be judged, since it names others itself; or NULL.
 */
const char *plan_own_execution(const struct plan_unit *u);

#endif
