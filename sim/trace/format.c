/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format.c - the table of formats, and how each is known by its first bytes; see format.h.
 *
 * JSON is told by the names it begins with, at the depth where they belong, however much of it
 * there is; the first name that only one format has decides. */
#include "trace/format.h"
#include "base/json_read.h"
#include "trace/otlp_proto.h"
#include "trace/read_csv.h"
#include <string.h>

const struct trace_format trace_formats[] = {
    {"otlp", "OpenTelemetry JSON: lines of the file exporter, or one document", read_otlp_json},
    {"otlp-proto", "OpenTelemetry protobuf, bare or behind lengths of 4 bytes", read_otlp_proto},
    {"jaeger", "Jaeger JSON, as the UI and /api/traces give it", read_jaeger},
    {"zipkin", "Zipkin v2 JSON", read_zipkin},
    {"chrome", "Chrome trace events: browsers, Node, viztracer, PyTorch, clang", read_chrome},
    {"har", "HAR 1.1 and 1.2, the waterfall of a browser", read_har},
    {"csv", "a table of spans, by the names of its columns or by --csv", read_csv},
    {NULL, NULL, NULL},
};

const struct trace_format *format_find(const char *name)
{
    for (const struct trace_format *f = trace_formats; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* Names by which a format is known; arrays: how many of them are around the object, at most. */
static const struct {
    const char *key, *format;
    uint32_t depth; /* of the object, from 1 on; an array counts as a level */
} marks[] = {
    {"resourceSpans", "otlp", 3}, {"resource_spans", "otlp", 3}, {"resourceMetrics", "otlp", 2},
    {"resourceLogs", "otlp", 2},  {"scopeSpans", "otlp", 4},     {"traceID", "jaeger", 4},
    {"spanID", "jaeger", 6},      {"processes", "jaeger", 4},    {"operationName", "jaeger", 6},
    {"traceEvents", "chrome", 1}, {"ph", "chrome", 3},           {"entries", "har", 2},
    {"pages", "har", 2},          {"creator", "har", 2},         {"localEndpoint", "zipkin", 3},
    {"parentId", "zipkin", 3},    {"traceId", "zipkin", 3},      {"displayTimeUnit", "chrome", 1},
};

static const struct trace_format *sniff_json(const char *head, size_t n)
{
    struct json_read j;
    const struct trace_format *found = NULL;
    enum json_event e;
    json_read_mem(&j, head, n, JSON_LENIENT | JSON_MANY);
    while (!found && (e = json_next(&j)) != JSON_END && e != JSON_ERROR) {
        if (e != JSON_KEY)
            continue;
        for (size_t i = 0; !found && i < sizeof marks / sizeof marks[0]; i++)
            if (j.depth <= marks[i].depth && strlen(marks[i].key) == j.n &&
                memcmp(marks[i].key, j.s, j.n) == 0)
                found = format_find(marks[i].format);
    }
    json_read_end(&j);
    return found;
}

const struct trace_format *format_sniff(const char *head, size_t n)
{
    size_t i = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    /* A length of 4 bytes, then a message; before JSON, for a message may begin with white space.
     */
    if (otlp_proto_looks(head, n) ||
        (n > 4 && (head[0] == 0 || head[0] == 1) && otlp_proto_looks(head + 4, n - 4)))
        return format_find("otlp-proto");
    while (i < n && (head[i] == ' ' || head[i] == '\t' || head[i] == '\n' || head[i] == '\r'))
        i++;
    if (i < n && (head[i] == '{' || head[i] == '['))
        return sniff_json(head + i, n - i);
    return csv_looks(head, n) ? format_find("csv") : NULL;
}
