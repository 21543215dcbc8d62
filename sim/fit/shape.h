/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape.h - what a request does, found in many recorded ones.
 *
 * The order of the parts of a body is had by refutation: a is before b unless more than SHAPE_TOL
 * of the requests that have both show b beginning before a's end.  What is left is an order, which
 * is taken apart into "one after another" and "at once"; what no nesting can express stays a graph.
 * Spans that outlive their parent are tasks it started: they are seen beside it (and detached, if
 * they outlive the request).  Spans without length and spans that only wait for others beside them
 * are left out.
 *
 * shape.c goes down from the request; shape_label.c says what the occurrences of one operation are:
 * one, copies at once, a loop; shape_order.c finds the order and takes it apart; shape_hoist.c
 * moves tasks. */
#ifndef FIT_SHAPE_H
#define FIT_SHAPE_H
#include "fit/forest.h"
#include "fit/seen.h"

#define SHAPE_TOL  0.02
#define SHAPE_TOLD 0.005 /* of the mean request: less than that is not told of */
enum { SHAPE_ITEMS = 64, SHAPE_DEPTH = 20, SHAPE_CLASSES = 64 };

enum part_kind {
    PART_LEAF,   /* a span without parts */
    PART_SPAN,   /* a span with a body */
    PART_OWN,    /* time between parts */
    PART_SEQ,    /* of[], one after another */
    PART_PAR,    /* of[], at once */
    PART_GRAPH,  /* of[], each after those of after[] */
    PART_EACH,   /* copies of body at once */
    PART_REPEAT, /* body again and again */
    PART_NOTHING
};
struct part {
    enum part_kind kind;
    uint32_t op; /* index; of LEAF, SPAN, and of the span that OWN is a part of */
    uint32_t n;
    struct part **of;
    uint64_t *after;           /* GRAPH: bits of of[] */
    struct part *body, *later; /* later: once for each copy that has ended, while others run */
    uint32_t class;            /* 0: always there; else index into the body's classes */
    bool detached;
    struct seen *x; /* LEAF, SPAN, OWN */
    uint32_t nx, failed;
    uint32_t fatal;  /* failed, and the request answered otherwise than most */
    int32_t abort;   /* the status that its failure has for an answer; 0: none */
    uint32_t *count; /* EACH, REPEAT: of each of ncount bodies */
    uint32_t ncount, limit;
    uint32_t retries;                /* LEAF: the most attempts seen; 0: not retried */
    const struct shape_body *inside; /* SPAN, EACH, REPEAT: of body */
};
/* In which of a body's instances some parts are. */
struct shape_class {
    double share;
    uint32_t within; /* another class that is there whenever this one is; 0: none */
    uint32_t other;  /* the class that is there exactly when this one is not; 0: none */
    uint64_t never;  /* bits: classes that were never there together with it, and not by chance */
    int32_t without; /* of the request's body: the status where it is not there; 0: the usual one */
};
struct shape_body {
    struct part *top;
    uint32_t nclass; /* from 1 */
    struct shape_class class[SHAPE_CLASSES];
    uint32_t dropped; /* operations beyond SHAPE_ITEMS */
    uint64_t pairs;   /* orders found, */
    uint32_t seen;    /* each in at least so many requests */
    bool respond;     /* somewhere the response goes out before the end */
};
struct shape {
    struct arena *mem;
    struct forest *f;
    struct shape_body *body;
    double mean;      /* of a request, ns */
    double ignored;   /* time a request in gaps too short to be told of, ns, */
    double waited;    /* and in gaps that are queues */
    uint32_t nstatus; /* of the requests */
    struct shape_status {
        int32_t status;
        uint32_t n;
    } status[8];
    uint64_t pairs; /* all bodies: orders, and the least number of requests one was seen in */
    uint32_t seen;
};
struct shape *shape_find(struct forest *f, struct arena *mem);

/* ---- between the files of shape ---- */

/* One time that a body was run. */
struct shape_inst {
    int64_t start, end;
    uint32_t first, n; /* its spans in kid[] */
    uint32_t span;     /* that it is the inside of; NONE */
};
struct shape_set { /* all times that a body was run */
    struct shape_inst *v;
    uint32_t n, *kid;
    uint32_t op;   /* of the spans; NONE */
    bool open_end; /* a loop's round: what is behind the last part is not its own */
};
#define SHAPE_ABSENT INT64_MIN
struct shape_item {
    struct part *part;
    int64_t *start, *end; /* by instance; ABSENT */
    bool *failed;
    uint32_t n; /* instances that have it */
};
struct shaper {
    struct shape *out;
    struct forest *f;
    struct arena *mem;
    int64_t step;
};
struct shape_body *shape_body_of(struct shaper *s, const struct shape_set *in, uint32_t depth);
void shape_hoist(struct forest *f);
/* The items of a body; false: there are none. */
struct shape_items {
    struct shape_item v[SHAPE_ITEMS];
    uint32_t n, dropped;
    bool respond;
};
void shape_label(struct shaper *s, const struct shape_set *in, uint32_t depth,
                 struct shape_items *out);
/* Sets body->top and the like. */
void shape_order(struct shaper *s, const struct shape_set *in, struct shape_items *items,
                 struct shape_body *body);

#endif
