/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.c - the rows in words; see tally.h. */
#include "trace/tally.h"

const struct tally_row tally_rows[TALLY_COUNT] = {
#define X(id, class, text) {#id, class, text},
    TALLY_ROWS(X)
#undef X
};
