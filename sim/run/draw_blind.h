/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draw_blind.h - what a step draws that no simulation has come to: of a task of which nothing is
 * known, so that its variables, where the law refers to some, are 0. */
#ifndef RUN_DRAW_BLIND_H
#define RUN_DRAW_BLIND_H
#include "core/prog.h"

/* The i-th of independent draws of the instruction (a call, a burst, a pause, a question, a
 * choice), in ns or as it is; *well: the call does not fail.  False: it cannot be had. */
bool draw_blind(const struct prog *p, uint64_t seed, uint32_t pc, uint64_t i, double *value,
                bool *well);

#endif
