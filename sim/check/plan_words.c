/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_words.c - the words of claims, read for a model: formulas, limits, names of steps and of
 * shared data.  See plan.h. */
#include "check/plan_impl.h"
#include <string.h>

const char *plan_command(struct arena *a, const char *verb, const char *model,
                         const char *const *set, uint32_t nset)
{
    struct buf b = {0};
    buf_printf(&b, "pertinax %s ", verb);
    buf_shell(&b, model);
    for (uint32_t i = 0; i < nset; i++) {
        buf_puts(&b, " --set ");
        buf_shell(&b, set[i]);
    }
    const char *text = arena_strdup(a, b.s);
    buf_free(&b);
    return text;
}

static bool keys_read(struct plan_unit *u, const struct model *m, struct arena *a, struct diags *d)
{
    const struct claim *c = u->of;
    const char **names = NEW(a, const char *, m->nshared + 1u);
    uint32_t *key = NEW(a, uint32_t, c->narg + 1u);
    bool ok = true;
    for (uint32_t i = 0; i < m->nshared; i++)
        names[i] = m->shared[i].name;
    for (uint32_t k = 0; k < c->narg; k++) {
        uint32_t i = 0;
        while (i < m->nshared && strcmp(names[i], c->arg[k].text) != 0)
            i++;
        key[k] = i;
        if (i < m->nshared)
            continue;
        ok = false;
        const char *near = nearest(c->arg[k].text, names, m->nshared);
        diag_error(d, c->arg[k].at, "E-unknown-name",
                   near         ? arena_printf(a, "did you mean `%s`?", near)
                   : m->nshared ? NULL
                                : "the model has no `shared:`",
                   "unknown shared data `%s`", c->arg[k].text);
    }
    u->key = key;
    return ok;
}

static bool steps_read(struct plan_unit *u, const struct model *m, struct arena *a, struct diags *d)
{
    const struct claim *c = u->of;
    const struct step_names *all = step_names(a, m);
    const struct step_name **step = NEW(a, const struct step_name *, c->narg + 1u);
    bool ok = true;
    for (uint32_t k = 0; k < c->narg; k++) {
        const struct spec_text *t = &c->arg[k];
        step[k] = step_name_find(all, t->text, strlen(t->text), t->at, true, a, d);
        ok = ok && step[k];
    }
    u->step = step;
    return ok;
}

/* `spans` names steps as reports do, by the last part of their paths. */
static bool spans_read(const struct spec_agrees *s, const struct model *m, struct arena *a,
                       struct diags *d)
{
    const struct step_names *all = step_names(a, m);
    const char **names = NEW(a, const char *, all->n + 1u);
    uint32_t n = 0, errors = diags_errors(d);
    for (uint32_t i = 0; i < all->n; i++) {
        const char *slash = strrchr(all->v[i].path, '/');
        if (!all->v[i].task)
            names[n++] = slash ? slash + 1 : all->v[i].path;
    }
    for (uint32_t i = 0; i < s->nspan; i++) {
        const struct spec_text *t = &s->span[i].step;
        uint32_t k = 0;
        while (k < n && strcmp(names[k], t->text) != 0)
            k++;
        const char *near = k < n ? NULL : nearest(t->text, names, n);
        if (k == n)
            diag_error(d, t->at, "E-step-unknown",
                       near ? arena_printf(a, "did you mean `%s`?", near) : NULL,
                       "no step is called `%s`", t->text);
    }
    return diags_errors(d) == errors;
}

static bool pattern_read(struct plan_unit *u, enum ltl_pattern k, const struct model *m,
                         struct arena *a, struct diags *d)
{
    u->formula = ltl_pattern(a, k, u->of->operand[0], u->of->operand[1], m, d);
    return u->formula != NULL;
}

/* The execution that a limit names by itself, if all its quantities do (`speedup(coroutine,
 * serial)`), so that it is judged once.  As deep as the limit's tree, which its parser bounds. */
static bool names_own(const struct limit_node *n, const char **name)
{
    if (!n || n->op == LIMIT_NUMBER)
        return true;
    if (n->op != LIMIT_METRIC)
        return names_own(n->arg[0], name) && names_own(n->arg[1], name);
    if (n->metric != METRIC_SPEEDUP || n->baseline)
        return false;
    *name = *name ? *name : n->name;
    return true;
}

const char *plan_own_execution(const struct plan_unit *u)
{
    const char *name = NULL;
    if (u->of->kind != CLAIM_REQUIRE || !u->limit)
        return NULL;
    return names_own(u->limit->left, &name) && names_own(u->limit->right, &name) ? name : NULL;
}

bool plan_words(struct plan_unit *u, const struct model *m, struct arena *a, struct diags *d)
{
    const struct claim *c = u->of;
    const struct spec_text *t = &c->operand[0];
    switch (c->kind) {
    case CLAIM_NO_RACE:
        return keys_read(u, m, a, d);
    case CLAIM_MUTUAL_EXCLUSION:
        return steps_read(u, m, a, d);
    case CLAIM_NEVER:
        return pattern_read(u, LTL_NEVER, m, a, d);
    case CLAIM_ALWAYS:
        return pattern_read(u, LTL_ALWAYS, m, a, d);
    case CLAIM_EVENTUALLY:
        return pattern_read(u, LTL_EVENTUALLY, m, a, d);
    case CLAIM_AFTER_NEVER:
        return pattern_read(u, LTL_AFTER_NEVER, m, a, d);
    case CLAIM_AFTER_EVENTUALLY:
        return pattern_read(u, LTL_AFTER_EVENTUALLY, m, a, d);
    case CLAIM_LEADS_TO:
        return pattern_read(u, LTL_LEADS_TO, m, a, d);
    case CLAIM_LTL:
        u->formula = ltl_parse(a, *t, m, d);
        return u->formula != NULL;
    case CLAIM_REQUIRE:
        u->limit = limit_parse(t->text, t->at, m, d, a);
        return u->limit != NULL;
    case CLAIM_WORST_CASE:
        u->limit = limit_parse_worst(t->text, t->at, m, d, a);
        return u->limit != NULL;
    case CLAIM_AGREES:
        return spans_read(c->agrees, m, a, d);
    default:
        return true;
    }
}
