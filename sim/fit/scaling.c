/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scaling.c - see scaling.h. */
#include "fit/scaling.h"
#include "fit/compare.h"
#include "fit/usl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 64 };
#define ALONE 1.5 /* in progress, up to which a level is that of one alone */
struct label_list {
    struct arena *mem;
    const char *const *known;
    uint32_t nknown, n;
    const char *v[LEVELS];
};

static bool add_label(void *ctx, const struct store_row *r)
{
    struct label_list *l = ctx;
    const char *label = arena_strndup(l->mem, r->cell[0].s, r->cell[0].n);
    for (uint32_t i = 0; i < l->nknown; i++)
        if (strcmp(l->known[i], label) == 0)
            return true;
    l->v[l->n++] = label;
    return l->n < LEVELS;
}

/* From the first arrival to the last: how many came, and how many were in progress. */
static bool measure(const struct forest *f, struct compare_level *to)
{
    if (f->ntree < 20)
        return false;
    int64_t begin = f->v[f->root[0]].start, end = f->v[f->root[f->ntree - 1]].start;
    double window = (double)(end - begin), busy = 0;
    for (uint32_t i = 0; i < f->ntree; i++) {
        const struct forest_span *s = &f->v[f->root[i]];
        busy += (double)((s->end < end ? s->end : end) - s->start);
    }
    *to = (struct compare_level){.label = f->label,
                                 .requests = f->ntree,
                                 .n = busy / window,
                                 .x = 1e9 * (f->ntree - 1) / window};
    return window > 0 && busy > 0;
}

/* Levels to a law, with Karp and Flatt's fraction of each. */
static bool scaling_judge(struct compare_scaling *s)
{
    struct usl_point p[LEVELS];
    struct usl u;
    for (uint32_t i = 0; i < s->nlevel; i++)
        p[i] = (struct usl_point){s->level[i].n, s->level[i].x};
    if (s->nlevel == 0 || !usl_fit(p, s->nlevel, &u))
        return false;
    s->gamma = u.gamma;
    s->sigma = u.sigma;
    s->kappa = u.kappa;
    s->sd = u.sd;
    s->alone = p[0].n < ALONE ? p[0].x / p[0].n : u.gamma.value;
    s->peak_n = u.peak_n;
    s->peak_x = u.peak_x;
    for (uint32_t i = 0; i < s->nlevel; i++) {
        struct compare_level *l = &s->level[i];
        l->law = usl_at(&u, l->n);
        l->speedup = l->x / s->alone;
        l->serial = l->n > ALONE ? karp_flatt(l->speedup, l->n) : NAN;
    }
    return true;
}

static int by_level(const void *a, const void *b)
{
    const struct compare_level *x = a, *y = b;
    return (x->n > y->n) - (x->n < y->n);
}

struct compare_scaling *scaling_of(struct store *s, const struct forest_ask *ask,
                                   const char *const *known, uint32_t nknown, struct arena *mem)
{
    struct label_list l = {.mem = mem, .known = known, .nknown = nknown};
    struct compare_scaling *out = NEW(mem, struct compare_scaling, 1);
    out->level = NEW(mem, struct compare_level, LEVELS);
    store_select(s, mem, "SELECT label FROM recording ORDER BY label", add_label, &l);
    for (uint32_t i = 0; i < l.n && l.n >= USL_LEAST; i++) {
        struct forest_ask one = *ask;
        one.label = l.v[i];
        struct diags *none = diags_new(mem); /* a recording of other requests is no level */
        const struct forest *f = forest_read(s, &one, mem, none);
        out->nlevel += f && measure(f, &out->level[out->nlevel]);
    }
    qsort(out->level, out->nlevel, sizeof *out->level, by_level);
    return scaling_judge(out) ? out : NULL;
}
