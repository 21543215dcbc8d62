/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client.c - a call over a socket that blocks.  The protocol is lines of text:
 *
 *   CALL <service> <nanoseconds> <OK|FAIL>    take so long, then answer so
 *   OK | FAIL                                 the answer
 *
 * one call at a time on a connection, any number of them one after another. */
#include "live/live_impl.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int call_text(char *text, const char *service, int64_t ns, bool ok)
{
    return snprintf(text, CALL_TEXT, "CALL %.100s %lld %s\n", service, (long long)ns,
                    ok ? "OK" : "FAIL");
}

int call_answer(const char *line)
{
    if (strcmp(line, "OK") == 0)
        return 1;
    return strcmp(line, "FAIL") == 0 ? 0 : -1;
}

static int no_connection(const char **why)
{
    switch (errno) {
    case ECONNREFUSED:
        *why = "the service refuses connections";
        break;
    case EMFILE:
    case ENFILE:
        *why = "too many sockets are open";
        break;
    case EADDRNOTAVAIL:
        *why = "there are no more ports to connect from";
        break;
    default:
        *why = "the service cannot be reached";
    }
    return -1;
}

int client_socket(int64_t ns, const char **why)
{
    struct timeval most = {.tv_sec = (time_t)(ns / 1000000000) + STALL_S};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return no_connection(why);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    return fd;
}

int client_connect(int fd, const struct live_opt *o, const char **why)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(o->port)};
    inet_pton(AF_INET, o->host, &to.sin_addr);
    return connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 ? 0 : no_connection(why);
}

static int read_line(int fd, char *line, size_t room, const char **why)
{
    size_t n = 0;
    while (n + 1 < room) {
        ssize_t k = recv(fd, line + n, room - 1 - n, 0);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            *why = k == 0            ? "the service closed the connection"
                   : errno == EAGAIN ? "the service did not answer in time"
                                     : "the connection broke";
            return -1;
        }
        n += (size_t)k;
        if (line[n - 1] == '\n') {
            line[n - 1] = '\0';
            return 0;
        }
    }
    *why = "the service answered garbage";
    return -1;
}

int client_call(int fd, const char *service, int64_t ns, bool ok, const char **why)
{
    char text[CALL_TEXT], line[64];
    size_t n = (size_t)call_text(text, service, ns, ok), sent = 0;
    struct timeval most = {.tv_sec = (time_t)(ns / 1000000000) + STALL_S};
    if (ns > INT64_C(1000000000))
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    while (sent < n) {
        ssize_t k = send(fd, text + sent, n - sent, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            *why = "the connection broke";
            return -1;
        }
        sent += (size_t)k;
    }
    if (read_line(fd, line, sizeof line, why) != 0)
        return -1;
    int answer = call_answer(line);
    if (answer < 0)
        *why = "the service answered garbage";
    return answer;
}
