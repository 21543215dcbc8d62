/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_result.h - all that a report may know of a sweep: runs of one model over a grid.
 * Plain data in one arena, as result.h. */
#ifndef CORE_SWEEP_RESULT_H
#define CORE_SWEEP_RESULT_H
#include "core/result.h"

struct sweep_axis {
    const char *name; /* what is set: "db.latency" */
    uint32_t n;
    const char **value; /* as written or counted: "5ms" */
    double *number;     /* of each value, in SI units; NAN where it is no number */
};
struct sweep_cell {
    uint32_t *at; /* index into each axis */
    bool have;    /* false: left to another shard, or interrupted */
    uint32_t nexec;
    struct exec_result
        *exec; /* as run would give them; latency, throughput, outcomes, unstable ... */
    uint32_t nspeedup;
    struct speedup_result *speedup;
    /* the best execution of the cell by mean latency (under a closed load or a backlog:
     * throughput), and whether it is not distinguishable from the best of the whole sweep */
    uint32_t best;
    bool *near_best; /* for each execution */
};
struct sweep_result {
    struct run_result base; /* version, command, seed, model...; nexec 0 */
    bool zip;               /* axes run together: one cell for each index */
    uint32_t shard, shards; /* 1 of 1: the whole */
    uint32_t naxis;
    struct sweep_axis *axis;
    uint32_t nexec; /* columns: names of executions in order */
    const char **exec_name;
    uint32_t ncell;
    struct sweep_cell *cell; /* the last axis runs fastest */
    uint32_t nknee;
    struct sweep_knee { /* where, along an axis of numbers, more buys little */
        uint32_t axis, exec, index;
        uint32_t *at; /* the cell; the other axes as in this row */
        const char *text;
    } * knee;
    uint32_t ncross;
    struct sweep_cross {         /* where, along an axis, another execution begins to win */
        uint32_t axis, from, to; /* executions */
        uint32_t *at;            /* the first cell where `to` is better, beyond doubt */
    } * cross;
};

#endif
