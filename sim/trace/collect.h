/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collect.h - traces that come in bodies of OTLP, one after another, into a store.
 *
 * A body is taken whole or not at all; then its spans are held until their traces are some seconds
 * old, put together, and stored.  Another thread writes, and commits about once a second, so that
 * readers see what came, and another program may write in between.  What was taken is in the store
 * once collect_stop() is back.  Memory is bounded: where the writer is behind, so is
 * collect_behind(). There is no clock in here: collect_tick() says what time it is. */
#ifndef TRACE_COLLECT_H
#define TRACE_COLLECT_H
#include "trace/receive.h"
#include "trace/store.h"

struct collect_counts {
    uint64_t spans, rejected; /* that came */
    uint64_t open;            /* traces that are held */
    struct store_counts stored;
    struct tally tally;
};

struct collector;
/* s is the writer's until collect_stop().  unpacked_most: bytes of a body. */
struct collector *collect_start(struct store *s, const char *label, uint64_t unpacked_most);
/* Any thread; ctx is a collector. */
enum receive_verdict collect_take(void *ctx, const struct receive_body *b,
                                  struct receive_answer *a);
bool collect_behind(void *ctx);
/* Every now and then, by one thread; ns of any clock that only rises. */
void collect_tick(struct collector *c, int64_t now);
struct collect_counts collect_counts(struct collector *c);
/* Stores all that was taken, and what the collection was as a file of the store. */
struct collect_counts collect_stop(struct collector *c, const struct store_file *f);

#endif
