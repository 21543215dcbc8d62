/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces_sql.c - pertinax traces --sql: a statement's rows as a table.  Tables for people are laid
 * out when all is known; rows for programs go out as they come. */
#include "cli/traces.h"
#include "base/json.h"
#include "reports/csv.h"
#include "reports/recorded.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20 };
enum layout { LAYOUT_TEXT, LAYOUT_MD, LAYOUT_CSV, LAYOUT_JSON };

struct query {
    struct arena *mem;
    enum layout layout;
    uint32_t limit, n, ncol, cap, capnumber;
    bool more; /* than the limit */
    const char **name;
    const char **cell;
    bool *number;
    struct buf out;
    struct json json;
};

static const char *blob_text(struct arena *mem, const struct store_cell *c)
{
    struct buf b = {0};
    buf_puts(&b, "x'");
    for (size_t i = 0; i < c->n; i++)
        buf_printf(&b, "%02x", (unsigned char)c->s[i]);
    buf_puts(&b, "'");
    const char *s = arena_strdup(mem, b.s);
    buf_free(&b);
    return s;
}

/* NULL: NULL. */
static const char *cell_text(struct arena *mem, const struct store_cell *c)
{
    char number[32];
    switch (c->type) {
    case STORE_INT:
        return arena_printf(mem, "%" PRId64, c->i);
    case STORE_REAL:
        return arena_strdup(mem, json_number(c->x, number));
    case STORE_TEXT:
        return arena_strndup(mem, c->s, c->n);
    case STORE_BLOB:
        return blob_text(mem, c);
    default:
        return NULL;
    }
}

static void json_cell(struct json *j, struct arena *mem, const struct store_cell *c)
{
    if (c->type == STORE_INT)
        json_int(j, c->i);
    else if (c->type == STORE_REAL)
        json_num(j, c->x);
    else if (c->type == STORE_NULL)
        json_null(j);
    else
        json_str(j, cell_text(mem, c));
}

/* Columns of an SQL statement may have any name, even the same twice. */
static void keep_names(struct query *q, const struct store_row *r)
{
    q->ncol = r->n;
    q->name = NEW(q->mem, const char *, r->n);
    q->number = NEW(q->mem, bool, r->n);
    for (uint32_t i = 0; i < r->n; i++) {
        q->name[i] = arena_strdup(q->mem, r->name[i]);
        q->number[i] = true;
    }
    for (uint32_t i = 0; q->layout == LAYOUT_CSV && i < r->n; i++) {
        if (i)
            buf_putc(&q->out, ',');
        csv_field(&q->out, r->name[i]);
    }
    if (q->layout == LAYOUT_CSV)
        buf_putc(&q->out, '\n');
}

static void keep_row(struct query *q, const struct store_row *r)
{
    q->cell = grow(q->cell, &q->cap, (q->n + 1) * q->ncol, sizeof *q->cell);
    for (uint32_t i = 0; i < r->n; i++) {
        q->cell[(size_t)q->n * q->ncol + i] = cell_text(q->mem, &r->cell[i]);
        q->number[i] =
            q->number[i] && r->cell[i].type != STORE_TEXT && r->cell[i].type != STORE_BLOB;
    }
}

static void put_row(struct query *q, const struct store_row *r)
{
    struct arena *mem = arena_new(0);
    if (q->layout == LAYOUT_JSON)
        json_obj(&q->json);
    for (uint32_t i = 0; i < r->n; i++) {
        if (q->layout == LAYOUT_JSON) {
            json_key(&q->json, r->name[i]);
            json_cell(&q->json, mem, &r->cell[i]);
            continue;
        }
        const char *s = cell_text(mem, &r->cell[i]);
        if (i)
            buf_putc(&q->out, ',');
        if (s)
            csv_field(&q->out, s);
    }
    if (q->layout == LAYOUT_JSON)
        json_end_obj(&q->json);
    else
        buf_putc(&q->out, '\n');
    arena_drop(mem);
    if (q->out.n >= PIECE) {
        cmd_write("-", &q->out);
        buf_clear(&q->out);
    }
}

static bool each_row(void *ctx, const struct store_row *r)
{
    struct query *q = ctx;
    if (q->ncol == 0)
        keep_names(q, r);
    q->more = q->limit && q->n == q->limit;
    if (q->more || q->n == UINT32_MAX / q->ncol)
        return false;
    if (q->layout == LAYOUT_TEXT || q->layout == LAYOUT_MD)
        keep_row(q, r);
    else
        put_row(q, r);
    q->n++;
    return true;
}

static void finish(struct query *q, const struct cmd_args *a)
{
    const struct recorded_rows t = {q->ncol, q->n, q->name, q->cell, q->number};
    const struct report_look look = {a->out.width, a->out.color, a->out.utf8, 0};
    if (q->layout == LAYOUT_JSON) {
        json_end_arr(&q->json);
        buf_putc(&q->out, '\n');
    } else if (q->layout == LAYOUT_TEXT && q->ncol) {
        recorded_rows_text(&t, &look, &q->out);
    } else if (q->layout == LAYOUT_MD && q->ncol) {
        recorded_rows_md(&t, &q->out);
    }
    cmd_write("-", &q->out);
    if (q->ncol == 0 && q->layout == LAYOUT_TEXT)
        fputs("no rows\n", stderr);
    if (q->more)
        fprintf(stderr, "there are more rows: --limit 0 shows all\n");
}

void traces_sql(const struct cmd_args *a, struct store *s, const char *sql, uint32_t limit,
                struct diags *d)
{
    const char *f = opt_get(a->o, "format");
    struct query q = {.mem = arena_new(0), .limit = limit};
    q.layout = !f || strcmp(f, "text") == 0 ? LAYOUT_TEXT
               : strcmp(f, "md") == 0       ? LAYOUT_MD
               : strcmp(f, "csv") == 0      ? LAYOUT_CSV
                                            : LAYOUT_JSON;
    if (q.layout == LAYOUT_JSON) {
        json_begin(&q.json, &q.out, true);
        json_arr(&q.json);
    }
    const char *error = store_select(s, q.mem, sql, each_row, &q);
    if (error)
        diag_error(d, (struct loc){0}, "E-sql",
                   "the views are v_trace, v_span, v_call and v_critical; see 'pertinax traces "
                   "--help'",
                   "--sql: %s", error);
    else
        finish(&q, a);
    buf_free(&q.out);
    free(q.cell);
    arena_drop(q.mem);
}
