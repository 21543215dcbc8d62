/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live.h - a pipeline, executed for real: threads, event loops, bursts and calls are real ones.
 *
 * What happens when is the simulator's with a world in place of simulated time (run/sim_world.h):
 * under `threads` each task has a POSIX thread (of a pool, or one that is made for it), under
 * `coroutine` an event loop (libuv) goes from task to task, `hybrid` has both.  A call is a request
 * to a service over a socket: blocking upon a thread, not blocking upon a loop.
 *
 * Memory, threads and sockets are given back when live_run() returns. */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H
#include "run/sim_world.h"

enum live_service {
    LIVE_TIMER,
    LIVE_TCP,    /* over sockets: the process of server.h, which takes exactly what is asked for */
    LIVE_FOREIGN /* over sockets, somebody else's: it takes what it takes */
};
struct live_opt {
    enum live_service service;
    const char *host; /* over sockets: an address in numbers */
    uint16_t port;
    int64_t most_ns;         /* of the whole run; 0: no such limit */
    const atomic_bool *stop; /* may be NULL */
};
struct live_stalls { /* times at which nothing ran (stalls.h) */
    uint32_t n;
    int64_t sum, longest;      /* ns */
    uint64_t requests;         /* that were under way meanwhile */
    double mean, mean_without; /* latency of all, and of the others; NAN: not known */
};
struct live_report {
    struct live_stalls stalls;
    uint64_t calls, broken;  /* broken: ended because the service could not be talked to */
    uint64_t steps, strayed; /* gone through once more, and not found recorded (retrace.h) */
    char broken_by[160];     /* the first of them: why */
    uint32_t threads;        /* threads made; at once at most: peak */
    uint32_t peak;
    double loop, cores; /* shares of the time that they computed; 0: there is none, or it is not
                           known */
    bool timed_out;     /* most_ns were over */
    bool stood_still;   /* nothing moved any more, and it was ended */
    bool unable; /* no thread, no socket to be had: trouble says why, and the run has ended */
    char trouble[160];
};
/* Requests 0 .. n-1 one after another (load false), or the program's load until n have finished.
 * The records, accounts and paths are s's as ever. */
enum sim_end live_run(struct sim *s, bool load, uint64_t n, const struct live_opt *o,
                      struct live_report *r);

#endif
