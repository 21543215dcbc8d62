/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_logic.c - claims in logic: which of them watch an exploration together, and what it says
 * about each. */
#include "check/judge_impl.h"
#include "check/monitor.h"
#include "check/progress.h"
#include <stdlib.h>

bool logic_claim(const struct plan_unit *u)
{
    return u->formula != NULL || u->of->kind == CLAIM_MUTUAL_EXCLUSION ||
           u->of->kind == CLAIM_NO_WRITE_AFTER_ABORT;
}

bool logic_waits(const struct plan_unit *u)
{
    if (u->formula == NULL)
        return false;
    struct progress *p = progress_new(u->formula);
    bool waits = progress_waits(p);
    progress_free(p);
    return waits;
}

static uint32_t add_claim(struct monitor *m, const struct plan_unit *u, struct diags *d)
{
    if (u->formula)
        return monitor_formula(m, u->formula, d);
    if (u->of->kind == CLAIM_MUTUAL_EXCLUSION)
        return monitor_exclusion(m, u->step, u->of->narg);
    return monitor_no_write(m);
}

void logic_check(struct judge *j, const struct plan_unit *u)
{
    struct monitor *m = monitor_new(plan_prog(j->p, u), 1);
    add_claim(m, u, j->d);
    monitor_free(m);
}

void logic_begin(struct judge *j, const bool *in, struct seen *s)
{
    for (uint32_t i = 0; i < j->p->nunit; i++) {
        if (!in[i] || !logic_claim(&j->p->unit[i]))
            continue;
        if (s->monitor == NULL) {
            s->monitor = monitor_new(s->p, s->nreq);
            s->bit = xcalloc(j->p->nunit, sizeof *s->bit);
        }
        s->bit[i] = add_claim(s->monitor, &j->p->unit[i], j->d);
    }
}

void logic_end(struct seen *s)
{
    if (s->monitor)
        monitor_free(s->monitor);
    free(s->bit);
    s->monitor = NULL;
    s->bit = NULL;
}

const struct watch *logic_watch(const struct seen *s)
{
    return s->monitor ? monitor_watch(s->monitor) : NULL;
}

bool logic_violated(const struct seen *s, uint32_t unit)
{
    return s->bit[unit] != NONE && s->e.claim[s->bit[unit]].state != NONE;
}

/* A claim that fails at a move is broken by it; one whose run has come to its end was not
 * fulfilled.
 */
const char *logic_why(struct judge *j, uint32_t unit, const struct seen *s)
{
    const struct plan_unit *u = &j->p->unit[unit];
    const struct sight *at = &s->e.claim[s->bit[unit]];
    if (u->of->kind == CLAIM_MUTUAL_EXCLUSION)
        return "two tasks are inside these steps at once";
    if (u->of->kind == CLAIM_NO_WRITE_AFTER_ABORT)
        return "a task writes shared data after its request was aborted";
    struct buf b = {0};
    ltl_print(u->formula, &b);
    const char *why = arena_printf(
        j->a, at->from != NONE ? "it breaks %s" : "it ends, and %s was not fulfilled", b.s);
    buf_free(&b);
    return why;
}

/* The exploration was whole and no run violates the claim: does that say something? */
void logic_held(struct judge *j, uint32_t unit, const struct seen *s)
{
    struct claim_result *r = &j->r->claim[unit];
    uint32_t bit = s->bit[unit];
    const char *why;
    if (bit == NONE) {
        verdict_set(r, VERDICT_UNDECIDED, "the claims name too many steps for one exploration");
        return;
    }
    if (logic_waits(&j->p->unit[unit]) &&
        (s->e.found[FAULT_ENDLESS].state != NONE || s->e.found[FAULT_TRAPPED].state != NONE)) {
        verdict_set(r, VERDICT_UNDECIDED, "some runs go on for ever, and may put it off");
        return;
    }
    enum monitor_doubt d = monitor_doubt(s->monitor, bit, j->a, &why);
    if (d == DOUBT_NONE) {
        if (r->found == VERDICT_VACUOUS) /* with another mix of classes it was */
            verdict_set(r, VERDICT_PASS, "");
        j->sound[unit] = true;
    } else if (d == DOUBT_UNKNOWN || d == DOUBT_LARGE) {
        verdict_set(r, VERDICT_UNDECIDED, why);
    } else if (r->found == VERDICT_PASS && !j->sound[unit]) {
        if (s->e.cut) /* greater ones might show it */
            why = arena_printf(j->a, "%s with counts up to %u", why, j->o->max_count);
        verdict_set(r, VERDICT_VACUOUS, why);
    }
}
