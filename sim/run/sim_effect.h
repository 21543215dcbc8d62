/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_effect.h - what the files that obey effects (step.h) share: sim_effect.c, which is told of
 * each, sim_work.c what takes time, sim_stage.c stages and their batches. */
#ifndef RUN_SIM_EFFECT_H
#define RUN_SIM_EFFECT_H
#include "run/sim_impl.h"

/* Does this task belong to a request that is traced? */
static inline bool sim_traces(const struct sim *s, uint32_t task)
{
    uint32_t r = s->st.task[task].req;
    return r != NONE && s->st.req[r].traced;
}

/* Who listens is told what was drawn here. */
static inline void sim_hear(struct sim *s, uint32_t task, uint32_t pc, double value, bool well)
{
    if (s->o.ear != NULL)
        s->o.ear->drawn(s->o.ear->ctx, s, task, pc, value, well);
}

static inline void sim_hear_timeout(struct sim *s, int64_t ns)
{
    if (s->o.ear != NULL && s->o.ear->timeout != NULL)
        s->o.ear->timeout(s->o.ear->ctx, ns);
}

/* sim_effect.c */
void side_clear(struct side *d); /* of a task that begins */

/* sim_work.c */
void fx_work(struct sim *s, uint32_t task, uint32_t pc);
void fx_unwork(struct sim *s, uint32_t task);
void fx_ghost(struct sim *s, const struct fx *f);
void fx_cpu(struct sim *s, const struct fx *f);
void fx_timer(struct sim *s, const struct fx *f);
void fx_queue_timer(struct sim *s, const struct fx *f);
void fx_untimer(struct sim *s, uint32_t task, uint32_t word);

/* sim_stage.c */
uint64_t item_key(const struct sim *s, uint64_t key, uint32_t put_pc);
void fx_stage(struct sim *s, const struct fx *f);

#endif
