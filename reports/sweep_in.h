/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_in.h - values of a JSON document of one form: what sweep_read.c and sweep_read_cell.c are
 * made of, and nobody else.
 *
 * Each function reads the next value, which must be of its kind.  The first thing that is wrong is
 * kept, with its place; from then on nothing is read, and what is given back says nothing. */
#ifndef REPORTS_SWEEP_IN_H
#define REPORTS_SWEEP_IN_H
#include "base/json_read.h"
#include "core/sweep_result.h"
#include <string.h>

struct in {
    struct json_read j;
    struct arena *mem;
    struct sweep_result *r;
    const char *wrong; /* the first thing that is */
    uint64_t wrong_at;
    bool schema, metric;
};
/* Reads the value of member `key` of the object that ctx is; passes over it if it is none of its.
 */
typedef void member_reader(struct in *in, const char *key, void *ctx);
/* An item, whose first event was e. */
typedef void item_reader(struct in *in, enum json_event e, void *ctx);

void in_wrong(struct in *in, const char *what);
enum json_event in_next(struct in *in);
void in_pass(struct in *in);
const char *in_str(struct in *in); /* NULL of null */
double in_num(struct in *in);      /* NAN of null */
uint64_t in_count(struct in *in);
uint32_t in_index(struct in *in, uint32_t most);
bool in_bool(struct in *in);
void in_members(struct in *in, member_reader *reader, void *ctx);
/* The members of an object whose first event was e. */
void in_rest(struct in *in, enum json_event e, member_reader *reader, void *ctx);
void in_items(struct in *in, item_reader *reader, void *ctx);
member_reader in_interval_member; /* ctx: a struct interval */
struct interval in_interval(struct in *in);
double *in_doubles(struct in *in, uint32_t *n);
static inline bool in_is(const char *key, const char *name)
{
    return strcmp(key, name) == 0;
}

/* sweep_read_cell.c: a cell, once the axes and executions are known; ctx: the sweep_result. */
item_reader sweep_read_cell;

#endif
