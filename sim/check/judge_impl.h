/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_impl.h - shared by judge.c (which explorations there are), judge_seen.c (what one of them
 * says about a claim) and judge_logic.c (claims in logic). */
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
    struct cover *cover;  /* of each subject */
    bool *sound;          /* of each unit: it held with some mix of classes, and might not have */
    struct explore **met; /* of each unit, or NULL: what requests of any mix have met */
    uint32_t cap_exploration;
    struct require_item *number; /* of each unit that is a claim in numbers */
    struct measured **measured;  /* of each unit that is an `agrees` */
};
struct seen { /* an exploration that is over */
    const struct prog *p;
    struct explore e;
    const uint32_t *cls; /* of its requests */
    uint32_t nreq;
    bool coarse;             /* it may pass over runs */
    uint32_t index;          /* into check_result.exploration */
    struct monitor *monitor; /* of its claims in logic; NULL: it has none */
    uint32_t *bit;           /* of each unit, in e.claim */
};
/* judge_numbers.c */
void numbers_begin(struct judge *j);
void numbers_judge(struct judge *j, uint32_t first, bool *done);
/* judge_agrees.c */
void agrees_begin(struct judge *j);
void agrees_judge(struct judge *j, uint32_t first, bool *done);
void verdict_set(struct claim_result *c, enum verdict v, const char *why);
/* ---- judge_logic.c ---- */
struct watch;
bool logic_claim(const struct plan_unit *u);
/* Does it wait for something, which a run without end might put off for ever? */
bool logic_waits(const struct plan_unit *u);
/* What is wrong with it that only the program shows: in j->d. */
void logic_check(struct judge *j, const struct plan_unit *u);
/* The claims in logic among the units watch the exploration that is to come. */
void logic_begin(struct judge *j, const bool *in, struct seen *s);
const struct watch *logic_watch(const struct seen *s);
void logic_end(struct seen *s);
bool logic_violated(const struct seen *s, uint32_t unit);
const char *logic_why(struct judge *j, uint32_t unit, const struct seen *s);
void logic_held(struct judge *j, uint32_t unit, const struct seen *s);

/* ---- judge_static.c ---- */
/* What programs show without exploring: findings, and hints. */
void static_look(struct judge *j);

/* ---- judge.c ---- */
/* As every exploration is asked for, limits of states aside. */
struct explore_opt judge_explore(const struct judge *j, uint32_t nreq, const uint32_t *cls);

/* ---- judge_seen.c ---- */
/* What it means for a unit, whose verdict may stand already by another mix of classes. */
void seen_judge(struct judge *j, uint32_t unit, struct seen *s);
/* judge_fewer.c: the same fault with fewer requests; false: it takes all of them. */
bool seen_fewer(struct judge *j, const struct seen *s, enum fault f, struct seen *few);
/* judge_turn.c: when all verdicts are there. */
void judge_turns(struct judge *j);

#endif
