/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile.c - a model becomes a program: the bodies of the classes, then all pieces put together,
 * labels turned into places.  Which file does what: compile_impl.h. */
#include "core/compile_impl.h"
#include <stdlib.h>
#include <string.h>

/* The body of a class; classes that run the same pipeline share it. */
static void class_body(struct compiler *c, struct prog_class *k, int32_t pipeline)
{
    const struct model *m = c->m;
    bool named = pipeline >= 0;
    const struct body *b = named ? &m->pipeline[pipeline].body : &m->request;
    k->body = c->ntask;
    c->answers = false;
    c->path = named ? m->pipeline[pipeline].name : "request";
    task_begin(c, c->path, b->at);
    struct frame f;
    frame_open(c, &f);
    compile_body(c, b, (struct body_opt){.path = c->path});
    frame_close(c);
    task_end(c, b->at);
    k->answers = c->answers;
}

static void compile_classes(struct compiler *c)
{
    uint32_t n = c->m->npipeline + 1;
    const struct prog_class **of = NEW(c->tmp, const struct prog_class *, n);
    for (uint32_t i = 0; i < c->p->ncls; i++) {
        struct prog_class *k = &c->p->cls[i];
        int32_t pipeline = k->load ? k->load->pipeline : -1;
        if (pipeline < 0 || (uint32_t)pipeline >= c->m->npipeline)
            pipeline = -1;
        const struct prog_class *same = of[pipeline + 1];
        if (same) {
            k->body = same->body;
            k->answers = same->answers;
        } else {
            class_body(c, k, pipeline);
            of[pipeline + 1] = k;
        }
    }
}

/* ---- what tasks leave to others ---- */

static void *keep(struct compiler *c, const void *v, uint32_t n, size_t size)
{
    void *w = arena_alloc(c->a, n ? n : 1, size, _Alignof(max_align_t));
    if (n)
        memcpy(w, v, (size_t)n * size);
    return w;
}

/* The transfers of one fork: those at a child's end, then those that NEXT makes. */
static uint32_t join_fork(struct compiler *c, uint32_t f, bool taken, uint32_t *cap)
{
    struct prog *p = c->p;
    uint32_t before = p->nexport;
    struct known *first = f < c->nof_fork ? c->of_fork[f] : NULL;
    for (struct known *n = first; n; n = n->next_of_fork) {
        for (uint32_t i = 0; i < n->ntransfer; i++) {
            const struct transfer *x = &n->transfer[i];
            if (x->taken == taken)
                *ADD(c, p->exports, p->nexport, *cap) = (struct export_var){
                    .from = x->from, .to = x->to, .total = x->total, .branch = n->branch};
        }
    }
    return p->nexport - before;
}

static void join_exports(struct compiler *c)
{
    struct prog *p = c->p;
    uint32_t cap_export = 0, cap_capture = 0;
    for (uint32_t f = 0; f < p->nfork; f++) {
        struct forksite *k = &p->fork[f];
        k->exports = p->nexport;
        k->nexport = join_fork(c, f, false, &cap_export);
        k->copyvar = p->nexport;
        k->ncopyvar = join_fork(c, f, true, &cap_export);
    }
    for (uint32_t b = 0; b < c->ntask; b++) {
        const struct ctask *t = c->task[b];
        p->body[b].capture = p->ncapture;
        p->body[b].ncapture = t->ncapture;
        for (uint32_t i = 0; i < t->ncapture; i++)
            *ADD(c, p->capture, p->ncapture, cap_capture) = t->capture[i];
    }
    join_puts(c, &cap_capture);
}

/* Every await of a task brings in all that the task reads of those it has awaited. */
static void join_imports(struct compiler *c)
{
    struct prog *p = c->p;
    uint32_t cap = 0;
    for (uint32_t w = 0; w < p->nawait; w++) {
        const struct cawait *a = &c->await[w];
        p->await[w].import = p->nimport;
        for (uint32_t i = 0; i < a->n; i++) {
            for (uint32_t k = 0; k < a->task->nproxy; k++) {
                const struct proxy *x = &a->task->proxy[k];
                for (uint32_t v = 0; x->of == a->of[i] && v < x->nimport; v++)
                    *ADD(c, p->import, p->nimport, cap) = x->import[v];
            }
        }
        p->await[w].nimport = p->nimport - p->await[w].import;
    }
}

/* The words of variables by name, for whoever looks into a state. */
static void join_names(struct compiler *c)
{
    struct prog *p = c->p;
    uint32_t cap = 0;
    for (uint32_t b = 0; b < c->ntask; b++) {
        const struct ctask *t = c->task[b];
        for (uint32_t i = 0; i < t->nvar; i++)
            if (t->var[i].name && t->var[i].word != NONE)
                *ADD(c, p->named, p->nnamed, cap) = (struct named_word){.name = t->var[i].name,
                                                                        .body = b,
                                                                        .word = t->var[i].word,
                                                                        .unit = t->var[i].unit};
    }
}

/* ---- code ---- */

static void put_line(struct prog *p, const struct line *l)
{
    uint32_t pc = p->nop++;
    p->op[pc] = l->op;
    p->where[pc] = l->at;
    p->mark_of[pc] = l->mark;
    p->handler_of[pc] = l->handler;
    p->site_of[pc] = l->site;
}

static void join_code(struct compiler *c)
{
    struct prog *p = c->p;
    uint32_t n = 0;
    for (uint32_t b = 0; b < c->ntask; b++)
        n += c->task[b]->nline;
    p->op = NEW(c->a, struct op, n);
    p->where = NEW(c->a, struct loc, n);
    p->mark_of = NEW(c->a, uint32_t, n);
    p->handler_of = NEW(c->a, uint32_t, n);
    p->site_of = NEW(c->a, uint32_t, n);
    for (uint32_t b = 0; b < c->ntask; b++) {
        const struct ctask *t = c->task[b];
        p->body[b].pc = p->nop;
        for (uint32_t i = 0; i < t->nline; i++)
            put_line(p, &t->line[i]);
        if (t->nword > p->nword)
            p->nword = t->nword;
    }
}

static uint32_t resolve(const struct compiler *c, uint32_t label)
{
    const struct label *l = &c->label[label];
    bug_if(l->pc == NONE);
    return c->p->body[l->body].pc + l->pc;
}

static void resolve_labels(struct compiler *c)
{
    struct prog *p = c->p;
    for (uint32_t i = 0; i < p->nop; i++) {
        if (op_has_target(p->op[i].code))
            p->op[i].c = resolve(c, p->op[i].c);
    }
    for (uint32_t i = 0; i < p->narm; i++)
        p->arm[i].target = resolve(c, p->arm[i].target);
    for (uint32_t i = 0; i < p->nhandler; i++) {
        struct unwinder *h = &p->handler[i];
        if (h->target != NONE)
            h->target = resolve(c, h->target);
        if (h->kind == H_RELEASE)
            h->a = resolve(c, h->a);
    }
}

static void keep_all(struct compiler *c)
{
    struct prog *p = c->p;
#define KEEP(v, n) p->v = keep(c, p->v, p->n, sizeof *p->v)
    KEEP(site, nsite);
    KEEP(loop_word, nloop_word);
    KEEP(mark, nmark);
    KEEP(call, ncall);
    KEEP(backoff, nbackoff);
    KEEP(fork, nfork);
    KEEP(exports, nexport);
    KEEP(capture, ncapture);
    KEEP(await, nawait);
    KEEP(await_ref, nawait_ref);
    KEEP(import, nimport);
    KEEP(choice, nchoice);
    KEEP(arm, narm);
    KEEP(handler, nhandler);
    KEEP(match_code, nmatch_code);
    KEEP(body, nbody);
    KEEP(res, nres);
    KEEP(var, nvar);
    KEEP(named, nnamed);
    KEEP(wait, nwait);
    KEEP(wait_var, nwait_var);
#undef KEEP
}

static void join_all(struct compiler *c)
{
    c->p->nword = 1;
    join_exports(c);
    join_imports(c);
    join_names(c);
    join_code(c);
    resolve_labels(c);
    keep_all(c);
}

/* A service that nobody calls is checked all the same: it is part of the model. */
static void compile_uncalled(struct compiler *c)
{
    for (uint32_t i = 0; i < c->m->nservice; i++) {
        const struct service *v = &c->m->service[i];
        const struct expr *time[] = {v->latency, v->cpu_send, v->cpu_receive, v->host_cpu,
                                     v->timeout};
        bool called = false;
        for (uint32_t k = 0; k < c->p->ncall && !called; k++)
            called = c->p->call[k].service == i;
        for (size_t k = 0; k < sizeof time / sizeof *time && !called; k++)
            if (time[k])
                expr_compile(&c->p->x, time[k], WANT_DURATION, false, &c->param_scope, c->d);
        if (!called && v->error)
            expr_compile(&c->p->x, v->error, WANT_PROBABILITY, true, &c->param_scope, c->d);
    }
}

struct prog *prog_compile(struct arena *a, const struct model *m, const struct execution *x,
                          struct diags *d)
{
    struct compiler *c = xcalloc(1, sizeof *c);
    c->a = a;
    c->tmp = arena_new(0);
    c->d = d;
    c->m = m;
    c->x = x;
    c->scope = (struct scope){.ctx = c, .find = scope_find};
    c->param_scope = (struct scope){.ctx = c, .find = scope_param};
    struct prog *p = c->p = NEW(a, struct prog, 1);
    p->model = m;
    p->exec = x;
    xprog_init(&p->x, a);
    compile_params(c);
    compile_host(c);
    compile_costs(c);
    compile_resources(c);
    compile_shared(c);
    compile_load(c);
    compile_classes(c);
    compile_stages(c);
    compile_uncalled(c);
    bool good = !diags_errors(d);
    if (good)
        join_all(c);
    arena_drop(c->tmp);
    free(c);
    return good ? p : NULL;
}
