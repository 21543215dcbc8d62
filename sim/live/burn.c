/* SPDX-License-Identifier: GPL-3.0-or-later */
/* burn.c - computing for a given time, on so many cores. */
#define _GNU_SOURCE /* sched_setaffinity() */
#include "live/live_impl.h"
#include <sched.h>
#include <time.h>

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

void cores_limit(uint32_t cores)
{
    cpu_set_t have, want;
    CPU_ZERO(&want);
    if (sched_getaffinity(0, sizeof have, &have) != 0)
        return;
    for (unsigned i = 0; i < CPU_SETSIZE && cores > 0; i++)
        if (CPU_ISSET(i, &have)) {
            CPU_SET(i, &want);
            cores--;
        }
    sched_setaffinity(0, sizeof want, &want);
}
