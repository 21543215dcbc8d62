/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seen.h - durations as they were recorded, and the law behind them.
 *
 * What was recorded is not always how long a thing takes.  Under load it contains waiting: where
 * durations grow with how many of the same were under way when each began, the law is that of those
 * that began alone, if they are enough, and in any case it is said.  Where a timeout ended some,
 * they are values beyond it. */
#ifndef FIT_SEEN_H
#define FIT_SEEN_H
#include "fit/law.h"

struct seen {
    double x;       /* ns */
    uint32_t under; /* how many of its kind were under way when it began */
    bool failed;
};
struct seen_law {
    const struct law *law;
    uint32_t n, failed; /* values; failures that no timeout explains */
    double load;    /* rank correlation of durations with what was under way; 0: none for sure */
    uint32_t alone; /* the law is of these, which began alone; 0: of all */
    double timeout; /* ns; INFINITY: none */
    uint32_t ended; /* by it */
};
/* n > 0.  timeout: where it is known, INFINITY: there is none; NAN: look for it.  It is where
 * failures are as long as one another, and nothing else as long. */
struct seen_law seen_law(struct arena *a, const struct seen *v, uint32_t n, double timeout,
                         uint64_t seed);
/* law_put_verdict(), and what is to be known beside. */
void seen_put(const struct seen_law *s, struct buf *b);

/* How many spans [start, end) were under way when each of them began. */
void seen_under(const int64_t *start, const int64_t *end, uint32_t n, uint32_t *under);
/* Spearman's coefficient where it is above 0.1 and 4 standard errors from 0, else 0. */
double seen_load(const struct seen *v, uint32_t n);
/* Does a duration go with the one before it?  Work does not, a queue does. */
bool seen_follows(const struct seen *v, uint32_t n);

#endif
