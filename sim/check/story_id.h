/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_id.h - a run as a short text that can be given back.
 *
 *     threads.2.k3f9-7q0c2b         execution, requests, which program, which moves
 *
 * Step is a function, so a run is no more than which of the possible moves was made, each time
 * (and what it is told for): digits of as many bases as there were possibilities, in one number.
 * The second part is the number of requests, or the class of each ("0-0-1"), and where counts went
 * further than 3, "m5".  The third tells programs apart: an id of a model that has changed since is
 * refused, rather than shown as something else.  MOVES_VERSION is part of it: to change the order
 * in which moves are listed (check/moves.c) is to add 1 to it. */
#ifndef CHECK_STORY_ID_H
#define CHECK_STORY_ID_H
#include "check/story.h"

enum { MOVES_VERSION = 1 };
const char *story_id(struct arena *a, const struct story_opt *o); /* NULL: it is no run */
/* "pertinax replay MODEL --set ... --trace ID", fit for a shell. */
const char *story_command(struct arena *a, const struct story_opt *o, const char *id);

/* What an id says, before the program is there to say the rest. */
struct story_ref {
    const char *execution, *check, *digits;
    uint32_t nreq, max_count;
    uint32_t cls[PACK_MAX_REQUESTS];
};
/* False: *why says what is wrong with it. */
bool story_id_parse(struct arena *a, const char *text, struct story_ref *ref, const char **why);
/* The moves, and what they show, into o; o->set is ref's with its program.  False: *why. */
bool story_id_moves(struct arena *a, const struct story_ref *ref, struct story_opt *o,
                    const char **why);

#endif
