/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chances.c - states, moves, probabilities; see chances.h. */
#include "check/chances.h"
#include "check/exact.h"
#include "check/local.h"
#include "check/tuples.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 2, MOST_OPS = 1000000 };
struct edge {
    uint32_t to; /* NONE: what was not followed */
    double p;
};
struct action { /* a move, with all that may come of it */
    uint32_t first, n;
};
struct node {
    uint32_t first, n; /* actions; none: it is over */
    int32_t status;
    bool over; /* the request is: what detached tasks answer later is nobody's answer */
};
struct chances {
    uint32_t n, nedge, naction, cap, cap_edge, cap_action;
    struct node *node;
    struct edge *edge;
    struct action *action;
};
struct build {
    const struct prog *p;
    struct chances *c;
    struct pack *k;
    struct pack_run r;
    struct tuples t;
    struct moves m;
    struct move_limits limits;
    struct watch_sees sees; /* nothing: the outcome alone is looked at */
    struct local *local;
    bool impossible;
};

/* ---- what is drawn ---- */

/* Is some variable of the task unknown? */
static bool unknown_words(const struct build *b, const double *words)
{
    for (uint32_t i = 0; i < b->p->nword; i++)
        if (isnan(words[i]))
            return true;
    return false;
}

static bool values_of(struct build *b, uint32_t expr, uint32_t task, struct dist_atoms *out)
{
    const struct xexpr *x = &b->p->x.expr[expr];
    const double *words = state_words(&b->r.s, task);
    bool unknown = x->uses_var && unknown_words(b, words);
    if (!unknown && exact_values(&b->p->x, expr, words, out))
        return true;
    *out = (struct dist_atoms){.n = 1, .x = {NAN}, .p = {1}};
    return x->unit == UNIT_DURATION; /* any, as long as nothing asks for it */
}

static bool arms_of(struct build *b, const struct choice *c, struct dist_atoms *out)
{
    double sum = 0;
    out->n = 0;
    out->left = 0;
    if (c->n > DIST_ATOMS)
        return false;
    for (uint32_t i = 0; i < c->n; i++) {
        struct dist_atoms q;
        if (!values_of(b, b->p->arm[c->first + i].expr, b->r.s.ask_task, &q) || q.n != 1)
            return false;
        out->x[i] = i;
        out->p[i] = q.x[0];
        sum += q.x[0];
    }
    out->n = c->n;
    for (uint32_t i = 0; i < c->n; i++)
        out->p[i] /= sum;
    return sum > 0;
}

/* Can the program take it? */
static bool takes(const struct op *o, double v)
{
    bool count = o->code == OP_ASK && (o->flags & OPF_COUNT);
    bool whole = o->code == OP_ASK && (o->flags & OPF_WHOLE);
    if (count && !(v >= 0 && v <= 1e7 && (o->c == 0 || v < o->c)))
        return false;
    return !(count || whole) || v == floor(v);
}

static bool answers_of(struct build *b, struct dist_atoms *out)
{
    const struct state *s = &b->r.s;
    const struct op *o = &b->p->op[s->task[s->ask_task].pc];
    if (s->ask == ASK_CHOOSE)
        return arms_of(b, &b->p->choice[o->a], out);
    if (!values_of(b, o->b, s->ask_task, out))
        return false;
    for (uint32_t i = 0; i < out->n; i++)
        if (!takes(o, out->x[i]))
            return false;
    return true;
}

/* That the task's call fails. */
static double fail_chance(struct build *b, uint32_t task)
{
    const struct prog *p = b->p;
    const struct callsite *c = &p->call[p->op[b->r.s.task[task].pc].a];
    struct dist_atoms q;
    double mean = 0;
    if (!values_of(b, p->site[c->error].expr, task, &q)) {
        b->impossible = true;
        return 0;
    }
    for (uint32_t i = 0; i < q.n; i++)
        mean += q.p[i] * fmin(fmax(q.x[i], 0), 1);
    return mean;
}

/* ---- states and moves ---- */

static void edge_to(struct build *b, uint32_t to, double p)
{
    struct chances *c = b->c;
    if (p <= 0)
        return;
    if (c->nedge == c->cap_edge)
        c->edge = grow(c->edge, &c->cap_edge, c->nedge + 1, sizeof *c->edge);
    c->edge[c->nedge++] = (struct edge){to, p};
}

static void node_put(struct build *b, double p)
{
    struct pack_run *r = &b->r;
    struct chances *c = b->c;
    uint32_t id[WIDTH];
    bool fresh = false, over = false;
    pack_run_room(r);
    if (r->life[0] == PACK_ALIVE) {
        r->status[0] = r->s.req[r->slot[0]].status;
        over = r->s.req[r->slot[0]].over;
    }
    if (r->life[0] == PACK_ALIVE && !r->s.req[r->slot[0]].used) {
        r->life[0] = PACK_GONE;
        r->slot[0] = NONE;
    }
    pack_store(b->k, r, id);
    uint32_t to = tuples_put(&b->t, id, &fresh);
    if (fresh) {
        if (c->n == c->cap)
            c->node = grow(c->node, &c->cap, c->n + 1, sizeof *c->node);
        c->node[c->n++] = (struct node){.status = r->status[0], .over = over};
    }
    edge_to(b, to, p);
}

/* The move with its answers so far, and all further ones; at most MOVE_ANSWERS deep. */
static void try_move(struct build *b, const uint32_t *id, struct move m, double p)
{
    struct dist_atoms a;
    pack_load(b->k, id, &b->r);
    b->r.s.ops = 0;
    bool asked = move_make(&b->r, &m, &b->limits);
    b->r.s.fx_n = 0;
    if (b->r.s.stuck_pc != NONE || (asked && m.nanswer == MOVE_ANSWERS))
        b->impossible = true;
    if (b->impossible)
        return;
    if (!asked) {
        node_put(b, p);
        return;
    }
    if (!answers_of(b, &a)) {
        b->impossible = true;
        return;
    }
    uint32_t k = m.nanswer++;
    for (uint32_t i = 0; i < a.n && !b->impossible; i++) {
        m.answer[k] = a.x[i];
        try_move(b, id, m, p * a.p[i]);
    }
    edge_to(b, NONE, p * a.left);
}

static void action_put(struct build *b, uint32_t first)
{
    struct chances *c = b->c;
    if (c->naction == c->cap_action)
        c->action = grow(c->action, &c->cap_action, c->naction + 1, sizeof *c->action);
    c->action[c->naction++] = (struct action){first, c->nedge - first};
}

/* What may come next.  A move that nobody can notice or prevent is tried alone: that keeps the
 * least and the greatest probability as long as it is one (Baier, Groesser, Ciesinski, "Partial
 * order reduction for probabilistic systems", 2004), so not where several tasks have one. */
static void list(struct build *b)
{
    moves_list(&b->r, 1, NONE, &b->m);
    if (!b->local || !local_choose(b->local, &b->r, 0, &b->m))
        return;
    for (uint32_t k = 1; k < b->m.n; k++)
        if (b->m.v[k].task != b->m.v[0].task || b->m.v[0].task == NONE) {
            moves_list(&b->r, 1, NONE, &b->m);
            return;
        }
}

/* A call's two ends are one move, with probabilities. */
static void expand(struct build *b, uint32_t i)
{
    struct chances *c = b->c;
    uint32_t id[WIDTH], first = c->naction;
    tuples_get(&b->t, i, id);
    pack_load(b->k, id, &b->r);
    list(b);
    for (uint32_t k = 0; k < b->m.n && !b->impossible; k++) {
        const struct move *m = &b->m.v[k];
        uint32_t edge = c->nedge;
        double q = 0;
        pack_load(b->k, id, &b->r);
        if (m->kind == MOVE_FAIL) {
            bool sure = k + 1 == b->m.n || m[1].kind != MOVE_DONE || m[1].task != m->task;
            q = sure ? 1 : fail_chance(b, m->task);
            try_move(b, id, *m, q);
            if (!sure)
                try_move(b, id, b->m.v[++k], 1 - q);
        } else {
            try_move(b, id, *m, 1);
        }
        action_put(b, edge);
    }
    c->node[i].first = first;
    c->node[i].n = c->naction - first;
}

struct chances *chances_new(const struct prog *p, uint32_t max_states, bool reduce,
                            const atomic_bool *stop)
{
    static const uint32_t cls[1] = {0};
    struct build b = {.p = p, .c = xcalloc(1, sizeof *b.c), .limits = {.max_count = 1, .cls = cls}};
    b.k = pack_new(p, 1, true);
    b.t.width = WIDTH;
    pack_run_init(&b.r, p, 1);
    b.r.s.op_limit = MOST_OPS;
    b.r.s.fine = true;
    bool *nothing = xcalloc(p->nmark + p->nbody + 1u, sizeof *nothing);
    b.sees = (struct watch_sees){.mark = nothing, .body = nothing};
    b.local = reduce ? local_new(p, 1, NULL, &b.sees, false) : NULL;
    node_put(&b, 0);
    for (uint32_t i = 0; i < b.c->n && !b.impossible; i++) {
        if (b.c->node[i].status == 0 && !b.c->node[i].over) /* the first answer counts */
            expand(&b, i);
        if (b.c->n > max_states || (stop && atomic_load(stop)))
            b.impossible = true;
    }
    local_free(b.local);
    free(nothing);
    moves_free(&b.m);
    tuples_free(&b.t);
    pack_run_free(&b.r);
    pack_free(b.k);
    if (!b.impossible)
        return b.c;
    chances_free(b.c);
    return NULL;
}

void chances_free(struct chances *c)
{
    if (!c)
        return;
    free(c->node);
    free(c->edge);
    free(c->action);
    free(c);
}

uint32_t chances_states(const struct chances *c)
{
    return c->n;
}

/* ---- probabilities ---- */

static double action_value(const struct chances *c, const struct action *a, const double *v)
{
    double sum = 0;
    for (uint32_t i = a->first; i < a->first + a->n; i++)
        sum += c->edge[i].to == NONE ? 0 : c->edge[i].p * v[c->edge[i].to];
    return sum;
}

/* The least probability to end where `of` is 1: from below, so that it is none too great wherever
 * it ends. */
static double least_of(const struct chances *c, const bool *of)
{
    enum { ROUNDS = 10000 };
    double *v = xcalloc(c->n + 1u, sizeof *v), change = 1;
    for (uint32_t round = 0; round < ROUNDS && change > 1e-15; round++) {
        change = 0;
        for (uint32_t i = c->n; i-- > 0;) {
            const struct node *x = &c->node[i];
            double least = x->n ? 1 : of[i];
            for (uint32_t k = x->first; k < x->first + x->n; k++)
                least = fmin(least, action_value(c, &c->action[k], v));
            change = fmax(change, least - v[i]);
            v[i] = least;
        }
    }
    double first = v[0];
    free(v);
    return first;
}

void chances_of(const struct chances *c, bool (*is)(const void *ctx, int32_t status),
                const void *ctx, double *least, double *greatest)
{
    bool *in = xcalloc(c->n + 1u, sizeof *in);
    for (uint32_t i = 0; i < c->n; i++)
        in[i] = is(ctx, c->node[i].status);
    *least = least_of(c, in);
    for (uint32_t i = 0; i < c->n; i++)
        in[i] = !in[i];
    *greatest = 1 - least_of(c, in);
    free(in);
}
