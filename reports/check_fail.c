/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_fail.c - failures, told to people; see check.h.  What is to be said of a claim under
 * several executions has one number and is said once; so is a run that breaks several claims. */
#include "reports/check.h"
#include "reports/story.h"
#include <string.h>

void check_numbers_init(struct check_numbers *n, struct arena *a, const struct check_result *r,
                        const struct diags *names)
{
    *n = (struct check_numbers){.of = NEW(a, uint32_t, r->nclaim + 1u),
                                .first = NEW(a, uint32_t, r->nclaim + 1u),
                                .run = NEW(a, const char *, r->nclaim + 1u),
                                .names = names};
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* All of a run but its id, which differs between executions; NULL: there is none. */
static const char *run_text(struct arena *a, const struct story_result *s, const struct diags *d)
{
    enum { WIDE = 200 };
    struct buf b = {0};
    if (!s)
        return NULL;
    struct story_result told = *s;
    told.replay = NULL;
    story_text(&told, d, &(struct report_look){.width = WIDE}, 0, &b);
    const char *text = arena_strndup(a, b.s ? b.s : "", b.n);
    buf_free(&b);
    return text;
}

static bool same_words(struct arena *a, const struct check_result *r, const struct claim_result *c,
                       const struct claim_result *k)
{
    return c->spec == k->spec && c->claim == k->claim && same_text(c->settings, k->settings) &&
           same_text(c->hint, k->hint) && same_text(check_why(a, r, c), check_why(a, r, k));
}

uint32_t check_number(struct arena *a, const struct check_result *r, uint32_t i,
                      struct check_numbers *n)
{
    const struct claim_result *c = &r->claim[i];
    const char *run = run_text(a, c->story, n->names);
    for (uint32_t k = 0; k < n->n; k++)
        if (same_words(a, r, c, &r->claim[n->first[k]]) && same_text(run, n->run[k]))
            return n->of[i] = k + 1;
    n->first[n->n] = i;
    n->run[n->n] = run;
    return n->of[i] = ++n->n;
}

const char *check_failure(struct arena *a, const struct check_result *r, uint32_t number,
                          const struct check_numbers *n)
{
    const struct claim_result *c = &r->claim[n->first[number - 1]];
    const char *who = check_who(a, c);
    for (uint32_t k = 0; k < r->nclaim; k++)
        if (n->of[k] == number && &r->claim[k] != c)
            who = arena_printf(a, "%s, %s", who, r->claim[k].execution);
    return arena_printf(a, "%s: %s (%s)", who, check_why(a, r, c), place_text(a, n->names, c->at));
}

uint32_t check_run_before(uint32_t number, const struct check_numbers *n)
{
    for (uint32_t k = 1; n->run[number - 1] && k < number; k++)
        if (same_text(n->run[number - 1], n->run[k - 1]))
            return k;
    return 0;
}
