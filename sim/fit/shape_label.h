/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shape_label.h - between shape_label.c, which says what the spans of one operation are, and
 * shape_loop.c, which takes rounds apart; nobody else includes it. */
#ifndef FIT_SHAPE_LABEL_H
#define FIT_SHAPE_LABEL_H
#include "fit/shape.h"

enum { LABELS = 256 };
#define NEARLY 0.98 /* of the instances: always */

enum label_kind { LABEL_ONE, LABEL_RETRY, LABEL_EACH, LABEL_LOOP, LABEL_GONE };
struct label {
    enum label_kind kind;
    uint32_t op, via;
    uint32_t total, present, multi, most; /* occurrences; instances with it, with several */
    uint32_t *first;                      /* by instance, n + 1: into occ */
    uint32_t *occ;                        /* indices of spans */
    uint32_t limit;
};
struct labels {
    struct shaper *s;
    const struct shape_set *in;
    uint32_t n, dropped, depth;
    struct label v[LABELS];
    struct shape_items *out;
};
static inline const struct forest_span *label_span(const struct labels *l, uint32_t i)
{
    return &l->s->f->v[i];
}
static inline uint32_t label_count(const struct label *b, uint32_t inst)
{
    return b->first[inst + 1] - b->first[inst];
}

/* shape_label.c */
struct label *label_find(struct labels *l, const struct forest_span *c);
struct shape_item *label_item(struct labels *l, struct part *p); /* NULL: there are too many */
/* The item reaches over this span of that instance. */
void label_cover(const struct labels *l, struct shape_item *t, uint32_t inst, uint32_t span);
/* An item of the k-th occurrence of each instance. */
void label_kth(struct labels *l, const struct label *b, uint32_t k);

/* shape_loop.c */
/* The same few rounds each time, with something between them, are items one by one; false: not. */
bool label_unroll(struct labels *l, const struct label *b);
/* Items of all that is LABEL_LOOP, which is LABEL_GONE then. */
void label_loops(struct labels *l);

#endif
