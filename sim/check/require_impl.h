/* SPDX-License-Identifier: GPL-3.0-or-later */
/* require_impl.h - what the files of require share: require.c the looks, require_stat.c intervals,
 * require_exact.c what takes no sample, require_text.c words.  Nobody else's. */
#ifndef CHECK_REQUIRE_IMPL_H
#define CHECK_REQUIRE_IMPL_H
#include "base/sprt.h"
#include "check/measure.h"
#include "check/require.h"

/* One limit, its measured side on the left. */
struct judged {
    struct require_item *item;
    const struct limit_node *left, *right;
    enum limit_cmp cmp;
    bool plain;   /* left is one quantity, and right is known: limit */
    double limit; /* base units */
    bool testing; /* zone is used */
    double half;
    struct zone zone;
    uint64_t next; /* request that the zone has not seen */
    bool decided;
    struct interval seen; /* of left, base units, as of the last look */
    double confidence;    /* of seen */
    const char *method;
    bool near;        /* the zone's answer */
    bool exact;       /* seen is no estimate */
    bool traces;      /* it speaks of critical paths */
    bool one_sided;   /* a maximum: what was seen can only refute (or show) */
    uint64_t hits, n; /* of a share: so many of so many; of a percentile: so many were measured */
};
enum { PART_LEAST = 8 }; /* parts with a value that an interval takes */

/* Both ends on one side of the limit, or undecided.  An unknown end decides nothing. */
enum verdict stat_verdict(struct interval v, enum limit_cmp cmp, double limit);
/* Left's interval at the confidence, and whether it decides; everything at the present look. */
enum verdict stat_judge(struct judged *j, const struct measure *m, double confidence);
/* The exact one, where nothing is drawn. */
enum verdict stat_exact(struct judged *j, const struct measure *m);
bool stat_compare(double a, enum limit_cmp cmp, double b);

/* require_exact.c: those that all possible draws decide. */
void exact_judge(struct judged *j, uint32_t n, const struct measure *m,
                 const struct require_opt *o);

/* item->result, why and hint, at the end. */
void text_fill(struct judged *j, const struct measure *m, uint64_t requests, uint32_t looks);
/* The execution came to a bad end. */
void text_bad_end(struct judged *j, const struct measure *m, uint32_t exec);
const char *text_value(struct arena *a, double v, enum unit u, bool percent);

#endif
