/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exact.c - all runs, and their probabilities; see exact.h. */
#include "check/exact.h"
#include "base/rng.h"
#include "check/tries.h"
#include "run/sim.h"
#include <math.h>
#include <stdlib.h>

enum { MAX_RUNS = 100000, MAX_EVENTS = 1000000 };
static const double least = 1e-12; /* a run that is less probable is left over */

struct walk {
    const struct prog *p;
    const struct exact_opt *o;
    struct exact *e;
    struct tries tries;
    double p_run;
    bool lost;       /* this run is left over: it only comes to its end */
    bool impossible; /* something has too many values */
    uint64_t blind;  /* draws of lost runs */
    uint32_t cap;
    struct dist_atoms atoms;
};

/* The weights of a choice are asked for one by one, and again: they may not be drawn. */
static bool draws_weights(const struct prog *p)
{
    for (uint32_t i = 0; i < p->narm; i++)
        if (p->x.expr[p->arm[i].expr].draws)
            return true;
    return false;
}

/* ---- the oracle ---- */

/* A lost run goes some way to its end. */
static double blind_unit(struct walk *w)
{
    return rng_unit((struct draw_key){.path = ++w->blind});
}

static uint32_t pick(void *ctx, const double *weight, uint32_t n)
{
    struct walk *w = ctx;
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += weight ? weight[i] : 1;
    if (w->lost) {
        double u = blind_unit(w) * sum;
        uint32_t i = 0;
        for (; i + 1 < n && u >= (weight ? weight[i] : 1); i++)
            u -= weight ? weight[i] : 1;
        return i;
    }
    uint32_t k = tries_take(&w->tries, n);
    w->p_run *= (weight ? weight[k] : 1) / sum;
    w->lost = w->p_run < least;
    return k;
}

static double draw(void *ctx, const struct dist *d)
{
    struct walk *w = ctx;
    if (w->impossible || !dist_atoms(d, least, &w->atoms) || w->atoms.n == 0) {
        w->impossible = true;
        return dist_draw(d, 0.5);
    }
    if (w->lost)
        return dist_draw(d, blind_unit(w));
    uint32_t n = w->atoms.n;
    if (w->atoms.left > 0 && n < DIST_ATOMS) { /* the tail is one more */
        w->atoms.x[n] = w->atoms.x[n - 1] + 1;
        w->atoms.p[n++] = w->atoms.left;
    }
    return w->atoms.x[pick(w, w->atoms.p, n)];
}

static void other(void *ctx)
{
    struct walk *w = ctx;
    w->impossible = true;
}

static double value(void *ctx, const struct sim *s, uint32_t expr, const double *words)
{
    struct walk *w = ctx;
    const struct xprog *x = &w->p->x;
    const struct expr_dice dice = {w, draw, pick, other};
    const char *bad = NULL;
    (void)s;
    double v = x->expr[expr].dist ? draw(w, x->expr[expr].dist)
                                  : expr_eval_with(x, expr, words, &dice, &bad);
    w->impossible = w->impossible || bad;
    return v;
}

/* ---- one expression ---- */

static bool value_put(struct dist_atoms *out, double v, double p)
{
    uint32_t i = 0;
    while (i < out->n && out->x[i] != v)
        i++;
    if (i == DIST_ATOMS)
        return false;
    out->x[i] = v;
    out->p[i] = i == out->n ? p : out->p[i] + p;
    out->n += i == out->n;
    return true;
}

bool exact_values(const struct xprog *x, uint32_t expr, const double *words, struct dist_atoms *out)
{
    const struct xexpr *e = &x->expr[expr];
    if (e->dist)
        return dist_atoms(e->dist, least, out);
    struct walk *w = xcalloc(1, sizeof *w);
    const struct expr_dice dice = {w, draw, pick, other};
    const char *bad = NULL;
    out->n = 0;
    out->left = 0;
    tries_init(&w->tries);
    do {
        w->p_run = 1;
        w->lost = false;
        double v = e->constant ? e->value : expr_eval_with(x, expr, words, &dice, &bad);
        if (w->lost)
            out->left += w->p_run;
        else
            w->impossible = w->impossible || !value_put(out, v, w->p_run);
    } while (!bad && !w->impossible && tries_next(&w->tries));
    bool well = !bad && !w->impossible && !w->tries.too_long && out->n > 0;
    tries_free(&w->tries);
    free(w);
    return well;
}

/* ---- runs ---- */

static void put(struct walk *w, const struct record *r)
{
    struct exact *e = w->e;
    if (w->lost) {
        e->left += w->p_run;
        return;
    }
    if (e->n == w->cap)
        e->of = grow(e->of, &w->cap, e->n + 1, sizeof *e->of);
    e->of[e->n++] = (struct exact_case){r->latency, r->status, w->p_run};
}

/* False: it has come to a bad end, or to none. */
static bool run_once(struct walk *w, struct sim *s)
{
    uint64_t n;
    w->p_run = 1;
    w->lost = false;
    w->e->runs++;
    enum sim_end end = sim_run_alone(s, 0, 1);
    const struct record *r = sim_records(s, &n);
    bool well = end == SIM_MORE && n == 1 && !w->impossible && !w->tries.too_long;
    if (well)
        put(w, r);
    sim_take(s);
    return well;
}

static int by_latency(const void *a, const void *b)
{
    const struct exact_case *x = a, *y = b;
    if ((x->status == 0) != (y->status == 0))
        return x->status == 0 ? 1 : -1;
    if (x->latency != y->latency)
        return x->latency < y->latency ? -1 : 1;
    return (x->status > y->status) - (x->status < y->status);
}

/* Equal ones become one: fewer to add up. */
static void put_in_order(struct exact *e)
{
    uint32_t n = 0;
    if (e->n)
        qsort(e->of, e->n, sizeof *e->of, by_latency);
    for (uint32_t i = 0; i < e->n; i++)
        if (n > 0 && by_latency(&e->of[n - 1], &e->of[i]) == 0)
            e->of[n - 1].p += e->of[i].p;
        else
            e->of[n++] = e->of[i];
    e->n = n;
}

bool exact_run(const struct prog *p, const struct exact_opt *o, struct exact *e)
{
    struct walk *w = xcalloc(1, sizeof *w);
    *e = (struct exact){0};
    *w = (struct walk){.p = p, .o = o, .e = e};
    tries_init(&w->tries);
    struct sim_oracle oracle = {w, value, pick, NULL};
    struct sim_opt so = {.seed = 1,
                         .oracle = &oracle,
                         .max_events = (uint64_t)MAX_EVENTS * MAX_RUNS,
                         .stop = o->stop};
    struct sim *s = sim_new(p, &so);
    uint64_t most = o->max_runs ? o->max_runs : MAX_RUNS;
    bool well = !draws_weights(p) && !p->cls[0].load, all = false;
    while (well && !all && e->runs < most) {
        well = run_once(w, s);
        all = !tries_next(&w->tries);
    }
    sim_free(s);
    tries_free(&w->tries);
    free(w);
    put_in_order(e);
    return well && all;
}

void exact_free(struct exact *e)
{
    free(e->of);
}

/* ---- quantities ---- */

bool exact_metric(const struct limit_node *n)
{
    return n->op == LIMIT_METRIC && !n->baseline && n->metric <= METRIC_OUTCOME;
}

static bool cond_of_outcome(const struct limit_cond *c)
{
    if (!c)
        return true;
    return c->op != COND_LATENCY && cond_of_outcome(c->arg[0]) && cond_of_outcome(c->arg[1]);
}

bool exact_of_outcome(const struct limit_node *n)
{
    return n->metric == METRIC_OUTCOME || (n->metric == METRIC_P && cond_of_outcome(n->cond));
}

static bool fits(const struct limit_node *n, const struct exact_case *c)
{
    return limit_filter_fits(&n->filter, c->status, 0);
}

static bool counts(const struct limit_node *n, int64_t latency, int32_t status)
{
    if (n->metric == METRIC_P)
        return limit_cond_holds(n->cond, latency, status, 0);
    return status >= n->filter.outcome.low && status <= n->filter.outcome.high;
}

bool exact_counts(const struct limit_node *n, int32_t status)
{
    return counts(n, 0, status);
}

static bool share(const struct exact *e, const struct limit_node *n, double *lo, double *hi)
{
    double p = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        const struct exact_case *c = &e->of[i];
        p += counts(n, c->latency, c->status) ? c->p : 0;
    }
    *lo = p;
    *hi = p + e->left;
    return true;
}

/* The least latency with at least so much at or below it; INFINITY: unanswered. */
static double at_share(const struct exact *e, const struct limit_node *n, double q)
{
    double sum = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        if (!fits(n, &e->of[i]))
            continue;
        sum += e->of[i].p;
        if (sum >= q - 1e-12)
            return e->of[i].status ? (double)e->of[i].latency : (double)INFINITY;
    }
    return INFINITY;
}

static bool quantile(const struct exact *e, const struct limit_node *n, double *lo, double *hi)
{
    double all = 0;
    for (uint32_t i = 0; i < e->n; i++)
        all += fits(n, &e->of[i]) ? e->of[i].p : 0;
    if (all <= 0 || (e->left > 0 && n->filter.outcome.given))
        return false;
    *lo = at_share(e, n, n->q * (all + e->left) - e->left); /* what was left over came first */
    *hi = at_share(e, n, n->q * (all + e->left));           /* or last */
    return true;
}

static bool moment(const struct exact *e, const struct limit_node *n, double *lo, double *hi)
{
    double all = 0, mean = 0, square = 0, most = 0;
    if (e->left > 0)
        return false;
    for (uint32_t i = 0; i < e->n; i++) {
        const struct exact_case *c = &e->of[i];
        if (c->status == 0 || !fits(n, c))
            continue;
        double x = (double)c->latency, step = x - mean;
        all += c->p;
        mean += step * c->p / all;
        square += c->p * step * (x - mean);
        most = fmax(most, x);
    }
    *lo = *hi = n->metric == METRIC_MEAN ? mean
                : n->metric == METRIC_SD ? sqrt(square / all)
                                         : most;
    return all > 0;
}

bool exact_value(const struct exact *e, const struct limit_node *n, double *lo, double *hi)
{
    if (n->metric == METRIC_P || n->metric == METRIC_OUTCOME)
        return share(e, n, lo, hi);
    return n->metric == METRIC_QUANTILE ? quantile(e, n, lo, hi) : moment(e, n, lo, hi);
}
