/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format.h - the formats that recorded traces come in, behind one door.
 *
 * To add one: read_<name>.c with a function that reads all of its input and calls reader_span() for
 * each span, in any order; a row in trace_formats[] (format.c); a line in format_sniff(); a fuzz
 * target.  A reader knows nothing of the store.  What is wrong with a record is said by
 * reader_bad(), which counts it; the reader goes on with the next. */
#ifndef TRACE_FORMAT_H
#define TRACE_FORMAT_H
#include "trace/input.h"
#include "trace/intake.h"
#include "trace/names.h"
#include "trace/tally.h"
#include "trace/trace.h"

struct csv_map; /* read_csv.h */
struct hold;
struct reader {
    struct input *in;
    struct intake *to;
    struct name_table *names;
    struct tally *tally;
    const struct csv_map *csv; /* NULL: by the names of the columns */
    struct trace_id seed;      /* of the first bytes: for ids of formats that have none */
    struct hold *keep;         /* NULL, or where spans go instead of to the intake */
    uint64_t spans;            /* that were handed on */
    /* Something is wrong at byte `at`; text is of one line. */
    void (*say)(void *ctx, uint64_t at, const char *text);
    void *ctx;
};

struct trace_format {
    const char *name, *summary;
    void (*read)(struct reader *r);
};
extern const struct trace_format trace_formats[]; /* ends with a NULL name */
const struct trace_format *format_find(const char *name);
/* Which format begins like this?  NULL: none that is known. */
const struct trace_format *format_sniff(const char *head, size_t n);

/* ---- for readers ---- */

/* Counts a record as bad (or as w says) and tells of it. */
void reader_bad(struct reader *r, enum tally_what w, uint64_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Hands a span on that began at byte `at`, if it can be one: an id, times in bounds.  A negative
 * duration is repaired. */
void reader_span(struct reader *r, uint64_t at, struct trace_id id, const struct span *s,
                 const struct span_link *link);
/* Names of bytes that may not be UTF-8. */
uint32_t reader_name(struct reader *r, const char *s, size_t n);

/* Spans whose service is told only behind them: held until all is known. */
struct held {
    struct span s;
    struct trace_id id;
    uint64_t at;
    uint32_t owner; /* what s.service and s.host will be found by */
};
struct hold {
    struct held *v;
    struct span_link *link;
    uint32_t n, cap, nlink, caplink;
};
enum { HOLD_MOST = 1 << 20 };
void hold_span(struct hold *h, uint64_t at, struct trace_id id, const struct span *s,
               const struct span_link *link, uint32_t owner);
void hold_release(struct hold *h, struct reader *r); /* hands all on */
void hold_free(struct hold *h);

/* The enum span_kind of "client", "SERVER", "SPAN_KIND_CONSUMER"; KIND_NONE for others. */
uint8_t kind_of_text(const char *s, size_t n);
/* An HTTP status of its digits; 0: it is none. */
uint16_t code_of_text(const char *s, size_t n);

/* Hexadecimal digits, 1 to 32 (a trace) or 1 to 16; false: they are none. */
bool id_trace_hex(const char *s, size_t n, struct trace_id *out);
bool id_span_hex(const char *s, size_t n, uint64_t *out);
/* Base64 of 16 or 8 bytes, as protobuf's own JSON has ids. */
bool id_trace_base64(const char *s, size_t n, struct trace_id *out);
bool id_span_base64(const char *s, size_t n, uint64_t *out);
/* An id made of a text. */
struct trace_id id_of_text(struct trace_id seed, const char *s, size_t n);
/* ISO 8601, as in 2024-05-01T12:00:00.123+02:00, in ns since 1970; false: it is not one. */
bool time_iso(const char *s, size_t n, int64_t *out);

void read_otlp_json(struct reader *r);
void read_otlp_proto(struct reader *r);
void read_jaeger(struct reader *r);
void read_zipkin(struct reader *r);
void read_chrome(struct reader *r);
void read_har(struct reader *r);
void read_csv(struct reader *r);

#endif
