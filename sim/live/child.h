/* SPDX-License-Identifier: GPL-3.0-or-later */
/* child.h - another program, run to its end: in a process group of its own, on so many cores, never
 * longer than allowed, and never longer than we live.  When its time is over it gets SIGTERM, and a
 * few seconds to write what it has; then SIGKILL. */
#ifndef LIVE_CHILD_H
#define LIVE_CHILD_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct child_opt {
    const char *const *argv; /* argv[0] is looked up in the path */
    const char *said;        /* file for its stdout and stderr */
    uint32_t cores;
    int64_t most_ns;         /* 0: no such limit */
    const atomic_bool *stop; /* may be NULL */
};
enum child_end {
    CHILD_WELL,
    CHILD_BADLY, /* it failed; `said` tells */
    CHILD_LATE,  /* most_ns were over */
    CHILD_STOPPED,
    CHILD_UNABLE /* it cannot be started; errno */
};
enum child_end child_run(const struct child_opt *o);
/* The last line of what it said: of a program that failed, its runtime's word for what went wrong.
 */
void child_last_words(const char *said, char *line, size_t room);

#endif
