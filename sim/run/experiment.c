/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment.c - the whole of an experiment: compile, run, compare, warn; see experiment.h. */
#include "run/experiment.h"
#include "run/experiment_impl.h"
#include "core/outline.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t quantile_p99 = 3; /* in quantile_p */

struct experiment_opt experiment_defaults(void)
{
    return (struct experiment_opt){.seed = 1,
                                   .jobs = 1,
                                   .precision_mean = 0.01,
                                   .precision_p99 = 0.02,
                                   .max_requests = 1000000,
                                   .warmup = WARMUP_AUTO,
                                   .trace_requests = 100000};
}

struct interval interval_none(void)
{
    return (struct interval){NAN, NAN, NAN};
}

/* ---- one execution ---- */

void trial_progress(struct trial *t, uint64_t more)
{
    if (!t->o->progress)
        return;
    lock_take(t->lock);
    t->progress.done += more;
    t->o->progress(t->o->ctx, &t->progress);
    lock_give(t->lock);
}

void trial_looked(struct trial *t, uint64_t target)
{
    t->progress.target = target;
    t->progress.mean = t->e->all.latency.mean;
    t->progress.p99 = t->e->all.latency.q[quantile_p99];
}

bool trial_precise(const struct trial *t)
{
    const struct latency_result *l = &t->e->all.latency;
    return interval_relative(l->mean) <= t->o->precision_mean &&
           interval_relative(l->q[quantile_p99]) <= t->o->precision_p99;
}

uint64_t trial_need(const struct trial *t, uint64_t n)
{
    const struct latency_result *l = &t->e->all.latency;
    double mean = interval_relative(l->mean) / t->o->precision_mean;
    double p99 = interval_relative(l->q[quantile_p99]) / t->o->precision_p99;
    double off = fmax(mean, p99);
    /* Widths fall with the square root.  A tenth more, so that one look more usually does: each
     * look is a chance to stop on a width that is small by accident. */
    double factor = isfinite(off) ? 1.1 * off * off : 2;
    return (uint64_t)fmin(ceil((double)n * fmax(factor, 1.5)), 1e18);
}

bool trial_stopped(const struct trial *t)
{
    return t->o->stop && atomic_load(t->o->stop);
}

void trial_failed(struct trial *t, const struct sim *s, enum sim_end end)
{
    struct exec_result *e = t->e;
    struct loc at = {0};
    e->complete = false;
    if (end == SIM_DEADLOCK) {
        e->stopped = STOP_DEADLOCK;
        e->deadlock = sim_deadlock(s, t->mem, t->d);
    } else if (end == SIM_ERROR) {
        e->stopped = STOP_ERROR;
        e->error = arena_strdup(t->mem, sim_error(s, &at));
        diag_error(t->d, at, "E-run", NULL, "%s", e->error);
    } else {
        e->stopped = STOP_INTERRUPT;
    }
}

/* ---- comparisons ---- */

static const double *pair_mean(const struct trial *t, uint64_t i, double *room)
{
    if (t->mean)
        return &t->mean[i];
    *room = (double)t->latency[i] / SECOND;
    return room;
}

static struct speedup_result speedup(const struct trial *over, const struct trial *of)
{
    uint64_t n = over->npair < of->npair ? over->npair : of->npair;
    struct ratio_sums sums = {0};
    double faster = 0, x_room, y_room;
    bool constant = true;
    for (uint64_t i = 0; i < n; i++) {
        double x = *pair_mean(over, i, &x_room), y = *pair_mean(of, i, &y_room);
        constant = constant && x == *pair_mean(over, 0, &x_room) && y == *pair_mean(of, 0, &y_room);
        if (!isfinite(x) || !isfinite(y))
            continue;
        ratio_add(&sums, x, y);
        faster += y < x ? 1 : y > x ? 0 : 0.5;
    }
    struct speedup_result s = {.ratio = stats_ratio(&sums, CONFIDENCE),
                               .work_span = NAN,
                               .amdahl = NAN,
                               .faster = of->mean || n == 0 ? NAN : faster / (double)n};
    if (constant && (n > 1 || (of->sure && over->sure)))
        s.ratio.lo = s.ratio.hi = s.ratio.value;
    if (!of->mean && over->p->kind == EXEC_SERIAL && of->e->span > 0)
        s.work_span = over->e->work / of->e->span;
    return s;
}

static bool comparable(const struct trial *t)
{
    return t->npair > 0 && !t->e->unstable && !t->e->deadlock && !t->e->error;
}

/* Amdahl's law: what is serial, and the rest on as many threads as there are (or as can be used at
 * all), against one thing at a time.  What an execution pays for its tasks is no part of the
 * pipeline: the shortest of what the executions say is nearest to it. */
static double amdahl_bound(const struct trial *t, uint32_t n, const struct trial *over,
                           const struct trial *of)
{
    double least = INFINITY;
    for (uint32_t i = 0; i < n && over->p->kind == EXEC_SERIAL; i++) {
        const struct amdahl *a = &t[i].amdahl;
        double threads = a->wide;
        if (of->p->kind == EXEC_THREADS && of->p->pool != NONE)
            threads =
                fmin(threads, of->p->res[of->p->pool].size + (of->p->server != NONE ? 1. : 0.));
        if (a->needed > 0 && threads > 0)
            least = fmin(least, a->serial + (a->needed - a->serial) / threads);
    }
    return isfinite(least) ? over->e->all.latency.mean.value / least : (double)NAN;
}

static void compare(struct run_result *r, const struct trial *t, struct arena *a)
{
    uint32_t first = 0;
    r->speedup = NEW(a, struct speedup_result, r->nexec);
    while (first < r->nexec && !comparable(&t[first]))
        first++;
    for (uint32_t i = first + 1; i < r->nexec; i++) {
        if (!comparable(&t[i]))
            continue;
        struct speedup_result *s = &r->speedup[r->nspeedup++];
        *s = speedup(&t[first], &t[i]);
        s->of = i;
        s->over = first;
        s->amdahl = amdahl_bound(t, r->nexec, &t[first], &t[i]);
        if (s->ratio.value > s->amdahl) /* with all costs in it, it is no bound any more */
            s->amdahl = NAN;
    }
}

/* ---- the whole ---- */

/* A phrase all executions share, or each with its name. */
static const char *phrase_of(struct arena *a, const struct trial *t, uint32_t n,
                             const char *(*phrase)(struct arena *a, const struct prog *p))
{
    const char *first = phrase(a, t[0].p), *all = "";
    bool same = true;
    for (uint32_t i = 0; i < n; i++) {
        const char *s = phrase(a, t[i].p);
        same = same && strcmp(s, first) == 0;
        all = arena_printf(a, "%s%s%s: %s", all, i ? "; " : "", t[i].p->exec->name, s);
    }
    return same ? first : all;
}

/* Those of the executions that have any; of several sets each execution's own line tells. */
static const char *costs_of(struct arena *a, const struct trial *t, uint32_t n)
{
    const char *all = "no costs";
    for (uint32_t i = 0; i < n; i++) {
        const char *s = assume_costs(a, t[i].p);
        if (strcmp(all, "no costs") == 0)
            all = s;
        else if (strcmp(s, "no costs") != 0 && strcmp(s, all) != 0)
            return "costs as given";
    }
    return all;
}

void trial_run(struct trial *t)
{
    struct exec_result *e = t->e;
    *e = (struct exec_result){.name = t->p->exec->name,
                              .kind = exec_kind_name[t->p->kind],
                              .summary = assume_summary(t->mem, t->p),
                              .method = "simulated",
                              .complete = true};
    t->sure = assume_sure(t->p) && !t->o->world; /* a real run is never the same again */
    t->lock = lock_new();
    if (t->o->world || t->o->once)
        measured_run(t);
    else if (t->p->cls[0].load)
        steady_run(t);
    else
        alone_run(t);
    lock_free(t->lock);
    if (e->stopped == STOP_UNSTABLE || e->error)
        return;
    warn_all(t);
}

void trial_free(struct trial *t)
{
    free(t->latency);
    free(t->mean);
    free(t->rate);
    for (int k = 0; k < CHANGE_QUANTILES; k++)
        free(t->above[k]);
    pool_free(&t->all);
}

struct change_side trial_side(const struct trial *t)
{
    struct change_side s = {.n = t->npair, .latency = t->latency, .mean = t->mean};
    s.rate = t->rate;
    for (int k = 0; k < CHANGE_QUANTILES; k++)
        s.above[k] = t->above[k];
    s.all = &t->all;
    return s;
}

static bool compile_all(struct trial *t, uint32_t n, const struct model *m,
                        const struct execution *const *exec)
{
    bool ok = true;
    for (uint32_t i = 0; i < n; i++) {
        t[i].p = prog_compile(t[i].mem, m, exec[i], t[i].d);
        ok = ok && t[i].p;
    }
    return ok && n > 0 && diags_errors(t[0].d) == 0;
}

static void assume(struct run_result *r, const struct trial *t, uint32_t n, struct arena *a)
{
    r->no_load = !t[0].p->cls[0].load;
    r->assumed_load = assume_load(a, t[0].p);
    r->assumed_cores = phrase_of(a, t, n, assume_cores);
    r->assumed_gil = phrase_of(a, t, n, assume_gil);
    r->assumed_costs = costs_of(a, t, n);
}

/* What is not assumed but so, where an execution is run for real. */
static void not_assumed(struct run_result *r, const struct trial *t, uint32_t n, struct arena *a)
{
    const char *runtime = t[0].o->world->runtime;
    uint32_t cores = 0;
    for (uint32_t i = 0; i < n; i++) {
        cores = t[i].p->cores > cores ? t[i].p->cores : cores;
        r->exec[i].summary = "";
    }
    r->assumed_cores = arena_printf(a, "at most %u core%s", cores, cores == 1 ? "" : "s");
    r->assumed_gil = runtime ? runtime : "native threads";
    r->assumed_costs = "costs as they are";
}

bool experiment_check(const struct model *m, const struct execution *const *exec, uint32_t nexec,
                      struct run_result *r, struct arena *a, struct diags *d)
{
    struct trial *t = NEW(a, struct trial, nexec + 1u);
    for (uint32_t i = 0; i < nexec; i++)
        t[i] = (struct trial){.mem = a, .d = d};
    if (!compile_all(t, nexec, m, exec))
        return false;
    assume(r, t, nexec, a);
    return true;
}

struct run_result *experiment_run(const struct model *m, const struct execution *const *exec,
                                  uint32_t nexec, const struct experiment_opt *o, struct arena *a,
                                  struct diags *d)
{
    struct trial *t = xcalloc(nexec + 1u, sizeof *t);
    struct run_result *r = NEW(a, struct run_result, 1);
    r->exec = NEW(a, struct exec_result, nexec);
    for (uint32_t i = 0; i < nexec; i++) {
        t[i] = (struct trial){.o = o, .mem = a, .d = d, .e = &r->exec[i], .keep = o->nchange > 0};
        t[i].progress = (struct experiment_progress){.execution = exec[i]->name,
                                                     .index = i,
                                                     .of = nexec * (1 + o->nchange),
                                                     .mean = interval_none(),
                                                     .p99 = interval_none()};
    }
    struct what_if *w = NULL;
    if (!compile_all(t, nexec, m, exec) || !what_if_ok(w = what_if_new(t, nexec))) {
        what_if_free(w);
        free(t);
        return NULL;
    }
    for (uint32_t i = 0; i < nexec; i++)
        trial_run(&t[i]);
    for (uint32_t i = 0; i < nexec && o->timelines && !o->world && !trial_stopped(&t[i]); i++)
        timeline_typical(&t[i]);
    for (uint32_t i = 0; i < nexec && !o->world && !o->once && !trial_stopped(&t[i]); i++)
        timeline_first(&t[i]);
    r->mem = a;
    r->nexec = nexec;
    r->seed = o->seed;
    r->model_name = m->name;
    r->model_doc = m->doc;
    r->model_file = m->file;
    assume(r, t, nexec, a);
    if (o->world)
        not_assumed(r, t, nexec, a);
    r->precision_mean = o->requests ? 0 : o->precision_mean;
    r->precision_p99 = o->requests ? 0 : o->precision_p99;
    r->max_requests = o->max_requests;
    r->outline = outline_make(a, t[0].p, &r->noutline);
    compare(r, t, a);
    for (uint32_t i = 0; i < nexec; i++)
        r->interrupted = !halve_run(&t[i]) || r->interrupted;
    what_if_run(w, r);
    what_if_free(w);
    for (uint32_t i = 0; i < nexec; i++)
        trial_free(&t[i]);
    free(t);
    return r;
}
