/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore.c - the search: see explore.h. */
#include "check/explore.h"
#include "check/explore_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- what a state can become ---- */

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
    memo_add(&l->x->memo,
             (struct became){to[0], j < l->x->nreq ? to[1 + j] : 0, memo_signs(&l->x->memo, s)});
    l->row.n++;
}

static const struct memo_row *moves_of(struct explorer *x, const uint32_t *tuple, uint32_t j)
{
    uint32_t part = j < x->nreq ? tuple[1 + j] : 0;
    const struct memo_row *known = memo_find(&x->memo, tuple[0], part, j);
    if (known != NULL)
        return known;
    struct filling l = {
        x, tuple, {.shared = tuple[0], .part = part, .req = j, .first = x->memo.nbecame}};
    l.row.local = explore_try_local(x, tuple, j, memo_found, &l);
    return memo_put(&x->memo, l.row);
}

/* Equal requests in the order of their parts; equal parts in the order in which the shared part
 * first names them. */
void explore_canonical(struct explorer *x, uint32_t *tuple)
{
    uint32_t order[PACK_MAX_REQUESTS], to[PACK_MAX_REQUESTS];
    uint32_t old[TUPLE_MAX], seen[PACK_MAX_REQUESTS];
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

/* ---- the search ---- */

static void sight(struct explorer *x, struct signs s, uint32_t state, uint32_t from)
{
    for (uint32_t f = 0; s.faults != 0; f++, s.faults >>= 1)
        if ((s.faults & 1U) && f < FAULT_COUNT && x->e->found[f].state == NONE)
            x->e->found[f] = (struct sight){state, from};
    for (uint32_t c = 0; s.claims != 0; c++, s.claims >>= 1)
        if ((s.claims & 1U) && x->e->claim[c].state == NONE)
            x->e->claim[c] = (struct sight){state, from};
}

/* A hunt goes on from the state that was met last. */
static void push(struct explorer *x, uint32_t state)
{
    if (x->nstack == x->cap_stack)
        x->stack = grow(x->stack, &x->cap_stack, x->nstack + 1, sizeof *x->stack);
    x->stack[x->nstack++] = (struct deep){state, x->depth + 1};
}

static void meet(struct explorer *x, uint32_t *tuple, uint32_t from, struct signs s)
{
    bool fresh;
    explore_canonical(x, tuple);
    uint32_t i = tuples_put(&x->t, tuple, from, &fresh);
    bool before = x->o.hunt ? !fresh : i < x->level; /* a hunt has no levels: it might be */
    x->e->transitions++;
    x->again |= before;
    x->back |= before && !(s.faults & SIGN_RETRY);
    if (x->o.hunt && fresh)
        push(x, i);
    if ((s.claims | s.faults) != 0)
        sight(x, s, i, from);
}

struct direct { /* expanding a state without the memo */
    struct explorer *x;
    uint32_t from, n;
};

static void direct_found(void *ctx, const uint32_t *to, struct signs s, const struct move *m)
{
    struct direct *d = ctx;
    uint32_t tuple[TUPLE_MAX];
    (void)m;
    memcpy(tuple, to, d->x->width * sizeof *tuple);
    d->x->met(d->x, tuple, d->from, s);
    d->n++;
}

/* From the memo; the number of moves. */
static uint32_t expand_known(struct explorer *x, const uint32_t *tuple, uint32_t i, uint32_t j,
                             struct memo_row row)
{
    uint32_t to[TUPLE_MAX];
    for (uint32_t b = row.first; b < row.first + row.n; b++) {
        const struct became *c = &x->memo.became[b];
        memcpy(to, tuple, x->width * sizeof *to);
        to[0] = c->shared;
        if (j < x->nreq)
            to[1 + j] = c->part;
        x->met(x, to, i, memo_shown(&x->memo, c->signs));
    }
    return row.n;
}

/* The first request with local moves; NONE: all are to be made. */
static uint32_t local_request(struct explorer *x, const uint32_t *tuple)
{
    for (uint32_t j = 0; x->local && j < x->nreq; j++) {
        const struct memo_row *row = moves_of(x, tuple, j);
        if (row->local && !row->wide)
            return j;
    }
    return NONE;
}

uint32_t explore_expand(struct explorer *x, uint32_t i)
{
    uint32_t tuple[TUPLE_MAX], n = 0;
    bool global = x->o.watch && x->o.watch->global;
    tuples_get(&x->t, i, tuple);
    uint32_t alone = local_request(x, tuple);
    if (alone != NONE)
        return expand_known(x, tuple, i, alone, *moves_of(x, tuple, alone));
    for (uint32_t j = 0; j <= x->nreq; j++) {
        bool any = global || (j == x->nreq && x->batches);
        const struct memo_row *row = any ? NULL : moves_of(x, tuple, j);
        if (row != NULL && !row->wide) {
            n += expand_known(x, tuple, i, j, *row);
            continue;
        }
        struct direct d = {x, i, 0};
        explore_try_each(x, tuple, j, direct_found, &d);
        n += d.n;
    }
    return n;
}

enum { HUNTED = 1U << FAULT_RACE | 1U << FAULT_LOST };
/* What has been seen so far. */
static struct signs seen(const struct explore *e)
{
    struct signs s = {0, 0};
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        s.faults |= e->found[f].state != NONE ? 1U << f : 0;
    for (uint32_t c = 0; c < WATCH_CLAIMS; c++)
        s.claims |= e->claim[c].state != NONE ? UINT64_C(1) << c : 0;
    return s;
}

static bool none(struct signs s)
{
    return s.faults == 0 && s.claims == 0;
}

static bool seen_all(const struct explorer *x)
{
    struct signs s = seen(x->e);
    return !none(x->until) && (x->until.faults & ~s.faults) == 0 &&
           (x->until.claims & ~s.claims) == 0;
}

static bool enough(struct explorer *x, uint32_t i)
{
    struct explore *e = x->e;
    if (e->end == EXPLORE_BROKEN || seen_all(x))
        return true;
    if (x->o.hunt && (seen(e).faults & HUNTED))
        e->end = EXPLORE_FOUND;
    else if (x->o.max_states && x->t.n >= x->o.max_states)
        e->end = EXPLORE_STATES;
    else if (x->o.stop && *x->o.stop)
        e->end = EXPLORE_STOPPED;
    else if ((i & 1023U) == 0) {
        pack_sizes(x->k, &e->shared_parts, &e->request_parts, &e->part_bytes);
        if (x->o.max_bytes && tuples_bytes(&x->t) + e->part_bytes > x->o.max_bytes)
            e->end = EXPLORE_BYTES;
    }
    return e->end != EXPLORE_WHOLE;
}

static void begin(struct explorer *x, const struct prog *p, const struct explore_opt *o)
{
    uint32_t tuple[TUPLE_MAX];
    bool fresh;
    x->k = pack_new(p, x->nreq, o->symmetric_copies);
    pack_run_init(&x->r, p, x->nreq);
    x->r.s.op_limit = 1000000;
    x->r.s.fine = true;
    if (o->races) {
        x->races = races_new(p, x->nreq, o->races);
        pack_run_notes(&x->r, races_notes(x->races));
    }
    if (o->watch)
        o->watch->begin(o->watch->self, &x->r);
    pack_store(x->k, &x->r, tuple);
    tuples_put(&x->t, tuple, NONE, &fresh);
    if (o->hunt)
        push(x, 0);
}

/* The state that is expanded after n others; false: there is none. */
static bool next_state(struct explorer *x, uint32_t n, uint32_t *state)
{
    if (x->o.hunt) {
        if (x->nstack == 0)
            return false;
        *state = x->stack[--x->nstack].state;
        x->depth = x->stack[x->nstack].depth;
        x->e->depth = x->depth > x->e->depth ? x->depth : x->e->depth;
        return true;
    }
    *state = n;
    if (n == x->level && n < x->t.n) {
        x->e->depth++;
        x->level = x->t.n;
    }
    return n < x->t.n;
}

static void search(struct explorer *x)
{
    struct explore *e = x->e;
    uint32_t tuple[TUPLE_MAX], i;
    x->met = meet;
    for (uint32_t n = 0; next_state(x, n, &i) && !enough(x, n); n++) {
        if (explore_expand(x, i) > 0)
            continue;
        e->last++;
        tuples_get(&x->t, i, tuple);
        sight(x, explore_last(x, tuple), i, NONE);
    }
    if (x->o.endless && x->back && e->end == EXPLORE_WHOLE)
        explore_cycles(x);
}

static void explore_all(const struct prog *p, const struct explore_opt *o, struct explore *e,
                        struct signs until)
{
    struct explorer *x = xcalloc(1, sizeof *x);
    *e = (struct explore){.x = x, .stuck_pc = NONE, .reached = xcalloc(p->nmark + 1u, 1)};
    e->waited = xcalloc(p->nres + 1u, 1);
    e->peak = xcalloc(p->nres + 1u, sizeof *e->peak);
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        e->found[f] = (struct sight){NONE, NONE};
    for (uint32_t c = 0; c < WATCH_CLAIMS; c++)
        e->claim[c] = (struct sight){NONE, NONE};
    *x = (struct explorer){.p = p,
                           .o = *o,
                           .e = e,
                           .nreq = o->nreq,
                           .width = o->nreq + 1,
                           .until = until,
                           .batches = pack_has_batches(p),
                           .limits = {.max_count = o->max_count, .cls = o->cls}};
    x->t.width = x->width;
    if (x->batches)
        x->o.symmetric_requests = false;
    if (o->local_alone && !(o->watch && (o->watch->global || !o->watch->sees)))
        x->local = local_new(p, o->nreq, o->races, o->watch ? o->watch->sees : NULL);
    e->local = x->local != NULL;
    begin(x, p, o);
    if (explore_spawns(x))
        search(x);
    else
        e->end = EXPLORE_BROKEN; /* so many tasks at once */
    e->states = x->t.n;
    e->bytes = tuples_bytes(&x->t);
    pack_sizes(x->k, &e->shared_parts, &e->request_parts, &e->part_bytes);
}

/* Of the program: what one exploration has met, another one knows. */
static void met_too(const struct prog *p, struct explore *to, const struct explore *from)
{
    for (uint32_t i = 0; i < p->nmark; i++)
        to->reached[i] |= from->reached[i];
    for (uint32_t i = 0; i < p->nres; i++) {
        to->waited[i] |= from->waited[i];
        if (from->peak[i] > to->peak[i])
            to->peak[i] = from->peak[i];
    }
    to->cut |= from->cut;
}

/* Ways to what e shows are not the shortest: make it an exploration, breadth first, that shows the
 * same.  False: so many states do not do for that. */
enum { SHORTER_STATES = 300000 };
static bool shorter(const struct prog *p, struct explore_opt o, struct explore *e)
{
    struct signs shown = seen(e);
    struct explore f;
    if (o.hunt)
        shown = (struct signs){.faults = shown.faults & HUNTED};
    if (o.max_states == 0 || o.max_states > SHORTER_STATES)
        o.max_states = SHORTER_STATES;
    o.endless = o.hunt = false;
    explore_all(p, &o, &f, shown);
    struct signs also = seen(&f);
    bool same = (shown.faults & ~also.faults) == 0 && (shown.claims & ~also.claims) == 0;
    met_too(p, same ? &f : e, same ? e : &f);
    if (!same) {
        explore_free(&f);
        return false;
    }
    f.end = e->end;
    f.local = e->local;
    explore_free(e);
    *e = f;
    e->x->e = e;
    return true;
}

/* The graph of local moves made alone is good if it has no cycle: then it has a run for each run
 * there is.  The shortest ways are looked for among all moves. */
void explore_run(const struct prog *p, const struct explore_opt *o, struct explore *e)
{
    struct explore_opt all = *o;
    all.local_alone = false;
    explore_all(p, o, e, (struct signs){0, 0});
    if (e->local && e->end == EXPLORE_WHOLE && e->x->again && explore_cyclic(e->x)) {
        explore_free(e);
        explore_all(p, &all, e, (struct signs){0, 0});
    }
    if (e->end == EXPLORE_BROKEN || none(seen(e)) || !(e->local || o->hunt))
        return;
    if (!shorter(p, all, e) && o->hunt && e->local)
        shorter(p, *o, e);
}

void explore_free(struct explore *e)
{
    struct explorer *x = e->x;
    pack_free(x->k);
    pack_run_free(&x->r);
    moves_free(&x->m);
    moves_free(&x->each);
    tuples_free(&x->t);
    memo_free(&x->memo);
    races_free(x->races);
    local_free(x->local);
    free(x->spawn);
    free(x->stack);
    free(x->cycle);
    free(x);
    free(e->reached);
    free(e->waited);
    free(e->peak);
}
