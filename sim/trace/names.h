/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.h - texts as small numbers: each text once.
 *
 * Number 0 is the empty text.  At most NAMES_MOST texts of up to NAME_BYTES bytes: what a careless
 * program put into its names (ids, times) must not fill the memory.  From there on new texts are
 * NAMES_OTHER. */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H
#include "base/arena.h"
#include <stddef.h>
#include <stdint.h>

enum { NAMES_MOST = 200000, NAME_BYTES = 256, NAMES_OTHER = 1 };
struct name_text {
    const char *s; /* terminated */
    uint32_t n;
};
struct name_table {
    struct arena *mem;
    struct name_text *v;
    uint32_t n, cap;
    uint64_t other; /* texts that came too late */
    uint64_t cut;   /* texts that were longer */
    uint32_t *slot; /* table of indices + 1, hashed */
    uint64_t *hash; /* of v */
    uint32_t nslot, nhash;
};
void names_init(struct name_table *t);
void names_free(struct name_table *t);
uint32_t names_id(struct name_table *t, const char *s, size_t n);
const char *names_text(const struct name_table *t, uint32_t id);

#endif
