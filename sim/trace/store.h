/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - recorded traces in an SQLite file.  store*.c alone see SQLite.
 *
 * The tables are in store_schema.c, with words for those who look at them with another tool; what
 * is promised to stay are the views v_trace, v_span and v_call, and the table v_critical, which is
 * computed as it is read, for queries that go through this program.  A trace is known by its id and
 * the label of its recording.  Its spans are rows of `span` whose id is the trace's number * 2^28 +
 * a number in the order of time, so that a trace is one range of rows, without an index.
 *
 * Writing is one transaction from store_begin() to store_commit(); whatever ends the program before
 * leaves the file as it was.  Others may read meanwhile (write-ahead log; gone when the store is
 * closed), but for the first transaction of a file, when there is nothing to read.  One thread at a
 * time uses a store.  Trouble with the file's contents is the user's (diags), with the disk the
 * world's (die). */
#ifndef TRACE_STORE_H
#define TRACE_STORE_H
#include "base/diag.h"
#include "trace/critical.h"
#include "trace/intake.h"
#include "trace/tally.h"
#include "trace/trace.h"

struct store;
enum store_mode { STORE_READ, STORE_WRITE /* made if it is not there */ };
/* NULL: an error is in d (E-store): not there, not a store, made by a newer version. */
struct store *store_open(const char *path, enum store_mode mode, struct diags *d);
/* An open transaction is undone; a file that was made by store_open() and got nothing is removed.
 */
void store_close(struct store *s);

/* ---- writing ---- */

/* False: E-store-busy, somebody else writes. */
bool store_begin(struct store *s, const char *label, struct diags *d);
/* The same for a recording that is to be new; else E-store, and nothing has begun. */
bool store_begin_new(struct store *s, const char *label, struct diags *d);
void store_commit(struct store *s);
void store_rollback(struct store *s);

struct store_file {
    const char *name, *format;
    struct trace_id digest; /* of the contents, decompressed */
    uint64_t bytes;
};
struct store_counts {
    uint64_t traces, spans; /* that are new */
    uint64_t grown;         /* traces that were there and got more spans */
    uint64_t elsewhere;     /* traces whose id is under another label, too */
};
/* What is put between file_begin and file_end (or file_undo) is of one file.  The end returns
 * false, and undoes it, if the same contents were put under this label before. */
void store_file_begin(struct store *s);
void store_put(struct store *s, struct batch *b, struct tally *t, struct store_counts *c);
bool store_file_end(struct store *s, const struct store_file *f, const struct store_counts *c);
void store_file_undo(struct store *s);

/* ---- reading ---- */

enum store_type { STORE_NULL, STORE_INT, STORE_REAL, STORE_TEXT, STORE_BLOB };
struct store_cell {
    enum store_type type;
    int64_t i;
    double x;
    const char *s; /* of text and blobs: n bytes, valid during the call */
    size_t n;
};
struct store_row {
    uint32_t n;
    const char *const *name;
    const struct store_cell *cell;
};
/* One statement that only reads, row by row, until row() returns false.  Beside SQLite's own
 * functions there is quantile(x, p): the smallest value that a share p of all does not exceed.
 * Returns NULL, or what is wrong (in mem). */
const char *store_select(struct store *s, struct arena *mem, const char *sql,
                         bool (*row)(void *ctx, const struct store_row *r), void *ctx);
/* The rule of the table v_critical where a query names none. */
void store_critical_rule(struct store *s, enum critical_rule rule);

/* Which traces: NULL, 0 and INT64_MIN choose all. */
struct store_filter {
    const char *root, *label; /* root: a pattern (GLOB) of the root's name */
    int64_t since;            /* ns: those that began then or later */
    struct trace_id id;
    int64_t number; /* of its row */
};
struct store_trace {
    int64_t number;
    struct trace_id id;
    const char *label;
    const struct span *v; /* assembled; names are those of store_text() */
    uint32_t n;
    const struct span_link *link;
};
/* Each of them, in the order of their numbers, until each() returns false; how many they were. What
 * each() gets is valid until it returns, and it must not read other traces. */
uint64_t store_each(struct store *s, const struct store_filter *f,
                    bool (*each)(void *ctx, const struct store_trace *t), void *ctx);
/* The number of the fastest trace that a share p is not slower than; 0: there is none. */
int64_t store_quantile(struct store *s, const struct store_filter *f, double p);
int64_t store_newest(struct store *s); /* when the last trace began */
const char *store_text(struct store *s, struct arena *mem, uint32_t name);
int64_t store_span_row(int64_t trace, uint32_t span); /* its id in the table `span` */
/* The first column of the first row as a number, 0 if there is none; sql is ours. */
int64_t store_number(struct store *s, const char *sql);

#endif
