/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_effect.c - what each effect of a move does: keys, turns, accounts; and the moves.
 *
 * An effect is obeyed where it is emitted: the sources of step are compiled here once more, so that
 * each fx_emit() becomes the code of its one case.  No effect makes a move. */
#define STEP_FN static __attribute__((unused))
#define STEP_OBEYS
#include "run/sim_effect.h"
#include "run/sim_event.h"
#include <string.h>

static void side_grow(struct sim *s)
{
    if (s->nside < s->st.cap_task) {
        uint32_t old = s->nside;
        s->nside = s->st.cap_task;
        s->side = xrealloc(s->side, s->nside, sizeof *s->side);
        memset(s->side + old, 0, (s->nside - old) * sizeof *s->side);
        s->enter = xrealloc(s->enter, (size_t)s->nside * s->p->ndepth + 1, sizeof *s->enter);
    }
    if (s->nrside < s->st.cap_req) {
        s->nrside = s->st.cap_req;
        s->rside = xrealloc(s->rside, s->nrside, sizeof *s->rside);
    }
    if (s->ngroup_path < s->st.cap_group) {
        uint32_t old = s->ngroup_path;
        s->ngroup_path = s->st.cap_group;
        s->group_path = xrealloc(s->group_path, s->ngroup_path, sizeof *s->group_path);
        memset(s->group_path + old, 0, (s->ngroup_path - old) * sizeof *s->group_path);
    }
}

static inline void side_room(struct sim *s)
{
    if (s->nside < s->st.cap_task || s->nrside < s->st.cap_req || s->ngroup_path < s->st.cap_group)
        side_grow(s);
}

void side_clear(struct side *d)
{
    d->birth++;
    d->work = d->timers = d->qtimer = d->share = d->entity = d->ahead = NONE;
    d->bursts = 0;
    d->path = 0;
    d->outside = OUTSIDE_NOTHING;
}

static void fx_round(struct sim *s, const struct fx *f)
{
    if (!s->rounds)
        s->round_key = s->side[f->a].key;
    s->rounds = true;
    s->round_key = draw_round(s->round_key, f->b, f->c);
}

static void fx_begin(struct sim *s, const struct fx *f)
{
    side_room(s);
    struct side *d = &s->side[f->task];
    side_clear(d);
    if (f->a == NONE) {
        d->key = s->root_key;
        s->rside[f->b] = s->coming;
        ahead_draw(s, f->task);
        return;
    }
    d->key = s->rounds ? s->round_key : s->side[f->a].key;
    s->rounds = false;
    if (f->c != 0) {
        enum group_kind k = s->p->fork[s->p->op[f->b].a].kind;
        if (k == GROUP_EACH || k == GROUP_HEDGE)
            d->key = rng_mix(d->key, ((uint64_t)1 << 56) | f->c);
    }
    if (s->p->nput > 0 && s->p->op[f->b].code == OP_PUT)
        d->key = item_key(s, d->key, f->b);
    d->path = s->side[f->a].path;
    ahead_draw(s, f->task);
}

static void fx_respond(struct sim *s, const struct fx *f)
{
    struct rside *r = &s->rside[f->a];
    if (r->answered)
        return;
    r->answered = true;
    r->status = (int32_t)f->b;
    r->responded = s->now;
    r->span = s->side[f->task].path;
    if (f->c != 0) /* for an item of its batch */
        r->span += s->side[f->c - 1].path;
    if (arrives_closed(s, r->cls) && !s->alone)
        arrive_again(s, r->cls, r->client);
}

void records_grow(struct sim *s)
{
    s->cap_rec = s->cap_rec ? 2 * s->cap_rec : 4096;
    s->rec = xrealloc(s->rec, s->cap_rec, sizeof *s->rec);
}

static void fx_over(struct sim *s, const struct fx *f)
{
    struct rside *r = &s->rside[f->a];
    bool traced = s->st.req[f->a].traced;
    account_time(s);
    s->acc.present--;
    int64_t end = r->answered ? r->responded : s->now;
    record_add(s, (struct record){.arrival = r->arrival,
                                  .latency = end - r->arrival,
                                  .duration = s->now - r->arrival,
                                  .status = r->answered ? r->status : 0,
                                  .cls = r->cls,
                                  .ordinal = r->ordinal});
    if (traced)
        account_traced(s, r->work, r->answered ? r->span : r->tail);
    if (!r->answered && arrives_closed(s, r->cls) && !s->alone)
        arrive_again(s, r->cls, r->client);
}

static void fx_join(struct sim *s, const struct fx *f)
{
    int64_t p = f->b != NONE ? s->side[f->b].path : s->group_path[f->a];
    if (p > s->side[f->task].path)
        s->side[f->task].path = p;
}

static inline __attribute__((always_inline)) void fx_queue_moves(struct sim *s, const struct fx *f)
{
    uint32_t row = account_row_of(s, f->a);
    switch ((enum fx_kind)f->kind) {
    case FX_QUEUE:
        s->side[f->task].waiting = s->now;
        account_row(s, row, 0, 1);
        break;
    case FX_UNQUEUE:
        account_row(s, row, 0, -1);
        break;
    case FX_TAKE:
        account_wait(s, row, f->c ? s->now - s->side[f->task].waiting : 0);
        account_row(s, row, f->b, f->c ? -1 : 0);
        break;
    case FX_FREE:
        account_row(s, row, -(double)f->b, 0);
        break;
    case FX_REJECT:
        s->row[row].acc.rejected++;
        break;
    case FX_EXPIRE:
        s->row[row].acc.queue_timeouts++;
        break;
    default:
        break;
    }
}

static inline __attribute__((always_inline)) void fx_loop_moves(struct sim *s, const struct fx *f)
{
    if (f->kind == FX_READY) {
        s->side[f->task].waiting = s->now;
        account_row(s, s->row_loop, 0, 1);
    } else if (f->kind == FX_UNREADY) {
        account_row(s, s->row_loop, 0, -1);
    } else if (f->kind == FX_TURN) {
        account_wait(s, s->row_loop, s->now - s->side[f->task].waiting);
        account_row(s, s->row_loop, 1, -1);
    } else {
        account_row(s, s->row_loop, -1, 0);
    }
}

/* NOLINTNEXTLINE(readability-function-size): one case an effect */
static inline __attribute__((always_inline)) void obey(struct sim *s, const struct fx *f)
{
    if (s->follow)
        path_effect(s, f);
    switch ((enum fx_kind)f->kind) {
    case FX_ROUND:
        fx_round(s, f);
        break;
    case FX_BEGIN:
        fx_begin(s, f);
        break;
    case FX_OVERTASK:
        if (f->c != 0 && s->side[f->task].path > s->rside[f->c - 1].tail)
            s->rside[f->c - 1].tail = s->side[f->task].path;
        if (f->b != NONE && sim_traces(s, f->task) && s->side[f->task].path > s->group_path[f->b])
            s->group_path[f->b] = s->side[f->task].path;
        break;
    case FX_START:
        if (s->world) {
            world_begin(s, f);
            break;
        }
        if (f->b && s->p->uses_cpu)
            cpu_thread(&s->cpu, 2 * f->a, s->st.thread_worker[f->a], true);
        ring_put(&s->soon, (struct now){NOW_START, f->task, s->side[f->task].birth});
        break;
    case FX_LOOP:
        if (s->world) {
            world_loop(s, f->a);
            break;
        }
        ring_put(&s->soon, (struct now){NOW_LOOP, f->a, 0});
        break;
    case FX_GRANT:
        ring_put(&s->soon, (struct now){NOW_GRANT, f->a, 0});
        break;
    case FX_WORK:
        fx_work(s, f->task, f->b);
        break;
    case FX_UNWORK:
        fx_unwork(s, f->task);
        break;
    case FX_GHOST:
        side_room(s);
        fx_ghost(s, f);
        break;
    case FX_CPU:
        fx_cpu(s, f);
        break;
    case FX_IDLE:
        if (!s->world)
            cpu_idle(&s->cpu, 2 * f->a);
        break;
    case FX_TIMER:
        if (!s->o.patient)
            fx_timer(s, f);
        break;
    case FX_UNTIMER:
        fx_untimer(s, f->task, f->a);
        break;
    case FX_QTIMER:
        if (!s->o.patient)
            fx_queue_timer(s, f);
        break;
    case FX_UNQTIMER:
        if (s->side[f->task].qtimer != NONE)
            event_kill(s, s->side[f->task].qtimer);
        s->side[f->task].qtimer = NONE;
        break;
    case FX_QUEUE:
    case FX_UNQUEUE:
    case FX_TAKE:
    case FX_FREE:
    case FX_REJECT:
    case FX_EXPIRE:
        fx_queue_moves(s, f);
        break;
    case FX_RESPOND:
        fx_respond(s, f);
        break;
    case FX_OVER:
        fx_over(s, f);
        break;
    case FX_ENTER:
        account_enter(s, f->task, f->a, f->b);
        break;
    case FX_LEAVE:
        account_leave(s, f->task, f->a, f->b, f->c);
        break;
    case FX_RETRY:
        s->step[f->a].retries++;
        break;
    case FX_JOIN:
        if (sim_traces(s, f->task))
            fx_join(s, f);
        break;
    case FX_WAKE:
        break;
    case FX_GROUP:
        side_room(s);
        s->group_path[f->a] = 0;
        break;
    case FX_UNTIL:
        s->side[f->task].waiting = s->now;
        break;
    case FX_WOKEN:
        ring_put(&s->soon, (struct now){NOW_WOKEN, f->task, s->side[f->task].birth});
        break;
    case FX_YIELD:
        ring_put(&s->soon, (struct now){NOW_YIELD, f->task, 0});
        break;
    case FX_TOUCH: /* for drivers that judge */
    case FX_ABORT:
    case FX_AWAITED:
        break;
    case FX_READY:
    case FX_UNREADY:
    case FX_TURN:
    case FX_LEFT:
        fx_loop_moves(s, f);
        break;
    case FX_BATCH:
        side_room(s);
        fx_stage(s, f);
        break;
    case FX_UNBATCH:
    case FX_BATCH_TIMER:
    case FX_UNBATCH_TIMER:
        fx_stage(s, f);
        break;
    }
}

static inline __attribute__((always_inline)) void
fx_emit(struct state *st, uint32_t kind, uint32_t task, uint32_t a, uint32_t b, uint32_t c)
{
    st->fx_n++;
    obey((struct sim *)st, &(struct fx){kind, task, a, b, c});
}

/* NOLINTBEGIN(bugprone-suspicious-include) */
#include "core/step.c"
#include "core/step_channel.c"
#include "core/step_group.c"
#include "core/step_op.c"
#include "core/step_queue.c"
#include "core/step_shared.c"
#include "core/step_task.c"
#include "core/step_timer.c"
#include "core/step_unwind.c"
/* NOLINTEND(bugprone-suspicious-include) */

static void fail_stuck(struct sim *s)
{
    struct loc at = s->p->where[s->st.stuck_pc];
    if (s->st.crowded)
        sim_fail_crowd(s, at);
    else
        sim_fail(s, at, "time stands still: this goes on and on without ever waiting");
}

bool settle_more(struct sim *s)
{
    struct state *st = &s->st;
    for (;;) {
        st->fx_n = 0;
        if (st->stuck_pc != NONE)
            fail_stuck(s);
        if (s->end != SIM_MORE)
            return false;
        if (st->ask != ASK_NONE) {
            double v = draw_answer(s);
            sim_hear(s, st->ask_task, st->task[st->ask_task].pc, v, true);
            step_answer(st, v);
        } else if (s->done.n > 0) {
            struct now d = ring_take(&s->done);
            step_done(st, d.a, true);
        } else {
            return true;
        }
        s->acc.events++;
    }
}

/* Of a large state not each move is looked at, or an overload would not end. */
bool settle_ok(const struct sim *s)
{
    return (s->st.live > 500 && s->acc.events % s->st.live != 0) || state_ok(&s->st);
}

/* ---- the moves ---- */

void move_start(struct sim *s, uint32_t task)
{
    step_start(&s->st, task);
}

void move_woken(struct sim *s, uint32_t task)
{
    step_woken(&s->st, task);
}

void move_yield(struct sim *s, uint32_t task)
{
    step_yield(&s->st, task);
}

void move_loop(struct sim *s, uint32_t worker)
{
    step_loop(&s->st, worker);
}

void move_grant(struct sim *s, uint32_t instance, uint32_t pick)
{
    step_grant(&s->st, instance, pick);
}

void move_done(struct sim *s, uint32_t task, bool ok)
{
    step_done(&s->st, task, ok);
}

void move_served(struct sim *s, uint32_t task)
{
    step_served(&s->st, task);
}

void move_timeout(struct sim *s, uint32_t task, uint32_t word)
{
    step_timeout(&s->st, task, word);
}

void move_queue_timeout(struct sim *s, uint32_t task)
{
    step_queue_timeout(&s->st, task);
}

void move_batch_due(struct sim *s, uint32_t instance)
{
    step_batch_due(&s->st, instance);
}

uint32_t move_arrive(struct sim *s, uint32_t cls, uint32_t worker, bool traced)
{
    return step_arrive(&s->st, cls, worker, traced);
}
