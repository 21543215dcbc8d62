/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake.h - gathers the spans of each trace, however they are strewn over the input.
 *
 * Traces are handed on in batches, in the order in which they were begun: when INTAKE_QUIET spans
 * of others have come since the last one of the first trace, so that it is likely to be whole and
 * whoever stores it has work while more is read; and when INTAKE_SPANS spans are held, the most
 * there is room for.  A span that comes later than that finds its trace again in the store.  What
 * is handed on, and in which order, depends on the spans alone. */
#ifndef TRACE_INTAKE_H
#define TRACE_INTAKE_H
#include "trace/names.h"
#include "trace/trace.h"

enum { INTAKE_SPANS = 1 << 18, INTAKE_QUIET = 1 << 16, BATCH_SPANS = 1 << 12, LINKS_MOST = 64 };

struct batch_trace {
    struct trace_id id;
    uint32_t first, n; /* its spans; their links are counted from 0 of the batch */
};
struct batch {
    struct span *v;
    struct span_link *link;
    struct batch_trace *t;
    struct name_text *name; /* those that are new since the last batch: number first_name and on */
    uint32_t n, cap, nlink, caplink, nt, capt, nname, capname, first_name;
};
void batch_clear(struct batch *b);
void batch_free(struct batch *b);

struct intake;
/* put() takes a batch that is full, and returns an empty one to go on with. */
struct intake *intake_new(const struct name_table *names, struct batch *first,
                          struct batch *(*put)(void *ctx, struct batch *b), void *ctx);
void intake_free(struct intake *in);
/* s->link counts from 0 of link. */
void intake_span(struct intake *in, struct trace_id id, const struct span *s,
                 const struct span_link *link);
void intake_flush(struct intake *in); /* hands on all */
/* For input without an end: how many traces were begun so far, modulo 2^32; and hand on those that
 * were begun before such a mark, though the batch is not full. */
uint32_t intake_mark(const struct intake *in);
void intake_flush_before(struct intake *in, uint32_t mark);
uint32_t intake_open(const struct intake *in); /* traces that are held */

#endif
