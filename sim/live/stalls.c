/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stalls.c - see stalls.h. */
#include "live/stalls.h"
#include "base/arena.h"
#include "live/timers.h"
#include <math.h>
#include <stdlib.h>

static void add(struct stalls *s, int64_t from, int64_t to)
{
    s->v = grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
    s->v[s->n++] = (struct stall){from, to};
}

static void *watch(void *arg)
{
    struct stalls *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->quit) {
        int64_t due = timers_now() + STALL_TICK;
        struct timespec t = timers_spec(due);
        while (!s->quit && timers_now() < due)
            pthread_cond_timedwait(&s->wake, &s->lock, &t);
        int64_t now = timers_now();
        if (now > due + STALL_LATE)
            add(s, due, now);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void stalls_begin(struct stalls *s)
{
    *s = (struct stalls){.n = 0};
    pthread_mutex_init(&s->lock, NULL);
    timers_cond(&s->wake);
    s->watches = pthread_create(&s->id, NULL, watch, s) == 0;
}

void stalls_end(struct stalls *s)
{
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    if (s->watches)
        pthread_join(s->id, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
}

void stalls_free(struct stalls *s)
{
    free(s->v);
}

bool stalls_hit(const struct stalls *s, int64_t from, int64_t to)
{
    uint32_t lo = 0, hi = s->n;
    while (lo < hi) { /* the first that ends after `from` */
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->v[mid].to > from)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo < s->n && s->v[lo].from < to;
}

struct live_stalls stalls_sum(const struct stalls *s, const struct record *r, uint64_t n,
                              int64_t base)
{
    struct live_stalls x = {.n = s->n, .mean = NAN, .mean_without = NAN};
    double all = 0, hit = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        int64_t length = s->v[i].to - s->v[i].from;
        x.sum += length;
        x.longest = length > x.longest ? length : x.longest;
    }
    for (uint64_t i = 0; r != NULL && i < n; i++) {
        bool meets = stalls_hit(s, base + r[i].arrival, base + r[i].arrival + r[i].latency);
        all += (double)r[i].latency;
        hit += meets ? (double)r[i].latency : 0;
        x.requests += meets;
    }
    if (x.requests > 0 && x.requests < n) {
        x.mean = all / (double)n;
        x.mean_without = (all - hit) / (double)(n - x.requests);
    }
    return x;
}
