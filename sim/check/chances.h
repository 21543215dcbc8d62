/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chances.h - the least and the greatest probability of an outcome of one request alone, whatever
 * the latencies.
 *
 * The states that a request can reach are those of the explorer: what is drawn (errors, choices,
 * conditions, counts) has probabilities there, and which move comes next is left open.  So it is a
 * Markov decision process, whose scheduler stands for all latencies there might be, also such as
 * depend on each other.  Where the outcome does not depend on who is quicker, both probabilities
 * are one.  (Baier and Katoen, Principles of Model Checking, 2008, section 10.6.) */
#ifndef CHECK_CHANCES_H
#define CHECK_CHANCES_H
#include "core/prog.h"
#include <stdatomic.h>

struct chances;
/* reduce: moves that nobody notices are not tried in every order (local.h).  NULL: a draw has too
 * many values, or there are more than max_states. */
struct chances *chances_new(const struct prog *p, uint32_t max_states, bool reduce,
                            const atomic_bool *stop);
void chances_free(struct chances *c);
uint32_t chances_states(const struct chances *c);
/* Of the statuses for which `is` (0: never answered). */
void chances_of(const struct chances *c, bool (*is)(const void *ctx, int32_t status),
                const void *ctx, double *least, double *greatest);

#endif
