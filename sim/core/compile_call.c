/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_call.c - calls, hedged or not, computation, and what is held for the length of a body. */
#include "core/compile_impl.h"

/* Compute (or pause) for an expression, unless it is known to be nothing. */
static void emit_work(struct compiler *c, enum opcode op, const char *quantity,
                      const struct expr *e, uint8_t flags)
{
    uint32_t id = scope_expr(c, e, WANT_DURATION, false);
    if (scope_is_zero(c, id))
        return;
    uint32_t site = site_new(c, mark_path(c), quantity, id);
    struct line *l = emit3(c, op, e->at, 0, id, 0);
    l->op.flags = flags;
    l->site = site;
    c->p->uses_cpu = c->p->uses_cpu || op == OP_CPU || op == OP_HOSTCPU;
}

void compile_cpu(struct compiler *c, const struct step *s)
{
    emit_work(c, OP_CPU, "cpu", s->cpu, s->releases_gil > 0 ? OPF_RELEASES_GIL : 0);
}

static void set_priority(struct compiler *c, struct line *l)
{
    if (!c->has_priority)
        return;
    l->op.flags |= OPF_PRIORITY;
    l->op.depth = (uint16_t)(int16_t)c->priority;
}

static bool call_blocks(const struct compiler *c, const struct step *s)
{
    return s->blocking >= 0 ? s->blocking > 0 : c->m->service[s->service].blocking;
}

static uint32_t callsite_new(struct compiler *c, const struct step *s)
{
    const struct service *v = &c->m->service[s->service];
    uint32_t latency = scope_expr(c, s->latency ? s->latency : v->latency, WANT_DURATION, false);
    uint32_t error = scope_expr(c, s->error ? s->error : v->error, WANT_PROBABILITY, true);
    uint32_t res = c->res_of_service[s->service];
    struct callsite k = {.service = s->service,
                         .latency = site_new(c, mark_path(c), "latency", latency),
                         .error = NONE,
                         .ps = v->discipline == DISC_PS && res != NONE,
                         .abandoned_stop = v->abandoned_stop,
                         .blocking = call_blocks(c, s),
                         .res = res};
    if (!scope_is_zero(c, error))
        k.error = site_new(c, mark_path(c), "error", error);
    *ADD(c, c->p->call, c->p->ncall, c->cap_call) = k;
    return c->p->ncall - 1;
}

static void call_core(struct compiler *c, const struct step *s)
{
    const struct service *v = &c->m->service[s->service];
    bool releases = s->releases_gil >= 0 ? s->releases_gil > 0 : v->releases_gil;
    uint8_t gil = releases ? OPF_RELEASES_GIL : 0;
    uint8_t blocking = call_blocks(c, s) ? OPF_BLOCKING : 0;
    uint32_t site = callsite_new(c, s);
    uint32_t res = c->p->call[site].ps ? NONE : c->p->call[site].res;
    emit_work(c, OP_CPU, "send", s->has_cpu ? s->cpu : v->cpu_send, gil);
    if (res != NONE) {
        uint32_t pc = label_at(c, c->t->nline);
        struct line *l = emit3(c, OP_ACQ, s->at, res, 1, 0);
        l->op.flags = (uint8_t)(OPF_SERVICE | blocking);
        set_priority(c, l);
        struct op undo = op_make(OP_REL, res, 1, 0);
        undo.flags = OPF_SERVICE;
        region_open(c, H_RELEASE, pc, undo);
    }
    emit_work(c, OP_HOSTCPU, "host_cpu", v->host_cpu, blocking);
    emit3(c, OP_CALL, s->at, site, 0, 0)->op.flags = blocking;
    if (res != NONE)
        region_end(c, s->at);
    emit_work(c, OP_CPU, "receive", s->has_cpu ? s->cpu_receive : v->cpu_receive, gil);
}

/* Copy k of a hedge goes out k * after later. */
static const struct expr *hedge_delay(struct compiler *c, const struct expr *after, uint32_t k)
{
    if (k == 1 || after->unit == UNIT_ZERO) /* a bare 0 times a number would be a number */
        return after;
    const struct expr **arg = NEW(c->a, const struct expr *, 2);
    arg[0] = expr_number(c->a, k, UNIT_NUMBER, after->at);
    arg[1] = after;
    struct expr *e = NEW(c->a, struct expr, 1);
    *e = (struct expr){
        .op = X_MUL, .at = after->at, .narg = 2, .arg = arg, .height = after->height + 1};
    return e;
}

static void hedge_copy(struct compiler *c, const struct step *s, const struct hedge *h, uint32_t k)
{
    uint32_t mark = c->t->mark;
    struct ctask *t = task_begin(c, mark_path(c), s->at);
    t->mark = mark;
    t->set.dead = false;
    if (k)
        emit_work(c, OP_PAUSE, "hedge", hedge_delay(c, h->after, k), 0);
    call_core(c, s);
    task_end(c, s->at);
}

static void call_hedged(struct compiler *c, const struct step *s, const struct hedge *h)
{
    uint32_t n = 2;
    if (h->max)
        n = compile_count(c, h->max, &c->scope,
                          (struct count_want){"`max` of `hedge`", 1, COMPILE_MAX_HEDGE});
    uint32_t one = expr_compile(&c->p->x, expr_number(c->a, 1, UNIT_NUMBER, h->at), WANT_COUNT,
                                true, &c->scope, c->d);
    uint32_t until = emit_ask(c, "until", one, NONE, h->at);
    uint32_t f = fork_new(c, GROUP_HEDGE, n);
    c->p->fork[f].until = until;
    emit3(c, OP_GROUP, h->at, f, 0, 0);
    region_open(c, H_KILL, f, op_make(OP_KILL, f, 0, 0));
    for (uint32_t k = 0; k < n; k++) {
        uint32_t body = c->ntask;
        hedge_copy(c, s, h, k);
        uint32_t site = site_new(c, mark_path(c), "fork", NONE);
        struct line *l = emit3(c, OP_FORK, h->at, f, body, 0);
        l->op.flags = OPF_LIGHT;
        l->site = site;
    }
    emit3(c, OP_JOIN, h->at, f, 0, 0);
    region_close(c);
}

void compile_call(struct compiler *c, const struct step *s)
{
    if (s->service >= c->m->nservice)
        return;
    const struct hedge *h = s->hedge ? s->hedge : c->m->service[s->service].hedge;
    bool hop = c->x->kind == EXEC_HYBRID && call_blocks(c, s) && !c->inplace;
    if (hop) {
        emit(c, OP_HOPOUT, s->at);
        region_open(c, H_HOP, 0, op_make(OP_HOPIN, 0, 0, 0));
    }
    if (h)
        call_hedged(c, s, h);
    else
        call_core(c, s);
    if (hop)
        region_end(c, s->at);
}

void compile_offload(struct compiler *c, const struct step *s)
{
    bool hop = c->x->kind == EXEC_HYBRID && !c->inplace, before = c->inplace;
    if (hop) {
        emit(c, OP_HOPOUT, s->at);
        region_open(c, H_HOP, 0, op_make(OP_HOPIN, 0, 0, 0));
        c->inplace = true;
    }
    compile_body(c, &s->body, (struct body_opt){0});
    c->inplace = before;
    if (hop)
        region_end(c, s->at);
}

/* The units of a use: a constant, or a word (*word, else NONE) asked for before. */
static uint32_t use_units(struct compiler *c, const struct step *s, uint32_t size, uint32_t *word)
{
    *word = NONE;
    if (!s->units)
        return 1;
    uint32_t id = scope_expr(c, s->units, WANT_COUNT, false);
    double v;
    if (id == XEXPR_NONE)
        return 1;
    if (!scope_const(c, id, &v)) {
        *word = emit_ask(c, "n", id, NONE, s->units->at);
        return 0;
    }
    if (v < 1)
        diag_error(c->d, s->units->at, "E-units", NULL, "`n` of a use must be at least 1");
    else if (v > size)
        diag_error(c->d, s->units->at, "E-units", "take fewer, or make it larger",
                   "this takes %.0f of `%s`, which has %u", v, c->m->resource[s->resource].name,
                   size);
    return v >= 1 && v <= size ? (uint32_t)v : 1;
}

/* The word of the key: whole, not negative, and below the number of keys. */
static uint32_t use_key(struct compiler *c, const struct step *s, uint32_t res)
{
    const struct res *r = &c->p->res[res];
    uint32_t id = scope_expr(c, s->use_key, WANT_COUNT, false);
    double v;
    if (id != NONE && scope_const(c, id, &v) && v >= r->keys)
        diag_error(c->d, s->use_key->at, "E-key", NULL,
                   "there is no key %.0f: `%s` has %u, numbered from 0", v, r->name, r->keys);
    uint32_t word = emit_ask(c, "key", id, NONE, s->use_key->at);
    if (!c->full)
        c->t->line[c->t->nline - 1].op.c = r->keys;
    return word;
}

/* ACQ and REL alike: what is taken, of which. */
static struct op use_op(struct compiler *c, const struct step *s, uint32_t res)
{
    uint32_t word, units = use_units(c, s, c->p->res[res].size, &word);
    struct op o = op_make(OP_REL, res, units, 0);
    if (word != NONE) {
        o.flags |= OPF_WORD;
        o.c = word;
    }
    if (!c->p->res[res].keys || !s->use_key)
        return o;
    o.flags |= OPF_KEY;
    if (word != NONE)
        o.b = word;
    o.c = use_key(c, s, res);
    return o;
}

void compile_use(struct compiler *c, const struct step *s)
{
    if (s->resource >= c->m->nresource)
        return;
    struct op undo = use_op(c, s, c->res_of_resource[s->resource]);
    uint32_t pc = label_at(c, c->t->nline);
    struct line *l = emit(c, OP_ACQ, s->at);
    l->op = undo;
    l->op.code = OP_ACQ;
    set_priority(c, l);
    region_open(c, H_RELEASE, pc, undo);
    compile_body(c, &s->body, (struct body_opt){0});
    region_end(c, s->at);
}
