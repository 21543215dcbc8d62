/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_task.c - steps that start tasks, or wait for them: each task is a function, which stands
 * where it is started. */
#include "live/emit_impl.h"
#include <string.h>

/* ---- functions ---- */

/* A body that only runs a pipeline is that pipeline. */
static const struct step *sole_run(const struct body *b)
{
    const struct step *s = b->n == 1 ? b->v[0] : NULL;
    bool bare = s && s->verb == VERB_RUN && !s->named && !s->timeout && !s->retry &&
                s->nhandler == 0 && s->sets.n == 0 && s->with.n == 0;
    return bare ? s : NULL;
}

/* No pipeline's: a function that calls it would call itself. */
static const char *own_name(struct emit *e, const char *name)
{
    const char *f = emit_name(e, name);
    for (uint32_t i = 0; i < e->m->npipeline; i++)
        if (strcmp(emit_name(e, e->m->pipeline[i].name), f) == 0)
            return arena_printf(e->mem, "%s_", f);
    return f;
}

/* Writes the function and gives its name.  returns: of what is offloaded, may it end the pipeline?
 */
static const char *function(struct emit *e, const char *name, const struct body *b, bool *returns)
{
    const struct step *run = sole_run(b);
    if (run)
        return emit_pipeline(e, run->pipeline);
    const char *f = own_name(e, name);
    bool offloaded = e->offloaded, returned = e->returns;
    emit_blank(e);
    emit_line(e, "%sdef %s(rq):", emit_async(e), f);
    e->offloaded = returns != NULL;
    e->returns = false;
    emit_block(e, b);
    if (returns)
        *returns = e->returns;
    e->offloaded = offloaded;
    e->returns = returned;
    emit_blank(e);
    return f;
}

/* {"geo": geo, "limit": check_rate_limit}, after their functions; a line each where it is long. */
static const char *branches(struct emit *e, const struct step *s)
{
    const char *list = "";
    size_t most = s->nbranch > 3 ? 0 : 60;
    for (uint32_t i = 0; i < s->nbranch; i++) {
        const struct branch *b = &s->branch[i];
        const char *name = b->name ? b->name : s->name;
        const char *f =
            function(e, s->listed ? arena_printf(e->mem, "branch%s", name) : name, &b->body, NULL);
        list = arena_printf(e->mem, "%s%s%s: %s", list, i ? ",\n" : "", emit_string(e, name), f);
    }
    bool wide = strlen(list) > most && s->nbranch > 1;
    struct buf b = {0};
    for (const char *p = list; *p; p++) {
        bool gap = *p == '\n';
        if (gap && !wide)
            buf_putc(&b, ' ');
        else
            buf_putc(&b, *p);
        if (gap && wide)
            buf_fill(&b, ' ', 4 * (size_t)e->indent + 4);
    }
    list = arena_strndup(e->mem, b.s ? b.s : "", b.n);
    buf_free(&b);
    return wide ? arena_printf(e->mem, "\n%*s%s,\n%*s", 4 * e->indent + 4, "", list, 4 * e->indent,
                               "")
                : list;
}

/* ---- verbs ---- */

static const char *policy(struct emit *e, const struct step *s)
{
    static const char *const siblings[] = {NULL, "\"wait\"", "\"ignore\""};
    const char *t = "";
    if (s->until)
        t = emit_also(e, t, "until", emit_count(e, s->until, s->name));
    if (siblings[s->siblings])
        t = emit_also(e, t, "siblings", siblings[s->siblings]);
    return s->rest == REST_DETACH ? emit_also(e, t, "rest", "\"detach\"") : t;
}

void emit_parallel(struct emit *e, const struct step *s)
{
    const char *list = branches(e, s);
    emit_line(e, "%srq.parallel(%s, {%s}%s)", emit_await(e), emit_string(e, s->name), list,
              policy(e, s));
}

void emit_each(struct emit *e, const struct step *s)
{
    const char *f = own_name(e, s->name), *t = policy(e, s);
    const char *count = emit_count(e, s->expr, s->name), *name = emit_string(e, s->name);
    if (s->limit)
        t = emit_also(e, t, "limit", emit_count(e, s->limit, s->name));
    emit_blank(e);
    emit_line(e, "%sdef %s(rq, number):", emit_async(e), f);
    if (s->as) {
        e->indent++;
        emit_line(e, "rq.var.%s = number", emit_name(e, s->as));
        e->indent--;
    }
    const struct step *run = sole_run(&s->body);
    if (run) {
        e->indent++;
        emit_line(e, "%s%s(rq)", emit_await(e), emit_pipeline(e, run->pipeline));
        e->indent--;
    } else {
        emit_block(e, &s->body);
    }
    emit_blank(e);
    if (!s->has_completed) {
        emit_line(e, "%srq.each(%s, %s, %s%s)", emit_await(e), name, count, f, t);
        return;
    }
    const char *outer = e->taking;
    emit_line(e, "%sfor done in rq.as_completed(%s, %s, %s%s):", emit_async(e), name, count, f, t);
    e->taking = s->name;
    if (s->as) {
        e->indent++;
        emit_line(e, "rq.var.%s = done.%s", emit_name(e, s->as), emit_name(e, s->as));
        e->indent--;
    }
    emit_block(e, &s->completed);
    e->taking = outer;
}

/* ", name=..." of a step that has one of its own. */
static const char *named(struct emit *e, const struct step *s, const char *before)
{
    return s->named ? emit_also(e, before, "name", emit_string(e, s->name)) : before;
}

void emit_await_tasks(struct emit *e, const struct step *s)
{
    const char *list = "";
    for (uint32_t i = 0; i < s->awaits.n; i++)
        list = arena_printf(e->mem, "%s%s%s", list, i ? ", " : "",
                            emit_string(e, s->awaits.v[i].name));
    emit_line(e, "%srq.join_tasks(%s%s%s)", emit_await(e), list, named(e, s, ""), policy(e, s));
}

void emit_spawn(struct emit *e, const struct step *s)
{
    emit_line(e, "rq.spawn({%s}%s)", branches(e, s), named(e, s, ""));
}

void emit_detach(struct emit *e, const struct step *s)
{
    const struct body *b = s->nbranch > 0 ? &s->branch[0].body : &s->body;
    const char *f = function(e, s->name, b, NULL);
    emit_line(e, "rq.detach(%s, %s)", emit_string(e, s->name), f);
}

void emit_offload(struct emit *e, const struct step *s)
{
    if (e->p->kind != EXEC_HYBRID || e->flavour == FLAVOUR_SYNC) {
        emit_line(e, "with rq.span(%s):", emit_string(e, s->name));
        emit_block(e, &s->body);
        return;
    }
    bool returns = false;
    e->flavour = FLAVOUR_SYNC;
    const char *f = function(e, s->name, &s->body, &returns);
    e->flavour = FLAVOUR_ASYNC;
    const char *call = arena_printf(e->mem, "await rq.offload(%s, %s)", emit_string(e, s->name), f);
    emit_line(e, returns ? "if %s:" : "%s", call);
    if (returns)
        emit_line(e, "    return");
}
