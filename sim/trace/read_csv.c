/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_csv.c - tables of spans: RFC 4180, with comma, semicolon or tab; see read_csv.h.
 *
 * Ids that are not hexadecimal digits are made of the texts; a parent that is empty, 0, "root",
 * "null", "none", "nan" or the span itself is none. */
#include "trace/read_csv.h"
#include "base/json_read.h"
#include "trace/format.h"
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 256, RECORD_MOST = 1 << 20, WINDOW = 1 << 16 };

/* ORDER csv fields: what the map calls them, and the usual names of columns, in lower case and
 * without _ - . and blanks */
static const struct {
    const char *field, *usual[8];
} known[CSV_FIELDS] = {
    {"trace", {"traceid", "trace", "tracenumber"}},
    {"id", {"spanid", "id", "span"}},
    {"parent", {"parentid", "parentspanid", "parentspan", "parent"}},
    {"name", {"operationname", "name", "operation", "spanname"}},
    {"service", {"servicename", "service", "podname", "microservice"}},
    {"host", {"hostname", "host", "nodename", "instance"}},
    {"kind", {"kind", "spankind"}},
    {"status", {"status", "error", "statuscode"}},
    {"code", {"httpstatus", "httpstatuscode", "code"}},
    {"start", {"starttimeunixnano", "starttime", "start", "timestamp", "startns"}},
    {"end", {"endtimeunixnano", "endtime", "end", "endns"}},
    {"duration", {"duration", "durationns", "elapsed"}},
};

/* ---- the map ---- */

static int power_of(const char *unit)
{
    static const char *const name[] = {"ns", "us", "ms", "s"};
    for (int i = 0; i < 4; i++)
        if (strcmp(unit, name[i]) == 0)
            return 3 * i;
    return -1;
}

static int field_of(const char *name)
{
    for (int i = 0; i < CSV_FIELDS; i++)
        if (strcmp(known[i].field, name) == 0)
            return i;
    return -1;
}

static bool map_error(struct diags *d, const char *hint, const char *what, const char *name)
{
    diag_error(d, (struct loc){0}, "E-csv-map", hint, what, name);
    return false;
}

/* One "field=column/unit". */
static bool map_part(struct arena *a, struct csv_map *m, char *part, struct diags *d)
{
    const char *names[CSV_FIELDS];
    char *column = strchr(part, '=');
    for (int i = 0; i < CSV_FIELDS; i++)
        names[i] = known[i].field;
    if (!column || !column[1])
        return map_error(d, "as in trace=TraceID,id=SpanID,start=Start/us,duration=Duration/us",
                         "--csv needs FIELD=COLUMN, not '%s'", part);
    *column++ = '\0';
    int f = field_of(part);
    if (f < 0) {
        const char *near = nearest(part, names, CSV_FIELDS);
        return map_error(d,
                         near ? arena_printf(a, "did you mean '%s'?", near)
                              : "fields are trace, id, parent, name, service, host, kind, status, "
                                "code, start, end, duration",
                         "--csv knows no field '%s'", part);
    }
    char *unit = strrchr(column, '/');
    if (f >= CSV_START && unit) {
        *unit++ = '\0';
        m->power[f] = power_of(unit);
        if (m->power[f] < 0)
            return map_error(d, "units are ns, us, ms and s", "--csv knows no unit '%s'", unit);
    }
    m->column[f] = column;
    return true;
}

const struct csv_map *csv_map_parse(struct arena *a, const char *text, struct diags *d)
{
    struct csv_map *m = NEW(a, struct csv_map, 1);
    bool ok = true;
    char *s = arena_strdup(a, text), *part;
    while (s) {
        part = s;
        s = strchr(s, ',');
        if (s)
            *s++ = '\0';
        ok = map_part(a, m, part, d) && ok;
    }
    if (ok && (!m->column[CSV_TRACE] || !m->column[CSV_ID] || !m->column[CSV_START]))
        ok = map_error(d, "as in trace=TraceID,id=SpanID,start=Start/us,duration=Duration/us",
                       "--csv %s does not say which columns are trace, id and start", text);
    return ok ? m : NULL;
}

/* ---- records ---- */

struct cell {
    size_t first, n; /* in the record's text */
};
struct table {
    struct reader *r;
    char window[WINDOW];
    size_t p, end;
    uint64_t base; /* of the window */
    struct buf text;
    struct cell cell[COLUMNS];
    uint32_t ncell;
    int at[CSV_FIELDS]; /* the column's index; -1: none */
    int power[CSV_FIELDS];
    char comma;
};

static int next_char(struct table *t)
{
    if (t->p == t->end) {
        t->base += t->end;
        t->p = 0;
        t->end = input_read(t->r->in, t->window, WINDOW);
        if (t->end == 0)
            return -1;
    }
    return (unsigned char)t->window[t->p++];
}

static int peek_char(struct table *t)
{
    int c = next_char(t);
    if (c >= 0)
        t->p--;
    return c;
}

static void end_cell(struct table *t, size_t first)
{
    if (t->ncell < COLUMNS)
        t->cell[t->ncell++] = (struct cell){first, t->text.n - first};
}

/* One record into text and cell; false: there is none.  An over-long one has no cells. */
static bool read_record(struct table *t)
{
    bool quoted = false, any = false, quotes = false;
    size_t first = 0;
    buf_clear(&t->text);
    buf_puts(&t->text, ""); /* never NULL */
    t->ncell = 0;
    for (int c; (c = next_char(t)) >= 0;) {
        any = true;
        if (quoted && c == '"' && peek_char(t) == '"') {
            next_char(t);
            buf_putc(&t->text, '"');
        } else if (c == '"' && (quoted || (!quotes && t->text.n == first))) {
            quoted = !quoted;
            quotes = true;
        } else if (!quoted && c == '\n') {
            break;
        } else if (!quoted && c == t->comma) {
            end_cell(t, first);
            first = t->text.n;
            quotes = false;
        } else if (t->text.n < RECORD_MOST && (quoted || c != '\r')) {
            buf_putc(&t->text, (char)c);
        }
    }
    if (any)
        end_cell(t, first);
    if (t->text.n >= RECORD_MOST)
        t->ncell = 0;
    return any;
}

static char plain(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Is s the name, but for case and what joins its words? */
static bool alike(const char *s, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '_' || s[i] == '-' || s[i] == '.' || s[i] == ' ')
            continue;
        if (!*name || plain(s[i]) != *name++)
            return false;
    }
    return !*name;
}

static int usual_field(const char *s, size_t n, size_t *rank)
{
    for (int f = 0; f < CSV_FIELDS; f++)
        for (*rank = 0; known[f].usual[*rank]; ++*rank)
            if (alike(s, n, known[f].usual[*rank]))
                return f;
    return -1;
}

/* ---- the header ---- */

static char find_comma(const char *head, size_t n)
{
    size_t line = 0, count[3] = {0};
    static const char comma[] = ",;\t";
    for (; line < n && head[line] != '\n'; line++)
        for (int i = 0; i < 3; i++)
            count[i] += head[line] == comma[i];
    int best = count[1] > count[0] ? 1 : 0;
    return comma[count[2] > count[best] ? 2 : best];
}

static void usual_columns(struct table *t)
{
    size_t rank, best[CSV_FIELDS];
    for (uint32_t i = 0; i < t->ncell; i++) {
        int f = usual_field(t->text.s + t->cell[i].first, t->cell[i].n, &rank);
        if (f < 0 || (t->at[f] >= 0 && best[f] <= rank))
            continue;
        t->at[f] = (int)i;
        best[f] = rank;
    }
}

static bool mapped_columns(struct table *t, const struct csv_map *m)
{
    bool ok = true;
    for (int f = 0; f < CSV_FIELDS; f++) {
        t->power[f] = m->power[f];
        for (uint32_t i = 0; m->column[f] && i < t->ncell; i++)
            if (strlen(m->column[f]) == t->cell[i].n &&
                memcmp(t->text.s + t->cell[i].first, m->column[f], t->cell[i].n) == 0)
                t->at[f] = (int)i;
        if (m->column[f] && t->at[f] < 0) {
            reader_bad(t->r, TALLY_LOST, 0, "there is no column '%s'", m->column[f]);
            ok = false;
        }
    }
    return ok;
}

bool csv_looks(const char *head, size_t n)
{
    size_t line = 0, rank;
    bool found[CSV_FIELDS] = {false};
    if (n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) {
        head += 3;
        n -= 3;
    }
    char comma = find_comma(head, n);
    while (line < n && head[line] != '\n')
        line++;
    for (size_t i = 0, to; i < line; i = to + 1) {
        for (to = i; to < line && head[to] != comma; to++)
            ;
        size_t first = i, end = to;
        while (first < end && (head[first] == '"' || head[first] == ' '))
            first++;
        while (end > first && (head[end - 1] == '"' || head[end - 1] == '\r'))
            end--;
        int f = usual_field(head + first, end - first, &rank);
        if (f >= 0)
            found[f] = true;
    }
    return found[CSV_TRACE] && found[CSV_ID] && found[CSV_START];
}

/* ---- spans ---- */

struct value {
    const char *s;
    size_t n;
};

static struct value value_of(const struct table *t, enum csv_field f)
{
    if (t->at[f] < 0 || (uint32_t)t->at[f] >= t->ncell)
        return (struct value){"", 0};
    const struct cell *c = &t->cell[t->at[f]];
    struct value v = {t->text.s + c->first, c->n};
    while (v.n > 0 && *v.s == ' ') {
        v.s++;
        v.n--;
    }
    while (v.n > 0 && v.s[v.n - 1] == ' ')
        v.n--;
    return v;
}

static bool is_none(struct value v)
{
    static const char *const none[] = {"", "0", "root", "null", "none", "nan", "\\n"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        size_t k = 0;
        while (k < v.n && none[i][k] && plain(v.s[k]) == none[i][k])
            k++;
        if (k == v.n && !none[i][k])
            return true;
    }
    return false;
}

static uint64_t span_of(struct table *t, struct value v)
{
    uint64_t id;
    if (is_none(v))
        return 0;
    if (id_span_hex(v.s, v.n, &id) && id)
        return id;
    tally_add(t->r->tally, TALLY_CODED, 1);
    return id_of_text((struct trace_id){1, 2}, v.s, v.n).lo;
}

static bool time_of(const struct table *t, enum csv_field f, int64_t *out)
{
    struct value v = value_of(t, f);
    return json_decimal(v.s, v.n, t->power[f], out) ||
           (f != CSV_DURATION && time_iso(v.s, v.n, out));
}

static uint8_t status_of(struct value v)
{
    static const char *const bad[] = {"error", "true", "2", "status_code_error", "failed"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t k = 0;
        while (k < v.n && bad[i][k] && plain(v.s[k]) == bad[i][k])
            k++;
        if (k == v.n && !bad[i][k])
            return SPAN_ERROR;
    }
    return v.n ? SPAN_OK : SPAN_UNSET;
}

static uint8_t kind_of(struct value v)
{
    int64_t x;
    if (json_i64(v.s, v.n, &x) && x >= KIND_NONE && x <= KIND_CONSUMER)
        return (uint8_t)x;
    return kind_of_text(v.s, v.n);
}

static uint32_t name_of(struct table *t, enum csv_field f)
{
    struct value v = value_of(t, f);
    return reader_name(t->r, v.s, v.n);
}

static void put_record(struct table *t, uint64_t at)
{
    struct reader *r = t->r;
    struct value trace = value_of(t, CSV_TRACE), code = value_of(t, CSV_CODE);
    struct trace_id id;
    struct span s = {.id = span_of(t, value_of(t, CSV_ID)),
                     .parent_id = span_of(t, value_of(t, CSV_PARENT)),
                     .name = name_of(t, CSV_NAME),
                     .service = name_of(t, CSV_SERVICE),
                     .host = name_of(t, CSV_HOST),
                     .kind = kind_of(value_of(t, CSV_KIND)),
                     .status = status_of(value_of(t, CSV_STATUS)),
                     .code = code_of_text(code.s, code.n)};
    int64_t end;
    if (t->ncell == 1 && t->cell[0].n == 0)
        return; /* an empty line */
    if (trace.n == 0 || s.id == 0 || !time_of(t, CSV_START, &s.start)) {
        reader_bad(r, TALLY_BAD, at, "a record without a %s that can be read",
                   trace.n == 0 ? "trace id"
                   : s.id == 0  ? "span id"
                                : "start");
        return;
    }
    if (!id_trace_hex(trace.s, trace.n, &id)) {
        tally_add(r->tally, TALLY_CODED, 1);
        id = id_of_text((struct trace_id){1, 2}, trace.s, trace.n);
    }
    if (s.parent_id == s.id)
        s.parent_id = 0;
    if (!time_of(t, CSV_DURATION, &s.duration)) {
        if (!time_of(t, CSV_END, &end))
            s.flags |= SPAN_UNFINISHED;
        else if (__builtin_sub_overflow(end, s.start, &s.duration))
            s.duration = INT64_MAX;
    }
    reader_span(r, at, id, &s, NULL);
}

void read_csv(struct reader *r)
{
    struct table *t = xcalloc(1, sizeof *t);
    size_t n;
    const char *head = input_head(r->in, &n);
    t->r = r;
    t->comma = find_comma(head, n);
    for (int f = 0; f < CSV_FIELDS; f++)
        t->at[f] = -1;
    bool ok = read_record(t);
    if (ok && t->ncell > 0 && t->cell[0].n >= 3 && memcmp(t->text.s, "\xef\xbb\xbf", 3) == 0) {
        t->cell[0].first += 3; /* a byte order mark */
        t->cell[0].n -= 3;
    }
    if (ok && r->csv)
        ok = mapped_columns(t, r->csv);
    else if (ok)
        usual_columns(t);
    if (ok && (t->at[CSV_TRACE] < 0 || t->at[CSV_ID] < 0 || t->at[CSV_START] < 0)) {
        reader_bad(r, TALLY_LOST, 0, "the header has no columns for trace, id and start");
        ok = false;
    }
    for (uint64_t at = t->base + t->p; ok && read_record(t); at = t->base + t->p)
        put_record(t, at);
    buf_free(&t->text);
    free(t);
}
