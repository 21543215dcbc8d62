/* SPDX-License-Identifier: GPL-3.0-or-later */
/* letter.c - see letter.h. */
#include "check/letter.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- comparisons ---- */

/* w[word] of the task, or of the nearest of those above it, that has the variable. */
static bool task_value(const struct letters *l, const struct pack_run *r, uint32_t task,
                       const char *name, double *value, bool *own)
{
    const struct prog *p = l->p;
    for (uint32_t t = task; t != NONE; t = r->s.task[t].parent)
        for (uint32_t i = 0; i < p->nnamed; i++)
            if (p->named[i].body == r->s.task[t].body && strcmp(p->named[i].name, name) == 0) {
                *value = state_words(&r->s, t)[p->named[i].word];
                *own |= t == task;
                return true;
            }
    return false;
}

static bool shared_value(const struct letters *l, const struct pack_run *r, uint32_t j,
                         const struct shared_var *v, double *value)
{
    bool alive = r->life[j] == PACK_ALIVE && r->slot[j] != NONE;
    uint32_t worker = alive ? r->s.req[r->slot[j]].worker : 0;
    if (v->per_worker && !alive && l->p->workers > 1)
        return false;
    *value = r->s.value[v->base + (v->per_worker ? worker : 0)];
    return true;
}

/* The comparison as this task sees it (NONE: shared state alone); false: it does not. */
static bool compare_in(struct letters *l, const struct pack_run *r, uint32_t j, uint32_t task,
                       struct letter_prop *q, bool *holds)
{
    bool own = task == NONE, known = true;
    for (uint32_t i = 0; i < l->nvar; i++) {
        const struct var_of *v = &l->var[i];
        l->value[i] = 0;
        bool has = v->var != NONE
                       ? shared_value(l, r, j, &l->p->var[v->var], &l->value[i])
                       : task != NONE && task_value(l, r, task, v->name, &l->value[i], &own);
        bool used = false;
        const struct xexpr *x = &l->x.expr[q->compare];
        for (uint32_t k = x->start; k < x->start + x->n; k++)
            used |= l->x.code[k].op == X_NAME && l->x.code[k].a == i;
        if (used && !has)
            return false;
        known &= !used || !isnan(l->value[i]);
    }
    q->unknown |= own && !known;
    *holds = known && expr_eval(&l->x, q->compare, l->value, (struct draw_key){0}, NULL) != 0;
    return own;
}

static bool compare(struct letters *l, const struct pack_run *r, uint32_t j, struct letter_prop *q,
                    bool before)
{
    bool holds = false, seen = false, some = false;
    if (q->compare == XEXPR_NONE)
        return false;
    if (l->x.expr[q->compare].constant)
        return l->x.expr[q->compare].value != 0;
    if (!q->of.variable)
        return compare_in(l, r, j, NONE, q, &holds) ? holds : before;
    for (uint32_t t = 0; t < r->s.ntask && r->life[j] == PACK_ALIVE; t++) {
        const struct task *k = &r->s.task[t];
        if (k->state == T_FREE || k->state == T_GHOST || k->req != r->slot[j])
            continue;
        if (!compare_in(l, r, j, t, q, &holds))
            continue;
        seen = true;
        some |= holds;
    }
    return seen ? some : before;
}

/* ---- effects ---- */

static uint32_t request_bit(const struct letters *l, const struct pack_run *r, uint32_t slot)
{
    for (uint32_t j = 0; j < l->nreq; j++)
        if (r->slot[j] == slot && slot != NONE)
            return 1U << j;
    return 0;
}

/* The requests that the slot stands for: itself, or of a batch those of its items. */
static uint32_t requests_of(const struct letters *l, const struct pack_run *r, uint32_t slot)
{
    const struct state *s = &r->s;
    uint32_t bits = request_bit(l, r, slot);
    if (bits || slot >= s->nreq)
        return bits;
    for (uint32_t k = s->req[slot].batch ? s->req[slot].first_item : NONE; k != NONE;
         k = s->task[k].q_next)
        bits |= request_bit(l, r, s->task[k].req);
    for (uint32_t i = 0; i < s->fx_n; i++) /* a batch that is over has no items any more */
        if (s->fx[i].kind == FX_UNBATCH && s->fx[i].a == slot && s->fx[i].task != NONE)
            bits |= request_bit(l, r, s->fx[i].b);
    return bits;
}

static struct instant *happen(struct letters *l, enum instant_kind k, uint32_t requests)
{
    l->moved |= requests;
    l->instant = grow(l->instant, &l->cap_instant, l->ninstant + 1, sizeof *l->instant);
    struct instant *x = &l->instant[l->ninstant++];
    *x = (struct instant){.kind = k, .requests = requests, .mark = NONE, .body = NONE};
    return x;
}

/* The body whose step this is. */
static uint32_t body_of(const struct letters *l, uint32_t mark)
{
    uint32_t pc = 0;
    while (pc < l->p->nop && (l->p->op[pc].code != OP_ENTER || l->p->op[pc].a != mark))
        pc++;
    return prog_body_at(l->p, pc);
}

/* A task as a whole has ended.  Its slot may be another's already, so the outermost step that it
 * left last, in this very move, tells whose it was; one that had not begun has left none. */
static void task_ended(struct letters *l, const struct pack_run *r, uint32_t at, uint32_t requests)
{
    const struct fx *f = &r->s.fx[at];
    for (uint32_t i = at; i-- > 0;) {
        const struct fx *o = &r->s.fx[i];
        if (o->task != f->task || (o->kind != FX_BEGIN && o->kind != FX_LEAVE))
            continue;
        if (o->kind == FX_BEGIN)
            return;
        if (o->b != 0)
            continue;
        struct instant *x = happen(l, INSTANT_TASK, requests);
        x->body = body_of(l, o->a);
        x->how = f->a ? 0 : o->c ? o->c : 1;
        return;
    }
}

static void request_effect(struct letters *l, const struct pack_run *r, const struct fx *f)
{
    uint32_t bits = requests_of(l, r, f->a);
    if (f->kind == FX_OVER) {
        happen(l, INSTANT_OVER, bits);
    } else if (f->kind == FX_RESPOND) {
        happen(l, INSTANT_ANSWER, bits)->how = f->b;
    } else { /* the answers that it has given just now are those of the abort */
        l->aborted = true;
        for (uint32_t k = l->ninstant; k-- > 0 && l->instant[k].kind == INSTANT_ANSWER;)
            l->instant[k].abort = (l->instant[k].requests & ~bits) == 0;
    }
}

static void task_effect(struct letters *l, const struct pack_run *r, uint32_t at, uint32_t mover)
{
    const struct fx *f = &r->s.fx[at];
    uint32_t bits = requests_of(l, r, r->s.task[f->task].req);
    bits = bits ? bits : mover;
    if (f->kind == FX_ENTER) {
        l->entered[f->a] = 1;
        happen(l, INSTANT_ENTER, bits)->mark = f->a;
    } else if (f->kind == FX_LEAVE) {
        struct instant *x = happen(l, INSTANT_LEAVE, bits);
        x->mark = f->a;
        x->how = f->c;
    } else if (f->kind == FX_OVERTASK) {
        task_ended(l, r, at, bits);
    } else if (f->b && f->c < 2) {
        happen(l, INSTANT_WRITE, bits);
    }
}

static void read_effects(struct letters *l, const struct pack_run *r, uint32_t mover)
{
    for (uint32_t i = 0; i < r->s.fx_n; i++) {
        const struct fx *f = &r->s.fx[i];
        if (f->kind == FX_ABORT || f->kind == FX_RESPOND || f->kind == FX_OVER)
            request_effect(l, r, f);
        if (f->kind == FX_ENTER || f->kind == FX_LEAVE || f->kind == FX_OVERTASK ||
            f->kind == FX_TOUCH)
            task_effect(l, r, i, mover);
    }
}

/* ---- the state ---- */

static bool task_runs(const struct task *t)
{
    return t->state != T_FREE && t->state != T_GHOST && t->state != T_DONE &&
           t->state != T_PENDING && t->state != T_ITEM && t->state != T_BATCHED &&
           !(t->flags & TF_FRESH);
}

static uint32_t task_handler_at(const struct prog *p, const struct task *t)
{
    return (t->flags & TF_RAISE) ? t->unwind : p->handler_of[t->pc];
}

/* What the task holds, or those above it that wait for it. */
static uint64_t held_by(const struct letters *l, const struct state *s, uint32_t task)
{
    uint64_t held = 0;
    for (uint32_t t = task; t != NONE; t = s->task[t].parent) {
        const struct task *k = &s->task[t];
        if (t != task && k->state != T_JOIN && k->state != T_INPLACE)
            break;
        uint32_t h = task_handler_at(l->p, k);
        held |= h != NONE ? l->held[h] : 0;
    }
    return held;
}

static void read_tasks(struct letters *l, const struct pack_run *r)
{
    const struct state *s = &r->s;
    uint64_t once = 0;
    memset(l->now, 0, sizeof l->now);
    memset(l->count, 0, sizeof l->count);
    l->crowd = 0;
    l->writing = 0;
    for (uint32_t t = 0; t < s->ntask; t++) {
        const struct task *k = &s->task[t];
        if (!task_runs(k))
            continue;
        uint32_t h = task_handler_at(l->p, k);
        uint64_t bits = l->whole[k->body] | (h != NONE ? l->inside[h] : 0);
        bool writes = h != NONE && l->writer[h];
        if (bits == 0 && !writes)
            continue;
        uint32_t requests = requests_of(l, r, k->req);
        l->writing |= writes ? requests : 0;
        l->crowd |= once & bits;
        once |= bits;
        bits &= held_by(l, s, t);
        for (uint32_t j = 0; j < l->nreq; j++) {
            if (!(requests >> j & 1))
                continue;
            l->now[j] |= bits;
            for (uint64_t b = bits; b != 0; b &= b - 1)
                l->count[j][__builtin_ctzll(b)]++;
        }
    }
}

static bool cut_short(const struct instant *x)
{
    return (x->kind == INSTANT_LEAVE || x->kind == INSTANT_TASK) && x->how == 2;
}

/* From the state back to the first instant: what ran after it, less what it began, and what it
 * ended.  What is cut short one after the other ends at once: in which order is nobody's, and
 * equal copies of a fan-out are not told apart by it. */
static void read_running(struct letters *l)
{
    for (uint32_t k = l->ninstant; k-- > 0;) {
        struct instant *x = &l->instant[k];
        bool at_once = k + 1 < l->ninstant && cut_short(x) && cut_short(x + 1);
        for (uint32_t j = 0; j < l->nreq; j++) {
            x->running[j] = 0;
            for (uint32_t b = 0; b < l->nbit; b++)
                x->running[j] |= (uint64_t)(l->count[j][b] > 0) << b;
            x->running[j] = at_once ? x[1].running[j] : x->running[j];
        }
        for (uint32_t i = 0; i < l->nprop; i++) {
            const struct letter_prop *q = &l->prop[i];
            bool begun = x->kind == INSTANT_ENTER && x->mark == q->mark;
            bool ended = q->body == NONE ? x->kind == INSTANT_LEAVE && x->mark == q->mark
                                         : x->kind == INSTANT_TASK && x->body == q->body;
            for (uint32_t j = 0; j < l->nreq && q->of.what == LTL_RUNNING; j++) {
                if (!(x->requests >> j & 1) || !(begun || ended))
                    continue;
                check_that(!begun || ended || l->count[j][q->bit] > 0);
                l->count[j][q->bit] = (uint16_t)(l->count[j][q->bit] + ended - begun);
            }
        }
    }
}

void letters_read(struct letters *l, const struct pack_run *r, const struct move *m)
{
    uint32_t mover = m && m->req < l->nreq ? 1U << m->req : 0;
    l->moved = mover;
    l->ninstant = 0;
    if (m)
        read_effects(l, r, mover);
    if (m && m->kind == MOVE_ARRIVE && r->life[m->req] == PACK_GONE) { /* refused */
        happen(l, INSTANT_ANSWER, mover)->how = (uint32_t)r->status[m->req];
        happen(l, INSTANT_OVER, mover);
    }
    read_tasks(l, r);
    read_running(l);
}

static bool waits(const struct letters *l, const struct pack_run *r, uint32_t res)
{
    for (uint32_t i = 0; i < l->p->ninstance; i++)
        if (r->s.inst[i].res == res && r->s.inst[i].nqueue > 0)
            return true;
    return false;
}

/* Does the instant make it true (for good, if it lasts)? */
static bool event(const struct letter_prop *q, const struct instant *x, const struct letter_at *at)
{
    if (!(x->requests >> at->request & 1))
        return false;
    uint32_t how = q->of.what == LTL_FAILED;
    switch (q->of.what) {
    case LTL_STARTED:
        return x->kind == INSTANT_ENTER && x->mark == q->mark;
    case LTL_FAILED:
    case LTL_DONE:
        if (q->body != NONE)
            return x->kind == INSTANT_TASK && x->body == q->body && x->how == how;
        return x->kind == INSTANT_LEAVE && x->mark == q->mark && x->how == how;
    case LTL_RESPONDED:
        return x->kind == INSTANT_ANSWER && !at->answered && (int32_t)x->how >= q->of.from &&
               (int32_t)x->how <= q->of.to;
    case LTL_ABORTED:
        return x->kind == INSTANT_ANSWER && x->abort;
    default:
        return x->kind == INSTANT_OVER;
    }
}

static bool events(const struct letters *l, const struct letter_prop *q, struct letter_at at)
{
    if (at.instant != NONE)
        return at.instant < l->ninstant && event(q, &l->instant[at.instant], &at);
    for (uint32_t k = 0; k < l->ninstant; k++) {
        if (event(q, &l->instant[k], &at))
            return true;
        at.answered |=
            l->instant[k].kind == INSTANT_ANSWER && (l->instant[k].requests >> at.request & 1);
    }
    return false;
}

bool letters_value(struct letters *l, const struct pack_run *r, uint32_t i, struct letter_at at)
{
    struct letter_prop *q = &l->prop[i];
    bool within = at.instant != NONE && at.instant < l->ninstant;
    uint64_t any = 0;
    switch (q->of.what) {
    case LTL_STARTED:
    case LTL_FAILED:
        return events(l, q, at);
    case LTL_DONE:
    case LTL_RESPONDED:
    case LTL_ABORTED:
    case LTL_ENDED:
        return at.before || events(l, q, at);
    case LTL_RUNNING:
        return (within ? l->instant[at.instant].running : l->now)[at.request] >> q->bit & 1;
    case LTL_HOLDS:
        for (uint32_t k = 0; k < l->nreq; k++)
            any |= l->now[k];
        return any >> q->bit & 1;
    case LTL_WAITING:
        return q->res != NONE && waits(l, r, q->res);
    case LTL_COMPARE:
        return compare(l, r, at.request, q, at.before);
    }
    return false;
}
