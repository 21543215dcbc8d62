/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit.h - the numbers of a model that exists, estimated again from recorded requests.
 *
 * The structure is the model's.  What is estimated are latencies of services and of calls, `cpu`
 * and `wait`, the `error` of services, the probabilities of `if: chance(p)` and of `choose`.  A
 * step's spans have its name, or another that the caller says.  Where the value is a parameter
 * alone, the parameter's value is replaced.  The text is changed nowhere else: comments and layout
 * stay, and a comment of an earlier fit (`# n 2000, fits`) is brought up to date.
 *
 * refit_find.c finds the values and their spans, refit.c estimates, refit_text.c edits. */
#ifndef FIT_REFIT_H
#define FIT_REFIT_H
#include "core/refit_result.h"
#include "fit/compare.h"
#include "model/model.h"

struct refit_opt {
    const char *store;               /* for the report */
    const struct compare_name *name; /* which span has a step's time, where the names differ */
    uint32_t nname;
    uint64_t seed;
};
/* text: the model's file, n bytes; the new one is appended to out. */
struct refit_result *refit_make(const struct model *m, const char *text, size_t n,
                                const struct forest *f, const struct refit_opt *o,
                                struct arena *mem, struct buf *out);

/* ---- between the files of refit ---- */

enum refit_kind { REFIT_LATENCY, REFIT_ERROR, REFIT_CHANCE };
struct refit_place { /* a value in the file */
    enum refit_kind kind;
    const struct expr *e;
    const char *what;
    const char *left; /* why it is not to be estimated; NULL: it is */
    uint32_t nname, capname;
    const char **name;       /* LATENCY, ERROR: of the steps whose spans tell it */
    double timeout, outside; /* LATENCY: ns; INFINITY: none; CPU that is no part of it */
    uint64_t yes, all;       /* CHANCE: decisions, and their share, rounded so that those of a */
    double share;            /* `choose` sum to 1 */
};
struct refit {
    const struct model *m;
    const struct forest *f;
    const struct refit_opt *o;
    struct arena *mem;
    struct refit_op {     /* of each operation */
        const char *step; /* whose spans its are, by name */
        bool counts;      /* a server's half of calls that are there as well does not */
        uint64_t n, failed;
    } * op;
    uint32_t nplace, cap;
    struct refit_place *place;
};
void refit_find(struct refit *r);
/* How many spans have a name (that of calls alone, where there are any), and how many failed. */
uint64_t refit_count(const struct refit *r, const char *name, uint64_t *failed);
void refit_edit(const struct refit_result *r, const char *text, size_t n, struct buf *out);

#endif
