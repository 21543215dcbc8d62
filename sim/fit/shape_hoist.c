/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape_hoist.c - spans that outlive their parent are tasks that it started: they become the
 * children of whoever does not end before them (see shape.h).
 *
 * Decided for all spans of one place at once: a place is the operations on the way from the root.
 */
#include "fit/shape.h"
#include "base/diag.h"
#include <stdlib.h>

#define OUTLIVES 0.05 /* the share of a place's spans from which on they are tasks */
enum { ROUNDS = 12 };

struct place {
    uint64_t key;
    uint32_t n, over;
};
struct places {
    struct place *v;
    uint32_t size; /* a power of 2 */
};

static struct place *place_of(struct places *p, uint64_t key)
{
    uint32_t i = (uint32_t)trace_mix(key, 1) & (p->size - 1);
    while (p->v[i].n && p->v[i].key != key)
        i = (i + 1) & (p->size - 1);
    p->v[i].key = key;
    return &p->v[i];
}

static bool outlives(const struct forest *f, const struct forest_span *c)
{
    const struct forest_span *p = &f->v[c->parent];
    int64_t slack = (p->end - p->start) / 500;
    return c->end > p->end + (slack > f->step ? slack : f->step);
}

static bool move(struct forest *f, const uint64_t *key, struct places *p)
{
    bool any = false;
    for (uint32_t i = 0; i < f->nspan; i++) {
        struct forest_span *c = &f->v[i];
        if (c->parent == FOREST_NONE || f->v[c->parent].parent == FOREST_NONE)
            continue;
        const struct place *q = place_of(p, key[i]);
        if (q->over <= OUTLIVES * q->n)
            continue;
        c->via = f->v[c->parent].op + 1;
        c->parent = f->v[c->parent].parent;
        any = true;
    }
    return any;
}

void shape_hoist(struct forest *f)
{
    uint64_t *key = xcalloc(f->nspan + 1, sizeof *key);
    struct places p = {.size = 16};
    while (p.size < 2 * f->nspan)
        p.size *= 2;
    bool again = true;
    for (int round = 0; round < ROUNDS && again; round++) {
        p.v = xcalloc(p.size, sizeof *p.v);
        for (uint32_t i = 0; i < f->nspan; i++) { /* parents come first */
            const struct forest_span *c = &f->v[i];
            key[i] = c->parent == FOREST_NONE ? 1 : trace_mix(key[c->parent], c->op + 1);
            key[i] = trace_mix(key[i], c->via);
            struct place *q = place_of(&p, key[i]);
            q->n++;
            q->over += c->parent != FOREST_NONE && outlives(f, c);
        }
        again = move(f, key, &p);
        free(p.v);
    }
    free(key);
    forest_link(f);
}
