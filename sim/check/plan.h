/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h - which claims are judged of which models under which executions.
 *
 * A claim's settings make a model of their own; equal settings make one model.  What comes out is a
 * list of units, one a claim, value of `for:` and execution, in the order in which they are told.
 * All that can be wrong before anything is explored or simulated is reported here, at once. */
#ifndef CHECK_PLAN_H
#define CHECK_PLAN_H
#include "core/prog.h"
#include "model/limit.h"
#include "model/ltl.h"
#include "model/spec.h"

/* A spec and the model it is about. */
struct plan_subject {
    const struct spec *spec;
    struct yaml *tree;  /* of the model, with what the command line sets */
    const char *path;   /* of the model */
    const char *digest; /* of both files and of the command line's settings */
    uint32_t nset;
    const char *const *set; /* the command line's settings: "pool=2" */
};
struct plan_model { /* with the settings of some claims */
    uint32_t subject;
    const char *settings; /* "pool=2, rtt=1ms"; "" for the model as it is */
    const char *own;      /* of these, what the file does not set for all its claims */
    uint32_t nset;
    const char *const *set; /* of the command line and of the claim, each as --set takes it */
    const struct model *m;
    struct prog **prog; /* of each of its executions; NULL where nobody asks */
};
struct plan_unit {
    uint32_t subject, claim; /* indices */
    const struct claim *of;
    uint32_t point;       /* which values of `for:` */
    const char *settings; /* what the claim itself sets, and `for:`; "" if nothing */
    const char *at;       /* `for:` alone */
    uint32_t model, exec; /* indices into plan.model, its model.exec */
    /* its words, by kind */
    const uint32_t *key;                 /* no_race: of claim.narg shared data */
    const struct step_name *const *step; /* mutual_exclusion: of claim.narg steps */
    const struct ltl *formula;           /* never ... ltl */
    const struct limit *limit;           /* require, worst_case */
};
struct plan {
    const struct plan_subject *subject;
    uint32_t nsubject, nmodel, nunit;
    struct plan_model *model;
    struct plan_unit *unit;
};
/* What of it the command line asks for. */
struct plan_pick {
    const char *only; /* name of claims; NULL: all */
    uint32_t nunder;  /* executions: of those that a claim names, else instead of the usual ones */
    const char **under;
};
/* pick NULL: all of it.  NULL: errors in d. */
struct plan *plan_make(struct arena *a, const struct plan_subject *s, uint32_t n,
                       const struct plan_pick *pick, struct diags *d);
/* Is it one of those that `run` compares unasked? */
bool plan_usual(const struct model *m, uint32_t exec);
/* What the spec sets for all its claims: "shards=2"; "" if nothing. */
const char *plan_set_for_all(struct arena *a, const struct plan_subject *s);
/* "pertinax VERB MODEL --set ...", fit for a shell. */
const char *plan_command(struct arena *a, const char *verb, const char *model,
                         const char *const *set, uint32_t nset);
static inline struct prog *plan_prog(const struct plan *p, const struct plan_unit *u)
{
    return p->model[u->model].prog[u->exec];
}
static inline const struct execution *plan_exec(const struct plan *p, const struct plan_unit *u)
{
    return &p->model[u->model].m->exec[u->exec];
}

#endif
