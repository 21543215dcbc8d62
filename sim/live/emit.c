/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.c - the program: pipelines first, then tables, then what executes them. */
#include "live/emit.h"
#include "live/emit_impl.h"
#include "live/python.h"
#include <string.h>

/* ---- what cannot be ---- */

static const struct res *res_of(const struct prog *p, enum res_kind kind, const char *name)
{
    for (uint32_t i = 0; i < p->nres; i++)
        if (p->res[i].kind == kind && strcmp(p->res[i].name, name) == 0)
            return &p->res[i];
    return NULL;
}

static void check_discipline(struct emit *e, struct loc at, enum discipline d, const char *name)
{
    static const char *const word[] = {"fifo", "lifo", "random", "priority", "ps"};
    if (d == DISC_FIFO)
        return;
    emit_refuse(e, at, arena_printf(e->mem, "`%s`, whose discipline is %s,", name, word[d]),
                "leave `discipline` out, or use the native runtime");
}

/* A worker that does one thing at a time asks for no more at once than there are workers. */
static bool binds(const struct prog *p, const struct res *r)
{
    return p->workers == 1 || p->kind != EXEC_SERIAL || r->size < p->workers;
}

static void refuse_common(struct emit *e, struct loc at, const char *name, const char *cure)
{
    emit_refuse(e, at, arena_printf(e->mem, "`%s`, one for all of several workers,", name), cure);
}

/* Workers are processes, and what is in one is not seen in another. */
static void check_workers(struct emit *e)
{
    const struct model *m = e->m;
    const struct prog *p = e->p;
    const char *each = "one of it in each worker (`scope: worker`), or one worker",
               *one = "one worker (`--set host.workers=1`, or workers of the execution)";
    const struct res *r;
    if (p->random_balance)
        emit_refuse(e, p->exec->at, "`balance: random`", "leave it out");
    for (uint32_t i = 0; i < m->nservice; i++)
        if ((r = res_of(p, RES_SERVICE, m->service[i].name)) && binds(p, r))
            refuse_common(e, m->service[i].at, r->name, one);
    for (uint32_t i = 0; i < m->nresource; i++)
        if ((r = res_of(p, RES_RESOURCE, m->resource[i].name)) && !r->per_worker)
            refuse_common(e, m->resource[i].at, r->name, each);
    for (uint32_t i = 0; i < m->nchannel; i++)
        if ((r = res_of(p, RES_CHANNEL, m->channel[i].name)) && !r->per_worker)
            refuse_common(e, m->channel[i].at, r->name, each);
    for (uint32_t i = 0; i < m->nshared; i++)
        if (m->shared[i].variable && m->shared[i].scope != SCOPE_WORKER)
            refuse_common(e, m->shared[i].at, m->shared[i].name, each);
}

static void check_model(struct emit *e)
{
    const struct model *m = e->m;
    const struct execution *x = e->p->exec;
    for (uint32_t i = 0; i < m->nservice; i++) {
        const struct service *v = &m->service[i];
        check_discipline(e, v->at, v->capacity ? v->discipline : DISC_FIFO, v->name);
        if (v->host_cpu)
            emit_refuse(e, v->at, arena_printf(e->mem, "`host_cpu` of `%s`", v->name),
                        "leave it out: the service has a process of its own");
    }
    for (uint32_t i = 0; i < m->nresource; i++)
        check_discipline(e, m->resource[i].at, m->resource[i].discipline, m->resource[i].name);
    check_discipline(e, x->at, x->discipline, x->name);
    if (e->p->workers > 1)
        check_workers(e);
    if (e->p->limit != NONE)
        emit_refuse(e, x->limit->at, "`limit`", "leave it out, or use the native runtime");
    else if (e->p->queue_limit != NONE)
        emit_refuse(e, x->at, arena_printf(e->mem, "`queue` of `%s`", x->name),
                    "leave it out, or use the native runtime");
}

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

/* The function of a stage's body. */
static const char *stage_name(struct emit *e, const struct stage *g)
{
    return arena_printf(e->mem, "%s_stage", emit_name(e, g->name));
}

static void put_stage_bodies(struct emit *e)
{
    for (uint32_t i = 0; i < e->p->nstage; i++) {
        const struct stage *g = e->p->stage[i].of;
        put_function(e, stage_name(e, g), &g->body);
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

/* ---- what is held ---- */

static void put_places(struct emit *e, const char *type, const struct res *r,
                       const struct expr *timeout, bool abandoned)
{
    double v;
    buf_printf(e->out, "%s(%u", type, r->size);
    if (r->queue != NONE)
        buf_printf(e->out, ", queue=%u", r->queue);
    if (timeout && emit_known(e, timeout, &v))
        buf_printf(e->out, ", queue_timeout=%.9g", v / 1e9);
    if (abandoned)
        buf_puts(e->out, ", abandoned_stop=True");
    buf_putc(e->out, ')');
}

static void put_held(struct emit *e, const char *prefix, const char *type)
{
    const struct model *m = e->m;
    buf_printf(e->out, "%sSERVICES = {", prefix);
    for (uint32_t i = 0; i < m->nservice; i++) {
        const struct service *v = &m->service[i];
        const struct res *r = res_of(e->p, RES_SERVICE, v->name);
        buf_printf(e->out, "%s%s: ", i ? ", " : "", emit_string(e, v->name));
        if (r && binds(e->p, r))
            put_places(e, type, r, v->queue_timeout, v->abandoned_stop);
        else
            buf_puts(e->out, "None");
    }
    buf_printf(e->out, "}\n%sRESOURCES = {", prefix);
    for (uint32_t i = 0; i < m->nresource; i++) {
        const struct resource *q = &m->resource[i];
        const struct res *r = res_of(e->p, RES_RESOURCE, q->name);
        buf_printf(e->out, "%s%s: [", i ? ", " : "", emit_string(e, q->name));
        put_places(e, type, r, q->queue_timeout, false);
        if (r->keys)
            buf_printf(e->out, " for _ in range(%u)", r->keys);
        buf_putc(e->out, ']');
    }
    buf_puts(e->out, "}\n");
}

static void put_channels(struct emit *e)
{
    static const char *const type[] = {"SerialStage", "ThreadStage", "LoopStage", "LoopStage"};
    const struct prog *p = e->p;
    buf_puts(e->out, "CHANNELS = {");
    for (uint32_t i = 0; i < p->nstage; i++) {
        const struct stage_site *g = &p->stage[i];
        const struct channel *k = &e->m->channel[g->of->from];
        uint32_t size = g->channel == NONE ? 1 : p->res[g->channel].size;
        bool batch = g->max > 0 && p->kind != EXEC_SERIAL;
        buf_printf(e->out, "%s\n    %s: %s(%s, workers=%u, size=%u", i ? "," : "",
                   emit_string(e, k->name), type[p->kind], stage_name(e, g->of), g->each, size);
        if (k->reject)
            buf_puts(e->out, ", reject=True");
        if (batch || g->of->batch)
            buf_printf(e->out, ", batch=(%u, %.9g)", batch ? g->max : 1, (double)g->wait / 1e9);
        buf_putc(e->out, ')');
    }
    buf_puts(e->out, p->nstage ? ",\n}\n" : "}\n");
}

static void put_shared(struct emit *e)
{
    buf_puts(e->out, "SHARED = Shared({");
    for (uint32_t i = 0; i < e->p->nvar; i++) {
        const struct shared_var *v = &e->p->var[i];
        buf_printf(e->out, "%s%s: (%d, %d, %d)", i ? ", " : "", emit_string(e, v->name), v->start,
                   v->lo, v->hi);
    }
    buf_puts(e->out, "})\n");
}

static void put_main(struct emit *e)
{
    const struct prog *p = e->p;
    const char *pool = p->pool != NONE ? arena_printf(e->mem, "%u", p->res[p->pool].size) : "None";
    const char *server =
        p->server != NONE ? arena_printf(e->mem, "%u", p->res[p->server].size) : "None";
    const char *workers = p->workers > 1 ? arena_printf(e->mem, ", workers=%u", p->workers) : "";
    buf_puts(e->out, "\nif __name__ == \"__main__\":\n");
    if (p->has_loop)
        buf_printf(e->out, "    run_loop(pool=%s%s)\n", pool, workers);
    else
        buf_printf(e->out, "    run_threads(pool=%s, server=%s, serial=%s%s)\n", pool, server,
                   p->kind == EXEC_SERIAL ? "True" : "False", workers);
}

/* ---- the program ---- */

static void put_text(struct emit *e, const char *const *line)
{
    for (; *line; line++)
        buf_puts(e->out, *line);
}

static void put_head(struct emit *e)
{
    static const char *const how[] = {"one after the other", "on threads", "on an event loop",
                                      "on an event loop, with threads for what blocks"};
    static const char *const modules[] = {
        "argparse",   "asyncio",   "collections", "concurrent.futures",
        "contextlib", "hashlib",   "heapq",       "itertools",
        "json",       "math",      "os",          "selectors",
        "signal",     "socket",    "sys",         "threading",
        "time",       "traceback", "types"};
    buf_puts(e->out, "#!/usr/bin/env python3\n");
    buf_printf(e->out, "\"\"\"%s, executed %s (written by pertinax from %s).\n\n", e->m->name,
               how[e->p->kind], e->m->file ? e->m->file : "a model");
    buf_puts(e->out,
             "The pipelines come first, each a function of the task that runs it; what executes\n"
             "them stands below.  Python 3.11 or later; nothing but the standard library.\n"
             "\"\"\"\n\n");
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        buf_printf(e->out, "import %s\n", modules[i]);
}

bool emit_python(const struct prog *p, struct buf *out, struct diags *d)
{
    uint32_t before = diags_errors(d);
    struct emit e = {.p = p, .m = p->model, .d = d, .mem = arena_new(0), .out = out};
    e.asked = NEW(e.mem, uint8_t, e.m->npipeline + 1);
    e.made = NEW(e.mem, uint8_t, e.m->npipeline + 1);
    unsigned flavour = p->has_loop ? FLAVOUR_ASYNC : FLAVOUR_SYNC;
    check_model(&e);
    put_head(&e);
    e.flavour = flavour;
    put_function(&e, "request", &e.m->request);
    put_stage_bodies(&e);
    put_classes(&e, flavour);
    put_text(&e, python_common);
    put_text(&e, python_sync);
    if (p->has_loop)
        put_text(&e, python_async);
    if (p->nstage > 0)
        put_text(&e, python_stages);
    if (p->workers > 1)
        put_text(&e, python_workers);
    buf_puts(out, "\n\n# ---- what is held, and shared ----\n\n");
    put_held(&e, "", "Slots");
    if (p->has_loop)
        put_held(&e, "ASYNC_", "Places");
    put_shared(&e);
    put_channels(&e);
    put_main(&e);
    arena_drop(e.mem);
    return diags_errors(d) == before;
}
