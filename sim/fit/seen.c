/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seen.c - see seen.h. */
#include "fit/seen.h"
#include "base/diag.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ALONE: so many are enough for a law.  TIMEOUTS: so many failures for a timeout to be seen. */
enum { ALONE = 50, TIMEOUTS = 5 };

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* ---- load ---- */

struct begin {
    int64_t start;
    uint32_t at;
};
static int begin_order(const void *a, const void *b)
{
    const struct begin *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}
static int number_order(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void seen_under(const int64_t *start, const int64_t *end, uint32_t n, uint32_t *under)
{
    struct begin *v = xcalloc(n + 1u, sizeof *v);
    int64_t *over = xcalloc(n + 1u, sizeof *over);
    uint32_t ended = 0;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = (struct begin){start[i], i};
        over[i] = end[i];
    }
    qsort(v, n, sizeof *v, begin_order);
    qsort(over, n, sizeof *over, number_order);
    for (uint32_t i = 0; i < n; i++) {
        while (ended < n && over[ended] <= v[i].start)
            ended++;
        under[v[i].at] = i >= ended ? i - ended : 0;
    }
    free(v);
    free(over);
}

struct pair {
    double under, x;
};
static int by_under(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->under > y->under) - (x->under < y->under);
}
static int by_x(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->x > y->x) - (x->x < y->x);
}

/* Replaces the field by its rank, ties by their middle; v is sorted by it. */
static void rank(struct pair *v, uint32_t n, size_t field)
{
    for (uint32_t i = 0, j; i < n; i = j) {
        double x;
        memcpy(&x, (const char *)&v[i] + field, sizeof x);
        for (j = i + 1; j < n; j++) {
            double y;
            memcpy(&y, (const char *)&v[j] + field, sizeof y);
            if (y > x || y < x)
                break;
        }
        double r = (i + j - 1) / 2.0;
        for (uint32_t k = i; k < j; k++)
            memcpy((char *)&v[k] + field, &r, sizeof r);
    }
}

static double spearman(struct pair *v, uint32_t n)
{
    qsort(v, n, sizeof *v, by_x);
    rank(v, n, offsetof(struct pair, x));
    qsort(v, n, sizeof *v, by_under);
    rank(v, n, offsetof(struct pair, under));
    double mean = (n - 1) / 2.0, xy = 0, xx = 0, yy = 0;
    for (uint32_t i = 0; i < n; i++) {
        double x = v[i].under - mean, y = v[i].x - mean;
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

double seen_load(const struct seen *v, uint32_t n)
{
    if (n <= 30)
        return 0;
    struct pair *p = xcalloc(n, sizeof *p);
    for (uint32_t i = 0; i < n; i++)
        p[i] = (struct pair){v[i].under, v[i].x};
    double r = spearman(p, n);
    free(p);
    return r > 0.1 && r * sqrt(n - 1.0) > 4 ? r : 0;
}

bool seen_follows(const struct seen *v, uint32_t n)
{
    if (n <= 30)
        return false;
    struct pair *p = xcalloc(n, sizeof *p); /* each, and the one before it */
    for (uint32_t i = 1; i < n; i++)
        p[i - 1] = (struct pair){v[i - 1].x, v[i].x};
    double r = spearman(p, n - 1);
    free(p);
    return r > 0.1 && r * sqrt(n - 2.0) > 4;
}

/* ---- timeouts ---- */

#define BESIDE                                                                                     \
    1.05 /* what a timeout ended is hardly longer than it, and nothing else is as long             \
          */

/* The least of the failures within a factor of BESIDE, where these are most; 0: too few. */
static double densest(const double *x, uint32_t n)
{
    uint32_t best = 0, at = 0;
    for (uint32_t i = 0, j = 0; i < n; i++) {
        while (j < n && x[j] <= x[i] * BESIDE)
            j++;
        if (j - i > best) {
            best = j - i;
            at = i;
        }
    }
    return best >= TIMEOUTS && best * 2 >= n ? x[at] : 0;
}

static double find_timeout(const struct seen *v, uint32_t n)
{
    double *x = xcalloc(n, sizeof *x), t;
    uint32_t failed = 0, ended = 0, others = 0;
    for (uint32_t i = 0; i < n; i++)
        if (v[i].failed)
            x[failed++] = v[i].x;
    qsort(x, failed, sizeof *x, value_order);
    t = densest(x, failed);
    free(x);
    for (uint32_t i = 0; i < n; i++)
        if (v[i].x >= t * 0.999) {
            ended += v[i].failed;
            others += !v[i].failed;
        }
    return t > 0 && others * 20 <= ended ? t : INFINITY;
}

/* ---- the law ---- */

/* Most are as long as one another and all others longer: those waited, and it takes no longer. */
static bool waits_behind(const struct law *l)
{
    return l->kind == LAW_MIX && l->of[0]->kind == LAW_CONST && l->share[0] >= 0.5 &&
           l->mean > l->of[0]->p[0];
}

struct seen_law seen_law(struct arena *a, const struct seen *v, uint32_t n, double timeout,
                         uint64_t seed)
{
    struct seen_law s = {.n = n, .load = seen_load(v, n)};
    double *x = NEW(a, double, n + 1u);
    uint32_t alone = 0, nx = 0, cut = 0;
    s.timeout = isnan(timeout) ? find_timeout(v, n) : timeout;
    for (uint32_t i = 0; i < n; i++) {
        bool ended = v[i].x >= s.timeout * 0.999;
        s.ended += ended;
        s.failed += v[i].failed && !ended;
        alone += v[i].under == 0 && !ended;
    }
    if (s.load > 0 && alone >= ALONE)
        s.alone = alone;
    for (uint32_t i = 0; i < n; i++) {
        if (s.alone && v[i].under > 0)
            continue;
        if (v[i].x >= s.timeout * 0.999)
            cut++;
        else
            x[nx++] = v[i].x;
    }
    if (nx == 0) /* nothing else: it is as long as that */
        for (cut = 0; nx < n; nx++)
            x[nx] = v[nx].x;
    s.law = law_pick_cut(a, x, nx, s.timeout, cut, seed);
    if (s.load > 0 && waits_behind(s.law))
        s.law = s.law->of[0];
    return s;
}

void seen_put(const struct seen_law *s, struct buf *b)
{
    law_put_verdict(s->law, b);
    if (s->load > 0)
        buf_printf(b, "; longer the more are under way (rank correlation %.2f)", s->load);
    if (s->alone)
        buf_printf(b, ": of the %u of %u that began alone", s->alone, s->n);
    else if (s->load > 0)
        buf_puts(b, ": contains waiting");
}
