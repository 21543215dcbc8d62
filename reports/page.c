/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.c - the HTML of the report: head, sections, tables, figures; see page.h.  Every text goes
 * through svg_escape(); the result is well-formed XML, too. */
#include "reports/page.h"
#include <string.h>

enum { WIDE = 860, NARROW = 360, SERIES = 6 };

const char *series_class(struct arena *a, const char *more, uint32_t exec)
{
    return arena_printf(a, "%s%ss%u", more, *more ? " " : "", (unsigned)(exec % SERIES));
}

const char *path_short(const char *path)
{
    return strncmp(path, "request/", 8) == 0 ? path + 8 : path;
}

void page_raw(struct page *p, const char *html)
{
    buf_puts(&p->body, html);
}

void page_text(struct page *p, const char *tag, const char *cls, const char *text)
{
    buf_printf(&p->body, "<%s", tag);
    if (cls)
        buf_printf(&p->body, " class=\"%s\"", cls);
    buf_putc(&p->body, '>');
    svg_escape(p->mem, &p->body, text);
    buf_printf(&p->body, "</%s>\n", tag);
}

void page_section(struct page *p, const char *id, const char *title)
{
    buf_printf(&p->body, "<section aria-labelledby=\"%s%s\">\n<h2 id=\"%s%s\">", p->prefix, id,
               p->prefix, id);
    svg_escape(p->mem, &p->body, title);
    buf_puts(&p->body, "</h2>\n");
    buf_printf(&p->nav, "<li><a href=\"#%s%s\">", p->prefix, id);
    svg_escape(p->mem, &p->nav, title);
    buf_puts(&p->nav, "</a></li>\n");
}

void page_section_end(struct page *p)
{
    buf_puts(&p->body, "</section>\n");
}

void page_details(struct page *p, const char *summary)
{
    page_raw(p, "<details>\n");
    page_text(p, "summary", NULL, summary);
}

void page_details_end(struct page *p)
{
    page_raw(p, "</details>\n");
}

/* ---- words ---- */

/* Names in back-quotes become code; an unpaired one is a character like others. */
static void spans_put(struct page *p, const char *s)
{
    const char *open, *close;
    while ((open = strchr(s, '`')) && (close = strchr(open + 1, '`'))) {
        svg_escape(p->mem, &p->body, arena_strndup(p->mem, s, (size_t)(open - s)));
        buf_puts(&p->body, "<code>");
        svg_escape(p->mem, &p->body, arena_strndup(p->mem, open + 1, (size_t)(close - open - 1)));
        buf_puts(&p->body, "</code>");
        s = close + 1;
    }
    svg_escape(p->mem, &p->body, s);
}

void page_paras(struct page *p, const char *cls, const struct para *first, const struct para *end)
{
    for (const struct para *q = first; q && q != end; q = q->next) {
        bool listed = q->lead != NULL;
        const char *kind = q->style == STYLE_BAD ? "bad" : cls;
        buf_printf(&p->body, "<p%s%s%s>", kind || listed ? " class=\"" : "",
                   listed ? "item"
                   : kind ? kind
                          : "",
                   kind || listed ? "\"" : "");
        if (listed) {
            svg_escape(p->mem, &p->body, q->lead);
            buf_putc(&p->body, ' ');
        }
        spans_put(p, q->text);
        buf_puts(&p->body, "</p>\n");
    }
}

/* ---- tables ---- */

/* Headings that shout in a terminal need not do so here. */
static const char *heading_text(struct arena *a, const char *s)
{
    for (const char *c = s; *c; c++)
        if (!(*c >= 'A' && *c <= 'Z'))
            return s;
    char *low = arena_strdup(a, s);
    for (char *c = low; *c; c++)
        *c = (char)(*c - 'A' + 'a');
    return low;
}

static void table_cell(struct page *p, const struct table *t, const struct row *r, uint32_t c)
{
    const struct cell *x = &r->cell[c];
    const char *value = x->value ? x->value : "";
    if (c == 0)
        buf_puts(&p->body, "<th scope=\"row\">");
    else if (c == 1 && r->span)
        buf_printf(&p->body, "<td colspan=\"%u\">", (unsigned)t->ncol - 1);
    else
        buf_puts(&p->body, t->col[c].left ? "<td>" : "<td class=\"num\">");
    svg_escape(p->mem, &p->body, c == 1 && r->span ? r->span : value);
    if (x->interval && !(c == 1 && r->span)) {
        buf_puts(&p->body, " <span class=\"ci\">");
        svg_escape(p->mem, &p->body, x->interval);
        buf_puts(&p->body, "</span>");
    }
    if (c == 0 && r->mark) {
        buf_puts(&p->body, " <span class=\"mark\">");
        svg_escape(p->mem, &p->body, strncmp(r->mark, "◀ ", 4) == 0 ? r->mark + 4 : r->mark);
        buf_puts(&p->body, "</span>");
    }
    buf_puts(&p->body, c == 0 ? "</th>" : "</td>");
}

void page_table(struct page *p, const char *caption, const struct table *t)
{
    static const char *const style[] = {"", "", " class=\"good\"", " class=\"bad\"", ""};
    if (!t || !t->first)
        return;
    page_raw(p, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    svg_escape(p->mem, &p->body, caption);
    page_raw(p, "\">\n<table>\n");
    page_text(p, "caption", NULL, caption);
    page_raw(p, "<thead><tr>");
    for (uint32_t c = 0; c < t->ncol; c++) {
        buf_printf(&p->body, "<th scope=\"col\"%s>", t->col[c].left ? "" : " class=\"num\"");
        svg_escape(p->mem, &p->body, heading_text(p->mem, t->col[c].heading));
        page_raw(p, "</th>");
    }
    page_raw(p, "</tr></thead>\n<tbody>\n");
    for (const struct row *r = t->first; r; r = r->next) {
        buf_printf(&p->body, "<tr%s>", style[r->style]);
        for (uint32_t c = 0; c < t->ncol && !(r->span && c > 1); c++)
            table_cell(p, t, r, c);
        page_raw(p, "</tr>\n");
    }
    page_raw(p, "</tbody>\n</table>\n</div>\n");
}

/* ---- figures ---- */

static void figure_draw(struct page *p, const struct figure *f, bool narrow)
{
    struct svg s = {.mem = p->mem, .w = narrow ? NARROW : WIDE, .narrow = narrow};
    s.id = arena_printf(p->mem, "%sf%u%s", p->prefix, (unsigned)p->nfigure, narrow ? "n" : "w");
    f->draw(&s, f->ctx);
    svg_put(&s, narrow ? "narrow" : "wide", f->title, f->desc, &p->body);
}

void page_figure(struct page *p, const struct figure *f)
{
    p->nfigure++;
    page_raw(p, "<figure>\n");
    if (f->legend) {
        page_raw(p, "<ul class=\"legend\">\n");
        for (const struct legend *l = f->legend; l->text; l++) {
            buf_printf(&p->body, "<li><svg class=\"key\" viewBox=\"0 0 24 12\" width=\"24\" "
                                 "height=\"12\" aria-hidden=\"true\"><g>");
            bool line = strncmp(l->cls, "curve", 5) == 0 || strncmp(l->cls, "bound", 5) == 0 ||
                        strncmp(l->cls, "crit", 4) == 0;
            if (line)
                buf_printf(&p->body, "<line class=\"%s\" x1=\"0\" y1=\"6\" x2=\"24\" y2=\"6\"/>",
                           l->cls);
            else
                buf_printf(&p->body,
                           "<rect class=\"%s\" x=\"3\" y=\"0.5\" width=\"18\" "
                           "height=\"11\" rx=\"2\"/>",
                           l->cls);
            page_raw(p, "</g></svg> ");
            svg_escape(p->mem, &p->body, l->text);
            page_raw(p, "</li>\n");
        }
        page_raw(p, "</ul>\n");
    }
    figure_draw(p, f, false);
    figure_draw(p, f, true);
    if (f->reading)
        page_text(p, "figcaption", NULL, f->reading);
    page_raw(p, "</figure>\n");
}

/* ---- the end ---- */

static void pair(struct page *p, const char *what, const char *value)
{
    if (!value || !*value)
        return;
    page_text(p, "dt", NULL, what);
    page_text(p, "dd", NULL, value);
}

void page_origin(struct page *p, const struct run_result *r, const struct para *assumed)
{
    struct arena *a = p->mem;
    page_section(p, "assumed", "What was assumed, and how to run it again");
    page_paras(p, NULL, assumed, NULL);
    if (r->command)
        page_text(p, "pre", NULL, r->command);
    page_raw(p, "<dl>\n");
    pair(p, "seed", arena_printf(a, "%llu", (unsigned long long)r->seed));
    pair(p, "version", r->version ? arena_printf(a, "pertinax %s", r->version) : NULL);
    pair(p, "model", r->model_file);
    pair(p, "digest of the model", r->digest);
    page_raw(p, "</dl>\n");
    page_text(p, "p", "note",
              "The same model, flags and seed give the same numbers, on any number of cores.");
    page_section_end(p);
}

void page_put(struct page *p, const char *title, struct buf *out)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
                  "<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                  "<meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n<title>");
    svg_escape(p->mem, out, title);
    buf_puts(out, "</title>\n<style>\n");
    for (size_t i = 0; page_style[i]; i++)
        buf_puts(out, page_style[i]);
    buf_puts(out, "</style>\n</head>\n<body>\n");
    if (p->nav.n) {
        buf_puts(out, "<nav aria-label=\"Sections\">\n<ul>\n");
        buf_put(out, p->nav.s, p->nav.n);
        buf_puts(out, "</ul>\n</nav>\n");
    }
    buf_puts(out, "<main>\n");
    if (p->body.n)
        buf_put(out, p->body.s, p->body.n);
    buf_puts(out, "</main>\n</body>\n</html>\n");
    buf_free(&p->body);
    buf_free(&p->nav);
}
