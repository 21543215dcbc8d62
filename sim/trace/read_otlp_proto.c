/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_otlp_proto.c - files of OTLP in protobuf: one message (or several, which is the same, one
 * behind the other), or as the collector's file exporter has them, each behind its length of 4
 * bytes, the high byte first.
 *
 * Of a bare message one ResourceSpans is in memory at a time, else one message; up to MESSAGE_MOST
 * bytes. */
#include "base/arena.h"
#include "base/buf.h"
#include "trace/otlp_proto.h"
#include <stdlib.h>

enum { MESSAGE_MOST = 64 << 20, STEP = 1 << 16 };

struct stream {
    struct reader *r;
    struct buf b;
    char piece[STEP];
};

/* n more bytes into b; false: the input has fewer. */
static bool take(struct stream *s, size_t n)
{
    while (n > 0) {
        size_t got = input_read(s->r->in, s->piece, n < STEP ? n : STEP);
        if (got == 0)
            return false;
        buf_put(&s->b, s->piece, got);
        n -= got;
    }
    return true;
}

/* A message of n bytes behind the `used` ones of b that are its head. */
static bool message(struct stream *s, uint64_t n)
{
    uint64_t at = input_bytes(s->r->in) - s->b.n;
    if (n > MESSAGE_MOST) {
        reader_bad(s->r, TALLY_LOST, at, "a message of more than 64 MiB");
        return false;
    }
    if (!take(s, (size_t)n)) {
        reader_bad(s->r, TALLY_LOST, input_bytes(s->r->in),
                   "the file ends in the middle of a message");
        return false;
    }
    return true;
}

static void read_framed(struct stream *s)
{
    for (;;) {
        buf_clear(&s->b);
        if (!take(s, 4)) {
            if (s->b.n)
                reader_bad(s->r, TALLY_LOST, input_bytes(s->r->in), "the file ends in a length");
            return;
        }
        const unsigned char *b = (const unsigned char *)s->b.s;
        uint64_t n = (uint64_t)b[0] << 24 | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 8 | b[3];
        buf_clear(&s->b);
        uint64_t at = input_bytes(s->r->in);
        if (!message(s, n))
            return;
        otlp_proto_message(s->r, s->b.s ? s->b.s : "", s->b.n, at);
    }
}

/* A bare message: field by field, each handed on as a message of one field. */
static void read_bare(struct stream *s)
{
    for (;;) {
        buf_clear(&s->b);
        uint64_t at = input_bytes(s->r->in), n = 0;
        if (!take(s, 1))
            return;
        bool ok = s->b.s[0] == 0x0a, more = true;
        for (unsigned shift = 0; ok && more && shift < 63; shift += 7) {
            ok = take(s, 1);
            unsigned char c = ok ? (unsigned char)s->b.s[s->b.n - 1] : 0;
            n |= (uint64_t)(c & 0x7f) << shift;
            more = c >= 0x80;
        }
        if (!ok || more) {
            reader_bad(s->r, TALLY_LOST, at, "not well-formed protobuf");
            return;
        }
        if (!message(s, n))
            return;
        otlp_proto_message(s->r, s->b.s, s->b.n, at);
    }
}

void read_otlp_proto(struct reader *r)
{
    struct stream *s = xcalloc(1, sizeof *s);
    size_t n;
    const char *head = input_head(r->in, &n);
    s->r = r;
    if (otlp_proto_looks(head, n))
        read_bare(s);
    else
        read_framed(s);
    buf_free(&s->b);
    free(s);
}
