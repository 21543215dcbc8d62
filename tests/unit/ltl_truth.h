/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ltl_truth.h - what a formula means on a finite run: its definition spelled out, position by
 * position, as slow as it is plain.  For tests of what is faster. */
#ifndef UNIT_LTL_TRUTH_H
#define UNIT_LTL_TRUTH_H
#include "model/ltl.h"

enum { WORD_MOST = 200 };
struct word {
    uint32_t n, at[WORD_MOST]; /* states; bit i: proposition i */
};

/* Does n hold at position i of the word? */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the formula was made */
static inline bool holds(const struct ltl_node *n, const struct word *w, uint32_t i)
{
    const struct ltl_node *x = n->arg[0], *y = n->arg[1];
    bool all = true, some = false;
    switch (n->op) {
    case LTL_TRUE:
    case LTL_FALSE:
        return n->op == LTL_TRUE;
    case LTL_PROP:
        return w->at[i] >> n->prop & 1;
    case LTL_NOT:
        return !holds(x, w, i);
    case LTL_AND:
        return holds(x, w, i) && holds(y, w, i);
    case LTL_OR:
        return holds(x, w, i) || holds(y, w, i);
    case LTL_IMPLIES:
        return !holds(x, w, i) || holds(y, w, i);
    case LTL_IFF:
        return holds(x, w, i) == holds(y, w, i);
    case LTL_G:
    case LTL_F:
        for (uint32_t k = i; k < w->n; k++) {
            all = all && holds(x, w, k);
            some = some || holds(x, w, k);
        }
        return n->op == LTL_G ? all : some;
    case LTL_U: /* some k: y, and x at all before it */
    case LTL_W:
        for (uint32_t k = i; k < w->n; k++) {
            some = some || (all && holds(y, w, k));
            all = all && holds(x, w, k);
        }
        return some || (n->op == LTL_W && all);
    case LTL_R: /* at all k: y, or x at some before it */
        for (uint32_t k = i; k < w->n; k++) {
            all = all && (holds(y, w, k) || some);
            some = some || holds(x, w, k);
        }
        return all;
    }
    return false;
}

#endif
