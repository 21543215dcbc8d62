/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_full.c - all that a request did, not only the last of each task: for timelines. */
#include "run/path_impl.h"
#include <stdlib.h>

struct path_full *full_new(uint64_t id, uint32_t cls)
{
    struct path_full *f = xcalloc(1, sizeof *f);
    f->id = id;
    f->cls = cls;
    f->latency = f->duration = -1;
    return f;
}

void full_free(struct path_full *f)
{
    if (f == NULL)
        return;
    free(f->span);
    free(f->of_segment);
    free(f->lane);
    free(f->segment);
    free(f);
}

void full_lane(struct path_full *f, uint32_t body, uint32_t copy)
{
    f->lane = grow(f->lane, &f->cap_lane, f->nlane + 1, sizeof *f->lane);
    f->lane[f->nlane++] = (struct path_lane){body, copy};
}

uint32_t full_span(struct path_full *f, struct path_span s)
{
    if (f->nspan >= FULL_MOST)
        return NONE;
    f->span = grow(f->span, &f->cap_span, f->nspan + 1, sizeof *f->span);
    f->span[f->nspan] = s;
    return f->nspan++;
}

/* A segment of this task's, or a wait that is none: it is a part of the step at hand. */
void full_part(struct path_full *f, const struct path_task *t, const struct path_segment *s,
               uint32_t segment)
{
    if (s->start == s->end || s->kind == PATH_TIMEOUT || s->kind == PATH_OTHER)
        return;
    uint32_t span = full_span(f, (struct path_span){.kind = s->kind,
                                                    .id = s->id,
                                                    .mark = s->mark,
                                                    .lane = t->lane,
                                                    .parent = t->top,
                                                    .start = s->start,
                                                    .end = s->end});
    if (segment == NONE)
        return;
    uint32_t old = f->cap_of;
    f->of_segment = grow(f->of_segment, &f->cap_of, segment + 1, sizeof *f->of_segment);
    for (uint32_t i = old; i < f->cap_of; i++)
        f->of_segment[i] = NONE;
    f->of_segment[segment] = span;
}

/* A wait that nobody will answer any more: it was cut short. */
void full_cut(struct path_full *f, const struct path_task *t, int64_t now, bool failed)
{
    struct path_segment s = {.start = t->since, .end = now, .mark = t->mark, .kind = PATH_OTHER};
    if (t->open == OPEN_WORK)
        s.kind = t->kind;
    else if (t->open == OPEN_UNTIL)
        s.kind = PATH_UNTIL;
    uint32_t n = f->nspan;
    full_part(f, t, &s, NONE);
    if (f->nspan > n) {
        f->span[n].failed = failed;
        f->span[n].cancelled = !failed;
    }
}

void full_path(struct path_full *f, const struct path_log *l, uint32_t last)
{
    uint32_t n = 0;
    for (uint32_t i = last; i != NONE && i != 0; i = l->v[i].prev)
        n++;
    f->segment = xcalloc(n + 1u, sizeof *f->segment);
    f->nsegment = n;
    for (uint32_t i = last; i != NONE && i != 0; i = l->v[i].prev) {
        f->segment[--n] =
            (struct path_critical){.s = l->v[i], .span = i < f->cap_of ? f->of_segment[i] : NONE};
    }
    f->latency = l->v[last].end - l->v[0].end;
}

void path_enter(struct path *x, uint32_t task, uint32_t mark)
{
    struct path_log *l = path_log_of(x, task);
    if (l == NULL || l->full == NULL)
        return;
    struct path_task *t = &x->task[task];
    uint32_t i = full_span(l->full, (struct path_span){.kind = PATH_STEP,
                                                       .mark = mark,
                                                       .lane = t->lane,
                                                       .parent = t->top,
                                                       .start = *x->now,
                                                       .end = -1});
    if (i != NONE)
        t->top = i;
}

void path_leave(struct path *x, uint32_t task, uint32_t mark, uint32_t how)
{
    struct path_log *l = path_log_of(x, task);
    if (l != NULL && l->slack_on && how == 0)
        slack_leave(x, l, &x->task[task], mark);
    if (l == NULL || l->full == NULL)
        return;
    struct path_task *t = &x->task[task];
    if (t->top == NONE || l->full->span[t->top].mark != mark ||
        l->full->span[t->top].lane != t->lane)
        return; /* there were too many to be kept */
    struct path_span *s = &l->full->span[t->top];
    s->end = *x->now;
    s->failed = how == 1;
    s->cancelled = how == 2;
    t->top = s->parent;
}
