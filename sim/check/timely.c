/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timely.c - see timely.h: a search for an order, depth first.
 *
 * Tasks are known by keys that do not depend on the order: who began them, where, the how manieth.
 */
#include "check/timely.h"
#include "base/rng.h"
#include "check/timing.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3000, FEWER_TRIES = 200, LENGTH_MOST = 200, MORE = 24 };

/* ---- keys ---- */

struct keys {
    uint64_t *of; /* by slot */
    uint32_t cap;
    uint64_t *begun; /* all so far */
    uint32_t nbegun, cap_begun;
};

static void key_set(struct keys *k, uint32_t slot, uint64_t key)
{
    uint32_t old = k->cap;
    if (slot >= old) {
        k->of = grow(k->of, &k->cap, slot + 1, sizeof *k->of);
        memset(k->of + old, 0, (k->cap - old) * sizeof *k->of);
    }
    k->of[slot] = key;
}

static uint64_t key_of(const struct keys *k, uint32_t slot)
{
    return slot < k->cap ? k->of[slot] : 0;
}

static uint64_t key_new(struct keys *k, uint64_t key)
{
    for (uint32_t i = 0; i < k->nbegun; i++)
        if (k->begun[i] == key)
            return key_new(k, rng_mix(key, 1)); /* the next of its kind; each time one fewer */
    k->begun = grow(k->begun, &k->cap_begun, k->nbegun + 1, sizeof *k->begun);
    k->begun[k->nbegun++] = key;
    return key;
}

/* From effect *known on, which it brings up to date. */
static void keys_effects(struct keys *k, const struct state *s, const struct move *m,
                         uint32_t *known)
{
    for (uint32_t i = *known; i < s->fx_n; i++) {
        const struct fx *f = &s->fx[i];
        if (f->kind == FX_GHOST)
            key_set(k, f->a, key_new(k, rng_mix(key_of(k, f->task), 7)));
        if (f->kind != FX_BEGIN)
            continue;
        uint64_t key = f->a == NONE ? rng_mix(m->kind == MOVE_ARRIVE, m->req)
                                    : rng_mix(rng_mix(key_of(k, f->a), f->b + 2), f->c);
        key_set(k, f->task, key_new(k, key));
    }
    *known = s->fx_n;
}

static uint64_t move_key(const struct keys *k, const struct move *m)
{
    uint64_t key = rng_mix(m->kind, m->kind == MOVE_ARRIVE ? m->req : 0);
    if (m->kind != MOVE_ARRIVE && m->kind != MOVE_LOOP && m->task != NONE)
        key = rng_mix(key, key_of(k, m->task));
    return m->kind == MOVE_START ? key : rng_mix(key, m->arg);
}

static bool takes_no_time(const struct move *m)
{
    return m->kind == MOVE_START || m->kind == MOVE_YIELD || m->kind == MOVE_WOKEN ||
           m->kind == MOVE_LOOP || m->kind == MOVE_GRANT;
}

/* ---- the run given ---- */

struct need { /* a move of it */
    uint64_t key;
    bool used;
};
struct outcome { /* an answer in it */
    uint64_t key;
    double value;
    bool used;
};
struct hunt {
    struct explore *e;
    const struct play_setting *set;
    struct signs shown;
    bool last; /* it shows in a state without moves */
    struct need *need;
    struct outcome *out;
    uint32_t nneed, nout, cap_out;
    struct move *move;
    uint32_t n, limit, tries;
};

static uint64_t outcome_key(const struct keys *k, uint32_t task, uint32_t pc)
{
    return rng_mix(key_of(k, task), pc);
}

static void hunt_learn(struct hunt *h, const struct play_way *w, struct arena *a)
{
    struct keys k = {0};
    struct play y;
    h->need = NEW(a, struct need, w->n + 1u);
    play_init(&y, h->set);
    for (uint32_t i = 0; i < w->n; i++) {
        h->need[h->nneed++].key = move_key(&k, &w->move[i]);
        uint32_t known = 0;
        if (!play_move(&y, &w->move[i]))
            break;
        keys_effects(&k, &y.r.s, &w->move[i], &known);
        for (uint32_t q = 0; q < y.nanswer; q++) {
            h->out = grow(h->out, &h->cap_out, h->nout + 1, sizeof *h->out);
            h->out[h->nout++] = (struct outcome){outcome_key(&k, y.answer[q].task, y.answer[q].pc),
                                                 y.answer[q].value, false};
        }
    }
    play_free(&y);
    free(k.of);
    free(k.begun);
}

static uint32_t need_find(const struct hunt *h, uint64_t key)
{
    for (uint32_t i = 0; i < h->nneed; i++)
        if (!h->need[i].used && h->need[i].key == key)
            return i;
    return NONE;
}

static double outcome_take(struct hunt *h, const struct play *y, uint64_t key, uint32_t n)
{
    for (uint32_t i = 0; i < h->nout; i++) {
        struct outcome *o = &h->out[i];
        if (o->used || o->key != key)
            continue;
        o->used = true;
        for (uint32_t k = 0; k < n; k++)
            if (y->may[k] == o->value || (isnan(y->may[k]) && isnan(o->value)))
                return o->value;
    }
    return y->may[0];
}

/* ---- a run of its own ---- */

struct walk {
    struct play y;
    struct keys k;
};

/* The move, with outcomes as they were; filled in. */
static bool walk_move(struct hunt *h, struct walk *w, struct move *m)
{
    uint32_t at = need_find(h, move_key(&w->k, m));
    if (at != NONE)
        h->need[at].used = true;
    m->nanswer = 0;
    if (!play_begin_move(&w->y, m))
        return false;
    uint32_t known = 0;
    for (uint32_t n; (n = play_answers(&w->y)) > 0;) {
        const struct state *s = &w->y.r.s;
        keys_effects(&w->k, s, m, &known); /* tasks that have begun in this very move */
        uint64_t key = outcome_key(&w->k, s->ask_task, s->task[s->ask_task].pc);
        double x = outcome_take(h, &w->y, key, n);
        if (m->nanswer == MOVE_ANSWERS || !play_answer(&w->y, x))
            return false;
        m->answer[m->nanswer++] = x;
    }
    bool ok = play_end_move(&w->y);
    keys_effects(&w->k, &w->y.r.s, m, &known);
    return ok;
}

static bool walk_to(struct hunt *h, struct walk *w, uint32_t n)
{
    *w = (struct walk){0};
    play_init(&w->y, h->set);
    for (uint32_t i = 0; i < h->nneed; i++)
        h->need[i].used = false;
    for (uint32_t i = 0; i < h->nout; i++)
        h->out[i].used = false;
    for (uint32_t i = 0; i < n; i++)
        if (!walk_move(h, w, &h->move[i]))
            return false;
    return true;
}

static void walk_free(struct walk *w)
{
    play_free(&w->y);
    free(w->k.of);
    free(w->k.begun);
}

/* ---- the search ---- */

struct choice_of_move {
    struct move m;
    uint32_t rank;
};

static int by_rank(const void *a, const void *b)
{
    const struct choice_of_move *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* What may come next, the given run's next moves first. */
static struct choice_of_move *choices(struct hunt *h, uint32_t n, uint32_t *count)
{
    struct walk w;
    struct moves all = {0};
    struct choice_of_move *v = NULL;
    *count = 0;
    if (walk_to(h, &w, n)) {
        moves_list(&w.y.r, h->set->nreq, NONE, &all);
        v = xcalloc(all.n + 1, sizeof *v);
        for (uint32_t i = 0; i < all.n; i++) {
            uint32_t at = need_find(h, move_key(&w.k, &all.v[i]));
            if (at == NONE && !takes_no_time(&all.v[i]))
                continue;
            v[*count].m = all.v[i];
            v[(*count)++].rank = at == NONE ? h->nneed + i : at;
        }
        if (*count > 1)
            qsort(v, *count, sizeof *v, by_rank);
    }
    moves_free(&all);
    walk_free(&w);
    return v;
}

static bool shows(const struct hunt *h, uint32_t n)
{
    struct pack_run r;
    struct signs s = {0};
    bool ok = true;
    pack_run_init(&r, h->set->p, h->set->nreq);
    explore_begin(h->e, &r);
    for (uint32_t i = 0; i < n && ok; i++)
        ok = explore_make(h->e, &r, &h->move[i], &s);
    if (ok && h->last)
        ok = explore_ends(h->e, &r, &s);
    pack_run_free(&r);
    return ok && (h->shown.faults & ~s.faults) == 0 && (h->shown.claims & ~s.claims) == 0;
}

/* Recursion is as deep as the run is long, at most LENGTH_MOST + MORE. */
static bool search(struct hunt *h, uint32_t n)
{
    uint32_t count;
    struct choice_of_move *v = choices(h, n, &count);
    bool found = false;
    for (uint32_t i = 0; i < count && !found && h->tries < TRIES; i++) {
        struct walk w;
        h->tries++;
        h->move[n] = v[i].m;
        bool fits = walk_to(h, &w, n + 1);
        walk_free(&w);
        if (!fits || !timing_fits(h->set, h->move, n + 1))
            continue;
        h->n = n + 1;
        found = shows(h, n + 1) || (n + 1 < h->limit && search(h, n + 1));
    }
    free(v);
    return found;
}

/* An order of the way's events that fits, into *way; false: none was found. */
static bool timely(struct hunt h, struct play_way *way, struct arena *a)
{
    if (way->n == 0 || timing_fits(h.set, way->move, way->n))
        return way->n > 0;
    if (way->n > LENGTH_MOST)
        return false;
    h.limit = way->n + MORE;
    h.move = NEW(a, struct move, h.limit + 1u);
    hunt_learn(&h, way, a);
    bool found = search(&h, 0);
    free(h.out);
    if (found)
        *way = (struct play_way){h.n, h.move, NONE};
    return found;
}

/* The nearest place, then others, with fewer tries each.  *at is where the explorer looks for the
 * way to one. */
static struct play_way timely_any(const struct hunt *h, struct sight *at,
                                  struct play_way (*way_to)(const struct hunt *, struct arena *),
                                  struct arena *a, uint32_t *looked)
{
    struct sight first = *at, v[TIMELY_MOST];
    struct play_way way = way_to(h, a), other = way;
    struct hunt some = *h;
    bool found = timely(*h, &way, a);
    uint32_t n = found || !looked ? 0 : explore_sights(h->e, h->shown, v, TIMELY_MOST);
    some.tries = TRIES - FEWER_TRIES;
    for (uint32_t i = 0; i < n && !found; i++) {
        if (v[i].state == first.state && v[i].from == first.from)
            continue;
        *at = v[i];
        some.last = at->from == NONE;
        other = way_to(&some, a);
        found = timely(some, &other, a);
        way = found ? other : way;
    }
    *at = first;
    if (looked)
        *looked = n > 1 ? n : 1;
    return way;
}

static struct play_way way_to_fault(const struct hunt *h, struct arena *a)
{
    enum fault f = 0;
    while (!(h->shown.faults >> f & 1U))
        f++;
    return play_fault(h->e, h->set, f, a);
}

static struct play_way way_to_claim(const struct hunt *h, struct arena *a)
{
    uint32_t bit = 0;
    while (!(h->shown.claims >> bit & 1U))
        bit++;
    return play_claim(h->e, h->set, bit, a);
}

struct play_way timely_fault(struct explore *e, const struct play_setting *set, enum fault f,
                             struct arena *a, uint32_t *looked)
{
    struct sight *at = &e->found[f];
    struct hunt h = {.e = e, .set = set, .shown = {.faults = 1U << f}, .last = at->from == NONE};
    return timely_any(&h, at, way_to_fault, a, looked);
}

struct play_way timely_claim(struct explore *e, const struct play_setting *set, uint32_t bit,
                             struct arena *a, uint32_t *looked)
{
    struct sight *at = &e->claim[bit];
    struct hunt h = {
        .e = e, .set = set, .shown = {.claims = UINT64_C(1) << bit}, .last = at->from == NONE};
    return timely_any(&h, at, way_to_claim, a, looked);
}
