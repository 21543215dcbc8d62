/* SPDX-License-Identifier: GPL-3.0-or-later */
/* play.c - see play.h. */
#include "check/play.h"
#include <stdlib.h>
#include <string.h>

static struct move_limits limits_of(const struct play_setting *set)
{
    return (struct move_limits){.max_count = set->max_count, .cls = set->cls};
}

void play_init(struct play *y, const struct play_setting *set)
{
    *y = (struct play){.set = *set, .limits = limits_of(set)};
    pack_run_init(&y->r, set->p, set->nreq);
    y->r.s.op_limit = 1000000;
    y->r.s.fine = true;
}

void play_free(struct play *y)
{
    pack_run_free(&y->r);
}

static bool same_move(const struct move *a, const struct move *b)
{
    return a->kind == b->kind && a->req == b->req && a->task == b->task && a->arg == b->arg &&
           a->pick == b->pick;
}

static bool possible(const struct play *y, const struct move *m)
{
    struct moves all = {0};
    bool found = false;
    moves_list(&y->r, y->set.nreq, NONE, &all);
    for (uint32_t i = 0; i < all.n && !found; i++)
        found = same_move(&all.v[i], m);
    moves_free(&all);
    return found;
}

static bool same_value(double a, double b)
{
    return a == b || (a != a && b != b);
}

uint32_t play_answers(struct play *y)
{
    bool cut = false;
    if (y->r.s.ask == ASK_NONE)
        return 0;
    return move_answers(&y->r, &y->limits, y->may, sizeof y->may / sizeof *y->may, &cut);
}

bool play_answer(struct play *y, double value)
{
    struct state *s = &y->r.s;
    uint32_t n = play_answers(y), at = 0;
    while (at < n && !same_value(y->may[at], value))
        at++;
    if (at == n || y->nanswer == MOVE_ANSWERS)
        return false;
    y->answer[y->nanswer++] =
        (struct play_answer){s->fx_n, s->ask_task, s->task[s->ask_task].pc, s->ask, value, n, at};
    step_answer(s, value);
    return true;
}

/* Requests whose last task is gone give their slots back. */
static void settle(struct play *y)
{
    struct pack_run *r = &y->r;
    for (uint32_t j = 0; j < y->set.nreq; j++)
        if (r->life[j] == PACK_ALIVE && !r->s.req[r->slot[j]].used) {
            r->life[j] = PACK_GONE;
            r->status[j] = r->s.req[r->slot[j]].status;
            r->slot[j] = NONE;
        }
}

bool play_begin_move(struct play *y, const struct move *m)
{
    struct move bare = *m;
    if (!possible(y, m))
        return false;
    bare.nanswer = 0;
    y->nanswer = 0;
    y->r.s.fx_n = 0;
    y->r.s.ops = 0;
    move_make(&y->r, &bare, &y->limits);
    return true;
}

bool play_end_move(struct play *y)
{
    pack_run_room(&y->r);
    settle(y);
    return y->r.s.ask == ASK_NONE && y->r.s.stuck_pc == NONE;
}

bool play_move(struct play *y, const struct move *m)
{
    if (!play_begin_move(y, m))
        return false;
    for (uint32_t i = 0; i < m->nanswer && y->r.s.ask != ASK_NONE; i++)
        if (!play_answer(y, m->answer[i]))
            return false;
    return play_end_move(y);
}

/* ---- following an exploration ---- */

/* Step by step: the move that leads to the explorer's next state.  Equal copies are not equal any
 * more once one of them has ended and another has not, so there may be none; then any move of the
 * same kind from the same place of the program, which is given up again if it leads nowhere. */
enum { FOLLOW_TRIES = 20000 };
struct level {
    struct pack_run r;
    struct moves all;
    uint32_t pc;   /* where the explorer's move finds its task, or NONE */
    uint32_t next; /* move to be tried, first for the very state, then for any */
    struct move move;
    struct moves along; /* begins that the explorer takes for a part of it */
};
struct follow {
    struct explore *e;
    const struct path *way;
    struct signs shown; /* what the last move, or (ends) the last state must show */
    bool ends;
    struct level *level; /* way->n + 1 */
};

static uint32_t task_pc(const struct pack_run *r, const struct move *m)
{
    return m->task == NONE || m->task >= r->s.ntask ? NONE : r->s.task[m->task].pc;
}

static bool lacks(const struct follow *f, struct signs s)
{
    return (f->shown.faults & ~s.faults) != 0 || (f->shown.claims & ~s.claims) != 0;
}

/* The bare move with the answers of the explorer's i-th. */
static bool follow_move(struct follow *f, uint32_t i, const struct move *bare, bool very)
{
    struct signs s = {0};
    struct level *now = &f->level[i], *then = now + 1;
    struct move m = f->way->move[i];
    if (bare->kind != m.kind || task_pc(&now->r, bare) != now->pc)
        return false;
    m.req = bare->req;
    m.task = bare->task;
    m.arg = bare->arg;
    m.pick = bare->pick;
    pack_run_copy(&then->r, &now->r);
    if (!explore_make(f->e, &then->r, &m, &s))
        return false;
    now->along.n = 0;
    explore_make_begins(f->e, &then->r, &now->along);
    if (explore_is(f->e, &then->r, f->way->state[i + 1]) != very)
        return false;
    now->move = m;
    return i + 1 < f->way->n ||
           (f->ends ? explore_ends(f->e, &then->r, &s) && !lacks(f, s) : !lacks(f, s));
}

static void level_enter(struct follow *f, uint32_t i, uint32_t nreq)
{
    moves_list(&f->level[i].r, nreq, NONE, &f->level[i].all);
    f->level[i].next = 0;
}

static bool follow_all(struct follow *f, uint32_t nreq)
{
    uint32_t i = 0, n = f->way->n;
    level_enter(f, 0, nreq);
    for (uint32_t tries = 0; i < n && tries < FOLLOW_TRIES; tries++) {
        struct level *l = &f->level[i];
        uint32_t k = l->next++, all = l->all.n;
        if (all == 0 || k >= 2 * all) {
            if (i == 0)
                return false;
            i--;
            continue;
        }
        if (follow_move(f, i, &l->all.v[k % all], k < all) && ++i < n)
            level_enter(f, i, nreq);
    }
    return i == n;
}

static struct play_way way_of(const struct follow *f, struct arena *a)
{
    struct play_way w = {.cycle = NONE};
    uint32_t n = f->way->n;
    for (uint32_t i = 0; i < f->way->n; i++)
        n += f->level[i].along.n;
    w.move = NEW(a, struct move, n + 1u);
    for (uint32_t i = 0; i < f->way->n; i++) {
        const struct level *l = &f->level[i];
        if (i == f->way->cycle)
            w.cycle = w.n;
        w.move[w.n++] = l->move;
        for (uint32_t k = 0; k < l->along.n; k++)
            w.move[w.n++] = l->along.v[k];
    }
    return w;
}

static struct play_way follow(struct explore *e, const struct play_setting *set, struct path way,
                              struct signs shown, bool ends, struct arena *a)
{
    struct follow f = {.e = e, .way = &way, .shown = shown, .ends = ends};
    f.level = xcalloc(way.n + 1u, sizeof *f.level);
    for (uint32_t i = 0; i <= way.n; i++)
        pack_run_init(&f.level[i].r, set->p, set->nreq);
    for (uint32_t i = 0; i < way.n; i++) {
        explore_load(e, way.state[i], &f.level[way.n].r);
        f.level[i].pc = task_pc(&f.level[way.n].r, &way.move[i]);
    }
    explore_begin(e, &f.level[0].r);
    struct play_way found = {.cycle = NONE};
    if (follow_all(&f, set->nreq))
        found = way_of(&f, a);
    for (uint32_t i = 0; i <= way.n; i++) {
        pack_run_free(&f.level[i].r);
        moves_free(&f.level[i].all);
        moves_free(&f.level[i].along);
    }
    free(f.level);
    return found;
}

struct play_way play_fault(struct explore *e, const struct play_setting *set, enum fault f,
                           struct arena *a)
{
    struct signs shown = {.faults = fault_loops(f) ? 0 : 1U << f}; /* round it goes: no sign */
    return follow(e, set, explore_path_fault(e, f, a), shown,
                  !fault_loops(f) && e->found[f].from == NONE, a);
}

struct play_way play_claim(struct explore *e, const struct play_setting *set, uint32_t bit,
                           struct arena *a)
{
    return follow(e, set, explore_path_claim(e, bit, a),
                  (struct signs){.claims = UINT64_C(1) << bit}, e->claim[bit].from == NONE, a);
}
