/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr.h - expressions: numbers with units, conditions, distributions, draws.
 *
 * Two stages.  expr_parse() turns text into a tree and reports what is wrong without knowing any
 * name: syntax, unknown functions, wrong arguments of a distribution.  expr_compile() resolves the
 * names against a scope, checks units, folds constants, builds the distributions and appends flat
 * code; expr_eval() runs it.  Values are doubles in base units: ns, 1/s, bytes, plain; booleans
 * are 0 and 1.  Evaluation is a function of (code, variables, key): nothing here keeps state. */
#ifndef MODEL_EXPR_H
#define MODEL_EXPR_H
#include "base/diag.h"
#include "base/rng.h"
#include "model/dist.h"

enum unit { UNIT_NUMBER, UNIT_DURATION, UNIT_RATE, UNIT_SIZE, UNIT_BOOL, UNIT_ZERO };
/* UNIT_ZERO: the bare literal 0, which fits any unit but bool. */
const char *unit_name(enum unit u); /* "a number", "a duration", ... */

enum expr_op {
    X_CONST,
    X_NAME, /* leaves; X_NAME: name, or name.field */
    X_NEG,
    X_NOT,
    X_ADD,
    X_SUB,
    X_MUL,
    X_DIV,
    X_EQ,
    X_NE,
    X_LT,
    X_LE,
    X_GT,
    X_GE,
    X_AND,
    X_OR,
    X_MIN,
    X_MAX,
    X_CEIL,
    X_FLOOR,
    X_ROUND,  /* X_MIN, X_MAX: two or more arguments */
    X_CHANCE, /* chance(p): draws a boolean */
    X_ANY,
    X_ALL,
    X_COUNT,     /* any(group.var): arg[0] is an X_NAME with a field */
    X_DIST,      /* kind, form, arg = parameters in the form's order */
    X_MIX,       /* arg = p0 d0 p1 d1 ...; hyperexponential: d are means */
    X_QUANTILES, /* sample = p0 .. pn (of the points), arg = values */
    X_SAMPLES,   /* sample, nsample: read when parsed; unit known */
    X_TRUNCATE   /* arg = distribution low high */
};
struct expr {
    enum expr_op op;
    enum unit unit; /* of X_CONST and X_SAMPLES */
    bool hyper;     /* X_MIX written as hyperexponential */
    struct loc at;  /* of the whole sub-expression, len its width where on one line */
    double num;
    const char *name, *field;
    const struct dist_kind *kind;
    unsigned form;
    uint32_t narg, nsample;
    const struct expr **arg;
    const double *sample;
    const char *text; /* as written, not terminated, for messages; NULL if not known */
    uint32_t ntext;
    uint32_t height; /* of the tree, a leaf is 1: bounds every recursion over it */
};

/* text is a scalar as YAML gave it, at its place (a block scalar's inner places may be off: then
 * the scalar's start is used).  dir: directory that file names are relative to ("" for none).
 * NULL if anything was wrong (errors in d). */
const struct expr *expr_parse(struct arena *a, const char *text, struct loc at, const char *dir,
                              struct diags *d);
const struct expr *expr_number(struct arena *a, double value, enum unit u, struct loc at);

/* What a name means where an expression stands. */
enum bind_kind { BIND_ERROR, BIND_CONST, BIND_VAR, BIND_EXPR };
struct binding {
    enum bind_kind kind; /* BIND_ERROR: already reported, say no more */
    enum unit unit;      /* of CONST and VAR */
    double value;        /* CONST */
    uint32_t slot;       /* VAR: index into var[] of expr_eval; for X_ANY.. the count of trues */
    uint32_t total;      /* VAR asked for with X_ALL: the slot of the number of copies */
    const struct expr *expr; /* EXPR: compiled in place of the name (a parameter that draws) */
};
struct scope {
    void *ctx;
    /* agg: X_NAME for a plain use, else X_ANY, X_ALL, X_COUNT.  Reports unknown names itself. */
    struct binding (*find)(void *ctx, const struct expr *name, enum expr_op agg, struct diags *d);
};

enum want {
    WANT_DURATION,
    WANT_NUMBER,
    WANT_RATE,
    WANT_SIZE,
    WANT_BOOL,
    WANT_PROBABILITY,
    WANT_COUNT,
    WANT_ANYTHING
};

/* Flat code of many expressions, const once built. */
struct xcode {
    uint8_t op;    /* enum expr_op, or an internal one */
    uint16_t narg; /* X_MIN, X_MAX */
    uint32_t a;    /* slot, index of a distribution, draw number */
    double num;
};
struct xexpr {
    uint32_t start, n;
    enum unit unit;
    bool constant; /* value known: no variable, no draw */
    bool draws;    /* needs randomness */
    bool uses_var;
    double value;            /* if constant */
    const struct dist *dist; /* if it is exactly one draw of one distribution; else NULL */
    struct loc at;
};
struct xprog {
    struct arena *mem;
    struct xcode *code;
    uint32_t ncode, cap_code;
    struct xexpr *expr;
    uint32_t nexpr, cap_expr;
    const struct dist **dist;
    uint32_t ndist, cap_dist;
};
void xprog_init(struct xprog *x, struct arena *mem);
#define XEXPR_NONE UINT32_MAX
/* Index into x->expr, or XEXPR_NONE with errors in d.  Known values are checked against want:
 * a probability in [0,1], a count whole and not negative, a duration not negative, no division by
 * zero; a drawing expression where nodraw is set is an error.  A distribution with parameters
 * that depend on variables is made at each draw; with known ones it is built here. */
uint32_t expr_compile(struct xprog *x, const struct expr *e, enum want want, bool nodraw,
                      const struct scope *s, struct diags *d);
/* The unit e has in this scope, without adding code; false on error (reported). */
bool expr_unit(const struct expr *e, const struct scope *s, enum unit *u, struct diags *d);

/* Evaluate.  var may be NULL if the expression uses none; key.visit is added to the number of each
 * draw (draw k of the expression uses visit key.visit + k).  *bad (if not NULL) is set to a reason
 * when the value cannot be had: division by zero, impossible parameters; the value is then 0. */
double expr_eval(const struct xprog *x, uint32_t id, const double *var, struct draw_key key,
                 const char **bad);
/* Somebody else's dice: for trying what may come one after the other. */
struct expr_dice {
    void *ctx;
    double (*draw)(void *ctx, const struct dist *d);
    uint32_t (*pick)(void *ctx, const double *weight, uint32_t n);
    void (*other)(void *ctx); /* a draw of a law that is only known at that moment: not asked for */
};
/* The same, with these dice. */
double expr_eval_with(const struct xprog *x, uint32_t id, const double *var,
                      const struct expr_dice *dice, const char **bad);
/* Smallest and largest possible value (interval arithmetic over supports; variables unknown:
 * -INFINITY..INFINITY for numbers, 0..INFINITY for durations). */
void expr_bounds(const struct xprog *x, uint32_t id, double *lo, double *hi);
/* The same with variables of known values (NAN: unknown). */
void expr_bounds_with(const struct xprog *x, uint32_t id, const double *var, double *lo,
                      double *hi);
/* Is it a duration, and never less for a longer one among its variables? */
bool expr_grows(const struct xprog *x, uint32_t id);
/* Mean where it follows from means (constants, one distribution, sums, scaling); else NAN. */
double expr_mean(const struct xprog *x, uint32_t id);
/* "25ms", "1.25 s": a duration in ns as people write it; buffer of 32. */
const char *duration_text(double ns, char *buffer);

#endif
