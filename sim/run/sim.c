/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.c - the clock: events in order, moves of step.h, effects obeyed.  See sim.h.
 *
 * Events of the future are in a heap of 16-byte entries (time, class, sequence, slot); what becomes
 * possible at this instant (starts, grants, turns of loops) waits in a FIFO until all events of the
 * instant are through, which is the tie rule; a burst of no length ends within the same move. */
#include "run/sim.h"
#include "run/sim_impl.h"
#include <stdlib.h>
#include <string.h>

/* Beyond these a run is an error: a clock and the sums of a clock stay in range, and no model makes
 * the simulator go on for ever. */
static const int64_t time_max = INT64_C(2000000000000000000); /* ns: 63 years */
static const uint64_t ops_max = UINT64_C(1) << 28;            /* instructions at one instant */
static const uint64_t unfinished_max = UINT64_C(1000000000);  /* events, no request finished */

/* ---- the heap ---- */

static inline bool ev_before(struct ev a, struct ev b)
{
    return a.time != b.time ? a.time < b.time : a.key < b.key;
}

static void heap_push(struct sim *s, struct ev x)
{
    if (s->nheap == s->cap_heap)
        s->heap = grow(s->heap, &s->cap_heap, s->nheap + 1, sizeof *s->heap);
    struct ev *h = s->heap;
    uint32_t i = s->nheap++;
    while (i > 0) {
        uint32_t up = (i - 1) / 2;
        if (!ev_before(x, h[up]))
            break;
        h[i] = h[up];
        i = up;
    }
    h[i] = x;
}

static void heap_pop(struct sim *s)
{
    struct ev *h = s->heap;
    uint32_t n = --s->nheap, i = 0;
    if (n == 0)
        return;
    struct ev x = h[n];
    for (;;) {
        uint32_t c = 2 * i + 1;
        if (c >= n)
            break;
        c += c + 1 < n && ev_before(h[c + 1], h[c]);
        if (!ev_before(h[c], x))
            break;
        h[i] = h[c];
        i = c;
    }
    h[i] = x;
}

static inline uint32_t ev_slot(struct ev e)
{
    return (uint32_t)(e.key & (EV_MAX_SLOTS - 1));
}

static void slot_free(struct sim *s, uint32_t i)
{
    s->slot[i].next = s->free_slot;
    s->free_slot = i;
}

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
    heap_push(s, (struct ev){at, ((uint64_t)c << EV_CLASS_SHIFT) | (s->seq++ << EV_SLOT_BITS) |
                                     (i & (EV_MAX_SLOTS - 1))});
    return i;
}

/* Cancelled events stay in the heap until their time; when they are most of it, it is rebuilt. */
static void ev_kill(struct sim *s, uint32_t slot)
{
    s->slot[slot].kind = EV_DEAD;
    s->dead++;
    if (s->dead < 4096 || s->dead * 2 < s->nheap)
        return;
    uint32_t n = s->nheap;
    s->nheap = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct ev e = s->heap[i];
        if (s->slot[ev_slot(e)].kind == EV_DEAD)
            slot_free(s, ev_slot(e));
        else
            heap_push(s, e);
    }
    s->dead = 0;
}

/* ---- the FIFOs of this instant ---- */

static void ring_put(struct ring *r, struct now x)
{
    if (r->n == r->size) {
        uint32_t size = r->size ? 2 * r->size : 64;
        struct now *v = xcalloc(size, sizeof *v);
        for (uint32_t i = 0; i < r->n; i++)
            v[i] = r->v[(r->first + i) & (r->size - 1)];
        free(r->v);
        *r = (struct ring){.v = v, .n = r->n, .size = size};
    }
    r->v[(r->first + r->n++) & (r->size - 1)] = x;
}

static inline struct now ring_take(struct ring *r)
{
    struct now x = r->v[r->first];
    r->first = (r->first + 1) & (r->size - 1);
    r->n--;
    return x;
}

void sim_fail(struct sim *s, struct loc at, const char *why)
{
    if (s->error != NULL)
        return;
    s->error = why;
    s->error_at = at;
    s->end = SIM_ERROR;
}

/* ---- room beside step's arrays ---- */

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

static void side_clear(struct side *d)
{
    d->birth++;
    d->work = d->timers = d->qtimer = d->share = d->entity = NONE;
    d->bursts = 0;
    d->path = 0;
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
    *path = *path < time_max ? *path + ns : time_max;
    *work = *work < time_max ? *work + ns : time_max;
}

/* ---- effects ---- */

static void fx_round(struct sim *s, const struct fx *f)
{
    if (!s->rounds)
        s->round_key = s->side[f->a].key;
    s->rounds = true;
    s->round_key = draw_round(s->round_key, f->b, f->c);
}

static void fx_begin(struct sim *s, const struct fx *f)
{
    struct side *d = &s->side[f->task];
    side_clear(d);
    if (f->a == NONE) { /* a root: its key is set by arrive() */
        return;
    }
    d->key = s->rounds ? s->round_key : s->side[f->a].key;
    s->rounds = false;
    if (f->c != 0) {
        enum group_kind k = s->p->fork[s->p->op[f->b].a].kind;
        if (k == GROUP_EACH || k == GROUP_HEDGE)
            d->key = rng_mix(d->key, ((uint64_t)1 << 56) | f->c);
    }
    d->path = s->side[f->a].path;
}

static const char too_long[] = "this takes longer than 19 hours, too long for processor sharing";

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

static void fx_work(struct sim *s, const struct fx *f)
{
    bool ok;
    int64_t ns = draw_work(s, f->task, f->b, &ok);
    const struct op *o = &s->p->op[f->b];
    chain_add(s, f->task, ns);
    if (o->code == OP_CALL && s->p->call[o->a].ps) {
        share_begin(s, f->task, s->p->call[o->a].res, ns, ok);
        return;
    }
    s->side[f->task].work = sim_push(s, s->now + ns, CL_COMPLETION,
                                     (struct slot){.kind = EV_WORK, .a = f->task, .b = ok});
}

static void host_entity_free(struct sim *s, uint32_t task)
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
    if (d->share != NONE) {
        ps_remove(&s->share[d->share].ps, s->now, task);
        share_count(s, d->share);
        share_alarm(s, d->share);
        d->share = NONE;
    } else if (d->entity != NONE) {
        cpu_stop(&s->cpu, 2 * d->entity + 1);
        host_entity_free(s, task);
    } else if (d->work != NONE) {
        ev_kill(s, d->work);
    }
    d->work = NONE;
}

static void fx_ghost(struct sim *s, const struct fx *f)
{
    struct side *from = &s->side[f->task], *to = &s->side[f->a];
    side_clear(to);
    to->key = from->key;
    to->work = from->work;
    to->share = from->share;
    to->entity = from->entity;
    if (to->share != NONE) {
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
    int64_t ns = 0, wake = 0;
    if (f->b != NONE && p->op[f->b].code != OP_COST) {
        ns = draw_cpu(s, f->task, f->b);
        chain_add(s, f->task, ns);
    }
    for (unsigned c = 0; c < COST_COUNT; c++)
        if (f->c & (1u << c))
            ns += draw_cost(s, f->task, (enum cost)c);
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
static uint32_t timer_unlink(struct sim *s, uint32_t task, uint32_t word)
{
    for (uint32_t *link = &s->side[task].timers; *link != NONE; link = &s->slot[*link].next)
        if (s->slot[*link].b == word) {
            uint32_t i = *link;
            *link = s->slot[i].next;
            return i;
        }
    return NONE;
}

static bool is_closed(const struct sim *s, uint32_t cls)
{
    const struct load *l = s->p->cls[cls].load;
    return l != NULL && l->kind == LOAD_CLOSED;
}

static void client_next(struct sim *s, uint32_t cls, uint32_t client)
{
    struct class_state *c = &s->cls[cls];
    const struct prog_class *k = &s->p->cls[cls];
    int64_t think = 0;
    uint64_t n = c->client[client].sent;
    if (k->think != NONE)
        think = draw_class_ns(s, cls, draw_request_key(s, cls, client, n), k->think);
    sim_push(s, s->now + think, CL_ARRIVAL,
             (struct slot){.kind = EV_ARRIVE, .a = cls, .b = client});
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
    if (is_closed(s, r->cls))
        client_next(s, r->cls, r->client);
}

static void record_add(struct sim *s, struct record x)
{
    if (s->nrec == s->cap_rec) {
        s->cap_rec = s->cap_rec ? 2 * s->cap_rec : 4096;
        s->rec = xrealloc(s->rec, s->cap_rec, sizeof *s->rec);
    }
    s->rec[s->nrec++] = x;
    s->finished++;
    s->acc.finished++;
    s->last_finish = s->acc.events;
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
    if (traced) {
        s->traced_done++;
        s->work_sum += (double)r->work;
        if (!r->answered)
            r->span = s->side[s->st.req[f->a].root].path;
        s->span_sum += (double)r->span;
    }
    if (!r->answered && is_closed(s, r->cls))
        client_next(s, r->cls, r->client);
}

static void fx_join(struct sim *s, const struct fx *f)
{
    int64_t p = f->b != NONE ? s->side[f->b].path : s->group_path[f->a];
    if (p > s->side[f->task].path)
        s->side[f->task].path = p;
}

static void fx_queue_moves(struct sim *s, const struct fx *f)
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

static void fx_loop_moves(struct sim *s, const struct fx *f)
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
static void obey(struct sim *s, const struct fx *f)
{
    switch ((enum fx_kind)f->kind) {
    case FX_ROUND:
        fx_round(s, f);
        break;
    case FX_BEGIN:
        fx_begin(s, f);
        break;
    case FX_OVERTASK:
        if (f->b != NONE && is_traced(s, f->task) && s->side[f->task].path > s->group_path[f->b])
            s->group_path[f->b] = s->side[f->task].path;
        break;
    case FX_START:
        if (f->b)
            cpu_thread(&s->cpu, 2 * f->a, s->st.thread_worker[f->a], true);
        ring_put(&s->soon, (struct now){NOW_START, f->task, s->side[f->task].birth});
        break;
    case FX_LOOP:
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
            ev_kill(s, i);
        break;
    }
    case FX_QTIMER:
        s->side[f->task].qtimer =
            sim_push(s, s->now + draw_queue_timeout(s, f->task, s->st.inst[f->a].res), CL_TIMEOUT,
                     (struct slot){.kind = EV_QTIMER, .a = f->task});
        break;
    case FX_UNQTIMER:
        if (s->side[f->task].qtimer != NONE)
            ev_kill(s, s->side[f->task].qtimer);
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
    case FX_GROUP:
        s->group_path[f->a] = 0;
        break;
    case FX_READY:
    case FX_UNREADY:
    case FX_TURN:
    case FX_LEFT:
        fx_loop_moves(s, f);
        break;
    }
}

static void fail_stuck(struct sim *s)
{
    sim_fail(s, s->p->where[s->st.stuck_pc],
             s->st.crowded ? "there are more than 4 million tasks at once"
                           : "time stands still: this goes on and on without ever waiting");
}

/* Obey what the move asked for, answer what it asks, until it is over; then the bursts of no
 * length that it left, which go on within the same instant. */
static void settle(struct sim *s)
{
    struct state *st = &s->st;
    for (;;) {
        side_room(s);
        /* effects may not make moves, but obeying one may add to the queue of done bursts */
        for (uint32_t i = 0; i < st->fx_n; i++)
            obey(s, &st->fx[i]);
        st->fx_n = 0;
        if (st->stuck_pc != NONE)
            fail_stuck(s);
        if (s->end != SIM_MORE)
            return;
        if (st->ask != ASK_NONE) {
            step_answer(st, draw_answer(s));
        } else if (s->done.n > 0) {
            struct now d = ring_take(&s->done);
            step_done(st, d.a, true);
        } else {
            break;
        }
        s->acc.events++;
    }
    if (st->live > s->acc.task_peak || st->threads > s->thread_peak)
        account_peaks(s);
    /* Of a large state not each move is looked at, or an overload would not end. */
    check_that((st->live > 500 && s->acc.events % st->live != 0) || state_ok(st));
}

/* ---- the CPU server's questions ---- */

static void on_cpu_done(void *ctx, uint32_t task)
{
    struct sim *s = ctx;
    if (s->side[task].entity != NONE) {
        cpu_idle(&s->cpu, 2 * s->side[task].entity + 1);
        host_entity_free(s, task);
    }
    ring_put(&s->done, (struct now){NOW_CPU, task, 0});
}

static void on_cpu_alarm(void *ctx, int64_t at, enum cpu_event e, uint32_t which, uint32_t gen)
{
    struct sim *s = ctx;
    if (at == INT64_MAX)
        return;
    enum ev_class c = e == CPU_EV_DONE || e == CPU_EV_SHARE ? CL_COMPLETION : CL_RELEASE;
    sim_push(s, at, c, (struct slot){.kind = EV_CPU, .c = (uint8_t)e, .a = which, .b = gen});
}

static void on_cpu_turn(void *ctx, bool gil, uint32_t which)
{
    struct sim *s = ctx;
    ring_put(&s->soon, (struct now){NOW_CPU, which, gil});
}

static void on_cpu_wait(void *ctx, bool gil, int64_t ns)
{
    struct sim *s = ctx;
    uint32_t row = gil ? s->row_gil : s->row_cores;
    if (row != NONE)
        account_wait(s, row, ns);
}

static void on_cpu_change(void *ctx)
{
    struct sim *s = ctx;
    s->cpu_changed = true;
}

static int64_t on_handoff(void *ctx)
{
    struct sim *s = ctx;
    uint32_t site = s->p->cost_site[COST_HANDOFF];
    if (site == NONE)
        return 0;
    if (s->cost_ns[COST_HANDOFF] >= 0)
        return s->cost_ns[COST_HANDOFF];
    return draw_class_ns(s, 0, rng_mix(s->o.replication, ++s->handoffs), site);
}

/* ---- arrivals ---- */

static void arrive(struct sim *s, uint32_t cls, uint32_t client, uint64_t ordinal)
{
    struct state *st = &s->st;
    const struct prog *p = s->p;
    uint64_t key = draw_request_key(s, cls, client, ordinal);
    uint32_t worker = 0;
    if (p->workers > 1 && p->random_balance) {
        struct draw_key k = {.seed = s->o.seed, .path = key, .site = 0x62616c61};
        worker = (uint32_t)(rng_unit(k) * p->workers);
    } else if (p->workers > 1) {
        worker = step_worker(st);
    }
    bool traced = s->alone ? ordinal < s->o.trace_requests : s->traced < s->o.trace_requests;
    account_time(s);
    s->acc.arrivals++;
    uint32_t r = step_arrive(st, cls, worker, traced);
    if (r == NONE) {
        record_add(
            s, (struct record){.arrival = s->now, .status = 503, .cls = cls, .ordinal = ordinal});
        if (is_closed(s, cls))
            client_next(s, cls, client);
        return;
    }
    s->traced += traced;
    s->acc.present++;
    side_room(s);
    s->rside[r] =
        (struct rside){.arrival = s->now, .ordinal = ordinal, .cls = cls, .client = client};
    s->side[st->req[r].root].key = key;
    settle(s);
    if (s->acc.present >= SIM_MAX_PRESENT)
        s->end = SIM_OVERLOAD;
}

/* The next arrival of an open class, or of a replay; none is left: nothing. */
static void arrival_next(struct sim *s, uint32_t cls)
{
    const struct prog_class *k = &s->p->cls[cls];
    struct class_state *c = &s->cls[cls];
    int64_t at;
    if (k->load->kind == LOAD_REPLAY) {
        if (c->arrived >= k->load->nreplay)
            return;
        double t = k->load->replay[c->arrived] + 0.5;
        at = t < 4e18 ? (int64_t)t : (int64_t)4e18; /* beyond any run */
    } else {
        at = c->next + draw_class_ns(s, cls, draw_request_key(s, cls, 1, c->arrived), k->between);
    }
    c->next = at;
    sim_push(s, at, CL_ARRIVAL, (struct slot){.kind = EV_ARRIVE, .a = cls});
}

static void ev_arrive(struct sim *s, uint32_t cls, uint32_t client)
{
    struct class_state *c = &s->cls[cls];
    switch (s->p->cls[cls].load->kind) {
    case LOAD_CLOSED:
        arrive(s, cls, client, c->client[client].sent++);
        break;
    case LOAD_BACKLOG:
        arrive(s, cls, 0, client);
        break;
    default: {
        uint64_t n = c->arrived++;
        arrival_next(s, cls);
        arrive(s, cls, 0, n);
    }
    }
}

static void load_start(struct sim *s)
{
    for (uint32_t k = 0; k < s->p->ncls; k++) {
        const struct prog_class *c = &s->p->cls[k];
        uint32_t n = c->load->kind == LOAD_CLOSED ? c->clients : c->backlog;
        if (c->load->kind == LOAD_CLOSED)
            s->cls[k].client = xcalloc(c->clients + 1, sizeof *s->cls[k].client);
        if (c->load->kind == LOAD_CLOSED || c->load->kind == LOAD_BACKLOG)
            for (uint32_t i = 0; i < n; i++)
                sim_push(s, 0, CL_ARRIVAL, (struct slot){.kind = EV_ARRIVE, .a = k, .b = i});
        else
            arrival_next(s, k);
    }
}

/* ---- timeouts ---- */

/* A step that ends at the very instant of its own timeout has succeeded.  Upon a loop the end of
 * the tasks it waits for is only noticed in their turn, and the parent's in its own: so a timeout
 * of such a step waits until the turns of this instant are through (a busy loop gives none). */
static bool timer_defers(const struct sim *s, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    if (!s->p->has_loop || (t->state != T_JOIN && t->state != T_AWAIT && t->state != T_READY))
        return false;
    const struct loopst *l = &s->st.loop[s->st.req[t->req].worker];
    return l->running == NONE && l->first != NONE;
}

static void timer_due(struct sim *s, uint32_t slot)
{
    struct slot x = s->slot[slot];
    if (x.kind == EV_TIMER && timer_defers(s, x.a)) {
        s->slot[slot].c = TIMER_DEFERRED;
        ring_put(&s->soon, (struct now){NOW_TIMER, slot, 0});
        return;
    }
    if (x.kind == EV_TIMER)
        timer_unlink(s, x.a, x.b);
    slot_free(s, slot);
    if (x.kind == EV_TIMER)
        step_timeout(&s->st, x.a, x.b);
}

/* ---- the main loop ---- */

static void dispatch_now(struct sim *s, struct now x)
{
    struct state *st = &s->st;
    switch ((enum now_kind)x.kind) {
    case NOW_START:
        if (s->side[x.a].birth != x.b || st->task[x.a].state != T_START)
            return;
        step_start(st, x.a);
        break;
    case NOW_LOOP:
        step_loop(st, x.a);
        break;
    case NOW_GRANT: {
        const struct resst *q = &st->inst[x.a];
        uint32_t pick = 0;
        if (s->p->res[q->res].discipline == DISC_RANDOM && q->nqueue > 1) {
            struct draw_key k = {.seed = s->o.seed,
                                 .path = rng_mix(s->o.replication, ++s->grants),
                                 .site = 0x67726e74 ^ x.a};
            if (s->alone)
                k.path = rng_mix(k.path, s->alone_ordinal);
            pick = (uint32_t)(rng_unit(k) * q->nqueue);
        }
        step_grant(st, x.a, pick);
        break;
    }
    case NOW_CPU:
        cpu_turn(&s->cpu, x.b != 0, x.a);
        break;
    case NOW_TIMER:
        timer_due(s, x.a);
        break;
    }
}

static void share_event(struct sim *s, uint32_t k, uint32_t gen)
{
    struct share_state *h = &s->share[k];
    uint32_t task;
    if (h->alarm != gen)
        return;
    if (ps_take(&h->ps, s->now, &task)) {
        bool ok = s->side[task].work != 0;
        s->side[task].work = s->side[task].share = NONE;
        share_count(s, k);
        step_done(&s->st, task, ok);
    }
    share_alarm(s, k);
}

static void dispatch_event(struct sim *s, struct slot x)
{
    struct state *st = &s->st;
    switch ((enum ev_kind)x.kind) {
    case EV_WORK:
        s->side[x.a].work = NONE;
        step_done(st, x.a, x.b != 0);
        break;
    case EV_TIMER: /* timer_due() */
        break;
    case EV_QTIMER:
        s->side[x.a].qtimer = NONE;
        step_queue_timeout(st, x.a);
        break;
    case EV_CPU:
        cpu_alarm(&s->cpu, (enum cpu_event)x.c, x.a, x.b);
        break;
    case EV_SHARE:
        share_event(s, x.a, x.b);
        break;
    case EV_ARRIVE:
        ev_arrive(s, x.a, x.b);
        break;
    case EV_DEAD:
        break;
    }
}

static void cpu_account(struct sim *s)
{
    if (s->cpu_changed) {
        account_cpu(s);
        s->cpu_changed = false;
    }
}

/* Where the first task stands that is not held up by others. */
static struct loc some_place(const struct sim *s)
{
    for (uint32_t t = 0; t < s->st.ntask; t++) {
        uint8_t k = s->st.task[t].state;
        if (k == T_WORK || k == T_CPU || k == T_RUN || k == T_ASK)
            return state_where(&s->st, t);
    }
    return s->p->model->at;
}

static void fail_time(struct sim *s)
{
    sim_fail(s, some_place(s), "this would last for more than 60 years");
}

/* One event or one turn of this instant.  False: nothing is left. */
static bool advance(struct sim *s)
{
    while (s->nheap > 0 && s->slot[ev_slot(s->heap[0])].kind == EV_DEAD) {
        slot_free(s, ev_slot(s->heap[0]));
        heap_pop(s);
        s->dead--;
    }
    if (s->nheap > 0 && (s->soon.n == 0 || s->heap[0].time == s->now)) {
        struct ev e = s->heap[0];
        uint32_t i = ev_slot(e);
        struct slot x = s->slot[i];
        if (x.kind != EV_TIMER)
            slot_free(s, i);
        heap_pop(s);
        if (e.time != s->now) {
            if (e.time > time_max) {
                fail_time(s);
                return true;
            }
            s->now = e.time;
            s->cpu.now = e.time;
            s->st.ops = 0;
            account_time(s);
        }
        s->cpu.late = (e.key >> EV_CLASS_SHIFT) >= CL_ARRIVAL;
        if (x.kind == EV_TIMER)
            timer_due(s, i);
        else
            dispatch_event(s, x);
    } else if (s->soon.n > 0) {
        s->cpu.late = true;
        dispatch_now(s, ring_take(&s->soon));
    } else {
        return false;
    }
    s->acc.events++;
    settle(s);
    cpu_account(s);
    return true;
}

/* Look whether some tasks can never move again: when nothing has finished for a while, each time
 * for twice as long; and ever more rarely when many are present. */
static void watch(struct sim *s)
{
    bool idle = s->acc.events - s->last_finish > s->patience;
    if (!idle && s->acc.events < s->check_at)
        return;
    bool crowd = s->acc.events >= s->check_at && s->acc.present > 4096;
    if (s->acc.events >= s->check_at)
        s->check_at = s->acc.events + (s->acc.events < 100000 ? 20000 : s->acc.events / 4);
    if (idle)
        s->patience *= 2;
    if (s->end == SIM_MORE && (idle || crowd) && deadlock_exists(s))
        s->end = SIM_DEADLOCK;
}

/* Now and then: is there a reason not to go on? */
static void look(struct sim *s)
{
    s->look_at = s->acc.events + 1024;
    if (s->o.max_events != 0) {
        if (s->acc.events >= s->o.max_events)
            s->end = SIM_STOPPED;
        else if (s->look_at > s->o.max_events)
            s->look_at = s->o.max_events;
    }
    if (s->acc.events - s->last_finish > unfinished_max)
        sim_fail(s, some_place(s), "no request has finished in the last billion events");
    if (s->o.stop != NULL && atomic_load_explicit(s->o.stop, memory_order_relaxed))
        s->end = SIM_STOPPED;
}

enum sim_end sim_run_load(struct sim *s, uint64_t n)
{
    if (s->end != SIM_MORE)
        return s->end;
    if (!s->started) {
        s->started = true;
        load_start(s);
    }
    s->goal = s->finished + n;
    while (s->end == SIM_MORE && s->finished < s->goal) {
        if (!advance(s)) {
            s->end = s->st.live > 0 ? SIM_DEADLOCK : SIM_DRAINED;
            break;
        }
        watch(s);
        if (s->acc.events >= s->look_at)
            look(s);
    }
    if (s->end == SIM_MORE && s->st.live > 0 && deadlock_exists(s))
        s->end = SIM_DEADLOCK;
    return s->end;
}

static void clock_reset(struct sim *s)
{
    s->base += s->now;
    account_time(s);
    for (uint32_t i = 0; i < s->nrow; i++) {
        account_row(s, i, 0, 0);
        s->row[i].last = 0;
    }
    s->acc_last = 0;
    s->now = s->cpu.now = 0;
    s->st.ops = 0;
    s->seq = 0;
    s->grants = s->handoffs = 0;
    for (uint32_t k = 0; k < s->nshare; k++)
        s->share[k].ps.last = 0;
    cpu_reset(&s->cpu);
}

enum sim_end sim_run_alone(struct sim *s, uint64_t first, uint64_t n)
{
    s->alone = true;
    for (uint64_t i = first; i < first + n && s->end == SIM_MORE; i++) {
        if ((i & 255) == 0)
            look(s);
        if (s->end != SIM_MORE)
            break;
        s->alone_ordinal = i;
        arrive(s, 0, 0, i);
        while (s->end == SIM_MORE && advance(s))
            if (s->acc.events >= s->look_at)
                look(s);
        if (s->end == SIM_MORE && s->st.live > 0)
            s->end = SIM_DEADLOCK;
        if (s->end == SIM_MORE)
            clock_reset(s);
    }
    return s->end;
}

/* ---- life ---- */

static void costs_init(struct sim *s)
{
    for (unsigned c = 0; c < COST_COUNT; c++) {
        uint32_t site = s->p->cost_site[c];
        s->cost_ns[c] = 0;
        if (site == NONE)
            continue;
        const struct xexpr *x = &s->p->x.expr[s->p->site[site].expr];
        if (x->constant)
            s->cost_ns[c] = x->value < 1e18 ? (int64_t)(x->value + 0.5) : (int64_t)1e18;
        else
            s->cost_ns[c] = -1;
    }
}

static void shares_init(struct sim *s)
{
    s->nshare = s->p->nres;
    s->share = xcalloc(s->nshare + 1, sizeof *s->share);
    for (uint32_t i = 0; i < s->nshare; i++)
        ps_init(&s->share[i].ps, s->p->res[i].size);
}

struct sim *sim_new(const struct prog *p, const struct sim_opt *o)
{
    struct sim *s = xcalloc(1, sizeof *s);
    s->p = p;
    s->o = *o;
    s->free_slot = NONE;
    s->check_at = 20000;
    s->patience = 1000;
    state_init(&s->st, p);
    s->st.op_limit = o->max_events ? o->max_events : ops_max;
    cpu_init(&s->cpu, p->cores, p->workers);
    s->cpu.policy =
        p->schedule == SCHEDULE_FIFO ? CPU_FIFO : (p->schedule == SCHEDULE_RR ? CPU_RR : CPU_PS);
    s->cpu.gil = p->gil_contended;
    s->cpu.quantum = p->quantum;
    s->cpu.interval = p->interval;
    s->cpu.handoff = on_handoff;
    s->cpu.d = (struct cpu_driver){.ctx = s,
                                   .done = on_cpu_done,
                                   .alarm = on_cpu_alarm,
                                   .turn = on_cpu_turn,
                                   .wait = on_cpu_wait,
                                   .change = on_cpu_change};
    s->cls = xcalloc(p->ncls + 1, sizeof *s->cls);
    costs_init(s);
    shares_init(s);
    account_init(s);
    return s;
}

void sim_free(struct sim *s)
{
    if (s == NULL)
        return;
    account_free(s);
    state_free(&s->st);
    cpu_free(&s->cpu);
    for (uint32_t k = 0; k < s->nshare; k++)
        ps_free(&s->share[k].ps);
    for (uint32_t k = 0; k < s->p->ncls; k++)
        free(s->cls[k].client);
    free(s->cls);
    free(s->share);
    free(s->heap);
    free(s->slot);
    free(s->soon.v);
    free(s->done.v);
    free(s->side);
    free(s->rside);
    free(s->enter);
    free(s->group_path);
    free(s->host_free);
    free(s->rec);
    free(s);
}
