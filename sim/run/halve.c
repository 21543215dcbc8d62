/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halve.c - what a step is worth: its own durations halved, everything else and all draws as they
 * were, and by how much latency falls then; see change.h for the differences.
 *
 * Where the walk over critical paths cannot tell the gain of a step (critical.h), its durations are
 * made a little longer and a little shorter besides, and the difference is the gain.
 *
 * Steps are rerun one by one, so the work is bounded: all reruns together take some times as many
 * requests as the run itself, and steps beyond a number are left out, those first on which least
 * time is spent.  Where a rerun is shorter than the run, so is what it is compared with. */
#include "run/experiment_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_STEPS = 48,
    TIMES = 3,              /* as many requests as the run took, in all reruns of an execution */
    LEAST_ALONE = 4096,     /* but so many in each, if the run had them */
    LEAST_LOAD = 20000,     /* the same under load */
    LEAST_REPLICATIONS = 5, /* of a finite load */
    MOST_GAINS = 16         /* of steps whose gain the walk cannot tell */
};
static const double nudge = 0.05; /* of the durations, up and down, for a gain */

/* ---- which steps, how many requests ---- */

/* Time spent in a step's own durations, roughly: what is left out is told by it. */
static double weight(const struct step_result *s)
{
    double w = s->count * s->mean;
    return isfinite(w) ? w : 0;
}

static bool has_own_time(const struct prog *p, const struct exec_result *e, uint32_t i)
{
    enum verb v = p->mark[i].verb;
    return (v == VERB_CALL || v == VERB_CPU || v == VERB_WAIT) && weight(&e->step[i]) > 0;
}

/* Indices of steps, those with most time first; ties in the order written. */
static uint32_t choose(const struct trial *t, uint32_t *step)
{
    const struct exec_result *e = t->e;
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->nstep; i++) {
        if (!has_own_time(t->p, e, i))
            continue;
        uint32_t k = n < MOST_STEPS ? n : MOST_STEPS - 1;
        if (n >= MOST_STEPS && weight(&e->step[i]) <= weight(&e->step[step[k]]))
            continue;
        for (; k > 0 && weight(&e->step[step[k - 1]]) < weight(&e->step[i]); k--)
            step[k] = step[k - 1];
        step[k] = i;
        n = n < MOST_STEPS ? n + 1 : n;
    }
    return n;
}

/* Of a rerun, if there are n of them. */
static struct experiment_opt options(const struct trial *t, uint32_t n)
{
    const uint64_t traced = 20000;
    struct experiment_opt o = *t->o;
    uint64_t had = t->e->requests, share = TIMES * had / (n ? n : 1);
    uint64_t least = t->p->cls[0].load ? LEAST_LOAD : LEAST_ALONE;
    o.replications = t->e->replications;
    o.requests = share < least ? least : share;
    o.requests = o.requests < had ? o.requests : had;
    if (prog_finite(t->p) > 0 && o.replications > LEAST_REPLICATIONS) {
        uint64_t reps = TIMES * (uint64_t)o.replications / (n ? n : 1);
        reps = reps < LEAST_REPLICATIONS ? LEAST_REPLICATIONS : reps;
        o.replications = reps < o.replications ? (uint32_t)reps : o.replications;
    }
    /* The same warm-up in all of them: requests are compared with themselves. */
    if (t->p->cls[0].load && t->e->replications && prog_finite(t->p) == 0)
        o.warmup = (int64_t)(t->e->warmup / t->e->replications);
    o.trace_requests = o.trace_requests < traced ? o.trace_requests : traced;
    o.cdf = false;
    o.sections = false;
    o.nthreshold = 0;
    return o;
}

/* ---- the reruns ---- */

struct rerun {
    struct trial t;
    struct exec_result e;
    struct experiment_opt o;
};

static void rerun_run(struct rerun *r, const struct trial *base, const struct experiment_opt *o,
                      const double *scale, const char *what)
{
    r->o = *o;
    r->t = (struct trial){.p = base->p,
                          .o = &r->o,
                          .mem = base->mem,
                          .d = base->d,
                          .e = &r->e,
                          .keep = true,
                          .scale = scale,
                          .progress = base->progress};
    r->t.progress.done = 0;
    r->t.progress.execution = what;
    trial_run(&r->t);
}

static bool well(const struct rerun *r)
{
    return !r->e.unstable && !r->e.deadlock && !r->e.error && r->e.stopped != STOP_INTERRUPT &&
           r->t.npair > 0;
}

/* The step whose share of the critical path grows most; NONE if none is known to. */
static void takes_over(struct halved_result *h, const struct exec_result *was,
                       const struct exec_result *now)
{
    double most = 0.01; /* less is no taking over */
    h->takes_over = NONE;
    h->share = now->walked ? now->step[h->step].critical_share : NAN;
    h->takes_share = NAN;
    for (uint32_t i = 0; i < was->nstep && now->walked && was->walked; i++) {
        double more = now->step[i].critical_share - was->step[i].critical_share;
        if (i == h->step || !(more > most))
            continue;
        most = more;
        h->takes_over = i;
        h->takes_share = now->step[i].critical_share;
    }
}

static void halved_add(struct exec_result *e, const struct halved_result *h)
{
    uint32_t k = e->nhalved++;
    for (; k > 0 && e->halved[k - 1].mean_change.value > h->mean_change.value; k--)
        e->halved[k] = e->halved[k - 1];
    e->halved[k] = *h;
}

static void step_halved(const struct trial *t, const struct rerun *base, uint32_t step,
                        double *scale)
{
    struct rerun half = {0};
    scale[step] = 0.5;
    rerun_run(&half, t, &base->o, scale,
              arena_printf(t->mem, "%s, half of %s", t->p->exec->name, t->p->mark[step].path));
    scale[step] = 1;
    if (well(&half)) {
        struct change_side old = trial_side(&base->t), new = trial_side(&half.t);
        struct change c = change_of(&old, &new, base->t.sure);
        struct halved_result h = {
            .step = step, .mean_change = c.mean, .p50_change = c.q[0], .p99_change = c.q[1]};
        takes_over(&h, base->t.e, &half.e);
        halved_add(t->e, &h);
    }
    trial_free(&half.t);
}

static struct interval over(struct interval v, double by)
{
    return (struct interval){v.value / by, v.lo / by, v.hi / by};
}

/* Where the walk is no gradient: the step's durations a little longer, and a little shorter. */
static void step_gain(const struct trial *t, const struct rerun *base, uint32_t step, double *scale)
{
    struct rerun side[2] = {0};
    for (int k = 0; k < 2; k++) {
        scale[step] = k ? 1 + nudge : 1 - nudge;
        rerun_run(&side[k], t, &base->o, scale,
                  arena_printf(t->mem, "%s, gain of %s", t->p->exec->name, t->p->mark[step].path));
    }
    scale[step] = 1;
    if (well(&side[0]) && well(&side[1])) {
        struct change_side low = trial_side(&side[0].t), high = trial_side(&side[1].t);
        struct change c = change_of(&low, &high, base->t.sure);
        struct step_result *s = &t->e->step[step];
        s->gain = over(c.mean, 2 * nudge);
        s->gain_p99 = over(c.q[1], 2 * nudge);
        s->gain_by = "rerun";
    }
    trial_free(&side[0].t);
    trial_free(&side[1].t);
}

/* Is its gain asked for that way?  Only of what was seen to matter. */
static bool gain_wanted(const struct exec_result *e, uint32_t step)
{
    return e->step[step].gain_by == NULL && e->step[step].critical_share > 0;
}

/* False: it was stopped from outside before all was done. */
bool halve_run(struct trial *t)
{
    struct exec_result *e = t->e;
    uint32_t *step = xcalloc(MOST_STEPS, sizeof *step), n = 0, done = 0, gains = 0;
    if (t->o->halve && !e->unstable && !e->deadlock && !e->error && e->complete)
        n = choose(t, step);
    if (n > 0) {
        struct rerun base = {0};
        struct experiment_opt o = options(t, n);
        double *scale = xcalloc(t->p->nmark + 1u, sizeof *scale);
        for (uint32_t i = 0; i < t->p->nmark; i++)
            scale[i] = 1;
        e->halved = NEW(t->mem, struct halved_result, n);
        rerun_run(&base, t, &o, NULL, arena_printf(t->mem, "%s, again", t->p->exec->name));
        for (; done < n && well(&base) && !trial_stopped(t); done++) {
            step_halved(t, &base, step[done], scale);
            if (gains < MOST_GAINS && gain_wanted(e, step[done]) && !trial_stopped(t)) {
                step_gain(t, &base, step[done], scale);
                gains++;
            }
        }
        trial_free(&base.t);
        free(scale);
    }
    free(step);
    return done == n || !trial_stopped(t);
}
