/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timers.h - what is due when: a heap of timers, and one timer of the kernel's for the first of
 * them, to the nanosecond (epoll and libuv count milliseconds).
 *
 * A timer stands in what it is a timer of; its zero is one that is not set. */
#ifndef LIVE_TIMERS_H
#define LIVE_TIMERS_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct timer {
    int64_t at;     /* by timers_now() */
    uint32_t place; /* in the heap, from 1; 0: it is not set */
};
struct timers {
    struct timer **heap;
    uint32_t n, cap;
    int fd;        /* readable when timers_arm() said so */
    int64_t armed; /* what the kernel's timer is set to; 0: to nothing */
};

int64_t timers_now(void);                /* CLOCK_MONOTONIC, ns */
struct timespec timers_spec(int64_t at); /* the same for those who want it so */
void timers_cond(pthread_cond_t *c);     /* whose timed waits go by that clock */
int64_t timers_since_epoch(int64_t ns);  /* a time since the epoch, by that clock */
void timers_exact(void); /* sleeps of this thread and of those that it makes end when they are
                            to, not at what is convenient up to 50 us later */
bool timers_open(struct timers *t); /* false: no descriptor to be had */
void timers_close(struct timers *t);
void timer_set(struct timers *t, struct timer *x); /* x->at says when; it is not set yet */
void timer_unset(struct timers *t, struct timer *x);
struct timer *timers_first(const struct timers *t); /* NULL: none */
void timers_arm(struct timers *t, int64_t early);   /* for the first, so much before it is due */
void timers_rang(struct timers *t);                 /* fd was readable */

#endif
