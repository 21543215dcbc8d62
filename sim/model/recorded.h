/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded.h - recorded("store.db", "span"), a law of durations that stand in a store of traces.
 *
 * This floor knows nothing of stores: the function is defined by one that does (fit/recorded.c),
 * and whoever links the model links that, too. */
#ifndef MODEL_RECORDED_H
#define MODEL_RECORDED_H
#include "base/arena.h"
#include "base/diag.h"
#include <stdint.h>

/* The durations, in ns, of the finished spans of that name (of the recording `label`, if it is not
 * NULL), in mem; their number is in *n.  NULL: an error is in d, at `at`. */
const double *recorded_durations(struct arena *mem, const char *path, const char *span,
                                 const char *label, struct loc at, struct diags *d, uint32_t *n);

#endif
