/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_impl.h - what the parts of flow.h share: flow_plan.c which programs, flow_draw.c the draws
 * of many requests, flow.c the moves, flow_lone.c requests that meet no other,
 * flow_busy.c those that queue for one server.  Nobody else's. */
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
    uint32_t crowd; /* tasks of a request at once, at most; 0: not for flow_lone.c */
    uint64_t first;
    bool filled;
    int64_t *ns;
    uint64_t *path; /* of keys: nkey * block */
    double *unit;
};
enum flow_mode { FLOW_THREAD, FLOW_LOOP, FLOW_INPLACE };
enum flow_state { FLOW_RUNS, FLOW_WORK, FLOW_JOIN };
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
struct flow_line { /* tasks, by next */
    uint32_t first, last;
};
struct flow_queue { /* of an instance */
    uint32_t free, res;
    struct flow_line line;
    bool posted;
};
struct flow {
    const struct prog *p;
    /* The plan.  By pc: the leaf of a CALL or PAUSE, or the first leaf of a FORK's children,
     * counted from the task's first; how many leaves a copy has.  By fork: how many children. */
    uint32_t *leaf_of, *stride, *want;
    uint32_t *skip; /* where a task goes on past marks and jumps */
    bool *leaves;   /* by fork: each child makes one call or pause, without a queue, and no more */
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
    int64_t *enter;        /* when a task entered its steps: ndepth a task */
    uint32_t live_peak;    /* of st.live */
    struct record *busy;   /* of the busy period at hand; NULL: this is no queue of one server */
    uint32_t busy_service; /* the capacity of its call, or NONE */
};

/* Sums over time up to this are whole numbers, whatever the order in which they are made. */
#define FLOW_EXACT 0x1p53

/* flow_plan.c */
bool flow_plan(struct flow *f, const struct sim_opt *o);
void flow_plan_free(struct flow *f);
/* flow_lone.c */
uint32_t lone_crowd(const struct flow *f, uint32_t cls);
/* A request arrives, with the durations of its calls.  True: it met no other, and is over. */
bool lone_arrive(struct sim *s, uint32_t cls, const struct flow_req *r, const int64_t *ns);
/* flow_busy.c */
void busy_plan(struct flow *f);
/* A request arrives, with the duration of its call.  True: the busy period that it begins is over.
 */
bool busy_arrive(struct sim *s, uint64_t ordinal, int64_t ns);
/* flow_draw.c: the durations of request `ordinal`, into out[0 .. nleaf). */
void flow_draw(struct sim *s, uint32_t cls, uint64_t ordinal, int64_t *out);

#endif
