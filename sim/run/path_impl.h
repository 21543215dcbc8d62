/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_impl.h - what the parts of the critical path share: path.c (the recorder), path_cpu.c
 * (bursts), path_batch.c (batches), path_walk.c (the walk and what is made of it).  Nobody else's.
 */
#ifndef RUN_PATH_IMPL_H
#define RUN_PATH_IMPL_H
#include "base/arena.h"
#include "base/diag.h"
#include "run/path.h"

enum { LOG_MOST = 1 << 20 }; /* segments of a request; one that has more is not walked */

enum { FULL_MOST = 1 << 20 }; /* spans of a request that is kept in full */
enum {
    PATH_STEP = PATH_ORIGIN + 1, /* spans alone: a step, a wait for tasks */
    PATH_JOIN
};
struct path_span {
    uint32_t kind : 8, id : 24;
    uint32_t mark, lane, parent;
    int64_t start, end; /* end -1: it has none yet */
    bool failed, cancelled;
};
struct path_lane { /* a task: what it runs, and as which copy */
    uint32_t body, copy;
};
struct path_critical {
    struct path_segment s;
    uint32_t span; /* whose time it is, or NONE */
};
struct path_full {
    uint64_t id;
    uint32_t cls;
    int32_t status;
    int64_t latency, duration; /* -1: not yet */
    struct path_span *span;
    uint32_t nspan, cap_span;
    uint32_t *of_segment; /* the span that a segment of the log is */
    uint32_t cap_of;
    struct path_lane *lane;
    uint32_t nlane, cap_lane;
    struct path_critical *segment;
    uint32_t nsegment;
};

enum open_wait { OPEN_NOT, OPEN_WORK, OPEN_QUEUE, OPEN_LOOP, OPEN_UNTIL };
struct path_timer { /* a timeout that runs */
    uint32_t word, next;
    uint32_t prev, mark; /* the segment that ended when it was set; the step it is of */
    int64_t start;
};
struct path_burst { /* what is left of it: costs come first */
    int64_t own, cost[COST_COUNT];
    int64_t start; /* of the stay on the core */
    uint32_t mark;
    uint8_t kind; /* of own: PATH_CPU or PATH_HOST */
    bool running;
};
struct path_task {
    uint32_t log, serial; /* log NONE, or its serial another: not followed */
    uint32_t last;        /* segment */
    uint32_t lane;
    uint32_t top; /* full: the span of the step it is in */
    uint32_t timers;
    uint32_t mark, res; /* of the open wait; res: of a call whose service shares itself */
    uint8_t open, kind;
    /* What its wait was before it was cut short, for the call that goes on without it. */
    uint8_t cut_open;
    bool cut_running;
    uint32_t cut_last;
    int64_t since, own;
    struct path_burst burst;
};
struct path_log {
    struct path_segment *v;
    uint32_t n, cap;
    uint32_t serial; /* of its use */
    uint32_t next;   /* free list */
    uint32_t req, lanes;
    uint64_t id;
    uint32_t over; /* the last segment of the task that ended last */
    bool lost;
    struct path_full *full; /* or NULL */
    struct path_slack *slack;
    bool slack_on;
    struct path_timer *timer;
    uint32_t ntimer, cap_timer, free_timer;
};
struct path_holder { /* who gave it up last: a segment that ended then */
    uint32_t log, serial, segment;
};
struct path {
    const struct prog *p;
    const int64_t *now;
    struct path_task *task;
    uint32_t ntask;
    struct path_log *log;
    uint32_t nlog, cap_log, free_log;
    uint32_t *log_of; /* of a request */
    uint32_t nreq;
    struct path_holder *instance; /* of resources */
    struct path_holder *loop, *gil, *core;
    uint32_t *runs; /* who has the loop */
    bool smooth;    /* slack is wanted */
    bool keep;      /* all of each request */
    struct path_account account;
    int64_t *time;  /* of the walk at hand, by row */
    uint32_t *seen; /* rows that have any: nseen */
    uint32_t nseen;
};

/* The log of a task that is followed, else NULL. */
static inline struct path_log *path_log_of(const struct path *x, uint32_t task)
{
    if (task >= x->ntask || x->task[task].log == NONE)
        return NULL;
    struct path_log *l = &x->log[x->task[task].log];
    return l->serial == x->task[task].serial && !l->lost ? l : NULL;
}
/* Append a segment that ends at `end`, unless it has no length; the index of the last one then. */
uint32_t path_push(struct path_task *t, struct path_log *l, struct path_segment s);
/* The segment that lets the task go on at this instant. */
uint32_t path_now(struct path *x, struct path_task *t, struct path_log *l);
/* A wait since `since` for what `h` gave up last. */
void path_waited(struct path *x, uint32_t task, const struct path_holder *h, int64_t since,
                 enum path_kind kind, uint32_t id);
struct path_holder path_holder_of(struct path *x, uint32_t task);

void path_drop(struct path *x, uint32_t log);
void path_end(struct path *x, struct path_log *l, uint32_t last);

/* path_full.c */
struct path_full *full_new(uint64_t id, uint32_t cls);
void full_free(struct path_full *f);
void full_lane(struct path_full *f, uint32_t body, uint32_t copy);
uint32_t full_span(struct path_full *f, struct path_span s);
void full_part(struct path_full *f, const struct path_task *t, const struct path_segment *s,
               uint32_t segment);
void full_cut(struct path_full *f, const struct path_task *t, int64_t now, bool failed);
void full_path(struct path_full *f, const struct path_log *l, uint32_t last);

/* path_slack.c */
enum { SLACK_REQUESTS = 256 }; /* of a simulator; means need no more */
static inline bool path_slacks(const struct path *x)
{
    return x->smooth && !x->keep && x->account.slacked < SLACK_REQUESTS;
}
void slack_begin(struct path *x, struct path_log *l);
void slack_free(struct path_slack *s);
void slack_ended(struct path_log *l, uint32_t group, uint32_t task, uint32_t segment);
void slack_leave(struct path *x, struct path_log *l, struct path_task *t, uint32_t mark);
void slack_walk(struct path *x, struct path_log *l, uint32_t last);

/* path_walk.c */
void path_walk(struct path *x, struct path_log *l, uint32_t last);

#endif
