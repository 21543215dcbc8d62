/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_impl.h - what the files of worst share: worst_runs.c the runs, worst_work.c what needs no
 * more than a few of them, worst.c the verdict and its words.  Nobody else's. */
#ifndef CHECK_WORST_IMPL_H
#define CHECK_WORST_IMPL_H
#include "check/tries.h"
#include "check/worst.h"

enum worst_way {
    WORST_CORNERS,  /* bounds, and the instants of timeouts */
    WORST_ORDERS,   /* steps, and all orders of what comes at once */
    WORST_INSTANTS, /* steps and an instant before each, in the simulator's order */
    WORST_WORK      /* every duration at its bound: outcomes alone are tried */
};
enum { WORST_COUNT = 3 };
static const int64_t worst_instant = 1; /* ns */
struct worst {
    const struct prog *p;
    const struct worst_opt *o;
    enum worst_way way;
    int64_t step;   /* ns */
    uint32_t nreq;  /* 1: alone */
    bool *loose;    /* by expression: neither bound need give the longest run */
    bool *timed;    /* by expression: a timeout of its own task ends what takes longer */
    uint32_t alike; /* expression of the first duration of requests that are equal; or NONE */
    struct tries tries;
    uint32_t ndrawn, last; /* this run: so many of these were drawn; the last one's place */
    double work;           /* this run: ns of all that was done, where that is listened to */
    bool own_order;        /* this run: what came at once came in the simulator's order */
    bool varied;           /* this run: a duration was met that could have been another */
    bool finer;            /* a bound was met that is no multiple of the step, which is now less */
    uint32_t unbounded;    /* expression whose law has no bound and was met in this run; or NONE */
    /* so far, of all ways */
    uint64_t runs;
    uint32_t cut_count; /* a count that was not tried whole; or NONE */
    bool ends_only;     /* of some value only the bounds were tried */
    bool whole;         /* by corners, or by orders: nothing was left out */
    double longest;     /* ns, of runs that the simulator makes; INFINITY: never answered */
    double bound;       /* of all */
    double total;       /* no run has more work than this, ns; INFINITY: not known */
    uint32_t why_unbounded;
    bool unanswered, deadlock;
};
/* Is there something that whole steps do not do for: shares of a processor? */
bool worst_shares(const struct prog *p);
/* Do the bounds of durations show the longest latency, where nothing is contended? */
bool worst_grows(const struct prog *p);
/* By expression: durations kept in variables that decide more than how long something takes (a
 * condition, a timeout, a difference). */
bool *worst_loose(const struct prog *p);
/* By expression: what is waited for within a timeout, and holds nothing that others have. */
bool *worst_timed(const struct prog *p);
void worst_init(struct worst *x, const struct prog *p, const struct worst_opt *o);
void worst_free(struct worst *x);
/* All runs of x->way, or as many as it takes to know that the limit does not hold.  False: an error
 * of the model. */
bool worst_try(struct worst *x, double limit, enum limit_cmp cmp, struct diags *d);
/* All runs of x->way, `most` at most; x->whole if that was all, x->total of the most work. */
bool worst_all(struct worst *x, uint64_t most, struct diags *d);
/* x->total, if it can be known, and the longest of these runs. */
bool worst_work(struct worst *x, struct diags *d);
/* That is the bound. */
void worst_by_work(struct worst *x);
/* Requests that come at once and are equal until then: the expression of the duration that they
 * draw first, each in its turn and before anybody draws another; else NONE. */
uint32_t worst_alike(const struct prog *p);

#endif
