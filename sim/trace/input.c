/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.c - raw bytes, unpacked bytes, and the head; see input.h.
 *
 * The digest is two multiply-and-mix lanes over words of 8 bytes in the order of the bytes, so it
 * does not depend on how much is read at once: the tail of less than 16 bytes waits. */
#include "trace/input.h"
#include "trace/input_ahead.h"
#include "base/arena.h"
#include "base/diag.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { RAW = 1 << 16 };
enum packing { PLAIN, GZIP, ZSTD };

struct input {
    int fd; /* -1: memory */
    const char *mem;
    size_t nmem;
    unsigned char *raw; /* read, not yet unpacked: [at, end) */
    size_t at, end;
    bool over; /* nothing more can be had */
    enum packing packing;
    z_stream z;
    bool inside; /* of a compressed stream */
    ZSTD_DStream *zstd;
    char *head;
    size_t nhead, head_at;
    bool head_done;
    bool (*stop)(void);
    const char *trouble;
    uint64_t bytes, most, lane[2]; /* bytes: unpacked */
    unsigned char tail[16];
    struct input_ahead *ahead; /* NULL, or whose thread has all of the above */
    uint64_t given;
    bool ended;
};

static struct input *input_new(int fd)
{
    struct input *in = xcalloc(1, sizeof *in);
    in->fd = fd;
    in->raw = xrealloc(NULL, RAW, 1);
    in->most = UINT64_MAX;
    in->lane[0] = 0x9e3779b97f4a7c15u;
    in->lane[1] = 0xc2b2ae3d27d4eb4fu;
    return in;
}

struct input *input_open(const char *name)
{
    int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? NULL : input_new(fd);
}

struct input *input_mem(const void *data, size_t n)
{
    struct input *in = input_new(-1);
    in->mem = data;
    in->nmem = n;
    return in;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    input_ahead_free(in->ahead);
    if (in->packing == GZIP)
        inflateEnd(&in->z);
    ZSTD_freeDStream(in->zstd);
    if (in->fd > STDIN_FILENO)
        close(in->fd);
    free(in->raw);
    free(in->head);
    free(in);
}

void input_most(struct input *in, uint64_t n)
{
    in->most = n;
}

void input_stop(struct input *in, bool (*stop)(void))
{
    in->stop = stop;
}

/* ---- raw bytes ---- */

static size_t raw_read(struct input *in, void *to, size_t n)
{
    if (in->over || (in->stop && in->stop())) {
        in->over = true;
        return 0;
    }
    if (in->fd < 0) {
        size_t take = in->nmem < n ? in->nmem : n;
        if (take)
            memcpy(to, in->mem, take);
        in->mem += take;
        in->nmem -= take;
        in->over = take == 0;
        return take;
    }
    ssize_t got;
    do
        got = read(in->fd, to, n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        in->trouble = errno == EISDIR ? "is a directory" : "cannot be read";
    in->over = got <= 0;
    return got > 0 ? (size_t)got : 0;
}

/* At least one byte in raw; false: there is none. */
static bool raw_more(struct input *in)
{
    if (in->at < in->end)
        return true;
    in->at = 0;
    in->end = raw_read(in, in->raw, RAW);
    return in->end > 0;
}

/* ---- unpacking ---- */

static void find_packing(struct input *in)
{
    static const unsigned char gzip[] = {0x1f, 0x8b, 8}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    while (in->end < sizeof zstd) {
        size_t got = raw_read(in, in->raw + in->end, RAW - in->end);
        if (got == 0)
            break;
        in->end += got;
    }
    if (in->end >= sizeof gzip && memcmp(in->raw, gzip, sizeof gzip) == 0) {
        if (inflateInit2(&in->z, 15 + 16) != Z_OK)
            die("out of memory");
        in->packing = GZIP;
    } else if (in->end >= sizeof zstd && memcmp(in->raw, zstd, sizeof zstd) == 0) {
        in->zstd = ZSTD_createDStream();
        if (!in->zstd || ZSTD_isError(ZSTD_initDStream(in->zstd)) ||
            ZSTD_isError(ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, 27)))
            die("out of memory");
        in->packing = ZSTD;
    }
}

static size_t gunzip(struct input *in, char *to, size_t n)
{
    in->z.next_out = (unsigned char *)to;
    in->z.avail_out = n > 1 << 30 ? 1 << 30 : (uInt)n;
    while (in->z.next_out == (unsigned char *)to) {
        if (!raw_more(in)) {
            if (in->inside && !in->trouble)
                in->trouble = "the compressed data ends too early";
            break;
        }
        in->inside = true;
        in->z.next_in = in->raw + in->at;
        in->z.avail_in = (uInt)(in->end - in->at);
        int rc = inflate(&in->z, Z_NO_FLUSH);
        in->at = in->end - in->z.avail_in;
        if (rc == Z_STREAM_END) {
            in->inside = false; /* another member may follow */
            rc = inflateReset(&in->z);
        }
        if (rc != Z_OK && rc != Z_BUF_ERROR) {
            in->trouble = "the compressed data is damaged";
            in->over = true;
            in->at = in->end;
            break;
        }
    }
    return (size_t)(in->z.next_out - (unsigned char *)to);
}

static size_t unzstd(struct input *in, char *to, size_t n)
{
    ZSTD_outBuffer out = {to, n, 0};
    while (out.pos == 0) {
        /* The decoder may hold output that needs no more input. */
        bool more = raw_more(in);
        if (!more && !in->inside)
            break;
        ZSTD_inBuffer from = {in->raw + in->at, in->end - in->at, 0};
        size_t rc = ZSTD_decompressStream(in->zstd, &out, &from);
        in->at += from.pos;
        if (ZSTD_isError(rc) || (!more && out.pos == 0)) {
            in->trouble =
                more ? "the compressed data is damaged" : "the compressed data ends too early";
            in->inside = false;
            in->over = true;
            in->at = in->end;
            break;
        }
        in->inside = rc != 0;
    }
    return out.pos;
}

static size_t unpack(struct input *in, char *to, size_t n)
{
    if (in->packing == GZIP)
        return gunzip(in, to, n);
    if (in->packing == ZSTD)
        return unzstd(in, to, n);
    if (in->at < in->end) {
        size_t take = in->end - in->at < n ? in->end - in->at : n;
        memcpy(to, in->raw + in->at, take);
        in->at += take;
        return take;
    }
    return raw_read(in, to, n);
}

/* ---- digest ---- */

static void digest_16(uint64_t lane[2], const unsigned char *s)
{
    uint64_t x, y;
    memcpy(&x, s, 8);
    memcpy(&y, s + 8, 8);
    lane[0] = (lane[0] ^ x) * 0xbf58476d1ce4e5b9u;
    lane[0] ^= lane[0] >> 31;
    lane[1] = (lane[1] ^ y) * 0x94d049bb133111ebu;
    lane[1] ^= lane[1] >> 29 ^ lane[0] << 7;
}

static void digest_add(struct input *in, const char *s, size_t n)
{
    size_t have = in->bytes % 16;
    in->bytes += n;
    if (have) {
        size_t take = 16 - have < n ? 16 - have : n;
        memcpy(in->tail + have, s, take);
        s += take;
        n -= take;
        if (have + take < 16)
            return;
        digest_16(in->lane, in->tail);
    }
    for (; n >= 16; s += 16, n -= 16)
        digest_16(in->lane, (const unsigned char *)s);
    if (n)
        memcpy(in->tail, s, n);
}

struct trace_id input_digest(const struct input *in)
{
    uint64_t lane[2] = {in->lane[0], in->lane[1]};
    unsigned char last[16] = {0};
    memcpy(last, in->tail, in->bytes % 16);
    digest_16(lane, last);
    return (struct trace_id){trace_mix(lane[0], in->bytes), trace_mix(lane[1], lane[0])};
}

/* ---- what readers see ---- */

const char *input_head(struct input *in, size_t *n)
{
    if (!in->head_done) {
        in->head_done = true;
        in->head = xrealloc(NULL, INPUT_HEAD, 1);
        find_packing(in);
        for (size_t got; in->nhead < INPUT_HEAD; in->nhead += got)
            if ((got = unpack(in, in->head + in->nhead, INPUT_HEAD - in->nhead)) == 0)
                break;
    }
    *n = in->nhead;
    return in->head;
}

static size_t take(void *ctx, char *to, size_t n)
{
    struct input *in = ctx;
    size_t got, head;
    input_head(in, &head);
    if (in->head_at < head) {
        got = head - in->head_at < n ? head - in->head_at : n;
        memcpy(to, in->head + in->head_at, got);
        in->head_at += got;
    } else {
        got = unpack(in, to, n);
    }
    digest_add(in, to, got);
    if (in->bytes > in->most) {
        in->trouble = "the data is too large, unpacked";
        in->over = true;
        return 0;
    }
    return got;
}

void input_begin_ahead(struct input *in)
{
    in->ahead = input_ahead_new(take, in);
}

size_t input_read(void *ctx, char *to, size_t n)
{
    struct input *in = ctx;
    size_t got = in->ahead ? input_ahead_read(in->ahead, to, n) : take(in, to, n);
    in->given += got;
    in->ended = got == 0;
    return got;
}

uint64_t input_bytes(const struct input *in)
{
    return in->given;
}

const char *input_trouble(const struct input *in)
{
    return in->ahead && !in->ended ? NULL : in->trouble;
}

const char *input_packing(const struct input *in)
{
    return in->packing == GZIP ? "gzip" : in->packing == ZSTD ? "zstd" : NULL;
}
