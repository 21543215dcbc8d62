/* SPDX-License-Identifier: GPL-3.0-or-later */
/* md.c - a run as GitHub Markdown, for pull requests: the tables and sentences of the text report.
 * What comes from the model is escaped, so that a name cannot become markup. */
#include "reports/md.h"
#include "reports/sweep.h"
#include <string.h>

static const struct report_look md_look = {.width = 1 << 20, .unicode = true};

/* Sentences set names in back-quotes, within which nothing is markup and nothing may be escaped; an
 * unpaired one is a character like others.  A cell has no such spans. */
static void escaped_put(struct arena *a, const char *s, bool spans, struct buf *out)
{
    bool code = false;
    for (s = text_clean(a, &md_look, s); *s; s++) {
        if (*s == '`' && spans && (code || strchr(s + 1, '`')))
            code = !code;
        else if (code)
            ;
        else if (*s == '<') {
            buf_puts(out, "&lt;");
            continue;
        } else if (*s == '@') { /* nobody is to be called in by a report */
            buf_puts(out, "&#64;");
            continue;
        } else if (strchr("\\|*_[#~`&", *s))
            buf_putc(out, '\\');
        buf_putc(out, *s);
    }
}

static size_t trimmed(const char *s)
{
    size_t n = strlen(s);
    while (n && s[n - 1] == ' ')
        n--;
    return n;
}

static void cell_put(struct arena *a, const struct row *r, uint32_t c, uint32_t last,
                     struct buf *out)
{
    const struct cell *x = &r->cell[c];
    const char *value = c == 1 && r->span ? r->span : x->value;
    bool bold = c == 0 && r->style == STYLE_GOOD;
    buf_puts(out, bold ? " **" : " ");
    if (value) /* blanks for alignment are of no use here */
        escaped_put(a, arena_strndup(a, value, trimmed(value)), false, out);
    if (x->interval) {
        buf_putc(out, ' ');
        escaped_put(a, x->interval, false, out);
    }
    if (bold)
        buf_puts(out, "**");
    if (c == last && r->mark) {
        buf_putc(out, ' ');
        escaped_put(a, r->mark, false, out);
    }
    buf_puts(out, " |");
}

void md_table(const struct table *t, struct buf *out)
{
    if (!t)
        return;
    if (t->title) {
        buf_puts(out, "\n**");
        escaped_put(t->mem, t->title, false, out);
        buf_puts(out, "**\n");
    }
    buf_puts(out, "\n|");
    for (uint32_t c = 0; c < t->ncol; c++) {
        buf_putc(out, ' ');
        escaped_put(t->mem, t->col[c].heading, false, out);
        buf_puts(out, " |");
    }
    buf_puts(out, "\n|");
    for (uint32_t c = 0; c < t->ncol; c++)
        buf_puts(out, t->col[c].left ? " --- |" : " ---: |");
    buf_putc(out, '\n');
    for (const struct row *r = t->first; r; r = r->next) {
        buf_putc(out, '|');
        for (uint32_t c = 0; c < t->ncol; c++)
            cell_put(t->mem, r, c, t->ncol - 1, out);
        buf_putc(out, '\n');
    }
}

void md_paras(const struct paras *p, struct buf *out)
{
    bool listed = false;
    for (const struct para *q = p->first; q; q = q->next) {
        if (!(listed && q->lead))
            buf_putc(out, '\n');
        listed = q->lead != NULL;
        if (listed)
            buf_printf(out, "%s ", q->lead);
        escaped_put(p->mem, q->text, true, out);
        buf_putc(out, '\n');
    }
}

static void asked_md(struct arena *a, const struct run_result *r, struct buf *out)
{
    struct winners v = verdict_make(a, r);
    md_table(view_exceed(a, r), out);
    for (uint32_t i = 0; i < r->nexec; i++) {
        struct paras why = {.mem = a};
        if (r->exec[i].nhalved == 0 || i != v.best)
            continue;
        md_table(view_gain(a, r, i, true), out);
        prose_gain(&why, r, i);
        md_paras(&why, out);
    }
    for (uint32_t i = 0, n; (n = what_if_group(r, i)) > 0; i += n) {
        struct paras why = {.mem = a};
        md_table(view_what_if(a, r, i, n), out);
        prose_what_if(&why, r, i, n);
        md_paras(&why, out);
    }
}

void md_head(struct arena *a, const char *title, const char *setting, struct buf *out)
{
    buf_puts(out, "### ");
    escaped_put(a, title, true, out);
    md_para(a, setting, out);
}

void md_para(struct arena *a, const char *text, struct buf *out)
{
    buf_puts(out, out->n && out->s[out->n - 1] != '\n' ? "\n\n" : "\n");
    escaped_put(a, text, true, out);
    buf_putc(out, '\n');
}

static void md_run(const struct run_result *r, const struct diags *d,
                   const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a}, assumed = {.mem = a};
    md_head(a, prose_title(a, r), prose_setting(a, r), out);
    md_table(view_comparison(a, r), out);
    prose_trouble(&said, r, d);
    prose_reasons(&said, r);
    prose_warnings(&said, r);
    md_paras(&said, out);
    asked_md(a, r, out);
    uint32_t best = verdict_make(a, r).best;
    if (best < r->nexec)
        md_table(view_critical(a, r, best, false), out);
    md_table(view_outcomes(a, r), out);
    md_table(view_classes(a, r), out);
    md_table(view_resources(a, r), out);
    md_table(view_usage(a, r), out);
    prose_assumptions(&assumed, r, look->verbosity);
    md_paras(&assumed, out);
    arena_drop(a);
}

const struct report report_md = {"md", ".md", "tables for a pull request", md_run, sweep_md};
