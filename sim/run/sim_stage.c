/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_stage.c - what the effects of stages do: keys of items and batches, how long a batch waits
 * for company, and the chains and work of requests that go through batches. */
#include "run/sim_effect.h"
#include "run/sim_event.h"

/* An item's draws differ by where it was put: two puts of one task are two items. */
uint64_t item_key(const struct sim *s, uint64_t key, uint32_t put_pc)
{
    return rng_mix(key, s->p->site[s->p->site_of[put_pc]].hash);
}

/* A batch draws as its first item would.  Its chain is its own: that its items wait for each other
 * is contention, which a request's longest chain leaves out. */
static void fx_batch_item(struct sim *s, const struct fx *f)
{
    struct side *d = &s->side[f->task];
    const struct rside *of = &s->rside[s->st.task[f->a].req];
    if (f->c != 0)
        return;
    side_clear(d);
    d->key = s->side[f->a].key;
    s->rside[f->b] = (struct rside){.ordinal = of->ordinal, .cls = of->cls, .client = of->client};
}

/* The work of a batch is that of each of its requests, and its chain goes on in theirs: each would
 * have needed it. */
static void fx_unbatch(struct sim *s, const struct fx *f)
{
    if (f->task == NONE)
        return;
    const struct rside *batch = &s->rside[f->a];
    struct rside *r = &s->rside[f->b];
    int64_t *path = &s->side[f->task].path;
    *path = *path < SIM_TIME_MAX - batch->tail ? *path + batch->tail : SIM_TIME_MAX;
    r->work = r->work < SIM_TIME_MAX ? r->work + batch->work : SIM_TIME_MAX;
}

static void fx_batch_timer(struct sim *s, const struct fx *f)
{
    const struct res *r = &s->p->res[s->st.inst[f->a].res];
    int64_t at = s->side[f->task].waiting + s->p->stage[r->stage].wait;
    s->batch_slot[f->a] = sim_push(s, at > s->now ? at : s->now, CL_TIMEOUT,
                                   (struct slot){.kind = EV_BATCH, .a = f->a});
    sim_hear_timeout(s, at - s->now);
}

void fx_stage(struct sim *s, const struct fx *f)
{
    switch ((enum fx_kind)f->kind) {
    case FX_BATCH:
        fx_batch_item(s, f);
        break;
    case FX_UNBATCH:
        fx_unbatch(s, f);
        break;
    case FX_BATCH_TIMER:
        fx_batch_timer(s, f);
        break;
    case FX_UNBATCH_TIMER:
        event_kill(s, s->batch_slot[f->a]);
        break;
    default:
        break;
    }
}
