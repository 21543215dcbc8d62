/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_fewer.c - the fewest requests that show a fault.
 *
 * Tasks are known to be stuck where nothing else can move, so a shortest run of K requests to there
 * has moves of all of them, even if one gets stuck by itself.  And a circle of states that is found
 * first may be one in which others have come and gone.  What K find is then looked for among fewer,
 * which can come alone: the others arrive later. */
#include "check/judge_impl.h"

static bool one_class(const struct seen *s)
{
    for (uint32_t i = 1; i < s->nreq; i++)
        if (s->cls[i] != s->cls[0])
            return false;
    return true;
}

bool seen_fewer(struct judge *j, const struct seen *s, enum fault f, struct seen *few)
{
    if ((f != FAULT_DEADLOCK && f != FAULT_UNANSWERED && !fault_loops(f)) || !one_class(s))
        return false;
    for (uint32_t n = 1; n < s->nreq; n++) {
        struct explore_opt o = judge_explore(j, n, s->cls);
        o.max_states = s->e.states;
        o.endless = fault_loops(f);
        *few = *s;
        few->nreq = n;
        explore_run(s->p, &o, &few->e);
        if (few->e.found[f].state != NONE)
            return true;
        explore_free(&few->e);
    }
    return false;
}
