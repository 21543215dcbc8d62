/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_bounds.c - code -> bounds of its value, and its mean: the same code as expr_eval.c runs,
 * over intervals and over means. */
#include "model/expr.h"
#include "model/expr_impl.h"
#include <math.h>

/* ---- bounds ---- */

struct range {
    double lo, hi;
};

/* 0 * infinity is 0 here: one of the factors is a real value each time. */
static double times(double a, double b)
{
    return a == 0 || b == 0 ? 0 : a * b;
}

static struct range hull4(double a, double b, double c, double d)
{
    return (struct range){fmin(fmin(a, b), fmin(c, d)), fmax(fmax(a, b), fmax(c, d))};
}

static struct range range_of(double lo, double hi)
{
    struct range r = {isnan(lo) ? -INFINITY : lo, isnan(hi) ? INFINITY : hi};
    return r;
}

static struct range range_divide(struct range a, struct range b)
{
    if (b.lo < 0 && b.hi > 0)
        return range_of(-INFINITY, INFINITY);
    double x = b.lo != 0 ? 1 / b.lo : INFINITY, y = b.hi != 0 ? 1 / b.hi : -INFINITY;
    if (b.lo == 0 && b.hi == 0)
        return range_of(-INFINITY, INFINITY);
    return hull4(times(a.lo, x), times(a.lo, y), times(a.hi, x), times(a.hi, y));
}

/* A truth value: never so, always so, or open. */
static struct range truth(bool never, bool always)
{
    return (struct range){always ? 1 : 0, never ? 0 : 1};
}

static struct range range_compare(unsigned op, struct range a, struct range b)
{
    bool below = a.hi<b.lo, above = a.lo> b.hi;
    bool same = a.lo == a.hi && b.lo == b.hi && a.lo == b.lo;
    switch (op) {
    case X_EQ:
        return truth(below || above, same);
    case X_NE:
        return truth(same, below || above);
    case X_LT:
        return truth(a.lo >= b.hi, below);
    case X_LE:
        return truth(above, a.hi <= b.lo);
    case X_GT:
        return truth(a.hi <= b.lo, above);
    case X_GE:
        return truth(below, a.lo >= b.hi);
    case X_AND:
        return truth(a.hi == 0 || b.hi == 0, a.lo > 0 && b.lo > 0);
    default:
        return truth(a.hi == 0 && b.hi == 0, a.lo > 0 || b.lo > 0);
    }
}

static struct range range_binary(unsigned op, struct range a, struct range b)
{
    switch (op) {
    case X_ADD:
        return range_of(a.lo + b.lo, a.hi + b.hi);
    case X_SUB:
        return range_of(a.lo - b.hi, a.hi - b.lo);
    case X_MUL:
        return hull4(times(a.lo, b.lo), times(a.lo, b.hi), times(a.hi, b.lo), times(a.hi, b.hi));
    case X_DIV:
        return range_divide(a, b);
    case X_MIN:
        return range_of(fmin(a.lo, b.lo), fmin(a.hi, b.hi));
    case X_MAX:
        return range_of(fmax(a.lo, b.lo), fmax(a.hi, b.hi));
    default:
        return range_compare(op, a, b);
    }
}

static struct range range_unary(const struct xcode *c, struct range a)
{
    if (c->op == X_NEG)
        return range_of(-a.hi, -a.lo);
    if (c->op == X_NOT)
        return range_compare(X_EQ, a, range_of(0, 0));
    return range_of(expr_unary(c, a.lo), expr_unary(c, a.hi));
}

/* A variable's value, if it is known (var not NULL, the value not NAN). */
static bool range_known(const struct xcode *c, const double *var, struct range *r)
{
    double v, all;
    if (var == NULL || c->op == X_CONST || c->op == X_DIST)
        return false;
    v = var[c->a];
    all = c->op == X_ALL ? var[(uint32_t)c->num] : 0;
    if (isnan(v) || isnan(all))
        return false;
    v = c->op == X_ANY ? v > 0 : c->op == X_ALL ? v >= all : v;
    *r = (struct range){v, v};
    return true;
}

static struct range range_leaf(const struct xprog *x, const struct xcode *c, const double *var)
{
    struct range r = {0, 1}; /* X_ANY, X_ALL and booleans */
    if (c->op == X_CONST)
        return range_of(c->num, c->num);
    if (range_known(c, var, &r))
        return r;
    if (c->op == X_DIST)
        dist_support(x->dist[c->a], &r.lo, &r.hi);
    else if (c->op == X_COUNT || (c->op == X_NAME && c->narg != UNIT_BOOL))
        r = range_of(c->op == X_NAME && (c->narg == UNIT_NUMBER || c->narg == UNIT_ZERO) ? -INFINITY
                                                                                         : 0,
                     INFINITY);
    return r;
}

static struct range range_run(const struct xprog *x, const struct xcode *c, const struct xcode *end,
                              const double *var);

static struct range *range_rare(const struct xprog *x, const struct xcode *c, struct range *s,
                                const double *var)
{
    uint32_t n = c->narg;
    struct range r;
    if (c->op == XI_DIST || c->op == XI_DIST_TRUNC) {
        unsigned size = expr_form_size(&expr_law_kind(c->narg)->forms[expr_law_form(c->narg)]);
        s -= size - 1;
        r = range_of(0, INFINITY); /* no law goes below 0 unless a parameter does */
        for (unsigned i = 0; i < size; i++)
            r.lo = s[i].lo < 0 && (c->narg & 1U) == 0 && !expr_law_kind(c->narg)->whole ? -INFINITY
                                                                                        : r.lo;
        if (c->op == XI_DIST_TRUNC) {
            s -= 2;
            r = range_of(fmax(r.lo, s[0].lo), s[1].hi);
        }
    } else if (c->op == XI_MIX || c->op == XI_QUANTILES) {
        s -= 2 * (size_t)n - 1;
        r = s[c->op == XI_MIX ? n : 1];
        for (uint32_t i = 1; i < n; i++) {
            struct range v = s[c->op == XI_MIX ? n + i : 2 * i + 1];
            r = range_of(fmin(r.lo, v.lo), fmax(r.hi, v.hi));
        }
    } else if (c->op == XI_REJECT) {
        r = range_run(x, c + 1, c + 1 + c->a, var);
        s -= 1;
        r = range_of(fmax(r.lo, s[0].lo), fmin(r.hi, s[1].hi));
    } else {
        r = truth(s[0].hi <= 0, s[0].lo >= 1); /* X_CHANCE */
    }
    *s = r;
    return s;
}

static struct range range_run(const struct xprog *x, const struct xcode *c, const struct xcode *end,
                              const double *var)
{
    struct range stack[EXPR_STACK + 1] = {{0, 0}}, *s = stack;
    for (; c < end; c++) {
        switch (c->op) {
        case X_CONST:
        case X_DIST:
        case X_NAME:
        case X_COUNT:
        case X_ANY:
        case X_ALL:
            *++s = range_leaf(x, c, var);
            break;
        case X_NEG:
        case X_NOT:
        case X_CEIL:
        case X_FLOOR:
        case X_ROUND:
        case XI_SCALE:
        case XI_DESCALE:
            *s = range_unary(c, *s);
            break;
        default:
            if (expr_is_binary(c->op)) {
                s--;
                *s = range_binary(c->op, s[0], s[1]);
                break;
            }
            s = range_rare(x, c, s, var);
            c += c->op == XI_REJECT ? c->a : 0;
            break;
        }
    }
    return *s;
}

void expr_bounds(const struct xprog *x, uint32_t id, double *lo, double *hi)
{
    expr_bounds_with(x, id, NULL, lo, hi);
}

void expr_bounds_with(const struct xprog *x, uint32_t id, const double *var, double *lo, double *hi)
{
    const struct xexpr *e = &x->expr[id];
    struct range r = range_run(x, x->code + e->start, x->code + e->start + e->n, var);
    *lo = r.lo;
    *hi = r.hi;
}

/* ---- means ---- */

/* All draws of an expression are independent, so means of sums and products follow. */
static double mean_binary(unsigned op, double a, double b, bool constant)
{
    switch (op) {
    case X_ADD:
        return a + b;
    case X_SUB:
        return a - b;
    case X_MUL:
        return times(a, b);
    case X_DIV:
        return constant && b != 0 ? a / b : (double)NAN;
    default:
        return (double)NAN;
    }
}

static double mean_mix(const struct xcode *c, const double *s)
{
    double sum = 0;
    for (uint32_t i = 0; i < c->narg; i++)
        sum += times(s[i], s[c->narg + i]);
    return sum;
}

/* known[i]: the value is a constant, so that one may divide by it. */
double expr_mean(const struct xprog *x, uint32_t id)
{
    const struct xexpr *e = &x->expr[id];
    const struct xcode *c = x->code + e->start, *end = c + e->n;
    double s[EXPR_STACK + 1] = {0};
    bool known[EXPR_STACK + 1] = {false};
    size_t n = 0; /* s[n] is the top */
    for (; c < end; c++) {
        bool constant = c->op == X_CONST;
        if (constant || c->op == X_DIST) {
            s[++n] = constant ? c->num : dist_mean(x->dist[c->a]);
        } else if (c->op == X_NEG || c->op == XI_SCALE || c->op == XI_DESCALE) {
            constant = known[n];
            s[n] = expr_unary(c, s[n]);
        } else if (expr_is_binary(c->op)) {
            n--;
            s[n] = mean_binary(c->op, s[n], s[n + 1], known[n + 1]);
        } else if (c->op == XI_MIX) {
            n -= 2 * (size_t)c->narg - 1;
            s[n] = mean_mix(c, s + n);
        } else if (c->op != X_CHANCE) { /* of chance(p) it is p */
            return (double)NAN;
        }
        known[n] = constant;
    }
    return s[n];
}

/* ---- growth ---- */

/* Sums, multiples, the greatest and the least. */
bool expr_grows(const struct xprog *x, uint32_t id)
{
    const struct xexpr *e = &x->expr[id];
    bool grows = e->unit == UNIT_DURATION;
    for (uint32_t i = e->start; i < e->start + e->n; i++) {
        const struct xcode *c = &x->code[i];
        switch (c->op) {
        case X_CONST:
        case XI_SCALE:
        case XI_DESCALE:
            grows = grows && c->num >= 0;
            break;
        case X_NAME:
            grows = grows && c->narg == UNIT_DURATION;
            break;
        case X_DIST:
        case X_ADD:
        case X_MUL:
        case X_MIN:
        case X_MAX:
            break;
        default:
            grows = false;
        }
    }
    return grows;
}
