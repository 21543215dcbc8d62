/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady_warn.c - is the warm-up over?  Two signs that it is not: the best place to cut is as late
 * as may be, and what was measured still drifts. */
#include "run/steady.h"
#include <inttypes.h>
#include <math.h>

/* Second half less first half of what was measured, over all replications. */
static struct interval drift(const struct steady *st, double confidence)
{
    struct moments m = {0};
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        uint64_t n = (r->kept - r->warm) / 2;
        double first = 0, second = 0;
        for (uint64_t k = 0; k < n; k++) {
            first += (double)r->latency[r->warm + k];
            second += (double)r->latency[r->kept - 1 - k];
        }
        if (n)
            moments_add(&m, (second - first) / (double)n / SECOND);
    }
    return stats_mean_moments(&m, confidence);
}

void steady_warn(const struct steady *st)
{
    const double worth = 0.02; /* of the mean: less is not worth a word */
    struct trial *t = st->t;
    double mean = t->e->all.latency.mean.value;
    struct interval d = drift(st, 0.999);
    char text[32];
    bool drifts = (d.lo > 0 || d.hi < 0) && fabs(d.value) > worth * mean;
    if (st->finite || t->sure || t->e->deadlock || st->rep[0].tail.n > 0)
        drifts = false;
    if (drifts)
        trial_warn(t, "warm-up",
                   arena_printf(t->mem,
                                "the warm-up is not over: the second half of what was measured is "
                                "%s %s than the first on the mean (%.0f %%); more requests, or a "
                                "longer --warmup",
                                duration_text(fabs(d.value) * SECOND, text),
                                d.value > 0 ? "slower" : "faster", 100 * fabs(d.value) / mean));
    else if (st->rep[0].short_run && !t->e->deadlock &&
             interval_relative(t->e->all.latency.mean) > 0)
        trial_warn(t, "warm-up",
                   arena_printf(t->mem,
                                "the warm-up may not be over: the first %" PRIu64 " of %" PRIu64
                                " requests of each replication were left out, which is the most "
                                "that may be; more requests would tell",
                                st->rep[0].warm, st->rep[0].n));
}
