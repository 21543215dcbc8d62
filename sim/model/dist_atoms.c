/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_atoms.c - laws of a few values, as these values and their probabilities. */
#include "model/dist_impl.h"

enum { VALUES = 1 << 16 }; /* whole numbers that are looked at */

struct atoms_of {
    struct dist_atoms *out;
    double least;     /* less than that, of a tail without end, is left over */
    double low, high; /* what was truncated */
};

static bool put(struct atoms_of *o, double x, double p)
{
    struct dist_atoms *t = o->out;
    if (!(p > 0) || x < o->low || x > o->high)
        return true;
    if (t->n > 0 && t->x[t->n - 1] == x) {
        t->p[t->n - 1] += p;
        return true;
    }
    if (t->n == DIST_ATOMS)
        return false;
    t->x[t->n] = x;
    t->p[t->n++] = p;
    return true;
}

static bool put_whole(struct atoms_of *o, const struct dist *d, double scale)
{
    double lo, hi, before = 0;
    d->kind->support(d->p, &lo, &hi);
    lo = fmax(lo, 0);
    hi = fmin(hi, o->high);
    for (double k = lo; k <= hi && k - lo < VALUES; k++) {
        double below = d->kind->cdf(d->p, k, false), above = d->kind->cdf(d->p, k, true);
        if (!put(o, k, scale * (below - before)))
            return false;
        before = below;
        if (k < hi && above * scale < o->least) {
            o->out->left += above * scale;
            return true;
        }
    }
    return hi - lo < VALUES;
}

/* As deep as the law, which dist_mix() bounds. */
static bool put_law(struct atoms_of *o, const struct dist *d, double scale)
{
    struct atoms_of inner = *o;
    switch (d->what) {
    case DIST_CONST:
        return put(o, d->x[0], scale);
    case DIST_SAMPLES:
        for (size_t i = 0; i < d->n; i++)
            if (!put(o, d->x[i], scale / (double)d->n))
                return false;
        return true;
    case DIST_MIX:
        for (size_t i = 0; i < d->n; i++)
            if (!put_law(o, d->of[i], scale * (d->cum[i] - (i ? d->cum[i - 1] : 0))))
                return false;
        return true;
    case DIST_TRUNCATED:
        inner.low = fmax(o->low, d->low);
        inner.high = fmin(o->high, d->high);
        return put_law(&inner, d->of[0], scale / d->mass);
    case DIST_ATOM:
        return d->kind->whole && put_whole(o, d, scale);
    case DIST_QUANTILES:
        break;
    }
    return false;
}

bool dist_atoms(const struct dist *d, double least, struct dist_atoms *out)
{
    struct atoms_of o = {.out = out, .least = least, .low = -INFINITY, .high = INFINITY};
    out->n = 0;
    out->left = 0;
    return put_law(&o, d, 1);
}
