/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_event.c - events put into the heap, and taken back; see sim_event.h. */
#include "run/sim_event.h"

uint32_t sim_push(struct sim *s, int64_t at, enum ev_class c, struct slot what)
{
    uint32_t i = s->free_slot;
    if (i != NONE) {
        s->free_slot = s->slot[i].next;
    } else {
        if (s->nslot == s->cap_slot)
            s->slot = grow(s->slot, &s->cap_slot, s->nslot + 1, sizeof *s->slot);
        i = s->nslot++;
        if (s->nslot >= EV_MAX_SLOTS)
            s->end = SIM_OVERLOAD;
    }
    s->slot[i] = what;
    event_push(s, (struct ev){at, ((uint64_t)c << EV_CLASS_SHIFT) | (s->seq++ << EV_SLOT_BITS) |
                                      (i & (EV_MAX_SLOTS - 1))});
    return i;
}

/* Cancelled events stay in the heap until their time; when they are most of it, it is rebuilt. */
void event_kill(struct sim *s, uint32_t slot)
{
    s->slot[slot].kind = EV_DEAD;
    s->dead++;
    if (s->dead < 4096 || s->dead * 2 < s->nheap)
        return;
    uint32_t n = s->nheap;
    s->nheap = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct ev e = s->heap[i];
        if (s->slot[event_slot(e)].kind == EV_DEAD)
            slot_free(s, event_slot(e));
        else
            event_push(s, e);
    }
    s->dead = 0;
}

uint32_t sim_timeouts(const struct sim *s, int64_t *out, uint32_t n)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < s->nheap && k < n; i++)
        if (s->slot[event_slot(s->heap[i])].kind == EV_TIMER && s->heap[i].time >= s->now)
            out[k++] = s->heap[i].time - s->now;
    return k;
}
