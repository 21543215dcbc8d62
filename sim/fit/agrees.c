/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agrees.c - see agrees.h. */
#include "fit/agrees.h"
#include <string.h>

/* What is wrong with the store, said at the claim's place. */
static void said_at(const struct spec_text *t, const struct diags *own, struct diags *d)
{
    for (uint32_t i = 0; i < diags_count(own); i++) {
        const struct diag *g = diags_get(own, i);
        diag_error(d, t->at, g->id, g->hint, "%s", g->text);
    }
}

static struct forest *read_at(const struct spec_agrees *s, const char *store, const char *execution,
                              struct arena *a, struct diags *d)
{
    struct diags *own = diags_new(a);
    struct store *db = store_open(store, STORE_READ, own);
    struct forest *f = NULL;
    const struct spec_text *at = &s->traces;
    if (db) {
        struct forest_ask ask = {.root = s->root.text,
                                 .service = s->service.text,
                                 .label =
                                     s->label.text ? s->label.text : forest_label(db, execution, a),
                                 .since = INT64_MIN};
        f = forest_read(db, &ask, a, own);
        at = s->root.text ? &s->root : s->label.text ? &s->label : at;
        store_close(db);
    }
    said_at(at, own, d);
    return f;
}

/* A name that is that of no span would be ignored. */
static void find_span(const struct forest *f, const struct spec_text *span, struct arena *a,
                      struct diags *d)
{
    const char **names = NEW(a, const char *, f->nop + 1);
    for (uint32_t i = 0; i < f->nop; i++) {
        names[i] = f->op[i].name;
        if (strcmp(names[i], span->text) == 0)
            return;
    }
    const char *near = nearest(span->text, names, f->nop);
    diag_error(d, span->at, "E-recorded", near ? arena_printf(a, "did you mean `%s`?", near) : NULL,
               "the store has no span `%s`", span->text);
}

struct measured *agrees_measure(const struct spec_agrees *s, const char *store,
                                const char *execution, struct arena *a, struct diags *d)
{
    struct forest *f = read_at(s, store, execution, a, d);
    if (!f)
        return NULL;
    struct compare_name *name = NEW(a, struct compare_name, s->nspan + 1u);
    for (uint32_t i = 0; i < s->nspan; i++) {
        find_span(f, &s->span[i].span, a, d);
        name[i] = (struct compare_name){s->span[i].step.text, s->span[i].span.text};
    }
    return compare_measure(f, name, s->nspan, a);
}

struct compare_result *agrees_compare(const struct run_result *r, struct measured *m,
                                      const struct spec_agrees *s, struct arena *a)
{
    struct compare_opt o = compare_defaults();
    for (int i = 0; i < WITHIN_COUNT; i++)
        if (s->within[i] > 0)
            o.margin[i] = s->within[i];
    return compare_judge(r, (const uint32_t[]){0}, &m, 1, &o, a);
}
