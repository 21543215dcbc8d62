/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_grows.c - does latency grow with each duration?  Then bounds show the longest.
 *
 * It does where durations are added, and the greatest or least of them taken.  It does not where
 * one of them decides what is done: a timeout over several steps, which a shorter one lets the
 * others pass; who of several fails, or comes first, if that makes a difference; a condition on a
 * duration that was drawn. */
#include "check/worst_impl.h"
#include <stdlib.h>

/* ---- timeouts ---- */

static bool takes_time(const struct op *o)
{
    switch ((enum opcode)o->code) {
    case OP_CPU:
    case OP_HOSTCPU:
    case OP_COST:
    case OP_PAUSE:
    case OP_CALL:
    case OP_BACKOFF:
    case OP_ACQ:
    case OP_HOPOUT:
    case OP_FORK:
    case OP_NEXT:
    case OP_AWAIT:
    case OP_UNTIL:
        return true;
    default:
        return false;
    }
}

static bool retries_between(const struct prog *p, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < p->nhandler; i++)
        if (p->handler[i].kind == H_RETRY && p->handler[i].target > from &&
            p->handler[i].target < to)
            return true;
    return false;
}

/* Has each timeout one thing to watch, which ends at its bound or at the instant of the timeout? */
static bool timers_watch_one(const struct prog *p)
{
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        if (p->op[pc].code != OP_TIMER)
            continue;
        uint32_t n = 0, at = pc + 1;
        for (; at < p->nop && !(p->op[at].code == OP_UNTIMER && p->op[at].a == p->op[pc].a); at++) {
            n += takes_time(&p->op[at]);
            n += p->op[at].code == OP_LOOP || p->op[at].code == OP_INC ? 2 : 0;
        }
        if (n > 1 || retries_between(p, pc, at))
            return false;
    }
    return true;
}

/* ---- tasks ---- */

struct tasks {
    const struct prog *p;
    bool *child; /* by body: of a task beside others; a hedge's copy counts as its owner */
};

static void child_add(struct tasks *t, uint32_t body)
{
    const struct prog *p = t->p;
    uint32_t end = body + 1 < p->nbody ? p->body[body + 1].pc : p->nop;
    for (uint32_t pc = p->body[body].pc; pc < end; pc++) {
        if (p->op[pc].code != OP_FORK)
            continue;
        t->child[p->op[pc].b] = !(p->op[pc].flags & OPF_LIGHT) || t->child[body];
        child_add(t, p->op[pc].b); /* as deep as bodies nest */
    }
}

/* Is a failure at pc caught within its task, whatever it is called?  *asks: a handler on the way
 * wants to know what it is called. */
static bool caught(const struct prog *p, uint32_t pc, bool *asks)
{
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer) {
        const struct unwinder *u = &p->handler[h];
        bool goes_on = u->kind == H_CATCH || u->kind == H_RETRY;
        *asks |= goes_on && u->nmatch > 0;
        if (u->kind == H_CATCH && u->nmatch == 0)
            return true;
    }
    return false;
}

static bool fails(const struct prog *p, const struct op *o)
{
    return (o->code == OP_CALL && p->call[o->a].error != NONE) || o->code == OP_FAIL ||
           o->code == OP_TIMER;
}

static bool answers(const struct op *o)
{
    return o->code == OP_RESPOND || o->code == OP_ABORT;
}

/* Does who comes first make a difference by itself?  answer, failure: tasks beside others may. */
static bool first_matters(const struct prog *p, bool answer, bool failure)
{
    for (uint32_t i = 0; i < p->nfork; i++) {
        const struct forksite *f = &p->fork[i];
        if (f->kind == GROUP_HEDGE)
            continue;
        if (f->until != NONE && (answer || f->consumed || f->nexport > 0))
            return true;
        if (f->consumed && (answer || failure))
            return true;
    }
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        const struct awaitsite *w = o->code == OP_AWAIT ? &p->await[o->a] : NULL;
        if (w && w->until != NONE && (answer || w->nimport > 0))
            return true;
        for (uint32_t i = pc + 1; o->code == OP_NEXT && i < o->c; i++)
            if (answers(&p->op[i]) || fails(p, &p->op[i]))
                return true;
    }
    return false;
}

/* What tasks beside each other do is what it is, whoever of them comes first. */
static bool tasks_apart(const struct prog *p)
{
    struct tasks t = {p, xcalloc(p->nbody + 1u, sizeof(bool))};
    bool answer = false, failure = false, any = false, asked = false;
    for (uint32_t i = 0; i < p->ncls; i++)
        child_add(&t, p->cls[i].body);
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        bool child = t.child[prog_body_at(p, pc)];
        bool joins = o->code == OP_JOIN || o->code == OP_NEXT || o->code == OP_AWAIT;
        bool asks = false, inside = caught(p, pc, &asks);
        answer |= child && answers(o);
        any |= fails(p, o);
        failure |= child && fails(p, o) && !inside;
        asked |= joins && asks;
    }
    free(t.child);
    return !(answer && any) && !(failure && asked) && !first_matters(p, answer, failure);
}

bool worst_grows(const struct prog *p)
{
    bool beside = p->kind != EXEC_SERIAL && p->nfork > 0;
    return timers_watch_one(p) && (!beside || tasks_apart(p));
}

/* ---- durations that were drawn ---- */

static bool expr_reads(const struct xprog *x, const struct xexpr *e, const bool *word)
{
    for (uint32_t i = e->start; e->uses_var && i < e->start + e->n; i++)
        if (x->code[i].op == X_NAME && word[x->code[i].a])
            return true;
    return false;
}

static bool mark(bool *word, uint32_t w)
{
    bool before = word[w];
    word[w] = true;
    return !before;
}

/* Words that hold a duration that is not known before, of whatever task. */
static void drawn_words(const struct prog *p, bool *word)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = 0; pc < p->nop; pc++) {
            const struct op *o = &p->op[pc];
            if (o->code != OP_ASK)
                continue;
            const struct xexpr *e = &p->x.expr[o->b];
            if (e->unit == UNIT_DURATION && (e->draws || expr_reads(&p->x, e, word)))
                more |= mark(word, o->a);
        }
        for (uint32_t i = 0; i < p->ncapture; i++)
            more |= word[p->capture[i].from] && mark(word, p->capture[i].to);
        for (uint32_t i = 0; i < p->nexport; i++)
            more |= word[p->exports[i].from] && mark(word, p->exports[i].to);
        for (uint32_t i = 0; i < p->nimport; i++)
            more |= word[p->import[i].from] && mark(word, p->import[i].to);
    }
}

bool *worst_loose(const struct prog *p)
{
    bool *word = xcalloc(p->nword + 1u, sizeof *word), loose = false;
    bool *expr = xcalloc(p->x.nexpr + 1u, sizeof *expr);
    drawn_words(p, word);
    for (uint32_t i = 0; i < p->x.nexpr; i++)
        loose |= expr_reads(&p->x, &p->x.expr[i], word) && !expr_grows(&p->x, i);
    for (uint32_t pc = 0; pc < p->nop; pc++)
        loose |= p->op[pc].code == OP_TIMER && (p->op[pc].flags & OPF_WORD) && word[p->op[pc].c];
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        if (loose && o->code == OP_ASK)
            expr[o->b] = true;
        if (o->code == OP_TIMER && !(o->flags & OPF_WORD))
            expr[o->b] = true; /* that draws: a shorter one may lead to longer work */
    }
    free(word);
    return expr;
}

/* ---- what a timeout ends ---- */

/* The expression of what is waited for at pc and holds nothing that others have; or NONE. */
static uint32_t lone_wait(const struct prog *p, uint32_t pc)
{
    const struct op *o = &p->op[pc];
    if (o->code == OP_PAUSE)
        return p->site[p->site_of[pc]].expr;
    if (o->code != OP_CALL)
        return NONE;
    const struct callsite *c = &p->call[o->a];
    return c->res == NONE && !c->ps && !c->blocking ? p->site[c->latency].expr : NONE;
}

bool *worst_timed(const struct prog *p)
{
    bool *timed = xcalloc(p->x.nexpr + 1u, sizeof *timed);
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t expr = lone_wait(p, pc);
        for (uint32_t h = p->handler_of[pc]; h != NONE && expr != NONE; h = p->handler[h].outer)
            timed[expr] |= p->handler[h].kind == H_UNTIMER;
    }
    return timed;
}
