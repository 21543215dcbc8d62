/* SPDX-License-Identifier: GPL-3.0-or-later */
/* begins.c - see begins.h. */
#include "check/begins.h"
#include "base/arena.h"

/* From pc on nothing can be seen before a wait begins that takes nothing from others. */
static bool quiet(const struct prog *p, const struct watch *w, uint32_t pc)
{
    for (;; pc++) {
        const struct op *o = &p->op[pc];
        switch ((enum opcode)o->code) {
        case OP_ENTER:
            if (w && w->sees->mark[o->a])
                return false;
            break;
        case OP_COST:
            if (p->cost_site[o->a] != NONE)
                return true;
            break;
        case OP_CPU:
        case OP_PAUSE:
            return true;
        case OP_CALL:
            return p->call[o->a].res == NONE;
        default:
            return false;
        }
    }
}

bool *begins_new(const struct prog *p, const struct watch *w)
{
    bool *begins = xcalloc(p->nbody + 1u, sizeof *begins);
    for (uint32_t b = 0; b < p->nbody; b++)
        begins[b] = !(w && !w->sees) && quiet(p, w, p->body[b].pc);
    return begins;
}

static bool begins_now(const bool *begins, const struct state *s, uint32_t task)
{
    const struct task *t = &s->task[task];
    return t->state == T_START && t->mode == M_THREAD && begins[t->body] && (t->flags & TF_FRESH) &&
           !(t->flags & (TF_POOLED | TF_CANCELLED | TF_RAISE)) && t->pc == s->p->body[t->body].pc;
}

void begins_make(const bool *begins, struct pack_run *r, uint32_t nreq, struct moves *also)
{
    for (uint32_t t = 0; t < r->s.ntask; t++) {
        if (!begins_now(begins, &r->s, t))
            continue;
        uint32_t req = moves_request(r, nreq, r->s.task[t].req);
        if (also)
            moves_add(also, (struct move){.kind = MOVE_START, .req = req, .task = t});
        step_start(&r->s, t);
    }
}
