/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deadlock.c - what the simulator knows of tasks that are stuck: its timers and arrivals. */
#include "core/stuck.h"
#include "run/sim_event.h"

static bool has_timer(const void *ctx, uint32_t task)
{
    const struct sim *s = ctx;
    return s->side[task].timers != NONE || s->side[task].qtimer != NONE;
}

/* Those of an open load stand beside the heap; what was taken out of that has left its slot. */
static bool arrives(const void *ctx, uint32_t cls)
{
    const struct sim *s = ctx;
    for (uint32_t i = 0; i < s->nheap; i++) {
        const struct slot *x = &s->slot[event_slot(s->heap[i])];
        if (x->kind == EV_ARRIVE && x->a == cls)
            return true;
    }
    return s->cls[cls].due.time != INT64_MAX;
}

static const char *who(const void *ctx, struct arena *a, uint32_t req)
{
    const struct sim *s = ctx;
    const struct rside *r = &s->rside[req];
    if (s->alone)
        return "";
    return arena_printf(a, "request %llu", (unsigned long long)r->ordinal + 1 + r->client);
}

static struct stuck_view view(const struct sim *s)
{
    return (struct stuck_view){s->p, &s->st, s, has_timer, arrives, who, NULL};
}

bool deadlock_exists(const struct sim *s)
{
    struct stuck_view v = view(s);
    return stuck_exists(&v);
}

struct deadlock_result *sim_deadlock(const struct sim *s, struct arena *a, const struct diags *d)
{
    struct stuck_view v = view(s);
    uint32_t who_is[STUCK_TOLD];
    struct deadlock_result *r = stuck_tell(&v, a, who_is);
    int64_t since = -1;
    (void)d;
    /* the cycle closed when the last of its tasks began to wait for what another holds */
    for (uint32_t i = 0; i < r->ncycle; i++) {
        const struct task *t = &s->st.task[who_is[i]];
        bool queues = t->state == T_QUEUE || t->state == T_THREAD || t->state == T_UNTIL;
        if (queues && s->side[who_is[i]].waiting > since)
            since = s->side[who_is[i]].waiting;
    }
    r->time = (double)(since >= 0 ? since : s->now) * 1e-9;
    return r;
}
