/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forest.h - the recorded requests of one kind, from a store into memory: trees of spans.
 *
 * A request begins with a span of the root's operation that is in no other such span.  Parents
 * stand before their children, children of one span in the order of time. */
#ifndef FIT_FOREST_H
#define FIT_FOREST_H
#include "base/diag.h"
#include "trace/store.h"

#define FOREST_NONE UINT32_MAX
enum { FOREST_SPANS = 8000000 };
struct forest_op {
    int64_t id; /* in the store */
    const char *service, *name;
    uint8_t kind; /* enum span_kind */
};
struct forest_span {
    int64_t start, end;
    uint32_t parent;      /* index; NONE: a root */
    uint32_t op;          /* index */
    uint32_t flags;       /* as in the store: enum span_flag, status << 8, HTTP status << 16 */
    uint32_t under;       /* of its operation, how many were under way when it began */
    uint32_t via;         /* the operation of the parent that it outlived, + 1 (shape.h) */
    uint32_t child, next; /* the first child, the next one of its parent, in order of time */
};
struct forest {
    struct arena *mem;
    uint32_t nop, nspan, ntree, nother;
    struct forest_op *op;
    struct forest_span *v;
    uint32_t *root;           /* of each request, by start */
    bool cut;                 /* there were more than FOREST_SPANS: the first are here */
    int64_t step;             /* all times are multiples of it: 1, 1000 or 1000000 ns */
    uint32_t busiest;         /* requests at once, at most */
    const char *name, *label; /* of the root's operation; of the recording, NULL: all */
    struct forest_other {     /* other operations that requests begin with */
        const char *service, *name;
        int64_t n;
    } * other;
};
struct forest_ask {
    const char *root, *service, *label; /* NULL: the most frequent; any; all */
    int64_t since;                      /* ns; INT64_MIN: all */
};
/* NULL: an error is in d (E-root). */
struct forest *forest_read(struct store *s, const struct forest_ask *ask, struct arena *mem,
                           struct diags *d);
/* The label, if the store has such a recording; else NULL: all of them. */
const char *forest_label(struct store *s, const char *label, struct arena *mem);
/* A text in SQL. */
const char *forest_quoted(struct arena *a, const char *text);
/* Spans that only wait for others: internal ones, called `await`. */
bool forest_only_waits(const struct forest *f, uint32_t op);
/* Makes child, next of parent. */
void forest_link(struct forest *f);

static inline bool forest_failed(const struct forest_span *s)
{
    return (s->flags >> 8 & 3) == SPAN_ERROR;
}

/* What a request answered: its HTTP status, or 500 and 200. */
static inline int32_t forest_status(const struct forest_span *root)
{
    int32_t code = (int32_t)(root->flags >> 16 & 0xffff);
    return code ? code : forest_failed(root) ? 500 : 200;
}

#endif
