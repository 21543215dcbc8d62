/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_name.h - the steps of a model by name, for claims about them.
 *
 * A step's path is that of the compiler (prog.mark): "request/limit/lookups/memcache".  Whoever
 * speaks of a step writes the shortest end of its path that no other has: `memcache`,
 * `lookups/memcache`.  Where no step is meant, a branch, copy or task may be, as a whole.  Paths do
 * not depend on the execution, so that a name is resolved once, without a program.
 * ORDER compile: step_names() goes through bodies as compile_step.c and compile_fork.c do. */
#ifndef MODEL_STEP_NAME_H
#define MODEL_STEP_NAME_H
#include "model/model.h"

struct step_name {
    const char *path;
    struct loc at; /* of a step its verb's key (mark.at), of a task its body (task_body.at) */
    bool task;     /* a branch or a task as a whole */
};
struct step_names {
    uint32_t n;
    const struct step_name *v; /* in the order of prog.mark, tasks between them */
    bool whole;                /* false: the model unfolds into more than is looked at */
};
enum { STEP_NAMES_MOST = 100000 };
const struct step_names *step_names(struct arena *a, const struct model *m);

/* What `name` (n bytes at `at`) means; NULL if nothing or several: reported (E-step-unknown,
 * E-step-ambiguous).  tasks: branches and tasks may be meant, too. */
const struct step_name *step_name_find(const struct step_names *s, const char *name, size_t n,
                                       struct loc at, bool tasks, struct arena *a, struct diags *d);
/* The shortest end of a path by which step_name_find() would find it. */
const char *step_name_short(const struct step_names *s, const struct step_name *of);

#endif
