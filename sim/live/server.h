/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.h - a service for live runs: a process of its own on loopback that answers each call after
 * the time that the call asks for, in the way it asks for (the protocol is in client.c).
 *
 * It ends when whoever started it closes it, or ends in whatever way. */
#ifndef LIVE_SERVER_H
#define LIVE_SERVER_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct live_server {
    pid_t pid;
    int hold; /* the end of a pipe: when it closes, the process ends */
    uint16_t port;
};
/* False: why not is in errno.  To be called before there are threads. */
bool server_begin(struct live_server *s);
void server_end(struct live_server *s);

#endif
