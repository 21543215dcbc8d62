/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reasons.c - see reasons.h. */
#include "fit/reasons.h"
#include <math.h>
#include <string.h>

/* A fiftieth of a mean is a call's way over loopback; nobody asks why. */
static const double TOLD = 0.02, BUSIER = 0.03;

static const struct resource_result *row_of(const struct exec_result *e, const char *name)
{
    for (uint32_t i = 0; e && i < e->nresource; i++)
        if (strcmp(e->resource[i].name, name) == 0)
            return &e->resource[i];
    return NULL;
}

static double waited(const struct exec_result *e, const struct resource_result *q)
{
    return q && e->requests > 0 ? q->wait * q->acquisitions / (double)e->requests : 0;
}

/* Steps: of the mean latencies, what is in them on critical paths. */
static void find_step(struct compare_reason *w, const struct compare_part *p)
{
    const struct compare_value *mean = &p->value[0];
    for (uint32_t i = 0; i < p->nstep; i++) {
        const struct compare_step *s = &p->step[i];
        double more =
            s->measured_share * mean->measured.value - s->predicted_share * mean->predicted.value;
        if (!isfinite(more))
            continue;
        w->within += more;
        if (!w->step || fabs(more) > fabs(w->step_longer)) {
            w->step = s->name;
            w->step_longer = more;
            w->one_longer = s->measured.value - s->predicted;
        }
    }
}

static void find_wait(struct compare_reason *w, const struct exec_result *e,
                      const struct exec_result *live)
{
    for (uint32_t i = 0; live && i < live->nresource; i++) {
        const struct resource_result *q = &live->resource[i];
        double now = waited(live, q), then = waited(e, row_of(e, q->name));
        if (strcmp(q->name, "loop") == 0 && now == 0)
            continue; /* of asyncio's turns nothing is known but what computes in them */
        if (fabs(now - then) > fabs(w->wait - w->wait_model) &&
            fabs(now - then) > fabs(w->longer) / 10) {
            w->waits_for = q->name;
            w->wait = now;
            w->wait_model = then;
        }
    }
}

/* Seconds a request pays for a cost on critical paths. */
static double paid(const struct exec_result *e, const char *cost)
{
    for (uint32_t i = 0; i < e->ncritical; i++)
        if (e->critical[i].kind == CRITICAL_COST && strcmp(e->critical[i].name, cost) == 0)
            return e->critical[i].share * e->all.latency.mean.value;
    return 0;
}

/* The cost that moved most, of those in `of`, the way the mean did. */
static void find_cost(struct compare_reason *w, const struct exec_result *of,
                      const struct exec_result *e, const struct exec_result *live)
{
    for (uint32_t i = 0; i < of->ncritical; i++) {
        const char *name = of->critical[i].name;
        double now = paid(live, name), then = paid(e, name), more = now - then;
        if (of->critical[i].kind == CRITICAL_COST && more * w->longer > 0 &&
            fabs(more) > fabs(w->cost_paid - w->cost_paid_model) &&
            fabs(more) > fabs(w->longer) / 10) {
            w->cost = name;
            w->cost_paid = now;
            w->cost_paid_model = then;
        }
    }
}

static void find_busy(struct compare_reason *w, const struct exec_result *e,
                      const struct compare_busy *busy)
{
    const struct resource_result *loop = row_of(e, "loop"), *cores = row_of(e, "cores");
    const struct resource_result *q = loop ? loop : cores;
    double share = loop ? busy->loop : busy->cores, model = q ? q->utilisation : NAN;
    if (!(share - model > BUSIER))
        return;
    w->busy = loop ? "loop" : "cores";
    w->busy_share = share;
    w->busy_model = model;
}

void reasons_find(struct compare_part *p, const struct exec_result *e,
                  const struct exec_result *live, const struct compare_busy *busy,
                  struct arena *mem)
{
    const struct compare_value *mean = p->nvalue > 0 ? &p->value[0] : NULL;
    if (!mean || !(fabs(mean->ratio - 1) > TOLD) || (mean->lo < 1 && mean->hi > 1))
        return;
    struct compare_reason *w = NEW(mem, struct compare_reason, 1);
    w->longer = mean->measured.value - mean->predicted.value;
    w->costless = !*e->summary;
    find_step(w, p);
    find_wait(w, e, live);
    if (live) {
        find_cost(w, e, e, live);
        find_cost(w, live, e, live);
    }
    if (busy)
        find_busy(w, e, busy);
    p->reason = w;
}
