/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_op.c - operators and functions of values, to code: which units they take and give, and
 * folding of what is constant. */
#include "model/expr_compile.h"
#include "model/expr_impl.h"
#include <math.h>

static const struct known unknown = {.ok = false};

static struct known sides(struct compiler *c, const struct expr *e, struct known a, struct known b,
                          const char *hint, const char *what)
{
    char left[64], right[64];
    diag_error(c->d, e->at, "E-expr-unit", hint, "%s: %s is %s and %s is %s", what,
               xc_said(e->arg[0], left), unit_name(a.unit), xc_said(e->arg[1], right),
               unit_name(b.unit));
    return unknown;
}

/* The unit of two values that must be alike; false if they are not. */
bool xc_alike(enum unit a, enum unit b, enum unit *u)
{
    *u = a == UNIT_ZERO ? b : a;
    if (a == b)
        return true;
    return (a == UNIT_ZERO && b != UNIT_BOOL) || (b == UNIT_ZERO && a != UNIT_BOOL);
}

bool xc_numeric(enum unit u)
{
    return u == UNIT_NUMBER || u == UNIT_ZERO;
}

/* What an operation on these values is; folded if they are constant. */
static struct known result(struct compiler *c, const struct expr *e, struct mark m, enum unit u,
                           const struct known *v, unsigned n)
{
    struct known r = {.unit = u, .ok = !c->full, .constant = true, .whole = true};
    for (unsigned i = 0; i < n; i++) {
        r.ok = r.ok && v[i].ok;
        r.constant = r.constant && v[i].constant;
        r.draws = r.draws || v[i].draws;
        r.uses_var = r.uses_var || v[i].uses_var;
        r.whole = r.whole && v[i].whole;
    }
    if (!r.ok || !r.constant)
        return r;
    struct xcode_run run = {.var = NULL};
    double value = expr_run(c->x, c->x->code + m.code, c->x->code + c->x->ncode, &run);
    if (run.bad == NULL && !isfinite(value))
        run.bad = "the value is too large";
    if (run.bad != NULL) {
        diag_error(c->d, e->at, "E-expr-range", NULL, "%s", run.bad);
        return unknown;
    }
    xc_back(c, m);
    return xc_const(c, e, value, u);
}

/* Units of a product or quotient.  *by: what to multiply (negative: divide) the result with, since
 * durations are held in ns and rates per second. */
static bool product(enum expr_op op, enum unit a, enum unit b, enum unit *u, double *by)
{
    enum unit x = a == UNIT_ZERO ? UNIT_NUMBER : a, y = b == UNIT_ZERO ? UNIT_NUMBER : b;
    *by = 0;
    *u = y == UNIT_NUMBER ? x : y;
    if ((a == UNIT_ZERO && y == UNIT_NUMBER) || (op == X_MUL && b == UNIT_ZERO && x == UNIT_NUMBER))
        *u = UNIT_ZERO;
    if (x == UNIT_BOOL || y == UNIT_BOOL)
        return false;
    if (y == UNIT_NUMBER || (op == X_MUL && x == UNIT_NUMBER))
        return true;
    if (op == X_MUL) {
        *u = UNIT_NUMBER;
        *by = -1e9;
        return (x == UNIT_DURATION && y == UNIT_RATE) || (x == UNIT_RATE && y == UNIT_DURATION);
    }
    if (x == y) {
        *u = UNIT_NUMBER;
        return true;
    }
    *u = y == UNIT_DURATION ? UNIT_RATE : UNIT_DURATION;
    *by = 1e9;
    return x == UNIT_NUMBER && (y == UNIT_DURATION || y == UNIT_RATE);
}

static const char *product_hint(enum unit a, enum unit b)
{
    if (a == UNIT_BOOL || b == UNIT_BOOL)
        return "use if: to choose by a condition";
    if (a == UNIT_SIZE || b == UNIT_SIZE)
        return "divide a size by a size first: (size / 1KB) * 30us";
    return "divide by a unit to get a plain number: x / 1ms";
}

static struct known compile_product(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v[2] = {xc_compile(c, e->arg[0])};
    v[1] = xc_compile(c, e->arg[1]);
    enum unit u;
    double by;
    char text[64];
    if (e->op == X_DIV && v[1].ok && v[1].constant && v[1].value == 0 && v[1].unit != UNIT_BOOL) {
        diag_error(c->d, e->arg[1]->at, "E-expr-zero", NULL, "division by zero: %s is 0",
                   xc_said(e->arg[1], text));
        return unknown;
    }
    if (!v[0].ok || !v[1].ok)
        return unknown;
    if (!product(e->op, v[0].unit, v[1].unit, &u, &by))
        return sides(c, e, v[0], v[1], product_hint(v[0].unit, v[1].unit),
                     e->op == X_MUL ? "these have no product" : "these have no quotient");
    xc_emit(c, e, e->op, 2);
    if (by != 0)
        xc_emit(c, e, by > 0 ? XI_SCALE : XI_DESCALE, 1)->num = fabs(by);
    v[0].whole = v[0].whole && (e->op == X_MUL || v[0].uses_var || v[1].uses_var) && by == 0;
    return result(c, e, m, u, v, 2);
}

static struct known compile_alike(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v[2] = {xc_compile(c, e->arg[0])};
    v[1] = xc_compile(c, e->arg[1]);
    bool compares = e->op >= X_EQ && e->op <= X_GE, equality = e->op == X_EQ || e->op == X_NE;
    enum unit u;
    if (!v[0].ok || !v[1].ok)
        return unknown;
    bool fits = xc_alike(v[0].unit, v[1].unit, &u);
    if (!fits || (u == UNIT_BOOL && !equality))
        return sides(c, e, v[0], v[1],
                     v[0].unit == UNIT_NUMBER && v[1].unit == UNIT_DURATION ? NULL
                     : fits ? "conditions are joined by and, or, not"
                            : NULL,
                     compares         ? "these do not compare"
                     : e->op == X_ADD ? "these do not add"
                                      : "these do not subtract");
    xc_emit(c, e, e->op, 2);
    return result(c, e, m, compares ? UNIT_BOOL : u, v, 2);
}

static bool want_bool(struct compiler *c, const struct expr *e, const struct known *v)
{
    char text[64];
    if (v->ok && v->unit != UNIT_BOOL)
        diag_error(c->d, e->at, "E-expr-unit", "compare it with something",
                   "%s is %s; a condition is expected", xc_said(e, text), unit_name(v->unit));
    return v->ok && v->unit == UNIT_BOOL;
}

static struct known compile_logic(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v[2] = {unknown, unknown};
    bool good = true;
    for (uint32_t i = 0; i < e->narg && i < 2; i++) {
        v[i] = xc_compile(c, e->arg[i]);
        good = want_bool(c, e->arg[i], &v[i]) && good;
    }
    if (!good)
        return unknown;
    xc_emit(c, e, e->op, e->narg);
    return result(c, e, m, UNIT_BOOL, v, e->narg);
}

static struct known compile_negation(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v = xc_compile(c, e->arg[0]);
    char text[64];
    if (v.ok && v.unit == UNIT_BOOL) {
        diag_error(c->d, e->at, "E-expr-unit", "write not", "%s is a true/false and has no sign",
                   xc_said(e->arg[0], text));
        return unknown;
    }
    xc_emit(c, e, X_NEG, 1);
    return result(c, e, m, v.unit, &v, 1);
}

/* min and max of many are chains of two, so that the stack stays flat. */
static struct known compile_extremes(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v[2] = {xc_compile(c, e->arg[0])};
    enum unit u;
    char a[64], b[64];
    for (uint32_t i = 1; i < e->narg; i++) {
        v[1] = xc_compile(c, e->arg[i]);
        if (!v[0].ok || !v[1].ok) {
            v[0].ok = false;
            continue;
        }
        if (!xc_alike(v[0].unit, v[1].unit, &u) || u == UNIT_BOOL) {
            diag_error(c->d, e->arg[i]->at, "E-expr-unit", NULL,
                       "%s needs arguments alike: %s is %s and %s is %s",
                       e->op == X_MIN ? "min" : "max", xc_said(e->arg[0], a), unit_name(v[0].unit),
                       xc_said(e->arg[i], b), unit_name(v[1].unit));
            v[0].ok = false;
            continue;
        }
        xc_emit(c, e, e->op, 2)->narg = 2;
        v[0] = result(c, e, m, u, v, 2);
    }
    return v[0];
}

/* ceil, floor, round, chance: one plain number. */
static struct known compile_rounding(struct compiler *c, const struct expr *e)
{
    struct mark m = xc_mark(c);
    struct known v = xc_compile(c, e->arg[0]);
    char text[64];
    if (!v.ok)
        return unknown;
    if (!xc_numeric(v.unit)) {
        diag_error(c->d, e->arg[0]->at, "E-expr-unit",
                   v.unit == UNIT_DURATION ? "divide by a unit first: ceil(x / 1ms) * 1ms" : NULL,
                   "%s is %s; a number is expected", xc_said(e->arg[0], text), unit_name(v.unit));
        return unknown;
    }
    if (e->op != X_CHANCE) {
        xc_emit(c, e, e->op, 1);
        struct known r = result(c, e, m, v.unit, &v, 1);
        r.whole = true;
        return r;
    }
    if (v.constant && !(v.value >= 0 && v.value <= 1)) {
        diag_error(c->d, e->arg[0]->at, "E-expr-range", "a percentage has its sign: 80%",
                   "a probability lies between 0 and 1, this is %g", v.value);
        return unknown;
    }
    unsigned draw = xc_draw(c, e);
    xc_emit(c, e, X_CHANCE, 1)->a = draw;
    return (struct known){
        .unit = UNIT_BOOL, .ok = !c->full, .draws = true, .uses_var = v.uses_var, .whole = true};
}

struct known xc_operator(struct compiler *c, const struct expr *e)
{
    switch (e->op) {
    case X_NEG:
        return compile_negation(c, e);
    case X_MUL:
    case X_DIV:
        return compile_product(c, e);
    case X_NOT:
    case X_AND:
    case X_OR:
        return compile_logic(c, e);
    case X_ADD:
    case X_SUB:
    case X_EQ:
    case X_NE:
    case X_LT:
    case X_LE:
    case X_GT:
    case X_GE:
        return compile_alike(c, e);
    case X_MIN:
    case X_MAX:
        return compile_extremes(c, e);
    case X_CEIL:
    case X_FLOOR:
    case X_ROUND:
    case X_CHANCE:
        return compile_rounding(c, e);
    default:
        bug(__FILE__, __LINE__, "expression without an operator");
    }
}
