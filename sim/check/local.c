/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local.c - see local.h: what programs do from each place on, and whose move is local in a state.
 */
#include "check/local.h"
#include "check/hedge.h"
#include <stdlib.h>
#include <string.h>

/* What a task does, as far as it can matter to another in which order: bits.  Behind these come
 * forks, shared data and resources, by their numbers. */
enum {
    DO_CUT = 1,       /* end other tasks of the request */
    DO_BE = 2,        /* be there, to be cut short */
    DO_ANSWER = 4,    /* respond */
    DO_SHOW = 8,      /* what a claim looks at */
    DO_OUTER = 16,    /* await what another has spawned; end, if anybody does so */
    DO_POOL = 32,     /* take a thread of a pool, or give it back */
    FIRST_FORK = 6,   /* be one in the order in which children of a fork end */
    FIRST_DATUM = 16, /* 24 bits */
    FIRST_RES = 40    /* 24 bits */
};
typedef uint64_t deeds;

struct local {
    const struct prog *p;
    const bool *races;
    const struct watch_sees *sees;
    bool threads;  /* a move ends before each use of what is shared */
    bool outer;    /* some task awaits what another has spawned */
    deeds across;  /* what requests can do to each other; 0: there is one only */
    deeds *end;    /* of each body: the end of its task alone; not what its waiter does */
    deeds *next;   /* of each pc: from there to the next wait, and what tasks do that it readies */
    deeds *ever;   /* of each pc: from there to the end, and all tasks that begin because of it */
    deeds *before; /* the same, before all children of fork f are awaited: [f * nop + pc] */
    bool *is;      /* scratch: of each pc */
    uint32_t *stack;
};

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

static deeds call_does(const struct callsite *c)
{
    return (c->res != NONE ? res_bit(c->res) : 0) | (c->error != NONE ? DO_CUT : 0);
}

static deeds write_shows(const struct local *l, bool write)
{
    return l->sees && l->sees->writes && write ? DO_SHOW : 0;
}

/* The instruction alone; not what comes of it. */
static deeds op_does(const struct local *l, const struct op *o)
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
        return call_does(&p->call[o->a]);
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

/* Does the move end before the instruction, or at it, so that another may come between? */
static bool op_waits(const struct local *l, const struct op *o)
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

enum { MOST_NEXT = 64 };
/* Where control goes to from pc in its own task; waits are passed.  0 at an end. */
static uint32_t successors(const struct prog *p, uint32_t pc, uint32_t *to)
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
    uint32_t to[MOST_NEXT], n = successors(p, pc, to);
    deeds d = 0;
    for (uint32_t i = 0; i < n; i++)
        d |= at[to[i]];
    return d;
}

static bool awaits(const struct prog *p, const struct op *o, uint32_t fork)
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
            uint32_t at[MOST_NEXT], n = successors(l->p, pc, at);
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

static uint32_t body_at(const struct prog *p, uint32_t pc)
{
    uint32_t body = 0;
    for (uint32_t b = 0; b < p->nbody; b++)
        if (p->body[b].pc <= pc && p->body[b].pc >= p->body[body].pc)
            body = b;
    return body;
}

/* What may be done because a task of the body has ended: by those who wait for it. */
static deeds waiters_do(const struct local *l, uint32_t body)
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
            if (awaits(p, &p->op[w], o->a))
                d |= op_does(l, &p->op[w]) | of_successors(p, w, l->next) | DO_BE;
    }
    return d;
}

/* ---- tables ---- */

/* Does the child of a fork begin in the same move, or make ready what others await? */
static bool readies(const struct local *l, const struct op *o)
{
    return o->code == OP_FORK && (!l->threads || (o->flags & (OPF_INPLACE | OPF_LIGHT)));
}

static deeds next_at(const struct local *l, uint32_t pc)
{
    const struct op *o = &l->p->op[pc];
    if (op_waits(l, o))
        return 0;
    if (o->code == OP_END)
        return l->ever[pc] | waiters_do(l, body_at(l->p, pc));
    return op_does(l, o) | of_successors(l->p, pc, l->next) |
           (readies(l, o) ? DO_BE | l->next[l->p->body[o->b].pc] : 0);
}

static deeds ever_at(const struct local *l, uint32_t pc, const deeds *at, uint32_t fork)
{
    const struct prog *p = l->p;
    const struct op *o = &p->op[pc];
    if (fork != NONE && awaits(p, o, fork))
        return o->code == OP_NEXT ? at[pc + 1] : 0; /* on, with one more of them */
    bool own = fork != NONE && o->a == fork && (o->code == OP_KILL || o->code == OP_GROUP);
    return op_does(l, o) | of_successors(p, pc, at) | (own ? DO_CUT : 0) |
           (o->code == OP_FORK ? l->ever[p->body[o->b].pc] : 0) |
           (o->code == OP_END ? l->end[body_at(p, pc)] : 0);
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

/* ---- what a move may do as long as another task is there ---- */

/* The fork by which t is below the task a; NONE: it is not. */
static uint32_t below(const struct state *s, uint32_t t, uint32_t a)
{
    for (; t != NONE; t = s->task[t].parent)
        if (s->task[t].parent == a)
            return s->task[t].group == NONE ? NONE : s->group[s->task[t].group].fork;
    return NONE;
}

/* The fork that a does not get past as long as t is there; NONE.  A hedge ends with any copy. */
static uint32_t held_by(const struct state *s, uint32_t t, uint32_t a)
{
    uint32_t fork = t == NONE ? NONE : below(s, t, a);
    return fork != NONE && s->p->fork[fork].kind == GROUP_HEDGE ? NONE : fork;
}

/* Put the successors of a place on the stack, as far as they come before an await of fork. */
static uint32_t push(const struct local *l, uint32_t pc, uint32_t fork, uint32_t n)
{
    const struct op *o = &l->p->op[pc];
    uint32_t to[MOST_NEXT], k = successors(l->p, pc, to);
    bool stop = fork != NONE && awaits(l->p, o, fork);
    for (uint32_t i = 0; i < k; i++) {
        if (l->is[to[i]] || (stop && (o->code != OP_NEXT || to[i] == o->c)))
            continue;
        l->is[to[i]] = true;
        l->stack[n++] = to[i];
    }
    return n;
}

struct asked { /* of whom, and as long as which other task is there */
    const struct state *s;
    uint32_t other; /* NONE: nobody in particular */
    bool turn;      /* upon a loop, where only what it readies can come at another time */
};

/* What the task does from pc to its next wait; *ends: it may end. */
static deeds segment(const struct local *l, const struct asked *q, uint32_t fork, uint32_t pc,
                     bool *ends)
{
    const struct prog *p = l->p;
    uint32_t n = 0;
    deeds d = 0;
    memset(l->is, 0, p->nop * sizeof *l->is);
    l->stack[n++] = pc;
    l->is[pc] = true;
    while (n > 0) {
        pc = l->stack[--n];
        const struct op *o = &p->op[pc];
        if (op_waits(l, o))
            continue;
        deeds own = op_does(l, o);
        if (o->code == OP_END) {
            own |= l->end[body_at(p, pc)];
            *ends = true;
        }
        d |= q->turn ? own & DO_CUT : own;
        if (readies(l, o))
            d |= DO_BE | l->next[p->body[o->b].pc];
        n = push(l, pc, fork, n);
    }
    return d;
}

/* What the owner of a task does because it has ended, from wherever it is by then. */
static deeds owner_does(const struct local *l, const struct asked *q, uint32_t owner, uint32_t of,
                        bool *ends)
{
    const struct prog *p = l->p;
    uint32_t fork = held_by(q->s, q->other, owner), n = 0, nw = 0;
    uint32_t *waits = xcalloc(p->nop + 1u, sizeof *waits);
    deeds d = DO_BE;
    memset(l->is, 0, p->nop * sizeof *l->is);
    l->stack[n++] = q->s->task[owner].pc;
    l->is[q->s->task[owner].pc] = true;
    while (n > 0) {
        uint32_t pc = l->stack[--n];
        if (awaits(p, &p->op[pc], of))
            waits[nw++] = pc;
        n = push(l, pc, fork, n);
    }
    for (uint32_t i = 0; i < nw; i++) {
        const struct op *o = &p->op[waits[i]];
        bool stop = fork != NONE && awaits(p, o, fork);
        d |= op_does(l, o);
        if (!stop && o->code == OP_NEXT)
            d |= segment(l, q, fork, o->c, ends);
        if (!stop || o->code == OP_NEXT)
            d |= segment(l, q, fork, waits[i] + 1, ends);
    }
    free(waits);
    return d;
}

/* What the move does with which the task goes on at pc. */
static deeds move_does(const struct local *l, struct asked q, uint32_t task, uint32_t pc)
{
    const struct state *s = q.s;
    uint32_t fork = held_by(s, q.other, task);
    bool ends = false;
    deeds d = segment(l, &q, fork, pc, &ends);
    q.turn = false;
    while (ends && s->task[task].group != NONE) {
        const struct group *g = &s->group[s->task[task].group];
        ends = false;
        if (g->limit != NONE)
            d |= DO_BE | l->next[l->p->body[s->task[task].body].pc];
        if (l->outer)
            d |= waiters_do(l, s->task[task].body);
        task = g->owner;
        if (task == q.other)
            break; /* whatever it does, it does in its own order */
        d |= owner_does(l, &q, task, g->fork, &ends);
    }
    return d;
}

/* ---- whose move it is enough to make ---- */

/* Could it matter whether the task moves before or after what the other does? */
static bool clash(const struct local *l, const struct state *s, uint32_t task, uint32_t pc,
                  bool turn, uint32_t other)
{
    const struct task *x = &s->task[other];
    uint32_t fork = below(s, task, other);
    deeds there = fork == NONE ? l->ever[x->pc] : l->before[(size_t)fork * l->p->nop + x->pc];
    deeds here = move_does(l, (struct asked){s, other, turn}, task, pc) | (turn ? 0 : DO_BE);
    if ((there & DO_CUT) && (here & DO_BE))
        return true;
    return (here & DO_CUT) || (here & there & ~(deeds)(DO_BE | DO_CUT)) != 0;
}

/* Could it matter to another request?  Not what waits for a task to end that is there yet, and that
 * does nothing itself that could. */
static bool felt_across(const struct local *l, const struct state *s, uint32_t task, uint32_t pc,
                        bool turn)
{
    deeds d = l->across & move_does(l, (struct asked){s, NONE, turn}, task, pc);
    uint32_t u = s->req[s->task[task].req].first_task;
    for (; d != 0 && u != NONE; u = s->task[u].req_next)
        if (u != task && s->task[u].state != T_DONE && below(s, task, u) == NONE &&
            !(l->ever[s->task[u].pc] & l->across))
            d &= move_does(l, (struct asked){s, u, turn}, task, pc);
    return d != 0;
}

/* Nobody but other copies of its hedge, if it is one: their moves are made as well. */
static bool goes_local(const struct local *l, const struct state *s, uint32_t task, uint32_t pc,
                       bool turn)
{
    bool upon_loop = s->task[task].state == T_READY;
    uint32_t hedge = hedge_of(s, task);
    if (l->across != 0 && felt_across(l, s, task, pc, turn))
        return false;
    for (uint32_t u = s->req[s->task[task].req].first_task; u != NONE; u = s->task[u].req_next) {
        const struct task *x = &s->task[u];
        if (x->flags & (TF_CANCELLED | TF_RAISE))
            return false;
        if (u == task || x->state == T_DONE || (upon_loop && x->state == T_READY))
            continue; /* who is over, or has its turn later */
        if (hedge != NONE && hedge_of(s, u) == hedge)
            continue;
        if (clash(l, s, task, pc, turn, u))
            return false;
    }
    return true;
}

/* The instruction at which the task goes on by m; NONE: this is not said of such a move. */
static uint32_t goes_on(const struct local *l, const struct state *s, const struct move *m)
{
    const struct task *t = &s->task[m->task];
    const struct op *o = &l->p->op[t->pc];
    switch ((enum move_kind)m->kind) {
    case MOVE_START:
        return (t->flags & TF_POOLED) ? NONE : t->pc;
    case MOVE_YIELD:
        return op_does(l, o) != 0 ? NONE : t->pc + 1;
    case MOVE_DONE:
        if (t->state == T_CPU && (t->flags & TF_DISPATCH))
            return t->pc;
        if (o->code == OP_HOPOUT || o->code == OP_HOSTCPU ||
            (o->code == OP_CALL && call_does(&l->p->call[o->a]) != 0))
            return NONE;
        return t->pc + 1;
    default:
        return NONE;
    }
}

static bool arrival_local(const struct local *l)
{
    const struct prog *p = l->p;
    return p->limit == NONE && p->server == NONE && (p->has_loop || p->pool == NONE) &&
           (!p->has_loop || l->across == 0);
}

static bool move_local(const struct local *l, const struct state *s, const struct move *m)
{
    if (m->kind == MOVE_LOOP)
        return goes_local(l, s, m->task, s->task[m->task].pc, l->p->kind == EXEC_COROUTINE);
    if (m->kind == MOVE_ARRIVE)
        return arrival_local(l);
    uint32_t pc = m->task == NONE ? NONE : goes_on(l, s, m);
    bool turn = l->p->kind == EXEC_COROUTINE && s->loop[0].running == m->task;
    return pc != NONE && goes_local(l, s, m->task, pc, turn);
}

/* Are all of the moves local that compete with move i?  Then they alone stay. */
static bool choose(const struct local *l, const struct state *s, uint32_t i, struct moves *m)
{
    const struct move by = m->v[i];
    uint32_t n = 0;
    if (by.kind != MOVE_LOOP && hedge_turn_to_come(s, by.task))
        return false;
    for (uint32_t k = 0; k < m->n; k++)
        if (k != i && hedge_compete(s, &by, &m->v[k]) && !move_local(l, s, &m->v[k]))
            return false;
    for (uint32_t k = 0; k < m->n; k++)
        if (k == i || hedge_compete(s, &by, &m->v[k]))
            m->v[n++] = m->v[k];
    m->n = n;
    return true;
}

/* The loop's turn, which stands first, and then the youngest task's move: so one fan-out's copies
 * are done with before the next one's begin to differ. */
bool local_choose(const struct local *l, const struct pack_run *r, uint32_t j, struct moves *m)
{
    uint32_t turns = m->n > 0 && m->v[0].kind == MOVE_LOOP;
    for (uint32_t k = 0; k < m->n; k++) {
        uint32_t i = k < turns ? k : m->n - 1 - (k - turns);
        if (m->v[i].req == j && move_local(l, &r->s, &m->v[i]) && choose(l, &r->s, i, m))
            return true;
    }
    return false;
}
