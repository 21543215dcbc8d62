/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile_fork.c - the verbs that start tasks, and await.
 *
 * A child is compiled where it is forked: it sees what is set there, and what it leaves behind is
 * known when its parent goes on. */
#include "core/compile_impl.h"

uint32_t fork_new(struct compiler *c, enum group_kind k, uint32_t nbranch)
{
    struct forksite *f = ADD(c, c->p->fork, c->p->nfork, c->cap_fork);
    *f = (struct forksite){.kind = k,
                           .word = word_new(c),
                           .nbranch = nbranch,
                           .count_word = NONE,
                           .limit = NONE,
                           .until = NONE,
                           .taken_word = NONE};
    return c->p->nfork - 1;
}

/* What a step of tasks was told: how many successes decide, and what becomes of the others. */
static void fork_policy(struct compiler *c, uint32_t f, const struct step *s, uint32_t until)
{
    struct forksite *k = &c->p->fork[f];
    k->until = until;
    k->detach_rest = s->rest == REST_DETACH;
    k->siblings = s->siblings;
}

/* The word of until:, NONE if all are needed.  *all: it is known to want all n. */
static uint32_t ask_until(struct compiler *c, const struct step *s, uint32_t n, bool *all)
{
    *all = !s->until;
    if (!s->until)
        return NONE;
    uint32_t id = scope_expr(c, s->until, WANT_COUNT, false);
    double v;
    if (scope_const(c, id, &v)) {
        *all = v == n;
        if (v < 1 || v > n)
            diag_error(c->d, s->until->at, "E-until",
                       n == NONE ? NULL : arena_printf(c->a, "write a number from 1 to %u", n),
                       v < 1 ? "`until` must be at least 1, not %.0f"
                             : "`until: %.0f` can never be reached",
                       v);
    }
    return emit_ask(c, "until", id, NONE, s->until->at);
}

static struct ctask *child_body(struct compiler *c, const struct body *b, const char *path)
{
    struct ctask *t = task_begin(c, path, b->at);
    struct frame f;
    frame_open(c, &f);
    compile_body(c, b, (struct body_opt){.path = path, .branch = true});
    frame_close(c);
    return task_end(c, b->at), t;
}

static void emit_fork(struct compiler *c, uint32_t f, uint32_t body, struct loc at)
{
    enum cost k = c->x->kind == EXEC_THREADS ? COST_SPAWN : COST_TASK;
    bool inplace = c->inplace || c->p->in_place;
    if (!inplace && c->p->cost_site[k] != NONE) {
        uint32_t site = site_new(c, mark_path(c), cost_name[k], NONE);
        emit3(c, OP_COST, at, k, 0, 0)->site = site;
    }
    uint32_t site = site_new(c, mark_path(c), "fork", NONE);
    struct line *l = emit3(c, OP_FORK, at, f, body, 0);
    l->op.flags = inplace ? OPF_INPLACE : 0;
    l->site = site;
}

static void group_open(struct compiler *c, uint32_t f, struct loc at)
{
    emit3(c, OP_GROUP, at, f, 0, 0);
    region_open(c, H_KILL, f, op_make(OP_KILL, f, 0, 0));
}

/* Branches stand below the enclosing body; below their step, if it has a name or they have none. */
static const char *branch_path(struct compiler *c, const struct step *s, const struct branch *b)
{
    const char *base = s->named || s->listed ? mark_path(c) : c->path;
    return path_join(c, base, b->name ? b->name : s->name, b->at);
}

void compile_parallel(struct compiler *c, const struct step *s)
{
    bool all;
    uint32_t until = ask_until(c, s, s->nbranch, &all);
    uint32_t f = fork_new(c, GROUP_PARALLEL, s->nbranch);
    fork_policy(c, f, s, until);
    group_open(c, f, s->at);
    uint32_t join = label_new(c), joined = s->listed ? 0 : scope_bit(c);
    for (uint32_t i = 0; i < s->nbranch; i++) {
        const struct branch *b = &s->branch[i];
        uint32_t body = c->ntask;
        struct ctask *t = child_body(c, &b->body, branch_path(c, s, b));
        emit3(c, OP_MORE, b->at, f, 0, join);
        emit_fork(c, f, body, b->at);
        if (s->listed)
            continue; /* nobody can name it */
        struct known k = {.name = b->name,
                          .at = b->at,
                          .kind = GROUP_PARALLEL,
                          .child = t,
                          .fork = f,
                          .branch = i,
                          .joined = joined,
                          .partial = !all};
        scope_know(c, &k);
    }
    label_here(c, join);
    emit3(c, OP_JOIN, s->at, f, 0, 0);
    region_close(c);
    if (all && !s->listed)
        set_bit(&c->t->set, joined);
}

/* NEXT to the body of as_completed, for each copy that has ended. */
static void each_completed(struct compiler *c, const struct step *s, struct known *k, uint32_t next)
{
    uint32_t f = k->fork, end = label_new(c);
    emit3(c, OP_NEXT, s->completed.at, f, 0, end);
    struct varset before = c->t->set;
    struct bound as = {.up = c->bound, .name = s->as, .unit = UNIT_NUMBER, .task = c->t};
    as.word = c->p->fork[f].taken_word = word_new(c);
    c->p->fork[f].taken_named = s->as != NULL;
    if (s->as)
        c->bound = &as;
    k->taking = true;
    loop_push(c, as.word); /* draws go by the copy's number, not by the order of completion */
    const struct body *b = &s->completed;
    const char *path = mark_path(c);
    if (b->n != 1 || !b->v[0]->named)
        path = path_join(c, path, "as_completed", b->at);
    compile_body(c, b, (struct body_opt){.path = path});
    loop_pop(c);
    k->taking = false;
    c->bound = as.up;
    c->t->set = before; /* there may be no copies at all */
    emit3(c, OP_JUMP, b->at, 0, 0, next);
    label_here(c, end);
}

struct each {
    uint32_t fork, index; /* index: word that counts the copies made, or NONE */
    uint32_t more, made;  /* labels */
    bool all;
};

static void each_ask(struct compiler *c, const struct step *s, struct each *e)
{
    uint32_t id = scope_expr(c, s->expr, WANT_COUNT, false);
    uint32_t count = emit_ask(c, "count", id, NONE, s->expr->at), limit = NONE;
    double n;
    if (s->limit) {
        uint32_t x = scope_expr(c, s->limit, WANT_COUNT, false);
        if (scope_const(c, x, &n) && n < 1)
            diag_error(c->d, s->limit->at, "E-const", NULL, "`limit` must be at least 1");
        limit = emit_ask(c, "limit", x, NONE, s->limit->at);
    }
    bool known = scope_const(c, id, &n) && n < NONE;
    uint32_t until = ask_until(c, s, known ? (uint32_t)n : NONE, &e->all);
    e->fork = fork_new(c, GROUP_EACH, 0);
    fork_policy(c, e->fork, s, until);
    struct forksite *f = &c->p->fork[e->fork];
    f->count_word = count;
    f->limit = limit;
    f->consumed = s->has_completed;
}

static struct ctask *each_copies(struct compiler *c, const struct step *s, struct each *e)
{
    struct bound as = {.up = c->bound, .name = s->as, .unit = UNIT_NUMBER, .task = c->t};
    e->index = NONE;
    if (s->as && scope_free_name(c, s->as, s->at)) {
        as.word = e->index = word_new(c);
        emit3(c, OP_ZERO, s->at, e->index, 0, 0);
        c->bound = &as;
    }
    uint32_t body = c->ntask;
    struct ctask *t = child_body(c, &s->body, mark_path(c));
    c->bound = as.up;
    e->more = label_new(c);
    e->made = label_new(c);
    label_here(c, e->more);
    emit3(c, OP_MORE, s->at, e->fork, 0, e->made);
    emit_fork(c, e->fork, body, s->at);
    bool one_by_one = s->has_completed && (c->inplace || c->p->in_place);
    uint32_t to = one_by_one ? e->made : e->more;
    if (e->index == NONE)
        emit3(c, OP_JUMP, s->at, 0, 0, to);
    else
        emit3(c, OP_INC, s->at, e->index, 0, to);
    label_here(c, e->made);
    return t;
}

void compile_each(struct compiler *c, const struct step *s)
{
    struct each e;
    each_ask(c, s, &e);
    group_open(c, e.fork, s->at);
    struct ctask *t = each_copies(c, s, &e);
    struct known k = {.name = s->name,
                      .at = s->at,
                      .kind = GROUP_EACH,
                      .child = t,
                      .fork = e.fork,
                      .branch = NONE,
                      .joined = scope_bit(c),
                      .partial = !e.all};
    struct known *n = scope_know(c, &k);
    if (s->has_completed)
        each_completed(c, s, n, e.more);
    else
        emit3(c, OP_JOIN, s->at, e.fork, 0, 0);
    region_close(c);
    if (e.all)
        set_bit(&c->t->set, n->joined);
}

void compile_spawn(struct compiler *c, const struct step *s)
{
    for (uint32_t i = 0; i < s->nbranch; i++) {
        const struct branch *b = &s->branch[i];
        uint32_t body = c->ntask, f = fork_new(c, GROUP_SPAWN, 1);
        struct ctask *t = child_body(c, &b->body, branch_path(c, s, b));
        emit_fork(c, f, body, b->at);
        struct known k = {.name = b->name,
                          .at = b->at,
                          .kind = GROUP_SPAWN,
                          .child = t,
                          .fork = f,
                          .branch = NONE,
                          .joined = scope_bit(c)};
        struct known *n = scope_know(c, &k);
        set_bit(&c->t->set, n->began);
    }
}

void compile_detach(struct compiler *c, const struct step *s)
{
    bool branch = s->nbranch > 0;
    const struct body *b = branch ? &s->branch[0].body : &s->body;
    uint32_t body = c->ntask, f = fork_new(c, GROUP_DETACH, 1);
    child_body(c, b, mark_path(c));
    emit_fork(c, f, body, s->at);
}

void compile_await(struct compiler *c, const struct step *s)
{
    struct prog *p = c->p;
    bool all;
    uint32_t until = ask_until(c, s, s->awaits.n, &all);
    struct awaitsite w = {
        .first = p->nawait_ref, .until = until, .detach_rest = s->rest == REST_DETACH};
    struct cawait *ca = ADD(c, c->await, c->ncawait, c->cap_cawait);
    struct known **of = NEW(c->tmp, struct known *, s->awaits.n ? s->awaits.n : 1);
    for (uint32_t i = 0; i < s->awaits.n; i++) {
        struct known *k = scope_spawned(c, &s->awaits.v[i]);
        if (!k)
            continue;
        scope_awaited(c, k, !all);
        k->partial = k->partial || !all;
        of[w.n++] = k;
        *ADD(c, p->await_ref, p->nawait_ref, c->cap_await_ref) =
            (struct await_ref){.up = c->t->level - k->owner->level, .fork = k->fork};
    }
    *ca = (struct cawait){.task = c->t, .n = w.n, .of = of};
    *ADD(c, p->await, p->nawait, c->cap_await) = w;
    emit3(c, OP_AWAIT, s->at, p->nawait - 1, 0, 0);
}
