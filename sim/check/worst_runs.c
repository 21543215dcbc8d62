/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_runs.c - every combination of what can be drawn; see worst.h. */
#include "check/require_impl.h"
#include "check/worst_impl.h"
#include "run/sim.h"
#include <math.h>

enum { MAX_RUNS = 1000000, WATCHED = 64 };
static const double endless = 1e17; /* ns: three years, for a law without a bound */

/* ---- the program ---- */

static bool blocks(const struct prog *p)
{
    for (uint32_t i = 0; i < p->ncall; i++)
        if (p->call[i].blocking || p->call[i].ps)
            return true;
    return false;
}

bool worst_contended(const struct prog *p)
{
    bool alone = !p->cls[0].load;
    if (alone && (p->kind == EXEC_SERIAL || (p->nfork == 0 && p->nstage == 0)))
        return false;
    for (uint32_t i = 0; i < p->nres; i++)
        if (!alone || (p->res[i].kind != RES_LIMIT && p->res[i].kind != RES_SERVER))
            return true;
    return p->uses_cpu || p->nvar > 0 || (p->has_loop && blocks(p));
}

bool worst_shares(const struct prog *p)
{
    for (uint32_t i = 0; i < p->ncall; i++)
        if (p->call[i].ps)
            return true;
    for (uint32_t i = 0; i < p->nbackoff; i++) /* delays that no expression tells */
        if (p->backoff[i].factor != NONE)
            return true;
    return p->uses_cpu && (p->schedule == SCHEDULE_PS || p->gil_contended);
}

/* Requests that arrive; 0: without an end, or at drawn times. */
static uint32_t worst_requests(const struct prog *p)
{
    uint64_t n = p->cls[0].load ? prog_finite(p) : 1;
    return n < UINT32_MAX ? (uint32_t)n : 0;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* A duration of the model, if it is one that can be waited for. */
static int64_t step_with(int64_t step, double ns)
{
    return ns > 0 && ns < endless ? gcd(step, (int64_t)(ns + 0.5)) : step;
}

/* Of all that is known before a run; 0: of nothing. */
static int64_t step_of(const struct prog *p)
{
    int64_t step = 0;
    for (uint32_t i = 0; i < p->x.nexpr; i++) {
        double lo, hi;
        if (p->x.expr[i].unit != UNIT_DURATION)
            continue;
        expr_bounds(&p->x, i, &lo, &hi);
        step = step_with(step_with(step, lo), hi);
    }
    for (uint32_t i = 0; i < p->nstage; i++)
        step = step_with(step, (double)p->stage[i].wait);
    if (p->uses_cpu && p->schedule == SCHEDULE_RR && p->nfork + p->nstage > 0)
        step = step_with(step, (double)p->quantum);
    for (uint32_t k = 0; k < p->ncls; k++)
        for (uint32_t i = 0; p->cls[k].load && i < p->cls[k].load->nreplay; i++)
            step = step_with(step, p->cls[k].load->replay[i]);
    return step;
}

void worst_init(struct worst *x, const struct prog *p, const struct worst_opt *o)
{
    *x = (struct worst){.p = p,
                        .o = o,
                        .way = worst_contended(p) || !worst_grows(p) ? WORST_ORDERS : WORST_CORNERS,
                        .step = step_of(p),
                        .nreq = worst_requests(p),
                        .loose = worst_loose(p),
                        .timed = worst_timed(p),
                        .alike = o->no_reductions ? NONE : worst_alike(p),
                        .total = INFINITY,
                        .cut_count = NONE,
                        .why_unbounded = NONE};
    tries_init(&x->tries);
}

void worst_free(struct worst *x)
{
    tries_free(&x->tries);
    free(x->loose);
    free(x->timed);
}

/* ---- values ---- */

/* One of so many points.  The first of equal requests are no shorter than those that follow. */
static uint32_t point_of(struct worst *x, uint32_t expr, uint32_t points)
{
    bool alike = x->way == WORST_ORDERS && expr == x->alike && x->ndrawn < x->nreq;
    if (!alike)
        return tries_take(&x->tries, points);
    uint32_t from = x->ndrawn++ == 0 ? 0 : x->last;
    x->last = from + tries_take(&x->tries, points - from);
    return x->last;
}

/* From the upper bound down, since long runs are best found early. */
static double on_grid(struct worst *x, uint32_t expr, double lo, double hi)
{
    int64_t finer = step_with(step_with(x->step, lo), hi);
    if (finer != x->step) {
        x->step = finer > 0 ? finer : 1;
        x->finer = true;
        return hi;
    }
    double step = (double)x->step, steps = floor((hi - lo) / step);
    if (steps > 1e6) {
        x->ends_only = true;
        return tries_take(&x->tries, 2) == 0 ? hi : lo;
    }
    bool apart = x->way == WORST_INSTANTS && x->step >= 1000 * worst_instant;
    uint32_t points = (uint32_t)steps + 1;
    uint32_t k = point_of(x, expr, apart ? 2 * points - 1 : points);
    double v = hi - (apart ? k / 2 : k) * step;
    return apart && k % 2 ? v - (double)worst_instant : v;
}

/* Its bound, or the end at the very instant of a pending timeout. */
static double at_corners(struct worst *x, const struct sim *s, double lo, double hi)
{
    int64_t due[WATCHED];
    double v[WATCHED + 1] = {hi};
    uint32_t n = sim_timeouts(s, due, WATCHED), k = 1;
    for (uint32_t i = 0; i < n; i++) {
        double r = (double)due[i];
        bool known = r < lo || r >= hi;
        for (uint32_t m = 0; m < k && !known; m++)
            known = v[m] == r;
        if (!known)
            v[k++] = r;
    }
    if (n == WATCHED)
        x->ends_only = true;
    return v[tries_take(&x->tries, k)];
}

/* What lasts beyond all pending timeouts, its own among them, may as well end a step after them. */
static double cut_off(const struct worst *x, const struct sim *s, double lo, double hi)
{
    int64_t due[WATCHED], last = 0;
    uint32_t n = sim_timeouts(s, due, WATCHED);
    for (uint32_t i = 0; i < n; i++)
        last = due[i] > last ? due[i] : last;
    if (n == 0 || n == WATCHED)
        return hi;
    return fmin(hi, fmax(lo, (double)(last + (x->step > 0 ? x->step : 1))));
}

static double duration(struct worst *x, const struct sim *s, uint32_t expr, double lo, double hi)
{
    lo = fmax(lo, 0);
    if (x->way == WORST_ORDERS && x->timed[expr])
        hi = cut_off(x, s, lo, hi);
    if (!(hi < endless)) {
        x->unbounded = expr;
        hi = endless;
    }
    if (hi <= lo)
        return hi;
    x->varied = true;
    if (x->loose[expr]) {
        x->ends_only = true;
        return tries_take(&x->tries, 2) == 0 ? hi : lo;
    }
    if (x->way == WORST_WORK)
        return hi;
    if (x->way == WORST_CORNERS)
        return at_corners(x, s, lo, hi);
    if (hi >= endless) {
        x->ends_only = true;
        return tries_take(&x->tries, 2) == 0 ? hi : lo;
    }
    return on_grid(x, expr, lo, hi);
}

static double number(struct worst *x, uint32_t expr, double lo, double hi)
{
    const struct xexpr *e = &x->p->x.expr[expr];
    bool whole = e->dist && e->dist->what == DIST_ATOM && e->dist->kind->whole;
    if (!whole) {
        x->ends_only = x->ends_only || hi > lo;
        if (!isfinite(hi))
            x->cut_count = expr;
        return tries_take(&x->tries, 2) == 0 ? (isfinite(hi) ? hi : lo) : lo;
    }
    uint32_t most = x->o->max_count ? x->o->max_count : WORST_COUNT;
    if (hi > lo + most) {
        hi = lo + most;
        x->cut_count = expr;
    }
    return hi - tries_take(&x->tries, (uint32_t)(hi - lo) + 1);
}

/* ---- the oracle ---- */

static double value(void *ctx, const struct sim *s, uint32_t expr, const double *words)
{
    struct worst *x = ctx;
    const struct xexpr *e = &x->p->x.expr[expr];
    double lo, hi;
    expr_bounds_with(&x->p->x, expr, words, &lo, &hi);
    if (e->unit == UNIT_BOOL)
        return lo == hi ? hi : tries_take(&x->tries, 2) == 0;
    if (e->unit == UNIT_DURATION)
        return duration(x, s, expr, lo, hi);
    return number(x, expr, lo, hi);
}

static uint32_t pick(void *ctx, const double *weight, uint32_t n)
{
    struct worst *x = ctx;
    (void)weight;
    return tries_take(&x->tries, n);
}

/* As long as no duration could have been another, what comes at once really does. */
static uint32_t order(void *ctx, uint32_t n)
{
    struct worst *x = ctx;
    uint32_t k = x->varied ? tries_take(&x->tries, n) : 0;
    x->own_order = x->own_order && k == 0;
    return k;
}

/* What takes time, whatever it is for. */
static void drawn(void *ctx, const struct sim *s, uint32_t task, uint32_t pc, double v, bool well)
{
    struct worst *x = ctx;
    enum opcode code = (enum opcode)x->p->op[pc].code;
    (void)s, (void)task, (void)well;
    if (code == OP_CALL || code == OP_PAUSE || code == OP_BACKOFF || code == OP_CPU ||
        code == OP_HOSTCPU)
        x->work += v;
}

static void arrived(void *ctx, struct sim_request r, int64_t now)
{
    (void)ctx, (void)r, (void)now;
}

/* ---- runs ---- */

/* The longest latency of a run that is over; INFINITY: somebody is never answered. */
static double latency_of(struct worst *x, const struct sim *s, enum sim_end end)
{
    uint64_t n;
    const struct record *r = sim_records(s, &n);
    bool deadlock = end == SIM_DEADLOCK, answered = !deadlock && n >= x->nreq;
    double latency = 0;
    for (uint64_t i = 0; i < n; i++) {
        answered = answered && r[i].status != 0;
        latency = fmax(latency, (double)r[i].latency);
    }
    if (answered && latency < endless)
        return latency;
    if (x->own_order) {
        x->deadlock = x->deadlock || deadlock;
        x->unanswered = x->unanswered || (!answered && !deadlock);
        x->why_unbounded = answered ? x->unbounded : x->why_unbounded;
    }
    return INFINITY;
}

/* One run, told; false: an error of the model. */
static bool run_once(struct worst *x, struct sim **s, const struct sim_opt *so, struct diags *d)
{
    bool alone = !x->p->cls[0].load;
    x->own_order = true;
    x->varied = false;
    x->unbounded = NONE;
    x->ndrawn = 0;
    x->work = 0;
    x->runs++;
    enum sim_end end = alone ? sim_run_alone(*s, 0, 1) : sim_run_load(*s, x->nreq);
    if (end == SIM_ERROR) {
        struct loc at = {0};
        const char *why = sim_error(*s, &at);
        diag_error(d, at, "E-run", NULL, "%s", why);
        return false;
    }
    double latency = latency_of(x, *s, end);
    x->bound = fmax(x->bound, latency);
    x->longest = x->own_order ? fmax(x->longest, latency) : x->longest;
    sim_take(*s);
    if (!alone || end != SIM_MORE) { /* of no further use */
        sim_free(*s);
        *s = sim_new(x->p, so);
    }
    return true;
}

/* Again from the beginning, in finer steps. */
static void begin_again(struct worst *x)
{
    tries_again(&x->tries);
    x->finer = false;
    x->longest = x->bound = 0;
}

enum { AFTER = 10000 }; /* runs after the first that is too long: how much longer may it get? */

bool worst_try(struct worst *x, double limit, enum limit_cmp cmp, struct diags *d)
{
    struct sim_oracle oracle = {x, value, pick, x->way == WORST_ORDERS ? order : NULL};
    struct sim_opt so = {.seed = 1, .oracle = &oracle, .max_events = 10000000};
    struct sim *s = sim_new(x->p, &so);
    uint64_t most = x->o->max_runs ? x->o->max_runs : MAX_RUNS;
    most = x->runs + (x->way == WORST_INSTANTS ? most / 4 + 1 : most);
    bool ok = true, all = false, stopped = false;
    tries_again(&x->tries);
    while (ok && !all && !stopped) {
        ok = run_once(x, &s, &so, d);
        if (!stat_compare(x->longest, cmp, limit) && most > x->runs + AFTER)
            most = x->runs + AFTER;
        bool known = isinf(x->longest) || (isinf(x->bound) && x->way == WORST_ORDERS);
        stopped = x->runs >= most || known || (x->o->stop && atomic_load(x->o->stop));
        all = !tries_next(&x->tries);
        if (x->finer) {
            begin_again(x);
            all = false;
        }
    }
    if (x->way != WORST_INSTANTS) /* which only look for a longer run */
        x->whole = all && !x->tries.too_long;
    sim_free(s);
    return ok;
}

bool worst_all(struct worst *x, uint64_t most, struct diags *d)
{
    struct sim_oracle oracle = {x, value, pick, NULL};
    struct sim_ear ear = {x, arrived, drawn, NULL};
    struct sim_opt so = {
        .seed = 1, .oracle = &oracle, .ear = &ear, .stepwise = true, .max_events = 10000000};
    struct sim *s = sim_new(x->p, &so);
    bool ok = true, all = false;
    tries_again(&x->tries);
    x->total = 0;
    for (uint64_t i = 0; ok && !all && i < most; i++) {
        ok = run_once(x, &s, &so, d);
        x->total = fmax(x->total, x->work);
        all = !tries_next(&x->tries);
        if (isinf(x->longest) || (x->o->stop && atomic_load(x->o->stop)))
            break;
    }
    x->whole = all && !x->tries.too_long;
    sim_free(s);
    return ok;
}
