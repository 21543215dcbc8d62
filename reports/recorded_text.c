/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_text.c - recorded traces for people: for the terminal, and as Markdown. */
#include "reports/layout.h"
#include "reports/md.h"
#include "reports/recorded.h"

enum { INDENT = 2, CELL = 60 };

static void paras_put(const struct paras *p, const struct report_look *look, struct buf *out)
{
    for (const struct para *q = p->first; q; q = q->next) {
        buf_putc(out, '\n');
        para_text(p->mem, q, look, INDENT, out);
    }
}

void recorded_text(const struct recorded_result *r, const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a};
    struct para title = {.style = STYLE_HEAD, .text = r->store};
    struct para setting = {.text = recorded_setting(a, r)};
    uint32_t left = 0;
    if (look->verbosity >= 0) {
        para_text(a, &title, look, 0, out);
        para_text(a, &setting, look, 0, out);
        buf_putc(out, '\n');
    }
    if (r->one) {
        struct table *path = recorded_path(a, r);
        recorded_gantt(a, r, look, out);
        if (path) {
            buf_putc(out, '\n');
            table_text(path, look, out);
        }
    } else {
        table_text(recorded_requests(a, r), look, out);
        buf_putc(out, '\n');
        table_text(recorded_ops(a, r, &left), look, out);
    }
    if (look->verbosity >= 0) {
        recorded_sentences(&said, r, left);
        paras_put(&said, look, out);
    }
    arena_drop(a);
}

void recorded_md(const struct recorded_result *r, const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a};
    uint32_t left = 0;
    (void)look;
    md_head(a, r->store, recorded_setting(a, r), out);
    if (r->one) {
        md_table(recorded_path(a, r), out);
    } else {
        md_table(recorded_requests(a, r), out);
        md_table(recorded_ops(a, r, &left), out);
    }
    recorded_sentences(&said, r, left);
    md_paras(&said, out);
    arena_drop(a);
}

/* ---- rows of a statement ---- */

static const char *cell_of(const struct recorded_rows *t, uint32_t row, uint32_t col)
{
    const char *s = t->cell[(size_t)row * t->ncol + col];
    return s ? s : "-";
}

static void padded(const char *s, int width, bool right, bool last, struct buf *out)
{
    int gap = width - (int)text_width(s);
    if (right && gap > 0)
        buf_fill(out, ' ', (size_t)gap);
    buf_puts(out, s);
    if (!right && !last && gap > 0)
        buf_fill(out, ' ', (size_t)gap);
    if (!last)
        buf_puts(out, "  ");
}

/* At most CELL columns of s, clean. */
static const char *shown(struct arena *a, const struct report_look *look, const char *s)
{
    const char *clean = text_clean(a, look, s);
    size_t n = 0, len;
    uint32_t code;
    if (text_width(clean) <= CELL)
        return clean;
    for (int w = 0; w < CELL - 2 && (len = buf_utf8(clean + n, 4, &code)) > 0; w++)
        n += len;
    return arena_printf(a, "%.*s..", (int)n, clean);
}

void recorded_rows_text(const struct recorded_rows *t, const struct report_look *look,
                        struct buf *out)
{
    struct arena *a = arena_new(0);
    const char **v = NEW(a, const char *, ((size_t)t->nrow + 1) * t->ncol);
    int *width = NEW(a, int, t->ncol);
    for (uint32_t i = 0; i <= t->nrow; i++) {
        for (uint32_t k = 0; k < t->ncol; k++) {
            const char *s = shown(a, look, i ? cell_of(t, i - 1, k) : t->name[k]);
            int w = (int)text_width(s);
            v[(size_t)i * t->ncol + k] = s;
            width[k] = w > width[k] ? w : width[k];
        }
    }
    for (uint32_t i = 0; i <= t->nrow; i++) {
        if (i == 0)
            style_begin(look, STYLE_HEAD, out);
        for (uint32_t k = 0; k < t->ncol; k++)
            padded(v[(size_t)i * t->ncol + k], width[k], t->number[k], k + 1 == t->ncol, out);
        if (i == 0)
            style_end(look, STYLE_HEAD, out);
        buf_putc(out, '\n');
    }
    arena_drop(a);
}

static void md_cell(const char *s, struct buf *out)
{
    buf_puts(out, " ");
    for (; *s; s++) {
        if (*s == '|' || *s == '\\' || *s == '`' || *s == '*' || *s == '_' || *s == '<')
            buf_putc(out, '\\');
        buf_putc(out, (unsigned char)*s < ' ' ? ' ' : *s);
    }
    buf_puts(out, " |");
}

void recorded_rows_md(const struct recorded_rows *t, struct buf *out)
{
    buf_putc(out, '|');
    for (uint32_t k = 0; k < t->ncol; k++)
        md_cell(t->name[k], out);
    buf_puts(out, "\n|");
    for (uint32_t k = 0; k < t->ncol; k++)
        buf_puts(out, t->number[k] ? " ---: |" : " --- |");
    buf_putc(out, '\n');
    for (uint32_t i = 0; i < t->nrow; i++) {
        buf_putc(out, '|');
        for (uint32_t k = 0; k < t->ncol; k++)
            md_cell(cell_of(t, i, k), out);
        buf_putc(out, '\n');
    }
}
