/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_ask.c - tables that are there only when they were asked for: --threshold, --what-if. */
#include "reports/layout.h"
#include <math.h>

/* ---- thresholds ---- */

static const struct scale percent = {0.01, "", 2};

/* Few thresholds are columns. */
static struct table *exceed_wide(struct arena *a, const struct run_result *r, uint32_t n)
{
    const struct exec_result *any = NULL;
    struct table *t = table_new(a, "SLOWER THAN, % of requests");
    table_column(t, (struct column){.heading = "execution", .left = true});
    for (uint32_t i = 0; i < r->nexec; i++)
        any = r->exec[i].nexceed ? &r->exec[i] : any;
    for (uint32_t k = 0; k < n; k++)
        table_column(t, (struct column){.heading = number_time(a, any->exceed[k].t),
                                        .drop_interval = (uint8_t)(k + 1)});
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        if (!e->nexceed || !exec_has_result(e))
            continue;
        struct row *w = table_row(t);
        w->cell[0] = cell_text(e->name);
        for (uint32_t k = 0; k < n; k++)
            w->cell[k + 1] = cell_interval(a, percent, e->exceed[k].share);
    }
    return t;
}

static struct table *exceed_long(struct arena *a, const struct run_result *r)
{
    struct table *t = table_new(a, "SLOWER THAN");
    table_column(t, (struct column){.heading = "execution", .left = true});
    table_column(t, (struct column){.heading = "time"});
    table_column(t, (struct column){.heading = "% of requests", .drop_interval = 1});
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        for (uint32_t k = 0; exec_has_result(e) && k < e->nexceed; k++) {
            struct row *w = table_row(t);
            w->cell[0] = cell_text(k ? NULL : e->name);
            w->cell[1] = cell_text(number_time(a, e->exceed[k].t));
            w->cell[2] = cell_interval(a, percent, e->exceed[k].share);
        }
    }
    return t;
}

struct table *view_exceed(struct arena *a, const struct run_result *r)
{
    enum { WIDE = 6 };
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        if (exec_has_result(&r->exec[i]) && r->exec[i].nexceed > n)
            n = r->exec[i].nexceed;
    return n == 0 ? NULL : n <= WIDE ? exceed_wide(a, r, n) : exceed_long(a, r);
}

/* ---- changes ---- */

struct cell cell_change(struct arena *a, struct scale s, struct interval v)
{
    struct cell c = cell_interval(a, s, v);
    if (!isfinite(v.value))
        return c;
    if (v.lo == 0 && v.hi == 0 && v.value == 0)
        return cell_text("0");
    if (v.lo < 0 && v.hi > 0)
        c.value = "none seen";
    else if (v.value > 0)
        c.value = arena_printf(a, "+%s", c.value);
    return c;
}

static const char *what_if_span(struct arena *a, const struct run_result *r,
                                const struct what_if_result *w)
{
    if (w->deadlock)
        return "deadlock";
    if (w->unstable && isfinite(w->unstable_utilisation))
        return arena_printf(a, "cannot carry the load then: %s at %s", w->unstable,
                            number_percent(a, w->unstable_utilisation));
    if (result_crowd(w->unstable))
        return "too many requests at once then";
    if (w->unstable)
        return arena_printf(a, "cannot carry the load then: %s", w->unstable);
    if (w->error)
        return "stopped by an error of the changed model";
    if (!isfinite(w->latency.mean.value))
        return "no result";
    const char *then =
        arena_printf(a, "mean %s, p99 %s then", number_time(a, w->latency.mean.value),
                     number_time(a, w->latency.q[3].value));
    const struct exec_result *e = &r->exec[w->exec];
    if (e->deadlock)
        return arena_printf(a, "no deadlock any more: %s", then);
    if (e->unstable)
        return arena_printf(a, "carries the load then: %s", then);
    return isfinite(w->mean_change.value) ? NULL : then;
}

struct table *view_what_if(struct arena *a, const struct run_result *r, uint32_t first, uint32_t n)
{
    const struct what_if_result *w = &r->what_if[first];
    double *v = NEW(a, double, 3 * (size_t)n + 1), *rate = NEW(a, double, n + 1);
    bool rates = false;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = w[i].mean_change.value;
        v[n + i] = w[i].p50_change.value;
        v[2 * n + i] = w[i].p99_change.value;
        rate[i] = w[i].throughput_change.value;
        rates = rates || isfinite(rate[i]);
    }
    struct scale unit = scale_time(a, v, 3 * (size_t)n), s[3];
    static const char *const title[] = {"mean", "p50", "p99"};
    static const uint8_t drop[] = {0, 4, 0}, drop_interval[] = {3, 6, 5};
    struct table *t = table_new(a, arena_printf(a, "WHAT IF %s", w->set));
    table_column(t, (struct column){.heading = "execution", .left = true});
    for (unsigned k = 0; k < 3; k++) {
        s[k] = scale_again(a, unit, v + (size_t)k * n, n);
        table_column(t, (struct column){.heading = arena_printf(a, "%s %s", title[k], s[k].unit),
                                        .drop = drop[k],
                                        .drop_interval = drop_interval[k]});
    }
    struct scale ratio = {0.01, "%", 1};
    if (rates)
        table_column(t, (struct column){.heading = "per second %", .drop = 2, .drop_interval = 7});
    for (uint32_t i = 0; i < n; i++) {
        struct row *q = table_row(t);
        q->cell[0] = cell_text(r->exec[w[i].exec].name);
        q->span = what_if_span(a, r, &w[i]);
        if (q->span && (w[i].deadlock || w[i].unstable || w[i].error))
            q->style = STYLE_BAD;
        if (q->span)
            continue;
        q->mark = w[i].complete ? NULL : "incomplete";
        q->cell[1] = cell_change(a, s[0], w[i].mean_change);
        q->cell[2] = cell_change(a, s[1], w[i].p50_change);
        q->cell[3] = cell_change(a, s[2], w[i].p99_change);
        if (rates)
            q->cell[4] = cell_change(a, ratio, w[i].throughput_change);
    }
    return t;
}

uint32_t what_if_group(const struct run_result *r, uint32_t first)
{
    uint32_t n = 0;
    while (first + n < r->nwhat_if &&
           (n == 0 || r->what_if[first + n].exec > r->what_if[first + n - 1].exec))
        n++;
    return n;
}

/* ---- why ---- */

static const char *wait_text(struct arena *a, const struct what_if_result *w)
{
    enum { WORTH = 100 }; /* waits below a hundredth of the mean latency explain nothing */
    if (!(w->wait * WORTH >= w->latency.mean.value))
        return "";
    return arena_printf(a, "; who needs it waits %s for it on the mean", number_time(a, w->wait));
}

void prose_what_if(struct paras *p, const struct run_result *r, uint32_t first, uint32_t n)
{
    struct arena *a = p->mem;
    for (uint32_t i = first; i < first + n; i++) {
        const struct what_if_result *w = &r->what_if[i];
        const char *name = r->exec[w->exec].name;
        if (result_crowd(w->unstable))
            para_add(p, "With %s, %s is not measured: too many requests are present at once.",
                     w->set, name);
        else if (w->unstable)
            para_add(p, "With %s, %s cannot carry the load: the queue for `%s` grows without end.",
                     w->set, name, w->unstable);
        else if (w->deadlock)
            para_add(p, "With %s, %s comes to a deadlock: 'pertinax run --set %s' tells which.",
                     w->set, name, w->set);
        else if (w->error)
            para_add(p, "With %s, %s stopped: %s.", w->set, name, w->error);
        else if (w->resource)
            para_add(p, "With %s, `%s` is %s busy under %s, after %s%s.", w->set, w->resource,
                     number_percent(a, w->utilisation), name, number_percent(a, w->utilisation_was),
                     wait_text(a, w));
    }
}
