/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces.h - between cmd_traces.c, traces_sql.c and cmd_collect.c. */
#ifndef CLI_TRACES_H
#define CLI_TRACES_H
#include "cli/cmd.h"
#include "trace/store.h"

/* "90s", "10m", "2h", "1d" in ns; false: it is no time span. */
bool traces_span_of(const char *s, int64_t *ns);
/* --sql: the rows of one statement, to standard output; what is wrong with it goes to d (E-sql).
 * limit: the most rows, 0: all. */
void traces_sql(const struct cmd_args *a, struct store *s, const char *sql, uint32_t limit,
                struct diags *d);

#endif
