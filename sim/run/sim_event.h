/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_event.h - the simulator's future and its present.
 *
 * Events of the future are in a heap of 16-byte entries (time, class, sequence, slot); what becomes
 * possible at this instant (starts, grants, turns of loops) waits in a FIFO until all events of the
 * instant are through, which is the tie rule.  The next arrivals of open classes stand apart. */
#ifndef RUN_SIM_EVENT_H
#define RUN_SIM_EVENT_H
#include "run/sim_impl.h"
#include <stdlib.h>

static inline bool event_before(struct ev a, struct ev b)
{
    return a.time != b.time ? a.time < b.time : a.key < b.key;
}

static inline void event_push(struct sim *s, struct ev x)
{
    if (s->nheap == s->cap_heap)
        s->heap = grow(s->heap, &s->cap_heap, s->nheap + 1, sizeof *s->heap);
    struct ev *h = s->heap;
    uint32_t i = s->nheap++;
    while (i > 0) {
        uint32_t up = (i - 1) / 2;
        if (!event_before(x, h[up]))
            break;
        h[i] = h[up];
        i = up;
    }
    h[i] = x;
}

static inline void event_pop(struct sim *s)
{
    struct ev *h = s->heap;
    uint32_t n = --s->nheap, i = 0;
    if (n == 0)
        return;
    struct ev x = h[n];
    for (;;) {
        uint32_t c = 2 * i + 1;
        if (c >= n)
            break;
        c += c + 1 < n && event_before(h[c + 1], h[c]);
        if (!event_before(h[c], x))
            break;
        h[i] = h[c];
        i = c;
    }
    h[i] = x;
}

static inline uint32_t event_slot(struct ev e)
{
    return (uint32_t)(e.key & (EV_MAX_SLOTS - 1));
}

static inline void slot_free(struct sim *s, uint32_t i)
{
    s->slot[i].next = s->free_slot;
    s->free_slot = i;
}

static inline void ring_put(struct ring *r, struct now x)
{
    if (r->n == r->size) {
        uint32_t size = r->size ? 2 * r->size : 64;
        struct now *v = xcalloc(size, sizeof *v);
        for (uint32_t i = 0; i < r->n; i++)
            v[i] = r->v[(r->first + i) & (r->size - 1)];
        free(r->v);
        *r = (struct ring){.v = v, .n = r->n, .size = size};
    }
    r->v[(r->first + r->n++) & (r->size - 1)] = x;
}

static inline struct now ring_take(struct ring *r)
{
    struct now x = r->v[r->first];
    r->first = (r->first + 1) & (r->size - 1);
    r->n--;
    return x;
}

/* The key of an event that is not in the heap. */
static inline uint64_t event_key(struct sim *s, enum ev_class c)
{
    return ((uint64_t)c << EV_CLASS_SHIFT) | (s->seq++ << EV_SLOT_BITS);
}

/* sim_event.c */
void event_kill(struct sim *s, uint32_t slot);

/* What comes next: of the future, or of what is possible at this instant. */
enum next { NEXT_NOTHING, NEXT_ARRIVAL /* s->due */, NEXT_EVENT /* the heap's first */, NEXT_TURN };
/* sim_order.c: as the oracle says, where the tie rule would say `next`. */
enum next order_pick(struct sim *s, enum next next);

#endif
