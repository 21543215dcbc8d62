/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.c - running under load: independent replications, each its own simulator, each run further
 * in every round; see steady.h for what is kept of them. */
#include "run/steady.h"
#include "run/jobs.h"
#include "run/sample_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    REPLICATIONS = 20,
    FIRST_TARGET = 2000, /* requests of each replication at the first look */
    SHORTEST = 100,      /* fewer replications rather than shorter ones */
    PROBE = 64,          /* requests of each replication that show a gross overload */
    SNAPS = 20,          /* snapshots a round */
    SPIN_LEAST = 20,     /* requests at one instant that may be chance */
    PIECE = 8192,        /* records taken from a simulator at a time */
    MOST_TASKS = 2000000 /* in all replications, which are kept: a gigabyte or so */
};

uint64_t steady_requests(const struct steady *st)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < st->nrep; i++)
        n += st->rep[i].n;
    return n;
}

static void rep_snap(struct rep *r, uint32_t nrow)
{
    r->snap = grow(r->snap, &r->cap_snap, r->nsnap + 1, sizeof *r->snap);
    struct snap *s = &r->snap[r->nsnap++];
    *s = (struct snap){.n = r->n};
    s->now.row = xcalloc(nrow + 1u, sizeof *s->now.row);
    sim_snapshot(r->s, &s->now);
}

/* For so many, and if it is known for all that this round brings and a warm-up: room that is not
 * used costs nothing, and what is copied is touched twice. */
static void rep_room(const struct steady *st, struct rep *r, uint64_t n)
{
    uint64_t all = st->finite ? 0 : r->target + r->target / 4, twice = 2 * r->cap;
    all = all < st->keep ? all : st->keep;
    r->cap = all > n ? all : twice > n ? twice : n;
    r->latency = xrealloc(r->latency, r->cap, sizeof *r->latency);
    r->rest = xrealloc(r->rest, r->cap, sizeof *r->rest);
    if (r->longer)
        r->longer = xrealloc(r->longer, r->cap, sizeof *r->longer);
}

static void rep_keep(struct rep *r, const struct record *v)
{
    if (v->duration != v->latency && !r->longer)
        r->longer = xcalloc(r->cap, sizeof *r->longer);
    if (r->longer)
        r->longer[r->kept] = v->duration - v->latency;
    r->latency[r->kept] = v->latency;
    r->rest[r->kept++] =
        (struct kept){.end = v->arrival + v->duration, .cls = v->cls, .status = v->status};
}

static uint64_t rep_take(struct steady *st, struct rep *r)
{
    uint64_t n;
    const struct record *v = sim_records(r->s, &n);
    uint64_t keep = r->kept + n < st->keep ? r->kept + n : st->keep;
    if (keep > r->cap)
        rep_room(st, r, keep);
    for (uint64_t i = 0; i < n; i++) {
        if (r->kept < keep)
            rep_keep(r, &v[i]);
        else
            tally_add(&r->tail, v[i].cls, v[i].status, v[i].latency, v[i].duration);
        if (v[i].status != 0 && v[i].arrival + v[i].latency > r->last_answer)
            r->last_answer = v[i].arrival + v[i].latency;
        r->durations += (double)v[i].duration;
    }
    if (n)
        r->last_end = v[n - 1].arrival + v[n - 1].duration;
    r->n += n;
    sim_take(r->s);
    return n;
}

/* Half of a run at its last instant: it goes on until time passes, or is seen not to. */
static void spin_out(struct steady *st, struct rep *r)
{
    while (r->end == SIM_MORE && sim_spin(r->s) > SPIN_LEAST && 2 * sim_spin(r->s) > r->n) {
        r->end = sim_run_load(r->s, SPIN_LEAST);
        trial_progress(st->t, rep_take(st, r));
    }
}

static void rep_work(void *ctx, uint64_t i)
{
    struct steady *st = ctx;
    struct trial *t = st->t;
    struct rep *r = &st->rep[i];
    uint32_t nrow = sim_rows(t->p);
    uint64_t every = st->finite ? PIECE : (r->target - r->n) / SNAPS + 1;
    while (r->end == SIM_MORE && r->n < r->target) {
        uint64_t due = r->n + every < r->target ? r->n + every : r->target;
        while (r->end == SIM_MORE && r->n < due) {
            uint64_t n = due - r->n;
            r->end = sim_run_load(r->s, n < PIECE ? n : PIECE);
            trial_progress(t, rep_take(st, r));
        }
        spin_out(st, r);
        /* A finite run needs its end alone; one that is unstable, its course. */
        if (!st->finite || r->end != SIM_MORE)
            rep_snap(r, nrow);
    }
}

/* Where a replication's laws of waits begin, and the requests that are traced: before its warm-up
 * is known.  A quarter of what is looked at first is most often more than enough. */
uint64_t steady_accounts_from(const struct steady *st)
{
    const struct experiment_opt *o = st->t->o;
    uint64_t first = o->requests ? o->requests / st->nrep : FIRST_TARGET;
    if (st->finite || st->t->sure)
        return 0;
    return o->warmup == WARMUP_AUTO ? first / 4 : (uint64_t)o->warmup;
}

static void reps_new(struct steady *st)
{
    const struct experiment_opt *o = st->t->o;
    uint64_t trace = o->trace_requests / st->nrep + 1, from = steady_accounts_from(st);
    st->rep = xcalloc(st->nrep, sizeof *st->rep);
    for (uint32_t i = 0; i < st->nrep; i++) {
        struct sim_opt so = {.seed = o->seed,
                             .replication = i,
                             .max_tasks = MOST_TASKS / st->nrep,
                             .trace_requests = trace,
                             .trace_first = from,
                             .account_after = from,
                             .stop = o->stop,
                             .scale = st->t->scale};
        st->rep[i].s = sim_new(st->t->p, &so);
        st->rep[i].end = SIM_MORE;
        st->rep[i].tail.binned = true;
    }
}

static void reps_free(struct steady *st)
{
    for (uint32_t i = 0; i < st->nrep; i++) {
        struct rep *r = &st->rep[i];
        sim_free(r->s);
        free(r->latency);
        free(r->rest);
        free(r->longer);
        tally_free(&r->tail);
        tally_free(&r->tally);
        for (uint32_t k = 0; k < r->nsnap; k++)
            free(r->snap[k].now.row);
        free(r->snap);
    }
    free(st->rep);
}

/* How many requests a finite load has. */
static uint64_t finite_size(struct steady *st)
{
    const struct prog *p = st->t->p;
    uint64_t n = prog_finite(p);
    st->finite = n > 0;
    for (uint32_t i = 0; i < p->ncls; i++)
        st->open = st->open || p->cls[i].load->kind == LOAD_OPEN;
    return n;
}

static uint32_t replications(const struct steady *st, uint64_t size)
{
    const struct experiment_opt *o = st->t->o;
    uint64_t n = REPLICATIONS;
    if (o->replications)
        return o->replications;
    if (st->t->sure)
        return 1;
    if (st->finite) {
        uint64_t most = o->requests ? o->requests : o->max_requests;
        uint64_t fit = most / (size ? size : 1);
        n = o->requests ? fit : fit < n ? fit : n;
        return n < 1 ? 1 : n > 1000 ? 1000 : (uint32_t)n;
    }
    uint64_t most = o->requests ? o->requests : o->max_requests;
    if (most / SHORTEST < n)
        n = most / SHORTEST;
    return n < 2 ? 2 : (uint32_t)n;
}

/* A part of the measured requests: the first replications take what does not divide. */
static uint64_t share(const struct steady *st, uint32_t i, uint64_t total)
{
    return total / st->nrep + (i < total % st->nrep ? 1 : 0);
}

/* All replications on to their targets.  False: some came to a bad end. */
static bool round_run(struct steady *st)
{
    struct trial *t = st->t;
    st->looked = false;
    jobs_run(t->o->jobs, st->nrep, rep_work, st);
    for (uint32_t i = 0; i < st->nrep; i++) {
        enum sim_end end = st->rep[i].end;
        if (end == SIM_DEADLOCK || end == SIM_ERROR || end == SIM_STOPPED) {
            trial_failed(t, st->rep[i].s, end);
            return false;
        }
    }
    return true;
}

static void targets_set(struct steady *st, uint64_t total)
{
    uint64_t warm = st->t->o->warmup > 0 ? (uint64_t)st->t->o->warmup : 0;
    for (uint32_t i = 0; i < st->nrep; i++) {
        uint64_t want = share(st, i, total) + (st->wanted ? st->rep[i].warm : warm);
        st->rep[i].target = st->finite ? UINT64_MAX : want;
    }
    st->t->progress.target = st->finite ? 0 : total;
}

static bool overloaded(const struct steady *st)
{
    uint32_t row;
    for (uint32_t i = 0; i < st->nrep; i++)
        if (st->rep[i].end == SIM_OVERLOAD)
            return true;
    return steady_unstable(st, &row);
}

/* A load many times too large fills the memory long before thousands of requests have finished:
 * look early, at one replication before all, and twice. */
static bool probe(struct steady *st, bool *well)
{
    for (uint32_t k = 0; k < st->nrep; k++)
        st->rep[k].target = PROBE;
    *well = true;
    if (!st->open)
        return false;
    rep_work(st, 0);
    if (st->rep[0].end == SIM_OVERLOAD)
        return true;
    *well = round_run(st);
    if (!*well || !overloaded(st))
        return false;
    for (uint32_t k = 0; k < st->nrep; k++)
        st->rep[k].target = 2 * PROBE;
    *well = round_run(st);
    return *well && overloaded(st);
}

/* A number of requests: as many are run as are to be measured, these say how long the warm-up was,
 * and as many again as it takes are run on. */
static bool run_counted(struct steady *st)
{
    st->t->e->stopped = STOP_REQUESTS;
    for (int pass = 0; pass < 2; pass++) {
        targets_set(st, st->wanted);
        if (!round_run(st))
            return false;
        steady_warmup(st);
    }
    return true;
}

static bool run_precise(struct steady *st)
{
    struct trial *t = st->t;
    struct pick all = {.every_class = true, .every_status = true};
    uint64_t total = (uint64_t)FIRST_TARGET * st->nrep, most = t->o->max_requests;
    if (total > most)
        total = most;
    t->e->stopped = STOP_MAX;
    for (;;) {
        targets_set(st, total);
        if (!round_run(st))
            return false;
        steady_warmup(st);
        steady_tally(st);
        if (overloaded(st))
            return true;
        st->all = t->e->all.latency = steady_latency(st, &all);
        st->looked = true;
        uint64_t least = (uint64_t)RUN_TURNS * steady_present(st) * st->nrep;
        if (trial_precise(t) && (total >= least || t->sure))
            t->e->stopped = STOP_PRECISION;
        if (t->e->stopped == STOP_PRECISION || total >= most)
            return true;
        uint64_t need = trial_need(t, total);
        need = need < least ? least : need;
        total = need < most ? need : most;
        trial_looked(t, total);
    }
}

static void run_ended(struct steady *st, bool well)
{
    struct trial *t = st->t;
    uint32_t row = NONE;
    for (uint32_t i = 0; i < st->nrep; i++) /* it may have ended within its warm-up */
        if (st->rep[i].warm > st->rep[i].kept)
            st->rep[i].warm = st->rep[i].kept;
    if (!st->looked)
        steady_tally(st);
    if (well && steady_unstable(st, &row)) {
        t->e->stopped = STOP_UNSTABLE;
        steady_fill_unstable(st, row);
        return;
    }
    steady_fill(st);
    if (!well)
        return;
    if (t->o->sections)
        steady_sections(st);
    t->npair = st->nrep;
    t->mean = xcalloc(st->nrep, sizeof *t->mean);
    struct pick all = {.every_class = true, .every_status = true};
    for (uint32_t i = 0; i < st->nrep; i++) {
        struct moments m = tally_latency(&st->rep[i].tally, &all);
        t->mean[i] = m.n ? m.mean / SECOND : NAN;
    }
}

/* ---- for samples ---- */

/* So many replications of a finite load as make up total; of others the usual number. */
static uint32_t sample_replications(struct steady *st, uint64_t size, uint64_t total)
{
    uint64_t n = st->finite && size ? (total + size - 1) / size : REPLICATIONS;
    n = st->t->sure ? 1 : n < REPLICATIONS ? REPLICATIONS : n;
    return n > 1000 ? 1000 : (uint32_t)n;
}

struct steady *steady_sample_new(struct trial *t, uint64_t total)
{
    struct steady *st = xcalloc(1, sizeof *st);
    st->t = t;
    uint64_t size = finite_size(st);
    st->nrep = sample_replications(st, size, total);
    st->keep = UINT64_MAX;
    t->e->replications = st->nrep;
    t->e->stopped = STOP_MAX;
    reps_new(st);
    return st;
}

void steady_sample_free(struct steady *st)
{
    reps_free(st);
    free(st);
}

enum sample_end steady_sample_to(struct steady *st, uint64_t total)
{
    struct trial *t = st->t;
    bool well = true;
    if (!st->finite && st->rep[0].n == 0 && (probe(st, &well) || !well))
        return well                              ? SAMPLE_UNSTABLE
               : t->e->stopped == STOP_INTERRUPT ? SAMPLE_STOPPED
                                                 : SAMPLE_FAILED;
    targets_set(st, st->finite ? 0 : total);
    if (!round_run(st))
        return t->e->stopped == STOP_INTERRUPT ? SAMPLE_STOPPED : SAMPLE_FAILED;
    steady_warmup(st);
    steady_tally(st);
    return overloaded(st) ? SAMPLE_UNSTABLE : SAMPLE_WELL;
}

bool steady_sample_fixed(const struct steady *st)
{
    return st->finite;
}

void steady_run(struct trial *t)
{
    struct steady st = {.t = t};
    uint64_t size = finite_size(&st);
    bool well;
    st.nrep = replications(&st, size);
    st.keep = KEEP / st.nrep;
    t->e->replications = st.nrep;
    reps_new(&st);
    if (st.finite) {
        targets_set(&st, 0);
        t->progress.target = size * st.nrep;
        t->e->stopped = STOP_REQUESTS;
        well = round_run(&st);
        steady_warmup(&st);
    } else if (probe(&st, &well) || !well) {
        st.fixed = true; /* nothing of it is deleted */
    } else if (t->o->requests) {
        st.wanted = t->o->requests;
        well = run_counted(&st);
    } else {
        well = run_precise(&st);
    }
    run_ended(&st, well);
    reps_free(&st);
}
