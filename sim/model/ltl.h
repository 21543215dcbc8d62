/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ltl.h - claims in logic: text to a tree of operators over propositions.
 *
 * Linear temporal logic over the states of a run, without `next`: steps are not a unit of time.
 * Precedence, from the tightest: not G F; U R W (to the right); and; or; -> (to the right); <->.
 * A proposition is a word of the table below or a comparison of variables and shared state, in the
 * language of expressions.  Patterns (`never: P` ...) lower to the same trees.
 *
 * What is wrong is said as for expressions: place, caret, cure; unknown names and steps here, units
 * of variables where the formula meets a program (check/monitor). */
#ifndef MODEL_LTL_H
#define MODEL_LTL_H
#include "model/spec.h"
#include "model/step_name.h"

enum ltl_op {
    LTL_TRUE,
    LTL_FALSE,
    LTL_PROP,
    LTL_NOT,
    LTL_AND,
    LTL_OR,
    LTL_IMPLIES,
    LTL_IFF,
    LTL_G,
    LTL_F,
    LTL_U, /* arg[0] holds until arg[1] does, and that it does */
    LTL_R, /* arg[1] holds up to and with the first arg[0], or for ever */
    LTL_W  /* as U, or arg[0] for ever */
};
enum ltl_what {
    LTL_STARTED, /* in the state after a copy of the step began */
    LTL_FAILED,  /* in the state after one failed */
    LTL_RUNNING,
    LTL_DONE, /* some copy has ended well; lasts, as do responded, aborted, ended */
    LTL_RESPONDED,
    LTL_ABORTED,
    LTL_ENDED,
    LTL_HOLDS,   /* a running copy of step holds a unit of the resource, in any request */
    LTL_WAITING, /* somebody queues for the resource */
    LTL_COMPARE  /* of variables and shared state */
};
enum ltl_resource { LTL_SERVICE, LTL_RESOURCE, LTL_CHANNEL, LTL_POOL, LTL_SERVER };
struct ltl_prop {
    enum ltl_what what;
    struct loc at;
    const char *text;             /* as written */
    const struct step_name *step; /* STARTED .. DONE, HOLDS */
    enum ltl_resource kind;       /* HOLDS, WAITING */
    const char *resource;         /* its name */
    int32_t from, to;             /* RESPONDED: statuses; 0, 999: any */
    const struct expr *compare;   /* a condition over names that exist */
    bool shared, variable;        /* COMPARE: it reads shared state, variables of tasks */
};
struct ltl_node {
    enum ltl_op op;
    struct loc at;
    uint32_t prop; /* LTL_PROP */
    uint32_t id;   /* below ltl.nnode, its own */
    const struct ltl_node *arg[2];
    uint32_t height;
};
enum { LTL_BYTES = 16384, LTL_DEPTH = 100, LTL_HEIGHT = 250, LTL_PROPS = 32 };
struct ltl {
    struct loc at;
    const struct ltl_node *top;
    uint32_t nprop, nnode;
    struct ltl_prop *prop; /* each once */
};

/* NULL if anything was wrong (errors in d). */
const struct ltl *ltl_parse(struct arena *a, struct spec_text f, const struct model *m,
                            struct diags *d);
enum ltl_pattern {
    LTL_NEVER,            /* G not P */
    LTL_ALWAYS,           /* G P */
    LTL_EVENTUALLY,       /* F P */
    LTL_AFTER_NEVER,      /* G (P -> G not Q) */
    LTL_AFTER_EVENTUALLY, /* G (P -> F Q) */
    LTL_LEADS_TO          /* the same */
};
/* q is looked at where the pattern has two parts. */
const struct ltl *ltl_pattern(struct arena *a, enum ltl_pattern k, struct spec_text p,
                              struct spec_text q, const struct model *m, struct diags *d);
/* A comparison as code of x.  Parameters are put in place; of other names var says what they are
 * bound to: shared is the index into model.shared, or UINT32_MAX of a task's variable.  XEXPR_NONE
 * with errors in d. */
struct ltl_scope {
    const struct model *m;
    void *ctx;
    struct binding (*var)(void *ctx, const struct expr *name, uint32_t shared);
};
uint32_t ltl_compile(struct xprog *x, const struct expr *compare, struct ltl_scope *s,
                     struct diags *d);
/* The formula as it was understood, every pair of operands in parentheses where needed. */
void ltl_print(const struct ltl *f, struct buf *out);

#endif
