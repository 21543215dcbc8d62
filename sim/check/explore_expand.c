/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_expand.c - what a state can become: see explore_impl.h. */
#include "base/arena.h"
#include "check/explore_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- equal requests ---- */

/* Where each request goes: in the order of their parts; equal parts in the order in which the
 * shared part first names them.  False: they are in order. */
static bool order_of(const struct explorer *x, const uint32_t *tuple, uint32_t *order)
{
    uint32_t seen[PACK_MAX_REQUESTS];
    bool moved = false;
    if (!x->o.symmetric_requests || x->nreq < 2)
        return false;
    pack_first_named(x->k, tuple[0], seen);
    for (uint32_t i = 0; i < x->nreq; i++) {
        uint32_t j = i;
        for (; j > 0 && x->o.cls[order[j - 1]] == x->o.cls[i] &&
               (tuple[1 + i] < tuple[1 + order[j - 1]] ||
                (tuple[1 + i] == tuple[1 + order[j - 1]] && seen[i] < seen[order[j - 1]]));
             j--) {
            order[j] = order[j - 1];
            moved = true;
        }
        order[j] = i;
    }
    return moved;
}

static void reorder(const struct explorer *x, uint32_t *tuple, const uint32_t *order)
{
    uint32_t old[PACK_MAX_REQUESTS];
    memcpy(old, tuple + 1, x->nreq * sizeof *old);
    for (uint32_t i = 0; i < x->nreq; i++)
        tuple[1 + i] = old[order[i]];
}

/* The order in 4 bits a request. */
static uint64_t order_code(const struct explorer *x, const uint32_t *order)
{
    uint64_t code = 0;
    for (uint32_t i = 0; i < x->nreq; i++)
        code = code << 4 | order[i];
    return code;
}

bool explore_canonical_known(const struct explorer *x, uint32_t *tuple)
{
    uint32_t order[PACK_MAX_REQUESTS];
    if (!order_of(x, tuple, order))
        return true;
    uint64_t code = order_code(x, order);
    uint32_t row = memo_find(&x->renamed, tuple[0], (uint32_t)code, (uint32_t)(code >> 32));
    if (row == MEMO_NONE)
        return false;
    tuple[0] = x->renamed.row[row].first;
    reorder(x, tuple, order);
    return true;
}

void explore_canonical(struct explorer *x, uint32_t *tuple)
{
    uint32_t order[PACK_MAX_REQUESTS], to[PACK_MAX_REQUESTS];
    if (explore_canonical_known(x, tuple) || !order_of(x, tuple, order))
        return;
    for (uint32_t i = 0; i < x->nreq; i++)
        to[order[i]] = i;
    uint64_t code = order_code(x, order);
    memo_put(&x->renamed, (struct memo_row){.shared = tuple[0],
                                            .part = (uint32_t)code,
                                            .req = (uint32_t)(code >> 32),
                                            .first = pack_rename(x->k, tuple[0], to)});
    explore_canonical_known(x, tuple);
}

/* ---- rows ---- */

struct filling { /* of a memo row */
    struct explorer *x;
    const uint32_t *tuple;
    struct memo_row row;
};

static void memo_found(void *ctx, const uint32_t *to, struct signs s, const struct move *m)
{
    struct filling *l = ctx;
    uint32_t j = l->row.req;
    (void)m;
    for (uint32_t i = 0; i < l->x->nreq; i++)
        l->row.wide |= i != j && to[1 + i] != l->tuple[1 + i];
    memo_add(&l->x->memo, (struct became){.shared = to[0],
                                          .part = j < l->x->nreq ? to[1 + j] : 0,
                                          .signs = memo_signs(&l->x->memo, s)});
    l->row.n++;
}

static uint32_t part_of(const struct explorer *x, const uint32_t *tuple, uint32_t j)
{
    return j < x->nreq ? tuple[1 + j] : 0;
}

uint32_t explore_make_row(struct explorer *x, const uint32_t *tuple, uint32_t j)
{
    struct filling l = {x, tuple, {.shared = tuple[0], .part = part_of(x, tuple, j), .req = j}};
    l.row.first = x->memo.nbecame;
    l.row.local = explore_try_local(x, tuple, j, memo_found, &l);
    return memo_put(&x->memo, l.row);
}

uint32_t explore_direct_begin(const struct explorer *x)
{
    return x->direct.n;
}

void explore_direct_add(struct explorer *x, const uint32_t *to, uint32_t sign)
{
    struct direct *d = &x->direct;
    d->v = grow(d->v, &d->cap, (d->n + 1) * x->width, sizeof *d->v);
    memcpy(d->v + (size_t)d->n * x->width, to, x->width * sizeof *to);
    d->sign = grow(d->sign, &d->cap_sign, d->n + 1, sizeof *d->sign);
    d->sign[d->n++] = sign;
}

uint32_t explore_direct_end(struct explorer *x, uint32_t first, bool local)
{
    struct direct *d = &x->direct;
    d->row = grow(d->row, &d->cap_row, d->nrow + 1, sizeof *d->row);
    d->row[d->nrow] = (struct direct_row){first, d->n - first, local};
    return ROW_DIRECT | d->nrow++;
}

static void direct_found(void *ctx, const uint32_t *to, struct signs s, const struct move *m)
{
    struct explorer *x = ctx;
    (void)m;
    explore_direct_add(x, to, memo_signs(&x->memo, s));
}

/* Not from the memo, and not kept for others. */
uint32_t explore_make_direct(struct explorer *x, const uint32_t *tuple, uint32_t j, bool *local)
{
    uint32_t first = explore_direct_begin(x);
    if (x->forget)
        *local = explore_try_local(x, tuple, j, direct_found, x);
    else
        explore_try_each(x, tuple, j, direct_found, x);
    return explore_direct_end(x, first, x->forget && *local);
}

/* Whether it is so for any state, and not only where a move touches other requests. */
bool explore_never_kept(const struct explorer *x, uint32_t j)
{
    return x->forget || x->o.every || (x->o.watch && x->o.watch->global) ||
           (j == x->nreq && x->batches);
}

const struct memo_row *explore_row_known(const struct explorer *x, const uint32_t *tuple,
                                         uint32_t j)
{
    uint32_t row = memo_find(&x->memo, tuple[0], part_of(x, tuple, j), j);
    return row == MEMO_NONE ? NULL : &x->memo.row[row];
}

static uint32_t row_of(struct explorer *x, const uint32_t *tuple, uint32_t j, bool make,
                       bool *local)
{
    if (explore_never_kept(x, j))
        return make ? explore_make_direct(x, tuple, j, local) : ROW_UNKNOWN;
    uint32_t row = memo_find(&x->memo, tuple[0], part_of(x, tuple, j), j);
    if (row == MEMO_NONE) {
        if (!make)
            return ROW_UNKNOWN;
        row = explore_make_row(x, tuple, j);
    }
    if (x->memo.row[row].wide)
        return make ? explore_make_direct(x, tuple, j, local) : ROW_UNKNOWN;
    *local = x->memo.row[row].local;
    return row;
}

bool explore_rows(struct explorer *x, const uint32_t *tuple, uint32_t *row, bool make)
{
    bool local = false;
    for (uint32_t j = 0; j <= x->nreq; j++) {
        if (local) {
            row[j] = ROW_NONE;
            continue;
        }
        if (row_is_direct(row[j]))
            local = x->direct.row[row[j] & ~ROW_DIRECT].local;
        else
            row[j] = row_of(x, tuple, j, make, &local);
        if (row[j] == ROW_UNKNOWN)
            return false;
        for (uint32_t k = 0; k < j && local; k++)
            row[k] = ROW_NONE;
    }
    return true;
}

static uint32_t tos_of_row(const struct explorer *x, const uint32_t *tuple,
                           const struct memo_row *row, uint32_t by, to_found *f, void *ctx)
{
    uint32_t to[TUPLE_MAX];
    uint64_t asleep = sleep_in(&x->sleep, &x->memo, row, by);
    for (uint32_t i = 0; i < row->n; i++) {
        if (i < 64 && (asleep >> i & 1U))
            continue;
        const struct became *c = &x->memo.became[row->first + i];
        memcpy(to, tuple, x->width * sizeof *to);
        to[0] = c->shared;
        if (row->req < x->nreq)
            to[1 + row->req] = c->part;
        f(ctx, to, c->signs, row->first + i);
    }
    return row->n;
}

static uint32_t tos_of_direct(const struct explorer *x, const struct direct_row *row, to_found *f,
                              void *ctx)
{
    uint32_t to[TUPLE_MAX];
    for (uint32_t b = row->first; b < row->first + row->n; b++) {
        memcpy(to, x->direct.v + (size_t)b * x->width, x->width * sizeof *to);
        f(ctx, to, x->direct.sign[b], SLEEP_NONE);
    }
    return row->n;
}

uint32_t explore_tos(const struct explorer *x, const uint32_t *tuple, const uint32_t *row,
                     uint32_t by, to_found *f, void *ctx)
{
    uint32_t n = 0;
    for (uint32_t j = 0; j <= x->nreq; j++) {
        if (row[j] == ROW_NONE)
            continue;
        if (row_is_direct(row[j]))
            n += tos_of_direct(x, &x->direct.row[row[j] & ~ROW_DIRECT], f, ctx);
        else
            n += tos_of_row(x, tuple, &x->memo.row[row[j]], by, f, ctx);
    }
    return n;
}

/* ---- one state after the other ---- */

struct meeting {
    struct explorer *x;
    uint32_t from;
};

static void meet_one(void *ctx, uint32_t *to, uint32_t sign, uint32_t entry)
{
    const struct meeting *h = ctx;
    (void)entry;
    h->x->met(h->x, to, h->from, memo_shown(&h->x->memo, sign));
}

uint32_t explore_expand(struct explorer *x, uint32_t i)
{
    uint32_t tuple[TUPLE_MAX], row[TUPLE_MAX];
    struct meeting h = {x, i};
    x->direct.n = x->direct.nrow = 0;
    tuples_get(&x->t, i, tuple);
    memset(row, 0xff, sizeof row); /* ROW_NONE */
    explore_rows(x, tuple, row, true);
    return explore_tos(x, tuple, row, SLEEP_NONE, meet_one, &h);
}
