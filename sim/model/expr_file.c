/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_file.c - samples("file.csv"), samples("file.csv#column"): recorded values, read once.
 *
 * Without a column each line is one value with its unit; empty lines and lines that begin with #
 * are skipped.  With one the file is CSV (RFC 4180: quoted fields, "" for a quote) with a header.
 * The file's size is bounded; what is wrong in it is reported at its own lines. */
#include "model/expr.h"
#include "model/expr_impl.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_ERRORS = 10, COLUMNS_MAX = 256 };
struct sample_file {
    struct arena *a;
    struct diags *d;
    const char *path;
    char *s;
    size_t n;
    uint32_t file;   /* in d, once an error has to be shown */
    uint32_t errors; /* of values */
    double *v;
    uint32_t nv, cap;
    enum unit unit; /* of all values so far; UNIT_ZERO: none but zeros */
};

static void file_error(struct sample_file *f, uint32_t line, const char *hint, const char *text)
{
    if (f->errors++ >= FILE_ERRORS)
        return;
    if (f->file == 0)
        f->file = diag_file(f->d, f->path, arena_strndup(f->a, f->s, f->n), f->n);
    struct loc at = {.file = f->file, .line = line, .col = 1};
    diag_error(f->d, at, "E-file", hint, "%s", text);
}

static bool file_read(struct sample_file *f, struct loc at)
{
    struct stat st;
    FILE *in = NULL;
    const char *why = NULL;
    if (stat(f->path, &st) != 0)
        why = strerror(errno);
    else if (!S_ISREG(st.st_mode))
        why = "it is not a regular file";
    else if (st.st_size > EXPR_FILE_BYTES)
        why = "it has more than 64 MB";
    else if ((in = fopen(f->path, "rb")) == NULL)
        why = strerror(errno);
    if (why == NULL && in != NULL) {
        f->s = xrealloc(NULL, (size_t)st.st_size + 1, 1);
        f->n = fread(f->s, 1, (size_t)st.st_size, in);
        f->s[f->n] = '\0';
        if (ferror(in))
            why = "it cannot be read";
    }
    if (in != NULL)
        fclose(in);
    if (why != NULL)
        diag_error(f->d, at, "E-file", "file names are relative to the model's directory",
                   "cannot read samples from %s: %s", f->path, why);
    return why == NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* One value's text, blanks around it allowed. */
static void file_value(struct sample_file *f, const char *s, size_t n, uint32_t line)
{
    size_t i = 0;
    double x = 0;
    enum unit u = UNIT_ZERO;
    while (n > 0 && is_blank(s[n - 1]))
        n--;
    while (i < n && is_blank(s[i]))
        i++;
    bool minus = i < n && s[i] == '-';
    i += minus ? 1 : 0;
    enum literal r = expr_literal(s, n, &i, &x, &u);
    if (r == LIT_RANGE)
        file_error(f, line, NULL, "the number is too large or too long");
    else if (r != LIT_OK || i != n)
        file_error(f, line, "one value with its unit: 1.25ms", "this is not a value");
    else if (u != UNIT_ZERO && u != UNIT_NUMBER && u != UNIT_DURATION)
        file_error(f, line, NULL, "samples are durations or plain numbers");
    else if (u == UNIT_DURATION && minus)
        file_error(f, line, NULL, "the duration is negative");
    else if (u != UNIT_ZERO && f->unit != UNIT_ZERO && u != f->unit)
        file_error(f, line, "all values have a unit, or none has",
                   u == UNIT_NUMBER ? "a number among durations" : "a duration among numbers");
    if (f->errors > 0 || r != LIT_OK)
        return;
    f->unit = u != UNIT_ZERO ? u : f->unit;
    f->v = grow(f->v, &f->cap, f->nv + 1, sizeof *f->v);
    f->v[f->nv++] = minus ? -x : x;
}

static void read_lines(struct sample_file *f, size_t i)
{
    for (uint32_t line = 1; i < f->n; line++) {
        const char *nl = memchr(f->s + i, '\n', f->n - i);
        size_t end = nl != NULL ? (size_t)(nl - f->s) : f->n, first = i;
        while (first < end && is_blank(f->s[first]))
            first++;
        if (first < end && f->s[first] != '#')
            file_value(f, f->s + i, end - i, line);
        i = end + 1;
    }
}

/* One CSV field from *pos into b; true if another one of the same record follows. */
static bool csv_field(const struct sample_file *f, size_t *pos, uint32_t *line, struct buf *b)
{
    size_t i = *pos;
    bool quoted = i < f->n && f->s[i] == '"';
    buf_clear(b);
    i += quoted ? 1 : 0;
    while (i < f->n) {
        char c = f->s[i];
        if (quoted && c == '"') {
            if (i + 1 < f->n && f->s[i + 1] == '"') {
                i++;
            } else {
                quoted = false;
                i++;
                continue;
            }
        } else if (!quoted && (c == ',' || c == '\n')) {
            break;
        }
        *line += c == '\n';
        buf_putc(b, c);
        i++;
    }
    while (b->n > 0 && is_blank(b->s[b->n - 1]))
        b->s[--b->n] = '\0';
    bool more = i < f->n && f->s[i] == ',';
    *line += i < f->n && !more;
    *pos = i < f->n ? i + 1 : i;
    return more;
}

/* The number of the column so named in the header, or -1 with an error. */
static long csv_column(struct sample_file *f, size_t *pos, uint32_t *line, const char *column,
                       struct loc at)
{
    struct buf b = {0};
    const char *names[COLUMNS_MAX];
    size_t n = 0;
    long found = -1;
    for (bool more = true; more;) {
        more = csv_field(f, pos, line, &b);
        const char *name = b.n > 0 ? b.s : "";
        if (found < 0 && strcmp(name, column) == 0)
            found = (long)n;
        if (n < COLUMNS_MAX)
            names[n] = arena_strdup(f->a, name);
        n++;
    }
    buf_free(&b);
    if (found < 0) {
        const char *near = nearest(column, names, n < COLUMNS_MAX ? n : COLUMNS_MAX);
        diag_error(f->d, at, "E-file",
                   near != NULL ? arena_printf(f->a, "did you mean %s?", near) : NULL,
                   "%s has no column `%s`", f->path, column);
    }
    return found;
}

static bool read_csv(struct sample_file *f, size_t pos, const char *column, struct loc at)
{
    uint32_t line = 1;
    long want = csv_column(f, &pos, &line, column, at);
    struct buf b = {0};
    while (want >= 0 && pos < f->n) {
        uint32_t here = line;
        long k = 0;
        bool more = true, found = false, empty = false;
        for (; more; k++) {
            more = csv_field(f, &pos, &line, &b);
            empty = k == 0 && !more && b.n == 0;
            if (k == want && !empty) {
                file_value(f, b.n > 0 ? b.s : "", b.n, here);
                found = true;
            }
        }
        if (!found && !empty)
            file_error(f, here, NULL, "the line has too few columns");
    }
    buf_free(&b);
    return want >= 0;
}

bool expr_read_samples(struct arena *a, const char *dir, const char *name, struct loc at,
                       struct diags *d, struct expr *into)
{
    const char *hash = strrchr(name, '#');
    const char *path = hash != NULL ? arena_strndup(a, name, (size_t)(hash - name)) : name;
    if (path[0] != '/' && dir != NULL && dir[0] != '\0')
        path = arena_printf(a, "%s/%s", dir, path);
    struct sample_file f = {.a = a, .d = d, .path = path, .unit = UNIT_ZERO};
    bool good = file_read(&f, at);
    if (good) {
        size_t start = f.n >= 3 && memcmp(f.s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        if (hash != NULL)
            good = read_csv(&f, start, hash + 1, at);
        else
            read_lines(&f, start);
        if (good && f.errors == 0 && f.nv == 0) {
            diag_error(d, at, "E-file", NULL, "%s holds no values", path);
            good = false;
        }
    }
    if (f.errors > FILE_ERRORS)
        diag_error(d, at, "E-file", NULL, "%s: %u more lines are wrong", path,
                   f.errors - FILE_ERRORS);
    good = good && f.errors == 0;
    if (good) {
        double *v = NEW(a, double, f.nv);
        memcpy(v, f.v, f.nv * sizeof *v);
        into->sample = v;
        into->nsample = f.nv;
        into->unit = f.unit;
    }
    free(f.s);
    free(f.v);
    return good;
}
