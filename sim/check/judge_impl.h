/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_impl.h - shared by judge.c (which explorations there are) and judge_seen.c (what one of
 * them says about a claim). */
#ifndef CHECK_JUDGE_IMPL_H
#define CHECK_JUDGE_IMPL_H
#include "check/cover.h"
#include "check/explore.h"
#include "check/judge.h"

struct judge {
    const struct plan *p;
    const struct judge_opt *o;
    struct arena *a;
    struct diags *d;
    struct check_result *r;
    struct cover *cover; /* of each subject */
    uint32_t cap_exploration;
    struct require_item *number; /* of each unit that is a claim in numbers */
};
struct seen { /* an exploration that is over */
    const struct prog *p;
    struct explore e;
    const uint32_t *cls; /* of its requests */
    uint32_t nreq;
    uint32_t index; /* into check_result.exploration */
};
/* judge_numbers.c */
void numbers_begin(struct judge *j);
void numbers_judge(struct judge *j, uint32_t first, bool *done);
void verdict_set(struct claim_result *c, enum verdict v, const char *why);
/* Is the claim decided by what the explorer looks for in any case? */
bool seen_by_explorer(const struct claim *c);
/* What it means for a unit, whose verdict may stand already by another mix of classes. */
void seen_judge(struct judge *j, uint32_t unit, struct seen *s);
/* judge_turn.c: when all verdicts are there. */
void judge_turns(struct judge *j);

#endif
