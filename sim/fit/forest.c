/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forest.c - requests out of a store; see forest.h. */
#include "fit/forest.h"
#include "fit/seen.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct loader {
    struct forest *f;
    const struct forest_ask *ask;
    uint32_t cap, capop;
    int64_t *row, *up; /* of v: its id in the store, that of its parent */
    uint32_t caprow, capup;
};

const char *forest_quoted(struct arena *a, const char *s)
{
    char *to = NEW(a, char, 2 * strlen(s) + 3), *t = to;
    *t++ = '\'';
    for (; *s; s++) {
        if (*s == '\'')
            *t++ = '\'';
        *t++ = *s;
    }
    *t = '\'';
    return to;
}

const char *forest_label(struct store *s, const char *label, struct arena *mem)
{
    const char *sql = arena_printf(mem, "SELECT count(*) FROM recording WHERE label = %s",
                                   forest_quoted(mem, label));
    return store_number(s, sql) > 0 ? label : NULL;
}

static bool add_op(void *ctx, const struct store_row *r)
{
    struct loader *l = ctx;
    struct forest *f = l->f;
    f->op = grow(f->op, &l->capop, f->nop + 1, sizeof *f->op);
    f->op[f->nop++] = (struct forest_op){
        .id = r->cell[0].i,
        .service = arena_strndup(f->mem, r->cell[1].s, r->cell[1].n),
        .name = arena_strndup(f->mem, r->cell[2].s, r->cell[2].n),
        .kind = (uint8_t)r->cell[3].i,
    };
    return true;
}

static bool add_other(void *ctx, const struct store_row *r)
{
    struct forest *f = ctx;
    f->other[f->nother++] = (struct forest_other){
        arena_strndup(f->mem, r->cell[0].s, r->cell[0].n),
        arena_strndup(f->mem, r->cell[1].s, r->cell[1].n),
        r->cell[2].i,
    };
    return f->nother < 12;
}

static const char *where_trace(const struct loader *l)
{
    struct arena *a = l->f->mem;
    const char *label = "", *since = "";
    if (l->ask->label)
        label = arena_printf(a, " AND t.recording IN (SELECT id FROM recording WHERE label = %s)",
                             forest_quoted(a, l->ask->label));
    if (l->ask->since != INT64_MIN)
        since = arena_printf(a, " AND t.start >= %" PRId64, l->ask->since);
    return arena_printf(a, "%s%s", label, since);
}

/* Operations of that name, as a condition on column `col`. */
static const char *where_op(const struct loader *l, const char *col, const char *name,
                            const char *service)
{
    struct arena *a = l->f->mem;
    return arena_printf(a,
                        "%s IN (SELECT o.id FROM op o JOIN name n ON n.id = o.name JOIN name s "
                        "ON s.id = o.service WHERE n.text = %s%s%s)",
                        col, forest_quoted(a, name), service ? " AND s.text = " : "",
                        service ? forest_quoted(a, service) : "");
}

static bool add_span(void *ctx, const struct store_row *r)
{
    struct loader *l = ctx;
    struct forest *f = l->f;
    if (f->nspan == FOREST_SPANS) {
        f->cut = true;
        return false;
    }
    if (r->cell[5].i & SPAN_UNFINISHED)
        return true;
    f->v = grow(f->v, &l->cap, f->nspan + 1, sizeof *f->v);
    l->row = grow(l->row, &l->caprow, f->nspan + 1, sizeof *l->row);
    l->row[f->nspan] = r->cell[0].i;
    l->up = grow(l->up, &l->capup, f->nspan + 1, sizeof *l->up);
    l->up[f->nspan] = r->cell[1].type == STORE_INT ? r->cell[1].i : -1;
    uint32_t op = 0; /* operations are sorted by id */
    for (uint32_t lo = 0, hi = f->nop; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        op = mid;
        if (f->op[mid].id == r->cell[2].i)
            break;
        if (f->op[mid].id < r->cell[2].i)
            lo = mid + 1;
        else
            hi = mid;
    }
    f->v[f->nspan++] = (struct forest_span){.start = r->cell[3].i,
                                            .end = r->cell[3].i + r->cell[4].i,
                                            .parent = FOREST_NONE,
                                            .op = op,
                                            .flags = (uint32_t)r->cell[5].i};
    return true;
}

static uint32_t row_find(const int64_t *row, uint32_t n, int64_t id)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (row[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && row[lo] == id ? lo : FOREST_NONE;
}

struct seat {
    int64_t trace, start;
    uint32_t depth, at;
};
static int seat_order(const void *a, const void *b)
{
    const struct seat *x = a, *y = b;
    if (x->trace != y->trace)
        return x->trace < y->trace ? -1 : 1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* How many spans are above one; 0 is not known yet, so one more. */
static void find_depths(const struct forest_span *v, uint32_t n, struct seat *seat)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t up = 0, k = i;
        for (; k != FOREST_NONE && seat[k].depth == 0; k = v[k].parent)
            up++;
        uint32_t depth = up + (k == FOREST_NONE ? 0 : seat[k].depth);
        for (k = i; up > 0; k = v[k].parent, up--)
            seat[k].depth = depth--;
    }
}

/* Rows come in the order of time, and a child may stand before a parent that begins with it: put
 * parents first, siblings in the order of time. */
static void find_parents(struct loader *l)
{
    struct forest *f = l->f;
    struct seat *seat = xcalloc(f->nspan + 1, sizeof *seat);
    struct forest_span *v = xcalloc(f->nspan + 1, sizeof *v);
    uint32_t *to = xcalloc(f->nspan + 1, sizeof *to);
    for (uint32_t i = 0; i < f->nspan; i++) {
        f->v[i].parent = l->up[i] < 0 ? FOREST_NONE : row_find(l->row, f->nspan, l->up[i]);
        seat[i] = (struct seat){l->row[i] >> 28, f->v[i].start, 0, i};
    }
    find_depths(f->v, f->nspan, seat);
    qsort(seat, f->nspan, sizeof *seat, seat_order);
    for (uint32_t i = 0; i < f->nspan; i++) {
        to[seat[i].at] = i;
        v[i] = f->v[seat[i].at];
    }
    for (uint32_t i = 0; i < f->nspan; i++)
        v[i].parent = v[i].parent == FOREST_NONE ? FOREST_NONE : to[v[i].parent];
    free(f->v);
    f->v = v;
    free(to);
    free(seat);
}

static bool is_root_op(const struct forest *f, const struct forest_ask *ask, uint32_t op)
{
    return strcmp(f->op[op].name, f->name) == 0 &&
           (!ask->service || strcmp(f->op[op].service, ask->service) == 0);
}

/* Keeps what is in a span of the root's operation. */
static void keep_requests(struct loader *l)
{
    struct forest *f = l->f;
    uint32_t *to = xcalloc(f->nspan + 1, sizeof *to), n = 0;
    for (uint32_t i = 0; i < f->nspan; i++) {
        struct forest_span s = f->v[i];
        uint32_t up = s.parent == FOREST_NONE ? FOREST_NONE : to[s.parent];
        to[i] = FOREST_NONE;
        if (up == FOREST_NONE && !is_root_op(f, l->ask, s.op))
            continue;
        if (up == FOREST_NONE)
            f->ntree++;
        s.parent = up;
        to[i] = n;
        f->v[n++] = s;
    }
    f->nspan = n;
    free(to);
}

static int by_start(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static void find_roots(struct forest *f)
{
    int64_t(*at)[2] = xcalloc(f->ntree + 1, sizeof *at);
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->nspan; i++)
        if (f->v[i].parent == FOREST_NONE) {
            at[n][0] = f->v[i].start;
            at[n++][1] = i;
        }
    qsort(at, n, sizeof *at, by_start);
    f->root = NEW(f->mem, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++)
        f->root[i] = (uint32_t)at[i][1];
    free(at);
}

static void find_step(struct forest *f)
{
    f->step = f->nspan >= 20 ? 1000000 : 1;
    for (uint32_t i = 0; i < f->nspan && f->step > 1; i++)
        while (f->step > 1 && (f->v[i].start % f->step != 0 || f->v[i].end % f->step != 0))
            f->step /= 1000;
}

static int number_order(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void find_busiest(struct forest *f)
{
    int64_t *end = xcalloc(f->ntree + 1, sizeof *end);
    uint32_t over = 0;
    for (uint32_t i = 0; i < f->ntree; i++)
        end[i] = f->v[f->root[i]].end;
    qsort(end, f->ntree, sizeof *end, number_order);
    for (uint32_t i = 0; i < f->ntree; i++) {
        while (end[over] <= f->v[f->root[i]].start && over < i)
            over++;
        if (i + 1 - over > f->busiest)
            f->busiest = i + 1 - over;
    }
    free(end);
}

bool forest_only_waits(const struct forest *f, uint32_t op)
{
    const char *s = f->op[op].name;
    return strncmp(s, "await", 5) == 0 && (s[5] == 0 || s[5] == '#') &&
           f->op[op].kind == KIND_INTERNAL;
}

/* Spans by operation, so that each operation is looked at by itself. */
static void find_under(struct forest *f)
{
    uint32_t *first = xcalloc(f->nop + 2u, sizeof *first), *at = xcalloc(f->nspan + 1u, sizeof *at);
    uint32_t *under = xcalloc(f->nspan + 1u, sizeof *under);
    int64_t *start = xcalloc(2 * (size_t)f->nspan + 1, sizeof *start), *end = start + f->nspan;
    for (uint32_t i = 0; i < f->nspan; i++)
        first[f->v[i].op + 2]++;
    for (uint32_t i = 2; i < f->nop + 2; i++)
        first[i] += first[i - 1];
    for (uint32_t i = 0; i < f->nspan; i++) {
        uint32_t k = first[f->v[i].op + 1]++;
        at[k] = i;
        start[k] = f->v[i].start;
        end[k] = f->v[i].end;
    }
    for (uint32_t op = 0; op < f->nop; op++)
        seen_under(start + first[op], end + first[op], first[op + 1] - first[op],
                   under + first[op]);
    for (uint32_t k = 0; k < f->nspan; k++)
        f->v[at[k]].under = under[k];
    free(first);
    free(at);
    free(under);
    free(start);
}

void forest_link(struct forest *f)
{
    for (uint32_t i = 0; i < f->nspan; i++)
        f->v[i].child = f->v[i].next = FOREST_NONE;
    for (uint32_t i = f->nspan; i-- > 0;) {
        uint32_t p = f->v[i].parent;
        if (p == FOREST_NONE)
            continue;
        f->v[i].next = f->v[p].child;
        f->v[p].child = i;
    }
}

static bool find_root(struct loader *l, struct store *s, struct diags *d)
{
    struct forest *f = l->f;
    const struct forest_ask *ask = l->ask;
    const char *sql = arena_printf(
        f->mem,
        "SELECT sv.text, nm.text, count(*) FROM trace t JOIN op o ON o.id = t.root JOIN name sv ON "
        "sv.id = o.service JOIN name nm ON nm.id = o.name WHERE %s%s%s GROUP BY 1, 2 "
        "ORDER BY 3 DESC, 1, 2 LIMIT 12",
        ask->service ? "sv.text = " : "1", ask->service ? forest_quoted(f->mem, ask->service) : "",
        where_trace(l));
    f->other = NEW(f->mem, struct forest_other, 12);
    store_select(s, f->mem, sql, add_other, f);
    if (f->nother > 0 || ask->root)
        return true;
    diag_error(d, (struct loc){0}, "E-root",
               "'pertinax traces' shows what is there; --label, --service and --since choose",
               "the store has no such request");
    return false;
}

static void load_spans(struct loader *l, struct store *s)
{
    struct forest *f = l->f;
    const char *begin = where_op(l, "t.root", f->name, l->ask->service);
    static const char from[] =
        "SELECT p.id, p.parent, p.op, p.start, p.duration, p.flags FROM trace t JOIN span p ON "
        "p.id >= t.id << 28 AND p.id < (t.id + 1) << 28 WHERE ";
    store_select(s, f->mem,
                 arena_printf(f->mem, "%s%s%s ORDER BY p.id", from, begin, where_trace(l)),
                 add_span, l);
    if (f->nspan == 0) { /* it is inside of other requests */
        const char *op = where_op(l, "q.op", f->name, l->ask->service);
        store_select(s, f->mem,
                     arena_printf(f->mem,
                                  "%st.id IN (SELECT q.id >> 28 FROM span q WHERE %s)%s ORDER BY "
                                  "p.id",
                                  from, op, where_trace(l)),
                     add_span, l);
    }
}

struct forest *forest_read(struct store *s, const struct forest_ask *ask, struct arena *mem,
                           struct diags *d)
{
    struct forest *f = NEW(mem, struct forest, 1);
    struct loader l = {.f = f, .ask = ask};
    f->mem = mem;
    f->label = ask->label;
    if (!find_root(&l, s, d))
        return NULL;
    f->name = ask->root ? ask->root : f->other[0].name;
    store_select(s, mem,
                 "SELECT o.id, s.text, n.text, o.kind FROM op o JOIN name s ON s.id = o.service "
                 "JOIN name n ON n.id = o.name ORDER BY o.id",
                 add_op, &l);
    load_spans(&l, s);
    find_parents(&l);
    keep_requests(&l);
    /* From here on all is in the arena. */
    struct forest_op *op = NEW(mem, struct forest_op, f->nop + 1);
    struct forest_span *v = NEW(mem, struct forest_span, f->nspan + 1);
    if (f->nop)
        memcpy(op, f->op, f->nop * sizeof *op);
    if (f->nspan)
        memcpy(v, f->v, f->nspan * sizeof *v);
    free(f->op);
    free(f->v);
    free(l.row);
    free(l.up);
    f->op = op;
    f->v = v;
    if (f->ntree == 0) {
        const char *names[12];
        for (uint32_t i = 0; i < f->nother; i++)
            names[i] = f->other[i].name;
        const char *near = nearest(f->name, names, f->nother);
        diag_error(d, (struct loc){0}, "E-root",
                   near ? arena_printf(mem, "did you mean '%s'?", near) : NULL,
                   "the store has no span '%s'%s", f->name, ask->label ? " under this label" : "");
        return NULL;
    }
    find_roots(f);
    find_step(f);
    find_busiest(f);
    find_under(f);
    forest_link(f);
    return f;
}
