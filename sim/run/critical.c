/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical.c - critical paths in numbers; see critical.h. */
#include "run/critical.h"
#include "base/order.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double band_lo = 0.985, band_hi = 0.995;
enum { BAND_LEAST = 10 }; /* requests near the p99, for anything to be said of them */

/* ---- where a gain can be had from the walk ---- */

/* What as_completed does for each copy, in the order of their ends, may change places without
 * changing when all of it is done, if nothing else can see it. */
static bool consumer_smooth(const struct prog *p, uint32_t next)
{
    for (uint32_t pc = next + 1; pc < p->op[next].c; pc++) {
        const struct op *o = &p->op[pc];
        bool calls = o->code == OP_CALL && p->call[o->a].error != NONE;
        if (calls || o->code == OP_FORK || o->code == OP_RESPOND || o->code == OP_ABORT ||
            o->code == OP_FAIL || o->code == OP_AWAIT || o->code == OP_JOIN || o->code == OP_END)
            return false;
    }
    return p->op[next].c > next;
}

bool critical_smooth(const struct prog *p)
{
    bool forks = false;
    for (uint32_t i = 0; i < p->nfork; i++)
        if (p->fork[i].until != NONE)
            return false;
    for (uint32_t i = 0; i < p->nawait; i++)
        if (p->await[i].until != NONE)
            return false;
    for (uint32_t i = 0; i < p->nhandler; i++)
        if ((p->handler[i].kind == H_CATCH || p->handler[i].kind == H_RETRY) &&
            p->handler[i].nmatch > 0)
            return false; /* which failure came first may matter */
    for (uint32_t i = 0; i < p->nres; i++)
        if (p->res[i].queue_timeout != NONE)
            return false;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        enum opcode c = (enum opcode)p->op[pc].code;
        forks = forks || c == OP_FORK;
        bool seen = c == OP_STORE || c == OP_UNTIL || c == OP_PUT; /* by others, and when */
        if (seen && (p->kind != EXEC_SERIAL || p->cls[0].load))
            return false;
        if (c == OP_NEXT && !consumer_smooth(p, pc))
            return false;
    }
    if (p->has_timers)
        return false;
    /* who shares has no waits to be seen */
    bool alone = (!forks || p->kind == EXEC_SERIAL) && !p->cls[0].load;
    for (uint32_t i = 0; i < p->ncall && !alone; i++)
        if (p->call[i].ps)
            return false;
    return alone || !p->uses_cpu || p->schedule != SCHEDULE_PS;
}

bool critical_uncontended(const struct prog *p, const struct total *t)
{
    (void)p;
    for (uint32_t i = 0; i < t->nrow; i++)
        if (t->row[i].wait_sum > 0 || t->row[i].queue_area > 0 || t->row[i].rejected > 0 ||
            t->row[i].queue_timeouts > 0)
            return false;
    return true;
}

/* Is the op at pc one of its step's own durations? */
static bool critical_own(const struct prog *p, uint32_t pc)
{
    enum opcode c = (enum opcode)p->op[pc].code;
    uint32_t mark = p->mark_of[pc];
    if (mark == NONE)
        return false;
    return c == OP_CPU || c == OP_HOSTCPU || c == OP_CALL ||
           (c == OP_PAUSE && p->mark[mark].verb == VERB_WAIT);
}

/* ---- sums over requests ---- */

struct sums {
    double time, band_time;       /* ns, of all, and of those near the p99 */
    uint64_t n;                   /* requests with it on their path */
    struct moments own, own_band; /* of a step's own time; only of requests that have some */
};
/* A place in the order of requests by latency, and among equals by number: who is behind it? */
struct cut {
    int64_t latency;
    uint64_t equals; /* so many of this latency are before it */
};

static struct cut cut_at(const int64_t *sorted, uint64_t n, uint64_t place)
{
    if (place >= n)
        return (struct cut){.latency = INT64_MAX, .equals = UINT64_MAX};
    uint64_t lo = 0, hi = place;
    while (lo < hi) {
        uint64_t middle = lo + (hi - lo) / 2;
        if (sorted[middle] < sorted[place])
            lo = middle + 1;
        else
            hi = middle;
    }
    return (struct cut){.latency = sorted[place], .equals = place - lo};
}

/* To be asked of all requests, in the order of their numbers. */
static bool cut_behind(struct cut *c, int64_t latency)
{
    if (latency != c->latency)
        return latency > c->latency;
    if (c->equals == 0)
        return true;
    c->equals--;
    return false;
}

/* The first place of n whose rank is at least p. */
static uint64_t place_of(uint64_t n, double p)
{
    uint64_t i = 0;
    while (((double)i + 0.5) / (double)n < p)
        i++;
    return i;
}

static uint64_t request_at(const struct path_account *a, struct cut c)
{
    uint64_t i = 0;
    while (!cut_behind(&c, a->latency[i]) || a->latency[i] != c.latency)
        i++;
    return a->id[i];
}

/* in[i]: request i is near the p99. Returns how many are.  typical: which are the median and p99.
 */
static uint64_t band_of(const struct path_account *a, bool *in, uint64_t typical[2])
{
    uint64_t n = a->nreq, near = 0;
    int64_t *v = xcalloc(n, sizeof *v);
    memcpy(v, a->latency, n * sizeof *v);
    order_sort(v, n, NULL);
    bool constant = v[0] == v[n - 1];
    struct cut from = cut_at(v, n, place_of(n, band_lo)), to = cut_at(v, n, place_of(n, band_hi));
    typical[0] = request_at(a, cut_at(v, n, stats_rank(n, 0.5) - 1));
    typical[1] = request_at(a, cut_at(v, n, stats_rank(n, 0.99) - 1));
    for (uint64_t i = 0; i < n; i++) {
        bool begun = cut_behind(&from, a->latency[i]), over = cut_behind(&to, a->latency[i]);
        in[i] = constant || (begun && !over);
        near += in[i];
    }
    free(v);
    return constant || near >= BAND_LEAST ? near : 0;
}

/* v[0 .. nmark) of the steps, then one for each other row. */
static struct sums *sums_new(const struct path_account *a, const struct prog *p, const bool *in)
{
    uint32_t n = path_rows(p) - p->nmark;
    struct sums *v = xcalloc(n + 1u, sizeof *v);
    uint64_t *last = xcalloc(n + 1u, sizeof *last); /* the request it was last met in, + 1 */
    for (uint64_t i = 0; i < a->nreq; i++)
        for (uint64_t k = a->first[i]; k < a->first[i + 1]; k++) {
            uint32_t row = a->entry_row[k];
            bool own = row >= p->nmark && row < 2 * p->nmark;
            struct sums *s = &v[row < p->nmark ? row : row - p->nmark];
            double t = (double)a->entry_time[k];
            s->time += t;
            s->band_time += in[i] ? t : 0;
            if (last[s - v] != i + 1)
                s->n++;
            last[s - v] = i + 1;
            if (own)
                moments_add(&s->own, t);
            if (own && in[i])
                moments_add(&s->own_band, t);
        }
    free(last);
    return v;
}

/* The mean over n requests, of which only those in m had any of it. */
static struct interval mean_of(struct moments m, uint64_t n, bool sure)
{
    struct moments none = {.n = n - m.n};
    moments_merge(&m, &none);
    struct interval v = stats_mean_moments(&m, CONFIDENCE);
    if (sure)
        v.lo = v.hi = v.value;
    return (struct interval){v.value / SECOND, v.lo / SECOND, v.hi / SECOND};
}

static void report_steps(const struct sums *v, const struct prog *p, double latency,
                         double band_latency, struct exec_result *e)
{
    for (uint32_t i = 0; i < p->nmark; i++) {
        struct step_result *s = &e->step[i];
        s->critical_probability = (double)v[i].n / (double)e->walked;
        s->critical_share = latency > 0 ? v[i].time / latency : NAN;
        s->critical_share_p99 = band_latency > 0 ? v[i].band_time / band_latency : NAN;
    }
}

static void report_others(const struct sums *v, const struct prog *p, double latency,
                          double band_latency, struct arena *mem, struct exec_result *e)
{
    uint32_t n = path_rows(p);
    e->critical = NEW(mem, struct critical_result, n - 2 * p->nmark + 1);
    for (uint32_t row = 2 * p->nmark; row < n; row++) {
        const struct sums *s = &v[row - p->nmark];
        struct critical_result *c = &e->critical[e->ncritical];
        if (s->n == 0 || !path_row_name(p, row, c))
            continue;
        c->probability = (double)s->n / (double)e->walked;
        c->share = latency > 0 ? s->time / latency : NAN;
        c->share_p99 = band_latency > 0 ? s->band_time / band_latency : NAN;
        e->ncritical++;
    }
}

void critical_report(const struct path_account *a, const struct prog *p, bool smooth, bool sure,
                     struct arena *mem, struct exec_result *e, uint64_t typical[2])
{
    e->walked = a->nreq;
    e->ncritical = 0;
    if (a->nreq == 0)
        return;
    bool *in = xcalloc(a->nreq, sizeof *in);
    uint64_t band = band_of(a, in, typical);
    double latency = 0, band_latency = 0;
    for (uint64_t i = 0; i < a->nreq; i++) {
        latency += (double)a->latency[i];
        band_latency += in[i] && band > 0 ? (double)a->latency[i] : 0;
    }
    struct sums *v = sums_new(a, p, in);
    report_steps(v, p, latency, band_latency, e);
    report_others(v, p, latency, band_latency, mem, e);
    for (uint32_t pc = 0; pc < p->nop && smooth; pc++) {
        uint32_t i = p->mark_of[pc];
        if (!critical_own(p, pc) || e->step[i].gain_by)
            continue;
        e->step[i].gain = mean_of(v[i].own, a->nreq, sure);
        if (band > 0)
            e->step[i].gain_p99 = mean_of(v[i].own_band, band, sure);
        e->step[i].gain_by = "walk";
    }
    for (uint32_t i = 0; i < p->nmark && smooth && a->slack; i++)
        if (a->slack[i].n > 0)
            e->step[i].slack = a->slack[i].sum / (double)a->slack[i].n / SECOND;
    free(v);
    free(in);
}

struct amdahl critical_amdahl(const struct path_account *a, const struct prog *p, bool smooth)
{
    struct amdahl r = {0};
    if (!smooth || a->slacked == 0 || p->kind == EXEC_SERIAL)
        return r;
    r.needed = a->needed / (double)a->slacked / SECOND;
    r.serial = a->serial / (double)a->slacked / SECOND;
    r.wide = a->wide;
    return r;
}
