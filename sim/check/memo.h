/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memo.h - what a pair (shared part, part of a request) can become by moves of that request. */
#ifndef CHECK_MEMO_H
#define CHECK_MEMO_H
#include "check/explore.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct became { /* by one move and its answers */
    uint32_t shared, part;
    uint32_t signs; /* 0: none; else number + 1 in memo.signs */
    uint32_t row;   /* of which this is an entry */
};
struct memo_row {
    uint32_t shared, part, req; /* key; req nreq: moves of nobody */
    uint32_t first, n;          /* in became */
    bool local;                 /* these are the local moves of a task: they alone are made */
    bool wide;                  /* some move touches other requests, too: not from here */
    uint64_t still; /* bits of those of its first 64 that leave the shared part as it is */
};
struct memo {
    struct memo_row *row;
    uint32_t n, cap;
    uint32_t *index, mask;
    struct became *became;
    uint32_t nbecame, cap_became;
    struct signs *signs;
    uint32_t nsigns, cap_signs;
};

/* The number of the row; MEMO_NONE: it is not there. */
#define MEMO_NONE UINT32_MAX
uint32_t memo_find(const struct memo *m, uint32_t shared, uint32_t part, uint32_t req);
uint32_t memo_put(struct memo *m, struct memo_row row);
void memo_add(struct memo *m, struct became b); /* of the row that is put next */
uint32_t memo_signs(struct memo *m, struct signs s);
static inline struct signs memo_shown(const struct memo *m, uint32_t signs)
{
    return signs == 0 ? (struct signs){0} : m->signs[signs - 1];
}
void memo_clear(struct memo *m); /* it has no rows any more */
size_t memo_bytes(const struct memo *m);
void memo_free(struct memo *m);

#endif
