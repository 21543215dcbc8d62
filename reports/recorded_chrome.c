/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_chrome.c - one recorded trace as Chrome trace events, for Perfetto: a process for each
 * service, its spans on as few threads as nest, and one more process for the critical path.  Times
 * begin at the root's start; when that was is in otherData. */
#include "base/arena.h"
#include "reports/key.h"
#include "reports/recorded.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_PROCESS = 1 };
struct chrome {
    struct json j;
    struct arena *mem;
    const struct recorded_trace *t;
    uint32_t *process, *thread; /* by span */
    const char **service;       /* by process, from PATH_PROCESS + 1 on */
    uint32_t nprocess;
};

static double micro(double seconds)
{
    return nearbyint(seconds * 1e9) / 1000;
}

static void event(struct chrome *c, const char *phase, const char *name, uint32_t pid, uint32_t tid)
{
    json_obj(&c->j);
    key_str(&c->j, "ph", phase);
    key_str(&c->j, "name", name);
    key_count(&c->j, "pid", pid);
    key_count(&c->j, "tid", tid);
}

static void named(struct chrome *c, uint32_t pid, const char *name)
{
    event(c, "M", "process_name", pid, 0);
    json_key(&c->j, "args");
    json_obj(&c->j);
    key_str(&c->j, "name", name);
    json_end_obj(&c->j);
    json_end_obj(&c->j);
}

static void find_processes(struct chrome *c)
{
    for (uint32_t i = 0; i < c->t->nspan; i++) {
        uint32_t k = 0;
        while (k < c->nprocess && strcmp(c->service[k], c->t->span[i].service) != 0)
            k++;
        if (k == c->nprocess)
            c->service[c->nprocess++] = c->t->span[i].service;
        c->process[i] = PATH_PROCESS + 1 + k;
    }
}

/* ---- threads ---- */

struct lane { /* what is open on a thread: the ends of spans, each within the one before */
    double *end;
    uint32_t n, cap;
};

static const struct recorded_span *span_at(const struct chrome *c, uint32_t i)
{
    return &c->t->span[i];
}

struct by_start {
    const struct recorded_span *s;
    uint32_t i;
};

static int start_order(const void *x, const void *y)
{
    const struct by_start *a = x, *b = y;
    if (a->s->start_ns != b->s->start_ns)
        return a->s->start_ns < b->s->start_ns ? -1 : 1;
    if (a->s->duration > b->s->duration || a->s->duration < b->s->duration)
        return a->s->duration > b->s->duration ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

/* Does the span fit on the thread: is all that is open there over, or around it? */
static bool fits(struct lane *l, const struct recorded_span *s)
{
    while (l->n > 0 && l->end[l->n - 1] <= s->start)
        l->n--;
    return l->n == 0 || s->start + s->duration <= l->end[l->n - 1];
}

enum { LANES = 256 }; /* of a process; what finds no room goes to the last one */

static void find_threads(struct chrome *c, uint32_t process, const struct by_start *v)
{
    struct lane lane[LANES];
    memset(lane, 0, sizeof lane);
    for (uint32_t i = 0; i < c->t->nspan; i++) {
        if (c->process[v[i].i] != process)
            continue;
        uint32_t k = 0;
        while (k + 1 < LANES && !fits(&lane[k], v[i].s))
            k++;
        c->thread[v[i].i] = k + 1;
        lane[k].end = grow(lane[k].end, &lane[k].cap, lane[k].n + 1, sizeof *lane[k].end);
        lane[k].end[lane[k].n++] = v[i].s->start + v[i].s->duration;
    }
    for (uint32_t k = 0; k < LANES; k++)
        free(lane[k].end);
}

/* ---- events ---- */

static void put_span(struct chrome *c, uint32_t i)
{
    const struct recorded_span *s = span_at(c, i);
    char id[20];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)s->span_id);
    event(c, "X", s->name, c->process[i], c->thread[i]);
    key_str(&c->j, "cat", *s->kind ? s->kind : "span");
    key_num(&c->j, "ts", micro(s->start));
    key_num(&c->j, "dur", micro(s->duration));
    json_key(&c->j, "args");
    json_obj(&c->j);
    key_str(&c->j, "span_id", id);
    if (*s->host)
        key_str(&c->j, "host", s->host);
    key_num(&c->j, "critical_us", micro(s->critical));
    key_str(&c->j, "why", s->why);
    if (s->error)
        key_str(&c->j, "status", "error");
    json_end_obj(&c->j);
    json_end_obj(&c->j);
}

static void put_section(struct chrome *c, const struct recorded_section *x)
{
    const struct recorded_span *s = span_at(c, x->span);
    event(c, "X", s->name, PATH_PROCESS, 1);
    key_str(&c->j, "cat", "critical");
    key_num(&c->j, "ts", micro(x->start));
    key_num(&c->j, "dur", micro(x->end - x->start));
    json_key(&c->j, "args");
    json_obj(&c->j);
    key_str(&c->j, "service", s->service);
    key_str(&c->j, "why", s->why);
    json_end_obj(&c->j);
    json_end_obj(&c->j);
}

static void put_events(struct chrome *c)
{
    named(c, PATH_PROCESS, "critical path");
    for (uint32_t k = 0; k < c->nprocess; k++)
        named(c, PATH_PROCESS + 1 + k, *c->service[k] ? c->service[k] : "(no service)");
    for (uint32_t i = 0; i < c->t->nsection; i++)
        put_section(c, &c->t->section[i]);
    for (uint32_t i = 0; i < c->t->nspan; i++)
        put_span(c, i);
}

void recorded_chrome(const struct recorded_result *r, const struct report_look *look,
                     struct buf *out)
{
    const struct recorded_trace *t = r->one;
    struct chrome c = {.mem = arena_new(0), .t = t};
    char start[32];
    (void)look;
    c.process = NEW(c.mem, uint32_t, t->nspan);
    c.thread = NEW(c.mem, uint32_t, t->nspan);
    c.service = NEW(c.mem, const char *, t->nspan);
    struct by_start *v = NEW(c.mem, struct by_start, t->nspan);
    for (uint32_t i = 0; i < t->nspan; i++)
        v[i] = (struct by_start){&t->span[i], i};
    qsort(v, t->nspan, sizeof *v, start_order);
    find_processes(&c);
    for (uint32_t k = 0; k < c.nprocess; k++)
        find_threads(&c, PATH_PROCESS + 1 + k, v);
    json_begin(&c.j, out, false);
    json_obj(&c.j);
    json_key(&c.j, "traceEvents");
    json_arr(&c.j);
    put_events(&c);
    json_end_arr(&c.j);
    key_str(&c.j, "displayTimeUnit", "ms");
    json_key(&c.j, "otherData");
    json_obj(&c.j);
    key_str(&c.j, "trace_id", t->id);
    snprintf(start, sizeof start, "%lld", (long long)t->start_ns);
    key_str(&c.j, "start_unix_nano", start);
    key_str(&c.j, "rule", r->rule);
    json_end_obj(&c.j);
    json_end_obj(&c.j);
    buf_putc(out, '\n');
    arena_drop(c.mem);
}
