/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart_change.c - what would be gained, for the HTML report: each step halved, and --what-if, as
 * bars to both sides of zero with their intervals; tables and sentences are those of the text. */
#include "reports/page.h"
#include <math.h>

enum { ROWS = 16 };

/* ORDER: "s0" the first bar, "s1" the second */
static const struct legend gain_legend[] = {
    {"s0 bar", "median"}, {"s1 bar", "99th percentile"}, {NULL, NULL}};
static const struct legend what_if_legend[] = {
    {"s0 bar", "mean"}, {"s1 bar", "99th percentile"}, {NULL, NULL}};

static const char *change_text(struct arena *a, struct interval v)
{
    if (!isfinite(v.value))
        return "-";
    if (v.lo < 0 && v.hi > 0)
        return "none seen";
    const char *sign = v.value > 0 ? "+" : v.value < 0 ? "−" : "";
    return arena_printf(a, "%s%s", sign, number_time(a, fabs(v.value)));
}

/* ---- each step halved ---- */

static double change_size(const struct halved_result *h)
{
    const double v[] = {h->p50_change.value, h->p99_change.value}; /* what is drawn */
    double most = 0;
    for (size_t i = 0; i < 2; i++)
        most = fmax(most, isfinite(v[i]) ? fabs(v[i]) : 0);
    return most;
}

/* Steps whose change could not be seen beside the greatest are left to the table. */
static struct bars *gain_bars(struct arena *a, const struct exec_result *e)
{
    struct bars *b = bars_new(a, AXIS_TIME, ROWS, 2);
    double most = 0;
    for (uint32_t i = 0; i < e->nhalved; i++)
        most = fmax(most, change_size(&e->halved[i]));
    for (uint32_t i = 0; i < e->nhalved && b->nrow < ROWS; i++) {
        const struct halved_result *h = &e->halved[i];
        if (h->step >= e->nstep || change_size(h) < most / 500)
            continue;
        struct bars_row *w = bars_row(a, b, path_short(e->step[h->step].path));
        w->keep_end = true;
        bars_add(b, w, "s0", h->p50_change, change_text(a, h->p50_change));
        bars_add(b, w, "s1", h->p99_change, change_text(a, h->p99_change));
    }
    return b;
}

static void gain_one(struct page *p, const struct run_result *r, uint32_t exec)
{
    struct arena *a = p->mem;
    const char *name = r->exec[exec].name;
    struct bars *b = gain_bars(a, &r->exec[exec]);
    struct paras said = {.mem = a};
    prose_gain(&said, r, exec);
    page_paras(p, NULL, said.first, NULL);
    if (b->nrow)
        page_figure(p, &(struct figure){.title = arena_printf(a,
                                                              "Change of latency under %s when "
                                                              "one step takes half its time",
                                                              name),
                                        .desc = bars_desc(a, b),
                                        .reading = "Left is faster. Steps that change next to "
                                                   "nothing are in the table only.",
                                        .legend = gain_legend,
                                        .draw = bars_draw,
                                        .ctx = b});
    page_table(p, arena_printf(a, "Under %s: change when a step takes half its time", name),
               view_gain(a, r, exec, true));
}

void chart_gain(struct page *p, const struct run_result *r)
{
    uint32_t first = r->nexec, best = verdict_make(p->mem, r).best;
    if (best < r->nexec && r->exec[best].nhalved)
        first = best;
    for (uint32_t i = 0; i < r->nexec && first == r->nexec; i++)
        if (r->exec[i].nhalved)
            first = i;
    if (first == r->nexec)
        return;
    page_section(p, "gain", "What is worth optimising");
    page_text(p, "p", "note",
              "Each step's own durations are halved in turn, everything else and all draws are as "
              "they were.");
    gain_one(p, r, first);
    for (uint32_t i = 0; i < r->nexec; i++) {
        if (i == first || !r->exec[i].nhalved)
            continue;
        page_details(p, arena_printf(p->mem, "The same under %s", r->exec[i].name));
        gain_one(p, r, i);
        page_details_end(p);
    }
    page_section_end(p);
}

/* ---- what if ---- */

static void what_if_one(struct page *p, const struct run_result *r, uint32_t first, uint32_t n)
{
    struct arena *a = p->mem;
    struct bars *b = bars_new(a, AXIS_TIME, n, 2);
    struct paras said = {.mem = a};
    for (uint32_t i = first; i < first + n; i++) {
        const struct what_if_result *w = &r->what_if[i];
        if (!isfinite(w->mean_change.value) || w->unstable)
            continue;
        struct bars_row *row = bars_row(a, b, r->exec[w->exec].name);
        bars_add(b, row, "s0", w->mean_change, change_text(a, w->mean_change));
        bars_add(b, row, "s1", w->p99_change, change_text(a, w->p99_change));
    }
    const char *set = r->what_if[first].set;
    page_text(p, "h3", NULL, set);
    if (b->nrow)
        page_figure(p, &(struct figure){.title = arena_printf(a, "Change of latency with %s", set),
                                        .desc = bars_desc(a, b),
                                        .reading = "Left is faster, right is slower.",
                                        .legend = what_if_legend,
                                        .draw = bars_draw,
                                        .ctx = b});
    page_table(p, arena_printf(a, "With %s: new less old, on the same draws", set),
               view_what_if(a, r, first, n));
    prose_what_if(&said, r, first, n);
    page_paras(p, NULL, said.first, NULL);
}

void chart_what_if(struct page *p, const struct run_result *r)
{
    if (r->nwhat_if == 0)
        return;
    page_section(p, "what-if", "What if");
    for (uint32_t i = 0, n; i < r->nwhat_if; i += n) {
        n = what_if_group(r, i);
        what_if_one(p, r, i, n);
    }
    page_section_end(p);
}
