/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.h - formulas that do not notice what shows nothing.
 *
 * Between two moves that a formula looks at there may be any number of others, in one order of a
 * run and not in another.  A formula of propositions that last is blind to that (Lamport 1983: it
 * has no `next`).  One that speaks of instants (started, failed) is not in general: `started(a)
 * U started(b)` asks whether anything came between.  The patterns are, where no instant is denied.
 */
#ifndef CHECK_STEADY_H
#define CHECK_STEADY_H
#include "model/ltl.h"

bool steady(const struct ltl *f);

#endif
