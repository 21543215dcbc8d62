/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.c - tables that shrink and paragraphs that wrap; see layout.h. */
#include "reports/layout.h"
#include <string.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 30, GAP = 2, NAME_MIN = 8 };

/* ---- words ---- */

/* One code point at s and its length; U+FFFD for an invalid byte. */
static size_t decode(const char *s, uint32_t *cp)
{
    size_t n = buf_utf8(s, strnlen(s, 4), cp);
    if (n == 0)
        *cp = 0xfffd;
    return n ? n : 1;
}

static const char *ascii_for(uint32_t cp)
{
    static const struct {
        uint32_t cp;
        const char *ascii;
    } map[] = {{0xb7, "-"},    {0xb1, "+-"},   {0xb5, "u"},    {0x3bc, "u"},  {0x2026, "..."},
               {0x25c0, "<-"}, {0x2192, "->"}, {0x2013, "-"},  {0x2014, "-"}, {0x2018, "'"},
               {0x2019, "'"},  {0x201c, "\""}, {0x201d, "\""}, {0xd7, "x"},   {0xa0, " "},
               {0x2265, ">="}, {0x2264, "<="}};
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (map[i].cp == cp)
            return map[i].ascii;
    return "?";
}

const char *text_clean(struct arena *a, const struct report_look *look, const char *s)
{
    struct buf b = {0};
    while (*s) {
        uint32_t cp;
        size_t n = decode(s, &cp);
        if (cp == '\n' || cp == '\t' || cp == '\r')
            buf_putc(&b, ' ');
        else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 ||
                 (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
            buf_putc(&b, '?'); /* would move or hide what is shown */
        else if (cp < 0x80)
            buf_putc(&b, (char)cp);
        else if (!look->unicode)
            buf_puts(&b, ascii_for(cp));
        else if (cp == 0xfffd)
            buf_puts(&b, "\xef\xbf\xbd");
        else
            buf_put(&b, s, n);
        s += n;
    }
    const char *clean = arena_strndup(a, b.n ? b.s : "", b.n);
    buf_free(&b);
    return clean;
}

static size_t width_of(uint32_t cp)
{
    if ((cp >= 0x300 && cp <= 0x36f) || (cp >= 0x200b && cp <= 0x200f) || cp == 0xfe0f)
        return 0;
    return (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf) ||
                   (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0xf900 && cp <= 0xfaff) ||
                   (cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) ||
                   (cp >= 0xffe0 && cp <= 0xffe6) || (cp >= 0x1f300 && cp <= 0x1faff) ||
                   (cp >= 0x20000 && cp <= 0x3fffd)
               ? 2
               : 1;
}

size_t text_width(const char *clean)
{
    size_t w = 0;
    while (*clean) {
        uint32_t cp;
        clean += decode(clean, &cp);
        w += width_of(cp);
    }
    return w;
}

/* At most room columns of s, with an ellipsis where something had to go. */
static const char *text_cut(struct arena *a, const struct report_look *look, const char *s,
                            size_t room, bool keep_end)
{
    if (text_width(s) <= room)
        return s;
    const char *dots = look->unicode ? "…" : "..";
    size_t dw = text_width(dots);
    if (room <= dw)
        return arena_strndup(a, "..", room < 2 ? room : 2);
    if (keep_end) {
        uint32_t cp;
        while (*s && text_width(s) > room - dw)
            s += decode(s, &cp);
        return arena_printf(a, "%s%s", dots, s);
    }
    size_t n = 0, w = 0;
    for (uint32_t cp; s[n];) {
        size_t k = decode(s + n, &cp);
        if (w + width_of(cp) > room - dw)
            break;
        w += width_of(cp);
        n += k;
    }
    return arena_printf(a, "%.*s%s", (int)n, s, dots);
}

int look_width(const struct report_look *look)
{
    return look->width <= 0 ? WIDTH_DEFAULT : look->width < WIDTH_MIN ? WIDTH_MIN : look->width;
}

void style_begin(const struct report_look *look, enum style s, struct buf *out)
{
    static const char *const sgr[] = {"", "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[2m"};
    if (look->color)
        buf_puts(out, sgr[s]);
}

void style_end(const struct report_look *look, enum style s, struct buf *out)
{
    if (look->color && s != STYLE_PLAIN)
        buf_puts(out, "\x1b[0m");
}

struct para *para_add(struct paras *p, const char *fmt, ...)
{
    struct para *q = NEW(p->mem, struct para, 1);
    va_list ap;
    va_start(ap, fmt);
    q->text = arena_vprintf(p->mem, fmt, ap);
    va_end(ap);
    if (p->last)
        p->last->next = q;
    else
        p->first = q;
    p->last = q;
    return q;
}

static void line_begin(const struct report_look *look, enum style s, size_t blanks, struct buf *out)
{
    buf_fill(out, ' ', blanks);
    style_begin(look, s, out);
}

static void line_end(const struct report_look *look, enum style s, struct buf *out)
{
    style_end(look, s, out);
    buf_putc(out, '\n');
}

/* Is the word s[0..n) a number and the next one its unit? */
static bool unit_follows(const char *s, size_t n)
{
    static const char *const units[] = {"%", "ns", "us", "ms", "s"};
    if (s[n] != ' ' || s[n - 1] < '0' || s[n - 1] > '9')
        return false;
    size_t k = strcspn(s + n + 1, " ,.;:)");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (k == strlen(units[i]) && strncmp(s + n + 1, units[i], k) == 0)
            return true;
    return false;
}

void para_text(struct arena *a, const struct para *p, const struct report_look *look, int indent,
               struct buf *out)
{
    const char *lead = p->lead ? text_clean(a, look, p->lead) : "";
    size_t width = (size_t)look_width(look), left = (size_t)indent;
    size_t hang = left + (p->lead ? text_width(lead) + 1 : 0);
    const char *s = text_clean(a, look, p->text);
    line_begin(look, p->style, left, out);
    buf_puts(out, lead);
    if (p->lead)
        buf_putc(out, ' ');
    size_t at = hang;
    bool fresh = true;
    for (;;) {
        s += strspn(s, " ");
        size_t n = strcspn(s, " ");
        if (n == 0)
            break;
        if (unit_follows(s, n)) /* "12 %" and "12 ms" are not torn apart */
            n += 1 + strcspn(s + n + 1, " ");
        char *word = arena_strndup(a, s, n);
        size_t w = text_width(word);
        if (!fresh && at + 1 + w > width) {
            line_end(look, p->style, out);
            line_begin(look, p->style, hang, out);
            at = hang;
            fresh = true;
        }
        if (!fresh)
            buf_putc(out, ' ');
        if (w > width - hang) /* one word longer than a line: a path, kept by its end */
            buf_puts(out, text_cut(a, look, word, width - hang, true));
        else
            buf_puts(out, word);
        at += w + (fresh ? 0 : 1);
        fresh = false;
        s += n;
    }
    line_end(look, p->style, out);
}

/* ---- tables ---- */

struct table *table_new(struct arena *a, const char *title)
{
    struct table *t = NEW(a, struct table, 1);
    t->mem = a;
    t->title = title;
    return t;
}

uint32_t table_column(struct table *t, struct column c)
{
    bug_if(t->ncol == TABLE_MAXCOL);
    t->col[t->ncol] = c;
    return t->ncol++;
}

struct row *table_row(struct table *t)
{
    struct row *r = NEW(t->mem, struct row, 1);
    if (t->last)
        t->last->next = r;
    else
        t->first = r;
    t->last = r;
    return r;
}

/* What the layout of one table has come to. */
struct fit {
    size_t heading[TABLE_MAXCOL], value[TABLE_MAXCOL], interval[TABLE_MAXCOL];
    bool shown[TABLE_MAXCOL], intervals[TABLE_MAXCOL];
    size_t mark;
};

static size_t size_max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Clean every string once and take the widths. */
static void fit_measure(struct table *t, const struct report_look *look, struct fit *f)
{
    for (uint32_t c = 0; c < t->ncol; c++) {
        t->col[c].heading = text_clean(t->mem, look, t->col[c].heading);
        f->heading[c] = text_width(t->col[c].heading);
        f->value[c] = t->col[c].left ? f->heading[c] : 1;
        f->shown[c] = true;
    }
    for (struct row *r = t->first; r; r = r->next) {
        if (r->span)
            r->span = text_clean(t->mem, look, r->span);
        if (r->mark) {
            r->mark = text_clean(t->mem, look, r->mark);
            f->mark = size_max(f->mark, text_width(r->mark));
        }
        for (uint32_t c = 0; c < t->ncol; c++) {
            struct cell *x = &r->cell[c];
            if (x->value) {
                x->value = text_clean(t->mem, look, x->value);
                f->value[c] = size_max(f->value[c], text_width(x->value));
            }
            if (x->interval) {
                x->interval = text_clean(t->mem, look, x->interval);
                f->interval[c] = size_max(f->interval[c], text_width(x->interval));
                f->intervals[c] = true;
            }
        }
    }
}

/* A heading may reach over the intervals; where there are none it widens the values. */
static size_t fit_value(const struct fit *f, uint32_t c)
{
    return f->intervals[c] ? f->value[c] : size_max(f->value[c], f->heading[c]);
}

static size_t fit_column(const struct fit *f, uint32_t c)
{
    size_t w = fit_value(f, c) + (f->intervals[c] ? 1 + f->interval[c] : 0);
    return size_max(w, f->heading[c]);
}

static size_t fit_total(const struct table *t, const struct fit *f)
{
    size_t w = f->mark ? f->mark + GAP : 0;
    for (uint32_t c = 0; c < t->ncol; c++)
        if (f->shown[c])
            w += (c ? GAP : 0) + fit_column(f, c);
    return w;
}

/* Take away the least important thing that is still there; false if all that may go has gone. */
static bool fit_drop(const struct table *t, struct fit *f)
{
    uint8_t most = 0;
    bool *what = NULL;
    for (uint32_t c = 0; c < t->ncol; c++) {
        if (!f->shown[c])
            continue;
        if (t->col[c].drop > most) {
            most = t->col[c].drop;
            what = &f->shown[c];
        }
        if (f->intervals[c] && t->col[c].drop_interval > most) {
            most = t->col[c].drop_interval;
            what = &f->intervals[c];
        }
    }
    if (what)
        *what = false;
    return what != NULL;
}

/* Names give way last: the widest column of words is narrowed. */
static void fit_narrow(const struct table *t, struct fit *f, size_t width)
{
    while (fit_total(t, f) > width) {
        uint32_t widest = t->ncol;
        for (uint32_t c = 0; c < t->ncol; c++)
            if (f->shown[c] && t->col[c].left &&
                (widest == t->ncol || f->value[c] > f->value[widest]))
                widest = c;
        if (widest == t->ncol || f->value[widest] <= NAME_MIN)
            return;
        f->value[widest]--;
        f->heading[widest] =
            f->heading[widest] < f->value[widest] ? f->heading[widest] : f->value[widest];
    }
}

static void put_padded(struct buf *out, const char *s, size_t width, bool left)
{
    size_t w = text_width(s), blanks = width > w ? width - w : 0;
    if (!left)
        buf_fill(out, ' ', blanks);
    buf_puts(out, s);
    if (left)
        buf_fill(out, ' ', blanks);
}

static void trim_right(struct buf *line)
{
    while (line->n && line->s[line->n - 1] == ' ')
        line->s[--line->n] = '\0';
}

static void heading_text(const struct table *t, const struct report_look *look, const struct fit *f,
                         struct buf *out)
{
    struct buf line = {0};
    for (uint32_t c = 0; c < t->ncol; c++) {
        if (!f->shown[c])
            continue;
        if (c)
            buf_fill(&line, ' ', GAP);
        const char *h = text_cut(t->mem, look, t->col[c].heading, f->heading[c], false);
        size_t over = size_max(fit_value(f, c), f->heading[c]);
        put_padded(&line, h, over, t->col[c].left);
        buf_fill(&line, ' ', fit_column(f, c) - over);
    }
    trim_right(&line);
    style_begin(look, STYLE_HEAD, out);
    if (line.n)
        buf_put(out, line.s, line.n);
    style_end(look, STYLE_HEAD, out);
    buf_putc(out, '\n');
    buf_free(&line);
}

/* Blanks are owed until something follows them, so that no line ends in one, coloured or not. */
static void put_owed(struct buf *out, size_t *owed)
{
    buf_fill(out, ' ', *owed);
    *owed = 0;
}

static void cell_put(const struct table *t, const struct report_look *look, const struct fit *f,
                     const struct row *r, uint32_t c, size_t *owed, struct buf *out)
{
    const struct cell *x = &r->cell[c];
    const char *s = x->value ? x->value : "";
    size_t room = fit_value(f, c);
    s = text_cut(t->mem, look, s, room, t->col[c].keep_end);
    size_t w = text_width(s), blanks = room > w ? room - w : 0;
    *owed += t->col[c].left ? 0 : blanks;
    if (w) {
        put_owed(out, owed);
        style_begin(look, r->style, out);
        buf_puts(out, s);
        style_end(look, r->style, out);
    }
    *owed += t->col[c].left ? blanks : 0;
    if (!f->intervals[c])
        return;
    const char *v = x->interval ? x->interval : "";
    *owed += 1;
    if (*v) {
        put_owed(out, owed);
        style_begin(look, STYLE_DIM, out);
        buf_puts(out, v);
        style_end(look, STYLE_DIM, out);
    }
    *owed += fit_column(f, c) - room - 1 - text_width(v);
}

static void row_text(const struct table *t, const struct report_look *look, const struct fit *f,
                     const struct row *r, struct buf *out)
{
    size_t owed = 0;
    for (uint32_t c = 0; c < t->ncol; c++) {
        if (!f->shown[c])
            continue;
        owed += c ? GAP : 0;
        if (c && r->span)
            break;
        cell_put(t, look, f, r, c, &owed, out);
    }
    const char *end = r->span ? r->span : r->mark;
    if (end) {
        size_t used = f->value[0] + GAP, width = (size_t)look_width(look);
        put_owed(out, r->span ? &owed : (owed += GAP, &owed));
        style_begin(look, r->style, out);
        buf_puts(out,
                 r->span && width > used ? text_cut(t->mem, look, end, width - used, false) : end);
        style_end(look, r->style, out);
    }
    buf_putc(out, '\n');
}

void table_text(struct table *t, const struct report_look *look, struct buf *out)
{
    struct fit f = {0};
    fit_measure(t, look, &f);
    size_t width = (size_t)look_width(look);
    while (fit_total(t, &f) > width && fit_drop(t, &f)) {
    }
    fit_narrow(t, &f, width);
    if (t->title) {
        style_begin(look, STYLE_HEAD, out);
        buf_puts(out, text_cut(t->mem, look, text_clean(t->mem, look, t->title), width, false));
        style_end(look, STYLE_HEAD, out);
        buf_putc(out, '\n');
    }
    heading_text(t, look, &f, out);
    for (const struct row *r = t->first; r; r = r->next)
        row_text(t, look, &f, r, out);
}
