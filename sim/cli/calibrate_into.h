/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate_into.h - measured costs as text of a model: for a person to copy, and into a model that
 * is there, whose comments and layout stay. */
#ifndef CLI_CALIBRATE_INTO_H
#define CLI_CALIBRATE_INTO_H
#include "cli/simulate.h"
#include "live/calibrate.h"

/* host: and executions: */
void calibrate_put(const struct calibration *c, struct buf *b);
/* The costs that were measured of an execution of this kind, one by one (*i: 0 at first); CAL_COUNT
 * after them. */
enum calibrated calibrate_next(const struct calibration *c, enum exec_kind kind, bool pooled,
                               int *i);
/* What a host has as its `gil`. */
const char *calibrate_gil(const struct calibration *c);
/* "21.8us", "3.1KB" */
const char *calibrate_amount(struct arena *mem, double x, bool bytes);
/* The model's text with the costs of each of its executions, and with `threads` and `coroutine` if
 * it does not name them.  A value that is a parameter alone has the parameter's value replaced.
 * What it says of its host stays.  False: E-calibrate, or the errors of the model. */
bool calibrate_into(const struct calibration *c, const struct subject *s, struct arena *mem,
                    struct buf *out, struct diags *d);

#endif
