/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch.h - looks after a long computation: Ctrl-C stops it, a bar on stderr shows how far it is,
 * where stderr is a terminal. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H
#include "cli/cmd.h"
#include "run/experiment.h"
#include <pthread.h>
#include <time.h>

struct watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t over_changed;
    bool over, shown;
    atomic_bool stop, asked; /* asked: by the user, rather than by the clock */
    double limit;            /* seconds; 0: none */
    const struct term *term;
    bool bar;
    uint32_t index; /* the execution of the bar, and when it began */
    struct timespec begun, drawn, started;
};
/* Between the two, e->stop is set when the user asks, and e->progress draws the bar. */
void watch_begin(struct watch *w, const struct cmd_args *a, struct experiment_opt *e);
/* Or of a sweep: ctx is the watch. */
void watch_cells(void *ctx, uint32_t done, uint32_t of);
/* Or of a check. */
void watch_units(void *ctx, uint32_t done, uint32_t of);
/* Stop when so many seconds have passed since the beginning. */
void watch_limit(struct watch *w, double seconds);
void watch_end(struct watch *w, struct experiment_opt *e);

#endif
