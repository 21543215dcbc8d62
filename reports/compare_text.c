/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_text.c - a comparison for people: for the terminal, and as Markdown. */
#include "reports/compare.h"
#include "reports/md.h"
#include <string.h>

enum { INDENT = 2 };

static void put_table(struct table *t, const struct report_look *look, struct buf *out)
{
    if (!t)
        return;
    table_text(t, look, out);
    buf_putc(out, '\n');
}

void compare_text(const struct compare_result *r, const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a};
    struct para title = {.style = STYLE_HEAD, .text = compare_title(a, r)};
    struct para setting = {.text = compare_setting(a, r)};
    if (look->verbosity >= 0) {
        para_text(a, &title, look, 0, out);
        para_text(a, &setting, look, 0, out);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < r->npart; i++)
        put_table(compare_values(a, r, i), look, out);
    put_table(compare_speedups(a, r), look, out);
    put_table(compare_levels(a, r), look, out);
    compare_sentences(&said, r);
    for (const struct para *p = said.first; p; p = p->next) {
        if (look->verbosity < 0 && p != said.first)
            break;
        para_text(a, p, look, INDENT, out);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < r->npart && look->verbosity >= 0; i++)
        put_table(compare_steps(a, r, i), look, out);
    arena_drop(a);
}

void compare_md(const struct compare_result *r, const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct paras said = {.mem = a};
    (void)look;
    md_head(a, compare_title(a, r), compare_setting(a, r), out);
    for (uint32_t i = 0; i < r->npart; i++)
        md_table(compare_values(a, r, i), out);
    md_table(compare_speedups(a, r), out);
    md_table(compare_levels(a, r), out);
    compare_sentences(&said, r);
    md_paras(&said, out);
    for (uint32_t i = 0; i < r->npart; i++)
        md_table(compare_steps(a, r, i), out);
    arena_drop(a);
}

compare_writer *compare_writer_of(const char *name)
{
    static const struct {
        const char *name;
        compare_writer *write;
    } row[] = {{"text", compare_text},
               {"txt", compare_text},
               {"md", compare_md},
               {"json", compare_json},
               {"csv", compare_csv}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (strcmp(row[i].name, name) == 0)
            return row[i].write;
    return NULL;
}
