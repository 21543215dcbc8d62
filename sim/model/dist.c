/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist.c - laws made of laws, and the questions one may ask of them.
 *
 * Truncations are pushed down to the atoms (a truncated mix is a mix of truncated laws with other
 * weights), so that a TRUNCATED is always of an ATOM, and a mix is the only law with a child. */
#include "model/dist.h"
#include "model/dist_impl.h"
#include <float.h>
#include <stdlib.h>

enum { DEPTH_MOST = 32 };
static const double LEAST_MASS = 1e-9;

const struct dist_kind *dist_kind_find(const char *name)
{
    for (const struct dist_kind *k = dist_kinds; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

const char *dist_value(struct arena *a, double x, bool duration)
{
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    if (!duration || x == 0 || !isfinite(x))
        return arena_printf(a, "%.6g", x);
    size_t i = 0;
    while (i < 3 && fabs(x) < units[i].ns)
        i++;
    return arena_printf(a, "%.6g%s", x / units[i].ns, units[i].unit);
}

const struct dist *dist_const(struct arena *a, double x)
{
    struct dist *d = NEW(a, struct dist, 1);
    double *v = NEW(a, double, 1);
    *v = x;
    d->what = DIST_CONST;
    d->x = v;
    return d;
}

static const struct dist *dist_const_like(struct arena *a, double x, bool duration)
{
    const struct dist *c = dist_const(a, x);
    struct dist *d = NEW(a, struct dist, 1);
    *d = *c;
    d->duration = duration;
    return d;
}

/* The table or the steps of an ATOM or a TRUNCATED. */
static void dist_prepare(struct arena *a, struct dist *d)
{
    const struct dist_kind *k = d->what == DIST_ATOM ? d->kind : d->of[0]->kind;
    if (k->whole)
        steps_build(a, d);
    else if (k->smooth)
        table_build(a, d);
}

/* Without what makes it fast to draw from. */
static struct dist *dist_given(struct arena *a, const struct dist_kind *k, unsigned form,
                               const double *param, bool duration, const char **why)
{
    struct dist_given g = {.form = &k->forms[form],
                           .nform = form,
                           .a = param,
                           .duration = duration && !k->whole,
                           .mem = a};
    for (unsigned i = 0; i < DIST_MAXPARAM && g.form->param[i].name; i++) {
        if (!isfinite(param[i])) {
            *why = arena_printf(a, "%s is not a finite number", g.form->param[i].name);
            return NULL;
        }
    }
    struct dist *d = NEW(a, struct dist, 1);
    d->what = DIST_ATOM;
    d->kind = k;
    d->duration = g.duration;
    if (!k->make(&g, d->p)) {
        *why = g.why;
        return NULL;
    }
    return d;
}

bool dist_possible(const struct dist_kind *k, unsigned form, const double *param, bool duration)
{
    struct arena *a = arena_new(0);
    const char *why;
    bool possible = dist_given(a, k, form, param, duration, &why) != NULL;
    arena_drop(a);
    return possible;
}

const struct dist *dist_make(struct arena *a, const struct dist_kind *k, unsigned form,
                             const double *param, bool duration, const char **why)
{
    struct dist *d = dist_given(a, k, form, param, duration, why);
    if (d == NULL)
        return NULL;
    double lo, hi;
    k->support(d->p, &lo, &hi);
    if (lo == hi)
        return dist_const_like(a, lo, d->duration);
    dist_prepare(a, d);
    return d;
}

const struct dist *dist_mix(struct arena *a, size_t n, const double *probability,
                            const struct dist *const *d, const char **why)
{
    double sum = 0;
    unsigned depth = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(probability[i] >= 0 && probability[i] <= 1)) {
            *why = arena_printf(a, "%.6g is not a probability", probability[i]);
            return NULL;
        }
        sum += probability[i];
        depth = d[i]->depth > depth ? d[i]->depth : depth;
    }
    if (!(fabs(sum - 1) <= 1e-9)) {
        *why = arena_printf(a, "the probabilities add up to %.10g, not to 1", sum);
        return NULL;
    }
    if (depth >= DEPTH_MOST) {
        *why = arena_printf(a, "mixes are nested more than %d deep", DEPTH_MOST);
        return NULL;
    }
    double *cum = NEW(a, double, n), total = 0;
    const struct dist **of = NEW(a, const struct dist *, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (probability[i] == 0)
            continue;
        total += probability[i];
        cum[kept] = total / sum;
        of[kept++] = d[i];
    }
    if (kept == 1)
        return of[0];
    cum[kept - 1] = 1;
    struct dist *m = NEW(a, struct dist, 1);
    *m = (struct dist){.what = DIST_MIX, .n = kept, .cum = cum, .of = of};
    m->depth = (unsigned char)(depth + 1);
    m->duration = of[0]->duration;
    return m;
}

const struct dist *dist_quantiles(struct arena *a, size_t n, const double *p, const double *x,
                                  const char **why)
{
    if (n < 2 || p[0] != 0 || p[n - 1] != 1) {
        *why = "quantiles must begin with p0 and end with p100";
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        *why = NULL;
        if (!isfinite(x[i]))
            *why = arena_printf(a, "the value at p%.6g is not a finite number", 100 * p[i]);
        else if (i > 0 && !(p[i] > p[i - 1]))
            *why = arena_printf(a, "p%.6g stands after p%.6g", 100 * p[i], 100 * p[i - 1]);
        else if (i > 0 && x[i] < x[i - 1])
            *why = arena_printf(a, "the value at p%.6g is below the value at p%.6g", 100 * p[i],
                                100 * p[i - 1]);
        if (*why)
            return NULL;
    }
    if (x[0] == x[n - 1])
        return dist_const(a, x[0]);
    double *own = NEW(a, double, 2 * n);
    memcpy(own, p, n * sizeof *p);
    memcpy(own + n, x, n * sizeof *x);
    struct dist *d = NEW(a, struct dist, 1);
    *d = (struct dist){.what = DIST_QUANTILES, .n = n, .cum = own, .x = own + n};
    return d;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const struct dist *samples_sorted(struct arena *a, size_t n, const double *x)
{
    if (x[0] == x[n - 1])
        return dist_const(a, x[0]);
    struct dist *d = NEW(a, struct dist, 1);
    *d = (struct dist){.what = DIST_SAMPLES, .n = n, .x = x};
    return d;
}

const struct dist *dist_samples(struct arena *a, size_t n, const double *x, const char **why)
{
    if (n == 0) {
        *why = "there are no values";
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            *why = arena_printf(a, "value %zu is not a finite number", i + 1);
            return NULL;
        }
    }
    double *own = NEW(a, double, n);
    memcpy(own, x, n * sizeof *x);
    qsort(own, n, sizeof *own, compare);
    return samples_sorted(a, n, own);
}

/* First i with x[i] > v, or >= v. */
static size_t first_above(const double *x, size_t n, double v, bool or_equal)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t m = lo + (hi - lo) / 2;
        if (or_equal ? x[m] >= v : x[m] > v)
            hi = m;
        else
            lo = m + 1;
    }
    return lo;
}

/* P(X <= x), by the last of the segments that reach x. */
static double quantiles_cdf(const struct dist *d, double x)
{
    size_t i = first_above(d->x, d->n, x, false);
    if (i == 0)
        return 0;
    if (i == d->n)
        return 1;
    double part = (x - d->x[i - 1]) / (d->x[i] - d->x[i - 1]);
    return d->cum[i - 1] + part * (d->cum[i] - d->cum[i - 1]);
}

static double quantiles_at(const struct dist *d, double u)
{
    size_t i = first_above(d->cum, d->n, u, false);
    i = i == d->n ? i - 1 : i;
    double part = (u - d->cum[i - 1]) / (d->cum[i] - d->cum[i - 1]);
    return d->x[i - 1] + part * (d->x[i] - d->x[i - 1]);
}

/* A truncation's own probabilities in terms of its atom's; each kept on the side where it is
 * small. */
static double truncated_exact(const struct dist *d, double v, bool upper)
{
    const struct dist *own = d->of[0];
    bool up = upper ? d->above <= 0.5 : d->below > 0.5;
    double part = up == upper ? v * d->mass : (1 - v) * d->mass;
    double w = (up ? d->above : d->below) + part;
    if (w > 0.5) {
        w = 1 - w;
        up = !up;
    }
    double x = own->kind->quantile(own->p, fmax(w, DBL_MIN), up);
    return fmin(fmax(x, d->low), d->high);
}

double dist_exact(const struct dist *d, double v, bool upper)
{
    switch (d->what) {
    case DIST_CONST:
        return d->x[0];
    case DIST_ATOM:
        return d->kind->quantile(d->p, v, upper);
    case DIST_TRUNCATED:
        return truncated_exact(d, v, upper);
    case DIST_QUANTILES:
        return quantiles_at(d, upper ? 1 - v : v);
    case DIST_SAMPLES: {
        size_t i = (size_t)((upper ? 1 - v : v) * (double)d->n);
        return d->x[i < d->n ? i : d->n - 1];
    }
    case DIST_MIX:
        break;
    }
    return NAN;
}

/* The choice of a component uses up the leading part of u; the rest is its uniform. */
static double mix_draw(const struct dist *d, double u)
{
    size_t i = d->n <= 8 ? 0 : first_above(d->cum, d->n, u, false);
    while (i + 1 < d->n && d->cum[i] <= u)
        i++;
    double from = i > 0 ? d->cum[i - 1] : 0;
    double w = (u - from) / (d->cum[i] - from);
    return dist_draw(d->of[i], fmin(fmax(w, 0x1p-54), 1 - 0x1p-53));
}

double dist_draw_exact(const struct dist *d, double u)
{
    double x;
    if (d->what == DIST_CONST)
        return d->x[0];
    if (d->what == DIST_MIX)
        return mix_draw(d, u);
    if (d->steps && steps_draw(d->steps, u, &x))
        return x;
    return u < 0.5 ? dist_exact(d, u, false) : dist_exact(d, 1 - u, true);
}

double dist_tail(const struct dist *d, double x, bool upper)
{
    double sum = 0;
    switch (d->what) {
    case DIST_CONST:
        return (x >= d->x[0]) != upper;
    case DIST_ATOM:
        return d->kind->cdf(d->p, x, upper);
    case DIST_TRUNCATED: {
        if (x < d->low || x >= d->high)
            return (x >= d->high) != upper;
        bool up = upper ? d->above <= 0.5 : d->below > 0.5;
        double t = (dist_tail(d->of[0], x, up) - (up ? d->above : d->below)) / d->mass;
        t = fmin(fmax(t, 0), 1);
        return up == upper ? t : 1 - t;
    }
    case DIST_QUANTILES:
        sum = quantiles_cdf(d, x);
        return upper ? 1 - sum : sum;
    case DIST_SAMPLES: {
        size_t i = first_above(d->x, d->n, x, false);
        return (double)(upper ? d->n - i : i) / (double)d->n;
    }
    case DIST_MIX:
        for (size_t i = 0; i < d->n; i++)
            sum += (d->cum[i] - (i ? d->cum[i - 1] : 0)) * dist_tail(d->of[i], x, upper);
        break;
    }
    return sum;
}

double dist_cdf(const struct dist *d, double x)
{
    return dist_tail(d, x, false);
}

/* P(low <= X <= high), and what lies below and above. */
static double mass_between(const struct dist *d, double low, double high, double *below,
                           double *above)
{
    double before = nextafter(low, -INFINITY);
    *below = dist_tail(d, before, false);
    *above = dist_tail(d, high, true);
    if (*below > 0.5)
        return dist_tail(d, before, true) - *above;
    if (*above > 0.5)
        return dist_tail(d, high, false) - *below;
    return 1 - *below - *above;
}

static const struct dist *truncate_quantiles(struct arena *a, const struct dist *d, double low,
                                             double high)
{
    double below, above, mass = mass_between(d, low, high, &below, &above);
    double *p = NEW(a, double, d->n + 2), *x = NEW(a, double, d->n + 2);
    size_t n = 1;
    x[0] = fmax(low, d->x[0]);
    for (size_t i = 0; i < d->n; i++) {
        double q = (d->cum[i] - below) / mass;
        if (!(q > p[n - 1] && q < 1))
            continue;
        p[n] = q;
        x[n++] = fmin(fmax(d->x[i], low), high);
    }
    p[n] = 1;
    x[n++] = fmin(high, d->x[d->n - 1]);
    const char *why;
    return dist_quantiles(a, n, p, x, &why);
}

static const struct dist *truncate_law(struct arena *a, const struct dist *d, double low,
                                       double high);

static const struct dist *truncate_mix(struct arena *a, const struct dist *d, double low,
                                       double high)
{
    double *p = NEW(a, double, d->n), sum = 0, below, above;
    const struct dist **of = NEW(a, const struct dist *, d->n);
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        double w = (d->cum[i] - (i ? d->cum[i - 1] : 0)) *
                   mass_between(d->of[i], low, high, &below, &above);
        if (!(w > 0))
            continue;
        p[n] = w;
        of[n++] = truncate_law(a, d->of[i], low, high);
        sum += w;
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= sum;
    const char *why;
    return dist_mix(a, n, p, of, &why);
}

static const struct dist *truncate_atom(struct arena *a, const struct dist *d, double low,
                                        double high)
{
    const struct dist **own = NEW(a, const struct dist *, 1);
    *own = d->what == DIST_TRUNCATED ? d->of[0] : d;
    double lo, hi;
    dist_support(d, &lo, &hi);
    struct dist *t = NEW(a, struct dist, 1);
    *t = (struct dist){.what = DIST_TRUNCATED,
                       .duration = d->duration,
                       .of = own,
                       .low = fmax(low, lo),
                       .high = fmin(high, hi)};
    if ((*own)->kind->whole) {
        t->low = ceil(t->low);
        t->high = floor(t->high);
    }
    if (t->low == t->high)
        return dist_const_like(a, t->low, d->duration);
    t->mass = mass_between(*own, t->low, t->high, &t->below, &t->above);
    dist_prepare(a, t);
    return t;
}

/* There is something between low and high; mixes are DEPTH_MOST deep at most. */
static const struct dist *truncate_law(struct arena *a, const struct dist *d, double low,
                                       double high)
{
    double lo, hi;
    dist_support(d, &lo, &hi);
    if (low <= lo && hi <= high)
        return d;
    switch (d->what) {
    case DIST_CONST:
        break;
    case DIST_MIX:
        return truncate_mix(a, d, low, high);
    case DIST_QUANTILES:
        return truncate_quantiles(a, d, low, high);
    case DIST_SAMPLES: {
        size_t i = first_above(d->x, d->n, low, true), j = first_above(d->x, d->n, high, false);
        return samples_sorted(a, j - i, d->x + i);
    }
    case DIST_ATOM:
    case DIST_TRUNCATED:
        return truncate_atom(a, d, low, high);
    }
    return d;
}

const struct dist *dist_truncate(struct arena *a, const struct dist *d, double low, double high,
                                 const char **why)
{
    const char *l = dist_value(a, low, d->duration), *h = dist_value(a, high, d->duration);
    double below, above;
    if (!(low <= high)) {
        *why = arena_printf(a, "low (%s) is above high (%s)", l, h);
        return NULL;
    }
    double mass = mass_between(d, low, high, &below, &above);
    if (!(mass >= LEAST_MASS)) {
        *why = arena_printf(a, "the probability between %s and %s is %.3g, less than 1e-9", l, h,
                            fmax(mass, 0));
        return NULL;
    }
    return truncate_law(a, d, low, high);
}

void dist_support(const struct dist *d, double *lo, double *hi)
{
    switch (d->what) {
    case DIST_CONST:
        *lo = *hi = d->x[0];
        break;
    case DIST_ATOM:
        d->kind->support(d->p, lo, hi);
        break;
    case DIST_TRUNCATED:
        *lo = d->low;
        *hi = d->high;
        break;
    case DIST_QUANTILES:
    case DIST_SAMPLES:
        *lo = d->x[0];
        *hi = d->x[d->n - 1];
        break;
    case DIST_MIX:
        dist_support(d->of[0], lo, hi);
        for (size_t i = 1; i < d->n; i++) {
            double l, h;
            dist_support(d->of[i], &l, &h);
            *lo = fmin(*lo, l);
            *hi = fmax(*hi, h);
        }
        break;
    }
}

/* E (X - c)^power of a truncated whole law: add up where it can be done, else ask the kind. */
static double whole_moment(const struct dist *d, double c, int power)
{
    const struct dist_kind *k = d->of[0]->kind;
    double from = dist_exact(d, 1e-18, false), to = dist_exact(d, 1e-18, true), sum = 0;
    if (k->moment && to - from > 1 << 18)
        return k->moment(d->of[0]->p, d->low, d->high, c, power) / d->mass;
    double lower = dist_tail(d, from - 1, false), upper = 1;
    for (double x = from; x <= to; x++) {
        bool up = lower > 0.5;
        double next = dist_tail(d, x, up);
        double mass = !up ? next - lower : upper - next;
        sum += mass * (power == 2 ? (x - c) * (x - c) : x - c);
        lower = up ? lower : next;
        upper = up ? next : 1 - next;
    }
    return sum;
}

/* E (X - c)^power, for c = 0, power = 1 or c the mean, power = 2. */
static double own_moment(const struct dist *d, double c, int power)
{
    double sum = 0;
    switch (d->what) {
    case DIST_CONST:
        return power == 1 ? d->x[0] : 0;
    case DIST_ATOM:
        return power == 1 ? d->kind->mean(d->p) : d->kind->variance(d->p);
    case DIST_TRUNCATED:
        if (isinf(d->high) && isinf(own_moment(d->of[0], 0, power)))
            return INFINITY;
        return d->of[0]->kind->whole ? whole_moment(d, c, power) : table_moment(d, c, power);
    case DIST_QUANTILES:
        for (size_t i = 1; i < d->n; i++) {
            double l = d->x[i - 1] - c, h = d->x[i] - c;
            double m = power == 1 ? (l + h) / 2 : (l * l + l * h + h * h) / 3;
            sum += m * (d->cum[i] - d->cum[i - 1]);
        }
        return sum;
    case DIST_SAMPLES:
        for (size_t i = 0; i < d->n; i++)
            sum += power == 1 ? d->x[i] : (d->x[i] - c) * (d->x[i] - c);
        return sum / (double)d->n;
    case DIST_MIX:
        for (size_t i = 0; i < d->n; i++) {
            double p = d->cum[i] - (i ? d->cum[i - 1] : 0), m = dist_mean(d->of[i]);
            sum += p * (power == 1 ? m : (m - c) * (m - c) + dist_variance(d->of[i]));
        }
        break;
    }
    return sum;
}

double dist_mean(const struct dist *d)
{
    return own_moment(d, 0, 1);
}

double dist_variance(const struct dist *d)
{
    double mean = dist_mean(d);
    return isfinite(mean) ? own_moment(d, mean, 2) : INFINITY;
}

bool dist_is_const(const struct dist *d, double *x)
{
    if (d->what != DIST_CONST)
        return false;
    *x = d->x[0];
    return true;
}
