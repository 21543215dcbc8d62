/* SPDX-License-Identifier: GPL-3.0-or-later */
/* law_cut.c - maximum likelihood where some values are known only to lie beyond a point: calls that
 * a timeout ended.  See law.h.
 *
 * Exponential and Pareto laws have closed forms (Epstein and Sobel 1953), Weibull's a profile in
 * one parameter; for the others what does not depend on the parameters is summed once, and the
 * likelihood is climbed by Nelder and Mead's simplex.  Standard errors are those of the observed
 * information. */
#include "fit/law.h"
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

struct cut_sums {
    enum law_kind kind;
    double n, x, ln, ln2; /* of the values: how many, their sum, that of their logarithms */
    const double *v;
    size_t nv;
    double cut, ncut;
};

static double loglik(const struct cut_sums *s, double a, double b)
{
    struct law l = {.kind = s->kind, .p = {a, b}};
    double tail = s->ncut * log(fmax(law_cdf(&l, s->cut, true), 1e-300)), sum = 0, z;
    switch (s->kind) {
    case LAW_GAMMA:
        return tail + (a - 1) * s->ln - s->x / b - s->n * (lgamma(a) + a * log(b));
    case LAW_LOGNORMAL:
        z = s->ln2 - 2 * a * s->ln + s->n * a * a;
        return tail - s->n * (0.91893853320467274178 + log(b)) - s->ln - z / (2 * b * b);
    default:
        for (size_t i = 0; i < s->nv; i++)
            sum += law_log_density(&l, s->v[i]);
        return tail + sum;
    }
}

/* Both on scales without bounds: of a lognormal law mu is one already. */
static void unpack(enum law_kind k, double x, double y, double *a, double *b)
{
    *a = k == LAW_LOGNORMAL ? x : exp(x);
    *b = exp(y);
}

static double objective(const gsl_vector *at, void *ctx)
{
    const struct cut_sums *s = ctx;
    double a, b;
    unpack(s->kind, gsl_vector_get(at, 0), gsl_vector_get(at, 1), &a, &b);
    double f = -loglik(s, a, b);
    return isfinite(f) ? f : 1e300;
}

static void climb(struct cut_sums *s, double *a, double *b)
{
    gsl_multimin_function f = {objective, 2, s};
    gsl_vector *at = gsl_vector_alloc(2), *step = gsl_vector_alloc(2);
    gsl_multimin_fminimizer *m =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, 2);
    gsl_vector_set(at, 0, s->kind == LAW_LOGNORMAL ? *a : log(*a));
    gsl_vector_set(at, 1, log(*b));
    gsl_vector_set_all(step, 0.2);
    gsl_multimin_fminimizer_set(m, &f, at, step);
    for (int i = 0; i < 300; i++)
        if (gsl_multimin_fminimizer_iterate(m) != 0 || gsl_multimin_fminimizer_size(m) < 1e-9)
            break;
    unpack(s->kind, gsl_vector_get(m->x, 0), gsl_vector_get(m->x, 1), a, b);
    gsl_multimin_fminimizer_free(m);
    gsl_vector_free(at);
    gsl_vector_free(step);
}

/* The inverse of minus the second derivatives, by differences. */
static void errors_of(const struct cut_sums *s, struct law *l)
{
    double a = l->p[0], b = l->p[1], h = 1e-4 * fmax(fabs(a), 1e-3), k = 1e-4 * b;
    double f = loglik(s, a, b);
    double aa = (loglik(s, a + h, b) - 2 * f + loglik(s, a - h, b)) / (h * h);
    double bb = (loglik(s, a, b + k) - 2 * f + loglik(s, a, b - k)) / (k * k);
    double ab = (loglik(s, a + h, b + k) - loglik(s, a + h, b - k) - loglik(s, a - h, b + k) +
                 loglik(s, a - h, b - k)) /
                (4 * h * k);
    double det = aa * bb - ab * ab;
    l->se[0] = det > 0 && bb < 0 ? sqrt(-bb / det) : 0;
    l->se[1] = det > 0 && aa < 0 ? sqrt(-aa / det) : 0;
}

/* Laws with a mean above a least value: all that was waited for, over how often it came. */
static bool closed_form(struct cut_sums *s, double least, struct law *l)
{
    double d;
    switch (s->kind) {
    case LAW_EXPONENTIAL:
        l->p[0] = (s->x + s->ncut * s->cut) / s->n;
        l->se[0] = l->p[0] / sqrt(s->n);
        return true;
    case LAW_SHIFTED:
        l->p[0] = least;
        l->p[1] = (s->x + s->ncut * s->cut) / s->n - least * (s->n + s->ncut) / s->n;
        l->se[0] = l->p[1] / s->n;
        l->se[1] = l->p[1] / sqrt(s->n);
        return true;
    case LAW_PARETO:
        d = s->ln - s->n * log(least) + s->ncut * log(s->cut / least);
        l->p[0] = least;
        l->p[1] = s->n / d;
        l->se[1] = l->p[1] / sqrt(s->n);
        return true;
    default:
        return false;
    }
}

bool law_estimate_cut(enum law_kind k, const double *x, size_t n, double cut, size_t ncut,
                      struct law *out)
{
    struct law l;
    struct cut_sums s = {
        .kind = k, .n = (double)n, .v = x, .nv = n, .cut = cut, .ncut = (double)ncut};
    double least = INFINITY;
    if (!law_estimate(k, x, NULL, n, &l) || k == LAW_CONST)
        return false;
    for (size_t i = 0; i < n; i++) {
        double y = x[i] > 0 ? log(x[i]) : 0;
        s.x += x[i];
        s.ln += y;
        s.ln2 += y * y;
        least = fmin(least, x[i]);
    }
    l.cut = cut;
    l.ncut = ncut;
    l.n = n + ncut;
    if (!closed_form(&s, least, &l)) {
        climb(&s, &l.p[0], &l.p[1]);
        errors_of(&s, &l);
    }
    l.loglik = 0;
    for (size_t i = 0; i < n; i++)
        l.loglik += law_log_density(&l, x[i]);
    l.loglik += s.ncut * log(fmax(law_cdf(&l, cut, true), 1e-300));
    l.aic = 2 * law_parameters(&l) - 2 * l.loglik;
    *out = l;
    return isfinite(l.loglik) && law_possible(&l);
}
