/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore.h - every state that K requests can reach, breadth first.
 *
 * A state is K + 1 numbers of parts (core/pack.h).  Most moves change the parts of one request and
 * the shared one, and depend on nothing else: what such a pair can become is found out once, with
 * step, and then looked up (memo.h).  So an exploration is mostly arithmetic on tuples.
 *
 * Breadth first, so that what shows a fault is reached by as few moves as any; for each claim its
 * own.  (A hunt is depth first; breadth first is then the search for a shorter way to what it has
 * found.)  Budgets end it early: what was covered is then said, and nothing passes. */
#ifndef CHECK_EXPLORE_H
#define CHECK_EXPLORE_H
#include "check/local.h"
#include <stdatomic.h>

/* What is looked for in each exploration, whether asked for or not. */
enum fault {
    FAULT_DEADLOCK,   /* a last state in which a task waits */
    FAULT_UNANSWERED, /* a request is over, or stuck, without a response */
    FAULT_TWICE,      /* a second response */
    FAULT_UNAWAITED,  /* a task ended well, and never awaited what it had spawned */
    FAULT_ENDLESS,    /* a cycle of moves, if asked for; not by a retry without limit */
    FAULT_TRAPPED,    /* if asked for: from here on no end can be reached */
    FAULT_STARVED,    /* the same, and some request cannot be answered any more */
    FAULT_RACE,       /* two touch shared data at once, one of them writing */
    FAULT_LOST,       /* an update of shared data is lost */
    FAULT_COUNT
};
/* Is it shown by a run that comes back to where it was? */
static inline bool fault_loops(enum fault f)
{
    return f == FAULT_ENDLESS || f == FAULT_TRAPPED || f == FAULT_STARVED;
}
enum { WATCH_CLAIMS = 64, EXPLORE_SPAWNS = 64 /* of one body, told apart */ };
/* Looks at every move of an exploration, for claims that are bits. */
struct watch {
    void *self;
    const struct watch_sees *sees; /* NULL: it may look at everything */
    bool global; /* looks at more than the moving request and what its effects say: a move of one
                    request may change the numbers of others */
    /* The first state: sets r->watch[j] of each request j, which becomes part of the state. */
    void (*begin)(void *self, struct pack_run *r);
    /* After a move; its effects are in r->s.fx, and requests that have gone with it have their
     * slots yet.  Sets r->watch[j]; returns bits of claims that are now violated for good. */
    uint64_t (*step)(void *self, struct pack_run *r, const struct move *m);
    /* A state without moves, where a maximal run has ended: bits of claims violated there. */
    uint64_t (*last)(void *self, struct pack_run *r);
};
struct explore_opt {
    uint32_t nreq;
    const uint32_t *cls; /* of each request; equal ones side by side */
    uint32_t max_count;
    uint32_t jobs;       /* threads; 0 is 1: the result is the same */
    uint64_t max_states; /* 0: no limit but memory */
    size_t max_bytes;
    bool symmetric_copies, symmetric_requests;
    bool begins_along; /* a begin that nobody can notice is part of the move before (begins.h) */
    bool local_alone;  /* a local move (local.h) is made alone, where that is sound */
    bool coarse;       /* so are moves that may cut others short: what it finds is there, but it
                          is not proven to find all (local.h: covers) */
    bool every;        /* each move is made in each state, sleeping ones (sleep.h) and those of
                          the memo as well: the same comes of it */
    bool any_way;      /* ways to what shows need not be the shortest: it is not looked for again */
    bool live_words;   /* states that differ in dead words (core/words.h) are one, as above */
    bool endless;      /* look for faults that loop, once all is explored */
    const bool *races; /* of each of model.shared: looked at for races; NULL: none */
    bool hunt; /* for a race or a lost update alone: depth first, and it ends when one is seen */
    const struct watch *watch; /* may be NULL */
    const atomic_bool *stop;   /* may be NULL */
};
/* Where something was first seen: by the move from `from` to `state` (which may have been known
 * before); or, with from NONE, in `state` itself, which has no move.  state NONE: nowhere. */
struct sight {
    uint32_t state, from;
};
struct signs { /* what a move has shown */
    uint64_t claims;
    uint32_t faults;
    uint32_t race, lost; /* the data of FAULT_RACE, FAULT_LOST */
};
enum explore_end {
    EXPLORE_WHOLE,
    EXPLORE_FOUND, /* a hunt */
    EXPLORE_STATES,
    EXPLORE_BYTES,
    EXPLORE_STOPPED,
    EXPLORE_BROKEN
};
struct explore {
    enum explore_end end;
    uint64_t states, transitions, last; /* last: states without a move */
    uint64_t waiting;                   /* states that are yet to be expanded */
    uint32_t depth;                     /* of the search */
    size_t bytes;                       /* of states: tuples, their index, parents */
    size_t part_bytes;
    uint32_t shared_parts, request_parts;
    bool cut;   /* a count was cut at max_count */
    bool local; /* local moves were made alone; ways to faults are as short as without */
    bool dead;  /* dead words made a difference */
    struct sight found[FAULT_COUNT];
    struct sight claim[WATCH_CLAIMS];
    uint32_t race_key, lost_key; /* where FAULT_RACE, FAULT_LOST was first seen */
    uint8_t *reached;            /* of each mark: some task has entered it */
    uint8_t *waited;             /* of each resource: some task has queued for it, or was refused */
    uint32_t *peak;              /* the most units of one instance of it that were taken at once */
    uint32_t stuck_pc; /* EXPLORE_BROKEN: a move did not come to its end here; else NONE */
    struct explorer *x;
};
void explore_run(const struct prog *p, const struct explore_opt *o, struct explore *e);
/* What one exploration of the program has reached, waited for and taken, another has as well. */
void explore_seen_add(const struct prog *p, struct explore *to, const struct explore *from);
void explore_free(struct explore *e);
/* Does it come to the same to explore one request alone?  (With nreq as asked for.) */
bool explore_apart(const struct prog *p, const struct explore_opt *o);

/* The way to a state: its moves in order, in a. */
struct path {
    uint32_t n;
    struct move *move; /* their tasks are slots of the state before, loaded anew */
    uint32_t *state;   /* n + 1 states */
    uint32_t cycle;    /* of faults that loop: from here on it is the cycle; else NONE */
};
struct path explore_path(struct explore *e, uint32_t state, struct arena *a);
/* The shortest way to where fault f, or the claim of that bit, was seen, which it ends with. */
struct path explore_path_fault(struct explore *e, enum fault f, struct arena *a);
struct path explore_path_claim(struct explore *e, uint32_t bit, struct arena *a);

/* Where these signs show, nearest first; at most `room` of them.  It may explore further for that.
 */
uint32_t explore_sights(struct explore *e, struct signs shown, struct sight *v, uint32_t room);

/* ---- the same upon a run of the caller's own, which keeps its slots from move to move ---- */
/* The first state; r: of pack_run_init(). */
void explore_begin(const struct explore *e, struct pack_run *r);
/* Make a move of it, with its answers; *s: what it shows.  False: it asks for one answer more, and
 * is not over. */
bool explore_make(struct explore *e, struct pack_run *r, const struct move *m, struct signs *s);
/* Then threads begin whose begin the explorer takes for a part of it; to `also`. */
void explore_make_begins(struct explore *e, struct pack_run *r, struct moves *also);
/* Has the run no move?  Then *s: what that shows. */
bool explore_ends(struct explore *e, struct pack_run *r, struct signs *s);
/* Is the run in this state, equal copies and requests aside? */
bool explore_is(struct explore *e, struct pack_run *r, uint32_t state);

/* A state, so that it can be looked at. */
void explore_load(const struct explore *e, uint32_t state, struct pack_run *r);

#endif
