/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_critical.c - critical paths as a table of SQL, v_critical: a row for each section.
 *
 * Nothing of it is stored: a path is found when its trace is read, faster than rows of it could be.
 * WHERE trace = N reads that trace alone; v_critical('jaeger') is by another rule. */
#include "trace/store_impl.h"
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

struct path_table {
    sqlite3_vtab base;
    struct store *store;
};
struct path_cursor {
    sqlite3_vtab_cursor base;
    sqlite3_stmt *traces;
    struct critical *critical;
    struct critical_path path;
    int64_t trace;
    uint32_t at; /* section */
    enum critical_rule rule;
    bool over;
    sqlite3_int64 row;
};
/* ORDER columns */
enum { COL_TRACE, COL_SPAN, COL_START, COL_DURATION, COL_FINISH, COL_WHY, COL_RULE };

static int path_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    struct path_table *t = sqlite3_malloc(sizeof *t);
    if (!t)
        return SQLITE_NOMEM;
    *t = (struct path_table){.store = aux};
    *out = &t->base;
    return sqlite3_declare_vtab(db, "CREATE TABLE v_critical (trace INTEGER, span INTEGER,"
                                    " start INTEGER, duration INTEGER, finish INTEGER, why TEXT,"
                                    " rule TEXT HIDDEN)");
}

static int path_disconnect(sqlite3_vtab *t)
{
    sqlite3_free(t);
    return SQLITE_OK;
}

/* idxNum: 1 if the trace is given, 2 the rule; as arguments in this order. */
static int path_best(sqlite3_vtab *t, sqlite3_index_info *x)
{
    static const int column[] = {COL_TRACE, COL_RULE};
    int n = 0;
    (void)t;
    x->estimatedCost = 1e6;
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < x->nConstraint; i++) {
            if (x->aConstraint[i].iColumn != column[k] ||
                x->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
                continue;
            if (!x->aConstraint[i].usable)
                return SQLITE_CONSTRAINT; /* the rule must be known before */
            if (x->idxNum & 1 << k)
                continue;
            x->idxNum |= 1 << k;
            x->aConstraintUsage[i].argvIndex = ++n;
            x->aConstraintUsage[i].omit = k == 1;
            if (k == 0)
                x->estimatedCost = 20;
        }
    }
    return SQLITE_OK;
}

static int path_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    (void)t;
    struct path_cursor *c = sqlite3_malloc(sizeof *c);
    if (!c)
        return SQLITE_NOMEM;
    *c = (struct path_cursor){.critical = critical_new()};
    *out = &c->base;
    return SQLITE_OK;
}

static int path_close(sqlite3_vtab_cursor *base)
{
    struct path_cursor *c = (struct path_cursor *)base;
    sqlite3_finalize(c->traces);
    critical_free(c->critical);
    sqlite3_free(c);
    return SQLITE_OK;
}

static struct store *store_of(const struct path_cursor *c)
{
    return ((const struct path_table *)(const void *)c->base.pVtab)->store;
}

/* The path of the request; a trace without one (others may have written to the file) has none. */
static void find_path(struct path_cursor *c)
{
    struct store *s = store_of(c);
    struct trace_id id = {(uint64_t)sqlite3_column_int64(c->traces, 1),
                          (uint64_t)sqlite3_column_int64(c->traces, 2)};
    uint32_t nlink, root, n;
    c->trace = sqlite3_column_int64(c->traces, 0);
    n = store_load(s, c->trace, STORE_SPANS_MOST, &nlink);
    root = assemble_root(s->old, n);
    c->at = c->path.n = 0;
    if (root == n)
        return;
    critical_trace(c->critical, id, s->old, n, s->link);
    critical_find(c->critical, root, c->rule, &c->path);
}

/* To the next trace that has a section, where there is none left. */
static int path_settle(struct path_cursor *c)
{
    while (c->at >= c->path.n) {
        int rc = sqlite3_step(c->traces);
        if (rc != SQLITE_ROW) {
            c->over = true;
            return rc == SQLITE_DONE ? SQLITE_OK : rc;
        }
        find_path(c);
    }
    return SQLITE_OK;
}

static int path_filter(sqlite3_vtab_cursor *base, int index, const char *x, int argc,
                       sqlite3_value **argv)
{
    struct path_cursor *c = (struct path_cursor *)base;
    struct store *s = store_of(c);
    (void)x;
    sqlite3_finalize(c->traces);
    c->traces = NULL;
    c->rule = s->rule;
    c->over = false;
    c->at = c->path.n = 0;
    c->row = 0;
    if (index & 2) {
        const char *name = (const char *)sqlite3_value_text(argv[argc - 1]);
        int k = 0;
        while (k < CRITICAL_RULES && !(name && strcmp(name, critical_rule_name[k]) == 0))
            k++;
        if (k == CRITICAL_RULES) {
            base->pVtab->zErrMsg =
                sqlite3_mprintf("v_critical(rule): rule is own, jaeger or crisp");
            return SQLITE_ERROR;
        }
        c->rule = (enum critical_rule)k;
    }
    int rc = sqlite3_prepare_v2(s->db,
                                index & 1 ? "SELECT id, id_hi, id_lo FROM trace WHERE id = ?1"
                                          : "SELECT id, id_hi, id_lo FROM trace ORDER BY id",
                                -1, &c->traces, NULL);
    if (rc == SQLITE_OK && index & 1)
        rc = sqlite3_bind_value(c->traces, 1, argv[0]);
    return rc == SQLITE_OK ? path_settle(c) : rc;
}

static int path_next(sqlite3_vtab_cursor *base)
{
    struct path_cursor *c = (struct path_cursor *)base;
    c->at++;
    c->row++;
    return path_settle(c);
}

static int path_eof(sqlite3_vtab_cursor *base)
{
    return ((const struct path_cursor *)base)->over;
}

static int path_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    const struct path_cursor *c = (const struct path_cursor *)base;
    const struct critical_section *x = &c->path.v[c->at];
    const int64_t value[] = {c->trace, (c->trace << STORE_SPAN_BITS) + x->span, x->start,
                             x->end - x->start, x->end};
    if (column < COL_WHY)
        sqlite3_result_int64(out, value[column]);
    else if (column == COL_WHY)
        sqlite3_result_text(out, critical_role_text[c->path.role[x->span]], -1, SQLITE_STATIC);
    else
        sqlite3_result_text(out, critical_rule_name[c->rule], -1, SQLITE_STATIC);
    return SQLITE_OK;
}

static int path_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((const struct path_cursor *)base)->row;
    return SQLITE_OK;
}

static const sqlite3_module path_module = {
    .xConnect = path_connect, /* without xCreate: the table is there by itself */
    .xBestIndex = path_best,
    .xDisconnect = path_disconnect,
    .xOpen = path_open,
    .xClose = path_close,
    .xFilter = path_filter,
    .xNext = path_next,
    .xEof = path_eof,
    .xColumn = path_column,
    .xRowid = path_rowid,
};

void store_critical_register(struct store *s)
{
    store_must(s, sqlite3_create_module(s->db, "v_critical", &path_module, s));
}

void store_critical_rule(struct store *s, enum critical_rule rule)
{
    s->rule = rule;
}
