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
static inline bool rj_enter(struct json_read *j, enum json_event want) /* takes the next value */
{
    enum json_event e = json_next(j);
    if (e == want)
        return true;
    json_skip_rest(j, e);
    return false;
}

static inline bool rj_member(struct json_read *j)
{
    return json_next(j) == JSON_KEY;
}

static inline bool rj_item(struct json_read *j, enum json_event *e)
{
    *e = json_next(j);
    return *e != JSON_ARR_END && *e != JSON_ERROR && *e != JSON_END;
}

/* Attributes of which something is kept; most programs write many others. */
enum rj_key {
    RJ_OTHER,
    RJ_SERVICE,
    RJ_HOST,
    RJ_HOSTNAME,
    RJ_IP,
    RJ_INSTANCE,
    RJ_CODE,
    RJ_KIND,
    RJ_ERROR,
    RJ_STATUS
};
enum rj_key rj_key(const char *s, size_t n);

/* A pair such as {"key": "http.status_code", "value": 200}, in any order, value perhaps wrapped as
 * {"stringValue": "200"}. */
struct rj_pair {
    enum rj_key key;
    char text[NAME_BYTES + 1]; /* of the value, if the key is one of those; not terminated */
    size_t ntext;
};
void rj_pair(struct json_read *j, struct rj_pair *p); /* behind { */
/* What every format calls the same: error, status codes, the kind of a span. */
void rj_attribute(const struct rj_pair *p, struct span *s);

#endif
