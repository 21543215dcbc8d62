/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical.h - what one recorded trace waited for: its critical path, by one of three rules.
 *
 * A recording says when spans began and ended, not who waited for whom.  All rules take the child
 * that ended last as the one its parent waited for, and go back in time from there; they differ in
 * what they believe:
 *
 *   jaeger  as Jaeger's and Grafana's pages: children are cut to their parents, those that end
 *           strictly before the next one on the path began come before it.
 *   crisp   as Uber's CRISP: servers may outlast their clients by 1 %, siblings may overlap by 1 %
 *           of their parent, a child that covers its parent is left out.
 *   own     facts before guesses: nobody waits for what ends after its parent, for messages, for
 *           what FOLLOWS_FROM its parent; a span that links to another one began after that one,
 *           whatever ended in between; spans that touch come one after the other.
 *
 * Sections of `own` and `jaeger` tile the root's span: their sum is its duration, exactly.  CRISP's
 * time of a span is its duration less those of its children on the path, so where these overlap it
 * is less than its sections.
 *
 * No recursion; O(n log n) for n spans, by a sort of the children of each. */
#ifndef TRACE_CRITICAL_H
#define TRACE_CRITICAL_H
#include "trace/trace.h"

enum critical_rule { CRITICAL_OWN, CRITICAL_JAEGER, CRITICAL_CRISP, CRITICAL_RULES };
extern const char *const critical_rule_name[CRITICAL_RULES]; /* "own" */

/* Why a span is on the path, or not. */
enum critical_role {
    ROLE_BESIDE, /* something else took longer */
    ROLE_ROOT,
    ROLE_LAST,   /* its parent waited for it last */
    ROLE_BEFORE, /* ended before its sibling on the path began */
    ROLE_LINK,   /* the next one on the path links to it */
    ROLE_AROUND, /* one that was linked to is its child */
    ROLE_ASYNC,  /* ends after its parent: nobody waited */
    ROLE_MESSAGE,
    ROLE_FOLLOWS,
    ROLE_UNFINISHED,
    ROLE_OUTSIDE, /* of its parent's time, or below such a one */
    ROLE_COUNT
};
/* In words, after "is on the path:" or "is not:". */
extern const char *const critical_role_text[ROLE_COUNT];

struct critical_section {
    int64_t start, end;
    uint32_t span;
};
struct critical_path {
    const struct critical_section *v; /* in the order of time; valid until the next one */
    uint32_t n;
    const int64_t *time; /* by span, ns on the path; defined for those below the root alone */
    const uint8_t *role; /* by span, enum critical_role; the same */
};

struct critical; /* its scratch memory, and a trace */
struct critical *critical_new(void);
void critical_free(struct critical *c);
/* An assembled trace to look at; v and link stay the caller's. */
void critical_trace(struct critical *c, struct trace_id id, const struct span *v, uint32_t n,
                    const struct span_link *link);
/* The path of the request whose span is root. */
void critical_find(struct critical *c, uint32_t root, enum critical_rule rule,
                   struct critical_path *out);
/* Of all spans of the trace: self, the time in which no child was at work; work, that of itself and
 * of all below, but for what ends after its parent.  The path that was found stays. */
void critical_work(struct critical *c, int64_t *self, int64_t *work);
/* Is the span below the root whose path was found last? */
bool critical_below(const struct critical *c, uint32_t span, uint32_t root);
/* The children of span p, in the order of time: kid[first[p]] to kid[first[p + 1] - 1]. */
struct critical_tree {
    const uint32_t *first, *kid;
};
struct critical_tree critical_tree(const struct critical *c);

#endif
