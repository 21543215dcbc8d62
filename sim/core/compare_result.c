/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_result.c - the words of compare_result.h. */
#include "core/compare_result.h"

const char *const agreement_name[] = {"agree", "disagree", "undecided"};
