/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.h - what a recorded trace is, whatever wrote it down.
 *
 * Readers (format.h) make spans of bytes, in any order; intake.h gathers those of one trace;
 * assemble.h finds their parents and puts clocks right; store.h keeps them.  Times are int64_t
 * nanoseconds since 1970 (or since whatever the format counts from). */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of 128 bits; ids of 64 bits have hi 0, and two ids are of one trace if their low halves are equal
 * and one of the high halves is 0 or both are equal (trace_same). */
struct trace_id {
    uint64_t hi, lo;
};

/* ORDER span kinds: OTLP's numbers, also in the store */
enum span_kind { KIND_NONE, KIND_INTERNAL, KIND_SERVER, KIND_CLIENT, KIND_PRODUCER, KIND_CONSUMER };
enum span_status { SPAN_UNSET, SPAN_OK, SPAN_ERROR };
enum span_flag {
    SPAN_UNFINISHED = 1, /* it has no end: duration 0, to be left out of statistics */
    SPAN_SHARED = 2,     /* the server's half of a span; the client's half has the same id */
    SPAN_ORPHAN = 4,     /* names a parent that was not recorded; set by assemble */
    SPAN_TWIN = 8,       /* another span of the trace has the same id; set by assemble */
    SPAN_ASYNC = 16,     /* ends after its parent, and no clock explains it; set by assemble */
    SPAN_CIRCLE = 32     /* was its own ancestor: a root now; set by assemble */
};
enum link_kind { LINK_LINK, LINK_FOLLOWS_FROM };
struct span_link {
    struct trace_id trace;
    uint64_t span;
    uint8_t kind; /* enum link_kind */
};

/* What a reader says of a span, and what is kept of it.  Names are indices of names.h. */
struct span {
    uint64_t id, parent_id; /* 0: none */
    int64_t start, duration;
    int64_t shift; /* added to start to put right its host's clock; by assemble */
    uint32_t name, service, host;
    uint32_t parent; /* index in its trace, SPAN_NONE: a root; by assemble */
    uint32_t flags;  /* enum span_flag */
    uint16_t code;   /* of an HTTP answer; 0: not known */
    uint8_t kind, status;
    uint32_t link, nlink; /* in the links that come with it */
};
#define SPAN_NONE UINT32_MAX

/* Bounds that readers keep, so that sums do not overflow: until the year 2116. */
#define SPAN_TIME_MOST ((int64_t)1 << 62)

/* The most spans that are put together as one trace; what is beyond is kept in pieces. */
enum { TRACE_MOST = 1 << 19 };

static inline bool trace_same(struct trace_id a, struct trace_id b)
{
    return a.lo == b.lo && (a.hi == b.hi || a.hi == 0 || b.hi == 0);
}

/* Mixes 64 bits (splitmix64's finaliser): for tables, and for ids of formats that have none. */
static inline uint64_t trace_mix(uint64_t h, uint64_t x)
{
    h ^= x + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
    h = (h ^ h >> 27) * 0x94d049bb133111ebu;
    return h ^ h >> 31;
}

#endif
