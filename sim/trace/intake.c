/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake.c - spans in a pool, chained by trace; traces in a queue, found by a table; see intake.h.
 *
 * Invariant: every open trace of the queue has its number + 1 in the table, at a place that is
 * reached from its hash without a gap. */
#include "trace/intake.h"
#include "base/diag.h"
#include <stdlib.h>
#include <string.h>

struct slot {
    struct span s;
    uint32_t next;  /* of its trace, or free */
    uint32_t links; /* first of its links in the pool */
};
struct link_slot {
    struct span_link l;
    uint32_t next;
};
struct open_trace {
    struct trace_id id;
    uint32_t first, last, n; /* slots */
    uint64_t seen;           /* spans of all traces, when its last one came */
};
struct intake {
    const struct name_table *names;
    struct batch *out;
    struct batch *(*put)(void *ctx, struct batch *b);
    void *ctx;
    struct slot *v;
    uint32_t nv, free, used, capv; /* free: a chain of slots, SPAN_NONE at its end */
    uint64_t seen;                 /* spans */
    struct link_slot *link;
    uint32_t nlink, free_link, caplink;
    struct open_trace *q; /* trace number i is q[i & (capq - 1)] */
    uint32_t head, tail, capq;
    uint32_t *table;
    uint32_t ntable;
    uint32_t sent_names;
};

void batch_clear(struct batch *b)
{
    b->n = b->nlink = b->nt = b->nname = 0;
}

void batch_free(struct batch *b)
{
    free(b->v);
    free(b->link);
    free(b->t);
    free(b->name);
    *b = (struct batch){0};
}

struct intake *intake_new(const struct name_table *names, struct batch *first,
                          struct batch *(*put)(void *ctx, struct batch *b), void *ctx)
{
    struct intake *in = xcalloc(1, sizeof *in);
    *in = (struct intake){.names = names,
                          .out = first,
                          .put = put,
                          .ctx = ctx,
                          .free = SPAN_NONE,
                          .free_link = SPAN_NONE,
                          .capq = 1024,
                          .ntable = 4096};
    in->q = xcalloc(in->capq, sizeof *in->q);
    in->table = xcalloc(in->ntable, sizeof *in->table);
    return in;
}

void intake_free(struct intake *in)
{
    if (!in)
        return;
    free(in->v);
    free(in->link);
    free(in->q);
    free(in->table);
    free(in);
}

/* ---- the table ---- */

static struct open_trace *open_at(const struct intake *in, uint32_t i)
{
    return &in->q[i & (in->capq - 1)];
}

static uint32_t home(const struct intake *in, struct trace_id id)
{
    return (uint32_t)trace_mix(0, id.lo) & (in->ntable - 1);
}

/* Where the trace is in the table, or would be. */
static uint32_t table_find(const struct intake *in, struct trace_id id)
{
    uint32_t k = home(in, id);
    while (in->table[k] && !trace_same(open_at(in, in->table[k] - 1)->id, id))
        k = (k + 1) & (in->ntable - 1);
    return k;
}

static void table_grow(struct intake *in)
{
    uint32_t n = in->tail - in->head;
    if (n == in->capq) {
        struct open_trace *q = xcalloc(2 * (size_t)in->capq, sizeof *q);
        for (uint32_t i = in->head; i != in->tail; i++)
            q[i & (2 * in->capq - 1)] = *open_at(in, i);
        free(in->q);
        in->q = q;
        in->capq *= 2;
    }
    if (2 * n < in->ntable)
        return;
    in->ntable *= 2;
    free(in->table);
    in->table = xcalloc(in->ntable, sizeof *in->table);
    for (uint32_t i = in->head; i != in->tail; i++) {
        uint32_t k = home(in, open_at(in, i)->id);
        while (in->table[k]) /* all are different */
            k = (k + 1) & (in->ntable - 1);
        in->table[k] = i + 1;
    }
}

/* Take trace number i out; those behind it move up to where a search finds them. */
static void table_drop(struct intake *in, uint32_t i)
{
    uint32_t mask = in->ntable - 1, gap = home(in, open_at(in, i)->id);
    while (in->table[gap] != i + 1)
        gap = (gap + 1) & mask;
    for (uint32_t k = (gap + 1) & mask; in->table[k]; k = (k + 1) & mask) {
        uint32_t h = home(in, open_at(in, in->table[k] - 1)->id);
        if (((k - h) & mask) >= ((k - gap) & mask)) {
            in->table[gap] = in->table[k];
            gap = k;
        }
    }
    in->table[gap] = 0;
}

/* ---- out ---- */

static void send(struct intake *in)
{
    struct batch *b = in->out;
    b->first_name = in->sent_names;
    b->nname = in->names->n - in->sent_names;
    b->name = grow(b->name, &b->capname, b->nname, sizeof *b->name);
    if (b->nname)
        memcpy(b->name, in->names->v + in->sent_names, b->nname * sizeof *b->name);
    in->sent_names = in->names->n;
    in->out = in->put(in->ctx, b);
}

static void copy_links(struct intake *in, struct span *to, uint32_t first)
{
    struct batch *b = in->out;
    to->link = b->nlink;
    for (uint32_t i = first, next; i != SPAN_NONE; i = next) {
        b->link = grow(b->link, &b->caplink, b->nlink + 1, sizeof *b->link);
        b->link[b->nlink++] = in->link[i].l;
        next = in->link[i].next;
        in->link[i].next = in->free_link;
        in->free_link = i;
    }
}

/* The trace that was begun first goes into the batch. */
static void hand_on(struct intake *in)
{
    struct batch *b = in->out;
    const struct open_trace t = *open_at(in, in->head);
    b->t = grow(b->t, &b->capt, b->nt + 1, sizeof *b->t);
    b->t[b->nt++] = (struct batch_trace){t.id, b->n, t.n};
    b->v = grow(b->v, &b->cap, b->n + t.n, sizeof *b->v);
    for (uint32_t i = t.first, k = 0; k < t.n; k++) {
        struct slot *s = &in->v[i];
        uint32_t next = s->next;
        b->v[b->n] = s->s;
        if (s->s.nlink)
            copy_links(in, &b->v[b->n], s->links);
        b->n++;
        s->next = in->free;
        in->free = i;
        i = next;
    }
    in->used -= t.n;
    table_drop(in, in->head++);
    if (b->n >= BATCH_SPANS)
        send(in);
}

void intake_flush(struct intake *in)
{
    while (in->head != in->tail)
        hand_on(in);
    if (in->out->n || in->sent_names != in->names->n)
        send(in);
}

uint32_t intake_mark(const struct intake *in)
{
    return in->tail;
}

uint32_t intake_open(const struct intake *in)
{
    return in->tail - in->head;
}

void intake_flush_before(struct intake *in, uint32_t mark)
{
    while (in->head != in->tail && (int32_t)(mark - in->head) > 0)
        hand_on(in);
    if (in->out->n)
        send(in);
}

/* ---- in ---- */

static uint32_t keep_links(struct intake *in, const struct span_link *l, uint32_t n)
{
    uint32_t first = SPAN_NONE;
    while (n-- > 0) {
        uint32_t i = in->free_link;
        if (i != SPAN_NONE) {
            in->free_link = in->link[i].next;
        } else {
            in->link = grow(in->link, &in->caplink, in->nlink + 1, sizeof *in->link);
            i = in->nlink++;
        }
        in->link[i] = (struct link_slot){l[n], first};
        first = i;
    }
    return first;
}

/* Is it time for the first trace? */
static bool first_is_due(const struct intake *in)
{
    return in->head != in->tail &&
           (in->used >= INTAKE_SPANS || in->seen - open_at(in, in->head)->seen > INTAKE_QUIET);
}

static uint32_t new_slot(struct intake *in)
{
    uint32_t i = in->free;
    in->used++;
    if (i != SPAN_NONE) {
        in->free = in->v[i].next;
        return i;
    }
    in->v = grow(in->v, &in->capv, in->nv + 1, sizeof *in->v);
    return in->nv++;
}

void intake_span(struct intake *in, struct trace_id id, const struct span *s,
                 const struct span_link *link)
{
    bug_if(s->nlink > LINKS_MOST);
    while (first_is_due(in))
        hand_on(in);
    uint32_t i = new_slot(in), k = table_find(in, id);
    in->seen++;
    in->v[i] = (struct slot){*s, SPAN_NONE, keep_links(in, link, s->nlink)};
    if (in->table[k]) {
        struct open_trace *t = open_at(in, in->table[k] - 1);
        t->id.hi |= id.hi; /* one of them may be 0 */
        in->v[t->last].next = i;
        t->last = i;
        t->n++;
        t->seen = in->seen;
        return;
    }
    table_grow(in);
    *open_at(in, in->tail) = (struct open_trace){id, i, i, 1, in->seen};
    k = table_find(in, id);
    in->table[k] = ++in->tail; /* its number + 1 */
}
