/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_collect.c - traces over HTTP, spoken byte by byte through sockets: heads that are refused,
 * answers as the protocol wants them, garbage, bodies that are too large or too slow, two clients
 * at once with a stop in the middle, and what is in the store after it. */
#include "test.h"
#include "trace/collect.h"
#include "trace/format.h"
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { BODY_MOST = 1 << 16, UNPACKED_MOST = 1 << 20 };
#define SECOND ((int64_t)1000000000)

struct world {
    struct arena *mem;
    struct diags *d;
    char path[64];
    struct store *store;
    struct collector *c;
    struct receiver *r;
    int port;
    atomic_bool behind;
    int64_t now;
};

static bool is_behind(void *ctx)
{
    struct world *w = ctx;
    return atomic_load(&w->behind) || collect_behind(w->c);
}

static enum receive_verdict take(void *ctx, const struct receive_body *b, struct receive_answer *a)
{
    return collect_take(((struct world *)ctx)->c, b, a);
}

static struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    w->mem = arena_new(0);
    w->d = diags_new(w->mem);
    snprintf(w->path, sizeof w->path, "/tmp/test_collect.%d.db", (int)getpid());
    unlink(w->path);
    w->store = store_open(w->path, STORE_WRITE, w->d);
    w->c = collect_start(w->store, "test", UNPACKED_MOST);
    w->now = 1;
    const struct receive_opt o = {.listen = "127.0.0.1:0",
                                  .body_most = BODY_MOST,
                                  .bodies_most = 4 * BODY_MOST,
                                  .connections = 64,
                                  .request_ns = 10 * SECOND,
                                  .now = w->now,
                                  .take = take,
                                  .behind = is_behind,
                                  .ctx = w};
    w->r = receive_start(&o, w->d);
    assert_non_null(w->r);
    w->port = (int)strtol(strrchr(receive_address(w->r), ':') + 1, NULL, 10);
    return w;
}

/* Stops; the store stays open for questions. */
static struct collect_counts world_stop(struct world *w)
{
    receive_stop(w->r);
    const struct store_file f = {.name = "test", .format = "otlp-http", .digest = {1, 2}};
    return collect_stop(w->c, &f);
}

static void world_free(struct world *w)
{
    store_close(w->store);
    unlink(w->path);
    arena_drop(w->mem);
    free(w);
}

static void pass(struct world *w, int64_t seconds)
{
    w->now += seconds * SECOND;
    receive_tick(w->r, w->now);
    collect_tick(w->c, w->now);
}

/* ---- a client ---- */

static int dial(const struct world *w)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)w->port)};
    const struct timeval patience = {20, 0};
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static bool send_all(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, s, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        s += k;
        n -= (size_t)k;
    }
    return true;
}

/* One answer into `to`, terminated: its head and its body.  Returns its status, 0: there is none.
 */
static int hear(int fd, char *to, size_t size)
{
    size_t n = 0, want = size - 1;
    to[0] = '\0';
    while (n < want) {
        ssize_t k = recv(fd, to + n, want - n, 0);
        if (k <= 0)
            break;
        n += (size_t)k;
        to[n] = '\0';
        const char *end = strstr(to, "\r\n\r\n"), *length = strstr(to, "Content-Length: ");
        if (end && length)
            want = (size_t)(end + 4 - to) + strtoul(length + 16, NULL, 10);
        want = want < size - 1 ? want : size - 1;
    }
    return strncmp(to, "HTTP/1.1 ", 9) == 0 ? (int)strtol(to + 9, NULL, 10) : 0;
}

/* Returns the number of bytes of the request. */
static size_t post_text(char *to, size_t size, const char *type, const char *more, const char *body,
                        size_t n)
{
    int k = snprintf(to, size,
                     "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%s"
                     "Content-Length: %zu\r\n\r\n",
                     type, more, n);
    assert_true(k > 0 && (size_t)k + n < size);
    memcpy(to + k, body, n);
    return (size_t)k + n;
}

static int post(const struct world *w, const char *type, const char *more, const char *body,
                size_t n, char *answer, size_t size)
{
    char *text = malloc(n + 1024);
    int fd = dial(w);
    size_t len = post_text(text, n + 1024, type, more, body, n);
    send_all(fd, text, len);
    int status = hear(fd, answer, size);
    close(fd);
    free(text);
    return status;
}

static const char *body_of(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

/* A body of n spans of one trace; ids are 1000 * trace + i. */
static size_t spans_json(char *to, size_t size, unsigned trace, unsigned n)
{
    size_t k = (size_t)snprintf(to, size,
                                "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":"
                                "\"service.name\",\"value\":{\"stringValue\":\"s\"}}]},"
                                "\"scopeSpans\":[{\"spans\":[");
    for (unsigned i = 1; i <= n; i++) {
        k += (size_t)snprintf(to + k, size - k,
                              "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"parentSpanId\":"
                              "\"%s\",\"name\":\"op\",\"startTimeUnixNano\":\"%u\","
                              "\"endTimeUnixNano\":\"%u\"}",
                              i > 1 ? "," : "", trace, 1000 * trace + i, "", 1000 + i, 2000 + i);
        assert_true(k + 64 < size);
    }
    return k + (size_t)snprintf(to + k, size - k, "]}]}]}");
}

static int64_t ask(const struct world *w, const char *sql)
{
    return store_number(w->store, sql);
}

/* ---- heads ---- */

static const char json_type[] = "application/json", proto_type[] = "application/x-protobuf";

static const struct {
    const char *request;
    int status;
    const char *has;
} heads[] = {
    {"GET /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: POST"},
    {"PUT /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 405, "\"code\":12"},
    {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 404, "/v1/traces"},
    {"POST /v1/traces/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404, ""},
    {"POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Content-Length: 2\r\n\r\n{}",
     404, "Content-Type: application/json"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 415, ""},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: text/json\r\nContent-Length: 2"
     "\r\n\r\n{}",
     415, ""},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonx\r\n"
     "Content-Length: 2\r\n\r\n{}",
     415, ""},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
     415, "encoding"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Content-Length: 99999999\r\n\r\n{}",
     413, "too large"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\ncontent-type: Application/JSON;charset=utf-8\r\n"
     "Content-Length: 2\r\n\r\n{}",
     200, "\r\n\r\n{}"},
    {"POST /v1/traces?a=b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
     200, "\r\n\r\n{}"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
     "Content-Length: 0\r\n\r\n",
     200, "Content-Type: application/x-protobuf"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Content-Length: 0\r\n\r\n",
     400, "not a JSON object"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Content-Length: 6\r\n\r\n[1, 2]",
     400, "\"code\":3"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     "Content-Length: 10\r\n\r\n{\"a\": nil}",
     400, "not JSON"},
    {"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
     "Content-Length: 3\r\n\r\n\x0a\x7f\x01",
     400, "not well-formed"},
};

static void test_heads(void **state)
{
    (void)state;
    struct world *w = world_new();
    char answer[2048];
    for (size_t i = 0; i < TEST_COUNT(heads); i++) {
        int fd = dial(w);
        send_all(fd, heads[i].request, strlen(heads[i].request));
        int status = hear(fd, answer, sizeof answer);
        if (status != heads[i].status || !strstr(answer, heads[i].has))
            fail_msg("row %zu: %s", i, answer);
        close(fd);
    }
    struct receive_counts n = receive_counts(w->r);
    assert_int_equal(n.taken, 3);
    assert_int_equal(n.bad, 4);
    assert_int_equal(n.refused, 10);
    assert_int_equal(world_stop(w).stored.spans, 0);
    world_free(w);
}

/* ---- answers ---- */

static void test_partial(void **state)
{
    (void)state;
    struct world *w = world_new();
    char answer[2048];
    static const char good[] =
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"01\",\"spanId\":\"2\","
        "\"name\":\"a\",\"startTimeUnixNano\":\"5\",\"endTimeUnixNano\":\"9\"},{\"name\":\"b\"},"
        "{\"traceId\":\"01\",\"spanId\":\"\"}]}]}]}";
    assert_int_equal(post(w, json_type, "", good, strlen(good), answer, sizeof answer), 200);
    assert_non_null(strstr(body_of(answer), "{\"partialSuccess\":{\"rejectedSpans\":\"2\","
                                            "\"errorMessage\":\"byte "));
    /* A span without an id, 4 bytes; partial_success { rejected_spans: 1, error_message }. */
    static const char proto[] = "\x0a\x06\x12\x04\x12\x02\x2a\x00";
    assert_int_equal(post(w, proto_type, "", proto, 8, answer, sizeof answer), 200);
    const char *b = body_of(answer);
    assert_true(b[0] == 0x0a && b[2] == 0x08 && b[3] == 1 && b[4] == 0x12);
    assert_int_equal(b[1], 4 + b[5]);
    assert_non_null(strstr(b + 6, "trace_id"));
    /* A body that is damaged at its end: nothing of it is taken. */
    char damaged[sizeof good];
    memcpy(damaged, good, sizeof good);
    damaged[sizeof good - 3] = '\0';
    damaged[strcspn(damaged, "5")] = '6';
    assert_int_equal(post(w, json_type, "", damaged, strlen(damaged), answer, sizeof answer), 400);
    struct collect_counts n = world_stop(w);
    assert_int_equal(n.stored.spans, 1);
    assert_int_equal(n.rejected, 3);
    assert_int_equal(ask(w, "SELECT start FROM span"), 5);
    assert_int_equal(ask(w, "SELECT count(*) FROM file WHERE format = 'otlp-http' AND spans = 1"),
                     1);
    world_free(w);
}

static void test_behind(void **state)
{
    (void)state;
    struct world *w = world_new();
    char answer[2048];
    atomic_store(&w->behind, true);
    assert_int_equal(post(w, json_type, "", "{}", 2, answer, sizeof answer), 429);
    assert_non_null(strstr(answer, "Retry-After: 1"));
    atomic_store(&w->behind, false);
    assert_int_equal(post(w, json_type, "", "{}", 2, answer, sizeof answer), 200);
    assert_int_equal(receive_counts(w->r).behind, 1);
    world_stop(w);
    world_free(w);
}

/* ---- sizes ---- */

static size_t gzip(const char *s, size_t n, char *to, size_t size)
{
    z_stream z;
    memset(&z, 0, sizeof z);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)s;
    z.avail_in = (uInt)n;
    z.next_out = (unsigned char *)to;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    n = z.total_out;
    deflateEnd(&z);
    return n;
}

static void test_sizes(void **state)
{
    (void)state;
    enum { BIG = UNPACKED_MOST + 4096 };
    struct world *w = world_new();
    char answer[2048], *text = malloc(BIG), *packed = malloc(BIG);
    /* Packed: taken; as many bytes as may be; one more. */
    size_t n = spans_json(text, BIG, 7, 500), k = gzip(text, n, packed, BIG);
    assert_true(n > BODY_MOST && k < BODY_MOST);
    assert_int_equal(post(w, json_type, "Content-Encoding: gzip\r\n", packed, k, answer, 2048),
                     200);
    memset(text, ' ', BIG);
    text[BODY_MOST - 2] = '{';
    text[BODY_MOST - 1] = '}';
    assert_int_equal(post(w, json_type, "", text, BODY_MOST, answer, sizeof answer), 200);
    assert_int_equal(post(w, json_type, "", text, BODY_MOST + 1, answer, sizeof answer), 413);
    /* A bomb: small, and large when unpacked. */
    k = gzip(text, BIG, packed, BIG);
    assert_true(k < BODY_MOST);
    assert_int_equal(post(w, json_type, "Content-Encoding: gzip\r\n", packed, k, answer, 2048),
                     400);
    assert_int_equal(post(w, proto_type, "Content-Encoding: gzip\r\n", packed, k, answer, 2048),
                     400);
    assert_non_null(strstr(body_of(answer), "too large"));
    /* Damaged, and cut off. */
    n = spans_json(text, BIG, 8, 50);
    k = gzip(text, n, packed, BIG);
    assert_int_equal(post(w, json_type, "Content-Encoding: gzip\r\n", packed, k - 9, answer, 2048),
                     400);
    packed[k / 2] ^= 0x55;
    assert_int_equal(post(w, json_type, "Content-Encoding: gzip\r\n", packed, k, answer, 2048),
                     400);
    assert_int_equal(world_stop(w).stored.spans, 500);
    free(text);
    free(packed);
    world_free(w);
}

/* Chunks without an end: the answer is 413, or the line is cut, and memory stays. */
static void test_endless(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const char head[] = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: "
                               "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    char chunk[1024 + 8], answer[512];
    int fd = dial(w);
    memset(chunk, ' ', sizeof chunk);
    for (size_t i = 0; i < 7; i++)
        chunk[i < 5 ? i : i + 1024] = "400\r\n\r\n"[i];
    send_all(fd, head, sizeof head - 1);
    size_t sent = 0;
    while (send_all(fd, chunk, 1024 + 7) && sent < 100 * (size_t)BODY_MOST)
        sent += 1024;
    assert_true(sent < 100 * (size_t)BODY_MOST); /* what is in the sockets' buffers comes on top */
    close(fd);
    assert_int_equal(post(w, json_type, "", "{}", 2, answer, sizeof answer), 200);
    world_stop(w);
    world_free(w);
}

/* ---- slow ones ---- */

static void test_slow(void **state)
{
    (void)state;
    struct world *w = world_new();
    char answer[512], c;
    static const char part[] = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: "
                               "application/json\r\nContent-Length: 100\r\n\r\n{";
    int head = dial(w), body = dial(w), silent = dial(w);
    send_all(head, part, 20);
    send_all(body, part, sizeof part - 1);
    assert_int_equal(post(w, json_type, "", "{}", 2, answer, sizeof answer), 200);
    for (int i = 0; i < 12; i++) { /* a byte a second does not help */
        pass(w, 1);
        send_all(head, part + 20 + i, 1);
        send_all(body, " ", 1);
    }
    assert_true(recv(head, &c, 1, 0) <= 0);
    assert_true(recv(body, &c, 1, 0) <= 0);
    assert_true(recv(silent, &c, 1, 0) <= 0);
    assert_int_equal(post(w, json_type, "", "{}", 2, answer, sizeof answer), 200);
    close(head);
    close(body);
    close(silent);
    world_stop(w);
    world_free(w);
}

/* ---- garbage ---- */

static void test_garbage(void **state)
{
    (void)state;
    struct world *w = world_new();
    char text[1024], request[4096], answer[1024];
    uint64_t x = 42;
    size_t rounds = test_quick() ? 100 : 600;
    for (size_t i = 0; i < rounds; i++) {
        size_t n = spans_json(text, sizeof text, 9, 3);
        size_t len = post_text(request, sizeof request, i % 2 ? json_type : proto_type,
                               i % 5 ? "" : "Content-Encoding: gzip\r\n", text, n);
        size_t from = i % 3 ? len - n : 0; /* the body alone, or the head as well */
        for (int k = 0; k < 4; k++) {
            x = trace_mix(x, i);
            request[from + x % (len - from)] = (char)(x >> 32);
        }
        const struct timeval little = {0, 20000}; /* it may wait for what we did not mean to say */
        int fd = dial(w);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &little, sizeof little);
        send_all(fd, request, len);
        shutdown(fd, SHUT_WR);
        hear(fd, answer, sizeof answer);
        close(fd);
    }
    assert_int_equal(post(w, json_type, "", "{}", 2, answer, sizeof answer), 200);
    world_stop(w);
    world_free(w);
}

/* ---- two at once, and a stop ---- */

enum { BODIES = 100000 };
struct client {
    struct world *w;
    unsigned first, n;
    bool *answered; /* by body: 200 */
    pthread_t thread;
};

static void *keep_posting(void *ctx)
{
    struct client *c = ctx;
    char body[8192], request[9216], answer[1024];
    int fd = dial(c->w);
    for (c->n = 0; c->n < BODIES; c->n++) {
        size_t n = spans_json(body, sizeof body, c->first + c->n, 20);
        n = post_text(request, sizeof request, json_type, "", body, n);
        if (!send_all(fd, request, n))
            break;
        int status = hear(fd, answer, sizeof answer);
        c->answered[c->n] = status == 200;
        if (status != 200 && status != 429)
            break;
    }
    close(fd);
    return NULL;
}

struct found {
    const struct client *c;
    uint64_t whole;
};

static bool each_trace(void *ctx, const struct store_row *r)
{
    struct found *f = ctx;
    uint64_t trace = (uint64_t)r->cell[0].i;
    const struct client *c = &f->c[trace >= f->c[1].first];
    if (r->cell[1].i != 20)
        fail_msg("trace %" PRIu64 " has %" PRId64 " spans", trace, r->cell[1].i);
    f->whole += c->answered[trace - c->first];
    return true;
}

/* What was answered 200 is in the store, all of it, whenever the end comes. */
static void test_two_and_stop(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct client c[2] = {{.w = w, .first = 1}, {.w = w, .first = 1000000}};
    const struct timespec nap = {0, 20000000};
    uint64_t answered = 0;
    for (int i = 0; i < 2; i++) {
        c[i].answered = calloc(BODIES, sizeof *c[i].answered);
        assert_int_equal(pthread_create(&c[i].thread, NULL, keep_posting, &c[i]), 0);
    }
    for (int i = 0; i < 20; i++) {
        nanosleep(&nap, NULL);
        pass(w, 1); /* so that traces are stored, and committed, while more come */
    }
    struct collect_counts n = world_stop(w);
    for (int i = 0; i < 2; i++) {
        pthread_join(c[i].thread, NULL);
        assert_true(c[i].n > 10 && c[i].n < BODIES); /* in the middle */
        for (unsigned k = 0; k <= c[i].n; k++)
            answered += c[i].answered[k];
    }
    struct found f = {.c = c};
    assert_null(store_select(w->store, w->mem, "SELECT id_lo, spans FROM trace", each_trace, &f));
    assert_true(answered > 20);
    assert_int_equal(f.whole, answered);
    assert_true(n.stored.traces >= answered && n.stored.traces <= answered + 2);
    assert_int_equal(ask(w, "SELECT count(*) FROM span"), (int64_t)n.stored.spans);
    for (int i = 0; i < 2; i++)
        free(c[i].answered);
    world_free(w);
}

/* ---- time ---- */

/* Spans of a trace that come apart: together, with a commit between them, and readers see it. */
static void test_late(void **state)
{
    (void)state;
    struct world *w = world_new();
    char body[2048], answer[1024];
    const struct timespec nap = {0, 2000000};
    size_t n = spans_json(body, sizeof body, 5, 3);
    assert_int_equal(post(w, json_type, "", body, n, answer, sizeof answer), 200);
    struct store *reader = NULL;
    for (int i = 0; i < 5000 && !reader; i++) { /* the writer is another thread */
        pass(w, 1);
        nanosleep(&nap, NULL);
        reader = collect_counts(w->c).stored.spans ? store_open(w->path, STORE_READ, w->d) : NULL;
    }
    assert_non_null(reader);
    for (int i = 0; i < 5000 && store_number(reader, "SELECT count(*) FROM span") != 3; i++) {
        pass(w, 1);
        nanosleep(&nap, NULL);
    }
    assert_int_equal(store_number(reader, "SELECT count(*) FROM span"), 3);
    store_close(reader);
    n = spans_json(body, sizeof body, 5, 6); /* three of them again */
    assert_int_equal(post(w, json_type, "", body, n, answer, sizeof answer), 200);
    struct collect_counts c = world_stop(w);
    assert_int_equal(c.stored.traces, 1);
    assert_int_equal(c.stored.grown, 1);
    assert_int_equal(c.stored.spans, 6);
    assert_int_equal(c.tally.n[TALLY_DUPLICATE], 3);
    world_free(w);
}

/* Programs that put ids into names: the table is renewed, and names stay right. */
static void test_names(void **state)
{
    (void)state;
    struct world *w = world_new();
    enum { EACH = 100, OF = 1200 };
    char *body = malloc(BODY_MOST);
    struct receive_answer a = {0};
    for (unsigned i = 0; i < OF; i++) {
        size_t n = (size_t)snprintf(body, BODY_MOST,
                                    "{\"resourceSpans\":[{\"scopeSpans\":[{"
                                    "\"spans\":[");
        for (unsigned k = 0; k < EACH; k++)
            n += (size_t)snprintf(body + n, BODY_MOST - n,
                                  "%s{\"traceId\":\"%x\",\"spanId\":\"%x\",\"name\":\"GET "
                                  "/item/%u\",\"startTimeUnixNano\":\"%u\","
                                  "\"endTimeUnixNano\":\"%u\"}",
                                  k ? "," : "", i + 1, k + 1, i * EACH + k, i * EACH + k,
                                  i * EACH + k + 1);
        n += (size_t)snprintf(body + n, BODY_MOST - n, "]}]}]}");
        assert_int_equal(collect_take(w->c, &(struct receive_body){body, n, true}, &a),
                         RECEIVE_TAKEN);
        if (i % 100 == 0)
            pass(w, 1);
    }
    struct collect_counts c = world_stop(w);
    assert_int_equal(c.stored.spans, EACH * OF);
    assert_int_equal(c.tally.n[TALLY_NAMES], 0);
    assert_int_equal(ask(w, "SELECT count(*) FROM span s JOIN op o ON o.id = s.op JOIN name n ON "
                            "n.id = o.name WHERE n.text = 'GET /item/' || s.start"),
                     EACH * OF);
    free(body);
    world_free(w);
}

/* ---- the README ---- */

/* The program in the README, with nothing but Python's library. */
static void test_python(void **state)
{
    (void)state;
    char command[256];
    if (system("command -v python3 >/dev/null 2>&1") != 0) { /* NOLINT(cert-env33-c) */
        print_message("skipped: there is no python3\n");
        skip();
    }
    struct world *w = world_new();
    snprintf(command, sizeof command,
             "sed -n '/^```python/,/^```/{/^```/d;p;}' README.md | "
             "OTEL_EXPORTER_OTLP_ENDPOINT=http://%s python3 - | grep -qx 200",
             receive_address(w->r));
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
    struct collect_counts n = world_stop(w);
    assert_int_equal(n.stored.spans, 3);
    assert_int_equal(ask(w, "SELECT count(*) FROM v_call WHERE caller = 'request' AND service = "
                            "'demo' AND duration BETWEEN 10e6 AND 10e9"),
                     2);
    world_free(w);
}

/* ---- addresses ---- */

static void test_listen(void **state)
{
    (void)state;
    struct arena *mem = arena_new(0);
    static const char *const bad[] = {
        "",      "4318",        "127.0.0.1",        "127.0.0.1:", "127.0.0.1:x",
        "::1:1", "300.1.1.1:0", "127.0.0.1:99999x", "8.8.8.8:0"};
    struct receive_opt o = {
        .body_most = 1, .bodies_most = 1, .connections = 4, .take = take, .behind = is_behind};
    for (size_t i = 0; i < TEST_COUNT(bad); i++) {
        struct diags *d = diags_new(mem);
        o.listen = bad[i];
        assert_null(receive_start(&o, d));
        assert_string_equal(diags_get(d, 0)->id, "E-listen");
    }
    struct diags *d = diags_new(mem);
    o.listen = "localhost:0";
    struct receiver *r = receive_start(&o, d);
    assert_non_null(r);
    o.listen = receive_address(r); /* it is taken */
    assert_null(receive_start(&o, d));
    receive_stop(r);
    arena_drop(mem);
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(test_heads),   cmocka_unit_test(test_partial),
        cmocka_unit_test(test_behind),  cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_endless), cmocka_unit_test(test_slow),
        cmocka_unit_test(test_garbage), cmocka_unit_test(test_two_and_stop),
        cmocka_unit_test(test_late),    cmocka_unit_test(test_names),
        cmocka_unit_test(test_listen),  cmocka_unit_test(test_python),
    };
    return cmocka_run_group_tests_name("collect", t, NULL, NULL);
}
