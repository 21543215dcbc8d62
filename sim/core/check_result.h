/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_result.h - all that a report may know of judged claims.  Plain data, in one arena; no clock
 * time, so that equal inputs give equal bytes.
 *
 * A claim is judged under each execution, and with each value of its `for:`; each of these is one
 * struct claim_result.  What was explored (or simulated) for several of them stands once, in an
 * array of its own, and is referred to by index. */
#ifndef CORE_CHECK_RESULT_H
#define CORE_CHECK_RESULT_H
#include "base/diag.h"
#include "base/stats.h"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNDECIDED, VERDICT_VACUOUS, VERDICT_COUNT };
extern const char *const verdict_name[VERDICT_COUNT]; /* "pass" "fail" "undecided" "vacuous" */

struct compare_result; /* core/compare_result.h */
struct story_result;   /* core/story_result.h: a counterexample, told */

/* What a claim in numbers was judged on. */
struct limit_result {
    struct interval seen;   /* the side that was estimated; exact: lo == value == hi */
    double limit;           /* what it is held against */
    const char *seen_text;  /* "241 ms [238, 244]": for people */
    const char *limit_text; /* "p99 <= 250 ms" */
    const char *unit;       /* "s", "/s", "B", "": of seen and limit */
    const char *method;     /* "simulated", "exact", "SPRT", "longest path", ... */
    uint64_t requests;      /* simulated for it; 0: none */
    uint32_t looks;
};
struct claim_result {
    const char *name; /* as in struct claim */
    const char *kind; /* "deadlock_free", "require" */
    const char *text; /* formula or limit as written; "" if there is none */
    struct loc at;    /* the claim's, in the spec (or the model) */
    uint32_t spec;    /* index into check_result.spec */
    uint32_t claim;   /* which of its claims: equal for the executions and points of one */
    const char *execution;
    uint32_t order;       /* of the execution in its model */
    bool named;           /* by its author */
    const char *settings; /* "executions.threads.pool=16": what it sets itself; "" if nothing */
    const char *point;    /* of these, those of `for:` */
    enum verdict found;   /* does it hold? */
    bool expect_fail;
    enum verdict verdict; /* what counts: `expect: fail` turns pass and fail round */
    const char *why;      /* one clause: what goes wrong, what was seen; "" if all is said */
    const char *hint;     /* one sentence: what to try; or NULL */
    bool unusual;         /* the counterexample needs timing that the model's latencies exclude */
    uint32_t exploration; /* index, or UINT32_MAX: it was not decided by exploring */
    const struct limit_result *limit;    /* claims in numbers; else NULL */
    const struct compare_result *agrees; /* `agrees`: one part; else NULL */
    const struct story_result *story;    /* a counterexample; else NULL */
};
/* With several values of `for:`, where a claim begins to hold (or ends to). */
struct claim_turn {
    uint32_t first, n; /* claim[first .. first+n): its points under one execution */
    const char *text;  /* "holds from executions.threads.pool=32 on" */
};
enum check_end {
    CHECK_WHOLE,
    CHECK_FOUND, /* until a fault was seen, which was all it looked for */
    CHECK_STATES,
    CHECK_MEMORY,
    CHECK_STOPPED,
    CHECK_BROKEN
};
extern const char *const check_end_name[]; /* "whole" "max-states" "max-memory" "time-limit" ... */
struct exploration_result {
    uint32_t spec;
    const char *execution, *settings; /* settings: the claims' own, beside those of the spec */
    uint32_t concurrent;              /* requests at once */
    const char *classes;              /* "request, loris" of the K requests; "" if there is one */
    enum check_end end;
    uint64_t states, transitions, last; /* last: states without a move */
    uint32_t depth;
    uint64_t bytes;
    const char *reductions; /* "equal copies, equal requests"; "" if none */
    const char *bounds;     /* "counts up to 3"; "" if none was met */
};
/* A step, branch or handler that no exploration of its model reached. */
struct unreached_result {
    uint32_t spec;
    const char *what; /* "step request/write", "`else` of request/if" */
    struct loc at;
    const char *execution; /* "" under all */
    const char *within;    /* " with 2 requests at once": beyond that it is not known */
};
/* Said about the model without exploring it (static checks). */
struct finding_result {
    uint32_t spec;
    const char *id, *text;
    struct loc at, other; /* other: a second place, or none */
};
struct check_spec {
    const char *file;     /* where the claims stand; "" for those by default */
    const char *model;    /* file of the model */
    const char *name;     /* of the model */
    const char *settings; /* for all its claims: "shards=2"; "" if there are none */
    const char *digest;
};
struct check_result {
    struct arena *mem;
    const char *version, *command;
    uint64_t seed;
    uint32_t nspec, nclaim, nturn, nexploration, nunreached, nfinding;
    struct check_spec *spec;
    struct claim_result *claim;
    struct claim_turn *turn;
    struct exploration_result *exploration;
    struct unreached_result *unreached;
    struct finding_result *finding;
    uint64_t simulated; /* requests */
    bool interrupted;
    bool strict; /* vacuous claims fail */
};

#endif
