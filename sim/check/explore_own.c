/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_own.c - moves upon a run of the caller's own, by the explorer's rules: see explore.h. */
#include "check/explore_impl.h"

void explore_begin(const struct explore *e, struct pack_run *r)
{
    r->s.op_limit = e->x->r.s.op_limit;
    r->s.fine = true;
    if (e->x->races)
        pack_run_notes(r, races_notes(e->x->races));
    if (e->x->o.watch)
        e->x->o.watch->begin(e->x->o.watch->self, r);
}

bool explore_make(struct explore *e, struct pack_run *r, const struct move *m, struct signs *s)
{
    struct explorer *x = e->x;
    struct pack_run own = x->r;
    x->r = *r;
    x->r.s.ops = 0;
    if (x->races)
        races_before(x->races, &x->r);
    bool asked = move_make(&x->r, m, &x->limits);
    if (!asked)
        *s = explore_after(x, m);
    *r = x->r;
    x->r = own;
    return !asked;
}

void explore_make_begins(struct explore *e, struct pack_run *r, struct moves *also)
{
    if (e->x->begins)
        begins_make(e->x->begins, r, e->x->nreq, also);
    pack_run_room(r);
    r->s.fx_n = 0;
}

bool explore_ends(struct explore *e, struct pack_run *r, struct signs *s)
{
    struct explorer *x = e->x;
    uint32_t tuple[TUPLE_MAX];
    moves_list(r, x->nreq, NONE, &x->m);
    if (x->m.n > 0)
        return false;
    pack_store(x->k, r, tuple);
    explore_canonical(x, tuple);
    *s = explore_last(x, tuple);
    return true;
}

bool explore_is(struct explore *e, struct pack_run *r, uint32_t state)
{
    struct explorer *x = e->x;
    uint32_t tuple[TUPLE_MAX];
    pack_store(x->k, r, tuple);
    explore_canonical(x, tuple);
    return tuples_find(&x->t, tuple) == state;
}
