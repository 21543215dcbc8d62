/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recorded.c - durations out of a store, for recorded() in a model; see model/recorded.h. */
#include "model/recorded.h"
#include "fit/forest.h"
#include <stdlib.h>
#include <string.h>

enum { RECORDED_MOST = 8000000 };
struct durations {
    double *v;
    uint32_t n, cap;
};

static bool add_duration(void *ctx, const struct store_row *r)
{
    struct durations *s = ctx;
    s->v = grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
    s->v[s->n++] = (double)r->cell[0].i;
    return s->n < RECORDED_MOST;
}

struct name_list {
    struct arena *mem;
    const char **v;
    size_t n;
};
enum { NAMES = 2000 };
static bool add_name(void *ctx, const struct store_row *r)
{
    struct name_list *l = ctx;
    l->v[l->n++] = arena_strndup(l->mem, r->cell[0].s, r->cell[0].n);
    return l->n < NAMES;
}

/* The store's own complaint has no place; it is said at the model's. */
static struct store *open_at(struct arena *mem, const char *path, struct loc at, struct diags *d)
{
    struct diags *own = diags_new(mem);
    struct store *s = store_open(path, STORE_READ, own);
    if (!s)
        diag_error(d, at, "E-store", "file names are relative to the model's directory", "%s",
                   diags_count(own) ? diags_get(own, 0)->text : path);
    return s;
}

static void unknown(struct arena *mem, struct store *s, const char *path, const char *span,
                    const char *label, struct loc at, struct diags *d)
{
    struct name_list names = {.mem = mem, .v = NEW(mem, const char *, NAMES)};
    store_select(s, mem, "SELECT DISTINCT n.text FROM op o JOIN name n ON n.id = o.name ORDER BY 1",
                 add_name, &names);
    const char *near = nearest(span, names.v, names.n);
    diag_error(d, at, "E-recorded",
               near && strcmp(near, span) != 0 ? arena_printf(mem, "did you mean \"%s\"?", near)
                                               : NULL,
               "%s has no finished span \"%s\"%s", path, span, label ? " under this label" : "");
}

const double *recorded_durations(struct arena *mem, const char *path, const char *span,
                                 const char *label, struct loc at, struct diags *d, uint32_t *n)
{
    struct durations out = {NULL, 0, 0};
    struct store *s = open_at(mem, path, at, d);
    if (!s)
        return NULL;
    const char *of = "";
    if (label)
        of = arena_printf(mem, " AND t.recording IN (SELECT id FROM recording WHERE label = %s)",
                          forest_quoted(mem, label));
    store_select(
        s, mem,
        arena_printf(mem,
                     "SELECT p.duration FROM span p JOIN trace t ON t.id = p.id >> 28 "
                     "WHERE p.flags & 1 = 0 AND p.op IN (SELECT o.id FROM op o JOIN name n "
                     "ON n.id = o.name WHERE n.text = %s)%s",
                     forest_quoted(mem, span), of),
        add_duration, &out);
    if (out.n == 0)
        unknown(mem, s, path, span, label, at, d);
    store_close(s);
    double *v = NULL;
    if (out.n > 0) {
        v = NEW(mem, double, out.n);
        memcpy(v, out.v, out.n * sizeof *v);
    }
    free(out.v);
    *n = out.n;
    return v;
}
