/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded_gantt.c - one trace as bars, its critical path filled; for terminals of any width. */
#include "reports/layout.h"
#include "reports/recorded.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BAR = 16, MOST_NAME = 44, MOST_INDENT = 12 };

struct gantt {
    struct arena *mem;
    const struct recorded_trace *t;
    const struct report_look *look;
    const char **name; /* by span, clean and indented */
    int wname, wtime, wbar;
    struct scale scale;
    double from, to;
    char *bar;
};

static int rank(const void *x, const void *y)
{
    const struct recorded_span *const *a = x, *const *b = y;
    if ((*a)->critical > (*b)->critical || (*a)->critical < (*b)->critical)
        return (*a)->critical > (*b)->critical ? -1 : 1;
    if ((*a)->duration > (*b)->duration || (*a)->duration < (*b)->duration)
        return (*a)->duration > (*b)->duration ? -1 : 1;
    return *a < *b ? -1 : 1;
}

/* Which spans are shown: those with the most time on the path, then the longest. */
static bool *chosen(struct arena *a, const struct recorded_trace *t, uint32_t limit)
{
    bool *show = NEW(a, bool, t->nspan);
    const struct recorded_span **v = NEW(a, const struct recorded_span *, t->nspan);
    for (uint32_t i = 0; i < t->nspan; i++)
        v[i] = &t->span[i];
    qsort(v, t->nspan, sizeof *v, rank);
    for (uint32_t i = 0; i < t->nspan && (limit == 0 || i < limit); i++)
        show[v[i] - t->span] = true;
    return show;
}

/* The name (its end, if it is long), what is wrong with it, and the service. */
static const char *label(struct gantt *g, uint32_t i)
{
    const struct recorded_span *s = &g->t->span[i];
    uint32_t depth = s->depth > MOST_INDENT ? MOST_INDENT : s->depth;
    const char *mark = s->error ? " !" : s->unfinished ? " ?" : "", *name = s->name, *cut = "";
    size_t n = strlen(name), room = MOST_NAME / 2;
    if (n > room) {
        cut = "…";
        for (name += n - room + 1; ((unsigned char)*name & 0xc0) == 0x80; name++)
            ;
    }
    return text_clean(g->mem, g->look,
                      arena_printf(g->mem, "%*s%s%s%s%s%s", 2 * (int)depth, "", cut, name, mark,
                                   *s->service ? "  " : "", s->service));
}

static void measure(struct gantt *g, const bool *show)
{
    const struct recorded_trace *t = g->t;
    double *v = NEW(g->mem, double, t->nspan);
    uint32_t n = 0;
    int width = look_width(g->look), most = width * 9 / 20 < MOST_NAME ? width * 9 / 20 : MOST_NAME;
    g->name = NEW(g->mem, const char *, t->nspan);
    g->to = t->duration;
    for (uint32_t i = 0; i < t->nspan; i++) {
        const struct recorded_span *s = &t->span[i];
        if (!show[i])
            continue;
        v[n++] = s->duration;
        g->name[i] = label(g, i);
        int w = (int)text_width(g->name[i]);
        g->wname = w > g->wname ? w : g->wname;
        g->from = s->start < g->from ? s->start : g->from;
        g->to = s->start + s->duration > g->to ? s->start + s->duration : g->to;
    }
    g->wname = g->wname > most ? most : g->wname < 4 ? 4 : g->wname;
    g->scale = scale_time(g->mem, v, n);
    for (uint32_t i = 0; i < n; i++) {
        int w = (int)text_width(cell_bare(g->mem, g->scale, v[i]).value);
        g->wtime = w > g->wtime ? w : g->wtime;
    }
    int head = (int)text_width(g->scale.unit);
    g->wtime = g->wtime < head ? head : g->wtime;
    g->wbar = width - g->wname - g->wtime - 4;
    g->wbar = g->wbar < LEAST_BAR ? LEAST_BAR : g->wbar;
    g->bar = NEW(g->mem, char, (size_t)g->wbar + 1);
}

/* The columns [*a, *b) of a time; never none of them. */
static void columns(const struct gantt *g, double start, double end, int *a, int *b)
{
    double all = g->to > g->from ? g->to - g->from : 1;
    *a = (int)((start - g->from) / all * g->wbar);
    *b = (int)ceil((end - g->from) / all * g->wbar);
    *a = *a >= g->wbar ? g->wbar - 1 : *a < 0 ? 0 : *a;
    *b = *b <= *a ? *a + 1 : *b > g->wbar ? g->wbar : *b;
}

static void name_put(const struct gantt *g, const char *s, struct buf *out)
{
    uint32_t code;
    int w = 0;
    size_t n = 0, len;
    bool cut = (int)text_width(s) > g->wname;
    int room = g->wname - (cut ? 2 : 0);
    while (s[n] && w < room && (len = buf_utf8(s + n, 4, &code)) > 0) {
        n += len;
        w++;
    }
    buf_put(out, s, n);
    if (cut)
        buf_puts(out, "..");
    buf_fill(out, ' ', (size_t)(g->wname - w - (cut ? 2 : 0)));
}

static void row_put(struct gantt *g, uint32_t i, const uint32_t *first, struct buf *out)
{
    const struct recorded_span *s = &g->t->span[i];
    int a, b, last = 0;
    for (int k = 0; k < g->wbar; k++)
        g->bar[k] = ' ';
    columns(g, s->start, s->start + s->duration, &a, &b);
    for (int k = a; k < b; k++)
        g->bar[k] = '-';
    for (uint32_t k = first[i]; k < first[i + 1]; k++) {
        const struct recorded_section *x = &g->t->section[first[g->t->nspan + 1 + k]];
        columns(g, x->start, x->end, &a, &b);
        for (int c = a; c < b; c++)
            g->bar[c] = '#';
    }
    name_put(g, g->name[i], out);
    const char *time = cell_bare(g->mem, g->scale, s->duration).value;
    buf_fill(out, ' ', 2 + (size_t)(g->wtime - (int)text_width(time)));
    buf_puts(out, time);
    buf_puts(out, "  ");
    for (int k = 0; k < g->wbar; k++)
        last = g->bar[k] != ' ' ? k + 1 : last;
    for (int k = 0; k < last; k++)
        buf_puts(out, g->bar[k] == ' '    ? " "
                      : !g->look->unicode ? (g->bar[k] == '#' ? "#" : "-")
                      : g->bar[k] == '#'  ? "█"
                                          : "░");
    buf_putc(out, '\n');
}

/* Sections by span: those of span i are numbers index[n + 1 + k], index[i] <= k < index[i + 1]. */
static uint32_t *sections_by_span(struct arena *a, const struct recorded_trace *t)
{
    uint32_t n = t->nspan, *index = NEW(a, uint32_t, n + 2u + t->nsection);
    uint32_t *at = NEW(a, uint32_t, n + 1u);
    for (uint32_t k = 0; k < t->nsection; k++)
        index[t->section[k].span + 1]++;
    for (uint32_t i = 0; i < n; i++) {
        index[i + 1] += index[i];
        at[i + 1] = index[i + 1];
    }
    for (uint32_t k = 0; k < t->nsection; k++)
        index[n + 1 + at[t->section[k].span]++] = k;
    return index;
}

void recorded_gantt(struct arena *a, const struct recorded_result *r,
                    const struct report_look *look, struct buf *out)
{
    struct gantt g = {.mem = a, .t = r->one, .look = look};
    uint32_t hidden = 0;
    bool *show = chosen(a, r->one, r->limit);
    uint32_t *index = sections_by_span(a, r->one);
    measure(&g, show);
    style_begin(look, STYLE_HEAD, out);
    buf_printf(out, "%-*s  %*s  0", g.wname, "span", g.wtime, g.scale.unit);
    const char *end = number_time(a, g.to - g.from);
    int gap = g.wbar - 1 - (int)text_width(end);
    buf_fill(out, ' ', gap > 1 ? (size_t)gap : 1);
    buf_puts(out, end);
    style_end(look, STYLE_HEAD, out);
    buf_putc(out, '\n');
    for (uint32_t i = 0; i < r->one->nspan; i++) {
        if (show[i])
            row_put(&g, i, index, out);
        else
            hidden++;
    }
    buf_putc(out, '\n');
    buf_printf(out, "%s on the critical path, %s not.", look->unicode ? "█" : "#",
               look->unicode ? "░" : "-");
    if (hidden)
        buf_printf(out, " %s spans are not shown: --limit 0 shows all.", number_count(a, hidden));
    buf_putc(out, '\n');
}
