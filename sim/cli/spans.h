/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spans.h - --spans STEP=NAME, of the commands that hold a model beside recorded traces. */
#ifndef CLI_SPANS_H
#define CLI_SPANS_H
#include "cli/cmd.h"
#include "fit/compare.h"

/* All of them, in the arena; *n is how many. */
const struct compare_name *spans_read(const struct cmd_args *a, uint32_t *n, struct diags *d);

#endif
