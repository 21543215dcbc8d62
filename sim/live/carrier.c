/* SPDX-License-Identifier: GPL-3.0-or-later */
/* carrier.c - threads: each does one thing at a time, in the order in which it is given them. */
#include "live/live_impl.h"
#include "live/machine.h"
#include "live/timers.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- one thing ---- */

/* A pause, or a call of a service that is a timer: it can be taken back at any time. */
static bool sleep_job(struct carrier *c, const struct job *j)
{
    struct live *l = c->l;
    int64_t until = l->base + j->due;
    struct timespec t = timers_spec(until);
    while (!j->dead && !l->quit && timers_now() < until)
        pthread_cond_timedwait(&c->wake, &l->lock, &t);
    return j->ok;
}

static void hang_up(struct carrier *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

/* As a client library does: a thread that has no connection takes over that of one that has ended.
 */
static void inherit(struct carrier *c)
{
    if (c->fd < 0 && c->l->nspare > 0)
        c->fd = c->l->spare[--c->l->nspare];
}

static void bequeath(struct carrier *c)
{
    struct live *l = c->l;
    if (c->fd < 0)
        return;
    l->spare = grow(l->spare, &l->cap_spare, l->nspare + 1, sizeof *l->spare);
    l->spare[l->nspare++] = c->fd;
    c->fd = -1;
}

/* It can be interrupted from the moment on when c->fd is known. */
static bool connect_job(struct carrier *c, const struct job *j, const char **why)
{
    struct live *l = c->l;
    int fd = c->fd = client_socket(j->ns, why);
    if (fd < 0)
        return false;
    pthread_mutex_unlock(&l->lock);
    bool ok = client_connect(fd, &l->o, why) == 0;
    pthread_mutex_lock(&l->lock);
    if (!ok)
        hang_up(c);
    return ok;
}

/* Over this thread's connection, which is made for its first call and kept. */
static bool call_job(struct carrier *c, const struct job *j)
{
    struct live *l = c->l;
    const char *why = NULL;
    int answer = -1;
    inherit(c);
    for (int attempt = 0; attempt < 2 && answer < 0 && !j->dead && !l->quit; attempt++) {
        bool fresh = c->fd < 0;
        if (fresh && !connect_job(c, j, &why))
            break;
        if (j->dead || l->quit)
            return false;
        int fd = c->fd;
        int64_t ns = job_asks(l, j);
        pthread_mutex_unlock(&l->lock);
        answer = client_call(fd, j->service, ns, j->ok, &why);
        pthread_mutex_lock(&l->lock);
        if (answer < 0)
            hang_up(c);
        if (fresh)
            break; /* one that was kept may have been closed meanwhile: once more */
    }
    if (answer < 0 && !j->dead && !l->quit)
        live_broken(l, why != NULL ? why : "the connection was closed");
    return answer == 1;
}

static void burn_job(struct carrier *c, const struct job *j)
{
    if (j->ns == 0)
        return;
    pthread_mutex_unlock(&c->l->lock);
    burn(j->ns);
    pthread_mutex_lock(&c->l->lock);
}

bool carrier_do(struct carrier *c, struct job *j)
{
    bool ok = true;
    job_begin(c->l, j);
    if (j->dead)
        return false;
    j->by = c;
    c->doing = j;
    if (j->kind == JOB_CPU)
        burn_job(c, j);
    else if (j->kind == JOB_CALL && (j->service == NULL || c->l->o.service == LIVE_TIMER))
        ok = sleep_job(c, j);
    else if (j->kind == JOB_CALL)
        ok = call_job(c, j);
    c->doing = NULL;
    j->by = NULL;
    return ok;
}

void carrier_interrupt(struct carrier *c)
{
    if (c->fd >= 0)
        shutdown(c->fd, SHUT_RDWR);
    pthread_cond_broadcast(&c->wake);
}

/* ---- its life ---- */

static void unlink_carrier(struct carrier *c)
{
    struct live *l = c->l;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        l->all = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (!c->helper && l->carrier[c->number] == c)
        l->carrier[c->number] = NULL;
}

static void carrier_free(struct carrier *c)
{
    struct live *l = c->l;
    struct job *j;
    while ((j = jobs_take(&c->todo)) != NULL)
        job_free(l, j);
    unlink_carrier(c);
    pthread_cond_destroy(&c->wake);
    free(c);
    l->alive--;
    pthread_cond_broadcast(&l->gone);
}

/* Nothing more will be asked of it. */
static bool is_done(const struct carrier *c)
{
    return c->l->quit || (c->fresh && (c->l->carrier[c->number] != c ||
                                       !world_runs(c->l->s, c->task, c->number)));
}

/* With jobs that take next to no time, and more of them at once, it would keep the lock for ever
 * (who lets go of one for a moment is the first to have it again): others have things to say, such
 * as that all is over.  held: since when nobody else can have had it. */
static void give_way(struct live *l, int64_t *held)
{
    const int64_t most = 1000000;
    const struct timespec pause = {.tv_nsec = 20000};
    if (timers_now() - *held < most)
        return;
    pthread_mutex_unlock(&l->lock);
    nanosleep(&pause, NULL);
    pthread_mutex_lock(&l->lock);
    *held = timers_now();
}

static void carrier_job(struct carrier *c, struct job *j, int64_t *held)
{
    const int64_t moment = 20000, begun = timers_now();
    bool ok = carrier_do(c, j);
    int64_t over = timers_now();
    if (over - begun > moment)
        *held = over;
    job_over(c->l, j, ok);
    carriers_make(c->l);
    give_way(c->l, held);
}

static void *carrier_main(void *arg)
{
    struct carrier *c = arg;
    struct live *l = c->l;
    pthread_mutex_lock(&l->lock);
    int64_t held = timers_now();
    for (;;) {
        struct job *j = jobs_take(&c->todo);
        if (j != NULL) {
            carrier_job(c, j, &held);
            continue;
        }
        if (is_done(c))
            break;
        if (c->helper) {
            c->next_helper = l->idle_helpers;
            l->idle_helpers = c;
        }
        while (c->todo.first == NULL && !is_done(c))
            pthread_cond_wait(&c->wake, &l->lock);
        held = timers_now();
    }
    bequeath(c);
    carrier_free(c);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static int thread_make(struct carrier *c)
{
    enum { STACK = 256 * 1024 };
    pthread_attr_t a;
    pthread_t id;
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&a, STACK);
    int error = pthread_create(&id, &a, carrier_main, c);
    pthread_attr_destroy(&a);
    return error;
}

/* Its thread is made by carriers_make(). */
static struct carrier *carrier_new(struct live *l, struct carrier what, struct job *first)
{
    struct carrier *c = xcalloc(1, sizeof *c);
    *c = what;
    c->l = l;
    c->fd = -1;
    timers_cond(&c->wake);
    jobs_put(&c->todo, first);
    c->next = l->all;
    if (l->all != NULL)
        l->all->prev = c;
    l->all = c;
    if (++l->alive > l->r->peak)
        l->r->peak = l->alive;
    if (l->new_first == NULL)
        l->new_first = c;
    else
        l->new_last->next_new = c;
    l->new_last = c;
    return c;
}

void carriers_make(struct live *l)
{
    for (struct carrier *c; (c = l->new_first) != NULL;) {
        l->new_first = c->next_new;
        if (l->quit) {
            carrier_free(c);
            continue;
        }
        l->r->threads++;
        pthread_mutex_unlock(&l->lock);
        int error = thread_make(c); /* which may be over before this returns */
        pthread_mutex_lock(&l->lock);
        if (error != 0) {
            l->r->threads--;
            live_trouble(l, "no more threads can be made", error);
            carrier_free(c);
        }
    }
}

static void carrier_room(struct live *l, uint32_t number)
{
    if (number < l->ncarrier)
        return;
    uint32_t n = number + 64;
    l->carrier = xrealloc(l->carrier, n, sizeof *l->carrier);
    memset(l->carrier + l->ncarrier, 0, (n - l->ncarrier) * sizeof *l->carrier);
    l->ncarrier = n;
}

void carrier_give(struct live *l, uint32_t number, struct job *j, bool fresh)
{
    carrier_room(l, number);
    struct carrier *c = l->carrier[number];
    uint32_t task = j->kind == JOB_START ? j->task : NONE;
    if (fresh && c != NULL) { /* the last one of this number is on its way out */
        l->carrier[number] = NULL;
        pthread_cond_signal(&c->wake);
        c = NULL;
    }
    if (c == NULL) {
        struct carrier what = {.number = number, .task = task, .fresh = fresh};
        l->carrier[number] = carrier_new(l, what, j);
        return;
    }
    if (task != NONE)
        c->task = task;
    jobs_put(&c->todo, j);
    pthread_cond_signal(&c->wake);
}

void carrier_help(struct live *l, uint32_t number, struct job *j)
{
    struct carrier *c = number < l->ncarrier ? l->carrier[number] : NULL;
    if (c == NULL || c->doing != NULL || c->todo.first != NULL) {
        c = l->idle_helpers;
        if (c != NULL)
            l->idle_helpers = c->next_helper;
    }
    if (c == NULL) {
        carrier_new(l, (struct carrier){.helper = true, .task = NONE}, j);
        return;
    }
    jobs_put(&c->todo, j);
    pthread_cond_signal(&c->wake);
}

void carriers_end(struct live *l)
{
    carriers_make(l); /* none */
    for (struct carrier *c = l->all; c != NULL; c = c->next)
        carrier_interrupt(c);
    while (l->alive > 0)
        pthread_cond_wait(&l->gone, &l->lock);
    while (l->nspare > 0)
        close(l->spare[--l->nspare]);
    free(l->spare);
}
