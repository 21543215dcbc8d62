/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate.h - what the commands that simulate (run, sweep) share: their options, the model and its
 * executions.  All that is wrong is in d; nothing ends here. */
#ifndef CLI_SIMULATE_H
#define CLI_SIMULATE_H
#include "cli/cmd.h"
#include "model/model.h"
#include "reports/report.h"
#include "run/experiment.h"

/* Their rows of a command's table; the first two are for `run` and `sweep` alike. */
#define SIMULATE_OPTS                                                                              \
    {"under", 'u', "NAME,...",                                                                     \
     "executions to compare, with the first (default: serial, threads, coroutine and the "         \
     "model's)",                                                                                   \
     OPT_MANY},                                                                                    \
        {"requests", 'n', "N", "simulate N requests", 0},                                          \
        {"precision", 'p', "P%",                                                                   \
         "simulate until the mean is known to P % and p99 to 2P % at 95 % (default: 1%)", 0},      \
        {"max-requests", 0, "N", "but no more than N (default 1000000)", 0},                       \
        {"replications", 0, "R", "independent runs under load (default 20)", 0},                   \
    {                                                                                              \
        "warmup", 0, "N",                                                                          \
            "requests to leave out at the start of each run under load (default: auto)", 0         \
    }

struct experiment_opt simulate_options(const struct cmd_args *a, struct diags *d);
/* Are the files of -o of formats we know?  Better said before the work than after. */
void simulate_check_outputs(const struct cmd_args *a, struct diags *d);
struct report_look simulate_look(const struct cmd_args *a);
/* To standard output in the --format, and to the files of -o. */
void simulate_write(const struct cmd_args *a, const struct run_result *const *result, uint32_t n,
                    const struct diags *d);

struct subject {
    const struct model *model;
    const char *name, *path, *text; /* of the file; "<stdin>" */
    size_t size;
    const char *digest; /* of the text and of all --set */
    uint32_t nexec;
    const struct execution **exec;
    uint32_t nchange;
    const struct experiment_change *change; /* --what-if; see ask.h */
};
/* The text of a model; false (and in d why): it cannot be read. */
bool subject_text(struct subject *s, const struct cmd_args *a, const char *path, struct diags *d);
/* And its digest, with all --set. */
bool subject_load(struct subject *s, const struct cmd_args *a, const char *path, struct diags *d);
/* From the text, with all --set.  s->model is NULL after errors. */
void subject_read(struct subject *s, const struct cmd_args *a, struct diags *d);
/* The same, as far as the tree.  NULL after errors. */
struct yaml *subject_tree(const struct subject *s, const struct cmd_args *a, struct diags *d);
/* --under, or the default. */
void subject_executions(struct subject *s, const struct opts *o, struct arena *a, struct diags *d);

#endif
