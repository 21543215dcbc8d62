/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft_steps.h - between the files that write steps: draft_steps.c each of them, draft_class.c
 * those that are not always there. */
#ifndef FIT_DRAFT_STEPS_H
#define FIT_DRAFT_STEPS_H
#include "fit/draft.h"

struct draft_writer {
    struct draft *d;
    const struct shape_body *body;
    bool request;
    uint32_t groups[SHAPE_CLASSES];      /* how often a class begins */
    const char *variable[SHAPE_CLASSES]; /* NULL: none is needed */
    bool told[SHAPE_CLASSES];            /* its status is written */
    bool chosen[SHAPE_CLASSES];          /* it is one of a choice */
    int32_t aborts;                      /* a failure is answered by this; 0: none is */
    struct buf *b;
};
static inline void draft_line(struct draft_writer *w, int indent, const char *text)
{
    buf_fill(w->b, ' ', (size_t)indent);
    buf_puts(w->b, text);
}
static inline const char *draft_op(const struct draft_writer *w, const struct part *p)
{
    return w->d->s->f->op[p->op].name;
}

/* draft_class.c */
/* Counts the classes of the body and writes the variables that decide about them. */
void draft_classes(struct draft_writer *w, int indent);
/* The beginning of an `if`; and its end, behind `then`: what the request answers without c. */
void draft_condition(struct draft_writer *w, uint32_t c, int indent);
void draft_without(struct draft_writer *w, uint32_t c, int indent);
/* Branches of which there is one at most are a choice. */
bool draft_choice(const struct draft_writer *w, const struct part *p);
/* Does the name say how something is run and not what? */
bool draft_plain(const char *name);
/* What a part would be called; NULL: it has no name of its own. */
const char *draft_name_of(struct draft_writer *w, const struct part *p);

#endif
