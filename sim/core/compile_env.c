/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_env.c - what stands round the code: values of parameters, the host and its costs, what
 * has a limit, and how requests arrive.  Everything here sees parameters only. */
#include "core/compile_impl.h"
#include <math.h>
#include <string.h>

/* ---- parameters ---- */

enum { PARAM_NEW, PARAM_OPEN, PARAM_DONE };
struct params {
    struct compiler *c;
    uint8_t *state;
    uint32_t *stack, n, cap;
    uint32_t now; /* the parameter whose value is looked at */
    bool cycle;
};

static bool param_index(const struct model *m, const char *name, uint32_t *i)
{
    for (*i = 0; *i < m->nparam; ++*i) {
        if (strcmp(m->param[*i].name, name) == 0)
            return true;
    }
    return false;
}

/* Push what the expression refers to; a tree's height is bounded by the parser. */
static void param_needs(struct params *q, const struct expr *e)
{
    struct compiler *c = q->c;
    uint32_t i;
    if (e->op == X_NAME && !e->field && param_index(c->m, e->name, &i)) {
        if (q->state[i] == PARAM_OPEN && !q->cycle) {
            q->cycle = true;
            diag_error(c->d, e->at, "E-param-cycle", "give one of them a value of its own",
                       i == q->now ? "parameter `%s` is defined by itself"
                                   : "parameter `%s` is defined by `%s`, which needs `%s` itself",
                       c->m->param[q->now].name, e->name, c->m->param[q->now].name);
        } else if (q->state[i] == PARAM_NEW) {
            *ADD(c, q->stack, q->n, q->cap) = i;
        }
    }
    for (uint32_t k = 0; k < e->narg; k++)
        param_needs(q, e->arg[k]);
}

/* The tree with parameters put in place, so that a name given by with: cannot get into it. */
static const struct expr *param_resolved(struct compiler *c, const struct expr *e)
{
    if (e->op == X_NAME) {
        uint32_t i;
        if (e->field || !param_index(c->m, e->name, &i))
            return e;
        const struct binding *b = &c->param[i];
        return b->kind == BIND_CONST  ? expr_number(c->a, b->value, b->unit, e->at)
               : b->kind == BIND_EXPR ? b->expr
                                      : e;
    }
    if (!e->narg)
        return e;
    struct expr *n = NEW(c->a, struct expr, 1);
    *n = *e;
    n->arg = NEW(c->a, const struct expr *, e->narg);
    for (uint32_t k = 0; k < e->narg; k++)
        n->arg[k] = param_resolved(c, e->arg[k]);
    return n;
}

static struct binding param_value(struct compiler *c, const struct expr *e)
{
    struct xprog x;
    xprog_init(&x, c->tmp);
    uint32_t id = expr_compile(&x, e, WANT_ANYTHING, false, &c->param_scope, c->d);
    if (id == XEXPR_NONE)
        return (struct binding){.kind = BIND_ERROR};
    if (x.expr[id].constant)
        return (struct binding){
            .kind = BIND_CONST, .unit = x.expr[id].unit, .value = x.expr[id].value};
    return (struct binding){
        .kind = BIND_EXPR, .unit = x.expr[id].unit, .expr = param_resolved(c, e)};
}

/* Depth first with a stack of our own: chains of parameters may be long. */
void compile_params(struct compiler *c)
{
    const struct model *m = c->m;
    c->param = NEW(c->tmp, struct binding, m->nparam ? m->nparam : 1);
    struct params q = {.c = c, .state = NEW(c->tmp, uint8_t, m->nparam ? m->nparam : 1)};
    for (uint32_t i = 0; i < m->nparam; i++)
        *ADD(c, q.stack, q.n, q.cap) = m->nparam - 1 - i;
    while (q.n) {
        uint32_t i = q.stack[q.n - 1];
        if (q.state[i] == PARAM_NEW) {
            q.state[i] = PARAM_OPEN;
            q.now = i;
            q.cycle = !m->param[i].value;
            if (m->param[i].value)
                param_needs(&q, m->param[i].value);
            if (!q.cycle)
                continue;
            q.state[i] = PARAM_DONE; /* stays BIND_ERROR */
        } else if (q.state[i] == PARAM_OPEN) {
            q.state[i] = PARAM_DONE;
            c->param[i] = param_value(c, m->param[i].value);
        }
        /* what a cycle had pushed above is done or will be when it comes up */
        while (q.n && q.state[q.stack[q.n - 1]] == PARAM_DONE)
            q.n--;
    }
}

/* ---- constants ---- */

uint32_t compile_count(struct compiler *c, const struct expr *e, const struct scope *s,
                       struct count_want w)
{
    uint32_t id = expr_compile(&c->p->x, e, WANT_COUNT, true, s, c->d);
    if (id == XEXPR_NONE)
        return w.min;
    double v;
    if (!scope_const(c, id, &v)) {
        diag_error(c->d, e->at, "E-const", "use parameters, not variables",
                   "%s must be known before a request runs", w.what);
        return w.min;
    }
    if (v >= w.min && v <= w.max)
        return (uint32_t)v;
    if (v < w.min)
        diag_error(c->d, e->at, "E-const", NULL, "%s is %.0f and must be at least %u", w.what, v,
                   w.min);
    else
        diag_error(c->d, e->at, "E-const", NULL, "%s is %.0f and may be at most %u", w.what, v,
                   w.max);
    return w.min;
}

static uint32_t env_count(struct compiler *c, const struct expr *e, const char *what, uint32_t max)
{
    return e ? compile_count(c, e, &c->param_scope, (struct count_want){what, 1, max}) : 1;
}

static double env_value(struct compiler *c, const struct expr *e, enum want want, const char *what,
                        double otherwise)
{
    if (!e)
        return otherwise;
    uint32_t id = expr_compile(&c->p->x, e, want, true, &c->param_scope, c->d);
    double v = otherwise;
    if (id != XEXPR_NONE && !scope_const(c, id, &v))
        diag_error(c->d, e->at, "E-const", "use parameters, not variables",
                   "%s must be known before a request runs", what);
    return v;
}

static int64_t env_duration(struct compiler *c, const struct expr *e, const char *what,
                            double otherwise)
{
    double v = env_value(c, e, WANT_DURATION, what, otherwise);
    if (!(v >= 1 && v <= 9e18)) {
        if (e)
            diag_error(c->d, e->at, "E-const", NULL, "%s must be longer than nothing", what);
        return (int64_t)otherwise;
    }
    return (int64_t)(v < 1e18 ? v : 1e18); /* for ever; a sum of times stays in range */
}

/* ---- host and costs ---- */

void compile_host(struct compiler *c)
{
    struct prog *p = c->p;
    const struct execution *x = c->x;
    const struct host *h = &x->host;
    p->kind = x->kind;
    p->cores = env_count(c, h->cores, "`cores`", 1 << 16);
    p->workers = env_count(c, h->workers, "`workers`", 1 << 12);
    p->gil = h->gil;
    p->has_loop = x->kind == EXEC_COROUTINE || x->kind == EXEC_HYBRID;
    p->in_place = x->kind == EXEC_SERIAL;
    p->random_balance = h->random_balance;
    p->schedule = h->schedule;
    p->quantum = env_duration(c, h->quantum, "the quantum of `rr`", 5e6);
    p->interval = env_duration(c, h->interval, "`interval`", 5e6);
    p->stack = env_value(c, x->stack, WANT_SIZE, "`stack`", 0);
    p->frame = env_value(c, x->frame, WANT_SIZE, "`frame`", 0);
    p->gil_contended = p->gil && (x->kind == EXEC_THREADS || x->kind == EXEC_HYBRID);
    p->barging = p->gil_contended && h->barging;
    p->uncaught = c->m->uncaught;
}

static bool cost_matters(const struct prog *p, enum cost k)
{
    bool threads = p->kind == EXEC_THREADS, hybrid = p->kind == EXEC_HYBRID;
    switch (k) {
    case COST_SPAWN:
        return threads;
    case COST_SWITCH:
        return threads || hybrid;
    case COST_TASK:
    case COST_RESUME:
        return p->has_loop;
    case COST_WAKE:
        return p->kind != EXEC_SERIAL;
    case COST_HOP:
        return hybrid;
    default:
        return p->gil;
    }
}

/* A thread that is asked for the GIL before it has paid for it never gets on, nor does another. */
static void check_handoff(struct compiler *c)
{
    struct prog *p = c->p;
    uint32_t site = p->cost_site[COST_HANDOFF];
    double lo = 0, hi = 0;
    char handoff[32], interval[32];
    if (!p->gil_contended || site == NONE)
        return;
    uint32_t expr = p->site[site].expr;
    double mean = expr_mean(&p->x, expr);
    expr_bounds(&p->x, expr, &lo, &hi);
    if (!(fmax(lo, isfinite(mean) ? mean : 0) >= (double)p->interval))
        return;
    diag_error(
        c->d, p->x.expr[expr].at, "E-handoff", "a longer `interval`, or a shorter `handoff`",
        "`handoff` (%s) must be shorter than the `interval` (%s) after which the GIL is asked "
        "for again, or no thread gets on",
        duration_text(fmax(lo, isfinite(mean) ? mean : 0), handoff),
        duration_text((double)p->interval, interval));
}

void compile_costs(struct compiler *c)
{
    struct prog *p = c->p;
    for (uint32_t k = 0; k < COST_COUNT; k++) {
        const struct expr *e = c->x->cost[k];
        if (!e && k == COST_HANDOFF)
            e = c->x->host.handoff;
        p->cost_site[k] = NONE;
        if (!e)
            continue;
        uint32_t id = expr_compile(&p->x, e, WANT_DURATION, false, &c->param_scope, c->d);
        if (!cost_matters(p, k) || id == XEXPR_NONE || scope_is_zero(c, id))
            continue;
        p->cost_site[k] = site_new(c, "cost", cost_name[k], id);
        p->uses_cpu = true;
    }
    p->uses_cpu = p->uses_cpu || p->gil_contended;
    check_handoff(c);
}

/* ---- what has a limit ---- */

uint32_t compile_res(struct compiler *c, struct res r)
{
    struct prog *p = c->p;
    uint64_t n = (uint64_t)(r.keys ? r.keys : 1) * (r.per_worker ? p->workers : 1);
    r.base = p->ninstance;
    if (p->ninstance + n > COMPILE_MAX_INSTANCES) {
        diag_error(c->d, r.at, "E-size", "fewer keys, or one for all workers (`scope: all`)",
                   "with `%s` there are more than %d queues", r.name, COMPILE_MAX_INSTANCES);
        n = 0;
    }
    p->ninstance += (uint32_t)n;
    *ADD(c, p->res, p->nres, c->cap_res) = r;
    return p->nres - 1;
}

static uint32_t env_queue(struct compiler *c, const struct expr *e, const char *name)
{
    if (!e)
        return NONE;
    struct count_want w = {arena_printf(c->tmp, "the queue of `%s`", name), 0, 1000000000};
    return compile_count(c, e, &c->param_scope, w);
}

static uint32_t queue_timeout(struct compiler *c, const struct expr *e, const char *name)
{
    if (!e)
        return NONE;
    uint32_t id = expr_compile(&c->p->x, e, WANT_DURATION, false, &c->param_scope, c->d);
    c->p->has_timers = true;
    return id == XEXPR_NONE ? NONE : site_new(c, name, "queue_timeout", id);
}

static uint32_t env_size(struct compiler *c, const struct expr *e, const char *fmt,
                         const char *name)
{
    return env_count(c, e, arena_printf(c->tmp, "%s of `%s`", fmt, name), 1000000000);
}

static void resource_add(struct compiler *c, uint32_t i)
{
    const struct resource *r = &c->m->resource[i];
    struct prog *p = c->p;
    if (r->scope == SCOPE_UNSET && p->workers > 1)
        diag_error(c->d, r->at, "E-scope",
                   "say `scope: worker` (one in each worker) or `scope: all` (one for all)",
                   "there are several workers: is there one `%s` for each of them?", r->name);
    c->res_of_resource[i] = compile_res(
        c, (struct res){.name = r->name,
                        .kind = RES_RESOURCE,
                        .at = r->at,
                        .size = env_size(c, r->size, "the size", r->name),
                        .keys = r->keys ? env_size(c, r->keys, "the number of keys", r->name) : 0,
                        .queue = env_queue(c, r->queue, r->name),
                        .queue_timeout = queue_timeout(c, r->queue_timeout, r->name),
                        .discipline = r->discipline,
                        .per_worker = r->scope != SCOPE_ALL && p->workers > 1});
}

static void service_add(struct compiler *c, uint32_t i)
{
    const struct service *s = &c->m->service[i];
    c->res_of_service[i] = NONE;
    if (!s->capacity)
        return;
    c->res_of_service[i] =
        compile_res(c, (struct res){.name = s->name,
                                    .kind = RES_SERVICE,
                                    .at = s->at,
                                    .size = env_size(c, s->capacity, "the capacity", s->name),
                                    .queue = env_queue(c, s->queue, s->name),
                                    .queue_timeout = queue_timeout(c, s->queue_timeout, s->name),
                                    .discipline = s->discipline});
}

static uint32_t worker_res(struct compiler *c, const char *name, enum res_kind k,
                           const struct expr *size)
{
    const struct execution *x = c->x;
    return compile_res(
        c, (struct res){.name = name,
                        .kind = k,
                        .at = x->at,
                        .size = env_count(c, size, arena_printf(c->tmp, "`%s`", name), 1000000000),
                        .queue = k == RES_LIMIT ? c->p->queue_limit : NONE,
                        .queue_timeout = NONE,
                        .discipline = k == RES_POOL ? x->discipline : DISC_FIFO,
                        .per_worker = true});
}

void compile_resources(struct compiler *c)
{
    const struct model *m = c->m;
    const struct execution *x = c->x;
    struct prog *p = c->p;
    c->res_of_service = NEW(c->tmp, uint32_t, m->nservice ? m->nservice : 1);
    c->res_of_resource = NEW(c->tmp, uint32_t, m->nresource ? m->nresource : 1);
    for (uint32_t i = 0; i < m->nservice; i++)
        service_add(c, i);
    for (uint32_t i = 0; i < m->nresource; i++)
        resource_add(c, i);
    compile_channels(c);
    p->queue_limit = env_queue(c, x->queue, x->name);
    p->pool = p->server = p->limit = NONE;
    if (x->kind == EXEC_SERIAL)
        p->server = worker_res(c, "worker", RES_SERVER, NULL);
    if (x->kind == EXEC_THREADS && x->server)
        p->server = worker_res(c, "server", RES_SERVER, x->server);
    if ((x->kind == EXEC_THREADS || x->kind == EXEC_HYBRID) && x->pool)
        p->pool = worker_res(c, "pool", RES_POOL, x->pool);
    if (x->limit)
        p->limit = worker_res(c, "limit", RES_LIMIT, x->limit);
}

/* ---- load ---- */

static const struct expr *law(struct compiler *c, const char *kind, const char *second,
                              const struct expr *mean, const struct expr *other)
{
    const struct dist_kind *k = dist_kind_find(kind);
    bug_if(!k);
    unsigned f = 0;
    for (;; f++) {
        const struct dist_param *q = k->forms[f].param;
        bug_if(!q[0].name);
        if (strcmp(q[0].name, "mean") != 0)
            continue;
        if (second ? q[1].name && strcmp(q[1].name, second) == 0 : !q[1].name)
            break;
    }
    struct expr *e = NEW(c->a, struct expr, 1);
    const struct expr **arg = NEW(c->a, const struct expr *, 2);
    arg[0] = mean;
    arg[1] = other;
    *e = (struct expr){.op = X_DIST,
                       .at = mean->at,
                       .kind = k,
                       .form = f,
                       .narg = second ? 2 : 1,
                       .arg = arg,
                       .height = 1 + (other && other->height > 1 ? other->height : 1)};
    return e;
}

static uint32_t load_between(struct compiler *c, const struct load *l)
{
    double rate = env_value(c, l->rate, WANT_RATE, "`rate`", 1);
    if (!(rate > 0)) {
        diag_error(c->d, l->rate->at, "E-const", NULL, "`rate` must be more than 0");
        return NONE;
    }
    const struct expr *e = expr_number(c->a, 1e9 / rate, UNIT_DURATION, l->rate->at);
    if (l->arrivals == ARRIVE_POISSON)
        e = law(c, "exponential", NULL, e, NULL);
    else if (l->arrivals == ARRIVE_GAMMA)
        e = law(c, "gamma", "cv", e, l->cv);
    uint32_t id = expr_compile(&c->p->x, e, WANT_DURATION, false, &c->param_scope, c->d);
    return id == XEXPR_NONE ? NONE : site_new(c, l->name, "between", id);
}

static struct prog_class load_class(struct compiler *c, const struct load *l)
{
    struct prog_class k = {
        .name = l->name, .priority = l->priority, .load = l, .think = NONE, .between = NONE};
    if (l->priority < INT16_MIN || l->priority > INT16_MAX)
        diag_error(c->d, l->at, "E-const", NULL, "`priority` must be between -32768 and 32767");
    if (l->kind == LOAD_CLOSED)
        k.clients = env_count(c, l->clients, "`clients`", 1000000);
    if (l->kind == LOAD_BACKLOG)
        k.backlog = env_count(c, l->backlog, "`backlog`", 1000000000);
    if (l->kind == LOAD_OPEN)
        k.between = load_between(c, l);
    if (l->kind == LOAD_CLOSED && l->think) {
        uint32_t id = expr_compile(&c->p->x, l->think, WANT_DURATION, false, &c->param_scope, c->d);
        if (!scope_is_zero(c, id))
            k.think = site_new(c, l->name, "think", id);
    }
    return k;
}

void compile_load(struct compiler *c)
{
    const struct model *m = c->m;
    struct prog *p = c->p;
    p->ncls = m->nload ? m->nload : 1;
    p->cls = NEW(c->a, struct prog_class, p->ncls);
    p->cls[0] = (struct prog_class){.name = "request", .think = NONE, .between = NONE};
    for (uint32_t i = 0; i < m->nload; i++)
        p->cls[i] = load_class(c, &m->load[i]);
}
