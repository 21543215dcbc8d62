/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.c - a run as one HTML file: what it says first, then why, then how it was had.  Sections are
 * in the order of a reader's questions; see page.h.  Nothing is fetched and no script is needed. */
#include "reports/page.h"
#include "reports/report.h"
#include "reports/sweep.h"
#include <math.h>
#include <string.h>

static const struct para *skip(const struct para *q, uint32_t n)
{
    while (q && n--)
        q = q->next;
    return q;
}

/* What the run answers: trouble first, else the sentence that compares. */
static void put_answer(struct page *p, const struct run_result *r)
{
    struct paras trouble = {.mem = p->mem}, said = {.mem = p->mem}, warned = {.mem = p->mem};
    prose_trouble(&trouble, r, p->d);
    prose_reasons(&said, r);
    prose_warnings(&warned, r);
    page_paras(p, NULL, trouble.first, NULL);
    page_paras(p, "answer", said.first, skip(said.first, 1));
    chart_compare(p, r);
    page_paras(p, NULL, skip(said.first, 1), NULL);
    page_paras(p, "warning", warned.first, NULL);
}

static void put_steps(struct page *p, const struct run_result *r)
{
    bool any = false;
    for (uint32_t i = 0; i < r->nexec; i++)
        any = any || view_steps(p->mem, r, i);
    struct table *spread = view_spread(p->mem, r);
    if (!any && !spread)
        return;
    page_section(p, "tables", "All numbers");
    page_table(p, "Spread of the latencies", spread);
    for (uint32_t i = 0; i < r->nexec; i++) {
        struct table *t = view_steps(p->mem, r, i);
        if (!t)
            continue;
        page_details(p, arena_printf(p->mem, "Steps under %s", r->exec[i].name));
        page_table(p, arena_printf(p->mem, "Steps under %s", r->exec[i].name), t);
        page_details_end(p);
    }
    page_section_end(p);
}

static void put_origin(struct page *p, const struct run_result *r)
{
    struct paras assumed = {.mem = p->mem};
    prose_assumptions(&assumed, r, 1);
    struct para **q = &assumed.first;
    while (*q) /* how to run it again is told by page_origin() */
        if (r->command && strncmp((*q)->text, "Again: ", 7) == 0)
            *q = (*q)->next;
        else
            q = &(*q)->next;
    page_origin(p, r, assumed.first);
}

static void put_run(struct page *p, const struct run_result *r)
{
    page_text(p, "h1", NULL, prose_title(p->mem, r));
    page_text(p, "p", "setting", prose_setting(p->mem, r));
    put_answer(p, r);
    chart_speedup(p, r);
    chart_cdf(p, r);
    chart_exceed(p, r);
    chart_critical(p, r);
    chart_gain(p, r);
    chart_what_if(p, r);
    chart_graph(p, r);
    chart_gantt(p, r);
    chart_resources(p, r);
    chart_outcomes(p, r);
    put_steps(p, r);
    put_origin(p, r);
}

void html_many(const struct run_result *const *r, uint32_t n, const struct diags *d,
               const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct page p = {.mem = a, .d = d};
    (void)look; /* a file is the same from any terminal */
    for (uint32_t i = 0; i < n; i++) {
        p.prefix = n > 1 ? arena_printf(a, "m%u-", (unsigned)i + 1) : "";
        p.nfigure = 0;
        if (n > 1) {
            page_raw(&p, i ? "<hr/>\n<article>\n" : "<article>\n");
            buf_puts(&p.nav, "<li><strong>");
            svg_escape(a, &p.nav, r[i]->model_name ? r[i]->model_name : "");
            buf_puts(&p.nav, "</strong></li>\n");
        }
        put_run(&p, r[i]);
        if (n > 1)
            page_raw(&p, "</article>\n");
    }
    page_put(&p, n ? prose_title(a, r[0]) : "", out);
    arena_drop(a);
}

static void html_run(const struct run_result *r, const struct diags *d,
                     const struct report_look *look, struct buf *out)
{
    html_many(&r, 1, d, look, out);
}

const struct report report_html = {"html", ".html", "a page with pictures, in one file", html_run,
                                   sweep_html};
