/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_text.c - a sweep for people: for the terminal, and as Markdown for pull requests. */
#include "reports/sweep.h"
#include "reports/md.h"

enum { MOST_ROWS = 40, INDENT = 2 };

static const char *what_text(struct arena *a, const struct sweep_result *r)
{
    struct scale s = sweep_scale(a, r);
    return arena_printf(a, "%s · %s%s%s", sweep_size(a, r), sweep_metric_row[r->metric].title,
                        *s.unit ? ", " : "", s.unit);
}

static const char *left_text(struct arena *a, uint32_t left)
{
    return arena_printf(a, "The best cells; %s more: --verbose, or --format csv.",
                        number_count(a, left));
}

static void head_text(struct arena *a, const struct sweep_result *r, const struct report_look *look,
                      struct buf *out)
{
    struct para title = {.style = STYLE_HEAD, .text = prose_title(a, &r->base)};
    struct para setting = {.text = prose_setting(a, &r->base)};
    struct para what = {.text = what_text(a, r)};
    para_text(a, &title, look, 0, out);
    para_text(a, &setting, look, 0, out);
    para_text(a, &what, look, 0, out);
    buf_putc(out, '\n');
}

static void paras_put(const struct paras *p, const struct report_look *look, int indent,
                      struct buf *out)
{
    for (const struct para *q = p->first; q; q = q->next) {
        if (!q->close)
            buf_putc(out, '\n');
        para_text(p->mem, q, look, indent, out);
    }
}

void sweep_text(const struct sweep_result *r, const struct diags *d, const struct report_look *look,
                struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a}, warned = {.mem = a}, assumed = {.mem = a};
    uint32_t left = 0;
    (void)d;
    if (look->verbosity >= 0)
        head_text(a, r, look, out);
    if (sweep_is_map(r))
        sweep_maps(a, r, look, out);
    else
        table_text(
            sweep_table(a, r, look->verbosity > 0 || r->naxis == 1 ? UINT32_MAX : MOST_ROWS, &left),
            look, out);
    if (look->verbosity >= 0) {
        if (left)
            para_add(&said, "%s", left_text(a, left));
        sweep_sentences(&said, r);
        paras_put(&said, look, INDENT, out);
        sweep_warnings(&warned, r);
        paras_put(&warned, look, 0, out);
        sweep_assumptions(&assumed, r);
        paras_put(&assumed, look, 0, out);
    }
    arena_drop(a);
}

void sweep_md(const struct sweep_result *r, const struct diags *d, const struct report_look *look,
              struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a}, assumed = {.mem = a};
    uint32_t left = 0;
    bool grids = sweep_is_map(r) && sweep_grid(a, r, 0);
    (void)d;
    md_head(a, prose_title(a, &r->base), prose_setting(a, &r->base), out);
    md_para(a, what_text(a, r), out);
    for (uint32_t k = 0; grids && k < r->nexec; k++)
        md_table(sweep_grid(a, r, k), out);
    if (!grids)
        md_table(sweep_table(a, r, look->verbosity > 0 ? UINT32_MAX : MOST_ROWS, &left), out);
    if (left)
        para_add(&said, "%s", left_text(a, left));
    sweep_sentences(&said, r);
    sweep_warnings(&said, r);
    md_paras(&said, out);
    sweep_assumptions(&assumed, r);
    md_paras(&assumed, out);
    arena_drop(a);
}
