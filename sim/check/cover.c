/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cover.c - see cover.h. */
#include "check/cover.h"
#include "core/outline.h"
#include "model/spec.h"
#include <stdlib.h>
#include <string.h>

/* ---- steps ---- */

static int path_order(const void *a, const void *b)
{
    const struct mark *const *x = a, *const *y = b;
    return strcmp((*x)->path, (*y)->path);
}

static const struct mark **marks_sorted(const struct prog *p, struct arena *a)
{
    const struct mark **v = NEW(a, const struct mark *, p->nmark + 1u);
    for (uint32_t i = 0; i < p->nmark; i++)
        v[i] = &p->mark[i];
    qsort(v, p->nmark, sizeof *v, path_order);
    return v;
}

/* Can what a request comes to depend on others? */
static bool requests_meet(const struct prog *p)
{
    if (p->pool != NONE || p->limit != NONE || (p->server != NONE && !p->in_place))
        return true;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code == OP_ACQ || o->code == OP_PUT || o->code == OP_LOAD || o->code == OP_STORE ||
            o->code == OP_UNTIL)
            return true;
    }
    return false;
}

void cover_add(struct cover *c, const struct prog *p, const struct explore *e, uint32_t nreq,
               uint32_t max_count, struct arena *a)
{
    if (!c->p) {
        c->p = p;
        c->reached = NEW(a, bool, p->nmark + 1u);
    }
    const struct mark **sorted = NULL;
    c->most = e->cut ? max_count : c->most;
    c->nreq = nreq > c->nreq && requests_meet(p) ? nreq : c->nreq;
    c->part = c->part || e->end > EXPLORE_FOUND; /* who hunts asks others about all else */
    for (uint32_t i = 0; i < p->nmark; i++) {
        if (!e->reached[i])
            continue;
        if (i < c->p->nmark && strcmp(c->p->mark[i].path, p->mark[i].path) == 0) {
            c->reached[i] = true;
            continue;
        }
        /* Settings made another program of it. */
        if (!sorted)
            sorted = marks_sorted(c->p, a);
        const struct mark *key = &p->mark[i];
        const struct mark *const *found =
            bsearch(&key, sorted, c->p->nmark, sizeof *sorted, path_order);
        if (found)
            c->reached[*found - c->p->mark] = true;
    }
}

struct unreached {
    const struct cover *c;
    struct arena *a;
    const struct outline_node *v;
    uint32_t n;
    bool *dark; /* of each node: told already, or within what was told */
};

static bool node_reached(const struct unreached *u, uint32_t i)
{
    return u->v[i].step == NONE || u->c->reached[u->v[i].step];
}

/* The first step of a body, if none of its steps was reached; else NONE. */
static uint32_t body_dark(const struct unreached *u, uint32_t body)
{
    uint32_t first = NONE;
    for (uint32_t i = body + 1; i < u->n; i++) {
        if (u->v[i].kind != OUTLINE_STEP || u->v[i].parent != body)
            continue;
        if (u->v[i].step == NONE || u->c->reached[u->v[i].step])
            return NONE;
        first = first == NONE ? i : first;
    }
    return first;
}

/* One of a condition's two by its name, one of a choice by its number, as stories have it. */
static const char *choice_name(const struct unreached *u, uint32_t body)
{
    const struct outline_node *b = &u->v[body];
    uint32_t k = 0, n = 0;
    if (strcmp(b->name, "then") == 0 || strcmp(b->name, "else") == 0)
        return arena_printf(u->a, "`%s`", b->name);
    for (uint32_t i = b->parent + 1; i < u->n; i++)
        if (u->v[i].parent == b->parent && u->v[i].kind == OUTLINE_CHOICE) {
            n++;
            k += i <= body;
        }
    const char *number = arena_printf(u->a, "branch %u of %u", k, n);
    return b->name[0] == '\0' ? number : arena_printf(u->a, "%s (%s)", number, b->name);
}

static struct unreached_result unreached_body(const struct unreached *u, uint32_t body,
                                              uint32_t first)
{
    const struct outline_node *b = &u->v[body], *of = &u->v[b->parent];
    struct unreached_result r = {.at = u->c->p->mark[u->v[first].step].at, .execution = ""};
    const char *path = of->step == NONE ? of->name : u->c->p->mark[of->step].path;
    if (b->kind == OUTLINE_CATCH)
        r.what = arena_printf(u->a, "the handler `%s` of %s is never run", b->name, path);
    else if (b->kind == OUTLINE_CHOICE)
        r.what = arena_printf(u->a, "%s of %s is never taken", choice_name(u, body), path);
    else if (b->name[0] != '\0')
        r.what = arena_printf(u->a, "`%s` of %s never begins", b->name, path);
    else
        r.what = arena_printf(u->a, "the body of %s never begins", path);
    return r;
}

/* More requests might reach it (a queue that is full, a counter at its end), or greater counts. */
static const char *within(const struct cover *c, struct arena *a)
{
    const char *text = "";
    if (c->nreq > 0)
        text = arena_printf(a, " with %u request%s", c->nreq, c->nreq == 1 ? "" : "s at once");
    if (c->most > 0)
        text =
            arena_printf(a, "%s %s counts up to %u", text, c->nreq > 0 ? "and" : "with", c->most);
    return text;
}

uint32_t cover_unreached(const struct cover *c, uint32_t spec, struct arena *a,
                         struct unreached_result **out)
{
    struct unreached u = {.c = c, .a = a};
    uint32_t n = 0;
    if (!c->p || c->part)
        return 0;
    u.v = outline_make(a, c->p, &u.n);
    u.dark = NEW(a, bool, u.n + 1u);
    *out = NEW(a, struct unreached_result, u.n + 1u);
    for (uint32_t i = 0; i < u.n; i++) {
        const struct outline_node *node = &u.v[i];
        u.dark[i] = node->parent != NONE && u.dark[node->parent];
        if (u.dark[i] || node->kind == OUTLINE_CLASS)
            continue;
        struct unreached_result r = {.what = NULL, .execution = ""};
        if (node->kind != OUTLINE_STEP) {
            uint32_t first = node->parent == NONE ? NONE : body_dark(&u, i);
            if (first != NONE)
                r = unreached_body(&u, i, first);
        } else if (!node_reached(&u, i)) {
            r.what = arena_printf(a, "%s is never reached", c->p->mark[node->step].path);
            r.at = c->p->mark[node->step].at;
        }
        if (r.what) {
            u.dark[i] = true;
            r.spec = spec;
            r.within = within(c, a);
            (*out)[n++] = r;
        }
    }
    return n;
}

/* ---- bounds ---- */

/* Does who does this wait until some other task moves? */
static bool waits_for_others(const struct prog *p, uint32_t pc)
{
    switch (p->op[pc].code) {
    case OP_JOIN:
    case OP_NEXT:
    case OP_AWAIT:
    case OP_UNTIL:
        return true;
    case OP_ACQ:
        return p->res[p->op[pc].a].kind != RES_SERVICE;
    default:
        return false;
    }
}

static bool held_at(const struct prog *p, uint32_t pc, uint32_t res)
{
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_RELEASE && p->op[p->handler[h].a].a == res &&
            p->handler[h].a != pc)
            return true;
    return false;
}

static bool hopped_at(const struct prog *p, uint32_t pc)
{
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_HOP)
            return true;
    return false;
}

/* May somebody hold it and wait for somebody else? */
static bool held_and_waited(const struct prog *p, uint32_t res)
{
    const struct res *r = &p->res[res];
    if (r->kind == RES_CHANNEL)
        return r->queue == NONE;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        if (!waits_for_others(p, pc))
            continue;
        if (r->kind == RES_RESOURCE && held_at(p, pc, res))
            return true;
        /* With threads for the requests apart, and on a loop, not every task is on the pool. */
        if (r->kind == RES_POOL && p->op[pc].code != OP_ACQ &&
            (p->has_loop ? hopped_at(p, pc) : p->kind == EXEC_THREADS))
            return true;
    }
    return false;
}

/* What is taken whole and yet never waited for may have something else before it that is: a lock
 * that guards two others cures their order, and is what requests meet at. */
uint32_t cover_slack(const struct prog *p, const struct explore *e)
{
    bool meet = false;
    if (p->in_place && p->workers == 1)
        return NONE; /* one request at a time: nobody is there to wait for */
    for (uint32_t i = 0; i < p->nres; i++)
        meet = meet || (e->waited[i] && held_and_waited(p, i));
    for (uint32_t i = 0; i < p->nres; i++)
        if (!e->waited[i] && e->peak[i] > 0 && held_and_waited(p, i) &&
            (e->peak[i] < p->res[i].size || !meet))
            return i;
    return NONE;
}

const char *cover_slack_text(const struct prog *p, const struct explore *e, uint32_t res,
                             uint32_t nreq, const char **hint, struct arena *a)
{
    const struct res *r = &p->res[res];
    const char *unit = r->kind == RES_POOL      ? "threads"
                       : r->kind == RES_CHANNEL ? "places"
                                                : "units";
    uint32_t least = e->peak[res] - 1; /* with so many, somebody waits */
    uint64_t enough = (uint64_t)r->size * nreq / e->peak[res] + 1;
    const char *set = NULL, *more = NULL;
    if (least > 0 && r->kind == RES_POOL)
        set = arena_printf(a, "set: {executions.%s.pool: %u}", p->exec->name, least);
    else if (least > 0)
        set = arena_printf(a, "`%s` of size %u", r->name, least);
    uint64_t progress =
        p->limit == NONE ? SPEC_MAX_CONCURRENT : (uint64_t)p->res[p->limit].size * p->workers;
    if (enough <= SPEC_MAX_CONCURRENT && enough <= progress)
        more = arena_printf(a, "concurrent: %u", (unsigned)enough);
    *hint = set && more ? arena_printf(a, "try %s, or %s", set, more)
            : set       ? arena_printf(a, "try %s", set)
            : more      ? arena_printf(a, "try %s", more)
                        : NULL;
    return arena_printf(a, "%u request%s take%s at most %u of the %u %s of `%s`: nobody waits",
                        nreq, nreq == 1 ? "" : "s", nreq == 1 ? "s" : "", e->peak[res], r->size,
                        unit, r->name);
}
