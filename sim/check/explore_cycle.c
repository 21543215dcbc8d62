/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_cycle.c - a cycle of moves: see explore.h.
 *
 * Moves lead breadth first from level to level; only if one has led back (explorer.back) can there
 * be a cycle.  Then states are taken away that no move leads to any more (Kahn 1962); what is left
 * are cycles and what they lead to.  A retry without a limit succeeds in the end, so that no cycle
 * may go by it. */
#include "base/arena.h"
#include "check/explore_impl.h"
#include <stdlib.h>

struct peel {
    bool retries; /* moves that try a step again count */
    uint32_t *in; /* of each state: moves to it from states that are there yet; GONE */
    uint32_t *queue, nqueue;
    uint32_t found; /* a successor that is there yet, the first in number */
};
enum { GONE = UINT32_MAX };

static uint32_t target(struct explorer *x, uint32_t *tuple, struct signs s)
{
    const struct peel *h = x->met_ctx;
    if ((s.faults & SIGN_RETRY) && !h->retries)
        return NONE;
    explore_canonical(x, tuple);
    return tuples_find(&x->t, tuple);
}

static void count_in(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s)
{
    struct peel *h = x->met_ctx;
    uint32_t to = target(x, tuple, s);
    (void)from;
    if (to != NONE)
        h->in[to]++;
}

static void take_from(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s)
{
    struct peel *h = x->met_ctx;
    uint32_t to = target(x, tuple, s);
    (void)from;
    if (to != NONE && h->in[to] != GONE && --h->in[to] == 0)
        h->queue[h->nqueue++] = to;
}

static void look_on(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s)
{
    struct peel *h = x->met_ctx;
    uint32_t to = target(x, tuple, s);
    (void)from;
    if (to != NONE && h->in[to] != GONE && to < h->found)
        h->found = to;
}

static void each_state(struct explorer *x, struct peel *h,
                       void (*met)(struct explorer *, uint32_t *, uint32_t, struct signs))
{
    x->met_ctx = h;
    x->met = met;
    for (uint32_t i = 0; i < x->t.n; i++)
        explore_expand(x, i);
}

static uint32_t next_left(struct explorer *x, struct peel *h, uint32_t i)
{
    h->found = NONE;
    explore_expand(x, i);
    return h->found;
}

static uint32_t first_left(const struct explorer *x, const struct peel *h, uint32_t from)
{
    while (from < x->t.n && h->in[from] == GONE)
        from++;
    return from < x->t.n ? from : NONE;
}

/* Go on from state to state among those that are left, and take dead ends away, until the way comes
 * back to itself: h->queue[first .. n) is a cycle then. */
static bool follow(struct explorer *x, struct peel *h, uint32_t *first, uint32_t *n)
{
    uint32_t *way = h->queue, *at = xcalloc(x->t.n + 1u, sizeof *at); /* place in way + 1 */
    uint32_t start = first_left(x, h, 0), i = start;
    x->met = look_on;
    *n = 0;
    while (i != NONE && at[i] == 0) {
        uint32_t next = next_left(x, h, i);
        if (next != NONE) {
            way[(*n)++] = i;
            at[i] = *n;
            i = next;
            continue;
        }
        h->in[i] = GONE;
        i = *n > 0 ? way[--*n] : first_left(x, h, start);
        if (i != NONE)
            at[i] = 0;
    }
    *first = i == NONE ? 0 : at[i] - 1;
    free(at);
    return i != NONE;
}

/* The cycle, from that of its states on which was met first. */
void explore_keep_cycle(struct explorer *x, enum fault f, const uint32_t *v, uint32_t n)
{
    struct cycle *c = &x->cycle[f];
    uint32_t entry = 0;
    for (uint32_t k = 1; k < n; k++)
        if (v[k] < v[entry])
            entry = k;
    c->n = n;
    c->state = xcalloc(n, sizeof *c->state);
    for (uint32_t k = 0; k < n; k++)
        c->state[k] = v[(entry + k) % n];
    x->e->found[f] = (struct sight){c->state[0], NONE};
}

/* Take states away; what stays lies on cycles, or behind them. */
static void peel(struct explorer *x, struct peel *h)
{
    h->in = xcalloc(x->t.n + 1u, sizeof *h->in);
    h->queue = xcalloc(x->t.n + 1u, sizeof *h->queue);
    each_state(x, h, count_in);
    for (uint32_t i = 0; i < x->t.n; i++)
        if (h->in[i] == 0)
            h->queue[h->nqueue++] = i;
    x->met = take_from;
    for (uint32_t i = 0; i < h->nqueue; i++) {
        h->in[h->queue[i]] = GONE;
        explore_expand(x, h->queue[i]);
    }
}

bool explore_cyclic(struct explorer *x)
{
    struct peel h = {.retries = true};
    peel(x, &h);
    free(h.in);
    free(h.queue);
    return h.nqueue < x->t.n;
}

void explore_cycles(struct explorer *x)
{
    struct peel h = {.retries = false};
    uint32_t first, n;
    peel(x, &h);
    if (follow(x, &h, &first, &n))
        explore_keep_cycle(x, FAULT_ENDLESS, h.queue + first, n - first);
    free(h.in);
    free(h.queue);
}
