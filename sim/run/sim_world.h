/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_world.h - a simulator whose calls, bursts, threads and loops are somebody else's: real ones.
 *
 * The world is asked to act (struct world) and says when it has acted (world_*()); the clock is
 * what it says it is.  All else is the simulator's, as ever: the meaning (core/step), the draws, so
 * that a request has the latencies that the simulation of the same seed gives it, timers and
 * arrivals (the events of the heap), accounts, critical paths.  Costs are not computed: what a
 * thread or a task costs is what it really does.
 *
 * What is planned (arrivals, timeouts, the ends of calls that were given up) happens at its own
 * instant, however late the world looks at it: a request has come when it was to come.  And a
 * service that is exact is through with a call when that was to end, and takes up the next one
 * then, whether or not anybody here has been woken to hear of it.  What a request itself does next,
 * it does when the world says so.
 *
 * One call at a time: the world holds a lock around each, and calls world_pump() before it lets the
 * lock go.  The functions of struct world are called from within, with that lock held; they only
 * take note (what tells the simulator of anything there is a bug, and aborts). */
#ifndef RUN_SIM_WORLD_H
#define RUN_SIM_WORLD_H
#include "run/sim.h"

enum world_by {            /* who does it */
                BY_THREAD, /* thread `on`, and nothing else meanwhile */
                BY_LOOP,   /* loop `on`, which goes on with others */
                BY_HELPER  /* a service's own work, or the call of a hedge copy: thread `on` (or
                              NONE)  waits for it, and may do it if nothing else is asked of it */
};
struct world_call {
    uint32_t task;
    enum world_by by;
    uint32_t on;
    const char *service; /* NULL: a pause */
    int64_t ns;          /* is to take so long */
    int64_t due; /* and ends then, as the service has it already; -1: so long after it begins */
    bool ok;     /* how it is to end */
};
struct world {
    void *ctx;
    bool exact;                /* services take the time that they are asked to take */
    bool gil;                  /* its threads wait for the interpreter when they wait to compute */
    const struct sim_ear *ear; /* who wants to hear of arrivals and draws, or NULL */
    /* Make world_start(task) on this thread; fresh: a new one, which ends with the task. */
    void (*start)(void *ctx, uint32_t task, uint32_t thread, bool fresh);
    /* Make world_turn(loop) on this loop. */
    void (*turn)(void *ctx, uint32_t loop);
    void (*work)(void *ctx, const struct world_call *c); /* then world_done() */
    void (*unwork)(void *ctx, uint32_t task);            /* it is taken back */
    /* Compute for ns, then world_burst(). */
    void (*cpu)(void *ctx, uint32_t task, enum world_by by, uint32_t on, int64_t ns);
    /* A timeout is due, as of now: is task's call over, only that nobody could look, since its loop
     * computes?  How it ended; world_done() is not to be called for it then.  NULL: never. */
    bool (*answered)(void *ctx, uint32_t task, int64_t now, bool *ok);
    /* A request comes, which is to go to that worker: to whom it goes.  NULL: to that one. */
    uint32_t (*worker)(void *ctx, struct sim_request id, uint32_t worker);
    /* A client asks again, at `at` by the model: when it did so.  NULL: then. */
    int64_t (*again)(void *ctx, struct sim_request id, int64_t at);
};
/* s has just been made; w stays the caller's. */
void world_attach(struct sim *s, const struct world *w);
uint32_t world_loops(const struct sim *s); /* event loops; 0: none.  They are threads 0, 1, ... */
uint32_t world_cores(const struct sim *s); /* that the model has */
/* Does this thread still run the task that it was started with? */
bool world_runs(const struct sim *s, uint32_t task, uint32_t thread);

/* ns since the start, never less than before; all that is due by then is done. */
void world_clock(struct sim *s, int64_t now);
int64_t world_began(struct sim *s, uint32_t task, int64_t at); /* its call: returns its `due` */
void world_start(struct sim *s, uint32_t task);
void world_turn(struct sim *s, uint32_t loop);
void world_done(struct sim *s, uint32_t task, bool ok);
void world_burst(struct sim *s, uint32_t task, int64_t begun); /* it computed from then to now */
/* What follows at once from all that was said.  When the next event is due, or INT64_MAX; *end is
 * SIM_MORE as long as the run can go on. */
int64_t world_pump(struct sim *s, enum sim_end *end);

/* The load begins: arrivals come by themselves, until so many requests have finished. */
void world_load(struct sim *s, uint64_t requests);
/* Or: request number `ordinal` alone.  Only when world_idle(). */
void world_request(struct sim *s, uint64_t ordinal);
bool world_idle(const struct sim *s); /* nobody is there and nothing is to come */
uint64_t world_finished(const struct sim *s);
bool world_stuck(const struct sim *s); /* some tasks can never move again */
void world_end(struct sim *s, enum sim_end end);

/* How its requests really were, in the order in which they were over. */
void world_records(struct sim *s, const struct record *r, uint64_t n);
const struct prog *world_prog(const struct sim *s);

#endif
