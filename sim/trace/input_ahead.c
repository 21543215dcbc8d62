/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input_ahead.c - a ring of blocks; see input_ahead.h.
 *
 * Invariant: blocks [head, tail) modulo AHEAD_BLOCKS are full and the reader's, the others are the
 * thread's.  An empty block among the full ones is the end. */
#include "trace/input_ahead.h"
#include "base/arena.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD_BLOCKS = 4, BLOCK = 128 << 10 };

struct block {
    char *s;
    size_t n;
};
struct input_ahead {
    input_fetch *fetch;
    void *ctx;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct block block[AHEAD_BLOCKS];
    uint32_t head, tail;
    bool quit;
    size_t at; /* what was read of the first block; the reader's */
    bool over; /* the same */
};

static void *fetch_ahead(void *ctx)
{
    struct input_ahead *a = ctx;
    size_t n;
    do {
        pthread_mutex_lock(&a->lock);
        while (a->tail - a->head == AHEAD_BLOCKS && !a->quit)
            pthread_cond_wait(&a->moved, &a->lock);
        bool quit = a->quit;
        struct block *b = &a->block[a->tail % AHEAD_BLOCKS];
        pthread_mutex_unlock(&a->lock);
        n = b->n = quit ? 0 : a->fetch(a->ctx, b->s, BLOCK);
        pthread_mutex_lock(&a->lock);
        a->tail++;
        pthread_cond_signal(&a->moved);
        pthread_mutex_unlock(&a->lock);
    } while (n > 0);
    return NULL;
}

static void release(struct input_ahead *a)
{
    pthread_cond_destroy(&a->moved);
    pthread_mutex_destroy(&a->lock);
    for (int i = 0; i < AHEAD_BLOCKS; i++)
        free(a->block[i].s);
    free(a);
}

struct input_ahead *input_ahead_new(input_fetch *fetch, void *ctx)
{
    struct input_ahead *a = xcalloc(1, sizeof *a);
    a->fetch = fetch;
    a->ctx = ctx;
    for (int i = 0; i < AHEAD_BLOCKS; i++)
        a->block[i].s = xrealloc(NULL, BLOCK, 1);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->moved, NULL);
    if (pthread_create(&a->thread, NULL, fetch_ahead, a) == 0)
        return a;
    release(a);
    return NULL;
}

void input_ahead_free(struct input_ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->quit = true;
    pthread_cond_signal(&a->moved);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    release(a);
}

/* The first full block, when it is there. */
static struct block *first_block(struct input_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (a->head == a->tail)
        pthread_cond_wait(&a->moved, &a->lock);
    pthread_mutex_unlock(&a->lock);
    return &a->block[a->head % AHEAD_BLOCKS];
}

static void drop_block(struct input_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->head++;
    pthread_cond_signal(&a->moved);
    pthread_mutex_unlock(&a->lock);
    a->at = 0;
}

size_t input_ahead_read(struct input_ahead *a, char *to, size_t n)
{
    if (a->over)
        return 0;
    const struct block *b = first_block(a);
    a->over = b->n == 0;
    n = b->n - a->at < n ? b->n - a->at : n;
    if (n)
        memcpy(to, b->s + a->at, n);
    a->at += n;
    if (!a->over && a->at == b->n)
        drop_block(a);
    return n;
}
