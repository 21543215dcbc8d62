/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assemble.c - order, duplicates, parents, circles; assemble_clock.c has the clocks; see
 * assemble.h.  All is linear in the spans but for the sort. */
#include "trace/assemble.h"
#include "trace/assemble_impl.h"
#include "base/arena.h"
#include "base/diag.h"
#include <stdlib.h>
#include <string.h>

enum { FEW = 48 };

struct assembler *assemble_new(void)
{
    return xcalloc(1, sizeof(struct assembler));
}

void assemble_free(struct assembler *a)
{
    if (!a)
        return;
    free(a->key);
    free(a->copy);
    free(a->same);
    free(a->mark);
    free(a->table);
    free(a);
}

static void make_room(struct assembler *a, uint32_t n)
{
    uint32_t size = 16;
    while (size < 2 * n)
        size *= 2;
    if (n > a->cap) {
        a->key = xrealloc(a->key, n, sizeof *a->key);
        a->copy = xrealloc(a->copy, n, sizeof *a->copy);
        a->same = xrealloc(a->same, n, sizeof *a->same);
        a->mark = xrealloc(a->mark, n, sizeof *a->mark);
        a->table = xrealloc(a->table, size, sizeof *a->table);
        a->cap = n;
    }
    a->ntable = size;
}

/* ---- order ---- */

static int differ(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By start; then the longer first, so that a parent comes before its children; then by all that
 * is known, so that the order does not depend on that of the input. */
static int span_order(const struct span *a, const struct span *b)
{
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->duration != b->duration)
        return a->duration > b->duration ? -1 : 1;
    int d = differ(a->id, b->id);
    d = d ? d : differ(a->parent_id, b->parent_id);
    d = d ? d : differ(a->kind, b->kind);
    d = d ? d : differ(a->status, b->status);
    d = d ? d : differ(a->code, b->code);
    d = d ? d : differ(a->service, b->service);
    return d ? d : differ(a->name, b->name);
}

static int key_order(const void *x, const void *y)
{
    const struct span *const *a = x, *const *b = y;
    return span_order(*a, *b);
}

static void sort_spans(struct assembler *a, struct span *v, uint32_t n)
{
    bool sorted = true;
    for (uint32_t i = 0; i < n; i++) {
        a->key[i] = &v[i];
        sorted = sorted && (i == 0 || span_order(&v[i - 1], &v[i]) <= 0);
    }
    if (sorted)
        return;
    if (n > FEW) {
        qsort(a->key, n, sizeof *a->key, key_order);
    } else {
        for (uint32_t i = 1, k; i < n; i++) {
            const struct span *s = a->key[i];
            for (k = i; k > 0 && span_order(a->key[k - 1], s) > 0; k--)
                a->key[k] = a->key[k - 1];
            a->key[k] = s;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        a->copy[i] = *a->key[i];
    memcpy(v, a->copy, n * sizeof *v);
}

/* ---- ids ---- */

static uint32_t *find_id(const struct assembler *a, const struct span *v, uint64_t id)
{
    uint32_t k = (uint32_t)trace_mix(1, id) & (a->ntable - 1);
    while (a->table[k] != SPAN_NONE && v[a->table[k]].id != id)
        k = (k + 1) & (a->ntable - 1);
    return &a->table[k];
}

enum meeting { MEET_EQUAL, MEET_HALVES, MEET_BETTER, MEET_TWINS };

/* What are two spans of one id to each other?  MEET_BETTER: b says what a left open. */
static enum meeting meet(const struct span *a, const struct span *b)
{
    bool open_a = a->flags & SPAN_UNFINISHED, open_b = b->flags & SPAN_UNFINISHED;
    bool same = a->start == b->start && a->name == b->name && a->service == b->service &&
                a->kind == b->kind;
    if (same && open_b)
        return MEET_EQUAL;
    if (same && open_a)
        return MEET_BETTER;
    if (same && a->duration == b->duration && a->parent_id == b->parent_id && a->host == b->host)
        return MEET_EQUAL;
    bool client = a->kind == KIND_CLIENT || b->kind == KIND_CLIENT;
    bool server = a->kind == KIND_SERVER || b->kind == KIND_SERVER;
    return client && server ? MEET_HALVES : MEET_TWINS;
}

/* v[i] comes among those of its id.  False: it adds nothing. */
static bool admit(struct assembler *a, struct span *v, uint32_t i)
{
    uint32_t *first = find_id(a, v, v[i].id), last = SPAN_NONE;
    bool halves = false;
    for (uint32_t k = *first; k != SPAN_NONE; k = a->same[k]) {
        enum meeting m = meet(&v[k], &v[i]);
        if (m == MEET_BETTER)
            v[k] = v[i];
        if (m == MEET_BETTER || m == MEET_EQUAL)
            return false;
        if (m == MEET_HALVES) {
            v[v[k].kind == KIND_SERVER ? k : i].flags |= SPAN_SHARED;
            halves = true;
        }
        last = k;
    }
    if (last != SPAN_NONE && !halves)
        v[i].flags |= SPAN_TWIN;
    a->same[i] = SPAN_NONE;
    if (last == SPAN_NONE)
        *first = i;
    else
        a->same[last] = i;
    return true;
}

static uint32_t drop_duplicates(struct assembler *a, struct span *v, uint32_t n)
{
    uint32_t left = 0;
    memset(a->table, 0xff, a->ntable * sizeof *a->table); /* SPAN_NONE */
    for (uint32_t i = 0; i < n; i++) {
        v[left] = v[i];
        left += admit(a, v, left);
    }
    return left;
}

/* ---- parents ---- */

/* Whom does span i call its parent?  Of two halves of a span the server's: its work is done for the
 * callee; but a span of the client's own service is the client's. */
static uint32_t find_parent(const struct assembler *a, const struct span *v, uint32_t i)
{
    const struct span *s = &v[i];
    uint32_t found = SPAN_NONE;
    if (s->flags & SPAN_SHARED) {
        for (uint32_t k = *find_id(a, v, s->id); k != SPAN_NONE; k = a->same[k])
            if (k != i && v[k].kind == KIND_CLIENT)
                return k;
    }
    if (s->parent_id == 0)
        return SPAN_NONE;
    for (uint32_t k = *find_id(a, v, s->parent_id); k != SPAN_NONE; k = a->same[k]) {
        if (k == i)
            continue;
        bool server = v[k].flags & SPAN_SHARED;
        if (found == SPAN_NONE || (server && v[found].service != s->service) ||
            (v[found].flags & SPAN_SHARED && v[k].service == s->service &&
             v[found].service != s->service))
            found = k;
    }
    return found;
}

/* A span that is its own ancestor: the first one of its circle becomes a root. */
static void break_circles(struct assembler *a, struct span *v, uint32_t n)
{
    memset(a->mark, 0, n * sizeof *a->mark);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        while (k != SPAN_NONE && a->mark[k] == 0) {
            a->mark[k] = i + 1;
            k = v[k].parent;
        }
        if (k == SPAN_NONE || a->mark[k] != i + 1)
            continue;
        uint32_t first = k;
        for (uint32_t m = v[k].parent; m != k; m = v[m].parent)
            first = m < first ? m : first;
        v[first].parent = SPAN_NONE;
        v[first].flags |= SPAN_CIRCLE;
    }
}

static uint32_t arrange(struct assembler *a, struct span *v, uint32_t n)
{
    sort_spans(a, v, n);
    n = drop_duplicates(a, v, n);
    bool backward = false;
    for (uint32_t i = 0; i < n; i++) {
        v[i].parent = find_parent(a, v, i);
        v[i].flags &= ~(unsigned)SPAN_ORPHAN;
        if (v[i].parent == SPAN_NONE && v[i].parent_id != 0)
            v[i].flags |= SPAN_ORPHAN;
        backward = backward || (v[i].parent != SPAN_NONE && v[i].parent >= i);
    }
    if (backward) /* else each parent comes before its children */
        break_circles(a, v, n);
    return n;
}

/* ---- all of it ---- */

static void mark_async(struct span *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].parent == SPAN_NONE)
            continue;
        const struct span *p = &v[v[i].parent];
        if (v[i].start + v[i].duration > p->start + p->duration &&
            !((v[i].flags | p->flags) & SPAN_UNFINISHED) &&
            v[i].start + v[i].duration > p->start + p->duration + clock_step(v, n))
            v[i].flags |= SPAN_ASYNC;
    }
}

uint32_t assemble(struct assembler *a, struct span *v, uint32_t n, uint64_t *duplicates)
{
    uint32_t before = n;
    *duplicates = 0;
    if (n == 0)
        return 0;
    make_room(a, n);
    for (uint32_t i = 0; i < n; i++) {
        v[i].start -= v[i].shift;
        v[i].shift = 0;
        v[i].flags &= SPAN_UNFINISHED | SPAN_SHARED;
    }
    n = arrange(a, v, n);
    if (assemble_clocks(a, v, n))
        n = arrange(a, v, n); /* the order of time has changed */
    mark_async(v, n);
    *duplicates = before - n;
    return n;
}

uint32_t assemble_root(const struct span *v, uint32_t n)
{
    const unsigned lost = SPAN_ORPHAN | SPAN_CIRCLE;
    uint32_t best = n;
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].parent != SPAN_NONE)
            continue;
        bool better =
            best == n || (v[best].flags & lost && !(v[i].flags & lost)) ||
            (!(v[best].flags & lost) == !(v[i].flags & lost) && v[i].duration > v[best].duration);
        best = better ? i : best;
    }
    return best;
}

void assemble_count(const struct span *v, uint32_t n, bool minus, struct tally *t)
{
    static const struct {
        unsigned flag;
        enum tally_what what;
    } row[] = {{SPAN_UNFINISHED, TALLY_CLOSED}, {SPAN_SHARED, TALLY_SHARED},
               {SPAN_ORPHAN, TALLY_ORPHAN},     {SPAN_TWIN, TALLY_TWIN},
               {SPAN_ASYNC, TALLY_ASYNC},       {SPAN_CIRCLE, TALLY_CIRCLE}};
    const uint64_t one = minus ? UINT64_MAX : 1; /* modulo 2^64 */
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].shift)
            tally_add(t, TALLY_SHIFTED, one);
        for (size_t k = 0; v[i].flags && k < sizeof row / sizeof row[0]; k++)
            if (v[i].flags & row[k].flag)
                tally_add(t, row[k].what, one);
    }
}
