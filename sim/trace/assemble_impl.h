/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assemble_impl.h - between assemble.c and assemble_clock.c. */
#ifndef TRACE_ASSEMBLE_IMPL_H
#define TRACE_ASSEMBLE_IMPL_H
#include "trace/assemble.h"

struct assembler {
    const struct span **key; /* cap of each */
    struct span *copy;
    uint32_t *same; /* the next span with the same id */
    uint32_t *mark;
    uint32_t cap;
    uint32_t *table; /* ids */
    uint32_t ntable;
};
/* Shifts hosts; parents are known.  True: something was moved. */
bool assemble_clocks(struct assembler *a, struct span *v, uint32_t n);
/* How coarse the clock is that wrote the times: 0 (nanoseconds), 1 us, 1 ms.  Two times that were
 * rounded apart may miss each other by that much. */
int64_t clock_step(const struct span *v, uint32_t n);

#endif
