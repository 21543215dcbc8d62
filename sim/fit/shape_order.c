/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape_order.c - in which order the parts of a body are run; see shape.h.
 *
 * The relation "before" is closed transitively and then taken apart (Valdes, Tarjan and Lawler
 * 1982): parts that are not related to one another are at once, parts that are all related to all
 * others stand in a row, and what is neither is kept as a graph.  Time between a part's
 * beginning and the end of what it waited for is the body's own. */
#include "base/diag.h"
#include "fit/shape.h"
#include <stdlib.h>
#include <string.h>

#define BIT(i) ((uint64_t)1 << (i))
#define AWAITS 0.95 /* of its spans end with another one: it waits for others */

struct order {
    struct shaper *s;
    const struct shape_set *in;
    struct shape_items *it;
    struct shape_body *body;
    uint64_t before[SHAPE_ITEMS], after[SHAPE_ITEMS];
    uint32_t class[SHAPE_ITEMS];
};

static bool has(const struct shape_item *t, uint32_t i)
{
    return t->start[i] != SHAPE_ABSENT;
}

/* ---- spans that wait for others ---- */

static bool ends_with_another(const struct order *o, uint32_t self, uint32_t inst)
{
    const struct shape_item *t = &o->it->v[self];
    int64_t slack = (t->end[inst] - t->start[inst]) / 100;
    slack = slack > o->s->step ? slack : o->s->step;
    for (uint32_t j = 0; j < o->it->n; j++) {
        const struct shape_item *q = &o->it->v[j];
        if (j == self || !has(q, inst) || q->start[inst] >= t->end[inst])
            continue;
        int64_t d = q->end[inst] - t->end[inst];
        if (d <= o->s->step && d >= -slack && q->end[inst] > t->start[inst])
            return true;
    }
    return false;
}

static bool awaits(const struct order *o, uint32_t self)
{
    const struct shape_item *t = &o->it->v[self];
    uint8_t kind = o->s->f->op[t->part->op].kind;
    uint32_t n = 0, with = 0;
    if (t->part->kind != PART_LEAF || (kind != KIND_INTERNAL && kind != KIND_NONE))
        return false;
    for (uint32_t i = 0; i < o->in->n; i++)
        if (has(t, i) && t->end[i] - t->start[i] > o->s->step) {
            n++;
            with += ends_with_another(o, self, i);
        }
    return n > 0 && with >= AWAITS * n;
}

static void drop_awaits(struct order *o)
{
    for (uint32_t j = 0; j < o->it->n;) {
        if (!awaits(o, j)) {
            j++;
            continue;
        }
        o->it->n--;
        memmove(&o->it->v[j], &o->it->v[j + 1], (o->it->n - j) * sizeof o->it->v[j]);
    }
}

/* ---- classes: what is there together ---- */

static bool same_presence(const struct order *o, uint32_t a, uint32_t b, bool negated)
{
    for (uint32_t i = 0; i < o->in->n; i++)
        if (has(&o->it->v[a], i) != (has(&o->it->v[b], i) != negated))
            return false;
    return true;
}

/* Never together, where independent ones would have met 5 times or more (P = 0.007). */
static bool exclude(const struct order *o, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < o->in->n; i++)
        if (has(&o->it->v[a], i) && has(&o->it->v[b], i))
            return false;
    return (double)o->it->v[a].n * o->it->v[b].n >= 5.0 * o->in->n;
}

static bool implies(const struct order *o, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < o->in->n; i++)
        if (has(&o->it->v[a], i) && !has(&o->it->v[b], i))
            return false;
    return true;
}

/* Of the requests: does their status say whether the class is there? */
static int32_t status_without(const struct order *o, uint32_t item)
{
    const struct shape_status *usual = &o->s->out->status[0];
    int32_t status = 0;
    uint32_t n = 0, agree = 0;
    if (o->in->v[0].span != o->s->f->root[0] || o->s->out->nstatus < 2)
        return 0;
    for (uint32_t i = 0; i < o->in->n; i++) {
        const struct forest_span *r = &o->s->f->v[o->in->v[i].span];
        int32_t code = forest_status(r);
        if (has(&o->it->v[item], i))
            continue;
        n++;
        status = status ? status : code;
        agree += code == status;
    }
    bool all = agree >= 0.99 * n || (agree >= 3 && n - agree <= 1); /* one may have been cut off */
    return n > 0 && all && status != usual->status ? status : 0;
}

/* What is not there where another item failed, is not there because of that. */
static bool is_caused(struct order *o, uint32_t item)
{
    int32_t status = status_without(o, item);
    const struct shape_item *t = &o->it->v[item];
    for (uint32_t j = 0; j < o->it->n && status; j++) {
        struct shape_item *q = &o->it->v[j];
        uint32_t either = 0, both = 0;
        if (j == item || q->n < o->in->n || q->part->kind == PART_EACH ||
            q->part->kind == PART_REPEAT)
            continue;
        for (uint32_t i = 0; i < o->in->n; i++) {
            either += q->failed[i] || !has(t, i);
            both += q->failed[i] && !has(t, i);
        }
        if (either == 0 || (both < 0.95 * either && (both < 3 || either - both > 1))) /* as above */
            continue;
        q->part->abort = status;
        return true;
    }
    return false;
}

static void find_classes(struct order *o)
{
    struct shape_body *b = o->body;
    uint32_t sample[SHAPE_CLASSES] = {0}; /* an item of each */
    for (uint32_t j = 0; j < o->it->n; j++) {
        o->class[j] = 0;
        if (o->it->v[j].n == o->in->n || is_caused(o, j))
            continue;
        uint32_t c = 1;
        while (c < b->nclass && !same_presence(o, j, sample[c], false))
            c++;
        if (c == b->nclass && c < SHAPE_CLASSES) {
            b->class[c].share = (double)o->it->v[j].n / o->in->n;
            b->class[c].without = status_without(o, j);
            sample[b->nclass++] = j;
        }
        o->class[j] = c < SHAPE_CLASSES ? c : 0;
    }
    for (uint32_t c = 1; c < b->nclass; c++)
        for (uint32_t k = 1; k < b->nclass; k++) {
            if (k == c)
                continue;
            if (same_presence(o, sample[c], sample[k], true))
                b->class[c].other = k;
            if (exclude(o, sample[c], sample[k]))
                b->class[c].never |= BIT(k);
            uint32_t *in = &b->class[c].within;
            if (implies(o, sample[c], sample[k]) &&
                (*in == 0 || b->class[k].share < b->class[*in].share))
                *in = k;
        }
}

/* ---- before ---- */

static int64_t slack_of(const struct order *o, uint32_t a, uint32_t b, uint32_t inst)
{
    const struct shape_item *p = &o->it->v[a], *q = &o->it->v[b];
    int64_t x = p->end[inst] - p->start[inst], y = q->end[inst] - q->start[inst];
    int64_t least = (x < y ? x : y) / 10;
    return least > o->s->step ? least : o->s->step > 1 ? o->s->step : 0;
}

/* A task that goes on by itself is where it begins. */
static int64_t end_of(const struct shape_item *t, uint32_t inst)
{
    return t->part->detached ? t->start[inst] : t->end[inst];
}

static void relate(struct order *o, uint32_t a, uint32_t b)
{
    const struct shape_item *p = &o->it->v[a], *q = &o->it->v[b];
    uint32_t both = 0, first = 0, second = 0;
    for (uint32_t i = 0; i < o->in->n; i++) {
        if (!has(p, i) || !has(q, i))
            continue;
        int64_t slack = slack_of(o, a, b, i);
        both++;
        first += end_of(p, i) <= q->start[i] + slack;
        second += end_of(q, i) <= p->start[i] + slack;
    }
    bool ab = both > 0 && first >= (1 - SHAPE_TOL) * both;
    bool ba = both > 0 && second >= (1 - SHAPE_TOL) * both;
    if (ab && ba) { /* touching, and short: whoever begins first, in most cases */
        uint32_t early = 0;
        for (uint32_t i = 0; i < o->in->n; i++)
            early += has(p, i) && has(q, i) &&
                     (p->start[i] < q->start[i] ||
                      (p->start[i] == q->start[i] && p->end[i] <= q->end[i]));
        ab = early * 2 >= both;
        ba = !ab;
    }
    if (ab)
        o->before[a] |= BIT(b);
    if (ba)
        o->before[b] |= BIT(a);
    if ((ab || ba) && both < o->body->seen)
        o->body->seen = both;
    o->body->pairs += ab || ba;
}

static void close_order(struct order *o)
{
    uint32_t n = o->it->n;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < n; i++)
            if (o->before[i] & BIT(k))
                o->before[i] |= o->before[k];
    for (uint32_t i = 0; i < n; i++)
        o->before[i] &= ~BIT(i);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (o->before[i] & BIT(j)) {
                if (o->before[j] & BIT(i)) /* a circle: no order */
                    o->before[i] &= ~BIT(j), o->before[j] &= ~BIT(i);
                else
                    o->after[j] |= BIT(i);
            }
}

/* ---- taking apart ---- */

/* The parts of `set` that hang together: by the order, or by its absence. */
static uint64_t component(const struct order *o, uint64_t set, bool related)
{
    uint64_t seen = set & (~set + 1), edge = seen;
    while (edge) {
        uint32_t i = (uint32_t)__builtin_ctzll(edge);
        uint64_t near = o->before[i] | o->after[i];
        edge &= edge - 1;
        near = (related ? near : ~near & ~BIT(i)) & set & ~seen;
        seen |= near;
        edge |= near;
    }
    return seen;
}

static struct part *part_new(struct order *o, enum part_kind kind, uint32_t room)
{
    struct part *p = NEW(o->s->mem, struct part, 1);
    p->kind = kind;
    p->op = o->in->op;
    p->of = NEW(o->s->mem, struct part *, room + 1);
    return p;
}

/* What a row or a choice has in common. */
static void common_class(struct part *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (i == 0 || p->class == p->of[i]->class)
            p->class = p->of[i]->class;
        else {
            p->class = 0;
            break;
        }
}

static void first_start(const struct order *o, uint64_t set, int64_t *at)
{
    for (uint32_t i = 0; i < o->in->n; i++) {
        at[i] = SHAPE_ABSENT;
        for (uint64_t m = set; m; m &= m - 1) {
            const struct shape_item *t = &o->it->v[__builtin_ctzll(m)];
            if (has(t, i) && (at[i] == SHAPE_ABSENT || t->start[i] < at[i]))
                at[i] = t->start[i];
        }
    }
}

/* Moves `now` to the last end of the set (where it is there). */
static void last_end(const struct order *o, uint64_t set, int64_t *now)
{
    for (uint32_t i = 0; i < o->in->n; i++)
        for (uint64_t m = set; m; m &= m - 1) {
            const struct shape_item *t = &o->it->v[__builtin_ctzll(m)];
            if (has(t, i) && end_of(t, i) > now[i])
                now[i] = end_of(t, i);
        }
}

/* Is a gap longer the more of it are under way, or as that of the request before?  Then it is a
 * queue, and nobody's own time. */
static bool is_queue(struct order *o, struct part *p, const int64_t *now, const int64_t *at)
{
    int64_t *start = NEW(o->s->mem, int64_t, 2 * (size_t)p->nx + 1), *end = start + p->nx;
    uint32_t n = 0, *under = NEW(o->s->mem, uint32_t, p->nx + 1);
    for (uint32_t i = 0; i < o->in->n; i++) {
        if (at[i] == SHAPE_ABSENT || now[i] == SHAPE_ABSENT)
            continue;
        start[n] = now[i];
        end[n++] = at[i] > now[i] ? at[i] : now[i];
    }
    seen_under(start, end, n, under);
    for (uint32_t i = 0; i < n; i++)
        p->x[i].under = under[i];
    return seen_load(p->x, n) > 0 || seen_follows(p->x, n);
}

/* Time from `now` to `at`; NULL: not worth telling, or a queue. */
static struct part *own_time(struct order *o, const int64_t *now, const int64_t *at)
{
    struct part *p = part_new(o, PART_OWN, 0);
    struct shape *out = o->s->out;
    double sum = 0;
    p->x = NEW(o->s->mem, struct seen, o->in->n + 1);
    for (uint32_t i = 0; i < o->in->n; i++) {
        if (at[i] == SHAPE_ABSENT || now[i] == SHAPE_ABSENT)
            continue;
        p->x[p->nx].x = at[i] > now[i] ? (double)(at[i] - now[i]) : 0;
        sum += p->x[p->nx++].x;
    }
    if (p->nx == 0)
        return NULL;
    bool brief = sum / p->nx < SHAPE_TOLD * out->mean || sum / p->nx <= (double)o->s->step;
    if (!brief && !is_queue(o, p, now, at))
        return p;
    *(brief ? &out->ignored : &out->waited) += sum / o->s->f->ntree;
    return NULL;
}

static struct part *place(struct order *o, uint64_t set, int64_t *now, uint32_t depth);

/* `node` begins with `set`; the time before it is put before it. */
static struct part *behind_gap(struct order *o, uint64_t set, const int64_t *now, struct part *node)
{
    int64_t *at = NEW(o->s->mem, int64_t, o->in->n + 1);
    first_start(o, set, at);
    struct part *gap = own_time(o, now, at);
    if (!gap)
        return node;
    struct part *row = part_new(o, PART_SEQ, 2);
    gap->class = node->class;
    row->of[0] = gap;
    row->of[1] = node;
    row->n = 2;
    row->class = node->class;
    return row;
}

/* Where a set begins, when something of it is there; else now. */
static int64_t *begun(struct order *o, uint64_t set, const int64_t *now)
{
    int64_t *at = NEW(o->s->mem, int64_t, o->in->n + 1);
    first_start(o, set, at);
    for (uint32_t i = 0; i < o->in->n; i++)
        at[i] = at[i] == SHAPE_ABSENT || at[i] < now[i] ? now[i] : at[i];
    return at;
}

static struct part *place_one(struct order *o, uint32_t item, const int64_t *now)
{
    struct part *p = o->it->v[item].part;
    p->class = o->class[item];
    return behind_gap(o, BIT(item), now, p);
}

static struct part *place_at_once(struct order *o, uint64_t set, const int64_t *now, uint32_t depth)
{
    struct part *p = part_new(o, PART_PAR, SHAPE_ITEMS);
    const int64_t *start = begun(o, set, now);
    for (uint64_t left = set; left;) {
        uint64_t c = component(o, left, true);
        int64_t *mine = NEW(o->s->mem, int64_t, o->in->n + 1);
        memcpy(mine, start, o->in->n * sizeof *mine);
        p->of[p->n++] = place(o, c, mine, depth + 1);
        left &= ~c;
    }
    common_class(p);
    return behind_gap(o, set, now, p);
}

/* The components in their order: each is before all of those that come later. */
static struct part *place_row(struct order *o, uint64_t set, const int64_t *start, uint32_t depth)
{
    struct part *p = part_new(o, PART_SEQ, SHAPE_ITEMS);
    int64_t *now = NEW(o->s->mem, int64_t, o->in->n + 1);
    memcpy(now, start, o->in->n * sizeof *now);
    for (uint64_t left = set; left;) {
        uint64_t c = 0;
        for (uint64_t m = left; m;) { /* the one with nothing before it */
            c = component(o, m, false);
            m &= ~c;
            uint32_t i = (uint32_t)__builtin_ctzll(c);
            if (!(o->after[i] & left & ~c))
                break;
        }
        p->of[p->n++] = place(o, c, now, depth + 1);
        last_end(o, c, now);
        left &= ~c;
    }
    common_class(p);
    return p;
}

static struct part *place_graph(struct order *o, uint64_t set, const int64_t *now)
{
    struct part *p = part_new(o, PART_GRAPH, SHAPE_ITEMS);
    uint32_t at[SHAPE_ITEMS];
    uint64_t left = set;
    p->after = NEW(o->s->mem, uint64_t, SHAPE_ITEMS);
    while (left) /* in an order that is one */
        for (uint64_t m = left; m; m &= m - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(m);
            if (o->after[i] & left)
                continue;
            int64_t *mine = NEW(o->s->mem, int64_t, o->in->n + 1);
            uint64_t direct = o->after[i] & set;
            memcpy(mine, now, o->in->n * sizeof *mine);
            last_end(o, direct, mine);
            for (uint64_t k = o->after[i] & set; k; k &= k - 1)
                direct &= ~o->after[__builtin_ctzll(k)]; /* not what another one waits for */
            at[i] = p->n;
            for (uint64_t k = direct; k; k &= k - 1)
                p->after[p->n] |= BIT(at[__builtin_ctzll(k)]);
            p->of[p->n++] = place_one(o, i, mine);
            left &= ~BIT(i);
        }
    return p;
}

static struct part *place(struct order *o, uint64_t set, int64_t *now, uint32_t depth)
{
    if ((set & (set - 1)) == 0)
        return place_one(o, (uint32_t)__builtin_ctzll(set), now);
    if (component(o, set, true) != set)
        return place_at_once(o, set, now, depth);
    if (component(o, set, false) != set)
        return place_row(o, set, now, depth);
    return place_graph(o, set, now);
}

/* ---- the body ---- */

static void sort_items(struct order *o)
{
    struct shape_items *it = o->it;
    for (uint32_t j = 1; j < it->n; j++) /* by who is mostly first: stable for the eye */
        for (uint32_t k = j; k > 0; k--) {
            const struct shape_item *a = &it->v[k - 1], *b = &it->v[k];
            uint32_t both = 0, early = 0;
            for (uint32_t i = 0; i < o->in->n; i++)
                if (has(a, i) && has(b, i)) {
                    both++;
                    early += b->start[i] < a->start[i];
                }
            if (early * 2 <= both)
                break;
            struct shape_item swap = it->v[k];
            it->v[k] = it->v[k - 1];
            it->v[k - 1] = swap;
        }
}

static struct part *with_tail(struct order *o, struct part *top, const int64_t *now)
{
    int64_t *end = NEW(o->s->mem, int64_t, o->in->n + 1);
    for (uint32_t i = 0; i < o->in->n; i++)
        end[i] = o->in->v[i].end;
    struct part *tail = o->in->open_end ? NULL : own_time(o, now, end);
    if (!tail)
        return top;
    struct part *row = part_new(o, PART_SEQ, 2);
    row->of[0] = top;
    row->of[1] = tail;
    row->n = 2;
    return row;
}

void shape_order(struct shaper *s, const struct shape_set *in, struct shape_items *items,
                 struct shape_body *body)
{
    struct order *o = xcalloc(1, sizeof *o);
    int64_t *now = NEW(s->mem, int64_t, in->n + 1);
    *o = (struct order){.s = s, .in = in, .it = items, .body = body};
    drop_awaits(o);
    sort_items(o);
    find_classes(o);
    for (uint32_t a = 0; a < items->n; a++)
        for (uint32_t b = a + 1; b < items->n; b++)
            relate(o, a, b);
    close_order(o);
    uint64_t all = items->n == 64 ? ~(uint64_t)0 : BIT(items->n) - 1;
    for (uint32_t i = 0; i < in->n; i++)
        now[i] = in->v[i].start;
    body->top = all ? place(o, all, now, 0) : part_new(o, PART_NOTHING, 0);
    last_end(o, all, now);
    body->top = with_tail(o, body->top, now);
    free(o);
}
