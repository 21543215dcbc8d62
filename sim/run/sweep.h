/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.h - one model over a grid of settings, all cells on the same draws.
 *
 * A cell is an experiment of its own: its model is read anew with the cell's settings, and it ends
 * when it knows enough.  Cells run side by side; what they find is put where their number says, so
 * nothing depends on the number of jobs.  A cell that deadlocks, is unstable or meets an error is a
 * result like others, and the sweep goes on. */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H
#include "core/sweep_result.h"
#include "run/experiment.h"

struct sweep_opt {
    struct experiment_opt e; /* of each cell; jobs: of all together; progress is not used */
    const char *name, *path; /* of the model: for messages, for relative file names */
    const char *text;        /* of size bytes */
    size_t size;
    const struct sweep_axis *set; /* all --set in their order; n is 1: a constant */
    uint32_t nset;
    bool zip;
    uint32_t shard, shards; /* the cells i with i mod shards = shard - 1 */
    const char *const *exec;
    uint32_t nexec;
    /* Called after each cell, never by two at once.  May be NULL. */
    void (*progress)(void *ctx, uint32_t done, uint32_t of);
    void *ctx;
};
/* Axes and empty cells, in r->base.mem.  False: errors in d (E-sweep). */
bool sweep_plan(struct sweep_result *r, const struct sweep_opt *o, struct diags *d);
/* The model of a cell; as model_build(). */
const struct model *sweep_model(const struct sweep_result *r, const struct sweep_opt *o,
                                uint32_t cell, struct arena *a, struct diags *d);
/* Is every cell a model that can run?  What is wrong is told once, with the first cell that has it.
 * Fills what is assumed, over all cells; also those of other shards.  At the end a cell without
 * errors is in *good; SWEEP_NONE: there is none.  exec may be empty: then nothing is compiled. */
bool sweep_check(struct sweep_result *r, const struct sweep_opt *o, uint32_t *good,
                 struct diags *d);
/* The cells of the shard; then sweep_judge(). */
void sweep_run(struct sweep_result *r, const struct sweep_opt *o, struct diags *d);

#endif
