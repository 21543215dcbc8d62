/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bounds.c - shortest and longest way through a program, from the supports of its draws.
 *
 * Code is structured: targets lie ahead, but for the ends of loops.  So one pass in the order of
 * the pcs sees every way to a place before the place; a loop's body is passed once, from zero, and
 * multiplied.  Failures and their handlers are not followed.  What is told is a bound: ways that
 * exclude each other may be combined. */
#include "core/graph.h"
#include <math.h>
#include <stdlib.h>

struct span {
    double lo, hi;
    bool live;     /* some way leads here */
    bool answered; /* every way here has responded */
};
struct bounds {
    const struct prog *p;
    struct span *at;      /* by pc: what jumps there */
    struct span *end;     /* by fork: when its children have ended */
    uint32_t *asked;      /* by word of the current task: expression last asked for */
    double *timer;        /* by word of the current task: the latest end of its timeout */
    struct span answer;   /* when the first response may go out */
    struct span tail;     /* when the last item is over */
    struct staged *stage; /* of each stage, once it was looked at */
    double work;
    double factor; /* how often the current code runs, mean */
    bool loop;     /* times count from the start of a loop's body, which ends at stop */
    uint32_t stop;
    uint32_t depth; /* of stages behind stages */
};
enum { BOUNDS_MAX_STAGES = 100 };

/* A stage's body from when its item begins; work a put. */
struct staged {
    struct span end, answer;
    double work;
    uint8_t looked; /* 1: is being looked at, so items go round in a circle; 2: known */
};

static void span_merge(struct span *s, const struct span *o)
{
    if (!o->live)
        return;
    if (!s->live) {
        *s = *o;
        return;
    }
    s->lo = fmin(s->lo, o->lo);
    s->hi = fmax(s->hi, o->hi);
    s->answered = s->answered && o->answered;
}

static struct span walk(struct bounds *b, uint32_t pc, uint32_t stop, struct span s);

static void add_expr(struct bounds *b, struct span *s, uint32_t expr)
{
    double lo, hi;
    expr_bounds(&b->p->x, expr, &lo, &hi);
    s->lo += fmax(lo, 0);
    s->hi += fmax(hi, 0);
    b->work += b->factor * expr_mean(&b->p->x, expr);
}

struct times {
    double lo, hi, mean;
};

static struct times times_of(const struct bounds *b, uint32_t word)
{
    struct times t = {0, INFINITY, (double)NAN};
    if (word == NONE || b->asked[word] == NONE)
        return t;
    expr_bounds(&b->p->x, b->asked[word], &t.lo, &t.hi);
    t.lo = fmax(t.lo, 0);
    t.mean = expr_mean(&b->p->x, b->asked[word]);
    return t;
}

static double scaled(double n, double x)
{
    return n > 0 && x > 0 ? n * x : 0;
}

/* The code [pc, stop) on its own, run n times on the mean. */
static struct span part(struct bounds *b, uint32_t pc, uint32_t stop, double n, bool answered)
{
    double factor = b->factor;
    bool loop = b->loop;
    uint32_t outer = b->stop;
    b->factor *= n;
    b->loop = true;
    b->stop = stop;
    struct span s = walk(b, pc, stop, (struct span){.live = true, .answered = answered});
    b->factor = factor;
    b->loop = loop;
    b->stop = outer;
    return s;
}

static uint32_t pass_loop(struct bounds *b, uint32_t pc, struct span *s)
{
    const struct op *o = &b->p->op[pc];
    struct times n = times_of(b, o->b);
    struct span body = part(b, pc + 1, o->c, n.mean, s->answered);
    if (body.live) {
        s->lo += scaled(n.lo, body.lo);
        s->hi += scaled(n.hi, body.hi);
    }
    return o->c;
}

static uint32_t body_end(const struct prog *p, uint32_t body)
{
    return body + 1 < p->nbody ? p->body[body + 1].pc : p->nop;
}

/* A child that begins at s; words are its own. */
static struct span child(struct bounds *b, uint32_t body, struct span s)
{
    const struct prog *p = b->p;
    uint32_t *asked = b->asked;
    double *timer = b->timer;
    b->asked = xcalloc(p->nword, sizeof *asked);
    b->timer = xcalloc(p->nword, sizeof *timer);
    for (uint32_t i = 0; i < p->nword; i++)
        b->asked[i] = NONE;
    struct span e = walk(b, p->body[body].pc, body_end(p, body), s);
    free(b->asked);
    free(b->timer);
    b->asked = asked;
    b->timer = timer;
    return e;
}

static int by_value(const void *x, const void *y)
{
    const double *a = x, *c = y;
    return (*a > *c) - (*a < *c);
}

/* The k-th smallest of each end. */
static struct span kth(const struct span *v, uint32_t n, double k)
{
    double *lo = xcalloc(n ? n : 1, sizeof *lo), *hi = xcalloc(n ? n : 1, sizeof *hi);
    struct span r = {.live = true};
    for (uint32_t i = 0; i < n; i++) {
        lo[i] = v[i].live ? v[i].lo : INFINITY;
        hi[i] = v[i].live ? v[i].hi : INFINITY;
        r.answered = r.answered || (v[i].answered && k >= n);
    }
    qsort(lo, n, sizeof *lo, by_value);
    qsort(hi, n, sizeof *hi, by_value);
    uint32_t i = k >= n ? n - 1 : k < 1 ? 0 : (uint32_t)k - 1;
    if (n) {
        r.lo = lo[i];
        r.hi = hi[i];
    }
    r.live = !n || isfinite(r.lo);
    free(lo);
    free(hi);
    return r;
}

static double least_until(const struct bounds *b, const struct forksite *f, bool most)
{
    if (f->until == NONE)
        return INFINITY;
    struct times t = times_of(b, f->until);
    return most ? t.hi : t.lo;
}

/* parallel and hedge: from GROUP to JOIN. */
static uint32_t pass_group(struct bounds *b, uint32_t pc, struct span *s)
{
    const struct prog *p = b->p;
    uint32_t f = p->op[pc].a, n = 0;
    const struct forksite *k = &p->fork[f];
    struct span *v = xcalloc(k->nbranch ? k->nbranch : 1, sizeof *v), now = *s;
    if (k->until != NONE) /* the rest is cancelled, nobody knows when */
        b->work = (double)NAN;
    for (pc++; p->op[pc].code != OP_JOIN || p->op[pc].a != f; pc++) {
        if (p->op[pc].code != OP_FORK || p->op[pc].a != f)
            continue;
        bool inplace = p->op[pc].flags & OPF_INPLACE;
        if (inplace && n >= least_until(b, k, true))
            continue;
        v[n] = child(b, p->op[pc].b, now);
        if (inplace)
            now = v[n];
        n++;
    }
    struct span lo = kth(v, n, least_until(b, k, false));
    struct span hi = kth(v, n, least_until(b, k, true));
    free(v);
    s->live = s->live && (lo.live || !n);
    if (n) {
        s->lo = fmax(s->lo, lo.lo);
        s->hi = fmax(s->hi, hi.hi);
        s->answered = s->answered || hi.answered;
    }
    return pc + 1;
}

static double rounds(double n, double limit)
{
    return isfinite(n) && isfinite(limit) && limit >= 1 ? ceil(n / limit) : n > 0 ? 1 : 0;
}

static void span_later(struct span *s, double lo, double hi)
{
    s->lo += lo;
    s->hi += hi;
}

/* Also this may be the last item to end. */
static void tail_add(struct bounds *b, const struct span *end)
{
    if (b->tail.live) {
        b->tail.lo = fmax(b->tail.lo, end->lo);
        b->tail.hi = fmax(b->tail.hi, end->hi);
    } else if (end->live) {
        b->tail = *end;
    }
}

/* What a copy that begins at 0 answered and put, after s and perhaps after other copies. */
static void each_answers(struct bounds *b, const struct span *s, double others,
                         const struct span *answer, const struct span *tail)
{
    span_later(&b->answer, s->lo, s->hi + others);
    span_later(&b->tail, s->lo, s->hi + others);
    span_merge(&b->answer, answer);
    tail_add(b, tail);
}

/* each: from GROUP to what follows its JOIN, or its last JUMP of as_completed. */
static uint32_t pass_each(struct bounds *b, uint32_t pc, struct span *s)
{
    const struct prog *p = b->p;
    const struct forksite *k = &p->fork[p->op[pc].a];
    uint32_t f = p->op[pc].a;
    struct times n = times_of(b, k->count_word);
    struct times lim = {INFINITY, INFINITY, INFINITY};
    if (k->limit != NONE)
        lim = times_of(b, k->limit);
    for (pc++; p->op[pc].code != OP_FORK || p->op[pc].a != f; pc++)
        ;
    bool inplace = p->op[pc].flags & OPF_INPLACE;
    double factor = b->factor;
    struct span answer = b->answer, tail = b->tail;
    b->factor *= n.mean;
    b->answer = b->tail = (struct span){0};
    struct span c = child(b, p->op[pc].b, (struct span){.live = true, .answered = s->answered});
    b->factor = factor;
    double lo = fmin(n.lo, least_until(b, k, false)), hi = n.hi;
    double seq_lo = inplace ? lo : rounds(lo, lim.hi), seq_hi = inplace ? hi : rounds(hi, lim.lo);
    if (!isfinite(hi) && k->limit != NONE)
        seq_hi = INFINITY;
    each_answers(b, s, scaled(seq_hi - 1, c.hi), &answer, &tail);
    struct span done = {0};
    for (; p->op[pc].code != OP_JOIN && p->op[pc].code != OP_NEXT; pc++)
        ;
    uint32_t next = pc + 1;
    if (p->op[pc].code == OP_NEXT) {
        next = p->op[pc].c;
        done = part(b, pc + 1, next, n.mean, s->answered);
    }
    s->lo += scaled(seq_lo, c.live ? c.lo : 0) + scaled(lo, done.lo);
    s->hi += scaled(seq_hi, c.hi) + scaled(hi, done.hi);
    s->answered = s->answered || (lo >= 1 && c.live && c.answered);
    return next;
}

static void pass_spawn(struct bounds *b, const struct op *o, struct span *s)
{
    struct span e = child(b, o->b, *s);
    b->end[o->a] = e;
    if ((o->flags & OPF_INPLACE) && e.live)
        *s = e;
}

static void pass_await(struct bounds *b, const struct op *o, struct span *s)
{
    const struct prog *p = b->p;
    const struct awaitsite *w = &p->await[o->a];
    struct span *v = xcalloc(w->n ? w->n : 1, sizeof *v);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        v[n] = b->end[p->await_ref[w->first + i].fork];
        n += v[n].live;
    }
    double most = w->until == NONE ? INFINITY : times_of(b, w->until).hi;
    struct span hi = kth(v, n, most);
    if (n) {
        s->hi = fmax(s->hi, hi.hi);
        if (!b->loop && w->until == NONE)
            s->lo = fmax(s->lo, hi.lo);
        s->answered = s->answered || hi.answered;
    }
    free(v);
}

static void pass_answer(struct bounds *b, struct span *s)
{
    struct span now = *s;
    if (b->loop) /* how far in is not known */
        now = (struct span){.lo = 0, .hi = INFINITY, .live = true};
    if (!s->answered)
        span_merge(&b->answer, &now);
    s->answered = true;
}

static const struct staged too_deep = {.looked = 1};

/* A batch waits for company at the most for its `wait`; nothing is said of waiting for a worker. */
static const struct staged *stage_look(struct bounds *b, uint32_t stage)
{
    const struct stage_site *g = &b->p->stage[stage];
    struct staged *k = &b->stage[stage];
    if (k->looked || b->depth >= BOUNDS_MAX_STAGES)
        return k->looked ? k : &too_deep;
    struct bounds outer = *b;
    k->looked = 1;
    b->depth++;
    b->answer = b->tail = (struct span){0};
    b->work = 0;
    b->factor = 1;
    b->loop = false;
    struct span s = {.live = true};
    if (g->max > 1 && !b->p->in_place)
        s.hi = (double)g->wait;
    k->end = child(b, g->body, s);
    tail_add(b, &k->end);
    k->end = (struct span){b->tail.lo, b->tail.hi, b->tail.live, k->end.answered};
    k->answer = b->answer;
    k->work = b->work;
    k->looked = 2;
    *b = outer;
    return k;
}

/* What is put ends some time; where that is in its putter's place, before the putter goes on. */
static void pass_put(struct bounds *b, const struct op *o, struct span *s)
{
    const struct staged *k = stage_look(b, b->p->put[o->a].stage);
    bool circle = k->looked == 1, unknown = circle || b->loop;
    struct span end = k->end, answer = k->answer;
    span_later(&end, s->lo, s->hi);
    span_later(&answer, s->lo, s->hi);
    if (unknown) { /* when is not known */
        end = (struct span){.hi = INFINITY, .live = true};
        answer = (struct span){.hi = INFINITY, .live = circle || answer.live};
    }
    b->work += circle ? (double)NAN : b->factor * k->work;
    if (!s->answered)
        span_merge(&b->answer, &answer);
    s->answered = s->answered || (!circle && end.answered);
    tail_add(b, &end);
    if (!(o->flags & OPF_INPLACE))
        return;
    s->lo += circle ? 0 : k->end.lo;
    s->hi += circle ? INFINITY : k->end.hi;
    s->live = circle || k->end.live;
}

static void pass_simple(struct bounds *b, uint32_t pc, struct span *s)
{
    const struct prog *p = b->p;
    const struct op *o = &p->op[pc];
    double lo, hi;
    switch ((enum opcode)o->code) {
    case OP_CPU:
    case OP_HOSTCPU:
    case OP_PAUSE:
        add_expr(b, s, o->b);
        break;
    case OP_CALL:
        add_expr(b, s, p->site[p->call[o->a].latency].expr);
        break;
    case OP_TIMER:
        expr_bounds(&p->x, o->b, &lo, &hi);
        b->timer[o->a] = s->hi + hi;
        break;
    case OP_UNTIMER:
        s->hi = fmin(s->hi, b->timer[o->a]);
        break;
    case OP_ASK:
        b->asked[o->a] = o->b;
        break;
    case OP_UNTIL:
        s->hi = INFINITY;
        break;
    case OP_AWAIT:
        pass_await(b, o, s);
        break;
    case OP_RESPOND:
        pass_answer(b, s);
        break;
    case OP_ABORT:
        pass_answer(b, s);
        s->live = false;
        break;
    case OP_FAIL:
        s->live = false;
        break;
    case OP_PUT:
        pass_put(b, o, s);
        break;
    case OP_FORK: /* spawn, detach */
        pass_spawn(b, o, s);
        break;
    default:
        break;
    }
}

static void jump(struct bounds *b, uint32_t target, const struct span *s)
{
    struct span now = *s;
    if (b->loop && target > b->stop) { /* out of the loop, after nobody knows how many rounds */
        now.lo = 0;
        now.hi = INFINITY;
    }
    span_merge(&b->at[target], &now);
}

static void pass_branch(struct bounds *b, const struct op *o, struct span *s)
{
    const struct xexpr *x = &b->p->x.expr[o->b];
    if (!x->constant)
        b->work = (double)NAN;
    if (!x->constant || x->value == 0)
        jump(b, o->c, s);
    s->live = !x->constant || x->value != 0;
}

static void pass_choose(struct bounds *b, const struct op *o, struct span *s)
{
    const struct choice *k = &b->p->choice[o->a];
    b->work = (double)NAN;
    for (uint32_t i = 0; i < k->n; i++)
        jump(b, b->p->arm[k->first + i].target, s);
    s->live = false;
}

static uint32_t pass(struct bounds *b, uint32_t pc, struct span *s)
{
    const struct prog *p = b->p;
    const struct op *o = &p->op[pc];
    if (o->code == OP_LOOP)
        return pass_loop(b, pc, s);
    if (o->code == OP_GROUP)
        return p->fork[o->a].kind == GROUP_EACH ? pass_each(b, pc, s) : pass_group(b, pc, s);
    if (o->code == OP_JUMP && o->c > pc) {
        jump(b, o->c, s);
        s->live = false;
    } else if (o->code == OP_BRANCH) {
        pass_branch(b, o, s);
    } else if (o->code == OP_CHOOSE) {
        pass_choose(b, o, s);
    } else {
        pass_simple(b, pc, s);
    }
    return pc + 1;
}

static struct span walk(struct bounds *b, uint32_t pc, uint32_t stop, struct span s)
{
    while (pc < stop) {
        span_merge(&s, &b->at[pc]);
        if (!s.live) {
            pc++;
            continue;
        }
        if (b->p->op[pc].code == OP_END)
            break;
        pc = pass(b, pc, &s);
    }
    return s;
}

struct graph_bounds graph_bounds(const struct prog *p, uint32_t cls)
{
    struct bounds b = {.p = p, .factor = 1};
    b.at = xcalloc(p->nop + 1, sizeof *b.at);
    b.end = xcalloc(p->nfork + 1, sizeof *b.end);
    b.stage = xcalloc(p->nstage + 1, sizeof *b.stage);
    struct span s = child(&b, p->cls[cls].body, (struct span){.live = true});
    if (s.live && !s.answered && p->cls[cls].answers) /* timed to the end */
        tail_add(&b, &s);
    if (s.live && !s.answered)
        span_merge(&b.answer, p->cls[cls].answers ? &b.tail : &s);
    free(b.at);
    free(b.end);
    free(b.stage);
    if (!b.answer.live)
        return (struct graph_bounds){(double)NAN, (double)NAN, b.work};
    return (struct graph_bounds){b.answer.lo, b.answer.hi, b.work};
}
