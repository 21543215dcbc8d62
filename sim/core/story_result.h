/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_result.h - a counterexample, told: plain data for the reports; see check/story.h.
 *
 * A run is a list of moves; each move, what the tasks did in it: one event a task.  Words are the
 * author's: names of steps, resources and services in `backquotes`, as everywhere. */
#ifndef CORE_STORY_RESULT_H
#define CORE_STORY_RESULT_H
#include "core/result.h"

struct story_lane {    /* a task that does something worth telling */
    const char *name;  /* "left", "request 2: left" */
    const char *task;  /* the same less its request: "left" */
    uint32_t request;  /* from 1 */
    uint32_t parent;   /* lane of the task that began it; UINT32_MAX: a request */
    const char *holds; /* in the end: "`a`, a thread of `pool`"; "" if nothing */
    const char *waits; /* in the end: "`b`, held by right"; "" if it is over, or goes on */
};
enum story_mark {
    STORY_PLAIN,
    STORY_BAD,  /* the event that breaks the claim */
    STORY_CAUSE /* one that belongs to it: the first response, the read of a lost update */
};
struct story_event {
    uint32_t number; /* from 1; that of the event before it: in one go with that */
    uint32_t lane;
    enum story_mark mark;
    struct loc at;        /* the step's, or none */
    const char *text;     /* "takes `a`", "waits for `b`, held by right" */
    const char *holds;    /* the task, after it: "`a`"; "" if nothing */
    const int32_t *level; /* after it, of each story_result.level */
    double time;          /* seconds since the start, where times were given to it; else NAN */
    uint32_t move;        /* index of its (last) move, from 0 */
};
struct story_level { /* what several tasks want: how much is free, or its value */
    const char *name;
    bool free; /* of a resource: units that are free; else a shared variable's value */
    int32_t start;
};
struct story_note {
    const char *text; /* a clause, without its full stop */
    struct loc at;    /* or none */
};
enum story_timing {
    STORY_TIMING_UNASKED,
    STORY_TIMING_USUAL,   /* latencies within the model's bounds lead to it */
    STORY_TIMING_UNUSUAL, /* none do: why says which would have to be shorter or longer */
    STORY_TIMING_UNKNOWN
};
struct story_result {
    const char *title;      /* what goes wrong, a sentence without its full stop */
    const char *execution;  /* as in executions: */
    const char *model_file; /* as the user gave it */
    uint32_t requests;
    uint32_t moves; /* of the explorer, trivial ones among them */
    uint32_t cycle; /* number of the event that the run comes back to; 0: it ends */
    bool alone;     /* one request: lanes are told without it */
    uint32_t nlane, nevent, nlevel;
    struct story_level *level;
    struct story_lane *lane;
    struct story_event *event;
    struct deadlock_result *deadlock; /* who waits for whom in the end; or NULL */
    uint32_t nnote;
    struct story_note *note; /* after the events: what they mean */
    const char *trace;       /* the run as a text to be given back; see check/story_id.h */
    const char *replay;      /* the command that replays it */
    enum story_timing timing;
    const char *timing_why;       /* "" if there is nothing to say */
    const struct run_result *run; /* with times: as a run of one execution, for traces; or NULL */
};

#endif
