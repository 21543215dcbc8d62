/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_world.h - a simulator whose calls, bursts, threads and loops are somebody else's: real ones.
 *
 * The world is asked to act (struct world) and says when it has acted (world_*()); the clock is
 * what it says it is.  All else is the simulator's, as ever: the meaning (core/step), the draws, so
 * that a request has the latencies that the simulation of the same seed gives it, timers and
 * arrivals (the events of the heap), accounts, critical paths.  Costs are not computed: what a
 * thread or a task costs is what it really does.
 *
 * One call at a time: the world holds a lock around each, and calls world_pump() before it lets the
 * lock go.  The functions of struct world are called from within, with that lock held; they only
 * take note. */
#ifndef RUN_SIM_WORLD_H
#define RUN_SIM_WORLD_H
#include "run/sim.h"

enum world_by {            /* who does it */
                BY_THREAD, /* thread `on`, and nothing else meanwhile */
                BY_LOOP,   /* loop `on`, which goes on with others */
                BY_HELPER  /* nobody's thread: a service's own work, the call of a hedge copy */
};
struct world {
    void *ctx;
    /* Make world_start(task) on this thread; fresh: a new one, which ends with the task. */
    void (*start)(void *ctx, uint32_t task, uint32_t thread, bool fresh);
    /* Make world_turn(loop) on this loop. */
    void (*turn)(void *ctx, uint32_t loop);
    /* A call of `service` (NULL: a pause), which is to take ns and to end well or not; then
     * world_done(). */
    void (*work)(void *ctx, uint32_t task, enum world_by by, uint32_t on, const char *service,
                 int64_t ns, bool ok);
    void (*unwork)(void *ctx, uint32_t task); /* it is taken back */
    /* Compute for ns, then world_burst(). */
    void (*cpu)(void *ctx, uint32_t task, enum world_by by, uint32_t on, int64_t ns);
};
/* s has just been made; w stays the caller's. */
void world_attach(struct sim *s, const struct world *w);
uint32_t world_loops(const struct sim *s); /* event loops; 0: none.  They are threads 0, 1, ... */
uint32_t world_cores(const struct sim *s); /* that the model has */
/* Does this thread still run the task that it was started with? */
bool world_runs(const struct sim *s, uint32_t task, uint32_t thread);

void world_clock(struct sim *s, int64_t now); /* ns since the start; never less than before */
void world_start(struct sim *s, uint32_t task);
void world_turn(struct sim *s, uint32_t loop);
void world_done(struct sim *s, uint32_t task, bool ok);
void world_burst(struct sim *s, uint32_t task, int64_t begun); /* it computed from then to now */
/* All that is due by the clock, and what follows from it at once.  When the next event is due, or
 * INT64_MAX; *end is SIM_MORE as long as the run can go on. */
int64_t world_pump(struct sim *s, enum sim_end *end);

/* The load begins: arrivals come by themselves, until so many requests have finished. */
void world_load(struct sim *s, uint64_t requests);
/* Or: request number `ordinal` alone.  Only when world_idle(). */
void world_request(struct sim *s, uint64_t ordinal);
bool world_idle(const struct sim *s); /* nobody is there and nothing is to come */
uint64_t world_finished(const struct sim *s);
bool world_stuck(const struct sim *s); /* some tasks can never move again */
void world_end(struct sim *s, enum sim_end end);

/* Or all of it was done elsewhere: a request, in the order in which they were over. */
void world_record(struct sim *s, struct record r);
const struct prog *world_prog(const struct sim *s);

#endif
