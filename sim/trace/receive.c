/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive.c - HTTP by libmicrohttpd, in one thread of its own; see receive.h.
 *
 * A request that is refused by its head is read to its end all the same (within bounds), and then
 * answered: who still writes when a connection closes may never see the answer.
 *
 * It polls: by epoll, version 0.9.75 of the library does not see the end of a connection that comes
 * right behind data, and keeps it until it is idle for too long. */
#include "trace/receive.h"
#include "base/arena.h"
#include "base/json.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESS = 128, IDLE_SECONDS = 30, BACKLOG = 128 };
static const char path[] = "/v1/traces";

struct connection {
    struct connection *next, **at;
    int fd;
    int64_t since; /* its beginning, or the end of its last request */
    bool shut;
};
struct request {
    struct buf body;
    size_t n;        /* bytes that came */
    unsigned status; /* 0: all is well so far */
    bool json;
    const char *why;
};
struct receiver {
    struct receive_opt o;
    struct MHD_Daemon *daemon;
    char address[ADDRESS];
    pthread_mutex_t lock; /* of connections */
    struct connection *first;
    size_t held; /* bytes of bodies; of the one thread */
    atomic_bool closing;
    atomic_uint busy; /* requests under way */
    _Atomic int64_t now;
    _Atomic uint64_t requests, bytes, taken, bad, behind, refused;
};

/* ---- protobuf, a little of it ---- */

static void put_varint(struct buf *b, uint64_t x)
{
    for (; x >= 0x80; x >>= 7)
        buf_putc(b, (char)(x | 0x80));
    buf_putc(b, (char)x);
}

static void put_number(struct buf *b, unsigned field, uint64_t x)
{
    if (x) {
        put_varint(b, field << 3);
        put_varint(b, x);
    }
}

static void put_bytes(struct buf *b, unsigned field, const char *s, size_t n)
{
    if (n) {
        put_varint(b, field << 3 | 2);
        put_varint(b, n);
        buf_put(b, s, n);
    }
}

/* ---- answers ---- */

/* ExportTraceServiceResponse; rejected is an int64, which JSON has as a string. */
static void put_success(struct buf *b, bool as_json, const struct receive_answer *a)
{
    const char *message = a->message.n ? a->message.s : "";
    struct json j;
    struct buf inside = {0};
    bool partial = a->rejected || a->message.n;
    if (!as_json) {
        put_number(&inside, 1, a->rejected);
        put_bytes(&inside, 2, message, a->message.n);
        put_bytes(b, 1, inside.s, inside.n);
        buf_free(&inside);
        return;
    }
    json_begin(&j, b, false);
    json_obj(&j);
    if (partial) {
        buf_printf(&inside, "%llu", (unsigned long long)a->rejected);
        json_key(&j, "partialSuccess");
        json_obj(&j);
        json_key(&j, "rejectedSpans");
        json_str(&j, inside.s);
        json_key(&j, "errorMessage");
        json_str(&j, message);
        json_end_obj(&j);
        buf_free(&inside);
    }
    json_end_obj(&j);
}

/* google.rpc.Status */
static void put_error(struct buf *b, bool as_json, unsigned status, const char *why)
{
    /* INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE */
    unsigned code = status == 404   ? 5
                    : status == 429 ? 8
                    : status == 405 ? 12
                    : status == 503 ? 14
                                    : 3;
    struct json j;
    if (!as_json) {
        put_number(b, 1, code);
        put_bytes(b, 2, why, strlen(why));
        return;
    }
    json_begin(&j, b, false);
    json_obj(&j);
    json_key(&j, "code");
    json_int(&j, code);
    json_key(&j, "message");
    json_str(&j, why);
    json_end_obj(&j);
}

static enum MHD_Result respond(struct MHD_Connection *c, unsigned status, bool json,
                               const struct buf *b)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(b->n, b->n ? b->s : (char[]){""}, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type",
                            json ? "application/json" : "application/x-protobuf");
    if (status == 429 || status == 503)
        MHD_add_response_header(r, "Retry-After", "1");
    if (status == 405)
        MHD_add_response_header(r, "Allow", "POST");
    enum MHD_Result ok = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result refuse(struct receiver *r, struct MHD_Connection *c, unsigned status,
                              bool json, const char *why)
{
    struct buf b = {0};
    atomic_fetch_add(status == 400 ? &r->bad : status == 429 ? &r->behind : &r->refused, 1);
    put_error(&b, json, status, why);
    enum MHD_Result ok = respond(c, status, json, &b);
    buf_free(&b);
    return ok;
}

/* ---- a request's head ---- */

static const char *header(struct MHD_Connection *c, const char *name)
{
    const char *s = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
    return s ? s : "";
}

/* Is the value this one, with or without parameters? */
static bool value_is(const char *value, const char *want)
{
    size_t n = strlen(want);
    return strncasecmp(value, want, n) == 0 &&
           (value[n] == '\0' || value[n] == ';' || value[n] == ' ');
}

static void fail(struct request *q, unsigned status, const char *why)
{
    if (q->status == 0) {
        q->status = status;
        q->why = why;
    }
}

static void judge_head(struct receiver *r, struct MHD_Connection *c, const char *url,
                       const char *method, struct request *q)
{
    const char *type = header(c, "Content-Type"), *packed = header(c, "Content-Encoding");
    bool protobuf = value_is(type, "application/x-protobuf");
    q->json = !protobuf;
    if (strcmp(url, path) != 0)
        fail(q, 404, "traces are taken at /v1/traces alone");
    if (strcmp(method, "POST") != 0)
        fail(q, 405, "traces come by POST");
    if (!protobuf && !value_is(type, "application/json"))
        fail(q, 415, "the content type is neither application/x-protobuf nor application/json");
    if (*packed && !value_is(packed, "gzip") && !value_is(packed, "zstd") &&
        !value_is(packed, "identity"))
        fail(q, 415, "the content encoding is neither gzip nor zstd");
    if (atomic_load(&r->closing))
        fail(q, 503, "the collector is stopping");
    else if (r->o.behind(r->o.ctx))
        fail(q, 429, "the store is behind");
}

/* A body whose length is told to be too large is not read at all. */
static bool too_long(const struct receiver *r, struct MHD_Connection *c)
{
    const char *s = header(c, "Content-Length");
    char *end;
    errno = 0;
    unsigned long long n = strtoull(s, &end, 10);
    return end != s && (errno || n > r->o.body_most);
}

/* ---- a request's body ---- */

static void drop_body(struct receiver *r, struct request *q)
{
    r->held -= q->body.n;
    buf_free(&q->body);
    q->body = (struct buf){0};
}

/* False: enough of it. */
static bool add_body(struct receiver *r, struct request *q, const char *data, size_t n)
{
    q->n += n;
    atomic_fetch_add(&r->bytes, n);
    if (q->n > r->o.body_most)
        fail(q, 413, "the body is too large");
    if (q->status == 0 && r->held + n > r->o.bodies_most)
        fail(q, 429, "too many bodies at once");
    if (q->status) {
        drop_body(r, q);
        return q->n < 2 * r->o.body_most;
    }
    buf_put(&q->body, data, n);
    r->held += n;
    return true;
}

static enum MHD_Result answer(struct receiver *r, struct MHD_Connection *c, struct request *q)
{
    struct receive_answer a = {0};
    struct buf b = {0};
    if (q->status)
        return refuse(r, c, q->status, q->json, q->why);
    const struct receive_body body = {q->body.n ? q->body.s : "", q->body.n, q->json};
    enum receive_verdict v = r->o.take(r->o.ctx, &body, &a);
    enum MHD_Result ok;
    drop_body(r, q);
    if (v == RECEIVE_TAKEN) {
        atomic_fetch_add(&r->taken, 1);
        put_success(&b, q->json, &a);
        ok = respond(c, 200, q->json, &b);
    } else {
        ok = refuse(r, c, v == RECEIVE_BAD ? 400 : 429, q->json,
                    a.message.n ? a.message.s : "the store is behind");
    }
    buf_free(&b);
    buf_free(&a.message);
    return ok;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **ctx)
{
    struct receiver *r = cls;
    struct request *q = *ctx;
    (void)version;
    if (!q) {
        *ctx = q = xcalloc(1, sizeof *q);
        atomic_fetch_add(&r->requests, 1);
        atomic_fetch_add(&r->busy, 1);
        judge_head(r, c, url, method, q);
        return too_long(r, c) ? refuse(r, c, 413, q->json, "the body is too large") : MHD_YES;
    }
    if (*n == 0)
        return answer(r, c, q);
    bool more = add_body(r, q, data, *n);
    *n = 0;
    return more ? MHD_YES : MHD_NO;
}

/* ---- connections ---- */

static void on_completed(void *cls, struct MHD_Connection *c, void **ctx,
                         enum MHD_RequestTerminationCode how)
{
    struct receiver *r = cls;
    struct request *q = *ctx;
    (void)how;
    if (!q)
        return;
    drop_body(r, q);
    free(q);
    *ctx = NULL;
    atomic_fetch_sub(&r->busy, 1);
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *x = i ? i->socket_context : NULL;
    if (!x)
        return;
    pthread_mutex_lock(&r->lock);
    x->since = atomic_load(&r->now);
    pthread_mutex_unlock(&r->lock);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **ctx,
                          enum MHD_ConnectionNotificationCode what)
{
    struct receiver *r = cls;
    struct connection *x = *ctx;
    pthread_mutex_lock(&r->lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *i =
            MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        x = xcalloc(1, sizeof *x);
        *x = (struct connection){.next = r->first,
                                 .at = &r->first,
                                 .fd = i ? i->connect_fd : -1,
                                 .since = atomic_load(&r->now)};
        if (r->first)
            r->first->at = &x->next;
        r->first = x;
        *ctx = x;
    } else if (x) { /* its socket is still open */
        *x->at = x->next;
        if (x->next)
            x->next->at = x->at;
        free(x);
        *ctx = NULL;
    }
    pthread_mutex_unlock(&r->lock);
}

void receive_tick(struct receiver *r, int64_t now)
{
    atomic_store(&r->now, now);
    pthread_mutex_lock(&r->lock);
    for (struct connection *x = r->first; x; x = x->next) {
        if (x->shut || now - x->since < r->o.request_ns)
            continue;
        x->shut = true;
        shutdown(x->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&r->lock);
}

/* ---- listening ---- */

/* "host:port", "[::1]:port", ":port" into its halves; false: it is none. */
static bool split(const char *s, char *host, size_t size, const char **port)
{
    const char *colon = strrchr(s, ':');
    size_t n = colon ? (size_t)(colon - s) : 0;
    if (!colon || colon[1] == '\0' || colon[1 + strspn(colon + 1, "0123456789")] != '\0')
        return false;
    if (n >= 2 && s[0] == '[' && s[n - 1] == ']') {
        s++;
        n -= 2;
    } else if (memchr(s, ':', n)) {
        return false;
    }
    if (n >= size)
        return false;
    memcpy(host, s, n);
    host[n] = '\0';
    *port = colon + 1;
    return true;
}

static int open_socket(const struct addrinfo *list, int *error)
{
    int on = 1;
    *error = EADDRNOTAVAIL;
    for (const struct addrinfo *x = list; x; x = x->ai_next) {
        int fd = socket(x->ai_family, x->ai_socktype, x->ai_protocol);
        if (fd < 0) {
            *error = errno;
            continue;
        }
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(fd, x->ai_addr, x->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
            return fd;
        *error = errno;
        close(fd);
    }
    return -1;
}

static int listen_at(const char *where, struct diags *d)
{
    char host[ADDRESS];
    const char *port;
    int error;
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
    if (!split(where, host, sizeof host, &port)) {
        diag_error(d, (struct loc){0}, "E-listen", "write HOST:PORT, as in 127.0.0.1:4318",
                   "'%s' is no address to listen at", where);
        return -1;
    }
    int rc = getaddrinfo(*host ? host : NULL, port, &want, &list);
    if (rc != 0) {
        diag_error(d, (struct loc){0}, "E-listen", "write HOST:PORT, as in 127.0.0.1:4318",
                   "'%s' is no address to listen at: %s", where, gai_strerror(rc));
        return -1;
    }
    int fd = open_socket(list, &error);
    freeaddrinfo(list);
    if (fd < 0)
        diag_error(d, (struct loc){0}, "E-listen",
                   error == EADDRINUSE ? "another program listens there; --listen HOST:PORT is for "
                                         "another address, port 0 for any port"
                                       : NULL,
                   "cannot listen at %s: %s", where, strerror(error));
    return fd;
}

static void name_address(struct receiver *r, int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    char text[INET6_ADDRSTRLEN] = "?";
    memset(&a, 0, sizeof a);
    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        die("getsockname: %s", strerror(errno));
    if (a.ss_family == AF_INET6) {
        const struct sockaddr_in6 *x = (const void *)&a;
        inet_ntop(AF_INET6, &x->sin6_addr, text, sizeof text);
        snprintf(r->address, sizeof r->address, "[%s]:%u", text, ntohs(x->sin6_port));
    } else {
        const struct sockaddr_in *x = (const void *)&a;
        inet_ntop(AF_INET, &x->sin_addr, text, sizeof text);
        snprintf(r->address, sizeof r->address, "%s:%u", text, ntohs(x->sin_port));
    }
}

struct receiver *receive_start(const struct receive_opt *o, struct diags *d)
{
    int fd = listen_at(o->listen, d);
    if (fd < 0)
        return NULL;
    struct receiver *r = xcalloc(1, sizeof *r);
    r->o = *o;
    atomic_init(&r->now, o->now);
    pthread_mutex_init(&r->lock, NULL);
    name_address(r, fd);
    r->daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, r, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, on_completed, r,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, r, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)1 << 16, MHD_OPTION_END);
    if (!r->daemon)
        die("the HTTP server cannot be started");
    return r;
}

const char *receive_address(const struct receiver *r)
{
    return r->address;
}

struct receive_counts receive_counts(struct receiver *r)
{
    return (struct receive_counts){atomic_load(&r->requests), atomic_load(&r->bytes),
                                   atomic_load(&r->taken),    atomic_load(&r->bad),
                                   atomic_load(&r->behind),   atomic_load(&r->refused)};
}

void receive_close(struct receiver *r)
{
    if (atomic_exchange(&r->closing, true))
        return;
    int fd = MHD_quiesce_daemon(r->daemon);
    if (fd >= 0)
        close(fd);
}

bool receive_busy(struct receiver *r)
{
    return atomic_load(&r->busy) > 0;
}

void receive_stop(struct receiver *r)
{
    receive_close(r);
    MHD_stop_daemon(r->daemon);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
