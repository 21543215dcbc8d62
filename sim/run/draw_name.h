/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draw_name.h - what a draw of a request is called where programs know it by name: the way from
 * the request to the task (branches and tasks by name, copies with their number), then the step.
 * "/results[2]" and "/cached". */
#ifndef RUN_DRAW_NAME_H
#define RUN_DRAW_NAME_H
#include "base/buf.h"
#include "run/sim.h"

struct sim_request draw_name_request(const struct sim *s, uint32_t task);
/* Appended to b: nothing for the request's own task; of a detached one its name alone. */
void draw_name_task(struct buf *b, const struct sim *s, uint32_t task);
/* Appended to b: nothing where the instruction belongs to no step. */
void draw_name_step(struct buf *b, const struct prog *p, uint32_t pc);

#endif
