/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_walk.c - the walk over enablers, and the sums that are made of many; see path.h. */
#include "run/path_impl.h"
#include <stdlib.h>
#include <string.h>

uint32_t path_rows(const struct prog *p)
{
    return 2 * p->nmark + p->nres + COST_COUNT + 4;
}

uint32_t path_row_of(const struct prog *p, const struct path_segment *s)
{
    uint32_t others = 2 * p->nmark + p->nres + COST_COUNT;
    switch ((enum path_kind)s->kind) {
    case PATH_LATENCY:
    case PATH_PAUSE:
    case PATH_CPU:
    case PATH_HOST:
        return path_row_work(p, s->mark);
    case PATH_TIMEOUT:
    case PATH_HEDGE:
    case PATH_UNTIL:
    case PATH_BACKOFF:
        return s->mark == NONE ? path_row_other(p) : path_row_step(s->mark);
    case PATH_QUEUE:
    case PATH_THREAD:
        return path_row_queue(p, s->id);
    case PATH_COST:
        return 2 * p->nmark + p->nres + s->id;
    case PATH_CORE:
        return others;
    case PATH_GIL:
        return others + 1;
    case PATH_LOOP:
        return others + 2;
    case PATH_OTHER:
    case PATH_ORIGIN:
        break;
    }
    return path_row_other(p);
}

bool path_row_name(const struct prog *p, uint32_t row, struct critical_result *c)
{
    static const struct {
        enum critical_kind kind;
        const char *name;
    } last[] = {{CRITICAL_CORE, "cores"},
                {CRITICAL_GIL, "gil"},
                {CRITICAL_LOOP, "loop"},
                {CRITICAL_OTHER, "other"}};
    if (row < 2 * p->nmark)
        return false;
    row -= 2 * p->nmark;
    if (row < p->nres) {
        enum res_kind k = p->res[row].kind;
        bool thread = k == RES_POOL || k == RES_SERVER;
        c->kind = thread ? CRITICAL_THREAD : CRITICAL_QUEUE;
        c->name = p->res[row].name;
        return true;
    }
    row -= p->nres;
    bool cost = row < COST_COUNT;
    c->kind = cost ? CRITICAL_COST : last[row - COST_COUNT].kind;
    c->name = cost ? cost_name[row] : last[row - COST_COUNT].name;
    return true;
}

/* ---- accounts ---- */

void path_account_free(struct path_account *a)
{
    free(a->latency);
    free(a->id);
    free(a->first);
    free(a->entry_row);
    free(a->entry_time);
    free(a->slack);
    *a = (struct path_account){0};
}

static void account_room(struct path_account *a, uint64_t nreq, uint64_t nentry)
{
    if (nreq + 1 > a->cap_req) {
        a->cap_req = nreq + 1 < 2 * a->cap_req ? 2 * a->cap_req : nreq + 1 + 64;
        a->latency = xrealloc(a->latency, a->cap_req, sizeof *a->latency);
        a->id = xrealloc(a->id, a->cap_req, sizeof *a->id);
        a->first = xrealloc(a->first, a->cap_req, sizeof *a->first);
    }
    if (nentry > a->cap_entry) {
        a->cap_entry = nentry < 2 * a->cap_entry ? 2 * a->cap_entry : nentry + 256;
        a->entry_row = xrealloc(a->entry_row, a->cap_entry, sizeof *a->entry_row);
        a->entry_time = xrealloc(a->entry_time, a->cap_entry, sizeof *a->entry_time);
    }
}

static void slack_merge(struct path_account *into, const struct path_account *from)
{
    if (from->slacked == 0)
        return;
    if (into->slack == NULL)
        into->slack = xcalloc(from->nmark + 1u, sizeof *into->slack);
    into->nmark = from->nmark;
    for (uint32_t i = 0; i < from->nmark; i++) {
        into->slack[i].sum += from->slack[i].sum;
        into->slack[i].n += from->slack[i].n;
    }
    into->slacked += from->slacked;
    into->needed += from->needed;
    into->serial += from->serial;
    into->wide = from->wide > into->wide ? from->wide : into->wide;
}

void path_account_merge(struct path_account *into, const struct path_account *from, uint64_t skip,
                        uint64_t base)
{
    slack_merge(into, from);
    if (from->nreq <= skip)
        return;
    uint64_t n = from->nreq - skip, begin = from->first[skip], entries = from->nentry - begin;
    account_room(into, into->nreq + n, into->nentry + entries);
    for (uint64_t i = 0; i <= n; i++)
        into->first[into->nreq + i] = into->nentry + from->first[skip + i] - begin;
    memcpy(into->latency + into->nreq, from->latency + skip, n * sizeof(int64_t));
    for (uint64_t i = 0; i < n; i++)
        into->id[into->nreq + i] = from->id[skip + i] + base;
    if (entries > 0) {
        memcpy(into->entry_row + into->nentry, from->entry_row + begin, entries * sizeof(uint32_t));
        memcpy(into->entry_time + into->nentry, from->entry_time + begin,
               entries * sizeof(int64_t));
    }
    into->nreq += n;
    into->nentry += entries;
}

/* ---- the walk ---- */

/* So much of what is walked was spent on this row. */
static inline void row_add(struct path *x, uint32_t row, int64_t ns)
{
    if (x->time[row] == 0)
        x->seen[x->nseen++] = row;
    x->time[row] += ns;
}

/* The walk is over. */
static void rows_store(struct path *x, uint64_t id, int64_t latency)
{
    struct path_account *a = &x->account;
    account_room(a, a->nreq + 1, a->nentry + x->nseen);
    a->first[a->nreq] = a->nentry;
    a->id[a->nreq] = id;
    a->latency[a->nreq++] = latency;
    for (uint32_t k = 0; k < x->nseen; k++) {
        a->entry_row[a->nentry] = x->seen[k];
        a->entry_time[a->nentry++] = x->time[x->seen[k]];
        x->time[x->seen[k]] = 0;
    }
    a->first[a->nreq] = a->nentry;
    x->nseen = 0;
}

void path_walk(struct path *x, struct path_log *l, uint32_t last)
{
    int64_t latency = 0;
    if (l->lost)
        return;
    for (uint32_t i = last; i != NONE && i != 0; i = l->v[i].prev) {
        const struct path_segment *s = &l->v[i];
        check_that(l->v[s->prev].end == s->start);
        if (s->start == s->end)
            continue; /* a join */
        row_add(x, path_row_of(x->p, s), s->end - s->start);
        latency += s->end - s->start;
    }
    check_that(latency == l->v[last].end - l->v[0].end);
    rows_store(x, l->id, latency);
}

void path_whole(struct path *x, uint64_t id, const struct path_part *part, uint32_t n)
{
    int64_t latency = 0;
    for (uint32_t i = n; i-- > 0;) {
        row_add(x, part[i].row, part[i].ns);
        latency += part[i].ns;
    }
    rows_store(x, id, latency);
}
