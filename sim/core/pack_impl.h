/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack_impl.h - what pack.c (storing) and pack_load.c share, and nobody else's: the shape of
 * vectors.
 *
 * A part of a request: life, extra (2), watch, status; if it is alive: class and worker, flags, and
 * its tasks' numbers from the root down, children behind their parent.  A task: see put_task() and
 * load_task(). The shared part: extra (2); of each worker present, waiting, posted and idle, who
 * runs, its ready queue; of each instance free, posted, its queue; who waits for shared variables,
 * their values; ghosts.  A queue: its length; of each waiter request and priority, units. */
#ifndef CORE_PACK_IMPL_H
#define CORE_PACK_IMPL_H
#include "core/pack.h"
#include "core/vectors.h"

struct out { /* a vector being written */
    uint32_t *v;
    uint32_t n, cap;
};
struct pack {
    const struct prog *p;
    uint32_t nreq;
    bool symmetric;
    struct vectors shared, request, task, real;
    struct out o, t; /* scratch: of a part, of a task */
    uint32_t *order; /* scratch: a request's tasks, oldest first */
    uint32_t cap_order;
};

enum { PACK_GROUP = 8 }; /* numbers of a group */
#define REAL 0x80000000U /* a number of the table of reals, not itself */

static inline uint64_t wide(const uint32_t *v)
{
    return v[0] | (uint64_t)v[1] << 32;
}

#endif
