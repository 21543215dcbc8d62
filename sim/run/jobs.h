/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jobs.h - n pieces of work on some threads.  Which thread does which piece is chance: a piece must
 * put its result where its index says, and what is summed must be summed in the order of indices
 * afterwards (or be whole numbers), so that the bytes do not depend on the number of jobs. */
#ifndef RUN_JOBS_H
#define RUN_JOBS_H
#include <stdint.h>

/* Calls work(ctx, i) for each i < n, lower ones begin first; back when all are done. */
void jobs_run(uint32_t jobs, uint64_t n, void (*work)(void *ctx, uint64_t i), void *ctx);

/* Mutual exclusion between pieces.  (Threads are this file's: <pthread.h> brings <sched.h>, whose
 * macros would change the meaning of enum schedule_kind wherever both are seen.) */
struct lock;
struct lock *lock_new(void);
void lock_free(struct lock *l);
void lock_take(struct lock *l);
void lock_give(struct lock *l);

#endif
