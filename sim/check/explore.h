/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore.h - every state that K requests can reach, breadth first.
 *
 * A state is K + 1 numbers of parts (core/pack.h).  Most moves change the parts of one request and
 * the shared one, and depend on nothing else: what such a pair can become is found out once, with
 * step, and then looked up (`memo`).  So an exploration is mostly arithmetic on tuples.
 *
 * Breadth first, so that the first state that shows a fault is reached by as few moves as any; for
 * each claim its own.  Budgets end it early: what was covered is then said, and nothing passes. */
#ifndef CHECK_EXPLORE_H
#define CHECK_EXPLORE_H
#include "check/moves.h"

/* What is looked for in each exploration, whether asked for or not. */
enum fault {
    FAULT_DEADLOCK,   /* a last state in which a task waits */
    FAULT_UNANSWERED, /* a request is over, or stuck, without a response */
    FAULT_TWICE,      /* a second response */
    FAULT_UNAWAITED,  /* a task ended well, and never awaited what it had spawned */
    FAULT_ENDLESS,    /* a cycle of moves */
    FAULT_COUNT
};
struct explore_opt {
    uint32_t nreq;
    const uint32_t *cls; /* of each request; equal ones side by side */
    uint32_t max_count;
    uint64_t max_states; /* 0: no limit but memory */
    size_t max_bytes;
    bool symmetric_copies, symmetric_requests;
    const volatile bool *stop; /* may be NULL */
};
enum explore_end { EXPLORE_WHOLE, EXPLORE_STATES, EXPLORE_BYTES, EXPLORE_STOPPED, EXPLORE_BROKEN };
struct explore {
    enum explore_end end;
    uint64_t states, transitions, last; /* last: states without a move */
    uint32_t depth;                     /* of the breadth-first search */
    size_t bytes;                       /* of states: tuples, their index, parents */
    size_t part_bytes;
    uint32_t shared_parts, request_parts;
    bool cut;                    /* a count was cut at max_count */
    uint32_t found[FAULT_COUNT]; /* number of a state that shows it, or NONE */
    uint8_t *reached;            /* of each pc: some task stood there or passed it (marks alone) */
    uint32_t stuck_pc; /* EXPLORE_BROKEN: a move did not come to its end here; else NONE */
    struct explorer *x;
};
void explore_run(const struct prog *p, const struct explore_opt *o, struct explore *e);
void explore_free(struct explore *e);

/* The way to a state: its moves in order, in a. */
struct path {
    uint32_t n;
    struct move *move; /* their tasks are slots of the state before, loaded anew */
    uint32_t *state;   /* n + 1 states */
};
struct path explore_path(struct explore *e, uint32_t state, struct arena *a);
/* A state, so that it can be looked at. */
void explore_load(const struct explore *e, uint32_t state, struct pack_run *r);

#endif
