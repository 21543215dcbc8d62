/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_put.c - batches of traces into rows.
 *
 * From here on a span's names are rows of the table `name`.  A trace that is there already is read
 * back, put together with what is new, and written again; one too large for that grows by pieces.
 * Invariant: traces in the feed are in the table `trace`, their spans not yet in `span`. */
#include "trace/store_impl.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

enum { OPS_KEPT = 1 << 18, FEED_SPANS = 1 << 12 };

void store_put_reset(struct store *s)
{
    s->nname = s->nop = 0;
    if (s->op)
        memset(s->op, 0, s->capop * sizeof *s->op);
    s->other_labels = store_number(s, "SELECT count(*) FROM recording") > 1;
}

void store_put_free(struct store *s)
{
    assemble_free(s->assembler);
    free(s->feed.v);
    free(s->feed.t);
    free(s->feed.op);
    free(s->name);
    free(s->op);
    free(s->old);
    free(s->link);
}

/* ---- names and ops ---- */

static int64_t found_id(struct store *s, sqlite3_stmt *q)
{
    bug_if(!store_step(s, q));
    int64_t id = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return id;
}

static int64_t name_row(struct store *s, const struct name_text *name)
{
    sqlite3_stmt *q = store_sql(s, SQL_NAME_ADD);
    sqlite3_bind_text(q, 1, name->s, (int)name->n, SQLITE_STATIC);
    store_run(s, q);
    if (sqlite3_changes(s->db) > 0)
        return sqlite3_last_insert_rowid(s->db);
    q = store_sql(s, SQL_NAME_FIND);
    sqlite3_bind_text(q, 1, name->s, (int)name->n, SQLITE_STATIC);
    return found_id(s, q);
}

/* The names that came with a batch; all names again after a file was undone. */
static void take_names(struct store *s, const struct batch *b)
{
    s->name = grow(s->name, &s->capname, b->first_name + b->nname, sizeof *s->name);
    for (uint32_t i = 0; i < b->nname; i++)
        s->name[b->first_name + i] = name_row(s, &b->name[i]);
    s->nname = b->first_name + b->nname;
}

static int64_t op_row(struct store *s, const struct span *v)
{
    sqlite3_stmt *q = store_sql(s, SQL_OP_ADD);
    sqlite3_bind_int64(q, 1, v->service);
    sqlite3_bind_int64(q, 2, v->name);
    sqlite3_bind_int(q, 3, v->kind);
    store_run(s, q);
    if (sqlite3_changes(s->db) > 0)
        return sqlite3_last_insert_rowid(s->db);
    q = store_sql(s, SQL_OP_FIND);
    sqlite3_bind_int64(q, 1, v->service);
    sqlite3_bind_int64(q, 2, v->name);
    sqlite3_bind_int(q, 3, v->kind);
    return found_id(s, q);
}

static struct op_slot *op_slot(struct store *s, uint64_t key, uint8_t kind)
{
    uint32_t k = (uint32_t)trace_mix(kind, key) & (s->capop - 1);
    while (s->op[k].op && (s->op[k].key != key || s->op[k].kind != kind))
        k = (k + 1) & (s->capop - 1);
    return &s->op[k];
}

static int64_t op_of(struct store *s, const struct span *v)
{
    uint64_t key = (uint64_t)v->service << 32 | v->name;
    if (!s->op) {
        s->capop = 2 * OPS_KEPT;
        s->op = xcalloc(s->capop, sizeof *s->op);
    }
    struct op_slot *o = op_slot(s, key, v->kind);
    if (o->op)
        return o->op;
    if (s->nop == OPS_KEPT) { /* so many cannot be kept: begin anew */
        memset(s->op, 0, s->capop * sizeof *s->op);
        s->nop = 0;
        o = op_slot(s, key, v->kind);
    }
    s->nop++;
    *o = (struct op_slot){key, op_row(s, v), v->kind};
    return o->op;
}

/* ---- the feed ---- */

void store_put_finish(struct store *s)
{
    struct feed *f = &s->feed;
    if (f->n == 0)
        return;
    f->op = grow(f->op, &f->capop, f->n, sizeof *f->op);
    for (uint32_t i = 0; i < f->n; i++)
        f->op[i] = op_of(s, &f->v[i]);
    store_run(s, store_sql(s, SQL_SPANS_FEED));
    f->n = f->nt = 0;
}

static void feed_trace(struct store *s, int64_t number, uint32_t from, const struct span *v,
                       uint32_t n)
{
    struct feed *f = &s->feed;
    if (n == 0)
        return;
    f->v = grow(f->v, &f->cap, f->n + n, sizeof *f->v);
    f->t = grow(f->t, &f->capt, f->nt + 1, sizeof *f->t);
    f->t[f->nt++] = (struct feed_trace){number, f->n, n, from, number == s->last_trace};
    memcpy(f->v + f->n, v, n * sizeof *v);
    f->n += n;
}

static void put_links(struct store *s, int64_t number, uint32_t from, const struct span *v,
                      uint32_t n, const struct span_link *link)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < v[i].nlink; k++) {
            const struct span_link *l = &link[v[i].link + k];
            sqlite3_stmt *q = store_sql(s, SQL_LINK_ADD);
            sqlite3_bind_int64(q, 1, (number << STORE_SPAN_BITS) + from + i);
            sqlite3_bind_int64(q, 2, k);
            sqlite3_bind_int(q, 3, l->kind);
            sqlite3_bind_int64(q, 4, (int64_t)l->trace.hi);
            sqlite3_bind_int64(q, 5, (int64_t)l->trace.lo);
            sqlite3_bind_int64(q, 6, (int64_t)l->span);
            store_run(s, q);
        }
    }
}

/* ---- traces ---- */

struct known {      /* a row of `trace` */
    int64_t number; /* 0: there is none */
    struct trace_id id;
    uint32_t spans, roots;
    int64_t extent;
    bool elsewhere;
};

static struct known find_trace(struct store *s, struct trace_id id)
{
    struct known k = {.id = id};
    sqlite3_stmt *q = store_sql(s, SQL_TRACE_FIND);
    sqlite3_bind_int64(q, 1, (int64_t)id.lo);
    while (store_step(s, q)) {
        struct trace_id other = {(uint64_t)sqlite3_column_int64(q, 2), id.lo};
        if (!trace_same(id, other))
            continue;
        if (sqlite3_column_int64(q, 1) != s->recording) {
            k.elsewhere = true;
            continue;
        }
        k.number = sqlite3_column_int64(q, 0);
        k.id.hi = id.hi | other.hi;
        k.spans = (uint32_t)sqlite3_column_int64(q, 3);
        k.roots = (uint32_t)sqlite3_column_int64(q, 4);
        k.extent = sqlite3_column_int64(q, 5);
    }
    sqlite3_reset(q);
    return k;
}

/* What the row of a trace says of its spans. */
struct summary {
    const struct span *root;
    uint32_t roots;
    int64_t extent;
};

static struct summary summarise(const struct span *v, uint32_t n)
{
    const uint32_t root = assemble_root(v, n);
    struct summary x = {.root = &v[root < n ? root : 0]};
    int64_t first = v[0].start, last = first, whole;
    for (uint32_t i = 0; i < n; i++) {
        x.roots += v[i].parent == SPAN_NONE;
        first = v[i].start < first ? v[i].start : first;
        last = v[i].start + v[i].duration > last ? v[i].start + v[i].duration : last;
    }
    x.extent = __builtin_sub_overflow(last, first, &whole) ? INT64_MAX : whole;
    return x;
}

static void add_trace(struct store *s, struct trace_id id, const struct span *v, uint32_t n)
{
    struct summary x = summarise(v, n);
    sqlite3_stmt *q = store_sql(s, SQL_TRACE_ADD);
    sqlite3_bind_int64(q, 1, s->last_trace);
    sqlite3_bind_int64(q, 2, s->recording);
    sqlite3_bind_int64(q, 3, (int64_t)id.hi);
    sqlite3_bind_int64(q, 4, (int64_t)id.lo);
    sqlite3_bind_int64(q, 5, op_of(s, x.root));
    sqlite3_bind_int64(q, 6, x.root->start);
    sqlite3_bind_int64(q, 7, x.root->duration);
    sqlite3_bind_int64(q, 8, x.extent);
    sqlite3_bind_int64(q, 9, n);
    sqlite3_bind_int64(q, 10, x.roots);
    store_run(s, q);
}

/* v NULL: only the numbers of spans and roots have changed. */
static void set_trace(struct store *s, const struct known *k, const struct span *v, uint32_t n)
{
    sqlite3_stmt *q = store_sql(s, SQL_TRACE_SET);
    sqlite3_clear_bindings(q);
    sqlite3_bind_int64(q, 1, k->number);
    sqlite3_bind_int64(q, 2, (int64_t)k->id.hi);
    sqlite3_bind_int64(q, 7, v ? n : k->spans);
    sqlite3_bind_int64(q, 8, k->roots);
    if (v) {
        struct summary x = summarise(v, n);
        sqlite3_bind_int64(q, 3, op_of(s, x.root));
        sqlite3_bind_int64(q, 4, x.root->start);
        sqlite3_bind_int64(q, 5, x.root->duration);
        sqlite3_bind_int64(q, 6, x.extent);
        sqlite3_bind_int64(q, 8, x.roots);
    }
    store_run(s, q);
}

/* ---- traces that were there ---- */

static void drop_rows(struct store *s, enum store_statement which, int64_t number)
{
    sqlite3_stmt *q = store_sql(s, which);
    sqlite3_bind_int64(q, 1, number << STORE_SPAN_BITS);
    sqlite3_bind_int64(q, 2, (number << STORE_SPAN_BITS) + STORE_SPANS_MOST - 1);
    store_run(s, q);
}

/* v joins the trace k that is in the store. */
static void join_trace(struct store *s, const struct known *k, const struct span *v, uint32_t n,
                       const struct span_link *link, struct tally *t, struct store_counts *c)
{
    uint32_t nlink, had = store_load(s, k->number, TRACE_MOST, &nlink);
    struct tally was = {{0}};
    uint64_t duplicates;
    assemble_count(s->old, had, false, &was);
    s->old = grow(s->old, &s->capold, had + n, sizeof *s->old);
    for (uint32_t i = 0; i < n; i++) {
        s->old[had + i] = v[i];
        s->old[had + i].link = nlink;
        s->link = grow(s->link, &s->caplink, nlink + v[i].nlink, sizeof *s->link);
        if (v[i].nlink)
            memcpy(s->link + nlink, link + v[i].link, v[i].nlink * sizeof *link);
        nlink += v[i].nlink;
    }
    uint32_t left = assemble(s->assembler, s->old, had + n, &duplicates);
    tally_add(t, TALLY_DUPLICATE, duplicates);
    struct tally now = {{0}};
    assemble_count(s->old, left, false, &now);
    for (int i = 0; i < TALLY_COUNT; i++)
        t->n[i] += now.n[i] - was.n[i];
    drop_rows(s, SQL_SPANS_DROP, k->number);
    drop_rows(s, SQL_LINKS_DROP, k->number);
    feed_trace(s, k->number, 0, s->old, left);
    put_links(s, k->number, 0, s->old, left, s->link);
    set_trace(s, k, s->old, left);
    c->spans += left - had;
    c->grown += left > had;
}

/* v becomes a piece of the huge trace k. */
static void append_piece(struct store *s, struct known *k, struct span *v, uint32_t n,
                         const struct span_link *link, struct tally *t, struct store_counts *c)
{
    uint64_t duplicates;
    n = assemble(s->assembler, v, n, &duplicates);
    if (n > STORE_SPANS_MOST - k->spans)
        die("%s: a trace of more than %u spans", s->path, STORE_SPANS_MOST);
    assemble_count(v, n, false, t);
    tally_add(t, TALLY_DUPLICATE, duplicates);
    tally_add(t, TALLY_PIECES, n);
    feed_trace(s, k->number, k->spans, v, n);
    put_links(s, k->number, k->spans, v, n, link);
    k->spans += n;
    k->roots += summarise(v, n).roots;
    set_trace(s, k, NULL, 0);
    c->spans += n;
    c->grown++;
}

static void put_trace(struct store *s, const struct batch_trace *b, struct span *v,
                      const struct span_link *link, struct tally *t, struct store_counts *c)
{
    struct known k = find_trace(s, b->id);
    uint64_t duplicates;
    c->elsewhere += k.elsewhere && !k.number;
    if (k.number) {
        store_put_finish(s); /* some of it may be in the feed */
        if (k.spans + (uint64_t)b->n > TRACE_MOST)
            append_piece(s, &k, v, b->n, link, t, c);
        else
            join_trace(s, &k, v, b->n, link, t, c);
        return;
    }
    uint32_t n = assemble(s->assembler, v, b->n, &duplicates);
    tally_add(t, TALLY_DUPLICATE, duplicates);
    assemble_count(v, n, false, t);
    s->last_trace++;
    add_trace(s, b->id, v, n);
    feed_trace(s, s->last_trace, 0, v, n);
    put_links(s, s->last_trace, 0, v, n, link);
    c->traces++;
    c->spans += n;
}

void store_put(struct store *s, struct batch *b, struct tally *t, struct store_counts *c)
{
    bug_if(!s->writing);
    take_names(s, b);
    for (uint32_t i = 0; i < b->n; i++) {
        struct span *v = &b->v[i];
        v->name = (uint32_t)s->name[v->name];
        v->service = (uint32_t)s->name[v->service];
        v->host = v->host ? (uint32_t)s->name[v->host] : 0;
    }
    for (uint32_t i = 0; i < b->nt; i++) {
        put_trace(s, &b->t[i], b->v + b->t[i].first, b->link, t, c);
        if (s->feed.n >= FEED_SPANS)
            store_put_finish(s);
    }
    store_put_finish(s);
}
