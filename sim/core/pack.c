/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.c - states to numbers: see pack.h; the shape of parts is in pack_impl.h. */
#include "core/pack.h"
#include "core/pack_impl.h"
#include "core/words.h"
#include <stdlib.h>
#include <string.h>

/* How often a step without limit has been tried decides nothing but the length of a pause; which
 * copy was taken nothing, if nobody asks. */
static bool *dead_words(const struct prog *p)
{
    bool *dead = xcalloc((size_t)p->nbody * p->nword + 1, sizeof *dead);
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t body = 0;
        for (uint32_t b = 0; b < p->nbody; b++)
            if (p->body[b].pc <= pc && p->body[b].pc >= p->body[body].pc)
                body = b;
        for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
            if (p->handler[h].kind == H_RETRY && p->handler[h].limit == NONE)
                dead[(size_t)body * p->nword + p->handler[h].word] = true;
        const struct forksite *f = p->op[pc].code == OP_NEXT ? &p->fork[p->op[pc].a] : NULL;
        if (f && f->taken_word != NONE && !f->taken_named)
            dead[(size_t)body * p->nword + f->taken_word] = true;
    }
    return dead;
}

struct pack *pack_new(const struct prog *p, uint32_t nreq, bool symmetric)
{
    bug_if(nreq == 0 || nreq > PACK_MAX_REQUESTS);
    struct pack *k = xcalloc(1, sizeof *k);
    *k =
        (struct pack){.p = p, .nreq = nreq, .symmetric = symmetric, .batches = pack_has_batches(p)};
    k->dead = dead_words(p);
    return k;
}

void pack_live_words(struct pack *k)
{
    k->live = words_live(k->p);
}

bool pack_left_out(const struct pack *k)
{
    return k->left_out;
}

bool pack_has_batches(const struct prog *p)
{
    bool some = false;
    for (uint32_t i = 0; i < p->nstage; i++)
        some |= p->stage[i].max > 0 && p->stage[i].workers != NONE;
    return some;
}

void pack_free(struct pack *k)
{
    vectors_free(&k->shared);
    vectors_free(&k->request);
    vectors_free(&k->task);
    vectors_free(&k->real);
    free(k->o.v);
    free(k->t.v);
    free(k->b.v);
    free(k->dead);
    free(k->live);
    free(k);
}

void pack_run_init(struct pack_run *r, const struct prog *p, uint32_t nreq)
{
    *r = (struct pack_run){0};
    state_init(&r->s, p);
    for (uint32_t j = 0; j < nreq; j++)
        r->slot[j] = NONE;
}

void pack_run_free(struct pack_run *r)
{
    state_free(&r->s);
    free(r->task_extra);
    free(r->task_note);
    free(r->shared_note);
    free(r->rank);
    free(r->batch);
    free(r->seen);
}

void pack_run_notes(struct pack_run *r, uint32_t nnote)
{
    free(r->task_note);
    free(r->shared_note);
    r->nnote = nnote;
    r->task_note = xcalloc((size_t)r->cap_task_extra * nnote + 1, sizeof *r->task_note);
    r->shared_note = xcalloc(nnote + 1, sizeof *r->shared_note);
}

void pack_run_copy(struct pack_run *to, const struct pack_run *from)
{
    struct pack_run c = *from;
    state_copy(&to->s, &from->s);
    c.s = to->s;
    c.task_extra = xrealloc(to->task_extra, from->cap_task_extra + 1u, sizeof *c.task_extra);
    c.rank = xrealloc(to->rank, from->cap_task_extra + 1u, sizeof *c.rank);
    if (from->cap_task_extra > 0)
        memcpy(c.task_extra, from->task_extra, from->cap_task_extra * sizeof *c.task_extra);
    size_t notes = (size_t)from->cap_task_extra * from->nnote;
    c.task_note = xrealloc(to->task_note, notes + 1, sizeof *c.task_note);
    c.shared_note = xrealloc(to->shared_note, from->nnote + 1u, sizeof *c.shared_note);
    if (from->nnote > 0) {
        memcpy(c.task_note, from->task_note, notes * sizeof *c.task_note);
        memcpy(c.shared_note, from->shared_note, from->nnote * sizeof *c.shared_note);
    }
    c.batch = to->batch; /* found anew by whoever stores or loads */
    c.seen = to->seen;
    c.cap_batch = to->cap_batch;
    c.cap_seen = to->cap_seen;
    c.nbatch = 0;
    *to = c;
}

void pack_run_room(struct pack_run *r)
{
    uint32_t old = r->cap_task_extra;
    if (r->s.ntask <= old)
        return;
    r->task_extra = grow(r->task_extra, &r->cap_task_extra, r->s.ntask, sizeof *r->task_extra);
    r->rank = xrealloc(r->rank, r->cap_task_extra, sizeof *r->rank);
    memset(r->task_extra + old, 0, (r->cap_task_extra - old) * sizeof *r->task_extra);
    if (r->nnote == 0)
        return;
    r->task_note =
        xrealloc(r->task_note, (size_t)r->cap_task_extra * r->nnote, sizeof *r->task_note);
    memset(r->task_note + (size_t)old * r->nnote, 0,
           (size_t)(r->cap_task_extra - old) * r->nnote * sizeof *r->task_note);
}

void pack_sizes(const struct pack *k, uint32_t *shared, uint32_t *requests, size_t *bytes)
{
    *shared = k->shared.n;
    *requests = k->request.n;
    *bytes = vectors_bytes(&k->shared) + vectors_bytes(&k->request) + vectors_bytes(&k->task) +
             vectors_bytes(&k->real);
}

static uint32_t store_request(struct pack *k, const struct pack_run *r, uint32_t j)
{
    struct out *o = &k->o;
    const struct request *q = r->life[j] == PACK_ALIVE ? &r->s.req[r->slot[j]] : NULL;
    o->n = 0;
    put(o, r->life[j]);
    put_wide(o, r->extra[j]);
    put(o, r->watch[j]);
    if (q == NULL) {
        put(o, (uint32_t)r->status[j]);
        return pack_keep(k, &k->request, &k->new_request, o);
    }
    put(o, (uint32_t)q->status);
    put(o, q->cls | q->worker << 16);
    put(o, q->over | (uint32_t)q->waiting << 1 | (uint32_t)q->has_limit << 2);
    pack_tasks(k, r, r->slot[j]);
    return pack_keep(k, &k->request, &k->new_request, o);
}

/* ---- batches ---- */

/* Who a slot of s.req is: a request, or nreq + a batch; NONE: nobody. */
static uint32_t pack_owner(const struct pack *k, const struct pack_run *r, uint32_t slot)
{
    for (uint32_t j = 0; j < k->nreq; j++)
        if (r->slot[j] == slot)
            return j;
    for (uint32_t b = 0; b < r->nbatch; b++)
        if (r->batch[b] == slot)
            return k->nreq + b;
    return NONE;
}

static void put_batch(struct pack *k, const struct pack_run *r, uint32_t slot)
{
    const struct request *q = &r->s.req[slot];
    uint32_t at;
    put(&k->o, q->cls | q->worker << 16);
    put(&k->o, (uint32_t)q->status);
    put(&k->o, q->over);
    at = k->o.n;
    put(&k->o, 0);
    for (uint32_t i = q->first_item; i != NONE; i = r->s.task[i].q_next) {
        put(&k->o, pack_owner(k, r, r->s.task[i].req));
        k->o.v[at]++;
    }
    pack_tasks(k, r, slot);
}

/* Where in all queues, one after the other, a task of the slot stands first. */
static uint32_t first_queued(const struct pack *k, const struct state *s, uint32_t slot)
{
    uint32_t at = 0;
    for (uint32_t w = 0; w < k->p->workers; w++) {
        uint32_t runs = s->loop[w].running;
        if (runs != NONE && s->task[runs].req == slot)
            return at;
        at++;
        for (uint32_t t = s->loop[w].first; t != NONE; t = s->task[t].q_next, at++)
            if (s->task[t].req == slot)
                return at;
    }
    for (uint32_t i = 0; i < k->p->ninstance; i++)
        for (uint32_t t = s->inst[i].first; t != NONE; t = s->task[t].q_next, at++)
            if (s->task[t].req == slot)
                return at;
    for (uint32_t t = s->until_first; t != NONE; t = s->task[t].q_next, at++)
        if (s->task[t].req == slot)
            return at;
    return NONE;
}

/* Batches in canonical order (those that are alike as they stand in queues): to r->batch, and what
 * is said of them to k->b. */
static void find_batches(struct pack *k, struct pack_run *r)
{
    const struct state *s = &r->s;
    k->o.n = k->b.n = r->nbatch = 0;
    if (!k->batches)
        return;
    for (uint32_t i = 0; i < s->nreq; i++) {
        if (!s->req[i].used || !s->req[i].batch)
            continue;
        r->batch = grow(r->batch, &r->cap_batch, r->nbatch + 1, sizeof *r->batch);
        r->batch[r->nbatch++] = i;
    }
    if (r->nbatch > 0) {
        uint32_t n = r->nbatch, *order = xcalloc(n, sizeof *order);
        uint32_t *slot = xcalloc(n, sizeof *slot);
        struct segment *g = xcalloc(n, sizeof *g);
        memcpy(slot, r->batch, n * sizeof *slot);
        for (uint32_t b = 0; b < n; b++) {
            g[b].at = k->o.n;
            put_batch(k, r, slot[b]);
            put(&k->o, first_queued(k, s, slot[b]));
            g[b].n = k->o.n - g[b].at;
        }
        pack_sort(&k->o, g, n, order);
        for (uint32_t b = 0; b < n; b++)
            r->batch[b] = slot[order[b]];
        free(order);
        free(slot);
        free(g);
    }
    /* Anew: they may name each other, now by their places in this order. */
    k->o.n = 0;
    put(&k->o, r->nbatch);
    for (uint32_t b = 0; b < r->nbatch; b++)
        put_batch(k, r, r->batch[b]);
    for (uint32_t i = 0; i < k->o.n; i++)
        put(&k->b, k->o.v[i]);
}

/* ---- what all share ---- */

/* What is said of each waiter besides who it is: all that moves of others ask of it. */
enum queue_of { QUEUE_RES, QUEUE_LOOP, QUEUE_UNTIL };
static void put_waiter(struct pack *k, const struct pack_run *r, const struct task *x,
                       enum queue_of of)
{
    uint32_t owner = pack_owner(k, r, x->req), high = 0, more = 0;
    if (of == QUEUE_RES) {
        high = (uint16_t)x->priority;
        more = x->units;
    } else if (of == QUEUE_UNTIL && !(x->flags & TF_WOKEN)) { /* for what, and where */
        high = x->worker;
        more = 1 + k->p->op[x->pc].a;
    }
    put(&k->o, owner | high << 16);
    put(&k->o, more);
}

static void put_queue(struct pack *k, const struct pack_run *r, uint32_t first, enum queue_of of)
{
    uint32_t at = k->o.n, n = 0;
    put(&k->o, 0);
    for (uint32_t t = first; t != NONE; t = r->s.task[t].q_next, n++)
        put_waiter(k, r, &r->s.task[t], of);
    k->o.v[at] = n;
}

static int ghost_order(const void *x, const void *y)
{
    return memcmp(x, y, 3 * sizeof(uint32_t));
}

static void put_ghosts(struct pack *k, const struct state *s)
{
    uint32_t at = k->o.n, n = 0;
    put(&k->o, 0);
    for (uint32_t i = 0; i < s->ntask; i++) {
        if (s->task[i].state != T_GHOST)
            continue;
        put(&k->o, s->task[i].pc);
        put(&k->o, s->task[i].res);
        put(&k->o, s->task[i].worker);
        n++;
    }
    if (n > 1)
        qsort(k->o.v + at + 1, n, 3 * sizeof(uint32_t), ghost_order);
    k->o.v[at] = n;
}

/* Is the grant that is due of any use?  It is due again when it will be. */
static bool can_grant(const struct state *s, const struct resst *q)
{
    const struct res *r = &s->p->res[q->res];
    if (!q->posted || q->nqueue == 0 || q->free == 0)
        return false;
    if (r->kind == RES_STAGE)
        return stage_ready(s, (uint32_t)(q - s->inst));
    bool fits = s->task[q->first].units <= q->free;
    for (uint32_t t = q->first; r->discipline == DISC_RANDOM && t != NONE; t = s->task[t].q_next)
        fits |= s->task[t].units <= q->free;
    return fits;
}

static void put_instance(struct pack *k, const struct pack_run *r, const struct resst *q)
{
    put(&k->o, q->free);
    put(&k->o, (can_grant(&r->s, q) ? Q_POSTED : 0U) | (q->timing ? Q_TIMING : 0U) |
                   (q->due ? Q_DUE : 0U));
    put_queue(k, r, q->first, QUEUE_RES);
}

static uint32_t store_shared(struct pack *k, const struct pack_run *r)
{
    const struct state *s = &r->s;
    struct out *o = &k->o;
    bool wakes = k->p->cost_site[COST_WAKE] != NONE; /* else it does not matter who is idle */
    o->n = 0;
    for (uint32_t i = 0; i < r->nnote; i++)
        put(o, r->shared_note[i]);
    for (uint32_t i = 0; i < k->b.n; i++)
        put(o, k->b.v[i]);
    for (uint32_t w = 0; w < k->p->workers; w++) {
        const struct loopst *l = &s->loop[w];
        put(o, s->present[w]);
        put(o, s->waiting[w]);
        put(o, wakes && l->idle);
        put(o, l->running == NONE ? NONE : pack_owner(k, r, s->task[l->running].req));
        put_queue(k, r, l->first, QUEUE_LOOP);
    }
    for (uint32_t i = 0; i < k->p->ninstance; i++)
        put_instance(k, r, &s->inst[i]);
    put_queue(k, r, s->until_first, QUEUE_UNTIL);
    for (uint32_t i = 0; i < k->p->nvalue; i++)
        put(o, (uint32_t)s->value[i]);
    put_ghosts(k, s);
    for (uint32_t i = 0; i < k->p->nstage * k->p->workers && k->p->workers > 1; i++)
        put(o, s->stage_busy[i]); /* by which a put chooses a worker; loaded with their tasks */
    return pack_keep(k, &k->shared, &k->new_shared, o);
}

void pack_store(struct pack *k, struct pack_run *r, uint32_t *id)
{
    bug_if(r->s.ask != ASK_NONE || r->s.run_first != NONE);
    k->nnote = r->nnote;
    find_batches(k, r);
    id[0] = store_shared(k, r);
    for (uint32_t j = 0; j < k->nreq; j++)
        id[1 + j] = store_request(k, r, j);
}

/* A queue's vector at v, requests renamed; returns its end. */
static const uint32_t *rename_queue(struct out *o, const uint32_t *v, const uint32_t *to)
{
    uint32_t n = *v++;
    put(o, n);
    for (uint32_t i = 0; i < n; i++, v += 2) {
        uint32_t j = v[0] & 0xffffU;
        put(o, (v[0] & ~0xffffU) | (j == 0xffffU ? j : to[j]));
        put(o, v[1]);
    }
    return v;
}

uint32_t pack_rename(struct pack *k, uint32_t shared, const uint32_t *to)
{
    struct out *o = &k->o;
    const uint32_t *v = vectors_get(&k->shared, shared);
    const uint32_t *end = v + (k->shared.at[shared + 1] - k->shared.at[shared]);
    bug_if(k->batches);
    o->n = 0;
    for (uint32_t i = 0; i < k->nnote; i++)
        put(o, *v++);
    for (uint32_t w = 0; w < k->p->workers; w++, v++) {
        for (int i = 0; i < 3; i++)
            put(o, *v++);
        put(o, *v == NONE ? NONE : to[*v]);
        v = rename_queue(o, v + 1, to) - 1;
    }
    for (uint32_t i = 0; i < k->p->ninstance; i++) {
        put(o, *v++);
        put(o, *v++);
        v = rename_queue(o, v, to);
    }
    v = rename_queue(o, v, to);
    while (v < end)
        put(o, *v++);
    return vectors_put(&k->shared, o->v, o->n);
}

static const uint32_t *named_in_queue(const uint32_t *v, uint32_t *at, uint32_t *n)
{
    uint32_t len = *v++;
    for (uint32_t i = 0; i < len; i++, v += 2, ++*n)
        if ((v[0] & 0xffffU) < PACK_MAX_REQUESTS && at[v[0] & 0xffffU] == NONE)
            at[v[0] & 0xffffU] = *n;
    return v;
}

void pack_first_named(const struct pack *k, uint32_t shared, uint32_t *at)
{
    const uint32_t *v = vectors_get(&k->shared, shared) + k->nnote;
    uint32_t n = 0;
    for (uint32_t j = 0; j < PACK_MAX_REQUESTS; j++)
        at[j] = NONE;
    for (uint32_t w = 0; w < k->p->workers; w++) {
        if (v[3] != NONE && at[v[3]] == NONE)
            at[v[3]] = n;
        n++;
        v = named_in_queue(v + 4, at, &n);
    }
    for (uint32_t i = 0; i < k->p->ninstance; i++)
        v = named_in_queue(v + 2, at, &n);
    named_in_queue(v, at, &n);
}
