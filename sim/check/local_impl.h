/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_impl.h - what the parts of local.h share, and nobody else's:
 *
 *   local.c       whose move it is enough to make in a state
 *   local_does.c  what programs do from each place on, found out once */
#ifndef CHECK_LOCAL_IMPL_H
#define CHECK_LOCAL_IMPL_H
#include "check/local.h"

/* What a task does, as far as it can matter to another in which order: bits.  Behind these come
 * forks, shared data and resources, by their numbers. */
enum {
    DO_CUT = 1,       /* end other tasks of the request */
    DO_BE = 2,        /* be there, to be cut short */
    DO_ANSWER = 4,    /* respond */
    DO_SHOW = 8,      /* what a claim looks at */
    DO_OUTER = 16,    /* await what another has spawned; end, if anybody does so */
    DO_POOL = 32,     /* take a thread of a pool, or give it back */
    FIRST_FORK = 6,   /* be one in the order in which children of a fork end */
    FIRST_DATUM = 16, /* 24 bits */
    FIRST_RES = 40    /* 24 bits */
};
typedef uint64_t deeds;

struct local {
    const struct prog *p;
    const bool *races;
    const struct watch_sees *sees;
    bool threads;  /* a move ends before each use of what is shared */
    bool outer;    /* some task awaits what another has spawned */
    deeds across;  /* what requests can do to each other; 0: there is one only */
    deeds *end;    /* of each body: the end of its task alone; not what its waiter does */
    deeds *next;   /* of each pc: from there to the next wait, and what tasks do that it readies */
    deeds *ever;   /* of each pc: from there to the end, and all tasks that begin because of it */
    deeds *before; /* the same, before all children of fork f are awaited: [f * nop + pc] */
    bool *is;      /* scratch: of each pc */
    uint32_t *stack;
};

/* The instruction alone; not what comes of it. */
deeds local_op_does(const struct local *l, const struct op *o);
deeds local_call_does(const struct callsite *c);
/* Does the move end before the instruction, or at it, so that another may come between? */
bool local_op_waits(const struct local *l, const struct op *o);
/* Does the child of a fork begin in the same move, or make ready what others await? */
bool local_readies(const struct local *l, const struct op *o);
/* Is it an await of children of the fork? */
bool local_awaits(const struct prog *p, const struct op *o, uint32_t fork);
enum { MOST_NEXT = 64 };
/* Where control goes to from pc in its own task, MOST_NEXT at most; waits are passed.  0 at an
 * end. */
uint32_t local_successors(const struct prog *p, uint32_t pc, uint32_t *to);
uint32_t local_body_at(const struct prog *p, uint32_t pc);
/* What may be done because a task of the body has ended: by those who wait for it. */
deeds local_waiters_do(const struct local *l, uint32_t body);

#endif
