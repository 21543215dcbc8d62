/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sprt.c - sequential tests of a probability; see sprt.h. */
#include "base/sprt.h"
#include <math.h>

struct sprt sprt_new(double p0, double p1, double alpha, double beta)
{
    return (struct sprt){.success = log(p1 / p0),
                         .failure = log((1 - p1) / (1 - p0)),
                         .low = log(beta / (1 - alpha)),
                         .high = log((1 - beta) / alpha)};
}

enum sprt_answer sprt_add(struct sprt *s, bool success)
{
    if (s->answer != SPRT_MORE)
        return s->answer;
    s->n++;
    s->ratio += success ? s->success : s->failure;
    if (s->ratio <= s->low)
        s->answer = SPRT_HIGH;
    else if (s->ratio >= s->high)
        s->answer = SPRT_LOW;
    return s->answer;
}

struct zone zone_new(double theta, double half, double error)
{
    double a = error / (1 + error); /* then a / (1 - a), Wald's bound, is the error */
    return (struct zone){.above = sprt_new(theta + half, theta, a, a),
                         .below = sprt_new(theta, theta - half, a, a)};
}

enum sprt_answer zone_add(struct zone *z, bool success)
{
    if (z->answer != SPRT_MORE)
        return z->answer;
    z->n++;
    z->k += success;
    enum sprt_answer above = sprt_add(&z->above, success), below = sprt_add(&z->below, success);
    if (above == SPRT_HIGH)
        z->answer = SPRT_HIGH;
    else if (below == SPRT_LOW)
        z->answer = SPRT_LOW;
    else if (above == SPRT_LOW && below == SPRT_HIGH)
        z->answer = SPRT_NEAR;
    return z->answer;
}
