/* SPDX-License-Identifier: GPL-3.0-or-later */
/* warn.c - what an expert would say of a run: numbers that are less sure than they look, and models
 * that ask for trouble.  To add a warning: a function with an id of its own here, a line in
 * warn_all(), a line in the README's table.  A warning has the numbers in it, and is not given
 * where the run itself shows the trouble (a deadlock, a load that cannot be carried). */
#include "run/experiment_impl.h"
#include <math.h>
#include <string.h>

enum { TAIL = 100 }; /* samples beyond a quantile, to be believed */
static const double saturated = 0.9;

void trial_warn(struct trial *t, const char *id, const char *text)
{
    enum { MOST = 32 };
    struct exec_result *e = t->e;
    for (uint32_t i = 0; i < e->nwarning; i++)
        if (strcmp(e->warning[i].id, id) == 0 && strcmp(e->warning[i].text, text) == 0)
            return;
    if (!e->warning)
        e->warning = NEW(t->mem, struct warning_result, MOST);
    if (e->nwarning < MOST)
        e->warning[e->nwarning++] = (struct warning_result){id, text};
}

/* "search.yaml:12" */
static const char *line_text(struct trial *t, struct loc at)
{
    return arena_printf(t->mem, "%s:%u", diag_file_name(t->d, at.file), (unsigned)at.line);
}

/* ---- samples ---- */

static void warn_few(struct trial *t)
{
    const struct latency_result *l = &t->e->all.latency;
    double n = (double)l->n, beyond99 = floor(n * 0.01 + 1e-9), beyond = floor(n * 0.001 + 1e-9);
    if (l->n == 0 || beyond >= TAIL || !(l->min.value < l->max.value) || t->sure)
        return;
    if (beyond99 < TAIL)
        trial_warn(t, "few-tail-samples",
                   arena_printf(t->mem,
                                "only %.0f requests are beyond p99 and %.0f beyond p99.9: take "
                                "their intervals rather than their values, or --requests 100000",
                                beyond99, beyond));
    else
        trial_warn(t, "few-tail-samples",
                   arena_printf(t->mem,
                                "only %.0f requests are beyond p99.9: take its interval "
                                "rather than its value, or --requests 100000",
                                beyond));
}

static bool is_open(const struct prog *p)
{
    bool open = false;
    for (uint32_t i = 0; i < p->ncls; i++)
        open = open || (p->cls[i].load && p->cls[i].load->kind == LOAD_OPEN);
    return open;
}

static void warn_saturation(struct trial *t)
{
    const double wide = 0.05;
    double width = interval_relative(t->e->all.latency.mean);
    for (uint32_t i = 0; is_open(t->p) && i < t->e->nresource; i++) {
        const struct resource_result *r = &t->e->resource[i];
        if (!(r->utilisation > saturated))
            continue;
        const char *known =
            width > wide && isfinite(width)
                ? arena_printf(t->mem, " (the mean is known to %.0f %% only)", 100 * width)
                : "";
        trial_warn(t, "near-saturation",
                   arena_printf(t->mem,
                                "%s is %.1f %% busy: averages come slowly there%s, and depend on "
                                "the rate",
                                r->name, 100 * r->utilisation, known));
    }
}

/* ---- laws ---- */

/* Infinite means and variances are in the laws, not in the samples. */
static void warn_law(struct trial *t, const char *what, const struct dist *law)
{
    const double much = 10; /* standard deviations in a mean */
    double mean = dist_mean(law), sd = sqrt(dist_variance(law));
    if (isfinite(mean) && isfinite(sd) && !(sd > much * fabs(mean)))
        return;
    if (!isfinite(mean) || !isfinite(sd))
        trial_warn(t, "heavy-tail",
                   arena_printf(t->mem,
                                "%s has %s: means and their intervals depend on the rarest "
                                "requests; percentiles do not",
                                what, isfinite(mean) ? "no finite variance" : "no finite mean"));
    else
        trial_warn(t, "heavy-tail",
                   arena_printf(t->mem,
                                "%s has a standard deviation of %.0f times its mean: means and "
                                "their intervals depend on the rarest requests; percentiles do "
                                "not",
                                what, sd / mean));
}

/* All laws that an expression draws from, unless something caps it. */
static void warn_expr(struct trial *t, const char *what, uint32_t expr)
{
    const struct xprog *x = &t->p->x;
    const struct xexpr *e = &x->expr[expr];
    double lo, hi;
    if (!e->draws)
        return;
    expr_bounds(x, expr, &lo, &hi);
    for (uint32_t i = e->start; !isfinite(hi) && i < e->start + e->n; i++)
        if (x->code[i].op == X_DIST)
            warn_law(t, what, x->dist[x->code[i].a]);
}

static void warn_tails(struct trial *t)
{
    const struct prog *p = t->p;
    for (uint32_t i = 0; i < p->ncall; i++) {
        uint32_t site = p->call[i].latency;
        if (site == NONE || p->site[site].expr == NONE)
            continue;
        const char *name = p->model->service[p->call[i].service].name;
        warn_expr(t, arena_printf(t->mem, "the latency of %s", name), p->site[site].expr);
    }
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t site = p->site_of[pc], mark = p->mark_of[pc];
        if (p->op[pc].code == OP_CALL || site == NONE || p->site[site].expr == NONE || mark == NONE)
            continue;
        warn_expr(t, arena_printf(t->mem, "the law of %s", p->mark[mark].path), p->site[site].expr);
    }
}

/* ---- models that ask for trouble ---- */

/* A thread that waits for its branches keeps its place in the pool: enough such requests at once
 * and nobody gets one. */
static void warn_nested(struct trial *t)
{
    const struct prog *p = t->p;
    if (p->kind != EXEC_THREADS || p->pool == NONE || p->server != NONE)
        return;
    const char *where = "";
    uint32_t n = 0;
    struct loc last = {0};
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        struct loc at = p->where[pc];
        if (o->code != OP_FORK || (o->flags & (OPF_LIGHT | OPF_INPLACE)) ||
            p->fork[o->a].kind == GROUP_DETACH || (at.file == last.file && at.line == last.line))
            continue;
        last = at;
        if (n++ < 3)
            where = arena_printf(t->mem, "%s%s%s", where, *where ? ", " : "", line_text(t, at));
    }
    if (n == 0)
        return;
    if (n > 3)
        where = arena_printf(t->mem, "%s and %u more", where, (unsigned)n - 3);
    trial_warn(t, "nested-pool",
               arena_printf(t->mem,
                            "a request keeps its thread while it waits for its branches (%s): when "
                            "%u of them hold all threads of `pool`, nothing moves any more; "
                            "`server: N` gives requests threads of their own",
                            where, (unsigned)p->res[p->pool].size));
}

static void warn_handoff(struct trial *t)
{
    const double much = 0.1; /* of the switch interval */
    const struct prog *p = t->p;
    uint32_t site = p->cost_site[COST_HANDOFF];
    if (!p->gil_contended || site == NONE || p->site[site].expr == NONE)
        return;
    double mean = expr_mean(&p->x, p->site[site].expr);
    char handoff[32], interval[32];
    if (!(mean > much * (double)p->interval))
        return;
    trial_warn(t, "gil-handoff",
               arena_printf(t->mem,
                            "passing the GIL on costs %s, and it is asked for every %s: threads "
                            "that compute at once lose up to %.0f %% of their time by it",
                            duration_text(mean, handoff),
                            duration_text((double)p->interval, interval),
                            100 * mean / (double)p->interval));
}

void warn_all(struct trial *t)
{
    if (!t->e->deadlock) {
        warn_few(t);
        warn_saturation(t);
        warn_nested(t);
    }
    warn_tails(t);
    warn_handoff(t);
}
