/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stuck_impl.h - between stuck*.c; nobody else's. */
#ifndef CORE_STUCK_IMPL_H
#define CORE_STUCK_IMPL_H
#include "core/stuck.h"

bool stuck_is_task(const struct task *t);

/* Which shared variables can still be set by those that were added. */
struct setters {
    const struct prog *p;
    bool *seen; /* by pc */
    bool *sets; /* by index into prog.var */
    uint32_t *stack, n;
};
void setters_init(struct setters *q, const struct stuck_view *s);
void setters_free(struct setters *q);
void setters_add(struct setters *q, const struct stuck_view *s, uint32_t task);
void setters_arrivals(struct setters *q, const struct stuck_view *s);
/* May what this task (in T_UNTIL) waits for be set by one of them? */
bool setters_suffice(const struct setters *q, const struct stuck_view *s, uint32_t task);
/* Of each variable two tasks that cannot move, and would set it if they could; or NONE. */
struct would_set {
    uint32_t (*task)[2];
};
void would_set_init(struct would_set *v, const struct stuck_view *s, const bool *moves);
void would_set_free(struct would_set *v);
uint32_t would_set(const struct would_set *v, const struct stuck_view *s,
                   uint32_t task); /* or NONE */
/* What it waits for: the names of the variables, and the condition as it is written. */
const char *setters_names(const struct stuck_view *s, struct arena *a, uint32_t task);
const char *setters_condition(const struct stuck_view *s, struct arena *a, uint32_t task);

/* The instance of which a task holds a worker of its stage, or a place in its channel; or NONE. */
uint32_t stage_worker_held(const struct stuck_view *s, uint32_t task);
uint32_t stage_place_held(const struct stuck_view *s, uint32_t task);
/* Tasks in T_ITEM and T_BATCHED: inst says of which instances a task that moves holds some. */
bool item_can_move(const struct stuck_view *s, const bool *moves, const bool *inst, uint32_t task);
uint32_t item_blocker(const struct stuck_view *s, uint32_t task); /* of a T_BATCHED */
const char *item_name(const struct stuck_view *s, struct arena *a, uint32_t task);
const char *item_waits_for(const struct stuck_view *s, struct arena *a, uint32_t task);

#endif
