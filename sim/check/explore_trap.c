/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_trap.c - states from which no end can be reached (AG EF end, of CTL): see explore.h.
 *
 * A step that is tried again without a limit succeeds in the end, so a cycle that goes by it is
 * none of explore_cycle.c's.  But that is so only where it can: if every way from a state goes on
 * for ever, that is no bad luck.  So the graph is gone through backward, from states without moves:
 * in sweeps over its states, down and up in turn, each over those from which no end is known yet.
 * What is left after a sweep that found nothing can only become what is left. */
#include "base/arena.h"
#include "check/explore_impl.h"
#include <stdlib.h>

struct trap {
    bool *out;     /* of each state: some way leads from it to where it should */
    bool leaves;   /* of the state that is expanded: it leads to one of them */
    uint32_t next; /* what it leads to, the first in number */
};

static void look(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s)
{
    struct trap *t = x->met_ctx;
    (void)from;
    (void)s;
    explore_canonical(x, tuple);
    uint32_t to = tuples_find(&x->t, tuple);
    t->leaves |= t->out[to];
    t->next = to < t->next ? to : t->next;
}

/* Has the state no moves, or one to where a way out is known? */
static bool leaves(struct explorer *x, struct trap *t, uint32_t i)
{
    t->leaves = false;
    t->next = NONE;
    return explore_expand(x, i) == 0 || t->leaves;
}

/* True if a state is left from which nothing leads out. */
static bool sweep(struct explorer *x, struct trap *t)
{
    uint32_t n = x->t.n, left = 1;
    bool more = true;
    for (bool down = true; more && left > 0; down = !down) {
        more = false;
        left = 0;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t i = down ? n - 1 - k : k;
            if (t->out[i])
                continue;
            t->out[i] = leaves(x, t, i);
            more |= t->out[i];
            left += !t->out[i];
        }
    }
    return left > 0;
}

/* From the state of a trap that was met first on, by what was met first, until it comes round. */
static void keep_loop(struct explorer *x, struct trap *t, enum fault f)
{
    uint32_t *way = xcalloc(x->t.n, sizeof *way), *at = xcalloc(x->t.n, sizeof *at), n = 0, i = 0;
    while (t->out[i])
        i++;
    for (; at[i] == 0; i = t->next) { /* at: its place in way, and 1 */
        way[n++] = i;
        at[i] = n;
        leaves(x, t, i);
    }
    explore_keep_cycle(x, f, way + (at[i] - 1), n - (at[i] - 1));
    free(way);
    free(at);
}

/* Has each request that has arrived been answered? */
static bool answered(struct explorer *x, uint32_t i)
{
    explore_load(x->e, i, &x->r);
    for (uint32_t j = 0; j < x->nreq; j++)
        if (x->r.life[j] == PACK_ALIVE && x->r.extra[j] == 0)
            return false;
    return true;
}

/* Without a cycle there is no trap, and all cycles but those by a retry are known. */
static bool none_possible(const struct explorer *x)
{
    const struct prog *p = x->p;
    bool retries = false;
    for (uint32_t h = 0; h < p->nhandler; h++)
        retries |= p->handler[h].kind == H_RETRY && p->handler[h].limit == NONE;
    return !retries && x->e->found[FAULT_ENDLESS].state == NONE;
}

void explore_traps(struct explorer *x)
{
    if (none_possible(x))
        return;
    struct trap t = {.out = xcalloc(x->t.n, sizeof *t.out)};
    x->met = look;
    x->met_ctx = &t;
    if (sweep(x, &t)) {
        keep_loop(x, &t, FAULT_TRAPPED);
        for (uint32_t i = 0; i < x->t.n; i++)
            t.out[i] = t.out[i] || answered(x, i);
        if (sweep(x, &t))
            keep_loop(x, &t, FAULT_STARVED);
    }
    free(t.out);
}
