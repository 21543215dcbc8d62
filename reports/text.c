/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c - a run for the terminal.  The first table answers the question, the sentences after it
 * say why, more tables follow where they have something to say, and last what was assumed. */
#include "reports/report.h"
#include "reports/layout.h"
#include "reports/sweep.h"

enum { INDENT = 2 };

static void table_after_blank(struct table *t, const struct report_look *look, struct buf *out)
{
    if (!t)
        return;
    buf_putc(out, '\n');
    table_text(t, look, out);
}

static void paras_text(const struct paras *p, const struct report_look *look, int indent,
                       struct buf *out)
{
    for (const struct para *q = p->first; q; q = q->next) {
        if (!q->close)
            buf_putc(out, '\n');
        para_text(p->mem, q, look, indent, out);
    }
}

static void head_text(struct arena *a, const struct run_result *r, const struct report_look *look,
                      struct buf *out)
{
    struct para title = {.style = STYLE_HEAD, .text = prose_title(a, r)};
    struct para setting = {.style = STYLE_PLAIN, .text = prose_setting(a, r)};
    para_text(a, &title, look, 0, out);
    para_text(a, &setting, look, 0, out);
    buf_putc(out, '\n');
}

/* What was asked for beside the base case. */
static void asked_text(struct arena *a, const struct run_result *r, const struct report_look *look,
                       struct buf *out)
{
    struct winners v = verdict_make(a, r);
    table_after_blank(view_exceed(a, r), look, out);
    for (uint32_t i = 0; i < r->nexec; i++) {
        struct paras why = {.mem = a};
        if (r->exec[i].nhalved == 0 || (i != v.best && look->verbosity <= 0))
            continue;
        table_after_blank(view_gain(a, r, i, look->verbosity > 0), look, out);
        prose_gain(&why, r, i);
        paras_text(&why, look, INDENT, out);
    }
    for (uint32_t i = 0, n; (n = what_if_group(r, i)) > 0; i += n) {
        struct paras why = {.mem = a};
        table_after_blank(view_what_if(a, r, i, n), look, out);
        prose_what_if(&why, r, i, n);
        paras_text(&why, look, INDENT, out);
    }
}

/* Of the fastest execution; with --verbose, of each. */
static void critical_text(struct arena *a, const struct run_result *r,
                          const struct report_look *look, struct buf *out)
{
    bool all = look->verbosity > 0;
    uint32_t best = verdict_make(a, r).best;
    for (uint32_t i = 0; i < r->nexec; i++)
        if (all || i == best)
            table_after_blank(view_critical(a, r, i, all), look, out);
}

static void text_run(const struct run_result *r, const struct diags *d,
                     const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    if (look->verbosity >= 0)
        head_text(a, r, look, out);
    table_text(view_comparison(a, r), look, out);
    if (look->verbosity >= 0) {
        struct paras said = {.mem = a}, warned = {.mem = a}, assumed = {.mem = a};
        prose_trouble(&said, r, d);
        prose_reasons(&said, r);
        paras_text(&said, look, INDENT, out);
        asked_text(a, r, look, out);
        critical_text(a, r, look, out);
        table_after_blank(view_outcomes(a, r), look, out);
        table_after_blank(view_classes(a, r), look, out);
        table_after_blank(view_resources(a, r), look, out);
        table_after_blank(view_usage(a, r), look, out);
        if (look->verbosity > 0) {
            table_after_blank(view_spread(a, r), look, out);
            for (uint32_t i = 0; i < r->nexec; i++)
                table_after_blank(view_steps(a, r, i), look, out);
        }
        prose_warnings(&warned, r);
        paras_text(&warned, look, 0, out);
        prose_assumptions(&assumed, r, look->verbosity);
        paras_text(&assumed, look, 0, out);
    }
    arena_drop(a);
}

const struct report report_text = {"text", ".txt", "for people at a terminal", text_run,
                                   sweep_text};
