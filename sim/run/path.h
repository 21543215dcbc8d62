/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.h - the critical path of a request: what it was made of, from the response backwards.
 *
 * The recorder follows the effects of one simulator.  For each task of a traced request it keeps
 * the last *segment*: an interval of time that was spent on one thing, whose end let the task be
 * where it is now, and which knows the segment before it (its *enabler*), whose end is its start.
 * A fork hands the parent's on to the child; a join takes that of the child whose end decided it;
 * who waited for a resource, a thread, a core, a GIL or the loop takes that of its last holder, if
 * that is of the same request, else the wait is a segment of the resource's; a timeout is a segment
 * from where it was set.  So the walk from the response over enablers has no gaps, and its segments
 * sum to the latency, to the nanosecond (CHECKED builds look at that).  On ties one of the paths is
 * taken: that of the move that came last.
 *
 * Where processors are shared (ps) the work of a burst or a call comes last in its interval, after
 * a wait for what it shares.  Memory: one array of segments a request in flight, used again. */
#ifndef RUN_PATH_H
#define RUN_PATH_H
#include "core/prog.h"
#include "core/result.h"

/* A segment's kind; of the first ones its step's time is made (those up to PATH_HOST are the step's
 * own durations, which sim_opt.scale multiplies). */
enum path_kind {
    PATH_LATENCY,
    PATH_PAUSE,
    PATH_CPU,
    PATH_HOST, /* the service's work on our cores */
    PATH_TIMEOUT,
    PATH_HEDGE,              /* until the copy goes out */
    PATH_BACKOFF,            /* between attempts */
    PATH_UNTIL,              /* until another request sets what is waited for */
    PATH_STEPS,              /* so many kinds are of steps; of the others id says of what: */
    PATH_QUEUE = PATH_STEPS, /* index into prog.res */
    PATH_THREAD,             /* the same: the pool's or the server's */
    PATH_CORE,
    PATH_GIL,
    PATH_LOOP,
    PATH_COST, /* enum cost */
    PATH_OTHER,
    PATH_ORIGIN /* the arrival: of no length */
};
struct path_segment {
    int64_t start, end;
    uint32_t prev; /* its enabler: index into the same log; NONE: the arrival */
    uint32_t mark; /* the step it was spent in, or NONE */
    uint32_t kind : 8, id : 24;
    uint32_t lane; /* of which task, in order of their begin */
};

/* What paths were made of: request i's latency, and its rows entry[first[i] .. first[i+1]), each
 * once.  In the order of the responses. */
struct path_account {
    uint64_t nreq, cap_req;
    uint64_t *id;     /* the request's number */
    int64_t *latency; /* ns */
    uint64_t *first;
    uint64_t nentry, cap_entry;
    uint32_t *entry_row;
    int64_t *entry_time;
    /* Of some requests, where nothing is shared (path_slack.c): by mark, how much later it could
     * have ended, ns summed over executions that the response needed; the work that it needed, what
     * of it can overlap with nothing, and how much was at once at most. */
    struct path_slack_sum {
        double sum;
        uint64_t n;
    } * slack;
    uint32_t nmark, wide;
    uint64_t slacked;
    double needed, serial;
};
void path_account_free(struct path_account *a);
/* All of it but the first `skip` requests; their numbers are those plus `base`. */
void path_account_merge(struct path_account *into, const struct path_account *from, uint64_t skip,
                        uint64_t base);
/* Rows: for each mark what is the step's but not its own duration, for each mark what is, then one
 * for each of prog.res, each cost, cores, gil, loop, other. */
uint32_t path_rows(const struct prog *p);
uint32_t path_row_of(const struct prog *p, const struct path_segment *s);
/* What a row that is no step's stands for.  False: it is a step's. */
bool path_row_name(const struct prog *p, uint32_t row, struct critical_result *c);
static inline uint32_t path_row_step(uint32_t mark)
{
    return mark;
}
static inline uint32_t path_row_own(const struct prog *p, uint32_t mark)
{
    return p->nmark + mark;
}
static inline uint32_t path_row_queue(const struct prog *p, uint32_t res)
{
    return 2 * p->nmark + res;
}
static inline uint32_t path_row_other(const struct prog *p)
{
    return 2 * p->nmark + p->nres + COST_COUNT + 3;
}
/* Of a step's own duration; mark may be NONE. */
static inline uint32_t path_row_work(const struct prog *p, uint32_t mark)
{
    return mark == NONE ? path_row_other(p) : path_row_own(p, mark);
}

/* ---- the recorder: called by the simulator, in the order of effects ---- */

struct path;
/* full: keep all that each traced request does, for path_timelines(). */
struct path *path_new(const struct prog *p, const int64_t *now, bool full);
void path_free(struct path *x);
const struct path_account *path_walked(const struct path *x);

struct path_root {
    uint64_t id; /* the request's number */
    uint32_t cls, body;
};
/* A traced root begins. */
void path_request(struct path *x, uint32_t task, uint32_t req, struct path_root root);
void path_untraced(struct path *x, uint32_t task); /* another one's does */
void path_child(struct path *x, uint32_t task, uint32_t parent, uint32_t body, uint32_t copy);
void path_over(struct path *x, uint32_t task, uint32_t group);
void path_group(struct path *x, uint32_t task, uint32_t group);
void path_joined(struct path *x, uint32_t task, uint32_t group, uint32_t child);
/* Its wait is over: because of task `by`, or (NONE) of its own timeout `word`. */
void path_wake(struct path *x, uint32_t task, uint32_t by, uint32_t word);
void path_timer(struct path *x, uint32_t task, uint32_t word, uint32_t pc);
void path_untimer(struct path *x, uint32_t task, uint32_t word);
/* A call, a pause, a backoff at pc, of ns. */
void path_work(struct path *x, uint32_t task, uint32_t pc, int64_t ns);
void path_unwork(struct path *x, uint32_t task);
void path_ghost(struct path *x, uint32_t task, uint32_t ghost);
void path_done(struct path *x, uint32_t task);                 /* before step_done() */
void path_until(struct path *x, uint32_t task, uint32_t mark); /* waits for shared state */
void path_queue(struct path *x, uint32_t task);
void path_unqueue(struct path *x, uint32_t task, uint32_t res);
void path_take(struct path *x, uint32_t task, uint32_t instance, uint32_t res);
void path_release(struct path *x, uint32_t task, uint32_t instance); /* task NONE: nobody's */
void path_ready(struct path *x, uint32_t task);
void path_unready(struct path *x, uint32_t task);
void path_turn(struct path *x, uint32_t task, uint32_t loop);
void path_left(struct path *x, uint32_t loop);
void path_enter(struct path *x, uint32_t task, uint32_t mark);
void path_leave(struct path *x, uint32_t task, uint32_t mark, uint32_t how);
void path_respond(struct path *x, uint32_t task, uint32_t req, int32_t status);
void path_request_over(struct path *x, uint32_t req);
/* Or all of a request at once: what its path was made of, in its order. */
struct path_part {
    uint32_t row;
    int64_t ns;
};
void path_whole(struct path *x, uint64_t id, const struct path_part *part, uint32_t n);
/* A batch, pseudo-request req, begins with its first item, or takes another; it answers request req
 * for an item; it is over for an item, and then (item NONE) altogether. */
void path_batch(struct path *x, uint32_t task, uint32_t item, uint32_t req, bool first,
                bool traced);
void path_answer(struct path *x, uint32_t task, uint32_t req, uint32_t item, int32_t status);
void path_unbatch(struct path *x, uint32_t item, uint32_t req);

/* A burst: ns of the op at pc (NONE: of none), and of costs. */
void path_burst(struct path *x, uint32_t task, uint32_t pc, int64_t ns);
void path_cost(struct path *x, uint32_t task, enum cost c, int64_t ns);
/* All since the last thing known was this cost (where costs are real). */
void path_paid(struct path *x, uint32_t task, enum cost c);
/* It got a GIL (a worker's) or a core after having waited since `since` (or not: since == now). */
void path_gil(struct path *x, uint32_t task, uint32_t worker, int64_t since, int64_t handoff);
void path_core(struct path *x, uint32_t task, uint32_t core, int64_t since);
void path_run(struct path *x, uint32_t task, int64_t rest);  /* it computes, with so much to go */
void path_stop(struct path *x, uint32_t task, int64_t rest); /* it does not any more */
void path_gil_left(struct path *x, uint32_t task, uint32_t worker);
void path_core_left(struct path *x, uint32_t task, uint32_t core);

#endif
