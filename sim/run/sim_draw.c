/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_draw.c - the simulator's draws: each a function of (seed, request, copies and loops round the
 * place, site), so that nothing depends on the order of events. */
#include "run/sim_impl.h"
#include <math.h>

uint64_t draw_request_key(const struct sim *s, uint32_t cls, uint32_t client, uint64_t ordinal)
{
    uint64_t k = rng_mix(s->o.replication + 1, ((uint64_t)cls << 32) | client);
    return rng_mix(k, ordinal + 1);
}

/* The first round of a loop, the first copy, the first attempt add nothing, so that putting a loop,
 * a fan-out or a retry round a step leaves the step's first draws as they were. */
static uint64_t draw_path(const struct sim *s, uint32_t task, uint32_t site)
{
    uint64_t key = s->side[task].key;
    if (site == NONE)
        return key;
    const struct site *x = &s->p->site[site];
    const double *w = state_words(&s->st, task);
    for (uint32_t k = 0; k < x->nloop; k++)
        key = draw_round(key, k, (uint64_t)w[s->p->loop_word[x->loop + k]]);
    return key;
}

static int64_t to_ns(struct sim *s, double x, struct loc at)
{
    if (x >= 0 && x <= DRAW_MAX_NS)
        return (int64_t)(x + 0.5);
    if (x > DRAW_MAX_NS)
        return (int64_t)DRAW_MAX_NS;
    sim_fail(s, at, "this duration came out negative");
    return 0;
}

int64_t draw_word_ns(struct sim *s, double ns, struct loc at)
{
    return to_ns(s, ns, at);
}

static double eval(struct sim *s, uint32_t expr, const double *words, struct draw_key key,
                   struct loc at)
{
    const struct xexpr *x = &s->p->x.expr[expr];
    const char *bad = NULL;
    if (x->constant)
        return x->value;
    if (s->o.oracle != NULL && x->draws)
        return s->o.oracle->value(s->o.oracle->ctx, s, expr, words);
    if (x->dist != NULL)
        return dist_draw(x->dist, rng_unit(key));
    double v = expr_eval(&s->p->x, expr, words, key, &bad);
    if (bad != NULL)
        sim_fail(s, at.line ? at : x->at, bad);
    return v;
}

static struct draw_key site_key(const struct sim *s, uint32_t task, uint32_t site)
{
    return (struct draw_key){.seed = s->o.seed,
                             .path = draw_path(s, task, site),
                             .site = site == NONE ? 0 : s->p->site[site].hash};
}

int64_t draw_site_ns(struct sim *s, uint32_t task, uint32_t site, struct loc at)
{
    const struct xexpr *x = &s->p->x.expr[s->p->site[site].expr];
    if (x->constant)
        return to_ns(s, x->value, at);
    return to_ns(
        s, eval(s, s->p->site[site].expr, state_words(&s->st, task), site_key(s, task, site), at),
        at);
}

static int64_t draw_backoff(struct sim *s, uint32_t task, const struct backoff *b, struct loc at)
{
    const double *w = state_words(&s->st, task);
    if (b->delay == NONE)
        return 0;
    double d = eval(s, s->p->site[b->delay].expr, w, site_key(s, task, b->delay), at);
    if (b->factor != NONE && d != 0) {
        double f = eval(s, s->p->site[b->factor].expr, w, site_key(s, task, b->factor), at);
        d *= pow(f, w[b->word] - 1);
    }
    if (b->max != NONE) {
        double m = eval(s, s->p->site[b->max].expr, w, site_key(s, task, b->max), at);
        d = d < m ? d : m;
    }
    return to_ns(s, d, at);
}

/* A duration of the step's own, as sim_opt.scale has it. */
static inline int64_t scaled(struct sim *s, uint32_t pc, int64_t ns)
{
    uint32_t mark = s->p->mark_of[pc];
    if (s->o.scale == NULL || mark == NONE)
        return ns;
    return to_ns(s, (double)ns * s->o.scale[mark], s->p->where[pc]);
}

int64_t draw_cpu(struct sim *s, uint32_t task, uint32_t pc)
{
    return scaled(s, pc, draw_site_ns(s, task, s->p->site_of[pc], s->p->where[pc]));
}

/* A pause before a hedge copy is no duration of the call's. */
static int64_t draw_pause(struct sim *s, uint32_t task, uint32_t pc)
{
    uint32_t mark = s->p->mark_of[pc];
    int64_t ns = draw_site_ns(s, task, s->p->site_of[pc], s->p->where[pc]);
    return mark != NONE && s->p->mark[mark].verb == VERB_WAIT ? scaled(s, pc, ns) : ns;
}

static bool pick_ok(const struct sim_oracle *o, double q)
{
    const double weight[] = {1 - q, q};
    return o->pick(o->ctx, weight, 2) == 0;
}

int64_t draw_work(struct sim *s, uint32_t task, uint32_t pc, bool *ok)
{
    const struct prog *p = s->p;
    const struct op *o = &p->op[pc];
    *ok = true;
    if (o->code == OP_BACKOFF)
        return draw_backoff(s, task, &p->backoff[o->a], p->where[pc]);
    if (o->code == OP_PAUSE)
        return draw_pause(s, task, pc);
    const struct callsite *c = &p->call[o->a];
    if (c->error != NONE) {
        struct draw_key k = site_key(s, task, c->error);
        const struct xexpr *x = &p->x.expr[p->site[c->error].expr];
        double q = x->constant ? x->value
                               : eval(s, p->site[c->error].expr, state_words(&s->st, task), k,
                                      p->where[pc]);
        k.visit = 1u << 20; /* apart from the draws of the expression itself */
        if (!(q >= 0 && q <= 1))
            sim_fail(s, p->where[pc], "this probability came out outside [0, 1]");
        *ok = q <= 0 || (s->o.oracle ? q < 1 && pick_ok(s->o.oracle, q) : rng_unit(k) >= q);
    }
    int64_t ns =
        s->side[task].ahead == pc ? s->side[task].ahead_ns : draw_quick(s, task, c->latency, pc);
    check_that(s->o.oracle || ns == draw_quick(s, task, c->latency, pc));
    return scaled(s, pc, ns);
}

/* What comes before the call may wait, but not choose. */
static uint32_t first_call(const struct sim *s, uint32_t pc)
{
    const struct prog *p = s->p;
    for (uint32_t n = 0; n < p->nop; n++) {
        const struct op *o = &p->op[s->st.skip[pc]];
        bool passes = o->code == OP_ACQ || o->code == OP_HOPOUT || o->code == OP_COST;
        pc = s->st.skip[pc] + 1;
        if (o->code == OP_CALL)
            return pc - 1;
        if (!passes)
            break;
    }
    return NONE;
}

void ahead_init(struct sim *s)
{
    const struct prog *p = s->p;
    s->ahead = xcalloc(p->nbody + 1, sizeof *s->ahead);
    for (uint32_t b = 0; b < p->nbody; b++) {
        uint32_t pc = first_call(s, p->body[b].pc);
        const struct site *w = pc == NONE ? NULL : &p->site[p->call[p->op[pc].a].latency];
        bool sure = w && w->nloop == 0 && p->x.expr[w->expr].dist && !s->o.oracle;
        s->ahead[b] = sure ? pc : NONE;
    }
}

int64_t draw_cost(struct sim *s, uint32_t task, enum cost c)
{
    if (s->cost_ns[c] >= 0)
        return s->cost_ns[c];
    uint32_t site = s->p->cost_site[c];
    struct draw_key k = site_key(s, task, site);
    k.visit = ++s->side[task].bursts << 8;
    return to_ns(s, eval(s, s->p->site[site].expr, NULL, k, s->p->model->at), s->p->model->at);
}

/* The probability of an arm of a choice; its own draws, if it has any, are keyed by its number. */
static double draw_arm(struct sim *s, uint32_t task, const struct choice *c, uint32_t arm,
                       struct loc at)
{
    struct draw_key k = site_key(s, task, c->site);
    k.visit = (arm + 1) << 8;
    double q = eval(s, s->p->arm[c->first + arm].expr, state_words(&s->st, task), k, at);
    if (!(q >= 0 && q <= 1))
        sim_fail(s, at, "a probability of this choice came out outside [0, 1]");
    return q;
}

/* One of the arms that can be chosen at all. */
static double pick_arm(struct sim *s, uint32_t task, const struct choice *c, struct loc at)
{
    double *weight = xcalloc(c->n, sizeof *weight);
    uint32_t possible = 0, i = 0;
    for (uint32_t k = 0; k < c->n; k++) {
        double q = draw_arm(s, task, c, k, at);
        if (q > 0)
            weight[possible++] = q;
    }
    uint32_t left = s->o.oracle->pick(s->o.oracle->ctx, weight, possible);
    for (; i < c->n; i++)
        if (draw_arm(s, task, c, i, at) > 0 && left-- == 0)
            break;
    free(weight);
    return i;
}

static double draw_choice(struct sim *s, uint32_t task, const struct choice *c, struct loc at)
{
    double sum = 0;
    for (uint32_t i = 0; i < c->n; i++)
        sum += draw_arm(s, task, c, i, at);
    if (!(sum > 0)) {
        sim_fail(s, at, "the probabilities of this choice came out as 0");
        return 0;
    }
    uint32_t i = 0;
    if (s->o.oracle)
        return pick_arm(s, task, c, at);
    double u = rng_unit(site_key(s, task, c->site)) * sum;
    for (; i + 1 < c->n; i++) {
        double q = draw_arm(s, task, c, i, at);
        if (u < q)
            break;
        u -= q;
    }
    return i;
}

/* A count in a word is a count everywhere: each, repeat, until, limit, units. */
static bool is_count_site(const struct prog *p, uint32_t pc)
{
    return p->op[pc].code == OP_ASK && (p->op[pc].flags & OPF_COUNT);
}

double draw_answer(struct sim *s)
{
    const struct prog *p = s->p;
    uint32_t task = s->st.ask_task, pc = s->st.task[task].pc;
    const struct op *o = &p->op[pc];
    if (s->st.ask == ASK_CHOOSE)
        return draw_choice(s, task, &p->choice[o->a], p->where[pc]);
    double v =
        eval(s, o->b, state_words(&s->st, task), site_key(s, task, p->site_of[pc]), p->where[pc]);
    if (is_count_site(p, pc) && !(v >= 0 && v <= 1e7 && v == floor(v))) {
        sim_fail(s, p->where[pc],
                 v > 1e7 ? "this count came out greater than 10,000,000"
                         : "this count came out negative or fractional");
        return 0;
    }
    if (is_count_site(p, pc) && o->c != 0 && v >= o->c) {
        sim_fail(s, p->where[pc],
                 "this key is not there: keys are numbered from 0, up to one less than `keys`");
        return 0;
    }
    if (o->code == OP_ASK && (o->flags & OPF_WHOLE) && v != floor(v)) {
        sim_fail(s, p->where[pc],
                 "a shared variable is a whole number, and this came out as a fraction");
        return 0;
    }
    return v;
}

void draw_ahead(const struct sim *s, uint64_t of, uint64_t first, uint32_t site, int64_t *ns,
                uint32_t n)
{
    const struct site *x = &s->p->site[site];
    const struct dist *d = s->p->x.expr[x->expr].dist;
    uint64_t path[GAPS];
    double u[GAPS];
    bug_if(n > GAPS);
    for (uint32_t i = 0; i < n; i++)
        path[i] = rng_mix(of, first + i + 1);
    for (uint32_t i = 0; i < n; i++)
        u[i] = -1;
    if (d != NULL) {
        rng_units((struct draw_key){.seed = s->o.seed, .site = x->hash}, path, u, n);
        dist_draws(d, u, u, n);
    }
    for (uint32_t i = 0; i < n; i++)
        ns[i] = u[i] >= 0 && u[i] <= DRAW_MAX_NS ? (int64_t)(u[i] + 0.5) : -1;
}

int64_t draw_class_ns(struct sim *s, uint32_t cls, uint64_t path, uint32_t site)
{
    (void)cls;
    const struct site *x = &s->p->site[site];
    struct draw_key k = {.seed = s->o.seed, .path = path, .site = x->hash};
    return to_ns(s, eval(s, x->expr, NULL, k, s->p->model->at), s->p->model->at);
}

int64_t draw_queue_timeout(struct sim *s, uint32_t task, uint32_t res)
{
    return draw_site_ns(s, task, s->p->res[res].queue_timeout, s->p->res[res].at);
}
