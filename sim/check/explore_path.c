/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore_path.c - ways to states: see explore.h. */
#include "base/arena.h"
#include "check/explore_impl.h"
#include <string.h>

void explore_load(const struct explore *e, uint32_t state, struct pack_run *r)
{
    uint32_t tuple[TUPLE_MAX];
    tuples_get(&e->x->t, state, tuple);
    pack_load(e->x->k, tuple, r);
}

struct search { /* for a move that leads to a tuple, and shows these signs */
    struct explorer *x;
    uint32_t to;
    struct signs shown;
    struct move found;
    bool have;
};

static void search_found(void *ctx, const uint32_t *to, struct signs s, const struct move *m)
{
    struct search *h = ctx;
    uint32_t tuple[TUPLE_MAX];
    if (h->have || (h->shown.claims & ~s.claims) != 0 || (h->shown.faults & ~s.faults) != 0)
        return;
    memcpy(tuple, to, h->x->width * sizeof *tuple);
    explore_canonical(h->x, tuple);
    if (tuples_find(&h->x->t, tuple) != h->to)
        return;
    h->found = *m;
    h->have = true;
}

static struct move move_between(struct explorer *x, uint32_t from, uint32_t to, struct signs shown)
{
    struct search h = {.x = x, .to = to, .shown = shown};
    uint32_t tuple[TUPLE_MAX];
    tuples_get(&x->t, from, tuple);
    pack_load(x->k, tuple, &x->r);
    moves_list(&x->r, x->nreq, NONE, &x->m);
    enum explore_end end = x->e->end; /* a move that broke off is none of this way */
    for (uint32_t i = 0; i < x->m.n && !h.have; i++) {
        x->e->end = EXPLORE_WHOLE;
        explore_try(x, tuple, x->m.v[i], search_found, &h);
    }
    x->e->end = end;
    bug_if(!h.have);
    return h.found;
}

static struct path path_of(struct explorer *x, struct sight to, struct signs shown, struct arena *a)
{
    struct path w = {.cycle = NONE};
    uint32_t before = to.from == NONE ? explore_parent(x, to.state) : to.from;
    for (uint32_t i = before; i != NONE; i = explore_parent(x, i))
        w.n++;
    w.move = NEW(a, struct move, w.n + 1u);
    w.state = NEW(a, uint32_t, w.n + 1u);
    w.state[w.n] = to.state;
    for (uint32_t i = w.n; i-- > 0;) {
        bool end = i + 1 == w.n;
        w.state[i] = end ? before : explore_parent(x, w.state[i + 1]);
        w.move[i] = move_between(x, w.state[i], w.state[i + 1],
                                 end && to.from != NONE ? shown : (struct signs){0});
    }
    return w;
}

struct path explore_path(struct explore *e, uint32_t state, struct arena *a)
{
    return path_of(e->x, (struct sight){state, NONE}, (struct signs){0}, a);
}

/* The way to the cycle, and once round it. */
static struct path path_cycle(struct explorer *x, const struct cycle *c, struct arena *a)
{
    struct path to = explore_path(x->e, c->state[0], a), w = {.n = to.n + c->n, .cycle = to.n};
    w.move = NEW(a, struct move, w.n + 1u);
    w.state = NEW(a, uint32_t, w.n + 1u);
    for (uint32_t i = 0; i < to.n; i++) {
        w.move[i] = to.move[i];
        w.state[i] = to.state[i];
    }
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t from = c->state[i], next = c->state[(i + 1) % c->n];
        w.state[to.n + i] = from;
        w.move[to.n + i] = move_between(x, from, next, (struct signs){0});
    }
    w.state[w.n] = c->state[0];
    return w;
}

struct path explore_path_fault(struct explore *e, enum fault f, struct arena *a)
{
    if (fault_loops(f))
        return path_cycle(e->x, &e->x->cycle[f], a);
    return path_of(e->x, e->found[f], (struct signs){.faults = 1U << f}, a);
}

struct path explore_path_claim(struct explore *e, uint32_t bit, struct arena *a)
{
    return path_of(e->x, e->claim[bit], (struct signs){.claims = UINT64_C(1) << bit}, a);
}
