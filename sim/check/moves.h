/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moves.h - what may happen next in a state, for drivers that try everything.
 *
 * Time is abstract: a call, a burst or a pause that runs may end now; a timeout that runs may fire
 * now; a start or a grant that is due may come now.  What a move asks for (a condition, a choice, a
 * count) is answered in every way that its expression allows: `move_next_answers()` goes through
 * the combinations in order.  Counts that are drawn stop at max_count, and unlimited values (a
 * drawn duration kept in a variable) are one value, "unknown" (NAN). */
#ifndef CHECK_MOVES_H
#define CHECK_MOVES_H
#include "core/pack.h"

enum move_kind {
    MOVE_ARRIVE,  /* request req, at worker arg */
    MOVE_START,   /* task has its thread and begins (or goes on upon it) */
    MOVE_LOOP,    /* worker arg: the turn of the task at the head */
    MOVE_GRANT,   /* instance arg, pick */
    MOVE_DONE,    /* task's call, pause or burst ends well */
    MOVE_FAIL,    /* task's call fails */
    MOVE_TIMEOUT, /* of word arg */
    MOVE_QTIMEOUT,
    MOVE_YIELD, /* a thread goes on where another might have overtaken it */
    MOVE_WOKEN, /* a task looks again at what it waits for */
    MOVE_GHOST, /* an abandoned call ends */
    MOVE_BATCH  /* the first item for instance arg has waited long enough for a batch */
};
enum {
    MOVE_ANSWERS = 12, /* to questions of one move */
    MOVE_VALUES = 64   /* that an answer may have */
};
struct move {
    uint8_t kind, nanswer;
    uint32_t req;  /* of whom it is; NONE: nobody's, or a batch's */
    uint32_t task; /* slot in the loaded state, or NONE */
    uint32_t arg, pick;
    double answer[MOVE_ANSWERS];
};
struct moves {
    struct move *v;
    uint32_t n, cap;
};
struct move_limits {
    uint32_t max_count;
    const uint32_t *cls; /* class of each request */
};
/* All moves of a loaded state, answers aside, in a fixed order; of request j alone (and, with
 * j == nreq, of nobody and of batches), or of all (j NONE). */
void moves_list(const struct pack_run *r, uint32_t nreq, uint32_t j, struct moves *out);
void moves_add(struct moves *m, struct move v);
/* Which of the requests has that slot of the loaded state; NONE. */
uint32_t moves_request(const struct pack_run *r, uint32_t nreq, uint32_t slot);
void moves_free(struct moves *m);
/* Make the move, with its answers; true if more is asked than there are answers.  The effects are
 * in r->s.fx. */
bool move_make(struct pack_run *r, const struct move *m, const struct move_limits *l);
/* The answers that the open question has; 0: it has no value (a key that is not there, a count that
 * is negative).  *cut is set where max_count, or room, left some out. */
uint32_t move_answers(const struct pack_run *r, const struct move_limits *l, double *out,
                      uint32_t room, bool *cut);

#endif
