/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stuck.h - which tasks can never move again, and how to tell it.
 *
 * A question about a state (core/step.h), asked by drivers with a clock and without: what step does
 * not know of the world, the driver says in a view. */
#ifndef CORE_STUCK_H
#define CORE_STUCK_H
#include "core/result.h"
#include "core/step.h"

struct stuck_view {
    const struct prog *p;
    const struct state *st;
    const void *ctx; /* handed to the following */
    /* Will a timeout end this task's wait?  NULL: no clock, so every timeout that runs may. */
    bool (*timer)(const void *ctx, uint32_t task);
    /* Will another request of this class arrive?  NULL: none. */
    bool (*arrives)(const void *ctx, uint32_t cls);
    /* The request in a slot, in words ("request 3"); "" where there is one only.  NULL: "". */
    const char *(*who)(const void *ctx, struct arena *a, uint32_t req);
    /* A task's name, where the driver has one of its own; else, or where it is NULL: its path. */
    const char *(*name)(const void *ctx, uint32_t task);
};
bool stuck_exists(const struct stuck_view *s);
/* The tasks that can move, by index; the caller frees.  *n: how many cannot. */
bool *stuck_moving(const struct stuck_view *s, uint32_t *n);
enum { STUCK_TOLD = 12 };
/* The time is left to the driver.  who: the slots of the tasks told, room for STUCK_TOLD. */
struct deadlock_result *stuck_tell(const struct stuck_view *s, struct arena *a, uint32_t *who);

/* ---- single things, in the same words ---- */
/* Does the task hold a unit of the instance?  Of which does it: marks them. */
bool stuck_holds(const struct stuck_view *s, uint32_t task, uint32_t inst);
void stuck_held(const struct stuck_view *s, uint32_t task, bool *inst);
const char *stuck_instance(const struct stuck_view *s, struct arena *a, uint32_t inst);
/* Who holds what a queueing task waits for: "left, right and 2 more"; "" if nobody. */
const char *stuck_holders(const struct stuck_view *s, struct arena *a, uint32_t task);

#endif
