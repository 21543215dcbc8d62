/* SPDX-License-Identifier: GPL-3.0-or-later */
/* races.c - see races.h. */
#include "check/races.h"
#include <stdlib.h>
#include <string.h>

/* A task's note of a key: how often it is inside of a step that reads it, or writes it; whether it
 * has read it, and since then another has written: one that cannot be awaited, or one below fork
 * (note >> N_FORK) - 1, which can. */
enum { N_READS = 0, N_WRITES = 4, N_COUNT = 15, N_HAS_READ = 256, N_FOREIGN = 512, N_FORK = 16 };

struct origin { /* of a task, as long as the move's effects name it */
    uint32_t parent, fork, req, worker;
};
struct races {
    const struct prog *p;
    const bool *wanted;
    uint32_t nkey, nreq;
    struct origin *origin;
    uint32_t cap;
    uint32_t race, lost;
};
enum { AT_INSTANT, AT_BEGIN, AT_END }; /* FX_TOUCH's c */

struct races *races_new(const struct prog *p, uint32_t nreq, const bool *wanted)
{
    struct races *h = xcalloc(1, sizeof *h);
    *h = (struct races){.p = p, .wanted = wanted, .nkey = p->model->nshared, .nreq = nreq};
    return h;
}

void races_free(struct races *h)
{
    if (h != NULL)
        free(h->origin);
    free(h);
}

uint32_t races_notes(const struct races *h)
{
    return h->nkey * h->p->workers;
}

static uint32_t *note_of(const struct pack_run *r, uint32_t task, uint32_t key)
{
    return &r->task_note[(size_t)task * r->nnote + key];
}

static bool exists(const struct state *s, uint32_t t)
{
    return s->task[t].state != T_FREE && s->task[t].state != T_GHOST;
}

void races_before(struct races *h, const struct pack_run *r)
{
    const struct state *s = &r->s;
    if (s->ntask > h->cap)
        h->origin = grow(h->origin, &h->cap, s->ntask, sizeof *h->origin);
    for (uint32_t t = 0; t < r->cap_task_extra; t++)
        if (t >= s->ntask || !exists(s, t))
            memset(note_of(r, t, 0), 0, r->nnote * sizeof(uint32_t));
    for (uint32_t t = 0; t < s->ntask; t++) {
        const struct task *x = &s->task[t];
        bool there = exists(s, t);
        uint32_t fork = there && x->group != NONE ? s->group[x->group].fork : NONE;
        h->origin[t] = (struct origin){there ? x->parent : NONE, fork, x->req, x->worker};
    }
}

/* Do two tasks mean the same by the key? */
static bool same_datum(const struct races *h, uint32_t key, uint32_t a, uint32_t b)
{
    const struct origin *x = &h->origin[a], *y = &h->origin[b];
    switch (h->p->model->shared[key].scope) {
    case SCOPE_REQUEST:
        return x->req == y->req;
    case SCOPE_WORKER:
        return x->worker == y->worker;
    default:
        return true;
    }
}

static bool inside(uint32_t note, bool write)
{
    return (note >> (write ? N_WRITES : N_READS) & N_COUNT) != 0;
}

/* ---- lost updates ---- */

/* The fork by which the reader, or one above it, could await the writer: that of the one of the
 * writer's line that the last common ancestor has made.  NONE: there is none. */
static uint32_t fork_between(const struct races *h, uint32_t reader, uint32_t writer)
{
    if (h->origin[reader].req != h->origin[writer].req)
        return NONE;
    for (uint32_t w = writer; w != NONE; w = h->origin[w].parent)
        for (uint32_t a = reader; a != NONE; a = h->origin[a].parent)
            if (h->origin[w].parent == a)
                return h->origin[w].fork;
    return NONE;
}

static void tell_readers(const struct races *h, struct pack_run *r, uint32_t task, uint32_t key)
{
    for (uint32_t t = 0; t < r->s.ntask; t++) {
        uint32_t *note = note_of(r, t, key);
        if (t == task || !(*note & N_HAS_READ) || !same_datum(h, key, t, task))
            continue;
        uint32_t fork = fork_between(h, t, task), has = *note >> N_FORK;
        if (fork == NONE || (has != 0 && has != fork + 1))
            *note |= N_FOREIGN;
        else
            *note |= (fork + 1) << N_FORK;
    }
}

static void forget_read(uint32_t *note)
{
    *note &= (1U << N_FORK) - 1;
    *note &= ~(uint32_t)(N_HAS_READ | N_FOREIGN);
}

/* The task has awaited those of the fork. */
static void awaited(const struct races *h, struct pack_run *r, uint32_t task, uint32_t fork)
{
    for (uint32_t key = 0; key < h->nkey; key++) {
        uint32_t *note = note_of(r, task, key);
        if (*note >> N_FORK == fork + 1)
            *note &= (1U << N_FORK) - 1;
    }
}

/* FX_JOIN: of a group that is over all forks of which the task has no group any more. */
static void joined(const struct races *h, struct pack_run *r, const struct fx *f)
{
    const struct state *s = &r->s;
    if (f->b != NONE) {
        awaited(h, r, f->task, s->group[f->a].fork);
        return;
    }
    for (uint32_t key = 0; key < h->nkey; key++) {
        uint32_t fork = (*note_of(r, f->task, key) >> N_FORK) - 1, g = s->task[f->task].groups;
        if (fork == NONE || h->p->fork[fork].kind == GROUP_SPAWN)
            continue;
        while (g != NONE && s->group[g].fork != fork)
            g = s->group[g].next;
        if (g == NONE)
            awaited(h, r, f->task, fork);
    }
}

/* ---- touches ---- */

static void touch(struct races *h, struct pack_run *r, const struct fx *f)
{
    uint32_t key = f->a, *note = note_of(r, f->task, key);
    bool write = f->b != 0, value = h->p->model->shared[key].variable;
    unsigned shift = write ? N_WRITES : N_READS, n = *note >> shift & N_COUNT;
    if (f->c == AT_END) {
        *note -= n > 0 && n < N_COUNT ? 1U << shift : 0;
        return;
    }
    for (uint32_t t = 0; t < r->s.ntask && !value; t++) {
        uint32_t other = *note_of(r, t, key);
        if (t != f->task && (inside(other, true) || (write && inside(other, false))) &&
            same_datum(h, key, t, f->task))
            h->race = key;
    }
    if (f->c == AT_BEGIN && n < N_COUNT)
        *note += 1U << shift;
    if (write) {
        if ((*note & N_HAS_READ) && ((*note & N_FOREIGN) || *note >> N_FORK != 0))
            h->lost = key;
        forget_read(note);
        tell_readers(h, r, f->task, key);
    } else {
        forget_read(note);
        *note |= N_HAS_READ;
    }
}

/* A step that fails, or is cancelled, no longer touches anything. */
static void left(struct races *h, struct pack_run *r, const struct fx *f)
{
    const struct prog *p = h->p;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code == OP_TOUCH && o->c == AT_BEGIN && p->mark_of[pc] == f->a && h->wanted[o->a])
            touch(h, r, &(struct fx){FX_TOUCH, f->task, o->a, o->b, AT_END});
    }
}

static void begun(struct races *h, const struct pack_run *r, const struct fx *f)
{
    const struct state *s = &r->s;
    struct origin o = {NONE, NONE, f->b, 0};
    if (s->ntask > h->cap)
        h->origin = grow(h->origin, &h->cap, s->ntask, sizeof *h->origin);
    if (f->kind == FX_BEGIN && f->a != NONE) {
        const struct op *by = &h->p->op[f->b];
        bool fork = by->code == OP_FORK && h->p->fork[by->a].kind != GROUP_DETACH;
        o = (struct origin){f->a, fork ? by->a : NONE, h->origin[f->a].req, 0};
    }
    o.worker = s->task[f->task].worker;
    h->origin[f->task] = o;
    memset(note_of(r, f->task, 0), 0, h->nkey * sizeof(uint32_t));
}

static void see(struct races *h, struct pack_run *r, const struct fx *f)
{
    switch ((enum fx_kind)f->kind) {
    case FX_BEGIN:
        begun(h, r, f);
        break;
    case FX_BATCH:
        if (f->c == 0)
            begun(h, r, f);
        break;
    case FX_TOUCH:
        if (h->wanted[f->a])
            touch(h, r, f);
        break;
    case FX_LEAVE:
        if (f->c != 0)
            left(h, r, f);
        break;
    case FX_JOIN:
        joined(h, r, f);
        break;
    case FX_AWAITED:
        awaited(h, r, f->task, f->b);
        break;
    case FX_OVERTASK:
        memset(note_of(r, f->task, 0), 0, h->nkey * sizeof(uint32_t));
        break;
    default:
        break;
    }
}

/* ---- the state after the move ---- */

/* The key that a thread is just about to touch, in an instant that others can share; NONE: none. */
static uint32_t about_to(const struct races *h, const struct state *s, uint32_t task, bool *write)
{
    const struct op *o = &h->p->op[s->task[task].pc];
    if (!exists(s, task) || s->task[task].state != T_YIELD || o->code != OP_TOUCH ||
        !h->wanted[o->a])
        return NONE;
    *write = o->b != 0;
    return o->a;
}

/* A task of the request that has moved at its instant, or inside, and another at its instant. */
static void look_at_instants(struct races *h, const struct pack_run *r, uint32_t slot)
{
    const struct state *s = &r->s;
    for (uint32_t x = 0; x < s->ntask; x++) {
        bool write, other;
        uint32_t key = about_to(h, s, x, &write);
        for (uint32_t y = 0; key != NONE && y < s->ntask; y++) {
            if (x == y || (slot != NONE && s->task[x].req != slot && s->task[y].req != slot) ||
                !exists(s, y) || !same_datum(h, key, x, y))
                continue;
            uint32_t note = *note_of(r, y, key);
            bool both = about_to(h, s, y, &other) == key && (write || other);
            if (both || inside(note, true) || (write && inside(note, false)))
                h->race = key;
        }
    }
}

static void more(uint32_t *shared, unsigned at, bool one)
{
    if (one && (*shared >> at & 63U) < 63)
        *shared += 1U << at;
}

/* What other requests have to know. */
static void sum_up(const struct races *h, struct pack_run *r)
{
    const struct state *s = &r->s;
    memset(r->shared_note, 0, r->nnote * sizeof *r->shared_note);
    for (uint32_t t = 0; t < s->ntask; t++) {
        bool write = false;
        uint32_t about = about_to(h, s, t, &write);
        for (uint32_t key = 0; exists(s, t) && key < h->nkey; key++) {
            uint32_t note = *note_of(r, t, key);
            if (h->p->model->shared[key].scope == SCOPE_REQUEST)
                continue;
            uint32_t *all = &r->shared_note[key * h->p->workers + s->task[t].worker];
            more(all, 0, inside(note, false));
            more(all, 6, inside(note, true));
            more(all, 12, about == key && !write);
            more(all, 18, about == key && write);
            more(all, 24, (note & N_HAS_READ) && !(note & N_FOREIGN));
        }
    }
}

void races_after(struct races *h, struct pack_run *r, const struct move *m, uint32_t *race,
                 uint32_t *lost)
{
    pack_run_room(r);
    h->race = h->lost = NONE;
    for (uint32_t i = 0; i < r->s.fx_n; i++)
        see(h, r, &r->s.fx[i]);
    /* Who else has moved has been looked at as far as its notes have changed. */
    for (uint32_t t = 0; t < r->s.ntask && t < h->cap; t++)
        if (exists(&r->s, t))
            h->origin[t].worker = r->s.task[t].worker;
    look_at_instants(h, r, m->req == NONE ? NONE : r->slot[m->req]);
    sum_up(h, r);
    *race = h->race;
    *lost = h->lost;
}
