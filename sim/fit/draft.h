/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draft.h - a model file of a shape, as a person would have written it.
 *
 * draft.c writes the head and the services, draft_law.c gathers durations and finds their laws,
 * draft_steps.c writes the steps (and draft_class.c what is not always there).  Each law has beside
 * it from how many values it is and how well it fits. */
#ifndef FIT_DRAFT_H
#define FIT_DRAFT_H
#include "base/buf.h"
#include "fit/law.h"
#include "fit/shape.h"

struct draft_opt {
    const char *name;  /* of the model; NULL: of the root */
    const char *store; /* for the head */
    bool wait;         /* a span's own time is a pause, not CPU */
    uint64_t seed;
};
/* What is said of a fit beside the model. */
struct draft_note {
    uint32_t services, steps, refused; /* refused: laws given by quantiles, as no family fits */
    uint32_t loaded;                   /* whose durations grow with what is under way */
};
void draft_write(const struct shape *s, const struct draft_opt *o, struct buf *out,
                 struct draft_note *note);

/* ---- between the files of draft ---- */

struct draft_service {
    uint32_t op;
    const char *name;
    struct seen_law law;
    struct seen *x; /* of all its calls */
    uint32_t nx, cap, calls, attempts;
    double outside; /* mean time outside of the server's own span, ns; 0: not known */
};
struct draft {
    const struct shape *s;
    const struct draft_opt *o;
    struct arena *mem;
    struct draft_note *note;
    struct draft_service *service;
    uint32_t nservice;
    struct buf pipelines;
    const char **used; /* names of services and pipelines */
    uint32_t nused, capused;
};
/* The call that a part is: a client's span around nothing but its server's is one. NULL: none. */
const struct part *draft_call(const struct draft *d, const struct part *p);
struct draft_service *draft_service_of(const struct draft *d, uint32_t op);
void draft_services(struct draft *d);
/* Letters, digits and _. */
const char *draft_name(struct draft *d, const char *text);
/* Of an operation, where no other service or pipeline has it: with its own service before it, or
 * numbered. */
const char *draft_unique(struct draft *d, uint32_t op);
/* The law of a call that is not its service's; NULL: it is. */
const struct seen_law *draft_differs(struct draft *d, const struct part *p);
const struct seen_law *draft_law(struct draft *d, const struct part *p);
void draft_count(struct draft *d, const struct part *p, struct buf *b);
void draft_body(struct draft *d, const struct shape_body *body, bool request, int indent,
                struct buf *b);

#endif
