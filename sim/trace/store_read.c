/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read.c - selecting, and quantile(); see store.h. */
#include "trace/store_impl.h"
#include "base/arena.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- quantile(x, p) ---- */

struct sample {
    double *v;
    uint32_t n, cap;
    double p;
    bool real, bad; /* real: one of the values is not a whole number */
};

static void quantile_step(sqlite3_context *c, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct sample *q = sqlite3_aggregate_context(c, sizeof *q);
    if (!q) {
        sqlite3_result_error_nomem(c);
        return;
    }
    int type = sqlite3_value_numeric_type(argv[0]);
    q->p = sqlite3_value_double(argv[1]);
    q->bad = q->bad || !(q->p >= 0 && q->p <= 1);
    if (type == SQLITE_NULL || q->bad)
        return;
    q->real = q->real || type != SQLITE_INTEGER;
    q->v = grow(q->v, &q->cap, q->n + 1, sizeof *q->v);
    q->v[q->n++] = sqlite3_value_double(argv[0]);
}

static int number_order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void quantile_final(sqlite3_context *c)
{
    struct sample *q = sqlite3_aggregate_context(c, 0);
    if (q && q->bad) {
        sqlite3_result_error(c, "quantile(x, p): p must be from 0 to 1", -1);
    } else if (q && q->n > 0) {
        qsort(q->v, q->n, sizeof *q->v, number_order);
        double k = ceil(q->p * q->n);
        double x = q->v[k < 1 ? 0 : (uint32_t)k - 1];
        if (q->real)
            sqlite3_result_double(c, x);
        else
            sqlite3_result_int64(c, (int64_t)x);
    } else {
        sqlite3_result_null(c);
    }
    if (q)
        free(q->v);
}

void store_read_register(struct store *s)
{
    store_must(s, sqlite3_create_function(s->db, "quantile", 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                          NULL, NULL, quantile_step, quantile_final));
}

/* ---- selecting ---- */

static struct store_cell cell_of(sqlite3_stmt *q, int i)
{
    struct store_cell c = {.type = STORE_NULL};
    switch (sqlite3_column_type(q, i)) {
    case SQLITE_INTEGER:
        c.type = STORE_INT;
        c.i = sqlite3_column_int64(q, i);
        break;
    case SQLITE_FLOAT:
        c.type = STORE_REAL;
        c.x = sqlite3_column_double(q, i);
        break;
    case SQLITE_TEXT:
        c.type = STORE_TEXT;
        c.s = (const char *)sqlite3_column_text(q, i);
        c.n = (size_t)sqlite3_column_bytes(q, i);
        break;
    case SQLITE_BLOB:
        c.type = STORE_BLOB;
        c.s = sqlite3_column_blob(q, i);
        c.n = (size_t)sqlite3_column_bytes(q, i);
        break;
    default:
        break;
    }
    return c;
}

/* Nothing but one statement that reads the tables, and none that would reach other files. */
static const char *readable(struct store *s, sqlite3_stmt *q, const char *rest)
{
    if (!q)
        return "there is no statement";
    if (!sqlite3_stmt_readonly(q) || sqlite3_stmt_isexplain(q) || sqlite3_column_count(q) == 0)
        return "only SELECT is possible here";
    sqlite3_stmt *more = NULL;
    int rc = sqlite3_prepare_v2(s->db, rest, -1, &more, NULL);
    bool another = rc != SQLITE_OK || more;
    sqlite3_finalize(more);
    return another ? "only one statement is possible here" : NULL;
}

static int only_reading(void *ctx, int what, const char *a, const char *b, const char *c,
                        const char *e)
{
    (void)ctx;
    (void)a;
    (void)b;
    (void)c;
    (void)e;
    return what == SQLITE_SELECT || what == SQLITE_READ || what == SQLITE_FUNCTION ||
                   what == SQLITE_RECURSIVE
               ? SQLITE_OK
               : SQLITE_DENY;
}

static const char *each_row(struct store *s, struct arena *mem, sqlite3_stmt *q,
                            bool (*row)(void *ctx, const struct store_row *r), void *ctx)
{
    int n = sqlite3_column_count(q), rc;
    const char **name = NEW(mem, const char *, (size_t)n);
    struct store_cell *cell = NEW(mem, struct store_cell, (size_t)n);
    for (int i = 0; i < n; i++)
        name[i] = sqlite3_column_name(q, i);
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        for (int i = 0; i < n; i++)
            cell[i] = cell_of(q, i);
        if (!row(ctx, &(struct store_row){(uint32_t)n, name, cell}))
            return NULL;
    }
    return rc == SQLITE_DONE ? NULL : arena_strdup(mem, sqlite3_errmsg(s->db));
}

const char *store_select(struct store *s, struct arena *mem, const char *sql,
                         bool (*row)(void *ctx, const struct store_row *r), void *ctx)
{
    sqlite3_stmt *q = NULL;
    const char *rest = NULL, *error;
    /* A virtual table is declared when it is first named: with more than the right to read. */
    (void)store_number(s, "SELECT 1 FROM v_critical WHERE trace = -1");
    (void)store_number(s, "SELECT 1 FROM json_each('[]'), json_tree('[]')");
    sqlite3_set_authorizer(s->db, only_reading, NULL);
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, &rest);
    error = rc == SQLITE_AUTH ? "only SELECT is possible here"
            : rc != SQLITE_OK ? arena_strdup(mem, sqlite3_errmsg(s->db))
                              : readable(s, q, rest);
    sqlite3_set_authorizer(s->db, NULL, NULL);
    if (!error)
        error = each_row(s, mem, q, row, ctx);
    sqlite3_finalize(q);
    return error;
}
