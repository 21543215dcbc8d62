/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_impl.h - what the files of expr share, and those of limit and ltl, which read the same
 * literals, words and comparisons; nobody else includes it.
 *
 * expr_parse.c  scalars and operators -> tree        expr.c       tree -> code: names, wants
 * expr_call.c   functions and their arguments        expr_op.c    operators: units, folding
 * expr_form.c   parameters of distributions          expr_law.c   distributions, to code
 * expr_file.c   samples("file.csv")                  expr_eval.c  code -> value
 *                                                    expr_bounds.c  code -> bounds, mean */
#ifndef MODEL_EXPR_IMPL_H
#define MODEL_EXPR_IMPL_H
#include "model/expr.h"
#include <math.h>

enum {
    EXPR_BYTES = 16384,  /* of one scalar */
    EXPR_DEPTH = 100,    /* of parentheses, arguments and signs */
    EXPR_HEIGHT = 250,   /* of a tree: 1+1+1+... is deep without a parenthesis */
    EXPR_NESTING = 600,  /* of trees with drawing parameters put in place */
    EXPR_VISITS = 50000, /* nodes of one expression with parameters put in place */
    EXPR_STACK = 64,     /* values */
    EXPR_DRAWS = 1000,   /* of one expression; tries of a truncation are this far apart */
    EXPR_TRIES = 10000,  /* of all truncations of one evaluation */
    EXPR_REJECTS = 8,    /* truncations within each other */
    EXPR_FILE_BYTES = 64 << 20,
};

/* Instructions that are no operator of the author's. */
enum {
    XI_SCALE = X_TRUNCATE + 1, /* top *= num */
    XI_DESCALE,                /* top /= num (as exact as decimal units can be) */
    XI_DIST,                   /* a = draw, narg = law: parameters -> a draw of it */
    XI_DIST_TRUNC,             /* the same, with low and high below the parameters */
    XI_MIX,                    /* a = draw, narg = n: n weights, n values -> one of them */
    XI_QUANTILES,              /* a = draw, narg = n: p0 x0 p1 x1 ... -> a draw */
    XI_REJECT,                 /* a = length of the code that follows, narg = may it vary:
                                  low, high -> its first value between them */
};
/* How XI_DIST names its law in narg: kind, form, is it a duration. */
static inline uint16_t expr_law_pack(size_t kind, unsigned form, bool duration)
{
    return (uint16_t)(kind << 6 | form << 1 | (duration ? 1U : 0U));
}
static inline const struct dist_kind *expr_law_kind(uint16_t law)
{
    return &dist_kinds[law >> 6];
}
static inline unsigned expr_law_form(uint16_t law)
{
    return law >> 1 & 31U;
}
/* How many parameters a form has. */
unsigned expr_form_size(const struct dist_form *f);

/* One parse.  A syntax error ends it (stop); of other errors each is reported (failed). */
struct expr_parser {
    struct arena *a;
    const char *s;      /* s[n] is 0 */
    size_t n, pos, end; /* end: of the last token read, without the blanks after it */
    uint32_t *column;   /* characters before each byte; NULL: places inside are not known */
    struct loc at;
    const char *dir;
    struct diags *d;
    unsigned depth;
    bool failed, stop;
};
/* False: the text is too long (reported). */
bool expr_parser_begin(struct expr_parser *p, struct arena *a, const char *text, struct loc at,
                       struct diags *d);
struct loc expr_place(const struct expr_parser *p, size_t from, size_t to);
void expr_blanks(struct expr_parser *p);
size_t expr_word(const struct expr_parser *p, size_t at); /* bytes of the name there; 0: none */
bool expr_is_word(const struct expr_parser *p, size_t at, const char *word);
struct expr *expr_node(struct expr_parser *p, enum expr_op op, size_t from, uint32_t narg,
                       const struct expr *const *arg);
/* Anything from `or` down; NULL after a syntax error. */
const struct expr *expr_parse_any(struct expr_parser *p);
/* One comparison, or one operand of one: what binds tighter than `not`. */
const struct expr *expr_parse_comparison(struct expr_parser *p);
/* name( was seen, p->pos is behind the parenthesis. */
const struct expr *expr_parse_call(struct expr_parser *p, size_t from, size_t name_len);
/* Does the name there call something, even with a blank before its parenthesis? */
bool expr_known_call(const struct expr_parser *p, size_t at, size_t len);
void expr_map_columns(struct expr_parser *p); /* p->column, once s and n are there */
const struct expr *expr_syntax(struct expr_parser *p, size_t from, size_t to, const char *hint,
                               const char *fmt, ...) __attribute__((format(printf, 5, 6)));

enum literal { LIT_OK, LIT_NONE, LIT_UNIT, LIT_RANGE };
/* A number with its unit at s[*pos], which is advanced (over a wrong unit too). */
enum literal expr_literal(const char *s, size_t n, size_t *pos, double *value, enum unit *u);
/* "file" or "file#column"; false with errors in d. */
bool expr_read_samples(struct arena *a, const char *dir, const char *name, struct loc at,
                       struct diags *d, struct expr *into);

struct xcode_run {
    const double *var;
    struct draw_key key;
    const char *bad;
    unsigned tries, depth;
    const struct expr_dice *dice; /* NULL: draws are functions of the key */
};
double expr_run(const struct xprog *x, const struct xcode *c, const struct xcode *end,
                struct xcode_run *r);
/* Operators of one value. */
static inline double expr_unary(const struct xcode *c, double a)
{
    switch (c->op) {
    case X_NEG:
        return -a;
    case X_NOT:
        return a == 0;
    case X_CEIL:
        return ceil(a);
    case X_FLOOR:
        return floor(a);
    case X_ROUND:
        return round(a);
    case XI_SCALE:
        return a * c->num;
    default:
        return a / c->num;
    }
}
static inline bool expr_is_binary(unsigned op)
{
    return op >= X_ADD && op <= X_MAX;
}

#endif
