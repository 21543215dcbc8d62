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

/* A turn that only begins a wait or a call: who ends meanwhile has its own turn later anyway. */
static bool only_begins(const struct state *s, const struct move *m)
{
    return m->kind == MOVE_LOOP && s->p->op[s->task[m->task].pc].code != OP_END;
}

bool hedge_compete(const struct state *s, const struct move *m, const struct move *n)
{
    uint32_t hedge = hedge_of(s, m->task);
    return hedge != NONE && hedge == hedge_of(s, n->task) && !only_begins(s, m) &&
           !only_begins(s, n);
}

bool hedge_turn_to_come(const struct state *s, uint32_t task)
{
    uint32_t hedge = hedge_of(s, task);
    uint32_t u = hedge == NONE ? NONE : s->req[s->task[task].req].first_task;
    while (u != NONE && (s->task[u].state != T_READY || hedge_of(s, u) != hedge))
        u = s->task[u].req_next;
    return u != NONE;
}
