/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_op.c - what an instruction alone does, and where control goes from it: see local_impl.h. */
#include "check/local_impl.h"

deeds local_datum_bit(uint32_t shared)
{
    return UINT64_C(1) << (FIRST_DATUM + shared % 24);
}

deeds local_res_bit(uint32_t res)
{
    return UINT64_C(1) << (FIRST_RES + res % 24);
}

static deeds await_does(const struct prog *p, const struct awaitsite *a)
{
    for (uint32_t i = 0; i < a->n; i++)
        if (p->await_ref[a->first + i].up > 0)
            return DO_OUTER;
    return 0;
}

static deeds write_shows(const struct local *l, bool write)
{
    return l->sees && l->sees->writes && write ? DO_SHOW : 0;
}

deeds local_op_does(const struct local *l, const struct op *o)
{
    const struct prog *p = l->p;
    switch ((enum opcode)o->code) {
    case OP_ENTER:
    case OP_LEAVE:
        return l->sees && l->sees->mark[o->a] ? DO_SHOW : 0;
    case OP_TOUCH:
        return (l->races && l->races[o->a] ? local_datum_bit(o->a) : 0) | write_shows(l, o->b);
    case OP_FORK:
        return (l->threads && p->pool != NONE ? DO_POOL : 0) |
               (l->sees && l->sees->body[o->b] ? DO_SHOW : 0) |
               (p->fork[o->a].kind == GROUP_DETACH ? DO_STAY : 0) |
               (l->outer && p->fork[o->a].kind == GROUP_SPAWN ? DO_OUTER : 0);
    case OP_JOIN:
    case OP_NEXT:
        return l->forgets[o - p->op];
    case OP_AWAIT:
        return l->forgets[o - p->op] | await_does(p, &p->await[o->a]);
    case OP_ACQ:
    case OP_REL:
        return local_res_bit(o->a);
    case OP_CALL:
        return p->call[o->a].res != NONE ? local_res_bit(p->call[o->a].res) : 0;
    case OP_HOPOUT:
    case OP_HOPIN:
        return DO_POOL;
    case OP_LOAD:
        return local_datum_bit(p->var[o->b].shared);
    case OP_STORE:
        return local_datum_bit(p->var[o->b].shared) | write_shows(l, true);
    case OP_UNTIL:
        return ((UINT64_C(1) << 24) - 1) << FIRST_DATUM;
    case OP_RESPOND:
        return DO_ANSWER | DO_SHOW;
    case OP_ABORT:
        return DO_CUT | DO_ABORT | DO_ANSWER | DO_SHOW | l->over;
    default:
        return 0;
    }
}

bool local_op_waits(const struct local *l, const struct op *o)
{
    switch ((enum opcode)o->code) {
    case OP_CPU:
        return l->threads;
    case OP_COST:
        return l->threads && l->p->cost_site[o->a] != NONE;
    case OP_CALL: /* one that blocks the loop keeps it */
    case OP_HOSTCPU:
        return !(o->flags & OPF_BLOCKING) || l->p->kind != EXEC_COROUTINE;
    case OP_PAUSE:
    case OP_BACKOFF:
        return true;
    case OP_ACQ:
        return l->threads;
    case OP_TOUCH:
        return l->threads && o->c == 0;
    case OP_LOAD:
    case OP_STORE:
        return l->threads && !(o->flags & OPF_WITH);
    default:
        return false;
    }
}

uint32_t local_successors(const struct prog *p, uint32_t pc, uint32_t *to)
{
    const struct op *o = &p->op[pc];
    uint32_t n = 0;
    switch ((enum opcode)o->code) {
    case OP_END:
    case OP_ABORT:
    case OP_FAIL: /* handlers go on: local_unwind() */
        break;
    case OP_JUMP:
    case OP_INC:
        to[n++] = o->c;
        break;
    case OP_BRANCH:
    case OP_LOOP:
    case OP_MORE:
    case OP_NEXT:
        to[n++] = o->c;
        to[n++] = pc + 1;
        break;
    case OP_CHOOSE:
        for (uint32_t i = 0; i < p->choice[o->a].n; i++)
            to[n++] = p->arm[p->choice[o->a].first + i].target;
        break;
    default:
        to[n++] = pc + 1;
        break;
    }
    return n;
}

bool local_awaits(const struct prog *p, const struct op *o, uint32_t fork)
{
    if (o->code == OP_JOIN || o->code == OP_NEXT)
        return o->a == fork;
    if (o->code != OP_AWAIT)
        return false;
    const struct awaitsite *a = &p->await[o->a];
    for (uint32_t i = 0; i < a->n; i++)
        if (p->await_ref[a->first + i].fork == fork)
            return true;
    return false;
}
