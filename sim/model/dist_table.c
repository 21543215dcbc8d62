/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_table.c - tables to draw from, and integrals over a quantile function.
 *
 * A table is a cache of dist_exact() and never another law: it is checked against it while it is
 * built, in every cell, and dropped if it does not agree to TOLERANCE.  Two forms are tried: of x,
 * and of ln x (which dist_draw() pays for with an exp()).  The deep tails (v < 2^-30) always go to
 * dist_exact(). */
#include "model/dist_impl.h"
#include <float.h>
#include <stdlib.h>

enum { NODES = DIST_COEFS, CHECK = NODES }; /* samples of a cell: the nodes, then one to check */
static const double TOLERANCE = 5e-10;
/* Chebyshev-Lobatto nodes, so that neighbouring cells share a node; and a place between two nodes
 * where the error of the interpolation is near its greatest. */
static const double node[NODES + 1] = {
    -0.5, -0.40450849718747371, -0.15450849718747371, 0.15450849718747371, 0.40450849718747371, 0.5,
    0.29};

/* v of place t in [-1/2, 1/2] of cell i. */
static double cell_place(unsigned i, double t)
{
    unsigned per = 1U << DIST_CELL_BITS;
    double octave = ldexp(1, (int)(i / per) - 30);
    return octave * (1 + (i % per + 0.5 + t) / per);
}

static void cell_sample(const struct dist *d, double (*value)[NODES + 1])
{
    for (unsigned side = 0; side < 2; side++) {
        double *before = NULL;
        for (unsigned i = 0; i + 1 < DIST_CELLS; i++) {
            double *x = value[side * DIST_CELLS + i];
            for (unsigned j = 0; j <= NODES; j++)
                x[j] = j == 0 && before ? before[NODES - 1]
                                        : dist_exact(d, cell_place(i, node[j]), side == 1);
            before = x;
        }
        double *half = value[side * DIST_CELLS + DIST_CELLS - 1]; /* v = 1/2 alone */
        for (unsigned j = 0; j <= NODES; j++)
            half[j] = before[NODES - 1];
    }
}

/* Newton's divided differences, then multiplied out. */
static void cell_fit(const double *y, double *c)
{
    double d[NODES];
    for (unsigned i = 0; i < NODES; i++)
        d[i] = y[i];
    for (unsigned k = 1; k < NODES; k++)
        for (unsigned i = NODES - 1; i >= k; i--)
            d[i] = (d[i] - d[i - 1]) / (node[i] - node[i - k]);
    for (unsigned i = 0; i < NODES; i++)
        c[i] = 0;
    for (unsigned k = NODES; k-- > 0;) {
        for (unsigned i = NODES - 1; i > 0; i--)
            c[i] = c[i - 1] - node[k] * c[i];
        c[0] = d[k] - node[k] * c[0];
    }
}

/* False if the form does not fit in some cell. */
static bool cells_fill(double (*value)[NODES + 1], double (*cell)[DIST_COEFS], bool ln)
{
    /* What is 1e10 times smaller than p999 is less than a nanosecond to seconds, and need not be
     * right to its last digits; the form ln x keeps it positive all the same. */
    double least = ln ? 1e-10 * value[DIST_CELLS + (20 << DIST_CELL_BITS)][0] : 0;
    for (unsigned i = 0; i < 2 * DIST_CELLS; i++) {
        double y[NODES], x = value[i][CHECK], got = 0, t = node[CHECK];
        bool half = i % DIST_CELLS == DIST_CELLS - 1;
        for (unsigned j = 0; j < NODES; j++) {
            y[j] = ln ? log(fmax(value[i][j], DBL_MIN)) : value[i][j];
            if (!isfinite(y[j]))
                return false;
        }
        cell_fit(y, cell[i]);
        for (unsigned j = DIST_COEFS; j-- > 0;)
            got = got * t + cell[i][j];
        if (ln)
            got = exp(got);
        if (!half && !(fabs(got - x) <= TOLERANCE * (fabs(x) + least)))
            return false;
    }
    return true;
}

void table_build(struct arena *a, struct dist *d)
{
    double(*value)[NODES + 1] = xcalloc(2 * DIST_CELLS, sizeof *value);
    double(*cell)[DIST_COEFS] = arena_alloc(a, 2 * DIST_CELLS, sizeof *cell, _Alignof(double));
    cell_sample(d, value);
    d->log = !cells_fill(value, cell, false);
    if (!d->log || cells_fill(value, cell, true))
        d->cell = (const double(*)[DIST_COEFS])cell;
    free(value);
}

enum { STEPS_MOST = 8192 };

void steps_build(struct arena *a, struct dist *d)
{
    double first = dist_exact(d, 0x1p-30, false), last = dist_exact(d, 0x1p-30, true);
    double wide = last - first + 1;
    uint32_t n = (uint32_t)fmin(wide, STEPS_MOST), guides = 16;
    if (wide > STEPS_MOST && dist_tail(d, first + n - 1, false) < 0.5)
        return;
    while (guides < n)
        guides *= 2;
    double *cum = NEW(a, double, n);
    uint32_t *guide = NEW(a, uint32_t, guides);
    for (uint32_t i = 0; i < n; i++)
        cum[i] = dist_tail(d, first + i, false);
    for (uint32_t j = 0, i = 0; j < guides; j++) {
        while (i < n && cum[i] < (double)j / guides)
            i++;
        guide[j] = i;
    }
    struct dist_steps *s = NEW(a, struct dist_steps, 1);
    *s = (struct dist_steps){.first = first, .n = n, .guides = guides, .cum = cum, .guide = guide};
    d->steps = s;
}

bool steps_draw(const struct dist_steps *s, double u, double *x)
{
    if (u < 0x1p-30 || 1 - u < 0x1p-30)
        return false;
    uint32_t i = s->guide[(uint32_t)(u * s->guides)];
    while (i < s->n && s->cum[i] < u)
        i++;
    *x = s->first + i;
    return i < s->n;
}

/* Gauss-Legendre, 8 points. */
static const double gauss_x[4] = {0.1834346424956498049, 0.5255324099163289858,
                                  0.7966664774136267396, 0.9602898564975362317};
static const double gauss_w[4] = {0.3626837833783619830, 0.3137066458778872873,
                                  0.2223810344533744705, 0.1012285362903762591};

struct integrand {
    const struct dist *d;
    double c;
    int power;
    bool upper;
};

static double panel(const struct integrand *f, double from, double to)
{
    double sum = 0, half = (to - from) / 2, middle = from + half;
    for (int i = 0; i < 8; i++) {
        double g = i < 4 ? gauss_x[i] : -gauss_x[i - 4];
        double x = dist_exact(f->d, middle + g * half, f->upper) - f->c;
        sum += gauss_w[i & 3] * (f->power == 2 ? x * x : x);
    }
    return sum * half;
}

/* Halves a panel while that changes its value; depth bounds the recursion. */
static double panel_split(const struct integrand *f, double from, double to, double whole,
                          int depth)
{
    double middle = from + (to - from) / 2;
    double a = panel(f, from, middle), b = panel(f, middle, to);
    if (depth == 0 || fabs(a + b - whole) <= 1e-11 * fabs(a + b))
        return a + b;
    return panel_split(f, from, middle, a, depth - 1) + panel_split(f, middle, to, b, depth - 1);
}

double table_moment(const struct dist *d, double c, int power)
{
    double sum = 0;
    for (int side = 0; side < 2; side++) {
        struct integrand f = {.d = d, .c = c, .power = power, .upper = side == 1};
        double term = 0, before = 0;
        int k = 1;
        for (; k < 900; k++) {
            double to = ldexp(1, -k), from = to / 2;
            before = term;
            term = panel_split(&f, from, to, panel(&f, from, to), 10);
            sum += term;
            if (k >= 40 && fabs(term) <= 1e-15 * fabs(sum))
                break;
        }
        double ratio = before != 0 ? term / before : 0;
        if (k == 900 && ratio > 0 && ratio < 1) /* a power tail: the rest is a geometric series */
            sum += term * ratio / (1 - ratio);
    }
    return sum;
}
