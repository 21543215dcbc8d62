/* SPDX-License-Identifier: GPL-3.0-or-later */
/* static_step.c - steps that no way leads to, tasks that nobody awaits, timeouts that make no
 * difference, stages in a circle. */
#include "check/static_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- unreachable steps ---- */

/* Why the code at pc is not reached: what stands before it. */
static const char *why_dead(const struct analysis *x, uint32_t pc)
{
    const struct prog *p = x->p;
    uint32_t at = pc, from = p->body[prog_body_at(p, pc)].pc;
    while (at > from && !x->live[at - 1])
        at--;
    if (at == from)
        return "nothing starts it";
    const struct op *o = &p->op[at - 1];
    uint32_t line = p->where[at - 1].line;
    switch ((enum opcode)o->code) {
    case OP_BRANCH:
        return arena_printf(x->a, "the condition in line %u is always %s", line,
                            p->x.expr[o->b].value != 0 ? "true" : "false");
    case OP_CHOOSE:
        return "its probability is 0";
    case OP_ABORT:
        return arena_printf(x->a, "the request is aborted in line %u", line);
    case OP_FAIL:
        return arena_printf(x->a, "line %u always fails", line);
    case OP_JUMP:
        for (uint32_t i = at - 1; i-- > from;) /* into an `else` that a true condition skips? */
            if (p->op[i].code == OP_BRANCH && p->op[i].c == at && p->x.expr[p->op[i].b].constant)
                return arena_printf(x->a, "the condition in line %u is always true",
                                    p->where[i].line);
        for (uint32_t i = 0; i < p->narm; i++)
            if (p->arm[i].target == at)
                return "its probability is 0";
        return arena_printf(x->a, "nothing goes on after line %u", line);
    default:
        return "nothing leads there";
    }
}

/* A step inside one that is told, or behind one in the same body, is not told again. */
static void unreachable_steps(struct analysis *x)
{
    const struct prog *p = x->p;
    bool before = false;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t body = prog_body_at(p, pc);
        bool first = pc == p->body[body].pc, dead = !x->live[pc];
        if (first) /* a task that a dead step starts belongs to it */
            before = x->parent[body] != NONE && !x->live[x->parent[body]];
        if (!dead)
            before = false;
        if (p->op[pc].code != OP_ENTER || !dead)
            continue;
        if (!before)
            static_add(x, (struct static_finding){
                              .kind = STATIC_UNREACHABLE,
                              .at = p->where[pc],
                              .text = arena_printf(x->a, "`%s` is never reached: %s",
                                                   p->mark[p->op[pc].a].path, why_dead(x, pc))});
        before = true;
    }
}

/* ---- tasks that nobody awaits ---- */

static bool is_awaited(const struct prog *p, uint32_t fork)
{
    for (uint32_t i = 0; i < p->nawait_ref; i++)
        if (p->await_ref[i].fork == fork)
            return true;
    return false;
}

/* Does a way lead from the FORK to the end of its task without an await of its fork? */
static void never_awaited(struct analysis *x)
{
    const struct prog *p = x->p;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        if (p->op[pc].code != OP_FORK || !x->live[pc] || p->fork[p->op[pc].a].kind != GROUP_SPAWN ||
            is_awaited(p, p->op[pc].a))
            continue;
        uint32_t body = prog_body_at(p, pc), end = static_body_end(p, body) - 1;
        const char *path = p->body[p->op[pc].b].path;
        static_add(x,
                   (struct static_finding){
                       .kind = STATIC_NEVER_AWAITED,
                       .at = p->where[pc],
                       .text = arena_printf(x->a, "task `%s` is spawned and awaited nowhere", path),
                       .unawaited = x->live[end],
                       .requests = 1});
    }
}

/* ---- timeouts ---- */

/* The one call between a timer and its end; NONE if there is more than that which takes time, or
 * which may wait for others. */
static uint32_t lone_call(const struct prog *p, uint32_t timer)
{
    uint32_t call = NONE;
    for (uint32_t pc = timer + 1; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code == OP_UNTIMER && o->a == p->op[timer].a)
            return call;
        if (o->code == OP_CALL && call == NONE && p->call[o->a].res == NONE && !p->call[o->a].ps)
            call = pc;
        else if (o->code != OP_ENTER && o->code != OP_LEAVE && o->code != OP_TOUCH)
            return NONE;
    }
    return NONE;
}

static void idle_timeouts(struct analysis *x)
{
    const struct prog *p = x->p;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        uint32_t call = o->code == OP_TIMER && x->live[pc] ? lone_call(p, pc) : NONE;
        if (call == NONE || (o->flags & OPF_WORD) || !p->x.expr[o->b].constant)
            continue;
        double lo, hi, limit = p->x.expr[o->b].value;
        char bound[32], after[32];
        expr_bounds(&p->x, p->site[p->call[p->op[call].a].latency].expr, &lo, &hi);
        duration_text(limit, after);
        struct static_finding f = {.at = p->where[pc], .other = p->where[call]};
        if (hi <= limit) {
            f.kind = STATIC_TIMEOUT_IDLE;
            f.text = arena_printf(x->a, "a timeout of %s never fires: the call takes at most %s",
                                  after, duration_text(hi, bound));
            static_add(x, f);
        } else if (lo > limit) {
            f.kind = STATIC_TIMEOUT_ALWAYS;
            f.text = arena_printf(x->a, "a timeout of %s always fires: the call takes at least %s",
                                  after, duration_text(lo, bound));
            static_add(x, f);
        }
    }
}

/* ---- stages in a circle ---- */

static bool timed(const struct prog *p, uint32_t pc)
{
    bool is = false;
    for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
        is = is || p->handler[h].kind == H_UNTIMER;
    return is;
}

/* Stages that the body, and the tasks that it starts and may wait for, put into, without a timeout;
 * bits by number. */
static void puts_of(const struct analysis *x, uint32_t body, bool *into)
{
    const struct prog *p = x->p;
    for (uint32_t pc = p->body[body].pc; pc < static_body_end(p, body); pc++) {
        if (timed(p, pc))
            continue;
        if (p->op[pc].code == OP_FORK && p->fork[p->op[pc].a].kind != GROUP_DETACH)
            puts_of(x, p->op[pc].b, into);
        if (p->op[pc].code == OP_PUT && x->live[pc])
            into[p->put[p->op[pc].a].stage] = true;
    }
}

static void channel_circles(struct analysis *x)
{
    const struct prog *p = x->p;
    uint32_t n = p->nstage;
    bool *reach = xcalloc((size_t)n * n + 1, sizeof *reach);
    for (uint32_t i = 0; i < n; i++)
        if (x->live[p->body[p->stage[i].body].pc] && p->body[p->stage[i].body].stage == i)
            puts_of(x, p->stage[i].body, reach + (size_t)i * n);
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n && reach[i * n + k]; j++)
                reach[i * n + j] |= reach[k * n + j];
    for (uint32_t i = 0; i < n; i++) {
        const struct stage *s = p->stage[i].of;
        uint32_t channel = p->stage[i].channel;
        if (!reach[i * n + i] || channel == NONE || p->res[channel].queue != NONE)
            continue;
        static_add(x,
                   (struct static_finding){
                       .kind = STATIC_CHANNEL_CIRCLE,
                       .at = p->res[channel].at,
                       .other = s->at,
                       .text = arena_printf(x->a,
                                            "items of `%s` can come back to it: when its channel "
                                            "is full, its workers wait for themselves",
                                            s->name)});
    }
    free(reach);
}

void static_steps(struct analysis *x)
{
    unreachable_steps(x);
    never_awaited(x);
    idle_timeouts(x);
    channel_circles(x);
}
