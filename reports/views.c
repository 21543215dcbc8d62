/* SPDX-License-Identifier: GPL-3.0-or-later */
/* views.c - which numbers of a run stand in which table.  The tables know no width; layout.c drops
 * columns by their `drop`, md.c shows all. */
#include "reports/layout.h"
#include <math.h>

/* ---- who is best ---- */

bool exec_has_result(const struct exec_result *e)
{
    return !e->unstable && !e->deadlock && !e->error && isfinite(e->all.latency.mean.value);
}

const struct speedup_result *speedup_of(const struct run_result *r, uint32_t exec)
{
    for (uint32_t i = 0; i < r->nspeedup; i++)
        if (r->speedup[i].of == exec && r->speedup[i].over != exec)
            return &r->speedup[i];
    return NULL;
}

static bool apart(struct interval a, struct interval b)
{
    return a.hi < b.lo || b.hi < a.lo; /* false where a bound is missing */
}

/* The ratios are over the same base on the same draws, so they tell more than the means; either
 * may say that two executions differ. */
static bool told_apart(const struct run_result *r, uint32_t base, uint32_t x, uint32_t y)
{
    const struct interval one = {1, 1, 1};
    const struct speedup_result *sx = speedup_of(r, x), *sy = speedup_of(r, y);
    if (apart(r->exec[x].all.latency.mean, r->exec[y].all.latency.mean))
        return true;
    if ((!sx && x != base) || (!sy && y != base))
        return false;
    return apart(x == base ? one : sx->ratio, y == base ? one : sy->ratio);
}

struct winners verdict_make(struct arena *a, const struct run_result *r)
{
    struct winners v = {r->nexec, r->nexec, 0, NEW(a, bool, r->nexec + 1)};
    for (uint32_t i = 0; i < r->nexec; i++) {
        if (!exec_has_result(&r->exec[i]))
            continue;
        if (v.base == r->nexec)
            v.base = i;
        if (v.best == r->nexec ||
            r->exec[i].all.latency.mean.value < r->exec[v.best].all.latency.mean.value)
            v.best = i;
    }
    if (r->nspeedup)
        v.base = r->speedup[0].over;
    for (uint32_t i = 0; i < r->nexec; i++) {
        v.among_best[i] =
            exec_has_result(&r->exec[i]) && (i == v.best || !told_apart(r, v.base, v.best, i));
        v.nbest += v.among_best[i];
    }
    return v;
}

const char *outcome_name(struct arena *a, int32_t status)
{
    return status ? arena_printf(a, "%d", (int)status) : "unanswered";
}

const char *place_text(struct arena *a, const struct diags *d, struct loc at)
{
    if (at.file == 0)
        return "";
    const char *name = d ? diag_file_name(d, at.file) : "";
    return arena_printf(a, "%s:%u:%u", name, (unsigned)at.line, (unsigned)at.col);
}

/* ---- tables ---- */

/* Values for a column's scale. */
struct values {
    double *v;
    size_t n;
};
static struct values values_new(struct arena *a, size_t room)
{
    return (struct values){NEW(a, double, room + 1), 0};
}
static void values_add(struct values *s, double x)
{
    s->v[s->n++] = x;
}

static const char *heading(struct arena *a, const char *what, struct scale s)
{
    return *s.unit ? arena_printf(a, "%s %s", what, s.unit) : what;
}

static const double *latency_value(const struct latency_result *l, unsigned k)
{
    return k == 0 ? &l->mean.value : k == 1 ? &l->q[0].value : &l->q[3].value;
}

/* Mean, p50 and p99 in one unit, each with its own decimals, of the latencies given. */
enum { LATENCIES = 3 };
static void latency_scales(struct arena *a, const struct latency_result *const *l, size_t n,
                           struct scale *out)
{
    struct values all = values_new(a, LATENCIES * n);
    for (unsigned k = 0; k < LATENCIES; k++)
        for (size_t i = 0; i < n; i++)
            values_add(&all, *latency_value(l[i], k));
    struct scale unit = scale_time(a, all.v, all.n);
    for (unsigned k = 0; k < LATENCIES; k++)
        out[k] = scale_again(a, unit, all.v + k * n, n);
}

static void latency_columns(struct table *t, const struct scale *s)
{
    struct arena *a = t->mem;
    table_column(t, (struct column){.heading = heading(a, "mean", s[0]), .drop_interval = 3});
    table_column(
        t, (struct column){.heading = heading(a, "p50", s[1]), .drop = 4, .drop_interval = 9});
    table_column(
        t, (struct column){.heading = heading(a, "p99", s[2]), .drop = 1, .drop_interval = 6});
}

static void latency_cells(struct table *t, struct row *w, uint32_t at, const struct scale *s,
                          const struct latency_result *l)
{
    w->cell[at] = cell_interval(t->mem, s[0], l->mean);
    w->cell[at + 1] = cell_interval(t->mem, s[1], l->q[0]);
    w->cell[at + 2] = cell_interval(t->mem, s[2], l->q[3]);
}

const char *exec_span(struct arena *a, const struct exec_result *e)
{
    if (e->deadlock)
        return arena_printf(a, "deadlock after %s", number_time(a, e->deadlock->time));
    if (e->unstable && isfinite(e->unstable_utilisation))
        return arena_printf(a, "cannot carry this load: %s at %s", e->unstable,
                            number_percent(a, e->unstable_utilisation));
    if (result_crowd(e->unstable))
        return arena_printf(a, "too many at once: %s %s", number_count(a, e->unstable_present),
                            e->unstable);
    if (e->unstable)
        return arena_printf(a, "cannot carry this load: %s", e->unstable);
    return e->error ? "stopped by an error of the model" : "no result";
}

static const char *exec_mark(const struct run_result *r, const struct winners *v, uint32_t i)
{
    if (!r->exec[i].complete)
        return "incomplete";
    return r->nexec > 1 && v->among_best[i] ? "◀ best" : NULL;
}

/* A column of one number an execution. */
struct extra {
    bool shown;
    uint32_t column;
    struct scale scale;
};
static struct extra extra_add(struct table *t, const struct run_result *r, bool makespan)
{
    struct extra x = {0};
    struct values s = values_new(t->mem, r->nexec);
    for (uint32_t i = 0; i < r->nexec; i++)
        if (exec_has_result(&r->exec[i]))
            values_add(&s, makespan ? r->exec[i].makespan : r->exec[i].all.throughput.value);
    for (size_t i = 0; i < s.n; i++)
        x.shown = x.shown || (isfinite(s.v[i]) && (makespan || !r->no_load));
    if (!x.shown)
        return x;
    x.scale = makespan ? scale_time(t->mem, s.v, s.n) : scale_plain(t->mem, s.v, s.n);
    x.column = table_column(
        t,
        (struct column){.heading = heading(t->mem, makespan ? "all done" : "per second", x.scale),
                        .drop = makespan ? 2 : 7,
                        .drop_interval = 10});
    return x;
}

static struct cell speedup_cell(struct arena *a, const struct run_result *r,
                                const struct winners *v, uint32_t i)
{
    const struct speedup_result *s = speedup_of(r, i);
    if (!s)
        return cell_text(i == v->base ? "1.00x" : "-");
    double x = s->ratio.value;
    struct scale plain = scale_plain(a, &x, 1);
    struct cell c = cell_interval(a, plain, s->ratio);
    c.value = isfinite(x) ? number_ratio(a, x) : "-";
    return c;
}

struct table *view_comparison(struct arena *a, const struct run_result *r)
{
    struct table *t = table_new(a, NULL);
    struct winners v = verdict_make(a, r);
    const struct latency_result **l = NEW(a, const struct latency_result *, r->nexec + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        if (exec_has_result(&r->exec[i]))
            l[n++] = &r->exec[i].all.latency;
    struct scale s[LATENCIES];
    latency_scales(a, l, n, s);
    table_column(t, (struct column){.heading = "EXECUTION", .left = true});
    latency_columns(t, s);
    struct extra rate = extra_add(t, r, false), span = extra_add(t, r, true);
    bool ratio = r->nspeedup > 0 && v.base < r->nexec;
    uint32_t rc = 0;
    if (ratio) {
        const char *over = arena_printf(a, "over %s", r->exec[v.base].name);
        rc = table_column(t, (struct column){.heading = text_width(over) > 16 ? "speedup" : over,
                                             .drop = 2,
                                             .drop_interval = 8});
    }
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        struct row *w = table_row(t);
        w->cell[0] = cell_text(e->name);
        if (!exec_has_result(e)) {
            w->style = STYLE_BAD;
            w->span = exec_span(a, e);
            continue;
        }
        w->mark = exec_mark(r, &v, i);
        w->style = r->nexec > 1 && v.among_best[i] ? STYLE_GOOD : STYLE_PLAIN;
        latency_cells(t, w, 1, s, &e->all.latency);
        if (rate.shown)
            w->cell[rate.column] = cell_interval(a, rate.scale, e->all.throughput);
        if (span.shown)
            w->cell[span.column] = cell_bare(a, span.scale, e->makespan);
        if (ratio)
            w->cell[rc] = speedup_cell(a, r, &v, i);
    }
    return t;
}

static struct cell share_cell(struct arena *a, struct interval share)
{
    struct scale percent = {0.01, "", 1};
    struct cell c = cell_interval(a, percent, share);
    return c;
}

struct table *view_outcomes(struct arena *a, const struct run_result *r)
{
    uint32_t n = 0, most = 0;
    for (uint32_t i = 0; i < r->nexec; i++) {
        uint32_t k = exec_has_result(&r->exec[i]) ? r->exec[i].all.noutcome : 0;
        n += k;
        most = k > most ? k : most;
    }
    if (most < 2)
        return NULL;
    const struct latency_result **l = NEW(a, const struct latency_result *, n);
    n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        for (uint32_t k = 0; exec_has_result(&r->exec[i]) && k < r->exec[i].all.noutcome; k++)
            l[n++] = &r->exec[i].all.outcome[k].latency;
    struct scale s[LATENCIES];
    latency_scales(a, l, n, s);
    struct table *t = table_new(a, "OUTCOMES");
    table_column(t, (struct column){.heading = "execution", .left = true});
    table_column(t, (struct column){.heading = "outcome", .left = true});
    table_column(t, (struct column){.heading = "share %", .drop_interval = 5});
    latency_columns(t, s);
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        for (uint32_t k = 0; exec_has_result(e) && k < e->all.noutcome; k++) {
            const struct outcome_result *o = &e->all.outcome[k];
            struct row *w = table_row(t);
            w->cell[0] = cell_text(k ? NULL : e->name);
            w->cell[1] = cell_text(outcome_name(a, o->status));
            w->cell[2] = share_cell(a, o->share);
            latency_cells(t, w, 3, s, &o->latency);
        }
    }
    return t;
}

struct table *view_classes(struct arena *a, const struct run_result *r)
{
    uint32_t n = 0, most = 0;
    for (uint32_t i = 0; i < r->nexec; i++) {
        uint32_t k = exec_has_result(&r->exec[i]) ? r->exec[i].nclass : 0;
        n += k;
        most = k > most ? k : most;
    }
    if (most < 2)
        return NULL;
    const struct latency_result **l = NEW(a, const struct latency_result *, n);
    struct values rate = values_new(a, n);
    n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        for (uint32_t k = 0; exec_has_result(&r->exec[i]) && k < r->exec[i].nclass; k++) {
            l[n++] = &r->exec[i].cls[k].latency;
            values_add(&rate, r->exec[i].cls[k].throughput.value);
        }
    struct scale s[LATENCIES], rates = scale_plain(a, rate.v, rate.n);
    latency_scales(a, l, n, s);
    struct table *t = table_new(a, "CLASSES OF REQUESTS");
    table_column(t, (struct column){.heading = "execution", .left = true});
    table_column(t, (struct column){.heading = "class", .left = true});
    latency_columns(t, s);
    table_column(t, (struct column){.heading = "per second", .drop = 2, .drop_interval = 10});
    table_column(t, (struct column){.heading = "requests", .drop = 8});
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        for (uint32_t k = 0; exec_has_result(e) && k < e->nclass; k++) {
            const struct class_result *c = &e->cls[k];
            struct row *w = table_row(t);
            w->cell[0] = cell_text(k ? NULL : e->name);
            w->cell[1] = cell_text(c->name);
            latency_cells(t, w, 2, s, &c->latency);
            w->cell[5] = cell_interval(a, rates, c->throughput);
            w->cell[6] = cell_text(number_count(a, c->requests));
        }
    }
    return t;
}

/* A table over resources with a limit; its columns as rows of this. */
static double resource_value(const struct resource_result *q, unsigned k)
{
    const double v[] = {q->utilisation, q->queue,    q->wait,
                        q->wait_p99,    q->rejected, q->queue_timeouts};
    return v[k];
}

struct table *view_resources(struct arena *a, const struct run_result *r)
{
    enum { BUSY, QUEUE, WAIT, WAIT99, REJECTED, TIMEOUTS, KINDS };
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        n += r->exec[i].nresource;
    struct values v[KINDS];
    bool any[KINDS] = {false};
    for (unsigned k = 0; k < KINDS; k++)
        v[k] = values_new(a, n);
    for (uint32_t i = 0; i < r->nexec; i++)
        for (uint32_t j = 0; exec_has_result(&r->exec[i]) && j < r->exec[i].nresource; j++) {
            const struct resource_result *q = &r->exec[i].resource[j];
            for (unsigned k = 0; isfinite(q->utilisation) && k < KINDS; k++) {
                values_add(&v[k], resource_value(q, k));
                any[k] = any[k] || resource_value(q, k) > 0;
            }
        }
    if (v[BUSY].n == 0)
        return NULL;
    struct scale wait = scale_time(a, any[WAIT99] ? v[WAIT99].v : v[WAIT].v, v[WAIT].n);
    struct scale s[KINDS] = {{0.01, "%", 1},
                             {1, "", 2},
                             scale_again(a, wait, v[WAIT].v, v[WAIT].n),
                             scale_again(a, wait, v[WAIT99].v, v[WAIT99].n),
                             {1, "", 0},
                             {1, "", 0}};
    static const char *const title[] = {"busy",     "queue",    "wait",
                                        "wait p99", "rejected", "timeouts"};
    static const uint8_t drop[] = {0, 5, 0, 3, 6, 7};
    struct table *t = table_new(a, "LIMITS");
    table_column(t, (struct column){.heading = "execution", .left = true});
    table_column(t, (struct column){.heading = "resource", .left = true});
    uint32_t col[KINDS];
    for (unsigned k = 0; k < KINDS; k++) /* a column of zeros only would say nothing */
        if (k < REJECTED || any[k])
            col[k] = table_column(
                t, (struct column){.heading = heading(a, title[k], s[k]), .drop = drop[k]});
    for (uint32_t i = 0; i < r->nexec; i++) {
        const char *name = r->exec[i].name;
        for (uint32_t j = 0; exec_has_result(&r->exec[i]) && j < r->exec[i].nresource; j++) {
            const struct resource_result *q = &r->exec[i].resource[j];
            if (!isfinite(q->utilisation))
                continue;
            struct row *w = table_row(t);
            w->cell[0] = cell_text(name);
            name = NULL;
            w->cell[1] = cell_text(q->name);
            for (unsigned k = 0; k < KINDS; k++)
                if (k < REJECTED || any[k])
                    w->cell[col[k]] = cell_bare(a, s[k], resource_value(q, k));
        }
    }
    return t;
}

/* One column: the mean, and the peak in the place of an interval. */
static void usage_column(struct table *t, const struct run_result *r, uint32_t kind)
{
    static const char *const title[] = {"threads", "tasks", "memory"};
    static const uint8_t drop[] = {0, 2, 1};
    struct arena *a = t->mem;
    struct values mean = values_new(a, r->nexec), peak = values_new(a, r->nexec);
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        values_add(&mean, kind == 0 ? e->threads.mean : kind == 1 ? e->tasks.mean : e->memory.mean);
        values_add(&peak, kind == 0 ? e->threads.peak : kind == 1 ? e->tasks.peak : e->memory.peak);
    }
    bool any = false;
    for (size_t i = 0; i < peak.n; i++)
        any = any || peak.v[i] > 0;
    if (!any)
        return;
    struct scale s = kind == 2 ? scale_size(a, mean.v, mean.n) : (struct scale){1, "", 1};
    s.decimals = s.decimals > 1 ? 1 : s.decimals;
    uint32_t c = table_column(t, (struct column){.heading = heading(a, title[kind], s),
                                                 .drop = drop[kind],
                                                 .drop_interval = (uint8_t)(3 + kind)});
    uint32_t i = 0;
    for (struct row *w = t->first; w; w = w->next, i++) {
        while (!exec_has_result(&r->exec[i]))
            i++;
        double most = peak.v[i] / s.per;
        int decimals = kind == 2 && fabs(most - floor(most)) > 1e-9 ? 1 : 0;
        w->cell[c] = cell_bare(a, s, mean.v[i]);
        w->cell[c].interval = arena_printf(a, "(%s)", number_fixed(a, most, decimals));
    }
}

struct table *view_usage(struct arena *a, const struct run_result *r)
{
    double most = 0;
    struct table *t = table_new(a, "IN USE: mean (peak)");
    table_column(t, (struct column){.heading = "execution", .left = true});
    for (uint32_t i = 0; i < r->nexec; i++) {
        const struct exec_result *e = &r->exec[i];
        const double peak[] = {e->threads.peak, e->tasks.peak, e->memory.peak};
        if (!exec_has_result(e))
            continue;
        table_row(t)->cell[0] = cell_text(e->name);
        for (size_t k = 0; k < sizeof peak / sizeof *peak; k++)
            most = peak[k] > most ? peak[k] : most;
    }
    if (most <= 1) /* one thread, one task: nothing to tell */
        return NULL;
    for (uint32_t kind = 0; kind < 3; kind++)
        usage_column(t, r, kind);
    return t;
}

struct table *view_spread(struct arena *a, const struct run_result *r)
{
    static const char *const title[] = {"sd", "min", "p90", "p95", "p99.9", "max"};
    static const uint8_t drop[] = {4, 5, 3, 2, 0, 1};
    enum { KINDS = 6 };
    struct values all = values_new(a, (size_t)KINDS * r->nexec);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nexec; i++)
        n += exec_has_result(&r->exec[i]);
    if (n == 0)
        return NULL;
    struct interval *v = NEW(a, struct interval, (size_t)n * KINDS);
    for (unsigned k = 0; k < KINDS; k++) {
        uint32_t j = 0;
        for (uint32_t i = 0; i < r->nexec; i++) {
            const struct latency_result *l = &r->exec[i].all.latency;
            const struct interval x[KINDS] = {l->sd, l->min, l->q[1], l->q[2], l->q[4], l->max};
            if (!exec_has_result(&r->exec[i]))
                continue;
            v[j++ * KINDS + k] = x[k];
            values_add(&all, x[k].value);
        }
    }
    struct table *t = table_new(a, "SPREAD");
    table_column(t, (struct column){.heading = "execution", .left = true});
    struct scale unit = scale_time(a, all.v, all.n), s[KINDS];
    for (unsigned k = 0; k < KINDS; k++) {
        s[k] = scale_again(a, unit, all.v + (size_t)k * n, n);
        table_column(t, (struct column){.heading = heading(a, title[k], s[k]),
                                        .drop = drop[k],
                                        .drop_interval = (uint8_t)(6 + k)});
    }
    uint32_t j = 0;
    for (uint32_t i = 0; i < r->nexec; i++) {
        if (!exec_has_result(&r->exec[i]))
            continue;
        struct row *w = table_row(t);
        w->cell[0] = cell_text(r->exec[i].name);
        for (unsigned k = 0; k < KINDS; k++) {
            struct interval x = v[j * KINDS + k];
            bool quantile = k >= 2 && k <= 4;
            w->cell[k + 1] = quantile ? cell_interval(a, s[k], x) : cell_bare(a, s[k], x.value);
        }
        j++;
    }
    return t;
}

struct table *view_steps(struct arena *a, const struct run_result *r, uint32_t exec)
{
    const struct exec_result *e = &r->exec[exec];
    if (e->nstep == 0 || !exec_has_result(e))
        return NULL;
    struct values mean = values_new(a, e->nstep), p99 = values_new(a, e->nstep);
    bool tries = false, fails = false;
    for (uint32_t i = 0; i < e->nstep; i++) {
        values_add(&mean, e->step[i].mean);
        values_add(&p99, e->step[i].p99);
        tries = tries || e->step[i].attempts > 1;
        fails = fails || e->step[i].failures > 0;
    }
    struct scale unit = scale_time(a, mean.v, mean.n), high = scale_again(a, unit, p99.v, p99.n);
    struct table *t = table_new(a, arena_printf(a, "STEPS UNDER %s", e->name));
    table_column(t, (struct column){.heading = "step", .left = true, .keep_end = true});
    table_column(t, (struct column){.heading = "per request", .drop = 4});
    table_column(t, (struct column){.heading = heading(a, "mean", unit)});
    table_column(t, (struct column){.heading = heading(a, "p99", high), .drop = 1});
    uint32_t tc = tries ? table_column(t, (struct column){.heading = "attempts", .drop = 3}) : 0;
    uint32_t fc = fails ? table_column(t, (struct column){.heading = "failures", .drop = 2}) : 0;
    const struct scale few = {1, "", 2};
    for (uint32_t i = 0; i < e->nstep; i++) {
        const struct step_result *q = &e->step[i];
        struct row *w = table_row(t);
        w->cell[0] = cell_text(q->path);
        w->cell[1] = cell_bare(a, few, q->count);
        w->cell[2] = cell_bare(a, unit, q->mean);
        w->cell[3] = cell_bare(a, high, q->p99);
        if (tries)
            w->cell[tc] = cell_bare(a, few, q->attempts);
        if (fails)
            w->cell[fc] = cell_bare(a, few, q->failures);
    }
    return t;
}
