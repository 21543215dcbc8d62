/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stuck_stage.c - deadlocks through full channels: what items and the workers of stages hold and
 * wait for. */
#include "core/stuck_impl.h"
#include <stddef.h>

static const struct stage_site *stage_of_task(const struct stuck_view *s, const struct task *t)
{
    return &s->p->stage[s->p->body[t->body].stage];
}

uint32_t stage_worker_held(const struct stuck_view *s, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    if (!(t->flags & TF_WORKER))
        return NONE;
    return state_instance(s->st, stage_of_task(s, t)->workers, t->worker);
}

uint32_t stage_place_held(const struct stuck_view *s, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    if (!(t->flags & TF_PLACE))
        return NONE;
    return state_instance(s->st, stage_of_task(s, t)->channel, t->worker);
}

bool item_can_move(const struct stuck_view *s, const bool *moves, const bool *inst, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    if (t->state == T_ITEM) /* a free worker only waits for the time of its batch */
        return s->st->inst[t->res].posted || s->st->inst[t->res].free > 0 || inst[t->res];
    for (uint32_t k = s->st->req[t->units].first_task; k != NONE; k = s->st->task[k].req_next)
        if (moves[k])
            return true;
    return s->st->req[t->units].first_task == NONE;
}

/* Of a batch that cannot move: one of its tasks. */
uint32_t item_blocker(const struct stuck_view *s, uint32_t task)
{
    return s->st->req[s->st->task[task].units].first_task;
}

const char *item_name(const struct stuck_view *s, struct arena *a, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    const struct stage *of = stage_of_task(s, t)->of;
    if (t->state == T_ITEM)
        return arena_printf(a, "an item in `%s`", s->p->model->channel[of->from].name);
    if (s->st->req[t->req].batch)
        return arena_printf(a, "a batch of `%s`", of->name);
    return arena_printf(a, "an item of `%s`", of->name);
}

const char *item_waits_for(const struct stuck_view *s, struct arena *a, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    if (t->state == T_BATCHED)
        return "the batch it is in";
    return arena_printf(a, "a worker of `%s`", stage_of_task(s, t)->of->name);
}
