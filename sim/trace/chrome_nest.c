/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chrome_nest.c - a sort by thread and time, then one pass with a stack; see chrome.h. */
#include "trace/chrome.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct track {
    uint64_t a, b;
    uint32_t pid;
    bool async;
};
struct process {
    uint32_t pid, name;
};
struct open_slice {
    uint32_t slice, number; /* number: of its span in the piece */
    int64_t end;            /* INT64_MAX: not known yet */
};
struct chrome {
    struct chrome_slice *v;
    uint32_t n, cap;
    struct track *track;
    uint32_t ntrack, captrack;
    uint32_t *table; /* of tracks, + 1 */
    uint32_t ntable;
    struct process *process;
    uint32_t nprocess, capprocess;
    struct open_slice *stack;
    uint32_t depth, capstack;
    struct held *out; /* of the trace that is being nested */
    uint32_t nout, capout;
    uint64_t spans; /* so far: numbers for ids */
    uint32_t pieces;
};

enum { PROCESSES = 1024 }; /* that have names; the others go by number */

struct chrome *chrome_new(void)
{
    struct chrome *c = xcalloc(1, sizeof *c);
    c->ntable = 256;
    c->table = xcalloc(c->ntable, sizeof *c->table);
    return c;
}

void chrome_free(struct chrome *c)
{
    free(c->v);
    free(c->track);
    free(c->table);
    free(c->process);
    free(c->stack);
    free(c->out);
    free(c);
}

/* ---- tracks and processes ---- */

static uint32_t track_home(const struct chrome *c, const struct track *t)
{
    uint64_t h = trace_mix((uint64_t)t->pid << 1 | t->async, t->a);
    return (uint32_t)trace_mix(h, t->b) & (c->ntable - 1);
}

uint32_t chrome_track(struct chrome *c, uint32_t pid, uint64_t a, uint64_t b, bool async)
{
    struct track t = {a, b, pid, async};
    uint32_t k = track_home(c, &t);
    for (; c->table[k]; k = (k + 1) & (c->ntable - 1)) {
        const struct track *x = &c->track[c->table[k] - 1];
        if (x->pid == pid && x->a == a && x->b == b && x->async == async)
            return c->table[k] - 1;
    }
    c->track = grow(c->track, &c->captrack, c->ntrack + 1, sizeof *c->track);
    c->track[c->ntrack++] = t;
    c->table[k] = c->ntrack;
    if (2 * c->ntrack < c->ntable)
        return c->ntrack - 1;
    c->ntable *= 2;
    free(c->table);
    c->table = xcalloc(c->ntable, sizeof *c->table);
    for (uint32_t i = 0; i < c->ntrack; i++) {
        for (k = track_home(c, &c->track[i]); c->table[k];)
            k = (k + 1) & (c->ntable - 1);
        c->table[k] = i + 1;
    }
    return c->ntrack - 1;
}

static struct process *find_process(struct chrome *c, uint32_t pid)
{
    for (uint32_t i = 0; i < c->nprocess; i++)
        if (c->process[i].pid == pid)
            return &c->process[i];
    return NULL;
}

void chrome_process(struct chrome *c, uint32_t pid, uint32_t name)
{
    struct process *p = find_process(c, pid);
    if (!p && c->nprocess == PROCESSES)
        return;
    if (!p) {
        c->process = grow(c->process, &c->capprocess, c->nprocess + 1, sizeof *c->process);
        p = &c->process[c->nprocess++];
        p->pid = pid;
    }
    p->name = name;
}

static uint32_t service_of(struct chrome *c, struct reader *r, uint32_t pid)
{
    char text[NAME_BYTES + 16];
    const struct process *p = find_process(c, pid);
    if (p && p->name)
        return p->name;
    int n = snprintf(text, sizeof text, "process %s", names_text(r->names, pid));
    return names_id(r->names, text, (size_t)n);
}

/* ---- nesting ---- */

static int slice_order(const void *x, const void *y)
{
    const struct chrome_slice *a = x, *b = y;
    bool whole_a = a->what == CHROME_SLICE, whole_b = b->what == CHROME_SLICE;
    if (a->track != b->track)
        return a->track < b->track ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (whole_a != whole_b)
        return whole_a ? 1 : -1;
    if (whole_a && a->duration != b->duration) /* the longer one is around the other */
        return a->duration > b->duration ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static uint64_t span_id(const struct chrome *c, const struct reader *r, uint32_t number)
{
    uint64_t id = trace_mix(r->seed.lo, c->spans + number);
    return id ? id : 1;
}

/* The outermost slice has ended: its trace is whole. */
static void hand_on(struct chrome *c, struct reader *r)
{
    struct trace_id id = {0, 0};
    for (uint32_t i = 0; i < c->nout; i++) {
        if (i == 0)
            id = (struct trace_id){trace_mix(r->seed.hi, c->out[0].s.id), c->out[0].s.id};
        reader_span(r, c->out[i].at, id, &c->out[i].s, NULL);
    }
    c->spans += c->nout;
    c->nout = 0;
}

static void open_slice(struct chrome *c, struct reader *r, const struct chrome_slice *s,
                       uint32_t service)
{
    bool whole = s->what == CHROME_SLICE;
    int64_t end = INT64_MAX;
    if (whole && __builtin_add_overflow(s->start, s->duration, &end))
        end = INT64_MAX;
    struct span v = {.id = span_id(c, r, c->nout),
                     .start = s->start,
                     .duration = whole ? s->duration : 0,
                     .name = s->name,
                     .service = service,
                     .kind = KIND_INTERNAL,
                     .flags = whole ? 0 : SPAN_UNFINISHED};
    if (c->depth > 0) {
        v.parent_id = c->out[c->stack[c->depth - 1].number].s.id;
        tally_add(r->tally, TALLY_NESTED, 1);
    }
    c->stack = grow(c->stack, &c->capstack, c->depth + 1, sizeof *c->stack);
    c->stack[c->depth++] = (struct open_slice){s->order, c->nout, end};
    c->out = grow(c->out, &c->capout, c->nout + 1, sizeof *c->out);
    c->out[c->nout++] = (struct held){.s = v};
}

/* An end closes the begin that is innermost, and whole slices in it. */
static void close_slice(struct chrome *c, struct reader *r, const struct chrome_slice *s)
{
    uint32_t d = c->depth;
    while (d > 0 && !(c->out[c->stack[d - 1].number].s.flags & SPAN_UNFINISHED))
        d--;
    if (d == 0) {
        tally_add(r->tally, TALLY_BAD, 1);
        return;
    }
    struct span *v = &c->out[c->stack[d - 1].number].s;
    if (__builtin_sub_overflow(s->start, v->start, &v->duration))
        v->duration = INT64_MAX;
    v->flags &= ~(unsigned)SPAN_UNFINISHED;
    c->depth = d - 1;
    if (c->depth == 0)
        hand_on(c, r);
}

static void nest(struct chrome *c, struct reader *r)
{
    uint32_t service = 0;
    qsort(c->v, c->n, sizeof *c->v, slice_order);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct chrome_slice *s = &c->v[i];
        if (i == 0 || s->track != c->v[i - 1].track) {
            hand_on(c, r);
            c->depth = 0;
            service = service_of(c, r, c->track[s->track].pid);
        }
        while (c->depth > 0 && c->stack[c->depth - 1].end <= s->start)
            c->depth--;
        if (c->depth == 0)
            hand_on(c, r);
        if (s->what == CHROME_FINISH)
            close_slice(c, r, s);
        else
            open_slice(c, r, s, service);
    }
    hand_on(c, r);
    c->depth = 0;
    if (c->pieces)
        tally_add(r->tally, TALLY_PIECES, c->n);
    c->n = 0;
}

void chrome_add(struct chrome *c, struct reader *r, const struct chrome_slice *s)
{
    if (c->n == CHROME_MOST) {
        c->pieces++;
        nest(c, r);
    }
    c->v = grow(c->v, &c->cap, c->n + 1, sizeof *c->v);
    c->v[c->n] = *s;
    c->v[c->n].order = c->n;
    c->n++;
}

void chrome_finish(struct chrome *c, struct reader *r)
{
    if (c->n)
        nest(c, r);
}
