/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timing.c - see timing.h: what takes time in a run of moves, and how long it may. */
#include "check/timing.h"
#include "check/bursts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum span_what { WORK, TIMER, QUEUE_TIMER, INSTANT };
struct span { /* of time */
    enum span_what what;
    uint32_t slot,
        key; /* of the task; the timeout's word, INSTANT: kind of move and what it is of */
    uint32_t from, to;
    double lo, hi, mean; /* ns */
    bool open;
    bool exact; /* it came to its own end: lo counts */
    bool burst; /* it computes */
    const char *name;
};
struct clock {
    struct arena *a;
    const struct prog *p;
    struct play y;
    struct span *span;
    uint32_t n, cap;
};

static struct span *find(struct clock *c, enum span_what what, uint32_t slot, uint32_t key)
{
    for (uint32_t i = c->n; i-- > 0;)
        if (c->span[i].open && c->span[i].what == what && c->span[i].slot == slot &&
            c->span[i].key == key)
            return &c->span[i];
    return NULL;
}

static void begin(struct clock *c, struct span s)
{
    c->span = grow(c->span, &c->cap, c->n + 1, sizeof *c->span);
    s.open = true;
    c->span[c->n++] = s;
}

static void end(struct span *s, uint32_t move, bool exact)
{
    if (s == NULL)
        return;
    s->open = false;
    s->exact = exact;
    s->to = move;
}

/* ---- how long ---- */

static void add_expr(const struct clock *c, uint32_t expr, const double *words, struct span *s)
{
    double lo, hi, mean = expr_mean(&c->p->x, expr);
    expr_bounds_with(&c->p->x, expr, words, &lo, &hi);
    s->lo += isfinite(lo) && lo > 0 ? lo : 0;
    s->hi += hi >= 0 ? hi : (double)INFINITY; /* not a number: not known */
    s->mean += isfinite(mean) ? mean : isfinite(hi) ? (lo + hi) / 2 : lo;
}

static void add_site(const struct clock *c, uint32_t site, const double *words, struct span *s)
{
    if (site != NONE && c->p->site[site].expr != NONE)
        add_expr(c, c->p->site[site].expr, words, s);
}

static void backoff_bounds(const struct clock *c, const struct backoff *b, const double *words,
                           struct span *s)
{
    struct span delay = {0}, factor = {0}, most = {0};
    add_site(c, b->delay, words, &delay);
    if (b->factor != NONE) {
        double times = words[b->word] - 1;
        add_site(c, b->factor, words, &factor);
        delay.lo *= pow(factor.lo, times);
        delay.hi *= pow(factor.hi, times);
        delay.mean *= pow(factor.mean, times);
    }
    if (b->max != NONE) {
        add_site(c, b->max, words, &most);
        delay.lo = fmin(delay.lo, most.lo);
        delay.hi = fmin(delay.hi, most.hi);
        delay.mean = fmin(delay.mean, most.mean);
    }
    s->lo = delay.lo;
    s->hi = delay.hi;
    s->mean = delay.mean;
}

static const char *step_name(const struct clock *c, uint32_t pc)
{
    uint32_t mark = c->p->mark_of[pc];
    const char *path = mark == NONE ? "its step" : c->p->mark[mark].path;
    const char *slash = strrchr(path, '/');
    return arena_printf(c->a, "`%s`", slash ? slash + 1 : path);
}

static void work_begins(struct clock *c, const struct fx *f, uint32_t move)
{
    const struct op *o = &c->p->op[f->b];
    const double *w = state_words(&c->y.r.s, f->task);
    struct span s = {.what = WORK, .slot = f->task, .from = move, .name = step_name(c, f->b)};
    if (o->code == OP_CALL) {
        const struct callsite *call = &c->p->call[o->a];
        add_site(c, call->latency, w, &s);
        s.name = arena_printf(c->a, "`%s`", c->p->model->service[call->service].name);
        if (call->ps)
            s.hi = (double)INFINITY;
    } else if (o->code == OP_BACKOFF) {
        backoff_bounds(c, &c->p->backoff[o->a], w, &s);
    } else {
        add_site(c, c->p->site_of[f->b], w, &s);
    }
    begin(c, s);
}

static void burst_begins(struct clock *c, const struct fx *f, uint32_t move)
{
    struct span s = {.what = WORK, .slot = f->task, .from = move, .burst = true};
    s.name = f->b == NONE ? "a cost of the execution" : step_name(c, f->b);
    if (f->b != NONE && c->p->op[f->b].code != OP_COST)
        add_site(c, c->p->site_of[f->b], state_words(&c->y.r.s, f->task), &s);
    for (uint32_t k = 0; k < COST_COUNT; k++)
        if (f->c & 1u << k)
            add_site(c, c->p->cost_site[k], NULL, &s);
    if (f->c & FX_WAKE_IF_IDLE) { /* only if a core is idle */
        double lo = s.lo;
        add_site(c, c->p->cost_site[COST_WAKE], NULL, &s);
        s.lo = lo;
    }
    begin(c, s);
}

static void timer_begins(struct clock *c, const struct fx *f, uint32_t move)
{
    const struct op *o = &c->p->op[f->b];
    const double *w = state_words(&c->y.r.s, f->task);
    struct span s = {.what = TIMER, .slot = f->task, .key = f->a, .from = move};
    s.name = arena_printf(c->a, "the timeout of %s", step_name(c, f->b));
    if (o->flags & OPF_WORD) {
        bool known = isfinite(w[o->c]);
        s.lo = known ? w[o->c] : 0;
        s.hi = known ? w[o->c] : (double)INFINITY;
        s.mean = s.lo;
    } else {
        add_site(c, c->p->site_of[f->b], w, &s);
    }
    begin(c, s);
}

static void queue_timer_begins(struct clock *c, const struct fx *f, uint32_t move)
{
    const struct res *r = &c->p->res[c->y.r.s.inst[f->a].res];
    struct span s = {.what = QUEUE_TIMER, .slot = f->task, .from = move};
    s.name = arena_printf(c->a, "the queue timeout of `%s`", r->name);
    add_site(c, r->queue_timeout, state_words(&c->y.r.s, f->task), &s);
    begin(c, s);
}

/* ---- the moves ---- */

static void effect(struct clock *c, const struct fx *f, uint32_t move)
{
    struct span *s;
    switch ((enum fx_kind)f->kind) {
    case FX_WORK:
        work_begins(c, f, move);
        break;
    case FX_CPU:
        burst_begins(c, f, move);
        break;
    case FX_UNWORK:
        end(find(c, WORK, f->task, 0), move, false);
        break;
    case FX_GHOST:
        s = find(c, WORK, f->task, 0);
        if (s != NULL)
            s->slot = f->a;
        break;
    case FX_TIMER:
        timer_begins(c, f, move);
        break;
    case FX_UNTIMER:
        end(find(c, TIMER, f->task, f->a), move, false);
        break;
    case FX_QTIMER:
        queue_timer_begins(c, f, move);
        break;
    case FX_UNQTIMER:
        end(find(c, QUEUE_TIMER, f->task, 0), move, false);
        break;
    default:
        break;
    }
}

static bool is_instant(const struct move *m, uint32_t *slot, uint32_t *key)
{
    bool of_task = m->kind == MOVE_START || m->kind == MOVE_YIELD || m->kind == MOVE_WOKEN;
    bool of_thing = m->kind == MOVE_LOOP || m->kind == MOVE_GRANT;
    *slot = of_task ? m->task : m->arg;
    *key = m->kind;
    return of_task || of_thing;
}

/* What can happen at once now, and could not before; and what no longer can. */
static void instants(struct clock *c, const struct move *made, uint32_t move)
{
    struct moves all = {0};
    uint32_t slot, key;
    bool *still = xcalloc(c->n + 1, sizeof *still);
    uint32_t n = c->n;
    if (is_instant(made, &slot, &key))
        end(find(c, INSTANT, slot, key), move, true);
    moves_list(&c->y.r, c->y.set.nreq, NONE, &all);
    for (uint32_t i = 0; i < all.n; i++) {
        if (!is_instant(&all.v[i], &slot, &key))
            continue;
        struct span *s = find(c, INSTANT, slot, key);
        if (s == NULL)
            begin(c, (struct span){.what = INSTANT, .slot = slot, .key = key, .from = move});
        else if (s - c->span < n)
            still[s - c->span] = true;
    }
    for (uint32_t i = 0; i < n; i++)
        if (c->span[i].what == INSTANT && c->span[i].open && !still[i])
            end(&c->span[i], move, true);
    free(still);
    moves_free(&all);
}

static bool run(struct clock *c, const struct move *move, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct move *m = &move[i];
        if (m->kind == MOVE_DONE || m->kind == MOVE_FAIL || m->kind == MOVE_GHOST)
            end(find(c, WORK, m->task, 0), i, true);
        else if (m->kind == MOVE_TIMEOUT)
            end(find(c, TIMER, m->task, m->arg), i, true);
        else if (m->kind == MOVE_QTIMEOUT)
            end(find(c, QUEUE_TIMER, m->task, 0), i, true);
        if (!play_move(&c->y, m))
            return false;
        for (uint32_t k = 0; k < c->y.r.s.fx_n; k++)
            effect(c, &c->y.r.s.fx[k], i);
        instants(c, m, i);
    }
    for (uint32_t k = 0; k < c->n; k++)
        if (c->span[k].open)
            end(&c->span[k], n - 1, c->span[k].what == INSTANT);
    return true;
}

/* ---- cores ---- */

static uint32_t cores_of(const struct prog *p)
{
    return p->gil && p->workers < p->cores ? p->workers : p->cores;
}

/* Bursts that want more cores than there are take longer than alone; it is told which. */
static bool *stretch(struct clock *c)
{
    bool *shared = NEW(c->a, bool, c->n + 1u);
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t at_once = 0;
        for (uint32_t k = 0; k < c->n && c->span[i].burst; k++)
            at_once += c->span[k].burst && c->span[k].from < c->span[i].to &&
                       c->span[i].from < c->span[k].to;
        shared[i] = at_once > cores_of(c->p);
        if (shared[i])
            c->span[i].hi = (double)INFINITY;
    }
    return shared;
}

/* ---- what fits ---- */

static int64_t whole(double ns, int64_t otherwise)
{
    return ns < 9e18 ? (int64_t)(ns + 0.5) : otherwise;
}

/* Of those gaps of a circle that are in the way with their hi (or lo): the sum, and what they are.
 */
static const char *some_names(const struct clock *c, const struct gap *gap, const int64_t *circle,
                              uint32_t n, bool upper, int64_t *sum)
{
    const char *text = "";
    *sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_upper = circle[i] < 0;
        uint64_t g = (uint64_t)(is_upper ? -circle[i] : circle[i]) - 1;
        const struct span *s = g < c->n ? &c->span[g] : NULL;
        if (is_upper != upper || (s && s->what == INSTANT))
            continue;
        *sum += upper ? gap[g].hi : gap[g].lo;
        text = arena_printf(c->a, "%s%s%s", text, *text ? " and " : "",
                            s ? s->name : "bursts that share a core");
    }
    return text;
}

static const char *in_the_way(const struct clock *c, const struct gap *gap, const int64_t *circle,
                              uint32_t n)
{
    char most[32], least[32];
    int64_t hi, lo;
    const char *short_one = some_names(c, gap, circle, n, true, &hi);
    const char *long_one = some_names(c, gap, circle, n, false, &lo);
    if (*short_one == '\0' && *long_one != '\0')
        return arena_printf(c->a, "%s (at least %s) would have to take no time", long_one,
                            duration_text((double)lo, least));
    if (*short_one == '\0' || *long_one == '\0')
        return "what takes no time would have to take some";
    return arena_printf(c->a, "%s (at most %s) would have to last as long as %s (at least %s)",
                        short_one, duration_text((double)hi, most), long_one,
                        duration_text((double)lo, least));
}

static struct gap gap_of(const struct span *s)
{
    return (struct gap){s->from, s->to, s->exact ? whole(s->lo, INT64_MAX / 4) : INT64_MIN,
                        whole(s->hi, INT64_MAX)};
}

/* Those of the spans, in order, then those of cores that are shared: by bursts of a mean length, or
 * of the shortest. */
static struct gap *gaps_of(const struct clock *c, const bool *shared, enum bursts_ask ask,
                           bool mean, uint32_t *n)
{
    struct burst *v = NEW(c->a, struct burst, c->n + 1u);
    uint32_t nburst = 0, more;
    for (uint32_t i = 0; i < c->n; i++) {
        const struct span *s = &c->span[i];
        int64_t ns = whole(mean ? s->mean : s->lo, 0);
        if (shared[i] && s->exact && ns > 0)
            v[nburst++] = (struct burst){s->from, s->to, ns};
    }
    const struct gap *of_cores = bursts_gaps(c->a, v, nburst, cores_of(c->p), ask, &more);
    struct gap *gap = NEW(c->a, struct gap, c->n + more + 1u);
    for (uint32_t i = 0; i < c->n; i++)
        gap[i] = gap_of(&c->span[i]);
    if (more)
        memcpy(gap + c->n, of_cores, more * sizeof *gap);
    *n = c->n + more;
    return gap;
}

enum { WISH_MOVES = 400 }; /* beyond, the earliest times will do */

/* As near to the means as can be; bursts that share a core as one after the other, if that fits. */
static int64_t *wished(const struct clock *c, const bool *shared, uint32_t n, int64_t *circle)
{
    static const struct {
        enum bursts_ask ask;
        bool mean;
    } way[] = {{BURSTS_ENOUGH, true}, {BURSTS_ENOUGH, false}, {BURSTS_NECESSARY, false}};
    int64_t *time = NULL;
    for (uint32_t k = 0; k < sizeof way / sizeof *way && time == NULL; k++) {
        uint32_t ngap, ncircle;
        struct gap *gap = gaps_of(c, shared, way[k].ask, way[k].mean, &ngap);
        time = gaps_solve(c->a, n, gap, ngap, circle, &ncircle);
        if (time == NULL || n > WISH_MOVES)
            continue;
        int64_t *wish = NEW(c->a, int64_t, ngap + 1u);
        for (uint32_t i = 0; i < ngap; i++) {
            const struct span *s = i < c->n ? &c->span[i] : NULL;
            bool wants = s && s->exact && s->what != INSTANT && !shared[i];
            wish[i] = wants ? whole(s->mean, INT64_MIN) : INT64_MIN;
        }
        time = gaps_wish(c->a, n, gap, ngap, wish);
    }
    return time;
}

/* Do any times fit the n moves?  *t, or NULL: those as the means wish, or why none do. */
static bool fit(struct clock *c, uint32_t n, struct timing *t)
{
    int64_t *circle = NEW(c->a, int64_t, n + 1u);
    uint32_t ncircle, ngap;
    const bool *shared = stretch(c);
    const struct gap *gap = gaps_of(c, shared, BURSTS_NECESSARY, false, &ngap);
    bool fits = gaps_solve(c->a, n, gap, ngap, circle, &ncircle) != NULL;
    if (t != NULL && fits)
        t->time = wished(c, shared, n, circle);
    else if (t != NULL)
        t->why = in_the_way(c, gap, circle, ncircle);
    return fits;
}

struct timing timing_find(struct arena *a, const struct play_setting *set, const struct move *move,
                          uint32_t n)
{
    struct clock c = {.a = a, .p = set->p};
    struct timing t = {NULL, ""};
    play_init(&c.y, set);
    if (run(&c, move, n))
        fit(&c, n, &t);
    play_free(&c.y);
    free(c.span);
    return t;
}

bool timing_fits(const struct play_setting *set, const struct move *move, uint32_t n)
{
    struct clock c = {.a = arena_new(0), .p = set->p};
    play_init(&c.y, set);
    bool fits = run(&c, move, n) && fit(&c, n, NULL);
    play_free(&c.y);
    free(c.span);
    arena_drop(c.a);
    return fits;
}
