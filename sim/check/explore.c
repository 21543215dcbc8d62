/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explore.c - the search: see explore.h. */
#include "check/explore.h"
#include "check/explore_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- of the program: what one exploration has met, another one knows ---- */

void explore_seen_new(struct explore *e, const struct prog *p)
{
    e->reached = xcalloc(p->nmark + 1u, 1);
    e->waited = xcalloc(p->nres + 1u, 1);
    e->peak = xcalloc(p->nres + 1u, sizeof *e->peak);
}

void explore_seen_add(const struct prog *p, struct explore *to, const struct explore *from)
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

void explore_seen_free(struct explore *e)
{
    free(e->reached);
    free(e->waited);
    free(e->peak);
}

/* ---- the search ---- */

void explore_sight(struct explorer *x, struct signs s, uint32_t state, uint32_t from)
{
    struct explore *e = x->e;
    for (uint32_t f = 0; s.faults >> f != 0 && f < FAULT_COUNT; f++) {
        if (!(s.faults >> f & 1U) || e->found[f].state != NONE)
            continue;
        e->found[f] = (struct sight){state, from};
        if (f == FAULT_RACE)
            e->race_key = s.race;
        if (f == FAULT_LOST)
            e->lost_key = s.lost;
    }
    for (uint32_t c = 0; s.claims != 0; c++, s.claims >>= 1)
        if ((s.claims & 1U) && e->claim[c].state == NONE)
            e->claim[c] = (struct sight){state, from};
}

uint32_t explore_parent(const struct explorer *x, uint32_t i)
{
    if (i == 0)
        return NONE;
    return x->o.hunt ? x->parent[i] : rising_get(&x->parents, i - 1);
}

void explore_parent_is(struct explorer *x, uint32_t i, uint32_t parent)
{
    if (!x->o.hunt) {
        rising_put(&x->parents, parent);
        return;
    }
    x->parent = grow(x->parent, &x->cap_parent, i + 1, sizeof *x->parent);
    x->parent[i] = parent;
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
    uint32_t i = tuples_put(&x->t, tuple, &fresh);
    x->e->transitions++;
    if (fresh) {
        explore_parent_is(x, i, from);
        push(x, i);
    } else { /* a hunt has no levels: it might be back */
        x->again = true;
        x->back |= !(s.faults & SIGN_RETRY);
    }
    explore_sight(x, s, i, from);
}

enum { HUNTED = 1U << FAULT_RACE | 1U << FAULT_LOST };
/* What has been seen so far. */
static struct signs seen(const struct explore *e)
{
    struct signs s = {0};
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

static size_t bytes_of(const struct explorer *x)
{
    return tuples_bytes(&x->t) + rising_bytes(&x->parents) + x->cap_parent * sizeof *x->parent;
}

static bool enough(struct explorer *x)
{
    struct explore *e = x->e;
    if (e->end == EXPLORE_BROKEN || seen_all(x))
        return true;
    pack_sizes(x->k, &e->shared_parts, &e->request_parts, &e->part_bytes);
    if (x->o.hunt && (seen(e).faults & HUNTED))
        e->end = EXPLORE_FOUND;
    else if (x->o.max_states && x->t.n >= x->o.max_states)
        e->end = EXPLORE_STATES;
    else if (x->o.stop && *x->o.stop)
        e->end = EXPLORE_STOPPED;
    else if (x->o.max_bytes && bytes_of(x) + e->part_bytes + memo_bytes(&x->memo) > x->o.max_bytes)
        e->end = EXPLORE_BYTES;
    return e->end != EXPLORE_WHOLE;
}

void explore_run_init(struct explorer *x)
{
    pack_run_init(&x->r, x->p, x->nreq);
    x->r.s.op_limit = 1000000;
    x->r.s.fine = true;
    if (x->o.races == NULL)
        return;
    x->races = races_new(x->p, x->nreq, x->o.races);
    pack_run_notes(&x->r, races_notes(x->races));
}

void explore_run_free(struct explorer *x)
{
    pack_run_free(&x->r);
    races_free(x->races);
    moves_free(&x->m);
    moves_free(&x->each);
    memo_free(&x->memo);
    free(x->direct.row);
    free(x->direct.v);
    free(x->direct.sign);
}

/* Does a claim look at more than is said of it? */
static bool looks_anywhere(const struct explore_opt *o)
{
    return o->watch && (o->watch->global || !o->watch->sees);
}

static void begin(struct explorer *x)
{
    uint32_t tuple[TUPLE_MAX];
    bool fresh;
    x->k = pack_new(x->p, x->nreq, x->o.symmetric_copies);
    if (x->o.live_words && !looks_anywhere(&x->o))
        pack_live_words(x->k);
    explore_run_init(x);
    if (x->o.watch)
        x->o.watch->begin(x->o.watch->self, &x->r);
    pack_store(x->k, &x->r, tuple);
    tuples_put(&x->t, tuple, &fresh);
    if (x->o.hunt)
        push(x, 0);
    else
        x->many = explore_many_new(x);
    sleep_put(&x->sleep, SLEEP_NONE);
}

/* Deep first. */
static void hunt(struct explorer *x)
{
    struct explore *e = x->e;
    uint32_t tuple[TUPLE_MAX];
    x->met = meet;
    while (x->nstack > 0 && !enough(x)) {
        struct deep d = x->stack[--x->nstack];
        x->depth = d.depth;
        e->depth = d.depth > e->depth ? d.depth : e->depth;
        if (explore_expand(x, d.state) > 0)
            continue;
        e->last++;
        tuples_get(&x->t, d.state, tuple);
        explore_sight(x, explore_last(x, tuple), d.state, NONE);
    }
    e->waiting = x->nstack;
}

/* How many of the states that wait, of which `done` stand before, are expanded at once: those of
 * one level, and so many that what they become does not go far beyond a limit. */
enum { MANY_TUPLES = 1 << 19, MANY_STATES = 1 << 17, STEPPED = 1 << 10 };
static uint32_t how_many(const struct explorer *x, uint32_t done)
{
    uint64_t branching = x->e->transitions / (done + 1u) + 1;
    uint64_t n = MANY_TUPLES / (x->awake / (done + 1u) + 1),
             most = x->forget ? STEPPED : MANY_STATES;
    if (n > most)
        n = most;
    if (x->o.max_states && n > (x->o.max_states - x->t.n) / (2 * branching))
        n = (x->o.max_states - x->t.n) / (2 * branching);
    if (n > x->level - done)
        n = x->level - done;
    return n == 0 ? 1 : (uint32_t)n;
}

/* Level by level. */
static void search(struct explorer *x)
{
    struct explore *e = x->e;
    uint32_t done = 0;
    for (uint32_t n; done < x->t.n && !enough(x); done += n) {
        if (done == x->level) {
            e->depth++;
            x->level = x->t.n;
        }
        n = how_many(x, done);
        explore_many(x, done, n);
    }
    e->waiting = x->t.n - done;
}

static void explore_all(const struct prog *p, const struct explore_opt *o, struct explore *e,
                        struct signs until)
{
    struct explorer *x = xcalloc(1, sizeof *x);
    *e = (struct explore){.x = x, .stuck_pc = NONE};
    explore_seen_new(e, p);
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
                           .forget = o->nreq == 1 && !o->hunt,
                           .limits = {.max_count = o->max_count, .cls = o->cls}};
    x->t.width = x->width;
    if (x->batches)
        x->o.symmetric_requests = false;
    if (o->local_alone && !looks_anywhere(o))
        x->local = local_new(p, o->nreq, o->races, o->watch ? o->watch->sees : NULL, o->coarse);
    e->local = x->local != NULL;
    x->sleeps = !o->every && !o->hunt && !x->forget && !x->local && !x->o.symmetric_requests;
    if (o->begins_along)
        x->begins = begins_new(p, o->watch);
    begin(x);
    if (!explore_spawns(x))
        e->end = EXPLORE_BROKEN; /* so many tasks at once */
    else if (o->hunt)
        hunt(x);
    else
        search(x);
    if (o->endless && x->back && e->end == EXPLORE_WHOLE)
        explore_cycles(x);
    if (o->endless && x->again && e->end == EXPLORE_WHOLE)
        explore_traps(x);
    e->states = x->t.n;
    e->dead = pack_left_out(x->k);
    e->bytes = bytes_of(x);
    pack_sizes(x->k, &e->shared_parts, &e->request_parts, &e->part_bytes);
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
    explore_seen_add(p, same ? &f : e, same ? e : &f);
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
    explore_all(p, o, e, (struct signs){0});
    if (e->local && e->end == EXPLORE_WHOLE && e->x->again && explore_cyclic(e->x)) {
        explore_free(e);
        explore_all(p, &all, e, (struct signs){0});
    }
    if (o->any_way || e->end == EXPLORE_BROKEN || none(seen(e)) || !(e->local || o->hunt))
        return;
    if (!shorter(p, all, e) && o->hunt && e->local)
        shorter(p, *o, e);
}

void explore_free(struct explore *e)
{
    struct explorer *x = e->x;
    pack_free(x->k);
    explore_run_free(x);
    tuples_free(&x->t);
    rising_free(&x->parents);
    explore_many_free(x->many);
    memo_free(&x->renamed);
    sleep_free(&x->sleep);
    free(x->parent);
    local_free(x->local);
    free(x->spawn);
    free(x->begins);
    free(x->stack);
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        free(x->cycle[f].state);
    free(x);
    explore_seen_free(e);
}
