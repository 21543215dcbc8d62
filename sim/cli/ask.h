/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.h - what `run` is asked beside the base case: --what-if, --threshold, --gain,
 * --trace.  Rows of options, and from what was given to what an experiment is told. */
#ifndef CLI_ASK_H
#define CLI_ASK_H
#include "cli/simulate.h"

#define ASK_OPTIONS                                                                                \
    {"what-if", 'w', "NAME=EXPR",                                                                  \
     "run the model changed like this as well, on the same draws, and say by how much it differs", \
     OPT_MANY},                                                                                    \
        {"gain", 'g', NULL, "say what each step is worth: halve them one by one", 0},              \
        {"threshold", 't', "TIME,...", "say how many requests take longer than each of these",     \
         OPT_MANY},                                                                                \
        {"trace", 'T', "FILE",                                                                     \
         "write the median and the p99 request of each execution as a Chrome trace (.json) or as " \
         "OTLP (.otlp.json)",                                                                      \
         OPT_MANY | OPT_UNRECORDED | OPT_WRITTEN},                                                 \
    {                                                                                              \
        "trace-requests", 0, "N", "write the first N requests measured instead", OPT_UNRECORDED    \
    }

/* --threshold, --trace and --trace-requests into e; and --gain as well. */
void ask_shape(const struct cmd_args *a, struct experiment_opt *e, struct diags *d);
void ask_read(const struct cmd_args *a, struct experiment_opt *e, struct diags *d);
/* --what-if: the changed models of a subject that is free of errors. */
void ask_changes(const struct cmd_args *a, struct subject *s, struct diags *d);
/* --trace: the files. */
void ask_traces(const struct cmd_args *a, const struct run_result *const *r, const struct diags *d);

#endif
