/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.c - see steady.h. */
#include "check/steady.h"

static bool instant(const struct ltl *f, const struct ltl_node *n)
{
    enum ltl_what w = f->prop[n->prop].what;
    return w == LTL_STARTED || w == LTL_FAILED;
}

/* Of states alone, and no instant in it denied?  As deep as the formula is (LTL_DEPTH). */
static bool plain(const struct ltl *f, const struct ltl_node *n, bool yes)
{
    switch (n->op) {
    case LTL_TRUE:
    case LTL_FALSE:
        return true;
    case LTL_PROP:
        return yes || !instant(f, n);
    case LTL_NOT:
        return plain(f, n->arg[0], !yes);
    case LTL_AND:
    case LTL_OR:
        return plain(f, n->arg[0], yes) && plain(f, n->arg[1], yes);
    default:
        return false;
    }
}

static bool never(const struct ltl *f, const struct ltl_node *n)
{
    return n->op == LTL_NOT && plain(f, n->arg[0], true);
}

static bool pattern(const struct ltl *f)
{
    const struct ltl_node *n = f->top;
    if (n->op == LTL_F)
        return plain(f, n->arg[0], true);
    if (n->op != LTL_G)
        return false;
    n = n->arg[0];
    if (n->op != LTL_IMPLIES)
        return never(f, n);
    const struct ltl_node *then = n->arg[1];
    return plain(f, n->arg[0], true) && ((then->op == LTL_G && never(f, then->arg[0])) ||
                                         (then->op == LTL_F && plain(f, then->arg[0], true)));
}

bool steady(const struct ltl *f)
{
    bool lasts = true;
    for (uint32_t i = 0; i < f->nprop; i++)
        lasts &= f->prop[i].what != LTL_STARTED && f->prop[i].what != LTL_FAILED;
    return lasts || pattern(f);
}
