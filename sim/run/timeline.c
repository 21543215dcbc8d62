/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline.c - requests in full, as results have them; see timeline.h. */
#include "run/timeline.h"
#include "run/experiment_impl.h"
#include "run/path_impl.h"
#include "run/sim_impl.h"
#include <stdlib.h>
#include <string.h>

enum { PIECE = 16 }; /* requests run before the next look whether it is enough */

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

static const char *mark_name(const struct prog *p, uint32_t mark)
{
    if (mark == NONE)
        return "";
    const char *slash = strrchr(p->mark[mark].path, '/');
    return slash ? slash + 1 : p->mark[mark].path;
}

static enum timeline_kind span_kind(uint32_t kind)
{
    if (kind == PATH_STEP)
        return TIMELINE_STEP;
    if (kind == PATH_CPU || kind == PATH_HOST || kind == PATH_COST)
        return TIMELINE_CPU;
    if (kind == PATH_JOIN)
        return TIMELINE_JOIN;
    return kind >= PATH_STEPS && kind != PATH_OTHER ? TIMELINE_QUEUE : TIMELINE_WORK;
}

static const char *span_name(const struct prog *p, uint32_t kind, uint32_t id, uint32_t mark)
{
    switch (kind) {
    case PATH_TIMEOUT:
        return "timeout";
    case PATH_HEDGE:
        return "hedge";
    case PATH_BACKOFF:
        return "backoff";
    case PATH_QUEUE:
    case PATH_THREAD:
        return p->res[id].name;
    case PATH_CORE:
        return "cores";
    case PATH_GIL:
        return "gil";
    case PATH_LOOP:
        return "loop";
    case PATH_COST:
        return cost_name[id];
    case PATH_JOIN:
        return "join";
    case PATH_OTHER:
        return "other";
    default:
        return mark_name(p, mark);
    }
}

static const char *lane_name(const struct prog *p, const struct path_full *f, uint32_t lane,
                             struct arena *a)
{
    const struct path_lane *l = &f->lane[lane];
    const char *path = p->body[l->body].path;
    return l->copy > 0 ? arena_printf(a, "%s #%u", path, l->copy + 1) : path;
}

/* What was never left (a task that the end of the run cut off) ends with the last thing known. */
static int64_t last_end(const struct path_full *f, int64_t arrival)
{
    int64_t end = arrival + (f->duration > 0 ? f->duration : 0);
    for (uint32_t i = 0; i < f->nspan; i++)
        end = f->span[i].end > end ? f->span[i].end : end;
    return end;
}

static void timeline_fill(const struct prog *p, const struct path_full *f, int64_t arrival,
                          struct arena *a, struct timeline_result *r)
{
    int64_t end = last_end(f, arrival);
    *r = (struct timeline_result){.which =
                                      arena_printf(a, "request %llu", (unsigned long long)f->id),
                                  .ordinal = f->id,
                                  .cls = p->cls[f->cls].name,
                                  .status = f->status,
                                  .arrival = seconds(arrival),
                                  .latency = seconds(f->latency),
                                  .duration = seconds(f->duration),
                                  .nlane = f->nlane,
                                  .nspan = f->nspan,
                                  .nsegment = f->nsegment};
    r->lane = NEW(a, const char *, f->nlane + 1);
    r->span = NEW(a, struct timeline_span, f->nspan + 1);
    r->segment = NEW(a, struct timeline_segment, f->nsegment + 1);
    for (uint32_t i = 0; i < f->nlane; i++)
        r->lane[i] = lane_name(p, f, i, a);
    for (uint32_t i = 0; i < f->nspan; i++) {
        const struct path_span *s = &f->span[i];
        r->span[i] = (struct timeline_span){.kind = span_kind(s->kind),
                                            .lane = s->lane,
                                            .parent = s->parent,
                                            .step = s->mark,
                                            .name = span_name(p, s->kind, s->id, s->mark),
                                            .start = seconds(s->start - arrival),
                                            .end = seconds((s->end < 0 ? end : s->end) - arrival),
                                            .failed = s->failed,
                                            .cancelled = s->cancelled || s->end < 0};
    }
    for (uint32_t i = 0; i < f->nsegment; i++) {
        const struct path_segment *s = &f->segment[i].s;
        r->segment[i] = (struct timeline_segment){.start = seconds(s->start - arrival),
                                                  .end = seconds(s->end - arrival),
                                                  .span = f->segment[i].span,
                                                  .name = span_name(p, s->kind, s->id, s->mark)};
    }
}

static bool all_over(const struct sim *s, uint64_t until)
{
    for (uint32_t i = 0; i < s->path->nlog; i++)
        if (s->path->log[i].full != NULL && s->path->log[i].full->duration < 0) /* NULL: a batch */
            return false;
    return s->acc.arrivals >= until;
}

static int full_compare(const void *x, const void *y)
{
    const struct path_log *const *a = x, *const *b = y;
    return (*a)->id < (*b)->id ? -1 : (*a)->id > (*b)->id;
}

/* Of requests that were followed in full, in their order. */
static uint32_t kept(const struct prog *p, const struct sim *s, uint32_t most, struct arena *a,
                     struct timeline_result *out, int64_t *start)
{
    uint32_t n = 0;
    const struct path_log **log = xcalloc(s->path->nlog + 1u, sizeof *log);
    for (uint32_t i = 0; i < s->path->nlog; i++)
        if (s->path->log[i].full != NULL && s->path->log[i].full->latency >= 0 &&
            !s->path->log[i].lost)
            log[n++] = &s->path->log[i];
    qsort(log, n, sizeof *log, full_compare);
    n = n < most ? n : most;
    for (uint32_t i = 0; i < n; i++) {
        timeline_fill(p, log[i]->full, log[i]->v[0].end, a, &out[i]);
        if (start != NULL)
            start[i] = log[i]->v[0].end;
    }
    free(log);
    return n;
}

uint32_t timeline_kept(const struct prog *p, const struct sim *s, uint32_t most, struct arena *a,
                       struct timeline_result *out)
{
    return s->path == NULL ? 0 : kept(p, s, most, a, out, NULL);
}

uint32_t timeline_of(const struct prog *p, uint64_t seed, uint32_t replication, uint64_t first,
                     uint32_t count, struct arena *a, struct timeline_result *out, int64_t *start)
{
    struct sim *s = sim_new(p, &(struct sim_opt){.seed = seed,
                                                 .replication = replication,
                                                 .trace_first = first,
                                                 .trace_requests = count,
                                                 .trace_full = true});
    if (count == 0 || s->path == NULL) {
        sim_free(s);
        return 0;
    }
    if (p->cls[0].load == NULL)
        sim_run_alone(s, first, count);
    while (p->cls[0].load != NULL && !all_over(s, first + count)) {
        sim_take(s);
        if (sim_run_load(s, PIECE) != SIM_MORE)
            break;
    }
    uint32_t n = kept(p, s, count, a, out, start);
    sim_free(s);
    return n;
}

void timeline_typical(struct trial *t)
{
    static const char *const which[] = {"median", "p99"};
    struct exec_result *e = t->e;
    if (e->walked == 0 || e->unstable || e->deadlock || e->error)
        return;
    e->timeline = NEW(t->mem, struct timeline_result, 2);
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t replication = (uint32_t)(t->typical[k] >> TYPICAL_BITS);
        uint64_t number = t->typical[k] & (((uint64_t)1 << TYPICAL_BITS) - 1);
        struct timeline_result *r = &e->timeline[e->ntimeline];
        if (timeline_of(t->p, t->o->seed, replication, number, 1, t->mem, r, NULL) == 0)
            continue;
        r->which = which[k];
        e->ntimeline++;
    }
}

void timeline_first(struct trial *t)
{
    struct exec_result *e = t->e;
    uint64_t first = e->replications ? e->warmup / e->replications : 0;
    if (t->o->traced == 0 || e->unstable || e->deadlock || e->error)
        return;
    e->traced = NEW(t->mem, struct timeline_result, t->o->traced);
    e->ntraced = timeline_of(t->p, t->o->seed, 0, first, t->o->traced, t->mem, e->traced, NULL);
}
