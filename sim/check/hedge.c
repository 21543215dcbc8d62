/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hedge.c - see hedge.h. */
#include "check/hedge.h"

static bool plain_op(const struct prog *p, const struct op *o)
{
    if (o->code != OP_CALL)
        return o->code == OP_PAUSE;
    const struct callsite *c = &p->call[o->a];
    return !(o->flags & OPF_BLOCKING) && c->res == NONE && c->error == NONE && !c->ps;
}

bool hedge_plain(const struct prog *p, uint32_t fork)
{
    for (uint32_t i = 0; i < p->nop; i++) {
        if (p->op[i].code != OP_FORK || p->op[i].a != fork)
            continue;
        uint32_t pc = p->body[p->op[i].b].pc;
        while (plain_op(p, &p->op[pc]))
            pc++;
        if (p->op[pc].code != OP_END)
            return false;
    }
    return true;
}

uint32_t hedge_of(const struct state *s, uint32_t task)
{
    uint32_t g = task == NONE ? NONE : s->task[task].group;
    return g != NONE && s->p->fork[s->group[g].fork].kind == GROUP_HEDGE ? g : NONE;
}

/* The first of those tasks with which the move goes on: its own, or those whose turns it is. */
static uint32_t goes_first(const struct state *s, const struct move *m)
{
    return m->kind == MOVE_LOOP ? s->loop[m->arg].first : m->task;
}

static uint32_t goes_next(const struct state *s, const struct move *m, uint32_t task)
{
    uint32_t next = m->kind == MOVE_LOOP ? s->task[task].q_next : NONE;
    return next != NONE && s->task[next].req == s->task[task].req ? next : NONE;
}

static bool goes_on_with(const struct state *s, const struct move *m, uint32_t hedge)
{
    for (uint32_t t = goes_first(s, m); t != NONE; t = goes_next(s, m, t))
        if (hedge_of(s, t) == hedge)
            return true;
    return false;
}

bool hedge_compete(const struct state *s, const struct move *m, const struct move *n)
{
    for (uint32_t t = goes_first(s, m); t != NONE; t = goes_next(s, m, t))
        if (hedge_of(s, t) != NONE && goes_on_with(s, n, hedge_of(s, t)))
            return true;
    return false;
}

bool hedge_turn_to_come(const struct state *s, uint32_t task)
{
    uint32_t hedge = hedge_of(s, task);
    uint32_t u = hedge == NONE ? NONE : s->req[s->task[task].req].first_task;
    while (u != NONE && (s->task[u].state != T_READY || hedge_of(s, u) != hedge))
        u = s->task[u].req_next;
    return u != NONE;
}
