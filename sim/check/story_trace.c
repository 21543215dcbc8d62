/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_trace.c - a story with times as the run of an execution, for the writers of traces: steps,
 * calls, bursts and waits in queues, of each request. */
#include "check/story_impl.h"
#include <math.h>
#include <stdlib.h>

static double now(const struct teller *t)
{
    return (double)t->time[t->move] * 1e-9;
}

static uint32_t add(struct teller *t, uint32_t lane, struct timeline_span s)
{
    t->span = grow(t->span, &t->cap_span, t->nspan + 1, sizeof *t->span);
    s.lane = lane;
    s.start = now(t);
    s.end = (double)NAN;
    t->span[t->nspan] = s;
    return t->nspan++;
}

static uint32_t step_above(const struct teller *t, uint32_t lane)
{
    const struct lane *l = &t->lane[lane];
    if (l->depth > 0)
        return l->span[l->depth - 1];
    return l->parent == NONE || t->lane[l->parent].depth == 0
               ? NONE
               : t->lane[l->parent].span[t->lane[l->parent].depth - 1];
}

/* Before the lane's steps are brought up to date. */
static void step_begins(struct teller *t, uint32_t lane, uint32_t mark)
{
    struct lane *l = &t->lane[lane];
    uint32_t s = add(t, lane,
                     (struct timeline_span){.kind = TIMELINE_STEP,
                                            .parent = step_above(t, lane),
                                            .step = mark,
                                            .name = step_short(t, mark)});
    if (l->depth <= t->p->ndepth)
        l->span[l->depth] = s;
}

static void step_ends(struct teller *t, uint32_t lane, uint32_t how)
{
    struct lane *l = &t->lane[lane];
    if (l->depth == 0)
        return;
    struct timeline_span *s = &t->span[l->span[l->depth - 1]];
    s->end = now(t);
    s->failed = how == 1;
    s->cancelled = how == 2;
}

static void wait_begins(struct teller *t, uint32_t lane, enum timeline_kind kind, const char *name)
{
    t->lane[lane].open =
        add(t, lane,
            (struct timeline_span){
                .kind = kind, .parent = step_above(t, lane), .step = NONE, .name = name}) +
        1;
}

static void wait_ends(struct teller *t, uint32_t lane)
{
    if (t->lane[lane].open != 0)
        t->span[t->lane[lane].open - 1].end = now(t);
    t->lane[lane].open = 0;
}

void trace_move(struct teller *t, uint32_t lane)
{
    if (t->time != NULL && lane != NONE)
        wait_ends(t, lane);
}

void trace_effect(struct teller *t, uint32_t lane, const struct fx *f)
{
    if (t->time == NULL || lane == NONE)
        return;
    switch ((enum fx_kind)f->kind) {
    case FX_ENTER:
        step_begins(t, lane, f->a);
        break;
    case FX_LEAVE:
        step_ends(t, lane, f->c);
        break;
    case FX_WORK:
        wait_begins(t, lane, TIMELINE_WORK, step_short(t, t->p->mark_of[f->b]));
        break;
    case FX_CPU:
        wait_begins(t, lane, TIMELINE_CPU,
                    f->b == NONE ? "cost" : step_short(t, t->p->mark_of[f->b]));
        break;
    case FX_QUEUE:
        wait_begins(t, lane, TIMELINE_QUEUE, t->p->res[t->y.r.s.inst[f->a].res].name);
        break;
    case FX_TAKE:
        if (f->c)
            wait_ends(t, lane);
        break;
    case FX_UNWORK:
    case FX_UNQUEUE:
    case FX_OVERTASK:
        wait_ends(t, lane);
        break;
    default:
        break;
    }
}

/* ---- as a run ---- */

static struct timeline_result request_line(struct teller *t, uint32_t j, double end)
{
    struct timeline_result r = {.which = arena_printf(t->a, "request %u", j + 1),
                                .ordinal = j,
                                .cls = t->p->cls[t->o->set.cls[j]].name,
                                .status = t->status[j],
                                .arrival = (double)NAN};
    uint32_t *lane = NEW(t->a, uint32_t, t->nlane + 1u), *span = NEW(t->a, uint32_t, t->nspan + 1u);
    r.lane = NEW(t->a, const char *, t->nlane + 1u);
    r.span = NEW(t->a, struct timeline_span, t->nspan + 1u);
    for (uint32_t i = 0; i < t->nlane; i++) {
        lane[i] = r.nlane;
        if (t->lane[i].request == j)
            r.lane[r.nlane++] = t->p->body[t->lane[i].body].path;
    }
    r.arrival = t->arrived[j];
    for (uint32_t i = 0; i < t->nspan; i++) {
        struct timeline_span s = t->span[i];
        span[i] = r.nspan;
        if (t->lane[s.lane].request != j)
            continue;
        s.lane = lane[s.lane];
        s.parent = s.parent == NONE ? NONE : span[s.parent];
        s.start -= r.arrival;
        s.end = (isnan(s.end) ? end : s.end) - r.arrival;
        r.span[r.nspan++] = s;
    }
    r.duration = end - r.arrival;
    r.latency = isnan(t->responded[j]) ? r.duration : t->responded[j] - r.arrival;
    return r;
}

const struct run_result *trace_result(struct teller *t)
{
    if (t->time == NULL || t->o->n == 0)
        return NULL;
    struct run_result *r = NEW(t->a, struct run_result, 1);
    struct exec_result *e = NEW(t->a, struct exec_result, 1);
    double end = (double)t->time[t->o->n - 1] * 1e-9;
    *r = (struct run_result){.mem = t->a,
                             .model_name = t->p->model->name,
                             .model_file = t->p->model->file,
                             .nexec = 1,
                             .exec = e};
    e->name = t->p->exec->name;
    e->kind = exec_kind_name[t->p->kind];
    e->summary = "";
    e->method = "replayed";
    e->nstep = t->p->nmark;
    e->step = NEW(t->a, struct step_result, t->p->nmark + 1u);
    for (uint32_t i = 0; i < t->p->nmark; i++) {
        e->step[i].path = t->p->mark[i].path;
        e->step[i].at = t->p->mark[i].at;
    }
    e->traced = NEW(t->a, struct timeline_result, t->o->set.nreq + 1u);
    for (uint32_t j = 0; j < t->o->set.nreq; j++)
        if (!isnan(t->arrived[j]))
            e->traced[e->ntraced++] = request_line(t, j, end);
    return r;
}
