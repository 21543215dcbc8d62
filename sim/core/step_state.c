/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_state.c - the life of a state, and what always holds of it. */
#include "core/step_impl.h"
#include <stdlib.h>
#include <string.h>

void fx_grow(struct state *s)
{
    s->fx = grow(s->fx, &s->fx_cap, s->fx_n + 1, sizeof *s->fx);
}

static uint32_t *skip_new(const struct prog *p)
{
    uint32_t *skip = xcalloc(p->nop + 1, sizeof *skip);
    for (uint32_t i = 0; i < p->nop; i++) {
        uint32_t pc = i;
        for (uint32_t n = 0; n < p->nop; n++) {
            const struct op *o = &p->op[pc];
            if (o->code == OP_JUMP)
                pc = o->c;
            else if (o->code == OP_ENTER || o->code == OP_LEAVE || o->code == OP_TOUCH)
                pc++;
            else
                break;
        }
        skip[i] = pc;
    }
    return skip;
}

void shared_start(struct state *s)
{
    for (uint32_t k = 0; k < s->p->nvar; k++) {
        const struct shared_var *v = &s->p->var[k];
        for (uint32_t w = 0; w < (v->per_worker ? s->p->workers : 1); w++)
            s->value[v->base + w] = v->start;
    }
}

void state_init(struct state *s, const struct prog *p)
{
    *s = (struct state){.p = p,
                        .free_task = NONE,
                        .free_group = NONE,
                        .free_req = NONE,
                        .op_limit = UINT64_MAX,
                        .stuck_pc = NONE,
                        .until_first = NONE,
                        .until_last = NONE,
                        .goes = NONE,
                        .run_first = NONE,
                        .run_last = NONE};
    s->inst = xcalloc(p->ninstance + 1, sizeof *s->inst);
    for (uint32_t r = 0; r < p->nres; r++)
        for (uint32_t k = 0; k < res_instances(p, r); k++)
            s->inst[p->res[r].base + k] =
                (struct resst){.free = p->res[r].size, .first = NONE, .last = NONE, .res = r};
    s->loop_tells = p->uses_cpu;
    for (uint32_t c = 0; c < p->ncall; c++)
        s->loop_tells |= p->call[c].blocking;
    s->value = xcalloc(p->nvalue + 1, sizeof *s->value);
    s->awaited = xcalloc(p->nvalue + 1, sizeof *s->awaited);
    shared_start(s);
    s->skip = skip_new(p);
    s->stage_busy = xcalloc((size_t)p->nstage * p->workers + 1, sizeof *s->stage_busy);
    s->present = xcalloc(p->workers, sizeof *s->present);
    s->waiting = xcalloc(p->workers, sizeof *s->waiting);
    s->thread_free = xcalloc(p->workers, sizeof *s->thread_free);
    s->loop = xcalloc(p->workers, sizeof *s->loop);
    for (uint32_t w = 0; w < p->workers; w++) {
        s->thread_free[w] = NONE;
        s->loop[w] = (struct loopst){.first = NONE, .last = NONE, .running = NONE, .idle = 1};
        if (p->has_loop)
            thread_get(s, w); /* threads 0 .. workers-1 are the loops */
    }
}

void state_free(struct state *s)
{
    free(s->task);
    free(s->word);
    free(s->group);
    free(s->req);
    free(s->inst);
    free(s->loop);
    free(s->value);
    free(s->awaited);
    free(s->skip);
    free(s->stage_busy);
    free(s->present);
    free(s->waiting);
    free(s->thread_next);
    free(s->thread_free);
    free(s->thread_worker);
    free(s->fx);
}

static void *copied(void *to, const void *from, size_t n, size_t size)
{
    to = xrealloc(to, n + 1, size);
    if (n > 0)
        memcpy(to, from, n * size);
    return to;
}

void state_copy(struct state *to, const struct state *from)
{
    const struct prog *p = from->p;
    struct state c = *from;
    bug_if(to->p != p);
    c.task = copied(to->task, from->task, from->cap_task, sizeof *c.task);
    c.word = copied(to->word, from->word, (size_t)from->cap_task * p->nword, sizeof *c.word);
    c.group = copied(to->group, from->group, from->cap_group, sizeof *c.group);
    c.req = copied(to->req, from->req, from->cap_req, sizeof *c.req);
    c.inst = copied(to->inst, from->inst, p->ninstance, sizeof *c.inst);
    c.loop = copied(to->loop, from->loop, p->workers, sizeof *c.loop);
    c.skip = to->skip;
    c.present = copied(to->present, from->present, p->workers, sizeof *c.present);
    c.waiting = copied(to->waiting, from->waiting, p->workers, sizeof *c.waiting);
    c.thread_free = copied(to->thread_free, from->thread_free, p->workers, sizeof *c.thread_free);
    c.thread_next =
        copied(to->thread_next, from->thread_next, from->cap_thread, sizeof *c.thread_next);
    c.thread_worker =
        copied(to->thread_worker, from->thread_worker, from->cap_thread, sizeof *c.thread_worker);
    c.value = copied(to->value, from->value, p->nvalue, sizeof *c.value);
    c.awaited = copied(to->awaited, from->awaited, p->nvalue, sizeof *c.awaited);
    c.stage_busy = copied(to->stage_busy, from->stage_busy, (size_t)p->nstage * p->workers,
                          sizeof *c.stage_busy);
    c.fx = copied(to->fx, from->fx, from->fx_cap, sizeof *c.fx);
    *to = c;
}

uint32_t step_worker(const struct state *s)
{
    uint32_t best = 0;
    for (uint32_t w = 1; w < s->p->workers; w++)
        if (s->present[w] < s->present[best])
            best = w;
    return best;
}

/* ---- invariants ---- */

static bool queue_ok(const struct state *s, const struct resst *q)
{
    uint32_t n = 0, prev = NONE;
    for (uint32_t t = q->first; t != NONE; t = s->task[t].q_next, n++) {
        if (s->task[t].q_prev != prev || &s->inst[s->task[t].res] != q)
            return false;
        prev = t;
    }
    return n == q->nqueue && prev == q->last && q->free <= s->p->res[q->res].size;
}

static uint32_t in_place_child(const struct state *s, uint32_t task)
{
    for (uint32_t k = s->req[s->task[task].req].first_task; k != NONE; k = s->task[k].req_next)
        if (s->task[k].parent == task && s->task[k].mode == M_INPLACE && s->task[k].state != T_DONE)
            return k;
    return NONE;
}

uint32_t step_waiter(const struct state *s, uint32_t task)
{
    while (task != NONE && s->task[task].state == T_INPLACE) {
        task = in_place_child(s, task);
        if (task != NONE && s->task[task].group == NONE)
            task = NONE; /* detached */
    }
    return task;
}

static bool request_ok(const struct state *s, const struct request *r)
{
    uint32_t n = 0, active = 0;
    for (uint32_t t = r->first_task; t != NONE; t = s->task[t].req_next) {
        n++;
        active += (s->task[t].flags & TF_ACTIVE) != 0;
    }
    return n == r->tasks && active == r->active;
}

static bool group_ok(const struct state *s, uint32_t i)
{
    const struct group *g = &s->group[i];
    uint32_t live = 0, held = 0;
    if (g->owner == NONE)
        return true;
    for (uint32_t c = g->first; c != NONE; c = s->task[c].sib_next) {
        if (s->task[c].group != i)
            return false;
        live++;
        held += s->task[c].state == T_PENDING;
    }
    return live == g->live && g->running == live - held;
}

/* Values in their ranges; who waits is listed, and counted where it waits. */
static bool shared_ok(const struct state *s)
{
    const struct prog *p = s->p;
    for (uint32_t k = 0; k < p->nvar; k++)
        for (uint32_t w = 0; w < (p->var[k].per_worker ? p->workers : 1); w++) {
            int32_t v = s->value[p->var[k].base + w];
            if (v < p->var[k].lo || v > p->var[k].hi)
                return false;
        }
    uint32_t prev = NONE, counted = 0, listed = 0;
    for (uint32_t t = s->until_first; t != NONE; prev = t, t = s->task[t].q_next) {
        if (s->task[t].state != T_UNTIL || s->task[t].q_prev != prev)
            return false;
        listed += p->wait[p->op[s->task[t].pc].a].n;
    }
    for (uint32_t i = 0; i < p->nvalue; i++)
        counted += s->awaited[i];
    return prev == s->until_last && counted == listed;
}

bool state_ok(const struct state *s)
{
    for (uint32_t i = 0; i < s->p->ninstance; i++)
        if (!queue_ok(s, &s->inst[i]))
            return false;
    for (uint32_t i = 0; i < s->nreq; i++)
        if (s->req[i].used && !request_ok(s, &s->req[i]))
            return false;
    for (uint32_t i = 0; i < s->ngroup; i++)
        if (!group_ok(s, i))
            return false;
    return shared_ok(s) && (s->p->nstage == 0 || channels_ok(s));
}
