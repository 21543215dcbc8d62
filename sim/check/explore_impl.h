/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_impl.h - what the parts of the explorer share, and nobody else's:
 *
 *   explore.c       the search
 *   explore_many.c  many states of it expanded at once
 *   explore_ask.c   step asked about many states by several threads
 *   explore_expand.c  what a state can become
 *   explore_try.c   one move made, with all its answers, and what it shows
 *   explore_path.c  ways to states
 *   explore_cycle.c a cycle of moves
 *   explore_trap.c  states that lead to no end
 *   explore_more.c  where else something shows
 *   explore_own.c   moves upon a run of the caller's own */
#ifndef CHECK_EXPLORE_IMPL_H
#define CHECK_EXPLORE_IMPL_H
#include "check/begins.h"
#include "check/explore.h"
#include "check/memo.h"
#include "check/races.h"
#include "check/rising.h"
#include "check/sleep.h"
#include "check/tuples.h"

enum { TUPLE_MAX = 1 + PACK_MAX_REQUESTS };
struct deep { /* a state, and how many moves have led the search to it */
    uint32_t state, depth;
};
/* What states can become by the moves of one request that are not in the memo: tuples. */
struct direct_row {
    uint32_t first, n;
    bool local; /* as in the memo */
};
struct direct {
    struct direct_row *row;
    uint32_t nrow, cap_row;
    uint32_t *v, n, cap;
    uint32_t *sign, cap_sign; /* of each tuple, as in the memo */
};
#define ROW_NONE    UINT32_MAX       /* these moves are not made */
#define ROW_UNKNOWN (UINT32_MAX - 1) /* step has to be asked */
#define ROW_DIRECT  (1U << 31)       /* a row of struct direct; else of the memo */
struct cycle {                       /* of states; the first is the one met first */
    uint32_t *state, n;
};
static inline bool row_is_direct(uint32_t row)
{
    return row >= ROW_DIRECT && row < ROW_UNKNOWN;
}
struct explorer {
    const struct prog *p;
    struct explore_opt o;
    struct explore *e;
    struct pack *k;
    struct pack_run r;
    struct moves m, each;
    struct tuples t;
    struct rising parents; /* of each state but the first: the one that it was first reached from */
    uint32_t *parent, cap_parent; /* a hunt's, as they do not rise */
    struct memo memo;
    struct memo renamed; /* rows of a shared part and an order of requests: its new number, first */
    struct sleep sleep;
    uint64_t awake; /* transitions that were made */
    bool sleeps;    /* moves of which an earlier state leads to the same are not made */
    struct direct direct;
    bool forget; /* no row would be asked for again: there is one request only */
    uint32_t width, nreq;
    bool batches; /* moves of nobody may change any request */
    struct move_limits limits;
    struct races *races; /* or NULL */
    uint64_t *spawn;     /* of each fork: its bit in task_extra; 0: it spawns nothing */
    bool *begins;        /* of each body: begins_new(); or NULL */
    struct local *local; /* or NULL: all moves are made */
    struct signs until;  /* the search ends when it has seen these; none: when all is explored */
    /* What is done with each state that a state can become. */
    void (*met)(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s);
    void *met_ctx;
    struct lock *watching; /* or NULL: nobody else asks the watch */
    struct many *many;     /* or NULL, in a hunt */
    struct deep *stack;    /* a hunt's states that are yet to be expanded */
    uint32_t nstack, cap_stack, depth;
    uint32_t level; /* states up to this one are of the level of this one, or before */
    bool back;      /* a move has led to one of them */
    bool again;     /* so has a move or one that tries a step again */
    struct cycle cycle[FAULT_COUNT]; /* of faults that loop */
};
#define SIGN_RETRY (1U << 31) /* in signs.faults: a step without limit is tried again */

/* Spawns get their bits; false: one body has too many. */
bool explore_spawns(struct explorer *x);
/* The state that a move leads to, and what it has shown on its way. */
typedef void found(void *ctx, const uint32_t *tuple, struct signs s, const struct move *m);
/* Make the move in every way its questions can be answered; the state of `tuple` is loaded anew for
 * each. */
void explore_try(struct explorer *x, const uint32_t *tuple, struct move m, found *f, void *ctx);
/* The same with each move of request j (nreq: of nobody; NONE: all). */
void explore_try_each(struct explorer *x, const uint32_t *tuple, uint32_t j, found *f, void *ctx);
/* The same, but the local moves of a task alone, if one of the request has such; true then. */
bool explore_try_local(struct explorer *x, const uint32_t *tuple, uint32_t j, found *f, void *ctx);
/* x->r has made the move: what it has shown; requests that have gone leave their slots. */
struct signs explore_after(struct explorer *x, const struct move *m);
/* What the state of a tuple can become: a row for the moves of each request, and of nobody.  Those
 * that are direct (else they have to be ROW_NONE) stand as they are.  make false: step is not asked
 * (and many threads may do this at once); false then if it has to be. */
bool explore_rows(struct explorer *x, const uint32_t *tuple, uint32_t *row, bool make);
/* The row of the memo; NULL: it has none. */
const struct memo_row *explore_row_known(const struct explorer *x, const uint32_t *tuple,
                                         uint32_t j);
/* Are the moves of j never in the memo? */
bool explore_never_kept(const struct explorer *x, uint32_t j);
/* Ask step: for a row of the memo, or (setting *local if that is so) a direct one. */
uint32_t explore_make_row(struct explorer *x, const uint32_t *tuple, uint32_t j);
uint32_t explore_make_direct(struct explorer *x, const uint32_t *tuple, uint32_t j, bool *local);
/* A direct row: its tuples are added between. */
uint32_t explore_direct_begin(const struct explorer *x);
void explore_direct_add(struct explorer *x, const uint32_t *to, uint32_t sign);
uint32_t explore_direct_end(struct explorer *x, uint32_t first, bool local);
/* Each of these, with the number of its signs, and its entry in the memo (or SLEEP_NONE), but for
 * those that sleep in a state that was reached by entry `by`; how many moves, these as well. */
typedef void to_found(void *ctx, uint32_t *to, uint32_t sign, uint32_t entry);
uint32_t explore_tos(const struct explorer *x, const uint32_t *tuple, const uint32_t *row,
                     uint32_t by, to_found *f, void *ctx);
/* All states that state i can become, to x->met; how many moves. */
uint32_t explore_expand(struct explorer *x, uint32_t i);
void explore_cycles(struct explorer *x);
void explore_traps(struct explorer *x);
/* The fault shows in these states, one after the other and round. */
void explore_keep_cycle(struct explorer *x, enum fault f, const uint32_t *v, uint32_t n);
/* Is there a cycle of any moves? */
bool explore_cyclic(struct explorer *x);
/* What a state without moves shows. */
struct signs explore_last(struct explorer *x, const uint32_t *tuple);
/* Equal requests in the order of their parts. */
void explore_canonical(struct explorer *x, uint32_t *tuple);
/* The same, but false where the shared part would have to be written anew. */
bool explore_canonical_known(const struct explorer *x, uint32_t *tuple);
/* The state that it was first reached from; NONE: it is the first. */
uint32_t explore_parent(const struct explorer *x, uint32_t i);
void explore_parent_is(struct explorer *x, uint32_t i, uint32_t parent);
/* Something shows where a move leads from one state to another, or (NONE) in a state. */
void explore_sight(struct explorer *x, struct signs s, uint32_t state, uint32_t from);
/* A run to make moves upon, and what looks at it. */
void explore_run_init(struct explorer *x);
void explore_run_free(struct explorer *x);
/* What is seen along the way of marks and resources. */
void explore_seen_new(struct explore *e, const struct prog *p);
void explore_seen_free(struct explore *e);
/* List states whose rows are not known; then ask step for these.  row: of each state from the first
 * on; direct rows are put there, the others into the memo.  Some may be left to be asked for. */
struct ask *explore_ask_new(struct explorer *x);
void explore_ask_free(struct ask *a);
void explore_ask_about(struct ask *a, uint32_t state, const uint32_t *tuple);
void explore_ask(struct ask *a, uint32_t *row, uint32_t first);
/* Expand n states from the first on, which are those that come next. */
struct many *explore_many_new(struct explorer *x);
void explore_many_free(struct many *m);
void explore_many(struct explorer *x, uint32_t first, uint32_t n);

#endif
