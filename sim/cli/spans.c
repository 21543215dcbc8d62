/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spans.c - see spans.h. */
#include "cli/spans.h"
#include <string.h>

const struct compare_name *spans_read(const struct cmd_args *a, uint32_t *n, struct diags *d)
{
    struct compare_name *v = NEW(a->mem, struct compare_name, a->o->nitem + 1u);
    const char *text;
    *n = 0;
    for (uint32_t i = 0; (text = opt_next(a->o, "spans", &i));) {
        const char *is = strchr(text, '=');
        if (!is || is == text || !is[1])
            diag_error(d, (struct loc){0}, "E-option-value", "as in --spans geocoder=geo.Lookup",
                       "--spans: '%s' is not STEP=NAME", text);
        else
            v[(*n)++] =
                (struct compare_name){arena_strndup(a->mem, text, (size_t)(is - text)), is + 1};
    }
    return v;
}
