/* SPDX-License-Identifier: GPL-3.0-or-later */
/* machine.c - see machine.h. */
#define _GNU_SOURCE /* sched_setaffinity() */
#include "live/machine.h"
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* ---- CPU time ---- */

static int64_t cpu_of(clockid_t whose)
{
    struct timespec t;
    clock_gettime(whose, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t burnt_by_thread(void)
{
    return cpu_of(CLOCK_THREAD_CPUTIME_ID);
}

int64_t burnt_by_all(void)
{
    return cpu_of(CLOCK_PROCESS_CPUTIME_ID);
}

/* The thread's own CPU time is what counts: who has to share a core takes longer. */
void burn(int64_t ns)
{
    enum { SPINS = 200 }; /* below a microsecond */
    int64_t until = burnt_by_thread() + ns;
    volatile unsigned x = 0;
    while (burnt_by_thread() < until)
        for (unsigned i = 0; i < SPINS; i++)
            x += i;
}

/* ---- cores ---- */

/* The first so many of those that we may use; and the rest, all of them if none is left. */
static bool cores_split(uint32_t cores, cpu_set_t *first, cpu_set_t *rest)
{
    cpu_set_t have;
    CPU_ZERO(first);
    CPU_ZERO(rest);
    if (sched_getaffinity(0, sizeof have, &have) != 0)
        return false;
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &have)) {
            CPU_SET(i, cores > 0 ? first : rest);
            cores -= cores > 0;
        }
    if (CPU_COUNT(rest) == 0)
        *rest = have;
    return true;
}

uint32_t cores_ours(void)
{
    cpu_set_t have;
    CPU_ZERO(&have);
    if (sched_getaffinity(0, sizeof have, &have) != 0 || CPU_COUNT(&have) < 1)
        return 1;
    return (uint32_t)CPU_COUNT(&have);
}

struct cores cores_limit(uint32_t cores)
{
    struct cores before = {.known = false};
    cpu_set_t ours, theirs, all;
    _Static_assert(sizeof before.set == sizeof all, "as many as there are in a cpu_set_t");
    if (!cores_split(cores, &ours, &theirs))
        return before;
    before.known = sched_getaffinity(0, sizeof all, &all) == 0;
    memcpy(before.set, &all, sizeof all);
    sched_setaffinity(0, sizeof ours, &ours);
    return before;
}

void cores_restore(const struct cores *c)
{
    cpu_set_t all;
    memcpy(&all, c->set, sizeof all);
    if (c->known)
        sched_setaffinity(0, sizeof all, &all);
}

void cores_leave(pid_t pid, uint32_t cores)
{
    cpu_set_t ours, theirs;
    if (cores_split(cores, &ours, &theirs))
        sched_setaffinity(pid, sizeof theirs, &theirs);
}

/* ---- files ---- */

void files_most(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}
