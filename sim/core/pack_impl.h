/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack_impl.h - what pack.c (storing) and pack_load.c share, and nobody else's: the shape of
 * vectors.
 *
 * A part of a request: life, extra (2), watch, status; if it is alive: class and worker, flags, and
 * its tasks' numbers: trees from the root down, children behind their parent.  A task: see
 * put_task() and load_task().  The shared part: notes; batches (class, worker, status, the requests
 * of its items, and its tasks as a request's); of each worker present, waiting, idle, who runs, its
 * ready queue; of each instance free, flags, its queue; who waits for shared variables, their
 * values; ghosts; of several workers how many of each stage's are busy.  A queue: its length; of
 * each waiter its owner (a request, or nreq + a batch) and priority, units; or the worker and the
 * OP_UNTIL's site + 1, 0 once woken.  Whatever a move asks about other requests is in here. */
#ifndef CORE_PACK_IMPL_H
#define CORE_PACK_IMPL_H
#include "core/pack.h"
#include "core/step_impl.h"
#include "core/vectors.h"

struct out { /* a vector being written */
    uint32_t *v;
    uint32_t n, cap;
};
struct pack {
    const struct prog *p;
    uint32_t nreq, nnote;
    bool symmetric;
    struct vectors shared, request, task, real;
    bool batches;
    bool *dead; /* a body and word: nothing depends on it */
    bool *live; /* a pc and word: something does (core/words.h); or NULL */
    bool left_out;
    struct out o, t, b; /* scratch: of a part, of a task, of batches */
    bool apart, missed; /* one of pack_apart_new(): its vectors are another's */
    struct vectors new_shared, new_request;
    uint32_t *to_shared, *to_request; /* the numbers of these, once they are joined */
};

enum { Q_POSTED = 1, Q_TIMING = 2, Q_DUE = 4 }; /* flags of an instance */
enum { PACK_GROUP = 8 };                        /* numbers of a group */
#define REAL 0x80000000U                        /* a number of the table of reals, not itself */

static inline void put(struct out *o, uint32_t x)
{
    if (o->n == o->cap)
        o->v = grow(o->v, &o->cap, o->n + 1, sizeof *o->v);
    o->v[o->n++] = x;
}
static inline void put_wide(struct out *o, uint64_t x)
{
    put(o, (uint32_t)x);
    put(o, (uint32_t)(x >> 32));
}
/* The tasks of a slot of s.req, to k->o. */
void pack_tasks(struct pack *k, const struct pack_run *r, uint32_t slot);
/* The number of the vector that was written; one that is new is kept in t, or, apart, in fresh (or,
 * that being NULL, missed). */
uint32_t pack_keep(struct pack *k, struct vectors *t, struct vectors *fresh, const struct out *o);
struct segment { /* of a vector being written */
    uint32_t at, n;
};
/* Sort n segments that lie one after the other, to the end of o; order (or NULL) tells where each
 * was. */
void pack_sort(struct out *o, struct segment *g, uint32_t n, uint32_t *order);

static inline uint64_t wide(const uint32_t *v)
{
    return v[0] | (uint64_t)v[1] << 32;
}

#endif
