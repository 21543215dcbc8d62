/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.c - the process that answers; see server.h.  One thread: epoll, and a heap of answers
 * for one timer. */
#include "live/server.h"
#include "base/arena.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct client {
    int fd;
    bool gone, due; /* due: an answer of it is in the heap */
    char line[256];
    size_t n;
};
struct answer {
    int64_t at;
    struct client *to;
    bool ok;
};
struct server {
    int poll, listen, timer, hold;
    struct answer *heap;
    uint32_t n, cap;
};

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- answers to come ---- */

static void heap_put(struct server *s, struct answer x)
{
    s->heap = grow(s->heap, &s->cap, s->n + 1, sizeof *s->heap);
    uint32_t i = s->n++;
    for (; i > 0 && x.at < s->heap[(i - 1) / 2].at; i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = x;
}

static struct answer heap_take(struct server *s)
{
    struct answer top = s->heap[0], x = s->heap[--s->n];
    uint32_t i = 0;
    for (;;) {
        uint32_t k = 2 * i + 1;
        if (k >= s->n)
            break;
        k += k + 1 < s->n && s->heap[k + 1].at < s->heap[k].at;
        if (s->heap[k].at >= x.at)
            break;
        s->heap[i] = s->heap[k];
        i = k;
    }
    if (s->n > 0)
        s->heap[i] = x;
    return top;
}

static void client_free(struct client *c)
{
    close(c->fd);
    free(c);
}

static void answer_due(struct server *s)
{
    while (s->n > 0 && s->heap[0].at <= clock_ns()) {
        struct answer x = heap_take(s);
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): a client has one answer there at most */
        x.to->due = false;
        if (x.to->gone) {
            client_free(x.to);
            continue;
        }
        /* Five bytes to a client that waits for them: there is room, or it is gone. */
        if (send(x.to->fd, x.ok ? "OK\n" : "FAIL\n", x.ok ? 3 : 5, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            shutdown(x.to->fd, SHUT_RDWR);
    }
    int64_t at = s->n > 0 ? s->heap[0].at : 0;
    struct itimerspec t = {
        .it_value = {.tv_sec = (time_t)(at / 1000000000), .tv_nsec = (long)(at % 1000000000)}};
    timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

/* ---- questions ---- */

static void client_gone(struct server *s, struct client *c)
{
    epoll_ctl(s->poll, EPOLL_CTL_DEL, c->fd, NULL);
    c->gone = true;
    if (!c->due)
        client_free(c);
}

/* False: this is no question, and the client is none of ours. */
static bool question(struct server *s, struct client *c)
{
    char *end, *ns = strchr(c->line, ' ');
    if (c->due || strncmp(c->line, "CALL ", 5) != 0 || (ns = strchr(ns + 1, ' ')) == NULL)
        return false;
    errno = 0;
    long long after = strtoll(ns + 1, &end, 10);
    if (errno != 0 || end == ns + 1 || after < 0 || after > INT64_C(3600000000000000) ||
        *end != ' ')
        return false;
    bool ok = strcmp(end + 1, "OK") == 0;
    if (!ok && strcmp(end + 1, "FAIL") != 0)
        return false;
    c->due = true;
    heap_put(s, (struct answer){clock_ns() + after, c, ok});
    return true;
}

static void on_client(struct server *s, struct client *c)
{
    ssize_t k = recv(c->fd, c->line + c->n, sizeof c->line - 1 - c->n, MSG_DONTWAIT);
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
    if (end == NULL || !question(s, c)) {
        client_gone(s, c);
        return;
    }
    c->n = 0;
}

static void on_listen(struct server *s)
{
    int fd = accept(s->listen, NULL, NULL), one = 1;
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct client *c = xcalloc(1, sizeof *c);
    c->fd = fd;
    struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = c}};
    if (epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &e) != 0)
        client_free(c);
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
    watch_fd(s, &s->timer);
    watch_fd(s, &s->hold);
    for (;;) {
        struct epoll_event e[AT_ONCE];
        int n = epoll_wait(s->poll, e, AT_ONCE, -1);
        if (n < 0 && errno != EINTR)
            return;
        for (int i = 0; i < n; i++) {
            uint64_t times;
            if (e[i].data.ptr == &s->hold)
                return; /* nobody holds us any more */
            if (e[i].data.ptr == &s->listen)
                on_listen(s);
            else if (e[i].data.ptr != &s->timer)
                on_client(s, e[i].data.ptr);
            else if (read(s->timer, &times, sizeof times) < 0)
                continue;
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
    int fd = socket(AF_INET, SOCK_STREAM, 0);
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

/* As many sockets as there may be. */
static void files_most(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static _Noreturn void be_service(int listening, int hold)
{
    struct server s = {.listen = listening, .hold = hold};
    signal(SIGINT, SIG_IGN); /* the terminal's: who started us says when */
    s.poll = epoll_create1(0);
    s.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (s.poll >= 0 && s.timer >= 0)
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
