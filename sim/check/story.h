/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.h - a counterexample as a person tells it: from moves to events in the author's words.
 *
 * The moves are those of one run (check/play.h).  What shows nothing (a turn of the loop, a start)
 * is folded into what it leads to; what happens to nobody's surprise (a call and its answer) into
 * one event. */
#ifndef CHECK_STORY_H
#define CHECK_STORY_H
#include "check/play.h"
#include "core/story_result.h"

enum story_fault { /* what the run shows: which notes and marks it gets */
                   STORY_DEADLOCK,
                   STORY_UNANSWERED,
                   STORY_TWICE,
                   STORY_UNAWAITED,
                   STORY_RACE,
                   STORY_LOST_UPDATE,
                   STORY_ENDLESS,
                   STORY_OTHER,  /* its last event is what breaks the claim */
                   STORY_TRAPPED /* as endless, and there is no way out */
};
struct story_opt {
    struct play_setting set;
    const struct move *move;
    uint32_t n;
    uint32_t cycle; /* the run comes back to what it was before this move; NONE: it does not */
    enum story_fault fault;
    uint32_t key; /* RACE, LOST_UPDATE: index into model.shared; NONE: any that it shows */
    const char *title;
    const char *const *sets; /* --set arguments under which it was found, for the replay command */
    uint32_t nset;
    bool timing; /* give times to its moves, if the model's latencies allow it */
};
/* Does it come back to where it was? */
static inline bool story_loops(enum story_fault f)
{
    return f == STORY_ENDLESS || f == STORY_TRAPPED;
}
/* In a.  NULL: the moves are not a run of this program. */
struct story_result *story_make(struct arena *a, const struct story_opt *o);

#endif
