/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit_text.c - values replaced in the text of a model; see refit.h. */
#include "fit/refit.h"
#include "base/loc.h"
#include <ctype.h>
#include <string.h>

/* Where the comment of an earlier fit begins in the rest of a line, "# n 200, fits" or "# 3 of
 * 200"; NULL: there is none. */
static const char *old_comment(const char *s, const char *end)
{
    const char *c = s;
    while (c < end && *c != '#')
        c++;
    const char *w = c + 1;
    while (w < end && *w == ' ')
        w++;
    if (end - w > 2 && w[0] == 'n' && w[1] == ' ')
        return isdigit((unsigned char)w[2]) ? c : NULL;
    size_t digits = 0;
    while (w < end && isdigit((unsigned char)*w)) {
        w++;
        digits++;
    }
    return digits && end - w > 3 && memcmp(w, " of", 3) == 0 ? c : NULL;
}

/* Lines are in the order of the file. */
void refit_edit(const struct refit_result *r, const char *text, size_t n, struct buf *out)
{
    size_t done = 0;
    for (uint32_t i = 0; i < r->nline; i++) {
        struct refit_line *l = &r->line[i];
        size_t at = loc_offset(text, n, l->at), len = strlen(l->was);
        if (!l->now)
            continue;
        if (at < done || at + len > n || memcmp(text + at, l->was, len) != 0) {
            l->now = NULL;
            l->said = "written in a way that cannot be edited";
            continue;
        }
        buf_put(out, text + done, at - done);
        buf_puts(out, l->now);
        done = at + len;
        const char *end = memchr(text + done, '\n', n - done);
        const char *old = old_comment(text + done, end ? end : text + n);
        bool last = i + 1 == r->nline || r->line[i + 1].at.line != l->at.line;
        if (!old || !last)
            continue;
        buf_put(out, text + done, (size_t)(old - text) - done);
        buf_printf(out, "# %s", l->said);
        done = end ? (size_t)(end - text) : n;
    }
    buf_put(out, text + done, n - done);
}
