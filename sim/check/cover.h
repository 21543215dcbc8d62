/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cover.h - what explorations have not shown: steps that nothing reached, and bounds that so few
 * requests cannot exhaust. */
#ifndef CHECK_COVER_H
#define CHECK_COVER_H
#include "check/explore.h"
#include "core/check_result.h"

struct cover {            /* of one model, over its explorations */
    const struct prog *p; /* the first one's; NULL: none yet */
    bool *reached;        /* of its marks */
    uint32_t nreq;        /* most requests that were explored at once; 0: one shows what all do */
    uint32_t most;        /* drawn counts were cut at this in one of them; 0: in none */
    bool part; /* some exploration was given up: what it would have reached is not known */
};
/* What an exploration of so many requests reached, with counts up to max_count. */
void cover_add(struct cover *c, const struct prog *p, const struct explore *e, uint32_t nreq,
               uint32_t max_count, struct arena *a);
/* Bodies and steps that none of them reached, the outermost of each alone. */
uint32_t cover_unreached(const struct cover *c, uint32_t spec, struct arena *a,
                         struct unreached_result **out);

/* A resource, channel or pool that somebody may hold while it waits for somebody else, so that it
 * can be part of a circle, and for which nobody ever had to wait, though some of it was left or
 * they met at no other: index into prog.res, or NONE. */
uint32_t cover_slack(const struct prog *p, const struct explore *e);
/* "2 requests take at most 4 of the 16 threads of `pool`"; *hint: what to try. */
const char *cover_slack_text(const struct prog *p, const struct explore *e, uint32_t res,
                             uint32_t nreq, const char **hint, struct arena *a);

#endif
