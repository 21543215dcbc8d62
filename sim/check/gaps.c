/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gaps.c - difference constraints: see timing.h. */
#include "check/timing.h"
#include <stdlib.h>

enum { NOWHERE = -1 };
struct edge { /* time[to] >= time[from] + w */
    uint32_t from, to;
    int64_t w;
    int64_t gap; /* as in circle[]; 0: the order of moves */
};
struct net {
    uint32_t n, nedge;
    struct edge *edge;
    int64_t *dist;
    int64_t *by; /* edge that set it, or NOWHERE */
};

static const int64_t unreached = INT64_MIN / 2;

static void net_init(struct net *t, uint32_t n, const struct gap *gap, uint32_t ngap)
{
    *t = (struct net){.n = n};
    t->edge = xcalloc((size_t)n + 2 * (size_t)ngap + 1, sizeof *t->edge);
    t->dist = xcalloc(n + 1, sizeof *t->dist);
    t->by = xcalloc(n + 1, sizeof *t->by);
    for (uint32_t i = 0; i + 1 < n; i++)
        t->edge[t->nedge++] = (struct edge){i, i + 1, 0, 0};
    for (uint32_t g = 0; g < ngap; g++) {
        if (gap[g].lo != INT64_MIN)
            t->edge[t->nedge++] = (struct edge){gap[g].from, gap[g].to, gap[g].lo, (int64_t)g + 1};
        if (gap[g].hi != INT64_MAX)
            t->edge[t->nedge++] =
                (struct edge){gap[g].to, gap[g].from, -gap[g].hi, -((int64_t)g + 1)};
    }
}

static void net_free(struct net *t)
{
    free(t->edge);
    free(t->dist);
    free(t->by);
}

/* Longest ways from a move to all; false: some circle gains, and *in is upon or behind it. */
static bool net_relax(struct net *t, uint32_t from, uint32_t *in)
{
    for (uint32_t i = 0; i < t->n; i++) {
        t->dist[i] = unreached;
        t->by[i] = NOWHERE;
    }
    t->dist[from] = 0;
    for (uint32_t round = 0; round <= t->n; round++) {
        bool more = false;
        for (uint32_t k = 0; k < t->nedge; k++) {
            const struct edge *e = &t->edge[k];
            if (t->dist[e->from] == unreached || t->dist[e->from] + e->w <= t->dist[e->to])
                continue;
            t->dist[e->to] = t->dist[e->from] + e->w;
            t->by[e->to] = k;
            *in = e->to;
            more = true;
        }
        if (!more)
            return true;
    }
    return false;
}

static uint32_t net_circle(const struct net *t, uint32_t in, int64_t *circle)
{
    uint32_t n = 0, at = in;
    for (uint32_t i = 0; i < t->n; i++) /* onto the circle itself */
        at = t->edge[t->by[at]].from;
    uint32_t first = at;
    do {
        const struct edge *e = &t->edge[t->by[at]];
        if (e->gap != 0)
            circle[n++] = e->gap;
        at = e->from;
    } while (at != first);
    return n;
}

/* The first move is at 0; all others are reached from it by the order of moves. */
int64_t *gaps_solve(struct arena *a, uint32_t n, const struct gap *gap, uint32_t ngap,
                    int64_t *circle, uint32_t *ncircle)
{
    struct net t;
    int64_t *time = NEW(a, int64_t, n + 1u);
    uint32_t in = 0;
    *ncircle = 0;
    net_init(&t, n, gap, ngap);
    bool ok = n == 0 || net_relax(&t, 0, &in);
    for (uint32_t i = 0; i < n && ok; i++)
        time[i] = t.dist[i];
    if (!ok)
        *ncircle = net_circle(&t, in, circle);
    net_free(&t);
    return ok ? time : NULL;
}

int64_t *gaps_wish(struct arena *a, uint32_t n, struct gap *gap, uint32_t ngap, const int64_t *wish)
{
    int64_t *none = xcalloc((size_t)n + 1, sizeof *none);
    uint32_t nnone, in;
    for (uint32_t g = 0; g < ngap; g++) {
        struct net t;
        if (wish[g] == INT64_MIN)
            continue;
        int64_t x = wish[g];
        net_init(&t, n, gap, ngap);
        if (net_relax(&t, gap[g].to, &in) && t.dist[gap[g].from] != unreached &&
            x > -t.dist[gap[g].from])
            x = -t.dist[gap[g].from];
        if (net_relax(&t, gap[g].from, &in) && x < t.dist[gap[g].to])
            x = t.dist[gap[g].to];
        net_free(&t);
        gap[g].lo = gap[g].hi = x;
    }
    int64_t *time = gaps_solve(a, n, gap, ngap, none, &nnone);
    free(none);
    return time;
}
