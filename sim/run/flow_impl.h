/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_impl.h - what the parts of flow.h share: flow_plan.c which programs, flow_draw.c the draws
 * of many requests, flow.c the moves.  Nobody else's. */
#ifndef RUN_FLOW_IMPL_H
#define RUN_FLOW_IMPL_H
#include "run/flow.h"

/* A task's part of its draws' keys: another's, mixed with x. */
struct flow_key {
    uint32_t from;
    uint64_t x;
};
/* A call or a pause, once for each task that makes it. */
struct flow_leaf {
    uint32_t key, site;      /* index into key; hash */
    const struct dist *dist; /* or NULL: always ns */
    int64_t ns;
};
/* A class's requests: their leaves in the order of the program, and the durations of a block of
 * requests, ns[leaf * block + i] for request `first` + i; -1: negative, an error. */
struct flow_class {
    struct flow_leaf *leaf;
    struct flow_key *key; /* key[0] is the request's own */
    uint32_t nleaf, cap_leaf, nkey, cap_key, block;
    uint64_t first;
    bool filled;
    int64_t *ns;
    uint64_t *path; /* of keys: nkey * block */
    double *unit;
};
enum flow_mode { FLOW_THREAD, FLOW_LOOP, FLOW_INPLACE };
enum flow_state { FLOW_FREE, FLOW_RUN, FLOW_WAITS, FLOW_WORK, FLOW_JOIN, FLOW_INPLACE_CHILD };
struct flow_task {
    uint32_t pc, parent, req, copy;
    uint32_t base;       /* its first leaf */
    uint32_t made, left; /* children of its group: begun, not over */
    uint32_t next;       /* in the one queue, run or list it is in */
    uint8_t mode, state, traced;
    int64_t waiting;    /* since when it queues */
    int64_t path, most; /* traced: longest chain up to now; of its ended children */
};
struct flow_req {
    int64_t arrival;
    uint64_t ordinal;
    uint32_t cls, next; /* next: of the free list */
    bool traced;
    int64_t work;
};
struct flow_queue { /* of an instance */
    uint32_t free, n, first, last, res;
    bool posted;
};
struct flow_line { /* tasks, by next */
    uint32_t first, last;
};
struct flow {
    const struct prog *p;
    /* The plan.  By pc: the leaf of a CALL or PAUSE, or the first leaf of a FORK's children,
     * counted from the task's first; how many leaves a copy has.  By fork: how many children. */
    uint32_t *leaf_of, *stride, *want;
    uint32_t *skip; /* where an untraced task really goes on: past marks and jumps */
    struct flow_class *cls;
    uint32_t most; /* leaves of a request */
    /* The state. */
    struct flow_task *task;
    uint32_t ntask, cap_task, free_task;
    struct flow_req *req;
    int64_t *draw; /* most a request */
    uint32_t nreq, cap_req, free_req;
    struct flow_queue *queue;
    struct flow_line run, loop; /* tasks that go on in this move; the loop's ready ones */
    bool loop_posted;
    int64_t *enter; /* when a task entered its steps: ndepth a task */
};

/* flow_plan.c */
bool flow_plan(struct flow *f, const struct sim_opt *o);
void flow_plan_free(struct flow *f);
/* flow_draw.c: the durations of request `ordinal`, into out[0 .. nleaf). */
void flow_draw(struct sim *s, uint32_t cls, uint64_t ordinal, int64_t *out);

#endif
