/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit_result.h - all that a report may know of a model whose numbers were estimated again from
 * recorded requests.  Plain data in one arena. */
#ifndef CORE_REFIT_RESULT_H
#define CORE_REFIT_RESULT_H
#include "base/diag.h"

struct refit_line {   /* a value of the model's file */
    const char *what; /* "geocoder latency", "chance of request/if" */
    struct loc at;    /* in the file as it was */
    const char *was;  /* as written */
    const char *now;  /* what stands there instead; NULL: left as it was */
    const char *said; /* how well it fits, or why it is left */
    uint64_t n;       /* spans (or decisions) it is estimated from */
};
struct refit_result {
    const char *model, *store, *root, *label; /* label NULL: all */
    uint64_t requests;
    uint32_t nline;
    struct refit_line *line; /* in the order of the file */
    uint32_t nunknown;       /* operations that no step has the name of */
    const char **unknown;
};

#endif
