/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.h - files of recorded traces into a store, in one transaction.
 *
 * A file that is not there or cannot be opened is an error, and nothing is stored.  One that is
 * empty, in no known format or without a span is left out with a warning; if that leaves nothing,
 * it is an error.  A file whose contents are in the store already changes nothing.
 *
 * With jobs > 1 one thread fetches and unpacks, one reads, one stores; what is stored is the same.
 * Memory does not grow with the files. */
#ifndef TRACE_IMPORT_H
#define TRACE_IMPORT_H
#include "base/diag.h"
#include "trace/format.h"
#include "trace/store.h"

struct import_opt {
    const char *label;
    bool fresh;                        /* the recording of that label is to be new */
    const struct trace_format *format; /* NULL: each file's is found out */
    const struct csv_map *csv;         /* may be NULL */
    uint32_t jobs;
    bool (*stop)(void); /* asked often, by any thread; true: stop, and store nothing */
    void (*progress)(void *ctx, const char *file, uint64_t bytes, uint64_t spans); /* may be NULL */
    void *ctx;
};
enum import_outcome { IMPORT_READ, IMPORT_KNOWN /* changed nothing */, IMPORT_FAILED };
struct import_file {
    const char *name, *format, *packing; /* format NULL: not known */
    enum import_outcome outcome;
    uint64_t bytes, found; /* spans that were read; counts: those that were new */
    struct store_counts counts;
};
struct import_result {
    struct import_file *file;
    uint32_t nfile;
    struct tally tally;
    struct store_counts counts;
    bool stopped;
};
/* False: nothing was stored, because of errors in d or because it was stopped. */
bool import_files(struct store *s, const char *const *names, uint32_t n, const struct import_opt *o,
                  struct arena *mem, struct import_result *out, struct diags *d);

#endif
