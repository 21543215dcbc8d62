/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paired.c - see paired.h. */
#include "fit/paired.h"
#include "base/diag.h"
#include "base/rng.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 400, BEYOND = 10, STATISTICS = 4, BLOCKS = 30 };

/* The statistics of one side of a part: mean, p50, p95, p99. */
struct figures {
    double v[STATISTICS];
};

static int value_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Whose sums and squares are of ln(model / measured). */
struct spread {
    struct moments value[STATISTICS], speedup;
};
struct pairing {
    const struct compare_side *side; /* compare_opt.predicted */
    struct measured *const *ms;
    uint32_t npart, nblock; /* blocks of a run; one by one: each request */
    uint32_t *pick;
    double *tmp;
    struct figures *measured, *predicted; /* of each part, with the picks of the moment */
    struct spread *spread;
};

/* Of the blocks pick[0], pick[1], ... of x. */
static struct figures figures_of(const struct pairing *p, const double *x, uint32_t n)
{
    struct figures f = {{0}};
    uint32_t k = 0;
    for (uint32_t i = 0; i < p->nblock; i++) {
        uint64_t b = p->pick[i];
        for (uint64_t at = b * n / p->nblock; at < (b + 1) * n / p->nblock; at++) {
            p->tmp[k++] = x[at];
            f.v[0] += x[at];
        }
    }
    f.v[0] /= k;
    qsort(p->tmp, k, sizeof *p->tmp, value_order);
    for (int i = 1; i < STATISTICS; i++)
        f.v[i] = p->tmp[stats_rank(k, compare_point[i]) - 1];
    return f;
}

static void resample(struct pairing *p)
{
    for (uint32_t i = 0; i < p->npart; i++)
        if (p->side[i].x) {
            p->measured[i] = figures_of(p, p->ms[i]->x, p->ms[i]->n);
            p->predicted[i] = figures_of(p, p->side[i].x, p->side[i].n);
        }
}

static double speedup_log(const struct pairing *p, uint32_t of, uint32_t over)
{
    return log(p->predicted[over].v[0] / p->predicted[of].v[0]) -
           log(p->measured[over].v[0] / p->measured[of].v[0]);
}

static void spread_all(struct pairing *p)
{
    for (uint64_t b = 0; b < RESAMPLES; b++) {
        for (uint32_t i = 0; i < p->nblock; i++) {
            double u = rng_unit((struct draw_key){.seed = b, .path = i});
            p->pick[i] = (uint32_t)(u * p->nblock);
        }
        resample(p);
        for (uint32_t i = 0; i < p->npart; i++) {
            if (!p->side[i].x)
                continue;
            for (int k = 0; k < STATISTICS; k++)
                moments_add(&p->spread[i].value[k],
                            log(p->predicted[i].v[k] / p->measured[i].v[k]));
            if (p->side[0].x)
                moments_add(&p->spread[i].speedup, speedup_log(p, i, 0));
        }
    }
}

/* The verdict of a value whose logarithm is known with this standard error. */
static void value_anew(struct compare_value *v, double measured, double predicted, double ratio_log,
                       const struct moments *spread, uint32_t n)
{
    double half = COMPARE_Z95 * sqrt(moments_variance(spread));
    struct interval own = v->measured;
    struct interval seen = {1, exp(-half), exp(half)};
    *v = compare_ratio(v->name, seen, (struct interval){exp(ratio_log), NAN, NAN}, v->margin, n);
    v->measured = own;
    v->measured.value = measured;
    v->predicted = (struct interval){predicted, NAN, NAN};
}

static void part_anew(struct compare_part *q, const struct pairing *p, uint32_t part)
{
    const struct figures *m = &p->measured[part], *r = &p->predicted[part];
    uint32_t n = p->ms[part]->n;
    for (uint32_t k = 0; k < STATISTICS && k < q->nvalue; k++) {
        struct compare_value *v = &q->value[k];
        double needed = k == 0 ? 0 : BEYOND / (1 - compare_point[k]);
        if (n >= needed) {
            value_anew(v, m->v[k], r->v[k], log(r->v[k] / m->v[k]), &p->spread[part].value[k], n);
            continue;
        }
        *v =
            compare_ratio(v->name, v->measured, (struct interval){r->v[k], NAN, NAN}, v->margin, n);
        if (v->verdict == UNDECIDED)
            v->needed = needed;
    }
    q->paired = true;
}

static void judge(struct compare_result *c, struct pairing *p)
{
    spread_all(p);
    for (uint32_t i = 0; i < p->nblock; i++)
        p->pick[i] = i;
    resample(p);
    for (uint32_t i = 0; i < p->npart; i++)
        if (p->side[i].x)
            part_anew(&c->part[i], p, i);
    for (uint32_t i = 0; i < c->nspeedup; i++) {
        struct compare_speedup *s = &c->speedup[i];
        if (!p->side[s->of].x || !p->side[s->over].x)
            continue;
        value_anew(&s->value, p->measured[s->over].v[0] / p->measured[s->of].v[0],
                   p->predicted[s->over].v[0] / p->predicted[s->of].v[0],
                   speedup_log(p, s->of, s->over), &p->spread[s->of].speedup, p->ms[s->of]->n);
    }
}

void paired_judge(struct compare_result *c, struct measured *const *ms, const struct compare_opt *o,
                  struct arena *mem)
{
    struct pairing p = {.side = o->predicted, .ms = ms, .npart = c->npart};
    uint32_t least = UINT32_MAX, most = 0;
    for (uint32_t i = 0; i < c->npart; i++) {
        if (!p.side[i].x)
            continue;
        const uint32_t n[] = {p.side[i].n, ms[i]->n};
        for (int k = 0; k < 2; k++) {
            least = n[k] < least ? n[k] : least;
            most = n[k] > most ? n[k] : most;
        }
    }
    bug_if(most > 0 && !o->in_turn && least != most);
    if (most == 0 || least < (o->in_turn ? BLOCKS : 2))
        return;
    p.nblock = o->in_turn ? BLOCKS : least;
    p.pick = NEW(mem, uint32_t, p.nblock);
    p.tmp = NEW(mem, double, most + p.nblock);
    p.measured = NEW(mem, struct figures, c->npart);
    p.predicted = NEW(mem, struct figures, c->npart);
    p.spread = NEW(mem, struct spread, c->npart);
    judge(c, &p);
}
