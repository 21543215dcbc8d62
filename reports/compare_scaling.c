/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_scaling.c - what is shown of recordings at several levels of concurrency. */
#include "reports/compare.h"
#include <math.h>

struct table *compare_levels(struct arena *a, const struct compare_result *r)
{
    const struct compare_scaling *s = r->scaling;
    if (!s)
        return NULL;
    double *x = NEW(a, double, s->nlevel + 1u);
    for (uint32_t i = 0; i < s->nlevel; i++)
        x[i] = s->level[i].x;
    struct scale per = scale_plain(a, x, s->nlevel);
    struct table *t = table_new(a, "SCALABILITY");
    table_column(t, (struct column){.heading = "recording", .left = true});
    table_column(t, (struct column){.heading = "requests", .drop = 1});
    table_column(t, (struct column){.heading = "at once"});
    table_column(t, (struct column){.heading = "measured /s"});
    table_column(t, (struct column){.heading = "by the law"});
    table_column(t, (struct column){.heading = "speedup"});
    table_column(t, (struct column){.heading = "serial (Karp-Flatt)"});
    for (uint32_t i = 0; i < s->nlevel; i++) {
        const struct compare_level *l = &s->level[i];
        struct row *row = table_row(t);
        row->cell[0] = cell_text(l->label);
        row->cell[1] = cell_text(number_count(a, l->requests));
        row->cell[2] = cell_text(number_fixed(a, l->n, 2));
        row->cell[3] = cell_bare(a, per, l->x);
        row->cell[4] = cell_bare(a, per, l->law);
        row->cell[5] = cell_text(number_ratio(a, l->speedup));
        row->cell[6] = cell_text(isfinite(l->serial) ? number_percent(a, l->serial) : "-");
    }
    return t;
}

static const char *with_range(struct arena *a, struct interval v, double per, int decimals)
{
    const char *s = number_fixed(a, v.value / per, decimals);
    return isfinite(v.lo) ? arena_printf(a, "%s [%s, %s]", s, number_fixed(a, v.lo / per, decimals),
                                         number_fixed(a, v.hi / per, decimals))
                          : s;
}

/* Whether what slows more requests down is a queue or their number. */
static const char *meaning(const struct compare_scaling *s)
{
    if (!(s->kappa.value > 0))
        return "there is no sign that more at once costs each of them (kappa 0): it is Amdahl's "
               "law";
    if (!(s->kappa.lo > 0))
        return "whether more at once costs each of them is not known: the interval of kappa holds "
               "0";
    return "what many at once cost each other grows with their number: beyond the peak more of "
           "them "
           "are answered more slowly";
}

/* No level above what is possible goes without a word. */
static void say_beyond(struct paras *p, const struct compare_scaling *s)
{
    for (uint32_t i = 0; i < s->nlevel; i++) {
        const struct compare_level *l = &s->level[i];
        if (l->speedup > 1.05 * l->n)
            para_add(
                p,
                "%s: more than %s times the throughput of one: what is alone is slower than it "
                "need be (cold caches, a clock that is saved), or fewer were counted than were in "
                "progress.",
                l->label, number_fixed(p->mem, l->n, 2));
        else if (l->x > l->law + 3 * s->sd || l->x < l->law - 3 * s->sd)
            para_add(p, "%s: far from the law; something else than the level was different there.",
                     l->label);
    }
}

void compare_say_scaling(struct paras *p, const struct compare_scaling *s)
{
    struct arena *a = p->mem;
    para_add(p,
             "Scalability by Gunther's law from %u levels: one alone is answered %s /s "
             "(gamma), sigma %s %% "
             "is serial, kappa %s per million; %s.",
             s->nlevel, with_range(a, s->gamma, 1, 1), with_range(a, s->sigma, 0.01, 2),
             with_range(a, s->kappa, 1e-6, 0), meaning(s));
    if (s->sd > 0.03 * s->level[s->nlevel - 1].x)
        para_add(
            p,
            "The levels lie %s /s (one standard deviation) off that law: something that is full "
            "from some level on (a pool, a loop, a core) makes a corner, which it does not have.",
            number_fixed(a, s->sd, 0));
    if (isfinite(s->peak_n))
        para_add(p, "The most is %s /s, with %s at once.", number_fixed(a, s->peak_x, 1),
                 number_fixed(a, s->peak_n, 1));
    else
        para_add(p, "%s /s is never passed, however many are at once.",
                 number_fixed(a, s->peak_x, 1));
    say_beyond(p, s);
}
