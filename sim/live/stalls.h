/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stalls.h - when the machine stood still: a virtual one does, for milliseconds, whenever its host
 * has other things to do, and nothing that runs on it can tell but by the clock.
 *
 * A thread sleeps for STALL_TICK at a time.  Where it wakes up later than STALL_LATE nothing ran,
 * or all cores were taken: either way what was measured meanwhile took longer than it should. */
#ifndef LIVE_STALLS_H
#define LIVE_STALLS_H
#include "live/live.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { STALL_TICK = 1000000, STALL_LATE = 3000000 }; /* ns */
struct stall {
    int64_t from, to; /* by timers_now() */
};
struct stalls {
    pthread_t id;
    bool watches, quit;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct stall *v; /* in order, once it has ended */
    uint32_t n, cap;
};
void stalls_begin(struct stalls *s);
void stalls_end(struct stalls *s); /* no thread is left */
void stalls_free(struct stalls *s);
/* Did one fall into this time? */
bool stalls_hit(const struct stalls *s, int64_t from, int64_t to);
/* What there is to tell, of requests whose times count from base; r NULL: they are not known. */
struct live_stalls stalls_sum(const struct stalls *s, const struct record *r, uint64_t n,
                              int64_t base);

#endif
