/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit.c - see refit.h. */
#include "reports/refit.h"
#include <string.h>

/* Where there is room for both. */
static const char *change_text(struct arena *a, const struct refit_line *l)
{
    enum { ROOM = 48 };
    return strlen(l->was) + strlen(l->now) > ROOM ? l->now
                                                  : arena_printf(a, "%s, was %s", l->now, l->was);
}

/* What a value is, and below it why that is to be believed; or why it was left. */
static struct table *lines_table(struct arena *a, const struct refit_result *r, bool left)
{
    struct table *t = table_new(a, NULL);
    table_column(t, (struct column){.heading = left ? "LEFT" : "REFITTED", .left = true});
    table_column(t, (struct column){.heading = left ? "because" : "", .left = true});
    for (uint32_t i = 0; i < r->nline; i++) {
        const struct refit_line *l = &r->line[i];
        if ((l->now == NULL) != left)
            continue;
        struct row *row = table_row(t);
        row->cell[0] = cell_text(l->what);
        row->cell[1] = cell_text(left ? l->said : change_text(a, l));
        if (left)
            continue;
        row = table_row(t);
        row->style = STYLE_DIM;
        row->cell[0] = cell_text("");
        row->cell[1] = cell_text(l->said);
    }
    return t->first ? t : NULL;
}

static void table_put(struct table *t, const struct report_look *look, struct buf *out)
{
    if (!t)
        return;
    buf_putc(out, '\n');
    table_text(t, look, out);
}

void refit_text(const struct refit_result *r, const struct report_look *look, struct buf *out)
{
    struct arena *a = arena_new(0);
    const char *list = "";
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nline; i++)
        n += r->line[i].now != NULL;
    struct para title = {
        .style = STYLE_HEAD,
        .text = arena_printf(a, "%s: %u of %u values estimated from %s requests '%s' of %s%s%s",
                             r->model, n, r->nline, number_count(a, r->requests), r->root, r->store,
                             r->label ? ", label " : "", r->label ? r->label : "")};
    para_text(a, &title, look, 0, out);
    table_put(lines_table(a, r, false), look, out);
    table_put(lines_table(a, r, true), look, out);
    for (uint32_t i = 0; i < r->nunknown; i++)
        list = arena_printf(a, "%s%s%s", list, i ? ", " : "", r->unknown[i]);
    if (r->nunknown) {
        struct para more = {
            .text =
                arena_printf(a,
                             "No step is called as these spans: %s; --spans STEP=NAME says whose "
                             "they are.",
                             list)};
        buf_putc(out, '\n');
        para_text(a, &more, look, 0, out);
    }
    arena_drop(a);
}
