/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_does.c - what programs do from each place on: see local_impl.h. */
#include "check/hedge.h"
#include "check/local_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- instructions ---- */

static deeds fork_bit(uint32_t fork)
{
    return UINT64_C(1) << (FIRST_FORK + fork % 10);
}

static deeds datum_bit(uint32_t shared)
{
    return UINT64_C(1) << (FIRST_DATUM + shared % 24);
}

static deeds res_bit(uint32_t res)
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

static deeds acquire_does(const struct prog *p, uint32_t res)
{
    return res_bit(res) | (p->res[res].queue != NONE ? DO_CUT : 0);
}

deeds local_call_does(const struct callsite *c)
{
    return (c->res != NONE ? res_bit(c->res) : 0) | (c->error != NONE ? DO_CUT : 0);
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
        return (l->races && l->races[o->a] ? datum_bit(o->a) : 0) | write_shows(l, o->b);
    case OP_FORK:
        return (l->threads && p->pool != NONE ? DO_POOL : 0) |
               (l->sees && l->sees->body[o->b] ? DO_SHOW : 0);
    case OP_AWAIT:
        return await_does(p, &p->await[o->a]);
    case OP_ACQ:
        return acquire_does(p, o->a);
    case OP_CALL:
        return local_call_does(&p->call[o->a]);
    case OP_REL:
        return res_bit(o->a);
    case OP_HOPOUT:
    case OP_HOPIN:
        return DO_POOL;
    case OP_LOAD:
        return datum_bit(p->var[o->b].shared);
    case OP_STORE:
        return datum_bit(p->var[o->b].shared) | write_shows(l, true);
    case OP_UNTIL:
        return ((UINT64_C(1) << 24) - 1) << FIRST_DATUM;
    case OP_RESPOND:
        return DO_ANSWER | DO_SHOW;
    case OP_ABORT:
        return DO_CUT | DO_ANSWER | DO_SHOW;
    case OP_FAIL:
    case OP_KILL:
        return DO_CUT;
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
    case OP_FAIL: /* handlers go on: who can fail can cut short, and no more is asked */
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

static deeds of_successors(const struct prog *p, uint32_t pc, const deeds *at)
{
    uint32_t to[MOST_NEXT], n = local_successors(p, pc, to);
    deeds d = 0;
    for (uint32_t i = 0; i < n; i++)
        d |= at[to[i]];
    return d;
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

/* ---- ends of tasks ---- */

/* Is the same fork made again, by the same task? */
static bool made_again(const struct local *l, uint32_t fork_pc)
{
    bool *to = l->is;
    memset(to, 0, l->p->nop * sizeof *to);
    to[fork_pc] = true;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = 0; pc < l->p->nop; pc++) {
            uint32_t at[MOST_NEXT], n = local_successors(l->p, pc, at);
            for (uint32_t i = 0; i < n && !to[pc]; i++)
                more |= to[pc] = to[at[i]];
        }
    }
    return to[fork_pc + 1];
}

/* Does it matter in which order the children of the fork end? */
static bool in_order(const struct local *l, uint32_t fork_pc)
{
    const struct prog *p = l->p;
    const struct forksite *f = &p->fork[p->op[fork_pc].a];
    if (f->taken_named || f->ncopyvar > 0)
        return true;
    for (uint32_t i = 0; i < f->nexport; i++) { /* the last one's value stays */
        const struct export_var *e = &p->exports[f->exports + i];
        if (e->total == NONE && e->branch == NONE && made_again(l, fork_pc))
            return true;
    }
    return false;
}

static deeds find_end(const struct local *l, uint32_t body)
{
    const struct prog *p = l->p;
    bool thread = l->threads && (p->pool != NONE || p->server != NONE);
    deeds d = (l->outer ? DO_OUTER : 0) | (thread ? DO_POOL : 0) |
              (l->sees && l->sees->body[body] ? DO_SHOW : 0) |
              (p->limit != NONE ? res_bit(p->limit) : 0);
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_FORK && p->op[pc].b == body && in_order(l, pc))
            d |= fork_bit(p->op[pc].a);
    return d;
}

uint32_t local_body_at(const struct prog *p, uint32_t pc)
{
    uint32_t body = 0;
    for (uint32_t b = 0; b < p->nbody; b++)
        if (p->body[b].pc <= pc && p->body[b].pc >= p->body[body].pc)
            body = b;
    return body;
}

deeds local_waiters_do(const struct local *l, uint32_t body)
{
    const struct prog *p = l->p;
    deeds d = 0;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code != OP_FORK || o->b != body)
            continue;
        if (o->flags & OPF_INPLACE)
            d |= l->next[pc + 1];
        if (p->fork[o->a].limit != NONE)
            d |= l->next[p->body[body].pc];
        for (uint32_t w = 0; w < p->nop; w++)
            if (local_awaits(p, &p->op[w], o->a))
                d |= local_op_does(l, &p->op[w]) | of_successors(p, w, l->next) | DO_BE;
    }
    return d;
}

/* ---- tables ---- */

bool local_readies(const struct local *l, const struct op *o)
{
    return o->code == OP_FORK && (!l->threads || (o->flags & (OPF_INPLACE | OPF_LIGHT)));
}

static deeds next_at(const struct local *l, uint32_t pc)
{
    const struct op *o = &l->p->op[pc];
    if (local_op_waits(l, o))
        return 0;
    if (o->code == OP_END)
        return l->ever[pc] | local_waiters_do(l, local_body_at(l->p, pc));
    return local_op_does(l, o) | of_successors(l->p, pc, l->next) |
           (local_readies(l, o) ? DO_BE | l->next[l->p->body[o->b].pc] : 0);
}

static deeds ever_at(const struct local *l, uint32_t pc, const deeds *at, uint32_t fork)
{
    const struct prog *p = l->p;
    const struct op *o = &p->op[pc];
    if (fork != NONE && local_awaits(p, o, fork))
        return o->code == OP_NEXT ? at[pc + 1] : 0; /* on, with one more of them */
    bool own = fork != NONE && o->a == fork && (o->code == OP_KILL || o->code == OP_GROUP);
    return local_op_does(l, o) | of_successors(p, pc, at) | (own ? DO_CUT : 0) |
           (o->code == OP_FORK ? l->ever[p->body[o->b].pc] : 0) |
           (o->code == OP_END ? l->end[local_body_at(p, pc)] : 0);
}

static void find_ever(const struct local *l, deeds *at, uint32_t fork)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = l->p->nop; pc-- > 0;) {
            deeds d = at[pc] | ever_at(l, pc, at, fork);
            more |= d != at[pc];
            at[pc] = d;
        }
    }
}

static void find_next(struct local *l)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = l->p->nop; pc-- > 0;) {
            deeds d = l->next[pc] | next_at(l, pc);
            more |= d != l->next[pc];
            l->next[pc] = d;
        }
    }
}

/* ---- programs of which nothing is said ---- */

enum { MOST_TABLE = 1 << 21 };
/* Timeouts, most hedges, batches, detached tasks, and what ends with some of its tasks: whether
 * another task is there yet decides too much. */
static bool beyond(const struct prog *p)
{
    bool yes = p->kind == EXEC_SERIAL || p->nstage > 0 || p->has_timers || p->workers > 1 ||
               (p->has_loop && p->cost_site[COST_WAKE] != NONE) ||
               (uint64_t)p->nfork * p->nop > MOST_TABLE;
    for (uint32_t i = 0; i < p->nres; i++)
        yes |= p->res[i].queue_timeout != NONE;
    for (uint32_t i = 0; i < p->nfork; i++)
        yes |= p->fork[i].kind == GROUP_DETACH || p->fork[i].detach_rest ||
               (p->fork[i].kind == GROUP_HEDGE ? !hedge_plain(p, i) : p->fork[i].until != NONE);
    for (uint32_t i = 0; i < p->nawait; i++)
        yes |= p->await[i].until != NONE;
    for (uint32_t i = 0; i < p->nchoice; i++)
        yes |= p->choice[i].n > MOST_NEXT;
    return yes;
}

static deeds across_requests(const struct prog *p, const bool *races)
{
    deeds d = DO_POOL | ((UINT64_C(1) << 24) - 1) << FIRST_RES;
    for (uint32_t i = 0; i < p->model->nshared; i++)
        if (p->model->shared[i].variable ||
            (races && races[i] && p->model->shared[i].scope != SCOPE_REQUEST))
            d |= datum_bit(i);
    return d;
}

struct local *local_new(const struct prog *p, uint32_t nreq, const bool *races,
                        const struct watch_sees *sees)
{
    if (beyond(p))
        return NULL;
    struct local *l = xcalloc(1, sizeof *l);
    *l = (struct local){.p = p,
                        .races = races,
                        .sees = sees,
                        .threads = p->kind == EXEC_THREADS,
                        .across = nreq > 1 ? across_requests(p, races) : 0,
                        .end = xcalloc(p->nbody + 1u, sizeof(deeds)),
                        .next = xcalloc(p->nop + 1u, sizeof(deeds)),
                        .ever = xcalloc(p->nop + 1u, sizeof(deeds)),
                        .before = xcalloc((size_t)p->nfork * p->nop + 1u, sizeof(deeds)),
                        .is = xcalloc(p->nop + 1u, sizeof(bool)),
                        .stack = xcalloc(p->nop + 1u, sizeof(uint32_t))};
    for (uint32_t i = 0; i < p->nawait_ref; i++)
        l->outer |= p->await_ref[i].up > 0;
    for (uint32_t b = 0; b < p->nbody; b++)
        l->end[b] = find_end(l, b);
    find_ever(l, l->ever, NONE);
    find_next(l);
    for (uint32_t f = 0; f < p->nfork; f++)
        find_ever(l, l->before + (size_t)f * p->nop, f);
    return l;
}

void local_free(struct local *l)
{
    if (l == NULL)
        return;
    free(l->end);
    free(l->next);
    free(l->ever);
    free(l->before);
    free(l->is);
    free(l->stack);
    free(l);
}
