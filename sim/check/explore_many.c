/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_many.c - many states expanded at once, by several threads: see explore_impl.h.
 *
 * Pieces of the states are written out, as tuples that they can become, apart from each other. That
 * is mostly in the memo; where it is not, step is asked, one state after the other, and the piece
 * is written again.  tuples_put_all() then numbers those that are new as one after the other would
 * be. So an exploration is the same for any number of threads. */
#include "base/arena.h"
#include "check/explore_impl.h"
#include "run/jobs.h"
#include <stdlib.h>
#include <string.h>

enum { PIECES = 4, FEW_STATES = 256, FEW_TUPLES = 4096 };

struct event {          /* a state has no move, or a move shows something */
    uint32_t state, to; /* a transition of the piece, or NONE */
};
struct piece { /* some of the states, one after the other, and what they become */
    uint32_t first, n;
    uint32_t *unknown, nunknown, cap_unknown; /* states about which step has to be asked */
    uint32_t *tuple, *from, *sign, *entry;    /* of each transition that does not sleep */
    uint32_t nto, cap_tuple, cap_from, cap_sign, cap_entry;
    uint64_t moves;                        /* and those that do */
    uint32_t *rename, nrename, cap_rename; /* transitions whose tuple is not canonical yet */
    struct event *event;                   /* in their order */
    uint32_t nevent, cap_event;
};
struct many {
    struct explorer *x;
    uint32_t first, n;
    uint32_t *row, cap_row; /* of each state: explore_rows() */
    struct piece *piece;
    struct tuples_piece *put;
    uint32_t npiece, cap_piece;
    struct tuples_many t;
    struct ask *ask;
};

/* ---- rows ---- */

static uint32_t by_of(const struct explorer *x, uint32_t state)
{
    return x->sleeps ? sleep_by(&x->sleep, state) : SLEEP_NONE;
}

static uint32_t *rows_of(const struct many *m, uint32_t state)
{
    return m->row + (size_t)(state - m->first) * (m->x->nreq + 1);
}

/* False: the rows, or what sleeps, are not known yet. */
static bool rows_known(const struct many *m, uint32_t i, const uint32_t *tuple)
{
    struct explorer *x = m->x;
    uint32_t *row = rows_of(m, i);
    memset(row, 0xff, (x->nreq + 1) * sizeof *row); /* ROW_NONE */
    if (!x->forget && explore_rows(x, tuple, row, false) && sleep_known(&x->sleep, by_of(x, i)))
        return true;
    memset(row, 0xff, (x->nreq + 1) * sizeof *row);
    return false;
}

static void find_rows(struct many *m)
{
    struct explorer *x = m->x;
    uint32_t tuple[TUPLE_MAX];
    for (uint32_t p = 0; p < m->npiece; p++)
        for (uint32_t k = 0; k < m->piece[p].nunknown; k++) {
            tuples_get(&x->t, m->piece[p].unknown[k], tuple);
            explore_ask_about(m->ask, m->piece[p].unknown[k], tuple);
        }
    explore_ask(m->ask, m->row, m->first);
    for (uint32_t p = 0; p < m->npiece; p++)
        for (uint32_t k = 0; k < m->piece[p].nunknown; k++) {
            uint32_t i = m->piece[p].unknown[k], by = by_of(x, i);
            tuples_get(&x->t, i, tuple);
            explore_rows(x, tuple, rows_of(m, i), true);
            if (!sleep_known(&x->sleep, by))
                sleep_find(&x->sleep, &x->memo, by);
        }
}

/* ---- tuples ---- */

struct writing {
    const struct explorer *x;
    struct piece *p;
    uint32_t from;
};

static void write_event(struct piece *p, uint32_t state, uint32_t to)
{
    p->event = grow(p->event, &p->cap_event, p->nevent + 1, sizeof *p->event);
    p->event[p->nevent++] = (struct event){state, to};
}

static void write_to(void *ctx, uint32_t *to, uint32_t sign, uint32_t entry)
{
    const struct writing *w = ctx;
    struct piece *p = w->p;
    uint32_t width = w->x->width;
    if (p->nto == p->cap_from) {
        p->from = grow(p->from, &p->cap_from, p->nto + 1, sizeof *p->from);
        p->sign = grow(p->sign, &p->cap_sign, p->nto + 1, sizeof *p->sign);
        p->entry = grow(p->entry, &p->cap_entry, p->nto + 1, sizeof *p->entry);
        p->tuple = grow(p->tuple, &p->cap_tuple, p->cap_from * width, sizeof *p->tuple);
    }
    if (!explore_canonical_known(w->x, to)) {
        p->rename = grow(p->rename, &p->cap_rename, p->nrename + 1, sizeof *p->rename);
        p->rename[p->nrename++] = p->nto;
    }
    memcpy(p->tuple + (size_t)p->nto * width, to, width * sizeof *to);
    p->from[p->nto] = w->from;
    p->sign[p->nto] = sign;
    p->entry[p->nto] = entry;
    if (sign != 0)
        write_event(p, w->from, p->nto);
    p->nto++;
}

static void write_state(const struct many *m, struct writing *w, const uint32_t *tuple)
{
    const uint32_t *row = rows_of(m, w->from);
    uint32_t n = explore_tos(m->x, tuple, row, by_of(m->x, w->from), write_to, w);
    if (n == 0)
        write_event(w->p, w->from, NONE);
    w->p->moves += n;
}

static struct writing write_begin(const struct many *m, struct piece *p)
{
    p->nto = p->nrename = p->nevent = 0;
    p->moves = 0;
    return (struct writing){.x = m->x, .p = p};
}

static void write_unknown(struct piece *p, uint32_t state)
{
    p->unknown = grow(p->unknown, &p->cap_unknown, p->nunknown + 1, sizeof *p->unknown);
    p->unknown[p->nunknown++] = state;
}

/* What is not known is looked for in all states, but nothing is written then. */
static void write_known(void *ctx, uint64_t at)
{
    struct many *m = ctx;
    struct piece *p = &m->piece[at];
    struct writing w = write_begin(m, p);
    uint32_t tuple[TUPLE_MAX];
    p->nunknown = 0;
    for (w.from = p->first; w.from < p->first + p->n; w.from++) {
        tuples_get(&m->x->t, w.from, tuple);
        if (!rows_known(m, w.from, tuple))
            write_unknown(p, w.from);
        if (p->nunknown == 0)
            write_state(m, &w, tuple);
    }
}

static void write_rest(void *ctx, uint64_t at)
{
    struct many *m = ctx;
    struct piece *p = &m->piece[at];
    if (p->nunknown == 0)
        return;
    struct writing w = write_begin(m, p);
    uint32_t tuple[TUPLE_MAX];
    for (w.from = p->first; w.from < p->first + p->n; w.from++) {
        tuples_get(&m->x->t, w.from, tuple);
        write_state(m, &w, tuple);
    }
}

/* The number of all transitions. */
static uint32_t write_tuples(struct many *m, uint32_t jobs)
{
    struct explorer *x = m->x;
    uint64_t n = 0, need = (uint64_t)m->n * (x->nreq + 1);
    bug_if(need >= NONE);
    m->row = grow(m->row, &m->cap_row, (uint32_t)need, sizeof *m->row);
    x->direct.n = x->direct.nrow = 0;
    jobs_run(jobs, m->npiece, write_known, m);
    find_rows(m);
    jobs_run(jobs, m->npiece, write_rest, m);
    for (uint32_t i = 0; i < m->npiece; i++) {
        struct piece *p = &m->piece[i];
        for (uint32_t k = 0; k < p->nrename; k++)
            explore_canonical(x, p->tuple + (size_t)p->rename[k] * x->width);
        m->put[i] = (struct tuples_piece){p->tuple, p->nto};
        n += p->nto;
        x->e->transitions += p->moves;
        x->awake += p->nto;
    }
    bug_if(n >= NONE / 4);
    return (uint32_t)n;
}

/* ---- what has come of it ---- */

static void read_transitions(struct explorer *x, const struct piece *p, const uint32_t *to,
                             const uint32_t *place)
{
    for (uint32_t k = 0; k < p->nto; k++) {
        if (place[k] != NONE) {
            explore_parent_is(x, place[k], p->from[k]);
            if (x->sleeps)
                sleep_put(&x->sleep, p->entry[k]);
        }
        if (to[k] >= x->level)
            continue;
        x->again = true;
        x->back |= !(memo_shown(&x->memo, p->sign[k]).faults & SIGN_RETRY);
    }
}

static void read_events(struct explorer *x, const struct piece *p, const uint32_t *to)
{
    uint32_t tuple[TUPLE_MAX];
    for (uint32_t k = 0; k < p->nevent; k++) {
        struct event v = p->event[k];
        if (v.to != NONE) {
            explore_sight(x, memo_shown(&x->memo, p->sign[v.to]), to[v.to], v.state);
            continue;
        }
        x->e->last++;
        tuples_get(&x->t, v.state, tuple);
        explore_sight(x, explore_last(x, tuple), v.state, NONE);
    }
}

/* ---- all ---- */

static void cut(struct many *m, uint32_t first, uint32_t n, uint32_t npiece)
{
    if (npiece > m->cap_piece) {
        m->piece = xrealloc(m->piece, npiece, sizeof *m->piece);
        m->put = xrealloc(m->put, npiece, sizeof *m->put);
        memset(m->piece + m->cap_piece, 0, (npiece - m->cap_piece) * sizeof *m->piece);
        m->cap_piece = npiece;
    }
    m->first = first;
    m->n = n;
    m->npiece = npiece;
    for (uint32_t i = 0; i < npiece; i++) {
        uint32_t from = (uint32_t)((uint64_t)n * i / npiece);
        m->piece[i].first = first + from;
        m->piece[i].n = (uint32_t)((uint64_t)n * (i + 1) / npiece) - from;
    }
}

void explore_many(struct explorer *x, uint32_t first, uint32_t n)
{
    struct many *m = x->many;
    uint32_t jobs = n < FEW_STATES || x->o.jobs == 0 ? 1 : x->o.jobs, max[2];
    size_t bytes;
    cut(m, first, n, jobs == 1 ? 1 : jobs * PIECES);
    if (x->sleeps)
        sleep_from(&x->sleep, first);
    uint32_t tos = write_tuples(m, jobs);
    pack_sizes(x->k, &max[0], &max[1], &bytes);
    m->t.piece = m->put;
    m->t.npiece = m->npiece;
    tuples_put_all(&x->t, &m->t, max, tos < FEW_TUPLES ? 1 : jobs);
    for (uint32_t i = 0; i < m->npiece; i++) {
        uint32_t at = m->t.start[i];
        read_transitions(x, &m->piece[i], m->t.to + at, m->t.slot + at);
        read_events(x, &m->piece[i], m->t.to + at);
    }
}

struct many *explore_many_new(struct explorer *x)
{
    struct many *m = xcalloc(1, sizeof *m);
    m->x = x;
    m->ask = explore_ask_new(x);
    return m;
}

void explore_many_free(struct many *m)
{
    if (m == NULL)
        return;
    for (uint32_t i = 0; i < m->cap_piece; i++) {
        free(m->piece[i].tuple);
        free(m->piece[i].from);
        free(m->piece[i].sign);
        free(m->piece[i].entry);
        free(m->piece[i].unknown);
        free(m->piece[i].rename);
        free(m->piece[i].event);
    }
    explore_ask_free(m->ask);
    free(m->piece);
    free(m->put);
    free(m->row);
    tuples_many_free(&m->t);
    free(m);
}
