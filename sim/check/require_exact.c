/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require_exact.c - limits of latency and outcome where all that can be drawn can be gone through.
 */
#include "check/exact.h"
#include "check/require_impl.h"
#include <math.h>

/* As exact as sums of doubles are. */
static double rounded(double v, double limit)
{
    return fabs(v - limit) <= 1e-12 * fmax(1, fabs(limit)) ? limit : v;
}

static void judge_one(struct judged *j, const struct measure *m, const struct exact *e)
{
    double lo, hi;
    if (!exact_value(e, j->left, &lo, &hi))
        return;
    struct interval seen = {lo, rounded(lo, j->limit), rounded(hi, j->limit)};
    enum verdict v = stat_verdict(seen, j->cmp, j->limit);
    if (v == VERDICT_UNDECIDED)
        return;
    if (hi - lo <= 1e-9 * fabs(hi)) /* what was left over shows in no digit */
        seen.value = seen.hi = seen.lo;
    j->decided = j->exact = true;
    j->seen = seen;
    j->method = arena_printf(m->a, "exact: %llu possible runs", (unsigned long long)e->runs);
    j->item->verdict = v;
    text_fill(j, m, 0, 0);
}

/* Of those that speak of the outcome alone, or of the others. */
static void judge_some(struct judged *v, uint32_t n, const struct measure *m,
                       const struct require_opt *o, bool outcomes)
{
    const struct exact_opt x = {.outcomes = outcomes, .stop = o->stop};
    struct exact e = {0};
    bool tried = false, known = false;
    for (uint32_t i = 0; i < n; i++) {
        struct judged *j = &v[i];
        if (!j->plain || !exact_metric(j->left) || exact_of_outcome(j->left) != outcomes)
            continue;
        if (!tried)
            known = exact_run(sampler_get(m->sampler, 0)->p, &x, &e);
        tried = true;
        if (known)
            judge_one(j, m, &e);
    }
    exact_free(&e);
}

void exact_judge(struct judged *v, uint32_t n, const struct measure *m, const struct require_opt *o)
{
    if (sampler_get(m->sampler, 0)->p->cls[0].load)
        return;
    judge_some(v, n, m, o, true);
    judge_some(v, n, m, o, false);
}
