/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_slack.c - not only what the response waited for last, but all that it needed: how much later
 * each step could have ended, and how much of the work can overlap with nothing.
 *
 * Where nothing is shared, what a request does is a graph: segments after one another, and joins,
 * which are segments of no length with an edge from each task they waited for.  Edges go from lower
 * numbers to higher ones, so one pass from the end gives the latest time at which each segment may
 * end without the response being later. */
#include "run/path_impl.h"
#include "base/order.h"
#include <stdlib.h>

enum { SLACK_MOST = 4096 }; /* ended tasks of a request; with more, it is let be */

struct path_slack {
    struct path_edge {
        uint32_t from, to;
    } * edge;
    uint32_t nedge, cap_edge;
    struct path_leave {
        uint32_t mark, segment;
    } * leave;
    uint32_t nleave, cap_leave;
    struct path_ended {
        uint32_t group, task, segment;
    } * ended;
    uint32_t nended, cap_ended;
    int64_t *latest;
    uint32_t cap_latest;
    bool lost;
};

void slack_begin(struct path *x, struct path_log *l)
{
    l->slack_on = path_slacks(x);
    if (!l->slack_on)
        return;
    if (l->slack == NULL)
        l->slack = xcalloc(1, sizeof *l->slack);
    l->slack->nedge = l->slack->nleave = l->slack->nended = 0;
    l->slack->lost = false;
}

void slack_free(struct path_slack *s)
{
    if (s == NULL)
        return;
    free(s->edge);
    free(s->leave);
    free(s->ended);
    free(s->latest);
    free(s);
}

void slack_ended(struct path_log *l, uint32_t group, uint32_t task, uint32_t segment)
{
    struct path_slack *s = l->slack;
    if (!l->slack_on || group == NONE || s->lost)
        return;
    s->lost = s->nended >= SLACK_MOST;
    s->ended = grow(s->ended, &s->cap_ended, s->nended + 1, sizeof *s->ended);
    s->ended[s->nended++] = (struct path_ended){group, task, segment};
}

void path_group(struct path *x, uint32_t task, uint32_t group)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || !l->slack_on)
        return;
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->slack->nended; i++)
        if (l->slack->ended[i].group != group)
            l->slack->ended[n++] = l->slack->ended[i];
    l->slack->nended = n;
}

static void edge_add(struct path_slack *s, uint32_t from, uint32_t to)
{
    s->edge = grow(s->edge, &s->cap_edge, s->nedge + 1, sizeof *s->edge);
    s->edge[s->nedge++] = (struct path_edge){from, to};
}

void path_joined(struct path *x, uint32_t task, uint32_t group, uint32_t child)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || !l->slack_on || l->slack->lost)
        return;
    struct path_slack *s = l->slack;
    struct path_task *t = &x->task[task];
    uint32_t last = path_now(x, t, l);
    if (l->n >= LOG_MOST)
        return;
    if (l->n == l->cap)
        l->v = grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
    l->v[l->n] = (struct path_segment){.start = *x->now,
                                       .end = *x->now,
                                       .prev = last,
                                       .mark = NONE,
                                       .kind = PATH_ORIGIN,
                                       .lane = t->lane};
    edge_add(s, t->cut_last, l->n); /* what it did itself before it waited, if it did */
    for (uint32_t i = s->nended; i-- > 0;) {
        if (s->ended[i].group != group || (child != NONE && s->ended[i].task != child))
            continue;
        edge_add(s, s->ended[i].segment, l->n);
        if (child != NONE)
            break;
    }
    t->last = l->n++;
}

void slack_leave(struct path *x, struct path_log *l, struct path_task *t, uint32_t mark)
{
    struct path_slack *s = l->slack;
    s->leave = grow(s->leave, &s->cap_leave, s->nleave + 1, sizeof *s->leave);
    s->leave[s->nleave++] = (struct path_leave){mark, path_now(x, t, l)};
}

/* latest[i], INT64_MAX where the response did not need it. */
static void latest_find(struct path_slack *s, const struct path_log *l, uint32_t last)
{
    if (s->cap_latest < l->n)
        s->latest = grow(s->latest, &s->cap_latest, l->n, sizeof *s->latest);
    for (uint32_t i = 0; i < l->n; i++)
        s->latest[i] = INT64_MAX;
    s->latest[last] = l->v[last].end;
    uint32_t e = s->nedge;
    for (uint32_t i = l->n; i-- > 0;) {
        for (; e > 0 && s->edge[e - 1].to > i; e--)
            continue;
        if (s->latest[i] == INT64_MAX)
            continue;
        int64_t begin = s->latest[i] - (l->v[i].end - l->v[i].start);
        if (l->v[i].prev != NONE && begin < s->latest[l->v[i].prev])
            s->latest[l->v[i].prev] = begin;
        for (; e > 0 && s->edge[e - 1].to == i; e--)
            if (begin < s->latest[s->edge[e - 1].from])
                s->latest[s->edge[e - 1].from] = begin;
    }
}

/* Over the segments that the response needed: the time covered by one interval alone, and the
 * greatest number of them at once. */
static int64_t alone_time(const struct path_log *l, const int64_t *latest, bool window,
                          uint32_t *wide)
{
    int64_t *v = xcalloc(2 * (size_t)l->n + 1, sizeof *v); /* an end is even, and comes first */
    uint32_t n = 0;
    int64_t alone = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        const struct path_segment *s = &l->v[i];
        if (latest[i] == INT64_MAX || s->start == s->end)
            continue;
        v[n++] = 2 * s->start + 1;
        v[n++] = 2 * (window ? latest[i] : s->end);
    }
    order_sort(v, n, NULL);
    int now = 0, most = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (now == 1)
            alone += v[i] / 2 - v[i - 1] / 2;
        now += v[i] % 2 ? 1 : -1;
        most = now > most ? now : most;
    }
    free(v);
    *wide = (uint32_t)most;
    return alone;
}

void slack_walk(struct path *x, struct path_log *l, uint32_t last)
{
    struct path_account *a = &x->account;
    struct path_slack *s = l->slack;
    if (!l->slack_on || s->lost || l->lost)
        return;
    if (a->slack == NULL)
        a->slack = xcalloc(x->p->nmark + 1u, sizeof *a->slack);
    a->nmark = x->p->nmark;
    latest_find(s, l, last);
    for (uint32_t i = 0; i < s->nleave; i++) {
        uint32_t k = s->leave[i].segment;
        if (s->latest[k] == INT64_MAX)
            continue;
        check_that(s->latest[k] >= l->v[k].end);
        a->slack[s->leave[i].mark].sum += (double)(s->latest[k] - l->v[k].end);
        a->slack[s->leave[i].mark].n++;
    }
    uint32_t wide, crowd;
    a->serial += (double)alone_time(l, s->latest, true, &crowd);
    alone_time(l, s->latest, false, &wide);
    for (uint32_t i = 0; i < l->n; i++)
        if (s->latest[i] != INT64_MAX)
            a->needed += (double)(l->v[i].end - l->v[i].start);
    a->wide = wide > a->wide ? wide : a->wide;
    a->slacked++;
}
