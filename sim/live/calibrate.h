/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate.h - what threads, tasks and wake-ups cost on this machine: the keys of `executions:`,
 * measured.
 *
 * Everything is CPU time of the whole process (what concerns an idle core: time), of many units
 * less that of few, so what is done once does not count.  All of it is measured CALIBRATE_BATCHES
 * times, in turns; a value is the median of these, its interval (95 %) is of two of them, whatever
 * their law is.  A few seconds.
 *
 *   native    calibrate_native.c: pipelines executed by live.h, whose threads and loop these are
 *   python3   calibrate_python.c: what executes emitted programs, driven by python/calibrate.py */
#ifndef LIVE_CALIBRATE_H
#define LIVE_CALIBRATE_H
#include "base/arena.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CALIBRATE_BATCHES = 15 };
enum calibrated { /* ORDER calibrated */
                  CAL_SPAWN,
                  CAL_SPAWN_POOLED,
                  CAL_SWITCH,
                  CAL_THREAD_WAKE,
                  CAL_THREAD_LATE,
                  CAL_HANDOFF,
                  CAL_THREAD_CALL,
                  CAL_STACK,
                  CAL_TASK,
                  CAL_RESUME,
                  CAL_LOOP_WAKE,
                  CAL_LOOP_LATE,
                  CAL_LOOP_CALL,
                  CAL_FRAME,
                  CAL_HOP,
                  CAL_COUNT
};
struct calibrate_row {
    const char *name; /* stable: "pooled spawn" */
    const char *key;  /* of an execution: "spawn"; NULL: of none */
    const char *what;
    bool bytes; /* else ns */
};
extern const struct calibrate_row calibrate_rows[CAL_COUNT];

struct calibrated_value {
    bool known;
    double value, lo, hi; /* not below 0 */
};
struct calibration {
    const char *runtime; /* "native", "python 3.11.2" */
    uint32_t cores;
    bool gil;
    struct calibrated_value v[CAL_COUNT];
};
/* Values of each batch; NAN: not measured. */
struct calibrate_sample {
    double x[CAL_COUNT][CALIBRATE_BATCHES];
};
void calibrate_settle(const struct calibrate_sample *s, struct calibration *out);

/* Upon so many cores, 0: all.  False: it was stopped, or *why says what is in the way. */
bool calibrate_native(uint32_t cores, const atomic_bool *stop, struct calibration *out,
                      const char **why);
/* By python3, as it is found in the path; the strings of out are in mem. */
bool calibrate_python(const char *tmp, struct calibration *out, struct arena *mem,
                      const char **why);

#endif
