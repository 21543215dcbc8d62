/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_agrees.c - what is said of a claim that a model agrees with recorded traces; see check.h.
 */
#include "reports/check.h"
#include "reports/compare.h"
#include <math.h>

static const char *value_text(struct arena *a, const struct compare_value *v)
{
    const char *range =
        isfinite(v->lo) && isfinite(v->hi)
            ? arena_printf(a, " [%s, %s]", number_fixed(a, v->lo, 3), number_fixed(a, v->hi, 3))
            : "";
    return arena_printf(a, "%s %s%s", v->name, number_fixed(a, v->ratio, 3), range);
}

/* How far it is from 1, as a share of its margin. */
static double of_margin(const struct compare_value *v)
{
    return fabs(log(v->ratio)) / log1p(v->margin);
}

const char *check_agrees_seen(struct arena *a, const struct compare_result *r)
{
    const struct compare_part *p = &r->part[0];
    const struct compare_value *worst = NULL;
    for (uint32_t i = 0; i < p->nvalue; i++)
        if (!worst || of_margin(&p->value[i]) > of_margin(worst))
            worst = &p->value[i];
    return worst ? value_text(a, worst) : p->trouble;
}

const char *check_agrees_why(struct arena *a, const struct compare_result *r)
{
    const struct compare_part *p = &r->part[0];
    const char *list = "";
    uint32_t n = 0;
    if (p->trouble)
        return p->trouble;
    for (uint32_t i = 0; i < p->nvalue; i++)
        if (p->value[i].verdict == r->verdict)
            list = arena_printf(a, "%s%s%s", list, n++ ? ", " : "", value_text(a, &p->value[i]));
    list =
        arena_printf(a, "model/measured of %s requests: %s%s", number_count(a, p->requests), list,
                     r->verdict == DISAGREES ? arena_printf(a,
                                                            "; %u of %u are beyond their "
                                                            "margins",
                                                            n, p->nvalue)
                                             : "");
    const char *more = r->verdict == DISAGREES ? compare_why(a, p) : compare_needed(a, r);
    return more ? arena_printf(a, "%s; %s", list, more) : list;
}
