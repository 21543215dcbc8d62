/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deadlock.c - which tasks can never move again, and how to tell it.
 *
 * A task can move if something of the world will end its wait (a call, a burst, a timeout), or if
 * what it waits for can come from a task that can move: one holder of the resource, as many of its
 * children as its join needs.  The least fixed point of that rule are the tasks that can move; the
 * others are deadlocked, also while the rest of the system goes on (Coffman, Elphick, Shoshani
 * 1971: a cycle in the wait-for graph is among them). */
#include "core/result.h"
#include "run/deadlock_impl.h"
#include <stdlib.h>
#include <string.h>

static bool is_task(const struct task *t)
{
    return t->state != T_FREE && t->state != T_GHOST && t->state != T_DONE;
}

static bool has_timer(const struct sim *s, uint32_t task)
{
    return s->side[task].timers != NONE || s->side[task].qtimer != NONE;
}

/* Moves by itself, or by an end that is sure to come. */
static bool moves_anyway(const struct sim *s, uint32_t task)
{
    switch ((enum task_state)s->st.task[task].state) {
    case T_QUEUE:
    case T_THREAD:
    case T_JOIN:
    case T_AWAIT:
    case T_INPLACE:
    case T_PENDING:
    case T_ITEM:
    case T_BATCHED:
        return has_timer(s, task);
    case T_UNTIL:
        return has_timer(s, task) || (s->st.task[task].flags & TF_WOKEN);
    case T_READY: {
        uint32_t r = s->st.loop[s->st.task[task].worker].running;
        return r == NONE;
    }
    default:
        return true;
    }
}

static uint32_t thread_instance(const struct sim *s, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    const struct prog *p = s->p;
    if ((t->flags & TF_WORKER) && !(t->flags & TF_POOLED))
        return NONE; /* stage_worker_held() */
    uint32_t res =
        t->parent == NONE && !(t->flags & TF_POOLED) && p->server != NONE ? p->server : p->pool;
    if (res == NONE || !(t->flags & TF_HAS_THREAD))
        return NONE;
    return state_instance(&s->st, res, t->worker);
}

/* Does the task hold a unit of the instance?  Its handlers tell what it would give back. */
static bool holds(const struct sim *s, uint32_t task, uint32_t inst)
{
    const struct prog *p = s->p;
    const struct task *t = &s->st.task[task];
    if (t->state == T_GHOST)
        return t->res == inst;
    if (!is_task(t))
        return false;
    if (thread_instance(s, task) == inst || stage_worker_held(s, task) == inst ||
        stage_place_held(s, task) == inst)
        return true;
    uint32_t res = s->st.inst[inst].res;
    if (p->res[res].kind == RES_LIMIT) {
        const struct request *r = &s->st.req[t->req];
        return r->has_limit && state_instance(&s->st, res, r->worker) == inst;
    }
    uint32_t h = (t->flags & TF_RAISE) ? t->unwind : p->handler_of[t->pc];
    for (; h != NONE; h = p->handler[h].outer)
        if (p->handler[h].kind == H_RELEASE && p->op[p->handler[h].a].a == res &&
            state_op_instance(&s->st, task, &p->op[p->handler[h].a]) == inst)
            return true;
    return false;
}

/* Of which instances does this task hold units?  Marks them. */
static void mark_held(const struct sim *s, uint32_t task, bool *inst)
{
    const struct prog *p = s->p;
    const struct task *t = &s->st.task[task];
    if (t->state == T_GHOST) {
        if (t->res != NONE)
            inst[t->res] = true;
        return;
    }
    const uint32_t own[] = {thread_instance(s, task), stage_worker_held(s, task),
                            stage_place_held(s, task)};
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        if (own[k] != NONE)
            inst[own[k]] = true;
    if (p->limit != NONE && s->st.req[t->req].has_limit)
        inst[p->res[p->limit].base + s->st.req[t->req].worker] = true; /* one a worker */
    uint32_t h = (t->flags & TF_RAISE) ? t->unwind : p->handler_of[t->pc];
    for (; h != NONE; h = p->handler[h].outer) {
        if (p->handler[h].kind != H_RELEASE)
            continue;
        inst[state_op_instance(&s->st, task, &p->op[p->handler[h].a])] = true;
    }
}

static bool children_suffice(const struct sim *s, const bool *moves, uint32_t task)
{
    const struct op *o = &s->p->op[s->st.task[task].pc];
    uint32_t gi = (uint32_t)state_words(&s->st, task)[s->p->fork[o->a].word];
    if (gi == 0)
        return true;
    const struct group *g = &s->st.group[gi - 1];
    uint32_t can = 0, cannot = 0;
    for (uint32_t c = g->first; c != NONE; c = s->st.task[c].sib_next) {
        can += moves[c];
        cannot += !moves[c];
    }
    if (o->code == OP_NEXT)
        return can > 0 || g->live == 0;
    return g->until == NONE ? cannot == 0 : g->ok + can >= g->until;
}

static bool awaited_suffice(const struct sim *s, const bool *moves, uint32_t task)
{
    const struct awaitsite *a = &s->p->await[s->p->op[s->st.task[task].pc].a];
    uint32_t good = 0;
    for (uint32_t k = 0; k < a->n; k++) {
        const struct await_ref *r = &s->p->await_ref[a->first + k];
        uint32_t owner = task;
        for (uint32_t u = 0; u < r->up; u++)
            owner = s->st.task[owner].parent;
        uint32_t gi = (uint32_t)state_words(&s->st, owner)[s->p->fork[r->fork].word];
        bool ok = true;
        if (gi != 0)
            for (uint32_t c = s->st.group[gi - 1].first; c != NONE; c = s->st.task[c].sib_next)
                ok = ok && moves[c];
        good += ok;
    }
    uint32_t need = a->until == NONE ? a->n : (uint32_t)state_words(&s->st, task)[a->until];
    return good >= need;
}

static bool can_move(const struct sim *s, const bool *moves, const bool *inst,
                     const struct setters *q, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    switch ((enum task_state)t->state) {
    case T_QUEUE:
    case T_THREAD:
        return s->st.inst[t->res].posted || inst[t->res];
    case T_JOIN:
        return children_suffice(s, moves, task);
    case T_AWAIT:
        return awaited_suffice(s, moves, task);
    case T_UNTIL:
        return setters_suffice(q, s, task);
    case T_ITEM:
    case T_BATCHED:
        return item_can_move(s, moves, inst, task);
    case T_INPLACE:
        for (uint32_t k = s->st.req[t->req].first_task; k != NONE; k = s->st.task[k].req_next)
            if (s->st.task[k].parent == task && s->st.task[k].mode == M_INPLACE && moves[k])
                return true;
        return false;
    case T_PENDING:
        for (uint32_t k = s->st.group[t->group].first; k != NONE; k = s->st.task[k].sib_next)
            if (s->st.task[k].state != T_PENDING && moves[k])
                return true;
        return false;
    case T_READY:
        return moves[s->st.loop[t->worker].running];
    default:
        return false;
    }
}

/* The moving tasks, by index; the caller frees. *n: how many tasks cannot move. */
static bool *moving(const struct sim *s, uint32_t *n)
{
    const struct state *st = &s->st;
    bool *m = xcalloc(st->ntask + 1, sizeof *m);
    bool *inst =
        xcalloc(s->p->ninstance + 1, sizeof *inst); /* a task that moves holds some of it */
    struct setters q;
    setters_init(&q, s);
    bool waits = st->until_first != NONE;
    if (waits)
        setters_arrivals(&q, s);
    for (uint32_t t = 0; t < st->ntask; t++) {
        m[t] = is_task(&st->task[t]) && moves_anyway(s, t);
        if (m[t] || st->task[t].state == T_GHOST)
            mark_held(s, t, inst);
        if (m[t] && waits)
            setters_add(&q, s, t);
    }
    for (bool more = true; more;) {
        more = false;
        for (uint32_t t = 0; t < st->ntask; t++) {
            if (!is_task(&st->task[t]) || m[t] || !can_move(s, m, inst, &q, t))
                continue;
            m[t] = more = true;
            mark_held(s, t, inst);
            if (waits)
                setters_add(&q, s, t);
        }
    }
    *n = 0;
    for (uint32_t t = 0; t < st->ntask; t++)
        *n += is_task(&st->task[t]) && !m[t];
    free(inst);
    setters_free(&q);
    return m;
}

bool deadlock_exists(const struct sim *s)
{
    uint32_t n;
    free(moving(s, &n));
    return n > 0;
}

/* ---- telling ---- */

static const char *task_name(const struct sim *s, struct arena *a, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    if (t->state == T_GHOST)
        return "an abandoned call";
    const struct rside *r = &s->rside[t->req];
    const char *path = s->p->body[t->body].path;
    const char *copy = "";
    if (t->flags & TF_ITEM)
        path = item_name(s, a, task);
    if (t->parent != NONE && t->group != NONE &&
        s->p->fork[s->st.group[t->group].fork].kind == GROUP_EACH)
        copy = arena_printf(a, "[%u]", t->copy);
    if (s->alone)
        return arena_printf(a, "%s%s", path, copy);
    return arena_printf(a, "request %llu: %s%s", (unsigned long long)r->ordinal + 1 + r->client,
                        path, copy);
}

/* A stuck task that this one waits for, or NONE. */
static uint32_t blocker(const struct sim *s, const bool *moves, const struct would_set *v,
                        uint32_t task)
{
    const struct state *st = &s->st;
    const struct task *t = &st->task[task];
    if (t->state == T_QUEUE || t->state == T_THREAD || t->state == T_ITEM) {
        for (uint32_t k = 0; k < st->ntask; k++)
            if (is_task(&st->task[k]) && !moves[k] && holds(s, k, t->res))
                return k;
        return NONE;
    }
    if (t->state == T_BATCHED)
        return item_blocker(s, task);
    if (t->state == T_UNTIL)
        return would_set(v, s, task);
    if (t->state == T_READY)
        return st->loop[t->worker].running;
    if (t->state == T_PENDING) {
        for (uint32_t k = st->group[t->group].first; k != NONE; k = st->task[k].sib_next)
            if (st->task[k].state != T_PENDING && !moves[k])
                return k;
        return NONE;
    }
    for (uint32_t k = 0; k < st->ntask; k++)
        if (is_task(&st->task[k]) && !moves[k] && st->task[k].parent == task &&
            st->task[k].group != NONE)
            return k;
    if (t->state == T_AWAIT)
        for (uint32_t k = 0; k < st->ntask; k++)
            if (is_task(&st->task[k]) && !moves[k] && st->task[k].req == t->req && k != task &&
                st->task[k].group != NONE && st->group[st->task[k].group].awaiters > 0)
                return k;
    return NONE;
}

/* "`hosts`", "`hosts`, key 17" */
static const char *instance_text(const struct sim *s, struct arena *a, uint32_t inst)
{
    const struct res *r = &s->p->res[s->st.inst[inst].res];
    if (r->keys == 0)
        return arena_printf(a, "`%s`", r->name);
    return arena_printf(a, "`%s`, key %u", r->name, (inst - r->base) % r->keys);
}

static const char *waits_for(const struct sim *s, struct arena *a, const struct would_set *v,
                             uint32_t task)
{
    const struct task *t = &s->st.task[task];
    uint32_t setter;
    switch ((enum task_state)t->state) {
    case T_QUEUE:
        if (s->p->res[s->st.inst[t->res].res].kind == RES_CHANNEL)
            return arena_printf(a, "a place in %s", instance_text(s, a, t->res));
        return instance_text(s, a, t->res);
    case T_ITEM:
    case T_BATCHED:
        return item_waits_for(s, a, task);
    case T_THREAD:
        return arena_printf(a, "a thread of `%s`", s->p->res[s->st.inst[t->res].res].name);
    case T_JOIN:
        return "its branches";
    case T_AWAIT:
        return "the tasks it awaits";
    case T_UNTIL:
        setter = would_set(v, s, task);
        if (setter == NONE)
            return arena_printf(a, "`%s`", setters_condition(s, a, task));
        return arena_printf(a, "`%s`, which %s would have to make true",
                            setters_condition(s, a, task), task_name(s, a, setter));
    case T_INPLACE:
        return "the branch that runs in its place";
    case T_PENDING:
        return "an earlier copy to end (limit)";
    case T_READY:
        return "the event loop";
    default:
        return "";
    }
}

static const char *held_by(const struct sim *s, struct arena *a, uint32_t task)
{
    const struct task *t = &s->st.task[task];
    struct buf b = {0};
    uint32_t n = 0;
    if (t->state != T_QUEUE && t->state != T_THREAD && t->state != T_ITEM)
        return "";
    for (uint32_t k = 0; k < s->st.ntask; k++) {
        if (!holds(s, k, t->res))
            continue;
        if (n++ < 3)
            buf_printf(&b, "%s%s", n > 1 ? ", " : "", task_name(s, a, k));
    }
    if (n > 3)
        buf_printf(&b, " and %u more", n - 3);
    const char *text = arena_strdup(a, b.s ? b.s : "");
    buf_free(&b);
    return text;
}

static const char *advice(const struct sim *s, struct arena *a, const uint32_t *who, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct task *t = &s->st.task[who[i]];
        if (t->state != T_THREAD)
            continue;
        const struct res *r = &s->p->res[s->st.inst[t->res].res];
        return arena_printf(a,
                            "every thread of `%s` (%u) waits for work that waits for a thread of "
                            "`%s`: give the requests threads of their own (server: N), make the "
                            "pool larger than the requests in it, or run the branches in place",
                            r->name, r->size, r->name);
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct task *t = &s->st.task[who[i]];
        if (t->state == T_QUEUE && s->p->res[s->st.inst[t->res].res].kind == RES_CHANNEL)
            return arena_printf(a,
                                "who takes from `%s` waits, by way of others, for a place in it: a "
                                "larger channel only puts that off; reject when it is full "
                                "(full: reject), or let no stage put into one before it",
                                s->p->res[s->st.inst[t->res].res].name);
    }
    bool until = false;
    for (uint32_t i = 0; i < n; i++)
        until = until || s->st.task[who[i]].state == T_UNTIL;
    for (uint32_t i = 0; i < n; i++) {
        const struct task *t = &s->st.task[who[i]];
        if (t->state == T_QUEUE && until)
            return arena_printf(a,
                                "who waits for a condition must not hold what is needed to make "
                                "it true: give `%s` up before",
                                s->p->res[s->st.inst[t->res].res].name);
        if (t->state == T_QUEUE)
            return arena_printf(a,
                                "take `%s` and what it is held with in one order everywhere, or "
                                "take all of it at once",
                                s->p->res[s->st.inst[t->res].res].name);
    }
    for (uint32_t i = 0; i < n; i++)
        if (s->st.task[who[i]].state == T_UNTIL)
            return arena_printf(a,
                                "nobody who can still go on sets %s: set it on every way, also "
                                "where something fails, or give the wait_until a timeout",
                                setters_names(s, a, who[i]));
    return NULL;
}

/* The stuck tasks in the order to be told: a cycle of the wait-for graph first. */
static uint32_t order_cycle(const struct sim *s, const bool *moves, const struct would_set *v,
                            uint32_t *order)
{
    const struct state *st = &s->st;
    uint32_t *seen = xcalloc(st->ntask + 1, sizeof *seen), n = 0, step = 0;
    for (uint32_t start = 0; start < st->ntask && n == 0; start++) {
        if (!is_task(&st->task[start]) || moves[start] || seen[start])
            continue;
        uint32_t first = step + 1, t = start;
        while (t != NONE && !seen[t]) {
            seen[t] = ++step;
            t = blocker(s, moves, v, t);
        }
        if (t == NONE || seen[t] < first)
            continue;
        uint32_t at = t;
        do {
            order[n++] = at;
            at = blocker(s, moves, v, at);
        } while (at != t);
    }
    free(seen);
    return n;
}

enum { DEADLOCK_TOLD = 12 };

struct deadlock_result *sim_deadlock(const struct sim *s, struct arena *a, const struct diags *d)
{
    (void)d;
    struct deadlock_result *r = NEW(a, struct deadlock_result, 1);
    uint32_t n;
    bool *m = moving(s, &n);
    uint32_t *order = xcalloc(s->st.ntask + 1, sizeof *order);
    struct would_set v;
    would_set_init(&v, s, m);
    uint32_t told = order_cycle(s, m, &v, order);
    r->ncycle = told < DEADLOCK_TOLD ? told : DEADLOCK_TOLD;
    /* the cycle says it all; a few of those behind it show that there are more */
    uint32_t enough = told > 0 ? told + 3 : DEADLOCK_TOLD;
    for (uint32_t t = 0; t < s->st.ntask && told < enough && told < DEADLOCK_TOLD; t++) {
        bool listed = !is_task(&s->st.task[t]) || m[t];
        for (uint32_t i = 0; i < told && !listed; i++)
            listed = order[i] == t;
        if (!listed)
            order[told++] = t;
    }
    /* the cycle closed when the last of its tasks began to wait for what another holds */
    int64_t since = -1;
    for (uint32_t i = 0; i < r->ncycle; i++) {
        const struct task *t = &s->st.task[order[i]];
        bool queues = t->state == T_QUEUE || t->state == T_THREAD || t->state == T_UNTIL;
        if (queues && s->side[order[i]].waiting > since)
            since = s->side[order[i]].waiting;
    }
    r->time = (double)(since >= 0 ? since : s->now) * 1e-9;
    r->total = n;
    r->n = told < DEADLOCK_TOLD ? told : DEADLOCK_TOLD;
    r->task = NEW(a, struct deadlock_task, r->n + 1);
    for (uint32_t i = 0; i < r->n; i++) {
        const struct task *t = &s->st.task[order[i]];
        uint32_t mark = s->p->mark_of[t->pc];
        r->task[i] = (struct deadlock_task){.task = task_name(s, a, order[i]),
                                            .step = mark == NONE ? s->p->body[t->body].path
                                                                 : s->p->mark[mark].path,
                                            .at = s->p->where[t->pc],
                                            .waits_for = waits_for(s, a, &v, order[i]),
                                            .held_by = held_by(s, a, order[i])};
    }
    r->advice = advice(s, a, order, r->n);
    would_set_free(&v);
    free(order);
    free(m);
    return r;
}
