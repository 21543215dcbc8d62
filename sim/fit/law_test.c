/* SPDX-License-Identifier: GPL-3.0-or-later */
/* law_test.c - does a law fit?  See law.h.
 *
 * Anderson and Darling's A^2 weighs both tails.  Its law is not known where parameters were
 * estimated, so it is had by estimating again from samples of the fitted law (Stute, Gonzales
 * Manteiga and Presedo Quindimil 1993).  Samples are drawn until ROUNDS of them, or until SURE were
 * worse: a p that is large need not be known well (Besag and Clifford 1991). */
#include "base/diag.h"
#include "base/rng.h"
#include "fit/law.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 199, SURE = 12 };
#define HOPELESS 6.0 /* A^2 > 6 has P < 0.001 even where nothing was estimated (Marsaglia 2004) */

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* P(X <= x) and P(X > x): one from the other where it is not close to 1, since they are dear. */
static void tails(const struct law *l, double x, bool low, double *p, double *q)
{
    if (low) {
        *p = law_cdf(l, x, false);
        *q = *p < 0.75 ? 1 - *p : law_cdf(l, x, true);
    } else {
        *q = law_cdf(l, x, true);
        *p = *q < 0.75 ? 1 - *q : law_cdf(l, x, false);
    }
}

double law_anderson_darling(const struct law *l, const double *sorted, size_t n)
{
    double sum = 0, m = (double)n, beyond = l->ncut > 0 ? law_cdf(l, l->cut, true) : 0;
    for (size_t i = 0; i < n; i++) {
        double k = 2 * (double)i + 1, p, q;
        tails(l, sorted[i], i < n / 2, &p, &q);
        sum += k * log(fmax(p / (1 - beyond), 1e-300));
        sum += (2 * m - k) * log(fmax((q - beyond) / (1 - beyond), 1e-300));
    }
    return -m - sum / m;
}

/* Which of n values are tested: a random sample without replacement, in the order of index. */
static size_t sample(const double *x, size_t n, uint64_t seed, double *to)
{
    size_t m = 0, want = n < LAW_TESTED ? n : LAW_TESTED;
    for (size_t i = 0; i < n && m < want; i++) { /* Knuth's algorithm S */
        double u = rng_unit((struct draw_key){.seed = seed, .path = i, .site = 1});
        if (u * (double)(n - i) < (double)(want - m))
            to[m++] = x[i];
    }
    return m;
}

/* ---- drawing from a law ---- */

struct drawer {
    const struct law *l;
    const struct dist *d[LAW_PARTS]; /* of the law, or of its parts; NULL: by a formula */
};

static const struct dist *dist_for(struct arena *a, const struct law *l)
{
    return l->kind == LAW_SHIFTED || l->kind == LAW_CONST ? NULL : law_dist(a, l);
}

static struct drawer drawer_for(struct arena *a, const struct law *l)
{
    struct drawer w = {.l = l};
    for (uint32_t i = 0; i < l->nof; i++)
        w.d[i] = dist_for(a, l->of[i]);
    if (l->kind != LAW_MIX)
        w.d[0] = dist_for(a, l);
    return w;
}

static double draw(const struct law *l, const struct dist *d, double u)
{
    if (d)
        return dist_draw(d, u);
    return l->kind == LAW_SHIFTED ? l->p[0] - l->p[1] * log(u) : l->p[0];
}

/* Which part a draw is of. */
static uint32_t part_of(const struct law *l, double u)
{
    uint32_t i = 0;
    for (; i + 1 < l->nof && u >= l->share[i]; i++)
        u -= l->share[i];
    return i;
}

/* One round of a mixture: its shares and parts are estimated from what was drawn of each part. */
static double round_mix(const struct drawer *w, size_t n, struct draw_key key, double *v)
{
    struct law again = *w->l, part[LAW_PARTS];
    size_t at = 0;
    for (uint32_t p = 0; p < w->l->nof; p++) {
        size_t first = at;
        for (size_t i = 0; i < n; i++) {
            double u, x;
            key.visit = (uint32_t)i;
            rng_unit2(key, &u, &x);
            if (part_of(w->l, u) == p)
                v[at++] = draw(w->l->of[p], w->d[p], x);
        }
        again.share[p] = fmax((double)(at - first), 0.5) / (double)n;
        again.of[p] = law_estimate(w->l->of[p]->kind, v + first, NULL, at - first, &part[p])
                          ? &part[p]
                          : w->l->of[p];
    }
    qsort(v, n, sizeof *v, value_order);
    return law_anderson_darling(&again, v, n);
}

/* One round where some values are cut off: of n draws. */
static double round_cut(const struct drawer *w, size_t n, struct draw_key key, double *v)
{
    struct law again;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        key.visit = (uint32_t)i;
        v[m] = draw(w->l, w->d[0], rng_unit(key));
        m += v[m] < w->l->cut;
    }
    if (!law_estimate_cut(w->l->kind, v, m, w->l->cut, n - m, &again))
        return INFINITY;
    qsort(v, m, sizeof *v, value_order);
    return law_anderson_darling(&again, v, m);
}

static double round_once(const struct drawer *w, size_t n, struct draw_key key, double *v)
{
    struct law again;
    if (w->l->kind == LAW_MIX)
        return round_mix(w, n, key, v);
    if (w->l->ncut > 0)
        return round_cut(w, w->l->n, key, v);
    for (size_t i = 0; i < n; i++) {
        key.visit = (uint32_t)i;
        v[i] = draw(w->l, w->d[0], rng_unit(key));
    }
    if (!law_estimate(w->l->kind, v, NULL, n, &again))
        return INFINITY;
    qsort(v, n, sizeof *v, value_order);
    return law_anderson_darling(&again, v, n);
}

static bool estimate_again(const struct law *l, const double *x, size_t m, size_t n,
                           struct law *out)
{
    if (l->kind == LAW_MIX)
        return false;
    if (l->ncut > 0)
        return law_estimate_cut(l->kind, x, m, l->cut, (l->ncut * m + n / 2) / n, out);
    return law_estimate(l->kind, x, NULL, m, out);
}

void law_judge(struct law *l, const double *x, size_t n, uint64_t seed)
{
    if (n < 5 || l->kind == LAW_CONST || l->kind == LAW_QUANTILES)
        return;
    size_t room = LAW_TESTED + (l->ncut > 0 ? LAW_TESTED * l->ncut / n + 1 : 0);
    double *v = xcalloc(room + LAW_TESTED, sizeof *v), *mine = v + room;
    struct arena *a = arena_new(0);
    size_t m = sample(x, n, seed, mine);
    struct law own; /* estimated from what is tested, as the rounds are */
    if (!estimate_again(l, mine, m, n, &own))
        own = *l;
    qsort(mine, m, sizeof *mine, value_order);
    struct drawer w = drawer_for(a, &own);
    uint32_t worse = 0, rounds = 0;
    l->ad = law_anderson_darling(&own, mine, m);
    double all = m < n ? law_anderson_darling(l, x, n) : l->ad;
    if (all > HOPELESS || l->ad > HOPELESS) {
        l->ad = fmax(all, l->ad);
        l->q = 0.001;
    }
    while (!(l->q <= 0.001) && rounds < ROUNDS && worse < SURE) {
        struct draw_key key = {.seed = seed, .path = rounds, .site = 2};
        worse += round_once(&w, m, key, v) >= l->ad;
        rounds++;
    }
    if (rounds > 0)
        l->q = worse >= SURE ? (double)worse / rounds : (1 + (double)worse) / (1 + (double)rounds);
    arena_drop(a);
    free(v);
}
