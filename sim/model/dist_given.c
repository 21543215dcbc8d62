/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist_given.c - what the author's parameters of a distribution must be, and the reason in their
 * names and values where they are not. */
#include "model/dist_impl.h"

const char *given_value(const struct dist_given *g, unsigned i)
{
    return dist_value(g->mem, g->a[i], g->duration && g->form->param[i].unit == DIST_V);
}

/* "NAME (VALUE) must be ..." unless ok. */
bool given_need(struct dist_given *g, unsigned i, bool ok, const char *must)
{
    if (!ok)
        g->why = arena_printf(g->mem, "%s (%s) must be %s", g->form->param[i].name,
                              given_value(g, i), must);
    return ok;
}

bool given_positive(struct dist_given *g, unsigned i)
{
    return given_need(g, i, g->a[i] > 0, "more than 0");
}

bool given_range(struct dist_given *g, unsigned i, double lo, double hi)
{
    if (g->a[i] >= lo && g->a[i] <= hi)
        return true;
    return given_need(g, i, false, arena_printf(g->mem, "from %g to %g", lo, hi));
}

bool given_whole(struct dist_given *g, unsigned i, double lo, double hi)
{
    return given_need(g, i, g->a[i] == floor(g->a[i]), "a whole number") &&
           given_range(g, i, lo, hi);
}

bool given_order(struct dist_given *g, unsigned i, unsigned j, bool strict)
{
    if (strict ? g->a[i] < g->a[j] : g->a[i] <= g->a[j])
        return true;
    g->why = arena_printf(
        g->mem, g->a[i] == g->a[j] ? "%s (%s) equals %s (%s)" : "%s (%s) is below %s (%s)",
        g->form->param[j].name, given_value(g, j), g->form->param[i].name, given_value(g, i));
    return false;
}

/* The probability above the quantile of that name; 0 if it names none. */
double given_above(const struct dist_given *g, unsigned i)
{
    static const struct {
        const char *name;
        double above;
    } names[] = {{"p50", 0.5}, {"p90", 0.1}, {"p95", 0.05}, {"p99", 0.01}, {"p999", 0.001}};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strcmp(names[k].name, g->form->param[i].name) == 0)
            return names[k].above;
    return 0;
}

bool given_is(const struct dist_given *g, unsigned i, const char *name)
{
    return strcmp(g->form->param[i].name, name) == 0;
}
