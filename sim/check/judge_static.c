/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_static.c - what programs show without being explored, beside the verdicts: it explains a
 * claim that fails, says why a step is not reached, and warns where nothing was explored that could
 * have told. */
#include "check/judge_impl.h"
#include "check/static.h"
#include <string.h>

static bool loc_same(struct loc a, struct loc b)
{
    return a.file == b.file && a.line == b.line && a.col == b.col;
}

/* Was this decided for this very program: by a claim of the kind, with at least so many requests?
 */
static bool judged(const struct judge *j, const struct plan_unit *u, enum claim_kind k,
                   uint32_t requests)
{
    for (uint32_t i = 0; i < j->p->nunit; i++) {
        const struct plan_unit *v = &j->p->unit[i];
        const struct claim_result *c = &j->r->claim[i];
        bool decided = c->found == VERDICT_FAIL || c->found == VERDICT_PASS;
        if (v->of->kind == k && v->model == u->model && v->exec == u->exec && decided &&
            v->of->concurrent >= requests)
            return true;
    }
    return false;
}

/* With the second place, which may be in the same line. */
static const char *whole_text(struct judge *j, const struct static_finding *f)
{
    if (f->other.line == 0 || f->other.line == f->at.line)
        return f->text;
    return arena_printf(j->a, "%s; see line %u", f->text, f->other.line);
}

static void finding_add(struct judge *j, uint32_t subject, const struct static_finding *f)
{
    struct check_result *r = j->r;
    struct finding_result *v = NEW(j->a, struct finding_result, r->nfinding + 1u);
    const char *text = whole_text(j, f);
    for (uint32_t i = 0; i < r->nfinding; i++)
        if (r->finding[i].spec == subject && loc_same(r->finding[i].at, f->at) &&
            strcmp(r->finding[i].text, text) == 0)
            return; /* of another execution */
    if (r->nfinding)
        memcpy(v, r->finding, r->nfinding * sizeof *v);
    v[r->nfinding++] = (struct finding_result){
        .spec = subject, .id = static_id[f->kind], .text = text, .at = f->at, .other = f->other};
    r->finding = v;
}

/* A deadlock has its story; this says what all such stories have in common. */
static void explain(struct judge *j, const struct plan_unit *u, const struct static_finding *f)
{
    for (uint32_t i = 0; i < j->p->nunit; i++) {
        const struct plan_unit *v = &j->p->unit[i];
        struct claim_result *c = &j->r->claim[i];
        if (v->of->kind == CLAIM_DEADLOCK_FREE && v->model == u->model && v->exec == u->exec &&
            c->found == VERDICT_FAIL && v->of->concurrent >= f->requests && c->hint == NULL)
            c->hint = f->at.line == f->other.line
                          ? arena_printf(j->a, "%s (line %u)", f->text, f->at.line)
                          : arena_printf(j->a, "%s (lines %u and %u)", f->text, f->at.line,
                                         f->other.line);
    }
}

/* Said already by what was explored, if anything was. */
static void say_why(struct judge *j, const struct static_finding *f)
{
    const char *reason = strstr(f->text, ": ");
    for (uint32_t i = 0; i < j->r->nunreached; i++) {
        struct unreached_result *u = &j->r->unreached[i];
        if (loc_same(u->at, f->at) && reason && strstr(u->what, ": ") == NULL)
            u->what = arena_printf(j->a, "%s%s", u->what, reason);
    }
}

static void look_at(struct judge *j, const struct plan_unit *u)
{
    struct static_findings f = static_check(j->a, plan_prog(j->p, u));
    for (uint32_t i = 0; i < f.n; i++) {
        const struct static_finding *x = &f.v[i];
        if (x->kind == STATIC_UNREACHABLE) {
            say_why(j, x);
            continue;
        }
        if (x->deadlock && x->kind != STATIC_NESTED_POOL) /* the story of that says it all */
            explain(j, u, x);
        if (x->deadlock && *u->settings != '\0')
            continue; /* the claim's own experiment: it was asked about so many requests, not more
                       */
        if (x->deadlock && judged(j, u, CLAIM_DEADLOCK_FREE, x->requests))
            continue;
        if (x->kind == STATIC_NEVER_AWAITED && judged(j, u, CLAIM_ALWAYS_AWAITED, 1))
            continue;
        finding_add(j, u->subject, x);
    }
}

void static_look(struct judge *j)
{
    for (uint32_t i = 0; i < j->p->nunit; i++) {
        bool before = false;
        for (uint32_t k = 0; k < i && !before; k++)
            before = j->p->unit[k].model == j->p->unit[i].model &&
                     j->p->unit[k].exec == j->p->unit[i].exec;
        if (!before)
            look_at(j, &j->p->unit[i]);
    }
    for (uint32_t i = 0; i < j->r->nunreached; i++) {
        struct unreached_result *u = &j->r->unreached[i];
        if (strstr(u->what, ": ") == NULL) /* with a reason it is so for any number */
            u->what = arena_printf(j->a, "%s%s", u->what, u->within);
    }
}
