/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outline.c - walks the model as the compiler does, so that the next mark is the next step's; see
 * outline.h.  ORDER compile: bodies of a step in the order in which compile_step.c and
 * compile_fork.c lower them, handlers last. */
#include "core/outline.h"
#include <string.h>

struct walk {
    struct arena *a;
    const struct prog *p;
    const struct model *m;
    uint32_t mark; /* the next one */
    uint32_t n;
    struct outline_node *v;
};

static uint32_t node_add(struct walk *w, struct outline_node node)
{
    if (w->n < OUTLINE_MOST)
        w->v[w->n] = node;
    return w->n++;
}

static const char *expr_words(struct arena *a, const struct expr *e)
{
    return e && e->text ? arena_strndup(a, e->text, e->ntext) : NULL;
}

static const char *names_words(struct arena *a, const struct name_at *v, uint32_t n)
{
    const char *s = n ? v[0].name : NULL;
    for (uint32_t i = 1; i < n; i++)
        s = arena_printf(a, "%s, %s", s, v[i].name);
    return s;
}

/* What stands beside the verb: what is called, waited for, counted. */
static const char *step_words(struct walk *w, const struct step *s)
{
    const struct model *m = w->m;
    switch (s->verb) {
    case VERB_CALL:
        return s->named && s->service < m->nservice ? m->service[s->service].name : NULL;
    case VERB_USE:
        return s->named && s->resource < m->nresource ? m->resource[s->resource].name : NULL;
    case VERB_RUN:
        return s->named && s->pipeline < m->npipeline ? m->pipeline[s->pipeline].name : NULL;
    case VERB_CPU:
        return expr_words(w->a, s->cpu);
    case VERB_WAIT:
    case VERB_EACH:
    case VERB_REPEAT:
    case VERB_IF:
        return expr_words(w->a, s->expr);
    case VERB_AWAIT:
        return names_words(w->a, s->awaits.v, s->awaits.n);
    case VERB_SET:
        return s->set.n == 1 ? s->set.v[0].var : NULL;
    case VERB_READ:
    case VERB_WRITE:
        return s->key;
    case VERB_RESPOND:
    case VERB_ABORT:
        return arena_printf(w->a, "%d", (int)s->status);
    case VERB_FAIL:
        return s->failure < m->nfailure ? m->failure[s->failure] : NULL;
    default:
        return NULL;
    }
}

static void walk_body(struct walk *w, const struct body *b, uint32_t parent);

static void walk_part(struct walk *w, const struct body *b, enum outline_kind kind,
                      const char *name, uint32_t step)
{
    struct outline_node node = {.kind = kind, .parent = step, .step = NONE, .name = name};
    walk_body(w, b, node_add(w, node));
}

static void walk_branches(struct walk *w, const struct step *s, enum outline_kind kind, uint32_t at)
{
    for (uint32_t i = 0; i < s->nbranch; i++) {
        const struct branch *b = &s->branch[i];
        const char *name = s->verb == VERB_CHOOSE ? expr_words(w->a, b->p)
                           : s->listed            ? ""
                                                  : b->name;
        walk_part(w, &b->body, kind, name ? name : "", at);
    }
}

static void walk_parts(struct walk *w, const struct step *s, uint32_t at)
{
    switch (s->verb) {
    case VERB_PARALLEL:
        walk_branches(w, s, OUTLINE_BRANCH, at);
        break;
    case VERB_EACH:
        walk_part(w, &s->body, OUTLINE_BRANCH, "each copy", at);
        if (s->has_completed)
            walk_part(w, &s->completed, OUTLINE_LATER, "as completed", at);
        break;
    case VERB_SPAWN:
        walk_branches(w, s, OUTLINE_TASK, at);
        break;
    case VERB_DETACH:
        walk_part(w, s->nbranch ? &s->branch[0].body : &s->body, OUTLINE_TASK, "", at);
        break;
    case VERB_IF:
        walk_part(w, &s->body, OUTLINE_CHOICE, "then", at);
        if (s->orelse.n)
            walk_part(w, &s->orelse, OUTLINE_CHOICE, "else", at);
        break;
    case VERB_CHOOSE:
        walk_branches(w, s, OUTLINE_CHOICE, at);
        break;
    case VERB_RUN:
        if (s->pipeline < w->m->npipeline)
            walk_part(w, &w->m->pipeline[s->pipeline].body, OUTLINE_INSIDE, "", at);
        break;
    default:
        if (s->body.n)
            walk_part(w, &s->body, OUTLINE_INSIDE, "", at);
        break;
    }
    for (uint32_t i = 0; i < s->nhandler; i++) {
        uint32_t code = s->handler[i].code;
        const char *what = code && code < w->m->nfailure ? w->m->failure[code] : "any";
        walk_part(w, &s->handler[i].body, OUTLINE_CATCH, arena_printf(w->a, "catch %s", what), at);
    }
}

static bool loc_same(struct loc a, struct loc b)
{
    return a.file == b.file && a.line == b.line && a.col == b.col;
}

/* As deep as bodies nest, which the compiler has bounded. */
static void walk_body(struct walk *w, const struct body *b, uint32_t parent)
{
    for (uint32_t i = 0; i < b->n && w->n < OUTLINE_MOST; i++) {
        const struct step *s = b->v[i];
        bool known = w->mark < w->p->nmark && w->p->mark[w->mark].verb == s->verb &&
                     loc_same(w->p->mark[w->mark].at, s->at);
        struct outline_node node = {.kind = OUTLINE_STEP,
                                    .parent = parent,
                                    .step = known ? w->mark++ : NONE,
                                    .name = s->name,
                                    .verb = verb_key[s->verb],
                                    .text = step_words(w, s)};
        walk_parts(w, s, node_add(w, node));
    }
}

struct outline_node *outline_make(struct arena *a, const struct prog *p, uint32_t *n)
{
    const struct model *m = p->model;
    struct walk w = {
        .a = a, .p = p, .m = m, .v = NEW(a, struct outline_node, (size_t)OUTLINE_MOST + 1)};
    bool *done = NEW(a, bool, m->npipeline + 2u); /* classes may share a body: [0] is request */
    for (uint32_t i = 0; i < p->ncls; i++) {
        const struct load *load = p->cls[i].load;
        uint32_t k = load ? (uint32_t)(load->pipeline + 1) : 0;
        if (k > m->npipeline || done[k])
            continue;
        done[k] = true;
        const char *name = k ? m->pipeline[k - 1].name : "request";
        struct outline_node root = {
            .kind = OUTLINE_CLASS, .parent = NONE, .step = NONE, .name = name};
        walk_body(&w, k ? &m->pipeline[k - 1].body : &m->request, node_add(&w, root));
    }
    for (uint32_t b = 0; b < p->nbody; b++) { /* stages, in the order they were compiled */
        uint32_t stage = p->body[b].stage;
        if (stage == NONE)
            continue;
        const struct stage *of = p->stage[stage].of;
        struct outline_node root = {
            .kind = OUTLINE_CLASS, .parent = NONE, .step = NONE, .name = of->name};
        walk_body(&w, &of->body, node_add(&w, root));
    }
    *n = w.n > OUTLINE_MOST ? 0 : w.n;
    return w.v;
}
