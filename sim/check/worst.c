/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst.c - every combination of what can be drawn, depth first; see worst.h. */
#include "check/worst.h"
#include "check/require_impl.h"
#include "run/sim.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { MAX_RUNS = 1000000, MAX_DRAWS = 4096, WATCHED = 64, MAX_COUNT = 3 };
static const int64_t instant = 1;   /* ns */
static const double endless = 1e17; /* ns: three years, for a law without a bound */

struct turn { /* a draw of the present run */
    uint32_t now, of;
};
struct search {
    const struct prog *p;
    const struct worst_opt *o;
    struct turn *turn;
    uint32_t n, at;     /* draws that are decided; of them met in this run */
    bool grid;          /* something is contended */
    int64_t step;       /* of the grid, ns */
    uint32_t unbounded; /* expression whose law has no bound and was met in this run; or NONE */
    uint32_t cut_count; /* a count that was not tried whole; or NONE */
    bool ends_only;     /* of some number only the bounds were tried */
    bool too_long;      /* more draws than are kept */
    /* so far */
    uint64_t runs;
    double longest; /* ns; INFINITY: never answered, or no bound */
    double bound;   /* the same without the instants that were left out */
    uint32_t why_unbounded;
    bool unanswered, deadlock;
};

/* Which of `of` values this draw takes in this run: as decided, else the first. */
static uint32_t decide(struct search *x, uint32_t of)
{
    if (of <= 1)
        return 0;
    if (x->at == MAX_DRAWS) {
        x->too_long = true;
        return 0;
    }
    if (x->at == x->n)
        x->turn[x->n++] = (struct turn){0, of};
    return x->turn[x->at++].now % of;
}

/* On to the next run: the last draw that has another value takes it.  False: all were tried. */
static bool next_run(struct search *x)
{
    x->n = x->at;
    while (x->n > 0 && x->turn[x->n - 1].now + 1 >= x->turn[x->n - 1].of)
        x->n--;
    if (x->n == 0)
        return false;
    x->turn[x->n - 1].now++;
    return true;
}

/* ---- values ---- */

/* From the upper bound down, since long runs are best found early: the points of the grid, and an
 * instant before each of them, which decides who comes first where two would come at once. */
static double on_grid(struct search *x, double lo, double hi)
{
    double step = (double)x->step, steps = floor((hi - lo) / step);
    bool odd = lo + steps * step < hi, apart = x->step >= 1000 * instant;
    if (steps > 1e6) {
        x->ends_only = true;
        steps = 0;
        odd = true;
    }
    uint32_t points = (uint32_t)steps + 1 + odd;
    uint32_t k = decide(x, apart ? 2 * points - 1 : points), point = apart ? k / 2 : k;
    double v = point == 0 ? hi : lo + (steps - point + odd) * step;
    return apart && k % 2 ? v - (double)instant : v;
}

/* Its bound, or the end at the very instant of a pending timeout. */
static double at_corners(struct search *x, const struct sim *s, double lo, double hi)
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
    return v[decide(x, k)];
}

static double duration(struct search *x, const struct sim *s, uint32_t expr, double lo, double hi)
{
    lo = fmax(lo, 0);
    if (!(hi < endless)) {
        x->unbounded = expr;
        hi = endless;
    }
    if (hi <= lo)
        return hi;
    if (!x->grid)
        return at_corners(x, s, lo, hi);
    if (hi >= endless) {
        x->ends_only = true;
        return decide(x, 2) == 0 ? hi : lo;
    }
    return on_grid(x, lo, hi);
}

static double number(struct search *x, uint32_t expr, double lo, double hi)
{
    const struct xexpr *e = &x->p->x.expr[expr];
    bool whole = e->dist && e->dist->what == DIST_ATOM && e->dist->kind->whole;
    if (!whole) {
        x->ends_only = x->ends_only || hi > lo;
        if (!isfinite(hi))
            x->cut_count = expr;
        return decide(x, 2) == 0 ? (isfinite(hi) ? hi : lo) : lo;
    }
    uint32_t most = x->o->max_count ? x->o->max_count : MAX_COUNT;
    if (hi > lo + most) {
        hi = lo + most;
        x->cut_count = expr;
    }
    return hi - decide(x, (uint32_t)(hi - lo) + 1);
}

static double value(void *ctx, const struct sim *s, uint32_t expr, const double *words)
{
    struct search *x = ctx;
    const struct xexpr *e = &x->p->x.expr[expr];
    double lo, hi;
    expr_bounds_with(&x->p->x, expr, words, &lo, &hi);
    if (e->unit == UNIT_BOOL)
        return lo == hi ? hi : decide(x, 2) == 0;
    if (e->unit == UNIT_DURATION)
        return duration(x, s, expr, lo, hi);
    return number(x, expr, lo, hi);
}

static uint32_t pick(void *ctx, uint32_t n)
{
    return decide(ctx, n);
}

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
    if (p->kind == EXEC_SERIAL || (p->nfork == 0 && p->nstage == 0))
        return false;
    for (uint32_t i = 0; i < p->nres; i++)
        if (p->res[i].kind != RES_LIMIT && p->res[i].kind != RES_SERVER)
            return true;
    return p->uses_cpu || p->nvar > 0 || (p->kind == EXEC_COROUTINE && blocks(p));
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

static int64_t grid_step(const struct prog *p)
{
    int64_t step = 0;
    for (uint32_t i = 0; i < p->x.nexpr; i++) {
        const struct xexpr *e = &p->x.expr[i];
        double lo, hi;
        if (e->unit != UNIT_DURATION)
            continue;
        expr_bounds(&p->x, i, &lo, &hi);
        if (lo > 0 && lo < endless)
            step = gcd(step, (int64_t)(lo + 0.5));
        if (hi > 0 && hi < endless)
            step = gcd(step, (int64_t)(hi + 0.5));
    }
    return step > 0 ? step : 1;
}

/* ---- runs ---- */

/* One run, told; false: an error of the model. */
static bool run_once(struct search *x, struct sim **s, const struct sim_opt *so, struct diags *d)
{
    uint64_t n;
    x->at = 0;
    x->unbounded = NONE;
    x->runs++;
    enum sim_end end = sim_run_alone(*s, 0, 1);
    if (end == SIM_ERROR) {
        struct loc at = {0};
        const char *why = sim_error(*s, &at);
        diag_error(d, at, "E-run", NULL, "%s", why);
        return false;
    }
    const struct record *r = sim_records(*s, &n);
    bool answered = end != SIM_DEADLOCK && n > 0 && r[0].status != 0;
    double latency = answered ? (double)r[0].latency : (double)INFINITY;
    if (latency >= endless && answered) {
        x->why_unbounded = x->unbounded;
        latency = INFINITY;
    }
    x->deadlock = x->deadlock || end == SIM_DEADLOCK;
    x->unanswered = x->unanswered || (!answered && end != SIM_DEADLOCK);
    if (isfinite(latency) && x->grid) { /* the instants that were left out */
        double whole = ceil(latency / (double)x->step) * (double)x->step;
        double left_out = (double)instant * x->at;
        bool near = whole - latency <= left_out && 2 * left_out < (double)x->step;
        x->bound = fmax(x->bound, near ? whole : latency);
    } else {
        x->bound = fmax(x->bound, latency);
    }
    x->longest = fmax(x->longest, latency);
    sim_take(*s);
    if (end == SIM_DEADLOCK) { /* of no further use */
        sim_free(*s);
        *s = sim_new(x->p, so);
    }
    return true;
}

enum { AFTER = 10000 }; /* runs after the first that is too long: how much longer may it get? */

/* False: an error of the model.  *whole: everything was tried. */
static bool run_all(struct search *x, double limit, enum limit_cmp cmp, bool *whole,
                    struct diags *d)
{
    struct sim_oracle oracle = {x, value, pick};
    struct sim_opt so = {.seed = 1, .oracle = &oracle, .max_events = 10000000};
    struct sim *s = sim_new(x->p, &so);
    uint64_t most = x->o->max_runs ? x->o->max_runs : MAX_RUNS;
    bool ok = true, stopped = false;
    *whole = false;
    while (ok && !*whole && !stopped) {
        ok = run_once(x, &s, &so, d);
        if (!stat_compare(x->longest, cmp, limit) && most > x->runs + AFTER)
            most = x->runs + AFTER;
        stopped = x->runs >= most || isinf(x->longest) || (x->o->stop && atomic_load(x->o->stop));
        *whole = !next_run(x);
    }
    sim_free(s);
    return ok;
}

/* ---- words ---- */

static const char *place_of(const struct search *x, uint32_t expr, struct arena *a)
{
    const struct prog *p = x->p;
    for (uint32_t pc = 0; pc < p->nop; pc++) {
        uint32_t site = p->op[pc].code == OP_CALL ? p->call[p->op[pc].a].latency : p->site_of[pc];
        if (site != NONE && p->site[site].expr == expr && p->mark_of[pc] != NONE)
            return arena_printf(a, "`%s`", p->mark[p->mark_of[pc]].path);
    }
    return "a duration";
}

static void why_fails(const struct search *x, struct require_item *item, struct arena *a)
{
    if (!isinf(x->longest))
        return;
    if (x->deadlock) {
        item->why = "the request may deadlock";
        item->hint = "the claim `deadlock_free` tells who waits for whom";
    } else if (x->unanswered) {
        item->why = "the request may never be answered";
        item->hint = "the claim `responds` tells how";
    } else {
        item->why = arena_printf(a, "%s has no bound", place_of(x, x->why_unbounded, a));
        item->hint = "give it a `timeout`, or a law with a bound: truncate(LAW, LOW, HIGH)";
    }
}

static void why_open(const struct search *x, struct require_item *item, bool whole, struct arena *a)
{
    if (!whole)
        item->why = arena_printf(a, "not all combinations were tried: %" PRIu64 " runs", x->runs);
    else if (x->cut_count != NONE)
        item->why = arena_printf(a, "counts were tried up to %u only",
                                 x->o->max_count ? x->o->max_count : MAX_COUNT);
    else
        item->why = "of some values only the bounds were tried";
    item->hint = x->grid ? "bounds with a greater common divisor are fewer steps" : NULL;
}

static const char *method(const struct search *x, struct arena *a)
{
    char step[32];
    const char *runs = x->runs == 1 ? "1 run" : arena_printf(a, "%" PRIu64 " runs", x->runs);
    if (!x->grid)
        return arena_printf(a, "longest path, %s", runs);
    return arena_printf(a, "all latencies in steps of %s and an instant before, %s",
                        duration_text((double)x->step, step), runs);
}

/* The value, and what it was found by. */
static const char *seen_text(const struct search *x, bool all, struct arena *a)
{
    if (x->why_unbounded != NONE && isinf(x->longest))
        return "no bound";
    return arena_printf(a, "%s%s, %s", all || isinf(x->longest) ? "" : "at least ",
                        text_value(a, x->bound, UNIT_DURATION, false),
                        x->grid ? "all latencies tried" : "longest path");
}

bool worst_judge(const struct prog *p, struct require_item *item, const struct worst_opt *o,
                 struct arena *a, struct diags *d)
{
    const struct limit *l = item->limit;
    struct search x = {.p = p,
                       .o = o,
                       .turn = xcalloc(MAX_DRAWS, sizeof *x.turn),
                       .grid = worst_contended(p),
                       .cut_count = NONE,
                       .why_unbounded = NONE};
    bool whole = false, ok = true;
    double limit = l->right->num;
    item->verdict = VERDICT_UNDECIDED;
    item->why = "";
    item->hint = NULL;
    x.step = grid_step(p);
    item->result = (struct limit_result){
        .seen = {NAN, NAN, NAN}, .limit = limit / 1e9, .seen_text = "?", .unit = "s", .method = ""};
    item->result.limit_text = arena_printf(a, "latency %s %s", limit_cmp_text[l->cmp],
                                           text_value(a, limit, UNIT_DURATION, false));
    if (p->cls[0].load) {
        item->why = "a worst case is of one request alone, and there is a load";
        item->hint = "leave `load` out, or judge a percentile";
    } else {
        ok = run_all(&x, limit, l->cmp, &whole, d);
        whole = whole && !x.too_long;
        bool holds = stat_compare(x.longest, l->cmp, limit);
        bool all = whole && x.cut_count == NONE && !x.ends_only;
        item->verdict = !holds ? VERDICT_FAIL : all ? VERDICT_PASS : VERDICT_UNDECIDED;
        item->result.seen =
            (struct interval){x.bound / 1e9, x.longest / 1e9, all ? x.bound / 1e9 : (double)NAN};
        item->result.seen_text = seen_text(&x, all, a);
        item->result.method = method(&x, a);
        if (!holds)
            why_fails(&x, item, a);
        else if (!all)
            why_open(&x, item, whole, a);
    }
    free(x.turn);
    return ok;
}
