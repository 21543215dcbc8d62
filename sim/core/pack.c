/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.c - states to numbers: see pack.h; the shape of parts is in pack_impl.h. */
#include "core/pack.h"
#include "core/pack_impl.h"
#include "core/step_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put(struct out *o, uint32_t x)
{
    if (o->n == o->cap)
        o->v = grow(o->v, &o->cap, o->n + 1, sizeof *o->v);
    o->v[o->n++] = x;
}

static void put_wide(struct out *o, uint64_t x)
{
    put(o, (uint32_t)x);
    put(o, (uint32_t)(x >> 32));
}

struct pack *pack_new(const struct prog *p, uint32_t nreq, bool symmetric)
{
    bug_if(nreq == 0 || nreq > PACK_MAX_REQUESTS);
    struct pack *k = xcalloc(1, sizeof *k);
    *k = (struct pack){.p = p, .nreq = nreq, .symmetric = symmetric};
    return k;
}

void pack_free(struct pack *k)
{
    vectors_free(&k->shared);
    vectors_free(&k->request);
    vectors_free(&k->task);
    vectors_free(&k->real);
    free(k->o.v);
    free(k->t.v);
    free(k->order);
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
    free(r->rank);
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
}

void pack_sizes(const struct pack *k, uint32_t *shared, uint32_t *requests, size_t *bytes)
{
    *shared = k->shared.n;
    *requests = k->request.n;
    *bytes = vectors_bytes(&k->shared) + vectors_bytes(&k->request) + vectors_bytes(&k->task) +
             vectors_bytes(&k->real);
}

static uint32_t real_put(struct pack *k, double x)
{
    uint32_t v[2];
    if (x >= 0 && x < (double)REAL && x == floor(x))
        return (uint32_t)x;
    if (isnan(x))
        x = (double)NAN; /* all unknown values are one */
    memcpy(v, &x, sizeof x);
    return REAL | vectors_put(&k->real, v, 2);
}

/* ---- tasks ---- */

/* Which requests a state's slot belongs to. */
static uint32_t owner_of(const struct pack_run *r, uint32_t nreq, uint32_t slot)
{
    for (uint32_t j = 0; j < nreq; j++)
        if (r->slot[j] == slot)
            return j;
    return NONE;
}

/* A task's place among its own request's tasks in the one queue it is in, + 1; 0: in none. */
static uint32_t task_rank(const struct state *s, uint32_t task)
{
    const struct task *t = &s->task[task];
    uint32_t rank = 1, q = NONE;
    if (t->state == T_READY)
        q = s->loop[t->worker].first;
    else if (t->state == T_AWAIT)
        q = s->req[t->req].first_await;
    else if (t->state == T_UNTIL)
        q = s->until_first;
    else if ((t->state == T_QUEUE || t->state == T_THREAD) && t->res != NONE)
        q = s->inst[t->res].first;
    else if (t->state == T_DONE && (t->flags & TF_KEEP) && t->parent != NONE) {
        for (uint32_t g = s->task[t->parent].groups; g != NONE; g = s->group[g].next) {
            uint32_t n = 1;
            for (uint32_t c = s->group[g].done_first; c != NONE; c = s->task[c].q_next, n++)
                if (c == task)
                    return n | s->group[g].fork << 16;
        }
        return 0;
    } else {
        return 0;
    }
    for (; q != NONE && q != task; q = s->task[q].q_next)
        rank += s->task[q].req == t->req;
    return q == task ? rank : 0;
}

static bool interchangeable(const struct pack *k, uint32_t fork)
{
    const struct forksite *f = &k->p->fork[fork];
    return k->symmetric && f->kind == GROUP_EACH && f->taken_word == NONE;
}

static void put_group(struct out *o, const struct group *g)
{
    put(o, g->fork | (uint32_t)g->state << 16);
    put(o, g->fail);
    put(o, g->made);
    put(o, g->ok);
    put(o, g->failed);
    put(o, g->want);
    put(o, g->limit);
    put(o, g->until);
}

static void put_words(struct pack *k, struct out *o, const struct state *s, uint32_t task)
{
    const double *w = state_words(s, task);
    uint32_t at = o->n, n = 0;
    put(o, 0);
    for (uint32_t i = 0; i < k->p->nword; i++) {
        bool names_group = false;
        if (w[i] == 0)
            continue;
        for (uint32_t g = s->task[task].groups; g != NONE; g = s->group[g].next)
            names_group |= k->p->fork[s->group[g].fork].word == i;
        if (names_group)
            continue;
        put(o, i);
        put(o, real_put(k, w[i]));
        n++;
    }
    o->v[at] = n;
}

static uint32_t put_task(struct pack *k, const struct pack_run *r, uint32_t task, uint32_t kids)
{
    const struct state *s = &r->s;
    const struct task *t = &s->task[task];
    struct out *o = &k->t;
    uint32_t fork = t->group == NONE ? NONE : s->group[t->group].fork, groups = 0;
    bool own_thread = t->mode == M_LIGHT && t->thread != NONE;
    bool runs = s->loop[t->worker].running == task;
    o->n = 0;
    put(o, t->pc | (uint32_t)t->state << 24 | (uint32_t)t->mode << 29);
    put(o, t->flags | (uint32_t)t->fail << 16);
    put(o, t->body | kids << 16);
    put(o, fork != NONE && interchangeable(k, fork) ? NONE : t->copy);
    put(o, fork + 1);
    put(o, task_rank(s, task));
    put(o, t->scope | (uint32_t)(uint16_t)t->priority << 16);
    put(o, t->unwind);
    put(o, t->res);
    put(o, t->units);
    put(o, t->worker | (uint32_t)own_thread << 16 | (uint32_t)runs << 17);
    put_wide(o, r->task_extra ? r->task_extra[task] : 0);
    for (uint32_t g = t->groups; g != NONE; g = s->group[g].next)
        groups++;
    put(o, groups);
    for (uint32_t g = t->groups; g != NONE; g = s->group[g].next)
        put_group(o, &s->group[g]);
    put_words(k, o, s, task);
    return vectors_put(&k->task, o->v, o->n);
}

/* ---- a request ---- */

struct child { /* of one task, to be put in canonical order */
    uint32_t task, fork, body, copy;
};

static int child_order(const void *x, const void *y)
{
    const struct child *a = x, *b = y;
    if (a->fork != b->fork)
        return a->fork < b->fork ? -1 : 1;
    if (a->copy != b->copy)
        return a->copy < b->copy ? -1 : 1;
    if (a->body != b->body)
        return a->body < b->body ? -1 : 1;
    return a->task < b->task ? -1 : a->task > b->task;
}

struct segment { /* of a part: what a child and those below it have written */
    uint32_t at, n;
};

static int segment_compare(const uint32_t *v, struct segment a, struct segment b)
{
    uint32_t n = a.n < b.n ? a.n : b.n;
    for (uint32_t i = 0; i < n; i++)
        if (v[a.at + i] != v[b.at + i])
            return v[a.at + i] < v[b.at + i] ? -1 : 1;
    return a.n < b.n ? -1 : a.n > b.n;
}

/* Sort n segments that lie one after the other (few: by insertion). */
static void segments_sort(struct out *o, struct segment *g, uint32_t n)
{
    uint32_t from = g[0].at, size = o->n - from;
    for (uint32_t i = 1; i < n; i++) {
        struct segment x = g[i];
        uint32_t j = i;
        for (; j > 0 && segment_compare(o->v, x, g[j - 1]) < 0; j--)
            g[j] = g[j - 1];
        g[j] = x;
    }
    uint32_t *copy = xcalloc(size + 1, sizeof *copy), at = 0;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(copy + at, o->v + g[i].at, g[i].n * sizeof *copy);
        at += g[i].n;
    }
    memcpy(o->v + from, copy, size * sizeof *copy);
    free(copy);
}

static void put_tree(struct pack *k, const struct pack_run *r, uint32_t task);

/* Children of one fork whose copies are alike: those that have begun in the order of what they are,
 * those that wait to begin in their own. */
static uint32_t put_alike(struct pack *k, const struct pack_run *r, const struct child *c,
                          uint32_t n)
{
    struct segment *g = xcalloc(n, sizeof *g);
    uint32_t i = 0;
    for (; i < n && c[i].fork == c[0].fork && r->s.task[c[i].task].state != T_PENDING; i++) {
        g[i].at = k->o.n;
        put_tree(k, r, c[i].task);
        g[i].n = k->o.n - g[i].at;
    }
    if (i > 1)
        segments_sort(&k->o, g, i);
    free(g);
    return i;
}

static void put_tree(struct pack *k, const struct pack_run *r, uint32_t task)
{
    const struct state *s = &r->s;
    const struct task *t = &s->task[task];
    uint32_t n = 0;
    struct child *c = t->kids ? xcalloc(t->kids, sizeof *c) : NULL;
    for (uint32_t i = s->req[t->req].first_task; t->kids && i != NONE; i = s->task[i].req_next) {
        const struct task *x = &s->task[i];
        if (x->parent == task)
            c[n++] = (struct child){i, x->group == NONE ? NONE : s->group[x->group].fork, x->body,
                                    x->copy};
    }
    if (n > 1)
        qsort(c, n, sizeof *c, child_order);
    put(&k->o, put_task(k, r, task, n));
    for (uint32_t i = 0; i < n;) {
        if (c[i].fork != NONE && interchangeable(k, c[i].fork))
            i += put_alike(k, r, c + i, n - i);
        if (i < n && (c[i].fork == NONE || !interchangeable(k, c[i].fork) ||
                      s->task[c[i].task].state == T_PENDING))
            put_tree(k, r, c[i++].task);
    }
    free(c);
}

uint32_t pack_store_request(struct pack *k, const struct pack_run *r, uint32_t j)
{
    struct out *o = &k->o;
    const struct request *q = r->life[j] == PACK_ALIVE ? &r->s.req[r->slot[j]] : NULL;
    o->n = 0;
    put(o, r->life[j]);
    put_wide(o, r->extra[j]);
    put(o, r->watch[j]);
    if (q == NULL) {
        put(o, (uint32_t)r->status[j]);
        return vectors_put(&k->request, o->v, o->n);
    }
    put(o, (uint32_t)q->status);
    put(o, q->cls | q->worker << 16);
    put(o, q->over | (uint32_t)q->waiting << 1 | (uint32_t)q->has_limit << 2);
    put_tree(k, r, q->root);
    return vectors_put(&k->request, o->v, o->n);
}

/* ---- what all share ---- */

static void put_queue(struct pack *k, const struct pack_run *r, uint32_t first)
{
    const struct state *s = &r->s;
    uint32_t at = k->o.n, n = 0;
    put(&k->o, 0);
    for (uint32_t t = first; t != NONE; t = s->task[t].q_next, n++) {
        put(&k->o,
            owner_of(r, k->nreq, s->task[t].req) | (uint32_t)(uint16_t)s->task[t].priority << 16);
        put(&k->o, s->task[t].units);
    }
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

static uint32_t store_shared(struct pack *k, const struct pack_run *r)
{
    const struct state *s = &r->s;
    struct out *o = &k->o;
    o->n = 0;
    put_wide(o, r->extra_shared);
    for (uint32_t w = 0; w < k->p->workers; w++) {
        const struct loopst *l = &s->loop[w];
        uint32_t runs = l->running == NONE ? NONE : owner_of(r, k->nreq, s->task[l->running].req);
        put(o, s->present[w]);
        put(o, s->waiting[w]);
        put(o, l->posted | (uint32_t)l->idle << 1);
        put(o, runs);
        put_queue(k, r, l->first);
    }
    for (uint32_t i = 0; i < k->p->ninstance; i++) {
        put(o, s->inst[i].free);
        put(o, s->inst[i].posted);
        put_queue(k, r, s->inst[i].first);
    }
    put_queue(k, r, s->until_first);
    for (uint32_t i = 0; i < k->p->nvalue; i++)
        put(o, (uint32_t)s->value[i]);
    put_ghosts(k, s);
    return vectors_put(&k->shared, o->v, o->n);
}

void pack_store(struct pack *k, const struct pack_run *r, uint32_t *id)
{
    bug_if(r->s.ask != ASK_NONE || r->s.run_first != NONE);
    id[0] = store_shared(k, r);
    for (uint32_t j = 0; j < k->nreq; j++)
        id[1 + j] = pack_store_request(k, r, j);
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
    o->n = 0;
    put(o, *v++);
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
    const uint32_t *v = vectors_get(&k->shared, shared) + 2;
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
