/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_eval.c - code -> value.
 *
 * Evaluation is a function of (code, variables, key) on a stack of fixed size, whose sufficiency
 * the compiler has checked. */
#include "model/expr.h"
#include "model/expr_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double nth_unit(const struct xcode_run *r, uint32_t draw)
{
    struct draw_key k = r->key;
    if (r->dice)
        r->dice->other(r->dice->ctx);
    k.visit += draw;
    return rng_unit(k);
}

static double fail(struct xcode_run *r, const char *why)
{
    if (r->bad == NULL)
        r->bad = why;
    return 0;
}

/* The value below which a v of 1/2 or less lies: kinds are asked from the nearer side. */
static double law_value(const struct dist_kind *k, const double *p, double v, bool upper)
{
    return v <= 0.5 ? k->quantile(p, v, upper) : k->quantile(p, 1 - v, !upper);
}

/* p conditioned to lie between; from the upper side if most lies below, to keep the digits. */
static double law_between(const struct dist_kind *k, const double *p, double u, const double *limit,
                          struct xcode_run *r)
{
    double low = limit[0], high = limit[1], before = k->whole ? ceil(low) - 1 : low;
    if (!isfinite(low) || isnan(high) || low > high)
        return fail(r, "a truncated distribution's low is above its high");
    bool upper = k->cdf(p, before, false) > 0.5;
    double a = k->cdf(p, before, upper), b = k->cdf(p, high, upper);
    if (!(fabs(b - a) > 0))
        return fail(r, "a truncated distribution has nothing between low and high");
    double v = fmin(fmax(a + u * (b - a), 0x1p-1000), 1 - 0x1p-53);
    return fmin(fmax(law_value(k, p, v, upper), low), high);
}

/* A law whose parameters are only now known: its functions are used directly, without the tables
 * of a struct dist.  The arena takes the kind's texts and is empty when the parameters are good. */
static double draw_law(const struct xcode *c, const double *param, const double *limit,
                       struct xcode_run *r)
{
    const struct dist_kind *k = expr_law_kind(c->narg);
    unsigned form = expr_law_form(c->narg), size = expr_form_size(&k->forms[form]);
    struct dist_given g = {
        .form = &k->forms[form], .nform = form, .a = param, .duration = (c->narg & 1U) != 0};
    double p[DIST_MAXPARAM] = {0};
    for (unsigned i = 0; i < size; i++)
        if (!isfinite(param[i]))
            return fail(r, "a parameter of a distribution is not finite");
    g.mem = arena_new(0);
    bool made = k->make(&g, p);
    arena_drop(g.mem);
    if (!made)
        return fail(r, "impossible parameters of a distribution");
    double u = nth_unit(r, c->a);
    return limit == NULL ? law_value(k, p, u, false) : law_between(k, p, u, limit, r);
}

static double draw_mix(const struct xcode *c, const double *w, struct xcode_run *r)
{
    uint32_t n = c->narg, pick = n;
    double u = r->dice ? 2 : nth_unit(r, c->a), sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!(w[i] >= 0))
            return fail(r, "a probability of a mix is negative");
        sum += w[i];
        if (pick == n && u < sum)
            pick = i;
    }
    if (!(fabs(sum - 1) <= 1e-9))
        return fail(r, "the probabilities of a mix do not sum to 1");
    if (r->dice)
        pick = r->dice->pick(r->dice->ctx, w, n);
    return w[n + (pick < n ? pick : n - 1)];
}

static double draw_quantiles(const struct xcode *c, const double *v, struct xcode_run *r)
{
    double u = nth_unit(r, c->a), x = 0;
    for (uint32_t i = 0; i + 1 < c->narg; i++) {
        const double *q = v + 2 * (size_t)i; /* p0 x0 p1 x1 */
        if (!(q[1] <= q[3]))
            return fail(r, "the values of quantiles decrease");
        if (u >= q[0] && u <= q[2])
            x = q[1] + (q[3] - q[1]) * (u - q[0]) / (q[2] - q[0]);
    }
    return x;
}

/* Tries take their draws from visits of their own, 1000 apart; those of a truncation within one,
 * from a path of their own. */
static double draw_between(const struct xprog *x, const struct xcode *c, double low, double high,
                           struct xcode_run *r)
{
    struct draw_key key = r->key;
    double v = 0;
    if (r->dice)
        r->dice->other(r->dice->ctx);
    for (uint32_t k = 0;; k++) {
        if (r->tries++ >= EXPR_TRIES || (k > 0 && c->narg == 0)) {
            v = fail(r, c->narg == 0 ? "the value does not lie between low and high"
                                     : "10000 draws found no value between low and high");
            break;
        }
        if (k > 0 && r->depth > 0)
            r->key.path = rng_mix(key.path, (uint64_t)r->depth << 32 | k);
        else
            r->key.visit = key.visit + k * EXPR_DRAWS;
        r->depth++;
        v = expr_run(x, c + 1, c + 1 + c->a, r);
        r->depth--;
        if (r->bad != NULL || (v >= low && v <= high))
            break;
    }
    r->key = key;
    return v;
}

static bool dice_chance(const struct expr_dice *dice, double q)
{
    const double weight[] = {1 - q, q};
    return dice->pick(dice->ctx, weight, 2) == 1;
}

/* The rare instructions.  s: the stack's top, that is the value pushed last; the new top. */
static double *run_rare(const struct xprog *x, const struct xcode *c, double *s,
                        struct xcode_run *r)
{
    switch (c->op) {
    case XI_DIST:
    case XI_DIST_TRUNC: {
        const struct dist_kind *k = expr_law_kind(c->narg);
        s -= expr_form_size(&k->forms[expr_law_form(c->narg)]) - 1;
        if (c->op == XI_DIST) {
            s[0] = draw_law(c, s, NULL, r);
            return s;
        }
        s -= 2;
        s[0] = draw_law(c, s + 2, s, r);
        return s;
    }
    case XI_MIX:
        s -= 2 * (size_t)c->narg - 1;
        s[0] = draw_mix(c, s, r);
        return s;
    case XI_QUANTILES:
        s -= 2 * (size_t)c->narg - 1;
        s[0] = draw_quantiles(c, s, r);
        return s;
    case XI_REJECT:
        s -= 1;
        s[0] = draw_between(x, c, s[0], s[1], r); /* NOLINT(clang-analyzer-core.CallAndMessage) */
        return s;
    case X_CHANCE:
        if (!(s[0] >= 0 && s[0] <= 1))
            s[0] = fail(r, "a probability does not lie between 0 and 1");
        s[0] = r->dice ? dice_chance(r->dice, s[0]) : nth_unit(r, c->a) < s[0];
        return s;
    default:
        bug(__FILE__, __LINE__, "unknown instruction of an expression");
    }
}

/* Operators of two values, s[0] and s[1], into s[0]. */
static inline double run_binary(unsigned op, double a, double b, struct xcode_run *r)
{
    switch (op) {
    case X_ADD:
        return a + b;
    case X_SUB:
        return a - b;
    case X_MUL:
        return a * b;
    case X_DIV:
        return b != 0 ? a / b : fail(r, "division by zero");
    case X_EQ:
        return a == b;
    case X_NE:
        return a != b;
    case X_LT:
        return a < b;
    case X_LE:
        return a <= b;
    case X_GT:
        return a > b;
    case X_GE:
        return a >= b;
    case X_AND:
        return a != 0 && b != 0;
    case X_OR:
        return a != 0 || b != 0;
    case X_MIN:
        return a < b ? a : b;
    default:
        return a > b ? a : b;
    }
}

double expr_run(const struct xprog *x, const struct xcode *c, const struct xcode *end,
                struct xcode_run *r)
{
    double stack[EXPR_STACK + 1], *s = stack; /* stack[0] lies below the first value */
    stack[0] = 0;
    for (; c < end; c++) {
        switch (c->op) {
        case X_CONST:
            *++s = c->num;
            break;
        case X_DIST:
            *++s = r->dice ? r->dice->draw(r->dice->ctx, x->dist[c->a])
                           : dist_draw(x->dist[c->a], nth_unit(r, c->narg));
            break;
        case X_NAME:
        case X_COUNT:
            *++s = r->var[c->a];
            break;
        case X_ANY:
            *++s = r->var[c->a] > 0;
            break;
        case X_ALL:
            *++s = r->var[c->a] >= r->var[(uint32_t)c->num];
            break;
        case X_NEG:
        case X_NOT:
        case X_CEIL:
        case X_FLOOR:
        case X_ROUND:
        case XI_SCALE:
        case XI_DESCALE:
            *s = expr_unary(c, *s);
            break;
        default:
            if (expr_is_binary(c->op)) {
                s--;
                /* Compiled code never takes what it has not put.
                 * NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
                *s = run_binary(c->op, s[0], s[1], r);
                break;
            }
            s = run_rare(x, c, s, r);
            c += c->op == XI_REJECT ? c->a : 0;
            break;
        }
    }
    return *s;
}

static double run_whole(const struct xprog *x, const struct xexpr *e, struct xcode_run *r,
                        const char **bad)
{
    double v = expr_run(x, x->code + e->start, x->code + e->start + e->n, r);
    if (r->bad == NULL && !isfinite(v))
        r->bad = "the value is too large";
    if (r->bad == NULL)
        return v;
    if (bad != NULL)
        *bad = r->bad;
    return 0;
}

double expr_eval(const struct xprog *x, uint32_t id, const double *var, struct draw_key key,
                 const char **bad)
{
    const struct xexpr *e = &x->expr[id];
    if (e->constant)
        return e->value;
    if (e->dist != NULL)
        return dist_draw(e->dist, rng_unit(key));
    struct xcode_run r = {.var = var, .key = key};
    return run_whole(x, e, &r, bad);
}

double expr_eval_with(const struct xprog *x, uint32_t id, const double *var,
                      const struct expr_dice *dice, const char **bad)
{
    struct xcode_run r = {.var = var, .dice = dice};
    return run_whole(x, &x->expr[id], &r, bad);
}

const char *duration_text(double ns, char *buffer)
{
    static const struct {
        const char *name;
        double scale, below;
    } rows[] = {{"ns", 1, 1e3},    {"us", 1e3, 1e6},      {"ms", 1e6, 1e9},
                {"s", 1e9, 120e9}, {"min", 60e9, 7200e9}, {"h", 3600e9, INFINITY}};
    size_t i = 0;
    if (ns == 0 || isnan(ns)) {
        snprintf(buffer, 32, "%s", ns == 0 ? "0" : "?");
        return buffer;
    }
    while (fabs(ns) >= rows[i].below && i + 1 < sizeof rows / sizeof rows[0])
        i++;
    snprintf(buffer, 32, "%.6g%s", ns / rows[i].scale, rows[i].name);
    return buffer;
}
