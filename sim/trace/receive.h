/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive.h - the HTTP side of `collect`: POST /v1/traces as OTLP/HTTP has it.  receive.c alone
 * sees libmicrohttpd.
 *
 * A body is handed to take() when all of it is there, by one thread, one after the other; what that
 * says is the answer, in the content type of the request: 200 (with partialSuccess where spans were
 * rejected), 400, 429 with Retry-After.  Other paths are 404, other methods 405, other content
 * types or encodings 415, bodies that are too large 413.
 *
 * Memory is bounded: by the size of a body, by that of all bodies at once (429), by the number of
 * connections.  A connection that does not complete a request in time is closed.  There is no clock
 * in here: receive_tick() says what time it is. */
#ifndef TRACE_RECEIVE_H
#define TRACE_RECEIVE_H
#include "base/diag.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum receive_verdict { RECEIVE_TAKEN, RECEIVE_BAD, RECEIVE_BEHIND };
struct receive_body {
    const char *data; /* perhaps compressed */
    size_t n;
    bool json; /* else protobuf */
};
struct receive_answer {
    uint64_t rejected;  /* spans of a body that was taken */
    struct buf message; /* why, or what is wrong with the body */
};
struct receive_opt {
    const char *listen; /* "127.0.0.1:4318", "[::1]:0"; port 0: any */
    size_t body_most, bodies_most;
    uint32_t connections;
    int64_t request_ns; /* for a request, from the end of the one before */
    int64_t now;        /* as for receive_tick() */
    enum receive_verdict (*take)(void *ctx, const struct receive_body *b, struct receive_answer *a);
    bool (*behind)(void *ctx); /* asked before a body is read; true: 429 */
    void *ctx;
};
struct receive_counts {
    uint64_t requests, bytes, taken, bad, behind, refused; /* refused: 404, 405, 413, 415, 503 */
};

struct receiver;
/* NULL: an error is in d (E-listen). */
struct receiver *receive_start(const struct receive_opt *o, struct diags *d);
const char *receive_address(const struct receiver *r); /* with the port that was found */
void receive_tick(struct receiver *r, int64_t now);    /* often; ns of any clock that only rises */
struct receive_counts receive_counts(struct receiver *r);
/* From now on there is no new connection, and new requests are answered 503. */
void receive_close(struct receiver *r);
bool receive_busy(struct receiver *r); /* are there requests under way? */
/* Ends: no request is being worked at any more. */
void receive_stop(struct receiver *r);

#endif
