/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limit_impl.h - what the files of limit share: limit.c arithmetic and units, limit_metric.c
 * quantities and conditions.  Nobody else's. */
#ifndef MODEL_LIMIT_IMPL_H
#define MODEL_LIMIT_IMPL_H
#include "model/expr_impl.h"
#include "model/limit.h"

struct limit_parser {
    struct expr_parser p; /* text, position, places */
    const struct model *m;
    bool worst;
    struct limit *limit;
};
bool limit_take(struct limit_parser *p, const char *token);
bool limit_deeper(struct limit_parser *p);
/* An error that does not end the reading; false. */
bool limit_wrong(struct limit_parser *p, struct loc at, const char *id, const char *hint,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
bool limit_take_cmp(struct limit_parser *p, enum limit_cmp *cmp);
struct limit_node *limit_node_new(struct limit_parser *p, enum limit_op op, size_t from);
/* Sums and products, down to numbers and quantities; NULL after a syntax error. */
const struct limit_node *limit_sum(struct limit_parser *p);
/* The quantity whose name is at p->p.pos, of len bytes; NULL after a syntax error.  *known false:
 * there is none of that name, and nothing was read. */
const struct limit_node *limit_quantity(struct limit_parser *p, size_t len, bool *known);

#endif
