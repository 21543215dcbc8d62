/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timers.c - see timers.h. */
#include "live/timers.h"
#include "base/arena.h"
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

int64_t timers_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct timespec timers_spec(int64_t at)
{
    return (struct timespec){.tv_sec = (time_t)(at / 1000000000),
                             .tv_nsec = (long)(at % 1000000000)};
}

void timers_cond(pthread_cond_t *c)
{
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(c, &a);
    pthread_condattr_destroy(&a);
}

int64_t timers_since_epoch(int64_t ns)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return ns - ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec) + timers_now();
}

void timers_exact(void)
{
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

bool timers_open(struct timers *t)
{
    *t = (struct timers){.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    return t->fd >= 0;
}

void timers_close(struct timers *t)
{
    close(t->fd);
    free(t->heap);
}

static void place(struct timers *t, uint32_t i, struct timer *x)
{
    t->heap[i] = x;
    x->place = i;
}

static void sift(struct timers *t, uint32_t i)
{
    struct timer *x = t->heap[i];
    for (; i > 1 && x->at < t->heap[i / 2]->at; i /= 2)
        place(t, i, t->heap[i / 2]);
    for (uint32_t k; (k = 2 * i) <= t->n; i = k) {
        k += k < t->n && t->heap[k + 1]->at < t->heap[k]->at;
        if (t->heap[k]->at >= x->at)
            break;
        place(t, i, t->heap[k]);
    }
    place(t, i, x);
}

void timer_set(struct timers *t, struct timer *x)
{
    t->heap = grow(t->heap, &t->cap, t->n + 2, sizeof(struct timer *));
    t->heap[++t->n] = x;
    sift(t, t->n);
}

void timer_unset(struct timers *t, struct timer *x)
{
    uint32_t i = x->place;
    struct timer *last = t->heap[t->n--];
    x->place = 0;
    if (last == x)
        return;
    t->heap[i] = last;
    sift(t, i);
}

struct timer *timers_first(const struct timers *t)
{
    return t->n > 0 ? t->heap[1] : NULL;
}

void timers_arm(struct timers *t, int64_t early)
{
    int64_t at = t->n > 0 ? t->heap[1]->at - early : 0;
    if (at == t->armed)
        return;
    t->armed = at;
    struct itimerspec when = {.it_value = timers_spec(at)};
    timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void timers_rang(struct timers *t)
{
    uint64_t times;
    if (read(t->fd, &times, sizeof times) > 0) /* else another wait has had it */
        t->armed = 0;
}
