/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.c - see judge.h. */
#include "check/judge.h"
#include "check/cover.h"
#include "check/explore.h"
#include "core/stuck.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_MIXES = 64 };
struct judge {
    const struct plan *p;
    const struct judge_opt *o;
    struct arena *a;
    struct diags *d;
    struct check_result *r;
    struct cover *cover; /* of each subject */
    uint32_t cap_exploration;
};
struct judge_opt judge_defaults(void)
{
    return (struct judge_opt){.seed = 1,
                              .jobs = 1,
                              .max_count = 3,
                              .max_states = 20000000,
                              .max_bytes = (size_t)2 << 30,
                              .max_requests = 1000000};
}

/* ---- what there is to judge ---- */

/* What the explorer finds by itself, as bits of enum fault; 0: another claim. */
static uint32_t faults_of(const struct claim *c)
{
    static const uint32_t responds[] = {
        [RESPONDS_EXACTLY_ONCE] = 1U << FAULT_UNANSWERED | 1U << FAULT_TWICE,
        [RESPONDS_AT_LEAST_ONCE] = 1U << FAULT_UNANSWERED,
        [RESPONDS_AT_MOST_ONCE] = 1U << FAULT_TWICE,
    };
    switch (c->kind) {
    case CLAIM_DEADLOCK_FREE:
        return 1U << FAULT_DEADLOCK;
    case CLAIM_ALWAYS_AWAITED:
        return 1U << FAULT_UNAWAITED;
    case CLAIM_RESPONDS:
        return responds[c->responds];
    default:
        return 0;
    }
}

static void refuse(struct judge *j, const struct claim *c)
{
    diag_error(j->d, c->at, "E-later", NULL, "`%s` is not available yet", claim_key[c->kind]);
}

static void results_begin(struct judge *j)
{
    const struct plan *p = j->p;
    struct check_result *r = j->r;
    r->nspec = p->nsubject;
    r->spec = NEW(j->a, struct check_spec, p->nsubject + 1u);
    for (uint32_t i = 0; i < p->nsubject; i++) {
        const struct model *m = NULL;
        for (uint32_t k = 0; k < p->nmodel && !m; k++)
            m = p->model[k].subject == i ? p->model[k].m : NULL;
        r->spec[i] = (struct check_spec){.file = p->subject[i].spec->file,
                                         .model = p->subject[i].path,
                                         .name = m ? m->name : "",
                                         .digest = p->subject[i].digest};
    }
    r->nclaim = p->nunit;
    r->claim = NEW(j->a, struct claim_result, p->nunit + 1u);
    for (uint32_t i = 0; i < p->nunit; i++) {
        const struct plan_unit *u = &p->unit[i];
        const struct claim *c = u->of;
        r->claim[i] = (struct claim_result){.name = c->name,
                                            .kind = claim_key[c->kind],
                                            .text = c->operand[0].text ? c->operand[0].text : "",
                                            .at = c->at,
                                            .spec = u->subject,
                                            .claim = u->claim,
                                            .execution = plan_exec(p, u)->name,
                                            .settings = u->settings,
                                            .point = u->at,
                                            .order = u->exec,
                                            .named = c->named,
                                            .expect_fail = c->expect_fail,
                                            .found = VERDICT_PASS,
                                            .why = "",
                                            .exploration = NONE};
    }
}

static void verdict_set(struct claim_result *c, enum verdict v, const char *why)
{
    c->found = v;
    c->why = why;
}

/* ---- one exploration ---- */

struct mix { /* classes of the requests explored at once */
    uint32_t cls[PACK_MAX_REQUESTS];
};

/* The next combination of classes, in ascending order; false after the last. */
static bool mix_next(struct mix *m, uint32_t nreq, uint32_t ncls)
{
    uint32_t i = nreq;
    while (i > 0 && m->cls[i - 1] + 1 == ncls)
        i--;
    if (i == 0)
        return false;
    uint32_t c = m->cls[i - 1] + 1;
    for (i--; i < nreq; i++)
        m->cls[i] = c;
    return true;
}

static const char *mix_text(struct judge *j, const struct prog *p, const struct mix *m,
                            uint32_t nreq)
{
    const char *s = "";
    for (uint32_t i = 0; p->ncls > 1 && i < nreq; i++)
        s = arena_printf(j->a, "%s%s%s", s, i ? ", " : "", p->cls[m->cls[i]].name);
    return s;
}

static uint32_t exploration_add(struct judge *j, const struct plan_unit *u, const struct prog *p,
                                const struct explore *e, const char *classes)
{
    static const enum check_end end[] = {[EXPLORE_WHOLE] = CHECK_WHOLE,
                                         [EXPLORE_STATES] = CHECK_STATES,
                                         [EXPLORE_BYTES] = CHECK_MEMORY,
                                         [EXPLORE_STOPPED] = CHECK_STOPPED,
                                         [EXPLORE_BROKEN] = CHECK_BROKEN};
    struct check_result *r = j->r;
    if (r->nexploration == j->cap_exploration) {
        uint32_t cap = 2 * j->cap_exploration + 16;
        struct exploration_result *v = NEW(j->a, struct exploration_result, cap);
        if (r->nexploration)
            memcpy(v, r->exploration, r->nexploration * sizeof *v);
        r->exploration = v;
        j->cap_exploration = cap;
    }
    const char *copies = j->o->no_reductions ? "" : "equal copies";
    r->exploration[r->nexploration] = (struct exploration_result){
        .spec = u->subject,
        .execution = p->exec->name,
        .settings = j->p->model[u->model].settings,
        .concurrent = u->of->concurrent,
        .classes = classes,
        .end = end[e->end],
        .states = e->states,
        .transitions = e->transitions,
        .last = e->last,
        .depth = e->depth,
        .bytes = e->bytes + e->part_bytes,
        .reductions = u->of->concurrent > 1 && *copies ? "equal copies, equal requests" : copies,
        .bounds = e->cut ? arena_printf(j->a, "counts up to %u", j->o->max_count) : ""};
    return r->nexploration++;
}

/* ---- verdicts of one exploration ---- */

static const char *deadlock_why(struct judge *j, const struct prog *p, const struct explore *e,
                                uint32_t nreq)
{
    struct pack_run run;
    uint32_t stuck = 0;
    pack_run_init(&run, p, nreq);
    explore_load(e, e->found[FAULT_DEADLOCK].state, &run);
    struct stuck_view view = {.p = p, .st = &run.s};
    bool *moving = stuck_moving(&view, &stuck);
    free(moving);
    pack_run_free(&run);
    return arena_printf(j->a, "%u task%s can never move again", stuck, stuck == 1 ? "" : "s");
}

static const char *fault_why(struct judge *j, const struct prog *p, const struct explore *e,
                             enum fault f, uint32_t nreq)
{
    switch (f) {
    case FAULT_DEADLOCK:
        return deadlock_why(j, p, e, nreq);
    case FAULT_UNANSWERED:
        return "a request is never answered";
    case FAULT_TWICE:
        return "a request is answered twice";
    case FAULT_UNAWAITED:
        return "a task is spawned and never awaited";
    default:
        return "";
    }
}

static const char *end_why(struct judge *j, const struct prog *p, const struct explore *e)
{
    switch (e->end) {
    case EXPLORE_STATES:
        return arena_printf(j->a, "no fault in %llu states, to depth %u; --max-states was reached",
                            (unsigned long long)e->states, e->depth);
    case EXPLORE_BYTES:
        return arena_printf(j->a, "no fault in %llu states, to depth %u; --max-memory was reached",
                            (unsigned long long)e->states, e->depth);
    case EXPLORE_BROKEN:
        return arena_printf(j->a, "a move does not come to its end, at %u:%u",
                            e->stuck_pc == NONE ? 0 : p->where[e->stuck_pc].line,
                            e->stuck_pc == NONE ? 0 : p->where[e->stuck_pc].col);
    default:
        return arena_printf(j->a, "no fault in %llu states, to depth %u, when it was stopped",
                            (unsigned long long)e->states, e->depth);
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

static void judge_unit(struct judge *j, uint32_t unit, const struct prog *p, struct explore *e,
                       uint32_t exploration)
{
    const struct claim *c = j->p->unit[unit].of;
    struct claim_result *r = &j->r->claim[unit];
    enum fault f = fault_first(e, faults_of(c));
    if (r->exploration == NONE)
        r->exploration = exploration;
    if (r->found == VERDICT_FAIL)
        return; /* with another mix of classes */
    if (f != FAULT_COUNT) {
        r->exploration = exploration;
        r->hint = NULL;
        verdict_set(r, VERDICT_FAIL, fault_why(j, p, e, f, c->concurrent));
        return;
    }
    if (e->end != EXPLORE_WHOLE) {
        r->hint = NULL;
        verdict_set(r, VERDICT_UNDECIDED, end_why(j, p, e));
        return;
    }
    uint32_t slack = c->kind == CLAIM_DEADLOCK_FREE ? cover_slack(p, e) : NONE;
    if (r->found == VERDICT_PASS && slack != NONE) {
        const char *why = cover_slack_text(p, e, slack, c->concurrent, &r->hint, j->a);
        verdict_set(r, VERDICT_VACUOUS, why);
    }
}

/* ---- groups ---- */

static bool same_group(const struct plan_unit *u, const struct plan_unit *v)
{
    return u->model == v->model && u->exec == v->exec && u->of->concurrent == v->of->concurrent &&
           claim_explored(v->of->kind);
}

static void explore_mix(struct judge *j, uint32_t first, const bool *in, const struct mix *m)
{
    const struct plan_unit *u = &j->p->unit[first];
    const struct prog *p = plan_prog(j->p, u);
    struct explore_opt o = {.nreq = u->of->concurrent,
                            .cls = m->cls,
                            .max_count = j->o->max_count,
                            .max_states = j->o->max_states,
                            .max_bytes = j->o->max_bytes,
                            .symmetric_copies = !j->o->no_reductions,
                            .symmetric_requests = !j->o->no_reductions,
                            .stop = j->o->stop};
    struct explore e;
    explore_run(p, &o, &e);
    uint32_t index = exploration_add(j, u, p, &e, mix_text(j, p, m, o.nreq));
    for (uint32_t i = first; i < j->p->nunit; i++)
        if (in[i])
            judge_unit(j, i, p, &e, index);
    cover_add(&j->cover[u->subject], p, &e, j->a);
    explore_free(&e);
}

static void judge_group(struct judge *j, uint32_t first, bool *done)
{
    const struct plan_unit *u = &j->p->unit[first];
    const struct prog *p = plan_prog(j->p, u);
    bool *in = NEW(j->a, bool, j->p->nunit);
    struct mix m = {{0}};
    uint32_t n = 0;
    for (uint32_t i = first; i < j->p->nunit; i++)
        if (same_group(u, &j->p->unit[i]))
            in[i] = done[i] = true;
    do
        explore_mix(j, first, in, &m);
    while (mix_next(&m, u->of->concurrent, p->ncls) && ++n < MAX_MIXES);
    if (n < MAX_MIXES)
        return;
    for (uint32_t i = first; i < j->p->nunit; i++) /* not all combinations were tried */
        if (in[i] && j->r->claim[i].found != VERDICT_FAIL)
            verdict_set(&j->r->claim[i], VERDICT_UNDECIDED,
                        arena_printf(j->a, "no fault in the first %d combinations of classes",
                                     (int)MAX_MIXES));
}

/* ---- all ---- */

static void verdicts_end(struct judge *j)
{
    for (uint32_t i = 0; i < j->r->nclaim; i++) {
        struct claim_result *c = &j->r->claim[i];
        c->verdict = c->found;
        if (c->expect_fail && c->found == VERDICT_PASS) {
            c->verdict = VERDICT_FAIL;
            c->why = "it holds, and was expected to fail";
        } else if (c->expect_fail && c->found == VERDICT_FAIL) {
            c->verdict = VERDICT_PASS;
        }
    }
}

static void coverage_end(struct judge *j)
{
    struct check_result *r = j->r;
    for (uint32_t s = 0; s < j->p->nsubject; s++) {
        struct unreached_result *v = NULL;
        uint32_t n = cover_unreached(&j->cover[s], s, j->a, &v);
        struct unreached_result *all = NEW(j->a, struct unreached_result, r->nunreached + n + 1u);
        if (r->nunreached)
            memcpy(all, r->unreached, r->nunreached * sizeof *all);
        if (n)
            memcpy(all + r->nunreached, v, n * sizeof *all);
        r->unreached = all;
        r->nunreached += n;
    }
}

struct check_result *judge_run(const struct plan *p, const struct judge_opt *o, struct arena *a,
                               struct diags *d)
{
    struct judge j = {.p = p, .o = o, .a = a, .d = d, .r = NEW(a, struct check_result, 1)};
    bool *done = NEW(a, bool, p->nunit + 1u);
    j.r->mem = a;
    j.r->seed = o->seed;
    j.r->strict = o->strict;
    j.cover = NEW(a, struct cover, p->nsubject + 1u);
    for (uint32_t i = 0; i < p->nunit; i++)
        if (faults_of(p->unit[i].of) == 0)
            refuse(&j, p->unit[i].of);
    if (diags_errors(d))
        return NULL;
    results_begin(&j);
    for (uint32_t i = 0; i < p->nunit; i++)
        if (!done[i] && claim_explored(p->unit[i].of->kind)) {
            if (o->progress)
                o->progress(o->ctx, i, p->nunit);
            judge_group(&j, i, done);
        }
    verdicts_end(&j);
    coverage_end(&j);
    return j.r;
}
