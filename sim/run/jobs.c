/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jobs.c - see jobs.h. */
#include "run/jobs.h"
#include "base/arena.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct crew {
    void (*work)(void *ctx, uint64_t i);
    void *ctx;
    uint64_t n;
    atomic_uint_fast64_t next;
};

static void *crew_member(void *arg)
{
    struct crew *c = arg;
    for (;;) {
        uint64_t i = atomic_fetch_add(&c->next, 1);
        if (i >= c->n)
            return NULL;
        c->work(c->ctx, i);
    }
}

void jobs_run(uint32_t jobs, uint64_t n, void (*work)(void *ctx, uint64_t i), void *ctx)
{
    struct crew c = {.work = work, .ctx = ctx, .n = n};
    atomic_init(&c.next, 0);
    uint32_t more = jobs > n ? (uint32_t)n : jobs;
    more = more > 1 ? more - 1 : 0; /* the caller is one of them */
    pthread_t *thread = more ? xcalloc(more, sizeof *thread) : NULL;
    uint32_t started = 0;
    /* Fewer threads than wished for only take longer. */
    while (started < more && pthread_create(&thread[started], NULL, crew_member, &c) == 0)
        started++;
    crew_member(&c);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

struct lock {
    pthread_mutex_t mutex;
};

struct lock *lock_new(void)
{
    struct lock *l = xcalloc(1, sizeof *l);
    pthread_mutex_init(&l->mutex, NULL);
    return l;
}

void lock_free(struct lock *l)
{
    pthread_mutex_destroy(&l->mutex);
    free(l);
}

void lock_take(struct lock *l)
{
    pthread_mutex_lock(&l->mutex);
}

void lock_give(struct lock *l)
{
    pthread_mutex_unlock(&l->mutex);
}
