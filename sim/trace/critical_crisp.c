/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical_crisp.c - the rule of Uber's CRISP; see critical.h.
 *
 * A child is cut to its parent on one side; one that covers it on both is left out, with all below,
 * unless it is the server of a call, which may be 1 % longer than its client.  Of the children on
 * the path the next one is the last to end before the one at hand began; an overlap of less than
 * 1 % of the parent is forgiven, if no other sibling begins or ends in it.
 *
 * Here durations are apart from start and end: that of a server is made as short as its client's,
 * its end is left. */
#include "trace/critical_impl.h"

static const double longer = 1.01, overlap_share = 0.01;

static int64_t end_of(const struct span *s)
{
    return s->start + s->duration;
}

/* ---- cutting ---- */

static uint32_t children(const struct critical *c, uint32_t p)
{
    uint32_t n = 0;
    for (uint32_t k = c->first[p]; k < c->first[p + 1]; k++)
        n += critical_blocks(c, c->kid[k]) != ROLE_FOLLOWS;
    return n;
}

/* Is i the server's side of the call p? */
static bool served(const struct critical *c, uint32_t p, uint32_t i, int64_t duration_p)
{
    const struct span *v = c->v;
    bool server = v[i].kind == KIND_SERVER;
    bool clean = server && v[p].kind == KIND_CLIENT;
    bool fuzzy = server && v[p].kind != KIND_SERVER && p != c->order[0] &&
                 v[v[p].parent].kind == KIND_SERVER;
    bool apart = v[p].host && v[i].host && v[p].host != v[i].host;
    return (clean || fuzzy || apart) && (double)v[i].duration <= longer * (double)duration_p &&
           children(c, p) == 1;
}

/* Duration of i after cutting; it is in time[i] until the path is known. */
static void cut_child(struct critical *c, uint32_t p, uint32_t i)
{
    const struct span *s = &c->v[i];
    int64_t start = s->start, end = end_of(s), lo = c->start[p], hi = c->end[p];
    c->start[i] = start;
    c->end[i] = end;
    c->time[i] = s->duration;
    if (served(c, p, i, c->time[p])) {
        c->time[i] = s->duration < c->time[p] ? s->duration : c->time[p];
    } else if (start < lo && end <= hi && end > lo) {
        c->start[i] = lo;
        c->time[i] -= lo - start;
    } else if (start >= lo && end > hi && start < hi) {
        c->end[i] = hi;
        c->time[i] -= end - hi;
    } else if (start < lo || end > hi) {
        c->cut[i] = true;
        c->role[i] = ROLE_OUTSIDE;
    }
}

static void cut_tree(struct critical *c, uint32_t root)
{
    c->time[root] = c->v[root].duration;
    for (uint32_t i = 0; i < c->norder; i++) {
        uint32_t p = c->order[i];
        for (uint32_t k = c->first[p]; k < c->first[p + 1]; k++) {
            uint32_t child = c->kid[k];
            bool follows = critical_blocks(c, child) == ROLE_FOLLOWS;
            if (c->cut[p] || follows) {
                c->cut[child] = true;
                c->role[child] = follows ? ROLE_FOLLOWS : ROLE_OUTSIDE;
                continue;
            }
            cut_child(c, p, child);
            if (c->cut[child])
                continue;
            c->by_start[c->first[p] + c->nlate[p]] = child;
            c->late[c->first[p] + c->nlate[p]++] = (struct critical_key){c->end[child], child};
        }
    }
}

/* ---- what comes before what ---- */

/* How many of the n values are less than x (or equal)?  value(k) never falls. */
static uint32_t ends_below(const struct critical_key *v, uint32_t n, int64_t x, bool equal)
{
    uint32_t lo = 0;
    while (n > lo) {
        uint32_t mid = lo + (n - lo) / 2;
        if (v[mid].end < x || (equal && v[mid].end == x))
            lo = mid + 1;
        else
            n = mid;
    }
    return lo;
}

static uint32_t starts_below(const struct critical *c, const uint32_t *kid, uint32_t n, int64_t x,
                             bool equal)
{
    uint32_t lo = 0;
    while (n > lo) {
        uint32_t mid = lo + (n - lo) / 2;
        if (c->start[kid[mid]] < x || (equal && c->start[kid[mid]] == x))
            lo = mid + 1;
        else
            n = mid;
    }
    return lo;
}

/* Starts and ends of the children of p within [from, to]. */
static uint32_t events(const struct critical *c, uint32_t p, int64_t from, int64_t to)
{
    const struct critical_key *by_end = c->late + c->first[p];
    const uint32_t *by_start = c->by_start + c->first[p];
    uint32_t n = c->nlate[p];
    return ends_below(by_end, n, to, true) - ends_below(by_end, n, from, false) +
           starts_below(c, by_start, n, to, true) - starts_below(c, by_start, n, from, false);
}

/* a before b, both children of p? */
static bool before(const struct critical *c, uint32_t p, uint32_t a, uint32_t b)
{
    if (c->end[a] < c->start[b])
        return true;
    if (c->end[a] >= c->end[b] || c->start[a] >= c->start[b] || c->time[p] == 0)
        return false;
    return (double)(c->end[a] - c->start[b]) < overlap_share * (double)c->time[p] &&
           events(c, p, c->start[b], c->end[a]) == 2;
}

/* ---- the path ---- */

/* Which children of p are on the path; p is. */
static void extend(struct critical *c, uint32_t p, int64_t *inside)
{
    const struct critical_key *v = c->late + c->first[p];
    uint32_t n = c->nlate[p], last = SPAN_NONE;
    int64_t until = c->end[p];
    *inside = 0;
    if (n == 0) {
        critical_section_add(c, p, c->start[p], until);
        return;
    }
    critical_sort(c, p, true);
    for (uint32_t k = n; k-- > 0;) {
        uint32_t i = v[k].span;
        if (last != SPAN_NONE && !before(c, p, i, last))
            continue;
        c->role[i] = last == SPAN_NONE ? ROLE_LAST : ROLE_BEFORE;
        c->entered[i] = true;
        critical_section_add(c, p, c->end[i], until);
        until = c->start[i] < until ? c->start[i] : until;
        *inside += c->time[i];
        last = i;
    }
    critical_section_add(c, p, c->start[p], until);
}

void critical_crisp(struct critical *c, uint32_t root)
{
    cut_tree(c, root);
    c->entered[root] = true;
    for (uint32_t i = 0; i < c->norder; i++) {
        uint32_t p = c->order[i];
        int64_t inside = 0, duration = c->time[p];
        if (c->entered[p])
            extend(c, p, &inside);
        c->time[p] = c->entered[p] && duration > inside ? duration - inside : 0;
    }
}
