/* SPDX-License-Identifier: GPL-3.0-or-later */
/* class_result.c - see class_result.h. */
#include "run/class_result.h"

enum { OUTCOMES = 512 };

struct class_result class_result_of(const struct class_source *s, const struct tally *all,
                                    const char *name, struct pick p, struct arena *mem)
{
    struct class_result c = {.name = name};
    int32_t status[OUTCOMES];
    p.every_status = true;
    c.requests = tally_latency(all, &p).n;
    c.latency = s->latency(s->of, &p);
    c.duration = s->number(s->of, DURATION, &p);
    c.throughput = s->number(s->of, THROUGHPUT, &p);
    c.noutcome = tally_outcomes(all, &p, status, OUTCOMES);
    c.outcome = NEW(mem, struct outcome_result, c.noutcome);
    p.every_status = false;
    for (uint32_t i = 0; i < c.noutcome; i++) {
        p.status = status[i];
        c.outcome[i].status = status[i];
        c.outcome[i].share = s->number(s->of, SHARE, &p);
        c.outcome[i].latency = c.noutcome == 1 ? c.latency : s->latency(s->of, &p);
    }
    return c;
}
