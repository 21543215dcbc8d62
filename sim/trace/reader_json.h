/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_json.h - what readers of JSON formats share.
 *
 * Times come as numbers or as numbers in strings, ids as strings; a value of another kind than is
 * wanted is passed over and makes the function return false.  All of them take the next value.
 * A text is valid until the next call, as those of json_read.h are. */
#ifndef TRACE_READER_JSON_H
#define TRACE_READER_JSON_H
#include "base/json_read.h"
#include "trace/format.h"
#include <string.h>

void rj_begin(struct json_read *j, struct reader *r, unsigned flags);
/* Repairs are counted; an error, or an input that was cut off, is told. */
void rj_end(struct json_read *j, struct reader *r);
/* Tells of the error j is at. */
void rj_error(struct json_read *j, struct reader *r);

bool rj_text(struct json_read *j);                          /* j->s, j->n; false: not a string */
bool rj_time(struct json_read *j, int power, int64_t *out); /* times 10^power */
bool rj_true(struct json_read *j);                          /* true, "true" */
uint32_t rj_name(struct json_read *j, struct reader *r);    /* 0: no string */
bool rj_trace(struct json_read *j, struct reader *r, struct trace_id *out);
/* An empty string, zeros or null is none: 0. */
bool rj_span(struct json_read *j, struct reader *r, uint64_t *out);

/* The events of an object's members: rj_member() is true at each key, rj_item() for each value of
 * an array, whose first event it gives.  open is what json_next() gave for the container: for
 * anything else there are no members, and it has been passed over. */
bool rj_enter(struct json_read *j, enum json_event want); /* takes the next value */
bool rj_member(struct json_read *j);
bool rj_item(struct json_read *j, enum json_event *e);

/* A pair such as {"key": "http.status_code", "value": 200}, in any order, value perhaps wrapped as
 * {"stringValue": "200"}. */
struct rj_pair {
    char key[64], text[NAME_BYTES + 1]; /* not terminated */
    size_t nkey, ntext;
};
void rj_pair(struct json_read *j, struct rj_pair *p); /* behind { */
#define PAIR_IS(p, lit)                                                                            \
    ((p)->nkey == sizeof(lit) - 1 && memcmp((p)->key, (lit), sizeof(lit) - 1) == 0)
/* What every format calls the same: error, status codes, the kind of a span. */
void rj_attribute(const struct rj_pair *p, struct span *s);

#endif
