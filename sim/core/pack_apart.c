/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack_apart.c - states stored by several threads at once: see pack.h. */
#include "core/pack.h"
#include "core/pack_impl.h"
#include <stdlib.h>

struct pack *pack_apart_new(const struct pack *of)
{
    struct pack *k = xcalloc(1, sizeof *k);
    *k = (struct pack){.p = of->p,
                       .nreq = of->nreq,
                       .symmetric = of->symmetric,
                       .batches = of->batches,
                       .dead = of->dead,
                       .live = of->live,
                       .apart = true};
    return k;
}

void pack_apart_free(struct pack *k)
{
    vectors_free(&k->new_shared);
    vectors_free(&k->new_request);
    free(k->to_shared);
    free(k->to_request);
    free(k->o.v);
    free(k->t.v);
    free(k->b.v);
    free(k);
}

void pack_apart_begin(struct pack *k, const struct pack *of)
{
    k->shared = of->shared; /* to be read: nobody adds to these now */
    k->request = of->request;
    k->task = of->task;
    k->real = of->real;
    k->nnote = of->nnote;
    vectors_clear(&k->new_shared);
    vectors_clear(&k->new_request);
    k->missed = false;
}

bool pack_apart_missed(struct pack *k)
{
    bool missed = k->missed;
    k->missed = false;
    return missed;
}

static uint32_t *put_all(struct vectors *to, const struct vectors *from, uint32_t *number)
{
    number = xrealloc(number, from->n + 1u, sizeof *number);
    for (uint32_t i = 0; i < from->n; i++)
        number[i] = vectors_put(to, vectors_get(from, i), from->at[i + 1] - from->at[i]);
    return number;
}

void pack_apart_join(struct pack *to, struct pack *k)
{
    to->left_out |= k->left_out;
    k->to_shared = put_all(&to->shared, &k->new_shared, k->to_shared);
    k->to_request = put_all(&to->request, &k->new_request, k->to_request);
}

uint32_t pack_apart_shared(const struct pack *k, uint32_t id)
{
    return id & PACK_APART ? k->to_shared[id & ~PACK_APART] : id;
}

uint32_t pack_apart_request(const struct pack *k, uint32_t id)
{
    return id & PACK_APART ? k->to_request[id & ~PACK_APART] : id;
}

uint32_t pack_keep(struct pack *k, struct vectors *t, struct vectors *fresh, const struct out *o)
{
    if (!k->apart)
        return vectors_put(t, o->v, o->n);
    uint32_t i = vectors_find(t, o->v, o->n);
    if (i != VECTORS_NONE)
        return i;
    k->missed |= fresh == NULL;
    if (k->missed)
        return 0; /* nor is what contains it kept */
    return PACK_APART | vectors_put(fresh, o->v, o->n);
}
