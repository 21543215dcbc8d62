/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_otlp_json.c - OpenTelemetry's JSON: lines as the collector's file exporter writes them, or
 * one document; also Jaeger's api_v3 answers, which wrap it in "result".
 *
 * The specification wants camelCase, ids in hexadecimal digits and enums as numbers; what is common
 * beside that (snake_case, base64, names of enums) is read and counted. */
#include "trace/reader_json.h"

struct otlp {
    struct json_read j;
    struct reader *r;
    struct hold hold; /* spans before their resource */
    uint32_t service, host;
    bool resource_seen;
    struct span_link link[LINKS_MOST];
};

/* Is the member called this, in one spelling or the other? */
#define CALLED(o, camel, snake)                                                                    \
    (JSON_IS(&(o)->j, camel) ||                                                                    \
     (JSON_IS(&(o)->j, snake) && (tally_add((o)->r->tally, TALLY_SPELLING, 1), true)))

/* A number, or the name of one. */
static uint8_t read_enum(struct otlp *o, bool status)
{
    struct json_read *j = &o->j;
    enum json_event e = json_next(j);
    int64_t x = 0;
    if (e == JSON_NUM && json_i64(j->s, j->n, &x))
        return x >= 0 && x <= (status ? 2 : 5) ? (uint8_t)x : 0;
    if (e == JSON_STR) {
        tally_add(o->r->tally, TALLY_SPELLING, 1);
        if (!status)
            return kind_of_text(j->s, j->n);
        return JSON_IS(j, "STATUS_CODE_ERROR") ? SPAN_ERROR
               : JSON_IS(j, "STATUS_CODE_OK")  ? SPAN_OK
                                               : SPAN_UNSET;
    }
    json_skip_rest(j, e);
    return 0;
}

static void read_resource(struct otlp *o)
{
    struct json_read *j = &o->j;
    struct rj_pair p;
    enum json_event e;
    uint32_t host = 0, instance = 0;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        if (!JSON_IS(j, "attributes")) {
            json_skip(j);
            continue;
        }
        if (!rj_enter(j, JSON_ARR))
            continue;
        while (rj_item(j, &e)) {
            if (e != JSON_OBJ) {
                json_skip_rest(j, e);
                continue;
            }
            rj_pair(j, &p);
            if (p.key == RJ_SERVICE)
                o->service = names_id(o->r->names, p.text, p.ntext);
            else if (p.key == RJ_HOST)
                host = names_id(o->r->names, p.text, p.ntext);
            else if (p.key == RJ_INSTANCE)
                instance = names_id(o->r->names, p.text, p.ntext);
        }
    }
    o->host = host ? host : instance;
}

static void read_attributes(struct otlp *o, struct span *s)
{
    struct json_read *j = &o->j;
    struct rj_pair p;
    enum json_event e;
    if (!rj_enter(j, JSON_ARR))
        return;
    while (rj_item(j, &e)) {
        if (e != JSON_OBJ) {
            json_skip_rest(j, e);
            continue;
        }
        rj_pair(j, &p);
        rj_attribute(&p, s);
    }
}

static void read_links(struct otlp *o, struct span *s)
{
    struct json_read *j = &o->j;
    enum json_event e;
    if (!rj_enter(j, JSON_ARR))
        return;
    while (rj_item(j, &e)) {
        struct span_link l = {.kind = LINK_LINK};
        bool trace = false, span = false;
        if (e != JSON_OBJ) {
            json_skip_rest(j, e);
            continue;
        }
        while (rj_member(j)) {
            if (CALLED(o, "traceId", "trace_id"))
                trace = rj_trace(j, o->r, &l.trace);
            else if (CALLED(o, "spanId", "span_id"))
                span = rj_span(j, o->r, &l.span);
            else
                json_skip(j);
        }
        if (!trace || !span)
            continue;
        if (s->nlink < LINKS_MOST)
            o->link[s->nlink++] = l;
        else
            tally_add(o->r->tally, TALLY_LINKS, 1);
    }
}

static void read_status(struct otlp *o, struct span *s)
{
    struct json_read *j = &o->j;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        if (JSON_IS(j, "code"))
            s->status = read_enum(o, true);
        else
            json_skip(j);
    }
}

struct times {
    int64_t start, end;
    bool has_start, has_end, has_trace;
};

/* The value of the member whose name has just been read. */
static void read_member(struct otlp *o, struct span *s, struct trace_id *id, struct times *t)
{
    struct json_read *j = &o->j;
    if (CALLED(o, "traceId", "trace_id"))
        t->has_trace = rj_trace(j, o->r, id);
    else if (CALLED(o, "spanId", "span_id"))
        rj_span(j, o->r, &s->id);
    else if (CALLED(o, "parentSpanId", "parent_span_id"))
        rj_span(j, o->r, &s->parent_id);
    else if (JSON_IS(j, "name"))
        s->name = rj_name(j, o->r);
    else if (JSON_IS(j, "kind"))
        s->kind = read_enum(o, false);
    else if (CALLED(o, "startTimeUnixNano", "start_time_unix_nano"))
        t->has_start = rj_time(j, 0, &t->start);
    else if (CALLED(o, "endTimeUnixNano", "end_time_unix_nano"))
        t->has_end = rj_time(j, 0, &t->end) && t->end != 0;
    else if (JSON_IS(j, "attributes"))
        read_attributes(o, s);
    else if (JSON_IS(j, "status"))
        read_status(o, s);
    else if (JSON_IS(j, "links"))
        read_links(o, s);
    else
        json_skip(j);
}

static void read_span(struct otlp *o)
{
    struct json_read *j = &o->j;
    struct span s = {.service = o->service, .host = o->host};
    struct trace_id id = {0, 0};
    struct times t = {0, 0, false, false, false};
    uint64_t at = j->at;
    while (rj_member(j))
        read_member(o, &s, &id, &t);
    if (j->cut || j->error)
        return; /* told at the end, or by who sees the error */
    if (!t.has_trace || s.id == 0 || !t.has_start) {
        reader_bad(o->r, TALLY_BAD, at, "a span without a %s that can be read",
                   !t.has_trace ? "traceId"
                   : s.id == 0  ? "spanId"
                                : "startTimeUnixNano");
        return;
    }
    s.start = t.start;
    if (!t.has_end)
        s.flags |= SPAN_UNFINISHED;
    else if (__builtin_sub_overflow(t.end, t.start, &s.duration))
        s.duration = INT64_MAX; /* out of bounds: reader_span() says so */
    if (o->resource_seen)
        reader_span(o->r, at, id, &s, o->link);
    else
        hold_span(&o->hold, at, id, &s, o->link, 0);
}

static void read_spans(struct otlp *o)
{
    enum json_event e;
    if (!rj_enter(&o->j, JSON_ARR))
        return;
    while (rj_item(&o->j, &e)) {
        if (e == JSON_OBJ)
            read_span(o);
        else
            json_skip_rest(&o->j, e);
    }
}

static void read_scopes(struct otlp *o)
{
    struct json_read *j = &o->j;
    enum json_event e;
    if (!rj_enter(j, JSON_ARR))
        return;
    while (rj_item(j, &e)) {
        if (e != JSON_OBJ) {
            json_skip_rest(j, e);
            continue;
        }
        while (rj_member(j)) {
            if (JSON_IS(j, "spans"))
                read_spans(o);
            else
                json_skip(j);
        }
    }
}

static void read_resource_spans(struct otlp *o)
{
    struct json_read *j = &o->j;
    o->service = o->host = 0;
    o->resource_seen = false;
    while (rj_member(j)) {
        if (JSON_IS(j, "resource")) {
            read_resource(o);
            o->resource_seen = true;
        } else if (CALLED(o, "scopeSpans", "scope_spans") ||
                   CALLED(o, "instrumentationLibrarySpans", "instrumentation_library_spans")) {
            read_scopes(o);
        } else {
            json_skip(j);
        }
        if (o->hold.n >= HOLD_MOST)
            hold_release(&o->hold, o->r);
    }
    for (uint32_t i = 0; i < o->hold.n; i++) {
        o->hold.v[i].s.service = o->service;
        o->hold.v[i].s.host = o->host;
    }
    hold_release(&o->hold, o->r);
}

/* Behind the { of a document; inside: of a "result". */
static void read_document(struct otlp *o, bool inside)
{
    struct json_read *j = &o->j;
    enum json_event e;
    while (rj_member(j)) {
        bool other = JSON_IS(j, "resourceMetrics") || JSON_IS(j, "resourceLogs") ||
                     JSON_IS(j, "resourceProfiles");
        if (other)
            tally_add(o->r->tally, TALLY_SIGNAL, 1);
        if (JSON_IS(j, "result") && !inside) {
            if (rj_enter(j, JSON_OBJ))
                read_document(o, true);
        } else if (!CALLED(o, "resourceSpans", "resource_spans")) {
            json_skip(j);
        } else if (rj_enter(j, JSON_ARR)) {
            while (rj_item(j, &e)) {
                if (e == JSON_OBJ)
                    read_resource_spans(o);
                else
                    json_skip_rest(j, e);
            }
        }
    }
}

/* A text of the input, whose first event is e. */
static void read_text(struct otlp *o, enum json_event e)
{
    if (e == JSON_OBJ) {
        read_document(o, false);
    } else if (e == JSON_ARR) {
        while (rj_item(&o->j, &e)) {
            if (e == JSON_OBJ)
                read_document(o, false);
            else
                json_skip_rest(&o->j, e);
        }
    } else {
        reader_bad(o->r, TALLY_BAD, o->j.at, "not an object with resourceSpans");
    }
}

void read_otlp_json(struct reader *r)
{
    struct otlp o = {.r = r};
    enum json_event e;
    rj_begin(&o.j, r, JSON_MANY);
    do {
        e = json_next(&o.j);
        if (e != JSON_END && e != JSON_ERROR)
            read_text(&o, e);
        if (!o.j.error)
            continue;
        rj_error(&o.j, r);
        hold_release(&o.hold, r);
        if (!json_resync(&o.j))
            break;
    } while (e != JSON_END);
    hold_free(&o.hold);
    rj_end(&o.j, r);
}
