/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_judge.c - see sweep_judge.h. */
#include "core/sweep_judge.h"
#include <math.h>
#include <string.h>

static const double wrong = 0.05; /* chance of a wrong mark, knee or winner, over all of them */
static const double little = 0.05;

/* ORDER sweep_metric */
const struct sweep_metric_row sweep_metric_row[SWEEP_METRIC_COUNT] = {
    {"mean", "mean latency", false, true},
    {"p50", "median of latency", false, true},
    {"p90", "90th percentile of latency", false, true},
    {"p95", "95th percentile of latency", false, true},
    {"p99", "99th percentile of latency", false, true},
    {"p999", "99.9th percentile of latency", false, true},
    {"throughput", "responses a second", true, false},
    {"speedup", "speedup of mean latency", true, false},
    {"makespan", "time until all is done", false, true},
};

/* ---- cells and lines ---- */

static uint32_t stride(const struct sweep_result *r, uint32_t axis)
{
    uint32_t n = 1;
    for (uint32_t i = axis + 1; i < r->naxis && !r->zip; i++)
        n *= r->axis[i].n;
    return n;
}

uint32_t sweep_ways(const struct sweep_result *r)
{
    return r->zip ? r->naxis > 0 : r->naxis;
}

uint32_t sweep_next(const struct sweep_result *r, uint32_t axis, uint32_t cell)
{
    if (r->cell[cell].at[axis] + 1 >= r->axis[axis].n)
        return SWEEP_NONE;
    return cell + stride(r, axis);
}

const char *sweep_cell_text(struct arena *a, const struct sweep_result *r, uint32_t cell)
{
    const char *s = "";
    for (uint32_t i = 0; i < r->naxis; i++)
        s = arena_printf(a, "%s%s%s=%s", s, i ? ", " : "", r->axis[i].name,
                         r->axis[i].value[r->cell[cell].at[i]]);
    return s;
}

/* ---- comparisons ---- */

static struct interval value_of(const struct sweep_result *r, const struct sweep_exec *e)
{
    const struct interval none = {NAN, NAN, NAN};
    if (!e->complete || e->unstable || e->deadlock || e->error)
        return none;
    switch (r->metric) {
    case SWEEP_MEAN:
        return e->latency.mean;
    case SWEEP_THROUGHPUT:
        return e->throughput;
    case SWEEP_SPEEDUP:
        return e->speedup;
    case SWEEP_MAKESPAN:
        return (struct interval){e->makespan, NAN, NAN};
    default:
        return e->latency.q[r->metric - SWEEP_P50];
    }
}

/* A makespan is a mean over sections, whose interval is not told elsewhere. */
static struct interval sections_mean(const struct sweep_exec *e, struct interval v)
{
    if (!isfinite(v.value) || e->nsection == 0)
        return v;
    if (e->nsection == 1)
        return (struct interval){v.value, v.value, v.value};
    struct interval m = stats_mean(e->section, e->nsection, 0.95);
    return (struct interval){v.value, m.lo, m.hi};
}

static bool exact(const struct sweep_exec *e)
{
    return e->value.lo >= e->value.value && e->value.hi <= e->value.value;
}

static double section_at(const struct sweep_exec *e, uint32_t i)
{
    return exact(e) ? e->value.value : i < e->nsection ? e->section[i] : NAN;
}

/* How much worse x is than y: its estimate and its one-sided error at 1 - alpha.  An error of
 * INFINITY: they cannot be compared. */
struct gap {
    double value, error;
};
static struct gap gap_of(const struct sweep_result *r, const struct sweep_exec *x,
                         const struct sweep_exec *y, double alpha)
{
    double sign = sweep_metric_row[r->metric].more ? -1 : 1;
    struct gap g = {sign * (x->value.value - y->value.value), 0};
    double scale = fmax(fabs(x->value.value), fabs(y->value.value));
    if (fabs(g.value) <= 1e-12 * scale)
        g.value = 0; /* the same, but for the order of sums */
    if (x == y || (exact(x) && exact(y)))
        return g;
    struct moments m = {0};
    uint32_t n = x->nsection > y->nsection ? x->nsection : y->nsection;
    for (uint32_t i = 0; i < n; i++) {
        double d = section_at(x, i) - section_at(y, i);
        if (isfinite(d))
            moments_add(&m, d);
    }
    if (m.n < 2) {
        g.error = INFINITY;
        return g;
    }
    g.error = stats_t(1 - alpha, (double)m.n - 1) * sqrt(moments_variance(&m) / (double)m.n);
    return g;
}

static bool has(const struct sweep_exec *e)
{
    return isfinite(e->value.value);
}

static bool better(const struct sweep_result *r, const struct sweep_exec *x,
                   const struct sweep_exec *y)
{
    return sweep_metric_row[r->metric].more ? x->value.value > y->value.value
                                            : x->value.value < y->value.value;
}

/* ---- marks ---- */

static void judge_marks(struct sweep_result *r)
{
    uint64_t n = 0;
    const struct sweep_exec *best = NULL;
    r->best_cell = r->best_exec = SWEEP_NONE;
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++) {
            const struct sweep_exec *e = &r->cell[i].exec[k];
            if (!has(e))
                continue;
            n++;
            if (!best || better(r, e, best)) {
                best = e;
                r->best_cell = i;
                r->best_exec = k;
            }
        }
    if (!best)
        return;
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++) {
            struct sweep_exec *e = &r->cell[i].exec[k];
            if (!has(e))
                continue;
            struct gap g = gap_of(r, e, best, wrong / (double)(n > 1 ? n - 1 : 1));
            e->mark = e == best ? SWEEP_BEST : g.value > g.error ? SWEEP_WORSE : SWEEP_NEAR;
        }
}

static void judge_winners(struct sweep_result *r)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < r->ncell; i++)
        n += r->cell[i].have;
    double alpha = wrong / (double)(n * (r->nexec > 1 ? r->nexec - 1 : 1) + (n == 0));
    for (uint32_t i = 0; i < r->ncell; i++) {
        struct sweep_cell *c = &r->cell[i];
        c->best = SWEEP_NONE;
        for (uint32_t k = 0; c->have && k < r->nexec; k++)
            if (has(&c->exec[k]) &&
                (c->best == SWEEP_NONE || better(r, &c->exec[k], &c->exec[c->best])))
                c->best = k;
        c->sure = c->best != SWEEP_NONE;
        for (uint32_t k = 0; c->sure && k < r->nexec; k++) {
            if (k == c->best || !has(&c->exec[k]))
                continue; /* no value is no rival */
            struct gap g = gap_of(r, &c->exec[k], &c->exec[c->best], alpha);
            c->sure = g.value > g.error;
        }
    }
}

/* ---- lines ---- */

struct line {
    uint32_t axis, exec, first;
    uint32_t n, best; /* cells with a value, and the best of them */
};

static void line_look(const struct sweep_result *r, struct line *l)
{
    l->n = 0;
    l->best = SWEEP_NONE;
    for (uint32_t c = l->first; c != SWEEP_NONE; c = sweep_next(r, l->axis, c)) {
        if (!r->cell[c].have || !has(&r->cell[c].exec[l->exec]))
            continue;
        l->n++;
        if (l->best == SWEEP_NONE ||
            better(r, &r->cell[c].exec[l->exec], &r->cell[l->best].exec[l->exec]))
            l->best = c;
    }
}

/* Within 5 % of the line's best, beyond doubt. */
static bool line_near(const struct sweep_result *r, const struct line *l, uint32_t cell)
{
    const struct sweep_exec *best = &r->cell[l->best].exec[l->exec];
    if (!r->cell[cell].have || !has(&r->cell[cell].exec[l->exec]))
        return false;
    const struct sweep_exec *e = &r->cell[cell].exec[l->exec];
    struct gap g = gap_of(r, e, best, wrong / (double)(l->n - 1));
    return g.value + g.error <= little * fabs(best->value.value);
}

static void knee_of(struct sweep_result *r, struct line *l)
{
    uint32_t from = SWEEP_NONE, upto = SWEEP_NONE, last = l->first;
    line_look(r, l);
    if (l->n < 3)
        return;
    for (uint32_t c = l->first; c != SWEEP_NONE; c = sweep_next(r, l->axis, c)) {
        bool is_near = line_near(r, l, c);
        if (is_near && from == SWEEP_NONE)
            from = c;
        if (is_near && (c == l->first || upto == last))
            upto = c;
        last = c;
    }
    struct sweep_knee k = {.axis = l->axis, .exec = l->exec, .first = l->first, .best = l->best};
    if (from == SWEEP_NONE || from == last || upto == last || upto == l->first)
        return; /* no plateau is seen, or nothing changes, or all of it costs */
    k.kind = from == l->first ? SWEEP_KNEE_UPTO : SWEEP_KNEE_FROM;
    k.cell = from == l->first ? upto : from;
    r->knee[r->nknee++] = k;
}

static void crosses_of(struct sweep_result *r, uint32_t axis, uint32_t first, bool fill)
{
    uint32_t winner = SWEEP_NONE, last = SWEEP_NONE;
    for (uint32_t c = first; c != SWEEP_NONE; c = sweep_next(r, axis, c)) {
        const struct sweep_cell *x = &r->cell[c];
        if (!x->have || !x->sure)
            continue;
        if (winner != SWEEP_NONE && winner != x->best) {
            if (fill)
                r->cross[r->ncross] = (struct sweep_cross){.axis = axis,
                                                           .from = winner,
                                                           .to = x->best,
                                                           .first = first,
                                                           .last = last,
                                                           .cell = c};
            r->ncross++;
        }
        winner = x->best;
        last = c;
    }
}

static void judge_lines(struct sweep_result *r)
{
    uint64_t lines = 0;
    for (uint32_t x = 0; x < sweep_ways(r); x++)
        lines += r->axis[x].n ? r->ncell / r->axis[x].n : 0;
    r->nknee = 0;
    r->knee = NEW(r->base.mem, struct sweep_knee, lines * r->nexec);
    for (uint32_t x = 0; x < sweep_ways(r); x++)
        for (uint32_t k = 0; r->axis[x].rising && k < r->nexec; k++)
            for (uint32_t c = 0; c < r->ncell; c++)
                if (r->cell[c].at[x] == 0)
                    knee_of(r, &(struct line){.axis = x, .exec = k, .first = c});
    for (int fill = 0; fill < 2; fill++) {
        r->cross = fill ? NEW(r->base.mem, struct sweep_cross, r->ncross) : NULL;
        r->ncross = 0;
        for (uint32_t x = 0; x < sweep_ways(r); x++)
            for (uint32_t c = 0; r->axis[x].rising && r->nexec > 1 && c < r->ncell; c++)
                if (r->cell[c].at[x] == 0)
                    crosses_of(r, x, c, fill);
    }
}

void sweep_judge(struct sweep_result *r)
{
    for (uint32_t i = 0; i < r->ncell; i++)
        for (uint32_t k = 0; r->cell[i].have && k < r->nexec; k++) {
            struct sweep_exec *e = &r->cell[i].exec[k];
            e->mark = SWEEP_WORSE;
            e->value = value_of(r, e);
            if (r->metric == SWEEP_MAKESPAN)
                e->value = sections_mean(e, e->value);
        }
    r->judged = r->shards == 1;
    r->best_cell = r->best_exec = SWEEP_NONE;
    r->nknee = r->ncross = 0;
    if (!r->judged)
        return;
    judge_marks(r);
    judge_winners(r);
    judge_lines(r);
}
