/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loc.h - places of a text (struct loc) as bytes of it, for who changes the text. */
#ifndef BASE_LOC_H
#define BASE_LOC_H
#include "base/diag.h"

/* n if the text has no such place. */
size_t loc_offset(const char *text, size_t n, struct loc at);

#endif
