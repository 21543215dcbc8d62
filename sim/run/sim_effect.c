/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_effect.c - what each effect of a move does: draws, events, cores, accounts; and the moves.
 *
 * An effect is obeyed where it is emitted: the sources of step are compiled here once more, so that
 * each fx_emit() becomes the code of its one case.  No effect makes a move. */
#define STEP_FN static __attribute__((unused))
#define STEP_OBEYS
#include "run/path.h"
#include "run/sim_event.h"
#include <stdlib.h>
#include <string.h>

static const char too_long[] = "this takes longer than 19 hours, too long for processor sharing";

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

static bool is_traced(const struct sim *s, uint32_t task)
{
    uint32_t r = s->st.task[task].req;
    return r != NONE && s->st.req[r].traced;
}

/* Time that the program itself asks for, on the task's longest chain and in its request's work. */
static void chain_add(struct sim *s, uint32_t task, int64_t ns)
{
    if (!is_traced(s, task))
        return;
    int64_t *path = &s->side[task].path, *work = &s->rside[s->st.task[task].req].work;
    *path = *path < SIM_TIME_MAX ? *path + ns : SIM_TIME_MAX;
    *work = *work < SIM_TIME_MAX ? *work + ns : SIM_TIME_MAX;
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

static void share_alarm(struct sim *s, uint32_t k)
{
    struct share_state *h = &s->share[k];
    int64_t at = ps_next(&h->ps, s->now);
    h->alarm++;
    if (at != INT64_MAX)
        sim_push(s, at, CL_COMPLETION, (struct slot){.kind = EV_SHARE, .a = k, .b = h->alarm});
}

static void share_count(struct sim *s, uint32_t k)
{
    struct share_state *h = &s->share[k];
    double n = h->ps.n < h->ps.servers ? h->ps.n : h->ps.servers;
    account_row(s, k, n - s->row[k].busy, 0);
}

/* In a ps service: which task fails is kept in the side's work field, which has no slot then. */
static void share_begin(struct sim *s, uint32_t task, uint32_t k, int64_t ns, bool ok)
{
    if (ns > PS_MAX)
        sim_fail(s, state_where(&s->st, task), too_long);
    s->side[task].share = k;
    s->side[task].work = ok;
    ps_add(&s->share[k].ps, s->now, task, ns);
    share_count(s, k);
    account_wait(s, k, 0);
    share_alarm(s, k);
}

static inline void hear(struct sim *s, uint32_t task, uint32_t pc, double value, bool well)
{
    if (s->o.ear != NULL)
        s->o.ear->drawn(s->o.ear->ctx, s, task, pc, value, well);
}

static void fx_work(struct sim *s, const struct fx *f)
{
    bool ok;
    int64_t ns = draw_work(s, f->task, f->b, &ok);
    hear(s, f->task, f->b, (double)ns, ok);
    const struct op *o = &s->p->op[f->b];
    chain_add(s, f->task, ns);
    if (s->follow)
        path_work(s->path, f->task, f->b, s->world ? INT64_MAX : ns);
    if (o->code == OP_CALL && s->p->call[o->a].ps) {
        share_begin(s, f->task, s->p->call[o->a].res, ns, ok);
        return;
    }
    if (s->world) {
        world_work(s, f->task, f->b, ns, ok);
        return;
    }
    s->side[f->task].work = sim_push(s, s->now + ns, CL_COMPLETION,
                                     (struct slot){.kind = EV_WORK, .a = f->task, .b = ok});
}

void host_entity_free(struct sim *s, uint32_t task)
{
    if (s->nhost_free == s->cap_host_free)
        s->host_free =
            grow(s->host_free, &s->cap_host_free, s->nhost_free + 1, sizeof *s->host_free);
    s->host_free[s->nhost_free++] = s->side[task].entity;
    s->side[task].entity = NONE;
}

static void fx_unwork(struct sim *s, uint32_t task)
{
    struct side *d = &s->side[task];
    if (d->outside) {
        world_unwork(s, task);
    } else if (d->share != NONE) {
        ps_remove(&s->share[d->share].ps, s->now, task);
        share_count(s, d->share);
        share_alarm(s, d->share);
        d->share = NONE;
    } else if (d->entity != NONE) {
        cpu_stop(&s->cpu, 2 * d->entity + 1);
        host_entity_free(s, task);
    } else if (d->work != NONE) {
        event_kill(s, d->work);
    }
    d->work = NONE;
}

static void fx_ghost(struct sim *s, const struct fx *f)
{
    side_room(s);
    struct side *from = &s->side[f->task], *to = &s->side[f->a];
    side_clear(to);
    to->key = from->key;
    to->work = from->work;
    to->share = from->share;
    to->entity = from->entity;
    if (from->outside) {
        world_ghost(s, f->task, f->a);
    } else if (to->share != NONE) {
        int64_t rest = ps_rest(&s->share[to->share].ps, s->now, f->task);
        ps_remove(&s->share[to->share].ps, s->now, f->task);
        ps_add(&s->share[to->share].ps, s->now, f->a, rest);
        share_alarm(s, to->share);
    } else if (to->work != NONE) {
        s->slot[to->work].a = f->a;
    }
    if (to->entity != NONE)
        cpu_retarget(&s->cpu, 2 * to->entity + 1, f->a);
    from->work = from->share = from->entity = NONE;
}

static uint32_t host_entity(struct sim *s)
{
    uint32_t h = s->nhost_free > 0 ? s->host_free[--s->nhost_free] : s->nhost++;
    cpu_thread(&s->cpu, 2 * h + 1, NONE, true);
    return h;
}

static void fx_cpu(struct sim *s, const struct fx *f)
{
    const struct prog *p = s->p;
    int64_t ns = 0, wake = 0, cost[COST_COUNT] = {0};
    if (f->b != NONE && p->op[f->b].code != OP_COST) {
        ns = draw_cpu(s, f->task, f->b);
        hear(s, f->task, f->b, (double)ns, true);
        chain_add(s, f->task, ns);
    }
    for (unsigned c = 0; c < COST_COUNT; c++)
        if (f->c & (1u << c))
            ns += cost[c] = s->world ? 0 : draw_cost(s, f->task, (enum cost)c);
    if (s->follow)
        path_compute(s, f, ns, cost);
    if (s->world) {
        world_cpu(s, f, ns);
        return;
    }
    if (f->c & FX_WAKE_IF_IDLE)
        wake = draw_cost(s, f->task, COST_WAKE);
    if (p->schedule == SCHEDULE_PS && ns + wake > PS_MAX)
        sim_fail(s, state_where(&s->st, f->task), too_long);
    if (f->a == NONE) { /* a service's own work upon our cores */
        uint32_t h = host_entity(s);
        s->side[f->task].entity = h;
        cpu_compute(&s->cpu, 2 * h + 1, f->task, ns, false, 0);
        return;
    }
    bool gil = !(f->b != NONE && (p->op[f->b].flags & OPF_RELEASES_GIL));
    uint32_t e = 2 * f->a;
    if (e >= s->cpu.ne || s->cpu.e[e].serial == NONE)
        cpu_thread(&s->cpu, e, s->st.thread_worker[f->a], false);
    cpu_compute(&s->cpu, e, f->task, ns, gil, wake);
}

static void fx_timer(struct sim *s, const struct fx *f)
{
    const struct op *o = &s->p->op[f->b];
    int64_t ns = (o->flags & OPF_WORD)
                     ? draw_word_ns(s, state_words(&s->st, f->task)[o->c], s->p->where[f->b])
                     : draw_site_ns(s, f->task, s->p->site_of[f->b], s->p->where[f->b]);
    uint32_t i = sim_push(s, s->now + ns, CL_TIMEOUT,
                          (struct slot){.kind = EV_TIMER, .a = f->task, .b = f->a});
    s->slot[i].next = s->side[f->task].timers;
    s->side[f->task].timers = i;
}

/* Take the timer of this word out of the task's chain; its slot, or NONE. */
uint32_t timer_unlink(struct sim *s, uint32_t task, uint32_t word)
{
    for (uint32_t *link = &s->side[task].timers; *link != NONE; link = &s->slot[*link].next)
        if (s->slot[*link].b == word) {
            uint32_t i = *link;
            *link = s->slot[i].next;
            return i;
        }
    return NONE;
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
    if (arrives_closed(s, r->cls))
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
    if (!r->answered && arrives_closed(s, r->cls))
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
        if (s->world)
            world_freed(s, f->a);
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
        if (f->b != NONE && is_traced(s, f->task) && s->side[f->task].path > s->group_path[f->b])
            s->group_path[f->b] = s->side[f->task].path;
        break;
    case FX_START:
        if (s->world) {
            s->world->start(s->world->ctx, f->task, f->a, f->b != 0);
            break;
        }
        if (f->b && s->p->uses_cpu)
            cpu_thread(&s->cpu, 2 * f->a, s->st.thread_worker[f->a], true);
        ring_put(&s->soon, (struct now){NOW_START, f->task, s->side[f->task].birth});
        break;
    case FX_LOOP:
        if (s->world) {
            s->world->turn(s->world->ctx, f->a);
            break;
        }
        ring_put(&s->soon, (struct now){NOW_LOOP, f->a, 0});
        break;
    case FX_GRANT:
        ring_put(&s->soon, (struct now){NOW_GRANT, f->a, 0});
        break;
    case FX_WORK:
        fx_work(s, f);
        break;
    case FX_UNWORK:
        fx_unwork(s, f->task);
        break;
    case FX_GHOST:
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
        fx_timer(s, f);
        break;
    case FX_UNTIMER: {
        uint32_t i = timer_unlink(s, f->task, f->a);
        if (i != NONE && s->slot[i].c == TIMER_DEFERRED)
            s->slot[i].kind = EV_DEAD; /* not in the heap: the FIFO frees it */
        else if (i != NONE)
            event_kill(s, i);
        break;
    }
    case FX_QTIMER:
        s->side[f->task].qtimer =
            sim_push(s, s->now + draw_queue_timeout(s, f->task, s->st.inst[f->a].res), CL_TIMEOUT,
                     (struct slot){.kind = EV_QTIMER, .a = f->task});
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
        if (is_traced(s, f->task))
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
            hear(s, st->ask_task, st->task[st->ask_task].pc, v, true);
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

void share_event(struct sim *s, uint32_t k, uint32_t gen)
{
    struct share_state *h = &s->share[k];
    uint32_t task;
    if (h->alarm != gen)
        return;
    if (ps_take(&h->ps, s->now, &task)) {
        bool ok = s->side[task].work != 0;
        s->side[task].work = s->side[task].share = NONE;
        share_count(s, k);
        if (s->follow)
            path_done(s->path, task);
        step_done(&s->st, task, ok);
    }
    share_alarm(s, k);
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
