/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_held.c - the tables of a program: what is held and by how many, what is shared, where items
 * are put, and at its end how it is run. */
#include "live/emit_impl.h"
#include <string.h>

/* ORDER discipline */
static const char *const order_name[] = {"fifo", "lifo", "random", "priority", "ps"};

static void put_units(struct emit *e, const char *type, const struct res *r,
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
    if (r->discipline != DISC_FIFO)
        buf_printf(e->out, ", order=\"%s\"", order_name[r->discipline]);
    buf_putc(e->out, ')');
}

static void put_services(struct emit *e, const char *prefix, const char *type)
{
    const struct model *m = e->m;
    buf_printf(e->out, "%sSERVICES = {", prefix);
    for (uint32_t i = 0; i < m->nservice; i++) {
        const struct service *v = &m->service[i];
        const struct res *r = emit_res(e->p, RES_SERVICE, v->name);
        buf_printf(e->out, "%s%s: ", i ? ", " : "", emit_string(e, v->name));
        if (r && emit_binds(e->p, r))
            put_units(e, type, r, v->queue_timeout, v->abandoned_stop);
        else
            buf_puts(e->out, "None");
    }
    buf_puts(e->out, "}\n");
}

static void put_resources(struct emit *e, const char *prefix, const char *type)
{
    const struct model *m = e->m;
    if (m->nresource == 0)
        return;
    buf_printf(e->out, "%sRESOURCES = {", prefix);
    for (uint32_t i = 0; i < m->nresource; i++) {
        const struct resource *q = &m->resource[i];
        const struct res *r = emit_res(e->p, RES_RESOURCE, q->name);
        buf_printf(e->out, "%s%s: [", i ? ", " : "", emit_string(e, q->name));
        put_units(e, type, r, q->queue_timeout, false);
        if (r->keys)
            buf_printf(e->out, " for _ in range(%u)", r->keys);
        buf_putc(e->out, ']');
    }
    buf_puts(e->out, "}\n");
}

const char *emit_stage(struct emit *e, const struct stage *g)
{
    return arena_printf(e->mem, "%s_stage", emit_name(e, g->name));
}

static void put_channels(struct emit *e)
{
    static const char *const type[] = {"SerialStage", "ThreadStage", "LoopStage", "LoopStage"};
    const struct prog *p = e->p;
    if (p->nstage == 0)
        return;
    buf_puts(e->out, "CHANNELS = {");
    for (uint32_t i = 0; i < p->nstage; i++) {
        const struct stage_site *g = &p->stage[i];
        const struct channel *k = &e->m->channel[g->of->from];
        uint32_t size = g->channel == NONE ? 1 : p->res[g->channel].size;
        bool batch = g->max > 0 && p->kind != EXEC_SERIAL;
        buf_printf(e->out, "%s\n    %s: %s(%s, workers=%u, size=%u", i ? "," : "",
                   emit_string(e, k->name), type[p->kind], emit_stage(e, g->of), g->each, size);
        if (k->reject)
            buf_puts(e->out, ", reject=True");
        if (batch || g->of->batch)
            buf_printf(e->out, ", batch=(%u, %.9g)", batch ? g->max : 1, (double)g->wait / 1e9);
        buf_putc(e->out, ')');
    }
    buf_puts(e->out, ",\n}\n");
}

static void put_shared(struct emit *e)
{
    if (e->p->nvar == 0)
        return;
    buf_puts(e->out, "SHARED = Shared({");
    for (uint32_t i = 0; i < e->p->nvar; i++) {
        const struct shared_var *v = &e->p->var[i];
        buf_printf(e->out, "%s%s: (%d, %d, %d)", i ? ", " : "", emit_string(e, v->name), v->start,
                   v->lo, v->hi);
    }
    buf_puts(e->out, "})\n");
}

static void put_priorities(struct emit *e)
{
    if (!emit_ranked(e->p))
        return;
    buf_puts(e->out, "PRIORITIES = {");
    for (uint32_t i = 0; i < e->p->ncls; i++)
        buf_printf(e->out, "%s%s: %d", i ? ", " : "", emit_string(e, e->p->cls[i].name),
                   e->p->cls[i].priority);
    buf_puts(e->out, "}\n");
}

static const char *count(struct emit *e, uint32_t res)
{
    return res == NONE ? "None" : arena_printf(e->mem, "%u", e->p->res[res].size);
}

/* ", processes=2, admit=(100, 0)": what not every execution has. */
static const char *more(struct emit *e)
{
    const struct prog *p = e->p;
    enum discipline d = p->pool == NONE ? DISC_FIFO : p->res[p->pool].discipline;
    const char *t = p->workers > 1 ? arena_printf(e->mem, ", processes=%u", p->workers) : "";
    if (d != DISC_FIFO)
        t = arena_printf(e->mem, "%s, pool_order=\"%s\"", t, order_name[d]);
    if (p->limit != NONE || (p->queue_limit != NONE && !p->has_loop))
        t = arena_printf(e->mem, "%s, admit=(%s, %s)", t, count(e, p->limit),
                         p->queue_limit == NONE ? "None"
                                                : arena_printf(e->mem, "%u", p->queue_limit));
    return t;
}

static void put_main(struct emit *e)
{
    const struct prog *p = e->p;
    buf_puts(e->out, "\nif __name__ == \"__main__\":\n");
    if (p->has_loop)
        buf_printf(e->out, "    run_loop(pool=%s%s)\n", count(e, p->pool), more(e));
    else
        buf_printf(e->out, "    run_threads(pool=%s, server=%s, serial=%s%s)\n", count(e, p->pool),
                   count(e, p->server), p->kind == EXEC_SERIAL ? "True" : "False", more(e));
}

void emit_held(struct emit *e)
{
    buf_puts(e->out, "\n\n# ---- what is held, and shared ----\n\n");
    if (e->blocks) {
        const char *type = e->p->has_loop ? "CommonSlots" : "Slots";
        put_services(e, "", type);
        put_resources(e, "", type);
    }
    if (e->blocks && e->p->has_loop) {
        buf_puts(e->out, "ASYNC_SERVICES = SERVICES\n");
        buf_puts(e->out, e->m->nresource ? "ASYNC_RESOURCES = RESOURCES\n" : "");
    } else if (e->p->has_loop) {
        put_services(e, "ASYNC_", "Places");
        put_resources(e, "ASYNC_", "Places");
    }
    put_shared(e);
    put_priorities(e);
    put_channels(e);
    put_main(e);
}
