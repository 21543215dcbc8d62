/* SPDX-License-Identifier: GPL-3.0-or-later */
/* letter.h - what is true in a state: propositions of formulas, and groups of steps that exclude
 * each other, read off a loaded state and the effects of the move that led to it.
 *
 * A move may begin and end several steps.  Its *instants* are what happened in it, in order, each
 * of them a state of its own for claims that speak of steps and responses alone.  Events (started,
 * failed) are true at their instant; what lasts (done, responded, aborted, ended) is told as an
 * event here and kept by whoever asks; `running` is what the state says, less what came after the
 * instant. What is held, waited for or stored is known of the state after the move only.
 *
 * A step runs in a task whose place is inside it: the chain of handlers of its pc tells (prog.h).
 * What happens in a batch happens to the requests of all its items. */
#ifndef CHECK_LETTER_H
#define CHECK_LETTER_H
#include "check/moves.h"
#include "model/ltl.h"

enum { LETTER_MOST = 256, LETTER_BITS = 64 };
struct letter_prop {
    struct ltl_prop of;
    uint32_t mark;    /* of the step; of a task the first one in it; NONE: the program has none */
    uint32_t body;    /* of a task as a whole; else NONE */
    uint32_t res;     /* HOLDS, WAITING: index into prog.res, or NONE */
    uint32_t bit;     /* RUNNING, HOLDS: in now[] */
    uint32_t compare; /* COMPARE: index into x.expr */
    bool all;         /* about all requests: others' moves change it */
    bool lasts;       /* once true it stays so */
    bool coarse;      /* it is known after a move only */
    bool keeps;       /* COMPARE: it keeps its value where nobody has the variable any more */
    bool unknown;     /* a comparison met a value that can be any */
};
enum instant_kind {
    INSTANT_ENTER,
    INSTANT_LEAVE,
    INSTANT_TASK,
    INSTANT_ANSWER,
    INSTANT_OVER,
    INSTANT_WRITE
};
struct instant {
    enum instant_kind kind;
    uint32_t requests; /* bits: whose */
    uint32_t mark;     /* ENTER, LEAVE */
    uint32_t body;     /* TASK: its task is over */
    uint32_t how;      /* LEAVE, TASK: 0 well, 1 failed, 2 cancelled; ANSWER: the status */
    bool abort;        /* ANSWER */
    uint64_t running[PACK_MAX_REQUESTS]; /* props by bit */
};
struct letters {
    const struct prog *p;
    uint32_t nreq;
    uint32_t nprop, nbit;
    struct letter_prop prop[LETTER_MOST];
    uint8_t *entered; /* of each mark: some task was there */
    bool aborted;     /* some request ever was */
    /* of the move last looked at: */
    uint32_t moved; /* bits: requests it is one of, or that its effects name */
    struct instant *instant;
    uint32_t ninstant, cap_instant;
    /* of the state after it: */
    uint64_t now[PACK_MAX_REQUESTS];                /* props by bit */
    uint16_t count[PACK_MAX_REQUESTS][LETTER_BITS]; /* tasks of each bit */
    uint32_t writing;                               /* bits: a step with `writes:` runs */
    uint64_t crowd; /* bits: two tasks at once inside steps of one group */
    /* tables */
    uint64_t *inside,
        *held;       /* of each handler: bits of props whose step, whose resource it is in */
    uint64_t *whole; /* of each body: bits of props that mean it */
    bool *writer;    /* of each handler: a step with `writes:` is round it */
    struct arena *mem;
    struct xprog x;
    struct var_of { /* a name in a comparison */
        const char *name;
        uint32_t var; /* index into prog.var, or NONE: of a task */
        enum unit unit;
    } * var;
    uint32_t nvar, cap_var;
    double *value; /* scratch, of each var */
};
void letters_init(struct letters *l, const struct prog *p, uint32_t nreq);
void letters_free(struct letters *l);
/* The proposition's index, each once; NONE: too many, or an error (in d). */
uint32_t letters_prop(struct letters *l, const struct ltl_prop *q, struct diags *d);
/* Bits of a group of steps that exclude each other; 0: no room. */
uint64_t letters_group(struct letters *l, const struct step_name *const *step, uint32_t n);
/* Where the step, or the first one of a task, is entered; NONE: the program does not have it. */
uint32_t letters_mark(const struct letters *l, const struct step_name *s);
/* When all have been added. */
void letters_ready(struct letters *l);
/* After a move (NULL: at the start). */
void letters_read(struct letters *l, const struct pack_run *r, const struct move *m);
/* Is proposition i true of request j at instant k of the move (NONE: of the move as a whole: in the
 * state after it)?  before: its value in the state before; answered: did j respond before? */
struct letter_at {
    uint32_t request, instant;
    bool before, answered;
};
bool letters_value(struct letters *l, const struct pack_run *r, uint32_t i, struct letter_at at);

#endif
