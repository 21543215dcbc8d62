/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical_walk.c - the rules own and jaeger: from the root's end back to its start, always in the
 * span that was waited for; see critical.h.
 *
 * Where the walk is, `until`, never grows, and every step but a jump by a link moves along the
 * tree, so the sections tile the root.  A jump leads to a span with time before `until`: whatever
 * the walk has left it cannot come to again, and all steps together are as many as there are spans.
 */
#include "trace/critical_impl.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void may_wait(struct critical *c, uint32_t p, uint32_t i)
{
    c->late[c->first[p] + c->nlate[p]++] = (struct critical_key){c->end[i], i};
}

/* ---- cutting ---- */

/* Children are cut to their parents; what is outside of them is left out. */
static void cut_jaeger(struct critical *c, uint32_t p, uint32_t i)
{
    const struct span *s = &c->v[i];
    int64_t end = s->start + s->duration;
    enum critical_role role = critical_blocks(c, i);
    bool outside = s->start >= c->start[p] ? s->start >= c->end[p] : end <= c->start[p];
    if (role == ROLE_BESIDE && outside)
        role = ROLE_OUTSIDE;
    c->start[i] = most(s->start, c->start[p]);
    c->end[i] = least(end, c->end[p]);
    c->role[i] = (uint8_t)role;
    c->cut[i] = role != ROLE_BESIDE;
    if (!c->cut[i])
        may_wait(c, p, i);
}

/* Those that are not waited for stay: a link may lead to them, until the root ends. */
static void cut_own(struct critical *c, uint32_t p, uint32_t i)
{
    const struct span *s = &c->v[i];
    int64_t end = s->start + s->duration;
    enum critical_role role = critical_blocks(c, i);
    if (s->flags & SPAN_UNFINISHED)
        role = ROLE_UNFINISHED;
    else if (role == ROLE_BESIDE && s->kind == KIND_CONSUMER)
        role = ROLE_MESSAGE;
    else if (role == ROLE_BESIDE && s->flags & SPAN_ASYNC)
        role = ROLE_ASYNC;
    bool late = role == ROLE_ASYNC || role == ROLE_MESSAGE || role == ROLE_FOLLOWS;
    int64_t within = late ? c->end[c->order[0]] : c->end[p];
    c->start[i] = most(s->start, c->start[p]);
    c->end[i] = role == ROLE_UNFINISHED ? within : least(end, within);
    c->cut[i] = c->end[i] < c->start[i];
    c->role[i] = (uint8_t)(c->cut[i] && role == ROLE_BESIDE ? ROLE_OUTSIDE : role);
    if (!c->cut[i] && role == ROLE_BESIDE)
        may_wait(c, p, i);
}

static void cut_tree(struct critical *c, bool own)
{
    for (uint32_t i = 0; i < c->norder; i++) {
        uint32_t p = c->order[i];
        for (uint32_t k = c->first[p]; k < c->first[p + 1]; k++) {
            uint32_t child = c->kid[k];
            if (c->cut[p]) {
                c->cut[child] = true;
                c->role[child] = ROLE_OUTSIDE;
            } else if (own) {
                cut_own(c, p, child);
            } else {
                cut_jaeger(c, p, child);
            }
        }
        critical_sort(c, p, false);
    }
}

/* ---- walking ---- */

static void add(struct critical *c, uint32_t span, int64_t start, int64_t end)
{
    critical_section_add(c, span, start, end);
    c->time[span] += end - start;
}

struct place {
    uint32_t span;
    int64_t until;
    bool back; /* from one of its children */
};

/* The child that ended last of those that ended in time; SPAN_NONE: none is left. */
static uint32_t last_child(struct critical *c, const struct place *at, bool own)
{
    const struct critical_key *v = c->late + c->first[at->span];
    uint32_t *n = &c->nlate[at->span];
    while (*n > 0) {
        const struct critical_key *k = &v[--*n];
        bool in_time = k->end < at->until || (k->end == at->until && (own || !at->back));
        if (in_time && !c->entered[k->span])
            return k->span;
    }
    return SPAN_NONE;
}

/* The span that s links to, if that explains when s began: it ended before, and after the parent
 * began.  Of several the last one. */
static uint32_t linked(struct critical *c, uint32_t i)
{
    const struct span *s = &c->v[i];
    uint32_t found = SPAN_NONE;
    for (uint32_t k = 0; k < s->nlink; k++) {
        const struct span_link *l = &c->link[s->link + k];
        if (!trace_same(l->trace, c->id) || l->span == s->id)
            continue;
        uint32_t t = critical_span(c, l->span);
        if (t == SPAN_NONE || c->tree[t] != c->order[0] || c->cut[t] || c->entered[t])
            continue;
        if (c->end[t] > c->start[i] || c->end[t] <= c->start[s->parent] || c->start[t] >= c->end[t])
            continue;
        if (found == SPAN_NONE || c->end[t] > c->end[found])
            found = t;
    }
    return found;
}

static void enter(struct critical *c, struct place *at, uint32_t span, enum critical_role role)
{
    c->entered[span] = true;
    c->role[span] = (uint8_t)role;
    *at = (struct place){span, c->end[span], false};
}

/* Out of a span at its start: to what it links to, else to its parent. */
static void leave(struct critical *c, struct place *at, bool own)
{
    uint32_t i = at->span, p = c->v[i].parent;
    uint32_t t = own && c->nlink ? linked(c, i) : SPAN_NONE;
    if (t != SPAN_NONE) {
        add(c, p, c->end[t], c->start[i]);
        enter(c, at, t, ROLE_LINK);
        return;
    }
    if (c->end[p] < c->start[i]) /* set off by p, it waited to begin */
        add(c, i, c->end[p], c->start[i]);
    if (!c->entered[p] && c->role[p] != ROLE_ROOT)
        c->role[p] = ROLE_AROUND;
    *at = (struct place){p, least(c->end[p], c->start[i]), true};
}

void critical_walk(struct critical *c, uint32_t root, bool own)
{
    struct place at;
    cut_tree(c, own);
    enter(c, &at, root, ROLE_ROOT);
    for (;;) {
        uint32_t next = last_child(c, &at, own);
        if (next != SPAN_NONE) {
            add(c, at.span, c->end[next], at.until);
            enter(c, &at, next, at.back ? ROLE_BEFORE : ROLE_LAST);
            continue;
        }
        add(c, at.span, c->start[at.span], at.until);
        if (at.span == root)
            return;
        leave(c, &at, own);
    }
}
