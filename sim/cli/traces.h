/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces.h - between the commands that have to do with stores: import, collect, traces. */
#ifndef CLI_TRACES_H
#define CLI_TRACES_H
#include "base/json.h"
#include "cli/cmd.h"
#include "trace/store.h"

/* "90s", "10m", "2h", "1d" in ns; false: it is no time span. */
bool traces_span_of(const char *s, int64_t *ns);
/* --sql: the rows of one statement, to standard output; what is wrong with it goes to d (E-sql).
 * limit: the most rows, 0: all. */
void traces_sql(const struct cmd_args *a, struct store *s, const char *sql, uint32_t limit,
                struct diags *d);

/* Into which store, and what the recording is called: --store and --label, or their defaults. */
struct traces_into {
    const char *store, *label;
};
struct traces_into traces_into_of(const struct opts *o, struct diags *d);
/* What was dropped, repaired and guessed: a table, and the member "notes". */
void traces_put_tally(const struct tally *t, struct buf *b);
void traces_put_notes(const struct tally *t, struct json *j);
/* Begins an object: schema, version, store, label. */
void traces_put_head(const char *schema, const struct traces_into *to, struct json *j);
void traces_put_number(const char *key, uint64_t x, struct json *j);

#endif
