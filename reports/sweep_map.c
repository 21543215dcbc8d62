/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_map.c - a sweep over two axes as grids for the terminal: a shade beside each value, darker
 * is worse, one scale for all executions.  Where a grid is too wide, the shades go first, then it
 * is parted. */
#include "reports/sweep.h"
#include <math.h>

enum { SHADES = 5, SHADE_WIDTH = 2, GAP = 2, INDENT = 0 };
static const char *const shade_unicode[SHADES] = {"··", "░░", "▒▒", "▓▓", "██"};
static const char *const shade_ascii[SHADES] = {"  ", "..", "::", "%%", "##"};
static const char *const shade_color[SHADES] = {"32", "36", "33", "35", "31"};

struct map {
    struct arena *mem;
    const struct sweep_result *r;
    const struct report_look *look;
    struct buf *out;
    struct scale scale;
    double least, most; /* of all values: shades are parts of their logarithm */
    size_t label, value;
    bool shades;
};

static void extent(struct map *m)
{
    m->least = INFINITY;
    m->most = -INFINITY;
    for (uint32_t i = 0; i < m->r->ncell; i++)
        for (uint32_t k = 0; m->r->cell[i].have && k < m->r->nexec; k++) {
            const struct sweep_exec *e = &m->r->cell[i].exec[k];
            if (!sweep_has(e) || !(e->value.value > 0))
                continue;
            m->least = fmin(m->least, e->value.value);
            m->most = fmax(m->most, e->value.value);
        }
}

/* The bound below which a value has shade i, from the good end. */
static double shade_bound(const struct map *m, int i)
{
    double share = (double)(i + 1) / SHADES;
    if (sweep_metric_row[m->r->metric].more)
        share = 1 - share;
    return m->least * pow(m->most / m->least, share);
}

static int shade_of(const struct map *m, double value)
{
    bool more = sweep_metric_row[m->r->metric].more;
    for (int i = 0; i + 1 < SHADES; i++)
        if (more ? value >= shade_bound(m, i) : value <= shade_bound(m, i))
            return i;
    return SHADES - 1;
}

static void put_shade(const struct map *m, int shade, struct buf *out)
{
    if (m->look->color)
        buf_printf(out, "\033[%sm", shade_color[shade]);
    buf_puts(out, (m->look->unicode ? shade_unicode : shade_ascii)[shade]);
    if (m->look->color)
        buf_puts(out, "\033[0m");
}

static const char *clean(const struct map *m, const char *s)
{
    return text_clean(m->mem, m->look, s);
}

static void put_padded(struct buf *out, const char *s, size_t width, bool left)
{
    size_t w = text_width(s), blanks = width > w ? width - w : 0;
    buf_fill(out, ' ', left ? 0 : blanks);
    buf_puts(out, s);
    buf_fill(out, ' ', left ? blanks : 0);
}

static void end_line(struct buf *out)
{
    while (out->n && out->s[out->n - 1] == ' ')
        out->s[--out->n] = '\0';
    buf_putc(out, '\n');
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What stands in a cell of execution exec; of the winners where exec is nexec. */
static const char *cell_words(const struct map *m, uint32_t cell, uint32_t exec)
{
    const struct sweep_cell *c = &m->r->cell[cell];
    if (!c->have)
        return "? ";
    if (exec == m->r->nexec)
        return c->best == SWEEP_NONE
                   ? "- "
                   : clean(m, arena_printf(m->mem, "%s%s", m->r->exec_name[c->best],
                                           c->sure ? " " : "~"));
    const struct sweep_exec *e = &c->exec[exec];
    if (!sweep_has(e))
        return arena_printf(m->mem, "%s ", sweep_no_value(e));
    return clean(m, sweep_value(m->mem, m->r, m->scale, e));
}

static void measure(struct map *m, uint32_t exec)
{
    const struct sweep_axis *x = m->r->axis;
    m->label = text_width(clean(m, x[0].name));
    m->value = 0;
    for (uint32_t i = 0; i < x[0].n; i++)
        m->label = max_size(m->label, text_width(clean(m, x[0].value[i])));
    for (uint32_t i = 0; i < x[1].n; i++) /* over the number, not over its mark */
        m->value = max_size(m->value, text_width(clean(m, x[1].value[i])) + 1);
    for (uint32_t i = 0; i < m->r->ncell; i++)
        m->value = max_size(m->value, text_width(cell_words(m, i, exec)));
}

static size_t column_width(const struct map *m)
{
    return GAP + m->value + (m->shades ? SHADE_WIDTH : 0);
}

static void put_heading(const struct map *m, uint32_t from, uint32_t to)
{
    const struct sweep_axis *x = m->r->axis;
    style_begin(m->look, STYLE_HEAD, m->out);
    put_padded(m->out, clean(m, x[0].name), m->label, true);
    for (uint32_t k = from; k < to; k++) {
        buf_fill(m->out, ' ', GAP);
        put_padded(m->out, clean(m, x[1].value[k]), m->value - 1, false);
        buf_fill(m->out, ' ', 1 + (m->shades ? SHADE_WIDTH : 0));
    }
    while (m->out->n && m->out->s[m->out->n - 1] == ' ')
        m->out->s[--m->out->n] = '\0';
    style_end(m->look, STYLE_HEAD, m->out);
    end_line(m->out);
}

static void put_row(const struct map *m, uint32_t exec, uint32_t row, uint32_t from, uint32_t to)
{
    const struct sweep_axis *x = m->r->axis;
    put_padded(m->out, clean(m, x[0].value[row]), m->label, true);
    for (uint32_t k = from; k < to; k++) {
        uint32_t cell = row * x[1].n + k;
        const struct sweep_cell *c = &m->r->cell[cell];
        bool value = exec < m->r->nexec && c->have && sweep_has(&c->exec[exec]);
        bool best = value && m->r->judged && c->exec[exec].mark != SWEEP_WORSE;
        buf_fill(m->out, ' ', GAP);
        const char *words = cell_words(m, cell, exec);
        size_t w = text_width(words);
        buf_fill(m->out, ' ', m->value - w);
        style_begin(m->look,
                    best                           ? STYLE_GOOD
                    : value || exec == m->r->nexec ? STYLE_PLAIN
                                                   : STYLE_BAD,
                    m->out);
        buf_puts(m->out, words);
        style_end(m->look,
                  best                           ? STYLE_GOOD
                  : value || exec == m->r->nexec ? STYLE_PLAIN
                                                 : STYLE_BAD,
                  m->out);
        if (m->shades && value)
            put_shade(m, shade_of(m, c->exec[exec].value.value), m->out);
        else if (m->shades)
            buf_fill(m->out, ' ', SHADE_WIDTH);
    }
    end_line(m->out);
}

static void put_map(struct map *m, uint32_t exec, const char *title)
{
    size_t width = (size_t)look_width(m->look);
    uint32_t n = m->r->axis[1].n;
    m->shades = exec < m->r->nexec && m->most > m->least * (1 + 1e-9);
    measure(m, exec);
    if (m->label + n * column_width(m) > width)
        m->shades = false;
    size_t fit = width > m->label ? (width - m->label) / column_width(m) : 0;
    uint32_t step = fit < 1 ? 1 : fit < n ? (uint32_t)fit : n;
    style_begin(m->look, STYLE_HEAD, m->out);
    buf_puts(m->out, clean(m, title));
    style_end(m->look, STYLE_HEAD, m->out);
    buf_putc(m->out, '\n');
    for (uint32_t from = 0; from < n; from += step) {
        uint32_t to = n - from < step ? n : from + step;
        if (from)
            buf_putc(m->out, '\n');
        put_heading(m, from, to);
        for (uint32_t i = 0; i < m->r->axis[0].n; i++)
            put_row(m, exec, i, from, to);
    }
}

static void put_legend(const struct map *m)
{
    bool more = sweep_metric_row[m->r->metric].more;
    for (int i = 0; i < SHADES; i++) {
        if (i)
            buf_puts(m->out, "  ");
        put_shade(m, i, m->out);
        bool last = i + 1 == SHADES;
        const char *bound =
            sweep_amount(m->mem, m->r, last ? (more ? m->least : m->most) : shade_bound(m, i));
        buf_printf(m->out, " %s %s", more ? ">=" : "<=", bound);
    }
    buf_putc(m->out, '\n');
}

void sweep_maps(struct arena *a, const struct sweep_result *r, const struct report_look *look,
                struct buf *out)
{
    struct map m = {.mem = a, .r = r, .look = look, .out = out, .scale = sweep_scale(a, r)};
    const char *what = sweep_metric_row[r->metric].title;
    const char *unit = *m.scale.unit ? arena_printf(a, ", %s", m.scale.unit) : "";
    bool shaded = false;
    extent(&m);
    for (uint32_t k = 0; k < r->nexec; k++) {
        if (k)
            buf_putc(out, '\n');
        put_map(&m, k,
                arena_printf(a, "%s: %s%s by %s (down) and %s (across)", r->exec_name[k], what,
                             unit, r->axis[0].name, r->axis[1].name));
        shaded = shaded || m.shades;
    }
    if (shaded) {
        buf_putc(out, '\n');
        put_legend(&m);
    }
    if (r->nexec > 1 && r->judged) {
        buf_putc(out, '\n');
        put_map(&m, r->nexec, "Which execution wins (~: not beyond doubt)");
    }
}
