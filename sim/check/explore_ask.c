/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_ask.c - step asked about many states by several threads: see explore_impl.h.
 *
 * First it is listed what has to be asked: each row of the memo once, for the first state that
 * needs it.  Then worlds (a run to make moves upon, and all that looks at it) make these rows, a
 * piece of the list each, with numbers of their own for parts that are new; last, rows and parts
 * are taken over in the order of the list.  A state in which a new kind of task appears is left to
 * be asked about afterwards, alone: so all depends on the list only, and not on the pieces. */
#include "base/arena.h"
#include "check/explore_impl.h"
#include "run/jobs.h"
#include <stdlib.h>
#include <string.h>

enum { FEW_WANTS = 64, WORLDS = 4 /* for each thread: some take longer */ };

struct wanted { /* the moves of request j in a state */
    uint32_t state, j;
    uint32_t row;    /* made, of the world's memo; or ROW_NONE */
    uint32_t direct; /* made, of its direct rows; or ROW_NONE */
};
struct world {
    struct explorer x;
    struct explore e;
    uint32_t first, n; /* of the list */
};
struct ask {
    struct explorer *x;
    struct wanted *want;
    uint32_t n, cap;
    struct memo claimed; /* rows that are in the list: no more than their keys */
    struct world *world;
    uint32_t nworld, cap_world;
    struct lock *watching; /* one world at a time */
};

/* ---- what has to be asked ---- */

static void want_row(struct ask *a, uint32_t state, uint32_t j)
{
    if (a->n == a->cap)
        a->want = grow(a->want, &a->cap, a->n + 1, sizeof *a->want);
    a->want[a->n++] = (struct wanted){state, j, ROW_NONE, ROW_NONE};
}

static bool claim(struct ask *a, const uint32_t *tuple, uint32_t j)
{
    struct memo_row key = {.shared = tuple[0], .part = j < a->x->nreq ? tuple[1 + j] : 0, .req = j};
    if (memo_find(&a->claimed, key.shared, key.part, j) != MEMO_NONE)
        return false;
    memo_put(&a->claimed, key);
    return true;
}

void explore_ask_about(struct ask *a, uint32_t state, const uint32_t *tuple)
{
    const struct explorer *x = a->x;
    for (uint32_t j = 0; j <= x->nreq; j++) {
        const struct memo_row *row = explore_row_known(x, tuple, j);
        if (row != NULL && row->local && !row->wide)
            return;
        if (row != NULL ? row->wide : explore_never_kept(x, j) || claim(a, tuple, j))
            want_row(a, state, j);
        else if (row == NULL && x->local)
            return; /* it may be that of a local move, and these alone are made then */
    }
}

/* ---- worlds ---- */

static void world_init(struct world *w, const struct explorer *x, struct lock *watching)
{
    const struct prog *p = x->p;
    w->x = (struct explorer){.p = p, .o = x->o, .e = &w->e, .nreq = x->nreq, .width = x->width};
    w->x.k = pack_apart_new(x->k);
    w->x.batches = x->batches;
    w->x.forget = x->forget;
    w->x.limits = x->limits;
    w->x.spawn = x->spawn;
    w->x.begins = x->begins;
    w->x.local = x->local;
    w->x.watching = watching;
    w->e = (struct explore){.stuck_pc = NONE};
    explore_seen_new(&w->e, p);
    explore_run_init(&w->x);
}

static void world_free(struct world *w)
{
    pack_apart_free(w->x.k);
    explore_run_free(&w->x);
    explore_seen_free(&w->e);
}

/* False: what the world has made of it is worth nothing. */
static bool good(struct world *w)
{
    bool broken = w->e.end != EXPLORE_WHOLE;
    w->e.end = EXPLORE_WHOLE;
    return !pack_apart_missed(w->x.k) && !broken;
}

/* The wants of one state, from the k-th on; the end of them. */
static uint32_t make_state(const struct ask *a, struct world *w, uint32_t k)
{
    uint32_t tuple[TUPLE_MAX], from = k, state = a->want[k].state, end = w->first + w->n;
    bool local = false;
    tuples_get(&a->x->t, state, tuple);
    for (; k < end && a->want[k].state == state; k++) {
        struct wanted *v = &a->want[k];
        if (local)
            continue;
        if (!explore_never_kept(&w->x, v->j) && explore_row_known(a->x, tuple, v->j) == NULL) {
            v->row = explore_make_row(&w->x, tuple, v->j);
            local = w->x.memo.row[v->row].local && !w->x.memo.row[v->row].wide;
        }
        if (v->row == ROW_NONE || w->x.memo.row[v->row].wide)
            v->direct = explore_make_direct(&w->x, tuple, v->j, &local);
    }
    if (!good(w))
        for (uint32_t i = from; i < k; i++)
            a->want[i].row = a->want[i].direct = ROW_NONE;
    return k;
}

static void make_world(void *ctx, uint64_t i)
{
    struct ask *a = ctx;
    struct world *w = &a->world[i];
    pack_apart_begin(w->x.k, a->x->k);
    memo_clear(&w->x.memo);
    w->x.direct.n = w->x.direct.nrow = 0;
    for (uint32_t k = w->first; k < w->first + w->n;)
        k = make_state(a, w, k);
}

/* Each a piece of the list, whole states. */
static void cut(struct ask *a, uint32_t n)
{
    if (n > a->cap_world) {
        a->world = xrealloc(a->world, n, sizeof *a->world);
        for (uint32_t i = 0; i < a->cap_world; i++)
            a->world[i].x.e = &a->world[i].e; /* it has moved */
        for (uint32_t i = a->cap_world; i < n; i++)
            world_init(&a->world[i], a->x, a->watching);
        a->cap_world = n;
    }
    a->nworld = n;
    for (uint32_t i = 0, from = 0; i < n; i++) {
        uint32_t to = (uint32_t)((uint64_t)a->n * (i + 1) / n);
        while (to > from && to < a->n && a->want[to].state == a->want[to - 1].state)
            to++;
        to = to < from ? from : to;
        a->world[i].first = from;
        a->world[i].n = to - from;
        from = to;
    }
}

/* ---- what has been made ---- */

static uint32_t sign_of(struct explorer *x, const struct world *w, uint32_t sign)
{
    return memo_signs(&x->memo, memo_shown(&w->x.memo, sign));
}

static void take_row(struct explorer *x, const struct world *w, uint32_t row)
{
    struct memo_row r = w->x.memo.row[row];
    const struct became *from = &w->x.memo.became[r.first];
    r.first = x->memo.nbecame;
    for (uint32_t i = 0; i < r.n; i++) {
        struct became b = {.shared = pack_apart_shared(w->x.k, from[i].shared),
                           .part = pack_apart_request(w->x.k, from[i].part),
                           .signs = sign_of(x, w, from[i].signs)};
        memo_add(&x->memo, b);
    }
    r.still = 0;
    memo_put(&x->memo, r);
}

static uint32_t take_direct(struct explorer *x, const struct world *w, uint32_t row)
{
    const struct direct_row *r = &w->x.direct.row[row & ~ROW_DIRECT];
    uint32_t to[TUPLE_MAX], taken = explore_direct_begin(x);
    for (uint32_t i = r->first; i < r->first + r->n; i++) {
        const uint32_t *v = w->x.direct.v + (size_t)i * x->width;
        to[0] = pack_apart_shared(w->x.k, v[0]);
        for (uint32_t j = 1; j < x->width; j++)
            to[j] = pack_apart_request(w->x.k, v[j]);
        explore_direct_add(x, to, sign_of(x, w, w->x.direct.sign[i]));
    }
    return explore_direct_end(x, taken, r->local);
}

static void take_world(struct ask *a, struct world *w, uint32_t *row, uint32_t first)
{
    pack_apart_join(a->x->k, w->x.k);
    for (uint32_t k = w->first; k < w->first + w->n; k++) {
        const struct wanted *v = &a->want[k];
        if (v->row != ROW_NONE)
            take_row(a->x, w, v->row);
        if (v->direct != ROW_NONE)
            row[(size_t)(v->state - first) * (a->x->nreq + 1) + v->j] =
                take_direct(a->x, w, v->direct);
    }
    explore_seen_add(a->x->p, a->x->e, &w->e);
}

void explore_ask(struct ask *a, uint32_t *row, uint32_t first)
{
    uint32_t jobs = a->x->o.jobs;
    if (a->n >= FEW_WANTS) {
        cut(a, jobs <= 1 ? 1 : jobs * WORLDS);
        jobs_run(jobs, a->nworld, make_world, a);
        for (uint32_t i = 0; i < a->nworld; i++)
            take_world(a, &a->world[i], row, first);
    }
    a->n = 0;
    memo_clear(&a->claimed);
}

struct ask *explore_ask_new(struct explorer *x)
{
    struct ask *a = xcalloc(1, sizeof *a);
    a->x = x;
    a->watching = x->o.watch && x->o.jobs > 1 ? lock_new() : NULL;
    return a;
}

void explore_ask_free(struct ask *a)
{
    for (uint32_t i = 0; i < a->cap_world; i++)
        world_free(&a->world[i]);
    if (a->watching)
        lock_free(a->watching);
    memo_free(&a->claimed);
    free(a->world);
    free(a->want);
    free(a);
}
