/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.c - see load.h. */
#include "fit/load.h"
#include "base/diag.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct event {
    int64_t start;
    double under_way, duration;
};
static int event_order(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}
static int by_under_way(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->under_way > y->under_way) - (x->under_way < y->under_way);
}
static int by_duration(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->duration > y->duration) - (x->duration < y->duration);
}
static int number_order(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Replaces the field by its rank, ties by their middle; v is sorted by it. */
static void rank(struct event *v, uint32_t n, size_t field)
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

static double spearman(struct event *v, uint32_t n)
{
    qsort(v, n, sizeof *v, by_duration);
    rank(v, n, offsetof(struct event, duration));
    qsort(v, n, sizeof *v, by_under_way);
    rank(v, n, offsetof(struct event, under_way));
    double mean = (n - 1) / 2.0, xy = 0, xx = 0, yy = 0;
    for (uint32_t i = 0; i < n; i++) {
        double x = v[i].under_way - mean, y = v[i].duration - mean;
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

double load_of(const int64_t *start, const int64_t *end, uint32_t n)
{
    if (n <= 30)
        return 0;
    struct event *v = xcalloc(n, sizeof *v);
    int64_t *over = xcalloc(n, sizeof *over);
    uint32_t ended = 0;
    for (uint32_t i = 0; i < n; i++) {
        over[i] = end[i];
        v[i] = (struct event){start[i], 0, (double)(end[i] - start[i])};
    }
    qsort(v, n, sizeof *v, event_order);
    qsort(over, n, sizeof *over, number_order);
    for (uint32_t i = 0; i < n; i++) {
        while (ended < n && over[ended] <= v[i].start)
            ended++;
        v[i].under_way = i >= ended ? i - ended : 0;
    }
    double r = spearman(v, n);
    free(v);
    free(over);
    return r > 0.1 && r * sqrt(n - 1.0) > 4 ? r : 0;
}
