/* SPDX-License-Identifier: GPL-3.0-or-later */
/* otlp_proto.h - OpenTelemetry's ExportTraceServiceRequest in protobuf's wire format.
 *
 * Read field by field, without generated code: the messages nest to a fixed depth, nothing is
 * allocated, unknown fields are passed over. */
#ifndef TRACE_OTLP_PROTO_H
#define TRACE_OTLP_PROTO_H
#include "trace/format.h"

/* A whole message whose first byte is byte `at` of the input.  What is ill-formed is told by
 * reader_bad(); returns false if the message was not well-formed to its end. */
bool otlp_proto_message(struct reader *r, const void *data, size_t n, uint64_t at);
/* Does the text begin as such a message? */
bool otlp_proto_looks(const char *head, size_t n);

#endif
