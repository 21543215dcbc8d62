/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_python.h - an execution as a Python program: written, run, its traces read back. */
#ifndef CLI_LIVE_PYTHON_H
#define CLI_LIVE_PYTHON_H
#include "cli/live_session.h"

/* Is there a program for each execution, with draws for so many requests, and (--emit) can it be
 * written?  False: why not is in d. */
bool live_python_check(const struct live_session *l, uint64_t requests, struct diags *d);
/* Records, accounts and paths are s's, as after live_run(). */
enum sim_end live_python(struct live_session *l, const char *execution, struct sim *s, bool load,
                         uint64_t n, struct live_report *r);
/* Traces of a file into the store, if there is one; if not, why not is in l->d. */
void live_keep(struct live_session *l, const char *file, const char *execution);
const char *live_label(const struct live_session *l, const char *execution);

#endif
