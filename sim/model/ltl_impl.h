/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ltl_impl.h - what the files of ltl share; nobody else includes it.
 *
 * ltl.c  operators, patterns, printing            ltl_prop.c  propositions */
#ifndef MODEL_LTL_IMPL_H
#define MODEL_LTL_IMPL_H
#include "model/expr_impl.h"
#include "model/ltl.h"

/* One text being read; several may fill the same table of propositions. */
struct ltl_parser {
    struct expr_parser p;
    const struct model *m;
    const struct step_names *names;
    struct ltl_prop *prop; /* LTL_PROPS */
    uint32_t nprop, nnode, temporal;
    bool crowded; /* said already */
};
const struct ltl_node *ltl_syntax(struct ltl_parser *l, size_t from, size_t to, const char *hint,
                                  const char *fmt, ...) __attribute__((format(printf, 5, 6)));
const struct ltl_node *ltl_node(struct ltl_parser *l, enum ltl_op op, size_t from,
                                const struct ltl_node *x, const struct ltl_node *y);
/* A proposition at l->p.pos; NULL after an error. */
const struct ltl_node *ltl_proposition(struct ltl_parser *l);

#endif
