/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape_label.c - what the spans of one operation within a body are: one, attempts until one
 * succeeds, copies at once, rounds of a loop; see shape.h.
 *
 * A label is an operation beside its siblings.  Its occurrences in all instances of the body are
 * looked at together. */
#include "fit/shape_label.h"
#include "base/diag.h"
#include "base/order.h"
#include <stdlib.h>
#include <string.h>

/* How far spans may overlap and still touch: less than a tenth of either. */
static int64_t slack(const struct labels *l, const struct forest_span *a,
                     const struct forest_span *b)
{
    int64_t x = a->end - a->start, y = b->end - b->start, least = (x < y ? x : y) / 10;
    int64_t step = l->s->step > 1 ? l->s->step : 0;
    return least > step ? least : step;
}

/* ---- gathering ---- */

struct label *label_find(struct labels *l, const struct forest_span *c)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->v[i].op == c->op && l->v[i].via == c->via)
            return &l->v[i];
    return NULL;
}
static struct label *label_of(struct labels *l, const struct forest_span *c)
{
    struct label *b = label_find(l, c);
    if (b || l->n == LABELS)
        return b;
    l->v[l->n] = (struct label){.op = c->op, .via = c->via};
    return &l->v[l->n++];
}

static void gather(struct labels *l)
{
    const struct shape_set *in = l->in;
    for (uint32_t i = 0; i < in->n; i++)
        for (uint32_t k = 0; k < in->v[i].n; k++) {
            struct label *b = label_of(l, label_span(l, in->kid[in->v[i].first + k]));
            if (b)
                b->total++;
        }
    for (uint32_t j = 0; j < l->n; j++) {
        l->v[j].first = NEW(l->s->mem, uint32_t, in->n + 1);
        l->v[j].occ = NEW(l->s->mem, uint32_t, l->v[j].total + 1);
        l->v[j].total = 0;
    }
    for (uint32_t i = 0; i < in->n; i++) {
        for (uint32_t k = 0; k < in->v[i].n; k++) {
            uint32_t at = in->kid[in->v[i].first + k];
            struct label *b = label_find(l, label_span(l, at));
            if (b)
                b->occ[b->total++] = at;
        }
        for (uint32_t j = 0; j < l->n; j++)
            l->v[j].first[i + 1] = l->v[j].total;
    }
}

/* ---- classifying ---- */

static bool internal(const struct labels *l, const struct label *b)
{
    uint8_t kind = l->s->f->op[b->op].kind;
    return kind == KIND_INTERNAL || kind == KIND_NONE;
}

/* It started a task that outlived it, and took no time worth telling itself. */
static bool is_starter(const struct labels *l, const struct label *b)
{
    double sum = 0;
    bool started = false;
    for (uint32_t j = 0; j < l->n; j++)
        started = started || l->v[j].via == b->op + 1;
    for (uint32_t i = 0; i < b->total && started; i++) {
        const struct forest_span *c = label_span(l, b->occ[i]);
        started = c->child == FOREST_NONE;
        sum += (double)(c->end - c->start);
    }
    return started && sum < SHAPE_TOLD * l->s->out->mean * b->total;
}

/* Spans without length or parts: a mark, not work. */
static bool is_mark(const struct labels *l, const struct label *b)
{
    if (!internal(l, b) || l->s->step >= 1000000)
        return false;
    if (is_starter(l, b))
        return true;
    for (uint32_t i = 0; i < b->total; i++) {
        const struct forest_span *c = label_span(l, b->occ[i]);
        if (c->end - c->start > (l->s->step > 1 ? l->s->step : 0) || c->child != FOREST_NONE)
            return false;
    }
    return true;
}

struct overlap {
    uint32_t pairs, at_once; /* neighbours in time */
    uint32_t retried;        /* instances where all but the last failed */
    uint32_t widest;
    uint32_t capped; /* instances that have more than were ever at once */
};

/* The most spans of an instance that are under way together. */
static uint32_t width(const struct labels *l, const struct label *b, uint32_t inst)
{
    uint32_t most = 0;
    for (uint32_t i = b->first[inst]; i < b->first[inst + 1]; i++) {
        const struct forest_span *c = label_span(l, b->occ[i]);
        uint32_t n = 0;
        for (uint32_t j = b->first[inst]; j <= i; j++) {
            const struct forest_span *q = label_span(l, b->occ[j]);
            n += j == i || q->end > c->start + slack(l, q, c);
        }
        most = n > most ? n : most;
    }
    return most;
}

static struct overlap overlap_of(const struct labels *l, const struct label *b)
{
    struct overlap o = {0};
    for (uint32_t inst = 0; inst < l->in->n; inst++) {
        bool failed = true;
        for (uint32_t i = b->first[inst]; i + 1 < b->first[inst + 1]; i++) {
            const struct forest_span *c = label_span(l, b->occ[i]),
                                     *q = label_span(l, b->occ[i + 1]);
            o.pairs++;
            o.at_once += q->start + slack(l, c, q) < c->end;
            failed = failed && forest_failed(c);
        }
        if (label_count(b, inst) < 2)
            continue;
        o.retried += failed;
        uint32_t w = label_count(b, inst) <= 300 ? width(l, b, inst) : label_count(b, inst);
        o.widest = w > o.widest ? w : o.widest;
        o.capped += w < label_count(b, inst);
    }
    return o;
}

static void classify(const struct labels *l, struct label *b)
{
    for (uint32_t i = 0; i < l->in->n; i++) {
        uint32_t n = label_count(b, i);
        b->present += n > 0;
        b->multi += n > 1;
        b->most = n > b->most ? n : b->most;
    }
    b->kind = LABEL_ONE;
    if (strcmp(l->s->f->op[b->op].name, "respond") == 0 && is_mark(l, b)) {
        l->out->respond = true; /* the one mark that means something: here the response goes out */
        return;
    }
    if (is_mark(l, b)) {
        b->kind = LABEL_GONE;
        return;
    }
    if (b->multi == 0)
        return;
    struct overlap o = overlap_of(l, b);
    if (o.at_once * 20 > o.pairs) {
        b->kind = LABEL_EACH;
        /* As many as ever, though there were more to do: a limit. */
        if (o.widest < b->most && (double)o.capped > 0.5 * b->multi)
            b->limit = o.widest;
    } else if (o.retried >= 0.8 * b->multi) {
        b->kind = LABEL_RETRY;
    } else if (b->multi * 100 >= b->present) {
        b->kind = LABEL_LOOP;
    }
}

/* ---- parts of occurrences ---- */

/* Did the request of a span answer otherwise than most? */
static bool request_failed(const struct labels *l, uint32_t i)
{
    while (label_span(l, i)->parent != FOREST_NONE)
        i = label_span(l, i)->parent;
    return forest_status(label_span(l, i)) != l->s->out->status[0].status;
}

static struct part *part_of(struct labels *l, uint32_t op, const uint32_t *occ, uint32_t n)
{
    struct part *p = NEW(l->s->mem, struct part, 1);
    uint32_t nkid = 0;
    p->op = op;
    for (uint32_t i = 0; i < n; i++) {
        p->failed += forest_failed(label_span(l, occ[i]));
        p->fatal += forest_failed(label_span(l, occ[i])) && request_failed(l, occ[i]);
        for (uint32_t c = label_span(l, occ[i])->child; c != FOREST_NONE;
             c = label_span(l, c)->next)
            nkid++;
    }
    p->nx = n;
    p->x = NEW(l->s->mem, struct seen, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct forest_span *c = label_span(l, occ[i]);
        p->x[i] = (struct seen){(double)(c->end - c->start), c->under, forest_failed(c)};
    }
    if (nkid == 0 || l->depth >= SHAPE_DEPTH)
        return p;
    struct shape_set in = {.v = NEW(l->s->mem, struct shape_inst, n + 1),
                           .n = n,
                           .kid = NEW(l->s->mem, uint32_t, nkid + 1),
                           .op = op};
    nkid = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct forest_span *c = label_span(l, occ[i]);
        in.v[i] = (struct shape_inst){c->start, c->end, nkid, 0, occ[i]};
        for (uint32_t k = c->child; k != FOREST_NONE; k = label_span(l, k)->next)
            in.kid[nkid++] = k;
        in.v[i].n = nkid - in.v[i].first;
    }
    const struct shape_body *inside = shape_body_of(l->s, &in, l->depth + 1);
    if (inside->top->kind == PART_NOTHING)
        return p; /* nothing but marks */
    p->kind = PART_SPAN;
    p->inside = inside;
    p->body = inside->top;
    l->out->respond = l->out->respond || inside->respond;
    return p;
}

/* A span without length or parts, but for the one that means something. */
static bool is_empty(const struct labels *l, const struct part *p)
{
    const struct forest_op *o = &l->s->f->op[p->op];
    if (p->kind != PART_LEAF || (o->kind != KIND_INTERNAL && o->kind != KIND_NONE) ||
        l->s->step >= 1000000 || strcmp(o->name, "respond") == 0)
        return false;
    for (uint32_t i = 0; i < p->nx; i++)
        if (p->x[i].x > (l->s->step > 1 ? (double)l->s->step : 0))
            return false;
    return true;
}

struct shape_item *label_item(struct labels *l, struct part *p)
{
    if (l->out->n == SHAPE_ITEMS) {
        l->out->dropped++;
        return NULL;
    }
    struct shape_item *t = &l->out->v[l->out->n++];
    t->part = p;
    t->start = NEW(l->s->mem, int64_t, l->in->n + 1);
    t->end = NEW(l->s->mem, int64_t, l->in->n + 1);
    t->failed = NEW(l->s->mem, bool, l->in->n + 1);
    for (uint32_t i = 0; i < l->in->n; i++)
        t->start[i] = t->end[i] = SHAPE_ABSENT;
    return t;
}

void label_cover(const struct labels *l, struct shape_item *t, uint32_t inst, uint32_t span)
{
    const struct forest_span *c = label_span(l, span);
    if (t->start[inst] == SHAPE_ABSENT) {
        t->n++;
        t->start[inst] = c->start;
        t->end[inst] = c->end;
    }
    t->failed[inst] = t->failed[inst] || forest_failed(c);
    t->start[inst] = c->start < t->start[inst] ? c->start : t->start[inst];
    t->end[inst] = c->end > t->end[inst] ? c->end : t->end[inst];
}

static bool is_detached(const struct labels *l, const struct shape_item *t)
{
    uint32_t over = 0;
    for (uint32_t i = 0; i < l->in->n; i++)
        over += t->start[i] != SHAPE_ABSENT && l->in->v[i].span != FOREST_NONE &&
                t->end[i] > l->in->v[i].end + l->s->step;
    return over * 20 > t->n;
}

void label_kth(struct labels *l, const struct label *b, uint32_t k)
{
    uint32_t *occ = NEW(l->s->mem, uint32_t, l->in->n + 1), n = 0;
    for (uint32_t i = 0; i < l->in->n; i++)
        if (label_count(b, i) > k)
            occ[n++] = b->occ[b->first[i] + k];
    struct part *p = part_of(l, b->op, occ, n);
    struct shape_item *t = is_empty(l, p) ? NULL : label_item(l, p);
    for (uint32_t i = 0; t && i < l->in->n; i++)
        if (label_count(b, i) > k)
            label_cover(l, t, i, b->occ[b->first[i] + k]);
    if (t)
        t->part->detached = is_detached(l, t);
}

static void put_all(struct labels *l, const struct label *b, struct part *p)
{
    struct shape_item *t = label_item(l, p);
    for (uint32_t i = 0; t && i < l->in->n; i++)
        for (uint32_t k = b->first[i]; k < b->first[i + 1]; k++)
            label_cover(l, t, i, b->occ[k]);
    if (t)
        t->part->detached = is_detached(l, t);
}

static void put_retry(struct labels *l, const struct label *b)
{
    struct part *p = part_of(l, b->op, b->occ, b->total);
    p->retries = b->most;
    put_all(l, b, p);
}

/* ---- copies at once ---- */

/* Do b's spans come one by one, each behind the end of another one of a's, while others run? */
static bool is_later(const struct labels *l, const struct label *a, const struct label *b)
{
    uint32_t same = 0, behind = 0, early = 0, many = 0;
    int64_t *end = xcalloc(a->most + 1, sizeof *end);
    for (uint32_t i = 0; i < l->in->n; i++) {
        uint32_t n = label_count(a, i);
        same += n == label_count(b, i);
        if (n < 2 || n != label_count(b, i))
            continue;
        for (uint32_t k = 0; k < n; k++)
            end[k] = label_span(l, a->occ[a->first[i] + k])->end;
        order_sort(end, n, NULL);
        bool ok = true;
        for (uint32_t k = 0; k < n; k++)
            ok = ok && label_span(l, b->occ[b->first[i] + k])->start + l->s->step >= end[k];
        many++;
        behind += ok;
        early += label_span(l, b->occ[b->first[i]])->start < end[n - 1];
    }
    free(end);
    return same >= NEARLY * l->in->n && many > 0 && behind >= NEARLY * many && early * 2 > many;
}

static void put_each(struct labels *l, struct label *b)
{
    struct part *p = NEW(l->s->mem, struct part, 1);
    p->kind = PART_EACH;
    p->op = b->op;
    p->limit = b->limit;
    p->body = part_of(l, b->op, b->occ, b->total);
    p->count = NEW(l->s->mem, uint32_t, b->present + 1);
    for (uint32_t i = 0; i < l->in->n; i++)
        if (label_count(b, i) > 0)
            p->count[p->ncount++] = label_count(b, i);
    put_all(l, b, p);
    for (uint32_t j = 0; j < l->n; j++) {
        struct label *c = &l->v[j];
        if (c == b || c->kind != LABEL_LOOP || !is_later(l, b, c))
            continue;
        p->later = part_of(l, c->op, c->occ, c->total);
        struct shape_item *t = &l->out->v[l->out->n - 1];
        for (uint32_t i = 0; i < l->in->n && t->part == p; i++)
            for (uint32_t k = c->first[i]; k < c->first[i + 1]; k++)
                label_cover(l, t, i, c->occ[k]);
        c->kind = LABEL_GONE;
        break;
    }
}

void shape_label(struct shaper *s, const struct shape_set *in, uint32_t depth,
                 struct shape_items *out)
{
    struct labels *l = xcalloc(1, sizeof *l);
    *l = (struct labels){.s = s, .in = in, .depth = depth, .out = out};
    gather(l);
    for (uint32_t j = 0; j < l->n; j++)
        classify(l, &l->v[j]);
    for (uint32_t j = 0; j < l->n; j++)
        if (l->v[j].kind == LABEL_EACH)
            put_each(l, &l->v[j]);
    for (uint32_t j = 0; j < l->n; j++) {
        struct label *b = &l->v[j];
        if (b->kind == LABEL_ONE)
            label_kth(l, b, 0);
        else if (b->kind == LABEL_RETRY)
            put_retry(l, b);
        else if (b->kind == LABEL_LOOP && label_unroll(l, b))
            b->kind = LABEL_GONE;
    }
    label_loops(l);
    free(l);
}
