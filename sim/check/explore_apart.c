/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_apart.c - do requests have anything to do with each other?  If not, what holds of one
 * holds of several: all that another request can do is to take time, and any time is explored.
 *
 * They have nothing to do with each other where nothing is acquired, put or set that another could
 * hold, fill or read; where threads are as many as asked for, or (serial) a request's from its
 * begin to its end; and where nobody is refused for being late.  Upon a loop another's tasks only
 * stand before one's own, which keep their order, and an idle loop costs no more than a busy one;
 * a call may end between any two turns, whoever's they are.
 */
#include "check/explore.h"

static bool touches_others(const struct prog *p, const struct explore_opt *o)
{
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *op = &p->op[pc];
        if (op->code == OP_ACQ || op->code == OP_PUT || op->code == OP_LOAD ||
            op->code == OP_STORE || op->code == OP_UNTIL)
            return true;
        if (op->code == OP_TOUCH && o->races && o->races[op->a] &&
            p->model->shared[op->a].scope != SCOPE_REQUEST)
            return true;
    }
    return false;
}

bool explore_apart(const struct prog *p, const struct explore_opt *o)
{
    for (uint32_t j = 1; j < o->nreq; j++)
        if (o->cls[j] != o->cls[0])
            return false;
    if (o->nreq < 2 || (o->watch && o->watch->global) || p->queue_limit != NONE ||
        p->cost_site[COST_WAKE] != NONE || touches_others(p, o))
        return false;
    return p->pool == NONE && p->limit == NONE && (p->server == NONE || p->in_place);
}
