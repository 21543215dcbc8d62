/* SPDX-License-Identifier: GPL-3.0-or-later */
/* static_hold.c - who holds what while asking for what: locks in a circle, more of what one holds,
 * threads that wait for threads.
 *
 * A task holds what the handlers round its place would release; so does one that waits for its
 * branches or copies, for them.  What has a timeout, a bound on its queue or keys is left out: it
 * need not wait for ever, or not for the same.
 *
 * For T tasks that hold h of C units each and ask for one more: a deadlock iff T h >= C. */
#include "check/static_impl.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_HOLDS = 32, MOST_ASKS = 400, MOST_RING = 8, MOST_STEPS = 200000, MOST_NEST = 64 };
struct hold {
    uint32_t res, pc;
    bool own;      /* by the task that asks; else by one that waits for it */
    uint32_t task; /* body of the one that holds it */
};
struct ask { /* an ACQ under holds */
    uint32_t res, pc, body, nhold;
    struct hold hold[MOST_HOLDS];
};
struct holding {
    struct analysis *x;
    uint32_t nask, cap_ask;
    struct ask *ask;
    struct hold stack[MOST_HOLDS];
    uint32_t *mult; /* of each body: tasks of it that a request can have at once, as far as known */
};

/* ---- collecting ---- */

static bool simple(const struct prog *p, const struct op *o)
{
    const struct res *r = &p->res[o->a];
    return r->kind == RES_RESOURCE && r->keys == 0 && r->queue == NONE &&
           r->queue_timeout == NONE && !(o->flags & (OPF_WORD | OPF_KEY | OPF_SERVICE)) &&
           o->b == 1 && (!r->per_worker || p->workers == 1);
}

/* What the task at pc holds, outermost last, behind what is on the stack; *timed: not for ever. */
static uint32_t own_holds(struct holding *h, uint32_t pc, uint32_t n, uint32_t body, bool *timed)
{
    const struct prog *p = h->x->p;
    for (uint32_t i = p->handler_of[pc]; i != NONE; i = p->handler[i].outer) {
        const struct unwinder *u = &p->handler[i];
        *timed |= u->kind == H_UNTIMER;
        if (u->kind == H_RELEASE && simple(p, &p->op[u->a]) && n < MOST_HOLDS)
            h->stack[n++] = (struct hold){p->op[u->a].a, u->a, true, body};
    }
    return n;
}

static void add_ask(struct holding *h, uint32_t pc, uint32_t body, uint32_t n)
{
    if (n == 0 || h->nask >= MOST_ASKS)
        return;
    h->ask = grow(h->ask, &h->cap_ask, h->nask + 1, sizeof *h->ask);
    struct ask *a = &h->ask[h->nask++];
    *a = (struct ask){.res = h->x->p->op[pc].a, .pc = pc, .body = body, .nhold = n};
    memcpy(a->hold, h->stack, n * sizeof *a->hold);
}

static bool waits_for(const struct forksite *f)
{
    return f->kind == GROUP_PARALLEL || f->kind == GROUP_EACH;
}

/* A task's code, under what those that wait for it hold.  As deep as bodies nest. */
static void collect(struct holding *h, uint32_t body, uint32_t inherited, uint32_t mult,
                    uint32_t depth)
{
    const struct analysis *x = h->x;
    const struct prog *p = x->p;
    if (depth > MOST_NEST)
        return;
    h->mult[body] = mult;
    for (uint32_t pc = p->body[body].pc; pc < static_body_end(p, body); pc++) {
        const struct op *o = &p->op[pc];
        bool timed = false;
        if (!x->live[pc] || (o->code != OP_ACQ && o->code != OP_FORK))
            continue;
        uint32_t n = own_holds(h, pc, inherited, body, &timed);
        if (o->code == OP_ACQ && simple(p, o) && !timed)
            add_ask(h, pc, body, n);
        if (o->code != OP_FORK)
            continue;
        uint32_t keep = waits_for(&p->fork[o->a]) && !timed ? n : 0;
        uint32_t copies = static_copies(p, pc);
        for (uint32_t i = 0; i < keep; i++)
            h->stack[i].own = false;
        collect(h, o->b, keep, copies > 1 && mult < 1000000 ? mult * copies : mult, depth + 1);
    }
}

/* ---- may they meet? ---- */

/* Does who does this let the others of the loop go on? */
static bool waits_at(const struct prog *p, uint32_t pc)
{
    switch ((enum opcode)p->op[pc].code) {
    case OP_CALL: /* one that blocks holds the loop */
        return p->kind != EXEC_COROUTINE || !p->call[p->op[pc].a].blocking;
    case OP_PAUSE:
    case OP_BACKOFF:
    case OP_JOIN:
    case OP_NEXT:
    case OP_AWAIT:
    case OP_UNTIL:
    case OP_HOPOUT:
        return true;
    default:
        return false;
    }
}

/* On a loop taking a free lock is no wait: tasks come between two only where one waits, on some way
 * from the one to the other. */
static bool waits_between(const struct analysis *x, const struct hold *h, uint32_t ask)
{
    if (!x->p->has_loop || !h->own)
        return true;
    for (uint32_t pc = h->pc + 1; pc < ask; pc++)
        if (waits_at(x->p, pc) && static_leads(x, h->pc + 1, pc, h->pc) &&
            static_leads(x, pc, ask, h->pc))
            return true;
    return false;
}

/* How many requests there may be at once. */
static uint64_t most_requests(const struct prog *p)
{
    return p->limit == NONE ? UINT64_MAX : (uint64_t)p->res[p->limit].size * p->workers;
}

/* Can two tasks of one request, of these bodies, be there at once: copies, or branches that part
 * at the same fork? */
static bool concurrent(const struct holding *h, uint32_t a, uint32_t b)
{
    const struct prog *p = h->x->p;
    if (a == b)
        return h->mult[a] > 1;
    uint32_t up[MOST_NEST + 2], n = 0;
    for (uint32_t i = a; n < MOST_NEST + 2; i = prog_body_at(p, h->x->parent[i])) {
        up[n++] = i;
        if (h->x->parent[i] == NONE)
            break;
    }
    for (uint32_t i = b, steps = 0; steps <= MOST_NEST; steps++) {
        for (uint32_t k = 0; k < n; k++) {
            if (h->x->parent[i] == NONE || h->x->parent[up[k]] == NONE)
                continue;
            uint32_t fork = p->op[h->x->parent[i]].a;
            if (i != up[k] && fork == p->op[h->x->parent[up[k]]].a && waits_for(&p->fork[fork]))
                return true;
        }
        if (h->x->parent[i] == NONE)
            break;
        i = prog_body_at(p, h->x->parent[i]);
    }
    return false;
}

/* ---- more of the same ---- */

/* How many tasks can hold what `first` is at once, as far as what is held before it tells: of each
 * unit of that the tasks below its holder. */
static uint64_t most_holders(const struct holding *h, const struct ask *a, const struct hold *first)
{
    const struct prog *p = h->x->p;
    uint64_t most = UINT64_MAX;
    for (uint32_t i = 0; i < a->nhold; i++) {
        const struct hold *o = &a->hold[i]; /* those of outer tasks come first */
        bool before = o->task == first->task ? o->pc < first->pc : o < first;
        const struct res *r = &p->res[o->res];
        uint64_t units = (uint64_t)r->size * (r->per_worker ? p->workers : 1);
        uint64_t n = units * h->mult[first->task] / h->mult[o->task];
        if (before && o->res != a->res && r->keys == 0 && n < most)
            most = n;
    }
    if (p->kind == EXEC_THREADS && p->pool != NONE && p->server == NONE &&
        (uint64_t)p->res[p->pool].size * p->workers < most)
        most = (uint64_t)p->res[p->pool].size * p->workers;
    return most;
}

static void nested_hold(struct holding *h, const struct ask *a)
{
    struct analysis *x = h->x;
    const struct prog *p = x->p;
    const struct res *r = &p->res[a->res];
    uint32_t held = 0, mult = 0;
    bool waits = true;
    const struct hold *first = NULL;
    for (uint32_t i = 0; i < a->nhold; i++) {
        const struct hold *o = &a->hold[i];
        if (o->res != a->res)
            continue;
        held++;
        waits = waits && waits_between(x, o, a->pc);
        if (!first || (!o->own && first->own) || o->pc < first->pc)
            first = o;
    }
    if (held == 0)
        return;
    mult = h->mult[first->task];
    uint32_t tasks = (r->size + held - 1) / held, requests = (tasks + mult - 1) / mult;
    if (tasks > 1 && (!waits || p->in_place))
        return;
    if (tasks > most_holders(h, a, first) || requests > most_requests(p))
        return;
    const char *text =
        tasks == 1
            ? arena_printf(x->a, "`%s` is asked for by a task that holds all of it", r->name)
            : arena_printf(x->a,
                           "`%s` is asked for while %u of it %s held: %u tasks that do so at "
                           "once have all %u and wait for more",
                           r->name, held, held == 1 ? "is" : "are", tasks, r->size);
    static_add(
        x, (struct static_finding){.kind = STATIC_NESTED_HOLD,
                                   .at = p->where[a->pc],
                                   .other = p->where[first->pc],
                                   .text = text,
                                   .deadlock = p->limit == NONE && (p->pool == NONE || tasks == 1),
                                   .requests = requests});
}

/* ---- locks in a circle ---- */

struct edge {
    const struct ask *ask;
    const struct hold *hold;
};
struct rings {
    struct holding *h;
    struct edge *edge;
    uint32_t nedge, cap_edge;
    struct edge ring[MOST_RING];
    uint32_t of[MOST_RING]; /* which request has the edge */
    uint32_t steps;
    bool *told; /* of each resource: it is in a ring that was told */
};

/* Do both hold a lock that lets only one of them be there?  Of one request, what a task holds for
 * several does not keep them apart. */
static bool kept_apart(const struct prog *p, const struct edge *a, const struct edge *b, bool same)
{
    for (uint32_t i = 0; i < a->ask->nhold; i++)
        for (uint32_t k = 0; k < b->ask->nhold; k++) {
            const struct hold *x = &a->ask->hold[i], *y = &b->ask->hold[k];
            if (x->res == y->res && p->res[x->res].size == 1 && (!same || x->own || y->own))
                return true;
        }
    return false;
}

/* Deal the ring's edges to so many requests, each to one where it can be beside the others. */
static bool deal(struct rings *g, uint32_t n, uint32_t i, uint32_t requests)
{
    if (i == n)
        return true;
    for (uint32_t q = 0; q < requests && q <= i; q++) {
        bool fits = true;
        for (uint32_t k = 0; k < i && fits; k++) {
            bool same = g->of[k] == q;
            fits = !kept_apart(g->h->x->p, &g->ring[k], &g->ring[i], same) &&
                   (!same || concurrent(g->h, g->ring[k].ask->body, g->ring[i].ask->body));
        }
        g->of[i] = q;
        if (fits && deal(g, n, i + 1, requests))
            return true;
    }
    return false;
}

static void tell_ring(struct rings *g, uint32_t n)
{
    struct analysis *x = g->h->x;
    const struct prog *p = x->p;
    uint32_t requests = 1;
    while (requests <= n && !deal(g, n, 0, requests))
        requests++;
    if (requests > n || requests > most_requests(p))
        return;
    const char *circle = p->res[g->ring[0].hold->res].name;
    for (uint32_t i = 0; i < n; i++) {
        g->told[g->ring[i].ask->res] = true;
        circle = arena_printf(x->a, "%s, %s", circle, p->res[g->ring[i].ask->res].name);
    }
    const char *a = p->res[g->ring[0].hold->res].name, *b = p->res[g->ring[0].ask->res].name;
    const char *text =
        n == 2 ? arena_printf(x->a, "`%s` is held while `%s` is asked for, and the other way round",
                              a, b)
               : arena_printf(x->a, "locks are taken in a circle: %s", circle);
    static_add(x, (struct static_finding){.kind = STATIC_LOCK_ORDER,
                                          .at = p->where[g->ring[0].ask->pc],
                                          .other = p->where[g->ring[1].ask->pc],
                                          .text = text,
                                          .deadlock = p->limit == NONE && p->pool == NONE,
                                          .requests = requests});
}

/* Longer rings, from the n edges that there are; each ring begins at its least resource. */
static void extend_ring(struct rings *g, uint32_t n)
{
    uint32_t first = g->ring[0].hold->res, last = g->ring[n - 1].ask->res;
    for (uint32_t i = 0; i < g->nedge; i++) {
        const struct edge *e = &g->edge[i];
        bool used = false;
        if (e->hold->res != last || e->ask->res < first || g->told[first] ||
            ++g->steps > MOST_STEPS)
            continue;
        for (uint32_t k = 1; k < n; k++)
            used |= g->ring[k].hold->res == e->ask->res;
        if (used)
            continue;
        g->ring[n] = *e;
        if (e->ask->res == first)
            tell_ring(g, n + 1);
        else if (n + 1 < MOST_RING)
            extend_ring(g, n + 1);
    }
}

static void lock_order(struct holding *h)
{
    const struct prog *p = h->x->p;
    struct rings g = {.h = h, .told = xcalloc(p->nres + 1u, sizeof(bool))};
    for (uint32_t i = 0; i < h->nask && !p->in_place; i++)
        for (uint32_t k = 0; k < h->ask[i].nhold; k++) {
            const struct hold *o = &h->ask[i].hold[k];
            if (o->res == h->ask[i].res || p->res[o->res].size != 1 ||
                p->res[h->ask[i].res].size != 1 || !waits_between(h->x, o, h->ask[i].pc))
                continue;
            g.edge = grow(g.edge, &g.cap_edge, g.nedge + 1, sizeof *g.edge);
            g.edge[g.nedge++] = (struct edge){&h->ask[i], o};
        }
    for (uint32_t i = 0; i < g.nedge; i++) {
        g.ring[0] = g.edge[i];
        if (!g.told[g.edge[i].hold->res])
            extend_ring(&g, 1);
    }
    free(g.edge);
    free(g.told);
}

/* ---- threads that wait for threads ---- */

/* Threads of the pool that tasks of this body and below can keep at once while they wait for others
 * that need one. */
static uint32_t waiting_threads(const struct analysis *x, uint32_t body, bool root, uint32_t depth)
{
    const struct prog *p = x->p;
    uint32_t most = 0, here = 0, fork = NONE;
    bool waits = false;
    for (uint32_t pc = p->body[body].pc; depth <= MOST_NEST && pc < static_body_end(p, body);
         pc++) {
        const struct op *o = &p->op[pc];
        if (o->code != OP_FORK || !x->live[pc] || !waits_for(&p->fork[o->a]))
            continue;
        bool timed = false;
        for (uint32_t h = p->handler_of[pc]; h != NONE; h = p->handler[h].outer)
            timed |= p->handler[h].kind == H_UNTIMER;
        if (timed)
            continue;
        uint32_t copies = static_copies(p, pc), below;
        if (o->a != fork)
            here = 0;
        fork = o->a;
        waits = true;
        below = waiting_threads(x, o->b, false, depth + 1);
        here += below * (copies > 1 ? copies : 1);
        most = here > most ? here : most;
    }
    return most + (waits && !(root && p->server != NONE));
}

static void nested_pool(struct analysis *x)
{
    const struct prog *p = x->p;
    if (p->kind != EXEC_THREADS || p->pool == NONE || p->workers > 1)
        return;
    const struct res *r = &p->res[p->pool];
    for (uint32_t i = 0; i < p->ncls; i++) {
        uint32_t kept = waiting_threads(x, p->cls[i].body, true, 0);
        if (kept == 0 || kept > 1000000)
            continue;
        uint32_t requests = (r->size + kept - 1) / kept;
        if (requests > most_requests(p))
            continue;
        static_add(x,
                   (struct static_finding){
                       .kind = STATIC_NESTED_POOL,
                       .at = r->at.line ? r->at : p->exec->at,
                       .other = p->body[p->cls[i].body].at,
                       .text = arena_printf(x->a,
                                            "threads of the pool wait for tasks that need one of "
                                            "its %u: %u request%s at once can keep all of them",
                                            r->size, requests, requests == 1 ? "" : "s"),
                       .deadlock = p->limit == NONE,
                       .requests = requests});
    }
}

void static_holds(struct analysis *x)
{
    const struct prog *p = x->p;
    struct holding h = {.x = x, .mult = xcalloc(p->nbody + 1u, sizeof(uint32_t))};
    for (uint32_t b = 0; b < p->nbody; b++)
        if (x->parent[b] == NONE)
            collect(&h, b, 0, 1, 0);
    for (uint32_t i = 0; i < h.nask; i++)
        nested_hold(&h, &h.ask[i]);
    lock_order(&h);
    nested_pool(x);
    free(h.ask);
    free(h.mult);
}
