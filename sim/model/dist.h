/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist.h - atomic distributions of durations (in ns) or of plain numbers.
 *
 * A kind is a row of dist_kinds[]; to add one, write its functions in dist_kinds.c and add its row.
 * tests walk the table, so the row is tested unasked.  Every kind is drawn by inversion: one
 * uniform a draw, monotone in it, so that what-ifs move smoothly.
 *
 * Parameters arrive as the author wrote them, by "form" (an alternative set of parameters), values
 * already in base units (ns for durations; per-second rates are given as 1/s; probabilities and
 * shapes plain).  dist_make() turns them into the kind's own parameters, or says why not. */
#ifndef MODEL_DIST_H
#define MODEL_DIST_H
#include "base/arena.h"
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What unit a parameter has: the distribution's own unit (V: durations or numbers, all alike),
 * plain number (N), rate (R: 1/s if V is a duration), probability. */
enum dist_unit { DIST_V, DIST_N, DIST_R };
struct dist_param {
    const char *name; /* "p50", "mean"; NULL ends the list */
    enum dist_unit unit;
};
enum { DIST_MAXPARAM = 4, DIST_MAXFORM = 24 };
struct dist_form {
    struct dist_param param[DIST_MAXPARAM + 1];
};

/* What the author gave: a[i] is the value of form->param[i]. */
struct dist_given {
    const struct dist_form *form;
    unsigned nform; /* index of form */
    const double *a;
    bool duration;     /* V is a duration: rates are per second, lognormal's mu is of ln seconds */
    struct arena *mem; /* for the text of why */
    const char *why;   /* out: why not */
};

/* Probabilities come with their side, so that both tails keep their digits: v is the probability
 * below (upper false) or above (upper true).  quantile() is called with v <= 1/2. */
struct dist_kind {
    const char *name;
    const char *summary;           /* one line for help and the reference */
    bool whole;                    /* whole numbers only (poisson, ...): V is a plain number */
    bool positional;               /* parameters may be given without names, in form 0's order */
    bool smooth;                   /* the quantile function is smooth inside: a table is worth it */
    const struct dist_form *forms; /* ends with an empty form */
    /* Own parameters p[DIST_MAXPARAM] from the author's; false: g->why says why not. */
    bool (*make)(struct dist_given *g, double *p);
    double (*quantile)(const double *p, double v, bool upper);
    double (*cdf)(const double *p, double x, bool upper);     /* P(X <= x), or P(X > x) */
    double (*mean)(const double *p);                          /* INFINITY if there is none */
    double (*variance)(const double *p);                      /* INFINITY if there is none */
    void (*support)(const double *p, double *lo, double *hi); /* hi may be INFINITY */
    /* NULL, or sum of (k - c)^power P(X = k) over lo <= k <= hi, for kinds too wide to add up. */
    double (*moment)(const double *p, double lo, double hi, double c, int power);
};
extern const struct dist_kind dist_kinds[];               /* ends with a NULL name */
const struct dist_kind *dist_kind_find(const char *name); /* NULL if unknown */

/* An atomic distribution of a kind.  NULL and *why if the parameters are impossible
 * ("p99 (5ms) is below p50 (20ms)").  Fast to draw from: exact formula or a fine table. */
const struct dist *dist_make(struct arena *a, const struct dist_kind *k, unsigned form,
                             const double *param, bool duration, const char **why);
/* Would it be made? */
bool dist_possible(const struct dist_kind *k, unsigned form, const double *param, bool duration);
/* probability[i] of d[i]; sum must be 1 within 1e-9 (else *why).  hyperexponential is a mix. */
const struct dist *dist_mix(struct arena *a, size_t n, const double *probability,
                            const struct dist *const *d, const char **why);
/* Piecewise-linear inverse CDF: p increasing from 0 to 1, x not decreasing. */
const struct dist *dist_quantiles(struct arena *a, size_t n, const double *p, const double *x,
                                  const char **why);
/* Each value equally likely.  Copies and sorts. */
const struct dist *dist_samples(struct arena *a, size_t n, const double *x, const char **why);
/* d conditioned to lie in [low, high]. */
const struct dist *dist_truncate(struct arena *a, const struct dist *d, double low, double high,
                                 const char **why);
const struct dist *dist_const(struct arena *a, double x);

/* To draw: dist_draw(), at the end. */
double dist_cdf(const struct dist *d, double x);
double dist_mean(const struct dist *d);
double dist_variance(const struct dist *d);
void dist_support(const struct dist *d, double *lo, double *hi);
bool dist_is_const(const struct dist *d, double *x);
/* A law of at most DIST_ATOMS values, as these.  left: of a tail without end, what lies beyond the
 * last of them, and is less than `least`.  False: it has more values. */
enum { DIST_ATOMS = 256 };
struct dist_atoms {
    uint32_t n;
    double x[DIST_ATOMS], p[DIST_ATOMS], left;
};
bool dist_atoms(const struct dist *d, double least, struct dist_atoms *out);
/* For warnings: has the law a finite mean, a finite variance? (isfinite of the above) */

/* A value as the author would write it: "5ms", "1.5us", "0.25". */
const char *dist_value(struct arena *a, double x, bool duration);
/* The draw without the table, exact; same law. */
double dist_draw_exact(const struct dist *d, double u);

/* Built once, then const and shareable between threads.  Open only for dist_draw(); nobody else
 * looks inside. */
enum dist_what { DIST_CONST, DIST_ATOM, DIST_MIX, DIST_QUANTILES, DIST_SAMPLES, DIST_TRUNCATED };
enum {
    DIST_CELL_BITS = 4, /* cells an octave of v: 2^this */
    DIST_OCTAVES = 29,  /* 2^-30 <= v < 1/2; v = 1/2 has a cell of its own */
    DIST_CELLS = (DIST_OCTAVES << DIST_CELL_BITS) + 1, /* a side */
    DIST_COEFS = 6
};
struct dist_steps;
struct dist {
    const double (*cell)[DIST_COEFS]; /* NULL: no table.  DIST_CELLS lower, DIST_CELLS upper */
    bool log;                         /* the table is of ln x */
    bool duration;                    /* for messages */
    unsigned char depth;              /* of mixes in mixes */
    enum dist_what what;
    const struct dist_kind *kind;   /* ATOM */
    double p[DIST_MAXPARAM];        /* ATOM */
    const struct dist_steps *steps; /* of whole kinds, may be NULL */
    size_t n;                       /* MIX, QUANTILES, SAMPLES */
    const double *x;                /* CONST: one value; QUANTILES, SAMPLES: ascending */
    const double *cum;              /* MIX: probability up to and with i; QUANTILES: p */
    const struct dist *const *of;   /* MIX: n; TRUNCATED: one */
    double low, high;               /* TRUNCATED */
    double below, above, mass;      /* TRUNCATED: P(X < low), P(X > high), the rest */
};

/* u in (0,1).  The cell is read off the floating-point bits of v = min(u, 1 - u), so cells get
 * finer towards both tails at no cost; inside a cell a polynomial of degree 5. */
static inline double dist_draw(const struct dist *d, double u)
{
    double w = 1 - u, v = u < w ? u : w;
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint64_t first = (uint64_t)(1023 - 30) << DIST_CELL_BITS; /* of v = 2^-30 */
    uint64_t i = (bits >> (52 - DIST_CELL_BITS)) - first;
    if (!d->cell || i >= DIST_CELLS) /* a smaller v wraps around */
        return dist_draw_exact(d, u);
    const double *c = d->cell[i + (uint64_t)(u >= w) * DIST_CELLS];
    uint64_t one = (uint64_t)1023 << 52;
    bits = ((bits << DIST_CELL_BITS) & (((uint64_t)1 << 52) - 1)) | one;
    double t;
    memcpy(&t, &bits, sizeof t);
    t -= 1.5;
    double t2 = t * t;
    double y = (c[0] + c[1] * t) + t2 * ((c[2] + c[3] * t) + t2 * (c[4] + c[5] * t));
    return d->log ? exp(y) : y;
}
/* x[i] = dist_draw(d, u[i]); x may be u. */
void dist_draws(const struct dist *d, const double *u, double *x, size_t n);

#endif
