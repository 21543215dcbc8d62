/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady_result.c - what replications under load say: warm-up, instability, estimates. */
#include "run/class_result.h"
#include "run/section.h"
#include "run/critical.h"
#include "run/steady.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double busy = 0.98; /* and more in the second half: saturated */

/* ---- warm-up ---- */

/* The series whose start is judged: the mean over replications of the i-th latency.  One series
 * alone would be judged by its own accidents, and its bursts deleted. */
static double *warmup_series(const struct steady *st, uint64_t *n)
{
    *n = UINT64_MAX;
    for (uint32_t i = 0; i < st->nrep; i++)
        if (st->rep[i].kept < *n)
            *n = st->rep[i].kept;
    double *x = xcalloc(*n + 1, sizeof *x);
    for (uint32_t i = 0; i < st->nrep; i++)
        for (uint64_t k = 0; k < *n; k++)
            x[k] += (double)st->rep[i].latency[k] / st->nrep;
    return x;
}

/* Requests in the system on average, in one replication: what is there at one time has to be
 * replaced some times before the beginning is forgotten, whatever the series looks like. */
uint64_t steady_present(const struct steady *st)
{
    double area = 0, time = 0;
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        if (r->nsnap == 0)
            continue;
        area += r->snap[r->nsnap - 1].now.present_area;
        time += (double)r->snap[r->nsnap - 1].now.time;
    }
    return time > 0 ? (uint64_t)ceil(area / time) : 0;
}

/* A number of requests that was asked for is run on by what is deleted, within reason. */
static uint64_t warmup_least(const struct steady *st, uint64_t warm, uint64_t n, bool *short_run)
{
    uint64_t least = WARM_TURNS * steady_present(st), most = st->wanted ? 10 * n : n / 2;
    if (st->t->sure || warm >= least)
        return warm;
    *short_run = *short_run || least > most;
    return least < most ? least : most;
}

void steady_warmup(struct steady *st)
{
    int64_t given = st->t->o->warmup;
    if (st->fixed || st->finite)
        return;
    uint64_t n = 0, warm = given > 0 ? (uint64_t)given : 0;
    bool short_run = false;
    if (given == WARMUP_AUTO) {
        double *x = warmup_series(st, &n);
        warm = n ? stats_mser5(x, n, &short_run) : 0;
        free(x);
        warm = warmup_least(st, warm, n, &short_run);
    }
    for (uint32_t i = 0; i < st->nrep; i++) {
        struct rep *r = &st->rep[i];
        r->warm = warm < r->kept || st->wanted ? warm : r->kept;
        r->short_run = short_run;
    }
    st->fixed = st->wanted > 0 || given != WARMUP_AUTO;
}

void steady_tally(struct steady *st)
{
    bool binned = false;
    for (uint32_t i = 0; i < st->nrep; i++)
        binned = binned || st->rep[i].tail.n > 0;
    for (uint32_t i = 0; i < st->nrep; i++) {
        struct rep *r = &st->rep[i];
        tally_free(&r->tally);
        r->tally.binned = binned;
        for (uint64_t k = r->warm; k < r->kept; k++) {
            const struct kept *v = &r->rest[k];
            int64_t duration = r->latency[k] + (r->longer ? r->longer[k] : 0);
            tally_add(&r->tally, v->cls, v->status, r->latency[k], duration);
        }
        tally_merge(&r->tally, &r->tail);
    }
}

/* ---- instability ---- */

/* The first snapshot with at least n records; there is one at the end. */
const struct snap *steady_snap_at(const struct rep *r, uint64_t n)
{
    for (uint32_t i = 0; i < r->nsnap; i++)
        if (r->snap[i].n >= n)
            return &r->snap[i];
    return r->nsnap ? &r->snap[r->nsnap - 1] : NULL;
}

/* Is work left behind by requests that have ended?  That may grow without end in a closed load, and
 * where no request waits for it. */
static bool leaves_work(const struct prog *p)
{
    bool any = p->nstage > 0;
    for (uint32_t i = 0; i < p->nfork && !any; i++)
        any = p->fork[i].kind == GROUP_DETACH || p->fork[i].detach_rest;
    return any;
}

static double crowd(const struct prog *p, const struct snap *at)
{
    return (double)(leaves_work(p) ? at->now.tasks : at->now.present);
}

/* The number present grew over [n/2k, n/k] as only a drift can make it: by more than 1.5 (a walk
 * without drift grows by 1.41). */
static bool present_grew(const struct steady *st, uint64_t k)
{
    struct moments m = {0}, size = {0};
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        const struct snap *half = steady_snap_at(r, r->n / (2 * k)),
                          *full = steady_snap_at(r, r->n / k);
        if (!half || !full)
            return false;
        double present = crowd(st->t->p, full);
        moments_add(&m, present - 1.5 * crowd(st->t->p, half));
        moments_add(&size, present);
    }
    if (size.mean < 20)
        return false;
    if (m.n < 2)
        return m.mean > 0;
    struct interval v = stats_mean_moments(&m, 0.99);
    return v.lo > 0 || (v.lo >= v.hi && v.value > 0);
}

static bool row_is_admission(const char *name)
{
    static const char *const names[] = {"pool", "server", "worker", "limit"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* In the second half of the run, or in all of it where nothing finished. */
static double row_use(const struct steady *st, uint32_t row)
{
    double area = 0, time = 0, capacity = sim_row_capacity(st->t->p, row);
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        const struct snap *half = steady_snap_at(r, r->n / 2), *full = steady_snap_at(r, r->n);
        if (!full)
            continue;
        bool part = half && half != full;
        area += full->now.row[row].busy_area - (part ? half->now.row[row].busy_area : 0);
        time += (double)(full->now.time - (part ? half->now.time : 0));
    }
    return isfinite(capacity) && capacity > 0 && time > 0 ? area / (capacity * time) : 0;
}

/* The saturated row.  Where threads wait for something saturated, the pool is full as well; what is
 * named is what they wait for. */
static uint32_t busiest(const struct steady *st, double *use)
{
    uint32_t best = NONE, n = sim_rows(st->t->p);
    bool best_is_admission = false;
    *use = 0;
    for (uint32_t i = 0; i < n; i++) {
        double u = row_use(st, i);
        bool admission = row_is_admission(sim_row_name(st->t->p, i));
        bool better = u > *use && !(admission && !best_is_admission && *use > busy);
        better = better || (best_is_admission && !admission && u > busy);
        if (u > 0 && better) {
            best = i;
            *use = u;
            best_is_admission = admission;
        }
    }
    return best;
}

/* The work offered to a row is more than it can do, beyond doubt: what arrived in the whole run, at
 * the mean time that one holds it.  It sees loads just above 1, whose queues grow slowly. */
static bool overfull(const struct steady *st, uint32_t row)
{
    struct moments offered = {0};
    double capacity = sim_row_capacity(st->t->p, row), present = 0;
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct snap *full = steady_snap_at(&st->rep[i], st->rep[i].n);
        if (!full || full->now.finished < 1000 || full->now.time <= 0)
            return false;
        double per_request = full->now.row[row].busy_area / (double)full->now.finished;
        double rate = (double)full->now.arrivals / (double)full->now.time;
        moments_add(&offered, rate * per_request / capacity);
        present += (double)full->now.present;
    }
    return offered.n >= 2 && present >= 20 * (double)offered.n &&
           stats_mean_moments(&offered, 0.999).lo > 1;
}

bool steady_unstable(const struct steady *st, uint32_t *row)
{
    double use;
    *row = busiest(st, &use);
    for (uint32_t i = 0; i < st->nrep; i++)
        if (st->rep[i].end == SIM_OVERLOAD) {
            *row = use > busy ? *row : NONE;
            return true;
        }
    return *row != NONE && use > busy && (st->open || leaves_work(st->t->p)) &&
           ((st->open && overfull(st, *row)) || (present_grew(st, 1) && present_grew(st, 2)));
}

/* ---- estimates ---- */

static struct part part_of(const struct rep *r, const struct pick *p)
{
    struct part part = {.m = tally_latency(&r->tally, p)};
    if (r->tally.binned) {
        part.hist = tally_hist(&r->tally, p);
        return part;
    }
    part.v = r->latency + r->warm;
    if (p->every_class && p->every_status)
        return part;
    part.v = part.own = xcalloc(part.m.n + 1, sizeof *part.own);
    uint64_t n = 0;
    for (uint64_t k = r->warm; k < r->kept; k++)
        if (pick_fits(p, r->rest[k].cls, r->rest[k].status))
            part.own[n++] = r->latency[k];
    return part;
}

struct latency_result steady_latency(const struct steady *st, const struct pick *p)
{
    if (st->looked && p->every_class && p->every_status)
        return st->all;
    struct part *part = xcalloc(st->nrep, sizeof *part);
    for (uint32_t i = 0; i < st->nrep; i++)
        part[i] = part_of(&st->rep[i], p);
    struct latency_result l = latency_sections(part, st->nrep, st->t->sure);
    for (uint32_t i = 0; i < st->nrep; i++)
        part_free(&part[i]);
    free(part);
    return l;
}

/* The part of a replication's requests that its rate is taken from, and the time they took. Clients
 * that keep in step come in bursts, and a window that begins or ends within one counts wrong: of
 * one class of clients whole rounds are taken. */
double steady_rate(const struct steady *st, const struct rep *r, const struct pick *pick)
{
    const struct prog *p = st->t->p;
    uint64_t clients = p->ncls == 1 ? p->cls[0].clients : 0, n = r->n - r->warm;
    uint64_t drop = clients > 0 && n > clients ? n % clients : 0, first = r->warm + drop;
    if (first > r->kept)
        first = r->warm;
    int64_t begin = first ? r->rest[first - 1].end : 0;
    double seconds = (double)(r->last_end - begin) / SECOND;
    double part = n > 0 ? (double)(r->n - first) / (double)n : 0;
    return seconds > 0 ? part * (double)tally_responses(&r->tally, pick) / seconds : NAN;
}

static struct interval within(struct interval v, double lo, double hi)
{
    v.lo = fmax(v.lo, lo);
    v.hi = fmin(v.hi, hi);
    return v;
}

/* An interval from one number of each replication. */
static struct interval over_reps(const void *of, enum class_number q, const struct pick *p)
{
    const struct steady *st = of;
    double *x = xcalloc(st->nrep, sizeof *x);
    struct pick any = *p;
    any.every_status = true;
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        struct moments duration = tally_duration(&r->tally, p);
        double n = (double)duration.n, every = (double)tally_duration(&r->tally, &any).n;
        switch (q) {
        case DURATION:
            x[i] = n > 0 ? duration.mean / SECOND : NAN;
            break;
        case THROUGHPUT:
            x[i] = steady_rate(st, r, p);
            break;
        case SHARE:
            x[i] = every > 0 ? n / every : NAN;
            break;
        }
    }
    struct interval v = interval_of(x, st->nrep, st->t->sure);
    free(x);
    return q == SHARE ? within(v, 0, 1) : v;
}

static struct latency_result latency_of(const void *of, const struct pick *p)
{
    return steady_latency(of, p);
}

static struct class_result class_of(const struct steady *st, const char *name, struct pick p)
{
    const struct class_source source = {st, latency_of, over_reps};
    struct tally all = {0};
    for (uint32_t i = 0; i < st->nrep; i++)
        tally_merge(&all, &st->rep[i].tally);
    struct class_result c = class_result_of(&source, &all, name, p, st->t->mem);
    tally_free(&all);
    return c;
}

/* Accounts of what is measured: from the first snapshot after the warm-up.  If that is the last
 * one, all of it is better than nothing. */
static void accounts(const struct steady *st, bool measured)
{
    struct trial *t = st->t;
    struct total total;
    struct path_account paths = {0};
    total_init(&total, t->p, true);
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        const struct snap *last = r->nsnap ? &r->snap[r->nsnap - 1] : NULL;
        const struct snap *from = measured && r->warm ? steady_snap_at(r, r->warm) : NULL;
        if (last)
            total_account(&total, from == last ? NULL : from ? &from->now : NULL, &last->now);
        total_steps(&total, r->s);
        total_hists(&total, r->s);
        const struct path_account *walked = sim_paths(r->s);
        uint64_t begun = steady_accounts_from(st), skip = r->warm > begun ? r->warm - begun : 0;
        if (walked) /* of a run shorter than its warm-up, the second half */
            path_account_merge(&paths, walked,
                               !measured                 ? 0
                               : skip < walked->nreq / 2 ? skip
                                                         : walked->nreq / 2,
                               (uint64_t)i << TYPICAL_BITS);
        /* Little's law, as a sum: time in the system of those that left is part of the area. */
        check_that(!last || r->durations <= last->now.present_area * (1 + 1e-9) + 1e3);
        check_that(r->end != SIM_DRAINED || !last ||
                   r->durations >= last->now.present_area * (1 - 1e-9) - 1e3);
    }
    total_report(&total, t->p, t->mem, t->e);
    critical_report(&paths, t->p, critical_smooth(t->p) && critical_uncontended(t->p, &total),
                    t->sure, t->mem, t->e, t->typical);
    path_account_free(&paths);
    total_free(&total);
}

/* What needs all requests at once: more points of the distribution, and what is kept of it for
 * comparisons. */
static void shape(const struct steady *st)
{
    struct trial *t = st->t;
    struct pick all = {.every_class = true, .every_status = true};
    if (!t->keep && !t->o->cdf && t->o->nthreshold == 0)
        return;
    struct part *part = xcalloc(st->nrep, sizeof *part);
    for (uint32_t i = 0; i < st->nrep; i++)
        part[i] = part_of(&st->rep[i], &all);
    struct pool pool = pool_new(part, st->nrep);
    shape_cdf(t, &pool);
    shape_exceed(t, part, st->nrep, &pool);
    for (int k = 0; t->keep && k < CHANGE_QUANTILES; k++) {
        t->above[k] = xcalloc(st->nrep, sizeof *t->above[k]);
        for (uint32_t i = 0; i < st->nrep && pool.m.n; i++) {
            int64_t v = pool_at_rank(&pool, stats_rank(pool.m.n, change_p[k]));
            double n = (double)part[i].m.n;
            t->above[k][i] = n > 0 ? (double)part_above(&part[i], v) / n : NAN;
        }
    }
    if (t->keep) {
        t->rate = xcalloc(st->nrep, sizeof *t->rate);
        for (uint32_t i = 0; i < st->nrep; i++)
            t->rate[i] = steady_rate(st, &st->rep[i], &all);
        t->all = pool;
    } else {
        pool_free(&pool);
    }
    for (uint32_t i = 0; i < st->nrep; i++)
        part_free(&part[i]);
    free(part);
}

static double makespan(const struct steady *st)
{
    struct moments m = {0};
    for (uint32_t i = 0; i < st->nrep; i++)
        moments_add(&m, (double)st->rep[i].last_answer / SECOND);
    return m.mean;
}

void steady_sections(struct steady *st)
{
    struct exec_result *e = st->t->e;
    struct pick all = {.every_class = true, .every_status = true};
    struct part *part = xcalloc(st->nrep, sizeof *part);
    for (uint32_t i = 0; i < st->nrep; i++)
        part[i] = part_of(&st->rep[i], &all);
    e->nsection = st->nrep;
    e->section = section_make(st->t->mem, &e->all.latency, part, st->nrep);
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        e->section[i].throughput = steady_rate(st, r, &all);
        e->section[i].makespan = (double)r->last_answer / SECOND;
        part_free(&part[i]);
    }
    free(part);
}

void steady_fill(struct steady *st)
{
    struct trial *t = st->t;
    struct exec_result *e = t->e;
    struct pick all = {.every_class = true, .every_status = true};
    for (uint32_t i = 0; i < st->nrep; i++)
        e->warmup += st->rep[i].warm;
    e->all = class_of(st, "all", all);
    e->requests = e->all.requests;
    e->nclass = t->p->ncls;
    e->cls = NEW(t->mem, struct class_result, e->nclass);
    for (uint32_t i = 0; i < e->nclass; i++) {
        e->cls[i] = e->nclass == 1 ? e->all : class_of(st, "", (struct pick){.cls = i});
        e->cls[i].name = t->p->cls[i].name;
    }
    e->makespan = st->finite && prog_backlog(t->p) ? makespan(st) : NAN;
    accounts(st, true);
    shape(st);
    steady_warn(st);
}

static uint64_t most_present(const struct steady *st)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        uint64_t n = r->nsnap ? r->snap[r->nsnap - 1].now.present : 0;
        most = n > most ? n : most;
    }
    return most;
}

void steady_fill_unstable(struct steady *st, uint32_t row)
{
    struct trial *t = st->t;
    struct exec_result *e = t->e;
    struct pick none = {.status = -1}; /* nobody */
    e->requests = steady_requests(st);
    accounts(st, false);
    e->all = (struct class_result){.name = "all", .requests = e->requests};
    e->all.latency = steady_latency(st, &none);
    e->all.duration = e->all.throughput = interval_none();
    e->makespan = NAN;
    e->unstable = row == NONE ? UNSTABLE_CROWD : sim_row_name(t->p, row);
    e->unstable_utilisation = NAN;
    e->unstable_present = most_present(st);
    if (row == NONE || leaves_work(t->p)) /* what is left to do has not been counted yet */
        return;
    double area = 0, time = 0, arrivals = 0, finished = 0;
    for (uint32_t i = 0; i < st->nrep; i++) {
        const struct rep *r = &st->rep[i];
        if (r->nsnap == 0)
            continue;
        const struct sim_account *now = &r->snap[r->nsnap - 1].now;
        area += now->row[row].busy_area;
        time += (double)now->time;
        arrivals += (double)now->arrivals;
        finished += (double)now->finished;
    }
    double capacity = sim_row_capacity(t->p, row), measured = area / (capacity * time);
    double offered = finished > 0 ? arrivals / time * (area / finished) / capacity : measured;
    e->unstable_utilisation = fmax(offered, measured);
}
