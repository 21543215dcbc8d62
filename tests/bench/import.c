/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.c - recorded traces: spans a CPU second and a second, from a file to the store.
 *
 * Half a million spans, as many as fit into 20,000 traces of 25, are written as Jaeger JSON and as
 * OTLP lines, and imported into a fresh store on one core and on two.  "parse" is json_read alone
 * over the same bytes. */
#include "tests/bench/bench.h"
#include "base/json_read.h"
#include "trace/import.h"
#include <inttypes.h>
#include <unistd.h>

enum { TRACES = 20000, SPANS = 25, SERVICES = 10 };
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

static void rates(const char *what, const char *how, void (*once)(uint32_t), uint32_t jobs)
{
    double cpu[BENCH_TIMES], wall[BENCH_TIMES];
    char label[64];
    once(jobs);
    for (int i = 0; i < BENCH_TIMES; i++) {
        double c = bench_cpu(), w = bench_wall();
        once(jobs);
        cpu[i] = TRACES * SPANS / (bench_cpu() - c);
        wall[i] = TRACES * SPANS / (bench_wall() - w);
    }
    snprintf(label, sizeof label, "%s", how);
    bench_line(what, label, bench_median(cpu, BENCH_TIMES), "spans a CPU second");
    bench_line(what, label, bench_median(wall, BENCH_TIMES), "spans a second");
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
    rates(what, "parse", parse_once, 1);
    rates(what, "stored, 1 job", import_once, 1);
    rates(what, "stored, 2 jobs", import_once, 2);
    unlink(file);
    unlink(store);
}

int main(void)
{
    bench_format("jaeger", put_jaeger);
    bench_format("otlp", put_otlp);
    return 0;
}
