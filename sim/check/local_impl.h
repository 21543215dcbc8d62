/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_impl.h - what the parts of local.h share, and nobody else's:
 *
 *   local.c       whose moves it is enough to make in a state
 *   local_move.c  what a move does, up to the waits of all who go on by it
 *   local_op.c    what an instruction alone does, and where control goes from it
 *   local_does.c  what programs do from each place on, found out once
 *   local_fail.c  where they may fail, and where a failure leads to */
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
    DO_POOL = 32,     /* take a thread of a pool, or give it back; leave a worker */
    DO_ABORT = 64,    /* end all tasks of the request */
    DO_STAY = 128,    /* leave something that would not be there had it been cut short before */
    FIRST_FORK = 8,   /* be one in the order in which children of a fork end */
    FIRST_DATUM = 16, /* 24 bits */
    FIRST_RES = 40    /* 24 bits */
};
typedef uint64_t deeds;

struct local {
    const struct prog *p;
    const bool *races;
    const struct watch_sees *sees;
    bool covers;    /* see local.h: being cut short a move later may come to the same */
    bool threads;   /* a move ends before each use of what is shared */
    bool defers;    /* a thread that goes on computes first */
    bool outer;     /* some task awaits what another has spawned */
    deeds across;   /* what requests can do to each other; 0: there is one only */
    deeds turn;     /* what counts even of a turn upon a loop, as others need none for it */
    deeds over;     /* what the end of a request does to others */
    deeds *end;     /* of each body: the end of its task alone; not what its waiter does */
    deeds *next;    /* of each pc: from there to the next wait, and what tasks do that it readies */
    deeds *ever;    /* of each pc: from there to the end, and all tasks that begin because of it */
    deeds *before;  /* the same, before all children of fork f are awaited: [f * nop + pc] */
    deeds *clean;   /* of each pc: what is undone when the task is cut short there; and its end */
    deeds *left;    /* of each mark: that a step is left by a failure */
    deeds *forgets; /* of each pc: of a join, the data of which is forgotten who has written it */
    bool *fails;    /* of each body: its task may end failed */
    bool *timed;    /* of each pc: a timeout may run */
    bool *is;       /* scratch: of each pc */
    uint32_t *stack;
};

/* ---- local_op.c ---- */
deeds local_res_bit(uint32_t res);
deeds local_datum_bit(uint32_t shared);
/* The instruction alone; not what comes of it. */
deeds local_op_does(const struct local *l, const struct op *o);
/* Does the move end before the instruction, or at it, so that another may come between? */
bool local_op_waits(const struct local *l, const struct op *o);
/* Is it an await of children of the fork? */
bool local_awaits(const struct prog *p, const struct op *o, uint32_t fork);
enum { MOST_NEXT = 64 };
/* Where control goes to from pc in its own task, MOST_NEXT at most; waits are passed.  0 at an
 * end. */
uint32_t local_successors(const struct prog *p, uint32_t pc, uint32_t *to);

/* ---- local_does.c ---- */
/* Does the child of a fork begin in the same move, or make ready what others await? */
bool local_readies(const struct local *l, const struct op *o);
/* What may be done because a task of the body has ended: by those who wait for it. */
deeds local_waiters_do(const struct local *l, uint32_t body);

/* ---- local_fail.c ---- */
struct failing {
    uint32_t from;       /* the handler that it meets first, or NONE */
    const double *words; /* its task's, if what follows is known of them; else NULL */
    uint32_t scope;      /* with words: a timeout's word + 1, as in struct task */
    uint16_t code;       /* FAIL_NONE: any */
    uint32_t fork;       /* is it left, in way_out.kills? */
};
struct way_out {
    deeds does;
    uint32_t n, to[MOST_NEXT]; /* where it may be caught */
    bool out;                  /* it may end its task */
    bool kills, kills_any;     /* tasks of failing.fork, or of any */
};
void local_unwind(const struct local *l, const struct failing *f, struct way_out *w);
/* May a task fail at pc, there and then, or (waits) by what it waits for there? */
bool local_fails(const struct local *l, uint32_t pc, bool waits);
/* May children of the fork fail; of one that is awaited? */
bool local_fork_fails(const struct local *l, uint32_t fork);
bool local_join_fails(const struct local *l, const struct op *o);
void local_find_fails(struct local *l);
/* More handlers than can be looked at. */
bool local_unwinds_far(const struct prog *p);

/* ---- local_move.c ---- */
struct doing {
    deeds does; /* as far as its order counts */
    deeds all;  /* and all else */
    bool cuts;  /* tasks below top, or, with top NONE, all of the request */
    bool later; /* by what it only makes ready: wherever they are by then */
    uint32_t top;
    bool ends, fails; /* whoever is looked at last may end, well or failed; its own */
};
/* May it be told what the move does? */
bool local_told(const struct local *l, const struct state *s, const struct move *m);
/* What it does at most as long as another task (NONE: nobody in particular) is there. */
void local_move(const struct local *l, const struct state *s, const struct move *m, uint32_t other,
                struct doing *x);
/* The fork by which t is below the task a, which does not get past its await as long as t is there;
 * NONE: it is not, or may get past. */
uint32_t local_below(const struct state *s, uint32_t t, uint32_t a);
/* What a task that is cut short undoes when it goes on once more, only to end. */
static inline deeds local_clean(const struct local *l, const struct task *t)
{
    return l->clean[t->pc] | l->clean[t->pc + (l->p->op[t->pc].code != OP_END)];
}
/* What is no more than to be there, and to be cut short. */
static inline bool local_pure(const struct doing *x)
{
    return !x->cuts && (x->all & ~(deeds)DO_BE) == 0;
}

#endif
