/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace_chrome.c - requests as Chrome trace events: a process for each request, a thread for each
 * of its tasks, and one more for its critical path; arrows from a fork to its task, and from the
 * task that was waited for last to who waited.  One by one every request begins at 0, so that they
 * can be compared; under load, when it arrived. */
#include "reports/layout.h"
#include "reports/key.h"
#include "reports/trace.h"

struct chrome {
    struct json j;
    struct arena *mem; /* of the request being written */
    const struct run_result *r;
    const struct exec_result *e;
    const struct timeline_result *t;
    const struct diags *d;
    struct trace_sums sums;
    int64_t pid, flow;
};

/* Microseconds, to the nanosecond. */
static void key_us(struct json *j, const char *key, int64_t ns)
{
    key_num(j, key, (double)ns / 1000);
}

static void event_begin(struct chrome *c, const char *phase, const char *name, uint32_t lane)
{
    struct json *j = &c->j;
    json_obj(j);
    key_str(j, "ph", phase);
    key_str(j, "name", name);
    json_key(j, "pid");
    json_int(j, c->pid);
    json_key(j, "tid");
    json_int(j, lane);
}

static int64_t at(const struct chrome *c, double seconds)
{
    return trace_ns(c->t->arrival) + trace_ns(seconds);
}

static void named(struct chrome *c, const char *what, uint32_t lane, const char *name)
{
    event_begin(c, "M", what, lane);
    json_key(&c->j, "args");
    json_obj(&c->j);
    key_str(&c->j, "name", name);
    json_end_obj(&c->j);
    json_end_obj(&c->j);
}

static void sorted(struct chrome *c, const char *what, uint32_t lane, int64_t index)
{
    event_begin(c, "M", what, lane);
    json_key(&c->j, "args");
    json_obj(&c->j);
    json_key(&c->j, "sort_index");
    json_int(&c->j, index);
    json_end_obj(&c->j);
    json_end_obj(&c->j);
}

static const char *category(enum timeline_kind k)
{
    static const char *const name[] = {"step", "wait", "cpu", "queue", "join"};
    return name[k];
}

static void span_write(struct chrome *c, uint32_t i)
{
    const struct timeline_span *s = &c->t->span[i];
    struct json *j = &c->j;
    event_begin(c, "X", s->name, s->lane);
    key_str(j, "cat", category(s->kind));
    key_us(j, "ts", at(c, s->start));
    key_us(j, "dur", trace_ns(s->end) - trace_ns(s->start));
    json_key(j, "args");
    json_obj(j);
    if (s->step < c->e->nstep) {
        key_str(j, "step", c->e->step[s->step].path);
        key_str(j, "at", place_text(c->mem, c->d, c->e->step[s->step].at));
    }
    key_us(j, "critical_us", c->sums.critical[i]);
    if (s->failed || s->cancelled)
        key_str(j, "ended", s->failed ? "failed" : "cancelled");
    json_end_obj(j);
    json_end_obj(j);
}

static void segment_write(struct chrome *c, uint32_t i)
{
    const struct timeline_segment *s = &c->t->segment[i];
    struct json *j = &c->j;
    event_begin(c, "X", s->name, c->t->nlane);
    key_str(j, "cat", "critical");
    key_us(j, "ts", at(c, s->start));
    key_us(j, "dur", trace_ns(s->end) - trace_ns(s->start));
    json_key(j, "args");
    json_obj(j);
    if (s->span < c->t->nspan && c->t->span[s->span].step < c->e->nstep)
        key_str(j, "step", c->e->step[c->t->span[s->span].step].path);
    json_end_obj(j);
    json_end_obj(j);
}

static void flow_write(struct chrome *c, const char *name, uint32_t from, int64_t leaves,
                       uint32_t to, int64_t comes)
{
    const struct {
        const char *phase;
        uint32_t lane;
        int64_t ns;
    } end[] = {{"s", from, leaves}, {"f", to, comes}};
    c->flow++;
    for (int i = 0; i < 2; i++) {
        event_begin(c, end[i].phase, name, end[i].lane);
        key_str(&c->j, "cat", "flow");
        json_key(&c->j, "id");
        json_int(&c->j, c->flow);
        key_us(&c->j, "ts", end[i].ns);
        if (i == 1)
            key_str(&c->j, "bp", "e");
        json_end_obj(&c->j);
    }
}

/* From the span that began a task to the first one of the task. */
static void forks_write(struct chrome *c)
{
    const struct timeline_result *t = c->t;
    bool *begun = NEW(c->mem, bool, t->nlane + 1u);
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct timeline_span *s = &t->span[i];
        if (begun[s->lane])
            continue;
        begun[s->lane] = true;
        if (s->parent < t->nspan && t->span[s->parent].lane != s->lane)
            flow_write(c, "fork", t->span[s->parent].lane, at(c, s->start), s->lane,
                       at(c, s->start));
    }
}

/* From the end of the task whose end ended the wait. */
static void joins_write(struct chrome *c)
{
    const struct timeline_result *t = c->t;
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct timeline_span *s = &t->span[i], *last = NULL;
        for (uint32_t k = 0; s->kind == TIMELINE_JOIN && k < t->nspan; k++) {
            const struct timeline_span *q = &t->span[k];
            if (q->lane != s->lane && q->kind == TIMELINE_STEP && q->end == s->end &&
                q->start < q->end)
                last = q;
        }
        if (last)
            flow_write(c, "join", last->lane, at(c, last->end), s->lane, at(c, s->end));
    }
}

static void request_write(struct chrome *c)
{
    const struct timeline_result *t = c->t;
    c->mem = arena_new(0);
    const char *title = arena_printf(c->mem, "%s · %s · %s, %s", c->r->model_name, c->e->name,
                                     t->which, number_time(c->mem, t->latency));
    c->pid++;
    c->sums = trace_sums(c->mem, t);
    named(c, "process_name", 0, title);
    sorted(c, "process_sort_index", 0, c->pid);
    for (uint32_t i = 0; i < t->nlane; i++) {
        named(c, "thread_name", i, t->lane[i]);
        sorted(c, "thread_sort_index", i, (int64_t)i + 1);
    }
    named(c, "thread_name", t->nlane, "critical path");
    sorted(c, "thread_sort_index", t->nlane, 0);
    for (uint32_t i = 0; i < t->nsegment; i++)
        segment_write(c, i);
    for (uint32_t i = 0; i < t->nspan; i++)
        span_write(c, i);
    forks_write(c);
    joins_write(c);
    arena_drop(c->mem);
}

void trace_chrome(const struct run_result *const *r, uint32_t n, const struct diags *d,
                  struct buf *out)
{
    struct chrome c = {.d = d};
    json_begin(&c.j, out, false);
    json_obj(&c.j);
    key_str(&c.j, "displayTimeUnit", "ns");
    json_key(&c.j, "traceEvents");
    json_arr(&c.j);
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < r[k]->nexec; i++) {
            uint32_t count;
            const struct timeline_result *t = trace_requests(&r[k]->exec[i], &count);
            c.r = r[k];
            c.e = &r[k]->exec[i];
            for (uint32_t q = 0; q < count; q++) {
                c.t = &t[q];
                request_write(&c);
            }
        }
    json_end_arr(&c.j);
    json_end_obj(&c.j);
    buf_putc(out, '\n');
}
