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

struct follow {
    struct explore *e;
    const struct move *like; /* the explorer's move: of this kind, with these answers */
    uint32_t to;
    struct signs shown; /* what it must show */
    struct pack_run now, then;
    struct move found;
};

/* Make the move with the answers of the explorer's. */
static bool try_move(struct follow *f, const struct move *bare)
{
    struct signs s = {0, 0};
    struct move m = *f->like;
    m.req = bare->req;
    m.task = bare->task;
    m.arg = bare->arg;
    m.pick = bare->pick;
    pack_run_copy(&f->then, &f->now);
    if (!explore_make(f->e, &f->then, &m, &s) || (f->shown.faults & ~s.faults) != 0 ||
        (f->shown.claims & ~s.claims) != 0)
        return false;
    f->found = m;
    return explore_is(f->e, &f->then, f->to);
}

static bool follow_move(struct follow *f, uint32_t nreq)
{
    struct moves all = {0};
    bool found = false;
    moves_list(&f->now, nreq, NONE, &all);
    for (uint32_t i = 0; i < all.n && !found; i++)
        found = all.v[i].kind == f->like->kind && try_move(f, &all.v[i]);
    moves_free(&all);
    return found;
}

static struct play_way follow(struct explore *e, const struct play_setting *set, struct path way,
                              struct signs last, struct arena *a)
{
    struct follow f = {.e = e};
    struct play_way w = {way.n, NEW(a, struct move, way.n + 1u)};
    pack_run_init(&f.now, set->p, set->nreq);
    pack_run_init(&f.then, set->p, set->nreq);
    explore_begin(e, &f.now);
    for (uint32_t i = 0; i < way.n; i++) {
        f.like = &way.move[i];
        f.to = way.state[i + 1];
        f.shown = i + 1 == way.n ? last : (struct signs){0, 0};
        bug_if(!follow_move(&f, set->nreq));
        w.move[i] = f.found;
        struct pack_run swap = f.now;
        f.now = f.then;
        f.then = swap;
    }
    pack_run_free(&f.now);
    pack_run_free(&f.then);
    return w;
}

struct play_way play_fault(struct explore *e, const struct play_setting *set, enum fault f,
                           struct arena *a)
{
    bool move = e->found[f].from != NONE;
    return follow(e, set, explore_path_fault(e, f, a), (struct signs){.faults = move ? 1U << f : 0},
                  a);
}

struct play_way play_claim(struct explore *e, const struct play_setting *set, uint32_t bit,
                           struct arena *a)
{
    bool move = e->claim[bit].from != NONE;
    return follow(e, set, explore_path_claim(e, bit, a),
                  (struct signs){.claims = move ? UINT64_C(1) << bit : 0}, a);
}
