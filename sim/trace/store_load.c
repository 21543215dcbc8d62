/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_load.c - traces read back, one or many; see store.h. */
#include "trace/store_impl.h"
#include "base/arena.h"

static int64_t in_time(int64_t x)
{
    return x > SPAN_TIME_MOST ? SPAN_TIME_MOST : x < -SPAN_TIME_MOST ? -SPAN_TIME_MOST : x;
}

/* A row of SQL_SPANS_LOAD.  Others may have written to the file: numbers are kept in bounds. */
static struct span load_span(sqlite3_stmt *q)
{
    int64_t shift = in_time(sqlite3_column_int64(q, 8));
    int64_t start = in_time(sqlite3_column_int64(q, 6));
    int64_t duration = in_time(sqlite3_column_int64(q, 7));
    int64_t flags = sqlite3_column_int64(q, 9);
    bool odd = in_time(start - shift) != start - shift;
    return (struct span){.id = (uint64_t)sqlite3_column_int64(q, 0),
                         .parent_id = (uint64_t)sqlite3_column_int64(q, 1),
                         .name = (uint32_t)sqlite3_column_int64(q, 2),
                         .service = (uint32_t)sqlite3_column_int64(q, 3),
                         .kind = (uint8_t)sqlite3_column_int(q, 4),
                         .host = (uint32_t)sqlite3_column_int64(q, 5),
                         .start = start,
                         .duration = duration < 0 ? 0 : duration - (duration == SPAN_TIME_MOST),
                         .shift = odd ? 0 : shift,
                         .flags = (uint32_t)flags & 0xff,
                         .status = (uint8_t)(flags >> 8 & 3),
                         .code = (uint16_t)(flags >> 16),
                         .parent = SPAN_NONE};
}

uint32_t store_load(struct store *s, int64_t number, uint32_t most, uint32_t *nlink)
{
    int64_t first = number << STORE_SPAN_BITS, last = first + STORE_SPANS_MOST - 1;
    uint32_t n = 0;
    sqlite3_stmt *q = store_sql(s, SQL_SPANS_LOAD);
    sqlite3_bind_int64(q, 1, first);
    sqlite3_bind_int64(q, 2, last);
    for (; store_step(s, q) && n < most; n++) {
        s->old = grow(s->old, &s->capold, n + 1, sizeof *s->old);
        s->old[n] = load_span(q);
        int64_t parent = sqlite3_column_int64(q, 10); /* 0, the first span, where there is none */
        if (sqlite3_column_type(q, 10) == SQLITE_INTEGER)
            s->old[n].parent = parent >= 0 && parent < most ? (uint32_t)parent : SPAN_NONE;
    }
    for (uint32_t i = 0; i < n; i++)
        if (s->old[i].parent >= n)
            s->old[i].parent = SPAN_NONE;
        else if (s->old[i].parent_id == 0)
            s->old[i].parent_id = s->old[s->old[i].parent].id;
    *nlink = 0;
    q = store_sql(s, SQL_LINKS_LOAD);
    sqlite3_bind_int64(q, 1, first);
    sqlite3_bind_int64(q, 2, last);
    while (store_step(s, q)) {
        int64_t i = sqlite3_column_int64(q, 0);
        if (i >= n)
            continue;
        s->link = grow(s->link, &s->caplink, *nlink + 1, sizeof *s->link);
        if (s->old[i].nlink++ == 0)
            s->old[i].link = *nlink;
        s->link[(*nlink)++] = (struct span_link){
            {(uint64_t)sqlite3_column_int64(q, 2), (uint64_t)sqlite3_column_int64(q, 3)},
            (uint64_t)sqlite3_column_int64(q, 4),
            (uint8_t)sqlite3_column_int(q, 1)};
    }
    sqlite3_reset(q);
    return n;
}

/* ---- many ---- */

static void bind_text(sqlite3_stmt *q, int i, const char *s)
{
    if (s)
        sqlite3_bind_text(q, i, s, -1, SQLITE_STATIC);
}

/* Traces chosen by f, whose first five columns are those of struct store_trace. */
static sqlite3_stmt *chosen(struct store *s, const struct store_filter *f, const char *columns,
                            const char *order)
{
    sqlite3_stmt *q;
    struct buf sql = {0};
    buf_printf(&sql,
               "SELECT %s FROM trace t JOIN recording r ON r.id = t.recording"
               " JOIN op o ON o.id = t.root JOIN name n ON n.id = o.name"
               " WHERE (?1 IS NULL OR n.text GLOB ?1) AND (?2 IS NULL OR r.label = ?2)"
               " AND (?3 IS NULL OR t.start >= ?3)"
               " AND (?4 IS NULL OR (t.id_lo = ?4 AND (?5 = 0 OR t.id_hi = ?5 OR t.id_hi = 0)))"
               " AND (?6 IS NULL OR t.id = ?6) ORDER BY %s",
               columns, order);
    store_must(s, sqlite3_prepare_v2(s->db, sql.s, -1, &q, NULL));
    buf_free(&sql);
    bind_text(q, 1, f->root);
    bind_text(q, 2, f->label);
    if (f->since != INT64_MIN)
        sqlite3_bind_int64(q, 3, f->since);
    if (f->id.lo || f->id.hi)
        sqlite3_bind_int64(q, 4, (int64_t)f->id.lo);
    sqlite3_bind_int64(q, 5, (int64_t)f->id.hi);
    if (f->number)
        sqlite3_bind_int64(q, 6, f->number);
    return q;
}

uint64_t store_each(struct store *s, const struct store_filter *f,
                    bool (*each)(void *ctx, const struct store_trace *t), void *ctx)
{
    uint64_t n = 0;
    bool more = true;
    sqlite3_stmt *q = chosen(s, f, "t.id, t.id_hi, t.id_lo, r.label, t.start", "t.id");
    while (more && store_step(s, q)) {
        uint32_t nlink;
        struct store_trace t = {
            .number = sqlite3_column_int64(q, 0),
            .id = {(uint64_t)sqlite3_column_int64(q, 1), (uint64_t)sqlite3_column_int64(q, 2)},
            .label = (const char *)sqlite3_column_text(q, 3)};
        t.n = store_load(s, t.number, STORE_SPANS_MOST, &nlink);
        t.v = s->old;
        t.link = s->link;
        more = t.n == 0 || each(ctx, &t);
        n += t.n > 0;
    }
    sqlite3_finalize(q);
    return n;
}

int64_t store_quantile(struct store *s, const struct store_filter *f, double p)
{
    int64_t n = 0, found = 0;
    sqlite3_stmt *q = chosen(s, f, "count(*)", "1");
    if (store_step(s, q))
        n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    q = chosen(s, f, "t.id", "t.duration, t.id");
    for (int64_t i = 0; store_step(s, q); i++) {
        found = sqlite3_column_int64(q, 0);
        if ((double)(i + 1) >= p * (double)n)
            break;
    }
    sqlite3_finalize(q);
    return found;
}

int64_t store_newest(struct store *s)
{
    return store_number(s, "SELECT max(start) FROM trace");
}

const char *store_text(struct store *s, struct arena *mem, uint32_t name)
{
    const char *text = "";
    sqlite3_stmt *q;
    store_must(s, sqlite3_prepare_v2(s->db, "SELECT text FROM name WHERE id = ?1", -1, &q, NULL));
    sqlite3_bind_int64(q, 1, name);
    if (store_step(s, q) && sqlite3_column_text(q, 0))
        text = arena_strdup(mem, (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    return text;
}

int64_t store_span_row(int64_t trace, uint32_t span)
{
    return (trace << STORE_SPAN_BITS) + span;
}
