/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_result.c - see check_result.h. */
#include "core/check_result.h"

const char *const verdict_name[VERDICT_COUNT] = {"pass", "fail", "undecided", "vacuous"};
const char *const check_end_name[] = {"whole",      "found",   "max-states",
                                      "max-memory", "stopped", "broken"};
