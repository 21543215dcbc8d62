/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_group.c - groups of tasks: who is in them, what decides them, what becomes of the rest; and
 * awaiting.  See step.h. */
#include "core/step_impl.h"

void group_free(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    struct task *o = &s->task[g->owner];
    uint32_t *link = &o->groups;
    while (*link != group)
        link = &s->group[*link].next;
    *link = g->next;
    state_words(s, g->owner)[s->p->fork[g->fork].word] = 0;
    g->next = s->free_group;
    g->owner = NONE;
    s->free_group = group;
}

uint32_t group_new(struct state *s, uint32_t fork, uint32_t owner)
{
    const struct forksite *f = &s->p->fork[fork];
    double *w = state_words(s, owner);
    uint32_t i = s->free_group;
    if (i != NONE) {
        s->free_group = s->group[i].next;
    } else {
        if (s->ngroup == s->cap_group)
            s->group = grow(s->group, &s->cap_group, s->ngroup + 1, sizeof *s->group);
        i = s->ngroup++;
    }
    s->group[i] = (struct group){
        .fork = fork,
        .owner = owner,
        .next = s->task[owner].groups,
        .first = NONE,
        .last = NONE,
        .pending = NONE,
        .want = f->kind == GROUP_EACH ? (uint32_t)w[f->count_word]
                                      : (f->kind == GROUP_SPAWN ? 0 : f->nbranch),
        .limit = f->limit == NONE ? UINT32_MAX : (uint32_t)w[f->limit],
        .until = f->until == NONE ? NONE : (uint32_t)w[f->until],
        .done_first = NONE,
        .done_last = NONE,
    };
    s->task[owner].groups = i;
    w[f->word] = (double)i + 1;
    for (uint32_t k = 0; k < f->nexport; k++) {
        const struct export_var *e = &s->p->exports[f->exports + k];
        w[e->to] = 0;
        if (e->total != NONE)
            w[e->total] = 0;
    }
    if (s->req[s->task[owner].req].traced)
        fx_emit(s, FX_GROUP, owner, i, 0, 0);
    if (f->kind != GROUP_SPAWN)
        group_decide(s, i);
    return i;
}

void group_add(struct state *s, uint32_t group, uint32_t child)
{
    struct group *g = &s->group[group];
    struct task *c = &s->task[child];
    c->group = group;
    c->copy = g->made++;
    c->sib_prev = g->last;
    if (g->last == NONE)
        g->first = child;
    else
        s->task[g->last].sib_next = child;
    g->last = child;
    g->live++;
    if (s->p->fork[g->fork].kind == GROUP_SPAWN)
        g->want++;
}

void group_unlink(struct state *s, uint32_t child)
{
    struct task *c = &s->task[child];
    struct group *g = &s->group[c->group];
    if (g->pending == child)
        g->pending = c->sib_next;
    if (c->sib_prev == NONE)
        g->first = c->sib_next;
    else
        s->task[c->sib_prev].sib_next = c->sib_next;
    if (c->sib_next == NONE)
        g->last = c->sib_prev;
    else
        s->task[c->sib_next].sib_prev = c->sib_prev;
    c->sib_prev = c->sib_next = NONE;
    c->group = NONE;
    g->live--;
    if (c->state != T_PENDING)
        g->running--;
}

void group_cancel(struct state *s, uint32_t group, uint32_t by_thread)
{
    while (s->group[group].first != NONE)
        task_cancel(s, s->group[group].first, by_thread);
}

/* The rest runs on: nobody's any more, but still the request's unless detached. */
static void group_orphan(struct state *s, uint32_t group, bool detach)
{
    while (s->group[group].first != NONE) {
        uint32_t c = s->group[group].first;
        if (s->task[c].state == T_PENDING) { /* nobody would let it begin */
            task_cancel(s, c, NONE);
            continue;
        }
        group_unlink(s, c);
        if (detach)
            task_detach(s, c);
    }
}

static void group_rest(struct state *s, uint32_t group, bool failed)
{
    const struct forksite *f = &s->p->fork[s->group[group].fork];
    if (failed && f->siblings == SIBLINGS_IGNORE)
        group_orphan(s, group, false);
    else if (!failed && f->detach_rest)
        group_orphan(s, group, true);
    else
        group_cancel(s, group, s->task[s->group[group].owner].thread);
}

/* Has enough of it ended?  Sets the state and deals with the rest. */
void group_decide(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    const struct forksite *f = &s->p->fork[g->fork];
    if (g->state != G_OPEN || f->kind == GROUP_SPAWN)
        return;
    bool well = g->until == NONE ? g->ok == g->want : g->ok >= g->until;
    bool lost = g->until == NONE ? g->failed > 0 : g->want < g->until + g->failed;
    if (well) {
        g->state = G_WELL;
    } else if (lost) {
        bool all_over = g->live == 0 && g->made == g->want;
        if (f->siblings == SIBLINGS_WAIT && g->want > 0 && !all_over)
            return;
        g->state = G_FAILED;
        if (g->fail == FAIL_NONE)
            g->fail = FAIL_ERROR;
    } else {
        return;
    }
    group_rest(s, group, !well);
}

static void group_drop_done(struct state *s, uint32_t group)
{
    for (uint32_t c; (c = group_take(s, group)) != NONE;)
        task_free(s, c);
}

uint32_t group_take(struct state *s, uint32_t group)
{
    struct group *g = &s->group[group];
    uint32_t c = g->done_first;
    if (c == NONE)
        return NONE;
    g->done_first = s->task[c].q_next;
    if (g->done_first == NONE)
        g->done_last = NONE;
    s->task[c].flags &= (uint16_t)~TF_KEEP;
    return c;
}

void group_leave(struct state *s, uint32_t owner, uint32_t fork)
{
    uint32_t g = group_of(s, owner, fork);
    if (g == NONE)
        return;
    group_cancel(s, g, s->task[owner].thread);
    group_drop_done(s, g);
    group_free(s, g);
}

/* What a child that ended well leaves in its owner's words. */
static void group_export(struct state *s, const struct group *g, uint32_t child)
{
    const struct forksite *f = &s->p->fork[g->fork];
    double *to = state_words(s, g->owner);
    const double *from = state_words(s, child);
    for (uint32_t k = 0; k < f->nexport; k++) {
        const struct export_var *e = &s->p->exports[f->exports + k];
        if (e->branch != NONE && e->branch != s->task[child].copy)
            continue;
        if (e->total == NONE) {
            to[e->to] = from[e->from];
        } else {
            to[e->to] += from[e->from] != 0;
            to[e->total] += 1;
        }
    }
}

/* Why a task that waited goes on: another has ended. */
static void tell_wake(struct state *s, uint32_t task, uint32_t by)
{
    if (s->req[s->task[task].req].traced)
        fx_emit(s, FX_WAKE, task, by, 0, 0);
}

static void group_begin_pending(struct state *s, uint32_t group, uint32_t over)
{
    while (s->group[group].pending != NONE && s->group[group].running < s->group[group].limit) {
        uint32_t c = s->group[group].pending;
        s->group[group].pending = s->task[c].sib_next;
        s->group[group].running++;
        tell_wake(s, c, over);
        task_launch(s, c);
    }
}

static void awaiters_wake(struct state *s, uint32_t req, uint32_t over)
{
    for (uint32_t t = s->req[req].first_await, next; t != NONE; t = next) {
        uint16_t fail;
        next = s->task[t].q_next;
        if (await_check(s, t, &fail) != AWAIT_WAIT) {
            await_leave(s, t);
            tell_wake(s, t, over);
            go_on(s, t);
        }
    }
}

static void owner_wake(struct state *s, uint32_t group, uint32_t over)
{
    struct group *g = &s->group[group];
    uint32_t o = g->owner;
    struct task *t = &s->task[o];
    if (t->state != T_JOIN || op_at(s, t)->a != g->fork)
        return;
    if (g->state == G_OPEN && (g->done_first == NONE || op_at(s, t)->code != OP_NEXT))
        return;
    tell_wake(s, o, over);
    go_on(s, o);
}

void group_child_over(struct state *s, uint32_t group, uint32_t child, bool well)
{
    struct group *g = &s->group[group];
    struct task *c = &s->task[child];
    group_unlink(s, child);
    if (well) {
        g->ok++;
        group_export(s, g, child);
        if (s->p->fork[g->fork].consumed) {
            c->flags |= TF_KEEP;
            c->q_next = NONE;
            if (g->done_last == NONE)
                g->done_first = child;
            else
                s->task[g->done_last].q_next = child;
            g->done_last = child;
        }
    } else {
        g->failed++;
        g->fail = c->fail;
    }
    group_decide(s, group);
    group_begin_pending(s, group, child);
    if (s->group[group].awaiters > 0)
        awaiters_wake(s, c->req, child);
    owner_wake(s, group, child);
}

/* ---- awaiting ---- */

static uint32_t ancestor(const struct state *s, uint32_t task, uint32_t up)
{
    while (up-- > 0)
        task = s->task[task].parent;
    return task;
}

static uint32_t await_group(const struct state *s, uint32_t task, const struct await_ref *r)
{
    return group_of(s, ancestor(s, task, r->up), r->fork);
}

enum await_verdict await_check(const struct state *s, uint32_t task, uint16_t *fail)
{
    const struct prog *p = s->p;
    const struct awaitsite *a = &p->await[op_at(s, &s->task[task])->a];
    uint32_t ok = 0, failed = 0;
    *fail = FAIL_ERROR;
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t g = await_group(s, task, &p->await_ref[a->first + k]);
        if (g != NONE && s->group[g].failed > 0) {
            failed++;
            *fail = s->group[g].fail;
        } else if (g == NONE || s->group[g].live == 0) {
            ok++;
        }
    }
    uint32_t need = a->until == NONE ? a->n : (uint32_t)state_words(s, task)[a->until];
    if (ok >= need)
        return AWAIT_WELL;
    return failed > 0 && a->n < need + failed ? AWAIT_FAILED : AWAIT_WAIT;
}

static void await_count(struct state *s, uint32_t task, int by)
{
    const struct awaitsite *a = &s->p->await[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t g = await_group(s, task, &s->p->await_ref[a->first + k]);
        if (g != NONE)
            s->group[g].awaiters += (uint32_t)by;
    }
}

void await_enter(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    struct request *r = &s->req[t->req];
    await_count(s, task, +1);
    t->q_prev = NONE;
    t->q_next = r->first_await;
    if (t->q_next != NONE)
        s->task[t->q_next].q_prev = task;
    r->first_await = task;
}

void await_leave(struct state *s, uint32_t task)
{
    struct task *t = &s->task[task];
    await_count(s, task, -1);
    if (t->q_prev == NONE)
        s->req[t->req].first_await = t->q_next;
    else
        s->task[t->q_prev].q_next = t->q_next;
    if (t->q_next != NONE)
        s->task[t->q_next].q_prev = t->q_prev;
    t->q_prev = t->q_next = NONE;
}

void await_tell(struct state *s, uint32_t task)
{
    const struct awaitsite *a = &s->p->await[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < a->n && s->req[s->task[task].req].traced; k++) {
        const struct await_ref *r = &s->p->await_ref[a->first + k];
        fx_emit(s, FX_AWAITED, task, ancestor(s, task, r->up), r->fork, 0);
    }
}

void await_settle(struct state *s, uint32_t task)
{
    const struct prog *p = s->p;
    const struct awaitsite *a = &p->await[op_at(s, &s->task[task])->a];
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t g = await_group(s, task, &p->await_ref[a->first + k]);
        if (g == NONE)
            continue;
        if (s->group[g].live == 0 && s->group[g].failed == 0)
            fx_emit(s, FX_JOIN, task, g, NONE, 1);
        if (a->until != NONE && a->detach_rest)
            group_orphan(s, g, true);
        else if (a->until != NONE)
            group_cancel(s, g, s->task[task].thread);
    }
    double *w = state_words(s, task);
    for (uint32_t k = 0; k < a->nimport; k++) {
        const struct import_var *v = &p->import[a->import + k];
        w[v->to] = state_words(s, ancestor(s, task, v->up))[v->from];
    }
}
