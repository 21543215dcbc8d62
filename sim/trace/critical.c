/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical.c - the tree of a trace in flat arrays, and what the rules share; see critical.h. */
#include "trace/critical.h"
#include "trace/critical_impl.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

enum { FEW = 24 };

const char *const critical_rule_name[CRITICAL_RULES] = {"own", "jaeger", "crisp"};
const char *const critical_role_text[ROLE_COUNT] = {
    "something else took longer",
    "the request itself",
    "its caller waited for it last",
    "it ended before its sibling on the path began",
    "the next one on the path links to it",
    "what it set off is on the path",
    "it ends after its caller, so nobody waits for it",
    "a message, for which nobody waits",
    "it follows from its caller, which does not wait",
    "its end was not recorded",
    "outside of its caller's time",
};

struct critical *critical_new(void)
{
    return xcalloc(1, sizeof(struct critical));
}

void critical_free(struct critical *c)
{
    if (!c)
        return;
    free(c->start);
    free(c->end);
    free(c->time);
    free(c->first);
    free(c->kid);
    free(c->late);
    free(c->nlate);
    free(c->order);
    free(c->role);
    free(c->entered);
    free(c->cut);
    free(c->tree);
    free(c->by_start);
    free(c->table);
    free(c->section);
    free(c);
}

static void make_room(struct critical *c, uint32_t n)
{
    if (n <= c->cap)
        return;
    uint32_t cap = n < 64 ? 64 : n + n / 4;
    c->start = xrealloc(c->start, cap, sizeof *c->start);
    c->end = xrealloc(c->end, cap, sizeof *c->end);
    c->time = xrealloc(c->time, cap, sizeof *c->time);
    c->first = xrealloc(c->first, (size_t)cap + 1, sizeof *c->first);
    c->kid = xrealloc(c->kid, cap, sizeof *c->kid);
    c->late = xrealloc(c->late, cap, sizeof *c->late);
    c->nlate = xrealloc(c->nlate, cap, sizeof *c->nlate);
    c->order = xrealloc(c->order, cap, sizeof *c->order);
    c->role = xrealloc(c->role, cap, sizeof *c->role);
    c->entered = xrealloc(c->entered, cap, sizeof *c->entered);
    c->cut = xrealloc(c->cut, cap, sizeof *c->cut);
    c->tree = xrealloc(c->tree, cap, sizeof *c->tree);
    c->by_start = xrealloc(c->by_start, cap, sizeof *c->by_start);
    c->cap = cap;
}

void critical_trace(struct critical *c, struct trace_id id, const struct span *v, uint32_t n,
                    const struct span_link *link)
{
    make_room(c, n);
    c->id = id;
    c->v = v;
    c->link = link;
    c->n = n;
    c->nlink = 0;
    c->table_made = false;
    uint32_t *at = c->nlate; /* until it is needed */
    memset(c->first, 0, ((size_t)n + 1) * sizeof *c->first);
    for (uint32_t i = 0; i < n; i++) {
        c->nlink += v[i].nlink;
        if (v[i].parent != SPAN_NONE)
            c->first[v[i].parent + 1]++;
    }
    for (uint32_t i = 0; i < n; i++) {
        c->first[i + 1] += c->first[i];
        at[i] = c->first[i];
        c->tree[i] = SPAN_NONE;
    }
    for (uint32_t i = 0; i < n; i++)
        if (v[i].parent != SPAN_NONE)
            c->kid[at[v[i].parent]++] = i;
}

enum critical_role critical_blocks(const struct critical *c, uint32_t i)
{
    const struct span *s = &c->v[i], *p = &c->v[s->parent];
    for (uint32_t k = 0; k < s->nlink; k++) {
        const struct span_link *l = &c->link[s->link + k];
        if (l->kind == LINK_FOLLOWS_FROM && l->span == s->parent_id && trace_same(l->trace, c->id))
            return ROLE_FOLLOWS;
    }
    return s->kind == KIND_CONSUMER && p->kind == KIND_PRODUCER ? ROLE_MESSAGE : ROLE_BESIDE;
}

void critical_section_add(struct critical *c, uint32_t span, int64_t start, int64_t end)
{
    struct critical_section *last = c->nsection ? &c->section[c->nsection - 1] : NULL;
    if (start >= end)
        return;
    if (last && last->span == span && last->start == end) {
        last->start = start;
        return;
    }
    c->section = grow(c->section, &c->capsection, c->nsection + 1, sizeof *c->section);
    c->section[c->nsection++] = (struct critical_section){start, end, span};
}

/* ---- children by their ends ---- */

static int later_last(const void *x, const void *y)
{
    const struct critical_key *a = x, *b = y;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return (a->span > b->span) - (a->span < b->span);
}

static int earlier_last(const void *x, const void *y)
{
    const struct critical_key *a = x, *b = y;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return (a->span < b->span) - (a->span > b->span);
}

void critical_sort(struct critical *c, uint32_t p, bool later)
{
    struct critical_key *v = c->late + c->first[p];
    uint32_t n = c->nlate[p];
    if (n > FEW) {
        qsort(v, n, sizeof *v, later ? later_last : earlier_last);
        return;
    }
    for (uint32_t i = 1, k; i < n; i++) { /* they come by their starts: nearly in order */
        struct critical_key x = v[i];
        for (k = i; k > 0 && (later ? later_last : earlier_last)(&v[k - 1], &x) > 0; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
}

/* ---- ids ---- */

static void make_table(struct critical *c)
{
    uint32_t size = 16;
    while (size < 2 * c->n)
        size *= 2;
    if (size > c->captable) {
        c->table = xrealloc(c->table, size, sizeof *c->table);
        c->captable = size;
    }
    c->ntable = size;
    memset(c->table, 0xff, size * sizeof *c->table); /* SPAN_NONE */
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t k = (uint32_t)trace_mix(2, c->v[i].id) & (size - 1);
        while (c->table[k] != SPAN_NONE && c->v[c->table[k]].id != c->v[i].id)
            k = (k + 1) & (size - 1);
        if (c->table[k] == SPAN_NONE) /* of twins the first */
            c->table[k] = i;
    }
    c->table_made = true;
}

uint32_t critical_span(struct critical *c, uint64_t id)
{
    if (!c->table_made)
        make_table(c);
    uint32_t k = (uint32_t)trace_mix(2, id) & (c->ntable - 1);
    while (c->table[k] != SPAN_NONE && c->v[c->table[k]].id != id)
        k = (k + 1) & (c->ntable - 1);
    return c->table[k];
}

/* ---- all of it ---- */

static int by_time(const void *x, const void *y)
{
    const struct critical_section *a = x, *b = y;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->span > b->span) - (a->span < b->span);
}

/* All below the root, parents first. */
static void descend(struct critical *c, uint32_t root)
{
    c->norder = 0;
    c->order[c->norder++] = root;
    for (uint32_t i = 0; i < c->norder; i++) {
        uint32_t p = c->order[i];
        c->time[p] = 0;
        c->role[p] = ROLE_BESIDE;
        c->nlate[p] = 0;
        c->tree[p] = root;
        c->entered[p] = c->cut[p] = false;
        for (uint32_t k = c->first[p]; k < c->first[p + 1]; k++)
            c->order[c->norder++] = c->kid[k];
    }
    c->start[root] = c->v[root].start;
    c->end[root] = c->v[root].start + c->v[root].duration;
    c->role[root] = ROLE_ROOT;
}

/* Sections come last to first. */
static void turn_round(struct critical *c)
{
    for (uint32_t i = 0, k = c->nsection; i + 1 < k; i++) {
        struct critical_section x = c->section[i];
        c->section[i] = c->section[--k];
        c->section[k] = x;
    }
}

void critical_find(struct critical *c, uint32_t root, enum critical_rule rule,
                   struct critical_path *out)
{
    c->nsection = 0;
    descend(c, root);
    if (rule == CRITICAL_CRISP) {
        critical_crisp(c, root);
        if (c->nsection)
            qsort(c->section, c->nsection, sizeof *c->section, by_time);
    } else {
        critical_walk(c, root, rule == CRITICAL_OWN);
        turn_round(c);
    }
    *out = (struct critical_path){c->section, c->nsection, c->time, c->role};
}

bool critical_below(const struct critical *c, uint32_t span, uint32_t root)
{
    return c->tree[span] == root;
}

struct critical_tree critical_tree(const struct critical *c)
{
    return (struct critical_tree){c->first, c->kid};
}

/* ---- work ---- */

static int64_t self_time(const struct critical *c, uint32_t p)
{
    const struct span *s = &c->v[p];
    int64_t until = s->start, end = s->start + s->duration, self = s->duration;
    for (uint32_t k = c->first[p]; k < c->first[p + 1]; k++) {
        const struct span *kid = &c->v[c->kid[k]];
        int64_t from = kid->start > until ? kid->start : until;
        int64_t to = kid->start + kid->duration;
        to = to < end ? to : end;
        if (to > from) {
            self -= to - from;
            until = to;
        }
    }
    return self;
}

void critical_work(struct critical *c, int64_t *self, int64_t *work)
{
    c->norder = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        self[i] = work[i] = self_time(c, i);
        if (c->v[i].parent == SPAN_NONE)
            c->order[c->norder++] = i;
    }
    for (uint32_t i = 0; i < c->norder; i++)
        for (uint32_t p = c->order[i], k = c->first[p]; k < c->first[p + 1]; k++)
            c->order[c->norder++] = c->kid[k];
    for (uint32_t i = c->norder; i-- > 0;) {
        const struct span *s = &c->v[c->order[i]];
        if (s->parent == SPAN_NONE)
            continue;
        const struct span *p = &c->v[s->parent];
        if (s->start + s->duration <= p->start + p->duration)
            work[s->parent] += work[c->order[i]];
    }
}
