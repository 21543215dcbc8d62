/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_impl.h - between the files of the store.
 *
 * store.c opens, begins and ends; store_put.c writes traces; store_feed.c is the virtual table by
 * which spans come in by the thousand; store_load.c reads traces back; store_read.c selects;
 * store_critical.c is the virtual table of critical paths; store_schema.c is the tables. */
#ifndef TRACE_STORE_IMPL_H
#define TRACE_STORE_IMPL_H
#include "trace/assemble.h"
#include "trace/store.h"
#include <sqlite3.h>

enum { STORE_VERSION = 1, STORE_SPAN_BITS = 28 };
#define STORE_SPANS_MOST  ((uint32_t)1 << STORE_SPAN_BITS) /* of a trace */
#define STORE_APPLICATION 0x50745863                       /* "PtXc", as file(1) may know it */

/* Assembled spans on their way into the table. */
struct feed_trace {
    int64_t number;
    uint32_t first, n, from; /* from: the number of its first span in the trace */
    bool newest;             /* no row of a later trace is in the table */
};
struct feed {
    struct span *v; /* names are rows of the table `name` */
    uint32_t n, cap;
    struct feed_trace *t;
    uint32_t nt, capt;
    int64_t *op; /* of v */
    uint32_t capop;
};

enum store_statement {
    SQL_NAME_ADD,
    SQL_NAME_FIND,
    SQL_OP_ADD,
    SQL_OP_FIND,
    SQL_TRACE_FIND,
    SQL_TRACE_ADD,
    SQL_TRACE_SET,
    SQL_SPANS_FEED,
    SQL_SPANS_LOAD,
    SQL_SPANS_DROP,
    SQL_LINKS_LOAD,
    SQL_LINKS_DROP,
    SQL_LINK_ADD,
    SQL_FILE_FIND,
    SQL_FILE_ADD,
    SQL_COUNT
};

struct op_slot {
    uint64_t key; /* service, name */
    int64_t op;   /* 0: empty */
    uint8_t kind;
};

struct store {
    sqlite3 *db;
    char *path;
    bool made, writing, writes; /* writes: has begun to, once */
    bool fresh;                 /* the recording being written was not there before */
    int64_t recording;
    sqlite3_stmt *sql[SQL_COUNT];
    struct assembler *assembler;
    struct feed feed;
    int64_t *name; /* rows of the names of the present import, by their number */
    uint32_t nname, capname;
    struct op_slot *op;
    uint32_t nop, capop;
    int64_t last_trace; /* the greatest number there is */
    struct span *old;   /* of a trace that gets more */
    uint32_t capold;
    struct span_link *link;
    uint32_t caplink;
    bool other_labels;
    enum critical_rule rule; /* of v_critical */
};

struct store_schema_step {
    int version; /* to which it belongs */
    const char *sql;
};
extern const struct store_schema_step store_schema[]; /* ends with NULL */

/* rc must be SQLITE_OK, SQLITE_ROW or SQLITE_DONE; else the world has failed. */
void store_must(const struct store *s, int rc);
sqlite3_stmt *store_sql(struct store *s, enum store_statement which); /* reset, to be bound */
bool store_step(struct store *s, sqlite3_stmt *q);                    /* is there a row? */
void store_run(struct store *s, sqlite3_stmt *q);                     /* steps once, resets */
void store_feed_register(struct store *s);
void store_read_register(struct store *s);
void store_critical_register(struct store *s);
void store_put_reset(struct store *s); /* what is remembered of rows is no longer so */
void store_put_free(struct store *s);
void store_put_finish(struct store *s); /* writes what waits in the feed */
/* At most so many spans of a trace into s->old, their links into s->link; how many they are. */
uint32_t store_load(struct store *s, int64_t number, uint32_t most, uint32_t *nlink);

#endif
