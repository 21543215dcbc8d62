/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_order.c - the order of what comes at once, where an oracle says it.
 *
 * Durations that differ by next to nothing bring events of one instant into any order, and what
 * follows from an event (grants, starts, turns) may then be through before the next one.  So every
 * event of the instant is offered, and the turns that are due.  Arrivals come when they are said to
 * come: of several the first alone is offered. */
#include "run/sim_event.h"

enum { TIES = 256 }; /* events of one instant that are told apart */

/* Heap entry i becomes the first of its instant. */
static void event_first(struct sim *s, uint32_t i)
{
    struct ev *h = s->heap, x = {h[i].time, event_slot(h[i])};
    for (; i > 0 && event_before(x, h[(i - 1) / 2]); i = (i - 1) / 2)
        h[i] = h[(i - 1) / 2];
    h[i] = x;
}

/* Heap entries of that time beside the first: their places. */
static uint32_t events_tied(const struct sim *s, int64_t at, uint32_t *place)
{
    uint32_t n = 0, arrival = NONE;
    for (uint32_t i = 0; i < s->nheap && n < TIES; i++) {
        uint8_t kind = s->slot[event_slot(s->heap[i])].kind;
        if (s->heap[i].time != at || kind == EV_DEAD)
            continue;
        if (kind != EV_ARRIVE)
            place[n++] = i;
        else if (arrival == NONE || event_before(s->heap[i], s->heap[arrival]))
            arrival = i;
    }
    if (arrival != NONE && n < TIES)
        place[n++] = arrival;
    return n;
}

enum next order_pick(struct sim *s, enum next next)
{
    uint32_t place[TIES], n = 0;
    if (next == NEXT_NOTHING || next == NEXT_TURN) /* no event is due now */
        return next;
    int64_t at = next == NEXT_ARRIVAL ? s->due.time : s->heap[0].time;
    uint32_t tied = events_tied(s, at, place);
    for (uint32_t i = 0; i < tied; i++)
        if (next != NEXT_EVENT || place[i] != 0)
            place[n++] = place[i];
    bool due = next != NEXT_ARRIVAL && s->due.time == at, turn = s->soon.n > 0;
    uint32_t all = 1 + n + due + turn;
    uint32_t k = all > 1 ? s->o.oracle->order(s->o.oracle->ctx, all) : 0;
    if (k == 0)
        return next;
    if (k <= n) {
        event_first(s, place[k - 1]);
        return NEXT_EVENT;
    }
    return due && k == n + 1 ? NEXT_ARRIVAL : NEXT_TURN;
}
