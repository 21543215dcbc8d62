/* SPDX-License-Identifier: GPL-3.0-or-later */
/* play.h - a run, move by move, that keeps its slots: for telling it and for giving it back.
 *
 * An explorer loads its states anew, with copies and requests sorted; what is one task to a reader
 * has many slots there.  A play begins at the start and only goes on, so a slot is the same task
 * until an effect says that another begins in it. */
#ifndef CHECK_PLAY_H
#define CHECK_PLAY_H
#include "check/explore.h"

struct play_setting {
    const struct prog *p;
    uint32_t nreq, max_count;
    const uint32_t *cls; /* of each request */
};
struct play_answer { /* to a question asked on the way of a move */
    uint32_t fx;     /* effects that came before it */
    uint32_t task, pc;
    enum ask_kind kind;
    double value;
    uint32_t of, at; /* how many answers there were, and which it was */
};
struct play {
    struct play_setting set;
    struct move_limits limits;
    struct pack_run r; /* of the last move: r.s.fx are its effects */
    uint32_t nanswer;
    struct play_answer answer[MOVE_ANSWERS];
    double may[MOVE_VALUES]; /* answers to the question that is open */
};
void play_init(struct play *y, const struct play_setting *set);
void play_free(struct play *y);
/* False: the move is none that could be made now, or breaks off; the play is over then. */
bool play_move(struct play *y, const struct move *m);
/* The same in pieces, for who does not know the answers before the questions. */
bool play_begin_move(struct play *y, const struct move *m); /* its answers are not looked at */
uint32_t play_answers(struct play *y);                      /* into may; 0: nothing is asked */
bool play_answer(struct play *y, double value);
bool play_end_move(struct play *y);

/* The shortest way to where fault f, or the claim of that bit, was seen, as moves of one run. */
struct play_way {
    uint32_t n; /* 0 also where none was found among very many equal tasks */
    struct move *move;
    uint32_t cycle; /* of faults that loop: from here on it is the cycle; else NONE */
};
struct play_way play_fault(struct explore *e, const struct play_setting *set, enum fault f,
                           struct arena *a);
struct play_way play_claim(struct explore *e, const struct play_setting *set, uint32_t bit,
                           struct arena *a);

#endif
