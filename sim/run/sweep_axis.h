/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_axis.h - one --set of a sweep: "pool=1:1:16", "hit=0.3,0.5,0.9", "db.latency=1ms:*2:64ms".
 *
 *   a,b,c      as they stand; commas within parentheses, brackets or quotes part nothing
 *   lo:step:hi lo, lo + step, ... up to hi, which is one of them if it is met
 *   lo:*f:hi   lo, lo * f, ...
 *
 * Pieces of all three may be mixed.  Ranges are counted in decimals, so what is set is what is
 * shown: 0.1:0.1:0.5 has 0.3 in it.  Where units differ (500us:500us:3ms) the finest is used for
 * all. */
#ifndef RUN_SWEEP_AXIS_H
#define RUN_SWEEP_AXIS_H
#include "core/sweep_result.h"

/* name is what stands before the '=' ("db.latency*" for *=), so that "name=value" is what --set
 * takes.  One value alone makes no axis: it is a constant.  False: errors in d (E-sweep). */
bool sweep_axis_read(struct arena *a, const char *arg, struct sweep_axis *axis, struct diags *d);

#endif
