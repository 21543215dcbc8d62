/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.c - see judge.h. */
#include "check/judge.h"
#include "check/judge_impl.h"
#include <string.h>

enum { MAX_MIXES = 64 };

struct judge_opt judge_defaults(void)
{
    return (struct judge_opt){.seed = 1,
                              .jobs = 1,
                              .max_count = 3,
                              .max_states = 2000000,
                              .max_bytes = (size_t)2 << 30,
                              .max_requests = 1000000};
}

/* ---- what there is to judge ---- */

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
                                         .digest = p->subject[i].digest,
                                         .settings = plan_set_for_all(j->a, &p->subject[i])};
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

static const char *reductions_of(struct judge *j, const struct plan_unit *u, const struct seen *s,
                                 bool apart)
{
    if (j->o->no_reductions)
        return "";
    const char *local = !s->e.local ? "" : s->coarse ? "coarse steps, " : "local steps, ";
    return arena_printf(j->a, "%s%sequal copies%s", local, s->e.dead ? "dead variables, " : "",
                        apart                   ? ", requests apart"
                        : u->of->concurrent > 1 ? ", equal requests"
                                                : "");
}

static uint32_t exploration_add(struct judge *j, const struct plan_unit *u, const struct seen *s,
                                const char *classes, bool apart)
{
    static const enum check_end end[] = {
        [EXPLORE_WHOLE] = CHECK_WHOLE,     [EXPLORE_FOUND] = CHECK_FOUND,
        [EXPLORE_STATES] = CHECK_STATES,   [EXPLORE_BYTES] = CHECK_MEMORY,
        [EXPLORE_STOPPED] = CHECK_STOPPED, [EXPLORE_BROKEN] = CHECK_BROKEN};
    const struct explore *e = &s->e;
    struct check_result *r = j->r;
    if (r->nexploration == j->cap_exploration) {
        uint32_t cap = 2 * j->cap_exploration + 16;
        struct exploration_result *v = NEW(j->a, struct exploration_result, cap);
        if (r->nexploration)
            memcpy(v, r->exploration, r->nexploration * sizeof *v);
        r->exploration = v;
        j->cap_exploration = cap;
    }
    r->exploration[r->nexploration] = (struct exploration_result){
        .spec = u->subject,
        .execution = s->p->exec->name,
        .settings = j->p->model[u->model].own,
        .concurrent = u->of->concurrent,
        .classes = classes,
        .end = end[e->end],
        .states = e->states,
        .transitions = e->transitions,
        .last = e->last,
        .depth = e->depth,
        .bytes = e->bytes + e->part_bytes,
        .reductions = reductions_of(j, u, s, apart),
        .bounds = e->cut ? arena_printf(j->a, "counts up to %u", j->o->max_count) : ""};
    return r->nexploration++;
}

/* ---- groups ---- */

/* Units that one exploration decides. */
struct together {
    const struct plan_unit *u; /* the first of them */
    const struct prog *p;
    bool *in;         /* of each unit */
    bool *races;      /* shared data that are looked at for races; NULL: none */
    bool endless;     /* a run without end matters */
    uint32_t watched; /* claims in logic */
};

static bool *races_of(struct judge *j, const struct plan_unit *u)
{
    uint32_t n = j->p->model[u->model].m->nshared;
    bool *races = NEW(j->a, bool, n + 1u);
    for (uint32_t i = 0; i < n; i++)
        races[i] = u->of->narg == 0;
    for (uint32_t k = 0; k < u->of->narg; k++)
        races[u->key[k]] = true;
    return races;
}

/* False: the unit takes an exploration of its own.  The explorer tells the first race alone, so
 * that claims about different data do not go together, and has only so many bits for others. */
static bool group_take(struct judge *j, struct together *g, const struct plan_unit *v)
{
    const struct plan_unit *u = g->u;
    if (u->model != v->model || u->exec != v->exec || u->of->concurrent != v->of->concurrent ||
        !claim_explored(v->of->kind))
        return false;
    if (logic_claim(v) && g->watched == WATCH_CLAIMS)
        return false;
    g->watched += logic_claim(v);
    g->endless |=
        v->of->kind == CLAIM_TERMINATES || v->of->kind == CLAIM_RESPONDS || logic_waits(v);
    if (v->of->kind != CLAIM_NO_RACE)
        return true;
    bool *races = races_of(j, v);
    if (g->races && memcmp(g->races, races, j->p->model[u->model].m->nshared * sizeof *races) != 0)
        return false;
    g->races = races;
    return true;
}

/* What an exploration of the group may say, of some of its claims or of all. */
enum part {
    PART_ALL,    /* of all, if few states do for that: else false, and nothing is said */
    PART_NO_KEY, /* of those that look at no data */
    PART_KEYS    /* of the others, and only until they fail */
};
enum { TOGETHER_STATES = 20000 };

static bool in_part(const struct judge *j, const struct together *g, enum part part, uint32_t unit)
{
    bool looks = j->p->unit[unit].of->kind == CLAIM_NO_RACE;
    return g->in[unit] && (part == PART_ALL || looks == (part == PART_KEYS));
}

struct explore_opt judge_explore(const struct judge *j, uint32_t nreq, const uint32_t *cls)
{
    bool reduce = !j->o->no_reductions;
    return (struct explore_opt){.nreq = nreq,
                                .cls = cls,
                                .max_count = j->o->max_count,
                                .jobs = j->o->jobs,
                                .max_bytes = j->o->max_bytes,
                                .symmetric_copies = reduce,
                                .symmetric_requests = reduce,
                                .begins_along = true,
                                .local_alone = reduce,
                                .live_words = reduce,
                                .stop = j->o->stop};
}

static struct explore_opt part_opt(const struct judge *j, const struct together *g,
                                   const struct mix *m, enum part part)
{
    struct explore_opt o = judge_explore(j, g->u->of->concurrent, m->cls);
    o.races = part == PART_NO_KEY ? NULL : g->races;
    o.hunt = part == PART_KEYS;
    o.endless = g->endless && part != PART_KEYS;
    return o;
}

/* Who watches, and how many requests it takes; true: one instead of several. */
static bool watch_begin(struct judge *j, const bool *in, struct seen *s, struct explore_opt *o)
{
    s->nreq = o->nreq;
    logic_begin(j, in, s);
    o->watch = logic_watch(s);
    if (j->o->no_reductions || !explore_apart(s->p, o))
        return false;
    logic_end(s);
    s->nreq = o->nreq = 1;
    logic_begin(j, in, s);
    o->watch = logic_watch(s);
    return true;
}

/* How it ends, having said what it means for the units; `whole`: nothing, if it ends too early. */
static enum explore_end explore_once(struct judge *j, const struct together *g, const struct mix *m,
                                     struct explore_opt o, const bool *in, bool whole)
{
    struct seen s = {.p = g->p, .cls = m->cls, .coarse = o.coarse};
    bool apart = watch_begin(j, in, &s, &o);
    explore_run(g->p, &o, &s.e);
    enum explore_end end = s.e.end;
    if (!whole || end != EXPLORE_STATES) {
        const char *mix = mix_text(j, g->p, m, g->u->of->concurrent);
        s.index = exploration_add(j, g->u, &s, mix, apart);
        for (uint32_t i = 0; i < j->p->nunit; i++)
            if (in[i])
                seen_judge(j, i, &s);
        cover_add(&j->cover[g->u->subject], g->p, &s.e, s.nreq, j->o->max_count, j->a);
    }
    explore_free(&s.e);
    logic_end(&s);
    return end;
}

static bool any_open(const struct judge *j, const bool *in)
{
    for (uint32_t i = 0; i < j->p->nunit; i++)
        if (in[i] && j->r->claim[i].found == VERDICT_UNDECIDED)
            return true;
    return false;
}

/* Where a limit leaves something open, a search that may pass over runs is tried: what it finds is
 * there all the same. */
static bool explore_part(struct judge *j, const struct together *g, const struct mix *m,
                         enum part part, uint64_t max_states)
{
    struct explore_opt o = part_opt(j, g, m, part);
    bool *in = NEW(j->a, bool, j->p->nunit), whole = max_states != j->o->max_states;
    for (uint32_t i = 0; i < j->p->nunit; i++)
        in[i] = in_part(j, g, part, i);
    o.max_states = max_states;
    enum explore_end end = explore_once(j, g, m, o, in, whole);
    if (whole && end == EXPLORE_STATES)
        return false;
    o.coarse = o.local_alone && (end == EXPLORE_STATES || end == EXPLORE_BYTES);
    if (o.coarse && any_open(j, in))
        explore_once(j, g, m, o, in, false);
    return true;
}

/* Who touches data when is nothing that the others notice: where it takes many states to tell, the
 * others have an exploration of their own, and so a failed claim about data costs them nothing. */
static void explore_mix(struct judge *j, const struct together *g, const struct mix *m)
{
    uint64_t most = j->o->max_states;
    bool apart = g->races && !j->o->no_reductions && (most == 0 || most > TOGETHER_STATES);
    if (explore_part(j, g, m, PART_ALL, apart ? TOGETHER_STATES : most))
        return;
    explore_part(j, g, m, PART_NO_KEY, most);
    explore_part(j, g, m, PART_KEYS, most);
}

static void judge_group(struct judge *j, uint32_t first, bool *done)
{
    const struct plan_unit *u = &j->p->unit[first];
    struct together g = {.u = u, .p = plan_prog(j->p, u), .in = NEW(j->a, bool, j->p->nunit)};
    struct mix m = {{0}};
    uint32_t n = 0;
    for (uint32_t i = first; i < j->p->nunit; i++)
        if (!done[i] && group_take(j, &g, &j->p->unit[i]))
            g.in[i] = done[i] = true;
    do
        explore_mix(j, &g, &m);
    while (mix_next(&m, u->of->concurrent, g.p->ncls) && ++n < MAX_MIXES);
    if (n < MAX_MIXES)
        return;
    for (uint32_t i = first; i < j->p->nunit; i++) /* not all combinations were tried */
        if (g.in[i] && j->r->claim[i].found != VERDICT_FAIL)
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
    j.sound = NEW(a, bool, p->nunit + 1u);
    j.met = NEW(a, struct explore *, p->nunit + 1u);
    j.cover = NEW(a, struct cover, p->nsubject + 1u);
    for (uint32_t i = 0; i < p->nunit; i++)
        if (logic_claim(&p->unit[i]))
            logic_check(&j, &p->unit[i]);
    numbers_begin(&j);
    agrees_begin(&j);
    if (diags_errors(d))
        return NULL;
    results_begin(&j);
    for (uint32_t i = 0; i < p->nunit; i++)
        if (!done[i]) {
            if (o->progress)
                o->progress(o->ctx, i, p->nunit);
            if (claim_explored(p->unit[i].of->kind))
                judge_group(&j, i, done);
            else if (p->unit[i].of->kind == CLAIM_AGREES)
                agrees_judge(&j, i, done);
            else
                numbers_judge(&j, i, done);
        }
    if (diags_errors(d))
        return NULL;
    verdicts_end(&j);
    judge_turns(&j);
    coverage_end(&j);
    static_look(&j);
    return j.r;
}
