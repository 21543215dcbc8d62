/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_work.c - what takes a task's time: calls (in services of processor sharing, too), computing
 * and timers; how it begins, is cut off, and goes on when its task does not wait for it any more.
 */
#include "run/path.h"
#include "run/sim_effect.h"
#include "run/sim_event.h"

static const char too_long[] = "this takes longer than 19 hours, too long for processor sharing";

/* Time that the program itself asks for, on the task's longest chain and in its request's work. */
static void chain_add(struct sim *s, uint32_t task, int64_t ns)
{
    if (!sim_traces(s, task))
        return;
    int64_t *path = &s->side[task].path, *work = &s->rside[s->st.task[task].req].work;
    *path = *path < SIM_TIME_MAX ? *path + ns : SIM_TIME_MAX;
    *work = *work < SIM_TIME_MAX ? *work + ns : SIM_TIME_MAX;
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
        move_done(s, task, ok);
    }
    share_alarm(s, k);
}

void fx_work(struct sim *s, uint32_t task, uint32_t pc)
{
    bool ok;
    int64_t ns = draw_work(s, task, pc, &ok);
    sim_hear(s, task, pc, (double)ns, ok);
    const struct op *o = &s->p->op[pc];
    if (s->p->barging && o->code == OP_CALL && s->st.task[task].mode == M_THREAD)
        cpu_barge(&s->cpu, 2 * s->st.task[task].thread);
    chain_add(s, task, ns);
    if (s->follow)
        path_work(s->path, task, pc, s->world ? INT64_MAX : ns);
    if (o->code == OP_CALL && s->p->call[o->a].ps) {
        share_begin(s, task, s->p->call[o->a].res, ns, ok);
        return;
    }
    if (s->world) {
        world_work(s, task, pc, ns, ok);
        return;
    }
    s->side[task].work =
        sim_push(s, s->now + ns, CL_COMPLETION, (struct slot){.kind = EV_WORK, .a = task, .b = ok});
}

void fx_unwork(struct sim *s, uint32_t task)
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

void fx_ghost(struct sim *s, const struct fx *f)
{
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

void host_entity_free(struct sim *s, uint32_t task)
{
    if (s->nhost_free == s->cap_host_free)
        s->host_free =
            grow(s->host_free, &s->cap_host_free, s->nhost_free + 1, sizeof *s->host_free);
    s->host_free[s->nhost_free++] = s->side[task].entity;
    s->side[task].entity = NONE;
}

void fx_cpu(struct sim *s, const struct fx *f)
{
    const struct prog *p = s->p;
    int64_t ns = 0, wake = 0, cost[COST_COUNT] = {0};
    if (f->b != NONE && p->op[f->b].code != OP_COST) {
        ns = draw_cpu(s, f->task, f->b);
        sim_hear(s, f->task, f->b, (double)ns, true);
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

void fx_timer(struct sim *s, const struct fx *f)
{
    const struct op *o = &s->p->op[f->b];
    int64_t ns = (o->flags & OPF_WORD)
                     ? draw_word_ns(s, state_words(&s->st, f->task)[o->c], s->p->where[f->b])
                     : draw_site_ns(s, f->task, s->p->site_of[f->b], s->p->where[f->b]);
    uint32_t i = sim_push(s, s->now + ns, CL_TIMEOUT,
                          (struct slot){.kind = EV_TIMER, .a = f->task, .b = f->a});
    s->slot[i].next = s->side[f->task].timers;
    s->side[f->task].timers = i;
    sim_hear_timeout(s, ns);
}

void fx_queue_timer(struct sim *s, const struct fx *f)
{
    int64_t ns = draw_queue_timeout(s, f->task, s->st.inst[f->a].res);
    s->side[f->task].qtimer =
        sim_push(s, s->now + ns, CL_TIMEOUT, (struct slot){.kind = EV_QTIMER, .a = f->task});
    sim_hear_timeout(s, ns);
}

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

void fx_untimer(struct sim *s, uint32_t task, uint32_t word)
{
    uint32_t i = timer_unlink(s, task, word);
    if (i != NONE && s->slot[i].c == TIMER_DEFERRED)
        s->slot[i].kind = EV_DEAD; /* not in the heap: the FIFO frees it */
    else if (i != NONE)
        event_kill(s, i);
}
