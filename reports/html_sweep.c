/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_sweep.c - a sweep as one HTML file: what is best, pictures over the axes, all values, how it
 * was had.  See page.h. */
#include "reports/chart_sweep.h"
#include "reports/sweep.h"
#include <string.h>

enum { ROWS = 500 };

/* What the sweep says; the mark that the terminal sets before the best is not needed in a title. */
static void put_answer(struct page *p, const struct sweep_result *r)
{
    struct paras said = {.mem = p->mem}, warned = {.mem = p->mem};
    sweep_sentences(&said, r);
    sweep_warnings(&warned, r);
    if (said.first && strncmp(said.first->text, "* ", 2) == 0)
        said.first->text += 2;
    page_paras(p, "answer", said.first, said.first ? said.first->next : NULL);
    page_paras(p, NULL, said.first ? said.first->next : NULL, NULL);
    page_paras(p, "warning", warned.first, NULL);
}

static void put_cells(struct page *p, const struct sweep_result *r)
{
    struct arena *a = p->mem;
    uint32_t left = 0;
    struct table *t = sweep_table(a, r, ROWS, &left);
    struct scale s = sweep_scale(a, r);
    if (!t || !t->first)
        return;
    page_section(p, "tables", "All values");
    page_table(p,
               arena_printf(a, "%s%s%s%s", sweep_metric_row[r->metric].title, *s.unit ? ", " : "",
                            s.unit, r->judged ? "; * the best, ~ not distinguishable from it" : ""),
               t);
    if (left)
        page_text(p, "p", "note",
                  arena_printf(a, "The best cells; %s more are in the JSON and CSV files.",
                               number_count(a, left)));
    page_section_end(p);
}

static void put_assumed(struct page *p, const struct sweep_result *r)
{
    struct paras assumed = {.mem = p->mem};
    sweep_assumptions(&assumed, r);
    struct para **q = &assumed.first;
    while (*q) /* how to run it again is told by page_origin() */
        if (r->base.command && strncmp((*q)->text, "Again: ", 7) == 0)
            *q = (*q)->next;
        else
            q = &(*q)->next;
    page_origin(p, &r->base, assumed.first);
}

void sweep_html(const struct sweep_result *r, const struct diags *d, const struct report_look *look,
                struct buf *out)
{
    struct arena *a = arena_new(0);
    struct page p = {.mem = a, .d = d, .prefix = ""};
    const char *title = prose_title(a, &r->base);
    (void)look; /* a file is the same from any terminal */
    page_text(&p, "h1", NULL, title);
    page_text(&p, "p", "setting", prose_setting(a, &r->base));
    page_text(&p, "p", "setting", sweep_size(a, r));
    put_answer(&p, r);
    chart_sweep(&p, r);
    put_cells(&p, r);
    put_assumed(&p, r);
    page_put(&p, title, out);
    arena_drop(a);
}
