/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loop.c - event loops: one thread each, libuv beneath.
 *
 * A loop is given jobs in a list and woken (uv_async).  Turns and bursts are done where they stand;
 * a call is written to a connection that does not block, of which the loop keeps those that are
 * idle, and is over when its answer has come.  Pauses, and calls of a service that is a timer, are
 * timers (timers.h).
 *
 * What a poll finds is only noted.  Then all of it is served in the order in which it came due: the
 * kernel's order favours connections that it has told of before, and who computes a millisecond for
 * each answer would let some wait for many turns. */
#include "live/live_impl.h"
#include "live/machine.h"
#include "live/timers.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

struct call { /* what is out for a job: a connection, or a timer */
    struct timer
        due; /* first: a timer is its call; of a connection: set when its answer is there */
    struct loop *loop;
    struct job *job; /* NULL: idle, or nobody's any more */
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    char text[CALL_TEXT], line[64];
    size_t nline;
    int64_t until; /* it is waited for, by timers_now() */
    int answer;    /* as of call_answer(); why, if it is -1 */
    const char *why;
    bool rings; /* a timer, no connection */
    bool gone;  /* the service has closed it */
    bool closing;
    bool used;   /* it has answered before */
    bool orphan; /* its job was taken back: hang up */
    struct call *next_idle, *next, *prev;
};
struct loop {
    struct live *l;
    pthread_t id;
    bool runs;
    int64_t burnt; /* its CPU time, when it has ended */
    uv_loop_t uv;
    uv_async_t wake;
    uv_check_t polled;
    uv_poll_t timer; /* on timers.fd */
    uv_timer_t second;
    struct timers timers;
    struct timers heard; /* connections whose answers are there; no timers of the kernel's */
    struct jobs todo;
    bool draining;       /* todo is looked at */
    bool orphans;        /* there may be some */
    struct carrier self; /* for what blocks it */
    struct call *all, *idle;
};

/* ---- timers ---- */

static void timer_start(struct loop *o, struct job *j)
{
    struct call *c = xcalloc(1, sizeof *c);
    c->loop = o;
    c->job = j;
    c->rings = true;
    c->due.at = o->l->base + j->due;
    j->call = c;
    timer_set(&o->timers, &c->due);
}

static struct job *timer_end(struct loop *o, struct call *c)
{
    struct job *j = c->job;
    timer_unset(&o->timers, &c->due);
    free(c);
    j->call = NULL;
    return j;
}

static void on_timer(uv_poll_t *h, int status, int events)
{
    struct loop *o = h->data;
    (void)status;
    (void)events;
    timers_rang(&o->timers);
}

/* ---- connections ---- */

static void on_closed(uv_handle_t *h)
{
    struct call *c = h->data;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        c->loop->all = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    free(c);
}

static void drop_idle(struct call *c)
{
    for (struct call **p = &c->loop->idle; *p != NULL; p = &(*p)->next_idle)
        if (*p == c) {
            *p = c->next_idle;
            return;
        }
}

static void hang_up(struct call *c)
{
    if (c->closing)
        return;
    drop_idle(c);
    c->closing = true;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void call_start(struct loop *o, struct job *j);

/* The call has come to its end, or its connection has (answer -1). */
static void call_over(struct call *c, int answer, const char *why)
{
    struct job *j = c->job;
    struct loop *o = c->loop;
    bool again = answer < 0 && c->used && j != NULL && !j->dead;
    bool unasked = j == NULL && !c->orphan;
    c->job = NULL;
    if (j != NULL)
        j->call = NULL;
    if (answer < 0 || unasked) {
        hang_up(c);
    } else {
        c->used = true;
        c->orphan = false;
        c->next_idle = o->idle;
        o->idle = c;
    }
    if (again) { /* one that was kept may have been closed meanwhile: once more */
        call_start(o, j);
        return;
    }
    if (j == NULL)
        return;
    if (answer < 0 && !j->dead)
        live_broken(o->l, why);
    job_over(o->l, j, answer == 1);
}

static void on_room(uv_handle_t *h, size_t hint, uv_buf_t *b)
{
    struct call *c = h->data;
    (void)hint;
    *b = uv_buf_init(c->line + c->nline, (unsigned)(sizeof c->line - 1 - c->nline));
}

/* To be served with whatever else this poll finds. */
static void hear(struct call *c, int answer, const char *why)
{
    if (c->due.place != 0)
        return;
    c->answer = answer;
    c->why = why;
    if (!c->loop->l->world.exact) /* nobody knows when it was to come */
        c->due.at = timers_now();
    timer_set(&c->loop->heard, &c->due);
}

static void on_read(uv_stream_t *h, ssize_t n, const uv_buf_t *b)
{
    struct call *c = h->data;
    (void)b;
    if (n == 0 || c->closing)
        return;
    if (n < 0) {
        c->gone = true;
        hear(c, -1, "the service closed the connection");
        return;
    }
    c->nline += (size_t)n;
    char *end = memchr(c->line, '\n', c->nline);
    if (end != NULL) {
        bool more = end + 1 < c->line + c->nline;
        *end = '\0';
        c->nline = 0;
        hear(c, more ? -1 : call_answer(c->line), "the service answered garbage");
    } else if (c->nline == sizeof c->line - 1) {
        hear(c, -1, "the service answered garbage");
    }
}

static void on_written(uv_write_t *w, int status)
{
    struct call *c = w->data;
    if (status == 0 || c->closing)
        return;
    live_enter(c->loop->l);
    call_over(c, -1, "the connection broke");
    live_leave(c->loop->l);
}

static int64_t patience(int64_t ns)
{
    return timers_now() + ns + STALL_S * INT64_C(1000000000);
}

static void call_send(struct call *c)
{
    const struct job *j = c->job;
    int64_t ns = job_asks(c->loop->l, j);
    c->until = patience(ns);
    c->due.at = c->loop->l->base + j->due;
    uv_buf_t b = uv_buf_init(c->text, (unsigned)call_text(c->text, j->service, ns, j->ok));
    c->write.data = c;
    c->nline = 0;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written) != 0)
        call_over(c, -1, "the connection broke");
}

/* Nobody waits for ever for a service that says nothing, as no thread does (client_socket()). */
static void on_second(uv_timer_t *h)
{
    struct loop *o = h->data;
    const int64_t now = timers_now();
    live_enter(o->l);
    for (struct call *c = o->all; c != NULL && !o->l->quit; c = c->next)
        if (c->job != NULL && !c->closing && c->due.place == 0 && c->until < now) {
            c->used = false; /* not once more */
            call_over(c, -1, "the service did not answer in time");
        }
    live_leave(o->l);
}

static void on_connect(uv_connect_t *k, int status)
{
    struct call *c = k->data;
    struct live *l = c->loop->l;
    if (c->closing)
        return;
    live_enter(l);
    if (status < 0) {
        call_over(c, -1,
                  status == UV_ECONNREFUSED ? "the service refuses connections"
                                            : "the service cannot be reached");
    } else if (c->job == NULL) { /* taken back meanwhile */
        hang_up(c);
    } else {
        uv_tcp_nodelay(&c->tcp, 1);
        uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);
        call_send(c);
    }
    live_leave(l);
}

static void call_start(struct loop *o, struct job *j)
{
    struct call *c = o->idle;
    if (c != NULL) {
        o->idle = c->next_idle;
        c->job = j;
        j->call = c;
        call_send(c);
        return;
    }
    struct sockaddr_in to;
    c = xcalloc(1, sizeof *c);
    c->loop = o;
    c->job = j;
    j->call = c;
    c->tcp.data = c->connect.data = c;
    c->until = patience(j->ns);
    uv_tcp_init(&o->uv, &c->tcp);
    c->next = o->all;
    if (o->all != NULL)
        o->all->prev = c;
    o->all = c;
    uv_ip4_addr(o->l->o.host, o->l->o.port, &to);
    int error = uv_tcp_connect(&c->connect, &c->tcp, (const struct sockaddr *)&to, on_connect);
    if (error != 0)
        call_over(c, -1,
                  error == UV_EMFILE ? "too many sockets are open"
                                     : "the service cannot be reached");
}

/* ---- jobs ---- */

/* Called from any thread, in the midst of a step: the simulator is not to be told anything. libuv's
 * handles are the loop's own thread's, all else is the lock's. */
void loop_unwork(struct job *j)
{
    struct call *c = j->call;
    struct loop *o = c->loop;
    if (c->rings) {
        timer_end(o, c);
    } else {
        c->job = NULL;
        c->orphan = o->orphans = true;
        uv_async_send(&o->wake);
    }
    job_free(o->l, j);
}

/* A line that nobody has read yet; the connection is left as it is. */
static int peek_answer(const struct call *c)
{
    char line[sizeof c->line];
    uv_os_fd_t fd;
    if (c->closing || c->nline > 0 || uv_fileno((const uv_handle_t *)&c->tcp, &fd) != 0)
        return -1;
    ssize_t n = recv(fd, line, sizeof line - 1, MSG_PEEK | MSG_DONTWAIT);
    char *end = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
    if (end == NULL)
        return -1;
    *end = '\0';
    return call_answer(line);
}

/* Called from any thread.  A loop that does not compute will look itself, at once. */
bool loop_answered(const struct job *j, int64_t now, bool *ok)
{
    const struct call *c = j->call;
    const struct loop *o = c->loop;
    if (o->self.doing == NULL || (o->l->world.exact && j->due > now))
        return false;
    int answer = c->rings ? j->ok : c->due.place != 0 ? c->answer : peek_answer(c);
    *ok = answer == 1;
    return answer >= 0;
}

static void drop_orphans(struct loop *o)
{
    o->orphans = false;
    for (struct call *c = o->all; c != NULL; c = c->next)
        if (c->orphan && c->job == NULL)
            hang_up(c);
}

static void do_job(struct loop *o, struct job *j)
{
    struct live *l = o->l;
    if (j->kind != JOB_CALL || j->blocks || j->dead) {
        job_over(l, j, carrier_do(&o->self, j));
    } else {
        job_begin(l, j);
        if (j->service == NULL || l->o.service == LIVE_TIMER)
            timer_start(o, j);
        else
            call_start(o, j);
    }
}

/* The first of what has come due and is known here; NULL: no more. */
static struct call *first_due(const struct loop *o, int64_t now)
{
    struct timer *heard = timers_first(&o->heard), *rings = timers_first(&o->timers);
    if (rings != NULL && rings->at <= now && (heard == NULL || rings->at < heard->at))
        return (struct call *)rings;
    return (struct call *)heard;
}

static void serve_due(struct loop *o)
{
    const int64_t now = timers_now();
    for (struct call *c; !o->l->quit && (c = first_due(o, now)) != NULL;) {
        if (c->rings) {
            struct job *j = timer_end(o, c);
            job_over(o->l, j, j->ok);
            continue;
        }
        timer_unset(&o->heard, &c->due);
        if (!c->closing)
            call_over(c, c->answer, c->why);
        if (c->gone)
            hang_up(c);
    }
}

/* With the lock: all that has come due, what the loop has been given, and what follows, but no
 * longer than that: what comes meanwhile (an answer, the end of a pause) is not to wait for ever
 * for a loop that always has something to do. */
static void serve(struct loop *o)
{
    const int64_t until = timers_now() + 100000;
    struct job *j;
    o->draining = true;
    serve_due(o);
    do {
        while (!o->l->quit && timers_now() < until && (j = jobs_take(&o->todo)) != NULL)
            do_job(o, j);
        live_pump(o->l);
    } while (!o->l->quit && timers_now() < until && o->todo.first != NULL);
    o->draining = false;
    if (o->todo.first != NULL)
        uv_async_send(&o->wake);
    if (o->orphans)
        drop_orphans(o);
    timers_arm(&o->timers, 0);
}

static void end_here(struct loop *o)
{
    for (struct call *c = o->all; c != NULL; c = c->next)
        if (!c->closing) {
            c->closing = true;
            free(c->job);
            uv_close((uv_handle_t *)&c->tcp, on_closed);
        }
    if (!uv_is_closing((uv_handle_t *)&o->wake))
        uv_close((uv_handle_t *)&o->wake, NULL);
    if (!uv_is_closing((uv_handle_t *)&o->timer))
        uv_close((uv_handle_t *)&o->timer, NULL);
    if (!uv_is_closing((uv_handle_t *)&o->second))
        uv_close((uv_handle_t *)&o->second, NULL);
    if (!uv_is_closing((uv_handle_t *)&o->polled))
        uv_close((uv_handle_t *)&o->polled, NULL);
}

static void on_wake(uv_async_t *h)
{
    (void)h; /* on_polled() does what there is to do */
}

static void on_polled(uv_check_t *h)
{
    struct loop *o = h->data;
    live_enter(o->l);
    bool quit = o->l->quit;
    if (!quit)
        serve(o);
    live_leave(o->l);
    if (quit)
        end_here(o);
}

void loop_give(struct live *l, uint32_t loop, struct job *j)
{
    struct loop *o = l->loop[loop];
    jobs_put(&o->todo, j);
    if (!o->draining || !pthread_equal(pthread_self(), o->id))
        uv_async_send(&o->wake);
}

/* ---- life ---- */

static void *loop_main(void *arg)
{
    struct loop *o = arg;
    uv_run(&o->uv, UV_RUN_DEFAULT);
    o->burnt = burnt_by_thread();
    return NULL;
}

/* A loop takes so many files; libuv ends the program (abort) where its first pipe is not to be had.
 */
static bool has_room(void)
{
    enum { FILES = 8 };
    int fd[FILES], n = 0;
    while (n < FILES && (fd[n] = dup(STDERR_FILENO)) >= 0)
        n++;
    bool all = n == FILES;
    while (n > 0)
        close(fd[--n]);
    return all;
}

static int loop_open(struct loop *o)
{
    int error = has_room() ? uv_loop_init(&o->uv) : UV_EMFILE;
    if (error != 0)
        return error;
    if (!timers_open(&o->timers)) {
        uv_loop_close(&o->uv);
        return UV_EMFILE;
    }
    uv_async_init(&o->uv, &o->wake, on_wake);
    uv_poll_init(&o->uv, &o->timer, o->timers.fd);
    uv_poll_start(&o->timer, UV_READABLE, on_timer);
    uv_check_init(&o->uv, &o->polled);
    uv_check_start(&o->polled, on_polled);
    uv_timer_init(&o->uv, &o->second);
    if (o->l->o.service != LIVE_TIMER)
        uv_timer_start(&o->second, on_second, 1000, 1000);
    o->wake.data = o->timer.data = o->polled.data = o->second.data = o;
    return 0;
}

static struct loop *loop_new(struct live *l, uint32_t number)
{
    struct loop *o = xcalloc(1, sizeof *o);
    o->l = l;
    o->self = (struct carrier){.l = l, .number = number, .task = NONE, .fd = -1};
    o->timers.fd = -1;
    timers_cond(&o->self.wake);
    return o;
}

bool loops_begin(struct live *l)
{
    uint32_t n = world_loops(l->s);
    l->loop = xcalloc(n + 1u, sizeof(struct loop *));
    for (uint32_t i = 0; i < n; i++) {
        struct loop *o = l->loop[l->nloop++] = loop_new(l, i);
        int error = loop_open(o);
        o->runs = error == 0;
        if (error == 0)
            error = -pthread_create(&o->id, NULL, loop_main, o);
        if (error != 0) {
            live_trouble(l, "no event loop can be made", -error);
            return false;
        }
        l->r->threads++;
    }
    return true;
}

static void loop_free(struct loop *o)
{
    struct job *j;
    struct timer *x;
    while ((j = jobs_take(&o->todo)) != NULL)
        free(j);
    while ((x = timers_first(&o->timers)) != NULL)
        free(timer_end(o, (struct call *)x));
    if (o->timers.fd >= 0)
        timers_close(&o->timers);
    free(o->heard.heap);
    if (o->self.fd >= 0)
        close(o->self.fd);
    pthread_cond_destroy(&o->self.wake);
    free(o);
}

void loops_end(struct live *l)
{
    for (uint32_t i = 0; i < l->nloop; i++) {
        struct loop *o = l->loop[i];
        pthread_mutex_lock(&l->lock);
        l->quit = true;
        carrier_interrupt(&o->self);
        pthread_mutex_unlock(&l->lock);
        if (o->runs) {
            uv_async_send(&o->wake);
            pthread_join(o->id, NULL);
            uv_loop_close(&o->uv);
            l->loops_burnt += o->burnt;
        }
        loop_free(o);
    }
    free(l->loop);
}
