/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scaling.h - recordings of one kind of request at several levels of concurrency: throughput
 * against how many were in progress, and the scalability law through them (usl.h). */
#ifndef FIT_SCALING_H
#define FIT_SCALING_H
#include "core/compare_result.h"
#include "fit/forest.h"

/* Of the recordings whose label is not the name of an execution (known[0 .. nknown)); NULL: fewer
 * levels than a law needs. */
struct compare_scaling *scaling_of(struct store *s, const struct forest_ask *ask,
                                   const char *const *known, uint32_t nknown, struct arena *mem);

#endif
