/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.h - what an import dropped, repaired and guessed: counted, by name.
 *
 * To count another thing: a row in TALLY_ROWS.  What is counted twice (a trace that was put
 * together again because more of it came later) is taken back with tally_add(-n). */
#ifndef TRACE_TALLY_H
#define TRACE_TALLY_H
#include <stdint.h>

/* X(id, class, what: "N spans ...") */
#define TALLY_ROWS(X)                                                                              \
    X(BAD, "dropped", "records that could not be read")                                            \
    X(LOST, "dropped", "records after a syntax error, or where a file was cut off")                \
    X(DUPLICATE, "dropped", "spans that were there already")                                       \
    X(SIGNAL, "dropped", "records of metrics, logs and the like, which hold no spans")             \
    X(EVENT, "dropped", "counters, marks and flows, which are no spans")                           \
    X(TEXT, "repaired", "texts with bad bytes, brackets with a comma too many")                    \
    X(BASE64, "repaired", "ids in base64 where hexadecimal digits belong")                         \
    X(SPELLING, "repaired", "fields in another spelling, such as snake_case")                      \
    X(NEGATIVE, "repaired", "spans that ended before they began: duration 0")                      \
    X(SHIFTED, "repaired", "spans moved in time, because their host's clock was off")              \
    X(CIRCLE, "repaired", "spans that were their own ancestors: made roots")                       \
    X(CLOSED, "guessed", "spans whose end was not recorded: marked unfinished")                    \
    X(SHARED, "guessed", "server's halves of shared spans: made children of the client's")         \
    X(ORPHAN, "guessed", "spans whose parent is not there: made roots")                            \
    X(TWIN, "guessed", "spans with the id of another one: both kept")                              \
    X(ASYNC, "guessed", "spans that end after their parent: taken as asynchronous")                \
    X(NESTED, "guessed", "parents found by nesting in time, where the format names none")          \
    X(CODED, "guessed", "ids made of texts that are not hexadecimal")                              \
    X(PIECES, "guessed", "spans of huge traces: parents sought in pieces")                         \
    X(NAMES, "guessed", "names beyond the first 200,000, kept as one")                             \
    X(LINKS, "dropped", "links beyond the first 64 of a span")

enum tally_what {
#define X(id, class, text) TALLY_##id,
    TALLY_ROWS(X)
#undef X
        TALLY_COUNT
};
struct tally {
    uint64_t n[TALLY_COUNT];
};
struct tally_row {
    const char *id, *class, *text; /* "duplicate" comes as "DUPLICATE" */
};
extern const struct tally_row tally_rows[TALLY_COUNT];

static inline void tally_add(struct tally *t, enum tally_what w, uint64_t n)
{
    t->n[w] += n;
}

#endif
