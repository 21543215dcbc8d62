/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.c - what the writers of traces share; see trace.h. */
#include "reports/trace.h"
#include <math.h>
#include <string.h>

const struct trace_writer trace_writers[] = {
    {".otlp.json", trace_otlp}, {".json", trace_chrome}, {NULL, NULL}};

const struct trace_writer *trace_writer_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t n = strlen(base);
    for (const struct trace_writer *f = trace_writers; f->suffix; f++) {
        size_t k = strlen(f->suffix);
        if (n > k && strcmp(base + n - k, f->suffix) == 0)
            return f;
    }
    return NULL;
}

const struct timeline_result *trace_requests(const struct exec_result *e, uint32_t *n)
{
    *n = e->ntraced ? e->ntraced : e->ntimeline;
    return e->ntraced ? e->traced : e->timeline;
}

int64_t trace_ns(double seconds)
{
    return isfinite(seconds) ? llround(seconds * 1e9) : 0;
}

uint32_t trace_step_above(const struct timeline_result *t, uint32_t span)
{
    uint32_t p = t->span[span].parent;
    while (p < t->nspan && t->span[p].kind != TIMELINE_STEP)
        p = t->span[p].parent < p ? t->span[p].parent : UINT32_MAX; /* parents come first */
    return p < t->nspan ? p : UINT32_MAX;
}

struct trace_sums trace_sums(struct arena *a, const struct timeline_result *t)
{
    struct trace_sums s = {NEW(a, int64_t, t->nspan + 1u), NEW(a, int64_t, t->nspan + 1u),
                           NEW(a, int64_t, t->nspan + 1u)};
    for (uint32_t i = 0; i < t->nsegment; i++) {
        const struct timeline_segment *g = &t->segment[i];
        int64_t ns = trace_ns(g->end) - trace_ns(g->start);
        if (g->span >= t->nspan)
            continue;
        s.critical[g->span] += ns;
        uint32_t step = trace_step_above(t, g->span);
        if (t->span[g->span].kind != TIMELINE_STEP && step < t->nspan)
            s.critical[step] += ns;
    }
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct timeline_span *q = &t->span[i];
        int64_t ns = trace_ns(q->end) - trace_ns(q->start);
        if (q->parent < t->nspan && q->kind == TIMELINE_QUEUE)
            s.queue[q->parent] += ns;
        if (q->parent < t->nspan && q->kind == TIMELINE_CPU)
            s.cpu[q->parent] += ns;
    }
    return s;
}

const char *trace_verb(const struct run_result *r, uint32_t step)
{
    for (uint32_t i = 0; i < r->noutline; i++)
        if (r->outline[i].step == step && r->outline[i].verb)
            return r->outline[i].verb;
    return "";
}

bool trace_failed(const struct timeline_result *t)
{
    return t->status == 0 || t->status >= 500;
}
