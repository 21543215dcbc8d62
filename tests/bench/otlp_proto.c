/* SPDX-License-Identifier: GPL-3.0-or-later */
/* otlp_proto.c - spans a CPU second out of OpenTelemetry's protobuf: our reader of the wire format,
 * which allocates nothing, and protobuf-c, which makes a tree of the message.  Both see the same
 * message of a thousand spans, again and again; nothing is stored. */
#include "tests/bench/bench.h"
#ifdef ASK_PROTOBUF
#include "tests/prop/otlp_sample.h"
#include "trace/otlp_proto.h"

enum { SPANS = 1000, ROUNDS = 300 };

static void say(void *ctx, uint64_t at, const char *text)
{
    (void)ctx;
    (void)at;
    die("%s", text);
}

static Otlp__Span *span(struct sample *s)
{
    Otlp__Span *x = NEW(s->mem, Otlp__Span, 1);
    otlp__span__init(x);
    x->trace_id = sample_id(s, 16);
    x->span_id = sample_id(s, 8);
    x->parent_span_id = sample_id(s, 8);
    x->name = sample_text(s, "rpc.Call");
    x->kind = 2;
    x->start_time_unix_nano = 1700000000000000000u;
    x->end_time_unix_nano = 1700000000001000000u;
    x->n_attributes = 3;
    x->attributes = NEW(s->mem, Otlp__KeyValue *, 3);
    x->attributes[0] = sample_string(s, "http.request.method", "GET");
    x->attributes[1] = sample_int(s, "http.response.status_code", 200);
    x->attributes[2] = sample_string(s, "url.path", "/hotels");
    return x;
}

static uint8_t *encode(struct sample *s, size_t *n)
{
    Otlp__Request r;
    Otlp__ResourceSpans *from = NEW(s->mem, Otlp__ResourceSpans, 1);
    Otlp__ScopeSpans *scope = NEW(s->mem, Otlp__ScopeSpans, 1);
    otlp__request__init(&r);
    otlp__resource_spans__init(from);
    otlp__scope_spans__init(scope);
    scope->n_spans = SPANS;
    scope->spans = NEW(s->mem, Otlp__Span *, SPANS);
    for (int i = 0; i < SPANS; i++)
        scope->spans[i] = span(s);
    from->n_scope_spans = r.n_resource_spans = 1;
    from->scope_spans = &scope;
    r.resource_spans = &from;
    *n = otlp__request__get_packed_size(&r);
    uint8_t *bytes = NEW(s->mem, uint8_t, *n);
    otlp__request__pack(&r, bytes);
    return bytes;
}

static void read_ours(const uint8_t *bytes, size_t n)
{
    struct name_table names;
    struct tally tally = {{0}};
    struct hold hold = {.n = 0};
    struct reader r = {.tally = &tally, .names = &names, .keep = &hold, .say = say};
    names_init(&names);
    if (!otlp_proto_message(&r, bytes, n, 0) || hold.n != SPANS)
        die("our reader lost spans");
    hold_free(&hold);
    names_free(&names);
}

static void read_theirs(const uint8_t *bytes, size_t n)
{
    Otlp__Request *r = otlp__request__unpack(NULL, n, bytes);
    if (!r || r->resource_spans[0]->scope_spans[0]->n_spans != SPANS)
        die("protobuf-c lost spans");
    otlp__request__free_unpacked(r, NULL);
}

static void rate(const char *how, void (*once)(const uint8_t *, size_t), const uint8_t *bytes,
                 size_t n)
{
    double v[BENCH_TIMES];
    for (int i = -1; i < BENCH_TIMES; i++) {
        double cpu = bench_cpu();
        for (int k = 0; k < ROUNDS; k++)
            once(bytes, n);
        if (i >= 0)
            v[i] = (double)SPANS * ROUNDS / (bench_cpu() - cpu);
    }
    bench_line("otlp_proto", how, bench_median(v, BENCH_TIMES), "spans a CPU second");
}

int main(void)
{
    struct sample s = {.mem = arena_new(0), .key = {.seed = 1}};
    size_t n;
    const uint8_t *bytes = encode(&s, &n);
    rate("ours", read_ours, bytes, n);
    rate("protobuf-c", read_theirs, bytes, n);
    arena_drop(s.mem);
    return 0;
}
#else
int main(void)
{
    puts("otlp_proto   not measured, as protobuf-c is not installed");
    return 0;
}
#endif
