/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alone.c - requests one by one in an idle system: independent, so order statistics hold.
 *
 * The unit of work is a chunk of CHUNK requests with a simulator of its own: its floating-point
 * sums depend on the chunk alone, and chunks are added up in their order.  A batch is as many
 * chunks as are kept apart at a time; a round is what lies between two looks. */
#include "run/critical.h"
#include "base/hist.h"
#include "run/experiment_impl.h"
#include "run/jobs.h"
#include "run/sample_impl.h"
#include "run/section.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, BATCH = 512, FIRST_LOOK = 2 * CHUNK, OUTCOMES = 512 };

struct chunk {
    uint64_t n;
    enum sim_end end;
    struct tally tally;
    struct total total;
    double duration[SECTIONS];
    struct path_account paths;
    struct sim *failed; /* kept for its story */
};
struct alone {
    struct trial *t;
    uint64_t n, target, base;  /* requests done, wanted, at the batch's start */
    struct tally tally, bins;  /* of bins only the histograms count: their order does not matter */
    struct total total, batch; /* of batch, too; added when it ended well */
    struct path_account paths;
    struct tally batch_bins;
    double duration[SECTIONS]; /* sums by section */
    int64_t *latency;          /* of the first KEEP, by ordinal */
    int32_t *status;
    uint64_t room;
    uint64_t size, keep;            /* requests of a chunk; latencies kept one by one */
    struct total *part_total;       /* of each SECTIONS-th chunk, for sample.h; else NULL */
    struct path_account *part_path; /* the same */
    struct chunk chunk[BATCH];
    atomic_uint_fast64_t failed; /* the lowest chunk of the batch that came to a bad end */
    bool over;
};

static void chunk_store(struct alone *a, struct chunk *c, const struct sim *s)
{
    const struct record *r = sim_records(s, &c->n);
    for (uint64_t i = 0; i < c->n; i++) {
        tally_add(&c->tally, r[i].cls, r[i].status, r[i].latency, r[i].duration);
        c->duration[r[i].ordinal % SECTIONS] += (double)r[i].duration;
        if (r[i].ordinal < a->room) {
            a->latency[r[i].ordinal] = r[i].latency;
            a->status[r[i].ordinal] = r[i].status;
        }
    }
    struct sim_account now = {.row = xcalloc(c->total.nrow + 1u, sizeof *now.row)};
    sim_snapshot(s, &now);
    total_account(&c->total, NULL, &now);
    free(now.row);
    total_steps(&c->total, s);
    if (sim_paths(s))
        path_account_merge(&c->paths, sim_paths(s), 0, 0);
    lock_take(a->t->lock);
    total_hists(&a->batch, s);
    for (uint64_t i = 0; a->bins.binned && i < c->n; i++)
        tally_add(&a->batch_bins, r[i].cls, r[i].status, r[i].latency, 0);
    lock_give(a->t->lock);
}

static void chunk_work(void *ctx, uint64_t i)
{
    struct alone *a = ctx;
    struct chunk *c = &a->chunk[i];
    const struct experiment_opt *o = a->t->o;
    uint64_t first = a->base + i * a->size, left = a->target - first;
    c->end = SIM_STOPPED;
    /* What comes after a bad end will not be looked at. */
    if (i > atomic_load(&a->failed) || trial_stopped(a->t))
        return;
    struct sim_opt so = {.seed = o->seed,
                         .trace_requests = first < o->trace_requests ? UINT64_MAX : 0,
                         .stop = o->stop,
                         .scale = a->t->scale};
    struct sim *s = sim_new(a->t->p, &so);
    total_init(&c->total, a->t->p, false);
    c->end = sim_run_alone(s, first, left < a->size ? left : a->size);
    chunk_store(a, c, s);
    if (c->end == SIM_DEADLOCK || c->end == SIM_ERROR) {
        uint_fast64_t low = atomic_load(&a->failed);
        while (i < low && !atomic_compare_exchange_weak(&a->failed, &low, i))
            continue;
        c->failed = s;
    } else {
        sim_free(s);
    }
    trial_progress(a->t, c->n);
}

static void chunk_free(struct chunk *c)
{
    tally_free(&c->tally);
    total_free(&c->total);
    path_account_free(&c->paths);
    if (c->failed)
        sim_free(c->failed);
    *c = (struct chunk){0};
}

/* Room for the records up to n; and histograms as soon as the values will not all be kept. */
static void make_room(struct alone *a, uint64_t n)
{
    uint64_t room = n < a->keep ? n : a->keep;
    if (room > a->room) {
        a->latency = xrealloc(a->latency, room, sizeof *a->latency);
        a->status = xrealloc(a->status, room, sizeof *a->status);
        a->room = room;
    }
    if (n > a->keep && !a->bins.binned) {
        a->bins.binned = true;
        for (uint64_t i = 0; i < a->n && i < a->room; i++)
            tally_add(&a->bins, 0, a->status[i], a->latency[i], 0);
    }
}

/* The chunks in their order, up to the first that came to a bad end and with what it had. */
static void take_batch(struct alone *a, uint64_t chunks)
{
    for (uint64_t i = 0; i < chunks; i++) {
        struct chunk *c = &a->chunk[i];
        bool bad = c->end == SIM_DEADLOCK || c->end == SIM_ERROR || c->end == SIM_STOPPED;
        if (!a->over && c->total.row) {
            tally_merge(&a->tally, &c->tally);
            total_merge(&a->total, &c->total);
            for (int k = 0; k < SECTIONS; k++)
                a->duration[k] += c->duration[k];
            path_account_merge(&a->paths, &c->paths, 0, 0);
            if (a->part_total) {
                uint64_t part = (a->base / a->size + i) % SECTIONS;
                total_merge(&a->part_total[part], &c->total);
                path_account_merge(&a->part_path[part], &c->paths, 0, 0);
            }
            a->n += c->n;
        }
        if (!a->over && bad) {
            a->over = true;
            trial_failed(a->t, c->failed, c->end);
        }
        chunk_free(c);
    }
}

static void run_chunks(struct alone *a, uint64_t chunks)
{
    total_init(&a->batch, a->t->p, true);
    a->batch_bins.binned = a->bins.binned;
    jobs_run(a->t->o->jobs, chunks, chunk_work, a);
}

static void run_batch(struct alone *a)
{
    uint64_t left = a->target - a->n, chunks = (left + a->size - 1) / a->size;
    if (chunks > BATCH)
        chunks = BATCH;
    a->base = a->n;
    atomic_store(&a->failed, UINT64_MAX);
    run_chunks(a, chunks);
    uint64_t failed = atomic_load(&a->failed);
    if (failed < chunks) {
        /* Which later chunks were begun is chance, and the histograms know some of them. */
        for (uint64_t i = 0; i < chunks; i++)
            chunk_free(&a->chunk[i]);
        total_free(&a->batch);
        tally_free(&a->batch_bins);
        chunks = failed + 1;
        run_chunks(a, chunks);
    }
    take_batch(a, chunks);
    total_merge(&a->total, &a->batch);
    tally_merge(&a->bins, &a->batch_bins);
    total_free(&a->batch);
    tally_free(&a->batch_bins);
}

static struct part part_of(const struct alone *a, const struct pick *p)
{
    struct part part = {.m = tally_latency(&a->tally, p)};
    if (a->bins.binned) {
        part.hist = tally_hist(&a->bins, p);
        /* An interrupt leaves values in the bins that were not counted. */
        part.m.n = a->over ? hist_count(part.hist) : part.m.n;
        return part;
    }
    part.v = a->latency;
    if (p->every_status)
        return part;
    part.v = part.own = xcalloc(part.m.n + 1, sizeof *part.own);
    uint64_t n = 0;
    for (uint64_t i = 0; i < a->n; i++)
        if (a->status[i] == p->status)
            part.own[n++] = a->latency[i];
    return part;
}

static struct latency_result latency_of(const struct alone *a, const struct pick *p)
{
    struct part part = part_of(a, p);
    struct latency_result l = latency_independent(&part);
    part_free(&part);
    return l;
}

static void fill(struct alone *a)
{
    struct exec_result *e = a->t->e;
    struct arena *mem = a->t->mem;
    struct pick all = {.every_class = true, .every_status = true};
    struct moments duration = tally_duration(&a->tally, &all);
    struct interval mean = stats_mean_moments(&duration, CONFIDENCE);
    int32_t status[OUTCOMES];
    e->requests = a->n;
    e->all = (struct class_result){.name = "all", .requests = a->n};
    e->all.latency = latency_of(a, &all);
    e->all.duration = (struct interval){mean.value / SECOND, mean.lo / SECOND, mean.hi / SECOND};
    /* one after another: as many a second as their mean duration allows */
    const struct interval *d = &e->all.duration;
    e->all.throughput =
        d->value > 0 ? (struct interval){1 / d->value, 1 / d->hi, d->lo > 0 ? 1 / d->lo : NAN}
                     : interval_none();
    e->all.noutcome = tally_outcomes(&a->tally, &all, status, OUTCOMES);
    e->all.outcome = NEW(mem, struct outcome_result, e->all.noutcome);
    for (uint32_t i = 0; i < e->all.noutcome; i++) {
        struct pick one = {.every_class = true, .status = status[i]};
        struct outcome_result *r = &e->all.outcome[i];
        r->status = status[i];
        r->share = stats_proportion(tally_latency(&a->tally, &one).n, a->n, CONFIDENCE);
        r->latency = e->all.noutcome == 1 ? e->all.latency : latency_of(a, &one);
    }
    e->nclass = 1;
    e->cls = NEW(mem, struct class_result, 1);
    e->cls[0] = e->all;
    e->cls[0].name = a->t->p->cls[0].name;
    e->makespan = NAN;
    struct part part = part_of(a, &all);
    struct pool pool = pool_new(&part, 1);
    shape_cdf(a->t, &pool);
    shape_exceed(a->t, &part, 1, &pool);
    pool_free(&pool);
    part_free(&part);
    total_report(&a->total, a->t->p, mem, e);
    bool smooth = critical_smooth(a->t->p) && critical_uncontended(a->t->p, &a->total);
    critical_report(&a->paths, a->t->p, smooth, a->t->sure, mem, e, a->t->typical);
    a->t->amdahl = critical_amdahl(&a->paths, a->t->p, smooth);
}

static struct alone *alone_begin(struct trial *t)
{
    struct alone *a = xcalloc(1, sizeof *a);
    a->t = t;
    a->size = CHUNK;
    a->keep = KEEP;
    total_init(&a->total, t->p, true);
    return a;
}

/* On to so many requests; false: it came to a bad end. */
static bool alone_on(struct alone *a, uint64_t target)
{
    a->target = target;
    make_room(a, target);
    a->t->progress.target = target;
    while (!a->over && a->n < a->target)
        run_batch(a);
    return !a->over;
}

static void alone_end(struct alone *a)
{
    free(a->status);
    tally_free(&a->tally);
    tally_free(&a->bins);
    total_free(&a->total);
    path_account_free(&a->paths);
    for (uint32_t i = 0; a->part_total && i < SECTIONS; i++) {
        total_free(&a->part_total[i]);
        path_account_free(&a->part_path[i]);
    }
    free(a->part_total);
    free(a->part_path);
    free(a);
}

void alone_run(struct trial *t)
{
    const struct experiment_opt *o = t->o;
    uint64_t most = o->requests ? o->requests : o->max_requests;
    struct alone *a = alone_begin(t);
    struct pick all = {.every_class = true, .every_status = true};
    uint64_t target = o->requests || most < FIRST_LOOK ? most : FIRST_LOOK;
    t->e->stopped = o->requests ? STOP_REQUESTS : STOP_MAX;
    while (alone_on(a, target) && !o->requests) {
        t->e->all.latency = latency_of(a, &all);
        if (trial_precise(t))
            t->e->stopped = STOP_PRECISION;
        if (t->e->stopped == STOP_PRECISION || a->n >= most)
            break;
        uint64_t need = (trial_need(t, a->n) + CHUNK - 1) / CHUNK * CHUNK;
        target = need < most ? need : most;
        trial_looked(t, target);
    }
    fill(a);
    t->latency = a->latency;
    t->npair = a->n < a->room ? a->n : a->room;
    if (o->sections && !a->over)
        section_alone(t->e, t->mem, a->latency, t->npair, a->duration);
    alone_end(a);
}

/* ---- for samples ---- */

struct alone *alone_sample_new(struct trial *t)
{
    struct alone *a = alone_begin(t);
    a->size = SAMPLE_CHUNK;
    a->keep = UINT64_MAX;
    a->part_total = xcalloc(SECTIONS, sizeof *a->part_total);
    a->part_path = xcalloc(SECTIONS, sizeof *a->part_path);
    for (uint32_t i = 0; i < SECTIONS; i++)
        total_init(&a->part_total[i], t->p, true);
    return a;
}

bool alone_sample_to(struct alone *a, uint64_t total)
{
    return a->n >= total || alone_on(a, total);
}

void alone_sample_free(struct alone *a)
{
    free(a->latency);
    alone_end(a);
}

static void alone_part(const struct alone *a, uint32_t k, struct sample_part *part,
                       struct arena *mem)
{
    uint64_t chunks = (a->n + a->size - 1) / a->size, n = 0;
    int64_t *latency = NEW(mem, int64_t, (chunks / SECTIONS + 1) * a->size);
    int32_t *status = NEW(mem, int32_t, (chunks / SECTIONS + 1) * a->size);
    for (uint64_t c = k; c < chunks; c += SECTIONS)
        for (uint64_t i = c * a->size; i < (c + 1) * a->size && i < a->n; i++) {
            latency[n] = a->latency[i];
            status[n++] = a->status[i];
        }
    *part = (struct sample_part){.n = n, .latency = latency, .status = status, .makespan = NAN};
    for (uint64_t i = 0; i < n; i++)
        part->answered += status[i] != 0;
    part->seconds = a->part_total[k].time / SECOND;
}

void alone_sample_get(const struct alone *a, struct sample *s, struct arena *mem)
{
    struct trial *t = a->t;
    bool smooth = critical_smooth(t->p) && critical_uncontended(t->p, &a->total);
    s->alone = true;
    s->all = (struct sample_part){
        .n = a->n, .latency = a->latency, .status = a->status, .makespan = NAN};
    s->all.seconds = a->total.time / SECOND;
    for (uint64_t i = 0; i < a->n; i++)
        s->all.answered += a->status[i] != 0;
    s->all.accounts = sample_accounts(t, &a->total, &a->paths, smooth, mem);
    s->npart = SECTIONS;
    s->part = NEW(mem, struct sample_part, SECTIONS);
    for (uint32_t k = 0; k < SECTIONS; k++) {
        alone_part(a, k, &s->part[k], mem);
        s->part[k].accounts = sample_accounts(t, &a->part_total[k], &a->part_path[k], smooth, mem);
    }
}
