/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.c - the program: pipelines first, then what executes them, then tables. */
#include "live/emit.h"
#include "live/emit_impl.h"
#include "live/python.h"
#include <string.h>

/* ---- pipelines ---- */

static void put_function(struct emit *e, const char *name, const struct body *b)
{
    buf_puts(e->out, "\n\n");
    emit_line(e, "%sdef %s(rq):", e->flavour == FLAVOUR_ASYNC ? "async " : "", name);
    e->indent++;
    uint32_t before = e->lines;
    emit_body(e, b);
    if (e->lines == before)
        emit_line(e, "pass");
    e->indent--;
}

/* Those that others ask for, until nobody asks for more. */
static void put_pipelines(struct emit *e)
{
    bool more = true;
    while (more) {
        more = false;
        for (uint32_t i = 0; i < e->m->npipeline; i++)
            for (unsigned f = FLAVOUR_SYNC; f <= FLAVOUR_ASYNC; f++)
                if ((e->asked[i] & f) && !(e->made[i] & f)) {
                    e->flavour = f;
                    e->made[i] |= (uint8_t)f;
                    put_function(e, emit_pipeline(e, i), &e->m->pipeline[i].body);
                    more = true;
                }
    }
}

static void put_stage_bodies(struct emit *e)
{
    for (uint32_t i = 0; i < e->p->nstage; i++) {
        const struct stage *g = e->p->stage[i].of;
        put_function(e, emit_stage(e, g), &g->body);
    }
}

static void put_classes(struct emit *e, unsigned flavour)
{
    const struct model *m = e->m;
    struct buf classes = {0}, answers = {0};
    e->flavour = flavour;
    for (uint32_t i = 0; i < e->p->ncls; i++) {
        const struct load *l = i < m->nload ? &m->load[i] : NULL;
        const char *body =
            l && l->pipeline >= 0 ? emit_pipeline(e, (uint32_t)l->pipeline) : "request";
        const char *name = emit_string(e, e->p->cls[i].name), *comma = i ? ", " : "";
        buf_printf(&classes, "%s%s: %s", comma, name, body);
        buf_printf(&answers, "%s%s: %s", comma, name, e->p->cls[i].answers ? "True" : "False");
    }
    put_pipelines(e);
    buf_printf(e->out, "\n\nNAME = %s\nCLASSES = {%s}\nANSWERS = {%s}\nUNCAUGHT = %d\n",
               emit_string(e, m->name), classes.s, answers.s, m->uncaught);
    buf_free(&classes);
    buf_free(&answers);
}

/* ---- the program ---- */

static void put_head(struct emit *e, struct buf *out)
{
    static const char *const how[] = {"one after the other", "on threads", "on an event loop",
                                      "on an event loop, with threads for what blocks"};
    buf_puts(out, "#!/usr/bin/env python3\n");
    buf_printf(out, "\"\"\"%s, executed %s (written by pertinax from %s).\n\n",
               emit_escaped(e, e->m->name), how[e->p->kind],
               e->m->file ? emit_escaped(e, e->m->file) : "a model");
    buf_puts(out,
             "The pipelines come first, each a function of the task that runs it; what executes\n"
             "them stands below.  Python 3.11 or later; nothing but the standard library.\n"
             "\"\"\"\n\n");
}

static void put_pipelines_all(struct emit *e)
{
    e->flavour = e->p->has_loop ? FLAVOUR_ASYNC : FLAVOUR_SYNC;
    put_function(e, "request", &e->m->request);
    put_stage_bodies(e);
    put_classes(e, e->flavour);
}

/* Its own part first: that says what is to execute it. */
static void put_program(struct emit *e, struct buf *out)
{
    const struct prog *p = e->p;
    struct buf own = {0}, held = {0}, all = {0}, text = {0};
    e->out = &own;
    put_pipelines_all(e);
    e->blocks = !p->has_loop || strstr(own.s, ".offload(") || strstr(own.s, ".blocking.") ||
                strstr(own.s, "blocking=");
    e->out = &held;
    emit_held(e);
    buf_put(&all, own.s, own.n);
    buf_put(&all, held.s, held.n);
    emit_text(python_common, all.s, &text);
    emit_text(python_load, all.s, &text);
    if (e->blocks)
        emit_text(python_sync, all.s, &text);
    if (p->has_loop)
        emit_text(python_async, all.s, &text);
    if (p->nstage > 0)
        emit_text(python_stages, all.s, &text);
    if (p->workers > 1)
        emit_text(python_workers, all.s, &text);
    put_head(e, out);
    buf_put(&all, text.s, text.n);
    emit_imports(all.s, out);
    buf_put(out, own.s, own.n);
    buf_put(out, text.s, text.n);
    buf_put(out, held.s, held.n);
    buf_free(&own);
    buf_free(&held);
    buf_free(&all);
    buf_free(&text);
}

bool emit_python(const struct prog *p, struct buf *out, struct diags *d)
{
    uint32_t before = diags_errors(d);
    struct emit e = {.p = p, .m = p->model, .d = d, .mem = arena_new(0)};
    e.asked = NEW(e.mem, uint8_t, e.m->npipeline + 1);
    e.made = NEW(e.mem, uint8_t, e.m->npipeline + 1);
    emit_check(&e);
    put_program(&e, out);
    arena_drop(e.mem);
    return diags_errors(d) == before;
}
