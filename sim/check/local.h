/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local.h - moves that nobody else can notice, and that nothing else can prevent or change.
 *
 * Where all that a task may do next is such, it is enough to make these moves - its call ends well,
 * fails, or is timed out - and none of the others that are possible: they are so afterwards, and
 * the order makes no difference (persistent sets: Godefroid 1996; Valmari's strong stubborn sets).
 * So tasks that only call, compute, fork and join are not tried in every order.
 *
 * A move is local if nothing that it does up to its task's next wait clashes with what any other
 * task of the request may do before it, now or later: take or give back the same resource, touch
 * the same data that are looked at, respond, show something to a claim.  An end of a task includes
 * what whoever waits for it then does; but not what comes behind an await of the other task, for
 * then that one is over.  To other requests it may do nothing at all.  Of a turn upon a loop only
 * that counts which it makes ready, for all others have their turn later.  Copies of a hedge may
 * clash among themselves: their moves are made side by side, and no others.
 *
 * That others cut the task short is no clash if its moves do nothing but go on (from a call to the
 * next one, or to a pause before another try): it may as well be cut short behind them, and what is
 * left is the same, a task that ends, unnoticed (`covers`).  For chances, which would be others,
 * that is not said.  Of all this too much had to be cured after it had been taken for right, though
 * nothing is known any more that it loses: so nothing passes by it (explore.h: coarse).
 *
 * What this keeps: last states; the order of all moves that are not local, and so what they show;
 * whether there is a run without end (a cycle is then the caller's to look for). */
#ifndef CHECK_LOCAL_H
#define CHECK_LOCAL_H
#include "check/moves.h"

/* What a claim can tell apart; NULL: everything. */
struct watch_sees {
    const bool *mark; /* of each step: its begin and end */
    const bool *body; /* of each body: a task that begins or ends */
    bool writes;      /* of shared data */
    bool ended;       /* that the request is over: by the last task that counts, whichever it is */
};
struct local;
/* races: of each of model.shared, whether touching it is looked at; NULL: none.  covers: what is
 * cut short may be so a move later or earlier.  NULL: no move of the program is local. */
struct local *local_new(const struct prog *p, uint32_t nreq, const bool *races,
                        const struct watch_sees *sees, bool covers);
void local_free(struct local *l);
/* m: all moves of request j.  If those of a task are local, they alone stay; true. */
bool local_choose(const struct local *l, const struct pack_run *r, uint32_t j, struct moves *m);

#endif
