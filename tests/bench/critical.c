/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical.c - bench: critical paths of recorded traces, spans a CPU second by each rule.  40,000
 * traces of 25 spans, children side by side and one after the other. */
#include "base/arena.h"
#include "bench.h"
#include "trace/critical.h"
#include <stdlib.h>

enum { TRACES = 40000, SPANS = 25 };

static void make(struct span *v, uint64_t seed)
{
    for (uint32_t i = 0; i < SPANS; i++) {
        uint64_t x = trace_mix(seed, i);
        uint32_t p = i ? (uint32_t)(x % i) : SPAN_NONE;
        int64_t room = i ? v[p].duration : 1000000;
        int64_t lag = (int64_t)(x >> 8 & 0xffff) * room / 0x20000;
        v[i] = (struct span){.id = i + 1,
                             .parent = p,
                             .parent_id = i ? p + 1 : 0,
                             .start = (i ? v[p].start : 0) + lag,
                             .duration = (room - lag) * (int64_t)(x >> 24 & 0xffff) / 0x10000};
    }
}

int main(void)
{
    struct span *v = xcalloc((size_t)TRACES * SPANS, sizeof *v);
    for (uint32_t i = 0; i < TRACES; i++)
        make(v + (size_t)i * SPANS, i);
    struct critical *c = critical_new();
    for (int rule = 0; rule < CRITICAL_RULES; rule++) {
        double rate[BENCH_TIMES];
        int64_t sum = 0;
        for (int k = 0; k < BENCH_TIMES; k++) {
            double begun = bench_cpu();
            for (uint32_t i = 0; i < TRACES; i++) {
                struct critical_path p;
                critical_trace(c, (struct trace_id){1, i}, v + (size_t)i * SPANS, SPANS, NULL);
                critical_find(c, 0, (enum critical_rule)rule, &p);
                sum += p.time[0];
            }
            rate[k] = (double)TRACES * SPANS / (bench_cpu() - begun);
        }
        bench_line("critical", critical_rule_name[rule], bench_median(rate, BENCH_TIMES),
                   sum > 0 ? "spans a CPU second" : "nothing");
    }
    critical_free(c);
    free(v);
    return 0;
}
