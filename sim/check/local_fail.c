/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_fail.c - where programs may fail, and where a failure leads to: see local_impl.h. */
#include "check/local_impl.h"

/* ---- the way out ---- */

static bool matches(const struct prog *p, const struct unwinder *u, uint16_t code)
{
    for (uint32_t k = 0; k < u->nmatch; k++)
        if (p->match_code[u->match + k] == code)
            return true;
    return u->nmatch == 0;
}

/* Is there a timeout round the handler?  Its failure passes by all that stands inside. */
static bool timeout_round(const struct prog *p, uint32_t h)
{
    for (h = p->handler[h].outer; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_UNTIMER)
            return true;
    return false;
}

/* A handler that may go on with the program.  True: it does. */
static bool caught(const struct local *l, const struct failing *f, uint32_t h, struct way_out *w)
{
    const struct unwinder *u = &l->p->handler[h];
    bool limited = u->kind == H_RETRY && u->limit != NONE;
    if (f->code != FAIL_NONE && !matches(l->p, u, f->code))
        return false;
    if (f->words && limited && f->words[u->word] + 1 >= f->words[u->limit])
        return false;
    w->to[w->n++] = u->target;
    if (u->nmatch > 0 && f->code == FAIL_NONE)
        return false;
    return f->words != NULL || (!limited && !timeout_round(l->p, h));
}

void local_unwind(const struct local *l, const struct failing *f, struct way_out *w)
{
    uint32_t scope = f->words ? f->scope : 0;
    *w = (struct way_out){0};
    for (uint32_t h = f->from; h != NONE; h = l->p->handler[h].outer) {
        const struct unwinder *u = &l->p->handler[h];
        switch (u->kind) {
        case H_RELEASE:
            w->does |= local_res_bit(l->p->op[u->a].a);
            break;
        case H_UNTIMER:
            scope = scope == u->a + 1 ? 0 : scope;
            break;
        case H_KILL:
            w->kills_any = true;
            w->kills |= u->a == f->fork;
            break;
        case H_HOP:
            w->does |= DO_POOL;
            break;
        case H_LEAVE:
            w->does |= l->left[u->a];
            break;
        case H_CATCH:
        case H_RETRY:
            if (scope == 0 && caught(l, f, h, w))
                return;
            break;
        }
    }
    w->out = true;
}

bool local_unwinds_far(const struct prog *p)
{
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t n = 0;
        for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
            n += p->handler[h].kind == H_CATCH || p->handler[h].kind == H_RETRY;
        if (n > MOST_NEXT)
            return true;
    }
    return false;
}

/* ---- where it begins ---- */

bool local_fork_fails(const struct local *l, uint32_t fork)
{
    for (uint32_t pc = 0; pc < l->p->nop; pc++)
        if (l->p->op[pc].code == OP_FORK && l->p->op[pc].a == fork && l->fails[l->p->op[pc].b])
            return true;
    return false;
}

bool local_join_fails(const struct local *l, const struct op *o)
{
    if (o->code == OP_JOIN || o->code == OP_NEXT)
        return local_fork_fails(l, o->a);
    const struct awaitsite *a = o->code == OP_AWAIT ? &l->p->await[o->a] : NULL;
    for (uint32_t i = 0; a && i < a->n; i++)
        if (local_fork_fails(l, l->p->await_ref[a->first + i].fork))
            return true;
    return false;
}

/* An instruction at which a timeout ends the wait, or comes late. */
static bool can_wait(const struct op *o)
{
    switch ((enum opcode)o->code) {
    case OP_CALL:
    case OP_HOSTCPU:
    case OP_PAUSE:
    case OP_BACKOFF:
    case OP_ACQ:
    case OP_JOIN:
    case OP_NEXT:
    case OP_AWAIT:
    case OP_UNTIL:
    case OP_HOPOUT:
        return true;
    case OP_FORK: /* for the child in its place */
        return (o->flags & OPF_INPLACE) != 0;
    default:
        return false;
    }
}

bool local_fails(const struct local *l, uint32_t pc, bool waits)
{
    const struct op *o = &l->p->op[pc];
    if (l->timed[pc] && can_wait(o))
        return true;
    switch ((enum opcode)o->code) {
    case OP_FAIL:
        return true;
    case OP_CALL:
        return waits && l->p->call[o->a].error != NONE;
    case OP_ACQ:
        return l->p->res[o->a].queue != NONE || (waits && l->p->res[o->a].queue_timeout != NONE);
    default:
        return local_join_fails(l, o);
    }
}

static void find_timed(const struct local *l)
{
    const struct prog *p = l->p;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
            l->timed[pc] |= p->handler[h].kind == H_UNTIMER;
}

void local_find_fails(struct local *l)
{
    const struct prog *p = l->p;
    struct way_out w;
    find_timed(l);
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = 0; pc < p->nop; pc++) {
            bool *fails = &l->fails[prog_body_at(p, pc)];
            if (*fails || !local_fails(l, pc, true))
                continue;
            local_unwind(l, &(struct failing){.from = p->handler_of[pc], .fork = NONE}, &w);
            more |= *fails = w.out;
        }
    }
}
