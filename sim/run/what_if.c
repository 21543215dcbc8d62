/* SPDX-License-Identifier: GPL-3.0-or-later */
/* what_if.c - the same executions of changed models, on the same draws and for as many requests,
 * and by how much they differ from the base case; see change.h for the differences. */
#include "run/experiment_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct what_if {
    const struct trial *base;
    uint32_t nexec, nchange;
    struct trial *t; /* by change, then by execution: one that knows its program; run one by one */
    bool ok;
};

struct what_if *what_if_new(const struct trial *base, uint32_t nexec)
{
    const struct experiment_opt *o = base->o;
    struct what_if *w = xcalloc(1, sizeof *w);
    *w = (struct what_if){.base = base, .nexec = nexec, .nchange = o->nchange, .ok = true};
    w->t = xcalloc((size_t)nexec * o->nchange + 1, sizeof *w->t);
    for (uint32_t c = 0; c < o->nchange; c++)
        for (uint32_t i = 0; i < nexec; i++) {
            struct trial *t = &w->t[(size_t)c * nexec + i];
            const struct model *m = o->change[c].model;
            const char *name = base[i].p->exec->name;
            const struct execution *x = model_exec(m, name);
            *t = (struct trial){.mem = base->mem, .d = base->d, .keep = true};
            t->progress = base[i].progress;
            t->progress.index = (c + 1) * nexec + i;
            t->progress.execution = arena_printf(t->mem, "%s, %s", name, o->change[c].set);
            t->p = x ? prog_compile(t->mem, m, x, t->d) : NULL;
            if (!x)
                diag_error(t->d, (struct loc){0}, "E-what-if", NULL,
                           "with %s there is no execution '%s'", o->change[c].set, name);
            w->ok = w->ok && t->p;
        }
    w->ok = w->ok && diags_errors(base->d) == 0;
    return w;
}

bool what_if_ok(const struct what_if *w)
{
    return w->ok;
}

void what_if_free(struct what_if *w)
{
    if (!w)
        return;
    free(w->t);
    free(w);
}

/* The resource that is busiest now, if that is news. */
static void say_busiest(struct what_if_result *r, const struct exec_result *was,
                        const struct exec_result *now)
{
    const double much = 0.8, more = 0.05;
    for (uint32_t i = 0; i < now->nresource; i++) {
        const struct resource_result *q = &now->resource[i];
        double before = 0;
        for (uint32_t k = 0; k < was->nresource; k++)
            if (strcmp(was->resource[k].name, q->name) == 0 &&
                isfinite(was->resource[k].utilisation))
                before = was->resource[k].utilisation;
        if (!(q->utilisation > much) || q->utilisation < before + more ||
            (r->resource && q->utilisation <= r->utilisation))
            continue;
        r->resource = q->name;
        r->utilisation_was = before;
        r->utilisation = q->utilisation;
        r->wait = q->wait;
    }
}

static bool well(const struct trial *t)
{
    return !t->e->unstable && !t->e->deadlock && !t->e->error && t->npair > 0;
}

static void compare(struct what_if_result *r, const struct trial *was, const struct trial *now)
{
    const struct exec_result *e = now->e;
    struct change c = {.mean = interval_none(), .rate = interval_none()};
    c.q[0] = c.q[1] = interval_none();
    r->complete = e->stopped != STOP_INTERRUPT;
    r->unstable = e->unstable;
    r->unstable_utilisation = e->unstable_utilisation;
    r->deadlock = e->deadlock != NULL;
    r->error = e->error;
    r->latency = e->all.latency;
    if (well(was) && well(now)) {
        struct change_side old = trial_side(was), new = trial_side(now);
        c = change_of(&old, &new, was->sure && now->sure);
        if (was->p->cls[0].load && now->p->cls[0].load)
            say_busiest(r, was->e, e);
    }
    r->mean_change = c.mean;
    r->p50_change = c.q[0];
    r->p99_change = c.q[1];
    r->throughput_change = c.rate;
}

/* As many requests as the base case took, in as many replications. */
static struct experiment_opt options(const struct trial *base)
{
    enum { TRACED = 20000 };
    struct experiment_opt o = *base->o;
    if (well(base)) {
        o.requests = base->e->requests;
        o.replications = base->e->replications;
    }
    if (o.trace_requests > TRACED)
        o.trace_requests = TRACED;
    o.cdf = false;
    o.sections = false;
    o.nthreshold = 0;
    return o;
}

void what_if_run(struct what_if *w, struct run_result *r)
{
    r->what_if = NEW(r->mem, struct what_if_result, (size_t)w->nexec * w->nchange + 1);
    for (uint32_t c = 0; c < w->nchange; c++)
        for (uint32_t i = 0; i < w->nexec && !trial_stopped(&w->base[i]); i++) {
            struct trial *t = &w->t[(size_t)c * w->nexec + i];
            struct exec_result e;
            struct experiment_opt o = options(&w->base[i]);
            t->o = &o;
            t->e = &e;
            trial_run(t);
            struct what_if_result *x = &r->what_if[r->nwhat_if++];
            *x = (struct what_if_result){.set = w->base->o->change[c].set, .exec = i};
            compare(x, &w->base[i], t);
            trial_free(t);
        }
    r->interrupted = r->interrupted || r->nwhat_if < w->nexec * w->nchange;
    for (uint32_t i = 0; i < r->nwhat_if; i++)
        r->interrupted = r->interrupted || !r->what_if[i].complete;
}
