/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace_otlp.c - requests as OTLP JSON: a trace for each, a span for each step executed and one for
 * the request; a step that was run by a task below the step that began the task, so that the
 * pipeline can be found back.  Calls are CLIENT spans; what failed has the status ERROR.
 *
 * One by one, a request begins a millisecond after the one before it was over; under load, when it
 * arrived. */
#include "base/sha256.h"
#include "reports/key.h"
#include "reports/layout.h"
#include "reports/trace.h"
#include <inttypes.h>
#include <string.h>

static const int64_t epoch = INT64_C(1577836800000000000); /* 2020-01-01 UTC, ns */

enum { KIND_INTERNAL = 1, KIND_SERVER = 2, KIND_CLIENT = 3, STATUS_ERROR = 2 };
enum { TRACE_ID = 32, SPAN_ID = 16 };

struct otlp {
    struct json j;
    struct arena *mem; /* of the request being written */
    const struct run_result *r;
    const struct exec_result *e;
    const struct timeline_result *t;
    const struct diags *d;
    struct trace_sums sums;
    int64_t begin; /* of the request */
    char trace[SHA256_HEX];
};

/* ---- ids ---- */

static void trace_id(struct otlp *o)
{
    const char *what =
        arena_printf(o->mem, "%s %" PRIu64 " %s %" PRIu64 " %s", o->r->digest ? o->r->digest : "",
                     o->r->seed, o->e->name, o->t->ordinal, o->t->which);
    struct sha256 s;
    sha256_begin(&s);
    sha256_add(&s, what, strlen(what));
    sha256_end(&s, o->trace);
    o->trace[TRACE_ID] = 0;
}

/* Of the request: number 0; of a span: its index and 1. */
static const char *span_id(struct otlp *o, uint32_t number)
{
    char hex[SHA256_HEX];
    const char *what = arena_printf(o->mem, "%s %u", o->trace, (unsigned)number);
    struct sha256 s;
    sha256_begin(&s);
    sha256_add(&s, what, strlen(what));
    sha256_end(&s, hex);
    return arena_strndup(o->mem, hex, SPAN_ID);
}

/* ---- attributes ---- */

static void attribute_begin(struct json *j, const char *key, const char *type)
{
    json_obj(j);
    key_str(j, "key", key);
    json_key(j, "value");
    json_obj(j);
    json_key(j, type);
}

static void attribute_end(struct json *j)
{
    json_end_obj(j);
    json_end_obj(j);
}

static void attribute_str(struct json *j, const char *key, const char *value)
{
    attribute_begin(j, key, "stringValue");
    json_str(j, value ? value : "");
    attribute_end(j);
}

/* Whole numbers are strings in OTLP's JSON. */
static void attribute_int(struct otlp *o, const char *key, int64_t value)
{
    attribute_begin(&o->j, key, "intValue");
    json_str(&o->j, arena_printf(o->mem, "%" PRId64, value));
    attribute_end(&o->j);
}

static void attribute_bool(struct json *j, const char *key, bool value)
{
    attribute_begin(j, key, "boolValue");
    json_bool(j, value);
    attribute_end(j);
}

/* ---- spans ---- */

static void key_time(struct otlp *o, const char *key, int64_t ns)
{
    key_str(&o->j, key, arena_printf(o->mem, "%" PRId64, epoch + o->begin + ns));
}

struct span {
    uint32_t number, parent; /* as span_id() has them; parent UINT32_MAX: none */
    const char *name;
    int kind;
    double start, end;
};

static void span_begin(struct otlp *o, const struct span *s)
{
    struct json *j = &o->j;
    json_obj(j);
    key_str(j, "traceId", o->trace);
    key_str(j, "spanId", span_id(o, s->number));
    if (s->parent != UINT32_MAX)
        key_str(j, "parentSpanId", span_id(o, s->parent));
    key_str(j, "name", s->name);
    json_key(j, "kind");
    json_int(j, s->kind);
    key_time(o, "startTimeUnixNano", trace_ns(s->start));
    key_time(o, "endTimeUnixNano", trace_ns(s->end));
    json_key(j, "attributes");
    json_arr(j);
}

static void span_end(struct otlp *o, bool error, const char *message)
{
    struct json *j = &o->j;
    json_end_arr(j);
    json_key(j, "status");
    json_obj(j);
    if (error) {
        json_key(j, "code");
        json_int(j, STATUS_ERROR);
        key_str(j, "message", message);
    }
    json_end_obj(j);
    json_end_obj(j);
}

static void root_write(struct otlp *o)
{
    const struct timeline_result *t = o->t;
    const struct span s = {.parent = UINT32_MAX,
                           .name = t->cls,
                           .kind = KIND_SERVER,
                           .end = t->duration > t->latency ? t->duration : t->latency};
    span_begin(o, &s);
    attribute_str(&o->j, "pertinax.execution", o->e->name);
    attribute_int(o, "pertinax.ordinal", (int64_t)t->ordinal);
    attribute_int(o, "pertinax.latency_ns", trace_ns(t->latency));
    if (t->status)
        attribute_int(o, "http.response.status_code", t->status);
    span_end(o, trace_failed(t), t->status ? outcome_name(o->mem, t->status) : "unanswered");
}

static void step_write(struct otlp *o, uint32_t i)
{
    const struct timeline_result *t = o->t;
    const struct timeline_span *q = &t->span[i];
    const char *verb = trace_verb(o->r, q->step);
    uint32_t above = trace_step_above(t, i);
    const struct span s = {.number = i + 1,
                           .parent = above < t->nspan ? above + 1 : 0,
                           .name = q->name,
                           .kind = strcmp(verb, "call") == 0 ? KIND_CLIENT : KIND_INTERNAL,
                           .start = q->start,
                           .end = q->end};
    span_begin(o, &s);
    if (q->step < o->e->nstep) {
        attribute_str(&o->j, "pertinax.step", o->e->step[q->step].path);
        attribute_str(&o->j, "pertinax.at", place_text(o->mem, o->d, o->e->step[q->step].at));
    }
    if (*verb)
        attribute_str(&o->j, "pertinax.verb", verb);
    attribute_str(&o->j, "pertinax.execution", o->e->name);
    attribute_int(o, "pertinax.ordinal", (int64_t)t->ordinal);
    attribute_bool(&o->j, "pertinax.critical", o->sums.critical[i] > 0);
    attribute_int(o, "pertinax.critical_ns", o->sums.critical[i]);
    attribute_int(o, "pertinax.queue_ns", o->sums.queue[i]);
    attribute_int(o, "pertinax.cpu_ns", o->sums.cpu[i]);
    if (q->cancelled)
        attribute_bool(&o->j, "pertinax.cancelled", true);
    span_end(o, q->failed, "failed");
}

/* ---- the document ---- */

static void request_write(struct otlp *o)
{
    o->mem = arena_new(0);
    trace_id(o);
    o->sums = trace_sums(o->mem, o->t);
    root_write(o);
    for (uint32_t i = 0; i < o->t->nspan; i++)
        if (o->t->span[i].kind == TIMELINE_STEP)
            step_write(o, i);
    arena_drop(o->mem);
}

/* When all of it is over: detached tasks may end after the request. */
static int64_t over(const struct timeline_result *t)
{
    int64_t end = trace_ns(t->duration);
    for (uint32_t i = 0; i < t->nspan; i++)
        if (trace_ns(t->span[i].end) > end)
            end = trace_ns(t->span[i].end);
    return end;
}

static void exec_write(struct otlp *o)
{
    const int64_t gap = 1000000;
    uint32_t n;
    const struct timeline_result *t = trace_requests(o->e, &n);
    struct json *j = &o->j;
    if (n == 0)
        return;
    json_obj(j);
    json_key(j, "resource");
    json_obj(j);
    json_key(j, "attributes");
    json_arr(j);
    attribute_str(j, "service.name", o->r->model_name);
    attribute_str(j, "pertinax.execution", o->e->name);
    json_end_arr(j);
    json_end_obj(j);
    json_key(j, "scopeSpans");
    json_arr(j);
    json_obj(j);
    json_key(j, "scope");
    json_obj(j);
    key_str(j, "name", "pertinax");
    key_str(j, "version", o->r->version ? o->r->version : "");
    json_end_obj(j);
    json_key(j, "spans");
    json_arr(j);
    int64_t clock = 0;
    for (uint32_t i = 0; i < n; i++) {
        o->t = &t[i];
        o->begin = o->r->no_load ? clock : trace_ns(t[i].arrival);
        clock += over(&t[i]) + gap;
        request_write(o);
    }
    json_end_arr(j);
    json_end_obj(j);
    json_end_arr(j);
    json_end_obj(j);
}

void trace_otlp(const struct run_result *const *r, uint32_t n, const struct diags *d,
                struct buf *out)
{
    struct otlp o = {.d = d};
    json_begin(&o.j, out, false);
    json_obj(&o.j);
    json_key(&o.j, "resourceSpans");
    json_arr(&o.j);
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < r[k]->nexec; i++) {
            o.r = r[k];
            o.e = &r[k]->exec[i];
            exec_write(&o);
        }
    json_end_arr(&o.j);
    json_end_obj(&o.j);
    buf_putc(out, '\n');
}
