/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_call.h - name(...) between its two readers: expr_call.c, which reads the arguments and
 * knows the functions, and expr_form.c, which knows the parameters of distributions. */
#ifndef MODEL_EXPR_CALL_H
#define MODEL_EXPR_CALL_H
#include "model/expr_impl.h"

struct expr_arg {
    const char *name, *text;           /* text: a quoted argument, then value is NULL */
    size_t from, to;                   /* of the whole argument */
    const struct expr *weight, *value; /* weight: what stands before `of` */
};
struct expr_call {
    const char *name;
    size_t from;
    uint32_t narg, cap;
    struct expr_arg *arg;
    bool named, texts, weights; /* has such arguments */
};

/* expr_call.c */
/* A stand-in where something was wrong, so that the rest is read and reported too. */
const struct expr *expr_stand_in(struct expr_parser *p, const struct expr_call *c);
/* Nothing but plain values: no names (unless `names`), no texts, no `of`; else reported as id. */
bool expr_only_values(struct expr_parser *p, const struct expr_call *c, const char *id, bool names);

/* expr_form.c */
const struct expr *expr_parse_law(struct expr_parser *p, const struct dist_kind *k,
                                  const struct expr_call *c);

#endif
