/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.h - single requests as traces, for the tools that show traces: Chrome's trace events
 * (Perfetto, chrome://tracing) and OTLP (Jaeger, Tempo, any OpenTelemetry back end).
 *
 * Written are the requests of exec_result.traced if there are any, else those of .timeline.  Times
 * begin at a fixed epoch, 2020-01-01 UTC, and ids are hashes of what the request is, so equal
 * results are equal bytes.  To add a format: a writer here, a row of trace_writers[]. */
#ifndef REPORTS_TRACE_H
#define REPORTS_TRACE_H
#include "core/result.h"

struct trace_writer {
    const char *suffix; /* ".otlp.json": the first that fits is meant */
    void (*write)(const struct run_result *const *r, uint32_t n, const struct diags *d,
                  struct buf *out);
};
extern const struct trace_writer trace_writers[];             /* ends with a NULL suffix */
const struct trace_writer *trace_writer_of(const char *path); /* NULL: of none */

void trace_chrome(const struct run_result *const *r, uint32_t n, const struct diags *d,
                  struct buf *out);
void trace_otlp(const struct run_result *const *r, uint32_t n, const struct diags *d,
                struct buf *out);

/* ---- what the writers share ---- */
/* The requests of an execution that are to be written. */
const struct timeline_result *trace_requests(const struct exec_result *e, uint32_t *n);
int64_t trace_ns(double seconds);
/* By span, in ns: its time on the critical path; of a step, also that of its parts, and what its
 * own parts waited in queues and computed. */
struct trace_sums {
    int64_t *critical, *queue, *cpu;
};
struct trace_sums trace_sums(struct arena *a, const struct timeline_result *t);
/* The step that a span is a part of, or that began its task; NONE (UINT32_MAX): the request. */
uint32_t trace_step_above(const struct timeline_result *t, uint32_t span);
/* The verb of a step ("call"), or "". */
const char *trace_verb(const struct run_result *r, uint32_t step);
/* Did the request fail?  Unanswered, or a status of 500 and more. */
bool trace_failed(const struct timeline_result *t);

#endif
