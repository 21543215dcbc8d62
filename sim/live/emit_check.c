/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit_check.c - what has no Python program: all of it is told, each with its place. */
#include "live/emit_impl.h"
#include <string.h>

const struct res *emit_res(const struct prog *p, enum res_kind kind, const char *name)
{
    for (uint32_t i = 0; i < p->nres; i++)
        if (p->res[i].kind == kind && strcmp(p->res[i].name, name) == 0)
            return &p->res[i];
    return NULL;
}

bool emit_ranked(const struct prog *p)
{
    for (uint32_t i = 0; i < p->nres; i++)
        if (p->res[i].discipline == DISC_PRIORITY)
            return true;
    return false;
}

bool emit_binds(const struct prog *p, const struct res *r)
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
    for (uint32_t i = 0; i < m->nservice; i++)
        if ((r = emit_res(p, RES_SERVICE, m->service[i].name)) && emit_binds(p, r))
            refuse_common(e, m->service[i].at, r->name, one);
    for (uint32_t i = 0; i < m->nresource; i++)
        if ((r = emit_res(p, RES_RESOURCE, m->resource[i].name)) && !r->per_worker)
            refuse_common(e, m->resource[i].at, r->name, each);
    for (uint32_t i = 0; i < m->nchannel; i++)
        if ((r = emit_res(p, RES_CHANNEL, m->channel[i].name)) && !r->per_worker)
            refuse_common(e, m->channel[i].at, r->name, each);
    for (uint32_t i = 0; i < m->nshared; i++)
        if (m->shared[i].variable && m->shared[i].scope != SCOPE_WORKER)
            refuse_common(e, m->shared[i].at, m->shared[i].name, each);
}

void emit_check(struct emit *e)
{
    const struct model *m = e->m;
    for (uint32_t i = 0; i < m->nservice; i++) {
        const struct service *v = &m->service[i];
        if (v->capacity && v->discipline == DISC_PS)
            emit_refuse(
                e, v->at, arena_printf(e->mem, "`%s`, whose discipline is ps,", v->name),
                "a service is told how long to take when a call begins, and sharing changes "
                "that with each other call: leave `discipline` out, or --runtime native");
        if (v->host_cpu)
            emit_refuse(
                e, v->at, arena_printf(e->mem, "`host_cpu` of `%s`", v->name),
                "the service has a process of its own, and computes there: leave it out, or "
                "--runtime native");
    }
    if (e->p->workers > 1)
        check_workers(e);
}
