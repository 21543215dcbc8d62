/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_out.h - how sweep and merge end: results in all formats asked for, and the exit status. */
#ifndef CLI_SWEEP_OUT_H
#define CLI_SWEEP_OUT_H
#include "cli/cmd.h"
#include "core/sweep_result.h"

/* --format does not change what is found, so shards may be written in one and merged to another. */
#define SWEEP_FORMAT                                                                               \
    {                                                                                              \
        "format", 0, "text|json|jsonl|csv|md|html",                                                \
            "how the result is written to standard output (default: text)", OPT_UNRECORDED         \
    }
/* Has each -o a format that sweeps have?  A shard is JSON: the rest is made by merge. */
void sweep_check_outputs(const struct cmd_args *a, bool shard, struct diags *d);
void sweep_write(const struct cmd_args *a, const struct sweep_result *r, const struct diags *d);
int sweep_status(const struct sweep_result *r, const struct diags *d);

#endif
