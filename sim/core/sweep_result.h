/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_result.h - all that a report may know of a sweep: runs of one model over a grid of
 * settings. Plain data in one arena, as result.h: seconds, rates per second, NAN for what is not
 * known.
 *
 * A *cell* is one setting of all axes; in it stand all executions, in the same order in each cell.
 * Cells are numbered with the last axis running fastest.  A *line* of a cell along an axis are the
 * cells that differ from it in that axis alone.  All cells see the same draws, so they are compared
 * in pairs, section by section (sweep_judge()). */
#ifndef CORE_SWEEP_RESULT_H
#define CORE_SWEEP_RESULT_H
#include "core/result.h"

enum { SWEEP_MAX_AXES = 8, SWEEP_MAX_CELLS = 100000 };
#define SWEEP_NONE UINT32_MAX

/* What cells are compared by. */
enum sweep_metric {
    SWEEP_MEAN,
    SWEEP_P50,
    SWEEP_P90,
    SWEEP_P95,
    SWEEP_P99,
    SWEEP_P999,
    SWEEP_THROUGHPUT,
    SWEEP_SPEEDUP, /* of mean latencies, over the first execution, in the same cell */
    SWEEP_MAKESPAN
};
enum { SWEEP_METRIC_COUNT = SWEEP_MAKESPAN + 1 };
struct sweep_metric_row {
    const char *name;  /* "p99" */
    const char *title; /* "99th percentile of latency" */
    bool more;         /* more is better */
    bool time;         /* seconds; else a rate or a ratio */
};
extern const struct sweep_metric_row sweep_metric_row[SWEEP_METRIC_COUNT];
#define SWEEP_METRICS "mean|p50|p90|p95|p99|p999|throughput|speedup|makespan"

struct sweep_axis {
    const char *name; /* what is set: "db.latency"; "db.latency*" where it is multiplied */
    uint32_t n;
    const char **value; /* as written or counted: "5ms" */
    double *number;     /* of each value, in SI units; NAN where it is no number */
    bool rising;        /* all are numbers, each greater than the one before */
};
enum sweep_mark {
    SWEEP_WORSE, /* worse than the best, beyond doubt; or without a value */
    SWEEP_NEAR,  /* not distinguishable from the best: it may be the best */
    SWEEP_BEST
};
/* One execution in one cell. */
struct sweep_exec {
    enum run_stop stopped;
    bool complete;
    uint64_t requests;
    struct latency_result latency;
    struct interval throughput, speedup;
    double makespan;
    uint32_t noutcome;
    struct outcome_result *outcome; /* status and share alone */
    const char *unstable;           /* the resource that saturates, or NULL */
    double unstable_utilisation;
    bool deadlock;
    double deadlock_time;
    const char *error; /* a run-time error of the model, or NULL */
    uint32_t nwarning;
    struct warning_result *warning;
    /* The metric by section: requests of the same numbers in all cells (one by one), or the same
     * replication (under load).  0 where nothing can be compared. */
    uint32_t nsection;
    double *section;
    /* judged: */
    struct interval value; /* of the metric; NAN if there is none */
    enum sweep_mark mark;  /* among all cells and executions of the sweep */
};
struct sweep_cell {
    uint32_t *at;            /* the value of each axis */
    bool have;               /* false: another shard's, or interrupted before its end */
    struct sweep_exec *exec; /* sweep_result.nexec of them; all zero if !have */
    /* judged: */
    uint32_t best; /* the execution with the best value here; SWEEP_NONE */
    bool sure;     /* it is better than each other one here, beyond doubt */
};
enum sweep_knee_kind {
    SWEEP_KNEE_FROM, /* from here on, more gains less than 5 % */
    SWEEP_KNEE_UPTO  /* up to here, more costs less than 5 % */
};
/* Where, along a line, the metric is within 5 % of the line's best, beyond doubt. */
struct sweep_knee {
    enum sweep_knee_kind kind;
    uint32_t axis, exec;
    uint32_t first; /* the first cell of the line */
    uint32_t cell;  /* FROM: the first such cell; UPTO: the last of those at the start */
    uint32_t best;  /* the line's best cell */
};
/* Where, along a line, another execution begins to win. */
struct sweep_cross {
    uint32_t axis, from, to; /* executions */
    uint32_t first;          /* the first cell of the line */
    uint32_t last;           /* the last cell where `from` wins beyond doubt */
    uint32_t cell;           /* the first where `to` does */
};
struct sweep_result {
    /* version, command, seed, model, digest, load, cores, costs, precision; nexec is 0 */
    struct run_result base;
    enum sweep_metric metric;
    bool zip;               /* axes run together: one cell for each index */
    uint32_t shard, shards; /* this is part `shard` (from 1) of `shards`; 1 of 1: the whole */
    bool complete;          /* all cells of the shard are there */
    uint32_t naxis;
    struct sweep_axis *axis;
    uint32_t nexec;
    const char **exec_name, **exec_kind; /* "pool4", "threads" */
    uint32_t ncell;
    struct sweep_cell *cell;
    /* judged, if this is the whole: */
    bool judged;
    uint32_t best_cell, best_exec; /* SWEEP_NONE if nothing has a value */
    uint32_t nknee, ncross;
    struct sweep_knee *knee; /* by axis, execution, line */
    struct sweep_cross *cross;
};

#endif
