/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr.c - tree -> code: names, what is wanted of a value, distributions.
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
    default:
        return xc_operator(c, e);
    }
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
