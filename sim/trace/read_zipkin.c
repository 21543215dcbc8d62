/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_zipkin.c - Zipkin v2: an array of spans, an array of arrays of them (its API for several
 * traces), or lines of either.  Client and server of a call may share one id ("shared": true). */
#include "trace/reader_json.h"

struct zipkin {
    struct json_read j;
    struct reader *r;
};

static void read_endpoint(struct zipkin *z, struct span *s)
{
    struct json_read *j = &z->j;
    uint32_t ip4 = 0, ip6 = 0;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        if (JSON_IS(j, "serviceName"))
            s->service = rj_name(j, z->r);
        else if (JSON_IS(j, "ipv4"))
            ip4 = rj_name(j, z->r);
        else if (JSON_IS(j, "ipv6"))
            ip6 = rj_name(j, z->r);
        else
            json_skip(j);
    }
    s->host = ip4 ? ip4 : ip6;
}

static void read_tags(struct zipkin *z, struct span *s)
{
    struct json_read *j = &z->j;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        if (JSON_IS(j, "http.status_code")) {
            if (rj_text(j))
                s->code = code_of_text(j->s, j->n);
        } else if (JSON_IS(j, "error")) {
            s->status = SPAN_ERROR;
            json_skip(j);
        } else {
            json_skip(j);
        }
    }
}

struct zspan {
    struct span s;
    struct trace_id id;
    bool has_trace, has_start, has_duration, v1;
};

static void read_member(struct zipkin *z, struct zspan *x)
{
    struct json_read *j = &z->j;
    if (JSON_IS(j, "traceId"))
        x->has_trace = rj_trace(j, z->r, &x->id);
    else if (JSON_IS(j, "id"))
        rj_span(j, z->r, &x->s.id);
    else if (JSON_IS(j, "parentId"))
        rj_span(j, z->r, &x->s.parent_id);
    else if (JSON_IS(j, "kind"))
        x->s.kind = rj_text(j) ? kind_of_text(j->s, j->n) : KIND_NONE;
    else if (JSON_IS(j, "name"))
        x->s.name = rj_name(j, z->r);
    else if (JSON_IS(j, "timestamp"))
        x->has_start = rj_time(j, 3, &x->s.start);
    else if (JSON_IS(j, "duration"))
        x->has_duration = rj_time(j, 3, &x->s.duration);
    else if (JSON_IS(j, "localEndpoint"))
        read_endpoint(z, &x->s);
    else if (JSON_IS(j, "tags"))
        read_tags(z, &x->s);
    else if (JSON_IS(j, "shared"))
        x->s.flags |= rj_true(j) ? SPAN_SHARED : 0;
    else {
        x->v1 = x->v1 || JSON_IS(j, "binaryAnnotations");
        json_skip(j);
    }
}

static void read_span(struct zipkin *z)
{
    struct json_read *j = &z->j;
    struct zspan x = {.has_trace = false};
    uint64_t at = j->at;
    while (rj_member(j))
        read_member(z, &x);
    if (j->cut || j->error)
        return;
    if (!x.has_trace || x.s.id == 0 || !x.has_start) {
        reader_bad(z->r, TALLY_BAD, at, "a span without a %s that can be read%s",
                   !x.has_trace  ? "traceId"
                   : x.s.id == 0 ? "id"
                                 : "timestamp",
                   x.v1 ? " (Zipkin v1 is not read)" : "");
        return;
    }
    if (!x.has_duration)
        x.s.flags |= SPAN_UNFINISHED;
    reader_span(z->r, at, x.id, &x.s, NULL);
}

/* A span, or an array of them, one level deep or two; its first event is e. */
static void read_value(struct zipkin *z, enum json_event e, int level)
{
    if (e == JSON_OBJ) {
        read_span(z);
    } else if (e == JSON_ARR && level < 2) {
        while (rj_item(&z->j, &e))
            read_value(z, e, level + 1);
    } else {
        reader_bad(z->r, TALLY_BAD, z->j.at, "not a span");
        json_skip_rest(&z->j, e);
    }
}

void read_zipkin(struct reader *r)
{
    struct zipkin z = {.r = r};
    enum json_event e;
    rj_begin(&z.j, r, JSON_MANY);
    do {
        e = json_next(&z.j);
        if (e != JSON_END && e != JSON_ERROR)
            read_value(&z, e, 0);
        if (!z.j.error)
            continue;
        rj_error(&z.j, r);
        if (!json_resync(&z.j))
            break;
    } while (e != JSON_END);
    rj_end(&z.j, r);
}
