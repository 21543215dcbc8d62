/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow_draw.c - the draws of many requests at once: the same as sim_draw.c's, each a function of
 * its key, but no draw waits for another. */
#include "run/flow_impl.h"
#include <string.h>

static void keys_fill(const struct sim *s, struct flow_class *c, uint32_t cls)
{
    uint32_t n = c->block;
    for (uint32_t i = 0; i < n; i++)
        c->path[i] = rng_mix(s->cls[cls].of[0], c->first + i + 1);
    for (uint32_t k = 1; k < c->nkey; k++) {
        const uint64_t *from = c->path + (size_t)c->key[k].from * n;
        for (uint32_t i = 0; i < n; i++)
            c->path[(size_t)k * n + i] = rng_mix(from[i], c->key[k].x);
    }
}

static void block_fill(const struct sim *s, struct flow_class *c, uint32_t cls)
{
    uint32_t n = c->block;
    keys_fill(s, c, cls);
    for (uint32_t k = 0; k < c->nleaf; k++) {
        const struct flow_leaf *l = &c->leaf[k];
        int64_t *ns = c->ns + (size_t)k * n;
        if (l->dist == NULL) {
            for (uint32_t i = 0; i < n; i++)
                ns[i] = l->ns;
            continue;
        }
        struct draw_key key = {.seed = s->o.seed, .site = l->site};
        rng_units(key, c->path + (size_t)l->key * n, c->unit, n);
        dist_draws(l->dist, c->unit, c->unit, n);
        for (uint32_t i = 0; i < n; i++)
            ns[i] = draw_ns(c->unit[i]);
    }
}

void flow_draw(struct sim *s, uint32_t cls, uint64_t ordinal, int64_t *out)
{
    struct flow_class *c = &s->flow->cls[cls];
    if (!c->filled || ordinal - c->first >= c->block) {
        c->filled = true;
        c->first = ordinal;
        block_fill(s, c, cls);
    }
    const int64_t *ns = c->ns + (ordinal - c->first);
    for (uint32_t k = 0; k < c->nleaf; k++)
        out[k] = ns[(size_t)k * c->block];
}
