/* SPDX-License-Identifier: GPL-3.0-or-later */
/* critical_impl.h - between critical.c (the tree, and all that the rules share), critical_walk.c
 * (own and jaeger) and critical_crisp.c.
 *
 * A rule cuts the tree (start, end, cut, late) and goes through it (section, time, role).  late[k]
 * for first[p] <= k < first[p] + nlate[p] are the children of p that it may have waited for, once
 * sorted the one that ends last at the end. */
#ifndef TRACE_CRITICAL_IMPL_H
#define TRACE_CRITICAL_IMPL_H
#include "trace/critical.h"

struct critical_key {
    int64_t end;
    uint32_t span;
};
struct critical {
    struct trace_id id;
    const struct span *v;
    const struct span_link *link;
    uint32_t n, cap, nlink;
    int64_t *start, *end, *time;
    uint32_t *first; /* n + 1: children of p are kid[first[p]] to kid[first[p + 1] - 1] */
    uint32_t *kid;   /* in the order of v, that is of their recorded starts */
    struct critical_key *late;
    uint32_t *nlate;
    uint32_t *by_start; /* the same children by their starts; for crisp */
    uint32_t *order;    /* all spans below the root, and it, parents first */
    uint32_t norder;
    uint32_t *tree; /* by span, the root it was last found below */
    uint8_t *role;
    bool *entered, *cut; /* cut: left out, and so is all below */
    uint32_t *table;     /* ids of spans, by hash: for links */
    uint32_t ntable, captable;
    bool table_made;
    struct critical_section *section;
    uint32_t nsection, capsection;
};

/* May the parent of span i wait for it?  Else its role says why not. */
enum critical_role critical_blocks(const struct critical *c, uint32_t i);
void critical_section_add(struct critical *c, uint32_t span, int64_t start, int64_t end);
/* The children of p that are left, by their ends; ties: the later one last, or the earlier one. */
void critical_sort(struct critical *c, uint32_t p, bool later_last);
/* The span with that id; SPAN_NONE: there is none. */
uint32_t critical_span(struct critical *c, uint64_t id);
/* Each finds the times and roles of the spans in `order`. */
void critical_walk(struct critical *c, uint32_t root, bool own);
void critical_crisp(struct critical *c, uint32_t root);

#endif
