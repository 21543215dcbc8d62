/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_impl.h - what the parts of flow.h share: flow_plan.c which programs, flow_draw.c the draws
 * of many requests, flow.c the clock, flow_move.c the moves, flow_lone.c requests that share
 * nothing with others, flow_busy.c those that queue for one server.  Nobody else's. */
#ifndef RUN_FLOW_IMPL_H
#define RUN_FLOW_IMPL_H
#include "run/flow.h"
#include "run/sim_event.h"

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
    int64_t *enter;     /* when a task entered its steps: ndepth a task */
    uint32_t live_peak; /* of st.live */
    struct lone *lone;  /* requests told at once, and the durations of one */
    int64_t *lone_ns;
    struct busy *busy; /* NULL: this is no queue of one server */
};

/* Sums over time up to this are whole numbers, whatever the order in which they are made. */
#define FLOW_EXACT 0x1p53

static inline void line_put(struct flow *f, struct flow_line *l, uint32_t task)
{
    f->task[task].next = NONE;
    if (l->first == NONE)
        l->first = task;
    else
        f->task[l->last].next = task;
    l->last = task;
}

static inline uint32_t line_take(struct flow *f, struct flow_line *l)
{
    uint32_t task = l->first;
    l->first = f->task[task].next;
    return task;
}

/* No event is left at this instant: it is the turn of what became possible. */
static inline bool events_over(const struct sim *s)
{
    return s->due.time > s->now && (s->nheap == 0 || s->heap[0].time > s->now);
}

/* Nothing else happens at this instant: there is no order to be kept. */
static inline bool quiet(const struct sim *s)
{
    const struct flow *f = s->flow;
    return s->soon.n == 0 && f->loop.first == NONE && f->run.first == NONE && events_over(s);
}

/* flow.c */
/* The root of a request that has a slot. */
uint32_t flow_root(struct sim *s, uint32_t req, uint64_t number);
bool flow_reach(struct sim *s, int64_t at);

/* flow_move.c */
uint32_t flow_task_slot(struct flow *f);
uint32_t flow_req_slot(struct flow *f);
void flow_loop_put(struct sim *s, uint32_t task);
void flow_thread_start(struct sim *s, uint32_t task);
/* Takes a unit of an instance, or queues for it. */
bool flow_seek(struct sim *s, uint32_t inst, uint32_t task);
/* Where the task really goes on: past marks, which only a traced one heeds, and jumps. */
uint32_t flow_marks_pass(struct sim *s, uint32_t task, uint32_t pc);
void flow_work_begin(struct sim *s, uint32_t task);
/* A task goes on, and then whoever it lets go on. */
void flow_go_on(struct sim *s, uint32_t task);
void flow_turns(struct sim *s);
void flow_work_done(struct sim *s, uint32_t task);
void flow_granted(struct sim *s, uint32_t inst);

/* flow_plan.c */
bool flow_plan(struct flow *f, const struct sim_opt *o);
void flow_plan_free(struct flow *f);
/* flow_lone.c */
void lone_plan(struct flow *f);
/* A request arrives, with the durations of its calls.  True: it is over, and so is who came before
 * its end. */
bool lone_arrive(struct sim *s, const struct flow_req *r, const int64_t *ns);
/* flow_busy.c */
void busy_plan(struct flow *f);
void busy_free(struct busy *b);
/* A request arrives, with the duration of its call.  True: from now on busy_advance() does what
 * flow_advance() does, as long as busy_on(). */
bool busy_arrive(struct sim *s, uint64_t ordinal, int64_t ns);
bool busy_on(const struct flow *f);
bool busy_advance(struct sim *s, uint64_t goal);
/* flow_draw.c: the durations of request `ordinal`, into out[0 .. nleaf). */
void flow_draw(struct sim *s, uint32_t cls, uint64_t ordinal, int64_t *out);

#endif
