/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measured.c - an execution that was run for real, as a result: one run, so that intervals come
 * from the requests themselves (one by one) or from its successive parts (under load).  Or a
 * simulation of that very run, for comparison. */
#include "run/class_result.h"
#include "run/critical.h"
#include "run/experiment_impl.h"
#include "run/path_impl.h"
#include "run/sim_impl.h"
#include "run/timeline.h"
#include <math.h>
#include <stdlib.h>

enum { PARTS = 20, LEFT_OUT = 10 /* of 100, under load: the beginning */ };

struct measured {
    struct trial *t;
    const struct record *all, *r; /* r: what is measured */
    uint64_t n;
    bool load; /* else requests are independent */
    uint32_t nparts;
    struct part part[PARTS];
    uint64_t first[PARTS + 1];
};

static bool fits(const struct record *r, const struct pick *p)
{
    return (p->every_class || r->cls == p->cls) && (p->every_status || r->status == p->status);
}

static struct latency_result latency_of(const void *of, const struct pick *p)
{
    const struct measured *m = of;
    struct part part[PARTS] = {{.v = NULL}};
    for (uint32_t k = 0; k < m->nparts; k++) {
        part[k].own = xcalloc(m->first[k + 1] - m->first[k] + 1, sizeof *part[k].own);
        part[k].v = part[k].own;
        for (uint64_t i = m->first[k]; i < m->first[k + 1]; i++)
            if (fits(&m->r[i], p)) {
                part[k].own[part[k].m.n] = m->r[i].latency;
                moments_add(&part[k].m, (double)m->r[i].latency);
            }
    }
    struct latency_result l =
        m->load ? latency_sections(part, m->nparts, false) : latency_independent(&part[0]);
    for (uint32_t k = 0; k < m->nparts; k++)
        part_free(&part[k]);
    return l;
}

/* ---- numbers, from those of each part ---- */

struct sums {                  /* of one part */
    double n, all;             /* requests that fit; of their classes, with any status */
    double duration, answered; /* of those that fit: s; how many were answered */
    double time;               /* s: how long the part took */
};

static struct sums sums_of(const struct measured *m, uint32_t k, const struct pick *p)
{
    struct pick any = *p;
    struct sums x = {.n = 0};
    any.every_status = true;
    for (uint64_t i = m->first[k]; i < m->first[k + 1]; i++) {
        x.all += fits(&m->r[i], &any);
        if (!fits(&m->r[i], p))
            continue;
        x.n++;
        x.answered += m->r[i].status != 0;
        x.duration += (double)m->r[i].duration / SECOND;
    }
    const struct record *last = m->r + m->first[k + 1] - 1, *before = m->r + m->first[k] - 1;
    x.time = (double)(last->arrival + last->duration) / SECOND;
    if (before >= m->all)
        x.time -= (double)(before->arrival + before->duration) / SECOND;
    return x;
}

static struct interval over_parts(const struct measured *m, enum class_number q,
                                  const struct pick *p)
{
    double x[PARTS];
    struct ratio_sums rate = {0};
    for (uint32_t k = 0; k < m->nparts; k++) {
        struct sums s = sums_of(m, k, p);
        x[k] = q == DURATION ? s.n > 0 ? s.duration / s.n : NAN : s.all > 0 ? s.n / s.all : NAN;
        ratio_add(&rate, s.answered, s.time);
    }
    /* Of all parts together: one that is short by accident would count for far too much. */
    if (q == THROUGHPUT)
        return stats_ratio(&rate, CONFIDENCE);
    struct interval v = interval_of(x, m->nparts, false);
    if (q == SHARE) {
        v.lo = fmax(v.lo, 0);
        v.hi = fmin(v.hi, 1);
    }
    return v;
}

/* One by one: requests are independent. */
static struct interval number_alone(const struct measured *m, enum class_number q,
                                    const struct pick *p)
{
    struct moments d = {0};
    struct pick any = *p;
    uint64_t of = 0;
    any.every_status = true;
    for (uint64_t i = 0; i < m->n; i++) {
        of += fits(&m->r[i], &any);
        if (fits(&m->r[i], p))
            moments_add(&d, (double)m->r[i].duration / SECOND);
    }
    if (q == SHARE)
        return stats_proportion(d.n, of, CONFIDENCE);
    struct interval v = stats_mean_moments(&d, CONFIDENCE);
    return q == DURATION ? v : (struct interval){1 / v.value, 1 / v.hi, v.lo > 0 ? 1 / v.lo : NAN};
}

static struct interval number_of(const void *of, enum class_number q, const struct pick *p)
{
    const struct measured *m = of;
    return m->load ? over_parts(m, q, p) : number_alone(m, q, p);
}

static struct class_result class_of(const struct measured *m, const char *name, struct pick p)
{
    const struct class_source source = {m, latency_of, number_of};
    struct tally all = {0};
    for (uint64_t i = 0; i < m->n; i++)
        tally_add(&all, m->r[i].cls, m->r[i].status, m->r[i].latency, m->r[i].duration);
    struct class_result c = class_result_of(&source, &all, name, p, m->t->mem);
    tally_free(&all);
    return c;
}

/* ---- the result ---- */

static void accounts(const struct measured *m, const struct sim *s)
{
    struct trial *t = m->t;
    struct total total;
    struct path_account paths = {0};
    struct sim_account now = {.row = xcalloc(sim_rows(t->p) + 1u, sizeof *now.row)};
    total_init(&total, t->p, true);
    sim_snapshot(s, &now);
    total_account(&total, NULL, &now);
    total_steps(&total, s);
    total_hists(&total, s);
    total_report(&total, t->p, t->mem, t->e);
    if (sim_paths(s) != NULL)
        path_account_merge(&paths, sim_paths(s), 0, 0);
    critical_report(&paths, t->p, false, false, t->mem, t->e, t->typical);
    t->amdahl = critical_amdahl(&paths, t->p, false);
    path_account_free(&paths);
    total_free(&total);
    free(now.row);
}

/* For the comparison with other executions: each request's latency, or each part's mean. */
static void pairs(struct measured *m)
{
    struct trial *t = m->t;
    if (!m->load) {
        t->latency = xcalloc(m->n + 1, sizeof *t->latency);
        t->npair = m->n;
        for (uint64_t i = 0; i < m->n; i++)
            if (m->r[i].ordinal < m->n)
                t->latency[m->r[i].ordinal] = m->r[i].latency;
        return;
    }
    t->mean = xcalloc(m->nparts, sizeof *t->mean);
    t->npair = m->nparts;
    for (uint32_t k = 0; k < m->nparts; k++) {
        double sum = 0;
        for (uint64_t i = m->first[k]; i < m->first[k + 1]; i++)
            sum += (double)m->r[i].latency;
        t->mean[k] = sum / (double)(m->first[k + 1] - m->first[k]) / SECOND;
    }
}

/* When the last answer came, where there is a backlog and all of it was executed. */
static double makespan(const struct measured *m, uint64_t size)
{
    int64_t last = 0;
    for (uint64_t i = 0; i < m->n; i++)
        if (m->r[i].arrival + m->r[i].latency > last)
            last = m->r[i].arrival + m->r[i].latency;
    return size > 0 && m->n >= size && prog_backlog(m->t->p) ? (double)last / SECOND : NAN;
}

/* A load that ends by itself is measured from its beginning, as by `run`. */
static void cut(struct measured *m, bool load, uint64_t n)
{
    uint64_t size = prog_finite(m->t->p), warm = load && size == 0 ? n * LEFT_OUT / 100 : 0;
    m->r += warm;
    m->n = n - warm;
    m->load = load;
    m->nparts = !load || m->n < 4 ? 1 : m->n < 2 * PARTS ? (uint32_t)m->n / 2 : PARTS;
    for (uint32_t k = 0; k <= m->nparts; k++)
        m->first[k] = m->n * k / m->nparts;
    m->t->e->makespan = makespan(m, size);
    m->t->e->warmup = warm;
    m->t->e->replications = load ? 1 : 0;
}

static void shapes(struct measured *m)
{
    struct trial *t = m->t;
    struct part part = {.own = xcalloc(m->n + 1, sizeof *part.own)};
    part.v = part.own;
    for (uint64_t i = 0; i < m->n; i++) {
        part.own[i] = m->r[i].latency;
        moments_add(&part.m, (double)m->r[i].latency);
    }
    struct pool pool = pool_new(&part, 1);
    shape_cdf(t, &pool);
    shape_exceed(t, &part, 1, &pool);
    pool_free(&pool);
    part_free(&part);
}

/* Of the first `wanted`: a batch may end more at once. */
static void fill(struct trial *t, const struct sim *s, bool load, uint64_t wanted)
{
    struct exec_result *e = t->e;
    uint64_t n;
    struct measured m = {.t = t, .all = sim_records(s, &n)};
    struct pick all = {.every_class = true, .every_status = true};
    m.r = m.all;
    cut(&m, load, n < wanted ? n : wanted);
    e->requests = m.n;
    if (m.n == 0) { /* nothing is known: not even that it takes no time */
        e->all = (struct class_result){.name = "all",
                                       .latency = latency_of(&m, &all),
                                       .duration = interval_none(),
                                       .throughput = interval_none()};
        return;
    }
    e->all = class_of(&m, "all", all);
    e->nclass = t->p->ncls;
    e->cls = NEW(t->mem, struct class_result, e->nclass);
    for (uint32_t k = 0; k < e->nclass; k++) {
        struct pick one = {.every_status = true, .cls = k, .every_class = e->nclass == 1};
        e->cls[k] = e->nclass == 1 ? e->all : class_of(&m, t->p->cls[k].name, one);
        e->cls[k].name = t->p->cls[k].name;
    }
    accounts(&m, s);
    shapes(&m);
    pairs(&m);
}

static enum sim_end run(const struct trial *t, struct sim *s, bool load, uint64_t n)
{
    const struct experiment_world *w = t->o->world;
    if (w)
        return (enum sim_end)w->run(w->ctx, t->p->exec->name, s, load, n);
    return load ? sim_run_load(s, n) : sim_run_alone(s, 0, n);
}

/* More requests at once than there may be: nothing is to be told but that. */
static void crowded(struct exec_result *e, const struct sim *s)
{
    struct sim_account now = {.row = xcalloc(sim_rows(s->p) + 1u, sizeof *now.row)};
    sim_snapshot(s, &now);
    e->stopped = STOP_UNSTABLE;
    e->unstable = UNSTABLE_CROWD;
    e->unstable_utilisation = NAN;
    e->unstable_present = now.present;
    free(now.row);
}

void measured_run(struct trial *t)
{
    const struct experiment_opt *o = t->o;
    bool load = t->p->cls[0].load != NULL;
    struct sim_opt so = {.seed = o->seed,
                         .trace_requests = UINT64_MAX,
                         .trace_full = o->traced > 0,
                         .stop = o->stop};
    struct sim *s = sim_new(t->p, &so);
    uint64_t n = o->requests ? o->requests : o->max_requests;
    enum sim_end end = run(t, s, load, n);
    if (o->world)
        t->e->method = "live";
    t->e->stopped = STOP_REQUESTS;
    fill(t, s, load, n);
    if (end == SIM_DEADLOCK || end == SIM_ERROR || end == SIM_STOPPED)
        trial_failed(t, s, end);
    if (end == SIM_OVERLOAD)
        crowded(t->e, s);
    if (o->traced > 0) {
        t->e->traced = NEW(t->mem, struct timeline_result, o->traced);
        t->e->ntraced = timeline_kept(t->p, s, o->traced, t->mem, t->e->traced);
    }
    sim_free(s);
}
