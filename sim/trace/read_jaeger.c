/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_jaeger.c - Jaeger's JSON: {"data": [trace...]} as its UI and /api/traces give it, one trace,
 * an array of traces, or lines of any of these.
 *
 * A span's service stands in "processes", which comes behind the spans of its trace: they are held
 * until then.  Also read: ids in base64, times as RFC 3339 and durations such as "0.005s", as
 * protobuf's JSON of the same has them; and a "process" within the span. */
#include "trace/reader_json.h"
#include "base/arena.h"
#include <stdlib.h>

struct process {
    uint32_t id, service, host; /* id: the name of "p1" */
};
struct jaeger {
    struct json_read j;
    struct reader *r;
    struct hold hold;
    struct process *process;
    uint32_t nprocess, cap;
    struct span_link link[LINKS_MOST];
};

/* ---- processes ---- */

/* Behind {. */
static struct process read_process(struct jaeger *w)
{
    struct json_read *j = &w->j;
    struct process p = {0, 0, 0};
    struct rj_pair pair;
    enum json_event e;
    uint32_t ip = 0;
    while (rj_member(j)) {
        if (JSON_IS(j, "serviceName") || JSON_IS(j, "service_name")) {
            p.service = rj_name(j, w->r);
        } else if (!JSON_IS(j, "tags")) {
            json_skip(j);
        } else if (rj_enter(j, JSON_ARR)) {
            while (rj_item(j, &e)) {
                if (e != JSON_OBJ) {
                    json_skip_rest(j, e);
                    continue;
                }
                rj_pair(j, &pair);
                if (pair.key == RJ_HOST || pair.key == RJ_HOSTNAME)
                    p.host = names_id(w->r->names, pair.text, pair.ntext);
                else if (pair.key == RJ_IP)
                    ip = names_id(w->r->names, pair.text, pair.ntext);
            }
        }
    }
    p.host = p.host ? p.host : ip;
    return p;
}

static void read_processes(struct jaeger *w)
{
    struct json_read *j = &w->j;
    if (!rj_enter(j, JSON_OBJ))
        return;
    while (rj_member(j)) {
        uint32_t id = names_id(w->r->names, j->s, j->n);
        if (!rj_enter(j, JSON_OBJ))
            continue;
        struct process p = read_process(w);
        p.id = id;
        w->process = grow(w->process, &w->cap, w->nprocess + 1, sizeof *w->process);
        w->process[w->nprocess++] = p;
    }
}

static int by_id(const void *a, const void *b)
{
    const struct process *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* The trace is read: hand its spans on. */
static void release(struct jaeger *w)
{
    const struct process *last = NULL;
    if (w->nprocess)
        qsort(w->process, w->nprocess, sizeof *w->process, by_id);
    for (uint32_t i = 0; i < w->hold.n; i++) {
        struct held *h = &w->hold.v[i];
        struct process want = {.id = h->owner};
        if (h->owner == 0 || w->nprocess == 0)
            continue;
        if (!last || last->id != h->owner)
            last = bsearch(&want, w->process, w->nprocess, sizeof want, by_id);
        if (last) {
            h->s.service = last->service;
            h->s.host = last->host;
        }
    }
    hold_release(&w->hold, w->r);
    w->nprocess = 0;
}

/* ---- spans ---- */

struct jspan {
    struct span s;
    struct trace_id id;
    uint32_t owner;
    uint64_t follows; /* a parent that it follows from */
    bool has_trace, has_start, has_duration;
};

static void add_link(struct jaeger *w, struct jspan *x, struct span_link l)
{
    if (x->s.nlink < LINKS_MOST)
        w->link[x->s.nlink++] = l;
    else
        tally_add(w->r->tally, TALLY_LINKS, 1);
}

/* Behind the { of a reference. */
static void read_reference(struct jaeger *w, struct jspan *x)
{
    struct json_read *j = &w->j;
    struct span_link l = {.kind = LINK_LINK};
    bool trace = false, span = false, child = true;
    while (rj_member(j)) {
        if (JSON_IS(j, "refType") || JSON_IS(j, "ref_type"))
            child = !(rj_text(j) && JSON_IS(j, "FOLLOWS_FROM"));
        else if (JSON_IS(j, "traceID") || JSON_IS(j, "traceId"))
            trace = rj_trace(j, w->r, &l.trace);
        else if (JSON_IS(j, "spanID") || JSON_IS(j, "spanId"))
            span = rj_span(j, w->r, &l.span);
        else
            json_skip(j); /* the UI's download has the whole chain of ancestors here */
    }
    if (!span)
        return;
    bool own = !trace || !x->has_trace || trace_same(l.trace, x->id);
    l.trace = trace ? l.trace : x->id;
    if (child && own && x->s.parent_id == 0) {
        x->s.parent_id = l.span;
        return;
    }
    l.kind = child ? LINK_LINK : LINK_FOLLOWS_FROM;
    if (!child && own && x->follows == 0)
        x->follows = l.span;
    add_link(w, x, l);
}

static void read_references(struct jaeger *w, struct jspan *x)
{
    enum json_event e;
    if (!rj_enter(&w->j, JSON_ARR))
        return;
    while (rj_item(&w->j, &e)) {
        if (e == JSON_OBJ)
            read_reference(w, x);
        else
            json_skip_rest(&w->j, e);
    }
}

static void read_tags(struct jaeger *w, struct span *s)
{
    struct rj_pair p;
    enum json_event e;
    if (!rj_enter(&w->j, JSON_ARR))
        return;
    while (rj_item(&w->j, &e)) {
        if (e != JSON_OBJ) {
            json_skip_rest(&w->j, e);
            continue;
        }
        rj_pair(&w->j, &p);
        rj_attribute(&p, s);
    }
}

/* Microseconds as a number; RFC 3339; "0.005s", "5000ns". */
static bool read_time(struct json_read *j, bool duration, int64_t *out)
{
    enum json_event e = json_next(j);
    if (e != JSON_STR && e != JSON_NUM) {
        json_skip_rest(j, e);
        return false;
    }
    size_t n = j->n;
    if (json_decimal(j->s, n, 3, out))
        return true;
    if (!duration)
        return time_iso(j->s, n, out);
    if (n > 2 && memcmp(j->s + n - 2, "ns", 2) == 0)
        return json_decimal(j->s, n - 2, 0, out);
    return n > 1 && j->s[n - 1] == 's' && json_decimal(j->s, n - 1, 9, out);
}

static void read_member(struct jaeger *w, struct jspan *x)
{
    struct json_read *j = &w->j;
    if (JSON_IS(j, "spanID") || JSON_IS(j, "spanId"))
        rj_span(j, w->r, &x->s.id);
    else if (JSON_IS(j, "traceID") || JSON_IS(j, "traceId"))
        x->has_trace = rj_trace(j, w->r, &x->id);
    else if (JSON_IS(j, "operationName") || JSON_IS(j, "operation_name"))
        x->s.name = rj_name(j, w->r);
    else if (JSON_IS(j, "startTime") || JSON_IS(j, "start_time"))
        x->has_start = read_time(j, false, &x->s.start);
    else if (JSON_IS(j, "duration"))
        x->has_duration = read_time(j, true, &x->s.duration);
    else if (JSON_IS(j, "processID") || JSON_IS(j, "processId"))
        x->owner = rj_name(j, w->r);
    else if (JSON_IS(j, "references"))
        read_references(w, x);
    else if (JSON_IS(j, "tags"))
        read_tags(w, &x->s);
    else if (JSON_IS(j, "parentSpanID") || JSON_IS(j, "parentSpanId"))
        rj_span(j, w->r, &x->s.parent_id);
    else if (!JSON_IS(j, "process"))
        json_skip(j);
    else if (rj_enter(j, JSON_OBJ)) {
        struct process p = read_process(w);
        x->s.service = p.service;
        x->s.host = p.host;
    }
}

static void read_span(struct jaeger *w)
{
    struct json_read *j = &w->j;
    struct jspan x = {.owner = 0};
    uint64_t at = j->at;
    while (rj_member(j))
        read_member(w, &x);
    if (j->cut || j->error)
        return;
    if (!x.has_trace || x.s.id == 0 || !x.has_start) {
        reader_bad(w->r, TALLY_BAD, at, "a span without a %s that can be read",
                   !x.has_trace  ? "traceID"
                   : x.s.id == 0 ? "spanID"
                                 : "startTime");
        return;
    }
    if (!x.has_duration)
        x.s.flags |= SPAN_UNFINISHED;
    if (x.s.parent_id == 0)
        x.s.parent_id = x.follows; /* its place in the tree, though nobody waits for it */
    if (w->hold.n == HOLD_MOST)
        hold_release(&w->hold, w->r);
    hold_span(&w->hold, at, x.id, &x.s, w->link, x.owner);
}

/* ---- documents ---- */

/* Behind { of a trace, or of what holds traces in "data". */
static void read_object(struct jaeger *w, bool inside);

static void read_traces(struct jaeger *w)
{
    enum json_event e = json_next(&w->j);
    if (e == JSON_OBJ) { /* one that is not in an array */
        read_object(w, true);
        return;
    }
    if (e != JSON_ARR) {
        json_skip_rest(&w->j, e);
        return;
    }
    while (rj_item(&w->j, &e)) {
        if (e == JSON_OBJ)
            read_object(w, true);
        else
            json_skip_rest(&w->j, e);
    }
}

static void read_object(struct jaeger *w, bool inside)
{
    struct json_read *j = &w->j;
    enum json_event e;
    while (rj_member(j)) {
        if (JSON_IS(j, "data") && !inside) {
            read_traces(w);
        } else if (JSON_IS(j, "processes")) {
            read_processes(w);
        } else if (!JSON_IS(j, "spans")) {
            json_skip(j);
        } else if (rj_enter(j, JSON_ARR)) {
            while (rj_item(j, &e)) {
                if (e == JSON_OBJ)
                    read_span(w);
                else
                    json_skip_rest(j, e);
            }
        }
    }
    release(w);
}

void read_jaeger(struct reader *r)
{
    struct jaeger w = {.r = r};
    enum json_event e;
    rj_begin(&w.j, r, JSON_MANY);
    do {
        e = json_next(&w.j);
        if (e == JSON_OBJ) {
            read_object(&w, false);
        } else if (e == JSON_ARR) {
            while (rj_item(&w.j, &e)) {
                if (e == JSON_OBJ)
                    read_object(&w, true);
                else
                    json_skip_rest(&w.j, e);
            }
        } else if (e != JSON_END && e != JSON_ERROR) {
            reader_bad(r, TALLY_BAD, w.j.at, "neither a trace nor an object with data");
        }
        if (!w.j.error)
            continue;
        rj_error(&w.j, r);
        release(&w);
        if (!json_resync(&w.j))
            break;
    } while (e != JSON_END);
    hold_free(&w.hold);
    free(w.process);
    rj_end(&w.j, r);
}
