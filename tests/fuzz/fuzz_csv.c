/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_csv.c - any bytes as a table of spans, by the usual names of columns and by a map; and any
 * first line as a map; see fuzz_trace.h. */
#include "tests/fuzz/fuzz_trace.h"
#include "trace/read_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(0);
    struct diags *d = diags_new(a);
    fuzz_trace(data, n, read_csv, NULL);
    const char *line = n ? memchr(data, '\n', n) : NULL;
    size_t first = line ? (size_t)(line - (const char *)data) : n;
    const struct csv_map *m = csv_map_parse(a, arena_strndup(a, (const char *)data, first), d);
    bug_if((m == NULL) != (diags_errors(d) > 0));
    if (m && line)
        fuzz_trace(data + first + 1, n - first - 1, read_csv, m);
    arena_drop(a);
    return 0;
}
