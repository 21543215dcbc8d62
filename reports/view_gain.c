/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_gain.c - what each step is worth (--gain): a table of the steps halved in turn, and in a
 * sentence what to optimise for the median, what for the tail, and why. */
#include "reports/layout.h"
#include <math.h>
#include <string.h>

/* Beyond doubt not nothing. */
static bool seen(struct interval v)
{
    return isfinite(v.value) && v.value != 0 && !(v.lo <= 0 && v.hi >= 0);
}

static struct interval change_nth(const struct halved_result *h, unsigned k)
{
    return k == 0 ? h->mean_change : k == 1 ? h->p50_change : h->p99_change;
}

/* The step whose halving lowers the mean, p50 or p99 (k) most, beyond doubt; NULL: none. */
static const struct halved_result *best(const struct exec_result *e, unsigned k)
{
    const struct halved_result *b = NULL;
    for (uint32_t i = 0; i < e->nhalved; i++) {
        struct interval v = change_nth(&e->halved[i], k);
        if (seen(v) && v.value < 0 && (!b || v.value < change_nth(b, k).value))
            b = &e->halved[i];
    }
    return b;
}

/* Worth a row: some change of it is seen, and not small beside the best one's. */
static const double small = 0.02;
static bool matters(const struct exec_result *e, const struct halved_result *h)
{
    for (unsigned k = 0; k < 3; k++) {
        const struct halved_result *b = best(e, k);
        struct interval v = change_nth(h, k);
        if (seen(v) && (!b || fabs(v.value) >= small * fabs(change_nth(b, k).value)))
            return true;
    }
    return false;
}

struct table *view_gain(struct arena *a, const struct run_result *r, uint32_t exec, bool all)
{
    const struct exec_result *e = &r->exec[exec];
    uint32_t n = 0;
    double most[3];
    const struct halved_result **h = NEW(a, const struct halved_result *, e->nhalved + 1u);
    bool taken = false;
    for (uint32_t i = 0; i < e->nhalved; i++)
        if (all || matters(e, &e->halved[i]))
            h[n++] = &e->halved[i];
    if (n == 0)
        return NULL;
    for (unsigned k = 0; k < 3; k++)
        most[k] = change_nth(h[0], k).value; /* unit and digits are those of the step on top */
    for (uint32_t i = 0; i < n; i++)
        taken = taken || h[i]->takes_over != UINT32_MAX;
    static const char *const title[] = {"mean", "p50", "p99"};
    static const uint8_t drop_interval[] = {4, 5, 3};
    struct scale unit = scale_time(a, most, 3), s[3];
    struct table *t =
        table_new(a, arena_printf(a, "WORTH OPTIMISING under %s: each step halved", e->name));
    table_column(t, (struct column){.heading = "step", .left = true, .keep_end = true});
    for (unsigned k = 0; k < 3; k++) {
        s[k] = scale_again(a, unit, &most[k], 1);
        table_column(t, (struct column){.heading = arena_printf(a, "%s %s", title[k], s[k].unit),
                                        .drop = k == 0 ? 2 : 0,
                                        .drop_interval = drop_interval[k]});
    }
    if (taken)
        table_column(
            t, (struct column){.heading = "takes over", .left = true, .keep_end = true, .drop = 1});
    for (uint32_t i = 0; i < n; i++) {
        struct row *w = table_row(t);
        w->cell[0] = cell_text(e->step[h[i]->step].path);
        for (unsigned k = 0; k < 3; k++)
            w->cell[k + 1] = cell_change(a, s[k], change_nth(h[i], k));
        if (taken && h[i]->takes_over != UINT32_MAX)
            w->cell[4] = cell_text(e->step[h[i]->takes_over].path);
    }
    return t;
}

/* ---- in words ---- */

static const char *join(struct arena *a, const char *s, const char *more)
{
    return *s ? arena_printf(a, "%s and %s", s, more) : more;
}

/* "it is on the critical path of 61 % of the requests and its p99 is 8.2 times its mean" */
static const char *why(struct arena *a, const struct exec_result *e, const struct halved_result *h,
                       bool tail)
{
    enum { LONG = 4 }; /* a p99 so many times the mean makes tails */
    const struct step_result *s = &e->step[h->step];
    const char *text = "";
    double share = tail ? s->critical_share_p99 : s->critical_share;
    if (e->walked && share > 0)
        text = join(a, text,
                    arena_printf(a, "it is %s of the critical path%s", number_percent(a, share),
                                 tail ? " of the slowest" : ""));
    else if (s->count * s->mean > 0 && e->all.latency.mean.value > 0 && !tail)
        text =
            join(a, text,
                 arena_printf(a, "a request spends %s in it", number_time(a, s->count * s->mean)));
    if (tail && s->p99 > LONG * s->mean)
        text = join(
            a, text,
            arena_printf(a, "its p99 is %s times its mean", number_short(a, s->p99 / s->mean)));
    return text;
}

static const char *worth_text(struct arena *a, const struct exec_result *e,
                              const struct halved_result *h, unsigned k)
{
    const char *because = why(a, e, h, k == 2);
    return arena_printf(a, "`%s` (half of it: %s%s%s)", e->step[h->step].path,
                        number_time(a, change_nth(h, k).value), *because ? "; " : "", because);
}

void prose_gain(struct paras *p, const struct run_result *r, uint32_t exec)
{
    struct arena *a = p->mem;
    const struct exec_result *e = &r->exec[exec];
    const struct halved_result *b50 = best(e, 1), *b99 = best(e, 2);
    uint32_t small_ones = 0, seen_ones = 0;
    if (b50 && b99 && b50 != b99)
        para_add(p, "Worth optimising under %s: at the median %s, in the tail %s.", e->name,
                 worth_text(a, e, b50, 1), worth_text(a, e, b99, 2));
    else if (b50 && b99)
        para_add(p, "Worth optimising under %s, at the median and in the tail: %s; p99 by %s.",
                 e->name, worth_text(a, e, b50, 1), number_time(a, b50->p99_change.value));
    else if (b50 || b99)
        para_add(p, "Worth optimising under %s: %s, %s.", e->name,
                 worth_text(a, e, b50 ? b50 : b99, b50 ? 1 : 2),
                 b50 ? "for the median; in the tail nothing was seen to help"
                     : "for the tail; at the median nothing was seen to help");
    else
        para_add(p, "Under %s no single step is seen to be worth optimising.", e->name);
    for (uint32_t i = 0; i < e->nhalved; i++)
        if (!matters(e, &e->halved[i])) {
            small_ones++;
            for (unsigned k = 0; k < 3; k++)
                seen_ones += seen(change_nth(&e->halved[i], k));
        }
    if (small_ones > 0 && (b50 || b99))
        para_add(p, "%s worth %s.",
                 small_ones == 1
                     ? "One more step is"
                     : arena_printf(a, "The other %u steps are each", (unsigned)small_ones),
                 seen_ones ? arena_printf(a, "less than %s of that", number_percent(a, small))
                           : "nothing that was seen");
}
