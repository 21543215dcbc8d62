/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_impl.h - what the files of dist.h share among themselves; nobody else includes it.
 *
 *   dist.c        laws made of laws, and the questions one may ask of them
 *   dist_kinds.c  the rows of dist_kinds[], and most of the kinds
 *   dist_lognormal.c, dist_whole.c  the lognormal; the kinds of whole numbers
 *   dist_atoms.c  laws of a few values as these
 *   dist_given.c  what the author's parameters must be
 *   dist_math.c   special functions, with both tails to full relative accuracy
 *   dist_table.c  tables to draw from, and integrals over a quantile function
 *
 * Own special functions instead of GSL's, because those report underflow through a process-wide
 * error handler and lose digits in one of the tails. */
#ifndef MODEL_DIST_IMPL_H
#define MODEL_DIST_IMPL_H
#include "model/dist.h"

/* dist_math.c.  Everywhere: upper false is the probability below, true the probability above. */
double math_gamma_tail(double a, double x, bool upper); /* regularised incomplete gamma */
double math_gamma_inverse(double a, double v, bool upper);
double math_binomial_tail(double n, double p, double k, bool upper);
double math_power_sum(double n, double s);  /* sum of i^-s for i = 1..n */
double math_power_tail(double k, double s); /* same up to a constant, for k >= MATH_HEAD */
enum { MATH_HEAD = 32 };
double math_normal_inverse(double v, bool upper);
/* The smallest whole k in [lo, hi] with P(X <= k) >= v, or P(X > k) <= v. */
struct math_search {
    double (*cdf)(const double *p, double x, bool upper);
    const double *p;
    double lo, hi, guess;
};
double math_search_whole(const struct math_search *s, double v, bool upper);

/* v or 1 - v, whichever is asked for. */
static inline double math_flip(double v, bool upper)
{
    return upper ? 1 - v : v;
}

/* The standard exponential's quantile, and its tails at e >= 0. */
static inline double math_exponent_quantile(double v, bool upper)
{
    return upper ? -log(v) : -log1p(-v);
}

static inline double math_exponent_tail(double e, bool upper)
{
    return upper ? exp(-e) : -expm1(-e);
}

/* dist.c: the quantile of anything but a mix, and P(X <= x) or P(X > x) of anything. */
double dist_exact(const struct dist *d, double v, bool upper);
double dist_tail(const struct dist *d, double x, bool upper);

/* dist_table.c */
void table_build(struct arena *a, struct dist *d); /* sets d->cell if a good one exists */
struct dist_steps {
    double first; /* value of cum[0] */
    uint32_t n, guides;
    const double *cum;     /* P(X <= first + i), from 0 below first */
    const uint32_t *guide; /* where to begin for floor(u * guides) */
};
void steps_build(struct arena *a, struct dist *d); /* sets d->steps if one helps */
/* Value for u; false: outside, ask dist_exact(). */
bool steps_draw(const struct dist_steps *s, double u, double *x);
/* Integral of (Q(u) - c)^power over (0,1), for smooth quantile functions. */
double table_moment(const struct dist *d, double c, int power);

/* dist_given.c: parameter i must be so; false sets g->why. */
bool given_need(struct dist_given *g, unsigned i, bool ok, const char *must);
bool given_positive(struct dist_given *g, unsigned i);
bool given_range(struct dist_given *g, unsigned i, double lo, double hi);
bool given_whole(struct dist_given *g, unsigned i, double lo, double hi);
/* i below j (or, not strict, equal to it). */
bool given_order(struct dist_given *g, unsigned i, unsigned j, bool strict);
const char *given_value(const struct dist_given *g, unsigned i);
/* Is the parameter of that name; and the probability above the quantile of that name (0: none). */
bool given_is(const struct dist_given *g, unsigned i, const char *name);
double given_above(const struct dist_given *g, unsigned i);
#define V(n)                                                                                       \
    {                                                                                              \
        (n), DIST_V                                                                                \
    }
#define N(n)                                                                                       \
    {                                                                                              \
        (n), DIST_N                                                                                \
    }
#define R(n)                                                                                       \
    {                                                                                              \
        (n), DIST_R                                                                                \
    }
#define FORM(...)                                                                                  \
    {                                                                                              \
        .param = { __VA_ARGS__ }                                                                   \
    }
#define FORM_END                                                                                   \
    {                                                                                              \
        .param = { {NULL, DIST_V} }                                                                \
    }

/* dist_whole.c, dist_lognormal.c */
#define OTHER_KIND(k)                                                                              \
    extern const struct dist_form k##_forms[];                                                     \
    bool k##_make(struct dist_given *g, double *p);                                                \
    double k##_quantile(const double *p, double v, bool upper);                                    \
    double k##_cdf(const double *p, double x, bool upper);                                         \
    double k##_mean(const double *p);                                                              \
    double k##_variance(const double *p)
#define WHOLE_KIND(k)                                                                              \
    OTHER_KIND(k);                                                                                 \
    void k##_support(const double *p, double *lo, double *hi)
OTHER_KIND(lognormal);
WHOLE_KIND(poisson);
WHOLE_KIND(binomial);
WHOLE_KIND(geometric);
WHOLE_KIND(zipf);
double geometric_moment(const double *p, double lo, double hi, double c, int power);
double zipf_moment(const double *p, double lo, double hi, double c, int power);

#endif
