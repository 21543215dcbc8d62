/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore.c - see explore.h.
 *
 *   tuples    the states met, in the order met: K + 1 numbers each, the parent beside them
 *   memo      what a pair (shared part, request's part) can become by moves of that request
 *   watch     what the effects of a move say about the faults */
#include "check/explore.h"
#include <stdlib.h>
#include <string.h>

/* ---- tuples ---- */

struct tuples {
    uint32_t width; /* K + 1 */
    uint32_t *v, *parent, *index;
    uint32_t n, cap, mask;
};

static uint64_t tuple_hash(const uint32_t *t, uint32_t width)
{
    uint64_t h = 0x9e3779b97f4a7c15U;
    for (uint32_t i = 0; i < width; i++) {
        h = (h ^ t[i]) * 0xff51afd7ed558ccdU;
        h ^= h >> 29;
    }
    return h ^ h >> 32;
}

static void tuples_index(struct tuples *t, uint32_t size)
{
    free(t->index);
    t->index = xcalloc(size, sizeof *t->index);
    t->mask = size - 1;
    for (uint32_t i = 0; i < t->n; i++) {
        uint64_t h = tuple_hash(t->v + (size_t)i * t->width, t->width);
        while (t->index[h & t->mask] != 0)
            h++;
        t->index[h & t->mask] = i + 1;
    }
}

/* The tuple's number; *fresh if it was not there. */
static uint32_t tuples_put(struct tuples *t, const uint32_t *v, uint32_t parent, bool *fresh)
{
    size_t bytes = t->width * sizeof *v;
    if (t->index == NULL || t->n >= t->mask - t->mask / 4)
        tuples_index(t, t->index == NULL ? 4096 : 2 * (t->mask + 1));
    uint64_t h = tuple_hash(v, t->width);
    for (uint32_t i; (i = t->index[h & t->mask]) != 0; h++)
        if (memcmp(t->v + (size_t)(i - 1) * t->width, v, bytes) == 0) {
            *fresh = false;
            return i - 1;
        }
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 4096 : t->cap + t->cap / 2;
        t->v = xrealloc(t->v, t->cap, bytes);
        t->parent = xrealloc(t->parent, t->cap, sizeof *t->parent);
    }
    memcpy(t->v + (size_t)t->n * t->width, v, bytes);
    t->parent[t->n] = parent;
    t->index[h & t->mask] = t->n + 1;
    *fresh = true;
    return t->n++;
}

static size_t tuples_bytes(const struct tuples *t)
{
    return (size_t)t->cap * (t->width + 1) * sizeof(uint32_t) +
           ((size_t)t->mask + 1) * sizeof(uint32_t);
}

/* ---- memo ---- */

struct became { /* by one move and its answers */
    uint32_t shared, part;
    uint32_t faults;
};
struct memo_row {
    uint32_t shared, part, req; /* key; req nreq: moves of nobody */
    uint32_t first, n;          /* in became */
    bool wide;                  /* some move touches other requests, too: not from here */
};
struct memo {
    struct memo_row *row;
    uint32_t n, cap;
    uint32_t *index, mask;
    struct became *became;
    uint32_t nbecame, cap_became;
};

static uint64_t memo_hash(uint32_t shared, uint32_t part, uint32_t req)
{
    const uint32_t key[3] = {shared, part, req};
    return tuple_hash(key, 3);
}

static void memo_index(struct memo *m, uint32_t size)
{
    free(m->index);
    m->index = xcalloc(size, sizeof *m->index);
    m->mask = size - 1;
    for (uint32_t i = 0; i < m->n; i++) {
        uint64_t h = memo_hash(m->row[i].shared, m->row[i].part, m->row[i].req);
        while (m->index[h & m->mask] != 0)
            h++;
        m->index[h & m->mask] = i + 1;
    }
}

static const struct memo_row *memo_find(const struct memo *m, uint32_t shared, uint32_t part,
                                        uint32_t req)
{
    if (m->index == NULL)
        return NULL;
    uint64_t h = memo_hash(shared, part, req);
    for (uint32_t i; (i = m->index[h & m->mask]) != 0; h++) {
        const struct memo_row *r = &m->row[i - 1];
        if (r->shared == shared && r->part == part && r->req == req)
            return r;
    }
    return NULL;
}

static const struct memo_row *memo_put(struct memo *m, struct memo_row row)
{
    if (m->index == NULL || m->n >= m->mask / 2)
        memo_index(m, m->index == NULL ? 1024 : 2 * (m->mask + 1));
    m->row = grow(m->row, &m->cap, m->n + 1, sizeof *m->row);
    uint64_t h = memo_hash(row.shared, row.part, row.req);
    while (m->index[h & m->mask] != 0)
        h++;
    m->row[m->n] = row;
    m->index[h & m->mask] = ++m->n;
    return &m->row[m->n - 1];
}

/* ---- the explorer ---- */

struct explorer {
    const struct prog *p;
    struct explore_opt o;
    struct explore *e;
    struct pack *k;
    struct pack_run r;
    struct moves m, each;
    struct tuples t;
    struct memo memo;
    uint32_t width, nreq;
    struct move_limits limits;
};

/* ---- watch ---- */

static uint64_t spawn_bit(uint32_t fork)
{
    return (uint64_t)1 << (fork & 63U);
}

static uint32_t request_slot(const struct pack_run *r, uint32_t nreq, uint32_t slot)
{
    for (uint32_t j = 0; j < nreq; j++)
        if (r->slot[j] == slot)
            return j;
    bug(__FILE__, __LINE__, "an effect of a request that is not there");
}

static uint32_t watch_respond(struct explorer *x, uint32_t slot)
{
    uint32_t j = request_slot(&x->r, x->nreq, slot);
    if (x->r.extra[j] < 2)
        x->r.extra[j]++;
    return x->r.extra[j] == 2 ? 1U << FAULT_TWICE : 0;
}

static void watch_begin(struct explorer *x, const struct fx *f)
{
    x->r.task_extra[f->task] = 0;
    if (f->a == NONE)
        return;
    uint32_t fork = x->p->op[f->b].a;
    if (x->p->fork[fork].kind == GROUP_SPAWN)
        x->r.task_extra[f->a] |= spawn_bit(fork);
}

/* The effects of the move just made: faults as bits. */
static uint32_t watch(struct explorer *x)
{
    struct state *s = &x->r.s;
    uint32_t faults = 0;
    pack_run_room(&x->r);
    for (uint32_t i = 0; i < s->fx_n; i++) {
        const struct fx *f = &s->fx[i];
        switch ((enum fx_kind)f->kind) {
        case FX_BEGIN:
            watch_begin(x, f);
            break;
        case FX_AWAITED:
            x->r.task_extra[f->a] &= ~spawn_bit(f->b);
            break;
        case FX_OVERTASK:
            if (f->a && x->r.task_extra[f->task] != 0)
                faults |= 1U << FAULT_UNAWAITED;
            break;
        case FX_RESPOND:
            faults |= watch_respond(x, f->a);
            break;
        case FX_OVER:
            if (x->r.extra[request_slot(&x->r, x->nreq, f->a)] == 0)
                faults |= 1U << FAULT_UNANSWERED;
            break;
        case FX_ENTER:
            x->e->reached[f->a] = 1;
            break;
        default:
            break;
        }
    }
    s->fx_n = 0;
    return faults;
}

/* Requests whose last task is gone give their slots back. */
static void settle(struct explorer *x)
{
    for (uint32_t j = 0; j < x->nreq; j++)
        if (x->r.life[j] == PACK_ALIVE && !x->r.s.req[x->r.slot[j]].used) {
            x->r.life[j] = PACK_GONE;
            x->r.status[j] = x->r.s.req[x->r.slot[j]].status;
            x->r.slot[j] = NONE;
        }
}

/* ---- what a state can become ---- */

typedef void found(void *ctx, const uint32_t *tuple, uint32_t faults, const struct move *m);

/* Make the move in every way its questions can be answered; the state of `tuple` is loaded anew for
 * each. */
static void try_move(struct explorer *x, const uint32_t *tuple, struct move m, found *f, void *ctx)
{
    uint32_t to[1 + PACK_MAX_REQUESTS];
    pack_load(x->k, tuple, &x->r);
    bool asked = move_make(&x->r, &m, &x->limits);
    if (x->r.s.stuck_pc != NONE) {
        x->e->end = EXPLORE_BROKEN;
        x->e->stuck_pc = x->r.s.stuck_pc;
        return;
    }
    if (asked) {
        double answer[16];
        uint32_t n = move_answers(&x->r, &x->limits, answer, 16, &x->e->cut);
        if (m.nanswer == MOVE_ANSWERS) {
            x->e->end = EXPLORE_BROKEN;
            return;
        }
        m.nanswer++;
        for (uint32_t i = 0; i < n; i++) {
            m.answer[m.nanswer - 1] = answer[i];
            try_move(x, tuple, m, f, ctx);
        }
        return;
    }
    uint32_t faults = watch(x);
    settle(x);
    pack_store(x->k, &x->r, to);
    f(ctx, to, faults, &m);
}

struct local { /* filling a memo row */
    struct explorer *x;
    const uint32_t *tuple;
    struct memo_row row;
};

static void local_found(void *ctx, const uint32_t *to, uint32_t faults, const struct move *m)
{
    struct local *l = ctx;
    struct memo *memo = &l->x->memo;
    uint32_t j = l->row.req;
    (void)m;
    for (uint32_t i = 0; i < l->x->nreq; i++)
        l->row.wide |= i != j && to[1 + i] != l->tuple[1 + i];
    memo->became = grow(memo->became, &memo->cap_became, memo->nbecame + 1, sizeof *memo->became);
    memo->became[memo->nbecame++] = (struct became){to[0], j < l->x->nreq ? to[1 + j] : 0, faults};
    l->row.n++;
}

static const struct memo_row *moves_of(struct explorer *x, const uint32_t *tuple, uint32_t j)
{
    uint32_t part = j < x->nreq ? tuple[1 + j] : 0;
    const struct memo_row *known = memo_find(&x->memo, tuple[0], part, j);
    if (known != NULL)
        return known;
    struct local l = {x, tuple, {tuple[0], part, j, x->memo.nbecame, 0, false}};
    pack_load(x->k, tuple, &x->r);
    moves_list(&x->r, x->nreq, j, &x->each);
    uint32_t n = x->each.n;
    struct move *v = xcalloc(n + 1, sizeof *v);
    if (n)
        memcpy(v, x->each.v, n * sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        try_move(x, tuple, v[i], local_found, &l);
    free(v);
    return memo_put(&x->memo, l.row);
}

/* Equal requests in the order of their parts; equal parts in the order in which the shared part
 * first names them. */
static void canonical(struct explorer *x, uint32_t *tuple)
{
    uint32_t order[PACK_MAX_REQUESTS], to[PACK_MAX_REQUESTS];
    uint32_t old[1 + PACK_MAX_REQUESTS], seen[PACK_MAX_REQUESTS];
    bool moved = false;
    if (!x->o.symmetric_requests || x->nreq < 2)
        return;
    memcpy(old, tuple, x->width * sizeof *old);
    pack_first_named(x->k, tuple[0], seen);
    for (uint32_t i = 0; i < x->nreq; i++) {
        uint32_t j = i;
        for (; j > 0 && x->o.cls[order[j - 1]] == x->o.cls[i] &&
               (old[1 + i] < old[1 + order[j - 1]] ||
                (old[1 + i] == old[1 + order[j - 1]] && seen[i] < seen[order[j - 1]]));
             j--) {
            order[j] = order[j - 1];
            moved = true;
        }
        order[j] = i;
    }
    if (!moved)
        return;
    for (uint32_t i = 0; i < x->nreq; i++) {
        to[order[i]] = i;
        tuple[1 + i] = old[1 + order[i]];
    }
    tuple[0] = pack_rename(x->k, tuple[0], to);
}

static void meet(struct explorer *x, uint32_t *tuple, uint32_t from, uint32_t faults)
{
    bool fresh;
    canonical(x, tuple);
    uint32_t i = tuples_put(&x->t, tuple, from, &fresh);
    x->e->transitions++;
    for (uint32_t f = 0; faults != 0; f++, faults >>= 1)
        if ((faults & 1U) && x->e->found[f] == NONE && fresh)
            x->e->found[f] = i;
}

struct direct { /* expanding a state without the memo */
    struct explorer *x;
    uint32_t from, n;
};

static void direct_found(void *ctx, const uint32_t *to, uint32_t faults, const struct move *m)
{
    struct direct *d = ctx;
    uint32_t tuple[1 + PACK_MAX_REQUESTS];
    (void)m;
    memcpy(tuple, to, d->x->width * sizeof *tuple);
    meet(d->x, tuple, d->from, faults);
    d->n++;
}

static uint32_t expand_direct(struct explorer *x, const uint32_t *tuple, uint32_t from, uint32_t j)
{
    struct direct d = {x, from, 0};
    pack_load(x->k, tuple, &x->r);
    moves_list(&x->r, x->nreq, j, &x->each);
    uint32_t n = x->each.n;
    struct move *v = xcalloc(n + 1, sizeof *v);
    if (n)
        memcpy(v, x->each.v, n * sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        try_move(x, tuple, v[i], direct_found, &d);
    free(v);
    return d.n;
}

/* A state without moves: fine if all requests are gone. */
static void look_at_last(struct explorer *x, const uint32_t *tuple, uint32_t i)
{
    bool stuck = false, silent = false;
    x->e->last++;
    pack_load(x->k, tuple, &x->r);
    for (uint32_t j = 0; j < x->nreq; j++) {
        stuck |= x->r.life[j] == PACK_ALIVE;
        silent |= x->r.life[j] == PACK_ALIVE && x->r.extra[j] == 0;
    }
    if (stuck && x->e->found[FAULT_DEADLOCK] == NONE)
        x->e->found[FAULT_DEADLOCK] = i;
    if (silent && x->e->found[FAULT_UNANSWERED] == NONE)
        x->e->found[FAULT_UNANSWERED] = i;
}

static void expand(struct explorer *x, uint32_t i)
{
    uint32_t tuple[1 + PACK_MAX_REQUESTS], to[1 + PACK_MAX_REQUESTS], n = 0;
    memcpy(tuple, x->t.v + (size_t)i * x->width, x->width * sizeof *tuple);
    for (uint32_t j = 0; j <= x->nreq; j++) {
        const struct memo_row *row = moves_of(x, tuple, j);
        if (row->wide) {
            n += expand_direct(x, tuple, i, j);
            continue;
        }
        uint32_t first = row->first, count = row->n;
        n += count;
        for (uint32_t b = first; b < first + count; b++) {
            const struct became *c = &x->memo.became[b];
            memcpy(to, tuple, x->width * sizeof *to);
            to[0] = c->shared;
            if (j < x->nreq)
                to[1 + j] = c->part;
            meet(x, to, i, c->faults);
        }
    }
    if (n == 0)
        look_at_last(x, tuple, i);
}

static bool enough(struct explorer *x)
{
    struct explore *e = x->e;
    if (e->end == EXPLORE_BROKEN)
        return true;
    if (x->o.max_states && x->t.n >= x->o.max_states)
        e->end = EXPLORE_STATES;
    else if (x->o.stop && *x->o.stop)
        e->end = EXPLORE_STOPPED;
    else if ((x->t.n & 1023U) == 0) {
        pack_sizes(x->k, &e->shared_parts, &e->request_parts, &e->part_bytes);
        if (x->o.max_bytes && tuples_bytes(&x->t) + e->part_bytes > x->o.max_bytes)
            e->end = EXPLORE_BYTES;
    }
    return e->end != EXPLORE_WHOLE;
}

void explore_run(const struct prog *p, const struct explore_opt *o, struct explore *e)
{
    struct explorer *x = xcalloc(1, sizeof *x);
    uint32_t tuple[1 + PACK_MAX_REQUESTS], level = 0;
    bool fresh;
    *e = (struct explore){.x = x, .stuck_pc = NONE, .reached = xcalloc(p->nmark + 1u, 1)};
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        e->found[f] = NONE;
    *x = (struct explorer){.p = p,
                           .o = *o,
                           .e = e,
                           .nreq = o->nreq,
                           .width = o->nreq + 1,
                           .limits = {.max_count = o->max_count, .cls = o->cls}};
    x->t.width = x->width;
    x->k = pack_new(p, x->nreq, o->symmetric_copies);
    pack_run_init(&x->r, p, x->nreq);
    x->r.s.op_limit = 1000000;
    x->r.s.fine = true;
    pack_store(x->k, &x->r, tuple);
    tuples_put(&x->t, tuple, NONE, &fresh);
    for (uint32_t i = 0; i < x->t.n && !enough(x); i++) {
        if (i == level) {
            e->depth++;
            level = x->t.n;
        }
        expand(x, i);
    }
    e->states = x->t.n;
    e->bytes = tuples_bytes(&x->t);
    pack_sizes(x->k, &e->shared_parts, &e->request_parts, &e->part_bytes);
}

void explore_free(struct explore *e)
{
    struct explorer *x = e->x;
    pack_free(x->k);
    pack_run_free(&x->r);
    moves_free(&x->m);
    moves_free(&x->each);
    free(x->t.v);
    free(x->t.parent);
    free(x->t.index);
    free(x->memo.row);
    free(x->memo.index);
    free(x->memo.became);
    free(x);
    free(e->reached);
}

/* ---- the way back ---- */

void explore_load(const struct explore *e, uint32_t state, struct pack_run *r)
{
    pack_load(e->x->k, e->x->t.v + (size_t)state * e->x->width, r);
}

struct search { /* for the move that leads to a tuple */
    struct explorer *x;
    const uint32_t *to;
    struct move found;
    bool have;
};

static void search_found(void *ctx, const uint32_t *to, uint32_t faults, const struct move *m)
{
    struct search *s = ctx;
    uint32_t tuple[1 + PACK_MAX_REQUESTS];
    (void)faults;
    memcpy(tuple, to, s->x->width * sizeof *tuple);
    canonical(s->x, tuple);
    if (s->have || memcmp(tuple, s->to, s->x->width * sizeof *tuple) != 0)
        return;
    s->found = *m;
    s->have = true;
}

static struct move move_between(struct explorer *x, uint32_t from, uint32_t to)
{
    struct search s = {.x = x, .to = x->t.v + (size_t)to * x->width};
    const uint32_t *tuple = x->t.v + (size_t)from * x->width;
    pack_load(x->k, tuple, &x->r);
    moves_list(&x->r, x->nreq, NONE, &x->m);
    for (uint32_t i = 0; i < x->m.n && !s.have; i++)
        try_move(x, tuple, x->m.v[i], search_found, &s);
    bug_if(!s.have);
    return s.found;
}

struct path explore_path(struct explore *e, uint32_t state, struct arena *a)
{
    struct explorer *x = e->x;
    struct path w = {0};
    for (uint32_t i = state; x->t.parent[i] != NONE; i = x->t.parent[i])
        w.n++;
    w.move = NEW(a, struct move, w.n + 1u);
    w.state = NEW(a, uint32_t, w.n + 1u);
    w.state[w.n] = state;
    for (uint32_t i = w.n; i-- > 0;) {
        w.state[i] = x->t.parent[w.state[i + 1]];
        w.move[i] = move_between(x, w.state[i], w.state[i + 1]);
    }
    return w;
}
