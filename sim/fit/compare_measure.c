/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_measure.c - recorded requests in numbers; see compare.h.
 *
 * The measured critical path of a request is that of its steps' spans, whatever holds them: from
 * the response backwards, always the one that ended last before. */
#include "fit/compare.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 30, ENOUGH = 300 };
#define DEPENDENT 0.1

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* ---- latencies ---- */

static uint32_t root_of(const struct forest *f, uint32_t i)
{
    while (f->v[i].parent != FOREST_NONE)
        i = f->v[i].parent;
    return i;
}

static int64_t *response_of(const struct forest *f)
{
    int64_t *end = xcalloc(f->nspan + 1, sizeof *end);
    for (uint32_t i = 0; i < f->ntree; i++)
        end[f->root[i]] = f->v[f->root[i]].end;
    for (uint32_t i = 0; i < f->nspan; i++) {
        uint32_t r = root_of(f, i);
        if (strcmp(f->op[f->v[i].op].name, "respond") == 0 && f->v[i].start == f->v[i].end &&
            f->v[i].end < end[r])
            end[r] = f->v[i].end;
    }
    return end;
}

/* ---- intervals ---- */

/* The variance of the mean of 0/1 values or of numbers, by batches if they are dependent. */
static double batch_variance(const struct measured *m, double at, double *df)
{
    struct moments all = {0};
    uint32_t batches = m->dependent ? BATCHES : m->n;
    for (uint32_t b = 0; b < batches; b++) {
        uint32_t from = (uint32_t)((uint64_t)b * m->n / batches);
        uint32_t to = (uint32_t)((uint64_t)(b + 1) * m->n / batches);
        double sum = 0;
        for (uint32_t i = from; i < to; i++)
            sum += isfinite(at) ? (double)(m->x[i] <= at) : m->x[i];
        moments_add(&all, sum / (to - from));
    }
    *df = batches - 1.0;
    return moments_variance(&all) / batches;
}

static struct interval quantile_of(const struct measured *m, double p, double confidence)
{
    struct interval v = {m->sorted[stats_rank(m->n, p) - 1], NAN, NAN};
    uint64_t lo, hi;
    if (!m->dependent) {
        stats_quantile_ranks(m->n, p, confidence, &lo, &hi);
    } else {
        double df, sd = sqrt(fmax(batch_variance(m, v.value, &df), p * (1 - p) / m->n));
        double t = stats_t(0.5 + confidence / 2, df), n = m->n;
        double a = floor(n * (p - t * sd)), b = ceil(n * (p + t * sd)) + 1;
        lo = a < 1 ? 0 : (uint64_t)a;
        hi = b > n ? m->n + 1u : (uint64_t)b;
    }
    v.lo = lo >= 1 ? m->sorted[lo - 1] : NAN;
    v.hi = hi <= m->n ? m->sorted[hi - 1] : NAN;
    return v;
}

struct interval measured_value(const struct measured *m, double p, double confidence)
{
    if (isfinite(p))
        return quantile_of(m, p, confidence);
    double df, sum = 0;
    for (uint32_t i = 0; i < m->n; i++)
        sum += m->x[i] / m->n;
    if (m->n < 2)
        return (struct interval){sum, NAN, NAN};
    double half = sqrt(batch_variance(m, NAN, &df));
    half *= stats_t(0.5 + confidence / 2, df);
    return (struct interval){sum, sum - half, sum + half};
}

/* ---- steps ---- */

struct leaf {
    int64_t start, end;
    uint32_t step;
};
static int by_end(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    return x->end != y->end ? (x->end > y->end) - (x->end < y->end)
                            : (x->start > y->start) - (x->start < y->start);
}

static uint32_t step_of(struct measured *m, const struct forest *f, uint32_t op,
                        const struct compare_name *names, uint32_t nname)
{
    const char *name = f->op[op].name;
    for (uint32_t i = 0; i < nname; i++)
        if (strcmp(names[i].span, name) == 0)
            name = names[i].step;
    for (uint32_t i = 0; i < m->nstep; i++)
        if (strcmp(m->step[i].name, name) == 0)
            return i;
    m->step[m->nstep].name = name;
    return m->nstep++;
}

/* The time of each step on the path to `until`, by the step. */
static void walk(const struct leaf *v, uint32_t n, int64_t until, int64_t begin, double *time)
{
    for (uint32_t i = n; i-- > 0 && until > begin;) {
        if (v[i].end > until)
            continue;
        time[v[i].step] += (double)(v[i].end - v[i].start) / 1e9;
        until = v[i].start;
    }
}

static uint32_t widest(const struct leaf *v, uint32_t n)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < n && n <= 3000; i++) {
        uint32_t at = 0;
        for (uint32_t k = 0; k < n; k++)
            at += v[k].start <= v[i].start && v[k].end > v[i].start;
        most = at > most ? at : most;
    }
    return most;
}

struct gathering {
    struct moments *of; /* by step */
    double *time;       /* on paths */
    struct leaf *leaf;
    double widths, works;
};

static void measure_request(struct measured *m, const struct forest *f, struct gathering *g,
                            const uint32_t *step, const uint32_t *list, uint32_t n, uint32_t root,
                            int64_t until)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct forest_span *s = &f->v[list[i]];
        if (step[s->op] == FOREST_NONE || s->child != FOREST_NONE || s->end == s->start)
            continue;
        g->leaf[k++] = (struct leaf){s->start, s->end, step[s->op]};
        moments_add(&g->of[step[s->op]], (double)(s->end - s->start) / 1e9);
        g->works += (double)(s->end - s->start) / 1e9;
    }
    qsort(g->leaf, k, sizeof *g->leaf, by_end);
    walk(g->leaf, k, until, f->v[root].start, g->time);
    uint32_t w = widest(g->leaf, k);
    m->width = w > m->width ? w : m->width;
}

static struct interval mean_of(const struct moments *m, double confidence)
{
    return stats_mean_moments(m, confidence);
}

static void measure_steps(struct measured *m, const struct forest *f,
                          const struct compare_name *names, uint32_t nname, struct arena *mem,
                          const int64_t *until)
{
    struct gathering g = {.of = xcalloc(f->nop + 1, sizeof *g.of),
                          .time = xcalloc(f->nop + 1, sizeof *g.time),
                          .leaf = xcalloc(f->nspan + 1, sizeof *g.leaf)};
    uint32_t *step = xcalloc(f->nop + 1, sizeof *step), *list = xcalloc(f->nspan + 1, sizeof *list);
    uint32_t *first = xcalloc(f->nspan + 2, sizeof *first);
    double total = 0;
    m->step = NEW(mem, struct measured_step, f->nop + 1);
    for (uint32_t i = 0; i < f->nop; i++)
        step[i] = forest_only_waits(f, i) ? FOREST_NONE : step_of(m, f, i, names, nname);
    for (uint32_t i = 0; i < f->nspan; i++) /* spans by request */
        first[root_of(f, i) + 1]++;
    for (uint32_t i = 0; i < f->nspan; i++)
        first[i + 1] += first[i];
    for (uint32_t i = 0; i < f->nspan; i++)
        list[first[root_of(f, i)]++] = i;
    for (uint32_t i = f->nspan; i-- > 0;)
        first[i + 1] = first[i];
    first[0] = 0;
    for (uint32_t i = 0; i < f->ntree; i++) {
        uint32_t r = f->root[i];
        measure_request(m, f, &g, step, list + first[r], first[r + 1] - first[r], r, until[r]);
        total += (double)(until[r] - f->v[r].start) / 1e9;
    }
    m->work = g.works / f->ntree;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->nstep; i++) {
        if (g.of[i].n == 0)
            continue;
        m->step[n] = (struct measured_step){.name = m->step[i].name,
                                            .n = g.of[i].n,
                                            .mean = mean_of(&g.of[i], 0.95),
                                            .mean90 = mean_of(&g.of[i], 0.90),
                                            .per_request = (double)g.of[i].n / f->ntree,
                                            .share = total > 0 ? g.time[i] / total : 0};
        n++;
    }
    m->nstep = n;
    free(g.of);
    free(g.time);
    free(g.leaf);
    free(step);
    free(list);
    free(first);
}

/* From the first one on: clients that all begin at once would make more of arrivals. */
static double answers_a_second(const struct forest *f, const int64_t *until)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (uint32_t i = 0; i < f->ntree; i++) {
        int64_t t = until[f->root[i]];
        first = t < first ? t : first;
        last = t > last ? t : last;
    }
    return last > first ? (f->ntree - 1) / ((double)(last - first) / 1e9) : NAN;
}

struct measured *compare_measure(struct forest *f, const struct compare_name *names, uint32_t nname,
                                 struct arena *mem)
{
    struct measured *m = NEW(mem, struct measured, 1);
    int64_t *until = response_of(f);
    m->label = f->label;
    m->n = f->ntree;
    m->busiest = f->busiest;
    m->x = NEW(mem, double, m->n);
    m->sorted = NEW(mem, double, m->n);
    for (uint32_t i = 0; i < m->n; i++)
        m->x[i] = (double)(until[f->root[i]] - f->v[f->root[i]].start) / 1e9;
    memcpy(m->sorted, m->x, m->n * sizeof *m->x);
    qsort(m->sorted, m->n, sizeof *m->sorted, value_order);
    m->lag1 = m->n > 2 ? stats_lag1(m->x, m->n) : 0;
    m->dependent = m->n >= ENOUGH && m->lag1 > DEPENDENT;
    m->rate = answers_a_second(f, until);
    measure_steps(m, f, names, nname, mem, until);
    free(until);
    return m;
}
