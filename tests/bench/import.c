/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.c - recorded traces: spans a CPU second and a second, from a file to the store.
 *
 * A million spans in traces of 25, as many as a request to a dozen services leaves, are written as
 * Jaeger JSON and as OTLP lines, and imported into a fresh store on one core and on two.
 * Yardsticks of the machine, in the same run: "parse" is json_read alone over the same bytes,
 * "yajl" another parser with callbacks that do nothing, where it is installed; "sqlite" is nothing
 * but the rows, put into the same tables in one transaction, each bound and stepped as programs do
 * that insert many. */
#include "tests/bench/bench.h"
#include "base/json_read.h"
#include "trace/import.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <unistd.h>
#ifdef ASK_YAJL
#include <yajl/yajl_parse.h>
#endif

enum { TRACES = 40000, SPANS = 25, SERVICES = 10 };
static const char file[] = "/tmp/pertinax-bench.json", store[] = "/tmp/pertinax-bench.db";

struct one {
    uint64_t trace, id, parent, start, duration;
    unsigned service;
};

static struct one span_of(unsigned t, unsigned i)
{
    uint64_t h = trace_mix(t, i), first = 1700000000000000u + 1000u * (uint64_t)t;
    return (struct one){.trace = trace_mix(3, t),
                        .id = h | 1,
                        .parent = i ? trace_mix(t, (i - 1) / 4) | 1 : 0,
                        .start = first + 10u * i,
                        .duration = 1000 - 20u * i + h % 10,
                        .service = (unsigned)(h % SERVICES)};
}

static void put_jaeger(FILE *f, unsigned t)
{
    fprintf(f, "%s{\"traceID\":\"%016" PRIx64 "\",\"spans\":[", t ? "," : "{\"data\":[",
            span_of(t, 0).trace);
    for (unsigned i = 0; i < SPANS; i++) {
        struct one s = span_of(t, i);
        fprintf(f,
                "%s{\"traceID\":\"%016" PRIx64 "\",\"spanID\":\"%016" PRIx64 "\",\"operationName\":"
                "\"rpc.Call\",\"references\":[{\"refType\":\"CHILD_OF\",\"traceID\":\"%016" PRIx64
                "\",\"spanID\":\"%016" PRIx64 "\"}],\"startTime\":%" PRIu64 ",\"duration\":%" PRIu64
                ",\"tags\":[{\"key\":\"span.kind\",\"type\":\"string\",\"value\":\"server\"},"
                "{\"key\":\"http.status_code\",\"type\":\"int64\",\"value\":200}],\"logs\":[],"
                "\"processID\":\"p%u\",\"warnings\":null}",
                i ? "," : "", s.trace, s.id, s.trace, s.parent, s.start, s.duration, s.service);
    }
    fputs("],\"processes\":{", f);
    for (unsigned i = 0; i < SERVICES; i++)
        fprintf(f, "%s\"p%u\":{\"serviceName\":\"service-%u\",\"tags\":[]}", i ? "," : "", i, i);
    fputs(t + 1 == TRACES ? "},\"warnings\":null}]}\n" : "},\"warnings\":null}", f);
}

static void put_otlp(FILE *f, unsigned t)
{
    fprintf(
        f,
        "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
        "{\"stringValue\":\"service-%u\"}}]},\"scopeSpans\":[{\"scope\":{},\"spans\":[",
        t % SERVICES);
    for (unsigned i = 0; i < SPANS; i++) {
        struct one s = span_of(t, i);
        fprintf(f,
                "%s{\"traceId\":\"%032" PRIx64 "\",\"spanId\":\"%016" PRIx64 "\",\"parentSpanId\":"
                "\"%016" PRIx64
                "\",\"name\":\"rpc.Call\",\"kind\":2,\"startTimeUnixNano\":\"%" PRIu64
                "000\",\"endTimeUnixNano\":\"%" PRIu64 "000\",\"attributes\":[{\"key\":"
                "\"http.status_code\",\"value\":{\"intValue\":\"200\"}}],\"status\":{}}",
                i ? "," : "", s.trace, s.id, s.parent, s.start, s.start + s.duration);
    }
    fputs("]}]}]}\n", f);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
        die("%s", sqlite3_errmsg(db));
    return q;
}

/* NULL for cells that are INT64_MIN. */
static void insert(sqlite3_stmt *q, const int64_t *cell, int n)
{
    for (int i = 0; i < n; i++)
        if (cell[i] == INT64_MIN)
            sqlite3_bind_null(q, i + 1);
        else
            sqlite3_bind_int64(q, i + 1, cell[i]);
    if (sqlite3_step(q) != SQLITE_DONE)
        die("the probe failed");
    sqlite3_reset(q);
}

static void insert_trace(sqlite3_stmt *trace, sqlite3_stmt *span, unsigned t)
{
    const int64_t number = (int64_t)t + 1, none = INT64_MIN;
    struct one s = span_of(t, 0);
    insert(trace,
           (const int64_t[]){number, 1, 0, (int64_t)s.trace, 1, (int64_t)s.start * 1000,
                             (int64_t)s.duration * 1000, (int64_t)s.duration * 1000, SPANS, 1},
           10);
    for (unsigned i = 0; i < SPANS; i++) {
        s = span_of(t, i);
        insert(span,
               (const int64_t[]){(number << 28) + i, (int64_t)s.id,
                                 i ? (number << 28) + (i - 1) / 4 : none, none, 1, none,
                                 (int64_t)s.start * 1000, (int64_t)s.duration * 1000, 0, 200 << 16},
               10);
    }
}

static void sqlite_once(uint32_t jobs)
{
    struct arena *a = arena_new(0);
    sqlite3 *db;
    (void)jobs;
    unlink(store);
    struct store *tables = store_open(store, STORE_WRITE, diags_new(a)); /* takes them away, too */
    if (!tables || sqlite3_open(store, &db) != SQLITE_OK)
        die("the probe cannot open %s", store);
    sqlite3_exec(db, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; BEGIN IMMEDIATE",
                 NULL, NULL, NULL);
    sqlite3_stmt *trace = prepared(db, "INSERT INTO trace VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sqlite3_stmt *span = prepared(db, "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (unsigned t = 0; t < TRACES; t++)
        insert_trace(trace, span, t);
    if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        die("%s", sqlite3_errmsg(db));
    sqlite3_finalize(trace);
    sqlite3_finalize(span);
    sqlite3_close(db);
    store_close(tables);
    arena_drop(a);
}

static void import_once(uint32_t jobs)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    const char *name = file;
    const struct import_opt o = {.label = "bench", .jobs = jobs};
    struct import_result r;
    unlink(store);
    struct store *s = store_open(store, STORE_WRITE, d);
    if (!s || !import_files(s, &name, 1, &o, a, &r, d) || r.counts.spans != TRACES * SPANS)
        die("the import failed");
    store_close(s);
    arena_drop(a);
}

static void parse_once(uint32_t jobs)
{
    struct json_read j;
    struct input *in = input_open(file);
    enum json_event e;
    (void)jobs;
    if (!in)
        die("%s has gone", file);
    json_read_from(&j, input_read, in, JSON_MANY);
    while ((e = json_next(&j)) != JSON_END && e != JSON_ERROR)
        ;
    json_read_end(&j);
    input_close(in);
}

#ifdef ASK_YAJL
static int yajl_text(void *ctx, const unsigned char *s, size_t n)
{
    (void)s;
    *(size_t *)ctx += n;
    return 1;
}

static int yajl_digits(void *ctx, const char *s, size_t n)
{
    return yajl_text(ctx, (const void *)s, n);
}

static void yajl_once(uint32_t jobs)
{
    static const yajl_callbacks calls = {
        .yajl_number = yajl_digits, .yajl_string = yajl_text, .yajl_map_key = yajl_text};
    unsigned char piece[1 << 16];
    size_t n, seen = 0;
    FILE *f = fopen(file, "r");
    yajl_handle h = yajl_alloc(&calls, NULL, &seen);
    (void)jobs;
    if (!f || !h || !yajl_config(h, yajl_allow_multiple_values, 1))
        die("yajl cannot be used");
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        if (yajl_parse(h, piece, n) != yajl_status_ok)
            die("yajl cannot read it");
    if (yajl_complete_parse(h) != yajl_status_ok || seen == 0)
        die("yajl cannot read it");
    yajl_free(h);
    fclose(f);
}
#endif

static void rates(const char *what, const char *how, void (*once)(uint32_t), uint32_t jobs)
{
    double cpu[BENCH_TIMES], wall[BENCH_TIMES];
    once(jobs);
    for (int i = 0; i < BENCH_TIMES; i++) {
        double c = bench_cpu(), w = bench_wall();
        once(jobs);
        cpu[i] = TRACES * SPANS / (bench_cpu() - c);
        wall[i] = TRACES * SPANS / (bench_wall() - w);
    }
    bench_line(what, how, bench_median(cpu, BENCH_TIMES), "spans a CPU second");
    bench_line(what, how, bench_median(wall, BENCH_TIMES), "spans a second");
}

static void bench_format(const char *what, void (*put)(FILE *f, unsigned t))
{
    FILE *f = fopen(file, "w");
    if (!f)
        die("cannot write %s", file);
    for (unsigned t = 0; t < TRACES; t++)
        put(f, t);
    if (fclose(f) != 0)
        die("cannot write %s", file);
#ifdef ASK_YAJL
    rates(what, "yajl", yajl_once, 1);
#else
    printf("%-12s yajl: not built, as pkg-config finds none\n", what);
#endif
    rates(what, "parse", parse_once, 1);
    rates(what, "stored, 1 job", import_once, 1);
    rates(what, "stored, 2 jobs", import_once, 2);
    unlink(file);
    unlink(store);
}

int main(void)
{
    rates("rows", "sqlite", sqlite_once, 1);
    bench_format("jaeger", put_jaeger);
    bench_format("otlp", put_otlp);
    bench_line("memory", "at most", bench_peak(), "MiB");
    return 0;
}
