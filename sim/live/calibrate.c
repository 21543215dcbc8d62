/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate.c - names, medians and their intervals; see calibrate.h. */
#include "live/calibrate.h"
#include "base/stats.h"
#include <math.h>
#include <stdlib.h>

/* ORDER calibrated */
const struct calibrate_row calibrate_rows[CAL_COUNT] = {
    {"spawn", "spawn", "a thread is made (CPython: or found idle), and ends", false},
    {"pooled spawn", "spawn", "work is handed to a thread of a pool", false},
    {"switch", "switch", "a thread goes on after a wait, among others that do", false},
    {"thread wake", "wake", "an answer wakes it when the core was idle: so much later", false},
    {"thread wait", NULL, "a wait ends when the core was idle: so much too late", false},
    {"handoff", "handoff", "the GIL passes to another thread", false},
    {"thread call", NULL, "a call over a socket: the client's CPU, on a thread", false},
    {"stack", "stack", "memory of a thread that waits", true},
    {"task", "task", "a task is made, and ends", false},
    {"resume", "resume", "the loop goes on with a task, among others", false},
    {"loop wake", "wake", "an answer wakes it when it was idle: so much later", false},
    {"loop wait", NULL, "a wait ends when the loop was idle: so much too late", false},
    {"loop call", NULL, "a call over a socket: the client's CPU, on the loop", false},
    {"frame", "frame", "memory of a task that waits", true},
    {"hop", "hop", "work goes to a thread, and again when it comes back", false},
};

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct calibrated_value settle(const double *x)
{
    double v[CALIBRATE_BATCHES];
    uint64_t n = 0, lo, hi;
    for (int i = 0; i < CALIBRATE_BATCHES; i++)
        if (isfinite(x[i]))
            v[n++] = x[i] > 0 ? x[i] : 0;
    if (n == 0)
        return (struct calibrated_value){.known = false};
    qsort(v, n, sizeof *v, by_value);
    stats_quantile_ranks(n, 0.5, 0.95, &lo, &hi);
    return (struct calibrated_value){.known = true,
                                     .value = v[stats_rank(n, 0.5) - 1],
                                     .lo = v[lo > 0 ? lo - 1 : 0],
                                     .hi = v[hi <= n ? hi - 1 : n - 1]};
}

void calibrate_settle(const struct calibrate_sample *s, struct calibration *out)
{
    for (int i = 0; i < CAL_COUNT; i++)
        out->v[i] = settle(s->x[i]);
}
