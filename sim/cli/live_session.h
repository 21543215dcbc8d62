/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_session.h - what the commands that execute a model for real (live, compare --live) share:
 * their options, the service, the runtime (our own or Python's), the store that the traces go to.
 */
#ifndef CLI_LIVE_SESSION_H
#define CLI_LIVE_SESSION_H
#include "cli/simulate.h"
#include "live/folder.h"
#include "live/live.h"
#include "live/server.h"
#include "trace/store.h"

#define LIVE_OPTIONS                                                                               \
    {"runtime", 0, "native|python3",                                                               \
     "who executes it: threads and loops of our own, or a Python program", 0},                     \
        {"emit", 0, "FILE",                                                                        \
         "keep the Python program, to start from (FILE.draws beside it; with several executions, " \
         "their names in FILE's)",                                                                 \
         OPT_UNRECORDED},                                                                          \
    {                                                                                              \
        "time-limit", 0, "S", "end each execution after S seconds (default 120)", 0                \
    }

struct live_session {
    const struct cmd_args *a;
    const struct subject *subject;
    struct live_opt o;
    struct live_server service;
    bool own;                   /* the service is ours */
    struct live_report *report; /* of each execution run, in order */
    const char **name;
    uint32_t n;
    uint64_t seed;
    bool python;
    const char *emit;       /* --emit, or NULL */
    const char *store_path; /* NULL: the traces are not kept; only open while they are put there */
    const char *label;      /* --label, or NULL: the executions' names */
    struct diags *d;
    uint32_t unkept;        /* errors of traces that could not be kept: what was measured stands */
    struct live_folder way; /* for files on the way */
    const char *folder;     /* its path */
};
/* The options, and what is wrong with them; service: what answers calls, NULL: a process of ours.
 */
void live_read(struct live_session *l, const struct cmd_args *a, const char *service,
               struct diags *d);
/* Requests where --requests does not say. */
uint64_t live_requests(const struct subject *s);
/* How often the machine stood still meanwhile, and what of it; NULL: it did not. */
const char *live_stalls(const struct live_report *r, struct arena *a);
/* All executions of the subject.  NULL: why not is in d (*status: how the command ends). */
struct run_result *live_execute(struct live_session *l, const struct subject *s,
                                struct experiment_opt *e, int *status, struct diags *d);

#endif
