/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch.c - see watch.h. */
#include "cli/watch.h"
#include "cli/intr.h"
#include "reports/report.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static void *watch_thread(void *arg)
{
    struct watch *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->over) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 50000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&w->over_changed, &w->lock, &until);
        if (intr_asked())
            atomic_store(&w->asked, true);
        if (atomic_load(&w->asked) || (w->limit > 0 && seconds_since(&w->started) > w->limit))
            atomic_store(&w->stop, true);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void interval_text(struct buf *b, const char *what, struct interval v)
{
    char value[32], half[32];
    if (!isfinite(v.value))
        return;
    buf_printf(b, "  %s %s", what, report_time(v.value, value));
    if (isfinite(v.lo) && isfinite(v.hi))
        buf_printf(b, " +- %s", report_time((v.hi - v.lo) / 2, half));
}

static void bar_blocks(struct buf *b, double share)
{
    enum { BLOCKS = 16 };
    size_t full = (size_t)(share * BLOCKS);
    buf_puts(b, " [");
    buf_fill(b, '#', full);
    buf_fill(b, '.', BLOCKS - full);
    buf_puts(b, "]");
}

static void bar_text(struct buf *b, const struct experiment_progress *p, double seconds)
{
    double done = (double)p->done, rate = seconds > 0 ? done / seconds : 0;
    double share = p->target ? fmin(done / (double)p->target, 1) : 0;
    buf_printf(b, "%s %" PRIu32 "/%" PRIu32, p->execution, p->index + 1, p->of);
    if (p->target)
        bar_blocks(b, share);
    interval_text(b, "mean", p->mean);
    interval_text(b, "p99", p->p99);
    buf_printf(b, "  %" PRIu64 " requests  %.3g/s", p->done, rate);
    if (rate > 0 && p->target > p->done)
        buf_printf(b, "  %.0f s left", ceil(((double)p->target - done) / rate));
}

static void bar_draw(struct watch *w, const struct buf *b)
{
    size_t room = (size_t)w->term->width - 1;
    fprintf(stderr, "\r%.*s\033[K", (int)(b->n < room ? b->n : room), b->s);
    fflush(stderr);
    w->shown = true;
}

/* A bar that is drawn more often is not read more often. */
static bool bar_due(struct watch *w)
{
    if (seconds_since(&w->drawn) < 0.1)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &w->drawn);
    return true;
}

static void watch_progress(void *ctx, const struct experiment_progress *p)
{
    struct watch *w = ctx;
    if (w->index != p->index) {
        w->index = p->index;
        clock_gettime(CLOCK_MONOTONIC, &w->begun);
    }
    if (!bar_due(w))
        return;
    struct buf b = {0};
    bar_text(&b, p, seconds_since(&w->begun));
    bar_draw(w, &b);
    buf_free(&b);
}

void watch_limit(struct watch *w, double seconds)
{
    pthread_mutex_lock(&w->lock);
    w->limit = seconds;
    pthread_mutex_unlock(&w->lock);
}

void watch_units(void *ctx, uint32_t done, uint32_t of)
{
    struct watch *w = ctx;
    if (!w->bar || !bar_due(w))
        return;
    struct buf b = {0};
    buf_printf(&b, "verdict %" PRIu32 "/%" PRIu32, done + 1, of);
    bar_blocks(&b, (double)done / of);
    bar_draw(w, &b);
    buf_free(&b);
}

void watch_cells(void *ctx, uint32_t done, uint32_t of)
{
    struct watch *w = ctx;
    if (!bar_due(w))
        return;
    struct buf b = {0};
    double rate = done / fmax(seconds_since(&w->begun), 1e-9);
    buf_printf(&b, "%" PRIu32 "/%" PRIu32 " cells", done, of);
    bar_blocks(&b, (double)done / of);
    buf_printf(&b, "  %.0f s left", ceil((of - done) / rate));
    bar_draw(w, &b);
    buf_free(&b);
}

void watch_begin(struct watch *w, const struct cmd_args *a, struct experiment_opt *e)
{
    *w = (struct watch){.term = &a->err, .index = UINT32_MAX};
    atomic_init(&w->stop, false);
    atomic_init(&w->asked, false);
    clock_gettime(CLOCK_MONOTONIC, &w->drawn);
    w->begun = w->started = w->drawn;
    w->bar = a->err.tty && !opt_has(a->o, "quiet");
    e->stop = &w->stop;
    if (w->bar) {
        e->progress = watch_progress;
        e->ctx = w;
    }
    intr_hold();
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->over_changed, NULL);
    if (pthread_create(&w->thread, NULL, watch_thread, w) != 0)
        die("cannot start a thread");
}

void watch_end(struct watch *w, struct experiment_opt *e)
{
    e->stop = NULL;
    e->progress = NULL;
    e->ctx = NULL;
    pthread_mutex_lock(&w->lock);
    w->over = true;
    pthread_cond_signal(&w->over_changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->over_changed);
    pthread_mutex_destroy(&w->lock);
    intr_release();
    if (w->shown)
        fputs("\r\033[K", stderr);
}
