/* SPDX-License-Identifier: GPL-3.0-or-later */
/* law_pick.c - which law?  See law.h.
 *
 * In this order: one value; an atom beside others; parts that a wide gap keeps apart; the best
 * family by AIC, if it fits; a mixture of two (by EM), if that fits; quantiles. */
#include "base/diag.h"
#include "base/rng.h"
#include "fit/law.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* FEW: a family is not refused before.  PART: the least values a part of a mixture has. */
enum { FEW = 20, PART = 8, EM_MOST = 5000 };
#define FIT_LEVEL 0.0055 /* of p, up to which a family is refused: no round of all was worse */

struct picker {
    struct arena *a;
    uint64_t seed;
    bool part; /* of a mixture already */
    double cut;
    size_t ncut; /* others lie beyond it */
};
static const double ALIKE = 5e-4; /* a model has four digits */

static struct law *pick(const struct picker *k, const double *x, size_t n);

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct law *law_of(const struct picker *k, const struct law *l)
{
    struct law *out = NEW(k->a, struct law, 1);
    *out = *l;
    return out;
}

/* ---- families ---- */

static bool estimate(const struct picker *k, int kind, const double *x, size_t n, struct law *out)
{
    return k->ncut ? law_estimate_cut((enum law_kind)kind, x, n, k->cut, k->ncut, out)
                   : law_estimate((enum law_kind)kind, x, NULL, n, out);
}

static struct law *best_family(const struct picker *k, const double *x, size_t n)
{
    struct law v[LAW_FAMILIES] = {{.kind = LAW_CONST}};
    int best = -1, second = -1;
    for (int i = LAW_EXPONENTIAL; i < LAW_FAMILIES; i++) {
        if (!estimate(k, i, x, n, &v[i]))
            continue;
        if (best < 0 || v[i].aic < v[best].aic) {
            second = best;
            best = i;
        } else if (second < 0 || v[i].aic < v[second].aic) {
            second = i;
        }
    }
    if (best < 0)
        return NULL;
    /* The simpler one, if the other is hardly better. */
    if (best != LAW_EXPONENTIAL && v[LAW_EXPONENTIAL].kind == LAW_EXPONENTIAL &&
        v[LAW_EXPONENTIAL].aic < v[best].aic + 2) {
        second = best;
        best = LAW_EXPONENTIAL;
    }
    if (second >= 0 && fabs(v[second].aic - v[best].aic) < 2)
        v[best].other = (enum law_kind)second;
    law_judge(&v[best], x, n, k->seed);
    return law_of(k, &v[best]);
}

static bool fits(const struct law *l)
{
    return !(l->q < FIT_LEVEL); /* NAN: too few to say no */
}

/* ---- mixtures ---- */

static struct law *mix_of(const struct picker *k, const struct law *const *of, const double *share,
                          uint32_t n)
{
    struct law l = {.kind = LAW_MIX, .nof = n, .ad = NAN, .q = NAN, .other = LAW_FAMILIES};
    for (uint32_t i = 0; i < n; i++) {
        l.of[i] = of[i];
        l.share[i] = share[i];
        l.mean += share[i] * of[i]->mean;
    }
    return law_of(k, &l);
}

/* Parts that are judged apart: p of the worst of n, Bonferroni. */
static void judge_parts(struct law *l)
{
    for (uint32_t i = 0; i < l->nof; i++) {
        const struct law *p = l->of[i];
        double q = fmin(1, p->q * l->nof);
        if (isfinite(p->q) && (!isfinite(l->q) || q < l->q)) {
            l->q = q;
            l->ad = p->ad;
        }
    }
}

/* v[0, n) of one value (its place) and the rest; 0: no value stands out. */
static size_t atom_of(const double *x, size_t n, size_t *at)
{
    size_t best = 0, run = 1, twins = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i < n && !(x[i] > x[i - 1])) {
            run++;
            continue;
        }
        twins += run - 1;
        if (run > best) {
            best = run;
            *at = i - run;
        }
        run = 1;
    }
    /* Others come twice as well: a coarse clock, no atom. */
    bool others = (twins - (best - 1)) * 4 >= n - best + 4;
    return best >= PART && best * 20 >= n && (!others || best * 3 >= n) ? best : 0;
}

static struct law *with_atom(const struct picker *k, const double *x, size_t n, size_t at, size_t m)
{
    double *rest = xcalloc(n - m + 1, sizeof *rest);
    const struct picker inner = {.a = k->a, .seed = k->seed + 1, .part = true};
    struct law atom;
    memcpy(rest, x, at * sizeof *x);
    memcpy(rest + at, x + at + m, (n - at - m) * sizeof *x);
    law_estimate(LAW_CONST, x + at, NULL, m, &atom);
    double share = (double)m / (double)n;
    struct law *l =
        mix_of(k, (const struct law *const[]){law_of(k, &atom), pick(&inner, rest, n - m)},
               (const double[]){share, 1 - share}, 2);
    free(rest);
    judge_parts(l);
    l->refused = l->of[1]->refused;
    l->n = n;
    return l;
}

/* The widest gap on the scale of logarithms with enough values on either side: how many are below
 * it; 0: none stands out.  Of n values of one continuous law a gap within the bulk is about
 * 1 / (n f), so one of a factor of 2.5 with hundreds of values is no chance. */
static size_t gap_of(const double *x, size_t n)
{
    size_t at = 0;
    double widest = log(2.5);
    for (size_t i = PART; i + PART <= n; i++) {
        double gap = log(x[i]) - log(x[i - 1]);
        if (x[i - 1] > 0 && gap > widest) {
            widest = gap;
            at = i;
        }
    }
    return n >= 100 ? at : 0;
}

static struct law *with_gap(const struct picker *k, const double *x, size_t n, size_t at)
{
    const struct picker inner = {.a = k->a, .seed = k->seed + 2, .part = true};
    double share = (double)at / (double)n;
    struct law *l =
        mix_of(k, (const struct law *const[]){pick(&inner, x, at), pick(&inner, x + at, n - at)},
               (const double[]){share, 1 - share}, 2);
    l->refused = l->of[0]->refused || l->of[1]->refused;
    judge_parts(l);
    l->n = n;
    return l;
}

/* One step of the EM; w0, w1 are the shares of each value in either part. */
static bool em_step(enum law_kind kind, const double *x, size_t n, double *w0, double *w1,
                    struct law *p, double *share, double *loglik)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < n; i++)
        sum += w0[i];
    if (sum < PART || (double)n - sum < PART)
        return false;
    *share = sum / (double)n;
    if (!law_estimate(kind, x, w0, n, &p[0]) || !law_estimate(kind, x, w1, n, &p[1]))
        return false;
    for (size_t i = 0; i < n; i++) {
        double a = log(*share) + law_log_density(&p[0], x[i]);
        double b = log1p(-*share) + law_log_density(&p[1], x[i]), top = fmax(a, b);
        double all = top + log(exp(a - top) + exp(b - top));
        w0[i] = exp(a - all);
        w1[i] = 1 - w0[i];
        total += all;
    }
    *loglik = total;
    return isfinite(total);
}

/* EM from a cut of the sorted values. */
static bool em_from(enum law_kind kind, const double *x, size_t n, size_t cut, struct law *p,
                    double *share, double *loglik)
{
    double *w = xcalloc(2 * n, sizeof *w), was = -INFINITY;
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        w[i] = i < cut ? 0.95 : 0.05;
        w[n + i] = 1 - w[i];
    }
    for (int i = 0; i < 200 && ok; i++) {
        ok = em_step(kind, x, n, w, w + n, p, share, loglik);
        if (ok && *loglik - was < 1e-6 * (double)n && i > 5)
            break;
        was = *loglik;
    }
    free(w);
    return ok;
}

static struct law *mix_of_thin(const struct picker *k, const double *x, size_t n)
{
    static const enum law_kind kinds[] = {LAW_LOGNORMAL, LAW_GAMMA};
    static const double cuts[] = {0.5, 0.8, 0.95};
    struct law *best = NULL;
    if (n < 100 || !(x[0] > 0))
        return NULL;
    for (size_t f = 0; f < sizeof kinds / sizeof *kinds; f++)
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
            struct law p[2];
            double share, loglik;
            if (!em_from(kinds[f], x, n, (size_t)(cuts[c] * (double)n), p, &share, &loglik))
                continue;
            double aic = 10 - 2 * loglik;
            if (best && best->aic <= aic)
                continue;
            best = mix_of(k, (const struct law *const[]){law_of(k, &p[0]), law_of(k, &p[1])},
                          (const double[]){share, 1 - share}, 2);
            best->aic = aic;
            best->loglik = loglik;
        }
    return best;
}

/* At most EM_MOST values, evenly among the sorted ones. */
static size_t thin(const double *x, size_t n, double *to)
{
    size_t m = n < EM_MOST ? n : EM_MOST;
    for (size_t i = 0; i < m; i++)
        to[i] = x[(size_t)(((double)i + 0.5) * (double)n / (double)m)];
    return m;
}

static struct law *best_mix(const struct picker *k, const double *all, size_t total)
{
    double *x = xcalloc(EM_MOST, sizeof *x);
    size_t n = thin(all, total, x);
    struct law *best = mix_of_thin(k, x, n);
    free(x);
    if (!best)
        return NULL;
    best->n = total;
    law_judge(best, all, total, k->seed + 3);
    return best;
}

/* ---- quantiles ---- */

static struct law *by_quantiles(const struct picker *k, const double *x, size_t n)
{
    static const double p[LAW_POINTS] = {0,   0.01, 0.05, 0.1,  0.25,  0.5,    0.75,
                                         0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1};
    struct law l = {.kind = LAW_QUANTILES, .n = n, .ad = NAN, .q = NAN, .other = LAW_FAMILIES};
    for (size_t i = 0; i < n; i++)
        l.mean += x[i] / (double)n;
    for (int i = 0; i < LAW_POINTS; i++) {
        double tail = fmin(p[i], 1 - p[i]) * (double)n;
        if (p[i] > 0 && p[i] < 1 && tail < 5)
            continue;
        double at = p[i] * (double)(n - 1), whole = floor(at);
        size_t j = (size_t)whole;
        l.prob[l.nof] = p[i];
        l.x[l.nof++] = j + 1 < n ? x[j] + (at - whole) * (x[j + 1] - x[j]) : x[n - 1];
    }
    return law_of(k, &l);
}

/* ---- choosing ---- */

static struct law *pick(const struct picker *k, const double *x, size_t n)
{
    size_t at = 0, m;
    struct law l;
    if (x[n - 1] - x[0] <= fmax(2, ALIKE * x[n - 1])) {
        law_estimate(LAW_CONST, x, NULL, n, &l);
        return law_of(k, &l);
    }
    if (!k->part && (m = atom_of(x, n, &at)) > 0 && m < n)
        return with_atom(k, x, n, at, m);
    struct law *family = best_family(k, x, n);
    if (family && fits(family))
        return family;
    if (n < FEW)
        return family ? family : by_quantiles(k, x, n);
    struct law *gap = !k->part && (m = gap_of(x, n)) > 0 ? with_gap(k, x, n, m) : NULL;
    if (gap && fits(gap))
        return gap;
    struct law *mix = k->part ? NULL : best_mix(k, x, n);
    if (mix && fits(mix))
        return mix;
    struct law *q = by_quantiles(k, x, n);
    q->refused = true;
    return q;
}

/* The step of the clock, if it is so coarse that values fall together: 0, or ns. */
static double clock_of(const double *x, size_t n)
{
    uint64_t g = 0;
    size_t distinct = 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t a = (uint64_t)x[i], b = g;
        while (b) {
            uint64_t t = a % b;
            a = b;
            b = t;
        }
        g = a;
        distinct += i > 0 && x[i] > x[i - 1];
    }
    double step = 1;
    while (g > 0 && g % 10 == 0) {
        step *= 10;
        g /= 10;
    }
    return step >= 1000 && distinct * 4 < n && distinct > 2 ? step : 0;
}

const struct law *law_pick(struct arena *a, double *x, size_t n, uint64_t seed)
{
    const struct picker k = {.a = a, .seed = seed};
    qsort(x, n, sizeof *x, value_order);
    double step = clock_of(x, n);
    if (step > 0 && x[n - 1] > x[0] + step) { /* spread over the tick that each was read at */
        for (size_t i = 0; i < n; i++) {
            double u = rng_unit((struct draw_key){.seed = seed, .path = i, .site = 3});
            x[i] = fabs(x[i] + (u - 0.5) * step);
        }
        qsort(x, n, sizeof *x, value_order);
    }
    struct law *l = pick(&k, x, n);
    l->step = step;
    return l;
}

const struct law *law_pick_cut(struct arena *a, double *x, size_t n, double cut, size_t ncut,
                               uint64_t seed)
{
    const struct picker k = {.a = a, .seed = seed, .cut = cut, .ncut = ncut},
                        below = {.a = a, .seed = seed, .part = true};
    if (ncut == 0)
        return law_pick(a, x, n, seed);
    qsort(x, n, sizeof *x, value_order);
    struct law *l = best_family(&k, x, n), above;
    if (l && (fits(l) || n < FEW))
        return l;
    double share = (double)n / (double)(n + ncut);
    law_estimate(LAW_CONST, (const double[]){2 * cut}, NULL, 1, &above);
    l = mix_of(&below,
               (const struct law *const[]){by_quantiles(&below, x, n), law_of(&below, &above)},
               (const double[]){share, 1 - share}, 2);
    l->n = n + ncut;
    l->ncut = ncut;
    l->cut = cut;
    l->refused = true;
    return l;
}
