/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_impl.h - what the parts of the simulator share, and nobody else's:
 *
 *   sim.c          the clock: events in their order, moves, life
 *   sim_event.h    the heap of the future, the FIFO of this instant (and sim_event.c)
 *   sim_order.c    the order of what comes at once, where an oracle says it
 *   sim_effect.c   what each effect of a move does (sim_effect.h)
 *   sim_work.c     what takes a task's time: calls, computing, timers
 *   sim_stage.c    stages and their batches
 *   sim_arrive.c   requests arrive
 *   sim_cores.c    what the CPU server tells and asks
 *   sim_world.c    a world that acts in place of all this
 *   sim_draw.c     values and durations
 *   sim_account.c  accounts
 *   deadlock.c     what is known of tasks that are stuck */
#ifndef RUN_SIM_IMPL_H
#define RUN_SIM_IMPL_H
#include "base/hist.h"
#include "core/step.h"
#include "run/cpu.h"
#include "run/sim.h"
#include "run/sim_world.h"

/* At one instant, in this order (the tie rule); starts and grants are sim.now_queue. */
enum ev_class { CL_COMPLETION, CL_RELEASE, CL_TIMEOUT, CL_ARRIVAL };
enum ev_kind {
    EV_WORK,   /* a: task, b: 1 if the call succeeds */
    EV_SERVED, /* a: task; with a world: the service is through with its call */
    EV_TIMER,  /* a: task, b: word */
    EV_QTIMER, /* a: task */
    EV_BATCH,  /* a: instance of a stage: its first item has waited long enough */
    EV_CPU,    /* a: core or worker, b: generation, c: enum cpu_event */
    EV_SHARE,  /* a: resource (a ps service), b: generation */
    EV_ARRIVE, /* a: class, b: client */
    EV_DEAD
};
enum { TIMER_DEFERRED = 1 }; /* slot.c of an EV_TIMER that is out of the heap */
struct slot {
    uint8_t kind, c;
    uint32_t a, b;
    uint32_t next; /* of the same task's timers; of the free list */
};
struct ev { /* 16 bytes, ordered as (time, class, sequence); the slot is the low bits */
    int64_t time;
    uint64_t key; /* class:2, sequence:38, slot:24 */
};
enum { EV_SLOT_BITS = 24, EV_CLASS_SHIFT = 62, EV_MAX_SLOTS = 1 << EV_SLOT_BITS };

enum now_kind { NOW_START, NOW_LOOP, NOW_GRANT, NOW_CPU, NOW_TIMER, NOW_WOKEN, NOW_YIELD };
struct now {
    uint8_t kind;
    uint32_t a, b;
};
struct ring { /* a FIFO that grows; size a power of two */
    struct now *v;
    uint32_t first, n, size;
};
enum outside { OUTSIDE_NOTHING, OUTSIDE_CALL, OUTSIDE_BURST };
struct side {        /* a task's, beside step's */
    uint64_t key;    /* its part of every draw's key */
    uint32_t birth;  /* which task of this slot: an older FX_START means nothing */
    uint32_t work;   /* slot of its EV_WORK or EV_SERVED, or NONE; in a ps service: NONE and share
                        >= 0 */
    uint32_t timers; /* chain of slots */
    uint32_t qtimer;
    uint32_t share;  /* ps service it is in, or NONE */
    uint32_t entity; /* of a HOSTCPU burst, or NONE */
    uint32_t ahead;  /* pc of its first call, if that is drawn already; or NONE */
    int64_t ahead_ns;
    uint32_t bursts; /* costs paid, for their draws */
    int64_t waiting; /* since when it queues */
    int64_t path;    /* traced: length of the longest chain up to now */
    int64_t due;     /* with a world: when its call is to end, which began then: */
    int64_t begun;
    uint8_t outside; /* with a world: what is out (enum outside) */
    bool well;       /* with a world: how its call is to end */
    bool gil;        /* with a world: who computes has the interpreter */
};
struct rside { /* a request's */
    int64_t arrival, responded;
    uint64_t ordinal;
    uint32_t cls, client;
    int32_t status;
    bool answered;
    int64_t work, span; /* traced */
    int64_t tail;       /* traced: longest chain to the end of its root or of an item */
};
struct client_state {
    uint64_t sent;
};
enum { GAPS = 32 };
struct class_state {
    uint64_t arrived;  /* of open arrivals */
    int64_t next;      /* the last arrival's time */
    int64_t gap[GAPS]; /* times between arrivals, of numbers drawn / GAPS * GAPS and on */
    uint64_t of[2];    /* what the keys of its requests, and of their arrivals, begin with */
    struct ev due;     /* the next open arrival; time INT64_MAX: there is none */
    struct client_state *client;
};
struct row_state {
    struct sim_res_account acc;
    double busy, queue; /* now */
    int64_t last;
    struct hist *wait;
    uint64_t early; /* acquisitions before the laws of waits begin */
};

struct share_state {
    struct ps ps;
    uint32_t alarm;
};
struct sim {
    struct state st; /* first: an effect knows its state alone */
    const struct prog *p;
    const struct world *world; /* who acts, if it is not simulated (sim_world.h); or NULL */
    uint32_t granting;         /* with a world: the instance whose waiter goes on; or NONE */
    struct sim_opt o;
    struct cpu cpu;
    int64_t now, base; /* base: where this request's clock stands, one by one (accounts add up) */
    struct ev *heap;
    uint32_t nheap, cap_heap, dead;
    uint64_t seq;
    struct slot *slot;
    uint32_t nslot, cap_slot, free_slot;
    struct ev due; /* the first of the classes' next arrivals, which are not in the heap */
    uint32_t due_cls;
    struct ring soon; /* starts and grants of this instant */
    struct ring done; /* bursts that took no time: the task goes on in this same instant */
    struct side *side;
    uint32_t nside;
    struct rside *rside;
    uint32_t nrside;
    struct class_state *cls;
    uint32_t *ahead; /* of each body: the call that it comes to first, whatever happens; or NONE */
    int64_t *enter;  /* p->ndepth a task: when it entered its steps */
    int64_t *group_path;
    uint32_t ngroup_path;
    int64_t cost_ns[COST_COUNT]; /* of constant costs; -1: drawn */
    uint32_t *batch_slot;        /* of each instance: its EV_BATCH, while one is out */
    struct share_state *share;   /* of each resource; used by ps services alone */
    uint32_t nshare;
    uint32_t *host_free; /* entities of services' own work */
    uint32_t nhost_free, cap_host_free, nhost;
    struct row_state *row;
    uint32_t nrow, row_cores, row_gil, row_loop;
    struct sim_account acc;
    int64_t acc_last;
    uint32_t thread_peak; /* loops aside */
    uint64_t traced;      /* requests begun with tracing */
    uint64_t traced_done;
    struct sim_step_account *step;
    double work_sum, span_sum;
    struct record *rec;
    uint64_t nrec, cap_rec;
    uint64_t finished, goal;
    uint64_t check_at;    /* events: when to look for a deadlock */
    uint64_t patience;    /* events without a finished request before the next look */
    uint64_t watch_at;    /* events: not before is there anything to watch for */
    uint64_t look_at;     /* events: when to look whether to go on at all */
    uint64_t last_finish; /* events, as of the last finished request */
    bool alone;
    uint64_t alone_ordinal;
    enum sim_end end;
    const char *error;
    struct loc error_at;
    int64_t spin_at; /* when clients last asked again at once, and how often at that instant */
    uint64_t spin;
    bool started, cpu_changed;
    bool asks; /* the world is being asked: it must not tell of anything */
    uint64_t grants, handoffs;
    struct path *follow; /* the same, as long as traced requests come or are present */
    struct path *path;   /* critical paths of traced requests; NULL if there are none */
    uint64_t root_key;   /* of the request that arrives */
    struct rside coming;
    uint64_t round_key; /* of the task that begins next, if its parent is in a loop */
    bool rounds;
    struct flow *flow; /* the program flows (flow.h), and st is not used; or NULL */
};

/* A clock and the sums of a clock stay in range: beyond it a run is an error. */
#define SIM_TIME_MAX INT64_C(2000000000000000000) /* ns: 63 years */

/* sim.c */
/* One event; one turn of this instant; a timeout that is due. */
void dispatch_event(struct sim *s, struct slot x);
void dispatch_now(struct sim *s, struct now x);
void timer_due(struct sim *s, uint32_t slot);
void sim_fail(struct sim *s, struct loc at, const char *why);
void sim_fail_time(struct sim *s);
void sim_fail_crowd(struct sim *s, struct loc at); /* STATE_MAX_TASKS */

/* sim_event.c */
uint32_t sim_push(struct sim *s, int64_t at, enum ev_class c, struct slot what);

/* sim_effect.c */
/* The moves of step.h; what they ask of the world is done when they return. */
uint32_t move_arrive(struct sim *s, uint32_t cls, uint32_t worker, bool traced);
void move_start(struct sim *s, uint32_t task);
void move_woken(struct sim *s, uint32_t task);
void move_yield(struct sim *s, uint32_t task);
void move_loop(struct sim *s, uint32_t worker);
void move_grant(struct sim *s, uint32_t instance, uint32_t pick);
void move_done(struct sim *s, uint32_t task, bool ok);
void move_served(struct sim *s, uint32_t task);
void move_timeout(struct sim *s, uint32_t task, uint32_t word);
void move_queue_timeout(struct sim *s, uint32_t task);
void move_batch_due(struct sim *s, uint32_t instance);
/* After a move: answer what it asks, until it is over; then the bursts of no length
 * that it left, which go on within the same instant. */
void account_peaks(struct sim *s);
bool settle_more(struct sim *s); /* false: it came to an end */
bool settle_ok(const struct sim *s);
static inline void sim_settle(struct sim *s)
{
    struct state *st = &s->st;
    bool more = st->ask != ASK_NONE || s->done.n > 0;
    st->fx_n = 0;
    if ((more || st->stuck_pc != NONE || s->end != SIM_MORE) && !settle_more(s))
        return;
    if (st->live > s->acc.task_peak || st->threads > s->thread_peak)
        account_peaks(s);
    check_that(settle_ok(s));
}
void records_grow(struct sim *s);
static inline void record_add(struct sim *s, struct record x)
{
    if (s->nrec == s->cap_rec)
        records_grow(s);
    s->rec[s->nrec++] = x;
    s->finished++;
    s->acc.finished++;
    s->last_finish = s->acc.events;
}

/* sim_work.c */
/* Take the timer of this word out of the task's chain; its slot, or NONE. */
uint32_t timer_unlink(struct sim *s, uint32_t task, uint32_t word);
void share_event(struct sim *s, uint32_t k, uint32_t gen); /* of a ps service */
void host_entity_free(struct sim *s, uint32_t task);

/* sim_arrive.c */
void arrive_begin(struct sim *s);                                /* the first of each class */
void arrive_event(struct sim *s, uint32_t cls, uint32_t client); /* closed, or of a backlog */
void arrive_due(struct sim *s);                                  /* open, or recorded */
uint64_t arrive_next(struct sim *s); /* the number of the one that is due, which is taken */
void arrive_init(struct sim *s);
void arrive_again(struct sim *s, uint32_t cls, uint32_t client); /* closed: after its think time */
/* Are there too many requests, or tasks, now that one of this class has come? */
void arrive_crowd(struct sim *s, uint32_t cls);
void arrive_request(struct sim *s, uint32_t cls, uint32_t client, uint64_t ordinal);
/* The worker of a request, where it is drawn (`balance: random`). */
uint32_t arrive_worker(const struct sim *s, uint64_t key);
static inline bool arrives_closed(const struct sim *s, uint32_t cls)
{
    const struct load *l = s->p->cls[cls].load;
    return l != NULL && l->kind == LOAD_CLOSED;
}

/* sim_world.c: effects that the world is to obey */
void world_work(struct sim *s, uint32_t task, uint32_t pc, int64_t ns, bool ok);
void world_unwork(struct sim *s, uint32_t task);
void world_ghost(struct sim *s, uint32_t task, uint32_t ghost);
void world_cpu(struct sim *s, const struct fx *f, int64_t ns);
void world_begin(struct sim *s, const struct fx *f);
void world_loop(struct sim *s, uint32_t loop);
/* A timeout of task is due: who waits there for a call that is over by now, or NONE. */
uint32_t world_answered(struct sim *s, uint32_t task, bool *ok);

/* sim_cores.c */
void cores_connect(struct sim *s);

#define DRAW_MAX_NS 1e18 /* 31 years: a sum of two still fits a clock */
/* A duration as ns; -1: it is negative, or no number. */
static inline int64_t draw_ns(double v)
{
    if (v >= 0 && v <= DRAW_MAX_NS)
        return (int64_t)(v + 0.5);
    return v > DRAW_MAX_NS ? (int64_t)DRAW_MAX_NS : -1;
}
/* sim_draw.c: durations in ns, values, keyed by the task and the place */
/* A key, in the n-th round (from 0) of the k-th loop round a place. */
static inline uint64_t draw_round(uint64_t key, uint32_t k, uint64_t n)
{
    return n == 0 ? key : rng_mix(key, ((uint64_t)(k + 1) << 48) | n);
}
int64_t draw_work(struct sim *s, uint32_t task, uint32_t pc, bool *ok);
int64_t draw_site_ns(struct sim *s, uint32_t task, uint32_t site, struct loc at);
int64_t draw_cpu(struct sim *s, uint32_t task, uint32_t pc);
int64_t draw_cost(struct sim *s, uint32_t task, enum cost c);
int64_t draw_word_ns(struct sim *s, double ns, struct loc at); /* a duration that a word holds */
double draw_answer(struct sim *s);
/* draw_site_ns() where it is one draw of one law, as it mostly is. */
static inline int64_t draw_quick(struct sim *s, uint32_t task, uint32_t site, uint32_t pc)
{
    const struct site *w = &s->p->site[site];
    const struct xexpr *x = &s->p->x.expr[w->expr];
    if (x->dist != NULL && w->nloop == 0 && s->o.oracle == NULL) {
        struct draw_key k = {.seed = s->o.seed, .path = s->side[task].key, .site = w->hash};
        double v = dist_draw(x->dist, rng_unit(k));
        if (v >= 0 && v <= DRAW_MAX_NS)
            return (int64_t)(v + 0.5);
    }
    return draw_site_ns(s, task, site, s->p->where[pc]);
}
/* The same for n values of a class, with keys of successive numbers: -1 where it takes the long
 * way.  Draws that do not wait for each other overlap. */
void draw_ahead(const struct sim *s, uint64_t of, uint64_t first, uint32_t site, int64_t *ns,
                uint32_t n);
/* A task's first call is drawn when it begins, so that nothing has to wait for the draw. */
void ahead_init(struct sim *s);
static inline void ahead_draw(struct sim *s, uint32_t task)
{
    struct side *d = &s->side[task];
    d->ahead = s->ahead[s->st.task[task].body];
    if (d->ahead == NONE)
        return;
    const struct site *w = &s->p->site[s->p->call[s->p->op[d->ahead].a].latency];
    struct draw_key k = {.seed = s->o.seed, .path = d->key, .site = w->hash};
    double v = dist_draw(s->p->x.expr[w->expr].dist, rng_unit(k));
    if (v >= 0 && v <= DRAW_MAX_NS)
        d->ahead_ns = (int64_t)(v + 0.5);
    else
        d->ahead = NONE;
}
int64_t draw_class_ns(struct sim *s, uint32_t cls, uint64_t path, uint32_t site);
int64_t draw_queue_timeout(struct sim *s, uint32_t task, uint32_t res);
uint64_t draw_request_key(const struct sim *s, uint32_t cls, uint32_t client, uint64_t ordinal);

/* The beginning, which is no part of the laws of waits, is over. */
static inline bool account_begun(const struct sim *s)
{
    return s->finished >= s->o.account_after;
}

/* sim_account.c */
void account_init(struct sim *s);
void account_free(struct sim *s);
/* Before counts change at a new instant. */
static inline void account_time(struct sim *s)
{
    if (s->now == s->acc_last)
        return;
    double dt = (double)(s->now - s->acc_last);
    s->acc.present_area += dt * (double)s->acc.present;
    s->acc.thread_area += dt * s->st.threads;
    s->acc.task_area +=
        dt * ((double)s->st.live - s->st.items); /* an item nobody works on is data */
    s->acc_last = s->now;
}
/* busy and queue change by so much now. */
static inline void account_row(struct sim *s, uint32_t row, double busy, double queue)
{
    struct row_state *r = &s->row[row];
    double dt = (double)(s->now - r->last);
    r->acc.busy_area += dt * r->busy;
    r->acc.queue_area += dt * r->queue;
    r->last = s->now;
    r->busy += busy;
    r->queue += queue;
}
static inline void account_wait(struct sim *s, uint32_t row, int64_t ns)
{
    struct row_state *r = &s->row[row];
    bool begun = account_begun(s);
    r->acc.acquisitions++;
    r->early += !begun;
    if (ns > 0) {
        r->acc.wait_sum += (double)ns;
        if (begun)
            hist_add(r->wait, ns, 1);
    }
}
/* Is the request of this number to be traced? */
static inline bool account_traces(const struct sim *s, uint64_t number)
{
    return number >= s->o.trace_first && number - s->o.trace_first < s->o.trace_requests;
}
/* True: it is to be traced. */
static inline bool account_arrival(struct sim *s, uint64_t ordinal)
{
    uint64_t number = s->alone ? ordinal : s->acc.arrivals;
    account_time(s);
    s->acc.arrivals++;
    return account_traces(s, number);
}
void account_traced(struct sim *s, int64_t work, int64_t span); /* a traced one is over */
void account_left(struct sim *s, uint32_t mark, int64_t ns);    /* a step has ended well */
static inline uint32_t account_row_of(const struct sim *s, uint32_t instance)
{
    return s->st.inst[instance].res;
}
void account_cpu(struct sim *s); /* cores and GIL as they are now */
void account_enter(struct sim *s, uint32_t task, uint32_t mark, uint32_t depth);
void account_leave(struct sim *s, uint32_t task, uint32_t mark, uint32_t depth, uint32_t how);

/* sim_path.c: what the recorder of critical paths (path.h) is told; only if there is one */
void path_effect(struct sim *s, const struct fx *f); /* before it is obeyed */
void path_compute(struct sim *s, const struct fx *f, int64_t own, const int64_t *cost);
void path_watch(void *ctx, enum cpu_watch what, uint32_t task, uint32_t which, int64_t at,
                int64_t handoff);

/* deadlock.c: is there a task that can never move again? */
bool deadlock_exists(const struct sim *s);

#endif
