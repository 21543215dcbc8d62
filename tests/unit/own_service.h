/* SPDX-License-Identifier: GPL-3.0-or-later */
/* own_service.h - a service for tests of live runs: it keeps all that it was asked, and the test
 * says who is answered when. */
#ifndef TESTS_OWN_SERVICE_H
#define TESTS_OWN_SERVICE_H
#include "tests/unit/test.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVICE_MOST = 120 };
struct question {
    int fd;
    char name[16]; /* of the service */
    long long ns;
};
struct own_service {
    pthread_t id;
    int listen, stop[2]; /* stop: a pipe */
    uint16_t port;
    struct pollfd fd[SERVICE_MOST + 2];
    nfds_t nfd;
    struct question asked[SERVICE_MOST];
    uint32_t nasked;
    void (*on_question)(struct own_service *s); /* there is one more */
    uint32_t hold, answered;                    /* the test's */
};

static inline void service_answer(const struct question *q)
{
    send(q->fd, "OK\n", 3, MSG_NOSIGNAL); /* which may have been given up */
}

static inline void service_take(struct own_service *s, int fd)
{
    char line[256], end[4];
    struct question q = {.fd = fd};
    ssize_t n = recv(fd, line, sizeof line - 1, 0);
    if (n <= 0)
        return;
    line[n] = '\0';
    assert_int_equal(sscanf(line, "CALL %15s %lld %3s", q.name, &q.ns, end), 3);
    assert_string_equal(end, "OK");
    assert_true(s->nasked < SERVICE_MOST);
    s->asked[s->nasked++] = q;
    s->on_question(s);
}

static inline void *service_main(void *arg)
{
    struct own_service *s = arg;
    while (poll(s->fd, s->nfd, -1) > 0 && !s->fd[0].revents) {
        for (nfds_t i = 2; i < s->nfd; i++)
            if (s->fd[i].revents)
                service_take(s, s->fd[i].fd);
        if (s->fd[1].revents)
            s->fd[s->nfd++] =
                (struct pollfd){.fd = accept(s->listen, NULL, NULL), .events = POLLIN};
    }
    for (nfds_t i = 2; i < s->nfd; i++)
        close(s->fd[i].fd);
    return NULL;
}

static inline void service_begin(struct own_service *s, void (*on_question)(struct own_service *),
                                 uint32_t hold)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *s = (struct own_service){
        .listen = socket(AF_INET, SOCK_STREAM, 0), .on_question = on_question, .hold = hold};
    assert_int_equal(bind(s->listen, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->listen, SERVICE_MOST), 0);
    assert_int_equal(getsockname(s->listen, (struct sockaddr *)&at, &n), 0);
    assert_int_equal(pipe(s->stop), 0);
    s->port = ntohs(at.sin_port);
    s->fd[s->nfd++] = (struct pollfd){.fd = s->stop[0], .events = POLLIN};
    s->fd[s->nfd++] = (struct pollfd){.fd = s->listen, .events = POLLIN};
    assert_int_equal(pthread_create(&s->id, NULL, service_main, s), 0);
}

static inline void service_end(struct own_service *s)
{
    assert_int_equal(write(s->stop[1], "", 1), 1);
    pthread_join(s->id, NULL);
    close(s->listen);
    close(s->stop[0]);
    close(s->stop[1]);
}

#endif
