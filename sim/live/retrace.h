/* SPDX-License-Identifier: GPL-3.0-or-later */
/* retrace.h - a run that was executed and recorded elsewhere, gone through once more by the
 * simulator, so that its accounts, critical paths and single requests are those of any live run.
 *
 * What is drawn is drawn again; each call, burst and pause ends when the recording says that it
 * ended, and each thread begins with the first that its task did.  Who waits for what, and for how
 * long, follows.  What was not recorded takes the time that was drawn for it; but of requests that
 * were still open when the program ended it has not, and all ends then: who waits for whom is known
 * all the same. */
#ifndef LIVE_RETRACE_H
#define LIVE_RETRACE_H
#include "live/live.h"
#include "live/recording.h"

/* Until n requests are over, or to the end of a recording with open ones.  The records are then
 * those of the recording that are not open.  stop: set meanwhile, it gives up; may be NULL, or
 * set before, when it goes on.  r: calls, steps, strayed. */
enum sim_end retrace(struct sim *s, bool load, uint64_t n, struct recording *rec,
                     const atomic_bool *stop, struct live_report *r);

#endif
