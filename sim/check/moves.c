/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moves.c - see moves.h. */
#include "check/moves.h"
#include <math.h>
#include <stdlib.h>

void moves_add(struct moves *m, struct move v)
{
    m->v = grow(m->v, &m->cap, m->n + 1, sizeof *m->v);
    m->v[m->n++] = v;
}

void moves_free(struct moves *m)
{
    free(m->v);
}

uint32_t moves_request(const struct pack_run *r, uint32_t nreq, uint32_t slot)
{
    for (uint32_t j = 0; j < nreq; j++)
        if (r->slot[j] == slot)
            return j;
    return NONE;
}

/* May the call at pc fail, may it succeed? */
static void call_outcomes(const struct state *s, uint32_t task, bool *well, bool *fail)
{
    const struct task *t = &s->task[task];
    const struct op *o = &s->p->op[t->pc];
    double lo = 0, hi = 0;
    *well = true;
    *fail = false;
    if (o->code != OP_CALL || s->p->call[o->a].error == NONE)
        return;
    const struct site *x = &s->p->site[s->p->call[o->a].error];
    expr_bounds_with(&s->p->x, x->expr, state_words(s, task), &lo, &hi);
    *fail = hi > 0;
    *well = lo < 1;
}

/* Timeouts that run for the task: its handlers tell. */
static void list_timers(const struct state *s, uint32_t task, uint32_t j, struct moves *out)
{
    const struct prog *p = s->p;
    const struct task *t = &s->task[task];
    if (!p->has_timers)
        return;
    const double *w = state_words(s, task);
    for (uint32_t h = p->handler_of[t->pc]; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_UNTIMER && w[p->handler[h].a] == 1)
            moves_add(out,
                      (struct move){
                          .kind = MOVE_TIMEOUT, .req = j, .task = task, .arg = p->handler[h].a});
}

static void list_task(const struct state *s, uint32_t task, uint32_t j, struct moves *out)
{
    const struct task *t = &s->task[task];
    struct move m = {.req = j, .task = task};
    bool well = true, fail = false;
    switch ((enum task_state)t->state) {
    case T_START:
        m.kind = MOVE_START;
        moves_add(out, m);
        break;
    case T_WORK:
        call_outcomes(s, task, &well, &fail);
        if (fail) {
            m.kind = MOVE_FAIL;
            moves_add(out, m);
        }
        m.kind = MOVE_DONE;
        if (well)
            moves_add(out, m);
        break;
    case T_CPU:
        m.kind = MOVE_DONE;
        moves_add(out, m);
        break;
    case T_YIELD:
        m.kind = MOVE_YIELD;
        moves_add(out, m);
        break;
    case T_UNTIL:
        m.kind = MOVE_WOKEN;
        if (t->flags & TF_WOKEN)
            moves_add(out, m);
        break;
    case T_QUEUE:
    case T_THREAD:
        m.kind = MOVE_QTIMEOUT;
        if (t->res != NONE && s->p->res[s->inst[t->res].res].queue_timeout != NONE)
            moves_add(out, m);
        break;
    default:
        break;
    }
    if (t->state != T_DONE && t->state != T_FREE)
        list_timers(s, task, j, out);
}

/* Of request own (NONE: of nobody) when moves of j are asked for? */
static bool wanted(uint32_t own, uint32_t nreq, uint32_t j)
{
    return j == NONE || own == j || (own == NONE && j == nreq);
}

static bool stage_takes(const struct state *s, uint32_t inst)
{
    const struct resst *q = &s->inst[inst];
    uint32_t max = s->p->stage[s->p->res[q->res].stage].max;
    return q->free > 0 && (max == 0 || q->due || q->nqueue >= max);
}

static void list_grants(const struct pack_run *r, uint32_t nreq, uint32_t j, struct moves *out)
{
    const struct state *s = &r->s;
    for (uint32_t i = 0; i < s->p->ninstance; i++) {
        const struct resst *q = &s->inst[i];
        if (!q->posted || q->nqueue == 0)
            continue;
        uint32_t most = s->p->res[q->res].discipline == DISC_RANDOM ? q->nqueue : 1, n = 0;
        for (uint32_t t = q->first; t != NONE && n < most; t = s->task[t].q_next, n++) {
            uint32_t own = moves_request(r, nreq, s->task[t].req);
            if (wanted(own, nreq, j) && (most > 1 || s->task[t].units <= q->free) &&
                (s->p->res[q->res].kind != RES_STAGE || stage_takes(s, i)))
                moves_add(out, (struct move){
                                   .kind = MOVE_GRANT, .req = own, .task = t, .arg = i, .pick = n});
        }
    }
}

static void list_arrivals(const struct state *s, uint32_t j, struct moves *out)
{
    struct move m = {.kind = MOVE_ARRIVE, .req = j, .task = NONE, .arg = step_worker(s)};
    if (!s->p->random_balance) {
        moves_add(out, m);
        return;
    }
    for (m.arg = 0; m.arg < s->p->workers; m.arg++)
        moves_add(out, m);
}

/* What no request does: ghosts, batches. */
static void list_others(const struct state *s, struct moves *out)
{
    for (uint32_t t = 0; t < s->ntask; t++)
        if (s->task[t].state == T_GHOST)
            moves_add(out, (struct move){.kind = MOVE_GHOST, .req = NONE, .task = t});
        else if (s->task[t].state != T_FREE && s->req[s->task[t].req].batch)
            list_task(s, t, NONE, out);
    for (uint32_t i = 0; i < s->p->ninstance && s->p->nstage > 0; i++)
        if (s->inst[i].timing)
            moves_add(out, (struct move){.kind = MOVE_BATCH, .req = NONE, .task = NONE, .arg = i});
}

/* The turns of the loops, first: what takes no time is the first thing that a story tells. */
static void list_turns(const struct pack_run *r, uint32_t nreq, uint32_t j, struct moves *out)
{
    const struct state *s = &r->s;
    for (uint32_t w = 0; w < s->p->workers && s->p->has_loop; w++) {
        uint32_t head = s->loop[w].first;
        if (!s->loop[w].posted || s->loop[w].running != NONE || head == NONE)
            continue;
        uint32_t own = moves_request(r, nreq, s->task[head].req);
        if (wanted(own, nreq, j))
            moves_add(out, (struct move){.kind = MOVE_LOOP, .req = own, .task = head, .arg = w});
    }
}

void moves_list(const struct pack_run *r, uint32_t nreq, uint32_t j, struct moves *out)
{
    const struct state *s = &r->s;
    out->n = 0;
    list_turns(r, nreq, j, out);
    for (uint32_t i = 0; i < nreq; i++) {
        if (j != NONE && i != j)
            continue;
        if (r->life[i] == PACK_UNBORN)
            list_arrivals(s, i, out);
        /* Slots are dealt in the order of the parts, so the first of a request's list is its
         * greatest: walk the slots instead, for an order that is the tree's. */
        for (uint32_t t = 0; r->life[i] == PACK_ALIVE && t < s->ntask; t++)
            if (s->task[t].state != T_GHOST && s->task[t].req == r->slot[i])
                list_task(s, t, i, out);
    }
    list_grants(r, nreq, j, out);
    if (j == NONE || j == nreq)
        list_others(s, out);
}

static void make(struct pack_run *r, const struct move *m, const struct move_limits *l)
{
    struct state *s = &r->s;
    switch ((enum move_kind)m->kind) {
    case MOVE_ARRIVE: {
        uint32_t slot = step_arrive(s, l->cls[m->req], m->arg, true);
        r->slot[m->req] = slot;
        r->life[m->req] = slot == NONE ? PACK_GONE : PACK_ALIVE;
        r->status[m->req] = slot == NONE ? 503 : 0;
        break;
    }
    case MOVE_START:
        step_start(s, m->task);
        break;
    case MOVE_YIELD:
        step_yield(s, m->task);
        break;
    case MOVE_WOKEN:
        step_woken(s, m->task);
        break;
    case MOVE_LOOP:
        step_turn(s, m->arg);
        break;
    case MOVE_GRANT:
        step_grant(s, m->arg, m->pick);
        break;
    case MOVE_DONE:
    case MOVE_GHOST:
        step_done(s, m->task, true);
        break;
    case MOVE_FAIL:
        step_done(s, m->task, false);
        break;
    case MOVE_TIMEOUT:
        step_timeout(s, m->task, m->arg);
        break;
    case MOVE_QTIMEOUT:
        step_queue_timeout(s, m->task);
        break;
    case MOVE_BATCH:
        step_batch_due(s, m->arg);
        break;
    }
}

bool move_make(struct pack_run *r, const struct move *m, const struct move_limits *l)
{
    make(r, m, l);
    for (uint32_t i = 0; i < m->nanswer && r->s.ask != ASK_NONE; i++)
        step_answer(&r->s, m->answer[i]);
    return r->s.ask != ASK_NONE;
}

static uint32_t choice_answers(const struct state *s, const struct op *o, double *out,
                               uint32_t room, bool *cut)
{
    const struct choice *c = &s->p->choice[o->a];
    const double *w = state_words(s, s->ask_task);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        double lo, hi;
        expr_bounds_with(&s->p->x, s->p->arm[c->first + i].expr, w, &lo, &hi);
        if (hi > 0 && n < room)
            out[n++] = i;
        else if (hi > 0)
            *cut = true;
    }
    return n;
}

/* What the value is for bounds it: counts, keys, the range of the shared variable that is set.
 * False: it has to be no whole number. */
static bool whole_bounds(const struct state *s, const struct op *o, double *lo, double *hi,
                         bool *counts)
{
    const struct xexpr *x = &s->p->x.expr[o->b];
    *counts = true;
    if (o->flags & OPF_WHOLE) { /* kept in its range, so beyond is as good as at its ends */
        bug_if(o[1].code != OP_STORE);
        const struct shared_var *v = &s->p->var[o[1].b];
        *lo = fmin(fmax(*lo, v->lo), v->hi);
        *hi = fmax(fmin(*hi, v->hi), v->lo);
        *counts = false;
        return true;
    }
    if ((o->flags & OPF_COUNT) ||
        (x->dist != NULL && x->dist->what == DIST_ATOM && x->dist->kind->whole)) {
        *lo = fmax(*lo, 0);
        if ((o->flags & OPF_COUNT) && o->c != 0)
            *hi = fmin(*hi, (double)o->c - 1); /* a key */
        return true;
    }
    return false;
}

uint32_t move_answers(const struct pack_run *r, const struct move_limits *l, double *out,
                      uint32_t room, bool *cut)
{
    const struct state *s = &r->s;
    const struct op *o = &s->p->op[s->task[s->ask_task].pc];
    double lo, hi;
    uint32_t n = 0;
    bool counts;
    if (s->ask == ASK_CHOOSE)
        return choice_answers(s, o, out, room, cut);
    const struct xexpr *x = &s->p->x.expr[o->b];
    expr_bounds_with(&s->p->x, o->b, state_words(s, s->ask_task), &lo, &hi);
    bool known = lo == hi;
    if (s->ask == ASK_BRANCH || x->unit == UNIT_BOOL) {
        out[0] = known ? lo : 0;
        out[1] = 1;
        return known ? 1 : 2;
    }
    if (!whole_bounds(s, o, &lo, &hi, &counts)) {
        out[0] = known ? lo : (double)NAN;
        return 1;
    }
    double from = ceil(lo), to = floor(hi);
    if (counts && !known && to > fmax(from, l->max_count)) {
        to = fmax(from, l->max_count);
        *cut = true;
    }
    for (double v = from; v <= to && n < room; v++)
        out[n++] = v;
    *cut |= n == room && from + room <= to;
    return n;
}
