/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_form.c - the parameters of an atomic distribution: which sets of names it takes (all read
 * from dist_kinds[], so a new row there needs nothing here), which of them is meant, and what it
 * would have taken instead. */
#include "model/expr.h"
#include "model/expr_call.h"
#include "model/expr_impl.h"
#include <string.h>

unsigned expr_form_size(const struct dist_form *f)
{
    unsigned n = 0;
    while (n < DIST_MAXPARAM && f->param[n].name != NULL)
        n++;
    return n;
}

static bool form_has(const struct dist_form *f, const char *name)
{
    for (unsigned i = 0; i < DIST_MAXPARAM && f->param[i].name != NULL; i++)
        if (strcmp(f->param[i].name, name) == 0)
            return true;
    return false;
}

static bool pair_exists(const struct dist_kind *k, const char *x, const char *y)
{
    for (const struct dist_form *f = k->forms; expr_form_size(f) > 0; f++)
        if (expr_form_size(f) == 2 && form_has(f, x) && form_has(f, y))
            return true;
    return false;
}

struct name_set {
    const char *v[DIST_MAXFORM * DIST_MAXPARAM];
    size_t n;
};

static bool set_has(const struct name_set *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i], name) == 0)
            return true;
    return false;
}

static void all_names(const struct dist_kind *k, struct name_set *s)
{
    s->n = 0;
    for (const struct dist_form *f = k->forms; expr_form_size(f) > 0; f++)
        for (unsigned i = 0; i < expr_form_size(f); i++)
            if (!set_has(s, f->param[i].name) && s->n < sizeof s->v / sizeof s->v[0])
                s->v[s->n++] = f->param[i].name;
}

/* The names around form f of which every pair is a form: "any two of". */
static void pair_set(const struct dist_kind *k, const struct dist_form *f, struct name_set *s)
{
    struct name_set all;
    all_names(k, &all);
    s->n = 0;
    s->v[s->n++] = f->param[0].name;
    s->v[s->n++] = f->param[1].name;
    for (size_t i = 0; i < all.n; i++) {
        bool fits = !set_has(s, all.v[i]);
        for (size_t j = 0; fits && j < s->n; j++)
            fits = pair_exists(k, all.v[i], s->v[j]);
        if (fits)
            s->v[s->n++] = all.v[i];
    }
}

static void list_names(struct buf *b, const struct name_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        buf_printf(b, "%s%s", i > 0 ? ", " : "", s->v[i]);
}

/* "lognormal takes any two of mean, cv, p50; or mu, sigma" */
static const char *say_forms(struct arena *a, const struct dist_kind *k)
{
    struct buf b = {0};
    bool done[DIST_MAXFORM] = {false};
    unsigned i = 0;
    buf_printf(&b, "%s takes ", k->name);
    for (const struct dist_form *f = k->forms; expr_form_size(f) > 0; f++, i++) {
        struct name_set s = {.n = 0};
        unsigned size = expr_form_size(f), j = i;
        if (i >= DIST_MAXFORM || done[i])
            continue;
        if (size == 2)
            pair_set(k, f, &s);
        for (const struct dist_form *g = f; expr_form_size(g) > 0 && j < DIST_MAXFORM; g++, j++) {
            bool same = expr_form_size(g) == size && size <= 2;
            if (same && size == 1)
                s.v[s.n++] = g->param[0].name;
            if (same &&
                (size == 1 || (set_has(&s, g->param[0].name) && set_has(&s, g->param[1].name))))
                done[j] = true;
        }
        for (unsigned m = 0; size > 2 && m < size; m++)
            s.v[s.n++] = f->param[m].name;
        buf_printf(&b, "%s%s", i > 0 ? "; or " : "",
                   size == 2 && s.n > 2   ? "any two of "
                   : size == 1 && s.n > 1 ? "one of "
                                          : "");
        list_names(&b, &s);
    }
    const char *text = arena_strdup(a, b.s);
    buf_free(&b);
    return text;
}

/* Arguments into the form's order; positional ones fill what is not named.  false: no fit. */
static bool form_fit(const struct dist_kind *k, const struct dist_form *f,
                     const struct expr_call *c, const struct expr **out)
{
    unsigned size = expr_form_size(f);
    if (size != c->narg)
        return false;
    for (unsigned i = 0; i < size; i++)
        out[i] = NULL;
    for (uint32_t j = 0; j < c->narg; j++)
        for (unsigned i = 0; c->arg[j].name != NULL && i < size; i++)
            if (strcmp(f->param[i].name, c->arg[j].name) == 0)
                out[i] = c->arg[j].value;
    for (uint32_t j = 0, i = 0; j < c->narg; j++) {
        if (c->arg[j].name != NULL)
            continue;
        while (i < size && out[i] != NULL)
            i++;
        if (i == size || !k->positional)
            return false;
        out[i] = c->arg[j].value;
    }
    for (unsigned i = 0; i < size; i++)
        if (out[i] == NULL)
            return false;
    return true;
}

static bool names_known(struct expr_parser *p, const struct dist_kind *k, const struct expr_call *c)
{
    struct name_set all;
    all_names(k, &all);
    for (uint32_t i = 0; i < c->narg; i++) {
        const struct expr_arg *g = &c->arg[i];
        for (uint32_t j = 0; g->name != NULL && j < i; j++)
            if (c->arg[j].name != NULL && strcmp(c->arg[j].name, g->name) == 0) {
                diag_error(p->d, expr_place(p, g->from, g->to), "E-dist-param", NULL,
                           "`%s` is given twice", g->name);
                return false;
            }
        if (g->name == NULL || set_has(&all, g->name))
            continue;
        const char *near = nearest(g->name, all.v, all.n);
        diag_error(p->d, expr_place(p, g->from, g->from + strlen(g->name)), "E-dist-param",
                   near != NULL ? arena_printf(p->a, "did you mean %s?", near) : say_forms(p->a, k),
                   "%s has no parameter `%s`", k->name, g->name);
        return false;
    }
    return true;
}

const struct expr *expr_parse_law(struct expr_parser *p, const struct dist_kind *k,
                                  const struct expr_call *c)
{
    const struct expr *arg[DIST_MAXPARAM];
    unsigned form = 0;
    if (!expr_only_values(p, c, "E-dist-param", true) || !names_known(p, k, c))
        return expr_stand_in(p, c);
    for (const struct dist_form *f = k->forms; expr_form_size(f) > 0; f++, form++) {
        if (!form_fit(k, f, c, arg))
            continue;
        struct expr *e = expr_node(p, X_DIST, c->from, c->narg, arg);
        e->kind = k;
        e->form = form;
        return e;
    }
    bool unnamed = false;
    for (uint32_t i = 0; i < c->narg; i++)
        unnamed = unnamed || c->arg[i].name == NULL;
    diag_error(p->d, expr_place(p, c->from, p->end), "E-dist-param", say_forms(p->a, k),
               unnamed && !k->positional ? "%s needs names before its parameters"
               : c->narg == 0            ? "%s has no parameters here"
                                         : "%s does not take these parameters",
               k->name);
    return expr_stand_in(p, c);
}
