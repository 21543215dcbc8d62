/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack_task.c - the tasks of a request to numbers: see pack.h. */
#include "core/pack_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t real_put(struct pack *k, double x)
{
    uint32_t v[2];
    if (x >= 0 && x < (double)REAL && x == floor(x))
        return (uint32_t)x;
    if (isnan(x))
        x = (double)NAN; /* all unknown values are one */
    memcpy(v, &x, sizeof x);
    return REAL | pack_keep(k, &k->real, NULL, &(struct out){.v = v, .n = 2});
}

/* The same for one that is part of a batch, along all batches. */
static uint32_t batched_rank(const struct pack_run *r, uint32_t task)
{
    const struct state *s = &r->s;
    uint32_t rank = 1;
    for (uint32_t b = 0; b < r->nbatch; b++)
        for (uint32_t i = s->req[r->batch[b]].first_item; i != NONE; i = s->task[i].q_next) {
            if (i == task)
                return rank;
            rank += s->task[i].req == s->task[task].req;
        }
    bug(__FILE__, __LINE__, "an item is in no batch");
}

/* A task's place among its own request's tasks in the one queue it is in, + 1; 0: in none. */
static uint32_t task_rank(const struct pack_run *r, uint32_t task)
{
    const struct state *s = &r->s;
    const struct task *t = &s->task[task];
    uint32_t rank = 1, q = NONE;
    if (t->state == T_READY)
        q = s->loop[t->worker].first;
    else if (t->state == T_AWAIT)
        q = s->req[t->req].first_await;
    else if (t->state == T_UNTIL)
        q = s->until_first;
    else if ((t->state == T_QUEUE || t->state == T_THREAD || t->state == T_ITEM) && t->res != NONE)
        q = s->inst[t->res].first;
    else if (t->state == T_BATCHED)
        return batched_rank(r, task);
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

/* The fork whose children it is one of, or was, for who takes it yet; NONE. */
static uint32_t fork_or_taken(const struct state *s, const struct task *t, uint32_t rank)
{
    if (t->group != NONE)
        return s->group[t->group].fork;
    return t->state == T_DONE && rank != 0 ? rank >> 16 : NONE;
}

/* Is it all the same which child of the fork is which?  Of no fork any more (NONE) it is. */
static bool interchangeable(const struct pack *k, uint32_t fork)
{
    if (fork == NONE)
        return k->symmetric;
    const struct forksite *f = &k->p->fork[fork];
    return k->symmetric && f->kind == GROUP_EACH && !f->taken_named;
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

static bool leave_out(struct pack *k, const struct task *t, uint32_t word)
{
    if (k->dead[t->body * k->p->nword + word])
        return true;
    bool dead = k->live && !k->live[(size_t)t->pc * k->p->nword + word];
    k->left_out |= dead;
    return dead;
}

static void put_words(struct pack *k, struct out *o, const struct state *s, uint32_t task)
{
    const double *w = state_words(s, task);
    const struct op *next = &k->p->op[s->skip[s->task[task].pc]];
    /* Of a timeout that ends with the task's next instruction it does not matter whether it has
     * fired. */
    uint32_t ends = next->code == OP_UNTIMER ? next->a : NONE;
    uint32_t at = o->n, n = 0;
    put(o, 0);
    for (uint32_t i = 0; i < k->p->nword; i++) {
        bool names_group = false;
        if (w[i] == 0 || i == ends || leave_out(k, &s->task[task], i))
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

static void put_notes(struct out *o, const struct pack_run *r, uint32_t task)
{
    uint32_t at = o->n;
    if (r->nnote == 0)
        return;
    put(o, 0);
    for (uint32_t i = 0; i < r->nnote; i++) {
        uint32_t x = r->task_note[(size_t)task * r->nnote + i];
        if (x == 0)
            continue;
        put(o, i);
        put(o, x);
        o->v[at]++;
    }
}

static uint32_t put_task(struct pack *k, const struct pack_run *r, uint32_t task, uint32_t kids)
{
    const struct state *s = &r->s;
    const struct task *t = &s->task[task];
    struct out *o = &k->t;
    uint32_t fork = t->group == NONE ? NONE : s->group[t->group].fork, groups = 0;
    uint32_t rank = task_rank(r, task);
    bool own_thread = t->mode == M_LIGHT && t->thread != NONE;
    bool runs = s->loop[t->worker].running == task;
    o->n = 0;
    put(o, t->pc | (uint32_t)t->state << 24 | (uint32_t)t->mode << 29);
    put(o, t->flags | (uint32_t)t->fail << 16);
    put(o, t->body | kids << 16);
    put(o, interchangeable(k, fork_or_taken(s, t, rank)) ? NONE : t->copy);
    put(o, fork + 1);
    put(o, rank);
    /* What only a wait or a failure needs is as it is only then. */
    bool queues = t->state == T_QUEUE || t->state == T_THREAD || t->state == T_ITEM;
    put(o, t->scope | (queues ? (uint32_t)(uint16_t)t->priority << 16 : 0));
    put(o, (t->flags & TF_RAISE) ? t->unwind : NONE);
    put(o, t->res);
    put(o, queues ? t->units : 0);
    put(o, t->worker | (uint32_t)own_thread << 16 | (uint32_t)runs << 17);
    put_wide(o, r->task_extra ? r->task_extra[task] : 0);
    put_notes(o, r, task);
    for (uint32_t g = t->groups; g != NONE; g = s->group[g].next)
        groups++;
    put(o, groups);
    for (uint32_t g = t->groups; g != NONE; g = s->group[g].next)
        put_group(o, &s->group[g]);
    put_words(k, o, s, task);
    return pack_keep(k, &k->task, NULL, o);
}

/* ---- trees ---- */

struct child { /* of one task, to be put in canonical order */
    uint32_t task, fork, body, copy;
};

static int child_order(const void *x, const void *y)
{
    const struct child *a = x, *b = y;
    if (a->fork != b->fork)
        return a->fork < b->fork ? -1 : 1;
    if (a->body != b->body)
        return a->body < b->body ? -1 : 1;
    if (a->copy != b->copy)
        return a->copy < b->copy ? -1 : 1;
    return a->task < b->task ? -1 : a->task > b->task;
}

static int segment_compare(const uint32_t *v, struct segment a, struct segment b)
{
    uint32_t n = a.n < b.n ? a.n : b.n;
    for (uint32_t i = 0; i < n; i++)
        if (v[a.at + i] != v[b.at + i])
            return v[a.at + i] < v[b.at + i] ? -1 : 1;
    return a.n < b.n ? -1 : a.n > b.n;
}

void pack_sort(struct out *o, struct segment *g, uint32_t n, uint32_t *order)
{
    uint32_t from = g[0].at, size = o->n - from;
    for (uint32_t i = 0; i < n; i++) { /* few: by insertion */
        struct segment x = g[i];
        uint32_t j = i;
        for (; j > 0 && segment_compare(o->v, x, g[j - 1]) < 0; j--) {
            g[j] = g[j - 1];
            if (order)
                order[j] = order[j - 1];
        }
        g[j] = x;
        if (order)
            order[j] = i;
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

/* Does it not matter which of two neighbours is which?  Copies of a fork that are interchangeable,
 * or tasks of no group any more that were made alike; not those that wait to begin, in their order.
 */
static bool alike(const struct pack *k, const struct pack_run *r, const struct child *a,
                  const struct child *b)
{
    if (a->fork != b->fork || a->body != b->body || r->s.task[a->task].state == T_PENDING ||
        r->s.task[b->task].state == T_PENDING)
        return false;
    return interchangeable(k, a->fork) || (a->fork == NONE && a->copy == b->copy);
}

/* The trees of n children in order, those that are alike in the order of what they are. */
static void put_trees(struct pack *k, const struct pack_run *r, const struct child *c, uint32_t n)
{
    struct segment *g = xcalloc(n + 1, sizeof *g);
    for (uint32_t i = 0, m; i < n; i += m) {
        for (m = 0; m == 0 || (i + m < n && alike(k, r, &c[i], &c[i + m])); m++) {
            g[m].at = k->o.n;
            put_tree(k, r, c[i + m].task);
            g[m].n = k->o.n - g[m].at;
        }
        if (m > 1)
            pack_sort(&k->o, g, m, NULL);
    }
    free(g);
}

/* Children of a task of the request, or (NONE) those without a parent, in canonical order. */
static struct child *children(const struct pack_run *r, uint32_t slot, uint32_t parent, uint32_t *n)
{
    const struct state *s = &r->s;
    struct child *c = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = s->req[slot].first_task; i != NONE; i = s->task[i].req_next) {
        const struct task *x = &s->task[i];
        if (x->parent != parent)
            continue;
        c = grow(c, &cap, *n + 1, sizeof *c);
        c[(*n)++] =
            (struct child){i, x->group == NONE ? NONE : s->group[x->group].fork, x->body, x->copy};
    }
    if (*n > 1)
        qsort(c, *n, sizeof *c, child_order);
    return c;
}

static void put_tree(struct pack *k, const struct pack_run *r, uint32_t task)
{
    const struct task *t = &r->s.task[task];
    uint32_t n = 0;
    struct child *c = t->kids ? children(r, t->req, task, &n) : NULL;
    put(&k->o, put_task(k, r, task, n));
    put_trees(k, r, c, n);
    free(c);
}

void pack_tasks(struct pack *k, const struct pack_run *r, uint32_t slot)
{
    uint32_t n;
    struct child *c = children(r, slot, NONE, &n);
    put(&k->o, n);
    put_trees(k, r, c, n);
    free(c);
}
