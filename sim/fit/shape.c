/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape.c - from the requests down; see shape.h. */
#include "fit/shape.h"
#include <stdlib.h>
#include <string.h>

struct shape_body *shape_body_of(struct shaper *s, const struct shape_set *in, uint32_t depth)
{
    struct shape_body *b = NEW(s->mem, struct shape_body, 1);
    struct shape_items *items = NEW(s->mem, struct shape_items, 1);
    b->nclass = 1; /* class 0: always */
    b->seen = UINT32_MAX;
    shape_label(s, in, depth, items);
    b->dropped = items->dropped;
    b->respond = items->respond;
    shape_order(s, in, items, b);
    if (b->pairs > 0 && (s->out->pairs == 0 || b->seen < s->out->seen))
        s->out->seen = b->seen;
    s->out->pairs += b->pairs;
    return b;
}

static void count_status(struct shape *o, int32_t status)
{
    for (uint32_t i = 0; i < o->nstatus; i++)
        if (o->status[i].status == status) {
            o->status[i].n++;
            return;
        }
    if (o->nstatus < 8)
        o->status[o->nstatus++] = (struct shape_status){status, 1};
}

static int by_number(const void *a, const void *b)
{
    const struct shape_status *x = a, *y = b;
    return x->n < y->n ? 1 : x->n > y->n ? -1 : (x->status > y->status) - (x->status < y->status);
}

static struct shape_set requests(struct forest *f, struct arena *mem)
{
    struct shape_set in = {.v = NEW(mem, struct shape_inst, f->ntree + 1),
                           .kid = NEW(mem, uint32_t, f->nspan + 1),
                           .op = f->v[f->root[0]].op};
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->ntree; i++) {
        const struct forest_span *r = &f->v[f->root[i]];
        struct shape_inst *t = &in.v[in.n++];
        *t = (struct shape_inst){.start = r->start, .end = r->end, .first = n, .span = f->root[i]};
        for (uint32_t c = r->child; c != FOREST_NONE; c = f->v[c].next)
            in.kid[n++] = c;
        t->n = n - t->first;
    }
    return in;
}

struct shape *shape_find(struct forest *f, struct arena *mem)
{
    struct shape *o = NEW(mem, struct shape, 1);
    struct shaper s = {.out = o, .f = f, .mem = mem, .step = f->step};
    o->mem = mem;
    o->f = f;
    shape_hoist(f);
    for (uint32_t i = 0; i < f->ntree; i++) {
        const struct forest_span *r = &f->v[f->root[i]];
        o->mean += (double)(r->end - r->start) / f->ntree;
        count_status(o, forest_status(r));
    }
    qsort(o->status, o->nstatus, sizeof *o->status, by_number);
    struct shape_set in = requests(f, mem);
    o->body = shape_body_of(&s, &in, 0);
    return o;
}
