/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usl.c - see usl.h. */
#include "fit/usl.h"
#include <math.h>
#include <string.h>

enum { PARAMETERS = 3, STEPS = 500 }; /* gamma, sigma, kappa */

static double law(const double *p, double n)
{
    return p[0] * n / (1 + p[1] * (n - 1) + p[2] * n * (n - 1));
}

static double squares(const struct usl_point *v, uint32_t n, const double *p)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += (v[i].x - law(p, v[i].n)) * (v[i].x - law(p, v[i].n));
    return sum;
}

/* J'J and J'r; a parameter that is held has no part in it. */
static void normal(const struct usl_point *v, uint32_t n, const double *p, const bool *held,
                   double a[PARAMETERS][PARAMETERS], double *b)
{
    memset(a, 0, sizeof(double) * PARAMETERS * PARAMETERS);
    memset(b, 0, sizeof(double) * PARAMETERS);
    for (uint32_t i = 0; i < n; i++) {
        double m = v[i].n, x = law(p, m), d = 1 + p[1] * (m - 1) + p[2] * m * (m - 1);
        double j[PARAMETERS] = {x / p[0], -x * (m - 1) / d, -x * m * (m - 1) / d};
        for (int r = 0; r < PARAMETERS; r++) {
            j[r] = held[r] ? 0 : j[r];
            b[r] += j[r] * (v[i].x - x);
            for (int c = 0; c <= r; c++)
                a[r][c] += j[r] * j[c];
        }
    }
    for (int r = 0; r < PARAMETERS; r++) {
        a[r][r] = held[r] ? 1 : a[r][r];
        for (int c = r + 1; c < PARAMETERS; c++)
            a[r][c] = a[c][r];
    }
}

/* The inverse of a symmetric 3 x 3, by cofactors, on the scale of its diagonal. */
static bool invert(double a[PARAMETERS][PARAMETERS], double out[PARAMETERS][PARAMETERS])
{
    double s[PARAMETERS], m[PARAMETERS][PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++)
        s[i] = a[i][i] > 0 ? sqrt(a[i][i]) : 1;
    for (int i = 0; i < PARAMETERS; i++)
        for (int k = 0; k < PARAMETERS; k++)
            m[i][k] = a[i][k] / (s[i] * s[k]);
    double det = 0;
    for (int i = 0; i < PARAMETERS; i++)
        for (int k = 0; k < PARAMETERS; k++) {
            int r = (k + 1) % 3, t = (k + 2) % 3, c = (i + 1) % 3, e = (i + 2) % 3;
            out[i][k] = m[r][c] * m[t][e] - m[r][e] * m[t][c];
            det += i == 0 ? m[0][k] * (m[1][r] * m[2][t] - m[1][t] * m[2][r]) : 0;
        }
    for (int i = 0; i < PARAMETERS; i++)
        for (int k = 0; k < PARAMETERS; k++)
            out[i][k] /= det * s[i] * s[k];
    return det > 1e-14;
}

/* From where p is to the least squares; held parameters stay. */
static void descend(const struct usl_point *v, uint32_t n, const bool *held, double *p)
{
    double a[PARAMETERS][PARAMETERS], inv[PARAMETERS][PARAMETERS], b[PARAMETERS];
    double damp = 1e-3, now = squares(v, n, p);
    for (int step = 0; step < STEPS && damp < 1e12; step++) {
        double to[PARAMETERS];
        normal(v, n, p, held, a, b);
        for (int i = 0; i < PARAMETERS; i++)
            a[i][i] *= 1 + damp;
        if (!invert(a, inv)) {
            damp *= 10;
            continue;
        }
        for (int i = 0; i < PARAMETERS; i++) {
            to[i] = p[i];
            for (int k = 0; k < PARAMETERS && !held[i]; k++)
                to[i] += inv[i][k] * b[k];
        }
        double then = to[0] > 0 ? squares(v, n, to) : INFINITY;
        if (!(then < now)) {
            damp *= 10;
            continue;
        }
        memcpy(p, to, sizeof to);
        now = then;
        damp /= 10;
    }
}

/* Gunther's linear form: N gamma / X - 1 over N - 1 is sigma + kappa N; gamma of the least level.
 */
static void start_from(const struct usl_point *v, uint32_t n, double *p)
{
    const struct usl_point *least = &v[0];
    double m = 0, x = 0, xx = 0, y = 0, xy = 0;
    for (uint32_t i = 1; i < n; i++)
        least = v[i].n < least->n ? &v[i] : least;
    p[0] = least->x / fmin(least->n, 1 + 0.9 * (least->n - 1));
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].n < 1.5)
            continue;
        double z = (v[i].n * p[0] / v[i].x - 1) / (v[i].n - 1);
        m++;
        x += v[i].n;
        xx += v[i].n * v[i].n;
        y += z;
        xy += v[i].n * z;
    }
    double det = m * xx - x * x;
    p[2] = det > 0 ? fmax(1e-6, (m * xy - x * y) / det) : 1e-6;
    p[1] = m > 0 ? fmax(1e-6, (y - p[2] * x) / m) : 0.01;
}

static struct interval interval_of(const double *p, const bool *held,
                                   double inv[PARAMETERS][PARAMETERS], int i, double width)
{
    double half = held[i] ? NAN : width * sqrt(inv[i][i]);
    return (struct interval){p[i], p[i] - half, p[i] + half};
}

bool usl_fit(const struct usl_point *p, uint32_t n, struct usl *out)
{
    double v[PARAMETERS], a[PARAMETERS][PARAMETERS], b[PARAMETERS], inv[PARAMETERS][PARAMETERS];
    bool held[PARAMETERS] = {false, false, false};
    double most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = fmax(most, p[i].n);
    if (n < USL_LEAST || most < 2)
        return false;
    start_from(p, n, v);
    descend(p, n, held, v);
    for (int i = PARAMETERS - 1; i > 0; i--) /* what would be negative is 0 */
        if (v[i] < 0) {
            v[i] = 0;
            held[i] = true;
            descend(p, n, held, v);
            i = PARAMETERS;
        }
    uint32_t free = 1U + !held[1] + !held[2];
    normal(p, n, v, held, a, b);
    if (!invert(a, inv))
        return false;
    out->sd = sqrt(squares(p, n, v) / (n - free));
    double width = stats_t(0.975, n - free) * out->sd;
    out->gamma = interval_of(v, held, inv, 0, width);
    out->sigma = interval_of(v, held, inv, 1, width);
    out->kappa = interval_of(v, held, inv, 2, width);
    out->peak_n = v[2] > 0 ? sqrt(fmax(0, 1 - v[1]) / v[2]) : INFINITY;
    out->peak_x = v[2] > 0 ? usl_at(out, out->peak_n) : v[0] / v[1];
    return true;
}

double usl_at(const struct usl *u, double n)
{
    return law((const double[]){u->gamma.value, u->sigma.value, u->kappa.value}, n);
}
