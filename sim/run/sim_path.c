/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_path.c - the recorder of critical paths is told what happens; see path.h. */
#include "run/path_impl.h"
#include "run/sim_impl.h"

const struct path_account *sim_paths(const struct sim *s)
{
    return s->path ? path_walked(s->path) : NULL;
}

static void path_begin(struct sim *s, const struct fx *f)
{
    const struct prog *p = s->p;
    if (f->a != NONE)
        path_child(s->path, f->task, f->a, p->op[f->b].b, f->c);
    else if (s->st.req[f->b].traced)
        path_request(s->path, f->task, f->b,
                     (struct path_root){.id = s->alone ? s->alone_ordinal : s->acc.arrivals - 1,
                                        .cls = s->st.req[f->b].cls,
                                        .body = p->cls[s->st.req[f->b].cls].body});
    else
        path_untraced(s->path, f->task);
}

/* NOLINTNEXTLINE(readability-function-size): one case an effect */
void path_effect(struct sim *s, const struct fx *f)
{
    struct path *x = s->path;
    switch ((enum fx_kind)f->kind) {
    case FX_BEGIN:
        path_begin(s, f);
        break;
    case FX_OVERTASK:
        path_over(x, f->task, f->b);
        break;
    case FX_WAKE:
        path_wake(x, f->task, f->a, f->b);
        break;
    case FX_UNWORK:
        path_unwork(x, f->task);
        break;
    case FX_GHOST:
        path_ghost(x, f->task, f->a);
        break;
    case FX_TIMER:
        path_timer(x, f->task, f->a, f->b);
        break;
    case FX_UNTIMER:
        path_untimer(x, f->task, f->a);
        break;
    case FX_UNTIL:
        path_until(x, f->task, s->p->mark_of[f->b]);
        break;
    case FX_QUEUE:
        path_queue(x, f->task);
        break;
    case FX_UNQUEUE:
        path_unqueue(x, f->task, s->st.inst[f->a].res);
        break;
    case FX_TAKE:
        path_take(x, f->task, f->a, s->st.inst[f->a].res);
        break;
    case FX_FREE:
        path_release(x, f->task, f->a);
        break;
    case FX_READY:
        path_ready(x, f->task);
        break;
    case FX_UNREADY:
        path_unready(x, f->task);
        break;
    case FX_TURN:
        path_turn(x, f->task, f->a);
        break;
    case FX_LEFT:
        path_left(x, f->a);
        break;
    case FX_GROUP:
        if (path_slacks(x))
            path_group(x, f->task, f->a);
        break;
    case FX_JOIN:
        if (path_slacks(x))
            path_joined(x, f->task, f->a, f->b);
        break;
    case FX_ENTER:
        if (x->keep)
            path_enter(x, f->task, f->a);
        break;
    case FX_LEAVE:
        if (x->keep || path_slacks(x))
            path_leave(x, f->task, f->a, f->c);
        break;
    case FX_RESPOND:
        if (f->c != 0)
            path_answer(x, f->task, f->a, f->c - 1, (int32_t)f->b);
        else
            path_respond(x, f->task, f->a, (int32_t)f->b);
        break;
    case FX_BATCH:
        path_batch(x, f->task, f->a, f->b, f->c == 0, s->st.req[f->b].traced);
        break;
    case FX_UNBATCH:
        path_unbatch(x, f->task, f->a);
        break;
    case FX_OVER:
        path_request_over(x, f->a);
        break;
    default:
        break;
    }
}

void path_compute(struct sim *s, const struct fx *f, int64_t ns, const int64_t *cost)
{
    bool op = f->b != NONE && s->p->op[f->b].code != OP_COST;
    path_burst(s->path, f->task, f->b, op ? ns : 0);
    for (unsigned c = 0; c < COST_COUNT; c++)
        if (cost[c] > 0)
            path_cost(s->path, f->task, (enum cost)c, cost[c]);
}

void path_watch(void *ctx, enum cpu_watch what, uint32_t task, uint32_t which, int64_t at,
                int64_t handoff)
{
    struct path *x = ((struct sim *)ctx)->path;
    switch (what) {
    case CPU_WATCH_GIL:
        path_gil(x, task, which, at, handoff);
        break;
    case CPU_WATCH_CORE:
        path_core(x, task, which, at);
        break;
    case CPU_WATCH_RUN:
        path_run(x, task, at);
        break;
    case CPU_WATCH_STOP:
        path_stop(x, task, at);
        break;
    case CPU_WATCH_GIL_LEFT:
        path_gil_left(x, task, which);
        break;
    case CPU_WATCH_CORE_LEFT:
        path_core_left(x, task, which);
        break;
    }
}
