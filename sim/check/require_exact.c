/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require_exact.c - limits of latency and outcome where all that can be drawn can be gone through.
 */
#include "check/chances.h"
#include "check/exact.h"
#include "check/require_impl.h"
#include <math.h>

/* As exact as sums of doubles are. */
static double rounded(double v, double limit)
{
    return fabs(v - limit) <= 1e-12 * fmax(1, fabs(limit)) ? limit : v;
}

/* False: what is between lo and hi may be on either side. */
static bool decide(struct judged *j, const struct measure *m, double lo, double hi,
                   const char *method)
{
    struct interval seen = {lo, rounded(lo, j->limit), rounded(hi, j->limit)};
    enum verdict v = stat_verdict(seen, j->cmp, j->limit);
    if (v == VERDICT_UNDECIDED)
        return false;
    if (hi - lo <= 1e-9 * fabs(hi)) /* shows in no digit */
        seen.value = seen.hi = seen.lo;
    j->decided = j->exact = true;
    j->seen = seen;
    j->method = method;
    j->item->verdict = v;
    text_fill(j, m, 0, 0);
    return true;
}

static bool counts(const void *ctx, int32_t status)
{
    return exact_counts(ctx, status);
}

/* By the states of a request, whatever the latencies. */
static void by_states(struct judged *v, uint32_t n, const struct measure *m,
                      const struct require_opt *o)
{
    enum { STATES = 50000 };
    struct chances *c = NULL;
    bool tried = false;
    for (uint32_t i = 0; i < n; i++) {
        struct judged *j = &v[i];
        double lo, hi;
        if (j->decided || !j->plain || !exact_metric(j->left) || !exact_of_outcome(j->left))
            continue;
        if (!tried)
            c = chances_new(sampler_get(m->sampler, 0)->p, STATES, true, o->stop);
        tried = true;
        if (!c)
            break;
        chances_of(c, counts, j->left, &lo, &hi);
        decide(j, m, lo, hi,
               arena_printf(m->a, "exact: %u states, any latencies", chances_states(c)));
    }
    chances_free(c);
}

/* By going through all runs. */
static void by_runs(struct judged *v, uint32_t n, const struct measure *m,
                    const struct require_opt *o)
{
    const struct exact_opt x = {.stop = o->stop};
    struct exact e = {0};
    bool tried = false, known = false;
    for (uint32_t i = 0; i < n; i++) {
        struct judged *j = &v[i];
        double lo, hi;
        if (j->decided || !j->plain || !exact_metric(j->left))
            continue;
        if (!tried)
            known = exact_run(sampler_get(m->sampler, 0)->p, &x, &e);
        tried = true;
        if (known && exact_value(&e, j->left, &lo, &hi))
            decide(j, m, lo, hi,
                   arena_printf(m->a, "exact: %llu possible runs", (unsigned long long)e.runs));
    }
    exact_free(&e);
}

void exact_judge(struct judged *v, uint32_t n, const struct measure *m, const struct require_opt *o)
{
    if (sampler_get(m->sampler, 0)->p->cls[0].load)
        return;
    by_states(v, n, m, o);
    by_runs(v, n, m, o);
}
