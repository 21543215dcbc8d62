/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agrees.h - an `agrees:` claim by the same means as `pertinax compare`; see check/judge.h, struct
 * judge_traces.  Where a claim names no label, the recording that is called as the execution is
 * taken, if there is one, else all. */
#ifndef FIT_AGREES_H
#define FIT_AGREES_H
#include "fit/compare.h"
#include "model/spec.h"

struct measured *agrees_measure(const struct spec_agrees *s, const char *store,
                                const char *execution, struct arena *a, struct diags *d);
struct compare_result *agrees_compare(const struct run_result *r, struct measured *m,
                                      const struct spec_agrees *s, struct arena *a);

#endif
