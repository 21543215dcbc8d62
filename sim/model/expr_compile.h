/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_compile.h - between expr.c, expr_op.c and expr_law.c; nobody else includes it.
 *
 * A function xc_NAME of a node appends code that leaves one value, and says what is known of it.
 * When it fails it has reported, and what code it left is thrown away by xc_compile(). */
#ifndef MODEL_EXPR_COMPILE_H
#define MODEL_EXPR_COMPILE_H
#include "model/expr.h"

/* What is known of the value that the code just emitted leaves. */
struct known {
    enum unit unit;
    bool ok; /* false: something was reported, say no more */
    bool constant, draws, uses_var;
    bool whole;              /* a whole number, as far as is known */
    double value;            /* if constant */
    const struct dist *dist; /* if it is one draw of this */
};
struct compiler {
    struct xprog *x;
    const struct scope *scope;
    struct diags *d;
    unsigned nesting, visits, stack, draws, rejects;
    bool full; /* a bound was met and reported */
};
struct mark {
    uint32_t code, dist;
    unsigned stack, draws;
};

struct known xc_compile(struct compiler *c, const struct expr *e);
struct known xc_operator(struct compiler *c, const struct expr *e);
struct known xc_law(struct compiler *c, const struct expr *e);
struct known xc_samples(struct compiler *c, const struct expr *e);
struct known xc_quantiles(struct compiler *c, const struct expr *e);
struct known xc_mix(struct compiler *c, const struct expr *e);
struct known xc_truncate(struct compiler *c, const struct expr *e);
struct known xc_const(struct compiler *c, const struct expr *e, double value, enum unit u);
struct known xc_dist(struct compiler *c, const struct expr *e, const struct dist *d, enum unit u,
                     bool whole);
struct known xc_too_large(struct compiler *c, const struct expr *e, const char *what);

struct xcode *xc_emit(struct compiler *c, const struct expr *e, unsigned op, unsigned pops);
struct mark xc_mark(const struct compiler *c);
void xc_back(struct compiler *c, struct mark m);
unsigned xc_draw(struct compiler *c, const struct expr *e); /* the next draw's number */
const char *xc_said(const struct expr *e, char *b);
bool xc_alike(enum unit a, enum unit b, enum unit *u);
bool xc_numeric(enum unit u);

#endif
