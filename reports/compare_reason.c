/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_reason.c - why requests took longer than predicted, in a sentence or two. */
#include "reports/compare.h"
#include <math.h>

static const char *more(struct arena *a, double seconds)
{
    return arena_printf(a, "%s %s", number_time(a, fabs(seconds)),
                        seconds < 0 ? "shorter" : "longer");
}

/* "most of it within its steps; memcache on its path is 1.90 ms longer, 378 us longer each" */
static const char *where(struct arena *a, const struct compare_reason *w)
{
    double between = w->longer - w->within;
    bool gaps = !w->step || fabs(between) > fabs(w->within);
    const char *t = gaps ? "most of it between its steps, where tasks are started and woken"
                         : "most of it within its steps";
    if (w->step && fabs(w->step_longer) > fabs(w->longer) / 10)
        t = arena_printf(a, "%s; %s on its path is %s, %s each", t, w->step,
                         more(a, w->step_longer), more(a, w->one_longer));
    return t;
}

void compare_say_reason(struct paras *p, const char *execution, double ratio,
                        const struct compare_reason *w)
{
    struct arena *a = p->mem;
    const char *rest = "";
    if (w->waits_for)
        rest = arena_printf(a, " It waits %s for %s, by the model %s.", number_time(a, w->wait),
                            w->waits_for, number_time(a, w->wait_model));
    if (w->cost && w->cost_paid > 0)
        rest =
            arena_printf(a, "%s It pays %s for %s, by the model %s.", rest,
                         number_time(a, w->cost_paid), w->cost, number_time(a, w->cost_paid_model));
    else if (w->cost)
        rest = arena_printf(a, "%s By the model it pays %s for %s.", rest,
                            number_time(a, w->cost_paid_model), w->cost);
    if (w->busy)
        rest = arena_printf(a,
                            "%s The %s computed %s of the time, by the model %s: the rest is "
                            "dispatch.",
                            rest, w->busy, number_percent(a, w->busy_share),
                            number_percent(a, w->busy_model));
    para_add(p, "%s: a request takes %s than predicted (%s), %s.%s", execution, more(a, w->longer),
             number_percent(a, fabs(1 / ratio - 1)), where(a, w), rest);
}
