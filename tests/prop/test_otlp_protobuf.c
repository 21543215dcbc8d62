/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_otlp_protobuf.c - random requests, encoded by protobuf-c from a description of the messages,
 * as our own reader of the wire format sees them: the same spans, field by field.  Built where
 * pkg-config finds libprotobuf-c, and protoc-c is installed. */
#include "tests/prop/otlp_sample.h"
#include "tests/unit/test.h"
#include "trace/otlp_proto.h"
#include <stdio.h>

enum { REQUESTS = 2000, SPANS_MOST = 6, LINKS = 4 };

/* What has to come out. */
struct want {
    struct trace_id trace;
    uint64_t id, parent, start, end;
    const char *name, *service, *host;
    uint8_t kind, status;
    uint16_t code;
    uint32_t nlink;
    struct span_link link[LINKS];
};
struct wants {
    struct want v[4 * SPANS_MOST];
    uint32_t n;
};

static uint64_t number(const uint8_t *b)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | b[i];
    return v;
}

static struct trace_id trace_of(ProtobufCBinaryData b)
{
    return (struct trace_id){number(b.data), number(b.data + 8)};
}

/* ---- to be encoded ---- */

static void add_links(struct sample *s, Otlp__Span *x, struct want *w)
{
    w->nlink = sample_below(s, LINKS + 1);
    x->n_links = w->nlink;
    x->links = NEW(s->mem, Otlp__Link *, w->nlink + 1);
    for (uint32_t i = 0; i < w->nlink; i++) {
        Otlp__Link *l = NEW(s->mem, Otlp__Link, 1);
        otlp__link__init(l);
        l->trace_id = sample_id(s, 16);
        l->span_id = sample_id(s, 8);
        l->trace_state = sample_text(s, i ? "vendor=1" : "");
        l->flags = i;
        w->link[i] = (struct span_link){trace_of(l->trace_id), number(l->span_id.data), LINK_LINK};
        x->links[i] = l;
    }
}

static void add_attributes(struct sample *s, Otlp__Span *x, struct want *w)
{
    x->attributes = NEW(s->mem, Otlp__KeyValue *, 4);
    Otlp__KeyValue **to = x->attributes;
    for (uint32_t i = sample_below(s, 3); i > 0; i--)
        *to++ = sample_pair(s, "other", sample_other(s, 3));
    if (sample_below(s, 2)) {
        w->code = (uint16_t)(100 + sample_below(s, 500));
        *to++ = sample_int(s, "http.response.status_code", w->code);
    }
    if (w->status == SPAN_UNSET && sample_below(s, 4) == 0) {
        Otlp__AnyValue *yes = sample_value(s, OTLP__ANY_VALUE__VALUE_BOOL_VALUE);
        yes->bool_value = 1;
        *to++ = sample_pair(s, "error", yes);
        w->status = SPAN_ERROR;
    }
    x->n_attributes = (size_t)(to - x->attributes);
}

static void add_event(struct sample *s, Otlp__Span *x)
{
    Otlp__Event *e = NEW(s->mem, Otlp__Event, 1);
    otlp__event__init(e);
    e->time_unix_nano = sample_bits(s);
    e->name = sample_text(s, "exception");
    e->n_attributes = 1;
    e->attributes = NEW(s->mem, Otlp__KeyValue *, 1);
    e->attributes[0] = sample_string(s, "http.status_code", "500"); /* not the span's */
    x->n_events = 1;
    x->events = NEW(s->mem, Otlp__Event *, 1);
    x->events[0] = e;
}

static Otlp__Span *span(struct sample *s, struct want *w)
{
    static const char *const names[] = {"GET /", "", "caf\xc3\xa9 \xe2\x82\xac",
                                        "a name that is longer than any window of sixteen bytes"};
    Otlp__Span *x = NEW(s->mem, Otlp__Span, 1);
    otlp__span__init(x);
    x->trace_id = sample_id(s, 16);
    x->span_id = sample_id(s, 8);
    x->parent_span_id = sample_below(s, 3) ? sample_id(s, 8) : (ProtobufCBinaryData){0, NULL};
    x->trace_state = sample_text(s, sample_below(s, 2) ? "a=b" : "");
    x->name = sample_text(s, names[sample_below(s, TEST_COUNT(names))]);
    x->kind = (int32_t)sample_below(s, 6);
    x->start_time_unix_nano = sample_bits(s) >> 3;
    x->end_time_unix_nano = x->start_time_unix_nano + (sample_bits(s) >> 30);
    x->flags = (uint32_t)sample_bits(s);
    *w = (struct want){.trace = trace_of(x->trace_id),
                       .id = number(x->span_id.data),
                       .parent = x->parent_span_id.len ? number(x->parent_span_id.data) : 0,
                       .start = x->start_time_unix_nano,
                       .name = x->name,
                       .kind = (uint8_t)x->kind};
    if (sample_below(s, 5) == 0)
        x->end_time_unix_nano = 0;
    w->end = x->end_time_unix_nano;
    if (sample_below(s, 2)) {
        x->status = NEW(s->mem, Otlp__Status, 1);
        otlp__status__init(x->status);
        x->status->code = (int32_t)sample_below(s, 3);
        x->status->message = sample_text(s, "why");
        w->status = (uint8_t)x->status->code;
    }
    add_attributes(s, x, w);
    add_links(s, x, w);
    if (sample_below(s, 2))
        add_event(s, x);
    return x;
}

static Otlp__ScopeSpans *scope(struct sample *s, struct wants *w, const char *service,
                               const char *host)
{
    Otlp__ScopeSpans *x = NEW(s->mem, Otlp__ScopeSpans, 1);
    otlp__scope_spans__init(x);
    x->scope = NEW(s->mem, Otlp__Scope, 1);
    otlp__scope__init(x->scope);
    x->scope->name = sample_text(s, "library");
    x->n_spans = sample_below(s, SPANS_MOST);
    x->spans = NEW(s->mem, Otlp__Span *, x->n_spans + 1);
    for (size_t i = 0; i < x->n_spans; i++) {
        x->spans[i] = span(s, &w->v[w->n]);
        w->v[w->n].service = service;
        w->v[w->n++].host = host;
    }
    return x;
}

static Otlp__ResourceSpans *resource(struct sample *s, struct wants *w)
{
    static const char *const services[] = {"", "cart", "checkout"}, *const hosts[] = {"", "n1"};
    const char *service = services[sample_below(s, 3)], *host = hosts[sample_below(s, 2)];
    Otlp__ResourceSpans *x = NEW(s->mem, Otlp__ResourceSpans, 1);
    otlp__resource_spans__init(x);
    x->schema_url = sample_text(s, "https://opentelemetry.io/schemas/1.21.0");
    x->resource = NEW(s->mem, Otlp__Resource, 1);
    otlp__resource__init(x->resource);
    x->resource->attributes = NEW(s->mem, Otlp__KeyValue *, 3);
    x->resource->n_attributes = 3;
    x->resource->attributes[0] = sample_pair(s, "telemetry.sdk", sample_other(s, 2));
    x->resource->attributes[1] = sample_string(s, "service.name", service);
    x->resource->attributes[2] = sample_string(s, "host.name", host);
    x->n_scope_spans = 1 + sample_below(s, 2);
    x->scope_spans = NEW(s->mem, Otlp__ScopeSpans *, x->n_scope_spans);
    for (size_t i = 0; i < x->n_scope_spans; i++)
        x->scope_spans[i] = scope(s, w, service, host);
    return x;
}

static void *encode(struct sample *s, struct wants *w, size_t *n)
{
    Otlp__Request r;
    otlp__request__init(&r);
    r.n_resource_spans = 1 + sample_below(s, 2);
    r.resource_spans = NEW(s->mem, Otlp__ResourceSpans *, r.n_resource_spans);
    for (size_t i = 0; i < r.n_resource_spans; i++)
        r.resource_spans[i] = resource(s, w);
    *n = otlp__request__get_packed_size(&r);
    uint8_t *bytes = NEW(s->mem, uint8_t, *n + 1);
    assert_int_equal(otlp__request__pack(&r, bytes), *n);
    return bytes;
}

/* ---- as it is read ---- */

static void say(void *ctx, uint64_t at, const char *text)
{
    fail_msg("request %u, byte %llu: %s", *(unsigned *)ctx, (unsigned long long)at, text);
}

static void compare(const struct want *w, const struct held *h, const struct span_link *link,
                    const struct name_table *names)
{
    const struct span *s = &h->s;
    assert_true(h->id.hi == w->trace.hi && h->id.lo == w->trace.lo);
    assert_true(s->id == w->id && s->parent_id == w->parent);
    assert_true(s->start == (int64_t)w->start);
    assert_true(s->duration == (w->end ? (int64_t)(w->end - w->start) : 0));
    assert_int_equal(s->flags & SPAN_UNFINISHED, w->end ? 0 : SPAN_UNFINISHED);
    assert_string_equal(names_text(names, s->name), w->name);
    assert_string_equal(names_text(names, s->service), w->service);
    assert_string_equal(names_text(names, s->host), w->host);
    assert_int_equal(s->kind, w->kind);
    assert_int_equal(s->code, w->code);
    assert_int_equal(s->nlink, w->nlink);
    for (uint32_t i = 0; i < w->nlink; i++) {
        const struct span_link *l = &link[s->link + i];
        assert_true(l->trace.hi == w->link[i].trace.hi && l->trace.lo == w->link[i].trace.lo);
        assert_true(l->span == w->link[i].span);
    }
    assert_int_equal(s->status, w->status);
}

static void test_as_encoded(void **state)
{
    (void)state;
    struct sample s = {.mem = arena_new(0), .key = {.seed = 4318}};
    size_t seen = 0;
    for (unsigned i = 0; i < test_samples(REQUESTS); i++) {
        struct wants w = {.n = 0};
        struct tally tally = {{0}};
        struct name_table names;
        struct hold hold = {.n = 0};
        struct reader r = {.tally = &tally, .names = &names, .keep = &hold, .say = say, .ctx = &i};
        size_t n;
        s.key.path = i;
        s.key.visit = 0;
        void *bytes = encode(&s, &w, &n);
        names_init(&names);
        assert_true(otlp_proto_message(&r, bytes, n, 0));
        assert_int_equal(hold.n, w.n);
        for (uint32_t k = 0; k < w.n; k++)
            compare(&w.v[k], &hold.v[k], hold.link, &names);
        seen += w.n;
        hold_free(&hold);
        names_free(&names);
        arena_reset(s.mem);
    }
    assert_true(seen > test_samples(REQUESTS));
    arena_drop(s.mem);
}

int main(void)
{
    const struct CMUnitTest t[] = {cmocka_unit_test(test_as_encoded)};
    return cmocka_run_group_tests_name("otlp_protobuf", t, NULL, NULL);
}
