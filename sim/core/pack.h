/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.h - states as a few small numbers, for drivers that keep millions of them.
 *
 * A state of K requests is cut into K + 1 parts: what all share (tokens, queues, loops) and what is
 * each request's own (its tasks, groups, words).  Each part is kept once and named by a number, so
 * that a state is K + 1 numbers; a request's part is again a list of numbers of its tasks.  (The
 * idea is SPIN's COLLAPSE: Holzmann, "State compression in SPIN", 1997.)
 *
 * A part is written in a canonical form: no slot numbers, no thread numbers, nothing that only
 * tells how the state came about.  A queue is the list of its waiters' requests, and a task knows
 * its rank among its own request's tasks there: so most moves of a request change two parts alone,
 * and two requests can be swapped by swapping numbers.  With `symmetric`, the copies of a fan-out
 * are sorted, so that it does not matter which of them does what.
 *
 * Batches, which work for several requests, belong to the shared part. */
#ifndef CORE_PACK_H
#define CORE_PACK_H
#include "core/step.h"

enum { PACK_MAX_REQUESTS = 16 };
enum pack_life { PACK_UNBORN, PACK_ALIVE, PACK_GONE };
/* A state that can move, and what step does not know of it: the driver's own numbers (extra). */
struct pack_run {
    struct state s;
    uint32_t slot[PACK_MAX_REQUESTS]; /* of s.req; NONE if not alive */
    uint8_t life[PACK_MAX_REQUESTS];
    int32_t status[PACK_MAX_REQUESTS]; /* kept when the request is gone */
    uint64_t extra[PACK_MAX_REQUESTS]; /* the driver's, a request */
    uint32_t watch[PACK_MAX_REQUESTS]; /* of whoever watches an exploration, a request */
    uint64_t *task_extra; /* the driver's, a task: by slot; has room for pack_run_room() */
    uint32_t nnote;       /* more of the driver's: so many numbers a task, and of the shared part */
    uint32_t *task_note, *shared_note;
    uint32_t *rank; /* pack.c's own, as long as task_extra */
    uint32_t cap_task_extra;
    uint32_t *batch, nbatch, cap_batch; /* its own: slots of batches, in their order */
    uint32_t *seen, cap_seen;
};
struct pack;
struct pack *pack_new(const struct prog *p, uint32_t nreq, bool symmetric);
void pack_free(struct pack *k);
/* Words that no longer matter to what is done (core/words.h) are left out from now on: for who does
 * not look at variables. */
void pack_live_words(struct pack *k);
bool pack_left_out(const struct pack *k); /* some was, and not 0 */
void pack_run_init(struct pack_run *r, const struct prog *p, uint32_t nreq);
void pack_run_free(struct pack_run *r);
void pack_run_copy(struct pack_run *to, const struct pack_run *from); /* both of one program */
void pack_run_room(struct pack_run *r); /* after a move: task_extra for each task there is */
void pack_run_notes(struct pack_run *r, uint32_t nnote); /* all 0 */

/* id[0]: the shared part; id[1 + j]: request j's.  The run is between moves: nothing is asked. */
void pack_store(struct pack *k, struct pack_run *r, uint32_t *id);
void pack_load(const struct pack *k, const uint32_t *id, struct pack_run *r);
/* Whether the program can have batches: then requests' parts cannot be renamed, and moves of nobody
 * can change any of them. */
bool pack_has_batches(const struct prog *p);
/* The shared part with requests renamed: request j becomes to[j]. */
uint32_t pack_rename(struct pack *k, uint32_t shared, const uint32_t *to);
/* For each request, where the shared part first names it (UINT32_MAX: nowhere). */
void pack_first_named(const struct pack *k, uint32_t shared, uint32_t *at);
/* Several threads store at once: each with a pack of its own, which reads the parts of another (and
 * nobody adds to these meanwhile) and keeps new ones apart, under numbers with the bit PACK_APART.
 * That is for shared parts and requests'; a state with a task that is new is missed: its numbers
 * mean nothing.  Afterwards what was kept is joined, one pack after the other. */
#define PACK_APART (1U << 31)
struct pack *pack_apart_new(const struct pack *of);
void pack_apart_free(struct pack *k);
void pack_apart_begin(struct pack *k, const struct pack *of);
bool pack_apart_missed(struct pack *k); /* since it was asked last */
void pack_apart_join(struct pack *to, struct pack *k);
/* The numbers that they have then. */
uint32_t pack_apart_shared(const struct pack *k, uint32_t id);
uint32_t pack_apart_request(const struct pack *k, uint32_t id);
/* How many parts there are, and the bytes they take. */
void pack_sizes(const struct pack *k, uint32_t *shared, uint32_t *requests, size_t *bytes);

#endif
