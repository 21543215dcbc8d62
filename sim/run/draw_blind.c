/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draw_blind.c - see draw_blind.h. */
#include "run/draw_blind.h"
#include "base/rng.h"
#include <math.h>
#include <stdlib.h>

struct blind {
    const struct prog *p;
    const double *word; /* all 0 */
    uint64_t seed, i;
    bool failed; /* one could not be had */
};

static struct draw_key key_of(const struct blind *b, uint32_t hash)
{
    return (struct draw_key){.seed = b->seed, .path = rng_mix(hash, b->i + 1), .site = hash};
}

static double value_of(struct blind *b, uint32_t expr, struct draw_key key)
{
    const struct xexpr *x = &b->p->x.expr[expr];
    const char *bad = NULL;
    if (x->constant)
        return x->value;
    if (x->dist != NULL)
        return dist_draw(x->dist, rng_unit(key));
    double v = expr_eval(&b->p->x, expr, b->word, key, &bad);
    b->failed |= bad != NULL;
    return v;
}

static double at_site(struct blind *b, uint32_t site)
{
    return value_of(b, b->p->site[site].expr, key_of(b, b->p->site[site].hash));
}

static double duration(struct blind *b, double ns)
{
    b->failed |= !(ns >= 0);
    return ns;
}

static double of_call(struct blind *b, const struct callsite *c, bool *well)
{
    if (c->error != NONE) {
        struct draw_key k = key_of(b, b->p->site[c->error].hash);
        k.visit = 1u << 20; /* apart from the draws of the expression itself */
        *well = rng_unit(k) >= at_site(b, c->error);
    }
    return duration(b, at_site(b, c->latency));
}

/* The first pause; later ones may be longer. */
static double of_backoff(struct blind *b, const struct backoff *f)
{
    double most = f->max == NONE ? INFINITY : at_site(b, f->max);
    return duration(b, fmin(at_site(b, f->delay), most));
}

/* One of the arms that can be chosen at all. */
static double of_choice(struct blind *b, const struct choice *c)
{
    for (uint32_t k = 0; k < c->n; k++) {
        uint32_t arm = (uint32_t)((b->i + k) % c->n);
        struct draw_key key = key_of(b, b->p->site[c->site].hash);
        key.visit = (arm + 1) << 8;
        if (value_of(b, b->p->arm[c->first + arm].expr, key) > 0)
            return arm;
    }
    b->failed = true;
    return 0;
}

static double of_question(struct blind *b, const struct op *o, uint32_t site)
{
    double v = value_of(b, o->b, key_of(b, site == NONE ? 0 : b->p->site[site].hash));
    bool count = o->code == OP_ASK && (o->flags & OPF_COUNT);
    bool whole = count || (o->code == OP_ASK && (o->flags & OPF_WHOLE));
    b->failed |= whole && v != floor(v);
    b->failed |= count && (v < 0 || v > 1e7 || (o->c != 0 && v >= o->c));
    return v;
}

static double of_op(struct blind *b, uint32_t pc, bool *well)
{
    const struct op *o = &b->p->op[pc];
    switch (o->code) {
    case OP_CALL:
        return of_call(b, &b->p->call[o->a], well);
    case OP_BACKOFF:
        return of_backoff(b, &b->p->backoff[o->a]);
    case OP_CHOOSE:
        return of_choice(b, &b->p->choice[o->a]);
    case OP_CPU:
    case OP_PAUSE:
        return duration(b, at_site(b, b->p->site_of[pc]));
    default:
        return of_question(b, o, b->p->site_of[pc]);
    }
}

bool draw_blind(const struct prog *p, uint64_t seed, uint32_t pc, uint64_t i, double *value,
                bool *well)
{
    double *word = xcalloc(p->nword + 1u, sizeof *word);
    struct blind b = {.p = p, .word = word, .seed = seed, .i = i};
    *well = true;
    *value = of_op(&b, pc, well);
    free(word);
    return !b.failed;
}
