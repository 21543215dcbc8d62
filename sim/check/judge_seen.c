/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_seen.c - what an exploration says about a claim: verdict, why, and the counterexample told.
 */
#include "check/judge_impl.h"
#include "check/story.h"
#include "check/timely.h"
#include "core/stuck.h"
#include <inttypes.h>
#include <stdlib.h>

void verdict_set(struct claim_result *c, enum verdict v, const char *why)
{
    c->found = v;
    c->why = why;
}

/* What the explorer finds by itself, as bits of enum fault; 0: another claim. */
static uint32_t faults_of(const struct claim *c)
{
    static const uint32_t responds[] = {
        [RESPONDS_EXACTLY_ONCE] = 1U << FAULT_UNANSWERED | 1U << FAULT_STARVED | 1U << FAULT_TWICE,
        [RESPONDS_AT_LEAST_ONCE] = 1U << FAULT_UNANSWERED | 1U << FAULT_STARVED,
        [RESPONDS_AT_MOST_ONCE] = 1U << FAULT_TWICE,
    };
    switch (c->kind) {
    case CLAIM_DEADLOCK_FREE:
        return 1U << FAULT_DEADLOCK;
    case CLAIM_ALWAYS_AWAITED:
        return 1U << FAULT_UNAWAITED;
    case CLAIM_RESPONDS:
        return responds[c->responds];
    case CLAIM_NO_RACE:
        return 1U << FAULT_RACE | 1U << FAULT_LOST;
    case CLAIM_TERMINATES:
        return 1U << FAULT_ENDLESS | 1U << FAULT_TRAPPED;
    default:
        return 0;
    }
}

/* The fault among `faults` that is seen first, or FAULT_COUNT. */
static enum fault fault_first(const struct explore *e, uint32_t faults)
{
    enum fault first = FAULT_COUNT;
    for (uint32_t f = 0; f < FAULT_COUNT; f++)
        if ((faults >> f & 1U) && e->found[f].state != NONE &&
            (first == FAULT_COUNT || e->found[f].state < e->found[first].state))
            first = (enum fault)f;
    return first;
}

/* ---- why ---- */

/* How many of fewer requests than were asked for; "" of all. */
static const char *requests_why(struct judge *j, const struct seen *s, uint32_t asked)
{
    return s->nreq == asked ? ""
           : s->nreq == 1   ? " of one request"
                            : arena_printf(j->a, " of %u requests", s->nreq);
}

static const char *deadlock_why(struct judge *j, const struct seen *s, uint32_t asked)
{
    struct pack_run run;
    uint32_t stuck = 0;
    pack_run_init(&run, s->p, s->nreq);
    explore_load(&s->e, s->e.found[FAULT_DEADLOCK].state, &run);
    struct stuck_view view = {.p = s->p, .st = &run.s};
    bool *moving = stuck_moving(&view, &stuck);
    free(moving);
    pack_run_free(&run);
    return arena_printf(j->a, "%u task%s%s can never move again", stuck, stuck == 1 ? "" : "s",
                        requests_why(j, s, asked));
}

static const char *fault_why(struct judge *j, const struct seen *s, enum fault f, uint32_t asked)
{
    switch (f) {
    case FAULT_DEADLOCK:
        return deadlock_why(j, s, asked);
    case FAULT_UNANSWERED:
        return "a request is never answered";
    case FAULT_TWICE:
        return "a request is answered twice";
    case FAULT_UNAWAITED:
        return "a task is spawned and never awaited";
    case FAULT_RACE:
        return arena_printf(j->a, "two tasks touch `%s` at once, one of them writing",
                            s->p->model->shared[s->e.race_key].name);
    case FAULT_LOST:
        return arena_printf(j->a, "an update of `%s` is lost",
                            s->p->model->shared[s->e.lost_key].name);
    case FAULT_ENDLESS:
        return "a run goes on for ever";
    case FAULT_TRAPPED:
        return "a run comes to where no end can be reached";
    case FAULT_STARVED:
        return "a run comes to where a request can never be answered";
    default:
        return "it does not hold";
    }
}

/* How many tasks a body spawns by name, where these are most. */
static uint32_t most_spawns(const struct prog *p)
{
    uint32_t n = 0, most = 0;
    for (uint32_t pc = 0; pc < p->nop; pc++) { /* bodies lie one after the other */
        for (uint32_t b = 0; b < p->nbody; b++)
            n = p->body[b].pc == pc ? 0 : n;
        n += p->op[pc].code == OP_FORK && p->fork[p->op[pc].a].kind == GROUP_SPAWN;
        most = n > most ? n : most;
    }
    return most;
}

static bool tasks_broke(const struct seen *s)
{
    return s->e.stuck_pc == NONE && most_spawns(s->p) <= EXPLORE_SPAWNS;
}

/* A move did not come to its end, or to one that could be kept. */
static const char *broken_why(struct judge *j, const struct seen *s)
{
    uint32_t pc = s->e.stuck_pc;
    if (tasks_broke(s))
        return "there are more tasks at once than can be explored";
    if (pc == NONE)
        return arena_printf(j->a, "one body spawns %u tasks by name, and %d are told apart",
                            most_spawns(s->p), (int)EXPLORE_SPAWNS);
    const struct loc *at = &s->p->where[pc];
    enum opcode code = (enum opcode)s->p->op[pc].code;
    if (code == OP_ASK || code == OP_BRANCH || code == OP_CHOOSE)
        return arena_printf(j->a,
                            "at %u:%u more than %d draws follow each other without a wait, or "
                            "what is drawn has no value",
                            at->line, at->col, (int)MOVE_ANSWERS);
    return arena_printf(j->a, "the step at %u:%u goes on for ever without waiting", at->line,
                        at->col);
}

/* What was drawn has more values than were tried; NULL: no. */
static const char *values_why(struct judge *j, const struct seen *s)
{
    const struct prog *p = s->p;
    for (uint32_t i = 0; s->e.cut && i < p->nchoice; i++)
        if (p->choice[i].n > MOVE_VALUES)
            return arena_printf(j->a, "no fault, but %d of the %u branches of a choice were tried",
                                (int)MOVE_VALUES, p->choice[i].n);
    for (uint32_t pc = 0; s->e.cut && pc + 1 < p->nop; pc++) {
        const struct op *o = &p->op[pc];
        if (o->code != OP_ASK || !(o->flags & OPF_WHOLE) || !p->x.expr[o->b].draws)
            continue;
        const struct shared_var *v = &p->var[o[1].b];
        if ((int64_t)v->hi - v->lo >= MOVE_VALUES)
            return arena_printf(j->a, "no fault, but %d values of `%s` were tried",
                                (int)MOVE_VALUES, v->name);
    }
    return NULL;
}

/* Why it is not known whether it holds. */
static const char *end_why(struct judge *j, const struct seen *s)
{
    const struct explore *e = &s->e;
    if (e->end == EXPLORE_BROKEN)
        return broken_why(j, s);
    if (e->end == EXPLORE_STOPPED && e->states <= 1)
        return "there was no time to look";
    return arena_printf(j->a,
                        "no fault in %" PRIu64 " state%s, to depth %u, %" PRIu64
                        " of them yet to be gone on from%s",
                        e->states, e->states == 1 ? "" : "s", e->depth, e->waiting,
                        e->end == EXPLORE_STATES  ? "; --max-states was reached"
                        : e->end == EXPLORE_BYTES ? "; --max-memory was reached"
                                                  : ", when it was stopped");
}

/* ---- the counterexample ---- */

/* f FAULT_COUNT: of a claim in logic.  looked: as in timely.h. */
static struct story_result *story_of(struct judge *j, uint32_t unit, struct seen *s, enum fault f,
                                     const char *title, uint32_t *looked)
{
    static const enum story_fault kind[FAULT_COUNT] = {
        [FAULT_DEADLOCK] = STORY_DEADLOCK, [FAULT_UNANSWERED] = STORY_UNANSWERED,
        [FAULT_TWICE] = STORY_TWICE,       [FAULT_UNAWAITED] = STORY_UNAWAITED,
        [FAULT_ENDLESS] = STORY_ENDLESS,   [FAULT_TRAPPED] = STORY_TRAPPED,
        [FAULT_STARVED] = STORY_TRAPPED,   [FAULT_RACE] = STORY_RACE,
        [FAULT_LOST] = STORY_LOST_UPDATE};
    const struct plan_model *m = &j->p->model[j->p->unit[unit].model];
    struct story_opt o = {
        .set = {.p = s->p, .nreq = s->nreq, .max_count = j->o->max_count, .cls = s->cls},
        .fault = f == FAULT_COUNT ? STORY_OTHER : kind[f],
        .key = f == FAULT_RACE   ? s->e.race_key
               : f == FAULT_LOST ? s->e.lost_key
                                 : NONE,
        .title = title,
        .sets = m->set,
        .nset = m->nset,
        .timing = true};
    struct play_way way = f == FAULT_COUNT ? timely_claim(&s->e, &o.set, s->bit[unit], j->a, looked)
                          : fault_loops(f) ? play_fault(&s->e, &o.set, f, j->a)
                                           : timely_fault(&s->e, &o.set, f, j->a, looked);
    o.cycle = way.cycle;
    o.move = way.move;
    o.n = way.n;
    return story_make(j->a, &o);
}

/* ---- verdicts ---- */

/* The explorer tells the key of the first race alone: another one may be of another key. */
static bool of_many_keys(const struct judge *j, uint32_t unit, enum fault f)
{
    const struct plan_unit *u = &j->p->unit[unit];
    uint32_t keys = u->of->narg ? u->of->narg : j->p->model[u->model].m->nshared;
    return (f == FAULT_RACE || f == FAULT_LOST) && keys > 1;
}

/* A run that only unusual timing gives, where such runs do not count. */
static void judge_unusual(struct judge *j, struct claim_result *r, uint32_t looked)
{
    r->hint = "without `timing: model`, any such run counts";
    verdict_set(
        r, VERDICT_UNDECIDED,
        arena_printf(
            j->a, "%s, but the model's latencies exclude that in %s that was looked at", r->why,
            looked == 1 ? "the one run" : arena_printf(j->a, "each of the %u runs", looked)));
}

static void judge_fault(struct judge *j, uint32_t unit, struct seen *s, enum fault f)
{
    struct claim_result *r = &j->r->claim[unit];
    uint32_t looked = 1, asked = s->nreq;
    bool timed = j->p->unit[unit].of->timing_model;
    struct seen few;
    bool fewer = seen_fewer(j, s, f, &few);
    s = fewer ? &few : s;
    r->exploration = s->index;
    r->hint = NULL;
    verdict_set(r, VERDICT_FAIL,
                f == FAULT_COUNT ? logic_why(j, unit, s) : fault_why(j, s, f, asked));
    r->story = story_of(j, unit, s, f, r->why, timed && !of_many_keys(j, unit, f) ? &looked : NULL);
    r->unusual = r->story && r->story->timing == STORY_TIMING_UNUSUAL;
    if (fewer)
        explore_free(&few.e);
    if (r->unusual && timed)
        judge_unusual(j, r, looked);
}

/* Does nobody ever wait for what somebody holds, whichever classes the requests are of?  Then that
 * nothing deadlocks says little. */
static void judge_slack(struct judge *j, uint32_t unit, const struct seen *s)
{
    struct claim_result *r = &j->r->claim[unit];
    uint32_t asked = j->p->unit[unit].of->concurrent; /* one alone may have been explored */
    struct explore *met = j->met[unit];
    if (met == NULL) {
        met = j->met[unit] = NEW(j->a, struct explore, 1);
        met->reached = NEW(j->a, uint8_t, s->p->nmark + 1u);
        met->waited = NEW(j->a, uint8_t, s->p->nres + 1u);
        met->peak = NEW(j->a, uint32_t, s->p->nres + 1u);
    }
    explore_seen_add(s->p, met, &s->e);
    uint32_t slack = cover_slack(s->p, met);
    if (slack != NONE && r->found != VERDICT_UNDECIDED) {
        const char *why = cover_slack_text(s->p, met, slack, asked, &r->hint, j->a);
        verdict_set(r, VERDICT_VACUOUS, why);
    } else if (r->found == VERDICT_VACUOUS) { /* with another mix it was */
        r->hint = NULL;
        verdict_set(r, VERDICT_PASS, "");
    }
}

static void seen_nothing_coarse(struct judge *j, struct claim_result *r, const struct seen *s)
{
    if (s->e.end == EXPLORE_WHOLE && s->e.local && r->found == VERDICT_UNDECIDED)
        r->why = arena_printf(j->a,
                              "%s; nor in all %" PRIu64
                              " state%s of a coarser search, which may pass over runs",
                              r->why, s->e.states, s->e.states == 1 ? "" : "s");
}

void seen_judge(struct judge *j, uint32_t unit, struct seen *s)
{
    const struct claim *c = j->p->unit[unit].of;
    struct claim_result *r = &j->r->claim[unit];
    enum fault f = fault_first(&s->e, faults_of(c));
    if (r->exploration == NONE)
        r->exploration = s->index;
    if (r->found == VERDICT_FAIL)
        return; /* with another mix of classes */
    bool logic = logic_claim(&j->p->unit[unit]);
    if (f != FAULT_COUNT || (logic && logic_violated(s, unit))) {
        judge_fault(j, unit, s, f);
        return;
    }
    if (s->coarse) {
        seen_nothing_coarse(j, r, s);
        return;
    }
    if (s->e.end != EXPLORE_WHOLE) {
        bool counts = s->e.end != EXPLORE_BROKEN || tasks_broke(s);
        r->hint = !counts       ? NULL
                  : s->nreq > 1 ? "try it with `concurrent: 1`, or with smaller counts (`set`)"
                                : "try it with smaller counts (`set`)";
        verdict_set(r, VERDICT_UNDECIDED, end_why(j, s));
        return;
    }
    const char *values = values_why(j, s);
    if (values) {
        verdict_set(r, VERDICT_UNDECIDED, values);
        return;
    }
    if (logic) {
        logic_held(j, unit, s);
        return;
    }
    if (c->kind == CLAIM_DEADLOCK_FREE)
        judge_slack(j, unit, s);
}
