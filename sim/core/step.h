/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step.h - what a pipeline does.  The only place that knows.
 *
 * A state holds tokens, queues, loops, requests, tasks and groups of tasks: numbers and indices,
 * no pointer between items, no time and no random number.  A driver owns the clock, the draws and
 * the order; it makes moves and obeys effects:
 *
 *   step_*()  does one move: some task goes on, as far as it can without the driver;
 *   s->ask    then says whether a task needs a value first (a condition, a count, a choice): the
 *             driver answers with step_answer(), until nothing is asked;
 *   s->fx     lists what was asked of the world, in order; the driver clears it (fx_n = 0).
 *
 * Each FX_WORK, FX_CPU and FX_TIMER is answered by one later move, unless an effect takes it back.
 * FX_GRANT, FX_START, FX_WOKEN, FX_YIELD and FX_LOOP say that a move has become possible at this
 * instant, after the completions, releases, timeouts and arrivals of the same instant (the tie
 * rule); a driver that explores may make it later.
 *
 * How the executions differ is in the program (prog.h) and in enum mode: who runs a task.
 *
 * A request that was put into a channel is an *item*, a task of its own that nobody awaits but the
 * request's end; see step_channel.c.  A batch is the task of a pseudo-request, its items wait for
 * its end.
 *
 * Cancelling: a task on the loop, in place, or a hedge copy ends at its current wait; a thread, or
 * a task on a pool thread, is marked and ends when its wait does (it keeps what it holds); one that
 * computes ends after the burst.  A timeout ends its own task's wait in every mode; one that fires
 * while the task does not wait takes effect at the next wait inside the step, if there is one. */
#ifndef CORE_STEP_H
#define CORE_STEP_H
#include "core/prog.h"

enum task_state {
    T_FREE,
    T_PENDING, /* made, held back by `limit` */
    T_THREAD,  /* waits for a thread (a new one), or for a pool thread (a hop) */
    T_START,   /* has its thread; FX_START is out */
    T_READY,   /* in the loop's ready queue */
    T_CPU,     /* computes, or pays for going on */
    T_WORK,    /* in a call or a pause */
    T_QUEUE,   /* waits for a resource */
    T_JOIN,    /* waits for its children (JOIN, NEXT) */
    T_AWAIT,
    T_UNTIL,   /* waits for a shared variable to change */
    T_YIELD,   /* a thread about to use shared state: others may come first; FX_YIELD is out */
    T_INPLACE, /* its child runs in its place */
    T_RUN,     /* goes on now, in this move */
    T_ASK,     /* waits for an answer of the driver */
    T_ITEM,    /* in a channel: waits for a worker of its stage */
    T_BATCHED, /* part of a batch, which is over when that is */
    T_GHOST,   /* no task: an abandoned call that keeps its service's capacity */
    T_DONE     /* over; kept while children or NEXT need it */
};
enum task_mode { M_THREAD, M_LOOP, M_INPLACE, M_LIGHT };
enum task_flag {
    TF_CANCELLED = 1,  /* ends at the end of its wait or burst */
    TF_DETACHED = 2,   /* nobody awaits it, nor what it starts */
    TF_KEEPS_LOOP = 4, /* a blocking wait upon the loop */
    TF_POOLED = 8,     /* hybrid: on a pool thread (mode M_THREAD meanwhile) */
    TF_RAISE = 16,     /* fails when it goes on */
    TF_FRESH = 32,     /* has not run yet */
    TF_HOPPED = 64,    /* its way back to the loop costs hop */
    TF_HAS_THREAD = 128,
    TF_KEEP = 256,      /* NEXT takes it when it is over */
    TF_HOST = 512,      /* T_CPU of HOSTCPU: the service computes, not the task's thread */
    TF_DISPATCH = 1024, /* T_CPU that pays for going on: the program goes on at pc */
    TF_ACTIVE = 2048,   /* counted in its request's active */
    TF_WOKEN = 4096,    /* T_UNTIL: a variable has changed; FX_WOKEN is out */
    TF_ITEM = 8192,     /* runs a stage's body, or waits for it */
    TF_PLACE = 16384,   /* an item that has a place in its channel */
    TF_WORKER = 32768   /* has a worker of its stage */
};
struct task {
    uint32_t pc;
    uint8_t state, mode;
    uint16_t flags;
    uint32_t req, parent, group, body, copy;
    uint32_t worker;             /* it runs in; its request's, unless another took it over */
    uint32_t sib_prev, sib_next; /* in its group */
    uint32_t req_prev, req_next; /* among its request's tasks */
    uint32_t q_prev, q_next;     /* in the one queue it is in */
    uint32_t res;                /* instance it queues for, or a ghost keeps */
    uint32_t units;
    uint32_t thread; /* M_THREAD, M_INPLACE: the thread; M_LOOP: the worker */
    uint32_t kids;   /* tasks whose parent it is */
    uint32_t unwind; /* with TF_RAISE: where the failure begins its way out */
    uint32_t scope;  /* a timeout's word + 1: inner handlers only clean up */
    uint32_t groups; /* those it owns (group.next) */
    uint16_t fail;   /* the failure on its way */
    int16_t priority;
};
enum group_state { G_OPEN, G_WELL, G_FAILED };
struct group {
    uint32_t fork, owner;
    uint32_t next;        /* of the same owner */
    uint32_t first, last; /* live children */
    uint32_t pending;     /* the first of them that `limit` holds back, or NONE */
    uint32_t made, live, ok, failed;
    uint32_t running;               /* begun and not over, for `limit` */
    uint32_t want, limit, until;    /* until NONE: all */
    uint32_t done_first, done_last; /* ended, for NEXT (q_next) */
    uint32_t awaiters;              /* tasks in T_AWAIT that look at it */
    uint16_t state, fail;
};
struct request {
    uint32_t root, first_task;
    uint32_t first_await; /* tasks in T_AWAIT, by q_prev and q_next */
    uint32_t active;      /* tasks that keep it from ending */
    uint32_t tasks;       /* all of them, so that its slot can be reused */
    uint32_t cls, worker;
    int32_t status;                 /* 0: not responded */
    uint32_t first_item, last_item; /* of a batch: T_BATCHED tasks, by q_prev and q_next */
    uint8_t used, over, traced, waiting, has_limit;
    uint8_t batch; /* no request: the tasks of a batch, which works for many */
};
struct resst { /* an instance of a resource */
    uint32_t free, nqueue, first, last;
    uint32_t res;
    uint8_t posted; /* FX_GRANT is out */
    uint8_t timing; /* batch: FX_BATCH_TIMER runs for its first item */
    uint8_t due;    /* batch: it has waited long enough */
};
struct loopst {
    uint32_t first, last, running;
    uint8_t posted, idle;
};

enum fx_kind {
    FX_ROUND, /* before FX_BEGIN: task's parent a is in round c, not 0, of loop b of the FORK's site
               */
    FX_BEGIN, /* task begins to exist; a: its parent (NONE: a root), b: the pc of its FORK */
    FX_OVERTASK, /* traced: task has ended (it may be kept); a: 1 if well, b: its group, c: its
                    request + 1 if it was a root or an item, else 0 */
    FX_START, /* make step_start(task) at this instant; a: its thread, b: 1 if it is a new thread */
    FX_LOOP,  /* make step_loop(a) */
    FX_GRANT, /* make step_grant(a, ...) */
    FX_WORK,  /* a call or a pause begins: op at pc b; answer with step_done(task, ok) */
    FX_UNWORK, /* it is taken back */
    FX_GHOST,  /* it goes on without its task: it is now task a's, of whom only the end matters */
    FX_CPU,    /* task computes on thread a (NONE: one of the service's own): op at pc b, or b NONE:
                  costs c, bits 1 << enum cost, and FX_WAKE_IF_IDLE */
    FX_IDLE,   /* thread a stops computing: gives up core and GIL */
    FX_TIMER,  /* timeout of op at pc b runs for task; answer with step_timeout(task, a), a: word */
    FX_UNTIMER, /* a: word */
    FX_QTIMER,  /* queue timeout for task in the queue of instance a; answer step_queue_timeout */
    FX_UNQTIMER,
    FX_QUEUE,   /* task queues for instance a */
    FX_UNQUEUE, /* task left the queue without getting it */
    FX_TAKE,    /* task takes b units of instance a; c: 1 if it had queued */
    FX_FREE,    /* b units of instance a come free, by what task did (or a ghost of its) */
    FX_REJECT,  /* task was refused by instance a's full queue */
    FX_EXPIRE,  /* task's queue timeout at instance a */
    FX_RESPOND, /* request a (task's) is answered with status b; by a batch: c, item + 1 */
    FX_OVER,    /* request a is over */
    FX_ENTER,   /* task begins step (mark) a, at depth b */
    FX_LEAVE,   /* task leaves it; c: 0 well, 1 failed, 2 cancelled */
    FX_RETRY,   /* a: mark */
    FX_WAKE, /* traced: task's wait is over since task a has ended (or had it cancelled, or set what
                it waits for), or (NONE) since its timeout b has come */
    FX_JOIN, /* traced: task goes on after group a; b: the child taken (NEXT), or NONE */
    FX_GROUP,   /* traced: group a begins */
    FX_UNTIL,   /* task waits for a shared variable to change, at pc b */
    FX_WOKEN,   /* one has: make step_woken(task) at this instant */
    FX_YIELD,   /* make step_yield(task) at this instant: other threads may come between */
    FX_TOUCH,   /* traced: task touches shared datum a; b: 1 if it writes; c: 0 at this instant, 1
                   from now on, 2 until now */
    FX_ABORT,   /* traced: task aborts its request, a, or, a batch, those of its items */
    FX_AWAITED, /* traced: task has awaited what task a started at fork b */
    FX_READY,   /* task is in its loop's queue (only if the loop can be busy) */
    FX_UNREADY, /* it is not any more, and did not have its turn */
    FX_TURN,    /* task has the loop a */
    FX_LEFT,    /* loop a is free */
    FX_BATCH,   /* a batch task, of pseudo-request b, has item a; c: 0 for its first */
    FX_UNBATCH, /* traced: the batch of pseudo-request a is over; task, of request b, was an item;
                   at the end once with task NONE */
    FX_BATCH_TIMER,  /* item task is first in the queue of a: step_batch_due(a) when it has been
                        there  for its stage's wait */
    FX_UNBATCH_TIMER /* of a: taken back */
};
struct fx {
    uint32_t kind, task, a, b, c;
};
enum { FX_WAKE_IF_IDLE = 1 << 30 }; /* of FX_CPU: plus COST_WAKE if a core is idle */
enum { STATE_MAX_TASKS = 1 << 22, STATE_MAX_FX = 1 << 25 };
enum ask_kind { ASK_NONE, ASK_VALUE, ASK_BRANCH, ASK_CHOOSE };
struct state {
    const struct prog *p;
    struct task *task;
    uint32_t ntask, cap_task, free_task;
    double *word; /* p->nword a task */
    struct group *group;
    uint32_t ngroup, cap_group, free_group;
    struct request *req;
    uint32_t nreq, cap_req, free_req;
    struct resst *inst;  /* p->ninstance */
    struct loopst *loop; /* p->workers, if p->has_loop */
    uint32_t *skip; /* of each pc: where an untraced task really goes on (past jumps and marks) */
    uint32_t *present;     /* requests of each worker */
    uint32_t *waiting;     /* of them, those that wait to be let in */
    uint32_t *thread_next; /* free threads: a chain a worker */
    uint32_t *thread_free; /* head, a worker */
    uint32_t *thread_worker;
    uint32_t nthread, cap_thread;
    int32_t *value;    /* p->nvalue shared variables */
    uint32_t *awaited; /* of each: times that tasks in T_UNTIL read it */
    uint32_t until_first, until_last;
    uint32_t goes; /* the task that uses shared state in this very move, or NONE */
    bool fine;     /* set by a driver that explores: a thread's move ends before every use of
                      shared state, not only between reading and setting */
    uint32_t run_first, run_last; /* tasks that go on in this move */
    enum ask_kind ask;
    uint32_t ask_task;
    uint32_t mover;         /* the task that goes on, ends or is cut short in this move */
    uint32_t *stage_busy;   /* workers of a stage that have work, a stage and worker process */
    uint32_t items;         /* tasks that are T_ITEM or T_BATCHED: nobody runs them */
    uint32_t live;          /* tasks that exist, ghosts aside */
    uint64_t ops, op_limit; /* done since the driver last set it to 0; beyond the limit
                               a move breaks off, and no other may follow */
    uint32_t stuck_pc;      /* NONE; of a move that broke off: where */
    bool crowded;           /* it did because of STATE_MAX_TASKS */
    bool loop_tells;        /* FX_READY, FX_TURN, FX_LEFT are wanted */
    uint32_t threads;       /* threads in use */
    struct fx *fx;
    uint32_t fx_n, fx_cap;
};

void state_init(struct state *s, const struct prog *p);
void state_free(struct state *s);
/* Both of one program, and begun by state_init(). */
void state_copy(struct state *to, const struct state *from);
static inline double *state_words(const struct state *s, uint32_t task)
{
    return s->word + (size_t)task * s->p->nword;
}
/* The instance of a resource without keys; the first one of a keyed one. */
static inline uint32_t state_instance(const struct state *s, uint32_t res, uint32_t worker)
{
    const struct res *r = &s->p->res[res];
    return r->base + (r->per_worker ? worker * (r->keys ? r->keys : 1) : 0);
}
/* The instance that an ACQ or REL means, and how many units of it. */
static inline uint32_t state_op_instance(const struct state *s, uint32_t task, const struct op *o)
{
    uint32_t i = state_instance(s, o->a, s->task[task].worker);
    return (o->flags & OPF_KEY) ? i + (uint32_t)state_words(s, task)[o->c] : i;
}
static inline uint32_t state_op_units(const struct state *s, uint32_t task, const struct op *o)
{
    uint32_t word = (o->flags & OPF_KEY) ? o->b : o->c;
    return (o->flags & OPF_WORD) ? (uint32_t)state_words(s, task)[word] : o->b;
}
static inline struct loc state_where(const struct state *s, uint32_t task)
{
    return s->p->where[s->task[task].pc];
}

/* The simulator compiles the moves into itself, so that effects need not be listed: they are its
 * own functions then.  So STEP_FN stands before what the sources of moves (all but step_state.c)
 * give to other files. */
#ifndef STEP_FN
#define STEP_FN
#endif
/* A request of class cls arrives and goes to a worker: step_worker()'s choice, or the driver's.
 * Returns its number, or NONE: refused (the worker's queue is full; the answer is 503). */
uint32_t step_worker(const struct state *s);
STEP_FN uint32_t step_arrive(struct state *s, uint32_t cls, uint32_t worker, bool traced);
STEP_FN void step_start(struct state *s, uint32_t task);
STEP_FN void step_loop(struct state *s, uint32_t worker);
/* Only the turn of the task at the head. */
STEP_FN void step_turn(struct state *s, uint32_t worker);
/* Grant the instance to its next waiter; for DISC_RANDOM pick is the waiter's place in the queue,
 * else it is not looked at. */
STEP_FN void step_grant(struct state *s, uint32_t instance, uint32_t pick);
/* A task that waits for a shared variable looks again; one that has given up meanwhile: nothing. */
STEP_FN void step_woken(struct state *s, uint32_t task);
STEP_FN void step_yield(struct state *s, uint32_t task);
/* Shared variables as they are at the start: for a driver whose requests are apart. */
void shared_start(struct state *s);
STEP_FN void step_done(struct state *s, uint32_t task,
                       bool ok); /* the end of FX_WORK, FX_CPU, a ghost */
/* For a driver that can tell them apart: the service is through with task's call, which gives its
 * unit back; that the task has the answer is yet to be said, by step_done(). */
STEP_FN void step_served(struct state *s, uint32_t task);
STEP_FN void step_timeout(struct state *s, uint32_t task, uint32_t word);
STEP_FN void step_queue_timeout(struct state *s, uint32_t task);
STEP_FN void step_batch_due(struct state *s, uint32_t instance);
/* The answer to s->ask of task s->ask_task: a value; a condition (not 0: true); a choice's arm. */
STEP_FN void step_answer(struct state *s, double value);
/* Whose wait a timeout of task would end: its own, or that of who is in its place.  NONE: nobody's,
 * since a detached one is there. */
uint32_t step_waiter(const struct state *s, uint32_t task);
/* Tokens held plus free equal the size; queues, groups and counts agree.  For CHECKED builds. */
bool state_ok(const struct state *s);

#endif
