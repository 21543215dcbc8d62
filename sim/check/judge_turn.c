/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_turn.c - a claim judged for several values: from which of them on it holds. */
#include "check/judge_impl.h"
#include <string.h>

/* Positions at which the verdict is v, as text: "16, 32". */
static const char *points_at(struct judge *j, uint32_t first, uint32_t n, enum verdict v)
{
    const char *s = "";
    for (uint32_t i = first; i < first + n; i++)
        if (j->r->claim[i].found == v)
            s = arena_printf(j->a, "%s%s%s", s, *s ? "; " : "", j->r->claim[i].point);
    return s;
}

static uint32_t count(const struct judge *j, uint32_t first, uint32_t n, enum verdict v)
{
    uint32_t k = 0;
    for (uint32_t i = first; i < first + n; i++)
        k += j->r->claim[i].found == v;
    return k;
}

/* How many of the points from the first (or, backwards, from the last) on have verdict v. */
static uint32_t run_of(const struct judge *j, uint32_t first, uint32_t n, enum verdict v, bool back)
{
    uint32_t k = 0;
    while (k < n && j->r->claim[back ? first + n - 1 - k : first + k].found == v)
        k++;
    return k;
}

/* NULL: all the same, which the table shows well enough. */
static const char *turn_text(struct judge *j, uint32_t first, uint32_t n, bool line)
{
    const struct claim_result *c = &j->r->claim[first];
    uint32_t holds = count(j, first, n, VERDICT_PASS) + count(j, first, n, VERDICT_VACUOUS);
    uint32_t fails = count(j, first, n, VERDICT_FAIL);
    if (holds == n)
        return "holds for all of the values";
    if (fails == n)
        return "holds for none of the values";
    uint32_t low = run_of(j, first, n, VERDICT_FAIL, false);
    uint32_t high = run_of(j, first, n, VERDICT_FAIL, true);
    const char *open = "";
    if (holds + fails < n)
        open = arena_printf(j->a, "; undecided: %s", points_at(j, first, n, VERDICT_UNDECIDED));
    uint32_t from = n, upto = 0; /* the first from which on all hold; the last up to which */
    while (from > 0 && c[from - 1].found != VERDICT_FAIL && c[from - 1].found != VERDICT_UNDECIDED)
        from--;
    while (upto < n && c[upto].found != VERDICT_FAIL && c[upto].found != VERDICT_UNDECIDED)
        upto++;
    if (line && from < n && holds == n - from && low > 0)
        return arena_printf(j->a, "holds from %s on%s", c[from].point, open);
    if (line && upto > 0 && holds == upto && high > 0)
        return arena_printf(j->a, "holds up to %s%s", c[upto - 1].point, open);
    if (holds == 0)
        return arena_printf(j->a, "is seen to hold for none of the values%s", open);
    return arena_printf(j->a, "does not hold for %s%s", points_at(j, first, n, VERDICT_FAIL), open);
}

void judge_turns(struct judge *j)
{
    struct check_result *r = j->r;
    r->turn = NEW(j->a, struct claim_turn, r->nclaim + 1u);
    for (uint32_t i = 0, n; i < r->nclaim; i += n) {
        const struct plan_unit *u = &j->p->unit[i];
        for (n = 1; i + n < r->nclaim && u[n].subject == u->subject && u[n].claim == u->claim &&
                    u[n].exec == u->exec;)
            n++;
        if (u->of->naxis == 0 || n < 2)
            continue;
        r->turn[r->nturn++] = (struct claim_turn){i, n, turn_text(j, i, n, u->of->naxis == 1)};
    }
}
