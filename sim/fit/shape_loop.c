/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape_loop.c - rounds of loops.  They are instances of a body of their own, cut where the first
 * span of a round begins; labels whose spans stand in the same rounds are one loop. */
#include "fit/shape_label.h"

/* A label whose spans stand in the rounds that begin with those of `a`, at most one in each. */
static bool in_rounds(const struct labels *l, const struct label *a, const struct label *b)
{
    uint32_t good = 0, have = 0;
    for (uint32_t i = 0; i < l->in->n; i++) {
        uint32_t k = a->first[i], round = UINT32_MAX;
        bool ok = true;
        have += label_count(b, i) > 0;
        for (uint32_t j = b->first[i]; j < b->first[i + 1] && ok; j++) {
            int64_t at = label_span(l, b->occ[j])->start;
            while (k < a->first[i + 1] && label_span(l, a->occ[k])->start <= at)
                k++;
            ok = k > a->first[i] && k != round;
            round = k;
        }
        good += ok && label_count(b, i) > 0;
    }
    return have > 0 && good >= NEARLY * have;
}

/* Is there another span between the first and the second occurrence that is in no rounds with them?
 */
static bool is_apart(const struct labels *l, const struct label *b)
{
    for (uint32_t j = 0; j < l->n; j++) {
        const struct label *c = &l->v[j];
        uint32_t both = 0, between = 0;
        bool loop = c->kind == LABEL_LOOP && !in_rounds(l, b, c) && !in_rounds(l, c, b);
        if (c == b || (c->kind != LABEL_ONE && !loop))
            continue;
        for (uint32_t i = 0; i < l->in->n; i++) {
            if (label_count(b, i) < 2 || label_count(c, i) == 0)
                continue;
            const struct forest_span *q = label_span(l, c->occ[c->first[i]]);
            both++;
            between += q->start + l->s->step >= label_span(l, b->occ[b->first[i]])->end &&
                       q->end <= label_span(l, b->occ[b->first[i] + 1])->start + l->s->step;
        }
        if (both > 0 && between >= 0.95 * both)
            return true;
    }
    return false;
}

bool label_unroll(struct labels *l, const struct label *b)
{
    uint32_t full = 0;
    for (uint32_t i = 0; i < l->in->n; i++)
        full += label_count(b, i) == b->most;
    if (b->most > 8 || full < NEARLY * b->present || !is_apart(l, b))
        return false;
    for (uint32_t k = 0; k < b->most; k++)
        label_kth(l, b, k);
    return true;
}

/* The rounds of an instance, their spans in the order of time. */
static void cut_rounds(struct labels *l, const struct label *a, const bool *member, uint32_t i,
                       struct shape_set *to, uint32_t *nkid)
{
    const struct shape_inst *t = &l->in->v[i];
    struct shape_inst *r = NULL;
    uint32_t first = to->n;
    for (uint32_t k = 0; k < t->n; k++) {
        uint32_t at = l->in->kid[t->first + k];
        const struct forest_span *c = label_span(l, at);
        const struct label *b = label_find(l, c);
        if (!b || !member[b - l->v])
            continue;
        if (b == a) {
            int64_t start = to->n > first ? to->v[to->n - 1].end : c->start;
            r = &to->v[to->n++];
            *r = (struct shape_inst){start, c->end, *nkid, 0, FOREST_NONE};
        }
        if (!r)
            continue;
        to->kid[(*nkid)++] = at;
        r->n++;
        r->end = c->end > r->end ? c->end : r->end;
    }
}

static void put_loop(struct labels *l, struct label *a)
{
    bool member[LABELS] = {false};
    uint32_t nkid = 0, total = 0;
    for (uint32_t j = 0; j < l->n; j++) {
        struct label *b = &l->v[j];
        member[j] = b == a || (b->kind == LABEL_LOOP && in_rounds(l, a, b));
        total += member[j] ? b->total : 0;
    }
    struct shape_set in = {.v = NEW(l->s->mem, struct shape_inst, a->total + 1),
                           .kid = NEW(l->s->mem, uint32_t, total + 1),
                           .op = l->in->op,
                           .open_end = true};
    struct part *p = NEW(l->s->mem, struct part, 1);
    p->kind = PART_REPEAT;
    p->op = a->op;
    p->count = NEW(l->s->mem, uint32_t, a->present + 1);
    struct shape_item *t = label_item(l, p);
    for (uint32_t i = 0; i < l->in->n; i++) {
        uint32_t n = in.n;
        cut_rounds(l, a, member, i, &in, &nkid);
        if (in.n > n)
            p->count[p->ncount++] = in.n - n;
        for (uint32_t j = 0; t && in.n > n && j < l->n; j++)
            for (uint32_t k = l->v[j].first[i]; member[j] && k < l->v[j].first[i + 1]; k++)
                label_cover(l, t, i, l->v[j].occ[k]);
    }
    for (uint32_t j = 0; j < l->n; j++)
        if (member[j])
            l->v[j].kind = LABEL_GONE;
    if (l->depth >= SHAPE_DEPTH)
        return;
    p->inside = shape_body_of(l->s, &in, l->depth + 1);
    p->body = p->inside->top;
    l->out->respond = l->out->respond || p->inside->respond;
}

/* The loop whose first span comes first. */
static struct label *next_loop(struct labels *l)
{
    struct label *best = NULL;
    for (uint32_t j = 0; j < l->n; j++) {
        struct label *b = &l->v[j];
        if (b->kind != LABEL_LOOP)
            continue;
        uint32_t before = 0, both = 0;
        for (uint32_t i = 0; best && i < l->in->n; i++) {
            if (label_count(b, i) == 0 || label_count(best, i) == 0)
                continue;
            both++;
            before += label_span(l, b->occ[b->first[i]])->start <
                      label_span(l, best->occ[best->first[i]])->start;
        }
        if (!best || before * 2 > both)
            best = b;
    }
    return best;
}

void label_loops(struct labels *l)
{
    struct label *loop;
    while ((loop = next_loop(l)))
        put_loop(l, loop);
}
