/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_result.h - all that a report may know of recorded traces: what operations cost, and one
 * trace in full.  Plain data in one arena, as result.h: seconds, NAN for what is not known. */
#ifndef CORE_RECORDED_RESULT_H
#define CORE_RECORDED_RESULT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of requests: traces whose root is this operation. */
struct recorded_root {
    const char *service, *name;
    uint64_t traces, spans;
    double mean, p50, p99; /* of the root's duration */
    double concurrency;    /* work of all spans within it / duration: how many were at it at once */
};
struct recorded_op {
    const char *service, *name, *kind;  /* kind: "client"; "" if not known */
    uint64_t count, errors, unfinished; /* unfinished ones are in no number but the first */
    double p50, p99, mean;
    double self;        /* of a span, the mean: time in which no child of it was at work */
    double critical;    /* of a trace, the mean: time on the critical path */
    double share;       /* of all time on critical paths */
    double on_path;     /* share of the traces whose path goes through it */
    double concurrency; /* work of it and of all below and within / duration */
};
struct recorded_span {
    const char *service, *name, *kind, *host;
    const char *why; /* why it is on the path, or not */
    int64_t id;      /* its row in the store */
    uint64_t span_id;
    uint32_t parent;                        /* UINT32_MAX: none */
    uint32_t depth;                         /* 0: a root */
    double start, duration, self, critical; /* start: from that of the root */
    int64_t start_ns;
    bool on_path, error, unfinished;
    int64_t shift_ns;
};
struct recorded_section {
    uint32_t span;
    double start, end; /* from the root's start */
};
/* Spans in the order in which they are shown: each below its parent, by start. */
struct recorded_trace {
    const char *id, *label;
    int64_t number, start_ns;
    uint32_t nspan, root; /* the span whose path it is */
    struct recorded_span *span;
    uint32_t nsection;
    struct recorded_section *section;
    double duration, concurrency;
};
struct recorded_result {
    const char *version, *command, *store, *rule;
    const char *service;    /* operations of this one alone; NULL: of all */
    uint64_t traces, spans; /* that were chosen */
    uint64_t stored;        /* traces in the store */
    uint64_t roots_more;    /* traces with more than one root: the path is of the first */
    uint64_t outside;       /* spans that are not below that root */
    uint32_t nroot, nop;
    struct recorded_root *root; /* most traces first */
    struct recorded_op *op;     /* most time on critical paths first */
    struct recorded_trace *one; /* NULL: not asked for */
    uint32_t limit;             /* rows of tables for people; 0: all */
};

#endif
