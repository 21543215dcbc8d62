/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.c - the process that answers; see server.h.  One thread: epoll, and a timer for each
 * client that waits.
 *
 * A call is to take the time that it asks for, not that and what the kernel takes to wake us: the
 * time counts from when the question has reached this machine (the kernel's stamp), and the timer
 * rings as much too early as we have lately been late. */
#include "live/server.h"
#include "base/arena.h"
#include "live/machine.h"
#include "live/timers.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct client {
    struct timer due; /* of the answer; first: a timer is its client */
    int fd;
    bool ok; /* how it will be */
    char line[256];
    size_t n;
};
struct server {
    int poll, listen, hold;
    int spare; /* kept for the day on which no socket is left */
    struct timers timers;
    int64_t early; /* how late we are woken, in three of four cases at most */
};

/* ---- answers ---- */

static void client_free(struct client *c)
{
    close(c->fd);
    free(c);
}

static void answer(struct client *c)
{
    /* Five bytes to a client that waits for them: there is room, or it is gone. */
    if (send(c->fd, c->ok ? "OK\n" : "FAIL\n", c->ok ? 3 : 5, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        shutdown(c->fd, SHUT_RDWR);
}

/* The timer has rung.  What is left of `early` is waited for below, without sleep. */
static void learn_lateness(struct server *s)
{
    enum { STEP = 500, MOST = 100000 };
    int64_t late = timers_now() - s->timers.armed;
    s->early += late > s->early ? 3 * STEP : -STEP;
    s->early = s->early < 0 ? 0 : s->early > MOST ? MOST : s->early;
    timers_rang(&s->timers);
}

static void answer_due(struct server *s)
{
    struct timer *x;
    while ((x = timers_first(&s->timers)) != NULL && x->at <= timers_now() + s->early) {
        while (timers_now() < x->at)
            continue;
        timer_unset(&s->timers, x);
        answer((struct client *)x);
    }
    timers_arm(&s->timers, s->early);
}

/* ---- questions ---- */

static void client_gone(struct server *s, struct client *c)
{
    epoll_ctl(s->poll, EPOLL_CTL_DEL, c->fd, NULL);
    if (c->due.place != 0)
        timer_unset(&s->timers, &c->due);
    client_free(c);
}

/* Like recv(); *at: when it came, by timers_now(). */
static ssize_t receive(int fd, void *to, size_t room, int64_t *at)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct timespec))];
    } control;
    struct iovec v = {to, room};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct timespec stamp, now;
    ssize_t k = recvmsg(fd, &m, MSG_DONTWAIT);
    clock_gettime(CLOCK_REALTIME, &now);
    *at = timers_now();
    struct cmsghdr *h = k > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (h == NULL || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SO_TIMESTAMPNS)
        return k;
    memcpy(&stamp, CMSG_DATA(h), sizeof stamp);
    int64_t ago = (int64_t)(now.tv_sec - stamp.tv_sec) * 1000000000 + now.tv_nsec - stamp.tv_nsec;
    if (ago > 0 && ago < 1000000000) /* the clock may have been set meanwhile */
        *at -= ago;
    return k;
}

/* False: this is no question, and the client is none of ours. */
static bool question(struct server *s, struct client *c, int64_t at)
{
    char *end, *ns = strchr(c->line, ' ');
    if (c->due.place != 0 || strncmp(c->line, "CALL ", 5) != 0 ||
        (ns = strchr(ns + 1, ' ')) == NULL)
        return false;
    errno = 0;
    long long after = strtoll(ns + 1, &end, 10);
    if (errno != 0 || end == ns + 1 || after < 0 || after > INT64_C(3600000000000000) ||
        *end != ' ')
        return false;
    c->ok = strcmp(end + 1, "OK") == 0;
    if (!c->ok && strcmp(end + 1, "FAIL") != 0)
        return false;
    c->due.at = at + after;
    timer_set(&s->timers, &c->due);
    return true;
}

static void on_client(struct server *s, struct client *c)
{
    int64_t at;
    ssize_t k = receive(c->fd, c->line + c->n, sizeof c->line - 1 - c->n, &at);
    if (k < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (k <= 0) {
        client_gone(s, c);
        return;
    }
    c->n += (size_t)k;
    char *end = memchr(c->line, '\n', c->n);
    if (end == NULL && c->n < sizeof c->line - 1)
        return;
    if (end != NULL)
        *end = '\0';
    bool more = end != NULL && end + 1 < c->line + c->n; /* before its answer */
    if (end == NULL || more || !question(s, c, at)) {
        client_gone(s, c);
        return;
    }
    c->n = 0;
}

static void client_new(struct server *s, int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    struct client *c = xcalloc(1, sizeof *c);
    c->fd = fd;
    struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = c}};
    if (epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &e) != 0)
        client_free(c);
}

/* There is no socket for who waits first: it is told so.  Left waiting it would not hear of that,
 * and epoll would tell us of it without end. */
static bool turn_away(struct server *s)
{
    if ((errno != EMFILE && errno != ENFILE) || s->spare < 0)
        return false;
    close(s->spare);
    int fd = accept(s->listen, NULL, NULL);
    if (fd >= 0)
        close(fd);
    s->spare = dup(s->hold);
    return fd >= 0;
}

/* All who wait: a crowd that is let in one by one, between answers, outgrows the queue for that,
 * and who finds it full tries again a second later. */
static void on_listen(struct server *s)
{
    int fd;
    do {
        while ((fd = accept(s->listen, NULL, NULL)) >= 0)
            client_new(s, fd);
    } while (turn_away(s));
}

static void watch_fd(struct server *s, int *fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = fd}};
    epoll_ctl(s->poll, EPOLL_CTL_ADD, *fd, &e);
}

static void serve(struct server *s)
{
    enum { AT_ONCE = 64 };
    watch_fd(s, &s->listen);
    watch_fd(s, &s->timers.fd);
    watch_fd(s, &s->hold);
    for (;;) {
        struct epoll_event e[AT_ONCE];
        int n = epoll_wait(s->poll, e, AT_ONCE, -1);
        if (n < 0 && errno != EINTR)
            return;
        for (int i = 0; i < n; i++) {
            if (e[i].data.ptr == &s->hold)
                return; /* nobody holds us any more */
            if (e[i].data.ptr == &s->listen)
                on_listen(s);
            else if (e[i].data.ptr == &s->timers.fd)
                learn_lateness(s);
            else
                on_client(s, e[i].data.ptr);
        }
        answer_due(s);
    }
}

/* ---- its life ---- */

static int listen_loopback(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static _Noreturn void be_service(int listening, int hold)
{
    struct server s = {.listen = listening, .hold = hold};
    /* What is meant for a whole group (Ctrl-C, a terminal that is closed, timeout(1)): who started
     * us says when, or is gone, and shows that at `hold`. */
    static const int group_gets[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof group_gets / sizeof *group_gets; i++)
        signal(group_gets[i], SIG_IGN);
    s.poll = epoll_create1(0);
    s.spare = dup(hold);
    if (s.poll >= 0 && s.spare >= 0 && timers_open(&s.timers))
        serve(&s);
    _exit(0);
}

bool server_begin(struct live_server *s)
{
    int hold[2];
    int fd = listen_loopback(&s->port);
    if (fd < 0)
        return false;
    if (pipe(hold) != 0) {
        close(fd);
        return false;
    }
    fcntl(hold[1], F_SETFD, FD_CLOEXEC); /* no program that we start holds it */
    files_most();
    s->pid = fork();
    if (s->pid == 0) {
        close(hold[1]);
        be_service(fd, hold[0]);
    }
    close(fd);
    close(hold[0]);
    s->hold = hold[1];
    if (s->pid > 0)
        return true;
    close(hold[1]);
    return false;
}

void server_end(struct live_server *s)
{
    close(s->hold);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}
