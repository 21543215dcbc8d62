/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_impl.h - what the parts of a live run share, and nobody else's:
 *
 *   live.c      the conductor: the lock, the clock, events that are due, the end
 *   carrier.c   threads, and what they are given to do
 *   loop.c      event loops (libuv), calls that do not block
 *   client.c    a call over a blocking socket
 *
 * One lock is held around all that looks at the simulator or at a list of jobs; it is let go of
 * while a job is done. */
#ifndef LIVE_LIVE_IMPL_H
#define LIVE_LIVE_IMPL_H
#include "live/live.h"
#include <pthread.h>
#include <stddef.h>

enum job_kind { JOB_START, JOB_TURN, JOB_CPU, JOB_CALL };
struct job {
    enum job_kind kind;
    uint32_t task;
    int64_t ns, begun;
    int64_t due;     /* of a call: when it is to end; -1: it has not begun */
    bool ok, blocks; /* blocks: its loop, or thread, waits for it */
    bool dead;       /* taken back: nobody wants to hear of it */
    const char *service;
    struct job *next;
    struct carrier *by; /* the thread that does it, or NULL */
    struct call *call;  /* upon a loop: what is out for it */
};
struct jobs {
    struct job *first, *last;
};
struct carrier { /* a thread */
    struct live *l;
    uint32_t number, task; /* in the simulator; task: which it was started with, or NONE */
    bool fresh, helper;    /* ends with its task; serves whoever has no thread */
    pthread_cond_t wake;
    struct jobs todo;
    struct job *doing;
    int fd; /* its connection, or -1 */
    struct carrier *next_helper, *next_new, *next, *prev;
};
struct loop;
struct live {
    pthread_mutex_t lock;
    pthread_cond_t turn, gone; /* for the conductor; a thread has ended */
    struct sim *s;
    struct live_opt o;
    struct live_report *r;
    struct world world;
    int64_t base, next; /* the clock at the start; when the conductor will look */
    enum sim_end end;
    uint64_t goal; /* of a load: requests */
    bool quit;
    struct carrier **carrier; /* by number */
    uint32_t ncarrier;
    struct carrier *all, *idle_helpers;
    struct carrier *new_first, *new_last; /* whose threads are yet to be made */
    int *spare; /* connections of threads that have ended, for those that come */
    uint32_t nspare, cap_spare;
    uint32_t alive;      /* threads of ours */
    uint64_t out;        /* jobs that are not done */
    struct job **job_of; /* by task: what may be taken back */
    uint32_t njob_of;
    struct loop **loop;
    uint32_t nloop;
    int64_t loops_burnt; /* CPU time of those that have ended */
};

/* live.c */
int64_t live_clock(const struct live *l); /* ns since the start */
void live_enter(struct live *l);          /* take the lock; the simulator's clock goes on */
void live_leave(struct live *l);          /* what is due is done; let go */
void live_pump(struct live *l);
void live_trouble(struct live *l, const char *what, int error); /* the run cannot go on */
void live_broken(struct live *l, const char *why); /* a call that failed for want of a service */
struct job *job_new(struct live *l, struct job what);
void job_free(struct live *l, struct job *j);
void jobs_put(struct jobs *q, struct job *j);
struct job *jobs_take(struct jobs *q);
/* The job is done: the simulator is told, unless nobody wants to know.  With the lock. */
void job_over(struct live *l, struct job *j, bool ok);
/* Somebody sets about it.  With the lock. */
void job_begin(struct live *l, struct job *j);
/* What its service is to be asked for now: all of a call, or what is left of it. */
int64_t job_asks(const struct live *l, const struct job *j);

/* carrier.c */
void carrier_give(struct live *l, uint32_t number, struct job *j, bool fresh);
/* By any helper; or by this thread, if it waits for just that. */
void carrier_help(struct live *l, uint32_t number, struct job *j);
/* Make the threads that are wanted: the lock is let go of meanwhile, so that those that are there
 * already can begin. */
void carriers_make(struct live *l);
void carrier_interrupt(struct carrier *c); /* it is doing what is taken back */
void carriers_end(struct live *l);         /* with the lock: until all are gone */
/* Do a call or a burst here and now, in this thread; the lock is held before and after. */
bool carrier_do(struct carrier *c, struct job *j);

/* loop.c */
bool loops_begin(struct live *l);
void loop_give(struct live *l, uint32_t loop, struct job *j);
void loop_unwork(struct job *j); /* j->call is out */
/* Its loop computes, but j's call was over by now (ns since the start): how it ended. */
bool loop_answered(const struct job *j, int64_t now, bool *ok);
void loops_end(struct live *l); /* without the lock */

/* client.c */
enum { CALL_TEXT = 160, STALL_S = 5 };
/* The text of a call; returns its length. */
int call_text(char *text, const char *service, int64_t ns, bool ok);
/* 1: it ended well, 0: it failed, -1: the answer makes no sense. */
int call_answer(const char *line);
/* A socket that waits for an answer after ns, and its way to the service; -1: why not.  Who waits
 * for that, or for an answer, is woken by shutdown(). */
int client_socket(int64_t ns, const char **why);
int client_connect(int fd, const struct live_opt *o, const char **why);
/* Ask and wait for the answer.  Like call_answer(); -1 also if the connection is gone. */
int client_call(int fd, const char *service, int64_t ns, bool ok, const char **why);

#endif
