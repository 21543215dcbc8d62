/* SPDX-License-Identifier: GPL-3.0-or-later */
/* machine.h - what a process takes of the machine: CPU time, cores, files. */
#ifndef LIVE_MACHINE_H
#define LIVE_MACHINE_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

void burn(int64_t ns);         /* of this thread's CPU time */
int64_t burnt_by_thread(void); /* CPU time of this thread until now, of all threads */
int64_t burnt_by_all(void);

struct cores {
    bool known;
    unsigned char set[128];
};
uint32_t cores_ours(void); /* so many may be used */
/* This thread and those that it makes: on so many at most.  Returns those that it had. */
struct cores cores_limit(uint32_t cores);
void cores_restore(const struct cores *c);
/* The process is somewhere else in truth: it leaves the cores of an execution that has so many to
 * that, if there are more. */
void cores_leave(pid_t pid, uint32_t cores);

/* This process and those that it starts: as many files, and so sockets, as there may be. */
void files_most(void);

#endif
