/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stuck_tell.c - who waits for whom, in words; see stuck.h. */
#include "core/stuck_impl.h"
#include <stdlib.h>
#include <string.h>

static const char *stuck_task_name(const struct stuck_view *s, struct arena *a, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    if (t->state == T_GHOST)
        return "an abandoned call";
    const char *own = s->name == NULL ? NULL : s->name(s->ctx, task);
    if (own != NULL)
        return own;
    const char *path = s->p->body[t->body].path;
    const char *copy = "";
    if (t->flags & TF_ITEM)
        path = item_name(s, a, task);
    if (t->parent != NONE && t->group != NONE &&
        s->p->fork[s->st->group[t->group].fork].kind == GROUP_EACH)
        copy = arena_printf(a, "[%u]", t->copy);
    const char *who = s->who == NULL ? "" : s->who(s->ctx, a, t->req);
    return arena_printf(a, "%s%s%s%s", who, *who ? ": " : "", path, copy);
}

/* A stuck task that this one waits for, or NONE. */
static uint32_t blocker(const struct stuck_view *s, const bool *moves, const struct would_set *v,
                        uint32_t task)
{
    const struct state *st = s->st;
    const struct task *t = &st->task[task];
    if (t->state == T_QUEUE || t->state == T_THREAD || t->state == T_ITEM) {
        for (uint32_t k = 0; k < st->ntask; k++)
            if (stuck_is_task(&st->task[k]) && !moves[k] && stuck_holds(s, k, t->res))
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
        if (stuck_is_task(&st->task[k]) && !moves[k] && st->task[k].parent == task &&
            st->task[k].group != NONE)
            return k;
    if (t->state == T_AWAIT)
        for (uint32_t k = 0; k < st->ntask; k++)
            if (stuck_is_task(&st->task[k]) && !moves[k] && st->task[k].req == t->req &&
                k != task && st->task[k].group != NONE && st->group[st->task[k].group].awaiters > 0)
                return k;
    return NONE;
}

/* "`hosts`", "`hosts`, key 17" */
const char *stuck_instance(const struct stuck_view *s, struct arena *a, uint32_t inst)
{
    const struct res *r = &s->p->res[s->st->inst[inst].res];
    if (r->keys == 0)
        return arena_printf(a, "`%s`", r->name);
    return arena_printf(a, "`%s`, key %u", r->name, (inst - r->base) % r->keys);
}

static const char *waits_for(const struct stuck_view *s, struct arena *a, const struct would_set *v,
                             uint32_t task)
{
    const struct task *t = &s->st->task[task];
    uint32_t setter;
    switch ((enum task_state)t->state) {
    case T_QUEUE:
        if (s->p->res[s->st->inst[t->res].res].kind == RES_CHANNEL)
            return arena_printf(a, "a place in %s", stuck_instance(s, a, t->res));
        return stuck_instance(s, a, t->res);
    case T_ITEM:
    case T_BATCHED:
        return item_waits_for(s, a, task);
    case T_THREAD:
        if (s->p->res[s->st->inst[t->res].res].kind == RES_LIMIT)
            return "a place among the requests let in";
        return arena_printf(a, "a thread of `%s`", s->p->res[s->st->inst[t->res].res].name);
    case T_JOIN:
        return "its branches";
    case T_AWAIT:
        return "the tasks it awaits";
    case T_UNTIL:
        setter = would_set(v, s, task);
        if (setter == NONE)
            return arena_printf(a, "`%s`", setters_condition(s, a, task));
        return arena_printf(a, "`%s`, which %s would have to make true",
                            setters_condition(s, a, task), stuck_task_name(s, a, setter));
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

const char *stuck_holders(const struct stuck_view *s, struct arena *a, uint32_t task)
{
    const struct task *t = &s->st->task[task];
    struct buf b = {0};
    uint32_t n = 0;
    if (t->state != T_QUEUE && t->state != T_THREAD && t->state != T_ITEM)
        return "";
    for (uint32_t k = 0; k < s->st->ntask; k++) {
        if (!stuck_holds(s, k, t->res))
            continue;
        if (n++ < 3)
            buf_printf(&b, "%s%s", n > 1 ? ", " : "",
                       k == task ? "itself" : stuck_task_name(s, a, k));
    }
    if (n > 3)
        buf_printf(&b, " and %u more", n - 3);
    const char *text = arena_strdup(a, b.s ? b.s : "");
    buf_free(&b);
    return text;
}

/* ---- what to do about it ---- */

static const struct res *wanted(const struct stuck_view *s, const struct task *t)
{
    return &s->p->res[s->st->inst[t->res].res];
}

static const char *advice_thread(const struct stuck_view *s, struct arena *a, const struct task *t)
{
    const struct res *r = wanted(s, t);
    return arena_printf(a,
                        "every thread of `%s` (%u) waits for work that waits for a thread of "
                        "`%s`: give the requests threads of their own (server: N), make the "
                        "pool larger than the requests in it, or run the branches in place",
                        r->name, r->size, r->name);
}

static const char *advice_channel(const struct stuck_view *s, struct arena *a, const struct task *t)
{
    return arena_printf(a,
                        "who takes from `%s` waits, by way of others, for a place in it: a "
                        "larger channel only puts that off; reject when it is full "
                        "(full: reject), or let no stage put into one before it",
                        wanted(s, t)->name);
}

/* until: somebody of them waits for a condition. */
static const char *advice_held(const struct stuck_view *s, struct arena *a, uint32_t task,
                               bool until)
{
    const struct task *t = &s->st->task[task];
    const struct res *r = wanted(s, t);
    if (until)
        return arena_printf(a,
                            "who waits for a condition must not hold what is needed to make it "
                            "true: give `%s` up before",
                            r->name);
    if (!stuck_holds(s, task, t->res))
        return arena_printf(a,
                            "take `%s` and what it is held with in one order everywhere, or take "
                            "all of it at once",
                            r->name);
    if (r->size == 1)
        return arena_printf(a,
                            "who holds `%s` asks for it again, and it is not reentrant: take it "
                            "once, round all that needs it",
                            r->name);
    return arena_printf(a,
                        "who holds one of `%s` asks for another: take all that is needed at once, "
                        "or let fewer do so at a time than there are (%u)",
                        r->name, r->size);
}

/* Of the circle, or of those from whom on the others wait if there is none. */
static const char *advice(const struct stuck_view *s, struct arena *a, const uint32_t *who,
                          uint32_t n)
{
    const struct task *t = s->st->task;
    bool until = false;
    for (uint32_t i = 0; i < n; i++)
        if (t[who[i]].state == T_THREAD && wanted(s, &t[who[i]])->kind != RES_LIMIT)
            return advice_thread(s, a, &t[who[i]]);
    for (uint32_t i = 0; i < n; i++)
        if (t[who[i]].state == T_QUEUE && wanted(s, &t[who[i]])->kind == RES_CHANNEL)
            return advice_channel(s, a, &t[who[i]]);
    for (uint32_t i = 0; i < n; i++)
        until = until || t[who[i]].state == T_UNTIL;
    for (uint32_t i = 0; i < n; i++)
        if (t[who[i]].state == T_QUEUE)
            return advice_held(s, a, who[i], until);
    for (uint32_t i = 0; i < n; i++)
        if (t[who[i]].state == T_UNTIL)
            return arena_printf(a,
                                "nobody who can still go on sets %s: set it on every way, also "
                                "where something fails, or give the wait_until a timeout",
                                setters_names(s, a, who[i]));
    return NULL;
}

/* Those who wait for nobody that is stuck; all where there are none. */
static uint32_t roots_of(const struct stuck_view *s, const bool *moves, const struct would_set *v,
                         const uint32_t *who, uint32_t n, uint32_t *root)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++)
        if (blocker(s, moves, v, who[i]) == NONE)
            root[k++] = who[i];
    if (k == 0)
        memcpy(root, who, n * sizeof *root);
    return k ? k : n;
}

/* The stuck tasks in the order to be told: a cycle of the wait-for graph first. */
static uint32_t order_cycle(const struct stuck_view *s, const bool *moves,
                            const struct would_set *v, uint32_t *order)
{
    const struct state *st = s->st;
    uint32_t *seen = xcalloc(st->ntask + 1, sizeof *seen), n = 0, step = 0;
    for (uint32_t start = 0; start < st->ntask && n == 0; start++) {
        if (!stuck_is_task(&st->task[start]) || moves[start] || seen[start])
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

struct deadlock_result *stuck_tell(const struct stuck_view *s, struct arena *a, uint32_t *who)
{
    struct deadlock_result *r = NEW(a, struct deadlock_result, 1);
    uint32_t n;
    bool *m = stuck_moving(s, &n);
    uint32_t *order = xcalloc(s->st->ntask + 1, sizeof *order);
    struct would_set v;
    would_set_init(&v, s, m);
    uint32_t told = order_cycle(s, m, &v, order);
    r->ncycle = told < STUCK_TOLD ? told : STUCK_TOLD;
    /* the cycle says it all; a few of those behind it show that there are more */
    uint32_t enough = told > 0 ? told + 3 : STUCK_TOLD;
    for (uint32_t t = 0; t < s->st->ntask && told < enough && told < STUCK_TOLD; t++) {
        bool listed = !stuck_is_task(&s->st->task[t]) || m[t];
        for (uint32_t i = 0; i < told && !listed; i++)
            listed = order[i] == t;
        if (!listed)
            order[told++] = t;
    }
    r->total = n;
    r->n = told < STUCK_TOLD ? told : STUCK_TOLD;
    r->task = NEW(a, struct deadlock_task, r->n + 1);
    for (uint32_t i = 0; i < r->n; i++) {
        const struct task *t = &s->st->task[order[i]];
        who[i] = order[i];
        uint32_t mark = s->p->mark_of[t->pc];
        r->task[i] = (struct deadlock_task){.task = stuck_task_name(s, a, order[i]),
                                            .step = mark == NONE ? s->p->body[t->body].path
                                                                 : s->p->mark[mark].path,
                                            .at = s->p->where[t->pc],
                                            .waits_for = waits_for(s, a, &v, order[i]),
                                            .held_by = stuck_holders(s, a, order[i])};
    }
    uint32_t root[STUCK_TOLD];
    r->advice = r->ncycle > 0 ? advice(s, a, order, r->ncycle)
                              : advice(s, a, root, roots_of(s, m, &v, order, r->n, root));
    would_set_free(&v);
    free(order);
    free(m);
    return r;
}
