/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diag.c - keeps diagnostics sorted by place, and draws them over their source line.
 *
 * Lines end where YAML 1.1 ends them (LF, CR, CR LF, NEL, LS, PS) and a byte order mark at the
 * start is no column, so that a place from the YAML reader is found again.  Nothing taken from a
 * file can steer the terminal: controls and bidirectional marks are shown as '?'. */
#include "base/diag.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 100, WORD_MAX_BYTES = 64, GUTTER = 5 };

struct source {
    const char *name, *text;
    size_t n;
};
struct diags {
    struct arena *mem;
    struct source *file; /* file i is file[i - 1] */
    uint32_t nfile, file_cap;
    uint32_t n, errors, dropped;
    struct diag v[DIAG_MAX];
};

struct diags *diags_new(struct arena *a)
{
    struct diags *d = NEW(a, struct diags, 1);
    d->mem = a;
    return d;
}

uint32_t diag_file(struct diags *d, const char *name, const char *text, size_t n)
{
    /* A text that is read again is the same file, so that what is wrong with it is said once. */
    for (uint32_t i = 0; i < d->nfile && text && n; i++)
        if (d->file[i].text == text && d->file[i].n == n && strcmp(d->file[i].name, name) == 0)
            return i + 1;
    if (d->nfile == d->file_cap) {
        uint32_t cap = d->file_cap ? d->file_cap * 2 : 8;
        struct source *more = NEW(d->mem, struct source, cap);
        if (d->nfile)
            memcpy(more, d->file, d->nfile * sizeof *more);
        d->file = more;
        d->file_cap = cap;
    }
    d->file[d->nfile] = (struct source){arena_strdup(d->mem, name), text ? text : "", n};
    return ++d->nfile;
}

const char *diag_file_name(const struct diags *d, uint32_t file)
{
    bug_if(file > d->nfile);
    return file ? d->file[file - 1].name : "";
}

static int loc_compare(struct loc a, struct loc b)
{
    if (a.file != b.file)
        return a.file < b.file ? -1 : 1;
    if (a.line != b.line)
        return a.line < b.line ? -1 : 1;
    if (a.col != b.col)
        return a.col < b.col ? -1 : 1;
    return 0;
}

/* Make room among DIAG_MAX: an error may push out the last warning or note, so that what decides
 * the exit status is always shown. */
static bool diags_make_room(struct diags *d, enum severity sev)
{
    if (d->n < DIAG_MAX)
        return true;
    d->dropped++;
    if (sev != DIAG_ERROR)
        return false;
    for (uint32_t i = d->n; i-- > 0;) {
        if (d->v[i].sev == DIAG_ERROR)
            continue;
        memmove(d->v + i, d->v + i + 1, (d->n - i - 1) * sizeof *d->v);
        d->n--;
        return true;
    }
    return false;
}

/* Index behind the last diag whose place is not after at: equal places keep the order of adding. */
static uint32_t diags_slot(const struct diags *d, struct loc at)
{
    uint32_t i = d->n;
    while (i > 0 && loc_compare(d->v[i - 1].at, at) > 0)
        i--;
    return i;
}

static bool diags_know(const struct diags *d, struct loc at, const char *id, const char *text)
{
    for (uint32_t i = diags_slot(d, at); i > 0 && loc_compare(d->v[i - 1].at, at) == 0; i--)
        if (!strcmp(d->v[i - 1].id, id) && !strcmp(d->v[i - 1].text, text))
            return true;
    return false;
}

void diag_add(struct diags *d, struct loc at, enum severity sev, const char *id, const char *hint,
              const char *fmt, ...)
{
    bug_if(at.file > d->nfile);
    /* Not in the arena yet: a million repeated or surplus diags must not fill it. */
    struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    if (!diags_know(d, at, id, text.s)) {
        d->errors += sev == DIAG_ERROR;
        if (diags_make_room(d, sev)) {
            uint32_t to = diags_slot(d, at);
            memmove(d->v + to + 1, d->v + to, (d->n - to) * sizeof *d->v);
            d->v[to] = (struct diag){at, sev, id, arena_strdup(d->mem, text.s),
                                     hint ? arena_strdup(d->mem, hint) : NULL};
            d->n++;
        }
    }
    buf_free(&text);
}

static uint32_t file_adopt(struct diags *d, const struct source *f)
{
    for (uint32_t i = 0; i < d->nfile; i++)
        if (d->file[i].n == f->n && strcmp(d->file[i].name, f->name) == 0 &&
            (f->n == 0 || memcmp(d->file[i].text, f->text, f->n) == 0))
            return i + 1;
    return diag_file(d, f->name, arena_strndup(d->mem, f->text, f->n), f->n);
}

bool diags_adopt(struct diags *into, const struct diags *from, uint32_t i, const char *append)
{
    const struct diag *e = diags_get(from, i);
    struct loc at = e->at;
    if (at.file)
        at.file = file_adopt(into, &from->file[at.file - 1]);
    uint32_t before = into->n + into->dropped + into->errors;
    diag_add(into, at, e->sev, e->id, e->hint, "%s%s", e->text, append);
    return into->n + into->dropped + into->errors != before;
}

uint32_t diags_errors(const struct diags *d)
{
    return d->errors;
}

uint32_t diags_count(const struct diags *d)
{
    return d->n;
}

const struct diag *diags_get(const struct diags *d, uint32_t i)
{
    bug_if(i >= d->n);
    return &d->v[i];
}

/* ---- drawing ---- */

/* Bytes of the line break at s; 0: none there. */
static size_t line_break(const char *s, size_t n)
{
    if (n >= 2 && s[0] == '\r' && s[1] == '\n')
        return 2;
    if (n >= 1 && (s[0] == '\n' || s[0] == '\r'))
        return 1;
    if (n >= 2 && !memcmp(s, "\xc2\x85", 2))
        return 2;
    if (n >= 3 && (!memcmp(s, "\xe2\x80\xa8", 3) || !memcmp(s, "\xe2\x80\xa9", 3)))
        return 3;
    return 0;
}

/* The line last drawn, and where in it the part that was shown began.  Diags are sorted by place:
 * going on from here makes the drawing of all of them one pass over the text. */
struct view {
    const struct source *f; /* NULL: nothing drawn yet */
    uint32_t line;
    const char *s; /* the line without its break */
    size_t n;
    bool counted; /* chars is known */
    size_t chars;
    size_t from, from_byte; /* the start of the part: characters, bytes */
};

static void view_begin(struct view *v, const struct source *f, const char *s, uint32_t line)
{
    const char *end = f->text + f->n, *q = s;
    while (q < end && line_break(q, (size_t)(end - q)) == 0)
        q++;
    *v = (struct view){.f = f, .line = line, .s = s, .n = (size_t)(q - s)};
}

/* Go to a line; false: the file has no such line. */
static bool view_line(struct view *v, const struct source *f, uint32_t line)
{
    if (line == 0)
        return false;
    if (v->f != f || v->line > line) {
        bool mark = f->n >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3);
        view_begin(v, f, f->text + (mark ? 3 : 0), 1);
    }
    while (v->line < line) {
        const char *end = f->text + f->n, *q = v->s + v->n;
        if (q == end)
            return false;
        view_begin(v, f, q + line_break(q, (size_t)(end - q)), v->line + 1);
    }
    return true;
}

/* Bytes of the character at s, which are 1 if it is ill-formed, and how to show it. */
static size_t glyph(const char *s, size_t n, uint32_t *c)
{
    size_t len = buf_utf8(s, n, c);
    bool hostile = len == 0 || (*c < 0x20 && *c != '\t') || (*c >= 0x7f && *c < 0xa0) ||
                   *c == 0x061c || (*c >= 0x200e && *c <= 0x200f) ||
                   (*c >= 0x2028 && *c <= 0x202e) || (*c >= 0x2066 && *c <= 0x2069) || *c == 0xfeff;
    if (hostile)
        *c = '?';
    return len ? len : 1;
}

/* Terminal columns: the large blocks of Unicode's East Asian Width and of combining marks. */
static size_t glyph_width(uint32_t c)
{
    static const struct {
        uint32_t from, to;
        size_t width;
    } block[] = {
        {0x300, 0x36f, 0},     {0x1100, 0x115f, 2},   {0x200b, 0x200d, 0},   {0x20d0, 0x20ff, 0},
        {0x2e80, 0x303e, 2},   {0x3041, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
        {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
        {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; i < sizeof block / sizeof block[0]; i++)
        if (c >= block[i].from && c <= block[i].to)
            return block[i].width;
    return 1;
}

static void put_glyph(struct buf *out, const char *s, size_t len, uint32_t c)
{
    if (c == '?')
        buf_putc(out, '?');
    else
        buf_put(out, s, len);
}

/* A message may quote the user's text: it stays on one line and cannot steer the terminal. */
static void put_clean(struct buf *out, const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t c;
        len = glyph(s + i, n - i, &c);
        put_glyph(out, s + i, len, c);
    }
}

/* Choose the part of the line that is shown, which is all of it unless it is long, and go to its
 * start.  Returns its end, in characters. */
static size_t view_part(struct view *v, size_t caret)
{
    uint32_t c;
    if (!v->counted)
        for (size_t i = 0; i < v->n; i += glyph(v->s + i, v->n - i, &c))
            v->chars++;
    v->counted = true;
    size_t from = v->chars > WINDOW && caret > WINDOW / 2 ? caret - WINDOW / 2 : 0;
    if (v->chars > WINDOW && from > v->chars - WINDOW)
        from = v->chars - WINDOW;
    if (from < v->from)
        v->from = v->from_byte = 0;
    for (; v->from < from; v->from++)
        v->from_byte += glyph(v->s + v->from_byte, v->n - v->from_byte, &c);
    return v->chars > WINDOW ? from + WINDOW : v->chars;
}

/* Write the shown part of the line to out, and to under what stands below it. */
static void draw_line(struct buf *out, struct buf *under, struct view *v, struct loc at)
{
    size_t caret = at.col ? at.col - 1 : 0, len = at.len ? at.len : 1;
    size_t to = view_part(v, caret), k = v->from;
    if (caret > v->chars)
        caret = v->chars;
    if (v->from > 0) {
        buf_puts(out, "...");
        buf_puts(under, "   ");
    }
    for (size_t i = v->from_byte, bytes; i < v->n && k < to; i += bytes, k++) {
        uint32_t c;
        bytes = glyph(v->s + i, v->n - i, &c);
        put_glyph(out, v->s + i, bytes, c);
        if (k >= caret && k - caret < len)
            buf_fill(under, '^', glyph_width(c));
        else if (k < caret && c == '\t')
            buf_putc(under, '\t');
        else if (k < caret)
            buf_fill(under, ' ', glyph_width(c));
    }
    if (caret == v->chars)
        buf_putc(under, '^');
    if (to < v->chars)
        buf_puts(out, "...");
}

/* "    7 |   the line" and "      |       ^^^^". */
static void print_snippet(struct buf *out, struct view *v, const struct source *f, struct loc at)
{
    if (!view_line(v, f, at.line))
        return;
    struct buf under = {0};
    size_t start = out->n;
    buf_printf(out, "%*" PRIu32, (int)GUTTER, at.line);
    size_t gutter = out->n - start;
    buf_puts(out, v->n ? " | " : " |");
    draw_line(out, &under, v, at);
    buf_putc(out, '\n');
    buf_fill(out, ' ', gutter);
    buf_puts(out, " | ");
    buf_put(out, under.s, under.n);
    buf_putc(out, '\n');
    buf_free(&under);
}

static void print_diag(const struct diags *d, const struct diag *e, struct view *v, struct buf *out,
                       bool color)
{
    static const char *const word[] = {"note", "warning", "error"};
    static const char *const paint[] = {"\033[1;36m", "\033[1;33m", "\033[1;31m"};
    if (e->at.file) {
        buf_puts(out, color ? "\033[1m" : "");
        put_clean(out, diag_file_name(d, e->at.file));
        if (e->at.line)
            buf_printf(out, ":%" PRIu32, e->at.line);
        if (e->at.line && e->at.col)
            buf_printf(out, ":%" PRIu32, e->at.col);
        buf_puts(out, color ? ":\033[0m " : ": ");
    }
    buf_printf(out, "%s%s[%s]%s: ", color ? paint[e->sev] : "", word[e->sev], e->id,
               color ? "\033[0m" : "");
    put_clean(out, e->text);
    buf_putc(out, '\n');
    if (e->at.file)
        print_snippet(out, v, &d->file[e->at.file - 1], e->at);
    if (e->hint) {
        buf_fill(out, ' ', GUTTER + 1);
        buf_puts(out, "= help: ");
        put_clean(out, e->hint);
        buf_putc(out, '\n');
    }
}

static void print_count(struct buf *out, uint32_t n, const char *what, const char *before)
{
    if (n)
        buf_printf(out, "%s%" PRIu32 " %s%s", before, n, what, n == 1 ? "" : "s");
}

void diags_print(struct diags *d, struct buf *out, bool color)
{
    uint32_t count[DIAG_ERROR + 1] = {0};
    struct view v = {0};
    for (uint32_t i = 0; i < d->n; i++) {
        print_diag(d, &d->v[i], &v, out, color);
        count[d->v[i].sev]++;
    }
    if (count[DIAG_ERROR] + count[DIAG_WARNING] + d->dropped == 0)
        return;
    print_count(out, count[DIAG_ERROR], "error", "");
    print_count(out, count[DIAG_WARNING], "warning", count[DIAG_ERROR] ? ", " : "");
    bool any = count[DIAG_ERROR] + count[DIAG_WARNING] > 0;
    if (d->dropped)
        buf_printf(out, "%s(%" PRIu32 " more not shown)", any ? " " : "", d->dropped);
    buf_putc(out, '\n');
}

/* ---- spelling ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance in bytes, a swap of neighbours counting one (optimal string alignment). */
static size_t edit_distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[3][WORD_MAX_BYTES + 1];
    for (size_t j = 0; j <= nb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *now = row[i % 3];
        const size_t *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[na % 3][nb];
}

const char *nearest(const char *word, const char *const *candidates, size_t n)
{
    size_t len = strlen(word);
    if (len == 0 || len > WORD_MAX_BYTES)
        return NULL;
    /* One slip in three letters is a slip; and something of the word must remain. */
    size_t best = least((len + 2) / 3, len - 1) + 1;
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]);
        if (m > WORD_MAX_BYTES)
            continue;
        size_t distance = edit_distance(word, len, candidates[i], m);
        if (distance < best) {
            best = distance;
            found = candidates[i];
        }
    }
    return found;
}

/* ---- the other two ways out ---- */

void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fflush(stdout);
    fputs("error: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(4);
}

void bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: bug: %s\n", file, line, what);
    abort();
}
