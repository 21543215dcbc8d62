/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.c - does a simulation agree with what was measured?  See compare.h.
 *
 * Not "is a difference significant": with many requests every difference is, with few none.  The
 * ratio of model to measured is to lie within a margin, with its interval (Schuirmann 1987).  The
 * interval of the ratio is put together of both sides' by the method of variance estimates recovery
 * (Zou and Donner 2008), on the scale of logarithms. */
#include "fit/compare.h"
#include "fit/paired.h"
#include "fit/reasons.h"
#include "base/diag.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z90 1.6448536269514722

struct compare_opt compare_defaults(void)
{
    return (struct compare_opt){.margin = {0.10, 0.10, 0.15, 0.20}};
}

double karp_flatt(double speedup, double n)
{
    return (1 / speedup - 1 / n) / (1 - 1 / n);
}

/* Half widths in logarithms: down and up; NAN where there is no bound. */
struct halves {
    double down, up;
};
static struct halves halves_of(struct interval v)
{
    struct halves h = {NAN, NAN};
    if (v.lo > 0)
        h.down = log(v.value / v.lo);
    if (v.hi > 0)
        h.up = log(v.hi / v.value);
    if (!isfinite(v.lo) && !isfinite(v.hi)) /* a number without an interval: exact */
        h.down = h.up = 0;
    return h;
}

struct compare_value compare_ratio(const char *name, struct interval measured,
                                   struct interval predicted, double margin, uint64_t n)
{
    struct compare_value v = {.name = name,
                              .measured = measured,
                              .predicted = predicted,
                              .margin = margin,
                              .verdict = UNDECIDED,
                              .needed = NAN};
    struct halves m = halves_of(measured), p = halves_of(predicted);
    double delta = log(1 + margin), l = log(predicted.value / measured.value),
           k = Z90 / COMPARE_Z95;
    double down = k * hypot(p.down, m.up), up = k * hypot(p.up, m.down);
    v.ratio = exp(l);
    v.lo = exp(l - down);
    v.hi = exp(l + up);
    if (!isfinite(l) || n < 2)
        return v;
    if (l - down > -delta && l + up < delta)
        v.verdict = AGREES;
    else if (l - down > delta || l + up < -delta)
        v.verdict = DISAGREES;
    double half = l > 0 ? (fabs(l) > delta ? down : up) : fabs(l) > delta ? up : down;
    double room = fabs(delta - fabs(l));
    if (v.verdict == UNDECIDED && isfinite(half) && room > 0.005)
        v.needed = ceil((double)n * fmax(1.1, half * half / (room * room)));
    return v;
}

/* How sure it is that a value is beyond its margin: the one-sided p. */
static double beyond(const struct compare_value *v)
{
    double l = log(v->ratio), delta = log(1 + v->margin);
    double half = l > 0 ? log(v->ratio / v->lo) : log(v->hi / v->ratio), sd = half / Z90;
    return sd > 0 ? 0.5 * erfc((fabs(l) - delta) / sd / sqrt(2)) : fabs(l) > delta ? 0 : 1;
}

static int by_p(const void *a, const void *b)
{
    const struct compare_value *const *x = a, *const *y = b;
    double p = beyond(*x), q = beyond(*y);
    return (p > q) - (p < q);
}

/* Holm (1979): of all that disagree, those that still do if many were looked at. */
static void holm(struct compare_value **v, uint32_t n)
{
    bool still = true;
    qsort(v, n, sizeof *v, by_p);
    for (uint32_t i = 0; i < n; i++) {
        still = still && beyond(v[i]) <= 0.05 / (n - i);
        if (v[i]->verdict == DISAGREES && !still)
            v[i]->verdict = UNDECIDED;
    }
}

/* ---- values ---- */

const double compare_point[4] = {NAN, 0.5, 0.95, 0.99};
static const char *const point_name[] = {"mean", "p50", "p95", "p99"};
static const int point_q[] = {-1, 0, 2, 3}; /* of quantile_p */

/* The requests of the model that were recorded: a class of the name of their span, or all. */
static const struct class_result *class_named(const struct exec_result *e, const char *root)
{
    for (uint32_t i = 0; root && i < e->nclass; i++)
        if (strcmp(e->cls[i].name, root) == 0)
            return &e->cls[i];
    return &e->all;
}

/* side: the same requests, if they are known; or NULL. */
static void judge_values(struct compare_part *p, const struct measured *m,
                         const struct exec_result *e, bool load, const struct compare_side *side,
                         const struct compare_opt *o, struct arena *mem)
{
    p->value = NEW(mem, struct compare_value, 5);
    const struct class_result *c = class_named(e, o->root);
    const struct latency_result *l = &c->latency;
    for (int i = 0; i < 4; i++) {
        struct interval predicted = i == 0 ? l->mean : l->q[point_q[i]];
        struct compare_value *v = &p->value[p->nvalue++];
        *v = compare_ratio(point_name[i], measured_value(m, compare_point[i], 0.95), predicted,
                           o->margin[i], m->n);
        /* Fewer than ln(0.025) / ln(p) have no upper bound at all; twice as many have a fair one.
         */
        if (v->verdict == UNDECIDED && !isfinite(v->needed) && !isfinite(v->measured.hi) && i > 0)
            v->needed = ceil(2 * log(0.025) / log(compare_point[i]));
    }
    if (load && isfinite(m->rate) && c->throughput.value > 0) {
        /* Answers as if Poisson: the more regular ones are known better. */
        double half = 1.96 / sqrt(m->n);
        struct interval rate = {m->rate, m->rate * exp(-half), m->rate * exp(half)};
        struct interval predicted = c->throughput;
        if (side && side->x)
            predicted = (struct interval){side->rate, NAN, NAN};
        struct compare_value *v = &p->value[p->nvalue++];
        *v = compare_ratio("throughput", rate, predicted, o->margin[0], m->n);
        v->rate = true;
    }
}

/* ---- steps ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool takes_time(const struct run_result *r, uint32_t step)
{
    for (uint32_t i = 0; i < r->noutline; i++)
        if (r->outline[i].kind == OUTLINE_STEP && r->outline[i].step == step) {
            const char *v = r->outline[i].verb;
            return strcmp(v, "call") == 0 || strcmp(v, "cpu") == 0 || strcmp(v, "wait") == 0;
        }
    return false;
}

static struct compare_step *step_named(struct compare_part *p, const char *name)
{
    for (uint32_t i = 0; i < p->nstep; i++)
        if (strcmp(p->step[i].name, name) == 0)
            return &p->step[i];
    struct compare_step *s = &p->step[p->nstep++];
    *s = (struct compare_step){.name = name,
                               .measured = {NAN, NAN, NAN},
                               .ratio = NAN,
                               .lo = NAN,
                               .hi = NAN,
                               .verdict = UNDECIDED};
    return s;
}

static void predict_steps(struct compare_part *p, const struct run_result *r,
                          const struct exec_result *e)
{
    for (uint32_t i = 0; i < e->nstep; i++) {
        const struct step_result *s = &e->step[i];
        if (!takes_time(r, i) || !(s->count > 0))
            continue;
        struct compare_step *c = step_named(p, last_part(s->path));
        double sum = c->predicted * c->predicted_count + s->count * s->mean;
        c->predicted_count += s->count;
        c->predicted = sum / c->predicted_count;
        if (isfinite(s->critical_share))
            c->predicted_share += s->critical_share;
    }
}

static void judge_steps(struct compare_part *p, const struct measured *m,
                        const struct run_result *r, const struct exec_result *e,
                        const struct compare_opt *o, struct arena *mem)
{
    double work = 0, known = 0;
    p->step = NEW(mem, struct compare_step, e->nstep + m->nstep + 1);
    p->unknown = NEW(mem, const char *, m->nstep + 1);
    predict_steps(p, r, e);
    for (uint32_t i = 0; i < p->nstep; i++)
        work += p->step[i].predicted * p->step[i].predicted_count;
    uint32_t n = p->nstep;
    for (uint32_t i = 0; i < m->nstep; i++) {
        const struct measured_step *s = &m->step[i];
        struct compare_step *c = step_named(p, s->name);
        if (p->nstep > n) { /* of no step */
            p->nstep = n;
            p->unknown[p->nunknown++] = s->name;
            continue;
        }
        struct compare_value v = compare_ratio(
            s->name, s->mean, (struct interval){c->predicted, NAN, NAN}, o->margin[0], s->n);
        c->measured = s->mean;
        c->measured_count = s->per_request;
        c->measured_share = s->share;
        c->ratio = v.ratio;
        c->lo = v.lo;
        c->hi = v.hi;
        c->verdict = v.verdict;
        known += s->mean.value * s->per_request;
    }
    p->at_once = known / measured_value(m, NAN, 0.95).value;
    p->at_once_predicted = work / e->all.latency.mean.value;
}

static int by_share(const void *a, const void *b)
{
    const struct compare_step *x = a, *y = b;
    double p = fmax(x->measured_share, x->predicted_share);
    double q = fmax(y->measured_share, y->predicted_share);
    return p < q ? 1 : p > q ? -1 : strcmp(x->name, y->name);
}

/* ---- speedups ---- */

static struct interval ratio_of(struct interval a, struct interval b)
{
    struct halves x = halves_of(a), y = halves_of(b);
    double l = log(a.value / b.value);
    return (struct interval){exp(l), exp(l - hypot(x.down, y.up)), exp(l + hypot(x.up, y.down))};
}

static void judge_speedup(struct compare_speedup *s, const struct run_result *r,
                          const uint32_t *exec, struct measured *const *ms,
                          const struct compare_opt *o)
{
    const struct measured *of = ms[s->of], *over = ms[s->over];
    struct interval measured =
        ratio_of(measured_value(over, NAN, 0.95), measured_value(of, NAN, 0.95));
    struct interval predicted =
        ratio_of(class_named(&r->exec[exec[s->over]], o->root)->latency.mean,
                 class_named(&r->exec[exec[s->of]], o->root)->latency.mean);
    s->amdahl = s->work_span = NAN;
    for (uint32_t i = 0; i < r->nspeedup; i++)
        if (r->speedup[i].of == exec[s->of] && r->speedup[i].over == exec[s->over] &&
            r->exec[exec[s->of]].nclass < 2) {
            predicted = r->speedup[i].ratio; /* on the same draws: narrower */
            s->amdahl = r->speedup[i].amdahl;
            s->work_span = r->speedup[i].work_span;
        }
    s->value = compare_ratio("speedup", measured, predicted, o->margin[0],
                             of->n < over->n ? of->n : over->n);
    s->width = of->width;
    s->serial = (struct interval){NAN, NAN, NAN};
    if (s->width > 1)
        s->serial =
            (struct interval){karp_flatt(measured.value, s->width),
                              karp_flatt(measured.hi, s->width), karp_flatt(measured.lo, s->width)};
}

/* ---- all ---- */

static void conclude(struct compare_result *c, struct arena *mem)
{
    struct compare_value **all = NEW(mem, struct compare_value *, 5 * c->npart + c->nspeedup + 1);
    uint32_t n = 0;
    bool trouble = false;
    for (uint32_t i = 0; i < c->npart; i++) {
        trouble = trouble || c->part[i].trouble;
        for (uint32_t k = 0; k < c->part[i].nvalue; k++)
            all[n++] = &c->part[i].value[k];
    }
    for (uint32_t i = 0; i < c->nspeedup; i++)
        all[n++] = &c->speedup[i].value;
    holm(all, n);
    c->verdict = trouble ? DISAGREES : AGREES;
    for (uint32_t i = 0; i < n; i++)
        if (all[i]->verdict == DISAGREES)
            c->verdict = DISAGREES;
        else if (all[i]->verdict == UNDECIDED && c->verdict == AGREES)
            c->verdict = UNDECIDED;
}

static const struct exec_result *executed(const struct run_result *live, const char *name)
{
    for (uint32_t i = 0; live && i < live->nexec; i++)
        if (strcmp(live->exec[i].name, name) == 0)
            return &live->exec[i];
    return NULL;
}

static void explain(struct compare_result *c, const uint32_t *exec, const struct compare_opt *o,
                    struct arena *mem)
{
    for (uint32_t i = 0; i < c->npart; i++)
        if (c->part[i].paired)
            reasons_find(&c->part[i], &o->pairs->exec[exec[i]],
                         executed(o->live, c->part[i].execution), o->busy ? &o->busy[i] : NULL,
                         mem);
}

struct compare_result *compare_judge(const struct run_result *r, const uint32_t *exec,
                                     struct measured *const *ms, uint32_t n,
                                     const struct compare_opt *o, struct arena *mem)
{
    struct compare_result *c = NEW(mem, struct compare_result, 1);
    c->part = NEW(mem, struct compare_part, n + 1);
    c->speedup = NEW(mem, struct compare_speedup, n + 1);
    c->npart = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct exec_result *e = &r->exec[exec[i]];
        struct compare_part *p = &c->part[i];
        *p = (struct compare_part){.execution = e->name,
                                   .label = ms[i]->label,
                                   .requests = ms[i]->n,
                                   .lag1 = ms[i]->lag1,
                                   .dependent = ms[i]->dependent,
                                   .busiest = ms[i]->busiest,
                                   .stalls = o->busy ? o->busy[i].stalls : NULL};
        if (e->deadlock || e->unstable || e->error || !isfinite(e->all.latency.mean.value)) {
            p->trouble = e->deadlock   ? "the model deadlocks"
                         : e->unstable ? "the model cannot carry its load"
                                       : "the model has no result";
            continue;
        }
        judge_values(p, ms[i], e, !r->no_load, o->predicted ? &o->predicted[i] : NULL, o, mem);
        judge_steps(p, ms[i], o->pairs ? o->pairs : r, o->pairs ? &o->pairs->exec[exec[i]] : e, o,
                    mem);
        qsort(p->step, p->nstep, sizeof *p->step, by_share);
        if (i == 0 || c->part[0].trouble)
            continue;
        struct compare_speedup *s = &c->speedup[c->nspeedup++];
        *s = (struct compare_speedup){.of = i, .over = 0};
        judge_speedup(s, r, exec, ms, o);
    }
    if (o->predicted)
        paired_judge(c, ms, o, mem);
    if (o->pairs)
        explain(c, exec, o, mem);
    conclude(c, mem);
    return c;
}
