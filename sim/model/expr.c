/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr.c - tree -> code: names, units, folding, distributions.
 *
 * Each node is compiled to code that leaves one value on the stack, and described by a struct
 * known.  What turns out constant is rolled back and replaced by its value, and so is what turns
 * out to be one draw of one known distribution.  Trees and parameters put in place are bounded, so
 * that no model makes this run out of stack or time. */
#include "model/expr.h"
#include "model/expr_compile.h"
#include "model/expr_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct known unknown = {.ok = false};

const char *unit_name(enum unit u)
{
    static const char *const names[] = {"a number", "a duration",   "a rate",
                                        "a size",   "a true/false", "zero"};
    return names[u];
}

void xprog_init(struct xprog *x, struct arena *mem)
{
    memset(x, 0, sizeof *x);
    x->mem = mem;
}

/* Room for one more in an array of the arena. */
static void *room(struct arena *a, void *v, uint32_t n, uint32_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    bug_if(*cap > UINT32_MAX / 2);
    uint32_t more = *cap > 0 ? 2 * *cap : 16;
    void *w = arena_alloc(a, more, size, _Alignof(max_align_t));
    if (n > 0)
        memcpy(w, v, n * size);
    *cap = more;
    return w;
}

struct known xc_too_large(struct compiler *c, const struct expr *e, const char *what)
{
    if (!c->full)
        diag_error(c->d, e->at, "E-expr-depth", "split the expression",
                   "the expression, with its parameters put in place, %s", what);
    c->full = true;
    return unknown;
}

struct xcode *xc_emit(struct compiler *c, const struct expr *e, unsigned op, unsigned pops)
{
    struct xprog *x = c->x;
    x->code = room(x->mem, x->code, x->ncode, &x->cap_code, sizeof *x->code);
    struct xcode *i = &x->code[x->ncode++];
    memset(i, 0, sizeof *i);
    i->op = (uint8_t)op;
    c->stack = c->stack + 1 - pops;
    if (c->stack > EXPR_STACK) {
        xc_too_large(c, e, "holds too many values at once");
        c->stack = EXPR_STACK;
    }
    return i;
}

struct mark xc_mark(const struct compiler *c)
{
    return (struct mark){
        .code = c->x->ncode, .dist = c->x->ndist, .stack = c->stack, .draws = c->draws};
}

void xc_back(struct compiler *c, struct mark m)
{
    c->x->ncode = m.code;
    c->x->ndist = m.dist;
    c->stack = m.stack;
    c->draws = m.draws;
}

unsigned xc_draw(struct compiler *c, const struct expr *e)
{
    if (c->draws + 1 >= EXPR_DRAWS)
        xc_too_large(c, e, "draws too often");
    return c->full ? 0 : c->draws++;
}

struct known xc_const(struct compiler *c, const struct expr *e, double value, enum unit u)
{
    xc_emit(c, e, X_CONST, 0)->num = value;
    return (struct known){
        .unit = u, .ok = true, .constant = true, .value = value, .whole = floor(value) == value};
}

struct known xc_dist(struct compiler *c, const struct expr *e, const struct dist *d, enum unit u,
                     bool whole)
{
    struct xprog *x = c->x;
    double value;
    if (dist_is_const(d, &value))
        return xc_const(c, e, value, u);
    x->dist = room(x->mem, x->dist, x->ndist, &x->cap_dist, sizeof *x->dist);
    x->dist[x->ndist] = d;
    unsigned draw = xc_draw(c, e);
    struct xcode *i = xc_emit(c, e, X_DIST, 0);
    i->a = x->ndist++;
    i->narg = (uint16_t)draw;
    return (struct known){.unit = u, .ok = true, .draws = true, .dist = d, .whole = whole};
}

/* The source of e for a message, shortened; b of 64. */
const char *xc_said(const struct expr *e, char *b)
{
    if (e->text == NULL) {
        snprintf(b, 64, e->op == X_NAME ? "`%.50s`" : "this", e->name != NULL ? e->name : "");
        return b;
    }
    uint32_t n = e->ntext;
    bool cut = n > 40;
    if (cut)
        for (n = 40; n > 0 && ((unsigned char)e->text[n] & 0xc0) == 0x80;)
            n--;
    snprintf(b, 64, "`%.*s%s`", (int)n, e->text, cut ? "..." : "");
    return b;
}

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

/* ---- operators ---- */

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

/* ---- names ---- */

static struct known compile_name(struct compiler *c, const struct expr *e, enum expr_op agg)
{
    struct binding b = {.kind = BIND_ERROR};
    char text[64];
    if (c->scope != NULL && c->scope->find != NULL)
        b = c->scope->find(c->scope->ctx, e, agg, c->d);
    else
        diag_error(c->d, e->at, "E-expr-name", NULL, "the name %s means nothing here",
                   xc_said(e, text));
    switch (b.kind) {
    case BIND_ERROR:
        return unknown;
    case BIND_CONST:
        return xc_const(c, e, b.value, b.unit);
    case BIND_EXPR:
        return xc_compile(c, b.expr);
    case BIND_VAR:
        break;
    }
    struct xcode *i = xc_emit(c, e, agg, 0);
    i->a = b.slot;
    i->narg = (uint16_t)b.unit;
    i->num = b.total;
    enum unit u = agg == X_NAME ? b.unit : agg == X_COUNT ? UNIT_NUMBER : UNIT_BOOL;
    return (struct known){.unit = u, .ok = true, .uses_var = true, .whole = true};
}

/* ---- all of it ---- */

static struct known compile_node(struct compiler *c, const struct expr *e)
{
    switch (e->op) {
    case X_CONST:
        return xc_const(c, e, e->num, e->unit);
    case X_NAME:
        return compile_name(c, e, X_NAME);
    case X_ANY:
    case X_ALL:
    case X_COUNT:
        return compile_name(c, e->arg[0], e->op);
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
    case X_DIST:
        return xc_law(c, e);
    case X_MIX:
        return xc_mix(c, e);
    case X_QUANTILES:
        return xc_quantiles(c, e);
    case X_SAMPLES:
        return xc_samples(c, e);
    case X_TRUNCATE:
        return xc_truncate(c, e);
    }
    bug(__FILE__, __LINE__, "expression without an operator");
}

struct known xc_compile(struct compiler *c, const struct expr *e)
{
    if (c->full)
        return unknown;
    if (c->nesting >= EXPR_NESTING || c->visits >= EXPR_VISITS)
        return xc_too_large(c, e, "is too large");
    struct mark m = xc_mark(c);
    c->visits++;
    c->nesting++;
    struct known v = compile_node(c, e);
    c->nesting--;
    if (!v.ok) /* nobody will take it off the stack */
        xc_back(c, m);
    return v;
}

/* ---- what is wanted ---- */

static const struct want_row {
    enum unit unit;
    const char *text;
} want_rows[] = {
    [WANT_DURATION] = {UNIT_DURATION, "a duration"},
    [WANT_NUMBER] = {UNIT_NUMBER, "a number"},
    [WANT_RATE] = {UNIT_RATE, "a rate"},
    [WANT_SIZE] = {UNIT_SIZE, "a size"},
    [WANT_BOOL] = {UNIT_BOOL, "a condition"},
    [WANT_PROBABILITY] = {UNIT_NUMBER, "a probability"},
    [WANT_COUNT] = {UNIT_NUMBER, "a count"},
    [WANT_ANYTHING] = {UNIT_ZERO, ""},
};

static const char *unit_hint(struct compiler *c, const struct expr *e, enum want want,
                             const struct known *v)
{
    struct arena *a = c->x->mem;
    bool bare = v->unit == UNIT_NUMBER && e->op == X_CONST && e->text != NULL;
    if (bare && e->text[e->ntext - 1] == '%')
        bare = false;
    if (want == WANT_DURATION && bare)
        return arena_printf(a, "write %.*sms, %.*sus or %.*ss", (int)e->ntext, e->text,
                            (int)e->ntext, e->text, (int)e->ntext, e->text);
    if (want == WANT_RATE && bare)
        return arena_printf(a, "write %.*s/s or %.*s/min", (int)e->ntext, e->text, (int)e->ntext,
                            e->text);
    if (want == WANT_SIZE && bare)
        return arena_printf(a, "write %.*sKB or %.*sMB", (int)e->ntext, e->text, (int)e->ntext,
                            e->text);
    if (want == WANT_DURATION && v->unit == UNIT_NUMBER)
        return "multiply it by a duration: x * 1ms";
    return NULL;
}

static bool check_unit(struct compiler *c, const struct expr *e, enum want want, struct known *v)
{
    char text[64];
    enum unit u = want_rows[want].unit;
    if (want == WANT_ANYTHING || v->unit == u)
        return true;
    if (v->unit == UNIT_ZERO && u != UNIT_BOOL) {
        v->unit = u;
        return true;
    }
    diag_error(c->d, e->at, "E-expr-unit", unit_hint(c, e, want, v), "%s is %s; %s is expected",
               xc_said(e, text), unit_name(v->unit), want_rows[want].text);
    return false;
}

static bool check_range(struct compiler *c, const struct expr *e, enum want want,
                        const struct known *v, double lo, double hi)
{
    char said_ns[32];
    const char *what = NULL;
    double x = v->constant ? v->value : hi < 0 ? hi : lo;
    if (want == WANT_COUNT && v->constant && v->value != floor(v->value))
        what = "a count is a whole number";
    else if (want == WANT_COUNT && v->draws && !v->whole) {
        diag_error(c->d, e->at, "E-expr-range", "write round(...), ceil(...) or floor(...)",
                   "a count is a whole number, and this draws fractions");
        return false;
    } else if (want == WANT_COUNT && hi < 0)
        what = "a count is not negative";
    else if (want == WANT_PROBABILITY && (hi < 0 || lo > 1))
        what = "a probability lies between 0 and 1";
    else if (v->unit == UNIT_DURATION && want == WANT_DURATION && hi < 0)
        what = "a duration is not negative";
    else if ((want == WANT_RATE || want == WANT_SIZE) && hi < 0)
        what = want == WANT_RATE ? "a rate is not negative" : "a size is not negative";
    if (what == NULL)
        return true;
    if (v->unit == UNIT_DURATION)
        diag_error(c->d, e->at, "E-expr-range", NULL, "%s, this is %s", what,
                   duration_text(x, said_ns));
    else
        diag_error(c->d, e->at, "E-expr-range", NULL, "%s, this is %g", what, x);
    return false;
}

uint32_t expr_compile(struct xprog *x, const struct expr *e, enum want want, bool nodraw,
                      const struct scope *s, struct diags *d)
{
    struct compiler c = {.x = x, .scope = s, .d = d};
    struct mark m = xc_mark(&c);
    double lo, hi;
    struct known v = xc_compile(&c, e);
    bool good = v.ok && !c.full && check_unit(&c, e, want, &v);
    if (good && nodraw && v.draws) {
        diag_error(d, e->at, "E-expr-draw", "give one value",
                   "this draws at random; a fixed value is expected");
        good = false;
    }
    if (!good) {
        xc_back(&c, m);
        return XEXPR_NONE;
    }
    x->expr = room(x->mem, x->expr, x->nexpr, &x->cap_expr, sizeof *x->expr);
    uint32_t id = x->nexpr++;
    x->expr[id] = (struct xexpr){.start = m.code,
                                 .n = x->ncode - m.code,
                                 .unit = v.unit,
                                 .constant = v.constant,
                                 .draws = v.draws,
                                 .uses_var = v.uses_var,
                                 .value = v.value,
                                 .dist = v.dist,
                                 .at = e->at};
    expr_bounds(x, id, &lo, &hi);
    if (check_range(&c, e, want, &v, lo, hi))
        return id;
    x->nexpr--;
    xc_back(&c, m);
    return XEXPR_NONE;
}

bool expr_unit(const struct expr *e, const struct scope *s, enum unit *u, struct diags *d)
{
    struct arena *scratch = arena_new(0);
    struct xprog x;
    xprog_init(&x, scratch);
    struct compiler c = {.x = &x, .scope = s, .d = d};
    struct known v = xc_compile(&c, e);
    *u = v.unit;
    arena_drop(scratch);
    return v.ok && !c.full;
}
