/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assume.c - what a run takes for granted, in words: load, cores, GIL, costs, an execution's row.
 */
#include "run/experiment_impl.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* "a, b": for phrases that grow. */
static void phrase_add(struct arena *a, const char **s, const char *separator, const char *more)
{
    *s = **s ? arena_printf(a, "%s%s%s", *s, separator, more) : more;
}

static const struct xexpr *site_expr(const struct prog *p, uint32_t site)
{
    if (site == NONE || p->site[site].expr == NONE)
        return NULL;
    return &p->x.expr[p->site[site].expr];
}

/* A duration as it is known: its value, else what the author wrote. */
static const char *site_text(struct arena *a, const struct prog *p, uint32_t site,
                             const struct expr *written)
{
    const struct xexpr *e = site_expr(p, site);
    if (e && e->constant)
        return dist_value(a, e->value, true);
    if (written && written->text)
        return arena_strndup(a, written->text, written->ntext);
    return "drawn";
}

static const char *size_text(struct arena *a, double bytes)
{
    static const struct {
        double per;
        const char *unit;
    } units[] = {{1048576.0 * 1024, "GiB"},
                 {1e9, "GB"},
                 {1048576, "MiB"},
                 {1e6, "MB"},
                 {1024, "KiB"},
                 {1000, "KB"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (bytes >= units[i].per && fmod(bytes, units[i].per) == 0)
            return arena_printf(a, "%.0f%s", bytes / units[i].per, units[i].unit);
    return arena_printf(a, "%.0fB", bytes);
}

const char *assume_summary(struct arena *a, const struct prog *p)
{
    const char *s = "";
    const struct {
        const char *name;
        uint32_t res;
        const struct expr *written; /* a serial worker is a server nobody wrote */
    } row[] = {{"pool", p->pool, p->exec->pool},
               {"server", p->server, p->exec->server},
               {"limit", p->limit, p->exec->limit}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (row[i].res != NONE && row[i].written)
            phrase_add(a, &s, ", ",
                       arena_printf(a, "%s %" PRIu32, row[i].name, p->res[row[i].res].size));
    if (p->queue_limit != NONE)
        phrase_add(a, &s, ", ", arena_printf(a, "queue %" PRIu32, p->queue_limit));
    if (p->exec->costs)
        phrase_add(a, &s, ", ", arena_printf(a, "costs %s", p->exec->costs));
    for (int c = 0; c < COST_COUNT; c++)
        if (p->cost_site[c] != NONE)
            phrase_add(a, &s, ", ",
                       arena_printf(a, "%s %s", cost_name[c],
                                    site_text(a, p, p->cost_site[c], p->exec->cost[c])));
    if (p->stack > 0)
        phrase_add(a, &s, ", ", arena_printf(a, "stack %s", size_text(a, p->stack)));
    if (p->frame > 0)
        phrase_add(a, &s, ", ", arena_printf(a, "frame %s", size_text(a, p->frame)));
    return s;
}

static const char *open_text(struct arena *a, const struct prog *p, const struct prog_class *c)
{
    const struct xexpr *e = site_expr(p, c->between);
    double mean = e ? expr_mean(&p->x, p->site[c->between].expr) : NAN;
    const char *law = c->load->arrivals == ARRIVE_POISSON         ? "Poisson"
                      : c->load->arrivals == ARRIVE_DETERMINISTIC ? "evenly spaced"
                                                                  : "gamma";
    const struct expr *r = c->load->rate;
    if (mean > 0 && isfinite(mean))
        return arena_printf(a, "open load, %.6g/s %s", 1e9 / mean, law);
    if (r && r->text)
        return arena_printf(a, "open load, %.*s %s", (int)r->ntext, r->text, law);
    return arena_printf(a, "open load, %s", law);
}

static const char *class_text(struct arena *a, const struct prog *p, const struct prog_class *c)
{
    const struct xexpr *think;
    switch (c->load->kind) {
    case LOAD_OPEN:
        return open_text(a, p, c);
    case LOAD_CLOSED:
        think = site_expr(p, c->think);
        if (!think || (think->constant && think->value <= 0))
            return arena_printf(a, "%" PRIu32 " client%s, no think time", c->clients,
                                c->clients == 1 ? "" : "s");
        return arena_printf(a, "%" PRIu32 " client%s, think %s", c->clients,
                            c->clients == 1 ? "" : "s", site_text(a, p, c->think, c->load->think));
    case LOAD_REPLAY:
        return arena_printf(a, "%" PRIu32 " recorded arrivals", c->load->nreplay);
    case LOAD_BACKLOG:
        return arena_printf(a, "a backlog of %" PRIu32 " requests, all ready at 0", c->backlog);
    case LOAD_NONE:
        break;
    }
    return "";
}

const char *assume_load(struct arena *a, const struct prog *p)
{
    const char *s = "";
    for (uint32_t i = 0; i < p->ncls; i++) {
        const struct prog_class *c = &p->cls[i];
        if (!c->load)
            return "one request at a time in an idle system";
        const char *text = class_text(a, p, c);
        phrase_add(a, &s, "; ", p->ncls > 1 ? arena_printf(a, "%s: %s", c->name, text) : text);
    }
    return s;
}

const char *assume_cores(struct arena *a, const struct prog *p)
{
    const char *s = arena_printf(a, "%" PRIu32 " core%s", p->cores, p->cores == 1 ? "" : "s");
    if (p->workers > 1)
        s = arena_printf(a, "%s, %" PRIu32 " workers%s", s, p->workers,
                         p->random_balance ? " balanced at random" : "");
    switch (p->schedule) {
    case SCHEDULE_FIFO:
        return arena_printf(a, "%s, fifo", s);
    case SCHEDULE_PS:
        return arena_printf(a, "%s, ps", s);
    case SCHEDULE_RR:
        break;
    }
    return arena_printf(a, "%s, rr(%s)", s, dist_value(a, (double)p->quantum, true));
}

const char *assume_gil(struct arena *a, const struct prog *p)
{
    if (!p->gil)
        return "no GIL";
    char text[32];
    return arena_printf(a, "GIL%s, %s switch interval", p->barging ? ", barging" : "",
                        duration_text((double)p->interval, text));
}

const char *assume_costs(struct arena *a, const struct prog *p)
{
    if (p->exec->costs)
        return arena_printf(a, "costs of %s", p->exec->costs);
    for (int c = 0; c < COST_COUNT; c++)
        if (p->cost_site[c] != NONE)
            return "costs as given";
    return "no costs";
}

/* A known probability is a draw of its own. */
static bool may_fail(const struct prog *p, const struct callsite *c)
{
    const struct xexpr *q = c->error == NONE ? NULL : &p->x.expr[p->site[c->error].expr];
    return q && !(q->constant && (q->value <= 0 || q->value >= 1));
}

bool assume_sure(const struct prog *p)
{
    bool drawn = p->nchoice > 0 || (p->random_balance && p->workers > 1);
    for (uint32_t i = 0; i < p->ncall; i++)
        drawn = drawn || may_fail(p, &p->call[i]);
    for (uint32_t i = 0; i < p->x.nexpr; i++)
        drawn = drawn || p->x.expr[i].draws;
    for (uint32_t i = 0; i < p->nres; i++)
        drawn = drawn || p->res[i].discipline == DISC_RANDOM;
    for (uint32_t i = 0; i < p->ncls; i++) {
        const struct load *l = p->cls[i].load;
        drawn = drawn || (l && l->kind == LOAD_OPEN && l->arrivals != ARRIVE_DETERMINISTIC);
    }
    return !drawn;
}
