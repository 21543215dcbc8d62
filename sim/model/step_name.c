/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_name.c - see step_name.h. */
#include "model/step_name.h"
#include <stdlib.h>
#include <string.h>

enum { NAMES_DEPTH = 200, NAMES_PATH = 4096, NAMES_LISTED = 6 };

struct slot { /* of the table of paths given so far */
    const char *path;
    uint32_t times;
};
struct namer {
    struct arena *a;
    const struct model *m;
    struct step_name *v;
    uint32_t n, cap;
    struct slot *slot;
    uint32_t nslot, cap_slot;
    bool *put; /* of each channel: something puts into it */
    uint32_t depth;
    bool full;
};

static void name_add(struct namer *w, const char *path, struct loc at, bool task)
{
    if (w->n >= STEP_NAMES_MOST) {
        w->full = true;
        return;
    }
    w->v = grow(w->v, &w->cap, w->n + 1, sizeof *w->v);
    w->v[w->n++] = (struct step_name){.path = path, .at = at, .task = task};
}

static const char *join(struct namer *w, const char *base, const char *name)
{
    if (strlen(base) + strlen(name) + 1 > NAMES_PATH)
        return base;
    return arena_printf(w->a, "%s/%s", base, name);
}

/* ---- steps of one path are told apart by #2, #3 ---- */

static struct slot *slot_of(const struct namer *w, const char *path)
{
    uint32_t h = 2166136261U;
    for (const char *c = path; *c; c++)
        h = (h ^ (unsigned char)*c) * 16777619U;
    uint32_t i = h & (w->cap_slot - 1);
    while (w->slot[i].path && strcmp(w->slot[i].path, path) != 0)
        i = (i + 1) & (w->cap_slot - 1);
    return &w->slot[i];
}

static void slots_room(struct namer *w)
{
    if (w->nslot * 2 < w->cap_slot)
        return;
    struct slot *old = w->slot;
    uint32_t n = w->cap_slot;
    w->cap_slot = n ? 2 * n : 64;
    w->slot = xcalloc(w->cap_slot, sizeof *w->slot);
    for (uint32_t i = 0; i < n; i++)
        if (old[i].path)
            *slot_of(w, old[i].path) = old[i];
    free(old);
}

static const char *unique(struct namer *w, const char *path)
{
    slots_room(w);
    struct slot *s = slot_of(w, path);
    w->nslot++;
    s->times++;
    if (!s->path) {
        s->path = path;
        return path;
    }
    for (;; s->times++) {
        const char *other = arena_printf(w->a, "%s#%u", path, s->times);
        struct slot *o = slot_of(w, other);
        if (o->path)
            continue;
        *o = (struct slot){.path = other, .times = 1};
        return other;
    }
}

/* ---- the walk ---- */

struct place { /* where a body stands */
    const char *path;
    bool branch; /* a whole branch, copy or task: a sole run: adds no level */
};
static void walk_body(struct namer *w, const struct body *b, struct place p);

static void walk_task(struct namer *w, const struct body *b, const char *path, bool named)
{
    if (named)
        name_add(w, path, b->at, true);
    walk_body(w, b, (struct place){path, true});
}

static void walk_branches(struct namer *w, const struct step *s, const char *mark, const char *path)
{
    const char *base = s->named || s->listed ? mark : path;
    for (uint32_t i = 0; i < s->nbranch; i++) {
        const struct branch *b = &s->branch[i];
        walk_task(w, &b->body, join(w, base, b->name ? b->name : s->name), true);
    }
}

static void walk_completed(struct namer *w, const struct step *s, const char *mark)
{
    const struct body *b = &s->completed;
    bool own = b->n == 1 && b->v[0]->named;
    walk_body(w, b, (struct place){own ? mark : join(w, mark, "as_completed"), false});
}

/* The bodies inside a step: mark is its path, path what its bodies begin with. */
static void walk_inside(struct namer *w, const struct step *s, const char *mark, const char *path)
{
    const struct place here = {path, false};
    switch (s->verb) {
    case VERB_PARALLEL:
    case VERB_SPAWN:
        walk_branches(w, s, mark, path);
        break;
    case VERB_EACH:
        walk_task(w, &s->body, mark, false);
        if (s->has_completed)
            walk_completed(w, s, mark);
        break;
    case VERB_DETACH:
        walk_task(w, s->nbranch ? &s->branch[0].body : &s->body, mark, false);
        break;
    case VERB_IF:
        walk_body(w, &s->body, here);
        walk_body(w, &s->orelse, here);
        break;
    case VERB_CHOOSE:
        for (uint32_t i = 0; i < s->nbranch; i++)
            walk_body(w, &s->branch[i].body, here);
        break;
    case VERB_RUN:
        if (s->pipeline < w->m->npipeline)
            walk_body(w, &w->m->pipeline[s->pipeline].body, here);
        break;
    case VERB_PUT:
        if (s->channel < w->m->nchannel)
            w->put[s->channel] = true;
        break;
    default:
        walk_body(w, &s->body, here);
        break;
    }
}

static void walk_step(struct namer *w, const struct step *s, const char *path, bool sole)
{
    const char *mark = unique(w, join(w, path, s->name));
    bool level = s->named || (s->verb == VERB_RUN && !sole);
    name_add(w, mark, s->at, false);
    walk_inside(w, s, mark, level ? mark : path);
    const char *catches = s->nhandler ? join(w, mark, "catch") : NULL;
    for (uint32_t i = 0; i < s->nhandler; i++)
        walk_body(w, &s->handler[i].body, (struct place){catches, false});
}

/* As deep as bodies nest; a pipeline that runs itself has been refused. */
static void walk_body(struct namer *w, const struct body *b, struct place p)
{
    if (w->depth >= NAMES_DEPTH) {
        w->full = true;
        return;
    }
    w->depth++;
    for (uint32_t i = 0; i < b->n && !w->full; i++)
        walk_step(w, b->v[i], p.path, p.branch && b->n == 1);
    w->depth--;
}

static void walk_classes(struct namer *w)
{
    const struct model *m = w->m;
    bool *done = xcalloc(m->npipeline + 1u, sizeof *done);
    for (uint32_t i = 0; i < m->nload || i == 0; i++) {
        int32_t k = i < m->nload ? m->load[i].pipeline : -1;
        if (k < 0 || (uint32_t)k >= m->npipeline)
            k = -1;
        if (done[k + 1])
            continue;
        done[k + 1] = true;
        const char *path = k < 0 ? "request" : m->pipeline[k].name;
        walk_body(w, k < 0 ? &m->request : &m->pipeline[k].body, (struct place){path, false});
    }
    free(done);
}

/* A stage is compiled once something puts into its channel. */
static void walk_stages(struct namer *w)
{
    const struct model *m = w->m;
    bool *done = xcalloc(m->nstage + 1u, sizeof *done);
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < m->nstage; i++) {
            const struct stage *s = &m->stage[i];
            if (done[i] || s->from == NO_STAGE || !w->put[s->from])
                continue;
            done[i] = more = true;
            name_add(w, s->name, s->body.at, true);
            walk_body(w, &s->body, (struct place){s->name, false});
        }
    }
    free(done);
}

const struct step_names *step_names(struct arena *a, const struct model *m)
{
    struct namer w = {.a = a, .m = m, .put = xcalloc(m->nchannel + 1u, sizeof(bool))};
    walk_classes(&w);
    walk_stages(&w);
    struct step_names *s = NEW(a, struct step_names, 1);
    struct step_name *v = NEW(a, struct step_name, w.n + 1u);
    if (w.n)
        memcpy(v, w.v, w.n * sizeof *v);
    *s = (struct step_names){.n = w.n, .v = v, .whole = !w.full};
    free(w.v);
    free(w.slot);
    free(w.put);
    return s;
}

/* ---- finding ---- */

/* The path ends with the name, at the begin of a part. */
static bool ends_with(const char *path, const char *name, size_t n)
{
    size_t len = strlen(path);
    return len >= n && memcmp(path + len - n, name, n) == 0 &&
           (len == n || path[len - n - 1] == '/');
}

static uint32_t matches(const struct step_names *s, const char *name, size_t n, bool task,
                        const struct step_name **first)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct step_name *k = &s->v[i];
        if (k->task != task || !ends_with(k->path, name, n))
            continue;
        if (strlen(k->path) == n && !task) { /* the whole path: no other can be meant */
            *first = k;
            return 1;
        }
        if (found++ == 0)
            *first = k;
    }
    return found;
}

const char *step_name_short(const struct step_names *s, const struct step_name *of)
{
    const struct step_name *found = NULL;
    const char *from = of->path + strlen(of->path);
    while (from > of->path) {
        for (from--; from > of->path && from[-1] != '/'; from--)
            ;
        size_t n = strlen(from);
        if (of->task && matches(s, from, n, false, &found) > 0)
            continue;
        if (matches(s, from, n, of->task, &found) == 1 && found == of)
            return from;
    }
    return of->path;
}

static void ambiguous(const struct step_names *s, const char *name, size_t n, struct loc at,
                      bool task, struct diags *d, struct arena *a)
{
    struct buf b = {0};
    uint32_t k = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct step_name *c = &s->v[i];
        if (c->task != task || !ends_with(c->path, name, n))
            continue;
        if (k++ < NAMES_LISTED)
            buf_printf(&b, "%s`%s` (line %u)", k == 1 ? "" : ", ", step_name_short(s, c),
                       c->at.line);
    }
    if (k > NAMES_LISTED)
        buf_printf(&b, " and %u more", k - NAMES_LISTED);
    diag_error(d, at, "E-step-ambiguous", arena_printf(a, "write one of %s", b.s),
               "`%.*s` could be any of %u %s", (int)n, name, k, task ? "tasks" : "steps");
    buf_free(&b);
}

static void unknown(const struct step_names *s, const char *name, size_t n, struct loc at,
                    bool tasks, struct diags *d, struct arena *a)
{
    const char **v = xcalloc(s->n + 1u, sizeof *v);
    uint32_t k = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const char *slash = strrchr(s->v[i].path, '/');
        if (tasks || !s->v[i].task)
            v[k++] = slash ? slash + 1 : s->v[i].path;
    }
    const char *near = nearest(arena_strndup(a, name, n), v, k);
    const char *hint = near       ? arena_printf(a, "did you mean `%s`?", near)
                       : s->n > 0 ? "a step goes by its `name:`, else by what it calls, uses or "
                                    "runs; `explain` lists all of them"
                                  : NULL;
    diag_error(d, at, "E-step-unknown", hint, "the model has no step `%.*s`", (int)n, name);
    free(v);
}

const struct step_name *step_name_find(const struct step_names *s, const char *name, size_t n,
                                       struct loc at, bool tasks, struct arena *a, struct diags *d)
{
    const struct step_name *found = NULL;
    uint32_t steps = n ? matches(s, name, n, false, &found) : 0;
    if (steps == 1)
        return found;
    uint32_t whole = steps == 0 && tasks && n ? matches(s, name, n, true, &found) : 0;
    if (whole == 1)
        return found;
    if (steps + whole > 1)
        ambiguous(s, name, n, at, steps == 0, d, a);
    else
        unknown(s, name, n, at, tasks, d, a);
    return NULL;
}
