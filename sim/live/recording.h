/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recording.h - what an emitted program has recorded: its requests, and what was done in them when,
 * read from its lines of OTLP.  Times are ns since the epoch. */
#ifndef LIVE_RECORDING_H
#define LIVE_RECORDING_H
#include "base/arena.h"
#include "run/sim.h"

struct recorded_step {
    uint32_t request;        /* its number */
    const char *task, *name; /* as in draw_name.h, the name without its '/' */
    int64_t begin, end;
    int64_t sent, answered; /* of a call that computes before and after it; else begin, end */
    bool call, failed;
    bool section;  /* others are within it, or would be */
    bool used;     /* by retrace.c */
    uint32_t gone; /* of the first of its name in its task: so many from there on are used */
};
struct recorded_request {
    struct sim_request id;
    uint32_t number; /* in the order of the file */
    int64_t arrival, latency, duration;
    int32_t status;
    uint32_t worker; /* that it was handed to, from 1; 0: not told */
    bool open;       /* it had not ended when the program did: what it had done until then */
};
struct recording {
    struct arena *mem;                /* of the texts */
    struct recorded_request *request; /* by id */
    uint32_t nrequest, cap_request;
    uint32_t nended;            /* those that are not open */
    struct recorded_step *step; /* by the request's number, task, name, begin */
    uint32_t nstep, cap_step;
    int64_t begin; /* of the load; retrace() finds it out */
    int64_t end;   /* if some are open: nothing is known of later; else 0 */
};
/* Reads a file as far as it is whole; if there is none, nothing was recorded.  Then that of the
 * requests that were still open when the program ended, FILE.unfinished. */
struct recording *recording_read(const char *path, const struct prog *p);
void recording_free(struct recording *r);
const struct recorded_request *recording_find(const struct recording *r, struct sim_request id);
/* What the task of a request did (name: that is called so; NULL: all): the first of *n. */
struct recorded_step *recording_steps(const struct recording *r, const struct recorded_request *of,
                                      const char *task, const char *name, uint32_t *n);

#endif
