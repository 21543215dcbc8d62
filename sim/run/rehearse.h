/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rehearse.h - what requests draw, as a table: for programs that cannot draw it themselves.
 *
 * Lines of JSON: first the load, {"alone": bool, "longest": 0.25, "classes": {NAME: {"closed":
 * bool}}}, longest being that of all that was drawn, or waited for (arrivals, timeouts), alone;
 * then a line a request that came to the simulation, with what it drew until that ended, in the
 * order of drawing:
 *
 *   {"class": NAME, "client": 0, "ordinal": 7, "arrival": 0.5, "think": 0,
 *    "draws": [["/results[2]/cached", 0.0012], ["/results[2]/hit?", 1], ...]}
 *
 * (after a deadlock also for those of an open load that were to come, who have drawn nothing), with
 * `"spare": true` before the draws if it is no request but one more set of draws, for who gets
 * further than the simulation (of a load, which may stand still), or to steps that nobody came to
 * there; and with `"worker": 1` where `balance: random` has drawn one.  Times are in seconds.
 * A key is the way from the request to the task (branches and tasks by name, copies with their
 * number), then the step; with `?` what it asked (a variable by its name), with `+` the CPU of a
 * call, with `~` a pause before another attempt.  A call that fails has its time in a list. */
#ifndef RUN_REHEARSE_H
#define RUN_REHEARSE_H
#include "base/buf.h"
#include "core/prog.h"

/* n requests, simulated; fewer if the program cannot go on. */
void rehearse(const struct prog *p, uint64_t seed, uint64_t n, struct buf *out);

#endif
