/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces_into.c - what import and collect have in common: where to, and what became of it. */
#include "cli/traces.h"
#include <inttypes.h>

struct traces_into traces_into_of(const struct opts *o, struct diags *d)
{
    const char *store = opt_get(o, "store"), *label = opt_get(o, "label");
    const struct traces_into to = {store ? store : "pertinax.db", label ? label : "default"};
    if (!*to.label || !*to.store)
        diag_error(d, (struct loc){0}, "E-option-value", NULL, "--%s must not be empty",
                   *to.store ? "label" : "store");
    return to;
}

/* Less than nothing: there are fewer than before, as what came now has put it right. */
static bool told(const struct tally *t, int i)
{
    return (int64_t)t->n[i] > 0;
}

void traces_put_tally(const struct tally *t, struct buf *b)
{
    bool any = false;
    for (int i = 0; i < TALLY_COUNT; i++) {
        if (!told(t, i))
            continue;
        if (!any)
            buf_puts(b, "\n    COUNT            WHAT\n");
        any = true;
        buf_printf(b, "%9" PRIu64 "  %-9s  %s\n", t->n[i], tally_rows[i].class, tally_rows[i].text);
    }
    if (!any)
        buf_puts(b, "\nNothing was dropped, repaired or guessed.\n");
}

void traces_put_number(const char *key, uint64_t x, struct json *j)
{
    json_key(j, key);
    json_int(j, (int64_t)x);
}

void traces_put_notes(const struct tally *t, struct json *j)
{
    json_key(j, "notes");
    json_arr(j);
    for (int i = 0; i < TALLY_COUNT; i++) {
        if (!told(t, i))
            continue;
        json_obj(j);
        json_key(j, "class");
        json_str(j, tally_rows[i].class);
        json_key(j, "what");
        json_str(j, tally_rows[i].text);
        traces_put_number("count", t->n[i], j);
        json_end_obj(j);
    }
    json_end_arr(j);
}

void traces_put_head(const char *schema, const struct traces_into *to, struct json *j)
{
    json_obj(j);
    json_key(j, "schema");
    json_str(j, schema);
    json_key(j, "version");
    json_str(j, cmd_version());
    json_key(j, "store");
    json_str(j, to->store);
    json_key(j, "label");
    json_str(j, to->label);
}
