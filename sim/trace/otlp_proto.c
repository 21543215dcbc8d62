/* SPDX-License-Identifier: GPL-3.0-or-later */
/* otlp_proto.c - see otlp_proto.h; the numbers of fields are those of opentelemetry-proto 1.x. */
#include "trace/otlp_proto.h"
#include "trace/reader_json.h"
#include <stdio.h>

enum wire_type { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
struct wire {
    const unsigned char *p, *end;
    bool bad;
};
struct field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;     /* VARINT, FIXED64, FIXED32 */
    struct wire inside; /* BYTES */
};

static uint64_t wire_varint(struct wire *w)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && w->p < w->end; shift += 7) {
        unsigned char c = *w->p++;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return v;
    }
    w->bad = true;
    return 0;
}

static uint64_t wire_fixed(struct wire *w, size_t n)
{
    uint64_t v = 0;
    if ((size_t)(w->end - w->p) < n) {
        w->bad = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)w->p[i] << (8 * i);
    w->p += n;
    return v;
}

/* The next field; false at the end, or where the bytes make no sense (w->bad). */
static bool wire_next(struct wire *w, struct field *f)
{
    if (w->p == w->end || w->bad)
        return false;
    uint64_t tag = wire_varint(w), n;
    *f = (struct field){.number = (uint32_t)(tag >> 3), .type = (enum wire_type)(tag & 7)};
    if (tag >> 3 == 0 || tag > UINT32_MAX)
        w->bad = true;
    switch (tag & 7) {
    case VARINT:
        f->value = wire_varint(w);
        break;
    case FIXED64:
        f->value = wire_fixed(w, 8);
        break;
    case FIXED32:
        f->value = wire_fixed(w, 4);
        break;
    case BYTES:
        n = wire_varint(w);
        if (w->bad || n > (size_t)(w->end - w->p)) {
            w->bad = true;
            break;
        }
        f->inside = (struct wire){w->p, w->p + n, false};
        w->p += n;
        break;
    default: /* groups are not in use */
        w->bad = true;
    }
    return !w->bad;
}

static bool is(const struct field *f, uint32_t number, enum wire_type type)
{
    return f->number == number && f->type == type;
}

static size_t length(const struct field *f)
{
    return (size_t)(f->inside.end - f->inside.p);
}

static uint64_t big_endian(const unsigned char *b, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | b[i];
    return v;
}

static bool trace_of(const struct field *f, struct trace_id *id)
{
    if (length(f) != 16)
        return false;
    *id = (struct trace_id){big_endian(f->inside.p, 8), big_endian(f->inside.p + 8, 8)};
    return true;
}

static uint64_t span_of(const struct field *f)
{
    return length(f) == 8 ? big_endian(f->inside.p, 8) : 0;
}

/* ---- attributes ---- */

static size_t keep(char *to, size_t most, const struct field *f)
{
    size_t n = length(f) < most ? length(f) : most;
    if (n)
        memcpy(to, f->inside.p, n);
    return n;
}

static void read_value(struct wire w, struct rj_pair *p)
{
    struct field f;
    while (wire_next(&w, &f)) {
        if (is(&f, 1, BYTES))
            p->ntext = keep(p->text, sizeof p->text, &f);
        else if (is(&f, 2, VARINT) && f.value)
            memcpy(p->text, "true", p->ntext = 4);
        else if (is(&f, 3, VARINT))
            p->ntext =
                (size_t)snprintf(p->text, sizeof p->text, "%lld", (long long)(int64_t)f.value);
    }
}

static void read_pair(struct wire w, struct rj_pair *p)
{
    struct field f;
    p->key = RJ_OTHER;
    p->ntext = 0;
    while (wire_next(&w, &f)) {
        if (is(&f, 1, BYTES))
            p->key = rj_key((const char *)f.inside.p, length(&f));
        else if (is(&f, 2, BYTES))
            read_value(f.inside, p);
    }
}

static void read_resource(struct reader *r, struct wire w, struct span *s)
{
    struct field f;
    struct rj_pair p;
    uint32_t host = 0, instance = 0;
    while (wire_next(&w, &f)) {
        if (!is(&f, 1, BYTES))
            continue;
        read_pair(f.inside, &p);
        if (p.key == RJ_SERVICE)
            s->service = reader_name(r, p.text, p.ntext);
        else if (p.key == RJ_HOST)
            host = reader_name(r, p.text, p.ntext);
        else if (p.key == RJ_INSTANCE)
            instance = reader_name(r, p.text, p.ntext);
    }
    s->host = host ? host : instance;
}

/* ---- spans ---- */

static void read_link(struct reader *r, struct wire w, struct span *s, struct span_link *link)
{
    struct field f;
    struct span_link l = {.kind = LINK_LINK};
    bool trace = false;
    while (wire_next(&w, &f)) {
        if (is(&f, 1, BYTES))
            trace = trace_of(&f, &l.trace);
        else if (is(&f, 2, BYTES))
            l.span = span_of(&f);
    }
    if (!trace || !l.span)
        return;
    if (s->nlink < LINKS_MOST)
        link[s->nlink++] = l;
    else
        tally_add(r->tally, TALLY_LINKS, 1);
}

static void read_status(struct wire w, struct span *s)
{
    struct field f;
    while (wire_next(&w, &f))
        if (is(&f, 3, VARINT))
            s->status = f.value <= SPAN_ERROR ? (uint8_t)f.value : SPAN_UNSET;
}

struct pspan {
    struct span s;
    struct trace_id id;
    uint64_t start, end;
    bool has_trace, has_start;
    struct span_link link[LINKS_MOST];
};

static void read_field(struct reader *r, const struct field *f, struct pspan *x)
{
    struct rj_pair p;
    if (is(f, 1, BYTES))
        x->has_trace = trace_of(f, &x->id);
    else if (is(f, 2, BYTES))
        x->s.id = span_of(f);
    else if (is(f, 4, BYTES))
        x->s.parent_id = span_of(f);
    else if (is(f, 5, BYTES))
        x->s.name = reader_name(r, (const char *)f->inside.p, length(f));
    else if (is(f, 6, VARINT))
        x->s.kind = f->value <= KIND_CONSUMER ? (uint8_t)f->value : KIND_NONE;
    else if (is(f, 7, FIXED64)) {
        x->start = f->value;
        x->has_start = true;
    } else if (is(f, 8, FIXED64))
        x->end = f->value;
    else if (is(f, 13, BYTES))
        read_link(r, f->inside, &x->s, x->link);
    else if (is(f, 15, BYTES))
        read_status(f->inside, &x->s);
    else if (is(f, 9, BYTES)) {
        read_pair(f->inside, &p);
        rj_attribute(&p, &x->s);
    }
}

/* Unsigned times as signed ones: what is beyond is out of bounds, too. */
static int64_t signed_time(uint64_t t)
{
    return t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

static bool read_span(struct reader *r, struct wire w, const struct span *from, uint64_t at)
{
    struct field f;
    struct pspan x;
    x.s = (struct span){.service = from->service, .host = from->host};
    x.start = x.end = 0;
    x.has_trace = x.has_start = false;
    while (wire_next(&w, &f))
        read_field(r, &f, &x);
    if (w.bad || !x.has_trace || x.s.id == 0 || !x.has_start) {
        reader_bad(r, TALLY_BAD, at, "a span %s",
                   w.bad          ? "that is not well-formed"
                   : !x.has_trace ? "without a trace_id of 16 bytes"
                   : x.s.id == 0  ? "without a span_id of 8 bytes"
                                  : "without a start_time_unix_nano");
        return !w.bad;
    }
    x.s.start = signed_time(x.start);
    if (x.end == 0)
        x.s.flags |= SPAN_UNFINISHED;
    else
        x.s.duration = signed_time(x.end) - x.s.start;
    reader_span(r, at, x.id, &x.s, x.link);
    return true;
}

/* ---- messages ---- */

struct place { /* of bytes in the input */
    const unsigned char *first;
    uint64_t at;
};

static uint64_t place_of(const struct place *p, const unsigned char *q)
{
    return p->at + (uint64_t)(q - p->first);
}

static bool read_scope_spans(struct reader *r, struct wire w, const struct span *from,
                             const struct place *pl)
{
    struct field f;
    bool ok = true;
    while (wire_next(&w, &f))
        if (is(&f, 2, BYTES))
            ok = read_span(r, f.inside, from, place_of(pl, f.inside.p)) && ok;
    return ok && !w.bad;
}

static bool read_resource_spans(struct reader *r, struct wire w, const struct place *pl)
{
    struct field f;
    struct span from = {.service = 0};
    bool ok = true;
    /* Fields may come in any order: the resource first. */
    for (struct wire first = w; wire_next(&first, &f);)
        if (is(&f, 1, BYTES))
            read_resource(r, f.inside, &from);
    while (wire_next(&w, &f))
        if (is(&f, 2, BYTES) || is(&f, 1000, BYTES)) /* 1000: before version 0.15 */
            ok = read_scope_spans(r, f.inside, &from, pl) && ok;
    return ok && !w.bad;
}

bool otlp_proto_message(struct reader *r, const void *data, size_t n, uint64_t at)
{
    struct wire w = {data, (const unsigned char *)data + n, false};
    const struct place pl = {data, at};
    struct field f;
    bool ok = true;
    while (wire_next(&w, &f)) {
        if (!is(&f, 1, BYTES))
            continue;
        bool good = read_resource_spans(r, f.inside, &pl);
        if (!good)
            reader_bad(r, TALLY_LOST, place_of(&pl, f.inside.p), "not well-formed protobuf");
        ok = ok && good;
    }
    if (w.bad)
        reader_bad(r, TALLY_LOST, place_of(&pl, w.p), "not well-formed protobuf");
    return ok && !w.bad;
}

bool otlp_proto_looks(const char *head, size_t n)
{
    struct wire w = {(const unsigned char *)head, (const unsigned char *)head + n, false};
    if (n < 4 || wire_varint(&w) != (1 << 3 | BYTES))
        return false;
    uint64_t len = wire_varint(&w);
    if (w.bad || len < 2 || w.p == w.end)
        return false;
    /* Then a resource, scope spans or a schema's URL. */
    unsigned char tag = *w.p;
    return tag == 0x0a || tag == 0x12 || tag == 0x1a;
}
