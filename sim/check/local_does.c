/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local_does.c - what programs do from each place on: see local_impl.h. */
#include "check/hedge.h"
#include "check/local_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- ends of tasks ---- */

static deeds fork_bit(uint32_t fork)
{
    return UINT64_C(1) << (FIRST_FORK + fork % 8);
}

static deeds of_successors(const struct prog *p, uint32_t pc, const deeds *at)
{
    uint32_t to[MOST_NEXT], n = local_successors(p, pc, to);
    deeds d = 0;
    for (uint32_t i = 0; i < n; i++)
        d |= at[to[i]];
    return d;
}

/* Does control go on from pc to one of the places, if need be where a failure is caught? */
static bool leads_to(const struct prog *p, uint32_t pc, const bool *place)
{
    uint32_t to[MOST_NEXT], n = local_successors(p, pc, to);
    bool yes = false;
    for (uint32_t i = 0; i < n; i++)
        yes |= place[to[i]];
    for (uint32_t h = p->handler_of[pc]; h != NONE && !yes; h = p->handler[h].outer)
        yes = (p->handler[h].kind == H_CATCH || p->handler[h].kind == H_RETRY) &&
              place[p->handler[h].target];
    return yes;
}

/* Is the same fork made again, by the same task? */
static bool made_again(const struct local *l, uint32_t fork_pc)
{
    bool *to = l->is;
    memset(to, 0, l->p->nop * sizeof *to);
    to[fork_pc] = true;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t pc = 0; pc < l->p->nop; pc++)
            if (!to[pc])
                more |= to[pc] = leads_to(l->p, pc, to);
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

/* Is there something left when a child of the fork has ended that would not be there had it been
 * cut short; or are its siblings not cut short when it fails? */
static bool leaves(const struct forksite *f)
{
    return f->nexport > 0 || f->consumed || f->until != NONE || f->kind == GROUP_HEDGE ||
           f->siblings != SIBLINGS_CANCEL;
}

/* Of a body that is begun by the fork at pc. */
static deeds end_of_child(const struct local *l, uint32_t pc)
{
    const struct forksite *f = &l->p->fork[l->p->op[pc].a];
    return (in_order(l, pc) ? fork_bit(l->p->op[pc].a) : 0) | (leaves(f) ? DO_STAY : 0) |
           (f->kind == GROUP_SPAWN || f->siblings != SIBLINGS_CANCEL ? l->over : 0);
}

/* The end of the task that runs a request can be its answer. */
static deeds end_of_root(const struct local *l, const struct prog_class *c)
{
    return (l->threads && l->p->server != NONE ? DO_POOL : 0) | l->over |
           (c->answers ? 0 : DO_ANSWER | DO_SHOW);
}

/* Can it happen that a request is over, and yet responds? */
static bool answers_late(const struct local *l)
{
    const struct prog *p = l->p;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_FORK && p->fork[p->op[pc].a].kind == GROUP_DETACH &&
            (l->ever[p->body[p->op[pc].b].pc] & DO_ANSWER))
            return true;
    return false;
}

static deeds find_end(const struct local *l, uint32_t body)
{
    const struct prog *p = l->p;
    deeds d = (l->outer ? DO_OUTER : 0) | (l->threads && p->pool != NONE ? DO_POOL : 0) |
              (l->sees && (l->sees->body[body] || (l->covers && l->sees->ended)) ? DO_SHOW : 0) |
              (p->limit != NONE ? local_res_bit(p->limit) : 0);
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_FORK && p->op[pc].b == body)
            d |= end_of_child(l, pc);
    for (uint32_t c = 0; c < p->ncls; c++)
        if (p->cls[c].body == body)
            d |= end_of_root(l, &p->cls[c]);
    return d;
}

/* What comes of a failure at pc, told by `at` of each pc. */
static deeds failure_does(const struct local *l, uint32_t pc, const deeds *at, uint32_t fork)
{
    const struct prog *p = l->p;
    uint32_t body = prog_body_at(p, pc);
    struct way_out w;
    local_unwind(l, &(struct failing){.from = p->handler_of[pc], .fork = fork}, &w);
    deeds d = w.does | (w.kills ? DO_CUT : 0);
    for (uint32_t i = 0; i < w.n; i++)
        d |= at[w.to[i]];
    if (!w.out)
        return d;
    d |= l->end[body] | DO_CUT;
    for (uint32_t c = 0; c < p->ncls; c++)
        d |= p->cls[c].body == body ? DO_ANSWER | DO_SHOW : 0;
    return d;
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
                d |= local_op_does(l, &p->op[w]) | of_successors(p, w, l->next) | DO_BE |
                     (local_fails(l, w, false) ? failure_does(l, w, l->next, NONE) : 0);
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
    deeds fails = local_fails(l, pc, false) ? failure_does(l, pc, l->next, NONE) : 0;
    if (local_op_waits(l, o))
        return fails;
    if (o->code == OP_END || (fails & DO_CUT))
        fails |= local_waiters_do(l, prog_body_at(l->p, pc));
    if (o->code == OP_END)
        return l->ever[pc] | fails;
    return local_op_does(l, o) | of_successors(l->p, pc, l->next) | fails |
           (local_readies(l, o) ? DO_BE | l->next[l->p->body[o->b].pc] : 0);
}

/* The join fails, by a child of the fork that is yet to begin. */
static deeds join_fails_does(const struct local *l, uint32_t fork, const deeds *at)
{
    const struct prog *p = l->p;
    deeds d = DO_CUT;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if ((p->op[pc].code == OP_JOIN || p->op[pc].code == OP_NEXT) && p->op[pc].a == fork)
            d |= failure_does(l, pc, at, fork);
    return d;
}

/* Of the child that is begun at pc.  That it fails is nothing to others than its siblings before
 * its parent has been told. */
static deeds of_child(const struct local *l, uint32_t pc, const deeds *at, uint32_t fork)
{
    const struct op *o = &l->p->op[pc];
    deeds d = l->ever[l->p->body[o->b].pc];
    d = d & DO_ABORT ? d : d & ~(deeds)DO_CUT;
    return o->a == fork && l->fails[o->b] ? d | join_fails_does(l, fork, at) : d;
}

static deeds ever_at(const struct local *l, uint32_t pc, const deeds *at, uint32_t fork)
{
    const struct prog *p = l->p;
    const struct op *o = &p->op[pc];
    bool waits = fork != NONE && local_awaits(p, o, fork);
    /* A join that fails since a sibling has is that one's doing; or its begin's, if it has not
     * begun. */
    bool by_other = waits && o->code != OP_AWAIT && !l->timed[pc];
    deeds fails = local_fails(l, pc, true) && !by_other ? failure_does(l, pc, at, fork) : 0;
    if (l->timed[pc] && fork != NONE &&
        (waits || (o->code == OP_FORK && o->a == fork && (o->flags & OPF_INPLACE))))
        fails |= DO_CUT; /* it waits no more: their ends come too late, or never */
    if (waits)           /* on, with one more of them */
        return fails | (o->code == OP_NEXT ? at[pc + 1] : 0);
    bool own = fork != NONE && o->a == fork && (o->code == OP_KILL || o->code == OP_GROUP);
    return local_op_does(l, o) | of_successors(p, pc, at) | fails | (own ? DO_CUT : 0) |
           (o->code == OP_FORK ? of_child(l, pc, at, fork) : 0) |
           (o->code == OP_END ? l->end[prog_body_at(p, pc)] : 0);
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

/* What tasks of the body have read, and may write then: of that an update can be lost. */
static deeds updates(const struct local *l, uint32_t body)
{
    const struct prog *p = l->p;
    deeds reads = 0, writes = 0;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        bool writes_it = o->code == OP_STORE || (o->code == OP_TOUCH && o->b);
        if (prog_body_at(p, pc) != body ||
            (!writes_it && o->code != OP_LOAD && o->code != OP_TOUCH))
            continue;
        *(writes_it ? &writes : &reads) |= local_op_does(l, o);
    }
    return reads & writes & ~(deeds)DO_SHOW;
}

static deeds forgets(const struct local *l, uint32_t pc)
{
    const struct prog *p = l->p;
    uint32_t body = prog_body_at(p, pc);
    deeds below = 0;
    for (uint32_t f = 0; f < p->nop; f++)
        if (p->op[f].code == OP_FORK &&
            (local_awaits(p, &p->op[pc], p->op[f].a) ||
             (p->fork[p->op[f].a].kind != GROUP_SPAWN && prog_body_at(p, f) == body)))
            below |= l->ever[p->body[p->op[f].b].pc];
    return below != 0 ? below & updates(l, body) : 0;
}

/* Who joins, or awaits, forgets that those below have written what it has read (of any fork that is
 * over): see races.h. */
static void find_forgets(const struct local *l)
{
    const struct prog *p = l->p;
    for (uint32_t pc = 0; pc < p->nop && l->races; pc++) {
        enum opcode code = (enum opcode)p->op[pc].code;
        if (code == OP_JOIN || code == OP_NEXT || code == OP_AWAIT)
            l->forgets[pc] = forgets(l, pc);
    }
}

/* A step that fails, or is cancelled, is left, and no longer touches anything. */
static void find_left(const struct local *l)
{
    const struct prog *p = l->p;
    for (uint32_t m = 0; m < p->nmark; m++)
        l->left[m] = l->sees && l->sees->mark[m] ? DO_SHOW : 0;
    for (uint32_t pc = 0; pc < p->nop; pc++)
        if (p->op[pc].code == OP_TOUCH && p->mark_of[pc] != NONE)
            l->left[p->mark_of[pc]] |= local_op_does(l, &p->op[pc]);
}

/* All handlers clean up, and none catches. */
static void find_clean(const struct local *l)
{
    const struct prog *p = l->p;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        deeds d = l->end[prog_body_at(p, pc)] & ~(deeds)DO_STAY;
        for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer) {
            const struct unwinder *u = &p->handler[h];
            d |= u->kind == H_RELEASE ? local_res_bit(p->op[u->a].a) : 0;
            d |= u->kind == H_LEAVE ? l->left[u->a] : 0;
            d |= u->kind == H_HOP ? DO_POOL : 0;
        }
        l->clean[pc] = d;
    }
}

/* ---- programs of which nothing is said ---- */

enum { MOST_TABLE = 1 << 21 };
static bool beyond_fork(const struct prog *p, const struct forksite *f)
{
    return f->detach_rest ||
           (f->kind == GROUP_HEDGE ? !hedge_plain(p, (uint32_t)(f - p->fork)) : f->until != NONE);
}

/* Requests, or threads, that give up waiting. */
static bool impatient(const struct res *r)
{
    bool place = r->kind == RES_POOL || r->kind == RES_SERVER || r->kind == RES_LIMIT;
    return place && r->queue_timeout != NONE;
}

/* Stages, most hedges, and what ends with some of its tasks: whether another task is there yet
 * decides too much. */
static bool beyond(const struct prog *p)
{
    bool yes = p->kind == EXEC_SERIAL || p->nstage > 0 ||
               (uint64_t)p->nfork * p->nop > MOST_TABLE || local_unwinds_far(p);
    for (uint32_t i = 0; i < p->nres; i++)
        yes |= impatient(&p->res[i]);
    for (uint32_t i = 0; i < p->nfork; i++)
        yes |= beyond_fork(p, &p->fork[i]);
    for (uint32_t i = 0; i < p->nawait; i++)
        yes |= p->await[i].until != NONE;
    for (uint32_t i = 0; i < p->nchoice; i++)
        yes |= p->choice[i].n > MOST_NEXT;
    return yes;
}

/* Of which in all orders the chances are not the same where being cut short is covered. */
static bool beyond_chances(const struct prog *p)
{
    bool yes = p->has_timers || p->workers > 1 || (p->has_loop && p->cost_site[COST_WAKE] != NONE);
    for (uint32_t i = 0; i < p->nres; i++)
        yes |= p->res[i].queue_timeout != NONE;
    for (uint32_t i = 0; i < p->nfork; i++)
        yes |= p->fork[i].kind == GROUP_DETACH;
    return yes;
}

static deeds across_requests(const struct prog *p, const bool *races)
{
    deeds d = DO_POOL | ((UINT64_C(1) << 24) - 1) << FIRST_RES;
    for (uint32_t i = 0; i < p->model->nshared; i++)
        if (p->model->shared[i].variable ||
            (races && races[i] && p->model->shared[i].scope != SCOPE_REQUEST))
            d |= local_datum_bit(i);
    return d;
}

/* Is it the same for who takes units of it in his turn, or gives some back, whether those who queue
 * have been granted theirs before?  Not if he could stand before them, find no room, or take what
 * they have left over, and so go on in this turn; a call needs none, and of one unit nothing is
 * left.  Arrivals, which need no turn, look for a place. */
static bool grants_matter(const struct res *r)
{
    bool over = r->size > 1 && r->kind != RES_SERVICE;
    return r->discipline != DISC_FIFO || r->queue != NONE || r->kind == RES_LIMIT || over;
}

/* Who is cut short need not have a turn either. */
static deeds turn_does(const struct prog *p)
{
    deeds d = DO_CUT | DO_ABORT;
    for (uint32_t i = 0; i < p->nres; i++)
        d |= grants_matter(&p->res[i]) ? local_res_bit(i) : 0;
    return d;
}

static void find_tables(struct local *l)
{
    const struct prog *p = l->p;
    for (uint32_t i = 0; i < p->nawait_ref; i++)
        l->outer |= p->await_ref[i].up > 0;
    local_find_fails(l);
    find_left(l);
    for (uint32_t b = 0; b < p->nbody; b++)
        l->end[b] = find_end(l, b);
    find_ever(l, l->ever, NONE);
    find_forgets(l);
    find_ever(l, l->ever, NONE);
    if (answers_late(l)) {
        for (uint32_t b = 0; b < p->nbody; b++)
            l->end[b] |= DO_ANSWER;
        find_ever(l, l->ever, NONE);
    }
    find_clean(l);
    find_next(l);
    for (uint32_t f = 0; f < p->nfork; f++)
        find_ever(l, l->before + (size_t)f * p->nop, f);
}

struct local *local_new(const struct prog *p, uint32_t nreq, const bool *races,
                        const struct watch_sees *sees, bool covers)
{
    if (beyond(p) || (!covers && beyond_chances(p)))
        return NULL;
    struct local *l = xcalloc(1, sizeof *l);
    bool leaves_worker = nreq > 1 && p->workers > 1 && !p->random_balance;
    *l = (struct local){.p = p,
                        .races = races,
                        .sees = sees,
                        .covers = covers,
                        .threads = p->kind == EXEC_THREADS,
                        .defers = p->gil_contended || p->cost_site[COST_SWITCH] != NONE ||
                                  p->cost_site[COST_WAKE] != NONE,
                        .across = nreq > 1 ? across_requests(p, races) : 0,
                        .turn = turn_does(p),
                        .over = leaves_worker ? DO_POOL : 0,
                        .end = xcalloc(p->nbody + 1u, sizeof(deeds)),
                        .next = xcalloc(p->nop + 1u, sizeof(deeds)),
                        .ever = xcalloc(p->nop + 1u, sizeof(deeds)),
                        .before = xcalloc((size_t)p->nfork * p->nop + 1u, sizeof(deeds)),
                        .clean = xcalloc(p->nop + 1u, sizeof(deeds)),
                        .left = xcalloc(p->nmark + 1u, sizeof(deeds)),
                        .forgets = xcalloc(p->nop + 1u, sizeof(deeds)),
                        .fails = xcalloc(p->nbody + 1u, sizeof(bool)),
                        .timed = xcalloc(p->nop + 1u, sizeof(bool)),
                        .is = xcalloc(p->nop + 1u, sizeof(bool))};
    find_tables(l);
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
    free(l->clean);
    free(l->left);
    free(l->forgets);
    free(l->fails);
    free(l->timed);
    free(l->is);
    free(l);
}
