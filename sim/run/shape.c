/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape.c - the distribution of latency at more points than the quantiles that are always told:
 * points of its distribution function for charts, shares above thresholds.  See tally.h for parts
 * and pools.
 *
 * A share of independent requests has the exact binomial interval (Clopper and Pearson).  Under
 * load requests depend on each other; the spread of the share over the replications says how many
 * independent requests they are worth, and the binomial interval is had for so many (Korn and
 * Graubard 1998).  Where too few are above the threshold to show a spread, those above p99 stand in
 * for them, since what comes in bursts there comes in bursts further out. */
#include "run/experiment_impl.h"
#include <math.h>

static const double tail_p = 0.99;

/* ---- points ---- */

enum { BODY = 90, PER_DECADE = 24 };

static void point_add(struct exec_result *e, uint32_t room, const struct pool *all, double p)
{
    uint64_t rank = p > 0 ? stats_rank(all->m.n, p) : 1;
    if (e->ncdf < room)
        e->cdf[e->ncdf++] = (struct cdf_point){p, (double)pool_at_rank(all, rank) / SECOND};
}

/* Evenly up to 0.9, then evenly in ln(1 - p), as far as there are requests. */
void shape_cdf(struct trial *t, const struct pool *all)
{
    enum { DECADES = 6, ROOM = BODY + DECADES * PER_DECADE + 2 };
    struct exec_result *e = t->e;
    if (!t->o->cdf || all->m.n == 0)
        return;
    e->cdf = NEW(t->mem, struct cdf_point, ROOM);
    for (int i = 0; i <= BODY; i++)
        point_add(e, ROOM, all, 0.9 * i / BODY);
    for (int i = 1; i <= DECADES * PER_DECADE; i++) {
        double above = pow(10, -1 - (double)i / PER_DECADE);
        if ((double)all->m.n * above < 1)
            break;
        point_add(e, ROOM, all, 1 - above);
    }
    point_add(e, ROOM, all, 1);
}

/* ---- thresholds ---- */

/* Of each replication, how many requests are above a time. */
struct share {
    double above, of; /* over all */
    struct moments rep;
};

static struct share share_above(const struct part *p, uint32_t n, int64_t v)
{
    struct share s = {0};
    for (uint32_t i = 0; i < n; i++) {
        if (p[i].m.n == 0)
            continue;
        double above = (double)part_above(&p[i], v), of = (double)p[i].m.n;
        s.above += above;
        s.of += of;
        moments_add(&s.rep, above / of);
    }
    return s;
}

/* How many independent requests they are worth; INFINITY if the spread says nothing. */
static double worth(const struct share *s)
{
    double q = s->above / s->of, variance = moments_variance(&s->rep) / (double)s->rep.n;
    if (!(variance > 0))
        return INFINITY;
    double reps = (double)s->rep.n - 1, t = stats_t(0.5 + CONFIDENCE / 2, s->of - 1);
    double wider = stats_t(0.5 + CONFIDENCE / 2, reps) / t;
    return q * (1 - q) / variance / (wider * wider);
}

static struct interval share_sections(const struct part *p, uint32_t n, int64_t v,
                                      const struct pool *all)
{
    enum { ENOUGH = 50 };
    struct share s = share_above(p, n, v);
    struct interval r = {s.above / s.of, NAN, NAN};
    if (s.rep.n < 2)
        return r;
    double size = fmin(s.of, worth(&s));
    if (s.above < ENOUGH || s.of - s.above < ENOUGH) {
        struct share tail = share_above(p, n, pool_at_rank(all, stats_rank(all->m.n, tail_p)));
        size = fmin(size, worth(&tail));
    }
    size = fmax(size, 1);
    r = stats_proportion_effective(r.value * size, size, CONFIDENCE);
    r.value = s.above / s.of;
    return r;
}

void shape_exceed(struct trial *t, const struct part *p, uint32_t n, const struct pool *all)
{
    const struct experiment_opt *o = t->o;
    struct exec_result *e = t->e;
    if (o->nthreshold == 0 || all->m.n == 0)
        return;
    e->exceed = NEW(t->mem, struct exceed_result, o->nthreshold);
    for (uint32_t i = 0; i < o->nthreshold; i++) {
        struct exceed_result *x = &e->exceed[e->nexceed++];
        int64_t v = (int64_t)fmin(o->threshold[i] * SECOND + 0.5, 9e18);
        x->t = o->threshold[i];
        if (e->replications == 0)
            x->share = stats_proportion(part_above(p, v), all->m.n, CONFIDENCE);
        else
            x->share = share_sections(p, n, v, all);
        if (t->sure)
            x->share.lo = x->share.hi = x->share.value;
    }
}
