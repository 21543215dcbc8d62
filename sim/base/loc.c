/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loc.c - see loc.h. */
#include "base/loc.h"

size_t loc_offset(const char *text, size_t n, struct loc at)
{
    size_t i = 0;
    for (uint32_t line = 1; line < at.line && i < n; i++)
        line += text[i] == '\n';
    for (uint32_t col = 1; col < at.col && i < n;) { /* columns count characters */
        for (i++; i < n && ((unsigned char)text[i] & 0xc0) == 0x80; i++)
            ;
        col++;
    }
    return i;
}
