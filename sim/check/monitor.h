/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor.h - claims in logic along an exploration: a struct watch for the explorer.
 *
 * Each claim is a bit.  What remains to be shown of every formula (progress.h), and what of the
 * past a proposition needs (letter.h), is one number a request, r->watch[j], and so a part of the
 * state: the explorer's shortest way to a violated bit is the claim's own shortest counterexample.
 *
 * Claims are judged for each request, along the states after its own moves; a claim that speaks of
 * `holds`, `waiting` or shared state sees every move.  Runs are maximal: where no move is left,
 * also where tasks are stuck, what was still to come fails.  A run without end is the explorer's to
 * find (fault_loops): then a claim that waits for something (monitor_waits) is not decided by
 * this.
 *
 *   m = monitor_new(p, nreq); bit = monitor_formula(m, f, d); ... o.watch = monitor_watch(m);
 *   explore_run(...); e.claim[bit] tells; if nothing was seen: monitor_doubt(m, bit, ...). */
#ifndef CHECK_MONITOR_H
#define CHECK_MONITOR_H
#include "check/explore.h"
#include "model/ltl.h"

struct monitor;
struct monitor *monitor_new(const struct prog *p, uint32_t nreq);
void monitor_free(struct monitor *m);
/* The claim's bit; NONE: no room for more in this exploration, or errors (in d). */
uint32_t monitor_formula(struct monitor *m, const struct ltl *f, struct diags *d);
/* Never two tasks at once, of any requests, inside one of these steps. */
uint32_t monitor_exclusion(struct monitor *m, const struct step_name *const *step, uint32_t n);
/* No task of a request writes shared data after the request was aborted. */
uint32_t monitor_no_write(struct monitor *m);
/* When all have been added. */
const struct watch *monitor_watch(struct monitor *m);

/* Of a claim that no run violated, after the whole exploration: is that worth something? */
enum monitor_doubt {
    DOUBT_NONE,
    DOUBT_ALWAYS,     /* the formula is true whatever happens */
    DOUBT_UNREACHED,  /* a step that it names is never reached */
    DOUBT_ANTECEDENT, /* what it says something about never occurs */
    DOUBT_UNKNOWN,    /* a variable that it compares can have any value: not decided */
    DOUBT_LARGE       /* the formula has too many remainders: not decided */
};
/* *why: one clause, in a, for all but NONE. */
enum monitor_doubt monitor_doubt(const struct monitor *m, uint32_t bit, struct arena *a,
                                 const char **why);

#endif
