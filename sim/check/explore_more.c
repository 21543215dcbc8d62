/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_more.c - where else something shows, once its nearest place is known: see explore.h. */
#include "check/explore_impl.h"

enum { EXPAND_MOST = 200000 }; /* states: those beyond are far away */

struct more {
    struct signs shown;
    struct sight *v;
    uint32_t n, room;
};

static void note(struct more *m, struct signs s, uint32_t state, uint32_t from)
{
    if ((m->shown.faults & ~s.faults) == 0 && (m->shown.claims & ~s.claims) == 0 && m->n < m->room)
        m->v[m->n++] = (struct sight){state, from};
}

static void met_more(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s)
{
    bool fresh;
    explore_canonical(x, tuple);
    uint32_t i = tuples_put(&x->t, tuple, &fresh);
    if (fresh)
        explore_parent_is(x, i, from);
    note(x->met_ctx, s, i, from);
}

uint32_t explore_sights(struct explore *e, struct signs shown, struct sight *v, uint32_t room)
{
    struct explorer *x = e->x;
    uint32_t tuple[TUPLE_MAX];
    struct more m = {.shown = shown, .v = v, .room = room};
    x->met = met_more;
    x->met_ctx = &m;
    for (uint32_t i = 0; i < x->t.n && i < EXPAND_MOST && m.n < room; i++) {
        if (e->end > EXPLORE_FOUND || (x->o.stop && *x->o.stop))
            break;
        if (explore_expand(x, i) > 0)
            continue;
        tuples_get(&x->t, i, tuple);
        note(&m, explore_last(x, tuple), i, NONE);
    }
    return m.n;
}
