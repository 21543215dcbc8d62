/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_result.c - see check_result.h. */
#include "core/check_result.h"

const char *const verdict_name[VERDICT_COUNT] = {"pass", "fail", "undecided", "vacuous"};
const char *const check_end_name[] = {"whole",      "found",   "max-states",
                                      "max-memory", "stopped", "broken"};

uint32_t check_count(const struct check_result *r, enum verdict v)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->nclaim; i++)
        n += r->claim[i].verdict == v;
    return n;
}
