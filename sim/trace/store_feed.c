/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_feed.c - spans in memory as a table of SQL, so that thousands of them are inserted by one
 * statement: half the cost of binding them one by one. */
#include "trace/store_impl.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

struct feed_table {
    sqlite3_vtab base;
    const struct feed *feed;
};
enum { COLUMNS = 10 };
struct feed_cursor {
    sqlite3_vtab_cursor base;
    uint32_t trace, span; /* span: in its trace */
    int64_t cell[COLUMNS];
    bool null[COLUMNS];
};

static int feed_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    struct feed_table *t = sqlite3_malloc(sizeof *t);
    if (!t)
        return SQLITE_NOMEM;
    *t = (struct feed_table){.feed = aux};
    *out = &t->base;
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    return sqlite3_declare_vtab(db, "CREATE TABLE feed (id, span_id, parent, parent_id, op, host,"
                                    " start, duration, shift, flags)");
}

static int feed_disconnect(sqlite3_vtab *t)
{
    sqlite3_free(t);
    return SQLITE_OK;
}

static int feed_best(sqlite3_vtab *t, sqlite3_index_info *x)
{
    (void)t;
    x->estimatedCost = 1;
    return SQLITE_OK;
}

static int feed_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    (void)t;
    struct feed_cursor *c = sqlite3_malloc(sizeof *c);
    if (!c)
        return SQLITE_NOMEM;
    *c = (struct feed_cursor){.trace = 0};
    *out = &c->base;
    return SQLITE_OK;
}

static int feed_close(sqlite3_vtab_cursor *c)
{
    sqlite3_free(c);
    return SQLITE_OK;
}

static const struct feed *feed_of(const sqlite3_vtab_cursor *c)
{
    return ((const struct feed_table *)(const void *)c->pVtab)->feed;
}

/* The row that the cursor is at, if it is at one. */
static void feed_row(struct feed_cursor *c)
{
    const struct feed *f = feed_of(&c->base);
    if (c->trace >= f->nt)
        return;
    const struct feed_trace *t = &f->t[c->trace];
    const struct span *v = &f->v[t->first], *s = &v[c->span];
    const int64_t first = (t->number << STORE_SPAN_BITS) + t->from;
    const int64_t cell[COLUMNS] = {
        first + c->span,
        (int64_t)s->id,
        first + s->parent,
        (int64_t)s->parent_id,
        f->op[t->first + c->span],
        s->host,
        s->start,
        s->duration,
        s->shift,
        (int64_t)s->flags | (int64_t)s->status << 8 | (int64_t)s->code << 16,
    };
    memcpy(c->cell, cell, sizeof cell);
    /* At the end of the table SQLite counts on by itself, without looking for the place. */
    c->null[0] = t->newest && c->span > 0;
    c->null[2] = s->parent == SPAN_NONE;
    c->null[3] = s->parent_id == 0 || (s->parent != SPAN_NONE && v[s->parent].id == s->parent_id);
    c->null[5] = s->host == 0;
}

static int feed_filter(sqlite3_vtab_cursor *base, int index, const char *s, int argc,
                       sqlite3_value **argv)
{
    (void)index;
    (void)s;
    (void)argc;
    (void)argv;
    struct feed_cursor *c = (struct feed_cursor *)base;
    c->trace = c->span = 0;
    feed_row(c);
    return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *base)
{
    struct feed_cursor *c = (struct feed_cursor *)base;
    if (++c->span == feed_of(base)->t[c->trace].n) {
        c->trace++;
        c->span = 0;
    }
    feed_row(c);
    return SQLITE_OK;
}

static int feed_eof(sqlite3_vtab_cursor *base)
{
    return ((struct feed_cursor *)base)->trace >= feed_of(base)->nt;
}

static int feed_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    const struct feed_cursor *c = (const struct feed_cursor *)base;
    if (!c->null[column]) /* what is not set is NULL */
        sqlite3_result_int64(out, c->cell[column]);
    return SQLITE_OK;
}

static int feed_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    const struct feed_cursor *c = (const struct feed_cursor *)base;
    *out = ((sqlite3_int64)c->trace << 32) + c->span;
    return SQLITE_OK;
}

static const sqlite3_module feed_module = {
    .xConnect = feed_connect, /* without xCreate: the table is there by itself */
    .xBestIndex = feed_best,
    .xDisconnect = feed_disconnect,
    .xOpen = feed_open,
    .xClose = feed_close,
    .xFilter = feed_filter,
    .xNext = feed_next,
    .xEof = feed_eof,
    .xColumn = feed_column,
    .xRowid = feed_rowid,
};

void store_feed_register(struct store *s)
{
    store_must(s, sqlite3_create_module(s->db, "feed", &feed_module, &s->feed));
}
