/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical.c - the critical path of an execution's requests: a table of what matters on it. */
#include "reports/layout.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 6, MORE = 24 };             /* rows of the short and of the long table */
static const double least_share = 0.005; /* of the path, or of the path near the p99 */

const char *const critical_kind_name[] = {"queue", "thread", "core", "gil",
                                          "loop",  "cost",   "other"};

static const char *critical_label(struct arena *a, const struct critical_result *c)
{
    switch (c->kind) {
    case CRITICAL_QUEUE:
        return arena_printf(a, "waiting for %s", c->name);
    case CRITICAL_THREAD:
        return arena_printf(a, "waiting for a thread of %s", c->name);
    case CRITICAL_CORE:
        return "waiting for a core";
    case CRITICAL_GIL:
        return "waiting for the GIL";
    case CRITICAL_LOOP:
        return "waiting for the loop";
    case CRITICAL_COST:
        return arena_printf(a, "cost: %s", c->name);
    case CRITICAL_OTHER:
        break;
    }
    return "other";
}

struct line {
    const char *name;
    double probability, share, share_p99;
    struct interval gain;
    uint32_t order;
};

static double weight(const struct line *l)
{
    return isfinite(l->share_p99) ? fmax(l->share, l->share_p99) : l->share;
}

static int line_compare(const void *x, const void *y)
{
    const struct line *a = x, *b = y;
    if (a->share > b->share || a->share < b->share)
        return a->share > b->share ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static uint32_t lines_of(struct arena *a, const struct exec_result *e, struct line *v)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->nstep; i++) {
        const struct step_result *s = &e->step[i];
        v[n] = (struct line){
            s->path, s->critical_probability, s->critical_share, s->critical_share_p99, s->gain, n};
        n += weight(&v[n]) >= least_share;
    }
    for (uint32_t i = 0; i < e->ncritical; i++) {
        const struct critical_result *c = &e->critical[i];
        v[n] = (struct line){critical_label(a, c), c->probability,  c->share,
                             c->share_p99,         {NAN, NAN, NAN}, n};
        n += weight(&v[n]) >= least_share;
    }
    qsort(v, n, sizeof *v, line_compare);
    return n;
}

static struct cell percent_cell(struct arena *a, double share)
{
    if (!isfinite(share))
        return cell_text("-");
    return cell_text(number_fixed(a, 100 * share, 1));
}

struct table *view_critical(struct arena *a, const struct run_result *r, uint32_t exec, bool all)
{
    const struct exec_result *e = &r->exec[exec];
    if (e->walked == 0 || !exec_has_result(e))
        return NULL;
    struct line *v = NEW(a, struct line, e->nstep + e->ncritical + 1);
    uint32_t n = lines_of(a, e, v);
    if (n < 2) /* all of it is one step: nothing to tell */
        return NULL;
    uint32_t most = all ? MORE : FEW;
    n = n < most ? n : most;
    double *gain = NEW(a, double, n + 1);
    uint32_t gains = 0;
    for (uint32_t i = 0; i < n; i++)
        if (isfinite(v[i].gain.value))
            gain[gains++] = v[i].gain.value / 10;
    double most_gain = 0;
    for (uint32_t i = 0; i < gains; i++)
        most_gain = fmax(most_gain, gain[i]);
    struct scale unit = scale_again(a, scale_time(a, &most_gain, 1), gain, gains);
    struct table *t = table_new(a, arena_printf(a, "CRITICAL PATH UNDER %s", e->name));
    table_column(t, (struct column){.heading = "step", .left = true, .keep_end = true});
    table_column(t, (struct column){.heading = "on it %", .drop = 2});
    table_column(t, (struct column){.heading = "of it %"});
    table_column(t, (struct column){.heading = "of p99 %", .drop = 1});
    if (gains > 0)
        table_column(t, (struct column){.heading = arena_printf(a, "10 %% saves %s", unit.unit),
                                        .drop_interval = 3});
    for (uint32_t i = 0; i < n; i++) {
        struct row *w = table_row(t);
        struct interval g = v[i].gain;
        w->cell[0] = cell_text(v[i].name);
        w->cell[1] = percent_cell(a, v[i].probability);
        w->cell[2] = percent_cell(a, v[i].share);
        w->cell[3] = percent_cell(a, v[i].share_p99);
        if (gains > 0)
            w->cell[4] =
                cell_interval(a, unit, (struct interval){g.value / 10, g.lo / 10, g.hi / 10});
    }
    return t;
}

/* ---- words ---- */

enum { CAUSES = 3 };                      /* told at most */
static const double worth_telling = 0.01; /* of the critical path */
static const double falls_short = 0.02;   /* of the latency */

static const char *cause_text(struct arena *a, const struct critical_result *c)
{
    const char *share = number_percent(a, c->share);
    switch (c->kind) {
    case CRITICAL_QUEUE:
        return arena_printf(a, "%s waits for `%s`", share, c->name);
    case CRITICAL_THREAD:
        return arena_printf(a, "%s waits for a thread of `%s`", share, c->name);
    case CRITICAL_CORE:
        return arena_printf(a, "%s waits for a core", share);
    case CRITICAL_GIL:
        return arena_printf(a, "%s waits for the GIL", share);
    case CRITICAL_LOOP:
        return arena_printf(a, "%s waits for the loop", share);
    case CRITICAL_COST:
        return arena_printf(a, "%s pays %s", share, c->name);
    case CRITICAL_OTHER:
        break;
    }
    return arena_printf(a, "%s waits for something else", share);
}

static const char *causes_text(struct arena *a, const struct exec_result *e, double lost, bool live)
{
    const struct critical_result *told[CAUSES] = {NULL};
    const char *text = NULL;
    double sum = 0;
    for (uint32_t i = 0; i < e->ncritical; i++) {
        const struct critical_result *c = &e->critical[i];
        sum += c->share;
        for (uint32_t k = 0; k < CAUSES && c && c->share >= worth_telling; k++)
            if (!told[k] || c->share > told[k]->share) {
                const struct critical_result *less = told[k];
                told[k] = c;
                c = less;
            }
    }
    for (uint32_t k = 0; k < CAUSES && told[k]; k++)
        text =
            text ? arena_printf(a, "%s, %s", text, cause_text(a, told[k])) : cause_text(a, told[k]);
    if (lost - sum >= falls_short) {
        const char *rest =
            arena_printf(a,
                         live ? "%s are calls and bursts that took longer than drawn"
                              : "%s are steps of its own that waited for one another",
                         number_percent(a, lost - sum));
        text = text ? arena_printf(a, "%s, %s", text, rest) : rest;
    }
    return text;
}

void prose_below(struct paras *p, const struct run_result *r)
{
    struct arena *a = p->mem;
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        double mean = e->all.latency.mean.value, lost = 1 - e->span / mean;
        if (!exec_has_result(e) || e->walked == 0 || strcmp(e->kind, "serial") == 0 ||
            !(lost >= falls_short))
            continue;
        const char *why = causes_text(a, e, lost, result_is_live(r));
        if (why && e->span <= 0)
            para_add(
                p, "%s takes %s, though its longest chain takes no time: of its critical path %s.",
                e->name, number_time(a, mean), why);
        else if (why)
            para_add(p, "%s takes %s its longest chain of %s: of its critical path %s.", e->name,
                     mean > 2 * e->span
                         ? arena_printf(a, "%s times", number_short(a, mean / e->span))
                         : arena_printf(a, "%s longer than", number_percent(a, mean / e->span - 1)),
                     number_time(a, e->span), why);
    }
}
