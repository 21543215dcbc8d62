/* SPDX-License-Identifier: GPL-3.0-or-later */
/* static.h - what a program shows before it is run or explored, in microseconds.
 *
 * Each finding explains: what, where, and where else.  It may predict that a claim fails with so
 * many requests at once; the explorer then confirms it, and shows how.  A finding is no verdict.
 * What is reported is meant to be true of every model: where the program does not tell (units or
 * copies that are drawn, keys), nothing is said. */
#ifndef CHECK_STATIC_H
#define CHECK_STATIC_H
#include "core/prog.h"

enum static_kind {
    STATIC_LOCK_ORDER,     /* locks are taken in a circle */
    STATIC_NESTED_HOLD,    /* units of one resource are held while more of it are asked for */
    STATIC_NESTED_POOL,    /* threads of a pool wait for tasks that need one of it */
    STATIC_NEVER_AWAITED,  /* a task is spawned, and awaited nowhere */
    STATIC_UNREACHABLE,    /* no way leads to a step */
    STATIC_TIMEOUT_IDLE,   /* a timeout that cannot fire */
    STATIC_TIMEOUT_ALWAYS, /* a call that never ends before its timeout */
    STATIC_CHANNEL_CIRCLE, /* stages put into one another in a circle */
    STATIC_COUNT
};
extern const char *const static_id[STATIC_COUNT]; /* "lock-order" ... */
struct static_finding {
    enum static_kind kind;
    struct loc at, other; /* other: a second place, or none (line 0) */
    const char *text;     /* one clause, without places */
    bool deadlock;        /* deadlock_free fails ... */
    bool unawaited;       /* always_awaited fails ... */
    uint32_t requests;    /* ... with so many requests at once, or more */
};
struct static_findings {
    uint32_t n;
    struct static_finding *v; /* by kind, then by place */
};
struct static_findings static_check(struct arena *a, const struct prog *p);

#endif
