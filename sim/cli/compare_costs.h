/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_costs.h - a model with the costs of this machine in the place of its own, for a
 * comparison of executions that were run here. */
#ifndef CLI_COMPARE_COSTS_H
#define CLI_COMPARE_COSTS_H
#include "cli/simulate.h"
#include "live/calibrate.h"

/* For executions of this kind, by name; s is that of which the result differs.  A call's CPU is
 * added to what its service has.  NULL: errors in d. */
const struct model *costs_model(const struct calibration *c, const struct subject *s,
                                const struct cmd_args *a, enum exec_kind kind, struct diags *d);
/* "threads: spawn 19us, switch 8.4us [7.1us, 12us]; ..." of the subject's executions. */
const char *costs_words(const struct calibration *c, const struct subject *s, struct arena *mem);

#endif
