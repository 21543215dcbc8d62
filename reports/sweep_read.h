/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_read.h - a sweep, or a part of one, from the JSON that sweep_json.c writes. */
#ifndef REPORTS_SWEEP_READ_H
#define REPORTS_SWEEP_READ_H
#include "core/sweep_result.h"

/* Everything but what is judged, in arena a, which is r->base.mem from then on.  The text must
 * outlive d.  False: it is no such document; why is in d (E-merge). */
bool sweep_read(struct sweep_result *r, const char *name, const char *text, size_t n,
                struct arena *a, struct diags *d);

#endif
