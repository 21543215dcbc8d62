/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ltl_prop.c - propositions: words with steps, resources and statuses, and comparisons. */
#include "model/ltl_impl.h"
#include <stdlib.h>
#include <string.h>

enum args { ARGS_NONE, ARGS_STEP, ARGS_STATUS, ARGS_HOLDS, ARGS_RESOURCE };
static const struct word {
    const char *name;
    enum ltl_what what;
    enum args args;
    const char *form;
} words[] = {
    {"started", LTL_STARTED, ARGS_STEP, "started(STEP)"},
    {"failed", LTL_FAILED, ARGS_STEP, "failed(STEP)"},
    {"running", LTL_RUNNING, ARGS_STEP, "running(STEP)"},
    {"done", LTL_DONE, ARGS_STEP, "done(STEP)"},
    {"responded", LTL_RESPONDED, ARGS_STATUS, "responded, responded(503) or responded(5xx)"},
    {"aborted", LTL_ABORTED, ARGS_NONE, "aborted"},
    {"ended", LTL_ENDED, ARGS_NONE, "ended"},
    {"holds", LTL_HOLDS, ARGS_HOLDS, "holds(STEP, RESOURCE)"},
    {"waiting", LTL_WAITING, ARGS_RESOURCE, "waiting(RESOURCE)"},
};
enum { WORDS = sizeof words / sizeof *words };

/* ---- the table ---- */

static bool same(const struct ltl_prop *x, const struct ltl_prop *y)
{
    if (x->what != y->what || x->step != y->step || x->from != y->from || x->to != y->to)
        return false;
    if (x->what == LTL_COMPARE)
        return strcmp(x->text, y->text) == 0;
    if (x->what != LTL_HOLDS && x->what != LTL_WAITING)
        return true;
    return x->kind == y->kind && x->resource == y->resource; /* names of the model */
}

static const struct ltl_node *prop_node(struct ltl_parser *l, const struct ltl_prop *x, size_t from)
{
    uint32_t i = 0;
    while (i < l->nprop && !same(&l->prop[i], x))
        i++;
    if (i == LTL_PROPS)
        return ltl_syntax(l, from, l->p.end, "make several claims of it",
                          "the formula has more than %d propositions", LTL_PROPS);
    if (i == l->nprop)
        l->prop[l->nprop++] = *x;
    struct ltl_node *n = NEW(l->p.a, struct ltl_node, 1);
    *n = (struct ltl_node){.op = LTL_PROP,
                           .at = expr_place(&l->p, from, l->p.end),
                           .prop = i,
                           .id = l->nnode++,
                           .height = 1};
    return n;
}

static const char *written(const struct ltl_parser *l, size_t from)
{
    return arena_strndup(l->p.a, l->p.s + from, l->p.end - from);
}

/* ---- arguments ---- */

struct arg {
    size_t from, n;
};

/* What stands up to a comma or the parenthesis, blanks aside; false: the text ends before. */
static bool take_arg(struct ltl_parser *l, struct arg *x, char *stop)
{
    struct expr_parser *p = &l->p;
    expr_blanks(p);
    x->from = p->pos;
    size_t i = p->pos;
    while (i < p->n && strchr(",()", p->s[i]) == NULL)
        i++;
    if (i >= p->n)
        return false;
    *stop = p->s[i];
    p->pos = p->end = i + 1;
    for (x->n = i - x->from; x->n > 0 && strchr(" \t\r\n", p->s[x->from + x->n - 1]) != NULL;)
        x->n--;
    return *stop != '(';
}

static bool resource_named(const char *name, const char *word, size_t n)
{
    return strlen(name) == n && memcmp(name, word, n) == 0;
}

static bool resource_find(const struct ltl_parser *l, const char *word, size_t n,
                          struct ltl_prop *x)
{
    const struct model *m = l->m;
    for (uint32_t i = 0; i < m->nresource; i++)
        if (resource_named(m->resource[i].name, word, n))
            return x->kind = LTL_RESOURCE, x->resource = m->resource[i].name, true;
    for (uint32_t i = 0; i < m->nservice; i++)
        if (resource_named(m->service[i].name, word, n))
            return x->kind = LTL_SERVICE, x->resource = m->service[i].name, true;
    for (uint32_t i = 0; i < m->nchannel; i++)
        if (resource_named(m->channel[i].name, word, n))
            return x->kind = LTL_CHANNEL, x->resource = m->channel[i].name, true;
    if (resource_named("pool", word, n))
        return x->kind = LTL_POOL, x->resource = "pool", true;
    if (resource_named("server", word, n))
        return x->kind = LTL_SERVER, x->resource = "server", true;
    return false;
}

static bool resource_of(struct ltl_parser *l, struct arg g, struct ltl_prop *x)
{
    const struct model *m = l->m;
    const char *word = arena_strndup(l->p.a, l->p.s + g.from, g.n);
    if (resource_find(l, word, g.n, x))
        return true;
    uint32_t n = 0;
    const char **v = xcalloc((size_t)m->nresource + m->nservice + m->nchannel + 1, sizeof *v);
    for (uint32_t i = 0; i < m->nresource; i++)
        v[n++] = m->resource[i].name;
    for (uint32_t i = 0; i < m->nservice; i++)
        v[n++] = m->service[i].name;
    for (uint32_t i = 0; i < m->nchannel; i++)
        v[n++] = m->channel[i].name;
    const char *near = nearest(word, v, n);
    free(v);
    diag_error(l->p.d, expr_place(&l->p, g.from, g.from + g.n), "E-ltl-resource",
               near ? arena_printf(l->p.a, "did you mean `%s`?", near)
                    : "write the name of a resource, a service or a channel, or `pool`",
               "there is nothing called `%s` that could be held or waited for", word);
    l->p.failed = true;
    return false;
}

/* 503, or 5xx: the hundred. */
static bool status_of(struct ltl_parser *l, struct arg g, struct ltl_prop *x)
{
    const char *s = l->p.s + g.from;
    bool digit = g.n == 3 && s[0] >= '1' && s[0] <= '5';
    bool all = digit && s[1] == 'x' && s[2] == 'x';
    bool one = digit && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9';
    if (!all && !one) {
        diag_error(l->p.d, expr_place(&l->p, g.from, g.from + g.n), "E-status",
                   "write a status such as 503, or 5xx for the hundred", "`%.*s` is no status",
                   (int)g.n, s);
        l->p.failed = true;
        return false;
    }
    x->from = (s[0] - '0') * 100 + (one ? (s[1] - '0') * 10 + (s[2] - '0') : 0);
    x->to = one ? x->from : x->from + 99;
    return true;
}

static bool step_of(struct ltl_parser *l, struct arg g, struct ltl_prop *x)
{
    x->step = step_name_find(l->names, l->p.s + g.from, g.n,
                             expr_place(&l->p, g.from, g.from + g.n), true, l->p.a, l->p.d);
    l->p.failed |= x->step == NULL;
    return x->step != NULL;
}

static const struct ltl_node *wrong_args(struct ltl_parser *l, const struct word *w, size_t from)
{
    size_t to = l->p.pos > from ? l->p.pos : from + strlen(w->name);
    return ltl_syntax(l, from, to, NULL, "it is written %s", w->form);
}

static bool read_args(struct ltl_parser *l, enum args k, const struct arg *v, struct ltl_prop *x)
{
    switch (k) {
    case ARGS_STEP:
        return step_of(l, v[0], x);
    case ARGS_STATUS:
        return status_of(l, v[0], x);
    case ARGS_RESOURCE:
        return resource_of(l, v[0], x);
    case ARGS_HOLDS: {
        bool step = step_of(l, v[0], x);
        return resource_of(l, v[1], x) && step;
    }
    case ARGS_NONE:
        break;
    }
    return true;
}

static const struct ltl_node *parse_word(struct ltl_parser *l, const struct word *w)
{
    struct expr_parser *p = &l->p;
    size_t from = p->pos;
    struct ltl_prop x = {.what = w->what, .from = 0, .to = 999};
    struct arg v[2] = {{0, 0}, {0, 0}};
    uint32_t n = 0, want = w->args == ARGS_NONE ? 0 : w->args == ARGS_HOLDS ? 2 : 1;
    p->pos = p->end = from + strlen(w->name);
    expr_blanks(p);
    if (p->pos < p->n && p->s[p->pos] == '(') {
        char stop = ',';
        p->pos++;
        for (; stop == ','; n++)
            if (n == 2 || !take_arg(l, &v[n], &stop))
                return wrong_args(l, w, from);
        if (n != want)
            return wrong_args(l, w, from);
    } else if (want > 0 && w->args != ARGS_STATUS) {
        p->pos = p->end;
        return wrong_args(l, w, from);
    }
    if (n > 0)
        read_args(l, w->args, v, &x);
    x.text = written(l, from);
    x.at = expr_place(p, from, p->end);
    return prop_node(l, &x, from);
}

/* ---- comparisons ---- */

static bool assigns(const struct assigns *a, const char *name)
{
    for (uint32_t i = 0; i < a->n; i++)
        if (!a->v[i].is_shared && strcmp(a->v[i].var, name) == 0)
            return true;
    return false;
}

/* Does a step of the body, as written, set the variable?  As deep as a body was read. */
static bool body_sets(const struct body *b, const char *name)
{
    for (uint32_t i = 0; i < b->n; i++) {
        const struct step *s = b->v[i];
        bool found = assigns(&s->sets, name) || assigns(&s->set, name) ||
                     body_sets(&s->body, name) || body_sets(&s->orelse, name) ||
                     body_sets(&s->completed, name);
        for (uint32_t k = 0; k < s->nbranch && !found; k++)
            found = body_sets(&s->branch[k].body, name);
        for (uint32_t k = 0; k < s->nhandler && !found; k++)
            found = body_sets(&s->handler[k].body, name);
        if (found)
            return true;
    }
    return false;
}

static bool model_sets(const struct model *m, const char *name)
{
    bool found = body_sets(&m->request, name);
    for (uint32_t i = 0; i < m->npipeline && !found; i++)
        found = body_sets(&m->pipeline[i].body, name);
    for (uint32_t i = 0; i < m->nstage && !found; i++)
        found = body_sets(&m->stage[i].body, name);
    return found;
}

static bool name_trouble(struct ltl_parser *l, const struct expr *e, const char *hint,
                         const char *text)
{
    diag_error(l->p.d, e->at, "E-ltl-name", hint, "%s", text);
    l->p.failed = true;
    return false;
}

static bool check_name(struct ltl_parser *l, const struct expr *e, struct ltl_prop *x)
{
    const struct model *m = l->m;
    if (e->field)
        return name_trouble(l, e, arena_printf(l->p.a, "write `%s`", e->field),
                            "a claim means a variable wherever some task of the request has it");
    for (uint32_t i = 0; i < m->nshared; i++) {
        if (strcmp(m->shared[i].name, e->name) != 0)
            continue;
        x->shared = true;
        if (m->shared[i].variable)
            return true;
        return name_trouble(l, e, "give it a range or `false` under `shared:`, or claim `no_race`",
                            arena_printf(l->p.a, "`%s` is shared data without a value", e->name));
    }
    for (uint32_t i = 0; i < m->nparam; i++)
        if (strcmp(m->param[i].name, e->name) == 0)
            return true;
    if (model_sets(m, e->name)) {
        x->variable = true;
        return true;
    }
    const char *known[WORDS];
    for (size_t i = 0; i < WORDS; i++)
        known[i] = words[i].name;
    const char *near = nearest(e->name, known, WORDS);
    for (size_t i = 0; near && i < WORDS; i++)
        if (strcmp(near, words[i].name) == 0)
            near = words[i].form;
    return name_trouble(
        l, e,
        near ? arena_printf(l->p.a, "did you mean %s?", near)
             : "propositions are started failed running done responded aborted ended holds waiting",
        arena_printf(l->p.a, "there is no proposition, variable or shared state `%s`", e->name));
}

/* Names that exist, and nothing that draws. */
static bool check_names(struct ltl_parser *l, const struct expr *e, struct ltl_prop *x)
{
    if (e->op == X_NAME)
        return check_name(l, e, x);
    if (e->op >= X_CHANCE)
        return name_trouble(l, e, NULL,
                            e->op == X_ANY || e->op == X_ALL || e->op == X_COUNT
                                ? "a claim knows no sets of copies: name the variable itself"
                                : "a claim draws nothing");
    bool good = true;
    for (uint32_t i = 0; i < e->narg; i++)
        good = check_names(l, e->arg[i], x) && good;
    return good;
}

static struct binding find_name(void *ctx, const struct expr *name, enum expr_op agg,
                                struct diags *d)
{
    const struct ltl_scope *s = ctx;
    const struct model *m = s->m;
    (void)d;
    if (agg != X_NAME || name->field)
        return (struct binding){.kind = BIND_ERROR}; /* reported by check_names() */
    for (uint32_t i = 0; i < m->nshared; i++)
        if (strcmp(m->shared[i].name, name->name) == 0)
            return s->var(s->ctx, name, i);
    for (uint32_t i = 0; i < m->nparam; i++)
        if (strcmp(m->param[i].name, name->name) == 0)
            return (struct binding){.kind = BIND_EXPR, .expr = m->param[i].value};
    return s->var(s->ctx, name, UINT32_MAX);
}

uint32_t ltl_compile(struct xprog *x, const struct expr *compare, struct ltl_scope *s,
                     struct diags *d)
{
    const struct scope scope = {.ctx = s, .find = find_name};
    return expr_compile(x, compare, WANT_BOOL, true, &scope, d);
}

/* Shared state has a unit without a program; a variable's is the compiler's to know. */
static struct binding find_unit(void *ctx, const struct expr *name, uint32_t shared)
{
    const struct model *m = ctx;
    (void)name;
    bool truth = m->shared[shared].truth;
    return (struct binding){.kind = BIND_VAR, .unit = truth ? UNIT_BOOL : UNIT_NUMBER};
}

static void check_units(struct ltl_parser *l, const struct expr *e)
{
    struct arena *scratch = arena_new(0);
    struct xprog x;
    struct ltl_scope s = {l->m, (void *)(uintptr_t)l->m, find_unit};
    xprog_init(&x, scratch);
    if (ltl_compile(&x, e, &s, l->p.d) == XEXPR_NONE)
        l->p.failed = true;
    arena_drop(scratch);
}

static const struct ltl_node *parse_compare(struct ltl_parser *l)
{
    size_t from = l->p.pos;
    const struct expr *e = expr_parse_comparison(&l->p);
    if (e == NULL)
        return NULL;
    if (e->op == X_CONST && e->unit == UNIT_BOOL) {
        struct ltl_node *n = NEW(l->p.a, struct ltl_node, 1);
        *n = (struct ltl_node){
            .op = e->num > 0 ? LTL_TRUE : LTL_FALSE, .at = e->at, .id = l->nnode++, .height = 1};
        return n;
    }
    struct ltl_prop x = {.what = LTL_COMPARE, .at = e->at, .compare = e, .to = 999};
    bool known = check_names(l, e, &x);
    bool condition = (e->op >= X_EQ && e->op <= X_GE) || e->op == X_NAME;
    if (!condition)
        return ltl_syntax(l, from, l->p.end, "compare it: `n >= 3`",
                          "a condition is expected here, not a value");
    if (known && !x.variable)
        check_units(l, e);
    x.text = written(l, from);
    return prop_node(l, &x, from);
}

const struct ltl_node *ltl_proposition(struct ltl_parser *l)
{
    const struct expr_parser *p = &l->p;
    size_t n = expr_word(p, p->pos), next = p->pos + n;
    while (next < p->n && p->s[next] == ' ')
        next++;
    bool called = next < p->n && p->s[next] == '(';
    for (size_t i = 0; i < WORDS; i++) {
        if (!expr_is_word(p, p->pos, words[i].name))
            continue;
        if (called || words[i].args == ARGS_NONE || words[i].args == ARGS_STATUS ||
            !model_sets(l->m, words[i].name))
            return parse_word(l, &words[i]);
    }
    return parse_compare(l);
}
