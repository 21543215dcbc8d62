/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collect.c - bench: spans a second over the loopback into a store, as protobuf in bodies of 500
 * spans, two clients; sender and collector share the machine.  Whatever was answered 200 must be in
 * the store, else it says so and fails. */
#include "base/arena.h"
#include "base/buf.h"
#include "bench.h"
#include "trace/collect.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SPANS = 500, EACH = 25, BODIES = 400, CLIENTS = 2 };
static const char path[] = "/tmp/pertinax-bench-collect.db";

/* ---- bodies ---- */

static void put_varint(struct buf *b, uint64_t x)
{
    for (; x >= 0x80; x >>= 7)
        buf_putc(b, (char)(x | 0x80));
    buf_putc(b, (char)x);
}

static void put_part(struct buf *b, unsigned field, const struct buf *part)
{
    put_varint(b, field << 3 | 2);
    put_varint(b, part->n);
    buf_put(b, part->s, part->n);
}

static void put_text(struct buf *b, unsigned field, const char *s)
{
    const struct buf part = {.s = (char *)(uintptr_t)s, .n = strlen(s)};
    put_part(b, field, &part);
}

static void put_bytes(struct buf *b, unsigned field, uint64_t hi, uint64_t lo, int n)
{
    char s[16];
    for (int i = 0; i < 8; i++) {
        s[i] = (char)(hi >> (56 - 8 * i));
        s[8 + i] = (char)(lo >> (56 - 8 * i));
    }
    const struct buf part = {.s = n == 16 ? s : s + 8, .n = (size_t)n};
    put_part(b, field, &part);
}

static void put_time(struct buf *b, unsigned field, uint64_t x)
{
    put_varint(b, field << 3 | 1);
    for (int i = 0; i < 8; i++)
        buf_putc(b, (char)(x >> (8 * i)));
}

static void put_span(struct buf *out, uint64_t trace, uint64_t i)
{
    struct buf b = {0};
    uint64_t start = 1700000000000000000u + trace * 1000000 + i * 1000;
    put_bytes(&b, 1, 7, trace, 16);
    put_bytes(&b, 2, 0, i + 1, 8);
    if (i)
        put_bytes(&b, 4, 0, (i - 1) / 4 + 1, 8);
    put_text(&b, 5, i ? "rpc.Call" : "GET /");
    put_varint(&b, 6 << 3);
    put_varint(&b, 2);
    put_time(&b, 7, start);
    put_time(&b, 8, start + 900000 - i * 20000);
    put_part(out, 2, &b);
    buf_free(&b);
}

static void put_body(struct buf *out, uint64_t first)
{
    struct buf spans = {0}, value = {0}, pair = {0}, resource = {0}, all = {0};
    for (uint64_t i = 0; i < SPANS; i++)
        put_span(&spans, first + i / EACH, i % EACH);
    put_text(&value, 1, "shop");
    put_text(&pair, 1, "service.name");
    put_part(&pair, 2, &value);
    put_part(&resource, 1, &pair);
    put_part(&all, 1, &resource);
    put_part(&all, 2, &spans);
    put_part(out, 1, &all);
    buf_free(&spans);
    buf_free(&value);
    buf_free(&pair);
    buf_free(&resource);
    buf_free(&all);
}

/* ---- clients ---- */

struct client {
    pthread_t thread;
    int port;
    uint64_t first, taken, again;
    atomic_bool done;
};

static int answer_of(int fd)
{
    char s[1024];
    ssize_t n = recv(fd, s, sizeof s - 1, 0);
    if (n < 12)
        return 0;
    s[n] = '\0';
    return (int)strtol(s + 9, NULL, 10);
}

static void *send_bodies(void *ctx)
{
    struct client *c = ctx;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->port)};
    const struct timespec nap = {0, 100000000};
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("no connection");
    for (unsigned i = 0; i < BODIES; i++) {
        struct buf body = {0}, all = {0};
        put_body(&body, c->first + (uint64_t)i * SPANS / EACH);
        buf_printf(&all,
                   "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                   "Content-Length: %zu\r\n\r\n",
                   body.n);
        buf_put(&all, body.s, body.n);
        int status;
        do {
            if (send(fd, all.s, all.n, MSG_NOSIGNAL) != (ssize_t)all.n)
                die("not sent");
            status = answer_of(fd);
            if (status == 429) {
                c->again++;
                nanosleep(&nap, NULL);
            }
        } while (status == 429);
        if (status != 200)
            die("answered %d", status);
        c->taken += SPANS;
        buf_free(&body);
        buf_free(&all);
    }
    close(fd);
    atomic_store(&c->done, true);
    return NULL;
}

static void once(void)
{
    struct arena *mem = arena_new(0);
    struct diags *d = diags_new(mem);
    unlink(path);
    struct store *s = store_open(path, STORE_WRITE, d);
    struct collector *k = collect_start(s, "bench", 64 << 20);
    const struct receive_opt o = {.listen = "127.0.0.1:0",
                                  .body_most = 16 << 20,
                                  .bodies_most = 64 << 20,
                                  .connections = 16,
                                  .request_ns = (int64_t)60 * 1000000000,
                                  .now = 1,
                                  .take = collect_take,
                                  .behind = collect_behind,
                                  .ctx = k};
    struct receiver *r = receive_start(&o, d);
    if (!r)
        die("cannot listen");
    struct client c[CLIENTS];
    const struct timespec nap = {0, 20000000};
    double wall = bench_wall(), cpu = bench_cpu();
    for (int i = 0; i < CLIENTS; i++) {
        c[i] = (struct client){.first = (uint64_t)i << 32,
                               .port = (int)strtol(strrchr(receive_address(r), ':') + 1, NULL, 10)};
        if (pthread_create(&c[i].thread, NULL, send_bodies, &c[i]) != 0)
            die("no thread");
    }
    while (!atomic_load(&c[0].done) || !atomic_load(&c[1].done)) {
        nanosleep(&nap, NULL);
        collect_tick(k, (int64_t)(1e9 * bench_wall()));
    }
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(c[i].thread, NULL);
    double taken = bench_wall() - wall, n = (double)(c[0].taken + c[1].taken);
    receive_stop(r);
    const struct store_file f = {.name = "bench", .format = "otlp-http", .digest = {1, 1}};
    struct collect_counts counts = collect_stop(k, &f);
    double stored = bench_wall() - wall;
    bench_line("collect", "answered", n / taken, "spans a second");
    bench_line("collect", "stored", n / stored, "spans a second");
    bench_line("collect", "sent and stored", n / (bench_cpu() - cpu), "spans a CPU second");
    bench_line("collect", "behind (429)", (double)(c[0].again + c[1].again), "times");
    bench_line("collect", "lost", n - (double)counts.stored.spans, "spans");
    if ((uint64_t)n != counts.stored.spans)
        die("spans are missing");
    store_close(s);
    unlink(path);
    arena_drop(mem);
}

int main(void)
{
    for (int i = 0; i < 3; i++)
        once();
    return 0;
}
